"""What a pipeline feeds from: files or arrays, the order of a pass, and the cache."""

import contextlib
import dataclasses
import hashlib
import os
import threading
import time
from pathlib import Path

from layerwise.suggest import CourseError

ALIGNED = 64  # bytes; at such places TensorFlow can use an array's memory
_DAY = 86_400
_RECENT = 4  # orders that are remembered, for passes at the same time


@dataclasses.dataclass(frozen=True)
class Feed:
    """All that a pipeline knows, whichever form it takes.

    Attributes:
        examples: `Examples`.
        labels: An array, or None.
        order: `Order`.
        augment: A layer, a function, or None.
        batch_size: Examples in a batch.
        drop_last: Whether a smaller last batch is left out.
        workers: Threads that decode, where we start them ourselves.
    """

    examples: "Examples"
    labels: object
    order: "Order"
    augment: object
    batch_size: int
    drop_last: bool
    workers: int

    def __len__(self):
        """Return the number of batches in a pass."""
        return -(-self.needed // self.batch_size)

    @property
    def needed(self):
        """The number of examples in a pass."""
        rest = self.order.count % self.batch_size if self.drop_last else 0
        return self.order.count - rest

    def ready(self):
        """Return True when no file need be decoded, whatever the order of the next pass."""
        return bool(self.examples.has(slice(None if self.order.shuffle else self.needed)).all())

    def unaugmented(self):
        """Return the same without augmentation and in the order given, sharing the cache."""
        return dataclasses.replace(self, augment=None, order=Order(self.order.count, shuffle=False, seed=0))

    def augmenting(self):
        """Return a function of a batch that augments it, or None; try it once, so that it fails here if it fails.

        Raises:
            CourseError: When it fails, or makes something else of a batch than a batch.
        """
        if self.augment is None:
            return None
        import keras
        import numpy as np

        if isinstance(self.augment, keras.layers.Layer):
            def function(x):
                return self.augment(x, training=True)
        else:
            function = self.augment
        few = np.zeros((min(2, self.order.count), *self.examples.shape), self.examples.fed)
        try:
            made = function(keras.ops.convert_to_tensor(few))
        except Exception as error:
            raise augment_failed(error) from error
        if not hasattr(made, "shape") or len(made.shape) < 1 or made.shape[0] != len(few):
            came = f"shape {tuple(made.shape)}" if hasattr(made, "shape") else f"a {type(made).__name__}"
            raise CourseError(
                f"augment was given a batch of shape {few.shape} and returned {came}; a batch of as many examples was "
                "expected. A function must return what it made of the batch."
            )
        return function


def augment_failed(error):
    """Return the CourseError for an augmentation that raised."""
    return CourseError(
        f"augment failed on a batch ({type(error).__name__}: {str(error)[:500]}). It must take a batch of inputs as "
        "float32 and return one: a Keras layer, a keras.Sequential, or a function written with keras.ops (not NumPy)."
    )


class Order:
    """The orders in which passes go through the examples, each a function of the seed and the pass's number."""

    def __init__(self, count, *, shuffle, seed):
        self.count, self.shuffle, self.seed = count, shuffle, seed
        self._passes, self._lock, self._recent = 0, threading.Lock(), {}

    def next(self):
        """Return the number of a new pass, from 0."""
        with self._lock:
            self._passes += 1
            return self._passes - 1

    def of(self, number):
        """Return the order of a pass: an int64 array of shape `(count,)`."""
        import numpy as np

        with self._lock:
            if number not in self._recent:
                if len(self._recent) == _RECENT:
                    del self._recent[min(self._recent)]
                random = np.random.default_rng([self.seed, number])
                self._recent[number] = random.permutation(self.count) if self.shuffle else np.arange(self.count)
            return self._recent[number]


class Examples:
    """Examples by their numbers: decoded from files, kept from an earlier pass, or rows of an array.

    Attributes:
        shape: The shape of one example.
        dtype: The dtype that is kept; `fed` is the dtype that is fed.
        files: A `layerwise.data._feeding_files.Pictures`, or None for an array.
        array: What is kept, or None.
        keeps: Whether decoded pictures are kept.
    """

    def __init__(self, *, array=None, files=None, shape, dtype, place=None):
        self.shape, self.dtype, self.files, self.array, self._place = tuple(shape), dtype, files, array, place
        self.fed = "float32" if dtype in ("uint8", "float64") else dtype
        self.keeps = array is not None
        self._have = None  # all of them, unless pictures() says otherwise
        self._lock = threading.Lock()

    def has(self, rows):
        """Return whether the examples `rows` are kept: a bool array of that many, or a bool."""
        import numpy as np

        have = self._have
        return np.bool_(self.keeps) if have is None else have[rows]

    def decoded(self, row):
        """Return an example from its file, as it would be kept."""
        import numpy as np

        x = self.files.fitted(row)
        return (x + np.float32(0.5)).astype("uint8") if self.keeps else x

    def take(self, rows):
        """Return kept examples as an array of shape `(len(rows), *shape)`."""
        return self.array.take(rows, axis=0)

    def keep(self, rows, values):
        """Keep decoded examples; when they are all there, give a cache file its name."""
        with self._lock:
            if self._have is None:
                return
            self.array[rows] = values
            self._have[rows] = True
            if self._have.all():
                if self._place is not None:
                    self.array = self._place.finish(self.array)
                self._have = None

    def expect(self):
        """Begin to keep what is decoded."""
        import numpy as np

        self._have = np.zeros(len(self.array), bool)


def inputs(given):
    """Return a list of paths, or an array with at least one example.

    Raises:
        CourseError: When it is neither.
    """
    import numpy as np

    expected = "a list of paths of pictures, or an array of shape (examples, ...), was expected"
    if isinstance(given, (str, os.PathLike)):
        raise CourseError(
            f"inputs is one path, {os.fspath(given)!r}; {expected}. data.from_folder finds the pictures in a folder: "
            "give its .files here."
        )
    if given is None or isinstance(given, (dict, set)) or not hasattr(given, "__len__"):
        raise CourseError(f"inputs is of type {type(given).__name__}; {expected}.")
    if getattr(given, "ndim", 1) == 0 or not len(given):
        raise CourseError(f"inputs is empty; {expected}.")
    listed = list(given) if isinstance(given, (list, tuple)) or getattr(given, "ndim", 0) == 1 else []
    texts = sum(isinstance(one, (str, os.PathLike)) for one in listed)
    if texts:
        if texts < len(listed):
            raise CourseError(f"inputs holds {texts:,} paths and {len(listed) - texts:,} other things; {expected}.")
        return [os.fspath(one) for one in listed]
    try:
        array = np.asarray(given)
    except ValueError:  # rows of different shapes
        array = np.empty(0, object)
    if array.dtype.kind not in "biuf":
        raise CourseError(
            f"inputs has the dtype {array.dtype}; {expected}, all rows of one shape. Pictures of many sizes: give "
            "their paths, and a size."
        )
    return array


def labels(given, count):
    """Return labels as an array, or None.

    Raises:
        CourseError: When they are no numbers, or not as many as there are inputs.
    """
    import numpy as np

    if given is None:
        return None
    try:
        array = np.asarray(given)
    except ValueError:  # rows of different shapes
        array = np.empty(count, object)
    if array.ndim == 0:
        raise CourseError(f"labels is {given!r}; an array with a label for each of the {count:,} inputs was expected.")
    if len(array) != count:
        raise CourseError(f"There are {count:,} inputs and {len(array):,} labels; one label for each was expected.")
    if array.dtype.kind not in "biuf":
        raise CourseError(
            f"labels has the dtype {array.dtype}, such as {array.flat[0]!r}; numbers were expected. For names of "
            "classes: classes, y = np.unique(labels, return_inverse=True)."
        )
    return array.astype({"b": "int64", "f": "float32"}.get(array.dtype.kind, array.dtype), copy=False)


def array(given, *, size):
    """Return the `Examples` of an array."""
    if size is not None and given.shape[1:3] != size:
        raise CourseError(
            f"inputs is an array of shape {given.shape}, and size is {size}. Arrays come as they are: leave size out, "
            "and resize with keras.layers.Resizing in the model."
        )
    return Examples(array=given, shape=given.shape[1:], dtype=given.dtype.name)


def pictures(paths, *, size, fit, channels, draft, cache):
    """Return the `Examples` of picture files, read as far as their heads.

    Raises:
        CourseError: When a file is missing or damaged, the size is unknown, or the cache has no room.
    """
    from layerwise.data import _feeding_files

    files = _feeding_files.Pictures(paths, size=size, fit=fit, channels=channels, draft=draft)
    shape = (*files.size, channels)
    if cache is False:
        return Examples(files=files, shape=shape, dtype="float32")
    whole = (len(paths), *shape)
    if cache is True:
        _room(whole)
        examples = Examples(files=files, shape=shape, dtype="uint8", array=_aligned(whole))
        examples.expect()
        return examples
    settings = [2, channels, *files.size, fit, draft]
    place = _Place(Path(cache).expanduser(), whole, _fingerprint(paths, settings))
    kept = place.kept()
    examples = Examples(
        files=files, shape=shape, dtype="uint8", array=place.begin() if kept is None else kept, place=place
    )
    if kept is None:
        examples.expect()
    return examples


def _aligned(shape):
    """Return an array of bytes that begins at a multiple of `ALIGNED` bytes."""
    import math

    import numpy as np

    size = math.prod(shape)
    memory = np.empty(size + ALIGNED, "uint8")
    start = -memory.ctypes.data % ALIGNED
    return memory[start:start + size].reshape(shape)


def _room(shape):
    """Raise a CourseError when an array of bytes would not fit in memory."""
    import math

    import psutil

    needed, free = math.prod(shape), psutil.virtual_memory().available
    if needed > 0.8 * free:
        raise CourseError(
            f"cache=True would keep {needed / 1e9:.1f} GB in memory, and {free / 1e9:.1f} GB are free. Take a smaller "
            "size, or keep the pictures in a file: cache=\"a folder\"."
        )


def _fingerprint(paths, settings):
    """Return what a cache file depends on, in 20 hexadecimal digits."""
    digest = hashlib.sha256(repr(settings).encode())
    for path in paths:
        path = Path(path)
        stat = path.stat()
        digest.update(f"\n{path.absolute()}\0{stat.st_size}\0{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:20]


class _Place:
    """A cache file: ``pictures-<fingerprint>.npy`` when whole, another name before."""

    def __init__(self, folder, shape, fingerprint):
        self.shape, self.path = shape, folder / f"pictures-{fingerprint}.npy"
        self.part = folder / f"pictures-{fingerprint}.{os.getpid()}-{time.monotonic_ns()}.part"

    def kept(self):
        """Return the array of a whole cache file, or None."""
        import numpy as np

        try:
            array = np.load(self.path, mmap_mode="c", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return array if array.shape == self.shape and array.dtype == "uint8" else None

    def begin(self):
        """Return an array in a new file of the right length.

        Raises:
            CourseError: When it cannot be written, or the disk has no room.
        """
        import math
        import shutil
        import weakref

        import numpy as np

        needed = math.prod(self.shape)
        folder = self.part.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob("pictures-*.part"):  # of a process that was killed
                if time.time() - left.stat().st_mtime > _DAY:
                    left.unlink(missing_ok=True)
            free = shutil.disk_usage(folder).free
            if needed > free:
                raise CourseError(
                    f"The cache needs {needed / 1e9:.1f} GB, and {folder} has {free / 1e9:.1f} GB free. Take a smaller "
                    "size, or a folder on another disk."
                )
            array = np.lib.format.open_memmap(self.part, mode="w+", dtype="uint8", shape=self.shape)
            weakref.finalize(self, self.part.unlink, missing_ok=True)  # when it was never finished
            if hasattr(os, "posix_fallocate"):  # a full disk is an error here, and would be a crash later
                with self.part.open("r+b") as file:
                    os.posix_fallocate(file.fileno(), 0, self.part.stat().st_size)
            return array
        except OSError as error:
            with contextlib.suppress(OSError):
                self.part.unlink(missing_ok=True)
            raise CourseError(
                f"The cache cannot be written to {folder} ({error.strerror or error}). Give the path of a folder that "
                "you may write, or cache=True to keep the pictures in memory."
            ) from None

    def finish(self, array):
        """Give the whole file its name; return its array."""
        array.flush()
        try:
            self.part.replace(self.path)
        except OSError:  # Windows does not rename what is open; the file serves this session and goes with it
            return array
        return array
