# %% [markdown]
# **Can you make a network say what its answer is worth, about a picture of your own?**
#
# In lesson 06 a network learned to tell how sure it is, to name a set instead of a
# class, and to keep silent. Here you write each of those pieces, from five lines to a
# whole reader. By the end you will have
#
# - a temperature, a calibration error and a set with a promise, all your own,
# - a rule for "I don't know" that knows what a mistake costs,
# - your own photo, read by a network that says what its answer is worth.
#
# `hint("06.top_k")` opens one step at a time; `solution("06.top_k")` shows the whole
# answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np
from PIL import Image, ImageOps
from scipy.special import softmax

from layerwise import data, explore, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(6)

# %% [markdown]
# ## 1 · Among the best k
#
# A shop that shows its customer three suggestions wants to know how often the right one
# is among them. Return the share of pictures whose label is among the `k` classes of
# highest score. Where scores are equal, the class with the lower number comes first, as
# `argmax` has it: a network that gives every class the same score must not look
# perfect.
#
# | | shape |
# |---|---|
# | `scores` | (pictures, classes) |
# | `labels` | (pictures,) |
# | `k` | a whole number |
# | result | one number from 0 to 1 |

# %% tags=["definition"] exercise="06.top_k"
"""Top-k accuracy."""
import numpy as np

HINTS = [
    "For one picture: which positions would the k highest scores have? `argsort` gives positions, lowest first.",
    "Sorting `-scores` puts the highest first, and kind=\"stable\" keeps equal ones in order.",
    "`np.argsort(-scores, axis=1, kind=\"stable\")[:, :k]` holds k classes a row. Compare it with `labels[:, None]`.",
]
MISTAKES = {
    "lowest": "These are the k lowest scores: argsort puts the smallest first.",
    "only_first": "This is the share whose best class is right, whatever k is.",
    "counted": "You counted the hits. Divide by the number of pictures.",
    "averaged_twice": "Of each picture's k comparisons at most one can be true, and you took the mean of all of them. "
    "First ask per picture whether any is true, then take the mean.",
    "one_too_many": "One class too many was let in: k = 1 must be the ordinary accuracy.",
    "ties_generous": "Where scores are equal you let all of them in: a network that gives every class the same score "
    "would be right every time. Of equal ones, the lower class number comes first.",
    "ties_last": "Of equal scores you took the higher class number first, as the end of an ascending sort has it.",
}


def cases(rng):
    for pictures, classes, k in [(12, 6, 2), (80, 8, 3), (80, 9, 4), (60, 5, 1)]:
        scores = rng.permuted(np.tile(np.arange(classes) / 10, (pictures, 1)), axis=1)
        yield {"scores": scores, "labels": rng.integers(0, classes, size=pictures), "k": k}
    for classes, k in [(5, 2), (6, 3), (7, 1)]:  # with ties
        yield {
            "scores": rng.integers(0, 3, size=(150, classes)) / 4,
            "labels": rng.integers(0, classes, size=150),
            "k": k,
        }


def hits(order, labels, k):
    return (order[:, :k] == labels[:, None]).any(axis=1)


def reference(scores, labels, k):
    return hits(np.argsort(-scores, axis=1, kind="stable"), labels, k).mean()


def diagnose(inputs, output):
    scores, labels, k = inputs["scores"], inputs["labels"], inputs["k"]
    best = np.argsort(-scores, axis=1, kind="stable")
    rising = np.argsort(scores, axis=1, kind="stable")
    above = (scores > scores[np.arange(len(labels)), labels][:, None]).sum(axis=1)
    wrong = {
        "counted": hits(best, labels, k).sum(),
        "averaged_twice": hits(best, labels, k).mean() / k,
        "only_first": hits(best, labels, 1).mean(),
        "lowest": hits(rising, labels, k).mean(),
        "one_too_many": hits(best, labels, k + 1).mean(),
        "ties_generous": (above < k).mean(),
        "ties_last": hits(rising[:, ::-1], labels, k).mean(),
    }
    return next((key for key, value in wrong.items() if np.isclose(output, value)), None)


# %% tags=["exercise"] exercise="06.top_k"
def top_k_accuracy(scores, labels, k):
    """Return the share of pictures whose label is among the k best classes."""
    ### BEGIN SOLUTION
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return (best == labels[:, None]).any(axis=1).mean()
    ### END SOLUTION


# %%
top_k_works = check("06.top_k", top_k_accuracy)


# %% tags=["mutant"] exercise="06.top_k" misconception="lowest"
def top_k_accuracy(scores, labels, k):
    best = np.argsort(scores, axis=1, kind="stable")[:, :k]
    return (best == labels[:, None]).any(axis=1).mean()


# %% tags=["mutant"] exercise="06.top_k" misconception="only_first"
def top_k_accuracy(scores, labels, k):
    return (scores.argmax(axis=1) == labels).mean()


# %% tags=["mutant"] exercise="06.top_k" misconception="counted"
def top_k_accuracy(scores, labels, k):
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return (best == labels[:, None]).any(axis=1).sum()


# %% tags=["mutant"] exercise="06.top_k" misconception="averaged_twice"
def top_k_accuracy(scores, labels, k):
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return (best == labels[:, None]).mean()


# %% tags=["mutant"] exercise="06.top_k" misconception="one_too_many"
def top_k_accuracy(scores, labels, k):
    best = np.argsort(-scores, axis=1, kind="stable")[:, : k + 1]
    return (best == labels[:, None]).any(axis=1).mean()


# %% tags=["mutant"] exercise="06.top_k" misconception="ties_generous"
def top_k_accuracy(scores, labels, k):
    own = scores[np.arange(len(labels)), labels][:, None]
    return ((scores > own).sum(axis=1) < k).mean()


# %% tags=["mutant"] exercise="06.top_k" misconception="ties_last"
def top_k_accuracy(scores, labels, k):
    best = np.argsort(scores, axis=1, kind="stable")[:, -k:]
    return (best == labels[:, None]).any(axis=1).mean()


# %% tags=["variant"] exercise="06.top_k"
def top_k_accuracy(scores, labels, k):
    found = 0
    for row, label in zip(scores.tolist(), labels.tolist()):
        order = sorted(range(len(row)), key=lambda position: (-row[position], position))
        found += label in order[:k]
    return found / len(labels)


# %% [markdown]
# ## 2 · Scores at a temperature
#
# Turn scores into probabilities, as softmax does, but at a temperature: above 1 they
# draw together, below 1 they move apart. At 1 nothing changes. Mind the trap of lesson
# 02's lab: scores may be large.

# %% tags=["definition"] exercise="06.temperature"
"""Softmax with a temperature."""
import numpy as np

HINTS = [
    "The temperature acts on the scores, before the softmax. A high one must bring them closer to each other.",
    "`scores / temperature`, and then softmax row by row.",
    "`softmax(scores / temperature, axis=1)` from SciPy subtracts the largest score of each row by itself.",
]
MISTAKES = {
    "multiplied": "You multiplied by the temperature. Then a high one makes the network surer: divide.",
    "after_softmax": "You divided the probabilities. Divide the scores, and take the softmax of those.",
    "wrong_axis": "The softmax did not go row by row. Each row is one picture, and its probabilities add up to 1: "
    "`axis=1`. Without an axis, SciPy's softmax shares 1 among all pictures.",
    "not_normalised": "The rows do not add up to 1: p ** (1 / T) is right, but each row must be divided by its sum.",
    "ignored": "These are the probabilities at temperature 1, whatever the temperature is.",
    "winner_takes_all": "Only the highest score counts here: one class has probability 1. That is the limit at "
    "temperature 0.",
    "overflow": "Small scores work. For large ones an exponential became infinite: subtract each row's largest first.",
}


def cases(rng):
    for temperature in (2.0, 0.5, 4.0, 1.5):
        yield {"scores": rng.normal(scale=3, size=(3, 4)).round(2), "temperature": temperature}
    yield {"scores": np.array([[1500.0, 1501.0, 1499.0], [0.0, 4.0, -900.0]]), "temperature": 2.0}


def smooth(values):
    exponentials = np.exp(values - values.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def reference(scores, temperature):
    return smooth(scores / temperature)


def diagnose(inputs, output):
    scores, temperature = inputs["scores"], inputs["temperature"]
    if not np.isfinite(output).all():
        return "overflow" if abs(scores).max() > 700 else None
    raised = np.exp(scores / temperature - (scores / temperature).max())
    wrong = {
        "multiplied": smooth(scores * temperature),
        "after_softmax": smooth(smooth(scores) / temperature),
        "wrong_axis": raised / raised.sum(),
        "not_normalised": smooth(scores) ** (1 / temperature),
        "ignored": smooth(scores),
        "winner_takes_all": (scores == scores.max(axis=1, keepdims=True)).astype(float),
    }
    if np.allclose(output, smooth(scores) / temperature):
        return "after_softmax"
    if np.allclose(output, raised / raised.sum(axis=0)):
        return "wrong_axis"
    return next((key for key, value in wrong.items() if np.allclose(output, value)), None)


# %% tags=["exercise"] exercise="06.temperature"
def at_temperature(scores, temperature):
    """Return probabilities, in the shape of the scores: (pictures, classes)."""
    ### BEGIN SOLUTION
    return softmax(scores / temperature, axis=1)
    ### END SOLUTION


# %%
temperature_works = check("06.temperature", at_temperature)


# %% tags=["mutant"] exercise="06.temperature" misconception="multiplied"
def at_temperature(scores, temperature):
    return softmax(scores * temperature, axis=1)


# %% tags=["mutant"] exercise="06.temperature" misconception="after_softmax"
def at_temperature(scores, temperature):
    return softmax(softmax(scores, axis=1) / temperature, axis=1)


# %% tags=["mutant"] exercise="06.temperature" misconception="after_softmax"
def at_temperature(scores, temperature):
    return softmax(scores, axis=1) / temperature


# %% tags=["mutant"] exercise="06.temperature" misconception="wrong_axis"
def at_temperature(scores, temperature):
    return softmax(scores / temperature)


# %% tags=["mutant"] exercise="06.temperature" misconception="wrong_axis"
def at_temperature(scores, temperature):
    return softmax(scores / temperature, axis=0)


# %% tags=["mutant"] exercise="06.temperature" misconception="not_normalised"
def at_temperature(scores, temperature):
    return softmax(scores, axis=1) ** (1 / temperature)


# %% tags=["mutant"] exercise="06.temperature" misconception="ignored"
def at_temperature(scores, temperature):
    return softmax(scores, axis=1)


# %% tags=["mutant"] exercise="06.temperature" misconception="winner_takes_all"
def at_temperature(scores, temperature):
    winner = np.zeros(scores.shape)
    winner[np.arange(len(scores)), scores.argmax(axis=1)] = 1.0
    return winner


# %% tags=["mutant"] exercise="06.temperature" misconception="overflow"
def at_temperature(scores, temperature):
    exponentials = np.exp(scores / temperature)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


# %% tags=["variant"] exercise="06.temperature"
def at_temperature(scores, temperature):
    logarithms = scores - scores.max(axis=1, keepdims=True)
    probabilities = np.exp(logarithms) ** (1 / temperature)
    return probabilities / probabilities.sum(axis=1, keepdims=True)


# %% [markdown]
# ## 3 · Find the temperature
#
# Now choose it. Wanted is the temperature between 0.2 and 10 with the smallest
# cross-entropy on the *validation* pictures: the mean of -log(probability of the right
# class), with the natural logarithm. Then take the same loss on the *test* pictures, at
# that temperature. Return both, as `(temperature, test_loss)`. A grid of some hundred
# values is good enough.
#
# | | shape |
# |---|---|
# | `validation_scores`, `test_scores` | (pictures, classes) |
# | `validation_labels`, `test_labels` | (pictures,) |
# | result | two numbers |

# %% tags=["definition"] exercise="06.fit_temperature"
"""A temperature fitted on validation data."""
import numpy as np

POINTS = 2
HINTS = [
    "Write a small function first: the mean of -log(probability of the right class) for scores, labels and a "
    "temperature.",
    "Try many temperatures, such as np.geomspace(0.2, 10, 400), on the validation scores, and keep the best.",
    "`best = min(grid, key=lambda t: loss(validation_scores, validation_labels, t))`, then the loss of the test "
    "scores at `best`.",
]
MISTAKES = {
    "fitted_on_test": "This temperature is the best one for the test pictures. It must be chosen without them, or the "
    "test loss is too good to be true.",
    "fitted_on_both": "Test pictures helped to choose the temperature. Fit on the validation pictures alone.",
    "inverse": "This is one over the temperature: did you multiply the scores by it?",
    "position": "The temperature should lie between 0.2 and 10. Is this the position of the best one in your list? "
    "`argmin` gives the position: look up the temperature that stands there.",
    "turned_round": "The two numbers came the other way round: first the temperature, then the test loss.",
    "end_of_range": "This temperature is an end of the range. Did you go by accuracy, which is the same at every "
    "temperature, or turn the sign of the loss around? Take the least mean of -log(probability of the right class).",
    "loss_at_one": "The temperature is right, but the test loss is that of the scores as they were, at temperature 1.",
    "validation_loss": "The temperature is right, but the second number is the loss on the validation pictures.",
    "summed": "The temperature is right, but the test loss is a sum. Take the mean over the pictures.",
}
GRID = np.geomspace(0.2, 10, 400)


def draw(rng, pictures, true):
    scores = rng.normal(scale=3, size=(pictures, 5))
    probabilities = np.exp(scores / true) / np.exp(scores / true).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(5, p=row) for row in probabilities])
    return scores, labels


def cases(rng):
    for true, other in [(2.5, 1.3), (4.0, 2.0), (0.6, 1.2)]:
        validation, test = draw(rng, 400, true), draw(rng, 300, other)
        yield {
            "validation_scores": validation[0], "validation_labels": validation[1],
            "test_scores": test[0], "test_labels": test[1],
        }


def loss(scores, labels, temperature):
    values = scores / temperature
    values = values - values.max(axis=1, keepdims=True)
    return (np.log(np.exp(values).sum(axis=1)) - values[np.arange(len(labels)), labels]).mean()


def best(scores, labels):
    return GRID[np.argmin([loss(scores, labels, t) for t in GRID])]


def accept(inputs, output):
    if not isinstance(output, (tuple, list)) or len(output) != 2:
        return "Return two numbers: the temperature and the test loss."
    temperature, given = float(output[0]), float(output[1])
    validation = inputs["validation_scores"], inputs["validation_labels"]
    test = inputs["test_scores"], inputs["test_labels"]
    if not np.isfinite(temperature) or temperature <= 0:
        return "The temperature should be a number above zero."
    right = best(*validation)

    def near(scores, labels, wanted):
        return loss(scores, labels, temperature) - loss(scores, labels, wanted) < 1e-3

    if not near(*validation, right):
        both = [np.concatenate(pair) for pair in zip(validation, test)]
        if abs(np.log(temperature / right)) > 0.05 and abs(np.log(temperature * right)) < 0.08:
            return "inverse"
        if abs(given / right - 1) < 0.1 and abs(temperature - loss(*test, given)) < 1e-4:
            return "turned_round"
        if not 0.19 < temperature < 10.1:
            return "position" if temperature == round(temperature) else "end_of_range"
        if near(*test, best(*test)):
            return "fitted_on_test"
        if near(*both, best(*both)):
            return "fitted_on_both"
        if not 0.21 < temperature < 9.5:
            return "end_of_range"
        came, least = loss(*validation, temperature), loss(*validation, right)
        return f"At temperature {temperature:.2f} the validation loss is {came:.3f}; it can be {least:.3f}."
    if abs(given - loss(*test, temperature)) < 1e-4 * (1 + abs(given)):
        return True
    wrong = {
        "loss_at_one": loss(*test, 1.0),
        "validation_loss": loss(*validation, temperature),
        "summed": loss(*test, temperature) * len(test[1]),
    }
    for mistake, value in wrong.items():
        if np.isclose(given, value, rtol=1e-4):
            return mistake
    return f"At temperature {temperature:.2f} the test loss is {loss(*test, temperature):.4f}; {given:.4f} came."


# %% tags=["exercise"] exercise="06.fit_temperature"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    """Return the temperature fitted on validation, and the test loss at it."""

    ### BEGIN SOLUTION
    def loss(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels] + 1e-30).mean()

    grid = np.geomspace(0.2, 10, 300)
    tried = [loss(validation_scores, validation_labels, t) for t in grid]
    temperature = grid[np.argmin(tried)]
    return temperature, loss(test_scores, test_labels, temperature)
    ### END SOLUTION


# %%
fit_works = check("06.fit_temperature", fit_temperature)


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="fitted_on_test"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def loss(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels]).mean()

    grid = np.geomspace(0.2, 10, 300)
    tried = [loss(test_scores, test_labels, t) for t in grid]
    return grid[np.argmin(tried)], min(tried)


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="fitted_on_both"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def loss(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels]).mean()

    scores = np.concatenate([validation_scores, test_scores])
    labels = np.concatenate([validation_labels, test_labels])
    grid = np.geomspace(0.2, 10, 300)
    best = grid[np.argmin([loss(scores, labels, t) for t in grid])]
    return best, loss(test_scores, test_labels, best)


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="inverse"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def loss(scores, labels, temperature):
        probabilities = softmax(scores * temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels] + 1e-30).mean()

    grid = np.geomspace(0.1, 10, 400)
    best = grid[np.argmin([loss(validation_scores, validation_labels, t) for t in grid])]
    return best, loss(test_scores, test_labels, best)


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="end_of_range"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def likelihood(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return np.log(probabilities[np.arange(len(labels)), labels] + 1e-30).mean()

    grid = np.geomspace(0.2, 10, 300)
    tried = [likelihood(validation_scores, validation_labels, t) for t in grid]
    best = grid[np.argmin(tried)]
    return best, likelihood(test_scores, test_labels, best)


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="end_of_range"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    grid = np.geomspace(0.2, 10, 300)
    tried = [np.mean((validation_scores / t).argmax(axis=1) == validation_labels) for t in grid]
    best = grid[np.argmax(tried)]
    probabilities = softmax(test_scores / best, axis=1)
    return best, -np.log(probabilities[np.arange(len(test_labels)), test_labels] + 1e-30).mean()


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="position"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def loss(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels]).mean()

    grid = np.geomspace(0.2, 10, 300)
    best = np.argmin([loss(validation_scores, validation_labels, t) for t in grid])
    return best, loss(test_scores, test_labels, best)


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="turned_round"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def loss(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels]).mean()

    grid = np.geomspace(0.2, 10, 300)
    best = grid[np.argmin([loss(validation_scores, validation_labels, t) for t in grid])]
    return loss(test_scores, test_labels, best), best


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="loss_at_one"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def loss(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels]).mean()

    grid = np.geomspace(0.2, 10, 300)
    best = grid[np.argmin([loss(validation_scores, validation_labels, t) for t in grid])]
    return best, loss(test_scores, test_labels, 1.0)


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="validation_loss"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def loss(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels]).mean()

    grid = np.geomspace(0.2, 10, 300)
    tried = [loss(validation_scores, validation_labels, t) for t in grid]
    return grid[np.argmin(tried)], min(tried)


# %% tags=["mutant"] exercise="06.fit_temperature" misconception="summed"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    def loss(scores, labels, temperature):
        probabilities = softmax(scores / temperature, axis=1)
        return -np.log(probabilities[np.arange(len(labels)), labels]).sum()

    grid = np.geomspace(0.2, 10, 300)
    best = grid[np.argmin([loss(validation_scores, validation_labels, t) for t in grid])]
    return best, loss(test_scores, test_labels, best)


# %% tags=["variant"] exercise="06.fit_temperature"
def fit_temperature(validation_scores, validation_labels, test_scores, test_labels):
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(logarithm, scores, labels):
        values = log_softmax(scores / np.exp(logarithm), axis=1)
        return -np.take_along_axis(values, labels[:, None], axis=1).mean()

    ends = np.log([0.2, 10])
    told = (validation_scores, validation_labels)
    best = minimize_scalar(loss, bounds=ends, args=told, method="bounded").x
    return float(np.exp(best)), float(loss(best, test_scores, test_labels))


# %% [markdown]
# ## 4 · The calibration error
#
# Sort the answers by their confidence into `bins` of equal width, from 0 to 1. In each
# bin that holds any, take the distance between the mean confidence and the share of
# right answers; weight it by the share of answers in the bin; add up. A confidence of
# exactly 1 belongs to the last bin.
#
# | | shape |
# |---|---|
# | `probabilities` | (pictures, classes) |
# | `labels` | (pictures,) |
# | `bins` | a whole number |
# | result | one number |

# %% tags=["definition"] exercise="06.calibration_error"
"""Expected calibration error."""
import numpy as np

POINTS = 2
HINTS = [
    "From each row you need two things: the highest probability, and whether its class is the label.",
    "`(confidence * bins).astype(int)` gives each answer the number of its bin; only the confidence 1 gets one too "
    "many.",
    "Loop over np.unique of those numbers, which skips empty bins, and add `share * abs(mean confidence - mean "
    "right)`.",
]
MISTAKES = {
    "empty_bin": "The result is not a number: a bin without answers has no mean. Leave empty bins out.",
    "unweighted": "You averaged over the bins. A bin with one answer must not count as much as one with a hundred: "
    "weight each by its share of the answers.",
    "signed": "Too sure in one bin and too modest in another must not cancel, as they do here and in means over all "
    "answers: take the absolute distance of each bin.",
    "equal_count": "Your bins hold equally many answers. Here they have equal width.",
    "true_class": "You took the probability of the true class for the confidence. Confidence is that of the class that "
    "won, right or wrong.",
    "own_range": "Your bins divide the range of these confidences, as np.histogram does when it is given no range. Let "
    "them divide 0 to 1.",
    "bin_centre": "You compared with the middle of each bin. Compare with the mean confidence of the answers in it.",
    "last_edge": "Answers with a confidence of exactly 1 fell out: they belong to the last bin.",
}


def cases(rng):
    for pictures, classes, bins in [(8, 3, 5), (60, 4, 10), (200, 5, 15)]:
        raw = rng.dirichlet(np.full(classes, 0.4), size=pictures)
        right = rng.random(pictures) < 0.7
        yield {
            "probabilities": raw,
            "labels": np.where(right, raw.argmax(axis=1), rng.integers(0, classes, pictures)),
            "bins": bins,
        }
    raw = rng.dirichlet(np.full(3, 0.5), size=12)
    raw[:7] = np.eye(3)[rng.integers(0, 3, 7)]
    labels = raw.argmax(axis=1)
    labels[:3] = (labels[:3] + 1) % 3
    yield {"probabilities": raw, "labels": labels, "bins": 10}


def parts(inputs):
    probabilities, labels = inputs["probabilities"], inputs["labels"]
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels, inputs["bins"]


def gaps(confidence, right, where):
    """Return signed gap and share of each filled bin."""
    inside = [where == number for number in np.unique(where)]
    return (
        np.array([confidence[one].mean() - right[one].mean() for one in inside]),
        np.array([one.mean() for one in inside]),
    )


def error(confidence, right, bins):
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    gap, share = gaps(confidence, right, where)
    return float(abs(gap) @ share)


def reference(probabilities, labels, bins):
    return error(*parts({"probabilities": probabilities, "labels": labels, "bins": bins}))


def diagnose(inputs, output):
    confidence, right, bins = parts(inputs)
    if not np.isfinite(output):
        return "empty_bin"
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    gap, share = gaps(confidence, right, where)
    true = inputs["probabilities"][np.arange(len(right)), inputs["labels"]]
    kept = confidence < 1
    dropped = 0.0
    if kept.any():
        some, weight = gaps(confidence[kept], right[kept], where[kept])
        dropped = float(abs(some) @ weight * kept.mean())
    order = np.argsort(confidence, kind="stable")
    ranks = np.empty(len(order), dtype=int)
    ranks[order] = np.arange(len(order))
    counted, weights = gaps(confidence, right, ranks * bins // len(order))
    split = np.concatenate([[k] * len(part) for k, part in enumerate(np.array_split(order, bins))])
    by_split = np.empty(len(order), dtype=int)
    by_split[order] = split
    second, second_weights = gaps(confidence, right, by_split)
    low, high = confidence.min(), confidence.max()
    own = np.minimum(((confidence - low) / (high - low) * bins).astype(int), bins - 1)
    of_own, own_weights = gaps(confidence, right, own)
    centre = np.array([(k + 0.5) / bins - right[where == k].mean() for k in np.unique(where)])
    wrong = {
        "last_edge": [dropped] if not kept.all() else [],
        "unweighted": [abs(gap).mean(), abs(gap).sum() / bins, abs(gap).sum()],
        # Summed with their signs, the gaps are the distance of the two means over all answers.
        "signed": [gap @ share, -gap @ share],
        "equal_count": [abs(counted) @ weights, abs(second) @ second_weights],
        "true_class": [error(true, right, bins)],
        "own_range": [abs(of_own) @ own_weights],
        "bin_centre": [abs(centre) @ share],
    }
    for mistake, values in wrong.items():
        if any(np.isclose(output, value) for value in values):
            return mistake
    return None


# %% tags=["exercise"] exercise="06.calibration_error"
def calibration_error(probabilities, labels, bins):
    """Return the expected calibration error, one number."""
    ### BEGIN SOLUTION
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for number in np.unique(where):
        inside = where == number
        gap = confidence[inside].mean() - right[inside].mean()
        error += inside.mean() * abs(gap)
    return error
    ### END SOLUTION


# %%
error_works = check("06.calibration_error", calibration_error)


# %% tags=["mutant"] exercise="06.calibration_error" misconception="empty_bin"
def calibration_error(probabilities, labels, bins):
    import warnings

    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(bins):
            inside = where == number
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return total


# %% tags=["mutant"] exercise="06.calibration_error" misconception="unweighted"
def calibration_error(probabilities, labels, bins):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[where == k].mean() - right[where == k].mean()) for k in np.unique(where)]
    return float(np.mean(gaps))


# %% tags=["mutant"] exercise="06.calibration_error" misconception="signed"
def calibration_error(probabilities, labels, bins):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    return sum(
        np.mean(where == k) * (confidence[where == k].mean() - right[where == k].mean()) for k in np.unique(where)
    )


# %% tags=["mutant"] exercise="06.calibration_error" misconception="equal_count"
def calibration_error(probabilities, labels, bins):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    order = np.argsort(confidence, kind="stable")
    return sum(
        len(part) / len(order) * abs(confidence[part].mean() - right[part].mean())
        for part in np.array_split(order, bins) if len(part)
    )


# %% tags=["mutant"] exercise="06.calibration_error" misconception="true_class"
def calibration_error(probabilities, labels, bins):
    confidence = probabilities[np.arange(len(labels)), labels]
    right = probabilities.argmax(axis=1) == labels
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    return sum(
        np.mean(where == k) * abs(confidence[where == k].mean() - right[where == k].mean()) for k in np.unique(where)
    )


# %% tags=["mutant"] exercise="06.calibration_error" misconception="own_range"
def calibration_error(probabilities, labels, bins):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    edges = np.histogram_bin_edges(confidence, bins)
    where = np.digitize(confidence, edges[1:-1])
    return sum(
        np.mean(where == k) * abs(confidence[where == k].mean() - right[where == k].mean()) for k in np.unique(where)
    )


# %% tags=["mutant"] exercise="06.calibration_error" misconception="bin_centre"
def calibration_error(probabilities, labels, bins):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    where = np.minimum((confidence * bins).astype(int), bins - 1)
    return sum(np.mean(where == k) * abs((k + 0.5) / bins - right[where == k].mean()) for k in np.unique(where))


# %% tags=["mutant"] exercise="06.calibration_error" misconception="last_edge"
def calibration_error(probabilities, labels, bins):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    where = (confidence * bins).astype(int)
    error = 0.0
    for number in range(bins):
        inside = where == number
        if inside.any():
            error += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return error


# %% tags=["variant"] exercise="06.calibration_error"
def calibration_error(probabilities, labels, bins):
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == labels).astype(float)
    edges = np.linspace(0, 1, bins + 1)
    where = np.digitize(confidence, edges[1:-1])
    difference = np.bincount(where, confidence - right, minlength=bins)
    return float(abs(difference).sum() / len(labels))


# %% [markdown]
# ## 5 · When to keep silent
#
# A wrong answer costs `mistake`, a question to a person costs `asking`, a right answer
# nothing. The rule: answer where the confidence is *at least* the threshold. Return a
# threshold that would have cost least on these pictures. It may be one above every
# confidence, if silence is cheapest: return `np.inf` then. The confidences need not be
# true probabilities, so do not trust them: try.
#
# | | |
# |---|---|
# | `confidence` | shape (pictures,) |
# | `right` | shape (pictures,), True where the answer was right |
# | `mistake`, `asking` | two prices |
# | result | one number |

# %% tags=["definition"] exercise="06.refusal"
"""A rule for "I don't know", with its price."""
import numpy as np

POINTS = 2
HINTS = [
    "For one threshold: which pictures are answered, which of those are wrong, and how many are asked about? That "
    "gives its cost.",
    "Only the confidences themselves are worth trying as thresholds, and one more that refuses everything.",
    "`min([*confidence, np.inf], key=cost)`, where cost(t) adds `mistake` for each wrong answer with confidence >= t "
    "and `asking` for each confidence below t.",
]
MISTAKES = {
    "inverted": "This rule answers below the threshold and asks above it: the doubtful pictures are answered.",
    "trusted": "This is 1 - asking / mistake, the best threshold for probabilities that are true. These are not: try "
    "on the pictures.",
    "asking_free": "This threshold has the fewest mistakes and forgets that asking costs something.",
    "mistakes_free": "This threshold never asks: the cost of mistakes is missing.",
    "strictly": "Your rule answers above the threshold. Here it answers *from* the threshold on: confidence >= "
    "threshold.",
    "must_answer": "Here silence on every picture is cheapest, and your rule answers some. Try np.inf as well.",
}


def cases(rng):
    for pictures, mistake, asking, slope in [(12, 5.0, 1.0, 0.9), (60, 10.0, 1.0, 0.8), (200, 4.0, 1.0, 0.9)]:
        confidence = 0.3 + 0.7 * rng.permutation(pictures) / pictures
        right = rng.random(pictures) < (confidence - 0.3) / 0.7 * slope + 0.1
        top = np.argsort(confidence)[-max(3, pictures // 6) :]
        right[top] = True
        low = np.argsort(confidence)
        right[low[: pictures // 4]] = False
        right[low[: pictures // 8 + 1]] = True  # lucky guesses: no rule by confidence can use them
        yield {"confidence": confidence.round(4), "right": right, "mistake": mistake, "asking": asking}
    confidence = 0.5 + 0.5 * rng.permutation(10) / 10
    yield {"confidence": confidence.round(4), "right": np.zeros(10, dtype=bool), "mistake": 20.0, "asking": 1.0}


def cost(confidence, right, mistake, asking, threshold):
    answered = confidence >= threshold
    return mistake * np.sum(answered & ~right) + asking * np.sum(~answered)


def least(values, price):
    costs = [price(value) for value in values]
    return values[int(np.argmin(costs))]


def accept(inputs, output):
    confidence, right, mistake, asking = (inputs[name] for name in ("confidence", "right", "mistake", "asking"))
    if not isinstance(output, (int, float)) or np.isnan(output):
        return "Return one number, the threshold."
    tried = [*np.sort(confidence), np.inf]

    def price(threshold):
        return cost(confidence, right, mistake, asking, threshold)

    best = least(tried, price)
    if price(output) <= price(best) + 1e-9:
        return True

    def upside_down(threshold):
        answered = confidence < threshold
        return mistake * np.sum(answered & ~right) + asking * np.sum(~answered)

    def strictly(threshold):
        answered = confidence > threshold
        return mistake * np.sum(answered & ~right) + asking * np.sum(~answered)

    def same(threshold):
        return np.array_equal(confidence >= output, confidence >= threshold)

    if best == np.inf and same(least(tried[:-1], price)):
        return "must_answer"
    if np.isclose(output, 1 - asking / mistake):
        return "trusted"
    if same(least(tried, upside_down)) or same(least([0.0, *tried], upside_down)):
        return "inverted"
    if np.isclose(strictly(output), price(best)):
        return "strictly"
    if not (confidence < output).any():
        return "mistakes_free"
    if not ((confidence >= output) & ~right).any() and price(output) > price(best):
        return "asking_free"
    return (
        f"At the threshold {output:.3g} these pictures cost {price(output):g}; the least possible is {price(best):g}."
    )


# %% tags=["exercise"] exercise="06.refusal"
def refusal_threshold(confidence, right, mistake, asking):
    """Return the threshold of least cost; confidence and right: (pictures,)."""

    ### BEGIN SOLUTION
    def cost(threshold):
        answered = confidence >= threshold
        return mistake * np.sum(answered & ~right) + asking * np.sum(~answered)

    return float(min([*confidence, np.inf], key=cost))
    ### END SOLUTION


# %%
refusal_works = check("06.refusal", refusal_threshold)


# %% tags=["mutant"] exercise="06.refusal" misconception="inverted"
def refusal_threshold(confidence, right, mistake, asking):
    def cost(threshold):
        answered = confidence < threshold
        return mistake * np.sum(answered & ~right) + asking * np.sum(~answered)

    return float(min([*np.sort(confidence), np.inf], key=cost))


# %% tags=["mutant"] exercise="06.refusal" misconception="strictly"
def refusal_threshold(confidence, right, mistake, asking):
    def cost(threshold):
        answered = confidence > threshold
        return mistake * np.sum(answered & ~right) + asking * np.sum(~answered)

    return float(min([0.0, *np.sort(confidence)], key=cost))


# %% tags=["mutant"] exercise="06.refusal" misconception="trusted"
def refusal_threshold(confidence, right, mistake, asking):
    return 1 - asking / mistake


# %% tags=["mutant"] exercise="06.refusal" misconception="asking_free"
def refusal_threshold(confidence, right, mistake, asking):
    return np.inf


# %% tags=["mutant"] exercise="06.refusal" misconception="mistakes_free"
def refusal_threshold(confidence, right, mistake, asking):
    return 0.0


# %% tags=["mutant"] exercise="06.refusal" misconception="must_answer"
def refusal_threshold(confidence, right, mistake, asking):
    def cost(threshold):
        answered = confidence >= threshold
        return mistake * np.sum(answered & ~right) + asking * np.sum(~answered)

    return float(min(np.sort(confidence), key=cost))


# %% tags=["variant"] exercise="06.refusal"
def refusal_threshold(confidence, right, mistake, asking):
    order = np.argsort(-confidence)
    # Answer the surest 0, 1, 2, ... pictures: what each step adds and saves.
    steps = np.where(right[order], 0.0, mistake) - asking
    total = np.concatenate([[0.0], np.cumsum(steps)])
    answered = int(np.argmin(total))
    if answered == 0:
        return np.inf
    return float(confidence[order][answered - 1])


# %% [markdown]
# ## 6 · Sets with a promise
#
# Build the sets of lesson 06. From the calibration pictures comes the limit: their
# *strangeness* is one minus the probability of the right class; of $n$ values, take the
# $k$-th smallest, with $k$ = (n + 1) · promise, rounded up. A class belongs to a
# picture's set if its own strangeness is at most the limit. If $k$ is larger than $n$,
# there are too few pictures for such a promise, and only sets of all classes can keep
# it.
#
# | | shape |
# |---|---|
# | `calibration` | (n, classes), probabilities |
# | `labels` | (n,) |
# | `probabilities` | (pictures, classes), of the new pictures |
# | `promise` | such as 0.9 |
# | result | (pictures, classes), True where a class is in the set |

# %% tags=["definition"] exercise="06.conformal_sets"
"""Conformal sets."""
import math

import numpy as np

POINTS = 3
HINTS = [
    "Three steps: the strangeness of each calibration picture's right class, the limit, the comparison.",
    "`calibration[np.arange(n), labels]` takes the right class of each row. Sort one minus that; the k-th smallest "
    "stands at position k - 1.",
    "`math.ceil((n + 1) * promise)` is k. Return `1 - probabilities <= limit`, or all True where k > n.",
]
MISTAKES = {
    "no_plus_one": "Your limit is one value too low. Either k was taken from n · promise, while the new picture makes "
    "n + 1 of them, or (n + 1) · promise was rounded down. So the promise is not quite kept.",
    "strictly": "A class whose strangeness is exactly the limit belongs to the set: <=, not <.",
    "off_by_one": "This is the (k + 1)-th smallest value: the k-th stands at position k - 1. NumPy's quantile with "
    "method=\"higher\" lands one too far as well.",
    "interpolated": "The limit lies between two of the values, as NumPy's quantile gives by default. Take the k-th "
    "itself.",
    "wrong_tail": "The limit is from the wrong end: with it, about one class in ten is covered, not nine in ten.",
    "top_class": "Strangeness was taken from the class that won. It belongs to the right one, given by the labels.",
    "too_few": "With so few calibration pictures k is larger than n. No value is large enough: the set holds all "
    "classes.",
    "complement": "These are the classes outside the set: a class is in it when its strangeness is at most the limit.",
}


def table(rng, pictures):
    # In steps of 1/1024, so that one minus a probability is exact.
    return np.array([rng.multinomial(1024, row) for row in rng.dirichlet(np.full(3, 0.7), pictures)]) / 1024


def between(calibration, labels, promise):
    """Return two pictures of a strangeness just above the value before the k-th, and halfway from it to the k-th."""
    values = np.sort(1 - calibration[np.arange(len(labels)), labels])
    k = rank(len(values), promise)
    own = values[k - 2] + (values[k - 1] - values[k - 2]) * np.array([1 / 16, 1 / 2])
    return np.stack([1 - own, own, np.zeros(2)], axis=1)


def cases(rng):
    for count, promise in [(15, 0.9), (30, 0.8), (60, 0.9), (33, 0.7)]:
        calibration = table(rng, count)
        labels = np.array([rng.choice(3, p=row) for row in calibration])
        new = np.concatenate([table(rng, 12), rng.permuted(calibration, axis=1), between(calibration, labels, promise)])
        yield {"calibration": calibration, "labels": labels, "probabilities": new, "promise": promise}
    calibration = table(rng, 6)
    yield {
        "calibration": calibration, "labels": calibration.argmax(axis=1),
        "probabilities": np.concatenate([table(rng, 3), np.eye(3)[:1]]), "promise": 0.9,
    }


def strangeness(inputs):
    return np.sort(1 - inputs["calibration"][np.arange(len(inputs["labels"])), inputs["labels"]])


def kth(values, k):
    return np.inf if k > len(values) else values[max(k, 1) - 1]


def rank(count, promise):
    return math.ceil(round((count + 1) * promise, 9))


def reference(calibration, labels, probabilities, promise):
    values = strangeness({"calibration": calibration, "labels": labels})
    return 1 - probabilities <= kth(values, rank(len(values), promise))


def diagnose(inputs, output):
    values, promise = strangeness(inputs), inputs["promise"]
    count, probabilities = len(values), inputs["probabilities"]
    k = rank(count, promise)
    if k > count:
        return "too_few" if np.array_equal(output, 1 - probabilities <= values[-1]) else None
    top = np.sort(1 - inputs["calibration"].max(axis=1))
    wrong = {
        "complement": [None],
        "no_plus_one": [kth(values, math.ceil(round(count * promise, 9))), kth(values, k - 1)],
        "top_class": [kth(top, k)],
        "off_by_one": [kth(values, k + 1)],
        "interpolated": [np.quantile(values, promise), np.quantile(values, k / count)],
        "wrong_tail": [np.quantile(values, 1 - promise), kth(values, math.ceil((count + 1) * (1 - promise)))],
    }
    if np.array_equal(output, 1 - probabilities < kth(values, k)):
        return "strictly"
    for mistake, limits in wrong.items():
        for limit in limits:
            wanted = 1 - probabilities <= (kth(values, k) if limit is None else limit)
            if np.array_equal(output, ~wanted if limit is None else wanted):
                return mistake
    return None


# %% tags=["exercise"] exercise="06.conformal_sets"
def conformal_sets(calibration, labels, probabilities, promise):
    """Return which classes each set holds, shape (pictures, classes), True or False."""
    ### BEGIN SOLUTION
    count = len(labels)
    strangeness = np.sort(1 - calibration[np.arange(count), labels])
    rank = int(np.ceil((count + 1) * promise - 1e-9))
    limit = strangeness[rank - 1] if rank <= count else np.inf
    return 1 - probabilities <= limit
    ### END SOLUTION


# %%
sets_work = check("06.conformal_sets", conformal_sets)


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="no_plus_one"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = np.sort(1 - calibration[np.arange(len(labels)), labels])
    k = int(np.ceil(len(labels) * promise - 1e-9))
    return 1 - probabilities <= strangeness[k - 1]


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="no_plus_one"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = np.sort(1 - calibration[np.arange(len(labels)), labels])
    k = int((len(labels) + 1) * promise)
    return 1 - probabilities <= strangeness[k - 1]


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="strictly"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = np.sort(1 - calibration[np.arange(len(labels)), labels])
    k = int(np.ceil((len(labels) + 1) * promise - 1e-9))
    limit = strangeness[k - 1] if k <= len(labels) else np.inf
    return 1 - probabilities < limit


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="off_by_one"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = np.sort(1 - calibration[np.arange(len(labels)), labels])
    k = int(np.ceil((len(labels) + 1) * promise - 1e-9))
    limit = strangeness[k] if k < len(labels) else np.inf
    return 1 - probabilities <= limit


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="interpolated"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = 1 - calibration[np.arange(len(labels)), labels]
    return 1 - probabilities <= np.quantile(strangeness, promise)


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="wrong_tail"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = 1 - calibration[np.arange(len(labels)), labels]
    return 1 - probabilities <= np.quantile(strangeness, 1 - promise)


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="top_class"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = np.sort(1 - calibration.max(axis=1))
    k = int(np.ceil((len(labels) + 1) * promise - 1e-9))
    limit = strangeness[k - 1] if k <= len(labels) else np.inf
    return 1 - probabilities <= limit


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="too_few"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = np.sort(1 - calibration[np.arange(len(labels)), labels])
    k = min(int(np.ceil((len(labels) + 1) * promise - 1e-9)), len(labels))
    return 1 - probabilities <= strangeness[k - 1]


# %% tags=["mutant"] exercise="06.conformal_sets" misconception="complement"
def conformal_sets(calibration, labels, probabilities, promise):
    strangeness = np.sort(1 - calibration[np.arange(len(labels)), labels])
    k = int(np.ceil((len(labels) + 1) * promise - 1e-9))
    limit = strangeness[k - 1] if k <= len(labels) else np.inf
    return 1 - probabilities > limit


# %% tags=["variant"] exercise="06.conformal_sets"
def conformal_sets(calibration, labels, probabilities, promise):
    right = np.take_along_axis(calibration, labels[:, None], axis=1)[:, 0]
    missed = len(right) - int(np.ceil((len(right) + 1) * promise - 1e-9))
    if missed < 0:
        return np.ones(probabilities.shape, dtype=bool)
    return probabilities >= np.sort(right)[missed]


# %% [markdown]
# ## 7 · A photo becomes a picture
#
# Your phone's photo has a million pixels, colours, and a dark shoe on a light table.
# The network knows 28 × 28 grey values, from 0 for background to 1 for the darkest
# cloth. Do what the makers of the data did ([Xiao and others,
# 2017](https://arxiv.org/abs/1708.07747), section 2), slightly simplified:
#
# 1. grey: the mean of the three colours, from 0 to 255,
# 2. invert: with `paper` = the median of the photo's outermost rows and columns, ink is
#    `(paper - grey) / paper`, and what is below 0 becomes 0,
# 3. crop to the rows and columns that hold ink above 0.1,
# 4. resize so that the longer side has 28 pixels, keeping the proportions
#    (`Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR)`),
# 5. put it in the middle of 28 × 28 zeros.

# %% tags=["definition"] exercise="06.prepare_photo"
"""A photo prepared for a network."""
import numpy as np

POINTS = 3
HINTS = [
    "Work on one array of floats, step by step, and look at it after each: `plot.images(ink)`.",
    "`np.flatnonzero(ink.max(axis=1) > 0.1)` gives the rows that hold ink: the first and the last of them are the "
    "edges.",
    "Pillow wants (width, height), NumPy has (height, width). Make a float32 array before Image.fromarray. The free "
    "rows above are `(28 - height) // 2`.",
]
MISTAKES = {
    "not_inverted": "The background is bright and the cloth dark. In the training pictures it is the other way round.",
    "not_cropped": "The photo was resized as a whole, so the object is small. Crop it first.",
    "stretched": "The object was stretched to a square. Keep its proportions: only the longer side gets 28 pixels.",
    "not_centred": "The object sits at the edge. Put it in the middle of the 28 × 28 pixels.",
    "range": "The values go up to 255. The network was trained on values from 0 to 1.",
    "swapped": "Height and width were swapped: Pillow's resize takes (width, height).",
    "colour": "There are still three colours. Take their mean: the result has the shape (28, 28).",
}


def picture(rng, high, wide, top, left, room):
    """Return a photo with one object: an upright or lying shape with a stripe, off centre."""
    paper = rng.uniform(205, 250)
    grey = np.full((high + room[0], wide + room[1]), paper)
    rows, columns = np.mgrid[0:high, 0:wide]
    inside = (abs(rows / (high - 1) - 0.5) ** 3 + abs(columns / (wide - 1) - 0.5) ** 3) < 0.125
    shade = np.where(columns < 0.4 * wide, 90.0, 25.0) + 40.0 * (rows > 0.7 * high)
    grey[top : top + high, left : left + wide] = np.where(inside, shade, paper)
    tint = rng.uniform(-4, 4, size=3)
    return np.clip(grey[..., None] + (tint - tint.mean()), 0, 255).round().astype("uint8")


def cases(rng):
    sizes = [(90, 40), (36, 100), (120, 70), (50, 84)]
    for high, wide in sizes:
        top, left = rng.integers(5, 20, size=2)
        room = (int(top) + int(rng.integers(40, 60)), int(left) + int(rng.integers(40, 60)))
        yield {"photo": picture(rng, high, wide, int(top), int(left), room)}


def ink_of(photo):
    grey = photo.astype("float64").mean(axis=2)
    paper = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    return np.clip((paper - grey) / paper, 0, None).astype("float32")


def cropped(ink):
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.1), np.flatnonzero(ink.max(axis=0) > 0.1)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def resized(ink, high, wide):
    from PIL import Image

    return np.asarray(Image.fromarray(ink).resize((wide, high), Image.Resampling.BILINEAR))


def fitted(ink, *, centred=True, swapped=False):
    scale = 28 / max(ink.shape)
    high, wide = (max(1, round(side * scale)) for side in ink.shape)
    if swapped:
        high, wide = wide, high
    canvas = np.zeros((28, 28))
    top, left = ((28 - high) // 2, (28 - wide) // 2) if centred else (0, 0)
    canvas[top : top + high, left : left + wide] = resized(ink, high, wide)
    return canvas


def near(output, wanted, allowed=0.06):
    """Whether two pictures agree, moved against each other by one pixel at most."""
    moves = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    return min(abs(np.roll(output, move, axis=(0, 1)) - wanted).mean() for move in moves) < allowed


def accept(inputs, output):
    output = np.asarray(output, dtype=float)
    if output.shape in ((28, 28, 3), (3, 28, 28)):
        return "colour"
    if output.shape != (28, 28):
        return f"The result should have the shape (28, 28); {output.shape} came."
    if not np.isfinite(output).all():
        return "There are values that are no numbers."
    ink = ink_of(inputs["photo"])
    right = fitted(cropped(ink))
    if near(output, right):
        return True
    if output.max() > 2:
        return "range"
    one = 1.0 - ink
    wrong = {
        "not_centred": fitted(cropped(ink), centred=False),
        "stretched": resized(cropped(ink), 28, 28),
        "swapped": fitted(cropped(ink), swapped=True),
        "not_cropped": fitted(ink),
        "not_inverted": fitted(one[ink_rows(ink)]),
    }
    best = min(wrong, key=lambda mistake: abs(output - wrong[mistake]).mean())
    if abs(output - wrong[best]).mean() < 0.05:
        return best
    if abs(output - resized(ink, 28, 28)).mean() < 0.05:
        return "not_cropped"
    if output[[0, -1]].mean() + output[:, [0, -1]].mean() > 1.0:
        return "not_inverted"
    return f"The picture differs from the expected one by {abs(output - right).mean():.2f} a pixel on average."


def ink_rows(ink):
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.1), np.flatnonzero(ink.max(axis=0) > 0.1)
    return np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


# %% tags=["exercise"] exercise="06.prepare_photo"
def prepare_photo(photo):
    """Return a picture (28, 28), 0 to 1; photo: (height, width, 3), 0 to 255."""
    ### BEGIN SOLUTION
    grey = photo.mean(axis=2)
    paper = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    ink = np.clip((paper - grey) / paper, 0, None).astype("float32")
    rows = np.flatnonzero(ink.max(axis=1) > 0.1)
    columns = np.flatnonzero(ink.max(axis=0) > 0.1)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(28 * side / max(ink.shape))) for side in ink.shape)
    small = Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR)
    picture = np.zeros((28, 28), dtype="float32")
    top, left = (28 - height) // 2, (28 - width) // 2
    picture[top : top + height, left : left + width] = small
    return picture
    ### END SOLUTION


# %%
photo_works = check("06.prepare_photo", prepare_photo)


# %% tags=["mutant"] exercise="06.prepare_photo" misconception="not_inverted"
def prepare_photo(photo):
    grey = (photo.mean(axis=2) / 255).astype("float32")
    rows = np.flatnonzero(grey.min(axis=1) < 0.7)
    columns = np.flatnonzero(grey.min(axis=0) < 0.7)
    grey = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(28 * side / max(grey.shape))) for side in grey.shape)
    picture = np.ones((28, 28))
    top, left = (28 - height) // 2, (28 - width) // 2
    picture[top : top + height, left : left + width] = Image.fromarray(grey).resize((width, height))
    return picture


# %% tags=["mutant"] exercise="06.prepare_photo" misconception="not_cropped"
def prepare_photo(photo):
    grey = photo.mean(axis=2)
    ink = np.clip((grey[0, 0] - grey) / grey[0, 0], 0, None).astype("float32")
    height, width = (max(1, round(28 * side / max(ink.shape))) for side in ink.shape)
    picture = np.zeros((28, 28))
    top, left = (28 - height) // 2, (28 - width) // 2
    picture[top : top + height, left : left + width] = Image.fromarray(ink).resize((width, height))
    return picture


# %% tags=["mutant"] exercise="06.prepare_photo" misconception="stretched"
def prepare_photo(photo):
    grey = photo.mean(axis=2)
    ink = np.clip((grey[0, 0] - grey) / grey[0, 0], 0, None).astype("float32")
    rows = np.flatnonzero(ink.max(axis=1) > 0.1)
    columns = np.flatnonzero(ink.max(axis=0) > 0.1)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(Image.fromarray(ink).resize((28, 28), Image.Resampling.BILINEAR))


# %% tags=["mutant"] exercise="06.prepare_photo" misconception="not_centred"
def prepare_photo(photo):
    grey = photo.mean(axis=2)
    ink = np.clip((grey[0, 0] - grey) / grey[0, 0], 0, None).astype("float32")
    rows = np.flatnonzero(ink.max(axis=1) > 0.1)
    columns = np.flatnonzero(ink.max(axis=0) > 0.1)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(28 * side / max(ink.shape))) for side in ink.shape)
    picture = np.zeros((28, 28))
    picture[:height, :width] = Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR)
    return picture


# %% tags=["mutant"] exercise="06.prepare_photo" misconception="range"
def prepare_photo(photo):
    ink = 255 - photo.mean(axis=2).astype("float32")
    rows = np.flatnonzero(ink.max(axis=1) > 80)
    columns = np.flatnonzero(ink.max(axis=0) > 80)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(28 * side / max(ink.shape))) for side in ink.shape)
    picture = np.zeros((28, 28))
    top, left = (28 - height) // 2, (28 - width) // 2
    picture[top : top + height, left : left + width] = Image.fromarray(ink).resize((width, height))
    return picture


# %% tags=["mutant"] exercise="06.prepare_photo" misconception="swapped"
def prepare_photo(photo):
    grey = photo.mean(axis=2)
    ink = np.clip((grey[0, 0] - grey) / grey[0, 0], 0, None).astype("float32")
    rows = np.flatnonzero(ink.max(axis=1) > 0.1)
    columns = np.flatnonzero(ink.max(axis=0) > 0.1)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(28 * side / max(ink.shape))) for side in ink.shape)
    small = np.asarray(Image.fromarray(ink).resize((height, width), Image.Resampling.BILINEAR))
    picture = np.zeros((28, 28))
    top, left = (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2
    picture[top : top + small.shape[0], left : left + small.shape[1]] = small
    return picture


# %% tags=["mutant"] exercise="06.prepare_photo" misconception="colour"
def prepare_photo(photo):
    return np.asarray(Image.fromarray(photo).resize((28, 28))) / 255


# %% tags=["variant"] exercise="06.prepare_photo"
def prepare_photo(photo):
    from PIL import ImageOps

    grey = photo.astype(float).mean(axis=2)
    paper = np.median(np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]]))
    ink = Image.fromarray(np.clip(255 * (paper - grey) / paper, 0, 255).astype("uint8"))
    box = ink.point(lambda value: 255 if value > 25 else 0).getbbox()
    fitted = ImageOps.pad(ink.crop(box), (28, 28), method=Image.Resampling.BICUBIC, color=0)
    return np.asarray(fitted) / 255


# %% [markdown]
# ## Something to keep
#
# Now all pieces together, on a network of your own. It is the dense network of lesson
# 06, trained until it is too sure of itself. 1,000 pictures are held out for the
# temperature and the threshold, 1,000 more for the sets.

# %%
clothing = data.load("clothing", source="bundled")
classes = np.array(clothing.classes)
x, y = clothing.x_train / np.float32(255), clothing.y_train
parts = {"train": slice(2000, None), "tune": slice(1000), "promise": slice(1000, 2000)}
all_work = all(
    [temperature_works, fit_works, error_works, refusal_works, sets_work, photo_works]
)

# %%
mlp = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10),
    ]
)
mlp.compile(
    keras.optimizers.Adam(0.003),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
if all_work:
    epochs = 2 if PROFILE == "smoke" else 40
    train = x[parts["train"]], y[parts["train"]]
    mlp.fit(*train, batch_size=250, epochs=epochs, verbose=0)


# %%
def scores_of(batch):
    """Return the network's scores, shape (pictures, 10)."""
    return mlp.predict(batch, batch_size=1000, verbose=0).astype("float64")


if all_work:
    tune, promise, test = (
        scores_of(batch)
        for batch in (x[parts["tune"]], x[parts["promise"]], clothing.x_test / 255.0)
    )
    temperature, _ = fit_temperature(tune, y[parts["tune"]], test, clothing.y_test)

# %% [markdown]
# What your temperature did on the official test pictures, which chose nothing.

# %%
if all_work:
    before = calibration_error(softmax(test, axis=1), clothing.y_test, 15)
    after = calibration_error(at_temperature(test, temperature), clothing.y_test, 15)
    found("error_before", before, "Your network's calibration error was {:.1%}.")
    found("error_after", after, "At your temperature it is {:.1%}.")

# %%
if all_work:
    in_sets = conformal_sets(
        at_temperature(promise, temperature),
        y[parts["promise"]],
        at_temperature(test, temperature),
        0.9,
    )
    covered = in_sets[np.arange(len(test)), clothing.y_test].mean()
    found("coverage", covered, "Your sets hold the right class in {:.1%} of pictures.")
if top_k_works and all_work:
    among = top_k_accuracy(test, clothing.y_test, 3)
    found("top_three", among, "Among its three best classes it is in {:.1%}.")

# %% [markdown]
# Here is a photo: a boot, reddish brown, on a table, not in the middle. It is made from
# a picture of the test set, so that the page runs anywhere. **Put your own in its
# place**: photograph a shoe, a shirt or a bag that is darker than the plain ground it
# lies on, in daylight and without a hard shadow. A shoe is seen from the side in the
# training pictures, its toe to the left. Save the photo as JPEG or PNG beside this
# notebook, and write its name into `MY_PHOTO`.

# %%
MY_PHOTO = ""  # such as "shoe.jpg"

if MY_PHOTO:
    image = Image.open(MY_PHOTO)
    image = ImageOps.exif_transpose(image).convert("RGB")  # upright, as it was held
    image.thumbnail((600, 600))
    photo = np.asarray(image)
else:
    boot = Image.fromarray(clothing.x_test[0])
    ink = np.asarray(boot.resize((240, 240), Image.Resampling.BICUBIC))[..., None] / 255
    photo = np.full((340, 420, 3), [236, 231, 222], dtype="float64")
    photo[70:310, 30:270] = (1 - ink) * photo[70:310, 30:270] + ink * [70, 35, 20]
    photo = photo.round().astype("uint8")
plot.images(photo[None], title="The photo")


# %% [markdown]
# And what your reader has to say about it: a class, how sure it is, a set with a
# promise of nine in ten, or silence where a mistake costs ten times a question.

# %%
if all_work:
    calibrated = at_temperature(tune, temperature)
    sure = calibrated.max(axis=1)
    right = calibrated.argmax(axis=1) == y[parts["tune"]]
    threshold = refusal_threshold(sure, right, 10.0, 1.0)
    picture = prepare_photo(photo)
    answer = at_temperature(scores_of(picture[None]), temperature)
    held = at_temperature(promise, temperature)
    likely = conformal_sets(held, y[parts["promise"]], answer, 0.9)[0]

# %%
if all_work:
    best = f"{classes[answer[0].argmax()]}, {answer[0].max():.0%} sure"
    said = best if answer[0].max() >= threshold else f"I don't know; at best {best}"
    names = " or ".join(classes[likely]) or "none of these"
    print(f"{said}. With nine in ten: {names}.")
plot.confidence(
    picture, answer[0], classes, threshold=min(threshold, 1.0)
) if all_work else None

# %% [markdown]
# Last, let your photo turn into other things before your network's eyes. Look for the
# place where its answer changes, and ask whether you would have changed yours there.

# %%
others = {classes[y[row]]: x[row] for row in range(40)}
explore.confidence(
    mlp,
    {"your photo": picture, **others},
    classes,
    goal="bag",
    temperature=round(float(np.clip(temperature, 0.5, 5)), 1),
) if all_work else None

# %% [markdown]
# ## Going further
#
# No check waits here. Photograph ten things: five that the network should know, five
# that it cannot know, such as a cup or your hand. Before each, write down what you
# expect. In how many is it silent when it should be? Then find a guard that would have
# caught the others, and count what it costs on real clothes. Whoever tells a customer
# how sure a machine is should have done this first.
