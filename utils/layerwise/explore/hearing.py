"""The speech explorer: play a recording, add noise and a room, or speak, and see the letters appear."""

import time

import numpy as np

from layerwise.explore.controls import Choice, Slider
from layerwise.explore.input_sounds import wav
from layerwise.explore.playing import Player
from layerwise.plot import spellings
from layerwise.suggest import CourseError

OWN = "your own recording"
QUIET = 40
"""The signal-to-noise ratio, in dB, at which no noise is added."""
_STEPS = 50  # of the moment, from the beginning to the end


class Speech(Player):
    """The explorer; `hear(samples)` takes a recording of one's own."""

    _MOST_STEPS, _FRAME = _STEPS, 0.12
    _BUTTONS = (("Play", "Play it, and watch the letters appear"),)

    def __init__(self, recordings, texts, readers, given, controls, state):
        self._recordings, self._texts, self._readers, self._given = recordings, texts, readers, given
        self._own, self._began, self._known = None, None, ((), None)
        self._audio = None
        super().__init__("Hear it, and see it written", controls, compute=self._heard, draw=draw, say=say, state=state)

    # ---- what is heard

    def samples(self):
        """Return the samples of the current state, with its noise and its room, shape `(n,)`."""
        state = self.state
        return self._spoiled(state["recording"], state.get("noise", QUIET), state.get("echo", 0.0))

    def hear(self, samples):
        """Look at a recording of one's own.

        Args:
            samples: Numbers from -1 to 1 at the explorer's rate, or whole numbers of 16 bits, shape `(n,)`.

        Raises:
            CourseError: When they are no samples.
        """
        own = clip(samples, "hear()")[: int(self._given["longest"] * self._given["rate"])]
        with self._lock:
            self._own, self._known = own, ((), None)
            self._state["recording"], self._changed = OWN, "recording"
        if self._panel:
            self._panel.follow(self.state)
        self._redraw(wait=True)

    def _spoiled(self, recording, noise, echo):
        with self._lock:
            samples = self._own if recording == OWN else self._recordings[recording]
        if samples is None or self._given["spoil"] is None:
            return samples
        quiet = noise >= QUIET
        if quiet and not echo:
            return samples
        return np.asarray(self._given["spoil"](samples, None if quiet else float(noise), float(echo)), dtype="float32")

    def _heard(self, *, recording, moment, reader=None, noise=QUIET, echo=0.0):
        reader = next(iter(self._readers)) if reader is None else reader
        with self._lock:
            key, known = self._known
        if key != (recording, reader, noise, echo):
            known = self._read(recording, reader, noise, echo)
            with self._lock:
                self._known = ((recording, reader, noise, echo), known)
        return {**known, "moment": moment}

    def _read(self, recording, reader, noise, echo):
        """Return what the network makes of a recording; moving through time alone does not ask it again."""
        samples, letters = self._spoiled(recording, noise, echo), self._given["letters"]
        if samples is None:
            return {"nothing": True, "letters": letters, "seconds": 1.0, "reader": reader, "text": "", "truth": None}
        chances = np.asarray(self._readers[reader](samples), dtype="float64")
        if chances.ndim != 2 or chances.shape[1] != 1 + len(letters):
            raise CourseError(
                f"speech() needs readers that return the probabilities of the blank and of {len(letters)} letters, "
                f"shape (steps, {1 + len(letters)}); shape {chances.shape} came."
            )
        text = "".join(letters[k - 1] for _, k in spellings.emissions(chances))
        return {
            "nothing": False, "letters": letters, "seconds": len(samples) / self._given["rate"], "reader": reader,
            "chances": chances, "values": np.asarray(self._given["features"](samples), dtype="float64"),
            "text": " ".join(text.split()), "truth": self._texts.get(recording),
        }

    # ---- playing

    @property
    def steps(self):
        """How far the recording has been heard, in steps of 50."""
        return round(self.moment * _STEPS)

    def step(self, count=1):
        """Hear some steps more."""
        self.moment = min(1.0, (self.steps + count) / _STEPS)

    def reset(self):
        """Go back to the beginning."""
        self.moment = 0.0

    def _rewind(self):
        self._state["moment"] = 0.0

    def play(self):
        """Play it: in a page with its sound, and the letters appear as they are heard."""
        if self.playing:
            return
        self._rewind()
        if self._audio is not None and (samples := self.samples()) is not None:
            self._audio.autoplay = True  # somebody pressed Play
            self._audio.value = wav(samples, self._given["rate"])
        self._began = time.monotonic()
        super().play()

    def _advance(self, stop):
        with self._lock:
            if stop.is_set():
                return
            seconds = self.compute()["seconds"]
            share = min(1.0, (time.monotonic() - self._began) / seconds)
            self._state["moment"], self._changed = round(share * _STEPS) / _STEPS, "moment"
            now = self.state
        if self._panel:
            self._panel.follow(now)
        self._redraw(wait=True)

    def _make_panel(self):
        import ipywidgets

        from layerwise.explore.microphone import Microphone
        from layerwise.explore.panel import Panel

        label, tooltip = self._BUTTONS[0]
        button = ipywidgets.Button(description=label, tooltip=tooltip)
        button.on_click(lambda _: self._toggle())
        for name in ("layerwise-button", "layerwise-button-first"):
            button.add_class(name)
        self._play_button = button
        row = ipywidgets.Box([button])
        row.add_class("layerwise-buttons")
        start = self.samples()
        self._audio = ipywidgets.Audio(
            value=wav(np.zeros(80) if start is None else start, self._given["rate"]), format="wav", autoplay=False,
            controls=True, loop=False,
        )
        self._audio.layout.width, self._audio.layout.height = "100%", "34px"
        microphone = Microphone(self.hear, rate=self._given["rate"], longest=self._given["longest"])
        self._label()
        return Panel(self, buttons=[row, self._audio, microphone])


def build(readers, recordings, *, rate, letters, features, spoil=None, longest=4.0, state=None):
    """Return the explorer; see `layerwise.explore.speech`."""
    if not isinstance(readers, dict) or not readers or not all(map(callable, readers.values())):
        raise CourseError(f'speech() needs functions by name, such as {{"net": hear}}; {type(readers).__name__} came.')
    if not isinstance(recordings, dict) or not recordings or OWN in recordings:
        raise CourseError(f'speech() needs recordings by name, none of them called "{OWN}".')
    pairs = {str(name): entry if isinstance(entry, tuple) else (entry, None) for name, entry in recordings.items()}
    clips = {name: clip(samples, f"the recording {name!r}") for name, (samples, _) in pairs.items()}
    texts = {name: text for name, (_, text) in pairs.items()}
    names = tuple(clips)
    controls = [Choice("recording", "recording", (*names, OWN), names[0], help="Or speak, or take a file.")]
    if len(readers) > 1:
        controls.append(Choice("reader", "network", tuple(readers), next(iter(readers)), help="Who listens."))
    if spoil is not None:
        controls += [
            Slider("noise", "signal to noise in dB", -10, QUIET, QUIET, step=2,
                   help=f"0 is as much noise as speech; at {QUIET} none is added."),
            Slider("echo", "echo of the room in s", 0.0, 1.0, 0.0, step=0.1,
                   help="Until an echo is a millionth as strong, 60 dB."),
        ]
    controls.append(Slider("moment", "heard up to", 0.0, 1.0, 1.0, step=1 / _STEPS, help="As a share of the whole."))
    given = {"rate": int(rate), "letters": list(letters), "features": features, "spoil": spoil, "longest": longest}
    return Speech(clips, texts, dict(readers), given, controls, state)


def clip(samples, what):
    """Return samples as floats from -1 to 1."""
    array = np.asarray(samples)
    if array.ndim != 1 or len(array) < 400 or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise CourseError(
            f"{what} needs 400 samples or more, shape (n,), all of them numbers; shape {array.shape} of {array.dtype} "
            "came."
        )
    return (array / 32768 if array.dtype.kind in "iu" else array).astype("float32")


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    empty = len(result["letters"]) + 1
    nothing = np.concatenate([np.ones((2, 1)), np.zeros((2, empty - 1))], axis=1)
    return spellings.spelled(
        np.zeros((2, 2)) if result["nothing"] else result["values"],
        nothing if result["nothing"] else result["chances"], result["letters"], seconds=result["seconds"],
        until=result["moment"] * result["seconds"], narrow=narrow, title="The sound, and the letters it becomes",
        subtitle="Below: the probability of each letter; dotted: of writing nothing yet.",
    )


def say(state, result, changed=None):
    """Return one sentence: what the network writes, and what the last move did to it."""
    if result["nothing"]:
        return "Nothing of yours has been recorded yet: press Speak and say some digits, or take a file."
    if state["moment"] < 1:
        chances, seconds = result["chances"], result["moment"] * result["seconds"]
        steps = result["moment"] * len(chances)
        so_far = "".join(result["letters"][k - 1] for step, k in spellings.emissions(chances) if step + 0.5 <= steps)
        return f"After {seconds:.2f} s it has written " + (f'"{so_far.strip()}".' if so_far.strip() else "nothing yet.")
    where = ""
    if "noise" in state:
        noise = "without noise" if state["noise"] >= QUIET else f"with noise at {state['noise']} dB"
        where = f", {noise}" + (f" in a room with {state['echo']:.1f} s of echo" if state["echo"] else "")
    told = f'{result["reader"].capitalize()} writes "{result["text"]}"' if changed == "reader" else \
        f'It writes "{result["text"]}"'
    if result["truth"] is None:
        return f"{told}{where}. Nobody has told it what was said."
    wrong = errors(result["truth"].split(), result["text"].split())
    words = len(result["truth"].split())
    many = "every word is right" if not wrong else f"{wrong} word error{'s' if wrong > 1 else ''} in {words}"
    return f'{told}{where}; said was "{result["truth"]}": {many}.'


def errors(said, written):
    """Return how many words must be put in, taken out or exchanged (V. Levenshtein, 1966).

    Example:
        >>> errors("one two three".split(), "one tree".split())
        2
    """
    row = list(range(len(written) + 1))
    for i, word in enumerate(said, 1):
        new = [i]
        for j, other in enumerate(written, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (word != other)))
        row = new
    return row[-1]
