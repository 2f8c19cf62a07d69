"""Explorers that go on by themselves: play, pause, one step, reset."""

import atexit
import threading
import time

from layerwise.explore.base import Explorer

_PATIENCE = 10  # seconds without a picture drawn after which nobody seems to be looking


class Player(Explorer):
    """An explorer with a button that lets it run.

    A subclass gives `steps` (how far it is), `step(count)`, `reset()`, and the class attributes below. While it plays,
    `_advance()` is called again and again on a thread of its own, at most once in `_FRAME` seconds.

    Args:
        name, controls, compute, draw, say, state: As for `Explorer`.
    """

    _MOST_STEPS: int
    _FRAME: float  # seconds between two pictures, at least
    _BUTTONS: tuple  # (label, tooltip) of play, step and reset

    def __init__(self, name, controls, *, compute, draw, say, state=None):
        self._stop = threading.Event()
        self._thread = None
        self._play_button = None
        super().__init__(name, controls, compute=compute, draw=draw, say=say, state=state)

    @property
    def playing(self):
        """Whether it runs now."""
        return self._thread is not None and self._thread.is_alive() and not self._stop.is_set()

    def play(self):
        """Go on until `pause()`, the last step, or until nobody looks any more; at the end begin anew."""
        with self._lock:
            if self.playing:
                return
            if self.steps >= self._MOST_STEPS:
                self._rewind()
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stop,), name="layerwise-play", daemon=True)
            self._thread.start()
        self._label()

    def pause(self, *, wait=True):
        """Stop; `play()` goes on from here.

        Args:
            wait: Whether to return only when the last step is done.
        """
        self._stop.set()
        thread = self._thread
        if wait and thread and thread is not threading.current_thread():
            thread.join(5)
        self._label()

    def close(self):
        """Stop and take it off the screen."""
        self.pause()
        super().close()

    def _rewind(self):
        """Go back to the first step, without a picture."""
        raise NotImplementedError

    def _advance(self, stop):
        """Take the steps up to the next picture, and draw it; do nothing when `stop` has been set meanwhile."""
        raise NotImplementedError

    def _run(self, stop):
        atexit.register(stop.set)  # a kernel that is asked to leave need not wait for us
        unseen = 0
        try:
            while not stop.is_set() and self.steps < self._MOST_STEPS and unseen < _PATIENCE:
                began = time.monotonic()
                self._advance(stop)
                panel = self._panel
                if panel:
                    # Never more than one picture ahead of the browser: a slow one gets fewer, not a queue.
                    drawn = panel.picture.wait(panel.picture.serial, timeout=1, stop=stop)
                    unseen = 0 if drawn else unseen + 1
                stop.wait(max(0.0, self._FRAME - (time.monotonic() - began)))
        finally:
            stop.set()
            atexit.unregister(stop.set)
            self._label()

    def _make_panel(self):
        import ipywidgets

        from layerwise.explore.panel import Panel

        buttons = []
        for (label, tooltip), act in zip(self._BUTTONS, (self._toggle, self.step, self.reset), strict=True):
            button = ipywidgets.Button(description=label, tooltip=tooltip)
            button.on_click(lambda _, act=act: act())
            button.add_class("layerwise-button")
            buttons.append(button)
        self._play_button = buttons[0]
        self._play_button.add_class("layerwise-button-first")
        row = ipywidgets.Box(buttons)
        row.add_class("layerwise-buttons")
        self._label()
        return Panel(self, buttons=[row])

    def _toggle(self):
        if self.playing:
            self.pause(wait=False)  # the browser's next message comes on this thread
        else:
            self.play()

    def _label(self):
        if self._play_button:
            self._play_button.description = "Pause" if self.playing else self._BUTTONS[0][0]


class LearningPlayer(Player):
    """A player whose picture shows something that learns, step by step.

    A subclass gives `_begin(state)`, which returns what learns: an object with `steps`, `advance(steps)` and
    `result()`; `_adopt(moved)`, which says whether that can go on with the controls that were moved; and `_STRIDE`.

    Args:
        name, controls, compute, draw, say, state: As for `Explorer`; `compute` takes ``steps`` as well.
    """

    _STRIDE: int  # steps between two pictures

    def __init__(self, name, controls, *, compute, draw, say, state=None):
        self._learner = None
        self._from_the_start = compute
        super().__init__(name, controls, compute=compute, draw=draw, say=say, state=state)
        self._learner = self._begin(self.state)

    def compute(self, *, steps=0, **state):
        """Return the result of `steps` steps from the start; the same state gives the same result."""
        return self._from_the_start(**{**self.state, **self._accept(state)}, steps=steps)

    def figure(self, *, narrow=False):
        """Return a still picture of what has been learned by now."""
        return self.draw(self._current()[0], narrow=narrow)

    @property
    def sentence(self):
        """The sentence of what has been learned by now."""
        result, state, changed = self._current()
        return self.say(state, result, changed)

    @property
    def steps(self):
        """How many steps have been taken."""
        return self._learner.steps

    def step(self, count=None):
        """Take some steps; as many as between two pictures when None."""
        count = self._STRIDE if count is None else count
        if int(count) != count or count < 0:
            raise ValueError(f"step() takes a number of steps, 0 or more; got {count!r}.")
        with self._lock:
            self._changed = None
            self._learner.advance(min(int(count), self._MOST_STEPS - self.steps))
        self._redraw(wait=True)

    def reset(self):
        """Begin again with the first weights."""
        with self._lock:
            self._changed = None
            self._rewind()
        self._redraw(wait=True)

    def _begin(self, state):
        raise NotImplementedError

    def _adopt(self, moved):
        raise NotImplementedError

    def _after_change(self, moved):
        if self._learner is not None and not self._adopt(moved):
            self._rewind()

    def _current(self):
        with self._lock:
            return self._learner.result(), dict(self._state), self._changed

    def _rewind(self):
        self._learner = self._begin(self._state)

    def _advance(self, stop):
        with self._lock:
            if stop.is_set():
                return
            self._changed = None
            self._learner.advance(min(self._STRIDE, self._MOST_STEPS - self.steps))
        self._redraw(wait=True)
