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
    while True:
        line, descriptors, _, _ = socket.recv_fds(connection, 64, 2)
        if not line:
            os._exit(0)
        _reap()
        number = os.fork()
        if number == 0:
            connection.close()
            _become(descriptors, limits, readable, hidden, shut_in=settings["shut_in"])
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


def _reap():
    """Take note of copies that have ended, so that they do not stay as zombies."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main(sys.argv[1:])
