"""The refusal explorer: a threshold, the price of a mistake and the price of asking a person."""

import functools

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Slider
from layerwise.plot import certainty
from layerwise.plot._figure import numbers

THRESHOLDS = np.round(np.arange(0, 1.001, 0.01), 2)


def build(confidence, right, state=None):
    """Return the explorer; see `layerwise.explore.refusal`."""
    confidence = numbers(confidence, what="refusal(): confidence", dimensions=1)
    right = numbers(right, what="refusal(): right", dimensions=1)
    if confidence.shape != right.shape:
        raise ValueError(f"refusal() needs one verdict per answer; {len(confidence)} and {len(right)} came.")
    asked = confidence[:, None] < THRESHOLDS
    answered = 1 - asked.mean(axis=0)
    mistakes = (~asked & (right == 0)[:, None]).mean(axis=0)
    controls = (
        Slider("threshold", "answers from", 0.0, 1.0, 0.5, step=0.01, help="The least confidence to answer with."),
        Slider("mistake", "price of a mistake", 1.0, 50.0, 10.0, step=0.5, help="What a wrong answer costs."),
        Slider("asking", "price of asking", 0.0, 10.0, 1.0, step=0.1, help='What an "I don\'t know" costs.'),
    )
    return Explorer(
        'A rule for "I don\'t know"', controls, compute=functools.partial(compute, answered, mistakes), draw=draw,
        say=say, state=state,
    )


def compute(answered, mistakes, *, threshold, mistake, asking):
    """Return what is answered, how much of it is wrong, and the cost, at every threshold."""
    with np.errstate(divide="ignore", invalid="ignore"):
        wrong = np.where(answered > 0, mistakes / answered, np.nan)
    costs = mistake * mistakes + asking * (1 - answered)
    return {
        "answered": answered, "wrong": wrong, "costs": costs, "chosen": round(threshold * (len(THRESHOLDS) - 1)),
        "best": int(costs.argmin()),
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    return certainty.refusal(
        THRESHOLDS, result["answered"], result["wrong"], result["costs"], chosen=result["chosen"],
        title="What refusing buys, and what it costs", narrow=narrow,
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and what the rule costs."""
    here, best = result["chosen"], result["best"]
    cost, least = result["costs"][here], result["costs"][best]
    share = result["answered"][here]
    answers = f"it answers {share:.0%} of the pictures" if share else "it answers nothing at all"
    if share:
        answers += f" and is wrong in {result['wrong'][here]:.1%} of those"
    if cost == least:
        judged = f"at {cost:.2f} a picture, no threshold is cheaper"
    elif f"{cost:.2f}" == f"{least:.2f}":
        judged = f"at {cost:.2f} a picture, no threshold is cheaper by a hundredth"
    else:
        judged = f"that costs {cost:.2f} a picture, and from {THRESHOLDS[best]:.0%} on it would be {least:.2f}"
    start = {
        "threshold": f"Answering from {state['threshold']:.0%} on",
        "mistake": f"With mistakes at {state['mistake']:g}",
        "asking": f"With a question at {state['asking']:g}",
    }.get(changed, f"From a confidence of {state['threshold']:.0%} on")
    return f"{start}, {answers}: {judged}."
