"""Small expressions in three inputs, taken apart into nodes: values forward, slopes backward, a step at a time."""

import math
from dataclasses import dataclass

from layerwise.suggest import nearest

INPUTS = ("a", "b", "c")


@dataclass(frozen=True)
class Node:
    """One number of a computation: an input, or an operation on earlier nodes.

    Args:
        text: What stands in its box.
        operation: A key of `OPERATIONS`, or "input".
        parents: Positions of the nodes it is made from.
        place: Column, from left to right, and height, in which it is drawn.
    """

    text: str
    operation: str
    parents: tuple = ()
    place: tuple = (0, 0)


# Each gives a value, and the local slopes: how much the value changes for a small change of each parent.
OPERATIONS = {
    "add": lambda x, y: (x + y, (1.0, 1.0)),
    "multiply": lambda x, y: (x * y, (y, x)),
    "tanh": lambda x: (math.tanh(x), (1 - math.tanh(x) ** 2,)),
    "relu": lambda x: (max(x, 0.0), (1.0 if x > 0 else 0.0,)),
    "square": lambda x: (x * x, (2 * x,)),
    "minus half": lambda x: (x - 0.5, (1.0,)),
}


def _with_inputs(*nodes):
    return tuple(Node(name, "input", (), (0, 1 - i)) for i, name in enumerate(INPUTS)) + nodes


EXPRESSIONS = {
    "one neuron": (
        "(tanh(a·b + c) − 0.5)²",
        _with_inputs(
            Node("a·b", "multiply", (0, 1), (1, 0.5)), Node("+ c", "add", (3, 2), (2, 0)),
            Node("tanh", "tanh", (4,), (3, 0)), Node("− 0.5", "minus half", (5,), (4, 0)),
            Node("square", "square", (6,), (5, 0)),
        ),
    ),
    "used twice": (
        "(a + b) · (a + c)",
        _with_inputs(
            Node("a + b", "add", (0, 1), (1, 0.75)), Node("a + c", "add", (0, 2), (1, -0.75)),
            Node("·", "multiply", (3, 4), (2, 0)),
        ),
    ),
    "relu": (
        "relu(a·b + c)²",
        _with_inputs(
            Node("a·b", "multiply", (0, 1), (1, 0.5)), Node("+ c", "add", (3, 2), (2, 0)),
            Node("relu", "relu", (4,), (3, 0)), Node("square", "square", (5,), (4, 0)),
        ),
    ),
    "two layers": (
        "tanh(a · tanh(a·b + c))",
        _with_inputs(
            Node("a·b", "multiply", (0, 1), (1, 0)), Node("+ c", "add", (3, 2), (2, -0.5)),
            Node("tanh", "tanh", (4,), (3, -0.5)), Node("· a", "multiply", (0, 5), (4, 0.2)),
            Node("tanh", "tanh", (6,), (5, 0.2)),
        ),
    ),
}
"""Name to formula and nodes, every node after its parents."""


def expression(name):
    """Return the formula and the nodes of an expression.

    Raises:
        ValueError: When there is none of this name.
    """
    if name not in EXPRESSIONS:
        known = ", ".join(EXPRESSIONS)
        raise ValueError(f"There is no expression {name!r} here; there are {known}.{nearest(name, EXPRESSIONS)}")
    return EXPRESSIONS[name]


def output(name, inputs):
    """Return the value of an expression.

    Args:
        name: One of `EXPRESSIONS`.
        inputs: The values of a, b and c.

    Example:
        >>> output("used twice", (1.0, 2.0, 3.0))
        12.0
    """
    return _forward(expression(name)[1], inputs)[0][-1]


def _forward(nodes, inputs):
    values, slopes = [float(value) for value in inputs], [()] * len(INPUTS)
    for node in nodes[len(INPUTS):]:
        value, local = OPERATIONS[node.operation](*(values[parent] for parent in node.parents))
        values.append(value)
        slopes.append(local)
    return values, slopes


def steps(name):
    """Return how many steps an expression takes: each operation once forward and once backward, and a start.

    Example:
        >>> steps("used twice")
        7
    """
    return 2 * (len(expression(name)[1]) - len(INPUTS)) + 1


def trace(name, inputs, step=None):
    """Return what is known after some steps: all values forward, then all slopes backward.

    Args:
        name: One of `EXPRESSIONS`.
        inputs: The values of a, b and c.
        step: Steps taken; None takes all, and has no node at work any more.

    Returns:
        A dict: ``nodes``; ``values`` and ``slopes``, None where not yet known; ``now``, the node at work or None;
        ``phase``, "start", "forward", "seed", "backward" or "done"; ``given``, what the node at work gives its
        parents, as triples of parent, local slope and amount; ``step`` and ``steps``; ``gradient``, the slopes of
        the output for a, b and c, whatever the step.

    Example:
        >>> trace("used twice", (1.0, 2.0, 3.0))["gradient"]
        [7.0, 4.0, 3.0]
    """
    nodes = expression(name)[1]
    count, last = len(nodes) - len(INPUTS), len(nodes) - 1
    values, local = _forward(nodes, inputs)
    total, finished = steps(name), step is None
    step = total if finished else min(int(step), total)
    forward = min(step, count)
    seen = [value if i < len(INPUTS) + forward else None for i, value in enumerate(values)]
    gradients, given = [None] * len(nodes), []
    now, phase = None, "start" if step == 0 else "forward"
    if 0 < step <= count:
        now = len(INPUTS) + step - 1
    if step > count:
        gradients[last], now, phase = 1.0, last, "seed"
    for position in range(last, last - (step - count - 1), -1):
        now, phase, given = position, "backward", []
        for parent, slope in zip(nodes[position].parents, local[position], strict=True):
            amount = slope * gradients[position]
            gradients[parent] = amount if gradients[parent] is None else gradients[parent] + amount
            given.append((parent, slope, amount))
    if finished:
        now, phase, given = None, "done", []
    complete = _gradient(nodes, local)
    return {
        "nodes": nodes, "values": seen, "slopes": gradients, "now": now, "phase": phase, "given": given,
        "step": step, "steps": total, "gradient": complete, "output": values[-1], "local": local,
    }


def _gradient(nodes, local):
    """Return the slopes of the last node for the inputs: the backward pass, complete."""
    gradients = [0.0] * len(nodes)
    gradients[-1] = 1.0
    for position in range(len(nodes) - 1, len(INPUTS) - 1, -1):
        for parent, slope in zip(nodes[position].parents, local[position], strict=True):
            gradients[parent] += slope * gradients[position]
    return gradients[: len(INPUTS)]
