"""Run somebody else's code once, and say what happened in plain terms.

`call` is the only place where the course runs a learner's code. It runs it in this process; a worker
process can take its place, because everything after it works on plain values.
"""

import functools
import linecache
import os
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

from layerwise.check.capture import AsksForInput, captured
from layerwise.check.limits import TimeIsUp, limited

LONGEST = 500
"""Characters kept of an error message."""


@dataclass
class Outcome:
    """What one call did.

    `kind` is "value", "not tried", "error", "recursion", "timeout", "exit", "input" or "stopped".
    `error` and `message` name an exception; `line`, `code` and `function` say where in the learner's own code
    it came up (None and "" when it did not come up there); `printed` and `dropped` are its output;
    `seconds` is its wall time.
    """

    kind: str
    value: object = None
    error: str = ""
    message: str = ""
    line: int | None = None
    code: str = ""
    function: str = ""
    printed: str = ""
    dropped: int = 0
    seconds: float = 0.0


def call(use, answer, inputs, *, seconds):
    """Return the `Outcome` of ``use(answer, inputs)``.

    Args:
        use: How the exercise uses an answer, such as ``lambda answer, inputs: answer(**inputs)``.
        answer: The learner's answer.
        inputs: Dict of keyword arguments. The learner's code may change it, so give a copy.
        seconds: Time limit in seconds. See `layerwise.check.limits` for what Python can stop.

    Example:
        >>> call(lambda answer, inputs: answer(**inputs), lambda x: x + 1, {"x": 2}, seconds=5).value
        3
    """
    began = time.monotonic()
    with captured() as printed:
        try:
            outcome = limited(lambda: _attempt(use, answer, inputs), seconds)
        except TimeIsUp as error:
            outcome = _with_place(Outcome("timeout"), error)
        except KeyboardInterrupt:
            outcome = Outcome("stopped")
    outcome.seconds = time.monotonic() - began
    outcome.printed, outcome.dropped = printed.text, printed.dropped
    return outcome


def _attempt(use, answer, inputs):
    """Turn every way in which the call can end into an `Outcome`, still under the time limit."""
    try:
        return Outcome("value", value=use(answer, inputs))
    except (TimeIsUp, KeyboardInterrupt):
        raise
    except NotImplementedError as error:
        outcome = _with_place(Outcome("not tried"), error)
        # A library may raise it too, for something it does not offer: that is an error like any other.
        return outcome if _raised_by_learner(error) else _failed("error", error)
    except SystemExit as error:
        return _with_place(Outcome("exit"), error)
    except AsksForInput as error:
        return _with_place(Outcome("input"), error)
    except RecursionError as error:
        return _failed("recursion", error)
    except BaseException as error:
        return _failed("error", error)


def _failed(kind, error):
    outcome = _with_place(Outcome(kind), error)
    outcome.error = type.__dict__["__name__"].__get__(type(error))
    try:
        # An exception's text is the learner's code as well.
        outcome.message = str(error)[:LONGEST]
    except Exception:
        outcome.message = ""
    return outcome


def _frames(error):
    """Return the (code object, line) pairs of a traceback, outermost first."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    return frames


def _with_place(outcome, error):
    """Note the last line of the traceback that is the learner's own."""
    own = next(((code, line) for code, line in reversed(_frames(error)) if _is_own(code.co_filename)), None)
    if own:
        code, outcome.line = own
        outcome.code = linecache.getline(code.co_filename, outcome.line).strip()[:200]
        outcome.function = code.co_name
    return outcome


def _raised_by_learner(error):
    frames = _frames(error)
    return bool(frames) and _is_own(frames[-1][0].co_filename)


def _is_own(filename):
    """Return True unless the file belongs to Python, an installed package, or the course."""
    if filename.startswith(("<frozen", "<__array_function__", "<exercise ")):
        return False
    return not filename.startswith(_libraries())


@functools.cache
def _libraries():
    paths = sysconfig.get_paths()
    ours = str(Path(__file__).resolve().parents[1])
    folders = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {ours}
    folders |= {folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))}
    return tuple(folder.rstrip("/\\") + os.sep for folder in folders)
