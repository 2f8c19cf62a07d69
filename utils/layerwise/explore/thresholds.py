"""The alarms explorer: where an alarm begins, and what a miss and an alarm cost."""

import functools

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import limits
from layerwise.plot._figure import numbers, short
from layerwise.suggest import CourseError

PLACES = 60


def build(scores, anomalous, state=None):
    """Return the explorer; see `layerwise.explore.alarms`."""
    scores = numbers(scores, what="alarms(): scores", dimensions=1)
    anomalous = np.asarray(anomalous).astype(bool)
    if anomalous.shape != scores.shape or anomalous.all() or not anomalous.any():
        raise CourseError("alarms() needs one verdict per score, and both ordinary and anomalous cases.")
    if not (scores > 0).all():
        raise CourseError(f"alarms() needs scores above 0; {scores.min():.4g} came.")
    # Two cases with the very same rounded threshold would be one option.
    options = tuple(dict.fromkeys(float(f"{value:.3g}") for value in limits.grid(scores, PLACES)))
    state = dict(state or {})
    if "threshold" in state:  # any number will do: the nearest step of the scale is taken
        state["threshold"] = min(options, key=lambda option: abs(np.log(option / state["threshold"])))
    controls = (
        Choice("threshold", "alarm from", options, options[len(options) // 2], ordered=True,
               help="Cases with at least this error raise an alarm."),
        Slider("miss", "price of a miss", 1.0, 500.0, 150.0, step=1.0, help="What an anomaly costs that nobody saw."),
        Slider("alarm", "price of an alarm", 0.0, 50.0, 5.0, step=0.5, help="What it costs to look at one case."),
    )
    return Explorer(
        "Where should the alarm begin?", controls, compute=functools.partial(compute, scores, anomalous, options),
        draw=draw, say=say, state=state,
    )


def compute(scores, anomalous, options, *, threshold, miss, alarm):
    """Return what is caught and what it costs at every threshold."""
    grid = np.array(options)
    raised = scores >= threshold
    costs = limits.expense(scores, anomalous, grid, miss=miss, alarm=alarm)
    return {
        "scores": scores, "anomalous": anomalous, "thresholds": grid, "costs": costs, "threshold": threshold,
        "caught": float(raised[anomalous].mean()), "alarms": float(1000 * raised.mean()),
        "right": float(anomalous[raised].mean()) if raised.any() else None, "place": options.index(threshold),
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    return limits.alarms(
        result["scores"], result["anomalous"], threshold=result["threshold"], thresholds=result["thresholds"],
        costs=result["costs"], title="What an alarm catches, and what it costs", height=560 if narrow else 500,
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and what the rule costs."""
    costs, place = result["costs"], result["place"]
    best = int(costs.argmin())
    start = {
        "miss": f"With a miss at {state['miss']:g}",
        "alarm": f"With an alarm at {state['alarm']:g}",
    }.get(changed, f"From {state['threshold']:g} on")
    if result["right"] is None:
        seen = "nothing raises an alarm"
    else:
        seen = (
            f"{result['alarms']:.1f} of 1,000 cases raise an alarm, {result['right']:.0%} of them rightly, and "
            f"{result['caught']:.0%} of the anomalies are caught"
        )
    if costs[place] <= costs[best] * 1.005 + 1e-9:
        return f"{start}, {seen}: at {short(costs[place])} per 1,000 cases, no threshold is cheaper."
    silent = " and there it keeps silent" if best == len(costs) - 1 else ""
    return (
        f"{start}, {seen}: that costs {short(costs[place])} per 1,000 cases, and from "
        f"{result['thresholds'][best]:g} on it would be {short(costs[best])}{silent}."
    )
