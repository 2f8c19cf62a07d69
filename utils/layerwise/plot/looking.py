"""Where attention looks: lines from each token to those it reads, and the same as a coloured grid."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence
from layerwise.plot._panels import Panels
from layerwise.plot._weights import row_frame, weight_grid

_ROW, _NARROW_ROW = 27, 21  # pixels for each token of a column


def attention(weights, queries, keys=None, *, chosen=None, title="", summary=None, narrow=False):
    """Draw where each token looks: lines from the chosen one, and all weights as a grid.

    Args:
        weights: Shape `(len(queries), len(keys))`; row n says how strongly query n reads each key. Rows sum to 1.
        queries: The tokens that look.
        keys: The tokens that are looked at; the queries themselves when None.
        chosen: The query whose lines are drawn strongly, from 0; all alike when None.
        title: A sentence above the picture.
        summary: The figure in words; written from the weights when None.
        narrow: True puts the grid below the lines, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the shapes do not fit, or no such query exists.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.attention([[0.9, 0.1], [0.5, 0.5]], ["a", "b"], chosen=0, title="Two tokens.")
        >>> plot.describe(figure)
        'Two tokens. Where 2 tokens look among 2: a mostly at a (0.90), b at a and b alike (0.50).'

    Explained in lesson 11.
    """
    weights, queries, keys = _checked("attention()", weights, queries, keys)
    if chosen is not None and not 0 <= chosen < len(queries):
        raise ValueError(f"attention(): there are {len(queries)} queries; number {chosen} is none of them.")
    title = title or "Where each token looks"
    many = max(len(queries), len(keys))
    tall = 40 + (_NARROW_ROW if narrow else _ROW) * many
    made = figure(
        title=title, summary=summary or _words(title, weights, queries, keys),
        height=(2 * tall + 200) if narrow else max(tall, 260) + 130,
    )
    panels = Panels()
    if narrow:
        split = (tall + 100) / (2 * tall + 100)
        lines_at, grid_at = ([0, 1], [split, 0.97]), ([0.22, 1], [0.1, split - 0.14])
    else:
        lines_at, grid_at = ([0, 0.44], [0, 0.94]), ([0.58, 1], [0.0, 0.94])
    columns(panels, 1, *lines_at, weights, queries, keys, chosen=chosen)
    grid(panels, 2, *grid_at, weights, queries, keys, chosen=chosen)
    panels.caption("looks", lines_at[0][0] + 0.3 * (lines_at[0][1] - lines_at[0][0]), lines_at[1][1], anchor="right")
    panels.caption("is read", lines_at[0][0] + 0.7 * (lines_at[0][1] - lines_at[0][0]), lines_at[1][1], anchor="left")
    panels.caption("dark: much of the weight", sum(grid_at[0]) / 2, grid_at[1][1])
    margin = {"t": made.layout.margin.t + 22, "l": 10, "r": 14, "b": 30}
    return panels.into(made, showlegend=False, margin=margin)


def attention_maps(maps, queries, keys=None, *, title="", subtitle="", summary=None, columns=2):
    """Draw several grids of weights side by side, such as one for each head.

    Args:
        maps: Dict from a name to weights of shape `(len(queries), len(keys))`.
        queries: The tokens that look, from top to bottom.
        keys: The tokens that are looked at, from left to right; the queries themselves when None.
        title: A sentence above the picture.
        subtitle: How to read it, in small letters.
        summary: The figure in words; written from the weights when None.
        columns: How many stand side by side.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there is no map, or the shapes do not fit.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.attention_maps({"back": [[1, 0], [1, 0]]}, ["a", "b"], title="One head.")
        >>> plot.describe(figure)
        'One head. back: a mostly at a (1.00), b mostly at a (1.00).'

    Explained in lesson 11.
    """
    if not isinstance(maps, dict) or not maps:
        raise ValueError('attention_maps() needs a dict such as {"head 1": weights} with at least one entry.')
    checked = {name: _checked(f'attention_maps(): "{name}"', w, queries, keys) for name, w in maps.items()}
    title = title or "Where each head looks"
    told = "; ".join(f"{name}: {_looks(*one)}" for name, one in checked.items())
    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    tall = 80 + 22 * len(queries) + (26 if max(len(str(k)) for k in (keys or queries)) > 2 else 0)
    made = figure(
        title=title, subtitle=subtitle, summary=summary or f"{sentence(title)} {told}.", height=110 + tall * rows,
    )
    panels = Panels()
    for place, (name, (weights, rows_of, columns_of)) in enumerate(checked.items()):
        row, column = divmod(place, columns)
        left, high = column / columns, 1 - row / rows
        across = [left + (0.1 if column else 0.0), left + 1 / columns - 0.02]
        upwards = [high - 1 / rows + 0.26 / rows, high - 0.07 / rows]
        grid(panels, place + 1, across, upwards, weights, rows_of, columns_of, named=not column or columns > 2)
        panels.caption(name, sum(across) / 2, upwards[1])
    margin = {"t": made.layout.margin.t + 8, "l": 70, "r": 14, "b": 8}
    return panels.into(made, showlegend=False, margin=margin)


def recall_circuit(tokens, back, match, answers, *, title="", summary=None, narrow=False):
    """Draw two heads that recall: one looks at what stood before, one for its like; and what they answer.

    Args:
        tokens: The tokens, the question last.
        back: Weights of the first head, shape `(n, n)`; None where it is off.
        match: Weights of the second head, shape `(n, n)`; None where it is off.
        answers: Dict from each possible answer to its probability.
        title: A sentence above the picture.
        summary: The figure in words; written when None.
        narrow: True puts the panels below each other, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Example:
        >>> import numpy as np
        >>> from layerwise import plot
        >>> figure = plot.recall_circuit(["a", "7", "a"], np.eye(3), None, {"7": 0.9, "a": 0.1}, title="Recall.")
        >>> plot.describe(figure)
        'Recall. The tokens are a 7 a. The second head is off. The likeliest answer is 7, with 90%.'

    Explained in lesson 11.
    """
    title = title or "Two heads that recall"
    off = [name for name, head in (("first", back), ("second", match)) if head is None]
    best = max(answers, key=answers.get)
    words = f"{sentence(title)} The tokens are {' '.join(tokens)}. "
    words += "".join(f"The {name} head is off. " for name in off)
    words += f"The likeliest answer is {best}, with {answers[best]:.0%}."
    tall = 30 + 25 * len(tokens)
    made = figure(title=title, summary=summary or words, height=110 + (tall + 240 if narrow else max(tall, 280)))
    if narrow:
        split = 240 / (tall + 240)
        boxes = (([0, 0.46], [split, 0.97]), ([0.54, 1], [split, 0.97]), ([0.1, 1], [0.08, split - 0.14]))
    else:
        boxes = (([0, 0.29], [0, 0.94]), ([0.35, 0.64], [0, 0.94]), ([0.74, 1], [0.06, 0.94]))
    panels, last = Panels(), len(tokens) - 1
    for number, head, chosen in ((1, back, None), (2, match, last)):
        weights = np.zeros((len(tokens), len(tokens))) if head is None else np.asarray(head)
        columns(panels, number, *boxes[number - 1], weights, tokens, tokens, chosen=chosen)
    for box, name, head in zip(boxes, ("1: what stood before", "2: where is my like"), (back, match), strict=False):
        panels.caption(name + (" (off)" if head is None else ""), sum(box[0]) / 2, box[1][1])
    _bars(panels, 3, *boxes[2], answers)
    panels.caption("what comes next", sum(boxes[2][0]) / 2, boxes[2][1][1])
    margin = {"t": made.layout.margin.t + 22, "l": 8, "r": 14, "b": 24}
    return panels.into(made, showlegend=False, margin=margin)


def columns(panels, number, across, upwards, weights, queries, keys, *, chosen=None):
    """Draw two columns of tokens and, between them, a line for each weight."""
    many = max(len(queries), len(keys))
    hidden = {"visible": False}
    panels.panel(number, across, upwards, x={**hidden, "range": [0, 1]}, y={**hidden, "range": [many - 0.4, -0.6]})
    left, right = ((many - len(tokens)) / 2 + np.arange(len(tokens)) for tokens in (queries, keys))
    for query in range(len(queries)):
        strong = chosen is None or query == chosen
        for key in np.flatnonzero(weights[query] > (0.02 if strong else 0.15)):
            weight = float(weights[query, key])
            panels.trace(
                number, type="scatter", x=[0.32, 0.68], y=[left[query], right[key]], mode="lines",
                line={"width": 0.6 + 6 * weight, "color": theme.ORANGE if query == chosen else theme.BLUE},
                opacity=0.25 + 0.75 * weight if strong else 0.12,
            )
    read = weights[chosen] if chosen is not None else np.zeros(len(keys))
    bold = [f"<b>{token}</b>" if query == chosen else str(token) for query, token in enumerate(queries)]
    for x, y, texts, anchor, tints in (
        (0.3, left, bold, "middle left", [theme.ORANGE if q == chosen else theme.INK for q in range(len(queries))]),
        (0.7, right, [f"<b>{k}</b>" if w > 0.15 else str(k) for k, w in zip(keys, read, strict=True)], "middle right",
         [theme.INK] * len(keys)),
    ):
        panels.trace(
            number, type="scatter", x=[x] * len(texts), y=list(y), mode="text", text=texts, textposition=anchor,
            textfont={"size": theme.SIZES["label"], "color": tints},
        )


def grid(panels, number, across, upwards, weights, queries, keys, *, chosen=None, named=True):
    """Draw weights as a coloured grid, queries from top to bottom."""
    hover = [[f"{q} reads {k}: {w:.2f}" for k, w in zip(keys, row, strict=True)]
             for q, row in zip(queries, weights, strict=True)]
    panels.trace(
        number, **weight_grid(weights.tolist(), hover, gap=1), hoverinfo="text",
        hovertemplate="%{customdata}<extra></extra>",
    )
    plain = {"showgrid": False, "zeroline": False, "ticks": "", "tickmode": "array"}
    upright = max(len(str(key)) for key in keys) <= 2
    panels.panel(
        number, across, upwards,
        x={**plain, "tickvals": list(range(len(keys))), "ticktext": [str(k) for k in keys],
           "tickangle": 0 if upright else -60, "range": [-0.5, len(keys) - 0.5]},
        y={**plain, "tickvals": list(range(len(queries))) if named else [], "ticktext": [str(q) for q in queries],
           "range": [len(queries) - 0.5, -0.5]},
    )
    if chosen is not None:
        axis = "" if number == 1 else number
        panels.shape(xref=f"x{axis}", yref=f"y{axis}", **row_frame(chosen, len(keys)))


def _bars(panels, number, across, upwards, answers, most=6):
    ranked = sorted(answers, key=lambda answer: -answers[answer])[:most]
    shares = [answers[name] for name in ranked]
    panels.panel(
        number, across, upwards,
        x={"range": [0, 1.28], "tickvals": [0, 0.5, 1], "ticktext": ["0", "50 %", "100 %"]},
        y={"range": [most - 0.5, -0.5], "tickvals": list(range(len(ranked))), "ticktext": ranked, "showgrid": False,
           "ticks": "", "tickfont": {"size": theme.SIZES["label"]}, "ticklabelstandoff": 6},
    )
    panels.trace(
        number, type="bar", orientation="h", y=list(range(len(ranked))), x=shares, width=0.6,
        marker={"color": [theme.ORANGE if n == 0 else theme.BLUE for n in range(len(ranked))]},
    )
    panels.trace(
        number, type="scatter", mode="text", x=shares, y=list(range(len(ranked))), textposition="middle right",
        text=[f" {share:.0%}" for share in shares], textfont={"size": theme.SIZES["tick"], "color": theme.INK},
        cliponaxis=False,
    )


def _checked(who, weights, queries, keys):
    queries = [str(token) for token in queries]
    keys = queries if keys is None else [str(token) for token in keys]
    weights = numbers(weights, what=f"{who}: weights", dimensions=2)
    if weights.shape != (len(queries), len(keys)):
        raise ValueError(
            f"{who} needs weights of shape ({len(queries)}, {len(keys)}), queries by keys; {weights.shape} came."
        )
    return weights, queries, keys


def _looks(weights, queries, keys):
    told = []
    for query, row in zip(queries, weights, strict=True):
        order = np.argsort(-row, kind="stable")
        first = f"{keys[order[0]]} ({row[order[0]]:.2f})"
        if len(order) > 1 and row[order[0]] - row[order[1]] < 0.05:
            first = f"{keys[order[0]]} and {keys[order[1]]} alike ({row[order[0]]:.2f})"
            told.append(f"{query} at {first}")
        else:
            told.append(f"{query} mostly at {first}")
    return ", ".join(told)


def _words(title, weights, queries, keys):
    return (
        f"{sentence(title)} Where {len(queries)} tokens look among {len(keys)}: {_looks(weights, queries, keys)}."
    )
