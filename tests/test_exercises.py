"""Every exercise of every lab: solution and variants pass, a stub is not tried, each mistake gets its own diagnosis."""

import contextlib
import io

import pytest
from conftest import ROOT
from layerwise.authoring import labs
from layerwise.check import engine

FOUND = [exercise for path in sorted((ROOT / "labs/src").glob("*.py")) for exercise in labs.exercises(path)]
MUTANTS = [
    pytest.param(exercise, key, code, id=f"{exercise.id}-{key}-{number}")
    for exercise in FOUND for number, (key, code) in enumerate(exercise.mutants)
]
VARIANTS = [
    pytest.param(exercise, code, id=f"{exercise.id}-{number}")
    for exercise in FOUND for number, code in enumerate(exercise.variants)
]
each = pytest.mark.parametrize("exercise", FOUND, ids=[exercise.id for exercise in FOUND])


def seeds(exercise):
    """Two sets of inputs; one where an answer takes so long that the exercise sets its own limit."""
    return (0,) if "\nSECONDS =" in exercise.definition else (0, 1)


def verdicts(exercise, code):
    """Run an answer's code after what stands above it in the lab, and return its verdicts for fixed inputs."""
    names = {"__name__": "lab"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(exercise.context, f"<above {exercise.id}>", "exec"), names)
        exec(compile(code, f"<{exercise.id}>", "exec"), names)
    return [engine.judge(exercise.id, names[exercise.answer], seed=seed) for seed in seeds(exercise)]


def test_there_are_exercises():
    assert len(FOUND) >= 5
    assert len({exercise.id for exercise in FOUND}) == len(FOUND)


@each
def test_the_solution_is_right(exercise):
    for verdict in verdicts(exercise, exercise.solution):
        assert verdict.state == "right" and verdict, verdict.message


@each
def test_the_untouched_stub_is_not_tried(exercise):
    for verdict in verdicts(exercise, exercise.stub):
        assert verdict.state == "not tried" and not verdict


@pytest.mark.parametrize("exercise, code", VARIANTS)
def test_a_differently_written_right_answer_is_right(exercise, code):
    for verdict in verdicts(exercise, code):
        assert verdict.state == "right", verdict.message


@pytest.mark.parametrize("exercise, misconception, code", MUTANTS)
def test_a_mistake_gets_its_own_diagnosis(exercise, misconception, code):
    for verdict in verdicts(exercise, code):
        assert verdict.state == "not yet" and not verdict
        assert verdict.misconception == misconception, verdict.message
        assert verdict.explanation.strip()


@each
def test_every_mistake_that_is_explained_has_a_mutant(exercise):
    names = {}
    exec(exercise.definition, names)
    tried = {key for key, _ in exercise.mutants}
    assert set(names["MISTAKES"]) == tried, "a diagnosis that no mutant reaches is untested"
