"""A small network in NumPy, complete: forward, backward, Adam. Two classes, one output.

Readable first: lesson 02 builds the forward pass, lesson 05 the backward pass. `tests/test_playground.py`
holds the gradients against finite differences, and a training against Keras.
"""

import itertools
from dataclasses import dataclass, field

import numpy as np

# Each activation with its derivative, both as functions of the weighted sum.
ACTIVATIONS = {
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype)),
    "sigmoid": (lambda z: sigmoid(z), lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), written so that large numbers do not overflow."""
    return (1 + np.tanh(z / 2)) / 2


def initialise(sizes, rng):
    """Return weights and biases for layers of these sizes.

    Args:
        sizes: Units per layer, inputs first; the last is 1.
        rng: A ``numpy.random.Generator``.

    Returns:
        A list of pairs: weights, shape `(sizes[i], sizes[i + 1])`, uniform as Glorot and Bengio proposed
        (https://proceedings.mlr.press/v9/glorot10a.html, equation 16), and biases of zero, shape `(sizes[i + 1],)`.
    """
    parameters = []
    for inputs, units in itertools.pairwise(sizes):
        limit = np.sqrt(6 / (inputs + units))
        parameters.append((rng.uniform(-limit, limit, (inputs, units)), np.zeros(units)))
    return parameters


def forward(parameters, x, activation):
    """Return the network's answer before the last sigmoid, and what the backward pass needs.

    Args:
        parameters: From `initialise`.
        x: Points, shape `(n, 2)`.
        activation: Of the hidden layers.

    Returns:
        The logits, shape `(n,)`; and each layer's inputs and weighted sums, as a list of pairs.
    """
    act, _ = ACTIVATIONS[activation]
    seen = []
    for weights, biases in parameters:
        z = x @ weights + biases
        seen.append((x, z))
        x = act(z)
    return seen[-1][1][:, 0], seen


def probability(parameters, x, activation):
    """Return the probability of class 1 for each point, shape `(n,)`."""
    return sigmoid(forward(parameters, x, activation)[0])


def cross_entropy(logits, y):
    """Return the mean cross-entropy in nats: log(1 + exp(logit)) - y * logit."""
    return float(np.mean(np.logaddexp(0, logits) - y * logits))


def gradients(parameters, x, y, activation):
    """Return the slope of the mean cross-entropy for every weight and bias, in the parameters' shapes."""
    logits, seen = forward(parameters, x, activation)
    _, slope = ACTIVATIONS[activation]
    error = ((sigmoid(logits) - y) / len(y))[:, None]  # of the last layer's weighted sums
    found = []
    for (weights, _), (inputs, _), (_, below) in zip(
        reversed(parameters), reversed(seen), [*reversed(seen[:-1]), (None, None)], strict=True
    ):
        found.append((inputs.T @ error, error.sum(axis=0)))
        if below is not None:
            error = (error @ weights.T) * slope(below)
    return found[::-1]


@dataclass
class Training:
    """Hold a network while it learns: parameters, Adam's two moments, the step count, the order of the batches."""

    parameters: list
    rng: np.random.Generator
    steps: int = 0
    moments: list = field(default_factory=list)
    order: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))


def start(sizes, seed):
    """Return an untrained `Training`; the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    parameters = initialise(sizes, rng)
    moments = [[np.zeros_like(parameter), np.zeros_like(parameter)] for pair in parameters for parameter in pair]
    return Training(parameters, rng, moments=moments)


def advance(training, x, y, *, activation, learning_rate, batch_size=16, epsilon=1e-7):
    """Take one step of Adam on the next batch. Changes `training` in place.

    Every point is seen once before any is seen again. Source: https://arxiv.org/abs/1412.6980, with epsilon
    where Keras puts it ("epsilon hat" in the paper's section 2).
    """
    if len(training.order) < batch_size:
        training.order = training.rng.permutation(len(x))
    batch, training.order = training.order[:batch_size], training.order[batch_size:]
    training.steps += 1
    slopes = gradients(training.parameters, x[batch], y[batch], activation)
    rate = learning_rate * np.sqrt(1 - 0.999**training.steps) / (1 - 0.9**training.steps)
    moments = iter(training.moments)

    def moved(parameter, slope):
        moment = next(moments)
        moment[0] = 0.9 * moment[0] + 0.1 * slope
        moment[1] = 0.999 * moment[1] + 0.001 * slope**2
        return parameter - rate * moment[0] / (np.sqrt(moment[1]) + epsilon)

    training.parameters = [
        (moved(weights, slope_w), moved(biases, slope_b))
        for (weights, biases), (slope_w, slope_b) in zip(training.parameters, slopes, strict=True)
    ]
