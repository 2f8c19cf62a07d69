"""Data sets of the course: plain arrays with names, each with a card that says where they are from.

    digits = data.load("digits")
    digits.x_train, digits.y_train, digits.x_test, digits.y_test
"""

import importlib

from layerwise import lazy

# The module of each data set; each has `load(name, source, address, folder, **options)`.
_CATALOGUE = {
    "breast_cancer": "tables",
    "cars": "tables",
    "chest_xrays": "scans",
    "clothing": "pictures",
    "co2": "series",
    "company_reports": "writing",
    "dates_in_words": "translations",
    "diabetes": "tables",
    "digits": "pictures",
    "el_nino": "series",
    "emoji": "emoji",
    "english": "texts",
    "eye_scans": "scans",
    "first_names": "texts",
    "flowers": "flowers",
    "market": "series",
    "moving_digits": "video",
    "numbers_in_words": "translations",
    "parts": "scenes",
    "penguins": "tables",
    "python_source": "texts",
    "road_scenes": "scenes",
    "shakespeare": "texts",
    "spam": "texts",
    "spoken_digits": "speech",
    "spoken_words": "speech",
    "sunspots": "series",
    "support_tickets": "writing",
    "surveillance": "video",
    "transactions": "transactions",
    "weather": "series",
    "wine": "tables",
}

SOURCES = ("auto", "best", "official", "bundled", "drawn", "live")

# Functions for a learner's own files, for feeding models, and for borrowed weights; loaded when first used.
_WHERE = {
    "from_csv": "own",
    "from_folder": "own",
    "from_text": "own",
    "from_wav": "own",
    "pipeline": "feeding",
    "pretrained": "weights",
}

_HERE = ("SOURCES", "catalogue", "load", "names")

__all__ = [*_HERE, *_WHERE]

__getattr__, __dir__ = lazy.exports(__name__, {**dict.fromkeys(_HERE, "__init__"), **_WHERE})


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


def catalogue():
    """Return the cards of all data sets as one table for a page.

    Example:
        >>> from layerwise import data
        >>> "digits: Handwritten digits (MNIST)" in repr(data.catalogue())
        True
    """
    from layerwise import paths
    from layerwise.data import _card, _dataset

    return _dataset.Catalogue([_card.read(name, paths.bundled()) for name in names()])


def load(name, *, source="auto", address=None, **options):
    """Load a data set.

    The official data is looked for in the folder that the environment variable ``LAYERWISE_MIRROR`` names, then in the
    cache. It is held against the hashes in the data set's card before it is given out.

    Args:
        name: Its name, see `names`.
        source: "auto" takes the official data from mirror or cache, otherwise what comes with the course, and never
            downloads; "best" takes the official data, downloading it where that is possible, otherwise what comes with
            the course, with a note; "official" takes the official data or fails. Of what comes with the course there
            is "bundled", a sample, the same for everybody; "drawn", made by a documented generator; "live", read from
            software that is installed here. Each data set's card says which it has.
        address: Another address of the official file, such as a school's own server (where there are several files, of
            the folder that holds them). The files must be the same.
        options: Settings of a drawn data set, such as ``seed=1``; its card names them.

    Returns:
        A `Dataset`: its arrays are attributes, such as ``x_train``, ``y_train``, ``x_test``, ``y_test``; ``classes``
        names the classes; ``card`` and ``source`` say what it is and where it came from. Shown in a notebook, it is
        its own card.

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
    module = importlib.import_module(f"{__name__}.{_CATALOGUE[name]}")
    return module.load(name, source=source, address=address, **options)
