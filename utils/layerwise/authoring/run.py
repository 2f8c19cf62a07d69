"""Run lessons and labs, measure them, and hold them against ``syllabus.toml``: ``layerwise run``."""

import ast
import importlib.util
import os
import tempfile
from pathlib import Path

from layerwise.authoring import build, notebooks, run_judge, run_measure, run_pool, run_progress, run_report
from layerwise.authoring.syllabus import PROFILES, load
from layerwise.suggest import CourseError, nearest

BACKENDS = ("tensorflow", "jax", "torch")
CELL_SECONDS = {"smoke": 300, "quick": 900, "full": None}
"""Seconds that one cell may take before the run gives it up; a full run may take as long as it needs."""


def run(root, lessons=(), *, profile="quick", jobs=1, record=False, labs=True, output=None, backend=None):
    """Execute notebooks, measure them and say whether they kept what the syllabus promises.

    Each notebook runs in a process of its own, in a kernel that starts fresh; labs run in the
    instructor's version, in which every check must say "right". Nobody's own progress is touched.

    Args:
        root: The folder that holds ``syllabus.toml``.
        lessons: Ids or their beginnings, such as ``["02"]``; none for all.
        profile: "smoke", "quick" or "full". Targets are asserted in quick and full only.
        jobs: How many notebooks run at the same time. CPU seconds are truest with 1.
        record: Keep the figures of those that passed in ``records.toml``, for the pages.
        labs: Run the lessons' labs too.
        output: Folder for the executed notebooks, ``report.json`` and ``report.md``;
            default ``build/runs/<profile>``.
        backend: "tensorflow", "jax" or "torch"; default what ``KERAS_BACKEND`` says, else "tensorflow".

    Returns:
        0 if all notebooks passed, else 1.

    Raises:
        CourseError: For an unknown lesson, profile or backend, or a notebook that cannot take a profile.
    """
    from rich.console import Console

    root = Path(root).resolve()
    check_choice("profile", profile, PROFILES)
    chosen_backend = check_backend(backend, record)
    if not isinstance(jobs, int) or jobs < 1:
        raise CourseError(f"jobs is {jobs!r}; expected a whole number from 1.")
    syllabus = load(root)
    chosen = choose(syllabus, lessons)
    reference = check_reference(syllabus.calibration)
    output = Path(output).resolve() if output else root / "build" / "runs" / profile
    screen = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="layerwise-instructor-") as folder:
        tasks = plan(root, chosen, profile=profile, instructor=Path(folder) if labs else None)
        for task in tasks:
            check_parameters(task)
        make_folder(output)
        for sentence in stale(syllabus, chosen):
            screen.print(sentence, style="yellow", markup=False, highlight=False, soft_wrap=True)
        screen.print("Calibrating ...", style="dim")
        before = run_measure.calibrate()
        with run_progress.progress(tasks, console=screen) as watch:
            results = run_pool.run_all(
                tasks, output=output, profile=profile, jobs=jobs, cell_seconds=CELL_SECONDS[profile], watch=watch,
                environment=run_pool.child_environment(profile=profile, backend=backend),
            )
    # A machine that others slowed down in between is not the notebooks' fault: the slower figure counts.
    calibration = scale(max(before, run_measure.calibrate()), reference)
    report = summarise(tasks, results, profile=profile, backend=chosen_backend, calibration=calibration, output=output)
    run_report.write(report, output)
    console = Console()
    run_report.show(report, console=console if console.is_terminal else Console(width=140))
    if None in results:
        screen.print("Stopped. No kernel is left running.", style="yellow")
    if record:
        names = run_report.record(report, root / run_report.RECORDS)
        screen.print(f"{run_report.RECORDS}: recorded {', '.join(names) or 'nothing, since nothing passed'}.")
    screen.print(f"Report: {output / 'report.md'}", markup=False, highlight=False, soft_wrap=True)
    return 0 if report["passed"] else 1


def check_choice(what, value, known):
    """Raise `CourseError` with the nearest name where a value is not among the known ones."""
    if value not in known:
        raise CourseError(f'No {what} is called "{value}".{nearest(value, known)} Choose one of: {", ".join(known)}.')


def check_backend(backend, record):
    """Return the backend that the run will use, after making sure that there is one."""
    chosen = backend or os.environ.get("KERAS_BACKEND") or "tensorflow"
    check_choice("backend", chosen, BACKENDS)
    if importlib.util.find_spec(chosen) is None:
        extra = "" if chosen == "tensorflow" else f"[{chosen}]"
        raise CourseError(f'The backend "{chosen}" is not installed. Install it: python -m pip install -e ".{extra}"')
    if record and chosen != "tensorflow":
        raise CourseError(f'Pages show the figures of the tensorflow backend: record without the backend "{chosen}".')
    return chosen


def choose(syllabus, names):
    """Return the lessons with these names in the course's order; all for none.

    Raises:
        CourseError: For an unknown name, with the nearest.
    """
    if isinstance(names, str):
        names = [names]
    wanted = {syllabus.lesson(name).id for name in names}
    return [lesson for lesson in syllabus.lessons if not wanted or lesson.id in wanted]


def plan(root, lessons, *, profile, instructor=None):
    """Return the `Task`s: each lesson and, where ``instructor`` is a folder, its lab after it."""
    if instructor is not None and any(lesson.lab for lesson in lessons):
        build.instructor(root, instructor, lessons=[lesson.id for lesson in lessons])
    tasks = []
    for lesson in lessons:
        tasks.append(run_pool.Task(
            lesson.id, "lesson", existing(lesson.notebook), lesson.notebook.parent,
            budget=lesson.budget.get(profile, {}), target=lesson.target.get(profile, {}),
        ))
        if lesson.lab and instructor is not None:
            tasks.append(run_pool.Task(
                lesson.lab, "lab", existing(instructor / f"{lesson.lab}.ipynb"), lesson.lab_notebook.parent,
            ))
    return tasks


def existing(path):
    """Return a notebook's path, or say how to make it."""
    if not path.is_file():
        raise CourseError(f"{path}: there is no such notebook. Make it: layerwise build")
    return path


def stale(syllabus, lessons):
    """Return a sentence for each lesson's notebook that is not what its source says; it is run as it is."""
    for lesson in lessons:
        derived = build.notebook(lesson, course=syllabus)
        if notebooks.content(derived) != notebooks.content(notebooks.load(lesson.notebook)):
            yield (
                f"notebooks/{lesson.id}.ipynb is not what its source says, and is run as it is. "
                "Carry an edit back with `layerwise pull`, or derive it anew with `layerwise build`."
            )


def check_parameters(task):
    """Raise `CourseError` where a notebook would not take the profile that papermill injects.

    papermill itself only prints a message about a parameter that a notebook does not know.
    """
    cells = [cell for cell in notebooks.load(task.notebook)["cells"] if cell["cell_type"] == "code"]
    tagged = ["".join(cell["source"]) for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if task.kind == "lab" and not tagged and not any("PROFILE" in "".join(cell["source"]) for cell in cells):
        return  # a lab that is the same in every profile
    if not any(assigns(source, "PROFILE") for source in tagged):
        found = "its cell tagged parameters does not set PROFILE" if tagged else "it has no cell tagged parameters"
        raise CourseError(
            f"{task.name}.ipynb cannot be run in a profile: {found}. Put this into its source and build:\n"
            '  # %% tags=["parameters"]\n  import os\n\n'
            '  PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")'
        )


def assigns(source, name):
    """Return True if a piece of Python sets a name at its top level."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def make_folder(path):
    """Make the folder for the results, or say why it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CourseError(
            f"{path}: the folder for the results cannot be made ({problem.strerror}). Name another with --output."
        ) from None


def check_reference(calibration):
    """Return what the calibration cost where the budgets were written, or None where nobody noted it."""
    figure = calibration.get("cpu_seconds")
    if figure is not None and (not isinstance(figure, (int, float)) or not figure > 0):
        raise CourseError(f"syllabus.toml: calibration.cpu_seconds is {figure!r}; expected a number above 0.")
    return figure


def scale(measured, reference):
    """Return the calibration as the report keeps it, with the ratio that scales budgets."""
    return {"cpu_seconds": measured, "reference": reference, "scale": measured / reference if reference else 1.0}


def summarise(tasks, results, *, profile, backend, calibration, output):
    """Return the report of a run as plain values."""
    entries = []
    for task, result in zip(tasks, results, strict=True):
        entry = run_judge.judge(task, result, profile=profile, scale=calibration["scale"])
        if "output" in entry:
            entry["output"] = os.path.relpath(entry["output"], output)
        entries.append(entry)
    return {
        "passed": all(entry["verdict"] == "passed" for entry in entries),
        "profile": profile,
        "backend": backend,
        "machine": run_report.machine(),
        "calibration": calibration,
        "versions": run_report.versions(),
        "notebooks": entries,
    }
