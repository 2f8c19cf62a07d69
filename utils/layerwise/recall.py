"""When something learned is due again: a schedule that is computed from the progress store, never kept beside it.

What was once right is asked again after days, then after weeks; what has been forgotten comes back sooner. The
intervals are those of FSRS-6, a published model of forgetting, as the library ``fsrs`` computes them
(https://github.com/open-spaced-repetition/py-fsrs). The model sees one rating for each occasion:

| occasion | good | hard | again |
|---|---|---|---|
| an exercise, until it is right for the first time | without help | with a wrong answer or a hint on the way | after its solution was opened |
| an exercise that a review brought back, that day | right at once | right in the end, or with a hint | else |
| a quiz, the first answer of a day | right | | wrong |
| a prediction whose run was seen, then each review | remembered | | not remembered |

An exercise that is checked again outside a review changes nothing: a lab that is run from top to bottom is no recall.
"""  # noqa: E501

import contextlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

RETENTION = 0.88
"""The chance of still knowing it, at which something is due. FSRS proposes 0.9 for flash cards, which take seconds; an
exercise takes minutes, so it may wait a little longer: 3 days, 18 days, 3 months where all goes well."""

LONGEST = 180
"""Days after which even the best known comes back."""

VALID = timedelta(days=1)
"""How long a check counts as the answer to a review."""


@dataclass(frozen=True)
class Item:
    """Something learned that comes back.

    | field | what it is |
    |---|---|
    | key, kind | its name in the store, and "exercise", "quiz" or "predict" |
    | last, due | the local days of the last occasion and of the next |
    | rating | "good", "hard" or "again": how the last occasion went |
    | occasions | how many there were |
    """

    key: str
    kind: str
    last: date
    due: date
    rating: str
    occasions: int


def schedule(events, course):
    """Return what comes back and when.

    Args:
        events: What `layerwise.progress.events` gives.
        course: What `layerwise.course.load` gives; what it does not have does not come back.

    Returns:
        Dict from key to `Item`, in the course's order.

    Example:
        >>> from layerwise import course
        >>> right = {"time": "2030-05-01T12:00:00+00:00", "kind": "check", "key": "02.dense", "value": {"state": "right"}}
        >>> item = schedule([right], course.load())["02.dense"]
        >>> item.rating, 2 <= (item.due - item.last).days <= 5
        ('good', True)
    """  # noqa: E501
    kinds = {entry["id"]: "exercise" for entry in course["exercises"]}
    kinds |= {entry["key"]: entry["kind"] for entry in course["questions"]}
    by_key = {key: [] for key in kinds}
    for event in events:
        if event["key"] in by_key:
            with contextlib.suppress(ValueError):
                by_key[event["key"]].append((datetime.fromisoformat(event["time"]), event["kind"], event["value"]))
    found = {}
    for key, history in by_key.items():
        ratings = _RATE[kinds[key]](history)
        if ratings:
            found[key] = Item(key, kinds[key], max(ratings), _due(ratings), ratings[max(ratings)], len(ratings))
    return found


def due(items, course, now):
    """Return the items that are due, the longest overdue first; what an exercise builds on comes before it."""
    today = now.astimezone().date()
    waiting = {item.key: item for item in sorted(items.values(), key=lambda item: item.due) if item.due <= today}
    requires = {entry["id"]: entry["requires"] for entry in course["exercises"]}
    ordered = {}

    def take(key):
        for earlier in requires.get(key, ()):
            if earlier in waiting:
                take(earlier)
        ordered.setdefault(key, waiting[key])

    for key in waiting:
        take(key)
    return list(ordered.values())


def ago(days):
    """Return how long ago, or how far ahead, a day is.

    Example:
        >>> ago(0), ago(1), ago(12), ago(-1), ago(-21)
        ('today', 'yesterday', '12 days ago', 'tomorrow', 'in 21 days')
    """
    named = {0: "today", 1: "yesterday", -1: "tomorrow"}
    return named.get(days) or (f"{days} days ago" if days > 0 else f"in {-days} days")


def counted(count, what):
    """Return a count with its noun.

    Example:
        >>> counted(1, "exercise"), counted(3, "exercise")
        ('1 exercise', '3 exercises')
    """
    return f"{count} {what}{'' if count == 1 else 's'}"


def _due(ratings):
    """Return the day after the ratings of some days, by FSRS."""
    from fsrs import Card, Rating, Scheduler

    grades = {"good": Rating.Good, "hard": Rating.Hard, "again": Rating.Again}
    # A review is a matter of days here, so there are no steps of minutes; and the same history gives the same day.
    scheduler = Scheduler(
        desired_retention=RETENTION, learning_steps=(), relearning_steps=(), maximum_interval=LONGEST,
        enable_fuzzing=False,
    )
    card = Card(card_id=0, due=datetime(2000, 1, 1, tzinfo=UTC))
    for day in sorted(ratings):
        card, _ = scheduler.review_card(card, grades[ratings[day]], datetime.combine(day, time(12), UTC))
    return card.due.date()


def _day(moment):
    return moment.astimezone().date()


def _exercise(history):
    """Return the rating of each day on which an exercise was learned or recalled."""
    ratings, asked, window = {}, None, []
    learned = False
    for moment, kind, value in history:
        if kind == "review":
            asked, window = moment, []
            continue
        if learned and (asked is None or not timedelta(0) <= moment - asked <= VALID):
            continue
        window.append((kind, value))
        state = value.get("state") if kind == "check" and isinstance(value, dict) else None
        if state == "right":
            ratings[_day(moment)] = _grade(window)
            learned, asked = True, None
        elif state and learned:
            ratings[_day(moment)] = "again"
    return ratings


def _grade(window):
    kinds = [kind for kind, _ in window]
    if "solution" in kinds:
        return "again"
    return "good" if kinds == ["check"] else "hard"


def _quiz(history):
    ratings = {}
    for moment, kind, value in history:
        if kind == "quiz" and isinstance(value, dict):
            ratings.setdefault(_day(moment), "good" if value.get("right") else "again")
    return ratings


def _prediction(history):
    ratings = {}
    guessed = False
    for moment, kind, value in history:
        guessed = guessed or kind == "predict"
        if kind == "found" and guessed and not ratings:
            ratings[_day(moment)] = "good"
        elif kind == "recall" and ratings and isinstance(value, dict):
            ratings.setdefault(_day(moment), "good" if value.get("right") else "again")
    return ratings


_RATE = {"exercise": _exercise, "quiz": _quiz, "predict": _prediction}
