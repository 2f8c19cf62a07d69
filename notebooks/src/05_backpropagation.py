# %% [markdown] tags=["sourced"]
# **A million weights, one wrong answer: which of them are to blame, and by how much?**
#
# To find out, you could change each weight a little and look whether the loss grows.
# With a million weights that takes a million and one passes through the network, and
# [IBM's explanation of
# backpropagation](https://www.ibm.com/think/topics/backpropagation) promises the same
# answer in two: one forward, one backward. Every network in this course, and every
# large one that you have heard of, is trained with those two passes. Here you build
# them, hold them against the library that runs under Keras, and measure whether two is
# true.
#
# When you leave, you will be able to
#
# - follow a computation backward and find the slope of every number in it,
# - build an engine that does so for any formula, and write the gradients of a network
#   as matrix products,
# - say why deep networks once forgot what they were told, and choose weights so that
#   they do not,
# - predict the learning rate at which training breaks, and know when not to trust the
#   prediction,
# - tell backpropagation from what it is often taken for.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: one core is best
os.environ.setdefault("JAX_ENABLE_X64", "1")  # without it, JAX has no float64

import importlib
import timeit

import keras
import numpy as np

from layerwise import data, explore, plot
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## Backward through one neuron
#
# Take the smallest network there is: one tanh neuron with one weight $a$, one input $b$
# and one bias $c$. It should answer 0.5, and its loss is the squared error:
#
# $$\text{loss} = (\tanh(a \cdot b + c) - 0.5)^2$$


# %%
def neuron_loss(weight, x, bias):
    """Return the squared error of one tanh neuron that should answer 0.5."""
    return (np.tanh(weight * x + bias) - 0.5) ** 2


# %% [markdown]
# How does the loss change when the weight grows a little? The honest way to find out is
# to try. Nudge one value up and down, and divide the change of the result by the change
# of the value: lesson 04 called this a finite difference. The table `nudges` holds the
# nudge on its diagonal and zeros elsewhere, so each of its rows moves one value and
# leaves the others alone.


# %%
def by_nudging(function, values, nudge=1e-5):
    """Return the slope of a function for each of its values, one at a time."""
    nudges = nudge * np.eye(len(values))
    rises = [function(*(values + one)) - function(*(values - one)) for one in nudges]
    return np.array(rises) / (2 * nudge)


# %% [markdown]
# Three values, so six evaluations of the loss:

# %%
values = [-1.0, 1.2, 0.2]
nudged = by_nudging(neuron_loss, values)
print("slopes for weight, input and bias:", nudged.round(4))

# %% [markdown]
# A negative slope says that the loss falls when this value grows, a positive one that
# it rises. The input has a slope like the others. Nobody will change it, but in a
# deeper network it is the output of the layer before.
#
# Now without trying. Write the formula as a list of small steps, each so simple that
# its own slope is known: a product changes by the *other* factor, a sum by 1, a square
# by twice its base, and tanh by $1 - \tanh^2$.

# %%
weight, x, bias = values
product = weight * x
total = product + bias
output = np.tanh(total)
error = output - 0.5
loss = error**2

# %% [markdown]
# Then walk the list from the end to the beginning, and ask at each step: *if this
# number grew a little, how much would the loss grow?* The answer is the answer of the
# step behind it, times the step's own slope. That is the chain rule, and it is all that
# backpropagation consists of.

# %%
to_error = 2 * error
to_output = to_error * 1
to_total = to_output * (1 - output**2)
to_product, to_bias = to_total * 1, to_total * 1
to_weight, to_x = to_product * x, to_product * weight

# %% [markdown]
# The names begin with *to* because each number says how much a small change matters *to
# the loss*. Look at what the walk used: `error`, `output`, the weight and the input, all
# known from the way forward. It computed no tanh a second time.
#
# Two very different ways to the same three numbers. Do they meet?

# %%
by_hand = np.array([to_weight, to_x, to_bias])
assert np.allclose(by_hand, nudged, atol=1e-9)
print("the same three slopes:            ", by_hand.round(4))

# %% [markdown]
# Here is the same walk as a *computation graph*. Each box holds a number that was
# computed, and under it, in orange, the slope of the loss for that number. Below you
# see what a slope is: how steeply the loss rises when one input moves.

# %%
plot.computation_graph("one neuron", a=-1.0, b=1.2, c=0.2)

# %% [markdown]
# Take it apart yourself. Move *step* with the arrow keys and watch the values come
# forward and the slopes go back. Then move an input: the exact slope (orange arrow) and
# the nudged one (green) turn together, and the smaller the nudge, the closer they lie.
# Last, choose the expression *relu* and find inputs for which all three slopes are
# zero. No nudge and no walk can tell such a neuron which way to go.

# %%
explore.computation_graph(expression="one neuron", a=-1.0, b=1.2, c=0.2)

# %% [markdown]
# One thing is not settled yet. In the expression *used twice*, $(a + b) \cdot (a + c)$,
# the input $a$ reaches the result by two paths.

# %%
predict(
    "05.reuse",
    "For a = 1, b = 2, c = 3 the result is 3 · 4. The path through (a + b) gives a "
    "the slope 4, the path through (a + c) gives it 3. What is the slope for a?",
    ["4 · 3 = 12", "4 + 3 = 7", "3, from the path walked last"],
)

# %% [markdown]
# The nudge knows, because it moves $a$ in both places at once.

# %%
twice = by_nudging(lambda a, b, c: (a + b) * (a + c), [1.0, 2.0, 3.0])
told = "The slope for an input that is used twice is {:.2f}: the paths add up."
found("slope_by_two_paths", twice[0], told, predicted="05.reuse")
assert abs(twice[0] - 7) < 1e-6

# %% [markdown]
# So a number that is used several times must *add up* what comes back to it. Along a
# path slopes multiply, where paths meet they add: these two rules are the whole of it.
# To forget the second is an easy mistake, and you will meet it again in the lab.

# %% [markdown]
# ## An engine
#
# Walking backward is so regular that a program can do it for any formula. All it needs
# is that each number remembers what it was made from, and with which slopes. The
# operations come first: each returns a new number, together with its parents and the
# slope for each.


# %%
def add(left, right):
    """Return left + right; a sum follows each of its parts with slope 1."""
    left, right = as_value(left), as_value(right)
    return Value(left.data + right.data, [(left, 1.0), (right, 1.0)])


def multiply(left, right):
    """Return left * right; a product follows each factor with the other as slope."""
    left, right = as_value(left), as_value(right)
    return Value(left.data * right.data, [(left, right.data), (right, left.data)])


# %% [markdown]
# Powers and tanh have one parent each. The exponent is a plain number here: it is
# fixed, so it needs no slope.


# %%
def power(base, exponent):
    """Return base to a fixed exponent."""
    slope = exponent * base.data ** (exponent - 1)
    return Value(base.data**exponent, [(base, slope)])


def tanh(value):
    """Return the hyperbolic tangent."""
    output = np.tanh(value.data)
    return Value(output, [(value, 1 - output**2)])


# %% [markdown]
# Every slope above is a finished number, fixed on the way forward. Nothing symbolic is
# going on: the engine never sees a formula, only numbers and who made them.
#
# The number itself is nearly empty. Its last lines only teach Python to write `a * b`
# for `multiply(a, b)`.


# %%
class Value:
    """A number that remembers what it was made from."""

    def __init__(self, data, parents=()):
        self.data, self.parents, self.gradient = float(data), parents, 0.0

    __add__ = __radd__ = add
    __mul__ = __rmul__ = multiply
    __pow__ = power

    def __sub__(self, other):
        return self + -1.0 * other


# %% [markdown]
# So that `a + 2` works as well, a plain number that meets a `Value` becomes one,
# without parents.


# %%
def as_value(number):
    """Return a Value for a plain number."""
    return number if isinstance(number, Value) else Value(number)


# %% [markdown]
# Backward, a number may pass its slope on only when it has received everything itself,
# so all that was made from it must have had its turn. An order in which every number
# stands behind its parents is called *topological*; we walk it from its end. To find
# it, visit the parents first and write yourself down last. `seen` takes care that a
# number which is used twice stands in the list once.


# %%
def topological(last):
    """Return all numbers that `last` was made from, each behind its parents."""
    ordered, seen = [], set()

    def visit(value):
        if id(value) not in seen:
            seen.add(id(value))
            for parent, _ in value.parents:
                visit(parent)
            ordered.append(value)

    visit(last)
    return ordered


# %% [markdown]
# Now the walk. The slope of the loss for a number is kept as that number's `gradient`,
# which is what the libraries call it too. The loss itself has the slope 1: when it
# grows a little, it grows by just as much.


# %%
def backward(loss):
    """Give every number behind a loss its gradient."""
    ordered = topological(loss)
    for value in ordered:
        value.gradient = 0.0
    loss.gradient = 1.0
    for value in reversed(ordered):
        for parent, slope in value.parents:
            parent.gradient += slope * value.gradient


# %% [markdown]
# That is the whole engine. `+=` is where the paths add up, and the zeros before it are
# there because a parameter lives longer than one walk: without them, the slopes of the
# last step would be added to those of the next. Back to the neuron, whose slopes we
# know already.

# %%
weight, x, bias = (Value(number) for number in values)
loss = (tanh(weight * x + bias) - 0.5) ** 2
backward(loss)
assert np.allclose([weight.gradient, x.gradient, bias.gradient], by_hand)

# %% [markdown]
# ## Three libraries as witnesses
#
# TensorFlow, JAX and PyTorch each carry such an engine, written over many years. Keras
# runs on any of the three; we ask the one that is running now. Each has the mathematics
# of NumPy under nearly the same names, such as `tanh`, `exp` and `sum`. (Keras has them
# too, but on JAX and PyTorch it computes in 32 bits, too coarse for our purpose.)

# %%
backend = keras.backend.backend()
modules = {"tensorflow": "tensorflow.experimental.numpy", "jax": "jax.numpy"}
library = importlib.import_module(modules.get(backend, backend))
print("the witness is", backend)

# %% [markdown]
# They find slopes in three styles. TensorFlow records the operations on a *tape* while
# they run, and walks the tape back when you ask. What happened before the tape was
# switched on, it does not know.


# %%
def with_tensorflow(function, arrays):
    """Return the gradients of function(*arrays), from a tape."""
    import tensorflow

    variables = [tensorflow.Variable(array) for array in arrays]
    with tensorflow.GradientTape() as tape:
        loss = function(*variables)
    return tape.gradient(loss, variables)


# %% [markdown]
# JAX takes a function and returns another: the function of its gradients. `argnums`
# says for which of the arguments.


# %%
def with_jax(function, arrays):
    """Return the gradients of function(*arrays), from a function made of it."""
    import jax

    return jax.grad(function, argnums=range(len(arrays)))(*arrays)


# %% [markdown]
# In PyTorch each tensor remembers its parents, as our numbers do, if it was told that a
# gradient will be wanted.


# %%
def with_torch(function, arrays):
    """Return the gradients of function(*arrays), by a walk back from the result."""
    import torch

    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    return torch.autograd.grad(function(*tensors), tensors)


# %% [markdown]
# From here on it does not matter which of the three is asked.


# %%
def library_gradients(function, arrays):
    """Return the gradients of function(*arrays) as the running library finds them."""
    ways = {"tensorflow": with_tensorflow, "jax": with_jax, "torch": with_torch}
    gradients = ways[backend](function, arrays)
    return [keras.ops.convert_to_numpy(gradient) for gradient in gradients]


# %% [markdown]
# A formula with everything in it, in which each input is used at least twice, on twenty
# random points. It takes `tanh` as an argument, so that the engine and the library
# compute the very same thing. Both use numbers of 64 bits (`float64`), of which about
# sixteen digits are exact.


# %%
def tangled(a, b, c, tanh):
    """A formula that uses each input more than once."""
    return (tanh(a * b + c) - a) ** 2 * b + tanh(c * c) * a + b**3


# %% [markdown]
# Sixty slopes, found twice:

# %%
differences = []
for point in rng.normal(size=(20, 3)):
    ours = [Value(number) for number in point]
    backward(tangled(*ours, tanh))
    theirs = library_gradients(lambda *t: tangled(*t, library.tanh), list(point))
    differences += [abs(one.gradient - two) for one, two in zip(ours, theirs)]

# %% [markdown]
# Ask for the largest difference, not for the mean: a single wrong slope would hide in a
# mean over sixty. If the two agree, only rounding is left.

# %%
told = "In sixty slopes the engine and the library differ by {:.0e} at most."
found("engine_difference", max(differences), told)
assert max(differences) < 1e-6

# %% [markdown]
# ## The engine learns XOR
#
# In lesson 02 somebody had chosen the weights of the network that computes XOR. Now
# nobody has to. Two inputs, four tanh units, one output. Each unit has two weights for
# the inputs, a bias, and a weight for its part in the output; one bias more belongs to
# the output. That makes 17 parameters, all of them random to begin with.

# %%
corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
wanted = [0, 1, 1, 0]


def answer(parameters, x):
    """Return what the network of 17 parameters says to one pair of inputs."""
    output = parameters[16]
    for unit in range(0, 16, 4):
        first, second, bias, outgoing = parameters[unit : unit + 4]
        output = output + outgoing * tanh(first * x[0] + second * x[1] + bias)
    return output


# %% [markdown]
# The loss adds up the squared errors at the four corners. To the engine it is one long
# formula, in which every parameter is used four times; `+=` will collect all four.


# %%
def xor_loss(parameters):
    """Return the squared error over the four corners."""
    return sum((answer(parameters, x) - y) ** 2 for x, y in zip(corners, wanted))


# %% [markdown]
# One step of training: the loss forward, its slopes backward, and every parameter a
# little downhill. Note who does what. Backpropagation has finished when `backward`
# returns; the line behind it, which changes the weights, is *gradient descent*.


# %%
def train_xor(seed, steps, learning_rate=0.05):
    """Return the trained parameters and the loss of every step."""
    rng = np.random.default_rng(seed)
    parameters, losses = [Value(number) for number in rng.normal(size=17)], []
    for _ in range(steps):
        loss = xor_loss(parameters)
        backward(loss)
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.gradient
        losses.append(loss.data)
    return parameters, losses


# %% [markdown]
# One start may be lucky or unlucky, so we try several. (With a learning rate of 0.1
# some of them would be thrown out of the valley, for a reason that you can compute at
# the end of this page.)

# %%
STARTS, STEPS = {"smoke": (2, 10), "quick": (10, 500), "full": (20, 1000)}[PROFILE]
trained = [train_xor(seed, STEPS) for seed in range(STARTS)]

# %% [markdown]
# The line is the median. Look at the band too: its upper edge is the worst start.

# %%
falling = {"error": [losses for _, losses in trained]}
axes = {"x": np.arange(STEPS), "x_title": "step", "y_title": "squared error"}
title = "The engine learns XOR: the median of the random starts, and their range"
figure = plot.curves(falling, **axes, title=title)
figure.update_yaxes(type="log", exponentformat="power")

# %% [markdown]
# The error falls; but did every start arrive? A curve of medians cannot say. At each
# corner the answer must be nearer to the right one.


# %%
def is_xor(parameters):
    """Return whether the network is nearer to the wanted answer at every corner."""
    answers = [answer(parameters, x).data for x in corners]
    return all((said > 0.5) == bool(target) for said, target in zip(answers, wanted))


solved = sum(is_xor(parameters) for parameters, _ in trained)
found("xor_solved", solved / STARTS, "{:.0%} of the random starts ended at XOR.")

# %% [markdown]
# What your engine has learned, all over the plane: the start with the smallest error at
# the end. Lesson 02 said that no straight line can do this; look how the boundary
# bends. Away from the four corners nobody told the network anything.

# %%
best = min(trained, key=lambda one: one[1][-1])[0]
plot.boundary(
    corners,
    wanted,
    predict=lambda points: np.clip([answer(best, p).data for p in points], 0, 1),
    names=("0", "1"),
    title="XOR, found by an engine of your own",
)

# %% [markdown]
# ## All examples at once
#
# The engine is slow, because Python handles every number by itself. Layers are matrix
# products, so their slopes should be too. Two rules of thumb will carry you: *a
# gradient has the shape of what it belongs to*, and *where a number is used for every
# example, its slopes add up over the examples*.
#
# The network: digits of 784 pixels, 32 hidden tanh units, ten probabilities. The loss
# is the cross-entropy of lesson 02.

# %%
digits = data.load("digits", source="best" if PROFILE == "full" else "bundled")
pixels = digits.x_train.reshape(-1, 784) / 255.0
labels = digits.y_train
digits

# %% [markdown]
# Softmax as in lesson 02. Subtracting the largest score of a row changes nothing in the
# result, since it cancels, and keeps `exp` from overflowing.


# %%
def softmax(scores):
    """Turn scores into probabilities, row by row."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


# %% [markdown]
# Forward as in lesson 02 too, except that the hidden layer is returned with the
# probabilities: the way back will ask for it.


# %%
def forward(parameters, x):
    """Return the hidden layer (batch, 32) and the probabilities (batch, 10)."""
    hidden_weights, hidden_bias, output_weights, output_bias = parameters
    hidden = np.tanh(x @ hidden_weights + hidden_bias)
    return hidden, softmax(hidden @ output_weights + output_bias)


# %% [markdown]
# Backward, line by line. Softmax and cross-entropy together have a slope of rare
# beauty: the probabilities minus the truth (1 for the right class, 0 for the others),
# divided by the size of the batch because the loss is a mean. From there each line
# undoes one line of the forward pass. A product `hidden @ weights` sends back
# `to_scores @ weights.T` to its left factor and `hidden.T @ to_scores` to its right
# one: the other factor again, turned so that the shapes fit. A bias is used by every
# example, so its slope is the sum over the examples, along axis 0.


# %%
def gradients(parameters, x, y):
    """Return the slopes of the mean cross-entropy, in the shapes of the parameters."""
    hidden, probabilities = forward(parameters, x)
    to_scores = (probabilities - np.eye(10)[y]) / len(y)
    to_hidden = to_scores @ parameters[2].T
    to_sums = to_hidden * (1 - hidden**2)
    return [x.T @ to_sums, to_sums.sum(0), hidden.T @ to_scores, to_scores.sum(0)]


# %% [markdown]
# Believe no gradient that you have not checked. Shapes that fit prove little: forget
# $1 - \tanh^2$, and every shape is right. Such a network often learns all the same,
# only worse, and so the mistake lives long. Let the library get the same network as a
# formula, and both the same 256 digits.

# %%
shapes = [(784, 32), (32,), (32, 10), (10,)]
parameters = [rng.normal(scale=0.05, size=shape) for shape in shapes]
x_batch, y_batch = pixels[:256], labels[:256]

# %% [markdown]
# The loss is written in another way on purpose: a witness who copied our lines would
# copy our mistakes.


# %%
def library_loss(hidden_weights, hidden_bias, output_weights, output_bias):
    """The same mean cross-entropy, written with the library's operations."""
    x, truth = library.asarray(x_batch), library.asarray(np.eye(10)[y_batch])
    hidden = library.tanh(x @ hidden_weights + hidden_bias)
    scores = hidden @ output_weights + output_bias
    total = library.log(library.sum(library.exp(scores), axis=1))
    return library.mean(total - library.sum(scores * truth, axis=1))


# %%
ours = gradients(parameters, x_batch, y_batch)
theirs = library_gradients(library_loss, parameters)
difference = max(np.abs(one - two).max() for one, two in zip(ours, theirs))
told = "Over all parameters, our slopes and the library's differ by {:.0e} at most."
found("matrix_difference", difference, told)
assert difference < 1e-6

# %% [markdown]
# ## Two passes?
#
# Back to the promise of the first paragraph. This network has 25,450 parameters, so
# that nudging each of them once takes 25,451 forward passes. And backpropagation?

# %%
predict(
    "05.cost",
    "One forward pass takes a certain time. How long do all 25,450 slopes take, "
    "the forward pass included?",
    [
        "about as long as two or three forward passes",
        "about as long as 160, the root of 25,450",
        "about as long as 25,000",
    ],
)

# %% [markdown]
# A stopwatch, held many times, since other programs run on this machine too; the median
# is not moved by a few slow runs.

# %%
REPEATS = {"smoke": 5, "quick": 100, "full": 300}[PROFILE]


def seconds(function):
    """Return the median of the times that a function takes."""
    return np.median(timeit.repeat(function, number=1, repeat=REPEATS))


# %% [markdown]
# Before you look, count the matrix products. Forward there are two. Backward each has
# two factors to send something to, which makes four; but nobody asks for the slopes of
# the pixels, so one is left out. That makes five products in all, against two; `tanh`
# and `exp` are needed on the way forward only.

# %%
one_pass = seconds(lambda: forward(parameters, x_batch))
both_passes = seconds(lambda: gradients(parameters, x_batch, y_batch))
told = "All slopes together take as long as {:.1f} forward passes."
found("gradient_cost", both_passes / one_pass, told, predicted="05.cost")

# %% [markdown]
# And the other way, one pass for each parameter and one to compare with? Nobody waits
# for that here: we multiply.

# %%
told = "By nudging, a single step of training would take {:,.0f} seconds."
found("nudging_seconds", one_pass * 25_451, told)

# %% [markdown] tags=["sourced"]
# So IBM's "two" is right in order of size, and it does not grow with the number of
# weights. The mathematics behind it is known as the *cheap gradient principle*: for one
# result, all slopes cost a small multiple of the computation itself ([Griewank
# 2012](https://doi.org/10.4171/dms/6/38)). The price is paid in memory instead. Look at
# `gradients` once more: it needs `hidden` again, so everything that was computed
# forward must be kept until the way back. In large networks that, rather than the
# arithmetic, decides how many examples fit into a batch.

# %% [markdown]
# ## Thirty layers deep
#
# On the way back a slope is multiplied once in each layer. What if each of these
# factors is a little below one? Let us send random signals through thirty layers of 100
# units and watch their size, forward and backward. The weights are random with standard
# deviation $\text{spread} / \sqrt{100}$: a sum of 100 products, each with a weight of
# that size, then has about `spread` times the size of its inputs.

# %%
DEPTH, WIDTH = 30, 100
ACTIVATIONS = {"tanh": np.tanh, "relu": lambda sums: np.maximum(sums, 0)}
SLOPES = {"tanh": lambda out: 1 - out**2, "relu": lambda out: (out > 0) * 1.0}


def size(array):
    """Return the typical size of the numbers in an array."""
    return np.sqrt(np.mean(array**2))


# %% [markdown]
# Forward through all layers, then back through all of them, beginning with a random
# slope of size 1. There is no loss here and nothing learns: we only watch what the
# layers do to whatever travels through them.


# %%
def through(activation, spread, seed):
    """Return the size of the signal and of the slope in each layer."""
    rng = np.random.default_rng(seed)
    signal, layers = rng.normal(size=(100, WIDTH)), []
    for _ in range(DEPTH):
        weights = rng.normal(scale=spread / WIDTH**0.5, size=(WIDTH, WIDTH))
        signal = ACTIVATIONS[activation](signal @ weights)
        layers.append((weights, signal))
    slope, slopes = rng.normal(size=signal.shape), []
    for weights, output in reversed(layers):
        slope = slope * SLOPES[activation](output)
        slopes.append(size(slope))
        slope = slope @ weights.T
    return [size(output) for _, output in layers], slopes[::-1]


# %%
predict(
    "05.vanish",
    "tanh, and weights of half the size that would keep a signal. The slope that "
    "starts with size 1 behind the last layer arrives at the first with which size?",
    ["about a half", "about a thirtieth", "less than a millionth"],
)

# %% [markdown]
# Four spreads, two of them named after people whom we will meet, with both activations
# and from five random starts each.

# %%
spreads = {"too small": 0.5, "Glorot": 1.0, "He": 2**0.5, "too large": 2.0}
runs = {
    (activation, name): np.array([through(activation, spread, s) for s in range(5)])
    for activation in ACTIVATIONS
    for name, spread in spreads.items()
}

# %% [markdown]
# Each entry has the shape (starts, 2, layers), signals first and slopes second. The
# slope at the first layer, for tanh and the smallest weights:

# %%
vanished = np.median(runs["tanh", "too small"][:, 1, 0])
told = "At the first layer {:.0e} is left of it."
found("vanished_slope", vanished, told, predicted="05.vanish")

# %% [markdown]
# One figure says how this happens, layer by layer. The bands are the range of the five
# starts. On a scale of powers of ten, a steady factor is a straight line.


# %%
def layers_figure(activation, what, title):
    """Draw the size of signals (0) or slopes (1) by layer, over five random starts."""
    series = {name: runs[activation, name][:, what] for name in spreads}
    axes = {"x_title": "layer", "y_title": f"size of the {('signal', 'slope')[what]}"}
    figure = plot.curves(series, x=np.arange(1, DEPTH + 1), title=title, **axes)
    return figure.update_yaxes(type="log", exponentformat="power")


layers_figure("tanh", 1, "tanh: the slope on its way back, from right to left")

# %% [markdown] tags=["sourced"]
# Read it from the right. With small weights every layer takes half of the slope away,
# and thirty halvings leave about a billionth: the first layers would learn next to
# nothing. This is the *vanishing gradient*. With large weights it grows instead, which
# is called *exploding*. In between lies the proposal of [Glorot and Bengio
# (2010)](https://proceedings.mlr.press/v9/glorot10a.html): a variance of 2 / (inputs +
# units), here a spread of 1. Why the sum of both? The inputs decide what a layer does
# to the signal, the units what it does to the slope on its way back, and one variance
# has to serve both.
#
# Now relu, the signals on their way forward:

# %%
layers_figure("relu", 0, "relu: the signal on its way forward, layer by layer")

# %% [markdown] tags=["sourced"]
# Here Glorot's choice is too small. The reason is plain: relu throws one half of the
# signal away, so that the variance halves in each layer. [He and others
# (2015)](https://arxiv.org/abs/1502.01852) therefore double it, to 2 / inputs. (What
# halves is the mean of the squares, to be exact; for the sums in front of a relu, whose
# mean is zero, that is the variance.) Measure it as the factor from one layer to the
# next, over all 29 passages:

# %%
halving = runs["relu", "Glorot"][:, 0]
factor = (halving[:, -1] / halving[:, 0]) ** (1 / (DEPTH - 1))
told = "With Glorot's weights, relu leaves {:.2f} of the variance in each layer."
found("relu_factor", np.mean(factor) ** 2, told)

# %% [markdown]
# Keras has both by name, and takes `glorot_uniform` for a `Dense` layer unless you say
# otherwise. So a deep stack of plain relu layers starts too small by default. One is
# uniform and the other normal, but for our argument only the variance counts.

# %%
glorot = keras.initializers.GlorotUniform(seed=1)(shape=(400, 200))
he_normal = keras.initializers.HeNormal(seed=1)(shape=(400, 200))
drawn = [np.std(keras.ops.convert_to_numpy(one)) for one in (glorot, he_normal)]
assert np.allclose(drawn, [(2 / (400 + 200)) ** 0.5, (2 / 400) ** 0.5], rtol=0.02)

# %% [markdown] tags=["sourced"]
# ## Does it matter for learning?
#
# A signal may fade and the network could still learn to amplify it. So we train: twenty
# hidden relu layers of 64 units on 6,000 digits, with gradients of our own, from each
# of the four starts. And we try the other remedy, *normalisation*: before each relu,
# shift and scale the sums of every example so that they have mean 0 and variance 1
# ([layer normalisation](https://arxiv.org/abs/1607.06450); its older sister [batch
# normalisation](https://arxiv.org/abs/1502.03167) does the same over the batch).


# %%
def normalise(sums):
    """Return each example's sums with mean 0 and variance 1, and their old spread."""
    centred = sums - sums.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-3)
    return centred / deviation, deviation


# %% [markdown]
# Backward, the formula says: what all sums have in common, and what would only stretch
# them, has no effect any more. `shared` is the first of these and `along` the second.
# The usual mistake is to treat mean and deviation as constants; they are made of the
# same sums, so slopes flow through them too.


# %%
def normalise_backward(to_normal, normal, deviation):
    """Return the slopes for the sums, from those for the normalised sums."""
    shared = to_normal.mean(axis=1, keepdims=True)
    along = normal * (to_normal * normal).mean(axis=1, keepdims=True)
    return (to_normal - shared - along) / deviation


# %% [markdown]
# Is it right? There are two witnesses: the layer in Keras for the values, the library's
# gradients for the slopes. The values first:

# %%
sums, towards = rng.normal(size=(5, 8)), rng.normal(size=(5, 8))
normal, deviation = normalise(sums)
layer = keras.layers.LayerNormalization(epsilon=1e-3)
assert np.allclose(normal, keras.ops.convert_to_numpy(layer(sums)), atol=1e-4)

# %% [markdown]
# A gradient needs one number to be the gradient of: a sum with random weights,
# `towards`. A plain sum would not do. Normalised numbers always add up to zero, so
# every slope would be zero, and many a wrong formula would pass.


# %%
def normalised_loss(sums):
    """Return a weighted sum of the normalised sums, with the library's operations."""
    centred = sums - library.mean(sums, axis=1, keepdims=True)
    variance = library.mean(centred**2, axis=1, keepdims=True)
    normal = centred / library.sqrt(variance + 1e-3)
    return library.sum(normal * library.asarray(towards))


ours = normalise_backward(towards, normal, deviation)
assert np.allclose(ours, library_gradients(normalised_loss, [sums])[0], atol=1e-9)

# %% [markdown]
# The deep network is the network from above with a loop in it: forward through all
# layers, keeping what the way back needs. For each layer that is what came in, its
# sums, and the deviation by which they were divided, if they were.


# %%
def deep_forward(weights, x, normalised):
    """Return the scores, and what each hidden layer must keep for the way back."""
    kept = []
    for matrix in weights[:-1]:
        sums, deviation = normalise(x @ matrix) if normalised else (x @ matrix, None)
        kept.append((x, sums, deviation))
        x = np.maximum(sums, 0)
    return x @ weights[-1], x, kept


# %% [markdown]
# Then back through all layers in reverse. Each round of the loop undoes one round of
# the other: the relu, the normalisation if there was one, the product. Find the three
# lines.


# %%
def deep_gradients(weights, x, y, normalised):
    """Return the slopes of the mean cross-entropy for each matrix of weights."""
    scores, last, kept = deep_forward(weights, x, normalised)
    to_scores = (softmax(scores) - np.eye(10, dtype=x.dtype)[y]) / len(y)
    slopes, to_output = [last.T @ to_scores], to_scores @ weights[-1].T
    for matrix, (inputs, sums, deviation) in zip(weights[-2::-1], reversed(kept)):
        to_sums = to_output * (sums > 0)
        if normalised:
            to_sums = normalise_backward(to_sums, sums, deviation)
        slopes.append(inputs.T @ to_sums)
        to_output = to_sums @ matrix.T
    return slopes[::-1]


# %% [markdown]
# Every network gets the same number of steps and the same learning rate. It is judged
# on 2,000 digits that it has not seen, *validation* digits from the training set; the
# test digits stay closed on this page.

# %%
SEEDS, DEEP_STEPS = {"smoke": (2, 3), "quick": (5, 250), "full": (5, 600)}[PROFILE]
inked = ((pixels - pixels.mean()) / pixels.std()).astype("float32")
sizes = [784] + 20 * [64] + [10]

# %% [markdown]
# The weights are drawn as in the figures. To keep the question clean, there are no
# biases.


# %%
def random_weights(spread, rng):
    """Return the matrices of a deep network, their spread as in the figures above."""
    return [
        rng.normal(scale=spread / inputs**0.5, size=(inputs, units)).astype("float32")
        for inputs, units in zip(sizes, sizes[1:])
    ]


# %% [markdown]
# One network, from its random start to the verdict. The seed decides which digits are
# learned from and which are judged by, so networks with the same seed are compared on
# the same ones.


# %%
def train_deep(spread, normalised, seed):
    """Return the share of validation digits that a trained deep network reads."""
    rng = np.random.default_rng(seed)
    order, weights = rng.permutation(10_000), random_weights(spread, rng)
    for _ in range(DEEP_STEPS):
        batch = rng.choice(order[:6000], 128)
        slopes = deep_gradients(weights, inked[batch], labels[batch], normalised)
        weights = [one - 0.03 * slope for one, slope in zip(weights, slopes)]
    unseen = order[6000:8000]
    scores = deep_forward(weights, inked[unseen], normalised)[0]
    return np.mean(scores.argmax(axis=1) == labels[unseen])


# %%
predict(
    "05.normalise",
    "Twenty layers, weights of the wrong size. How much can normalisation save?",
    [
        "nothing: what has faded is lost",
        "much of it, but the wrong starts stay behind on average",
        "all of it: the start no longer matters",
    ],
)

# %% [markdown]
# Four starts, without normalisation and with it, each from several seeds. Weights that
# are far too large overflow without normalisation; NumPy is told not to warn of it,
# since that is part of the finding.

# %%
seeds = range(SEEDS)
kinds = [(spread, normed) for normed in (False, True) for spread in spreads.values()]
with np.errstate(all="ignore"):
    shares = np.array([[train_deep(*kind, seed) for seed in seeds] for kind in kinds])

# %% [markdown]
# Compare the two groups bar by bar. The whiskers reach from the worst start to the
# best, and guessing would be right once in ten.

# %%
bars = [*spreads, *(f"{name}, normalised" for name in spreads)]
whiskers = {"low": shares.min(axis=1), "high": shares.max(axis=1)}
axes = {"x_title": "validation digits read: mean over the starts, and range"}
title = "Twenty relu layers: what the start is worth, and what normalisation saves"
plot.bars(bars, shares.mean(axis=1), **whiskers, **axes, number=".0%", title=title)

# %% [markdown]
# He's start is the third bar; the other three of each group are wrong for relu.

# %%
wrong = [0, 1, 3]
told = "Without normalisation, the three wrong starts read {:.0%} on average."
found("wrong_start_read", shares[:4][wrong].mean(), told)
found("right_start_read", shares[2].mean(), "He's start reads {:.0%}.")
told = "With normalisation the same three wrong starts read {:.0%} on average."
found("normalised_read", shares[4:][wrong].mean(), told, predicted="05.normalise")

# %% [markdown] tags=["sourced"]
# So normalisation brings back what looked lost, but not all starts profit alike. Before
# a normalised relu the size of the weights no longer matters for the signal; it does
# matter for the step, since small weights are changed by a larger share of themselves.
# The smallest ones are in effect trained with too large a learning rate, and their bars
# spread wide. Why normalisation helps so much in practice is still argued about: the
# inventors of batch normalisation thought of the shifting inputs of each layer, and
# later experiments speak for a smoother loss ([Santurkar and others,
# 2018](https://arxiv.org/abs/1805.11604)).

# %% [markdown]
# ## How far may a step go?
#
# Backpropagation tells the direction. How far to go is the learning rate's business,
# and too far is worse than too little. Close to a minimum a smooth loss looks like a
# *quadratic*. Along one weight it is $\frac{1}{2}\lambda w^2$, where $\lambda$ is the
# *curvature*. Its slope is $\lambda w$, so a step with learning rate $\eta$ makes
#
# $$w \;\to\; w - \eta\lambda w = (1 - \eta\lambda)\,w.$$
#
# Each step multiplies the distance from the minimum by $1 - \eta\lambda$. For
# $\eta\lambda$ between 1 and 2 this number is negative: the weight swings to and fro,
# but comes closer. Beyond $\eta = 2 / \lambda$ it lands farther away each time. With
# many weights, the direction of the largest curvature breaks first: the top eigenvalue
# of the *Hessian*, the matrix of all second slopes.
#
# Try it in your head with $\lambda = 10$. At $\eta = 0.1$ one step arrives; at $0.15$
# each step multiplies by $-0.5$, and at $0.25$ by $-1.5$. So a learning rate is large
# or small only beside a curvature.

# %% [markdown]
# Is that so on real data? Take a *linear* reader, which has no hidden layer, and as its
# loss half the squared error, summed over the ten classes and averaged over the digits.
# That is exactly a quadratic in its weights, with the Hessian $X^\top X / n$ for each
# class. (Without the half it would be twice that, and the limit half as large.) To keep
# it quick, the digits are shrunk to 14 × 14 pixels.


# %%
def small_digits(seed, count):
    """Return small digits with a constant, (count, 197), and classes as 0 and 1."""
    chosen = np.random.default_rng(seed).choice(10_000, count, replace=False)
    blocks = pixels[chosen].reshape(count, 14, 2, 14, 2).mean(axis=(2, 4))
    shrunk = np.hstack([blocks.reshape(count, 196), np.ones((count, 1))])
    return shrunk, np.eye(10)[labels[chosen]]


# %% [markdown]
# The top eigenvalue does not need the whole Hessian, only its product with a vector:
# multiply again and again, and the steepest direction wins. This is called *power
# iteration*. Each product stretches every direction by its own eigenvalue, so the
# largest gains on all others.


# %%
def top_curvature(multiply, direction, rounds):
    """Return a matrix's top eigenvalue, found by products only, and its direction."""
    for _ in range(rounds):
        direction = direction / np.linalg.norm(direction)
        product = multiply(direction)
        eigenvalue, direction = direction @ product, product
    return eigenvalue, direction


# %% [markdown]
# NumPy can find all eigenvalues of a matrix of this size, and so is the witness.

# %%
x_small, targets = small_digits(seed=0, count=1000)
hessian = x_small.T @ x_small / 1000
curvature, _ = top_curvature(lambda v: hessian @ v, rng.normal(size=197), rounds=50)
assert np.isclose(curvature, np.linalg.eigvalsh(hessian)[-1], rtol=1e-6)
print(f"top curvature {curvature:.2f}: descent should break at {2 / curvature:.4f}")

# %% [markdown] tags=["sourced"]
# Now the experiment. It knows nothing of the prediction: it only descends, and looks
# whether the loss has grown after 300 steps. (It asks `not ... <` rather than `>=`,
# since a loss that is no number any more counts as broken too.) With *momentum*
# $\beta$, each step also repeats the share $\beta$ of the one before (Polyak's [heavy
# ball](https://doi.org/10.1016/0041-5553%2864%2990137-5), 1964).


# %%
def breaks(x, targets, learning_rate, momentum=0.0, steps=300):
    """Return whether the loss of a linear reader is larger after the descent."""
    weights = np.zeros((x.shape[1], 10))
    velocity = np.zeros_like(weights)
    hessian, pull = x.T @ x / len(x), x.T @ targets / len(x)
    for _ in range(steps):
        velocity = momentum * velocity - learning_rate * (hessian @ weights - pull)
        weights = weights + velocity
    return not np.mean((x @ weights - targets) ** 2) < np.mean(targets**2)


# %% [markdown]
# The search halves the interval between a learning rate that works and one that does
# not. Learning rates are compared by factors, so its middle is the root of the
# product of its ends; fourteen halvings of a factor of ten thousand leave less than a
# part in a thousand. The search does not care what breaks, so it will serve us again.


# %%
def breaking_point(breaks, low=1e-3, high=10.0, halvings=14):
    """Return the learning rate from which something breaks, by halving an interval."""
    for _ in range(halvings):
        middle = np.sqrt(low * high)
        low, high = (low, middle) if breaks(middle) else (middle, high)
    return middle


# %% [markdown]
# Prediction and experiment share nothing but the digits: one never descends, the other
# computes no eigenvalue.

# %%
SAMPLES = {"smoke": 1, "quick": 5, "full": 10}[PROFILE]
problems = [small_digits(seed, 1000) for seed in range(SAMPLES)]
curvatures = [np.linalg.eigvalsh(x.T @ x / len(x))[-1] for x, _ in problems]
with np.errstate(all="ignore"):
    met = [breaking_point(lambda rate: breaks(*one, rate)) for one in problems]

# %% [markdown]
# How far from the prediction was each breaking point?

# %%
errors = np.abs(np.array(met) * curvatures / 2 - 1)
told = "On every sample of digits, descent broke within {:.1%} of 2 / curvature."
found("threshold_error", errors.max(), told)
assert errors.max() < 0.02

# %% [markdown]
# That one goes to theory. And with momentum?

# %%
predict(
    "05.momentum",
    "Momentum 0.9 adds up ten steps or so. The largest learning rate that does not "
    "break is then",
    ["about ten times smaller", "the same", "nearly twice as large"],
)

# %% [markdown]
# Four strengths of momentum, one sample of digits, and the same search. With
# $\beta = 0$ it should find again what it found before.

# %%
betas = np.array([0.0, 0.3, 0.6, 0.9])
first = problems[0]
with np.errstate(all="ignore"):
    met_with = [breaking_point(lambda rate: breaks(*first, rate, b)) for b in betas]

# %% [markdown]
# In multiples of the limit without momentum, so that only the factor remains:

# %%
ratio = np.array(met_with) * curvatures[0] / 2
told = "With momentum 0.9 the breaking point is {:.2f} times 2 / curvature."
found("momentum_gain", ratio[-1], told, predicted="05.momentum")

# %% [markdown]
# One number could be luck. Do all four lie on the line $1 + \beta$?

# %%
momentum_errors = np.abs(ratio / (1 + betas) - 1)
told = "The rule 2 (1 + momentum) / curvature was met within {:.1%}."
found("momentum_error", momentum_errors.max(), told)
assert momentum_errors.max() < 0.02

# %% [markdown]
# In a steep valley the steps change sign each time, and then the repeated share works
# against the swing. So momentum does not only speed up the flat directions, it also
# steadies the steep one. Polyak's ball gathers speed only where the slope keeps its
# sign.
#
# Does the optimiser of Keras obey the same limit?


# %%
def keras_breaks(learning_rate, momentum, steps=60):
    """Return whether Keras's SGD makes the loss of the first linear reader grow."""
    optimizer, (x, targets) = keras.optimizers.SGD(learning_rate, momentum), first
    weights = keras.Variable(np.zeros((197, 10)), dtype="float32")
    for _ in range(steps):
        error = x @ keras.ops.convert_to_numpy(weights) - targets
        slopes = keras.ops.convert_to_tensor(x.T @ error / 1000, dtype="float32")
        optimizer.apply([slopes], [weights])
    return not np.mean(error**2) < np.mean(targets**2)


# %% [markdown]
# Two per cent below the limit the loss falls, two per cent above it grows:

# %%
limit = 2 * (1 + 0.9) / curvatures[0]
with np.errstate(all="ignore"):
    assert not keras_breaks(0.98 * limit, momentum=0.9)
    assert keras_breaks(1.02 * limit, momentum=0.9)

# %% [markdown]
# All of it in one picture, for a quadratic valley of two weights: the path, the loss,
# and where the learning rate stands on the scale from too slow to broken. The dashed
# line is the prediction.

# %%
plot.descent("valley", learning_rate=0.19, title="Just below the limit: to and fro")

# %% [markdown]
# Find four learning rates on the *valley*: one too slow, one good, one that swings and
# arrives, one that diverges. Then raise the momentum and watch the limit move. Last,
# choose *network*, two layers with one weight each, and pass the limit there.

# %%
explore.learning_rate(surface="valley", learning_rate=0.03)

# %% [markdown]
# ## Where the rule stops
#
# On *network* the limit was passed and nothing broke: the weights jumped, and settled
# where the curvature is smaller. The loss of a network is no quadratic, and its
# curvature is different everywhere. So we measure it *while* a network learns: 16 tanh
# units, 200 small digits, all of them in each step, and again the squared error.
#
# A second loss, the cross-entropy, will be wanted for comparison. Both have the same
# slope at the scores, answers minus targets; only what counts as the answer differs. So
# one function gives the loss together with the answers.


# %%
def judge(scores, targets, kind):
    """Return the loss of the scores, and what counts as the answers."""
    if kind == "cross-entropy":
        answers = softmax(scores)
        return -np.mean(np.log(np.sum(answers * targets, axis=1) + 1e-300)), answers
    return 0.5 * np.mean(np.sum((scores - targets) ** 2, axis=1)), scores


# %% [markdown]
# All weights stand in one flat vector, since power iteration needs a direction: 197 ×
# 16 of the hidden layer, then 16 × 10 of the output. Inside they become matrices again.
# The way back is the one that you know.


# %%
def loss_and_slopes(flat, x, targets, kind):
    """Return the loss of a small network and its slopes, as one flat vector."""
    hidden_weights = flat[:-160].reshape(197, 16)
    output_weights = flat[-160:].reshape(16, 10)
    hidden = np.tanh(x @ hidden_weights)
    loss, answers = judge(hidden @ output_weights, targets, kind)
    to_scores = (answers - targets) / len(x)
    to_sums = to_scores @ output_weights.T * (1 - hidden**2)
    return loss, np.append(x.T @ to_sums, hidden.T @ to_scores)


# %% [markdown]
# The Hessian's product with a vector is a nudge once more, this time of the gradient:
# how does it change along that direction? With power iteration that gives the top
# curvature at any point, without ever writing down the Hessian of 3,312 × 3,312
# numbers.


# %%
def network_curvature(flat, direction, problem, rounds):
    """Return the top eigenvalue of a network's Hessian, and its direction."""

    def multiply(vector, nudge=1e-4):
        up = loss_and_slopes(flat + nudge * vector, *problem)[1]
        down = loss_and_slopes(flat - nudge * vector, *problem)[1]
        return (up - down) / (2 * nudge)

    return top_curvature(multiply, direction, rounds)


# %% [markdown]
# A start: random weights, 200 digits around their mean, and the top curvature before
# the first step. The direction is returned too: a little later it will not have turned
# far, so the next search can begin with it.


# %%
def start(seed, kind):
    """Return a network's weights, its problem, its top curvature and the direction."""
    rng = np.random.default_rng(seed)
    x, targets = small_digits(seed, 200)
    x[:, :196] -= x[:, :196].mean(axis=0)
    problem = (x, targets, kind)
    hidden_weights = rng.normal(size=197 * 16) / 197**0.5
    flat = np.append(hidden_weights, rng.normal(size=16 * 10) / 16**0.5)
    direction = rng.normal(size=flat.size)
    return flat, problem, *network_curvature(flat, direction, problem, rounds=60)


# %% [markdown]
# The experiment: plain gradient descent, with a learning rate that is a given share of
# what the rule allows *at the start*. On the way, every fifty steps, comes the
# curvature, as a share of what the rule allows at this learning rate. Above 1, a
# quadratic would diverge.

# %%
EDGE_STEPS = {"smoke": 60, "quick": 1200, "full": 5000}[PROFILE]


def follow(seed, share):
    """Return the losses of plain gradient descent, and curvature / limit on the way."""
    flat, problem, curvature, direction = start(seed, "squared error")
    learning_rate, losses, shares = share * 2 / curvature, [], []
    for step in range(EDGE_STEPS):
        if step % 50 == 0:
            curvature, direction = network_curvature(flat, direction, problem, 8)
            shares.append(curvature * learning_rate / 2)
        loss, slopes = loss_and_slopes(flat, *problem)
        flat = flat - learning_rate * slopes
        losses.append(loss)
    return losses, shares


# %% [markdown]
# Three shares will be tried: 0.5, 0.9 and 1.5. Commit yourself on the last.

# %%
predict(
    "05.edge",
    "At 1.5 times the limit, the quadratic rule says that the loss explodes. What does "
    "a network do?",
    [
        "its loss explodes as well",
        "it is thrown about, and ends at a worse loss than it began with",
        "it finds flatter ground and goes on learning",
    ],
)

# %% [markdown]
# For each start the three begin with the same weights and the same digits; only the
# step differs.

# %%
paths = {
    f"{share} of the limit": [follow(seed, share) for seed in seeds]
    for share in (0.5, 0.9, 1.5)
}

# %% [markdown]
# The dotted line is the limit, and each curve begins at its share of it. Watch where it
# goes.

# %%
series = {name: [shares for _, shares in runs] for name, runs in paths.items()}
axes = {"x_title": "step", "y_title": "top curvature as a share of the limit"}
title = "The curvature climbs to the limit, or falls to it, and stays"
figure = plot.curves(series, x=np.arange(0, EDGE_STEPS, 50), title=title, **axes)
figure.add_hline(y=1, line_dash="dot", line_width=1)

# %% [markdown]
# How near to the limit do the runs at 0.9 and 1.5 end?

# %%
ends = np.array([[runs[1][-1] for runs in paths[name]] for name in list(paths)[1:]])
found("edge_low", ends.min(), "Of all runs at 0.9 and 1.5, the lowest ended at {:.2f}.")
found("edge_high", ends.max(), "The highest of them ended at {:.2f} of the limit.")

# %% [markdown] tags=["sourced"]
# At half the limit the curvature is still climbing. Remarkable, and no accident of
# ours: [Cohen and others (2021)](https://arxiv.org/abs/2103.00065) found it in many
# networks and called it the *edge of stability*. Gradient descent lets the curvature
# grow until the rule would forbid the learning rate. There it starts to swing, the
# swing pushes it to flatter ground, and so it goes on, right at the edge. The loss is
# no longer falling at every step:

# %%
for name, followed in paths.items():
    rising = [np.mean(np.diff(losses) > 0) for losses, _ in followed]
    print(f"{name}: {np.mean(rising):.0%} of the steps go up")

# %% [markdown]
# A loss that rises now and then is no proof that something is broken. What counts is
# where it is at the end, as a share of where it began:

# %%
left = [losses[-1] / losses[0] for losses, _ in paths["1.5 of the limit"]]
told = "Beyond the limit, {:.1%} of the first loss is left at the end, on average."
found("edge_final_loss", np.mean(left), told, predicted="05.edge")

# %% [markdown]
# So where does a network break, if not at $2 / \lambda$? The same search as above, and
# this time for both losses.

# %%
HALVINGS = {"smoke": 3, "quick": 9, "full": 12}[PROFILE]


def network_breaking_point(seed, kind, steps=300):
    """Return where a network breaks, in multiples of 2 / curvature at its start."""
    flat_start, problem, curvature, _ = start(seed, kind)

    def breaks(learning_rate):
        flat = flat_start
        for _ in range(steps):
            flat = flat - learning_rate * loss_and_slopes(flat, *problem)[1]
        return not loss_and_slopes(flat, *problem)[0] < first_loss

    first_loss, limit = loss_and_slopes(flat_start, *problem)[0], 2 / curvature
    return breaking_point(breaks, 0.1 * limit, 1000 * limit, HALVINGS) / limit


# %%
with np.errstate(all="ignore"):
    broke = {
        kind: [network_breaking_point(seed, kind) for seed in seeds]
        for kind in ("squared error", "cross-entropy")
    }
for kind, multiples in broke.items():
    print(f"{kind}: from {min(multiples):.1f} to {max(multiples):.1f} times the limit")

# %% [markdown]
# Each of them learns well beyond the rule, but not equally far:

# %%
told = "With the squared error the network breaks at {:.1f} times 2 / curvature."
found("breaks_squared", np.median(broke["squared error"]), told)
told = "With cross-entropy it breaks only at {:.0f} times (medians over the starts)."
found("breaks_entropy", np.median(broke["cross-entropy"]), told)

# %% [markdown] tags=["sourced"]
# Cross-entropy is more patient, for a good reason: once the network is sure of its
# digits, softmax hardly moves any more, and the curvature nearly disappears. So the
# rule is exact for a quadratic; for a network it says where the *swinging* begins, not
# where it all ends. And for the playground of lesson 02? There, Adam divides every
# slope by its typical size, which changes the curvature it feels, and it sees small
# batches. A rule of the same kind holds for it, with the divided curvature ([Cohen and
# others, 2022](https://arxiv.org/abs/2207.14484)), as long as every step sees all
# examples. A loss that jumps about in the playground may be a network at its edge, or
# only the luck of its batches.

# %% [markdown] tags=["sourced"]
# ## What backpropagation is, and what it is not
#
# Now read [IBM's page](https://www.ibm.com/think/topics/backpropagation) with your own
# eyes.
#
# | it says | you have seen |
# |---|---|
# | a network is a nest of functions, and the chain rule takes it apart | right: that is all there is to it |
# | all slopes in two passes, whatever the number of weights | right in order of size, at the price of memory |
# | it works out how weights affect the *accuracy* | the *loss*: accuracy jumps, and a jump has no slope |
# | Rumelhart, Hinton and Williams were first to publish the formal algorithm, in 1986 | the algorithm is older |
#
# It is *not* the learning itself. Backpropagation delivers slopes; what to do with
# them, gradient descent or Adam decide. It does not know the right step, the right
# start, or whether the slope is worth following. And it is not made for networks only:
# it differentiates any program of smooth steps.
#
# That is how it began. Seppo Linnainmaa described the reverse walk through a
# computation in his master's thesis of 1970, in order to estimate rounding errors, and
# in English in [1976](https://doi.org/10.1007/BF01931367). Paul Werbos proposed it for
# learning in his thesis of 1974 and applied it to what we would call networks in
# [1982](https://doi.org/10.1007/BFb0006203). Others found it on their own; Griewank
# tells the story in [*Who invented the reverse mode of
# differentiation?*](https://doi.org/10.4171/dms/6/38) What [Rumelhart, Hinton and
# Williams](https://doi.org/10.1038/323533a0) showed in 1986 was that hidden units
# trained in this way come to stand for features that nobody had told them about, and
# that convinced the world.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "05.quiz.multiply",
    "A loss has the slope 3 for the product a · b, with a = 2 and b = 5. What is its "
    "slope for a?",
    {
        "6": "That is 3 · a. A product follows each factor with the *other* one.",
        "15": "The slope of the product, 3, times the other factor, 5.",
        "8": "Slopes along a chain multiply; they add up where several paths meet.",
    },
    right="15",
)

# %%
quiz(
    "05.quiz.bias",
    "In a dense layer, why is the slope of the bias a sum over the batch?",
    {
        "because the loss is a mean": (
            "The mean is in the slope that comes back already, as 1 / batch."
        ),
        "because every example uses the same bias": (
            "One number, used once for each example: the paths add up."
        ),
        "because NumPy needs the shapes to fit": (
            "True, but a mean would have the right shape as well, and be wrong."
        ),
    },
    right="because every example uses the same bias",
)

# %%
quiz(
    "05.quiz.relu",
    "Thirty relu layers start with Glorot's weights. What happens to the signal?",
    {
        "it keeps its size": (
            "That is what He's weights achieve: relu takes half of the variance away."
        ),
        "it fades": "The variance halves in each layer; He's weights make up for it.",
        "it explodes": "For that, the sums must more than double it before each relu.",
    },
    right="it fades",
)

# %%
quiz(
    "05.quiz.limit",
    "The top curvature of a quadratic is 4. Which learning rate is the largest that "
    "does not diverge, without momentum?",
    {
        "just below 0.25": (
            "At 1 / 4 the steepest direction arrives in one step. There is room beyond."
        ),
        "just below 0.5": "2 / 4. Between 0.25 and 0.5 it swings, and still arrives.",
        "just below 2": "2 is the limit for a curvature of 1.",
    },
    right="just below 0.5",
)

# %%
quiz(
    "05.quiz.role",
    "Which of these does backpropagation do?",
    {
        "change the weights": (
            "The optimiser changes them. Backpropagation only says in which direction."
        ),
        "find the slope of the loss for every weight": "That, and nothing else.",
        "find the best weights": (
            "No method is known that could promise that for a network."
        ),
    },
    right="find the slope of the loss for every weight",
)

# %% [markdown]
# ## What this page leaves out
#
# The libraries do more than our engine: they work on arrays and on graphics cards, fuse
# operations, forget and recompute layers to save memory, and find second slopes too.
# Our claim about the breaking point was tested on full batches; with small batches the
# slope itself is noisy, and instability begins in other ways. The experiments on
# normalisation used one learning rate, one depth and one kind of network. And thirty
# plain layers are not what people use today: lesson 08 adds a shortcut around each
# layer, through which slopes travel back unharmed.
#
# You came with a black box called training. What is in it, you have now built: slopes
# by the chain rule, a start from which they survive, and a step that does not break. In
# the lab you write the engine's parts yourself, hunt wrong gradients, and train a digit
# reader with no library at all.
