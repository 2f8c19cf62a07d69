"""The command ``layerwise grade``: grade a folder, show how far it is, write the tables."""

import os
import secrets
from pathlib import Path

from layerwise.grading import grade as grading
from layerwise.grading import report, sandbox, submission
from layerwise.suggest import CourseError


def run(root, folder, output, *, secret=None, jobs=None, unprotected=False, console=None):
    """Grade the submissions in a folder and write the results.

    Args:
        root: The checkout: what was handed out is taken from its ``labs/``.
        folder: A folder of notebooks, or one notebook.
        output: Where the tables and pages go.
        secret: A text from which the inputs are drawn; fresh when None.
        jobs: Submissions at the same time; one for each core when None.
        unprotected: Go on where submissions cannot be shut in.
        console: A ``rich.console.Console``, for tests.

    Returns:
        The exit code: 0, or 1 when a submission could not be graded.

    Raises:
        CourseError: When there is nothing to grade, or submissions cannot be shut in.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = console or Console()
    if not Path(folder).exists():
        raise CourseError(f"{folder} does not exist. Name a folder with the notebooks that were handed in.")
    found = submission.find(folder)
    if not found:
        raise CourseError(f"{folder} holds no notebooks (*.ipynb). Name the folder that they were handed in to.")
    if not hasattr(os, "fork"):
        raise CourseError("Grading needs Linux or macOS. On Windows, use WSL or a container: see docs/grading.md.")
    held = sandbox.guarantees()
    if held["problem"] and not unprotected:
        raise CourseError(
            f"Submissions cannot be shut in here ({held['problem']}), so their code could read and change your files. "
            "Grade on Linux, or in a container that allows user namespaces; or add --unprotected if you trust them."
        )
    secret = secrets.token_hex(16) if secret is None else secret
    columns = TextColumn("{task.description}"), BarColumn(bar_width=32), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("grading", total=len(found))
        grades = grading.grade(
            found, secret=secret, jobs=jobs, shut_in=not held["problem"], given=grading.handed_out(root),
            watch=lambda _: bar.advance(task),
        )
    report.write(grades, output, about={"secret": secret, "guarantees": held})
    for grade in grades:
        points = grade.problem or f"{grade.points:g} of {grade.possible:g}"
        console.print(f"{grade.learner:24} {grade.lab or '–':4} {points}", markup=False, highlight=False)
    console.print(f"Tables and pages: {output}. They hold names and grades: keep them out of git.", highlight=False)
    return 1 if any(grade.problem for grade in grades) else 0
