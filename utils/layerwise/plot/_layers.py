"""The picture of a network: units as circles, weights as lines, one column per layer."""

import itertools

import numpy as np

from layerwise import theme

UNIT = "#8FA3B3"
_WIDTHS = (0.6, 1.5, 3.0)  # of weak, middling and strong weights, in pixels


def shown(size, most):
    """Return which units of a layer are drawn, and their heights: a long layer leaves out its middle.

    Example:
        >>> units, heights = shown(100, 5)
        >>> units.tolist(), heights.tolist()
        ([0, 1, 98, 99], [2.0, 1.0, -1.0, -2.0])
    """
    if size <= most:
        units = np.arange(size)
        return units, (size - 1) / 2 - units
    first, last = most // 2, (most - 1) // 2  # one place is for the dots
    units = np.concatenate([np.arange(first), np.arange(size - last, size)])
    return units, (most - 1) / 2 - np.concatenate([np.arange(first), np.arange(most - last, most)])


def traces(sizes, weights=None, *, most=8, axes=("x", "y"), diameter=16):
    """Return the traces of a network: always the same number, so that a redraw changes them in place.

    Args:
        sizes: Units per layer, inputs first.
        weights: Weight matrices, shapes `(sizes[i], sizes[i + 1])`; None draws all lines alike.
        most: Most units drawn per layer.
        axes: The names of the axes to draw on.
        diameter: Of a unit, in pixels.
    """
    columns = [shown(size, most) for size in sizes]
    lines = {(sign, width): ([], []) for sign in (-1, 1) for width in _WIDTHS}
    scale = max((float(np.abs(matrix).max()) for matrix in weights or []), default=1.0) or 1.0
    for index, ((left, left_y), (right, right_y)) in enumerate(itertools.pairwise(columns)):
        for row, a in enumerate(left):
            for column, b in enumerate(right):
                value = float(weights[index][a, b]) / scale if weights else 0.2
                strength = min(int(abs(value) * len(_WIDTHS)), len(_WIDTHS) - 1)
                x, y = lines[1 if value > 0 else -1, _WIDTHS[strength]]
                x += (index, index + 1, None)
                y += (left_y[row], right_y[column], None)
    colours = {-1: theme.BLUE, 1: theme.ORANGE} if weights else {-1: UNIT, 1: UNIT}
    drawn = [
        {
            "type": "scatter", "mode": "lines", "x": x, "y": y, "xaxis": axes[0], "yaxis": axes[1],
            "line": {"color": colours[sign], "width": width}, "opacity": 0.85, "hoverinfo": "skip", "showlegend": False,
        }
        for (sign, width), (x, y) in lines.items()
    ]
    drawn.append({
        "type": "scatter", "mode": "markers", "xaxis": axes[0], "yaxis": axes[1],
        "x": [index for index, (units, _) in enumerate(columns) for _ in units],
        "y": [height for _, heights in columns for height in heights],
        "text": [f"layer {index}, unit {unit + 1}" for index, (units, _) in enumerate(columns) for unit in units],
        "hovertemplate": "%{text}<extra></extra>", "showlegend": False,
        "marker": {"size": diameter, "color": theme.PAPER, "line": {"color": theme.INK, "width": 1.6}, "opacity": 1},
    })
    return drawn


def dots(sizes, most):
    """Return where the three dots of shortened layers stand, as (column, height)."""
    return [(index, (most - 1) / 2 - most // 2) for index, size in enumerate(sizes) if size > most]
