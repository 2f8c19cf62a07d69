"""The progress page: the map, the numbers, the lists, the empty page; and the map as a figure."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from layerwise import course, explore, plot, progress, theme
from layerwise.explore import journey

NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)
COURSE = course.load()


def event(day, kind, key, value=True):
    return {"time": (NOON + timedelta(days=day)).isoformat(), "kind": kind, "key": key, "value": value}


def check(day, key, state="right"):
    return event(day, "check", key, {"state": state, "misconception": None})


SOME = [
    check(0, "02.dense", "not yet"), check(0, "02.dense"), check(9, "02.softmax"),
    event(9, "hint", "02.forward", 1), check(9, "02.forward", "not yet"), check(9, "02.forward", "not yet"),
    event(9, "quiz", "00.quiz.rings", {"answer": "x", "right": False}),
    event(9, "quiz", "00.quiz.split", {"answer": "x", "right": True}),
]


def at(day, events=SOME):
    return journey.compute(events, COURSE, NOON + timedelta(days=day))


def states(result):
    return {one["id"]: one["state"] for lesson in result["lessons"] for one in lesson["exercises"]}


def lesson(result, number):
    return next(one for one in result["lessons"] if one["number"] == number)


def test_the_numbers():
    result = at(10)
    assert result["headline"] == f"2 of {len(COURSE['exercises'])} exercises right; 2 due for review"
    assert [item.key for item in result["due"]] == ["02.dense", "00.quiz.rings"]
    found = states(result)
    assert [found[name] for name in ("02.dense", "02.softmax", "02.forward", "05.backward")] == [
        "due", "right", "tried", "open",
    ]
    assert lesson(result, "02")["right"] == 2 and lesson(result, "00")["quizzes_right"] == 1
    assert lesson(result, "00")["begun"] and not lesson(result, "05")["begun"]
    assert result["following"]["number"] == "00", "two of its questions are open"
    assert at(9)["headline"].endswith("1 due for review")
    assert at(1, [check(0, "02.dense")])["headline"].endswith("nothing due")


def test_what_is_opened_only_is_not_tried():
    assert states(at(1, [event(0, "hint", "02.dense", 1)]))["02.dense"] == "open"


def test_the_page_lists_what_is_due_what_was_tried_and_where_it_is_kept():
    text = journey.page_text(at(10))
    assert "02.dense · A dense layer (10 days ago)" in text and "review() brings them back" in text
    assert "02.forward · The forward pass of a network (not right yet, 2 tries, 1 hint)" in text
    assert str(progress.file()) in text and "Nobody else sees it" in text
    # What the page tells people to call is there.
    assert callable(progress.export) and callable(progress.delete)
    assert 'progress.export("my-progress.json")' in text and "progress.delete()" in text
    assert "`" not in text


def test_a_long_list_is_cut_and_says_so():
    events = [check(0, entry["id"], "not yet") for entry in COURSE["exercises"][:12]]
    text = journey.page_text(at(1, events))
    assert text.count("not right yet, 1 try") == journey.LISTED and "and 4 more" in text


def test_the_page_folds_every_exercise_away_and_escapes_what_it_quotes():
    odd = {**COURSE, "exercises": [{**COURSE["exercises"][0], "title": "x <b> y"}]}
    page = journey.page_html(journey.compute([check(0, COURSE["exercises"][0]["id"])], odd, NOON))
    assert "x &lt;b&gt; y: right, 1 try, comes back in" in page and "<b>" not in page
    every = journey.page_html(at(10))
    assert all(entry["id"] in every for entry in COURSE["exercises"])
    assert every.index("<details") < every.index("05.backward") < every.index("</details>")


def test_an_empty_store_invites():
    result = at(0, [])
    text = journey.page_text(result)
    assert text.startswith(f"{len(COURSE['exercises'])} exercises to discover")
    assert "00 · Start here, about 25 minutes (notebooks/00_start_here.ipynb)" in text and "progress.delete()" in text
    assert "0 of" not in text and set(states(result).values()) == {"open"}
    assert "<details" not in journey.page_html(result)


def test_a_course_that_is_done():
    events = [check(0, entry["id"]) for entry in COURSE["exercises"]]
    events += [
        event(0, "quiz", one["key"], {"answer": one["right"], "right": True})
        for one in COURSE["questions"] if one["kind"] == "quiz"
    ]
    result = at(0, events)
    count = len(COURSE["exercises"])
    assert result["headline"] == f"{count} of {count} exercises right; nothing due" and result["following"] is None
    assert f"{count} of {count}" in journey.page_html(result) and "width:100%" in journey.page_html(result)


def test_explore_shows_the_store(capsys):
    assert "to discover" in explore.progress().text
    progress.record("check", "02.dense", {"state": "right", "misconception": None})
    page = explore.progress()
    assert repr(page).startswith("1 of ") and "1 of 7" in plot.describe(page.figure)
    page._ipython_display_()
    assert capsys.readouterr().out == f"{page.text}\n"


def test_it_works_where_only_the_package_is_installed(tmp_path):
    """A copy of the package alone, without the checkout around it."""
    import os
    import shutil
    import subprocess
    import sys

    import layerwise

    shutil.copytree(layerwise.__path__[0], tmp_path / "layerwise", ignore=shutil.ignore_patterns("__pycache__"))
    code = "from layerwise import explore, paths\nassert paths.root() is None\nprint(explore.progress().text)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.startswith(f"{len(COURSE['exercises'])} exercises to discover"), done.stderr


# --- the map


def row(name, requires=(), marks=(), done=0):
    return {"name": name, "label": f"Lesson {name}", "part": "", "requires": list(requires), "done": done, "note": "",
            "marks": list(marks)}


def mark(name, state="open", requires=()):
    return {"name": name, "state": state, "note": "", "requires": list(requires)}


def test_the_map_has_the_look_and_says_all_of_it_in_words():
    figure = journey.draw(at(10))
    assert tuple(figure.layout.template.layout.colorway) == theme.PALETTE
    words = plot.describe(figure)
    assert words.startswith(at(10)["headline"]) and "04 Training (after 02): 0 of 8." in words
    assert figure.to_json() == journey.draw(at(10)).to_json()
    assert "http" not in figure.to_json()


def test_every_exercise_is_a_mark_of_its_state():
    figure = journey.draw(at(10))
    marks = {trace.name: list(trace.x) for trace in figure.data if trace.showlegend is not False}
    assert [len(marks[name]) for name in ("right", "right, due again", "tried")] == [1, 1, 1]
    assert len(marks["not tried"]) == len(COURSE["exercises"]) - 3
    symbols = {trace.marker.symbol for trace in figure.data if trace.showlegend is not False}
    assert len(symbols) == 4, "states differ in form, not in colour alone"


def test_no_line_runs_through_a_lesson_it_does_not_join():
    from layerwise.plot.maps import _lanes

    rows = [row("a"), row("b", "a"), row("c", "b"), row("d", "b"), row("e", "d"), row("f", "d"), row("g", "ad")]
    lanes = _lanes(rows)
    places = {one["name"]: number for number, one in enumerate(rows)}
    for child in rows:
        for parent in child["requires"]:
            between = range(places[parent] + 1, places[child["name"]])
            assert all(lanes[rows[number]["name"]] != lanes[parent] for number in between), (parent, child["name"])
    assert lanes["a"] != lanes["b"], "a is needed again further down"


def test_every_mark_and_label_stays_inside_the_picture():
    marks = [mark(str(number)) for number in range(14)]
    rows = [row("00")] + [row(f"{n:02}", ["00"], marks) for n in range(1, 40)]
    figure = plot.course_map(rows, title="Many.")
    low, high = figure.layout.xaxis.range
    bottom, top = figure.layout.yaxis.range
    for trace in figure.data:
        assert all(low <= x <= high for x in trace.x if x is not None)
        assert all(top <= y <= bottom for y in trace.y if y is not None)


def test_the_titles_of_the_course_fit_a_narrow_page():
    """A label begins right of the lanes; at 460 pixels about 300 are left, at some 7 pixels a character."""
    for one in COURSE["lessons"]:
        assert len(one["title"]) <= 42, one["title"]


def test_exercises_are_joined_to_those_they_build_on():
    def arcs(figure):
        return [trace for trace in figure.data if trace.mode == "lines" and trace.line.width == 1]

    joined = plot.course_map([row("05", (), [mark("a"), mark("b", "right", ["a"])])], title="Joined.")
    apart = plot.course_map([row("05", (), [mark("a"), mark("b", "right")])], title="Apart.")
    assert len(arcs(joined)) == 1 and not arcs(apart)


@pytest.mark.parametrize("rows, words", [
    ([], "at least one lesson"), ([row("a", (), [mark("x", "won")])], "'won' came"),
])
def test_the_map_says_what_it_needs(rows, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        plot.course_map(rows, title="No.")
