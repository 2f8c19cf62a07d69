"""Decode somebody's own pictures: any size, mode and turn, and whatever calls itself a picture."""

import os
import warnings

# Plugins that only read pixels. PostScript and the like, which run other programs, stay out.
_FORMATS = (
    "JPEG", "MPO", "PNG", "GIF", "WEBP", "BMP", "DIB", "TIFF", "PPM", "AVIF", "HEIF", "JPEG2000", "TGA", "ICO", "PCX",
)
MOST_PIXELS = 180_000_000  # 540 MB as RGB: larger than any camera's picture
_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif")
_CHECK = (64, 64)


class _Refused(Exception):
    """A picture that is whole and yet of no use; the message says why."""


def read(paths, size=None):
    """Return the pictures of some files.

    Args:
        paths: The files.
        size: Height and width of what is returned; None only checks that each can be decoded whole.

    Returns:
        A tuple: uint8 array of shape `(len(paths), height, width, 3)` or None; a list with one entry for each file: a
        dict ("size" of the picture as (width, height) when upright, "changed": a tuple of words), or a string that
        says why it cannot be read.
    """
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    from PIL import Image

    x = np.empty((len(paths), *size, 3), "uint8") if size else None

    def one(i):
        return _one(paths[i], size, None if x is None else x[i])

    Image.init()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # large pictures and odd EXIF data: what matters of it is reported
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as workers:  # decoders leave Python's lock
            return x, list(workers.map(one, range(len(paths))))


def _one(path, size, into):
    """Decode one file into an array's row, or say why not."""
    from PIL import Image

    head = b""
    try:
        with path.open("rb") as file:
            head = file.read(32)
            if not head:
                return "an empty file"
            file.seek(0)
            formats = [name for name in _FORMATS if name in Image.OPEN]
            with Image.open(file, formats=formats) as image:
                if image.width * image.height > MOST_PIXELS:
                    return f"more than {MOST_PIXELS / 1e6:.0f} million pixels, perhaps a decompression bomb"
                return _decoded(image, size, into)
    except Image.DecompressionBombError:
        return f"more than {MOST_PIXELS / 1e6:.0f} million pixels, perhaps a decompression bomb"
    except Image.UnidentifiedImageError:
        return _no_picture(path, head)
    except PermissionError:
        return "may not be read (permission denied)"
    except _Refused as refusal:
        return str(refusal)
    except Exception as error:  # decoders raise almost anything on bytes that are not what they should be
        if isinstance(error, OSError) and error.errno is not None:
            return f"cannot be read ({error.strerror})"
        return "cut short or damaged"


def _no_picture(path, head):
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"):
        return "HEIC, which is not read here: save it as JPEG"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")) and path.suffix.lower() in _ENDINGS:
        return "cut short or damaged"
    return "has a picture's ending and holds none" if path.suffix.lower() in _ENDINGS else "no picture"


def _decoded(image, size, into):
    from PIL import ExifTags, ImageOps

    changed = []
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9)
    wide, high = image.size[::-1] if turned and image.getexif()[ExifTags.Base.Orientation] > 4 else image.size
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        changed.append("first frame of several taken")
        image.seek(0)
    # A JPEG is decoded at a half, a quarter or an eighth of its size where that is enough: the same check, less work.
    need = max(size) * 2 if size else _CHECK[0]
    image.draft(None, (min(need, image.width), min(need, image.height)))
    image.load()
    if not size:
        return {"size": (wide, high), "changed": tuple(changed)}
    if turned:
        changed.append("turned upright as its EXIF data says")
        image = ImageOps.exif_transpose(image)
    image, how = rgb(image)
    changed += how
    if wide < size[1] or high < size[0]:
        changed.append("enlarged")
    into[...] = ImageOps.fit(image, (size[1], size[0]))
    return {"size": (wide, high), "changed": tuple(changed)}


def rgb(image):
    """Return a picture of any mode as RGB with 8 bits, and how it was changed, a list of words.

    Transparent parts are laid on white; 16-bit grey keeps its upper 8 bits; grey of 32 bits or of floats is stretched
    from its lowest to its highest value.
    """
    import numpy as np
    from PIL import Image

    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype("uint16")
        return Image.fromarray((values >> 8).astype("uint8")).convert("RGB"), ["16 bits brought to 8"]
    if image.mode in ("I", "F"):
        values = np.nan_to_num(np.asarray(image, dtype="float64"))
        low, high = values.min(), values.max()
        values = (values - low) / ((high - low) or 1) * 255
        return Image.fromarray(np.round(values).astype("uint8")).convert("RGB"), ["stretched to 8 bits"]
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image).convert("RGB"), ["laid on white where it is transparent"]
    words = {"L": "grey copied into three colours", "1": "grey copied into three colours", "CMYK": "CMYK made RGB"}
    how = [words[image.mode]] if image.mode in words else []
    try:
        return image.convert("RGB"), how
    except ValueError:
        raise _Refused(f"its colours are {image.mode}, which cannot be made RGB here: save it as RGB") from None
