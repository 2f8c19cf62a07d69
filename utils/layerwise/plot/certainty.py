"""How sure a network is: whether it is right to be, what it sees on the way to something else, when to refuse."""

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, short, wrapped
from layerwise.plot.charts import DASHES, SYMBOLS, colour

_PALE = "#A9C6DC"
_ANSWERED = 12  # pixels of the largest point in a reliability diagram, across, at a share of one in four


def reliability(confidence, right=None, *, bins=15, title="", summary=None, height=400):
    """Draw how often answers are right, by how sure they were.

    Args:
        confidence: The probability of each answer, shape `(n,)`; or a dict from names to pairs of `confidence` and
            `right`, to compare several.
        right: Whether each answer was right, shape `(n,)`; left out where a dict is given.
        bins: In how many steps of equal width confidence is sorted.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``: one point for each step that holds an answer, larger the more it holds; on
        the diagonal, answers are right as often as they are sure.

    Raises:
        ValueError: When a confidence is not between 0 and 1, or the two differ in length.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.reliability([0.9, 0.9, 0.9, 0.9], [1, 1, 1, 0], title="Too sure."))
        'Too sure. Share of right answers by confidence. 90.0% sure and 75.0% right; calibration error 15.0%.'
    """
    import numpy as np

    several = confidence if isinstance(confidence, dict) else {"": (confidence, right)}
    title = title or "Is it as often right as it is sure?"
    result = figure(
        title=title, summary="", height=height, legend=len(several) > 1,
        subtitle="Below the line: surer than right.",
    )
    result.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": theme.MUTED, "width": 1.5, "dash": "dot"}, hoverinfo="skip",
        showlegend=False,
    )
    told = []
    for index, (name, pair) in enumerate(several.items()):
        sure, hits, weight, error, total = _binned(name, *pair, bins)
        result.add_scatter(
            x=sure, y=hits, name=name, mode="lines+markers",
            line={"color": colour(index), "width": 2, "dash": DASHES[index % len(DASHES)]},
            marker={
                "color": colour(index), "symbol": SYMBOLS[index % len(SYMBOLS)],
                "size": np.clip(2 * _ANSWERED * np.sqrt(weight), 5, 30),
            },
            customdata=[
                f"{s:.0%} sure, {h:.0%} right, {w:.1%} of all" for s, h, w in zip(sure, hits, weight, strict=True)
            ],
            hovertemplate="%{customdata}<extra>" + name + "</extra>",
        )
        start = f"{name}: " if name else ""
        told.append(f"{start}{total[0]:.1%} sure and {total[1]:.1%} right; calibration error {error:.1%}")
    scale = {"range": [0, 1.03], "tickformat": ".0%", "dtick": 0.2}
    result.update_xaxes(title_text="confidence: probability of the answer", **scale)
    result.update_yaxes(title_text="share of right answers", **scale)
    words = f"{sentence(title)} Share of right answers by confidence. {'. '.join(told)}."
    return result.update_layout(meta={"summary": summary or words})


def _binned(name, confidence, right, bins):
    """Return mean confidence, share right and weight of each filled bin, the calibration error, and both means."""
    import numpy as np

    who = f'reliability(): "{name}"' if name else "reliability()"
    confidence = numbers(confidence, what=f"{who}: confidence", dimensions=1)
    right = numbers(right, what=f"{who}: right", dimensions=1)
    if confidence.shape != right.shape:
        raise ValueError(f"{who}: needs one verdict per answer; {len(confidence)} and {len(right)} came.")
    if not np.all((confidence >= 0) & (confidence <= 1 + 1e-6)):
        raise ValueError(f"{who}: confidence is a probability, 0 to 1; {confidence.min():.4g} to "
                         f"{confidence.max():.4g} came.")
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(where, minlength=bins)
    filled = count > 0
    sure = np.bincount(where, confidence, bins)[filled] / count[filled]
    hits = np.bincount(where, right, bins)[filled] / count[filled]
    weight = count[filled] / len(confidence)
    return sure, hits, weight, float(weight @ abs(sure - hits)), (confidence.mean(), right.mean())


def confidence(picture, probabilities, labels, *, path=None, place=0.0, threshold=0.0, title="", path_title="way",
               summary=None, narrow=False):
    """Draw one picture, how sure a network is of each class, and how that changes on the way to another picture.

    Args:
        picture: A grey picture, shape `(height, width)`, from 0 to 1.
        probabilities: Of its classes, shape `(classes,)`.
        labels: The names of the classes.
        path: Probabilities at equal steps of the way, shape `(steps, classes)`; without one, only the two upper panels
            are drawn.
        place: Where on the way the picture is, 0 to 1.
        threshold: The network answers from this probability on; below it says "I don't know".
        title: A sentence above the picture; the answer when empty.
        path_title: What the way is, under its axis.
        summary: The figure in words; written from the numbers when None.
        narrow: True makes room for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``. Classes that lead somewhere on the way have a colour each.

    Raises:
        ValueError: When the numbers of classes differ.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> figure = plot.confidence(np.eye(28), [0.2, 0.8], ["cat", "dog"], threshold=0.9)
        >>> plot.describe(figure)
        "I don't know (at best dog, 80%). Probabilities: cat 20%, dog 80%."
    """
    import numpy as np

    names = [str(label) for label in labels]
    picture = numbers(picture, what="confidence(): the picture", dimensions=2)
    values = numbers(probabilities, what="confidence(): probabilities", dimensions=1)
    if len(values) != len(names):
        raise ValueError(f"confidence() needs one probability per label; {len(values)} and {len(names)} came.")
    top = int(values.argmax())
    if path is not None:
        path = numbers(path, what="confidence(): path", dimensions=2)
        if path.shape[1] != len(names):
            raise ValueError(f"confidence(): path needs {len(names)} columns; shape {path.shape} came.")
    answer = f"{names[top]}, {values[top]:.0%}"
    title = title or (answer if values[top] >= threshold else f"I don't know (at best {answer})")
    told = ", ".join(f"{name} {value:.0%}" for name, value in zip(names, values, strict=True) if value >= 0.005)
    words = f"{sentence(title)} Probabilities: {told}."
    leading = [top] if path is None else list(dict.fromkeys([*path.argmax(axis=1).tolist(), top]))
    if path is not None:
        words += f" On the {path_title}: {_reigns(path, names)}."
    shades = {k: colour(index) for index, k in enumerate(leading)}
    subtitle = "Dashed: the least confidence that it answers with." if threshold > 0 else ""
    result = figure(title=title, summary=summary or words, subtitle=subtitle)
    # Heights in pixels from the top: the picture, the bars (beside it where there is room), the way.
    tall, above, below = 24 * len(names) + 30, 150 if narrow else 0, 0 if path is None else 210
    inner = tall + above + below
    height = int(result.layout.margin.t + 52 + inner)
    result.update_layout(height=height, margin={"l": 52, "r": 20}, showlegend=False, bargap=0.3)
    bars = [(below + (40 if below else 0)) / inner, 1 - above / inner]
    beside = [1 - (above - 20) / inner, 1] if narrow else [bars[0], 1]
    result.add_heatmap(
        z=np.round(picture, 3), zmin=0, zmax=1, colorscale=theme.INTENSITY, showscale=False,
        hovertemplate="row %{y}, column %{x}: %{z:.2f}<extra></extra>",
    )
    # A frame shows where the picture ends: its background is as light as the paper.
    frame = {"visible": True, "showticklabels": False, "showgrid": False, "zeroline": False, "ticks": "",
             "showline": True, "mirror": True, "linecolor": theme.GRID, "title": {"text": ""}}
    result.update_xaxes(domain=[0, 1 if narrow else 0.29], constrain="domain", constraintoward="left",
                        range=[-0.5, picture.shape[1] - 0.5], **frame)
    result.update_yaxes(domain=beside, scaleanchor="x", constrain="domain", constraintoward="top",
                        range=[picture.shape[0] - 0.5, -0.5], **frame)
    _bars(result, values, names, shades, threshold, [0.12 if narrow else 0.56, 1], bars)
    if path is not None:
        _path(result, path, names, shades, threshold, place, path_title, [0, (below - 40) / inner])
    return result


def _reigns(path, names):
    """Say which class leads from where on."""
    leaders = path.argmax(axis=1)
    starts = [0, *(k for k in range(1, len(leaders)) if leaders[k] != leaders[k - 1])]
    last = max(len(leaders) - 1, 1)
    return ", then ".join(f"{names[leaders[k]]} from {k / last:.0%}" for k in starts)


def _bars(result, values, names, shades, threshold, across, up):
    where = list(range(len(names)))
    top = int(values.argmax())
    result.add_bar(
        y=where, x=values, orientation="h", xaxis="x2", yaxis="y2",
        marker={"color": [shades.get(k, _PALE) for k in where]},
        text=[f"{value:.0%}" if value >= 0.005 else "" for value in values], textposition="outside", cliponaxis=False,
        textfont={"size": theme.SIZES["tick"]}, hovertemplate="%{x:.1%}<extra></extra>",
    )
    _limit(result, {"x0": threshold, "x1": threshold, "y0": -0.5, "y1": len(names) - 0.5}, "2", threshold)
    result.update_layout(
        xaxis2={
            "domain": across, "anchor": "y2", "range": [0, 1.12], "tickvals": [0, 0.5, 1], "tickformat": ".0%",
            "title": {"text": "probability", "standoff": 4},
        },
        yaxis2={
            "domain": up, "anchor": "x2", "range": [len(names) - 0.5, -0.5], "tickvals": where, "showgrid": False,
            "ticktext": [f"<b>{name}</b>" if k == top else name for k, name in enumerate(names)], "ticks": "",
            "ticklabelstandoff": 4, "title": {"text": ""},
        },
    )


def _path(result, path, names, shades, threshold, place, path_title, up):
    import numpy as np

    along = np.linspace(0, 1, len(path))
    named = []
    for index, k in enumerate(shades):
        result.add_scatter(
            x=along, y=path[:, k], xaxis="x3", yaxis="y3", mode="lines", name=names[k],
            line={"color": shades[k], "width": 2.5, "dash": DASHES[index % len(DASHES)]},
            hovertemplate="%{y:.0%}<extra>" + names[k] + "</extra>",
        )
        # The name stands where the class leads by most, inside the panel.
        lead = path[:, k] - np.delete(path, k, axis=1).max(axis=1)
        if lead.max() > 0:
            most = along[np.flatnonzero(lead >= lead.max() - 1e-9)].mean()
            row = sum(abs(most - other) < 0.35 for other in named) % 3  # names side by side would overlap
            named.append(most)
            result.add_annotation(
                text=names[k], x=float(np.clip(most, 0.06, 0.94)), y=1.03 + 0.17 * row, xref="x3", yref="y3",
                yanchor="bottom",
                xanchor="left" if most < 0.15 else "right" if most > 0.85 else "center", showarrow=False,
                font={"size": theme.SIZES["tick"], "color": shades[k]},
            )
    top = path[round(place * (len(path) - 1))]
    result.add_scatter(
        x=[place], y=[top.max()], xaxis="x3", yaxis="y3", mode="markers", hoverinfo="skip",
        marker={"size": 13, "color": theme.INK, "line": {"color": theme.PAPER, "width": 2}},
    )
    _limit(result, {"x0": 0, "x1": 1, "y0": threshold, "y1": threshold}, "3", threshold)
    result.update_layout(
        xaxis3={"domain": [0, 1], "anchor": "y3", "range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.25,
                "title": {"text": path_title, "standoff": 6}},
        yaxis3={"domain": up, "anchor": "x3", "range": [0, 1.55], "tickvals": [0, 0.5, 1], "tickformat": ".0%",
                "title": {"text": "probability", "standoff": 6}},
    )


def _limit(result, ends, axis, threshold):
    if threshold > 0:
        result.add_shape(
            type="line", xref=f"x{axis}", yref=f"y{axis}", line={"color": theme.INK, "width": 1.5, "dash": "dash"},
            **ends,
        )


def refusal(thresholds, answered, wrong, costs, *, chosen, title="", summary=None, narrow=False):
    """Draw what a rule for "I don't know" buys, and what it costs.

    Args:
        thresholds: The least confidences to answer with, rising, shape `(n,)`.
        answered: Share of the pictures answered at each, shape `(n,)`.
        wrong: Share of wrong answers among those answered, shape `(n,)`; nan where none is answered.
        costs: Expected cost of one picture at each, shape `(n,)`.
        chosen: The position of the threshold in use.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        narrow: True puts the two panels below each other, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``: left the share of wrong answers by the share answered, right the cost by
        threshold, with its lowest point marked by a ring and the threshold in use by a dot.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.refusal([0, 0.5], [1, 0.6], [0.2, 0.1], [2, 1], chosen=0, title="Ask more.")
        >>> plot.describe(figure)
        'Ask more. From 0%: 100.0% answered, 20.0% of them wrong, cost 2. The least cost is 1, from 50%.'
    """
    import numpy as np

    thresholds, answered, costs = (
        numbers(values, what=f"refusal(): {name}", dimensions=1)
        for name, values in (("thresholds", thresholds), ("answered", answered), ("costs", costs))
    )
    wrong = numbers(wrong, what="refusal(): wrong", dimensions=1)
    if not len(thresholds) == len(answered) == len(wrong) == len(costs):
        raise ValueError("refusal() needs arrays of one length.")
    best = int(costs.argmin())
    title = title or "What refusing buys, and what it costs"
    share = f"{wrong[chosen]:.1%} of them wrong" if answered[chosen] else "nothing answered"
    words = (
        f"{sentence(title)} From {thresholds[chosen]:.0%}: {answered[chosen]:.1%} answered, {share}, cost "
        f"{short(costs[chosen])}. The least cost is {short(costs[best])}, from {thresholds[best]:.0%}."
    )
    result = figure(
        title=title, summary=summary or words, height=660 if narrow else 400,
        subtitle="Dot: the threshold in use. Ring: where the cost is least.",
    )
    known = np.isfinite(wrong) & (answered > 0)
    line = {"color": theme.BLUE, "width": 2.5}
    ring = {"size": 17, "symbol": "circle-open", "color": theme.ORANGE, "line": {"width": 3}}
    dot = {"size": 12, "color": theme.INK, "line": {"color": theme.PAPER, "width": 2}}
    texts = np.array([f"from {t:.0%}" for t in thresholds])
    result.add_scatter(x=answered[known], y=wrong[known], mode="lines", line=line, text=texts[known],
                       hovertemplate="%{text}: %{x:.0%} answered, %{y:.1%} wrong<extra></extra>")
    result.add_scatter(x=thresholds, y=costs, mode="lines", line=line, xaxis="x2", yaxis="y2",
                       hovertemplate="from %{x:.0%}: cost %{y:.3g}<extra></extra>")
    for place, marker in ((best, ring), (chosen, dot)):
        if known[place]:
            result.add_scatter(x=[answered[place]], y=[wrong[place]], mode="markers", marker=marker, hoverinfo="skip",
                               cliponaxis=False)
        result.add_scatter(x=[thresholds[place]], y=[costs[place]], mode="markers", marker=marker, xaxis="x2",
                           yaxis="y2", hoverinfo="skip", cliponaxis=False)
    most = max(0.01, 1.12 * float(np.nanmax(wrong[known], initial=0)))
    dearest = max(float(costs.max()), 1e-9)
    wide = [[0, 1], [0, 1]] if narrow else [[0, 0.42], [0.6, 1]]
    high = [[0.6, 1], [0, 0.4]] if narrow else [[0, 1], [0, 1]]
    result.update_layout(
        xaxis={"domain": wide[0], "title": {"text": "share answered"}, "tickformat": ".0%", "range": [-0.03, 1.03]},
        yaxis={"domain": high[0], "title": {"text": "wrong, of those answered"}, "tickformat": ".0%",
               "range": [-0.04 * most, most]},
        xaxis2={"domain": wide[1], "anchor": "y2", "title": {"text": "answers from", "standoff": 8},
                "tickformat": ".0%", "range": [-0.03, 1.03]},
        yaxis2={"domain": high[1], "anchor": "x2", "title": {"text": "cost of one picture", "standoff": 8},
                "range": [-0.04 * dearest, 1.12 * dearest]},
    )
    return result


def shares(values, rows, columns, *, title="", subtitle="", summary=None):
    """Draw a table of shares, the darker the larger.

    Args:
        values: Shares from 0 to 1, shape `(rows, columns)`.
        rows: The names of the rows.
        columns: The names of the columns.
        title: A sentence above the table.
        subtitle: What the shares are, in small letters.
        summary: The figure in words; written from the numbers when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When a share is not between 0 and 1, or names and values differ in number.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.shares([[0.5, 1.0]], ["mlp"], ["cats", "dogs"], title="How sure?"))
        'How sure? mlp: cats 50%, dogs 100%.'
    """
    import numpy as np

    values = numbers(values, what="shares(): values", dimensions=2)
    rows, columns = [str(name) for name in rows], [str(name) for name in columns]
    if values.shape != (len(rows), len(columns)):
        raise ValueError(
            f"shares() needs one name per row and column, shape ({len(rows)}, {len(columns)}); shape {values.shape} "
            "came."
        )
    if not np.all((values >= 0) & (values <= 1)):
        raise ValueError(f"shares() needs values from 0 to 1; {values.min():.4g} to {values.max():.4g} came.")
    title = title or "Shares"
    told = "; ".join(
        f"{row}: {', '.join(f'{name} {value:.0%}' for name, value in zip(columns, line, strict=True))}"
        for row, line in zip(rows, values, strict=True)
    )
    result = figure(title=title, subtitle=subtitle, summary=summary or f"{sentence(title)} {told}.")
    result.add_heatmap(
        z=values, zmin=0, zmax=1, colorscale=theme.INTENSITY, showscale=False, xgap=3, ygap=3,
        text=[[f"{value:.0%}" for value in line] for line in values], texttemplate="%{text}",
        textfont={"size": theme.SIZES["label"]}, hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
    )
    ticks = {"showgrid": False, "ticks": "", "zeroline": False, "showline": False}
    result.update_layout(height=int(result.layout.margin.t + 70 + 44 * len(rows)), margin={"l": 20, "r": 12, "b": 12})
    result.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=["<br>".join(wrapped(name, 8)) for name in columns], side="bottom",
        tickangle=0, tickfont={"size": 11}, **ticks,
    )
    result.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=["<br>".join(wrapped(name, 12)) for name in rows],
        autorange="reversed", ticklabelstandoff=5, **ticks,
    )
    return result
