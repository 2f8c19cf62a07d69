"""How large numbers are: the sign, a factor, a root, one too many, the decimals."""

import math

from layerwise.check.general.evidence import DIFFERENT, agrees, become, many, pairs_of, same_shapes, telling

# What a library or a habit multiplies by without saying so.
_FACTORS = {
    100: "Every number is 100 times the right one: is this in per cent?",
    1 / 100: "Every number is a hundredth of the right one: was it taken for per cent?",
    180 / math.pi: "Every number is 180 / π times the right one: is this in degrees, not in radians?",
    math.pi / 180: "Every number is π / 180 times the right one: is this in radians, not in degrees?",
    1 / math.log(2): "This fits logarithms to base 2. np.log is the natural one.",
    1 / math.log(10): "This fits logarithms to base 10. np.log is the natural one.",
}

_CHANGES = {
    "square": "These are the squares of the right numbers: is a root missing, or is there a square too many?",
    "sqrt": "These are the roots of the right numbers: is there a root too many, or is a square missing?",
    "reciprocal": "Each number is 1 divided by the right one: was something divided the wrong way round?",
    "log": "These are the logarithms of the right numbers: is np.exp missing at the end?",
    "exp": "These are the exponentials of the right numbers: is np.log missing at the end?",
}


def _sign(cases, wrong):
    import numpy as np

    if telling(wrong) and _numbers(wrong) and become(wrong, lambda right: np.negative(right.astype(float))):
        return (
            "Every number has the opposite sign. Is a minus missing, or was something subtracted the wrong way round?"
        )
    return ""


def _complement(cases, wrong):
    if not same_shapes(wrong):
        return ""
    if not _numbers(wrong):
        turned = many(wrong) and become(wrong, lambda right: ~right)
        return "True and False have changed places everywhere." if turned else ""
    if telling(wrong) and become(wrong, lambda right: 1 - right.astype(float)):
        return "Each number is 1 minus the right one: is this the share of the others?"
    return ""


def _off_by_one(cases, wrong):
    import numpy as np

    whole = all(np.array_equal(part, np.round(part)) for pair in pairs_of(wrong) for part in pair)
    if not whole or not telling(wrong):
        return ""
    for step, words in ((1, "large"), (-1, "small")):
        if become(wrong, lambda right, step=step: right.astype(float) + step, tolerance=0):
            return f"Every number that is wrong is too {words} by exactly one. Does a count begin or end one off?"
    return ""


def _another_scale(cases, wrong):
    import numpy as np

    if not telling(wrong):
        return ""
    for name, text in _CHANGES.items():
        if become(wrong, lambda right, name=name: getattr(np, name)(right.astype(float))):
            return text
    for factor, text in _FACTORS.items():
        if become(wrong, lambda right, factor=factor: right * factor):
            return text
    return ""


def _times_a_size(cases, wrong):
    name = _size(cases, wrong, lambda size: size)
    return name and (
        f"Every number is too large by the same factor, and that is {name}: was something added up where a mean was "
        "meant, or is a division missing?"
    )


def _divided_by_a_size(cases, wrong):
    name = _size(cases, wrong, lambda size: 1 / size)
    return name and (
        f"Every number is too small by the same factor, and that is {name}: was it divided by once too often, or a "
        "mean taken where a sum was meant?"
    )


def _one_in_the_divisor(cases, wrong):
    ways = [lambda size: size / (size - 1) if size > 1 else math.nan, lambda size: (size - 1) / size]
    name = _size(cases, wrong, *ways, *[lambda size, way=way: math.sqrt(way(size)) for way in ways])
    return name and f"You divided by {name} where one less was meant, or the other way round: `ddof` decides in NumPy."


def _root_of_a_size(cases, wrong):
    name = _size(cases, wrong, math.sqrt, lambda size: 1 / math.sqrt(size))
    return name and (
        f"The factor between your numbers and the right ones is the root of {name}: is a division by it missing, or "
        "one too many?"
    )


def _size(cases, wrong, *factors):
    """Return the name of a size in the inputs that makes the factor in every case, or ""."""
    import numpy as np

    if not telling(wrong):
        return ""
    for name in _sizes(wrong[0].inputs):
        sizes = [_sizes(case.inputs).get(name, 0) for case in cases]
        # With one size in all cases, a derived factor could be any number, and a small one as well.
        if min(sizes) < 1 or (len(set(sizes)) == 1 and (len(factors) > 1 or sizes[0] < DIFFERENT)):
            continue
        pairs = list(zip(cases, sizes, strict=True))
        for factor in factors:
            fits = all(case.wrong or math.isclose(factor(size), 1) for case, size in pairs) and all(
                agrees(np.asarray(right * factor(size)), came, case.tolerance, right)
                for case, size in pairs if case.wrong for right, came in case.pairs
            )
            if fits:
                return name
    return ""


def _sizes(inputs):
    """Return the sizes in a case's inputs by what people call them."""
    import numpy as np

    sizes = {}
    for name, value in inputs.items():
        if type(value) is np.ndarray and value.ndim <= 2:
            words = ["the length of"] if value.ndim == 1 else ["the number of rows of", "the number of columns of"]
            sizes.update({f"{word} `{name}`": size for word, size in zip(words, value.shape, strict=False)})
        elif type(value) is np.ndarray:
            sizes.update({f"the length of axis {axis} of `{name}`": size for axis, size in enumerate(value.shape)})
        elif type(value) in (list, tuple):
            sizes[f"the length of `{name}`"] = len(value)
        elif type(value) is int:
            sizes[f"`{name}`"] = value
    return sizes


def _constant_factor(cases, wrong):
    import numpy as np

    # One number is spent on the factor.
    if not same_shapes(wrong) or not telling(wrong, DIFFERENT + 1) or not _numbers(wrong):
        return ""
    right, came = max(pairs_of(wrong), key=lambda pair: np.abs(pair[0]).max())
    largest = np.unravel_index(np.argmax(np.abs(right)), right.shape)
    factor = float(came[largest] / right[largest])
    if factor and np.isfinite(factor) and become(wrong, lambda right: right * factor):
        return f"Every number is {factor:.4g} times the right one: is a factor missing, or one too many?"
    return ""


def _decimals_lost(cases, wrong):
    import numpy as np

    if not telling(wrong) or any(right.dtype.kind != "f" for right, _ in pairs_of(wrong)):
        return ""
    if len(np.unique(np.concatenate([came.ravel() for _, came in pairs_of(wrong)]))) < DIFFERENT:
        return ""  # Zeros and ones are what cutting off leaves of small numbers, and other mistakes as well.
    for cut in (np.trunc, np.floor):
        if become(wrong, cut, tolerance=1e-9):
            return "Everything behind the decimal point was cut off: `//` and int do that. Divide with `/`."
    for digits in range(5):
        if become(wrong, lambda right, digits=digits: np.round(right, digits), tolerance=1e-9):
            where = f"to {digits} decimal{'' if digits == 1 else 's'}" if digits else "to whole numbers"
            return f"The numbers were rounded {where}. Return them as they are."
    return ""


def _numbers(wrong):
    return not any(part.dtype.kind == "b" for pair in pairs_of(wrong) for part in pair)


LOOKS = (
    ("sign", _sign),
    ("complement", _complement),
    ("off_by_one", _off_by_one),
    ("times_a_size", _times_a_size),
    ("divided_by_a_size", _divided_by_a_size),
    ("one_in_the_divisor", _one_in_the_divisor),
    ("root_of_a_size", _root_of_a_size),
    ("another_scale", _another_scale),
    ("constant_factor", _constant_factor),
    ("decimals_lost", _decimals_lost),
)
