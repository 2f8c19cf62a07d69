# %% [markdown]
# **How can multiplying and adding read a digit?**
#
# In lesson 00 a small network read handwriting far better than the rule we wrote by hand.
# Here you take a network apart until nothing is left but sums, and put it together again. The network you end with is that of TensorFlow's
# [quickstart for beginners](https://www.tensorflow.org/tutorials/quickstart/beginner),
# the first one that many people ever train.
#
# When you leave, you will be able to
#
# - compute a neuron, a layer and a whole network by hand,
# - say why there must be an activation between two layers,
# - count the parameters of a network before you build it,
# - train a digit reader, judge it on unseen digits and look at its mistakes,
# - say what is borrowed from the brain and what is not.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)

# %% [markdown]
# ## One neuron
#
# A neuron takes some numbers, the *inputs*. It multiplies each by a *weight*, adds the
# products and one more number, the *bias*, and passes the sum through a simple function,
# the *activation*. That is all there is to it:
#
# $$\text{output} = f(w_1 x_1 + w_2 x_2 + \dots + b)$$


# %%
def relu(total):
    """Keep what is positive, replace the rest by zero."""
    return np.maximum(total, 0.0)


def neuron(inputs, weights, bias):
    """Return the output of one neuron with two inputs."""
    total = weights[0] * inputs[0] + weights[1] * inputs[1] + bias
    return relu(total)


# %% [markdown]
# Should you take an umbrella? Let the first input say how cloudy it is, from 0 to 1, and
# the second how far the barometer has risen. Clouds speak for the umbrella, rising
# pressure against it, and the bias says how cautious you are.

# %%
umbrella = neuron(inputs=[0.9, 0.2], weights=[1.5, -1.0], bias=-0.4)
print(f"1.5 · 0.9 - 1.0 · 0.2 - 0.4 = {umbrella:.2f}")

# %% [markdown]
# Above zero speaks for the umbrella, and more the larger it is. The activation decides
# what becomes of the sum: `relu` lets positive sums through and silences negative ones;
# `sigmoid` and `tanh` squash it into a fixed range; the old
# `step` only says yes or no.

# %%
plot.activation(
    ["step", "relu", "sigmoid", "tanh"], title="Four activations of the same sum"
)

# %% [markdown]
# With two inputs, every example is a point on a plane, and we can colour the plane by what
# the neuron answers. Unless both weights are zero, there is a straight line on which the
# sum is zero. The weights are an arrow across that line, pointing to where the sum grows.

# %%
plot.neuron(weights=[1.5, -1.0], bias=-0.4, activation="relu", inputs=[0.9, 0.2])

# %% [markdown]
# Now move it yourself. Watch what the bias does to the line, and what the weights do that
# the bias cannot.

# %%
explore.neuron(w1=1.5, w2=-1.0, bias=-0.4, activation="relu", x1=0.9, x2=0.2)

# %% [markdown]
# The bias shifts the line without turning it; the weights turn it. So one neuron divides
# the plane by one straight line, with any of these four activations. How far does that
# get us?

# %%
predict(
    "02.xor",
    "AND, OR and XOR each take two inputs, 0 or 1. Which of them can a single "
    "neuron compute?",
    ["all three", "AND and OR, but not XOR", "only AND"],
)

# %% [markdown]
# Rather than argue, we try very many neurons: every weight and bias from -2 to 2 in steps
# of a quarter. One row of `outputs` for each of the four inputs, one column a neuron:

# %%
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
wanted = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
steps = np.arange(-2, 2.25, 0.25)
many = np.array(np.meshgrid(steps, steps, steps)).reshape(3, -1)
outputs = corners @ many[:2] + many[2] > 0

# %% [markdown]
# Of all these neurons, take the best for each task. On how many of the four inputs is it
# right?

# %%
best = {}
for name, target in wanted.items():
    right = (outputs == np.array(target)[:, None]).mean(axis=0)
    best[name] = right.max()
    told = f"best of {right.size:,} neurons: {best[name]:.0%} of the four inputs"
    print(f"{name:4} {told}")

# %% [markdown]
# So your guess can be settled:

# %%
told = "On XOR the best of them gets {:.0%} of the inputs right."
found("xor_single_neuron", best["XOR"], told, predicted="02.xor")

# %% [markdown]
# A finer grid would not help. Suppose a neuron did it. Then (1, 0) needs $w_1 + b > 0$ and
# (0, 1) needs $w_2 + b > 0$, so together $w_1 + w_2 + 2b > 0$. But (0, 0) needs $b \le 0$ and
# (1, 1) needs $w_1 + w_2 + b \le 0$, so the same sum would be at most 0. Minsky and Papert
# made this limit famous in *Perceptrons*
# ([1969](https://mitpress.mit.edu/9780262630221/perceptrons/)). The way out is more than
# one neuron.

# %% [markdown]
# ## A layer is a matrix product
#
# A *layer* is a number of neurons that look at the same inputs, each with weights of its
# own. Write the weights of each neuron as a column of a matrix. Then one matrix product
# computes all neurons at once, and for a whole *batch* of examples too:
#
# `(batch, inputs) @ (inputs, units) + (units,)` gives `(batch, units)`

# %%
rng = np.random.default_rng(0)
batch = rng.normal(size=(3, 2))
weights = rng.normal(size=(2, 4))
bias = rng.normal(size=4)
layer = relu(batch @ weights + bias)
layer.shape

# %% [markdown]
# The same, neuron by neuron, with the function from above. If the two agree, you
# understand what `@` does.

# %%
by_hand = [
    [neuron(example, weights[:, unit], bias[unit]) for unit in range(4)]
    for example in batch
]
assert np.allclose(layer, by_hand)

# %% [markdown]
# ## Two layers make a network
#
# What one neuron cannot do, three can. Two *hidden* neurons both add their inputs; the
# second subtracts 1 first, so that it speaks up only when both inputs are 1. The *output*
# has no activation: it takes the first and subtracts the second twice. (The weights are
# those of chapter 6.1 of [Goodfellow, Bengio and Courville](https://www.deeplearningbook.org/contents/mlp.html).)

# %%
hidden = relu(corners @ np.array([[1, 1], [1, 1]]) + np.array([0, -1]))
xor = hidden @ np.array([1, -2])
assert xor.tolist() == wanted["XOR"]
print(hidden, xor, sep="\n")

# %% [markdown]
# Look at the second and third rows: in the hidden layer the inputs (0, 1) and (1, 0) have
# become the *same* point. The network has moved the data so that a straight
# line is enough. That is what hidden layers are for: not to decide, but to move the data
# to where deciding is easy.

# %%
predict(
    "02.linear",
    "Leave out the relu. What can the two layers still compute together?",
    [
        "as much as with it",
        "less than with it, but more than one layer",
        "exactly what one layer can",
    ],
)

# %% [markdown]
# Leave it out, and try to find *one* layer that does the same as both, biases included.

# %%
first, first_bias = rng.normal(size=(2, 5)), rng.normal(size=5)
second, second_bias = rng.normal(size=(5, 1)), rng.normal(size=1)
two_layers = (batch @ first + first_bias) @ second + second_bias
one_layer = batch @ (first @ second) + (first_bias @ second + second_bias)

# %% [markdown]
# The new layer's weights are a product of the old ones, and its bias is what the second
# layer makes of the first one's. Do the two ways agree on every example?

# %%
apart = np.abs(two_layers - one_layer).max()
told = "Two layers without relu differ from a single one by {:.0e}."
found("layers_worth_one", apart, told, predicted="02.linear")
assert np.allclose(two_layers, one_layer)

# %% [markdown]
# The difference is rounding. The product of two matrices is a matrix, so without an
# activation any number of layers can compute no more than one. The kink of `relu` is
# small, but without it depth adds nothing to what a network can compute.

# %% [markdown]
# ## A network that learns
#
# Nobody chooses weights by hand for more than a toy. In the playground the network finds
# them by *training*: it predicts, measures how wrong it is (the *loss*), and changes every
# weight a little in the direction that makes the loss smaller. Lessons 04 and 05 write
# that step; here you watch it. The network has two inputs, the coordinates of a point, and
# one output, how surely the point is orange.

# %%
title = "Two inputs, two hidden layers of four units, one output"
plot.network([2, 4, 4, 1], title=title)

# %% [markdown]
# Press *Train* and watch the boundary bend. Then try this: take away all hidden layers.
# Choose *spirals* and find the smallest network that follows them. Raise the learning
# rate until training breaks.

# %%
explore.playground(layers=2, units=4)

# %% [markdown]
# Without a hidden layer the boundary stays straight, as with the single neuron. Each
# hidden unit lets it bend once more; with `relu` you can see the kinks. And when the
# learning rate is too large, the loss jumps about: lesson 05 predicts at which learning
# rate that begins.

# %% [markdown]
# ## The same network in Keras
#
# Now digits. A picture of 28 × 28 pixels is flattened into 784 inputs; 128 hidden units
# follow; ten outputs say how probable each digit is. How many parameters will that be?
# Each unit has one weight for each input and one bias.

# %%
sizes = [784, 128, 10]
counts = [(inputs + 1) * units for inputs, units in zip(sizes, sizes[1:])]
print(" + ".join(f"{count:,}" for count in counts), "=", f"{sum(counts):,}")

# %% [markdown]
# Make a habit of it: count the parameters before you build a network, and let the
# network confirm the count. Most wrong shapes come to light there.

# %%
mlp = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
mlp.add(keras.layers.Dense(128, activation="relu"))
mlp.add(keras.layers.Dropout(0.2))
mlp.add(keras.layers.Dense(10, activation="softmax"))
assert mlp.count_params() == sum(counts)

# %% [markdown]
# Drawn in full it would be a wall of lines, so the figure shows a few units of each layer:

# %%
title = "Nearly all parameters stand between the pixels and the hidden layer"
plot.network(sizes, title=title)

# %% [markdown]
# `Dropout` has no parameters: while training, it silences a random fifth of the hidden
# units, which lesson 04 explains; while predicting, it does nothing. `Dense` is the layer
# you have just written, and to prove it we take its weights out and compute the forward
# pass by hand. One function is missing: the *softmax*, which turns ten scores into ten
# probabilities that add up to 1.


# %%
def softmax(scores):
    """Turn scores into probabilities, row by row, shape (batch, classes)."""
    # Subtracting the largest score changes nothing, but keeps exp from overflowing.
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


# %% [markdown]
# The digits are those of lesson 00, their pixels brought down from 0 to 255 to 0 to 1. A
# score adds up many inputs. Large inputs would make large scores, and a softmax that is
# sure of everything before it has learned anything.

# %%
digits = data.load("digits", source="best" if PROFILE == "full" else "bundled")
x_train, x_test = digits.x_train / np.float32(255), digits.x_test / np.float32(255)
y_train, y_test = digits.y_train, digits.y_test
digits

# %% [markdown]
# And now the whole network by hand, for a batch of a hundred digits. `get_weights` gives
# the arrays in the order of the layers, the weights of each before its bias.

# %%
hidden_weights, hidden_bias, output_weights, output_bias = mlp.get_weights()
inputs = x_test[:100].reshape(100, 784)
hidden = relu(inputs @ hidden_weights + hidden_bias)
probabilities = softmax(hidden @ output_weights + output_bias)

# %% [markdown]
# If a single one of a thousand probabilities were off, this would show it:

# %%
difference = np.abs(probabilities - mlp.predict(x_test[:100], verbose=0)).max()
assert difference < 1e-5
print(f"largest difference from Keras: {difference:.1e}")

# %% [markdown]
# Two matrix products, two additions, one `relu`, one `softmax`: that is the whole
# network. What it does not know yet is *which* weights to use.

# %%
predict(
    "02.untrained",
    "These weights are random. How many of the test digits does the network read now?",
    ["none at all", "about one in ten", "about half"],
)

# %% [markdown]
# Its answer is the digit with the highest probability:

# %%
untrained = np.mean(mlp.predict(x_test, verbose=0).argmax(axis=1) == y_test)
told = "Untrained, it reads {:.1%}."
found("untrained_accuracy", untrained, told, predicted="02.untrained")

# %% [markdown]
# ## Training it
#
# The *loss* says how wrong the network is. For a digit whose true class got probability
# $p$ it is $-\log p$: nothing when $p = 1$, and the larger the smaller $p$ is, averaged over
# the digits of a step. This loss is called *cross-entropy*; Keras says
# `sparse_categorical_crossentropy` where the labels are whole numbers. `adam` is the recipe
# by which the weights are changed, and `epochs` says how often training goes through all
# the digits. The quickstart takes 32 digits a step for five epochs. We take larger steps
# (a larger batch and twice the learning rate) and more epochs, which saves most of the
# waiting.

# %%
adam, loss = keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy"
mlp.compile(adam, loss, metrics=["accuracy"])

# %% [markdown]
# A tenth of the training digits are set aside as *validation* digits. They are not
# trained on, so that the curve shows how well the network reads what it has not seen.

# %%
settings = {"batch_size": 256 if PROFILE == "full" else 128, "verbose": 0}
settings["epochs"] = {"smoke": 1, "quick": 12, "full": 10}[PROFILE]
settings["callbacks"] = [train.LiveCurves(), train.StopButton()]
history = mlp.fit(x_train, y_train, validation_split=0.1, **settings)

# %% [markdown]
# The training curve runs away from the validation curve: the network gets better at the
# digits it has seen faster than at those it has not. Lesson 04 is about that gap. Now,
# once, the test digits.

# %%
test_accuracy = mlp.evaluate(x_test, y_test, verbose=0)[1]
found("test_accuracy", test_accuracy, "The network reads {:.1%} of the unseen digits.")
found("training_digits", 0.9 * len(x_train), "It learned from {:,.0f} digits.")

# %% [markdown]
# The [quickstart](https://www.tensorflow.org/tutorials/quickstart/beginner) ends at about
# 98 % with all 60,000 training digits. The quick profile learns from a sixth of those and
# takes fewer steps; run this page in the full profile to see what the rest is worth.

# %% [markdown]
# ## Its mistakes
#
# An accuracy is one number; the mistakes say more. Each row below is a true digit, each
# column an answer.

# %%
answers = mlp.predict(x_test, verbose=0)
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (y_test, answers.argmax(axis=1)), 1)
plot.confusion(confusion, labels=range(10), title="Which digits are taken for which")

# %% [markdown]
# The mistakes themselves, those first of which the network was surest.

# %%
wrong = np.flatnonzero(answers.argmax(axis=1) != y_test)
surest = wrong[np.argsort(-answers[wrong].max(axis=1))[:20]]
pairs = zip(y_test[surest], answers[surest].argmax(axis=1))
names = [f"{true} as {given}" for true, given in pairs]
title = "The mistakes it is surest of: true digit, and what it was taken for"
plot.images(x_test[surest], titles=names, columns=10, title=title)

# %% [markdown]
# Some of these you would have got wrong too. Others are plain to you, and still the
# network is almost certain. A probability from a softmax is not a promise; lesson 06
# teaches how to measure and mend that.

# %%
confidence = answers[wrong].max(axis=1)
told = "In {:.0%} of its mistakes it was over 90 % sure."
found("sure_and_wrong", np.mean(confidence > 0.9), told)

# %% [markdown]
# ## Wide or deep?
#
# You have some 50,000 parameters. Nearly all of them join the 784 inputs to the first
# hidden layer, so two more hidden layers cost little: the first one narrows from 64 units
# to 56. Is that a good trade? Both networks get the same budget, the same data and the
# same training, and several random starts each, since a single run proves little.

# %%
shapes = {"wide: 64": [64], "deep: 56, 56, 56": [56, 56, 56]}


def reader(hidden_units):
    """Return a compiled digit reader with the given hidden layers."""
    network = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
    for units in hidden_units:
        network.add(keras.layers.Dense(units, activation="relu"))
    network.add(keras.layers.Dense(10, activation="softmax"))
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


# %% [markdown]
# Before training anything, make sure that the budgets really agree.

# %%
for name, hidden_units in shapes.items():
    print(f"{name:18} {reader(hidden_units).count_params():,} parameters")

# %% [markdown]
# A few parameters apart, which cannot decide anything. Place your bet:

# %%
predict(
    "02.depth",
    "Equal parameters, equal training: which one reads more of the unseen digits?",
    [
        "the wide one, by more than one point",
        "less than one point between them",
        "the deep one, by more than one point",
    ],
)

# %% [markdown]
# Each shape from several starts: this is the longest cell of the page.

# %%
RUNS, EPOCHS = {"smoke": (2, 1), "quick": (5, 10), "full": (10, 15)}[PROFILE]
learn, scores = (x_train[:10_000], y_train[:10_000]), {name: [] for name in shapes}
for seed in range(RUNS):
    for name, hidden_units in shapes.items():
        keras.utils.set_random_seed(seed)
        network = reader(hidden_units)
        network.fit(*learn, batch_size=125, epochs=EPOCHS, verbose=0)
        tested = network.evaluate(x_test, y_test, batch_size=500, verbose=0)
        scores[name].append(tested[1])

# %% [markdown]
# The seed makes a run repeatable, but networks of different shapes get different weights
# from it, so the runs are not pairs: we compare the two groups. The 95 % interval, after
# [Welch (1947)](https://doi.org/10.1093/biomet/34.1-2.28), says how well the mean
# difference over random starts is known, for this training set and this test set. If it
# contains zero, these runs have not shown which is better.

# %%
wide, deep = (np.array(values) for values in scores.values())
gain = deep.mean() - wide.mean()
student = {2: 4.30, 5: 2.31, 10: 2.10}[RUNS]  # for 2 (RUNS - 1) degrees of freedom
half = student * np.sqrt((wide.var(ddof=1) + deep.var(ddof=1)) / RUNS)
print(f"deep minus wide: {gain:+.4f}, from {gain - half:+.4f} to {gain + half:+.4f}")

# %% [markdown]
# Look at the spread of each kind before you look at the distance between them.

# %%
axes = {"x_title": "random start", "y_title": "share of test digits read"}
title = "Wide and deep at equal parameter count, for each random start"
figure = plot.curves(scores, **axes, title=title)
figure.update_traces(mode="markers", marker_size=10)

# %% [markdown]
# In percentage points, with the interval's half width:

# %%
told = "Depth is worth {:+.2f} percentage points here, on average over the runs."
found("deep_minus_wide", gain * 100, told, predicted="02.depth")
found("interval_half_width", half * 100, "That is known to within ±{:.2f} points.")

# %% [markdown]
# On small pictures of single digits the two are close: a single pair of runs can point
# either way. Change `EPOCHS` and run the cells again: does the answer stay? Depth pays
# where features build on features, as lesson 03 shows, and where the layers suit the data,
# as in lesson 08.

# %% [markdown]
# ## "Like the brain"?
#
# Networks are often said to imitate the brain.
# [McCulloch and Pitts](https://doi.org/10.1007/BF02478259) did take the unit that sums and
# fires above a threshold from nerve cells, in 1943, and
# [Rosenblatt](https://doi.org/10.1037/h0042519) let such a unit learn its weights from
# examples in 1958. Much else was not taken over:
#
# | | nerve cell | unit on this page |
# |---|---|---|
# | signal | spikes in time | one number |
# | activity | on its own, always | once for each input |
# | how learning works | not settled | one error signal, sent back from the loss |
#
# Francis Crick, who had turned from molecular biology to the brain, called the error
# signal that training sends backwards through the network unlikely to exist there
# ([1989](https://doi.org/10.1038/337129a0)). How far brains do something similar is still
# being studied ([Lillicrap and others, 2020](https://doi.org/10.1038/s41583-020-0277-3)).
# "Inspired by" is right; "imitates" is too much.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "02.quiz.shapes",
    "32 examples with 10 inputs go through a Dense layer of 5 units. Which shapes "
    "have its weights and its output?",
    {
        "weights (10, 5), output (32, 5)": (
            "A column of weights for each unit, a row of output for each example."
        ),
        "weights (5, 10), output (32, 5)": (
            "Keras computes inputs @ weights, so the inputs come first."
        ),
        "weights (32, 5), output (10, 5)": (
            "Weights do not depend on the batch: the layer serves one example or a "
            "thousand."
        ),
    },
    right="weights (10, 5), output (32, 5)",
)

# %%
quiz(
    "02.quiz.parameters",
    "How many parameters has a Dense layer of 20 units after one of 30 units?",
    {
        "600": "Those are the weights, 30 × 20. Each of the 20 units has a bias too.",
        "620": "30 × 20 weights and 20 biases.",
        "630": "The biases belong to the units of this layer, of which there are 20.",
    },
    right="620",
)

# %%
quiz(
    "02.quiz.activation",
    "Ten Dense layers without activations are trained on XOR. At most how many of the "
    "four inputs can they get right?",
    {
        "two": "Guessing gets two. A straight line in a good place gets more.",
        "three": (
            "Together they are worth one layer, and one straight line cannot separate "
            "all four."
        ),
        "four": "That takes a layer that bends the plane: an activation is missing.",
    },
    right="three",
)

# %%
quiz(
    "02.quiz.softmax",
    "What does softmax make of the scores 1, 1 and 1?",
    {
        "1, 1, 1": "The results of a softmax always add up to 1.",
        "one third each": (
            "Equal scores, equal probabilities: only differences between scores matter."
        ),
        "0, 0, 1": "That picks one winner. Softmax treats equal scores equally.",
    },
    right="one third each",
)

# %% [markdown]
# ## What this page leaves out
#
# The network reads centred digits of one size; a digit that is shifted or turned would
# often defeat it, because to a `Dense` layer every pixel is a separate input with no
# neighbours. And training was a black box: `fit` found the weights, and you have not seen
# how. In the lab you build the pieces yourself. After that, lesson 03 looks into the
# hidden layer, and lessons 04 and 05 open the box.
