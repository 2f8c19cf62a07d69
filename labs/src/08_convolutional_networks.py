# %% [markdown]
# **Can you run a convnet with nothing but functions of your own?**
#
# In lesson 08 you saw every layer of a convnet by hand. Here you write them: the
# convolution with stride and padding, the pooling, the normalisation with its two
# modes. At the end of that a trained network runs through your functions and gives
# Keras's answers. Then you fit a net into 20,000 parameters, and make a search of it.
#
# What you build is a convnet without a library: when its scores agree with Keras's, no
# layer of it is a closed box to you any more.
#
# Under each empty function stands its judge. It makes up pictures and weights of its
# own, new ones each time, and when yours differs it shows you one case and what
# probably went wrong. `hint("08.conv2d")` helps by one step a call,
# `solution("08.conv2d")` by all of them at once.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)

# %% [markdown]
# ## 1 · Conv2D
#
# Write the convolution as Keras computes it, for one picture.
#
# | argument | what it is |
# |---|---|
# | `picture` | shape (height, width, channels) |
# | `kernels` | shape (size, size, channels, filters) |
# | `bias` | shape (filters,) |
# | `stride` | pixels from one window to the next |
# | `padding` | rows and columns of zeros to put around the picture, on each side |
#
# Return an array of shape (rows, columns, filters). Windows that would reach beyond the
# padded picture are left out.

# %% tags=["definition"] exercise="08.conv2d"
"""A convolution, as Conv2D computes it."""
import numpy as np

POINTS = 3
HINTS = [
    "Put the zeros around first: `np.pad` with (padding, padding) for height and width, and (0, 0) for the channels. "
    "Then two loops over where a window begins.",
    "A window has the shape (size, size, channels). Times one filter, and summed over all three axes, it gives one "
    "number.",
    "`np.tensordot(window, kernels, 3)` sums over the three axes for all filters at once. Add the bias.",
]
MISTAKES = {
    "flipped": "Your kernel is turned round by 180 degrees. That is the convolution of mathematics; Conv2D lays the "
    "kernel on the picture as it is.",
    "stride_ignored": "The windows move by one pixel, whatever the stride is.",
    "padding_missing": "There are too few places: the border of zeros is missing.",
    "padding_once": "The zeros stand on one side only. They belong above and below, left and right.",
    "padding_not_zero": "The border is not made of zeros: it repeats or mirrors the picture.",
    "one_channel": "Only the first channel counts in your sum. A filter has weights for every channel, and all of it "
    "is added up.",
    "channels_averaged": "You took the mean over the channels. Their products are added up.",
    "bias_missing": "The bias of each filter is missing.",
    "swapped": "Rows and columns of the kernels are swapped: the first axis goes down, the second to the right.",
}


def cases(rng):
    for high, wide, channels, size, filters, stride, padding in [
        (5, 6, 1, 3, 1, 1, 0), (7, 6, 2, 3, 2, 1, 1), (8, 9, 3, 3, 2, 2, 0), (9, 7, 2, 2, 3, 3, 2),
    ]:
        yield {
            "picture": rng.normal(size=(high, wide, channels)).round(2),
            "kernels": rng.normal(size=(size, size, channels, filters)).round(2),
            "bias": (1 + rng.uniform(size=filters)).round(2), "stride": stride, "padding": padding,
        }


def convolved(picture, kernels, bias, stride, padding, *, mode="constant", sides=(1, 1)):
    border = (sides[0] * padding, sides[1] * padding)
    padded = np.pad(picture, [border, border, (0, 0)], mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], (0, 1))[::stride, ::stride]
    return np.einsum("rcdij,ijdf->rcf", windows, kernels) + bias


def reference(picture, kernels, bias, stride, padding):
    return convolved(picture, kernels, bias, stride, padding)


def diagnose(inputs, output):
    picture, kernels, bias, stride, padding = inputs.values()
    output = np.asarray(output)
    first = np.zeros_like(kernels)
    first[:, :, 0] = kernels[:, :, 0]
    wrong = {
        "flipped": convolved(picture, kernels[::-1, ::-1], bias, stride, padding),
        "swapped": convolved(picture, kernels.swapaxes(0, 1), bias, stride, padding),
        "stride_ignored": convolved(picture, kernels, bias, 1, padding),
        "padding_missing": convolved(picture, kernels, bias, stride, 0),
        "padding_once": convolved(picture, kernels, bias, stride, padding, sides=(1, 0)),
        "bias_missing": convolved(picture, kernels, 0, stride, padding),
        "one_channel": convolved(picture, first, bias, stride, padding),
        "channels_averaged": convolved(picture, kernels / picture.shape[2], bias, stride, padding),
        "padding_not_zero": convolved(picture, kernels, bias, stride, padding, mode="edge"),
    }
    wrong["behind"] = convolved(picture, kernels, bias, stride, padding, sides=(0, 1))
    wrong["mirrored"] = convolved(picture, kernels, bias, stride, padding, mode="reflect")
    named = {"behind": "padding_once", "mirrored": "padding_not_zero"}
    for mistake, value in wrong.items():
        if output.shape == value.shape and np.allclose(output, value):
            return named.get(mistake, mistake)
    return None


# %% tags=["exercise"] exercise="08.conv2d"
def conv2d(picture, kernels, bias, stride, padding):
    """Return a convolution, shape (rows, columns, filters), as Conv2D computes it."""
    ### BEGIN SOLUTION
    border = (padding, padding)
    padded = np.pad(picture, [border, border, (0, 0)])
    size = len(kernels)
    tops = range(0, padded.shape[0] - size + 1, stride)
    lefts = range(0, padded.shape[1] - size + 1, stride)
    answers = np.empty((len(tops), len(lefts), kernels.shape[-1]))
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            window = padded[top : top + size, left : left + size]
            answers[row, column] = np.tensordot(window, kernels, 3) + bias
    return answers
    ### END SOLUTION


# %%
conv2d_works = check("08.conv2d", conv2d)


# %% tags=["mutant"] exercise="08.conv2d" misconception="flipped"
def conv2d(picture, kernels, bias, stride, padding):
    padded = np.pad(picture, [(padding, padding), (padding, padding), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], (0, 1))[::stride, ::stride]
    return np.einsum("rcdij,ijdf->rcf", windows, kernels[::-1, ::-1]) + bias


# %% tags=["mutant"] exercise="08.conv2d" misconception="swapped"
def conv2d(picture, kernels, bias, stride, padding):
    padded = np.pad(picture, [(padding, padding), (padding, padding), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], (0, 1))[::stride, ::stride]
    return np.einsum("rcdij,jidf->rcf", windows, kernels) + bias


# %% tags=["mutant"] exercise="08.conv2d" misconception="stride_ignored"
def conv2d(picture, kernels, bias, stride, padding):
    padded = np.pad(picture, [(padding, padding), (padding, padding), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], (0, 1))
    return np.einsum("rcdij,ijdf->rcf", windows, kernels) + bias


# %% tags=["mutant"] exercise="08.conv2d" misconception="padding_missing"
def conv2d(picture, kernels, bias, stride, padding):
    windows = np.lib.stride_tricks.sliding_window_view(picture, kernels.shape[:2], (0, 1))[::stride, ::stride]
    return np.einsum("rcdij,ijdf->rcf", windows, kernels) + bias


# %% tags=["mutant"] exercise="08.conv2d" misconception="padding_once"
def conv2d(picture, kernels, bias, stride, padding):
    padded = np.pad(picture, [(padding, 0), (padding, 0), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], (0, 1))[::stride, ::stride]
    return np.einsum("rcdij,ijdf->rcf", windows, kernels) + bias


# %% tags=["mutant"] exercise="08.conv2d" misconception="padding_not_zero"
def conv2d(picture, kernels, bias, stride, padding):
    padded = np.pad(picture, [(padding, padding), (padding, padding), (0, 0)], mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], (0, 1))[::stride, ::stride]
    return np.einsum("rcdij,ijdf->rcf", windows, kernels) + bias


# %% tags=["mutant"] exercise="08.conv2d" misconception="one_channel"
def conv2d(picture, kernels, bias, stride, padding):
    padded = np.pad(picture, [(padding, padding), (padding, padding), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded[..., 0], kernels.shape[:2])[::stride, ::stride]
    return np.einsum("rcij,ijf->rcf", windows, kernels[:, :, 0]) + bias


# %% tags=["mutant"] exercise="08.conv2d" misconception="channels_averaged"
def conv2d(picture, kernels, bias, stride, padding):
    padded = np.pad(picture, [(padding, padding), (padding, padding), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], (0, 1))[::stride, ::stride]
    return np.einsum("rcdij,ijdf->rcdf", windows, kernels).mean(axis=2) + bias


# %% tags=["mutant"] exercise="08.conv2d" misconception="bias_missing"
def conv2d(picture, kernels, bias, stride, padding):
    padded = np.pad(picture, [(padding, padding), (padding, padding), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], (0, 1))[::stride, ::stride]
    return np.einsum("rcdij,ijdf->rcf", windows, kernels)


# %% tags=["variant"] exercise="08.conv2d"
def conv2d(picture, kernels, bias, stride, padding):
    high, wide, channels = picture.shape
    padded = np.zeros((high + 2 * padding, wide + 2 * padding, channels))
    padded[padding : padding + high, padding : padding + wide] = picture
    size = kernels.shape[0]
    rows = (padded.shape[0] - size) // stride + 1
    columns = (padded.shape[1] - size) // stride + 1
    answers = np.tile(bias, (rows, columns, 1)).astype(float)
    for down in range(size):
        for right in range(size):
            part = padded[down : down + rows * stride : stride, right : right + columns * stride : stride]
            answers += part[:rows, :columns] @ kernels[down, right]
    return answers


# %% [markdown]
# Try it on a picture: two filters that no network has learned. Guess first what each
# will see of the sleeves and of the hem.

# %%
clothing = data.load("clothing", source="bundled")
shirt = clothing.x_train[clothing.y_train == 6][1][..., None] / 255.0
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=float)
if conv2d_works:
    both = np.stack([sobel, sobel.T], axis=-1)[:, :, None]
    sides, ends = np.moveaxis(conv2d(shirt, both, np.zeros(2), 1, 1), -1, 0)

# %% [markdown]
# Both answers are as large as the picture, because a padding of 1 gives back what a
# kernel of 3 takes away:

# %%
plot.images(
    np.stack([sides, ends]),
    titles=["vertical edges", "horizontal edges"],
    title="A shirt, seen by two filters of yours",
) if conv2d_works else None

# %% [markdown]
# ## 2 · Max pooling
#
# Now the pooling. Lesson 08 cut the maps into squares that lie side by side; AlexNet's
# windows
# [overlap](https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html),
# and so shall yours: `size` pixels wide, moved by `stride`. `maps` has the shape
# (height, width, channels); every channel is pooled by itself. Windows that would reach
# beyond the edge are left out.

# %% tags=["definition"] exercise="08.max_pool"
"""Max pooling with windows that may overlap."""
import numpy as np

POINTS = 2
HINTS = [
    "The same two loops as in the convolution, over where a window begins.",
    "The largest value of a window, channel by channel: take the maximum over the first two axes only.",
    "`answers[row, column] = window.max(axis=(0, 1))`.",
]
MISTAKES = {
    "average": "You took the mean of each window. Max pooling keeps the largest value.",
    "stride_is_size": "Your windows lie side by side. They are moved by `stride`, which can be less than `size`.",
    "over_channels": "The largest of all channels came out in each of them. Every channel is pooled by itself.",
    "edge_kept": "At the edge you kept windows that are not whole.",
    "without_sign": "You kept the value farthest from zero. The largest one is meant: -5 is less than 1.",
}


def cases(rng):
    for high, wide, channels, size, stride in [(6, 8, 2, 2, 2), (7, 7, 3, 3, 2), (8, 6, 2, 2, 1), (9, 10, 2, 2, 3)]:
        maps = rng.permutation(high * wide * channels).reshape(high, wide, channels) / 10 - 6.0
        yield {"maps": maps, "size": size, "stride": stride}


def pooled(maps, size, stride, keep=np.max):
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), (0, 1))[::stride, ::stride]
    return keep(windows, axis=(-2, -1))


def farthest(windows, axis):
    flat = windows.reshape(*windows.shape[:-2], -1)
    return np.take_along_axis(flat, np.abs(flat).argmax(axis=-1)[..., None], axis=-1)[..., 0]


def ragged(maps, size, stride):
    rows, columns = (-(-side // stride) for side in maps.shape[:2])
    return np.array([[maps[r * stride : r * stride + size, c * stride : c * stride + size].max(axis=(0, 1))
                      for c in range(columns)] for r in range(rows)])


def reference(maps, size, stride):
    return pooled(maps, size, stride)


def diagnose(inputs, output):
    maps, size, stride = inputs.values()
    right = pooled(maps, size, stride)
    wrong = {
        "average": pooled(maps, size, stride, np.mean),
        "stride_is_size": pooled(maps, size, size),
        "over_channels": np.repeat(right.max(axis=-1, keepdims=True), maps.shape[-1], axis=-1),
        "alone": right.max(axis=-1),
        "edge_kept": ragged(maps, size, stride),
        "without_sign": pooled(maps, size, stride, farthest),
    }
    output = np.asarray(output)
    for mistake, value in wrong.items():
        if output.shape == value.shape and np.allclose(output, value):
            return {"alone": "over_channels"}.get(mistake, mistake)
    return None


# %% tags=["exercise"] exercise="08.max_pool"
def max_pool(maps, size, stride):
    """Return the largest value of each window, shape (rows, columns, channels)."""
    ### BEGIN SOLUTION
    tops = range(0, maps.shape[0] - size + 1, stride)
    lefts = range(0, maps.shape[1] - size + 1, stride)
    answers = np.empty((len(tops), len(lefts), maps.shape[2]))
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            window = maps[top : top + size, left : left + size]
            answers[row, column] = window.max(axis=(0, 1))
    return answers
    ### END SOLUTION


# %%
max_pool_works = check("08.max_pool", max_pool)


# %% tags=["mutant"] exercise="08.max_pool" misconception="average"
def max_pool(maps, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), (0, 1))[::stride, ::stride]
    return windows.mean(axis=(-2, -1))


# %% tags=["mutant"] exercise="08.max_pool" misconception="stride_is_size"
def max_pool(maps, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), (0, 1))[::size, ::size]
    return windows.max(axis=(-2, -1))


# %% tags=["mutant"] exercise="08.max_pool" misconception="over_channels"
def max_pool(maps, size, stride):
    answers = []
    for top in range(0, maps.shape[0] - size + 1, stride):
        lefts = range(0, maps.shape[1] - size + 1, stride)
        answers.append([[maps[top : top + size, left : left + size].max()] * maps.shape[2] for left in lefts])
    return np.array(answers)


# %% tags=["mutant"] exercise="08.max_pool" misconception="edge_kept"
def max_pool(maps, size, stride):
    answers = []
    for top in range(0, maps.shape[0], stride):
        lefts = range(0, maps.shape[1], stride)
        answers.append([maps[top : top + size, left : left + size].max(axis=(0, 1)) for left in lefts])
    return np.array(answers)


# %% tags=["mutant"] exercise="08.max_pool" misconception="without_sign"
def max_pool(maps, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), (0, 1))[::stride, ::stride]
    flat = windows.reshape(*windows.shape[:3], -1)
    return np.take_along_axis(flat, np.abs(flat).argmax(axis=-1)[..., None], axis=-1)[..., 0]


# %% tags=["variant"] exercise="08.max_pool"
def max_pool(maps, size, stride):
    rows = (maps.shape[0] - size) // stride + 1
    columns = (maps.shape[1] - size) // stride + 1
    best = np.full((rows, columns, maps.shape[2]), -np.inf)
    for down in range(size):
        for right in range(size):
            part = maps[down::stride, right::stride][:rows, :columns]
            best = np.maximum(best, part)
    return best


# %% [markdown]
# ## 3 · What one output sees
#
# Before anybody trains a stack of layers, they should know whether it sees enough.
# `layers` is a list of triples (size, stride, padding), from the picture up. A pooling
# counts like a convolution of its size and stride. Return three whole numbers for a
# picture of `side` pixels: how many outputs there are along a side, how many pixels one
# of them sees (padding included, if it reaches so far), and how many pixels lie between
# two neighbours.

# %% tags=["definition"] exercise="08.trace"
"""Output size and receptive field of a stack of layers."""

POINTS = 2
HINTS = [
    "Begin with `sees, apart = 1, 1`: before the first layer an output is a pixel. The number of outputs you know from "
    "lab 03.",
    "Each layer adds (size - 1) steps, and a step is as long as its inputs lie apart. Only then does the stride widen "
    "the distance.",
    "`sees, apart = sees + (size - 1) * apart, apart * stride`, with the old `apart` on the right of both.",
]
MISTAKES = {
    "stride_too_early": "The stride of a layer widens the steps of the layers *above* it, not its own. Use the "
    "distance from before this layer.",
    "strides_ignored": "You added up the sizes as if each layer read neighbouring pixels. After a stride they lie "
    "farther apart.",
    "one_too_many": "The first pixel is counted in every layer. A kernel of 3 adds two pixels, not three.",
    "padding_once": "Padding is added at both ends of a side.",
    "strides_added": "Two strides of 2 put neighbours 4 apart: distances multiply.",
    "last_only": "The distance is that of the last layer alone. All strides count.",
}


def cases(rng):
    yield {"side": 28, "layers": [(3, 2, 1), (3, 2, 1)]}
    yield {"side": 67, "layers": [(7, 2, 0), (3, 2, 0), (5, 1, 2)]}
    for _ in range(4):
        count = int(rng.integers(3, 5))
        sizes, strides, paddings = rng.choice([3, 5, 7], count), rng.choice([1, 2, 3], count), rng.integers(0, 3, count)
        layers = [tuple(map(int, layer)) for layer in zip(sizes, strides, paddings, strict=True)]
        layers[0], layers[1] = (5, 3, 2), (3, 2, 1)
        yield {"side": int(rng.integers(150, 250)), "layers": layers}


def followed(side, layers, *, early=False, ignored=False, less=1, once=False, added=False, last=False):
    sees, apart = 1, 1
    for size, stride, padding in layers:
        side = (side + padding * (1 if once else 2) - size) // stride + 1
        wider = apart + stride if added else apart * stride
        sees += (size - less) * (1 if ignored else wider if early else apart)
        apart = wider
    return side, sees, layers[-1][1] if last else apart


def reference(side, layers):
    return followed(side, layers)


def diagnose(inputs, output):
    output = tuple(output)
    wrong = {
        "stride_too_early": {"early": True}, "strides_ignored": {"ignored": True}, "one_too_many": {"less": 0},
        "padding_once": {"once": True}, "strides_added": {"added": True}, "last_only": {"last": True},
    }
    for mistake, how in wrong.items():
        if output == followed(**inputs, **how):
            return mistake
    return None


# %% tags=["exercise"] exercise="08.trace"
def trace(side, layers):
    """Return outputs along a side, pixels that one sees, pixels between neighbours."""
    ### BEGIN SOLUTION
    sees, apart = 1, 1
    for size, stride, padding in layers:
        side = (side + 2 * padding - size) // stride + 1
        sees, apart = sees + (size - 1) * apart, apart * stride
    return side, sees, apart
    ### END SOLUTION


# %%
trace_works = check("08.trace", trace)


# %% tags=["mutant"] exercise="08.trace" misconception="stride_too_early"
def trace(side, layers):
    sees, apart = 1, 1
    for size, stride, padding in layers:
        side = (side + 2 * padding - size) // stride + 1
        apart *= stride
        sees += (size - 1) * apart
    return side, sees, apart


# %% tags=["mutant"] exercise="08.trace" misconception="strides_ignored"
def trace(side, layers):
    sees, apart = 1, 1
    for size, stride, padding in layers:
        side = (side + 2 * padding - size) // stride + 1
        sees, apart = sees + size - 1, apart * stride
    return side, sees, apart


# %% tags=["mutant"] exercise="08.trace" misconception="one_too_many"
def trace(side, layers):
    sees, apart = 1, 1
    for size, stride, padding in layers:
        side = (side + 2 * padding - size) // stride + 1
        sees, apart = sees + size * apart, apart * stride
    return side, sees, apart


# %% tags=["mutant"] exercise="08.trace" misconception="padding_once"
def trace(side, layers):
    sees, apart = 1, 1
    for size, stride, padding in layers:
        side = (side + padding - size) // stride + 1
        sees, apart = sees + (size - 1) * apart, apart * stride
    return side, sees, apart


# %% tags=["mutant"] exercise="08.trace" misconception="strides_added"
def trace(side, layers):
    sees, apart = 1, 1
    for size, stride, padding in layers:
        side = (side + 2 * padding - size) // stride + 1
        sees, apart = sees + (size - 1) * apart, apart + stride
    return side, sees, apart


# %% tags=["mutant"] exercise="08.trace" misconception="last_only"
def trace(side, layers):
    sees, apart = 1, 1
    for size, stride, padding in layers:
        side = (side + 2 * padding - size) // stride + 1
        sees, apart = sees + (size - 1) * apart, apart * stride
    return side, sees, stride


# %% tags=["variant"] exercise="08.trace"
def trace(side, layers):
    first, last = [0], [0]
    for size, stride, padding in reversed(layers):
        first.append(first[-1] * stride - padding)
        last.append(last[-1] * stride - padding + size - 1)
    apart = 1
    for size, stride, padding in layers:
        side = len(range(-padding, side + padding - size + 1, stride))
        apart = apart * stride
    return side, last[-1] - first[-1] + 1, apart


# %% [markdown]
# Which of these sees most, and at what price? VGG's first ten layers, AlexNet's eight,
# and five small kernels with strides.

# %%
STACKS = {
    "VGG, 10 layers": [(3, 1, 1), (3, 1, 1), (2, 2, 0)] * 2
    + [(3, 1, 1)] * 3
    + [(2, 2, 0)],
    "AlexNet, 8 layers": [(11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0)]
    + [(3, 1, 1)] * 3
    + [(3, 2, 0)],
    "five strides": [(3, 2, 1)] * 5,
}
if trace_works:
    for name, stack in STACKS.items():
        side, sees, apart = trace(227, stack)
        print(f"{name:18} {side:2} outputs a side, each sees {sees:3} pixels")

# %% [markdown]
# ## 4 · Two modes
#
# Batch normalisation, with its record. `maps` has the shape (n, height, width,
# channels); the other arrays have one number for each channel.
#
# - In training, normalise by the mean and the variance of this batch, and move the
#   record: `momentum` times the old plus `1 - momentum` times the new.
# - In use, normalise by the record, and leave it alone.
#
# Return three things: the normalised maps (times `gamma`, plus `beta`), the moving mean
# and the moving variance afterwards. Add a thousandth to the variance before the root,
# as Keras does.

# %% tags=["definition"] exercise="08.batch_norm"
"""Batch normalisation in its two modes."""
import numpy as np

POINTS = 3
EPSILON = 0.001
HINTS = [
    "Decide first whose mean and variance are used, by `training`. The formula is then the same for both.",
    "The mean of a batch is over all pictures and all places, `axis=(0, 1, 2)`: one number for each channel.",
    "`gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta`; in training the new record is `momentum * moving_mean "
    "+ (1 - momentum) * mean`, and likewise for the variance.",
]
MISTAKES = {
    "batch_in_use": "In use your answer depends on who else is in the batch. Take the record there.",
    "record_in_training": "While training you normalise by the record. Take the mean and variance of the batch.",
    "record_moved_in_use": "In use your record moves on. It is only moved in training.",
    "record_not_moved": "After a training step the record is where it was. Move it a little towards the batch.",
    "momentum_swapped": "Your record keeps a little of the old and takes most of the new. `momentum` is the share of "
    "the old.",
    "by_place": "You took a mean for each place. All places of a channel share one mean, as they share one filter.",
    "one_for_all": "You took one mean for all channels together. Each channel has its own.",
    "not_squared": "You divided by the variance. Divide by its square root.",
    "sample_variance": "Keras divides by n, not by n - 1, when it takes the variance of a batch.",
    "epsilon_outside": "Epsilon belongs under the root.",
    "before_beta": "Gamma belongs to the normalised maps only; beta is added after it.",
}


def cases(rng):
    for turn, (count, high, wide, channels) in enumerate([(3, 2, 2, 2), (4, 3, 2, 3), (2, 2, 3, 2), (3, 2, 2, 3)]):
        yield {
            "maps": rng.normal(rng.uniform(1, 3, channels), 0.3, size=(count, high, wide, channels)).round(2),
            "gamma": rng.uniform(0.5, 2, channels).round(2), "beta": rng.uniform(0.5, 1, channels).round(2),
            "moving_mean": rng.normal(0, 1, channels).round(2), "moving_variance": rng.uniform(1, 2, channels).round(2),
            "momentum": float(rng.choice([0.8, 0.9])), "training": turn % 2 == 0,
        }


def worked(maps, gamma, beta, moving_mean, moving_variance, momentum, training, *, use=None, move=None, axis=(0, 1, 2),
           root=True, degrees=0, outside=False, swapped=False, together=False):
    mean = maps.mean(axis=axis, keepdims=True)
    variance = maps.var(axis=axis, keepdims=True, ddof=degrees)
    chosen = (mean, variance) if (training if use is None else use) else (moving_mean, moving_variance)
    below = np.sqrt(chosen[1]) + EPSILON if outside else np.sqrt(chosen[1] + EPSILON) if root else chosen[1] + EPSILON
    scaled = (maps - chosen[0]) / below
    result = gamma * (scaled + beta) if together else gamma * scaled + beta
    keep = 1 - momentum if swapped else momentum
    if training if move is None else move:
        flat = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2), ddof=degrees)
        return result, keep * moving_mean + (1 - keep) * flat[0], keep * moving_variance + (1 - keep) * flat[1]
    return result, moving_mean, moving_variance


def reference(**inputs):
    return worked(**inputs)


def diagnose(inputs, output):
    if not isinstance(output, tuple | list) or len(output) != 3:
        return None
    training = inputs["training"]
    wrong = {
        "batch_in_use" if not training else "record_in_training": {"use": not training},
        "record_moved_in_use" if not training else "record_not_moved": {"move": not training},
        "momentum_swapped": {"swapped": True}, "by_place": {"axis": 0}, "one_for_all": {"axis": (0, 1, 2, 3)},
        "not_squared": {"root": False}, "sample_variance": {"degrees": 1}, "epsilon_outside": {"outside": True},
        "before_beta": {"together": True},
    }
    right = worked(**inputs)
    if not training and not all(np.allclose(a, b) for a, b in zip(output[1:], right[1:], strict=True)):
        if np.allclose(output[0], worked(**inputs, use=True)[0]):
            return "batch_in_use"
        return "record_moved_in_use"
    for mistake, how in wrong.items():
        value = worked(**inputs, **how)
        if all(np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(output, value, strict=True)):
            return mistake
        same = np.shape(output[0]) == np.shape(value[0]) and np.allclose(output[0], value[0])
        if same and not np.allclose(value[0], right[0]):
            return mistake
    return None


# %% tags=["exercise"] exercise="08.batch_norm"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    """Return the normalised maps, the moving mean and the moving variance."""
    ### BEGIN SOLUTION
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    scaled = gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta
    return scaled, moving_mean, moving_variance
    ### END SOLUTION


# %%
batch_norm_works = check("08.batch_norm", batch_norm)


# %% tags=["mutant"] exercise="08.batch_norm" misconception="batch_in_use"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    scaled = gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta
    if training:
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return scaled, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="record_in_training"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    scaled = gamma * (maps - moving_mean) / np.sqrt(moving_variance + 0.001) + beta
    if training:
        moving_mean = momentum * moving_mean + (1 - momentum) * maps.mean(axis=(0, 1, 2))
        moving_variance = momentum * moving_variance + (1 - momentum) * maps.var(axis=(0, 1, 2))
    return scaled, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="record_moved_in_use"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    used = (mean, variance) if training else (moving_mean, moving_variance)
    scaled = gamma * (maps - used[0]) / np.sqrt(used[1] + 0.001) + beta
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    return scaled, moving_mean, momentum * moving_variance + (1 - momentum) * variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="record_not_moved"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    return gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="momentum_swapped"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
        moving_mean = (1 - momentum) * moving_mean + momentum * mean
        moving_variance = (1 - momentum) * moving_variance + momentum * variance
    return gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="by_place"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(axis=0), maps.var(axis=0)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean.mean(axis=(0, 1))
        moving_variance = momentum * moving_variance + (1 - momentum) * variance.mean(axis=(0, 1))
    return gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="one_for_all"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(), maps.var()
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="not_squared"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (maps - mean) / (variance + 0.001) + beta, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="sample_variance"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2), ddof=1)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="epsilon_outside"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (maps - mean) / (np.sqrt(variance) + 0.001) + beta, moving_mean, moving_variance


# %% tags=["mutant"] exercise="08.batch_norm" misconception="before_beta"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * ((maps - mean) / np.sqrt(variance + 0.001) + beta), moving_mean, moving_variance


# %% tags=["variant"] exercise="08.batch_norm"
def batch_norm(maps, gamma, beta, moving_mean, moving_variance, momentum, training):
    flat = maps.reshape(-1, maps.shape[-1])
    if not training:
        factor = gamma / np.sqrt(moving_variance + 0.001)
        return maps * factor + (beta - moving_mean * factor), moving_mean, moving_variance
    mean = flat.sum(axis=0) / len(flat)
    variance = (flat**2).sum(axis=0) / len(flat) - mean**2
    scaled = ((flat - mean) / np.sqrt(variance + 0.001)).reshape(maps.shape) * gamma + beta
    moving_mean = moving_mean + (1 - momentum) * (mean - moving_mean)
    return scaled, moving_mean, moving_variance - (1 - momentum) * (moving_variance - variance)


# %% [markdown]
# ### A whole network, by your hands
#
# Here is a convnet with each of these layers. Keras trains it for a moment on digits;
# then its weights go through *your* functions, one layer after the other.

# %%
digits = data.load("digits", source="bundled")
x_digits = digits.x_train[:3_000, ..., None] / np.float32(255)
convnet = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(8, 3, padding="same"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.ReLU(),
        keras.layers.MaxPooling2D(3, strides=2),
        keras.layers.Conv2D(16, 3, strides=2),
        keras.layers.ReLU(),
        keras.layers.Flatten(),
        keras.layers.Dense(10),
    ]
)

# %% [markdown]
# A few rounds are enough: it need not be good, it has to have weights that are not its
# first ones, and a record that is not 0 and 1 any more.

# %%
convnet.compile(
    keras.optimizers.Adam(0.003),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
SEEN = 300 if PROFILE == "smoke" else 3_000
convnet.fit(
    x_digits[:SEEN], digits.y_train[:SEEN], batch_size=50, epochs=3, verbose=0
)
print(f"{convnet.count_params():,} parameters")


# %% [markdown]
# Line by line, the same network in your functions. Which of its lines would break if
# `batch_norm` were in the wrong mode?


# %%
def run_by_hand(picture):
    """Return the ten scores of the convnet for one picture, shape (28, 28, 1)."""
    weights = [weight.astype("float64") for weight in convnet.get_weights()]
    signal = conv2d(picture, weights[0], weights[1], 1, 1)
    signal = batch_norm(signal[None], *weights[2:6], 0.9, False)[0][0]
    signal = max_pool(np.maximum(signal, 0), 3, 2)
    signal = np.maximum(conv2d(signal, weights[6], weights[7], 2, 0), 0)
    return signal.ravel() @ weights[8] + weights[9]


# %% [markdown]
# A hundred digits through both:

# %%
if conv2d_works and max_pool_works and batch_norm_works:
    unseen = digits.x_test[:100, ..., None] / 255.0
    mine = np.stack([run_by_hand(picture) for picture in unseen])
    keras_says = keras.ops.convert_to_numpy(convnet(unseen, training=False))
    found(
        "by_hand_difference",
        np.abs(mine - keras_says).max(),
        "Over 100 digits your scores and Keras's differ by {:.0e} at most.",
    )
    assert np.allclose(mine, keras_says, atol=1e-3)

# %% [markdown]
# No library was in that line of layers. If the two agree, you have built a convnet.

# %% [markdown]
# ## 5 · Twenty thousand parameters
#
# A camera on a battery has room for 20,000 numbers. Return a *trained* Keras network
# with at most that many parameters that names at least 85 in 100 of 5,000 unseen
# clothes. `x_train` has the shape (6000, 28, 28, 1) with values from 0 to 1; the ten
# outputs may be scores or probabilities. A dense network of that size falls just short.
# The limit is two and a half minutes; a quarter of one is enough.

# %% tags=["definition"] exercise="08.small_net"
"""A network under a parameter budget."""
import numpy as np

POINTS = 3
SECONDS = 150
BUDGET, TARGET = 20_000, 0.85
HINTS = [
    "Most parameters of a convnet sit in its first dense layer: height · width · channels of the last map, times the "
    "units. Make that map small before you flatten it.",
    "Three convolutions of 3 × 3 with a stride of 2 and 12, 24 and 32 filters leave a map of 4 × 4 × 32, and 5,130 "
    "parameters for ten scores.",
    "Batch normalisation (momentum=0.9) behind each convolution, batches of 50, eight epochs, and Adam with a learning "
    "rate that falls: `keras.optimizers.schedules.CosineDecay(0.01, 8 * len(x_train) // 50)`.",
]
MISTAKES = {
    "too_large": "It has more than 20,000 parameters. Look at `network.summary()`: which layer holds most of them?",
    "untrained": "It is right about one in ten times, as by guessing. Is it compiled, and was `fit` called?",
    "divided_again": "The pictures are between 0 and 1 already. Divided by 255 once more, they are all but black.",
    "returned_history": "Return the network. `fit` gives a history of losses.",
    "output_shape": "Its output must be ten numbers for each picture.",
    "too_weak": "It learns, but stays below the target. Are there convolutions in it, and enough epochs? With batch "
    "normalisation and few steps, look at its record as well: `momentum=0.9` lets it arrive.",
}


def cases(rng):
    from layerwise import data

    clothing = data.load("clothing", source="bundled")
    seen = rng.choice(len(clothing.x_train), 6000, replace=False)
    unseen = rng.choice(len(clothing.x_test), 5000, replace=False)
    yield {
        "x_train": clothing.x_train[seen][..., None] / np.float32(255), "y_train": clothing.y_train[seen],
        "pictures": clothing.x_test[unseen][..., None] / np.float32(255), "labels": clothing.y_test[unseen],
    }


def observe(answer, inputs):
    network = answer(inputs["x_train"], inputs["y_train"])
    if network is None:
        return None
    if not hasattr(network, "predict"):
        return "history" if hasattr(network, "history") else str(type(network).__name__)
    return {
        "parameters": int(network.count_params()),
        "scores": network.predict(inputs["pictures"], batch_size=500, verbose=0),
        "darker": network.predict(inputs["pictures"][:500] * np.float32(255), batch_size=500, verbose=0),
    }


def accept(inputs, output):
    if isinstance(output, str):
        return "returned_history" if output == "history" else f"Return a Keras model, not {output}."
    scores, labels = output["scores"], inputs["labels"]
    if scores.shape != (len(labels), 10):
        return "output_shape"
    if output["parameters"] > BUDGET:
        return "too_large"
    accuracy = np.mean(scores.argmax(axis=1) == labels)
    if accuracy >= TARGET:
        return True
    if np.mean(output["darker"].argmax(axis=1) == labels[:500]) > max(accuracy, 0.6) + 0.05:
        return "divided_again"
    return "untrained" if accuracy < 0.35 else "too_weak"


# %% tags=["exercise"] exercise="08.small_net"
def small_net(x_train, y_train):
    """Return a trained network with at most 20,000 parameters."""
    ### BEGIN SOLUTION
    network = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (12, 24, 32):
        network.add(keras.layers.Conv2D(filters, 3, 2, "same", use_bias=False))
        network.add(keras.layers.BatchNormalization(momentum=0.9))
        network.add(keras.layers.ReLU())
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(10))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = keras.optimizers.schedules.CosineDecay(0.01, 8 * len(x_train) // 50)
    network.compile(keras.optimizers.Adam(rate), loss)
    network.fit(x_train, y_train, batch_size=50, epochs=8, verbose=0)
    return network
    ### END SOLUTION


# %%
small_net_works = check("08.small_net", small_net)


# %% tags=["mutant"] exercise="08.small_net" misconception="too_large"
def small_net(x_train, y_train):
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(32, 3), keras.layers.Flatten(),
                             keras.layers.Dense(10)])


# %% tags=["mutant"] exercise="08.small_net" misconception="untrained"
def small_net(x_train, y_train):
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 3, 2), keras.layers.Flatten(),
                             keras.layers.Dense(10)])


# %% tags=["mutant"] exercise="08.small_net" misconception="divided_again"
def small_net(x_train, y_train):
    network = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 3, 2, activation="relu"),
                                keras.layers.Flatten(), keras.layers.Dense(10)])
    network.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.fit(x_train, y_train, batch_size=100, epochs=4, verbose=0)
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255), network])


# %% tags=["mutant"] exercise="08.small_net" misconception="returned_history"
def small_net(x_train, y_train):
    network = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return network.fit(x_train[:100], y_train[:100], verbose=0)


# %% tags=["mutant"] exercise="08.small_net" misconception="output_shape"
def small_net(x_train, y_train):
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(10, 3, 4)])


# %% tags=["mutant"] exercise="08.small_net" misconception="too_weak"
def small_net(x_train, y_train):
    network = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    network.compile(keras.optimizers.Adam(0.002), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.fit(x_train, y_train, batch_size=100, epochs=3, verbose=0)
    return network


# %% tags=["variant"] exercise="08.small_net"
def small_net(x_train, y_train):
    pictures = keras.Input((28, 28, 1))
    signal = pictures
    for filters in (16, 24):
        signal = keras.layers.Conv2D(filters, 3, padding="same")(signal)
        signal = keras.layers.BatchNormalization(momentum=0.9)(keras.layers.MaxPooling2D(2)(signal))
        signal = keras.layers.Activation("relu")(signal)
    scores = keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(signal))
    network = keras.Model(pictures, scores)
    network.compile(keras.optimizers.Adam(0.004), "sparse_categorical_crossentropy")
    network.fit(x_train, y_train, batch_size=100, epochs=5, verbose=0)
    network.optimizer.learning_rate = 0.0005
    network.fit(x_train, y_train, batch_size=100, epochs=2, verbose=0)
    return network


# %% [markdown]
# ## 6 · Search
#
# `queries` has the shape (n, numbers), `album` (m, numbers): lists of numbers that
# stand for pictures. Return the rows of the album that are most alike to each query,
# the most alike first, shape (n, count). Alike means *pointing in the same direction*:
# the cosine similarity, the product of two lists divided by both their lengths. A list
# of zeros points nowhere and is alike to nothing: count its similarity as 0.

# %% tags=["definition"] exercise="08.search"
"""The most alike by direction."""
import numpy as np

POINTS = 2
HINTS = [
    "Scale every row to length 1 first; the product of two such rows is their cosine.",
    "`queries @ album.T` has the shape (n, m): a row for each query, a column for each picture of the album.",
    "`np.argsort(-likeness, axis=1)[:, :count]`; guard the division with `np.maximum(length, 1e-12)`.",
]
MISTAKES = {
    "not_scaled": "Long lists win, whatever their direction is. Divide by the lengths.",
    "least_alike": "These are the least alike. argsort goes from small to large.",
    "worst_first": "The right rows, but the most alike must come first.",
    "wrong_axis": "You scaled each column of the lists. The length of a picture's list is that of its row.",
    "by_distance": "You took the nearest by distance. A bright and a dark picture of one thing point the same way and "
    "lie far apart.",
    "zeros_divide": "A list of zeros made you divide by nothing, and nan came first. Count its similarity as 0.",
}


def cases(rng):
    for turn, (count, album, numbers) in enumerate([(3, 8, 4), (4, 12, 5), (2, 10, 6)]):
        found = rng.normal(size=(album, numbers)) * rng.choice([0.2, 1, 6], size=(album, 1))
        if turn:
            found[rng.integers(album)] = 0
        yield {"queries": rng.normal(size=(count, numbers)).round(2), "album": found.round(2), "count": 3}


def scaled(rows, axis=1):
    return rows / np.maximum(np.linalg.norm(rows, axis=axis, keepdims=True), 1e-12)


def ranked(likeness, count):
    return np.argsort(-likeness, axis=1)[:, :count]


def reference(queries, album, count):
    return ranked(scaled(queries) @ scaled(album).T, count)


def diagnose(inputs, output):
    queries, album, count = inputs.values()
    likeness = scaled(queries) @ scaled(album).T
    distance = ((queries[:, None] - album[None]) ** 2).sum(axis=-1)
    with np.errstate(all="ignore"):
        broken = queries @ album.T / np.linalg.norm(album, axis=1)
    wrong = {
        "worst_first": ranked(likeness, count)[:, ::-1],
        "least_alike": ranked(-likeness, count),
        "not_scaled": ranked(queries @ album.T, count),
        "wrong_axis": ranked(scaled(queries, 0) @ scaled(album, 0).T, count),
        "by_distance": ranked(-distance, count),
        "zeros_divide": np.argsort(broken, axis=1)[:, ::-1][:, :count],
    }
    output = np.asarray(output)
    for mistake, value in wrong.items():
        if output.shape == value.shape and np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="08.search"
def search(queries, album, count):
    """Return the rows of the album most alike to each query, shape (n, count)."""
    ### BEGIN SOLUTION
    def to_length_one(rows):
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.maximum(length, 1e-12)

    likeness = to_length_one(queries) @ to_length_one(album).T
    return np.argsort(-likeness, axis=1)[:, :count]
    ### END SOLUTION


# %%
search_works = check("08.search", search)


# %% tags=["mutant"] exercise="08.search" misconception="not_scaled"
def search(queries, album, count):
    return np.argsort(-(queries @ album.T), axis=1)[:, :count]


# %% tags=["mutant"] exercise="08.search" misconception="least_alike"
def search(queries, album, count):
    album = album / np.maximum(np.linalg.norm(album, axis=1, keepdims=True), 1e-12)
    return np.argsort(queries @ album.T, axis=1)[:, :count]


# %% tags=["mutant"] exercise="08.search" misconception="worst_first"
def search(queries, album, count):
    album = album / np.maximum(np.linalg.norm(album, axis=1, keepdims=True), 1e-12)
    return np.argsort(queries @ album.T, axis=1)[:, -count:]


# %% tags=["mutant"] exercise="08.search" misconception="wrong_axis"
def search(queries, album, count):
    album = album / np.maximum(np.linalg.norm(album, axis=0, keepdims=True), 1e-12)
    queries = queries / np.maximum(np.linalg.norm(queries, axis=0, keepdims=True), 1e-12)
    return np.argsort(-(queries @ album.T), axis=1)[:, :count]


# %% tags=["mutant"] exercise="08.search" misconception="by_distance"
def search(queries, album, count):
    distance = np.linalg.norm(queries[:, None] - album[None], axis=-1)
    return np.argsort(distance, axis=1)[:, :count]


# %% tags=["mutant"] exercise="08.search" misconception="zeros_divide"
def search(queries, album, count):
    with np.errstate(all="ignore"):
        likeness = queries @ (album / np.linalg.norm(album, axis=1, keepdims=True)).T
    return np.argsort(likeness, axis=1)[:, ::-1][:, :count]


# %% tags=["variant"] exercise="08.search"
def search(queries, album, count):
    found = []
    for query in queries:
        likeness = []
        for row in album:
            length = np.sqrt(query @ query) * np.sqrt(row @ row)
            likeness.append(query @ row / length if length else 0.0)
        order = sorted(range(len(album)), key=lambda place: -likeness[place])
        found.append(order[:count])
    return np.array(found)


# %% [markdown]
# ## Something to keep
#
# Your net under its budget, your search, and an album of clothes that neither has seen.
# What stands before the scores is the embedding: take it off, and a network that names
# becomes one that compares.

# %%
if small_net_works and search_works:
    count = 600 if PROFILE == "smoke" else 6000
    rows = np.random.default_rng(1).permutation(len(clothing.x_train))[:count]
    x_clothing = clothing.x_train[..., None] / np.float32(255)
    own_net = small_net(x_clothing[rows], clothing.y_train[rows])
    eye = keras.Model(own_net.inputs[0], own_net.layers[-2].output)
    album = clothing.x_test[:2000, ..., None] / np.float32(255)
    numbers = keras.ops.convert_to_numpy(eye(album, training=False)).reshape(2000, -1)
    hits = search(numbers[:200], numbers[200:], 7)

# %% [markdown]
# Is it any better than comparing pixels? The same search, on the bare pictures, is the
# opponent:

# %%
if small_net_works and search_works:
    alike = clothing.y_test[200:2000][hits] == clothing.y_test[:200, None]
    plain = search(album[:200].reshape(200, -1), album[200:].reshape(1800, -1), 7)
    plain = clothing.y_test[200:2000][plain] == clothing.y_test[:200, None]
    found("own_search", alike.mean(), "Of your search's finds {:.0%} are of the kind.")
    found("pixel_search", plain.mean(), "With plain pixels it is {:.0%}.")

# %% [markdown]
# Four queries, and what yours brought back. A wrong find that looks right to you is
# worth a second look: what did the network hold for alike?

# %%
plot.images(
    np.concatenate([[album[row], *album[200:][hits[row]]] for row in range(4)]),
    titles=[name for _ in range(4) for name in ["wanted", *["·"] * 7]],
    columns=8,
    title="Your search: wanted at the left, found to the right",
) if small_net_works and search_works else None

# %% [markdown]
# Look into your own net: choose a layer, move through its filters, and see where in
# each picture they answer.

# %%
explore.features(own_net, album, clothing.y_test[:2000], classes=clothing.classes) if (
    small_net_works and search_works
) else None

# %% [markdown]
# ## Going further
#
# No check waits here. How small can it get? Halve the filters until your net falls
# below the target, then try kernels that read one channel each
# (`keras.layers.SeparableConv2D`). Or make `conv2d` fast: put the windows below each
# other, as the lesson does, and run the network by hand again. Guess first by how much.
