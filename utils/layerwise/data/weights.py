"""Weights that somebody else has trained: arrays by name, with a card that says by whom and on what."""

from layerwise import paths
from layerwise.data import _card, _dataset, _sources
from layerwise.data.pictures import read_npz
from layerwise.suggest import CourseError, nearest

NAMES = ("efficientnet_lite0",)


class Weights(dict):
    """Arrays by name, in the order of the layers, with the ``card`` of the network."""

    def __init__(self, arrays, card):
        super().__init__(arrays)
        self.card = card

    def __repr__(self):
        numbers = sum(array.size for array in self.values())
        return f"{self.card}\n{len(self)} weights, {numbers:,} numbers"

    def _repr_html_(self):
        numbers = sum(array.size for array in self.values())
        size = f"{len(self)} arrays, {numbers:,} numbers: {self.card.arrays['weights']}"
        rows = [("weights", size), ("from", self.card.origin), ("licence", self.card.licence)]
        return _dataset.shown(self.card, rows)


def pretrained(name, *, folder=None):
    """Return the weights of a network that others have trained.

    | name | what | licence |
    |---|---|---|
    | "efficientnet_lite0" | EfficientNet-Lite0, trained on ImageNet, without its last layer | Apache-2.0 |

    Args:
        name: One of the names in the table.
        folder: The folder of bundled data; the course's own when None.

    Returns:
        A `Weights`: a dict from names to arrays, kernels in Keras's order of axes, `(height, width, channels,
        filters)`; ``card`` says where it is from.

    Raises:
        layerwise.suggest.CourseError: When the name is unknown, or the file is not the one that the card names.

    Example:
        >>> from layerwise import data
        >>> weights = data.pretrained("efficientnet_lite0")
        >>> weights["_conv_stem.weight"].shape
        (3, 3, 3, 32)

    Explained in lesson 09.
    """
    import numpy as np

    if name not in NAMES:
        raise CourseError(f"There are no weights {name!r}; there are {', '.join(NAMES)}.{nearest(name, NAMES)}")
    card = _card.read(name, folder or paths.bundled())
    entry = card.bundled["files"][0]
    path = card.folder / entry["file"]
    try:
        _sources.check_file(path, [f"sha256:{entry['sha256']}"])
        with np.load(path, allow_pickle=False) as packed:
            names = list(packed.files)
        arrays = read_npz(path, names)
    except (OSError, _sources.Damaged) as problem:
        restore = _card.RESTORE.format(folder=card.folder)
        raise CourseError(f"The file {path} cannot be used: {problem}. {restore}") from problem
    return Weights({key: array.astype("float32") for key, array in arrays.items()}, card)
