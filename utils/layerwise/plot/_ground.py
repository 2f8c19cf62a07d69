"""The ground under a path of weights: one look for every loss surface, pale where the loss is low."""

SCALE = ((0.0, "#FFFFFF"), (0.3, "#E8EFF4"), (0.65, "#C6D8E4"), (1.0, "#9DBBD0"))
"""From the lowest loss to the highest; never so dark that a path would drown."""


def ground(along, height, *, top=None, levels=14):
    """Return a contour trace of a loss over two weights, without text and without hover.

    Args:
        along: The places on both axes, shape `(n,)`.
        height: The loss, or a root or logarithm of it, which spreads the contours; shape `(n, n)`.
        top: What is drawn in the darkest tone; the largest height when None.
        levels: How many contours there are.
    """
    low, top = float(height.min()), float(height.max() if top is None else top)
    return {
        "type": "contour", "x": along, "y": along, "z": height, "colorscale": SCALE, "showscale": False,
        "zmin": low, "zmax": top, "contours": {"start": low, "end": top, "size": (top - low) / levels},
        "line": {"color": "#A9B9C4", "width": 0.6}, "hoverinfo": "skip", "showlegend": False,
    }
