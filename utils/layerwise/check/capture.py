"""Keep what somebody else's code prints, up to a limit, and refuse what it must not ask for."""

import builtins
import contextlib
import io
import sys

KEEP = 10_000
"""Bytes of output kept from one call; the rest is counted and dropped."""


class AsksForInput(Exception):
    """Raised where the learner's code waits for the keyboard."""


class _Kept(io.RawIOBase):
    """A stream that keeps its first `KEEP` bytes and counts the others, so that a megabyte costs nothing."""

    def __init__(self):
        super().__init__()
        self.kept, self.dropped = bytearray(), 0

    def writable(self):
        return True

    def write(self, chunk):
        chunk = memoryview(chunk).cast("B")
        room = max(KEEP - len(self.kept), 0)
        self.kept += chunk[:room]
        self.dropped += max(len(chunk) - room, 0)
        return len(chunk)


class _NoKeyboard(io.TextIOBase):
    def readable(self):
        return True

    def _refuse(self, *_, **__):
        raise AsksForInput

    read = readline = readlines = __next__ = _refuse


class Printed:
    """What was printed: `text`, and `dropped`, the number of bytes that were not kept."""

    def __init__(self):
        self._raw = _Kept()
        self._stream = io.TextIOWrapper(self._raw, encoding="utf-8", errors="replace")

    @property
    def stream(self):
        return self._stream

    def close(self):
        with contextlib.suppress(ValueError):  # the learner's code may have closed it
            self._stream.flush()

    @property
    def text(self):
        return bytes(self._raw.kept).decode("utf-8", errors="ignore")

    @property
    def dropped(self):
        return self._raw.dropped


@contextlib.contextmanager
def captured():
    """Capture standard output and errors; let ``input`` raise `AsksForInput` and ``exit`` raise `SystemExit`.

    Yields:
        A `Printed`.
    """
    printed = Printed()
    with contextlib.ExitStack() as stack:
        stack.callback(printed.close)
        _swap(stack, sys, "stdout", printed.stream)
        _swap(stack, sys, "stderr", printed.stream)
        _swap(stack, sys, "stdin", _NoKeyboard())
        _swap(stack, builtins, "input", _NoKeyboard()._refuse)
        if "getpass" in sys.modules:
            _swap(stack, sys.modules["getpass"], "getpass", _NoKeyboard()._refuse)
        ipython = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython else None
        if shell is not None:
            # IPython's own exit and quit would end the kernel, and the learner's work with it.
            _swap(stack, shell, "ask_exit", _exit)
        yield printed


def _exit(*_, **__):
    raise SystemExit


def _swap(stack, owner, name, value):
    """Set an attribute until the stack unwinds."""
    there = name in vars(owner)
    before = getattr(owner, name, None)
    setattr(owner, name, value)
    if there:
        stack.callback(setattr, owner, name, before)
    else:
        stack.callback(lambda: delattr(owner, name) if name in vars(owner) else None)
