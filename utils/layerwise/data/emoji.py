"""Small pictures with captions in many languages: emoji and their names."""

import csv
import io

from layerwise.data import _archive, _sources
from layerwise.data._sources import Damaged

SIDE = 64  # pixels
ACROSS = 44  # pictures in a row of the sheet
PARTS = ("train", "test", "unseen")
COLUMNS = ("part", "emoji", "group", "subgroup", "keywords")
_LARGEST = 4_000_000


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return the captioned pictures: ``x_train``, ``captions_train``, ``y_train``, the same for other parts, ``table``.

    Pictures of one thing in variants (man, woman, facing right) are in one part. The part "unseen" holds one whole
    subgroup out of each group, for zero-shot tests.

    Args:
        name: "emoji".
        source: See `layerwise.data.load`.
        address: Nothing is downloaded; None.
        folder: The folder of bundled data; the course's own when None.
    """
    return _sources.load(name, source=source, address=address, folder=folder, options=options, bundled=bundled)


def bundled(files):
    """Return the arrays out of the sheet of pictures and the table of names."""
    import numpy as np

    table = read_table(files[1])
    pictures = read_sheet(files[0], len(table))
    alpha = pictures[..., 3]
    # Laid on white, as a page shows them: colour × alpha + white × (1 - alpha).
    weight = alpha[..., None].astype("uint16")
    x = ((pictures[..., :3] * weight + 255 * (255 - weight) + 127) // 255).astype("uint8")
    group, classes = table["group"], tuple(dict.fromkeys(table["group"]))
    y = group.map({one: number for number, one in enumerate(classes)}).to_numpy("int64")
    captions = table["en"].to_numpy(object)
    arrays = {}
    for part in PARTS:
        here = np.flatnonzero(table["part"] == part)
        arrays |= {f"x_{part}": x[here], f"captions_{part}": captions[here], f"y_{part}": y[here]}
    return {**arrays, "alpha_train": alpha[table["part"] == "train"], "table": table, "classes": classes}


def read_table(path):
    """Return the table of names.

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When the file is cut short, is something else, or lacks a column.
    """
    import pandas as pd

    try:
        text = _archive.ungzip(path, size=_LARGEST).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Damaged(f"is no UTF-8 text ({error.reason})") from None
    head, *rows = csv.reader(io.StringIO(text), delimiter="\t") if text else [[]]
    missing = [column for column in (*COLUMNS, "en") if column not in head]
    if missing:
        raise Damaged(f"holds no column {missing[0]!r}")
    if not rows or any(len(row) != len(head) for row in rows):
        raise Damaged(f"holds lines that have not all {len(head)} fields")
    table = pd.DataFrame(rows, columns=head).astype(object)
    if set(table["part"]) != set(PARTS):
        raise Damaged(f"names the parts {', '.join(sorted(set(table['part'])))} in place of {', '.join(PARTS)}")
    return table


def read_sheet(path, count):
    """Return the first pictures of a sheet, shape `(count, 64, 64, 4)`, uint8.

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When the file is cut short, is no sheet, or holds fewer pictures.
    """
    import numpy as np
    from PIL import Image

    high = -(-count // ACROSS)
    with path.open("rb") as file:
        try:
            with Image.open(file, formats=["WEBP"]) as image:
                size = image.size
                whole = np.asarray(image.convert("RGBA")) if size == (ACROSS * SIDE, high * SIDE) else None
        except (OSError, ValueError, SyntaxError) as error:
            raise Damaged(f"is cut short or is no sheet of pictures ({type(error).__name__}: {error})") from None
    if whole is None:
        wanted = f"{ACROSS * SIDE} × {high * SIDE} are needed for {count:,} pictures"
        raise Damaged(f"is {size[0]} × {size[1]} pixels; {wanted}")
    return whole.reshape(high, SIDE, ACROSS, SIDE, 4).swapaxes(1, 2).reshape(-1, SIDE, SIDE, 4)[:count]
