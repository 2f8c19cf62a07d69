"""The heads explorer, the recall explorer, and the figures of attention, without a browser."""

import json
import time

import numpy as np
import pytest
from layerwise import explore, plot
from layerwise.explore import circuits
from layerwise.suggest import CourseError


def crossing(text):
    """A head of one's own: each word looks at the letter of its number."""
    words, letters = text.split(), list("abc")
    weights = np.zeros((len(words), 3))
    weights[np.arange(len(words)), np.arange(len(words)) % 3] = 1
    return words, letters, weights


@pytest.fixture(params=["heads", "recall", "own"])
def case(request):
    made = {"heads": explore.heads, "recall": explore.recall, "own": lambda: explore.heads({"mine": crossing})}
    return made[request.param]()


def decoded(figure):
    return json.loads(figure.to_json())


def test_the_whole_control_space(case):
    for number, state in enumerate(case.sweep()):
        before = dict(state)
        result = case.compute(**state)
        figure, sentence = case.draw(result, narrow=bool(number % 2)), case.say(state, result)
        assert state == before
        assert sentence.endswith(".") and len(sentence) > 20 and "nan" not in sentence
        assert plot.describe(figure)


def test_every_control_changes_picture_or_sentence(case):
    start = case.state
    for control in case.controls:
        other = next(value for value in reversed(control.points()) if value != start[control.name])
        first, second = case.compute(**start), case.compute(**{**start, control.name: other})
        said = case.say(start, first), case.say({**start, control.name: other}, second, control.name)
        assert decoded(case.draw(first)) != decoded(case.draw(second)) or said[0] != said[1], control.name


def test_the_sentence_says_what_moved(case):
    result = case.compute()
    said = {case.say(case.state, result, changed) for changed in (None, *case.state)}
    assert len(said) >= 2 and all(sentence.endswith(".") for sentence in said)


def test_computing_is_quick(case):
    case.compute()
    start = time.process_time()
    for _ in range(20):
        case.compute()
    assert (time.process_time() - start) / 20 < 0.03


def test_rows_sum_to_one_under_any_mask():
    heads = explore.heads()
    for state in heads.sweep():
        weights = heads.compute(**state)["weights"]
        assert np.allclose(weights.sum(axis=1), 1)
        if state["causal"]:
            assert not np.triu(weights, 1).any()


@pytest.mark.parametrize("head, offset", [("one before", -1), ("one after", 1)])
def test_a_head_that_knows_places(head, offset):
    heads = explore.heads(head=head)
    weights = heads.compute()["weights"]
    assert (np.diagonal(weights, offset) > 0.9).all()
    heads.positions = False
    assert np.allclose(heads.compute()["weights"], 1 / len(weights))


def test_a_head_that_knows_words_does_not_mind_the_order():
    first = explore.heads(words="dog bites man dog", head="same word").compute()["weights"]
    second = explore.heads(words="man dog dog bites", head="same word").compute()["weights"]
    order = [2, 0, 3, 1]
    assert np.allclose(second, first[np.ix_(order, order)])


@pytest.mark.parametrize("signs, answer", [("b3 a7 d1 c9 a", "7"), ("b3a7d1c9d", "1"), ("x4 y2 x", "4"), ("aba", "b")])
def test_the_circuit_recalls(signs, answer):
    answers = explore.recall(signs=signs).compute()["answers"]
    assert max(answers, key=answers.get) == answer and answers[answer] > 0.8


def test_without_either_head_recall_is_dead():
    for off in ("back", "match"):
        answers = explore.recall(**{off: False}).compute()["answers"]
        assert max(answers.values()) < 0.3


def test_answers_follow_a_swap():
    recall = explore.recall(signs="b3 a7 d1 c9 a")
    recall.swap = 4  # the 7 and the d
    answers = recall.compute()["answers"]
    assert max(answers, key=answers.get) == "d"


def test_the_circuit_is_attention():
    (first, second), _ = circuits.circuit(list("·a1b2a"))
    assert np.allclose(first.sum(axis=1), 1) and np.allclose(second.sum(axis=1), 1)
    assert np.argmax(second[-1]) == 2


def test_errors_say_what_came():
    with pytest.raises(CourseError, match="dict of functions"):
        explore.heads([crossing])
    with pytest.raises(ValueError, match="queries by keys"):
        plot.attention(np.ones((2, 3)), ["a", "b"])
    with pytest.raises(ValueError, match="none of them"):
        plot.attention(np.eye(2), ["a", "b"], chosen=2)
    with pytest.raises(ValueError, match="at least one"):
        plot.attention_maps({}, ["a"])


def test_a_head_of_ones_own():
    heads = explore.heads({"mine": crossing}, words="one two three", token=3)
    assert heads.compute()["chosen"] == 2 and "“three” (number 3) looks 100% at “c”" in heads.sentence
    heads.words = ""
    assert heads.compute()["tokens"] == ["…"]
