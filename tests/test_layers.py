"""Arrows only downward: what may import what, seen in the source, and what an import costs, seen in a process."""

import ast
import subprocess
import sys

import pytest
from conftest import ROOT
from layerwise.authoring import source

PACKAGE = ROOT / "utils" / "layerwise"
PUBLIC = ("data", "plot", "train", "check", "serve", "explore")
# An explorer may play a queue through, and the live curve of a training is a plot too; an exercise's definition is
# lab code that `check` loads by name.
ABOVE = {"explore": ("plot", "serve"), "train": ("plot",), "exercises": ("data", "plot", "train")}
HEAVY = {"numpy", "keras", "tensorflow", "plotly", "ipywidgets", "jax", "torch", "pandas", "sqlite3", "PIL", "IPython"}
LESSONS = sorted([*ROOT.glob("notebooks/src/*.py"), *ROOT.glob("labs/src/*.py")])


def part_of(module):
    """Return the part that a module belongs to: "layerwise.plot.bars" is in "plot", "layerwise" is in ""."""
    return module.partition(".")[2].partition(".")[0]


def layer_of(part):
    if part in ("", *PUBLIC, "authoring", "exercises", "grading"):
        return {"": "top", "authoring": "authoring", "exercises": "exercises", "grading": "grading"}.get(part, "public")
    return "authoring" if part == "__main__" else "base"


def may(part, other):
    """Return True if a part may import another."""
    if part == other:
        return True
    layer, below = layer_of(part), layer_of(other)
    if layer == "authoring":
        return True
    if other == "":
        return layer == "public"
    if layer == "top":
        return False
    if layer == "grading":
        # It judges with the checks of the notebooks; where the samples and the solutions lie, it must know to hide.
        return below == "base" or other in ("check", "data", "exercises")
    if layer in ("public", "exercises"):
        return below == "base" or other in ABOVE.get(part, ()) or (part, other) == ("check", "exercises")
    return layer == below == "base"


def imports(tree, module, is_package=False):
    """Return the modules of the course that a syntax tree imports, with their lines: [(module, line), ...]."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")
                parents = parents[: len(parents) - node.level + is_package]
                base = ".".join([*parents, *([base] if base else [])])
            # "from layerwise import data" names a part; "from layerwise.data import load" may name a function.
            found += [(f"{base}.{alias.name}" if base == "layerwise" else base, node.lineno) for alias in node.names]
    return [(name, line) for name, line in found if name.partition(".")[0] == "layerwise"]


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ["layerwise", *path.relative_to(PACKAGE).with_suffix("").parts]
        yield path, ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def graph():
    """Return {part: {other part: "file:line"}} for the whole package."""
    edges = {}
    for path, module in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, line in imports(tree, module, path.name == "__init__.py"):
            place = f"{path.relative_to(ROOT)}:{line} imports {name}"
            edges.setdefault(part_of(module), {}).setdefault(part_of(name), place)
    return edges


def test_arrows_go_downward_only():
    wrong = [place for part, others in graph().items() for other, place in others.items() if not may(part, other)]
    assert not wrong, "\n".join(wrong)


def test_the_base_has_no_circle():
    edges = {part: set(others) - {part} for part, others in graph().items() if layer_of(part) == "base"}
    while edges:
        free = [part for part, others in edges.items() if not others & set(edges)]
        assert free, f"these import one another in a circle: {sorted(edges)}"
        for part in free:
            del edges[part]


@pytest.mark.parametrize("path", LESSONS, ids=[f"{path.parts[-3]}/{path.stem}" for path in LESSONS])
def test_lessons_and_labs_use_the_public_parts_only(path):
    for cell in source.read(path):
        if cell.kind != "code":
            continue
        plain = "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in cell.source.splitlines())
        for name, line in imports(ast.parse(plain), "lesson"):
            parts = name.split(".")
            assert len(parts) == 2 and parts[1] in PUBLIC, f"{path.name}:{cell.line + line} imports {name}"


@pytest.mark.parametrize("part, other, allowed", [
    ("plot", "theme", True), ("explore", "plot", True), ("plot", "explore", False), ("plot", "data", False),
    ("theme", "plot", False), ("paths", "theme", True), ("check", "exercises", True), ("data", "authoring", False),
    ("authoring", "explore", True), ("progress", "check", False), ("", "data", False),
    ("exercises", "data", True), ("exercises", "check", False), ("train", "plot", True), ("train", "data", False),
])
def test_the_rule_itself(part, other, allowed):
    assert may(part, other) is allowed


def test_imports_are_seen_in_every_form():
    tree = ast.parse(
        "import layerwise.plot\nfrom layerwise import data, explore\nfrom . import show\nfrom .plot import bars\n"
        "from .. import theme\ndef f():\n    import layerwise.train as t\nimport numpy"
    )
    found = [name for name, _ in imports(tree, "layerwise.check.engine")]
    assert found == [
        "layerwise.plot", "layerwise.data", "layerwise.explore", "layerwise.check", "layerwise.check.plot",
        "layerwise.theme", "layerwise.train",
    ]


def in_a_process(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", ["layerwise", *[f"layerwise.{part}" for part in PUBLIC]])
def test_an_import_loads_nothing_heavy(module):
    loaded = in_a_process(f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})").split()
    assert not HEAVY & set(loaded)


def test_nothing_happens_on_import(tmp_path):
    """No folder is made, no seed is set, nothing is shown."""
    parts = ", ".join(f"layerwise.{part}" for part in PUBLIC)
    code = (
        f"import os, random; os.environ['LAYERWISE_HOME'] = {str(tmp_path / 'home')!r}; state = random.getstate(); "
        f"before = dict(os.environ); import {parts}; "
        "assert random.getstate() == state; assert dict(os.environ) == before"
    )
    assert in_a_process(code) == ""
    assert list(tmp_path.iterdir()) == []


def test_importing_the_package_costs_under_a_tenth_of_a_second():
    code = (
        "import resource; before = resource.getrusage(resource.RUSAGE_SELF); {}; "
        "after = resource.getrusage(resource.RUSAGE_SELF); "
        "print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)"
    )
    # CPU time of the import alone, the best of five: a busy machine makes it longer, never shorter.
    cost = min(float(in_a_process(code.format("import layerwise"))) for _ in range(5))
    assert cost < 0.1
