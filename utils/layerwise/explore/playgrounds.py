"""The playground: a small network learns to separate two classes, and draws its boundary while it does."""

from layerwise.explore import mlp, toys
from layerwise.explore.controls import Choice, Slider
from layerwise.explore.learner import EPOCH, Learner, compute, draw, say
from layerwise.explore.playing import Player

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


class Playground(Player):
    """A network that trains while its boundary is drawn; see `layerwise.explore.playground`."""

    _MOST_STEPS = MOST_STEPS
    _FRAME = 0.1
    _BUTTONS = (
        ("Train", "Train until you pause, 3,000 steps at most"),
        ("One epoch", "See every training point once: ten steps"),
        ("Reset", "Begin again with the first weights"),
    )

    def __init__(self, state=None):
        self._learner = None
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

    def _rewind(self):
        self._learner = Learner(self._state)

    def _advance(self, stop):
        with self._lock:
            if stop.is_set():
                return
            self._changed = None
            self._learner.advance(min(EPOCH, MOST_STEPS - self.steps))
        self._redraw(wait=True)
