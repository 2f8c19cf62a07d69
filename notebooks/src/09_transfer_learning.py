# %% [markdown] tags=["sourced"]
# **You have ten labelled photos of each kind. Is that enough for a network that names
# them?**
#
# In 2017 a network [told cancers of the skin from harmless
# moles](https://doi.org/10.1038/nature21056) about as well as 21 dermatologists. It did
# not start from nothing: it had first learned to name a thousand kinds of things on
# 1.28 million photos of ImageNet, and was then trained on, with medical pictures.
# Nearly every network that is "customised with one's own data", up to the large
# *foundation models*, is made like this, and here you make one for flowers.
#
# When you leave, you will be able to
#
# - load a network that others have trained, freeze it, and put a head of your own on
#   it,
# - measure how many labels that saves, with intervals, and say where it saves none,
# - train an eye without any labels, by a loss that you have written yourself,
# - fine-tune with rates that differ by layer, and say what a rate too large destroys,
# - find the silent faults of preprocessing, and name your own folder of pictures.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## Few labels
#
# Five kinds of flowers. In the quick profile a program has drawn them, in the full one
# they are photos. The card says which, and what drawn flowers are not.

# %%
if PROFILE == "full":
    flowers = data.load("flowers", source="best")
else:
    count = 60 if PROFILE == "smoke" else 1000
    flowers = data.load("flowers", source="drawn", count=count)
flowers

# %% [markdown]
# Each picture is read twice: large for the network that we are going to borrow, and as
# a thumbnail for the small one that we train ourselves. Training has to look at every
# picture many times, and on two processor cores each pixel counts. (Is it fair to give
# one of them the larger pictures? No. We shall come back to it.)

# %%
SIDE, LARGE = (64, 256) if PROFILE == "full" else (32, 96)
pictures = data.from_folder(flowers.folder, size=LARGE)
thumbnails = data.from_folder(flowers.folder, size=SIDE)

# %% [markdown]
# Three tenths are sealed for the test. The rest is the *pool*: pictures that nobody has
# named. We do have their labels, but we act as if each had to be asked for, and paid.
# That is the situation of nearly everybody who wants a network of their own. Pictures
# are cheap. Somebody who knows what is on them is not.

# %%
order = rng.permutation(len(pictures.y))
SEALED = int(0.3 * len(order))
test, pool = order[:SEALED], order[SEALED:]
y_test, classes = pictures.y[test], flowers.classes

# %% [markdown]
# To buy labels is to draw some pictures of the pool, equally many of each kind. The
# seed says which: with another one you would have met other flowers, and part of what
# we measure will be that luck.


# %%
def buy(labels, seed):
    """Return the places of some pictures of the pool, so many of each class."""
    mixed = np.random.default_rng(seed).permutation(pool)
    kinds = [mixed[pictures.y[mixed] == kind][:labels] for kind in range(len(classes))]
    return np.concatenate(kinds)


# %% [markdown]
# Two of each kind, bought. Look at them as if you had never seen these flowers. What
# would you tell a friend to look for, and would it hold for the next ten?

# %%
shown = buy(2, seed=0)
plot.images(
    pictures.x[shown],
    titles=[classes[kind] for kind in pictures.y[shown]],
    columns=5,
    title="Two labels a class: that is all",
)

# %% [markdown]
# First without any help. The network is the convnet of lesson 08 for colour: three
# convolutions with a stride of 2, each normalised, and at the end the mean of each
# channel over all places. What stands before the last layer we call the *eye*: it makes
# numbers of a picture. The last layer, which makes five scores of these numbers, is the
# *head*. The whole page is about the two of them, and about who has to pay for which.


# %%
def small_eye():
    """Return three convolutions that make 128 numbers of a thumbnail."""
    eye = keras.Sequential([keras.Input((SIDE, SIDE, 3))])
    for filters in (32, 64, 128):
        eye.add(keras.layers.Conv2D(filters, 3, 2, "same", use_bias=False))
        eye.add(keras.layers.BatchNormalization(momentum=0.9))
        eye.add(keras.layers.ReLU())
    eye.add(keras.layers.GlobalAveragePooling2D())
    return eye


# %% [markdown]
# With a head of five scores it is a network that can be trained:


# %%
def with_head():
    """Return the small eye with a head of five scores."""
    eye = small_eye()
    return keras.Model(eye.inputs[0], keras.layers.Dense(len(classes))(eye.outputs[0]))


# %% [markdown]
# Few pictures have to serve many times. If they came in the same form each time, the
# network would soon know them by heart, pixel by pixel, and nothing else. So each comes
# in another form: a part of it, cut out at random and brought back to size, and
# mirrored half of the time.


# %%
def cut_out(batch):
    """Return a random part of each picture, brought to size, some of them mirrored."""
    count, side = len(batch), batch.shape[1]
    size = rng.uniform(0.5, 1, count) * side
    corners = rng.uniform(0, 1, (2, count)) * (side - size)
    steps = (np.arange(side) + 0.5) / side * size[:, None]
    rows, columns = (corners[:, :, None] + steps).astype(int)
    mirrored = rng.random(count) < 0.5
    columns[mirrored] = columns[mirrored, ::-1]
    return batch[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None]]


# %% [markdown]
# Then another light, the same for all three colours, and another tint, different for
# each. What comes out is called a *view* of the picture.


# %%
def views(batch):
    """Return another view of each picture; values from 0 to 1."""
    cut = cut_out(batch)
    light = rng.uniform(0.6, 1.4, (len(batch), 1, 1, 1))
    tint = rng.uniform(0.8, 1.2, (len(batch), 1, 1, 3))
    return np.clip(cut * (light * tint), 0, 1).astype("float32")


# %% [markdown]
# Before you let such a function loose on a training, look at what it makes. Would you
# still name each of these views rightly? Where you could not, you would be teaching the
# network something false.

# %%
small = thumbnails.x / np.float32(255)
plot.images(
    np.concatenate([small[shown[:1]], views(small[np.repeat(shown[0], 9)])]),
    titles=["the picture", *["a view"] * 9],
    columns=5,
    title="One thumbnail and nine of its views",
)

# %% [markdown]
# How many labels shall we buy? From one of each kind upwards, and each number several
# times, with other purchases. The more labels, the more training steps, so that no run
# is held back by too short a training.

# %%
SIZES = {"smoke": 2, "quick": 5, "full": 6}[PROFILE]
KS = (1, 3, 10, 30, 100, 300)[:SIZES]
SEEDS = {"smoke": 2, "quick": 4, "full": 5}[PROFILE]
STEPS = {1: 48, 3: 48, 10: 72, 30: 120, 100: 240, 300: 480}
if PROFILE != "quick":
    STEPS = {k: 8 if PROFILE == "smoke" else 2 * n for k, n in STEPS.items()}

# %% [markdown]
# One training: batches of 32 views, at a learning rate that falls in two steps, because
# large steps at the end would only shake what has been found (lesson 04).


# %%
def fit_views(network, pictures, labels, steps):
    """Train on so many batches of 32 views, at a rate that falls in two steps."""
    for rate in (0.003, 0.001, 0.0003):
        network.optimizer.learning_rate = rate
        rows = rng.integers(0, len(labels), 32 * (steps // 3))
        batch, wanted = views(pictures[rows]), labels[rows]
        network.fit(batch, wanted, batch_size=32, verbose=0, shuffle=False)


# %% [markdown]
# And one judgement: what does a network say of some pictures? It is asked in batches,
# so that memory lasts, and in the mode of use, because in training mode each answer
# would depend on who else is in the batch (lesson 08).


# %%
def scores_of(network, batch):
    """Return what a network says, asked in batches, in the mode of use."""
    parts = [batch[first : first + 25] for first in range(0, len(batch), 25)]
    answers = [network(part.astype("float32"), training=False) for part in parts]
    return np.concatenate([keras.ops.convert_to_numpy(answer) for answer in answers])


# %% [markdown]
# All runs of the page go into one table, a row for each. Whoever writes down only the
# best run of a method has found out nothing about the method.

# %%
runs = []


def record(method, labels, seed, right, task="flowers"):
    """Add a run to the table; `right` says of each test picture if it was named."""
    run = {"task": task, "method": method, "examples": labels, "seed": seed}
    runs.append({**run, "score": float(np.mean(right))})


# %% [markdown]
# To compile a network takes longer than such a short training. So one network is
# compiled, and `train.restart` puts it back to a start for each run: fresh weights,
# drawn by the seed, and an optimizer that remembers nothing of the run before.

# %%
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
TOGETHER = 1 if keras.backend.backend() == "torch" else 8  # steps in one call
scratch = with_head()
scratch.compile(keras.optimizers.Adam(), LOSS, steps_per_execution=TOGETHER)

# %% [markdown]
# What do you expect of it?

# %%
predict(
    "09.scratch",
    "Five kinds, so guessing names one in five. How many does the network name rightly "
    "after ten labels of each?",
    ["one in five, as by guessing", "about a third", "more than a half"],
)

# %%
for labels in KS:
    for seed in range(SEEDS):
        train.restart(scratch, seed=seed)
        rows = buy(labels, seed)
        fit_views(scratch, small[rows], pictures.y[rows], STEPS[labels])
        right = scores_of(scratch, small[test]).argmax(axis=1) == y_test
        record("from scratch", labels, seed, right)

# %% [markdown]
# From the table we read what a method has reached with a number of labels, run by run.
# The intervals on this page are Student's, over the seeds; lesson 07 derived them, and
# `train.interval` is that function. They cover two kinds of luck at once: each seed
# buys other pictures, and what is trained begins with other weights.


# %%
def accuracies(method, labels, task="flowers"):
    """Return the share named rightly in each run of a method."""
    wanted = {"task": task, "method": method, "examples": labels}
    return np.array([run["score"] for run in runs if wanted.items() <= run.items()])


# %% [markdown]
# How many were right?

# %%
FEW, MANY = KS[min(2, len(KS) - 1)], KS[-1]
scratch_few, half = train.interval(accuracies("from scratch", FEW))
told = f"With {FEW} labels a class, from scratch, it names {{:.0%}} rightly."
found("scratch_few", scratch_few, told, predicted="09.scratch")
found("scratch_few_half", half, "That is known to within ±{:.0%}.")

# %% [markdown]
# More pixels, more steps and above all more pictures would bring it further; lesson 01
# had them. But look at its task. It has been asked to find out at the same time what an
# edge is, what a petal is, and which petals are a daisy's, from a handful of pictures.
# Only the last of the three is about daisies. The other two it could have learned
# anywhere.

# %% [markdown]
# ## Somebody else's eye
#
# Edges and petals can be learned from *any* photos. Here are weights that others have
# learned from ImageNet's: EfficientNet-Lite0 ([Tan and Le,
# 2019](https://arxiv.org/abs/1905.11946); the
# [Lite](https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite)
# version is made for telephones). Read the card before you use something that others
# have trained: it says on what, in which form the pictures have to come, and what you
# may do with it.

# %%
weights = data.pretrained("efficientnet_lite0")
weights

# %% [markdown]
# Weights alone are numbers. To use them we need the network that they belong to, layer
# for layer, and that we build ourselves, to see that there is nothing mysterious in it.
# Its blocks are residual blocks (lesson 08) turned inside out. A convolution of 1 × 1
# makes *more* channels; then each channel is convolved by itself, with one kernel of
# its own; then another 1 × 1 makes few channels of them again.
#
# The step in the middle, a *depthwise* convolution, is the saving. In an ordinary
# convolution each filter reads every channel; here a channel reads only itself, so a
# kernel has one weight for each of its places and no more.


# %%
def depthwise(maps, kernels):
    """Convolve each channel with its own kernel; maps (h, w, c), kernels (s, s, c)."""
    size = len(kernels)
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), (0, 1))
    return np.einsum("hwcij,ijc->hwc", windows, kernels)


# %% [markdown]
# The letters of `einsum` say it all: the channel $c$ stands on both sides of the arrow,
# so nothing is added up over channels. Is that Keras's layer? The borrowed kernels of
# the first block, on random maps:

# %%
kernels = weights["_blocks.0._depthwise_conv.weight"]
maps = rng.normal(size=(9, 9, kernels.shape[2])).astype("float32")
layer = keras.layers.DepthwiseConv2D(3, use_bias=False)
layer.build((None, *maps.shape))
layer.set_weights([kernels])

# %% [markdown]
# Both on the same maps:

# %%
library = keras.ops.convert_to_numpy(layer(maps[None]))[0]
difference = np.abs(depthwise(maps, kernels[..., 0]) - library).max()
found("depthwise_difference", difference, "Ours and Keras's differ by {:.0e} at most.")
assert difference < 1e-5

# %% [markdown]
# The whole network is sixteen such blocks in seven stages. A row of the table is a
# stage: the size of the kernels, the stride of the first block, how many times as many
# channels there are in the middle, how many come out, and how many blocks.

# %%
STAGES = [
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
]


# %% [markdown]
# Read the table downwards. Four strides of 2, and a fifth before the first stage, leave
# one place for every 32 × 32 pixels; meanwhile the channels grow from 16 to 320. It is
# the shape of every convnet on the way from pixels to a name: fewer and fewer places,
# and more and more to say about each.
#
# After each convolution comes a normalisation and, except at the narrow end of a block,
# a ReLU that also cuts off above 6, which, says the page of the Lite version, serves to
# store the numbers in single bytes on a telephone.


# %%
def normal(signal, bent=True):
    """Return a signal normalised and, where wanted, cut off below 0 and above 6."""
    signal = keras.layers.BatchNormalization(epsilon=1e-3)(signal)
    return keras.layers.ReLU(6)(signal) if bent else signal


# %% [markdown]
# The block: widen, convolve each channel, narrow. The shortcut of lesson 08 is there
# wherever input and output have the same shape.


# %%
def block(signal, size, stride, wider, filters):
    """Return an inverted residual block: wide in the middle, narrow at both ends."""
    layers, branch = keras.layers, signal
    if wider > 1:
        branch = layers.Conv2D(wider * signal.shape[-1], 1, use_bias=False)(branch)
        branch = normal(branch)
    branch = layers.DepthwiseConv2D(size, stride, "same", use_bias=False)(branch)
    branch = layers.Conv2D(filters, 1, use_bias=False)(normal(branch))
    branch = normal(branch, bent=False)
    same = stride == 1 and signal.shape[-1] == filters
    return layers.Add()([signal, branch]) if same else branch


# %% [markdown]
# And all of it, from the bytes to 1,280 numbers for a picture. The first line brings
# bytes to the range that these weights were trained with. It belongs *into* the
# network, so that nobody can forget it; further down we shall see what happens to those
# who do.


# %%
def borrowed_eye(side):
    """Return EfficientNet-Lite0 without its last layer, with the borrowed weights."""
    photo = keras.Input((side, side, 3))
    signal = keras.layers.Rescaling(1 / 128, offset=-127 / 128)(photo)
    signal = normal(keras.layers.Conv2D(32, 3, 2, "same", use_bias=False)(signal))
    for size, stride, wider, filters, count in STAGES:
        for place in range(count):
            signal = block(signal, size, stride if place == 0 else 1, wider, filters)
    signal = keras.layers.Conv2D(1280, 1, use_bias=False)(signal)
    signal = keras.layers.GlobalAveragePooling2D()(normal(signal))
    network = keras.Model(photo, signal)
    network.set_weights(list(weights.values()))
    return network


# %% [markdown]
# Do the arrays fit?

# %%
eye = borrowed_eye(LARGE)
assert eye.count_params() == sum(array.size for array in weights.values())
print(f"{eye.count_params():,} weights, {len(eye.layers)} layers")

# %% [markdown]
# `set_weights` checks the order and the shape of every array, so each number found a
# place that it fits into. That proves less than it seems to: two arrays of one shape
# could have changed places, and nobody would complain. The accuracy will tell.
#
# Note that nothing in it depends on the side of the picture. A convolution has no
# weights for places, and at the end stands a mean over whatever places there are. So an
# eye that was trained on one size can look at another, within reason.

# %% [markdown]
# ## Frozen
#
# A frozen network is not trained. In Keras that is one line, `trainable = False`, and
# it is worth looking at what it does. Count the numbers that a training could move:

# %%
counts = {}
for name, trained in [("thawed", True), ("frozen", False)]:
    eye.trainable = trained
    counts[name] = sum(int(np.prod(w.shape)) for w in eye.trainable_weights)
print(counts)
found("frozen_trainable", counts["frozen"], "Frozen, {:.0f} numbers can be trained.")

# %% [markdown]
# Thawed, not all can be trained either. The missing ones are the records of the
# normalisations (lesson 08): the means and spreads that they have kept. No slope ever
# moves them. They move by themselves, when the network is called in training mode.

# %%
predict(
    "09.frozen_record",
    "eye.trainable = False, and then somebody calls eye(batch, training=True). Do the "
    "records of the normalisations move?",
    ["yes, training mode moves them", "no, frozen is frozen"],
)

# %% [markdown]
# The answer decides whether your borrowed eye is still the borrowed one after an hour
# of training. Count the arrays that such a call changes, and put everything back:


# %%
def moved_by_a_call(trainable):
    """Return how many of the weight arrays change in a call in training mode."""
    eye.trainable = trainable
    before = eye.get_weights()
    eye(pictures.x[pool[:16]].astype("float32"), training=True)
    moved = [not np.array_equal(a, b) for a, b in zip(before, eye.get_weights())]
    eye.set_weights(before)
    return sum(moved)


# %% [markdown]
# Once thawed, once frozen:

# %%
thawed_moved, frozen_moved = moved_by_a_call(True), moved_by_a_call(False)
found("thawed_records", thawed_moved, "Thawed, one call moves {:.0f} arrays.")
told = "Frozen, {:.0f} arrays."
found("frozen_records", frozen_moved, told, predicted="09.frozen_record")

# %% [markdown]
# In Keras a frozen normalisation answers as in use, [whatever the call
# says](https://keras.io/api/layers/normalization_layers/batch_normalization/). That is
# a decision of Keras, and not of every library. In PyTorch, weights without slopes
# still sit in a normalisation that moves its record, unless the layer is put into
# `eval` mode; in a few hundred steps the records of a million photos are replaced by
# those of your fifty.
#
# Ours stays frozen from here on. Since a frozen eye always gives the same numbers for a
# picture, it has to look at each of them only once. These lists of 1,280 numbers are
# the *features*.

# %%
import time

started = time.process_time()
features = scores_of(eye, pictures.x)
looked = time.process_time() - started
told = f"Looking at {len(features):,} pictures took {{:.0f}} processor seconds."
found("look_seconds", looked, told)

# %% [markdown]
# Whatever is tried with these pictures from here on, another purchase, another head,
# another question, starts from a table of numbers. It is why borrowing is affordable
# without a graphics card.

# %% [markdown]
# ### The head
#
# What is left to learn is one linear layer from 1,280 features to five scores. It could
# be trained step by step. But for squared errors, with a penalty on large weights,
# there is a formula: with features $X$ that have been centred, targets $T$ (1 for the
# right class, 0 for the others) and a strength $s$, the best weights are
#
# $$W = (X^T X + s I)^{-1} X^T (T - \text{mean of } T)$$
#
# The penalty is not decoration. With ten pictures of each kind there are 1,280 weights
# for each score and only fifty sums that they have to fulfil: endlessly many solutions
# are perfect on these pictures. The penalty chooses the one with the smallest weights,
# and gives up a little of the perfection for it.
#
# With fewer pictures than features there is a cheaper form of the same, which inverts a
# table of pictures by pictures. Its diagonal is about as large as there are features,
# since each standardised feature adds about 1; a strength of a quarter of that is felt
# and does not crush.


# %%
def fit_head(known, labels, kinds=5):
    """Return weights and bias of a linear head on standardised features."""
    targets, middle = np.eye(kinds)[labels], known.mean(axis=0)
    known, strength = known - middle, known.shape[1] / 4
    table = known @ known.T + strength * np.eye(len(known))
    head = known.T @ np.linalg.solve(table, targets - targets.mean(axis=0))
    return head, targets.mean(axis=0) - middle @ head


# %% [markdown]
# The penalty treats all features alike, so they must come in one unit: each is measured
# by its own mean and spread. The scale is taken from the pool, for which no labels are
# needed, and never from the test pictures.


# %%
def standardised(features, rows):
    """Return features measured by the mean and the spread of some rows."""
    spread = features[rows].std(axis=0)
    return (features - features[rows].mean(axis=0)) / np.maximum(spread, 1e-3)


# %% [markdown]
# scikit-learn has the same head under the name *ridge regression*. On one purchase,
# ours and theirs:

# %%
from sklearn.linear_model import Ridge

ready = standardised(features, pool).astype("float64")
rows = buy(FEW, seed=0)
head, bias = fit_head(ready[rows], pictures.y[rows])
ridge = Ridge(alpha=ready.shape[1] / 4).fit(ready[rows], np.eye(5)[pictures.y[rows]])

# %% [markdown]
# Do they say the same of the test pictures?

# %%
head_difference = np.abs(ridge.predict(ready[test]) - (ready[test] @ head + bias)).max()
found("head_difference", head_difference, "The two heads differ by {:.0e} at most.")
assert head_difference < 1e-5


# %% [markdown]
# From here on, to name pictures is to fit a head on some rows and to ask it about
# others:


# %%
def named(ready, rows, y=pictures.y, asked=test):
    """Return which class a head, fitted on some rows, finds for others."""
    head, bias = fit_head(ready[rows], y[rows], kinds=y.max() + 1)
    return (ready[asked] @ head + bias).argmax(axis=1)


# %% [markdown]
# We shall want that for several eyes, always with the same purchases, so that any two
# of them can be compared run by run:


# %%
def try_eye(ready, method, numbers=KS):
    """Record what a head on these features reaches, for each number of labels."""
    for labels in numbers:
        for seed in range(SEEDS):
            record(method, labels, seed, named(ready, buy(labels, seed)) == y_test)


# %% [markdown]
# And now the comparison that this page is about.

# %%
predict(
    "09.borrowed",
    "The frozen eye with a head, again ten labels a class. How does it compare with "
    "the network from scratch?",
    [
        "about the same",
        "half of the mistakes or fewer",
        "worse: nothing here is trained",
    ],
)

# %%
try_eye(ready, "borrowed, frozen")
borrowed_few, half = train.interval(accuracies("borrowed, frozen", FEW))
found("borrowed_few", borrowed_few, "The borrowed eye names {:.0%} rightly.")
found("borrowed_few_half", half, "That is known to within ±{:.0%}.")

# %% [markdown]
# Accuracies hide how large a step that is. Compare the mistakes:

# %%
told = "It makes {:.2f} times the mistakes of the network from scratch."
ratio = (1 - borrowed_few) / (1 - scratch_few)
found("error_ratio", ratio, told, predicted="09.borrowed")

# %% [markdown]
# Nobody has told this eye what a tulip is, and none of its weights was changed. All
# that is new is five sums of 1,280 terms, found by a formula in the blink of an eye.

# %% [markdown]
# ## Is that fair?
#
# Not quite. The borrowed eye looked at large pictures, the small network at thumbnails.
# Perhaps all it has is the better glasses. An experiment in which two things were
# changed at once cannot say which of them did it. So we take the glasses off: the same
# thumbnails, blown up to the size that the eye is used to, without a single pixel of
# new information.

# %%
factor = -(-LARGE // SIDE)
enlarged = thumbnails.x.repeat(factor, axis=1).repeat(factor, axis=2)
rest = (enlarged.shape[1] - LARGE) // 2
blurred = enlarged[:, rest : rest + LARGE, rest : rest + LARGE]
from_small = standardised(scores_of(eye, blurred), pool)
try_eye(from_small, "borrowed, thumbnails", KS if PROFILE == "full" else KS[-3:])

# %% [markdown]
# What is left of the lead? The difference is taken run by run, because both have met
# the same purchases: a lucky one lifts both, and drops out.

# %%
lead = accuracies("borrowed, thumbnails", FEW) - accuracies("from scratch", FEW)
lead, half = train.interval(lead)
told = "On thumbnails the borrowed eye leads by {:.0f} points."
found("small_lead", 100 * lead, told)
found("small_lead_half", 100 * half, "That is known to within ±{:.0f} points.")

# %% [markdown]
# So part of the lead was the glasses, and the rest of it was not. From here on we keep
# both curves in the figures.

# %% [markdown]
# ## What the labels buy
#
# All runs in one figure, with the labels along the bottom. Read it *across* as well as
# upwards. The height says how good a method is with your labels; the distance across
# says how many labels it spares you, and those have a price. The arrow begins at the
# borrowed eye and goes to where the network from scratch does as well, if it ever gets
# there.

# %%
plot.labels_saved(
    runs,
    here=KS[0],
    method="borrowed, frozen",
    base="from scratch",
    score="share of unseen flowers named rightly",
    title="From scratch, with a borrowed eye, and with the same eye on thumbnails",
)

# %% [markdown]
# Look for three things: where the curve of the borrowed eye begins, how much of its
# lead the thumbnails cost, and whether the curves meet at the right. Then guess:

# %%
predict(
    "09.saved",
    "How many labels of each kind does the network from scratch need to do as well as "
    f"the borrowed eye does with {KS[1]}?",
    ["about twice as many", "about ten times as many", "more than we have bought"],
)

# %% [markdown]
# The curve from scratch, read at the height of the borrowed one:

# %%
from_scratch = {labels: accuracies("from scratch", labels).mean() for labels in KS}
goal = accuracies("borrowed, frozen", KS[1]).mean()
enough = [labels for labels in KS if from_scratch[labels] >= goal]
told = f"Of the {len(KS)} numbers of labels that we have bought, {{:.0f}} are enough."
found("sizes_that_suffice", len(enough), told, predicted="09.saved")

# %% [markdown]
# And the two ends of the figure, held against each other: the eye with a few labels,
# the network from scratch with all that we have bought.

# %%
lead = accuracies("borrowed, frozen", KS[1]) - accuracies("from scratch", MANY)
lead, half = train.interval(lead)
told = f"Borrowed with {KS[1]} labels, against {MANY} from scratch: {{:+.0f}} points."
found("three_against_many", 100 * lead, told)
found("three_against_many_half", 100 * half, "That is known to within ±{:.0f} points.")

# %% [markdown]
# The eye gains from more labels as well, though each of them brings less than the one
# before:

# %%
many = accuracies("borrowed, frozen", MANY).mean()
found("borrowed_many", many, f"With {MANY} labels a class, the eye names {{:.1%}}.")

# %% [markdown]
# This is the answer to "deep learning needs very large labelled data". It does. But
# they need not be *your* data, they need not be about your question, and it is enough
# if somebody has paid for the labels once. The 1.28 million labels of ImageNet are in
# those weights.

# %% [markdown]
# ## An eye without any labels
#
# And if nobody has labelled anything like your pictures? Our pool holds pictures
# without labels. What could be learned from them? Two views of one picture show the
# same flower, whatever it is called. So ask of the network: among all the views in this
# batch, which one is of the same picture as this? Nobody has to label anything: *the
# other view is the label*. This is *contrastive* learning, in the form of SimCLR ([Chen
# and others, 2020](https://arxiv.org/abs/2002.05709)).
#
# In a batch of $n$ pictures there are $2n$ views. The network gives each a list of
# numbers. For one view, its cosine similarities with the $2n - 1$ others, divided by a
# temperature, are scores:


# %%
def scores_by_hand(lists, i, temperature):
    """Return the scores of view i for every view; none for itself."""
    scores = {}
    for j, other in enumerate(lists):
        if i != j:
            lengths = np.linalg.norm(lists[i]), np.linalg.norm(other)
            scores[j] = lists[i] @ other / lengths[0] / lengths[1] / temperature
    return scores


# %% [markdown]
# The right answer among them is the partner, and the loss is the cross-entropy of
# lesson 02: the logarithm of the sum of all exponentials, less the score of the right
# one. Its mean over all views is what training makes small. The temperature says how
# hard the choice is made: cosines lie between -1 and 1, too close together for a
# softmax to prefer anybody, and dividing by 0.2 pulls them apart.


# %%
def contrastive_by_hand(lists, temperature):
    """Return the mean loss; the rows i and i + n are views of one picture."""
    count, losses = len(lists) // 2, []
    for i in range(2 * count):
        scores = scores_by_hand(lists, i, temperature)
        right = scores[(i + count) % (2 * count)]
        losses.append(np.log(np.sum(np.exp(list(scores.values())))) - right)
    return np.mean(losses)


# %% [markdown]
# The same for a network: a matrix product in place of two loops, Keras's cross-entropy,
# and a large negative number where a view would meet itself. Without the last, each
# view would find that it is most alike to itself, which is true and teaches nothing.


# %%
def contrastive(_, lists, temperature=0.2):
    """Return the loss of each row, as Keras wants it: (targets, outputs)."""
    ops = keras.ops
    length = ops.sqrt(ops.sum(ops.square(lists), axis=1, keepdims=True))
    lists = lists / ops.maximum(length, 1e-6)
    rows = ops.arange(ops.shape(lists)[0])
    partners = (rows + ops.shape(lists)[0] // 2) % ops.shape(lists)[0]
    itself = ops.cast(rows[:, None] == rows[None], lists.dtype)
    scores = ops.matmul(lists, ops.transpose(lists)) / temperature - 1e9 * itself
    return keras.losses.sparse_categorical_crossentropy(partners, scores, True)


# %% [markdown]
# Six pictures, twelve views, random lists: do the two agree?

# %%
lists = rng.normal(size=(12, 8)).astype("float32")
by_keras = keras.ops.convert_to_numpy(contrastive(None, lists)).mean()
difference = abs(by_keras - contrastive_by_hand(lists, 0.2))
found("contrastive_difference", difference, "The two losses differ by {:.0e}.")
assert difference < 1e-5

# %% [markdown]
# What is a good loss? A number alone says nothing. First find out what guessing costs.

# %%
predict(
    "09.guessing",
    "A batch of 128 pictures. What is the loss of a network that finds all views "
    "equally alike?",
    ["0", "ln 128, about 4.9", "ln 255, about 5.5"],
)

# %%
alike = np.ones((256, 4), dtype="float32")
guessing = keras.ops.convert_to_numpy(contrastive(None, alike)).mean()
assert np.isclose(guessing, np.log(255), atol=1e-3)
told = "Who finds all alike has a loss of {:.2f}: one among 255 others."
found("guessing_loss", guessing, told, predicted="09.guessing")

# %% [markdown]
# The batches hold no labels. Two views are made of each picture, and the zeros stand
# only where Keras insists on a target. The pictures come from the pool; the test stays
# sealed even here, where nobody looks at a label.


# %%
def pairs(batch_size):
    """Yield batches for ever: two views of each of some pictures of the pool."""
    while True:
        chosen = small[rng.choice(pool, batch_size, replace=len(pool) < batch_size)]
        both = np.concatenate([views(chosen), views(chosen)])
        yield both, np.zeros(len(both), dtype="float32")


# %% [markdown]
# The network is the small eye again, with two dense layers on top that are thrown away
# after training. The loss rewards forgetting whatever differs between views, such as
# the light. The two layers can do the forgetting, so that the features below need not;
# that at least is the guess of SimCLR's authors, who found that what lies below serves
# better.

# %%
keras.utils.set_random_seed(0)
own_eye, untrained = small_eye(), small_eye()
above = keras.layers.Dense(128, activation="relu")(own_eye.outputs[0])
trainer = keras.Model(own_eye.inputs[0], keras.layers.Dense(64)(above))

# %% [markdown]
# Training is as always: the loss has no need to know that nobody gave it labels.

# %%
SELF_STEPS, epochs = {"smoke": (4, 4), "quick": (160, 20), "full": (800, 20)}[PROFILE]
an_epoch = SELF_STEPS // epochs
rate = keras.optimizers.schedules.CosineDecay(0.003, SELF_STEPS)
trainer.compile(keras.optimizers.Adam(rate), contrastive)
settings = {"epochs": epochs, "verbose": 0, "shuffle": False}
history = trainer.fit(pairs(128), steps_per_epoch=an_epoch, **settings)

# %% [markdown]
# Does it learn anything? Look at how far the curve comes below the line of guessing.

# %%
plot.curves(
    {"loss": history.history["loss"], "guessing": [guessing] * epochs},
    x_title=f"epoch of {an_epoch} steps",
    y_title="contrastive loss",
    title="Finding the other view, without a single label",
)

# %% [markdown]
# It gets better at its game. That is not yet what we want to know: nobody needs an eye
# that finds views. What are its features worth for flowers? The same head, the same
# purchases; and beside it the eye that was built with it and never trained. Without
# this control we would not know what came from training, and what any three
# convolutions would have given.

# %%
for name, some_eye in [("own eye, no labels", own_eye), ("random eye", untrained)]:
    try_eye(standardised(scores_of(some_eye, small), pool), name)

# %% [markdown]
# Against the random eye, with most labels:

# %%
gain = accuracies("own eye, no labels", MANY) - accuracies("random eye", MANY)
gain, half = train.interval(gain)
told = f"With {MANY} labels a class, learning to find views gained {{:.0f}} points."
found("self_gain", 100 * gain, told)
found("self_gain_half", 100 * half, "That is known to within ±{:.0f} points.")

# %% [markdown]
# And against training from scratch, with few:

# %%
gain = accuracies("own eye, no labels", FEW) - accuracies("from scratch", FEW)
gain, half = train.interval(gain)
found("self_lead", 100 * gain, f"With {FEW}, it is {{:+.0f}} points from scratch's.")
found("self_lead_half", 100 * half, "That is known to within ±{:.0f} points.")

# %% [markdown]
# Views taught it something: it is better than an eye that never learned. Whether a
# small pool is enough to beat training from scratch, the last two lines say, and the
# interval may well hold the zero. Methods of this kind live on numbers: SimCLR learned
# from ImageNet's million photos, in batches of thousands, for hundreds of epochs.
#
# Now all of them in one figure. In two of the curves the eye has never met a label, the
# own eye's and the random one's; two stand on ImageNet's labels; and one had to learn
# everything from what was bought.

# %%
plot.learning_curves(
    [run for run in runs if run["task"] == "flowers"],
    score="share named rightly",
    x_title="labels for each class",
    title="Five ways to name flowers, by the labels that they get",
    height=460,
)

# %% [markdown]
# Choose how many labels, and whom to hold against the network from scratch. Move the
# labels from few to many, and look whether a method's lead shrinks or even turns round.
# The sentence says how many labels the network from scratch would need to catch up, or
# that it never does with those we bought.

# %%
explore.labels_saved(runs, labels=KS[1])

# %% [markdown]
# ## Look-alikes
#
# Features need no head at all to be useful. Pictures whose features point the same way
# look alike to the eye (lesson 08), and here *nobody has labelled a single flower*. So
# this is what you can have on the day on which you have borrowed an eye, and bought
# nothing.


# %%
def look_alikes(numbers, count=5):
    """Return which pictures of the pool are most alike to each test picture."""
    lengths = np.linalg.norm(numbers, axis=1, keepdims=True)
    numbers = numbers / np.maximum(lengths, 1e-9)
    return np.argsort(-numbers[test] @ numbers[pool].T, axis=1)[:, :count]


# %% [markdown]
# Three ways to compare the same pictures. Pixels are the opponent that has learned
# nothing; who does not beat them has no eye.

# %%
ways = {
    "pixels": small.reshape(len(small), -1) - small[pool].mean(axis=0).ravel(),
    "own eye": standardised(scores_of(own_eye, small), pool),
    "borrowed": ready,
}
hits = {name: look_alikes(numbers) for name, numbers in ways.items()}

# %% [markdown]
# Two test pictures, and what each way finds for them. Look at what the finds have in
# common with the picture at the left: the colours and the backdrop, or the flower?

# %%
strip, captions = [], []
for row in (0, 1):
    for name, hit in hits.items():
        strip += [pictures.x[test[row]], *pictures.x[pool[hit[row]]]]
        captions += [name, *["·"] * 5]
title = "Wanted at the left; found by pixels, by the own and by the borrowed eye"
plot.images(np.stack(strip), titles=captions, columns=6, title=title)

# %% [markdown]
# Two pictures prove nothing. Over all test pictures, how many of the five finds are of
# the same kind?

# %%
kinds = pictures.y[pool]
precision = {name: (kinds[hit] == y_test[:, None]).mean() for name, hit in hits.items()}
by_pixels, by_own, by_borrowed = precision.values()
found("alike_pixels", by_pixels, "By pixels, {:.0%} of the finds are of the kind.")
found("alike_own", by_own, "By the own eye {:.0%}.")
found("alike_borrowed", by_borrowed, "By the borrowed eye {:.0%}.")

# %% [markdown]
# About one find in five would be right by chance. How far above that a way of comparing
# comes is the worth of its eye, measured without a head and without a purchase.

# %% [markdown]
# ## Fine-tuning
#
# So far the eye was left as it is. *Fine-tuning* lets it learn too. What is near the
# picture is common to all pictures, so we thaw only the last block and the convolution
# above it. All that stands below stays frozen, and what is frozen has to be computed
# only once: we keep the maps that go into the last block.

# %%
last_add = [one for one in eye.layers if isinstance(one, keras.layers.Add)][-1]
below = keras.Model(eye.inputs[0], last_add.output)
maps = scores_of(below, pictures.x)
print(f"each picture has become maps of shape {maps.shape[1:]}")


# %% [markdown]
# The part above, on its own, with a head. Its normalisations stay frozen, since their
# records come from a million photos and ours would come from a handful:


# %%
def top():
    """Return the last block of the eye and a head; normalisations stay frozen."""
    incoming = keras.Input(maps.shape[1:])
    signal = block(incoming, *STAGES[-1][:4])
    signal = keras.layers.Conv2D(1280, 1, use_bias=False)(signal)
    signal = keras.layers.GlobalAveragePooling2D()(normal(signal))
    network = keras.Model(incoming, keras.layers.Dense(5)(signal))
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    return network


# %% [markdown]
# Where to begin? A head with random weights sends large, meaningless slopes down into
# an eye that is good already. So it begins with the head that we have fitted, and from
# there all weights learn together. That order, first the head and then all, was [found
# to keep features whole](https://arxiv.org/abs/2202.10054) on pictures unlike those of
# the training.
#
# Two adjustments are needed. The fitted head expects standardised features, so mean and
# spread are worked into its weights. And it was made for squared errors, so its scores
# lie between 0 and 1; a softmax wants them further apart, hence `loud`. It does not
# change which one is the largest.

# %%
tuned = top()
own_weights = list(weights.values())[-(len(tuned.weights) - 2) :]
spread = np.maximum(features[pool].std(axis=0), 1e-3)
middle = features[pool].mean(axis=0)


def start(rows, loud=10):
    """Return weights for `top`: the borrowed ones, and a head fitted on some rows."""
    head, bias = fit_head(ready[rows], pictures.y[rows])
    kernel = loud * head / spread[:, None]
    return [*own_weights, kernel, loud * bias - middle @ kernel]


# %% [markdown]
# Such surgery is easily done wrong, and a wrong start looks like a poor method. At the
# start the network must say exactly what the frozen eye says with its head:

# %%
rows = buy(FEW, seed=0)
tuned.set_weights(start(rows))
before = scores_of(tuned, maps[test]).argmax(axis=1)
assert np.mean(before == named(ready, rows)) > 0.99

# %% [markdown]
# Now, how fast may it learn? *Discriminative rates* ([Howard and Ruder,
# 2018](https://arxiv.org/abs/1801.06146)) give each layer a learning rate of its own,
# small below and large at the head. How would you do that with Adam? The obvious way is
# to multiply the slopes of the lower layers by a small number.

# %%
predict(
    "09.slopes",
    "Adam, learning rate 0.001. All slopes of a weight are multiplied by 0.01. How "
    "much smaller are its steps?",
    ["100 times", "10 times", "they stay as they are"],
)

# %% [markdown]
# Three steps of one weight, with slopes as they are and a hundred times smaller:

# %%
steps = []
for factor in (1, 0.01):
    weight, adam = keras.Variable(0.0), keras.optimizers.Adam(0.001)
    for slope in (1.0, 0.5, 0.8):
        adam.apply([keras.ops.convert_to_tensor(slope * factor)], [weight])
    steps.append(float(keras.ops.convert_to_numpy(weight)))
told = "With slopes a hundred times smaller, Adam goes {:.3f} times as far."
found("adam_ratio", steps[1] / steps[0], told, predicted="09.slopes")

# %% [markdown]
# Adam divides by the size of the slopes (lesson 04), so a factor on all of them is
# lost. The factor must go to the *rate*. Keras asks one method of an optimizer to move
# one weight, so there it is put in. Only the weights of the head end in an axis of five
# classes; by that it is known.


# %%
class ByLayer(keras.optimizers.Adam):
    """Adam whose rate is multiplied by `below` for every weight but the head's."""

    def __init__(self, below=1.0, **settings):
        super().__init__(**settings)
        self.below = below

    def update_step(self, gradient, variable, learning_rate):
        """Move one weight, the head's at the full rate."""
        factor = 1.0 if variable.shape[-1] == len(classes) else self.below
        super().update_step(gradient, variable, learning_rate * factor)


# %% [markdown]
# Two ways to tune, then: one large rate for all, or a smaller one with a hundredth of
# it below the head.

# %%
predict(
    "09.tuning",
    f"{FEW} labels a class; the last block and the head learn at a rate of 0.01. "
    "Better or worse than frozen?",
    ["better by some points", "no difference worth speaking of", "worse"],
)

# %%
TUNE_STEPS = {"smoke": 2, "quick": 24, "full": 60}[PROFILE]
RATES = {"one large rate": (0.01, 1.0), "rates by layer": (0.003, 0.01)}


def fine_tuned(network, rows, seed):
    """Tune from the start for some rows; return what it names the test pictures."""
    train.restart(network, weights=start(rows))
    drawn = np.random.default_rng(seed).choice(rows, 32 * TUNE_STEPS)
    network.fit(maps[drawn], pictures.y[drawn], batch_size=32, verbose=0, shuffle=False)
    return scores_of(network, maps[test]).argmax(axis=1)


# %% [markdown]
# The seeds buy what they bought before, so that the frozen eye is a fair opponent.

# %%
for name, (rate, slower) in RATES.items():
    network, optimizer = top(), ByLayer(slower, learning_rate=rate)
    network.compile(optimizer, LOSS, steps_per_execution=TOGETHER)
    for seed in range(SEEDS):
        right = fine_tuned(network, buy(FEW, seed), seed) == y_test
        record(name, FEW, seed, right, task="fine-tuning")

# %% [markdown]
# Beside them the frozen eye, with the same purchases:

# %%
frozen = accuracies("borrowed, frozen", FEW)
tuning = {name: accuracies(name, FEW, "fine-tuning") for name in RATES}
shares = {"frozen": frozen, **tuning}
means, halves = np.array([train.interval(values) for values in shares.values()]).T

# %% [markdown]
# The bars are means, the lines their intervals. Look at the length of the lines as
# well: it says how far a single run can be trusted.

# %%
plot.bars(
    list(shares),
    means,
    low=means - halves,
    high=means + halves,
    number=".1%",
    x_title="share of unseen flowers named rightly, 95 % interval over the seeds",
    title=f"Frozen, and tuned in two ways, with {FEW} labels a class",
)

# %% [markdown]
# Run by run, what did tuning change?

# %%
change, half = train.interval(tuning["one large rate"] - frozen)
told = "At the large rate, tuning changes the share by {:+.1f} points."
found("large_rate", 100 * change, told, predicted="09.tuning")
found("large_rate_half", 100 * half, "That is known to within ±{:.1f} points.")
change, half = train.interval(tuning["rates by layer"] - frozen)
found("by_layer", 100 * change, "With rates by layer by {:+.1f} points.")
found("by_layer_half", 100 * half, "That is known to within ±{:.1f} points.")

# %% [markdown]
# A million weights and a handful of pictures: whatever fits the handful can be learned
# by heart, and what a million photos have taught is lost on the way. A rate that is not
# unusual for a network from scratch ruins a good eye in a few steps. With rates by
# layer it can hardly lose anything, and with so few labels it hardly gains anything
# either. Freeze first: it is the cheapest, and it is what any tuning has to beat.

# %% [markdown]
# ## The preprocessing that breaks it
#
# A borrowed eye expects pictures exactly as it was trained to see them. `Rescaling`
# stands in our network, so bytes go in. Suppose that the service which uses it is
# written by somebody else, who has always divided by 255.

# %%
predict(
    "09.preprocessing",
    "The service feeds values from 0 to 1 in place of 0 to 255. What happens?",
    [
        "an error message",
        "nothing: only the ratio of the numbers counts",
        "it answers as always, and is mostly wrong",
    ],
)

# %% [markdown]
# The same pictures, served in four ways. Each of the last three is a mistake that
# people make:

# %%
asked = test[: 10 if PROFILE == "smoke" else 150]
right_way = pictures.x[asked].astype("float32")
services = {
    "as trained": right_way,
    "divided by 255": right_way / 255,
    "red and blue exchanged": right_way[..., ::-1],
    "upside down": right_way[:, ::-1],
}

# %% [markdown]
# One head, fitted as it should be, is asked by all four:

# %%
rows = buy(KS[-2], seed=0)
head, bias = fit_head(ready[rows], pictures.y[rows])
kept = {}
for name, served in services.items():
    seen = (scores_of(eye, served) - middle) / spread
    kept[name] = np.mean((seen @ head + bias).argmax(axis=1) == pictures.y[asked])

# %% [markdown]
# All four got an answer for every picture, and nowhere was there a warning.

# %%
plot.bars(
    list(kept),
    list(kept.values()),
    number=".0%",
    x_title="share of flowers named rightly; nowhere an error message",
    title="One eye, four services",
)

# %% [markdown]
# How much did the two commonest mistakes cost?

# %%
losses = {name: 100 * (kept["as trained"] - share) for name, share in kept.items()}
told = "Divided by 255 it loses {:.0f} points, in silence."
found("scale_loss", losses["divided by 255"], told, predicted="09.preprocessing")
told = "With red and blue exchanged it loses {:.0f} points."
found("channels_loss", losses["red and blue exchanged"], told)

# %% [markdown]
# Divided by 255, every picture is almost black to this network. Exchanged colours are
# treacherous in another way: the service still works, only worse, and nobody looks for
# a fault. OpenCV [reads pictures as blue, green,
# red](https://docs.opencv.org/4.x/d4/da8/group__imgcodecs.html), and most networks are
# trained on red, green, blue.
#
# Two habits save you. Keep the preprocessing in the network, where it travels with the
# weights. And keep one picture with the features that it should give: to compare them
# in the place where the network is used is a test of one line.

# %% [markdown]
# ## Where it does not help
#
# ImageNet holds dogs, cars and mushrooms. How about digits in ink? To be believed, a
# method has to be tried where it might fail. The eye gets the digits enlarged, in three
# equal channels, because three channels of that size are what it knows.

# %%
digits = data.load("digits", source="bundled")
INK, UNSEEN = {"smoke": (40, 20), "quick": (400, 300), "full": (2000, 1000)}[PROFILE]
ink = np.concatenate([digits.x_train[:INK], digits.x_test[:UNSEEN]])
y_ink = np.concatenate([digits.y_train[:INK], digits.y_test[:UNSEEN]])
ink_pool, ink_test = np.arange(INK), np.arange(INK, INK + UNSEEN)

# %% [markdown]
# Each pixel becomes a square of four, and then the eye looks at every digit once:

# %%
enlarged = ink.repeat(2, axis=1).repeat(2, axis=2)[..., None].repeat(3, axis=-1)
ink_ready = standardised(scores_of(borrowed_eye(56), enlarged), ink_pool)

# %%
predict(
    "09.digits",
    "30 labels for each digit. Who reads more: the eye from ImageNet with a head, or a "
    "small convnet from scratch?",
    ["the borrowed eye, clearly", "about the same", "the convnet from scratch"],
)

# %% [markdown]
# The opponent is a small convnet from scratch, which reads the digits as they are:


# %%
def ink_reader():
    """Return a small convnet for digits, about as large as the small eye."""
    network = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (32, 64):
        network.add(keras.layers.Conv2D(filters, 3, 2, "same", use_bias=False))
        network.add(keras.layers.BatchNormalization(momentum=0.9))
        network.add(keras.layers.ReLU())
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(10))
    return network


# %% [markdown]
# Both buy the same labels, as before:


# %%
def buy_ink(labels, seed):
    """Return the places of so many digits of each kind."""
    mixed = np.random.default_rng(seed).permutation(ink_pool)
    return np.concatenate([mixed[y_ink[mixed] == kind][:labels] for kind in range(10)])


# %% [markdown]
# No views this time: a mirrored digit is not a digit. The convnet sees what was bought
# again and again, as it is.

# %%
reader = ink_reader()
reader.compile(keras.optimizers.Adam(0.003), LOSS, steps_per_execution=TOGETHER)
flat = ink[..., None] / np.float32(255)


def read_from_scratch(rows, steps, seed):
    """Train the reader anew on some digits; return what it reads in the test's."""
    train.restart(reader, seed=seed)
    drawn = np.random.default_rng(seed).choice(rows, 32 * steps)
    reader.fit(flat[drawn], y_ink[drawn], batch_size=32, verbose=0, shuffle=False)
    return scores_of(reader, flat[ink_test]).argmax(axis=1)


# %% [markdown]
# For each purchase one run of each:

# %%
INK_KS, y_unseen = (1, 3) if PROFILE == "smoke" else (3, 10, 30), y_ink[ink_test]
for labels in INK_KS:
    for seed in range(SEEDS):
        rows = buy_ink(labels, seed)
        right = read_from_scratch(rows, STEPS[labels], seed) == y_unseen
        record("from scratch", labels, seed, right, task="digits")
        right = named(ink_ready, rows, y_ink, ink_test) == y_unseen
        record("borrowed, frozen", labels, seed, right, task="digits")

# %% [markdown]
# The same figure as for the flowers. Compare which of the two curves lies above the
# other, and whether that stays so from left to right:

# %%
plot.labels_saved(
    [run for run in runs if run["task"] == "digits"],
    here=INK_KS[-1],
    score="share of unseen digits read",
    title="Digits: an eye from ImageNet, and a convnet from scratch",
)

# %% [markdown]
# Run by run, at the right-hand end:

# %%
borrowed = accuracies("borrowed, frozen", INK_KS[-1], "digits")
lead, half = train.interval(borrowed - accuracies("from scratch", INK_KS[-1], "digits"))
told = f"With {INK_KS[-1]} labels a digit, the borrowed eye leads by {{:+.1f}} points."
found("digits_lead", 100 * lead, told, predicted="09.digits")
found("digits_lead_half", 100 * half, "That is known to within ±{:.1f} points.")

# %% [markdown] tags=["sourced"]
# Digits ask little: a small network finds out from a few strokes what a stroke is, and
# what a borrowed eye knows of fur and petals is of no use here. It is what lesson 08
# found in its search, once more: a likeness serves what it was learned for. The same
# was measured where it matters: on two large sets of medical pictures, weights from
# ImageNet [helped little](https://arxiv.org/abs/1902.07208) over small networks from
# scratch; and on photos with very many labels, training from scratch [catches
# up](https://arxiv.org/abs/1811.08883), it only takes longer.
#
# So before you borrow, ask two things: is my task like the one that the eye was trained
# for, and is it hard enough for an eye of my own to need more labels than I have?
# Change the task in this explorer, and look for where the answer of the sentence turns
# round:

# %%
both = [run for run in runs if run["method"] in ("from scratch", "borrowed, frozen")]
explore.labels_saved(both, labels=INK_KS[-1], task="digits")

# %% [markdown]
# ## Your own pictures
#
# Everything is ready for a folder of yours: one folder inside it for each kind, with
# ten pictures each, of your cats, your tools, your stamps. Put its path where `None`
# stands. As long as nothing stands there, the flowers stand in, with ten labels a
# class.

# %%
FOLDER = None
if FOLDER:
    own = data.from_folder(FOLDER, size=LARGE)
    own_x, own_y, own_names = own.x, own.y, own.classes
else:
    chosen = np.concatenate([buy(FEW, seed=1), test[:12]])
    own_x, own_y, own_names = pictures.x[chosen], pictures.y[chosen], classes

# %% [markdown]
# With so few pictures, a part set aside for a test would be too small to say anything,
# and too large to spare. The honest way is to leave each out once, and to name it with
# a head that has seen all the others. With a frozen eye that is cheap: it looks at each
# picture once, and a head takes a moment.

# %%
seen, everyone = scores_of(eye, own_x), np.arange(len(own_y))
said = np.empty_like(own_y)
for one in everyone:
    others = np.delete(everyone, one)
    said[one] = named(standardised(seen, others), others, own_y, [one])[0]

# %% [markdown]
# Note that even the scale is taken from the others. If the picture in question took
# part in it, it would not be left out. Twelve of them, and what they were called:

# %%
last = everyone[-12:] if FOLDER is None else rng.permutation(everyone)[:12]
captions = [
    own_names[s] if s == y else f"{own_names[s]}? no, {own_names[y]}"
    for s, y in zip(said[last], own_y[last])
]
title = "Named by an eye that others have trained and a head of yours"
plot.images(own_x[last], titles=captions, columns=4, title=title)

# %% [markdown]
# And all of them, as a number:

# %%
found("own_folder", np.mean(said == own_y), "Left out and named rightly: {:.0%}.")

# %% [markdown]
# With pictures of your own, do not stop at the number. Look at those that were named
# wrongly, and ask what they have in common. If all pictures of one kind were taken on
# the same table, the eye may have learned the table.

# %% [markdown]
# ## What we found
#
# - Most of what a network for flowers must know is not about flowers. With a borrowed
#   eye, a few labels of each kind were worth very many without it.
# - Frozen means: no weight and no record moves. Then each picture is looked at once.
# - Without labels an eye can be trained as well; in small it is a modest one.
# - Fine-tuning with few labels has more to lose than to gain. Adam needs its factor at
#   the rate, not at the slope.
# - The eye breaks in silence when pictures come in another range or order.
# - Where the new task is unlike the old one, and easy, it saves nothing.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "09.quiz.freeze",
    "You freeze a borrowed network in PyTorch by turning off all slopes, and train a "
    "head. The loss falls, the validation is poor. What first?",
    {
        "thaw more layers": "First see whether what you froze is what you loaded.",
        "look at the records of the normalisations": (
            "Without slopes they still move in training mode. Put them into eval."
        ),
        "a smaller learning rate": "It has no effect on a record that moves by itself.",
    },
    right="look at the records of the normalisations",
)

# %%
quiz(
    "09.quiz.scale",
    "A borrowed network was trained on values from -1 to 1. You feed 0 to 255. Which "
    "layer tells you?",
    {
        "the first convolution, by an error": "Shapes are checked, values are not.",
        "none": "So the rescaling belongs into the network, and a test beside it.",
        "the normalisation, by its record": (
            "Frozen, it does not look at the batch at all."
        ),
    },
    right="none",
)

# %%
quiz(
    "09.quiz.contrast",
    "A colleague trains contrastively, with views that are never recoloured. What may "
    "the eye learn?",
    {
        "the kinds of flowers": "There is an easier way to the partner.",
        "colours": "Two views of one picture share their colours, so that is enough.",
        "nothing": "Something that tells pictures apart is always learned. But what?",
    },
    right="colours",
)

# %%
quiz(
    "09.quiz.help",
    "Five seeds, each with its own purchase of labels: transferred minus scratch is "
    "+3, -1, +4, 0 and +2 points. Does transfer help?",
    {
        "yes, the mean is positive": "The mean is. Its interval reaches below zero.",
        "not decided": "1.6 ± 2.6 points: buy more labels, or run more seeds.",
        "no, one run is worse": "One run decides nothing, in either direction.",
    },
    right="not decided",
)

# %% [markdown]
# ## What this page leaves out
#
# **Drawn flowers.** In the quick profile they come from a program. That an eye from
# photos serves there is remarkable, but how well it serves on your photos only your
# photos can tell. The full profile measures it on real ones.
#
# **Is the test really unseen?** ImageNet has a class "daisy", and real flower photos
# from the same web may stand in both. Who tests a borrowed network on public pictures
# cannot know what it has seen. For foundation models, trained on most of the web, that
# is the first question to ask.
#
# **What is borrowed comes with its faults.** The weights carry what ImageNet's photos
# showed too often or never ([Yang and others,
# 2020](https://doi.org/10.1145/3351095.3375709)), and their licence is not the licence
# of the photos.
#
# **Larger eyes.** Today's are trained without labels on very many photos
# ([DINOv2](https://arxiv.org/abs/2304.07193)), or on photos with their captions
# ([CLIP](https://arxiv.org/abs/2103.00020)), which can name kinds that nobody has given
# an example of. Large language models are customised by training a few small matrices
# beside the frozen ones ([LoRA](https://arxiv.org/abs/2106.09685)); that is this page's
# idea again, in lesson 22.
#
# **The dermatologists.** The network of the opening was compared on chosen pictures.
# Who is ill is not decided by a photo, and a score at par in a paper is no clinical
# trial.
#
# In the lab you write the parts yourself, and carry over what the digits 0 to 4 have
# taught to those from 5 to 9.
