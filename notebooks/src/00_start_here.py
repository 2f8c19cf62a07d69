# %% [markdown]
# **How can a machine read a digit that nobody has described to it?**
#
# You read the numbers on an envelope without a thought, and yet it is surprisingly
# hard to write down *how*. On this page you solve that one problem in three ways: with
# a rule written by hand, with a model that learns one weight for each pixel, and with a
# small deep network. A network of this family was already reading several million bank
# cheques a day in 1998, says the
# [paper that describes it](http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf).
#
# When you leave, you will be able to
#
# - tell artificial intelligence, machine learning and deep learning apart, by an example
#   of each that you have run yourself,
# - say what a network has learned that a rule has not,
# - measure how fast your machine multiplies matrices, and say why that matters,
# - find your way around every other lesson.

# %% [markdown]
# Run a cell with <kbd>Shift</kbd>+<kbd>Enter</kbd>, from top to bottom. Four kinds of card
# will meet you on every page: one asks for your **guess** before the run can settle it,
# one says what this run **found**, one is there to be **moved** or drawn on, and at the end
# of the page one asks whether you can use it. `PROFILE` decides how much work the page does:
# *quick* suits a laptop with two cores.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %% [markdown]
# `layerwise` is the course's helper package. It draws the pictures, fetches the data and
# checks your answers. Everything that is worth learning stays here on the page.

# %%
import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)

# %% [markdown]
# ## The problem
#
# The card below tells what the data are, where they come from and under which licence.
# Every data set of the course shows one.

# %%
digits = data.load("digits", source="best" if PROFILE == "full" else "bundled")
digits

# %% [markdown]
# Somebody wrote each of these digits by hand, and somebody else noted which digit was
# meant. That note is called the *label*.

# %%
title = "Thirty training digits, each with its label"
plot.images(digits.x_train[:30], titles=digits.y_train[:30], columns=10, title=title)

# %% [markdown]
# To the machine a picture is a grid of 28 × 28 numbers, from 0 for paper to 255 for ink.
# That is all it gets: 784 numbers, and no idea of a stroke, a loop or a digit.

# %%
plot.pixels(digits.x_train[0], title="What the machine sees of the first digit")

# %% [markdown]
# One habit from the very beginning: the digits are *split*. Everything below is built
# with the training digits only. The test digits, written by other people, stay aside
# until a method is finished, because only unseen digits show whether it reads or has
# merely memorised.

# %%
x_train, x_test = digits.x_train / np.float32(255), digits.x_test / np.float32(255)
y_train, y_test = digits.y_train, digits.y_test
print(f"{len(x_train):,} digits to learn from, {len(x_test):,} to be tested on")

# %% [markdown]
# ## The first way: write a rule
#
# How would *you* describe the digits to somebody who has never seen any? One idea: count
# on holes. A 0 encloses a large one, a 6 has one low down, a 9 has one high up, an 8 has
# two whose common centre lies in the middle, and a 1 has none and is narrow. The
# function finds holes by flooding the paper from the edge: whatever stays dry is
# enclosed by ink.


# %%
def enclosed(pictures):
    """Mark the paper that ink cuts off from the edge, shape (n, 28, 28)."""
    paper = np.pad(pictures < 0.4, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    wet = np.zeros_like(paper)
    wet[:, 0] = True  # the flood begins in a frame of paper around the picture
    for _ in range(40):  # and spreads to the dry paper next to it
        for axis, shift in [(1, 1), (1, -1), (2, 1), (2, -1)]:
            wet |= np.roll(wet, shift, axis) & paper
    return (paper & ~wet)[:, 1:-1, 1:-1]


# %% [markdown]
# Does it do what it should? Look before you build on it: the ink is pale here, and
# what the flood left dry is dark.

# %%
marked = np.maximum(x_train[:10] * 0.35, enclosed(x_train[:10]))
title = "The holes that the flood leaves dry, in dark"
plot.images(marked, titles=y_train[:10], columns=10, title=title)

# %% [markdown]
# Four measurements of a picture are enough for a rule: the size of the hole, the row of
# its centre (counted from the top), the width of the ink, and how much of the ink lies in
# the upper half.


# %%
def measure(pictures):
    """Return hole size, hole row, ink width and upper share, each of shape (n,)."""
    hole, ink = enclosed(pictures), pictures > 0.4
    size = hole.sum(axis=(1, 2))
    row = (hole.sum(axis=2) * np.arange(28)).sum(axis=1) / np.maximum(size, 1)
    columns = ink.any(axis=1)
    width = 28 - columns.argmax(axis=1) - columns[:, ::-1].argmax(axis=1)
    upper = ink[:, :14].sum(axis=(1, 2)) / np.maximum(ink.sum(axis=(1, 2)), 1)
    return size, row, width, upper


# %% [markdown]
# And here is the rule. The numbers in it were chosen by looking at training digits, which
# took a while and could go on for weeks.


# %%
def rule(pictures):
    """Name the digit in each picture by its hole and its outline, shape (n,)."""
    size, row, width, upper = measure(pictures)
    with_hole = np.where(size >= 25, 0, 8)
    with_hole = np.where(row > 15.5, 6, with_hole)
    with_hole = np.where(row < 12, 9, with_hole)
    without = np.where(upper > 0.54, 7, np.where(upper < 0.42, 2, 3))
    without = np.where(width <= 8, 1, without)
    return np.where(size >= 3, with_hole, without)


# %% [markdown]
# Before you run on, commit yourself. A guess that you have made is worth more than a
# number that you have read, even when it turns out wrong: people remember answers better
# after trying to guess them
# ([Kornell, Hays and Bjork, 2009](https://doi.org/10.1037/a0015729)).

# %%
predict(
    "00.rule",
    "How many of the unseen digits will this rule read correctly?",
    ["about one in ten, no better than guessing", "about half", "nearly all"],
)

# %% [markdown]
# Now the test digits have their turn, which nobody has looked at so far:

# %%
rule_accuracy = np.mean(rule(x_test) == y_test)
told = "The rule reads {:.1%} of the test digits."
found("rule_accuracy", rule_accuracy, told, predicted="00.rule")

# %% [markdown]
# It is better than chance, which would be one in ten, and far from useful. Notice *where*
# the trouble lies. The rule never says 4 or 5, since nobody thought of a measurement that
# tells them apart. And people do not write as the rule expects: some leave a 0 open, some
# curl a 2 until it has a loop. Each repair needs another measurement and another threshold.

# %% [markdown]
# ## The second way: learn one weight for each pixel
#
# Now let the data choose the numbers. Give every pixel a *weight* for every digit. To
# score a picture as a 3, multiply each pixel by its weight for 3 and add everything up;
# the highest of the ten scores wins. Nobody sets these 7,840 weights, nor the ten *biases*,
# one number added to each digit's score: *training* starts the weights at random and the
# biases at zero, looks at labelled examples, and nudges them all so that the right answer
# becomes more probable. This model is called **logistic regression**.

# %%
linear = keras.Sequential()
linear.add(keras.Input((28, 28)))
linear.add(keras.layers.Flatten())
linear.add(keras.layers.Dense(10, activation="softmax"))

# %% [markdown]
# `softmax` turns the ten scores into ten probabilities. How training finds good weights
# is the subject of lessons 04 and 05; today it is one line. (`adam` is the recipe for the
# nudges, `sparse_categorical_crossentropy` is what they reduce, and an *epoch* is one pass
# through all training digits.)

# %%
EPOCHS = {"smoke": 1, "quick": 8, "full": 8}[PROFILE]
linear.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = linear.fit(x_train, y_train, batch_size=64, epochs=EPOCHS, verbose=0)

# %% [markdown]
# It never heard of holes or strokes, and has no way to notice either: a weighted sum
# cannot ask whether two pixels are dark *together*. So what would you bet?

# %%
predict(
    "00.linear",
    "It has seen examples, but only adds up weighted pixels. How well does it read?",
    [
        "worse than the rule",
        "about three in four",
        "about nine in ten",
        "all but a few",
    ],
)

# %% [markdown]
# `evaluate` gives the loss and the *accuracy*, the share of digits that are read
# correctly. The same unseen digits as before:

# %%
linear_accuracy = linear.evaluate(x_test, y_test, verbose=0)[1]
told = "Logistic regression reads {:.1%} of the test digits."
found("linear_accuracy", linear_accuracy, told, predicted="00.linear")

# %% [markdown]
# We can look at what it has learned, since its weights are themselves pictures. Where a
# template is orange, ink speaks *for* that digit; where it is blue, ink speaks against it.

# %%
weights = np.moveaxis(linear.get_weights()[0].reshape(28, 28, 10), -1, 0)
title = "The ten templates that logistic regression has learned"
plot.images(weights, titles=range(10), columns=5, title=title)

# %% [markdown]
# The 0 is the clearest: its template punishes ink in the middle. The speckle at the edge
# is where no training digit has ink: those weights have stayed at their random start. But
# one template must serve every way of writing a digit, wherever on the page it stands.
# That is the limit of this model, and the reason for the next one.

# %% [markdown]
# ## The third way: learn the features too
#
# A **deep network** does not judge the pixels directly. Its first layer looks for small
# patterns, the next one combines these into larger ones, and only the last layer decides.
# The layers called `Conv2D` slide small filters over the picture; `MaxPooling2D` keeps
# the strongest response in each 2 × 2 square. Lesson 08 opens both.

# %%
convnet = keras.Sequential([keras.Input((28, 28, 1))])
for filters in (16, 32):
    convnet.add(keras.layers.Conv2D(filters, kernel_size=3, activation="relu"))
    convnet.add(keras.layers.MaxPooling2D())
convnet.add(keras.layers.Flatten())
convnet.add(keras.layers.Dense(10, activation="softmax"))

# %% [markdown]
# A fair question before any praise: is it better because it is larger?

# %%
print(f"{linear.count_params():,} numbers to learn in the linear model")
print(f"{convnet.count_params():,} numbers to learn in the deep one")

# %% [markdown]
# Not twice as many, and they are used differently: the filters, 4,800 of these numbers,
# are applied everywhere on the picture.

# %%
predict(
    "00.convnet",
    "Of the digits that the linear model gets wrong, how many will the network get "
    "right?",
    ["hardly any", "about a third", "more than half"],
)

# %% [markdown]
# Training works as before. The curve grows while it runs, and you may stop at any time:
# the network keeps what it has learned so far. (`[..., None]` gives each picture a last
# axis of length 1. It is the picture's one channel, grey; a photo would have three.)

# %%
adam, loss = keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy"
convnet.compile(adam, loss, metrics=["accuracy"])
settings = {"epochs": {"smoke": 1, "quick": 9, "full": 6}[PROFILE], "batch_size": 64}
settings["callbacks"] = [train.LiveCurves(), train.StopButton()]
history = convnet.fit(x_train[..., None], y_train, verbose=0, **settings)

# %% [markdown]
# The same test for the third time:

# %%
convnet_accuracy = convnet.evaluate(x_test[..., None], y_test, verbose=0)[1]
told = "The small deep network reads {:.1%} of the test digits."
found("convnet_accuracy", convnet_accuracy, told)

# %% [markdown]
# An accuracy says how many, not which. So keep what each of the three answers, and ask
# the network about those digits only that the linear model got wrong:

# %%
answers = {
    "rule": rule(x_test),
    "linear": linear.predict(x_test, verbose=0).argmax(axis=1),
    "convnet": convnet.predict(x_test[..., None], verbose=0).argmax(axis=1),
}
missed = answers["linear"] != y_test
rescued = np.mean(answers["convnet"][missed] == y_test[missed])
told = "It gets {:.0%} of the linear model's mistakes right."
found("rescued", rescued, told, predicted="00.convnet")

# %% [markdown]
# ## Three answers to one question
#
# The whiskers are 95 % intervals by
# [Wilson's formula](https://doi.org/10.1080/01621459.1927.10502953): how precisely these
# test digits show the accuracy that each method has on digits like them. The formula takes
# the digits as independent, which is not quite true of digits by one writer.


# %%
def wilson(accuracy, count, z=1.96):
    """Return the 95 % interval of a share observed over `count` trials."""
    middle = (accuracy + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * np.sqrt(accuracy * (1 - accuracy) / count + (z / (2 * count)) ** 2)
    return middle - half / (1 + z**2 / count), middle + half / (1 + z**2 / count)


# %% [markdown]
# Compare the gaps between the bars with the width of the whiskers. Where a gap is many
# whiskers wide, other test digits of the same kind would hardly turn the order round.

# %%
WAYS = ["written rule", "one weight a pixel", "small deep network"]
accuracies = np.array([rule_accuracy, linear_accuracy, convnet_accuracy])
low, high = wilson(accuracies, len(y_test))
looks = {"x_title": "share of test digits read correctly", "number": ".1%"}
title = "The share of unseen digits that each of the three ways reads"
plot.bars(WAYS, accuracies, low=low, high=high, **looks, title=title)

# %% [markdown]
# The network learns its features, but not from nothing: we did prescribe that its filters
# are small and the same everywhere. Lesson 02 drops that prescription, and reads fewer.
#
# Look at some digits that only the deep network reads. Would you have got them all?

# %%
only = (answers["convnet"] == y_test) & missed & (answers["rule"] != y_test)
chosen = np.flatnonzero(only)[:20]
title = "Read by the deep network alone, with the true label"
plot.images(x_test[chosen], titles=y_test[chosen], columns=10, title=title)

# %% [markdown]
# ## Draw your own
#
# Each of the three now answers with ten probabilities. Here they are for the first test
# digit, side by side.

# %%
array = keras.ops.convert_to_numpy
answerers = {
    "rule": lambda picture: np.eye(10)[rule(picture[None])[0]],
    "linear": lambda picture: array(linear(picture[None]))[0],
    "convnet": lambda picture: array(convnet(picture[None, ..., None]))[0],
}

# %% [markdown]
# A rule knows no doubt: it puts everything on one digit. The two that have learned share
# their belief out.

# %%
opinions = {name: answer(x_test[0]) for name, answer in answerers.items()}
title = "Three opinions about the first test digit"
plot.probabilities(opinions, labels=range(10), title=title)

# %% [markdown]
# Draw a digit with the mouse or a finger and watch the three make up their minds while
# you draw. Look for the moment when the linear model still wavers and the network does not.
# Then try to fool it: draw a digit very small, in a corner, or slanted.

# %%
pad = explore.drawing_pad(answerers)
pad

# %% [markdown]
# Did it misread you? These digits were written by employees of the American Census Bureau
# and by school students ([MNIST](http://yann.lecun.com/exdb/mnist/)); yours comes from a
# mouse or a finger. The pad centres and scales your drawing as the makers of the data
# did, but a model knows only what its examples show. Draw a letter: it still answers with
# a digit, and often a confident one.

# %% [markdown]
# ## The words for what you have just done
#
# The three ways belong to three fields, and each field lies inside the one before.

# %%
plot.nested(
    ["artificial intelligence", "machine learning", "deep learning"],
    examples=["the written rule", "logistic regression", "the small deep network"],
    title="Each field lies inside the one before",
)

# %% [markdown]
# | field | who chooses the numbers | who chooses the features | here |
# |---|---|---|---|
# | **Artificial intelligence**: machines doing what seems to need intelligence | people, or data | people, or data | all three |
# | **Machine learning**: the part in which behaviour is learned from examples | data | usually people | the last two |
# | **Deep learning**: the part in which many layers learn the features as well | data | data | the last one |
#
# (The last row follows the field's own
# [review of itself](https://doi.org/10.1038/nature14539).)
#
# *Is deep learning the same as neural networks?* Nearly. It means neural networks with
# several layers between input and output, and nobody has settled how many are "deep". A
# [survey of the field](https://arxiv.org/abs/1404.7828) asked experts and reports no
# conclusive answer. Logistic regression is a network with no hidden layer: a network, but
# not a deep one.
#
# *Is ChatGPT deep learning?* Yes. Its models are Transformers, a kind of deep network.
# OpenAI's [report on GPT-4](https://arxiv.org/abs/2303.08774) says that it was trained to
# predict the next piece of text, then tuned with people's ratings, and keeps nearly all
# else about its architecture to itself. Lesson 12 builds a small Transformer.

# %% [markdown]
# ## Why everybody wants a GPU
#
# Nearly all the work in a network is one operation, the product of two matrices. For two
# matrices of 1,024 × 1,024 it takes 1,024³ multiplications and nearly as many additions. The
# million entries of the result do not depend on each other, so they can be computed side
# by side.

# %%
predict(
    "00.cores",
    "Operation for operation, how much faster is NumPy on one core than a Python loop?",
    [
        "about the same",
        "about ten times",
        "about a hundred times",
        "over a thousand times",
    ],
)

# %% [markdown]
# A stopwatch is fooled by whatever else the machine does meanwhile. That can only make a
# product slower, so the best of some runs comes nearest to the truth.

# %%
from time import perf_counter


def speed(product, size, repeats=5):
    """Return billions of operations a second, the best of some runs."""
    seconds = []
    for _ in range(repeats):
        start = perf_counter()
        product()
        seconds.append(perf_counter() - start)
    return 2 * size**3 / min(seconds) / 1e9


# %% [markdown]
# First a plain loop, which multiplies one pair of numbers after another. It gets a small
# matrix, since it would need minutes for the large one.

# %%
size = 96
rows = np.random.default_rng(0).normal(size=(size, size)).tolist()


def product():
    columns = list(zip(*rows))
    return [
        [sum(a * b for a, b in zip(row, column)) for column in columns] for row in rows
    ]


speeds = {"plain Python": speed(product, size)}

# %% [markdown]
# Then NumPy, which hands the work to a library that uses the processor's wide registers:
# first held to one core, then with all of them.

# %%
from threadpoolctl import threadpool_limits

size = 1024
matrix = np.random.default_rng(0).normal(size=(size, size)).astype("float32")
with threadpool_limits(1):
    speeds["one core"] = speed(lambda: matrix @ matrix, size)
speeds[f"all {os.cpu_count()} cores"] = speed(lambda: matrix @ matrix, size)

# %% [markdown]
# Last, Keras, which uses a GPU if the machine has one. Converting the result back to NumPy
# makes sure that it has really arrived before the clock stops.

# %%
tensor = keras.ops.convert_to_tensor(matrix)
device = str(tensor.device).lower()
on_gpu = "gpu" in device or "cuda" in device
if on_gpu:  # a larger product, since a small one is over before the GPU has warmed up
    size = 8192
    tensor = keras.ops.tile(tensor, (8, 8))


def keras_product():
    return keras.ops.convert_to_numpy(keras.ops.sum(keras.ops.matmul(tensor, tensor)))


name = "Keras on the GPU" if on_gpu else "Keras, no GPU here"
speeds[name] = speed(keras_product, size)

# %% [markdown]
# The answer to your guess, and the best that this machine did:

# %%
ratio = speeds["one core"] / speeds["plain Python"]
told = "One core is {:,.0f} times as fast as the plain loop."
found("core_speedup", ratio, told, predicted="00.cores")
told = "This machine does {:,.0f} billion operations a second."
found("gigaflops", max(speeds.values()), told)

# %% [markdown]
# All of them in one picture. Each line of the axis is ten times the one before; on an
# axis with equal steps the first bar could not be seen.

# %%
axis = {"x_title": "billion operations a second", "log": True}
title = "Multiplying matrices: operations a second, by who does the work"
plot.bars(list(speeds), list(speeds.values()), **axis, title=title)

# %% [markdown]
# Two gains make up the step from Python to NumPy. For every single product plain Python
# looks up what kind of numbers it has and makes a new one; a compiled loop does not. And
# the library multiplies several numbers with one instruction, keeps close by what it will
# need again, and uses numbers of half the length. The step from one core to more is of
# another kind: doing things side by side.
#
# A graphics processor carries that further: hundreds to thousands of small cores, each
# doing the same sum on other numbers. AlexNet, the network that set off the present wave
# in 2012, was trained on two of them in five to six days
# ([its paper](https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks),
# introduction). Lesson 03 meets it. Every lesson of this course also runs without a GPU.

# %% [markdown]
# ## Is this machine ready?
#
# The course's own check-up says so line by line, and tells you what to do about anything
# that is not well. You can run `layerwise doctor` in a terminal too.

# %%
import sys

# !{sys.executable} -m layerwise doctor --quick

# %% [markdown]
# ## The way ahead
#
# Six benefits are usually claimed for deep learning. This course does not ask you to
# believe them; each is measured in a lesson, and some hold only under conditions.
#
# | the claim | where it is put to the test |
# |---|---|
# | it learns features by itself | 03 hidden layers, 07 machine learning and deep learning |
# | it works on raw pictures, sound and text | 01 input data, 17 speech |
# | it keeps improving with more data | 07 machine learning and deep learning, 21 language models |
# | what it has learned can be reused | 09 transfer learning |
# | one method serves many problems | 12 transformers, 23 multimodal models |
# | it scales on parallel hardware | this lesson, 24 training at scale |
#
# The lessons come in five parts: *start*, *how deep learning works* (01 to 07),
# *architectures* (08 to 14), *use cases* (15 to 20) and *modern systems* (21 to 28). The
# table in the course's `README.md` shows which of them are finished.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "00.quiz.rings",
    "A spam filter scores new mail by how often each of its words stood in past spam. "
    "What is it?",
    {
        "AI, but not machine learning": "It does learn: its counts come from examples.",
        "Machine learning, but not deep learning": (
            "The numbers come from data, but people chose the feature: counts of words."
        ),
        "Deep learning": (
            "No layer here learns features. Counting words was a human choice."
        ),
    },
    right="Machine learning, but not deep learning",
)

# %%
quiz(
    "00.quiz.split",
    "Why were the rule's thresholds chosen on training digits, not on test digits?",
    {
        "Test digits are harder to read": (
            "They were not chosen for difficulty; that is not the reason."
        ),
        "Otherwise the score would flatter the rule": (
            "Fitted to the test digits, even by hand, it would no longer be tested on "
            "anything unseen."
        ),
        "There are too few test digits": (
            "There are thousands; their number is not the problem."
        ),
    },
    right="Otherwise the score would flatter the rule",
)

# %%
quiz(
    "00.quiz.templates",
    "Shift every test digit three pixels to the right. Which way of reading suffers "
    "most?",
    {
        "The written rule": "Holes and widths do not care where the digit stands.",
        "Logistic regression": (
            "Its templates are nailed to their pixels. The experiment below shows it."
        ),
        "The small deep network": (
            "It slides the same filters everywhere, which softens the blow."
        ),
    },
    right="Logistic regression",
)

# %% [markdown]
# The last question deserves an experiment.

# %%
shifted = np.roll(x_test, 3, axis=2)
after = [
    np.mean(rule(shifted) == y_test),
    linear.evaluate(shifted, y_test, verbose=0)[1],
    convnet.evaluate(shifted[..., None], y_test, verbose=0)[1],
]
drop = accuracies - after

# %% [markdown]
# What each of the three has lost. Is the order the one that you expected?

# %%
looks["x_title"] = "share of test digits lost by a shift of three pixels"
plot.bars(WAYS, drop, **looks, title="Templates are nailed to their pixels")

# %% [markdown]
# A small network is not immune either: its filters go everywhere, but its last layer
# still has a weight for every place.

# %%
told = "The shift costs logistic regression {:.1%} of the digits."
found("linear_drop", drop[1], told)
found("convnet_drop", drop[2], "It costs the deep network {:.1%}.")
assert drop[1] > drop[2] > drop[0], "a shift should hurt templates most, the rule least"

# %% [markdown]
# ## Where you are, and what comes back
#
# Your guesses and answers are kept on this machine, for you alone. The next cell shows
# them on a map of the course, with the exercises of the labs; it works in any notebook.
# Look at which lessons build on which, and at what is due.
#
# Some days after you had something right, it is due again, and for a reason: students who
# tested themselves recalled more of a text a week later than students who read it once
# more ([Roediger and Karpicke, 2006](https://doi.org/10.1111/j.1467-9280.2006.01693.x)).
# `from layerwise.check import review`, then `review()` asks again: questions with their
# answers in another order, exercises on fresh numbers.

# %%
explore.progress()

# %% [markdown]
# ## What this page leaves out
#
# Reading one centred digit is the easy part of reading a cheque: finding the amount,
# separating touching digits and knowing when to ask a person took the rest of that 1998
# paper. And a good score on these 10,000 digits says little about digits from elsewhere,
# as your own drawings may have shown. How a network finds its weights, what its layers
# see and when it can be trusted is what the following lessons are about.
