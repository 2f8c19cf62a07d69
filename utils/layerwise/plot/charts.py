"""Curves, and bars with intervals."""

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, short, wrapped

# Colour is never alone: lines differ in dash, points in shape.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "triangle-down", "pentagon", "hexagon")


def colour(index):
    """Return the colour of the n-th curve or class."""
    return theme.PALETTE[index % len(theme.PALETTE)]


def faded(colour, opacity):
    """Return a hex colour as ``rgba(...)``."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def curves(series, *, x=None, x_title="epoch", y_title="loss", title="", summary=None, height=360):
    """Draw one curve per name, or a band where a name has several runs.

    Args:
        series: A dict from names to values, shape `(n,)`; or to several runs, shape `(runs, n)`: the curve is
            then their median and the band reaches from the lowest to the highest. Values that are not finite
            leave a gap.
        x: Positions, shape `(n,)`; by default 1, 2, 3 and so on, as epochs are counted.
        x_title: What the positions are, with their unit.
        y_title: What the values are, with their unit.
        title: A sentence above the picture.
        summary: The figure in words; written from the data when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When `series` is empty, not a dict of numbers, or of another length than `x`.

    Example:
        >>> from layerwise import plot
        >>> losses = {"training": [0.9, 0.5, 0.3], "validation": [1.0, 0.7, 0.6]}
        >>> plot.describe(plot.curves(losses, title="Both fall."))
        'Both fall. Curves of loss by epoch. training: from 0.9 to 0.3; validation: from 1 to 0.6.'
    """
    import numpy as np

    if not isinstance(series, dict) or not series:
        came = "an empty one" if isinstance(series, dict) else f"a {type(series).__name__}"
        raise ValueError(f'curves() needs a dict such as {{"training": values}} with at least one entry; {came} came.')
    runs = {
        name: np.atleast_2d(numbers(values, what=f'curves(): "{name}"', dimensions=(1, 2)))
        for name, values in series.items()
    }
    positions = None if x is None else numbers(x, what="curves(): x", dimensions=1)
    title = title or f"{y_title} by {x_title}".capitalize()
    told = []
    result = figure(title=title, summary="", height=height, legend=len(runs) > 1)
    for index, (name, values) in enumerate(runs.items()):
        count = values.shape[1]
        if positions is not None and len(positions) != count:
            raise ValueError(f'curves(): "{name}" has {count} values, but x has {len(positions)}; they must agree.')
        where = np.arange(1, count + 1) if positions is None else positions
        values = np.where(np.isfinite(values), values, np.nan)
        middle = values[0] if len(values) == 1 else _over_runs(np.nanmedian, values)
        if len(values) > 1:
            _band(result, where, values, colour(index), name)
        _line(result, where, middle, index, name, markers=count <= 15 and positions is None)
        told.append(_told(name, middle, len(values)))
    result.update_xaxes(title_text=x_title)
    if positions is None:
        _whole_ticks(result, max(values.shape[1] for values in runs.values()))
    result.update_yaxes(title_text=y_title)
    words = f"{sentence(title)} Curves of {y_title} by {x_title}. {'; '.join(told)}."
    return result.update_layout(meta={"summary": summary or words})


def _line(result, where, values, index, name, *, markers):
    result.add_scatter(
        x=where, y=values, name=name, mode="lines+markers" if markers else "lines", legendgroup=name,
        line={"color": colour(index), "width": 2.5, "dash": DASHES[index % len(DASHES)]},
        marker={"size": 7, "symbol": SYMBOLS[index % len(SYMBOLS)], "color": colour(index)},
        hovertemplate="%{y:.4g}<extra>" + name + "</extra>",
    )
    result.update_layout(hovermode="x")


def _band(result, where, values, colour, name):
    """Fill between the lowest and the highest run, one piece for each stretch without a gap."""
    import numpy as np

    low, high = _over_runs(np.nanmin, values), _over_runs(np.nanmax, values)
    known = np.flatnonzero(np.isfinite(low))
    for piece in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if len(piece):
            result.add_scatter(
                x=np.concatenate([where[piece], where[piece][::-1]]), y=np.concatenate([low[piece], high[piece][::-1]]),
                fill="toself", fillcolor=faded(colour, 0.2), line={"width": 0}, mode="lines", hoverinfo="skip",
                name=name, legendgroup=name, showlegend=False,
            )


def _over_runs(function, values):
    """Apply a NumPy nan-function over the runs; positions where no run is finite give nan without a warning."""
    import numpy as np

    result = np.full(values.shape[1], np.nan)
    known = np.isfinite(values).any(axis=0)
    if known.any():
        result[known] = function(values[:, known], axis=0)
    return result


def _told(name, values, runs):
    import numpy as np

    finite = values[np.isfinite(values)]
    if not len(finite):
        return f"{name}: no finite values"
    gaps = f", {len(values) - len(finite)} values missing" if len(finite) < len(values) else ""
    many = f" (median of {runs} runs)" if runs > 1 else ""
    return f"{name}{many}: from {short(finite[0])} to {short(finite[-1])}{gaps}"


def _whole_ticks(result, count):
    """Epochs are whole: no ticks between them, and no more than ten."""
    step = next(s * 10**k for k in range(12) for s in (1, 2, 5) if count <= 10 * s * 10**k)
    first = step if step > 1 else 1
    result.update_xaxes(tick0=first, dtick=step, range=[1 - max(0.02 * count, 0.1), count + max(0.02 * count, 0.1)])


def bars(names, values, *, low=None, high=None, x_title="", title="", number=None, log=False, summary=None,
         height=None):
    """Draw horizontal bars, with whiskers for intervals where they are given.

    Args:
        names: One name per bar, from top to bottom.
        values: The bars' lengths, shape `(n,)`.
        low: The lower ends of the intervals, shape `(n,)`; goes with `high`.
        high: The upper ends of the intervals, shape `(n,)`.
        x_title: What the lengths are, with their unit.
        title: A sentence above the picture.
        number: How values are written, as a format such as ".1%"; four significant digits by default.
        log: True makes each line of the axis ten times the one before.
        summary: The figure in words; written from the data when None.
        height: Height in pixels; from the number of bars when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the lengths disagree, an interval does not hold its value, or a logarithm has none.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.bars(
        ...     ["dense", "convnet"], [0.975, 0.988], low=[0.972, 0.986], high=[0.978, 0.990],
        ...     x_title="test accuracy", number=".1%", title="The convnet reads more.",
        ... )
        >>> plot.describe(figure)[-61:]
        'dense 97.5% (97.2% to 97.8%), convnet 98.8% (98.6% to 99.0%).'
    """
    import numpy as np

    names = [str(name) for name in names]
    values = numbers(values, what="bars(): values", dimensions=1)
    if len(names) != len(values):
        raise ValueError(f"bars() needs one name per value; {len(names)} names and {len(values)} values came.")
    if (low is None) != (high is None):
        raise ValueError("bars() needs both ends of the intervals: give low= and high=, or neither.")
    if log and np.any(values <= 0):
        raise ValueError("bars(): with log=True all values must be above zero.")
    write = short if number is None else (lambda value: format(value, number))
    written = [write(value) for value in values]
    spans = [""] * len(values)
    ends, error_x = values, None
    if low is not None:
        low, high = _interval(low, values, "low"), _interval(high, values, "high")
        wrong = np.flatnonzero((low > values) | (high < values))
        if len(wrong):
            i = wrong[0]
            raise ValueError(
                f'bars(): the interval of "{names[i]}", {short(low[i])} to {short(high[i])}, does not hold its value '
                f"{short(values[i])}; low and high are the ends themselves, not distances from the value."
            )
        spans = [f" ({write(a)} to {write(b)})" for a, b in zip(low, high, strict=True)]
        ends = high
        error_x = {
            "type": "data", "symmetric": False, "array": high - values, "arrayminus": values - low,
            "color": theme.INK, "thickness": 1.6, "width": 5,
        }
    title = title or f"{x_title or 'Values'} by name".capitalize()
    labels = ["<br>".join(wrapped(name, 20)) for name in names]
    rows = sum(max(1, label.count("<br>") * 0.5 + 0.5) for label in labels)
    told = ", ".join(name + " " + w + s for name, w, s in zip(names, written, spans, strict=True))
    of = f" of {x_title}" if x_title else ""
    axis = wrapped(x_title, 44)
    result = figure(
        title=title, height=height or int(112 + 18 * len(axis) + 40 * rows),
        summary=summary or f"{sentence(title)} Horizontal bars{of}: {told}.",
    )
    where = list(range(len(values)))
    result.add_bar(
        y=where, x=values, orientation="h", marker={"color": theme.BLUE}, width=0.62, error_x=error_x, showlegend=False,
        customdata=[name + ": " + w + s for name, w, s in zip(names, written, spans, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    # With a plain space the number would touch the cap of a whisker.
    lead = " " if error_x is None else "\u2002"
    result.add_scatter(
        y=where, x=np.maximum(ends, 0), mode="text", text=[lead + w for w in written], textposition="middle right",
        textfont={"size": theme.SIZES["label"], "color": theme.INK}, hoverinfo="skip", showlegend=False,
        cliponaxis=False,
    )
    # The number behind the longest bar stands in the margin; so the axis is free to become logarithmic.
    result.update_layout(margin={"r": 20 + 8 * max(len(w) for w in written)})
    result.update_xaxes(title_text="<br>".join(axis), **({"type": "log", "dtick": 1} if log else {}))
    if not log and np.min(values if low is None else low) >= 0:
        # The number behind a bar of length zero would push the axis away from its names.
        result.update_xaxes(rangemode="nonnegative")
    if number and number.endswith("%"):
        span = max(0.0, float(np.max(ends))) - min(0.0, float(np.min(values if low is None else low)))
        result.update_xaxes(tickformat=".0%" if span > 0.05 else ".1%")
    result.update_yaxes(
        tickmode="array", tickvals=where, ticktext=labels, range=[len(values) - 0.5, -0.5], showgrid=False, ticks="",
        ticklabelstandoff=6,
    )
    return result


def _interval(ends, values, name):
    ends = numbers(ends, what=f"bars(): {name}", dimensions=1)
    if ends.shape != values.shape:
        raise ValueError(f"bars(): {name} must have one end per value, shape {values.shape}; shape {ends.shape} came.")
    return ends
