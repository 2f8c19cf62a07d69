"""The unrolled network explorer: how much of the last step's slope reaches each step before it, and what gates do."""

import functools

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import loops

FRESH = ("simple", "LSTM", "GRU")
_UNITS, _FEATURES, _SEQUENCES = 16, 8, 4
_KINDS = {1: "simple", 3: "GRU", 4: "LSTM"}
_FLOOR = 1e-30


def build(trained=None, x=None, state=None):
    """Return the explorer; see `layerwise.explore.unrolled`."""
    layers = {name: _checked(name, weights) for name, weights in (trained or {}).items()}
    inputs = _inputs(x, layers)
    controls = (
        Choice("cell", "cell", (*FRESH, *layers), "simple", help="A cell at its first weights, or a trained one."),
        Slider("steps", "steps", 10, 200, 100, step=10, help="How many inputs are read, one after the other."),
        Slider("keep", "added to the keeping gate", -3.0, 6.0, 0.0, step=0.5,
               help="Added to the bias of the LSTM's forget gate, or of the GRU's update gate."),
        Slider("recurrent", "recurrent weights, times", 0.2, 2.0, 1.0, step=0.1,
               help="What the weights from state to state are multiplied by."),
        Slider("size", "size of the inputs", 0.0, 3.0, 0.1, step=0.1, help="What the inputs are multiplied by."),
    )
    return Explorer("A network unrolled over time", controls, compute=functools.partial(compute, layers, inputs),
                    draw=draw, say=say, state=state)


def compute(layers, inputs, *, cell, steps, keep, recurrent, size):
    """Return the slope that reaches each step, the gates and the states."""
    kernel, loop, bias = layers[cell] if cell in layers else fresh(cell, inputs.shape[-1])
    kind = kind_of(kernel, loop)
    x = size * inputs[:, np.arange(steps) % inputs.shape[1]]
    states, gates, tape = forward(kind, x, kernel, recurrent * loop, _shifted(kind, bias, keep, len(loop)))
    slopes = backward(kind, tape, recurrent * loop)
    return {"kind": kind, "cell": cell, "steps": steps, "slopes": np.maximum(slopes, _FLOOR), "gates": gates,
            "states": states, "per_step": float(max(slopes[0], _FLOOR) ** (1 / steps))}


@functools.lru_cache(maxsize=8)
def fresh(kind, features, units=_UNITS, seed=3):
    """Return kernel, recurrent kernel and bias as Keras starts them: Glorot's, orthogonal, and zeros.

    The forget gate of an LSTM starts with a bias of 1.
    """
    rng = np.random.default_rng(seed)
    parts = {"simple": 1, "LSTM": 4, "GRU": 3}[kind]
    limit = np.sqrt(6 / (features + parts * units))
    loop, triangle = np.linalg.qr(rng.normal(size=(parts * units, units)))
    bias = np.zeros((2, parts * units) if kind == "GRU" else parts * units)
    if kind == "LSTM":
        bias[units : 2 * units] = 1
    return rng.uniform(-limit, limit, (features, parts * units)), (loop * np.sign(np.diag(triangle))).T, bias


def kind_of(kernel, loop):
    """Return which cell weights belong to, by how many parts they have.

    Example:
        >>> kind_of(np.zeros((2, 12)), np.zeros((3, 12)))
        'LSTM'
    """
    return _KINDS[kernel.shape[1] // len(loop)]


def forward(kind, x, kernel, loop, bias):
    """Run a cell over sequences from a state of zeros.

    Args:
        kind: "simple", "LSTM" or "GRU".
        x: Shape `(sequences, steps, features)`.
        kernel, loop, bias: As Keras's layers give them.

    Returns:
        What the first sequence's units say, shape `(steps, units)`; its gates by name, each of that shape; and what
        `backward` needs.
    """
    units, count, steps = len(loop), *x.shape[:2]
    h = c = np.zeros((count, units))
    added = x @ kernel + (bias[0] if kind == "GRU" else bias)
    states, tape, gates = [], [], {}
    for step in range(steps):
        if kind == "simple":
            new = np.tanh(added[:, step] + h @ loop)
            tape.append((new,))
        elif kind == "LSTM":
            total = added[:, step] + h @ loop
            gate = _sigmoid(total)
            i, f, o, g = gate[:, :units], gate[:, units : 2 * units], gate[:, 3 * units :], np.tanh(
                total[:, 2 * units : 3 * units])
            before, c = c, f * c + i * g
            bent = np.tanh(c)
            new = o * bent
            tape.append((i, f, g, o, before, bent))
            _note(gates, {"forget": f, "input": i, "output": o})
        else:
            mine, theirs = added[:, step], h @ loop + bias[1]
            gate = _sigmoid(mine[:, : 2 * units] + theirs[:, : 2 * units])
            z, r, back = gate[:, :units], gate[:, units:], theirs[:, 2 * units :]
            g = np.tanh(mine[:, 2 * units :] + r * back)
            new = z * h + (1 - z) * g
            tape.append((z, r, g, back, h))
            _note(gates, {"update": z, "reset": r})
        h = new
        states.append(h[0])
    return np.array(states), {name: np.array(values) for name, values in gates.items()}, tape


def backward(kind, tape, loop):
    """Send a slope of length 1 from the last state back through time.

    Returns:
        The size of the slope for the state before each step, shape `(steps,)`: the root of its mean square over the
        sequences. An LSTM's state is what it says together with its memory.
    """
    count, units = tape[0][0].shape
    to_h = np.random.default_rng(1).normal(size=(count, units))
    to_h /= np.linalg.norm(to_h, axis=1, keepdims=True)
    to_c, sizes, turned = np.zeros((count, units)), [], np.ascontiguousarray(loop.T)
    for saved in reversed(tape):
        if kind == "simple":
            to_h = (to_h * (1 - saved[0] ** 2)) @ turned
        elif kind == "LSTM":
            i, f, g, o, before, bent = saved
            to_c = to_c + to_h * o * (1 - bent**2)
            to_total = np.concatenate([
                to_c * g * i * (1 - i), to_c * before * f * (1 - f), to_c * i * (1 - g**2), to_h * bent * o * (1 - o)
            ], axis=1)
            to_h, to_c = to_total @ turned, to_c * f
        else:
            z, r, g, back, h = saved
            to_g = to_h * (1 - z) * (1 - g**2)
            to_total = np.concatenate([to_h * (h - g) * z * (1 - z), to_g * back * r * (1 - r), to_g * r], axis=1)
            to_h = to_h * z + to_total @ turned
        sizes.append(np.sqrt(np.mean(np.sum(to_h**2, axis=1) + np.sum(to_c**2, axis=1))))
    return np.array(sizes[::-1])


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    first = result["slopes"][0]
    share = _power(first)
    arrives = f"{share} of the slope reaches" if first < 1.5 else f"the slope has grown {share} times at"
    return loops.unrolled(
        result["slopes"], gates=result["gates"], states=result["states"], narrow=narrow,
        title=f"{_named(result)}: {arrives} the first of {result['steps']} steps",
    )


def say(state, result, changed=None):
    """Return one sentence: what arrives, and what the last move did."""
    first = result["slopes"][0]
    per_step = f"{result['per_step']:.2f}"
    end = f"each step multiplies the slope by {per_step} on average, so {_power(first)} arrives at the first"
    if changed == "keep" and result["kind"] == "simple":
        return f"A simple cell has no gate to set: {end}."
    if changed == "keep":
        name = "forget" if result["kind"] == "LSTM" else "update"
        mean = float(np.mean(result["gates"][name]))
        return f"The {name} gate now lets {mean:.0%} of the old state pass at a step: {end}."
    if changed == "recurrent":
        return f"Recurrent weights times {state['recurrent']:.1f}: {end}."
    if changed == "size":
        shut = float(np.mean(np.abs(result["states"]) > 0.9))
        return f"With inputs times {state['size']:.1f}, {shut:.0%} of the states are near their limits: {end}."
    if changed == "steps":
        return f"Over {state['steps']} steps {end}."
    return f"{_named(result)}: {end}."


def _named(result):
    name = result["cell"]
    return f"{name[:1].upper()}{name[1:]}" if name not in FRESH else {
        "simple": "The simple cell", "LSTM": "The LSTM", "GRU": "The GRU"}[name] + " as it starts"


def _power(value):
    """Write a share that may be tiny or huge.

    Example:
        >>> _power(0.25), _power(3.2e-8), _power(1500.0)
        ('0.25', '3·10⁻⁸', '2·10³')
    """
    if value <= _FLOOR:
        return "nothing"
    if 0.01 <= value < 100:
        return f"{value:.2g}"
    digits, _, power = f"{value:.0e}".partition("e")
    return f"{digits}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _note(gates, values):
    for name, value in values.items():
        gates.setdefault(name, []).append(value[0])


def _sigmoid(values):
    return 0.5 + 0.5 * np.tanh(0.5 * values)


def _shifted(kind, bias, keep, units):
    if kind == "simple" or not keep:
        return bias
    bias = np.array(bias, dtype=float)
    if kind == "LSTM":
        bias[units : 2 * units] += keep
    else:
        bias[0, :units] += keep
    return bias


def _inputs(x, layers):
    features = {len(weights[0]) for weights in layers.values()}
    if x is None:
        width = features.pop() if len(features) == 1 else _FEATURES
        x = np.random.default_rng(2).normal(size=(_SEQUENCES, 200, width))
    else:
        x = np.asarray(x, dtype=float)
    if x.ndim != 3 or not x.size or any(len(weights[0]) != x.shape[-1] for weights in layers.values()):
        raise ValueError(
            f"unrolled() needs x of shape (sequences, steps, features), with as many features as the trained cells "
            f"read; shape {x.shape} came, and cells that read {sorted(features) or 'any number'}."
        )
    return x[:_SEQUENCES]


def _checked(name, weights):
    parts = [np.asarray(part, dtype=float) for part in weights]
    shapes = [part.shape for part in parts]
    if len(parts) != 3 or parts[1].ndim != 2 or shapes[0][-1] != shapes[1][-1] or (
            shapes[1][-1] / shapes[1][0] not in _KINDS):
        raise ValueError(
            f"unrolled(): {name!r} should be the three arrays that layer.get_weights() of a SimpleRNN, GRU or LSTM "
            f"gives; shapes {shapes} came."
        )
    return parts
