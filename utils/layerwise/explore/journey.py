"""The private progress page: a map of the course, what is done, what was tried, what is due for review."""

from layerwise import course as courses
from layerwise import plot, progress, recall, show, theme

SUBTITLE = "A row for each lesson, a mark for each exercise."
LISTED = 8
"""Entries of a list that are shown; the page says how many more there are."""

_BAR = (
    "<div style='height:8px;border-radius:4px;margin:8px 0;background:var(--jp-border-color2,#d8d2c4)'>"
    "<div style='height:8px;border-radius:4px;width:%d%%;background:%s'></div></div>"
)
_LIST = "margin:2px 0 8px;padding-left:1.3em"


class Page:
    """What has been done: a map and a list in a notebook, a few lines of text elsewhere.

    | attribute | what it is |
    |---|---|
    | result | what `compute` found |
    | figure | the map |
    | html, text | the list, as the inside of a card and as plain text |
    """

    def __init__(self, result):
        self.result = result
        self.figure = draw(result)
        self.html, self.text = page_html(result), page_text(result)

    def __repr__(self):
        return self.text

    def _ipython_display_(self):
        if not show.in_notebook():
            print(self.text)
            return
        from IPython.display import display

        display(self.figure)
        show.card(self.html, text=self.text)


def page():
    """Return the page of what is in the store now."""
    return Page(compute(progress.events(), courses.load(), progress.now()))


def compute(events, course, now):
    """Return how far somebody has come.

    Args:
        events: What `layerwise.progress.events` gives.
        course: What `layerwise.course.load` gives.
        now: The time, with its zone.

    Returns:
        A dict: ``lessons`` (with ``exercises``, each with ``state`` "right", "due", "tried" or "open"), ``due``
        (items in the order in which a review takes them), ``following`` (the lesson to go on with, or None) and
        ``headline``.
    """
    known, items = progress.summary(events), recall.schedule(events, course)
    waiting, today = recall.due(items, course, now), now.astimezone().date()
    answered = {event["key"]: event["value"] for event in events if event["kind"] == "quiz"}
    begun = {event["key"].partition(".")[0] for event in events}
    lessons = []
    for lesson in course["lessons"]:
        exercises = [
            _exercise(entry, known.get(entry["id"]), items.get(entry["id"]), today)
            for entry in course["exercises"] if entry["lesson"] == lesson["id"]
        ]
        quizzes = [one["key"] for one in course["questions"] if one["lesson"] == lesson["id"] and one["kind"] == "quiz"]
        right = [key for key in quizzes if isinstance(answered.get(key), dict) and answered[key].get("right")]
        lessons.append({
            **lesson, "exercises": exercises, "right": sum(one["state"] in ("right", "due") for one in exercises),
            "quizzes": len(quizzes), "quizzes_right": len(right), "begun": lesson["number"] in begun,
        })
    result = {"lessons": lessons, "parts": course["parts"], "due": waiting, "today": today, "events": len(events)}
    result["titles"] = {entry["id"]: entry["title"] for entry in course["exercises"]}
    result["titles"] |= {entry["key"]: entry["question"] for entry in course["questions"]}
    result["following"] = next((lesson for lesson in lessons if _share(lesson) < 1), None)
    return {**result, "headline": _headline(result)}


def _exercise(entry, known, item, today):
    state = "open"
    if known and known["attempts"]:
        state = "tried" if known["state"] != "right" else "due" if item and item.due <= today else "right"
    attempts = known["attempts"] if known else 0
    comes = (item.due - today).days if item and state == "right" else None
    return {
        "id": entry["id"], "title": entry["title"], "requires": entry["requires"], "state": state,
        "attempts": attempts, "hints": known["hints"] if known else 0, "comes": comes,
    }


def _share(lesson):
    """Return how much of a lesson is done, 0 to 1: its exercises, or its questions where it has no lab."""
    done, of = lesson["right"], len(lesson["exercises"])
    if not of:
        done, of = lesson["quizzes_right"], lesson["quizzes"]
    return done / of if of else float(lesson["begun"])


def _headline(result):
    lessons = result["lessons"]
    total, right = sum(len(one["exercises"]) for one in lessons), sum(one["right"] for one in lessons)
    if not result["events"]:
        return f"{recall.counted(total, 'exercise')} to discover, and none of them tried yet"
    due = f"{len(result['due'])} due for review" if result["due"] else "nothing due"
    return f"{right} of {recall.counted(total, 'exercise')} right; {due}"


# --- what it looks like


def draw(result):
    """Return the map of a result."""
    names = {part["number"]: f"Part {part['number']}: {part['title']}" for part in result["parts"]}
    numbers = {lesson["id"]: lesson["number"] for lesson in result["lessons"]}
    rows = []
    for lesson in result["lessons"]:
        of = len(lesson["exercises"])
        begun = 0.01 if lesson["begun"] else 0
        rows.append({
            "name": lesson["number"], "label": lesson["title"], "part": names.get(lesson["part"], ""),
            "requires": [numbers[name] for name in lesson["requires"]], "done": max(_share(lesson), begun),
            "note": f"{lesson['right']} of {of}" if of else _questions(lesson),
            "marks": [
                {
                    "name": f"{one['id']} · {one['title']}", "state": one["state"], "note": _told(one),
                    "requires": [f"{name} · {result['titles'][name]}" for name in one["requires"]],
                }
                for one in lesson["exercises"]
            ],
        })
    return plot.course_map(rows, title=f"{result['headline']}.", subtitle=SUBTITLE)


def _questions(lesson):
    return f"{lesson['quizzes_right']} of {recall.counted(lesson['quizzes'], 'question')} right"


def _asked(result):
    right, count = (sum(lesson[name] for lesson in result["lessons"]) for name in ("quizzes_right", "quizzes"))
    return f"{right} of {recall.counted(count, 'question')} right, by the last answer given."


def _told(exercise):
    """Return how it stands with an exercise, in a few words."""
    words = {"right": "right", "due": "right, due again", "tried": "not right yet", "open": "not tried"}
    told = [words[exercise["state"]]]
    if exercise["attempts"]:
        told.append(f"{exercise['attempts']} {'try' if exercise['attempts'] == 1 else 'tries'}")
    if exercise["hints"]:
        told.append(recall.counted(exercise["hints"], "hint"))
    if exercise["comes"] is not None:
        told.append(f"comes back {recall.ago(-exercise['comes'])}")
    return ", ".join(told)


def sections(result):
    """Return what the page lists, as pairs of a heading and its lines; code stands between backticks."""
    if not result["events"]:
        first = result["lessons"][0]
        begin = [
            f"{courses.label(first)}, about {first['minutes']} minutes (`notebooks/{first['id']}.ipynb`).",
            "Every exercise that you check and every question that you answer appears on this page.",
        ]
        return [("A good place to begin", begin), _yours()]
    due = [
        f"{item.key} · {_short(result['titles'][item.key])} ({recall.ago((result['today'] - item.last).days)})"
        for item in result["due"]
    ]
    started = [
        f"{one['id']} · {one['title']} ({_told(one)})"
        for lesson in result["lessons"] for one in lesson["exercises"] if one["state"] == "tried"
    ]
    found = [("Due for review", _first(due)), ("Tried, not right yet", _first(started))]
    if due:
        found[0][1].append("`from layerwise.check import review`, then `review()` brings them back.")
    lesson = result["following"]
    if lesson:
        where = f"`notebooks/{lesson['id']}.ipynb`" + (f", `labs/{lesson['lab']}.ipynb`" if lesson["lab"] else "")
        found.append(("Next on the way", [f"{courses.label(lesson)} ({where})"]))
    return [(heading, lines) for heading, lines in found if lines] + [_yours()]


def page_text(result):
    """Return the page as plain text."""
    lines = [f"{result['headline']}.", *([_asked(result)] if result["events"] else [])]
    for heading, entries in sections(result):
        lines += ["", heading, *(f"  {entry}" for entry in entries)]
    return "\n".join(lines).replace("`", "")


def page_html(result):
    """Return the page as the inside of a card."""
    total = sum(len(lesson["exercises"]) for lesson in result["lessons"])
    share = 100 * sum(lesson["right"] for lesson in result["lessons"]) // max(total, 1)
    parts = [f"<p><strong>{show.marked(result['headline'])}</strong></p>", _BAR % (share, theme.MINT)]
    if result["events"]:
        parts.append(f"<p>{_asked(result)}</p>")
    for heading, entries in sections(result):
        listed = "".join(f"<li>{show.marked(entry)}</li>" for entry in entries)
        parts.append(f"<p><strong>{heading}</strong></p><ul style='{_LIST}'>{listed}</ul>")
        if heading == "Next on the way":
            parts.append(_all(result))
    return "".join(parts)


def _all(result):
    """Return every exercise, lesson by lesson, folded away."""
    parts = []
    for lesson in result["lessons"]:
        listed = "".join(
            f"<li>{show.marked(one['id'])} · {show.marked(one['title'])}: {_told(one)}</li>"
            for one in lesson["exercises"]
        )
        told = [f"{lesson['right']} of {recall.counted(len(lesson['exercises']), 'exercise')} right"] if listed else []
        told.append(_questions(lesson))
        head = f"<p>{show.marked(courses.label(lesson))}: {', '.join(told)}</p>"
        parts.append(head + (f"<ul style='{_LIST}'>{listed}</ul>" if listed else ""))
    return f"<details style='margin:8px 0'><summary>Every lesson and exercise</summary>{''.join(parts)}</details>"


def _first(entries):
    more = len(entries) - LISTED
    return entries[:LISTED] + ([f"and {more} more"] if more > 0 else [])


def _short(text):
    words = text.replace("`", "")
    return words if len(words) <= 70 else f"{words[:67].rsplit(' ', 1)[0]} ..."


def _yours():
    return ("Yours alone", [
        f"All this is kept in {progress.file()} on this machine. Nobody else sees it.",
        '`from layerwise import progress`, then `progress.export("my-progress.json")` writes all of it to a file, '
        "and `progress.delete()` forgets it.",
    ])
