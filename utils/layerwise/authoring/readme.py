"""The lesson table of README.md, made from the syllabus."""

from layerwise.authoring import frame

BEGIN, END = "<!-- lessons:begin -->", "<!-- lessons:end -->"


def table(syllabus):
    """Return the lesson table: a heading and a table for each part that has lessons."""
    blocks = []
    for part in syllabus.parts:
        lessons = [lesson for lesson in syllabus.lessons if lesson.part == part.number]
        if lessons:
            rows = ["| Lesson | | Minutes | Computing | Lab | Colab |", "|---|---|---|---|---|---|"]
            rows += [_row(syllabus, lesson) for lesson in lessons]
            blocks.append(f"### Part {part.number}: {part.title}\n\n" + "\n".join(rows))
    return "\n\n".join(blocks)


def fill(text, syllabus):
    """Return README's text with the table between its marks, or None when the marks are not there."""
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 or end < begin:
        return None
    return f"{text[: begin + len(BEGIN)]}\n{table(syllabus)}\n{text[end:]}"


def _row(syllabus, lesson):
    lab = f"[lab](labs/{lesson.lab}.ipynb)" if lesson.lab else ""
    if lab and lesson.lab_minutes:
        lab += f", {lesson.lab_minutes} min"
    notebook = f"notebooks/{lesson.id}.ipynb"
    link = f"[{frame.label(lesson)}]({notebook})"
    cost = "".join(frame.cost(syllabus, "lesson", lesson.id))
    colab = f"[open]({frame.colab(syllabus, notebook)})"
    return f"| {link} | {lesson.summary} | {lesson.minutes or ''} | {cost} | {lab} | {colab} |"
