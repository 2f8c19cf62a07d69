"""Grades as files: tables for a spreadsheet, a page for each learner, and what no diagnosis explains.

| file | for whom |
|---|---|
| ``grades.csv`` | one row for each submission: points of points |
| ``exercises.csv`` | one row for each exercise of each submission, with the reason for its points |
| ``summary.md`` | the class: how many tried each exercise, how many got there, which mistakes how often |
| ``feedback/LEARNER/LAB.html`` | the learner: the cards of the notebook |
| ``unexplained/EXERCISE/LEARNER.py`` | maintainers: wrong answers that no diagnosis fits; see CONTRIBUTING.md |
| ``run.json`` | whoever grades again: secret, versions, how submissions were shut in |
"""

import csv
import html
import io
import json
from collections import Counter
from pathlib import Path

from layerwise import files, theme
from layerwise.check import misconceptions
from layerwise.check.engine import NOT_TRIED, NOT_YET

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(grades, folder, *, about=None):
    """Write all files of a run.

    Args:
        grades: A list of `layerwise.grading.grade.Grade`.
        folder: Made when it is not there; files of the same names are replaced.
        about: Dict for ``run.json``.
    """
    folder = Path(folder)
    files.write(folder / "grades.csv", table(submissions(grades)))
    files.write(folder / "exercises.csv", table(exercises(grades)))
    files.write(folder / "summary.md", summary(grades))
    for grade in grades:
        files.write(folder / "feedback" / grade.learner / f"{grade.lab or grade.path.stem}.html", feedback(grade))
        for result in grade.results:
            if result.cell and _open(result.verdict):
                place = folder / "unexplained" / result.exercise / f"{grade.learner}.py"
                files.write(place, unexplained(result, grade.cells[result.cell]))
    files.write(folder / "run.json", json.dumps(about or {}, indent=1, ensure_ascii=False) + "\n")


def table(rows):
    """Return rows as CSV text; texts that a spreadsheet would take for a formula begin with an apostrophe.

    Example:
        >>> table([{"learner": "=1+1", "points": -2}])
        "learner,points\\n'=1+1,-2\\n"
    """
    rows, text = list(rows), io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([f"'{v}" if isinstance(v, str) and v.startswith(_FORMULA) else v for v in row.values()])
    return text.getvalue()


def submissions(grades):
    """Yield a row for each submission."""
    for grade in grades:
        yield {
            "learner": grade.learner, "lab": grade.lab or "", "points": grade.points, "possible": grade.possible,
            "problem": grade.problem, "file": str(grade.path),
        }


def exercises(grades):
    """Yield a row for each exercise of each submission."""
    for grade in grades:
        for result in grade.results:
            verdict = result.verdict
            yield {
                "learner": grade.learner, "lab": grade.lab, "exercise": result.exercise, "points": result.points,
                "possible": result.possible, "state": verdict.state, "reason": verdict.reason,
                "misconception": verdict.misconception or "", "cell": result.cell or "",
                "message": " ".join(part for part in (verdict.explanation, verdict.message) if part),
            }


def statistics(grades):
    """Return for each exercise how many handed it in, tried it, got there, and how often each mistake came.

    Returns:
        A dict by exercise of dicts with ``handed_in``, ``tried``, ``right``, ``misconceptions`` (a dict, most frequent
        first) and ``unexplained``.
    """
    found = {}
    for result in (result for grade in grades for result in grade.results):
        one = found.setdefault(
            result.exercise, {"handed_in": 0, "tried": 0, "right": 0, "misconceptions": Counter(), "unexplained": 0}
        )
        one["handed_in"] += 1
        one["tried"] += result.verdict.state != NOT_TRIED
        one["right"] += bool(result.verdict)
        if result.verdict.misconception:
            one["misconceptions"][result.verdict.misconception] += 1
        one["unexplained"] += _open(result.verdict)
    for one in found.values():
        one["misconceptions"] = dict(one["misconceptions"].most_common())
    return dict(sorted(found.items()))


def summary(grades):
    """Return the class in one page of Markdown."""
    lines = ["# Grades", ""]
    graded = [grade for grade in grades if not grade.problem]
    lines += [f"{len(graded)} submissions graded, {len(grades) - len(graded)} could not be.", ""]
    lines += ["| exercise | tried | got there | mistakes recognised | without a diagnosis |", "|---|---|---|---|---|"]
    for name, one in statistics(grades).items():
        mistakes = ", ".join(f"{key} ({count})" for key, count in one["misconceptions"].items())
        tried, right = (f"{one[key]} of {one['handed_in']}" for key in ("tried", "right"))
        lines.append(f"| {name} | {tried} | {right} | {mistakes or '–'} | {one['unexplained'] or '–'} |")
    met = misconceptions.tally(
        (grade.learner, result.exercise, result.verdict.misconception, result.verdict.reason)
        for grade in graded for result in grade.results
    )
    if met:
        lines += ["", "## Misconceptions over all exercises", ""]
        lines += [f"- {misconceptions.in_words(count, of=len({grade.learner for grade in graded}))}" for count in met]
    problems = [f"- {grade.learner}: {grade.problem}" for grade in grades if grade.problem]
    return "\n".join([*lines, *(["", "## Could not be graded", "", *problems] if problems else [])]) + "\n"


def feedback(grade):
    """Return a page for one learner: each exercise's card as the notebook shows it, and its points."""
    parts = [f"<h1>Lab {html.escape(grade.lab or '')}: {grade.points:g} of {grade.possible:g} points</h1>"]
    if grade.problem:
        parts = [f"<h1>Not graded</h1><p>{html.escape(grade.problem)}</p>"]
    for result in grade.results:
        kind = "right" if result.verdict else "not-yet" if result.verdict.state == NOT_YET else "not-tried"
        parts.append(
            f"<h2>{html.escape(result.exercise)} · {result.points:g} of {result.possible:g}</h2>"
            f"<div class='layerwise layerwise-card layerwise-{kind}'>{result.html}</div>"
        )
    style = theme.CSS + "body{max-width:52rem;margin:2rem auto;padding:0 1rem;font-family:system-ui,sans-serif}"
    head = f"<meta charset='utf-8'><title>{html.escape(grade.learner)}</title><style>{style}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _open(verdict):
    """Return True for a wrong answer that the exercise's own diagnosis does not know."""
    return verdict.state == NOT_YET and (verdict.misconception or "any.").startswith("any.")


def unexplained(result, source):
    """Return a wrong answer as a maintainer needs it: the cell, and what was seen."""
    seen = "\n".join(f"# {line}".rstrip() for line in result.text.splitlines())
    return f"# {result.exercise}, inputs from seed {result.verdict.seed}\n{seen}\n\n{source.rstrip()}\n"
