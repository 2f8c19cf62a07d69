"""Guesses and quizzes, driven without a browser."""

import pytest
from layerwise import progress
from layerwise.check import ask, predict, quiz
from layerwise.suggest import CourseError

ANSWERS = {"0": "Below zero `relu` gives 0.", "2": "That is the <absolute> value.", "-2": "That is the identity."}


def test_a_guess_is_kept_and_no_answer_given_away():
    box = ask._prediction("02.depth", "Which reads more?", ["wide", "deep", "about <equal>"])
    assert list(box.options) == ["wide", "deep", "about <equal>"] and "Noted" not in box.note.value
    box.options["about <equal>"].click()
    assert progress.latest("predict", "02.depth") == "about <equal>"
    assert "Noted: <strong>about &lt;equal&gt;</strong>. Run on." in box.note.value
    assert box.options["about <equal>"].description == "✓ about <equal>"
    # Committed: the card takes no second guess.
    assert all(button.disabled for button in box.options.values())


def test_run_again_it_recalls_the_guess_and_takes_another():
    ask._prediction("02.depth", "Which?", ["wide", "deep"]).options["wide"].click()
    again = ask._prediction("02.depth", "Which?", ["wide", "deep"])
    assert "Earlier you said: wide." in again.note.value
    again.options["deep"].click()
    assert progress.latest("predict", "02.depth") == "deep"


def test_every_answer_of_a_quiz_is_explained_and_a_wrong_one_can_be_tried_again():
    box = ask._quiz("02.quiz.relu", "What is relu(-2)?", ANSWERS, "0")
    box.options["2"].click()
    assert "Not this one." in box.note.value and "That is the &lt;absolute&gt; value. Try another." in box.note.value
    assert "layerwise-not-yet" in box._dom_classes and not box.options["0"].disabled
    assert box.options["2"].description == "✗ 2"
    box.options["0"].click()
    assert "Right." in box.note.value and "<code>relu</code>" in box.note.value
    assert "layerwise-right" in box._dom_classes and "layerwise-not-yet" not in box._dom_classes
    kept = [event["value"] for event in progress.events("quiz", "02.quiz.relu")]
    assert kept == [{"answer": "2", "right": False}, {"answer": "0", "right": True}]


@pytest.mark.parametrize("make", [
    lambda: ask._prediction("k", "Question?", ["a", "b"]),
    lambda: ask._quiz("k", "Question?", {"a": "x", "b": "y"}, "a"),
])
def test_the_options_are_buttons_that_wrap_and_the_note_is_announced(make):
    box = make()
    for button in box.options.values():
        assert type(button).__name__ == "Button"  # takes Tab, Space and Enter by itself
        assert (button.layout.width, button.layout.height) == ("auto", "auto")
        assert "layerwise-option" in button._dom_classes
    assert "white-space: normal !important" in box.children[0].value
    assert "role='status'" in box.note.value and "aria-live='polite'" in box.note.value


def test_the_question_is_escaped():
    box = ask._prediction("k", "Is <b> `x < y`?", ["a", "b"])
    assert "Is &lt;b&gt; <code>x &lt; y</code>?" in box.children[0].value


@pytest.mark.parametrize("key, question, options, words", [
    ("", "Q?", ["a", "b"], "key"), (None, "Q?", ["a", "b"], "key"), ("k", " ", ["a", "b"], "question"),
    ("k", "Q?", "ab", "a list of options"), ("k", "Q?", ["a"], "two or more different"),
    ("k", "Q?", [], "two or more different"), ("k", "Q?", ["a", "a"], "two or more different"),
    ("k", "Q?", ["a", "b", "a"], "two or more different"), ("k", "Q?", ["a", 1], "came 1"),
    ("k", "Q?", ["a", ""], "came ''"), ("k", "Q?", None, "a list of options"),
])
def test_a_guess_needs_a_choice(key, question, options, words):
    with pytest.raises(CourseError, match=words):
        predict(key, question, options)


@pytest.mark.parametrize("answers, right, words", [
    (["a", "b"], "a", "a dict"), ({"a": "x"}, "a", "two or more"), ({"a": "x", "b": ""}, "a", 'explain the answer "b"'),
    ({"a": "x", "b": None}, "a", "explain"), ({"softmax": "x", "sigmoid": "y"}, "softmacks", 'Did you mean "softmax"'),
    ({"a": "x", "b": "y"}, None, "not among"),
])
def test_a_quiz_needs_explanations_and_a_right_answer(answers, right, words):
    with pytest.raises(CourseError, match=words):
        quiz("k", "Q?", answers, right=right)


def test_without_a_notebook_the_question_is_printed(capsys):
    assert predict("k", "Which?", ["wide", "deep"]) is None
    assert quiz("k", "What?", {"a": "x", "b": "y"}, right="a") is None
    assert capsys.readouterr().out == "Which?\n  - wide\n  - deep\nWhat?\n  - a\n  - b\n"


def test_a_click_survives_a_store_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(progress, "_noted", set())
    monkeypatch.setattr(progress, "_unsaved", [])
    box = ask._prediction("02.depth", "Which?", ["wide", "deep"])
    box.options["deep"].click()
    assert "Noted" in box.note.value and progress.latest("predict", "02.depth") == "deep"


@pytest.mark.browser
def test_in_a_browser_the_keyboard_is_enough_and_labels_wrap():
    import lab

    long = "the wide one, with a single hidden layer of a great many units that stand beside each other"
    cells = [
        "from layerwise.check import found, predict, quiz",
        f"predict('02.depth', 'Which reads more?', [{long!r}, 'deep'])",
        "quiz('02.q', 'What does `relu(-2)` give?', {'0': 'Below zero it gives 0.', '2': 'That is abs.'}, right='0')",
        "found('gain', 0.01, 'the deep one reads {:.1%} more', predicted='02.depth')",
    ]
    with (
        lab.running({"ask.ipynb": lab.notebook(*cells)}) as server,
        server.page("ask.ipynb", width=420, simple=True) as page,
    ):
        assert page.run_all()
        buttons = page.raw.locator("button.layerwise-option")
        buttons.nth(3).wait_for()
        wide, short = buttons.nth(0).bounding_box(), buttons.nth(1).bounding_box()
        assert wide["height"] > short["height"] + 10 and wide["x"] + wide["width"] <= 420
        assert buttons.nth(0).evaluate("button => button.scrollWidth <= button.clientWidth")
        buttons.nth(0).focus()
        page.raw.keyboard.press("Tab")
        page.raw.keyboard.press("Enter")
        page.raw.get_by_text("Noted:").wait_for()
        assert buttons.nth(0).is_disabled()
        buttons.nth(3).focus()
        page.raw.keyboard.press("Space")
        page.raw.get_by_text("Not this one.").wait_for()
        page.raw.keyboard.press("Shift+Tab")
        page.raw.keyboard.press("Enter")
        page.raw.get_by_text("Below zero it gives 0.").wait_for()
        page.run_all()
        page.raw.get_by_text("You predicted: deep.").wait_for()
        page.raw.get_by_text("Earlier you said: deep.").wait_for()
        assert page.errors == [] and page.outside == []
