"""Grade a folder of notebooks: every submission in a process of its own, every point with its reason."""

import contextlib
import hashlib
import json
import os
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from layerwise.check import cards, engine
from layerwise.check.engine import NOT_TRIED, NOT_YET, Verdict
from layerwise.check.exercise import known, load
from layerwise.grading.pieces import Notebook
from layerwise.grading.session import Ended, Zygote

DEFINING = 30
"""Seconds that a submission may take to define one answer, with the data that it loads."""

PRELOADED = ("numpy", "scipy", "pandas", "sklearn", "keras")
"""Packages imported once for all submissions of a lab that uses them."""


@dataclass(frozen=True)
class Result:
    """What one exercise of one submission is worth, and why.

    Args:
        exercise: Such as "02.softmax".
        points, possible: What it got, and what it can give.
        verdict: A `layerwise.check.engine.Verdict`, without the values that it was found on.
        cell: Number of the cell that holds the answer, or None.
        text, html: What the card in the notebook says.
    """

    exercise: str
    points: float
    possible: float
    verdict: Verdict
    cell: int | None = None
    text: str = ""
    html: str = ""


@dataclass(frozen=True)
class Grade:
    """All results of one submission."""

    learner: str
    lab: str | None
    path: Path
    results: tuple = ()
    problem: str = ""
    cells: dict = field(default_factory=dict)

    @property
    def points(self):
        """The sum over the exercises."""
        return sum(result.points for result in self.results)

    @property
    def possible(self):
        """What the lab can give."""
        return sum(result.possible for result in self.results)


def grade(submissions, *, secret=None, jobs=None, shut_in=True, limits=None, given=None, watch=None):
    """Return a `Grade` for each submission, in their order.

    Args:
        submissions: A list of `layerwise.grading.submission.Submission`.
        secret: A text from which the inputs of the checks are drawn; the same secret gives the same ones. Fresh when
            None.
        jobs: How many submissions are graded at the same time; one for each core when None.
        shut_in: Whether to shut submissions in; see `layerwise.grading.sandbox`.
        limits: What a submission may use, a `layerwise.grading.sandbox.Limits`.
        given: Function from a lab's number to the sources of the cells that were handed out; what a learner has
            deleted is taken from there.
        watch: Called with each `Grade` as soon as it is there.
    """
    secret = secrets.token_hex(16) if secret is None else secret
    jobs = jobs or os.cpu_count() or 1
    grades, lock = {}, threading.Lock()
    labs = {lab: exercises_of(lab) for lab in {one.lab for one in submissions if one.lab}}

    def done(number, result):
        with lock:
            grades[number] = result
            if watch:
                watch(result)

    for number, one in enumerate(submissions):
        if one.problem or not labs.get(one.lab):
            problem = one.problem or "No check says which lab this is, and its name does not either."
            done(number, Grade(one.learner, one.lab, one.path, problem=problem))
    zygotes = {}
    with ThreadPoolExecutor(jobs) as pool, contextlib.ExitStack() as open_ones:
        for lab, exercises in sorted(labs.items()):
            waiting = [(n, one) for n, one in enumerate(submissions) if one.lab == lab and n not in grades]
            if not waiting:
                continue
            cells = list(given(lab)) if given else []
            trials = {each.id: engine.prepare(each, seed_of(secret, each.id)) for each in exercises}
            modules = tuple(used(cells, exercises))
            if modules not in zygotes:
                zygotes[modules] = open_ones.enter_context(Zygote(modules, limits=limits, shut_in=shut_in))

            def work(pair, zygote=zygotes[modules], exercises=exercises, trials=trials, cells=cells):
                done(pair[0], grade_one(zygote, pair[1], exercises, trials, cells, secret=secret))

            list(pool.map(work, waiting))
    return [grades[number] for number in range(len(submissions))]


def grade_one(zygote, one, exercises, trials, given, *, secret):
    """Return the `Grade` of one submission."""
    results, waiting, cells = [], list(exercises), [list(pair) for pair in one.cells]
    while waiting:
        with zygote.session() as session:
            if session.problem:
                return Grade(one.learner, one.lab, one.path, problem=f"No process for it: {session.problem}.")
            try:
                found = session.read(cells, given, [(each.id, each.answer) for each in exercises])
            except Ended as error:
                problem = f"Its cells could not be read: {error.outcome.message or error.outcome.kind}."
                return Grade(one.learner, one.lab, one.path, problem=problem)
            while waiting and not session.ended:
                exercise = waiting.pop(0)
                verdict = judged(session, exercise, found.get(exercise.id), trials[exercise.id])
                if verdict.state == NOT_YET:
                    session.end()  # whatever a wrong answer did to its process, the next one begins anew
                verdict.seed = seed_of(secret, exercise.id)
                results.append(_result(exercise, verdict, found.get(exercise.id)))
    return Grade(one.learner, one.lab, one.path, tuple(results), cells=dict(one.cells))


def _result(exercise, verdict, found):
    cell = found.get("cell") if type(found) is dict else None
    text, page = cards.verdict_text(verdict, exercise), cards.verdict_html(verdict, exercise)
    # The inputs may be thousands of pictures, and a class has many submissions.
    verdict.case = verdict.expected = verdict.came = None
    return Result(
        exercise.id, exercise.points if verdict else 0, exercise.points, verdict,
        cell if type(cell) is int and cell > 0 else None, text, page,
    )


def judged(session, exercise, found, trials):
    """Return the verdict on one answer."""
    verdict = Verdict(exercise.id, NOT_YET, title=exercise.title)
    state = found.get("state") if type(found) is dict else None
    if state == "missing":
        verdict.state, verdict.reason = NOT_TRIED, "not tried"
        verdict.message = f"No cell defines {exercise.answer}."
        return verdict
    if state == "broken":
        verdict.reason = "error"
        verdict.message = f"The cell that defines {exercise.answer} does not run. {found.get('message', '')}"
        return verdict
    try:
        answer = session.answer(exercise.id, seconds=max(DEFINING, exercise.seconds))
    except Ended as error:
        verdict.reason = error.outcome.kind
        verdict.message = _defining(exercise, error.outcome)
        verdict.line, verdict.code = error.outcome.line, error.outcome.code
        return verdict
    return engine.judge(exercise, answer, seed=0, call=session.use, trials=trials)


def _defining(exercise, outcome):
    """Say how the cells of an answer ended that did not define it."""
    if outcome.kind == "timeout":
        return f"The cells that {exercise.answer} needs took longer than {DEFINING} seconds."
    place = f" It came up in line {outcome.line}: {outcome.code}." if outcome.line else ""
    error = f"{outcome.error}: {outcome.message}".strip(": ") or outcome.kind
    return f"The cells that {exercise.answer} needs do not run. {error}.{place}"


def exercises_of(lab):
    """Return the exercises of a lab by its number, in the lab's order of names."""
    return [load(name) for name in known() if name.startswith(f"{lab}.")]


def seed_of(secret, exercise):
    """Return the whole number from which the inputs of an exercise are drawn."""
    return int.from_bytes(hashlib.sha256(f"{secret}:{exercise}".encode()).digest()[:4], "big")


def used(given, exercises):
    """Return what our own solutions of a lab's exercises import from the packages in `PRELOADED`.

    Another module that a learner's answer imports is imported in that learner's process.
    """
    notebook = Notebook([(number, each.solution) for number, each in enumerate(exercises, 1)], given)
    needed = set()
    for each in exercises:
        if notebook.find(each.id, each.answer)["state"] == "found":
            needed |= notebook.imports(each.id)
    return sorted(name for name in needed if name.partition(".")[0] in PRELOADED)


def handed_out(root):
    """Return a function from a lab's number to the code cells of its learner's notebook in a checkout."""

    def given(lab):
        for path in sorted(Path(root).glob(f"labs/{lab}_*.ipynb")):
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        return []

    return given
