"""Results as they are: the same for every input, an input returned, parts in another order."""

import itertools

from layerwise.check.general.evidence import DIFFERENT, alike


def _same_result(cases, wrong):
    first = cases[0]
    others = cases[1:]
    if len(cases) < DIFFERENT or all(alike(first.expected, case.expected, case) for case in others):
        return ""
    if not all(alike(first.came, case.came, case) for case in others):
        return ""
    return (
        "Your function gives the same result for every input. Does it use a value from outside in place of its "
        "arguments, or return something that was made once?"
    )


def _earlier_result(cases, wrong):
    pairs = list(itertools.pairwise(cases))
    if sum(case.wrong for case in cases[1:]) < 2 or _different(case.expected for case in cases) < DIFFERENT:
        return ""
    if all(alike(before.expected, case.came, case) for before, case in pairs):
        return "This is the result of the call before. Something is kept from one call to the next: begin each anew."
    if all(alike(_together(before.came, case.expected), case.came, case) for before, case in pairs):
        return (
            "What earlier calls gave is still in the result. Something is kept from one call to the next, such as a "
            "list or a sum outside of the function, or a list as a default argument: make it inside."
        )
    return ""


def _together(before, expected):
    """Return what a result becomes that is added to the one before, None where that cannot be."""
    if type(before) is type(expected) and type(expected) in (list, int, float):
        return before + expected
    if type(before) is type(expected) is dict:
        return {**before, **expected}
    arrays = all(type(value).__name__ == "ndarray" and value.dtype.kind in "iuf" for value in (before, expected))
    return before + expected if arrays and before.shape == expected.shape else None


def _input_returned(cases, wrong):
    for name in wrong[0].inputs:
        given = [case.inputs.get(name) for case in wrong]
        same = all(alike(value, case.came, case) for value, case in zip(given, wrong, strict=True))
        if same and _different(given) >= DIFFERENT:
            return f"This is `{name}` itself, just as it was given. Return what was made from it."
    return ""


def _parts_swapped(cases, wrong):
    first = wrong[0].expected
    if type(first) not in (list, tuple) or not 2 <= len(first) <= 4:
        return ""
    if _different(case.expected for case in wrong) < DIFFERENT:
        return ""
    for order in itertools.permutations(range(len(first))):
        if all(alike(_ordered(case.expected, order), case.came, case) for case in wrong):
            return "The parts of the result are right, but in another order: which does the task name first?"
    return ""


def _ordered(parts, order):
    return [parts[place] for place in order] if len(parts) == len(order) else None


def _different(values):
    """Return how many different numbers and texts there are in plain values."""
    import numpy as np

    found, left = set(), list(values)
    while left:
        value = left.pop()
        if type(value) in (list, tuple):
            left.extend(value)
        elif type(value) is dict:
            left.extend(value.values())
        elif type(value) is np.ndarray:
            found.update(np.unique(value).tolist())
        elif type(value) in (int, float, bool, str):
            found.add(value)
    return len(found)


LOOKS = (
    ("same_result", _same_result),
    ("earlier_result", _earlier_result),
    ("input_returned", _input_returned),
    ("parts_swapped", _parts_swapped),
)
