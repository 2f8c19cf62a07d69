"""Tables in pages that people write: lessons in README.md, data sets and misconceptions in docs."""

import re

from layerwise.authoring import frame
from layerwise.check import misconceptions as catalogue
from layerwise.data import _card


def lessons(syllabus):
    """Return the lesson table: a heading and a table for each part that has lessons."""
    blocks = []
    for part in syllabus.parts:
        lessons = [lesson for lesson in syllabus.lessons if lesson.part == part.number]
        if lessons:
            rows = ["| Lesson | | Minutes | Computing | Lab | Colab |", "|---|---|---|---|---|---|"]
            rows += [_row(syllabus, lesson) for lesson in lessons]
            blocks.append(f"### Part {part.number}: {part.title}\n\n" + "\n".join(rows))
    return "\n\n".join(blocks)


def data(folder):
    """Return the table of data sets, made from the cards under a folder, each kind of data under a heading."""
    cards = [_card.read(path.parent.name, folder) for path in sorted(folder.glob("*/card.toml"))]
    blocks = []
    for kind, heading in _KINDS.items():
        rows = [_data_row(card) for card in cards if card.kind == kind]
        if rows:
            head = ["| `data.load(...)` | What it is | Sources | Licence |", "|---|---|---|---|"]
            blocks.append(f"### {heading}\n\n" + "\n".join([*head, *rows]))
    return "\n\n".join(blocks)


_KINDS = {
    "pictures": "Pictures", "photos": "Photos in folders", "scenes": "Scenes with boxes and masks", "scans": "Scans",
    "video": "Video", "sound": "Sound", "text": "Text", "table": "Tables", "series": "Series",
}


def _data_row(card):
    where = re.findall(r"https?://[^\s,;)]+", card.origin)
    title = f"[{card.title}]({where[0]})" if where else card.title
    licence = re.sub(r"\s*\([^)]*\)|\s*https?://\S+", "", card.licence)
    licence = re.split(r"\.\s+(?=[A-Z])", licence)[0].strip(" ,.;")  # the card has the rest
    return f'| `"{card.name}"` | {title} | {", ".join(card.sources)} | {licence} |'


def misconceptions(path, syllabus):
    """Return the catalogue in a file as tables, each theme under a heading."""
    entries = catalogue.read(path).values()
    blocks = []
    for theme in dict.fromkeys(entry.theme for entry in entries):
        head = ["| What | What is believed | How to see through it | Lesson | Seen in |", "|---|---|---|---|---|"]
        rows = [_misconception(entry, syllabus) for entry in entries if entry.theme == theme]
        blocks.append(f"### {theme}\n\n" + "\n".join([*head, *rows]))
    return "\n\n".join(blocks)


def _misconception(entry, syllabus):
    lesson = syllabus.lesson(entry.lesson).id
    seen = [
        f"{'any exercise' if exercise == catalogue.GENERAL else f'`{exercise}`'} {', '.join(keys)}"
        for exercise, keys in entry.seen.items()
    ]
    name = entry.name[0].upper() + entry.name[1:]
    link = f"[{lesson[:2]}](../notebooks/{lesson}.ipynb)"
    return f"| **{name}** | {entry.belief} | {entry.look} | {link} | {'; '.join(seen)} |"


def fill(text, mark, table):
    """Return a page's text with a table between its marks, or None when the marks are not there.

    Example:
        >>> fill("a <!-- x:begin --> old <!-- x:end --> b", "x", "new")
        'a <!-- x:begin -->\\nnew\\n<!-- x:end --> b'
    """
    begin, end = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    start, stop = text.find(begin), text.find(end)
    if start < 0 or stop < start:
        return None
    return f"{text[: start + len(begin)]}\n{table}\n{text[stop:]}"


def _row(syllabus, lesson):
    lab = f"[lab](labs/{lesson.lab}.ipynb)" if lesson.lab else ""
    if lab and lesson.lab_minutes:
        lab += f", {lesson.lab_minutes} min"
    notebook = f"notebooks/{lesson.id}.ipynb"
    link = f"[{frame.label(lesson)}]({notebook})"
    cost = "".join(frame.cost(syllabus, "lesson", lesson.id))
    colab = f"[open]({frame.colab(syllabus, notebook)})"
    return f"| {link} | {lesson.summary} | {lesson.minutes or ''} | {cost} | {lab} | {colab} |"
