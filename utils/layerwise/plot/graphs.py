"""A computation taken apart: every number in a box, its slope under it, and the slope of the whole as an arrow."""

import numpy as np

from layerwise import theme
from layerwise.plot import _expressions
from layerwise.plot._figure import figure, sentence, short
from layerwise.suggest import nearest

REACH = 2.0  # inputs go from -2 to 2
_ARROW = 0.75  # how far an arrow reaches along the input


def computation_graph(expression="one neuron", *, a=-1.0, b=1.2, c=0.2, step=None, slope_of="a", nudge=0.5, title="",
                      summary=None, narrow=False):
    """Draw an expression as a graph of operations, with its values forward and its slopes backward.

    Args:
        expression: "one neuron", "used twice", "relu" or "two layers".
        a: The first input.
        b: The second input.
        c: The third input.
        step: How many steps of the two passes to show; None shows both complete.
        slope_of: The input along which the curve at the side runs: "a", "b" or "c".
        nudge: By how much that input is changed to estimate its slope.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        narrow: True draws the graph downwards, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there is no such expression or input, or the nudge is zero.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.computation_graph("used twice", a=1, b=2, c=3, title="One way to write it.")
        >>> plot.describe(figure)
        'One way to write it. (a + b) · (a + c) = 12; its slopes are 7 for a, 4 for b, 3 for c.'

    Explained in lesson 05.
    """
    if slope_of not in _expressions.INPUTS:
        raise ValueError(f"slope_of must be a, b or c; {slope_of!r} came.{nearest(slope_of, _expressions.INPUTS)}")
    if not nudge:
        raise ValueError("A nudge of zero changes nothing; give a small number such as 0.1.")
    formula = _expressions.expression(expression)[0]
    inputs = (float(a), float(b), float(c))
    known = _expressions.trace(expression, inputs, step)
    exact, estimate, nudged = slopes(expression, inputs, slope_of, nudge)
    title = title or f"{formula}, taken apart"
    listed = ", ".join(f"{short(g)} for {n}" for g, n in zip(known["gradient"], _expressions.INPUTS, strict=True))
    words = f"{sentence(title)} {formula} = {short(known['output'])}; its slopes are {listed}."
    result = figure(
        title=title, summary=summary or words, height=850 if narrow else 590,
        subtitle="In each box its value, and in orange the slope of the result: how much it grows for a small "
        "change here.",
    )
    places = [_turned(node.place, narrow) for node in known["nodes"]]
    result.add_traces([*_edges(known, places), *_curve(expression, inputs, slope_of, nudged, nudge)])
    columns = max(node.place[0] for node in known["nodes"])
    hidden = {"visible": False, "fixedrange": True}
    low, high = curve_range(expression, inputs, slope_of)
    fixed = {"automargin": False, "zeroline": False}
    along, across = [-0.4, columns + 0.4], [-1.5, 1.5]
    notes = _boxes(known, places) + _arrows(inputs, slope_of, known["output"], exact, estimate)
    return result.update_layout(
        xaxis={**hidden, "range": across if narrow else along, "domain": [0, 1]},
        yaxis={**hidden, "range": [-along[1], -along[0]] if narrow else across,
               "domain": [0.33 if narrow else 0.52, 1]},
        xaxis2={**fixed, "title": {"text": f"input {slope_of}"}, "range": [-REACH - 0.3, REACH + 0.3], "anchor": "y2",
                "domain": [0, 1], "nticks": 5},
        yaxis2={**fixed, "title": {"text": "result", "standoff": 2}, "range": [low, high], "anchor": "x2",
                "domain": [0, 0.24 if narrow else 0.38], "nticks": 5},
        annotations=notes, showlegend=False, margin={"t": result.layout.margin.t, "l": 50, "r": 16, "b": 46},
    )


def slopes(expression, inputs, slope_of, nudge):
    """Return the exact slope for one input, the slope estimated by a nudge, and the nudged result.

    Example:
        >>> slopes("used twice", (1.0, 2.0, 3.0), "a", 0.5)
        (7.0, 7.5, 15.75)
    """
    position = _expressions.INPUTS.index(slope_of)
    moved = list(inputs)
    moved[position] += nudge
    nudged, now = _expressions.output(expression, moved), _expressions.output(expression, inputs)
    return _expressions.trace(expression, inputs)["gradient"][position], (nudged - now) / nudge, nudged


def _along(expression, inputs, slope_of):
    position = _expressions.INPUTS.index(slope_of)
    where = np.linspace(-REACH, REACH, 61)
    results = []
    for value in where:
        moved = list(inputs)
        moved[position] = value
        results.append(_expressions.output(expression, moved))
    return where, np.array(results)


def curve_range(expression, inputs, slope_of):
    """Return the lowest and highest result drawn, so that small slopes do not look steep."""
    _, results = _along(expression, inputs, slope_of)
    middle, half = (results.max() + results.min()) / 2, max((results.max() - results.min()) / 2, 0.5)
    return float(middle - 1.25 * half), float(middle + 1.25 * half)


def _turned(place, narrow):
    return (-place[1], -place[0]) if narrow else place


def _edges(known, places):
    """Return the lines of the graph: one trace for those not reached, one for values, one for slopes, one for now."""
    lines = {"waiting": ([], []), "value": ([], []), "slope": ([], []), "now": ([], [])}
    for position, node in enumerate(known["nodes"]):
        for parent in node.parents:
            if position == known["now"]:
                kind = "now" if known["phase"] != "seed" else "value"
            elif known["slopes"][position] is not None and (known["now"] or 0) < position:
                kind = "slope"
            else:
                kind = "waiting" if known["values"][position] is None else "value"
            x, y = lines[kind]
            x += [places[parent][0], places[position][0], None]
            y += [places[parent][1], places[position][1], None]
    backward = known["phase"] == "backward"
    looks = {
        "waiting": {"color": theme.GRID, "width": 2}, "value": {"color": theme.BLUE, "width": 2},
        "slope": {"color": theme.ORANGE, "width": 2, "dash": "dash"},
        "now": {"color": theme.ORANGE if backward else theme.BLUE, "width": 5},
    }
    return [
        {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": looks[kind], "hoverinfo": "skip"}
        for kind, (x, y) in lines.items()
    ]


def _boxes(known, places):
    """Return a box for each node, and the local slopes on the edges of the node at work."""
    made = []
    taking = {parent for parent, _, _ in known["given"]}
    for position, node in enumerate(known["nodes"]):
        value, slope = known["values"][position], known["slopes"][position]
        at_work = position == known["now"]
        text = f"<b>{node.text}</b><br>{number(value) if value is not None else '·'}"
        text += f"<br><span style='color:{_DARK_ORANGE}'>{number(slope) if slope is not None else ' '}</span>"
        made.append({
            "x": places[position][0], "y": places[position][1], "xref": "x", "yref": "y", "text": text,
            "showarrow": False, "font": {"size": 12, "color": theme.INK}, "borderpad": 2, "width": 39,
            "bgcolor": "#FFFFFF" if value is not None else theme.PAPER, "borderwidth": 3 if at_work else 1.5,
            "bordercolor": theme.GOLD if at_work else theme.ORANGE if position in taking else
            theme.INK if value is not None else theme.GRID,
        })
    for parent, slope, _ in known["given"]:
        x, y = ((places[parent][i] + places[known["now"]][i]) / 2 for i in (0, 1))
        made.append({
            "x": x, "y": y, "xref": "x", "yref": "y", "text": f"× {number(slope)}", "showarrow": False,
            "font": {"size": 12, "color": _DARK_ORANGE}, "bgcolor": theme.PAPER, "borderpad": 1,
        })
    return made


_DARK_ORANGE = "#B4491A"  # the palette's orange, dark enough for small letters


def _curve(expression, inputs, slope_of, nudged, nudge):
    """Return the curve of the result along one input, the point on it and the nudged point."""
    where, results = _along(expression, inputs, slope_of)
    at = inputs[_expressions.INPUTS.index(slope_of)]
    axes = {"xaxis": "x2", "yaxis": "y2"}
    now = _expressions.output(expression, inputs)
    return [
        {"type": "scatter", "mode": "lines", "x": where, "y": results, "hoverinfo": "skip",
         "line": {"color": theme.INK, "width": 2}, **axes},
        {"type": "scatter", "mode": "markers", "x": [at + nudge], "y": [nudged], "hoverinfo": "skip",
         "marker": {"size": 9, "color": theme.PAPER, "line": {"color": theme.MINT, "width": 2.5}}, **axes},
        {"type": "scatter", "mode": "markers", "x": [at], "y": [now], "hoverinfo": "skip",
         "marker": {"size": 12, "color": theme.GOLD, "line": {"color": theme.INK, "width": 2}}, **axes},
    ]


def _arrows(inputs, slope_of, now, exact, estimate):
    """Return both slopes as arrows from the point, and as numbers above the curve."""
    at = inputs[_expressions.INPUTS.index(slope_of)]
    made = []
    for slope, colour, width in ((estimate, theme.MINT, 6), (exact, theme.ORANGE, 2.5)):
        made.append({
            "x": at + _ARROW, "y": now + _ARROW * slope, "ax": at, "ay": now, "xref": "x2", "yref": "y2",
            "axref": "x2", "ayref": "y2", "showarrow": True, "arrowhead": 2, "arrowwidth": width, "text": "",
            "arrowcolor": colour, "arrowsize": 0.8 if width > 3 else 1.2,
        })
    text = f"<span style='color:{_DARK_ORANGE}'>exact slope <b>{number(exact)}</b></span><br>" \
           f"<span style='color:{_DARK_MINT}'>by a nudge <b>{number(estimate)}</b></span>"
    return [*made, {
        "x": 0, "y": 1, "xref": "x2 domain", "yref": "y2 domain", "text": text, "showarrow": False, "align": "left",
        "xanchor": "left", "yanchor": "bottom", "font": {"size": theme.SIZES["label"]},
    }]


_DARK_MINT = "#257A60"


def number(value):
    """Write a number with two decimals and a real minus sign.

    Example:
        >>> number(-0.5), number(-0.001)
        ('−0.50', '0.00')
    """
    text = f"{abs(value):.2f}"
    return f"−{text}" if value < 0 and text != "0.00" else text
