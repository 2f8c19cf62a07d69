"""The theatre: a generator and a critic learn against each other, while their balance is in your hands."""

from layerwise.explore.controls import Choice, Slider
from layerwise.explore.duelling import LOSSES, SCENES, STRIDE, Duel, compute, draw, say
from layerwise.explore.playing import LearningPlayer

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


class Theatre(LearningPlayer):
    """Two networks that learn against each other; see `layerwise.explore.duel`."""

    _MOST_STEPS = MOST_STEPS
    _STRIDE = STRIDE
    _FRAME = 0.1
    _BUTTONS = (
        ("Play", "Let both learn until you pause, 8,000 steps at most"),
        ("25 steps", "Twenty-five steps of each"),
        ("Reset", "Begin again with the first weights"),
    )

    def __init__(self, state=None):
        super().__init__("A generator and its critic", CONTROLS, compute=compute, draw=draw, say=say, state=state)

    def _begin(self, state):
        return Duel(state)

    def _adopt(self, moved):
        if not set(moved) <= LIVE:
            return False
        self._learner.state.update({name: self._state[name] for name in moved})
        return True
