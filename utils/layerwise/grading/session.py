"""The grader's side of one submission: its process, its answers, and how they are called."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict

from layerwise.check.call import Outcome
from layerwise.grading import sandbox, wire
from layerwise.grading.peer import Peer, RemoteFunction, exception, sendable

GRACE = 2.0
"""Seconds beyond its own limit after which a process is ended from outside."""


class Ended(Exception):
    """Raised where a call did not end with a value; `outcome` says how it did."""

    def __init__(self, outcome):
        super().__init__(outcome.message)
        self.outcome = outcome


class Zygote:
    """A process with everything imported, from which each submission gets a copy. Use it as a context.

    Args:
        modules: Names of modules that the answers will need, such as "keras".
        limits: A `layerwise.grading.sandbox.Limits`.
        shut_in: Whether copies are shut in; without, only the limits hold.
    """

    def __init__(self, modules=(), *, limits=None, shut_in=True):
        self._settings = {"modules": list(modules), "limits": asdict(limits or sandbox.Limits()), "shut_in": shut_in}
        self._lock = threading.Lock()

    def __enter__(self):
        ours, theirs = socket.socketpair()
        self._connection = ours
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "layerwise.grading.zygote", str(theirs.fileno()), json.dumps(self._settings)],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=environment(),
            )
        if ours.recv(6) != b"ready\n":
            raise RuntimeError("The process for the answers did not start: does `import layerwise, numpy` work?")
        return self

    def __exit__(self, *_):
        self._connection.close()
        self._process.wait()

    def session(self):
        """Return a `Session` with a process of its own."""
        to_child, from_grader = os.pipe()
        to_grader, from_child = os.pipe()
        with self._lock:
            socket.send_fds(self._connection, [b"copy"], [to_child, from_child])
        os.close(to_child)
        os.close(from_child)
        return Session(os.fdopen(to_grader, "rb"), os.fdopen(from_grader, "wb"))


def environment():
    """Return the environment variables that a learner's process sees: no secret, no token, no key."""
    kept = ("PATH", "PYTHON", "VIRTUAL_ENV", "CONDA", "LD_LIBRARY_PATH", "DYLD", "LANG", "LC_", "TZ", "HOME", "TMPDIR",
            "KERAS", "JAX", "TF_", "XLA_", "CUDA", "LAYERWISE_PROFILE")
    # Submissions share the cores among them: small matrix products on several threads cost four times the CPU time.
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
               "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    inherited = {name: text for name, text in os.environ.items() if name.startswith(kept)}
    return {**inherited, **dict.fromkeys(threads, "1"), "TF_CPP_MIN_LOG_LEVEL": "3"}


class Session(Peer):
    """One submission's process. Use it as a context.

    Args:
        reader, writer: Binary files to and from the process.
    """

    def __init__(self, reader, writer):
        super().__init__(reader, writer)
        self._ended = False
        self._last = Outcome("value")
        try:
            begun = self.receive()
        except (EOFError, wire.Broken):
            begun = {"process": None, "problem": "the process ended at once"}
        self._number = begun["process"]
        self.problem = begun["problem"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        for stream in (self._reader, self._writer):
            with contextlib.suppress(OSError):
                stream.close()

    @property
    def ended(self):
        """Whether the process is gone."""
        return self._ended

    def end(self):
        """End the process, and all that it started."""
        self._ended = True
        if self._number:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self._number, signal.SIGKILL)

    def read(self, cells, given, wanted):
        """Let the process read a notebook; return what it found for each (exercise, name) wanted."""
        return self._asked({"do": "read", "cells": cells, "given": given, "wanted": wanted}, seconds=30)

    def answer(self, exercise, *, seconds):
        """Return the answer to an exercise; raise `Ended` when its cells do not run."""
        return self._value(self._asked({"do": "answer", "exercise": exercise, "seconds": seconds}, seconds=seconds))

    def call(self, remote, args, kwargs):
        """Call one of the learner's functions; raise `Ended` unless it gives a value."""
        seconds = max(self._until - time.monotonic(), 0.01)
        request = {"do": "call", "of": remote, "args": sendable(list(args)), "kwargs": sendable(kwargs),
                   "seconds": seconds}
        answer = self._asked(request, seconds=seconds)
        for name, value in answer.get("changed", {}).items():
            _overwrite(args[name] if isinstance(name, int) else kwargs[name], value)
        return self._value(answer)

    def attribute(self, remote, name):
        """Return an attribute of one of the learner's things."""
        request = {"do": "attribute", "of": remote, "name": name, "seconds": 5.0}
        try:
            return self._value(self._asked(request, seconds=5.0))
        except Ended as error:
            raise AttributeError(name) from error

    def serve(self, request):
        """Call one of our functions for the learner's code: nothing else may be asked of us."""
        function = request.get("of")
        if request.get("do") != "call" or not callable(function) or isinstance(function, RemoteFunction):
            return {"error": "TypeError", "message": "only a function that was given can be called"}
        try:
            return {"value": sendable(function(*request["args"], **request["kwargs"]))}
        except Exception as error:
            return {"error": type(error).__name__, "message": str(error)[:500]}

    def use(self, use, answer, inputs, *, seconds):
        """Return the `Outcome` of ``use(answer, inputs)``, as `layerwise.check.call.call` does in one process.

        How an exercise uses an answer runs here; the answer's own code runs in the learner's process.
        """
        began = time.monotonic()
        self._until, self._last = began + seconds, Outcome("value")
        try:
            outcome = Outcome("value", value=use(answer, inputs))
        except Ended as error:
            outcome = error.outcome
        except Exception as error:
            outcome = Outcome("error", error=type(error).__name__, message=str(error)[:500])
        outcome.printed, outcome.dropped = self._last.printed, self._last.dropped
        outcome.seconds = time.monotonic() - began
        return outcome

    # ---- the process

    def _asked(self, request, *, seconds):
        if self._ended:
            raise Ended(Outcome("error", error="RuntimeError", message="the process had ended before"))
        watch = threading.Timer(seconds + GRACE, self._too_long)
        watch.daemon = True
        self._late = False
        watch.start()
        try:
            return self.ask(request)
        except (EOFError, wire.Broken, OSError) as error:
            self.end()
            if self._late:
                raise Ended(Outcome("timeout", seconds=seconds)) from None
            what = "the process ended: too much memory, too many processes, or killed"
            if isinstance(error, wire.Broken):
                what = f"the process sent {error}"
            raise Ended(Outcome("error", error="RuntimeError", message=what)) from None
        finally:
            watch.cancel()

    def _too_long(self):
        self._late = True
        self.end()

    def _value(self, answer):
        told = answer.get("outcome") if type(answer) is dict else None
        if type(told) is not dict:
            self.end()
            what = "the process sent something else than an answer"
            raise Ended(Outcome("error", error="RuntimeError", message=what))
        outcome = _outcome(told)
        self._last = outcome
        if outcome.kind == "value":
            return answer["value"]
        if outcome.kind == "error":
            raise _mixed(outcome)
        raise Ended(outcome)


def _outcome(told):
    """Return an `Outcome` from what the learner's process says of it: texts cut, numbers checked."""
    text = {name: str(told.get(name, ""))[:10_000] for name in ("error", "message", "code", "function", "printed")}
    number = {name: told.get(name) for name in ("line", "dropped")}
    number = {name: value if type(value) is int else None for name, value in number.items()}
    kind = told.get("kind")
    known = ("value", "not tried", "error", "recursion", "timeout", "exit", "input")
    return Outcome(kind if kind in known else "error", **text, line=number["line"], dropped=number["dropped"] or 0)


def _mixed(outcome):
    """Return an `Ended` that can also be caught as the exception that the learner's code raised."""
    kind = type(exception(outcome.error, ""))
    try:
        mixed = type(kind.__name__, (Ended, kind), {})
        return mixed(outcome)
    except TypeError:
        return Ended(outcome)


def _overwrite(old, new):
    """Make the grader's copy of an argument what the learner's code has made of it."""
    kind = type(old)
    if kind is list and type(new) is list:
        old[:] = new
    elif kind is dict and type(new) is dict:
        old.clear()
        old.update(new)
    elif kind.__name__ == "ndarray" and type(new) is kind and old.shape == new.shape:
        old[...] = new
