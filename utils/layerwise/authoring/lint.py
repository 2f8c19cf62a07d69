"""Hold the sources against the rules of a good lesson; every message says where, what and the repair.

The rules are those of the course's design that a program can see. They mirror good pages: a warning is a question to
the author, never a reason to pad prose.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from layerwise.authoring import labs, rules, source, syllabus
from layerwise.check import misconceptions
from layerwise.suggest import CourseError


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule: level is "error" or "warning"."""

    path: str
    line: int
    level: str
    text: str
    repair: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.level}: {self.text} {self.repair}"


def lint(root, names=()):
    """Return what the sources of a course, or of the named lessons or files, do wrong.

    Args:
        root: The checkout.
        names: Ids of lessons, their beginnings, or paths of source files; all sources when empty.

    Returns:
        A list of ``Finding``, in the order of the files.
    """
    root = Path(root).resolve()
    findings, files = [], [Path(name) for name in names if name.endswith(".py")]
    if names and len(files) == len(names):
        return [finding for path in files for finding in lint_file(path, root=root)]
    course = syllabus.load(root)
    chosen = [course.lesson(name) for name in names if not name.endswith(".py")] or course.lessons
    for lesson in chosen:
        files += [path for path in (lesson.source, lesson.lab_source) if path]
    if not names:
        findings = _strays(course, root) + _gone(course, root)
    return findings + [finding for path in files for finding in lint_file(path, root=root)]


def lint_file(path, *, root=None):
    """Return what one source does wrong; a file in a folder under ``labs`` is a lab."""
    path = Path(path).resolve()
    shown = path.relative_to(root).as_posix() if root and path.is_relative_to(root) else path.name
    try:
        cells = source.read(path)
    except CourseError as error:
        return [Finding(shown, 1, "error", str(error), "")]
    return lint_cells(cells, shown, lab="labs" in path.parts, entries=_catalogue(root))


def lint_cells(cells, path, *, lab=False, entries=None):
    """Return what a list of cells does wrong.

    Args:
        cells: The cells of a source.
        path: Stands in messages, and its number is the lesson's.
        lab: Whether it is a lab.
        entries: The course's catalogue of misconceptions, where it has one.
    """
    findings = []

    def find(line, text, repair, level="error"):
        findings.append(Finding(path, line, level, text, repair))

    number = re.match(r"\d\d", Path(path).name)
    if lab:
        rules.exercises(cells, path, find, entries)
    pages = [cell for cell in cells if not set(cell.tags) & set(labs.HIDDEN)]
    trees = {cell.line: rules.tree(cell, find) for cell in cells if cell.kind == "code"}
    for cell in cells:
        rules.unfinished(cell, find)
        if cell.kind == "markdown":
            rules.images(cell, find)
            rules.figures(cell, find)
            continue
        rules.imports(trees[cell.line], cell, find)
        rules.columns(cell, find)
    for cell in pages:
        if cell.kind == "code":
            rules.length(cell, find)
            rules.letters(trees[cell.line], cell, find)
            if number:
                rules.identifiers(trees[cell.line], cell, number.group(), find)
    rules.explorers(pages, trees, find)
    rules.start(pages, find)
    rules.second_model(pages, trees, find)
    if not lab:
        rules.rhythm(pages, find)
        rules.stops(pages, trees, find)
    return sorted(findings, key=lambda finding: (finding.line, finding.level))


def report(findings):
    """Print findings and a count; return the exit code: 1 if any is an error."""
    import typer

    colours = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}
    for finding in findings:
        level = typer.style(finding.level, fg=colours[finding.level], bold=True)
        typer.echo(f"{finding.path}:{finding.line}: {level}: {finding.text} {finding.repair}".rstrip())
    errors = sum(finding.level == "error" for finding in findings)
    typer.echo(f"{errors} errors, {len(findings) - errors} warnings." if findings else "Nothing to repair.")
    return 1 if errors else 0


def _catalogue(root):
    """Return the entries of a checkout's own catalogue, None where it has none."""
    file = root / rules.CATALOGUE if root else None
    return misconceptions.read(file) if file and file.is_file() else None


def _gone(course, root):
    """Return the mistakes that the catalogue names and no lab has any more."""
    entries = _catalogue(root)
    try:
        found = [each for lesson in course.lessons if lesson.lab for each in labs.exercises(lesson.lab_source)]
    except CourseError:
        return []  # said by the lab itself
    known = {(exercise.id, key) for exercise in found for key, _ in exercise.mutants}
    lines = (root / rules.CATALOGUE).read_text(encoding="utf-8").splitlines() if entries else []
    place = {line: number for number, line in enumerate(lines, 1)}
    return [
        Finding(rules.CATALOGUE, place.get(f"[{entry.id}.seen]", 1), "error",
                f'[{entry.id}] names "{key}" of "{exercise}", and no lab has it.', "Take it out, or rename it.")
        for entry in (entries or {}).values() for exercise, keys in entry.seen.items() for key in keys
        if exercise != misconceptions.GENERAL and (exercise, key) not in known
    ]


def _strays(course, root):
    known = {path for lesson in course.lessons for path in (lesson.source, lesson.lab_source)}
    files = [path for folder in ("notebooks", "labs") for path in sorted((root / folder / "src").glob("*.py"))]
    return [
        Finding(path.relative_to(root).as_posix(), 1, "error", "is not in syllabus.toml.", "Add it there.")
        for path in files if path not in known
    ]
