"""Where numbers stand: transposed, reshaped, on a diagonal, added up over an axis, shifted, one missing."""

import itertools

from layerwise.check.general.evidence import agrees, many, moved, pairs_of, same_shapes, telling


def _transposed(cases, wrong):
    import numpy as np

    axes = {expected.ndim for expected, _ in pairs_of(wrong)}
    if not many(wrong) or len(axes) > 1 or not 2 <= max(axes) <= 4:
        return ""
    for order in itertools.permutations(range(max(axes))):
        if moved(wrong, lambda right, order=order: np.transpose(right, order)):
            if len(order) == 2:
                return "Every value is there and right. Return the transpose, or swap the axes where they arise."
            return "Every value is there and right. Bring the axes into their order with np.transpose or np.moveaxis."
    return ""


def _another_shape(cases, wrong):
    pairs = pairs_of(wrong)
    if not many(wrong) or any(expected.size != came.size or expected.shape == came.shape for expected, came in pairs):
        return ""
    if all(agrees(expected.ravel(), came.ravel(), wrong[0].tolerance) for expected, came in pairs):
        return "Every value is right and in the right order. Only the shape is another one."
    return ""


def _diagonal(cases, wrong):
    import numpy as np

    pairs = pairs_of(wrong)
    if not telling(wrong) or any(came.ndim != 2 or came.shape != 2 * expected.shape for expected, came in pairs):
        return ""
    if all(agrees(expected, np.diagonal(came), wrong[0].tolerance) for expected, came in pairs):
        return "The right values stand on the diagonal: each was combined with all the others, not only with its own."
    return ""


def _reduced(cases, wrong):
    import numpy as np

    pairs = pairs_of(wrong)
    if not telling(wrong) or any(came.ndim >= expected.ndim for expected, came in pairs):
        return ""
    axes = [*range(min(expected.ndim for expected, _ in pairs)), None]
    for (how, done), axis in itertools.product(((np.sum, "added up"), (np.mean, "averaged")), axes):
        if moved(wrong, lambda right, how=how, axis=axis: np.asarray(how(right, axis=axis))):
            where = "all axes" if axis is None else f"axis {axis}"
            return f"These are the right values, {done} over {where}. Each of them should still be there."
    return ""


def _one_missing(cases, wrong):
    pairs = pairs_of(wrong)
    if not many(wrong) or any(expected.ndim != came.ndim for expected, came in pairs):
        return ""
    for axis in range(min(expected.ndim for expected, _ in pairs)):
        for end, place in (("last", slice(None, -1)), ("first", slice(1, None))):
            cut = (slice(None),) * axis + (place,)
            if moved(wrong, lambda right, cut=cut: right[cut]):
                return f"The values are right, but the {end} along axis {axis} is missing: one step too few."
            if all(agrees(expected, came[cut], wrong[0].tolerance) for expected, came in pairs):
                return f"The values are right, but there is one too many along axis {axis}, the {end}."
    return ""


def _shifted(cases, wrong):
    pairs = pairs_of(wrong)
    if not same_shapes(wrong) or not telling(wrong):
        return ""
    for axis in range(min(expected.ndim for expected, _ in pairs)):
        front, back = ((slice(None),) * axis + (place,) for place in (slice(None, -1), slice(1, None)))
        if any(expected.shape[axis] < 4 for expected, _ in pairs):
            continue
        for one, other, way in ((front, back, "late"), (back, front, "early")):
            if all(agrees(right[one], came[other], wrong[0].tolerance, right[other]) for right, came in pairs):
                return f"The right values stand one place too {way} along axis {axis}: off by one."
    return ""


def _reversed(cases, wrong):
    import numpy as np

    if not same_shapes(wrong) or not telling(wrong):
        return ""
    for axis in range(min(expected.ndim for expected, _ in pairs_of(wrong))):
        if moved(wrong, lambda right, axis=axis: np.flip(right, axis)):
            return f"The right values, but backwards along axis {axis}."
    return ""


def _another_order(cases, wrong):
    import numpy as np

    if not same_shapes(wrong) or not telling(wrong):
        return ""
    sorted_pairs = [[np.sort(part, axis=None) for part in pair] for pair in pairs_of(wrong)]
    if all(agrees(expected, came, wrong[0].tolerance) for expected, came in sorted_pairs):
        return "The right values are all there, in other places."
    return ""


LOOKS = (
    ("transposed", _transposed),
    ("another_shape", _another_shape),
    ("diagonal", _diagonal),
    ("reduced", _reduced),
    ("one_missing", _one_missing),
    ("shifted", _shifted),
    ("reversed", _reversed),
)
LAST = (("another_order", _another_order),)
"""What is said only when nothing else is: numbers that are turned around may be multiplied as well."""
