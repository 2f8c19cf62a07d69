"""Data sets of the course: plain arrays with names, each with a card that says where they are from.

    digits = data.load("digits")
    digits.x_train, digits.y_train, digits.x_test, digits.y_test
"""

import importlib

# One module per kind of data; each has `load(name, source, address)`.
_CATALOGUE = {"digits": "pictures"}

SOURCES = ("auto", "best", "official", "bundled")

__all__ = ["SOURCES", "load", "names"]


def names():
    """Return the names of the data sets.

    Returns:
        A list of strings; each is a first argument of `load`.

    Example:
        >>> from layerwise import data
        >>> "digits" in data.names()
        True
    """
    return sorted(_CATALOGUE)


def load(name, *, source="auto", address=None):
    """Load a data set.

    The official data is looked for in the folder that the environment variable ``LAYERWISE_MIRROR`` names, then in the
    cache. Every array is held against the hashes in the data set's card before it is given out.

    Args:
        name: Its name, see `names`.
        source: "auto" takes the official data from mirror or cache, otherwise the bundled sample, and never downloads;
            "best" takes the official data, downloading it where that is possible, otherwise the bundled sample with a
            note; "official" takes the official data or fails; "bundled" takes the sample that comes with the course,
            the same for everybody.
        address: Another address of the official file, such as a school's own server. The file must be the same.

    Returns:
        A `Dataset`: ``x_train``, ``y_train``, ``x_test``, ``y_test`` are NumPy arrays; ``classes`` names the classes;
        ``card`` and ``source`` say what it is and where it came from. Shown in a notebook, it is its own card.

    Raises:
        layerwise.suggest.CourseError: When the name is unknown, or the data cannot be had whole. The message says
            what to do.

    Example:
        >>> from layerwise import data
        >>> digits = data.load("digits", source="bundled")
        >>> digits.x_train.shape, digits.x_test.shape
        ((10000, 28, 28), (10000, 28, 28))
    """
    from layerwise.suggest import CourseError, nearest

    if not isinstance(name, str) or name not in _CATALOGUE:
        raise CourseError(
            f"There is no data set {name!r}; there is {', '.join(names())}.{nearest(name, _CATALOGUE)}"
        )
    if source not in SOURCES:
        raise CourseError(
            f"There is no source {source!r}; there is {', '.join(SOURCES)}.{nearest(source, SOURCES)}"
        )
    return importlib.import_module(f"{__name__}.{_CATALOGUE[name]}").load(name, source=source, address=address)
