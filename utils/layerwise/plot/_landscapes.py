"""Loss surfaces over a plane of two weights: height and slope as formulas, on which optimisers can race."""

from dataclasses import dataclass

import numpy as np

from layerwise.suggest import nearest

REACH = 2.0  # every surface is shown from -2 to 2 on both axes


@dataclass(frozen=True)
class Surface:
    """Describe a surface.

    Args:
        height: From two arrays of weights to the loss; its lowest value is zero.
        slope: From two numbers to the two partial derivatives.
        lowest: The points where the loss is zero.
        about: What it is an image of, in a few words.
        noise: Spread of the random part that is added to each slope, as small batches add it.
    """

    height: callable
    slope: callable
    lowest: tuple
    about: str
    noise: float = 0.0


_TILT = 0.2
_DEEP = max(np.roots([2.0, 0.0, -2.0, -_TILT]).real)  # where the slope of the tilted double well is zero
_FLOOR = 0.5 * (_DEEP**2 - 1) ** 2 - _TILT * _DEEP

SURFACES = {
    "bowl": Surface(
        lambda x, y: (x**2 + y**2) / 2, lambda x, y: (x, y), ((0.0, 0.0),), "equally steep in both directions",
    ),
    "ravine": Surface(
        lambda x, y: (x**2 + 25 * y**2) / 2, lambda x, y: (x, 25 * y), ((0.0, 0.0),),
        "25 times as curved across as along",
    ),
    "saddle": Surface(
        lambda x, y: x**2 / 2 + (y**2 - 1) ** 2 / 4, lambda x, y: (x, y**3 - y), ((0.0, 1.0), (0.0, -1.0)),
        "flat in the middle, with a valley on either side",
    ),
    "Rosenbrock": Surface(
        lambda x, y: ((1 - x) ** 2 + 10 * (y - x**2) ** 2) / 10,
        lambda x, y: ((-2 * (1 - x) - 40 * x * (y - x**2)) / 10, 2 * (y - x**2)), ((1.0, 1.0),),
        "a bent valley with a nearly flat floor",
    ),
    "noisy": Surface(
        lambda x, y: (x**2 + 4 * y**2) / 2, lambda x, y: (x, 4 * y), ((0.0, 0.0),),
        "a bowl whose slopes are uncertain, as with small batches", noise=1.5,
    ),
    "two valleys": Surface(
        lambda x, y: (x**2 - 1) ** 2 / 2 - _TILT * x + y**2 / 2 - _FLOOR,
        lambda x, y: (2 * x * (x**2 - 1) - _TILT, y), ((float(_DEEP), 0.0),), "the nearer valley is not the deeper one",
    ),
}
"""Surfaces by name, in the order in which an explorer offers them."""


def surface(name):
    """Return a surface by name.

    Example:
        >>> surface("ravine").slope(1.0, 1.0)
        (1.0, 25.0)
    """
    if name not in SURFACES:
        raise ValueError(f"There is no surface {name!r}; there are {', '.join(SURFACES)}.{nearest(name, SURFACES)}")
    return SURFACES[name]
