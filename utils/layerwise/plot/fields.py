"""What one output of a stack of convolutions sees: a cone from the output down to the pixels, and the square itself."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, sentence

_DOTS, _LINES = 260, 420  # in one row, and in all; more would run together


def receptive_field(layers, *, picture=None, place=(0.5, 0.5), title="", summary=None, narrow=False):
    """Draw what one output of a stack of layers sees of its input.

    Args:
        layers: One dict for each layer, from the input up: ``name``, ``size``, ``stride``, ``dilation``.
        picture: The input, shape `(height, width)` or `(height, width, 3)`, from 0 to 1; none when None.
        place: Where in the picture the output looks, as shares of its height and width.
        title: A sentence above the picture.
        summary: The figure in words; written from the layers when None.
        narrow: True puts the panels below each other, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there is no layer.

    Example:
        >>> from layerwise import plot
        >>> stack = [{"name": "conv", "size": 3, "stride": 1, "dilation": 1}] * 2
        >>> plot.describe(plot.receptive_field(stack, title="Two layers."))
        'Two layers. One output of 2 layers sees 5 by 5 pixels; neighbouring outputs lie 1 pixel apart.'

    Explained in lesson 08.
    """
    if not layers:
        raise ValueError("receptive_field() needs at least one layer; an empty list came.")
    rows, edges, jump = cone(layers)
    side = int(rows[0].max() - rows[0].min() + 1)
    title = title or "What one output sees"
    words = (
        f"{sentence(title)} One output of {len(layers)} layers sees {side} by {side} pixels; neighbouring outputs lie "
        f"{jump} pixel{'s' * (jump != 1)} apart."
    )
    shown = picture is not None
    height = (640 if shown else 430) if narrow else 430
    made = figure(title=title, summary=summary or words, height=height)
    boxes = _boxes(narrow, shown)
    _cone(made, layers, rows, edges, boxes[0])
    if shown:
        _square(made, np.asarray(picture, dtype=float), place, side, boxes[1])
    return made.update_layout(showlegend=False)


def cone(layers):
    """Return what one output sees in each layer, along one side.

    Args:
        layers: See `receptive_field`.

    Returns:
        Positions in pixels of what is seen, one array for each level from the input up to the output; the lines
        between two levels, as arrays of pairs; and the distance of two neighbouring outputs, in pixels.
    """
    jump = int(np.prod([layer["stride"] for layer in layers]))
    distance, seen, rows, edges = jump, np.zeros(1), [np.zeros(1)], []
    for layer in reversed(layers):
        distance //= layer["stride"]
        reach = (np.arange(layer["size"]) - (layer["size"] - 1) / 2) * layer["dilation"] * distance
        pairs = np.stack(np.broadcast_arrays(seen[:, None], seen[:, None] + reach), axis=-1).reshape(-1, 2)
        seen = np.unique(pairs[:, 1])
        rows.append(seen)
        edges.append(pairs)
    return rows[::-1], edges[::-1], jump


def _boxes(narrow, shown):
    if not shown:
        return (([0, 1], [0, 1]),)
    if narrow:
        return ([0, 1], [0, 0.5]), ([0, 1], [0.6, 1])
    return ([0, 0.46], [0, 1]), ([0.52, 1], [0.04, 1])


def _cone(made, layers, rows, edges, box):
    """Draw the levels one above the other, the input lowest, and lines from each output to what it reads."""
    reach = max(float(np.abs(rows[0]).max()), 1.5)
    xs, ys = [], []
    if sum(len(pairs) for pairs in edges) <= _LINES:
        for level, pairs in enumerate(edges):
            for above, below in pairs:
                xs += [above, below, None]
                ys += [level + 1, level, None]
    else:  # too many to tell apart: the outline alone
        for side in (-1, 1):
            xs += [side * float(np.abs(row).max()) for row in rows] + [None]
            ys += [*range(len(rows)), None]
    made.add_scatter(x=xs, y=ys, mode="lines", line={"color": "#A9C6DC", "width": 1}, hoverinfo="skip")
    for level, row in enumerate(rows):
        named = "pixels" if level == 0 else layers[level - 1]["name"]
        thin = row if len(row) <= _DOTS else row[np.linspace(0, len(row) - 1, _DOTS).astype(int)]
        made.add_scatter(
            x=thin, y=np.full(len(thin), level), mode="markers",
            hovertemplate=f"{named}: {len(row)} places<extra></extra>",
            marker={"size": 9 if len(thin) < 30 else 5, "symbol": "square" if level == 0 else "circle",
                    "color": theme.ORANGE if level in (0, len(rows) - 1) else theme.BLUE},
        )
    made.update_layout(
        xaxis={"domain": box[0], "anchor": "y", "range": [-1.12 * reach, 1.12 * reach], "zeroline": False,
               "title": {"text": "distance from the middle (pixels)"}, "nticks": 7},
        yaxis={"domain": box[1], "anchor": "x", "range": [-0.4, len(rows) - 0.6], "zeroline": False, "showgrid": False,
               "tickvals": list(range(len(rows))), "ticktext": ["pixels", *(layer["name"] for layer in layers)],
               "title": {"text": ""}, "ticks": ""},
    )


def _square(made, picture, place, side, box):
    """Draw the picture, pale where the output does not see it."""
    from layerwise.plot.units import _image, _tint

    high, wide = picture.shape[:2]
    middle = [round(share * (length - 1)) for share, length in zip(place, (high, wide), strict=True)]
    before = (side - 1) // 2
    top, left = (at - before for at in middle)
    seen = np.zeros((high, wide, 1), bool)
    seen[max(top, 0) : max(top + side, 0), max(left, 0) : max(left + side, 0)] = True
    coloured = _tint(picture).astype(float)
    paper = np.array([int(theme.PAPER[i : i + 2], 16) for i in (1, 3, 5)])
    image = np.where(seen, coloured, 0.25 * coloured + 0.75 * paper).astype("uint8")
    share = seen.mean()
    _image(made, image, 2, box, f"it sees {share:.0%} of this picture" if share < 1 else "it sees all of this picture")
    made.add_shape(
        type="rect", xref="x2", yref="y2", line={"color": theme.ORANGE, "width": 3},
        x0=max(left, 0) - 0.5, x1=min(left + side, wide) - 0.5, y0=max(top, 0) - 0.5, y1=min(top + side, high) - 0.5,
    )
    made.add_scatter(x=[middle[1]], y=[middle[0]], xaxis="x2", yaxis="y2", mode="markers", hoverinfo="skip",
                     marker={"size": 9, "color": theme.ORANGE, "line": {"color": theme.PAPER, "width": 1.5}})
