"""When something is due again, computed from events; the clock is the test's own."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from layerwise import course, recall

NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)
SMALL = {
    "exercises": [
        {"id": "02.dense", "requires": []}, {"id": "05.repair", "requires": ["02.dense"]},
        {"id": "05.reader", "requires": ["05.repair", "02.dense"]},
    ],
    "questions": [{"key": "02.quiz.a", "kind": "quiz"}, {"key": "02.depth", "kind": "predict"}],
}


def event(day, kind, key, value=True, hours=0):
    return {"time": (NOON + timedelta(days=day, hours=hours)).isoformat(), "kind": kind, "key": key, "value": value}


def check(day, state, key="02.dense", hours=0):
    return event(day, "check", key, {"state": state}, hours)


def quiz(day, right, hours=0):
    return event(day, "quiz", "02.quiz.a", {"answer": "x", "right": right}, hours)


def item(*events, key="02.dense"):
    return recall.schedule(events, SMALL).get(key)


def wait(*events, key="02.dense"):
    """Days from the last occasion to the next."""
    found = item(*events, key=key)
    return (found.due - found.last).days


def test_what_was_never_right_does_not_come_back():
    assert recall.schedule([], SMALL) == {}
    assert item(check(0, "not yet"), event(0, "hint", "02.dense", 1), event(1, "solution", "02.dense")) is None


def test_right_once_comes_back_after_days_then_after_weeks_then_after_months():
    first = wait(check(0, "right"))
    assert 2 <= first <= 5
    second = wait(check(0, "right"), event(first, "review", "02.dense"), check(first, "right"))
    assert 10 <= second <= 30
    third_day = first + second
    history = [check(0, "right")]
    for day in (first, third_day):
        history += [event(day, "review", "02.dense"), check(day, "right")]
    assert wait(*history) > 45
    for day in (200, 400, 800, 1600):
        history += [event(day, "review", "02.dense"), check(day, "right")]
    assert wait(*history) == recall.LONGEST and item(*history).occasions == 7


def test_a_wrong_answer_comes_back_sooner_and_help_counts():
    learned, asked = check(0, "right"), event(3, "review", "02.dense")
    right = wait(learned, asked, check(3, "right"))
    late = wait(learned, asked, check(3, "not yet"), check(3, "right", hours=1))
    helped = wait(learned, asked, event(3, "hint", "02.dense", 1), check(3, "right", hours=1))
    wrong = wait(learned, asked, check(3, "not yet"))
    shown = wait(learned, asked, event(3, "solution", "02.dense"), check(3, "right", hours=1))
    assert 1 <= wrong <= shown < late == helped < right
    assert item(learned, asked, check(3, "not yet")).rating == "again"
    assert item(learned, asked, check(3, "not yet"), check(3, "right", hours=1)).rating == "hard"


def test_help_before_the_first_right_answer_counts_too():
    good, hard = wait(check(0, "right")), wait(check(0, "not yet"), check(2, "right"))
    shown = wait(event(0, "solution", "02.dense"), check(0, "right"))
    assert shown < hard < good
    assert item(check(0, "not yet"), check(2, "right")).last == (NOON + timedelta(days=2)).astimezone().date()


def test_an_exercise_checked_outside_a_review_changes_nothing():
    """A lab run from top to bottom a week later checks what stands there: nothing was recalled."""
    learned = check(0, "right")
    assert item(learned, check(7, "right"), check(8, "not yet")) == item(learned)
    # A review that was called and left alone lends nothing to a check days later.
    asked = event(3, "review", "02.dense")
    assert item(learned, asked, check(5, "right")) == item(learned)
    # Only the answer to the review counts, not what is tried after it.
    answered = (learned, asked, check(3, "right"))
    assert item(*answered, check(3, "not yet", hours=1)) == item(*answered)


def test_of_a_quiz_the_first_answer_of_a_day_counts():
    assert item(quiz(0, True), key="02.quiz.a").rating == "good"
    wrong = item(quiz(0, False), quiz(0, True, hours=1), key="02.quiz.a")
    assert wrong.rating == "again" and wrong.occasions == 1 and (wrong.due - wrong.last).days == 1
    mended = item(quiz(0, False), quiz(1, True), key="02.quiz.a")
    assert mended.rating == "good" and (mended.due - mended.last).days > 1


def test_a_prediction_comes_back_once_its_run_was_seen():
    guess, found = event(0, "predict", "02.depth", "wide"), event(0, "found", "02.depth", "1% more")
    assert item(guess, key="02.depth") is None and item(found, key="02.depth") is None
    assert item(guess, found, key="02.depth").rating == "good"
    forgotten = item(guess, found, event(3, "recall", "02.depth", {"right": False}), key="02.depth")
    known = item(guess, found, event(3, "recall", "02.depth", {"right": True}), key="02.depth")
    assert forgotten.due < known.due and (forgotten.rating, known.rating) == ("again", "good")
    # Running the lesson again shows the same finding again: that is no occasion.
    again = event(2, "found", "02.depth", "2% more")
    assert item(guess, found, again, key="02.depth") == item(guess, found, key="02.depth")


def test_damaged_and_foreign_events_are_left_out():
    odd = [
        {"time": "yesterday", "kind": "check", "key": "02.dense", "value": {"state": "right"}},
        event(0, "check", "02.dense", 7), event(0, "check", "98.gone", {"state": "right"}),
        event(0, "quiz", "02.quiz.a", "x"), event(0, "unheard of", "02.dense"),
    ]
    assert recall.schedule(odd, SMALL) == {}


def test_a_clock_that_was_set_back_does_not_break_the_schedule():
    found = item(check(9, "right"), event(3, "review", "02.dense"), check(3, "right"))
    assert found.occasions == 2 and found.due > found.last


def due(events, day, hours=0):
    items = recall.schedule(events, SMALL)
    return [one.key for one in recall.due(items, SMALL, NOON + timedelta(days=day, hours=hours))]


def test_due_from_the_beginning_of_its_day():
    events = [check(0, "right")]
    day = wait(*events)
    assert due(events, day - 1) == [] and due(events, day) == ["02.dense"] and due(events, day + 300) == ["02.dense"]
    # Learned at noon, it is due in the morning too.
    assert due(events, day, hours=-3) == ["02.dense"]


def test_the_longest_overdue_comes_first_but_not_before_what_it_builds_on():
    events = [
        check(0, "right", "05.reader"), check(1, "right", "05.repair"), check(2, "right", "02.dense"), quiz(0, False),
    ]
    assert due(events, 60) == ["02.quiz.a", "02.dense", "05.repair", "05.reader"]


def test_the_same_events_give_the_same_schedule():
    events = [check(0, "right"), event(3, "review", "02.dense"), check(3, "right"), quiz(0, True)]
    assert recall.schedule(events, SMALL) == recall.schedule(events, SMALL)


@pytest.mark.parametrize("days, words", [(0, "today"), (1, "yesterday"), (-1, "tomorrow"), (3, "3 days ago")])
def test_days_in_words(days, words):
    assert recall.ago(days) == words


def test_everything_that_can_come_back_has_a_kind_that_is_scheduled():
    kinds = {entry["kind"] for entry in course.load()["questions"]} | {"exercise"}
    assert kinds == set(recall._RATE)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_days_are_those_of_the_learners_clock(zone):
    """At 11 at night and at 1 in the morning are two days, wherever the learner sits."""
    code = (
        "from datetime import datetime, timedelta\nfrom layerwise import recall\n"
        "late = datetime(2030, 5, 1, 23).astimezone()\nearly = late + timedelta(hours=2)\n"
        "quiz = lambda at: {'time': at.isoformat(), 'kind': 'quiz', 'key': 'q', 'value': {'right': True}}\n"
        "course = {'exercises': [], 'questions': [{'key': 'q', 'kind': 'quiz'}]}\n"
        "print(recall.schedule([quiz(late), quiz(early)], course)['q'].occasions)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "TZ": zone},
                          capture_output=True, text=True)
    assert done.stdout == "2\n", done.stderr
