"""Judge an answer: inputs, a call, plain values, a comparison, a diagnosis.

The steps are separate functions, so that `call` can be replaced by one that runs the learner's code in
another process: everything after it sees plain values only.
"""

import copy
import secrets
from collections import Counter
from dataclasses import dataclass, field

from layerwise.check import call as calling
from layerwise.check import general, messages
from layerwise.check.compare import compare, same
from layerwise.check.exercise import Exercise, call_answer, from_namespace, from_source, known, load
from layerwise.check.plain import NotPlain, plain
from layerwise.check.words import brief

__all__ = ["Exercise", "Verdict", "from_namespace", "from_source", "judge", "known", "load"]

NOT_TRIED, NOT_YET, RIGHT = "not tried", "not yet", "right"

CHANGES_INPUT = "changes_input"
"""Key of an exercise's `mistakes` for an answer that changes its inputs in place; the engine notices it itself."""


@dataclass(eq=False, repr=False)
class Verdict:
    """What a check found. True only when the answer is right.

    | field | what it is |
    |---|---|
    | exercise, title | the exercise's name and title |
    | state | "not tried", "not yet" or "right" |
    | reason | "right", "not tried", "not callable", "none", "type", "dtype", "shape", "nonfinite", "value", "changes input", "error", "recursion", "timeout", "exit", "input" or "stopped" |
    | misconception | the key of the mistake it looks like, "any." and a key where only the numbers show it, or None |
    | message | what was seen, in a sentence or two |
    | explanation | the text of the misconception, or "" |
    | case, expected, came | the inputs shown, the right result, the learner's; None where there is none |
    | seed, cases | the seed that repeats the inputs, and how many there were |
    | line, code | where in the learner's code an error came up |
    | printed, dropped | what it printed, and how many bytes were not kept |
    | largest | the largest difference of two numbers, where values differ |
    """  # noqa: E501

    exercise: str
    state: str
    reason: str = ""
    message: str = ""
    misconception: str | None = None
    explanation: str = ""
    title: str = ""
    case: dict | None = None
    expected: object = None
    came: object = None
    has_result: bool = False
    seed: int | None = None
    cases: int = 0
    line: int | None = None
    code: str = ""
    printed: str = ""
    dropped: int = 0
    largest: float | None = None

    def __bool__(self):
        return self.state == RIGHT

    def __repr__(self):
        return f"Verdict({self.exercise!r}, {self.state!r})"

    @property
    def entry(self):
        """The catalogue's entry that the mistake belongs to, or None; see `layerwise.check.misconceptions`."""
        from layerwise.check import misconceptions

        return misconceptions.find(self.exercise, self.misconception, self.reason)

    def _ipython_display_(self):
        """Show nothing: the card has said it, also when the check is the last line of a cell."""


@dataclass
class _Failure:
    """One case that went wrong."""

    inputs: dict
    expected: object
    reason: str
    message: str
    came: object = None
    has_result: bool = False
    outcome: object = None
    key: str | None = None
    size: int = field(default=0)
    largest: float | None = None
    place: int = 0


def judge(exercise, answer, *, seed=None, call=calling.call, trials=None):
    """Return the `Verdict` on an answer, without showing or recording it.

    Args:
        exercise: An exercise's name, or an `Exercise`.
        answer: What the learner made: most often a function.
        seed: Whole number that draws the inputs; None draws fresh ones. The verdict keeps it.
        call: Runs the learner's code; see `layerwise.check.call.call`.
        trials: What `prepare` gave for this seed, where many answers meet the same inputs.

    Raises:
        CourseError: For an unknown exercise.

    Example:
        >>> double = from_source("def cases(rng):\\n    yield {'x': 2}\\ndef reference(x):\\n    return 2 * x", "02.double")
        >>> judge(double, lambda x: x + x)
        Verdict('02.double', 'right')
        >>> judge(double, lambda x: x * x + 1).message
        'Expected 4, came 5.'
    """  # noqa: E501
    exercise = load(exercise)
    seed = secrets.randbits(32) if seed is None else seed
    verdict = Verdict(exercise.id, NOT_YET, title=exercise.title, seed=seed)
    if exercise.observe is call_answer and not callable(answer):
        verdict.reason, verdict.message = "not callable", messages.not_callable(exercise, answer)
        return verdict

    trials = prepare(exercise, seed) if trials is None else trials
    verdict.cases = len(trials)
    left, failures = exercise.seconds, []
    for place, (inputs, expected) in enumerate(trials):
        outcome, failure = attempt(exercise, answer, inputs, expected, seconds=left, call=call)
        left = max(left - outcome.seconds, 0.01)
        if outcome.kind in ("not tried", "stopped"):
            verdict.state = NOT_TRIED
            verdict.reason = outcome.kind
            verdict.message = messages.not_tried(exercise, outcome)
            return verdict
        if failure is not None:
            failure.place = place
            failures.append(failure)
            if outcome.kind in ("timeout", "exit", "input"):
                break
    if not failures:
        verdict.state, verdict.reason = RIGHT, "right"
        verdict.message = f"Right, on {len(trials)} fresh {'input' if len(trials) == 1 else 'inputs'}."
        return verdict
    _fill(verdict, exercise, _chosen(failures))
    # The exercise's own diagnosis knows what was asked for, so it comes first, whatever it found in however few cases.
    compared = exercise.accept is None and all(failure.reason in ("value", "shape") for failure in failures)
    if compared and not any(failure.key for failure in failures):
        wrong = {failure.place: failure.came for failure in failures}
        verdict.misconception, verdict.explanation = general.diagnosis(trials, wrong, tolerance=exercise.tolerance)
    return verdict


def prepare(exercise, seed):
    """Return the (inputs, expected) pairs that a seed draws, all made before the learner's code runs."""
    import numpy as np

    trials = []
    for inputs in exercise.cases(np.random.default_rng(seed)):
        expected = None
        if exercise.reference is not None:
            expected = plain(exercise.reference(**duplicate(inputs)))
        trials.append((inputs, expected))
    return trials


def attempt(exercise, answer, inputs, expected, *, seconds, call=calling.call):
    """Try one case: return the outcome of the call, and the failure or None."""
    given = duplicate(inputs)
    outcome = call(exercise.observe, answer, given, seconds=seconds)
    failure = _Failure(duplicate(inputs), expected, outcome.kind, "", outcome=outcome, size=_size(inputs))
    if outcome.kind != "value":
        failure.message = messages.went_wrong(exercise, outcome, inputs, answer)
        return outcome, failure
    changed = [name for name in inputs if not _unchanged(inputs[name], given.get(name))]
    if changed:
        failure.reason, failure.message = "changes input", messages.changes_input(changed)
        failure.key = CHANGES_INPUT if CHANGES_INPUT in exercise.mistakes else None
        return outcome, failure
    try:
        came = plain(outcome.value)
    except NotPlain as error:
        failure.reason = "type"
        failure.message = f"Your result: expected {_wanted(exercise, expected)}, came {error}."
        return outcome, failure
    failure.came, failure.has_result = came, True
    if exercise.accept is not None:
        return outcome, _accepted(exercise, inputs, came, failure)
    difference = compare(expected, came, tolerance=exercise.tolerance)
    if difference is None:
        return outcome, None
    failure.reason, failure.message, failure.largest = difference.kind, difference.message, difference.largest
    # Of the wrong type, it may be right in every number, and then a mistake that gives the same ones is no explanation.
    if difference.kind not in ("none", "type", "dtype"):
        failure.key = diagnosis(exercise, inputs, came)
    return outcome, failure


def diagnosis(exercise, inputs, came):
    """Return the key of the mistake that one wrong result looks like, or None. Never raises."""
    if exercise.diagnose is None:
        return None
    import warnings

    import numpy as np

    try:
        # A result of the wrong shape or type may well break the diagnosis; the general message then stands.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            key = exercise.diagnose(duplicate(inputs), duplicate(came))
    except Exception:
        return None
    return key if isinstance(key, str) and key in exercise.mistakes else None


def duplicate(value):
    """Return a deep copy, part by part: what cannot be copied is passed on as it is."""
    try:
        return copy.deepcopy(value)
    except Exception:
        return {name: duplicate(part) for name, part in value.items()} if type(value) is dict else value


def _accepted(exercise, inputs, came, failure):
    """Return None when the exercise's own `accept` takes the result, else the failure with its reason."""
    failure.reason = "value"
    failure.message = "The result is not accepted."
    if came is None:
        failure.reason, failure.message = "none", "Your function returned None: is a return missing?"
        return failure
    try:
        answer = exercise.accept(duplicate(inputs), duplicate(came))
    except Exception:
        failure.reason, failure.message = "type", f"The result could not be used: it is {brief(came)}."
        answer = None
    if answer is True or (type(answer).__name__ in ("bool_", "bool") and answer):
        return None
    if isinstance(answer, str):
        failure.key = answer if answer in exercise.mistakes else None
        failure.message = "" if failure.key else answer
        return failure
    failure.key = diagnosis(exercise, inputs, came)
    return failure


def _chosen(failures):
    """Return the failure to show: the smallest case of the mistake that most cases look like."""
    changed = [failure for failure in failures if failure.reason == "changes input"]
    keys = Counter(failure.key for failure in failures if failure.key)
    if changed:
        failures = changed
    elif keys:
        # most_common keeps the order of first appearance among equals
        key = keys.most_common(1)[0][0]
        failures = [failure for failure in failures if failure.key == key]
    else:
        failures = [failure for failure in failures if failure.reason == failures[0].reason]
    return min(failures, key=lambda failure: failure.size)


def _fill(verdict, exercise, failure):
    outcome = failure.outcome
    verdict.reason, verdict.message, verdict.misconception = failure.reason, failure.message, failure.key
    verdict.explanation = exercise.mistakes.get(failure.key, "")
    verdict.case, verdict.expected, verdict.came = failure.inputs, failure.expected, failure.came
    verdict.has_result, verdict.largest = failure.has_result, failure.largest
    verdict.line, verdict.code = outcome.line, outcome.code
    verdict.printed, verdict.dropped = outcome.printed, outcome.dropped


def _unchanged(before, after):
    try:
        before = plain(before)
    except NotPlain:
        return True  # a model, a function: cannot be compared, so it is not judged
    try:
        return same(before, plain(after))
    except NotPlain:
        return False


def _wanted(exercise, expected):
    return brief(expected) if exercise.reference is not None else "a plain value"


def _size(inputs):
    """Return about how many values a case has, so that the smallest can be shown."""

    def count(value):
        if type(value) in (list, tuple):
            return sum(map(count, value))
        if type(value) is dict:
            return sum(map(count, value.values()))
        return getattr(value, "size", 1) if type(value).__module__ == "numpy" else 1

    return count(inputs)
