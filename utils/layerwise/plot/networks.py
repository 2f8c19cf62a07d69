"""Neurons and networks: activation functions, one neuron, layers, and the boundary a network draws."""

import itertools

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers
from layerwise.plot._layers import dots
from layerwise.plot._layers import traces as network_traces
from layerwise.plot._neurons import ACTIVATIONS, SOFT, activate, activation, neuron

__all__ = [
    "ACTIVATIONS", "activate", "activation", "boundary", "boundary_traces", "network", "network_traces", "neuron",
]


def network(sizes, *, weights=None, names=None, title="", summary=None, most=8, height=380):
    """Draw the layers of a dense network, with their parameter counts.

    Args:
        sizes: Units per layer, inputs first and outputs last, such as ``[784, 128, 10]``.
        weights: The weight matrices, shapes `(sizes[i], sizes[i + 1])`: lines are then blue below zero, orange above,
            and the thicker the larger. None draws all alike.
        names: One name per layer; "inputs", "hidden" and "outputs" when None.
        title: A sentence above the picture.
        summary: The figure in words; written from the sizes when None.
        most: Most units drawn per layer; three dots stand for the rest.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When `sizes` has fewer than two layers, or `weights` or `names` do not fit it.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.network([2, 4, 1], title="A small one."))
        'A small one. Layers of 2, 4 and 1 units; 17 parameters.'
    """
    sizes = [int(size) for size in numbers(sizes, what="network(): sizes", dimensions=1)]
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"network() needs at least two layers of one unit or more, such as [2, 4, 1]; {sizes} came.")
    names = list(names) if names is not None else _layer_names(len(sizes))
    if len(names) != len(sizes):
        raise ValueError(f"network() needs one name per layer; {len(names)} names and {len(sizes)} layers came.")
    if weights is not None:
        weights = [numbers(matrix, what="network(): weights", dimensions=2) for matrix in weights]
        shapes, wanted = [matrix.shape for matrix in weights], list(itertools.pairwise(sizes))
        if shapes != wanted:
            raise ValueError(f"network(): the weights must have shapes {wanted}; {shapes} came.")
    counts = [a * b + b for a, b in itertools.pairwise(sizes)]
    title = title or "The layers of a network"
    listed = ", ".join(map(str, sizes[:-1])) + f" and {sizes[-1]}"
    words = f"{_ended(title)} Layers of {listed} units; {sum(counts):,} parameters."
    result = figure(
        title=title, subtitle=f"{sum(counts):,} parameters: a weight for each line, a bias for each unit after the "
        "inputs.", summary=summary or words, height=height,
    )
    result.add_traces(network_traces(sizes, weights, most=most))
    rows = min(max(sizes), most)
    under, over = -(rows - 1) / 2 - 0.7, (rows - 1) / 2 + 0.7
    plain = {"showarrow": False, "font": {"size": theme.SIZES["tick"], "color": theme.INK}}
    notes = [
        {**plain, "x": i, "y": under, "yanchor": "top", "text": f"{name}<br><b>{size:,}</b>"}
        for i, (name, size) in enumerate(zip(names, sizes, strict=True))
    ]
    notes += [
        {
            **plain, "x": i + 0.5, "y": over, "yanchor": "bottom", "text": f"{count:,}",
            "font": {"size": theme.SIZES["tick"], "color": theme.MUTED},
            "hovertext": f"{sizes[i]:,} × {sizes[i + 1]:,} weights + {sizes[i + 1]:,} biases",
        }
        for i, count in enumerate(counts)
    ]
    notes += [{**plain, "x": i, "y": y, "text": "⋮", "font": {"size": 20}} for i, y in dots(sizes, most)]
    hidden = {"visible": False, "fixedrange": True}
    return result.update_layout(
        annotations=notes, xaxis={**hidden, "range": [-0.4, len(sizes) - 0.6]}, margin={"l": 8, "r": 8, "b": 8},
        yaxis={**hidden, "range": [under - 0.22 * rows - 0.2, over + 0.12 * rows]},
    )


def _layer_names(count):
    hidden = ["hidden"] if count == 3 else [f"hidden {i}" for i in range(1, count - 1)]
    return ["inputs", *hidden, "outputs"]


def boundary(points, labels, *, predict, x_test=None, y_test=None, names=("blue", "orange"), title="", summary=None,
             height=460):
    """Draw what a network answers all over the plane, with the points it learned from.

    Args:
        points: The points it was trained on, shape `(n, 2)`.
        labels: Their classes, 0 or 1, shape `(n,)`.
        predict: A function from points, shape `(m, 2)`, to the probability of class 1, shape `(m,)` or `(m, 1)`.
        x_test: Points held out, shape `(k, 2)`; drawn hollow.
        y_test: Their classes, shape `(k,)`.
        names: The names of the two classes.
        title: A sentence above the picture.
        summary: The figure in words; written from the data when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When points and labels do not fit each other, or `predict` gives no single probability for each.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.boundary([[0, 0], [1, 1]], [0, 1], predict=lambda x: x[:, 0], title="Two points.")
        >>> plot.describe(figure)
        'Two points. The plane coloured by the probability of orange; it answers 2 of 2 points rightly.'
    """
    points = numbers(points, what="boundary(): points", dimensions=2)
    labels = numbers(labels, what="boundary(): labels", dimensions=1)
    if points.shape[1] != 2 or len(points) != len(labels):
        raise ValueError(f"boundary() needs points of shape (n, 2) and n labels; {points.shape}, {labels.shape} came.")
    reach = float(np.abs(points).max()) * 1.1 or 1.0
    along = np.linspace(-reach, reach, 81)
    plane = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    probabilities = _answers(predict, plane).reshape(81, 81)
    right = int(np.sum((_answers(predict, points) > 0.5) == (labels > 0.5)))
    title = title or "What the network answers all over the plane"
    words = (
        f"{_ended(title)} The plane coloured by the probability of {names[1]}; "
        f"it answers {right} of {len(points)} points rightly."
    )
    result = figure(title=title, summary=summary or words, height=height, legend=True)
    test = None if x_test is None else (np.asarray(x_test, dtype=float), np.asarray(y_test))
    result.add_traces(boundary_traces(along, probabilities, (points, labels), test, names=names))
    side = {"range": [-reach, reach], "constrain": "domain", "showgrid": False, "zeroline": False}
    return result.update_layout(
        xaxis={**side, "title": {"text": "first feature"}},
        yaxis={**side, "title": {"text": "second feature"}, "scaleanchor": "x"},
    )


def _answers(predict, points):
    """Return what `predict` says of points, shape `(n,)`, or say what is wrong with it."""
    answers = numbers(predict(points), what="boundary(): what predict returns", dimensions=(1, 2))
    if answers.shape not in ((len(points),), (len(points), 1)):
        raise ValueError(
            f"boundary(): for {len(points)} points predict must return one probability each, shape ({len(points)},) or "
            f"({len(points)}, 1); shape {answers.shape} came. With two columns, pass the one of the second class: "
            "lambda points: predict(points)[:, 1]."
        )
    return answers.reshape(-1)


def boundary_traces(along, probabilities, training, test=None, *, names=("blue", "orange")):
    """Return the traces of a boundary: the plane, the line at one half, and the points of both classes.

    Args:
        along: Positions of the grid on both axes, shape `(k,)`.
        probabilities: Of class 1, shape `(k, k)`, rows along the second feature.
        training: Points and classes, as a pair.
        test: Points and classes held out, as a pair, or None.
        names: The names of the two classes.
    """
    values = np.asarray(probabilities, dtype="float32")
    made = [
        {
            "type": "heatmap", "x": along, "y": along, "z": values, "zmin": 0, "zmax": 1, "colorscale": SOFT,
            "showscale": False, "zsmooth": "fast",
            "hovertemplate": f"probability of {names[1]} %{{z:.2f}}<extra></extra>",
        },
        {
            "type": "contour", "x": along, "y": along, "z": values, "showscale": False, "hoverinfo": "skip",
            "contours": {"start": 0.5, "end": 0.5, "size": 1, "coloring": "none"}, "showlegend": False,
            "line": {"color": theme.INK, "width": 2},
        },
    ]
    for held_out, (points, labels) in ((False, training), (True, test or (np.zeros((0, 2)), np.zeros(0)))):
        for kind, (tint, symbol) in enumerate(((theme.BLUE, "circle"), (theme.ORANGE, "diamond"))):
            chosen = points[labels == kind]
            edge = {"color": tint, "width": 1.8} if held_out else {"color": theme.PAPER, "width": 1}
            made.append({
                "type": "scatter", "mode": "markers", "x": chosen[:, 0], "y": chosen[:, 1],
                "name": f"{names[kind]}, held out" if held_out else names[kind], "showlegend": len(chosen) > 0,
                "marker": {"size": 8, "symbol": symbol, "color": theme.PAPER if held_out else tint, "line": edge},
                "hoverinfo": "skip",
            })
    return made


def _ended(text):
    return text if text.endswith((".", "?", ":")) else f"{text}."
