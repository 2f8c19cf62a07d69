"""A service in a process of its own: its start can be measured, and its death does not take the kernel along."""

import collections
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from layerwise.serve._child import MARK
from layerwise.serve.services import PortTaken
from layerwise.suggest import CourseError


def python(module, *arguments, **options):
    """Start a module of this package in a process of its own, out of reach of the kernel's interrupts.

    Its standard input is a pipe whose end means that this kernel is gone.
    """
    own = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([own, *filter(None, [os.environ.get("PYTHONPATH")])])
    if os.name == "posix":
        options["start_new_session"] = True
    else:
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(
        [sys.executable, "-u", "-m", f"layerwise.serve.{module}", *arguments], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, text=True, encoding="utf-8", errors="replace",
        **options,
    )


class InProcess:
    """Run uvicorn in a process."""

    def __init__(self, app, settings):
        file, _, attribute = str(app).partition(".py:")
        self._file = Path(f"{file}.py" if attribute else file).expanduser().resolve()
        self._attribute = attribute or "app"
        if not self._file.is_file():
            raise CourseError(
                f'start() needs an app such as FastAPI(), or the path of a Python file, such as "service.py:app"; '
                f"{app!r} came, and there is no file {self._file}."
            )
        self._settings = settings
        self.lines = collections.deque(maxlen=500)
        self._process = None
        self._said = {}
        self._news = threading.Event()

    @property
    def pid(self):
        return self._process.pid if self._process else None

    def begin(self, port, until):
        self._said.clear()
        self._news.clear()
        job = {"file": str(self._file), "attribute": self._attribute, "port": port, "parent": os.getpid(),
               **self._settings}
        self._process = python("_child", json.dumps(job), stderr=subprocess.STDOUT)
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        while not self._said:
            if self._process.poll() is not None and not self._reader.is_alive() and not self._said:
                raise CourseError(
                    f"The service died while it was starting ({self.how_it_ended()}). Nothing is left running. Mend "
                    f"{self._file.name}, and run the cell again. The last lines of its log:\n"
                    + "\n".join(list(self.lines)[-12:])
                )
            if time.perf_counter() > until:
                raise CourseError(
                    f"The service in {self._file.name} did not start in time, and was stopped. Give `start` a longer "
                    "timeout, or look at what the file does before it serves. The last lines of its log:\n"
                    + "\n".join(list(self.lines)[-12:])
                )
            self._news.wait(0.05)
        if "taken" in self._said:
            self.end()
            raise PortTaken(port)
        return self._said["port"]

    def _read(self, process):
        for line in process.stdout:
            if line.startswith(MARK):
                self._said.update(json.loads(line.removeprefix(MARK)))
                self._news.set()
            else:
                self.lines.append(line.rstrip("\n"))
        self._news.set()

    def alive(self):
        return self._process is not None and self._process.poll() is None

    def cpu_seconds(self):
        import psutil

        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except (psutil.Error, AttributeError):
            return None
        return times.user + times.system

    def how_it_ended(self):
        code = self._process.poll() if self._process else None
        return f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}"

    def end(self):
        if self._process:
            finish(self._process, patience=4)
            self._reader.join(2)
            self._process.stdout.close()


def finish(process, *, patience):
    """End a process that `python` began: its input closes, and it is killed if it has not gone after `patience`."""
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
