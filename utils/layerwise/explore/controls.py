"""The controls of an explorer: what may be set, to what, and what a wrong value is told."""

import itertools
import math
from dataclasses import dataclass

from layerwise.suggest import nearest


@dataclass(frozen=True)
class Slider:
    """Describe a number between two bounds, in steps.

    Args:
        name: The attribute that reads and sets it, such as ``bias``.
        label: What stands beside it.
        low: Smallest value.
        high: Largest value.
        value: The value at the start.
        step: Distance of two neighbouring values; whole numbers where all four are.
        help: One sentence shown when the pointer rests on it.
    """

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float = 0.1
    help: str = ""

    @property
    def whole(self):
        """Return True where only whole numbers are possible."""
        return all(isinstance(number, int) for number in (self.low, self.high, self.step))

    def accept(self, value):
        """Return `value` on the slider's grid, or raise ValueError saying what is possible."""
        wanted = f"expected a number from {self.low:g} to {self.high:g}"
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"{self.name}: got {value!r}, {wanted}.") from None
        if not self.low <= number <= self.high:  # also catches "not a number"
            near = "" if math.isnan(number) else f" The nearest is {min(max(number, self.low), self.high):g}."
            raise ValueError(f"{self.name}: got {number:g}, {wanted}.{near}")
        number = min(self.low + round((number - self.low) / self.step) * self.step, self.high)
        return int(number) if self.whole else round(number, 10)

    def points(self):
        """Return both ends and the middle: what a sweep looks at."""
        return tuple(dict.fromkeys(self.accept(v) for v in (self.low, (self.low + self.high) / 2, self.high)))


@dataclass(frozen=True)
class Choice:
    """Describe one of several options; with ``ordered=True`` they stand on a slider.

    Args:
        name: The attribute that reads and sets it.
        label: What stands beside it.
        options: The possible values.
        value: The value at the start.
        ordered: Whether the options are steps on a scale, such as learning rates.
        help: One sentence shown when the pointer rests on it.
    """

    name: str
    label: str
    options: tuple
    value: object
    ordered: bool = False
    help: str = ""

    def accept(self, value):
        """Return `value` if it is an option, else raise ValueError with the nearest one."""
        for option in self.options:
            if type(value) is not bool and option == value:
                return option
        known = ", ".join(str(option) for option in self.options)
        if self.ordered and isinstance(value, int | float):
            near = f" The nearest is {min(self.options, key=lambda option: abs(option - value))}."
        else:
            near = nearest(value, self.options)
        raise ValueError(f"{self.name}: got {value!r}, expected one of {known}.{near}")

    def points(self):
        """Return the options a sweep looks at: all, or both ends and the middle of a scale."""
        if self.ordered:
            return (self.options[0], self.options[len(self.options) // 2], self.options[-1])
        return self.options


@dataclass(frozen=True)
class Toggle:
    """Describe something that is on or off."""

    name: str
    label: str
    value: bool = False
    help: str = ""

    def accept(self, value):
        """Return `value` if it is True or False, else raise ValueError."""
        if value in (True, False):
            return bool(value)
        raise ValueError(f"{self.name}: got {value!r}, expected True or False.")

    def points(self):
        """Return both states."""
        return (False, True)


@dataclass(frozen=True)
class Words:
    """Describe a line of text that the learner writes.

    Args:
        name: The attribute that reads and sets it.
        label: What stands beside it.
        value: The text at the start.
        longest: Most characters.
        help: One sentence shown when the pointer rests on it.
    """

    name: str
    label: str
    value: str
    longest: int = 200
    help: str = ""

    def accept(self, value):
        """Return `value` if it is a text that is not too long, else raise ValueError."""
        if not isinstance(value, str):
            raise ValueError(f"{self.name}: got {value!r}, expected a text.")
        if len(value) > self.longest:
            raise ValueError(f"{self.name}: got {len(value)} characters, expected at most {self.longest}.")
        return value

    def points(self):
        """Return what a sweep looks at: the first text, none, and one of signs that no vocabulary knows."""
        return (self.value, "", "¡ÑÆ ?! 0")


def sweep(controls, *, limit=None):
    """Yield states that cover the control space: ends and middles of sliders, every option.

    Where all combinations number more than `limit`, every pair of controls is covered with the others at
    their start: most faults need two controls at most.

    Args:
        controls: The controls.
        limit: Most combinations to yield in full; by default 300.
    """
    points = {control.name: control.points() for control in controls}
    start = {control.name: control.value for control in controls}
    if math.prod(len(values) for values in points.values()) <= (300 if limit is None else limit):
        for combination in itertools.product(*points.values()):
            yield dict(zip(points, combination, strict=True))
        return
    seen = set()
    for first, second in itertools.combinations(points, 2):
        for a, b in itertools.product(points[first], points[second]):
            state = {**start, first: a, second: b}
            key = tuple(state.values())
            if key not in seen:
                seen.add(key)
                yield state
