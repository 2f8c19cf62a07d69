"""The command ``layerwise``: for learners, instructors and authors.

Each subcommand imports its module only when it runs, so that help answers at once.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from layerwise.suggest import CourseError

LEARN, TEACH, MAKE = "For learners", "For instructors", "For authors"

app = typer.Typer(
    name="layerwise",
    help="[bold]Layerwise[/bold]: deep learning, layer by layer. Look after the course on this machine.",
    epilog=(
        "[bold]Examples[/bold]\n\n"
        "[cyan]layerwise doctor[/cyan]            is this machine well?\n\n"
        "[cyan]layerwise build[/cyan]             sources to notebooks, after every change\n\n"
        "[cyan]layerwise run 02[/cyan]            execute lesson 02 and its lab, and measure them\n\n"
        "[cyan]layerwise COMMAND --help[/cyan]    more about one of them"
    ),
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main():
    """Run the command; a ``CourseError`` becomes one message on stderr and exit code 1."""
    try:
        app()
    except CourseError as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        sys.exit(1)


def root():
    """Return the checkout around the current folder, else the one that the package was installed from."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "syllabus.toml").is_file():
            return folder
    from layerwise import paths

    found = paths.root()
    if found is None:
        raise CourseError(f"{here} is not inside a checkout of the course. Change to the course's folder first.")
    return found


def _version(wanted: bool):
    if wanted:
        import layerwise

        typer.echo(f"layerwise {layerwise.__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
):
    pass


@app.command(
    rich_help_panel=LEARN,
    epilog="Each line says what to do when something is not well. The course runs with a warning; not with an error.",
)
def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what takes longer than a moment.")] = False,
):
    """Check this machine: Python, packages, backend, memory, disk, network, browser widgets."""
    from layerwise.authoring import doctor as part

    raise typer.Exit(part.report(part.examine(quick=quick)) or 0)


@app.command(
    rich_help_panel=LEARN,
    epilog="A notebook that you changed is kept beside the new one, as NAME.yours-1.ipynb.",
)
def update():
    """Fetch the course's latest version and keep what you changed."""
    from layerwise.authoring import update as part

    raise typer.Exit(part.update(root()) or 0)


@app.command(
    rich_help_panel=TEACH,
    epilog=(
        "[cyan]layerwise grade submitted[/cyan]                  every notebook below the folder\n\n"
        "[cyan]layerwise grade submitted --secret autumn[/cyan]  the same inputs as last time\n\n"
        "A notebook directly in the folder is named after its file, one further down after its first folder."
    ),
)
def grade(
    submissions: Annotated[Path, typer.Argument(metavar="SUBMISSIONS", help="A folder of notebooks, or one.")],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the tables and pages go.")] = Path("grades"),
    secret: Annotated[
        str | None, typer.Option(help="A text that draws the inputs of the checks; fresh when left out.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Submissions at the same time.")] = None,
    unprotected: Annotated[
        bool, typer.Option("--unprotected", help="Grade where submissions cannot be shut in, too.")
    ] = False,
):
    """Grade a folder of notebooks: each in a process of its own, every point with its reason."""
    from layerwise.authoring import grading

    raise typer.Exit(grading.run(root(), submissions, output, secret=secret, jobs=jobs, unprotected=unprotected))


@app.command(
    rich_help_panel=TEACH,
    epilog=(
        "[cyan]layerwise nbgrader teaching[/cyan]     settings, and an assignment for each lab\n\n"
        "[cyan]layerwise nbgrader teaching 02[/cyan]  the lab of one lesson only\n\n"
        "Run it again after an update. What you changed there stays; submissions and the gradebook are not touched."
    ),
)
def nbgrader(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The nbgrader course; made where there is none.")],
    lessons: Annotated[
        list[str] | None, typer.Argument(metavar="[LESSONS]...", help="Ids or their beginnings; all when left out.")
    ] = None,
):
    """Make a course for nbgrader from the labs, or bring one up to date."""
    from layerwise.authoring import classroom

    report = classroom.make(root(), folder, lessons=lessons)
    for path in report.written:
        typer.echo(f"written  {path}")
    for path in report.kept:
        typer.echo(f"kept     {path}: you changed it. To get the course's own, move yours away and run this again.")
    typer.echo(f"{len(report.unchanged)} unchanged, {len(report.written)} written, {len(report.kept)} kept.")
    if not find_spec("nbgrader"):
        typer.echo('nbgrader is not in this environment: pip install "nbgrader>=0.9.6"')


@app.command(
    rich_help_panel=MAKE,
    epilog=(
        "[cyan]layerwise build --check[/cyan]                   write nothing, say what differs (exit code 1)\n\n"
        "[cyan]layerwise build --instructor build/teach[/cyan]  labs with solutions, for nbgrader"
    ),
)
def build(
    check: Annotated[bool, typer.Option("--check", help="Compare byte for byte; write nothing.")] = False,
    instructor: Annotated[
        str | None, typer.Option("--instructor", metavar="FOLDER", help="Write the labs with their solutions here.")
    ] = None,
):
    """Make notebooks, labs, exercises, the lesson table and the pins from their sources."""
    from layerwise.authoring import build as part

    if instructor == "":
        raise typer.BadParameter("--instructor needs a folder: the labs in it hold the solutions.")
    if check and instructor:
        raise typer.BadParameter("--check and --instructor do not go together: the instructor's labs are not kept.")
    report = part.instructor(root(), instructor) if instructor else part.build(root(), check=check)
    for path in report.written:
        typer.echo(f"written  {path}")
    for path in report.removed:
        typer.echo(f"removed  {path} (its source is gone)")
    for path, copy in report.copies:
        typer.echo(f"kept     {path} had been changed: your copy is {copy}")
    for path, why in report.differing:
        typer.echo(f"differs  {path}: {why}", err=True)
    for problem in report.problems:
        typer.echo(f"missing  {problem}", err=True)
    if report.differing:
        typer.echo(f"To repair: {part.REPAIR}", err=True)
    typer.echo(f"{len(report.unchanged)} unchanged, {len(report.written)} written.")
    raise typer.Exit(0 if report.ok else 1)


@app.command(
    rich_help_panel=MAKE,
    epilog=(
        "[cyan]layerwise pull notebooks/02_neural_networks.ipynb[/cyan]\n\n"
        "In a lab, prose and cells without a solution only. Build afterwards."
    ),
)
def pull(notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="The notebook that you edited.")]):
    """Carry an edit made in JupyterLab back into the notebook's source."""
    from layerwise.authoring import pull as part

    report = part.pull(root(), notebook)
    typer.echo(report.text)
    for refusal in report.refused:
        typer.secho(f"refused  {refusal}", err=True, fg=typer.colors.RED)
    raise typer.Exit(1 if report.refused else 0)


@app.command(
    rich_help_panel=MAKE,
    epilog="Errors end with exit code 1, warnings do not. [cyan]layerwise lint 02[/cyan]: one lesson and its lab.",
)
def lint(
    lessons: Annotated[
        list[str] | None, typer.Argument(metavar="[LESSONS]...", help="Lessons or source files; all when left out.")
    ] = None,
):
    """Hold the sources against the rules of a good lesson, and say how to repair each."""
    from layerwise.authoring import lint as part

    raise typer.Exit(part.report(part.lint(root(), lessons or [])))


@app.command(
    rich_help_panel=MAKE,
    epilog=(
        "[cyan]layerwise run[/cyan]                          all lessons and labs, quick profile\n\n"
        "[cyan]layerwise run 00 02 --profile smoke[/cyan]    two lessons: do they run?\n\n"
        "[cyan]layerwise run --record[/cyan]                 keep the figures that pages show"
    ),
)
def run(
    lessons: Annotated[
        list[str] | None, typer.Argument(metavar="[LESSONS]...", help="Ids or their beginnings; all when left out.")
    ] = None,
    profile: Annotated[str, typer.Option(help="smoke: does it run; quick: a learner's; full: the headline.")] = "quick",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Notebooks at the same time.")] = 1,
    record: Annotated[bool, typer.Option("--record", help="Keep the figures that pages show.")] = False,
    labs: Annotated[bool, typer.Option("--labs/--no-labs", help="Run the labs with their solutions too.")] = True,
    output: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Keep notebooks and report here.")] = None,
    backend: Annotated[str | None, typer.Option(help="tensorflow, jax or torch.")] = None,
):
    """Execute notebooks, measure time and memory, and hold their findings against the syllabus."""
    from layerwise.authoring import run as part

    code = part.run(
        root(), lessons or [], profile=profile, jobs=jobs, record=record, labs=labs, output=output, backend=backend
    )
    raise typer.Exit(code)


@app.command(rich_help_panel=MAKE)
def lock():
    """Resolve the tested set of packages anew: requirements.txt and environment.yml."""
    from layerwise.authoring import pins

    raise typer.Exit(pins.lock(root()) or 0)
