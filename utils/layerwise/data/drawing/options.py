"""One clear message where a setting of a drawn set is not what it should be."""

import numbers

from layerwise.suggest import CourseError, nearest

SEED = (0, 0, 2**32 - 1)
"""Default, lowest and highest value of ``seed``; the default in use is the card's."""


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
            f"Drawn data was asked for with {name}={value!r}; expected is a {told} from {low:,} to {high:,}. Leave it "
            f"out to take the default."
        )
    return float(value) if isinstance(low, float) else int(value)


def seed(value):
    """Return a seed that NumPy takes, or say what it should be."""
    return number("seed", value, *SEED[1:])


def filled(name, given, known):
    """Return the settings of a drawn set, those that were not given filled in.

    Args:
        name: The data set's name.
        given: A dict of settings.
        known: A dict from each setting to its default, lowest and highest value, see `number`.

    Raises:
        CourseError: When there is a setting that the set does not take, or one with a wrong value.

    Example:
        >>> filled("parts", {"train": 10}, {"train": (800, 1, 1000), "faulty": (0.4, 0.0, 1.0)})
        {'train': 10, 'faulty': 0.4}
    """
    for option in given:
        if option not in known:
            raise CourseError(f"{name!r} takes no {option!r}; it takes {', '.join(known)}.{nearest(option, known)}")
    return {option: number(option, given.get(option, default), low, high)
            for option, (default, low, high) in known.items()}
