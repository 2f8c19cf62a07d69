"""A picture of the learner's own, from a drawing or a file, as a network takes it."""

import numpy as np


def light(pictures):
    """Return pictures from 0 to 1, whatever they are fed as."""
    pictures = np.asarray(pictures, dtype="float32")
    return np.clip(pictures / 255 if pictures.max() > 1.5 else pictures, 0, 1)


def own(picture, shape, most):
    """Return a learner's picture as the network takes it."""
    if hasattr(picture, "__fspath__") or isinstance(picture, str | bytes):
        if grey(shape):
            raise ValueError("This network takes grey pictures, not photos: draw one, or give an array.")
        picture = _photo(picture, shape) / (1 if most > 1.5 else 255)
    picture = np.asarray(picture, dtype="float32")
    if picture.shape == shape:
        return picture
    if shape[:2] == (28, 28) and grey(shape):
        from layerwise.explore.digits import center_digit

        ink = picture[..., 0] if picture.ndim == 3 else picture
        return (center_digit(ink / (255 if ink.max() > 1 else 1)) * (255 if most > 1.5 else 1)).reshape(shape)
    raise ValueError(f"The network takes pictures of shape {shape}; {picture.shape} came.")


def _photo(source, shape):
    """Return a photo, given as a path or as the bytes of a file, cut to the middle and scaled."""
    import io

    from PIL import Image, ImageOps

    try:
        opened = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
        fitted = ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGB"), shape[1::-1])
    except FileNotFoundError:
        raise
    except (OSError, Image.DecompressionBombError):
        raise ValueError("This file is no picture that can be read here. JPEG and PNG can.") from None
    return np.asarray(fitted, dtype="float32")


def grey(shape):
    """Return True where pictures of this shape have one channel."""
    return len(shape) == 2 or shape[-1] == 1


def upload(receive):
    """Return a button that takes a photo."""
    import ipywidgets

    button = ipywidgets.FileUpload(accept="image/*", multiple=False, description="Your own photo")
    button.add_class("layerwise-button")

    def take(change):
        files = button.value  # a dict by name in ipywidgets 7, a tuple in 8
        for file in list(files.values()) if isinstance(files, dict) else files:
            receive(bytes(file["content"]))

    button.observe(take, "value")
    row = ipywidgets.Box([button])
    row.add_class("layerwise-buttons")
    return row
