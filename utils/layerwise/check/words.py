"""Say values in words that fit on a card: small ones whole, large ones by their shape and a corner."""

SMALL = 30
"""Values of an array that are all shown."""


def describe(value, *, digits=4):
    """Return a plain value as text, in a few lines.

    Args:
        value: A plain value (see `layerwise.check.plain`), or any input of an exercise.
        digits: Decimal places of numbers in arrays.

    Example:
        >>> import numpy as np
        >>> print(describe(np.zeros((100, 10), "float32")))
        array of shape (100, 10), float32, which starts
        [[0. 0. 0. 0. ...]
         [0. 0. 0. 0. ...]
         [0. 0. 0. 0. ...]
         ...]
    """
    return _text(value, digits, 0)


def brief(value):
    """Return what kind of value it is, in a few words.

    Example:
        >>> brief([1, 2])
        'a list of 2'
    """
    kind = _kind(value)
    if kind == "array":
        return f"an array of shape {shape(value.shape)}"
    if kind in ("list", "tuple", "dict", "set"):
        return f"a {kind} of {len(value)}"
    if kind in ("str", "bytes"):
        return f"the text {_text(value, 4, 0)}" if kind == "str" else "bytes"
    if kind == "bool":
        return f"the truth value {value}"
    if kind == "int":
        return f"the whole number {_text(value, 4, 0)}"
    if kind == "float":
        return f"the number {_text(value, 4, 0)}"
    return f"the {kind} {_text(value, 4, 0)}" if kind == "complex" else kind


def shape(sizes):
    """Return a shape as people read it.

    Example:
        >>> shape((4, 3))
        '(4, 3)'
    """
    return str(tuple(int(size) for size in sizes))


def _kind(value):
    from layerwise.check.plain import type_name

    name = type_name(value)
    return {"ndarray": "array", "NoneType": "None"}.get(name, name)


def _text(value, digits, depth):
    kind = _kind(value)
    if kind == "array":
        return _array(value, digits)
    if kind == "float":
        return f"{value:.{max(digits + 2, 6)}g}"
    if kind in ("str", "bytes"):
        return _cut(repr(value), 200)
    if kind == "int":
        # A number of many thousand digits is slow to write, and Python refuses to.
        bits = value.bit_length()
        return str(value) if bits < 200 else f"a whole number of about {bits * 0.301:.0f} digits"
    if kind in ("bool", "complex", "None"):
        return str(value)
    if depth > 2:
        return "..."
    if kind in ("list", "tuple", "set"):
        parts = [_text(part, digits, depth + 1) for part in list(value)[:6]]
        parts += [f"... {len(value)} in all"] if len(value) > 6 else []
        joint = ",\n " if any("\n" in part for part in parts) else ", "
        left, right = {"list": "[]", "tuple": "()", "set": "{}"}[kind]
        return left + joint.join(parts) + ("," if kind == "tuple" and len(parts) == 1 else "") + right
    if kind == "dict":
        pairs = list(value.items())[:6]
        parts = [f"{_text(key, digits, depth + 1)}: {_text(part, digits, depth + 1)}" for key, part in pairs]
        parts += [f"... {len(value)} in all"] if len(value) > 6 else []
        return "{" + (",\n " if any("\n" in part for part in parts) else ", ").join(parts) + "}"
    if kind in ("function", "builtin_function_or_method"):
        return f"the function {value.__name__}"
    return f"<{kind}>"


def _array(array, digits):
    import numpy as np

    # Small numbers are written as 0.0001 beside large ones, but never all rounded away.
    largest = np.abs(array[np.isfinite(array)]).max(initial=0) if array.dtype.kind == "f" else 1
    write = {"precision": digits, "suppress_small": bool(largest > 0.01), "separator": " ", "max_line_width": 76}
    if array.dtype.kind in "SU":
        array = np.vectorize(lambda text: _cut(str(text), 20), otypes=["U20"])(array) if array.size else array
    if array.size <= SMALL:
        head = "" if array.ndim <= 2 and array.size else f"array of shape {shape(array.shape)}\n"
        return head + np.array2string(array, **write)
    head = f"array of shape {shape(array.shape)}, {array.dtype}, which starts\n"
    while array.ndim > 2:
        array = array[0]
    if array.ndim == 1:
        return head + _row(array, 6, write)
    rows = [_row(row, 4, write) for row in array[:3]]
    return head + "[" + "\n ".join(rows) + ("\n ...]" if len(array) > 3 else "]")


def _row(row, most, write):
    import numpy as np

    text = np.array2string(row[:most], **write)
    return text[:-1] + " ...]" if len(row) > most else text


def _cut(text, most):
    return text if len(text) <= most else text[: most - 3] + "..."
