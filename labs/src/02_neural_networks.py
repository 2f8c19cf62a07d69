# %% [markdown]
# **Can you build a network by hand, and train one that reads your writing?**
#
# In lesson 02 you saw every piece of a network once. Here you write the pieces yourself,
# from one matrix product to a trained reader. By the end you will have
#
# - a dense layer, a forward pass, a softmax and a cross-entropy that agree with Keras,
# - weights for XOR that you found with pencil and paper,
# - a digit reader of your own design that beats logistic regression.
#
# Every exercise is a function with a gap, and the cell below it tries what you put there
# on fresh random inputs. *How* you wrote it is your affair; what it returns counts, and
# when something is off you see on which input. `hint("02.dense")` opens one step at a
# time; `solution("02.dense")` shows the whole answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(2)

# %% [markdown]
# ## 1 · A dense layer
#
# A dense layer multiplies a batch of inputs with its weights and adds its bias. Write it
# without a loop: one line is enough. There is no activation in it yet.
#
# | | shape |
# |---|---|
# | `x` | (batch, inputs) |
# | `weights` | (inputs, units) |
# | `bias` | (units,) |
# | result | (batch, units) |

# %% tags=["definition"] exercise="02.dense"
"""A dense layer."""
import numpy as np

HINTS = [
    "Every unit needs the sum of all inputs, each times its weight. Which operation does that for a "
    "whole batch at once?",
    "`x @ weights` has the shape (batch, units). What is still missing has the shape (units,).",
    "NumPy adds a vector of shape (units,) to every row by itself: `x @ weights + bias`.",
]
MISTAKES = {
    "bias_missing": "The weighted sums are right, but the bias is not added to them.",
    "bias_multiplied": "You multiplied by the bias. It is added: a bias of zero must change nothing.",
    "activated": "Negative sums have become zero. This layer has no activation yet: return the plain sums.",
    "summed_over_batch": "The examples of the batch were added up. Each example keeps a row of its own in "
    "the result.",
    "elementwise": (
        "You multiplied element by element, which keeps the inputs apart. A layer sums over its inputs: use @."
    ),
}


def cases(rng):
    for batch, inputs, units in [(2, 2, 3), (3, 3, 2), (4, 4, 4), (6, 1, 5)]:
        yield {
            "x": rng.normal(size=(batch, inputs)).round(2),
            "weights": rng.normal(size=(inputs, units)).round(2),
            "bias": rng.uniform(0.5, 2.0, size=units).round(2),
        }


def reference(x, weights, bias):
    return x @ weights + bias


def diagnose(inputs, output):
    x, weights, bias = inputs["x"], inputs["weights"], inputs["bias"]
    right = x @ weights + bias
    output = np.asarray(output)
    wrong = {
        "bias_missing": x @ weights,
        "bias_multiplied": x @ weights * bias,
        "activated": np.maximum(right, 0),
        "summed_over_batch": right.sum(axis=0),
    }
    for mistake, value in wrong.items():
        if output.shape == value.shape and np.allclose(output, value):
            return mistake
    square = x.shape == weights.shape
    if square and output.shape == x.shape and np.allclose(output, x * weights + bias):
        return "elementwise"
    return None


# %% tags=["exercise"] exercise="02.dense"
def dense(x, weights, bias):
    """Return the weighted sums of a dense layer, shape (batch, units)."""
    ### BEGIN SOLUTION
    return x @ weights + bias
    ### END SOLUTION


# %%
check("02.dense", dense)


# %% tags=["mutant"] exercise="02.dense" misconception="bias_missing"
def dense(x, weights, bias):
    return x @ weights


# %% tags=["mutant"] exercise="02.dense" misconception="bias_multiplied"
def dense(x, weights, bias):
    return (x @ weights) * bias


# %% tags=["mutant"] exercise="02.dense" misconception="activated"
def dense(x, weights, bias):
    return np.maximum(x @ weights + bias, 0)


# %% tags=["mutant"] exercise="02.dense" misconception="summed_over_batch"
def dense(x, weights, bias):
    return (x @ weights + bias).sum(axis=0)


# %% tags=["mutant"] exercise="02.dense" misconception="elementwise"
def dense(x, weights, bias):
    return x * weights + bias if x.shape == weights.shape else x @ weights + bias


# %% tags=["variant"] exercise="02.dense"
def dense(x, weights, bias):
    rows = []
    for example in x:
        rows.append(
            [sum(example * weights[:, unit]) + bias[unit] for unit in range(len(bias))]
        )
    return np.array(rows)


# %% [markdown]
# ## 2 · A whole network
#
# A network passes the output of each layer on to the next. Between two layers stands a
# `relu`; after the last one there is none, so that the scores may be negative. `layers`
# is a list of pairs `(weights, bias)`, one for each layer, and may have any length.

# %% tags=["definition"] exercise="02.forward"
"""The forward pass of a network."""
import numpy as np

POINTS = 2
HINTS = [
    "Keep one variable for what travels through the network. It starts as `x`, and each layer replaces it.",
    "The relu stands between layers: apply it to what goes into every layer but the first.",
    "Treat the last layer on its own: loop over `layers[:-1]` with a relu, then use `layers[-1]` without.",
]
MISTAKES = {
    "relu_on_output": "There is a relu after the last layer too, so that no score can be negative. Leave it out there.",
    "relu_missing": "There is no relu between the layers. Without one, all of them together are worth a single layer.",
    "relu_on_input": "You applied relu to the input itself, so that negative inputs were lost before the first layer.",
    "last_layer_missing": "The last layer was left out.",
    "bias_missing": "The biases are not added.",
    "bias_after_relu": "The bias was added after the relu. It belongs to the sum that goes into it.",
}


def cases(rng):
    for sizes in [(2, 3, 2), (3, 4, 4, 2), (4, 2), (2, 5, 3, 3, 3)]:
        yield {
            "x": rng.normal(size=(3, sizes[0])).round(2),
            "layers": [
                (rng.normal(size=shape).round(2), rng.normal(size=shape[1]).round(2))
                for shape in zip(sizes, sizes[1:])
            ],
        }


def run(x, layers, *, first=False, between=True, last=False, with_bias=True):
    """Compute the forward pass with relu in the chosen places: the right one and its misreadings."""
    signal = np.maximum(x, 0) if first else x
    for position, (weights, bias) in enumerate(layers):
        signal = signal @ weights + (bias if with_bias else 0)
        if last if position == len(layers) - 1 else between:
            signal = np.maximum(signal, 0)
    return signal


def reference(x, layers):
    return run(x, layers)


def late_bias(x, layers):
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ weights, 0) + bias
    return x @ layers[-1][0] + layers[-1][1]


def diagnose(inputs, output):
    x, layers = inputs["x"], inputs["layers"]
    if len(layers) == 1:  # with one layer, several mistakes look the same
        return None
    wrong = {
        "relu_on_output": run(x, layers, last=True),
        "relu_missing": run(x, layers, between=False),
        "relu_on_input": run(x, layers, first=True),
        "last_layer_missing": run(x, layers[:-1], last=True),
        "bias_missing": run(x, layers, with_bias=False),
        "bias_after_relu": late_bias(x, layers),
    }
    output = np.asarray(output)
    for mistake, value in wrong.items():
        if output.shape == value.shape and np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="02.forward"
def forward(x, layers):
    """Return the scores of a network, shape (batch, units of the last layer)."""
    ### BEGIN SOLUTION
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ weights + bias, 0)
    weights, bias = layers[-1]
    return x @ weights + bias
    ### END SOLUTION


# %%
forward_works = check("02.forward", forward)


# %% tags=["mutant"] exercise="02.forward" misconception="relu_on_output"
def forward(x, layers):
    for weights, bias in layers:
        x = np.maximum(x @ weights + bias, 0)
    return x


# %% tags=["mutant"] exercise="02.forward" misconception="relu_missing"
def forward(x, layers):
    for weights, bias in layers:
        x = x @ weights + bias
    return x


# %% tags=["mutant"] exercise="02.forward" misconception="relu_on_input"
def forward(x, layers):
    for weights, bias in layers:
        x = np.maximum(x, 0) @ weights + bias
    return x


# %% tags=["mutant"] exercise="02.forward" misconception="last_layer_missing"
def forward(x, layers):
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ weights + bias, 0)
    return x


# %% tags=["mutant"] exercise="02.forward" misconception="bias_missing"
def forward(x, layers):
    for weights, _ in layers[:-1]:
        x = np.maximum(x @ weights, 0)
    return x @ layers[-1][0]


# %% tags=["mutant"] exercise="02.forward" misconception="bias_after_relu"
def forward(x, layers):
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ weights, 0) + bias
    return x @ layers[-1][0] + layers[-1][1]


# %% tags=["variant"] exercise="02.forward"
def forward(x, layers):
    if len(layers) == 1:
        return x @ layers[0][0] + layers[0][1]
    signal = x @ layers[0][0] + layers[0][1]
    return forward(signal * (signal > 0), layers[1:])


# %% [markdown]
# ## 3 · XOR with pencil and paper
#
# Lesson 02 showed one network that computes XOR. Find *another*: two inputs, two hidden
# units with relu, one output. Return its weights so that the output is 1 for (0, 1) and
# (1, 0), and 0 for (0, 0) and (1, 1). There are infinitely many answers; the two weights
# of the output must not be 1 and -2, since those are the lesson's.

# %% tags=["definition"] exercise="02.xor_weights"
"""A network for XOR."""
import numpy as np

POINTS = 2
HINTS = [
    "Draw the four corners. One hidden unit can be zero for three of them and positive for the fourth. "
    "So can the other. Which corners should they pick?",
    "Let the first hidden unit be positive only at (1, 0) and the second only at (0, 1). Then the output adds them.",
    "relu(x₁ - x₂) is 1 at (1, 0) and 0 at the other corners. What is its mirror image?",
]
MISTAKES = {
    "computes_or": "This network computes OR: it also says 1 for (1, 1).",
    "computes_and": "This network computes AND: it says 1 only for (1, 1).",
    "inverted": "Exactly upside down: it says 0 where it should say 1. That is XNOR.",
    "lesson_answer": "It computes XOR, but with the output weights 1 and -2 of the lesson. Find another way.",
    "shapes": "The shapes should be (2, 2) for the hidden weights, (2,) for the hidden bias, (2,) for the "
    "output weights, and a single number for the output bias.",
}
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
XOR = np.array([0, 1, 1, 0])


def cases(rng):
    # The four corners are all there is to try; the order is shuffled so that nothing depends on it.
    for _ in range(3):
        yield {"corners": CORNERS[rng.permutation(4)]}


def observe(answer, inputs):
    return answer()


def network(weights, corners):
    hidden_weights, hidden_bias, output_weights, output_bias = weights
    return (
        np.maximum(corners @ hidden_weights + hidden_bias, 0) @ output_weights
        + output_bias
    )


def accept(inputs, output):
    if not isinstance(output, (tuple, list)) or len(output) != 4:
        return "Return four things: hidden weights, hidden bias, output weights and output bias."
    weights = [np.asarray(part, dtype=float) for part in output]
    if [part.shape for part in weights] != [(2, 2), (2,), (2,), ()]:
        return "shapes"
    given = network(weights, inputs["corners"])
    wanted = inputs["corners"].sum(axis=1) == 1
    if np.allclose(given, wanted):
        return "lesson_answer" if sorted(weights[2]) == [-2, 1] else True
    both, either = inputs["corners"].sum(axis=1) == 2, inputs["corners"].sum(axis=1) > 0
    for mistake, value in [
        ("computes_or", either),
        ("computes_and", both),
        ("inverted", ~wanted),
    ]:
        if np.allclose(given, value):
            return mistake
    pairs = ", ".join(
        f"({a:g}, {b:g}) gives {c:.3g}" for (a, b), c in zip(inputs["corners"], given)
    )
    return f"Not XOR yet: {pairs}."


# %% tags=["exercise"] exercise="02.xor_weights"
def xor_weights():
    """Return hidden weights (2, 2), hidden bias (2,), output weights (2,), bias ()."""
    ### BEGIN SOLUTION
    hidden_weights = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return hidden_weights, np.zeros(2), np.ones(2), 0.0
    ### END SOLUTION


# %%
check("02.xor_weights", xor_weights)


# %% tags=["mutant"] exercise="02.xor_weights" misconception="computes_or"
def xor_weights():
    return np.ones((2, 2)), np.array([0.0, -1.0]), np.array([1.0, -1.0]), 0.0


# %% tags=["mutant"] exercise="02.xor_weights" misconception="computes_and"
def xor_weights():
    return np.ones((2, 2)), np.array([-1.0, -1.0]), np.array([0.5, 0.5]), 0.0


# %% tags=["mutant"] exercise="02.xor_weights" misconception="inverted"
def xor_weights():
    return np.ones((2, 2)), np.array([0.0, -1.0]), np.array([-1.0, 2.0]), 1.0


# %% tags=["mutant"] exercise="02.xor_weights" misconception="lesson_answer"
def xor_weights():
    return np.ones((2, 2)), np.array([0.0, -1.0]), np.array([1.0, -2.0]), 0.0


# %% tags=["mutant"] exercise="02.xor_weights" misconception="shapes"
def xor_weights():
    return np.ones((2, 2)), np.zeros(2), np.ones((2, 1)), np.zeros(1)


# %% tags=["variant"] exercise="02.xor_weights"
def xor_weights():
    return [[2, -2], [-2, 2]], [0, 0], [0.5, 0.5], 0


# %% [markdown]
# ## 4 · Softmax
#
# Turn scores into probabilities: the exponential of each score, divided by the sum of the
# exponentials of its row. One trap waits: the exponential of 1,000 is too large for a
# computer. Subtracting the same number from all scores of a row does not change the
# result, so choose one that makes the exponentials harmless.

# %% tags=["definition"] exercise="02.softmax"
"""Softmax."""
import numpy as np

HINTS = [
    "First without the trap: `np.exp(scores)` divided by its sum along the last axis. Keep that axis, so that the "
    "shapes match.",
    "`sum(axis=-1, keepdims=True)` has the shape (batch, 1), and dividing by it works row by row.",
    "Before the exponential, subtract each row's largest score: then the largest exponential is exp(0) = 1.",
]
MISTAKES = {
    "wrong_axis": "You normalised over the examples instead of over the classes: each row must add up to 1.",
    "whole_batch": "You divided by the sum over the whole batch: each row must add up to 1, not all rows together.",
    "not_normalised": "These are the exponentials. Divide each row by its sum, so that it adds up to 1.",
    "overflow": "Small scores work. For scores far apart an exponential became infinite, or a whole row zero: "
    "subtract each row's own largest score first.",
    "sigmoid": "Each score was squashed on its own. Softmax lets the scores of a row compete: they add up to 1.",
    "no_exponential": (
        "You divided the scores by their sum. Take exponentials first: a score may be negative, a probability not."
    ),
}


def cases(rng):
    for batch, classes in [(1, 3), (2, 3), (4, 5), (3, 10)]:
        yield {"scores": rng.normal(scale=2, size=(batch, classes)).round(2)}
    yield {"scores": np.array([[1000.0, 1001.0, 999.0], [0.0, 5.0, -1000.0]])}
    yield {"scores": np.array([[1000.0, -1000.0, -1000.0]])}


def reference(scores):
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def diagnose(inputs, output):
    scores, output = inputs["scores"], np.asarray(output)
    if output.shape != scores.shape:
        return None
    if not np.isfinite(output).all():
        return "overflow"
    with np.errstate(all="ignore"):
        exponentials = np.exp(scores)
        shifted = np.exp(scores - scores.max())
        wrong = {
            "wrong_axis": exponentials / exponentials.sum(axis=0),
            "whole_batch": shifted / shifted.sum(),
            "not_normalised": exponentials,
            "no_exponential": scores / scores.sum(axis=-1, keepdims=True),
            "sigmoid": 1 / (1 + np.exp(-scores)),
        }
        if np.allclose(output, np.exp(scores - scores.max(axis=-1, keepdims=True))):
            return "not_normalised"
    for mistake, value in wrong.items():
        if np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="02.softmax"
def softmax(scores):
    """Return probabilities for scores of shape (batch, classes), in the same shape."""
    ### BEGIN SOLUTION
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %%
softmax_works = check("02.softmax", softmax)


# %% tags=["mutant"] exercise="02.softmax" misconception="wrong_axis"
def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=0))
    return exponentials / exponentials.sum(axis=0)


# %% tags=["mutant"] exercise="02.softmax" misconception="whole_batch"
def softmax(scores):
    exponentials = np.exp(scores - scores.max())
    return exponentials / exponentials.sum()


# %% tags=["mutant"] exercise="02.softmax" misconception="not_normalised"
def softmax(scores):
    return np.exp(np.minimum(scores, 700))


# %% tags=["mutant"] exercise="02.softmax" misconception="overflow"
def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


# %% tags=["mutant"] exercise="02.softmax" misconception="no_exponential"
def softmax(scores):
    return scores / scores.sum(axis=-1, keepdims=True)


# %% tags=["mutant"] exercise="02.softmax" misconception="sigmoid"
def softmax(scores):
    return 1 / (1 + np.exp(-scores))


# %% tags=["mutant"] exercise="02.softmax" misconception="not_normalised"
def softmax(scores):
    return np.exp(scores - scores.max(axis=-1, keepdims=True))


# %% tags=["mutant"] exercise="02.softmax" misconception="overflow"
def softmax(scores):
    exponentials = np.exp(scores - scores.max())
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


# %% tags=["variant"] exercise="02.softmax"
def softmax(scores):
    logarithms = scores - np.logaddexp.reduce(scores, axis=1)[:, None]
    return np.exp(logarithms)


# %% [markdown]
# ## 5 · Cross-entropy
#
# The loss of one example is $-\log p$, where $p$ is the probability that the network gave
# to the *true* class. The loss of a batch is the mean over its examples. As Keras does,
# keep $p$ at no less than $10^{-7}$, since $\log 0$ is minus infinity.

# %% tags=["definition"] exercise="02.cross_entropy"
"""Cross-entropy."""
import numpy as np

HINTS = [
    "Pick one probability from each row first: the one in the column that `labels` names.",
    "`probabilities[np.arange(len(labels)), labels]` picks them, shape (batch,).",
    "Then `np.maximum(..., 1e-7)`, the logarithm, a minus sign and the mean.",
]
MISTAKES = {
    "summed": "You added up the losses of the batch. Take their mean, so that the loss does not grow with the batch.",
    "averaged_over_classes": "You averaged over the classes too: divide by the number of examples only.",
    "sign": "The sign is missing: a logarithm of a probability is negative, a loss is positive.",
    "base_two": "You used the logarithm to base 2. Keras, like nearly everybody, uses the natural one, np.log.",
    "zero_probability": "A probability of zero gives an infinite loss. Keep it at no less than 1e-7.",
    "all_classes": "You used the probabilities of all classes. Only the probability of the true class counts.",
    "softmax_twice": "You took the softmax of what are probabilities already. Twice it makes all classes nearly alike, "
    "and the loss can no longer come near 0.",
}


def cases(rng):
    for batch, classes in [(1, 3), (4, 3), (6, 5), (10, 10)]:
        scores = np.exp(rng.normal(size=(batch, classes)))
        labels = rng.integers(classes, size=batch)
        yield {
            "probabilities": (scores / scores.sum(axis=1, keepdims=True)).round(4),
            "labels": labels,
        }
    yield {
        "probabilities": np.array([[0.0, 1.0], [0.5, 0.5]]),
        "labels": np.array([0, 1]),
    }


def reference(probabilities, labels):
    true = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.maximum(true, 1e-7)).mean()


def diagnose(inputs, output):
    probabilities, labels = inputs["probabilities"], inputs["labels"]
    output = np.asarray(output)
    if output.shape != ():
        return None
    if not np.isfinite(output):
        return "zero_probability"
    right = reference(probabilities, labels)
    again = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)
    wrong = {
        "sign": -right,
        "averaged_over_classes": right / probabilities.shape[1],
        "base_two": right / np.log(2),
        "all_classes": -np.log(np.maximum(probabilities, 1e-7)).sum(axis=1).mean(),
        "softmax_twice": reference(again, labels),
    }
    if len(labels) > 1:
        wrong["summed"] = right * len(labels)
    # In the first case, one example of three classes, a mean over classes looks like nothing else.
    for mistake, value in wrong.items():
        if np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="02.cross_entropy"
def cross_entropy(probabilities, labels):
    """Return the mean loss; probabilities (batch, classes), labels (batch,)."""
    ### BEGIN SOLUTION
    true = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.maximum(true, 1e-7)).mean()
    ### END SOLUTION


# %%
cross_entropy_works = check("02.cross_entropy", cross_entropy)


# %% tags=["mutant"] exercise="02.cross_entropy" misconception="summed"
def cross_entropy(probabilities, labels):
    return -np.log(
        np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)
    ).sum()


# %% tags=["mutant"] exercise="02.cross_entropy" misconception="averaged_over_classes"
def cross_entropy(probabilities, labels):
    one_hot = np.eye(probabilities.shape[1])[labels]
    return -(one_hot * np.log(np.maximum(probabilities, 1e-7))).mean()


# %% tags=["mutant"] exercise="02.cross_entropy" misconception="sign"
def cross_entropy(probabilities, labels):
    return np.log(
        np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)
    ).mean()


# %% tags=["mutant"] exercise="02.cross_entropy" misconception="base_two"
def cross_entropy(probabilities, labels):
    return -np.log2(
        np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)
    ).mean()


# %% tags=["mutant"] exercise="02.cross_entropy" misconception="zero_probability"
def cross_entropy(probabilities, labels):
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


# %% tags=["mutant"] exercise="02.cross_entropy" misconception="all_classes"
def cross_entropy(probabilities, labels):
    return -np.log(np.maximum(probabilities, 1e-7)).sum(axis=1).mean()


# %% tags=["mutant"] exercise="02.cross_entropy" misconception="softmax_twice"
def cross_entropy(probabilities, labels):
    exponentials = np.exp(probabilities)
    again = exponentials / exponentials.sum(axis=1, keepdims=True)
    return -np.log(again[np.arange(len(labels)), labels]).mean()


# %% tags=["variant"] exercise="02.cross_entropy"
def cross_entropy(probabilities, labels):
    losses = [
        -np.log(max(row[label], 1e-7)) for row, label in zip(probabilities, labels)
    ]
    return float(sum(losses) / len(losses))


# %% [markdown]
# Put the three together, and your own network agrees with Keras to the last digits. This
# cell runs only once your functions are right.

# %%
mlp = keras.Sequential(
    [keras.Input((8,)), keras.layers.Dense(5, "relu"), keras.layers.Dense(3)]
)
if forward_works and softmax_works and cross_entropy_works:
    batch, labels = (
        np.random.default_rng(0).normal(size=(6, 8)),
        np.array([0, 1, 2, 2, 1, 0]),
    )
    pairs = [layer.get_weights() for layer in mlp.layers]
    yours = cross_entropy(softmax(forward(batch, pairs)), labels)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    found(
        "distance_from_keras",
        abs(yours - float(loss(labels, mlp(batch)))),
        "You and Keras differ by {:.0e}.",
    )

# %% [markdown]
# ## 6 · Count before you build
#
# How many parameters has a network of dense layers? `sizes` lists the number of inputs
# and then the units of each layer, such as `[784, 128, 10]`.

# %% tags=["definition"] exercise="02.parameter_count"
"""Counting parameters."""

HINTS = [
    "Start with one layer: how many weights join its inputs to its units, and how many biases does it have?",
    "A layer of `units` after `inputs` has inputs · units weights and units biases.",
    "`zip(sizes, sizes[1:])` gives each layer's inputs and units as a pair.",
]
MISTAKES = {
    "bias_missing": "These are the weights. Every unit has a bias as well.",
    "bias_of_inputs": "You counted a bias for each input of a layer. The biases belong to its units.",
    "last_layer_missing": "The last layer has parameters too.",
    "units_counted": "You counted the units, not the weights that lead into them.",
    "one_bias_a_layer": "You counted one bias for each layer. Every unit has its own.",
    "inputs_with_bias": "You gave the inputs biases too. They are not units: they compute nothing.",
}


def cases(rng):
    yield {"sizes": [784, 128, 10]}
    for length in [2, 3, 4, 6]:
        yield {"sizes": rng.integers(2, 40, size=length).tolist()}


def layers(sizes):
    return list(zip(sizes, sizes[1:]))


def reference(sizes):
    return sum((inputs + 1) * units for inputs, units in layers(sizes))


def diagnose(inputs, output):
    sizes = inputs["sizes"]
    if len(sizes) == 2:  # with one layer, several mistakes give the same number
        return None
    wrong = {
        "bias_missing": sum(i * u for i, u in layers(sizes)),
        "bias_of_inputs": sum(i * (u + 1) for i, u in layers(sizes)),
        "last_layer_missing": sum((i + 1) * u for i, u in layers(sizes[:-1])),
        "units_counted": sum(sizes),
        "one_bias_a_layer": sum(i * u + 1 for i, u in layers(sizes)),
        "inputs_with_bias": sum(i * u for i, u in layers(sizes)) + sum(sizes),
    }
    return next((mistake for mistake, value in wrong.items() if output == value), None)


# %% tags=["exercise"] exercise="02.parameter_count"
def parameter_count(sizes):
    """Return the number of weights and biases of a network of dense layers."""
    ### BEGIN SOLUTION
    return sum((inputs + 1) * units for inputs, units in zip(sizes, sizes[1:]))
    ### END SOLUTION


# %%
check("02.parameter_count", parameter_count)


# %% tags=["mutant"] exercise="02.parameter_count" misconception="bias_missing"
def parameter_count(sizes):
    return sum(inputs * units for inputs, units in zip(sizes, sizes[1:]))


# %% tags=["mutant"] exercise="02.parameter_count" misconception="bias_of_inputs"
def parameter_count(sizes):
    return sum(inputs * (units + 1) for inputs, units in zip(sizes, sizes[1:]))


# %% tags=["mutant"] exercise="02.parameter_count" misconception="last_layer_missing"
def parameter_count(sizes):
    return sum((inputs + 1) * units for inputs, units in zip(sizes[:-2], sizes[1:]))


# %% tags=["mutant"] exercise="02.parameter_count" misconception="units_counted"
def parameter_count(sizes):
    return sum(sizes)


# %% tags=["mutant"] exercise="02.parameter_count" misconception="one_bias_a_layer"
def parameter_count(sizes):
    return sum(inputs * units + 1 for inputs, units in zip(sizes, sizes[1:]))


# %% tags=["mutant"] exercise="02.parameter_count" misconception="inputs_with_bias"
def parameter_count(sizes):
    return sum(sizes) + sum(inputs * units for inputs, units in zip(sizes, sizes[1:]))


# %% tags=["variant"] exercise="02.parameter_count"
def parameter_count(sizes):
    total = 0
    for position in range(1, len(sizes)):
        total += sizes[position - 1] * sizes[position] + sizes[position]
    return total


# %% [markdown]
# ## 7 · A digit reader of your own
#
# Now design, compile and train a network with Keras that reads digits. It gets 6,000
# training pictures with values from 0 to 1, and should read at least 92 in 100 of 2,000
# unseen ones: more than logistic regression can. Give it an output of ten probabilities.
# How you get there is up to you; two minutes of training are the limit.

# %% tags=["definition"] exercise="02.train_reader"
"""A digit reader of your own."""
import numpy as np

POINTS = 3
SECONDS = 120
TARGET = 0.92
HINTS = [
    "The network of lesson 02 is a good start: Flatten, a hidden Dense layer with relu, and a Dense layer of ten "
    "units with softmax.",
    "Compile with `adam` and `sparse_categorical_crossentropy`, then `fit` for about ten epochs with batches of 64.",
    "Too few right? More hidden units, more epochs or a learning rate of 0.002. Return the network, not what fit "
    "returns.",
]
MISTAKES = {
    "not_probabilities": "The ten outputs of a picture should be probabilities: none negative, adding up to 1. Is "
    "softmax the activation of the last layer?",
    "untrained": "About one in ten is right, as by guessing. Was the network fitted before you returned it? If it was, "
    "the learning rate may be far too large.",
    "no_hidden_layer": "Close. Without a hidden layer a network stops at about nine in ten; if yours has one, train "
    "longer or use more units.",
    "returned_history": "You returned the result of fit, which is the history. Return the network itself.",
    "output_shape": "The output should be ten probabilities for each picture, shape (pictures, 10).",
}


def cases(rng):
    from layerwise import data

    digits = data.load("digits", source="bundled")
    seen = rng.choice(len(digits.x_train), 6000, replace=False)
    unseen = rng.choice(len(digits.x_test), 2000, replace=False)
    yield {
        "x_train": digits.x_train[seen] / np.float32(255),
        "y_train": digits.y_train[seen],
        "pictures": digits.x_test[unseen] / np.float32(255),
        "labels": digits.y_test[unseen],
    }


def observe(answer, inputs):
    network = answer(inputs["x_train"], inputs["y_train"])
    if network is None:
        return None
    if not hasattr(network, "predict"):
        return "history" if hasattr(network, "history") else str(type(network).__name__)
    return network.predict(inputs["pictures"], verbose=0)


def accept(inputs, output):
    if isinstance(output, str):
        return (
            "returned_history"
            if output == "history"
            else f"Return a Keras model, not {output}."
        )
    if output.shape != (len(inputs["labels"]), 10):
        return "output_shape"
    positive = np.isfinite(output).all() and (output >= 0).all()
    if not positive or not np.allclose(output.sum(axis=1), 1, atol=1e-3):
        return "not_probabilities"
    accuracy = np.mean(output.argmax(axis=1) == inputs["labels"])
    if accuracy >= TARGET:
        return True
    if accuracy < 0.2:
        return "untrained"
    if 0.85 <= accuracy:
        return "no_hidden_layer"
    return (
        f"It reads {accuracy:.1%} of the unseen digits; the target is {TARGET:.0%}. The pictures are already between 0 "
        "and 1: do not divide by 255 again. If you did not, train longer."
    )


# %% tags=["exercise"] exercise="02.train_reader"
def train_reader(x_train, y_train):
    """Return a trained Keras network; x_train (n, 28, 28) from 0 to 1, y_train (n,)."""
    ### BEGIN SOLUTION
    network = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    network.fit(x_train, y_train, batch_size=64, epochs=8, verbose=0)
    return network
    ### END SOLUTION


# %%
reader_works = check("02.train_reader", train_reader)


# %% tags=["mutant"] exercise="02.train_reader" misconception="untrained"
def train_reader(x_train, y_train):
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(10, "softmax"),
        ]
    )


# %% tags=["mutant"] exercise="02.train_reader" misconception="no_hidden_layer"
def train_reader(x_train, y_train):
    network = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(10, "softmax"),
        ]
    )
    network.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    network.fit(x_train, y_train, batch_size=64, epochs=5, verbose=0)
    return network


# %% tags=["mutant"] exercise="02.train_reader" misconception="returned_history"
def train_reader(x_train, y_train):
    network = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(10, "softmax"),
        ]
    )
    network.compile("sgd", "sparse_categorical_crossentropy")
    return network.fit(x_train[:64], y_train[:64], verbose=0)


# %% tags=["mutant"] exercise="02.train_reader" misconception="output_shape"
def train_reader(x_train, y_train):
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(1, "softmax"),
        ]
    )


# %% tags=["mutant"] exercise="02.train_reader" misconception="not_probabilities"
def train_reader(x_train, y_train):
    network = keras.Sequential(
        [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("adam", loss)
    network.fit(x_train, y_train, batch_size=64, verbose=0)
    return network


# %% tags=["variant"] exercise="02.train_reader"
def train_reader(x_train, y_train):
    pictures = keras.Input((28, 28))
    signal = keras.layers.Reshape((28, 28, 1))(pictures)
    signal = keras.layers.Conv2D(16, 5, strides=2, activation="relu")(signal)
    signal = keras.layers.Flatten()(signal)
    network = keras.Model(pictures, keras.layers.Dense(10, "softmax")(signal))
    network.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    network.fit(x_train, y_train, batch_size=64, epochs=5, verbose=0)
    return network


# %% [markdown]
# ## Something to keep
#
# Your reader, on your own handwriting. It is trained once more, on all 10,000 digits, and
# judged on every test digit.

# %%
digits = data.load("digits", source="bundled")
x_train, x_test = digits.x_train / np.float32(255), digits.x_test / np.float32(255)
mine = train_reader(x_train, digits.y_train) if reader_works else None

# %%
if reader_works:
    accuracy = np.mean(mine.predict(x_test, verbose=0).argmax(axis=1) == digits.y_test)
    found(
        "reader_accuracy",
        accuracy,
        "Your reader gets {:.1%} of all 10,000 test digits.",
    )


# %%
def ask(picture):
    """Return ten probabilities for one picture, shape (28, 28)."""
    return keras.ops.convert_to_numpy(mine(picture[None]))[0]


plot.probabilities(
    ask(x_test[0]), range(10), title="Your reader on one unseen digit"
) if reader_works else None

# %% [markdown]
# And now you. Draw each digit from 0 to 9 and note which ones it misreads: those are the
# examples that its training lacked.

# %%
explore.drawing_pad({"your reader": ask}) if reader_works else None

# %% [markdown]
# ## Going further
#
# No check waits here. How few parameters can a reader have and still read 92 in 100?
# Start from `parameter_count`, halve the hidden layer until it fails, and then see whether two
# thin layers do better than one. Write down what you find: lesson 08 will beat it with a
# different kind of layer.
