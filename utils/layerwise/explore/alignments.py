"""The alignment explorer: translate a sentence, and see which words each written word looked at."""

import functools

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider, Words
from layerwise.plot import sentences
from layerwise.plot._figure import figure
from layerwise.suggest import CourseError

LONGEST = 12
"""Written words among which one is framed."""


def build(translate, state=None, *, start="four thousand three hundred twenty-one", heads=4):
    """Return the explorer; see `layerwise.explore.alignment`."""
    if not callable(translate):
        raise CourseError(
            "alignment() needs a function that takes a text and returns the words read, the words written and the "
            f"weights; a {type(translate).__name__} came."
        )
    names = ("all heads, averaged", *(f"head {number + 1}" for number in range(heads)))
    controls = (
        Words("words", "to translate", start, longest=80, help="Words that the translator knows."),
        Slider("step", "written word", 1, LONGEST, 1, step=1, help="Which of the written words to frame."),
        Choice("head", "attention of", names, names[0], help="One head, or the mean of all."),
    )
    return Explorer(
        "Which words does it look at?", controls, draw=draw, say=say, state=state,
        compute=functools.partial(compute, functools.lru_cache(maxsize=64)(translate), names),
    )


def compute(translate, names, *, words, step, head):
    """Return the translation, the weights of the chosen head, and the framed row."""
    source, target, weights = translate(words)
    if not len(source) or not len(target):
        return {"source": [], "target": [], "weights": np.zeros((0, 0)), "row": None, "asked": words}
    number = names.index(head)
    weights = np.asarray(weights)
    if number > len(weights):
        raise CourseError(f"The translator has {len(weights)} heads; {head} was asked for.")
    chosen = weights.mean(axis=0) if number == 0 else weights[number - 1]
    return {
        "source": list(source), "target": list(target), "weights": chosen, "row": min(step, len(target)) - 1,
        "asked": words,
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    if not result["target"]:
        return figure(
            title="Nothing to translate", height=300,
            summary="The translator knows none of these words, so there is nothing to draw.",
        )
    return sentences.alignment(
        result["weights"], result["source"], result["target"], row=result["row"],
        title="Which words it looked at", subtitle="Each row: one written word, and where it looked.",
    )


def say(state, result, changed=None):
    """Return one sentence: the translation, and where the framed word looked."""
    if not result["target"]:
        return "The translator knows none of these words; write a number in words, such as seventy-two."
    row, weights = result["row"], result["weights"]
    word, line = result["target"][row], weights[row]
    place = int(line.argmax())
    look = f"“{word}” looks most at “{result['source'][place]}” ({line[place]:.0%})"
    if changed == "head":
        return f"For {state['head']}, {look}."
    if changed == "step":
        return f"Written word {row + 1}, {look}."
    return f"It writes “{' '.join(result['target'])}”: {look}."
