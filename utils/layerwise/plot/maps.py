"""A map of a course: what builds on what, and how far somebody has come."""

import numpy as np

from layerwise import theme
from layerwise.plot._figure import figure, sentence

MARKS = {
    "right": ("right", {
        "symbol": "circle", "color": theme.MINT, "size": 15, "line": {"width": 1.5, "color": theme.INK},
    }),
    "due": ("right, due again", {
        "symbol": "diamond", "color": theme.GOLD, "size": 16, "line": {"width": 1.5, "color": theme.INK},
    }),
    "tried": ("tried", {
        "symbol": "circle-open-dot", "color": theme.ORANGE, "size": 15, "line": {"width": 2.5, "color": theme.ORANGE},
    }),
    "open": ("not tried", {
        "symbol": "circle-open", "color": theme.MUTED, "size": 13, "line": {"width": 1.2, "color": theme.MUTED},
    }),
}
"""How an exercise is drawn: by its form as well as by its colour."""

# The map's own units: the whole, the first lane of lessons, from lane to lane, from mark to mark.
WIDTH, FIRST, LANE, MARK = 100, 6, 8.5, 8
ROW, HEADING = 62, 0.6  # pixels of a lesson's row; a heading's height in rows


def course_map(lessons, *, title, summary=None, subtitle=""):
    """Draw lessons as a map: one row each, joined to what they build on, their exercises as marks.

    Args:
        lessons: Dicts in order, with ``name`` (short, inside the node), ``label``, ``part`` (a heading, may be ""),
            ``requires`` (names of earlier lessons), ``done`` (0 to 1, or None where there is nothing to do), ``note``
            (a few words), and ``marks``: dicts with ``name``, ``state`` (one of `MARKS`), ``note`` and ``requires``
            (names of earlier marks in the same lesson).
        title: A sentence above the picture.
        summary: The figure in words; written when None.
        subtitle: How to read the figure.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: There is no lesson, or a mark's state is unknown.

    Example:
        >>> from layerwise import plot
        >>> mark = {"name": "sum", "state": "right", "note": "", "requires": []}
        >>> lesson = {"name": "01", "label": "Sums", "part": "", "requires": [], "done": 1, "note": "1 of 1"}
        >>> plot.describe(plot.course_map([{**lesson, "marks": [mark]}], title="One lesson."))
        'One lesson. A map of 1 lesson with 1 exercise. 01 Sums: 1 of 1.'
    """
    lessons = list(lessons)
    if not lessons:
        raise ValueError("course_map() needs at least one lesson; an empty list came.")
    unknown = {mark["state"] for lesson in lessons for mark in lesson["marks"]} - set(MARKS)
    if unknown:
        raise ValueError(f"course_map() knows the states {', '.join(MARKS)}; {sorted(unknown)[0]!r} came.")
    heights, headings, total = _rows(lessons)
    lanes = _lanes(lessons)
    step = min(LANE, 30 / (max(lanes.values()) + 1))
    places = {lesson["name"]: (FIRST + step * lanes[lesson["name"]], heights[lesson["name"]]) for lesson in lessons}
    left = FIRST - 1 + step * (max(lanes.values()) + 1)
    result = figure(
        title=title, subtitle=subtitle, summary=summary or _words(title, lessons), height=150 + int(ROW * total),
        legend=True,
    )
    _draw_edges(result, lessons, places)
    _draw_lessons(result, lessons, places, left, headings)
    _draw_marks(result, lessons, places, left)
    bare = {"visible": False, "fixedrange": True}
    result.update_xaxes(range=[0, WIDTH], **bare)
    result.update_yaxes(range=[total - 0.4, -0.4], **bare)
    return result.update_layout(margin={"l": 8, "r": 8, "b": 8}, hovermode="closest", dragmode=False)


def _rows(lessons):
    """Return the height of each lesson, the headings above them, and how many rows there are in all."""
    heights, headings, at, part = {}, [], 0.0, ""
    for lesson in lessons:
        if lesson["part"] != part:
            part = lesson["part"]
            headings.append((at - 0.1, part))
            at += HEADING
        heights[lesson["name"]] = at
        at += 1
    return heights, headings, at


def _lanes(lessons):
    """Return a lane for each lesson, such that no line down a lane runs through another lesson."""
    last = {name: row for row, lesson in enumerate(lessons) for name in lesson["requires"]}
    waiting, lanes = [], {}  # for each lane, the lesson whose line it still holds
    for row, lesson in enumerate(lessons):
        ending = [lanes[name] for name in lesson["requires"] if name in lanes and last[name] == row]
        for lane in ending:
            waiting[lane] = None
        free = [lane for lane, holder in enumerate(waiting) if holder is None]
        lane = min(ending) if ending else free[0] if free else len(waiting)
        if lane == len(waiting):
            waiting.append(None)
        lanes[lesson["name"]] = lane
        waiting[lane] = lesson["name"] if lesson["name"] in last else None
    return lanes


def _draw_edges(result, lessons, places):
    along = np.linspace(0, 1, 25)
    bend = along * along * (3 - 2 * along)
    xs, ys = [], []
    for lesson in lessons:
        x, y = places[lesson["name"]]
        for name in lesson["requires"]:
            if name not in places:
                continue
            from_x, from_y = places[name]
            turn = max(from_y, y - 1)
            xs += [from_x, *(from_x + (x - from_x) * bend), None]
            ys += [from_y, *(turn + (y - turn) * along), None]
    result.add_scatter(
        x=xs, y=ys, mode="lines", line={"color": theme.MUTED, "width": 2}, opacity=0.55, hoverinfo="skip",
        showlegend=False,
    )


def _draw_lessons(result, lessons, places, left, headings):
    done = [lesson["done"] or 0 for lesson in lessons]
    xs, ys = zip(*(places[lesson["name"]] for lesson in lessons), strict=True)
    result.add_scatter(
        x=xs, y=ys, mode="markers+text", text=[lesson["name"] for lesson in lessons], showlegend=False,
        textfont={"size": 12, "color": [theme.PAPER if share >= 1 else theme.INK for share in done]},
        marker={
            "size": 30, "opacity": 1, "line": {"width": 2, "color": theme.INK},
            "color": [theme.INK if share >= 1 else "#D5E4F0" if share > 0 else theme.PAPER for share in done],
        },
        customdata=[[lesson["label"], lesson["note"]] for lesson in lessons],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    for lesson in lessons:
        y = places[lesson["name"]][1]
        _text(result, left, y - (0.24 if lesson["marks"] else 0), lesson["label"], size=theme.SIZES["label"])
        if lesson["marks"]:
            _text(result, WIDTH, y + 0.2, lesson["note"], anchor="right", color=theme.MUTED)
    for y, heading in headings:
        _text(result, left, y, heading, color=theme.MUTED)


def _draw_marks(result, lessons, places, left):
    by_state, arcs = {state: [] for state in MARKS}, ([], [])
    along = np.linspace(0, 1, 15)
    for lesson in lessons:
        y = places[lesson["name"]][1] + 0.2
        # Short of the note at the right end, also where a lab has many exercises.
        step = min(MARK, (WIDTH - 13 - left) / max(len(lesson["marks"]), 1))
        at = {mark["name"]: left + 2 + step * place for place, mark in enumerate(lesson["marks"])}
        for mark in lesson["marks"]:
            by_state[mark["state"]].append((at[mark["name"]], y, mark))
            for name in mark["requires"]:
                if name in at:
                    arcs[0].extend([*(at[name] + (at[mark["name"]] - at[name]) * along), None])
                    arcs[1].extend([*(y + 0.14 + 0.5 * along * (1 - along)), None])
    if arcs[0]:
        result.add_scatter(
            x=arcs[0], y=arcs[1], mode="lines", line={"color": theme.MUTED, "width": 1}, hoverinfo="skip",
            showlegend=False,
        )
    for state, marks in by_state.items():
        label, marker = MARKS[state]
        xs, ys, told = zip(*marks, strict=True) if marks else ([None], [None], [])
        result.add_scatter(
            x=xs, y=ys, mode="markers", name=label, marker=marker, cliponaxis=False,
            customdata=[[mark["name"], mark["note"]] for mark in told],
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )


def _text(result, x, y, text, *, anchor="left", size=theme.SIZES["tick"], color=theme.INK):
    result.add_annotation(
        x=x, y=y, text=text, showarrow=False, xanchor=anchor, yanchor="middle", font={"size": size, "color": color},
        align=anchor,
    )


def _words(title, lessons):
    count = sum(len(lesson["marks"]) for lesson in lessons)
    told = []
    for lesson in lessons:
        after = f" (after {' and '.join(lesson['requires'])})" if lesson["requires"] else ""
        told.append(f"{lesson['name']} {lesson['label']}{after}: {lesson['note'] or 'no exercises'}.")
    kinds = f"{len(lessons)} lesson{'s' * (len(lessons) != 1)} with {count} exercise{'s' * (count != 1)}"
    return f"{sentence(title)} A map of {kinds}. {' '.join(told)}"
