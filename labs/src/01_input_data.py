# %% [markdown]
# **Can you hand clean data to a network, and find what is wrong with data that is not?**
#
# In lesson 01 you saw five kinds of input become tensors. Here you write the steps
# yourself. By the end you will have
#
# - scaling that is fitted on the training part only, a resize that bends nothing, a
#   one-hot that meets new words,
# - a spectrogram that agrees with Keras,
# - a split that keeps each speaker on one side, and the measured price of one that does
#   not,
# - a recogniser of spoken digits made of your own functions,
# - a detector of faults that found all that were planted in a data set.
#
# Fill in a function, then run the check below it. A check tries your function on fresh
# random inputs each time, looks only at what it returns, and shows you on which input
# something is off. `hint("01.normalise")` opens one step at a time;
# `solution("01.normalise")` shows the whole answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(1)

# %% [markdown]
# ## 1 · Normalise
#
# Pictures come as bytes, whole numbers from 0 to 255. Bring them to the range from
# 0 to 1. Black must become 0 and white 1, whatever else is in the batch.
#
# | | shape | values |
# |---|---|---|
# | `pictures` | (batch, height, width, 3) | bytes, 0 to 255 |
# | result | the same | decimal numbers, 0 to 1 |

# %% tags=["definition"] exercise="01.normalise"
"""Normalise pictures."""
import numpy as np

HINTS = [
    "What has 255 to be divided by to become 1? Divide every pixel by the same number.",
    "`//` throws away what is behind the point, and so does a conversion to whole numbers. Use `/`.",
    "`pictures / 255` is all; `pictures / np.float32(255)` needs half the memory.",
]
MISTAKES = {
    "stretched": "You stretched the batch so that its darkest value became 0 and its brightest 1. A dark picture would "
    "no longer be dark: divide by 255, whatever is in the batch.",
    "divided_by_256": "White became a little less than 1: the largest byte is 255, so divide by 255.",
    "whole_numbers": "Nearly all became 0: whole numbers have no room between 0 and 1. Divide with `/`.",
    "minus_one_to_one": "Your result runs from -1 to 1. That is a usual range too, but here 0 to 1 was asked for.",
    "wrapped": "A byte cannot hold the result of this: it begins again at 0 after 255. Make decimal numbers first.",
    "standardised": "You subtracted the mean and divided by the standard deviation: that is to standardise, and comes "
    "next. Here 0 stays 0 and 255 becomes 1, whatever is in the batch.",
    "not_divided": "These are decimal numbers, but still those of the bytes. Divide them by 255.",
}


def cases(rng):
    for batch, high, wide in [(1, 2, 2), (2, 3, 2), (3, 4, 5)]:
        # Neither 0 nor 255 is certain to be there, so that stretching shows.
        yield {"pictures": rng.integers(20, 201, size=(batch, high, wide, 3)).astype("uint8")}


def reference(pictures):
    return pictures / 255


def diagnose(inputs, output):
    pictures, output = inputs["pictures"], np.asarray(output, dtype="float64")
    values = pictures.astype("float64")
    low, high = values.min(), values.max()
    if output.shape != values.shape:
        return None
    each = values.max(axis=(1, 2, 3), keepdims=True)
    low_each = values.min(axis=(1, 2, 3), keepdims=True)
    ranges = (low, high), (0, high), (0, each), (low_each, each)
    for stretched in ((values - bottom) / (top - bottom) for bottom, top in ranges):
        if np.allclose(output, stretched, atol=1e-6):
            return "stretched"
    if np.allclose(output, values / 256, atol=1e-6):
        return "divided_by_256"
    if np.allclose(output, np.round(output)) and output.max() <= 1:
        return "whole_numbers"
    if np.allclose(output, values / 127.5 - 1, atol=1e-4):
        return "minus_one_to_one"
    if np.allclose(output, values):
        return "not_divided"
    for axis in (None, (1, 2, 3), (0, 1, 2), (1, 2)):
        mean, spread = values.mean(axis=axis, keepdims=True), values.std(axis=axis, keepdims=True)
        if np.allclose(output, (values - mean) / np.where(spread == 0, 1, spread), atol=1e-3):
            return "standardised"
    wrapped = (pictures * np.uint8(2)).astype("float64")
    return "wrapped" if np.allclose(output, wrapped / 510, atol=1e-4) else None


# %% tags=["exercise"] exercise="01.normalise"
def normalise(pictures):
    """Return pictures, shape (batch, height, width, 3), with values from 0 to 1."""
    ### BEGIN SOLUTION
    return pictures / 255
    ### END SOLUTION


# %%
check("01.normalise", normalise)


# %% tags=["mutant"] exercise="01.normalise" misconception="stretched"
def normalise(pictures):
    return (pictures - pictures.min()) / (pictures.max() - pictures.min())


# %% tags=["mutant"] exercise="01.normalise" misconception="stretched"
def normalise(pictures):
    return pictures / pictures.max()


# %% tags=["mutant"] exercise="01.normalise" misconception="divided_by_256"
def normalise(pictures):
    return pictures / 256


# %% tags=["mutant"] exercise="01.normalise" misconception="whole_numbers"
def normalise(pictures):
    return (pictures // 255).astype("float32")


# %% tags=["mutant"] exercise="01.normalise" misconception="minus_one_to_one"
def normalise(pictures):
    return pictures / 127.5 - 1


# %% tags=["mutant"] exercise="01.normalise" misconception="wrapped"
def normalise(pictures):
    return (pictures * np.uint8(2)) / 510


# %% tags=["mutant"] exercise="01.normalise" misconception="standardised"
def normalise(pictures):
    return (pictures - pictures.mean()) / pictures.std()


# %% tags=["mutant"] exercise="01.normalise" misconception="not_divided"
def normalise(pictures):
    return pictures.astype("float32")


# %% tags=["variant"] exercise="01.normalise"
def normalise(pictures):
    return np.multiply(pictures, 1 / 255, dtype="float32")


# %% [markdown]
# ## 2 · Standardise, fitted on the training part
#
# Now columns of a table. Subtract each column's mean and divide by its standard deviation
# (NumPy's `std`), both computed from the *training* rows alone, and do the same to the
# test rows with the same numbers. A column that never changes has a standard deviation of
# 0: divide it by 1, so that it becomes 0 and not something that is no number.
#
# | | shape |
# |---|---|
# | `train` | (rows, columns) |
# | `test` | (other rows, columns) |
# | result | a pair: `train` and `test`, standardised |

# %% tags=["definition"] exercise="01.standardise"
"""Standardise with statistics of the training part."""
import numpy as np

POINTS = 2
HINTS = [
    "One mean and one standard deviation for each column: which axis has to disappear from an array of shape (rows, "
    "columns)?",
    "`train.mean(axis=0)` and `train.std(axis=0)` have the shape (columns,). Use the same two for `test`.",
    "`spread = np.where(spread == 0, 1, spread)` before you divide.",
]
MISTAKES = {
    "fitted_on_everything": "The statistics come from training and test rows together. Then the test rows have had a "
    "part in what is done to them: use the training rows alone.",
    "each_for_itself": "The test rows were standardised by their own mean and standard deviation. The same value "
    "would then become another number in the test than in training: use those of the training rows.",
    "wrong_axis": "Each row was standardised, not each column: the mean of a bird's mass and its bill says nothing.",
    "one_for_all": "One mean and one standard deviation for the whole table mixes grams and millimetres. Take them for "
    "each column, with axis=0.",
    "variance": "You divided by the variance. The standard deviation is its square root.",
    "mean_kept": "The mean was not subtracted.",
    "sample_spread": "You divided by the spread with one row less, as pandas and ddof=1 have it. The network would not "
    "mind; here NumPy's std was asked for, as scikit-learn and Keras take it.",
    "ranges": "You brought each column to the range from 0 to 1: that is to normalise. Subtract the mean and divide by "
    "the standard deviation.",
    "test_untouched": "The training rows are right, and the test rows are still what they were: subtract the same "
    "means from them and divide by the same standard deviations.",
    "constant_column": "A column that never changes was divided by 0. Divide by 1 where the standard deviation is 0.",
}


def cases(rng):
    for rows, others, columns in [(3, 2, 2), (5, 3, 3), (8, 6, 3)]:
        scale, middle = rng.uniform(2, 30, size=columns), rng.uniform(5, 50, size=columns)
        train = (rng.normal(size=(rows, columns)) * scale + middle).round(1)
        test = (rng.normal(size=(others, columns)) * scale + 1.3 * middle).round(1)
        if rows == 5:
            train[:, 1] = test[:, 1] = 7.0
        yield {"train": train, "test": test}


def fitted(x, rows, *, axis=0, power=1, centred=True, guard=True):
    mean = rows.mean(axis=axis, keepdims=True) if centred else 0.0
    spread = rows.std(axis=axis, keepdims=True) ** power
    return (x - mean) / (np.where(spread == 0, 1, spread) if guard else spread)


def guarded(spread):
    return np.where(spread == 0, 1, spread)


def reference(train, test):
    return fitted(train, train), fitted(test, train)


def diagnose(inputs, output):
    train, test = inputs["train"], inputs["test"]
    both = np.concatenate([train, test])
    first, second = (np.asarray(part, dtype="float64") for part in output)
    wrong = {
        "fitted_on_everything": (fitted(train, both), fitted(test, both)),
        "each_for_itself": (fitted(train, train), fitted(test, test)),
        "wrong_axis": (fitted(train, train, axis=1), fitted(test, test, axis=1)),
        "one_for_all": (fitted(train, train, axis=None), fitted(test, train, axis=None)),
        "variance": (fitted(train, train, power=2), fitted(test, train, power=2)),
        "mean_kept": (fitted(train, train, centred=False), fitted(test, train, centred=False)),
        "sample_spread": tuple((x - train.mean(axis=0)) / guarded(train.std(axis=0, ddof=1)) for x in (train, test)),
        "ranges": tuple((x - train.min(axis=0)) / guarded(np.ptp(train, axis=0)) for x in (train, test)),
        "test_untouched": (fitted(train, train), test),
    }
    for mistake, (one, other) in wrong.items():
        if np.allclose(first, one) and np.allclose(second, other):
            return mistake
    unguarded = fitted(train, train, guard=False), fitted(test, train, guard=False)
    constant = (train == train[0]).all(axis=0).any()
    if constant and all(np.allclose(a, b, equal_nan=True) for a, b in zip((first, second), unguarded)):
        return "constant_column"
    return None


# %% tags=["exercise"] exercise="01.standardise"
def standardise(train, test):
    """Return train and test standardised by the columns of train."""
    ### BEGIN SOLUTION
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread == 0, 1, spread)
    return (train - mean) / spread, (test - mean) / spread
    ### END SOLUTION


# %%
standardise_works = check("01.standardise", standardise)


# %% tags=["mutant"] exercise="01.standardise" misconception="fitted_on_everything"
def standardise(train, test):
    both = np.concatenate([train, test])
    spread = np.maximum(both.std(axis=0), 1e-9)
    return (train - both.mean(axis=0)) / spread, (test - both.mean(axis=0)) / spread


# %% tags=["mutant"] exercise="01.standardise" misconception="each_for_itself"
def standardise(train, test):
    return tuple((x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9) for x in (train, test))


# %% tags=["mutant"] exercise="01.standardise" misconception="wrong_axis"
def standardise(train, test):
    return tuple(
        (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True) for x in (train, test)
    )


# %% tags=["mutant"] exercise="01.standardise" misconception="one_for_all"
def standardise(train, test):
    return (train - train.mean()) / train.std(), (test - train.mean()) / train.std()


# %% tags=["mutant"] exercise="01.standardise" misconception="variance"
def standardise(train, test):
    mean, spread = train.mean(axis=0), train.var(axis=0)
    spread = np.where(spread == 0, 1, spread)
    return (train - mean) / spread, (test - mean) / spread


# %% tags=["mutant"] exercise="01.standardise" misconception="mean_kept"
def standardise(train, test):
    spread = np.where(train.std(axis=0) == 0, 1, train.std(axis=0))
    return train / spread, test / spread


# %% tags=["mutant"] exercise="01.standardise" misconception="constant_column"
def standardise(train, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / spread, (test - mean) / spread


# %% tags=["mutant"] exercise="01.standardise" misconception="sample_spread"
def standardise(train, test):
    spread = train.std(axis=0, ddof=1)
    spread[spread == 0] = 1
    return (train - train.mean(axis=0)) / spread, (test - train.mean(axis=0)) / spread


# %% tags=["mutant"] exercise="01.standardise" misconception="ranges"
def standardise(train, test):
    low, high = train.min(axis=0), train.max(axis=0)
    span = np.where(high == low, 1, high - low)
    return (train - low) / span, (test - low) / span


# %% tags=["mutant"] exercise="01.standardise" misconception="test_untouched"
def standardise(train, test):
    spread = np.where(train.std(axis=0) == 0, 1, train.std(axis=0))
    return (train - train.mean(axis=0)) / spread, test


# %% tags=["variant"] exercise="01.standardise"
def standardise(train, test):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


# %% [markdown]
# ## 3 · A split that keeps groups together
#
# Recordings of one speaker, films of one patient, photos of one flower: they belong on
# one side of the split. Return for each row whether it is for the *test*. Choose the
# groups for the test at random with the generator that you get, so that another generator
# gives another split; the test gets `round(share * number of groups)` of them.
#
# | | |
# |---|---|
# | `groups` | the group of each row: an array of numbers or names, shape (rows,) |
# | `share` | how many of the groups are for the test, such as 0.2 |
# | `rng` | a generator of random numbers, such as `np.random.default_rng(0)` |
# | result | True where a row is for the test, shape (rows,) |

# %% tags=["definition"] exercise="01.split_by_group"
"""A split that keeps groups together."""
import numpy as np

POINTS = 2
HINTS = [
    "First the different groups, each once: `np.unique(groups)`. It is they that are drawn, not the rows.",
    "`rng.choice(names, count, replace=False)` draws some of them.",
    "`np.isin(groups, drawn)` says for each row whether its group was drawn.",
]
MISTAKES = {
    "by_row": "Rows were drawn one by one, so a group stands on both sides. Draw groups, then take all their rows.",
    "same_each_time": "Every generator gives the same split. Draw with `rng`, and do not make a generator of your own.",
    "inverted": "True stands for the training rows. It should stand for those of the test.",
    "row_numbers": "You returned the numbers of the test rows. Return True or False for each row.",
    "group_names": "You returned the groups that were drawn. Return True or False for each row: was its group drawn?",
    "two_parts": "You returned two parts. Return one array: True where a row is for the test, False elsewhere.",
    "drawn_twice": "The groups are kept together, but sometimes too few are drawn, since one came up twice. Draw from "
    "the different groups, which np.unique gives, with replace=False.",
    "wrong_count": "The groups are kept together, but the test does not have round(share * number of groups) of them.",
}


def cases(rng):
    for count, share in [(5, 0.35), (9, 0.3), (20, 0.25)]:
        sizes = rng.integers(1, 6, size=count)
        names = np.repeat(rng.permutation(100)[:count], sizes)
        yield {"groups": rng.permutation(names), "share": share, "seeds": rng.integers(1_000_000, size=6).tolist()}


def observe(answer, inputs):
    groups, share = inputs["groups"], inputs["share"]
    return [answer(groups.copy(), share, np.random.default_rng(seed)) for seed in inputs["seeds"]]


def accept(inputs, output):
    groups = inputs["groups"]
    wanted = round(inputs["share"] * len(np.unique(groups)))
    if any(isinstance(split, tuple) and len(split) == 2 for split in output):
        return "two_parts"
    splits = [np.asarray(split) for split in output]
    for split in splits:
        if split.ndim == 1 and len(split) == wanted and set(split.tolist()) <= set(groups.tolist()):
            return "group_names"
        if split.dtype.kind in "iu" and (split.ndim != 1 or len(split) != len(groups) or split.max() > 1):
            return "row_numbers"
        if split.shape != groups.shape:
            return f"Expected True or False for each of {len(groups)} rows; shape {split.shape} came."
        if split.dtype.kind != "b":
            return f"Expected True or False for each row; values such as {split.tolist()[0]!r} came."
    both = [len(set(groups[split]) & set(groups[~split])) for split in splits]
    if any(both):
        return "by_row"
    if len({split.tobytes() for split in splits}) == 1:
        return "same_each_time"
    counts = {len(np.unique(groups[split])) for split in splits}
    if counts == {wanted}:
        return True
    if 0 < min(counts) < max(counts) == wanted:
        return "drawn_twice"
    return "inverted" if counts == {len(np.unique(groups)) - wanted} else "wrong_count"


# %% tags=["exercise"] exercise="01.split_by_group"
def split_by_group(groups, share, rng):
    """Return True for each row whose group is drawn for the test, shape (rows,)."""
    ### BEGIN SOLUTION
    names = np.unique(groups)
    drawn = rng.choice(names, round(share * len(names)), replace=False)
    return np.isin(groups, drawn)
    ### END SOLUTION


# %%
split_works = check("01.split_by_group", split_by_group)


# %% tags=["mutant"] exercise="01.split_by_group" misconception="by_row"
def split_by_group(groups, share, rng):
    return rng.permutation(len(groups)) < share * len(groups)


# %% tags=["mutant"] exercise="01.split_by_group" misconception="same_each_time"
def split_by_group(groups, share, rng):
    names = np.unique(groups)
    return np.isin(groups, names[: round(share * len(names))])


# %% tags=["mutant"] exercise="01.split_by_group" misconception="inverted"
def split_by_group(groups, share, rng):
    names = np.unique(groups)
    drawn = rng.choice(names, round(share * len(names)), replace=False)
    return ~np.isin(groups, drawn)


# %% tags=["mutant"] exercise="01.split_by_group" misconception="row_numbers"
def split_by_group(groups, share, rng):
    names = np.unique(groups)
    drawn = rng.choice(names, round(share * len(names)), replace=False)
    return np.flatnonzero(np.isin(groups, drawn))


# %% tags=["mutant"] exercise="01.split_by_group" misconception="group_names"
def split_by_group(groups, share, rng):
    names = np.unique(groups)
    return rng.choice(names, round(share * len(names)), replace=False)


# %% tags=["mutant"] exercise="01.split_by_group" misconception="two_parts"
def split_by_group(groups, share, rng):
    names = np.unique(groups)
    drawn = rng.choice(names, round(share * len(names)), replace=False)
    test = np.isin(groups, drawn)
    return groups[~test], groups[test]


# %% tags=["mutant"] exercise="01.split_by_group" misconception="drawn_twice"
def split_by_group(groups, share, rng):
    names = np.unique(groups)
    return np.isin(groups, rng.choice(names, round(share * len(names))))


# %% tags=["mutant"] exercise="01.split_by_group" misconception="wrong_count"
def split_by_group(groups, share, rng):
    names = np.unique(groups)
    return np.isin(groups, names[rng.random(len(names)) < share / 3])


# %% tags=["mutant"] exercise="01.split_by_group" misconception="wrong_count"
def split_by_group(groups, share, rng):
    names = np.unique(groups)
    return np.isin(groups, rng.choice(names, int(share * len(names)), replace=False))


# %% tags=["variant"] exercise="01.split_by_group"
def split_by_group(groups, share, rng):
    names = list(dict.fromkeys(groups.tolist()))
    rng.shuffle(names)
    test = set(names[: round(share * len(names))])
    return np.array([group in test for group in groups.tolist()])


# %% [markdown]
# ## 4 · Resize without bending
#
# Bring a grey photo of any shape into a square of `size` pixels, whole and in its own
# proportions: the longer side becomes `size`, the shorter side shrinks as much, rounded to
# a whole number of pixels, and what is left over stays black (0). The photo stands in the
# middle; where the rest is odd, the smaller half is above or left. Use the nearest pixel:
# where a side goes from `old` to `new` pixels, place `i` shows pixel
# `int((i + 0.5) * old / new)`.
#
# | | shape |
# |---|---|
# | `photo` | (height, width) |
# | result | (size, size) |

# %% tags=["definition"] exercise="01.fit_square"
"""A resize that keeps the aspect."""
import numpy as np

POINTS = 2
HINTS = [
    "First the new height and width: multiply both by the same factor, `size / max(photo.shape)`, and round.",
    "`rows = ((np.arange(high) + 0.5) * photo.shape[0] / high).astype(int)`, likewise `columns`; then "
    "`photo[rows][:, columns]` is the small photo.",
    "Make a black square with `np.zeros((size, size), photo.dtype)` and put the photo into it from "
    "`top = (size - high) // 2` and `left = (size - wide) // 2`.",
]
MISTAKES = {
    "stretched": "The photo fills the square and its proportions are lost: a circle became an ellipse.",
    "cropped": "The edges are cut off. Here the whole photo should be seen, with black beside it.",
    "in_the_corner": "The photo has the right size but stands in the upper left corner. Put it into the middle.",
    "white_bars": "What is left over should be black, 0.",
    "truncated": "The shorter side is a pixel too short: round the new length instead of cutting it off.",
    "half_pixel": "Every pixel is taken from half a step too early: `i * old / new` is where place `i` begins, and "
    "`(i + 0.5) * old / new` is its middle.",
    "larger_half_first": "Where the rest is odd, the larger half is above or left. Round down: `(size - high) // 2`.",
    "not_in_a_square": "The photo was shrunk as it should be. Now put it into the middle of a black square.",
}


def cases(rng):
    for high, wide, size in [(4, 8, 4), (9, 6, 6), (7, 11, 8), (12, 5, 9), (5, 5, 3)]:
        yield {"photo": rng.integers(1, 255, size=(high, wide)).astype("uint8"), "size": size}


def nearest(photo, high, wide, half=0.5):
    rows = ((np.arange(high) + half) * photo.shape[0] / high).astype(int)
    columns = ((np.arange(wide) + half) * photo.shape[1] / wide).astype(int)
    return photo[rows][:, columns]


def sides(photo, size, whole=round):
    return [max(1, int(whole(side * size / max(photo.shape)))) for side in photo.shape]


def padded(photo, size, *, centred=True, fill=0, whole=round, half=0.5, more=0):
    high, wide = sides(photo, size, whole)
    square = np.full((size, size), fill, photo.dtype)
    top, left = ((size - high + more) // 2, (size - wide + more) // 2) if centred else (0, 0)
    square[top : top + high, left : left + wide] = nearest(photo, high, wide, half)
    return square


def reference(photo, size):
    # Bytes are as good as decimal numbers here.
    return padded(photo, size).astype("float64")


def diagnose(inputs, output):
    photo, size, output = inputs["photo"], inputs["size"], np.asarray(output)
    side = min(photo.shape)
    top, left = (photo.shape[0] - side) // 2, (photo.shape[1] - side) // 2
    wrong = {
        "stretched": nearest(photo, size, size),
        "cropped": nearest(photo[top : top + side, left : left + side], size, size),
        "in_the_corner": padded(photo, size, centred=False),
        "white_bars": padded(photo, size, fill=255),
        "truncated": padded(photo, size, whole=np.floor),
        "half_pixel": padded(photo, size, half=0),
        "larger_half_first": padded(photo, size, more=1),
        "not_in_a_square": nearest(photo, *sides(photo, size)),
    }
    for mistake, value in wrong.items():
        if output.shape == value.shape and np.array_equal(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="01.fit_square"
def fit_square(photo, size):
    """Return the whole photo in the middle of a black square, shape (size, size)."""
    ### BEGIN SOLUTION
    factor = size / max(photo.shape)
    high, wide = (round(side * factor) for side in photo.shape)
    rows = ((np.arange(high) + 0.5) * photo.shape[0] / high).astype(int)
    columns = ((np.arange(wide) + 0.5) * photo.shape[1] / wide).astype(int)
    square = np.zeros((size, size), photo.dtype)
    top, left = (size - high) // 2, (size - wide) // 2
    square[top : top + high, left : left + wide] = photo[rows][:, columns]
    return square
    ### END SOLUTION


# %%
fit_works = check("01.fit_square", fit_square)


# %% tags=["mutant"] exercise="01.fit_square" misconception="stretched"
def fit_square(photo, size):
    rows = ((np.arange(size) + 0.5) * photo.shape[0] / size).astype(int)
    columns = ((np.arange(size) + 0.5) * photo.shape[1] / size).astype(int)
    return photo[rows][:, columns]


# %% tags=["mutant"] exercise="01.fit_square" misconception="cropped"
def fit_square(photo, size):
    side = min(photo.shape)
    top, left = (photo.shape[0] - side) // 2, (photo.shape[1] - side) // 2
    places = ((np.arange(size) + 0.5) * side / size).astype(int)
    return photo[top : top + side, left : left + side][places][:, places]


# %% tags=["mutant"] exercise="01.fit_square" misconception="in_the_corner"
def fit_square(photo, size):
    high, wide = (round(side * size / max(photo.shape)) for side in photo.shape)
    rows = ((np.arange(high) + 0.5) * photo.shape[0] / high).astype(int)
    columns = ((np.arange(wide) + 0.5) * photo.shape[1] / wide).astype(int)
    square = np.zeros((size, size), photo.dtype)
    square[:high, :wide] = photo[rows][:, columns]
    return square


# %% tags=["mutant"] exercise="01.fit_square" misconception="white_bars"
def fit_square(photo, size):
    high, wide = (round(side * size / max(photo.shape)) for side in photo.shape)
    rows = ((np.arange(high) + 0.5) * photo.shape[0] / high).astype(int)
    columns = ((np.arange(wide) + 0.5) * photo.shape[1] / wide).astype(int)
    square = np.full((size, size), 255, photo.dtype)
    top, left = (size - high) // 2, (size - wide) // 2
    square[top : top + high, left : left + wide] = photo[rows][:, columns]
    return square


# %% tags=["mutant"] exercise="01.fit_square" misconception="truncated"
def fit_square(photo, size):
    high, wide = (side * size // max(photo.shape) for side in photo.shape)
    rows = ((np.arange(high) + 0.5) * photo.shape[0] / high).astype(int)
    columns = ((np.arange(wide) + 0.5) * photo.shape[1] / wide).astype(int)
    square = np.zeros((size, size), photo.dtype)
    top, left = (size - high) // 2, (size - wide) // 2
    square[top : top + high, left : left + wide] = photo[rows][:, columns]
    return square


# %% tags=["mutant"] exercise="01.fit_square" misconception="half_pixel"
def fit_square(photo, size):
    high, wide = (round(side * size / max(photo.shape)) for side in photo.shape)
    rows = (np.arange(high) * photo.shape[0] / high).astype(int)
    columns = (np.arange(wide) * photo.shape[1] / wide).astype(int)
    square = np.zeros((size, size))
    top, left = (size - high) // 2, (size - wide) // 2
    square[top : top + high, left : left + wide] = photo[rows][:, columns]
    return square


# %% tags=["mutant"] exercise="01.fit_square" misconception="larger_half_first"
def fit_square(photo, size):
    high, wide = (round(side * size / max(photo.shape)) for side in photo.shape)
    rows = ((np.arange(high) + 0.5) * photo.shape[0] / high).astype(int)
    columns = ((np.arange(wide) + 0.5) * photo.shape[1] / wide).astype(int)
    square = np.zeros((size, size))
    top, left = -((high - size) // 2), -((wide - size) // 2)
    square[top : top + high, left : left + wide] = photo[rows][:, columns]
    return square


# %% tags=["mutant"] exercise="01.fit_square" misconception="not_in_a_square"
def fit_square(photo, size):
    high, wide = (round(side * size / max(photo.shape)) for side in photo.shape)
    rows = ((np.arange(high) + 0.5) * photo.shape[0] / high).astype(int)
    columns = ((np.arange(wide) + 0.5) * photo.shape[1] / wide).astype(int)
    return photo[rows][:, columns]


# %% tags=["variant"] exercise="01.fit_square"
def fit_square(photo, size):
    high, wide = (round(side * size / max(photo.shape)) for side in photo.shape)
    top, left = (size - high) // 2, (size - wide) // 2
    square = np.zeros((size, size), photo.dtype)
    for i in range(high):
        for j in range(wide):
            old_i = int((i + 0.5) * photo.shape[0] / high)
            square[top + i, left + j] = photo[old_i, int((j + 0.5) * photo.shape[1] / wide)]
    return square


# %% [markdown]
# ## 5 · A spectrogram
#
# Cut the samples into frames of `window` samples, one every `hop` samples, as many as fit
# whole. Multiply each with Hann's window, `0.5 - 0.5 * np.cos(2 * np.pi *
# np.arange(window) / window)`, and return the *magnitude* of each of its tones.
# `np.fft.rfft` gives complex numbers for the tones from 0 to half the rate; their
# magnitude is `np.abs`.
#
# | | shape |
# |---|---|
# | `samples` | (n,) |
# | result | (frames, window // 2 + 1) |

# %% tags=["definition"] exercise="01.spectrogram"
"""A spectrogram."""
import numpy as np

POINTS = 2
TOLERANCE = 1e-5
HINTS = [
    "Where do frames begin? At 0, hop, 2 * hop and so on, as long as a whole window fits: "
    "`range(0, len(samples) - window + 1, hop)`.",
    "`np.stack([samples[start : start + window] for start in ...])` has the shape (frames, window); multiply it with "
    "Hann's window, of shape (window,).",
    "`np.abs(np.fft.rfft(frames))` works along the last axis, frame by frame.",
]
MISTAKES = {
    "last_frame_lost": "One frame is missing at the end: one that ends with the last sample fits whole. Mind the + 1.",
    "power": "These are the powers, the squares of the magnitudes. Use np.abs and no square.",
    "no_window": "Hann's window is missing. Without it the sharp ends of each frame are heard as tones.",
    "symmetric_window": "Your window reaches 0 at both ends, as np.hanning's does. The one asked for divides by "
    "window, not by window - 1: off by one.",
    "all_tones": "You kept the tones above half the rate, which only mirror those below. np.fft.rfft leaves them out.",
    "no_overlap": "Frames begin a window apart, so they do not overlap. They should begin `hop` samples apart.",
    "transposed": "Tones and frames are swapped: a row should be a frame.",
    "along_the_frames": "The transform ran down the columns, across frames. It should run along each frame, which "
    "np.fft.rfft does where no axis is given.",
    "another_window": "This is Hamming's window, which does not reach 0 at its ends. Hann's was asked for.",
}


def cases(rng):
    for length, window, hop in [(8, 4, 2), (20, 8, 4), (30, 8, 3), (64, 16, 8)]:
        yield {"samples": rng.normal(size=length).round(2), "window": window, "hop": hop}


def frames_of(samples, window, hop, less=0):
    return np.stack([samples[i : i + window] for i in range(0, len(samples) - window + 1 - less, hop)])


def hann(window, over=0):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / (window - over))


def reference(samples, window, hop):
    return np.abs(np.fft.rfft(frames_of(samples, window, hop) * hann(window)))


def diagnose(inputs, output):
    samples, window, hop = inputs["samples"], inputs["window"], inputs["hop"]
    frames, output = frames_of(samples, window, hop), np.asarray(output)
    right = np.abs(np.fft.rfft(frames * hann(window)))
    wrong = {
        "last_frame_lost": right[:-1],
        "power": right**2,
        "no_window": np.abs(np.fft.rfft(frames)),
        "symmetric_window": np.abs(np.fft.rfft(frames * hann(window, over=1))),
        "all_tones": np.abs(np.fft.fft(frames * hann(window))),
        "no_overlap": np.abs(np.fft.rfft(frames_of(samples, window, window) * hann(window))),
        "transposed": right.T,
        "along_the_frames": np.abs(np.fft.rfft(frames * hann(window), axis=0)),
    }
    for mistake, value in wrong.items():
        if output.shape == value.shape and np.allclose(output, value):
            return mistake
    angles = 2 * np.pi * np.arange(window)
    for over in (window, window - 1):
        hamming = np.abs(np.fft.rfft(frames * (0.54 - 0.46 * np.cos(angles / over))))
        if output.shape == hamming.shape and np.allclose(output, hamming):
            return "another_window"
    return None


# %% tags=["exercise"] exercise="01.spectrogram"
def spectrogram(samples, window, hop):
    """Return magnitudes, shape (frames, window // 2 + 1)."""
    ### BEGIN SOLUTION
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    starts = range(0, len(samples) - window + 1, hop)
    frames = np.stack([samples[start : start + window] for start in starts])
    return np.abs(np.fft.rfft(frames * hann))
    ### END SOLUTION


# %%
spectrogram_works = check("01.spectrogram", spectrogram)


# %% tags=["mutant"] exercise="01.spectrogram" misconception="last_frame_lost"
def spectrogram(samples, window, hop):
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    count = (len(samples) - window) // hop
    frames = np.stack([samples[i * hop : i * hop + window] for i in range(count)])
    return np.abs(np.fft.rfft(frames * hann))


# %% tags=["mutant"] exercise="01.spectrogram" misconception="power"
def spectrogram(samples, window, hop):
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    starts = range(0, len(samples) - window + 1, hop)
    frames = np.stack([samples[start : start + window] for start in starts])
    return np.abs(np.fft.rfft(frames * hann)) ** 2


# %% tags=["mutant"] exercise="01.spectrogram" misconception="no_window"
def spectrogram(samples, window, hop):
    starts = range(0, len(samples) - window + 1, hop)
    return np.abs(np.fft.rfft([samples[start : start + window] for start in starts]))


# %% tags=["mutant"] exercise="01.spectrogram" misconception="symmetric_window"
def spectrogram(samples, window, hop):
    starts = range(0, len(samples) - window + 1, hop)
    frames = np.stack([samples[start : start + window] for start in starts])
    return np.abs(np.fft.rfft(frames * np.hanning(window)))


# %% tags=["mutant"] exercise="01.spectrogram" misconception="all_tones"
def spectrogram(samples, window, hop):
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    starts = range(0, len(samples) - window + 1, hop)
    frames = np.stack([samples[start : start + window] for start in starts])
    return np.abs(np.fft.fft(frames * hann))


# %% tags=["mutant"] exercise="01.spectrogram" misconception="no_overlap"
def spectrogram(samples, window, hop):
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    starts = range(0, len(samples) - window + 1, window)
    frames = np.stack([samples[start : start + window] for start in starts])
    return np.abs(np.fft.rfft(frames * hann))


# %% tags=["mutant"] exercise="01.spectrogram" misconception="transposed"
def spectrogram(samples, window, hop):
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    starts = range(0, len(samples) - window + 1, hop)
    frames = np.stack([samples[start : start + window] for start in starts])
    return np.abs(np.fft.rfft(frames * hann)).T


# %% tags=["mutant"] exercise="01.spectrogram" misconception="along_the_frames"
def spectrogram(samples, window, hop):
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    starts = range(0, len(samples) - window + 1, hop)
    frames = np.stack([samples[start : start + window] for start in starts])
    return np.abs(np.fft.rfft(frames * hann, axis=0))


# %% tags=["mutant"] exercise="01.spectrogram" misconception="another_window"
def spectrogram(samples, window, hop):
    starts = range(0, len(samples) - window + 1, hop)
    frames = np.stack([samples[start : start + window] for start in starts])
    return np.abs(np.fft.rfft(frames * np.hamming(window)))


# %% tags=["variant"] exercise="01.spectrogram"
def spectrogram(samples, window, hop):
    windows = np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]
    angles = 2j * np.pi * np.outer(np.arange(window), np.arange(window // 2 + 1)) / window
    hann = np.sin(np.pi * np.arange(window) / window) ** 2
    return np.abs((windows * hann) @ np.exp(-angles))


# %% [markdown]
# ## 6 · One-hot, with a word that nobody expected
#
# Turn words into rows of 0 and 1: one column for each word of the vocabulary, in its
# order, with a 1 where the word stands. In real use a word will come that the vocabulary
# lacks. It must not crash your program: its row is all zeros.
#
# | | |
# |---|---|
# | `words` | a list of texts |
# | `vocabulary` | a list of different texts |
# | result | shape (words, vocabulary), 0 and 1 |

# %% tags=["definition"] exercise="01.one_hot"
"""One-hot with an unknown category."""
import numpy as np

HINTS = [
    "Begin with zeros of shape (len(words), len(vocabulary)). Which single place of each row becomes 1?",
    "`vocabulary.index(word)` raises an error for an unknown word: ask `if word in vocabulary` first.",
    "Or compare everything with everything: `np.array(words)[:, None] == np.array(vocabulary)`.",
]
MISTAKES = {
    "unknown_crashes": "An unknown word makes it crash. In use nobody is there to mend it: leave its row at zero.",
    "unknown_is_last": "An unknown word was taken for the last word of the vocabulary: -1 counts from the end.",
    "unknown_is_first": "An unknown word was taken for the first word of the vocabulary.",
    "unknown_column": "There is a column too many, for unknown words. That is a good idea in itself, but here such a "
    "row is to be all zeros, so that the columns are those of the vocabulary.",
    "unknown_dropped": "The row of the unknown word is missing. Then rows and labels no longer belong together: keep "
    "it, all zeros.",
    "numbers": "You returned the number of each word. Return a row of 0 and 1 for each.",
    "own_vocabulary": "The columns follow the words that came, not the vocabulary. Then each batch has other columns.",
    "transposed": "Rows and columns are swapped: a row should be a word.",
}
NAMES = ["ash", "beech", "cedar", "elm", "fir", "larch", "maple", "oak", "pine", "yew"]


def cases(rng):
    for count, size in [(3, 3), (6, 4), (8, 5)]:
        names = rng.permutation(NAMES).tolist()
        vocabulary, unknown = names[:size], names[size]
        words = [*rng.choice(vocabulary, count - 1).tolist(), unknown]
        yield {"words": rng.permutation(words).tolist(), "vocabulary": vocabulary}


def observe(answer, inputs):
    try:
        return answer(**inputs)
    except (KeyError, IndexError, ValueError, StopIteration):
        return np.full((len(inputs["words"]), len(inputs["vocabulary"])), np.nan)


def rows(words, vocabulary, unknown=None):
    places = [vocabulary.index(word) if word in vocabulary else unknown for word in words]
    result = np.zeros((len(words), len(vocabulary)))
    for row, place in zip(result, places):
        if place is not None:
            row[place] = 1
    return result


def reference(words, vocabulary):
    return rows(words, vocabulary)


def diagnose(inputs, output):
    words, vocabulary, output = inputs["words"], inputs["vocabulary"], np.asarray(output, dtype="float64")
    if output.size and np.isnan(output).all():
        return "unknown_crashes"
    right, unknown = rows(words, vocabulary), [word not in vocabulary for word in words]
    if output.shape == (len(words),):
        return "numbers"
    if output.shape == (sum(w in vocabulary for w in words), len(vocabulary)):
        return "unknown_dropped"
    for extra in (np.column_stack([right, unknown]), np.column_stack([unknown, right])):
        if output.shape == extra.shape and np.array_equal(output, extra):
            return "unknown_column"
    for mistake, value in {
        "unknown_is_last": rows(words, vocabulary, unknown=-1),
        "unknown_is_first": rows(words, vocabulary, unknown=0),
        "own_vocabulary": rows(words, sorted(set(words))),
        "transposed": rows(words, vocabulary).T,
    }.items():
        if output.shape == value.shape and np.array_equal(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="01.one_hot"
def one_hot(words, vocabulary):
    """Return an array of 0 and 1, shape (words, vocabulary)."""
    ### BEGIN SOLUTION
    result = np.zeros((len(words), len(vocabulary)))
    for row, word in zip(result, words):
        if word in vocabulary:
            row[vocabulary.index(word)] = 1
    return result
    ### END SOLUTION


# %%
check("01.one_hot", one_hot)


# %% tags=["mutant"] exercise="01.one_hot" misconception="unknown_crashes"
def one_hot(words, vocabulary):
    return np.eye(len(vocabulary))[[vocabulary.index(word) for word in words]]


# %% tags=["mutant"] exercise="01.one_hot" misconception="unknown_crashes"
def one_hot(words, vocabulary):
    place = {word: i for i, word in enumerate(vocabulary)}
    return np.eye(len(vocabulary))[[place[word] for word in words]]


# %% tags=["mutant"] exercise="01.one_hot" misconception="unknown_is_last"
def one_hot(words, vocabulary):
    place = {word: i for i, word in enumerate(vocabulary)}
    return np.eye(len(vocabulary))[[place.get(word, -1) for word in words]]


# %% tags=["mutant"] exercise="01.one_hot" misconception="unknown_is_first"
def one_hot(words, vocabulary):
    place = {word: i for i, word in enumerate(vocabulary)}
    return np.eye(len(vocabulary))[[place.get(word, 0) for word in words]]


# %% tags=["mutant"] exercise="01.one_hot" misconception="own_vocabulary"
def one_hot(words, vocabulary):
    names, places = np.unique(words, return_inverse=True)
    return np.eye(len(names))[places]


# %% tags=["mutant"] exercise="01.one_hot" misconception="transposed"
def one_hot(words, vocabulary):
    return (np.array(vocabulary)[:, None] == np.array(words)).astype(float)


# %% tags=["mutant"] exercise="01.one_hot" misconception="unknown_column"
def one_hot(words, vocabulary):
    names = [*vocabulary, None]
    known = [word if word in vocabulary else None for word in words]
    return np.array([[float(word == name) for name in names] for word in known])


# %% tags=["mutant"] exercise="01.one_hot" misconception="unknown_dropped"
def one_hot(words, vocabulary):
    known = [word for word in words if word in vocabulary]
    return np.array([[float(word == name) for name in vocabulary] for word in known])


# %% tags=["mutant"] exercise="01.one_hot" misconception="numbers"
def one_hot(words, vocabulary):
    return np.array([vocabulary.index(word) if word in vocabulary else -1 for word in words])


# %% tags=["variant"] exercise="01.one_hot"
def one_hot(words, vocabulary):
    return (np.array(words)[:, None] == np.array(vocabulary)).astype("float32")


# %% [markdown]
# ## What your functions are worth: a recogniser of spoken digits
#
# 60 voices say the digits from zero to nine. Your spectrogram makes a picture of each
# clip; we average it to 20 moments and 16 bands of tones, take the logarithm, and hand it
# to a network. It runs once your functions are right.

# %%
ready = standardise_works and split_works and spectrogram_works
digits = data.load("spoken_digits", source="bundled")
clips = np.concatenate([digits.x_train, digits.x_test]) / 32768
spoken = np.concatenate([digits.y_train, digits.y_test])
voices = np.concatenate([digits.speaker_train, digits.speaker_test])
if PROFILE == "smoke":
    clips, spoken, voices = clips[::8], spoken[::8], voices[::8]


# %%
def features(clip):
    """Return 20 moments by 16 bands of a clip, as one row of numbers."""
    loud = np.flatnonzero(np.abs(clip) > 0.05 * np.abs(clip).max())
    picture = spectrogram(clip[loud[0] : max(loud[-1], loud[0] + 2688)], 256, 64)
    moments = np.array_split(picture, 20)
    bands = [np.array_split(part.mean(axis=0), 16) for part in moments]
    return np.log([[band.mean() + 1e-3 for band in moment] for moment in bands]).ravel()


x = np.stack([features(clip) for clip in clips]) if ready else None


# %%
def recogniser():
    """Return a compiled network for rows of 320 numbers."""
    mlp = keras.Sequential(
        [
            keras.Input((320,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    mlp.compile(keras.optimizers.Adam(0.003), loss, metrics=["accuracy"])
    return mlp


# %%
def score(test):
    """Train a recogniser on the rest; return which share of the test it gets right."""
    x_train, x_test = standardise(x[~test], x[test])
    mlp = recogniser()
    epochs = 2 if PROFILE == "smoke" else 15
    mlp.fit(x_train, spoken[~test], batch_size=64, epochs=epochs, verbose=0)
    return mlp.evaluate(x_test, spoken[test], verbose=0)[1]


# %% [markdown]
# Twice: split by voice with your function, and by clip, where every voice is on both
# sides.

# %%
if ready:
    rng = np.random.default_rng(0)
    by_voice = split_by_group(voices, 0.25, rng)
    honest, flattering = score(by_voice), score(rng.permutation(by_voice))
    found("unheard_voices", honest, "It understands {:.1%} of clips of unheard voices.")
    found("split_by_clip", flattering, "Split by clip it would have claimed {:.1%}.")

# %% [markdown]
# The difference is no skill, only a kinder exam. Listen to what it hears: move the
# window, and play the numbers.

# %%
first = {k: np.flatnonzero(spoken == k)[0] for k in (0, 4, 8)}
few = {digits.classes[k]: clips[row][:5000] for k, row in first.items()}
plot.wave(few["four"], digits.rate, title='"four"')

# %% [markdown]
# Look for the moment at which the *f* ends and the vowel begins.

# %%
explore.inputs("sound", few, rate=digits.rate, recording="four")

# %% [markdown]
# ## 7 · Find what was planted
#
# A colleague hands you pictures of flowers, 8 by 8 pixels in red, green and blue, and a
# class for each. The upper half is sky, the lower meadow, and a blossom of 4 by 4 pixels
# stands in the middle. Clean pictures are decimal numbers from 0 to 1. Somebody has
# damaged some of them. Return a dict with the row numbers of the damaged ones, sorted,
# under these names:
#
# | name | where | what happened |
# |---|---|---|
# | `"leaked"` | test | an exact copy of this test picture is among the training pictures |
# | `"scale"` | training | its values run to 255 instead of 1 |
# | `"corrupted"` | training | values that are no numbers (nan) |
# | `"swapped"` | training | red and blue are exchanged: the sky is orange |
# | `"mislabelled"` | training | its class belongs to another blossom |
#
# Each damaged training picture has one of these faults. Blossoms of one class have nearly
# the same colour, and most labels are right, so the *median* colour of a class is a good
# judge. Plan first: which faults have to be set aside before you can look for the next
# one?

# %% tags=["definition"] exercise="01.find_faults"
"""Find the faults planted in a data set."""
import numpy as np

POINTS = 4
SECONDS = 30
NAMES = ("leaked", "scale", "corrupted", "swapped", "mislabelled")
HINTS = [
    "Begin with what no other fault can hide: `np.isnan(x_train).any(axis=(1, 2, 3))` for the corrupted ones and "
    "`np.nanmax(x_train, axis=(1, 2, 3)) > 1` for the wrong scale. Set both aside.",
    "The sky is `x_train[:, 0]`, the uppermost row of each picture: in a clean one blue is larger than red. Test "
    "pictures are leaked where `np.array_equal(picture, other)` for some training picture.",
    "The blossom's colour is `x_train[:, 3:5, 3:5].mean(axis=(1, 2))`. Take the median colour of each class over the "
    "good pictures, and call a label wrong where another class's median is nearer than its own.",
]
MISTAKES = {
    "missed_leaks": "Copies between the two parts were missed. Compare every test picture with every training picture, "
    "not only with the one of the same number.",
    "nan_blind": "Pictures with nan were missed. A nan is not equal to anything, not even to itself: ask np.isnan.",
    "nan_everywhere": "More than half of the pictures are reported as mislabelled. One nan spoils a mean or a median "
    "over a whole class, and no distance to it is a number: set the corrupted pictures aside first.",
    "none_swapped": "Nothing is reported as swapped or mislabelled. If that is still to come, go on: the rest is right "
    "so far. If not, a nan may be the cause: it spoils any mean or maximum over the whole set, and a comparison with "
    "it is always False. Set the corrupted pictures aside first.",
    "sky_inverted": "The clean pictures are reported as swapped. A clean sky has more blue, channel 2, than red, "
    "channel 0.",
    "masks": "You returned True or False for each picture. Return the numbers of those that are True, which "
    "np.flatnonzero gives.",
    "leaked_rows": "Under leaked stand the training rows that were copied. The rows of the test pictures are wanted.",
    "swap_as_label": "Pictures with exchanged colours were reported as mislabelled. Their blossom looks like another "
    "class because red and blue are swapped: set them aside first.",
    "scale_as_label": "Pictures of the wrong scale were reported as mislabelled. Their colours are 255 times too "
    "large: divide them, or set them aside first.",
}
COLOURS = np.array([[0.95, 0.85, 0.15], [0.85, 0.15, 0.15], [0.95, 0.95, 0.95], [0.75, 0.25, 0.75]])
SKY, MEADOW = np.array([0.45, 0.65, 0.95]), np.array([0.25, 0.55, 0.15])


def pictures(rng, y):
    x = np.empty((len(y), 8, 8, 3))
    x[:, :4], x[:, 4:] = SKY, MEADOW
    x[:, 2:6, 2:6] = COLOURS[y][:, None, None]
    light = rng.uniform(0.92, 1.0, size=(len(y), 1, 1, 1))
    return np.clip(x * light + rng.normal(0, 0.015, size=x.shape), 0, 1)


def damaged_set(rng, count, others, each):
    y_train, y_test = rng.integers(4, size=count), rng.integers(4, size=others)
    x_train, x_test = pictures(rng, y_train), pictures(rng, y_test)
    chosen = rng.permutation(count)
    scale, corrupted, swapped, wrong, copied = (np.sort(chosen[i * each : (i + 1) * each]) for i in range(5))
    leaked = np.sort(rng.choice(others, each, replace=False))
    x_test[leaked] = x_train[copied]
    x_train[scale] *= 255
    for i in corrupted:
        x_train[i].flat[rng.choice(192, 5, replace=False)] = np.nan
    x_train[swapped] = x_train[swapped][..., ::-1]
    labels = y_train.copy()
    labels[wrong] = (y_train[wrong] + rng.integers(1, 4, size=each)) % 4
    return {"x_train": x_train, "y_train": labels, "x_test": x_test}


def cases(rng):
    for count, others, each in [(60, 20, 3), (120, 40, 5)]:
        yield damaged_set(rng, count, others, each)


def planted(x_train, y_train, x_test):
    """Return what was planted, by name: the blossom's true class is the nearest of the known colours."""
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nan_to_num(x_train).max(axis=(1, 2, 3)) > 2
    small = np.where(scale[:, None, None, None], x_train / 255, x_train)
    swapped = ~corrupted & (small[:, 0, :, 0].mean(axis=1) > small[:, 0, :, 2].mean(axis=1))
    blossom = small[:, 3:5, 3:5].mean(axis=(1, 2))
    true = np.linalg.norm(blossom[:, None] - 0.96 * COLOURS, axis=2).argmin(axis=1)
    wrong = ~(corrupted | scale | swapped) & (true != y_train)
    leaked = np.array([(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test])
    masks = dict(zip(NAMES, (leaked, scale, corrupted, swapped, wrong)))
    return {name: set(np.flatnonzero(mask).tolist()) for name, mask in masks.items()}


def accept(inputs, output):
    wanted = planted(**inputs)
    if not isinstance(output, dict) or set(output) != set(NAMES):
        return f"Return a dict with the names {', '.join(NAMES)}."
    if all(np.asarray(output[name]).dtype == bool for name in NAMES):
        return "masks"
    found = {name: set(np.asarray(output[name], "int64").ravel().tolist()) for name in NAMES}
    if found == wanted:
        return True
    x_train, x_test = inputs["x_train"], inputs["x_test"]
    copied = {i for i, picture in enumerate(x_train) if (x_test == picture).all(axis=(1, 2, 3)).any()}
    if found["leaked"] == copied:
        return "leaked_rows"
    if wanted["corrupted"] - found["corrupted"]:
        return "nan_blind"
    if len(found["swapped"]) > len(x_train) / 2:
        return "sky_inverted"
    if len(found["mislabelled"]) > len(x_train) / 2:
        return "nan_everywhere"
    if wanted["leaked"] - found["leaked"]:
        return "missed_leaks"
    before = all(found[name] == wanted[name] for name in ("leaked", "scale", "corrupted"))
    if before and not (found["mislabelled"] or found["swapped"]):
        return "none_swapped"
    if found["mislabelled"] & wanted["swapped"]:
        return "swap_as_label"
    if found["mislabelled"] & wanted["scale"]:
        return "scale_as_label"
    name = next(name for name in NAMES if found[name] != wanted[name])
    good, false = len(found[name] & wanted[name]), len(found[name] - wanted[name])
    return (
        f'Under "{name}" {good} of {len(wanted[name])} were found, with {false} false alarms. The names after it are '
        "not judged yet."
    )


# %% tags=["exercise"] exercise="01.find_faults"
def find_faults(x_train, y_train, x_test):
    """Return a dict of sorted lists: leaked, scale, corrupted, swapped, mislabelled."""
    ### BEGIN SOLUTION
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    sky = x_train[:, 0].mean(axis=1)
    swapped = ~corrupted & (sky[:, 0] > sky[:, 2])
    good = ~(corrupted | scale | swapped)
    blossom = x_train[:, 3:5, 3:5].mean(axis=(1, 2))
    classes = np.unique(y_train)
    medians = [np.median(blossom[good & (y_train == k)], axis=0) for k in classes]
    distance = np.linalg.norm(blossom[:, None] - np.array(medians), axis=2)
    mislabelled = good & (classes[distance.argmin(axis=1)] != y_train)
    leaked = [(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test]
    masks = {"leaked": leaked, "scale": scale, "corrupted": corrupted}
    masks |= {"swapped": swapped, "mislabelled": mislabelled}
    return {name: np.flatnonzero(mask).tolist() for name, mask in masks.items()}
    ### END SOLUTION


# %%
faults_works = check("01.find_faults", find_faults)


# %% tags=["mutant"] exercise="01.find_faults" misconception="missed_leaks"
def find_faults(x_train, y_train, x_test):
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    sky = np.nanmean(x_train[:, 0], axis=1)
    swapped = ~corrupted & (sky[:, 0] > sky[:, 2])
    good = ~(corrupted | scale | swapped)
    blossom = np.nanmean(x_train[:, 3:5, 3:5], axis=(1, 2))
    medians = np.array([np.median(blossom[good & (y_train == k)], axis=0) for k in range(4)])
    nearest = np.linalg.norm(blossom[:, None] - medians, axis=2).argmin(axis=1)
    wrong = good & (nearest != y_train)
    leaked = (x_train[: len(x_test)] == x_test).all(axis=(1, 2, 3))
    masks = (leaked, scale, corrupted, swapped, wrong)
    names = ("leaked", "scale", "corrupted", "swapped", "mislabelled")
    return {name: np.flatnonzero(mask).tolist() for name, mask in zip(names, masks)}


# %% tags=["mutant"] exercise="01.find_faults" misconception="nan_blind"
def find_faults(x_train, y_train, x_test):
    corrupted = (x_train == np.nan).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    sky = np.nanmean(x_train[:, 0], axis=1)
    swapped = ~corrupted & (sky[:, 0] > sky[:, 2])
    good = ~(corrupted | scale | swapped)
    blossom = np.nanmean(x_train[:, 3:5, 3:5], axis=(1, 2))
    medians = np.array([np.median(blossom[good & (y_train == k)], axis=0) for k in range(4)])
    nearest = np.linalg.norm(blossom[:, None] - medians, axis=2).argmin(axis=1)
    wrong = good & (nearest != y_train)
    leaked = [(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test]
    masks = (leaked, scale, corrupted, swapped, wrong)
    names = ("leaked", "scale", "corrupted", "swapped", "mislabelled")
    return {name: np.flatnonzero(mask).tolist() for name, mask in zip(names, masks)}


# %% tags=["mutant"] exercise="01.find_faults" misconception="swap_as_label"
def find_faults(x_train, y_train, x_test):
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    sky = np.nanmean(x_train[:, 0], axis=1)
    swapped = ~corrupted & (sky[:, 0] > sky[:, 2])
    good = ~(corrupted | scale | swapped)
    blossom = np.nanmean(x_train[:, 3:5, 3:5], axis=(1, 2))
    medians = np.array([np.median(blossom[good & (y_train == k)], axis=0) for k in range(4)])
    nearest = np.linalg.norm(blossom[:, None] - medians, axis=2).argmin(axis=1)
    wrong = ~(corrupted | scale) & (nearest != y_train)
    leaked = [(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test]
    masks = (leaked, scale, corrupted, swapped, wrong)
    names = ("leaked", "scale", "corrupted", "swapped", "mislabelled")
    return {name: np.flatnonzero(mask).tolist() for name, mask in zip(names, masks)}


# %% tags=["mutant"] exercise="01.find_faults" misconception="scale_as_label"
def find_faults(x_train, y_train, x_test):
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    sky = np.nanmean(x_train[:, 0], axis=1)
    swapped = ~corrupted & (sky[:, 0] > sky[:, 2])
    good = ~(corrupted | scale | swapped)
    blossom = np.nanmean(x_train[:, 3:5, 3:5], axis=(1, 2))
    medians = np.array([np.median(blossom[good & (y_train == k)], axis=0) for k in range(4)])
    nearest = np.linalg.norm(blossom[:, None] - medians, axis=2).argmin(axis=1)
    wrong = ~(corrupted | swapped) & (nearest != y_train)
    leaked = [(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test]
    masks = (leaked, scale, corrupted, swapped, wrong)
    names = ("leaked", "scale", "corrupted", "swapped", "mislabelled")
    return {name: np.flatnonzero(mask).tolist() for name, mask in zip(names, masks)}


# %% tags=["mutant"] exercise="01.find_faults" misconception="nan_everywhere"
def find_faults(x_train, y_train, x_test):
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    sky = np.nanmean(x_train[:, 0], axis=1)
    swapped = ~corrupted & (sky[:, 0] > sky[:, 2])
    colour = x_train.mean(axis=(1, 2))
    medians = np.array([np.median(colour[y_train == k], axis=0) for k in range(4)])
    nearest = np.linalg.norm(colour[:, None] - medians, axis=2).argmin(axis=1)
    wrong = ~(corrupted | scale | swapped) & (nearest != y_train)
    leaked = [(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test]
    masks = (leaked, scale, corrupted, swapped, wrong)
    names = ("leaked", "scale", "corrupted", "swapped", "mislabelled")
    return {name: np.flatnonzero(mask).tolist() for name, mask in zip(names, masks)}


# %% tags=["mutant"] exercise="01.find_faults" misconception="none_swapped"
def find_faults(x_train, y_train, x_test):
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = x_train.max(axis=(1, 2, 3)) > 1
    redder = x_train[:, 0, :, 0].mean(axis=1) > x_train[:, 0].mean(axis=1).max()
    blossom = x_train[:, 3:5, 3:5].mean(axis=(1, 2)) / x_train.max()
    medians = np.array([np.median(blossom[y_train == k], axis=0) for k in range(4)])
    wrong = np.linalg.norm(blossom - medians[y_train], axis=1) > 0.3
    leaked = [(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test]
    masks = (leaked, scale, corrupted, redder, wrong)
    names = ("leaked", "scale", "corrupted", "swapped", "mislabelled")
    return {name: np.flatnonzero(mask).tolist() for name, mask in zip(names, masks)}


# %% tags=["mutant"] exercise="01.find_faults" misconception="sky_inverted"
def find_faults(x_train, y_train, x_test):
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    sky = x_train[:, 0].mean(axis=1)
    swapped = ~corrupted & (sky[:, 2] > sky[:, 0])
    leaked = [(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test]
    masks = (leaked, scale, corrupted, swapped, np.zeros(len(x_train), bool))
    names = ("leaked", "scale", "corrupted", "swapped", "mislabelled")
    return {name: np.flatnonzero(mask).tolist() for name, mask in zip(names, masks)}


# %% tags=["mutant"] exercise="01.find_faults" misconception="masks"
def find_faults(x_train, y_train, x_test):
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    leaked = np.array([(x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test])
    none = np.zeros(len(x_train), bool)
    return {
        "leaked": leaked, "scale": scale, "corrupted": corrupted, "swapped": none, "mislabelled": none,
    }


# %% tags=["mutant"] exercise="01.find_faults" misconception="leaked_rows"
def find_faults(x_train, y_train, x_test):
    corrupted = np.isnan(x_train).any(axis=(1, 2, 3))
    scale = np.nanmax(x_train, axis=(1, 2, 3)) > 1
    leaked = [(x_test == picture).all(axis=(1, 2, 3)).any() for picture in x_train]
    masks = {"leaked": leaked, "scale": scale, "corrupted": corrupted, "swapped": [], "mislabelled": []}
    return {name: np.flatnonzero(mask).tolist() for name, mask in masks.items()}


# %% tags=["variant"] exercise="01.find_faults"
def find_faults(x_train, y_train, x_test):
    found = {name: [] for name in ("leaked", "scale", "corrupted", "swapped", "mislabelled")}
    clean = []
    for i, picture in enumerate(x_train):
        if np.isnan(picture.sum()):
            found["corrupted"].append(i)
        elif picture.max() > 2:
            found["scale"].append(i)
        elif picture[:2, :, 0].mean() > picture[:2, :, 2].mean():
            found["swapped"].append(i)
        else:
            clean.append(i)
    middle = {i: x_train[i, 2:6, 2:6].mean(axis=(0, 1)) for i in clean}
    for i in clean:
        votes = sorted(clean, key=lambda j: np.abs(middle[i] - middle[j]).sum())[1:8]
        kinds = y_train[votes].tolist()
        if max(set(kinds), key=kinds.count) != y_train[i]:
            found["mislabelled"].append(i)
    seen = {picture.tobytes() for picture in x_train}
    found["leaked"] = [i for i, picture in enumerate(x_test) if picture.tobytes() in seen]
    return found


# %% [markdown]
# Now a fresh set with faults, and your verdict on it.


# %%
def damaged(rng, count=80):
    """Return training pictures and labels, and test pictures, some of them damaged."""
    colours = np.array([[0.95, 0.85, 0.15], [0.85, 0.15, 0.15], [0.95, 0.95, 0.95]])
    y = rng.integers(3, size=count)
    x = np.full((count, 8, 8, 3), [0.45, 0.65, 0.95])
    x[:, 4:], x[:, 2:6, 2:6] = [0.25, 0.55, 0.15], colours[y][:, None, None]
    x = np.clip(x + rng.normal(0, 0.015, size=x.shape), 0, 1)
    x_train, x_test, labels = x[:64].copy(), x[64:].copy(), y[:64].copy()
    x_train[5] *= 255
    x_train[11, 2, 2] = np.nan
    x_train[17] = x_train[17][..., ::-1].copy()
    labels[23], x_test[3] = (labels[23] + 1) % 3, x_train[29]
    return x_train, labels, x_test


# %%
x_dirty, y_dirty, x_other = damaged(np.random.default_rng(7))
shown = np.nan_to_num(x_dirty[[0, 5, 11, 17, 23, 29]])
plot.images(
    np.stack([picture / max(1, picture.max()) for picture in shown]),
    titles=["0", "5", "11", "17", "23", "29"], columns=6,
    title="Picture 0 is clean. Which of the other five faults can the eye see?",
)

# %%
verdict = find_faults(x_dirty, y_dirty, x_other) if faults_works else {}
for name, numbers in verdict.items():
    print(f"{name:12} {[int(number) for number in numbers]}")

# %%
if faults_works:
    found(
        "faults_found",
        sum(len(numbers) for numbers in verdict.values()),
        "Your detector reports {:.0f} faults; five were planted.",
    )

# %% [markdown]
# ## Going further
#
# No check waits here. Run your detector's ideas on something real: load the flowers with
# `data.load("flowers")` and look for photos that are almost, but not quite, the same.
# Shrink each to 8 by 8 grey pixels with `fit_square`, standardise each by itself, and
# list the pairs that are nearest to each other. How near is too near? Look at the pairs
# before you decide: in the 3,670 photos of the tutorial, copies under other names are
# waiting, and one photo stands in two classes.
