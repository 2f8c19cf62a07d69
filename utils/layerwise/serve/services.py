"""Start a service on this machine, find it again, and stop it with everything that belongs to it."""

import atexit
import threading
import time

from layerwise.suggest import CourseError

_RUNNING = {}
_LOCK = threading.RLock()
_AT_EXIT = []
_LATEST = {}  # the port that a name had last, so that a second run of a cell keeps the address


def start(app, *, name="service", port=0, ready=None, largest=1_000_000, patience=10.0, timeout=60.0):
    """Serve an app on 127.0.0.1, and return when it takes requests.

    A service of the same name that runs already is stopped first, so a cell can be run again. It ends with `stop`, at
    the end of a ``with`` block, and with the kernel, however that ends.

    Args:
        app: An ASGI app such as a ``fastapi.FastAPI()``, which runs in a thread of this kernel; or the path of a
            Python file, such as ``"service.py"`` or ``"service.py:app"``, which runs in a process of its own.
        name: What the service is called in messages and in `running`.
        port: The port; 0 takes a free one, the same as before where a service is replaced.
        ready: A path such as "/health/ready" that must answer with 200 before `start` returns; None waits for the
            port only.
        largest: The largest body of a request, in bytes; a longer one is refused with 413.
        patience: Seconds for a request to arrive (then 408), and for its answer (then 504).
        timeout: Seconds that starting may take.

    Returns:
        A `Service`.

    Raises:
        CourseError: The port is taken, or the service died or did not become ready; the message has the last lines of
            its log and says what to do. Nothing is left running then.

    Example:
        >>> from layerwise import serve
        >>> async def app(scope, receive, send):
        ...     await send({"type": "http.response.start", "status": 200, "headers": []})
        ...     await send({"type": "http.response.body", "body": b"hello"})
        >>> with serve.start(app, name="hello") as service:
        ...     service.url.startswith("http://127.0.0.1:"), service.alive
        (True, True)
        >>> service.alive
        False

    Explained in lesson 25.
    """
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port < 65536:
        raise CourseError(f"start() needs a port from 1 to 65535, or 0 for a free one; {port!r} came.")
    from layerwise.serve._process import InProcess
    from layerwise.serve._thread import InThread

    kind = InThread if callable(app) else InProcess
    settings = {"largest": int(largest), "patience": float(patience)}
    began = time.perf_counter()
    with _LOCK:
        if not _AT_EXIT:
            _AT_EXIT.append(atexit.register(stop_all))
        if name in _RUNNING:
            _RUNNING[name].stop()
        wanted = port or _LATEST.get(name, 0)
        service = Service(name, kind(app, settings))
        try:
            # Only a port that was asked for must be that one.
            service._begin(wanted, bool(port), ready, began + timeout)
        except BaseException:
            service.stop()
            raise
        service.seconds = time.perf_counter() - began
        _RUNNING[name] = service
        _LATEST[name] = service.port
        return service


def running():
    """Return the services that run now, as a dict from names to `Service`.

    Example:
        >>> from layerwise import serve
        >>> serve.running()
        {}

    Explained in lesson 25.
    """
    with _LOCK:
        return {name: service for name, service in _RUNNING.items() if service.alive}


def stop_all():
    """Stop every service that `start` began. Does nothing where there is none.

    Example:
        >>> from layerwise import serve
        >>> serve.stop_all()

    Explained in lesson 25.
    """
    for service in list(_RUNNING.values()):
        service.stop()


class Service:
    """A running service. `start` returns it; use it as a context, or call `stop`.

    | attribute | what it is |
    |---|---|
    | url | its address, such as ``"http://127.0.0.1:41873"``, without a slash at the end |
    | port | the port in it |
    | alive | whether it runs |
    | pid | the number of its process: the kernel's own where it runs in a thread |
    | seconds | how long `start` took, up to the first answer of `ready` where that was asked for |
    """

    def __init__(self, name, worker):
        self.name, self._worker = name, worker
        self.port, self.seconds = None, None
        self._stopped = False

    def _begin(self, port, exactly, ready, until):
        try:
            self.port = self._worker.begin(port, until)
        except PortTaken:
            if exactly:
                raise CourseError(_taken(port)) from None
            self.port = self._worker.begin(0, until)
        if ready:
            self._wait_for(ready, until)

    def _wait_for(self, path, until):
        import httpx

        last = "no answer"
        with httpx.Client(trust_env=False, timeout=5) as client:
            while time.perf_counter() < until:
                if not self.alive:
                    raise CourseError(self.obituary())
                try:
                    last = client.get(self.url + path).status_code
                except httpx.HTTPError as error:
                    last = type(error).__name__
                if last == 200:
                    return
                time.sleep(0.01)
        raise CourseError(
            f"The service {self.name!r} started, but {path} did not answer with 200 in time; the last answer was "
            f"{last}. It was stopped. Look at what {path} waits for, or give `start` a longer timeout.{self._tail()}"
        )

    @property
    def url(self):
        """The service's address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self):
        """Whether it runs."""
        return not self._stopped and self._worker.alive()

    @property
    def pid(self):
        """The number of the process in which it runs."""
        return self._worker.pid

    def cpu_seconds(self):
        """Return the CPU seconds that its process has used; None where it runs in the kernel or is gone."""
        return self._worker.cpu_seconds()

    def log(self, lines=20):
        """Return the last lines that it has written: warnings, errors and their tracebacks."""
        return "\n".join(list(self._worker.lines)[-lines:])

    def obituary(self):
        """Return what to tell about a service that has died, and what to do."""
        how = self._worker.how_it_ended()
        return (
            f"The service {self.name!r} has died ({how}). Nothing of it is left running. Mend what its log complains "
            f"about, then run the cell with serve.start again.{self._tail()}"
        )

    def _tail(self):
        lines = self.log(12)
        return f"\nThe last lines of its log:\n{lines}" if lines else " Its log is empty."

    def stop(self):
        """Stop it, and give its port back. A second call does nothing."""
        with _LOCK:
            if self._stopped:
                return
            try:
                self._worker.end()
            finally:
                self._stopped = True
                if _RUNNING.get(self.name) is self:
                    del _RUNNING[self.name]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def __repr__(self):
        if self.alive:
            return f"<service {self.name!r} at {self.url}, running>"
        return f"<service {self.name!r}, stopped>" if self._stopped else f"<{self.obituary()}>"


class PortTaken(Exception):
    """Raised by a worker where the port belongs to another program."""


def _taken(port):
    with _LOCK:
        own = [name for name, service in _RUNNING.items() if service.port == port and service.alive]
    if own:
        return (
            f"Port {port} is taken by your own service {own[0]!r}. Stop it with serve.running()[{own[0]!r}].stop(), "
            "give this one the same name to replace it, or leave `port` out to get a free one."
        )
    return (
        f"Port {port} is taken by another program on this machine{_who(port)}. Leave `port` out to get a free one, or "
        "stop that program first. Nothing was started."
    )


def _who(port):
    import psutil

    try:
        owners = {c.pid for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == port and c.pid}
        names = [f"{psutil.Process(pid).name()}, process {pid}" for pid in owners]
    except (psutil.Error, OSError):
        names = []
    return f" ({'; '.join(sorted(names))})" if names else ""
