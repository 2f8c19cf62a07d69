"""Leaf through the batches that a pipeline hands to a network."""

import functools
import itertools

import numpy as np

from layerwise import plot
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider, Toggle

EPOCHS, BATCHES, MOST = 3, 6, 32
_SMALLER = 0.75  # the width of four pictures on a narrow page, as a share of theirs on a wide one


def build(batches, classes, state):
    """Return the explorer.

    Args:
        batches: What can be gone through again and again and gives pairs of pictures and labels.
        classes: The names of the classes, or None.
        state: Values to start from.
    """
    seen = [[_page(batch) for batch in itertools.islice(iter(batches), BATCHES)] for _ in range(EPOCHS)]
    if not seen[0]:
        raise ValueError("These batches are empty.")
    controls = (
        Slider("epoch", "epoch", 1, EPOCHS, 1, step=1, help="Each goes through all pictures once."),
        Slider("batch", "batch", 1, max(2, min(len(pages) for pages in seen)), 1, step=1, help="Which batch of it."),
        Choice("pictures", "pictures", (8, 16, 24, MOST), 16, ordered=True, help="How many of the batch to show."),
        Toggle("sort", "sort by class", False, help="The network gets them unsorted."),
    )
    return Explorer(
        "A pipeline's batches", controls, compute=functools.partial(compute, seen, classes), draw=draw, say=say,
        state=state,
    )


def _page(batch):
    """Return of a batch what is shown: pictures, labels, its shape, and the range of its values."""
    from keras import ops

    x, y = (ops.convert_to_numpy(part) for part in batch[:2])
    return {
        "x": x[:MOST], "y": y[:MOST], "shape": x.shape, "low": float(x.min()), "high": float(x.max()),
        "dtype": str(x.dtype),
    }


def compute(seen, classes, *, epoch, batch, pictures, sort):
    """Return a page: the pictures of a batch with their labels."""
    pages = seen[epoch - 1]
    page = pages[min(batch, len(pages)) - 1]
    x, y = page["x"][:pictures], page["y"][:pictures]
    if sort:
        order = np.argsort(y, kind="stable")
        x, y = x[order], y[order]
    names = [str(classes[int(label)]) if classes is not None else str(label) for label in y]
    return {**page, "x": x, "names": names, "labels": y}


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    x = result["x"]
    if x.dtype.kind == "f" and x.max() > 1:
        x = np.clip(x, 0, 255).round().astype("uint8")
    figure = plot.images(
        x, titles=result["names"], columns=4 if narrow else 8, title="One batch, as the network gets it"
    )
    if narrow:  # less high, by as much as the pictures are smaller there
        top = figure.layout.margin.t + 12
        figure.update_layout(height=int(top + _SMALLER * (figure.layout.height - top)))
    return figure


def say(state, result, changed=None):
    """Return one sentence: the batch's shape and values, and what the last move did."""
    shape = f"{' × '.join(map(str, result['shape']))} numbers from {result['low']:.0f} to {result['high']:.0f}"
    counts = [result["names"].count(name) for name in dict.fromkeys(result["names"])]
    if changed == "epoch":
        return f"Epoch {state['epoch']}: all pictures again, where shuffled in a new order; this batch is {shape}."
    if changed == "sort":
        did = "Sorted for you" if state["sort"] else "Unsorted, as the network gets them"
        among = f"{len(counts)} classes among {len(result['names'])} pictures"
        return f"{did}: {among}, from {min(counts)} to {max(counts)} of each."
    return f"Batch {state['batch']} of epoch {state['epoch']}: {shape} ({result['dtype']})."
