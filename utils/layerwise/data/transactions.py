"""Card payments in time order, some of them fraud: drawn by a documented generator.

    payments = data.load("transactions")
    payments.table, payments.target, payments.labels
"""

from layerwise.data import _sources
from layerwise.data.tables import check_whole

_LIMITS = {"seed": (0, 2**63 - 1), "customers": (50, 20_000), "months": (3, 36)}


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return card payments: a ``table`` of what a bank sees, its ``target``, and the ``labels`` known only later.

    Args:
        name: "transactions".
        source: See `layerwise.data.load`.
        address: Not used: the data is drawn.
        folder: The folder of the card; the course's own when None.
        options: ``seed``; ``customers`` (50 to 20,000; each makes about 100 payments a year); ``months`` (3 to 36).

    Raises:
        layerwise.suggest.CourseError: When an option is unknown or out of range.

    Example:
        >>> from layerwise import data
        >>> payments = data.load("transactions", customers=100, months=3)
        >>> payments.target, payments.table.time.is_monotonic_increasing
        ('fraud', True)
    """
    check_whole(name, options, _LIMITS)
    return _sources.load(name, source=source, address=address, folder=folder, options=options, drawn=_draw)


def _draw(*, seed, customers=1000, months=12):
    from layerwise.data.drawing import transactions as draw_transactions

    return draw_transactions.draw(seed=seed, customers=customers, months=months)
