"""The blank explorer: hide one word of a sentence, and see what models put in its place."""

import functools

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Slider, Words
from layerwise.plot import sentences
from layerwise.plot._figure import figure
from layerwise.suggest import CourseError

MOST = 8
"""Bars that are shown."""

LONGEST = 12
"""Words of a sentence among which one is hidden."""


def build(fillers, state=None):
    """Return the explorer; see `layerwise.explore.fill_in`."""
    fillers = checked(fillers, "fill_in", "the text before the blank and the text after it")
    controls = (
        Words("words", "your sentence", "please cancel my contract at the end of may", longest=90,
              help="Up to twelve words; one of them is hidden."),
        Slider("blank", "hidden word", 1, LONGEST, 4, step=1, help="Which word to hide, counted from the left."),
    )
    return Explorer(
        "Fill in the blank", controls, compute=functools.partial(compute, fillers), draw=draw, say=say, state=state
    )


def compute(fillers, *, words, blank):
    """Return the likeliest words for the blank, with each filler's probabilities, and the word that stood there."""
    parts = words.lower().split()[:LONGEST]
    if not parts:
        return {"shown": "", "truth": "", "place": 0, "words": [], "series": {}, "rank": {}}
    place = min(blank, len(parts)) - 1
    before, after = " ".join(parts[:place]), " ".join(parts[place + 1 :])
    answers = {name: filler(before, after) for name, filler in fillers.items()}
    best = top(next(iter(answers.values())))
    truth = parts[place].strip(".,!?;:")
    if truth not in best and truth in next(iter(answers.values())):
        best[-1] = truth  # the hidden word is always among the bars, where it is known at all
    return {
        "shown": " ".join([*parts[:place], "____", *parts[place + 1 :]]), "truth": truth, "place": place,
        "words": best,
        "best": {name: top(answer)[0] for name, answer in answers.items()},
        "series": {name: np.array([answer.get(word, 0.0) for word in best]) for name, answer in answers.items()},
        "rank": {name: rank(answer, truth) for name, answer in answers.items()},
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    if not result["words"]:
        return figure(title="Write a sentence", summary="No sentence: there is nothing to hide.", height=300)
    return sentences.candidates(
        result["words"], result["series"], chosen=result["truth"], title="What could stand in the blank",
        subtitle=result["shown"],
    )


def say(state, result, changed=None):
    """Return one sentence: each filler's best guess, and how it ranks the word that stood there."""
    if not result["words"]:
        return "Write a sentence, and one of its words will be hidden."
    start = {
        "words": "In your sentence, ", "blank": f"With word {result['place'] + 1} hidden, ",
    }.get(changed, "")
    guesses = []
    for name, place in result["rank"].items():
        best = sentences.visible(result["best"][name])
        if place is None:
            guesses.append(f"{name} says “{best}” and does not know “{result['truth']}”")
        elif place == 1:
            guesses.append(f"{name} finds “{result['truth']}”, the word that stood there")
        else:
            guesses.append(f"{name} says “{best}”; “{result['truth']}” is number {place} on its list")
    text = start + "; ".join(guesses)
    return text[0].upper() + text[1:] + "."


def checked(functions, name, takes):
    """Return functions by name, or say what is wrong with them."""
    if callable(functions):
        functions = {"the model": functions}
    if not isinstance(functions, dict) or not functions or not all(map(callable, functions.values())):
        raise CourseError(
            f"{name}() needs functions by name, such as {{\"the model\": guess}}; each takes {takes} and returns "
            f"probabilities by word. A {type(functions).__name__} came."
        )
    return functions


def top(answer, count=MOST):
    """Return the likeliest words of a dict of probabilities."""
    return sorted(answer, key=answer.get, reverse=True)[:count]


def rank(answer, word):
    """Return the place of a word on a list, from 1; None where the list lacks it."""
    value = answer.get(word)
    return None if not value else 1 + sum(other > value for other in answer.values())
