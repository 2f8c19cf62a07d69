"""Examples on a data set's card: pictures shown, sounds played, texts and tables quoted. No network, no widget."""

import base64
import html
import io
import itertools

from layerwise import theme

MOST = 10  # examples on a card
_HIGH = 72  # height of a picture on a card, in pixels


def of(dataset):
    """Return the HTML of a few examples of a data set, or "" where it has nothing to show."""
    show = {
        "pictures": _pictures, "photos": _photos, "scenes": _scenes, "scans": _scans, "sound": _sounds,
        "text": _texts, "table": _table, "series": _series, "video": _video,
    }[dataset.card.kind]
    return show(dataset)


def part(dataset, name):
    """Return the array that has a name, or the name and the ending of a part; None where there is none.

    Example:
        >>> from layerwise import data
        >>> part(data.load("digits", source="bundled"), "x").shape
        (10000, 28, 28)
    """
    for ending in ("", "_train", "_test"):
        if name + ending in dataset.arrays:
            return dataset.arrays[name + ending]
    return None


def chosen(dataset, labels, count=MOST):
    """Return positions of one example of each class, at most `count`; the first few where there are no classes."""
    import numpy as np

    if labels is None or not len(dataset.classes):
        return list(range(count))
    labels = np.asarray(labels)
    first = [int(np.argmax(labels == k)) for k in range(len(dataset.classes)) if np.any(labels == k)]
    return first[:count]


def packed(picture, *, ink=True):
    """Return a PIL image of a grey or colour picture; grey ones in the course's paper and ink unless told otherwise."""
    import numpy as np
    from PIL import Image

    picture = np.asarray(picture)
    if picture.ndim == 3 and picture.shape[-1] == 1:
        picture = picture[..., 0]
    if picture.dtype != np.uint8:
        picture = np.clip(np.round(picture * 255), 0, 255).astype("uint8")
    if picture.ndim == 2 and ink:
        dark, paper = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (theme.INK, theme.PAPER))
        picture = np.round(paper + (dark - paper) * (picture[..., None] / 255)).astype("uint8")
    return Image.fromarray(picture)


def address(image, *, kind="PNG", **options):
    """Return a PIL image as a ``data:`` address."""
    file = io.BytesIO()
    image.save(file, format=kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def strip(images, words, *, sharp, **options):
    """Return one ``<img>`` with pictures side by side.

    Args:
        images: PIL images.
        words: What they show, for people who cannot see them.
        sharp: True keeps the corners of small pictures' pixels.
        options: For `address`.
    """
    from PIL import Image

    images = [image.convert("RGB") for image in images]
    if not images:
        return ""
    high = max(max(image.height for image in images), _HIGH if not sharp else 0)
    images = [image.resize((max(round(image.width * high / image.height), 1), high)) for image in images]
    paper = tuple(int(theme.PAPER[i : i + 2], 16) for i in (1, 3, 5))
    whole = Image.new("RGB", (sum(image.width + 4 for image in images), high + 4), paper)
    for image, left in zip(images, itertools.accumulate([2] + [image.width + 4 for image in images]), strict=False):
        whole.paste(image, (left, 2))
    scale, look = (1.6, "image-rendering:pixelated;") if sharp and high < _HIGH else (1, "")
    return (
        f"<img src='{address(whole, **options)}' alt='{html.escape(words, quote=True)}' "
        f"style='width:100%;max-width:{int(whole.width * scale)}px;{look}border-radius:4px'>"
    )


def _names(dataset, labels, shown):
    if labels is None or not len(dataset.classes):
        return f"{len(shown)} of them"
    return "one of each class: " + ", ".join(str(dataset.classes[int(labels[i])]) for i in shown)


def _pictures(dataset):
    x, labels = part(dataset, "x"), part(dataset, "y")
    if x is None or not len(x):
        return ""
    shown = [i for i in chosen(dataset, labels) if i < len(x)]
    return strip(
        [packed(x[i]) for i in shown], f"Training pictures, {_names(dataset, labels, shown)}", sharp=True, optimize=True
    )


def _photos(dataset):
    from PIL import Image

    files, labels = part(dataset, "files"), part(dataset, "y")
    if files is None or not len(files):
        return ""
    shown, images = [i for i in chosen(dataset, labels) if i < len(files)], []
    for i in shown:
        with Image.open(files[i]) as image:
            image.thumbnail((4 * _HIGH, _HIGH))
            images.append(image.convert("RGB"))
    return strip(images, f"Photos, {_names(dataset, labels, shown)}", sharp=False, kind="JPEG", quality=85)


def _scenes(dataset):
    """Show pictures with the boxes that belong to them."""
    from PIL import ImageDraw

    x, boxes = part(dataset, "x"), part(dataset, "boxes")
    images = []
    for i in range(min(4, len(x))):
        image = packed(x[i], ink=False).convert("RGB")
        scale = max(1, 96 // image.height)
        image = image.resize((image.width * scale, image.height * scale))
        for top, left, bottom, right in boxes[i] if boxes is not None else ():
            ImageDraw.Draw(image).rectangle(
                (left * scale, top * scale, right * scale, bottom * scale), outline=theme.ORANGE, width=2
            )
        images.append(image)
    return strip(images, f"{len(images)} scenes with a box around each object", sharp=False, optimize=True)


def _scans(dataset):
    """Show grey scans as they are, without ink and paper, as a doctor sees them."""
    x, labels = part(dataset, "x"), part(dataset, "y")
    shown = [i for i in chosen(dataset, labels) if i < len(x)]
    shown += [i for i in range(len(x)) if i not in shown][: max(0, 5 - len(shown))]
    return strip(
        [packed(x[i], ink=False) for i in shown], f"Scans, {_names(dataset, labels, shown)}", sharp=True, optimize=True
    )


def player(samples, rate, words):
    """Return an ``<audio>`` control that plays samples without asking the network.

    Args:
        samples: Shape `(n,)`, int16, or floats between -1 and 1.
        rate: Samples a second.
        words: What is heard.
    """
    import wave

    import numpy as np

    samples = np.asarray(samples)
    if samples.dtype != np.int16:
        samples = np.clip(np.round(samples * 32767), -32768, 32767).astype("int16")
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(int(rate))
        sound.writeframes(samples.astype("<i2").tobytes())
    content = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f"<figure style='display:inline-block;margin:2px 10px 2px 0'><figcaption>{html.escape(words)}</figcaption>"
        f"<audio controls preload='none' aria-label='{html.escape(words, quote=True)}' style='width:180px;height:32px' "
        f"src='data:audio/wav;base64,{content}'></audio></figure>"
    )


def _sounds(dataset):
    x, labels, lengths = part(dataset, "x"), part(dataset, "y"), part(dataset, "length")
    players = []
    for i in chosen(dataset, labels, 4):
        clip = x[i] if lengths is None else x[i][: lengths[i]]
        words = str(dataset.classes[int(labels[i])]) if labels is not None and len(dataset.classes) else f"clip {i}"
        players.append(player(clip, dataset.arrays["rate"], words))
    return "".join(players)


def _texts(dataset):
    """Quote a text: pairs beside each other, classes before their texts, a long one from its beginning."""
    pairs = part(dataset, "pairs")
    if pairs is not None:
        rows = [tuple(map(str, pair)) for pair in pairs[:4]]
    else:
        x, labels = part(dataset, "x"), part(dataset, "y")
        if x is None:
            return f"<blockquote style='white-space:pre-wrap'>{_short(part(dataset, 'text') or '', 300)}</blockquote>"
        rows = [
            (str(dataset.classes[int(labels[i])]) if labels is not None and len(dataset.classes) else str(i), str(x[i]))
            for i in chosen(dataset, labels, 4) if i < len(x)
        ]
    return _rows([[_short(cell, 160) for cell in row] for row in rows])


def _short(text, most):
    text = text.strip()
    return html.escape(text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …")


def _rows(rows, head=()):
    cell = "style='text-align:left;padding:2px 12px 2px 0;vertical-align:top;white-space:pre-wrap'"
    top = "<tr>" + "".join(f"<th scope='col' {cell}>{name}</th>" for name in head) + "</tr>" if head else ""
    body = "".join("<tr>" + "".join(f"<td {cell}>{value}</td>" for value in row) + "</tr>" for row in rows)
    return f"<div style='overflow-x:auto'><table style='border-collapse:collapse;font-size:0.92em'>{top}{body}</table></div>"


def _table(dataset):
    table = part(dataset, "table")
    if table is None:
        return ""
    shown = table.head(4).astype(object).where(table.head(4).notna(), "–")
    rows = [[_short(f"{value:g}" if isinstance(value, float) else str(value), 40) for value in row] for row in shown.to_numpy()]
    return _rows(rows, [html.escape(str(name)) for name in table.columns])


def _series(dataset):
    """Draw the first column of numbers over its whole length as one thin line."""
    import numpy as np

    table = part(dataset, "table")
    column = table.select_dtypes("number").columns[0]
    values = table[column].to_numpy(dtype=float)
    whole = np.isfinite(values)
    if not whole.any():
        return ""
    wide, high = 700, 90
    at = np.linspace(0, len(values) - 1, min(len(values), wide)).astype(int)
    at = at[whole[at]]
    low, top = values[whole].min(), values[whole].max()
    y = high - 4 - (values[at] - low) / ((top - low) or 1) * (high - 8)
    line = " ".join(f"{x:.0f},{one:.1f}" for x, one in zip(at / max(len(values) - 1, 1) * wide, y, strict=True))
    words = f"{column}, from {table.index[0]} to {table.index[-1]}, between {low:g} and {top:g}"
    return (
        f"<svg viewBox='0 0 {wide} {high}' role='img' aria-label='{html.escape(words, quote=True)}' "
        f"style='width:100%;max-width:{wide}px;background:{theme.PAPER};border-radius:4px'>"
        f"<polyline points='{line}' fill='none' stroke='{theme.BLUE}' stroke-width='1.2'/></svg>"
        f"<div style='font-size:0.92em'>{html.escape(words)}</div>"
    )


def _video(dataset):
    """Show a few clips side by side as one moving picture."""
    import numpy as np

    x = part(dataset, "x")
    clips = [np.asarray(clip) for clip in x[:4]]
    if not clips:
        return ""
    frames = []
    for moment in range(min(len(clip) for clip in clips)):
        row = np.concatenate([np.pad(clip[moment], ((2, 2), (2, 2), *((0, 0),) * (clip.ndim - 3))) for clip in clips], 1)
        frame = packed(row, ink=False).convert("RGB")
        scale = max(1, 96 // frame.height)
        frames.append(frame.resize((frame.width * scale, frame.height * scale), 0))
    source = address(
        frames[0], kind="WEBP", save_all=True, append_images=frames[1:], duration=120, loop=0, quality=60, method=2
    )
    return (
        f"<img src='{source}' alt='{len(clips)} clips of {len(frames)} frames each, playing side by side' "
        f"style='width:100%;max-width:{frames[0].width}px;border-radius:4px'>"
    )
