"""Video: two pictures of a film, what changed between them, and how much changes over time."""

from layerwise import theme
from layerwise.plot import _panels
from layerwise.plot._figure import figure, numbers, sentence


def change(before, after, difference, amounts, *, frames, rate=None, title="", summary=None, narrow=False):
    """Draw two frames of a film, their difference, and the amount of change over the whole film.

    Args:
        before: The earlier frame, shape `(height, width)` or `(height, width, 3)`.
        after: The later one.
        difference: Later minus earlier, shape `(height, width)`, signed.
        amounts: How much changes at each frame, shape `(n,)`.
        frames: The numbers of the two frames, from 0.
        rate: Frames a second; when None time is counted in frames.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        narrow: True makes the picture taller, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> film = np.zeros((3, 4, 4)); film[1, 0, 0] = 1.0
        >>> figure = plot.change(film[0], film[1], film[1] - film[0], [0, 0.06, 0.06], frames=(0, 1), title="A flash.")
        >>> plot.describe(figure)[:69]
        'A flash. Frames 0 and 1 and their difference; 1 of 16 pixels differ. '
    """
    import numpy as np

    difference = numbers(difference, what="change(): difference", dimensions=2)
    amounts = numbers(amounts, what="change(): amounts", dimensions=1)
    title = title or "What changed between two frames"
    words = (
        f"{sentence(title)} Frames {frames[0]} and {frames[1]} and their difference; "
        f"{int(np.sum(difference != 0)):,} of {difference.size:,} pixels differ. Below, the mean change at each of "
        f"{len(amounts)} frames."
    )
    result = figure(title=title, summary=summary or words, height=430 if narrow else 410)
    most = float(np.abs(difference).max()) or 1.0
    low, middle, high = (np.array(_channels(colour)) for colour in (theme.BLUE, theme.PAPER, theme.ORANGE))
    part = np.abs(difference)[..., None] / most
    signed = middle + part * (np.where(difference[..., None] < 0, low, high) - middle)
    pictures = {
        f"frame {frames[0]}": _panels.rgb(before), f"frame {frames[1]}": _panels.rgb(after),
        "difference": signed.round().astype("uint8"),
    }
    panels = _panels.Panels()
    bottom = 0.55 if narrow else 0.44
    for k, (name, picture) in enumerate(pictures.items()):
        across = [k / 3 + 0.008, (k + 1) / 3 - 0.008]
        panels.picture(k + 1, picture, across, [bottom, 0.93])
        panels.caption(f"<b>{name}</b>", sum(across) / 2, 0.94)
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
        4, [0, 1], [0, bottom - 0.2],
        x={"range": [0, float(at[-1]) or 1.0], "title": {"text": "seconds" if rate else "frame", "standoff": 4}},
        y={"range": [0, float(amounts.max()) * 1.1 or 1.0], "nticks": 3, "title": {"text": "mean change"}},
    )
    return panels.into(result)


def _channels(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
