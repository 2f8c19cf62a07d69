"""Derive everything that is generated from its source, and compare byte for byte.

| source | generated |
|---|---|
| ``notebooks/src/*.py`` | ``notebooks/*.ipynb`` |
| ``labs/src/*.py`` | ``labs/*.ipynb`` (learner's), ``utils/layerwise/exercises/lab*.py`` |
| ``syllabus.toml`` | the frames of the notebooks, the lesson table of README.md |
| all of these | ``utils/layerwise/course.json``, the outline that travels with the package |
| ``data/*/card.toml`` | the table of docs/data.md |
| ``utils/layerwise/check/misconceptions.toml`` | the table of docs/misconceptions.md |
| ``pyproject.toml`` and the lock | ``requirements.txt``, ``environment.yml`` |
"""

import ast
import json
from dataclasses import dataclass, field
from pathlib import Path

from layerwise.authoring import frame, labs, outline, pins, readme, rules, source, syllabus
from layerwise.authoring.notebooks import about, changed, content, follows, keep_copy, load, make, text_of
from layerwise.files import write
from layerwise.suggest import CourseError

__all__ = ["Report", "build", "changed", "instructor", "keep_copy", "lab", "notebook", "plan"]

EXERCISES = Path("utils/layerwise/exercises")
REPAIR = "layerwise build"


@dataclass
class Report:
    """What a build did, or what a check found; paths are relative to the checkout."""

    written: list = field(default_factory=list)
    unchanged: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    copies: list = field(default_factory=list)
    """Pairs of a notebook that somebody had changed and the copy that was kept."""
    differing: list = field(default_factory=list)
    """Pairs of a path and why it is not what the sources say (only after a check)."""
    problems: list = field(default_factory=list)
    """Sentences about what could not be derived."""

    @property
    def ok(self):
        """True if everything generated is, now, what the sources say."""
        return not self.differing and not self.problems


def build(root, check=False):
    """Write everything generated in a checkout, or with ``check`` compare it only.

    A notebook that somebody changed is copied to ``NAME.yours-1.ipynb`` before it is written, unless the new one says
    the same. Files that would not change are left alone.

    Args:
        root: The checkout.
        check: Write nothing; report what differs.

    Returns:
        A ``Report``.

    Raises:
        CourseError: When a source is wrong or a file cannot be written. What was written until then is whole.
    """
    root = Path(root).resolve()
    report = Report()
    texts = plan(root, report=report)
    stale = _stale(root, texts)
    for path, text in texts.items():
        if _bytes(root / path) == text.encode():
            report.unchanged.append(path)
        elif check:
            report.differing.append((path, _difference(root, path, text)))
        else:
            _place(root, path, text, report)
    for path in stale:
        if check:
            report.differing.append((path, "its source is gone"))
        else:
            _set_aside(root, path, None, report)
            (root / path).unlink()
            report.removed.append(path)
    return report


def plan(root, *, report=None):
    """Return every generated file of a checkout: a dictionary from relative path to text."""
    course = syllabus.load(root)
    texts, owners, lessons, exercises = {}, {}, {}, []
    for lesson in course.lessons:
        lessons[lesson.id] = source.read(lesson.source)
        texts[f"notebooks/{lesson.id}.ipynb"] = text_of(notebook(lesson, course=course, cells=lessons[lesson.id]))
        if not lesson.lab:
            continue
        if lesson.lab in owners:
            raise CourseError(f'syllabus.toml: the lab "{lesson.lab}" belongs to two lessons. Give each its own.')
        owners[lesson.lab] = lesson
        cells = source.read(lesson.lab_source)
        exercises.append((lesson, cells))
        texts[f"labs/{lesson.lab}.ipynb"] = text_of(lab(lesson, course=course, cells=cells))
        for exercise in labs.parse(cells, name=f"labs/src/{lesson.lab}.py"):
            path = f"{EXERCISES.as_posix()}/{exercise.module}.py"
            if path in texts:
                raise CourseError(f'labs/src/{lesson.lab}.py: the exercise "{exercise.id}" is in another lab already.')
            texts[path] = module(exercise, f"labs/src/{lesson.lab}.py")
    texts[outline.FILE] = outline.text(course, lessons, exercises)
    texts.update(_tables(root, course, report))
    texts.update(pins.derive(root))
    return texts


def notebook(lesson, *, course=None, cells=None):
    """Return a lesson's notebook as a dictionary in notebook format 4.5."""
    course = course or syllabus.load(lesson.root)
    entries = [_entry(cell) for cell in (source.read(lesson.source) if cells is None else cells)]
    return make(frame.around(course, lesson, entries, kind="lesson"), id=lesson.id, kind="lesson")


def lab(lesson, *, course=None, instructor=False, cells=None):
    """Return a lab's notebook, the learner's, or with ``instructor`` the one with solutions and nbgrader's metadata."""
    course = course or syllabus.load(lesson.root)
    cells = source.read(lesson.lab_source) if cells is None else cells
    name = f"labs/src/{lesson.lab}.py"
    known = {exercise.id: exercise for exercise in labs.parse(cells, name=name)}
    entries = []
    for cell in cells:
        role = labs.role_of(cell, f"{name}:{cell.line}")
        if role in labs.HIDDEN:
            continue
        entry = _entry(cell)
        if role == "exercise" and not instructor:
            entry["source"] = known[cell.exercise].stub
        elif instructor and role in ("exercise", "check"):
            _grade(entry, cell, known[cell.exercise or labs.checked(cell)], role)
        entries.append(entry)
    made = make(frame.around(course, lesson, entries, kind="lab"), id=lesson.lab, kind="lab")
    if instructor:
        # Both follow the same state of the source.
        about(made)["own"] = about(lab(lesson, course=course, cells=cells))["own"]
    return made


def instructor(root, folder, *, lessons=None):
    """Write the instructor's labs to a folder.

    Args:
        root: The checkout.
        folder: Where they go; made when it is not there.
        lessons: Ids of the lessons whose labs are wanted; all when None.

    Returns:
        A ``Report`` whose paths are in ``folder``.
    """
    course, report, folder = syllabus.load(root), Report(), Path(folder)
    chosen = course.lessons if lessons is None else [course.lesson(name) for name in lessons]
    for lesson in chosen:
        if not lesson.lab:
            continue
        text = text_of(lab(lesson, course=course, instructor=True))
        path = f"{lesson.lab}.ipynb"
        if _bytes(folder / path) == text.encode():
            report.unchanged.append(path)
        else:
            _place(folder, path, text, report)
    return report


def module(exercise, origin):
    """Return the generated module of an exercise.

    Args:
        exercise: A ``LabExercise``.
        origin: The source it comes from, as it is named in the module's first line.

    Returns:
        Python code: the definition as written, and ``EXERCISE``, ``ANSWER`` and ``SOLUTION``.
    """
    quoted = exercise.solution.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    text = (
        f"# Generated by `layerwise build` from {origin}: change it there.\n{exercise.definition}\n\n"
        f'EXERCISE = "{exercise.id}"\nANSWER = "{exercise.answer}"\nSOLUTION = """\\\n{quoted}\n"""\n'
    )
    value = ast.parse(text).body[-1].value.value
    assert value == exercise.solution + "\n", f"{exercise.id}: the solution is not quoted faithfully"
    return text


def _entry(cell):
    return {"kind": cell.kind, "source": cell.source, "metadata": dict(cell.metadata)}


def _grade(entry, cell, exercise, role):
    """Add nbgrader's metadata (schema 3), so that the same file serves its assignments."""
    grading = {"schema_version": 3, "task": False, "grade_id": exercise.id.replace(".", "_")}
    if role == "exercise":
        grading |= {"solution": True, "grade": False, "locked": False}
    elif cell.line == exercise.lines["check"]:
        grading |= {"solution": False, "grade": True, "locked": True, "points": exercise.points}
        grading["grade_id"] += "_check"
        entry["source"] = labs.asserted(cell.source)
    else:
        return
    entry["metadata"]["nbgrader"] = grading


def _tables(root, course, report):
    """Return the pages that people write, with the tables that are made for them."""
    texts = {}
    tables = [("README.md", "lessons", lambda: readme.lessons(course))]
    if (root / "data").is_dir():
        tables.append(("docs/data.md", "data", lambda: readme.data(root / "data")))
    if (catalogue := root / rules.CATALOGUE).is_file():
        page = "docs/misconceptions.md"
        tables.append((page, "misconceptions", lambda: readme.misconceptions(catalogue, course)))
    for path, mark, table in tables:
        page = root / path
        filled = readme.fill(source.read_text(page), mark, table()) if page.is_file() else None
        if filled is not None:
            texts[path] = filled
        elif report is not None:
            begin, end = (f"<!-- {mark}:{side} -->" for side in ("begin", "end"))
            report.problems.append(f'{path} has no place for the table of {mark}: add "{begin}" and "{end}".')
    return texts


def _stale(root, texts):
    """Return generated files whose source is gone: only those that say themselves that the build made them."""
    stale = [
        path.relative_to(root).as_posix() for path in sorted((root / EXERCISES).glob("lab[0-9][0-9]_*.py"))
        if path.read_bytes().startswith(b"# Generated by")
    ]
    for folder in ("notebooks", "labs"):
        for path in sorted((root / folder).glob("*.ipynb")):
            if ".yours-" in path.name:
                continue
            try:
                noted = about(load(path))
            except CourseError:
                continue
            # A learner who saved the notebook under another name keeps it: its id says where it came from.
            if noted.get("id") == path.stem:
                stale.append(path.relative_to(root).as_posix())
    return [path for path in stale if path not in texts]


def _bytes(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}).") from None


def _difference(root, path, text):
    """Say in a few words how a file differs from what the sources say."""
    target = root / path
    if not target.exists():
        return "missing"
    if target.suffix != ".ipynb":
        return "differs from its source"
    try:
        load(target)
    except CourseError:
        return "cannot be read as a notebook: build sets it aside and writes a new one"
    if _same_cells(target, text):
        return "differs only in outputs or metadata"
    if changed(target) and not _follows(target, text):
        return "edited by hand, and older than its source: build to set it aside, then carry your edit by hand"
    if changed(target):
        return f"edited by hand: carry it back with `layerwise pull {path}`, or build to set it aside"
    return "older than its source"


def _follows(path, text):
    try:
        return follows(load(path), json.loads(text))
    except CourseError:  # a pull says why
        return True


def _same_cells(path, text):
    try:
        return content(load(path)) == content(json.loads(text))
    except CourseError:
        return False


def _place(root, path, text, report):
    _set_aside(root, path, text, report)
    write(root / path, text)
    report.written.append(path)


def _set_aside(root, path, text, report):
    """Keep a copy of a notebook that somebody changed, unless the new text says the same."""
    target = root / path
    if target.suffix == ".ipynb" and changed(target) and not (text and _same_cells(target, text)):
        report.copies.append((path, keep_copy(target).relative_to(root).as_posix()))
