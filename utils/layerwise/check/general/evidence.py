"""What a general diagnosis has to show before anything is said."""

from dataclasses import dataclass

from layerwise.check.compare import compare

DIFFERENT = 3
"""Different right numbers that must all agree."""

CLOSER = 0.01
"""Share of the difference that an explanation may leave: a loose tolerance must not make one."""

STRICTEST = 1e-3
"""The loosest tolerance that is used, whatever an exercise allows a right answer."""

MOST = 300_000
"""Numbers in all results together that are looked at."""


@dataclass
class Case:
    """One case: its inputs, what was expected, what came, and whether that was wrong.

    `pairs` and `tolerance` are filled by `prepared`: the arrays that differ, as pairs of expected and came, or None
    where the two values are not built alike.
    """

    inputs: dict
    expected: object
    came: object
    wrong: bool
    pairs: list | None = None
    tolerance: float = 1e-6


def prepared(cases, tolerance):
    """Fill the pairs of the wrong cases, and return these cases."""
    for case in cases:
        case.tolerance = min(tolerance, STRICTEST)
        if case.wrong:
            case.pairs = _pairs(case.expected, case.came, case.tolerance)
    return [case for case in cases if case.wrong]


def _pairs(expected, came, tolerance):
    import numpy as np

    kinds = [type(value) for value in (expected, came)]
    if all(kind in (list, tuple) for kind in kinds):
        if len(expected) != len(came):
            return None
        parts = [_pairs(one, other, tolerance) for one, other in zip(expected, came, strict=True)]
    elif kinds == [dict, dict]:
        if expected.keys() != came.keys():
            return None
        parts = [_pairs(expected[name], came[name], tolerance) for name in expected]
    elif compare(expected, came, tolerance=tolerance) is None:
        return []
    elif all(kind in (bool, int, float, np.ndarray) for kind in kinds):
        pair = np.asarray(expected), np.asarray(came)
        return [pair] if all(array.dtype.kind in "biuf" for array in pair) else None
    else:
        return None
    return None if None in parts else [pair for part in parts for pair in part]


def pairs_of(wrong):
    """Return all pairs of expected and came that differ; none when one case cannot be taken apart."""
    return [pair for case in wrong for pair in case.pairs] if all(case.pairs for case in wrong) else []


def alike(one, other, case):
    """Return True if two plain values agree as closely as the exercise asks."""
    return compare(one, other, tolerance=case.tolerance) is None


def agrees(wanted, came, tolerance, expected=None):
    """Return True if an array is the one that an explanation calls for, and far nearer to it than to the right one.

    Args:
        wanted: The array that it should be.
        came: The array that it is.
        tolerance: As for `layerwise.check.compare.compare`.
        expected: The right array, where it is not ``wanted`` in other places.
    """
    import numpy as np

    if wanted.shape != came.shape:
        return False
    if "b" in (wanted.dtype.kind, came.dtype.kind):
        return wanted.dtype == came.dtype and np.array_equal(wanted, came)
    wanted = np.atleast_1d(wanted.astype(float))
    given = np.atleast_1d(came if came.dtype.kind == "f" else came.astype(float))
    if compare(wanted, given, tolerance=tolerance) is not None:
        return False
    if expected is None:
        return True
    right = np.atleast_1d(expected.astype(float))
    return bool(np.abs(given - wanted).max(initial=0) <= CLOSER * np.abs(given - right).max(initial=0))


def become(wrong, change, *, tolerance=None):
    """Return True if ``change(expected)`` is what came, wherever something wrong came."""
    return all(
        agrees(change(expected), came, case.tolerance if tolerance is None else tolerance, expected)
        for case in wrong for expected, came in case.pairs
    )


def moved(wrong, place):
    """Return True if what came is what was expected, with its values in other places."""
    return all(agrees(place(expected), came, case.tolerance) for case in wrong for expected, came in case.pairs)


def same_shapes(wrong):
    """Return True if every pair has one shape, and there is a pair."""
    pairs = pairs_of(wrong)
    return bool(pairs) and all(expected.shape == came.shape for expected, came in pairs)


def telling(wrong, least=DIFFERENT):
    """Return True if there are enough different right numbers where something else came."""
    import numpy as np

    values = [
        expected[expected != came] if expected.shape == came.shape else expected for expected, came in pairs_of(wrong)
    ]
    return bool(values) and len(np.unique(np.concatenate([value.ravel().astype(float) for value in values]))) >= least


def many(wrong):
    """Return True if there are enough values for their places to mean something."""
    import numpy as np

    rights = [expected for expected, _ in pairs_of(wrong)]
    return sum(right.size for right in rights) >= 2 * DIFFERENT and any(len(np.unique(right)) > 1 for right in rights)
