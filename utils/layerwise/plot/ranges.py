"""A learning-rate range test: the loss while the learning rate rises."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, short
from layerwise.plot.charts import faded


def range_test(rates, losses, *, smooth=None, suggestion=None, steepest=None, chosen=None, title="", summary=None,
               height=400):
    """Draw the loss against a learning rate that rose from step to step.

    Args:
        rates: The learning rate of each step, shape `(n,)`, above zero.
        losses: The loss before each step, shape `(n,)`; or of several sweeps, shape `(sweeps, n)`. Where a sweep
            ended early, its values are nan.
        smooth: The smoothed loss, shape `(n,)`, or None.
        suggestion: The lowest and the highest rate worth trying, as a pair, or None.
        steepest: The rate at which the loss falls fastest, or None.
        chosen: A rate to mark, or None.
        title: A sentence above the picture.
        summary: The figure in words; written from the data when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the shapes do not fit each other, or a rate is not above zero.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.range_test([0.01, 0.1, 1.0], [2.3, 1.1, 5.0], title="A rate too far.")
        >>> plot.describe(figure)
        'A rate too far. Loss by learning rate from 0.01 to 1: it begins at 2.3, is lowest with 1.1 at 0.1.'
    """
    rates = numbers(rates, what="range_test(): rates", dimensions=1)
    losses = np.atleast_2d(numbers(losses, what="range_test(): losses", dimensions=(1, 2)))
    if losses.shape[1] != len(rates) or np.any(rates <= 0):
        raise ValueError(
            f"range_test() needs one loss for each rate, and rates above zero; {len(rates)} rates and losses of shape "
            f"{losses.shape} came."
        )
    middle = _middle(losses) if smooth is None else numbers(smooth, what="range_test(): smooth", dimensions=1)
    known = np.flatnonzero(np.isfinite(middle))
    best = known[np.argmin(middle[known])]
    title = title or "The loss while the learning rate rises"
    words = (
        f"{sentence(title)} Loss by learning rate from {short(rates[0])} to {short(rates[-1])}: it begins at "
        f"{short(middle[known[0]])}, is lowest with {short(middle[best])} at {short(rates[best])}"
    )
    words += f"; worth trying: {short(suggestion[0])} to {short(suggestion[1])}." if suggestion else "."
    made = figure(title=title, summary=summary or words, height=height)
    finite = middle[known]
    low, span = float(finite.min()), float(finite[0] - finite.min()) or 1.0
    top = float(finite[0]) + 0.6 * span
    bottom = low - 0.25 * span
    pale = faded(theme.BLUE, 0.35) if smooth is not None or len(losses) > 1 else theme.BLUE
    for sweep in losses:
        made.add_scatter(
            x=rates, y=[value if np.isfinite(value) else None for value in np.minimum(sweep, 1e9)], mode="lines",
            line={"color": pale, "width": 1.3 if len(losses) > 1 or smooth is not None else 2.5},
            hoverinfo="skip" if smooth is not None else None, showlegend=False,
        )
    if smooth is not None:
        made.add_scatter(
            x=rates[known], y=finite, mode="lines", line={"color": theme.INK, "width": 2.6}, showlegend=False,
            hovertemplate="rate %{x:.2g}: smoothed loss %{y:.3g}<extra></extra>",
        )
    if suggestion:
        made.add_shape(
            type="rect", x0=suggestion[0], x1=suggestion[1], y0=0, y1=1, yref="paper", line={"width": 0},
            fillcolor=faded(theme.MINT, 0.25), layer="below",
        )
        made.add_annotation(
            x=float(np.mean(np.log10(suggestion))), y=1, yref="paper", yanchor="bottom", showarrow=False,
            text="worth trying", font={"size": theme.SIZES["tick"], "color": theme.INK},
        )
    if steepest is not None:
        place = int(np.argmin(np.abs(np.log(rates[known] / steepest))))
        made.add_scatter(
            x=[steepest], y=[finite[place]], mode="markers", showlegend=False,
            marker={"size": 13, "symbol": "diamond", "color": theme.MINT, "line": {"color": theme.INK, "width": 1.5}},
            hovertemplate="steepest at %{x:.2g}<extra></extra>",
        )
    if chosen is not None:
        made.add_shape(
            type="line", x0=chosen, x1=chosen, y0=0, y1=1, yref="paper",
            line={"color": theme.ORANGE, "width": 2.5, "dash": "dash"},
        )
        late = np.log(chosen / rates[0]) > 0.85 * np.log(rates[-1] / rates[0])  # no room for its label at the right
        made.add_annotation(
            x=float(np.log10(chosen)), y=0.02, yref="paper", yanchor="bottom", showarrow=False, text=f"{chosen:g}",
            xanchor="right" if late else "left", xshift=-5 if late else 5,
            font={"size": theme.SIZES["label"], "color": "#A8481A"},
        )
    ends = [float(np.log10(rates[0])), float(np.log10(rates[-1]))]
    made.update_xaxes(title_text="learning rate", type="log", range=ends, dtick=1, exponentformat="power")
    made.update_yaxes(title_text="loss", range=[bottom, top], zeroline=False, automargin=False)
    return made.update_layout(margin={"l": 56, "r": 16, "b": 48})


def _middle(losses):
    """Return the median over the sweeps that reached each rate, nan where none did."""
    middle = np.full(losses.shape[1], np.nan)
    known = np.isfinite(losses).any(axis=0)
    middle[known] = np.nanmedian(np.where(np.isfinite(losses), losses, np.nan)[:, known], axis=0)
    return middle
