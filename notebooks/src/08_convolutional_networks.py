# %% [markdown] tags=["sourced"]
# **How can a phone find every photo with a shoe in it, when nobody ever wrote "shoe"
# on one?**
#
# In 2013 Google let people [search their own
# photos](http://googleresearch.blogspot.com/2013/06/improving-photo-search-step-across.html)
# for words that nobody had attached to them, with networks like the one that had won
# the ImageNet contest half a year before; Google Photos does so today. Tesla's
# Autopilot reads the pictures of cameras around a moving car. At the bottom of such
# systems lies one operation that you could do with a pencil: a few weights, slid over a
# grid.
#
# When you leave, you will be able to
#
# - compute a convolution, pooling and batch normalisation by hand, exactly as Keras
#   does,
# - say how much of a picture one output sees, by counting and by measuring,
# - build a residual block, and show what its shortcut does to the slopes,
# - train convnets that read digits and clothing, and say when a convnet is the wrong
#   choice,
# - search pictures by a similarity that was learned, and let a network name every pixel
#   of a road scene.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import time

import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## A few weights, slid over a picture
#
# Take one picture and one *kernel*: nine weights in a square. This one has negative
# weights on the left and positive ones on the right.

# %%
clothing = data.load("clothing", source="best" if PROFILE == "full" else "bundled")
classes = clothing.classes
boot = clothing.x_train[clothing.y_train == 9][0] / np.float32(255)
kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype="float32")
clothing

# %% [markdown]
# Lay the kernel on the picture, multiply each weight by the pixel under it, and add up.
# Move it by one pixel and do it again, until it has been everywhere. That is a
# *convolution*: two loops and a sum.


# %%
def slide(picture, kernel):
    """Return the sum of products at each place; picture (h, w), kernel (size, size)."""
    size = len(kernel)
    high, wide = (side - size + 1 for side in picture.shape)
    answers = np.zeros((high, wide), dtype="float32")
    for row in range(high):
        for column in range(wide):
            window = picture[row : row + size, column : column + size]
            answers[row, column] = np.sum(window * kernel)
    return answers


# %% [markdown]
# On the boot:

# %%
edges = slide(boot, kernel)
print(f"{boot.shape} pixels, {edges.shape} answers")

# %% [markdown]
# Two rows and two columns are lost, because the kernel must lie inside the picture. The
# figure looks at one window, and at all the answers: orange where the sum is positive,
# blue where it is negative, paper where it is zero.

# %%
plot.convolution(
    boot, kernel, row=12, column=10, title="Nine weights that answer to vertical edges"
)

# %% [markdown]
# Inside the boot and outside it the answers are small: on an even surface the weights
# cancel. They speak where ink begins or ends. Nobody needs to tell the kernel *where*
# to look, because it looks everywhere.
#
# Now slide it yourself. Choose other kernels or write your own nine weights, move the
# window, draw something or take a photo. Find a kernel that answers only to horizontal
# edges, one that thickens every stroke, and one that gives zero everywhere on a picture
# of a single tone.

# %%
samples = {classes[c]: clothing.x_train[clothing.y_train == c][0] for c in (9, 8, 3)}
samples = {name: picture / np.float32(255) for name, picture in samples.items()}
explore.convolution(samples, row=20, column=2)

# %% [markdown]
# SciPy has a function of this name, `scipy.signal.convolve2d`.

# %%
predict(
    "08.flip",
    "convolve2d with the same boot and the same kernel. What comes out?",
    ["the same numbers", "the same numbers, with the sign turned round", "zeros"],
)

# %%
from scipy.signal import convolve2d

theirs = convolve2d(boot, kernel, mode="valid")
found(
    "scipy_plus_ours",
    np.abs(theirs + edges).max(),
    "SciPy's answers plus ours give {:.0e} at most: each is the other's negative.",
    predicted="08.flip",
)
assert np.allclose(theirs, slide(boot, kernel[::-1, ::-1]), atol=1e-5)

# %% [markdown]
# In mathematics a convolution turns the kernel round by 180 degrees before it slides,
# and our kernel turned round is its own negative. Deep-learning libraries leave the
# turn out and keep the name ([Goodfellow, Bengio and Courville, chapter
# 9](https://www.deeplearningbook.org/contents/convnets.html)). For a network it makes
# no difference, since training finds the weights: it would find them turned round. But
# whoever carries a kernel from one world to the other should know.

# %% [markdown]
# ## All of Conv2D
#
# Four things are missing: colour, more than one kernel, a step wider than one pixel,
# and an edge that is not lost. A colour picture has three *channels*, so a kernel gets
# a weight for each pixel in each channel, and all of it is added up to one number.
# Several kernels, called *filters*, give several answers at each place: the channels of
# the next layer.


# %%
def convolve(picture, kernels, bias, stride=1):
    """Return the answers at each place.

    The picture has the shape (h, w, channels), the kernels (size, size, channels,
    filters).
    """
    size = len(kernels)
    tops = range(0, picture.shape[0] - size + 1, stride)
    lefts = range(0, picture.shape[1] - size + 1, stride)
    answers = np.empty((len(tops), len(lefts), kernels.shape[-1]), dtype="float32")
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            window = picture[top : top + size, left : left + size]
            answers[row, column] = np.tensordot(window, kernels, 3) + bias
    return answers


# %% [markdown]
# The edge is kept by a border of zeros, `padding="same"`: with a stride of 1 the
# answers are then as many as the pixels. With a stride of 2 they should be half as
# many, and 28 pixels need 29 for that: 14 windows of three, each two further on.

# %%
predict(
    "08.same",
    "28 pixels, size 3, stride 2, padding 'same'. How many rows of zeros does Keras "
    "put above the picture, and how many below?",
    ["one above and one below", "one above, none below", "none above, one below"],
)

# %% [markdown]
# Ask a layer that counts: all its weights are 1, and so are all pixels. Each answer is
# the number of pixels in that window that are not border.

# %%
counter = keras.layers.Conv2D(
    1, 3, strides=2, padding="same", kernel_initializer="ones", use_bias=False
)
counts = keras.ops.convert_to_numpy(counter(np.ones((1, 28, 28, 1))))[0, :, :, 0]
print(counts[[0, 0, -1, -1], [0, -1, 0, -1]], "at the four corners")

# %%
found(
    "zeros_above",
    3 - counts[0, 0] / 3,
    "The first window holds {:.0f} rows of zeros; so the one row stands below.",
    predicted="08.same",
)

# %% [markdown]
# An odd number of zeros cannot be split evenly, and Keras puts the larger half below
# and to the right. With PyTorch's `padding=1` there would be one above and one below,
# and every window would lie one pixel higher. Weights that are carried over without a
# thought then see everything shifted.


# %%
def pad_same(picture, size, stride):
    """Return a picture with the border of zeros that Keras calls "same"."""
    borders = []
    for side in picture.shape[:2]:
        total = max((-(-side // stride) - 1) * stride + size - side, 0)
        borders.append((total // 2, total - total // 2))
    return np.pad(picture, [*borders, (0, 0)])


# %% [markdown]
# So much for the parts. For colour we take a scene as a driver sees it; these are
# drawn, and their card says what they are not.

# %%
ROADS = {"smoke": (24, 8), "quick": (500, 150), "full": (4000, 1000)}[PROFILE]
roads = data.load("road_scenes", train=ROADS[0], test=ROADS[1], high=48)
scene = roads.x_train[4] / np.float32(255)
roads

# %% [markdown]
# Three channels, three grids of numbers:

# %%
plot.images(
    np.concatenate([scene[None], np.moveaxis(scene, -1, 0)[..., None].repeat(3, -1)]),
    titles=["the scene", "its red", "its green", "its blue"],
    columns=4,
    title="A colour picture is three grids",
)

# %% [markdown]
# Is our convolution Keras's? For six combinations of size, stride and padding, with
# random weights and a bias of four filters:

# %%
worst = 0
for size, stride, padding in [
    (3, 1, "valid"),
    (3, 2, "valid"),
    (5, 3, "valid"),
    (3, 1, "same"),
    (3, 2, "same"),
    (4, 3, "same"),
]:
    layer = keras.layers.Conv2D(
        4, size, stride, padding=padding, bias_initializer="normal"
    )
    library = keras.ops.convert_to_numpy(layer(scene[None]))[0]
    padded = pad_same(scene, size, stride) if padding == "same" else scene
    ours = convolve(padded, *layer.get_weights(), stride=stride)
    worst = max(worst, np.abs(ours - library).max())

# %% [markdown]
# The largest difference of all of them:

# %%
found("conv_difference", worst, "Ours and Keras's answers differ by {:.0e} at most.")
assert worst < 1e-5

# %% [markdown]
# ### As one matrix product
#
# The loops are clear and slow. But each window is a row of numbers, and each filter a
# column of weights: put the windows below each other, and the convolution is one matrix
# product ([Chellapilla and others, 2006](https://inria.hal.science/inria-00112631)).


# %%
def convolve_at_once(picture, kernels, bias):
    """Return what `convolve` gives with a stride of 1, as a single matrix product."""
    size, _, channels, filters = kernels.shape
    windows = np.lib.stride_tricks.sliding_window_view(picture, (size, size), (0, 1))
    high, wide = windows.shape[:2]
    rows = np.moveaxis(windows, 2, -1).reshape(-1, size * size * channels)
    answers = rows @ kernels.reshape(-1, filters) + bias
    return answers.reshape(high, wide, filters)


# %% [markdown]
# The same numbers, and how much sooner?

# %%
kernels = rng.normal(size=(3, 3, 3, 16)).astype("float32")
seconds, results = {}, {}
for function in 3 * (convolve, convolve_at_once):  # of three times, the last counts
    start = time.perf_counter()
    results[function.__name__] = function(scene, kernels, np.zeros(16))
    seconds[function.__name__] = time.perf_counter() - start
assert np.allclose(*results.values(), atol=1e-5)

# %%
found(
    "matrix_speedup",
    seconds["convolve"] / seconds["convolve_at_once"],
    "One product is {:.0f} times as fast as the loops.",
)

# %% [markdown]
# The price is memory: every pixel stands in nine rows. Graphics cards are built for
# matrix products, which is one reason why convolutions run so well on them.

# %% [markdown]
# ## What the sharing buys
#
# A dense layer could do all this too. To see how, feed the convolution with pictures
# that have a single pixel each: what comes out for pixel number $n$ is row $n$ of the
# weights that a dense layer would need. A picture of 12 × 12 is enough.

# %%
single_pixels = np.eye(144, dtype="float32").reshape(144, 12, 12)
as_dense = np.stack([slide(pixel, kernel).ravel() for pixel in single_pixels])
cut = boot[10:22, 4:16]
assert np.allclose(cut.ravel() @ as_dense, slide(cut, kernel).ravel(), atol=1e-5)

# %% [markdown]
# Part of that table of weights, one row for each pixel:

# %%
plot.images(
    as_dense[None, :60, :44],
    scale="signed",
    title="The convolution as a dense layer: a part of its weights, one row a pixel",
)

# %%
found(
    "zero_share",
    np.mean(as_dense == 0),
    "Of the dense layer's weights {:.1%} are zero; the others repeat six values.",
)

# %% [markdown]
# So a convolution is a dense layer that has been told two things in advance: only
# neighbours belong together, and what is good in one place is good in all. It cannot do
# anything that the dense layer could not. It has less to learn, *if* these two things
# are true. They are what the experiment below will put to the test.
#
# One consequence is exact. Move the picture, and the answers move with it:

# %%
moved = np.roll(boot, 3, axis=1)  # the three columns that come round are empty
assert np.array_equal(slide(moved, kernel)[:, 6:], slide(boot, kernel)[:, 3:-3])

# %% [markdown]
# That property is called *equivariance*. It belongs to the layer. Whether a whole
# network answers the same to a picture that was moved is another question, and we will
# ask it.

# %% [markdown]
# ## Fewer places: pooling
#
# The last layer wants to know *that* there is an edge, more than at which pixel. *Max
# pooling* keeps the strongest of each 2 × 2 answers. Reshaping puts each such square on
# two axes of its own:


# %%
def max_pool(maps, size=2):
    """Return the largest of every square; maps (h, w, channels)."""
    high, wide = (side // size for side in maps.shape[:2])
    squares = maps[: high * size, : wide * size].reshape(high, size, wide, size, -1)
    return squares.max(axis=(1, 3))


# %% [markdown]
# Rows that do not fill a square are dropped, in Keras as well.

# %%
maps = results["convolve"][:, :, :4]
library = keras.layers.MaxPooling2D(2)(maps[None])
assert np.array_equal(max_pool(maps), keras.ops.convert_to_numpy(library)[0])
print(f"{maps.shape} before, {max_pool(maps).shape} after")

# %% [markdown]
# No weights are involved, so there is nothing to learn. A convolution with a stride of
# 2 thins out as well and is cheaper: it never computes the answers that pooling throws
# away. The networks on this page do that.

# %% [markdown]
# ## How much does one output see?
#
# A kernel of 3 sees three pixels across. One in the layer above sees three of those
# answers, and so five pixels. Each layer adds its size less one, counted in the
# distance of the places that it reads, and each stride widens that distance. Lesson 03
# did the sum for AlexNet; here it is as a function, for pairs of size and stride.


# %%
def receptive_field(layers):
    """Return how many pixels one output sees, and how far apart outputs are."""
    sees, apart = 1, 1
    for size, stride in layers:
        sees, apart = sees + (size - 1) * apart, apart * stride
    return sees, apart


# %% [markdown]
# Five layers, three of them with a stride of 1:

# %%
stack = [(3, 2), (3, 1), (5, 1), (3, 2), (3, 1)]
counted, apart = receptive_field(stack)
print(f"one output sees {counted} × {counted} pixels; the next is {apart} pixels on")

# %% [markdown]
# Counting is one way. The other is to ask the network: which pixels have any slope at
# all for one output in the middle? We need slopes on the *picture*, in the styles of
# the three libraries that you know from lesson 05.


# %%
def slopes(function, pictures):
    """Return the slope of the sum of function(pictures) for every pixel."""
    pictures = keras.ops.convert_to_tensor(pictures)
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        with tensorflow.GradientTape() as tape:
            tape.watch(pictures)
            total = keras.ops.sum(function(pictures))
        result = tape.gradient(total, pictures)
    elif keras.backend.backend() == "jax":
        import jax

        result = jax.grad(lambda batch: keras.ops.sum(function(batch)))(pictures)
    else:
        pictures.requires_grad_()
        keras.ops.sum(function(pictures)).backward()
        result = pictures.grad
    return keras.ops.convert_to_numpy(result)


# %% [markdown]
# The same five layers with random weights and `relu`, on random pictures, because a
# `relu` that is shut lets no slope through: what one picture hides, another shows.

# %%
blind = keras.Sequential([keras.Input((65, 65, 1))])
for size, stride in stack:
    blind.add(keras.layers.Conv2D(8, size, stride, activation="relu"))
noise = rng.normal(size=(32, 65, 65, 1)).astype("float32")
middle = blind.output_shape[1] // 2
seen = np.abs(slopes(lambda batch: blind(batch)[:, middle, middle], noise)).sum((0, 3))

# %%
measured = np.count_nonzero(seen.sum(axis=0))
assert measured == counted == np.count_nonzero(seen.sum(axis=1))
found("field_measured", measured, "The slopes reach {:.0f} pixels across, as counted.")

# %% [markdown]
# Counted and measured agree. But look how the slopes lie inside that square.

# %%
first, last = np.flatnonzero(seen.sum(axis=0))[[0, -1]]
square = seen[first : last + 1, first : last + 1]
plot.images(
    square[None] / square.max(),
    title="How strongly one output depends on each pixel that it sees",
)

# %%
predict(
    "08.effective",
    "Cut the square into nine equal ones. Which share of the slopes lies in the one "
    "in the middle?",
    ["about a ninth, as of the area", "about a quarter", "more than a half"],
)

# %%
third = len(square) // 3
inner = square[third : len(square) - third, third : len(square) - third]
found(
    "effective_share",
    inner.sum() / square.sum(),
    "The middle, about a ninth of what it sees, has {:.0%} of the slopes.",
    predicted="08.effective",
)

# %% [markdown]
# A pixel in the middle reaches the output by many paths, one at the rim by a single
# one, and paths add up. So what a unit *effectively* sees is smaller than what it could
# see ([Luo and others, 2016](https://arxiv.org/abs/1701.04128)). Training can change
# that, but it begins there.
#
# Before you build your own stacks, one of them as a drawing: above, the one output;
# below, the pixels.

# %%
plot.receptive_field(
    [{"name": f"conv {n}", "size": 3, "stride": 1, "dilation": 1} for n in (1, 2, 3)],
    picture=scene,
    title="Three layers of 3 × 3 see 7 × 7 pixels",
)

# %% [markdown]
# Now stack them yourself. Three things to find: how many weights three layers of 3 × 3
# need against one of 7 × 7; what makes the view grow faster, layers or strides; and the
# cheapest stack that sees a whole car at the roadside.

# %%
explore.receptive_field(scene, layers=3, down=0.6, across=0.4)

# %% [markdown]
# That three small kernels see as much as a large one, with fewer weights and two more
# bends between them, was [the idea of VGG](https://arxiv.org/abs/1409.1556) in 2014.
# Nearly every convnet since is built of 3 × 3.

# %% [markdown]
# ## Numbers in range: batch normalisation
#
# Lesson 05 showed that deep networks learn when signals keep their size. *Batch
# normalisation* sees to that in each layer ([Ioffe and Szegedy,
# 2015](https://arxiv.org/abs/1502.03167)): for each channel, subtract the mean and
# divide by the spread, then let two learned numbers, $\gamma$ and $\beta$, set a spread
# and a middle of their own.
#
# Whose mean? While training, that of the batch: all its pictures, all their places, one
# channel.


# %%
def batch_normalise(maps, gamma, beta, mean, variance):
    """Return maps, shape (n, h, w, channels), each channel brought to scale."""
    return gamma * (maps - mean) / np.sqrt(variance + 0.001) + beta


# %% [markdown]
# Keras's layer, on maps whose values are far from where they should be:

# %%
maps = rng.normal(3, 2, size=(8, 6, 6, 4)).astype("float32")
layer = keras.layers.BatchNormalization(momentum=0.9)
library = keras.ops.convert_to_numpy(layer(maps, training=True))
mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
assert np.allclose(library, batch_normalise(maps, 1, 0, mean, variance), atol=1e-5)

# %% [markdown]
# In use there may be a single picture, and its answer must not depend on who else is in
# the batch. So the layer keeps a record: at each training step, its *moving* mean and
# variance go a little towards those of the batch. In use it takes the record.

# %%
gamma, beta, moving_mean, moving_variance = layer.get_weights()
assert np.allclose(moving_mean, 0.9 * 0 + 0.1 * mean, atol=1e-5)
assert np.allclose(moving_variance, 0.9 * 1 + 0.1 * variance, atol=1e-4)
in_use = batch_normalise(maps, gamma, beta, moving_mean, moving_variance)
library = keras.ops.convert_to_numpy(layer(maps, training=False))
assert np.allclose(library, in_use, atol=1e-4)

# %% [markdown]
# The record begins at mean 0 and variance 1, and after one step it is still nearly
# there. At each step Keras keeps 99 parts in 100 of the old value, unless told
# otherwise.

# %%
predict(
    "08.record",
    "A layer with Keras's default momentum of 0.99 is trained for 100 steps. How much "
    "of its moving mean is still the zero from the beginning?",
    ["one hundredth", "about a tenth", "more than a third"],
)

# %%
slow = keras.layers.BatchNormalization()
always_five = np.full((2, 1, 1, 1), 5, dtype="float32")
for _ in range(100):
    slow(always_five, training=True)
found(
    "still_the_start",
    1 - float(slow.get_weights()[2][0]) / 5,
    "After 100 steps {:.0%} of the moving mean is still its start.",
    predicted="08.record",
)

# %% [markdown]
# A short training then *looks* broken: the loss falls, and the validation accuracy,
# which uses the record, can stay at guessing. The networks on this page see few
# batches, so they are given a momentum of 0.9. The opposite mistake, forgetting to
# change over at all, waits further down.

# %% [markdown]
# ## A shortcut around the layers
#
# Deeper should be better: a network with more layers could copy its input through the
# new ones and lose nothing. In practice plain networks got *worse* with depth, on the
# training pictures too. The *residual block* ([He and others,
# 2015](https://arxiv.org/abs/1512.03385)) makes copying easy. Its layers compute only
# what should be added to the input, and a shortcut carries the input past them:
#
# $$\text{output} = \text{relu}(\text{input} + \text{layers}(\text{input}))$$


# %%
def block(signal, shortcut, filters=8, start="glorot_uniform"):
    """Return a block of two convolutions, with or without a shortcut around them."""
    settings = {"padding": "same", "kernel_initializer": start}
    branch = keras.layers.Conv2D(filters, 3, activation="relu", **settings)(signal)
    branch = keras.layers.Conv2D(filters, 3, **settings)(branch)
    if shortcut:
        branch = keras.layers.Add()([signal, branch])
    return keras.layers.ReLU()(branch)


# %% [markdown]
# By hand that is two of our convolutions and a sum. The same?

# %%
maps_in = keras.Input((7, 7, 8))
one_block = keras.Model(maps_in, block(maps_in, shortcut=True))
example = rng.normal(size=(7, 7, 8)).astype("float32")
first, first_bias, second, second_bias = one_block.get_weights()
inside = np.maximum(convolve(pad_same(example, 3, 1), first, first_bias), 0)
added = convolve(pad_same(inside, 3, 1), second, second_bias)
library = keras.ops.convert_to_numpy(one_block(example[None]))[0]
assert np.allclose(np.maximum(example + added, 0), library, atol=1e-5)

# %% [markdown]
# Backward, a sum sends the slope along both its parts in full (lesson 05). So a slope
# has a way past each block that no weight touches; only the relu behind the sum can
# stop it, and [later versions](https://arxiv.org/abs/1603.05027) moved that too. How
# much of it arrives at the input of 20 blocks, which are 40 convolutions, at Keras's
# default start?


# %%
def tower(blocks, shortcut, start="glorot_uniform"):
    """Return a model of some blocks, one behind the other."""
    maps_in = keras.Input((7, 7, 8))
    signal = maps_in
    for _ in range(blocks):
        signal = block(signal, shortcut, start=start)
    return keras.Model(maps_in, signal)


def arriving(network, signal):
    """Return how large a slope of size 1 is when it comes back to the input."""
    direction = rng.normal(size=signal.shape[1:])
    direction = (direction / np.linalg.norm(direction)).astype("float32")
    part = slopes(lambda batch: network(batch) * direction, signal)
    return np.sqrt((part**2).sum(axis=(1, 2, 3)).mean())


# %%
predict(
    "08.slopes",
    "A slope of size 1 at the end of 20 blocks without shortcuts, at Keras's default "
    "weights. What is left of it at the beginning?",
    ["about a tenth", "about a thousandth", "less than a hundred-thousandth"],
)

# %%
DEPTHS = [1, 3] if PROFILE == "smoke" else [1, 5, 10, 15, 20]
maps = rng.normal(size=(16, 7, 7, 8)).astype("float32")
towers = {
    "plain": (False, "glorot_uniform"),
    "shortcut": (True, "glorot_uniform"),
    "plain, He's start": (False, "he_normal"),
    "shortcut, He's start": (True, "he_normal"),
}
sizes = {
    name: [arriving(tower(depth, *how), maps) for depth in DEPTHS]
    for name, how in towers.items()
}

# %% [markdown]
# One line of the figure is the slope of a network with as many blocks; note that each
# step of the scale is a factor.

# %%
plot.curves(
    sizes,
    x=DEPTHS,
    x_title="blocks between output and input",
    y_title="size of the slope that arrives",
    title="What is left of a slope of size 1, with and without shortcuts",
).update_yaxes(type="log", exponentformat="power", dtick=1)

# %%
found(
    "plain_slope",
    sizes["plain"][-1],
    "Without shortcuts {:.0e} of the slope arrives.",
    predicted="08.slopes",
)
found("shortcut_slope", sizes["shortcut"][-1], "With shortcuts it is {:.1f}.")
found(
    "he_shortcut_slope",
    sizes["shortcut, He's start"][-1],
    "With shortcuts and He's larger weights it is {:,.0f}.",
)

# %% [markdown]
# The shortcut saves the slope where it would have vanished. It is no cure for
# everything: with He's weights, which lesson 05 chose so that *plain* relu layers keep
# their slopes, each block adds as much again, and the slope explodes instead. Real
# residual networks normalise each branch, or start its last layer at zero
# ([Goyal and others, 2017](https://arxiv.org/abs/1706.02677)).
#
# Does it matter for learning? Two networks of 20 blocks, the same start, the same 2,000
# digits. We look at the *training* accuracy, since the question is whether they can
# learn at all.

# %%
digits = data.load("digits", source="best" if PROFILE == "full" else "bundled")
few = digits.x_train[:2_000, 2:26, 2:26, None] / np.float32(255)
few = few.reshape(-1, 12, 2, 12, 2, 1).mean((2, 4))


# %%
def deep_reader(shortcut):
    """Return a network of 20 blocks that reads small digits."""
    keras.utils.set_random_seed(1)
    pixels = keras.Input((12, 12, 1))
    signal = keras.layers.Conv2D(8, 3, 2, padding="same", activation="relu")(pixels)
    for _ in range(DEPTHS[-1]):
        signal = block(signal, shortcut)
    scores = keras.layers.Dense(10)(keras.layers.Flatten()(signal))
    network = keras.Model(pixels, scores)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(0.002), loss, metrics=["accuracy"])
    return network


# %% [markdown]
# Both are trained alike.

# %%
DEEP = {"smoke": 1, "quick": 5, "full": 20}[PROFILE]
learned = {}
for name, shortcut in [("plain", False), ("shortcut", True)]:
    history = deep_reader(shortcut).fit(
        few, digits.y_train[:2_000], batch_size=125, epochs=DEEP, verbose=0
    )
    learned[name] = history.history["accuracy"]

# %%
plot.curves(
    learned,
    y_title="training accuracy",
    title="Learning through 40 convolutions, without and with shortcuts",
)

# %% [markdown]
# After the last epoch:

# %%
found("deep_plain", learned["plain"][-1], "Without shortcuts it ends at {:.0%}.")
found("deep_shortcut", learned["shortcut"][-1], "With them at {:.0%}.")

# %% [markdown]
# Here the slope explains it. Do not conclude that this is all there is: the plain
# networks of He's paper were batch-normalised, their slopes were healthy, and they
# still learned worse with depth. The authors say so themselves ([section
# 4.1](https://arxiv.org/abs/1512.03385)). A shortcut also makes the *task* of each
# block easier.

# %% [markdown]
# ## Two readers
#
# Now the network itself, one for digits and one for clothing: three convolutions with a
# stride of 2, each batch-normalised, and one dense layer for the scores. In the full
# profile there are six.

# %%
SHAPE = [(32, 2), (64, 2), (64, 2)]
if PROFILE == "full":
    SHAPE = [(32, 1), (32, 2), (64, 1), (64, 2), (128, 1), (128, 2)]


def convnet(seed=0):
    """Return a convnet for pictures of 28 by 28, not trained yet."""
    keras.utils.set_random_seed(seed)
    network = keras.Sequential([keras.Input((28, 28, 1))])
    for filters, stride in SHAPE:
        network.add(keras.layers.Conv2D(filters, 3, stride, "same", use_bias=False))
        network.add(keras.layers.BatchNormalization(momentum=0.9))
        network.add(keras.layers.ReLU())
    network.add(keras.layers.Flatten(name="features"))
    network.add(keras.layers.Dropout(0.3))
    network.add(keras.layers.Dense(10, name="scores"))
    return network


# %% [markdown]
# The convolutions need no bias, because the normalisation would subtract it again.
#
# No picture comes twice in the same form. Each is moved by a pixel or two, and clothes
# are mirrored half of the time. (A mirrored 3 is no digit, so digits are not.) Moving
# is sliding once more: pad, and cut out a window at random.


# %%
def batches(pictures, labels, size, reach, mirror):
    """Yield batches for ever, each picture moved by up to `reach` pixels."""
    room = [(0, 0), (reach, reach), (reach, reach)]
    while True:
        for rows in np.split(rng.permutation(len(pictures)), len(pictures) // size):
            padded = np.pad(pictures[rows], room)
            views = np.lib.stride_tricks.sliding_window_view(padded, (28, 28), (1, 2))
            down, right = rng.integers(0, 2 * reach + 1, size=(2, len(rows)))
            batch = views[np.arange(len(rows)), down, right]
            if mirror:
                turned = rng.random((len(rows), 1, 1)) < 0.5
                batch = np.where(turned, batch[:, :, ::-1], batch)
            yield batch[..., None], np.eye(10, dtype="float32")[labels[rows]]


# %% [markdown]
# The recipe is lesson 04's: AdamW, a learning rate that warms up and falls along a
# cosine. One thing is new. *Label smoothing* ([Szegedy and others,
# 2015](https://arxiv.org/abs/1512.00567)) asks for 0.91 on the right class and 0.01 on
# each other one in place of 1 and 0, so that no score has to grow without end.


# %%
def fit(network, pictures, labels, epochs, *, reach, mirror=False):
    """Train a network by the recipe of this page; return its processor seconds."""
    size = 250 if PROFILE == "full" else 100
    a_step = len(pictures) // size if PROFILE != "smoke" else 4
    steps = epochs * a_step
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, 0.9 * steps, warmup_target=0.004, warmup_steps=max(steps // 10, 1)
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=0.05),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        metrics=["accuracy"],
    )
    watch = [train.LiveCurves(), train.StopButton()]
    started = time.process_time()
    feed = batches(pictures, labels, size, reach, mirror)
    settings = {"shuffle": False, "verbose": 0, "callbacks": watch}
    network.fit(feed, steps_per_epoch=a_step, epochs=epochs, **settings)
    return time.process_time() - started


# %% [markdown]
# Nothing is chosen on this page, so there are no validation pictures: the settings were
# fixed beforehand, and the test set is opened once, at the end of training. First the
# digits.

# %%
EPOCHS = {"smoke": 1, "quick": 11, "full": 25}[PROFILE]
x_digits = digits.x_train / np.float32(255)
digit_reader = convnet()
digit_seconds = fit(digit_reader, x_digits, digits.y_train, EPOCHS, reach=2)
print(f"{digit_reader.count_params():,} parameters")

# %% [markdown]
# Then the clothing, with the very same function.

# %%
x_clothing = clothing.x_train / np.float32(255)
clothing_reader = convnet()
clothing_seconds = fit(
    clothing_reader, x_clothing, clothing.y_train, EPOCHS, reach=1, mirror=True
)

# %% [markdown]
# And the test pictures. Afterwards, when nothing can be chosen by them any more, they
# serve for the experiments of this page.


# %%
def scores_of(network, pictures):
    """Return a network's scores for pictures with values from 0 to 1."""
    parts = np.split(pictures[..., None], range(500, len(pictures), 500))
    return np.concatenate(
        [keras.ops.convert_to_numpy(network(part, training=False)) for part in parts]
    )


def accuracy_of(network, pictures, labels):
    """Return the share of pictures that a network names rightly."""
    return np.mean(scores_of(network, pictures).argmax(axis=1) == labels)


# %%
test_digits = digits.x_test / np.float32(255)
test_clothing = clothing.x_test / np.float32(255)
digit_accuracy = accuracy_of(digit_reader, test_digits, digits.y_test)
clothing_accuracy = accuracy_of(clothing_reader, test_clothing, clothing.y_test)
found("digit_accuracy", digit_accuracy, "It reads {:.2%} of the test digits.")
found("clothing_accuracy", clothing_accuracy, "It names {:.1%} of the test clothes.")

# %% [markdown]
# Ten thousand pictures are a sample too. How far may these figures be off, and what did
# they cost?

# %%
from scipy.stats import binomtest

for name, share in {"digits": digit_accuracy, "clothing": clothing_accuracy}.items():
    right = binomtest(round(share * 10_000), 10_000).proportion_ci(method="wilson")
    print(f"{name}: {right.low:.2%} to {right.high:.2%}, by Wilson's interval")
found("digit_seconds", digit_seconds, "Reading digits took {:.0f} processor seconds.")
found("clothing_seconds", clothing_seconds, "Clothing took {:.0f}.")

# %% [markdown]
# What does it still get wrong? Of the digits, those where it was surest of the wrong
# answer:

# %%
answers = scores_of(digit_reader, test_digits)
chosen = answers.argmax(axis=1)
lead = answers.max(axis=1) - answers[np.arange(10_000), digits.y_test]
hardest = np.argsort(-lead)[:16]
plot.images(
    test_digits[hardest],
    titles=[f"{chosen[i]}, not {digits.y_test[i]}" for i in hardest],
    columns=8,
    title="What it read, and what the label says",
)

# %% [markdown]
# Some of these you would have read as it did; the card of the data says that a few
# labels are wrong. For the clothing, the table of what is taken for what:

# %%
table = np.zeros((10, 10), int)
named = scores_of(clothing_reader, test_clothing).argmax(axis=1)
np.add.at(table, (clothing.y_test, named), 1)
plot.confusion(table, classes, title="Which clothes are taken for which")

# %% [markdown]
# What did training make of the first kernels? You saw some that people have thought of.
# These nobody did.

# %%
learned_kernels = np.moveaxis(digit_reader.layers[0].get_weights()[0][:, :, 0], -1, 0)
plot.images(
    learned_kernels[:16] / np.abs(learned_kernels).max(),
    scale="signed",
    columns=8,
    title="Sixteen kernels that reading digits has left behind",
)

# %% [markdown]
# Take six of them into the explorer, each scaled to a largest weight of 2, and slide
# them over digits. Look for edges: to which of them would you give a name?

# %%
loudest = learned_kernels / np.abs(learned_kernels).max(axis=(1, 2), keepdims=True)
explore.convolution(
    {f"a {digits.y_test[i]}": test_digits[i] for i in range(6)},
    {f"learned {n + 1}": 2 * loudest[n] for n in range(6)},
    preset="learned 1",
)

# %% [markdown]
# That the filters of deeper layers answer to larger and more complex things is what
# lesson 03 measured, with its control. We do not repeat it here.

# %% [markdown]
# ### The forgotten mode
#
# A network with batch normalisation has two modes. Suppose that a service forgets to
# change over, and asks in training mode. Then each picture is measured by the batch in
# which it happens to stand. A thousand test clothes, a hundred of each kind, come in
# batches of a hundred: once well mixed, once sorted, all the T-shirts together, then
# all the trousers.

# %%
predict(
    "08.forgotten",
    "The same thousand pictures in training mode, mixed or sorted. Does it matter in "
    "which company a picture comes?",
    [
        "no, each is answered by itself",
        "yes, the mixed batches do worse",
        "yes, the sorted batches do worse",
    ],
)

# %%
safe = clothing_reader.get_weights()
before_scores = clothing_reader.get_layer("features").output
eye = keras.Model(clothing_reader.inputs[0], before_scores)


def in_training_mode(rows):
    """Return the answers for some test clothes, asked in training mode, no dropout."""
    features = eye(test_clothing[rows][..., None], training=True)
    scores = clothing_reader.get_layer("scores")(features)
    return keras.ops.convert_to_numpy(scores).argmax(axis=1)


# %% [markdown]
# The rows of ten kinds, and the same rows mixed:

# %%
kinds = [np.flatnonzero(clothing.y_test == label)[:100] for label in range(10)]
sorted_rows = np.concatenate(kinds)
mixed_rows = np.stack(kinds, axis=1).ravel()
said = np.empty((2, 10_000), int)
for company, rows in enumerate([mixed_rows, sorted_rows]):
    for batch in np.split(rows, 10):
        said[company, batch] = in_training_mode(batch)
clothing_reader.set_weights(safe)

# %%
shares = (said[:, sorted_rows] == clothing.y_test[sorted_rows]).mean(axis=1)
found("mixed_company", shares[0], "Mixed, it names {:.1%} rightly.")
found(
    "sorted_loss",
    100 * (shares[0] - shares[1]),
    "Sorted, {:.1f} points fewer.",
    predicted="08.forgotten",
)
found(
    "changed_by_company",
    np.mean(said[0, sorted_rows] != said[1, sorted_rows]),
    "For {:.0%} of the pictures the answer depended on the company.",
)

# %% [markdown]
# What all pictures of a sorted batch have in common, being trousers, is in their mean,
# and was subtracted as if it meant nothing. It is a treacherous fault because it is
# mild: the service still works, and answers differently from day to day. (Each such
# call moves the record too, which is why we kept the weights and put them back.)
# `predict` and `evaluate` always run in the mode of use; when you call a network like a
# function, say `training=False`.

# %% [markdown]
# ## Against a dense network, on equal terms
#
# The convnets are good. Is that because they are convnets? Two small networks shall
# tell, with as many parameters as each other, the same pictures and the same plain
# training. We believe that what helps is the knowledge of neighbours, so there is a
# control that takes exactly that away: one fixed random order of all pixels, the same
# for every picture. No information is lost. A person could read nothing any more.

# %%
order = np.random.default_rng(5).permutation(784)


def in_order(pictures, order):
    """Return pictures with their pixels in the given order."""
    return pictures.reshape(-1, 784)[:, order].reshape(-1, 28, 28, 1)


# %%
examples = np.stack([boot, test_digits[0]])[..., None]
plot.images(
    np.stack([p for pair in zip(examples, in_order(examples, order)) for p in pair]),
    titles=["a boot", "shuffled", "a digit", "shuffled"],
    columns=4,
    title="The same pixels in another order",
)


# %% [markdown]
# The two opponents:

# %%
def small_convnet():
    """Return two convolutions and a dense layer."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 3, 2, padding="same", activation="relu"),
            keras.layers.Conv2D(32, 3, 2, padding="same", activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )


def small_mlp():
    """Return a dense network with as many parameters."""
    layers = keras.layers
    hidden = layers.Dense(26, activation="relu")
    return keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Flatten(), hidden, layers.Dense(10)]
    )


# %%
sizes_of = {f.__name__: f().count_params() for f in (small_convnet, small_mlp)}
print(sizes_of)
assert abs(sizes_of["small_mlp"] / sizes_of["small_convnet"] - 1) < 0.01

# %%
predict(
    "08.shuffled",
    "All pixels in another order, the same for every picture. What happens to the "
    "accuracy after training anew?",
    [
        "both fall alike",
        "the convnet falls, the dense network stays",
        "both stay: no information was lost",
    ],
)

# %% [markdown]
# Several seeds, each with other weights and another sample of the training digits; both
# networks of a seed see the same ones. Compiling a network costs more than this
# training, so each is compiled once and put back to a fresh start for every seed.

# %%
RUNS, SOME, ROUNDS = {
    "smoke": (2, 200, 1),
    "quick": (5, 3_000, 7),
    "full": (10, 10_000, 15),
}[PROFILE]


def compiled(build):
    """Return a network ready to train, and its optimizer's state at the start."""
    network = build()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    together = 1 if keras.backend.backend() == "torch" else 8  # steps in one call
    network.compile(keras.optimizers.Adam(0.003), loss, steps_per_execution=together)
    network.optimizer.build(network.trainable_variables)
    state = [keras.ops.convert_to_numpy(v) for v in network.optimizer.variables]
    return network, state


# %%
def trained_on(network, state, seed, order):
    """Train a network from a fresh start; return its test accuracy and weights."""
    rows = np.random.default_rng(seed).permutation(len(x_digits))[:SOME]
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(network)
    network.set_weights(fresh.get_weights())
    for variable, value in zip(network.optimizer.variables, state):
        variable.assign(value)
    x, y = in_order(x_digits[rows], order), digits.y_train[rows]
    network.fit(x, y, batch_size=100, epochs=ROUNDS, verbose=0)
    share = accuracy_of(network, in_order(test_digits, order)[..., 0], digits.y_test)
    return share, network.get_weights()


# %% [markdown]
# Four rows of runs: two networks, two orders.

# %%
orders = {"as they are": np.arange(784), "shuffled": order}
contest = {"convnet": compiled(small_convnet), "dense": compiled(small_mlp)}
accuracy, kept = {}, {}
for kind, (network, state) in contest.items():
    for name, pixels in orders.items():
        runs = [trained_on(network, state, seed, pixels) for seed in range(RUNS)]
        accuracy[f"{kind}, {name}"] = np.array([share for share, _ in runs])
        kept[f"{kind}, {name}"] = [weights for _, weights in runs]

# %% [markdown]
# The intervals are Student's, over the seeds (lesson 07 wrote the function).


# %%
from scipy.stats import t as student


def interval(values):
    """Return the mean of a few runs and half of its 95 % interval."""
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1)
    return np.mean(values), half / np.sqrt(len(values))


def compare(results, x_title, title):
    """Draw the mean of each of some lists of shares, with its interval."""
    means, halves = np.array([interval(values) for values in results.values()]).T
    ends = {"low": means - halves, "high": means + halves}
    return plot.bars(
        list(results), means, **ends, x_title=x_title, number=".1%", title=title
    )


# %%
compare(
    accuracy,
    x_title="test accuracy, with 95 % interval over the seeds",
    title="Two networks of one size, on pictures and on shuffled pictures",
)

# %% [markdown]
# Each seed gives one pair of runs on the same digits, so we take differences pair by
# pair.

# %%
conv, dense = ("convnet, as they are", "dense, as they are")
conv_shuffled, dense_shuffled = ("convnet, shuffled", "dense, shuffled")
lead, lead_half = interval(accuracy[conv] - accuracy[dense])
fall, fall_half = interval(accuracy[conv_shuffled] - accuracy[conv])
dense_fall, dense_half = interval(accuracy[dense_shuffled] - accuracy[dense])
left, left_half = interval(accuracy[conv_shuffled] - accuracy[dense_shuffled])

# %% [markdown]
# What follows from the differences?

# %%
found("conv_lead", 100 * lead, "The convnet leads by {:.1f} points.")
found("conv_lead_half", 100 * lead_half, "That is known to within ±{:.1f} points.")
found(
    "conv_fall",
    100 * fall,
    "Shuffling changes the convnet by {:+.1f} points.",
    predicted="08.shuffled",
)
found("dense_fall", 100 * dense_fall, "The dense network changes by {:+.1f} points.")
found("dense_fall_half", 100 * dense_half, "That is known to within ±{:.1f} points.")
found("shuffled_lead", 100 * left, "On shuffled pixels the convnet leads by {:+.1f}.")

# %% [markdown]
# To the dense network one order of the pixels is as good as another: it has a weight
# for each and no idea which of them are neighbours. The convnet's lead, at equal size
# and on the same digits, came from its assumption about pictures. Where the assumption
# is false, it has nothing to stand on.

# %% [markdown]
# ### Does it mind where the digit stands?
#
# "Convnets recognise things wherever they are" is often said, and the layer is
# equivariant, exactly. So move the test digits to the right, for the small networks
# that were trained on centred ones.

# %%
predict(
    "08.moved",
    "Test digits moved by four pixels, still whole. How many does the small convnet "
    "read, trained on digits in the middle?",
    ["as many as before", "about three quarters", "less than two thirds"],
)

# %%
DISTANCES = np.arange(0, 6)


def read_when_moved(network):
    """Return the accuracy for test digits moved to the right by each distance."""
    still, labels = test_digits[:2_000], digits.y_test[:2_000]
    moved = [np.roll(still, distance, axis=2) for distance in DISTANCES]
    return [accuracy_of(network, pictures, labels) for pictures in moved]


def with_weights(network, weights):
    """Return what a network reads with each of the first three sets of weights."""
    results = []
    for own in weights[:3]:
        network.set_weights(own)
        results.append(read_when_moved(network))
    return results


# %%
by_distance = {
    "convnet": with_weights(contest["convnet"][0], kept[conv]),
    "dense": with_weights(contest["dense"][0], kept[dense]),
    "large convnet, trained on moved digits": [read_when_moved(digit_reader)],
}

# %% [markdown]
# The bands reach from the lowest to the highest of three seeds.

# %%
plot.curves(
    by_distance,
    x=DISTANCES,
    x_title="moved to the right (pixels)",
    y_title="share of digits read",
    title="A convnet is not indifferent to where things are",
)

# %%
found(
    "moved_by_four",
    np.mean(by_distance["convnet"], axis=0)[4],
    "Moved by four pixels, the small convnet still reads {:.0%}.",
    predicted="08.moved",
)
found(
    "dense_moved_by_four",
    np.mean(by_distance["dense"], axis=0)[4],
    "The dense network reads {:.0%} of them.",
)

# %% [markdown]
# The maps do move with the digit. But the last dense layer has a weight for each
# *place* in the maps, and it has only met digits in the middle. The network that saw
# moved digits in training holds out longer: invariance was learned from examples, more
# than given by the design. Large networks on photos behave no better ([Azulay and
# Weiss, 2018](https://arxiv.org/abs/1805.12177)).

# %% [markdown]
# ## Photo search
#
# Back to the question of the page. The layer before the scores holds a list of numbers
# for each picture, its *embedding*. Pictures that the network finds alike have
# embeddings that point in the same direction. To search is to compare directions.


# %%
def directions(network, pictures):
    """Return the embedding of each picture, scaled to length 1."""
    eye = keras.Model(network.inputs[0], network.get_layer("features").output)
    values = scores_of(eye, pictures)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def as_pixels(pictures):
    """Return the pixels of each picture as a list, scaled to length 1."""
    values = pictures.reshape(len(pictures), -1)
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)


# %% [markdown]
# The product of two such lists is 1 where they point the same way: the *cosine
# similarity*. One matrix product compares a query with the whole album. The album holds
# 5,000 test pictures; none of them was seen in training.


# %%
def nearest(queries, album, count=10):
    """Return the rows of the album that are most alike, best first."""
    likeness = queries @ album.T
    return np.argsort(-likeness, axis=1)[:, :count]


# %%
ways = {"pixels": as_pixels(test_clothing[:6000])}
ways["convnet"] = directions(clothing_reader, test_clothing[:6000])
hits = {name: nearest(v[:1000], v[1000:]) for name, v in ways.items()}

# %% [markdown]
# Two queries, and what each way of comparing finds:

# %%
rows = [2, 18]
strip = []
for row in rows:
    for name in ways:
        strip += [test_clothing[row], *test_clothing[1000:][hits[name][row, :7]]]
plot.images(
    np.stack(strip),
    titles=[t for _ in rows for name in ways for t in [name, *["·"] * 7]],
    columns=8,
    title="Wanted at the left; found, by pixels and by the convnet",
)

# %% [markdown]
# How good is a search? *Precision at 10*: of the first ten that are found, how many are
# of the kind that was asked for.


# %%
def precision(hits, labels):
    """Return the share of hits that have the query's label, query by query."""
    return (labels[1000:][hits] == labels[:1000, None]).mean(axis=1)


# %%
clothes_found = {name: precision(hit, clothing.y_test) for name, hit in hits.items()}
found("search_pixels", clothes_found["pixels"].mean(), "By pixels: {:.1%} are right.")
found("search_convnet", clothes_found["convnet"].mean(), "By the convnet: {:.1%}.")
gain, gain_half = interval(clothes_found["convnet"] - clothes_found["pixels"])
found("search_gain", 100 * gain, "That is {:+.1f} points.")
found("search_half", 100 * gain_half, "It is known to within ±{:.1f} points.")

# %% [markdown]
# But it was trained to tell just these ten kinds apart. A photo search must find what
# nobody trained it for. So we ask the *clothing* network to search among *digits*,
# which it has never seen.

# %%
predict(
    "08.strangers",
    "Search among digits, with an eye that was trained on clothes. How good is it, "
    "compared with plain pixels?",
    ["clearly better", "about as good", "clearly worse"],
)

# %%
strange = {"pixels": as_pixels(test_digits[:6000])}
strange["clothing network"] = directions(clothing_reader, test_digits[:6000])
strange["digit network"] = directions(digit_reader, test_digits[:6000])
digits_found = {
    name: precision(nearest(v[:1000], v[1000:]), digits.y_test)
    for name, v in strange.items()
}

# %%
compare(
    digits_found,
    x_title="precision at 10 among digits, with 95 % interval over the queries",
    title="Likeness is learned for what it was learned on",
)

# %% [markdown]
# The differences, query by query:

# %%
gain, gain_half = interval(digits_found["clothing network"] - digits_found["pixels"])
found(
    "stranger_gain",
    100 * gain,
    "On digits, the clothing network's eye is {:+.1f} points from the pixels.",
    predicted="08.strangers",
)
found("stranger_half", 100 * gain_half, "That is known to within ±{:.1f} points.")
own_gain = np.mean(digits_found["digit network"] - digits_found["pixels"])
found("own_gain", 100 * own_gain, "The digit network's eye is {:+.1f} points away.")

# %% [markdown]
# On clothes the clothing network was the better eye, on digits it is not: likeness is
# not only in the pictures, but in the task that the network was trained on. What did
# not matter there is not kept apart. Networks for photo search are therefore trained on
# very many kinds of things, so that hardly anything is a stranger. How to borrow such a
# network is lesson 09.

# %% [markdown]
# ## Reading a road
#
# So far one answer for a whole picture. But a convolution gives an answer at *every*
# place, so a network of nothing but convolutions can name each pixel: road, car,
# person. This is how a driving system gets from a camera picture to the free road ahead
# ([Long and others, 2014](https://arxiv.org/abs/1411.4038)).

# %%
SURFACES = list(roads.surfaces)
PAINT = [(190, 215, 235), (205, 214, 178), (120, 124, 130), (255, 255, 255)]
PAINT += [(184, 170, 160), (150, 110, 90), (79, 140, 100), (43, 123, 186)]
PAINT = np.array([*PAINT, (217, 60, 42), (227, 178, 60)], dtype="uint8")
print(", ".join(SURFACES))

# %% [markdown]
# Above the scenes, below their surfaces in colours of ours: the road grey with white
# marks, vehicles blue, people red, lights and signs yellow.

# %%
plot.images(
    np.concatenate([roads.x_train[:4], PAINT[roads.masks_train[:4]]]),
    columns=4,
    title="Four scenes, and what each of their pixels is",
)

# %% [markdown]
# We build it from what this page has built: a convolution with a stride, residual
# blocks with batch normalisation, and kernels with gaps, so that each output sees most
# of the scene. At the end, one score for each surface, at each place, enlarged to the
# size of the picture. With `size=1` the kernels see one pixel each: that is the
# opponent that knows colour only.


# %%
def road_reader(size):
    """Return a network that names the surface of every pixel."""
    keras.utils.set_random_seed(0)
    layers, pixels = keras.layers, keras.Input(scene.shape)
    signal = layers.Conv2D(24, size, 2, padding="same", use_bias=False)(pixels)
    signal = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(signal))
    for gaps in (1, 2, 4, 8) if size > 1 else (1, 1, 1, 1):
        branch = layers.Conv2D(
            24, size, padding="same", dilation_rate=gaps, use_bias=False
        )(signal)
        branch = layers.BatchNormalization(momentum=0.9)(branch)
        signal = layers.ReLU()(layers.Add()([signal, branch]))
    scores = layers.Conv2D(len(SURFACES), 1)(signal)
    return keras.Model(pixels, layers.UpSampling2D(2, interpolation="bilinear")(scores))


# %% [markdown]
# How much does one answer see? A kernel with gaps of $g$ counts like one of size $2g +
# 1$.

# %%
layers = [(3, 2), *((2 * gaps + 1, 1) for gaps in (1, 2, 4, 8))]
sees, _ = receptive_field(layers)
print(f"one answer sees {sees} × {sees} pixels of a scene of {scene.shape[:2]}")

# %%
x_roads, x_unseen = (part / np.float32(255) for part in (roads.x_train, roads.x_test))
SCENES = {"smoke": 1, "quick": 8, "full": 20}[PROFILE]


def fit_roads(network):
    """Train a road reader, and return what it says of the unseen scenes."""
    steps = SCENES * -(-len(x_roads) // 16)
    rate = keras.optimizers.schedules.CosineDecay(0.004, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss)
    network.fit(x_roads, roads.masks_train, batch_size=16, epochs=SCENES, verbose=0)
    return network.predict(x_unseen, batch_size=50, verbose=0).argmax(axis=-1)


# %% [markdown]
# And a simpler opponent yet, which does not look at all: for each pixel the surface
# that stands most often in that place. Sky is above, road is below.

# %%
counts = np.stack([(roads.masks_train == n).sum(axis=0) for n in range(len(SURFACES))])
said = {"place alone": np.repeat(counts.argmax(axis=0)[None], len(x_unseen), axis=0)}
said["colour alone"] = fit_roads(road_reader(size=1))
convnet_reads = fit_roads(road_reader(size=3))
said["convnet"] = convnet_reads

# %%
truth = roads.masks_test
scene_by_scene = {
    name: (answer == truth).mean(axis=(1, 2)) for name, answer in said.items()
}
compare(
    scene_by_scene,
    x_title="share of pixels named rightly, with 95 % interval over the scenes",
    title="What it takes to read a road",
)

# %% [markdown]
# In words:

# %%
pixels = {name: values.mean() for name, values in scene_by_scene.items()}
found("road_place", pixels["place alone"], "Place alone names {:.1%} of the pixels.")
found("road_colour", pixels["colour alone"], "Colour alone: {:.1%}.")
found("road_convnet", pixels["convnet"], "The convnet: {:.1%}.")
best_rival = max(pixels["place alone"], pixels["colour alone"])
road_gain = 100 * (pixels["convnet"] - best_rival)
found("road_gain", road_gain, "It is {:.1f} points ahead of the better of the two.")

# %% [markdown]
# Pixels are a kind judge: most are sky, land and road. Ask surface by surface, how much
# of each was found.

# %%
by_surface = {
    name: [np.mean(answer[truth == n] == n) for n in range(len(SURFACES))]
    for name, answer in said.items()
}
plot.shares(
    list(by_surface.values()),
    list(by_surface),
    SURFACES,
    title="How much of each surface was found",
    subtitle="Share of its pixels that were named rightly, on unseen scenes",
)

# %%
PERSON = SURFACES.index("person")
found(
    "persons_found",
    by_surface["convnet"][PERSON],
    "Of the pixels that are people, the convnet found {:.0%}.",
)

# %% [markdown]
# The average looked fine, and the people are missing. They are few pixels, so the loss
# hardly speaks of them. Keep this in mind when a driving system is praised by one
# number. Now look at what it sees:

# %%
ranked = np.argsort(scene_by_scene["convnet"])
best = ranked[[-1, len(ranked) // 2, 0]]
plot.images(
    np.concatenate(
        [roads.x_test[best], PAINT[truth[best]], PAINT[said["convnet"][best]]]
    ),
    titles=[
        f"{kind}, {row}"
        for row in ("scene", "truth", "read")
        for kind in ("best", "middle", "worst")
    ],
    columns=3,
    title="Unseen scenes, what they are, and what the convnet read",
)

# %% [markdown] tags=["sourced"]
# And the real thing? Autopilot is a driver assistance system of *level 2*: it steers
# and keeps the distance, and a person must watch the road all the time and is the
# driver. So says [the recall report of December
# 2023](https://static.nhtsa.gov/odi/rcl/2023/RCLRPT-23V838-8276.PDF): two million cars,
# because the controls of the automatic steering might not be enough to keep drivers
# from misusing it. The networks in the car are not published. What our little
# reader shares with any of them is the operation, and one lesson: an average says
# nothing of the rare thing that must not be missed.

# %% [markdown]
# ## What we found
#
# - A convolution is a dense layer with most weights fixed at zero and the others
#   shared. By hand it agrees with Keras, once you know where the zeros stand.
# - What an output sees can be counted and measured; most of its attention is in the
#   middle.
# - At equal size the convnet beats the dense network on pictures, and loses its lead
#   when neighbours are no longer neighbours. It is *not* indifferent to where things
#   stand.
# - Shortcuts bring the slopes through forty layers; alone they are no guarantee.
# - A learned likeness serves what it was learned for. On strangers it has to prove
#   itself.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "08.quiz.parameters",
    "A convolution with 32 filters of 3 × 3 reads 16 channels of 40 × 40. How many "
    "weights has it, biases aside?",
    {
        "288": "32 · 9: but each filter has nine weights for *each* channel it reads.",
        "4,608": "32 · 9 · 16. The size of the map does not come into it.",
        "7,372,800": "That is 4,608 at each of the 40 · 40 places. They are shared.",
    },
    right="4,608",
)

# %%
quiz(
    "08.quiz.field",
    "Two convolutions of 3 × 3, the first with a stride of 2. How many pixels across "
    "does one output of the second see?",
    {
        "5": "That would be with a stride of 1 in the first.",
        "6": "Three answers, two pixels apart: the first and the last are 4 apart.",
        "7": "Three windows of 3 pixels that begin 2 apart: 4 + 3.",
    },
    right="7",
)

# %%
quiz(
    "08.quiz.record",
    "The training loss falls nicely, the validation accuracy stays at guessing, and "
    "the network has batch normalisation. It was trained for 50 steps. What first?",
    {
        "more dropout": "It does not fit too well: it is asked in another mode.",
        "look at the moving averages": (
            "After 50 steps with a momentum of 0.99 they are still mostly their start."
        ),
        "a smaller learning rate": "The loss falls. Training is not what is broken.",
    },
    right="look at the moving averages",
)

# %%
quiz(
    "08.quiz.table",
    "A table has 30 columns: age, income, postcode and so on, in no special order. "
    "Would a convolution along the columns help?",
    {
        "yes, it saves weights": (
            "It does, by assuming that neighbouring columns belong together."
        ),
        "no: neighbours mean nothing there": (
            "It is the shuffled picture again. The assumption must be true to pay."
        ),
        "only with pooling": "Pooling assumes even more of the order.",
    },
    right="no: neighbours mean nothing there",
)

# %%
quiz(
    "08.quiz.search",
    "A search by embeddings finds shoes well and confuses your two cats. Why?",
    {
        "cats are too similar": "To whom? Their pixels differ as much as two boots do.",
        "its training never asked to tell them apart": (
            "What made no difference to the task leaves no difference in the numbers."
        ),
        "cosine similarity is the wrong measure": (
            "Another measure compares the same numbers."
        ),
    },
    right="its training never asked to tell them apart",
)

# %% [markdown]
# ## What this page leaves out
#
# **Where it comes from.** Fukushima's
# [Neocognitron](https://doi.org/10.1007/BF00344251) of 1980 had local, shared weights
# after the example of the visual cortex; [LeCun and
# others](https://doi.org/10.1109/5.726791) trained such nets by backpropagation and
# read cheques with them.
#
# **How it is really computed.** Libraries choose between our matrix product and
# cleverer ways, such as [Winograd's](https://arxiv.org/abs/1509.09308) for small
# kernels. Large networks save further with kernels that read one channel each
# ([MobileNets](https://arxiv.org/abs/1704.04861)).
#
# **Why batch normalisation helps** is still argued about. The paper said that it keeps
# inputs from drifting; [an experiment](https://arxiv.org/abs/1805.11604) that put the
# drift back in found that it helped all the same.
#
# **Is this still how it is done?** Since 2020 networks without convolutions have read
# pictures as well, given enough of them ([Dosovitskiy and
# others](https://arxiv.org/abs/2010.11929)); lesson 12 explains what they are made of.
# With the same care in training, convnets [keep
# up](https://arxiv.org/abs/2201.03545). What they need less of is data, because
# they have been told about neighbours.
#
# **Our road** is drawn, its labels are perfect, and each scene stands alone. A car has
# video, other cameras, and a world that does not keep to a card.
#
# In the lab you write the layers yourself, fit a net into 20,000 parameters, and build
# a search of your own.
