"""Measure what a notebook costs, and what the machine under it is worth.

``python -m layerwise.authoring.run_measure`` prints the CPU seconds of the calibration workload.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

# One thread: how many a library starts, and how long they spin while waiting, is not what we compare.
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


class Usage:
    """Count the CPU seconds and the peak memory of the child processes from here to `stop`.

    Where the operating system keeps the count (Linux, macOS), it is exact for children that have
    ended and been waited for; elsewhere it is sampled five times a second.
    """

    def __init__(self):
        self.groups = set()
        self.samples = {}
        self.cells = {}
        self.peak = 0
        self.done = threading.Event()
        self.before = children_usage()
        self.began = time.monotonic()
        if self.before is None:
            threading.Thread(target=self._sample, daemon=True).start()

    def note_children(self):
        """Remember the children that lead a process group, so that `stop` can end what they leave."""
        if hasattr(os, "getpgid") and not self.groups:
            import psutil

            self.groups = {child.pid for child in psutil.Process().children() if leads_group(child.pid)}

    def cell_starts(self, number):
        """Note what all cells before this one have cost."""
        self.note_children()
        self.cells[number] = [tree_cpu_seconds()]

    def cell_ends(self, number):
        """Note what all cells up to this one have cost."""
        self.cells[number].append(tree_cpu_seconds())

    def heaviest(self, *, count=5):
        """Return pairs of cell number and CPU seconds of the cells that cost most, the heaviest first."""
        costs = [(number, round(seconds[1] - seconds[0], 1)) for number, seconds in self.cells.items() if seconds[1:]]
        return sorted([cost for cost in costs if cost[1] > 0], key=lambda cost: -cost[1])[:count]

    def stop(self):
        """Return ``wall_seconds``, ``cpu_seconds``, ``memory_mb`` and ``heaviest``, and end what is left running."""
        wall = time.monotonic() - self.began
        for group in self.groups:
            with contextlib.suppress(OSError):
                os.killpg(group, signal.SIGKILL)
        self.done.set()
        after = children_usage()
        if after is None:
            cpu, peak = sum(self.samples.values()), self.peak
        else:
            cpu, peak = after[0] - self.before[0], after[1]
        return {
            "wall_seconds": round(wall, 2), "cpu_seconds": round(cpu, 2), "memory_mb": round(peak / 1e6),
            "heaviest": self.heaviest(),
        }

    def _sample(self):
        import psutil

        own = psutil.Process()
        while not self.done.wait(0.2):
            for child in own.children(recursive=True):
                try:
                    times = child.cpu_times()
                    self.samples[child.pid] = times.user + times.system
                    self.peak = max(self.peak, child.memory_info().rss)
                except psutil.Error:
                    continue


def tree_cpu_seconds():
    """Return the CPU seconds that the living children of this process, and theirs, have used until now."""
    import psutil

    total = 0.0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times = child.cpu_times()
            ended = getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
            total += times.user + times.system + ended
    return total


def leads_group(pid):
    """Return True where a process leads a process group of its own."""
    try:
        return os.getpgid(pid) == pid
    except OSError:
        return False


def children_usage():
    """Return CPU seconds of all ended children and the bytes of the largest, or None where nobody counts."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit


def workload():
    """Do a fixed amount of work, half of it in NumPy and half in Python, and return its checksum."""
    import numpy as np

    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(400, 400)) / 20
    product = matrix
    for _ in range(20):
        product = np.tanh(product @ matrix)
    values = rng.normal(size=400_000)
    for _ in range(5):
        values = np.sort(np.sin(values * 3.0))
    total = 0
    for number in range(2_500_000):
        total = (total * 31 + number) % 1_000_003
    return float(product.sum()) + float(values.sum()) + total


def cpu_seconds(function, *, repeats=3):
    """Return the CPU seconds of the quickest of some calls.

    Example:
        >>> cpu_seconds(lambda: sum(range(1000))) >= 0
        True
    """
    best = float("inf")
    for _ in range(repeats):
        began = time.process_time()
        function()
        best = min(best, time.process_time() - began)
    return best


def calibrate():
    """Return what the calibration workload costs on this machine now, in CPU seconds.

    It runs in a process of its own, on one thread, and counts the best of three.
    """
    answer = subprocess.run(
        [sys.executable, "-m", "layerwise.authoring.run_measure"],
        env={**os.environ, **SINGLE}, capture_output=True, text=True, check=True,
    )
    return float(answer.stdout)


if __name__ == "__main__":
    workload()  # the first call also pays for imports
    print(f"{cpu_seconds(workload):.4f}")
