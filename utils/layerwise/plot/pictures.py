"""Pictures, many at once or one as a grid of its numbers."""

import base64
import io

from layerwise import theme
from layerwise.plot._figure import NARROW, figure, numbers, sentence, short, wrapped

_MOST = 400  # pictures in one figure; more could not be told apart
_GAP = 0.12  # between two pictures, as a share of a picture's side
_ROW, _TILE = 560, 110  # widest a row and a picture are drawn, in pixels
_NUMBERS = ((0.0, theme.PAPER), (0.5, "#B9D2E4"), (1.0, theme.INK))  # few middle tones, on which no number reads well


def images(images, *, titles=None, columns=8, title="", scale="auto", summary=None):
    """Draw pictures in rows, each with its caption.

    Args:
        images: Grey pictures of shape `(n, height, width)` or `(n, height, width, 1)`, colour pictures of shape
            `(n, height, width, 3)`, or one grey picture of shape `(height, width)`. Whole numbers are read as 0 to
            255; floats as 0 to 1, or from the lowest to the highest of them all where they leave that range.
        titles: One caption per picture.
        columns: Pictures in a row.
        title: A sentence above the pictures.
        scale: How grey pictures are coloured. "ink": 0 is paper and the highest value is ink; "grey": 0 is black and
            the highest is white; "signed": blue below zero, orange above; "auto": signed where a value is below
            zero, otherwise ink.
        summary: The figure in words; written from the captions when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the shape is not that of pictures, or captions and pictures differ in number.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> figure = plot.images(np.eye(28)[None], titles=["a stroke"], title="One picture.")
        >>> plot.describe(figure)
        'One picture. 1 picture of 28 by 28 pixels. Captions: a stroke.'
    """
    import numpy as np

    batch = _batch(images)
    count, high, wide = batch.shape[:3]
    if not isinstance(columns, int | np.integer) or columns < 1:
        raise ValueError(f"images(): columns must be a whole number of at least 1; {columns!r} came.")
    columns = int(min(columns, count))
    rows = -(-count // columns)
    captions = None if titles is None else [str(caption) for caption in titles]
    if captions is not None and len(captions) != count:
        raise ValueError(f"images() needs one title per picture; {len(captions)} titles and {count} pictures came.")
    lines, size = _captions(captions, columns)
    # A full row shrinks with the page; captions do not. So the room for them is reckoned for a narrow page.
    tile = min(_TILE if count > 1 else 2 * _TILE, _ROW / columns)
    per_pixel = min(tile, 0.9 * NARROW / columns) / (wide * (1 + _GAP))
    below = round((size * 1.3 * max(len(line) for line in lines) + 6) / per_pixel) if captions else 0
    gap = max(1, round(_GAP * wide))
    step = high + below + gap
    sheet = np.empty((rows * step - gap, columns * (wide + gap) - gap, 3), dtype="uint8")
    sheet[:] = _rgb(theme.PAPER)
    coloured = _coloured(batch, scale)
    for i in range(count):
        top, left = i // columns * step, i % columns * (wide + gap)
        sheet[top : top + high, left : left + wide] = coloured[i]
    title = title or f"{count} pictures"
    plural = "picture" if count == 1 else "pictures"
    words = f"{sentence(title)} {count} {plural} of {wide} by {high} pixels."
    if captions:
        words += f" Captions: {', '.join(captions)}."
    result = figure(title=title, summary=summary or words)
    pixels_wide = columns * tile
    result.update_layout(
        height=int(result.layout.margin.t + 12 + pixels_wide * sheet.shape[0] / sheet.shape[1]),
        margin={"l": 12, "r": 12, "b": 12},
    )
    _place(result, sheet)
    if captions:
        result.add_scatter(
            x=[i % columns * (wide + gap) + wide / 2 - 0.5 for i in range(count)],
            y=[i // columns * step + high - 0.5 + 2 / per_pixel for i in range(count)],
            mode="text", textposition="bottom center",
            text=["<br>".join(line) for line in lines], textfont={"size": size, "color": theme.INK},
            hoverinfo="skip", showlegend=False, cliponaxis=False,
        )
    return result


def _batch(images):
    """Return pictures as an array of four dimensions: number, height, width, channels."""
    import numpy as np

    try:
        array = np.asarray(images)
        if array.dtype == object:
            raise ValueError
    except ValueError:
        raise ValueError("images() needs pictures of one size; what came does not stack into one array.") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"images() needs numbers; an array of {array.dtype} came.")
    if array.ndim == 2:
        array = array[None]
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or array.size == 0:
        raise ValueError(
            "images() needs shape (n, height, width), (n, height, width, 1) or (n, height, width, 3); "
            f"shape {np.shape(images)} came."
        )
    if len(array) > _MOST:
        raise ValueError(
            f"images() draws up to {_MOST} pictures at once; {len(array):,} came. Choose some, such as x_train[:64]."
        )
    return array


def _captions(captions, columns):
    """Return each caption as lines that fit under its picture on a narrow page, and the size of the letters."""
    if not captions:
        return [], theme.SIZES["tick"]
    room = 0.92 * NARROW / columns
    longest = max((len(word) for caption in captions for word in caption.split()), default=1)

    def lines(size):
        return [wrapped(caption, max(int(room / (size * 0.56)), longest, 1)) for caption in captions]

    def tall(size):
        too_wide = longest * size * 0.56 > room
        return too_wide, max(len(caption) for caption in lines(size))

    # The largest letters among those that need the fewest lines.
    size = min(range(theme.SIZES["tick"], 9, -1), key=tall)
    return lines(size), size


def _coloured(batch, scale):
    """Return pictures as red, green and blue bytes."""
    import numpy as np

    if scale not in ("auto", "ink", "grey", "signed"):
        raise ValueError(f'images(): scale must be "auto", "ink", "grey" or "signed"; {scale!r} came.')
    values = batch.astype("float64")
    if not np.isfinite(values).all():
        raise ValueError("images() needs finite numbers; nan or infinity came.")
    if batch.shape[-1] == 1 and (scale == "signed" or (scale == "auto" and values.min() < 0)):
        most = np.abs(values).max() or 1.0
        return _table(theme.DIVERGING)[np.round((values[..., 0] / most + 1) * 127.5).astype("int64")]
    if batch.dtype.kind in "iu" and values.min() >= 0 and values.max() <= 255:
        values = values / 255
    elif values.min() < 0 or values.max() > 1:
        values = (values - values.min()) / ((values.max() - values.min()) or 1.0)
    levels = np.round(values * 255).astype("uint8")
    if batch.shape[-1] == 3:
        return levels
    return _table(((0.0, "#000000"), (1.0, "#FFFFFF")) if scale == "grey" else theme.INTENSITY)[levels[..., 0]]


def _table(stops):
    """Return a colour scale as 256 rows of red, green and blue."""
    import numpy as np

    places = np.array([place for place, _ in stops]) * 255
    colours = np.array([_rgb(colour) for _, colour in stops])
    levels = [np.interp(np.arange(256), places, colours[:, channel]) for channel in range(3)]
    return np.round(np.stack(levels, axis=1)).astype("uint8")


def _rgb(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _place(result, sheet):
    """Draw a sheet of coloured pixels, sharp, from the top left, in its own proportions."""
    from PIL import Image

    packed = io.BytesIO()
    Image.fromarray(sheet).save(packed, format="PNG", optimize=True)
    source = "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode("ascii")
    result.add_image(source=source, hoverinfo="skip")
    high, wide = sheet.shape[:2]
    result.update_xaxes(visible=False, range=[-0.5, wide - 0.5], constrain="domain", constraintoward="left")
    result.update_yaxes(
        visible=False, range=[high - 0.5, -0.5], scaleanchor="x", constrain="domain", constraintoward="top",
    )


def pixels(image, *, title="", summary=None):
    """Draw one grey picture as the grid of numbers that it is.

    Args:
        image: One picture of shape `(height, width)` or `(height, width, 1)`, at most 40 by 40 pixels.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.

    Returns:
        A ``plotly.graph_objects.Figure``: the number of each pixel stands in it.

    Raises:
        ValueError: When the picture is not grey, or larger than 40 by 40.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.pixels([[0, 128], [255, 0]], title="Four pixels."))
        'Four pixels. A picture of 2 by 2 pixels as numbers, from 0 to 255.'
    """
    import numpy as np

    array = np.asarray(image)
    if array.ndim == 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim != 2 or max(array.shape) > 40:
        raise ValueError(
            f"pixels() needs one grey picture of at most 40 by 40 pixels, shape (height, width); shape {array.shape} "
            "came. Cut a piece out, such as picture[8:20, 8:20]."
        )
    values = numbers(array, what="pixels(): the picture", dimensions=2)
    high, wide = values.shape
    whole = array.dtype.kind in "biu" or bool(np.all(values == np.round(values)))
    text = [[f"{value:.0f}" if whole else f"{value:.2f}" for value in row] for row in values]
    title = title or "A picture is a grid of numbers"
    signed = values.min() < 0
    most = float(np.abs(values).max()) or 1.0
    words = (
        f"{sentence(title)} A picture of {wide} by {high} pixels as numbers, "
        f"from {short(values.min())} to {short(values.max())}."
    )
    result = figure(title=title, summary=summary or words)
    result.add_heatmap(
        z=values, text=text, texttemplate="%{text}", xgap=1, ygap=1, showscale=False,
        zmin=-most if signed else 0, zmax=most, colorscale=theme.DIVERGING if signed else _NUMBERS,
        hovertemplate="row %{y}, column %{x}: %{text}<extra></extra>",
    )
    side = min(640 / wide, 48)
    result.update_layout(
        height=int(result.layout.margin.t + 44 + side * high), margin={"l": 36, "r": 12, "b": 44},
    )
    ticks = {"showgrid": False, "zeroline": False, "ticks": "", "showline": False, "dtick": 1 if wide <= 12 else 4}
    result.update_xaxes(title_text="column", constrain="domain", constraintoward="left", **ticks)
    result.update_yaxes(
        title_text="row", autorange="reversed", scaleanchor="x", constrain="domain", constraintoward="top", **ticks,
    )
    return result
