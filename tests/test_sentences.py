"""The explorers of lesson 12 (blank, next piece, alignment) and their figures, without a browser."""


import numpy as np
import pytest
from explorers import turned
from layerwise import explore, plot
from layerwise.suggest import CourseError


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
