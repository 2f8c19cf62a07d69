"""Points of two classes on the plane, drawn by formula: what the playground learns from."""

import numpy as np

REACH = 1.5  # all pictures show the plane from -1.5 to 1.5


def points(data, *, noise=0.1, seed=0, count=300):
    """Return points and their classes.

    Args:
        data: One of `SHAPES`.
        noise: Standard deviation of the jitter, in units of the plane.
        seed: Of the random numbers.
        count: How many points; even.

    Returns:
        Points, shape `(count, 2)`, in random order, and classes 0.0 or 1.0, shape `(count,)`.

    Example:
        >>> x, y = points("circles", count=10)
        >>> x.shape, y.sum()
        ((10, 2), np.float64(5.0))
    """
    rng = np.random.default_rng(seed)
    y = np.repeat([0.0, 1.0], count // 2)
    x = SHAPES[data](y, rng) + rng.normal(0, noise, (count, 2))
    order = rng.permutation(count)
    return x[order], y[order]


def _gaussians(y, rng):
    centres = np.where(y[:, None] > 0, 0.6, -0.6) * np.ones(2)
    return centres + rng.normal(0, 0.2, (len(y), 2))


def _circles(y, rng):
    angle, radius = rng.uniform(0, 2 * np.pi, len(y)), np.where(y > 0, rng.uniform(0, 0.45, len(y)), 1.0)
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _exclusive_or(y, rng):
    sides = rng.choice([-1.0, 1.0], len(y))
    away = rng.uniform(0.12, 1.1, (len(y), 2))
    return away * np.stack([sides, sides * np.where(y > 0, -1, 1)], axis=1)


def _spirals(y, rng):
    along = np.sqrt(rng.uniform(0.02, 1, len(y)))
    angle = 1.25 * 2 * np.pi * along + np.pi * y
    return 1.2 * along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


SHAPES = {
    "two gaussians": _gaussians,
    "circles": _circles,
    "exclusive-or": _exclusive_or,
    "spirals": _spirals,
}
