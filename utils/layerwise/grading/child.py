"""The learner's side: find the answers in a notebook's cells, run them, and let the grader call them.

Nothing here knows a solution or what is expected: the grader asks for calls, and compares what comes back in its own
process. What a learner's code does to this process, it does to itself.
"""

import importlib
import sys

from layerwise.check import call as calling
from layerwise.check.plain import NotPlain, plain
from layerwise.grading import pieces
from layerwise.grading.peer import Peer, exception, sendable


def warm():
    """Import what every copy needs, before there are any."""
    import numpy as np

    np.random.default_rng(0).normal(size=3)
    pieces.warm()


def announce(writer, number, problem):
    """Tell the grader which process to end when the time is over, or why there is no sandbox."""
    Peer(None, writer).send({"process": number, "problem": problem})


def run(reader, writer):
    """Serve the grader until it closes the connection."""
    _quiet()
    learner = Learner(reader, writer)
    while True:
        try:
            message = learner.receive()
        except EOFError:
            return
        learner.send(learner.serve(message))


class Learner(Peer):
    """What the grader may ask of a submission."""

    def __init__(self, reader, writer):
        super().__init__(reader, writer)
        self._notebook, self._names = None, None

    def serve(self, request):
        """Answer one request of the grader."""
        return getattr(self, f"_do_{request.pop('do')}")(**request)

    def call(self, remote, args, kwargs):
        """Call a function that the grader gave, such as a learner that an exercise passes in."""
        answer = self.ask({"do": "call", "of": remote, "args": sendable(list(args)), "kwargs": sendable(kwargs)})
        if "error" in answer:
            raise exception(answer["error"], answer["message"])
        return answer["value"]

    def attribute(self, remote, name):
        """Things that the grader gave have no attributes here."""
        raise AttributeError(name)

    # ---- requests

    def _do_read(self, cells, given, wanted):
        """Read the cells; answer with what was found for each wanted exercise."""
        self._notebook = pieces.Notebook(cells, given)
        self._names = {"__name__": "__main__", "__builtins__": __builtins__}
        return {exercise: self._notebook.find(exercise, name) for exercise, name in wanted}

    def _do_answer(self, exercise, seconds):
        """Run what the answer needs; answer with the answer itself."""
        outcome = calling.call(lambda *_: self._notebook.run(exercise, self._names), None, {}, seconds=seconds)
        return self._told(outcome)

    def _do_call(self, of, args, kwargs, seconds):
        before = [_plain(part) for part in (*args, *kwargs.values())]
        outcome = calling.call(lambda *_: of(*args, **kwargs), None, {}, seconds=seconds)
        changed = {}
        for place, name in enumerate([*range(len(args)), *kwargs]):
            part = (*args, *kwargs.values())[place]
            if before[place] is not _NOT and not _same(before[place], part):
                changed[name] = sendable(part)
        return {**self._told(outcome), "changed": changed}

    def _do_attribute(self, of, name, seconds):
        outcome = calling.call(lambda *_: getattr(of, name), None, {}, seconds=seconds)
        return self._told(outcome)

    def _told(self, outcome):
        value = outcome.value
        told = {name: getattr(outcome, name) for name in ("kind", "error", "message", "line", "code", "function",
                                                           "printed", "dropped", "seconds")}
        return {"outcome": told, "value": sendable(value)}


_NOT = object()


def _plain(value):
    try:
        return plain(value)
    except NotPlain:
        return _NOT


def _same(before, after):
    from layerwise.check.compare import same

    try:
        return same(before, plain(after))
    except NotPlain:
        return False


def _quiet():
    """Let the course's own calls in a learner's cells do nothing: they are no answers."""
    check = importlib.import_module("layerwise.check")

    def nothing(*_, **__):
        return True

    for name in ("check", "hint", "solution", "predict", "quiz", "found"):
        setattr(check, name, nothing)
    sys.argv = [""]
