"""Read ``syllabus.toml``, the one place for order, parts, prerequisites, minutes, labs, budgets and targets."""

import math
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from layerwise.suggest import CourseError, nearest

PROFILES = ("smoke", "quick", "full")
_TOP = ("title", "subtitle", "repository", "branch", "calibration", "part", "lesson")
_PART = ("number", "title")
_LESSON = ("id", "title", "part", "requires", "extras", "lab", "summary", "minutes", "lab_minutes", "budget", "target")
_BUDGET = ("cpu_seconds", "wall_seconds", "memory_mb")
_TARGET = ("at_least", "at_most")


@dataclass(frozen=True)
class Part:
    """A part of the course: its number and title."""

    number: int
    title: str


@dataclass(frozen=True)
class Lesson:
    """One lesson as the syllabus tells it.

    Args:
        id: File name without ending, such as ``"02_neural_networks"``.
        extras: Extra packages of ``pyproject.toml`` that it needs beside the course's own, such as ``"serving"``.
        lab: The lab's file name without ending, or None.
        minutes, lab_minutes: How long a learner needs, measured.
        budget: For each profile, what a run may cost: ``{"quick": {"cpu_seconds": 120, "memory_mb": 2000}}``.
        target: For each profile, what a run must find: ``{"quick": {"test_accuracy": {"at_least": 0.94}}}``.
    """

    id: str
    title: str
    part: int
    summary: str
    root: Path
    requires: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    lab: str | None = None
    minutes: int | None = None
    lab_minutes: int | None = None
    budget: dict = field(default_factory=dict)
    target: dict = field(default_factory=dict)

    @property
    def number(self):
        """The number that its id begins with, as two digits."""
        return self.id.partition("_")[0]

    @property
    def source(self):
        """Its source file."""
        return self.root / "notebooks" / "src" / f"{self.id}.py"

    @property
    def notebook(self):
        """Its generated notebook."""
        return self.root / "notebooks" / f"{self.id}.ipynb"

    @property
    def lab_source(self):
        """Its lab's source file, or None."""
        return self.root / "labs" / "src" / f"{self.lab}.py" if self.lab else None

    @property
    def lab_notebook(self):
        """Its lab's generated learner notebook, or None."""
        return self.root / "labs" / f"{self.lab}.ipynb" if self.lab else None


@dataclass(frozen=True)
class Syllabus:
    """The course: its parts and its lessons in order."""

    root: Path
    title: str
    subtitle: str
    repository: str
    branch: str
    parts: tuple[Part, ...]
    lessons: tuple[Lesson, ...]
    calibration: dict = field(default_factory=dict)

    def lesson(self, name):
        """Return the lesson with this id, or the only one whose id begins with it.

        Raises:
            CourseError: If none or several do, with the nearest name.
        """
        for lesson in self.lessons:
            if lesson.id == name:
                return lesson
        found = [lesson for lesson in self.lessons if name and lesson.id.startswith(name)]
        if len(found) == 1:
            return found[0]
        known = [lesson.id for lesson in self.lessons]
        if found:
            raise CourseError(f'Several lessons begin with "{name}": {", ".join(lesson.id for lesson in found)}.')
        raise CourseError(f'No lesson is called "{name}".{nearest(name, known)} The lessons: {", ".join(known)}.')

    def neighbours(self, lesson):
        """Return the lessons before and after this one, None where there is none."""
        place = [one.id for one in self.lessons].index(lesson.id)
        before = self.lessons[place - 1] if place else None
        after = self.lessons[place + 1] if place + 1 < len(self.lessons) else None
        return before, after

    def part(self, number):
        """Return the part with this number."""
        return next(part for part in self.parts if part.number == number)


def load(root):
    """Return the syllabus of a checkout.

    Args:
        root: The folder that holds ``syllabus.toml``.

    Returns:
        A ``Syllabus``.

    Raises:
        CourseError: For a missing or broken file, an unknown key, a duplicate or unknown id, a cycle or a late
            prerequisite, a source or lab that is not there.
    """
    root = Path(root).resolve()
    path = root / "syllabus.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise CourseError(f"{path}: there is no syllabus. Run this inside a checkout of the course.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: not valid TOML: {error}.") from None
    _keys(table, _TOP, "the syllabus", needed=("title", "repository", "branch"))
    _typed(
        table, "the syllabus", title=str, subtitle=str, repository=str, branch=str, calibration=dict, part=list,
        lesson=list,
    )
    parts = tuple(_part(entry, place) for place, entry in enumerate(table.get("part", []), 1))
    lessons = tuple(_lesson(entry, place, root) for place, entry in enumerate(table.get("lesson", []), 1))
    _unique([part.number for part in parts], "part")
    _unique([lesson.id for lesson in lessons], "lesson")
    for lesson in lessons:
        _references(lesson, lessons, parts)
    _order(lessons)
    for lesson in lessons:
        _files(lesson)
    return Syllabus(
        root, table["title"], table.get("subtitle", ""), table["repository"].rstrip("/"), table["branch"], parts,
        lessons, table.get("calibration", {}),
    )


def _keys(table, known, where, needed=()):
    if not isinstance(table, dict):
        raise CourseError(f"syllabus.toml: {where} is {_came(table)}; expected a table.")
    for key in table:
        if key not in known:
            raise CourseError(
                f'syllabus.toml: {where} has an unknown key "{key}".{nearest(key, known)} Known: {", ".join(known)}.'
            )
    for key in needed:
        if key not in table:
            raise CourseError(f'syllabus.toml: {where} has no "{key}". Add it.')


def _typed(table, where, **types):
    for key, kind in types.items():
        if key in table and (not isinstance(table[key], kind) or isinstance(table[key], bool)):
            expected = getattr(kind, "__name__", "a number")  # int | float has no name
            raise CourseError(f"syllabus.toml: {where}: {key} is {_came(table[key])}; expected {expected}.")


def _numbers(table, where):
    for key, value in table.items():
        _typed(table, where, **{key: int | float})
        if not math.isfinite(value):
            raise CourseError(f"syllabus.toml: {where}: {key} is {value}; expected a number.")


def _came(value):
    return f"{value!r}, a {type(value).__name__}"


def _part(entry, place):
    where = f"part {place}"
    _keys(entry, _PART, where, needed=_PART)
    _typed(entry, where, number=int, title=str)
    return Part(**entry)


def _lesson(entry, place, root):
    where = f'lesson "{entry.get("id", place)}"' if isinstance(entry, dict) else f"lesson {place}"
    _keys(entry, _LESSON, where, needed=("id", "title", "part", "summary"))
    _typed(
        entry, where, id=str, title=str, part=int, requires=list, extras=list, lab=str, summary=str, minutes=int,
        lab_minutes=int, budget=dict, target=dict,
    )
    for key in ("requires", "extras"):
        for name in entry.get(key, []):
            _typed({key: name}, where, **{key: str})
    for name, known in (("budget", _BUDGET), ("target", None)):
        _keys(entry.get(name, {}), PROFILES, f"{where}, {name}")
        for profile, values in entry.get(name, {}).items():
            if known:
                _keys(values, known, f"{where}, {name}.{profile}")
                _numbers(values, f"{where}, {name}.{profile}")
                continue
            _keys(values, values, f"{where}, {name}.{profile}")
            for metric, bounds in values.items():
                if not isinstance(bounds, dict) or not bounds:
                    raise CourseError(
                        f"syllabus.toml: {where}: the target {metric} is {bounds!r}; expected, for instance, "
                        "{ at_least = 0.94 }."
                    )
                _keys(bounds, _TARGET, f"{where}, target.{profile}.{metric}")
                _numbers(bounds, f"{where}, target.{profile}.{metric}")
    return Lesson(**{**entry, "root": root, **{key: tuple(entry.get(key, ())) for key in ("requires", "extras")}})


def _unique(names, kind):
    seen = set()
    for name in names:
        if name in seen:
            raise CourseError(f'syllabus.toml: two entries for {kind} "{name}". Give each its own.')
        seen.add(name)


def _references(lesson, lessons, parts):
    known = [one.id for one in lessons]
    for name in lesson.requires:
        if name not in known:
            raise CourseError(
                f'syllabus.toml: lesson "{lesson.id}" requires "{name}", which does not exist.{nearest(name, known)}'
            )
    numbers = [part.number for part in parts]
    if lesson.part not in numbers:
        raise CourseError(f'syllabus.toml: lesson "{lesson.id}" is in part {lesson.part}; the parts are {numbers}.')


def _order(lessons):
    """Refuse circles, and a lesson that stands before what it requires."""
    requires = {lesson.id: lesson.requires for lesson in lessons}
    done, path = set(), []

    def visit(name):
        if name in path:
            circle = [*path[path.index(name):], name]
            raise CourseError(
                f"syllabus.toml: the prerequisites form a circle: {' -> '.join(circle)}. Remove one of these from "
                '"requires".'
            )
        if name not in done:
            path.append(name)
            for other in requires[name]:
                visit(other)
            done.add(path.pop())

    for name in requires:
        visit(name)
    seen = set()
    for lesson in lessons:
        for name in lesson.requires:
            if name not in seen:
                raise CourseError(
                    f'syllabus.toml: lesson "{lesson.id}" requires "{name}", which comes later. Move that one up.'
                )
        seen.add(lesson.id)


def _files(lesson):
    if not lesson.source.is_file():
        raise CourseError(
            f'syllabus.toml: lesson "{lesson.id}" has no source. Write notebooks/src/{lesson.id}.py, or take the '
            f"lesson out.{nearest(lesson.id, _stems(lesson.source.parent))}"
        )
    if lesson.lab and not lesson.lab_source.is_file():
        raise CourseError(
            f'syllabus.toml: lesson "{lesson.id}" names the lab "{lesson.lab}", which has no source. Write '
            f"labs/src/{lesson.lab}.py, or remove the key.{nearest(lesson.lab, _stems(lesson.lab_source.parent))}"
        )


def _stems(folder):
    return sorted(path.stem for path in folder.glob("*.py"))
