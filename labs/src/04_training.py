# %% [markdown]
# **Can you write the optimisers of a framework, and mend a training that fails?**
#
# In lesson 04 you met SGD, momentum, Adam, schedules and early stopping. Here you write
# them so that they agree with Keras, and then you become a doctor: five trainings come to
# you, and each is ill in its own way. By the end you will have
#
# - three optimisers, checked against Keras to the last digits,
# - a training loop, a schedule and early stopping of your own,
# - a digit reader trained by nothing but your own functions,
# - a list of causes to go through whenever a training will not work.
#
# Each check tries your function on fresh random inputs. `hint("04.adam_step")` opens one
# step at a time; `solution("04.adam_step")` shows the whole answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(4)

# %% [markdown]
# ## 1 · One step of SGD
#
# A network has several arrays of weights, and each has slopes of the same shape. Return
# the new weights as a list. The old ones stay as they are: an optimiser that changes them
# behind your back is hard to test.

# %% tags=["definition"] exercise="04.sgd_step"
"""One step of SGD."""
import numpy as np

HINTS = [
    "For one array the new weights are the old ones minus learning rate times slopes. Do that for every array of "
    "the list.",
    "`zip(weights, slopes)` gives each array together with its slopes.",
    "`[weight - learning_rate * slope for weight, slope in zip(weights, slopes)]`",
]
MISTAKES = {
    "uphill": "The weights moved along the slope, so the loss rises. Go against it.",
    "rate_missing": "The slopes are subtracted whole. How far a step goes is for the learning rate to say.",
    "first_only": "Only the first array has moved. The other layers learn too.",
    "only_change": "That is the change of the weights. Return the weights after it.",
    "changes_input": "The result may be right, but what you were given has changed: `-=` and `weights[0] = ...` work "
    "in place. Write `weight - ...` to make new arrays, and put them into a new list.",
}


def cases(rng):
    for shapes in [[(3,)], [(2, 3), (3,)], [(3, 2), (2,), (2, 2)]]:
        yield {
            "weights": [rng.normal(size=shape).round(2) for shape in shapes],
            "slopes": [rng.uniform(0.5, 2, size=shape).round(2) for shape in shapes],
            "learning_rate": round(float(rng.uniform(0.05, 0.3)), 2),
        }


def reference(weights, slopes, learning_rate):
    return [w - learning_rate * s for w, s in zip(weights, slopes)]


def diagnose(inputs, output):
    weights, slopes, rate = inputs["weights"], inputs["slopes"], inputs["learning_rate"]
    if len(weights) == 1:  # with one array, leaving out the others shows nothing
        return None
    pairs = list(zip(weights, slopes))
    wrong = {
        "uphill": [w + rate * s for w, s in pairs],
        "rate_missing": [w - s for w, s in pairs],
        "first_only": [weights[0] - rate * slopes[0], *weights[1:]],
        "only_change": [-rate * s for _, s in pairs],
    }
    for mistake, arrays in wrong.items():
        if len(output) == len(arrays) and all(
            np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(output, arrays)
        ):
            return mistake
    return None


# %% tags=["exercise"] exercise="04.sgd_step"
def sgd_step(weights, slopes, learning_rate):
    """Return the weights after one step, a list of arrays."""
    ### BEGIN SOLUTION
    return [weight - learning_rate * slope for weight, slope in zip(weights, slopes)]
    ### END SOLUTION


# %%
sgd_works = check("04.sgd_step", sgd_step)


# %% tags=["mutant"] exercise="04.sgd_step" misconception="uphill"
def sgd_step(weights, slopes, learning_rate):
    return [weight + learning_rate * slope for weight, slope in zip(weights, slopes)]


# %% tags=["mutant"] exercise="04.sgd_step" misconception="rate_missing"
def sgd_step(weights, slopes, learning_rate):
    return [weight - slope for weight, slope in zip(weights, slopes)]


# %% tags=["mutant"] exercise="04.sgd_step" misconception="first_only"
def sgd_step(weights, slopes, learning_rate):
    return [weights[0] - learning_rate * slopes[0]] + weights[1:]


# %% tags=["mutant"] exercise="04.sgd_step" misconception="only_change"
def sgd_step(weights, slopes, learning_rate):
    return [-learning_rate * slope for slope in slopes]


# %% tags=["mutant"] exercise="04.sgd_step" misconception="changes_input"
def sgd_step(weights, slopes, learning_rate):
    for weight, slope in zip(weights, slopes):
        weight -= learning_rate * slope
    return weights


# %% tags=["variant"] exercise="04.sgd_step"
def sgd_step(weights, slopes, learning_rate):
    moved = []
    for place in range(len(weights)):
        moved.append(weights[place].copy())
        moved[-1] -= learning_rate * slopes[place]
    return tuple(moved)


# %% [markdown]
# ## 2 · Momentum
#
# The `velocity` is the change that the last step made. The new velocity is `momentum` times
# the old one, minus learning rate times slope; then the weight changes by the *new*
# velocity. Work on one array; return the new weight and the new velocity.

# %% tags=["definition"] exercise="04.momentum_step"
"""One step with momentum."""
import numpy as np

HINTS = [
    "First the velocity, then the weight: two lines.",
    "velocity ← momentum · velocity - learning rate · slope",
    "Return two things: `weight + velocity` and `velocity`, with the new velocity in both.",
]
MISTAKES = {
    "old_velocity": "The weight moved by the old velocity. Make the new one first, then move by it.",
    "momentum_sign": "The old velocity is taken away instead of kept: the ball turns round at every step.",
    "averaged": "You took (1 - momentum) times the slope, as in a running mean. Here the slope counts in full, times "
    "the learning rate.",
    "rate_twice": "The velocity has the learning rate in it already: the weight changes by the velocity itself.",
    "rate_outside": "You multiplied by the learning rate when the weight moved, as PyTorch does. Here the rate belongs "
    "to the velocity: the velocity *is* the change of the weight.",
    "slope_added": "The slope was added to the velocity. The velocity you are given points where the weight was going, "
    "so the slope is taken away from it.",
    "opposite_velocity": "The weight is right, but your velocity points the other way. Here it is the change of the "
    "weight, so that weight + velocity is the new weight.",
}


def cases(rng):
    for shape in [(3,), (2, 2), (2, 3)]:
        yield {
            "weight": rng.normal(size=shape).round(2), "velocity": rng.uniform(0.2, 1, size=shape).round(2),
            "slope": rng.uniform(0.5, 2, size=shape).round(2), "learning_rate": round(float(rng.uniform(0.05, 0.4)), 2),
            "momentum": float(rng.choice([0.8, 0.9, 0.95])),
        }


def reference(weight, velocity, slope, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * slope
    return weight + velocity, velocity


def diagnose(inputs, output):
    w, v, s, r, m = (inputs[name] for name in ("weight", "velocity", "slope", "learning_rate", "momentum"))
    new = m * v - r * s
    wrong = {
        "old_velocity": (w + v, new),
        "momentum_sign": (w - m * v - r * s, -m * v - r * s),
        "averaged": (w + m * v - (1 - m) * r * s, m * v - (1 - m) * r * s),
        "rate_twice": (w + r * new, new),
        "rate_outside": (w - r * (m * v + s), m * v + s),
        "slope_added": (w - (m * v + r * s), m * v + r * s),
        "opposite_velocity": (w + new, -new),
    }
    if len(output) != 2:
        return None
    for mistake, pair in wrong.items():
        if all(np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(output, pair)):
            return mistake
    return None


# %% tags=["exercise"] exercise="04.momentum_step"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    """Return the weight after one step, and the velocity for the next."""
    ### BEGIN SOLUTION
    velocity = momentum * velocity - learning_rate * slope
    return weight + velocity, velocity
    ### END SOLUTION


# %%
momentum_works = check("04.momentum_step", momentum_step)


# %% tags=["mutant"] exercise="04.momentum_step" misconception="old_velocity"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    return weight + velocity, momentum * velocity - learning_rate * slope


# %% tags=["mutant"] exercise="04.momentum_step" misconception="momentum_sign"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    velocity = -momentum * velocity - learning_rate * slope
    return weight + velocity, velocity


# %% tags=["mutant"] exercise="04.momentum_step" misconception="averaged"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    velocity = momentum * velocity - (1 - momentum) * learning_rate * slope
    return weight + velocity, velocity


# %% tags=["mutant"] exercise="04.momentum_step" misconception="rate_twice"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * slope
    return weight + learning_rate * velocity, velocity


# %% tags=["mutant"] exercise="04.momentum_step" misconception="opposite_velocity"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    velocity = learning_rate * slope - momentum * velocity
    return weight - velocity, velocity


# %% tags=["mutant"] exercise="04.momentum_step" misconception="rate_outside"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    velocity = momentum * velocity + slope
    return weight - learning_rate * velocity, velocity


# %% tags=["mutant"] exercise="04.momentum_step" misconception="slope_added"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    velocity = momentum * velocity + learning_rate * slope
    return weight - velocity, velocity


# %% tags=["variant"] exercise="04.momentum_step"
def momentum_step(weight, velocity, slope, learning_rate, momentum):
    moved = weight + momentum * velocity - learning_rate * slope
    return [moved, moved - weight]


# %% [markdown]
# ## 3 · Adam, as Keras computes it
#
# `mean` and `square` are the running averages so far; both begin at zero. `step` counts
# from 1. With Keras's placing of epsilon a step is
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\,g \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2
# \qquad w \leftarrow w - \text{rate} \cdot
# \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \cdot \frac{m}{\sqrt{v} + \epsilon}$$
#
# Return the new weight, mean and square.

# %% tags=["definition"] exercise="04.adam_step"
"""One step of Adam."""
import numpy as np

POINTS = 2
HINTS = [
    "Three results, three lines: the mean, the square, and from these the weight.",
    "The scale of a step is `np.sqrt(1 - beta_2**step) / (1 - beta_1**step)`.",
    "`weight - learning_rate * scale * mean / (np.sqrt(square) + epsilon)`, with the new mean and the new square.",
]
MISTAKES = {
    "no_correction": "The two corrections are missing, so that the first steps have the wrong length: both averages "
    "begin at zero and need time to fill.",
    "betas_swapped": "beta_1 and beta_2 have changed places: the mean of the slopes has the short memory (beta_1), the "
    "mean of the squares the long one.",
    "epsilon_inside": "Epsilon stands under the root. Here it is added to the root.",
    "paper_epsilon": "That is Algorithm 1 of the paper: epsilon is added to the corrected root. Keras adds it to the "
    "uncorrected one, and corrects by the factor in front.",
    "not_squared": "The second average is one of the slopes themselves. Average their squares.",
    "corrected_returned": "Your mean and square come back corrected. The next step would correct them once more: keep "
    "the uncorrected averages.",
    "root_missing": "The mean was divided by the average of the squares itself. Divide by its root.",
    "old_averages": "The weight was moved with the averages of the step before. Bring them up to date first.",
}


def cases(rng):
    for shape, step in [((3,), 1), ((2, 2), 2), ((4,), 7), ((2, 3), 40)]:
        slope = rng.uniform(0.3, 2, size=shape) * rng.choice([-1, 1], size=shape)
        yield {
            "weight": rng.normal(size=shape).round(2), "slope": slope.round(2),
            "mean": np.zeros(shape) if step == 1 else (0.4 * slope).round(2),
            "square": np.zeros(shape) if step == 1 else (0.1 * slope**2).round(3), "step": step,
            "learning_rate": round(float(rng.uniform(0.05, 0.2)), 2), "beta_1": 0.9, "beta_2": 0.98, "epsilon": 0.01,
        }


def adam(i, *, correct=True, inside=False, paper=False, squared=True, swapped=False, old=False, root=True):
    """Compute a step of Adam: the right one and its misreadings."""
    first, second = (i["beta_2"], i["beta_1"]) if swapped else (i["beta_1"], i["beta_2"])
    mean = first * i["mean"] + (1 - first) * i["slope"]
    square = second * i["square"] + (1 - second) * (i["slope"] ** 2 if squared else i["slope"])
    m, v = (i["mean"], i["square"]) if old else (mean, square)
    one, two = 1 - first ** i["step"], 1 - second ** i["step"]
    with np.errstate(invalid="ignore"):
        if paper:
            change = (m / one) / (np.sqrt(v / two) + i["epsilon"])
        else:
            scale = np.sqrt(two) / one if correct else 1.0
            below = np.sqrt(v) if root else v
            change = scale * m / (np.sqrt(v + i["epsilon"]) if inside else below + i["epsilon"])
    return i["weight"] - i["learning_rate"] * change, mean, square


def reference(**inputs):
    return adam(inputs)


def diagnose(inputs, output):
    wrong = {
        "no_correction": {"correct": False}, "betas_swapped": {"swapped": True}, "epsilon_inside": {"inside": True},
        "paper_epsilon": {"paper": True}, "not_squared": {"squared": False}, "old_averages": {"old": True},
        "root_missing": {"root": False},
    }
    if len(output) != 3:
        return None
    _, mean, square = adam(inputs)
    corrected = mean / (1 - inputs["beta_1"] ** inputs["step"]), square / (1 - inputs["beta_2"] ** inputs["step"])
    if all(np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(output[1:], corrected)):
        return "corrected_returned"
    for mistake, options in wrong.items():
        parts = adam(inputs, **options)
        if all(np.shape(a) == np.shape(b) and np.allclose(a, b, equal_nan=True) for a, b in zip(output, parts)):
            return mistake
    return None


# %% tags=["exercise"] exercise="04.adam_step"
def adam_step(
    weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon
):
    """Return the new weight, the new mean and the new square."""
    ### BEGIN SOLUTION
    mean = beta_1 * mean + (1 - beta_1) * slope
    square = beta_2 * square + (1 - beta_2) * slope**2
    scale = np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    change = learning_rate * scale * mean / (np.sqrt(square) + epsilon)
    return weight - change, mean, square
    ### END SOLUTION


# %%
adam_works = check("04.adam_step", adam_step)


# %% tags=["mutant"] exercise="04.adam_step" misconception="no_correction"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1 - beta_1) * slope
    square = beta_2 * square + (1 - beta_2) * slope**2
    return weight - learning_rate * mean / (np.sqrt(square) + epsilon), mean, square


# %% tags=["mutant"] exercise="04.adam_step" misconception="betas_swapped"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    mean = beta_2 * mean + (1 - beta_2) * slope
    square = beta_1 * square + (1 - beta_1) * slope**2
    scale = np.sqrt(1 - beta_1**step) / (1 - beta_2**step)
    return weight - learning_rate * scale * mean / (np.sqrt(square) + epsilon), mean, square


# %% tags=["mutant"] exercise="04.adam_step" misconception="epsilon_inside"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1 - beta_1) * slope
    square = beta_2 * square + (1 - beta_2) * slope**2
    scale = np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    return weight - learning_rate * scale * mean / np.sqrt(square + epsilon), mean, square


# %% tags=["mutant"] exercise="04.adam_step" misconception="paper_epsilon"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1 - beta_1) * slope
    square = beta_2 * square + (1 - beta_2) * slope**2
    root = np.sqrt(square / (1 - beta_2**step))
    return weight - learning_rate * mean / (1 - beta_1**step) / (root + epsilon), mean, square


# %% tags=["mutant"] exercise="04.adam_step" misconception="not_squared"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1 - beta_1) * slope
    square = beta_2 * square + (1 - beta_2) * slope
    scale = np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    return weight - learning_rate * scale * mean / (np.sqrt(square) + epsilon), mean, square


# %% tags=["mutant"] exercise="04.adam_step" misconception="old_averages"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    scale = np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    moved = weight - learning_rate * scale * mean / (np.sqrt(square) + epsilon)
    return moved, beta_1 * mean + (1 - beta_1) * slope, beta_2 * square + (1 - beta_2) * slope**2


# %% tags=["mutant"] exercise="04.adam_step" misconception="corrected_returned"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    mean = (beta_1 * mean + (1 - beta_1) * slope) / (1 - beta_1**step)
    square = (beta_2 * square + (1 - beta_2) * slope**2) / (1 - beta_2**step)
    return weight - learning_rate * mean / (np.sqrt(square) + epsilon), mean, square


# %% tags=["mutant"] exercise="04.adam_step" misconception="root_missing"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1 - beta_1) * slope
    square = beta_2 * square + (1 - beta_2) * slope**2
    scale = np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    return weight - learning_rate * scale * mean / (square + epsilon), mean, square


# %% tags=["variant"] exercise="04.adam_step"
def adam_step(weight, slope, mean, square, step, learning_rate, beta_1, beta_2, epsilon):
    mean = mean + (slope - mean) * (1 - beta_1)
    square = square + (slope * slope - square) * (1 - beta_2)
    corrected = (mean / (1 - beta_1**step)) / (
        np.sqrt(square / (1 - beta_2**step)) + epsilon / np.sqrt(1 - beta_2**step)
    )
    return (weight - learning_rate * corrected, mean, square)


# %% [markdown]
# All three against Keras over 200 steps, down a bent valley whose slopes you are given.
# This cell runs only once your functions are right.


# %%
def valley_slope(point):
    """Return the slopes of ((1 - x)² + 10 (y - x²)²) / 10."""
    x, y = point
    return np.array([(-2 * (1 - x) - 40 * x * (y - x**2)) / 10, 2 * (y - x**2)])


# %% [markdown]
# Step by step, each of your three, and then Keras's.


# %%
def own_path(name, steps=200):
    """Return the points that one of your optimisers visits."""
    points, velocity, mean, square = [np.array([-1.5, 1.0])], 0.0, 0.0, 0.0
    for step in range(1, steps + 1):
        point, slope = points[-1], valley_slope(points[-1])
        if name == "SGD":
            point = sgd_step([point], [slope], 0.02)[0]
        elif name == "momentum":
            point, velocity = momentum_step(point, velocity, slope, 0.02, 0.9)
        else:
            settings = 0.02, 0.9, 0.999, 1e-7
            point, mean, square = adam_step(point, slope, mean, square, step, *settings)
        points.append(point)
    return np.array(points)


# %%
def keras_path(optimizer, steps=200):
    """Return the points that a Keras optimizer visits."""
    weights = keras.Variable([-1.5, 1.0], dtype="float64")
    points = [[-1.5, 1.0]]
    for _ in range(steps):
        slope = keras.ops.convert_to_tensor(valley_slope(points[-1]))
        optimizer.apply([slope], [weights])
        points.append(keras.ops.convert_to_numpy(weights).copy())
    return np.array(points)


# %%
theirs = {
    "SGD": lambda: keras.optimizers.SGD(0.02),
    "momentum": lambda: keras.optimizers.SGD(0.02, momentum=0.9),
    "Adam": lambda: keras.optimizers.Adam(0.02),
}
yours = {}
if sgd_works and momentum_works and adam_works:
    yours = {name: own_path(name) for name in theirs}
    distance = max(
        np.abs(yours[name] - keras_path(make())).max() for name, make in theirs.items()
    )
    found("path_from_keras", distance, "In 200 steps you and Keras differ by {:.0e}.")

# %% [markdown]
# Your three optimisers on the way down:

# %%
plot.race(yours, on="Rosenbrock", title="Your own optimisers") if yours else None

# %% [markdown]
# ## 4 · One epoch
#
# The smallest network there is: outputs `x @ weights`, loss the mean over the batch of the
# squared errors, so that a batch has the slope
#
# $$\frac{2}{\text{batch}}\; x^\top (x\,w - y)$$
#
# Go through *all* examples once, in the given order, in batches of `batch_size`; the last
# one may be smaller. After each batch take a step of SGD. Return the weights.
#
# | | shape |
# |---|---|
# | `weights` | (inputs, outputs) |
# | `x`, `y` | (examples, inputs), (examples, outputs) |
# | `order` | (examples,), shuffled positions |

# %% tags=["definition"] exercise="04.train_epoch"
"""One epoch of training."""
import numpy as np

POINTS = 2
HINTS = [
    "Loop over `range(0, len(x), batch_size)`: each value is where a batch starts.",
    "`chosen = order[start : start + batch_size]` picks the positions of a batch; at the end it is shorter by itself.",
    "Take `x[chosen]` and `y[chosen]`, compute the slope with *their* length, and replace `weights`.",
]
MISTAKES = {
    "last_batch_dropped": "The examples left over at the end were not used: the last batch may be smaller.",
    "not_shuffled": "The batches were cut from the examples as they lie. Take them in the given order.",
    "labels_apart": "The inputs follow the order, the labels do not: each input is now trained with somebody else's "
    "label.",
    "summed": "The slopes of a batch were added up and not averaged, so that a step grows with the batch.",
    "divided_by_batch_size": "The last batch is smaller than `batch_size`: divide by the number of examples it has.",
    "first_batch_only": "Only the first batch was used. Is the `return` inside the loop?",
    "factor_missing": "The factor 2 of the slope is missing: it comes from the square.",
    "uphill": "Every step went along the slope, so the loss rises. Go against it; or is the error the wrong way round?",
    "stale_slopes": "All slopes were computed with the weights from before the epoch. After each batch go on with the "
    "new weights.",
}


def cases(rng):
    for count, batch_size in [(7, 3), (10, 4), (9, 2)]:
        yield {
            "weights": rng.normal(size=(2, 2)).round(2), "x": rng.normal(size=(count, 2)).round(2),
            "y": rng.normal(size=(count, 2)).round(2), "order": rng.permutation(count), "batch_size": batch_size,
            "learning_rate": 0.1,
        }


def train(i, *, order_x=None, order_y=None, last=True, mean=True, by=None, stale=False, factor=2, first=False):
    """Train for an epoch: the right one and its misreadings."""
    x = i["x"][i["order"] if order_x is None else order_x]
    y = i["y"][i["order"] if order_y is None else order_y]
    weights, size = i["weights"], i["batch_size"]
    for start in range(0, size if first else len(x) if last else len(x) // size * size, size):
        a, b = x[start : start + size], y[start : start + size]
        slope = factor * a.T @ (a @ (i["weights"] if stale else weights) - b)
        weights = weights - i["learning_rate"] * slope / ((by or len(a)) if mean else 1)
    return weights


def reference(**inputs):
    return train(inputs)


def diagnose(inputs, output):
    plain = np.arange(len(inputs["x"]))
    wrong = {
        "last_batch_dropped": {"last": False}, "not_shuffled": {"order_x": plain, "order_y": plain},
        "labels_apart": {"order_y": plain}, "summed": {"mean": False},
        "divided_by_batch_size": {"by": inputs["batch_size"]}, "stale_slopes": {"stale": True},
        "first_batch_only": {"first": True}, "factor_missing": {"factor": 1}, "uphill": {"factor": -2},
    }
    for mistake, options in wrong.items():
        value = train(inputs, **options)
        if np.shape(output) == value.shape and np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="04.train_epoch"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    """Return the weights after one epoch, shape (inputs, outputs)."""
    ### BEGIN SOLUTION
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        error = x[chosen] @ weights - y[chosen]
        slope = 2 * x[chosen].T @ error / len(chosen)
        weights = weights - learning_rate * slope
    return weights
    ### END SOLUTION


# %%
epoch_works = check("04.train_epoch", train_epoch)


# %% tags=["mutant"] exercise="04.train_epoch" misconception="last_batch_dropped"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    for number in range(len(x) // batch_size):
        chosen = order[number * batch_size : (number + 1) * batch_size]
        slope = 2 * x[chosen].T @ (x[chosen] @ weights - y[chosen]) / len(chosen)
        weights = weights - learning_rate * slope
    return weights


# %% tags=["mutant"] exercise="04.train_epoch" misconception="not_shuffled"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    for start in range(0, len(x), batch_size):
        some_x, some_y = x[start : start + batch_size], y[start : start + batch_size]
        slope = 2 * some_x.T @ (some_x @ weights - some_y) / len(some_x)
        weights = weights - learning_rate * slope
    return weights


# %% tags=["mutant"] exercise="04.train_epoch" misconception="labels_apart"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    x = x[order]
    for start in range(0, len(x), batch_size):
        some_x, some_y = x[start : start + batch_size], y[start : start + batch_size]
        slope = 2 * some_x.T @ (some_x @ weights - some_y) / len(some_x)
        weights = weights - learning_rate * slope
    return weights


# %% tags=["mutant"] exercise="04.train_epoch" misconception="summed"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        weights = weights - learning_rate * 2 * x[chosen].T @ (x[chosen] @ weights - y[chosen])
    return weights


# %% tags=["mutant"] exercise="04.train_epoch" misconception="divided_by_batch_size"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        slope = 2 * x[chosen].T @ (x[chosen] @ weights - y[chosen]) / batch_size
        weights = weights - learning_rate * slope
    return weights


# %% tags=["mutant"] exercise="04.train_epoch" misconception="stale_slopes"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    moved = weights
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        slope = 2 * x[chosen].T @ (x[chosen] @ weights - y[chosen]) / len(chosen)
        moved = moved - learning_rate * slope
    return moved


# %% tags=["mutant"] exercise="04.train_epoch" misconception="first_batch_only"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        slope = 2 * x[chosen].T @ (x[chosen] @ weights - y[chosen]) / len(chosen)
        return weights - learning_rate * slope


# %% tags=["mutant"] exercise="04.train_epoch" misconception="factor_missing"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        weights = weights - learning_rate * x[chosen].T @ (x[chosen] @ weights - y[chosen]) / len(chosen)
    return weights


# %% tags=["mutant"] exercise="04.train_epoch" misconception="uphill"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        error = y[chosen] - x[chosen] @ weights
        weights = weights - learning_rate * 2 * x[chosen].T @ error / len(chosen)
    return weights


# %% tags=["variant"] exercise="04.train_epoch"
def train_epoch(weights, x, y, order, batch_size, learning_rate):
    x, y, weights = x[order], y[order], weights.copy()
    while len(x):
        some_x, some_y = x[:batch_size], y[:batch_size]
        error = some_x @ weights - some_y
        each = some_x[:, :, None] * error[:, None, :]
        weights -= 2 * learning_rate * each.mean(axis=0)
        x, y = x[batch_size:], y[batch_size:]
    return weights


# %% [markdown]
# ## 5 · A schedule
#
# Language models are often trained with a rate in three parts ([Hu and others,
# 2024](https://arxiv.org/abs/2404.06395)). Yours rises in a straight line for `warm`
# steps, from zero to `peak`, stays there for `hold` steps, and falls in a straight line
# for `fall` steps to zero. Afterwards it stays zero. `step` counts from 0, so that step 0 has the rate 0 and
# step `warm` has the peak. Without a warm-up (`warm` = 0) it begins at the peak.

# %% tags=["definition"] exercise="04.trapezoid"
"""A schedule in the shape of a trapezoid."""

HINTS = [
    "Four stretches, four answers: rising, holding, falling, over. Draw the curve and mark where each begins.",
    "The rise is `peak * step / warm`. The fall begins at `warm + hold`: how much of it is still left at `step`?",
    "In the fall the rate is `peak * (warm + hold + fall - step) / fall`; before it `peak`, after it 0.0.",
]
MISTAKES = {
    "no_warm_up": "During the warm-up the rate should be on its way up, not at the peak.",
    "hold_missing": "The fall begins too early: the rate stays at the peak for `hold` steps first.",
    "below_zero": "After the fall the rate goes on below zero, and training would climb. It stays at zero.",
    "one_step_early": "Everything comes one step too early: at step 0 the rate is 0.",
    "starts_over_in_fall": "The fall is measured from step 0. Measure it from where it begins.",
    "upside_down": "In the fall your rate rises: it begins at zero. How much is *left* of the fall at `step`?",
    "no_fall": "The rate stays at the peak until the end, and then drops to zero. It should fall in a straight line.",
}


def cases(rng):
    for _ in range(2):
        warm, hold, fall = (int(n) for n in rng.integers(4, 12, size=3))
        fall += 2 * (warm + hold)  # so long that a fall measured from elsewhere looks like nothing else
        peak = round(float(rng.uniform(0.1, 1.0)), 2)
        ends = {"peak": peak, "warm": warm, "hold": hold, "fall": fall}
        for step in (0, warm // 2, warm, warm + hold // 2, warm + hold + fall // 3, warm + hold + fall + 3):
            yield {"step": step, **ends}
    yield {"step": 0, "peak": 0.5, "warm": 0, "hold": 3, "fall": 6}


def reference(step, peak, warm, hold, fall):
    if step < warm:
        return peak * step / warm
    left = warm + hold + fall - step
    return peak * min(max(left / fall, 0.0), 1.0)


def diagnose(inputs, output):
    step, peak, warm, hold, fall = (inputs[n] for n in ("step", "peak", "warm", "hold", "fall"))
    end = warm + hold + fall
    wrong = {"one_step_early": reference(**{**inputs, "step": step + 1})}
    if step < warm:
        wrong = {"no_warm_up": peak, **wrong}
    elif warm + hold <= step < end:
        wrong |= {
            "no_fall": peak, "hold_missing": peak * max(0, warm + fall - step) / fall,
            "starts_over_in_fall": peak * (1 - step / fall) if step < fall else 0.0,
            "upside_down": peak * (step - warm - hold) / fall,
        }
    elif warm <= step < warm + hold:
        wrong |= {"hold_missing": peak * (warm + fall - step) / fall}
    elif step >= end:
        wrong |= {"below_zero": peak * (end - step) / fall}
    right = reference(**inputs)
    return next(
        (name for name, value in wrong.items() if abs(value - right) > 1e-9 and abs(output - value) < 1e-9), None
    )


# %% tags=["exercise"] exercise="04.trapezoid"
def trapezoid(step, peak, warm, hold, fall):
    """Return the learning rate of a step."""
    ### BEGIN SOLUTION
    if step < warm:
        return peak * step / warm
    left = warm + hold + fall - step
    return peak * min(1.0, max(0.0, left / fall))
    ### END SOLUTION


# %%
schedule_works = check("04.trapezoid", trapezoid)


# %% tags=["mutant"] exercise="04.trapezoid" misconception="no_warm_up"
def trapezoid(step, peak, warm, hold, fall):
    left = warm + hold + fall - step
    return peak * min(1.0, max(0.0, left / fall))


# %% tags=["mutant"] exercise="04.trapezoid" misconception="hold_missing"
def trapezoid(step, peak, warm, hold, fall):
    if step < warm:
        return peak * step / warm
    return peak * max(0.0, (warm + fall - step) / fall)


# %% tags=["mutant"] exercise="04.trapezoid" misconception="below_zero"
def trapezoid(step, peak, warm, hold, fall):
    if step < warm:
        return peak * step / warm
    return peak * min(1.0, (warm + hold + fall - step) / fall)


# %% tags=["mutant"] exercise="04.trapezoid" misconception="one_step_early"
def trapezoid(step, peak, warm, hold, fall):
    if step + 1 < warm:
        return peak * (step + 1) / warm
    return peak * min(1.0, max(0.0, (warm + hold + fall - step - 1) / fall))


# %% tags=["mutant"] exercise="04.trapezoid" misconception="starts_over_in_fall"
def trapezoid(step, peak, warm, hold, fall):
    if step < warm:
        return peak * step / warm
    return peak if step < warm + hold else peak * max(0.0, 1 - step / fall)


# %% tags=["mutant"] exercise="04.trapezoid" misconception="no_fall"
def trapezoid(step, peak, warm, hold, fall):
    if step < warm:
        return peak * step / warm
    return peak if step < warm + hold + fall else 0.0


# %% tags=["mutant"] exercise="04.trapezoid" misconception="upside_down"
def trapezoid(step, peak, warm, hold, fall):
    if step < warm:
        return peak * step / warm
    if step < warm + hold:
        return peak
    return peak * (step - warm - hold) / fall if step < warm + hold + fall else 0.0


# %% tags=["variant"] exercise="04.trapezoid"
def trapezoid(step, peak, warm, hold, fall):
    places, rates = [warm, warm + hold, warm + hold + fall], [peak, peak, 0.0]
    if warm:
        places, rates = [0] + places, [0.0] + rates
    return np.interp(step, places, rates)


# %%
if schedule_works:
    rates = [trapezoid(step, 1.0, 10, 40, 30) for step in range(90)]
shown = {"your schedule": rates} if schedule_works else None
plot.curves(
    shown,
    x=np.arange(90),
    x_title="step",
    y_title="rate / peak",
    title="Up, along, down",
) if shown else None

# %% [markdown]
# ## 6 · Early stopping
#
# `losses` holds the validation loss after each epoch, `weights` the weights of that moment
# (one row an epoch); both as they *would* be if nobody stopped. Go through the epochs.
# When `patience` epochs in a row have brought no loss *below the lowest so far*, stop.
# Return how many epochs were trained, and the weights of the best of them. That is what
# `keras.callbacks.EarlyStopping(restore_best_weights=True)` does.

# %% tags=["definition"] exercise="04.early_stopping"
"""Early stopping with patience and restored weights."""
import numpy as np

POINTS = 2
HINTS = [
    "Remember three things while you go: the lowest loss so far, its epoch, and how many epochs in a row were no "
    "better.",
    "A loss below the lowest sets the count back to zero; any other adds one. Equal is not below.",
    "Stop as soon as the count has reached `patience`. Return the number of epochs and `weights[best]`.",
]
MISTAKES = {
    "one_epoch_too_late": "It stops one epoch too late: stop when the count *reaches* patience.",
    "last_weights": "The number of epochs is right, but these are the weights of the last epoch, after they got worse. "
    "Give back the best.",
    "count_not_reset": "It stops too early: a new lowest loss sets the count back to zero.",
    "compared_with_previous": "You compared with the epoch before. Compare with the lowest loss so far: a loss can "
    "fall for an epoch and still be worse than the best.",
    "equal_counts_as_better": "A loss equal to the lowest is no progress. Only one below it is.",
    "looked_ahead": "The number of epochs is right, but these are the weights of an epoch after the stop, which nobody "
    "has trained. Take the best of the epochs up to the stop.",
    "never_stops": "All epochs were trained. Stopping saves the time after the best epoch.",
}


def cases(rng):
    for _ in range(5):
        patience = int(rng.integers(2, 4))
        falling = np.sort(rng.uniform(0.5, 1.5, size=4))[::-1].round(2) - [0, 0.01, 0.02, 0.03]
        losses = [falling[0], falling[0] + 0.2, *falling[1:3], falling[2] + 0.1, falling[3]]
        losses += [falling[3] + 0.3, falling[3]]  # a plateau exactly at the lowest
        losses += [falling[3] + 0.4 + 0.1 * (-1) ** k + 0.05 * k for k in range(patience + 4)]
        losses += [losses[-1] + 0.1 * k for k in range(1, patience + 4)]
        losses += [falling[3] - 0.2]  # too late: whoever stopped has not seen it
        losses = np.round(losses, 3)
        yield {"losses": losses, "weights": rng.normal(size=(len(losses), 2)).round(2), "patience": patience}
    losses = np.sort(rng.uniform(0.2, 1.0, size=5))[::-1].round(3)
    yield {"losses": losses, "weights": rng.normal(size=(5, 2)).round(2), "patience": 2}


def stop(i, *, late=0, reset=True, previous=False, equal=False, never=False, last=False, ahead=False):
    """Stop early: the right way and its misreadings."""
    lowest, best, count, before = np.inf, 0, 0, np.inf
    for epoch, loss in enumerate(i["losses"]):
        bar = before if previous else lowest
        better = loss <= bar if equal else loss < bar
        if better:
            count = 0 if reset else count
        else:
            count += 1
        if loss <= lowest if equal else loss < lowest:
            lowest, best = loss, epoch
        before = loss
        if count >= i["patience"] + late and not never:
            break
    best = int(np.argmin(i["losses"])) if ahead else best
    return epoch + 1, i["weights"][epoch if last else best]


def reference(**inputs):
    return stop(inputs)


def diagnose(inputs, output):
    if len(output) != 2 or np.shape(output[1]) != (2,):
        return None
    right = stop(inputs)
    wrong = {
        "never_stops": {"never": True}, "last_weights": {"last": True}, "one_epoch_too_late": {"late": 1},
        "count_not_reset": {"reset": False}, "equal_counts_as_better": {"equal": True},
        "compared_with_previous": {"previous": True}, "looked_ahead": {"ahead": True},
    }
    fitting = []
    for mistake, options in wrong.items():
        epochs, weights = stop(inputs, **options)
        differs = epochs != right[0] or not np.array_equal(weights, right[1])
        if differs and output[0] == epochs and np.array_equal(output[1], weights):
            fitting.append(mistake)
    return fitting[0] if len(fitting) == 1 else None


# %% tags=["exercise"] exercise="04.early_stopping"
def early_stopping(losses, weights, patience):
    """Return the number of epochs trained, and the best weights."""
    ### BEGIN SOLUTION
    best, count = 0, 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best]:
            best, count = epoch, 0
        else:
            count += 1
        if count >= patience:
            break
    return epoch + 1, weights[best]
    ### END SOLUTION


# %%
stopping_works = check("04.early_stopping", early_stopping)


# %% tags=["mutant"] exercise="04.early_stopping" misconception="one_epoch_too_late"
def early_stopping(losses, weights, patience):
    best, count = 0, 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best]:
            best, count = epoch, 0
        else:
            count += 1
        if count > patience:
            break
    return epoch + 1, weights[best]


# %% tags=["mutant"] exercise="04.early_stopping" misconception="last_weights"
def early_stopping(losses, weights, patience):
    best, count = 0, 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best]:
            best, count = epoch, 0
        else:
            count += 1
        if count >= patience:
            break
    return epoch + 1, weights[epoch]


# %% tags=["mutant"] exercise="04.early_stopping" misconception="count_not_reset"
def early_stopping(losses, weights, patience):
    best, count = 0, 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best]:
            best = epoch
        else:
            count += 1
        if count >= patience:
            break
    return epoch + 1, weights[best]


# %% tags=["mutant"] exercise="04.early_stopping" misconception="compared_with_previous"
def early_stopping(losses, weights, patience):
    count = 0
    for epoch, loss in enumerate(losses):
        count = 0 if epoch == 0 or loss < losses[epoch - 1] else count + 1
        if count >= patience:
            break
    return epoch + 1, weights[np.argmin(losses[: epoch + 1])]


# %% tags=["mutant"] exercise="04.early_stopping" misconception="equal_counts_as_better"
def early_stopping(losses, weights, patience):
    best, count = 0, 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best, count = epoch, 0
        else:
            count += 1
        if count >= patience:
            break
    return epoch + 1, weights[best]


# %% tags=["mutant"] exercise="04.early_stopping" misconception="never_stops"
def early_stopping(losses, weights, patience):
    return len(losses), weights[np.argmin(losses)]


# %% tags=["mutant"] exercise="04.early_stopping" misconception="looked_ahead"
def early_stopping(losses, weights, patience):
    best, count = 0, 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best]:
            best, count = epoch, 0
        else:
            count += 1
        if count >= patience:
            break
    return epoch + 1, weights[np.argmin(losses)]


# %% tags=["variant"] exercise="04.early_stopping"
def early_stopping(losses, weights, patience):
    for trained in range(1, len(losses) + 1):
        best = int(np.argmin(losses[:trained]))
        if trained - 1 - best >= patience:
            break
    return [trained, weights[best]]


# %% [markdown]
# ## The clinic
#
# Five trainings are brought to you. All get the same 2,000 digits: `x` with pixels from 0
# to 255, 196 of them a picture, and `y`, the labels; the archive is sorted by label. All
# build the same network, which in good health reads about eight unseen digits in ten.
# Read them carefully. Each has exactly one fault.


# %%
def fresh_network():
    """Return a small network; its outputs are logits."""
    hidden = keras.layers.Dense(32, activation="relu")
    return keras.Sequential([keras.Input((196,)), hidden, keras.layers.Dense(10)])


def logits_loss():
    """Return the cross-entropy for outputs that are logits."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


FIT = {"batch_size": 50, "epochs": 5, "verbose": 0}


# %%
def patient_a(x, y):
    network = fresh_network()
    network.compile(keras.optimizers.SGD(0.2), logits_loss())
    order = np.random.permutation(len(x))
    network.fit(x[order] / 255, y, **FIT)
    return network


def patient_b(x, y):
    network = fresh_network()
    network.compile(keras.optimizers.SGD(0.2), logits_loss())
    network.fit(x / 255, y, shuffle=False, **FIT)
    return network


# %%
def patient_c(x, y):
    network = fresh_network()
    network.compile(keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy")
    network.fit(x / 255, y, **FIT)
    return network


def patient_d(x, y):
    network = fresh_network()
    network.compile(keras.optimizers.SGD(20.0), logits_loss())
    network.fit(x / 255, y, **FIT)
    return network


def patient_e(x, y):
    network = fresh_network()
    network.trainable = False
    network.compile(keras.optimizers.SGD(0.2), logits_loss())
    network.fit(x / 255, y, **FIT)
    return network


# %% [markdown]
# Their curves, and how many of the training digits they read in the end. Look at patient
# B: the loss falls as it should, and still the network is ill. About one of the others
# Keras itself has a warning: read it, as a doctor reads a chart.

# %%
digits = data.load("digits", source="bundled")


def halved(pictures):
    """Return pictures of 14 × 14 pixels, flattened, shape (n, 196)."""
    blocks = pictures.reshape(-1, 14, 2, 14, 2).astype("float32")
    return blocks.mean(axis=(2, 4)).reshape(-1, 196)


by_label = np.argsort(digits.y_train[:2000], kind="stable")
x_clinic = halved(digits.x_train[:2000])[by_label]
y_clinic = digits.y_train[:2000][by_label].astype("int32")

# %%
patients = dict(zip("ABCDE", [patient_a, patient_b, patient_c, patient_d, patient_e]))
curves = {}
for letter, patient in patients.items():
    keras.utils.set_random_seed(0)
    network = patient(x_clinic, y_clinic)
    curves[letter] = np.minimum(network.history.history["loss"], 5)
    answers = network.predict(x_clinic / 255, verbose=0).argmax(axis=1)
    print(f"{letter} reads {np.mean(answers == y_clinic):.0%} of its training digits")
plot.curves(curves, y_title="training loss, cut at 5", title="Five patients")

# %% [markdown]
# ## 7 · Name the cause
#
# Return a dict from each letter to one of these causes. Two of them nobody has.
#
# | cause | |
# |---|---|
# | `"frozen"` | the weights are never updated |
# | `"labels apart"` | inputs and labels no longer belong together |
# | `"loss takes logits for probabilities"` | the outputs are not what the loss expects |
# | `"no shuffling"` | the batches hold one class each |
# | `"rate too large"` | the steps jump over the valley |
# | `"overfitting"` | the training digits are learned by heart |
# | `"inputs unscaled"` | pixels from 0 to 255 go into the network |

# %% tags=["definition"] exercise="04.causes"
"""Five causes."""

HINTS = [
    "Compare the five functions line by line: each differs from a healthy one in a single place.",
    "E: its loss is exactly the same after every epoch. What would make that happen? D: look at the numbers in its "
    "first lines. C: what does the string as a loss expect?",
    "A: what is shuffled, and what is not? B: what does the archive's order do to a batch when nothing is shuffled?",
]
MISTAKES = {
    "apart_and_unshuffled_swapped": "A and B have changed places. Which of the two breaks the tie between a picture "
    "and its label, and which keeps it but shows one class after the other?",
    "rate_and_loss_swapped": "C and D have changed places. Look for the one unusual *number*, and for the one unusual "
    "*loss*.",
    "frozen_taken_for_rate": "E is not a matter of the rate: its loss does not change at all, in any digit.",
    "scaling_suspected": "Every patient divides its inputs by 255. Look again at what else differs.",
    "overfitting_suspected": "Overfitting shows as a *low* loss on the training digits. None of these reads even its "
    "training digits well.",
}
RIGHT = {
    "A": "labels apart", "B": "no shuffling", "C": "loss takes logits for probabilities", "D": "rate too large",
    "E": "frozen",
}
CAUSES = {*RIGHT.values(), "overfitting", "inputs unscaled"}


def cases(rng):
    yield {"letters": "ABCDE"}  # there is one answer; the check is not about numbers


def observe(answer, inputs):
    return answer()


def accept(inputs, output):
    if not isinstance(output, dict) or set(output) != set(RIGHT):
        return 'Return a dict with the keys "A" to "E".'
    unknown = [cause for cause in output.values() if cause not in CAUSES]
    if unknown:
        return f"{unknown[0]!r} is not in the table of causes. Copy a cause from it, in quotation marks."
    if output == RIGHT:
        return True
    values = list(output.values())
    if "overfitting" in values:
        return "overfitting_suspected"
    if "inputs unscaled" in values:
        return "scaling_suspected"
    if (output["A"], output["B"]) == (RIGHT["B"], RIGHT["A"]):
        return "apart_and_unshuffled_swapped"
    if (output["C"], output["D"]) == (RIGHT["D"], RIGHT["C"]):
        return "rate_and_loss_swapped"
    if output["E"] == "rate too large":
        return "frozen_taken_for_rate"
    right = sum(output[letter] == cause for letter, cause in RIGHT.items())
    return f"{right} of the five are right."


# %% tags=["exercise"] exercise="04.causes"
def causes():
    """Return a dict from "A" to "E" to the cause of each."""
    ### BEGIN SOLUTION
    return {
        "A": "labels apart",
        "B": "no shuffling",
        "C": "loss takes logits for probabilities",
        "D": "rate too large",
        "E": "frozen",
    }
    ### END SOLUTION


# %%
check("04.causes", causes)


# %% tags=["mutant"] exercise="04.causes" misconception="apart_and_unshuffled_swapped"
def causes():
    return {
        "A": "no shuffling", "B": "labels apart", "C": "loss takes logits for probabilities", "D": "rate too large",
        "E": "frozen",
    }


# %% tags=["mutant"] exercise="04.causes" misconception="rate_and_loss_swapped"
def causes():
    return {
        "A": "labels apart", "B": "no shuffling", "C": "rate too large", "D": "loss takes logits for probabilities",
        "E": "frozen",
    }


# %% tags=["mutant"] exercise="04.causes" misconception="frozen_taken_for_rate"
def causes():
    return {
        "A": "labels apart", "B": "no shuffling", "C": "loss takes logits for probabilities", "D": "frozen",
        "E": "rate too large",
    }


# %% tags=["mutant"] exercise="04.causes" misconception="scaling_suspected"
def causes():
    return {
        "A": "labels apart", "B": "no shuffling", "C": "loss takes logits for probabilities", "D": "inputs unscaled",
        "E": "frozen",
    }


# %% tags=["mutant"] exercise="04.causes" misconception="overfitting_suspected"
def causes():
    return {
        "A": "labels apart", "B": "overfitting", "C": "loss takes logits for probabilities", "D": "rate too large",
        "E": "frozen",
    }


# %% tags=["variant"] exercise="04.causes"
def causes():
    return dict(zip("EDCBA", [
        "frozen", "rate too large", "loss takes logits for probabilities", "no shuffling", "labels apart",
    ]))


# %% [markdown]
# ## 8 · Mend them
#
# Copy the five functions into this one, mend each in its one place, and return them as a
# dict. The check trains all five on other digits, sorted in the same way, and asks each
# about unseen ones: seven in ten are enough. A few seconds are needed.

# %% tags=["definition"] exercise="04.mended"
"""Five trainings mended."""
import numpy as np

POINTS = 3
SECONDS = 120
TARGET = 0.7
HINTS = [
    "Change as little as possible: one line each, in the place that you named above.",
    "A: use the same order for both. B: leave out what stops the shuffling. E: leave out one line.",
    "C: its last layer gives logits, so it needs the loss of the others. D: a rate a hundred times smaller.",
]
MISTAKES = {
    "a_ill": "A still guesses. Whatever is done to the inputs must be done to the labels: `x[order]` and `y[order]`.",
    "b_ill": "B still knows the last classes best. It must see all classes in every batch: let `fit` shuffle.",
    "c_ill": "C still does not learn. Its outputs are logits: tell the loss so, or add a softmax.",
    "d_ill": "D still jumps about. Look at its learning rate beside that of the others.",
    "e_ill": "E has not learned anything. Are its weights allowed to change?",
    "trained_networks": "Return the functions, not trained networks: the check calls them with digits of its own.",
}


def halved(pictures):
    return pictures.reshape(-1, 14, 2, 14, 2).astype("float32").mean(axis=(2, 4)).reshape(-1, 196)


def cases(rng):
    from layerwise import data

    digits = data.load("digits", source="bundled")
    seen = rng.choice(len(digits.x_train), 2000, replace=False)
    seen = seen[np.argsort(digits.y_train[seen], kind="stable")]
    unseen = rng.choice(len(digits.x_test), 1000, replace=False)
    yield {
        "x": halved(digits.x_train[seen]), "y": digits.y_train[seen].astype("int32"),
        "pictures": halved(digits.x_test[unseen]), "labels": digits.y_test[unseen],
    }


def observe(answer, inputs):
    functions = answer()
    if not isinstance(functions, dict) or sorted(functions) != list("ABCDE"):
        return 'Return a dict with the keys "A" to "E".'
    scores = {}
    for letter, function in sorted(functions.items()):
        if not callable(function) or hasattr(function, "predict"):
            return "networks"
        network = function(inputs["x"].copy(), inputs["y"].copy())
        if not hasattr(network, "predict_on_batch"):
            return f"The function of {letter} returned a {type(network).__name__}; return the network."
        # A learner may scale inside the network or outside: the better reading counts.
        scores[letter] = max(
            float(np.mean(np.argmax(network.predict_on_batch(inputs["pictures"] / np.float32(scale)), axis=1)
                          == inputs["labels"]))
            for scale in (255, 1)
        )
    return scores


def accept(inputs, output):
    if isinstance(output, str):
        return "trained_networks" if output == "networks" else output
    ill = [letter for letter, score in sorted(output.items()) if not score >= TARGET]
    return f"{ill[0].lower()}_ill" if ill else True


# %% tags=["exercise"] exercise="04.mended"
def mended():
    """Return five functions by letter; each takes x and y and returns a network."""

    ### BEGIN SOLUTION
    def train(x, y, order=None):
        network = fresh_network()
        network.compile(keras.optimizers.SGD(0.2), logits_loss())
        order = np.arange(len(x)) if order is None else order
        network.fit(x[order] / 255, y[order], **FIT)
        return network

    def in_order(x, y):
        return train(x, y, np.random.permutation(len(x)))

    return {"A": in_order, "B": train, "C": train, "D": train, "E": train}
    ### END SOLUTION


# %%
check("04.mended", mended)


# %% tags=["mutant"] exercise="04.mended" misconception="a_ill"
def mended():
    def healthy(x, y):
        network = fresh_network()
        network.compile(keras.optimizers.SGD(0.2), logits_loss())
        network.fit(x / 255, y, **FIT)
        return network

    def shuffled_twice(x, y):
        return healthy(x[np.random.permutation(len(x))], y[np.random.permutation(len(y))])

    return {"A": shuffled_twice, "B": healthy, "C": healthy, "D": healthy, "E": healthy}


# %% tags=["mutant"] exercise="04.mended" misconception="b_ill"
def mended():
    def healthy(x, y):
        network = fresh_network()
        network.compile(keras.optimizers.SGD(0.2), logits_loss())
        network.fit(x / 255, y, **FIT)
        return network

    return {"A": healthy, "B": patient_b, "C": healthy, "D": healthy, "E": healthy}


# %% tags=["mutant"] exercise="04.mended" misconception="c_ill"
def mended():
    def healthy(x, y):
        network = fresh_network()
        network.compile(keras.optimizers.SGD(0.2), logits_loss())
        network.fit(x / 255, y, **FIT)
        return network

    return {"A": healthy, "B": healthy, "C": patient_c, "D": healthy, "E": healthy}


# %% tags=["mutant"] exercise="04.mended" misconception="d_ill"
def mended():
    def healthy(x, y, rate=0.2):
        network = fresh_network()
        network.compile(keras.optimizers.SGD(rate), logits_loss())
        network.fit(x / 255, y, **FIT)
        return network

    return {"A": healthy, "B": healthy, "C": healthy, "D": lambda x, y: healthy(x, y, 5e-4), "E": healthy}


# %% tags=["mutant"] exercise="04.mended" misconception="e_ill"
def mended():
    def healthy(x, y):
        network = fresh_network()
        network.compile(keras.optimizers.SGD(0.2), logits_loss())
        network.fit(x / 255, y, **FIT)
        return network

    return {"A": healthy, "B": healthy, "C": healthy, "D": healthy, "E": patient_e}


# %% tags=["mutant"] exercise="04.mended" misconception="trained_networks"
def mended():
    return {letter: fresh_network() for letter in "ABCDE"}


# %% tags=["variant"] exercise="04.mended"
def mended():
    def with_softmax(x, y):
        outputs = [keras.layers.Rescaling(1 / 255), keras.layers.Dense(32, "relu"), keras.layers.Dense(10, "softmax")]
        network = keras.Sequential([keras.Input((196,)), *outputs])
        network.compile("adam", "sparse_categorical_crossentropy")
        network.fit(x, y, batch_size=20, epochs=5, verbose=0)
        return network

    return {letter: with_softmax for letter in "EDCBA"}


# %% [markdown]
# ## Something to keep
#
# A digit reader with no framework in it: your epoch, your schedule, your early stopping.
# It is the smallest one possible, with ten outputs and no hidden layer: `x @ weights`, where
# the largest output wins.

# %%
whole = epoch_works and schedule_works and stopping_works
x_all = halved(digits.x_train) / np.float32(255)
x_train, y_train = x_all[:8000], np.eye(10)[digits.y_train[:8000]]
x_valid, y_valid = x_all[8000:], np.eye(10)[digits.y_train[8000:]]
rng, weights, epochs = np.random.default_rng(0), np.zeros((196, 10)), 30
losses, kept = [], []
for epoch in range(epochs if whole else 0):
    rate = trapezoid(epoch + 1, 0.03, 3, 15, 13)
    order = rng.permutation(8000)
    weights = train_epoch(weights, x_train, y_train, order, 50, rate)
    losses.append(np.mean((x_valid @ weights - y_valid) ** 2))
    kept.append(weights)

# %%
if whole:
    trained, best = early_stopping(losses, kept, patience=5)
    answers = (halved(digits.x_test) / 255 @ best).argmax(axis=1)
    found(
        "own_reader",
        np.mean(answers == digits.y_test),
        "Trained by your own functions, it reads {:.1%} of 10,000 unseen digits.",
    )

# %% [markdown]
# Without a hidden layer the weights can be looked at: each output is a picture of what
# speaks for its digit (bright) and against it (dark).

# %%
plot.images(
    best.T.reshape(10, 14, 14),
    titles=range(10),
    columns=5,
    title="What your reader looks for in each digit",
) if whole else None

# %% [markdown]
# ## Going further
#
# No check waits here. Train the same reader with your `adam_step` in place of SGD: which
# learning rate does it want, and how many epochs does it save? Then build a sixth patient
# whose fault your neighbour will not find in five minutes. One idea that does not work: a
# softmax as last layer *and* `from_logits=True`. On TensorFlow, Keras notices that the
# outputs come from a softmax, uses what went into it, and warns you.
