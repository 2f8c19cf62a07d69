"""Requests that wait for a batch, played through on a clock of its own, with service times that were measured."""

import heapq

import numpy as np

from layerwise.suggest import CourseError


def simulate(seconds, *, rate, count=2000, max_batch=1, max_wait=0.0, replicas=1, overhead=0.0, bound=None, seed=0):
    """Play through what a batching queue does with random arrivals, event by event.

    A free replica takes a batch as soon as `max_batch` requests wait, or the first of them has waited for `max_wait`.
    How long the batch then takes is drawn from the times that were measured for batches of that size; between two
    measured sizes they are interpolated. No formula of waiting is used.

    Args:
        seconds: A dict from batch sizes to measured times of one call, in seconds: a list for each, or one number.
        rate: Requests a second; the gaps are drawn from an exponential distribution.
        count: How many requests.
        max_batch: The most requests that one call of the model takes.
        max_wait: The longest that the first request of a batch waits for others, in seconds.
        replicas: How many copies of the model work side by side, each on cores of its own.
        overhead: Seconds that each request spends outside queue and model (network, JSON), added to its latency.
        bound: The most requests that may wait; a request more is sent away. None: no bound.
        seed: Of arrivals and service times.

    Returns:
        A ``pandas.DataFrame`` like that of `load`, with the size of each request's batch in ``batch``.

    Raises:
        CourseError: No time was given, or a number is out of range.

    Example:
        >>> from layerwise import serve
        >>> table = serve.simulate({1: 0.01}, rate=1, count=100)
        >>> round(serve.percentiles(table)["p50"], 3)
        0.01

    Explained in lesson 25.
    """
    import pandas as pd

    draw = _times(seconds)
    if rate <= 0 or max_batch < 1 or max_wait < 0 or replicas < 1 or count < 1:
        raise CourseError("simulate() needs rate > 0, count, max_batch and replicas of at least 1, and max_wait >= 0.")
    rng = np.random.default_rng(seed)
    due = np.cumsum(rng.exponential(1 / rate, int(count))).tolist()  # single numbers are quicker outside NumPy
    luck = rng.random(int(count)).tolist()
    answered, batch, taken = [0.0] * len(due), [0] * len(due), [True] * len(due)
    free = [0.0] * int(replicas)  # when each replica is free again
    waiting, coming, calls = [], 0, 0
    while coming < len(due) or waiting:
        if not waiting:
            waiting.append(coming)
            coming += 1
        first, idle = due[waiting[0]], free[0]
        # The batch leaves when a replica is free and it is full, or its first request has waited long enough.
        leaves = max(idle, first + max_wait)
        while coming < len(due) and len(waiting) < max_batch and due[coming] <= leaves:
            waiting.append(coming)
            coming += 1
        if len(waiting) >= max_batch:
            leaves = max(idle, due[waiting[max_batch - 1]])
        while coming < len(due) and due[coming] <= leaves:  # they queue up behind this batch, as far as there is room
            if bound is None or len(waiting) < bound:
                waiting.append(coming)
            else:
                taken[coming], answered[coming] = False, due[coming]
            coming += 1
        now, waiting = waiting[:max_batch], waiting[max_batch:]
        done = leaves + draw(len(now), luck[calls])
        calls += 1
        heapq.heapreplace(free, done)
        for place in now:
            answered[place], batch[place] = done, len(now)
    due, answered = np.array(due), np.array(answered)
    latency = answered - due + overhead
    outcome = np.where(taken, "answered", "busy")
    columns = {"due": due, "answered": answered + overhead, "seconds": latency, "outcome": outcome, "batch": batch}
    return pd.DataFrame(columns)


def _times(seconds):
    """Return a function that draws the time of one call for a batch size, from measured times."""
    if not isinstance(seconds, dict) or not seconds:
        raise CourseError("simulate() needs measured times, as a dict such as {1: [0.004, 0.005], 8: [0.009]}.")
    sizes = sorted(int(size) for size in seconds)
    if sizes[0] < 1:
        raise CourseError(f"simulate() needs batch sizes of 1 and more; {sizes[0]} came.")
    sorts = {int(size): np.sort(np.atleast_1d(np.asarray(times, float))) for size, times in seconds.items()}
    levels = np.linspace(0, 1, 101)
    table = np.array([np.quantile(sorts[size], levels) for size in sizes])

    by_size = {}

    def draw(size, luck):
        """The same share of luck in both neighbouring sizes, and a straight line between them."""
        if size not in by_size:
            by_size[size] = [float(np.interp(size, sizes, column)) for column in table.T]
        return by_size[size][int(100 * luck + 0.5)]

    return draw
