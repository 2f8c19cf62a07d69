"""Our part in nbgrader: three pieces that its settings name; `layerwise nbgrader` writes such settings.

| piece | where | what it does |
|---|---|---|
| Opener | ``Autograde.exporter_class`` | opens whatever was handed in |
| Mend | first of ``Autograde.sanitize_preprocessors`` | puts cells right; see `layerwise.grading.mending` |
| Judge | in ``Autograde.autograde_preprocessors``, in place of Execute | the points, with their reasons |

No code of a learner runs in nbgrader's process, and no kernel is started: `Judge` asks `layerwise.grading.grade`.
"""

import contextlib
import json
import os
import secrets
import weakref
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Unicode, default

from layerwise import show
from layerwise.check import VERDICT_MIME, engine
from layerwise.check.cards import HEADS, KINDS
from layerwise.grading import grade, mending, submission
from layerwise.grading.session import Zygote
from layerwise.suggest import CourseError

CHECK = "_check"
"""Ending of nbgrader's names for cells that check: "02_dense_check" belongs to the exercise "02.dense"."""


class Opener(NotebookExporter):
    """Open whatever was handed in: what is broken as far as it can be read, and what is no notebook as an empty one.

    nbgrader itself would leave such a submission without grades; here `Judge` says in each cell what is wrong.
    """

    def from_file(self, file_stream, resources=None, **kw):
        """Convert the notebook in an open file."""
        path = Path(file_stream.name)
        try:
            if path.stat().st_size > submission.MOST:
                raise ValueError("too large")
            book = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
            nbformat.validate(book, relax_add_props=True)
            nbformat.writes(book).encode()  # half a character cannot be written again
        except Exception:  # whatever a broken file makes of a reader that expects a whole one
            book = salvaged(path)
        return self.from_notebook_node(book, resources=resources, **kw)


def salvaged(path):
    """Return the cells of a broken notebook as a whole one; without cells where there are none to be found."""
    if submission.read(path, learner="").problem:
        return new_notebook()
    found = submission.entries(json.loads(Path(path).read_bytes().decode("utf-8", errors="replace")))
    whole = [(kind, text.encode(errors="replace").decode()) for kind, text, _ in found]
    cells = [new_code_cell(text) if kind == "code" else new_markdown_cell(text) for kind, text in whole]
    return new_notebook(cells=cells)


class Mend(NbGraderPreprocessor):
    """Give the cells of a submission the metadata that nbgrader needs, from its own database.

    Metadata that a learner's notebook brings for other cells is taken off: nobody adds a cell that gives points.
    """

    def preprocess(self, nb, resources):
        """Mend one notebook."""
        places, marks = places_of(resources["nbgrader"])
        cells = [mending.Cell(cell.cell_type, cell.source, _name(cell)) for cell in nb.cells]
        mended = []
        for number, place in mending.mend(cells, places):
            if number is None:
                new = new_code_cell if place.kind == "code" else new_markdown_cell
                cell = new(mending.added(place))
                self.log.warning("No cell of the notebook is '%s': added", place.name)
            else:
                cell = nb.cells[number]
            cell.metadata.pop("nbgrader", None)
            if place is not None:
                cell.metadata["nbgrader"] = marks[place.name]
            mended.append(cell)
        nb.cells = mended
        return nb, resources


def _name(cell):
    marks = cell.metadata.get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else ""


def places_of(about):
    """Return the places of a notebook of an assignment, and nbgrader's metadata for each by its name.

    Args:
        about: Dict of nbgrader's with ``db_url``, ``assignment`` and ``notebook``.
    """
    places, marks = [], {}
    with Gradebook(about["db_url"]) as book:
        notebook = book.find_notebook(about["notebook"], about["assignment"])
        points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
        solutions = {cell.name for cell in notebook.solution_cells}
        tasks = {cell.name for cell in notebook.task_cells}
        for cell in notebook.source_cells:
            name, kind = cell.name, cell.cell_type
            exercise = exercise_of(name.removesuffix(CHECK))
            checks = name.endswith(CHECK) and name not in solutions
            answer = engine.load(exercise).answer if exercise and name in solutions else ""
            places.append(mending.Place(
                name, kind, cell.source, locked=bool(cell.locked) or name in tasks, answer=answer,
                exercise=exercise if checks else "",
            ))
            marks[name] = {
                "schema_version": 3, "grade_id": name, "cell_type": kind, "solution": name in solutions,
                "grade": name in points and name not in tasks, "task": name in tasks, "locked": bool(cell.locked),
                **({"points": points[name]} if name in points else {}),
                **({"checksum": cell.checksum} if cell.checksum else {}),
            }
    return places, marks


def exercise_of(name):
    """Return the exercise that nbgrader's name of a cell stands for, or "".

    Example:
        >>> exercise_of("02_cross_entropy")
        '02.cross_entropy'
    """
    exercise = name.replace("_", ".", 1)
    return exercise if exercise in engine.known() else ""


class Judge(NbGraderPreprocessor):
    """Write the verdict on each exercise into the cell that checks it, where nbgrader finds the points.

    The file that was handed in is judged, not what has been made of it: the same as ``layerwise grade`` judges. A
    right answer leaves its card, any other an error too, which is what nbgrader takes for no points.
    """

    secret = Unicode(
        help="The inputs of the checks are drawn from this text. From the environment variable LAYERWISE_SECRET when "
        "it is empty, and fresh ones for each run where that is empty too."
    ).tag(config=True)
    shut_in = Bool(
        True, help="Whether submissions are shut in. Without, limits hold, but a submission may read your files."
    ).tag(config=True)

    @default("secret")
    def _secret(self):
        return os.environ.get("LAYERWISE_SECRET", "")

    def preprocess(self, nb, resources):
        """Judge one notebook."""
        about, converter = resources["nbgrader"], self.parent.parent
        cells = {}
        for cell in nb.cells:
            if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
                cells[self._exercise(cell.metadata.nbgrader.grade_id)] = cell
        folder = converter.coursedir.format_path(
            converter.coursedir.submitted_directory, about["student"], about["assignment"]
        )
        one = submission.read(Path(folder) / f"{about['notebook']}.ipynb", learner=about["student"])
        run = _RUNS.get(converter)
        if run is None:
            run = _RUNS[converter] = Run(secret=self.secret or secrets.token_hex(16), shut_in=self.shut_in)
            weakref.finalize(converter, run.close)
        given = released(converter.coursedir, about)
        if given is None:
            self.log.warning("No released notebook is here: what a learner has deleted of it will be missing")
        judged = run.grade(one, list(cells), given or [])
        results = {result.exercise: result for result in judged.results}
        for exercise, cell in cells.items():
            cell.outputs = outputs(results.get(exercise), judged.problem, cell.metadata.nbgrader.points)
        right = sum(cell.metadata.nbgrader.points for name, cell in cells.items() if name in results
                    and results[name].verdict)
        self.log.info("%s: %g points%s", about["student"], right, f" ({judged.problem})" if judged.problem else "")
        return nb, resources

    def _exercise(self, name):
        exercise = exercise_of(name.removesuffix(CHECK)) if name.endswith(CHECK) else ""
        if not exercise:
            # nbgrader gives all points to a cell without an error.
            raise CourseError(
                f'The cell "{name}" gives points, but is no check of an exercise of Layerwise, and Judge runs no other '
                'code. Let it be graded by hand, or put "nbgrader.preprocessors.Execute" in place of Judge for this '
                "assignment, which runs submissions with your rights."
            )
        return exercise


class Run:
    """What all submissions of one run of nbgrader share: the secret, the inputs, and processes to copy.

    Args:
        secret: A text.
        shut_in: Whether submissions are shut in.
    """

    def __init__(self, *, secret, shut_in):
        self._secret, self._shut_in = secret, shut_in
        self._open, self._zygotes, self._trials = contextlib.ExitStack(), {}, {}

    def close(self):
        """End the processes."""
        self._open.close()

    def grade(self, one, names, given):
        """Return the `layerwise.grading.grade.Grade` of a submission for the exercises of these names."""
        if one.problem:
            return grade.Grade(one.learner, one.lab, one.path, problem=one.problem)
        exercises = [engine.load(name) for name in names]
        for exercise in exercises:
            if exercise.id not in self._trials:
                seed = grade.seed_of(self._secret, exercise.id)
                self._trials[exercise.id] = engine.prepare(exercise, seed)
        zygote = self._zygote(tuple(grade.used(given, exercises)))
        return grade.grade_one(zygote, one, exercises, self._trials, given, secret=self._secret)

    def _zygote(self, modules):
        if modules in self._zygotes:
            return self._zygotes[modules]
        zygote = self._open.enter_context(Zygote(modules, shut_in=self._shut_in))
        with zygote.session() as session:
            if session.problem:
                raise CourseError(
                    f"Submissions cannot be shut in here ({session.problem}), and none was run. See docs/grading.md; "
                    "c.Judge.shut_in = False grades without."
                )
        self._zygotes[modules] = zygote
        return zygote


_RUNS = weakref.WeakKeyDictionary()


def outputs(result, problem, points):
    """Return the outputs of a cell that checks.

    Args:
        result: A `layerwise.grading.grade.Result`, or None where the whole submission could not be graded.
        problem: Why it could not.
        points: What the cell can give.
    """
    if result is None:
        return [_error("NotGraded", f"{problem} 0 of {points:g} points.")]
    verdict = result.verdict
    record = {"exercise": verdict.exercise, "state": verdict.state, "reason": verdict.reason,
              "misconception": verdict.misconception}
    card = {"text/html": show.framed(result.html, kind=KINDS[verdict.state]), "text/plain": result.text,
            VERDICT_MIME: record}
    shown = [new_output("display_data", card)]
    if not verdict:
        shown.append(_error("".join(HEADS[verdict.state].title().split()), f"0 of {points:g} points"))
    return shown


def _error(name, text):
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def released(coursedir, about):
    """Return the sources of the code cells that were released, or None where the released notebook is gone."""
    folder = coursedir.format_path(coursedir.release_directory, ".", about["assignment"])
    try:
        book = json.loads((Path(folder) / f"{about['notebook']}.ipynb").read_text(encoding="utf-8"))
        return [source for kind, source, _ in submission.entries(book) if kind == "code"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
