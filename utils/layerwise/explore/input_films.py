"""A film on its way into a network: frames, and what changes between them."""

import functools

import numpy as np

from layerwise import plot
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.explore.input_kinds import named

APART = (1, 2, 4, 8)


def build(examples, state):
    """Return the explorer.

    Args:
        examples: Films by name, or a list: arrays of shape `(frames, height, width)` or `(frames, height, width, 3)`,
            whole numbers from 0 to 255 or floats from 0 to 1.
        state: Values to start from, and ``rate``, frames a second, if it is known.
    """
    state = dict(state)
    rate = state.pop("rate", None)
    films = {name: _film(film) for name, film in named(examples, what="arrays of frames").items()}
    last = min(len(film) for film in films.values()) - 1
    controls = (
        Choice("film", "film", tuple(films), next(iter(films)), help="Which film."),
        Slider("frame", "frame", 0, last, min(last, 12), step=1, help="The later of the two frames."),
        Choice("apart", "frames apart", tuple(a for a in APART if a <= last), 1, ordered=True,
               help="How many frames earlier the other one is."),
        Slider("threshold", "ignore changes below", 0.0, 0.5, 0.0, step=0.02,
               help="On a scale where black is 0 and white is 1."),
    )
    changes = functools.cache(lambda film, apart: amounts(films[film], apart))
    return Explorer(
        "A film becomes numbers", controls, compute=functools.partial(compute, films, changes, rate), draw=draw,
        say=say, state=state,
    )


def _film(film):
    array = np.asarray(film)
    array = array[..., 0] if array.ndim == 4 and array.shape[-1] == 1 else array
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[-1] != 3) or len(array) < 2:
        raise ValueError(
            "A film needs shape (frames, height, width) or (frames, height, width, 3) with two frames or more; "
            f"{np.shape(film)} came."
        )
    return array


def grey(frames):
    """Return frames as floats from 0 to 1 without colour."""
    values = frames / np.float32(255) if frames.dtype.kind in "iu" else frames.astype("float32")
    return values.mean(axis=-1) if values.shape[-1] == 3 else values


def amounts(film, apart):
    """Return how much changes at each frame: the mean difference without its sign; 0 where no frame is earlier."""
    values = grey(film)
    changed = np.abs(values[apart:] - values[:-apart]).mean(axis=(1, 2))
    return np.concatenate([np.zeros(apart), changed])


def compute(films, changes, rate, *, film, frame, apart, threshold):
    """Return two frames and their difference."""
    frames = films[film]
    before = max(0, frame - apart)
    difference = (grey(frames[frame : frame + 1]) - grey(frames[before : before + 1]))[0]
    difference = np.where(np.abs(difference) < threshold, 0, difference)
    return {
        "before": frames[before], "after": frames[frame], "difference": difference, "numbers": (before, frame),
        "amounts": changes(film, apart), "rate": rate, "shape": frames.shape,
        "changed": float(np.mean(np.abs(difference) > max(threshold, 0.02))),
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    return plot.change(
        result["before"], result["after"], result["difference"], result["amounts"], frames=result["numbers"],
        rate=result["rate"], narrow=narrow, title="What stands still disappears, what moves remains",
    )


def say(state, result, changed=None):
    """Return one sentence: what changed in the film, and how many numbers it is."""
    before, after = result["numbers"]
    size = f"{' × '.join(map(str, result['shape']))} = {int(np.prod(result['shape'])):,} numbers"
    share = f"{result['changed']:.1%} of the pixels changed visibly"
    if before == after:
        return f"The first frame has none before it, so nothing changed; the film is {size}."
    if changed == "threshold" and not state["threshold"]:
        return f"Nothing is ignored, not even noise: {share}; the film is {size}."
    if changed == "apart":
        step = f"{after - before} frames apart" if after - before > 1 else "From one frame to the next"
        return f"{step}, {share}: the longer the step, the farther things moved; the film is {size}."
    if changed == "threshold":
        return f"Without differences below {state['threshold']:.2f}, noise and slow light go first, and {share}."
    return f"From frame {before} to frame {after}, {share}; the film is {size}."
