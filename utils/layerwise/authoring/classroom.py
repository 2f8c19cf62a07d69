"""Make a course for nbgrader from the labs' sources: its settings, and an assignment for each lab."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from layerwise import files
from layerwise.authoring import syllabus
from layerwise.authoring.build import lab
from layerwise.authoring.notebooks import about, load, text_of
from layerwise.suggest import CourseError

SETTINGS = '''\
# Settings of nbgrader for this course. `layerwise nbgrader` writes this file once; it is yours to change.
c = get_config()

c.CourseDirectory.course_id = "layerwise"

# What learners find in place of a solution.
c.ClearSolutions.code_stub = {"python": "# Your code here.\\nraise NotImplementedError"}

# Notebooks that were damaged on their way are opened all the same, and their cells put right.
c.Autograde.exporter_class = "layerwise.grading.nbgrading.Opener"
c.Autograde.sanitize_preprocessors = [
    "layerwise.grading.nbgrading.Mend",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Judge runs submissions in a process of their own that is shut in, in place of nbgrader's Execute, which runs them
# with your rights.
c.Autograde.autograde_preprocessors = [
    "layerwise.grading.nbgrading.Judge",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# The same secret draws the same inputs again. Better in the environment, as LAYERWISE_SECRET.
# c.Judge.secret = ""
'''


@dataclass
class Report:
    """What was done; paths are relative to the course's folder."""

    written: list = field(default_factory=list)
    unchanged: list = field(default_factory=list)
    kept: list = field(default_factory=list)
    """Files that differ from what would be written because somebody changed them."""


def make(root, folder, *, lessons=None):
    """Write an nbgrader course, or bring one up to date. A file that somebody changed stays as it is.

    Args:
        root: The checkout.
        folder: The course; made when it is not there. Nothing but the settings and ``source`` is touched in it.
        lessons: Ids of the lessons whose labs are wanted, or their beginnings; all when None.

    Returns:
        A ``Report``.

    Raises:
        CourseError: When a source is wrong or a file cannot be written.
    """
    course, report, folder = syllabus.load(root), Report(), Path(folder)
    chosen = [course.lesson(name) for name in lessons] if lessons else course.lessons
    without = [lesson.id for lesson in chosen if not lesson.lab]
    if lessons and without:
        raise CourseError(f"{', '.join(without)}: no lab belongs to it. Name lessons that have one, or none for all.")
    # The settings are nobody's but the reader's after the first time: what changed in them cannot be told from ours.
    _place(folder, "nbgrader_config.py", SETTINGS, report, ours=lambda path: False)
    for lesson in chosen:
        if lesson.lab:
            text = signed(lab(lesson, course=course, instructor=True))
            _place(folder, f"source/{lesson.lab}/{lesson.lab}.ipynb", text, report, ours=untouched)
    return report


def signed(notebook):
    """Return a notebook's text with a hash of itself, from which `untouched` sees whether somebody changed it."""
    about(notebook).pop("signed", None)
    about(notebook)["signed"] = hashlib.sha256(text_of(notebook).encode()).hexdigest()
    return text_of(notebook)


def untouched(path):
    """Return True for a notebook that is as `make` wrote it, points and all."""
    try:
        notebook = load(path)
    except CourseError:
        return False
    noted = about(notebook).get("signed")
    return noted is not None and json.loads(signed(notebook))["metadata"]["layerwise"]["signed"] == noted


def _place(folder, path, text, report, *, ours):
    target = folder / path
    if target.exists() and target.read_bytes() == text.encode():
        report.unchanged.append(path)
    elif target.exists() and not ours(target):
        report.kept.append(path)
    else:
        files.write(target, text)
        report.written.append(path)
