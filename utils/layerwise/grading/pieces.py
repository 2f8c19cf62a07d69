"""Find an answer in a notebook, with all that it needs and nothing else, wherever its cells stand.

A learner's notebook may have its cells copied, deleted, reordered or renamed. An answer is found by its name, or by
the check that it is passed to; what it needs are the statements that make the names it uses, and so on. Of several
that make the same function, the last one that is more than the untouched stub counts.
"""

import ast
import dis
import linecache
from dataclasses import dataclass, field

_LOADS = {"LOAD_NAME", "LOAD_GLOBAL"}
_STORES = {"STORE_NAME", "STORE_GLOBAL"}


@dataclass
class Statement:
    """One statement at the top of a cell."""

    cell: int
    node: ast.AST
    code: object
    makes: set
    uses: set
    changes: set = field(default_factory=set)
    stub: bool = False
    given: bool = False


class Notebook:
    """The code of a notebook.

    Args:
        cells: Pairs of number and source, in the notebook's order.
        given: Sources of the lab as it was handed out; what the learner has deleted is taken from there.
    """

    def __init__(self, cells, given=()):
        self.problems = {}  # cell: what is wrong with it
        self.statements, self.checked = [], {}
        for number, source in cells:
            self._read(number, source)
        have = {name for statement in self.statements for name in statement.makes}
        for number, source in enumerate(given):
            self._read(-1 - number, source, given=True, without=have)
        self._found = {}
        self._done = set()

    def find(self, exercise, name):
        """Return how an answer was found: "found", "stub", "broken" (its cell does not run) or "missing"; and where.

        Returns:
            A dict with ``state``, ``cell`` (its number, or None) and ``message``.
        """
        checked = self.checked.get(exercise, [])
        candidates = [self._makers(each) for each in dict.fromkeys([name, *reversed(checked)])]
        names = list(dict.fromkeys([name, *reversed(checked)]))
        for wanted, makers in zip(names, candidates, strict=True):
            if any(not maker.stub for maker in makers):
                self._found[exercise] = wanted
                return {"state": "found", "cell": makers[-1].cell, "message": ""}
        broken = [(cell, said) for cell, (said, source) in self.problems.items() if f" {name}(" in source]
        if broken:
            return {"state": "broken", "cell": broken[-1][0], "message": broken[-1][1]}
        if candidates[0]:
            self._found[exercise] = name
            return {"state": "stub", "cell": candidates[0][-1].cell, "message": ""}
        return {"state": "missing", "cell": None, "message": ""}

    def run(self, exercise, names):
        """Run the statements that an answer needs, as far as they have not run, and return the answer."""
        wanted = self._found[exercise]
        waiting = [one for one in self._needed(wanted) if id(one) not in self._done]
        while waiting:
            later, failure = [], None
            for statement in waiting:
                try:
                    exec(statement.code, names)
                except NameError as error:
                    # Cells that were moved: what it needs may stand further down.
                    failure = failure or error
                    later.append(statement)
                else:
                    self._done.add(id(statement))
            if len(later) == len(waiting):
                raise failure
            waiting = later
        return names[wanted]

    def imports(self, exercise):
        """Return the names that the statements an answer needs import: modules, and things that may be modules."""
        names = set()
        for node in (node for one in self._needed(self._found[exercise]) for node in ast.walk(one.node)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        return names

    # ---- reading

    def _read(self, number, source, *, given=False, without=()):
        filename = f"<cell {number}>"
        source = transformed(source)
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        try:
            tree = ast.parse(source, filename)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
            self.problems[number] = (f"{type(error).__name__}{line}: {getattr(error, 'msg', error)}", " " + source)
            return
        for node in tree.body:
            self._note_checks(node)
            try:
                code = compile(ast.Module([node], []), filename, "exec")
            except (SyntaxError, ValueError, RecursionError) as error:
                self.problems[number] = (f"{type(error).__name__}: {error}", " " + source)
                continue
            makes, uses = _names(code)
            if given and not (makes - set(without)):
                continue
            self.statements.append(
                Statement(number, node, code, makes, uses, _changed(node), stub=is_stub(node), given=given)
            )

    def _note_checks(self, node):
        """Note the names that the learner passes to `check`: an answer may have been renamed."""
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "check" and len(call.args) == 2:
                exercise, answer = call.args
                if isinstance(exercise, ast.Constant) and isinstance(answer, ast.Name):
                    self.checked.setdefault(exercise.value, []).append(answer.id)

    # ---- needs

    def _makers(self, name):
        makers = [one for one in self.statements if name in one.makes]
        real = [one for one in makers if not one.stub]
        return real or makers

    def _needed(self, name):
        needed, names, seen = [], [name], set()
        while names:
            wanted = names.pop()
            if wanted in seen:
                continue
            seen.add(wanted)
            makers = self._makers(wanted)
            if not all(isinstance(maker.node, ast.Import | ast.ImportFrom) for maker in makers):
                # A call on a module, such as plot.curves(...), makes nothing that an answer could need.
                makers = makers + [one for one in self.statements if wanted in one.changes]
            for statement in makers:
                if statement not in needed:
                    needed.append(statement)
                    names += statement.uses
        # What was handed out comes first, then the learner's cells in their order.
        order = {id(one): place for place, one in enumerate(self.statements)}
        return sorted(needed, key=lambda one: (not one.given, order[id(one)]))


def transformed(source):
    """Return a cell's source with the notebook's own lines (%..., !...) made into Python."""
    if not any(mark in source for mark in "%!?"):
        return source
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except SyntaxError:
        return source


def warm():
    """Import what `transformed` needs."""
    transformed("%time")


def is_stub(node):
    """Return True for a function or class that does nothing but say that it is not written."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    if isinstance(node, ast.ClassDef):
        parts = [part for part in node.body if isinstance(part, ast.FunctionDef)]
        return bool(parts) and all(map(is_stub, parts))
    body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    if not body:
        return True
    raised = body[0].exc if isinstance(body[0], ast.Raise) else None
    name = getattr(raised.func if isinstance(raised, ast.Call) else raised, "id", None)
    return name == "NotImplementedError" or (len(body) == 1 and isinstance(body[0], ast.Pass))


def _names(code):
    """Return the global names that a piece of compiled code makes and uses, functions inside it included."""
    makes, uses, waiting, top = set(), set(), [code], True
    while waiting:
        part = waiting.pop()
        for step in dis.get_instructions(part):
            if step.opname in _LOADS:
                uses.add(step.argval)
            elif step.opname == "STORE_GLOBAL" or (top and step.opname == "STORE_NAME"):
                makes.add(step.argval)
        waiting += [constant for constant in part.co_consts if hasattr(constant, "co_code")]
        top = False
    return makes, uses


def _changed(node):
    """Return the names whose things a statement changes: ``x[0] = 1``, ``x.a = 1``, ``x.append(1)``."""
    targets = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        targets = [node.value.func]
    changed = set()
    for target in targets:
        inner = target
        while isinstance(inner, ast.Attribute | ast.Subscript):
            inner = inner.value
        if inner is not target and isinstance(inner, ast.Name):
            changed.add(inner.id)
    return changed
