"""A network as a row of layers: how large each one's output is, and where its parameters and its work are."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, sentence

_FACE, _EDGE = "#DCE8F1", theme.INK
_SMALL = 10.5  # size of letters of which eight words stand side by side on a narrow page


def stack(layers, *, title="", summary=None, narrow=False):
    """Draw the layers of a network: the shape of each output, its share of the parameters and of the work.

    Args:
        layers: One dict per layer, from input to output: "name"; "shape", the shape of the output without the batch,
            `(height, width, channels)` or `(units,)`; "parameters"; "work", the multiplications for one picture.
        title: A sentence above the picture.
        summary: The figure in words; written from the layers when None.
        narrow: True makes the picture fit a page of 400 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``. Above, a box per layer: as high as its output has rows, as wide as it has
        channels (square root); below, two bars per layer.

    Raises:
        ValueError: When there are no layers, or a shape has neither one nor three sides.

    Example:
        >>> from layerwise import plot
        >>> one = {"name": "dense", "shape": (10,), "parameters": 7850, "work": 7840}
        >>> plot.describe(plot.stack([one], title="One layer."))
        'One layer. dense: output 10, 100% of the parameters, 100% of the multiplications.'
    """
    layers = list(layers)
    if not layers or any(len(layer["shape"]) not in (1, 3) for layer in layers):
        raise ValueError("stack() needs layers with shapes of one or three sides; other shapes, or none, came.")
    totals = {key: max(sum(layer[key] for layer in layers), 1) for key in ("parameters", "work")}
    shares = {key: np.array([layer[key] / totals[key] for layer in layers]) for key in totals}
    words = "; ".join(
        f"{layer['name']}: output {_written(layer['shape'])}, {shares['parameters'][i]:.0%} of the parameters, "
        f"{shares['work'][i]:.0%} of the multiplications"
        for i, layer in enumerate(layers)
    )
    title = title or "The layers of a network"
    made = figure(
        title=title, summary=summary or f"{sentence(title)} {words}.", height=470, legend=True,
    )
    where = np.arange(len(layers))
    _boxes(made, layers)
    for share, name, colour in zip(
        shares.values(), ("parameters", "multiplications"), (theme.BLUE, theme.GOLD), strict=True
    ):
        made.add_bar(
            x=where, y=share, name=name, marker={"color": colour}, xaxis="x", yaxis="y",
            hovertemplate="%{y:.1%}<extra>" + name + "</extra>",
        )
    made.update_layout(
        bargap=0.3, bargroupgap=0.05,
        xaxis={"tickvals": where, "ticktext": [layer["name"].replace(" ", "<br>") for layer in layers], "ticks": "",
               "range": [-0.6, len(layers) - 0.4], "showgrid": False, "title": {"text": "layer"},
               "tickfont": {"size": _SMALL},
               "tickangle": -60 if narrow else 0},
        yaxis={"domain": [0, 0.42], "tickformat": ".0%", "title": {"text": "share of total"}, "range": [0, 1],
               "nticks": 5},
        yaxis2={"domain": [0.5, 1], "visible": False, "range": [-0.32, 1.02], "anchor": "x"},
    )
    return made


def _boxes(made, layers):
    """Draw one box for each layer; a dense layer is a thin line of its own."""
    maps = [layer["shape"] for layer in layers if len(layer["shape"]) == 3]
    tallest = max((shape[0] for shape in maps), default=1)
    widest = max((shape[2] for shape in maps), default=1)
    for place, layer in enumerate(layers):
        shape = layer["shape"]
        if len(shape) == 3:
            high, half = max(shape[0] / tallest, 0.03), 0.06 + 0.32 * np.sqrt(shape[2] / widest)
        else:
            high, half = 0.62, 0.05
        middle = 0.5
        low = middle - high / 2
        made.add_scatter(
            x=[place - half, place + half, place + half, place - half, place - half],
            y=[low, low, low + high, low + high, low], mode="lines", fill="toself", fillcolor=_FACE,
            line={"color": _EDGE, "width": 1.3}, yaxis="y2", showlegend=False, hoveron="fills",
            text=f"{layer['name']}: {_written(shape)}", hoverinfo="text",
        )
        made.add_annotation(
            text=_written(shape, "<br>"), x=place, y=-0.02, xref="x", yref="y2", yanchor="top", showarrow=False,
            font={"size": _SMALL - 1, "color": theme.INK},
        )


def _written(shape, between=" "):
    """Return a shape as people write it.

    Example:
        >>> _written((55, 55, 96)), _written((4096,))
        ('55×55 ×96', '4,096')
    """
    if len(shape) == 3:
        return f"{shape[0]}×{shape[1]}{between}×{shape[2]}"
    return f"{shape[0]:,}"
