"""Examples on a data set's card: pictures, photos, scenes with boxes, scans with masks, moving clips."""

import base64
import html
import io
import itertools

from layerwise import theme
from layerwise.data._examples import chosen, part

_HIGH = 72  # height of a picture on a card, in pixels


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


def pictures(dataset):
    x, labels = part(dataset, "x"), part(dataset, "y")
    if x is None or not len(x):
        return ""
    shown = [i for i in chosen(dataset, labels) if i < len(x)]
    image = strip(
        [packed(x[i]) for i in shown], f"Training pictures, {_names(dataset, labels, shown)}", sharp=True, optimize=True
    )
    captions = part(dataset, "captions")
    if captions is None:
        return image
    return f"{image}<div style='font-size:0.92em'>{html.escape('; '.join(str(captions[i]) for i in shown))}.</div>"


def photos(dataset):
    from PIL import Image

    files, labels = part(dataset, "files"), part(dataset, "y")
    if files is None or not len(files):
        return ""
    shown, images = [i for i in chosen(dataset, labels) if i < len(files)], []
    for i in shown:
        with Image.open(files[i]) as image:
            image.thumbnail((6 * _HIGH, 1.5 * _HIGH))
            images.append(image.convert("RGB"))
    words = "Drawn pictures" if dataset.source == "drawn" else "Photos"
    return strip(images, f"{words}, {_names(dataset, labels, shown)}", sharp=False, kind="JPEG", quality=85)


def scenes(dataset):
    """Show pictures with a box around each thing, or around the fault; one of each condition or class."""
    import numpy as np
    from PIL import Image, ImageDraw

    x, labels, boxes, masks = (part(dataset, name) for name in ("x", "y", "boxes", "masks"))
    conditions = part(dataset, "condition")
    if conditions is None:
        shown = [i for i in chosen(dataset, labels, 6) if i < len(x)]
        names = [str(dataset.classes[int(labels[i])]) for i in shown]
    else:  # of the pictures in each light and weather, one with enough to see and not too much
        crowd = np.array([abs(len(one) - 5) for one in boxes])
        rows = {name: np.flatnonzero(np.asarray(conditions) == k) for k, name in enumerate(dataset.conditions)}
        names = [name for name, found in rows.items() if len(found)][:4]
        shown = [int(rows[name][np.argmin(crowd[rows[name]])]) for name in names]
    images = []
    for i in shown:
        image = packed(x[i], ink=False).convert("RGB")
        scale = max(1, 192 // image.height)
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.BICUBIC)
        around = boxes[i] if boxes is not None else _extent(masks[i]) if masks is not None else ()
        for top, left, bottom, right in around:
            ImageDraw.Draw(image).rectangle(
                (left * scale - 1, top * scale - 1, right * scale, bottom * scale), outline=theme.ORANGE, width=2
            )
        images.append(image)
    told = f"From left to right: {', '.join(names)}."
    return strip(images, f"Scenes with a box around each thing. {told}", sharp=False, kind="JPEG", quality=85) + (
        f"<div style='font-size:0.92em'>{html.escape(told)}</div>"
    )


def _extent(mask):
    """Return the box around what is not 0 in a mask, as a list of one, or an empty list."""
    import numpy as np

    rows, columns = np.flatnonzero(np.any(mask, axis=1)), np.flatnonzero(np.any(mask, axis=0))
    return [(rows[0], columns[0], rows[-1] + 1, columns[-1] + 1)] if len(rows) else []


def scans(dataset):
    """Show grey scans as they are, without ink and paper, as a doctor sees them; below them what was marked."""
    import numpy as np
    from PIL import Image

    x, labels, masks, marked = (part(dataset, name) for name in ("x", "y", "masks", "opacity"))
    if x is None or not len(x):
        return ""
    each = max(6 // max(len(dataset.classes), 1), 1)
    shown = [int(i) for k in range(len(dataset.classes)) for i in np.flatnonzero(np.asarray(labels) == k)[:each]]
    shown = shown or list(range(min(6, len(x))))
    whole = [packed(x[i], ink=False).convert("RGB") for i in shown]
    rows = [(whole, "Scans")]
    if masks is not None:
        colours = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in (*theme.PALETTE, theme.PAPER)])
        tinted = []
        for i, image in zip(shown, whole, strict=True):
            kind = np.asarray(masks[i]) if marked is None else np.where(marked[i] > 0, 2, masks[i])
            picture, tint = np.asarray(image), colours[(kind - 1) % len(colours)]
            mixed = np.where(kind[..., None] > 0, 0.55 * picture + 0.45 * tint, picture)
            tinted.append(Image.fromarray(mixed.astype("uint8")))
        rows.append((tinted, "The same scans with their masks in colour"))
    names = _names(dataset, labels, shown).removeprefix("one of each class: ")
    scale = max(round(128 / whole[0].height), 1)
    return "".join(
        strip([image.resize((scale * image.width, scale * image.height), Image.Resampling.BICUBIC) for image in images],
              f"{words}: {names}", sharp=False, kind="JPEG", quality=85)
        for images, words in rows
    ) + f"<div style='font-size:0.92em'>From left to right: {html.escape(names)}.</div>"


def video(dataset):
    """Show a few clips side by side as one moving picture; a watched zone is drawn, in orange while it rings."""
    import numpy as np
    from PIL import Image, ImageDraw

    x, labels, alarm = part(dataset, "x"), part(dataset, "y"), part(dataset, "alarm")
    if labels is None:  # one long film: where it rings most
        start = int(np.argmax(np.convolve(alarm, np.ones(min(40, len(x))), "valid")))
        clips, alarms, told = [x[start : start + 40]], [alarm[start : start + 40]], "A part of the film."
    else:
        shown = [i for i in chosen(dataset, labels, 6)[-4:] if i < len(x)]
        shown += [i for i in range(len(x)) if i not in shown][: 4 - len(shown)]
        clips, alarms = [x[i] for i in shown], [None if alarm is None else alarm[i] for i in shown]
        told = f"From left to right: {', '.join(str(dataset.classes[int(labels[i])]) for i in shown)}."
    zone, frames = dataset.arrays.get("zone"), []
    scale = max(1, round((140 if len(clips) > 1 else 240) / clips[0].shape[1]))
    high, wide = clips[0].shape[1] * scale, clips[0].shape[2] * scale
    for moment in range(min(len(clip) for clip in clips)):
        row = Image.new("RGB", (len(clips) * (wide + 4) - 4, high), theme.PAPER)
        for number, (clip, rings) in enumerate(zip(clips, alarms, strict=True)):
            picture = packed(clip[moment]).convert("RGB").resize((wide, high), Image.Resampling.BICUBIC)
            if zone is not None:
                corners = [(float(column) * scale, float(line) * scale) for line, column in zone]
                colour = theme.ORANGE if rings is not None and rings[moment] else theme.BLUE
                ImageDraw.Draw(picture).polygon(corners, outline=colour, width=2)
            row.paste(picture, (number * (wide + 4), 0))
        frames.append(row)
    source = address(
        frames[0], kind="WEBP", save_all=True, append_images=frames[1:], loop=0, quality=50, method=1,
        duration=round(1000 / dataset.arrays.get("rate", 8)),
    )
    return (
        f"<img src='{source}' alt='Clips of {len(frames)} pictures each, playing. {html.escape(told, quote=True)}' "
        f"style='width:100%;max-width:{frames[0].width}px;border-radius:4px'>"
        f"<div style='font-size:0.92em'>{html.escape(told)}</div>"
    )
