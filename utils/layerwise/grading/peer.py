"""Two processes that call each other's functions: the grader's and the learner's.

Each side keeps its own things and gives the other a *handle* for what is not plain. Calling a handle sends the
arguments, and waits; meanwhile the other side may call back, as an answer does with a function that it was given.
"""

import builtins

from layerwise.check.plain import NotPlain, plain, type_name
from layerwise.grading import wire


class Peer:
    """One end of the connection.

    Args:
        reader, writer: Binary files.
    """

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self._things = []  # ours that the other side has a handle for: they live as long as the connection

    # ---- messages

    def send(self, message):
        """Send a message of plain values, functions and other things of ours."""
        wire.write(self._writer, message, handle=self._handle)

    def receive(self):
        """Return the next message; handles of the other side have become stand-ins."""
        return wire.read(self._reader, handle=self._stand_in)

    def ask(self, request):
        """Send a request and return its answer; requests that come meanwhile are served."""
        self.send(request)
        while True:
            message = self.receive()
            if type(message) is not dict or "do" not in message:
                return message
            self.send(self.serve(message))

    def serve(self, request):
        """Do what the other side asks for; return what to answer. Subclasses say what may be asked."""
        raise NotImplementedError

    def thing(self, number):
        """Return our thing that a handle stands for."""
        return self._things[number]

    # ---- handles

    def _handle(self, value):
        if isinstance(value, Remote):
            return {"yours": value._layerwise_number}
        self._things.append(value)
        return {"mine": len(self._things) - 1, "type": type_name(value), "callable": callable(value)}

    def _stand_in(self, handle):
        if "yours" in handle:
            return self._things[handle["yours"]]
        base = RemoteFunction if handle["callable"] else Remote
        # The class has the other's name, so that messages say what came.
        kind = type(str(handle["type"])[:100], (base,), {"__slots__": ()})
        return kind(self, int(handle["mine"]))


class Remote:
    """A thing of the other side."""

    __slots__ = ("_layerwise_number", "_layerwise_peer")

    def __init__(self, peer, number):
        self._layerwise_peer, self._layerwise_number = peer, number

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._layerwise_peer.attribute(self, name)

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return f"<{type(self).__name__} of the other side>"


class RemoteFunction(Remote):
    """A thing of the other side that can be called."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return self._layerwise_peer.call(self, args, kwargs)


def sendable(value):
    """Return a value as it can be sent: plain where it can be, part by part, and otherwise as it is.

    Raises:
        NotPlain: For a plain value that is far too large.
    """
    kind = type(value)
    if kind in (list, tuple):
        return kind(map(sendable, value))
    if kind is dict:
        return {key: sendable(part) for key, part in value.items()}
    if isinstance(value, Remote) or callable(value):
        return value
    try:
        return plain(value)
    except NotPlain:
        return value


def exception(name, message):
    """Return an exception of a built-in type by its name, or a `RuntimeError` that names it."""
    kind = getattr(builtins, str(name), None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(message)
        except TypeError:
            pass
    return RuntimeError(f"{name}: {message}")
