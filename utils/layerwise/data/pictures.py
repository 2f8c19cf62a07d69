"""Data sets of small pictures with a class each: digits and clothing."""

import math
import zipfile
import zlib
from pathlib import Path

from layerwise.data import _archive, _sources
from layerwise.data._sources import Damaged

KEYS = ("x_train", "y_train", "x_test", "y_test")
_LARGEST_IDX = 60_000 * 28 * 28 + 16
_DIMENSIONS = 3  # of an IDX file, at most: pictures, rows, columns
_LARGEST_NPZ = 200_000_000  # bytes that the arrays of one file may unpack to; MNIST, the largest, has 55 MB


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return a data set of pictures: ``x_train``, ``y_train``, ``x_test``, ``y_test``.

    Args:
        name: Its name: the folder under `folder` that holds its card and its bundled sample.
        source: See `layerwise.data.load`.
        address: Another address of the official file, or of the folder of official files.
        folder: The folder of bundled data; the course's own when None.
    """
    return _sources.load(
        name, source=source, address=address, folder=folder, options=options, official=official, bundled=bundled
    )


def bundled(files):
    """Return the arrays of the one ``.npz`` file of a bundled sample."""
    return read_npz(files[0], KEYS)


def official(files):
    """Return the arrays of an official ``.npz`` file, or of four IDX files in the order of `KEYS`."""
    if len(files) == 1:
        return read_npz(files[0], KEYS)
    arrays = {}
    for key, path in zip(KEYS, files, strict=True):
        try:
            arrays[key] = read_idx(path)
        except Damaged as problem:
            raise Damaged(f"holds {path.name}, which {problem}") from None
        except OSError as problem:
            raise Damaged(f"holds {path.name}, which cannot be read ({problem.strerror or problem})") from None
    return arrays


def read_npz(path, keys):
    """Return the named arrays of an ``.npz`` file.

    Args:
        path: The file.
        keys: The names of the arrays that it must hold.

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When the file is cut short, is something else, lacks an array, or unpacks to more than any of them.
    """
    import numpy as np

    try:
        # allow_pickle=False: a tampered file must not run code.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as packed:
            if sum(entry.file_size for entry in packed.zip.infolist()) > _LARGEST_NPZ:
                raise Damaged(f"unpacks to more than the {_LARGEST_NPZ / 1e6:,.0f} MB that are allowed")
            return {key: packed[key] for key in keys}
    except FileNotFoundError:
        raise
    except KeyError as error:
        raise Damaged(f"holds no array {error}") from None
    except MemoryError:
        raise Damaged("promises arrays larger than the memory") from None
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise Damaged(f"is cut short or is not an .npz file ({type(error).__name__}: {error})") from None


def read_idx(path):
    """Return the array in a file of the IDX format that MNIST was published in, packed by gzip or not.

    The fourth byte is the number of dimensions; each follows as four bytes, highest first; then the values.

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When the file does not hold as many unsigned bytes as its header says.
    """
    import numpy as np

    raw = _archive.ungzip(path, size=_LARGEST_IDX) if Path(path).suffix == ".gz" else Path(path).read_bytes()
    if raw[:3] != b"\0\0\x08" or len(raw) < 4 or not 1 <= raw[3] <= _DIMENSIONS or len(raw) < 4 + 4 * raw[3]:
        raise Damaged(f"is no IDX file of unsigned bytes; it starts with {raw[:4]!r}")
    shape = tuple(np.frombuffer(raw, ">u4", count=raw[3], offset=4).tolist())
    values = np.frombuffer(raw, "uint8", offset=4 + 4 * raw[3])
    if len(values) != math.prod(shape):
        raise Damaged(f"promises {math.prod(shape):,} values of shape {shape} and holds {len(values):,}")
    return values.reshape(shape)
