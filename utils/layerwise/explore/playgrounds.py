"""The playground: a small network learns to separate two classes, and draws its boundary while it does."""

import atexit
import threading
import time

from layerwise.explore import mlp, toys
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.explore.learner import EPOCH, Learner, compute, draw, say

CONTROLS = (
    Choice("data", "data", tuple(toys.SHAPES), "circles", help="The points to separate."),
    Slider("layers", "hidden layers", 0, 4, 1, step=1, help="Without any, the boundary is a straight line."),
    Slider("units", "units in each", 1, 8, 4, step=1, help="How many neurons stand in a hidden layer."),
    Choice("activation", "activation", tuple(mlp.ACTIVATIONS), "tanh", help="Of the hidden units."),
    Choice("learning_rate", "learning rate", (0.003, 0.01, 0.03, 0.1, 0.3, 1.0), 0.03, ordered=True,
           help="How far one step goes; changing it does not start the training again."),
    Slider("noise", "noise", 0.0, 0.4, 0.1, step=0.05, help="How far points stray from their shape."),
    Slider("seed", "seed", 0, 20, 0, step=1, help="Other points and other first weights."),
)

MOST_STEPS = 3000
_FRAME = 0.1  # seconds between two pictures, at least
_PATIENCE = 10  # seconds without a picture drawn after which nobody seems to be looking


class Playground(Explorer):
    """A network that trains while its boundary is drawn; see `layerwise.explore.playground`."""

    def __init__(self, state=None):
        self._learner = None
        self._stop = threading.Event()
        self._thread = None
        self._play_button = None
        super().__init__("A small network", CONTROLS, compute=compute, draw=draw, say=say, state=state)
        self._learner = Learner(self.state)

    def compute(self, *, steps=0, **state):
        """Return the result of training for `steps` steps from the start; the same state gives the same result."""
        return compute(**{**self.state, **self._accept(state)}, steps=steps)

    def figure(self, *, narrow=False):
        """Return a still picture of the network as it is now."""
        return self.draw(self._current()[0], narrow=narrow)

    @property
    def sentence(self):
        """The sentence of the network as it is now."""
        result, state, changed = self._current()
        return self.say(state, result, changed)

    @property
    def steps(self):
        """How many steps the network has been trained."""
        return self._learner.training.steps

    @property
    def playing(self):
        """Whether it is training now."""
        return self._thread is not None and self._thread.is_alive() and not self._stop.is_set()

    def play(self):
        """Train until `pause()`, ten pictures a second, for 3,000 steps at most or until nobody looks any more."""
        with self._lock:
            if self.playing:
                return
            if self.steps >= MOST_STEPS:
                self._learner = Learner(self._state)
            self._stop = threading.Event()
            self._thread = threading.Thread(
                target=self._train, args=(self._stop,), name="layerwise-playground", daemon=True
            )
            self._changed = None
            self._thread.start()
        self._label()

    def pause(self, *, wait=True):
        """Stop training; `play()` goes on from here.

        Args:
            wait: Whether to return only when the last step is done.
        """
        self._stop.set()
        thread = self._thread
        if wait and thread and thread is not threading.current_thread():
            thread.join(5)
        self._label()

    def step(self, count=EPOCH):
        """Train for some steps; ten of them see every training point once."""
        if int(count) != count or count < 0:
            raise ValueError(f"step() takes a number of steps, 0 or more; got {count!r}.")
        with self._lock:
            self._changed = None
            self._learner.advance(min(int(count), MOST_STEPS - self.steps))
        self._redraw(wait=True)

    def reset(self):
        """Begin again with the first weights."""
        with self._lock:
            self._changed = None
            self._learner = Learner(self._state)
        self._redraw(wait=True)

    def close(self):
        """Stop training and take the playground off the screen."""
        self.pause()
        super().close()

    def _after_change(self, moved):
        if self._learner is None:
            return
        if moved == ["learning_rate"]:
            self._learner.learning_rate = self._state["learning_rate"]
        else:
            self._learner = Learner(self._state)

    def _current(self):
        with self._lock:
            return self._learner.result(), dict(self._state), self._changed

    def _train(self, stop):
        atexit.register(stop.set)  # a kernel that is asked to leave need not wait for us
        unseen = 0
        try:
            while not stop.is_set() and self.steps < MOST_STEPS and unseen < _PATIENCE:
                began = time.monotonic()
                with self._lock:
                    if not stop.is_set():
                        self._learner.advance(min(EPOCH, MOST_STEPS - self.steps))
                panel = self._panel
                if panel:
                    self._redraw(wait=True)
                    # Never more than one picture ahead of the browser: a slow one gets fewer, not a queue.
                    drawn = panel.picture.wait(panel.picture.serial, timeout=1, stop=stop)
                    unseen = 0 if drawn else unseen + 1
                stop.wait(max(0.0, _FRAME - (time.monotonic() - began)))
        finally:
            stop.set()
            atexit.unregister(stop.set)
            self._label()

    def _make_panel(self):
        import ipywidgets

        from layerwise.explore.panel import Panel

        def button(label, tooltip, act):
            made = ipywidgets.Button(description=label, tooltip=tooltip)
            made.on_click(lambda _: act())
            made.add_class("layerwise-button")
            return made

        self._play_button = button("Train", "Train until you pause, 3,000 steps at most", self._toggle)
        self._play_button.add_class("layerwise-button-first")
        row = ipywidgets.Box([
            self._play_button,
            button("One epoch", "See every training point once: ten steps", self.step),
            button("Reset", "Begin again with the first weights", self.reset),
        ])
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
            self._play_button.description = "Pause" if self.playing else "Train"
