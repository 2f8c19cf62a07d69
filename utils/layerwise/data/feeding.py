"""Feed a model: from paths of pictures, or from arrays, to batches that `fit` takes on each of Keras's backends."""

import operator
import os

from layerwise.suggest import CourseError, nearest

FITS = ("crop", "stretch", "pad")
COLOURS = ("rgb", "grayscale")
FORMS = ("auto", "tf.data", "PyDataset")


def pipeline(inputs, labels=None, *, batch_size=32, size=None, fit="crop", color_mode="rgb", augment=None,
             shuffle=False, seed=0, cache=False, drop_last=False, draft=True, workers=None, form="auto"):
    """Feed a model from picture files or from arrays, batch by batch.

    Pictures are decoded and resized by several threads while the model works on the batch before. Values stay what
    they are in the files, 0 to 255, as float32: put ``keras.layers.Rescaling(1 / 255)`` first in the model, and whoever
    loads the saved model cannot forget it. Pictures of any mode come out alike: turned upright as their EXIF data says,
    laid on white where they are transparent, 16 bits brought to 8.

    Resizing is bilinear, as in ``keras.utils.image_dataset_from_directory``.

    Args:
        inputs: Paths of pictures (a list or array of str or Path), or an array of shape `(examples, ...)`. Arrays of
            uint8 and of float64 come out as float32, others as they are.
        labels: An array of shape `(examples,)` or `(examples, ...)`, or None for inputs alone, as `predict` takes them.
        batch_size: How many examples a batch has; the last batch may be smaller.
        size: `(height, width)` in pixels, or one number for a square. May be None where all pictures have one size.
        fit: How a picture comes to that size. "crop" cuts out the largest middle part of the same aspect (Keras's
            ``crop_to_aspect_ratio``); "pad" shows the whole picture between black bars (``pad_to_aspect_ratio``);
            "stretch" shows the whole picture out of shape.
        color_mode: "rgb", or "grayscale" for one channel.
        augment: A Keras layer or model, called with ``training=True``, or a function of a batch of inputs written with
            `keras.ops`. It changes every batch of this pipeline, after the cache, so give it to the pipeline for
            training only; ``batches.unaugmented()`` is the same pipeline without it, unshuffled, to measure a model on.
        shuffle: True for another order of all examples in every pass.
        seed: The orders are the same for the same seed. Layers that augment have seeds of their own.
        cache: True keeps decoded pictures in memory after the first pass, rounded to uint8: a quarter of the room that
            float32 takes. The path of a folder keeps them in a file there, for the next session too: the file is made
            anew when a picture or a setting changes.
        drop_last: True leaves out a last batch that is smaller.
        draft: True decodes a JPEG at a half, a quarter or an eighth of its size where that still covers `size`: faster
            the larger the photo, and smoother than bilinear resizing from the full size.
        workers: How many threads decode for a ``PyDataset``; as many as there are cores (at most 8) when None.
            `tf.data` finds out for itself.
        form: "tf.data", "PyDataset", or "auto": the first where Keras runs on TensorFlow, the second elsewhere. Both
            give the same examples in the same order.

    Returns:
        A `tf.data.Dataset` or a `keras.utils.PyDataset` of batches `(inputs, labels)`, or of inputs alone. Each pass
        over it is one epoch. (`fit` mixes the batches of a ``PyDataset`` once more unless it is told
        ``shuffle=False``.)

    Raises:
        CourseError: When there is nothing to feed, a file is missing or damaged (the message names it), an argument is
            not what it should be, or the cache does not fit.

    Example:
        >>> import numpy as np
        >>> from layerwise import data
        >>> pictures, classes = np.zeros((10, 28, 28, 1), "uint8"), np.arange(10)
        >>> for x, y in data.pipeline(pictures, classes, batch_size=4):
        ...     print(x.shape, y.shape)
        (4, 28, 28, 1) (4,)
        (4, 28, 28, 1) (4,)
        (2, 28, 28, 1) (2,)
    """
    from layerwise.data import _feeding_source as source

    one_of("fit", fit, FITS)
    one_of("color_mode", color_mode, COLOURS)
    one_of("form", form, FORMS)
    for name, value in (("shuffle", shuffle), ("drop_last", drop_last), ("draft", draft)):
        if not isinstance(value, bool):
            raise CourseError(f"{name} is {value!r}; True or False was expected.")
    batch_size = number("batch_size", batch_size, least=1)
    seed = number("seed", seed, least=0)
    workers = min(8, os.cpu_count() or 1) if workers is None else number("workers", workers, least=1)
    size = None if size is None else area(size)
    if augment is not None and not callable(augment):
        raise CourseError(
            f"augment is {augment!r}; a Keras layer, a keras.Sequential of layers, or a function was expected."
        )
    if not isinstance(cache, (bool, str, os.PathLike)):
        raise CourseError(f"cache is {cache!r}; True, False or the path of a folder was expected.")
    inputs = source.inputs(inputs)
    labels = source.labels(labels, len(inputs))
    if isinstance(inputs, list):
        examples = source.pictures(
            inputs, size=size, fit=fit, channels={"rgb": 3, "grayscale": 1}[color_mode], draft=draft, cache=cache
        )
    else:
        examples = source.array(inputs, size=size)
    if drop_last and len(inputs) < batch_size:
        raise CourseError(
            f"There are {len(inputs):,} examples, fewer than one batch of {batch_size:,}, and drop_last=True leaves "
            "out what is smaller: nothing would be left. Take a smaller batch_size, or drop_last=False."
        )
    feed = source.Feed(
        examples=examples, labels=labels, augment=augment, batch_size=batch_size, drop_last=drop_last, workers=workers,
        order=source.Order(len(inputs), shuffle=shuffle, seed=seed),
    )
    return build(feed, form)


def build(feed, form):
    """Return the batches of a `Feed` in one of `FORMS`."""
    import keras

    if form == "auto":
        form = "tf.data" if keras.backend.backend() == "tensorflow" else "PyDataset"
    if form == "tf.data":
        from layerwise.data._feeding_tf import batches
    else:
        from layerwise.data._feeding_keras import batches
    made = batches(feed)
    made.unaugmented = lambda: build(feed.unaugmented(), form)
    return made


def one_of(name, value, known):
    """Raise a CourseError unless a value is one of those known."""
    if value not in known:
        raise CourseError(
            f"{name} is {value!r}; one of {', '.join(map(repr, known))} was expected.{nearest(value, known)}"
        )


def number(name, value, *, least):
    """Return a whole number of at least `least`, or raise a CourseError.

    Example:
        >>> number("batch_size", 32, least=1)
        32
    """
    try:
        whole = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        whole = None
    if whole is None or whole < least:
        raise CourseError(f"{name} is {value!r}; a whole number of at least {least} was expected.")
    return whole


def area(size):
    """Return `(height, width)` from a pair, or from one number for a square.

    Example:
        >>> area(96), area((96, 128))
        ((96, 96), (96, 128))
    """
    pair = size if isinstance(size, (tuple, list)) else (size, size)
    if len(pair) != 2:
        raise CourseError(f"size is {size!r}; (height, width) in pixels was expected, such as size=(96, 96).")
    return tuple(number("size", side, least=1) for side in pair)
