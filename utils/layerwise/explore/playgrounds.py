"""The playground: a small network learns to separate two classes, and draws its boundary while it does."""

from layerwise.explore import mlp, toys
from layerwise.explore.controls import Choice, Slider
from layerwise.explore.learner import EPOCH, Learner, compute, draw, say
from layerwise.explore.playing import LearningPlayer

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


class Playground(LearningPlayer):
    """A network that trains while its boundary is drawn; see `layerwise.explore.playground`."""

    _MOST_STEPS = MOST_STEPS
    _STRIDE = EPOCH
    _FRAME = 0.1
    _BUTTONS = (
        ("Train", "Train until you pause, 3,000 steps at most"),
        ("One epoch", "See every training point once: ten steps"),
        ("Reset", "Begin again with the first weights"),
    )

    def __init__(self, state=None):
        super().__init__("A small network", CONTROLS, compute=compute, draw=draw, say=say, state=state)

    def _begin(self, state):
        return Learner(state)

    def _adopt(self, moved):
        if moved != ["learning_rate"]:
            return False
        self._learner.learning_rate = self._state["learning_rate"]
        return True
