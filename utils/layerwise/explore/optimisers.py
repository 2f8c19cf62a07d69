"""Four optimisers on two weights, step by step as Keras takes them."""

import math

import numpy as np

GONE = 1e3  # further out than this, a path is over


def _sgd(slope, state, rate, momentum, step):
    return -rate * slope


def _momentum(slope, state, rate, momentum, step):
    state["velocity"] = momentum * state.get("velocity", 0.0) - rate * slope
    return state["velocity"]


def _rmsprop(slope, state, rate, momentum, step, *, rho=0.9, epsilon=1e-7):
    state["square"] = rho * state.get("square", 0.0) + (1 - rho) * slope * slope
    return -rate * slope / math.sqrt(state["square"] + epsilon)


def _adam(slope, state, rate, momentum, step, *, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    state["mean"] = beta_1 * state.get("mean", 0.0) + (1 - beta_1) * slope
    state["square"] = beta_2 * state.get("square", 0.0) + (1 - beta_2) * slope * slope
    scale = math.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    return -rate * scale * state["mean"] / (math.sqrt(state["square"]) + epsilon)


RULES = {"SGD": _sgd, "momentum": _momentum, "RMSprop": _rmsprop, "Adam": _adam}
"""From a slope to the change of one weight, by name."""


def path(name, slope, start, *, rate, momentum=0.9, steps=200, noise=None):
    """Return the points that an optimiser visits.

    Args:
        name: "SGD", "momentum", "RMSprop" or "Adam".
        slope: From two weights to the two partial derivatives of the loss.
        start: The two weights at the start.
        rate: The learning rate.
        momentum: What "momentum" keeps of its velocity.
        steps: The number of steps.
        noise: What is added to each slope, shape `(steps, 2)`, or None.

    Returns:
        Shape `(steps + 1, 2)`, or shorter where the path runs far away.

    Example:
        >>> path("SGD", lambda x, y: (x, y), (1.0, 2.0), rate=0.5, steps=2).tolist()
        [[1.0, 2.0], [0.5, 1.0], [0.25, 0.5]]
    """
    rule, states = RULES[name], ({}, {})
    x, y = map(float, start)
    points = [(x, y)]
    for step in range(1, steps + 1):
        slopes = slope(x, y)
        if noise is not None:
            slopes = slopes[0] + noise[step - 1][0], slopes[1] + noise[step - 1][1]
        x += rule(slopes[0], states[0], rate, momentum, step)
        y += rule(slopes[1], states[1], rate, momentum, step)
        points.append((x, y))
        if abs(x) > GONE or abs(y) > GONE:
            break
    return np.array(points)
