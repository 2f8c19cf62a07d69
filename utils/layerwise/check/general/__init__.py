"""Mistakes that show in the values alone, recognised in any exercise from what was expected and what came.

An exercise's own diagnosis knows what was asked for; this one does not. So it says what is seen and asks about the
cause, and it speaks only where the exercise has recognised nothing, where every case that went wrong agrees, and where
there are enough different numbers for it to be no accident.

| module | what it looks at |
|---|---|
| whole | results as they are: the same for all inputs, an input returned, parts in another order |
| places | where numbers stand: transposed, shifted, one missing |
| scales | how large they are: the sign, a factor, a root, decimals |
| evidence | what a look has to show before anything is said |
"""

from layerwise.check.general import places, scales, whole
from layerwise.check.general.evidence import MOST, Case, prepared

__all__ = ["ANY", "KEYS", "Case", "diagnosis", "recognise"]

ANY = "any."
"""What stands before a key of `KEYS` in a verdict: it is no key of the exercise's own."""

LOOKS = (*whole.LOOKS, *places.LOOKS, *scales.LOOKS, *places.LAST)
"""Pairs of a key and a look, the most telling first."""

KEYS = tuple(key for key, _ in LOOKS)


def diagnosis(trials, wrong, *, tolerance=1e-6):
    """Return what a verdict says of wrong results: ("any." and a key, a text), or (None, ""). Never raises.

    Args:
        trials: All pairs of inputs and expected value, in the order in which they were tried.
        wrong: Dict from the place in ``trials`` to the plain value that came there.
        tolerance: As for `layerwise.check.compare.compare`.

    Example:
        >>> diagnosis([({"x": x}, x / 4) for x in (1, 2, 3)], {0: 25.0, 1: 50.0, 2: 75.0})
        ('any.another_scale', 'Every number is 100 times the right one: is this in per cent?')
    """
    import warnings

    pairs = enumerate(trials)
    cases = [Case(inputs, right, wrong.get(place, right), place in wrong) for place, (inputs, right) in pairs]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            key, text = recognise(cases, tolerance=tolerance)
    except Exception:
        return None, ""
    return (ANY + key, text) if key else (None, "")


def recognise(cases, *, tolerance=1e-6):
    """Return the key of the mistake that all wrong cases show, and what to say of it; (None, "") for none.

    Args:
        cases: All `Case`s in the order in which they were tried, of plain values.
        tolerance: As for `layerwise.check.compare.compare`.

    Returns:
        One of `KEYS` and a text.

    Example:
        >>> recognise([Case({"x": x}, x / 4, -x / 4, True) for x in (1, 2, 3)])[0]
        'sign'
    """
    import numpy as np

    wrong = prepared(cases, tolerance)
    if not wrong or sum(part.size for case in wrong for pair in case.pairs or () for part in pair) > MOST:
        return None, ""
    with np.errstate(all="ignore"):
        return next(((key, text) for key, look in LOOKS if (text := look(cases, wrong))), (None, ""))
