"""What transfer saves: how many labels one method needs to do as well as another does with few."""

import math

from layerwise import theme
from layerwise.plot import growth
from layerwise.plot._figure import figure, sentence


def needed(points, score):
    """Return how many examples a method needs to reach a score, None where it never does.

    Between two sizes that were measured, the score is taken to grow evenly with the logarithm of the examples; what it
    has reached once, it keeps.

    Args:
        points: The points of one method, as `layerwise.plot.growth.summarise` gives them.
        score: The score to reach.

    Returns:
        A number of examples. The smallest size that was measured where that is enough.

    Example:
        >>> needed([{"examples": 1, "score": 0.4}, {"examples": 100, "score": 0.8}], 0.6)
        10.0
    """
    best = -math.inf
    for place, point in enumerate(points):
        if point["score"] >= score:
            if not place:
                return float(point["examples"])
            before = points[place - 1]["examples"]
            share = (score - best) / (point["score"] - best)
            # From where the best so far was met last; earlier sizes were worse.
            return round(before * (point["examples"] / before) ** share, 6)
        best = max(best, point["score"])
    return None


def labels_saved(rows, *, here=None, method=None, base=None, score="share right", x_title="labels for each class",
                 title="", summary=None, height=420):
    """Draw learning curves, and an arrow from one method to where another does as well.

    Args:
        rows: One row for each run: ``method``, ``examples``, ``score``; with ``seed``, runs belong together.
        here: The number of examples where the arrow begins; the smallest that was measured when None.
        method: The method that the arrow leads from; the second when None.
        base: The method that the arrow leads to; the first when None.
        score: What the score is, with its unit.
        x_title: What is counted along the axis.
        title: A sentence above the picture.
        summary: The figure in words; written from the rows when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there are fewer than two methods, or `here` was not measured.

    Example:
        >>> from layerwise import plot
        >>> runs = {"from scratch": (0.4, 0.8), "transferred": (0.6, 0.9)}
        >>> pairs = [(method, *pair) for method, both in runs.items() for pair in zip((1, 100), both)]
        >>> rows = [{"method": method, "examples": n, "score": score} for method, n, score in pairs]
        >>> plot.describe(plot.labels_saved(rows, title="Labels saved."))
        'Labels saved. With 1, transferred has a share right of 0.6; from scratch needs 10.'

    Explained in lesson 09.
    """
    curves = growth.summarise(rows)
    order = list(curves)
    if len(order) < 2:
        raise ValueError(f"labels_saved() compares two methods; there is {', '.join(order)}.")
    base, method = base or order[0], method or order[1]
    sizes = sorted({point["examples"] for points in curves.values() for point in points})
    here = sizes[0] if here is None else here
    for name in (base, method):
        if name not in curves:
            raise ValueError(f"labels_saved(): there is no method {name!r}; there is {', '.join(order)}.")
    start = next((point for point in curves[method] if point["examples"] == here), None)
    if start is None:
        raise ValueError(f"labels_saved(): {method} was not measured with {here}; sizes are {sizes}.")
    end = needed(curves[base], start["score"])
    title = title or "What the labels buy"
    where = f"needs {end:.3g}" if end else f"does not reach that with {sizes[-1]}"
    told = f"With {here}, {method} has a {score} of {start['score']:.2g}; {base} {where}."
    result = figure(title=title, summary=summary or f"{sentence(title)} {told}", height=height, legend=True)
    result.add_traces(growth.curve_traces(curves, order=order))
    result.update_layout(
        hovermode="closest", margin={"r": 20},
        xaxis={**growth.size_axis(sizes), "title": {"text": x_title}},
        yaxis={**growth.score_axis(curves), "title": {"text": score}},
        shapes=[{
            "type": "line", "xref": "x", "yref": "y domain", "x0": here, "x1": here, "y0": 0, "y1": 1, "layer": "below",
            "line": {"color": theme.MUTED, "width": 1, "dash": "dot"},
        }],
    )
    reach = math.log10(end if end else sizes[-1] * 1.08)
    if reach != math.log10(here):
        result.add_annotation(
            x=reach, y=start["score"], ax=math.log10(here), ay=start["score"], xref="x", yref="y", axref="x",
            ayref="y", showarrow=True, arrowhead=2, arrowwidth=2.5, arrowcolor=theme.INK, text="", standoff=2,
            startstandoff=6,
        )
        result.add_annotation(
            x=(reach + math.log10(here)) / 2, y=start["score"], yshift=12, showarrow=False,
            text=f"<b>{_times(end, here)}</b>", bgcolor=theme.PAPER, opacity=0.9, borderpad=1,
        )
    return result


def _times(end, here):
    return f"× {end / here:.2g}" if end else "not reached"
