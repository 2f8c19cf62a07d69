"""One hidden unit: the picture it sees, what it looks for, how it answers beside its neighbours, and its favourites."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, sentence, short
from layerwise.plot.pictures import _coloured, _rgb

_MARK = np.array(_rgb(theme.ORANGE))


def unit(picture, pattern, responses, favourites, *, unit=0, captions=(), heat=None, places=None, title="",
         pattern_title="what it looks for", summary=None, narrow=False):
    """Draw what excites one hidden unit.

    Args:
        picture: The picture the unit answers to, shape `(height, width)` or `(height, width, 3)`, from 0 to 1.
        pattern: What the unit looks for, a picture of any size; values below zero make it blue and orange.
        responses: The answers of all units of the layer to the picture, shape `(units,)`.
        favourites: The pictures that excite the unit most, best first, shape `(n, height, width)` or with 3 channels;
            none for a unit that nothing excites.
        unit: The unit's position among `responses`.
        captions: One short caption for each favourite.
        heat: Where in the picture the unit answers, shape `(rows, columns)`, 0 or more; None for a unit without places.
        places: The strongest place in each favourite, shape `(n, 2)`: shares of height and width; None for none.
        title: A sentence above the picture.
        pattern_title: What stands over the pattern.
        summary: The figure in words; written from the numbers when None.
        narrow: True puts the panels below each other, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When `unit` is none of `responses`, or captions and favourites differ in number.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> drawn = plot.unit(np.eye(4), np.eye(4) - 0.5, [0.5, 2], np.ones((1, 4, 4)), unit=1, title="One unit.")
        >>> plot.describe(drawn)
        'One unit. Unit 2 of 2 answers 2 to the picture; the strongest answer of its layer is 2.'
    """
    responses = np.asarray(responses, dtype=float)
    favourites = np.asarray(favourites)
    if responses.ndim != 1 or not 0 <= unit < len(responses):
        raise ValueError(f"unit() needs one of {responses.size} units, 0 to {responses.size - 1}; {unit!r} came.")
    if len(captions) not in (0, len(favourites)):
        raise ValueError(f"unit() needs a caption per favourite; {len(captions)} and {len(favourites)} came.")
    title = title or "What excites one unit"
    words = (
        f"{sentence(title)} Unit {unit + 1} of {len(responses)} answers {short(responses[unit])} to the picture; the "
        f"strongest answer of its layer is {short(responses.max())}."
    )
    if len(captions):
        words += f" Its favourites: {', '.join(map(str, captions))}."
    columns = 4 if narrow else 8
    rows = max(-(-len(favourites) // columns), 1)
    tall = narrow and any("<br>" in str(caption) for caption in captions)  # captions of two lines under small pictures
    height = 630 + 40 * tall if narrow else 310 + 110 * rows
    made = figure(title=title, summary=summary or words, height=height)
    boxes = _places(narrow)
    favoured = "its favourites" if len(favourites) else "it has no favourites"
    sheet, tops = _sheet(favourites, places, columns, below=0.55 if tall else 0.34)
    for number, (name, image) in enumerate(
        [("the picture", _seen(picture, heat)), (pattern_title, _tint(pattern)), (favoured, sheet)], 1
    ):
        _image(made, image, number, boxes[number - 1], name)
    _bars(made, responses, unit, boxes[3])
    if len(captions):
        step = sheet.shape[1] / columns
        side = favourites.shape[2]
        made.add_scatter(
            x=[i % columns * step + side / 2 - 0.5 for i in range(len(favourites))],
            y=[tops[i // columns] + 1.03 * favourites.shape[1] for i in range(len(favourites))],
            text=[str(caption) for caption in captions], mode="text", textposition="bottom center", hoverinfo="skip",
            textfont={"size": theme.SIZES["tick"], "color": theme.INK}, xaxis="x3", yaxis="y3", cliponaxis=False,
        )
    return made.update_layout(showlegend=False, margin={"t": made.layout.margin.t + 14, "l": 12, "r": 16, "b": 14})


def _places(narrow):
    """Return where the four panels stand, as (x domain, y domain): picture, pattern, favourites, bars."""
    if narrow:
        return ([0, 0.46], [0.7, 1]), ([0.54, 1], [0.7, 1]), ([0, 1], [0, 0.36]), ([0.13, 1], [0.47, 0.65])
    return ([0, 0.25], [0.44, 1]), ([0.29, 0.54], [0.44, 1]), ([0, 1], [0, 0.3]), ([0.64, 1], [0.52, 1])


def _tint(image):
    """Return a picture in colours: grey as ink, signed as blue and orange, colour as it is."""
    image = np.asarray(image, dtype=float)
    batch = image[None] if image.ndim == 3 else image[None, ..., None]
    return _coloured(batch, "auto")[0]


def _seen(picture, heat):
    """Return the picture with the places where the unit answers in orange."""
    image = _tint(picture).astype(float)
    if heat is None or not np.max(heat) > 0:
        return image.astype("uint8")
    from PIL import Image

    shares = np.clip(np.asarray(heat, dtype=float) / np.max(heat), 0, 1) ** 1.5  # weak answers stay in the background
    small = Image.fromarray((255 * shares).astype("uint8"))
    strength = np.asarray(small.resize(image.shape[1::-1], Image.Resampling.BILINEAR), dtype=float)[..., None] / 255
    pale = 0.5 * image + 0.5 * np.array(_rgb(theme.PAPER))  # so that the orange is seen on any flower
    return (pale * (1 - 0.9 * strength) + _MARK * 0.9 * strength).clip(0, 255).astype("uint8")


def _sheet(favourites, places, columns, *, below):
    """Return the favourites in rows on one sheet, and the top of each row; `below` is their captions' room."""
    coloured = [_tint(picture) for picture in favourites]
    if places is not None:
        coloured = [_marked(image, place) for image, place in zip(coloured, places, strict=True)]
    high, wide = favourites.shape[1:3]
    gap, below = max(2, wide // 12), max(5, round(below * high))
    rows = max(-(-len(coloured) // columns), 1)
    sheet = np.empty((rows * (high + below), columns * (wide + gap) - gap, 3), dtype="uint8")
    sheet[:] = _rgb(theme.PAPER)
    tops = [row * (high + below) for row in range(rows)]
    for i, image in enumerate(coloured):
        left = i % columns * (wide + gap)
        sheet[tops[i // columns] : tops[i // columns] + high, left : left + wide] = image
    return sheet, tops


def _marked(image, place):
    """Return a picture with an orange frame around a place, given as shares of height and width."""
    image = image.copy()
    high, wide = image.shape[:2]
    reach, thick = max(3, high // 6), max(1, high // 48)
    row, column = round(place[0] * (high - 1)), round(place[1] * (wide - 1))
    top, bottom = max(row - reach, 0), min(row + reach, high - 1)
    left, right = max(column - reach, 0), min(column + reach, wide - 1)
    for part in (
        np.s_[top : top + thick, left : right + 1], np.s_[bottom - thick + 1 : bottom + 1, left : right + 1],
        np.s_[top : bottom + 1, left : left + thick], np.s_[top : bottom + 1, right - thick + 1 : right + 1],
    ):
        image[part] = _MARK
    return image


def _image(made, image, number, box, name):
    """Draw coloured pixels, sharp, into a panel."""
    import base64
    import io

    from PIL import Image

    packed = io.BytesIO()
    Image.fromarray(image).save(packed, format="PNG")
    axis = "" if number == 1 else str(number)
    made.add_image(
        source="data:image/png;base64," + base64.b64encode(packed.getvalue()).decode("ascii"), hoverinfo="skip",
        xaxis=f"x{axis}", yaxis=f"y{axis}",
    )
    high, wide = image.shape[:2]
    frame = {"visible": False, "constrain": "domain"}
    made.update_layout({
        f"xaxis{axis}": {**frame, "range": [-0.5, wide - 0.5], "domain": box[0], "anchor": f"y{axis}",
                         "constraintoward": "left"},
        f"yaxis{axis}": {**frame, "range": [high - 0.5, -0.5], "domain": box[1], "anchor": f"x{axis}",
                         "scaleanchor": f"x{axis}", "constraintoward": "top"},
    })
    _name(made, name, box)


def _name(made, name, box):
    made.add_annotation(
        text=name, x=box[0][0], y=box[1][1], xref="paper", yref="paper", xanchor="left", yanchor="bottom",
        showarrow=False, font={"size": theme.SIZES["tick"], "color": theme.MUTED},
    )


def _bars(made, responses, unit, box):
    chosen = np.arange(len(responses)) == unit
    made.add_bar(
        x=np.arange(1, len(responses) + 1), y=responses, xaxis="x4", yaxis="y4", width=0.9,
        marker={"color": np.where(chosen, theme.ORANGE, "#A9C6DC").tolist(), "line": {"width": 0}},
        hovertemplate="unit %{x}: %{y:.2f}<extra></extra>",
    )
    low, high = min(float(responses.min()), 0.0), max(float(responses.max()), 1e-6)
    fixed = {"automargin": False, "zeroline": False}
    made.update_layout(
        bargap=0,
        xaxis4={**fixed, "domain": box[0], "anchor": "y4", "title": {"text": "unit", "standoff": 4}, "nticks": 6,
                "range": [0.3, len(responses) + 0.7], "showgrid": False, "tickformat": "d"},
        yaxis4={**fixed, "domain": box[1], "anchor": "x4", "title": {"text": "response", "standoff": 4}, "nticks": 5,
                "range": [low * 1.05, high * 1.12]},
    )
    # The chosen unit must be seen where the others rise above it, and where it is silent.
    made.add_scatter(
        x=[unit + 1], y=[max(float(responses[unit]), 0.0)], xaxis="x4", yaxis="y4", mode="markers", hoverinfo="skip",
        marker={"symbol": "triangle-down", "size": 11, "color": theme.ORANGE, "line": {"color": theme.INK, "width": 1}},
        cliponaxis=False,
    )
    _name(made, "the whole layer", (box[0], box[1]))
