# %% [markdown] tags=["sourced"]
# **The network says "ankle boot, 99 %". What is that worth?**
#
# TensorFlow's [clothing
# tutorial](https://www.tensorflow.org/tutorials/keras/classification) trains a small
# network on pictures of shirts, sneakers and ankle boots, and ends by asking it about a
# single one. A warehouse that sorts returned clothes by such answers has to know more
# than the answer: how often it is right, whether its percentages are true, and what it
# says to a picture of something else. This page begins where the tutorial ends.
#
# When you leave, you will be able to
#
# - save a trained network, load it, and ask it about one picture or ten thousand,
# - open a test set once, and say how far its figure can be trusted,
# - measure whether probabilities are true, and mend them with one number,
# - turn them into sets and intervals that keep a promise, and into a rule for "I don't
#   know",
# - show on which pictures all of that breaks.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np
from scipy.special import softmax

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)

# %% [markdown]
# ## What can be predicted
#
# Training changes the weights. *Prediction*, or *inference*, only uses them, on
# examples that were not there when they were found. What comes out depends on the last
# layer:
#
# | wanted | what the network gives | where |
# |---|---|---|
# | a class | a score for each class; the highest one wins | this page |
# | a probability | the same scores, turned into shares of 1 | this page |
# | a number | one output without an activation | this page |
# | a translated sentence | a class for each next word, given the original | lesson 12 |
# | a generated text | a class for each next word, given those before it | lesson 21 |
#
# So the last two are the first two, many times over: what you learn here about a single
# answer holds for every word that a translator or a chatbot chooses.

# %% [markdown]
# ## Three parts, one of them sealed
#
# The card names the data and its known faults. One of those matters here: people do not
# agree about these pictures either. So a network that is sure of everything should make
# you wonder.

# %%
clothing = data.load("clothing", source="best" if PROFILE == "full" else "bundled")
classes = clothing.classes
clothing

# %% [markdown]
# The training pictures are split once more. 1,000 *validation* pictures are held out:
# the networks do not learn from them, and we may look at them as often as we like. The
# *test* pictures stay sealed until the end. Whatever we choose on the way, we choose
# without them.
#
# Which 1,000? Not simply the last ones: a file may be sorted, and then the held-out
# pictures would be of another mixture than the rest. We shuffle first.

# %%
HELD_OUT = 1_000
pictures, labels = clothing.x_train / np.float32(255), clothing.y_train
order = np.random.default_rng(0).permutation(len(pictures))
x_validation, y_validation = pictures[order[:HELD_OUT]], labels[order[:HELD_OUT]]
x_train, y_train = pictures[order[HELD_OUT:]], labels[order[HELD_OUT:]]

# %% [markdown]
# Cover the names below with your hand, and name the pictures yourself. Where you
# hesitate, an honest percentage would be low.

# %%
titles = [classes[label] for label in y_train[:10]]
plot.images(x_train[:10], titles=titles, columns=5, title="Ten training pictures")

# %% [markdown]
# ## The tutorial's network
#
# It is lesson 02's digit reader without the dropout, and without the softmax at the
# end. The last layer gives plain scores, also called *logits*. We will want these
# layers again for other pictures and another number of outputs, so they are a function.


# %%
def dense_layers(shape, outputs):
    """Return the tutorial's layers, not trained yet, for pictures of this shape."""
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(outputs),
        ]
    )


# %% [markdown]
# The loss is told by `from_logits=True` that it gets scores, and does the softmax
# itself. Forget it, and training runs without a complaint, on a loss that means
# nothing. Keeping the scores will pay off soon. The seed decides with which weights a
# network starts: we will want several of the same kind.

# %%
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def dense_network(seed):
    """Return the tutorial's network, ready to be trained, with weights of its own."""
    keras.utils.set_random_seed(seed)
    network = dense_layers((28, 28), outputs=10)
    network.compile(keras.optimizers.Adam(0.003), cross_entropy, metrics=["accuracy"])
    return network


# %% [markdown]
# As in the tutorial, training goes ten times through the pictures; larger steps save
# waiting. The validation pictures are only watched: Keras asks about them after each
# epoch, and takes no step because of them.

# %%
SHORT, LONG = {"smoke": (1, 2), "quick": (10, 40), "full": (10, 40)}[PROFILE]
mlp = dense_network(seed=0)
settings = {"batch_size": 250, "verbose": 0}
watched = {"validation_data": (x_validation, y_validation)}
curves = train.LiveCurves()
history = mlp.fit(
    x_train, y_train, epochs=SHORT, callbacks=[curves], **settings, **watched
)

# %% [markdown]
# ## Save, load, ask
#
# A trained network outlives its notebook in a file. We will want this one back later,
# as it is after these few epochs.

# %%
import tempfile
import zipfile
from pathlib import Path

saved = Path(tempfile.mkdtemp()) / "tutorial.keras"
mlp.save(saved)
for item in zipfile.ZipFile(saved).infolist():
    print(f"{item.filename:20} {item.file_size:>9,} bytes")

# %% [markdown]
# A `.keras` file is a zip archive: the layers as text, the weights as numbers, and the
# state of the optimizer, so that training can go on. You can see that state in the
# sizes. The network has 785 × 128 + 129 × 10 weights and biases of four bytes each, and
# the file holds about three times as much, because Adam keeps two running means for
# every one of them (lesson 04).
#
# Does the loaded network answer as the saved one did? Not roughly: to the last bit.

# %%
loaded = keras.models.load_model(saved)
before = mlp.predict(x_validation, verbose=0)
after = loaded.predict(x_validation, verbose=0)
assert np.array_equal(before, after)
found("bits_that_differ", np.sum(before != after), "{:.0f} of 10,000 scores differ.")

# %% [markdown]
# One warning belongs to `load_model`: load only models that you made or whose maker you
# trust. The file says which Python objects to build. `safe_mode`, on by default,
# refuses the most obvious abuse, but it is no sandbox: a crafted archive could run code
# in spite of it ([CVE-2025-1550](https://nvd.nist.gov/vuln/detail/CVE-2025-1550),
# mended in Keras 3.9).

# %% [markdown]
# Now we ask about a single picture. We ask a copy, since it may go wrong: on the JAX
# backend, a `predict` that fails takes the network's weights with it.

# %%
predict(
    "06.batch",
    "x_validation[0] has the shape (28, 28). What does mlp.predict make of it?",
    [
        "ten scores",
        "an error, because of the shape",
        "28 answers: it takes the rows for pictures",
    ],
)

# %% [markdown]
# If an error comes, read it to the end: its last lines say what was expected and what
# came.

# %%
a_copy = keras.models.load_model(saved)
answered = 0
try:
    answered = len(a_copy.predict(x_validation[0], verbose=0))
except Exception as error:
    print(type(error).__name__, *str(error).splitlines()[:4], sep="\n")
told = "Asked about one bare picture, it gave {:.0f} answers."
found("answers_without_batch", answered, told, predicted="06.batch")

# %% [markdown]
# A network always takes a *batch*: the first axis counts pictures. One picture is a
# batch of one, shape (1, 28, 28), and `x_validation[:1]` keeps the axis that
# `x_validation[0]` drops; `picture[None]` gives it back. It is a common mistake, and an
# error message is the lucky case: a network that reads rows of 28 numbers would have
# answered 28 times and said nothing.

# %%
scores = mlp.predict(x_validation[:1], verbose=0)
probabilities = softmax(scores, axis=1)
title = f"Ten probabilities for one {classes[y_validation[0]]}"
plot.confidence(x_validation[0], probabilities[0], classes, title=title)

# %% [markdown]
# Right or wrong, the answer is the position of the highest score,
# `scores.argmax(axis=1)`. Softmax keeps the order, so the class needs no probabilities.
#
# How dear is asking? We time one picture through `predict`, one by calling the network
# like a function, and 1,000 at once.

# %%
predict(
    "06.one_or_many",
    "Asked through predict: how much longer does a picture take alone than in a batch "
    "of 1,000?",
    ["about as long", "about ten times as long", "more than a hundred times as long"],
)

# %% [markdown]
# A stopwatch needs some care. The first call pays for what the others find ready, so it
# does not count, and a median leaves out the moments when the computer is busy with
# something else.

# %%
import time


def seconds(act, repeats=20):
    """Return how long `act` takes, the median over some calls."""
    took = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        act()
        took.append(time.perf_counter() - start)
    return np.median(took[1:])  # the first call prepares the others


# %% [markdown]
# In millionths of a second for each picture:

# %%
one = seconds(lambda: mlp.predict(x_validation[:1], verbose=0))
called = seconds(lambda: mlp(x_validation[:1], training=False))
many = seconds(lambda: mlp.predict(x_validation, batch_size=1000, verbose=0)) / 1000
for name, value in {"one": one, "one, called": called, "of 1,000": many}.items():
    print(f"{name:12} {value * 1e6:10,.0f} µs a picture")
told = "Alone, a picture takes {:,.0f} times as long as in a batch of 1,000."
found("one_against_batch", one / many, told, predicted="06.one_or_many")

# %% [markdown]
# The arithmetic is the same; the rest is preparation, paid once a call. `predict` cuts
# its input into batches, loops over them and returns a NumPy array: made for many.
# `mlp(...)` does one batch at once and returns a tensor: better for few.
# `training=False` says that this is no training, which some layers must know. Whoever
# puts `predict` with a single picture into a loop pays for the preparation at every
# turn: collect the pictures first, then ask once. Lesson 25 turns the difference into a
# service.

# %% [markdown] tags=["sourced"]
# ## Is 90 % sure right 90 % of the time?
#
# The *confidence* of an answer is the probability of the class that won. Probabilities
# that are true are called *calibrated*: of all answers given with 90 %, nine in ten are
# right. A single answer cannot show it. It is right or wrong, and 90 % allows both;
# only many answers together can prove a percentage false.
#
# Before we look, we train on. Same network, same pictures, several times as long.

# %%
predict(
    "06.longer",
    "Four times as many epochs. What becomes of the validation accuracy, and of the "
    "mean confidence?",
    ["both rise alike", "accuracy rises more", "confidence rises more"],
)

# %%
history = mlp.fit(
    x_train, y_train, epochs=LONG - SHORT, callbacks=[curves], **settings, **watched
)


# %% [markdown]
# Look at the loss. On the training pictures it falls on and on; on the validation
# pictures it turns and rises, while the accuracy hardly moves. The mistakes do not
# become more: they become more confident. And no wonder: once a training picture is
# named rightly, the only way to a smaller loss is to be surer of it.
#
# Two helpers to measure that. `ask` turns scores into probabilities, with 64 bits for
# each number: in 32, a very sure answer would be rounded to exactly 1. It can divide
# the scores by a *temperature* first, which stays at 1 for the moment.


# %%
def ask(network, batch, temperature=1.0):
    """Return probabilities, shape (pictures, classes)."""
    scores = network.predict(batch, batch_size=1000, verbose=0)
    return softmax(scores.astype("float64") / temperature, axis=1)


def judged(probabilities, truth):
    """Return the confidence of each answer, and whether it was right."""
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == truth


# %% [markdown]
# The file kept the network as it was after the short training, so we can ask both. A
# network that knows what it knows would show the same figure twice in its row.

# %%
short = judged(ask(loaded, x_validation), y_validation)
long = judged(ask(mlp, x_validation), y_validation)
for name, (confidence, right) in {"short": short, "long": long}.items():
    print(f"{name:6} {confidence.mean():.1%} sure, {right.mean():.1%} right")

# %% [markdown]
# Which of the two has risen more from the first row to the second?

# %%
surer, better = (later.mean() - sooner.mean() for sooner, later in zip(short, long))
outran = 100 * (surer - better)
told = "Training on raised the confidence by {:.1f} points more than the accuracy."
found("confidence_outran_accuracy", outran, told, predicted="06.longer")

# %% [markdown]
# A *reliability diagram* shows where. Sort the answers into bins by confidence, and
# plot for each bin how many were right. True probabilities lie on the diagonal; a point
# below it promised more than it kept, a point above it kept more than it promised. A
# small point holds few answers, and chance alone can take it far off.

# %%
pair = {f"{SHORT} epochs": short, f"{LONG} epochs": long}
title = "Trained for longer, it promises more than it keeps"
plot.reliability(pair, bins=10, title=title)

# %% [markdown]
# The *expected calibration error* makes one number of the picture: the distance from
# the diagonal, averaged over the answers. Each bin is judged by itself, because too
# much confidence here must not make up for too little there. The bins are a choice. We
# take 15 for the number, where the picture has ten to stay readable; two errors can
# only be compared if they were counted with the same bins. By hand:


# %%
def calibration_error(probabilities, truth, bins=15):
    """Return the expected calibration error, with bins of equal width."""
    confidence, right = judged(probabilities, truth)
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for number in np.unique(where):  # a bin without answers does not count
        inside = where == number
        gap = confidence[inside].mean() - right[inside].mean()
        error += inside.mean() * abs(gap)
    return error


# %% [markdown]
# scikit-learn's `calibration_curve` gives the two coordinates of each point; weighted
# by the number of answers, their distance must be the same number.

# %%
from sklearn.calibration import calibration_curve

confidence, right = long
hits, sure = calibration_curve(right, confidence, n_bins=15)
count, _ = np.histogram(confidence, bins=15, range=(0, 1))
by_library = np.sum(count[count > 0] * abs(hits - sure)) / len(confidence)
assert np.isclose(by_library, calibration_error(ask(mlp, x_validation), y_validation))

# %% [markdown]
# ## One number mends it
#
# Divide all scores by the same number before the softmax. Above 1, this *temperature*
# draws the probabilities together; below 1 it drives them apart. Nothing else changes.
# Ask two things of the figure at each temperature: which bar is the longest, and how
# much does it leave to the others?

# %%
example = mlp.predict(x_validation[:1], verbose=0)
tried = {f"T = {t:g}": softmax(example / t, axis=1) for t in (0.5, 1, 3)}
title = "The same scores at three temperatures"
plot.probabilities(tried, classes, truth=y_validation[0], title=title, height=480)

# %% [markdown]
# Which temperature? That with the smallest loss, the cross-entropy of lesson 02, on the
# validation pictures: on average, no probabilities have a smaller one than the true.
# This is *temperature scaling* ([Guo and others,
# 2017](https://arxiv.org/abs/1706.04599)): training with one parameter.
#
# Why not on the training pictures, of which there are many more? Because the network
# has been fitted to them. There its confidence is nearly deserved, and the temperature
# would find next to nothing to mend.


# %%
TEMPERATURES = np.arange(0.5, 6.0, 0.02)


def of_truth(table, truth):
    """Return what stands in each row for the right class, shape (pictures,)."""
    return table[np.arange(len(truth)), truth]


def losses(scores, truth):
    """Return the cross-entropy at each temperature."""
    tables = (softmax(scores / t, axis=1) for t in TEMPERATURES)
    return [-np.log(of_truth(table, truth)).mean() for table in tables]


# %% [markdown]
# We try them all. The valley will be flat: a temperature nearby does nearly as well. It
# is where the valley lies that tells what was wrong. Right of 1, the network was too
# sure; left of 1, not sure enough.

# %%
validation_scores = mlp.predict(x_validation, verbose=0).astype("float64")
loss = losses(validation_scores, y_validation)
temperature = TEMPERATURES[np.argmin(loss)]
axes = {"x": TEMPERATURES, "x_title": "temperature", "y_title": "cross-entropy"}
title = f"The loss is least at temperature {temperature:.1f}"
plot.curves({"validation loss": loss}, title=title, **axes)

# %%
predict(
    "06.accuracy",
    "The scores are divided by this temperature. What happens to the accuracy?",
    ["it rises", "it falls", "it stays the same, to the last picture"],
)

# %%
cooled = ask(mlp, x_validation, temperature)
changed = cooled.argmax(axis=1) != validation_scores.argmax(axis=1)
assert not changed.any()
told = "The temperature changed {:.0f} of 1,000 answers: the order of the scores stays."
found("answers_changed", changed.sum(), told, predicted="06.accuracy")

# %% [markdown]
# So a temperature can make no network better at clothes. It makes it more honest about
# how good it is:

# %%
pair = {"before": long, "after": judged(cooled, y_validation)}
plot.reliability(pair, bins=10, title="The same answers, before and after")

# %% [markdown]
# The temperature was chosen on these very pictures. It is only one number, so it can
# hardly learn them by heart; still, the proof is left to the sealed ones.

# %% [markdown]
# ## Five networks
#
# One network may be lucky. Four more start from other weights and are trained as long;
# each finds its own temperature. If these lie close together, the fault comes from the
# training, and not from the luck of one start.

# %%
networks, temperatures = [mlp], [temperature]
for seed in range(1, {"smoke": 2, "quick": 5, "full": 5}[PROFILE]):
    network = dense_network(seed)
    network.fit(x_train, y_train, epochs=LONG, **settings)
    scores = network.predict(x_validation, verbose=0).astype("float64")
    networks.append(network)
    temperatures.append(TEMPERATURES[np.argmin(losses(scores, y_validation))])
print("temperatures:", *(f"{value:.2f}" for value in temperatures))

# %% [markdown]
# Together they make an *ensemble*: its answer is the mean of their probabilities
# ([Lakshminarayanan and others, 2017](https://arxiv.org/abs/1612.01474)). Of the
# probabilities, not of the scores: add 100 to all ten scores of a network, and its
# probabilities stay as they are, so the scores of two networks have no common zero.


# %%
def ask_all(batch):
    """Return the mean of the networks' probabilities."""
    return np.mean([ask(network, batch) for network in networks], axis=0)


# %% [markdown]
# ## A better network
#
# Before we go on, something sharper than the tutorial's network. Its layers are black
# boxes here: a `Conv2D` slides small filters over the picture (lesson 08 opens it), and
# `BatchNormalization` keeps the numbers in range (lesson 05). The convolution goes
# without a bias, because the normalisation after it adds one of its own.


# %%
def block(filters, stride):
    """Return layers with some filters; a stride of 2 halves the picture's sides."""
    return [
        keras.layers.Conv2D(filters, 3, stride, padding="same", use_bias=False),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Activation("relu"),
    ]


# %% [markdown]
# Three of these in the quick profile, six in the full one. Either way three of them
# have a stride of 2, and the sides shrink from 28 to 14, to 7, to 4. What is left of
# the places is read by a dense layer, as before, and again there is no softmax.

# %%
SHAPE = [(32, 2), (64, 2), (64, 2)]
if PROFILE == "full":
    SHAPE = [(32, 1), (32, 2), (64, 1), (64, 2), (128, 1), (128, 2)]
convnet = keras.Sequential(
    [keras.Input((28, 28)), keras.layers.Reshape((28, 28, 1))]
    + [layer for filters, stride in SHAPE for layer in block(filters, stride)]
    + [keras.layers.Flatten(), keras.layers.Dropout(0.3), keras.layers.Dense(10)]
)

# %% [markdown]
# It sees every picture in up to 2 × 9 forms: mirrored or not, and moved by at most a
# pixel, up or down and left or right. A shoe that points the other way is still a shoe.
# That is knowledge about the world, put in by us, and it depends on the task: a
# mirrored "b" is no longer a "b". The move is not quite true to life, since what
# `np.roll` pushes out on one side comes in on the other.

# %%
rng = np.random.default_rng(0)


def batches(size):
    """Yield batches for ever, each picture mirrored or moved a little."""
    while True:
        shuffled = rng.permutation(len(x_train))
        for rows in np.split(shuffled, np.arange(size, len(shuffled), size)):
            mirror = rng.random((len(rows), 1, 1)) < 0.5
            batch = np.where(mirror, x_train[rows][:, :, ::-1], x_train[rows])
            moves = rng.integers(-1, 2, size=(len(rows), 2))
            moved = [np.roll(p, m, axis=(0, 1)) for p, m in zip(batch, moves)]
            yield np.stack(moved), y_train[rows]


# %% [markdown]
# The optimizer is Adam with weight decay; that, the warm-up and the falling learning
# rate are lesson 04's.

# %%
BATCH, EPOCHS = {"smoke": (125, 1), "quick": (125, 12), "full": (250, 15)}[PROFILE]
a_step = len(x_train) // BATCH if PROFILE != "smoke" else 8
steps = EPOCHS * a_step
rise = {"warmup_target": 0.004, "warmup_steps": steps // 10}
rate = keras.optimizers.schedules.CosineDecay(0.0, 0.9 * steps, **rise)
optimizer = keras.optimizers.AdamW(rate, weight_decay=0.05)
convnet.compile(optimizer, cross_entropy, metrics=["accuracy"])

# %% [markdown]
# The batches never end, so `fit` has to be told how many make an epoch. Watch the two
# curves: here the one for the validation pictures has an easier task, because they are
# neither mirrored nor moved, and no dropout disturbs the answers.

# %%
callbacks = [train.LiveCurves(), train.StopButton()]
length = {"epochs": EPOCHS, "steps_per_epoch": a_step, "verbose": 0}
started = time.process_time()
convnet.fit(batches(BATCH), shuffle=False, callbacks=callbacks, **length, **watched)
told = "The convnet was trained in {:.0f} seconds of processor time."
found("convnet_cpu_seconds", time.process_time() - started, told)

# %% [markdown]
# ## A set with a promise
#
# A percentage asks to be believed. *Conformal prediction* gives a promise instead: a
# set of classes that holds the right one in at least 90 % of cases, whatever the
# network and however badly calibrated it is ([Angelopoulos and Bates,
# 2021](https://arxiv.org/abs/2107.07511)). It needs pictures on which nothing was
# trained or chosen. For the convnet, those are our 1,000: we have only watched it on
# them.
#
# Ask how *strange* the truth looks to the network: one minus the probability that it
# gave to the right class. Sort the $n$ = 1,000 values. A new picture is like one more
# of them, and its place among the $n + 1$ is a matter of chance. So its own value is
# not above the $k$-th smallest with a probability of at least $k / (n + 1)$: exactly
# that, where no two values are equal. Chance draws twice here, the 1,000 and the new
# picture, and the probability is about both.
#
# Notice what was *not* needed. Nothing was said about the network, nor about how its
# errors are distributed. A network that guesses at random gets the same promise. It
# pays for it with larger sets.

# %%
PROMISE = 0.9
answers = ask(convnet, x_validation)
strangeness = np.sort(1 - of_truth(answers, y_validation))
rank = int(np.ceil((HELD_OUT + 1) * PROMISE))
limit = strangeness[rank - 1]
print(f"of {HELD_OUT:,} values, number {rank} from below is {limit:.3f}")

# %% [markdown]
# NumPy's line for it names the share and the way to count. The `+ 1` stands for the new
# picture, and it is what makes the promise hold for few pictures as well.

# %%
library = np.quantile(strangeness, rank / HELD_OUT, method="inverted_cdf")
assert np.isclose(limit, library)

# %% [markdown]
# The set of a new picture then holds every class that would not look too strange.

# %%
in_set = 1 - answers <= limit
sizes, counts = np.unique(in_set.sum(axis=1), return_counts=True)
for size, count in zip(sizes, counts):
    print(f"{count:5,} pictures get a set of {size}")

# %% [markdown]
# An easy picture gets one class, a doubtful one may get more. A set may even be empty:
# then no class is likely enough. At nine in ten the sets are small, because the network
# is right about as often by itself. What would a stronger promise cost?

# %%
by_promise = {}
for wish in (0.8, 0.9, 0.95, 0.99):
    place = int(np.ceil((HELD_OUT + 1) * wish)) - 1
    by_promise[wish] = 1 - answers <= strangeness[place]
    sizes = by_promise[wish].sum(axis=1)
    print(f"{wish:.0%}: {sizes.mean():.2f} classes on average, {sizes.max()} at most")

# %% [markdown]
# A promise below the network's own accuracy is easily kept, and leaves sets empty.
# Above it, every point is paid for in classes. Here are some pictures that get more
# than one at the strongest of these promises.

# %%
strict = by_promise[0.99]
doubtful = np.flatnonzero(strict.sum(axis=1) > 1)[:6]
titles = [" or ".join(np.array(classes)[strict[row]]) for row in doubtful]
title = "What these pictures may be, if 99 of 100 sets are to be right"
plot.images(x_validation[doubtful], titles=titles, columns=3, title=title)

# %% [markdown]
# ## A number, and how far off it may be
#
# The same trick works for a number. Suppose the lower half of a picture is hidden. How
# much of it is covered by cloth?


# %%
def covered(batch):
    """Return which share of the lower half is not background, in percent."""
    return 100 * (batch[:, 14:] > 0.05).mean(axis=(1, 2))


# %% [markdown]
# The network gets the upper half: the same layers for a smaller picture, with one
# output in place of ten and the squared error as loss. It says one number, and not a
# word about how sure it is.

# %%
guesser = dense_layers((14, 28), outputs=1)
guesser.compile(keras.optimizers.Adam(0.003), "mean_squared_error")
history = guesser.fit(x_train[:, :14], covered(x_train), epochs=SHORT, **settings)

# %% [markdown]
# Strangeness is now the distance between guess and truth. Add and subtract its limit,
# and the guess becomes an interval with the same promise. The rank is the old one,
# since there are again 1,000 values.

# %%
guesses = guesser.predict(x_validation[:, :14], verbose=0)[:, 0]
distance = abs(guesses - covered(x_validation))
margin = np.sort(distance)[rank - 1]
print(f"guess ± {margin:.0f} points")

# %% [markdown]
# Six pictures, as the network gets them. Do not be alarmed by a truth outside its
# interval: at this promise, one in ten may be.

# %%
hidden = x_validation[:6].copy()
hidden[:, 14:] = 0
pairs = zip(guesses, covered(x_validation[:6]))
titles = [f"says {guess:.0f} ± {margin:.0f}, is {truth:.0f}" for guess, truth in pairs]
title = "How much of the lower half is covered, in percent"
plot.images(hidden, titles=titles, columns=3, title=title)

# %% [markdown]
# The interval is as wide for a pair of trousers as for a bag. Are they as easy to
# guess?

# %%
trousers, bags = (distance[y_validation == number].mean() for number in (1, 8))
told = "For a bag the guess is {:.1f} times as far off as for a pair of trousers."
found("bags_against_trousers", bags / trousers, told)

# %% [markdown]
# The promise holds on average over all pictures, not for each kind. What suits the
# average is wider than trousers need, and may be too narrow for bags. Keep that in mind
# when the seal is broken.

# %% [markdown]
# ## A picture like no other
#
# Everything so far was about clothes. But a camera in a warehouse sees hands, labels
# and empty shelves too, and a network that knows ten classes must name one of them. We
# ask about five sorts of strange pictures. All have the right shape and values from 0
# to 1, so no error message will stop them.

# %%
digits = data.load("digits", source="bundled")
boots = x_validation[y_validation == 9]
strange = {
    "digits": digits.x_train[:1000] / np.float32(255),
    "noise": np.random.default_rng(1).random((1000, 28, 28), dtype="float32"),
    "negatives": 1 - x_validation,
    "boots upside down": boots[:, ::-1],
    "boots on end": np.rot90(boots, axes=(1, 2)),
}

# %% [markdown]
# They are strange in different ways. The first two are no clothes at all; the other
# three still are, and you would know them at once.

# %%
firsts = np.stack([batch[0] for batch in strange.values()])
plot.images(firsts, titles=list(strange), columns=5, title="One of each")

# %%
predict(
    "06.noise",
    "Pictures of pure noise, every pixel random. In how many of them are the "
    "long-trained networks more than 90 % sure of a piece of clothing?",
    ["in hardly any", "in about half", "in most"],
)

# %% [markdown]
# Four experts are asked: one long-trained network as it is and with its temperature,
# the ensemble, and the convnet. We keep how sure each of them is of each picture, the
# ordinary clothes among them.

# %%
experts = {
    "one network": lambda batch: ask(mlp, batch),
    "with temperature": lambda batch: ask(mlp, batch, temperature),
    "ensemble": ask_all,
    "convnet": lambda batch: ask(convnet, batch),
}
asked = {"clothes": x_validation, **strange}
sureness = {
    name: {sort: expert(batch).max(axis=1) for sort, batch in asked.items()}
    for name, expert in experts.items()
}

# %% [markdown]
# Two tables will be made of that, so the drawing is a function.


# %%
def compare(measure, sorts, **text):
    """Draw one row for each expert and one column for each of the sorts."""
    values = [[measure(own, sort) for sort in sorts] for own in sureness.values()]
    return plot.shares(values, sureness, sorts, **text)


# %% [markdown]
# Of how many pictures is each of them sure? A row that you could trust would have its
# large shares where there are clothes, and nothing under digits and noise.

# %%
text = {
    "title": "Sure of clothes, and of what is none",
    "subtitle": "Share of pictures with more than 90 % confidence",
}
compare(lambda own, sort: np.mean(own[sort] > 0.9), asked, **text)

# %% [markdown]
# One network is one draw. All of the long-trained networks had the same pictures and
# the same training; only the random weights differed at the start.

# %%
of_noise = [np.mean(ask(one, strange["noise"]).max(axis=1) > 0.9) for one in networks]
print("over 90 % sure of the noise:", *(f"{share:.0%}" for share in of_noise))
found(
    "sure_of_noise",
    np.mean(of_noise),
    "On average over the networks, {:.0%} of the noise is surely a piece of clothing.",
    predicted="06.noise",
)

# %% [markdown]
# And the convnet, before pictures of digits?

# %%
of_digits = np.mean(sureness["convnet"]["digits"] > 0.9)
told = "The convnet is over 90 % sure that {:.0%} of the digits are clothes."
found("convnet_sure_of_digits", of_digits, told)

# %% [markdown]
# Networks that agree about clothes may differ about noise. Nothing in the training says
# what they should do there, so chance decides. And being better at clothes is no
# safeguard. A softmax divides the whole of its belief among ten classes, and "none of
# them" is not on the list.
#
# Could a threshold tell clothes from the rest? Take a picture of clothes and a strange
# one at random: how often is the network surer of the clothes? Always would be best, a
# coin gets half of the pairs, and below half the network trusts the strange pictures
# *more*. The measure looks at the order alone, so it needs no threshold; where you have
# met a ROC curve, you know it as the area below it.
#
# With the strange ones sorted, `searchsorted` says for each picture of clothes how many
# lie below it. A tie counts half.


# %%
def told_apart(own, sort):
    """Return how often clothes get more confidence than the strange picture."""
    others = np.sort(own[sort])
    below = np.searchsorted(others, own["clothes"], side="left")
    not_above = np.searchsorted(others, own["clothes"], side="right")
    return (below + not_above).mean() / 2 / len(others)


# %% [markdown]
# The same table with this measure:

# %%
text = {
    "title": "Clothes or not: can confidence tell?",
    "subtitle": "Share of pairs in which the clothes got more of it",
}
compare(told_apart, strange, **text)

# %% [markdown]
# Two of its fields in words:

# %%
by_convnet = told_apart(sureness["convnet"], "digits")
by_ensemble = told_apart(sureness["ensemble"], "noise")
found(
    "digits_told_apart",
    by_convnet,
    "By its confidence, the convnet tells clothes from digits in {:.0%} of the pairs.",
)
told = "The ensemble tells clothes from noise in {:.0%} of the pairs."
found("noise_told_apart_ensemble", by_ensemble, told)

# %% [markdown]
# The temperature lowers the confidence in everything, and so hardly helps to tell one
# thing from another. An ensemble does better where its members are sure of different
# classes: then their mean is not. But no row is safe, and there is a reason: a network
# with relu is made of straight pieces, and far enough out, in almost any direction, one
# score outgrows the others without end ([Hein and others,
# 2019](https://arxiv.org/abs/1812.05720)). Watch it happen to digits made brighter than
# any picture can be.

# %%
stretch = np.arange(1, 11)
farther = [ask(mlp, strange["digits"][:200] * s).max(axis=1).mean() for s in stretch]
assert farther[-1] > farther[0]
axes = {"x_title": "brightness, as a multiple", "y_title": "mean confidence"}
title = "The farther from anything it knows, the surer it is"
plot.curves({"digits": farther}, x=stretch, title=title, **axes)

# %% [markdown]
# The network measures no distance from what it has learned. It adds up, and ten times
# the ink gives about ten times the score.
#
# What does help is a look at the input before the network sees it. Clothes leave part
# of the picture empty; noise and negatives leave next to nothing. The rule is one line,
# and it has a price: at this limit it refuses one training picture in a thousand.

# %%
fullest = np.quantile((x_train > 0).mean(axis=(1, 2)), 0.999)
for sort, batch in asked.items():
    refused = np.mean((batch > 0).mean(axis=(1, 2)) > fullest)
    print(f"{sort:18} {refused:6.1%} refused")

# %% [markdown]
# It stops what it was made for, and nothing else: digits and boots on end pass. Each
# guard catches one way of being strange, and nobody can list them all.

# %% [markdown]
# ## From a sneaker to a boot to noise
#
# Between a sneaker and an ankle boot lie pictures of nothing that exists. Halfway, with
# some noise:

# %%
samples = {classes[c]: x_validation[y_validation == c][0] for c in (7, 9, 8, 6, 0, 1)}
halfway = 0.4 * samples["sneaker"] + 0.4 * samples["ankle boot"]
halfway = halfway + 0.2 * strange["noise"][0]
opinion = ask(convnet, halfway[None])[0]
title = "Half sneaker, half boot, some noise"
plot.confidence(halfway, opinion, classes, threshold=0.9, title=title)

# %% [markdown]
# Now walk the way yourself, on the convnet that you have just trained. Look for three
# things: how sudden the change is, which third class turns up on the way, and whether
# noise makes it doubt. Then find the lowest *answers from* at which it keeps silent
# about pure noise, if there is one.

# %%
explore.confidence(convnet, samples, classes, along=0.5, noise=0.1)

# %% [markdown]
# ## The price of "I don't know"
#
# A refusal is worth something only if a mistake costs more than asking a person. Say a
# parcel sorted wrongly costs 10, and a look by a person costs 1. Then it pays to answer
# only when a mistake is less probable than 1 in 10: from a confidence of 0.9 on, that
# is $1 - \text{asking} / \text{mistake}$ ([Chow,
# 1970](https://doi.org/10.1109/TIT.1970.1054406)). The rule is exact, for probabilities
# that are true. For others it draws the line in the wrong place: whoever promises too
# much answers too often.
#
# We work out the cost at every threshold, and not only at this one. The table
# `answered` has a row for each picture and a column for each threshold.

# %%
MISTAKE, ASKING = 10, 1
thresholds = np.arange(0, 1.001, 0.01)


def price(confidence, right):
    """Return share answered, share wrong of those, and cost, for each threshold."""
    answered = confidence[:, None] >= thresholds
    wrong = (answered & ~right[:, None]).mean(axis=0)
    share = answered.mean(axis=0)
    cost = MISTAKE * wrong + ASKING * (1 - share)
    return share, wrong / np.maximum(share, 1e-12), cost


# %% [markdown]
# Here are both sides of the bargain for the convnet, on the validation pictures. Look
# where the cost is least, and how near that is to the threshold of the rule, which is
# marked.

# %%
sure, right = judged(answers, y_validation)
plot.refusal(thresholds, *price(sure, right), chosen=90)

# %% [markdown]
# Move the threshold along both curves, then change the prices. Find prices at which it
# should answer only where it is surest, and prices at which it should never ask.

# %%
explore.refusal(sure, right, threshold=0.9, mistake=MISTAKE, asking=ASKING)

# %% [markdown]
# ## The seal is broken
#
# All is decided: the weights, the temperatures, the limit, the margin, the threshold.
# Now the test pictures, once. Whoever tries, looks, changes something and looks again
# is training on the test set by hand, and its figure means less each time.
#
# An accuracy from a finite number of pictures has an error of its own. [Wilson's
# interval](https://doi.org/10.1080/01621459.1927.10502953) (1927) says which true
# accuracies are compatible with it. The interval that most people learn first, the
# share $p$ of $n$ answers plus and minus $1.96 \sqrt{p (1 - p) / n}$, is nearly the
# same in the middle. At the end it fails: after three right answers out of three it has
# no width, and claims to know everything.


# %%
def wilson(share, count, z=1.96):
    """Return the 95 % interval of a share that was counted over `count` cases."""
    middle = share + z**2 / (2 * count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return (middle + np.array([-half, half])) / (1 + z**2 / count)


# %% [markdown]
# SciPy has the same line, and the two agree.

# %%
from scipy.stats import binomtest

checked = binomtest(880, 1000).proportion_ci(method="wilson")
assert np.allclose(wilson(0.88, 1000), checked, atol=1e-4)

# %% [markdown]
# Now every network reads all the test pictures.

# %%
x_test, y_test = clothing.x_test / np.float32(255), clothing.y_test
members = [ask(network, x_test) for network in networks]
final = {
    "the tutorial's, briefly": ask(loaded, x_test),
    "the same, for longer": members[0],
    "ensemble": np.mean(members, axis=0),
    "convnet": ask(convnet, x_test),
}
accuracy = {name: np.mean(p.argmax(axis=1) == y_test) for name, p in final.items()}

# %% [markdown]
# The whiskers are Wilson's intervals. Each says of one network, by itself, where its
# true accuracy may lie.

# %%
shares = list(accuracy.values())
low, high = np.transpose([wilson(share, len(y_test)) for share in shares])
axis = {"x_title": "test accuracy, with 95 % interval", "number": ".1%"}
title = "How many of 10,000 unseen pictures each names rightly"
plot.bars(list(accuracy), shares, low=low, high=high, title=title, **axis)

# %% [markdown]
# Where two intervals overlap, the networks may still differ: they were judged on the
# same pictures and share their bad luck. Where they lie apart, they almost surely do.

# %%
brief, best = accuracy["the tutorial's, briefly"], accuracy["convnet"]
told = "The tutorial's network, trained on this page's pictures, names {:.1%} rightly."
found("tutorial_accuracy", brief, told)
found("test_accuracy", best, "The convnet names {:.1%} rightly.")
found(
    "gain_over_tutorial",
    100 * (best - brief),
    "From the same pictures it learned {:.1f} points more than the tutorial's network.",
)

# %% [markdown]
# How sure are these figures, and did five heads do better than one?

# %%
found(
    "accuracy_half_width",
    (high[-1] - low[-1]) / 2 * 100,
    "The convnet's figure is known to within ±{:.1f} points, for pictures like these.",
)
alone = np.mean([np.mean(p.argmax(axis=1) == y_test) for p in members])
told = "Asking all the dense networks gains {:.1f} points on asking one of them."
found("ensemble_gain", 100 * (accuracy["ensemble"] - alone), told)

# %% [markdown]
# **Were the probabilities true?** Here is the calibration error of each network before
# and after its temperature. The temperatures come from the validation pictures, so
# these are as new to them as to the weights.

# %%
error_before = [calibration_error(p, y_test) for p in members]
error_after = [
    calibration_error(ask(network, x_test, t), y_test)
    for network, t in zip(networks, temperatures)
]

# %% [markdown]
# Two points for each network, one above the other:

# %%
pair = {"before": error_before, "after": error_after}
axes = {"x_title": "network", "y_title": "calibration error on the test pictures"}
figure = plot.curves(pair, title="Before and after the temperature", **axes)
figure.update_yaxes(rangemode="tozero", tickformat=".0%", dtick=0.02)
figure.update_traces(mode="markers", marker_size=10)

# %% [markdown]
# The mean could hide a network that gained nothing. So we also take the least gain:

# %%
ratios = np.array(error_before) / np.array(error_after)
found("error_before", np.mean(error_before), "The mean calibration error was {:.1%}.")
found("error_after", np.mean(error_after), "After the temperature it is {:.1%}.")
found("least_improvement", ratios.min(), "Even the least gain divided it by {:.1f}.")

# %% [markdown]
# It cannot reach zero. Suppose the probabilities were perfect: each label drawn with
# just the probability that the network states. The answers would still be right or
# wrong by chance, and the bins would show it. How large an error would they show?
#
# To draw such a label, lay the ten probabilities end to end on a line from 0 to 1, and
# throw a dart at it. The class in whose piece it lands is the label: the first whose
# running sum, `cumsum`, lies beyond the dart.

# %%
mended = ask(mlp, x_test, temperature)
floor = []
for _ in range(50):
    drawn = mended.cumsum(axis=1) > rng.random((len(mended), 1))
    floor.append(calibration_error(mended, drawn.argmax(axis=1)))
found("error_floor", np.mean(floor), "Perfect probabilities would show {:.1%} here.")

# %% [markdown]
# And the ensemble, with no temperature at all? Where overconfident networks disagree,
# their mean is less sure than they are: averaging is a mending of its own. Hold these
# errors against the floor, and not against zero.

# %%
for name in ("the tutorial's, briefly", "ensemble", "convnet"):
    print(f"{name:25} {calibration_error(final[name], y_test):.1%} calibration error")

# %% [markdown]
# **Did the sets keep their promise?** The interval that we should hold against is wider
# than Wilson's, since the 1,000 pictures that set the limit were a sample as well: over
# such samples the true coverage follows a beta distribution, and counting adds to it.

# %%
sets = 1 - final["convnet"] <= limit
holds = of_truth(sets, y_test)
coverage = holds.mean()
variance = PROMISE * (1 - PROMISE) * (1 / (HELD_OUT + 2) + 1 / len(y_test))
spread = 1.96 * np.sqrt(variance)
print(f"expected {PROMISE - spread:.1%} to {PROMISE + spread:.1%}")

# %% [markdown]
# Of the two fractions in the last bracket, the first is about ten times the second.
# More test pictures would hardly narrow the interval; more pictures to set the limit
# would.

# %%
found("coverage", coverage, "The sets hold the right class in {:.1%} of the pictures.")
found("set_size", sets.sum(axis=1).mean(), "They hold {:.2f} classes on average.")
off = abs(coverage - PROMISE) / spread
found("coverage_off", off, "That is {:.2f} times as far off as chance allows.")

# %% [markdown]
# One set of 1,000 is one draw. Now that the test pictures are open, we can draw a
# thousand times: calibrate on 1,000 pictures at random, judge on the rest.

# %%
unseen = 1 - of_truth(final["convnet"], y_test)
both = np.concatenate([unseen, 1 - of_truth(answers, y_validation)])
draws = []
for _ in range(1000):
    drawn = rng.permutation(both)
    draws.append(np.mean(drawn[HELD_OUT:] <= np.sort(drawn[:HELD_OUT])[rank - 1]))

# %% [markdown]
# The theory names the mean over all such draws, $k / (n + 1)$, and the assert holds it
# to that. The spread says what a single draw, like ours, may be off by.

# %%
assert np.isclose(np.mean(draws), rank / (HELD_OUT + 1), atol=0.002)
low, high = np.quantile(draws, [0.025, 0.975])
found("mean_coverage", np.mean(draws), "Over 1,000 draws, the sets cover {:.2%}.")
print(f"95 % of the draws lie from {low:.1%} to {high:.1%}")

# %% [markdown]
# As promised, and one draw is seldom far from it. Is the promise kept for each kind of
# clothing?

# %%
by_class = np.array([holds[y_test == number].mean() for number in range(10)])
ends = [wilson(share, np.sum(y_test == n)) for n, share in enumerate(by_class)]
low, high = np.transpose(ends)
axis = {"x_title": "share of sets that hold the right class", "number": ".0%"}
title = "The promise is kept on average, not for every kind"
plot.bars(classes, by_class, low=low, high=high, title=title, **axis)

# %% [markdown]
# The kinds that people confuse are covered least.

# %%
worst = by_class.argmin()
told = f"Of the pictures of class {classes[worst]}, the sets cover only " + "{:.0%}."
found("worst_coverage", by_class[worst], told)

# %% [markdown]
# The hard kinds pay for the easy ones: nine in ten parcels are covered, but not nine in
# ten of each kind. And the promise was for pictures *like* those that set the limit.
# Suppose a careless hand lays every article upside down; we still know what it is.

# %%
predict(
    "06.upside_down",
    "Test pictures upside down: how many of the sets hold the right class?",
    ["still about nine in ten", "about two in three", "fewer than half"],
)

# %%
turned = 1 - ask(convnet, x_test[:, ::-1]) <= limit
told = "Upside down, the sets cover {:.0%}."
fallen = of_truth(turned, y_test).mean()
found("coverage_upside_down", fallen, told, predicted="06.upside_down")

# %% [markdown]
# No error message says so, and without labels it is easily overlooked. A promise with a
# condition needs somebody who watches the condition.
#
# And the intervals around the guessed numbers, right way up again?

# %%
guesses = guesser.predict(x_test[:, :14], batch_size=1000, verbose=0)[:, 0]
inside = abs(guesses - covered(x_test)) <= margin
found("interval_coverage", inside.mean(), "The intervals hold {:.1%} of the numbers.")

# %% [markdown]
# **Did the rule pay?** Answer from 0.9 on, a mistake at 10, a question at 1: first with
# the overconfident probabilities, then with the mended ones. Column 90 is the threshold
# of 0.9; column 0 answers everything and never asks.

# %%
spoken = {"before": members[0], "after": mended, "convnet": final["convnet"]}
bill = {name: price(*judged(p, y_test)) for name, p in spoken.items()}
for name, (share, wrong, cost) in bill.items():
    told = f"{share[90]:.0%} answered, {wrong[90]:.1%} of them wrong"
    print(f"{name:8} {told}, cost {cost[90]:.2f} a picture; never asking {cost[0]:.2f}")

# %% [markdown]
# In the first two rows, only the probabilities differ:

# %%
found(
    "saved_by_temperature",
    1 - bill["after"][2][90] / bill["before"][2][90],
    "With mended probabilities the rule costs {:.0%} less: same network, same answers.",
)

# %% [markdown]
# ## Something to keep
#
# Put the pieces together: a reader that names a picture, says how sure it is and means
# it, gives the set that comes with a promise, and knows when to keep silent. It looks
# at the picture first, then at its own confidence, and only then names a class.


# %%
def read(picture):
    """Return what the network has to say about one picture, as a sentence."""
    values = ask(convnet, picture[None])[0]
    likely = " or ".join(np.array(classes)[1 - values <= limit]) or "none of the ten"
    if (picture > 0).mean() > fullest:
        return "I don't know: this is no picture of clothes"
    if values.max() < 0.9:
        return f"I don't know: {likely}"
    return f"{classes[values.argmax()]}, {values.max():.0%}"


# %% [markdown]
# Seven pictures from the test set, and the one that is half sneaker and half boot.
# Where the reader keeps silent, ask yourself whether you would have answered.

# %%
chosen = [*x_test[[0, 1, 7, 12, 23, 25, 40]], halfway]
titles = [read(picture) for picture in chosen]
title = "What each answer is worth"
plot.images(np.stack(chosen), titles=titles, columns=4, title=title)

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "06.quiz.calibrated",
    "A network says 70 % for each of 200 pictures, and 180 of its answers are right. "
    "What is it?",
    {
        "well calibrated": "Then about 140 would be right. It is right more often.",
        "overconfident": "It promised 140 right answers and gave more, not fewer.",
        "underconfident": "It is right in nine of ten and says seven of ten.",
    },
    right="underconfident",
)

# %%
quiz(
    "06.quiz.temperature",
    "What can a temperature above 1 change?",
    {
        "which class wins": "All scores of a picture are divided alike.",
        "how sure the answer is": (
            "It draws the probabilities together, and leaves their order alone."
        ),
        "the accuracy": "The winners are the same, so the accuracy is the same.",
    },
    right="how sure the answer is",
)

# %%
quiz(
    "06.quiz.promise",
    "Sets with a promise of 95 % were calibrated on shoes from one shop. For which "
    "pictures is the promise made?",
    {
        "any picture of a shoe": (
            "Another shop may photograph otherwise, and then nothing is promised."
        ),
        "pictures from the same source, on average": (
            "New pictures must be like those that set the limit, and some kinds of "
            "shoe may get less than their share."
        ),
        "each kind of shoe in that shop": "On average only: easy kinds make up for it.",
    },
    right="pictures from the same source, on average",
)

# %%
quiz(
    "06.quiz.test",
    "You open the test set, find 87.9 %, train five more epochs, find 88.3 %, and "
    "report that. What is wrong?",
    {
        "nothing": "The test pictures chose between two networks.",
        "the figure was chosen on the test set": (
            "It is the better of two tries, and so tends to be too high. Choose on "
            "validation pictures."
        ),
        "the interval is missing": (
            "True, and it would show that the two hardly differ. But no interval mends "
            "the choice."
        ),
    },
    right="the figure was chosen on the test set",
)

# %% [markdown]
# ## What this page leaves out
#
# Our overconfident network was made on purpose, by training too long: before that, its
# error was a fraction of what it became. "Modern networks are overconfident" describes
# [the networks of 2017](https://arxiv.org/abs/1706.04599), and depends on how they were
# trained; a later [comparison](https://arxiv.org/abs/2106.07998) found newer ones far
# better. Measure yours.
#
# The calibration error depends on the number of bins and looks only at the winning
# class. One temperature mends an error that all pictures share, and no other. The
# intervals here hold for one trained network; other weights and other training pictures
# would vary it again. And a warehouse differs from a benchmark in that its pictures
# change: new fashions, a new camera. Then every promise of this page has to be measured
# anew, which is what lesson 26 watches for.
#
# And how sealed was the seal? On this page it held. But the convnet's settings were
# found by its authors on this very benchmark, as everybody's are. When [new test
# sets](https://arxiv.org/abs/1902.10811) were made for two famous benchmarks, by the
# old recipe, every network lost accuracy, though the better ones stayed the better
# ones.
#
# In the lab you build the pieces, and let the network read a picture of your own.
