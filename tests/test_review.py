"""Review: what is due is asked again, an exercise on fresh numbers, and the answer decides when it comes back."""

import ast
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from layerwise import course, progress, recall
from layerwise.check import ask, check, engine, found, review, reviewing
from layerwise.suggest import CourseError

NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)
EXERCISES = {entry["id"]: entry for entry in course.load()["exercises"]}
QUESTIONS = {entry["key"]: entry for entry in course.load()["questions"]}


@pytest.fixture
def clock(monkeypatch):
    """Set the day: ``clock(3)`` is three days after the first."""

    def set_day(day):
        monkeypatch.setattr(progress, "now", lambda: NOON + timedelta(days=day))

    set_day(0)
    return set_day


def softmax(scores):
    import numpy as np

    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def item(key):
    return recall.schedule(progress.events(), course.load())[key]


def test_with_an_empty_store_it_invites_and_records_nothing(own_home, capsys):
    review()
    assert "Nothing to review yet" in capsys.readouterr().out and list(own_home.iterdir()) == []


def test_an_exercise_comes_back_after_days_then_weeks_on_fresh_numbers(clock, capsys):
    assert check("02.softmax", softmax)
    first = item("02.softmax")
    capsys.readouterr()
    review()
    wait = (first.due - first.last).days
    assert capsys.readouterr().out == f"Nothing is due. The next is 02.softmax, in {wait} days.\n"
    clock(wait)
    review()
    out = capsys.readouterr().out
    assert "Due for review: 1 exercise." in out and f"02.softmax · Softmax. Right {wait} days ago." in out
    assert "lab 02 · Neural networks (labs/02_neural_networks.ipynb)" in out and EXERCISES["02.softmax"]["task"] in out
    assert 'check("02.softmax", softmax)' in out and "def softmax(scores):" in out
    assert check("02.softmax", softmax)
    second = item("02.softmax")
    assert second.occasions == 2 and (second.due - second.last).days >= 10
    seeds = [attempt["seed"] for attempt in progress.attempts("02.softmax")]
    assert len(set(seeds)) == 2, "the same numbers came twice"
    capsys.readouterr()
    review()
    wait = (second.due - second.last).days
    assert f"Reviewed today: 02.softmax comes back in {wait} days." in capsys.readouterr().out


def test_a_forgotten_exercise_comes_back_the_next_day(clock, capsys):
    check("02.softmax", softmax)
    clock(3)
    review()
    assert not check("02.softmax", lambda scores: scores)
    forgotten = item("02.softmax")
    assert forgotten.rating == "again" and (forgotten.due - forgotten.last).days <= 2
    clock(5)
    capsys.readouterr()
    review()
    assert "02.softmax · Softmax. Not right 2 days ago." in capsys.readouterr().out


def test_an_exercise_can_be_asked_for_and_an_unknown_one_is_refused(clock, capsys):
    review("02.dense")
    assert "def dense(x, weights, bias):" in capsys.readouterr().out
    assert [event["kind"] for event in progress.events()] == ["review"]
    with pytest.raises(CourseError, match=r"Did you mean .02\.dense"):
        review("02.dens")


def test_questions_come_back_in_another_order_three_at_a_time(clock, capsys):
    keys = ["02.quiz.shapes", "02.quiz.parameters", "02.quiz.activation", "02.quiz.softmax"]
    for key in keys:
        ask._quiz(key, "?", {"a": "x", "b": "y"}, "a").options["b"].click()
    clock(1)
    review()
    out = capsys.readouterr().out
    assert "Due for review: 4 questions." in out and "Call review() again" in out
    for key in keys[:3]:
        entry = QUESTIONS[key]
        options = "\n".join(f"  - {answer}" for answer in entry["answers"])
        assert f"Lesson 02: {entry['question']}" in out and options not in out
    assert QUESTIONS[keys[3]]["question"] not in out


def test_answering_a_question_again_schedules_it_anew(clock):
    entry = QUESTIONS["02.quiz.softmax"]
    box = ask._quiz(entry["key"], entry["question"], entry["answers"], entry["right"])
    next(button for text, button in box.options.items() if text != entry["right"]).click()
    wrong = item(entry["key"])
    assert (wrong.due - wrong.last).days == 1
    clock(1)
    made = []
    order = reviewing.shuffled(entry["answers"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ask, "_show", lambda make, *_: made.append(make()))
        ask.again(entry, order)
    assert list(made[0].options) == order != list(entry["answers"])
    made[0].options[entry["right"]].click()
    assert "Right." in made[0].note.value and entry["answers"][entry["right"]].split("`")[0] in made[0].note.value
    right = item(entry["key"])
    assert right.rating == "good" and right.due > wrong.due


def remembered(entry):
    made = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ask, "_show", lambda make, *_: made.append(make()))
        ask.again(entry, list(reversed(entry["answers"])))
    return made[0]


@pytest.mark.parametrize("said, rating", [("I remembered", "good"), ("Not quite", "again")])
def test_a_prediction_comes_back_with_what_the_run_had_found(clock, capsys, said, rating):
    entry = QUESTIONS["02.depth"]
    ask._prediction("02.depth", entry["question"], entry["answers"]).options[entry["answers"][0]].click()
    found("depth_gain", 0.01, "the deep one reads {:.1%} <more>", predicted="02.depth")
    found("depth_gain", 0.01, "the deep one reads {:.1%} <more>", predicted="02.depth")
    assert len(progress.events("found", "02.depth")) == 1
    clock(3)
    review()
    assert entry["question"] in capsys.readouterr().out
    box = remembered(entry)
    row = box.children[-2]
    assert row.children == () and "showed" not in box.note.value
    box.options[entry["answers"][1]].click()
    assert "the deep one reads 1.0% &lt;more&gt;" in box.note.value and "You had predicted" in box.note.value
    assert [button.description for button in row.children] == ["I remembered", "Not quite"]
    assert progress.events("recall") == []
    box.judge[said].click()
    assert "Noted" in box.note.value and all(button.disabled for button in box.judge.values())
    assert progress.latest("recall", "02.depth")["right"] is (rating == "good")
    assert item("02.depth").rating == rating
    # The guess made before the run stays what the lesson recalls.
    assert progress.latest("predict", "02.depth") == entry["answers"][0]


def test_a_finding_without_a_guess_is_not_kept(capsys):
    found("depth_gain", 0.01, "{:.1%}", predicted="02.depth")
    found("depth_gain", 0.01, "{:.1%}")
    assert progress.events() == []


def test_another_order_is_another_order():
    chance = random.Random(0)
    orders = {tuple(reviewing.shuffled(["a", "b", "c"], chance)) for _ in range(100)}
    assert len(orders) == 5 and ("a", "b", "c") not in orders


# --- the cell in which an exercise is written anew


def test_the_cell_of_an_untouched_exercise_is_not_tried(capsys):
    names = {}
    exec(reviewing.cell(EXERCISES["02.dense"]), names)
    assert "Not tried yet" in capsys.readouterr().out and progress.events() == []


def test_no_cell_uses_a_name_that_it_lacks(tmp_path):
    """Of every exercise: what stands above it, what it builds on, and its solution in place of the stub."""
    for identifier, entry in EXERCISES.items():
        code = reviewing.cell({**entry, "stub": engine.load(identifier).solution})
        (tmp_path / f"lab{identifier.replace('.', '_')}.py").write_text(code, encoding="utf-8")
        ast.parse(reviewing.cell(entry))
    assert len(list(tmp_path.iterdir())) == len(EXERCISES)
    names = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", "--output-format", "concise"]
    done = subprocess.run([*names, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# Those that set a limit of their own train something.
DEPENDENT = [name for name, entry in EXERCISES.items() if entry["requires"] and engine.load(name).seconds <= 10]


@pytest.mark.parametrize("identifier", DEPENDENT)
def test_an_exercise_that_builds_on_others_runs_from_its_cell_alone(identifier, capsys):
    names = {}
    exec(reviewing.cell({**EXERCISES[identifier], "stub": engine.load(identifier).solution}), names)
    assert progress.attempts(identifier)[-1]["state"] == "right", capsys.readouterr().out


def test_in_a_notebook_a_cell_with_the_stub_is_put_below(clock, monkeypatch):
    import IPython
    from layerwise import show

    class Shell:
        kernel, cells = True, []

        def set_next_input(self, code):
            self.cells.append(code)

    shown = []
    monkeypatch.setattr(IPython, "get_ipython", Shell)
    monkeypatch.setattr("IPython.display.display", lambda *bundle, **_: shown.append(bundle[0]))
    assert show.in_notebook()
    review("05.repair")
    assert Shell.cells == [reviewing.cell(EXERCISES["05.repair"])]
    assert "# 05.dense_gradients, which this builds on: one way to write it.\ndef dense_gradients" in Shell.cells[0]
    card, task = shown
    assert "05.repair · Three wrong gradients" in card["text/html"] and "no new cell" in card["text/html"].lower()
    assert task.data == EXERCISES["05.repair"]["task"]


@pytest.mark.browser
def test_in_a_browser_on_a_narrow_page_the_map_fits_and_a_cell_is_put_below(tmp_path):
    import lab

    home = tmp_path / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERWISE_HOME", str(home))
        patch.setattr(progress, "now", lambda: datetime.now(UTC) - timedelta(days=9))
        progress.record("check", "02.dense", {"state": "right", "misconception": None})
        progress.record("quiz", "02.quiz.softmax", {"answer": "x", "right": False})
    cells = ["from layerwise import explore\nfrom layerwise.check import review", "explore.progress()", "review()"]
    environment = {"LAYERWISE_HOME": str(home)}
    with (
        lab.running({"review.ipynb": lab.notebook(*cells)}, environment=environment) as server,
        server.page("review.ipynb", width=460, height=2600, simple=True) as page,
    ):
        assert page.run_all()
        page.raw.get_by_text(f"1 of {len(EXERCISES)} exercises right; 2 due for review", exact=True).wait_for()
        page.raw.locator(".js-plotly-plot .scatterlayer").first.wait_for()
        for text in page.raw.locator(".js-plotly-plot text").all():
            box = text.bounding_box()
            assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= 460), text.inner_text()
        page.raw.get_by_text("Right 9 days ago.").wait_for()
        stub = page.raw.locator(".jp-CodeCell").nth(3)
        stub.get_by_text("def dense(x, weights, bias):").wait_for()
        right = QUESTIONS["02.quiz.softmax"]["right"]
        page.raw.locator("button.layerwise-option", has_text=right).first.click()
        page.raw.get_by_text("Right.", exact=True).wait_for()
        assert page.errors == [] and page.outside == []
