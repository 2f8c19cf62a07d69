"""A service in a thread of this kernel: the app can be an object of the page, and shares the kernel's Python."""

import collections
import logging
import os
import threading
import time

from layerwise.serve._guard import Guard
from layerwise.serve._sockets import listen
from layerwise.suggest import CourseError


class InThread:
    """Run uvicorn in a thread."""

    def __init__(self, app, settings):
        self._app = Guard(app, **settings)
        self.lines = collections.deque(maxlen=500)
        self.pid = os.getpid()
        self._thread = self._server = self._socket = None
        self._error = None

    def begin(self, port, until):
        try:
            import uvicorn
        except ImportError:
            raise CourseError('start() needs more packages: pip install "layerwise[serving]".') from None

        self._socket = listen(port)
        config = uvicorn.Config(
            self._app, log_config=None, log_level="info", access_log=False, lifespan="auto", timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="layerwise-service", daemon=True)
        self._handler = _Lines(self.lines, self._thread)
        for logger in ("uvicorn", "asyncio"):
            logging.getLogger(logger).addHandler(self._handler)
        logging.getLogger("uvicorn").propagate = False  # as in uvicorn's own configuration
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise CourseError(
                    f"The service died while it was starting ({self.how_it_ended()}). Nothing is left running. Mend "
                    "what its log complains about, and run the cell again. The last lines of its log:\n"
                    + "\n".join(list(self.lines)[-12:])
                )
            if time.perf_counter() > until:
                raise CourseError(
                    "The service did not start in time, and was given up: its start-up code takes too long, or waits "
                    "for ever. Give `start` a longer timeout, or look at what the app does before it serves."
                )
            time.sleep(0.005)
        return self._socket.getsockname()[1]

    def _run(self):
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:  # SystemExit too: nothing may end silently in a thread
            self._error = error

    def alive(self):
        return bool(self._thread and self._thread.is_alive() and self._server.started and not self._server.should_exit)

    def cpu_seconds(self):
        return None

    def how_it_ended(self):
        return f"{type(self._error).__name__}: {self._error}" if self._error else "its server ended"

    def end(self):
        if self._server:
            self._server.should_exit = True
        if self._thread and self._thread.is_alive():
            self._thread.join(4)
            if self._thread.is_alive():  # a handler that never gives way: the thread stays, its port does not
                self._server.force_exit = True
                self._thread.join(2)
        if self._socket:
            self._socket.close()
        if self._thread:
            for logger in ("uvicorn", "asyncio"):
                logging.getLogger(logger).removeHandler(self._handler)


class _Lines(logging.Handler):
    """Keep what one thread logs."""

    def __init__(self, lines, thread):
        super().__init__(logging.INFO)
        self._lines, self._thread = lines, thread
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))

    def emit(self, record):
        if record.thread == self._thread.ident:
            self._lines.extend(self.format(record).splitlines())
