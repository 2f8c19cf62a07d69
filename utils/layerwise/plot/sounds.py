"""Sound: the wave, the piece of it under the window, and the spectrogram."""

from layerwise import theme
from layerwise.plot import _panels
from layerwise.plot._figure import figure, numbers, sentence, short
from layerwise.plot.pictures import _table

_MOST = 1600  # points of a wave; more could not be seen


def wave(samples, rate, *, title="", summary=None, height=260):
    """Draw a recording as it came from the microphone.

    Args:
        samples: The samples, shape `(n,)`.
        rate: Samples a second, in Hz.
        title: A sentence above the picture.
        summary: The figure in words; written from the samples when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.wave([0.0, 0.5, -0.5, 0.0], 2, title="A short one."))
        'A short one. 4 samples, 2 a second, 2.00 seconds; from -0.5 to 0.5.'
    """
    samples = numbers(samples, what="wave(): samples", dimensions=1)
    title = title or "A recording is a row of numbers"
    words = (
        f"{sentence(title)} {len(samples):,} samples, {rate:,} a second, {len(samples) / rate:.2f} seconds; "
        f"from {short(samples.min())} to {short(samples.max())}."
    )
    result = figure(title=title, summary=summary or words, height=height)
    panels = _panels.Panels()
    _wave(panels, 1, samples, rate)
    return panels.into(result, xaxis={"title": {"text": "time in seconds"}}, yaxis={"title": {"text": "sample"}})


def _wave(panels, number, samples, rate):
    """Draw the lowest and the highest sample of each stretch, which is what an eye sees of a long wave."""
    import numpy as np

    step = max(1, -(-2 * len(samples) // _MOST))
    whole = np.pad(samples, (0, -len(samples) % step), mode="edge").reshape(-1, step)
    at = np.arange(len(whole)) * step / rate
    both = np.stack([whole.min(axis=1), whole.max(axis=1)], axis=1).ravel() if step > 1 else samples
    at = np.repeat(at, 2) if step > 1 else at
    panels.trace(
        number, type="scatter", x=np.round(at, 4), y=np.round(both, 4), mode="lines",
        line={"color": theme.BLUE, "width": 1},
    )


def sound(samples, spectrogram, *, rate, window, hop, frame=0, y=None, y_title="frequency in Hz",
          value_title="magnitude", title="", summary=None, narrow=False):
    """Draw a recording, what stands under the window at one moment, and its spectrogram.

    Args:
        samples: The samples, shape `(n,)`.
        spectrogram: One row a frame, shape `(frames, bins)`.
        rate: Samples a second, in Hz.
        window: Samples of a frame.
        hop: Samples from one frame to the next.
        frame: The frame that is looked at, from 0.
        y: Where the bins stand, shape `(bins,)`: by default their frequency in Hz.
        y_title: What `y` is, with its unit.
        value_title: What the values of the spectrogram are, with their unit.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        narrow: True puts the spectrum of the moment below, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there is no such frame, or `y` has another length than a frame.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> tone = np.sin(np.arange(256) / 8 * 2 * np.pi)
        >>> frames = np.abs(np.fft.rfft(tone.reshape(4, 64)))
        >>> plot.describe(plot.sound(tone, frames, rate=8000, window=64, hop=64, title="One tone."))[:66]
        'One tone. 256 samples become 4 frames of 33 numbers. The frame at '
    """
    import numpy as np

    samples = numbers(samples, what="sound(): samples", dimensions=1)
    values = numbers(spectrogram, what="sound(): spectrogram", dimensions=2)
    if not 0 <= frame < len(values):
        raise ValueError(f"sound(): there are {len(values)} frames, 0 to {len(values) - 1}; frame {frame} came.")
    bins = np.linspace(0, rate / 2, values.shape[1]) if y is None else numbers(y, what="sound(): y", dimensions=1)
    if len(bins) != values.shape[1]:
        raise ValueError(f"sound(): y must have one place for each of {values.shape[1]} bins; {len(bins)} came.")
    begin, peak = frame * hop / rate, float(bins[values[frame].argmax()])
    title = title or "A sound as a picture"
    words = (
        f"{sentence(title)} {len(samples):,} samples become {len(values)} frames of {values.shape[1]} numbers. "
        f"The frame at {begin:.3f} s is strongest at {short(peak)} ({y_title})."
    )
    result = figure(title=title, summary=summary or words, height=640 if narrow else 500)
    panels, lasts = _panels.Panels(), len(samples) / rate
    time = {"range": [0, lasts], "nticks": 6}
    right = 1.0 if narrow else 0.68
    tops = ([0.80, 1.0], [0.36, 0.74], [0.0, 0.22]) if narrow else ([0.72, 1.0], [0.0, 0.62], [0.0, 0.62])
    most = float(np.abs(samples).max()) * 1.05 or 1.0
    panels.panel(1, [0, right], tops[0], x={**time, "showticklabels": False},
                  y={"range": [-most, most], "nticks": 3, "title": {"text": "sample"}})
    _wave(panels, 1, samples, rate)
    for number in (1, 2):
        axis = _panels.names(number)
        panels.shape(
            type="rect", x0=begin, x1=min(begin + window / rate, lasts), y0=0, y1=1, xref=axis[0],
            yref=f"{axis[1]} domain", fillcolor=theme.ORANGE, opacity=0.28, line={"width": 0}, layer="above",
        )
    half = (bins[1] - bins[0]) / 2 if len(bins) > 1 else 0.5
    low, high = float(bins[0] - half), float(bins[-1] + half)
    below = {"showgrid": False, "title": {"text": "time in seconds", "standoff": 4}}
    panels.panel(2, [0, right], tops[1], x={**time, **below},
                  y={"range": [low, high], "showgrid": False, "title": {"text": y_title}})
    span = float(values.max() - values.min()) or 1.0
    levels = np.round((values - values.min()) / span * 255).astype("uint8")
    # A frame is drawn over the time from its middle to the next one's.
    first = (window - hop) / 2 / rate
    panels.sheet(
        2, _table(theme.INTENSITY)[levels.T], [first, first + len(values) * hop / rate], [low, high]
    )
    spectrum = np.round(values[frame], 4)
    edges = [float(values.min()) - 0.03 * span, float(values.max()) + 0.03 * span]
    flat = {"range": edges, "nticks": 4, "title": {"text": value_title, "standoff": 4}}
    tall = {"range": [low, high], "title": {"text": y_title if narrow else ""}, "showticklabels": narrow}
    panels.panel(3, [0, 1] if narrow else [0.75, 1], tops[2], x=tall if narrow else flat,
                  y=flat if narrow else tall)
    panels.trace(
        3, type="scatter", x=bins if narrow else spectrum, y=spectrum if narrow else bins, mode="lines",
        line={"color": theme.ORANGE, "width": 2},
    )
    return panels.into(result)
