"""A sound on its way into a network: frames, window, spectrum, bands. And what is left can be heard."""

import functools
import io
import wave

import numpy as np

from layerwise import plot
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider, Toggle
from layerwise.explore.input_kinds import named

WINDOWS = (32, 64, 128, 256, 512, 1024)
HOPS = (32, 64, 128, 256, 512)
BANDS = ("all frequencies", "40 mel bands", "20 mel bands", "10 mel bands")
_ROUNDS = 24  # of the search for a sound that has a given spectrogram


class Sound(Explorer):
    """The explorer, which can also be heard: `original()` and `rebuilt()` give samples."""

    def __init__(self, clips, rate, controls, state):
        self._clips, self._rate, self._player = clips, rate, None
        super().__init__(
            "A sound becomes numbers", controls, compute=functools.partial(compute, clips, rate), draw=draw, say=say,
            state=state,
        )

    def original(self):
        """Return the samples of the recording, shape `(n,)`."""
        return self._clips[self.recording]

    def rebuilt(self):
        """Return a sound made from the numbers alone: what the network can still hear, shape `(n,)`."""
        return rebuilt(self.compute(), len(self.original()))

    def _make_panel(self):
        import ipywidgets

        from layerwise.explore.panel import Panel

        self._player = ipywidgets.Audio(
            value=wav(self.original(), self._rate), format="wav", autoplay=False, controls=True, loop=False
        )
        self._player.layout.width, self._player.layout.height = "100%", "34px"
        buttons = []
        for label, tip, samples in (
            ("Hear it", "Hear the recording", self.original),
            ("Hear the numbers", "Hear a sound that is rebuilt from the spectrogram alone", self.rebuilt),
        ):
            made = ipywidgets.Button(description=label, tooltip=tip)
            made.on_click(functools.partial(self._play, samples))
            made.add_class("layerwise-button")
            buttons.append(made)
        buttons[0].add_class("layerwise-button-first")
        row = ipywidgets.Box(buttons)
        row.add_class("layerwise-buttons")
        return Panel(self, buttons=[row, self._player])

    def _play(self, samples, _):
        self._player.autoplay = True
        self._player.value = wav(samples(), self._rate)


def build(examples, state):
    """Return the explorer.

    Args:
        examples: Recordings by name, or a list: arrays of shape `(n,)`, whole numbers of 16 bits or floats.
        state: Values to start from, and ``rate``, samples a second (8,000 unless told otherwise).
    """
    state = dict(state)
    rate = int(state.pop("rate", 8000))
    clips = {name: _clip(clip) for name, clip in named(examples, what="arrays of samples").items()}
    controls = (
        Choice("recording", "recording", tuple(clips), next(iter(clips)), help="Which recording."),
        Choice("window", "window in samples", WINDOWS, 256, ordered=True, help="How much of the sound a frame sees."),
        Choice("hop", "hop in samples", HOPS, 128, ordered=True, help="How far the next frame begins."),
        Toggle("taper", "fade the window's ends", True, help="Hann's window; else each frame is cut out sharply."),
        Choice("bands", "frequencies", BANDS, BANDS[0], help="Mel bands are narrow for low and wide for high tones."),
        Toggle("decibels", "decibels", True, help="A scale of ratios, as we hear loudness."),
        Slider("moment", "moment", 0.0, 1.0, 0.4, step=0.02, help="Where in the recording to look."),
    )
    return Sound(clips, rate, controls, state)


def _clip(samples):
    array = np.asarray(samples)
    if array.ndim != 1 or len(array) < 16:
        raise ValueError(f"A recording needs shape (n,) with at least 16 samples; {array.shape} came.")
    return array / 32768.0 if array.dtype.kind in "iu" else array.astype("float64")


def hann(size):
    """Return Hann's window, as `keras.ops.stft` has it.

    Example:
        >>> hann(4)
        array([0. , 0.5, 1. , 0.5])
    """
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def frames_of(samples, window, hop):
    """Return the frames of a recording, shape `(frames, window)`; zeros fill a recording that is too short for one."""
    samples = np.pad(samples, (0, max(0, window - len(samples))))
    return np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]


@functools.cache
def mel_filters(count, window, rate):
    """Return what each mel band takes of each frequency, and the bands' middles in Hz.

    The first has the shape `(window // 2 + 1, count)`. The bands are triangles, evenly spaced on the usual mel scale,
    2595 log10(1 + f / 700), after D. O'Shaughnessy (1987): Speech Communication.
    """
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, count + 2) / 2595) - 1)
    frequencies = np.linspace(0, rate / 2, window // 2 + 1)[:, None]
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rising, falling), 0, None), edges[1:-1]


def compute(clips, rate, *, recording, window, hop, taper, bands, decibels, moment):
    """Return the spectrogram of a recording."""
    samples = clips[recording]
    frames = frames_of(samples, window, hop)
    magnitudes = np.abs(np.fft.rfft(frames * (hann(window) if taper else 1.0)))
    values, filters, centres = magnitudes, None, np.linspace(0, rate / 2, window // 2 + 1)
    if bands != BANDS[0]:
        filters, centres = mel_filters(int(bands.split()[0]), window, rate)
        values = magnitudes @ filters
    shown = 20 * np.log10(np.maximum(values, values.max() * 1e-3 or 1e-9)) if decibels else values
    return {
        "samples": samples, "rate": rate, "window": window, "hop": hop, "values": shown, "magnitudes": values,
        "filters": filters, "taper": taper, "decibels": decibels, "centres": centres,
        "frame": min(int(moment * len(frames)), len(frames) - 1),
    }


def rebuilt(result, length):
    """Return a sound whose spectrogram is as near to the given one as a short search comes.

    The method of D. W. Griffin and J. S. Lim (1984), https://doi.org/10.1109/TASSP.1984.1164317

    Args:
        result: What `compute` gave.
        length: How many samples.
    """
    window, hop, filters = result["window"], result["hop"], result["filters"]
    magnitudes = result["magnitudes"]
    if filters is not None:
        magnitudes = np.maximum(magnitudes @ np.linalg.pinv(filters), 0)
    shape = hann(window) if result["taper"] else np.ones(window)
    phases = np.exp(2j * np.pi * np.random.default_rng(0).random(magnitudes.shape))
    for _ in range(_ROUNDS):
        sound = _overlapped(np.fft.irfft(magnitudes * phases, n=window) * shape, shape, hop, length)
        spectrum = np.fft.rfft(frames_of(sound, window, hop) * shape)
        phases = spectrum / np.maximum(np.abs(spectrum), 1e-9)
    return sound


def _overlapped(frames, shape, hop, length):
    """Add frames where they overlap, and divide by how much of each other they cover."""
    window = frames.shape[1]
    total = np.zeros(max(length, (len(frames) - 1) * hop + window))
    weight = np.zeros_like(total)
    for i, frame in enumerate(frames):
        total[i * hop : i * hop + window] += frame
        weight[i * hop : i * hop + window] += shape**2
    return (total / np.maximum(weight, 1e-2))[:length]


def wav(samples, rate):
    """Return samples as the bytes of a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        loudest = max(float(np.abs(samples).max()), 1e-9)
        writer.writeframes((samples / loudest * 30_000).astype("<i2").tobytes())
    return file.getvalue()


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    mel = result["filters"] is not None
    count = result["values"].shape[1]
    return plot.sound(
        result["samples"], result["values"], rate=result["rate"], window=result["window"], hop=result["hop"],
        frame=result["frame"], y=np.arange(1, count + 1) if mel else None,
        y_title="mel band" if mel else "frequency in Hz",
        value_title="decibels" if result["decibels"] else "magnitude", narrow=narrow,
        title="Sound becomes a picture",
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and which shape came of it."""
    rate, window, hop = result["rate"], result["window"], result["hop"]
    count, bins = result["values"].shape
    shape = f"{len(result['samples']):,} samples became {count} × {bins} = {count * bins:,} numbers"
    if changed == "window" or changed is None:
        return (
            f"A window of {1000 * window / rate:.0f} ms blurs time by as much, and its tones stand "
            f"{rate / window:.0f} Hz apart; {shape}."
        )
    if changed == "hop":
        if hop > window:
            return f"The hop is longer than the window: {1 - window / hop:.0%} of the samples are never seen; {shape}."
        shared = f"shares {1 - hop / window:.0%} with the next"
        return f"A frame begins every {1000 * hop / rate:.0f} ms and {shared}; {shape}."
    if changed == "taper":
        did = "The faded ends keep a tone in its place" if state["taper"] else \
            "A frame that is cut out sharply smears every tone over its neighbours"
        return f"{did}; {shape}."
    if changed == "bands":
        did = "Every frequency has a number of its own"
        if result["filters"] is not None:
            did = "Mel bands follow the ear, which tells low tones apart better than high ones"
        return f"{did}; {shape}."
    if changed == "decibels":
        did = "As plain magnitudes only the loudest show"
        if state["decibels"]:
            did = "On a scale of ratios the quiet parts show"
        return f"{did}; {shape}."
    loudest = result["centres"][result["magnitudes"][result["frame"]].argmax()]
    return f"At {result['frame'] * hop / rate:.2f} s the strongest tone is near {loudest:,.0f} Hz; {shape}."
