"""The next-piece explorer: begin a text, and see what models expect to come next."""

import functools

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.blanks import checked, top
from layerwise.explore.controls import Slider, Words
from layerwise.plot import sentences


def build(predictors, state=None):
    """Return the explorer; see `layerwise.explore.next_piece`."""
    predictors = checked(predictors, "next_piece", "the text so far")
    controls = (
        Words("prefix", "the text so far", "hello, where is", longest=160, help="Write on, or write something else."),
        Slider("temperature", "temperature", 0.1, 2.0, 1.0, step=0.1, help="Below 1 the likely becomes likelier."),
    )
    return Explorer(
        "What comes next?", controls, compute=functools.partial(compute, predictors), draw=draw, say=say, state=state
    )


def compute(predictors, *, prefix, temperature):
    """Return the likeliest next pieces, with each predictor's probabilities, and how open the choice is."""
    answers = {name: warmed(predictor(prefix), temperature) for name, predictor in predictors.items()}
    first = next(iter(answers.values()))
    best = top(first)
    values = np.array(list(first.values()))
    bits = float(-(values * np.log2(np.maximum(values, 1e-30))).sum())
    return {
        "prefix": prefix, "pieces": best, "open": 2**bits,
        "series": {name: np.array([answer.get(piece, 0.0) for piece in best]) for name, answer in answers.items()},
        "best": {name: (top(answer, 1)[0], max(answer.values())) for name, answer in answers.items()},
    }


def warmed(answer, temperature):
    """Return probabilities at a temperature: to the power of 1 / temperature, and made to add up to 1 again."""
    values = np.array(list(answer.values()), dtype="float64")
    logs = np.log(np.maximum(values, 1e-30)) / temperature
    values = np.exp(logs - logs.max())
    return dict(zip(answer, values / values.sum(), strict=True))


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    end = result["prefix"][-48:].replace("\n", " / ")
    return sentences.candidates(
        result["pieces"], result["series"], title="What comes next", subtitle=f"… {end}" if end else "at the beginning",
    )


def say(state, result, changed=None):
    """Return one sentence: what each predictor expects, and how many choices that amounts to."""
    guesses = " and ".join(
        f"{name} expects “{sentences.visible(piece)}” ({share:.0%})" for name, (piece, share) in result["best"].items()
    )
    wide = f"as open as a choice among {result['open']:.1f} equally likely pieces"
    if changed == "temperature":
        return f"At temperature {state['temperature']:g} the choice is {wide}: {guesses}."
    lead = "After your text " if state["prefix"] else "With nothing written yet "
    return f"{lead}{guesses}; the choice is {wide}."
