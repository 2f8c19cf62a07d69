"""Grading is robust to people: answers are found by exercise, wherever and however they were handed in."""

import copy
import csv
import io
import json
import sys

import numpy as np
import pytest
from conftest import ROOT
from layerwise.authoring import build, grading, labs, syllabus
from layerwise.check import engine
from layerwise.grading import grade, pieces, report, submission, wire
from layerwise.suggest import CourseError
from rich.console import Console

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the processes for answers need Linux here")

LAB = {one.id: one for one in labs.exercises(ROOT / "labs/src/02_neural_networks.py")}
ORDINARY = ("02.dense", "02.softmax", "02.cross_entropy")


def code(source, **more):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, **more}


def text(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def book(*cells, **more):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}


@pytest.fixture
def solved():
    """A solved lab of three exercises, cell by cell as people have it."""
    cells = [text("# My lab"), code("import numpy as np\n\nfrom layerwise.check import check")]
    for name in ORDINARY:
        cells += [code(LAB[name].solution), code(f'check("{name}", {LAB[name].answer})')]
    return book(*cells)


def points(*books, names=ORDINARY, given=None):
    """Grade notebooks and return for each the states of some exercises."""
    found = [
        submission.Submission(str(n), ROOT / "x.ipynb", cells=tuple(submission._cells(one)), lab="02")
        for n, one in enumerate(books)
    ]
    exercises = [engine.load(name) for name in names]
    trials = {one.id: engine.prepare(one, 1) for one in exercises}
    states = []
    from layerwise.grading.session import Zygote

    with Zygote(["numpy"]) as zygote:
        for one in found:
            graded = grade.grade_one(zygote, one, exercises, trials, given or [], secret="s")
            assert not graded.problem, graded.problem
            states.append({result.exercise: result.verdict.state for result in graded.results})
    return states[0] if len(states) == 1 else states


RIGHT = dict.fromkeys(ORDINARY, "right")


def reordered(book):
    book["cells"] = book["cells"][::-1]


def copied(book):
    """Each cell twice, and a copy of the untouched stub at the end."""
    book["cells"] = [cell for cell in book["cells"] for _ in range(2)] + [code(LAB["02.dense"].stub)]


def without_metadata(book):
    book.pop("metadata")
    for cell in book["cells"]:
        cell.pop("metadata")


def without_checks(book):
    book["cells"] = [cell for cell in book["cells"] if "check(" not in cell["source"] or "import" in cell["source"]]


def renamed(book):
    for cell in book["cells"]:
        cell["source"] = cell["source"].replace("def softmax", "def my_softmax").replace(", softmax)", ", my_softmax)")


def in_one_cell(book):
    book["cells"] = [code("\n\n".join(cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"))]


def colab(book):
    for number, cell in enumerate(book["cells"]):
        cell["metadata"] = {"id": f"aB{number}", "colab": {"base_uri": "https://example.org"}, "cellView": "form"}
        cell["source"] = cell["source"].splitlines(keepends=True)
    book["cells"].insert(0, code(["%pip install -q layerwise\n", "!ls\n", "%matplotlib inline"]))
    book["nbformat_minor"] = 0


def vs_code(book):
    for cell in book["cells"]:
        cell["metadata"] = {"vscode": {"languageId": "python"}}
        cell.pop("execution_count", None)


def old_jupyter(book):
    cells = [{"cell_type": one["cell_type"], "input": one["source"], "language": "python"} for one in book["cells"]]
    book.clear()
    book.update({"worksheets": [{"cells": cells}], "nbformat": 3, "metadata": {"name": ""}})


def broken_cells(book):
    """Scraps that never ran, such as half a sentence and an old attempt."""
    book["cells"] += [code("def half("), code("this is no Python"), code("1/0"), code("raise SystemExit")]


def kernel_restarted(book):
    """Helpers stand below what uses them, as after a restart in the middle and a second start from the top."""
    for cell in book["cells"]:
        if "def softmax" in cell["source"]:
            shifted = "scores - scores.max(axis=-1, keepdims=True)"
            cell["source"] = f"def softmax(scores):\n    return normal(np.exp({shifted}))\n"
    book["cells"] += [code("def normal(values):\n    return values / total(values)\n"),
                      code("total = partial(np.sum, axis=-1, keepdims=True)"), code("from functools import partial")]


PEOPLE = (reordered, copied, without_metadata, without_checks, renamed, in_one_cell, colab, vs_code, old_jupyter,
          broken_cells, kernel_restarted)


@linux
def test_whatever_people_do_to_their_cells_their_answers_count(solved):
    books = []
    for change in PEOPLE:
        one = copy.deepcopy(solved)
        change(one)
        books.append(one)
    for change, states in zip(PEOPLE, points(*books), strict=True):
        assert states == RIGHT, change.__name__


@linux
def test_an_exercise_left_out_costs_only_itself(solved):
    solved["cells"] = [cell for cell in solved["cells"] if "softmax" not in cell["source"]]
    assert points(solved) == {**RIGHT, "02.softmax": "not tried"}


@linux
def test_a_cell_that_does_not_run_costs_only_its_exercise(solved):
    for cell in solved["cells"]:
        if "def softmax" in cell["source"]:
            cell["source"] += "\n  oops"
    assert points(solved) == {**RIGHT, "02.softmax": "not yet"}


@linux
def test_what_was_handed_out_and_deleted_is_put_back(solved):
    given = [cell["source"] for cell in solved["cells"] if "import numpy" in cell["source"]]
    solved["cells"] = [cell for cell in solved["cells"] if "import numpy" not in cell["source"]]
    assert points(copy.deepcopy(solved)) == {**dict.fromkeys(ORDINARY, "not yet"), "02.dense": "right"}
    assert points(solved, given=given) == RIGHT


@linux
def test_the_last_answer_counts_and_a_wrong_one_above_it_does_not(solved):
    solved["cells"].insert(2, code("def dense(x, weights, bias):\n    return x @ weights - bias\n"))
    assert points(solved) == RIGHT
    solved["cells"].append(code("def dense(x, weights, bias):\n    return x @ weights - bias\n"))
    assert points(solved) == {**RIGHT, "02.dense": "not yet"}


@linux
def test_a_lab_as_it_is_handed_out_is_not_tried(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "lab.ipynb").write_bytes((ROOT / "labs/05_backpropagation.ipynb").read_bytes())
    (one,) = grade.grade(submission.find(tmp_path), secret="s", given=grade.handed_out(ROOT))
    assert one.lab == "05" and one.points == 0 and {r.verdict.state for r in one.results} == {"not tried"}
    assert one.possible == sum(exercise.points for exercise in grade.exercises_of("05"))


@linux
def test_the_instructor_s_lab_gets_all_points_and_the_same_secret_the_same_inputs(tmp_path):
    build.instructor(ROOT, tmp_path, lessons=["05_backpropagation"])
    found = submission.find(tmp_path)
    first, again = (grade.grade(found, secret="autumn")[0] for _ in range(2))
    assert first.points == first.possible and all(result.cell for result in first.results)
    assert [r.verdict.seed for r in first.results] == [r.verdict.seed for r in again.results]
    assert grade.seed_of("autumn", "05.order") != grade.seed_of("spring", "05.order")


def read(path):
    return list(csv.DictReader(io.StringIO(path.read_text())))


@linux
def test_the_command_writes_tables_pages_and_what_nothing_explains(tmp_path):
    wrong = "def dense(x, weights, bias):\n    return 7 * (x @ weights)\n"
    for name, dense in (("ada", LAB["02.dense"].solution), ("bob", wrong), ("=cmd", LAB["02.dense"].stub)):
        (tmp_path / "in" / name).mkdir(parents=True)
        one = book(code("import numpy as np"), code(dense), code('check("02.dense", dense)'))
        (tmp_path / "in" / name / "lab.ipynb").write_text(json.dumps(one))
    (tmp_path / "in" / "zoe.ipynb").write_text("a letter")
    console = Console(file=io.StringIO(), width=200)
    code_of = grading.run(ROOT, tmp_path / "in", tmp_path / "out", secret="s", console=console)
    assert code_of == 1 and "zoe" in console.file.getvalue()
    rows = read(tmp_path / "out/grades.csv")
    got = [(row["learner"], row["points"]) for row in rows]
    assert got == [("'=cmd", "0"), ("ada", "1"), ("bob", "0"), ("zoe", "0")]
    rows = [row for row in read(tmp_path / "out/exercises.csv") if row["exercise"] == "02.dense"]
    assert [row["state"] for row in rows] == ["not tried", "right", "not yet"]
    assert "| 02.dense | 2 of 3 | 1 of 3 |" in (tmp_path / "out/summary.md").read_text()
    page = (tmp_path / "out/feedback/bob/02.html").read_text()
    assert "02.dense · 0 of 1" in page and "Not yet" in page
    kept = (tmp_path / "out/unexplained/02.dense/bob.py").read_text()
    assert wrong.strip() in kept and "seed" in kept
    assert json.loads((tmp_path / "out/run.json").read_text())["secret"] == "s"
    assert "\"s\"" not in page and str(rows[2]["message"]) != ""


def test_nothing_to_grade_is_said(tmp_path):
    with pytest.raises(CourseError, match="does not exist"):
        grading.run(ROOT, tmp_path / "nowhere", tmp_path)
    with pytest.raises(CourseError, match="holds no notebooks"):
        grading.run(ROOT, tmp_path, tmp_path)


@linux
def test_where_submissions_cannot_be_shut_in_it_stops_unless_told(tmp_path, monkeypatch):
    (tmp_path / "ada.ipynb").write_text(json.dumps(book(code("x = 1"))))
    held = {"problem": "unshare: not permitted", "files": False}
    monkeypatch.setattr("layerwise.grading.sandbox.guarantees", lambda: held)
    with pytest.raises(CourseError, match=r"cannot be shut in here.*--unprotected"):
        grading.run(ROOT, tmp_path, tmp_path / "out")
    assert grading.run(ROOT, tmp_path, tmp_path / "out", unprotected=True, console=Console(file=io.StringIO())) == 1


# Finding answers


def notebook(*sources):
    return pieces.Notebook(list(enumerate(sources, 1)))


def run(book, name):
    assert book.find("x", name)["state"] == "found"
    return book.run("x", {})


def test_only_what_an_answer_needs_runs():
    book = notebook("ran = []", "def f():\n    return helper() + 1", "ran.append(1)\nraise RuntimeError('not needed')",
                    "def helper():\n    return 41", "import does_not_exist")
    assert run(book, "f")() == 42


def test_names_are_those_of_the_module_not_of_a_function():
    book = notebook("def f(x):\n    total = x\n    return total", "total = 1 / 0")
    assert run(book, "f")(3) == 3


def test_a_list_that_cells_fill_is_filled():
    book = notebook("table = {}", "table['a'] = 1", "def f():\n    return table")
    assert run(book, "f")() == {"a": 1}


def test_a_name_made_in_a_branch_or_a_loop_is_found():
    book = notebook("if True:\n    from math import floor as down", "for scale in (1, 2):\n    pass",
                    "def f(x):\n    return down(x) * scale")
    assert run(book, "f")(1.5) == 2


@pytest.mark.parametrize(("source", "stub"), [
    ("def f():\n    raise NotImplementedError", True),
    ("def f():\n    '''Say it.'''\n    # Your code here.\n    raise NotImplementedError('later')", True),
    ("def f():\n    pass", True), ("def f():\n    ...", True),
    ("def f():\n    return None", False),
    ("def f(x):\n    if x:\n        raise NotImplementedError\n    return 1", False),
    ("f = 3", False),
])
def test_a_stub_is_known_by_its_body(source, stub):
    assert notebook(source).statements[0].stub is stub


def test_a_missing_name_is_an_error_that_names_it():
    book = notebook("def f(x=absent):\n    return x")
    with pytest.raises(NameError, match="absent"):
        run(book, "f")


# What passes between the processes


VALUES = [
    None, True, 3, -(2**70), 2.5, float("inf"), "ä", b"\0", 1 + 2j, [1, [2.0, "x"]], (1, (2,)), {1, 2},
    {"a": 1, 2: [3]},
    np.arange(6).reshape(2, 3), np.array([True, False]), np.array(["a", "bc"]), np.zeros((0, 3), "float32"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_plain_values_come_back_as_they_were(value):
    stream = io.BytesIO()
    wire.write(stream, value, handle=None)
    stream.seek(0)
    came = wire.read(stream, handle=None)
    assert type(came) is type(value)
    assert engine.same(came, value)


def test_a_generator_goes_on_where_it_was():
    stream, generator = io.BytesIO(), np.random.default_rng(3)
    generator.normal(size=5)
    wire.write(stream, generator, handle=None)
    stream.seek(0)
    assert wire.read(stream, handle=None).normal() == generator.normal()


@pytest.mark.parametrize("content", [
    b"\x01", b"\xff" * 8, b"\x02\x00\x00\x00\x00\x00\x00\x00[]", b"\x05\x00\x00\x00\x00\x00\x00\x00nulls",
    b"\x0b\x00\x00\x00\x00\x00\x00\x00[\"bytes\",0]", b"\x04\x00\x00\x00\x01\x00\x00\x00" + b"\xff" * 8 + b"null",
    b"\x17\x00\x00\x00\x00\x00\x00\x00[\"array\",\"|O\",[1],0,1]",
])  # fmt: skip
def test_what_is_no_message_is_refused(content):
    with pytest.raises(wire.Broken):
        wire.read(io.BytesIO(content), handle=None)


def test_an_end_is_no_broken_message():
    with pytest.raises(EOFError):
        wire.read(io.BytesIO(b""), handle=None)


# Tables


def test_statistics_count_who_tried_who_got_there_and_which_mistakes():
    def result(state, misconception=None):
        verdict = engine.Verdict("02.dense", state, misconception=misconception)
        return grade.Result("02.dense", 0, 1, verdict)

    missed = ("not yet", "bias_missing")
    states = [("right", None), missed, missed, ("not yet", None), ("not tried", None)]
    grades = [grade.Grade(str(n), "02", ROOT, (result(*one),)) for n, one in enumerate(states)]
    assert report.statistics(grades)["02.dense"] == {
        "handed_in": 5, "tried": 4, "right": 1, "misconceptions": {"bias_missing": 2}, "unexplained": 1,
    }


def test_every_lab_of_the_syllabus_can_be_graded():
    for lesson in syllabus.load(ROOT).lessons:
        if lesson.lab:
            assert grade.exercises_of(lesson.lab[:2]) and grade.handed_out(ROOT)(lesson.lab[:2])
