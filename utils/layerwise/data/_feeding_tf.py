"""A pipeline as a `tf.data.Dataset`."""

import functools

import numpy as np
import tensorflow as tf

from layerwise.data import _feeding_source as source

_KEPT, _PILLOW = -1, 0  # ways to an example, beside the ratios by which TensorFlow decodes a JPEG


def batches(feed):
    """Return a `tf.data.Dataset` of the batches of a `Feed`."""
    # Each function that a data set calls is set up anew in every pass, for 5 to 25 ms: hence so few of them.
    examples, auto = feed.examples, tf.data.AUTOTUNE
    augment = feed.augmenting()
    here = feed.batch_size if feed.needed % feed.batch_size == 0 else None  # examples in a batch, where that is sure
    labels = None if feed.labels is None else tf.constant(feed.labels)

    def finished(part, before):
        def finish(*row):
            rows, x = before(*row)
            x = tf.cast(tf.ensure_shape(x, (here, *examples.shape)), examples.fed)
            return x if labels is None else (x, tf.gather(labels, tf.ensure_shape(rows, (here,))))

        return part.map(finish, auto)

    def augmented(x, y):
        return augment(x), y

    parts = []
    if examples.keeps:
        kept = _once(functools.partial(_kept, feed), [np.int64], [(feed.batch_size,)])
        parts.append(finished(kept, _taker(examples)))
    if examples.files is not None:
        ways, decode = _decoder(examples)
        fresh = _once(functools.partial(_fresh, feed, ways), [np.int64, np.int32], [(), ()])
        parts.append(finished(fresh.map(decode, auto).batch(feed.batch_size), _keeper(examples)))
    # The first part gives the whole pass, and `take` never asks the second, or nothing.
    made = functools.reduce(tf.data.Dataset.concatenate, parts).take(len(feed))
    if augment is not None:
        try:
            made = made.map(augment if labels is None else augmented, auto)
        except Exception as error:
            raise source.augment_failed(error) from error
    return made.apply(tf.data.experimental.assert_cardinality(len(feed))).prefetch(auto)


def _taker(examples):
    """Return a function of examples' numbers that gives them, less those below 0, and the kept examples."""
    memory = _shared(examples)

    def take(rows):
        rows = tf.boolean_mask(rows, rows >= 0)
        x = tf.numpy_function(examples.take, [rows], examples.dtype) if memory is None else tf.gather(memory, rows)
        return rows, tf.ensure_shape(x, (None, *examples.shape))

    return take


def _keeper(examples):
    """Return a function of examples' numbers and decoded examples that gives both, and keeps what is to be kept."""
    def keep(rows, x):
        if not examples.keeps:
            return rows, x
        with tf.control_dependencies([tf.numpy_function(examples.keep, [rows, x], [])]):
            return tf.identity(rows), x

    return keep


def _shared(examples):
    """Return a tensor in the memory of the kept examples, or None where TensorFlow cannot use it.

    TensorFlow 2.21 ends the whole process when such memory begins anywhere but at a multiple of 64 bytes.
    """
    array = examples.array
    if array is None or not array.flags.c_contiguous or array.ctypes.data % source.ALIGNED:
        return None
    try:
        return tf.experimental.dlpack.from_dlpack(array.__dlpack__())
    except Exception:  # memory that may not be written, a dtype that only one of them has, or a change in TensorFlow
        return None


def _once(function, dtypes, shapes):
    """Return a data set of the rows of the arrays that a function returns; it is called once in every pass."""
    def called(_):
        arrays = tf.numpy_function(function, [], dtypes)
        shaped = [tf.ensure_shape(array, (None, *shape)) for array, shape in zip(arrays, shapes, strict=True)]
        return tuple(shaped) if len(shaped) > 1 else shaped[0]

    return tf.data.Dataset.range(1).map(called).unbatch()


def _kept(feed):
    """Return the examples' numbers for a pass from what is kept, a row for each batch, the last filled up with -1.

    There are none where files must be decoded.
    """
    count = len(feed) * feed.ready()
    rows = np.full(count * feed.batch_size, -1)
    if count:
        rows[:feed.needed] = feed.order.of(feed.order.next())[:feed.needed]
    return [rows.reshape(count, feed.batch_size)]


def _fresh(feed, ways):
    """Return the examples' numbers for a pass that decodes files, and the way to each."""
    rows = feed.order.of(feed.order.next())[:feed.needed]
    return rows, np.where(feed.examples.has(rows), _KEPT, ways[rows]).astype("int32")


def _decoder(examples):
    """Return the way to each example, an int32 array, and a function of number and way: number and picture."""
    files = examples.files
    ways = np.where(files.plain, files.ratio, _PILLOW).astype("int32")
    used = np.unique(ways).tolist() + [_KEPT] * examples.keeps  # a graph holds only the ways in use
    crops, places, paths = tf.constant(files.crop), tf.constant(files.inside), tf.constant(files.paths)
    cropped = bool((files.crop[:, 2:] != files.sides).any())
    full = bool((files.inside == [0, 0, *files.size]).all())

    def jpeg(row, ratio):
        # The accurate transform takes no longer than TensorFlow's default, and is the one that Pillow takes. (To decode
        # only the part that is used takes longer than to decode all of it.)
        x = tf.io.decode_jpeg(
            tf.io.read_file(tf.gather(paths, row)), channels=files.channels, ratio=ratio, dct_method="INTEGER_ACCURATE"
        )
        if not cropped:
            return x
        top, left, high, wide = tf.unstack(tf.gather(crops, row))
        return x[top:top + high, left:left + wide]

    def pillow(row):
        return tf.ensure_shape(tf.numpy_function(files.decoded, [row], tf.uint8), (None, None, files.channels))

    def fitted(row, way):
        if way == _KEPT:
            return tf.numpy_function(examples.take, [row], tf.uint8)
        x = pillow(row) if way == _PILLOW else jpeg(row, way)
        place = None if full else tf.gather(places, row)
        size = files.size if full else place[2:]
        x = tf.squeeze(tf.raw_ops.ResizeBilinear(images=tf.expand_dims(x, 0), size=size, half_pixel_centers=True), 0)
        if examples.keeps:
            x = tf.cast(x + 0.5, tf.uint8)
        return x if full else tf.image.pad_to_bounding_box(x, place[0], place[1], *files.size)

    def decode(row, way):
        each = [functools.partial(fitted, row, one) for one in used]
        which = tf.reduce_max(tf.where(tf.equal(used, way), tf.range(len(used)), 0))
        x = tf.switch_case(which, each) if len(each) > 1 else each[0]()
        return row, tf.ensure_shape(x, examples.shape)

    return ways, decode
