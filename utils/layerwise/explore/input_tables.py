"""A table on its way into a network: gaps, words, units."""

import functools

import numpy as np

from layerwise import plot
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot.tables import is_gap

GAPS = ("leave them", "drop the row", "median", "median and a flag")
WORDS = ("leave them", "numbers 0, 1, 2", "one-hot")
UNITS = ("leave them", "0 to 1", "standardised")
ROWS = 6  # shown at once


def build(examples, state):
    """Return the explorer.

    Args:
        examples: A `pandas.DataFrame`, or a dict from a column's name to its values.
        state: Values to start from.
    """
    columns = _columns(examples)
    count = len(next(iter(columns.values())))
    gaps = [i for i in range(count) if any(is_gap(values[i]) for values in columns.values())]
    first = max(0, min((gaps[0] if gaps else 0) - 1, count - ROWS))
    controls = (
        Choice("gaps", "gaps", GAPS, GAPS[0], help="What becomes of a cell that is empty."),
        Choice("words", "words", WORDS, WORDS[0], help="What becomes of a cell with a word."),
        Choice("units", "numbers", UNITS, UNITS[0], help="What becomes of millimetres and grams."),
        Slider("row", "first row shown", 0, max(1, count - ROWS), first, step=1, help="Where to look into the table."),
    )
    return Explorer(
        "A table becomes numbers", controls, compute=functools.partial(compute, columns), draw=draw, say=say,
        state=state,
    )


def _columns(table):
    names = list(table.columns) if hasattr(table, "columns") else list(table)
    columns = {}
    for name in names:
        values = table[name]
        kind = getattr(values, "dtype", None)
        array = np.asarray(values, dtype="float64") if getattr(kind, "kind", "O") in "biuf" else None
        if array is None:
            listed = list(values)
            numbers = all(is_gap(one) or isinstance(one, (int, float)) for one in listed)
            array = np.array([np.nan if is_gap(one) else one for one in listed], "float64") if numbers else np.array(
                [None if is_gap(one) else str(one) for one in listed], dtype=object
            )
        columns[str(name)] = array
    if not columns or len({len(values) for values in columns.values()}) != 1 or not len(next(iter(columns.values()))):
        raise ValueError("A table needs columns of equal length with at least one row.")
    return columns


def compute(columns, *, gaps, words, units, row):
    """Return the table before and after."""
    holes = {name: _holes(values) for name, values in columns.items()}
    any_hole = np.any(list(holes.values()), axis=0)
    keep = ~any_hole if gaps == "drop the row" else np.ones(len(any_hole), bool)
    fill = gaps.startswith("median")
    made, filled = {}, {}
    for name, values in columns.items():
        hole, known = holes[name], values[~holes[name]]
        if values.dtype != object:
            made |= _numbers(name, values, hole, known, units, fill, filled)
        else:
            made |= _words(name, values, hole, known, words, fill, filled)
        if gaps == "median and a flag" and hole.any():
            made[f"no {name}"] = hole.astype("float64")
    made = {name: values[keep] for name, values in made.items()}
    filled = {name: flags[keep] for name, flags in filled.items()}
    # What is left of a table after dropping rows is shown from the same place on.
    start = min(int(keep[:row].sum()), max(0, int(keep.sum()) - ROWS))
    window = slice(start, start + ROWS)
    return {
        "before": {name: values[row : row + ROWS] for name, values in columns.items()},
        "after": {name: values[window] for name, values in made.items()},
        "filled": {name: flags[window] for name, flags in filled.items()},
        "rows": int(keep.sum()), "all": len(keep), "columns": len(made),
        "holes": int(sum(_holes(values).sum() for values in made.values())),
        "texts": sum(values.dtype == object for values in made.values()),
        "gaps": int(sum(hole.sum() for hole in holes.values())),
    }


def _holes(values):
    return np.array([value is None for value in values]) if values.dtype == object else np.isnan(values)


def _numbers(name, values, hole, known, units, fill, filled):
    if fill and hole.any() and len(known):
        values, filled[name] = np.where(hole, np.median(known), values), hole
    if units == "0 to 1" and len(known):
        values = (values - known.min()) / ((known.max() - known.min()) or 1.0)
    elif units == "standardised" and len(known):
        values = (values - known.mean()) / (known.std() or 1.0)
    return {name: values}


def _words(name, values, hole, known, words, fill, filled):
    kinds = sorted(set(known))
    if words == "leave them":
        if fill and hole.any():
            values, filled[name] = np.where(hole, "unknown", values), hole
        return {name: values}
    # A missing word is a kind of its own to one-hot: all zeros. As a number it stays a gap, or becomes -1.
    if words == "one-hot":
        return {f"{name} {kind}": (values == kind).astype("float64") for kind in kinds}
    codes = np.array([kinds.index(value) if value is not None else (-1.0 if fill else np.nan) for value in values])
    if fill and hole.any():
        filled[name] = hole
    return {name: codes}


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    tables = {"the table as it comes": result["before"], "what the network would get": result["after"]}
    return plot.cells(
        tables, rows=ROWS, filled=result["filled"], narrow=narrow, title="A table becomes numbers"
    )


def _counted(count, one, many):
    return f"{count} {one if count == 1 else many}"


def _left(result):
    """Return what became of the gaps where nothing was done about them."""
    if not result["gaps"]:
        return "This table has no gaps"
    zeros = ", and a missing word has become a row of zeros" if result["holes"] < result["gaps"] else ""
    among = " among the numbers" if zeros else ""
    return f"Of {result['gaps']} gaps {result['holes']}{among} are still there{zeros}"


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and whether a network could take it."""
    shape = f"{result['rows']} rows × {result['columns']} columns"
    left = [_counted(result["holes"], "gap", "gaps")] * bool(result["holes"])
    left += [_counted(result["texts"], "column of words", "columns of words")] * bool(result["texts"])
    fit = f"a network cannot take it yet, because of {' and '.join(left)}" if left else "a network can take it"
    if changed == "gaps":
        lost = f"{result['all'] - result['rows']} of {result['all']} rows"
        did = {
            "leave them": _left(result),
            "drop the row": f"Dropping loses {lost}, and perhaps not by chance",
            "median": "The median fills each gap among the numbers, and nothing there tells that it was guessed",
            "median and a flag": "The median fills each gap among the numbers, and a column of its own says where",
        }[state["gaps"]]
        return f"{did}: {shape}; {fit}."
    if changed == "words":
        did = {
            "leave them": "Words stay words",
            "numbers 0, 1, 2": "As numbers the words have got an order and distances that mean nothing",
            "one-hot": "A column for each word, with 1 where it stands and 0 elsewhere: no order, no distances",
        }[state["words"]]
        return f"{did}: {shape}; {fit}."
    if changed == "units":
        did = {
            "leave them": "Each column keeps its unit, so thousands stand beside tens",
            "0 to 1": "Each measured column runs from 0 to 1: a single odd value would squeeze all others together",
            "standardised": "Each measured column has mean 0 and spread 1, whatever its unit was",
        }[state["units"]]
        return f"{did}: {shape}; {fit}."
    return f"The table would become {shape}; {fit}."
