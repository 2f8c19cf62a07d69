"""A photo on its way into a network: cut, resized, scaled, augmented."""

import functools

import numpy as np

from layerwise import plot
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.explore.input_kinds import named

SIZES = (8, 16, 32, 48, 64, 96, 128)
FITS = ("crop", "pad", "stretch")
SCALES = ("0 to 255", "0 to 1", "standardised")
CHANGES = ("none", "mirror", "turn", "zoom", "brighter or darker", "all of them")
_LARGEST = 512  # longest side that is kept of an example

_FIT_DOES = {
    "crop": "Crop keeps the middle and every shape, and loses the edges",
    "pad": "Pad keeps the whole photo and every shape, and fills the rest with black",
    "stretch": "Stretch keeps the whole photo and bends every shape",
}
_SCALE_DOES = {
    "0 to 255": "The numbers are those of the file",
    "0 to 1": "Every number is divided by 255: the picture looks the same",
    "standardised": "Each colour has mean 0 and spread 1 over these photos, so that none counts more than another",
}


def build(examples, state):
    """Return the explorer.

    Args:
        examples: Photos by name, or a list: arrays of shape `(height, width, 3)` or `(height, width)`, whole numbers
            from 0 to 255.
        state: Values to start from.
    """
    photos = {name: _photo(photo) for name, photo in named(examples, what="arrays of pictures").items()}
    pixels = np.concatenate([photo.reshape(-1, 3) for photo in photos.values()]).astype("float64")
    statistics = pixels.mean(axis=0), np.maximum(pixels.std(axis=0), 1e-6)
    first = next(iter(photos))
    controls = (
        Choice("picture", "photo", tuple(photos), first, help="Which photo."),
        Choice("size", "side in pixels", SIZES, 48, ordered=True, help="Height and width of what the network gets."),
        Choice("fit", "how it fits", FITS, "crop", help="What becomes of a photo that is not square."),
        Choice("scale", "values", SCALES, "0 to 1", help="What is done to the numbers."),
        Choice("change", "augmentation", CHANGES, "none", help="A random change that leaves the class as it is."),
        Slider("throw", "throw the dice again", 1, 20, 1, step=1, help="Another random number for the augmentation."),
    )
    return Explorer(
        "A photo becomes numbers", controls, compute=functools.partial(compute, photos, statistics), draw=draw,
        say=say, state=state,
    )


def _photo(photo):
    from PIL import Image

    array = np.asarray(photo)
    if array.ndim == 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim == 2:
        array = np.repeat(array[..., None], 3, axis=-1)
    if array.ndim != 3 or array.shape[-1] != 3:
        raise ValueError(f"A photo needs shape (height, width, 3) or (height, width); {np.shape(photo)} came.")
    if array.dtype.kind == "f":
        array = array * 255 if array.max() <= 1 else array
    array = np.clip(np.round(array), 0, 255).astype("uint8")
    longest = max(array.shape[:2])
    if longest > _LARGEST:
        high, wide = (max(1, round(side * _LARGEST / longest)) for side in array.shape[:2])
        array = np.asarray(Image.fromarray(array).resize((wide, high), Image.Resampling.BILINEAR))
    return array


def compute(photos, statistics, *, picture, size, fit, scale, change, throw):
    """Return the photo at each step."""
    photo = photos[picture]
    fitted, outline = fitting(photo, size, fit)
    changed = augmented(fitted, change, np.random.default_rng([throw, 7]))
    if scale == "0 to 255":
        given = changed
    elif scale == "0 to 1":
        given = changed.astype("float32") / np.float32(255)
    else:
        given = ((changed - statistics[0]) / statistics[1]).astype("float32")
    return {"photo": photo, "fitted": fitted, "given": given, "outline": outline}


def fitting(photo, size, fit):
    """Return a photo as a square of `size` pixels, and the part of it that was used: (top, left, bottom, right)."""
    from PIL import Image

    high, wide = photo.shape[:2]
    box = (0, 0, high, wide)
    image = Image.fromarray(photo)
    if fit == "crop":
        side = min(high, wide)
        top, left = (high - side) // 2, (wide - side) // 2
        box = (top, left, top + side, left + side)
        image = image.crop((left, top, left + side, top + side))
    if fit != "pad":
        return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR)), box
    new_high, new_wide = (max(1, round(side * size / max(high, wide))) for side in (high, wide))
    canvas = np.zeros((size, size, 3), "uint8")
    top, left = (size - new_high) // 2, (size - new_wide) // 2
    small = image.resize((new_wide, new_high), Image.Resampling.BILINEAR)
    canvas[top : top + new_high, left : left + new_wide] = np.asarray(small)
    return canvas, box


def augmented(picture, change, rng):
    """Return a picture after a random change; "none" leaves it alone."""
    from PIL import Image

    flip, turn, zoom, light = rng.random() < 0.5, rng.uniform(-25, 25), rng.uniform(0.75, 1.3), rng.uniform(0.6, 1.4)
    every = change == "all of them"
    image = Image.fromarray(picture)
    if change == "mirror" or (every and flip):
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    angle, factor = (turn if every or change == "turn" else 0.0), (zoom if every or change == "zoom" else 1.0)
    if angle or factor != 1.0:
        image = _about_the_centre(image, angle, factor)
    if every or change == "brighter or darker":
        return np.clip(np.asarray(image) * light, 0, 255).round().astype("uint8")
    return np.asarray(image)


def _about_the_centre(image, angle, factor):
    """Turn by an angle in degrees and enlarge by a factor; what comes in at the edges is mirrored, as in Keras."""
    from PIL import Image

    side = image.size[0]
    pixels = np.asarray(image)
    wide = np.pad(pixels, ((side, side), (side, side), (0, 0)), mode="symmetric")
    radians, centre = np.deg2rad(angle), 1.5 * side
    cos, sin = np.cos(radians) / factor, np.sin(radians) / factor
    half = side / 2
    matrix = (cos, sin, centre - cos * half - sin * half, -sin, cos, centre + sin * half - cos * half)
    return Image.fromarray(wide).transform((side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    steps = {"in the file": result["photo"], "fitted": result["fitted"], "for the network": result["given"]}
    return plot.stages(
        steps, outline=result["outline"], narrow=narrow, title="The same photo, three times in different numbers"
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and how many numbers are left."""
    photo, given = result["photo"], result["given"]
    size = f"{photo.size:,} numbers of the photo became {given.size:,}"
    span = f"now from {given.min():.2f} to {given.max():.2f}".replace("-", "−")
    if changed == "fit" or changed is None:
        return f"{_FIT_DOES[state['fit']]}; {size}, {span}."
    if changed == "scale":
        return f"{_SCALE_DOES[state['scale']]}; {size}, {span}."
    if changed == "size":
        return f"At {state['size']} × {state['size']} pixels {size}: look whether you can still tell what it shows."
    if changed in ("change", "throw"):
        if state["change"] == "none":
            return f"Without augmentation the network sees the same picture in every epoch; {size}."
        if changed == "throw" and state["change"] == "mirror":
            return f"A mirror has no dice: there is one mirrored picture, and a pipeline tosses a coin for it; {size}."
        return f"A new picture of the same class ({state['change']}), drawn anew in every epoch; {size}, {span}."
    top, left, bottom, right = result["outline"]
    lost = 1 - (bottom - top) * (right - left) / (photo.shape[0] * photo.shape[1])
    return f"This photo has {photo.shape[0]} × {photo.shape[1]} pixels, of which {lost:.0%} fall away; {size}."
