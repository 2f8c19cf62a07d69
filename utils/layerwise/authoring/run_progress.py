"""Show how far a run is: a line for each notebook that is running, or plain lines where there is no terminal."""

import contextlib
import json


@contextlib.contextmanager
def progress(tasks, *, console):
    """Show progress while the block runs.

    Args:
        tasks: All `run_pool.Task`s of the run.
        console: A ``rich.console.Console``.

    Yields:
        A function ``watch(task, event, value)`` for `run_pool.run_all`.
    """
    lines = {task.name: first_lines(task.notebook) for task in tasks}
    if not console.is_terminal:
        yield plain_watch(lines, console)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = [
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(),
        TimeElapsedColumn(), TextColumn("[dim]{task.fields[line]}"),
    ]
    with Progress(*columns, console=console, transient=True) as bar:
        overall = bar.add_task("notebooks", total=len(tasks), line="")
        rows = {}

        def watch(task, event, value):
            known = lines[task.name]
            if event == "start":
                rows[task.name] = bar.add_task(task.name, total=len(known), line="starts a kernel")
            elif event == "cell":
                line = known[value - 1] if value <= len(known) else ""
                bar.update(rows[task.name], completed=value, line=shortened(line))
            else:
                bar.remove_task(rows.pop(task.name))
                bar.advance(overall)

        yield watch


def plain_watch(lines, console):
    """Return a watcher that says when a notebook starts and ends, for logs."""

    def watch(task, event, value):
        if event == "start":
            console.print(f"{task.name}: starts, {len(lines[task.name])} cells", markup=False, highlight=False)
        elif event == "end":
            state = "a cell failed" if value["error"] else "ran through"
            console.print(f"{task.name}: {state}, {value['wall_seconds']:.0f} s", markup=False, highlight=False)

    return watch


def first_lines(path):
    """Return the first line of each cell of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]).strip().partition("\n")[0] for cell in cells]


def shortened(line, *, limit=44):
    """Return a line not longer than ``limit`` characters, with nothing that rich would read as markup."""
    line = line.replace("[", "\\[")
    return line if len(line) <= limit else line[: limit - 1] + "…"
