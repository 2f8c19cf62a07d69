"""Measure what a lesson's run does not: ``python -m layerwise.authoring.run_figures [import|explorers]``.

docs/measuring.md lists it among the commands behind the figures that the course promises.
"""

import json
import subprocess
import sys
import time
from statistics import median

HEAVY = ("numpy", "keras", "tensorflow", "plotly", "ipywidgets", "sqlite3")
"""Libraries that ``import layerwise`` leaves to those who use them."""

PROBE = """
import json, sys, time
began = time.process_time()
{code}
spent = time.process_time() - began
print(json.dumps([spent, [name for name in {heavy} if name in sys.modules]]))
"""


def import_cost(code="import layerwise", *, repeats=5):
    """Return what an import costs over bare Python, in CPU seconds, and the heavy libraries that it loads.

    Args:
        code: The line to measure.
        repeats: How many fresh processes; the median counts. One more process goes before them, so that bytecode is
            cached.

    Example:
        >>> seconds, heavy = import_cost("import json", repeats=1)
        >>> heavy
        []
    """
    answers = []
    for _ in range(repeats + 1):
        probe = PROBE.format(code=code, heavy=HEAVY)
        done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
        answers.append(json.loads(done.stdout))
    return median([spent for spent, _ in answers[1:]]), answers[0][1]


def recompute_times(explorer, *, count=60):
    """Return what each of some states of an explorer took to compute and draw: pairs of wall and CPU milliseconds.

    The states are the explorer's own sweep, thinned evenly to about ``count``.
    """
    states = list(explorer.sweep())
    states = states[:: max(1, len(states) // count)]
    explorer.draw(explorer.compute())  # the first picture also pays for imports
    times = []
    for state in states:
        wall, cpu = time.perf_counter(), time.process_time()
        explorer.draw(explorer.compute(**state))
        times.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
    return times


def show_import():
    """Print what ``import layerwise`` costs."""
    seconds, heavy = import_cost()
    print(f"import layerwise: {seconds:.3f} CPU seconds over bare Python; heavy libraries loaded: {heavy or 'none'}")


def show_explorers():
    """Print the median recomputation of each explorer that has controls to sweep."""
    from layerwise import explore

    for name in ("neuron", "playground"):
        times = recompute_times(getattr(explore, name)())
        wall, cpu = zip(*times, strict=True)
        print(
            f"explore.{name}: median {median(wall):.1f} ms ({median(cpu):.1f} CPU ms), slowest {max(wall):.1f} ms, "
            f"{len(times)} states"
        )


def main(names):
    """Print the figures that are named, or all of them."""
    known = {"import": show_import, "explorers": show_explorers}
    for name in names or known:
        if name not in known:
            from layerwise.suggest import nearest

            print(f'No figure is called "{name}".{nearest(name, known)} Known: {", ".join(known)}.', file=sys.stderr)
            return 1
        known[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
