"""Gradient descent on a loss of two weights: the path, the loss by step, and the learning rates at which it breaks."""

import functools

import numpy as np

from layerwise import theme
from layerwise.plot import _descents
from layerwise.plot._figure import figure, sentence, short
from layerwise.plot._ground import ground

_FLOOR = 1e-8  # losses below are drawn here
_CEILING = 1e4


def descent(surface="valley", *, learning_rate=0.1, momentum=0.0, steps=_descents.STEPS, title="", summary=None,
            narrow=False):
    """Draw gradient descent on a loss of two weights.

    Args:
        surface: "bowl" or "valley", two quadratics, or "network", which is none.
        learning_rate: How far a step goes.
        momentum: The share of the last move that is repeated, from 0 to less than 1.
        steps: How many steps.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        narrow: True puts the three panels below each other, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``: the path over the surface; the loss by step; and the loss at the end by
        learning rate, with the limit that the curvature at the start predicts.

    Raises:
        ValueError: When there is no such surface.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.descent("valley", learning_rate=0.21, title="A step too far.")
        >>> plot.describe(figure)[:76]
        'A step too far. With learning rate 0.21 and momentum 0 the descent diverges:'

    Explained in lesson 05.
    """
    chosen = _descents.surface(surface)
    path = _descents.descend(surface, learning_rate, momentum, steps)
    losses = chosen.loss(path)
    regime, limit = _descents.regime(surface, path), _descents.limit(surface, momentum)
    title = title or f"The descent {regime}"
    words = (
        f"{sentence(title)} With learning rate {short(learning_rate)} and momentum {short(momentum)} the descent "
        f"{regime}: the loss goes from {short(losses[0])} to {short(losses[-1])} in {steps} steps. The curvature at "
        f"the start predicts divergence from {short(limit)}."
    )
    result = figure(
        title=title, subtitle=f"{chosen.formula}. Pale: low loss. Hollow dot: start.", summary=summary or words,
        height=830 if narrow else 450,
    )
    result.add_traces([ground(*_plane(surface)), *_path(path, chosen.reach), *_losses(losses), *_rates(
        surface, learning_rate, momentum, steps, losses[-1]
    )])
    fixed = {"automargin": False, "zeroline": False}
    side = {**fixed, "range": [-chosen.reach, chosen.reach], "constrain": "domain", "showgrid": False, "nticks": 7}
    logarithmic = {**fixed, "type": "log", "range": [np.log10(_FLOOR) - 0.6, np.log10(_CEILING) + 0.8],
                   "tickvals": [1e-8, 1e-4, 1, 1e4], "ticktext": ["10⁻⁸", "10⁻⁴", "1", "10⁴"]}
    right = [0, 1] if narrow else [0.64, 1]
    return result.update_layout(
        xaxis={**side, "title": {"text": "weight w₁"}, "domain": [0, 1] if narrow else [0, 0.5]},
        yaxis={**side, "title": {"text": "weight w₂", "standoff": 2}, "scaleanchor": "x", "constraintoward": "top",
               "domain": [0.59, 1] if narrow else [0, 1]},
        xaxis2={**fixed, "title": {"text": "step"}, "range": [0, steps], "domain": right, "anchor": "y2", "nticks": 5},
        yaxis2={**logarithmic, "title": {"text": "loss", "standoff": 2}, "anchor": "x2",
                "domain": [0.32, 0.49] if narrow else [0.62, 1]},
        xaxis3={**fixed, "title": {"text": "learning rate"}, "range": [0, 0.505], "domain": right, "anchor": "y3",
                "nticks": 6},
        yaxis3={**logarithmic, "title": {"text": f"loss after {steps}", "standoff": 2}, "anchor": "x3",
                "domain": [0, 0.18] if narrow else [0, 0.38]},
        annotations=[{
            "x": limit, "y": 1, "xref": "x3", "yref": "y3 domain", "yanchor": "bottom", "showarrow": False,
            "text": f"limit {limit:.3f}", "font": {"size": theme.SIZES["tick"], "color": theme.PLUM},
        }],
        shapes=[{
            "type": "line", "x0": limit, "x1": limit, "y0": 0, "y1": 1, "xref": "x3", "yref": "y3 domain",
            "line": {"color": theme.PLUM, "width": 2, "dash": "dash"},
        }],
        showlegend=False, margin={"t": result.layout.margin.t + 6, "l": 50, "r": 14, "b": 46},
    )


@functools.lru_cache(maxsize=8)
def _plane(surface):
    reach = _descents.surface(surface).reach
    along = np.linspace(-reach, reach, 61)
    plane = np.stack(np.meshgrid(along, along), axis=-1)
    return along, np.log10(_descents.surface(surface).loss(plane) + 0.03).astype("float32")


def _path(path, reach):
    """Return the path as far as it can be drawn: it ends at the first place far outside the picture."""
    far = np.flatnonzero(np.abs(path).max(axis=1) > 4 * reach)
    shown = path[: far[0] + 1] if len(far) else path
    shown = np.clip(shown, -8 * reach, 8 * reach)
    return [
        {
            "type": "scatter", "mode": "lines+markers", "x": shown[:, 0], "y": shown[:, 1], "hoverinfo": "skip",
            "line": {"color": theme.INK, "width": 1.6}, "marker": {"size": 5, "color": theme.ORANGE},
        },
        {
            "type": "scatter", "mode": "markers", "x": shown[:1, 0], "y": shown[:1, 1], "hoverinfo": "skip",
            "marker": {"size": 13, "color": theme.PAPER, "line": {"color": theme.INK, "width": 2}},
        },
    ]


def _losses(losses):
    return [{
        "type": "scatter", "mode": "lines", "x": np.arange(len(losses)), "y": np.clip(losses, _FLOOR, _CEILING),
        "line": {"color": theme.ORANGE, "width": 2.5}, "xaxis": "x2", "yaxis": "y2",
        "hovertemplate": "step %{x}: %{y:.2g}<extra></extra>",
    }]


def _rates(surface, learning_rate, momentum, steps, last):
    after = np.clip(_descents.profile(surface, momentum, steps), _FLOOR, _CEILING)
    axes = {"xaxis": "x3", "yaxis": "y3"}
    return [
        {"type": "scatter", "mode": "lines", "x": _descents.RATES, "y": after, **axes,
         "line": {"color": theme.BLUE, "width": 2.5}, "hovertemplate": "%{x:.3f}: %{y:.2g}<extra></extra>"},
        {"type": "scatter", "mode": "markers", "x": [learning_rate], "y": [np.clip(last, _FLOOR, _CEILING)], **axes,
         "marker": {"size": 12, "color": theme.GOLD, "line": {"color": theme.INK, "width": 2}},
         "hovertemplate": "this one: %{y:.2g}<extra></extra>"},
    ]
