"""Activation functions, and one neuron with two inputs."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers, short
from layerwise.plot.charts import DASHES, colour
from layerwise.suggest import nearest

ACTIVATIONS = {
    "linear": lambda z: z,
    "step": lambda z: (z > 0).astype(float),
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2,  # the logistic function, without overflow
    "tanh": np.tanh,
}
"""Activation functions by Keras name, and the step of the first artificial neurons."""

_LARGEST = {"linear": 4.0, "relu": 4.0}  # where the colours end; the others end at 1
SOFT = ((0.0, "#9CC3E0"), (0.5, theme.PAPER), (1.0, "#F0B795"))
"""Pale blue to pale orange: a plane on which points in the full colours stay readable."""

REACH = 3.0  # the neuron's plane shows inputs from -3 to 3


def activate(name, z):
    """Return an activation function's output.

    Args:
        name: One of `ACTIVATIONS`.
        z: Weighted sums, any shape.

    Example:
        >>> activate("relu", [-1.0, 2.0])
        array([0., 2.])
    """
    if name not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        raise ValueError(f"There is no activation {name!r} here; there are {known}.{nearest(name, ACTIVATIONS)}")
    return ACTIVATIONS[name](np.asarray(z, dtype=float))


def activation(names, *, title="", summary=None, height=360):
    """Draw the curve of one activation function, or of several.

    Args:
        names: A name such as "relu", or a list of names.
        title: A sentence above the picture.
        summary: The figure in words; written when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When a name is unknown, or there is none.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.activation("relu", title="Zero below zero."))
        'Zero below zero. Output by weighted sum from -4 to 4. relu: from 0 to 4.'
    """
    names = [names] if isinstance(names, str) else list(names)
    if not names:
        raise ValueError(f"activation() needs at least one of {', '.join(ACTIVATIONS)}; an empty list came.")
    z = np.linspace(-4, 4, 401)
    outputs = {name: activate(name, z) for name in names}
    title = title or ("What each activation does to a weighted sum" if len(names) > 1 else f"The activation {names[0]}")
    told = "; ".join(f"{name}: from {short(values[0])} to {short(values[-1])}" for name, values in outputs.items())
    words = f"{_sentence(title)} Output by weighted sum from -4 to 4. {told}."
    result = figure(title=title, summary=summary or words, height=height, legend=len(names) > 1)
    for index, (name, values) in enumerate(outputs.items()):
        result.add_scatter(
            x=z, y=values, name=name, mode="lines",
            line={"color": colour(index), "width": 2.5, "dash": DASHES[index % len(DASHES)]},
            hovertemplate="%{y:.3g}<extra>" + name + "</extra>",
        )
    result.update_xaxes(title_text="weighted sum", zeroline=True, zerolinecolor=theme.MUTED)
    result.update_yaxes(title_text="output", zeroline=True, zerolinecolor=theme.MUTED)
    return result.update_layout(hovermode="x")


def neuron(weights, bias, activation="sigmoid", *, inputs=(1.0, 1.0), title="", summary=None, narrow=False):
    """Draw one neuron with two inputs: what it answers everywhere, and for one chosen input.

    Args:
        weights: The two weights, shape `(2,)`.
        bias: The bias, a number.
        activation: A name such as "relu".
        inputs: The chosen input, shape `(2,)`.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        narrow: True puts the two panels below each other, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``: the plane of inputs coloured by the output, with the line where the
        weighted sum is zero and the weights as an arrow; and the activation function.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.neuron([1, -1], 0.5, "relu", inputs=[2, 1], title="One neuron."))
        'One neuron. Weights 1 and -1, bias 0.5. For the inputs 2 and 1 the weighted sum is 1.5 and relu gives 1.5.'
    """
    weights = numbers(weights, what="neuron(): weights", dimensions=1)
    inputs = numbers(inputs, what="neuron(): inputs", dimensions=1)
    if weights.shape != (2,) or inputs.shape != (2,):
        raise ValueError(f"neuron() draws two inputs; {len(weights)} weights and {len(inputs)} inputs came.")
    bias = float(numbers(bias, what="neuron(): bias", dimensions=0))
    weighted_sum = float(weights @ inputs + bias)
    output = float(activate(activation, weighted_sum))
    title = title or "One neuron with two inputs"
    words = (
        f"{_sentence(title)} Weights {short(weights[0])} and {short(weights[1])}, bias {short(bias)}. For the inputs "
        f"{short(inputs[0])} and {short(inputs[1])} the weighted sum is {short(weighted_sum)} and {activation} gives "
        f"{short(output)}."
    )
    result = figure(
        title=title, summary=summary or words, height=620 if narrow else 420,
        subtitle="Line: the weighted sum is zero. Arrow: the weights. Dot: the chosen input.",
    )
    along = np.linspace(-REACH, REACH, 61)
    x1, x2 = np.meshgrid(along, along)
    answers = activate(activation, weights[0] * x1 + weights[1] * x2 + bias)
    largest = _LARGEST.get(activation, 1.0)
    line = zero_line(weights, bias)
    reach = max(6.0, abs(weighted_sum) * 1.15)
    low = {"linear": -reach, "tanh": -1.15}.get(activation, -0.15)
    high = reach if activation in _LARGEST else 1.15
    outputs = np.linspace(low, high, 41)
    curve = np.linspace(-reach, reach, 241)
    dot = {"size": 13, "color": theme.GOLD, "line": {"color": theme.INK, "width": 2}}
    result.add_traces([
        {
            "type": "heatmap", "x": along, "y": along, "z": answers.astype("float32"), "zsmooth": "fast",
            "zmin": -largest, "zmax": largest, "colorscale": SOFT, "showscale": False,
            "hovertemplate": "x₁ %{x:.1f}, x₂ %{y:.1f}: %{z:.2f}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "lines", "x": line[:, 0], "y": line[:, 1], "hoverinfo": "skip",
            "line": {"color": theme.INK, "width": 2.5},
        },
        {
            "type": "scatter", "mode": "markers", "x": inputs[:1], "y": inputs[1:], "marker": dot,
            "hovertemplate": f"the chosen input: {short(output)}<extra></extra>",
        },
        {   # The colours of the plane stand along the axis of outputs.
            "type": "heatmap", "x": [-reach, -0.93 * reach], "y": outputs, "z": np.stack([outputs, outputs], axis=1),
            "zmin": -largest, "zmax": largest, "colorscale": SOFT, "showscale": False, "xaxis": "x2", "yaxis": "y2",
            "hoverinfo": "skip",
        },
        {
            "type": "scatter", "mode": "lines", "x": curve, "y": activate(activation, curve), "xaxis": "x2",
            "yaxis": "y2", "line": {"color": theme.BLUE, "width": 2.5},
            "hovertemplate": "%{x:.2f} gives %{y:.2f}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "lines", "x": [weighted_sum, weighted_sum, -reach], "y": [0, output, output],
            "xaxis": "x2", "yaxis": "y2", "hoverinfo": "skip",
            "line": {"color": theme.INK, "width": 1.5, "dash": "dot"},
        },
        {
            "type": "scatter", "mode": "markers", "x": [weighted_sum], "y": [output], "xaxis": "x2", "yaxis": "y2",
            "marker": dot, "hovertemplate": "%{x:.2f} gives %{y:.2f}<extra></extra>",
        },
    ])
    fixed = {"automargin": False}  # the margins below are wide enough; measuring labels slows explorers down
    square = {**fixed, "range": [-REACH, REACH], "constrain": "domain", "dtick": 1, "showgrid": False}
    square["zeroline"] = False
    zero = {**fixed, "zeroline": True, "zerolinecolor": theme.MUTED}
    return result.update_layout(
        xaxis={**square, "title": {"text": "input x₁"}, "domain": [0, 1] if narrow else [0, 0.52]},
        yaxis={
            **square, "title": {"text": "input x₂"}, "scaleanchor": "x", "domain": [0.48, 1] if narrow else [0, 1],
            "constraintoward": "top",
        },
        xaxis2={
            **zero, "title": {"text": "weighted sum"}, "range": [-0.965 * reach, reach], "anchor": "y2",
            "domain": [0, 1] if narrow else [0.67, 1],
        },
        yaxis2={
            **zero, "title": {"text": f"output of {activation}"}, "range": [low, high],
            "anchor": "x2", "domain": [0, 0.33] if narrow else [0, 1],
        },
        annotations=_arrow(weights), showlegend=False,
        margin={"t": result.layout.margin.t + 6, "l": 52, "r": 16, "b": 48},
    )


def zero_line(weights, bias):
    """Return the ends of the line on which a neuron's weighted sum is zero, inside the plane drawn.

    Args:
        weights: Shape `(2,)`.
        bias: A number.

    Returns:
        Shape `(2, 2)`: two points; or `(0, 2)` when the line does not cross the plane.

    Example:
        >>> zero_line(np.array([1.0, 0.0]), -1.0).tolist()
        [[1.0, -3.0], [1.0, 3.0]]
    """
    ends = []
    for axis in (0, 1):
        other = 1 - axis
        if weights[axis] != 0:
            for edge in (-REACH, REACH):
                place = -(bias + weights[other] * edge) / weights[axis]
                if abs(place) <= REACH:
                    ends.append((place, edge) if axis == 0 else (edge, place))
    ends = sorted(set(ends))
    return np.array([ends[0], ends[-1]] if len(ends) > 1 else []).reshape(-1, 2)


def _arrow(weights):
    if not np.any(weights):
        return []
    return [{
        "x": weights[0], "y": weights[1], "ax": 0, "ay": 0, "xref": "x", "yref": "y", "axref": "x", "ayref": "y",
        "showarrow": True, "arrowhead": 2, "arrowsize": 1.1, "arrowwidth": 3, "arrowcolor": theme.PLUM, "text": "",
    }]


def _sentence(text):
    return text if text.endswith((".", "?", ":")) else f"{text}."
