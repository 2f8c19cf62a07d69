"""The explorers of lesson 12 (blank, next piece, alignment) and their figures, without a browser."""

import json
import time

import numpy as np
import pytest
from layerwise import explore, plot
from layerwise.suggest import CourseError

WORDS = ("parcel", "bill", "contract", "order", "router", "phone", "account", "card", "refund", "visit")


def habit(before, after):
    """Favour one word by the length of what stands around the blank."""
    weights = np.arange(1.0, len(WORDS) + 1)
    weights[(len(before) + 2 * len(after)) % len(WORDS)] += 20
    return dict(zip(WORDS, weights / weights.sum(), strict=True))


def onward(text):
    """Favour one piece by the length of the text."""
    return habit(text, "")


def turned(text):
    """Translate by writing the words from the last to the first; two heads."""
    words = [word for word in text.split() if word.isascii() and word.isalpha()]
    count = len(words)
    weights = np.stack([np.eye(count)[::-1], np.full((count, count), 1 / max(count, 1))])
    return words, words[::-1], weights


@pytest.fixture(params=["blank", "next", "alignment"])
def case(request):
    """Each explorer once."""
    if request.param == "blank":
        return explore.fill_in({"habit": habit, "rival": lambda before, after: {"bill": 0.7, "tea": 0.3}})
    if request.param == "next":
        return explore.next_piece({"habit": onward, "coin": lambda text: {"heads": 0.5, "tails": 0.5}})
    return explore.alignment(turned, heads=2)


def decoded(figure):
    return json.loads(figure.to_json())


def test_the_whole_control_space(case):
    for number, state in enumerate(case.sweep()):
        before = dict(state)
        result = case.compute(**state)
        figure, sentence = case.draw(result, narrow=bool(number % 2)), case.say(state, result)
        assert state == before
        assert sentence.endswith(".") and len(sentence) > 20 and "nan" not in sentence
        assert plot.describe(figure) and figure.layout.title.text


def test_every_control_changes_picture_or_sentence(case):
    start = case.state
    for control in case.controls:
        other = next(value for value in control.points() if value != start[control.name])
        first, second = case.compute(**start), case.compute(**{**start, control.name: other})
        said = case.say(start, first), case.say({**start, control.name: other}, second)
        assert decoded(case.draw(first)) != decoded(case.draw(second)) or said[0] != said[1], control.name


def test_computing_is_quick(case):
    case.compute()
    start = time.process_time()
    for _ in range(20):
        case.compute()
    assert (time.process_time() - start) / 20 < 0.03


def test_the_hidden_word_is_not_shown_to_the_filler():
    seen = []
    explorer = explore.fill_in(lambda before, after: seen.append((before, after)) or {"x": 1.0})
    explorer.set(words="Where is my parcel?", blank=3)
    explorer.compute()
    assert seen[-1] == ("where is", "parcel?")
    explorer.blank = 12
    explorer.compute()
    assert seen[-1] == ("where is my", "")
    assert explorer.compute()["truth"] == "parcel"


def test_the_sentence_ranks_the_word_that_stood_there():
    explorer = explore.fill_in({"the model": lambda before, after: {"tea": 0.5, "milk": 0.3, "coffee": 0.2}})
    explorer.set(words="a cup of coffee", blank=4)
    assert "number 3 on its list" in explorer.sentence
    explorer.words = "a cup of tea"
    assert "finds “tea”" in explorer.sentence
    explorer.words = "a cup of gin"
    assert "does not know “gin”" in explorer.sentence


@pytest.mark.parametrize(("temperature", "first"), [(1.0, 0.8), (0.5, 16 / 17), (2.0, 2 / 3)])
def test_temperature_is_that_of_lesson_06(temperature, first):
    explorer = explore.next_piece(lambda text: {"a": 0.8, "b": 0.2}, temperature=temperature)
    assert np.isclose(explorer.compute()["series"]["the model"][0], first)


def test_a_choice_is_as_open_as_its_bits():
    explorer = explore.next_piece(lambda text: dict.fromkeys("abcdefgh", 1 / 8))
    assert np.isclose(explorer.compute()["open"], 8)
    assert "8.0 equally likely" in explorer.sentence


def test_the_alignment_of_one_head_and_of_all():
    explorer = explore.alignment(turned, heads=2, words="twenty one")
    assert np.allclose(explorer.compute()["weights"], [[0.25, 0.75], [0.75, 0.25]])
    explorer.head = "head 2"
    assert np.allclose(explorer.compute()["weights"], 0.5)
    explorer.step = 9
    assert explorer.compute()["row"] == 1
    explorer.words = "¿?"
    assert "knows none of these words" in explorer.sentence


@pytest.mark.parametrize("wrong", [None, 3, {}, {"a": 1}])
def test_what_is_no_function_is_refused(wrong):
    for build in (explore.fill_in, explore.next_piece, explore.alignment):
        with pytest.raises(CourseError, match="function"):
            build(wrong)


def test_candidates_refuse_what_is_no_probability():
    with pytest.raises(ValueError, match="probability for each word"):
        plot.candidates(["a"], {"model": [0.5, 0.5]})
    with pytest.raises(ValueError, match="from 0 to 1"):
        plot.candidates(["a"], {"model": [1.5]})


def test_alignments_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match="shape"):
        plot.alignment([[1.0]], ["a", "b"], ["c"])
    with pytest.raises(ValueError, match="from 0 to 1"):
        plot.alignment([[2.0]], ["a"], ["b"])
    with pytest.raises(ValueError, match="row 3"):
        plot.alignment([[1.0]], ["a"], ["b"], row=3)


def test_signs_that_nobody_sees_are_named():
    figure = plot.candidates(["\n", " ", " my"], {"model": [0.5, 0.3, 0.2]}, chosen=" my")
    assert list(figure.layout.yaxis.ticktext) == ["(line end)", "(space)", "<b>my</b>"]
