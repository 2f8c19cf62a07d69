"""Plain values as bytes and back: what passes between the grader and a learner's process.

Pickle would run whatever the other side wrote; here the other side can only send numbers, texts, arrays and names of
things that stay where they are (*handles*). A frame is its length, a JSON text, and the raw bytes of its arrays.
"""

import json
import struct

MOST = 256 * 2**20
"""Bytes of a frame at most."""

_HEAD = struct.Struct("<II")  # bytes of text, number of buffers
_SIZE = struct.Struct("<Q")


class Broken(Exception):
    """Raised for a frame that is not one: cut, too large, or not made by this module."""


def write(stream, message, *, handle):
    """Write one message.

    Args:
        stream: A binary file.
        message: A plain value; see `layerwise.check.plain`.
        handle: Called with whatever is not plain; gives a dict of texts and numbers that stands for it.
    """
    buffers = []
    text = json.dumps(_encoded(message, buffers, handle)).encode()
    sizes = [len(buffer) for buffer in buffers]
    if len(text) + sum(sizes) > MOST:
        raise Broken(f"a message of {(len(text) + sum(sizes)) / 2**20:,.0f} MB, where {MOST / 2**20:,.0f} are possible")
    stream.write(b"".join([_HEAD.pack(len(text), len(buffers)), *map(_SIZE.pack, sizes), text, *buffers]))
    stream.flush()


def read(stream, *, handle):
    """Return the next message, or raise `EOFError` when the other side has gone.

    Args:
        stream: A binary file.
        handle: Called with the dict that stands for a thing on the other side; gives its stand-in here.

    Raises:
        Broken: When what came is no message.
    """
    size, count = _HEAD.unpack(_exactly(stream, _HEAD.size, first=True))
    if size > MOST or count > 100_000:
        raise Broken("a message of impossible size")
    sizes = [_SIZE.unpack(_exactly(stream, _SIZE.size))[0] for _ in range(count)]
    if size + sum(sizes) > MOST:
        raise Broken("a message of impossible size")
    text = _exactly(stream, size)
    buffers = [_exactly(stream, each) for each in sizes]
    try:
        return _decoded(json.loads(text), buffers, handle)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise Broken(f"a message that cannot be read: {type(error).__name__}") from None


def _exactly(stream, size, *, first=False):
    data, have = bytearray(size), 0
    view = memoryview(data)
    while have < size:
        more = stream.readinto(view[have:])
        if not more:
            if first and not have:
                raise EOFError
            raise Broken("a message that was cut")
        have += more
    return data


def _encoded(value, buffers, handle):
    """Return a value as JSON can hold it: what JSON has itself stays, everything else is a list with a tag."""
    kind = type(value)
    if value is None or kind in (bool, float, str):
        return value
    if kind is int:
        return value if abs(value) < 2**53 else ["int", str(value)]
    if kind is complex:
        return ["complex", value.real, value.imag]
    if kind is bytes:
        buffers.append(value)
        return ["bytes", len(buffers) - 1]
    if kind in (list, tuple, set, frozenset):
        return [kind.__name__, *[_encoded(part, buffers, handle) for part in value]]
    if kind.__mro__[-2] is dict:
        pairs = [[_encoded(key, buffers, handle), _encoded(part, buffers, handle)] for key, part in dict.items(value)]
        return ["dict", *pairs]
    import numpy as np

    if kind is np.ndarray and value.dtype.kind in "biufcSU":
        buffers.append(np.ascontiguousarray(value).tobytes())
        return ["array", value.dtype.str, list(value.shape), len(buffers) - 1]
    if isinstance(value, np.random.Generator):
        return ["generator", _state(value)]
    return ["handle", handle(value)]


def _state(generator):
    state = generator.bit_generator.state
    return {**state, "state": {name: str(number) for name, number in state["state"].items()}}


def _decoded(value, buffers, handle):
    if type(value) is not list:
        if type(value) is dict:
            raise ValueError("a bare dict")
        return value
    tag, *parts = value
    if tag == "int":
        if len(parts[0]) > 400:
            raise ValueError("too long a number")
        return int(parts[0])
    if tag == "complex":
        return complex(*map(float, parts))
    if tag == "bytes":
        return bytes(buffers[parts[0]])
    if tag in ("list", "tuple", "set", "frozenset"):
        kind = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[tag]
        return kind(_decoded(part, buffers, handle) for part in parts)
    if tag == "dict":
        return {_decoded(key, buffers, handle): _decoded(part, buffers, handle) for key, part in parts}
    if tag == "array":
        return _array(*parts, buffers)
    if tag == "generator":
        return _generator(parts[0])
    if tag == "handle":
        return handle(parts[0])
    raise ValueError("an unknown tag")


def _array(dtype, shape, index, buffers):
    import numpy as np

    dtype = np.dtype(str(dtype))
    if dtype.kind not in "biufcSU" or dtype.hasobject:
        raise ValueError("a dtype that is not plain")
    return np.frombuffer(buffers[index], dtype=dtype).reshape(shape)


def _generator(state):
    import numpy as np

    generator = np.random.default_rng()
    numbers = {name: int(number) for name, number in state["state"].items()}
    generator.bit_generator.state = {**state, "state": numbers}
    return generator
