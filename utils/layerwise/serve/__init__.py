"""Services on this machine: start one, send it requests, read its level of service, and leave nothing behind.

    from layerwise import serve

    with serve.start(app) as service:
        table = serve.load(service, payloads, path="/predict", rate=50, count=500)
    serve.percentiles(table)

| name | what it does |
|---|---|
| ``start(app)`` | runs an app object in a thread of this kernel, or a file in a process of its own, on 127.0.0.1 |
| ``running()``, ``stop_all()`` | what runs now, by name; the end of all of it |
| ``load(service, payloads, rate=...)`` | sends requests from a process of its own, and returns one row for each |
| ``last_load()`` | what an interrupted `load` had measured until then |
| ``percentiles(table)``, ``summary(tables)`` | the level of service that a table of requests shows |
| ``Rehearsed`` | a base that lets a batching queue of one's own live through arrivals on a clock that jumps |
| ``simulate(seconds, rate=...)`` | the waits of requests that a batching queue would answer, from measured times |

Services need the extra packages of the course: ``pip install "layerwise[serving]"``. Explained in lesson 25.
"""

from layerwise import lazy

# No module bears the name of a function: importing it would put the module in the function's place.
_WHERE = {
    "Rehearsed": "rehearsals",
    "Service": "services",
    "last_load": "loads",
    "load": "loads",
    "percentiles": "levels",
    "running": "services",
    "simulate": "queues",
    "start": "services",
    "stop_all": "services",
    "summary": "levels",
}

__all__ = sorted(_WHERE)

__getattr__, __dir__ = lazy.exports(__name__, _WHERE)
