"""What reading somebody's own files reports: a card made in memory, what was dropped, and why."""

import os
from pathlib import Path

from layerwise.data import _card
from layerwise.data._dataset import Dataset
from layerwise.suggest import CourseError, nearest

MOST_BYTES = 4_000_000_000  # the most memory for pictures or recordings as one array
_NAMED = 3  # names before "and 7 more"


def found(path, expected):
    """Return a path that exists.

    Args:
        path: What the caller was given: a string or a path; ``~`` is the home folder.
        expected: What should be there, such as "a folder of pictures".

    Raises:
        CourseError: When nothing is there; the message names the nearest thing that is.
    """
    if not isinstance(path, (str, os.PathLike)) or not str(path).strip():
        raise CourseError(f"{path!r} came; expected was the path of {expected}, such as \"my_data\".")
    try:
        place = Path(path).expanduser()
        if place.exists():
            return place
        parent = next(one for one in place.absolute().parents if one.is_dir())
        missing = place.absolute().relative_to(parent).parts[0]
        near = nearest(missing, sorted(one.name for one in parent.iterdir()))
    except (OSError, ValueError, RuntimeError) as error:
        raise CourseError(
            f"{str(path)!r} cannot be read as a path ({error}). Expected was {expected}. On Windows write paths with / "
            "or with a leading r, as in r\"C:\\photos\"."
        ) from None
    raise CourseError(
        f"There is no {shown(path)}: {shown(parent)} holds no {shown(missing)!r}. Expected was {expected}.{near} "
        f"Python looks from the folder {shown(Path.cwd())}."
    )


def fits(needed, what, instead):
    """Raise a CourseError when an array would take more bytes of memory than is sensible."""
    if needed > MOST_BYTES:
        raise CourseError(
            f"{what} would take {needed / 1e9:,.1f} GB of memory as one array; {MOST_BYTES / 1e9:.0f} GB are allowed. "
            f"Ask for {instead}, or take fewer files."
        )


def shown(name):
    """Return a name that can be printed everywhere, also where the file system holds bytes that are no UTF-8."""
    return os.fsencode(str(name)).decode("utf-8", "replace")


def count(number, one, many=None):
    """Return a number and its noun.

    Example:
        >>> count(1, "picture"), count(1200, "picture"), count(0, "class", "classes")
        ('1 picture', '1,200 pictures', '0 classes')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def some(names):
    """Return the first few names and how many more there are.

    Example:
        >>> some("abcde")
        'a, b, c and 2 more'
    """
    names = [str(name) for name in names]
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def grouped(dropped):
    """Return in one sentence what was dropped and why, the most frequent reason first.

    Example:
        >>> grouped([("a.txt", "no picture"), ("b.jpg", "empty"), ("c.txt", "no picture")])
        '2 × no picture (a.txt, c.txt); 1 × empty (b.jpg)'
    """
    reasons = {}
    for what, why in dropped:
        reasons.setdefault(why, []).append(what)
    ordered = sorted(reasons.items(), key=lambda item: -len(item[1]))
    return "; ".join(f"{len(names):,} × {why} ({some(names)})" for why, names in ordered)


def dataset(*, kind, title, what, place, arrays, told, dropped, remarks, classes=()):
    """Return somebody's own data as a `Dataset`, with a note of what was dropped and what to look at.

    Args:
        kind: One of `layerwise.data._card.KINDS`.
        title: What it is, for the card's head.
        what: What was read, in a sentence or two.
        place: The file or folder that it came from.
        arrays: The arrays by name.
        told: What each of them is, by name.
        dropped: A list of tuples: what was left out, why.
        remarks: Sentences about what was changed or should be looked at.
        classes: The names of the classes.
    """
    note = "\n".join([*([f"Dropped: {grouped(dropped)}."] if dropped else []), *remarks])
    card = _card.Card(
        name=shown(place.name or place), title=title, kind=kind, what=what,
        arrays={**told, "dropped": "what was left out and why" if dropped else "nothing was left out"},
        classes=tuple(classes), origin=shown(place),
        licence="your own data: only you know who made it, and whether you may pass it on",
        citation="Your own data.", faults=(), official={}, bundled={}, drawn={}, live={}, folder=place,
    )
    return Dataset(
        card=card, arrays={**arrays, "dropped": list(dropped)}, classes=tuple(classes), source="own",
        note=note or "Everything was read; nothing was dropped.",
    )


def per_class(labels, classes):
    """Return how many examples each class has, such as "cat 12, dog 9"."""
    import numpy as np

    counts = np.bincount(labels, minlength=len(classes))
    most = 12
    listed = ", ".join(f"{name} {number:,}" for name, number in zip(classes[:most], counts[:most], strict=True))
    return listed + (f" and {len(classes) - most} more classes" if len(classes) > most else "")
