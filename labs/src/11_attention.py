# %% [markdown]
# **Can you write the block that transformers are made of?**
#
# In lesson 11 you saw attention, masks, positions and heads. Here you write them, part
# by part, in NumPy, and put them together to a transformer block. At the end a network
# that Keras has trained runs through your functions, and you see where its heads look.
#
# **What comes of it:** the part that a large language model repeats many times over. Your
# block gives the same numbers as Keras's, up to rounding, and whoever has written one
# reads a drawing of a transformer like a plan of their own house. Lesson 12 goes on
# from there.
#
# Exercises 1 to 6 are the pieces, 7 counts, 8 puts together. What is checked is what
# your function returns for inputs that nobody has seen before, never how you wrote it.
# `hint("11.attention")` gives away a little, and more when you ask again;
# `solution("11.attention")` all of it.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import functools
import re

import keras
import numpy as np

from layerwise import explore, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(11)
rng = np.random.default_rng(11)

# %% [markdown]
# ## 1 · Attention
#
# | argument | what it is |
# |---|---|
# | `query` | shape (asking, size) |
# | `key` | shape (places, size) |
# | `value` | shape (places, width) |
#
# Return what each query reads, shape (asking, width): the scores divided by the square
# root of `size`, a softmax over the places, and the mean of the values with these
# weights.

# %% tags=["definition"] exercise="11.attention"
"""Scaled dot-product attention."""
import numpy as np

POINTS = 2
HINTS = [
    "Every query meets every key: `query @ key.T` has the shape (asking, places).",
    "Divide by `np.sqrt(size)`, then the softmax along the last axis: each row must sum to 1.",
    "`weights @ value` is the mean of the values with these weights, for all queries at once.",
]
MISTAKES = {
    "not_scaled": "The root is missing: divide the scores by the square root of the size of a key.",
    "not_a_root": "You divided by the size itself. The spread of the scores grows with its square root.",
    "root_of_length": "You took the root of the number of places. It is the size of a key that makes scores large.",
    "wrong_axis": "Your softmax runs over the queries. Each query shares a weight of 1 among the places that it reads.",
    "swapped": "Keys ask and queries are read: rows and columns of the scores are swapped.",
    "weights_only": "These are the weights. What is wanted is what they read: their product with the values.",
    "sum_not_mean": "Exponentials without the division: the weights of a query must sum to 1.",
    "hardest_only": "You read only the place with the highest score. Attention reads all places, each by its weight.",
}


def cases(rng):
    for asking, places, size, width in [(3, 5, 4, 2), (5, 5, 9, 5), (1, 6, 16, 3), (4, 4, 8, 4)]:
        yield {
            "query": (1.2 * rng.normal(size=(asking, size))).round(2), "key": rng.normal(size=(places, size)).round(2),
            "value": rng.normal(2, 1, size=(places, width)).round(2),
        }


def weights_of(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def reference(query, key, value):
    return weights_of(query @ key.T / np.sqrt(key.shape[1])) @ value


def diagnose(inputs, output):
    query, key, value = inputs.values()
    scores, size = query @ key.T, key.shape[1]
    wrong = {
        "not_scaled": weights_of(scores) @ value,
        "not_a_root": weights_of(scores / size) @ value,
        "root_of_length": weights_of(scores / np.sqrt(len(key))) @ value,
        "wrong_axis": weights_of(scores / np.sqrt(size), 0) @ value,
        "weights_only": weights_of(scores / np.sqrt(size)),
        "sum_not_mean": np.exp(scores / np.sqrt(size)) @ value,
        "hardest_only": value[scores.argmax(axis=1)],
    }
    if len(query) == len(key):
        wrong["swapped"] = weights_of(scores.T / np.sqrt(size)) @ value
    output = np.asarray(output)
    for mistake, result in wrong.items():
        if output.shape == result.shape and np.allclose(output, result):
            return mistake
    return None


# %% tags=["exercise"] exercise="11.attention"
def attention(query, key, value):
    """Return what each query reads, shape (asking, width)."""
    ### BEGIN SOLUTION
    scores = query @ key.T / np.sqrt(key.shape[1])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = powers / powers.sum(axis=1, keepdims=True)
    return weights @ value
    ### END SOLUTION


# %%
attention_works = check("11.attention", attention)


# %% tags=["mutant"] exercise="11.attention" misconception="not_scaled"
def attention(query, key, value):
    powers = np.exp(query @ key.T)
    return powers / powers.sum(axis=1, keepdims=True) @ value


# %% tags=["mutant"] exercise="11.attention" misconception="not_a_root"
def attention(query, key, value):
    powers = np.exp(query @ key.T / key.shape[1])
    return powers / powers.sum(axis=1, keepdims=True) @ value


# %% tags=["mutant"] exercise="11.attention" misconception="root_of_length"
def attention(query, key, value):
    powers = np.exp(query @ key.T / np.sqrt(len(key)))
    return powers / powers.sum(axis=1, keepdims=True) @ value


# %% tags=["mutant"] exercise="11.attention" misconception="wrong_axis"
def attention(query, key, value):
    powers = np.exp(query @ key.T / np.sqrt(key.shape[1]))
    return powers / powers.sum(axis=0) @ value


# %% tags=["mutant"] exercise="11.attention" misconception="swapped"
def attention(query, key, value):
    powers = np.exp(key @ query.T / np.sqrt(key.shape[1]))
    return powers / powers.sum(axis=1, keepdims=True) @ value


# %% tags=["mutant"] exercise="11.attention" misconception="weights_only"
def attention(query, key, value):
    powers = np.exp(query @ key.T / np.sqrt(key.shape[1]))
    return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["mutant"] exercise="11.attention" misconception="sum_not_mean"
def attention(query, key, value):
    return np.exp(query @ key.T / np.sqrt(key.shape[1])) @ value


# %% tags=["mutant"] exercise="11.attention" misconception="hardest_only"
def attention(query, key, value):
    return value[np.argmax(query @ key.T, axis=1)]


# %% tags=["variant"] exercise="11.attention"
def attention(query, key, value):
    answers = []
    for one in query:
        scores = np.array([np.sum(one * other) / len(one) ** 0.5 for other in key])
        weights = np.exp(scores - max(scores))
        answers.append(sum(weight * row for weight, row in zip(weights / sum(weights), value)))
    return np.array(answers)


# %% [markdown]
# Held against Keras, on random numbers. It wants an axis for a batch and one for the
# heads, which are put in and taken away again:

# %%
if attention_works:
    three = [rng.normal(size=(6, 8)).astype("float32") for _ in range(3)]
    library = keras.ops.dot_product_attention(*[one[None, :, None] for one in three])
    library = keras.ops.convert_to_numpy(library)[0, :, 0]
    assert np.allclose(attention(*three), library, atol=1e-5)

# %% [markdown]
# ## 2 · Who may read whom
#
# Whoever learns to write the next word must not see it. Return the causal mask for a
# text of some length: an array of truth values, shape (length, length), True where the
# place of the row may read the place of the column.

# %% tags=["definition"] exercise="11.causal_mask"
"""The causal mask."""
import numpy as np

POINTS = 1
HINTS = [
    "Take length 3 and write it down: the first place reads one place, the second two, the third three.",
    "A place reads itself and all before it: column ≤ row.",
    "`np.tri(length, dtype=bool)`, or a comparison of `np.arange(length)` with itself, one of them turned.",
]
MISTAKES = {
    "not_itself": "No place may read itself in yours; the first has nothing to read. A place knows its own word.",
    "sees_next": "Each place sees one place too far: the very word that it is to guess.",
    "backwards": "That is the mask turned round: every place reads itself and what comes *after* it.",
    "all_true": "Everything may be read. Then the answer is always in sight.",
    "only_itself": "Each place reads nothing but itself. It may read all that stands before it, too.",
}


def cases(rng):
    for length in (3, 1, int(rng.integers(4, 9))):
        yield {"length": length}


def reference(length):
    return np.tri(length, dtype=bool)


def diagnose(inputs, output):
    length = inputs["length"]
    wrong = {
        "not_itself": np.tri(length, k=-1), "sees_next": np.tri(length, k=1), "backwards": np.tri(length).T,
        "all_true": np.ones((length, length)), "only_itself": np.eye(length),
    }
    output = np.asarray(output)
    if length < 3 or output.shape != (length, length):
        return None
    return next((name for name, mask in wrong.items() if np.array_equal(output, mask.astype(bool))), None)


# %% tags=["exercise"] exercise="11.causal_mask"
def causal_mask(length):
    """Return True where the place of a row may read the place of a column."""
    ### BEGIN SOLUTION
    places = np.arange(length)
    return places[None, :] <= places[:, None]
    ### END SOLUTION


# %%
causal_works = check("11.causal_mask", causal_mask)


# %% tags=["mutant"] exercise="11.causal_mask" misconception="not_itself"
def causal_mask(length):
    return np.tri(length, k=-1, dtype=bool)


# %% tags=["mutant"] exercise="11.causal_mask" misconception="sees_next"
def causal_mask(length):
    return np.tri(length, k=1, dtype=bool)


# %% tags=["mutant"] exercise="11.causal_mask" misconception="backwards"
def causal_mask(length):
    return np.triu(np.ones((length, length), dtype=bool))


# %% tags=["mutant"] exercise="11.causal_mask" misconception="all_true"
def causal_mask(length):
    return np.ones((length, length), dtype=bool)


# %% tags=["mutant"] exercise="11.causal_mask" misconception="only_itself"
def causal_mask(length):
    return np.eye(length, dtype=bool)


# %% tags=["variant"] exercise="11.causal_mask"
def causal_mask(length):
    return np.array([[column < row + 1 for column in range(length)] for row in range(length)])


# %% [markdown]
# ## 3 · Weights under a mask
#
# `scores` has the shape (asking, places), and so has `allowed`, with True where reading
# is allowed; every row allows one place at least. Return the weights: 0 where it is
# forbidden, and a sum of 1 in each row. Scores can be in the thousands, on forbidden
# places too, and `exp(1000)` is larger than a computer's numbers go.

# %% tags=["definition"] exercise="11.masked_weights"
"""A softmax under a mask."""
import numpy as np

POINTS = 2
HINTS = [
    "The mask comes first, the softmax second: a forbidden score becomes so small that its exponential is 0.",
    "`np.where(allowed, scores, -np.inf)`; and exp(-inf) is 0.",
    "Subtract the largest *allowed* score of each row before the exponential, so that nothing overflows.",
]
MISTAKES = {
    "after": "Forbidden weights are 0, but the others do not sum to 1: the mask came after the softmax, and what was "
    "forbidden has taken its share.",
    "score_zero": "You set forbidden scores to 0. That is an ordinary score, and exp(0) is 1: forbidden places are "
    "read.",
    "added": "The mask was added to the scores as 0 and 1, which forbids nothing.",
    "inverted": "You have forbidden what is allowed, and allowed what is forbidden.",
    "ignored": "The mask changes nothing in yours.",
    "wrong_axis": "Each column sums to 1 in yours. The softmax runs along a row, over the places that one query reads.",
    "overflow": "With scores in the thousands the exponential overflows, and nan comes out. Subtract the largest.",
    "largest_of_all": "You subtract the largest score of the row, and it may be a forbidden one. Then all allowed "
    "exponentials can become 0, and 0 / 0 is nan. Take the largest of the allowed.",
}


def cases(rng):
    for asking, places, spread in [(4, 5, 1), (5, 5, 2), (3, 4, 1500), (3, 6, 1)]:
        allowed = rng.random((asking, places)) < 0.6
        allowed[np.arange(asking), rng.integers(0, places - 1, asking)] = True
        allowed[:, -1] = False
        scores = (spread * rng.normal(size=(asking, places))).round(2)
        if spread > 100:  # a row that any exponential stands, one that none does, and a larger forbidden score
            best = np.where(allowed, scores, -np.inf).max(axis=1)
            scores[:2] += np.array([5, 2000])[:, None] - best[:2, None]
            scores[:, -1] = scores.max() + 2000
        yield {"scores": scores, "allowed": allowed}


def share(scores, axis=1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def reference(scores, allowed):
    return share(np.where(allowed, scores, -np.inf))


def diagnose(inputs, output):
    scores, allowed = inputs.values()
    output = np.asarray(output, float)
    if output.shape != scores.shape:
        return None
    hidden = np.where(allowed, scores, -np.inf)
    if not np.isfinite(output).all():
        powers = np.exp(scores - scores.max(axis=1, keepdims=True)) * allowed
        empty = powers.sum(axis=1) == 0
        broken = ~np.isfinite(output).all(axis=1)
        return "largest_of_all" if empty.any() and np.array_equal(broken, empty) else "overflow"
    with np.errstate(all="ignore"):
        columns = share(np.where(allowed, scores, -1e9), 0)
    wrong = {
        "after": share(scores) * allowed, "score_zero": share(np.where(allowed, scores, 0.0)),
        "added": share(scores + allowed), "inverted": share(np.where(allowed, -1e9, scores)), "ignored": share(scores),
        "wrong_axis": columns, "wrong_axis_unmasked": share(hidden.clip(-1e9), 0),
    }
    for mistake, result in wrong.items():
        if np.allclose(output, result):
            return mistake.removesuffix("_unmasked")
    return None


# %% tags=["exercise"] exercise="11.masked_weights"
def masked_weights(scores, allowed):
    """Return weights that sum to 1 in each row, 0 where it is forbidden to read."""
    ### BEGIN SOLUTION
    hidden = np.where(allowed, scores, -np.inf)
    powers = np.exp(hidden - hidden.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
masked_works = check("11.masked_weights", masked_weights)


# %% tags=["mutant"] exercise="11.masked_weights" misconception="after"
def masked_weights(scores, allowed):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True) * allowed


# %% tags=["mutant"] exercise="11.masked_weights" misconception="score_zero"
def masked_weights(scores, allowed):
    scores = scores * allowed
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["mutant"] exercise="11.masked_weights" misconception="added"
def masked_weights(scores, allowed):
    scores = scores + allowed
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["mutant"] exercise="11.masked_weights" misconception="inverted"
def masked_weights(scores, allowed):
    hidden = np.where(allowed, -1e9, scores)
    powers = np.exp(hidden - hidden.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["mutant"] exercise="11.masked_weights" misconception="ignored"
def masked_weights(scores, allowed):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["mutant"] exercise="11.masked_weights" misconception="wrong_axis"
def masked_weights(scores, allowed):
    hidden = np.where(allowed, scores, -1e9)
    powers = np.exp(hidden - hidden.max(axis=0))
    return powers / powers.sum(axis=0)


# %% tags=["mutant"] exercise="11.masked_weights" misconception="overflow"
def masked_weights(scores, allowed):
    with np.errstate(all="ignore"):
        powers = np.exp(np.where(allowed, scores, -np.inf))
        return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["mutant"] exercise="11.masked_weights" misconception="largest_of_all"
def masked_weights(scores, allowed):
    with np.errstate(all="ignore"):
        powers = np.exp(scores - scores.max(axis=1, keepdims=True)) * allowed
        return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["variant"] exercise="11.masked_weights"
def masked_weights(scores, allowed):
    weights = np.zeros(scores.shape)
    for row in range(len(scores)):
        here = np.flatnonzero(allowed[row])
        powers = np.exp(scores[row, here] - scores[row, here].max())
        weights[row, here] = powers / powers.sum()
    return weights


# %% [markdown]
# Both at work, on random scores: nobody looks ahead.

# %%
if causal_works and masked_works:
    some = masked_weights(rng.normal(size=(8, 8)), causal_mask(8))
    assert np.allclose(some.sum(axis=1), 1)

# %% [markdown]
# Above the diagonal the grid must be empty, and the first letter can read nothing but
# itself.

# %%
plot.attention(
    some, list("everyone"), chosen=5, title="Your mask: each letter reads what it may"
) if causal_works and masked_works else None

# %% [markdown]
# ## 4 · Positions
#
# Write the positions of the lesson. Place number $p$, counted from 0, gets `width`
# numbers: first the sines of $p \cdot r_i$ for $i = 0, 1, \dots, \text{width} / 2 - 1$,
# then the cosines of the same angles, with the rates
#
# $$r_i = 10000^{-i / (\text{width} / 2)}$$

# %% tags=["definition"] exercise="11.positions"
"""Sinusoidal positions."""
import numpy as np

POINTS = 2
HINTS = [
    "First the rates, shape (width // 2,); the first is 1, and they get smaller.",
    "The angles are every place times every rate: `np.arange(length)[:, None] * rates`.",
    "`np.concatenate([np.sin(angles), np.cos(angles)], axis=1)`.",
]
MISTAKES = {
    "from_one": "Your first place is number 1. Places are counted from 0, so the first is sin(0) and cos(0).",
    "cosines_first": "Sines come first, then cosines.",
    "interleaved": "Sine and cosine take turns in yours, as in the paper. Here all sines come first, then all cosines.",
    "rates_grow": "Your waves get faster from left to right. The exponent is negative: they get slower.",
    "width_not_half": "Your rates go down half as fast: the exponent is i over *half* the width.",
    "reaches_the_end": "Your last rate is 1 / 10,000. i stops before half the width, so it is not quite reached.",
    "transposed": "Rows and columns are swapped: a place is a row.",
}


def cases(rng):
    for length, width in [(5, 8), (int(rng.integers(6, 10)), 6), (3, 12)]:
        yield {"length": length, "width": width}


def waves(length, rates, start=0):
    angles = (start + np.arange(length))[:, None] * rates
    return np.sin(angles), np.cos(angles)


def reference(length, width):
    half = width // 2
    return np.concatenate(waves(length, 10_000.0 ** (-np.arange(half) / half)), axis=1)


def diagnose(inputs, output):
    length, width = inputs.values()
    half = width // 2
    steps = np.arange(half) / half
    rates = 10_000.0**-steps
    sines, cosines = waves(length, rates)
    wrong = {
        "from_one": np.concatenate(waves(length, rates, 1), axis=1),
        "cosines_first": np.concatenate([cosines, sines], axis=1),
        "interleaved": np.stack([sines, cosines], axis=-1).reshape(length, width),
        "rates_grow": np.concatenate(waves(length, 10_000.0**steps), axis=1),
        "width_not_half": np.concatenate(waves(length, 10_000.0 ** (-steps / 2)), axis=1),
        "reaches_the_end": np.concatenate(waves(length, 10_000.0 ** -np.linspace(0, 1, half)), axis=1),
        "transposed": np.concatenate([sines, cosines], axis=1).T,
    }
    output = np.asarray(output)
    for mistake, result in wrong.items():
        if output.shape == result.shape and np.allclose(output, result):
            return mistake
    return None


# %% tags=["exercise"] exercise="11.positions"
def positions(length, width):
    """Return a vector for each place, shape (length, width)."""
    ### BEGIN SOLUTION
    half = width // 2
    rates = 10_000.0 ** (-np.arange(half) / half)
    angles = np.arange(length)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    ### END SOLUTION


# %%
positions_work = check("11.positions", positions)


# %% tags=["mutant"] exercise="11.positions" misconception="from_one"
def positions(length, width):
    half = width // 2
    angles = np.arange(1, length + 1)[:, None] * 10_000.0 ** (-np.arange(half) / half)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


# %% tags=["mutant"] exercise="11.positions" misconception="cosines_first"
def positions(length, width):
    half = width // 2
    angles = np.arange(length)[:, None] * 10_000.0 ** (-np.arange(half) / half)
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1)


# %% tags=["mutant"] exercise="11.positions" misconception="interleaved"
def positions(length, width):
    table = np.zeros((length, width))
    angles = np.arange(length)[:, None] * 10_000.0 ** (-np.arange(0, width, 2) / width)
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


# %% tags=["mutant"] exercise="11.positions" misconception="rates_grow"
def positions(length, width):
    half = width // 2
    angles = np.arange(length)[:, None] * 10_000.0 ** (np.arange(half) / half)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


# %% tags=["mutant"] exercise="11.positions" misconception="width_not_half"
def positions(length, width):
    angles = np.arange(length)[:, None] * 10_000.0 ** (-np.arange(width // 2) / width)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


# %% tags=["mutant"] exercise="11.positions" misconception="reaches_the_end"
def positions(length, width):
    half = width // 2
    angles = np.arange(length)[:, None] * 10_000.0 ** (-np.arange(half) / (half - 1))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


# %% tags=["mutant"] exercise="11.positions" misconception="transposed"
def positions(length, width):
    half = width // 2
    angles = 10_000.0 ** (-np.arange(half) / half)[:, None] * np.arange(length)
    return np.concatenate([np.sin(angles), np.cos(angles)])


# %% tags=["variant"] exercise="11.positions"
def positions(length, width):
    rows = []
    for place in range(length):
        angles = [place / 10_000 ** (2 * i / width) for i in range(width // 2)]
        rows.append([*map(np.sin, angles), *map(np.cos, angles)])
    return np.array(rows)


# %% [markdown]
# ## 5 · One step back
#
# To look `steps` places back, a head turns each position into the one of an earlier
# place, by one matrix that is the same for all places. Return that matrix, shape
# (width, width), such that `positions(n, width) @ matrix` has in row $p$ the position of
# place $p - \text{steps}$. You need two formulas from school:
#
# $$\sin(a - b) = \sin a \cos b - \cos a \sin b \qquad \cos(a - b) = \cos a \cos b + \sin a \sin b$$

# %% tags=["definition"] exercise="11.turn"
"""The matrix that looks back."""
import numpy as np

POINTS = 3
HINTS = [
    "Each rate turns by its own angle b = steps · rate, and touches only its own sine and its own cosine.",
    "Think of four blocks, each diagonal: how much of the old sine goes into the new sine, of the old sine into the "
    "new cosine, of the old cosine into the new sine, and of the old cosine into the new cosine.",
    "With `c = np.diag(np.cos(b))` and `s = np.diag(np.sin(b))`: `np.block([[c, s], [-s, c]])`. Rows are what goes in.",
]
MISTAKES = {
    "forward": "This matrix looks ahead: row p becomes place p + steps. Turn the sign of the sines.",
    "one_step": "It always goes one step back. The angle is steps times the rate.",
    "mirrored": "The signs of both sines agree. In a turn one of them is negative; yours is no turn, but a mirror.",
    "one_angle": "All waves are turned by the same angle. Each has its own rate, and so its own angle.",
    "no_turn": "This is the identity: nothing is turned.",
}


def cases(rng):
    for width, steps in [(8, 1), (6, 3), (12, int(rng.integers(2, 6)))]:
        yield {"width": width, "steps": steps}


def turned(angles, mirrored=False):
    c, s = np.diag(np.cos(angles)), np.diag(np.sin(angles))
    return np.block([[c, s], [s if mirrored else -s, c]])


def reference(width, steps):
    half = width // 2
    return turned(steps * 10_000.0 ** (-np.arange(half) / half))


def diagnose(inputs, output):
    width, steps = inputs.values()
    half = width // 2
    rates = 10_000.0 ** (-np.arange(half) / half)
    wrong = {
        "forward": turned(-steps * rates), "mirrored": turned(steps * rates, mirrored=True),
        "mirrored_too": turned(-steps * rates, mirrored=True), "one_angle": turned(np.full(half, float(steps))),
        "no_turn": np.eye(width),
    }
    if steps > 1:
        wrong["one_step"] = turned(rates)
    output = np.asarray(output)
    for mistake, result in wrong.items():
        if output.shape == result.shape and np.allclose(output, result):
            return mistake.removesuffix("_too")
    return None


# %% tags=["exercise"] exercise="11.turn"
def turn(width, steps):
    """Return the matrix that takes each position `steps` places back."""
    ### BEGIN SOLUTION
    half = width // 2
    angles = steps * 10_000.0 ** (-np.arange(half) / half)
    cosine, sine = np.diag(np.cos(angles)), np.diag(np.sin(angles))
    return np.block([[cosine, sine], [-sine, cosine]])
    ### END SOLUTION


# %%
turn_works = check("11.turn", turn)


# %% tags=["mutant"] exercise="11.turn" misconception="forward"
def turn(width, steps):
    half = width // 2
    angles = steps * 10_000.0 ** (-np.arange(half) / half)
    cosine, sine = np.diag(np.cos(angles)), np.diag(np.sin(angles))
    return np.block([[cosine, -sine], [sine, cosine]])


# %% tags=["mutant"] exercise="11.turn" misconception="one_step"
def turn(width, steps):
    half = width // 2
    angles = 10_000.0 ** (-np.arange(half) / half)
    cosine, sine = np.diag(np.cos(angles)), np.diag(np.sin(angles))
    return np.block([[cosine, sine], [-sine, cosine]])


# %% tags=["mutant"] exercise="11.turn" misconception="mirrored"
def turn(width, steps):
    half = width // 2
    angles = steps * 10_000.0 ** (-np.arange(half) / half)
    cosine, sine = np.diag(np.cos(angles)), np.diag(np.sin(angles))
    return np.block([[cosine, sine], [sine, cosine]])


# %% tags=["mutant"] exercise="11.turn" misconception="one_angle"
def turn(width, steps):
    cosine, sine = np.cos(steps) * np.eye(width // 2), np.sin(steps) * np.eye(width // 2)
    return np.block([[cosine, sine], [-sine, cosine]])


# %% tags=["mutant"] exercise="11.turn" misconception="no_turn"
def turn(width, steps):
    return np.eye(width)


# %% tags=["variant"] exercise="11.turn"
def turn(width, steps):
    half = width // 2
    matrix = np.zeros((width, width))
    for i in range(half):
        angle = steps / 10_000 ** (i / half)
        matrix[i, i] = matrix[half + i, half + i] = np.cos(angle)
        matrix[half + i, i], matrix[i, half + i] = -np.sin(angle), np.sin(angle)
    return matrix


# %% [markdown]
# With positions, the matrix and your attention you can build the circuit of the lesson,
# and make it look two places back instead of one. Your `attention` gives what is read;
# let the values be the rows of an identity matrix, and that is the weights themselves.

# %%
ready = attention_works and positions_work and turn_works
if ready:
    places = positions(8, 32)
    two_back = attention(60 * places @ turn(32, 2), places, np.eye(8))

# %% [markdown]
# The first two letters have nothing two places before them. What do they do?

# %%
plot.attention(
    two_back, list("backward"), chosen=6, title="Your head looks two places back"
) if ready else None

# %% [markdown]
# ## 6 · Several heads
#
# `query`, `key` and `value` have the shape (length, width) and come from the learned
# matrices already. Deal the width out to `heads` heads, the first numbers to the first
# head, let each attend by itself, scaled by the root of *its own* size, and put what
# they read side by side again. Return shape (length, width).

# %% tags=["definition"] exercise="11.multi_head"
"""Split, attend, merge."""
import numpy as np

POINTS = 3
HINTS = [
    "`reshape(length, heads, size)` deals the width out. For products by head, the heads must be the first axis.",
    "`.transpose(1, 0, 2)` gives (heads, length, size); the product with `swapaxes(-1, -2)` then gives "
    "(heads, length, length).",
    "Back: `.transpose(1, 0, 2).reshape(length, width)`. Or a loop over heads with slices, and np.concatenate.",
]
MISTAKES = {
    "not_transposed": "You made heads by a reshape alone. It keeps the order in memory, so each head gets all numbers "
    "of a few words. Reshape to (length, heads, size), then transpose.",
    "merged_untransposed": "The heads are right, but merged by a reshape alone. Transpose to (length, heads, size) "
    "first.",
    "scaled_by_width": "You divided by the root of the whole width. Each head has a size of its own: width / heads.",
    "interleaved": "Heads take turns number by number in yours. The first head gets the *first* numbers.",
    "one_head": "That is one head over the whole width. Each head has weights of its own.",
    "heads_added": "You added up what the heads read. It is put side by side.",
}


def cases(rng):
    for length, heads, size in [(4, 2, 3), (6, 3, 2), (4, 4, 4)]:
        yield {
            **{name: rng.normal(0, 1.5, (length, heads * size)).round(2) for name in ("query", "key", "value")},
            "heads": heads,
        }


def attend(query, key, value, size):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(size)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ value


def dealt(array, heads):
    return array.reshape(len(array), heads, -1).transpose(1, 0, 2)


def joined(array):
    return array.transpose(1, 0, 2).reshape(array.shape[1], -1)


def reference(query, key, value, heads):
    size = query.shape[1] // heads
    return joined(attend(dealt(query, heads), dealt(key, heads), dealt(value, heads), size))


def diagnose(inputs, output):
    query, key, value, heads = inputs.values()
    length, width = query.shape
    size = width // heads
    three = (query, key, value)
    right = attend(*(dealt(one, heads) for one in three), size)
    flat = [one.reshape(heads, length, size) for one in three]
    turns = attend(*(one.reshape(length, size, heads).transpose(2, 0, 1) for one in three), size)
    wrong = {
        "not_transposed": attend(*flat, size).reshape(length, width),
        "half_transposed": joined(attend(*flat, size)),
        "merged_untransposed": right.reshape(length, width),
        "scaled_by_width": joined(attend(*(dealt(one, heads) for one in three), width)),
        "interleaved": turns.transpose(1, 2, 0).reshape(length, width),
        "interleaved_in": joined(turns),
        "one_head": attend(*three, width),
        "one_head_small": attend(*three, size),
        "heads_added": right.sum(axis=0),
    }
    named = {"half_transposed": "not_transposed", "interleaved_in": "interleaved", "one_head_small": "one_head"}
    output = np.asarray(output)
    for mistake, result in wrong.items():
        if output.shape == result.shape and np.allclose(output, result):
            return named.get(mistake, mistake)
    return None


# %% tags=["exercise"] exercise="11.multi_head"
def multi_head(query, key, value, heads):
    """Return what all heads read, side by side, shape (length, width)."""
    ### BEGIN SOLUTION
    length, width = query.shape
    size = width // heads

    def deal(array):
        return array.reshape(length, heads, size).transpose(1, 0, 2)

    scores = deal(query) @ deal(key).swapaxes(-1, -2) / np.sqrt(size)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = powers / powers.sum(axis=-1, keepdims=True)
    return (weights @ deal(value)).transpose(1, 0, 2).reshape(length, width)
    ### END SOLUTION


# %%
multi_head_works = check("11.multi_head", multi_head)


# %% tags=["mutant"] exercise="11.multi_head" misconception="not_transposed"
def multi_head(query, key, value, heads):
    length, width = query.shape
    size = width // heads
    query, key, value = (one.reshape(heads, length, size) for one in (query, key, value))
    powers = np.exp(query @ key.swapaxes(-1, -2) / np.sqrt(size))
    return (powers / powers.sum(axis=-1, keepdims=True) @ value).reshape(length, width)


# %% tags=["mutant"] exercise="11.multi_head" misconception="merged_untransposed"
def multi_head(query, key, value, heads):
    length, width = query.shape
    size = width // heads
    query, key, value = (one.reshape(length, heads, size).transpose(1, 0, 2) for one in (query, key, value))
    powers = np.exp(query @ key.swapaxes(-1, -2) / np.sqrt(size))
    return (powers / powers.sum(axis=-1, keepdims=True) @ value).reshape(length, width)


# %% tags=["mutant"] exercise="11.multi_head" misconception="scaled_by_width"
def multi_head(query, key, value, heads):
    length, width = query.shape
    query, key, value = (one.reshape(length, heads, -1).transpose(1, 0, 2) for one in (query, key, value))
    powers = np.exp(query @ key.swapaxes(-1, -2) / np.sqrt(width))
    return (powers / powers.sum(axis=-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(length, width)


# %% tags=["mutant"] exercise="11.multi_head" misconception="interleaved"
def multi_head(query, key, value, heads):
    result = np.zeros(query.shape)
    for head in range(heads):
        powers = np.exp(query[:, head::heads] @ key[:, head::heads].T / np.sqrt(query.shape[1] // heads))
        result[:, head::heads] = powers / powers.sum(axis=1, keepdims=True) @ value[:, head::heads]
    return result


# %% tags=["mutant"] exercise="11.multi_head" misconception="one_head"
def multi_head(query, key, value, heads):
    powers = np.exp(query @ key.T / np.sqrt(query.shape[1]))
    return powers / powers.sum(axis=1, keepdims=True) @ value


# %% tags=["mutant"] exercise="11.multi_head" misconception="heads_added"
def multi_head(query, key, value, heads):
    length, width = query.shape
    query, key, value = (one.reshape(length, heads, -1).transpose(1, 0, 2) for one in (query, key, value))
    powers = np.exp(query @ key.swapaxes(-1, -2) / np.sqrt(width // heads))
    return (powers / powers.sum(axis=-1, keepdims=True) @ value).sum(axis=0)


# %% tags=["variant"] exercise="11.multi_head"
def multi_head(query, key, value, heads):
    size = query.shape[1] // heads
    parts = []
    for first in range(0, query.shape[1], size):
        here = slice(first, first + size)
        scores = query[:, here] @ key[:, here].T / np.sqrt(size)
        powers = np.exp(scores - scores.max(axis=1)[:, None])
        parts.append(powers / powers.sum(axis=1)[:, None] @ value[:, here])
    return np.hstack(parts)


# %% [markdown]
# ## 7 · How large is a block?
#
# A block for words of `width` numbers has two normalisations (a scale and a shift for
# each number), the four matrices of attention (for queries, keys, values, and the way
# out), and two dense layers, from `width` to `hidden` units and back. All matrices and
# layers have biases. Return how many parameters that is.

# %% tags=["definition"] exercise="11.block_size"
"""The parameters of a transformer block."""
POINTS = 1
HINTS = [
    "Count one matrix first: from width to width, with its biases, it is width · width + width.",
    "Four of those; two normalisations with 2 · width each; two dense layers.",
    "4 · (width² + width) + 4 · width + width · hidden + hidden + hidden · width + width. Heads do not come into it.",
]
MISTAKES = {
    "times_heads": "You multiplied by the number of heads. They share the width out, so the count is the same.",
    "three_matrices": "There is a fourth matrix: the way out, which mixes what the heads have read.",
    "no_biases": "The biases are missing.",
    "one_norm": "There are two normalisations, each with a scale and a shift.",
    "no_norms": "4 · width are missing. So many have the two normalisations (a scale and a shift for each number), and "
    "so many have the biases of attention.",
    "one_dense": "There are two dense layers: up to `hidden`, and back to `width`.",
}


def cases(rng):
    for width, hidden, heads in [(32, 64, 2), (48, 192, 6), (8 * int(rng.integers(4, 9)), 100, 4)]:
        yield {"width": width, "hidden": hidden, "heads": heads}


def reference(width, hidden, heads):
    return 4 * (width**2 + width) + 4 * width + 2 * width * hidden + hidden + width


def diagnose(inputs, output):
    width, hidden, heads = inputs.values()
    right, looks, dense = reference(width, hidden, heads), 4 * (width**2 + width), 2 * width * hidden + hidden + width
    wrong = {
        "times_heads": right + (heads - 1) * looks, "times_heads_in": right + (heads - 1) * 3 * looks // 4,
        "three_matrices": right - looks // 4, "no_biases": 4 * width**2 + 4 * width + 2 * width * hidden,
        "no_norms": looks + dense, "one_norm": right - 2 * width,
        "one_dense": right - width * hidden - width,
    }
    named = {"times_heads_in": "times_heads"}
    mistake = next((name for name, count in wrong.items() if output == count), None)
    return named.get(mistake, mistake)


# %% tags=["exercise"] exercise="11.block_size"
def block_size(width, hidden, heads):
    """Return the number of parameters of a transformer block."""
    ### BEGIN SOLUTION
    looks = 4 * (width * width + width)
    norms = 2 * 2 * width
    dense = (width * hidden + hidden) + (hidden * width + width)
    return looks + norms + dense
    ### END SOLUTION


# %%
block_size_works = check("11.block_size", block_size)


# %% tags=["mutant"] exercise="11.block_size" misconception="times_heads"
def block_size(width, hidden, heads):
    return heads * 4 * (width**2 + width) + 4 * width + 2 * width * hidden + hidden + width


# %% tags=["mutant"] exercise="11.block_size" misconception="three_matrices"
def block_size(width, hidden, heads):
    return 3 * (width**2 + width) + 4 * width + 2 * width * hidden + hidden + width


# %% tags=["mutant"] exercise="11.block_size" misconception="no_biases"
def block_size(width, hidden, heads):
    return 4 * width**2 + 4 * width + 2 * width * hidden


# %% tags=["mutant"] exercise="11.block_size" misconception="one_norm"
def block_size(width, hidden, heads):
    return 4 * (width**2 + width) + 2 * width + 2 * width * hidden + hidden + width


# %% tags=["mutant"] exercise="11.block_size" misconception="no_norms"
def block_size(width, hidden, heads):
    return 4 * (width**2 + width) + 2 * width * hidden + hidden + width


# %% tags=["mutant"] exercise="11.block_size" misconception="one_dense"
def block_size(width, hidden, heads):
    return 4 * (width**2 + width) + 4 * width + width * hidden + hidden


# %% tags=["variant"] exercise="11.block_size"
def block_size(width, hidden, heads):
    total = 0
    for rows, columns in [(width, width)] * 4 + [(width, hidden), (hidden, width)]:
        total += (rows + 1) * columns
    return total + sum(2 * width for _ in range(2))


# %% [markdown]
# ## 8 · A transformer block
#
# Now the whole. Both halves are built alike: normalise, compute, and *add* the result to
# what came in. First half: several heads. Second half: a dense layer with `relu`, and
# one back. To keep the list short, attention has no biases here. `parts` is a dict:
#
# | key | shape | key | shape |
# |---|---|---|---|
# | `scale_1`, `shift_1` | (width,) | `scale_2`, `shift_2` | (width,) |
# | `query`, `key`, `value`, `out` | (width, width) | `up`, `up_bias` | (width, hidden), (hidden,) |
# | | | `down`, `down_bias` | (hidden, width), (width,) |
#
# To normalise: from each *word* subtract the mean of its numbers, divide by the root of
# their variance plus `0.001`, times `scale`, plus `shift`. Return shape (length, width).
# Your `multi_head` may help.

# %% tags=["definition"] exercise="11.block"
"""A transformer block: normalise, look, add; normalise, think, add."""
import numpy as np

POINTS = 4
HINTS = [
    "Write `normalise(words, scale, shift)` first: mean and variance along the last axis, with `keepdims=True`.",
    "First half: `normal = normalise(words, ...)`, then `multi_head(normal @ parts['query'], normal @ parts['key'], "
    "normal @ parts['value'], heads) @ parts['out']`, added to `words`, not to `normal`.",
    "Second half: normalise *the sum*, `np.maximum(normal @ up + up_bias, 0) @ down + down_bias`, added to the sum.",
]
MISTAKES = {
    "no_first_shortcut": "What came in is not added after attention. Without the shortcut, words lose themselves.",
    "no_second_shortcut": "What came in is not added after the dense layers.",
    "from_the_normal": "You added the normalised words. The shortcut goes around the normalisation: add what came in.",
    "normalised_after": "You normalise after adding, as the paper of 2017 did. Here it comes before each half, and the "
    "shortcut stays free.",
    "second_norm_missing": "The second half reads its input without a normalisation of its own.",
    "no_relu": "The relu between the dense layers is missing. Without it two layers are one.",
    "wrong_axis": "You normalise each number over all words. Each word is normalised by its own numbers.",
    "no_way_out": "The matrix `out` is missing: it mixes what the heads have read.",
}


def cases(rng):
    for length, heads, size, hidden in [(5, 2, 3, 8), (4, 1, 4, 6), (6, 3, 2, 10)]:
        width = heads * size
        shapes = {name: (width, width) for name in ("query", "key", "value", "out")}
        shapes |= {"up": (width, hidden), "up_bias": (hidden,), "down": (hidden, width), "down_bias": (width,)}
        parts = {name: rng.normal(0, 0.7, shape).round(2) for name, shape in shapes.items()}
        for half in "12":
            parts[f"scale_{half}"] = rng.uniform(0.5, 1.5, width).round(2)
            parts[f"shift_{half}"] = rng.normal(0, 0.5, width).round(2)
        yield {"words": rng.normal(1, 2, (length, width)).round(2), "parts": parts, "heads": heads}


def normal_of(words, scale, shift, axis=-1):
    mean, variance = words.mean(axis=axis, keepdims=True), words.var(axis=axis, keepdims=True)
    return (words - mean) / np.sqrt(variance + 0.001) * scale + shift


def looked(normal, parts, heads, out=True):
    length, width = normal.shape
    query, key, value = (
        (normal @ parts[name]).reshape(length, heads, -1).transpose(1, 0, 2) for name in ("query", "key", "value")
    )
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(width // heads)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    read = (powers / powers.sum(axis=-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(length, width)
    return read @ parts["out"] if out else read


def thought(normal, parts, relu=True):
    inside = normal @ parts["up"] + parts["up_bias"]
    return (np.maximum(inside, 0) if relu else inside) @ parts["down"] + parts["down_bias"]


def whole(words, parts, heads, *, axis=-1, first=1, second=1, relu=True, out=True, norm_2=True, around=True):
    one, two = ((parts[f"scale_{half}"], parts[f"shift_{half}"]) for half in "12")
    normal = normal_of(words, *one, axis)
    words = first * (words if around else normal) + looked(normal, parts, heads, out)
    normal = normal_of(words, *two, axis) if norm_2 else words
    return second * (words if around else normal) + thought(normal, parts, relu)


def reference(words, parts, heads):
    return whole(words, parts, heads)


def diagnose(inputs, output):
    words, parts, heads = inputs.values()
    one, two = ((parts[f"scale_{half}"], parts[f"shift_{half}"]) for half in "12")
    after = normal_of(words + looked(words, parts, heads), *one)
    wrong = {
        "no_first_shortcut": whole(words, parts, heads, first=0),
        "no_second_shortcut": whole(words, parts, heads, second=0),
        "from_the_normal": whole(words, parts, heads, around=False),
        "normalised_after": normal_of(after + thought(after, parts), *two),
        "second_norm_missing": whole(words, parts, heads, norm_2=False),
        "no_relu": whole(words, parts, heads, relu=False),
        "wrong_axis": whole(words, parts, heads, axis=0),
        "no_way_out": whole(words, parts, heads, out=False),
    }
    output = np.asarray(output)
    for mistake, result in wrong.items():
        if output.shape == result.shape and np.allclose(output, result):
            return mistake
    return None


# %% tags=["exercise"] exercise="11.block"
def block(words, parts, heads):
    """Return what a transformer block makes of some words, shape (length, width)."""
    ### BEGIN SOLUTION
    def normalise(words, half):
        mean = words.mean(axis=-1, keepdims=True)
        spread = np.sqrt(words.var(axis=-1, keepdims=True) + 0.001)
        return (words - mean) / spread * parts[f"scale_{half}"] + parts[f"shift_{half}"]

    normal = normalise(words, 1)
    three = (normal @ parts[name] for name in ("query", "key", "value"))
    words = words + multi_head(*three, heads) @ parts["out"]
    inside = np.maximum(normalise(words, 2) @ parts["up"] + parts["up_bias"], 0)
    return words + inside @ parts["down"] + parts["down_bias"]
    ### END SOLUTION


# %%
block_works = check("11.block", block)


# %% tags=["mutant"] exercise="11.block" misconception="no_first_shortcut"
def block(words, parts, heads):
    def normalise(words, half):
        spread = np.sqrt(words.var(axis=-1, keepdims=True) + 0.001)
        return (words - words.mean(axis=-1, keepdims=True)) / spread * parts[f"scale_{half}"] + parts[f"shift_{half}"]

    normal = normalise(words, 1)
    words = multi_head(*(normal @ parts[n] for n in ("query", "key", "value")), heads) @ parts["out"]
    inside = np.maximum(normalise(words, 2) @ parts["up"] + parts["up_bias"], 0)
    return words + inside @ parts["down"] + parts["down_bias"]


# %% tags=["mutant"] exercise="11.block" misconception="no_second_shortcut"
def block(words, parts, heads):
    def normalise(words, half):
        spread = np.sqrt(words.var(axis=-1, keepdims=True) + 0.001)
        return (words - words.mean(axis=-1, keepdims=True)) / spread * parts[f"scale_{half}"] + parts[f"shift_{half}"]

    normal = normalise(words, 1)
    words = words + multi_head(*(normal @ parts[n] for n in ("query", "key", "value")), heads) @ parts["out"]
    return np.maximum(normalise(words, 2) @ parts["up"] + parts["up_bias"], 0) @ parts["down"] + parts["down_bias"]


# %% tags=["mutant"] exercise="11.block" misconception="from_the_normal"
def block(words, parts, heads):
    def normalise(words, half):
        spread = np.sqrt(words.var(axis=-1, keepdims=True) + 0.001)
        return (words - words.mean(axis=-1, keepdims=True)) / spread * parts[f"scale_{half}"] + parts[f"shift_{half}"]

    words = normalise(words, 1)
    words = words + multi_head(*(words @ parts[n] for n in ("query", "key", "value")), heads) @ parts["out"]
    words = normalise(words, 2)
    return words + np.maximum(words @ parts["up"] + parts["up_bias"], 0) @ parts["down"] + parts["down_bias"]


# %% tags=["mutant"] exercise="11.block" misconception="normalised_after"
def block(words, parts, heads):
    def normalise(words, half):
        spread = np.sqrt(words.var(axis=-1, keepdims=True) + 0.001)
        return (words - words.mean(axis=-1, keepdims=True)) / spread * parts[f"scale_{half}"] + parts[f"shift_{half}"]

    look = multi_head(*(words @ parts[n] for n in ("query", "key", "value")), heads) @ parts["out"]
    words = normalise(words + look, 1)
    inside = np.maximum(words @ parts["up"] + parts["up_bias"], 0)
    return normalise(words + inside @ parts["down"] + parts["down_bias"], 2)


# %% tags=["mutant"] exercise="11.block" misconception="second_norm_missing"
def block(words, parts, heads):
    spread = np.sqrt(words.var(axis=-1, keepdims=True) + 0.001)
    normal = (words - words.mean(axis=-1, keepdims=True)) / spread * parts["scale_1"] + parts["shift_1"]
    words = words + multi_head(*(normal @ parts[n] for n in ("query", "key", "value")), heads) @ parts["out"]
    return words + np.maximum(words @ parts["up"] + parts["up_bias"], 0) @ parts["down"] + parts["down_bias"]


# %% tags=["mutant"] exercise="11.block" misconception="no_relu"
def block(words, parts, heads):
    def normalise(words, half):
        spread = np.sqrt(words.var(axis=-1, keepdims=True) + 0.001)
        return (words - words.mean(axis=-1, keepdims=True)) / spread * parts[f"scale_{half}"] + parts[f"shift_{half}"]

    normal = normalise(words, 1)
    words = words + multi_head(*(normal @ parts[n] for n in ("query", "key", "value")), heads) @ parts["out"]
    return words + (normalise(words, 2) @ parts["up"] + parts["up_bias"]) @ parts["down"] + parts["down_bias"]


# %% tags=["mutant"] exercise="11.block" misconception="wrong_axis"
def block(words, parts, heads):
    def normalise(words, half):
        spread = np.sqrt(words.var(axis=0) + 0.001)
        return (words - words.mean(axis=0)) / spread * parts[f"scale_{half}"] + parts[f"shift_{half}"]

    normal = normalise(words, 1)
    words = words + multi_head(*(normal @ parts[n] for n in ("query", "key", "value")), heads) @ parts["out"]
    inside = np.maximum(normalise(words, 2) @ parts["up"] + parts["up_bias"], 0)
    return words + inside @ parts["down"] + parts["down_bias"]


# %% tags=["mutant"] exercise="11.block" misconception="no_way_out"
def block(words, parts, heads):
    def normalise(words, half):
        spread = np.sqrt(words.var(axis=-1, keepdims=True) + 0.001)
        return (words - words.mean(axis=-1, keepdims=True)) / spread * parts[f"scale_{half}"] + parts[f"shift_{half}"]

    normal = normalise(words, 1)
    words = words + multi_head(*(normal @ parts[n] for n in ("query", "key", "value")), heads)
    inside = np.maximum(normalise(words, 2) @ parts["up"] + parts["up_bias"], 0)
    return words + inside @ parts["down"] + parts["down_bias"]


# %% tags=["variant"] exercise="11.block"
def block(words, parts, heads):
    signal = np.array(words, dtype=float)
    for half in (1, 2):
        normal = np.empty_like(signal)
        for row, word in enumerate(signal):
            normal[row] = (word - np.mean(word)) / (np.mean((word - np.mean(word)) ** 2) + 1e-3) ** 0.5
        normal = normal * parts[f"scale_{half}"] + parts[f"shift_{half}"]
        if half == 1:
            asks, labels, contents = (normal @ parts[name] for name in ("query", "key", "value"))
            size = asks.shape[1] // heads
            reads = []
            for first in range(0, asks.shape[1], size):
                here = slice(first, first + size)
                powers = np.exp(asks[:, here] @ labels[:, here].T / size**0.5)
                reads.append(powers / powers.sum(axis=1, keepdims=True) @ contents[:, here])
            signal = signal + np.hstack(reads) @ parts["out"]
        else:
            hidden = normal @ parts["up"] + parts["up_bias"]
            signal = signal + (hidden * (hidden > 0)) @ parts["down"] + parts["down_bias"]
    return signal


# %% [markdown]
# ## Something to keep
#
# A block can be shown to work by looking inside one that has learned something. Keras
# trains a block like yours on a recall task: eight letters with a digit each, then one
# of the letters again, and its digit is wanted.


# %%
def questions(count):
    """Return letters, digits and answers; the last letter asks."""
    letters = np.argsort(rng.random((count, 26)), axis=1)[:, :8]
    digits, asked = rng.integers(0, 10, (count, 8)), rng.integers(0, 8, (count, 1))
    letters = np.hstack([letters, np.take_along_axis(letters, asked, axis=1)])
    answers = np.take_along_axis(digits, asked, axis=1)[:, 0]
    return letters, np.pad(digits, [(0, 0), (0, 1)], constant_values=10), answers


# %% [markdown]
# Letters and digits each get an embedding, and their sum goes through one block. Only
# the last place, the one that asks, gives scores for the ten digits.


# %%
def trained_reader(steps):
    """Return a trained network: embeddings, one block of two heads, scores."""
    layers = keras.layers
    letters, digits = (keras.Input((None,), dtype="int32") for _ in range(2))
    words = layers.Embedding(26, 32, name="letters")(letters)
    words = layers.Add(name="words")([words, layers.Embedding(11, 32)(digits)])
    normal = layers.LayerNormalization(name="norm_1")(words)
    look = layers.MultiHeadAttention(2, 16, use_bias=False, name="look")
    signal = layers.Add()([words, look(normal, normal)])
    normal = layers.LayerNormalization(name="norm_2")(signal)
    hidden = layers.Dense(64, activation="relu", name="up")(normal)
    signal = layers.Add(name="block")([signal, layers.Dense(32, name="down")(hidden)])
    scores = layers.Dense(10)(signal[:, -1])
    network = keras.Model([letters, digits], scores)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(0.005), loss)
    *x, answers = questions(128 * steps)
    network.fit(x, answers, batch_size=128, verbose=0)
    return network


# %% [markdown]
# Its weights, put flat, are the `parts` of your block.


# %%
def parts_of(network):
    """Return the weights of a trained block under the names of the exercise."""
    named = {}
    for half in "12":
        layer = network.get_layer(f"norm_{half}")
        named[f"scale_{half}"], named[f"shift_{half}"] = layer.get_weights()
    look = network.get_layer("look").get_weights()
    for name, weights in zip(["query", "key", "value", "out"], look):
        named[name] = weights.reshape(32, 32)
    for name in ("up", "down"):
        named[name], named[f"{name}_bias"] = network.get_layer(name).get_weights()
    return named


# %% [markdown]
# Train it, and ask 200 questions that it has not met. Guessing gets one in ten.

# %%
if block_works and multi_head_works:
    steps = 5 if PROFILE == "smoke" else 400
    reader = trained_reader(steps)
    *asked, wanted = questions(200)
    said = reader.predict(asked, verbose=0).argmax(axis=1)
    found("recalled", np.mean(said == wanted), "It recalls {:.0%} of new questions.")

# %% [markdown]
# Now the same through your block: the words go in, and what comes out must be what
# Keras's block gives.

# %%
if block_works and multi_head_works:
    inside = keras.Model(
        reader.inputs, [reader.get_layer(name).output for name in ("words", "block")]
    )
    words_in, library = inside.predict(asked, verbose=0)
    ours = np.stack([block(text, parts_of(reader), 2) for text in words_in])
    difference = np.abs(ours - library).max()
    found("block_difference", difference, "Your block and Keras's differ by {:.0e}.")
    assert difference < 1e-3

# %% [markdown]
# And where do its heads look? The question is the last row.


# %%
def gaze(text, head):
    """Return where one head of the trained block looks, by your functions."""
    parts, mine = parts_of(reader), slice(16 * head, 16 * head + 16)
    spread = np.sqrt(text.var(axis=-1, keepdims=True) + 0.001)
    normal = (text - text.mean(axis=-1, keepdims=True)) / spread
    normal = normal * parts["scale_1"] + parts["shift_1"]
    query, key = (normal @ parts[name][:, mine] for name in ("query", "key"))
    return attention(query, key, np.eye(len(text)))


# %% [markdown]
# Both heads, on the first of the 200 questions:

# %%
done = block_works and multi_head_works and attention_works
if done:
    letters, digits = (part[0] for part in asked)
    digits = [str(digit) if digit < 10 else "?" for digit in digits]
    names = [chr(97 + letter) + digit for letter, digit in zip(letters, digits)]
    maps = {f"head {head + 1}": gaze(words_in[0], head) for head in (0, 1)}

# %% [markdown]
# In the last row stands the letter with a question mark. Look there for a dark cell in
# the column of the same letter; the other rows were never asked for anything.

# %%
plot.attention_maps(
    maps, names, title="Where the heads of a trained block look"
) if done else None

# %% [markdown]
# Both are computed by functions of yours. Now for any text: letters with digits, and at
# last a letter without one.


# %%
def look(text, head):
    """Return the pairs of a text, twice, and where a head of the block looks."""
    pairs = re.findall("([a-z])([0-9]?)", text.lower())[:12]
    if not pairs:
        return [], [], np.zeros((0, 0))
    letters = np.array([[ord(letter) - 97 for letter, _ in pairs]])
    digits = np.array([[int(digit or 10) for _, digit in pairs]])
    words, _ = inside([letters, digits], training=False)
    names = [letter + (digit or "?") for letter, digit in pairs]
    return names, names, gaze(keras.ops.convert_to_numpy(words)[0], head)


# %% [markdown]
# Typed in as a text, the same question must give the same map:

# %%
if done:
    text = " ".join(names[:8]) + " " + names[8][0]
    assert np.allclose(look(text, 0)[2], maps["head 1"], atol=1e-5)

# %%
plot.attention(
    maps["head 1"], names, chosen=8, title="The question, and what head 1 reads"
) if done else None

# %% [markdown]
# Write pairs of your own, and step through the tokens. Watch the last one: it asks for
# the pair that has its letter. What does it do when there is none?

# %%
explore.heads(
    {f"head {n + 1}": functools.partial(look, head=n) for n in (0, 1)},
    words=text,
    token=9,
) if done else None

# %% [markdown]
# ## Going further
#
# No check waits here. Give `multi_head` your mask, so that no word looks ahead, and hold
# it against `keras.layers.MultiHeadAttention` with `use_causal_mask=True`. Or build the
# circuit of the lesson from your own parts, let its first head look two places back, and
# find a text in which that is the right thing to do.
