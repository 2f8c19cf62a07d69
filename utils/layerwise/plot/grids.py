"""A number for each pair of settings, as a coloured grid."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, short, wrapped


def heatmap(values, *, x, y, x_title="", y_title="", value_title="value", number=".2f", marks=None, log=False, title="",
            subtitle="", summary=None, height=None):
    """Draw a number for each pair of two settings as a coloured grid; pale is low, dark is high.

    Args:
        values: Shape `(len(y), len(x))`; values that are not finite are drawn as crosses.
        x: The settings along the horizontal axis.
        y: The settings along the vertical axis, from bottom to top.
        x_title: What the first settings are, with their unit.
        y_title: What the second settings are, with their unit.
        value_title: What the numbers are, with their unit.
        number: How values are written in their cells, as a format; "" leaves the cells empty.
        marks: Cells to frame, as pairs of row and column.
        log: True colours by the logarithm, for values that differ many times over.
        title: A sentence above the picture.
        subtitle: How to read it, in small letters.
        summary: The figure in words; written from the data when None.
        height: Height in pixels; from the number of rows when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the shapes do not fit each other, or a logarithm has none.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.heatmap([[1, 2], [3, 4]], x=[8, 64], y=[0.1, 1.0], value_title="loss", title="Four runs.")
        >>> plot.describe(figure)
        'Four runs. A grid of 2 rows and 2 columns: loss from 1 (x 8, y 0.1) to 4 (x 64, y 1.0).'
    """
    values = numbers(values, what="heatmap(): values", dimensions=2)
    if values.shape != (len(y), len(x)):
        raise ValueError(f"heatmap() needs values of shape ({len(y)}, {len(x)}) for y and x; {values.shape} came.")
    finite = np.isfinite(values)
    if not finite.any():
        raise ValueError("heatmap() was given no finite value.")
    if log and np.any(values[finite] <= 0):
        raise ValueError("heatmap(): with log=True all values must be above zero.")
    least, most = (
        np.unravel_index(choose(np.where(finite, values, fill)), values.shape)
        for choose, fill in ((np.argmin, np.inf), (np.argmax, -np.inf))
    )

    def named(cell):
        return f"{short(values[cell])} ({x_title or 'x'} {x[cell[1]]}, {y_title or 'y'} {y[cell[0]]})"

    title = title or f"{value_title} by {x_title or 'x'} and {y_title or 'y'}".capitalize()
    missing = f"; {int((~finite).sum())} without a finite value" if not finite.all() else ""
    words = (
        f"{sentence(title)} A grid of {len(y)} rows and {len(x)} columns: {value_title} from {named(least)} to "
        f"{named(most)}{missing}."
    )
    made = figure(
        title=title, subtitle=subtitle, summary=summary or words,
        height=height or 170 + 38 * len(y) + 18 * len(wrapped(subtitle, 57)),
    )
    shade = np.log(np.where(finite, values, 1.0)) if log else values
    shade = np.where(finite, shade, np.nan)
    low, high = float(np.nanmin(shade)), float(np.nanmax(shade))
    hover = [[f"{x_title} {b}, {y_title} {a}: {value_title} {short(v)}" for b, v in zip(x, row, strict=True)]
             for a, row in zip(y, values, strict=True)]
    made.add_heatmap(
        z=[[None if v != v else float(v) for v in row] for row in shade], x=list(range(len(x))), y=list(range(len(y))),
        colorscale=theme.INTENSITY, zmin=low, zmax=high if high > low else low + 1, showscale=False, xgap=2, ygap=2,
        customdata=hover, hovertemplate="%{customdata}<extra></extra>",
    )
    if number:
        made.add_scatter(
            x=[c for _ in y for c in range(len(x))], y=[r for r in range(len(y)) for _ in x], mode="text",
            text=[format(v, number) if np.isfinite(v) else "×" for v in values.ravel()], hoverinfo="skip",
            textfont={"size": theme.SIZES["tick"], "color": [
                theme.PAPER if s == s and s > low + 0.5 * (high - low) else theme.INK for s in shade.ravel()]},
            showlegend=False,
        )
    for row, column in marks if marks is not None else ():
        made.add_shape(
            type="rect", x0=column - 0.47, x1=column + 0.47, y0=row - 0.45, y1=row + 0.45,
            line={"color": theme.ORANGE, "width": 3},
        )
    ticks = {"tickmode": "array", "showgrid": False, "ticks": "", "zeroline": False}
    made.update_xaxes(title_text=x_title, tickvals=list(range(len(x))), ticktext=[f"{v:g}" if isinstance(v, float)
                      else str(v) for v in x], range=[-0.5, len(x) - 0.5], **ticks)
    made.update_yaxes(title_text=y_title, tickvals=list(range(len(y))), ticktext=[f"{v:g}" if isinstance(v, float)
                      else str(v) for v in y], range=[-0.5, len(y) - 0.5], **ticks)
    return made
