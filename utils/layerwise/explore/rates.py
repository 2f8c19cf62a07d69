"""The learning-rate explorer: too slow, good, swinging, diverging, and the limit that curvature predicts."""

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import _descents, descents

CONTROLS = (
    Choice("surface", "loss", tuple(_descents.SURFACES), "valley", help="Two quadratics, and one that is none."),
    Slider("learning_rate", "learning rate", 0.005, 0.5, 0.03, step=0.005, help="How far one step goes."),
    Slider("momentum", "momentum", 0.0, 0.95, 0.0, step=0.05, help="The share of the last move that is repeated."),
    Slider("steps", "steps", 10, 120, 60, step=10, help="How long the descent goes on."),
)


def build(state=None):
    """Return the explorer."""
    return Explorer("Learning rates", CONTROLS, compute=compute, draw=draw, say=say, state=state)


def compute(*, surface, learning_rate, momentum, steps):
    """Return what the descent does, its losses, the predicted limit, and the curvature at its end."""
    path = _descents.descend(surface, learning_rate, momentum, steps)
    chosen = _descents.surface(surface)
    losses = chosen.loss(path)
    regime = _descents.regime(surface, path)
    return {
        "state": {"surface": surface, "learning_rate": learning_rate, "momentum": momentum, "steps": steps},
        "path": path, "losses": losses, "regime": regime, "limit": _descents.limit(surface, momentum),
        "curvature": (chosen.steepest, None if regime == "diverges" else chosen.curvature(path[-1])),
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    state = dict(result["state"])
    return descents.descent(state.pop("surface"), **state, narrow=narrow)


def say(state, result, changed=None):
    """Return one sentence: what the descent does at this learning rate, and what the limit says."""
    return f"{_moved(state, changed)} {_does(state, result)}; {_limit(state, result)}."


def _moved(state, changed):
    rate = f"{state['learning_rate']:.3f}"
    if changed == "momentum":
        return f"With momentum {state['momentum']:.2f} and learning rate {rate} the descent"
    if changed == "surface":
        return f"On the {state['surface']}, at learning rate {rate}, the descent"
    if changed == "steps":
        return f"After {state['steps']} steps at learning rate {rate} the descent"
    return f"At learning rate {rate} the descent"


def _does(state, result):
    first, last = result["losses"][0], result["losses"][-1]
    share = last / first
    if result["regime"] == "diverges":
        return "diverges: every step lands farther away than the one before"
    if result["regime"] == "swings to and fro":
        return f"swings to and fro across the steep direction, with {_share(share)} of the loss left"
    if result["regime"] == "is still on its way":
        return f"is still on its way, with {_share(share)} of the loss left after {state['steps']} steps"
    return f"arrives, with {_share(share)} of the loss left"


def _share(share):
    return f"{share:.0%}" if share >= 0.01 else "less than 1%"


def _limit(state, result):
    limit, rate = result["limit"], state["learning_rate"]
    start, end = result["curvature"]
    below = rate < limit
    if state["surface"] != "network":
        return f"the limit is {limit:.3f}" if below else f"the limit of {limit:.3f} has been passed"
    if below:
        return f"for the curvature at its start, {start:.1f}, the limit would be {limit:.3f}"
    if end is None:
        return f"far beyond the limit of {limit:.3f} it finds no flatter place either"
    return f"beyond the limit of {limit:.3f} it jumped to where the curvature is {end:.1f} instead of {start:.1f}"
