"""Curves as a small drawing (SVG) that a page can replace many times a second.

Plotly's figures in JupyterLab are drawn once: replacing one changes what is saved, not what is seen. Its widget does
redraw, but sends five megabytes to the page each time it is made. So the curves are drawn like this while the
training runs, and become a figure at its end.
"""

import html
import math

from layerwise import theme

_WIDE, _HIGH = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 346, 20, 196
_STROKES = ((theme.BLUE, "", "training"), (theme.ORANGE, "6 4", "validation"))


def sketch(history, *, title, epochs=None, metric=None):
    """Return the loss and a metric by epoch as HTML.

    Args:
        history: A dict from Keras's names ("loss", "val_loss", "accuracy") to a value per epoch.
        title: A sentence above the curves.
        epochs: The number of epochs planned. The axis grows towards it, so that a long run can be read early on.
        metric: The metric beside the loss; the first one when None.
    """
    names = [name for name in history if not name.startswith("val_") and name not in ("loss", "learning_rate")]
    shown = ["loss", *([metric] if metric in names else names[:1])]
    panels = "".join(_panel(name, [history.get(name), history.get(f"val_{name}")], epochs) for name in shown)
    legend = "".join(
        f"<span style='margin-right:18px'><svg width='28' height='8' aria-hidden='true'>{_stroke('0,4 28,4', i)}</svg> "
        f"{_STROKES[i][2]}</span>"
        for i, key in enumerate(("loss", "val_loss"))
        if key in history
    )
    return (
        f"<div style='background:{theme.PAPER};color:{theme.INK};font-family:{theme.FONT};padding:14px 18px'>"
        f"<div style='font-size:{theme.SIZES['title']}px;margin-bottom:6px'>{html.escape(title)}</div>"
        f"<div style='font-size:{theme.SIZES['label']}px'>{legend}</div>"
        f"<div style='display:flex;flex-wrap:wrap;gap:8px'>{panels}</div></div>"
    ).replace(theme.FONT, theme.FONT.replace("'", "&quot;"))


def _panel(name, curves, epochs):
    curves = [values or [] for values in curves]
    finite = [value for values in curves for value in values if math.isfinite(value)] or [0.0]
    step, low, high = _steps(min(finite), max(finite))
    done = len(curves[0])
    count = max(min(epochs or 0, max(10, 2 * done)), done, 2)

    def across(epoch):
        return _LEFT + (epoch - 1) / (count - 1) * (_RIGHT - _LEFT)

    def down(value):
        return _BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP)

    parts = []
    for k in range(round((high - low) / step) + 1):
        value = low + k * step
        parts.append(
            f"<path d='M{_LEFT} {down(value):.1f}H{_RIGHT}' stroke='{theme.GRID}'/>"
            f"<text x='{_LEFT - 6}' y='{down(value) + 4:.1f}' text-anchor='end'>{value + 0.0:.3g}</text>"
        )
    for epoch in sorted({1, (count + 1) // 2, count}):
        parts.append(f"<text x='{across(epoch):.1f}' y='{_BOTTOM + 18}' text-anchor='middle'>{epoch}</text>")
    for index, values in enumerate(curves):
        for piece in _pieces(values):
            places = " ".join(f"{across(epoch):.1f},{down(value):.1f}" for epoch, value in piece)
            parts.append(_stroke(places, index))
            x, y = across(piece[-1][0]), down(piece[-1][1])
            parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{_STROKES[index][0]}'/>")
    words = html.escape(name.replace("_", " "))
    last = ", ".join(f"{_STROKES[i][2]} {values[-1]:.4g}" for i, values in enumerate(curves) if values)
    return (
        f"<svg viewBox='0 0 {_WIDE} {_HIGH}' role='img' aria-label='{words}: {last}' "
        f"style='flex:1 1 300px;max-width:460px;font-size:{theme.SIZES['tick']}px' fill='{theme.INK}'>"
        f"<text x='4' y='{_TOP - 8}' font-size='{theme.SIZES['label']}'>{words}</text>{''.join(parts)}"
        f"<text x='{(_LEFT + _RIGHT) / 2}' y='{_BOTTOM + 38}' text-anchor='middle' "
        f"font-size='{theme.SIZES['label']}'>epoch</text></svg>"
    )


def _stroke(places, index):
    colour, dash, _ = _STROKES[index]
    return f"<polyline points='{places}' fill='none' stroke='{colour}' stroke-width='2.5' stroke-dasharray='{dash}'/>"


def _pieces(values):
    """Split values into runs of (epoch, value) without a gap."""
    pieces, piece = [], []
    for epoch, value in enumerate(values, start=1):
        if math.isfinite(value):
            piece.append((epoch, value))
        elif piece:
            pieces.append(piece)
            piece = []
    return [*pieces, piece] if piece else pieces


def _steps(low, high):
    """Return a round step and the round ends of an axis that holds both values.

    Example:
        >>> _steps(0.13, 0.94)
        (0.2, 0.0, 1.0)
    """
    span = (high - low) or abs(high) or 1.0
    tenth = 10.0 ** math.floor(math.log10(span / 5))
    step = next(s * tenth for s in (1, 2, 5, 10) if s * tenth * 5 >= span * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return step, first * step, max(last, first + 1) * step
