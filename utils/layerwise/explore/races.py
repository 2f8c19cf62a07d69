"""The optimiser race: four optimisers start from one place on a loss surface."""

import functools

import numpy as np

from layerwise.explore import optimisers
from layerwise.explore.controls import Choice, Slider
from layerwise.explore.playing import Player
from layerwise.plot import landscapes

STEPS = 200
STRIDE = 2  # steps between two pictures while it plays
_ROOM = (50, 100, STEPS)  # how many steps the panel of losses has room for: it grows as they come
CONTROLS = (
    Choice("surface", "surface", tuple(landscapes.SURFACES), "ravine", help="The loss over a plane of two weights."),
    Choice("learning_rate", "learning rate", (0.001, 0.003, 0.01, 0.03, 0.07, 0.1, 0.3, 1.0), 0.03, ordered=True,
           help="How far a step goes, for all four alike."),
    Slider("momentum", "momentum", 0.0, 0.98, 0.9, step=0.02, help="What momentum keeps of its last step."),
    Slider("x", "start, first weight", -2.0, 2.0, -1.8, help="Where all four begin."),
    Slider("y", "start, second weight", -2.0, 2.0, 0.6, help="Where all four begin."),
    Slider("steps", "steps", 0, STEPS, 40, step=1, help="How many steps are shown; Play moves this."),
)


class Race(Player):
    """Four optimisers on a surface; see `layerwise.explore.optimiser_race`."""

    _MOST_STEPS = STEPS
    _FRAME = 0.08
    _BUTTONS = (
        ("Play", "Show step after step"),
        ("One step", "One step more for each of the four"),
        ("Reset", "Back to the start"),
    )

    def __init__(self, state=None):
        super().__init__("An optimiser race", CONTROLS, compute=compute, draw=draw, say=say, state=state)

    def step(self, count=1):
        """Show some steps more."""
        if int(count) != count or count < 0:
            raise ValueError(f"step() takes a number of steps, 0 or more; got {count!r}.")
        self.set(steps=min(self.steps + int(count), STEPS))

    def reset(self):
        """Go back to the start."""
        self.pause(wait=False)
        self.set(steps=0)

    def _rewind(self):
        self._state["steps"] = 0

    def _advance(self, stop):
        with self._lock:  # a reset that comes meanwhile has the last word
            if not stop.is_set():
                self.step(STRIDE)


@functools.lru_cache(maxsize=8)
def _paths(surface, learning_rate, momentum, x, y):
    """Return all steps of all four; moving the slider of steps looks them up."""
    ground = landscapes.surface(surface)
    noise = ground.noise * np.random.default_rng(0).normal(size=(STEPS, 2)) if ground.noise else None
    return {
        name: optimisers.path(name, ground.slope, (x, y), rate=learning_rate, momentum=momentum, steps=STEPS,
                              noise=None if noise is None else noise.tolist())
        for name in optimisers.RULES
    }


def compute(*, surface, learning_rate, momentum, x, y, steps):
    """Return the paths up to a step, their last losses, and who has left the picture."""
    paths = {name: points[: steps + 1] for name, points in _paths(surface, learning_rate, momentum, x, y).items()}
    ground = landscapes.surface(surface)
    losses = {name: float(ground.height(*points[-1])) for name, points in paths.items()}
    gone = [name for name, points in paths.items() if np.abs(points[-1]).max() > landscapes.REACH * 1.5]
    return {"surface": surface, "paths": paths, "losses": losses, "gone": gone, "steps": steps}


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    return landscapes.race(
        result["paths"], on=result["surface"], narrow=narrow, steps=next(n for n in _ROOM if n >= result["steps"]),
        title=f"Four optimisers, one start: {result['surface']}",
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and who is lowest."""
    return f"{_moved(state, changed)}: {_standing(result)}."


def _moved(state, changed):
    if changed == "surface":
        return f"A new surface, {landscapes.surface(state['surface']).about}"
    if changed == "learning_rate":
        return f"All four now have the learning rate {state['learning_rate']:g}"
    if changed == "momentum":
        kept = f"keeps {state['momentum']:.0%} of its last step" if state["momentum"] else "keeps nothing and is SGD"
        return f"Only the optimiser called momentum changes, which {kept}"
    if changed in ("x", "y"):
        return f"They begin at ({_number(state['x'])}, {_number(state['y'])})"
    return f"After {state['steps']} step{'' if state['steps'] == 1 else 's'}"


def _standing(result):
    losses, gone = result["losses"], result["gone"]
    if result["steps"] == 0:
        return f"all four stand at a loss of {_loss(losses['SGD'])}"
    if len(gone) == len(losses):
        return "all four have left the picture, the rate being too large"
    staying = {name: loss for name, loss in losses.items() if name not in gone}
    low = min(staying.values())
    close = [name for name, loss in staying.items() if loss <= max(1.05 * low, 2e-6)]
    if len(close) == len(losses):
        return f"all four are about equal, at a loss of {_loss(low)}"
    best = f"{_listed(close)} {'is' if len(close) == 1 else 'are'} lowest, at a loss of {_loss(low)}"
    if not gone:
        return best
    return f"{best}; {_listed(gone)} {'has' if len(gone) == 1 else 'have'} left the picture, the rate being too large"


def _listed(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _loss(value):
    return "under 0.000001" if value < 1e-6 else f"{value:.2g}" if value >= 1e-4 else f"{value:.6f}"


def _number(value):
    return f"{value:.1f}".replace("-", "−")
