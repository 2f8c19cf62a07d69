"""What all makers of samples share: the same bytes each time, and nothing that the card does not promise."""

import hashlib
import io
import zipfile

import numpy as np

from layerwise import paths
from layerwise.data import _card


def npz(arrays, *, level=9):
    """Return arrays as the bytes of an ``.npz`` file, the same bytes each time (no time stamps, fixed order)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(entry, content.getvalue(), compresslevel=level)
    return packed.getvalue()


def arrays_differ(arrays, promised):
    """Print each array's content hash and return the names of those that a card's table promises otherwise."""
    wrong = []
    for name, array in arrays.items():
        digest = _card.content_hash(array)
        print(f'{name} = "{digest}"  # {array.shape}')
        wrong += [name] if promised.get(name) != digest else []
    return wrong


def write(name, files):
    """Write the files of a sample when each has the SHA-256 that its card lists, where it lists one.

    Args:
        name: The data set's name.
        files: A dict from file names to bytes, in the card's order.

    Raises:
        SystemExit: When a file's hash differs. It is printed, so that a person can look and then put it into the card.
    """
    card = _card.read(name, paths.bundled())
    promised = {file["file"]: file.get("sha256") for file in card.bundled["files"]}
    if list(files) != list(promised):
        raise SystemExit(f"The card of {name!r} lists the files {list(promised)}; made were {list(files)}.")
    wrong = []
    for file, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        print(f'file = "{file}"\nsha256 = "{digest}"  # {len(content):,} bytes')
        wrong += [file] if promised[file] not in (None, digest) else []
    if wrong:
        raise SystemExit(f"The card of {name!r} promises other content for {', '.join(wrong)}; nothing was written.")
    for file, content in files.items():
        (card.folder / file).write_bytes(content)
