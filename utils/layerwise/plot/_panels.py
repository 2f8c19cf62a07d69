"""Several panels in one figure: pictures, pictures stretched under axes, captions."""

import base64
import io

from layerwise import theme

SMALL = {"size": theme.SIZES["tick"], "color": theme.INK}
_HIDDEN = {"visible": False, "fixedrange": True}


def names(number):
    """Return how traces call the axes of a panel.

    Example:
        >>> names(1), names(3)
        (('x', 'y'), ('x3', 'y3'))
    """
    suffix = "" if number == 1 else str(number)
    return f"x{suffix}", f"y{suffix}"


class Panels:
    """Panels as plain dicts, given to a figure at once: Plotly takes its time over each change.

    Attributes:
        layout: What the figure's layout is updated with; shapes, annotations and images are lists in it.
        traces: The traces, as dicts.
    """

    def __init__(self):
        self.layout, self.traces = {"shapes": [], "annotations": [], "images": []}, []

    def into(self, result, **layout):
        """Put everything into a figure, with more of its layout; return it."""
        result.add_traces(self.traces)
        return result.update_layout({**self.layout, **layout})

    def panel(self, number, across, upwards, *, x=None, y=None):
        """Give a panel its place.

        Args:
            number: Of the panel, from 1.
            across: Left and right edge, as shares of the figure.
            upwards: Lower and upper edge.
            x: More about the axis across, as Plotly's layout has it.
            y: More about the other.
        """
        suffix = names(number)[0][1:]
        across, upwards = ([max(0.0, min(1.0, edge)) for edge in pair] for pair in (across, upwards))
        self.layout[f"xaxis{suffix}"] = {"domain": across, "anchor": f"y{suffix}", "fixedrange": True, **(x or {})}
        self.layout[f"yaxis{suffix}"] = {"domain": upwards, "anchor": f"x{suffix}", "fixedrange": True, **(y or {})}

    def trace(self, number, **trace):
        """Add a trace to a panel."""
        x, y = names(number)
        self.traces.append({"hoverinfo": "skip", "showlegend": False, **trace, "xaxis": x, "yaxis": y})

    def picture(self, number, pixels, across, upwards):
        """Draw a picture into a panel, sharp and in its own proportions."""
        high, wide = pixels.shape[:2]
        self.panel(
            number, across, upwards, x={**_HIDDEN, "range": [-0.5, wide - 0.5], "constrain": "domain"},
            y={**_HIDDEN, "range": [high - 0.5, -0.5], "constrain": "domain", "scaleanchor": names(number)[0]},
        )
        x, y = names(number)
        self.traces.append({"type": "image", "source": source(pixels), "hoverinfo": "skip", "xaxis": x, "yaxis": y})

    def sheet(self, number, coloured, x_range, y_range):
        """Lay a picture under a panel, stretched over a part of its axes; the first row is the lowest."""
        x, y = names(number)
        self.layout["images"].append({
            "source": source(coloured[::-1], smallest=400), "xref": x, "yref": y, "x": x_range[0], "y": y_range[1],
            "sizing": "stretch", "sizex": x_range[1] - x_range[0], "sizey": y_range[1] - y_range[0], "layer": "below",
            "yanchor": "top", "xanchor": "left",
        })
        # An axis without a trace is not drawn.
        self.trace(number, type="scatter", x=[x_range[0]], y=[y_range[0]], mode="markers", marker={"opacity": 0})

    def caption(self, text, x, y, *, anchor="center"):
        """Write a line of text at a place given in shares of the figure, its lower edge there."""
        self.layout["annotations"].append({
            "text": text, "x": x, "y": y, "xref": "paper", "yref": "paper", "showarrow": False, "xanchor": anchor,
            "yanchor": "bottom", "align": anchor, "font": SMALL,
        })

    def shape(self, **shape):
        """Draw a shape over what is there."""
        self.layout["shapes"].append(shape)


def rgb(picture):
    """Return a picture as it can be shown: bytes of shape `(height, width, 3)`.

    Whole numbers are read as 0 to 255, floats as 0 to 1; where floats leave that range, the lowest is shown black and
    the highest white.
    """
    import numpy as np

    array = np.asarray(picture)
    array = array[..., None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[-1] not in (1, 3) or not array.size:
        raise ValueError(
            "a picture needs shape (height, width), (height, width, 1) or (height, width, 3); "
            f"{np.shape(picture)} came."
        )
    if array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        if low < 0 or high > 1:
            array = (array - low) / ((high - low) or 1.0)
        array = np.round(array * 255)
    array = np.clip(array, 0, 255).astype("uint8")
    return np.broadcast_to(array, (*array.shape[:2], 3))


def source(coloured, *, smallest=0):
    """Return pixels as an address that a page can show; each is drawn larger where the picture is a small one."""
    import numpy as np
    from PIL import Image

    times = max(1, -(-smallest // max(coloured.shape[:2])))
    coloured = np.repeat(np.repeat(coloured, times, axis=0), times, axis=1)
    packed = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(coloured)).save(packed, format="PNG")
    return "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode("ascii")
