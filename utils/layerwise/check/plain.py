"""Turn what somebody else's code gave into plain values, trusting no object of theirs.

Only types known exactly are read: a class of the learner's own, which may say that it equals everything,
is refused by its type before anything of it is called.
"""

import sys
from collections import Counter, OrderedDict, defaultdict

MOST = 1_000_000
"""Values in nested lists that are looked at, at most."""

MOST_NUMBERS = 50_000_000
"""Numbers in an array that is copied, at most."""

DEPTH = 30


class NotPlain(Exception):
    """Raised for a value that cannot be read safely; the text says what came, in words."""


def type_name(value):
    """Return the name of a value's type without asking the value.

    Example:
        >>> type_name([])
        'list'
    """
    return type.__dict__["__name__"].__get__(type(value))


def plain(value):
    """Return a copy of a value made of plain types only.

    Python numbers, strings, bytes, None, lists, tuples, dicts, sets and NumPy arrays stay what they are.
    NumPy scalars and arrays without axes become Python numbers. Tensors of TensorFlow, JAX, PyTorch and Keras
    become NumPy arrays.

    Raises:
        NotPlain: For everything else.

    Example:
        >>> import numpy as np
        >>> plain((np.float32(0.5), [np.array(2)]))
        (0.5, [2])
    """
    return _plain(value, [MOST], ())


def _plain(value, left, above):
    left[0] -= 1
    if left[0] < 0:
        raise NotPlain(f"a value with more than {MOST:,} parts")
    kind = type(value)
    if kind is int and value.bit_length() > 1023:
        raise NotPlain("a whole number of more than 300 digits")
    if value is None or kind in (bool, int, float, complex, str, bytes):
        return value
    if kind in (list, tuple, dict, set, frozenset, OrderedDict, defaultdict, Counter):
        if id(value) in above or len(above) > DEPTH:
            raise NotPlain(f"a {type_name(value)} that contains itself")
        above = (*above, id(value))
        if kind in (list, tuple):
            return kind([_plain(part, left, above) for part in value])
        if kind in (set, frozenset):
            return {_plain(part, left, above) for part in value}
        return {_plain(key, left, above): _plain(part, left, above) for key, part in dict.items(value)}
    if kind is bytearray:
        return bytes(value)
    array = _array(value)
    if array is None:
        raise NotPlain(_in_words(value))
    return array


def _array(value):
    """Return a NumPy array, or a Python number, for an array or tensor of a known type; None for anything else."""
    if "numpy" not in sys.modules:
        return None
    import numpy as np

    kind = type(value)
    if kind is np.ndarray and value.size > MOST_NUMBERS:
        raise NotPlain(f"an array of shape {value.shape}, far too large")
    if kind is np.ndarray:
        array = np.array(value, copy=True)
    elif kind in set(np.sctypeDict.values()):
        array = np.asarray(value)
    else:
        array = _tensor(value, kind)
        if array is None or type(array) is not np.ndarray:
            return None
    if array.dtype.kind == "V" and array.dtype.names is None:
        array = array.astype(np.float32)  # bfloat16 and its relatives
    if array.dtype.kind == "O":
        raise NotPlain("an array of Python objects (dtype object): are its rows of different lengths?")
    if array.dtype.kind not in "biufcSU":
        raise NotPlain(f"an array of dtype {array.dtype}")
    return array.item() if array.ndim == 0 else array


def _tensor(value, kind):
    """Return a NumPy array for a tensor of a library that is loaded, else None."""
    import numpy as np

    def known(module, *names):
        module = sys.modules.get(module)
        return module is not None and any(kind is getattr(module, name, None) for name in names)

    if known("tensorflow.python.framework.ops", "EagerTensor") or known(
        "tensorflow.python.ops.resource_variable_ops", "ResourceVariable"
    ):
        return np.array(value.numpy())
    if known("torch", "Tensor") or known("torch.nn", "Parameter"):
        value = value.detach().cpu()
        return np.array((value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy())
    if known("jax._src.array", "ArrayImpl"):
        return np.array(value)
    if known("keras", "Variable"):
        return np.array(sys.modules["keras"].ops.convert_to_numpy(value))
    return None


_WORDS = {
    "function": "a function, not its result: are the brackets of a call missing?",
    "builtin_function_or_method": "a function, not its result: are the brackets of a call missing?",
    "method": "a method, not its result: are the brackets of a call missing?",
    "generator": "a generator: collect its values first, for example with list(...)",
    "coroutine": "a coroutine: write the function without async",
    "range": "a range: collect its values first, for example with list(...)",
    "map": "a map object: collect its values first, for example with list(...)",
    "zip": "a zip object: collect its values first, for example with list(...)",
    "filter": "a filter object: collect its values first, for example with list(...)",
    "ellipsis": "an ellipsis (...): put your code in its place",
    "matrix": "a numpy.matrix: np.asarray(...) makes it an ordinary array",
    "MaskedArray": "a masked array: np.asarray(...) makes it an ordinary array",
    "Series": "a pandas Series: .to_numpy() makes it an array",
    "DataFrame": "a pandas DataFrame: .to_numpy() makes it an array",
    "KerasTensor": "a symbolic KerasTensor, which has no values yet",
    "SymbolicTensor": "a symbolic tensor, which has no values yet",
    "type": "a class, not a value",
}


def _in_words(value):
    name = type_name(value)
    return _WORDS.get(name, f"an object of type {name}")
