"""Exercises, guesses and findings.

    from layerwise.check import check, found, hint, predict, quiz, review, solution

| name | what it does |
|---|---|
| ``check("02.dense", dense)`` | tries an answer on fresh random inputs and says what it saw |
| ``hint("02.dense")`` | opens one hint more at each call |
| ``solution("02.dense")`` | shows one way to write it |
| ``predict(key, question, options)`` | takes a guess before the run can prove it wrong |
| ``quiz(key, question, answers, right=...)`` | asks, and explains every answer |
| ``review()`` | brings back what is due again: questions, and an exercise on fresh numbers |
| ``found(name, value, sentence)`` | says what a run found, and leaves a record of it |

Nothing is loaded before it is used.
"""

from layerwise import lazy

FOUND_MIME = "application/vnd.layerwise.found+json"
"""MIME type of the record that `found` leaves: ``{"name", "value", "sentence"}``."""

VERDICT_MIME = "application/vnd.layerwise.verdict+json"
"""MIME type of the record that `check` leaves: ``{"exercise", "state", "misconception"}``."""

_HOME = {
    "check": "cards", "hint": "cards", "solution": "cards", "found": "findings", "predict": "ask", "quiz": "ask",
    "review": "reviewing",
}

__all__ = ["FOUND_MIME", "VERDICT_MIME", "check", "found", "hint", "predict", "quiz", "review", "solution"]

__getattr__, __dir__ = lazy.exports(__name__, _HOME)
