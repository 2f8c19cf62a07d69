"""One clear message where a setting of a drawn set is not what it should be."""

import numbers

from layerwise.suggest import CourseError


def number(name, value, low, high):
    """Return a setting as an int, or as a float where its bounds are floats.

    Args:
        name: Its name.
        value: What was given.
        low, high: The least and the most it may be.

    Raises:
        CourseError: When it is no number between the bounds, or no whole one where the bounds are whole.

    Example:
        >>> number("train", 10, 1, 1000), number("faulty", 0, 0.0, 1.0)
        (10, 0.0)
    """
    kind, told = (numbers.Real, "number") if isinstance(low, float) else (numbers.Integral, "whole number")
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        raise CourseError(
            f"The setting {name}={value!r} cannot be drawn; expected is a {told} from {low:,} to {high:,}. Leave it "
            f"out to take the default."
        )
    return float(value) if isinstance(low, float) else int(value)


def seed(value):
    """Return a seed that NumPy takes, or say what it should be."""
    return number("seed", value, 0, 2**32 - 1)
