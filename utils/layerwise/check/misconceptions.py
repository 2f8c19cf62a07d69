"""What the mistakes of different exercises have in common: the catalogue in ``misconceptions.toml``.

An exercise names its own mistakes. The catalogue says which of them are one misconception, so that one can say over
several labs what a learner, or a class, gets wrong.

    >>> find("02.softmax", "whole_batch").name
    'the wrong axis'
"""

import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from layerwise.check.general import ANY
from layerwise.suggest import CourseError

FILE = Path(__file__).with_name("misconceptions.toml")

GENERAL = ANY.rstrip(".")
"""What stands in the place of an exercise for the general diagnoses."""


@dataclass(frozen=True)
class Misconception:
    """One entry of the catalogue.

    Args:
        id: Such as ``"wrong_axis"``.
        name: In a few words, such as "the wrong axis".
        theme: The heading under which it stands.
        belief: What is taken for true, or overlooked.
        look: How to see through it.
        lesson: The id of the lesson where to read on.
        seen: Dict from exercise to the tuple of its keys that are instances.
        reasons: The reasons of a verdict that mean it in any exercise.
    """

    id: str
    name: str
    theme: str
    belief: str
    look: str
    lesson: str
    seen: dict = field(hash=False)
    reasons: tuple = ()


@functools.cache
def catalogue():
    """Return all entries, a dict by id in the order of the file."""
    return read(FILE)


def read(path):
    """Return the entries of a catalogue's file, a dict by id.

    Raises:
        CourseError: When the file cannot be read, an entry lacks something, or a mistake stands in two entries.
    """
    try:
        tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(f"{path}: cannot be read ({error}).") from None
    entries, owners = {}, {}
    for name, table in tables.items():
        try:
            seen = {exercise: tuple(keys) for exercise, keys in table["seen"].items()}
            texts = {part: str(table[part]) for part in ("name", "theme", "belief", "look", "lesson")}
        except (KeyError, TypeError, AttributeError) as error:
            text = "each needs name, theme, belief, look, lesson and a table seen"
            raise CourseError(f"{path}: the entry [{name}] lacks something ({error!r}): {text}.") from None
        entries[name] = Misconception(id=name, seen=seen, reasons=tuple(table.get("reasons", ())), **texts)
        for pair in [(exercise, key) for exercise, keys in seen.items() for key in keys]:
            if pair in owners:
                text = f'"{pair[1]}" of "{pair[0]}" stands in [{owners[pair]}] and in [{name}]. Keep the one that fits.'
                raise CourseError(f"{path}: {text}")
            owners[pair] = name
    return entries


def find(exercise, key, reason=""):
    """Return the entry that a mistake belongs to, or None.

    Args:
        exercise: Such as "02.softmax".
        key: The key of a mistake, as it stands in a verdict; or None.
        reason: The verdict's reason, which counts where there is no key.

    Example:
        >>> find("02.dense", "any.sign").id, find("02.dense", None, "changes input").id
        ('sign', 'changes_input')
    """
    exercise, key = (GENERAL, key.removeprefix(ANY)) if key and key.startswith(ANY) else (exercise, key)
    entries = catalogue().values()
    if key:
        return next((entry for entry in entries if key in entry.seen.get(exercise, ())), None)
    return next((entry for entry in entries if reason in entry.reasons), None)


def met(verdict, events):
    """Return a sentence for a learner who has met a verdict's misconception in other exercises, else "".

    Args:
        verdict: A `layerwise.check.engine.Verdict`.
        events: The learner's checks, as `layerwise.progress.events` gives them.
    """
    entry = verdict.entry
    if entry is None:
        return ""
    where = {
        event["key"]: None for event in reversed(events)
        if event["key"] != verdict.exercise and isinstance(event["value"], dict)
        and find(event["key"], event["value"].get("misconception"), event["value"].get("reason")) is entry
    }
    return f"You met this before, in {_listed(list(where)[:2])}: {entry.name}. {entry.look}" if where else ""


@dataclass(frozen=True)
class Count:
    """How often a misconception was seen: `learners` and `exercises` are sets."""

    misconception: Misconception
    learners: frozenset
    exercises: frozenset


def tally(mistakes):
    """Return how often each misconception was seen in a class, the most frequent first.

    Args:
        mistakes: Tuples of learner, exercise and key, and perhaps the verdict's reason. What no entry names is left
            out.

    Returns:
        A list of `Count`.

    Example:
        >>> seen = [("Ada", "02.softmax", "wrong_axis"), ("Ida", "03.favourites", "wrong_axis"), ("Ada", "02.dense", None)]
        >>> [in_words(count, of=30) for count in tally(seen)]
        ['2 of 30: the wrong axis, in 02.softmax and 03.favourites.']
    """  # noqa: E501
    found = {}
    for learner, exercise, key, *reason in mistakes:
        entry = find(exercise, key, *reason)
        if entry is not None:
            learners, exercises = found.setdefault(entry.id, (set(), set()))
            learners.add(learner)
            exercises.add(exercise)
    entries = catalogue()
    counts = [Count(entries[name], frozenset(who), frozenset(where)) for name, (who, where) in found.items()]
    return sorted(counts, key=lambda count: (-len(count.learners), -len(count.exercises), count.misconception.id))


def in_words(count, *, of):
    """Return a `Count` as a sentence; ``of`` is how many learners there are."""
    return f"{len(count.learners)} of {of}: {count.misconception.name}, in {_listed(sorted(count.exercises))}."


def _listed(names):
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def uncatalogued(exercise, keys, entries=None):
    """Return those of an exercise's keys that no entry names.

    Args:
        exercise: Such as "02.softmax".
        keys: The keys of its MISTAKES.
        entries: A catalogue as `read` gives it; the course's own when None.
    """
    entries = catalogue() if entries is None else entries
    named = {key for entry in entries.values() for key in entry.seen.get(exercise, ())}
    return [key for key in keys if key not in named]
