"""Let a queue of one's own live through arrivals on a clock that jumps: no time passes, and every run is the same."""

import asyncio
import contextlib
import selectors

PATIENCE = 10.0
"""Seconds on the jumping clock after the last arrival, when whoever still waits is said to wait for ever."""

ROUNDS = 5_000
"""Rounds of the loop in which the clock may stand still, before it is said to spin."""


class Rehearsed:
    """A base for batching queues that can be rehearsed: it adds `rehearse`, and nothing else.

    The class has ``__init__(self, call, max_batch, max_wait, most_waiting)``, where ``await call(requests)`` gives a
    list of answers; ``async ask(request)``, which returns the answer to one request; and ``async work()``, which
    serves batches until it is cancelled.

    Example:
        >>> class One(Rehearsed):
        ...     def __init__(self, call, max_batch, max_wait, most_waiting):
        ...         self.call = call
        ...
        ...     async def ask(self, request):
        ...         return (await self.call([request]))[0]
        ...
        ...     async def work(self):
        ...         await asyncio.Event().wait()
        >>> One.rehearse([0.0, 1.0], max_batch=1, max_wait=0.0, most_waiting=1, seconds=[0.25])["replies"]
        [['answer', 0, 0.25], ['answer', 1, 1.25]]

    Explained in lesson 25.
    """

    @classmethod
    def rehearse(cls, arrivals, max_batch, max_wait, most_waiting, seconds, unreadable=(), gone=()):
        """Let request i come at ``arrivals[i]`` seconds, and write down what becomes of it.

        Args:
            arrivals: When each request comes, in seconds, in order.
            max_batch, max_wait, most_waiting: Passed on to the class.
            seconds: How long a call takes, in seconds: ``seconds[size - 1]`` for a batch of this size.
            unreadable: Requests at which the model raises, whatever else is in the batch.
            gone: Pairs of a request and the moment at which its client gives up.

        Returns:
            A dict: ``replies`` has ``["answer", the request that it answers, when]``, ``["busy", None, when]``,
            ``["error", None, when]``, ``["gone", None, when]`` or ``["nothing", None, None]`` for each request;
            ``calls`` has ``[when, the requests in it]`` for each call of the model; ``at_once`` is the most calls that
            ran at the same time; ``ended`` says how `work` ended or how everything stood still, "" where it did not.
        """
        loop = _JumpingLoop(last=max(arrivals, default=0.0))
        stage = _Stage(cls, loop, arrivals, seconds, set(unreadable), dict(gone))
        # A notebook runs cells inside a loop of its own, which must not be seen meanwhile.
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            with contextlib.suppress(_Still):
                loop.run_until_complete(stage.play(max_batch, max_wait, most_waiting))
            return stage.report()
        finally:
            stage.clear()
            loop.close()
            asyncio._set_running_loop(outer)


class Unreadable(ValueError):
    """Raised by the model of a rehearsal for a request that it cannot read."""


class _Still(Exception):
    """Raised by the clock when nothing will ever happen again."""


class _Jumps(selectors.SelectSelector):
    """Instead of sleeping until the next timer, moves the clock there."""

    def __init__(self, last):
        super().__init__()
        self.now, self._until, self._rounds, self.why = 0.0, last + PATIENCE, 0, ""

    def go_on(self):
        """Let time pass for as long again, so that all can be ended."""
        self._until, self._rounds = self.now + PATIENCE, 0

    def select(self, timeout=None):
        if timeout is None or self.now > self._until:
            self.why = "waits"
            raise _Still
        self._rounds = 0 if timeout > 0 else self._rounds + 1
        if self._rounds > ROUNDS:
            self.why = "spins"
            raise _Still
        self.now += max(timeout, 0)
        return super().select(0)


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self, last):
        self.jumps = _Jumps(last)
        super().__init__(self.jumps)
        self.set_exception_handler(lambda *_: None)

    def time(self):
        return self.jumps.now


class _Stage:
    """One rehearsal: the class, its clients, the model, and what they did."""

    def __init__(self, cls, loop, arrivals, seconds, unreadable, gone):
        self.cls, self.loop, self.arrivals, self.seconds = cls, loop, arrivals, seconds
        self.unreadable, self.gone = unreadable, gone
        self.calls, self.running, self.at_once = [], 0, 0
        self.replies = [["nothing", None, None] for _ in arrivals]
        self.worker, self.clients, self.errors = None, [], []

    async def play(self, max_batch, max_wait, most_waiting):
        queue = self.cls(self.call, max_batch, max_wait, most_waiting)
        self.worker = asyncio.ensure_future(queue.work())
        self.clients = [asyncio.ensure_future(self.client(queue, number)) for number in range(len(self.arrivals))]
        await asyncio.wait(self.clients)

    async def call(self, requests):
        """Answer a batch, as a model would."""
        members = list(requests)
        self.calls.append([self.loop.time(), members])
        self.running += 1
        self.at_once = max(self.at_once, self.running)
        try:
            await asyncio.sleep(self.seconds[min(max(len(members), 1), len(self.seconds)) - 1])
        finally:
            self.running -= 1
        if self.unreadable & set(members):
            raise Unreadable(f"request {min(self.unreadable & set(members))} cannot be read")
        return [("answer to", member) for member in members]

    async def client(self, queue, number):
        """Ask once, and write down the reply."""
        await self._at(self.arrivals[number])
        asked = asyncio.ensure_future(queue.ask(number))
        if number in self.gone:
            self.loop.call_at(self.gone[number], asked.cancel)
        kind, whose = "answer", None
        try:
            answer = await asked
            whose = answer[1] if type(answer) is tuple and len(answer) == 2 else None
        except asyncio.QueueFull:
            kind = "busy"
        except asyncio.CancelledError:
            kind = "gone" if number in self.gone else "error"
        except Exception as error:
            kind = "error"
            self.errors.append(error)
        self.replies[number] = [kind, whose, self.loop.time()]

    async def _at(self, moment):
        reached = self.loop.create_future()
        self.loop.call_at(moment, reached.set_result, None)
        await reached

    def report(self):
        """Return what happened; raise what is a mistake of the code, and not of the rehearsal."""
        ended = self.loop.jumps.why
        if self.worker is not None and self.worker.done():
            error = None if self.worker.cancelled() else self.worker.exception()
            self.errors += [] if error is None else [error]
            ended = "ended" if error is None else type(error).__name__
        for error in self.errors:
            expected = isinstance(error, (Unreadable, asyncio.InvalidStateError, asyncio.CancelledError))
            if isinstance(error, NotImplementedError) or not (expected or self.unreadable or self.gone):
                raise error
        replies = [list(reply) for reply in self.replies]  # what happens to them at the end is not part of it
        return {"replies": replies, "calls": self.calls[:], "at_once": self.at_once, "ended": ended}

    def clear(self):
        """End all tasks, however they take it."""
        tasks = [task for task in asyncio.all_tasks(self.loop) if not task.done()]
        for task in tasks:
            task.cancel()
        self.loop.jumps.go_on()
        if tasks:
            with contextlib.suppress(_Still):
                self.loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
