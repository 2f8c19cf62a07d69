"""Learning curves: how a score, and what it costs, grow with the number of training examples."""

import functools

from layerwise import theme
from layerwise.plot._figure import figure, sentence, short
from layerwise.plot.charts import DASHES, SYMBOLS, colour, faded

_COLUMNS = ("method", "examples", "score")
_SMALLEST_ERROR = 1e-3  # where an axis of errors is logarithmic, no interval reaches below this


def summarise(rows):
    """Return what the runs of each method amount to, at each number of examples.

    Args:
        rows: A table, or a list of dicts, with one row for each run and the columns ``method``, ``examples`` and
            ``score``; further columns of numbers are averaged.

    Returns:
        A dict from methods, in the order in which they come, to lists of dicts in the order of ``examples``, each
        with ``examples``, ``runs``, ``score`` (the mean), ``low`` and ``high`` (the 95 % interval of the mean by
        Student's t; both equal the mean where there is one run), the means of the further columns and, where there
        is a column ``seed``, ``by_seed``: a dict from seeds to scores.

    Raises:
        ValueError: When there are no rows, or a column is missing.

    Example:
        >>> rows = [{"method": "forest", "examples": 100, "score": score} for score in (0.6, 0.7)]
        >>> round(summarise(rows)["forest"][0]["score"], 2)
        0.65
    """
    import numpy as np

    rows = _records(rows)
    result = {}
    for method in dict.fromkeys(row["method"] for row in rows):
        result[method] = []
        own = [row for row in rows if row["method"] == method]
        for examples in sorted({row["examples"] for row in own}):
            runs = [row for row in own if row["examples"] == examples]
            middle, half = _interval([row["score"] for row in runs])
            point = {
                name: float(np.mean([row[name] for row in runs])) for name, value in runs[0].items()
                if isinstance(value, int | float | np.number)
            }
            point.update(examples=int(examples), runs=len(runs), score=middle, low=middle - half, high=middle + half)
            if "seed" in runs[0]:
                point["by_seed"] = {row["seed"]: float(row["score"]) for row in runs}
            result[method].append(point)
    return result


def lead(first, second):
    """Return by how much one point of `summarise` is ahead of another, run by run.

    Args:
        first: A point with ``by_seed``.
        second: The point of another method at the same number of examples.

    Returns:
        The mean of the differences of runs with the same seed, and the half width of its 95 % interval; None where
        fewer than two runs share a seed.
    """
    both = [first.get("by_seed", {}), second.get("by_seed", {})]
    shared = [seed for seed in both[0] if seed in both[1]]
    return _interval([both[0][seed] - both[1][seed] for seed in shared]) if len(shared) > 1 else None


def _interval(values):
    import numpy as np

    values, runs = np.asarray(values, dtype=float), len(values)
    half = _student(runs) * values.std(ddof=1) / np.sqrt(runs) if runs > 1 else 0.0
    return float(values.mean()), float(half)


def _records(rows):
    rows = rows.to_dict("records") if hasattr(rows, "to_dict") else list(rows)
    if not rows:
        raise ValueError("learning curves need at least one run; none came.")
    missing = [name for name in _COLUMNS if name not in rows[0]]
    if missing:
        raise ValueError(
            f"learning curves need the columns {', '.join(_COLUMNS)}; {', '.join(missing)} did not come. "
            f"There is {', '.join(map(str, rows[0]))}."
        )
    return rows


@functools.cache
def _student(runs):
    from scipy import stats

    return float(stats.t.ppf(0.975, runs - 1))


def learning_curves(rows, *, score="share right", x_title="training examples", log=True, errors=False, title="",
                    summary=None, height=400):
    """Draw how the score of each method grows with the training examples, with its 95 % interval as a band.

    Args:
        rows: One row for each run, as `summarise` takes them.
        score: What the score is, with its unit.
        x_title: What is counted along the axis.
        log: True gives each factor the same width; False each example.
        errors: True draws one minus the score on a logarithmic axis, on which a power law is a straight line.
        title: A sentence above the picture.
        summary: The figure in words; written from the rows when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there are no rows, or a column is missing.

    Example:
        >>> from layerwise import plot
        >>> runs = [(100, 0.6), (100, 0.7), (900, 0.9), (900, 0.9)]
        >>> rows = [{"method": "forest", "examples": n, "score": score} for n, score in runs]
        >>> plot.describe(plot.learning_curves(rows, title="It grows."))
        'It grows. share right by training examples. forest: from 0.65 at 100 to 0.9 at 900.'

    Explained in lesson 07.
    """
    curves = summarise(rows)
    title = title or f"{score} by {x_title}".capitalize()
    told = "; ".join(
        f"{method}: from {short(points[0]['score'])} at {points[0]['examples']:,} "
        f"to {short(points[-1]['score'])} at {points[-1]['examples']:,}"
        for method, points in curves.items()
    )
    words = f"{sentence(title)} {score} by {x_title}. {told}."
    result = figure(title=title, summary=summary or words, height=height, legend=True)
    result.add_traces(curve_traces(curves, errors=errors))
    sizes = sorted({point["examples"] for points in curves.values() for point in points})
    return result.update_layout(
        hovermode="x unified" if len(curves) > 8 else "closest",
        xaxis={**size_axis(sizes, log=log), "title": {"text": x_title}},
        yaxis={**score_axis(curves, errors=errors), "title": {"text": f"1 - {score}" if errors else score}},
    )


def curve_traces(curves, *, errors=False, order=None, axes=("x", "y"), legend=True):
    """Return the traces of learning curves: for each method a band and a line with its points.

    Args:
        curves: As `summarise` gives them.
        errors: True draws one minus the score.
        order: All methods in the order of their colours; those of `curves` when None.
        axes: The names of the axes to draw on.
        legend: Whether the lines have entries in the legend.
    """
    order = list(order or curves)
    traces = []
    for method, points in curves.items():
        index = order.index(method)
        x = [point["examples"] for point in points]
        low, middle, high = ([shown(point[key], errors) for point in points] for key in ("low", "score", "high"))
        common = {"type": "scatter", "xaxis": axes[0], "yaxis": axes[1], "legendgroup": method, "name": method}
        if len(points) > 1:
            traces.append({
                **common, "x": x + x[::-1], "y": low + high[::-1], "fill": "toself", "mode": "lines",
                "fillcolor": faded(colour(index), 0.16), "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False,
            })
        traces.append({
            **common, "x": x, "y": middle, "mode": "lines+markers", "showlegend": legend,
            "line": {"color": colour(index), "width": 2.5, "dash": DASHES[index % len(DASHES)]},
            "marker": {"size": 8, "symbol": SYMBOLS[index % len(SYMBOLS)], "color": colour(index)},
            "hovertemplate": "%{x:,} examples: %{y:.3f}<extra>" + method + "</extra>",
        })
    return traces


def shown(score, errors):
    """Return a score as it is drawn: itself, or one minus it, kept above zero."""
    return max(1 - score, _SMALLEST_ERROR) if errors else score


def size_axis(sizes, *, log=True):
    """Return the settings of an axis of numbers of examples, with a tick at each size on a logarithmic one."""
    import math

    low, high = min(sizes), max(sizes)
    if log:
        room = max(0.06 * math.log10(high / low), 0.05)
        return {
            "type": "log", "range": [math.log10(low) - room, math.log10(high) + room], "tickmode": "array",
            "tickvals": list(sizes), "ticktext": [f"{size:,}" for size in sizes], "zeroline": False,
        }
    return {"type": "linear", "range": [-0.03 * high, 1.05 * high], "nticks": 6, "tickformat": ",", "zeroline": False}


def score_axis(curves, *, errors=False):
    """Return the settings of an axis of scores that holds all curves with their intervals."""
    import math

    values = [shown(point[key], errors) for points in curves.values() for point in points for key in ("low", "high")]
    low, high = min(values), max(values)
    if errors:
        ticks = [tick for tick in (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if 0.5 * low < tick < 2 * high]
        return {
            "type": "log", "range": [math.log10(low) - 0.05, math.log10(high) + 0.09], "tickmode": "array",
            "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks], "zeroline": False,
        }
    room = max(0.06 * (high - low), 0.01)
    return {"type": "linear", "range": [low - room, high + room], "nticks": 7, "zeroline": False, "tickformat": ".2~f"}


VERDICTS = {
    "holds": ("circle", theme.MINT), "in part": ("diamond", theme.GOLD), "does not hold": ("x", theme.ORANGE),
    "undecided": ("square", theme.GRID),
}
"""What may be said of a claim, with the symbol and the colour of each."""


def verdicts(rows, *, title="", summary=None):
    """Draw a list of claims, each with a verdict and what was measured.

    Args:
        rows: Triples of strings: what is claimed; "holds", "in part", "does not hold" or "undecided"; and what was
            measured.
        title: A sentence above the list.
        summary: The figure in words; written from the rows when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there are no rows, or a verdict is another word.

    Example:
        >>> from layerwise import plot
        >>> rows = [("Trees plateau", "does not hold", "they gain 2 points")]
        >>> plot.describe(plot.verdicts(rows, title="One claim."))
        'One claim. Trees plateau: does not hold; they gain 2 points.'

    Explained in lesson 07.
    """
    from layerwise.plot._figure import wrapped

    rows = [tuple(map(str, row)) for row in rows]
    for row in rows:
        if len(row) != 3 or row[1] not in VERDICTS:
            raise ValueError(
                f"verdicts() needs triples of a claim, one of {', '.join(VERDICTS)}, and a measurement; {row} came."
            )
    if not rows:
        raise ValueError("verdicts() needs at least one row; none came.")
    title = title or "What was claimed, and what was measured"
    told = " ".join(f"{claim}: {verdict}; {measured}." for claim, verdict, measured in rows)
    texts, places, down = [], [], 0
    for claim, verdict, measured in rows:
        lines = [f"<b>{line}</b>" for line in wrapped(claim, 46)]
        lines += [f"<span style='color:{theme.MUTED}'>{line}</span>" for line in wrapped(f"{verdict}: {measured}", 52)]
        places.append(down)
        texts.append("<br>".join(lines))
        down += 18 * len(lines) + 16
    result = figure(title=title, summary=summary or f"{sentence(title)} {told}", height=down + 90, legend=True)
    for verdict, (symbol, tint) in VERDICTS.items():
        own = [place for place, row in zip(places, rows, strict=True) if row[1] == verdict]
        result.add_scatter(
            x=[0] * len(own), y=[place + 9 for place in own], mode="markers", name=f"{verdict} ({len(own)})",
            marker={"symbol": symbol, "size": 15, "color": tint, "line": {"color": theme.INK, "width": 1}},
            hoverinfo="skip", cliponaxis=False, showlegend=True,
        )
    for place, text in zip(places, texts, strict=True):
        result.add_annotation(
            x=0, y=place - 3, text=text, showarrow=False, align="left", xanchor="left", yanchor="top", xshift=18,
        )
    result.update_xaxes(visible=False, range=[-0.03, 1], fixedrange=True)
    result.update_yaxes(visible=False, range=[down, -8], fixedrange=True)
    return result.update_layout(margin={"l": 14, "r": 8, "b": 6})
