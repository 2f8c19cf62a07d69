"""Speech as a network hears it: the spectrogram, and over the same time the letters that it writes."""

from layerwise import theme
from layerwise.plot import _panels
from layerwise.plot._figure import figure, numbers, sentence
from layerwise.plot.pictures import _table

_SEEN = 0.05  # a letter whose probability never gets here draws no line
_COLOURS = (theme.BLUE, theme.ORANGE, theme.MINT, theme.PLUM, theme.GOLD, theme.INK)


def spelled(spectrogram, probabilities, letters, *, seconds, until=None, text=None, title="", subtitle="",
            summary=None, narrow=False):
    """Draw a spectrogram, and under it the probability of each letter at each moment.

    Args:
        spectrogram: One row a frame, shape `(frames, bins)`.
        probabilities: Of no letter (the blank) and of each letter, shape `(steps, 1 + len(letters))`.
        letters: The letters, a string or a list. A space is drawn as `␣`.
        seconds: How long the recording lasts.
        until: Up to which moment it has been heard, in seconds; to the end when None.
        text: What was written in the end, for the summary; the likeliest letters when None.
        title: A sentence above the picture.
        subtitle: How to read it, in small letters.
        summary: The figure in words; written from the numbers when None.
        narrow: True for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there is not one probability for the blank and each letter.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> chances = np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.8, 0.1, 0.1], [0.1, 0.0, 0.9]])
        >>> plot.describe(plot.spelled(np.eye(4), chances, "no", seconds=1.0, title="Two letters."))
        'Two letters. 1.00 seconds of sound, 4 steps; the likeliest letters spell "no": n at 0.38 s, o at 0.88 s.'

    Explained in lesson 17.
    """
    import numpy as np

    values = numbers(spectrogram, what="spelled(): spectrogram", dimensions=2)
    chances = numbers(probabilities, what="spelled(): probabilities", dimensions=2)
    letters = list(letters)
    if chances.shape[1] != 1 + len(letters):
        raise ValueError(
            f"spelled() needs a probability of the blank and of each of {len(letters)} letters, "
            f"{1 + len(letters)} a step; {chances.shape[1]} came."
        )
    steps = len(chances)
    at = (np.arange(steps) + 0.5) * seconds / steps
    written = emissions(chances)
    spells = "".join(letters[k - 1] for _, k in written) if text is None else text
    title = title or "What was heard, and what is written"
    told = ", ".join(f"{shown(letters[k - 1])} at {at[step]:.2f} s" for step, k in written[:12])
    words = (
        f"{sentence(title)} {seconds:.2f} seconds of sound, {steps} steps; the likeliest letters spell "
        f'"{spells}"{": " + told if told else ""}{" and so on" if len(written) > 12 else ""}.'
    )
    result = figure(title=title, subtitle=subtitle, summary=summary or words, height=520 if narrow else 460)
    panels, time = _panels.Panels(), {"range": [0, seconds], "nticks": 6}
    bands = {"range": [0.5, values.shape[1] + 0.5], "showgrid": False, "nticks": 4, "title": {"text": "mel band"}}
    bare = {"showgrid": False, "showticklabels": False, "ticks": "", "anchor": "y"}
    panels.panel(1, [0, 1], [0.5, 1.0], x={**time, **bare}, y=bands)
    span = float(values.max() - values.min()) or 1.0
    levels = np.round((values - values.min()) / span * 255).astype("uint8")
    panels.sheet(1, _table(theme.INTENSITY)[levels.T], [0, seconds], [0.5, values.shape[1] + 0.5])
    panels.panel(2, [0, 1], [0.0, 0.36], x={**time, "title": {"text": "time in seconds", "standoff": 4}},
                 y={"range": [0, 1.05], "tickvals": [0, 0.5, 1], "title": {"text": "probability"}})
    panels.trace(2, type="scatter", x=np.round(at, 3), y=np.round(chances[:, 0], 3), mode="lines",
                 line={"color": theme.MUTED, "width": 1, "dash": "dot"})
    for k in np.flatnonzero(chances[:, 1:].max(axis=0) > _SEEN) + 1:
        panels.trace(
            2, type="scatter", x=np.round(at, 3), y=np.round(chances[:, k], 3), mode="lines",
            line={"color": _COLOURS[(k - 1) % len(_COLOURS)], "width": 2},
        )
    end = seconds if until is None else min(max(until, 0.0), seconds)
    early = [(step, k) for step, k in written if at[step] <= end]
    panels.panel(3, [0, 1], [0.38, 0.48], x={**time, "visible": False}, y={"range": [0, 1], "visible": False})
    panels.trace(
        3, type="scatter", mode="text", x=[round(float(at[step]), 3) for step, _ in early] or [0],
        y=[0.5] * max(1, len(early)), text=[f"<b>{shown(letters[k - 1])}</b>" for _, k in early] or [""],
        textfont={"size": 17, "color": [_COLOURS[(k - 1) % len(_COLOURS)] for _, k in early] or theme.INK},
    )
    if end < seconds:
        for number in (1, 2):
            axis = _panels.names(number)
            panels.shape(type="rect", x0=end, x1=seconds, y0=0, y1=1, xref=axis[0], yref=f"{axis[1]} domain",
                         fillcolor=theme.PAPER, opacity=0.75, line={"width": 0}, layer="above")
            panels.shape(type="line", x0=end, x1=end, y0=0, y1=1, xref=axis[0], yref=f"{axis[1]} domain",
                         line={"color": theme.ORANGE, "width": 2}, layer="above")
    return panels.into(result)


def emissions(probabilities):
    """Return where the likeliest letters are written: pairs of a step and a number, repeats and blanks dropped.

    Each letter stands at the step at which it is likeliest in its run. The number 0 is the blank.

    Example:
        >>> emissions([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.9, 0.1], [0.3, 0.7]])
        [(2, 1), (4, 1)]
    """
    import numpy as np

    chances = np.asarray(probabilities, dtype="float64")
    best, found = chances.argmax(axis=1), []
    for step, k in enumerate(best):
        if k == 0:
            continue
        if step and best[step - 1] == k:
            if chances[step, k] > chances[found[-1]]:
                found[-1] = (step, int(k))
        else:
            found.append((step, int(k)))
    return found


def shown(letter):
    """Return a letter as it can be seen: a space as an open box."""
    return "␣" if letter == " " else letter
