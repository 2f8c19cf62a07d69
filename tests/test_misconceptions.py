"""The catalogue of misconceptions: every mistake of every lab in one entry, and what is made of it."""

import importlib
import re

import pytest
import small_course
from conftest import ROOT
from layerwise import progress
from layerwise.authoring import build, labs, lint, readme, rules, source, syllabus
from layerwise.check import cards, check, engine, general, misconceptions
from layerwise.check.engine import Verdict
from layerwise.suggest import CourseError

CATALOGUE = misconceptions.catalogue()
FOUND = [exercise for path in sorted((ROOT / "labs/src").glob("*.py")) for exercise in labs.exercises(path)]
LESSONS = {lesson.id for lesson in syllabus.load(ROOT).lessons}


def mistakes(exercise):
    """Return the keys of an exercise's MISTAKES, as the definition itself has them."""
    names = {}
    exec(exercise.definition, names)
    return set(names["MISTAKES"])


def named():
    """Return all (exercise, key) pairs of the catalogue, with repetitions."""
    return [(name, key) for entry in CATALOGUE.values() for name, keys in entry.seen.items() for key in keys]


def test_every_mistake_of_every_lab_is_in_exactly_one_entry_and_no_other_is():
    pairs = named()
    assert len(pairs) == len(set(pairs))
    general_pairs = {(misconceptions.GENERAL, key) for key in general.KEYS}
    in_labs = {(exercise.id, key) for exercise in FOUND for key in mistakes(exercise)}
    assert in_labs - set(pairs) == set(), f"add these in {rules.CATALOGUE}"
    assert set(pairs) - in_labs - general_pairs == set(), f"no lab has these: take them out of {rules.CATALOGUE}"
    assert general_pairs <= set(pairs)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=list(CATALOGUE))
def test_an_entry_has_instances_and_says_what_is_believed(entry):
    assert any(name != misconceptions.GENERAL for name in entry.seen), "seen in a lab, not only thought of"
    assert all(entry.seen.values())
    assert re.fullmatch("[a-z][a-z_]*", entry.id) and entry.lesson in LESSONS
    assert 1 <= len(entry.name.split()) <= 10 and entry.name[0].islower() and entry.name[-1] != "."
    for text in (entry.belief, entry.look):
        assert text[-1] in ".?" and len(text) <= 130 and "|" not in text
    assert len({other.name for other in CATALOGUE.values()}) == len(CATALOGUE)


def test_the_reasons_are_those_of_the_engine_and_none_stands_twice():
    reasons = [reason for entry in CATALOGUE.values() for reason in entry.reasons]
    assert len(reasons) == len(set(reasons)) > 0
    listed = next(line for line in Verdict.__doc__.splitlines() if line.strip().startswith("| reason"))
    assert set(reasons) <= set(re.findall(r'"([^"]+)"', listed))


def test_a_mistake_leads_to_its_entry():
    assert misconceptions.find("02.softmax", "wrong_axis") is CATALOGUE["wrong_axis"]
    assert misconceptions.find("03.favourites", "wrong_axis") is CATALOGUE["wrong_axis"]
    assert misconceptions.find("02.softmax", "any.transposed") is CATALOGUE["transposed"]
    assert misconceptions.find("02.softmax", "transposed") is None, "this exercise has no mistake of this name"
    assert misconceptions.find("02.softmax", None, "value") is None
    assert misconceptions.find("02.softmax", None, "changes input") is CATALOGUE["changes_input"]
    assert misconceptions.find("99.unknown", "wrong_axis") is None


def answer(exercise_id, key):
    """Return the wrong answer that a lab has for a mistake, ready to be called."""
    exercise = next(each for each in FOUND if each.id == exercise_id)
    names = {"__name__": "lab"}
    exec(exercise.context, names)
    exec(dict(exercise.mutants)[key], names)
    return names[exercise.answer]


@pytest.mark.parametrize("exercise, key, entry", [
    ("02.softmax", "wrong_axis", "wrong_axis"), ("02.cross_entropy", "summed", "summed"),
    ("03.favourites", "wrong_axis", "wrong_axis"), ("04.sgd_step", "changes_input", "changes_input"),
    ("05.score_gradients", "uphill", "sign"), ("06.top_k", "counted", "summed"),
])
def test_a_verdict_names_its_entry(exercise, key, entry):
    verdict = engine.judge(exercise, answer(exercise, key), seed=0)
    assert (verdict.misconception, verdict.entry) == (key, CATALOGUE[entry])


def test_a_general_diagnosis_and_a_reason_name_their_entry_too():
    import numpy as np

    dense = engine.load("02.dense")
    turned = engine.judge(dense, lambda **inputs: -dense.reference(**inputs), seed=0)
    assert (turned.misconception, turned.entry) == ("any.sign", CATALOGUE["sign"])
    assert engine.judge(dense, lambda **inputs: None).entry is CATALOGUE["returned"]
    assert engine.judge(dense, dense.reference).entry is None
    assert engine.judge(dense, lambda **inputs: np.cos(dense.reference(**inputs))).entry is None


# --- over a class


def test_a_class_is_summed_up():
    seen = [(f"learner {n}", "02.softmax", "whole_batch") for n in range(5)]
    seen += [(f"learner {n}", "03.favourites", "wrong_axis") for n in range(3, 7)]
    seen += [("learner 9", "04.sgd_step", None, "changes input"), ("learner 9", "02.dense", "any.sign")]
    seen += [("learner 9", "02.dense", None, "value"), ("learner 9", "02.dense", "no such key")]
    counts = misconceptions.tally(seen)
    assert [(count.misconception.id, len(count.learners)) for count in counts] == [
        ("wrong_axis", 7), ("changes_input", 1), ("sign", 1),
    ]
    assert misconceptions.in_words(counts[0], of=30) == "7 of 30: the wrong axis, in 02.softmax and 03.favourites."
    assert misconceptions.in_words(counts[1], of=1) == "1 of 1: changing what was given, in 04.sgd_step."
    assert misconceptions.tally([]) == []


# --- over time


def test_who_meets_a_mistake_again_reads_how_to_see_through_it(capsys):
    check("03.favourites", answer("03.favourites", "wrong_axis"))
    assert "You met this before" not in capsys.readouterr().out, "the first time, only the exercise's own words"
    check("02.softmax", answer("02.softmax", "wrong_axis"))
    entry = CATALOGUE["wrong_axis"]
    said = f"You met this before, in 03.favourites: the wrong axis. {entry.look}\n"
    assert said in capsys.readouterr().out
    check("02.dense", answer("02.dense", "activated"))
    assert "You met this before" not in capsys.readouterr().out, "another kind"
    check("02.softmax", engine.load("02.softmax").reference)
    assert "You met this before" not in capsys.readouterr().out


def test_the_same_exercise_twice_is_no_meeting_again(capsys):
    for _ in range(2):
        check("02.softmax", answer("02.softmax", "wrong_axis"))
    assert "You met this before" not in capsys.readouterr().out


def test_the_sentence_is_short_and_on_the_page_escaped_like_any_other():
    verdict = Verdict("02.softmax", engine.NOT_YET, misconception="wrong_axis")
    events = [{"key": name, "value": {"misconception": key}} for name, key in named() if name != "02.softmax"]
    met = misconceptions.met(verdict, [{"key": "03.old", "value": "damaged"}, *events])
    assert met.count("0") <= 4 and len(met) < 220
    page = cards.verdict_html(verdict, engine.load("02.softmax"), "`a` < b")
    assert "<p><code>a</code> &lt; b</p>" in page


def test_what_an_older_store_holds_does_no_harm(capsys):
    progress.record("check", "98.gone", {"state": "not yet", "misconception": "no_such_key"})
    progress.record("check", "98.gone", "text")
    assert not check("02.softmax", answer("02.softmax", "wrong_axis"))
    assert "You met this before" not in capsys.readouterr().out


# --- the file, the lint, the page


ENTRY = """
[{name}]
name = "a name"
theme = "A theme"
belief = "A belief."
look = "A look."
lesson = "02_sums"
[{name}.seen]
"02.twice" = {keys}
"""


def small(folder, *entries):
    """Make the small course with a catalogue of its own, and return its root."""
    root = small_course.make(folder)
    file = root / rules.CATALOGUE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(ENTRY.format(name=name, keys=keys) for name, keys in entries), encoding="utf-8")
    return root


def problems(root, names=()):
    about = [finding for finding in lint.lint(root, names) if "catalogue" in finding.text or "no lab" in finding.text]
    assert all(finding.level == "error" for finding in about)
    return [(finding.path, finding.line, finding.text, finding.repair) for finding in about]


def test_lint_says_which_mistake_is_missing_and_where_to_add_it(tmp_path):
    root = small(tmp_path, ("first", '["once"]'))
    (path, line, text, repair), other = problems(root)
    cells = source.read(root / "labs/src/02_sums.py")
    assert (path, cells[[cell.line for cell in cells].index(line)].tags) == ("labs/src/02_sums.py", ("definition",))
    assert text == '"02.twice" has mistakes in no entry of the catalogue: square.'
    assert repair.startswith(f"Add each in {rules.CATALOGUE}")
    assert '"02.four_times"' in other[2]
    assert problems(root, ["02"]) == [(path, line, text, repair), other], "a lab alone is held against it as well"


def test_lint_says_which_mistake_is_gone(tmp_path):
    root = small(tmp_path, ("first", '["once", "square"]'), ("second", '["old"]'))
    gone = [problem for problem in problems(root) if problem[0] == rules.CATALOGUE]
    lines = (root / rules.CATALOGUE).read_text(encoding="utf-8").splitlines()
    assert [(lines[line - 1], text) for _, line, text, _ in gone] == [
        ("[second.seen]", '[second] names "old" of "02.twice", and no lab has it.'),
    ]


def test_a_course_without_a_catalogue_is_not_asked_for_one(tmp_path):
    assert problems(small_course.make(tmp_path)) == []


@pytest.mark.parametrize("text, said", [
    ("[a]\nname = ", "cannot be read"),
    ('[a]\nname = "a"\n', "[a] lacks something"),
    (ENTRY.format(name="a", keys='["once"]').replace("belief", "beleif"), "lacks something (KeyError('belief'))"),
    (ENTRY.format(name="a", keys='["once"]') + ENTRY.format(name="b", keys='["once"]'), "stands in [a] and in [b]"),
    ("a = 1", "lacks something"),
])
def test_a_damaged_catalogue_says_what_is_wrong(tmp_path, text, said):
    file = tmp_path / "misconceptions.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        misconceptions.read(file)
    assert said in str(caught.value) and str(file) in str(caught.value)


def test_the_page_is_made_by_the_build(tmp_path):
    root = small(tmp_path, ("first", '["once", "square"]'))
    page = root / "docs/misconceptions.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text("# Ours\n\n<!-- misconceptions:begin -->\n<!-- misconceptions:end -->\n")
    report = build.build(root)
    assert report.ok and "docs/misconceptions.md" in report.written
    row = "| **A name** | A belief. | A look. | [02](../notebooks/02_sums.ipynb) | `02.twice` once, square |"
    assert row in page.read_text() and "### A theme" in page.read_text()
    page.unlink()
    assert any("docs/misconceptions.md has no place" in problem for problem in build.build(root).problems)


def test_an_entry_that_names_no_lesson_is_refused(tmp_path):
    root = small(tmp_path, ("first", '["once"]'))
    file = root / rules.CATALOGUE
    file.write_text(file.read_text().replace("02_sums", "02_sumz"))
    with pytest.raises(CourseError, match="02_sumz"):
        readme.misconceptions(file, syllabus.load(root))


def test_the_course_page_has_every_entry():
    text = (ROOT / "docs/misconceptions.md").read_text(encoding="utf-8")
    for entry in CATALOGUE.values():
        assert f"| **{entry.name[0].upper()}{entry.name[1:]}** |" in text, "run `layerwise build`"


def test_the_catalogue_travels_with_the_package():
    from importlib import resources

    package = resources.files(importlib.import_module("layerwise.check"))
    assert package.joinpath("misconceptions.toml").read_text(encoding="utf-8").startswith("#")
