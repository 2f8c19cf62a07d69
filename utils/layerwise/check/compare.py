"""Compare plain values: types before shapes, shapes before values."""

from dataclasses import dataclass

from layerwise.check.words import brief, shape

KINDS = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "decimal numbers",
         "c": "complex numbers", "S": "bytes", "U": "texts"}


@dataclass
class Difference:
    """The first thing that differs: `kind` is "none", "type", "dtype", "shape", "nonfinite" or "value".

    `message` says it in a sentence; `largest` is the largest absolute difference of two numbers, where that is
    what differs.
    """

    kind: str
    message: str
    largest: float | None = None


def compare(expected, came, *, tolerance=1e-6):
    """Return the first `Difference` of two plain values, or None when they agree.

    Numbers agree when they differ by at most ``tolerance * (1 + |expected|)``; a result in single or half
    precision is given the room that its precision needs. Lists and tuples stand for each other; whole numbers
    stand for decimal numbers of the same value; nothing else is converted.

    Args:
        expected: The right value.
        came: The value to judge; both as `layerwise.check.plain.plain` gives them.
        tolerance: Relative and absolute tolerance.

    Example:
        >>> compare(0.5, 0.25).message
        'Expected 0.5, came 0.25.'
        >>> compare((1, 2), [1, 2]) is None
        True
    """
    return _compare(expected, came, tolerance, "")


def same(first, second):
    """Return True when two plain values are equal in every bit that counts: type, shape and values, nan included.

    Example:
        >>> same([1.0], [1.0]), same([1.0], [1])
        (True, False)
    """
    import numpy as np

    if type(first) is not type(second):
        return False
    if type(first) is np.ndarray:
        equal_nan = first.dtype.kind in "fc"
        return first.dtype == second.dtype and np.array_equal(first, second, equal_nan=equal_nan)
    if type(first) in (list, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if type(first) is dict:
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    return first == second or (first != first and second != second)


def _compare(expected, came, tolerance, at):
    if came is None and expected is not None:
        if at:
            return Difference("none", f"{_there(at)} expected {brief(expected)}, came None.")
        return Difference("none", "Your function returned None: is a return missing?")
    kind = _family(expected)
    if _family(came) != kind:
        return Difference("type", _type_message(expected, came, at))
    if kind == "array":
        return _arrays(expected, came, tolerance, at)
    if kind == "number":
        return _numbers(expected, came, tolerance, at)
    if kind == "sequence":
        if len(expected) != len(came):
            return Difference("shape", f"{_there(at)} expected {len(expected)} values, came {len(came)}.")
        pairs = enumerate(zip(expected, came, strict=True))
        return _first(_compare(wanted, given, tolerance, f"{at}[{i}]") for i, (wanted, given) in pairs)
    if kind == "dict":
        missing, extra = [k for k in expected if k not in came], [k for k in came if k not in expected]
        if missing or extra:
            words = [f"missing: {', '.join(map(repr, missing))}"] if missing else []
            words += [f"not expected: {', '.join(map(repr, extra[:5]))}"] if extra else []
            return Difference("shape", f"{_there(at)} the keys differ ({'; '.join(words)}).")
        return _first(_compare(expected[k], came[k], tolerance, f"{at}[{k!r}]") for k in expected)
    if expected != came:
        return Difference("value", f"{_there(at)} expected {brief(expected)}, came {brief(came)}.")
    return None


def _first(differences):
    return next((difference for difference in differences if difference is not None), None)


def _family(value):
    name = type(value).__name__
    return {"ndarray": "array", "int": "number", "float": "number", "complex": "number", "list": "sequence",
            "tuple": "sequence"}.get(name, name)


def _there(at):
    return f"At {at}:" if at else "Your result:"


def _type_message(expected, came, at):
    wanted, given = brief(expected), brief(came)
    text = f"{_there(at)} expected {wanted}, came {given}."
    family, other = _family(expected), _family(came)
    if family == "array" and other == "sequence":
        text += " np.array(...) turns a list into an array."
    elif family == "array" and other == "number":
        text += " Was a sum or mean taken over too many axes?"
    elif family == "number" and other == "array":
        text += " Is a sum or mean over the values missing?"
    elif family == "number" and other == "str":
        text += " Return the number itself, not a text of it."
    elif other == "sequence" and family != "dict":
        text += " Return only the value that is asked for."
    return text


def _numbers(expected, came, tolerance, at):
    if isinstance(expected, int) and not isinstance(came, int):
        text = f"{_there(at)} expected the whole number {expected}, came {brief(came)}, a {type(came).__name__}."
        return Difference("dtype", text + " Whole-number division is written //, and int(...) converts.")
    if not isinstance(expected, complex) and isinstance(came, complex):
        return Difference("dtype", f"{_there(at)} expected {brief(expected)}, came {brief(came)}.")
    if isinstance(expected, int):
        if expected == came:
            return None
        return Difference("value", _value_message(expected, came, at))
    if came != came or abs(came) == float("inf"):
        if came == expected or (came != came and expected != expected):
            return None
        return Difference("nonfinite", f"{_there(at)} came {came}, which is not a finite number.")
    finite = expected == expected and abs(expected) != float("inf")
    if finite and abs(came - expected) <= tolerance * (1 + abs(expected)):
        return None
    return Difference("value", _value_message(expected, came, at), largest=float(abs(came - expected)))


def _value_message(expected, came, at):
    left = f"At {at}: expected" if at else "Expected"
    if isinstance(expected, int):
        return f"{left} {expected}, came {came}."
    for digits in (6, 9, 17):
        wanted, given = f"{expected:.{digits}g}", f"{came:.{digits}g}"
        if wanted != given:
            break
    return f"{left} {wanted}, came {given}."


def _arrays(expected, came, tolerance, at):
    import numpy as np

    wanted, given = KINDS[expected.dtype.kind], KINDS[came.dtype.kind]
    if expected.shape != came.shape:
        return Difference("shape", f"{_there(at)} expected shape {shape(expected.shape)}, came {shape(came.shape)}."
                          + _shape_hint(expected.shape, came.shape))
    whole = wanted == "decimal numbers" and given == "whole numbers"
    if wanted != given and not whole:
        text = f"{_there(at)} expected {wanted} (dtype {expected.dtype}), came {given} (dtype {came.dtype})."
        return Difference("dtype", text)
    if expected.dtype.kind not in "fc":
        wrong = expected != came
        if not wrong.any():
            return None
        return Difference("value", _where(expected, came, wrong, at))
    both = (np.isnan(expected) & np.isnan(came)) | (np.isinf(expected) & (expected == came))
    broken = ~np.isfinite(came) & ~both
    if broken.any():
        first = tuple(np.argwhere(broken)[0])
        text = f"{_there(at)} {broken.sum()} of {came.size} values are not finite numbers; the first is {came[first]}"
        return Difference("nonfinite", f"{text} at {_index(first)}.")
    tolerance = max(tolerance, 32 * float(np.finfo(came.dtype).eps)) if came.dtype.kind in "fc" else tolerance
    with np.errstate(invalid="ignore", over="ignore"):
        # Never in the learner's precision, where a difference can vanish or overflow.
        wide = np.result_type(expected.dtype, np.float64)
        gap = np.where(both, 0, np.abs(came.astype(wide) - expected.astype(wide)))
        near = np.isfinite(expected) & (gap <= tolerance * (1 + np.abs(expected)))
        wrong = ~near & ~both
    if not wrong.any():
        return None
    text = _where(expected, came, wrong, at, gap)
    if whole and (expected != np.round(expected)).any():
        text += " Your result has whole numbers only: were decimals cut off?"
    return Difference("value", text, largest=float(gap[wrong].max()))


def _where(expected, came, wrong, at, gap=None):
    import numpy as np

    largest = np.argmax(wrong if gap is None else np.where(wrong, gap, -1))
    place = np.unravel_index(largest, wrong.shape)
    count = f"{int(wrong.sum())} of {wrong.size} values differ" if wrong.size > 1 else "The value differs"
    if gap is None:
        return f"{_there(at)} {count}; the first at {_index(place)}: expected {expected[place]}, came {came[place]}."
    pair = _value_message(float(expected[place].real), float(came[place].real), "")
    return f"{_there(at)} {count}, most by {float(gap[place]):.3g} at {_index(place)}: {pair[0].lower()}{pair[1:]}"


def _index(place):
    return "[" + ", ".join(str(int(i)) for i in place) + "]"


def _shape_hint(expected, came):
    """Return what usually leads from one shape to the other."""
    if len(expected) > 1 and came == expected[::-1]:
        return " Rows and columns are swapped: this is the transpose."
    if len(came) == len(expected) and sorted(came) == sorted(expected):
        return " The axes are in another order."
    if tuple(size for size in came if size != 1) == tuple(size for size in expected if size != 1):
        if len(came) < len(expected):
            return " An axis of length 1 is missing: keepdims=True keeps it in a sum or mean."
        return " There is an axis of length 1 too many: [..., 0] or a reshape takes it away."
    if len(came) == len(expected) + 1 and came[-1] == came[-2] == (expected[-1] if expected else None):
        return " (n,) beside (n, 1) was stretched to (n, n): give both the same shape first."
    if len(came) < len(expected):
        return " An axis is missing: was a sum or mean taken over it?"
    return ""
