# %% [markdown]
# **How does a network find its weights?**
#
# In lesson 02 the call of `fit` found a hundred thousand weights while you watched.
# TensorFlow's tutorial [Custom training:
# walkthrough](https://www.tensorflow.org/tutorials/customization/custom_training_walkthrough)
# opens that box: a small network learns to tell three species of penguins apart, in a
# loop that is written out line by line. Here you build that loop from a single slope,
# and then measure which of its settings matter.
#
# When you leave, you will be able to
#
# - measure a slope, and take a step downhill,
# - write a training loop by hand, and say what `fit` does for you,
# - say what SGD, momentum and Adam make of a slope,
# - choose a learning rate and a batch size by measurement,
# - see overfitting, and judge four remedies against it,
# - repeat a run, keep a log of runs, and let a tuner search.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import json
import tempfile
import time
from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pandas as pd

from layerwise import data, explore, plot
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)

# %% [markdown]
# ## One slope
#
# The penguins were measured near Palmer Station in Antarctica, from 2007 to 2009
# ([Gorman and others, 2014](https://doi.org/10.1371/journal.pone.0090081)). Birds with a
# gap in the four measurements are left out.

# %%
MEASURED = ["flipper_length_mm", "bill_length_mm", "bill_depth_mm", "body_mass_g"]
penguins = data.load("penguins")
birds = penguins.table.dropna(subset=MEASURED)
species = np.array([penguins.classes.index(name) for name in birds["species"]])
print(f"{len(birds)} birds: {', '.join(penguins.classes)}")

# %% [markdown]
# Two of the four measurements, one mark for each bird:

# %%
plot.points(
    birds[MEASURED[:2]],
    species,
    names=penguins.classes,
    x_title="flipper length (mm)",
    y_title="bill length (mm)",
    title="Two measurements nearly tell the three species apart",
)

# %% [markdown]
# The species will come soon. First the smallest task there is: predict the mass of a bird
# as `weight` times its flipper length. Both are measured from their mean, and the flipper
# in standard deviations, so that *one* number is all there is to learn.

# %%
flipper = birds["flipper_length_mm"].to_numpy()
flipper = (flipper - flipper.mean()) / flipper.std()
mass = (birds["body_mass_g"] - birds["body_mass_g"].mean()).to_numpy() / 1000


def squared_error(weight):
    """Return the loss: the mean squared error in kg², for one weight."""
    return np.mean((weight * flipper - mass) ** 2)


# %% [markdown]
# Which way is down? Try a weight a little larger and one a little smaller. The
# difference of the two losses, divided by the distance, is the *slope*. This is the
# method of *finite differences*: it needs no formula, only two more looks at the data.


# %%
def slope(weight, tiny=1e-4):
    """Return how fast the loss rises when the weight grows."""
    change = squared_error(weight + tiny) - squared_error(weight - tiny)
    return change / (2 * tiny)


print(f"at weight 0 the loss is {squared_error(0):.3f} and its slope {slope(0):.3f}")

# %% [markdown]
# A negative slope: a larger weight lowers the loss. So a step goes *against* the slope,
# and the *learning rate* says how far:
#
# $$\text{weight} \leftarrow \text{weight} - \text{learning rate} \cdot \text{slope}$$
#
# That one line is gradient descent, and all training on this page is a refinement of it.


# %%
def descend(rate, steps=8):
    """Return the losses on the way down from weight 0."""
    weight, losses = 0.0, [squared_error(0.0)]
    for _ in range(steps):
        weight = weight - rate * slope(weight)
        losses.append(squared_error(weight))
    return np.array(losses)

# %% [markdown]
# The rate is yours to choose. Longer steps should arrive sooner, or should they not?

# %%
predict(
    "04.rate",
    "With a learning rate of 0.1 eight steps go most of the way down. What do eight "
    "steps with a rate of 1.1 do?",
    [
        "arrive sooner",
        "jump from side to side, but arrive",
        "end higher than they began",
    ],
)

# %% [markdown]
# Three walks from the same place. On the vertical axis equal distances are equal
# *factors*, so that small losses and large ones can both be read.

# %%
walks = {f"rate {rate}": descend(rate) for rate in [0.1, 0.7, 1.1]}
words = {"x_title": "step", "y_title": "loss (kg²)", "title": "A rate can be too large"}
figure = plot.curves(walks, x=np.arange(9), **words)
figure.update_yaxes(type="log", tickvals=[0.2, 0.5, 1, 2, 5])

# %% [markdown]
# How far up does the third one end?

# %%
growth = walks["rate 1.1"][-1] / walks["rate 1.1"][0]
said = "With a rate of 1.1 the loss ends at {:.0f} times what it was."
found("loss_at_rate_1_1", growth, said, predicted="04.rate")

# %% [markdown]
# Each step lands on the other side of the valley, and higher up. At 0.7 the steps
# change sides too, but end lower each time. Lesson 05 computes the rate at which the
# climbing begins.
#
# Finite differences have a price: each weight needs two losses of its own. For the
# 101,770 weights of lesson 02 that would be 203,540 passes through all data, for *one*
# step.

# %% [markdown]
# ## Every slope at once
#
# Now the species. A fifth of the birds, drawn at random, is set aside for testing. The
# measurements are standardised with mean and spread of the *training* birds alone: the
# test birds must not have a say in anything.

# %%
shuffled = np.random.default_rng(0).permutation(len(birds))
test_birds, train_birds = shuffled[: len(birds) // 5], shuffled[len(birds) // 5 :]
features = birds[MEASURED].to_numpy("float32")
centre, spread = features[train_birds].mean(axis=0), features[train_birds].std(axis=0)
standardised = (features - centre) / spread
x_train, y_train = standardised[train_birds], species[train_birds]
x_train.shape, y_train.shape

# %% [markdown]
# The network is the tutorial's: four inputs, two hidden layers of ten units, three
# outputs. The outputs are plain scores, called *logits*; `from_logits=True` tells the
# loss to apply the softmax of lesson 02 itself.


# %%
def penguin_network(seed=0):
    """Return the network of the tutorial with fresh weights."""
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(10, activation="relu") for _ in range(2)]
    return keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(3)])


# %% [markdown]
# The loss is the cross-entropy of lesson 02, averaged over the batch.

# %%
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

# %% [markdown]
# A framework computes the slopes of *all* weights in about the time of a few passes; all
# slopes together are called the *gradient*. TensorFlow records what is computed inside
# `GradientTape` and walks back through it. How that walk works is the whole of lesson
# 05; until then it is a black box that we test.

# %%
BACKEND = keras.backend.backend()
if BACKEND == "tensorflow":
    import tensorflow as tf

# %% [markdown]
# For a batch of inputs and labels it gives the loss and its slopes:


# %%
def gradients(network, x, y):
    """Return the loss of a batch and its slopes, one array for each variable."""
    with tf.GradientTape() as tape:
        loss = cross_entropy(y, network(x, training=True))
    return loss, tape.gradient(loss, network.trainable_variables)


# %% [markdown]
# Keras runs on JAX and PyTorch too, and this is the one function of the page that each of
# them writes in its own way. If you use TensorFlow, as nearly all readers of this page
# do, skip the next two cells.

# %%
if BACKEND == "torch":

    def gradients(network, x, y):
        network.zero_grad()
        loss = cross_entropy(y, network(x, training=True))
        loss.backward()
        return loss, [variable.value.grad for variable in network.trainable_variables]


# %%
if BACKEND == "jax":
    import functools

    import jax

    @functools.cache
    def differentiated(network):
        def loss_at(weights, states, x, y):
            logits, states = network.stateless_call(weights, states, x, training=True)
            return cross_entropy(y, logits), states

        return jax.jit(jax.value_and_grad(loss_at, has_aux=True))

    def gradients(network, x, y):
        weights = [variable.value for variable in network.trainable_variables]
        states = [variable.value for variable in network.non_trainable_variables]
        (loss, states), slopes = differentiated(network)(weights, states, x, y)
        for variable, value in zip(network.non_trainable_variables, states):
            variable.assign(value)
        return loss, slopes


# %% [markdown]
# Test the black box with the one method that we understand. The 40 weights of the first
# layer, each moved up and down a little:


# %%
def measured_slope(network, variable, place, tiny=0.002):
    """Return the slope of one weight by finite differences."""
    start, losses = keras.ops.convert_to_numpy(variable).copy(), []
    for sign in (1, -1):
        moved = start.copy()
        moved[place] += sign * tiny
        variable.assign(moved)
        losses.append(float(cross_entropy(y_train, network(x_train))))
    variable.assign(start)
    return (losses[0] - losses[1]) / (2 * tiny)


# %% [markdown]
# Side by side with the slopes that the framework gives:

# %%
penguin_mlp = penguin_network()
kernel = penguin_mlp.trainable_variables[0]
loss, slopes = gradients(penguin_mlp, x_train, y_train)
by_hand = [measured_slope(penguin_mlp, kernel, place) for place in np.ndindex(4, 10)]
difference = keras.ops.convert_to_numpy(slopes[0]).ravel() - by_hand
print(f"largest difference of 40 slopes: {np.abs(difference).max():.1e}")
assert np.abs(difference).max() < 2e-3

# %% [markdown]
# ## The loop
#
# Taking all birds for one step is exact and slow; taking one is quick and noisy. In
# between lies the *batch*. Each *epoch* shuffles the birds and cuts them into batches,
# the last of which may be smaller.


# %%
def batches(count, batch_size, rng):
    """Return the positions of shuffled examples, batch by batch."""
    order = rng.permutation(count)
    return [order[start : start + batch_size] for start in range(0, count, batch_size)]


print([len(batch) for batch in batches(len(x_train), 32, np.random.default_rng(0))])

# %% [markdown]
# One step: the loss, its slopes, and every variable moved against its slope. (`decay`
# stays zero until we come to overfitting.)


# %%
def step(network, x, y, rate, decay=0.0):
    """Take one step of gradient descent; return the loss before it."""
    loss, slopes = gradients(network, x, y)
    for variable, slope in zip(network.trainable_variables, slopes):
        variable.assign_sub(rate * (slope + decay * variable))
    return loss


# %% [markdown]
# And the whole loop: batch, loss, slopes, step, and a *metric*, a number for people. The
# loss is what training lowers; the accuracy is what we want to know.


# %%
def accuracy(network, x, y):
    """Return the share of examples whose largest score is that of the true class."""
    return np.mean(np.argmax(network.predict_on_batch(x), axis=1) == y)


# %% [markdown]
# Epoch after epoch, batch after batch; in the end two lists of numbers to look at:


# %%
def train_by_hand(network, x, y, *, rate, epochs, take=step, batch_size=32, seed=0):
    """Train a network; return loss and accuracy after each epoch."""
    rng, history = np.random.default_rng(seed), {"loss": [], "accuracy": []}
    for _ in range(epochs):
        cut = batches(len(x), batch_size, rng)
        losses = [float(take(network, x[batch], y[batch], rate)) for batch in cut]
        history["loss"].append(np.mean(losses))
        history["accuracy"].append(accuracy(network, x, y))
    return history

# %% [markdown]
# All that was missing is in place. Watch the loss and the accuracy: they need not move
# together, since the loss also rewards being surer of what was right already.

# %%
history = train_by_hand(penguin_mlp, x_train, y_train, rate=np.float32(0.1), epochs=15)
plot.history(history, title="A network trained by a loop of your own")

# %% [markdown]
# Fifteen epochs and the loop works. That is all that training is; the rest of the page
# makes it faster, finds better settings and keeps it honest.

# %% [markdown]
# ## The same loop, compiled
#
# Each step asks Python for many small operations, one after the other. `tf.function`
# runs the function once, notes the operations as a *graph*, and from then on runs the
# graph without asking Python. (On PyTorch and JAX this page stays with plain steps, and
# draws a smaller map later.)


# %%
def compiled(function):
    """Return a function as a graph; on other backends than TensorFlow as it is."""
    if BACKEND != "tensorflow":
        return function
    return tf.function(function, reduce_retracing=True)


# %% [markdown]
# With its help, the step is compiled by one line. (The rate comes as a `np.float32`, here
# and above, because `tf.function` would make a new graph for each new number of Python's
# own.)

# %%
compiled_step = compiled(step)

# %% [markdown]
# No number changes by that, only who keeps the books between one operation and the
# next.

# %%
predict(
    "04.compiled",
    "The arithmetic stays the same. How much computing time does the compiled step "
    "take?",
    ["hardly any less", "about half of it", "a quarter of it or less"],
)

# %% [markdown]
# Both take the same steps from the same weights. The first call is not counted: there the
# compiled one makes its graph.


# %%
def cost(take, network, steps):
    """Return the computing time of a step in milliseconds, summed over all cores."""
    take(network, x_train[:32], y_train[:32], np.float32(0.1))
    start = time.process_time()
    for _ in range(steps):
        take(network, x_train[:32], y_train[:32], np.float32(0.1))
    return (time.process_time() - start) * 1000 / steps


# %% [markdown]
# Computing time is counted over all cores, so that a busy machine does not blur it.
# Two hundred steps of each:

# %%
STEPS = 20 if PROFILE == "smoke" else 200
eager_cost = cost(step, penguin_network(), STEPS)
compiled_cost = cost(compiled_step, penguin_network(), STEPS)

# %% [markdown]
# In computing time, so that a busy machine does not count:

# %%
if BACKEND == "tensorflow":
    found("eager_ms", eager_cost, "A plain step takes {:.2f} ms of computing time.")
    found("compiled_ms", compiled_cost, "A compiled step takes {:.2f} ms.")
    said = "Compiling makes the loop {:.1f} times as fast."
    found("compiled_speedup", eager_cost / compiled_cost, said, predicted="04.compiled")

# %% [markdown]
# Such a factor says how small the network is. Nearly all the time went into asking, not
# into computing; where each operation has real work to do, compiling gains less.

# %% [markdown]
# ## The loop that Keras has
#
# There are three ways to train, and they differ in how much you write. The first is
# yours. In the second you write only `train_step`, what happens with *one* batch, and
# `fit` brings the loop, the shuffling, the progress bar and the callbacks.


# %%
class OwnStep(keras.Sequential):
    """A network with a step of our own."""

    def train_step(self, batch):
        x, y = batch
        loss, slopes = gradients(self, x, y)
        self.optimizer.apply(slopes, self.trainable_variables)
        return {"loss": loss}


# %% [markdown]
# (Keras on JAX hands `train_step` all variables in and out, in [another
# form](https://keras.io/guides/custom_train_step_in_jax/); there the second way is left
# to `fit` here.) In the third way you write nothing: `compile` and `fit`. All three
# begin with the same weights and see the same batches, unshuffled, for one epoch.

# %%
trained = {"by hand": penguin_network(), "fit": penguin_network()}
trained["train_step"] = OwnStep(penguin_network().layers)
if BACKEND == "jax":
    trained["train_step"] = penguin_network()

# %% [markdown]
# By hand, batch after batch; then by `fit`, which calls our `train_step` where there is
# one.

# %%
for start in range(0, len(x_train), 32):
    some = slice(start, start + 32)
    compiled_step(trained["by hand"], x_train[some], y_train[some], np.float32(0.01))
for name in ["train_step", "fit"]:
    trained[name].compile(keras.optimizers.SGD(0.01), cross_entropy)
    trained[name].fit(x_train, y_train, batch_size=32, shuffle=False, verbose=0)

# %% [markdown]
# The distance of two networks is the largest difference of any two weights.


# %%
def farthest(ours, theirs):
    """Return the largest difference of two lists of arrays."""
    return max(np.abs(one - other).max() for one, other in zip(ours, theirs))


# %% [markdown]
# Now compare every weight of all three:

# %%
reached = {name: network.get_weights() for name, network in trained.items()}
distance = max(farthest(weights, reached["fit"]) for weights in reached.values())
said = "After an epoch no weight of the three differs by more than {:.1g}."
found("loop_against_fit", distance, said)
assert distance < 1e-5

# %% [markdown]
# The
# [walkthrough](https://www.tensorflow.org/tutorials/customization/custom_training_walkthrough)
# trains for 201 epochs with a rate of 0.01. So does the next cell, with the loop from
# above and the compiled step.

# %%
tutorial_mlp = penguin_network()
EPOCHS = 5 if PROFILE == "smoke" else 201
settings = {"rate": np.float32(0.01), "epochs": EPOCHS, "take": compiled_step}
history = train_by_hand(tutorial_mlp, x_train, y_train, **settings)
plot.history(history, title="The walkthrough's training, in your own loop")

# %% [markdown]
# And now, once, the birds that were set aside.

# %%
x_test, y_test = standardised[test_birds], species[test_birds]
named = accuracy(tutorial_mlp, x_test, y_test)
found("penguin_accuracy", named, "Your loop names {:.1%} of the unseen birds.")

# %% [markdown]
# Penguins are an easy case: look at the first figure again. For questions about
# training we shall need a task with room for error. But first, what else a step can do
# with a slope.

# %% [markdown]
# ## Three optimisers
#
# Plain gradient descent on batches is called *SGD*, the S standing for stochastic: a
# batch is a sample. As a function it gives the change of a weight. (Other optimisers
# remember something from step to step; their place for that is `state`.)


# %%
def sgd(slope, state, rate):
    """Return the change of a weight."""
    return -rate * slope


# %% [markdown]
# *Momentum* ([Polyak, 1964](https://doi.org/10.1016/0041-5553(64)90137-5)) keeps a share
# of its last step, as a ball keeps its speed, so that steps in the same direction add up
# and steps to and fro cancel.


# %%
def momentum(slope, state, rate, keep=0.9):
    """Return the change of a weight; `state` remembers the last one."""
    state["velocity"] = keep * state.get("velocity", 0) - rate * slope
    return state["velocity"]


# %% [markdown]
# *Adam* ([Kingma and Ba, 2015](https://arxiv.org/abs/1412.6980)) gives each weight a
# step length of its own. It keeps a running mean of the slopes and one of their
# squares, and divides the first by the root of the second. Both begin at zero and are
# too small at first; the two corrections make up for that.


# %%
def adam(slope, state, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Return the change of a weight, as in Algorithm 1 of the paper."""
    state["step"] = state.get("step", 0) + 1
    state["mean"] = beta_1 * state.get("mean", 0) + (1 - beta_1) * slope
    state["square"] = beta_2 * state.get("square", 0) + (1 - beta_2) * slope**2
    mean = state["mean"] / (1 - beta_1 ** state["step"])
    square = state["square"] / (1 - beta_2 ** state["step"])
    return -rate * mean / (np.sqrt(square) + epsilon)


# %% [markdown]
# A loss with two weights is a landscape. Here is a ravine, 25 times as curved across as
# along, and a walk down it.


# %%
def ravine_slope(point):
    """Return the two slopes of the loss (x² + 25 y²) / 2."""
    return point * np.array([1.0, 25.0])


# %% [markdown]
# A walk gives a rule the slopes of one point after the other.


# %%
def walk(rule, rate, steps=40, scale=1.0):
    """Return the points that a rule visits, from one fixed start."""
    state, points = {}, [np.array([-1.8, 0.6])]
    for _ in range(steps):
        change = rule(scale * ravine_slope(points[-1]), state, rate)
        points.append(points[-1] + change)
    return np.array(points)


# %% [markdown]
# Forty steps of each, all three with the same learning rate:

# %%
rules = {"SGD": sgd, "momentum": momentum, "Adam": adam}
paths = {name: walk(rule, 0.07) for name, rule in rules.items()}
plot.race(paths, on="ravine", title="One ravine, one rate, three ways down")

# %% [markdown]
# SGD zigzags across and creeps along; momentum overshoots and comes back; Adam sets out
# at the same pace in both directions. After forty steps the plainest of the three is
# lowest: this rate suits it. Another rate or another ground, and the order changes. Let
# them race, together with *RMSprop*, an elder relative of Adam's that divides by the
# same root but keeps no mean of the slopes. Press *Play*. On the saddle, begin at a
# second weight of 0.1, then of 0: who gets away? Who finds the deeper of two valleys,
# and does it still at other rates? In the ravine, at which rate does the first one
# leave the picture?

# %%
explore.optimiser_race(surface="ravine", learning_rate=0.07)

# %% [markdown]
# One thing the race does not show. A loss has units, and nobody is obliged to choose
# them as we did.

# %%
predict(
    "04.scale",
    "Somebody measures the loss in other units, and every slope becomes 100 times as "
    "large. Who walks the same path as before?",
    ["SGD", "momentum", "Adam"],
)

# %% [markdown]
# Walk both ways with each rule, and see how far apart the paths come to lie:

# %%
moved = {}
for name, rule in rules.items():
    moved[name] = np.abs(walk(rule, 0.01, scale=100) - walk(rule, 0.01)).max()
    print(f"{name} moved by {moved[name]:.1g}")
said = "Adam's path changes by {:.0e}; the others fly away."
found("adam_moved", moved["Adam"], said, predicted="04.scale")

# %% [markdown]
# Adam divides by the size of the slopes, so their scale cancels. That is why one rate,
# [Keras's default](https://keras.io/api/optimizers/adam/) of 0.001, is a fair first
# guess for Adam on many networks, while for SGD there is no such number.

# %% [markdown]
# ## The same to the last digits?
#
# Your three functions against Keras's, on the penguin network with all training birds as
# one batch: after one step and after 200.

# %%
compiled_gradients = compiled(gradients)

# %% [markdown]
# Each array of weights gets a `state` of its own.


# %%
def by_rule(rule, rate, steps):
    """Train with one of our functions; return the weights."""
    network = penguin_network()
    states = [{} for _ in network.trainable_variables]
    for _ in range(steps):
        _, slopes = compiled_gradients(network, x_train, y_train)
        for variable, slope, state in zip(network.trainable_variables, slopes, states):
            slope = keras.ops.convert_to_numpy(slope)
            variable.assign_add(rule(slope, state, rate))
    return network.get_weights()


# %% [markdown]
# Keras's own optimizers do their part in `apply`:


# %%
def by_keras(optimizer, steps):
    """Train with a Keras optimizer; return the weights."""
    network = penguin_network()
    optimizer.build(network.trainable_variables)

    @compiled
    def take():
        _, slopes = gradients(network, x_train, y_train)
        optimizer.apply(slopes, network.trainable_variables)

    for _ in range(steps):
        take()
    return network.get_weights()


# %% [markdown]
# After one step:

# %%
pairs = {
    "SGD": (sgd, 0.05, lambda: keras.optimizers.SGD(0.05)),
    "momentum": (momentum, 0.05, lambda: keras.optimizers.SGD(0.05, momentum=0.9)),
    "Adam": (adam, 0.001, lambda: keras.optimizers.Adam(0.001)),
}
away = {}
for name, (rule, rate, optimizer) in pairs.items():
    away[name] = farthest(by_rule(rule, rate, 1), by_keras(optimizer(), 1))
    print(f"{name:9} after one step: {away[name]:.1e} from Keras")
assert max(away["SGD"], away["momentum"]) < 1e-6 < away["Adam"]

# %% [markdown]
# SGD and momentum agree. Adam does not quite, though every line is the paper's. The
# reason stands in [Keras's
# source](https://github.com/keras-team/keras/blob/master/keras/src/optimizers/adam.py):
# it multiplies both corrections into the learning rate and adds epsilon to the root of
# the *uncorrected* square. Its documentation says so too: its epsilon is the paper's
# "epsilon hat". Divide through, and the difference is one factor:
#
# $$\frac{\hat m}{\sqrt{\hat v} + \epsilon} \quad\text{becomes}\quad
# \frac{\hat m}{\sqrt{\hat v} + \epsilon\,/\sqrt{1 - \beta_2^t}}$$


# %%
def keras_adam(slope, state, rate, beta_2=0.999, epsilon=1e-7):
    """Return the change of a weight as Keras computes it."""
    correction = np.sqrt(1 - beta_2 ** (state.get("step", 0) + 1))
    return adam(slope, state, rate, beta_2=beta_2, epsilon=epsilon / correction)


pairs["Adam"] = (keras_adam, 0.001, lambda: keras.optimizers.Adam(0.001))

# %% [markdown]
# With epsilon where Keras has it, and for 200 steps as well:

# %%
LATE = 20 if PROFILE == "smoke" else 200
after = {1: 0.0, LATE: 0.0}
for rule, rate, optimizer in pairs.values():
    for steps in after:
        theirs = by_keras(optimizer(), steps)
        after[steps] = max(after[steps], farthest(by_rule(rule, rate, steps), theirs))

# %% [markdown]
# One step shows that the formulas agree. Many show that what the rules *remember*
# agrees as well:

# %%
found("hand_after_1", after[1], "After one step all three are within {:.0e} of Keras.")
found("hand_after_200", after[LATE], "After 200 steps they are within {:.0e}.")
assert after[1] < 1e-6 and after[LATE] < 1e-4

# %% [markdown]
# Does it matter? In the first step the factor is $1/\sqrt{0.001}$, so Keras's epsilon
# counts as much as one of the paper's that is 32 times larger. The curve shows the
# length of the first step by the size of the slope, as a share of the learning rate.

# %%
sizes = np.logspace(-9, -2, 71)
first_steps = {"paper": -adam(sizes, {}, 1.0), "Keras": -keras_adam(sizes, {}, 1.0)}
plot.curves(
    first_steps,
    x=np.log10(sizes),
    x_title="slope (power of ten)",
    y_title="first step / learning rate",
    title="Keras's Adam takes shorter first steps where slopes are tiny",
)

# %% [markdown]
# In our network some slopes are that small. What 200 steps make of it:

# %%
by_paper, by_theirs = by_rule(adam, 0.001, LATE), by_keras(pairs["Adam"][2](), LATE)
said = "After 200 steps the paper's Adam ends {:.0e} from Keras's."
found("paper_gap_200", farthest(by_paper, by_theirs), said)

# %% [markdown]
# For slopes above a thousandth nothing is to be seen, and after a few thousand steps the
# factor is close to 1. It matters for weights whose slopes are tiny from the start, and
# when you compare two frameworks digit by digit. RMSprop has its epsilon in yet another
# place in Keras: under the root.

# %% [markdown]
# ## How to choose a learning rate
#
# Digits again, made small: 14 by 14 pixels, 2,000 for training, and a network with 32
# hidden units. A task that trains in a blink can be trained a thousand times.


# %%
def halved(pictures):
    """Return pictures of 14 × 14 pixels from 0 to 1, flattened, shape (n, 196)."""
    blocks = pictures.reshape(-1, 14, 2, 14, 2) / np.float32(255)
    return blocks.mean(axis=(2, 4)).reshape(-1, 196)


# %% [markdown]
# The first 2,000 digits are for training. Later parts of the pool serve for validation
# and judging.

# %%
digits = data.load("digits", source="best" if PROFILE == "full" else "bundled")
pool, labels = halved(digits.x_train[:10_000]), digits.y_train[:10_000].astype("int32")
COUNT = 300 if PROFILE == "smoke" else 2000
x_digits, y_digits = pool[:COUNT], labels[:COUNT]

# %% [markdown]
# The reader comes from a function, since we shall need it often:


# %%
def reader(units=32, dropout=0.0):
    """Return a digit reader with one hidden layer; its outputs are logits."""
    hidden = keras.layers.Dense(units, activation="relu"), keras.layers.Dropout(dropout)
    return keras.Sequential([keras.Input((196,)), *hidden, keras.layers.Dense(10)])


# %% [markdown]
# Smith ([2017](https://doi.org/10.1109/WACV.2017.58)) proposed to find the rate in a
# single short run: let it rise from step to step, and watch. While it is too small the
# loss hardly moves; then the loss falls; then it explodes. (He let the rate rise in a
# straight line, and watched the accuracy. Here it is multiplied at every step, so that
# small rates get their turn.)

# %%
rising = np.geomspace(1e-4, 10, 80).astype("float32")
rng = np.random.default_rng(0)
picks = [rng.integers(0, len(x_digits), 64) for _ in rising]

# %% [markdown]
# A batch for each rate. Now the run:

# %%
swept = reader()
losses = [
    float(compiled_step(swept, x_digits[pick], y_digits[pick], rate))
    for pick, rate in zip(picks, rising)
]
plot.range_test(rising, losses, title="One sweep: too small, good, too large")

# %% [markdown]
# The finder does the same with any compiled Keras model, three times, smooths the curve
# and reads a range from it. It works on *your* model and puts every weight back
# afterwards.

# %%
mine = reader()
mine.compile(keras.optimizers.SGD(0.1), cross_entropy)
before = mine.get_weights()
finder = explore.learning_rate_finder(mine, x_digits, y_digits, rate=0.1)
assert farthest(before, mine.get_weights()) == 0

# %% [markdown]
# Move your rate along the curve. Then move the smoothing: by how much does the advice
# change?

# %%
finder

# %% [markdown]
# A sweep lasts seconds and sees only the first steps of a training. Is its advice right
# for a whole one? That needs many whole trainings: first a place to keep them.

# %% [markdown]
# ## A log of runs
#
# A result is worth something when you can say what produced it. So each run from here
# on leaves a line in a file: what was set, the seed, what came out, and with which
# version.

# %%
LOG = Path(tempfile.mkdtemp()) / "runs.jsonl"


def note(experiment, **what):
    """Append one run to the log."""
    line = {"experiment": experiment, **what, "keras": keras.__version__}
    with LOG.open("a") as file:
        file.write(json.dumps({**line, "backend": BACKEND}) + "\n")


# %% [markdown]
# To make a thousand runs affordable, not only the step is compiled but the whole epoch,
# so that Python is asked once an epoch. Each step takes its rate from a list, which
# will serve for schedules too.

# %%
counting = tf.range if BACKEND == "tensorflow" else range


@compiled
def epoch(network, x, y, order, batch_size, rates, decay):
    """Train through shuffled examples once, with one learning rate for each step."""
    for start in counting(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        some_x = keras.ops.take(x, batch, axis=0)
        some_y = keras.ops.take(y, batch, axis=0)
        step(network, some_x, some_y, rates[start // batch_size], decay)


# %% [markdown]
# `run` calls it epoch by epoch, each in a fresh order, and lets somebody `watch`.


# %%
def run(network, x, y, rate, *, batch_size, epochs, seed, decay=0.0, watch=None):
    """Train; `rate` is one number, or one for each step."""
    rng, count = np.random.default_rng(seed), -(-len(x) // batch_size)
    rates = np.broadcast_to(rate, epochs * count).astype("float32")
    for some in rates.reshape(epochs, count):
        order = rng.permutation(len(x)).astype("int32")
        epoch(network, x, y, order, np.int32(batch_size), some, np.float32(decay))
        if watch:
            watch(network)


# %% [markdown]
# A network in use is measured without dropout and without learning from what it sees:


# %%
@compiled
def loss_on(network, x, y):
    """Return the loss of a network in use: nothing is dropped, nothing learned."""
    return cross_entropy(y, network(x, training=False))


# %% [markdown]
# ## Learning rate and batch size, mapped
#
# Nine rates, seven batch sizes, and several random starts for each pair. All runs see
# the same number of digits: with batches twice as large there are half as many steps.

# %%
predict(
    "04.batch",
    "Double the batch size, and an epoch has half as many steps. What must the "
    "learning rate do to end at the same loss?",
    ["stay as it is", "grow by the root of two", "double"],
)

# %% [markdown]
# To find out, train with every pair of a rate and a batch size, from several starts:

# %%
SEEDS = {"smoke": 2, "quick": 4, "full": 10}[PROFILE]
rates = [2.0**power for power in range(-6, 3)]
sizes = [8, 16, 32, 64, 128, 256, 512]
if PROFILE == "smoke" or BACKEND != "tensorflow":
    rates, sizes = rates[2::3], sizes[2::2]
final = np.zeros((SEEDS, len(rates), len(sizes)))

# %% [markdown]
# Every run starts from the weights of its seed:


# %%
def first_weights(seed):
    """Return the weights of a fresh reader, the same for the same seed."""
    keras.utils.set_random_seed(seed)
    return reader().get_weights()


# %% [markdown]
# And its result is noted. No cell of the page takes longer.

# %%
mapped = reader()
for seed in range(SEEDS):
    start_weights = first_weights(seed)
    for row, column in np.ndindex(len(rates), len(sizes)):
        mapped.set_weights(start_weights)
        chosen = {"rate": rates[row], "batch_size": sizes[column], "seed": seed}
        run(mapped, x_digits, y_digits, **chosen, epochs=5)
        final[seed, row, column] = float(loss_on(mapped, x_digits, y_digits))
        note("map", **chosen, loss=final[seed, row, column])

# %% [markdown]
# Every cell of the map is the mean of its runs.

# %%
average = final.mean(axis=0)
best_rows = average.argmin(axis=0)
print(f"{final.size} trainings; losses from {average.min():.2f} to {average.max():.2f}")

# %% [markdown]
# Follow the frames from left to right: do they climb, and how steeply?

# %%
plot.heatmap(
    average,
    x=sizes,
    y=[round(rate, 3) for rate in rates],
    x_title="batch size",
    y_title="learning rate",
    value_title="training loss",
    marks=[(row, column) for column, row in enumerate(best_rows)],
    log=True,
    title="Mean training loss after five epochs",
    subtitle="Pale is good. Framed: the best rate of each batch size.",
)

# %% [markdown]
# Start in a cell at the lower left and go one up and one right, as a bishop does. The
# loss hardly changes: along these diagonals learning rate and batch size have the same
# *ratio*. Half as many steps, each twice as long, go the same way. This is the *linear
# scaling rule* of [Goyal and others (2017)](https://arxiv.org/abs/1706.02677). The next
# cell measures how well it holds, for rates up to one half.

# %%
modest = [row for row, rate in enumerate(rates) if rate <= 0.5]
ratios = {}
for row in modest:
    for column, size in enumerate(sizes):
        ratios.setdefault(rates[row] / size, []).append(average[row, column])

# %% [markdown]
# A ratio that occurs in three cells or more can be compared with itself: how much larger
# is its highest loss than its lowest?

# %%
equal = [max(losses) / min(losses) - 1 for losses in ratios.values() if len(losses) > 2]
said = "Cells of one ratio differ by {:.1%}, in the median over the ratios."
found("equal_ratio_spread", np.median(equal or [0.0]), said, predicted="04.batch")

# %% [markdown]
# So the best rate doubles with the batch size? Look at the frames: they do not climb
# along the diagonals. Above them is a ceiling, much the same for all batches:

# %%
worse = min(average[rates.index(4.0)] / average.min(axis=0))
said = "At a rate of 4, every batch size ends at {:.1f} times its lowest loss or worse."
found("above_the_ceiling", worse, said)

# %% [markdown]
# How far do the frames climb, then? Fit a line through the best rates, both axes in powers
# of two. By the rule its slope would be 1. As in lesson 02, an interval says how well a
# mean over random starts is known; for a single group of runs the formula is
# [Student's](https://doi.org/10.1093/biomet/6.1.1).


# %%
def interval(values):
    """Return the mean and the half width of its 95 % interval, over random starts."""
    student = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 8: 2.36, 10: 2.26, 12: 2.2}
    half = student[len(values)] * np.std(values, ddof=1) / np.sqrt(len(values))
    return np.mean(values), half


# %% [markdown]
# One line for each random start:

# %%
exponents = []
for losses in final:
    best_rates = np.take(rates, losses.argmin(axis=0))
    exponents.append(np.polyfit(np.log2(sizes), np.log2(best_rates), 1)[0])

# %% [markdown]
# A power of 1 would be "double the rate", a power of a half "the root of two":

# %%
exponent, half = interval(exponents)
said = "The best rate grows as the batch size to the power of {:.2f}."
found("scaling_exponent", exponent, said)
found("scaling_half_width", half, "That is known to within ±{:.2f}.")

# %% [markdown]
# Both are true, then. *Equal* results lie along a constant ratio. But from batches of 8
# to batches of 512 that would ask for 64 times the rate, and the *best* one grows far
# less, because it stands just below the ceiling. Once a growing batch has taken the
# rate there, nothing is left to scale, and larger batches fall behind for want of
# steps. In many tasks and nets, [Shallue and others
# (2019)](https://www.jmlr.org/papers/v20/18-789.html) found no single rule either. And
# the finder?

# %%
by_rate = average[:, sizes.index(32)]
best_row = int(by_rate.argmin())
best_rate, (low, high) = rates[best_row], finder.suggestion
print(f"sweep: from {low:.2g} to {high:.2g}; best of whole trainings: {best_rate:g}")
said = "The top of the sweep's range is {:.1f} times the best rate."
found("sweep_top_by_best", high / best_rate, said)

# %% [markdown]
# A sweep of seconds names a range, and whole trainings the rate in it. On which side of
# that rate is it safer to err? One row below it on the map, and two above:

# %%
lower, higher = max(best_row - 1, 0), min(best_row + 2, len(rates) - 1)
said = f"A rate of {rates[lower]:g} ends at {{:.2f}} times the lowest loss."
found("a_smaller_rate", by_rate[lower] / by_rate.min(), said)
said = f"A rate of {rates[higher]:g} ends at {{:.1f}} times the lowest loss."
found("a_larger_rate", by_rate[higher] / by_rate.min(), said)
assert PROFILE == "smoke" or by_rate[higher] > by_rate[lower]

# %% [markdown]
# Too small costs a little, too large costs the training. So when in doubt, take a rate
# from the middle of the range rather than from its top.

# %% [markdown]
# ## Schedules: a rate that changes
#
# A large rate travels far and cannot settle; a small one settles and does not travel. A
# *schedule* has both: here a short *warm-up*, then half a wave of the *cosine* down to
# zero ([Loshchilov and Hutter, 2017](https://arxiv.org/abs/1608.03983)).


# %%
def warm_cosine(peak, steps, warm):
    """Return a rate for each step: a straight rise for `warm` steps, then a cosine."""
    number = np.arange(steps)
    falling = (1 + np.cos(np.pi * (number - warm) / (steps - warm))) / 2
    return peak * np.where(number < warm, number / max(warm, 1), falling)


# %% [markdown]
# Keras has the same as `CosineDecay`, a schedule that any of its optimizers takes in
# place of a number:

# %%
ours = warm_cosine(1.0, 200, 20)
theirs = keras.optimizers.schedules.CosineDecay(
    0.0, decay_steps=180, warmup_target=1.0, warmup_steps=20
)
assert np.allclose(ours, [float(theirs(number)) for number in range(200)], atol=1e-5)

# %% [markdown]
# As pictures. Where does each of them spend its steps: far out, or near the end?

# %%
shapes = {"constant": np.ones(200), "cosine": warm_cosine(1.0, 200, 0)}
shapes["warm-up, cosine"] = ours
plot.curves(
    shapes,
    x=np.arange(200),
    x_title="step",
    y_title="learning rate / highest",
    title="Three schedules with the same highest rate",
)

# %% [markdown]
# All three get the best *constant* rate of the map as their highest, and batches of 32:
# a rate at which the constant schedule has no need to hide. `x_fresh` are digits that
# none of these runs trains on.

# %%
RUNS = {"smoke": 2, "quick": 10, "full": 12}[PROFILE]
x_fresh, y_fresh = pool[4000:6000], labels[4000:6000]
steps = 10 * -(-len(x_digits) // 32)

# %% [markdown]
# Within a seed all three schedules share the first weights and the order of the digits.

# %%
fresh = {name: [] for name in shapes}
for seed in range(RUNS):
    start_weights = first_weights(seed)
    for name, shape in shapes.items():
        mapped.set_weights(start_weights)
        rate = best_rate * np.interp(np.linspace(0, 199, steps), np.arange(200), shape)
        run(mapped, x_digits, y_digits, rate, batch_size=32, epochs=10, seed=seed)
        fresh[name].append(float(loss_on(mapped, x_fresh, y_fresh)))
        note("schedule", schedule=name, seed=seed, fresh_loss=fresh[name][-1])

# %% [markdown]
# What each schedule does to the loss on fresh digits:

# %%
for name, values in fresh.items():
    middle, half = interval(values)
    print(f"{name:16} {middle:.3f} ± {half:.3f} on fresh digits")

# %% [markdown]
# The runs are pairs here: same start, same order of digits, so that we may take
# differences pair by pair.

# %%
gain, half = interval(np.subtract(fresh["cosine"], fresh["warm-up, cosine"]))
print(f"The warm-up lowers the loss of the cosine by {gain:.3f} ± {half:.3f}.")
gain, half = interval(np.subtract(fresh["constant"], fresh["cosine"]))
found("cosine_gain", gain, "The cosine lowers the loss on fresh digits by {:.3f}.")
found("cosine_half_width", half, "That is known to within ±{:.3f}.")

# %% [markdown]
# Where an interval reaches zero, these runs have not shown that there is a gain. The
# constant rate depends more on luck, too:

# %%
luck = np.std(fresh["constant"]) / np.std(fresh["cosine"])
found("constant_luck", luck, "From start to start it varies {:.1f} times as much.")

# %% [markdown]
# A warm-up is for trainings that would go wrong in their first steps. Goyal and others
# needed it for their large batches; lesson 12 needs it for transformers.

# %% [markdown]
# ## Overfitting, seen and treated
#
# Take only 500 digits and train for long. The network will come to know them by heart.
# Three groups take part: the digits it trains on; *validation* digits, by which we
# decide when to stop; and the fresh digits, which decide nothing and so may judge.

# %%
FEW, LONG = (100, 20) if PROFILE == "smoke" else (500, 120)
x_valid, y_valid = pool[6000:7000], labels[6000:7000]

# %% [markdown]
# `watched` trains for long and looks at all three groups after every epoch. The fresh
# digits are only looked at, never used to choose.


# %%
def watched(network, x, y, *, seed, epochs=LONG, decay=0.0):
    """Train for long; return training, validation and fresh loss by epoch."""
    seen, parts = [], [(x, y), (x_valid, y_valid), (x_fresh, y_fresh)]

    def watch(network):
        seen.append([float(loss_on(network, *part)) for part in parts])

    settings = {"batch_size": 50, "epochs": epochs, "decay": decay}
    run(network, x, y, 0.2, seed=seed, watch=watch, **settings)
    return np.array(seen)


# %% [markdown]
# One such training, watched:

# %%
plain = reader()
seen = watched(plain, x_digits[:FEW], y_digits[:FEW], seed=0)
looks = {"training": seen[:, 0], "validation": seen[:, 1]}
title = "Past its lowest point the validation loss climbs: overfitting"
plot.curves(looks, title=title)

# %% [markdown]
# The training loss falls and falls. The validation loss turns and climbs, while the
# network goes on to learn what is true of these few digits only. Four remedies:
#
# - *early stopping*: keep the weights of the epoch with the lowest validation loss,
# - *dropout* ([Srivastava and others,
#   2014](https://www.jmlr.org/papers/v15/srivastava14a.html)): in training, silence a
#   random half of the hidden units at every step, so that none can rely on another,
# - *weight decay*: at every step, shrink each weight by a small share, so that a weight
#   stays large only while the slopes keep asking for it,
# - *more data*: four times as many digits, and as many steps as before.
#
# Dropout first, as it looks from inside. What remains is scaled up, so that the sum stays
# about the same:

# %%
halving = keras.layers.Dropout(0.5, seed=1)
print(keras.ops.convert_to_numpy(halving(np.ones((2, 8)), training=True)))
assert np.all(keras.ops.convert_to_numpy(halving(np.ones((2, 8)))) == 1)

# %% [markdown]
# You have met four remedies. Which would you bet on?

# %%
predict(
    "04.overfit",
    "Which of the four brings the loss on fresh digits lowest?",
    ["early stopping", "dropout", "weight decay", "four times as many digits"],
)

# %% [markdown]
# Every remedy gets the same starts. Early stopping needs no training of its own: until it
# stops it *is* the plain run, so we read it from the plain curve.

# %%
KINDS = {"smoke": 2, "quick": 5, "full": 10}[PROFILE]
dropping = reader(dropout=0.5)
treatments = {
    "nothing": (plain, FEW, {}),
    "dropout": (dropping, FEW, {}),
    "weight decay": (plain, FEW, {"decay": 0.003}),
    "more data": (plain, 4 * FEW, {"epochs": LONG // 4}),
}

# %% [markdown]
# The first weights are the same for all, seed by seed; which units dropout silences is
# drawn anew in every run.

# %%
ends = {name: [] for name in ["nothing", "early stopping", *treatments]}
for seed in range(KINDS):
    for name, (network, count, settings) in treatments.items():
        network.set_weights(first_weights(seed))
        seen = watched(network, pool[:count], labels[:count], seed=seed, **settings)
        ends[name].append(seen[-1])
        if name == "nothing":
            ends["early stopping"].append(seen[seen[:, 1].argmin()])
        note("overfit", treatment=name, seed=seed, fresh_loss=seen[-1, 2])

# %% [markdown]
# Now the losses on the fresh digits, each with its interval.

# %%
judged = {name: np.array(values) for name, values in ends.items()}
middles, halves = zip(*[interval(values[:, 2]) for values in judged.values()])
best = list(judged)[np.argmin(middles)]

# %% [markdown]
# The bars are means over the starts. Before you name a winner, look whether its
# interval keeps clear of the others.

# %%
plot.bars(
    list(judged),
    middles,
    low=np.subtract(middles, halves),
    high=np.add(middles, halves),
    x_title="loss on fresh digits, with 95 % intervals",
    number=".3f",
    title=f"Lowest on fresh digits: {best}",
)

# %% [markdown]
# The *gap* is the loss on fresh digits minus that on the training digits:

# %%
gap = {}
for name, values in judged.items():
    gap[name], half = interval(values[:, 2] - values[:, 0])
    print(f"{name:15} fresh minus training loss: {gap[name]:.3f} ± {half:.3f}")

# %% [markdown]
# The gap itself, and what two of the remedies leave of it:

# %%
untreated = gap["nothing"]
found("gap_untreated", untreated, "Untreated, the gap is {:.3f}.")
decayed, more = gap["weight decay"] / untreated, gap["more data"] / untreated
found("gap_left_by_decay", decayed, "Weight decay leaves {:.0%} of it.")
found("gap_left_by_data", more, "More data leaves {:.0%} of it.")

# %% [markdown]
# The gap says how much the network knows by heart. What counts in the end is the other
# number, the loss on fresh digits.

# %%
gain, half = interval(judged["nothing"][:, 2] - judged[best][:, 2])
print(f"{best}: {gain:.3f} ± {half:.3f} below no remedy")
said = "The best remedy lowers the loss on fresh digits by {:.3f}."
found("overfit_gain", gain, said, predicted="04.overfit")
assert PROFILE == "smoke" or max(middles) == middles[0]  # no remedy is worst

# %% [markdown]
# A small gap is no aim in itself. Make the decay ten times as large (it is one number),
# run again from there, and look at both numbers.
#
# In Keras three of the four are one argument each. `fit` with dropout, decay and early
# stopping:

# %%
remedied = reader(dropout=0.5)
remedied.compile(keras.optimizers.SGD(0.2, weight_decay=0.003), cross_entropy)
stop = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)

# %% [markdown]
# Keras stops by itself when the validation loss has not improved for five epochs, and
# goes back to the best weights that it had:

# %%
settings = {"batch_size": 50, "epochs": LONG, "callbacks": [stop], "verbose": 0}
settings["validation_data"] = x_valid, y_valid
history = remedied.fit(x_digits[:FEW], y_digits[:FEW], **settings)
print(f"{len(history.epoch)} epochs, the best was number {stop.best_epoch + 1}")
assert np.isclose(stop.best, min(history.history["val_loss"]))

# %% [markdown]
# One caution for later: Keras shrinks the weights directly. For plain SGD that is the
# same as adding the squared weights to the loss; for Adam it is not, since Adam would
# divide that part of the slope away ([Loshchilov and Hutter,
# 2019](https://arxiv.org/abs/1711.05101)).

# %% [markdown]
# ## The same again?
#
# `keras.utils.set_random_seed` sets the generators of Python, NumPy and the backend. What
# does that give? Train twice with seed 0, once with seed 1, and once with seed 0 after
# making a layer that nobody uses.


# %%
def seeded(seed, extra_layer=False):
    """Return the fresh loss after a short training from scratch."""
    keras.utils.set_random_seed(seed)
    if extra_layer:
        reader()
    plain.set_weights(reader().get_weights())
    run(plain, x_digits, y_digits, 0.2, batch_size=50, epochs=3, seed=seed)
    return float(loss_on(plain, x_fresh, y_fresh))

# %% [markdown]
# The same seed twice, another seed, and the same seed with one harmless layer built
# first:

# %%
first, again, other, disturbed = seeded(0), seeded(0), seeded(1), seeded(0, True)
print(f"seed 0: {first:.6f}; again: {again:.6f}")
print(f"seed 1: {other:.6f}; seed 0 after a layer more: {disturbed:.6f}")
found("repeat_difference", abs(first - again), "The same seed twice differs by {:.1g}.")
assert len({first, other, disturbed}) == 3

# %% [markdown]
# The same program, on the same machine, with the same versions: that is what a seed
# promises, and no more. One random number drawn earlier and everything after it is
# different. On a GPU the order of a sum may change from run to run, unless
# [deterministic
# operations](https://www.tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism)
# are asked for, and other versions or other hardware may round differently. So a seed
# makes a run repeatable. It does not make a result *true*: for that, this page uses
# several seeds and an interval.

# %% [markdown]
# ## Let a tuner search
#
# Units, dropout, learning rate: three settings are too many to map. *Random search*
# draws them and keeps the best, and beats a grid when only some of the settings matter
# ([Bergstra and Bengio, 2012](https://www.jmlr.org/papers/v13/bergstra12a.html)).
# [KerasTuner](https://keras.io/keras_tuner/) can call `fit` by itself on networks that
# a function builds. It can also tune *any* training: override `run_trial`, take the
# settings from the trial, train as you like, and return the number to be made small.


# %%
class Search(keras_tuner.RandomSearch):
    """Random search whose trials are runs of our own loop."""

    def run_trial(self, trial, **_):
        settings = trial.hyperparameters
        units = settings.Int("units", 8, 128, sampling="log")
        network = reader(units, settings.Float("dropout", 0.0, 0.6, step=0.1))
        rate = settings.Float("rate", 0.02, 2.0, sampling="log")
        x, y = x_digits[:FEW], y_digits[:FEW]
        run(network, x, y, rate, batch_size=50, epochs=LONG // 4, seed=0)
        return float(loss_on(network, x_valid, y_valid))


# %% [markdown]
# Each trial is a training of its own:

# %%
TRIALS = {"smoke": 2, "quick": 20, "full": 60}[PROFILE]
keras.utils.set_random_seed(0)
tuner = Search(max_trials=TRIALS, seed=4, directory=LOG.parent)
tuner.search(verbose=0)

# %% [markdown]
# Every trial goes into the same log as those made by hand, so that they can be compared
# later:

# %%
trials = sorted(tuner.oracle.trials.values(), key=lambda trial: trial.trial_id)
for trial in trials:
    note("tuner", **trial.hyperparameters.values, valid_loss=trial.score)
found("tuner_trials", len(trials), "The tuner has tried {:.0f} readers.")
scores = [trial.score for trial in trials]
said = "The worst of them ends at {:.1f} times the loss of the best."
found("tuner_spread", max(scores) / min(scores), said)

# %% [markdown]
# Every trial is in the log as well. The log is a file of plain lines, so any tool reads
# it:

# %%
log = pd.read_json(LOG, lines=True)
tuned = log[log["experiment"] == "tuner"].sort_values("valid_loss")
print(log["experiment"].value_counts().to_string())
tuned.astype({"units": int})[["units", "rate", "dropout", "valid_loss"]].head()

# %%
plot.points(
    np.log10(tuned[["rate", "valid_loss"]].to_numpy()),
    (tuned["units"] >= 32).astype(int).to_numpy(),
    names=["under 32 units", "32 units or more"],
    x_title="learning rate (power of ten)",
    y_title="validation loss (power of ten)",
    title="The tuner's trials: which setting mattered?",
)

# %% [markdown]
# One caution: the winner was chosen *because* its validation loss was low, partly by
# luck, so that number flatters it. The fresh digits have not chosen anything. For a log
# that a team shares, with charts, stored models and a server, there is
# [MLflow](https://mlflow.org/docs/latest/ml/tracking/), which lesson 26 uses; what it
# keeps for each run is what `note` keeps.

# %% [markdown]
# ## Your recipe, once, on the test digits
#
# Two recipes on all 10,000 digits of the pool. The first is where this page began:
# plain steps with the tutorial's rate. The second has what you measured: the best rate
# of the map as the peak of a warm-up and a cosine, and the tuner's units, if they are
# more than the 32 so far. Then the test digits, for the only time on this page.

# %%
winner = tuner.get_best_hyperparameters()[0]
PASSES = {"smoke": 1, "quick": 8, "full": 30}[PROFILE]
steps = PASSES * -(-len(pool) // 32)
measured = warm_cosine(best_rate, steps, steps // 10)
recipes = {"the tutorial's rate": (reader(), 0.01)}
recipes["your recipe"] = reader(max(winner.get("units"), 32)), measured

# %% [markdown]
# Same digits, same epochs, same batches. Only the settings differ.

# %%
x_judge, y_judge = halved(digits.x_test), digits.y_test
wrong = {}
for name, (network, rate) in recipes.items():
    run(network, pool, labels, rate, batch_size=32, epochs=PASSES, seed=0)
    wrong[name] = 1 - accuracy(network, x_judge, y_judge)
    note("recipe", recipe=name, test_error=wrong[name])

# %%
plot.bars(
    list(wrong),
    list(wrong.values()),
    x_title=f"share of {len(y_judge):,} test digits read wrongly",
    number=".1%",
    title="Same digits, same epochs: what the settings are worth",
)

# %%
times = wrong["the tutorial's rate"] / wrong["your recipe"]
runs = len(LOG.read_text().splitlines())
found("test_error", wrong["your recipe"], "Your recipe misreads {:.1%} of them.")
found("error_ratio", times, "The first recipe makes {:.1f} times as many mistakes.")
found("runs_logged", runs, "Your log holds {:.0f} runs.")

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "04.quiz.steps",
    "1,000 examples, batches of 64, 3 epochs. How many steps?",
    {
        "45": "15 full batches an epoch, and then 40 examples are left over.",
        "48": "15 full batches and a smaller one make 16 an epoch.",
        "192,000": "That counts an example for every step. A step takes a whole batch.",
    },
    right="48",
)

# %%
quiz(
    "04.quiz.curves",
    "The training loss falls while the validation loss climbs. What helps?",
    {
        "a larger network": "It would know the training examples by heart even sooner.",
        "a longer training": "Every further epoch widens the gap.",
        "the weights of the lowest validation loss": (
            "That is early stopping. Dropout, weight decay and more data help as well."
        ),
    },
    right="the weights of the lowest validation loss",
)

# %%
quiz(
    "04.quiz.scaling",
    "A rate of 0.1 works with batches of 32. A faster machine takes batches of 64. "
    "What is a good first guess for the rate?",
    {
        "0.05": "Half as many steps, and each shorter: the training would fall behind.",
        "0.2": "The same ratio, as long as that stays under the ceiling.",
        "3.2": "Far above the ceiling of most networks.",
    },
    right="0.2",
)

# %%
quiz(
    "04.quiz.seed",
    "You train with seeds 0 to 9 and report the best run. What is wrong?",
    {
        "nothing, the seed is given": (
            "It can be repeated, but it was picked for its luck."
        ),
        "the best of ten says more about luck than about the method": (
            "Report the mean of all ten and its interval."
        ),
        "seeds should be larger numbers": "Their size has no meaning.",
    },
    right="the best of ten says more about luck than about the method",
)

# %% [markdown]
# ## What this page leaves out
#
# The slopes came from a black box; lesson 05 opens it, and predicts the ceiling of the
# learning rate. The walkthrough ends with penguins it has named. A real service would
# go on: predict, save, watch (lessons 06, 25 and 26).
#
# Where this page claims more than it shows: the map is of one small net, one task and
# plain SGD. The ceiling and the flat best rate are theirs; with Adam, batch
# normalisation or a transformer the numbers move, and the only rule that travels is to
# measure. The intervals speak of random starts, not of other digits. Random search is
# the plainest of tuners; KerasTuner also has Hyperband, which stops poor trials early,
# and Bayesian optimisation, which learns from trials already made. And the penguin
# table has faults of its own: the island, which is not among our inputs, would half
# have given the species away.
