"""A time limit for somebody else's code, as well as Python allows.

Python can stop code between two of its own steps. One long call into a library (a large
matrix product, a training step) is stopped only when it returns; only a separate process
can be stopped at any moment.
"""

import signal
import sys
import threading
import time

REPEAT = 0.05
"""Seconds between two tries to stop code that swallows the first one."""


class TimeIsUp(BaseException):
    """Raised inside code that ran too long. Not an `Exception`, so that `except Exception` lets it pass."""


def limited(function, seconds):
    """Return ``function()``, or raise `TimeIsUp` inside it when it takes too long.

    On the main thread of Linux and macOS a timer signal does it, which also ends a sleep. Elsewhere
    a second thread asks Python to raise, which takes effect at the function's next step in Python.
    Code that catches everything (``except:``) is asked again every `REPEAT` seconds.

    Args:
        function: Called without arguments.
        seconds: The limit, in seconds of wall time.

    Raises:
        TimeIsUp: When the limit passed, also if the function returned or raised something else after it.

    Example:
        >>> limited(lambda: 1 + 1, seconds=5)
        2
    """
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _with_signal(function, seconds)
    return _with_thread(function, seconds)


def _inside(function, token):
    """Call the function in a frame that `_is_inside` can recognise, and give its value, or its exception.

    The frame is a generator's, which has its own memory of exceptions being handled: an exception raised
    between two lines of an ``except`` part would otherwise seem to be handled for ever after.
    """
    try:
        value = function()
    except StopIteration as error:  # a generator must not raise it
        yield None, error
    else:
        yield value, None


def _called(function, token):
    value, error = next(_inside(function, token))
    if error is not None:
        raise error
    return value


def _is_inside(frame, token):
    """Return True when the frame was called, directly or not, by the `_inside` of this token."""
    while frame is not None:
        if frame.f_code is _inside.__code__ and frame.f_locals.get("token") is token:
            return True
        frame = frame.f_back
    return False


def _with_signal(function, seconds):
    token, rounds = object(), 0

    def on_alarm(signum, frame):
        nonlocal rounds
        # Raise only inside the learner's code: never in ours, which has still to put things back.
        if not _is_inside(frame, token):
            return
        rounds += 1
        if rounds > 1:
            _raise_again(frame, after_lines=(rounds * 7) % 5)
        raise TimeIsUp

    trace = sys.gettrace()
    began = time.monotonic()
    handler = signal.signal(signal.SIGALRM, on_alarm)
    left, interval = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), REPEAT)
    try:
        value = _called(function, token)
    except TimeIsUp:
        raise
    except BaseException as error:
        if rounds:
            raise TimeIsUp from error
        raise
    finally:
        if rounds > 1:
            sys.settrace(trace)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler if handler is not None else signal.SIG_DFL)
        if left:
            # Somebody else's timer was running: give it back with the time that is left to it.
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 0.001), interval)
    if rounds:
        raise TimeIsUp
    return value


def _raise_again(frame, *, after_lines):
    """Make Python raise `TimeIsUp` once more, some lines later.

    A loop around ``try: ... except: pass`` spends its time inside the ``try``, so that whatever a signal
    raises is caught again. A line later it stands in the ``except`` part, where nothing catches.
    """
    left = after_lines

    def tracer(frame, event, argument):
        nonlocal left
        if event == "line":
            if left <= 0:
                raise TimeIsUp
            left -= 1
        return tracer

    sys.settrace(tracer)
    while frame is not None and frame.f_code is not _inside.__code__:
        frame.f_trace = tracer
        frame = frame.f_back


def _with_thread(function, seconds):
    import ctypes

    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    thread = ctypes.c_ulong(threading.get_ident())
    ready, over, rounds = threading.Event(), threading.Event(), 0

    def watch():
        nonlocal rounds
        ready.wait()
        pause = seconds
        while not over.wait(pause):
            rounds += 1
            raise_in(thread, ctypes.py_object(TimeIsUp))
            pause = REPEAT

    watcher = threading.Thread(target=watch, name="layerwise-time-limit", daemon=True)
    watcher.start()
    failure = value = None
    try:
        try:
            ready.set()
            value = _called(function, None)
        except BaseException as error:
            failure = error
    except TimeIsUp as error:  # asked a second time while the first was being kept
        failure = error
    finished = False
    while not finished:
        try:
            over.set()
            watcher.join()
            raise_in(thread, None)  # forget a request that has not taken effect yet
            finished = True
        except TimeIsUp:
            continue
    if rounds:
        # Keep the place where the code was stopped: its traceback tells the learner.
        raise failure if isinstance(failure, TimeIsUp) else TimeIsUp() from failure
    if failure is not None:
        raise failure
    return value
