"""Levels of service: how long requests wait, against how many come."""

import math

from layerwise import theme
from layerwise.plot._figure import figure, sentence, short

_DASH = {"p50": "dot", "p95": "solid", "p99": "dash"}


def service_levels(levels, *, measured=None, target=None, here=None, title="", subtitle="", summary=None, height=420):
    """Draw latency percentiles against the rate of requests.

    Several services show their p95, with the p50 dotted; a single one shows its p99 as well. Where more requests were
    sent away than a percentile allows, it has no time, and its curve ends with a cross.

    Args:
        levels: A dict from names to rows, each with ``asked`` (requests a second), ``p50``, ``p95`` and ``p99``
            (seconds): a table of `layerwise.serve.summary`, or a list of its rows or of dicts.
        measured: Rows in the same form, drawn as dots beside the curves: what was measured, where those were not.
        target: The promise, in seconds, as a line across.
        here: A rate that is marked with a line.
        title: A sentence above the picture.
        subtitle: How to read it, in small letters.
        summary: The figure in words; written from the rows when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure`` with logarithmic times, in milliseconds.

    Raises:
        ValueError: When there is no row, or a row lacks a number.

    Example:
        >>> from layerwise import plot
        >>> rows = [{"asked": rate, "p50": 0.01, "p95": 0.02, "p99": 0.03} for rate in (10, 20)]
        >>> plot.describe(plot.service_levels({"one by one": rows}, target=0.1, title="Waits."))
        'Waits. p95 of one by one: 20 ms at 10 a second, 20 ms at 20 a second. The promise is 100 ms.'

    Explained in lesson 25.
    """
    levels = {name: _rows(rows) for name, rows in levels.items()}
    measured = {name: _rows(rows) for name, rows in (measured or {}).items()}
    if not levels:
        raise ValueError("service_levels() needs rows for at least one service; an empty dict came.")
    shown = ("p50", "p95", "p99") if len(levels) == 1 else ("p50", "p95")
    title = title or "How long requests wait"
    told = summary or _told(levels, target, sentence(title))
    result = figure(title=title, subtitle=subtitle, summary=told, height=height, legend=True)
    finite = [1000 * row[level] for rows in (*levels.values(), *measured.values()) for row in rows for level in shown
              if math.isfinite(row[level])]
    top = 1.6 * max([*finite, 1000 * (target or 0), 1.0])
    for index, (name, rows) in enumerate(levels.items()):
        colour = theme.PALETTE[index % len(theme.PALETTE)]
        for level in shown:
            # A legend stacks what belongs to one group; percentiles of a single service stand side by side.
            label, group = (level, None) if len(levels) == 1 else (None, name)
            _curve(result, name, rows, level, colour, top, label=label, group=group)
        if name in measured:
            _dots(result, name, measured[name], "p95", colour)
    if target:
        result.add_hline(y=1000 * target, line={"color": theme.INK, "width": 1.5, "dash": "dash"})
        # On the left, where few requests come, the curves are low and leave room for it.
        result.add_annotation(x=0, xref="paper", y=math.log10(1000 * target), text=f"promise: {1000 * target:g} ms",
                              showarrow=False, xanchor="left", yanchor="bottom", font={"color": theme.INK})
    if here is not None:
        result.add_vline(x=here, line={"color": theme.MUTED, "width": 1, "dash": "dot"})
    result.update_xaxes(title_text="requests a second", rangemode="tozero")
    result.update_yaxes(title_text="milliseconds", type="log", dtick=1, exponentformat="none", separatethousands=True)
    return result


def _rows(rows):
    if hasattr(rows, "to_dict"):
        rows = rows.to_dict("records")
    rows = [{name: float(row[name]) for name in ("asked", "p50", "p95", "p99")} for row in rows if _whole(row)]
    return sorted(rows, key=lambda row: row["asked"])


def _whole(row):
    lacking = [name for name in ("asked", "p50", "p95", "p99") if name not in row]
    if lacking:
        raise ValueError(f"service_levels(): a row lacks {', '.join(lacking)}; give it rows of serve.summary().")
    return True


def _curve(result, name, rows, level, colour, top, *, label, group):
    main = level == "p95"
    result.add_scatter(
        x=[row["asked"] for row in rows], mode="lines",
        y=[1000 * row[level] if math.isfinite(row[level]) else None for row in rows],
        name=label or (name if main else f"{name}, {level}"), legendgroup=group, showlegend=bool(label) or main,
        line={"color": colour, "width": 3 if main else 1.5, "dash": _DASH[level]},
        hovertemplate="%{x:.0f} a second: " + level + " %{y:.1f} ms<extra></extra>",
    )
    lost = [row["asked"] for row in rows if not math.isfinite(row[level])]
    if main and lost:
        result.add_scatter(
            x=lost, y=[top] * len(lost), mode="markers", legendgroup=group, showlegend=False,
            marker={"symbol": "x", "size": 9, "color": colour},
            hovertemplate="%{x:.0f} a second: more than 5 % sent away<extra></extra>",
        )


def _dots(result, name, rows, level, colour):
    rows = [row for row in rows if math.isfinite(row[level])]
    result.add_scatter(
        x=[row["asked"] for row in rows], y=[1000 * row[level] for row in rows], mode="markers", name="measured",
        legendrank=1001,  # after all services
        showlegend=not any(trace.name == "measured" for trace in result.data),
        marker={"size": 9, "color": theme.PAPER, "line": {"color": colour, "width": 2.5}},
        hovertemplate="measured, %{x:.0f} a second: " + level + " %{y:.1f} ms<extra></extra>",
    )


def _told(levels, target, title):
    parts = [title]
    for name, rows in levels.items():
        said = [f"{_time(row['p95'])} at {short(round(row['asked']))} a second" for row in rows]
        parts.append(f"p95 of {name}: {', '.join(said)}.")
    if target:
        parts.append(f"The promise is {1000 * target:g} ms.")
    return " ".join(parts)


def _time(seconds):
    return f"{short(round(1000 * seconds, 1))} ms" if math.isfinite(seconds) else "for ever"
