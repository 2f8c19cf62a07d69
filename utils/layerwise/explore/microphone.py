"""A microphone among the controls of an explorer, and a button for a sound file; both stay on this machine."""

import math

import anywidget
import numpy as np
import traitlets

from layerwise.explore.scripts import script, text

_RATES = (4_000, 384_000)
QUIET = 1e-3
"""Below this peak a recording is silence, -60 dB of full scale."""


class Microphone(anywidget.AnyWidget):
    """Record in the browser, or take a sound file there, and give the samples to `receive`.

    Args:
        receive: Called with samples from -1 to 1 at `rate`, shape `(n,)`.
        rate: Samples a second that are wanted.
        longest: Seconds after which a recording ends by itself; files are cut there.

    The browser decodes; no sound leaves the machine that the kernel runs on.
    """

    _esm = script("microphone.js")
    _css = text("microphone.css")
    longest = traitlets.Float(4.0).tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)

    def __init__(self, receive, *, rate, longest):
        super().__init__(longest=float(longest))
        self._receive, self._rate = receive, int(rate)
        self.on_msg(self._message)

    def _message(self, _, message, buffers):
        if message.get("kind") != "recording":
            return
        try:
            samples = received(buffers[0], message.get("rate"), rate=self._rate, longest=self.longest)
        except (IndexError, TypeError, ValueError) as error:
            self.said = f"That recording cannot be used: {error}"
            return
        self.said = ""
        self._receive(samples)


def received(buffer, source, *, rate, longest):
    """Return what the browser sent as samples at `rate`.

    Args:
        buffer: Whole numbers of 16 bits, little end first.
        source: Their rate.
        rate: The rate that is wanted.
        longest: Seconds that are kept.

    Raises:
        ValueError: When it is no recording, or silence.

    Example:
        >>> received(np.array([0, 16384, 0, -16384] * 4000, "<i2").tobytes(), 16000, rate=8000, longest=0.5).shape
        (4000,)
    """
    from scipy.signal import resample_poly

    if isinstance(source, bool) or not isinstance(source, int | float) or not _RATES[0] <= source <= _RATES[1]:
        raise ValueError(f"its rate is {source!r} samples a second.")
    source = round(source)
    kept = memoryview(buffer)[: 2 * min(int(longest * source), len(buffer) // 2)]
    samples = np.frombuffer(kept, dtype="<i2") / np.float32(32768)
    if len(samples) < source // 20:
        raise ValueError(f"it is {len(samples) / source:.2f} seconds long.")
    if np.abs(samples).max() < QUIET:
        raise ValueError("it is silence. Is the microphone muted?")
    common = math.gcd(source, rate)
    changed = resample_poly(samples, rate // common, source // common)
    return np.clip(changed, -1, 1).astype("float32")
