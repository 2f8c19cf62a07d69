"""The rules of a good lesson that a program can see, one function each.

A rule gets cells, or a cell and its syntax tree, and ``find(line, text, repair, level="error")`` to say what it saw.
"""

import ast
import itertools
import re
import statistics

from layerwise.authoring import labs
from layerwise.authoring.frame import only_asks
from layerwise.check import misconceptions
from layerwise.suggest import CourseError

LINES, COLUMNS, WIDE, MEDIAN, STOPS = 20, 88, 120, 6, 3
PUBLIC = ("data", "plot", "train", "check", "serve", "explore")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|TBD|HACK)\b|\blorem ipsum\b|\?\?\?", re.IGNORECASE)
FIGURE = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?\s?%|\d+(?:\.\d+)? per ?cent|0\.\d{2,})")
CATALOGUE = "utils/layerwise/check/misconceptions.toml"
_ASKED = ("check", "hint", "solution", "predict", "quiz")


def exercises(cells, path, find, entries=None):
    """Find what exercises lack; with the ``entries`` of a catalogue, mistakes that none of them names as well."""
    try:
        found = labs.parse(cells, name=path)
    except CourseError as error:
        place, _, text = str(error).partition(": ")
        line = place.rpartition(":")[2]
        find(int(line) if line.isdigit() else 1, text or str(error), "")
        return
    for exercise in found:
        if len(exercise.mutants) < 2:
            find(exercise.lines["exercise"], f'"{exercise.id}" has one wrong answer only.',
                 "Add a mutant for another mistake that people make.", "warning")
        if not exercise.variants:
            find(exercise.lines["exercise"], f'"{exercise.id}" has no differently written right answer.',
                 "Add a variant, so that the check is not fitted to one solution.", "warning")
        keys = list(dict.fromkeys(key for key, _ in exercise.mutants))
        missing = misconceptions.uncatalogued(exercise.id, keys, entries) if entries else []
        if missing:
            find(exercise.lines["definition"], f'"{exercise.id}" has mistakes in no entry of the catalogue: '
                 f"{', '.join(missing)}.", f"Add each in {CATALOGUE}, under the entry that says what is believed.")


def tree(cell, find):
    """Return the syntax tree of a code cell, an empty one if it does not parse."""
    lines = cell.source.splitlines()
    if lines and re.match(r"%%(bash|sh|html|javascript|latex|markdown|svg|writefile|script)\b", lines[0]):
        return ast.Module([], [])
    plain = "\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in lines)
    try:
        return ast.parse(plain)
    except SyntaxError as error:
        find(cell.line + (error.lineno or 0), f"does not parse: {error.msg}.", "Mend the code.")
        return ast.Module([], [])


def unfinished(cell, find):
    for place, line in enumerate(cell.source.splitlines(), 1):
        match = UNFINISHED.search(line)
        if match:
            find(cell.line + place, f'"{match.group()}" is a mark of something unfinished.', "Finish it, or remove it.")


def images(cell, find):
    for place, line in enumerate(cell.source.splitlines(), 1):
        for match in re.finditer(r"!\[\s*\]\(|<img\b[^>]*>", line):
            alt = re.search(r"\balt\s*=\s*[\"']\s*[^\"'\s]", match.group())
            if not alt:
                find(cell.line + place, "a picture without alternative text.", "Say in words what it shows.")


def figures(cell, find):
    """Warn of numbers in prose that look like results: a run should say them."""
    if "sourced" in cell.tags:
        return
    place = 1
    for paragraph in re.split(r"(\n\s*\n)", re.sub(r"```.*?```", _blank, cell.source, flags=re.DOTALL)):
        linked = re.search(r"\]\(|https?://|^\s*>", paragraph, re.MULTILINE)
        plain = re.sub(r"`[^`]*`|\$[^$]*\$", _blank, paragraph)
        for match in [] if linked else FIGURE.finditer(plain):
            line = cell.line + place + plain[: match.start()].count("\n")
            find(line, f'"{match.group().strip()}" in prose looks like a result.',
                 'Let found(...) say it, link its source in the paragraph, or tag the cell "sourced".', "warning")
        place += paragraph.count("\n")


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def imports(tree, cell, find):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            line = cell.line + node.lineno
            if any(alias.name == "*" for alias in node.names):
                find(line, "a star import hides where names come from.", f"Name what you need from {node.module}.")
            names = [node.module or ""]
            if node.module == "layerwise":
                names = [f"layerwise.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            line, names = cell.line + node.lineno, [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            package, *parts = name.split(".")
            if package == "layerwise" and parts not in ([], ["*"], *([part] for part in PUBLIC)):
                find(line, f"{name} is not for lessons.", f"Use a public part: {', '.join(PUBLIC)}.")


def columns(cell, find):
    # What no page shows may be as wide as the package's own code.
    most = WIDE if set(cell.tags) & set(labs.HIDDEN) else COLUMNS
    for place, line in enumerate(cell.source.splitlines(), 1):
        if len(line) > most:
            find(cell.line + place, f"{len(line)} characters in a line.", f"Break it: at most {most}.")


def _lines(cell):
    try:
        code = labs.stub(cell.source) if "exercise" in cell.tags else cell.source
    except CourseError:  # already told by exercises
        code = cell.source
    return len(code.splitlines())


def length(cell, find):
    lines = _lines(cell)
    if lines > LINES and "long" not in cell.tags:
        find(cell.line, f"{lines} lines in a cell.", f'Split it: at most {LINES}; or tag it "long" if it is one thing.')


def letters(tree, cell, find):
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets = [node.target]
        else:
            continue
        for name in (leaf for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)):
            if isinstance(name.ctx, ast.Store) and len(name.id) == 1 and name.id not in "xy_":
                find(cell.line + name.lineno, f'"{name.id}" says nothing about what it holds.',
                     "Use a full word, as Keras does.", "warning")


def _calls(tree, *names):
    """Return the calls of functions with these names. A method is none of them: ``mlp.predict`` is no stop."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", None) in names]


def _uses(tree, module):
    """Return the calls of a function of a module: ``plot.curves(...)`` for "plot"."""
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", None) == module
    ]


def identifiers(tree, cell, number, find):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", None) not in _ASKED or not node.args:
            continue
        first = getattr(node.args[0], "value", None)
        if isinstance(first, str) and not first.startswith(f"{number}."):
            find(cell.line + node.lineno, f'{node.func.id}("{first}") does not belong to lesson {number}.',
                 f'Begin the id with "{number}.".')


def explorers(pages, trees, find):
    for place, cell in enumerate(pages):
        if cell.kind != "code" or not _uses(trees[cell.line], "explore"):
            continue
        before = [one for one in pages[:place] if one.kind == "code"][-2:]
        if not any(_uses(trees[one.line], "plot") for one in [*before, cell]):
            find(cell.line, "an explorer without a static figure before it.",
                 "Show the same with plot.* in one of the two code cells before: the page must read without a kernel.")
        prose = pages[place - 1] if place and pages[place - 1].kind == "markdown" else None
        if prose is None or len(prose.source.split()) < 5 or not re.search(r"[.?:!]\W*$", prose.source):
            find(cell.line, "an explorer without a sentence of what to look for.",
                 "Write it in a markdown cell directly before.")


def start(pages, find):
    first = pages[0] if pages else None
    if first is None or first.kind != "markdown":
        find(1, "does not begin with prose.", "Begin with a markdown cell that asks the question.")
    elif re.match(r"#\s", first.source):
        find(first.line, "begins with a title, which the frame has already.", "Begin with the question.")
    elif "?" not in first.source:
        find(first.line, "the first cell asks nothing.", "Begin with the question that this page answers.", "warning")
    chosen = [cell for cell in pages if "parameters" in cell.tags]
    if len(chosen) != 1 or "LAYERWISE_PROFILE" not in chosen[0].source:
        line = chosen[-1].line if chosen else 1
        find(line, f"{len(chosen) or 'no'} cell tagged \"parameters\" with PROFILE.",
             'Have one, tagged "parameters": PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick").')


def second_model(pages, trees, find):
    """Warn when one name holds two models."""
    seen = {}
    for cell in pages:
        for node in trees[cell.line].body if cell.kind == "code" else ():
            if isinstance(node, ast.Assign) and _makes_model(node.value):
                for target in node.targets:
                    name = getattr(target, "id", None)
                    if name in seen:
                        find(cell.line + node.lineno, f'"{name}" is a second model; the first is in line {seen[name]}.',
                             "Give each its own name, such as mlp or convnet.", "warning")
                    elif name:
                        seen[name] = cell.line + node.lineno


def _makes_model(node):
    called = getattr(node, "func", None)
    return getattr(called, "attr", getattr(called, "id", None)) in ("Sequential", "Model")


def rhythm(pages, find):
    code = [cell for cell in pages if cell.kind == "code"]
    if not code:
        return
    median = statistics.median(_lines(cell) for cell in code)
    if median > MEDIAN:
        find(code[0].line, f"half of the code cells have {median:g} lines or more.",
             f"Build in one cell, show in the next: a median of at most {MEDIAN}.", "warning")
    # A cell that only asks is folded: the learner sees its card, which is prose.
    follow = [
        after for before, after in itertools.pairwise(pages)
        if before.kind == after.kind == "code" and not (only_asks(before.source) or only_asks(after.source))
    ]
    if len(follow) * 4 > len(code):
        find(follow[0].line, f"{len(follow)} of {len(code)} code cells follow another directly.",
             "Let prose lead: at most one in four.", "warning")


def stops(pages, trees, find):
    code = [trees[cell.line] for cell in pages if cell.kind == "code"]
    last = pages[-1].line if pages else 1
    stops = sum(len(_calls(tree, "predict")) for tree in code)
    if stops < STOPS:
        find(last, f"{stops} stops to predict.",
             f"Add predict(...) before a run that can prove it wrong: {STOPS} or more.")
    if not any(_calls(tree, "found") for tree in code):
        find(last, "nothing was found.", "End with found(...): the claim, with the number that this run produced.")
    if not any(_calls(tree, "quiz") for tree in code):
        find(last, "no quiz.", "Add quiz(...), so that learners can check themselves.")
