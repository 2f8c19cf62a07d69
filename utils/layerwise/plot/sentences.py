"""Texts that a network completes: candidates for a gap, and which words a translation looked at."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, wrapped
from layerwise.plot._weights import row_frame, weight_grid


def candidates(words, probabilities, *, chosen=None, title="", subtitle="", summary=None):
    """Draw the candidates for one place in a text, a group of bars for each word.

    Args:
        words: The candidates, texts, the likeliest first.
        probabilities: A dict: for each model's name its probabilities from 0 to 1, shape `(words,)`.
        chosen: The word to write in bold, such as the one that really stood there; None for none.
        title: A sentence above the picture.
        subtitle: The text around the place, in small letters.
        summary: The figure in words; written from the data when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When words and probabilities differ in number, or a probability is not between 0 and 1.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.candidates(["parcel", "bill"], {"model": [0.7, 0.2]}, title="Where is my ...?")
        >>> plot.describe(figure)
        'Where is my ...? Probabilities: parcel 70%, bill 20% (model).'
    """
    words = [str(word) for word in words]
    series = {
        str(name): numbers(values, what=f"candidates(): {name}", dimensions=1) for name, values in probabilities.items()
    }
    for name, values in series.items():
        if len(values) != len(words):
            raise ValueError(
                f"candidates() needs a probability for each word; {name} has {len(values)} for {len(words)}."
            )
        if not np.all((values >= 0) & (values <= 1 + 1e-6)):
            raise ValueError(
                f"candidates() needs probabilities from 0 to 1; {name} has {values.min()} to {values.max()}."
            )
    title = title or "What could stand here"
    told = "; ".join(
        ", ".join(f"{word} {value:.0%}" for word, value in zip(words, values, strict=True)) + f" ({name})"
        for name, values in series.items()
    )
    many = len(series) > 1
    result = figure(
        title=title, subtitle=subtitle, legend=many, summary=summary or f"{sentence(title)} Probabilities: {told}.",
    )
    thick = 0.8 / max(len(series), 1)
    where = np.arange(len(words))
    for turn, (name, values) in enumerate(series.items()):
        result.add_bar(
            y=where - 0.4 + thick * (turn + 0.5), x=values, orientation="h", width=thick * 0.92, name=name,
            marker={"color": theme.PALETTE[turn % len(theme.PALETTE)]}, text=[f"{value:.0%}" for value in values],
            textposition="outside", textfont={"size": theme.SIZES["tick"], "color": theme.INK}, cliponaxis=False,
            customdata=words, hovertemplate="%{customdata}: %{x:.1%}<extra>" + name + "</extra>",
        )
    most = max((values.max() for values in series.values()), default=1.0)
    high = 26 + 14 * max(len(series) - 1, 0)
    result.update_layout(height=int(result.layout.margin.t + 64 + high * len(words) + (26 if many else 0)))
    if many:
        _legend_below_title(result)
    result.update_xaxes(title_text="probability", tickformat=".0%", range=[0, max(most * 1.16, 0.05)])
    result.update_yaxes(
        tickvals=where, ticktext=[f"<b>{visible(word)}</b>" if word == chosen else visible(word) for word in words],
        range=[len(words) - 0.45, -0.55], showgrid=False, ticks="", ticklabelstandoff=6,
    )
    return result


def alignment(weights, source, target, *, row=None, x_title="read", y_title="written", title="", subtitle="",
              summary=None):
    """Draw how much each written word looked at each word that was read, the darker the more.

    Args:
        weights: Shares from 0 to 1, shape `(target, source)`.
        source: The words that were read, from left to right.
        target: The words that were written, from top to bottom.
        row: The written word to frame; None for none.
        x_title: What the columns are.
        y_title: What the rows are.
        title: A sentence above the picture.
        subtitle: How to read it, in small letters.
        summary: The figure in words; written from the data when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When words and weights do not fit each other, a weight is no share, or the row does not exist.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.alignment([[0.1, 0.9], [0.8, 0.2]], ["twenty", "one"], ["ein", "zwanzig"], title="Turned.")
        >>> plot.describe(figure)
        'Turned. Most looked at: ein at one (90%), zwanzig at twenty (80%).'
    """
    source, target = [str(word) for word in source], [str(word) for word in target]
    weights = numbers(weights, what="alignment(): weights", dimensions=2)
    if weights.shape != (len(target), len(source)):
        raise ValueError(f"alignment() needs weights of shape ({len(target)}, {len(source)}); {weights.shape} came.")
    if not np.all((weights >= -1e-6) & (weights <= 1 + 1e-6)):
        raise ValueError(f"alignment() needs weights from 0 to 1; {weights.min():.4g} to {weights.max():.4g} came.")
    if row is not None and not 0 <= row < len(target):
        raise ValueError(f"alignment(): row {row} came; there are {len(target)} written words, counted from 0.")
    title = title or "Which words it looked at"
    told = ", ".join(
        f"{word} at {source[line.argmax()]} ({line.max():.0%})" for word, line in zip(target, weights, strict=True)
    )
    result = figure(title=title, subtitle=subtitle, summary=summary or f"{sentence(title)} Most looked at: {told}.")
    hover = [[f"{word} looks at {other}" for other in source] for word in target]
    shares = [[f"{share:.0%}" if share >= 0.1 else "" for share in line] for line in weights]
    result.add_trace({
        **weight_grid(weights, hover, gap=3), "hovertemplate": "%{customdata}: %{z:.0%}<extra></extra>",
        "text": shares, "texttemplate": "%{text}", "textfont": {"size": theme.SIZES["tick"]},
    })
    if row is not None:
        result.add_shape(row_frame(row, len(source)))
    ticks = {"showgrid": False, "ticks": "", "zeroline": False, "showline": False}
    result.update_layout(height=int(result.layout.margin.t + 96 + 30 * len(target)))
    result.update_xaxes(
        title_text=x_title, tickvals=list(range(len(source))), ticktext=["<br>".join(wrapped(w, 9)) for w in source],
        tickangle=-40 if len(source) > 4 else 0, **ticks,
    )
    result.update_yaxes(
        title_text=y_title, tickvals=list(range(len(target))),
        ticktext=[f"<b>{w}</b>" if n == row else w for n, w in enumerate(target)], autorange="reversed",
        ticklabelstandoff=5, **ticks,
    )
    return result


def visible(piece):
    """Return a piece of text so that spaces and line ends at its edges can be seen.

    Example:
        >>> visible(" order"), visible("\\n"), visible(" ")
        ('order', '(line end)', '(space)')
    """
    names = {"\n": "(line end)", " ": "(space)", "": "(nothing)"}
    return names.get(piece, piece.strip(" ").replace("<", "&lt;"))


def _legend_below_title(result):
    block = result.layout.margin.t
    result.update_layout(margin={"t": block + 26})
    high = 1 - (block - 12) / result.layout.height
    result.update_layout(legend={"y": high, "yanchor": "top", "traceorder": "normal"})
