"""Medical scans: chest X-ray films, real ones or drawn phantoms, and drawn phantoms of eye scans."""

import functools

from layerwise.data import _sources
from layerwise.data._sources import Damaged
from layerwise.data.drawing import chest as draw_chest
from layerwise.data.drawing import eye as draw_eye
from layerwise.data.drawing import options as draw_options
from layerwise.data.pictures import read_npz

SIZES = {
    "chest_xrays": {"train": 3000, "validation": 500, "test": 600},
    "eye_scans": {"train": 2400, "validation": 300, "test": 500},
}
"""How many scans are drawn for each part, unless asked otherwise."""

_GENERATORS = {"chest_xrays": draw_chest.draw_films, "eye_scans": draw_eye.draw_scans}
_PARTS = {"train": "train", "validation": "val", "test": "test"}  # our names and those in the official file
_SIDE = 28  # pixels of the official films
_MOST = 100_000  # scans in one part; more would fill the memory


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return a data set of scans: ``x_train``, ``y_train``, and the same for ``_validation`` and ``_test``.

    Drawn scans have masks besides, and say from which patient, site or device each is; the card names all arrays.

    Args:
        name: Its name: the folder under `folder` that holds its card.
        source: See `layerwise.data.load`.
        address: Another address of the official file.
        folder: The folder of bundled data; the course's own when None.
        options: For drawn scans: ``seed``, and ``train``, ``validation``, ``test``, how many of each.

    Raises:
        CourseError: When the scans cannot be had whole, or an option is none.

    Example:
        >>> from layerwise import data
        >>> chest = data.load("chest_xrays", source="drawn", train=20, validation=10, test=10)
        >>> chest.x_train.shape, chest.masks_train.max().item(), chest.classes
        ((20, 64, 64), 1, ('normal', 'pneumonia'))
    """
    return _sources.load(
        name, source=source, address=address, folder=folder, options=options, official=official,
        drawn=functools.partial(drawn, name),
    )


def official(files):
    """Return the films of PneumoniaMNIST, or of a file in its form, under the course's names.

    Args:
        files: A list of one path: an ``.npz`` file with pictures of shape `(n, 28, 28)`, uint8, and labels of shape
            `(n, 1)`, 0 or 1, for each of "train", "val" and "test".

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When it is cut short, lacks an array, or holds something else.
    """
    packed = read_npz(files[0], [f"{theirs}_{what}" for theirs in _PARTS.values() for what in ("images", "labels")])
    arrays = {}
    for ours, theirs in _PARTS.items():
        pictures, labels = packed[f"{theirs}_images"], packed[f"{theirs}_labels"]
        if pictures.dtype != "uint8" or pictures.ndim != 3 or pictures.shape[1:] != (_SIDE, _SIDE) or not len(pictures):
            raise Damaged(
                f"holds {theirs}_images of shape {pictures.shape} and type {pictures.dtype} in place of pictures of "
                f"{_SIDE} by {_SIDE} pixels in uint8"
            )
        if labels.shape not in ((len(pictures),), (len(pictures), 1)) or labels.dtype.kind not in "iu":
            raise Damaged(
                f"holds {theirs}_labels of shape {labels.shape} and type {labels.dtype} in place of one whole number "
                f"for each of {len(pictures):,} pictures"
            )
        if labels.min() < 0 or labels.max() > 1:
            raise Damaged(f"holds {theirs}_labels from {labels.min()} to {labels.max()} in place of 0 and 1")
        arrays |= {f"x_{ours}": pictures, f"y_{ours}": labels.reshape(-1).astype("int64")}
    return arrays


def drawn(name, *, seed, train=None, validation=None, test=None):
    """Return the arrays of drawn scans.

    Args:
        name: "chest_xrays" or "eye_scans".
        seed: A whole number from 0 on; the same one gives the same scans.
        train, validation, test: How many scans in each part; None for as many as `SIZES` says.

    Raises:
        CourseError: When one is no such number.
    """
    given = {"seed": seed, "train": train, "validation": validation, "test": test}
    known = {"seed": draw_options.SEED, **{part: (count, 1, _MOST) for part, count in SIZES[name].items()}}
    asked = {option: value for option, value in given.items() if option == "seed" or value is not None}
    return _GENERATORS[name](**draw_options.filled(name, asked, known))
