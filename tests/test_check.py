"""Exercises: verdicts, diagnoses, cards, hints, solutions."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from layerwise import progress
from layerwise.check import VERDICT_MIME, check, engine, hint, solution
from layerwise.check.compare import compare
from layerwise.suggest import CourseError

DENSE = '''
"""A dense layer."""
import numpy as np
SECONDS = 0.3
HINTS = ["The weighted sum is `x @ weights`.", "Then add the bias.", "One line is enough."]
MISTAKES = {
    "bias_missing": "The weighted sum is right, but the bias is not added: `+ bias`.",
    "bias_subtracted": "The bias is subtracted.",
    "summed": "The outputs are summed into one value per example.",
    "overflow": "The result is not finite.",
}
def cases(rng):
    for batch in (4, 2, 6, 3, 5):
        yield {"x": rng.normal(size=(batch, 4)), "weights": rng.normal(size=(4, 3)), "bias": rng.normal(size=3) + 2}
def reference(x, weights, bias):
    return x @ weights + bias
def diagnose(inputs, output):
    right = inputs["x"] @ inputs["weights"]
    if output.shape == (len(right),):
        return "summed"
    if np.allclose(output, right):
        return "bias_missing"
    if np.allclose(output, right - inputs["bias"]):
        return "bias_subtracted"
    if np.isnan(output).any():
        return "overflow"
    return "no such key"
'''
SOLVED = "def dense(x, weights, bias):\n    return x @ weights + bias\n"


@pytest.fixture
def dense():
    return engine.from_source(DENSE, "02.dense", solution=SOLVED)


def right(x, weights, bias):
    return x @ weights + bias


def stub(x, weights, bias):
    raise NotImplementedError


def judge(exercise, answer, **options):
    return engine.judge(exercise, answer, **options)


def test_a_right_answer_and_a_differently_written_one(dense):
    verdict = judge(dense, right)
    assert verdict and verdict.state == "right" and verdict.message == "Right, on 5 fresh inputs."
    assert judge(dense, lambda x, weights, bias: np.einsum("bi,io->bo", x, weights) + bias)
    assert judge(dense, lambda **given: right(**given).astype("float32"))


def test_a_verdict_says_little_and_shows_nothing_after_the_card(dense):
    verdict = judge(dense, right)
    assert repr(verdict) == "Verdict('02.dense', 'right')"
    assert verdict._ipython_display_() is None


def test_an_untouched_stub_is_not_tried(dense):
    verdict = judge(dense, stub)
    assert not verdict and verdict.state == "not tried" and verdict.misconception is None


def test_a_misconception_is_named_with_the_smallest_input_that_shows_it(dense):
    verdict = judge(dense, lambda x, weights, bias: x @ weights)
    assert (verdict.state, verdict.misconception, verdict.reason) == ("not yet", "bias_missing", "value")
    assert verdict.explanation.startswith("The weighted sum is right")
    assert verdict.case["x"].shape == (2, 4)
    np.testing.assert_allclose(verdict.came + verdict.case["bias"], verdict.expected)


def test_the_seed_repeats_the_inputs_and_without_one_they_are_fresh(dense):
    wrong = lambda x, weights, bias: x @ weights  # noqa: E731
    first, second = judge(dense, wrong), judge(dense, wrong)
    again = judge(dense, wrong, seed=first.seed)
    np.testing.assert_array_equal(first.case["x"], again.case["x"])
    assert not np.array_equal(first.case["x"], second.case["x"])


def test_the_misconception_of_most_cases_wins_and_the_first_of_equals(dense):
    def mostly(x, weights, bias):
        return x @ weights if len(x) in (4, 2) else x @ weights - bias

    assert judge(dense, mostly).misconception == "bias_subtracted"  # batches 6, 3, 5 against 4, 2
    for batches, key in (("(4, 6)", "bias_missing"), ("(6, 4)", "bias_subtracted")):
        exercise = engine.from_source(DENSE.replace("(4, 2, 6, 3, 5)", batches), "02.dense")
        assert judge(exercise, mostly).misconception == key


def test_the_diagnosis_is_asked_for_a_wrong_shape_and_for_nan(dense):
    verdict = judge(dense, lambda **given: right(**given).sum(axis=1))
    assert (verdict.reason, verdict.misconception) == ("shape", "summed")
    assert "came (2,)" in verdict.message
    verdict = judge(dense, lambda **given: right(**given) * np.nan)
    assert (verdict.reason, verdict.misconception) == ("nonfinite", "overflow")


def test_a_diagnosis_that_raises_or_names_an_unknown_key_is_passed_over(dense):
    assert judge(dense, lambda **given: 3.0).reason == "type"  # 3.0 has no shape: diagnose raises
    verdict = judge(dense, lambda **given: right(**given) + 7)
    assert (verdict.reason, verdict.misconception) == ("value", None)
    assert "most by 7" in verdict.message


def test_a_diagnosis_cannot_change_what_is_shown(dense):
    code = DENSE.replace("    right = ", "    inputs['x'][:] = 0; output[:] = 0\n    right = ")
    verdict = judge(engine.from_source(code, "02.dense"), lambda x, weights, bias: x @ weights)
    assert verdict.case["x"].any() and verdict.came.any()


class Friendly:
    def __eq__(self, other):
        return True

    def __array__(self, *_, **__):
        raise AssertionError("asked")

    __hash__ = None


def no_return(x, weights, bias):
    x @ weights + bias


def in_place(x, weights, bias):
    x *= 1.0000001
    return x @ weights + bias


def in_place_bias(x, weights, bias):
    bias[0] = np.nan
    return x @ weights


def raises(x, weights, bias):
    return x @ bias


def never_ends(x, weights, bias):
    while True:
        pass


def recurses(x, weights, bias):
    return recurses(x, weights, bias)


def talks(x, weights, bias):
    print("x" * 1_000_000)
    return x @ weights


def test_whole_numbers_are_no_cause_where_whole_numbers_are_right():
    assert "decimals" not in compare(np.eye(2), np.ones((2, 2), int)).message
    assert "decimals" in compare(np.eye(2) / 2, np.ones((2, 2), int)).message


@pytest.mark.parametrize("answer, reason, words", [
    (no_return, "none", "is a return missing?"),
    (lambda **_: Friendly(), "type", "came an object of type Friendly"),
    (lambda **given: right(**given).tolist(), "type", "np.array(...) turns a list into an array"),
    (lambda **given: str(right(**given)), "type", "came the text"),
    (lambda **given: (right(**given), 1), "type", "came a tuple of 2"),
    (lambda **given: float(right(**given).sum()), "type", "came the number"),
    (lambda **given: right(**given) > 0, "dtype", "came truth values (dtype bool)"),
    (lambda **given: right(**given).astype(complex), "dtype", "complex"),
    (lambda **given: right(**given).astype(int), "value", "were decimals cut off?"),
    (lambda **given: right(**given).astype(object), "type", "dtype object"),
    (lambda **given: right(**given).T, "shape", "Rows and columns are swapped"),
    (lambda **given: right(**given)[:1], "shape", "expected shape (2, 3), came (1, 3)"),
    (lambda **given: right(**given) / 0 * 0, "nonfinite", "not finite numbers"),
    (lambda **given: right(**given) + 0.5, "value", "most by 0.5"),
    (lambda **given: (value for value in right(**given)), "type", "a generator"),
    (lambda **given: right, "type", "a function, not its result"),
    (in_place, "changes input", "changed its input x in place"),
    (in_place_bias, "changes input", "changed its input bias in place"),
    (raises, "error", "raised ValueError: matmul"),
    (lambda **_: undefined_name, "error", "Was the cell that makes it run?"),  # noqa: F821
    (lambda x, w, b: x @ w + b, "error", "The check calls dense(x=..., weights=..., bias=...): keep these names"),
    (never_ends, "timeout", "took longer than the 0.3 seconds"),
    (recurses, "recursion", "calls itself without an end"),
    (lambda **_: exit(), "exit", "called exit"),
    (lambda **_: sys.exit("bye"), "exit", "called exit"),
    (lambda **_: input("x?"), "input", "asks for keyboard input"),
    (talks, "value", "6 of 6 values differ"),
    (np.zeros((3, 2)), "not callable", 'Pass the function itself, without brackets: check("02.dense", dense)'),
    (None, "not callable", "Came None in place of the function"),
    ("dense", "not callable", "Came the text 'dense'"),
    (Friendly(), "not callable", "an object of type Friendly"),
], ids=lambda value: value if isinstance(value, str) else "")  # an address in a name would differ between workers
def test_bad_input(dense, answer, reason, words, capsys):
    with np.errstate(all="ignore"):
        verdict = judge(dense, answer)
    assert (verdict.state, verdict.reason) == ("not yet", reason)
    assert words in verdict.message and not verdict
    for text in (verdict_text(verdict, dense), verdict_html(verdict, dense)):
        assert len(text) < 16_000
    assert capsys.readouterr() == ("", "")


def verdict_text(verdict, exercise):
    from layerwise.check import cards

    return cards.verdict_text(verdict, exercise)


def verdict_html(verdict, exercise):
    from layerwise.check import cards

    return cards.verdict_html(verdict, exercise)


def test_the_line_of_an_exception_is_the_learners(dense):
    verdict = judge(dense, raises)
    assert verdict.line == raises.__code__.co_firstlineno + 1
    assert f"line {verdict.line}: return x @ bias" in verdict.message


def test_a_megabyte_of_output_is_cut_on_the_card(dense):
    verdict = judge(dense, talks)
    assert verdict.dropped == 1_000_001 - 10_000
    assert "the first 10,000 bytes are kept, 990,001 dropped" in verdict_text(verdict, dense)


def test_the_users_stop_is_not_an_attempt(dense, capsys):
    def stopped(x, weights, bias):
        raise KeyboardInterrupt

    verdict = check(dense, stopped)
    assert (verdict.state, verdict.reason) == ("not tried", "stopped")
    assert "Stopped by you" in capsys.readouterr().out
    assert progress.attempts("02.dense") == []


def test_the_limit_is_for_all_cases_together():
    code = DENSE.replace("SECONDS = 0.3", "SECONDS = 10")
    given = []

    def call(use, answer, inputs, *, seconds):
        given.append(seconds)
        from layerwise.check.call import Outcome

        return Outcome("value", value=right(**inputs), seconds=3.0)

    assert judge(engine.from_source(code, "02.dense"), right, call=call)
    assert given == [10, 7, 4, 1, 0.01]


def test_the_call_can_be_replaced_and_everything_after_it_is_plain(dense):
    from layerwise.check.call import Outcome

    verdict = judge(dense, right, call=lambda use, answer, inputs, *, seconds: Outcome("value", value=np.zeros((2, 3))))
    assert verdict.reason in ("value", "shape")


def test_inputs_that_cannot_be_copied_are_passed_on():
    import threading

    lock = threading.Lock()
    exercise = engine.from_source("LOCK = None\ndef cases(rng):\n    yield {'lock': LOCK, 'x': [1]}\n"
                                  "def reference(lock, x):\n    return len(x)", "02.lock")
    exercise.cases.__globals__["LOCK"] = lock
    assert judge(exercise, lambda lock, x: 1 if lock is exercise.cases.__globals__["LOCK"] else 0)
    assert judge(exercise, lambda lock, x: x.append(2) or 1).reason == "changes input"


def test_a_changed_input_takes_the_exercises_own_words():
    code = DENSE.replace("MISTAKES = {", 'MISTAKES = {"changes_input": "In place.",')
    verdict = judge(engine.from_source(code, "02.dense"), in_place)
    assert (verdict.misconception, verdict.explanation) == ("changes_input", "In place.")


def test_observe_decides_how_an_answer_is_used():
    code = '''
def cases(rng):
    yield {"x": 3}
def reference(x):
    return 2 * x
def observe(answer, inputs):
    return answer["factor"] * inputs["x"]
'''
    exercise = engine.from_source(code, "02.factor")
    assert judge(exercise, {"factor": 2})
    assert judge(exercise, {"factor": 3}).reason == "value"
    assert "could not be used the way this exercise uses it: KeyError: 'factor'" in judge(exercise, {}).message
    trained = engine.from_source(code.replace('answer["factor"] * inputs["x"]', 'answer(inputs["x"])'), "02.factor")
    assert judge(trained, lambda x: 2 * x)
    assert 'Pass the function itself, without brackets: check("02.factor", factor)' in judge(trained, {}).message


ACCEPT = '''
import numpy as np
MISTAKES = {"negative": "A probability is never negative."}
def cases(rng):
    yield {"count": 3}
def accept(inputs, output):
    if (output < 0).any():
        return "negative"
    if len(output) != inputs["count"]:
        return f"Expected {inputs['count']} values, came {len(output)}."
    return np.isclose(output.sum(), 1)
'''


@pytest.mark.parametrize("output, state, key, words", [
    (np.ones(3) / 3, "right", None, "1 fresh input."),
    (np.array([-1, 1, 1.0]), "not yet", "negative", ""),
    (np.ones(2) / 2, "not yet", None, "Expected 3 values, came 2."),
    (np.ones(3), "not yet", None, "not accepted"),
    ("text", "not yet", None, "could not be used: it is the text 'text'"),
    (None, "not yet", None, "is a return missing?"),
])
def test_accept_replaces_the_comparison(output, state, key, words):
    verdict = judge(engine.from_source(ACCEPT, "02.free"), lambda count: output)
    assert (verdict.state, verdict.misconception) == (state, key) and words in verdict.message


# --- finding exercises


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Two generated modules on the path of `layerwise.exercises`."""
    from layerwise import exercises

    for name in ("dense", "gradient_check"):
        text = f'# Generated.\n{DENSE}\nEXERCISE = "98.{name}"\nANSWER = "dense"\nSOLUTION = {SOLVED!r}\n'
        (tmp_path / f"lab98_{name}.py").write_text(text)
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    yield
    for name in ("dense", "gradient_check"):
        sys.modules.pop(f"layerwise.exercises.lab98_{name}", None)


def test_load_reads_a_generated_module(modules):
    exercise = engine.load("98.gradient_check")
    assert (exercise.title, exercise.answer, exercise.solution) == ("A dense layer", "dense", SOLVED)
    assert (exercise.seconds, exercise.tolerance, exercise.points) == (0.3, 1e-6, 1)
    assert "98.dense" in engine.known()


@pytest.mark.parametrize("act", [lambda name: check(name, right), hint, solution])
def test_an_unknown_exercise_suggests_the_nearest(modules, act):
    with pytest.raises(CourseError, match=r'no exercise "98\.gradiant_check".*Did you mean "98\.gradient_check"'):
        act("98.gradiant_check")


@pytest.mark.parametrize("name", ["", "../secrets", "os", "02.dense; import os", "98", "99.nothing"])
def test_a_name_that_is_none_is_refused(modules, name):
    with pytest.raises(CourseError, match="There is no exercise"):
        engine.load(name)


def test_the_name_comes_first():
    with pytest.raises(CourseError, match=r"name of an exercise.*comes first"):
        check(right, "02.dense")


@pytest.mark.parametrize("code, words", [
    ("def cases(rng) yield", "does not run: SyntaxError"), ("1 / 0", "does not run: ZeroDivisionError"),
    ("def reference(): pass", "no cases"), ("def cases(rng): yield {}", "neither a reference nor an accept"),
])
def test_a_definition_that_lacks_something_says_so(code, words):
    with pytest.raises(CourseError, match=words):
        engine.from_source(code, "02.x")


# --- cards


def test_check_shows_a_card_and_records(dense, capsys):
    assert check(dense, right).state == "right"
    assert capsys.readouterr().out == "Right · A dense layer\nRight, on 5 fresh inputs.\n"
    check(dense, lambda x, weights, bias: x @ weights)
    out = capsys.readouterr().out
    for words in ("Not yet · A dense layer", "the bias is not added", "input x:", "expected:", "came:"):
        assert words in out
    assert 'hint("02.dense") opens a hint.' in out
    check(dense, stub)
    assert "Not tried yet" in capsys.readouterr().out
    states = [(attempt["state"], attempt["misconception"]) for attempt in progress.attempts("02.dense")]
    assert states == [("right", None), ("not yet", "bias_missing")]
    assert progress.attempts("02.dense")[0]["seed"] is not None


def test_a_card_carries_the_verdict_for_programs(dense, monkeypatch):
    shown = []
    monkeypatch.setattr("layerwise.show.card", lambda html, **options: shown.append((html, options)))
    check(dense, lambda x, weights, bias: x @ weights)
    html, options = shown[0]
    assert options["kind"] == "not-yet"
    assert options["extra"] == {
        VERDICT_MIME: {"exercise": "02.dense", "state": "not yet", "misconception": "bias_missing"}
    }
    json.dumps(options["extra"])
    assert "<code>+ bias</code>" in html and "<th scope='row'" in html


def test_what_a_learner_writes_is_escaped(dense):
    def nasty(x, weights, bias):
        print("<script>print</script>")
        raise ValueError("<script>raise</script>")

    texts = [verdict_html(judge(dense, nasty), dense), verdict_html(judge(dense, "<script>"), dense),
             verdict_html(judge(dense, lambda **_: {"<script>": "<script>"}), dense),
             verdict_html(judge(dense, lambda **_: type("<script>", (), {})()), dense)]
    for text in texts:
        assert "<script>" not in text and "&lt;script&gt;" in text


def test_large_values_are_shown_by_their_shape_and_a_corner():
    code = DENSE.replace("size=(batch, 4)", "size=(batch * 500, 4)")
    exercise = engine.from_source(code, "02.dense")
    text = verdict_text(judge(exercise, lambda x, weights, bias: x @ weights), exercise)
    assert "array of shape (1000, 4), float64, which starts" in text and len(text) < 3000


def test_a_small_difference_can_be_seen(dense):
    text = verdict_text(judge(dense, lambda **given: right(**given) + 3e-6), dense)
    expected, came = re.search(r"expected:\n(.*?)\n  came:\n(.*?)\nhint", text, re.S).groups()
    assert expected != came


def test_hints_open_one_at_a_time_and_are_remembered(dense, capsys):
    hint(dense)
    out = capsys.readouterr().out
    assert "Hint 1 of 3" in out and "Hint 2" not in out and 'hint("02.dense") opens the next one.' in out
    assert progress.hints_opened("02.dense") == 1
    hint(dense)
    out = capsys.readouterr().out
    assert "Hint 1 of 3" in out and "Hint 2 of 3" in out
    hint(dense)
    assert 'That was the last hint. solution("02.dense")' in capsys.readouterr().out
    hint(dense)
    assert "Hint 3 of 3" in capsys.readouterr().out
    assert progress.hints_opened("02.dense") == 3


def test_an_exercise_without_hints_or_solution_says_so(capsys):
    bare = engine.from_source("def cases(rng):\n    yield {}\ndef reference():\n    return 1", "02.bare")
    hint(bare)
    solution(bare)
    assert capsys.readouterr().out == "02.bare has no hints.\n02.bare has no solution to show.\n"
    assert "hint(" not in verdict_text(judge(bare, lambda: 2), bare)


def test_the_solution_is_shown_and_noted(dense, capsys, monkeypatch):
    solution(dense)
    assert SOLVED.strip() in capsys.readouterr().out
    assert progress.latest("solution", "02.dense") is True
    shown = []
    monkeypatch.setattr("layerwise.show.card", lambda html, **options: shown.append(html))
    solution(dense)
    assert "x " in re.sub("<[^>]+>", "", shown[0]) and "<span" in shown[0]


def test_a_store_that_cannot_be_written_does_not_stop_a_check(dense, tmp_path, monkeypatch, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("LAYERWISE_HOME", str(blocked))
    monkeypatch.setattr(progress, "_noted", set())
    monkeypatch.setattr(progress, "_unsaved", [])
    assert check(dense, right)
    hint(dense)
    hint(dense)
    out = capsys.readouterr().out
    assert "Right, on 5 fresh inputs." in out and out.count("could not be saved") == 1 and "Hint 2 of 3" in out


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, layerwise.check as c; c.check, c.found, c.predict; heavy = "
        "('numpy', 'keras', 'plotly', 'ipywidgets', 'IPython', 'sqlite3', 'pygments', 'platformdirs')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_the_names_are_functions_whichever_module_came_first():
    code = (
        "import layerwise.check.findings, layerwise.check.ask, layerwise.check.cards\n"
        "from layerwise.check import *; print(callable(found), callable(check))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "True True"


@pytest.mark.notebook
def test_in_a_real_kernel():
    import nbformat
    from nbclient import NotebookClient

    cells = [
        "from layerwise.check import check, engine, found, predict, quiz",
        f"dense = engine.from_source({DENSE!r}, '02.dense')\ndef right(x, weights, bias): return x @ weights + bias",
        "check(dense, right)",
        "check(dense, lambda **_: exit())",
        "check(dense, lambda **_: input())",
        "def slow(x, weights, bias):\n    while True:\n        pass\ncheck(dense, slow)",
        "found('accuracy', 0.5, 'reads {:.0%}')",
        "predict('02.depth', 'Which?', ['wide', 'deep'])",
        "quiz('02.q', 'What?', {'a': 'no', 'b': 'yes'}, right='b')",
        "1 + 1",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    for number, state in ((2, "right"), (3, "not yet"), (4, "not yet"), (5, "not yet")):
        assert [output.output_type for output in outputs[number]] == ["display_data"]
        assert outputs[number][0].data[VERDICT_MIME]["state"] == state
    assert "called exit" in outputs[3][0].data["text/plain"]
    assert "keyboard input" in outputs[4][0].data["text/plain"]
    assert re.search(r"line \d: (while True|pass)", outputs[5][0].data["text/plain"])
    assert outputs[6][0].data["application/vnd.layerwise.found+json"]["value"] == 0.5
    for number in (7, 8):
        assert [output.output_type for output in outputs[number]] == ["display_data"]
        assert "application/vnd.jupyter.widget-view+json" in outputs[number][0].data
        assert "<li>" in outputs[number][0].data["text/html"]
    assert outputs[9][0].data["text/plain"] == "2"


@pytest.mark.parametrize("seed", range(20))
def test_a_right_answer_of_the_wrong_type_is_not_given_a_mistake(seed):
    # In this exercise's first case, a batch of one, a mistake gives the same numbers as the right answer.
    softmax = engine.load("02.softmax")
    verdict = judge(softmax, lambda scores: softmax.reference(scores).tolist(), seed=seed)
    assert (verdict.reason, verdict.misconception) == ("type", None)


@pytest.mark.parametrize("answer, words", [
    (lambda **_: np.broadcast_to(np.float32(0), (20_000, 20_000)), "far too large"),
    (lambda **_: 10**5000, "more than 300 digits"),
])
def test_a_result_too_large_to_look_at_is_refused_at_once(dense, answer, words):
    verdict = judge(dense, answer)
    assert verdict.reason == "type" and words in verdict.message
