"""The theatre: a generator and a critic learn against each other, while their balance is in your hands."""

from layerwise.explore.controls import Choice, Slider
from layerwise.explore.duelling import LOSSES, SCENES, STRIDE, Duel, compute, draw, say
from layerwise.explore.playing import Player

_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01)
CONTROLS = (
    Choice("scene", "real points", tuple(SCENES), "ring of eight", help="What the generator should learn to draw."),
    Choice("noise", "noise numbers", (1, 2, 4, 8, 16), 2, ordered=True,
           help="How many random numbers the generator makes a point of."),
    Choice("generator_rate", "generator's rate", _RATES, 0.001, ordered=True,
           help="Its learning rate; changing it does not begin anew."),
    Choice("critic_rate", "critic's rate", _RATES, 0.001, ordered=True,
           help="Its learning rate; changing it does not begin anew."),
    Choice("loss", "generator's loss", LOSSES, LOSSES[0], help="What the generator makes smaller."),
    Slider("blur", "blur", 0.0, 1.5, 0.0, step=0.1,
           help="Noise on real and generated points alike, before the critic sees them."),
    Slider("seed", "seed", 0, 20, 0, step=1, help="Other first weights and other points."),
)
LIVE = {"generator_rate", "critic_rate", "loss", "blur"}
"""The controls that may be moved without beginning anew."""

MOST_STEPS = 8000


class Theatre(Player):
    """Two networks that learn against each other; see `layerwise.explore.duel`."""

    _MOST_STEPS = MOST_STEPS
    _FRAME = 0.1
    _BUTTONS = (
        ("Play", "Let both learn until you pause, 8,000 steps at most"),
        ("25 steps", "Twenty-five steps of each"),
        ("Reset", "Begin again with the first weights"),
    )

    def __init__(self, state=None):
        self._duel = None
        super().__init__("A generator and its critic", CONTROLS, compute=compute, draw=draw, say=say, state=state)
        self._duel = Duel(self.state)

    def compute(self, *, steps=0, **state):
        """Return the result of `steps` steps from the start; the same state gives the same result."""
        return compute(**{**self.state, **self._accept(state)}, steps=steps)

    def figure(self, *, narrow=False):
        """Return a still picture of the two as they are now."""
        return self.draw(self._current()[0], narrow=narrow)

    @property
    def sentence(self):
        """The sentence of the two as they are now."""
        result, state, changed = self._current()
        return self.say(state, result, changed)

    @property
    def steps(self):
        """How many steps each of the two has taken."""
        return self._duel.steps

    def step(self, count=STRIDE):
        """Let both learn for some steps."""
        if int(count) != count or count < 0:
            raise ValueError(f"step() takes a number of steps, 0 or more; got {count!r}.")
        with self._lock:
            self._changed = None
            self._duel.advance(min(int(count), MOST_STEPS - self.steps))
        self._redraw(wait=True)

    def reset(self):
        """Begin again with the first weights."""
        with self._lock:
            self._changed = None
            self._duel = Duel(self._state)
        self._redraw(wait=True)

    def _after_change(self, moved):
        if self._duel is None:
            return
        if set(moved) <= LIVE:
            self._duel.state.update({name: self._state[name] for name in moved})
        else:
            self._duel = Duel(self._state)

    def _current(self):
        with self._lock:
            return self._duel.result(), dict(self._state), self._changed

    def _rewind(self):
        self._duel = Duel(self._state)

    def _advance(self, stop):
        with self._lock:
            if stop.is_set():
                return
            self._changed = None
            self._duel.advance(min(STRIDE, MOST_STEPS - self.steps))
        self._redraw(wait=True)
