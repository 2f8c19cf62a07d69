"""What an exercise is, and where to find one by its name."""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from layerwise.suggest import CourseError, nearest

TOLERANCE = 1e-6
SECONDS = 10
POINTS = 1


def call_answer(answer, inputs):
    """Use an answer in the ordinary way: call it with the inputs by their names."""
    return answer(**inputs)


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise: the inputs it tries, what is right, and the mistakes it recognises.

    | field | what it is |
    |---|---|
    | id, title, answer | "02.dense", its title, and the name that the learner defines |
    | cases(rng) | yields dicts of keyword arguments, from a NumPy Generator |
    | reference(**inputs) | the expected plain value, or None where `accept` decides |
    | diagnose(inputs, output) | a key of `mistakes`, or None |
    | observe(answer, inputs) | how the answer is used |
    | accept(inputs, output) | None, or a function that gives True, a key of `mistakes`, or a sentence |
    | mistakes, hints, solution | texts |
    | tolerance, seconds, points | seconds is for all cases together |
    """

    id: str
    title: str
    answer: str
    cases: Callable
    reference: Callable | None = None
    diagnose: Callable | None = None
    observe: Callable = call_answer
    accept: Callable | None = None
    mistakes: dict = field(default_factory=dict)
    hints: tuple = ()
    solution: str = ""
    tolerance: float = TOLERANCE
    seconds: float = SECONDS
    points: float = POINTS


def load(exercise_id):
    """Return the exercise of this name.

    Raises:
        CourseError: For a name that no lab has; the message suggests the nearest.
    """
    if isinstance(exercise_id, Exercise):
        return exercise_id
    if not isinstance(exercise_id, str):
        raise CourseError(
            f'Came a {type(exercise_id).__name__} for the name of an exercise. Its name is a text such as "02.dense" '
            "and comes first."
        )
    names = known()
    if exercise_id not in names:
        listed = f" Exercises: {', '.join(names)}." if names and not nearest(exercise_id, names) else ""
        raise CourseError(f'There is no exercise "{exercise_id}".{nearest(exercise_id, names)}{listed}')
    module = importlib.import_module(f"layerwise.exercises.{_module(exercise_id)}")
    return from_namespace(vars(module), exercise_id)


def known():
    """Return the names of all exercises, in order."""
    import pkgutil

    from layerwise import exercises

    found = (re.fullmatch(r"lab(\d\d)_(\w+)", info.name) for info in pkgutil.iter_modules(exercises.__path__))
    return sorted(f"{match[1]}.{match[2]}" for match in found if match)


def from_source(code, exercise_id, *, answer=None, solution=""):
    """Return the exercise that a definition cell describes, without a generated module.

    Args:
        code: The source of the definition.
        exercise_id: Its name.
        answer: The name that the learner defines, where the code does not say so.
        solution: The solved cell, where the code does not say so.

    Raises:
        CourseError: When the definition does not run, or lacks a part.
    """
    import linecache

    filename = f"<exercise {exercise_id}>"
    linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)
    namespace = {"__name__": f"layerwise.exercises.{_module(str(exercise_id))}"}
    try:
        exec(compile(code, filename, "exec"), namespace)
    except Exception as error:
        raise CourseError(
            f'The definition of exercise "{exercise_id}" does not run: {type(error).__name__}: {error}'
        ) from error
    namespace.setdefault("ANSWER", answer)
    namespace.setdefault("SOLUTION", solution)
    return from_namespace(namespace, exercise_id)


def from_namespace(names, exercise_id):
    """Return the exercise whose parts are in a dict of names, such as ``vars(module)``."""
    if not callable(names.get("cases")):
        raise CourseError(f'Exercise "{exercise_id}" has no cases(rng).')
    if not callable(names.get("reference")) and not callable(names.get("accept")):
        raise CourseError(f'Exercise "{exercise_id}" has neither a reference nor an accept.')
    lines = (names.get("__doc__") or str(exercise_id)).strip().splitlines()
    return Exercise(
        id=str(exercise_id),
        title=lines[0].rstrip("."),
        answer=names.get("ANSWER") or str(exercise_id).split(".")[-1],
        cases=names["cases"],
        reference=names.get("reference"),
        diagnose=names.get("diagnose"),
        observe=names.get("observe") or call_answer,
        accept=names.get("accept"),
        mistakes=dict(names.get("MISTAKES") or {}),
        hints=tuple(names.get("HINTS") or ()),
        solution=names.get("SOLUTION") or "",
        tolerance=names.get("TOLERANCE", TOLERANCE),
        seconds=names.get("SECONDS", SECONDS),
        points=names.get("POINTS", POINTS),
    )


def _module(exercise_id):
    lesson, _, name = exercise_id.partition(".")
    return f"lab{lesson}_{name}"
