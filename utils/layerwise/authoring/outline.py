"""Derive what travels with the package: the course's order, and what a review needs to bring something back.

The progress page and `layerwise.check.review` work where only the package is installed, on Colab say. So the build
writes the lessons with what they require, the task and the stub of each exercise, and every question into one file
that `layerwise.course` reads. No solution stands in it: the exercises' own modules hold these, and graders hide them.
"""

import ast
import json
import re

from layerwise.authoring import labs

FILE = "utils/layerwise/course.json"
ASKS = ("quiz", "predict")


def text(course, lessons, exercises):
    """Return the text of the file.

    Args:
        course: The ``Syllabus``.
        lessons: The cells of each lesson's source, by its id.
        exercises: Pairs of a lesson and the cells of its lab's source, in order.

    Returns:
        JSON, one line for each entry, so that two changes seldom meet.
    """
    whole = {
        "parts": [{"number": part.number, "title": part.title} for part in course.parts],
        "lessons": [
            {
                "id": lesson.id, "number": lesson.number, "title": lesson.title, "part": lesson.part,
                "requires": list(lesson.requires), "minutes": lesson.minutes, "lab": lesson.lab,
            }
            for lesson in course.lessons
        ],
        "exercises": [entry for lesson, cells in exercises for entry in tasks(lesson, cells)],
        "questions": [entry for lesson in course.lessons for entry in questions(lesson, lessons[lesson.id])],
    }
    blocks = [
        f'"{name}": [' + ",".join(f"\n{json.dumps(entry, ensure_ascii=False)}" for entry in entries) + "\n]"
        for name, entries in whole.items()
    ]
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def questions(lesson, cells):
    """Return the quizzes and predictions of a lesson, except those whose words the run makes."""
    found = []
    for cell in cells:
        for call in _asking(cell):
            try:
                key, question, answers = (ast.literal_eval(argument) for argument in call.args)
                right = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
            except ValueError:
                continue
            entry = {"key": key, "kind": call.func.id, "lesson": lesson.id, "question": question}
            found.append({**entry, "answers": answers, **right})
    return found


def tasks(lesson, cells):
    """Return the exercises of a lab in order: task, stub, and what each of them builds on."""
    found = labs.parse(cells, name=f"labs/src/{lesson.lab}.py")
    given = {}  # what each earlier answer defines, as text: the exercise it belongs to
    entries = []
    for exercise in found:
        requires, lines = _ground(exercise, given)
        entries.append({
            "id": exercise.id, "title": exercise.title, "lesson": lesson.id, "answer": exercise.answer,
            "requires": requires, "task": task(exercise, cells), "above": "\n\n".join(lines), "stub": exercise.stub,
        })
        given |= {ast.unparse(node): exercise.id for node in ast.parse(exercise.solution).body}
    return entries


def task(exercise, cells):
    """Return the prose that asks for an exercise: what stands right above it, without its heading."""
    place = next(index for index, cell in enumerate(cells) if cell.line == exercise.lines["definition"])
    words = []
    while place and cells[place - 1].kind == "markdown":
        place -= 1
        words.insert(0, cells[place].source)
        if words[0].startswith("## "):
            break
    return re.sub(r"\A## .*\n+", "", "\n\n".join(words)).strip()


def _asking(cell):
    if cell.kind != "code" or not any(f"{name}(" in cell.source for name in ASKS):
        return
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:  # a magic; lint says the rest
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in ASKS and len(node.args) == 3:
            yield node


def _ground(exercise, given):
    """Return the earlier exercises that an answer uses, and the lines of the lab above that it needs."""
    above = ast.parse(exercise.context).body
    wanted = set()
    for code in (exercise.solution, exercise.stub, *exercise.variants):
        wanted |= _used(ast.parse(code))
    requires, lines = [], []
    # From the last line to the first: each one may need others above it.
    for node in reversed(above):
        if not _bound(node) & wanted:
            continue
        wanted |= _used(node)
        owner = given.get(ast.unparse(node))
        if owner is None:
            lines.insert(0, _only(node, wanted))
        elif owner not in requires:
            requires.insert(0, owner)
    return requires, lines


def _used(tree):
    """Return the names that code takes from above it: those that it reads and never sets itself."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    return {node.id for node in names} - own


def _bound(node):
    """Return the names that a top-level statement gives a value."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}


def _only(node, wanted):
    """Return a statement as text; of an import, only the names that are wanted."""
    if isinstance(node, ast.ImportFrom):
        names = [alias for alias in node.names if (alias.asname or alias.name) in wanted]
        node = ast.ImportFrom(node.module, names, node.level)
    return ast.unparse(node)
