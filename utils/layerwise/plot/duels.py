"""Clouds of points that should look alike: real and generated, side by side, or with the critic between them."""

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence

_REAL = {"color": theme.MUTED, "size": 4.5, "symbol": "circle-open", "opacity": 0.75, "line": {"width": 1}}
_MADE = {"color": theme.ORANGE, "size": 5, "symbol": "circle", "opacity": 0.8, "line": {"width": 0.5, "color": "white"}}
_FIELD = ((0.0, "#E9C3AE"), (0.5, theme.PAPER), (1.0, "#A9CBE4"))
_NOTE = {"size": theme.SIZES["tick"], "color": theme.INK}


def clouds(real, generated, *, columns=4, reach=None, title="", summary=None):
    """Draw generated points over real ones, one square for each name.

    Args:
        real: Real points, shape `(n, 2)`.
        generated: Dict of generated points by name, each of shape `(n, 2)`.
        columns: Squares in a row, at most 4.
        reach: The axes go from minus to plus this; from the real points when None.
        title: A sentence above the picture.
        summary: The figure in words; written from the names when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When points are no pairs of numbers, or there are none to draw.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.clouds([[0, 0], [1, 1]], {"at the start": [[0, 1]]}, title="Far off.")
        >>> plot.describe(figure)
        'Far off. Real points (hollow) and generated ones (filled) in the plane: at the start.'
    """
    import numpy as np

    real = _pairs(real, "clouds(): real")
    if not isinstance(generated, dict) or not generated:
        raise ValueError('clouds() needs a dict such as {"after 100 steps": points} with at least one entry.')
    made = {name: _pairs(points, f'clouds(): "{name}"') for name, points in generated.items()}
    if not 1 <= columns <= 4:
        raise ValueError(f"clouds(): columns must be from 1 to 4; {columns!r} came.")
    columns = min(columns, len(made))
    rows = -(-len(made) // columns)
    reach = float(reach or 1.25 * np.abs(real).max())
    title = title or "Real and generated points"
    words = f"{sentence(title)} Real points (hollow) and generated ones (filled) in the plane: {', '.join(made)}."
    side = {1: 340, 2: 230}.get(columns, 190)
    result = figure(
        title=title, subtitle="Hollow: real points; filled: generated ones.", summary=summary or words,
        height=100 + rows * (side + 34),
    )
    layout, annotations = {}, []
    gap = 0.03
    wide, high = (1 - gap * (columns - 1)) / columns, (1 - 0.1 * (rows - 1)) / rows
    for place, (name, points) in enumerate(made.items()):
        row, column = divmod(place, columns)
        suffix = "" if place == 0 else str(place + 1)
        left, top = column * (wide + gap), 1 - row * (high + 0.1)
        axis = {"range": [-reach, reach], "showgrid": False, "zeroline": False, "ticks": "", "showticklabels": False,
                "showline": True, "mirror": True, "fixedrange": True}
        layout[f"xaxis{suffix}"] = {**axis, "domain": [left, min(1, left + wide)], "anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = {**axis, "domain": [max(0, top - high), top], "anchor": f"x{suffix}",
                                    "scaleanchor": f"x{suffix}", "constrain": "domain", "constraintoward": "top"}
        layout[f"xaxis{suffix}"]["constrain"] = "domain"
        layout[f"xaxis{suffix}"]["title"] = {"text": name, "standoff": 4}
        for values, marker in ((real, _REAL), (points, _MADE)):
            inside = values[(np.abs(values) <= reach).all(axis=1)][:600]
            result.add_scatter(
                x=inside[:, 0], y=inside[:, 1], mode="markers", xaxis=f"x{suffix}", yaxis=f"y{suffix}",
                marker={**marker, "size": marker["size"] - (columns > 2)}, hoverinfo="skip", showlegend=False,
            )
    return result.update_layout(**layout, annotations=annotations, margin={"l": 12, "r": 12, "b": 34})


def duel(real, generated, *, along, field, pushes=None, shares=None, due=None, losses=None, room=None, title="",
         summary=None, narrow=False):
    """Draw a generator and its critic: the points, what the critic thinks of each place, and how both fare.

    Args:
        real: Real points, shape `(n, 2)`.
        generated: Generated points, shape `(m, 2)`.
        along: The places on both axes where the critic was asked, shape `(k,)`.
        field: How likely it takes a point there for a real one, shape `(k, k)`.
        pushes: Pairs of points, shape `(p, 2, 2)`: from where to where generated points are pushed.
        shares: Share of the generated points in each clump, shape `(c,)`.
        due: Share of the real points in each clump, shape `(c,)`.
        losses: Steps, critic's loss and generator's loss, shape `(s, 3)`.
        room: How many steps the panel of losses has room for; the last step when None.
        title: A sentence above the picture.
        summary: The figure in words; written from the data when None.
        narrow: Stack the panels for a narrow page.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the shapes do not fit each other.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> field, losses = np.full((3, 3), 0.5), [[0, 0.69, 0.69]]
        >>> figure = plot.duel([[0, 1]], [[1, 0]], along=[-1, 0, 1], field=field, shares=[1.0, 0.0],
        ...                    due=[0.5, 0.5], losses=losses, title="A draw.")
        >>> plot.describe(figure)
        'A draw. 1 generated point in 1 of 2 clumps; loss of the critic 0.69, of the generator 0.69 at step 0.'
    """
    import numpy as np

    real, generated = _pairs(real, "duel(): real"), _pairs(generated, "duel(): generated")
    along = numbers(along, what="duel(): along", dimensions=1)
    field = numbers(field, what="duel(): field", dimensions=2)
    if field.shape != (len(along), len(along)):
        raise ValueError(f"duel(): field must have the shape {(len(along),) * 2}; {field.shape} came.")
    shares, due = (np.atleast_1d(numbers(one, what="duel(): shares", dimensions=1)) for one in (shares, due))
    losses = numbers(losses, what="duel(): losses", dimensions=2)
    reach = float(np.abs(along).max())
    held = int(np.sum(shares >= due / 4))
    last = losses[-1]
    title = title or "A generator and its critic"
    plural = "point" if len(generated) == 1 else "points"
    words = (
        f"{sentence(title)} {len(generated)} generated {plural} in {held} of {len(due)} clumps; loss of the critic "
        f"{last[1]:.2f}, of the generator {last[2]:.2f} at step {last[0]:.0f}."
    )
    made = figure(
        title=title, summary=summary or words, height=760 if narrow else 450,
        subtitle="Hollow: real. Filled: generated." if narrow else
        "Hollow: real; filled: generated; lines: where they are sent. Ground: blue where the critic says real.",
    )
    made.add_traces(_plane(real, generated, along, field, pushes, reach))
    made.add_traces(_clumps(shares, due))
    made.add_traces([
        {"type": "scatter", "mode": "lines", "x": losses[:, 0], "y": np.clip(losses[:, column], -3, 6), "xaxis": "x3",
         "yaxis": "y3", "name": name, "line": {"color": colour, "width": 2, "dash": dash},
         "hovertemplate": "%{y:.2f}<extra>" + name + "</extra>"}
        for column, name, colour, dash in ((1, "critic", theme.BLUE, "solid"), (2, "generator", theme.ORANGE, "dot"))
    ])
    fixed = {"automargin": False, "fixedrange": True}
    side = {**fixed, "range": [-reach, reach], "constrain": "domain", "dtick": 1, "showgrid": False, "zeroline": False}
    left, right = ([0, 1], [0, 1]) if narrow else ([0, 0.56], [0.68, 1])
    shown = np.clip(losses[:, 1:], -3, 6)
    low, high = min(0.0, float(shown.min()) - 0.1), max(1.5, float(shown.max()) * 1.05)
    blue, orange = (f"<span style='color:{colour}'>" for colour in (theme.BLUE, theme.ORANGE))
    return made.update_layout(
        showlegend=False, margin={"l": 48, "r": 16, "b": 46}, bargap=0.25,
        xaxis={**side, "title": {"text": "first number"}, "domain": left},
        yaxis={**side, "title": {"text": "second number"}, "scaleanchor": "x", "constraintoward": "top",
               "domain": [0.54, 1] if narrow else [0, 1]},
        xaxis2={**fixed, "title": {"text": "clump"}, "domain": right, "anchor": "y2", "dtick": 1,
                "range": [0.4, len(due) + 0.6], "showgrid": False},
        yaxis2={**fixed, "title": {"text": "share"}, "domain": [0.29, 0.44] if narrow else [0.64, 0.97],
                "anchor": "x2", "range": [0, max(0.4, float(shares.max()) * 1.1, float(due.max()) * 1.1)],
                "tickformat": ".0%", "nticks": 4},
        xaxis3={**fixed, "title": {"text": "step"}, "domain": right, "anchor": "y3", "zeroline": False, "nticks": 5,
                "range": [0, max(500, float(room or last[0]))]},
        yaxis3={**fixed, "title": {"text": "loss"}, "domain": [0, 0.16] if narrow else [0, 0.36], "anchor": "x3",
                "range": [low, high], "nticks": 4},
        annotations=[
            {"showarrow": False, "xref": "x2 domain", "yref": "y2 domain", "x": 1, "y": 1.0, "xanchor": "right",
             "yanchor": "bottom", "font": _NOTE, "text": f"<b>{held} of {len(due)}</b> clumps held"},
            {"showarrow": False, "xref": "x3 domain", "yref": "y3 domain", "x": 1, "y": 1.0, "xanchor": "right",
             "yanchor": "bottom", "font": _NOTE, "text":
             f"{blue}<b>critic</b> {last[1]:.2f}</span>, {orange}<b>generator</b> {last[2]:.2f}</span>"},
        ],
    )


def _pairs(points, what):
    array = numbers(points, what=what, dimensions=2)
    if array.shape[1] != 2:
        raise ValueError(f"{what} must have two columns, shape (n, 2); shape {array.shape} came.")
    return array


def _plane(real, generated, along, field, pushes, reach):
    """Return the traces of the plane: the ground, the points, the pushes."""
    import numpy as np

    traces = [{
        "type": "heatmap", "x": along, "y": along, "z": field, "zmin": 0, "zmax": 1, "colorscale": _FIELD,
        "showscale": False, "zsmooth": "best", "hovertemplate": "%{z:.0%} real<extra>critic</extra>",
    }]
    traces.append({"type": "scatter", "mode": "markers", "x": real[:, 0], "y": real[:, 1], "marker": _REAL,
                   "hoverinfo": "skip"})
    if pushes is not None and len(pushes):
        lines = np.concatenate([pushes, np.full((len(pushes), 1, 2), np.nan)], axis=1).reshape(-1, 2).astype(object)
        lines[np.isnan(lines.astype(float))] = None
        traces.append({"type": "scatter", "mode": "lines", "x": tuple(lines[:, 0]), "y": tuple(lines[:, 1]),
                       "line": {"color": theme.PLUM, "width": 1.8}, "hoverinfo": "skip"})
    inside = generated[(np.abs(generated) <= reach).all(axis=1)]
    traces.append({"type": "scatter", "mode": "markers", "x": inside[:, 0], "y": inside[:, 1], "marker": _MADE,
                   "hoverinfo": "skip"})
    return traces


def _clumps(shares, due):
    """Return the bars of what each clump gets, and marks at what it should get."""
    places = list(range(1, len(due) + 1))
    return [
        {"type": "bar", "x": places, "y": shares, "xaxis": "x2", "yaxis": "y2", "marker": {"color": theme.ORANGE},
         "hovertemplate": "%{y:.1%}<extra>generated</extra>"},
        {"type": "scatter", "mode": "markers", "x": places, "y": due, "xaxis": "x2", "yaxis": "y2",
         "marker": {"symbol": "line-ew", "size": 16, "line": {"width": 2.5, "color": theme.MUTED}},
         "hovertemplate": "%{y:.1%}<extra>real</extra>"},
    ]
