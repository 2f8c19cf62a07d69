"""Picture files for a pipeline: look at their heads, plan how each comes to its size, decode."""

import io
import os
import struct
from pathlib import Path

from layerwise.suggest import CourseError

_HEAD = 4096  # bytes in which most JPEG files say how large they are
_MOST_PIXELS = 89_000_000  # above it, Pillow looks at the file: it knows decompression bombs
_SHOWN = 3


class Pictures:
    """Picture files and the plan for each.

    Args:
        paths: A list of str.
        size: `(height, width)`, or None where all have the same.
        fit, draft: As for `layerwise.data.pipeline`.
        channels: 1 or 3.

    Attributes:
        size: `(height, width)` of what comes out.
        plain: bool array, True for JPEG files that every decoder reads alike.
        ratio: By how much each is scaled down while it is decoded: 1, 2, 4 or 8.
        crop: int32 array of shape `(files, 4)`: top, left, height, width of the part that is used, in decoded pixels.
        inside: The same of the place that it fills, in pixels of `size`.
        sides: int32 array of shape `(files, 2)`: height and width of the whole picture, in decoded pixels.

    Raises:
        CourseError: When a file is missing or damaged, or the size is not given and they differ.
    """

    def __init__(self, paths, *, size, fit, channels, draft):
        import numpy as np

        self.paths, self.channels = paths, channels
        heads = np.array(_heads(paths), "int64").reshape(-1, 4)
        high, wide, self.plain, jpeg = heads[:, 0], heads[:, 1], heads[:, 2] == 1, heads[:, 3] == 1
        if size is None:
            sizes = np.unique(heads[:, :2], axis=0)
            if len(sizes) > 1:
                raise CourseError(
                    f"The pictures have {len(sizes):,} sizes, from {sizes[0][0]} × {sizes[0][1]} to {sizes[-1][0]} × "
                    f"{sizes[-1][1]} pixels (height × width), and a batch must have one: give size=(96, 96)."
                )
            size = (int(sizes[0][0]), int(sizes[0][1]))
        self.size = size
        self.ratio, self.crop, self.inside, self.sides = plan(high, wide, size, fit, np.where(jpeg & draft, 8, 1))

    def decoded(self, i):
        """Return the used part of picture `i` as it is in the file: uint8 of shape `(height, width, channels)`."""
        import numpy as np

        image = self._opened(i)
        return np.asarray(image).reshape(image.height, image.width, self.channels)

    def fitted(self, i):
        """Return picture `i` at its size: float32 of shape `(*size, channels)`, from 0 to 255."""
        import numpy as np

        top, left, high, wide = (int(side) for side in self.inside[i])
        pixels = bilinear(self.decoded(i), (high, wide))
        if (high, wide) == self.size:
            return pixels
        framed = np.zeros((*self.size, self.channels), "float32")
        framed[top:top + high, left:left + wide] = pixels
        return framed

    def _opened(self, i):
        from PIL import Image, ImageOps

        from layerwise.data import _own_pictures

        path = self.paths[i]
        try:
            with Image.open(path) as image:
                ratio = int(self.ratio[i])
                image.draft("L" if self.channels == 1 else "RGB", (image.width // ratio, image.height // ratio))
                image.load()
                image = ImageOps.exif_transpose(image)
                if image.mode != ("L" if self.channels == 1 else "RGB"):
                    image = _own_pictures.rgb(image)[0]
                    image = image.convert("L") if self.channels == 1 else image
        except Exception as error:  # decoders raise almost anything on bytes that are not what they should be
            raise CourseError(_told([(path, f"cannot be read: {error}")], len(self.paths))) from None
        top, left, high, wide = (int(side) for side in self.crop[i])
        return image.crop((left, top, left + wide, top + high))


def bilinear(pixels, size):
    """Resize a picture as TensorFlow and Keras do: between the four nearest pixels, without smoothing first.

    (Pillow smooths in `resize`, and rounds down to whole numbers in `transform`, which also takes longer than this.)

    Args:
        pixels: uint8 array of shape `(height, width, channels)`.
        size: Height and width of the result.

    Returns:
        A float32 array of shape `(*size, channels)`.

    Example:
        >>> import numpy as np
        >>> bilinear(np.array([[[0], [100]]], "uint8"), (1, 4))[0, :, 0].tolist()
        [0.0, 25.0, 75.0, 100.0]
    """
    import numpy as np

    if pixels.shape[:2] == size:
        return pixels.astype("float32")
    for axis, (before, after) in enumerate(zip(pixels.shape, size, strict=False)):
        place = np.maximum((np.arange(after, dtype="float32") + 0.5) * np.float32(before / after) - 0.5, 0)
        near = place.astype("int32")
        far = np.minimum(near + 1, before - 1)
        part = (place - near)[:, None, None] if axis == 0 else (place - near)[:, None]
        start, step = (pixels.take(at, axis).astype("float32", copy=False) for at in (near, far))
        step -= start
        step *= part
        start += step
        pixels = start
    return pixels


def plan(high, wide, size, fit, most):
    """Return how pictures come to a size.

    Args:
        high, wide: Heights and widths of the pictures, int arrays of shape `(n,)`.
        size: Height and width that they come to.
        fit: "crop", "stretch" or "pad".
        most: The largest ratio by which each may be scaled down while it is decoded, int array of shape `(n,)`.

    Returns:
        A tuple of `ratio`, `crop`, `inside` and `sides` as in `Pictures`, int32. Halves are rounded as in
        ``keras.utils.image_dataset_from_directory``.

    Example:
        >>> import numpy as np
        >>> one = plan(np.array([192]), np.array([288]), (96, 96), "crop", np.array([8]))
        >>> [array.tolist() for array in one]
        [[2], [[0, 24, 96, 96]], [[0, 0, 96, 96]], [[96, 144]]]
    """
    import numpy as np

    inside = _inside(high, wide, size, fit)
    ratio = np.ones_like(high)
    for step in (2, 4, 8):
        _, _, used_high, used_wide = _crop(high, wide, size, fit).T
        enough = (used_high >= step * inside[:, 2]) & (used_wide >= step * inside[:, 3]) & (most >= step)
        ratio[enough] = step
    sides = np.stack([-(-high // ratio), -(-wide // ratio)], axis=1)  # decoders round up
    crop = _crop(*sides.T, size, fit)
    return tuple(array.astype("int32") for array in (ratio, crop, inside, sides))


def _crop(high, wide, size, fit):
    """Return the part of each picture that is used: top, left, height, width."""
    import numpy as np

    if fit != "crop":
        return np.stack([0 * high, 0 * wide, high, wide], axis=1)
    used_high = np.clip(wide * size[0] // size[1], 1, high)
    used_wide = np.clip(high * size[1] // size[0], 1, wide)
    return np.stack([(high - used_high) // 2, (wide - used_wide) // 2, used_high, used_wide], axis=1)


def _inside(high, wide, size, fit):
    """Return the place that each picture fills: top, left, height, width."""
    import numpy as np

    if fit != "pad":
        return np.tile([0, 0, *size], (len(high), 1))
    flat = wide * size[0] >= high * size[1]  # wider than the frame: bars above and below
    in_high = np.where(flat, np.maximum(1, high * size[1] // wide), size[0])
    in_wide = np.where(flat, size[1], np.maximum(1, wide * size[0] // high))
    # Half of what is left before the picture's side was rounded down, as Keras does it.
    top = np.where(flat, (size[0] * wide - high * size[1]) // (2 * wide), 0)
    left = np.where(flat, 0, (size[1] * high - wide * size[0]) // (2 * high))
    return np.stack([top, left, in_high, in_wide], axis=1)


def _heads(paths):
    """Return height, width (upright), whether plain, whether JPEG, of each file; all damaged ones in one error."""
    heads, broken = [], []
    for path in paths:
        try:
            heads.append(_head(path))
        except FileNotFoundError:
            broken.append((path, "is missing"))
        except OSError as error:
            broken.append((path, f"cannot be read ({error.strerror or error})"))
        except _Broken as problem:
            broken.append((path, str(problem)))
    if broken:
        raise CourseError(_told(broken, len(paths)))
    return heads


class _Broken(Exception):
    """A file is no whole picture; the message says why."""


def _told(broken, count):
    """Return the sentence about files that cannot be fed."""
    shown = "; ".join(f"{path} {why}" for path, why in broken[:_SHOWN])
    more = f"; and {len(broken) - _SHOWN:,} more" if len(broken) > _SHOWN else ""
    return (
        f"{len(broken):,} of {count:,} pictures cannot be fed: {shown}{more}. Take them out of inputs (and their "
        "labels with them), or let data.from_folder find the pictures: it leaves out damaged ones and says so."
    )


def _head(path):
    """Return height, width, whether plain, whether JPEG."""
    with io.FileIO(path) as file:
        head = file.read(_HEAD)
        if not head:
            raise _Broken("is empty")
        file.seek(-min(len(head), 12), os.SEEK_END)
        end = file.read(12)
    # Pillow reads any head, and takes four times as long as this: a sixth of the time of a pass over small photos.
    sides = _plain_jpeg(head) if end.endswith(b"\xff\xd9") else None
    return (*sides, True, True) if sides else _odd(path, end)


def _plain_jpeg(head):
    """Return height and width from the head of an ordinary JPEG file: 8 bits, grey or colour, no EXIF data; or None.

    The segments and their markers are those of ITU-T T.81 (https://www.w3.org/Graphics/JPEG/itu-t81.pdf), annex B.

    Example:
        >>> frame = bytes([0xFF, 0xC0, 0, 17, 8, 0, 192, 1, 32, 3])
        >>> _plain_jpeg(bytes([0xFF, 0xD8]) + frame)
        (192, 288)
    """
    if head[:2] != b"\xff\xd8":
        return None
    place = 2
    while place + 10 <= len(head) and head[place] == 0xFF:
        marker = head[place + 1]
        if 0xC0 <= marker <= 0xC2:  # the start of a frame: baseline, extended or progressive
            bits, high, wide, colours = struct.unpack_from(">BHHB", head, place + 4)
            common = bits == 8 and colours in (1, 3) and 0 < high * wide <= _MOST_PIXELS
            return (high, wide) if common else None
        if marker == 0xE1:  # EXIF data, which may say that the picture lies on its side
            return None
        place += 2 + (head[place + 2] << 8 | head[place + 3])
    return None


def _odd(path, end):
    """Return the same of any picture, by Pillow; decode it where nothing else says that it is whole."""
    import warnings

    from PIL import ExifTags, Image

    from layerwise.data import _own_pictures

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image:
                jpeg = image.format in ("JPEG", "MPO")
                whole = end.endswith(b"\xff\xd9") if jpeg else image.format == "PNG" and b"IEND" in end
                turned = image.getexif().get(ExifTags.Base.Orientation, 1)
                wide, high = image.size[::-1] if turned in (5, 6, 7, 8) else image.size
                plain = jpeg and turned not in range(2, 9) and image.mode in ("L", "RGB") and image.bits == 8
                sound = whole and wide * high <= _MOST_PIXELS
        except Exception:  # whatever it is, the other reader finds words for it
            sound = False
    if not sound:
        checked = _own_pictures.read([Path(path)])[1][0]
        if isinstance(checked, str):
            raise _Broken(f"is {checked}" if checked.split()[0] not in ("has", "may", "cannot") else checked)
    return high, wide, plain, jpeg
