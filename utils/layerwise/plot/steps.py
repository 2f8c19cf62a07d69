"""A picture at several steps of its way into a network: how it looks, and which numbers it is made of."""

from layerwise import theme
from layerwise.plot import _panels
from layerwise.plot._figure import figure, sentence, short

_BINS = 32


def stages(pictures, *, outline=None, title="", summary=None, narrow=False):
    """Draw a picture at each step, with a histogram of its values below.

    Args:
        pictures: A dict from the step's name to the picture then: whole numbers from 0 to 255 or floats, of shape
            `(height, width)`, `(height, width, 1)` or `(height, width, 3)`. They may differ in size.
        outline: `(top, left, bottom, right)` in pixels of the first picture: the part that survives.
        title: A sentence above the pictures.
        summary: The figure in words; written from the pictures when None.
        narrow: True puts each histogram beside its picture, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there is no picture, or one is none.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> photo = np.zeros((4, 6, 3), "uint8")
        >>> plot.describe(plot.stages({"in the file": photo, "cropped": photo[:, 1:5] / 255}, title="Two steps."))
        'Two steps. in the file: 4 × 6 × 3, uint8, from 0 to 0; cropped: 4 × 4 × 3, float64, from 0 to 0.'
    """
    import numpy as np

    if not isinstance(pictures, dict) or not pictures:
        raise ValueError(f'stages() needs a dict such as {{"in the file": photo}}; {type(pictures).__name__} came.')
    arrays = {str(name): np.asarray(picture) for name, picture in pictures.items()}
    shown = {name: _panels.rgb(array) for name, array in arrays.items()}
    told = "; ".join(f"{name}: {_what(array)}" for name, array in arrays.items())
    title = title or "From a file to what a network gets"
    count = len(arrays)
    result = figure(
        title=title, summary=summary or f"{sentence(title)} {told}.",
        height=110 + 210 * count if narrow else 490,
    )
    panels = _panels.Panels()
    for k, (name, array) in enumerate(arrays.items()):
        picture_at, histogram_at = _places(k, count, narrow)
        panels.picture(2 * k + 1, shown[name], *picture_at)
        _histogram(panels, 2 * k + 2, array, *histogram_at, last=k == count - 1 or not narrow)
        high, wide = array.shape[:2]
        middle = picture_at[0][0] if narrow else sum(picture_at[0]) / 2
        # Side by side, a line each: on a phone there are 100 pixels for it.
        line = "  " if narrow else "<br>"
        shape = f"{high} × {wide} × {1 if array.ndim == 2 else array.shape[2]}"
        panels.caption(
            f"<b>{name}</b>{line}{shape}{', ' if narrow else line}{array.dtype}",
            middle, picture_at[1][1] + (0.004 if narrow else 0.01), anchor="left" if narrow else "center",
        )
    if outline is not None:
        top, left, bottom, right = outline
        panels.shape(
            type="rect", x0=left - 0.5, x1=right - 0.5, y0=top - 0.5, y1=bottom - 0.5,
            line={"color": theme.ORANGE, "width": 3}, xref="x", yref="y",
        )
    return panels.into(result, margin={"l": 16 if not narrow else 8, "r": 16, "b": 48}, bargap=0)


def _what(array):
    sides = " × ".join(map(str, array.shape))
    return f"{sides}, {array.dtype}, from {short(float(array.min()))} to {short(float(array.max()))}"


def _places(k, count, narrow):
    """Return where the picture and the histogram of step `k` stand."""
    if narrow:
        high = 1 / count
        top = 1 - k * high
        picture_at = [0.0, 0.52], [top - 0.84 * high, top - 0.1 * high]
        return picture_at, ([0.58, 1.0], [top - 0.72 * high, top - 0.12 * high])
    wide = 1 / count
    edge = 0.06 * wide
    across = [k * wide + edge, (k + 1) * wide - edge]
    return (across, [0.4, 0.87]), (across, [0.0, 0.26])


def _histogram(panels, number, array, across, upwards, *, last):
    import numpy as np

    values = np.asarray(array, dtype="float64").ravel()
    low, high = float(values.min()), float(values.max())
    if array.dtype.kind in "iu":
        low, high = 0.0, 255.0
    elif low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif high == low:
        low, high = low - 1, high + 1
    shares, edges = np.histogram(values, bins=_BINS, range=(low, high))
    panels.trace(
        number, type="bar", x=np.round((edges[:-1] + edges[1:]) / 2, 4), y=shares / len(values),
        marker={"color": theme.BLUE},
        width=(high - low) / _BINS, hovertemplate="about %{x:.3g}: %{y:.1%}<extra></extra>",
        hoverinfo="all",
    )
    edge = 0.02 * (high - low)
    panels.panel(
        number, across, upwards,
        x={"range": [low - edge, high + edge], "nticks": 4, "title": {"text": "value" if last else "", "standoff": 4}},
        y={"rangemode": "tozero", "showticklabels": False, "ticks": "", "showgrid": False,
           "range": [0, float(shares.max()) / len(values) * 1.08]},
    )
