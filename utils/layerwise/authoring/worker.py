"""Execute one notebook in a process of its own: ``python -m layerwise.authoring.worker``.

`layerwise.authoring.run_pool` starts one worker for each notebook. A process of its own is what
makes the figures true: the operating system counts CPU seconds and peak memory of ended child
processes, and the worker's only children are the kernel and what the kernel started.

The worker writes its progress to standard output, one line that starts with `PROGRESS` for each
cell, and its result, a dictionary, as JSON to the path given by ``--result``. It ends its kernel
and itself as soon as its standard input closes, so that nothing is left running when whoever
started it has gone, even without a farewell.
"""

import argparse
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path

from layerwise.authoring.run_measure import Usage
from layerwise.check import FOUND_MIME, VERDICT_MIME

PROGRESS = "layerwise-progress "


def execute(notebook, output, *, folder, profile, timeout=None, on_cell=None):
    """Execute a notebook with papermill and measure what it cost.

    Args:
        notebook: Path of the notebook.
        output: Path that the executed notebook is written to, after every cell.
        folder: Working folder of the kernel.
        profile: Value for the notebook's parameter ``PROFILE``; not injected where the notebook
            has no cell tagged "parameters".
        timeout: Seconds that one cell may take, or None.
        on_cell: Called with the number of the cell that starts, from 1.

    Returns:
        A dictionary of plain values: ``error`` (None, or a dictionary with ``cell``, ``line``,
        ``name`` and ``message``), ``cells``, ``wall_seconds``, ``cpu_seconds``, ``memory_mb``
        ``heaviest`` (the cells that cost most), ``found`` and ``verdicts`` (lists of records in the
        order in which the notebook left them).
    """
    import nbformat
    import papermill

    source = nbformat.read(notebook, as_version=4)
    place = next((n for n, cell in enumerate(source.cells) if is_parameters(cell)), None)
    current = {"cell": 1}

    def number(index):
        # papermill adds one cell after the parameters; people count the cells of their notebook.
        return index + 1 if place is None or index <= place else index

    def started(cell, cell_index):
        current["cell"] = number(cell_index)
        usage.cell_starts(current["cell"])
        if on_cell:
            on_cell(current["cell"])

    def ended(cell, cell_index, execute_reply):
        usage.cell_ends(number(cell_index))

    error = None
    usage = Usage()
    try:
        papermill.execute_notebook(
            str(notebook).replace("{", "{{").replace("}", "}}"),
            str(output).replace("{", "{{").replace("}", "}}"),
            parameters=None if place is None else {"PROFILE": profile},
            progress_bar=False,
            cwd=str(folder),
            execution_timeout=timeout,
            on_cell_start=started,
            on_cell_executed=ended,
        )
    except papermill.PapermillExecutionError as problem:
        current["cell"] = number(problem.cell_index)
        error = {"name": problem.ename, "message": plain(problem.evalue)}
    except Exception as problem:  # a dead kernel, a cell past its time: said in the report, like any other failure
        error = {"name": type(problem).__name__, "message": plain(str(problem))}
    spent = usage.stop()
    lines = [cell.source.strip().partition("\n")[0] for cell in source.cells]
    spent["heaviest"] = [
        {"cell": cell, "line": lines[cell - 1], "cpu_seconds": seconds} for cell, seconds in spent["heaviest"]
    ]
    if error is not None:
        error = {"cell": current["cell"], "line": lines[current["cell"] - 1] if lines else "", **error}
    executed = nbformat.read(output, as_version=4) if Path(output).is_file() else source
    return {
        "error": error,
        "cells": len(source.cells),
        **spent,
        "found": records(executed, FOUND_MIME),
        "verdicts": records(executed, VERDICT_MIME),
    }


def is_parameters(cell):
    """Return True for a code cell tagged "parameters"."""
    return cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", [])


def records(notebook, mime):
    """Return the records of one MIME type that a notebook's outputs hold, in order."""
    return [
        output["data"][mime]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if mime in output.get("data", {})
    ]


def plain(text, *, limit=2000):
    """Return text without terminal colours and not longer than ``limit`` characters."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text or "")
    return text if len(text) <= limit else text[:limit] + " ..."


def end_with_parent(stream):
    """Wait until ``stream`` closes, then end every child process and this one."""
    import psutil

    try:
        while stream.read(1):
            pass
    finally:
        for child in psutil.Process().children(recursive=True):
            try:
                child.kill()
            except psutil.Error:
                continue
        os._exit(130)


def main(arguments=None):
    """Execute the notebook that the command line names and write the result."""
    parser = argparse.ArgumentParser(prog="layerwise.authoring.worker", description=__doc__.partition("\n")[0])
    for name in ("notebook", "output", "result", "folder"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--timeout", type=int)
    chosen = parser.parse_args(arguments)

    # Ctrl-C is the starter's to handle; it closes our standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, args=[os.fdopen(os.dup(0), "rb", 0)], daemon=True).start()
    # What the kernel's processes print goes to standard error, a log. They must not hold our standard output: its
    # reader waits for its end, and one of them may outlive us.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def on_cell(number):
        channel.write(f"{PROGRESS}{number}\n")
        channel.flush()

    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    result = execute(
        chosen.notebook, chosen.output, folder=chosen.folder, profile=chosen.profile,
        timeout=chosen.timeout, on_cell=on_cell,
    )
    # Whole or not at all: a reader never sees half a result.
    half = chosen.result.with_name(chosen.result.name + ".part")
    half.write_text(json.dumps(result), encoding="utf-8")
    half.replace(chosen.result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
