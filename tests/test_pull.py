import copy
import json
import random
import shutil

import pytest
import small_course
from layerwise.authoring import build, pull, source
from layerwise.authoring.frame import frame_of
from layerwise.authoring.notebooks import source_of
from layerwise.suggest import CourseError

LESSON, LAB = "notebooks/00_start.ipynb", "labs/02_sums.ipynb"
SOURCES = {LESSON: "notebooks/src/00_start.py", LAB: "labs/src/02_sums.py"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = small_course.make(tmp_path_factory.mktemp("pulled"))
    build.build(root)
    return root


@pytest.fixture
def course(built, tmp_path):
    return shutil.copytree(built, tmp_path / "course")


def change(course, path, edit):
    """Edit a notebook's cells, pull, and return the report, the source before and after."""
    book = json.loads((course / path).read_text())
    edit(book["cells"])
    (course / path).write_text(json.dumps(book))
    before = (course / SOURCES[path]).read_text()
    report = pull.pull(course, course / path)
    return report, before, (course / SOURCES[path]).read_text()


def cell(cells, beginning):
    return next(one for one in cells if source_of(one).startswith(beginning))


def new(kind, text, **metadata):
    made = {"cell_type": kind, "id": f"new-{random.random()}"[:20], "metadata": metadata, "source": text}
    return made if kind == "markdown" else {**made, "outputs": [], "execution_count": None}


def said(course, path):
    """Return what a notebook's own cells say, empty ones left out."""
    cells = json.loads((course / path).read_text())["cells"]
    return [
        (one["cell_type"], source_of(one), one["metadata"].get("tags", [])) for one in cells
        if not frame_of(one) and source_of(one).strip()
    ]


@pytest.mark.parametrize("path", [LESSON, LAB])
def test_nothing_changed_is_nothing_written(course, path):
    report, before, after = change(course, path, lambda cells: None)
    assert not report.written and not report.refused and after == before
    assert "Nothing to carry" in report.text


@pytest.mark.parametrize("path", [LESSON, LAB])
def test_outputs_and_jupyters_own_notes_are_not_carried(course, path):
    def run(cells):
        for one in cells:
            one["metadata"] |= {"collapsed": True, "editable": True}
        cells[3].get("outputs", []).append({"output_type": "stream", "name": "stdout", "text": "3"})

    assert not change(course, path, run)[0].written


def test_changed_new_moved_and_removed_cells_are_carried(course):
    def edit(cells):
        cell(cells, "What is")["source"] = "What is a *sum*?\n\nAnd why?"
        cells.append(new("code", "%time twice(3)\nassert total == 3", tags=["long"], slideshow={"slide_type": "slide"}))
        cells.append(new("code", ""))
        cells.remove(cell(cells, "Two numbers"))
        last = cell(cells, "twice(total)")
        cells.remove(last)
        cells.insert(1, last)

    report, _, after = change(course, LESSON, edit)
    assert (report.changed, report.added, report.removed) == (1, 1, 1)
    assert after.startswith("# %%\ntwice(total)\n\n# %% [markdown]\n# What is a *sum*?\n#\n# And why?\n\n")
    assert "# %time twice(3)" in after
    assert "Two numbers" not in after
    expected = said(course, LESSON)
    build.build(course)
    assert said(course, LESSON) == expected


def test_cells_that_did_not_change_keep_their_bytes(course):
    def edit(cells):
        cell(cells, "What is")["source"] = "What?"

    _, before, after = change(course, LESSON, edit)
    assert after == before.replace("# What is a sum?", "# What?")


def test_a_frame_is_refused_with_where_it_comes_from(course):
    def edit(cells):
        cells[0]["source"] = "# My title"
        cell(cells, "What is")["source"] = "What?"

    report, _, after = change(course, LESSON, edit)
    assert len(report.refused) == 1 and "syllabus.toml" in report.refused[0] and "header" in report.refused[0]
    assert "My title" not in after and "# What?" in after


def test_a_frame_of_an_older_build_is_no_edit(course):
    path = course / "syllabus.toml"
    path.write_text(path.read_text().replace("minutes = 10", "minutes = 11"))
    assert pull.pull(course, course / LESSON).refused == []


def test_what_was_written_in_the_source_since_is_not_undone(course):
    path = course / SOURCES[LESSON]
    path.write_text(path.read_text().replace("# - two", "# - two, or three"))
    before = path.read_bytes()
    with pytest.raises(CourseError, match=r"another state of notebooks/src/00_start\.py.*Nothing was carried"):
        change(course, LESSON, lambda cells: cell(cells, "What is").update(source="What?"))
    assert path.read_bytes() == before
    assert "pull" not in dict(build.build(course, check=True).differing)[LESSON]
    ((_, kept),) = build.build(course).copies
    with pytest.raises(CourseError, match="another state"):
        pull.pull(course, course / kept)
    assert path.read_bytes() == before


def test_tags_written_in_the_source_since_are_not_undone(course):
    path = course / SOURCES[LESSON]
    path.write_text(path.read_text().replace("# %%\ntwice(total)", '# %% tags=["long"]\ntwice(total)'))
    with pytest.raises(CourseError, match="another state"):
        change(course, LESSON, lambda cells: None)


def test_a_second_edit_can_be_carried_before_a_build(course):
    for words in ("What?", "Which sum?"):
        report, _, after = change(course, LESSON, lambda cells, words=words: cells[1].update(source=words))
        assert report.written and f"# {words}" in after
    assert "What?" not in after


def test_a_notebook_whose_metadata_was_stripped_can_be_carried(course):
    book = json.loads((course / LESSON).read_text())
    book["metadata"] = {}
    (course / LESSON).write_text(json.dumps(book))
    assert change(course, LESSON, lambda cells: cells[1].update(source="What?"))[0].changed == 1


def test_prose_of_an_instructors_lab_can_be_carried(course):
    build.instructor(course, course / "labs")
    assert change(course, LAB, lambda cells: cell(cells, "## 1").update(source="## 1 · Two times"))[0].changed == 1


def test_a_lab_gives_prose_and_refuses_solutions_and_checks_by_name(course):
    def edit(cells):
        cell(cells, "def twice")["source"] = "def twice(x):\n    return x + x"
        cell(cells, 'check("02.twice"')["source"] = 'check("02.twice", max)'
        cells.remove(cell(cells, "def four_times"))
        cell(cells, "## 1")["source"] = "## 1 · Two times"
        cells.insert(4, new("markdown", "A word before."))

    report, before, after = change(course, LAB, edit)
    assert len(report.refused) == 3
    for refusal, name in zip(report.refused, (
        'exercise cell of "02.twice" was edited', 'check of "02.twice" was edited', '"02.four_times" was removed',
    ), strict=True):
        assert name in refusal and "labs/src/02_sums.py, line" in refusal
    assert after.replace("Two times", "Twice").replace("# %% [markdown]\n# A word before.\n\n", "") == before
    build.build(course)


def test_hidden_cells_survive_when_the_prose_around_them_goes(course):
    def edit(cells):
        for beginning in ("## 1", "## 2", "Well done"):
            cells.remove(cell(cells, beginning))

    report, before, after = change(course, LAB, edit)
    assert report.removed == 3 and not report.refused
    hidden = [one.raw for one in source.parse(before) if "definition" in one.tags or "mutant" in one.tags]
    assert len(hidden) == 5 and all(raw in after for raw in hidden)
    build.build(course)


def test_a_definition_stays_before_its_exercise_when_the_prose_above_moves_down(course):
    def edit(cells):
        prose = cell(cells, "## 2")
        cells.remove(prose)
        cells.append(prose)

    report, _, _ = change(course, LAB, edit)
    assert report.written and not report.refused
    build.build(course)


def test_a_copy_that_a_build_set_aside_can_be_carried_too(course):
    book = json.loads((course / LESSON).read_text())
    cell(book["cells"], "What is")["source"] = "What?"
    (course / LESSON).write_text(json.dumps(book))
    ((_, kept),) = build.build(course).copies
    assert pull.pull(course, course / kept).changed == 1


@pytest.mark.parametrize("path, bad, message", [
    (LESSON, new("code", "x = 1\n# %%\ny = 2"), "x = 1. does not read back"),
    (LESSON, new("code", 'Quotes """ and \'\'\''), 'begins "Quotes'),
    (LESSON, new("code", "    x = 1"), "does not read back"),
    (LESSON, new("raw", "text"), "is a raw cell"),
    (LESSON, {**new("markdown", "![a](attachment:a.png)"), "attachments": {"a.png": {}}}, "pasted picture"),
    (LAB, new("code", "def f():\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION"), "Write it in the source"),
    (LAB, new("code", "def f(): pass", tags=["mutant"], exercise="02.twice"), "Write it in the source"),
])
def test_what_a_source_cannot_hold_carries_nothing(course, path, bad, message):
    before = (course / SOURCES[path]).read_bytes()
    with pytest.raises(CourseError, match=message):
        change(course, path, lambda cells: cells.insert(3, bad))
    assert (course / SOURCES[path]).read_bytes() == before


def test_an_empty_notebook_does_not_empty_the_source(course):
    with pytest.raises(CourseError, match="no cell of its own"):
        change(course, LESSON, lambda cells: cells.clear())


def test_a_notebook_of_no_lesson_gets_the_nearest_name(course):
    (course / "notebooks/00_strat.ipynb").write_text('{"cells": []}')
    with pytest.raises(CourseError, match='Did you mean "00_start"'):
        pull.pull(course, course / "notebooks/00_strat.ipynb")
    with pytest.raises(CourseError, match="no such notebook"):
        pull.pull(course, course / "notebooks/gone.ipynb")


TEXTS = [
    "# Why?", "# %matplotlib inline",
    "# Words\n\n- a list\n- of two", "a\n    indented\n\ttabbed", "Ends in a backslash \\",
    "$x_1$ · é ∑", "%%time\nx = 1", "!ls", "# only a comment", "%matplotlib inline", "x = '''\n\n# no\n'''",
    "def f():\n\n    return 1\n\n\nf()",
    "x = 1;", "?print", "# + \n# -", "| a | b |\n|---|---|\n| 1 | 2 |", "x  ",
]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("path", [LESSON, LAB])
def test_any_edit_makes_a_source_that_builds_the_same_notebook(course, path, seed):
    chance = random.Random(seed)

    def edit(cells):
        for _ in range(chance.randint(1, 8)):
            free = [n for n, one in enumerate(cells) if n > 1 and not frame_of(one) and not_locked(one)]
            act, place = chance.choice(["change", "add", "move", "remove", "copy"]), chance.choice(free or [2])
            text = chance.choice(TEXTS)
            if act == "add" or not free:
                tags = ["long"] * chance.randint(0, 1)
                cells.insert(place, new(chance.choice(["markdown", "code"]), text, tags=tags))
            elif act == "change":
                cells[place]["source"] = text
            elif act == "move":
                one = cells.pop(place)
                cells.insert(chance.randint(2, len(cells) - 1), one)
            elif act == "copy":
                cells.insert(place, {**copy.deepcopy(cells[place]), "id": f"copy{chance.random()}"[:12]})
            elif len(free) > 1:
                del cells[place]

    report, _, _ = change(course, path, edit)
    assert not report.refused
    expected = said(course, path)
    assert build.build(course).copies == [], "the new notebook says what the edited one said"
    assert said(course, path) == expected
    assert build.build(course, check=True).ok
    assert not pull.pull(course, course / path).written


def not_locked(one):
    return "check(" not in source_of(one) and "exercise" not in one["metadata"]


def test_tags_that_are_no_list_are_refused(course):
    def edit(cells):
        cells.append(new("code", "1 + 1", tags=5))

    before = (course / "notebooks/src/02_sums.py").read_text()
    with pytest.raises(CourseError, match="tags of a cell must be a list"):
        change(course, LESSON, edit)
    assert (course / "notebooks/src/02_sums.py").read_text() == before
