"""Read a lab: its exercises, their solutions, the wrong answers that people really give, and other right ones.

One source serves everybody: the learner's notebook (`stub`), the instructor's (the cell as written), the check
(`module`, a generated Python module) and the tests (mutants and variants).
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from layerwise.authoring import source
from layerwise.suggest import CourseError, nearest

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
IDENTIFIER = re.compile(r"\d\d\.[a-z][a-z0-9_]*")
HIDDEN = ("definition", "mutant", "variant")
"""Tags of cells that no notebook shows."""


@dataclass(frozen=True)
class LabExercise:
    """One exercise of a lab.

    Args:
        id: Such as ``"02.dense"``.
        title: The first line of the definition's docstring.
        definition: The code of the definition cell.
        solution: The solved exercise cell, without the marks.
        stub: What the learner gets in its place.
        answer: The name that the exercise cell defines.
        mutants: Pairs of misconception and code.
        variants: Codes of differently written right answers.
        points: What it is worth.
        context: Code that mutants and variants may count on: the lab's imports, helper functions and constants above
            the exercise, and the solutions of earlier exercises.
        lines: Line of each cell in the source: "definition", "exercise", "check", and lists "mutants", "variants".
    """

    id: str
    title: str
    definition: str
    solution: str
    stub: str
    answer: str
    mutants: list
    variants: list
    points: float
    context: str
    lines: dict

    @property
    def module(self):
        """Name of its generated module: ``lab02_dense`` for ``02.dense``."""
        return "lab" + self.id.replace(".", "_")


def exercises(path):
    """Return the exercises of a lab's source in order.

    Raises:
        CourseError: With file, line and repair, when a part of an exercise is missing or contradicts another.
    """
    return parse(source.read(path), name=_shown(path))


def parse(cells, *, name="lab"):
    """Return the exercises in a list of cells; ``name`` stands in messages."""
    groups, context = {}, []
    for cell in cells:
        where = f"{name}:{cell.line}"
        role = role_of(cell, where)
        if role == "exercise":
            _group(groups, cell, where)["context"] = "\n\n".join(context)
            context.append(solved(cell.source, where))
        elif role == "check":
            groups.setdefault(checked(cell), {"line": cell.line}).setdefault("check", cell)
            continue
        elif role is None:
            context.append(_definitions(cell))
            continue
        group = _group(groups, cell, where)
        if role in ("mutant", "variant"):
            group.setdefault(role, []).append(cell)
        elif role in group:
            raise CourseError(f'{where}: a second {role} of "{cell.exercise}". Give each exercise its own id.')
        else:
            group[role] = cell
    return [_exercise(identifier, group, name, list(groups)) for identifier, group in groups.items()]


def role_of(cell, where="lab"):
    """Return "definition", "exercise", "mutant", "variant" or "check", None for any other cell."""
    roles = [tag for tag in cell.tags if tag in (*HIDDEN, "exercise")]
    if len(roles) > 1:
        raise CourseError(f"{where}: tagged {' and '.join(roles)}. A cell has one of these tags.")
    if roles:
        return roles[0]
    if cell.kind == "code" and (BEGIN in cell.source or END in cell.source):
        raise CourseError(f'{where}: solution marks in a cell without the tag "exercise". Tag it, or remove the marks.')
    return "check" if checked(cell) else None


def checked(cell):
    """Return the exercise that a code cell checks: the id in its first ``check("...", ...)``, else None."""
    if cell.kind != "code" or "check(" not in cell.source:
        return None
    call = _first_check(_tree(cell.source))
    return call.args[0].value if call else None


def asserted(code):
    """Return a check cell that raises unless the answer is right.

    nbgrader gives the points to a cell that does not raise, and a check never does by itself.
    """
    tree, raw = _tree(code), code.encode()  # the tree counts columns in bytes
    call, lines = _first_check(tree), raw.splitlines(keepends=True)
    begin = len(b"".join(lines[: call.lineno - 1])) + call.col_offset
    end = len(b"".join(lines[: call.end_lineno - 1])) + call.end_col_offset
    before, text, after = raw[:begin].decode(), raw[begin:end].decode(), raw[end:].decode()
    ending = "assert check_verdict, check_verdict.message"  # a name that no answer has
    # The call stays where it is, behind what it depends on.
    if any(isinstance(node, ast.Expr) and node.value is call for node in ast.walk(tree)):
        line = before.rpartition("\n")[2]
        indent = line[: len(line) - len(line.lstrip())]
        return f"{before}check_verdict = {text}\n{indent}{ending}{after}"
    return f"{before}(check_verdict := {text}){after}\n{ending}"


def _first_check(tree):
    """Return the first call of ``check`` with an id and an answer, or None."""
    for node in ast.walk(tree or ast.Module([], [])):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "check" and len(node.args) == 2:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                return node
    return None


def solved(code, where="lab"):
    """Return an exercise cell without its solution marks."""
    return "".join(line for line, _, mark in _marked(code, where) if not mark)


def stub(code, where="lab"):
    """Return an exercise cell with each solution replaced by a line that raises ``NotImplementedError``."""
    lines = []
    for line, inside, mark in _marked(code, where):
        if mark == BEGIN:
            indent = line[: len(line) - len(line.lstrip())]
            lines += [f"{indent}# Your code here.\n", f"{indent}raise NotImplementedError\n"]
        elif not inside and not mark:
            lines.append(line)
    return "".join(lines).rstrip("\n")


def _marked(code, where):
    """Return (line, inside a solution, mark or "") for each line, or say how the marks are wrong."""
    result, opened = [], None
    line_of = _line_of(where)
    for number, line in enumerate(code.splitlines(keepends=True), 1):
        text, here = line.strip(), line_of(number)
        mark = text if text in (BEGIN, END) else ""
        if not mark and re.match(r"#+\s*(BEGIN|END)\s+SOLUTION", text, re.IGNORECASE):
            raise CourseError(f'{here}: "{text}" is not a solution mark. Write "{BEGIN}" or "{END}".')
        if mark == BEGIN:
            if opened:
                raise CourseError(f"{here}: a second {BEGIN} before {END}. Close the first region.")
            if not line[0].isspace():
                raise CourseError(
                    f"{here}: a solution at module level. Wrap it in a function, so that the untouched stub can be run."
                )
            opened = here
        elif mark == END and not opened:
            raise CourseError(f"{here}: {END} without {BEGIN}. Add the opening mark.")
        result.append((line, bool(opened), mark))
        if mark == END:
            opened = None
    if opened:
        raise CourseError(f'{opened}: {BEGIN} without {END}. Add a line "{END}" after the solution.')
    return result


def _line_of(where):
    """Return a function from a line of a cell to file:line; ``where`` names the line of the cell's marker."""
    file, _, line = where.rpartition(":")
    return (lambda number: f"{file}:{int(line) + number}") if line.isdigit() else (lambda number: f"{where}:{number}")


def _group(groups, cell, where):
    identifier = cell.exercise
    if not identifier:
        raise CourseError(f'{where}: a cell tagged "{cell.tags[0]}" without exercise="NN.name". Add it to the marker.')
    if not IDENTIFIER.fullmatch(identifier):
        raise CourseError(f'{where}: the exercise id "{identifier}" must look like "02.dense": lower case, no spaces.')
    return groups.setdefault(identifier, {"line": cell.line})


def _exercise(identifier, group, name, known):
    others = [other for other in known if other != identifier]
    suggestion = nearest(identifier, others)
    for role, repair in (
        ("definition", f'Add a cell: # %% tags=["definition"] exercise="{identifier}"'),
        ("exercise", f'Add a cell: # %% tags=["exercise"] exercise="{identifier}"'),
        ("check", f'Add a cell: check("{identifier}", name_of_the_answer)'),
        ("mutant", f'Add a wrong answer: # %% tags=["mutant"] exercise="{identifier}" misconception="..."'),
    ):
        if role not in group:
            line = group["line"]
            raise CourseError(f'{name}:{line}: the exercise "{identifier}" has no {role} cell.{suggestion} {repair}')
    places = [group[role].line for role in ("definition", "exercise", "check")]
    if places != sorted(places):
        raise CourseError(
            f'{name}:{group["definition"].line}: the cells of "{identifier}" must come in the order definition, '
            "exercise, check. Move them."
        )
    facts = _definition(group["definition"], identifier, f"{name}:{group['definition'].line}")
    exercise, where = group["exercise"], f"{name}:{group['exercise'].line}"
    if BEGIN not in exercise.source:
        raise CourseError(f"{where}: the exercise cell has no solution. Write it between {BEGIN} and {END}.")
    return LabExercise(
        id=identifier, title=facts["title"], definition=group["definition"].source,
        solution=solved(exercise.source, where).rstrip("\n"), stub=stub(exercise.source, where),
        answer=_answer(exercise, group["check"], where),
        mutants=[_mutant(cell, facts["mistakes"], name) for cell in group["mutant"]],
        variants=[cell.source for cell in group.get("variant", [])], points=facts["points"], context=group["context"],
        lines={
            **{role: group[role].line for role in ("definition", "exercise", "check")},
            "mutants": [cell.line for cell in group["mutant"]],
            "variants": [cell.line for cell in group.get("variant", [])],
        },
    )


def _definition(cell, identifier, where):
    """Read a definition without running it: title, points and the keys of MISTAKES."""
    tree = _tree(cell.source)
    if tree is None:
        raise CourseError(f'{where}: the definition of "{identifier}" is not valid Python. Run `layerwise lint`.')
    values, functions = {}, set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            functions.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                values[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                values[node.targets[0].id] = None
    title = (ast.get_docstring(tree) or "").strip().partition("\n")[0].rstrip(".")
    if not title:
        raise CourseError(f'{where}: the definition of "{identifier}" needs a docstring, which is the title.')
    if "cases" not in functions:
        raise CourseError(f'{where}: the definition of "{identifier}" has no cases(rng). Write it: it yields inputs.')
    if not functions & {"reference", "accept"}:
        raise CourseError(f'{where}: the definition of "{identifier}" has neither reference nor accept. Write one.')
    hints = values.get("HINTS")
    if not isinstance(hints, list | tuple) or not hints or not all(isinstance(hint, str) for hint in hints):
        raise CourseError(f'{where}: the definition of "{identifier}" needs HINTS = ["...", ...], plain strings.')
    mistakes = values.get("MISTAKES")
    if not isinstance(mistakes, dict) or not mistakes:
        raise CourseError(f'{where}: the definition of "{identifier}" needs MISTAKES = {{"key": "what it means"}}.')
    points = values.get("POINTS", 1)
    if not isinstance(points, int | float) or points < 0:
        raise CourseError(f'{where}: POINTS of "{identifier}" is {points!r}; expected a number.')
    return {"title": title, "mistakes": mistakes, "points": points}


def _mutant(cell, mistakes, name):
    where, misconception = f"{name}:{cell.line}", cell.metadata.get("misconception")
    if misconception is None:
        raise CourseError(f'{where}: a mutant without misconception="...". Name a key of MISTAKES.')
    if misconception not in mistakes:
        raise CourseError(
            f'{where}: the misconception "{misconception}" is not in MISTAKES of "{cell.exercise}".'
            f"{nearest(misconception, mistakes)} Known: {', '.join(mistakes)}."
        )
    return misconception, cell.source


def _answer(exercise, check, where):
    """Return the name that is checked among those that the cell defines, else the last one defined."""
    tree = _tree(exercise.source)
    if tree is None:
        raise CourseError(f"{where}: the exercise cell is not valid Python. Run `layerwise lint`.")
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    if not names:
        raise CourseError(f"{where}: the exercise cell defines no function and no class. The answer is one of these.")
    used = {node.id for node in ast.walk(_tree(check.source)) if isinstance(node, ast.Name)}
    return next((name for name in reversed(names) if name in used), names[-1])


def _definitions(cell):
    """Return the imports, functions, classes and literal constants of an ordinary code cell."""
    tree = _tree(cell.source) if cell.kind == "code" else None
    kept = []
    for node in tree.body if tree else []:
        literal = isinstance(node, ast.Assign) and _is_literal(node.value)
        if literal or isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            kept.append(ast.unparse(node))
    return "\n".join(kept)


def _is_literal(node):
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _tree(code):
    try:
        return ast.parse(code)
    except SyntaxError:
        return None


def _shown(path):
    """Shorten a path to its last three parts, as it stands in the course."""
    return "/".join(Path(path).parts[-3:])
