"""MNIST's own preprocessing: any drawing becomes a picture like those the networks were trained on."""

import numpy as np

SIDE = 28
BOX = 20


def center_digit(image):
    """Scale a drawing into a box of 20 by 20 pixels and put its centre of mass into the middle of 28 by 28.

    This is what was done to NIST's digits to make MNIST: size normalised keeping the aspect ratio, grey levels
    from the antialiasing, then centred by mass. Source: http://yann.lecun.com/exdb/mnist/.

    Args:
        image: Grey levels from 0 (paper) to 1 (ink), shape `(height, width)`, any size.

    Returns:
        A float32 array of shape (28, 28) from 0 to 1; all zeros for an empty drawing.

    Raises:
        ValueError: When `image` is not a two-dimensional array of finite numbers.

    Example:
        >>> import numpy as np
        >>> drawing = np.zeros((100, 100))
        >>> drawing[10:90, 45:55] = 1.0
        >>> seen = center_digit(drawing)
        >>> seen.shape, np.flatnonzero(seen.sum(axis=1)).tolist() == list(range(4, 24))
        ((28, 28), True)
    """
    from PIL import Image

    image = check_image(image)
    rows, columns = np.flatnonzero(image.max(axis=1) > 0.1), np.flatnonzero(image.max(axis=0) > 0.1)
    seen = np.zeros((SIDE, SIDE), dtype="float32")
    if not len(rows):
        return seen
    cropped = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(cropped.shape)
    height, width = (max(1, round(length * scale)) for length in cropped.shape)
    # Pillow's filters grow with the scale when an image shrinks, which is the antialiasing asked for.
    small = Image.fromarray(cropped).resize((width, height), Image.Resampling.BILINEAR)
    small = np.clip(np.asarray(small), 0, 1)
    weight = small.sum()
    row, column = (small.sum(axis=1) @ np.arange(height) / weight, small.sum(axis=0) @ np.arange(width) / weight)
    top = int(np.clip(round(SIDE / 2 - row), 0, SIDE - height))
    left = int(np.clip(round(SIDE / 2 - column), 0, SIDE - width))
    seen[top : top + height, left : left + width] = small
    return seen


def check_image(image):
    """Return `image` as a float32 array from 0 to 1, or raise ValueError saying what is wrong with it."""
    try:
        array = np.asarray(image, dtype="float32")
    except (TypeError, ValueError):
        raise ValueError(f"A drawing is an array of numbers; got a {type(image).__name__}.") from None
    if array.ndim != 2 or not array.size:
        raise ValueError(f"A drawing has shape (height, width), such as (28, 28); got shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError("A drawing holds finite numbers only; got nan or infinity.")
    if array.min() < 0 or array.max() > 1:
        raise ValueError(
            f"A drawing goes from 0 (paper) to 1 (ink); got {array.min():g} to {array.max():g}. "
            "Divide pictures with values up to 255 by 255."
        )
    return array
