"""The serving explorer: arrivals, batches, window and replicas against waiting, from measured times of calls."""

import functools
import math

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import levels
from layerwise.suggest import CourseError

GRID = (0.05, 0.25, 0.45, 0.65, 0.8, 0.95, 1.15)
"""Rates of the curve, as shares of what the setting can answer at most, or of the slider where that is more."""

BOUND = 300
COUNT = 350
"""Requests of one simulation: enough for a p95 that is steady, few enough for a slider that follows."""


def build(measurements, state=None):
    """Return the explorer; see `layerwise.explore.serving`."""
    models = {str(name): _model(name, given) for name, given in _checked(measurements).items()}
    names = tuple(models)
    slowest = max(model["one"] for model in models.values())
    most = _round(min(max(12 / slowest, 100), 2000))
    step = max(1, most // 200)

    @functools.lru_cache(maxsize=64)
    def curve(model, max_batch, window, replicas):
        reach = min(_ceiling(models[model], max_batch, replicas), most)
        rates = [min(share * reach, 1.05 * most) for share in GRID]
        return [_level(models[model], rate, max_batch, window, replicas) for rate in dict.fromkeys(rates)]

    def compute(*, rate, max_batch, window, replicas, target, **chosen):
        name = chosen.get("model", names[0])
        model = models[name]
        return {
            "model": name, "rate": rate, "target": target / 1000, "curve": curve(name, max_batch, window, replicas),
            "here": _level(model, rate, max_batch, window, replicas), "measured": model["measured"],
            "ceiling": _ceiling(model, max_batch, replicas), "replicas": replicas, "max_batch": max_batch,
            "most": most,
        }

    first = _round(min(0.5 / models[names[0]]["one"], most))
    controls = (
        *([Choice("model", "model", names, names[0], help="Whose measured calls are used.")] if len(names) > 1 else []),
        Slider("rate", "requests a second", step, most, max(step, first // step * step), step=step,
               help="They come at random moments."),
        Choice("max_batch", "largest batch", (1, 2, 4, 8, 16, 32), 1, ordered=True,
               help="The most requests that one call takes; 1 is no batching."),
        Slider("window", "window, ms", 0, 100, 0, step=5, help="How long the first of a batch waits for company."),
        Slider("replicas", "replicas", 1, 8, 1, step=1, help="Copies of the model, each with a core of its own."),
        Choice("target", "promise for p95, ms", (20, 50, 100, 200, 500), 100, ordered=True,
               help="95 of 100 requests shall be answered within it."),
    )
    return Explorer("How long do strangers wait?", controls, compute=compute, draw=draw, say=say, state=state)


def _checked(measurements):
    if not isinstance(measurements, dict) or not measurements:
        raise CourseError('serving() needs a dict such as {"mlp": {"seconds": {1: [0.004], 8: [0.009]}}}.')
    if "seconds" in measurements:
        measurements = {"model": measurements}
    for name, given in measurements.items():
        if not isinstance(given, dict) or "seconds" not in given:
            raise CourseError(f'serving(): {name!r} needs "seconds", the measured times of calls by batch size.')
    return measurements


def _model(name, given):
    from layerwise.serve.queues import simulate

    seconds = {int(size): np.atleast_1d(np.asarray(times, float)) for size, times in given["seconds"].items()}
    simulate(seconds, rate=1, count=1)  # complains about what is wrong with them
    measured = given.get("measured")
    if hasattr(measured, "to_dict"):
        measured = measured.to_dict("records")
    middle = {size: float(np.mean(times)) for size, times in sorted(seconds.items())}
    return {
        "seconds": seconds, "overhead": float(given.get("overhead", 0.0)), "measured": list(measured or []),
        "one": float(np.interp(1, list(middle), list(middle.values()))), "middle": middle,
    }


def _ceiling(model, max_batch, replicas):
    """Return how many requests a second full batches would answer."""
    return replicas * max_batch / float(np.interp(max_batch, list(model["middle"]), list(model["middle"].values())))


def _level(model, rate, max_batch, window, replicas):
    from layerwise.serve.levels import percentiles
    from layerwise.serve.queues import simulate

    table = simulate(
        model["seconds"], rate=rate, count=COUNT, max_batch=max_batch, max_wait=window / 1000, replicas=replicas,
        overhead=model["overhead"], bound=BOUND, seed=0,
    )
    size = table.batch[table.batch > 0]
    return {"asked": float(rate), **percentiles(table), "batch": float(size.mean()) if len(size) else 0.0}


def _round(number):
    """Return a number with one digit that counts, as a slider's end should be."""
    power = 10 ** max(0, math.floor(math.log10(number)))
    return int(max(1, round(number / power)) * power)


def _end(rate):
    """Return the end of an axis that reaches a rate: 1, 2 or 5, and zeros."""
    power = 10 ** math.floor(math.log10(rate))
    return power * next(step for step in (1, 2, 5, 10) if step * power >= rate)


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    measured = result["measured"] if result["replicas"] == 1 and result["max_batch"] == 1 else []
    made = levels.service_levels(
        {result["model"]: [*result["curve"], result["here"]]},
        measured={result["model"]: measured} if measured else None, target=result["target"], here=result["rate"],
        title="How long strangers wait", height=440 if narrow else 430,
        subtitle="Lines: played through." + (" Dots: measured." if measured else ""),
    )
    # The axes stay where they are for as long as they can, so that a curve that moves is seen to move.
    made.update_xaxes(range=[0, _end(1.2 * max(result["rate"], min(result["ceiling"], result["most"])))])
    made.update_yaxes(range=[0, 4])
    return made


def say(state, result, changed=None):
    """Return one sentence: whether the promise is kept, and how busy that makes the replicas."""
    here, rate, most = result["here"], result["rate"], result["ceiling"]
    copies = "one replica" if result["replicas"] == 1 else f"{result['replicas']} replicas"
    start = {
        "model": f"With the {result['model']}, ", "max_batch": f"With batches of up to {result['max_batch']}, ",
        "window": f"With a window of {state['window']} ms, ", "replicas": f"With {copies}, ",
    }.get(changed, f"At {rate:,} requests a second, ")
    if rate > most:
        return f"{start}more come than {copies} can answer, about {most:,.0f} a second: the queue only grows."
    if not math.isfinite(here["p95"]):
        return f"{start}more than 5 of 100 requests are sent away: the promise is broken."
    kept = "kept" if here["p95"] <= result["target"] else "broken"
    batch = f" in batches of {here['batch']:.1f}" if state["max_batch"] > 1 else ""
    busy = f"{rate / most:.0%}" if rate / most >= 0.005 else "less than 1%"
    return (
        f"{start}95 of 100 are answered within {1000 * here['p95']:.0f} ms{batch}: the promise of "
        f"{1000 * result['target']:.0f} ms is {kept}, at {busy} of what {copies} could do."
    )
