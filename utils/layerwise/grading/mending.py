"""Give the cells of a submission their places in an nbgrader assignment back, whatever happened to them.

nbgrader knows a cell by its metadata. Copying, deleting, renaming and other programs lose or double these; here a cell
is known by what it defines or checks. No learner's cell is changed or left out; cells are only marked, and added.
"""

import re
from dataclasses import dataclass

MISSING = "This cell was not in the notebook that was handed in."


@dataclass(frozen=True)
class Place:
    """A cell that an assignment has.

    Args:
        name: nbgrader's name for it, such as "02_dense" or "02_dense_check".
        kind: "code" or "markdown".
        source: What it says in the assignment.
        locked: Whether the assignment's own text counts, whatever a learner made of it.
        answer: The name that a cell for an answer defines, or "".
        exercise: The exercise that a check is about, such as "02.dense", or "".
    """

    name: str
    kind: str
    source: str
    locked: bool = False
    answer: str = ""
    exercise: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: its kind, its source, and the name that nbgrader's metadata give it, or ""."""

    kind: str
    source: str
    name: str = ""


def mend(cells, places):
    """Return where the places of an assignment are among the cells of a submission.

    Args:
        cells: List of `Cell`, as they were handed in.
        places: List of `Place`, in the assignment's order.

    Returns:
        List of pairs of a cell's number, or None where a cell is to be added, and its `Place` or None: all the cells
        in their order, and each place exactly once.

    Example:
        >>> places = [Place("02_dense", "code", "def dense(): ...", answer="dense")]
        >>> [place and place.name for _, place in mend([Cell("code", "1"), Cell("code", "def dense(x): 1")], places)]
        [None, '02_dense']
    """
    taken = {}
    for place in places:
        found = _find(cells, place, taken)
        if found is not None:
            taken[found] = place
    mended = [(number, taken.get(number)) for number in range(len(cells))]
    before = None
    for place in places:
        if place not in taken.values():
            mended.insert(_after(mended, cells, place, before), (None, place))
        before = place
    return mended


def added(place):
    """Return what a cell says that is added for a place that has none: the learner's own is never invented."""
    if place.locked:
        return place.source
    return f"# {MISSING}" if place.kind == "code" else f"*{MISSING}*"


def _find(cells, place, taken):
    """Return the number of the cell that has this place, or None."""
    free = [n for n, cell in enumerate(cells) if n not in taken and cell.kind == place.kind]
    named = [n for n in free if cells[n].name == place.name]
    if place.locked:
        # nbgrader writes the assignment's text over this cell: it must hold nothing else.
        same = [n for n in free if _plain(cells[n].source) == _plain(place.source)]
        named = [n for n in named if _plain(cells[n].source) in _plain(place.source)]
        found = same or named
    elif place.answer:
        defines = [n for n in free if _defines(cells[n].source, place.answer)]
        # Of several, the last one that is more than what was handed out: the grader counts the same one.
        written = [n for n in defines if _plain(cells[n].source) != _plain(place.source)]
        found = written or defines or named
    else:
        found = named
    return found[-1] if found else None


def _defines(source, name):
    return bool(re.search(rf"^(?:(?:async +)?def|class) +{name}\b|^{name} *(?::[^=\n]*)?=(?!=)", source, re.MULTILINE))


def _plain(source):
    return "".join(source.split())


def _after(mended, cells, place, before):
    """Return where a missing cell belongs: behind a learner's own check of the same exercise, or the place before."""
    checks = re.compile(rf"""check\(\s*["']{re.escape(place.exercise)}["']""") if place.exercise else None
    after = -1
    for number, (cell, its) in enumerate(mended):
        own = checks and cell is not None and cells[cell].kind == "code" and checks.search(cells[cell].source)
        if own or (before is not None and its is before):
            after = number
    return after + 1
