"""Every instructor's lab runs, with all checks right; the learner's untouched ones run in test_notebooks.py."""

import pytest
from conftest import ROOT
from layerwise.authoring import build, labs, syllabus
from layerwise.authoring.run_judge import latest_verdicts
from layerwise.authoring.run_pool import Task, run_all

LABS = sorted(path.stem for path in (ROOT / "labs" / "src").glob("*.py"))


def execute(name, notebook, folder):
    """Run a lab in the smoke profile; return the result and the last state of each exercise."""
    task = Task(name, "lab", notebook, ROOT / "labs")
    (result,) = run_all([task], output=folder / "executed", profile="smoke", cell_seconds=300)
    assert result["error"] is None, result["error"]
    return {row["exercise"]: row["state"] for row in latest_verdicts(result["verdicts"])}


def exercises(name):
    return [exercise.id for exercise in labs.exercises(ROOT / "labs" / "src" / f"{name}.py")]


def test_every_lab_of_the_syllabus_is_tested():
    assert {lesson.lab for lesson in syllabus.load(ROOT).lessons if lesson.lab} <= set(LABS)


@pytest.mark.notebook
@pytest.mark.parametrize("name", LABS)
def test_with_solutions_every_check_says_right(name, tmp_path):
    owner = next(lesson.id for lesson in syllabus.load(ROOT).lessons if lesson.lab == name)
    build.instructor(ROOT, tmp_path, lessons=[owner])
    states = execute(name, tmp_path / f"{name}.ipynb", tmp_path)
    assert states == dict.fromkeys(exercises(name), "right")
