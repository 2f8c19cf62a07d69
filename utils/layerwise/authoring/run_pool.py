"""Run notebooks in worker processes, some at a time, and leave none behind."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from layerwise import paths
from layerwise.authoring.worker import PROGRESS

NOISE = "Kernel is running over TCP without encryption"
"""ipykernel's warning about every kernel; ours listens on this machine only and asks for a key."""


@dataclass(frozen=True)
class Task:
    """One notebook to execute."""

    id: str
    """The lesson's identity, "02_neural_networks"."""
    kind: str
    """ "lesson" or "lab"."""
    notebook: Path
    """The notebook as it is executed."""
    folder: Path
    """The working folder of its kernel."""
    budget: dict = field(default_factory=dict)
    """``cpu_seconds`` and ``memory_mb`` of the profile, either or both."""
    target: dict = field(default_factory=dict)
    """The profile's targets: name of a found value to ``{"at_least": x}`` or ``{"at_most": x}``."""

    @property
    def name(self):
        """The name that reports use: ``notebooks/02_neural_networks``."""
        return f"{'labs' if self.kind == 'lab' else 'notebooks'}/{self.id}"


def run_all(tasks, *, output, profile, jobs=1, environment=None, cell_seconds=None, watch=None):
    """Execute notebooks, `jobs` at a time, each in a worker process.

    Args:
        tasks: The `Task`s.
        output: Folder for executed notebooks and what they printed.
        profile: Value of the parameter ``PROFILE``.
        jobs: How many run at the same time.
        environment: Environment of the workers; default `child_environment`.
        cell_seconds: Seconds that one cell may take, or None.
        watch: Called with ``(task, event, value)``: "start" with None, "cell" with the number of
            the cell that starts, "end" with the worker's result. Called from several threads.

    Returns:
        The workers' results (see `worker.execute`) in the order of the tasks, with ``output``, the path of
        the executed notebook. None stands for a notebook that an interruption kept from finishing.
    """
    environment = child_environment(profile=profile) if environment is None else environment
    crew = Crew()
    results = dict.fromkeys(range(len(tasks)))

    def one(index):
        task = tasks[index]
        if crew.stopped:
            return
        watch and watch(task, "start", None)
        result = run_one(task, crew, output=output, profile=profile, environment=environment,
                         cell_seconds=cell_seconds, watch=watch)
        if result is not None:
            results[index] = result
            watch and watch(task, "end", result)

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        waiting = {pool.submit(one, index) for index in range(len(tasks))}
        try:
            while waiting:
                # A wait with a time limit lets Ctrl-C through on every system.
                done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        except BaseException as problem:
            crew.stop()
            if not isinstance(problem, KeyboardInterrupt):
                raise
    return [results[index] for index in range(len(tasks))]


def run_one(task, crew, *, output, profile, environment, cell_seconds, watch):
    """Run one worker to its end and return its result, or None where it was stopped."""
    executed = Path(output).resolve() / f"{task.name}.ipynb"
    executed.parent.mkdir(parents=True, exist_ok=True)
    executed.unlink(missing_ok=True)
    log = executed.with_suffix(".log")
    # Files that Jupyter, IPython and the progress store write go here, not to the person who runs this.
    with tempfile.TemporaryDirectory(prefix="layerwise-run-", ignore_cleanup_errors=True) as home:
        result_file = Path(home) / "result.json"
        command = [
            sys.executable, "-m", "layerwise.authoring.worker", "--notebook", str(task.notebook.resolve()),
            "--output", str(executed), "--result", str(result_file), "--folder", str(task.folder), "--profile", profile,
        ]
        if cell_seconds:
            command += ["--timeout", str(cell_seconds)]
        with log.open("w", encoding="utf-8") as printed:
            worker = crew.start(command, env={**environment, **own_folders(home)}, log=printed)
        if worker is None:
            return None
        with worker.stdout:
            for line in worker.stdout:
                if line.startswith(PROGRESS):
                    watch and watch(task, "cell", int(line[len(PROGRESS):]))
        code = crew.ended(worker)
        if crew.stopped:
            return None
        without_noise(log)
        result = json.loads(result_file.read_text(encoding="utf-8")) if result_file.is_file() else broken(code, log)
    return {**result, "output": str(executed)}


def without_noise(log):
    """Take the warning out of a log that stands in every one, and remove a log that says nothing else."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    lines = [line for line in lines if NOISE not in line]
    if lines:
        log.write_text("".join(lines), encoding="utf-8")
    else:
        log.unlink()


def broken(code, log):
    """Return the result that stands for a worker which ended without one."""
    last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2] if log.is_file() else ""
    cause = f"killed by signal {-code}; memory may have run out" if code < 0 else f"exit code {code}"
    message = f"the process that ran the notebook ended without a result ({cause})" + (f": {last}" if last else "")
    return {
        "error": {"cell": None, "line": "", "name": "WorkerEnded", "message": message}, "cells": 0,
        "wall_seconds": 0.0, "cpu_seconds": 0.0, "memory_mb": 0, "heaviest": [], "found": [], "verdicts": [],
    }


class Crew:
    """The worker processes that are alive; `stop` ends them and everything that they started."""

    def __init__(self):
        self.lock = threading.Lock()
        self.workers = set()
        self.stopped = False

    def start(self, command, *, env, log):
        """Start a worker that writes what it and its kernel print to `log`; return None after `stop`."""
        apart = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {"start_new_session": True}
        )  # Ctrl-C reaches this process only; it then ends the workers in order
        with self.lock:
            if self.stopped:
                return None
            worker = subprocess.Popen(
                command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                text=True, encoding="utf-8", errors="replace", **apart,
            )
            self.workers.add(worker)
            return worker

    def ended(self, worker):
        """Wait for a worker and return its exit code."""
        code = worker.wait()
        with contextlib.suppress(OSError):
            worker.stdin.close()
        with self.lock:
            self.workers.discard(worker)
        return code

    def stop(self, *, seconds=10):
        """End all workers with their kernels. A worker ends its kernel when its standard input closes."""
        import psutil

        with self.lock:
            self.stopped = True
            workers = list(self.workers)
        trees = []
        for worker in workers:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(worker.pid)
                trees += [process, *process.children(recursive=True)]
        for worker in workers:
            with contextlib.suppress(OSError):
                worker.stdin.close()
        _, alive = psutil.wait_procs(trees, timeout=seconds)
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()


def own_folders(home):
    """Return the environment variables that keep a notebook's run away from a person's own files.

    A person's ``keras.json`` or IPython start-up files would also make their run differ from everybody else's.
    """
    home = Path(home)
    return {
        "LAYERWISE_HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "KERAS_HOME": str(home / "keras"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }


def child_environment(*, profile, backend=None):
    """Return the environment for processes that execute notebooks.

    Downloads stay where they are although ``LAYERWISE_HOME`` moves to a temporary folder, bytecode is
    cached (Keras takes three times as long to import without), and this interpreter's kernel is used.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["LAYERWISE_PROFILE"] = profile
    environment["LAYERWISE_CACHE"] = str(paths.cache())
    environment["JUPYTER_PREFER_ENV_PATH"] = "1"
    environment["PYTHONUNBUFFERED"] = "1"
    if backend:
        environment["KERAS_BACKEND"] = backend
    return environment
