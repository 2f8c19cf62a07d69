"""Mistakes that the engine recognises in any exercise, and what it must not take for one."""

import time

import numpy as np
import pytest
from layerwise.check import engine, general

TABLE = '''
"""A table of numbers."""
import numpy as np
def cases(rng):
    for rows, columns in ((5, 3), (4, 4), (6, 3), (7, 2)):
        yield {"scores": rng.normal(size=(rows, columns)), "steps": int(rng.integers(3, 90))}
def reference(scores, steps):
    return np.tanh(scores) * 0.4 + 0.5
'''
NUMBER = '''
"""A number."""
import numpy as np
def cases(rng):
    for size in (5, 8, 11, 6):
        yield {"values": rng.uniform(0.1, 0.9, size=size)}
def reference(values):
    return float(values.std())
'''
WINDOWS = '''
"""How many windows."""
def cases(rng):
    for length in (20, 31, 45, 58):
        yield {"length": length, "width": int(rng.integers(2, 6))}
def reference(length, width):
    return length - width + 1
'''
PARTS = '''
"""Several parts."""
import numpy as np
def cases(rng):
    for size in (3, 4, 5):
        yield {"values": rng.normal(size=size)}
def reference(values):
    return values * 2, float(values.sum()), float(values.max()), {"mean": float(values.mean()), "name": "values"}
'''
LIST = '''
"""A list."""
def cases(rng):
    for size in (4, 5, 6):
        yield {"names": [str(number) for number in rng.permutation(50)[:size]]}
def reference(names):
    return [name + "!" for name in names]
'''
MASK = '''
"""A mask."""
def cases(rng):
    for size in (6, 9, 8):
        yield {"values": rng.normal(size=size)}
def reference(values):
    return values > 0.1
'''


def exercise(code, more=""):
    return engine.from_source(code + more, "98.any")


def table(scores, steps=None):
    return np.tanh(scores) * 0.4 + 0.5


def parts(values):
    return values * 2, float(values.sum()), float(values.max()), {"mean": float(values.mean()), "name": "values"}


def swapped(values):
    double, total, largest, named = parts(values)
    return double, largest, total, named


def turned(values):
    double, total, largest, named = parts(values)
    return -double, total, largest, {**named, "mean": -named["mean"]}


def all_pairs(values):
    return np.diag(values * 2) + 1 - np.eye(len(values))


def of_table(change):
    return lambda scores, steps: change(table(scores))


def of_number(change):
    return lambda values: float(change(values.std(), len(values)))


def of_windows(change):
    return lambda length, width: change(length - width + 1)


def once(function):
    """Return a function that works only the first time, and gives that result ever after."""
    kept = []

    def answer(**inputs):
        kept.append(function(**inputs))
        return kept[0]

    return answer


def late(function, first):
    kept = [first]

    def answer(**inputs):
        kept.append(function(**inputs))
        return kept[-2]

    return answer


def collecting(names, found=[]):  # noqa: B006
    found += [name + "!" for name in names]
    return list(found)


def summing():
    total = 0

    def answer(values):
        nonlocal total
        total += float(values.std())
        return total

    return answer


def shifted(right):
    moved = np.roll(right, 1, axis=0)
    moved[0] = 0.25
    return moved


FOUND = [
    ("same_result", NUMBER, lambda values: 0.5, "the same result for every input"),
    ("same_result", NUMBER, once(lambda values: float(values.std())), "made once"),
    ("same_result", WINDOWS, lambda length, width: 7, "the same result"),
    ("earlier_result", NUMBER, late(lambda values: float(values.std()), 0.1), "the call before"),
    ("earlier_result", LIST, collecting, "a list as a default argument"),
    ("earlier_result", NUMBER, summing(), "a sum outside"),
    ("input_returned", TABLE, lambda scores, steps: scores, "`scores` itself"),
    ("input_returned", WINDOWS, lambda length, width: length, "`length` itself"),
    ("parts_swapped", PARTS, swapped, "in another order"),
    ("transposed", TABLE, of_table(lambda right: right.T), "Return the transpose"),
    ("another_shape", TABLE, of_table(np.ravel), "Only the shape"),
    ("another_shape", TABLE, of_table(lambda right: right[..., None]), "Only the shape"),
    ("diagonal", MASK.replace("values > 0.1", "values * 2"), all_pairs, "on the diagonal"),
    ("reduced", TABLE, of_table(lambda right: right.sum(axis=0)), "added up over axis 0"),
    ("reduced", TABLE, of_table(lambda right: right.mean(axis=1)), "averaged over axis 1"),
    ("one_missing", TABLE, of_table(lambda right: right[:-1]), "the last along axis 0 is missing"),
    ("one_missing", TABLE, of_table(lambda right: right[:, 1:]), "the first along axis 1 is missing"),
    ("one_missing", TABLE, of_table(lambda right: np.vstack([right, right[:1]])), "one too many along axis 0"),
    ("shifted", TABLE, of_table(shifted), "one place too late along axis 0"),
    ("shifted", TABLE, of_table(lambda right: np.roll(right, -1, axis=0)), "one place too early along axis 0"),
    ("reversed", TABLE, of_table(lambda right: right[::-1]), "backwards along axis 0"),
    ("another_order", TABLE, of_table(lambda right: np.sort(right, axis=0)), "in other places"),
    ("sign", TABLE, of_table(np.negative), "the opposite sign"),
    ("sign", WINDOWS, of_windows(lambda right: -right), "the opposite sign"),
    ("sign", PARTS, turned, "the opposite sign"),
    ("complement", TABLE, of_table(lambda right: 1 - right), "1 minus the right one"),
    ("complement", MASK, lambda values: values <= 0.1, "True and False"),
    ("off_by_one", WINDOWS, of_windows(lambda right: right - 1), "too small by exactly one"),
    ("off_by_one", WINDOWS, of_windows(lambda right: right + 1), "too large by exactly one"),
    ("times_a_size", NUMBER, of_number(lambda right, size: right * size), "the length of `values`"),
    ("times_a_size", TABLE, lambda scores, steps: table(scores) * len(scores), "the number of rows of `scores`"),
    ("times_a_size", TABLE, lambda scores, steps: table(scores) * steps, "`steps`"),
    ("divided_by_a_size", TABLE, lambda scores, steps: table(scores) / scores.shape[1], "number of columns of"),
    ("one_in_the_divisor", NUMBER, lambda values: float(values.std(ddof=1)), "`ddof` decides"),
    ("root_of_a_size", NUMBER, of_number(lambda right, size: right / size**0.5), "the root of the length of `values`"),
    ("another_scale", NUMBER, lambda values: float(values.var()), "squares of the right numbers"),
    ("another_scale", TABLE, of_table(np.sqrt), "roots of the right numbers"),
    ("another_scale", TABLE, of_table(lambda right: 1 / right), "1 divided by the right one"),
    ("another_scale", TABLE, of_table(np.log), "np.exp missing"),
    ("another_scale", TABLE, of_table(np.exp), "np.log missing"),
    ("another_scale", TABLE, of_table(lambda right: right * 100), "per cent"),
    ("another_scale", TABLE, of_table(np.degrees), "in degrees"),
    ("another_scale", TABLE, of_table(np.radians), "in radians"),
    ("another_scale", TABLE, of_table(lambda right: right / np.log(2)), "base 2"),
    ("constant_factor", TABLE, of_table(lambda right: right * 2), "2 times the right one"),
    ("constant_factor", TABLE, of_table(lambda right: (right * 0.9).astype("float32")), "0.9 times the right one"),
    ("decimals_lost", TABLE, of_table(lambda right: right.round(2)), "rounded to 2 decimals"),
    ("decimals_lost", TABLE.replace("* 0.4", "* 40"), lambda scores, steps: np.floor(np.tanh(scores) * 40 + 0.5),
     "the decimal point was cut off"),
]


@pytest.mark.parametrize("key, code, answer, words", FOUND, ids=[f"{row[0]}-{n}" for n, row in enumerate(FOUND)])
@pytest.mark.parametrize("seed", [1])
def test_a_general_mistake_is_recognised(key, code, answer, words, seed):
    verdict = engine.judge(exercise(code), answer, seed=seed)
    assert (verdict.state, verdict.misconception) == ("not yet", f"any.{key}"), verdict.message
    assert words in verdict.explanation
    assert verdict.message and verdict.case is not None, "what came is still shown"


def test_every_key_is_tested():
    assert {row[0] for row in FOUND} == set(general.KEYS)
    assert len(set(general.KEYS)) == len(general.KEYS)


WRONG = {
    "noise": of_table(lambda right: right + np.random.default_rng(right.size).normal(size=right.shape)),
    "one entry": of_table(lambda right: np.where(right == right.max(), 0, right)),
    "another formula": of_table(lambda right: right**3 - right),
    "a shift": of_table(lambda right: right + 7),
    "an offset and a factor": of_table(lambda right: 2 * right + 1),
    "zeros and ones": of_table(lambda right: (right > 0.5).astype(float)),
    "zeros": of_table(np.zeros_like),
    "clipped": of_table(lambda right: right.clip(0.4, 0.6)),
    "a factor for each row": of_table(lambda right: right * np.arange(1, len(right) + 1)[:, None]),
    "now this, now that": lambda scores, steps: table(scores) * (2 if len(scores) % 2 else -1),
    "another shape, other numbers": of_table(lambda right: np.cos(right).ravel()),
    "nan": of_table(lambda right: right * np.nan),
    "some nan": of_table(lambda right: np.where(right > 0.5, np.nan, right)),
    "a list": of_table(lambda right: (-right).tolist()),
    "truth values": of_table(lambda right: right > 0.5),
    "empty": of_table(lambda right: right[:0]),
    "a function": lambda scores, steps: table,
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("seed", range(10))
def test_a_wrong_answer_of_no_such_kind_gets_no_general_diagnosis(name, seed):
    verdict = engine.judge(exercise(TABLE), WRONG[name], seed=seed)
    assert verdict.state == "not yet"
    assert (verdict.misconception, verdict.explanation) == (None, "")


@pytest.mark.parametrize("seed", range(40))
def test_small_whole_numbers_do_not_agree_by_accident(seed):
    """Guesses between 0 and 4 agree with many formulas in one case, and with hardly any in all."""
    code = "def cases(rng):\n    for _ in range(6):\n        yield {'x': rng.integers(0, 4, size=3)}\n" \
           "def reference(x):\n    return (x * x + x) % 5"
    guess = np.random.default_rng(1000 + seed)
    verdict = engine.judge(engine.from_source(code, "98.small"), lambda x: guess.integers(0, 5, size=3), seed=seed)
    assert verdict.misconception is None, verdict.explanation


def test_one_number_is_no_evidence():
    one = "def cases(rng):\n    yield {'x': 0.25}\ndef reference(x):\n    return 2 * x"
    for came in (-0.5, 0.25, 50.0, 1.0, 0.5 / 4, 2.0):
        assert engine.judge(engine.from_source(one, "98.one"), lambda x, came=came: came).misconception is None


def test_a_size_that_a_right_case_contradicts_is_not_named():
    def answer(scores, steps):
        return table(scores) * (1 if len(scores) == 4 else len(scores))

    assert engine.judge(exercise(TABLE), answer, seed=1).misconception is None


def test_a_loose_tolerance_makes_no_diagnosis():
    # 0.1 in every number is right enough here for -x to be taken for x.
    code = "TOLERANCE = 0.5\ndef cases(rng):\n    for _ in range(4):\n        yield {'x': rng.normal(size=5)}\n" \
           "def reference(x):\n    return x / 10"
    verdict = engine.judge(engine.from_source(code, "98.loose"), lambda x: 3 - x / 10 + x * x / 50, seed=1)
    assert verdict.state == "not yet" and verdict.misconception is None


def test_near_the_right_numbers_everything_is_near():
    # Roots of numbers near 1 are near 1; what comes here is as far from them as the tolerance lets it be.
    code = "TOLERANCE = 1e-3\ndef cases(rng):\n    for _ in range(4):\n" \
           "        yield {'x': rng.uniform(1.006, 1.012, 5)}\ndef reference(x):\n    return x.copy()"
    verdict = engine.judge(engine.from_source(code, "98.near"), lambda x: np.sqrt(x) + 8e-4 * np.sin(1e4 * x), seed=1)
    assert verdict.state == "not yet" and verdict.misconception is None, verdict.explanation


OWN = '''
MISTAKES = {"own": "The exercise's own words."}
def diagnose(inputs, output):
    return "own" if len(inputs["scores"]) == 7 else None
'''


def test_what_the_exercise_has_recognised_comes_first_though_in_one_case_only():
    verdict = engine.judge(exercise(TABLE, OWN), of_table(np.negative), seed=1)
    assert (verdict.misconception, verdict.explanation) == ("own", "The exercise's own words.")


def test_errors_changed_inputs_and_accept_get_no_general_diagnosis():
    def sometimes(scores, steps):
        return 1 / 0 if len(scores) == 7 else -table(scores)

    def in_place(scores, steps):
        scores *= 2
        return -table(scores)

    assert engine.judge(exercise(TABLE), sometimes).misconception is None
    assert engine.judge(exercise(TABLE), in_place).misconception is None
    free = exercise(TABLE, "\ndef accept(inputs, output):\n    return False\n")
    assert engine.judge(free, of_table(np.negative)).misconception is None


@pytest.mark.parametrize("trials, wrong", [
    ([], {}),
    ([({}, 1), ({}, 2), ({}, 3)], {0: None, 1: "text", 2: b""}),
    ([({"x": object()}, np.zeros((0, 3)))] * 3, {0: np.zeros((3, 0)), 1: np.zeros(0), 2: 0.0}),
    ([({}, [1, "a"]), ({}, {"a": 1})], {0: [2, None], 1: {"a": "b"}}),
    ([({}, 2**900)] * 3, {0: -(2**900), 1: 1.0, 2: float("inf")}),
    ([({"x": np.zeros((2, 2, 2, 2, 2))}, np.zeros((1,) * 6))] * 3, {0: np.ones((1,) * 6), 1: np.ones(1), 2: 1j}),
], ids=range(6))
def test_it_never_raises(trials, wrong):
    assert general.diagnosis(trials, wrong) == (None, "")


def test_a_bug_in_a_look_is_no_learners_business(monkeypatch):
    def broken(cases, wrong):
        raise ValueError("a bug")

    monkeypatch.setattr(general, "LOOKS", (("broken", broken),))
    assert general.diagnosis([({}, 1.0)], {0: 2.0}) == (None, "")


@pytest.mark.parametrize("size, most", [(190, 3.0), (1000, 3.0)])
def test_large_results_take_no_long_time(size, most):
    rng = np.random.default_rng(0)
    trials = [({"x": rng.normal(size=(size, size))}, rng.normal(size=(size, size))) for _ in range(4)]
    wrong = {place: rng.normal(size=(size, size)) for place in range(4)}
    began = time.process_time()
    assert general.diagnosis(trials, wrong) == (None, "")
    assert time.process_time() - began < most
