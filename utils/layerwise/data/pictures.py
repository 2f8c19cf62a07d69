"""Data sets of small pictures with a class each, kept as four arrays in one ``.npz`` file."""

import zipfile
import zlib
from pathlib import Path

from layerwise import paths
from layerwise.data import _card, _sources
from layerwise.data._dataset import Dataset

KEYS = ("x_train", "y_train", "x_test", "y_test")


def load(name, *, source="auto", address=None, folder=None):
    """Return a data set of pictures.

    Args:
        name: Its name: the folder under `folder` that holds its card and its bundled sample.
        source: See `layerwise.data.load`.
        address: Another address of the official file.
        folder: The folder of bundled data; the course's own when None.
    """
    card = _card.read(name, folder or paths.bundled())
    arrays, used, note = _sources.choose(card, source=source, address=address, read=read)
    return Dataset(
        name=name, classes=card.classes, card=card, source=used, note=note,
        x_train=arrays["x_train"], y_train=arrays["y_train"].astype("int64"),
        x_test=arrays["x_test"], y_test=arrays["y_test"].astype("int64"),
    )


def read(path, hashes):
    """Return the arrays of an ``.npz`` file when each has the content that its hash stands for.

    Args:
        path: The file.
        hashes: A dict from array names to content hashes (`_card.content_hash`).

    Raises:
        FileNotFoundError: When there is no such file.
        _sources.Damaged: When the file is cut short, is something else, or holds other values.
    """
    import numpy as np

    arrays = {}
    try:
        # allow_pickle=False: a tampered file must not run code.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as packed:
            for key in KEYS:
                arrays[key] = packed[key]
    except FileNotFoundError:
        raise
    except KeyError as error:
        raise _sources.Damaged(f"holds no array {error}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise _sources.Damaged(f"is cut short or is not an .npz file ({type(error).__name__}: {error})") from None
    for key in KEYS:
        if _card.content_hash(arrays[key]) != hashes[key]:
            raise _sources.Damaged(f"holds other values in {key} than the card promises")
    return arrays
