"""Series over time: weather, carbon dioxide, sunspots, the sea's temperature, a share market.

    weather = data.load("weather")
    weather.table.temp_max["2014-07"]
"""

import functools

from layerwise.data import _sources
from layerwise.data.tables import check_whole, read_csv

# Column types of each file, and how its dates are spaced ("" where they are not evenly).
_FILES = {
    "weather": {
        "table": ({
            "date": "str", "precipitation": "float64", "temp_max": "float64", "temp_min": "float64", "wind": "float64",
            "weather": "str",
        }, "D"),
        "hourly": ({"date": "str", "temp": "float64"}, ""),
    },
    "co2": {"table": ({"date": "str", "co2": "float64"}, "W-SAT")},
    "sunspots": {"table": ({"date": "str", "sunspots": "float64"}, "YS")},
    "el_nino": {"table": ({"date": "str", "temperature": "float64"}, "MS")},
}
_LIMITS = {"seed": (0, 2**63 - 1), "days": (30, 50_000)}


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return a series: a ``table`` (a DataFrame) whose index are dates; gaps stay gaps.

    Args:
        name: "co2", "el_nino", "market", "sunspots" or "weather".
        source: See `layerwise.data.load`.
        address: Not used: none of these has an official file.
        folder: The folder of the cards and the bundled samples; the course's own when None.
        options: For "market" only: ``seed`` and ``days`` (30 to 50,000).
    """
    check_whole(name, options, _LIMITS)
    return _sources.load(
        name, source=source, address=address, folder=folder, options=options,
        bundled=functools.partial(bundled, name), drawn=draw_market,
    )


def bundled(name, files):
    """Return the tables of a bundled sample, one for each CSV file."""
    tables = {}
    for path, (attribute, (types, spacing)) in zip(files, _FILES[name].items(), strict=True):
        table = tables[attribute] = read_csv(path, types, dates="date")
        if spacing:
            _space(table, spacing)
    return tables


def _space(table, spacing):
    """Write into an index of dates how they are spaced, so that other libraries need not guess."""
    try:
        table.index.freq = spacing
    except ValueError as error:
        raise _sources.Damaged(f"holds dates that are not evenly spaced ({error})") from None


def draw_market(*, seed, days=3270):
    """Draw a market of five companies in which nobody can foresee tomorrow's return, only how wild it may be.

    A company's return is a small constant, its share of the market's return, and its own surprise. Surprises are
    Student's t with 5 degrees of freedom; their variance follows the GARCH(1, 1) of T. Bollerslev (1986),
    https://doi.org/10.1016/0304-4076(86)90063-1 , whose level is three times as high while the market is in its
    nervous state. That state lasts 120 days on average, the calm one 500. All numbers are this course's choice.

    Args:
        seed: The same seed draws the same market.
        days: How many days of trade, Monday to Friday.

    Returns:
        A dict: ``table`` (prices), ``volatility`` (the true standard deviation of each day's return, known the evening
        before) and ``nervous`` (the state of each day).
    """
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    names = ["A", "B", "C", "D", "E"]
    dates = pd.date_range("2000-01-03", periods=days, freq="B", name="date", unit="s")
    switch, surprise = rng.random(days), rng.standard_t(5, (days, 6)) * np.sqrt(3 / 5)
    share = rng.uniform(0.7, 1.3, 5)
    level = np.r_[0.009, rng.uniform(0.009, 0.016, 5)] ** 2
    state, variance, shock = False, level.copy(), np.zeros(6)
    nervous, daily, shocks = np.zeros(days, bool), np.zeros((days, 6)), np.zeros((days, 6))
    for day in range(days):
        state = state ^ (switch[day] < (1 / 120 if state else 1 / 500))
        variance = 0.06 * level * (3 if state else 1) + 0.08 * shock**2 + 0.86 * variance
        shock = np.sqrt(variance) * surprise[day]
        nervous[day], daily[day], shocks[day] = state, variance, shock
    returns = 0.0002 + share * shocks[:, :1] + shocks[:, 1:]
    deviation = np.sqrt(share**2 * daily[:, :1] + daily[:, 1:])
    prices = np.round(rng.uniform(20, 120, 5) * np.exp(np.cumsum(returns, axis=0)), 4)
    return {
        "table": pd.DataFrame(prices, index=dates, columns=names),
        "volatility": pd.DataFrame(deviation, index=dates, columns=names),
        "nervous": pd.Series(nervous, index=dates, name="nervous"),
    }
