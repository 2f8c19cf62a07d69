"""Optimisers on a loss surface: their paths over the contours, and the loss they reach step by step."""

import functools

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, short
from layerwise.plot._ground import ground
from layerwise.plot._landscapes import REACH, SURFACES, surface
from layerwise.plot.charts import DASHES, SYMBOLS, colour

__all__ = ["REACH", "SURFACES", "race", "surface"]

LOWEST = 1e-6  # a loss below this is drawn here: the axis is logarithmic


def race(paths, *, on, title="", summary=None, narrow=False, steps=None, height=None):
    """Draw the paths of optimisers over the contours of a loss surface, and their losses by step.

    Args:
        paths: A dict from names to the points visited, shape `(steps + 1, 2)`; a path that leaves the picture may
            end early.
        on: The surface: "bowl", "ravine", "saddle", "Rosenbrock", "noisy" or "two valleys".
        title: A sentence above the picture.
        summary: The figure in words; written from the data when None.
        narrow: True puts the two panels below each other, for pages under 560 pixels.
        steps: The number of steps that the right panel has room for; the longest path's when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there is no such surface, or a path is not a list of points.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.race({"SGD": [[1, 1], [0.5, 0.5]]}, on="bowl", title="Half way down.")
        >>> plot.describe(figure)
        'Half way down. Paths on the bowl surface. SGD: loss from 1 to 0.25 in 1 step.'
    """
    chosen = surface(on)
    if not isinstance(paths, dict) or not paths:
        raise ValueError('race() needs a dict such as {"SGD": points} with at least one path.')
    drawn, told = {}, []
    for name, points in paths.items():
        points = numbers(points, what=f'race(): "{name}"', dimensions=2)
        if points.shape[1] != 2:
            raise ValueError(f'race(): "{name}" must have two columns, shape (steps + 1, 2); {points.shape} came.')
        losses = np.maximum(chosen.height(points[:, 0], points[:, 1]), LOWEST)
        drawn[name] = points, losses
        taken = f"{len(points) - 1} step" + ("" if len(points) == 2 else "s")
        ends = f"loss from {short(losses[0])} to {short(losses[-1])} in {taken}"
        gone = "" if np.abs(points[-1]).max() <= REACH else ", and out of the picture"
        told.append(f"{name}: {ends}{gone}")
    title = title or f"Optimisers on the {on} surface"
    words = f"{sentence(title)} Paths on the {on} surface. {'; '.join(told)}."
    made = figure(
        title=title, summary=summary or words, legend=True, height=height or (660 if narrow else 470),
        subtitle="Paler: lower loss. Stars: the lowest points.",
    )
    made.add_traces([_contours(on), _stars(chosen)])
    for index, (name, (points, losses)) in enumerate(drawn.items()):
        made.add_traces(_traces(name, points, losses, index))
    fixed = {"automargin": False}
    left, right = ([0, 1], [0, 1]) if narrow else ([0, 0.52], [0.69, 1])
    side = {**fixed, "range": [-REACH, REACH], "constrain": "domain", "dtick": 1, "showgrid": False, "zeroline": False}
    longest = max(len(points) - 1 for points, _ in drawn.values())
    highest = max(float(losses.max()) for _, losses in drawn.values())
    return made.update_layout(
        legend={"bgcolor": "rgba(0,0,0,0)"},  # its second row, on a narrow page, would hide the highest tick
        margin={"l": 52, "r": 16, "b": 48},
        xaxis={**side, "title": {"text": "first weight"}, "domain": left},
        yaxis={**side, "title": {"text": "second weight"}, "scaleanchor": "x", "constraintoward": "top",
               "domain": [0.38, 1] if narrow else [0, 1]},
        xaxis2={**fixed, "title": {"text": "step"}, "domain": right, "anchor": "y2", "zeroline": False, "nticks": 5,
                "range": [0, max(steps or longest, 1)]},
        yaxis2={**fixed, "title": {"text": "loss above the lowest"}, "type": "log", "anchor": "x2",
                "domain": [0, 0.26] if narrow else [0, 1], "dtick": 2 if narrow else 1, "exponentformat": "power",
                "tickfont": {"size": theme.SIZES["tick"] - 1},
                "range": [np.log10(LOWEST), min(max(np.log10(highest), 0.5), 3.0) + 0.2]},
    )


@functools.cache
def _grid(name):
    along = np.linspace(-REACH, REACH, 49)
    x, y = np.meshgrid(along, along)
    # The root spreads the contours, which would crowd on the steep sides and leave the floor empty.
    return along.round(4), np.sqrt(surface(name).height(x, y)).round(3).astype("float32")


def _contours(name):
    along, height = _grid(name)
    return ground(along, height, top=np.quantile(height, 0.96))


def _stars(chosen):
    x, y = zip(*chosen.lowest, strict=True)
    return {
        "type": "scatter", "mode": "markers", "x": x, "y": y, "hoverinfo": "skip", "showlegend": False,
        "marker": {"symbol": "star", "size": 15, "color": theme.GOLD, "line": {"color": theme.INK, "width": 1}},
    }


def _traces(name, points, losses, index):
    tint, mark = colour(index), SYMBOLS[index % len(SYMBOLS)]
    line = {"color": tint, "width": 2.2, "dash": DASHES[index % len(DASHES)]}
    x, y = np.clip(points, -10 * REACH, 10 * REACH).round(4).T
    sizes = [0] * (len(x) - 1) + [12]  # the last point carries the mark
    edge = {"color": theme.PAPER, "width": 1.5}
    marker = {"symbol": mark, "color": tint, "size": sizes, "opacity": 1, "line": edge}
    return [
        {
            "type": "scatter", "mode": "lines+markers", "x": x, "y": y, "name": name, "line": line, "marker": marker,
            "legendgroup": name, "hovertemplate": "%{x:.2f}, %{y:.2f}<extra>" + name + "</extra>",
        },
        {
            "type": "scatter", "mode": "lines+markers", "x": np.arange(len(losses)), "y": losses.round(9), "name": name,
            "line": line, "marker": marker, "xaxis": "x2", "yaxis": "y2", "legendgroup": name, "showlegend": False,
            "hovertemplate": "step %{x}: %{y:.3g}<extra>" + name + "</extra>",
        },
    ]
