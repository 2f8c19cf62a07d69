"""Send requests to a service at a rate, from a process of its own, and lose nothing of what comes back."""

import json
import sys
import threading
from urllib.parse import urlsplit

from layerwise.suggest import CourseError

MOST_REQUESTS = 20_000
LONGEST = 120.0
"""Seconds that a load may take."""

COLUMNS = ("request", "due", "sent", "answered", "seconds", "status", "outcome", "answer")

_last = None


def load(target, payloads, *, path="", rate=None, clients=None, count=None, seconds=None, pattern="poisson",
         timeout=5.0, seed=0, headers=None, remote=False):
    """Send requests to a service and return what came back, one row for each request.

    With `rate` the loop is open: requests come when they come, whether or not earlier ones have been answered, as
    strangers' requests do. With `clients` it is closed: that many clients send, wait for the answer, and send again.
    Latencies count from the moment at which a request was due, so waiting cannot hide.

    Args:
        target: A `Service`, or an address such as "http://127.0.0.1:8000".
        payloads: What to send, over and over: objects that become JSON, NumPy arrays among them, or a str or bytes
            that is sent as it is. None sends a GET.
        path: Is added to the address, such as "/predict".
        rate: Requests a second, on average.
        clients: Clients of a closed loop, in place of `rate`.
        count: How many requests, at most.
        seconds: For how long new requests are sent, at most.
        pattern: With `rate`: "poisson" (random, as from many strangers) or "even".
        timeout: Seconds that a client waits for an answer before it gives up.
        seed: Of the random arrivals.
        headers: More headers, as a dict.
        remote: True allows an address on another machine. Load only machines that are yours.

    Returns:
        A ``pandas.DataFrame`` in the order of sending:

        | column | what it is |
        |---|---|
        | request | which payload |
        | due, sent, answered | seconds since the start; `due` is when it should have been sent |
        | seconds | from due to answered: the latency |
        | status | of HTTP; 0 where none came |
        | outcome | "answered" (2xx), "busy" (429, 503), "refused" (4xx), "failed" (5xx), "slow" (no answer in time), "garbage" (no HTTP, or no JSON where JSON was said), "lost" (no connection, or it broke) |
        | answer | what JSON said, else None |

    Raises:
        CourseError: An argument is missing or out of bounds, or the address is on another machine. What a service
            does wrong is counted, never raised.

    Example:
        >>> from layerwise import serve
        >>> async def app(scope, receive, send):
        ...     await send({"type": "http.response.start", "status": 200, "headers": []})
        ...     await send({"type": "http.response.body", "body": b"hello"})
        >>> with serve.start(app, name="hello") as service:
        ...     table = serve.load(service, None, rate=100, count=5)
        >>> list(table.outcome)
        ['answered', 'answered', 'answered', 'answered', 'answered']

    Explained in lesson 25. Open against closed: https://www.usenix.org/legacy/event/nsdi06/tech/full_papers/schroeder/schroeder.pdf
    """  # noqa: E501
    global _last
    base = str(getattr(target, "url", target))
    job = {
        "url": base.rstrip("/") + path, "timeout": float(timeout), "headers": dict(headers or {}),
        "payloads": [_body(payload) for payload in _several(payloads)],
        **_schedule(rate, clients, count, seconds, pattern, seed),
    }
    _only_here(job["url"], remote)
    rows, told = [], None
    try:
        _send(job, rows)
    except KeyboardInterrupt:
        told = (
            f"Interrupted after {len(rows)} answers. The requests have been stopped; what was measured until then is "
            "in serve.last_load()."
        )
        raise
    finally:
        _last = _table(rows)
        dead = getattr(target, "obituary", None) and not target.alive and not getattr(target, "_stopped", False)
        for line in filter(None, (told, target.obituary() if dead else None)):
            print(line, file=sys.stderr)
    return _last


def last_load():
    """Return the table of the last `load`, as far as it got; None before the first.

    Example:
        >>> from layerwise import serve
        >>> table = serve.last_load()

    Explained in lesson 25.
    """
    return _last


def _several(payloads):
    if payloads is None or isinstance(payloads, (str, bytes, dict)):
        return [payloads]
    payloads = list(payloads)
    if not payloads:
        raise CourseError("load() needs at least one payload to send; an empty list came.")
    return payloads


def _body(payload):
    """Return a payload as text for the job, with what it is."""
    if payload is None:
        return None
    if isinstance(payload, bytes):
        return {"hex": payload.hex()}
    if isinstance(payload, str):
        return {"text": payload}

    def plain(value):
        if hasattr(value, "tolist"):
            return value.tolist()
        raise TypeError(f"{type(value).__name__} is not a thing of JSON")

    try:
        return {"text": json.dumps(payload, default=plain)}
    except (TypeError, ValueError) as error:
        raise CourseError(f"load() can send what JSON can say; one payload is more: {error}.") from None


def _schedule(rate, clients, count, seconds, pattern, seed):
    """Return when requests are due, in seconds from the start, or how many clients send."""
    import numpy as np

    if (rate is None) == (clients is None):
        raise CourseError("load() needs `rate` (requests a second) or `clients` (a closed loop): one of the two.")
    if count is None and seconds is None:
        raise CourseError("load() needs `count` or `seconds`, so that it ends.")
    count = MOST_REQUESTS if count is None else count
    seconds = LONGEST if seconds is None else seconds
    for what, value, most in (("count", count, MOST_REQUESTS), ("seconds", seconds, LONGEST)):
        if not 0 < value <= most:
            raise CourseError(f"load() takes a `{what}` above 0 and up to {most:,g}; {value!r} came.")
    if clients is not None:
        if not 0 < clients <= 200:
            raise CourseError(f"load() takes 1 to 200 clients; {clients!r} came.")
        return {"clients": int(clients), "count": int(count), "seconds": float(seconds)}
    if not 0 < rate <= 5000:
        raise CourseError(f"load() takes a rate above 0 and up to 5,000 a second; {rate!r} came.")
    if pattern not in ("poisson", "even"):
        raise CourseError(f'load() knows the patterns "poisson" and "even"; {pattern!r} came.')
    gaps = np.full(int(count), 1 / rate)
    if pattern == "poisson":
        gaps = np.random.default_rng(seed).exponential(1 / rate, int(count))
    due = np.cumsum(gaps)
    return {"due": due[due <= seconds].round(6).tolist(), "seconds": float(seconds)}


def _only_here(url, remote):
    import ipaddress

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CourseError(f'load() needs an address such as "http://127.0.0.1:8000/predict"; {url!r} came.')
    try:
        here = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        here = False
    if not (here or remote):
        raise CourseError(
            f"load() sends to this machine only; {parts.hostname} is another one. Many requests at once can bring a "
            "stranger's service down. Say remote=True where the machine is yours."
        )


def _send(job, rows):
    """Let a process of its own send the requests, and take its rows as they come."""
    from layerwise.serve._process import finish, python

    process = python("_generator")
    limit = min(job["seconds"], LONGEST) + 2 * job["timeout"] + 20
    if "due" in job:
        limit = (job["due"] or [0])[-1] + job["timeout"] + 20
    watchdog = threading.Timer(limit, process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.startswith("["):
                rows.append(json.loads(line))
    finally:
        watchdog.cancel()
        finish(process, patience=1)
        process.stdout.close()


def _table(rows):
    import pandas as pd

    rows = sorted(rows, key=lambda row: row[1])
    table = pd.DataFrame([[*row[:4], row[3] - row[1], *row[4:]] for row in rows], columns=list(COLUMNS))
    numbers = dict.fromkeys(("due", "sent", "answered", "seconds"), "float64")
    return table.astype({**numbers, "request": "int64", "status": "int64"})
