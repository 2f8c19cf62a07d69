# %% [markdown] tags=["sourced"]
# **How can a phone find every photo with a shoe in it, when nobody ever wrote "shoe" on
# one?**
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
# weights on the left and positive ones on the right. Where the pixels on both sides are
# the same, the two cancel; where those on the right are larger, the positive ones win.

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
# blue where it is negative, paper where it is zero. Before you look: on which side of
# the boot's leg should orange lie?

# %%
plot.convolution(
    boot, kernel, row=12, column=10, title="Nine weights that answer to vertical edges"
)

# %% [markdown]
# Orange lies along the left edges, where the boot begins and the pixels grow to the
# right, and blue along the right ones, where it ends. Inside the boot and outside it
# the answers are small: on an even surface the weights cancel. They speak where ink
# begins or ends. Nobody needs to tell the kernel *where* to look, because it looks
# everywhere.
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
# SciPy has a function of this name, `scipy.signal.convolve2d`. A new tool that is said
# to do the same as yours is a gift: if the two agree, both are probably right.

# %%
predict(
    "08.flip",
    "convolve2d with the same boot and the same kernel. What comes out?",
    ["the same numbers", "the same numbers, with the sign turned round", "zeros"],
)

# %%
from scipy.signal import convolve2d

theirs = convolve2d(boot, kernel, mode="valid")
told = "SciPy's answers plus ours give {:.0e} at most: each is the other's negative."
found("scipy_plus_ours", np.abs(theirs + edges).max(), told, predicted="08.flip")
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
#
# Compare with `slide` above. The loops have stayed; the window has become a block, and
# the sum runs over all its three axes.


# %%
def convolve(picture, kernels, bias, stride=1):
    """Return the answers; shapes (h, w, channels), (size, size, channels, filters)."""
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
# many, and 28 pixels need 29 for that: 14 windows of three, each two further on. So one
# row of zeros is needed, and it has to stand somewhere.

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

# %% [markdown]
# Nine where a window holds pixels only, six where it has lost a row or a column to the
# border, four where it has lost both. The count of the first corner says how many rows
# of zeros stand above:

# %%
told = "The first window holds {:.0f} rows of zeros; so the one row stands below."
found("zeros_above", 3 - counts[0, 0] / 3, told, predicted="08.same")

# %% [markdown]
# An odd number of zeros cannot be split evenly, and Keras puts the larger half below
# and to the right. With PyTorch's `padding=1` there would be one above and one below,
# and every window would lie one pixel higher. Weights that are carried over without a
# thought then see everything shifted. As a function, for any size and stride:


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
# drawn, and their card says what they are not. At the end of the page a network shall
# read them.

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
# Is our convolution Keras's? One agreement could be luck, so we try six combinations of
# size, stride and padding, each with random weights and a bias for four filters, and
# keep the largest difference of all.

# %%
worst = 0
tried = {"valid": [(3, 1), (3, 2), (5, 3)], "same": [(3, 1), (3, 2), (4, 3)]}
for padding, pairs in tried.items():
    for size, stride in pairs:
        layer = keras.layers.Conv2D(4, size, stride, padding, bias_initializer="normal")
        library = keras.ops.convert_to_numpy(layer(scene[None]))[0]
        padded = pad_same(scene, size, stride) if padding == "same" else scene
        ours = convolve(padded, *layer.get_weights(), stride=stride)
        worst = max(worst, np.abs(ours - library).max())

# %% [markdown]
# It should be no more than two computers differ by when they add the same numbers in
# another order:

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
# The same numbers, and how much sooner? Each function runs three times and the last
# counts, because the first call of anything pays for what the others find ready.

# %%
kernels = rng.normal(size=(3, 3, 3, 16)).astype("float32")
seconds, results = {}, {}
for function in 3 * (convolve, convolve_at_once):
    start = time.perf_counter()
    results[function.__name__] = function(scene, kernels, np.zeros(16))
    seconds[function.__name__] = time.perf_counter() - start
assert np.allclose(*results.values(), atol=1e-5)

# %% [markdown]
# They agree, so the comparison is one of time alone:

# %%
speedup = seconds["convolve"] / seconds["convolve_at_once"]
found("matrix_speedup", speedup, "One product is {:.0f} times as fast as the loops.")

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
# The assert says that a dense layer with this table does what the kernel does. Here is
# a part of it, one row for each pixel. Look for two things: how much of it is empty,
# and how often the same stripe comes back.

# %%
plot.images(
    as_dense[None, :60, :44],
    scale="signed",
    title="The convolution as a dense layer: a part of its weights, one row a pixel",
)

# %% [markdown]
# Empty means zero, for ever:

# %%
told = "Of the dense layer's weights {:.1%} are zero; the others repeat six values."
found("zero_share", np.mean(as_dense == 0), told)

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
# two axes of its own; rows that do not fill a square are dropped, in Keras as well.


# %%
def max_pool(maps, size=2):
    """Return the largest of every square; maps (h, w, channels)."""
    high, wide = (side // size for side in maps.shape[:2])
    squares = maps[: high * size, : wide * size].reshape(high, size, wide, size, -1)
    return squares.max(axis=(1, 3))


# %% [markdown]
# On four channels of the scene's answers, against Keras's layer:

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
# all for one output in the middle? A pixel without a slope can change a little, and the
# output does not move. We need slopes on the *picture*, in place of the weights;
# `train.slopes` takes them with whichever library Keras runs on, by the tape, the
# `grad` or the `backward` that you know from lesson 05.
#
# The network has the same five layers, with random weights and `relu`. The pictures are
# random too, and there are many of them, because a `relu` that is shut lets no slope
# through: what one picture hides, another shows.

# %%
blind = keras.Sequential([keras.Input((65, 65, 1))])
for size, stride in stack:
    blind.add(keras.layers.Conv2D(8, size, stride, activation="relu"))
noise = rng.normal(size=(32, 65, 65, 1)).astype("float32")
middle = blind.output_shape[1] // 2
each = train.slopes(lambda batch: blind(batch)[:, middle, middle], noise)

# %% [markdown]
# One map of slopes for each picture; added up without their signs, they show which
# pixels count for anybody:

# %%
seen = np.abs(each).sum((0, 3))
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
share = inner.sum() / square.sum()
told = "The middle, about a ninth of what it sees, has {:.0%} of the slopes."
found("effective_share", share, told, predicted="08.effective")

# %% [markdown]
# A pixel in the middle reaches the output by many paths, one at the rim by a single
# one, and paths add up. So what a unit *effectively* sees is smaller than what it could
# see ([Luo and others, 2016](https://arxiv.org/abs/1701.04128)). Training can change
# that, but it begins there.
#
# Before you build your own stacks, one of them as a drawing: above, the one output;
# below, the pixels. Follow the lines down, and count how each layer widens the view by
# two.

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
# channel. (The small number under the root keeps a channel that never changes from
# dividing by nothing.)


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
# variance go a little towards those of the batch. In use it takes the record. The layer
# above has been called once in training mode; what does its record hold now?

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
start_share = 1 - float(slow.get_weights()[2][0]) / 5
told = "After 100 steps {:.0%} of the moving mean is still its start."
found("still_the_start", start_share, told, predicted="08.record")

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
#
# To copy, the layers have to learn nothing but zero, and near zero is where weights
# begin. Here is such a block, and with `shortcut=False` the plain one to compare it
# with:


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
library = keras.ops.convert_to_numpy(one_block(example[None]))[0]

# %% [markdown]
# So far Keras; now with the functions of this page:

# %%
first, first_bias, second, second_bias = one_block.get_weights()
inside = np.maximum(convolve(pad_same(example, 3, 1), first, first_bias), 0)
added = convolve(pad_same(inside, 3, 1), second, second_bias)
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
    signal = maps_in = keras.Input((7, 7, 8))
    for _ in range(blocks):
        signal = block(signal, shortcut, start=start)
    return keras.Model(maps_in, signal)


# %% [markdown]
# To measure it, send a slope of size 1 in a random direction into the output, and take
# the size of what comes back at the input:


# %%
def arriving(network, signal):
    """Return how large a slope of size 1 is when it comes back to the input."""
    direction = rng.normal(size=signal.shape[1:])
    direction = (direction / np.linalg.norm(direction)).astype("float32")
    part = train.slopes(lambda batch: network(batch) * direction, signal)
    return np.sqrt((part**2).sum(axis=(1, 2, 3)).mean())


# %%
predict(
    "08.slopes",
    "A slope of size 1 at the end of 20 blocks without shortcuts, at Keras's default "
    "weights. What is left of it at the beginning?",
    ["about a tenth", "about a thousandth", "less than a hundred-thousandth"],
)

# %% [markdown]
# Both kinds of block, and beside Keras's default start the larger weights of He's
# (lesson 05), in towers of growing height:

# %%
DEPTHS = [1, 2] if PROFILE == "smoke" else [1, 5, 10, 15, 20]
maps = rng.normal(size=(16, 7, 7, 8)).astype("float32")
sizes = {}
for start, added in [("glorot_uniform", ""), ("he_normal", ", He's start")]:
    for name, shortcut in [("plain", False), ("shortcut", True)]:
        towers = [tower(depth, shortcut, start) for depth in DEPTHS]
        sizes[name + added] = [arriving(network, maps) for network in towers]

# %% [markdown]
# One line of the figure is the slope of a network with as many blocks; note that each
# step of the scale is a factor. A straight line downwards means that every block takes
# the same share away.

# %%
plot.curves(
    sizes,
    x=DEPTHS,
    x_title="blocks between output and input",
    y_title="size of the slope that arrives",
    title="What is left of a slope of size 1, with and without shortcuts",
).update_yaxes(type="log", exponentformat="power", dtick=1)

# %% [markdown]
# At the right-hand end of three of the lines:

# %%
told = "Without shortcuts {:.0e} of the slope arrives."
found("plain_slope", sizes["plain"][-1], told, predicted="08.slopes")
found("shortcut_slope", sizes["shortcut"][-1], "With shortcuts it is {:.1f}.")
told = "With shortcuts and He's larger weights it is {:,.0f}."
found("he_shortcut_slope", sizes["shortcut, He's start"][-1], told)

# %% [markdown]
# The shortcut saves the slope where it would have vanished. It is no cure for
# everything: with He's weights, which lesson 05 chose so that *plain* relu layers keep
# their slopes, each block adds as much again, and the slope explodes instead. Real
# residual networks normalise each branch, or start its last layer at zero ([Goyal and
# others, 2017](https://arxiv.org/abs/1706.02677)).
#
# Does it matter for learning? Two networks of 20 blocks, the same start, the same 2,000
# digits, made small so that it is quick. We look at the *training* accuracy, since the
# question is whether they can learn at all.

# %%
digits = data.load("digits", source="best" if PROFILE == "full" else "bundled")
few = digits.x_train[:2_000, 2:26, 2:26, None] / np.float32(255)
few = few.reshape(-1, 12, 2, 12, 2, 1).mean((2, 4))

# %% [markdown]
# Apart from the shortcuts, the two are one and the same network, from the first
# convolution to the seed:


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

# %% [markdown]
# Guessing reads one digit in ten. Does the plain network leave that line at all?

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
# profile there are six. The convolutions need no bias, because the normalisation would
# subtract it again.

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
# No picture comes twice in the same form. Each is moved by a pixel or two, and clothes
# are mirrored half of the time. (A mirrored 3 is no digit, so digits are not.) Moving
# is sliding once more: pad, and cut out a window at random.


# %%
def moved_at_random(batch, reach):
    """Return pictures of 28 by 28, each moved by up to `reach` pixels, with zeros."""
    padded = np.pad(batch, [(0, 0), (reach, reach), (reach, reach)])
    views = np.lib.stride_tricks.sliding_window_view(padded, (28, 28), (1, 2))
    down, right = rng.integers(0, 2 * reach + 1, size=(2, len(batch)))
    return views[np.arange(len(batch)), down, right]


# %% [markdown]
# A generator makes the batches, one round through all pictures after the other, each
# round in a new order. The labels come as ten numbers, of which one is 1.


# %%
def batches(pictures, labels, size, reach, mirror):
    """Yield batches for ever, each picture moved by up to `reach` pixels."""
    while True:
        for rows in np.split(rng.permutation(len(pictures)), len(pictures) // size):
            batch = moved_at_random(pictures[rows], reach)
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
def prepare(network, steps):
    """Compile a network by the recipe of this page, for so many steps."""
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, 0.9 * steps, warmup_target=0.004, warmup_steps=max(steps // 10, 1)
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=0.05),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        metrics=["accuracy"],
    )


# %% [markdown]
# And the training. It takes the time that the processor works, on all cores together,
# so that a busy machine does not spoil the figure.


# %%
def fit(network, pictures, labels, epochs, *, reach, mirror=False):
    """Train a network by the recipe of this page; return its processor seconds."""
    size = 250 if PROFILE == "full" else 100
    a_step = len(pictures) // size if PROFILE != "smoke" else 4
    prepare(network, epochs * a_step)
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
TESTED = 2_000 if PROFILE == "smoke" else 10_000
test_digits, y_digits = digits.x_test[:TESTED] / np.float32(255), digits.y_test[:TESTED]
test_clothing = clothing.x_test[:TESTED] / np.float32(255)
y_clothing = clothing.y_test[:TESTED]

# %% [markdown]
# A network is asked in the mode of use, part by part, so that memory lasts. The largest
# of its ten scores is its answer.


# %%
def scores_of(network, pictures):
    """Return a network's scores for pictures with values from 0 to 1."""
    parts = np.split(pictures[..., None], range(500, len(pictures), 500))
    answers = [network(part, training=False) for part in parts]
    return np.concatenate([keras.ops.convert_to_numpy(answer) for answer in answers])


def accuracy_of(network, pictures, labels):
    """Return the share of pictures that a network names rightly."""
    return np.mean(scores_of(network, pictures).argmax(axis=1) == labels)


# %% [markdown]
# How many does each of them name rightly?

# %%
digit_accuracy = accuracy_of(digit_reader, test_digits, y_digits)
clothing_accuracy = accuracy_of(clothing_reader, test_clothing, y_clothing)
found("digit_accuracy", digit_accuracy, "It reads {:.2%} of the test digits.")
found("clothing_accuracy", clothing_accuracy, "It names {:.1%} of the test clothes.")

# %% [markdown]
# These test pictures are a sample too. How far may the figures be off, and what did
# they cost?

# %%
from scipy.stats import binomtest

for name, share in {"digits": digit_accuracy, "clothing": clothing_accuracy}.items():
    right = binomtest(round(share * TESTED), TESTED).proportion_ci(method="wilson")
    print(f"{name}: {right.low:.2%} to {right.high:.2%}, by Wilson's interval")
found("digit_seconds", digit_seconds, "Reading digits took {:.0f} processor seconds.")
found("clothing_seconds", clothing_seconds, "Clothing took {:.0f}.")

# %% [markdown]
# What does it still get wrong? Of the digits, those where it was surest of the wrong
# answer. Cover the captions and read them yourself first.

# %%
answers = scores_of(digit_reader, test_digits)
chosen = answers.argmax(axis=1)
lead = answers.max(axis=1) - answers[np.arange(TESTED), y_digits]
hardest = np.argsort(-lead)[:16]
plot.images(
    test_digits[hardest],
    titles=[f"{chosen[i]}, not {y_digits[i]}" for i in hardest],
    columns=8,
    title="What it read, and what the label says",
)

# %% [markdown]
# Some of these you would have read as it did; the card of the data says that a few
# labels are wrong. For the clothing, the table of what is taken for what. The diagonal
# is what went well; look for the darkest squares beside it.

# %%
table = np.zeros((10, 10), int)
named = scores_of(clothing_reader, test_clothing).argmax(axis=1)
np.add.at(table, (y_clothing, named), 1)
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
    {f"a {y_digits[i]}": test_digits[i] for i in range(6)},
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

# %% [markdown]
# Dropout would be at work in training mode too, and would spoil the comparison. So the
# network is called up to the layer before it, and the scores are made of that by hand.

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
kinds = [np.flatnonzero(y_clothing == label)[:100] for label in range(10)]
sorted_rows = np.concatenate(kinds)
mixed_rows = np.stack(kinds, axis=1).ravel()
said = np.empty((2, TESTED), int)
for company, rows in enumerate([mixed_rows, sorted_rows]):
    for batch in np.split(rows, 10):
        said[company, batch] = in_training_mode(batch)
clothing_reader.set_weights(safe)

# %% [markdown]
# Each picture has now been asked twice, and only its company was another:

# %%
shares = (said[:, sorted_rows] == y_clothing[sorted_rows]).mean(axis=1)
changed = np.mean(said[0, sorted_rows] != said[1, sorted_rows])
found("mixed_company", shares[0], "Mixed, it names {:.1%} rightly.")
loss = 100 * (shares[0] - shares[1])
found("sorted_loss", loss, "Sorted, {:.1f} points fewer.", predicted="08.forgotten")
told = "For {:.0%} of the pictures the answer depended on the company."
found("changed_by_company", changed, told)

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


# %% [markdown]
# Every boot is still told apart from every shirt by the same pixels. They only stand
# elsewhere:

# %%
examples = np.stack([boot, test_digits[0]])[..., None]
plot.images(
    np.stack([p for pair in zip(examples, in_order(examples, order)) for p in pair]),
    titles=["a boot", "shuffled", "a digit", "shuffled"],
    columns=4,
    title="The same pixels in another order",
)

# %% [markdown]
# The two opponents. One has kernels:


# %%
def small_convnet():
    """Return two convolutions and a dense layer."""
    layers, settings = keras.layers, {"padding": "same", "activation": "relu"}
    convolutions = [layers.Conv2D(count, 3, 2, **settings) for count in (16, 32)]
    network = [keras.Input((28, 28, 1)), *convolutions, layers.Flatten()]
    return keras.Sequential([*network, layers.Dense(10)])


# %% [markdown]
# The other sees all pixels at once, and has 26 hidden units, for that gives as many
# parameters:


# %%
def small_mlp():
    """Return a dense network with as many parameters."""
    layers, pixels = keras.layers, keras.Input((28, 28, 1))
    hidden = layers.Dense(26, activation="relu")
    return keras.Sequential([pixels, layers.Flatten(), hidden, layers.Dense(10)])


# %% [markdown]
# As many, to within a hundredth. If one of them were larger, its lead might be nothing
# but its size.

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
# training, so each is compiled once, and `train.restart` puts it back to a start for
# every seed: fresh weights, and an optimizer that remembers nothing.

# %%
RUNS, SOME, ROUNDS = {
    "smoke": (2, 200, 1),
    "quick": (5, 3_000, 7),
    "full": (10, 10_000, 15),
}[PROFILE]

# %% [markdown]
# Both get the same loss and the same rate:

# %%
contest = {"convnet": small_convnet(), "dense": small_mlp()}
together = 1 if keras.backend.backend() == "torch" else 8  # steps in one call
for network in contest.values():
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(0.003)
    network.compile(optimizer, loss, steps_per_execution=together)

# %% [markdown]
# One run: a sample of the digits in one of the two orders, a training from the start, a
# test in the same order. The weights are kept, because there is one more question to
# ask of them.


# %%
def trained_on(network, seed, order):
    """Train a network from a fresh start; return its test accuracy and weights."""
    rows = np.random.default_rng(seed).permutation(len(x_digits))[:SOME]
    train.restart(network, seed=seed)
    x, y = in_order(x_digits[rows], order), digits.y_train[rows]
    network.fit(x, y, batch_size=100, epochs=ROUNDS, verbose=0)
    share = accuracy_of(network, in_order(test_digits, order)[..., 0], y_digits)
    return share, network.get_weights()


# %% [markdown]
# Four rows of runs: two networks, two orders.

# %%
orders = {"as they are": np.arange(784), "shuffled": order}
accuracy, kept = {}, {}
for kind, network in contest.items():
    for name, pixels in orders.items():
        runs = [trained_on(network, seed, pixels) for seed in range(RUNS)]
        accuracy[f"{kind}, {name}"] = np.array([share for share, _ in runs])
        kept[f"{kind}, {name}"] = [weights for _, weights in runs]

# %% [markdown]
# Bars for the means, with Student's intervals over the seeds: lesson 07 wrote the
# function, and here it is `train.interval`. We shall draw several such figures, so the
# drawing is a function.


# %%
def compare(results, x_title, title):
    """Draw the mean of each of some lists of shares, with its interval."""
    pairs = [train.interval(values) for values in results.values()]
    means, halves = np.array(pairs).T
    ends = {"low": means - halves, "high": means + halves, "number": ".1%"}
    return plot.bars(list(results), means, **ends, x_title=x_title, title=title)


# %% [markdown]
# Which bars did you expect to be shorter?

# %%
compare(
    accuracy,
    x_title="test accuracy, with 95 % interval over the seeds",
    title="Two networks of one size, on pictures and on shuffled pictures",
)

# %% [markdown]
# Each seed gives one pair of runs on the same digits, so we take differences pair by
# pair: a sample that was hard for one was hard for the other as well. First, pictures
# as they are, and what shuffling does to the convnet.

# %%
conv, conv_shuffled, dense, dense_shuffled = accuracy.values()
lead, half = train.interval(conv - dense)
found("conv_lead", 100 * lead, "The convnet leads by {:.1f} points.")
found("conv_lead_half", 100 * half, "That is known to within ±{:.1f} points.")
fall = 100 * np.mean(conv_shuffled - conv)
told = "Shuffling changes the convnet by {:+.1f} points."
found("conv_fall", fall, told, predicted="08.shuffled")

# %% [markdown]
# Then the dense network, and what is left of the lead when both are shuffled:

# %%
fall, half = train.interval(dense_shuffled - dense)
found("dense_fall", 100 * fall, "The dense network changes by {:+.1f} points.")
found("dense_fall_half", 100 * half, "That is known to within ±{:.1f} points.")
left = 100 * np.mean(conv_shuffled - dense_shuffled)
found("shuffled_lead", left, "On shuffled pixels the convnet leads by {:+.1f}.")

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

# %% [markdown]
# Nothing is trained anew. The same networks read the same digits, which only stand a
# little further to the right:

# %%
DISTANCES, STILL = np.arange(0, 6), 500 if PROFILE == "smoke" else 2_000


def read_when_moved(network):
    """Return the accuracy for test digits moved to the right by each distance."""
    still, labels = test_digits[:STILL], y_digits[:STILL]
    moved = [np.roll(still, distance, axis=2) for distance in DISTANCES]
    return [accuracy_of(network, pictures, labels) for pictures in moved]


# %% [markdown]
# One training could be an odd one, so three seeds of each are asked. A third reader
# joins them, the large convnet of this page, which was trained on digits that had been
# moved.

# %%
by_distance = {kind: [] for kind in contest}
for kind, network in contest.items():
    for weights in kept[f"{kind}, as they are"][:3]:
        network.set_weights(weights)
        by_distance[kind].append(read_when_moved(network))
by_distance["large convnet, trained on moved digits"] = [read_when_moved(digit_reader)]

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

# %% [markdown]
# Read the figure at four pixels, a seventh of the picture:

# %%
at_four = {kind: np.mean(by_distance[kind], axis=0)[4] for kind in contest}
told = "Moved by four pixels, the small convnet still reads {:.0%}."
found("moved_by_four", at_four["convnet"], told, predicted="08.moved")
told = "The dense network reads {:.0%} of them."
found("dense_moved_by_four", at_four["dense"], told)

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
def to_length_one(values):
    """Return each row scaled to length 1."""
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)


def directions(network, pictures):
    """Return the embedding of each picture, scaled to length 1."""
    eye = keras.Model(network.inputs[0], network.get_layer("features").output)
    return to_length_one(scores_of(eye, pictures))


# %% [markdown]
# The product of two such lists is 1 where they point the same way: the *cosine
# similarity*. One matrix product compares a query with the whole album. The first
# thousand test pictures are the queries, the others up to 6,000 the album; none of them
# was seen in training.


# %%
def nearest(queries, album, count=10):
    """Return the rows of the album that are most alike, best first."""
    return np.argsort(-queries @ album.T, axis=1)[:, :count]


def searched(pictures, readers):
    """Return what a thousand queries find in the album, by pixels and by readers."""
    lists = {"pixels": to_length_one(pictures.reshape(len(pictures), -1))}
    lists |= {name: directions(reader, pictures) for name, reader in readers.items()}
    return {name: nearest(each[:1000], each[1000:]) for name, each in lists.items()}


# %% [markdown]
# The opponent is the plainest that there is: pictures are alike if their pixels are.

# %%
hits = searched(test_clothing[:6000], {"convnet": clothing_reader})

# %% [markdown]
# Two queries, and what each way of comparing finds. Look for what the finds of each row
# have in common: the outline, the brightness, or the kind of thing?

# %%
rows, strip = [2, 18], []
for row in rows:
    for name in hits:
        strip += [test_clothing[row], *test_clothing[1000:][hits[name][row, :7]]]
plot.images(
    np.stack(strip),
    titles=[t for _ in rows for name in hits for t in [name, *["·"] * 7]],
    columns=8,
    title="Wanted at the left; found, by pixels and by the convnet",
)

# %% [markdown]
# Two queries prove nothing. How good is a search? *Precision at 10*: of the first ten
# that are found, how many are of the kind that was asked for.


# %%
def precision(hits, labels):
    """Return the share of hits that have the query's label, query by query."""
    return (labels[1000:][hits] == labels[:1000, None]).mean(axis=1)


# %% [markdown]
# One number for each query, so the two ways can be compared query by query:

# %%
clothes_found = {name: precision(hit, y_clothing) for name, hit in hits.items()}
found("search_pixels", clothes_found["pixels"].mean(), "By pixels: {:.1%} are right.")
found("search_convnet", clothes_found["convnet"].mean(), "By the convnet: {:.1%}.")
gain, half = train.interval(clothes_found["convnet"] - clothes_found["pixels"])
found("search_gain", 100 * gain, "That is {:+.1f} points.")
found("search_half", 100 * half, "It is known to within ±{:.1f} points.")

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

# %% [markdown]
# Beside it, to know what is possible, the network that was trained on digits:

# %%
readers = {"clothing network": clothing_reader, "digit network": digit_reader}
hits = searched(test_digits[:6000], readers)
digits_found = {name: precision(hit, y_digits) for name, hit in hits.items()}
compare(
    digits_found,
    x_title="precision at 10 among digits, with 95 % interval over the queries",
    title="Likeness is learned for what it was learned on",
)

# %% [markdown]
# The differences, query by query:

# %%
gain, half = train.interval(digits_found["clothing network"] - digits_found["pixels"])
told = "On digits, the clothing network's eye is {:+.1f} points from the pixels."
found("stranger_gain", 100 * gain, told, predicted="08.strangers")
found("stranger_half", 100 * half, "That is known to within ±{:.1f} points.")
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
# marks, vehicles blue, people red, lights and signs yellow. Notice how few pixels the
# red ones are.

# %%
plot.images(
    np.concatenate([roads.x_train[:4], PAINT[roads.masks_train[:4]]]),
    columns=4,
    title="Four scenes, and what each of their pixels is",
)

# %% [markdown]
# We build it from what this page has built: a convolution with a stride, residual
# blocks with batch normalisation, and kernels with *gaps*, whose nine weights stand
# two, four or eight pixels apart, so that each output sees most of the scene without
# more weights.


# %%
def gapped_block(signal, size, gaps):
    """Return a residual block of one normalised convolution with gaps."""
    settings = {"padding": "same", "dilation_rate": gaps, "use_bias": False}
    branch = keras.layers.Conv2D(24, size, **settings)(signal)
    branch = keras.layers.BatchNormalization(momentum=0.9)(branch)
    return keras.layers.ReLU()(keras.layers.Add()([signal, branch]))


# %% [markdown]
# At the end, one score for each surface, at each place, enlarged to the size of the
# picture. With `size=1` the kernels see one pixel each: that is the opponent that knows
# colour only.


# %%
def road_reader(size):
    """Return a network that names the surface of every pixel."""
    keras.utils.set_random_seed(0)
    layers, pixels = keras.layers, keras.Input(scene.shape)
    signal = layers.Conv2D(24, size, 2, padding="same", use_bias=False)(pixels)
    signal = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(signal))
    for gaps in (1, 2, 4, 8) if size > 1 else (1, 1, 1, 1):
        signal = gapped_block(signal, size, gaps)
    scores = layers.Conv2D(len(SURFACES), 1)(signal)
    return keras.Model(pixels, layers.UpSampling2D(2, interpolation="bilinear")(scores))


# %% [markdown]
# How much does one answer see? A kernel whose weights stand $g$ pixels apart counts
# like one of size $2g + 1$.

# %%
layers = [(3, 2), *((2 * gaps + 1, 1) for gaps in (1, 2, 4, 8))]
sees, _ = receptive_field(layers)
print(f"one answer sees {sees} × {sees} pixels of a scene of {scene.shape[:2]}")

# %% [markdown]
# The loss is the one of every classifier, taken at each pixel and averaged. Keep in
# mind what that means: a pixel of sky counts as much as a pixel of a child.


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
# that stands most often in that place. Sky is above, road is below. A network that does
# not beat this one has understood nothing of what it sees.

# %%
counts = np.stack([(roads.masks_train == n).sum(axis=0) for n in range(len(SURFACES))])
said = {"place alone": np.repeat(counts.argmax(axis=0)[None], len(x_unseen), axis=0)}
said["colour alone"] = fit_roads(road_reader(size=1))
said["convnet"] = fit_roads(road_reader(size=3))

# %% [markdown]
# Each scene gives one share of pixels that were named rightly, for each of the three:

# %%
truth = roads.masks_test
by_scene = {name: (answer == truth).mean(axis=(1, 2)) for name, answer in said.items()}
compare(
    by_scene,
    x_title="share of pixels named rightly, with 95 % interval over the scenes",
    title="What it takes to read a road",
)

# %% [markdown]
# In words:

# %%
place, colour, read = (values.mean() for values in by_scene.values())
found("road_place", place, "Place alone names {:.1%} of the pixels.")
found("road_colour", colour, "Colour alone: {:.1%}.")
found("road_convnet", read, "The convnet: {:.1%}.")
ahead = 100 * (read - max(place, colour))
found("road_gain", ahead, "It is {:.1f} points ahead of the better of the two.")

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

# %% [markdown]
# One surface is worth more to us than all the others:

# %%
persons = by_surface["convnet"][SURFACES.index("person")]
told = "Of the pixels that are people, the convnet found {:.0%}."
found("persons_found", persons, told)

# %% [markdown]
# The average looked fine, and the people are missing. They are few pixels, so the loss
# hardly speaks of them. Keep this in mind when a driving system is praised by one
# number. Now look at what it sees:

# %%
ranked = np.argsort(by_scene["convnet"])
best = ranked[[-1, len(ranked) // 2, 0]]
painted = PAINT[said["convnet"][best]]
kinds, rows = ("best", "middle", "worst"), ("scene", "truth", "read")
plot.images(
    np.concatenate([roads.x_test[best], PAINT[truth[best]], painted]),
    titles=[f"{kind}, {row}" for row in rows for kind in kinds],
    columns=3,
    title="Unseen scenes, what they are, and what the convnet read",
)

# %% [markdown] tags=["sourced"]
# And the real thing? Autopilot is a driver assistance system of *level 2*: it steers
# and keeps the distance, and a person must watch the road all the time and is the
# driver. So says [the recall report of December
# 2023](https://static.nhtsa.gov/odi/rcl/2023/RCLRPT-23V838-8276.PDF): two million cars,
# because the controls of the automatic steering might not be enough to keep drivers
# from misusing it. The networks in the car are not published. What our little reader
# shares with any of them is the operation, and one lesson: an average says nothing of
# the rare thing that must not be missed.

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
# With the same care in training, convnets [keep up](https://arxiv.org/abs/2201.03545).
# What they need less of is data, because they have been told about neighbours.
#
# **Our road** is drawn, its labels are perfect, and each scene stands alone. A car has
# video, other cameras, and a world that does not keep to a card.
#
# In the lab you write the layers yourself, fit a net into 20,000 parameters, and build
# a search of your own.
