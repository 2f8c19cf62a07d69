"""Findings: a sentence with the number of this run, and a record of it."""

import json

import numpy as np
import pytest
from layerwise import progress
from layerwise.check import FOUND_MIME, found
from layerwise.suggest import CourseError


@pytest.fixture
def shown(monkeypatch):
    cards = []
    monkeypatch.setattr("layerwise.show.card", lambda html, **options: cards.append({"html": html, **options}))
    return cards


def test_the_sentence_and_the_record(shown):
    assert found("test_accuracy", 0.9753, "the network reads {:.1%} of unseen digits") is None
    card = shown[0]
    assert card["kind"] == "found" and "reads 97.5% of unseen" in card["html"]
    record = {"name": "test_accuracy", "value": 0.9753, "sentence": "the network reads 97.5% of unseen digits"}
    assert card["extra"] == {FOUND_MIME: record}
    assert json.loads(json.dumps(card["extra"]))[FOUND_MIME] == record


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), np.int64(3), np.array(3.0), np.float16(3)])
def test_numbers_of_all_kinds(shown, value):
    found("count", value, "{:.0f} layers")
    record = shown[0]["extra"][FOUND_MIME]
    assert record["sentence"] == "3 layers" and type(record["value"]) is float


@pytest.mark.parametrize("sentence", ["{:.1%}", "{0:.1%}", "{value:.1%}", "{gain:.1%}"])
def test_the_placeholder_may_be_named(shown, sentence):
    found("gain", 0.5, sentence)
    assert shown[0]["extra"][FOUND_MIME]["sentence"] == "50.0%"


@pytest.mark.parametrize("value, words", [
    (float("nan"), "finite"), (float("inf"), "finite"), (np.float32("nan"), "finite"), ("0.9", "came the text"),
    (True, "truth value"), (None, "came None"), ([0.9], "a list of 1"), (np.ones(2), r"shape \(2,\)"), (1j, "complex"),
    (len, "a function"), (object(), "an object of type object"),
])
def test_what_is_no_finite_number_is_refused(shown, value, words):
    with pytest.raises(CourseError, match=words):
        found("accuracy", value, "{:.1%}")
    assert shown == []


@pytest.mark.parametrize("sentence, words", [
    ("the network reads 97.5% of digits", "no placeholder"), ("", "no placeholder"), ("{{}} 97.5 %", "no placeholder"),
    ("{:.1q}", "cannot be filled in"), ("{", "cannot be filled in"), ("{other:.1%}", "cannot be filled in"),
    ("{} of {}", "cannot be filled in"), (5, "needs a sentence"), ("{:d}", "cannot be filled in"),
])
def test_a_sentence_without_a_working_placeholder_is_refused(shown, sentence, words):
    with pytest.raises(CourseError, match=words):
        found("accuracy", 0.9, sentence)
    assert shown == []


@pytest.mark.parametrize("name", ["Test accuracy", "test-accuracy", "", "1st", "a__b", "a_", None, "größe"])
def test_a_name_of_another_form_is_refused(shown, name):
    with pytest.raises(CourseError, match="lower case with underscores"):
        found(name, 0.9, "{}")


def test_a_guess_is_recalled(shown):
    found("gain", 0.1, "{:.1%}", predicted="02.depth")
    assert "predicted" not in shown[0]["text"]
    progress.record("predict", "02.depth", "wide")
    progress.record("predict", "02.depth", "about <b>equal</b>")
    found("gain", 0.1, "{:.1%}", predicted="02.depth")
    assert shown[1]["text"].endswith("You predicted: about <b>equal</b>.")
    assert "about &lt;b&gt;equal" in shown[1]["html"]
    assert "predicted" not in shown[1]["extra"][FOUND_MIME]["sentence"]


def test_without_a_notebook_the_sentence_is_printed(capsys):
    found("gain", 0.1, "deeper gains {:.0%}")
    assert capsys.readouterr().out == "Found: deeper gains 10%\n"
