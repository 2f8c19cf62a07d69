"""The heads explorer, the recall explorer, and the figures of attention, without a browser."""


import numpy as np
import pytest
from explorers import crossing
from layerwise import explore, plot
from layerwise.explore import circuits
from layerwise.suggest import CourseError


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
