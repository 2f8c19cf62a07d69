"""The computation-graph explorer: values forward, slopes backward, step by step, and the slope as an arrow."""

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import _expressions, graphs

MOST = max(map(_expressions.steps, _expressions.EXPRESSIONS))

CONTROLS = (
    Choice("expression", "expression", tuple(_expressions.EXPRESSIONS), "one neuron", help="What is computed."),
    Slider("step", "step", 0, MOST, 0, step=1, help="First the values forward, then the slopes backward."),
    Slider("a", "input a", -2.0, 2.0, -1.0, help="The first input."),
    Slider("b", "input b", -2.0, 2.0, 1.2, help="The second input."),
    Slider("c", "input c", -2.0, 2.0, 0.2, help="The third input."),
    Choice("slope_of", "arrows for", _expressions.INPUTS, "a", help="The input along which the curve runs."),
    Choice("nudge", "nudge", (1.0, 0.5, 0.2, 0.1, 0.01), 0.5, ordered=True,
           help="By how much that input is changed to estimate its slope."),
)


def build(state=None):
    """Return the explorer."""
    return Explorer("A computation graph", CONTROLS, compute=compute, draw=draw, say=say, state=state)


def compute(*, expression, step, a, b, c, slope_of, nudge):
    """Return what is known after `step` steps, and both slopes for one input."""
    inputs = (a, b, c)
    exact, estimate, _ = graphs.slopes(expression, inputs, slope_of, nudge)
    return {
        "state": {"expression": expression, "step": step, "a": a, "b": b, "c": c, "slope_of": slope_of, "nudge": nudge},
        "known": _expressions.trace(expression, inputs, step), "exact": exact, "estimate": estimate,
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    return graphs.computation_graph(**result["state"], narrow=narrow)


def say(state, result, changed=None):
    """Return one sentence: what this step did, or how the two slopes compare."""
    if changed in ("a", "b", "c", "slope_of", "nudge"):
        return _compared(state, result, changed)
    known = result["known"]
    nodes, now = known["nodes"], known["now"]
    if known["phase"] == "start":
        return "Only the inputs are known. Move the step with the arrow keys: first the values are computed forward."
    if known["phase"] == "forward":
        return (
            f"Step {known['step']} of {known['steps']}, forward: the box “{nodes[now].text}” computes "
            f"{graphs.number(known['values'][now])} from what points to it."
        )
    if known["phase"] == "seed":
        return (
            f"Step {known['step']} of {known['steps']}: the result has the slope 1 with respect to itself, and from "
            "here it goes backward."
        )
    return f"Step {known['step']} of {known['steps']}, backward: {_given(known)}{_end(state, known)}."


def _given(known):
    nodes, now = known["nodes"], known["now"]
    own = known["slopes"][now]
    parts = []
    for parent, slope, amount in known["given"]:
        total = known["slopes"][parent]
        more = "" if abs(total - amount) < 1e-12 else f", which makes {graphs.number(total)} in all"
        parts.append(
            f"“{nodes[parent].text}” gets {graphs.number(own)} · {graphs.number(slope)} = {graphs.number(amount)}{more}"
        )
    return "; ".join(parts)


def _end(state, known):
    if known["step"] < known["steps"]:
        return ""
    beyond = ", and nothing is left to do" if state["step"] > known["steps"] else ""
    return f". Every slope is known after one pass{beyond}"


def _compared(state, result, changed):
    exact, estimate = result["exact"], result["estimate"]
    away = abs(exact - estimate)
    close = "too close to tell apart" if away < 0.005 else f"{away:.2f} apart"
    if changed == "nudge":
        began = f"A nudge of {state['nudge']:g}"
    elif changed == "slope_of":
        began = f"The arrows now belong to {state['slope_of']}"
    else:
        began = f"With {changed} at {graphs.number(state[changed])}"
    return (
        f"{began}: the exact slope for {state['slope_of']} is {graphs.number(exact)}, the nudge says "
        f"{graphs.number(estimate)}, {close}{_flat(exact)}."
    )


def _flat(exact):
    return "; a slope of zero means that this input cannot learn here" if exact == 0 else ""
