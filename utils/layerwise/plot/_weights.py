"""Weights of attention as a coloured grid: what is drawn of them wherever they are drawn."""

from layerwise import theme


def weight_grid(weights, hover, *, gap):
    """Return the trace of a grid of weights from 0 (paper) to 1 (dark), a row for each word that looks.

    Args:
        weights: Shape `(looking, looked at)`.
        hover: What stands at the pointer, in the same shape.
        gap: Pixels between two cells.
    """
    return {
        "type": "heatmap", "z": weights, "x": list(range(len(weights[0]))), "y": list(range(len(weights))),
        "zmin": 0, "zmax": 1, "colorscale": theme.INTENSITY, "showscale": False, "xgap": gap, "ygap": gap,
        "customdata": hover,
    }


def row_frame(row, columns):
    """Return the shape that frames one row of such a grid."""
    return {
        "type": "rect", "x0": -0.5, "x1": columns - 0.5, "y0": row - 0.5, "y1": row + 0.5,
        "line": {"color": theme.ORANGE, "width": 2.5},
    }
