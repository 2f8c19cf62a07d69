# %% [markdown]
# **Which unit can your network not do without?**
#
# In lesson 03 you looked into a network with tools that were laid ready. Here you make
# the tools: one that ranks what excites a unit, one that says what a layer knows, one
# that paints a unit's favourite picture, one that switches units off. In between you do
# AlexNet's arithmetic and build one of its blocks. At the end you turn all of it on a
# network of your own and find out whether the unit that looks most important *is*.
#
# `hint("03.favourites")` opens one step at a time; `solution("03.favourites")` shows
# the whole answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(3)

# %% [markdown]
# ## 1 · What excites a unit most
#
# `activations` has a row for each picture and a column for each unit. Return the row
# numbers of the `count` pictures that excite each unit most, the strongest first: shape
# (units, count).

# %% tags=["definition"] exercise="03.favourites"
"""The pictures that excite each unit most."""
import numpy as np

HINTS = [
    "For one unit you sort a column. `np.argsort` gives the order, from small to large, along an axis.",
    "Pictures stand along axis 0. Sorting the negative activations puts the strongest first.",
    "`np.argsort(-activations, axis=0)[:count]` has the shape (count, units). Turn it round.",
]
MISTAKES = {
    "wrong_axis": "You sorted each row: that ranks the units for each picture. Rank the pictures for each unit.",
    "weakest": "These are the pictures that excite the units least. argsort goes from small to large.",
    "weakest_first": "The right pictures, but the strongest must come first.",
    "transposed": "The right pictures, but with a column for each unit. The shape should be (units, count).",
}


def cases(rng):
    for pictures, units, count in [(6, 3, 2), (9, 4, 3), (12, 5, 4)]:
        values = rng.permutation(pictures * units).reshape(pictures, units) / 10
        yield {"activations": values, "count": count}


def reference(activations, count):
    return np.argsort(-activations, axis=0)[:count].T


def diagnose(inputs, output):
    activations, count = inputs["activations"], inputs["count"]
    order = np.argsort(-activations, axis=0)
    wrong = {
        "wrong_axis": np.argsort(-activations, axis=1)[:, :count],
        "weakest": order[::-1][:count].T,
        "weakest_first": order[:count][::-1].T,
        "transposed": order[:count],
    }
    output = np.asarray(output)
    if output.shape == wrong["wrong_axis"].shape and np.array_equal(
        output, wrong["wrong_axis"]
    ):
        return "wrong_axis"
    for mistake, value in wrong.items():
        if output.shape == value.shape and np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="03.favourites"
def favourites(activations, count):
    """Return the pictures that excite each unit most, shape (units, count)."""
    ### BEGIN SOLUTION
    return np.argsort(-activations, axis=0)[:count].T
    ### END SOLUTION


# %%
favourites_work = check("03.favourites", favourites)


# %% tags=["mutant"] exercise="03.favourites" misconception="wrong_axis"
def favourites(activations, count):
    return np.argsort(-activations, axis=1)[:, :count]


# %% tags=["mutant"] exercise="03.favourites" misconception="weakest"
def favourites(activations, count):
    return np.argsort(activations, axis=0)[:count].T


# %% tags=["mutant"] exercise="03.favourites" misconception="weakest_first"
def favourites(activations, count):
    return np.argsort(activations, axis=0)[-count:].T


# %% tags=["mutant"] exercise="03.favourites" misconception="transposed"
def favourites(activations, count):
    return np.argsort(-activations, axis=0)[:count]


# %% tags=["variant"] exercise="03.favourites"
def favourites(activations, count):
    rows = []
    for column in activations.T:
        ranked = sorted(
            range(len(column)), key=lambda picture: column[picture], reverse=True
        )
        rows.append(ranked[:count])
    return np.array(rows)


# %% [markdown]
# ## 2 · How selective is a unit?
#
# A ranking looks at a few pictures. The *class selectivity* of [Morcos and
# others](https://arxiv.org/abs/1803.06959) looks at all of them. Take a unit's mean
# activation for each class; let $\mu_\text{max}$ be the largest of these means, and
# $\mu_\text{rest}$ the mean of the other ones. Then
#
# $$\text{selectivity} = \frac{\mu_\text{max} - \mu_\text{rest}}{\mu_\text{max} + \mu_\text{rest}}$$
#
# It is 0 for a unit that treats all classes alike and 1 for one that answers to a
# single class. A unit that never answers gets 0. Every class occurs in `labels`, which
# count from 0.

# %% tags=["definition"] exercise="03.selectivity"
"""The class selectivity of every unit."""
import numpy as np

POINTS = 2
HINTS = [
    "First the means: one row for each class, one column for each unit. Which rows belong to class 3?",
    "`activations[labels == 3].mean(axis=0)` is the row of class 3. The largest mean of each unit is then "
    "`means.max(axis=0)`.",
    "The mean of the others is (sum of all means - largest) / (classes - 1). Where largest + rest is 0, the result "
    "is 0.",
]
MISTAKES = {
    "rest_holds_largest": "The mean of the rest still contains the class with the largest mean. Leave that class out.",
    "pictures_not_classes": "You took the largest single activation. Take the mean of each class first, and then the "
    "largest of these means.",
    "weighted_by_class": "The mean of the rest should be a mean of class means: a class with more pictures must not "
    "count for more.",
    "second_only": "You compared the largest mean with the second largest. The rest is the mean of *all* the others.",
    "not_normalised": "That is the difference only. Divide it by the sum, so that it lies between 0 and 1.",
    "silent_unit": "A unit that never answers gives 0 / 0. Its selectivity should be 0.",
}


def cases(rng):
    for classes, units in [(3, 2), (4, 5), (5, 3)]:
        labels = np.concatenate([np.full(2 + k, k) for k in range(classes)])
        rng.shuffle(labels)
        yield {
            "activations": rng.uniform(0.1, 3, size=(len(labels), units)).round(2),
            "labels": labels,
        }
    silent = rng.uniform(0.1, 3, size=(6, 3)).round(2)
    silent[:, 1] = 0
    yield {"activations": silent, "labels": np.array([0, 1, 2, 0, 1, 2])}


def measured(
    activations,
    labels,
    *,
    whole=False,
    single=False,
    pooled=False,
    second=False,
    plain=False,
    guard=True,
):
    classes = np.unique(labels)
    means = np.stack([activations[labels == k].mean(axis=0) for k in classes])
    largest = activations.max(axis=0) if single else means.max(axis=0)
    rest = (means.sum(axis=0) - means.max(axis=0)) / (len(classes) - 1)
    if whole:
        rest = means.mean(axis=0)
    if second:
        rest = np.sort(means, axis=0)[-2]
    if pooled:
        best = means.argmax(axis=0)
        rest = np.array(
            [
                activations[labels != classes[best[u]], u].mean()
                for u in range(activations.shape[1])
            ]
        )
    difference, total = largest - rest, largest + rest
    if plain:
        return difference
    with np.errstate(all="ignore"):
        result = difference / total
    return np.where(total > 0, result, 0.0) if guard else result


def reference(activations, labels):
    return measured(activations, labels)


def diagnose(inputs, output):
    output = np.asarray(output, dtype=float)
    silent = ~inputs["activations"].any(axis=0)
    if output.shape == silent.shape and silent.any() and np.isnan(output[silent]).all():
        return "silent_unit"
    for mistake, how in {
        "rest_holds_largest": "whole",
        "pictures_not_classes": "single",
        "weighted_by_class": "pooled",
        "second_only": "second",
        "not_normalised": "plain",
    }.items():
        value = measured(**inputs, **{how: True})
        if output.shape == value.shape and np.allclose(output, value, equal_nan=True):
            return mistake
    return None


# %% tags=["exercise"] exercise="03.selectivity"
def selectivity(activations, labels):
    """Return the class selectivity of each unit, shape (units,)."""
    ### BEGIN SOLUTION
    classes = labels.max() + 1
    means = np.stack([activations[labels == k].mean(axis=0) for k in range(classes)])
    largest = means.max(axis=0)
    rest = (means.sum(axis=0) - largest) / (classes - 1)
    total = largest + rest
    return np.where(total > 0, (largest - rest) / np.where(total > 0, total, 1), 0.0)
    ### END SOLUTION


# %%
selectivity_works = check("03.selectivity", selectivity)


# %% tags=["mutant"] exercise="03.selectivity" misconception="rest_holds_largest"
def selectivity(activations, labels):
    means = np.stack([activations[labels == k].mean(axis=0) for k in np.unique(labels)])
    largest, rest = means.max(axis=0), means.mean(axis=0)
    return (largest - rest) / np.maximum(largest + rest, 1e-12)


# %% tags=["mutant"] exercise="03.selectivity" misconception="pictures_not_classes"
def selectivity(activations, labels):
    means = np.stack([activations[labels == k].mean(axis=0) for k in np.unique(labels)])
    largest = activations.max(axis=0)
    rest = (means.sum(axis=0) - means.max(axis=0)) / (len(means) - 1)
    return (largest - rest) / np.maximum(largest + rest, 1e-12)


# %% tags=["mutant"] exercise="03.selectivity" misconception="weighted_by_class"
def selectivity(activations, labels):
    means = np.stack([activations[labels == k].mean(axis=0) for k in np.unique(labels)])
    best = means.argmax(axis=0)
    rest = np.array(
        [activations[labels != best[u], u].mean() for u in range(len(best))]
    )
    return (means.max(axis=0) - rest) / np.maximum(means.max(axis=0) + rest, 1e-12)


# %% tags=["mutant"] exercise="03.selectivity" misconception="second_only"
def selectivity(activations, labels):
    means = np.stack([activations[labels == k].mean(axis=0) for k in np.unique(labels)])
    second, largest = np.sort(means, axis=0)[-2:]
    return (largest - second) / np.maximum(largest + second, 1e-12)


# %% tags=["mutant"] exercise="03.selectivity" misconception="not_normalised"
def selectivity(activations, labels):
    means = np.stack([activations[labels == k].mean(axis=0) for k in np.unique(labels)])
    return means.max(axis=0) - (means.sum(axis=0) - means.max(axis=0)) / (
        len(means) - 1
    )


# %% tags=["mutant"] exercise="03.selectivity" misconception="silent_unit"
def selectivity(activations, labels):
    means = np.stack([activations[labels == k].mean(axis=0) for k in np.unique(labels)])
    rest = (means.sum(axis=0) - means.max(axis=0)) / (len(means) - 1)
    return (means.max(axis=0) - rest) / (means.max(axis=0) + rest)


# %% tags=["variant"] exercise="03.selectivity"
def selectivity(activations, labels):
    result = []
    for column in activations.T:
        means = sorted(column[labels == k].mean() for k in set(labels.tolist()))
        rest = sum(means[:-1]) / (len(means) - 1)
        total = means[-1] + rest
        result.append((means[-1] - rest) / total if total else 0.0)
    return np.array(result)


# %% [markdown]
# ## 3 · A linear probe
#
# Fit one linear layer to the activations of a layer, by least squares with a ridge.
# With one column of targets for each class (1 for the pictures of the class, else 0),
# find weights and bias that make
#
# $$\lVert A w + b - y \rVert^2 + \text{ridge} \cdot \lVert w \rVert^2$$
#
# smallest. The bias is not held down by the ridge: subtract the means of the
# activations and of the targets, solve $(A^\top A + \text{ridge} \cdot I)\,w = A^\top
# y$, and compute the bias from the means. The activations may be maps, of shape
# (pictures, rows, columns, channels): flatten each picture's to one row first. Return
# `(weights, bias)` of shapes (features, classes) and (classes,).

# %% tags=["definition"] exercise="03.fit_probe"
"""A linear probe in closed form."""
import numpy as np

POINTS = 2
TOLERANCE = 1e-5
HINTS = [
    "`activations.reshape(len(activations), -1)` makes one row of each picture, and `np.eye(classes)[labels]` one row "
    "of targets.",
    "Subtract the column means of both. `np.linalg.solve(gram, right)` then gives the weights; the gram matrix gets "
    "the ridge on its diagonal.",
    "At the mean of the activations the answer must be the mean of the targets: bias = target means - activation means "
    "@ weights.",
]
MISTAKES = {
    "not_flattened": "You averaged over the places of a map. Keep every place as a feature of its own: flatten.",
    "no_bias": "Without subtracting the means there is no bias to fit: the plane is forced through zero.",
    "bias_not_moved": "The weights are right. Your bias is the mean of the targets, which is the answer for the *mean* "
    "activations; the bias is the answer for activations of zero.",
    "bias_held_down": "The ridge holds the bias down too. Only the weights should pay for being large.",
    "no_ridge": "The ridge is missing from the matrix.",
    "labels_as_numbers": "You fitted the class numbers themselves, as if class 4 were twice class 2. Give each class a "
    "column of its own.",
}


def cases(rng):
    for pictures, shape, classes, ridge in [
        (12, (3,), 3, 0.5),
        (15, (4,), 4, 2.0),
        (14, (2, 2, 2), 3, 1.0),
    ]:
        labels = np.concatenate(
            [np.arange(classes), rng.integers(0, classes, pictures - classes)]
        )
        yield {
            "activations": rng.normal(1.0, 1.0, size=(pictures, *shape)).round(2),
            "labels": labels,
            "classes": classes,
            "ridge": ridge,
        }


def solved(activations, targets, ridge, *, centred=True):
    middle, target_middle = activations.mean(axis=0), targets.mean(axis=0)
    if not centred:
        middle, target_middle = 0 * middle, 0 * target_middle
    moved = activations - middle
    weights = np.linalg.solve(
        moved.T @ moved + ridge * np.eye(moved.shape[1]),
        moved.T @ (targets - target_middle),
    )
    return weights, target_middle - middle @ weights


def reference(activations, labels, classes, ridge):
    return solved(
        activations.reshape(len(activations), -1), np.eye(classes)[labels], ridge
    )


def diagnose(inputs, output):
    activations, labels = inputs["activations"], inputs["labels"]
    targets, ridge = np.eye(inputs["classes"])[labels], inputs["ridge"]
    flat = activations.reshape(len(activations), -1)
    weights, bias = (np.asarray(part, dtype=float) for part in output)
    held = solved(
        np.append(flat, np.ones((len(flat), 1)), axis=1), targets, ridge, centred=False
    )[0]
    wrong = {
        "no_bias": solved(flat, targets, ridge, centred=False),
        "bias_held_down": (held[:-1], held[-1]),
        "bias_not_moved": (solved(flat, targets, ridge)[0], targets.mean(axis=0)),
    }
    if np.linalg.matrix_rank(flat - flat.mean(axis=0)) == flat.shape[1]:
        wrong["no_ridge"] = solved(flat, targets, 0.0)
    if activations.ndim == 4:
        wrong["not_flattened"] = solved(activations.mean(axis=(1, 2)), targets, ridge)
    for mistake, (weight, offset) in wrong.items():
        if (
            weights.shape == weight.shape
            and np.allclose(weights, weight)
            and np.allclose(bias, offset)
        ):
            return mistake
    number = solved(flat, labels[:, None].astype(float), ridge)[0]
    if weights.size == number.size and np.allclose(weights.ravel(), number.ravel()):
        return "labels_as_numbers"
    return None


# %% tags=["exercise"] exercise="03.fit_probe"
def fit_probe(activations, labels, classes, ridge):
    """Return weights (features, classes) and bias (classes,) of a linear probe."""
    ### BEGIN SOLUTION
    features = activations.reshape(len(activations), -1)
    targets = np.eye(classes)[labels]
    middle, target_middle = features.mean(axis=0), targets.mean(axis=0)
    centred = features - middle
    gram = centred.T @ centred + ridge * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (targets - target_middle))
    return weights, target_middle - middle @ weights
    ### END SOLUTION


# %%
probe_fits = check("03.fit_probe", fit_probe)


# %% tags=["mutant"] exercise="03.fit_probe" misconception="not_flattened"
def fit_probe(activations, labels, classes, ridge):
    features = activations.mean(axis=(1, 2)) if activations.ndim == 4 else activations
    targets = np.eye(classes)[labels]
    middle = features.mean(axis=0)
    centred = features - middle
    gram = centred.T @ centred + ridge * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (targets - targets.mean(axis=0)))
    return weights, targets.mean(axis=0) - middle @ weights


# %% tags=["mutant"] exercise="03.fit_probe" misconception="no_bias"
def fit_probe(activations, labels, classes, ridge):
    features = activations.reshape(len(activations), -1)
    gram = features.T @ features + ridge * np.eye(features.shape[1])
    return np.linalg.solve(gram, features.T @ np.eye(classes)[labels]), np.zeros(
        classes
    )


# %% tags=["mutant"] exercise="03.fit_probe" misconception="bias_not_moved"
def fit_probe(activations, labels, classes, ridge):
    features = activations.reshape(len(activations), -1)
    targets = np.eye(classes)[labels]
    centred = features - features.mean(axis=0)
    gram = centred.T @ centred + ridge * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (targets - targets.mean(axis=0)))
    return weights, targets.mean(axis=0)


# %% tags=["mutant"] exercise="03.fit_probe" misconception="bias_held_down"
def fit_probe(activations, labels, classes, ridge):
    features = activations.reshape(len(activations), -1)
    features = np.append(features, np.ones((len(features), 1)), axis=1)
    gram = features.T @ features + ridge * np.eye(features.shape[1])
    both = np.linalg.solve(gram, features.T @ np.eye(classes)[labels])
    return both[:-1], both[-1]


# %% tags=["mutant"] exercise="03.fit_probe" misconception="no_ridge"
def fit_probe(activations, labels, classes, ridge):
    features = activations.reshape(len(activations), -1)
    targets = np.eye(classes)[labels]
    centred = features - features.mean(axis=0)
    weights = np.linalg.lstsq(centred, targets - targets.mean(axis=0), rcond=None)[0]
    return weights, targets.mean(axis=0) - features.mean(axis=0) @ weights


# %% tags=["mutant"] exercise="03.fit_probe" misconception="labels_as_numbers"
def fit_probe(activations, labels, classes, ridge):
    features = activations.reshape(len(activations), -1)
    centred = features - features.mean(axis=0)
    gram = centred.T @ centred + ridge * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (labels - labels.mean()))
    return weights, labels.mean() - features.mean(axis=0) @ weights


# %% tags=["variant"] exercise="03.fit_probe"
def fit_probe(activations, labels, classes, ridge):
    from sklearn.linear_model import Ridge

    features = activations.reshape(len(activations), -1)
    fitted = Ridge(alpha=ridge).fit(features, np.eye(classes)[labels])
    return fitted.coef_.T, fitted.intercept_


# %% [markdown]
# ## 4 · What a layer knows
#
# Now the measurement. Fit a probe on one set of activations and return the share of
# *another* set that it reads rightly. Use your `fit_probe` with a ridge of 1, or any
# linear classifier you trust: the check accepts both.

# %% tags=["definition"] exercise="03.probe_score"
"""The score of a probe on unseen pictures."""
import numpy as np

HINTS = [
    "Two sets come in. One is for fitting, the other for scoring; no number of the second may reach the fit.",
    "`scores = activations @ weights + bias` has a column for each class. The answer for a picture is the class with "
    "the largest score.",
    "`np.mean(scores.argmax(axis=1) == labels)` on the second set.",
]
MISTAKES = {
    "fitted_on_unseen": "The probe was fitted on the pictures on which it is scored. It has learned them by heart, and "
    "the score says little of the layer.",
    "scored_on_seen": "The probe was scored on the pictures on which it was fitted. Score it on the other set.",
    "fitted_on_both": "The pictures to be scored took part in the fit. Keep them out.",
    "no_bias": "The bias of the probe is missing from the scores.",
    "percent": "That is the share in per cent. Return it from 0 to 1.",
    "count": "That is how many are right. Return the share, from 0 to 1.",
}


def cases(rng):
    # Many features for few pictures: whoever fits on the second set gets nearly all of it right. The activations lie
    # around 3, so that the bias counts.
    for classes, features in [(3, 60), (4, 80)]:
        centres = 3 + rng.normal(size=(classes, features)) * 0.42
        sets = {}
        for name, pictures in (("", 150), ("new_", 40 * classes)):
            labels = np.arange(pictures) % classes
            sets[f"{name}activations"] = centres[labels] + rng.normal(
                size=(pictures, features)
            )
            sets[f"{name}labels"] = labels
        shuffled = rng.permutation(len(sets["new_labels"]))
        sets["new_labels"][shuffled[: len(shuffled) // 4]] = rng.integers(
            0, classes, len(shuffled) // 4
        )
        yield {**sets, "classes": classes}


def score(fit, on, classes, *, bias=True):
    activations, labels = fit
    middle, targets = activations.mean(axis=0), np.eye(classes)[labels]
    moved = activations - middle
    gram = moved.T @ moved + np.eye(moved.shape[1])
    weights = np.linalg.solve(gram, moved.T @ (targets - targets.mean(axis=0)))
    offset = targets.mean(axis=0) - middle @ weights if bias else 0
    return np.mean((on[0] @ weights + offset).argmax(axis=1) == on[1])


def accept(inputs, output):
    old = inputs["activations"], inputs["labels"]
    new = inputs["new_activations"], inputs["new_labels"]
    classes = inputs["classes"]
    if isinstance(output, bool) or not isinstance(output, int | float):
        return "Return one number: the share of the new pictures that the probe gets right."
    right = score(old, new, classes)
    if output > 1:
        return "percent" if abs(output - 100 * right) < 2 else "count"
    if abs(output - right) < 0.045:
        return True
    both = np.concatenate([old[0], new[0]]), np.concatenate([old[1], new[1]])
    wrong = {
        "fitted_on_unseen": score(new, new, classes),
        "scored_on_seen": score(old, old, classes),
        "fitted_on_both": score(both, new, classes),
        "no_bias": score(old, new, classes, bias=False),
    }
    nearest = min(wrong, key=lambda mistake: abs(wrong[mistake] - output))
    if abs(wrong[nearest] - output) < 0.02:
        return nearest
    return f"A probe fitted on the first set reads {right:.1%} of the second; yours gives {output:.1%}."


# %% tags=["exercise"] exercise="03.probe_score"
def probe_score(activations, labels, new_activations, new_labels, classes):
    """Return the share of the new pictures that a probe fitted on the others reads."""
    ### BEGIN SOLUTION
    weights, bias = fit_probe(activations, labels, classes, ridge=1.0)
    scores = new_activations.reshape(len(new_activations), -1) @ weights + bias
    return np.mean(scores.argmax(axis=1) == new_labels)
    ### END SOLUTION


# %%
score_works = check("03.probe_score", probe_score)


# %% tags=["mutant"] exercise="03.probe_score" misconception="fitted_on_unseen"
def probe_score(activations, labels, new_activations, new_labels, classes):
    weights, bias = fit_probe(new_activations, new_labels, classes, ridge=1.0)
    return np.mean((new_activations @ weights + bias).argmax(axis=1) == new_labels)


# %% tags=["mutant"] exercise="03.probe_score" misconception="scored_on_seen"
def probe_score(activations, labels, new_activations, new_labels, classes):
    weights, bias = fit_probe(activations, labels, classes, ridge=1.0)
    return np.mean((activations @ weights + bias).argmax(axis=1) == labels)


# %% tags=["mutant"] exercise="03.probe_score" misconception="fitted_on_both"
def probe_score(activations, labels, new_activations, new_labels, classes):
    both = np.concatenate([activations, new_activations])
    weights, bias = fit_probe(
        both, np.concatenate([labels, new_labels]), classes, ridge=1.0
    )
    return np.mean((new_activations @ weights + bias).argmax(axis=1) == new_labels)


# %% tags=["mutant"] exercise="03.probe_score" misconception="count"
def probe_score(activations, labels, new_activations, new_labels, classes):
    weights, bias = fit_probe(activations, labels, classes, ridge=1.0)
    return int(np.sum((new_activations @ weights + bias).argmax(axis=1) == new_labels))


# %% tags=["mutant"] exercise="03.probe_score" misconception="percent"
def probe_score(activations, labels, new_activations, new_labels, classes):
    weights, bias = fit_probe(activations, labels, classes, ridge=1.0)
    return 100 * np.mean((new_activations @ weights + bias).argmax(1) == new_labels)


# %% tags=["mutant"] exercise="03.probe_score" misconception="no_bias"
def probe_score(activations, labels, new_activations, new_labels, classes):
    weights, bias = fit_probe(activations, labels, classes, ridge=1.0)
    return np.mean((new_activations @ weights).argmax(axis=1) == new_labels)


# %% tags=["variant"] exercise="03.probe_score"
def probe_score(activations, labels, new_activations, new_labels, classes):
    from sklearn.linear_model import RidgeClassifier

    return (
        RidgeClassifier(alpha=1.0)
        .fit(activations, labels)
        .score(new_activations, new_labels)
    )


# %% [markdown]
# ## 5 · AlexNet's arithmetic
#
# One convolution reads pictures of `side` × `side` pixels with `channels` channels. It
# has `filters` filters of `size` × `size`, moves them by `stride`, adds `padding`
# pixels at each edge, and comes in `groups` groups: each filter reads only `channels /
# groups` of the channels. Return the side of its output and its number of parameters.

# %% tags=["definition"] exercise="03.convolution"
"""Output size and parameters of a convolution in groups."""

HINTS = [
    "Along one side the padded picture has side + 2 · padding pixels. At how many places can a filter of `size` begin?",
    "The first place is free, and every further one takes `stride` pixels: (side + 2 · padding - size) // stride + 1.",
    "A filter has size · size weights for each channel that it reads, and one bias. There are `filters` of them.",
]
MISTAKES = {
    "one_too_few": "The side is one too small. The first place needs no step: it is there before the first stride.",
    "padding_once": "Padding is added at both ends of a side.",
    "rounded_up": "Where a whole step no longer fits, it is not taken: round down.",
    "groups_forgotten": "Each filter reads only its own group's channels, not all of them.",
    "halved_twice": "All filters are still there. Only the channels that each of them reads are divided by the groups.",
    "bias_missing": "Every filter has a bias as well.",
    "one_bias": "One bias for all filters, or one for each group, is too few: every filter has its own.",
}


def cases(rng):
    yield {
        "side": 227,
        "channels": 3,
        "filters": 96,
        "size": 11,
        "stride": 4,
        "padding": 0,
        "groups": 1,
    }
    for turn in range(6):
        # Padding shows where the stride is 1, rounding where it is not.
        stride, padding, left = (
            (1, int(rng.integers(2, 4)), 0)
            if turn % 2
            else (int(rng.integers(2, 4)), 0, 1)
        )
        places, size, groups = (
            int(rng.integers(6, 12)),
            int(rng.choice([5, 7])),
            int(rng.choice([2, 2, 4])),
        )
        yield {
            "side": (places - 1) * stride + size - 2 * padding + left,
            "channels": int(8 * rng.integers(1, 6)),
            "filters": int(8 * rng.integers(1, 6)),
            "size": size,
            "stride": stride,
            "padding": padding,
            "groups": groups,
        }


def count(
    side,
    channels,
    filters,
    size,
    stride,
    padding,
    groups,
    *,
    once=False,
    up=False,
    less=0,
    all_of=False,
    twice=False,
    biases="filters",
):
    room = side + padding * (1 if once else 2) - size
    out = (-(-room // stride) if up else room // stride) + 1 - less
    reads = channels if all_of else channels // groups
    weights = size * size * reads * (filters // groups if twice else filters)
    return out, weights + {"filters": filters, "none": 0, "groups": groups, "one": 1}[biases]


def reference(**inputs):
    return count(**inputs)


def diagnose(inputs, output):
    right, came = count(**inputs), tuple(output)
    if came[0] != right[0]:
        for mistake, how in (
            ("one_too_few", {"less": 1}),
            ("rounded_up", {"up": True}),
            ("padding_once", {"once": True}),
        ):
            if came[0] == count(**inputs, **how)[0]:
                return mistake
        return None
    for mistake, how in (
        ("groups_forgotten", {"all_of": True}),
        ("halved_twice", {"twice": True}),
        ("bias_missing", {"biases": "none"}),
        ("one_bias", {"biases": "groups"}),
        ("one_bias", {"biases": "one"}),
    ):
        if inputs["groups"] > 1 and came[1] == count(**inputs, **how)[1]:
            return mistake
    return None


# %% tags=["exercise"] exercise="03.convolution"
def convolution(side, channels, filters, size, stride, padding, groups):
    """Return the side of the output and the number of parameters."""
    ### BEGIN SOLUTION
    places = (side + 2 * padding - size) // stride + 1
    return places, (size * size * channels // groups + 1) * filters
    ### END SOLUTION


# %%
convolution_works = check("03.convolution", convolution)


# %% tags=["mutant"] exercise="03.convolution" misconception="one_too_few"
def convolution(side, channels, filters, size, stride, padding, groups):
    places = (side + 2 * padding - size) // stride
    return places, (size * size * channels // groups + 1) * filters


# %% tags=["mutant"] exercise="03.convolution" misconception="padding_once"
def convolution(side, channels, filters, size, stride, padding, groups):
    places = (side + padding - size) // stride + 1
    return places, (size * size * channels // groups + 1) * filters


# %% tags=["mutant"] exercise="03.convolution" misconception="rounded_up"
def convolution(side, channels, filters, size, stride, padding, groups):
    places = -(-(side + 2 * padding - size) // stride) + 1
    return places, (size * size * channels // groups + 1) * filters


# %% tags=["mutant"] exercise="03.convolution" misconception="groups_forgotten"
def convolution(side, channels, filters, size, stride, padding, groups):
    places = (side + 2 * padding - size) // stride + 1
    return places, (size * size * channels + 1) * filters


# %% tags=["mutant"] exercise="03.convolution" misconception="halved_twice"
def convolution(side, channels, filters, size, stride, padding, groups):
    places = (side + 2 * padding - size) // stride + 1
    return places, size * size * (channels // groups) * (filters // groups) + filters


# %% tags=["mutant"] exercise="03.convolution" misconception="bias_missing"
def convolution(side, channels, filters, size, stride, padding, groups):
    places = (side + 2 * padding - size) // stride + 1
    return places, size * size * channels // groups * filters


# %% tags=["mutant"] exercise="03.convolution" misconception="one_bias"
def convolution(side, channels, filters, size, stride, padding, groups):
    places = (side + 2 * padding - size) // stride + 1
    return places, size * size * channels // groups * filters + groups


# %% tags=["mutant"] exercise="03.convolution" misconception="one_bias"
def convolution(side, channels, filters, size, stride, padding, groups):
    places = (side + 2 * padding - size) // stride + 1
    return places, size * size * channels // groups * filters + 1


# %% tags=["variant"] exercise="03.convolution"
def convolution(side, channels, filters, size, stride, padding, groups):
    starts = range(-padding, side + padding - size + 1, stride)
    weights = groups * size * size * (channels // groups) * (filters // groups)
    return len(starts), weights + filters


# %% [markdown]
# With it, all five convolutions of AlexNet are one loop. The three dense layers add
# 58,631,144, and the sum is the number you know from the lesson.

# %%
if convolution_works:
    total, side, channels = 58_631_144, 227, 3
    for filters, size, stride, padding, groups, pooled in [
        (96, 11, 4, 0, 1, True),
        (256, 5, 1, 2, 2, True),
        (384, 3, 1, 1, 1, False),
        (384, 3, 1, 1, 2, False),
        (256, 3, 1, 1, 2, True),
    ]:
        side, parameters = convolution(
            side, channels, filters, size, stride, padding, groups
        )
        total, channels = total + parameters, filters
        side = (side - 3) // 2 + 1 if pooled else side
    found("alexnet_by_you", total, "By your count AlexNet has {:,.0f} parameters.")

# %% [markdown]
# ## 6 · One block of AlexNet
#
# Build the second block from its description in the paper, for inputs of any size, as a
# Keras model:
#
# > `filters` kernels of size 5 × 5, in two groups, with a padding that keeps the
# > size; then `relu`; then max pooling over windows of 3 × 3, moved by 2.
#
# Windows of 3 that move by 2 overlap: that was one of the paper's ideas.

# %% tags=["definition"] exercise="03.alexnet_block"
"""The second block of AlexNet."""
import numpy as np

POINTS = 2
SECONDS = 60
HINTS = [
    "Three things: keras.Input, a Conv2D and a MaxPooling2D, in a Sequential.",
    'Conv2D has an argument `groups`, and `padding="same"` keeps the size. The activation can be its argument too.',
    "MaxPooling2D(3, strides=2) is the overlapping kind; without `strides` the windows would move by 3.",
]
MISTAKES = {
    "groups_forgotten": "It has about twice the weights that it should have. The filters come in two groups.",
    "padding_missing": "The convolution has shrunk the picture. A padding that keeps the size is needed.",
    "relu_missing": "Outputs below zero come through, or large ones are squeezed: that is not relu.",
    "average_pooling": "Overlapping windows that share their largest value should give it twice. Yours do not: they "
    "average, it seems. Keep the largest.",
    "no_overlap": "The pooling windows do not overlap: they are 2 wide, or move by 3. Three wide, moved by 2.",
    "bias_missing": "The biases of the filters are missing.",
    "returned_signal": "Return a keras.Model or Sequential, which has weights and can be called.",
}


def cases(rng):
    for side, channels, filters in [(12, 4, 6), (16, 8, 12)]:
        yield {"side": side, "channels": channels, "filters": filters}


def observe(answer, inputs):
    block = answer(**inputs)
    if block is None:
        return None
    if not hasattr(block, "count_params") or not hasattr(block, "weights"):
        return "no model"
    rng = np.random.default_rng(0)
    pictures = rng.normal(
        size=(8, inputs["side"], inputs["side"], inputs["channels"])
    ).astype("float32")
    given = block.predict(pictures, verbose=0)
    return {
        "shape": list(given.shape[1:]),
        "parameters": int(block.count_params()),
        "lowest": float(given.min()),
        "highest": float(given.max()),
        "repeated": float(np.mean(given[:, :, 1:] == given[:, :, :-1])),
    }


def accept(inputs, output):
    if not isinstance(output, dict):
        return "returned_signal"
    side, channels, filters = inputs["side"], inputs["channels"], inputs["filters"]
    parameters = (25 * channels // 2 + 1) * filters
    pooled, shrunk = (side - 3) // 2 + 1, (side - 4 - 3) // 2 + 1
    if output["parameters"] == (25 * channels + 1) * filters:
        return "groups_forgotten"
    if output["parameters"] == parameters - filters:
        return "bias_missing"
    if output["parameters"] != parameters:
        return f"It has {output['parameters']:,} parameters; the description gives {parameters:,}."
    if output["shape"] == [shrunk, shrunk, filters]:
        return "padding_missing"
    if output["shape"] in (
        [side // 2, side // 2, filters],
        [side // 3, side // 3, filters],
    ):
        return "no_overlap"
    if output["shape"] != [pooled, pooled, filters]:
        return f"Its output has the shape {tuple(output['shape'])}; it should be {(pooled, pooled, filters)}."
    if output["lowest"] < 0:
        return "relu_missing"
    if output["repeated"] < 0.05:
        return "average_pooling"
    return True if output["highest"] > 1 else "relu_missing"


# %% tags=["exercise"] exercise="03.alexnet_block"
def alexnet_block(side, channels, filters):
    """Return AlexNet's second block as a Keras model, input (side, side, channels)."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            keras.layers.Conv2D(
                filters, 5, padding="same", groups=2, activation="relu"
            ),
            keras.layers.MaxPooling2D(3, strides=2),
        ]
    )
    ### END SOLUTION


# %%
block_works = check("03.alexnet_block", alexnet_block)


# %% tags=["mutant"] exercise="03.alexnet_block" misconception="groups_forgotten"
def alexnet_block(side, channels, filters):
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            keras.layers.Conv2D(filters, 5, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(3, strides=2),
        ]
    )


# %% tags=["mutant"] exercise="03.alexnet_block" misconception="padding_missing"
def alexnet_block(side, channels, filters):
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            keras.layers.Conv2D(filters, 5, groups=2, activation="relu"),
            keras.layers.MaxPooling2D(3, strides=2),
        ]
    )


# %% tags=["mutant"] exercise="03.alexnet_block" misconception="relu_missing"
def alexnet_block(side, channels, filters):
    # The smallest window is used here, so that what is negative is not hidden by the pooling.
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            keras.layers.Conv2D(
                filters,
                5,
                padding="same",
                groups=2,
                bias_initializer=keras.initializers.Constant(-9),
            ),
            keras.layers.MaxPooling2D(3, strides=2),
        ]
    )


# %% tags=["mutant"] exercise="03.alexnet_block" misconception="relu_missing"
def alexnet_block(side, channels, filters):
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            keras.layers.Conv2D(
                filters, 5, padding="same", groups=2, activation="sigmoid"
            ),
            keras.layers.MaxPooling2D(3, strides=2),
        ]
    )


# %% tags=["mutant"] exercise="03.alexnet_block" misconception="average_pooling"
def alexnet_block(side, channels, filters):
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            keras.layers.Conv2D(
                filters, 5, padding="same", groups=2, activation="relu"
            ),
            keras.layers.AveragePooling2D(3, strides=2),
        ]
    )


# %% tags=["mutant"] exercise="03.alexnet_block" misconception="no_overlap"
def alexnet_block(side, channels, filters):
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            keras.layers.Conv2D(
                filters, 5, padding="same", groups=2, activation="relu"
            ),
            keras.layers.MaxPooling2D(2),
        ]
    )


# %% tags=["mutant"] exercise="03.alexnet_block" misconception="bias_missing"
def alexnet_block(side, channels, filters):
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            keras.layers.Conv2D(filters, 5, padding="same", groups=2, use_bias=False),
            keras.layers.MaxPooling2D(3, strides=2),
        ]
    )


# %% tags=["mutant"] exercise="03.alexnet_block" misconception="returned_signal"
def alexnet_block(side, channels, filters):
    return [
        keras.Input((side, side, channels)),
        keras.layers.MaxPooling2D(3, strides=2),
    ]


# %% tags=["variant"] exercise="03.alexnet_block"
def alexnet_block(side, channels, filters):
    pictures = keras.Input((side, side, channels))
    cards = [
        keras.layers.Conv2D(filters // 2, 5, padding="same")(half)
        for half in keras.ops.split(pictures, 2, axis=-1)
    ]
    signal = keras.layers.ReLU()(keras.layers.Concatenate()(cards))
    return keras.Model(pictures, keras.layers.MaxPooling2D(3, strides=2)(signal))


# %% [markdown]
# ## 7 · One step uphill
#
# To paint the picture that a unit likes best, change the picture a little in the
# direction in which the unit's answer grows: its *gradient*, one number for each pixel.
# Gradients are tiny at one unit and huge at another, so divide by the root of the mean
# of their squares first; then `rate` says how far a pixel moves. Afterwards keep every
# pixel between 0 and 1. Where the gradient is zero everywhere, the picture stays as it
# is.

# %% tags=["definition"] exercise="03.ascent_step"
"""One step of gradient ascent on a picture."""
import numpy as np

HINTS = [
    "The answer should grow. Does the step go along the gradient or against it?",
    "`np.sqrt(np.mean(gradient**2))` is one number for the whole picture. It may be zero.",
    "`np.clip(picture + rate * gradient / size, 0, 1)`, if the size is not zero.",
]
MISTAKES = {
    "downhill": "The step goes downhill: against the gradient, as in training. Here the answer should grow.",
    "not_normalised": "The gradient was not divided by the root of its mean square.",
    "by_length": "You divided by the length of the gradient. Take the *mean* of the squares under the root, not their "
    "sum: else large pictures hardly move.",
    "by_largest": "You divided by the largest entry. Divide by the root of the mean square.",
    "not_clipped": "Pixels have left the range from 0 to 1.",
    "zero_gradient": "A gradient of zeros was divided by zero. Return the picture as it is.",
    "changes_input": "The picture that was given has changed. Return a new one.",
}


def cases(rng):
    for shape in [(4, 4), (5, 3), (6, 6)]:
        yield {
            "picture": rng.uniform(0.02, 0.98, size=shape).round(2),
            "gradient": (rng.normal(size=shape) * 10.0 ** rng.integers(-3, 3)).round(6),
            "rate": round(float(rng.uniform(0.3, 0.6)), 2),
        }
    yield {
        "picture": rng.uniform(size=(3, 3)).round(2),
        "gradient": np.zeros((3, 3)),
        "rate": 0.5,
    }


def reference(picture, gradient, rate):
    size = np.sqrt(np.mean(gradient**2))
    return (
        picture.copy() if size == 0 else np.clip(picture + rate * gradient / size, 0, 1)
    )


def diagnose(inputs, output):
    picture, gradient, rate = inputs["picture"], inputs["gradient"], inputs["rate"]
    output = np.asarray(output, dtype=float)
    if not gradient.any():
        return "zero_gradient" if not np.isfinite(output).all() else None
    size = np.sqrt(np.mean(gradient**2))
    wrong = {
        "downhill": np.clip(picture - rate * gradient / size, 0, 1),
        "not_normalised": np.clip(picture + rate * gradient, 0, 1),
        "by_length": np.clip(
            picture + rate * gradient / np.linalg.norm(gradient), 0, 1
        ),
        "by_largest": np.clip(picture + rate * gradient / np.abs(gradient).max(), 0, 1),
        "not_clipped": picture + rate * gradient / size,
    }
    return next(
        (key for key, value in wrong.items() if np.allclose(output, value)), None
    )


# %% tags=["exercise"] exercise="03.ascent_step"
def ascent_step(picture, gradient, rate):
    """Return the picture one normalised step uphill, pixels from 0 to 1."""
    ### BEGIN SOLUTION
    size = np.sqrt(np.mean(gradient**2))
    if size == 0:
        return picture.copy()
    return np.clip(picture + rate * gradient / size, 0, 1)
    ### END SOLUTION


# %%
ascent_works = check("03.ascent_step", ascent_step)


# %% tags=["mutant"] exercise="03.ascent_step" misconception="downhill"
def ascent_step(picture, gradient, rate):
    size = np.sqrt(np.mean(gradient**2))
    return np.clip(picture - rate * gradient / max(size, 1e-12), 0, 1)


# %% tags=["mutant"] exercise="03.ascent_step" misconception="not_normalised"
def ascent_step(picture, gradient, rate):
    return np.clip(picture + rate * gradient, 0, 1)


# %% tags=["mutant"] exercise="03.ascent_step" misconception="by_length"
def ascent_step(picture, gradient, rate):
    return np.clip(
        picture + rate * gradient / max(np.linalg.norm(gradient), 1e-12), 0, 1
    )


# %% tags=["mutant"] exercise="03.ascent_step" misconception="by_largest"
def ascent_step(picture, gradient, rate):
    return np.clip(picture + rate * gradient / max(np.abs(gradient).max(), 1e-12), 0, 1)


# %% tags=["mutant"] exercise="03.ascent_step" misconception="not_clipped"
def ascent_step(picture, gradient, rate):
    return picture + rate * gradient / max(np.sqrt(np.mean(gradient**2)), 1e-12)


# %% tags=["mutant"] exercise="03.ascent_step" misconception="zero_gradient"
def ascent_step(picture, gradient, rate):
    return np.clip(picture + rate * gradient / np.sqrt(np.mean(gradient**2)), 0, 1)


# %% tags=["mutant"] exercise="03.ascent_step" misconception="changes_input"
def ascent_step(picture, gradient, rate):
    picture += rate * gradient / max(np.sqrt(np.mean(gradient**2)), 1e-12)
    return np.clip(picture, 0, 1)


# %% tags=["variant"] exercise="03.ascent_step"
def ascent_step(picture, gradient, rate):
    direction = (
        gradient / (gradient.std() ** 2 + gradient.mean() ** 2) ** 0.5
        if gradient.any()
        else gradient
    )
    return np.minimum(np.maximum(picture + rate * direction, 0), 1)


# %% [markdown]
# ## 8 · Switch a unit off
#
# What a unit *does* you learn by taking it away. `activations`, shape (pictures,
# units), is the last hidden layer; `weights` (units, classes) and `bias` (classes,)
# make the scores. Silence one unit: let its activation be 0 for every picture. Return
# for each class by how much the share of rightly read pictures *falls*, shape
# (classes,). A class that gains gets a negative number.

# %% tags=["definition"] exercise="03.ablation"
"""What a class loses when a unit is silenced."""
import numpy as np

POINTS = 2
HINTS = [
    "Compute the answers twice: with the activations as they are, and with one column of a *copy* set to zero.",
    "For class k look at the pictures with labels == k only: which share of them is read rightly, before and after?",
    "The loss is before minus after, for each class.",
]
MISTAKES = {
    "changes_input": "The activations that were given have changed. Silence the unit in a copy.",
    "sign": "That is after minus before. What a class loses is before minus after.",
    "all_classes": "That is the loss over all pictures. Count each class on its own.",
    "share_of_all": "You divided by the number of all pictures. For class k divide by the number of its pictures.",
    "counts": "That is how many pictures each class loses. Divide by how many the class has.",
    "row_silenced": "You silenced a row, which is a picture. A unit is a column: `[:, unit]`.",
    "others_silenced": "You silenced every unit but this one.",
    "by_answer": "You grouped the pictures by what was answered. Group them by their true class.",
}


def cases(rng):
    for pictures, units, classes in [(60, 4, 3), (80, 5, 4)]:
        one = drawn(rng, pictures, units, classes)
        while not telling(one):
            one = drawn(rng, pictures, units, classes)
        yield one


def telling(one):
    """Return True where each mistake gives an answer of its own."""
    answers = [reference(**one), *mistaken(**one).values()]
    rounded = {tuple(np.round(answer, 6) + 0.0) for answer in answers}
    return len(rounded) == len(answers)


def drawn(rng, pictures, units, classes):
    """Return one case."""
    labels = rng.permutation(
        np.concatenate(
            [
                np.arange(pictures - 5 * classes) % classes,
                np.zeros(5 * classes, int),
            ]
        )
    )
    weights = rng.normal(size=(units, classes)).round(2)
    activations = np.maximum(
        weights[:, labels].T + rng.normal(size=(pictures, units)), 0
    ).round(2)
    return {
        "activations": activations,
        "weights": weights,
        "bias": rng.normal(size=classes).round(2) / 4,
        "labels": labels,
        "unit": int(
            np.argmax(np.abs(weights).sum(axis=1) * activations.mean(axis=0))
        ),
    }


def right(activations, weights, bias, labels):
    return (activations @ weights + bias).argmax(axis=1) == labels


def silenced(activations, unit):
    quiet = activations.copy()
    quiet[:, unit] = 0
    return quiet


def by_class(hits, labels, classes):
    return np.array([hits[labels == k].mean() for k in range(classes)])


def reference(activations, weights, bias, labels, unit):
    classes = len(bias)
    before = by_class(right(activations, weights, bias, labels), labels, classes)
    return before - by_class(
        right(silenced(activations, unit), weights, bias, labels), labels, classes
    )


def mistaken(activations, weights, bias, labels, unit):
    """Return what each mistake gives."""
    classes, quiet = len(bias), silenced(activations, unit)
    only = activations - quiet
    row = silenced(activations.T, unit).T
    before = right(activations, weights, bias, labels)
    after, alone, without_row = (
        right(signal, weights, bias, labels) for signal in (quiet, only, row)
    )
    shares = by_class(before, labels, classes)
    answered = [
        (signal @ weights + bias).argmax(axis=1) for signal in (activations, quiet)
    ]
    precise = [
        np.array(
            [
                hits[given == k].mean() if (given == k).any() else 0.0
                for k in range(classes)
            ]
        )
        for hits, given in zip((before, after), answered)
    ]
    counts = np.array(
        [before[labels == k].sum() - after[labels == k].sum() for k in range(classes)]
    )
    return {
        "all_classes": np.full(classes, before.mean() - after.mean()),
        "sign": by_class(after, labels, classes) - shares,
        "share_of_all": counts / len(labels),
        "counts": counts,
        "row_silenced": shares - by_class(without_row, labels, classes),
        "others_silenced": shares - by_class(alone, labels, classes),
        "by_answer": precise[0] - precise[1],
    }


def diagnose(inputs, output):
    output = np.asarray(output, dtype=float)
    for mistake, value in mistaken(**inputs).items():
        if output.shape == value.shape and np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="03.ablation"
def ablation(activations, weights, bias, labels, unit):
    """Return how far each class's share of right answers falls, shape (classes,)."""
    ### BEGIN SOLUTION
    quiet = activations.copy()
    quiet[:, unit] = 0
    before = (activations @ weights + bias).argmax(axis=1) == labels
    after = (quiet @ weights + bias).argmax(axis=1) == labels
    return np.array(
        [
            before[labels == k].mean() - after[labels == k].mean()
            for k in range(len(bias))
        ]
    )
    ### END SOLUTION


# %%
ablation_works = check("03.ablation", ablation)


# %% tags=["mutant"] exercise="03.ablation" misconception="changes_input"
def ablation(activations, weights, bias, labels, unit):
    before = (activations @ weights + bias).argmax(axis=1) == labels
    activations[:, unit] = 0
    after = (activations @ weights + bias).argmax(axis=1) == labels
    return np.array(
        [
            (before[labels == k].mean() - after[labels == k].mean())
            for k in range(len(bias))
        ]
    )


# %% tags=["mutant"] exercise="03.ablation" misconception="sign"
def ablation(activations, weights, bias, labels, unit):
    quiet = np.delete(activations, unit, axis=1)
    before = (activations @ weights + bias).argmax(axis=1) == labels
    after = (quiet @ np.delete(weights, unit, axis=0) + bias).argmax(axis=1) == labels
    return np.array(
        [
            after[labels == k].mean() - before[labels == k].mean()
            for k in range(len(bias))
        ]
    )


# %% tags=["mutant"] exercise="03.ablation" misconception="all_classes"
def ablation(activations, weights, bias, labels, unit):
    quiet = activations.copy()
    quiet[:, unit] = 0
    before = (activations @ weights + bias).argmax(axis=1) == labels
    after = (quiet @ weights + bias).argmax(axis=1) == labels
    return np.full(len(bias), before.mean() - after.mean())


# %% tags=["mutant"] exercise="03.ablation" misconception="share_of_all"
def ablation(activations, weights, bias, labels, unit):
    quiet = activations.copy()
    quiet[:, unit] = 0
    before = (activations @ weights + bias).argmax(axis=1) == labels
    after = (quiet @ weights + bias).argmax(axis=1) == labels
    lost = before.astype(float) - after
    return np.array([lost[labels == k].sum() / len(labels) for k in range(len(bias))])


# %% tags=["mutant"] exercise="03.ablation" misconception="counts"
def ablation(activations, weights, bias, labels, unit):
    quiet = activations.copy()
    quiet[:, unit] = 0
    before = (activations @ weights + bias).argmax(axis=1) == labels
    after = (quiet @ weights + bias).argmax(axis=1) == labels
    return np.array(
        [
            before[labels == k].sum() - after[labels == k].sum()
            for k in range(len(bias))
        ]
    )


# %% tags=["mutant"] exercise="03.ablation" misconception="row_silenced"
def ablation(activations, weights, bias, labels, unit):
    quiet = activations.copy()
    quiet[unit] = 0
    before = (activations @ weights + bias).argmax(axis=1) == labels
    after = (quiet @ weights + bias).argmax(axis=1) == labels
    return np.array(
        [
            before[labels == k].mean() - after[labels == k].mean()
            for k in range(len(bias))
        ]
    )


# %% tags=["mutant"] exercise="03.ablation" misconception="others_silenced"
def ablation(activations, weights, bias, labels, unit):
    quiet = np.zeros_like(activations)
    quiet[:, unit] = activations[:, unit]
    before = (activations @ weights + bias).argmax(axis=1) == labels
    after = (quiet @ weights + bias).argmax(axis=1) == labels
    return np.array(
        [
            before[labels == k].mean() - after[labels == k].mean()
            for k in range(len(bias))
        ]
    )


# %% tags=["mutant"] exercise="03.ablation" misconception="by_answer"
def ablation(activations, weights, bias, labels, unit):
    quiet = activations.copy()
    quiet[:, unit] = 0
    shares = []
    for signal in (activations, quiet):
        answers = (signal @ weights + bias).argmax(axis=1)
        hits = answers == labels
        shares.append(
            [
                hits[answers == k].mean() if (answers == k).any() else 0.0
                for k in range(len(bias))
            ]
        )
    return np.array(shares[0]) - np.array(shares[1])


# %% tags=["variant"] exercise="03.ablation"
def ablation(activations, weights, bias, labels, unit):
    scores = activations @ weights + bias
    without = scores - np.outer(activations[:, unit], weights[unit])
    lost = []
    for k in range(len(bias)):
        mine = labels == k
        lost.append(
            np.mean(scores[mine].argmax(1) == k) - np.mean(without[mine].argmax(1) == k)
        )
    return np.array(lost)


# %% [markdown]
# ## Your tools on a network of your own
#
# A reader of clothing this time, with two hidden layers of 48 units. Change it if you
# like.

# %%
clothing = data.load("clothing", source="bundled")
x_train, y_train = clothing.x_train[:7_000] / np.float32(255), clothing.y_train[:7_000]
x_look, y_look = clothing.x_train[7_000:] / np.float32(255), clothing.y_train[7_000:]

# %%
mlp = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(48, activation="relu", name="hidden_1"),
        keras.layers.Dense(48, activation="relu", name="hidden_2"),
        keras.layers.Dense(10, name="scores"),
    ]
)

# %%
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
mlp.compile(keras.optimizers.Adam(0.002), loss, metrics=["accuracy"])
EPOCHS = {"smoke": 1, "quick": 12, "full": 20}[PROFILE]
history = mlp.fit(x_train, y_train, batch_size=128, epochs=EPOCHS, verbose=0)

# %%
hidden = keras.Model(
    mlp.inputs[0], [mlp.get_layer(f"hidden_{i}").output for i in (1, 2)]
)
seen = hidden.predict(x_look, batch_size=500, verbose=0)
if score_works:
    half = len(x_look) // 2
    for number, layer in enumerate([x_look.reshape(-1, 784), *seen]):
        layer = layer.astype("float64") / layer.std()
        score = probe_score(
            layer[:half], y_look[:half], layer[half:], y_look[half:], 10
        )
        print(f"{'pixels' if number == 0 else f'hidden_{number}'}: {score:.1%}")

# %% [markdown]
# The favourites of the six most selective units of the second layer:

# %%
if favourites_work and selectivity_works:
    selective = np.argsort(-selectivity(seen[1], y_look))[:6]
    top = favourites(seen[1], 8)[selective]
    figure = plot.images(
        x_look[top.ravel()],
        columns=8,
        title="What excites the six most selective units of your second layer",
    )
    figure.show()

# %% [markdown]
# Now the ascent, with *your* step. The gradient comes from plain differences: nudge
# each of the 784 pixels and see how far the answer moves. (Lesson 05 gets all 784 at
# once, at the price of two passes.)

# %%
scores = keras.Model(mlp.inputs[0], mlp.get_layer("scores").output)


def slope(picture, unit, nudge=0.02):
    """Return the gradient of one score, by nudging each pixel, shape (28, 28)."""
    nudged = picture + nudge * np.eye(784, dtype="float32").reshape(784, 28, 28)
    both = np.concatenate([nudged, picture[None]]).astype("float32")
    answers = keras.ops.convert_to_numpy(scores(both))[:, unit]
    return ((answers[:-1] - answers[-1]) / nudge).reshape(28, 28)


# %%
if ascent_works:
    steps = [x_look[np.flatnonzero(y_look == 9)[0]]]
    for _ in range(7):
        steps.append(ascent_step(steps[-1], slope(steps[-1], unit=8), rate=0.02))
    answers = keras.ops.convert_to_numpy(scores(np.stack(steps))).argmax(axis=1)
    figure = plot.images(
        np.stack(steps),
        titles=[clothing.classes[answer] for answer in answers],
        columns=8,
        title="An ankle boot, and seven steps uphill for bag: what the network answers",
    )
    figure.show()

# %% [markdown]
# You still see a boot. Did the network change its mind, and at which step? Lessons 06
# and 27 come back to this.
#
# And the question of the page: which unit can it not do without?

# %%
output_weights, output_bias = mlp.get_layer("scores").get_weights()
if ablation_works and selectivity_works:
    lost = np.stack(
        [
            ablation(seen[1], output_weights, output_bias, y_look, unit)
            for unit in range(48)
        ]
    )
    unit, garment = np.unravel_index(lost.argmax(), lost.shape)
    found(
        "largest_loss",
        lost[unit, garment] * 100,
        f"Without unit {unit + 1}, {clothing.classes[garment]} loses {{:.0f}} points.",
    )
    together = np.corrcoef(selectivity(seen[1], y_look), lost.mean(axis=1))[0, 1]
    found(
        "selective_and_needed", together, "Selectivity and need correlate by {:+.2f}."
    )

# %% [markdown]
# Look at the favourites of that unit (or at some clothes, while a check is missing).
# Would you have picked it by them?

# %%
ready = ablation_works and selectivity_works and favourites_work
examples = favourites(seen[1], 8)[unit] if ready else np.arange(8)
plot.images(
    x_look[examples],
    titles=[clothing.classes[label] for label in y_look[examples]],
    columns=8,
    title="What the most needed unit likes" if ready else "Clothes your network reads",
)

# %% [markdown]
# The viewer is open at that unit. Draw something that excites it more than any real
# garment.

# %%
explore.features(
    mlp,
    x_look,
    y_look,
    classes=clothing.classes,
    layer="hidden_2",
    unit=int(unit) + 1 if ready else 1,
)

# %% [markdown]
# ## Going further
#
# No check waits here. Train the network with dropout and look at the correlation again.
# Silence two units at once: is the loss the sum of both? Or take labels at random,
# train until they are learned by heart, and see how much more such a network depends on
# single units. [Morcos and others](https://arxiv.org/abs/1803.06959) found that it
# does; do you?
