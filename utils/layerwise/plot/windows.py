"""A kernel that slides over a picture: the window, its products, and the map of all its answers."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, short

_FRAME = {"line": {"color": theme.ORANGE, "width": 3}, "fillcolor": "rgba(0,0,0,0)"}
_GREYS = ((0.0, theme.PAPER), (0.5, "#B9D2E4"), (1.0, theme.INK))  # few middle tones, on which no number reads well


def convolution(picture, kernel, *, row=None, column=None, stride=1, padding=0, title="", summary=None, narrow=False):
    """Draw a kernel on a picture: one window, its products with the kernel, and the answers at all places.

    The answer is what `keras.layers.Conv2D` gives: the kernel is not turned round.

    Args:
        picture: Grey levels of shape `(height, width)`, as a rule from 0 to 1.
        kernel: The kernel's weights, shape `(size, size)`.
        row, column: The place in the map of answers that is looked at, from 0; the middle when None.
        stride: Pixels from one place to the next.
        padding: Zeros around the picture, in pixels.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        narrow: True puts the panels in two rows, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the kernel does not fit into the picture, or the place is outside the map.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> drawn = plot.convolution(np.eye(4), np.ones((3, 3)), row=0, column=0, title="A sum of nine.")
        >>> plot.describe(drawn)
        'A sum of nine. A kernel of 3 by 3 on a picture of 4 by 4 answers at 2 by 2 places. In row 1, column 1 the sum of the products is 3; the answers go from 2 to 3.'

    Explained in lesson 08.
    """  # noqa: E501
    picture = numbers(picture, what="convolution(): picture", dimensions=2)
    kernel = numbers(kernel, what="convolution(): kernel", dimensions=2)
    answers = correlate(picture, kernel, stride=stride, padding=padding)
    high, wide = answers.shape
    row, column = high // 2 if row is None else row, wide // 2 if column is None else column
    if not (0 <= row < high and 0 <= column < wide):
        raise ValueError(
            f"convolution(): there are {high} by {wide} places; row {row}, column {column} is none of them."
        )
    top, left = row * stride - padding, column * stride - padding
    window = np.pad(picture, padding)[top + padding :, left + padding :][: len(kernel), : kernel.shape[1]]
    here = answers[row, column]
    title = title or "A kernel slides over a picture"
    words = (
        f"{sentence(title)} A kernel of {len(kernel)} by {kernel.shape[1]} on a picture of {picture.shape[0]} by "
        f"{picture.shape[1]} answers at {high} by {wide} places. In row {row + 1}, column {column + 1} the sum of the "
        f"products is {short(here)}; the answers go from {short(answers.min())} to {short(answers.max())}."
    )
    made = figure(title=title, summary=summary or words, height=560 if narrow else 540)
    boxes = _boxes(narrow)
    _panel(made, 1, boxes[0], picture, f"picture, {picture.shape[0]} × {picture.shape[1]}", shade=_ink(picture))
    _panel(made, 2, boxes[1], answers, f"answers, {high} × {wide}", shade=_signed(answers))
    _panel(made, 3, boxes[2], window, "window", shade=_ink(picture), written=True)
    _panel(made, 4, boxes[3], kernel, "kernel", shade=_signed(kernel), written=True)
    _panel(made, 5, boxes[4], window * kernel, "products", shade=_signed(window * kernel), written=True)
    _frame(made, "x", "y", left, top, kernel.shape[1], len(kernel))
    _frame(made, "x2", "y2", column, row, 1, 1)
    for text, (left_box, right_box) in zip("×=", ((boxes[2], boxes[3]), (boxes[3], boxes[4])), strict=True):
        made.add_annotation(
            text=text, x=(left_box[0][1] + right_box[0][0]) / 2, y=sum(left_box[1]) / 2, xref="paper", yref="paper",
            showarrow=False, font={"size": 20, "color": theme.MUTED},
        )
    made.add_annotation(
        text=f"sum {_two(here)}", x=sum(boxes[4][0]) / 2, y=boxes[4][1][0], xref="paper", yref="paper", showarrow=False,
        xanchor="center", yanchor="top", yshift=-4, font={"size": theme.SIZES["label"] + 1, "color": theme.INK},
    )
    return made.update_layout(showlegend=False, margin={"t": made.layout.margin.t + 14, "l": 12, "r": 12, "b": 34})


def correlate(picture, kernel, *, stride=1, padding=0):
    """Return the answers of a kernel at all places of a picture, as `Conv2D` computes them.

    Args:
        picture: Shape `(height, width)`.
        kernel: Shape `(size, size)`.
        stride: Pixels from one place to the next.
        padding: Zeros around the picture, in pixels.

    Returns:
        An array of shape `((height + 2 * padding - size) // stride + 1, ...)`.

    Raises:
        ValueError: When the kernel does not fit into the padded picture.
    """
    padded = np.pad(np.asarray(picture, dtype=float), padding)
    if any(side < size for side, size in zip(padded.shape, np.shape(kernel), strict=True)):
        raise ValueError(
            f"A kernel of shape {np.shape(kernel)} does not fit into a picture of shape {padded.shape}, "
            "padding included."
        )
    windows = np.lib.stride_tricks.sliding_window_view(padded, np.shape(kernel))[::stride, ::stride]
    return np.tensordot(windows, kernel, 2)


def _boxes(narrow):
    """Return where the five panels stand: picture, answers, window, kernel, products, as (x domain, y domain)."""
    if narrow:
        small = [0.04, 0.36]
        return (
            ([0, 0.48], [0.5, 1]), ([0.52, 1], [0.5, 1]),
            ([0, 0.29], small), ([0.355, 0.645], small), ([0.71, 1], small),
        )
    small = [0.05, 0.36]
    return (
        ([0, 0.48], [0.47, 1]), ([0.52, 1], [0.47, 1]),
        ([0.08, 0.32], small), ([0.38, 0.62], small), ([0.68, 0.92], small),
    )


def _ink(values):
    low, high = min(float(values.min()), 0.0), float(values.max())
    return {"colorscale": _GREYS, "zmin": low, "zmax": high if high > low else low + 1}


def _signed(values):
    most = float(np.abs(values).max()) or 1.0
    return {"colorscale": theme.DIVERGING, "zmin": -most, "zmax": most}


def _panel(made, number, box, values, name, *, shade, written=False):
    """Draw numbers as coloured squares into a panel; `written` puts the numbers on them."""
    axis = "" if number == 1 else str(number)
    high, wide = values.shape
    made.add_heatmap(
        z=values, x=list(range(wide)), y=list(range(high)), xaxis=f"x{axis}", yaxis=f"y{axis}", showscale=False,
        xgap=2 if written else 0, ygap=2 if written else 0, hovertemplate="%{z:.2f}<extra></extra>", **shade,
    )
    if written:
        size = {1: 14, 2: 14, 3: 12, 4: 11}.get(wide, 9)
        dark = _dark(values, shade)
        made.add_scatter(
            x=[c for _ in range(high) for c in range(wide)], y=[r for r in range(high) for _ in range(wide)],
            text=[_two(value) for value in values.ravel()], mode="text", hoverinfo="skip", xaxis=f"x{axis}",
            yaxis=f"y{axis}", textfont={"size": size, "color": [theme.PAPER if d else theme.INK for d in dark.ravel()]},
        )
    plain = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": "", "constrain": "domain"}
    made.update_layout({
        f"xaxis{axis}": {**plain, "range": [-0.5, wide - 0.5], "domain": box[0], "anchor": f"y{axis}"},
        f"yaxis{axis}": {**plain, "range": [high - 0.5, -0.5], "domain": box[1], "anchor": f"x{axis}",
                         "scaleanchor": f"x{axis}", "constraintoward": "top"},
    })
    made.add_annotation(
        text=name, x=sum(box[0]) / 2, y=box[1][1], xref="paper", yref="paper", xanchor="center", yanchor="bottom",
        showarrow=False, font={"size": theme.SIZES["tick"], "color": theme.MUTED},
    )


def _dark(values, shade):
    """Return where a square is so dark that its number must be light."""
    share = (values - shade["zmin"]) / (shade["zmax"] - shade["zmin"])
    return share > 0.7 if shade["colorscale"] is _GREYS else np.zeros(values.shape, bool)


def _two(value):
    """Write a number short, with a real minus sign.

    Example:
        >>> _two(-0.5), _two(2.0), _two(0.126)
        ('−0.5', '2', '0.13')
    """
    text = f"{abs(value):.2f}".rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 and text != "0" else text


def _frame(made, x, y, left, top, wide, high):
    made.add_shape(type="rect", xref=x, yref=y, x0=left - 0.5, x1=left + wide - 0.5, y0=top - 0.5, y1=top + high - 0.5,
                   **_FRAME)
