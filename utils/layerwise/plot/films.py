"""Video: two pictures of a film, what changed between them, and how much changes over time."""

from layerwise import theme
from layerwise.plot import _panels
from layerwise.plot._figure import figure, numbers, sentence

_WIDE = [([k / 3 + 0.008, (k + 1) / 3 - 0.008], [0.44, 0.93]) for k in range(3)]
_NARROW = [([0, 0.49], [0.74, 0.96]), ([0.51, 1], [0.74, 0.96]), ([0, 1], [0.27, 0.68])]
"""Where frames and difference stand: across and upwards, as shares of the figure."""


def change(before, after, difference, amounts, *, frames, rate=None, title="", summary=None, narrow=False):
    """Draw two frames of a film, their difference, and the amount of change over the whole film.

    Args:
        before: The earlier frame, shape `(height, width)` or `(height, width, 3)`.
        after: The later one.
        difference: Later minus earlier, shape `(height, width)`, signed; black is 0 and white 1.
        amounts: How much changes at each frame, shape `(n,)`.
        frames: The numbers of the two frames, from 0.
        rate: Frames a second; when None time is counted in frames.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        narrow: True puts the difference below the frames, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> film = np.zeros((3, 4, 4)); film[1, 0, 0] = 1.0
        >>> figure = plot.change(film[0], film[1], film[1] - film[0], [0, 0.06, 0.06], frames=(0, 1), title="A flash.")
        >>> plot.describe(figure)[:69]
        'A flash. Frames 0 and 1 and their difference; 1 of 16 pixels differ b'
    """
    import numpy as np

    difference = numbers(difference, what="change(): difference", dimensions=2)
    amounts = numbers(amounts, what="change(): amounts", dimensions=1)
    title = title or "What changed between two frames"
    words = (
        f"{sentence(title)} Frames {frames[0]} and {frames[1]} and their difference; "
        f"{int(np.sum(np.abs(difference) > 0.02)):,} of {difference.size:,} pixels differ by more than 0.02. "
        f"Below, the mean change at each of {len(amounts)} frames."
    )
    result = figure(title=title, summary=summary or words, height=680 if narrow else 410)
    most = float(np.abs(difference).max()) or 1.0
    low, middle, high = (np.array(_channels(colour)) for colour in (theme.BLUE, theme.PAPER, theme.ORANGE))
    part = np.abs(difference)[..., None] / most
    signed = middle + part * (np.where(difference[..., None] < 0, low, high) - middle)
    pictures = [
        (f"frame {frames[0]}", _panels.rgb(before)), (f"frame {frames[1]}", _panels.rgb(after)),
        ("difference", signed.round().astype("uint8")),
    ]
    panels = _panels.Panels()
    for k, ((name, picture), (across, upwards)) in enumerate(zip(pictures, _NARROW if narrow else _WIDE, strict=True)):
        panels.picture(k + 1, picture, across, upwards)
        panels.caption(f"<b>{name}</b>", sum(across) / 2, upwards[1] + 0.01)
    # What is hardly there would float on the paper without an edge.
    high, wide = difference.shape
    panels.shape(
        type="rect", x0=-0.5, x1=wide - 0.5, y0=-0.5, y1=high - 0.5, xref="x3", yref="y3",
        line={"color": theme.GRID, "width": 1},
    )
    seconds = 1 / rate if rate else 1
    at = np.arange(len(amounts)) * seconds
    panels.trace(
        4, type="scatter", x=at, y=np.round(amounts, 5), mode="lines", line={"color": theme.BLUE, "width": 2}
    )
    panels.shape(
        type="line", x0=frames[1] * seconds, x1=frames[1] * seconds, y0=0, y1=1, xref="x4", yref="y4 domain",
        line={"color": theme.ORANGE, "width": 3},
    )
    panels.panel(
        4, [0, 1], [0, 0.16 if narrow else 0.24],
        x={"range": [0, float(at[-1]) or 1.0], "title": {"text": "seconds" if rate else "frame", "standoff": 4}},
        y={"range": [0, float(amounts.max()) * 1.1 or 1.0], "nticks": 3,
           "title": {"text": "" if narrow else "mean change", "standoff": 6}},
    )
    if narrow:
        panels.caption("mean change", 0, 0.165, anchor="left")
    return panels.into(result, margin={"l": 44 if narrow else 68, "r": 12})


def _channels(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
