"""A recurrent network unrolled over time: the slope that reaches each step, its gates, its states."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, short
from layerwise.plot._panels import Panels
from layerwise.plot.charts import DASHES, colour, faded

_LOW, _HIGH = 1e-30, 1e12  # slopes outside are drawn at the edge


def unrolled(slopes, *, gates=None, states=None, title="", summary=None, narrow=False):
    """Draw what happens in a recurrent network, step by step.

    Args:
        slopes: The size of the slope that reaches each step from the last one, shape `(steps,)`.
        gates: A dict from the names of gates to their values, each of shape `(steps, units)`, from 0 to 1.
        states: What the units say at each step, shape `(steps, units)`, from -1 to 1.
        title: A sentence above the picture.
        summary: The figure in words; written from the values when None.
        narrow: True for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``: above, the slopes on a logarithmic axis; in the middle the gates, a line for
        the mean over the units and a band for the middle eight in ten; below, the states, one row for each unit.

    Raises:
        ValueError: When the lengths disagree.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.unrolled([0.25, 0.5, 1.0], title="It halves."))
        'It halves. The slope of the last step, by step: 0.25 at the first of 3, 1 at the last.'

    Explained in lesson 10.
    """
    slopes = numbers(slopes, what="unrolled(): slopes", dimensions=1)
    gates = {name: numbers(values, what=f"unrolled(): {name}", dimensions=2) for name, values in (gates or {}).items()}
    states = None if states is None else numbers(states, what="unrolled(): states", dimensions=2)
    for name, values in [*gates.items(), *([] if states is None else [("states", states)])]:
        if len(values) != len(slopes):
            raise ValueError(f"unrolled(): {name} has {len(values)} steps, but there are {len(slopes)} slopes.")
    title = title or "A network unrolled over time"
    told = [f"{sentence(title)} The slope of the last step, by step: {short(slopes[0])} at the first of {len(slopes)}, "
            f"{short(slopes[-1])} at the last."]
    told += [f"The {name} gate is open {np.mean(values):.0%} on average." for name, values in gates.items()]
    made = figure(title=title, summary=summary or " ".join(told), height=560 if narrow else 520)
    panels = Panels()
    rooms = _rooms(bool(gates), states is not None)
    _slopes(panels, slopes, rooms["slopes"], last=list(rooms)[-1] == "slopes")
    if gates:
        _gates(panels, gates, rooms["gates"], last=list(rooms)[-1] == "gates")
    if states is not None:
        _states(panels, states, rooms["states"])
    return panels.into(made, showlegend=False, margin={**made.layout.margin.to_plotly_json(), "r": 14, "l": 58})


def _rooms(gates, states):
    """Return where each panel stands, from below to above, as shares of the height."""
    if gates and states:
        return {"slopes": [0.66, 1], "gates": [0.32, 0.54], "states": [0, 0.2]}
    if gates:
        return {"slopes": [0.5, 1], "gates": [0, 0.36]}
    if states:
        return {"slopes": [0.46, 1], "states": [0, 0.32]}
    return {"slopes": [0, 1]}


def _across(steps, last):
    return {"range": [0.5, steps + 0.5], "showgrid": False, "zeroline": False, "nticks": 6, "showticklabels": last,
            "title": {"text": "step" if last else "", "standoff": 6}}


def _slopes(panels, slopes, room, last):
    shown = np.clip(slopes, _LOW, _HIGH)
    low = min(1e-3, float(shown.min()) / 2)
    high = max(2.0, 2 * float(shown.max()))
    panels.panel(1, [0, 1], room, x=_across(len(slopes), last), y={
        "type": "log", "range": [np.log10(low), np.log10(high)], "title": {"text": "slope", "standoff": 4},
        "tickvals": [10.0**power for power in _powers(low, high)], "zeroline": False,
        "ticktext": [_written(power) for power in _powers(low, high)],
    })
    where = np.arange(1, len(slopes) + 1)
    panels.trace(1, type="scatter", x=where, y=shown, mode="lines", hoverinfo="all",
                 line={"color": theme.ORANGE, "width": 3}, hovertemplate="step %{x}: %{y:.1e}<extra></extra>")
    panels.trace(1, type="scatter", x=[1, len(slopes)], y=[1, 1], mode="lines",
                 line={"color": theme.MUTED, "width": 1, "dash": "dot"})
    panels.caption("slope that comes back to each step", 0, room[1], anchor="left")


def _powers(low, high):
    """Return which powers of ten lie between two values, at most six of them, with 1 among them."""
    first, last = int(np.ceil(np.log10(low))), int(np.floor(np.log10(high)))
    stride = max(1, -(-(last - first) // 5))
    return [power for power in range(first, last + 1) if power % stride == 0]


def _written(power):
    """Write a power of ten.

    Example:
        >>> _written(0), _written(-12)
        ('1', '10⁻¹²')
    """
    return "1" if not power else f"10{str(power).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _gates(panels, gates, room, last):
    steps = len(next(iter(gates.values())))
    panels.panel(2, [0, 1], room, x=_across(steps, last), y={
        "range": [-0.03, 1.03], "tickvals": [0, 0.5, 1], "title": {"text": "open", "standoff": 4}, "zeroline": False,
    })
    where = np.arange(1, steps + 1)
    names = []
    for index, (name, values) in enumerate(gates.items()):
        low, high = np.quantile(values, [0.1, 0.9], axis=1)
        paint, dash = colour(index), DASHES[index]
        panels.trace(2, type="scatter", x=np.r_[where, where[::-1]], y=np.r_[low, high[::-1]], fill="toself",
                     fillcolor=faded(paint, 0.16), line={"width": 0}, mode="lines")
        panels.trace(2, type="scatter", x=where, y=values.mean(axis=1), mode="lines",
                     line={"color": paint, "width": 2.5, "dash": dash}, hoverinfo="all",
                     hovertemplate=f"{name}, step %{{x}}: %{{y:.2f}}<extra></extra>")
        names.append(f"<span style='color:{paint}'>{('━━', '━', '┅┅')[index % 3]} {name}</span>")
    panels.caption("gates: " + "  ".join(names), 0, room[1], anchor="left")


def _states(panels, states, room):
    steps, units = states.shape
    panels.panel(3, [0, 1], room, x=_across(steps, True), y={
        "range": [units - 0.5, -0.5], "showticklabels": False, "ticks": "", "showgrid": False, "zeroline": False,
        "title": {"text": "unit", "standoff": 4},
    })
    most = max(float(np.abs(states).max()), 1e-9)
    panels.trace(3, type="heatmap", z=(states.T / most).round(3), customdata=states.T.round(4), zmin=-1, zmax=1,
                 x=np.arange(1, steps + 1), y=np.arange(units),
                 colorscale=theme.DIVERGING, showscale=False, hoverinfo="all",
                 hovertemplate="unit %{y}, step %{x}: %{customdata:.3g}<extra></extra>")
    panels.caption(f"what the units say: −{most:.2g} blue, {most:.2g} orange", 0, room[1],
                   anchor="left")
