# %% [markdown]
# **What does your compressor know about a picture that it has never seen?**
#
# In lesson 13 a network learned to redraw clothes from a few numbers, to paint new ones,
# and to frown at what it could not redraw. Here you write each piece, and put them
# together: one half of them guards a shop's parcels, the other half paints. By the end
# you will have
#
# - PCA by hand, there and back,
# - both halves of the loss of a variational autoencoder, and its draw,
# - a guard that was fitted on ordinary things only, with an alarm that costs least,
# - a painter that you have trained, and a sheet of clothes that nobody has sewn.
#
# Each answer has its check right below it, which says what to look at if something is
# amiss. `hint("13.pca")` opens one step at a time; `solution("13.pca")` shows the whole
# answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(13)

# %% [markdown]
# ## 1 · There and back
#
# Fit PCA to the rows of `x_train`, and return what it makes of the rows of `x`: squeezed
# to `size` numbers each, and redrawn. The directions are the rows of the last matrix of
# `np.linalg.svd(..., full_matrices=False)`, the strongest first.
#
# | | shape |
# |---|---|
# | `x_train` | (examples, columns) |
# | `x` | (others, columns) |
# | `size` | a whole number |
# | result | as `x` |

# %% tags=["definition"] exercise="13.pca"
"""PCA, there and back."""
import numpy as np

HINTS = [
    "Directions are found around the mean of the training rows. Which mean must then be subtracted from x, and what "
    "must be added at the end?",
    "`directions = np.linalg.svd(x_train - mean, full_matrices=False)[2][:size]` has one direction in each row.",
    "`codes = (x - mean) @ directions.T`, then `mean + codes @ directions`.",
]
MISTAKES = {
    "not_centred": "The mean was never subtracted. The first direction then points from zero to the middle of the "
    "data, and is lost for describing differences.",
    "mean_not_added": "The copies lie around zero: add the mean again that you subtracted.",
    "own_mean": "You used the mean of x. It belongs to the fit: the same row must get the same copy in any company.",
    "fitted_on_x": "Mean and directions come from x itself. Fit them to x_train: a code is agreed before the picture "
    "is seen.",
    "columns": "These are columns of the matrix. `np.linalg.svd` returns the directions as rows.",
    "weakest": "These are the last directions, which matter least. The strongest come first.",
    "codes": "These are the codes. Bring them back: multiply with the directions, and add the mean.",
}


def cases(rng):
    for rows, columns, size in [(30, 6, 2), (40, 5, 1), (25, 7, 3)]:
        mix = rng.normal(size=(columns, columns)) * np.linspace(3, 0.5, columns)[:, None]
        middle = rng.normal(size=columns) * 4
        yield {
            "x_train": rng.normal(size=(rows, columns)) @ mix + middle,
            "x": rng.normal(size=(6, columns)) @ mix + middle + 1.0,
            "size": size,
        }


def fit(rows, size, mean=None):
    mean = rows.mean(axis=0) if mean is None else mean
    return mean, np.linalg.svd(rows - mean, full_matrices=False)[2]


def there_and_back(x, mean, directions, add=None):
    return (mean if add is None else add) + (x - mean) @ directions.T @ directions


def reference(x_train, x, size):
    mean, directions = fit(x_train, size)
    return there_and_back(x, mean, directions[:size])


def diagnose(inputs, output):
    x_train, x, size = inputs["x_train"], inputs["x"], inputs["size"]
    mean, directions = fit(x_train, size)
    raw = fit(x_train, size, mean=0.0)[1][:size]
    own, own_directions = fit(x, size)
    codes = (x - mean) @ directions[:size].T
    if np.shape(output) == codes.shape and np.allclose(np.abs(output), np.abs(codes)):
        return "codes"
    wrong = {
        "not_centred": there_and_back(x, 0.0, raw),
        "mean_not_added": there_and_back(x, mean, directions[:size], add=0.0),
        "own_mean": there_and_back(x, own, directions[:size]),
        "fitted_on_x": there_and_back(x, own, own_directions[:size]),
        "weakest": there_and_back(x, mean, directions[-size:]),
        "columns": there_and_back(x, mean, directions[:, :size].T),
    }
    return next((key for key, value in wrong.items() if np.allclose(output, value)), None)


# %% tags=["exercise"] exercise="13.pca"
def redraw(x_train, x, size):
    """Return the rows of x, squeezed to `size` numbers and redrawn."""
    ### BEGIN SOLUTION
    mean = x_train.mean(axis=0)
    directions = np.linalg.svd(x_train - mean, full_matrices=False)[2][:size]
    return mean + (x - mean) @ directions.T @ directions
    ### END SOLUTION


# %%
pca_works = check("13.pca", redraw)


# %% tags=["mutant"] exercise="13.pca" misconception="not_centred"
def redraw(x_train, x, size):
    directions = np.linalg.svd(x_train, full_matrices=False)[2][:size]
    return x @ directions.T @ directions


# %% tags=["mutant"] exercise="13.pca" misconception="mean_not_added"
def redraw(x_train, x, size):
    mean = x_train.mean(axis=0)
    directions = np.linalg.svd(x_train - mean, full_matrices=False)[2][:size]
    return (x - mean) @ directions.T @ directions


# %% tags=["mutant"] exercise="13.pca" misconception="own_mean"
def redraw(x_train, x, size):
    directions = np.linalg.svd(x_train - x_train.mean(axis=0), full_matrices=False)[2][:size]
    return x.mean(axis=0) + (x - x.mean(axis=0)) @ directions.T @ directions


# %% tags=["mutant"] exercise="13.pca" misconception="fitted_on_x"
def redraw(x_train, x, size):
    mean = x.mean(axis=0)
    directions = np.linalg.svd(x - mean, full_matrices=False)[2][:size]
    return mean + (x - mean) @ directions.T @ directions


# %% tags=["mutant"] exercise="13.pca" misconception="weakest"
def redraw(x_train, x, size):
    mean = x_train.mean(axis=0)
    directions = np.linalg.svd(x_train - mean, full_matrices=False)[2][-size:]
    return mean + (x - mean) @ directions.T @ directions


# %% tags=["mutant"] exercise="13.pca" misconception="columns"
def redraw(x_train, x, size):
    mean = x_train.mean(axis=0)
    directions = np.linalg.svd(x_train - mean, full_matrices=False)[2][:, :size]
    return mean + (x - mean) @ directions @ directions.T


# %% tags=["mutant"] exercise="13.pca" misconception="codes"
def redraw(x_train, x, size):
    mean = x_train.mean(axis=0)
    return (x - mean) @ np.linalg.svd(x_train - mean, full_matrices=False)[2][:size].T


# %% tags=["variant"] exercise="13.pca"
def redraw(x_train, x, size):
    values, vectors = np.linalg.eigh(np.cov(x_train, rowvar=False))
    keep = vectors[:, np.argsort(-values)[:size]]
    middle = x_train.mean(axis=0)
    return np.array([middle + keep @ (keep.T @ (row - middle)) for row in x])


# %% [markdown]
# ## 2 · One error for each picture
#
# A mean over everything hides the one picture that matters. Return the reconstruction
# error of *each* picture: the squared difference, averaged over all its pixels. Pictures
# may come as rows of numbers, or as (pictures, height, width), or with channels; the
# first axis always counts pictures. Their values may be bytes from 0 to 255.

# %% tags=["definition"] exercise="13.errors"
"""Reconstruction error for each example."""
import numpy as np

HINTS = [
    "The result has one number for each picture, so every axis but the first must disappear.",
    "`difference.reshape(len(pictures), -1)` makes each picture one row. And bytes cannot hold negative numbers.",
    "`difference = pictures.astype(float) - copies.astype(float)`, then "
    "`np.mean(difference.reshape(len(pictures), -1) ** 2, axis=1)`.",
]
MISTAKES = {
    "wrong_axis": "This is the error of each pixel over all pictures: the wrong axis went away.",
    "last_axis_only": "Only the last axis was averaged, so a picture still has many numbers. Average over all of its "
    "axes.",
    "summed": "You added up the squares. Divide by the number of pixels.",
    "not_squared": "These are mean distances, without the square.",
    "root": "You took the root. Asked for is the mean of the squares itself.",
    "bytes": "With decimal numbers it works. Bytes wrap around: 3 - 5 becomes 254. Convert them before you subtract.",
}


def cases(rng):
    for shape in [(5, 8), (3, 4, 6), (4, 3, 5, 2)]:
        yield {"pictures": rng.random(shape), "copies": rng.random(shape)}
    shape = (4, 3, 5)
    yield {
        "pictures": rng.integers(0, 256, size=shape).astype("uint8"),
        "copies": rng.integers(0, 256, size=shape).astype("uint8"),
    }


def reference(pictures, copies):
    difference = pictures.astype(float) - copies.astype(float)
    return np.mean(difference.reshape(len(pictures), -1) ** 2, axis=1)


def diagnose(inputs, output):
    pictures, copies = inputs["pictures"], inputs["copies"]
    difference = pictures.astype(float) - copies.astype(float)
    flat = difference.reshape(len(pictures), -1)
    if pictures.dtype == np.uint8:
        wrapped = (pictures - copies) ** 2, (pictures - copies).astype(float) ** 2
        means = [values.reshape(len(pictures), -1).mean(axis=1) for values in wrapped]
        return "bytes" if any(np.shape(output) == m.shape and np.allclose(output, m) for m in means) else None
    wrong = {
        "summed": (flat**2).sum(axis=1),
        "not_squared": np.abs(flat).mean(axis=1),
        "root": np.sqrt((flat**2).mean(axis=1)),
        "wrong_axis": np.mean(difference**2, axis=0),
        "last_axis_only": np.mean(difference**2, axis=-1),
    }
    for key, value in wrong.items():
        if np.shape(output) == np.shape(value) and np.allclose(output, value):
            return key
    return None


# %% tags=["exercise"] exercise="13.errors"
def errors(pictures, copies):
    """Return the reconstruction error of each picture, shape (pictures,)."""
    ### BEGIN SOLUTION
    difference = pictures.astype(float) - copies.astype(float)
    return np.mean(difference.reshape(len(pictures), -1) ** 2, axis=1)
    ### END SOLUTION


# %%
errors_work = check("13.errors", errors)


# %% tags=["mutant"] exercise="13.errors" misconception="wrong_axis"
def errors(pictures, copies):
    return np.mean((pictures.astype(float) - copies.astype(float)) ** 2, axis=0)


# %% tags=["mutant"] exercise="13.errors" misconception="last_axis_only"
def errors(pictures, copies):
    return np.mean((pictures.astype(float) - copies.astype(float)) ** 2, axis=-1)


# %% tags=["mutant"] exercise="13.errors" misconception="summed"
def errors(pictures, copies):
    difference = pictures.astype(float) - copies.astype(float)
    return np.sum(difference.reshape(len(pictures), -1) ** 2, axis=1)


# %% tags=["mutant"] exercise="13.errors" misconception="not_squared"
def errors(pictures, copies):
    difference = pictures.astype(float) - copies.astype(float)
    return np.mean(abs(difference.reshape(len(pictures), -1)), axis=1)


# %% tags=["mutant"] exercise="13.errors" misconception="root"
def errors(pictures, copies):
    difference = pictures.astype(float) - copies.astype(float)
    return np.sqrt(np.mean(difference.reshape(len(pictures), -1) ** 2, axis=1))


# %% tags=["mutant"] exercise="13.errors" misconception="bytes"
def errors(pictures, copies):
    difference = pictures - copies
    return np.mean(difference.reshape(len(pictures), -1) ** 2, axis=1)


# %% tags=["variant"] exercise="13.errors"
def errors(pictures, copies):
    result = []
    for one, other in zip(pictures, copies):
        differences = np.ravel(one).astype(float) - np.ravel(other)
        result.append(float(differences @ differences) / differences.size)
    return np.array(result)


# %% [markdown]
# ## 3 · A draw with slopes
#
# The encoder gives a cloud for each picture, as mean and *logarithm of the variance*.
# Return one draw from each cloud. `rng` is a NumPy generator: draw the noise from it
# with one call of `rng.normal`, anew at each call of your function.

# %% tags=["definition"] exercise="13.draw"
"""A draw from a cloud."""
import numpy as np

HINTS = [
    "Draw noise of mean 0 and spread 1 first, in the shape of the means. Then stretch it and move it.",
    "If l is the logarithm of the variance, then exp(l) is the variance. And the spread, the standard deviation, is "
    "the root of that.",
    "`noise = rng.normal(size=mean.shape)`, then `mean + np.exp(log_variance / 2) * noise`.",
]
MISTAKES = {
    "no_noise": "These are the means themselves. Without noise the clouds are points, and it is a plain autoencoder.",
    "fixed_noise": "Two calls gave the same draw. The noise must come from the generator that was given, anew each "
    "time: a generator made inside, with its own seed, begins again at each call.",
    "shared_noise": "Examples share their noise: all rows were moved alike. Draw one number for each number of each "
    "code: `size=mean.shape`.",
    "one_number": "Within a code all numbers got the same noise. Each needs its own: `size=mean.shape`.",
    "variance_as_spread": "The draws spread by the variance. The spread is its root: exp(l / 2).",
    "log_as_variance": "The logarithm was used as if it were the variance: take its exponential first.",
    "log_as_spread": "The noise was multiplied by the logarithm of the variance. The spread is exp(l / 2).",
    "uniform": "The noise is even between two limits. Clouds are normal: `rng.normal`.",
}
DRAWS = 4000


def cases(rng):
    for log_variance in ([0.8, -1.2, 2.0], [-0.6, 1.4, -2.0]):
        yield {
            "mean": rng.uniform(2.0, 3.0, size=3).round(2) * rng.choice([-1.0, 1.0], size=3),
            "log_variance": np.array(log_variance),
            "seed": int(rng.integers(1_000_000)),
        }


def observe(answer, inputs):
    mean = np.tile(inputs["mean"], (DRAWS, 1))
    log_variance = np.tile(inputs["log_variance"], (DRAWS, 1))
    # A generator for each call: where the answer runs in another process, it gets a copy, which does not move on here.
    generators = (np.random.default_rng((inputs["seed"], call)) for call in range(2))
    return [np.asarray(answer(mean, log_variance, generator)) for generator in generators]


def accept(inputs, output):
    first, second = output
    mean, log_variance = inputs["mean"], inputs["log_variance"]
    if np.shape(first) != (DRAWS, 3):
        return f"The draws should have the shape of the means, ({DRAWS}, 3); shape {np.shape(first)} came."
    if first.dtype.kind != "f" or second.dtype.kind != "f":
        return "Return decimal numbers."
    if not np.isfinite(first).all() or np.any(np.ptp(first, axis=0) > 1e6):
        return "log_as_variance" if not np.isfinite(first).all() else None
    noise = first - mean
    spread = np.exp(log_variance / 2)
    if np.allclose(noise, 0):
        return "no_noise"
    if np.allclose(noise, noise[0]):
        return "shared_noise"
    if np.array_equal(first, second):
        return "fixed_noise"
    came = noise.std(axis=0)
    off = np.abs(noise.mean(axis=0)) / np.maximum(came, 1e-9)
    if np.any(off > 0.1):
        return "The middle of the draws is not at the means."
    wrong = {"variance_as_spread": spread**2, "log_as_spread": np.abs(log_variance)}
    close = np.allclose(came, spread, rtol=0.07)
    if not close:
        return next((key for key, value in wrong.items() if np.allclose(came, value, rtol=0.07)), "Their spread is not "
                    "exp(log_variance / 2).")
    scaled = noise / spread
    if abs(np.corrcoef(scaled[:, 0], scaled[:, 1])[0, 1]) > 0.9:
        return "one_number"
    if np.mean(np.abs(scaled) > 1.8) < 0.01:
        return "uniform"
    return True


# %% tags=["exercise"] exercise="13.draw"
def draw(mean, log_variance, rng):
    """Return a draw from each cloud, in the shape of `mean`: (pictures, code)."""
    ### BEGIN SOLUTION
    noise = rng.normal(size=mean.shape)
    return mean + np.exp(log_variance / 2) * noise
    ### END SOLUTION


# %%
draw_works = check("13.draw", draw)


# %% tags=["mutant"] exercise="13.draw" misconception="no_noise"
def draw(mean, log_variance, rng):
    return mean + 0 * np.exp(log_variance / 2)


# %% tags=["mutant"] exercise="13.draw" misconception="fixed_noise"
def draw(mean, log_variance, rng):
    return mean + np.exp(log_variance / 2) * np.random.default_rng(0).normal(size=mean.shape)


# %% tags=["mutant"] exercise="13.draw" misconception="shared_noise"
def draw(mean, log_variance, rng):
    return mean + np.exp(log_variance / 2) * rng.normal(size=mean.shape[1])


# %% tags=["mutant"] exercise="13.draw" misconception="one_number"
def draw(mean, log_variance, rng):
    return mean + np.exp(log_variance / 2) * rng.normal(size=(len(mean), 1))


# %% tags=["mutant"] exercise="13.draw" misconception="variance_as_spread"
def draw(mean, log_variance, rng):
    return mean + np.exp(log_variance) * rng.normal(size=mean.shape)


# %% tags=["mutant"] exercise="13.draw" misconception="log_as_variance"
def draw(mean, log_variance, rng):
    return mean + np.sqrt(log_variance) * rng.normal(size=mean.shape)


# %% tags=["mutant"] exercise="13.draw" misconception="log_as_spread"
def draw(mean, log_variance, rng):
    return mean + log_variance * rng.normal(size=mean.shape)


# %% tags=["mutant"] exercise="13.draw" misconception="uniform"
def draw(mean, log_variance, rng):
    return mean + np.exp(log_variance / 2) * rng.uniform(-(3**0.5), 3**0.5, size=mean.shape)


# %% tags=["variant"] exercise="13.draw"
def draw(mean, log_variance, rng):
    return rng.normal(loc=mean, scale=np.sqrt(np.exp(log_variance)))


# %% [markdown]
# ## 4 · The loss of a variational autoencoder
#
# Two halves, for a batch of pictures:
#
# - the squared errors of a picture, *added up* over its pixels, over twice `variance`,
# - the divergence of its cloud from the standard normal, added up over the code:
#   $\tfrac12 \sum (\mu^2 + e^{l} - 1 - l)$.
#
# Return the sum of both, as the *mean* over the pictures: one number.
#
# | | shape |
# |---|---|
# | `pictures`, `painted` | (pictures, pixels) |
# | `mean`, `log_variance` | (pictures, code) |
# | `variance` | a number |

# %% tags=["definition"] exercise="13.loss"
"""The loss of a variational autoencoder."""
import numpy as np

POINTS = 2
HINTS = [
    "Work out the two halves as one number for each picture first: shape (pictures,). Take the mean at the very end.",
    "`np.sum((pictures - painted) ** 2, axis=1) / (2 * variance)` is the first half.",
    "The second is `0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1)`.",
]
MISTAKES = {
    "sign": "The divergence was subtracted. Both halves are prices: the farther a cloud is from the "
    "standard one, the larger the loss.",
    "mean_over_code": "The divergence was averaged over the code. Each number of the code costs for itself: add up.",
    "mean_over_pixels": "The squared errors were averaged over the pixels. A picture's improbability adds up over its "
    "pixels; with the mean, the divergence would weigh hundreds of times too much.",
    "log_as_variance": "log_variance was taken for the variance itself: the term that should be exp(l) is l.",
    "half_missing": "The divergence lacks its factor of one half.",
    "variance_undoubled": "The squared error is divided by the variance, not by twice the variance.",
    "added_up": "You added up over the pictures. Take the mean: a bigger batch must not have a bigger loss.",
    "no_divergence": "This is the first half alone. Without a divergence the clouds shrink to points.",
}


def cases(rng):
    for pictures, pixels, code in [(3, 5, 2), (4, 6, 3), (5, 8, 2)]:
        yield {
            "pictures": rng.random((pictures, pixels)),
            "painted": rng.random((pictures, pixels)),
            "mean": rng.normal(size=(pictures, code)),
            "log_variance": rng.uniform(-2, 1, size=(pictures, code)),
            "variance": float(rng.choice([0.05, 0.1, 0.2])),
        }


def halves(pictures, painted, mean, log_variance, variance):
    first = np.sum((pictures - painted) ** 2, axis=1) / (2 * variance)
    return first, 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1)


def reference(pictures, painted, mean, log_variance, variance):
    return float(np.mean(sum(halves(pictures, painted, mean, log_variance, variance))))


def diagnose(inputs, output):
    first, second = halves(**inputs)
    mean, log_variance = inputs["mean"], inputs["log_variance"]
    confused = 0.5 * np.sum(mean**2 + log_variance - 1 - np.log(np.abs(log_variance)), axis=1)
    mixed = 0.5 * np.sum(mean**2 + log_variance - 1 - log_variance, axis=1)
    wrong = {
        "sign": np.mean(first - second),
        "mean_over_code": np.mean(first + second / mean.shape[1]),
        "mean_over_pixels": np.mean(first / inputs["pictures"].shape[1] + second),
        "half_missing": np.mean(first + 2 * second),
        "variance_undoubled": np.mean(2 * first + second),
        "added_up": np.sum(first + second),
        "no_divergence": np.mean(first),
    }
    if np.size(output) != 1:
        return None
    if any(np.isclose(output, np.mean(first + other)) for other in (confused, mixed)):
        return "log_as_variance"
    return next((key for key, value in wrong.items() if np.isclose(output, value)), None)


# %% tags=["exercise"] exercise="13.loss"
def variational_loss(pictures, painted, mean, log_variance, variance):
    """Return the loss of a batch, one number."""
    ### BEGIN SOLUTION
    picture = np.sum((pictures - painted) ** 2, axis=1) / (2 * variance)
    terms = mean**2 + np.exp(log_variance) - 1 - log_variance
    return np.mean(picture + 0.5 * np.sum(terms, axis=1))
    ### END SOLUTION


# %%
loss_works = check("13.loss", variational_loss)


# %% tags=["mutant"] exercise="13.loss" misconception="sign"
def variational_loss(pictures, painted, mean, log_variance, variance):
    picture = np.sum((pictures - painted) ** 2, axis=1) / (2 * variance)
    divergence = 0.5 * np.sum(1 + log_variance - mean**2 - np.exp(log_variance), axis=1)
    return np.mean(picture + divergence)


# %% tags=["mutant"] exercise="13.loss" misconception="mean_over_code"
def variational_loss(pictures, painted, mean, log_variance, variance):
    picture = np.sum((pictures - painted) ** 2, axis=1) / (2 * variance)
    return np.mean(picture) + 0.5 * np.mean(mean**2 + np.exp(log_variance) - 1 - log_variance)


# %% tags=["mutant"] exercise="13.loss" misconception="mean_over_pixels"
def variational_loss(pictures, painted, mean, log_variance, variance):
    picture = np.mean((pictures - painted) ** 2, axis=1) / (2 * variance)
    return np.mean(picture + 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1))


# %% tags=["mutant"] exercise="13.loss" misconception="log_as_variance"
def variational_loss(pictures, painted, mean, log_variance, variance):
    picture = np.sum((pictures - painted) ** 2, axis=1) / (2 * variance)
    return np.mean(picture + 0.5 * np.sum(mean**2 + log_variance - 1 - np.log(abs(log_variance)), axis=1))


# %% tags=["mutant"] exercise="13.loss" misconception="half_missing"
def variational_loss(pictures, painted, mean, log_variance, variance):
    picture = np.sum((pictures - painted) ** 2, axis=1) / (2 * variance)
    return np.mean(picture + np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1))


# %% tags=["mutant"] exercise="13.loss" misconception="variance_undoubled"
def variational_loss(pictures, painted, mean, log_variance, variance):
    picture = np.sum((pictures - painted) ** 2, axis=1) / variance
    return np.mean(picture + 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1))


# %% tags=["mutant"] exercise="13.loss" misconception="added_up"
def variational_loss(pictures, painted, mean, log_variance, variance):
    picture = np.sum((pictures - painted) ** 2) / (2 * variance)
    return picture + 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance)


# %% tags=["mutant"] exercise="13.loss" misconception="no_divergence"
def variational_loss(pictures, painted, mean, log_variance, variance):
    return np.mean(np.sum((pictures - painted) ** 2, axis=1) / (2 * variance))


# %% tags=["variant"] exercise="13.loss"
def variational_loss(pictures, painted, mean, log_variance, variance):
    total = 0.0
    for row in range(len(pictures)):
        for wanted, came in zip(pictures[row], painted[row]):
            total += (wanted - came) ** 2 / 2 / variance
        for middle, logarithm in zip(mean[row], log_variance[row]):
            total += (middle * middle + np.exp(logarithm) - 1 - logarithm) / 2
    return total / len(pictures)


# %% [markdown]
# ## 5 · Fitted on ordinary things only
#
# A guard learns what is ordinary and says how strange new cases are. You get
# measurements `x` of some days, which of them were `known` to be faulty, and the
# measurements `x_new` of the days after. Return the suspicion of each new case:
#
# 1. fit mean and standard deviation of each column, and bring all columns to scale,
# 2. fit PCA (your exercise 1, or `redraw` written anew) with `size` numbers,
# 3. return the reconstruction error of each new case, on the scaled columns.
#
# Everything that is fitted is fitted on the ordinary days of `x`: without those known to
# be faulty, and without a look at `x_new`.

# %% tags=["definition"] exercise="13.guard"
"""A guard fitted on ordinary cases only."""
import numpy as np

POINTS = 2
HINTS = [
    "Begin with `ordinary = x[~known]`. From here on, nothing else may be used to fit anything.",
    "`centre, scale = ordinary.mean(axis=0), ordinary.std(axis=0)`; bring both the ordinary and the new cases to scale "
    "with them.",
    "Squeeze and redraw the scaled new cases with the directions of the scaled ordinary ones, and take "
    "`np.mean((new - copies) ** 2, axis=1)`.",
]
MISTAKES = {
    "fitted_on_all": "The known faults had a part in the fit. A guard that learns to redraw faults will not see them: "
    "use the ordinary days only.",
    "fitted_on_faulty": "You fitted on the faulty days: the other way round.",
    "leak": "The new cases had a part in the fit. Mean, scale and directions must be settled before the first of them "
    "is seen.",
    "scaled_by_new": "The new cases were scaled by their own mean and spread. Use those of the ordinary days: a day "
    "on which everything is strange would look ordinary otherwise.",
    "scaled_on_all": "Mean and scale come from all days, the known faults included. Fit them on the ordinary days as "
    "well.",
    "not_scaled": "The columns were not brought to scale: the one with the largest numbers decides alone.",
    "root": "You took the root of the mean of the squares.",
    "of_old": "There should be one number for each new case. Is this the error of the old ones?",
}


def cases(rng):
    for rows, columns, size in [(60, 5, 2), (80, 6, 3), (50, 4, 1)]:
        mix = rng.normal(size=(columns, columns))
        units = rng.choice([0.1, 1.0, 10.0], size=columns) * rng.uniform(0.5, 2.0, size=columns)
        x = rng.normal(size=(rows, columns)) @ mix + rng.normal(size=columns)
        known = np.zeros(rows, dtype=bool)
        known[rng.choice(rows, rows // 6, replace=False)] = True
        x[known] += rng.normal(size=columns) * 4
        x_new = rng.normal(size=(9, columns)) @ mix + rng.normal(size=columns)
        x_new[:3] += rng.normal(size=columns) * 3
        yield {"x": x * units, "known": known, "x_new": x_new * units, "size": size}


def judge(fit_scale, fit, new, size, own_scale=False):
    centre, scale = fit_scale.mean(axis=0), fit_scale.std(axis=0)
    fit = (fit - centre) / scale
    if own_scale:
        centre, scale = new.mean(axis=0), new.std(axis=0)
    new = (new - centre) / scale
    mean = fit.mean(axis=0)
    directions = np.linalg.svd(fit - mean, full_matrices=False)[2][:size]
    return np.mean((new - mean - (new - mean) @ directions.T @ directions) ** 2, axis=1)


def reference(x, known, x_new, size):
    return judge(x[~known], x[~known], x_new, size)


def diagnose(inputs, output):
    x, known, x_new, size = (inputs[name] for name in ("x", "known", "x_new", "size"))
    ordinary, both = x[~known], np.concatenate([x, x_new])
    clean = np.concatenate([ordinary, x_new])
    raw = ordinary - ordinary.mean(axis=0)
    directions = np.linalg.svd(raw, full_matrices=False)[2][:size]
    unscaled = x_new - ordinary.mean(axis=0)
    wrong = {
        "fitted_on_all": [judge(x, x, x_new, size), judge(ordinary, x, x_new, size)],
        "scaled_on_all": [judge(x, ordinary, x_new, size)],
        "fitted_on_faulty": [judge(x[known], x[known], x_new, size)],
        "leak": [judge(both, both, x_new, size), judge(clean, clean, x_new, size), judge(x_new, x_new, x_new, size),
                 judge(clean, ordinary, x_new, size), judge(both, ordinary, x_new, size)],
        "scaled_by_new": [judge(ordinary, ordinary, x_new, size, own_scale=True)],
        "not_scaled": [np.mean((unscaled - unscaled @ directions.T @ directions) ** 2, axis=1)],
        "root": [np.sqrt(reference(**inputs))],
        "of_old": [judge(ordinary, ordinary, ordinary, size), judge(ordinary, ordinary, x, size)],
    }
    for key, values in wrong.items():
        if any(np.shape(output) == value.shape and np.allclose(output, value) for value in values):
            return key
    return None


# %% tags=["exercise"] exercise="13.guard"
def suspicion(x, known, x_new, size):
    """Return how strange each new case is, shape (new cases,)."""
    ### BEGIN SOLUTION
    ordinary = x[~known]
    centre, scale = ordinary.mean(axis=0), ordinary.std(axis=0)
    ordinary, new = (ordinary - centre) / scale, (x_new - centre) / scale
    return errors(new, redraw(ordinary, new, size))
    ### END SOLUTION


# %%
guard_works = check("13.guard", suspicion)


# %% tags=["mutant"] exercise="13.guard" misconception="fitted_on_all"
def suspicion(x, known, x_new, size):
    centre, scale = x.mean(axis=0), x.std(axis=0)
    new = (x_new - centre) / scale
    return errors(new, redraw((x - centre) / scale, new, size))


# %% tags=["mutant"] exercise="13.guard" misconception="fitted_on_faulty"
def suspicion(x, known, x_new, size):
    faulty = x[known]
    centre, scale = faulty.mean(axis=0), faulty.std(axis=0)
    new = (x_new - centre) / scale
    return errors(new, redraw((faulty - centre) / scale, new, size))


# %% tags=["mutant"] exercise="13.guard" misconception="leak"
def suspicion(x, known, x_new, size):
    everything = np.concatenate([x[~known], x_new])
    centre, scale = everything.mean(axis=0), everything.std(axis=0)
    new = (x_new - centre) / scale
    return errors(new, redraw((everything - centre) / scale, new, size))


# %% tags=["mutant"] exercise="13.guard" misconception="scaled_by_new"
def suspicion(x, known, x_new, size):
    ordinary = x[~known]
    ordinary = (ordinary - ordinary.mean(axis=0)) / ordinary.std(axis=0)
    new = (x_new - x_new.mean(axis=0)) / x_new.std(axis=0)
    return errors(new, redraw(ordinary, new, size))


# %% tags=["mutant"] exercise="13.guard" misconception="scaled_on_all"
def suspicion(x, known, x_new, size):
    centre, scale = x.mean(axis=0), x.std(axis=0)
    new = (x_new - centre) / scale
    return errors(new, redraw((x[~known] - centre) / scale, new, size))


# %% tags=["mutant"] exercise="13.guard" misconception="not_scaled"
def suspicion(x, known, x_new, size):
    return errors(x_new, redraw(x[~known], x_new, size))


# %% tags=["mutant"] exercise="13.guard" misconception="root"
def suspicion(x, known, x_new, size):
    ordinary = x[~known]
    centre, scale = ordinary.mean(axis=0), ordinary.std(axis=0)
    new = (x_new - centre) / scale
    return np.sqrt(errors(new, redraw((ordinary - centre) / scale, new, size)))


# %% tags=["mutant"] exercise="13.guard" misconception="of_old"
def suspicion(x, known, x_new, size):
    ordinary = x[~known]
    ordinary = (ordinary - ordinary.mean(axis=0)) / ordinary.std(axis=0)
    return errors(ordinary, redraw(ordinary, ordinary, size))


# %% tags=["variant"] exercise="13.guard"
def suspicion(x, known, x_new, size):
    keep = [row for row, bad in zip(x, known) if not bad]
    centre, scale = np.mean(keep, axis=0), np.std(keep, axis=0)
    table = (np.array(keep) - centre) / scale
    values, vectors = np.linalg.eigh(table.T @ table)
    thrown_away = vectors[:, : table.shape[1] - size]
    return (((x_new - centre) / scale @ thrown_away) ** 2).sum(axis=1) / table.shape[1]


# %% [markdown]
# ## 6 · The alarm that costs least
#
# Everything with a score of at least the threshold raises an alarm. Each alarm costs
# `alarm`, whether it is right or not; each anomaly without an alarm costs `miss`. Find
# the threshold that costs least on these cases. Only the scores themselves need trying,
# and `np.inf`, which never alarms. Of equally cheap thresholds, return the highest: it
# troubles the fewest people.
#
# | | shape |
# |---|---|
# | `scores` | (cases,) |
# | `anomalous` | (cases,), truth values |
# | result | one number |

# %% tags=["definition"] exercise="13.threshold"
"""A threshold by cost."""
import numpy as np

POINTS = 2
HINTS = [
    "Write the cost of one threshold first: alarms times their price, plus missed anomalies times theirs.",
    "Try each of the scores and np.inf. `scores >= threshold` says who raises an alarm.",
    "`min(candidates, key=lambda one: (cost(one), -one))` prefers the higher of equally cheap ones.",
]
MISTAKES = {
    "alarms_free": "Right alarms were not paid for. Somebody looks at every alarm, also at those that are right.",
    "prices_swapped": "The two prices have changed places.",
    "strict": "A case exactly at the threshold raises an alarm as well: `>=`.",
    "lowest": "There is an equally cheap threshold that raises fewer alarms. Return the highest.",
    "never_alarm": "With these prices it is cheapest never to alarm. Try np.inf as well.",
    "inverted": "You alarmed at low scores. High ones are suspicious.",
    "accuracy": "This threshold makes the fewest mistakes. But a miss and an alarm do not cost the same.",
}


def cases(rng):
    for count, miss, alarm in [(60, 20.0, 1.0), (60, 9.0, 2.5), (50, 12.0, 2.2), (40, 5.0, 3.3), (20, 1.0, 4.0)]:
        anomalous = rng.random(count) < 0.3
        anomalous[:2] = [True, False]
        scores = np.round(rng.normal(size=count) * 1.5 + 2.0 * anomalous, 1)
        yield {"scores": scores, "anomalous": anomalous, "miss": miss, "alarm": alarm}
    # From the top: two thresholds are equally cheap, and whoever pays for false alarms only goes much further down.
    pattern = np.array([letter == "A" for letter in "A" + "NNA" + "NNNA" + "NNNA" + "NA" + "NNN"])
    scores = np.round(9.0 - np.cumsum(rng.uniform(0.1, 0.4, size=len(pattern))), 2)
    order = rng.permutation(len(pattern))
    yield {"scores": scores[order], "anomalous": pattern[order], "miss": 6.0, "alarm": 2.0}


def best(scores, anomalous, price, candidates=None, high=True, raised=np.greater_equal):
    candidates = [*scores.tolist(), np.inf] if candidates is None else candidates
    def cost(one):
        return price(raised(scores, one), anomalous)
    return min(candidates, key=lambda one: (round(cost(one), 9), -one if high else one))


def bill(miss, alarm):
    return lambda raised, anomalous: miss * np.sum(anomalous & ~raised) + alarm * np.sum(raised)


def reference(scores, anomalous, miss, alarm):
    return float(best(scores, anomalous, bill(miss, alarm)))


def diagnose(inputs, output):
    scores, anomalous, miss, alarm = (inputs[name] for name in ("scores", "anomalous", "miss", "alarm"))
    if np.size(output) != 1:
        return None
    free = lambda raised, bad: miss * np.sum(bad & ~raised) + alarm * np.sum(raised & ~bad)  # noqa: E731
    even = lambda raised, bad: float(np.sum(bad != raised))  # noqa: E731
    wrong = {
        "lowest": best(scores, anomalous, bill(miss, alarm), high=False),
        "never_alarm": best(scores, anomalous, bill(miss, alarm), candidates=scores.tolist()),
        "strict": best(scores, anomalous, bill(miss, alarm), raised=np.greater),
        "alarms_free": best(scores, anomalous, free),
        "prices_swapped": best(scores, anomalous, bill(alarm, miss)),
        "accuracy": best(scores, anomalous, even),
        "inverted": best(scores, anomalous, bill(miss, alarm), raised=np.less_equal),
    }
    if np.isinf(reference(**inputs)) and np.isclose(output, wrong["never_alarm"]):
        return "never_alarm"
    named = [key for key, value in wrong.items() if output == value]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="13.threshold"
def cheapest_threshold(scores, anomalous, miss, alarm):
    """Return the threshold that costs least; the highest, where several do."""
    ### BEGIN SOLUTION
    def cost(threshold):
        raised = scores >= threshold
        return alarm * raised.sum() + miss * (anomalous & ~raised).sum()

    candidates = [*np.sort(scores), np.inf]
    return float(min(candidates, key=lambda one: (cost(one), -one)))
    ### END SOLUTION


# %%
threshold_works = check("13.threshold", cheapest_threshold)


# %% tags=["mutant"] exercise="13.threshold" misconception="alarms_free"
def cheapest_threshold(scores, anomalous, miss, alarm):
    def cost(one):
        raised = scores >= one
        return alarm * (raised & ~anomalous).sum() + miss * (anomalous & ~raised).sum()

    return float(min([*scores, np.inf], key=lambda one: (cost(one), -one)))


# %% tags=["mutant"] exercise="13.threshold" misconception="prices_swapped"
def cheapest_threshold(scores, anomalous, miss, alarm):
    def cost(one):
        raised = scores >= one
        return miss * raised.sum() + alarm * (anomalous & ~raised).sum()

    return float(min([*scores, np.inf], key=lambda one: (cost(one), -one)))


# %% tags=["mutant"] exercise="13.threshold" misconception="never_alarm"
def cheapest_threshold(scores, anomalous, miss, alarm):
    def cost(one):
        raised = scores >= one
        return alarm * raised.sum() + miss * (anomalous & ~raised).sum()

    return float(min(scores, key=lambda one: (cost(one), -one)))


# %% tags=["mutant"] exercise="13.threshold" misconception="accuracy"
def cheapest_threshold(scores, anomalous, miss, alarm):
    return float(min([*scores, np.inf], key=lambda one: (((scores >= one) != anomalous).sum(), -one)))


# %% tags=["mutant"] exercise="13.threshold" misconception="strict"
def cheapest_threshold(scores, anomalous, miss, alarm):
    def cost(one):
        raised = scores > one
        return alarm * raised.sum() + miss * (anomalous & ~raised).sum()

    return float(min([*scores, np.inf], key=lambda one: (cost(one), -one)))


# %% tags=["mutant"] exercise="13.threshold" misconception="lowest"
def cheapest_threshold(scores, anomalous, miss, alarm):
    def cost(one):
        raised = scores >= one
        return alarm * raised.sum() + miss * (anomalous & ~raised).sum()

    return float(min([*np.sort(scores), np.inf], key=cost))


# %% tags=["mutant"] exercise="13.threshold" misconception="inverted"
def cheapest_threshold(scores, anomalous, miss, alarm):
    def cost(one):
        raised = scores <= one
        return alarm * raised.sum() + miss * (anomalous & ~raised).sum()

    return float(min([*scores, np.inf], key=lambda one: (cost(one), -one)))


# %% tags=["variant"] exercise="13.threshold"
def cheapest_threshold(scores, anomalous, miss, alarm):
    least, where = miss * int(anomalous.sum()), float("inf")
    for threshold in sorted(set(scores.tolist()), reverse=True):
        cost = 0.0
        for score, bad in zip(scores, anomalous):
            cost += alarm if score >= threshold else miss * bool(bad)
        if cost < least - 1e-9:
            least, where = cost, threshold
    return where


# %% [markdown]
# ## Something to keep: a guard for parcels
#
# Your pieces at work. A shop that sells trousers gets parcels; some hold other things.
# Your guard learns from 800 ordinary pictures, your threshold is chosen on half of the
# parcels, and the other half shows what it is worth.

# %%
clothing = data.load("clothing", source="bundled")
pictures = clothing.x_train.reshape(-1, 784) / 255.0
ordinary = pictures[clothing.y_train == 1][:800]
parcels = np.concatenate(
    [pictures[clothing.y_train == 1][800:], pictures[clothing.y_train != 1][:60]]
)
foreign = np.arange(len(parcels)) >= len(parcels) - 60
half = np.arange(len(parcels)) % 2 == 0

# %% [markdown]
# Suspicion first, then the threshold from one half of the parcels, then what it catches
# in the other half:

# %%
all_right = pca_works and errors_work and threshold_works
if all_right:
    scores = errors(parcels, redraw(ordinary, parcels, 16))
    limit = cheapest_threshold(scores[half], foreign[half], miss=50, alarm=5)
    caught = (scores[~half] >= limit)[foreign[~half]].mean()
    found("parcels_caught", caught, "Your guard stops {:.0%} of the foreign parcels.")

# %% [markdown]
# Which parcels stand at the top of its list? Before you scold it, look whether one of
# them is a pair of trousers that you would have stopped, too.

# %%
if all_right:
    worst = np.argsort(-scores)[:8]
    figure = plot.images(
        parcels[worst].reshape(-1, 28, 28),
        columns=8,
        title="The eight parcels that your guard likes least",
    )
figure if all_right else None

# %% [markdown]
# Where would you put the alarm if a miss cost only 10? Decide before you move anything.

# %%
explore.alarms(scores, foreign, miss=50, alarm=5) if all_right else None

# %% [markdown]
# ## Open end: a painter of your own
#
# Here is lesson 13's variational autoencoder with your two formulas written in
# `keras.ops`, ready to be changed. It trains as soon as your draw and your loss are
# right. Change the size of the code, the variance, or the data to `"digits"`; one value
# at a time, and say first what you expect. A larger variance asks for what?

# %%
CODE, VARIANCE = 2, 0.03
EPOCHS = {"smoke": 1, "quick": 12, "full": 60}[PROFILE]


class Cloud(keras.layers.Layer):
    """Draw a code from its cloud, and add the cloud's divergence to the loss."""

    def call(self, inputs):
        mean, log_variance = inputs
        terms = mean**2 + keras.ops.exp(log_variance) - 1 - log_variance
        self.add_loss(keras.ops.mean(0.5 * keras.ops.sum(terms, axis=1)))
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.generator)
        return mean + keras.ops.exp(log_variance / 2) * noise

    def build(self, shapes):
        self.generator = keras.random.SeedGenerator(13)


# %% [markdown]
# Encoder, cloud and decoder in a row:


# %%
def painter():
    """Return a variational autoencoder, its encoder and its decoder."""
    dense = keras.layers.Dense
    x = keras.Input((784,))
    hidden = dense(64, activation="relu")(dense(256, activation="relu")(x))
    encoder = keras.Model(x, [dense(CODE)(hidden), dense(CODE)(hidden)])
    layers = [dense(64, activation="relu"), dense(256, activation="relu")]
    decoder = keras.Sequential(
        [keras.Input((CODE,)), *layers, dense(784, activation="sigmoid")]
    )
    return keras.Model(x, decoder(Cloud()(encoder.output))), encoder, decoder


# %% [markdown]
# Watch the curve while it trains. The button stops it when you have seen enough.

# %%
ready = draw_works and loss_works
if ready:
    network, encoder, decoder = painter()
    network.compile(
        keras.optimizers.Adam(0.002),
        lambda truth, painted: keras.ops.sum((truth - painted) ** 2, axis=-1)
        / (2 * VARIANCE),
    )
    network.fit(
        pictures,
        pictures,
        batch_size=200,
        epochs=EPOCHS,
        verbose=0,
        callbacks=[train.LiveCurves(), train.StopButton()],
    )

# %% [markdown]
# Your formulas judge it, on 500 pictures, with your draw:

# %%
if ready:
    some = pictures[:500]
    clouds = encoder.predict(some, batch_size=500, verbose=0)
    codes = draw(*clouds, np.random.default_rng(13))
    painted = decoder.predict(codes, batch_size=500, verbose=0)
    judged = variational_loss(some, painted, *clouds, VARIANCE)
    found("own_loss", judged, "By your own formula, its loss is {:.1f}.")

# %% [markdown]
# And a collection that carries your name:

# %%
if ready:
    places = np.random.default_rng(13).normal(size=(32, CODE))
    figure = plot.images(
        decoder.predict(places, verbose=0).reshape(-1, 28, 28),
        columns=8,
        title="Your collection",
    )
figure if ready else None

# %% [markdown]
# With a code of two numbers you can walk through everything it can paint. Look for the
# borders between kinds of clothes: where is one of them sharp, and where does it fade?

# %%
explore.latent(
    {"yours": (decoder, clouds[0])},
    some.reshape(-1, 28, 28),
    clothing.y_train[:500],
    clothing.classes,
) if ready and CODE == 2 else None

# %% [markdown]
# ## Going further
#
# No check waits here. Train the painter on one kind of clothes only and use *its* loss
# as a suspicion: does the divergence see strangers that the squared error misses, such
# as a faded picture? Write down what you expect before you look.
