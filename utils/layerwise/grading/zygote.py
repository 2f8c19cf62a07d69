"""A process that has imported what answers need, and makes a copy of itself for each submission.

Importing Keras takes seconds, copying a process that has done so a few milliseconds. Run as
``python -m layerwise.grading.zygote FD``: it reads one line for each copy from the socket FD, together with the two
ends of the pipes that the copy is to use, and answers with the copy's process number.
"""

import contextlib
import importlib
import json
import os
import signal
import socket
import sys
import time

PATIENCE = 1.0
"""Seconds that copies have to end by themselves when the grader has gone."""


def main(arguments):
    """Serve until the socket closes."""
    connection = socket.socket(fileno=int(arguments[0]))
    settings = json.loads(arguments[1])
    from layerwise.grading import child, sandbox  # before the first copy, so that every copy has them

    for name in settings["modules"]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    child.warm()
    limits = sandbox.Limits(**settings["limits"])
    readable, hidden = sandbox.readable_places(), sandbox.hidden_places()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    connection.sendall(b"ready\n")
    copies = set()
    while True:
        line, descriptors, _, _ = socket.recv_fds(connection, 64, 2)
        _reap(copies)
        if not line:
            _end(copies)
            os._exit(0)
        number = os.fork()
        if number == 0:
            connection.close()
            _become(descriptors, limits, readable, hidden, shut_in=settings["shut_in"])
        copies.add(number)
        for descriptor in descriptors:
            os.close(descriptor)


def _become(descriptors, limits, readable, hidden, *, shut_in):
    """Turn this copy into a learner's process. Never returns."""
    from layerwise.grading import child, sandbox

    code = 1
    reader, writer = (os.fdopen(number, mode) for number, mode in zip(descriptors, ("rb", "wb"), strict=True))
    try:
        os.setsid()
        inside, problem = None, ""
        if shut_in:
            try:
                inside = sandbox.enter(limits, readable=readable, hidden=hidden)
            except sandbox.NoSandbox as error:
                problem = str(error)
        else:
            sandbox.restrict(limits)
        if inside:
            child.announce(writer, inside, problem)
            writer.close()
            reader.close()
            os.waitpid(inside, 0)
            code = 0
        else:
            if not shut_in or problem:
                child.announce(writer, os.getpid(), problem)
            if not problem:
                child.run(reader, writer)
            code = 0
    finally:
        os._exit(code)


def _reap(copies):
    """Take note of copies that have ended, so that they do not stay as zombies."""
    for number in list(copies):
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(number, os.WNOHANG)[0] == 0:
                continue
        copies.discard(number)


def _end(copies):
    """End the copies that are still there: the grader has gone, and nobody else would stop an endless loop."""
    until = time.monotonic() + PATIENCE
    while copies and time.monotonic() < until:
        time.sleep(0.01)
        _reap(copies)
    for number in copies:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(number, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(number, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
