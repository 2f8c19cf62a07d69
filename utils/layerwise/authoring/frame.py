"""The cells that the build puts around every lesson and lab: header, set-up, closing.

Sources hold only what is theirs; titles, links, minutes and the set-up for Colab come from ``syllabus.toml``.
"""

import ast
import base64
import html
import itertools
import tomllib

from layerwise import theme
from layerwise.suggest import CourseError

_WIDTH, _HEIGHT = 960, 120

SETUP = '''\
# Nothing to do here: on Colab this installs the course; TensorFlow starts quietly.
from importlib.util import find_spec

if not find_spec("layerwise"):
    course = "git+{repository}@{branch}"
    get_ipython().run_line_magic("pip", f"install --quiet 'layerwise{extras} @ {{course}}'")
from layerwise import startup
startup.quiet()'''
"""The set-up cell; it parses as plain Python, so that every tool can read the notebook."""

FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
"""Metadata of a cell whose code JupyterLab, and Colab by its own name, show only on request."""


def around(syllabus, lesson, cells, *, kind):
    """Return a lesson's or lab's cells with the frame around them.

    Args:
        syllabus: The ``Syllabus``.
        lesson: The ``Lesson``, also for its lab.
        cells: The own cells, as dictionaries with ``kind``, ``source`` and ``metadata``.
        kind: "lesson" or "lab".

    Returns:
        A list of such dictionaries.
    """
    header, closing = (_lesson_texts if kind == "lesson" else _lab_texts)(syllabus, lesson)
    extras = f"[{','.join(lesson.extras)}]" if lesson.extras else ""
    setup = SETUP.format(repository=syllabus.repository, branch=syllabus.branch, extras=extras)
    # The page begins with its question; the set-up stands where the first code would.
    first = next((place for place, cell in enumerate(cells) if cell["kind"] == "code"), 0)
    return [
        _cell("markdown", header, "header"), *cells[:first],
        _cell("code", setup, "setup", tags=["setup"], **FOLDED), *map(_folded, cells[first:]),
        _cell("markdown", closing, "closing"),
    ]


def _folded(cell):
    """Fold the code of a cell that only asks: it would give the answer away before the card does."""
    asks = cell["kind"] == "code" and only_asks(cell["source"])
    return {**cell, "metadata": {**cell["metadata"], **FOLDED}} if asks else cell


def only_asks(code):
    """Return True if a cell's code is one call of ``predict`` or ``quiz``."""
    if not code.startswith(("predict(", "quiz(")):
        return False
    try:
        statements = ast.parse(code).body
    except SyntaxError:  # lint says so
        return False
    return len(statements) == 1 and isinstance(getattr(statements[0], "value", None), ast.Call)


def frame_of(cell):
    """Return "header", "setup" or "closing" for a notebook's frame cell, None for an own cell."""
    noted = cell.get("metadata", {}).get("layerwise", {})
    return noted.get("frame") if isinstance(noted, dict) else None


def colab(syllabus, path):
    """Return the address that opens a file of the repository in Colab."""
    place = syllabus.repository.removeprefix("https://github.com/").removesuffix(".git")
    return f"https://colab.research.google.com/github/{place}/blob/{syllabus.branch}/{path}"


def label(lesson):
    """Return a lesson's name as pages show it: ``02 · Neural networks``."""
    return f"{lesson.number} · {lesson.title}"


def _cell(kind, text, frame, **metadata):
    return {"kind": kind, "source": text, "metadata": {"layerwise": {"frame": frame}, **metadata}}


def _lesson_texts(syllabus, lesson):
    before, after = syllabus.neighbours(lesson)
    part = syllabus.part(lesson.part)
    facts = [f"Part {part.number}: {part.title}", *_minutes(lesson.minutes)]
    facts += [f"{text} with everything run" for text in cost(syllabus, "lesson", lesson.id)]
    if lesson.lab:
        facts.append(f"[Lab](../labs/{lesson.lab}.ipynb)")
    facts.append(f"[Open in Colab]({colab(syllabus, f'notebooks/{lesson.id}.ipynb')})")
    ways = [f"← [{label(before)}]({before.id}.ipynb)"] if before else []
    ways += [f"[{label(after)}]({after.id}.ipynb) →"] if after else []
    header = _header(part, label(lesson), facts, ways)
    closing = ["---"]
    if lesson.lab:
        minutes = "".join(f", {text}" for text in _minutes(lesson.lab_minutes))
        closing.append(f"**Now you.** Write what you have just seen: [the lab](../labs/{lesson.lab}.ipynb){minutes}.")
    closing.append(_next(after, ""))
    return header, "\n\n".join(closing)


def _lab_texts(syllabus, lesson):
    _, after = syllabus.neighbours(lesson)
    part = syllabus.part(lesson.part)
    facts = [
        f"Lab to lesson [{label(lesson)}](../notebooks/{lesson.id}.ipynb)", *_minutes(lesson.lab_minutes),
        *(f"{text} with every answer in" for text in cost(syllabus, "lab", lesson.lab)),
        f"[Open in Colab]({colab(syllabus, f'labs/{lesson.lab}.ipynb')})",
    ]
    header = _header(part, f"Lab {label(lesson)}", facts, [])
    back = f"**Back** to the lesson: [{label(lesson)}](../notebooks/{lesson.id}.ipynb)."
    return header, "\n\n".join(["---", back, _next(after, "../notebooks/")])


def _header(part, title, facts, ways):
    lines = [f'<img src="{_data_uri(banner(part))}" alt="{alt(part)}" width="100%">', f"# {title}", " · ".join(facts)]
    if ways:
        lines.append(" · ".join(ways))
    return "\n\n".join(lines)


def cost(syllabus, kind, name):
    """Return what ``layerwise run --record`` measured for a notebook in the quick profile: a sentence, or nothing."""
    path = syllabus.root / "records.toml"
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        repair = "Restore it, or delete it and record anew: layerwise run --record"
        raise CourseError(f"{path}: not valid TOML ({error}). {repair}") from None
    measured = kept.get(kind, {}).get(name, {}).get("quick")
    if not measured:
        return []
    return [f"{measured['wall_seconds']} s on {measured['cores']} cores, {measured['memory_mb'] / 1000:.1f} GB"]


def _minutes(minutes):
    return [f"about {minutes} minutes"] if minutes else []


def _next(after, folder):
    if after is None:
        return "This is the last lesson so far."
    return f"**Next.** [{label(after)}]({folder}{after.id}.ipynb): {after.summary[0].lower()}{after.summary[1:]}"


def _data_uri(svg):
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def alt(part):
    """Return what a part's drawing shows, for people who cannot see it."""
    title = html.escape(part.title)
    return f"Part {part.number}, {title}: {_sheets(part)} translucent layers of nodes, joined by thin lines"


def _sheets(part):
    return 2 + part.number


def banner(part):
    """Return the drawing of a part as SVG: translucent layers of nodes, one more for each part.

    Args:
        part: The ``Part``.

    Returns:
        An SVG document without a script, a font file or anything else from outside.
    """
    sheets = _sheets(part)
    step = min(84, 470 // (sheets - 1))
    left = _WIDTH - 96 - step * (sheets - 1)
    columns = [_nodes(left + step * place, 3 + (place * 2 + part.number) % 3) for place in range(sheets)]
    lines = "".join(
        f"M{x} {y}L{u} {v}" for first, second in itertools.pairwise(columns)
        for x, y in first for u, v in second
    )
    title = f"Part {part.number} · {part.title}"
    drawing = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="10" fill="{theme.PAPER}"/>',
        f'<g font-family="{theme.FONT}" fill="{theme.INK}">',
        '<text x="36" y="55" font-size="26" font-weight="600">Layerwise</text>',
        f'<text x="36" y="83" font-size="16" fill="{theme.MUTED}">{html.escape(title)}</text></g>',
    ]
    # Sheets at the back, then the lines, faint enough to read as light, then the nodes.
    marks = []
    for place, nodes in enumerate(columns):
        colour, x = theme.PALETTE[place % 5], left + step * place
        drawing.append(
            f'<path d="M{x - 22} 27L{x + 22} 11V93L{x - 22} 109Z" fill="{colour}" fill-opacity=".16" '
            f'stroke="{colour}" stroke-opacity=".55"/>'
        )
        circles = "".join(f'<circle cx="{x}" cy="{y}" r="4.5"/>' for x, y in nodes)
        marks.append(f'<g fill="{colour}">{circles}</g>')
    drawing.append(f'<path d="{lines}" stroke="{theme.INK}" stroke-opacity=".22" stroke-width=".8" fill="none"/>')
    return "".join([*drawing, *marks, "</svg>"])


def _nodes(x, count):
    gap = 68 / count
    return [(x, round(26 + gap * (place + 0.5), 1)) for place in range(count)]
