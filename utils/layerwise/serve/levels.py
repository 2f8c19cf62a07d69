"""The level of service that a table of requests shows."""

import numpy as np

from layerwise.suggest import CourseError


def percentiles(table, levels=(50, 95, 99)):
    """Return latencies that a share of all requests stayed within, by nearest rank.

    A request without an answer counts as one that waited for ever: "95 % within 100 ms" is a promise to everybody who
    asked, also to those who were sent away.

    Args:
        table: What `load` or `simulate` returned.
        levels: Shares in percent.

    Returns:
        A dict such as ``{"p50": 0.012, "p95": 0.031, "p99": inf}``, in seconds.

    Raises:
        CourseError: The table is empty.

    Example:
        >>> import pandas as pd
        >>> from layerwise import serve
        >>> outcomes = ["answered"] * 99 + ["busy"]
        >>> serve.percentiles(pd.DataFrame({"seconds": range(1, 101), "outcome": outcomes}), (50, 99, 100))
        {'p50': 50.0, 'p99': 99.0, 'p100': inf}

    Explained in lesson 25.
    """
    if not len(table):
        raise CourseError("percentiles() was given a table without requests. Load the service first.")
    waits = np.where(table["outcome"] == "answered", table["seconds"], np.inf)
    return {f"p{level:g}": float(np.percentile(waits, level, method="inverted_cdf")) for level in levels}


def summary(tables):
    """Return one row for each load: how much was asked, how much was answered, and how fast.

    Args:
        tables: A dict from names, such as rates, to tables of `load` or `simulate`.

    Returns:
        A ``pandas.DataFrame`` with the columns ``asked`` (requests a second that were due), ``answered`` (answers a
        second), ``share`` (of the requests that were answered), ``p50``, ``p95`` and ``p99`` (seconds), and the
        requests that went wrong by outcome.

    Example:
        >>> import pandas as pd
        >>> from layerwise import serve
        >>> table = pd.DataFrame({"due": [0.0, 1.0], "answered": [0.5, 2.0], "seconds": [0.5, 1.0]})
        >>> float(serve.summary({"try": table.assign(outcome="answered")}).loc["try", "p95"])
        1.0

    Explained in lesson 25.
    """
    import pandas as pd

    rows = {}
    for name, table in tables.items():
        right = table["outcome"] == "answered"
        span, end = table["due"].max() - table["due"].min(), table["answered"].max() - table["due"].min()
        rows[name] = {
            "asked": len(table) / span if span else float("nan"),
            "answered": right.sum() / end if end else float("nan"),
            "share": right.mean(),
            **percentiles(table),
            **table["outcome"][~right].value_counts().to_dict(),
        }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    wrong = list(frame.columns[6:])
    return frame.fillna(dict.fromkeys(wrong, 0)).astype(dict.fromkeys(wrong, int))
