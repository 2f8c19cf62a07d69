"""Losses of two weights, and gradient descent on them: for pictures, and exact where the loss is a quadratic."""

import functools
from dataclasses import dataclass

import numpy as np

from layerwise.suggest import nearest

STEPS = 60
RATES = np.round(np.arange(0.005, 0.5001, 0.005), 3)
_FAR = 1e9  # where a path that runs away is stopped


@dataclass(frozen=True)
class Surface:
    """A loss of two weights.

    Args:
        formula: What stands under the picture's title.
        hessian: For a quadratic its Hessian, else None: then the loss is (w₁·w₂ − 1)² / 2, that of two linear layers of
            one weight each which should give back their input.
        start: Where descent begins.
        reach: The picture shows both weights from -reach to reach.
    """

    formula: str
    hessian: tuple | None
    start: tuple
    reach: float

    def loss(self, w):
        """Return the loss of weights, shape `(..., 2)`."""
        if self.hessian is None:
            return 0.5 * (w[..., 0] * w[..., 1] - 1) ** 2
        return 0.5 * np.einsum("...i,ij,...j->...", w, np.array(self.hessian), w)

    def gradient(self, w):
        """Return the slopes of the loss, shape `(..., 2)`."""
        if self.hessian is None:
            return (w[..., :1] * w[..., 1:] - 1) * w[..., ::-1]
        return w @ np.array(self.hessian)

    def curvature(self, w):
        """Return the largest eigenvalue of the Hessian at one place."""
        if self.hessian is not None:
            return float(np.linalg.eigvalsh(np.array(self.hessian))[-1])
        cross = 2 * w[0] * w[1] - 1
        return float(np.linalg.eigvalsh(np.array([[w[1] ** 2, cross], [cross, w[0] ** 2]]))[-1])

    @property
    def steepest(self):
        """The top eigenvalue of the Hessian where descent begins."""
        return self.curvature(np.array(self.start))


def _turned(small, large, degrees):
    """Return a Hessian with these eigenvalues, its steep direction at an angle to the first axis."""
    angle = np.deg2rad(degrees)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return tuple(map(tuple, rotation @ np.diag([large, small]) @ rotation.T))


SURFACES = {
    "bowl": Surface("A quadratic, curvatures 5 and 10", _turned(5, 10, 60), (-2.5, 1.0), 3.0),
    "valley": Surface("A quadratic, curvatures 0.5 and 10", _turned(0.5, 10, 60), (-2.6, 0.4), 3.0),
    "network": Surface("Two layers of one weight each: (w₁·w₂ − 1)² / 2", None, (3.1, 0.5), 4.0),
}


def surface(name):
    """Return a surface by its name.

    Raises:
        ValueError: When there is none of this name.
    """
    if name not in SURFACES:
        known = ", ".join(SURFACES)
        raise ValueError(f"There is no surface {name!r} here; there are {known}.{nearest(name, SURFACES)}")
    return SURFACES[name]


def limit(name, momentum):
    """Return the learning rate at which descent should begin to diverge: 2 (1 + momentum) / curvature at the start.

    Example:
        >>> round(limit("valley", 0.0), 3), round(limit("valley", 0.9), 3)
        (0.2, 0.38)
    """
    return 2 * (1 + momentum) / surface(name).steepest


def descend(name, learning_rate, momentum, steps=STEPS):
    """Return the weights before the first step and after each, shape `(steps + 1, 2)`; with heavy-ball momentum.

    Args:
        name: One of `SURFACES`.
        learning_rate: A number, or several at once, shape `(n,)`: the result then has the shape `(steps + 1, n, 2)`.
        momentum: The share of the last move that is repeated.
        steps: How many steps.
    """
    chosen = surface(name)
    rates = np.asarray(learning_rate, dtype=float)[..., None]
    w = np.broadcast_to(np.array(chosen.start), (*rates.shape[:-1], 2))
    velocity = np.zeros_like(w)
    path = [w]
    for _ in range(steps):
        velocity = momentum * velocity - rates * chosen.gradient(w)
        w = np.clip(w + velocity, -_FAR, _FAR)
        velocity = np.clip(velocity, -_FAR, _FAR)
        path.append(w)
    return np.array(path)


@functools.lru_cache(maxsize=64)
def profile(name, momentum, steps=STEPS):
    """Return the loss after all steps for each learning rate of `RATES`, shape `(rates,)`."""
    return surface(name).loss(descend(name, RATES, momentum, steps)[-1])


def regime(name, path):
    """Return what a path does: "diverges", "swings to and fro", "is still on its way" or "arrives"."""
    chosen = surface(name)
    losses = chosen.loss(path)
    if losses[-1] > losses[0]:
        return "diverges"
    moves = np.diff(path[:21], axis=0)
    back = np.einsum("ij,ij->i", moves[1:], moves[:-1]) < 0
    if back.mean() > 0.5:
        return "swings to and fro"
    return "is still on its way" if losses[-1] > 0.01 * losses[0] else "arrives"
