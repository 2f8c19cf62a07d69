"""The neuron explorer: two inputs, two weights, a bias, an activation."""

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import networks

CONTROLS = (
    Slider("w1", "weight w₁", -3.0, 3.0, 1.0, help="How strongly the first input counts."),
    Slider("w2", "weight w₂", -3.0, 3.0, -0.5, help="How strongly the second input counts."),
    Slider("bias", "bias", -4.0, 4.0, 0.5, help="What is added whatever the inputs are."),
    Choice("activation", "activation", tuple(networks.ACTIVATIONS), "sigmoid", help="What is done to the sum."),
    Slider("x1", "input x₁", -3.0, 3.0, 1.0, help="The first input of the chosen point."),
    Slider("x2", "input x₂", -3.0, 3.0, 2.0, help="The second input of the chosen point."),
)

_WHAT_IT_DOES = {
    "linear": "passes the weighted sum on as it is",
    "step": "answers 1 above zero and 0 elsewhere",
    "relu": "cuts off what is below zero",
    "sigmoid": "squeezes the weighted sum between 0 and 1",
    "tanh": "squeezes the weighted sum between −1 and 1",
}


def build(state=None):
    """Return the explorer."""
    return Explorer("One neuron", CONTROLS, compute=compute, draw=draw, say=say, state=state)


def compute(*, w1, w2, bias, activation, x1, x2):
    """Return the neuron, the chosen input, its weighted sum and its output."""
    weighted_sum = w1 * x1 + w2 * x2 + bias
    return {
        "weights": (w1, w2), "bias": bias, "activation": activation, "inputs": (x1, x2),
        "weighted_sum": weighted_sum, "output": float(networks.activate(activation, weighted_sum)),
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    return networks.neuron(
        result["weights"], result["bias"], result["activation"], inputs=result["inputs"], narrow=narrow
    )


def say(state, result, changed=None):
    """Return one sentence: the sum with its numbers, and what the last move did."""
    terms = [f"{_number(state[w])} · {_number(state[x])}" for w, x in (("w1", "x1"), ("w2", "x2"))]
    sum_ = f"{terms[0]} + {terms[1]} + {_number(state['bias'])} = {_number(result['weighted_sum']).strip('()')}"
    answer = f"{state['activation']} makes {_number(result['output']).strip('()')} of it"
    return f"{_moved(state, changed)}: the weighted sum is {sum_}, and {answer}."


def _moved(state, changed):
    if changed in ("w1", "w2"):
        if not state["w1"] and not state["w2"]:
            return "With both weights at zero the inputs do not count and the line is gone"
        if not state[changed]:
            return f"With {'w₁' if changed == 'w1' else 'w₂'} at zero that input does not count"
        return "A weight turns the line, which stays at a right angle to the arrow"
    if changed == "bias":
        if not state["w1"] and not state["w2"]:
            return "Without weights the bias alone decides"
        return "The bias shifts the line and never turns it" if state["bias"] else "Without a bias the line passes zero"
    if changed == "activation":
        return f"The line stays, and {state['activation']} {_WHAT_IT_DOES[state['activation']]}"
    if changed in ("x1", "x2"):
        return "Only the dot moves, the neuron stays the same"
    return "One neuron"


def _number(value):
    """Write a number with a real minus sign, in brackets where it is negative.

    Example:
        >>> _number(-0.5), _number(1.0)
        ('(−0.50)', '1.00')
    """
    text = f"{abs(value):.2f}"
    return f"(−{text})" if value < 0 and text != "0.00" else text
