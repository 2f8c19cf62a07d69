"""The confidence explorer: one picture turns into another, and into noise, before a network of the learner's own."""

import functools

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import certainty
from layerwise.suggest import CourseError

STEPS = 21
"""Pictures on the way, both ends included."""


def build(reader, pictures, labels, state=None):
    """Return the explorer; see `layerwise.explore.confidence`."""
    pictures, labels = _checked(pictures), tuple(map(str, labels))
    names = tuple(pictures)
    controls = (
        Choice("start", "from", names, names[0], help="The picture at the left end of the way."),
        Choice("goal", "to", names, names[1], help="The picture at the right end of the way."),
        Slider("along", "how far along", 0.0, 1.0, 0.5, step=1 / (STEPS - 1), help="0 is the first, 1 the second."),
        Slider("noise", "share of noise", 0.0, 1.0, 0.0, step=0.05, help="At 1 nothing is left of the picture."),
        Slider("temperature", "temperature", 0.5, 5.0, 1.0, help="The scores are divided by it before the softmax."),
        Slider("threshold", "answers from", 0.0, 0.99, 0.9, step=0.01, help="Below this it says: I don't know."),
    )
    return Explorer(
        "How sure is it?", controls, compute=functools.partial(compute, reader, pictures, labels), draw=draw, say=say,
        state=state,
    )


def compute(reader, pictures, labels, *, start, goal, along, noise, temperature, threshold):
    """Return the pictures of the way, the probabilities of each, and which is in sight."""
    share = np.linspace(0, 1, STEPS, dtype="float32")[:, None, None]
    way = (1 - share) * pictures[start] + share * pictures[goal]
    grain = np.random.default_rng(0).random(way.shape[1:], dtype="float32")
    way = (1 - np.float32(noise)) * way + np.float32(noise) * grain
    probabilities = softmax(scores(reader, way, len(labels)) / temperature)
    here = round(along * (STEPS - 1))
    return {
        "picture": way[here], "probabilities": probabilities[here], "path": probabilities, "place": here / (STEPS - 1),
        "labels": labels, "threshold": threshold, "ends": (start, goal),
        "answered": int((probabilities.max(axis=1) >= threshold).sum()),
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    start, goal = result["ends"]
    return certainty.confidence(
        result["picture"], result["probabilities"], result["labels"], path=result["path"], place=result["place"],
        threshold=result["threshold"], path_title=f"way from {start} to {goal}", narrow=narrow,
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and the answer."""
    top = int(result["probabilities"].argmax())
    sure = result["probabilities"][top]
    answer = f"{result['labels'][top]}, {sure:.0%} sure"
    verdict = f"it answers {answer}" if sure >= state["threshold"] else f"it says \"I don't know\" (at best {answer})"
    return f"{_moved(state, result, changed)}: {verdict}."


def _moved(state, result, changed):
    start, goal, along, noise = state["start"], state["goal"], state["along"], state["noise"]
    if changed == "temperature":
        if state["temperature"] == 1:
            return "At temperature 1 the scores are as the network gives them"
        effect = "less" if state["temperature"] > 1 else "more"
        return f"Temperature {state['temperature']:g} makes it {effect} sure, and the winning class stays the same"
    if changed == "threshold":
        count = result["answered"]
        steps = {STEPS: "every step", 0: "no step"}.get(count, f"{count} of the {STEPS} steps")
        return f"With this rule it answers at {steps} of the way"
    if noise >= 1:
        return "Nothing is left of the pictures, all of this is noise"
    if changed == "noise":
        return f"{noise:.0%} of this is noise" if noise else "Without noise"
    if start == goal:
        return f"From {start} to itself nothing changes on the way"
    where = f"{along:.0%} of the way from {start} to {goal}"
    if along in (0, 1):
        where = "All {1}, nothing of {0}".format(*((start, goal) if along else (goal, start)))
    elif not noise:
        where += ", a thing that nobody sells"
    return where + (f", {noise:.0%} of it noise" if noise else "")


def scores(reader, batch, classes):
    """Return a reader's scores for a batch, shape (n, classes); of probabilities, their logarithms.

    A softmax of these logarithms gives the probabilities back, so that a temperature means the same for both.
    """
    if hasattr(reader, "predict_on_batch"):  # a Keras model; calling it costs less than predict on few pictures
        from keras import ops

        answer = ops.convert_to_numpy(reader(batch, training=False))
    else:
        answer = reader(batch)
    answer = np.asarray(answer, dtype="float64")
    if answer.shape != (len(batch), classes):
        raise CourseError(
            f"confidence() needs a model that answers {classes} numbers for each picture: {len(batch)} pictures should "
            f"give shape ({len(batch)}, {classes}); shape {answer.shape} came."
        )
    if (answer >= 0).all() and np.allclose(answer.sum(axis=1), 1, atol=1e-3):
        return np.log(np.maximum(answer, 1e-12))
    return answer


def softmax(values):
    """Return probabilities, row by row."""
    exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def _checked(pictures):
    if not isinstance(pictures, dict) or len(pictures) < 2:
        raise CourseError(
            'confidence() needs a dict of two or more pictures by name, such as {"sneaker": picture, "bag": another}.'
        )
    checked = {str(name): np.asarray(picture, dtype="float32") for name, picture in pictures.items()}
    for name, picture in checked.items():
        if picture.ndim != 2 or picture.shape != next(iter(checked.values())).shape:
            raise CourseError(
                f"confidence() needs grey pictures of one size, shape (height, width); {name!r} has {picture.shape}."
            )
        if picture.min() < 0 or picture.max() > 1:
            raise CourseError(
                f"confidence() needs values from 0 to 1; {name!r} has {picture.min():g} to {picture.max():g}. "
                "Divide pictures with values up to 255 by 255."
            )
    return checked
