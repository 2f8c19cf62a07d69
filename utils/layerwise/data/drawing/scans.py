"""What the drawn chest films and eye scans share: patients, soft shapes, smooth noise.

Everything here and in the two modules that draw uses, on float32 pictures, only the operations that IEEE 754 rounds in
one way (add, subtract, multiply, divide, square root, compare): the same seed gives the same pictures on every machine.
So an edge is a cubic instead of a sigmoid, a blob a parabola squared instead of a Gaussian, and noise a random byte
looked up in a table of quantiles.
"""

import functools
import math
import statistics

CHUNK = 8  # pictures drawn at a time: larger arrays are given back to the system after each step, at a high price


def patients(rng, parts, *, twice):
    """Return whose each picture is, and in which part it stands; nobody stands in two parts.

    Args:
        rng: A numpy Generator.
        parts: The number of pictures in each part, by its name.
        twice: The share of patients with two pictures.

    Returns:
        A tuple: patients' numbers, shape `(n,)`, int64, in the order of the parts and shuffled within each; a dict
        from names of parts to slices.
    """
    import numpy as np

    whose, slices, known, start = [], {}, 0, 0
    for name, count in parts.items():
        many = 1 + (rng.random(count) < twice)
        own = np.repeat(np.arange(known, known + count), many)[:count]
        known = int(own[-1]) + 1
        whose.append(rng.permutation(own))
        slices[name] = slice(start, start + count)
        start += count
    return np.concatenate(whose), slices


def split(arrays, slices):
    """Return arrays over all pictures as arrays of each part: ``x`` becomes ``x_train`` and so on."""
    return {f"{name}_{part}": array[rows] for part, rows in slices.items() for name, array in arrays.items()}


def column(values):
    """Return one number for each picture in a shape that is set against pictures, as float32."""
    import numpy as np

    return np.asarray(values, dtype="float32")[:, None, None]


def rise(distance, width):
    """Return 0 where a signed distance is below ``-width / 2``, 1 above ``width / 2``, and a smooth step between."""
    import numpy as np

    part = distance * (1 / width)
    part += 0.5
    np.minimum(part, 1, out=part)
    np.maximum(part, 0, out=part)
    slope = part * -2
    slope += 3
    part *= part
    part *= slope
    return part


def blob(squared):
    """Return a smooth bump of a squared distance: 1 in the centre, 0 from distance 1 on."""
    import numpy as np

    part = np.subtract(1, squared)
    np.maximum(part, 0, out=part)
    part *= part
    return part


def wave(turns):
    """Return a smooth wave between -1 and 1 with the period 1, made of parabolas."""
    import numpy as np

    part = np.floor(turns)
    np.subtract(turns, part, out=part)
    part -= 0.5
    rest = np.abs(part)
    np.subtract(8, rest * 16, out=rest)
    part *= rest
    return part


def clouds(rng, count, height, width, cell):
    """Return smooth noise between 0 and 1, a random value at each crossing of a grid and cubic steps between.

    Args:
        rng: A numpy Generator.
        count: How many pictures.
        height: In pixels.
        width: In pixels.
        cell: Side of a cell of the grid in pixels, one number or a pair (high, wide).

    Returns:
        Shape `(count, height, width)`, float32. (This is known as value noise.)
    """
    import numpy as np

    cells = np.broadcast_to(np.asarray(cell, dtype="float32"), 2)
    field = None
    for axis, (side, one) in enumerate(zip((height, width), cells, strict=True)):
        at = np.arange(side, dtype="float32") / one
        low = at.astype("int64")
        part = at - np.floor(at)
        part = part * part * (3 - 2 * part)
        if field is None:
            high = int(low[-1]) + 2
            wide = int((width - 1) / cells[1]) + 2
            field = rng.random((count, high, wide), dtype="float32")
            part = part[:, None]
        below = np.take(field, low, axis=axis + 1)
        field = below + part * (np.take(field, low + 1, axis=axis + 1) - below)
    return field


@functools.cache
def _bell():
    """Return 256 quantiles of the normal distribution."""
    import numpy as np

    normal = statistics.NormalDist()
    return np.array([normal.inv_cdf((k + 0.5) / 256) for k in range(256)], dtype="float32")


@functools.cache
def _fading():
    """Return 256 quantiles of the exponential distribution of mean 1."""
    import numpy as np

    return np.array([-math.log((k + 0.5) / 256) for k in range(256)], dtype="float32")


def grain(rng, shape):
    """Return noise of mean 0 and standard deviation 1, normal in steps of a 256th."""
    return _bell()[rng.integers(0, 256, size=shape, dtype="uint8")]


def speckle(rng, shape):
    """Return speckle of mean 1: the brightness of many echoes of random phase has the exponential distribution.

    Source: J. W. Goodman (1976): Some fundamental properties of speckle.
    https://doi.org/10.1364/JOSA.66.001145
    """
    return _fading()[rng.integers(0, 256, size=shape, dtype="uint8")]


def blur(pictures, weight):
    """Return pictures with each pixel moved towards the mean of its neighbourhood (1, 2, 1 along both sides).

    Args:
        pictures: Shape `(n, height, width)`, float32.
        weight: From 0 (nothing) to 1, shape `(n, 1, 1)`.
    """
    import numpy as np

    wide = np.pad(pictures, ((0, 0), (1, 1), (1, 1)), mode="edge")
    along = wide[:, :, :-2] + wide[:, :, 2:] + wide[:, :, 1:-1] * 2
    mean = (along[:, :-2] + along[:, 2:] + along[:, 1:-1] * 2) * np.float32(1 / 16)
    return pictures + weight * (mean - pictures)


def grey(pictures):
    """Return pictures between 0 and 1 as uint8."""
    import numpy as np

    return (np.clip(pictures, 0, 1) * 255 + 0.5).astype("uint8")
