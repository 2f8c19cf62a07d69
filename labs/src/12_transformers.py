# %% [markdown]
# **Can you teach a network to invent names, with nothing but functions of your own?**
#
# Lesson 12 trained three families of transformers. Here you write what stands around
# the blocks, which is where most mistakes are made: the targets, the masks, the model
# that must not look ahead, the draw, the loop that writes, and the measure.
#
# **What comes of it:** a small machine that has read first names and makes up new ones,
# in six functions that would serve a machine for letters or for melodies just as well.
# With it you measure what pretraining is worth where only a hundred names are to be had.
#
# The functions can be written in any order; where one is missing, the page goes on and
# leaves out what needs it. `hint("12.shift")` opens one step at a time, and
# `solution("12.shift")` shows the whole answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np
from scipy.special import log_softmax

from layerwise import data
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(12)
rng = np.random.default_rng(12)

# %% [markdown]
# ## 1 · What is read, and what is asked for
#
# `rows` has the shape (texts, length): pieces as numbers, 0 where a text has ended. A
# next-token model reads a text and answers at every place with the piece that comes
# *next*. Return two arrays: what it reads, and what it should answer, both of shape
# (texts, length - 1).
#
# It is one line, and one at which a language model fails without a word: a model that is
# asked for what it has just read learns that at once, and nothing else.

# %% tags=["definition"] exercise="12.shift"
"""Inputs and targets of a next-token model."""
import numpy as np

POINTS = 1
HINTS = [
    "At place 0 it reads the first piece and should answer the second.",
    "The last piece is never read, because nothing comes after it. The first is never asked for.",
    "`return rows[:, :-1], rows[:, 1:]`.",
]
MISTAKES = {
    "itself": "What is asked for is what was just read. The model would learn to repeat its input, and its loss would "
    "fall to nothing.",
    "two_ahead": "The targets are two places ahead. The piece right after the one that was read is wanted.",
    "rolled": "You rolled the rows round: the last place is asked for the first piece of the text.",
    "swapped": "Inputs and targets have changed places.",
}


def cases(rng):
    for texts, length in [(1, 5), (3, 7), (4, 6)]:
        rows = rng.permutation(np.arange(1, texts * length + 1)).reshape(texts, length)
        rows[-1, length - 2 :] = 0 if texts > 1 else rows[-1, length - 2 :]
        yield {"rows": rows}


def reference(rows):
    return rows[:, :-1], rows[:, 1:]


def diagnose(inputs, output):
    rows = inputs["rows"]
    read, asked = (np.asarray(part) for part in output)
    if np.array_equal(read, rows) and np.array_equal(asked, np.roll(rows, -1, axis=1)):
        return "rolled"
    if read.shape == asked.shape and np.array_equal(read, asked):
        return "itself"
    if np.array_equal(read, rows[:, 1:]) and np.array_equal(asked, rows[:, :-1]):
        return "swapped"
    if np.array_equal(read, rows[:, :-2]) and np.array_equal(asked, rows[:, 2:]):
        return "two_ahead"
    return None


# %% tags=["exercise"] exercise="12.shift"
def shift(rows):
    """Return what the model reads and what it should answer, place by place."""
    ### BEGIN SOLUTION
    return rows[:, :-1], rows[:, 1:]
    ### END SOLUTION


# %%
shift_works = check("12.shift", shift)


# %% tags=["mutant"] exercise="12.shift" misconception="itself"
def shift(rows):
    return rows[:, :-1], rows[:, :-1]


# %% tags=["mutant"] exercise="12.shift" misconception="swapped"
def shift(rows):
    return rows[:, 1:], rows[:, :-1]


# %% tags=["mutant"] exercise="12.shift" misconception="two_ahead"
def shift(rows):
    return rows[:, :-2], rows[:, 2:]


# %% tags=["mutant"] exercise="12.shift" misconception="rolled"
def shift(rows):
    return rows, np.roll(rows, -1, axis=1)


# %% tags=["variant"] exercise="12.shift"
def shift(rows):
    places = np.arange(rows.shape[1] - 1)
    return np.take(rows, places, axis=1), np.take(rows, places + 1, axis=1)


# %% [markdown]
# ## 2 · Hidden words
#
# A masked-word model gets its texts with some pieces hidden, and is asked for those
# only. Return three arrays of the shape of `rows`:
#
# - the rows with `mask` in place of the pieces that are hidden,
# - the targets: the rows as they were,
# - the weights of the loss: 1.0 at the hidden places, 0.0 at all others.
#
# Hide each piece with probability `share`, by `rng.random(rows.shape) < share`, called
# once. Places with 0 lie behind the end of a text: they are never hidden. Leave `rows`
# itself as it is: the next epoch hides other pieces of the same text.

# %% tags=["definition"] exercise="12.mask_words"
"""A batch with hidden pieces."""
import numpy as np

POINTS = 2
HINTS = [
    "First a table of True and False: which places are hidden? Two conditions must hold.",
    "`hidden = (rng.random(rows.shape) < share) & (rows != 0)`.",
    "`np.where(hidden, mask, rows)` makes the first array without changing `rows`; `hidden.astype(float)` is the last.",
]
MISTAKES = {
    "loss_everywhere": "The loss counts at every place. Where nothing is hidden, the answer can be copied from the "
    "input.",
    "loss_on_text": "The loss counts at every place with a piece. Only hidden places ask for something.",
    "padding_hidden": "You hid places behind the end of a text. Nothing stands there to be guessed.",
    "targets_hidden": "The targets have the mask in them, too. The model would be asked for the mask.",
    "changes_input": "You changed `rows` itself. Make a new array.",
    "everything_hidden": "Every piece is hidden, so nothing is left to guess from. Hide only `share` of them.",
    "the_others": "You hid the pieces that should stay. A random number below `share` means: hidden.",
    "loss_elsewhere": "The weights are the wrong way round: 1 where a piece can be seen, 0 where it is hidden.",
}


def cases(rng):
    for texts, length, share in [(3, 8, 0.3), (5, 12, 0.15), (4, 10, 0.6)]:
        rows = rng.integers(2, 50, (texts, length))
        rows[np.arange(length) >= rng.integers(length // 2, length, (texts, 1))] = 0
        yield {"rows": rows, "mask": 1, "share": share, "seed": int(rng.integers(1_000_000))}


def observe(answer, inputs):
    rows = inputs["rows"].copy()
    output = answer(rows, inputs["mask"], inputs["share"], np.random.default_rng(inputs["seed"]))
    if not isinstance(output, (tuple, list)):
        return output
    changed = not np.array_equal(rows, inputs["rows"])
    return [*(np.asarray(part).copy() for part in output), bool(changed)]


def parts(rows, mask, share, seed):
    drawn = np.random.default_rng(seed).random(rows.shape) < share
    hidden = drawn & (rows != 0)
    return drawn, hidden


def reference(rows, mask, share, seed):
    _, hidden = parts(rows, mask, share, seed)
    return [np.where(hidden, mask, rows), rows, hidden.astype(float), False]


def diagnose(inputs, output):
    rows, mask = inputs["rows"], inputs["mask"]
    drawn, hidden = parts(**inputs)
    if not isinstance(output, (tuple, list)) or len(output) != 4:
        return "Return three arrays: the rows with hidden pieces, the targets, and the weights."
    if output[3]:
        return "changes_input"
    try:
        shown, targets, weights = (np.asarray(part, dtype=float) for part in output[:3])
    except (TypeError, ValueError):
        return None
    if not shown.shape == targets.shape == weights.shape == rows.shape:
        return None
    right = np.where(hidden, mask, rows)
    if np.array_equal(targets, right) and not np.array_equal(rows, right):
        return "targets_hidden"
    if np.array_equal(shown, np.where(drawn, mask, rows)) and not np.array_equal(drawn, hidden):
        return "padding_hidden"
    if np.array_equal(shown, np.where(rows != 0, mask, rows)) or np.all(shown == mask):
        return "everything_hidden"
    if np.array_equal(shown, np.where(~drawn & (rows != 0), mask, rows)) or np.array_equal(
        shown, np.where(~drawn, mask, rows)
    ):
        return "the_others"
    if np.array_equal(shown, right):
        if np.all(weights == 1):
            return "loss_everywhere"
        if np.array_equal(weights, rows != 0):
            return "loss_on_text"
        if np.array_equal(weights, ~hidden) or np.array_equal(weights, ~hidden & (rows != 0)):
            return "loss_elsewhere"
    return None


# %% tags=["exercise"] exercise="12.mask_words"
def mask_words(rows, mask, share, rng):
    """Return rows with hidden pieces, the targets, and the weights of the loss."""
    ### BEGIN SOLUTION
    hidden = (rng.random(rows.shape) < share) & (rows != 0)
    return np.where(hidden, mask, rows), rows, hidden.astype(float)
    ### END SOLUTION


# %%
mask_words_works = check("12.mask_words", mask_words)


# %% tags=["mutant"] exercise="12.mask_words" misconception="loss_everywhere"
def mask_words(rows, mask, share, rng):
    hidden = (rng.random(rows.shape) < share) & (rows != 0)
    return np.where(hidden, mask, rows), rows, np.ones(rows.shape)


# %% tags=["mutant"] exercise="12.mask_words" misconception="loss_on_text"
def mask_words(rows, mask, share, rng):
    hidden = (rng.random(rows.shape) < share) & (rows != 0)
    return np.where(hidden, mask, rows), rows, (rows != 0).astype(float)


# %% tags=["mutant"] exercise="12.mask_words" misconception="padding_hidden"
def mask_words(rows, mask, share, rng):
    hidden = rng.random(rows.shape) < share
    return np.where(hidden, mask, rows), rows, hidden.astype(float)


# %% tags=["mutant"] exercise="12.mask_words" misconception="targets_hidden"
def mask_words(rows, mask, share, rng):
    hidden = (rng.random(rows.shape) < share) & (rows != 0)
    shown = np.where(hidden, mask, rows)
    return shown, shown, hidden.astype(float)


# %% tags=["mutant"] exercise="12.mask_words" misconception="changes_input"
def mask_words(rows, mask, share, rng):
    hidden = (rng.random(rows.shape) < share) & (rows != 0)
    targets = rows.copy()
    rows[hidden] = mask
    return rows, targets, hidden.astype(float)


# %% tags=["mutant"] exercise="12.mask_words" misconception="everything_hidden"
def mask_words(rows, mask, share, rng):
    hidden = rows != 0
    return np.where(hidden, mask, rows), rows, hidden.astype(float)


# %% tags=["mutant"] exercise="12.mask_words" misconception="the_others"
def mask_words(rows, mask, share, rng):
    hidden = (rng.random(rows.shape) >= share) & (rows != 0)
    return np.where(hidden, mask, rows), rows, hidden.astype(float)


# %% tags=["mutant"] exercise="12.mask_words" misconception="loss_elsewhere"
def mask_words(rows, mask, share, rng):
    hidden = (rng.random(rows.shape) < share) & (rows != 0)
    return np.where(hidden, mask, rows), rows, (~hidden).astype(float)


# %% tags=["variant"] exercise="12.mask_words"
def mask_words(rows, mask, share, rng):
    draws = rng.random(rows.shape)
    shown, weights = rows.copy(), np.zeros(rows.shape)
    for row in range(rows.shape[0]):
        for place in range(rows.shape[1]):
            if rows[row, place] and draws[row, place] < share:
                shown[row, place] = mask
                weights[row, place] = 1.0
    return shown, rows.copy(), weights


# %% [markdown]
# ## 3 · From blocks to a model
#
# A model needs to know where each piece stands. This layer is for that; it learns a list
# of numbers for every place.

# %%
class Places(keras.layers.Layer):
    """Add to every place a list of numbers of its own, which is learned."""

    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer="random_normal")

    def call(self, signal):
        return signal + self.table


# %% [markdown]
# Build a next-token model for the shape (texts, `length`): it reads whole numbers from
# 0 to `pieces` - 1 and answers at each place with one score for each piece, shape
# (texts, `length`, `pieces`). It has to
#
# - know *where* each piece stands: an embedding of the place is added to that of the
#   piece,
# - see no piece that comes later: `use_causal_mask=True`,
# - give plain scores, without a softmax.
#
# One block of `units` numbers is enough: attention with four heads, then two dense
# layers, each with normalisation before it and a shortcut around it.

# %% tags=["definition"] exercise="12.language_model"
"""A next-token model out of blocks."""
import numpy as np

POINTS = 3
SECONDS = 60
HINTS = [
    "Four steps: `Embedding(pieces, units)`, then `Places()`, then the block, then `Dense(pieces)`.",
    "The block: `n = LayerNormalization()(signal)`, then add `MultiHeadAttention(4, units // 4)(n, n, "
    "use_causal_mask=True)` to the signal. The same with two dense layers in place of the attention.",
    "`keras.Model(inputs, Dense(pieces)(LayerNormalization()(signal)))`, with `inputs = keras.Input((length,), "
    "dtype=\"int32\")`.",
]
MISTAKES = {
    "looks_ahead": "Its answers change when a *later* piece changes. In training it could copy the answer; when it "
    "writes, there is nothing to copy.",
    "no_positions": "Two earlier pieces that change places leave its last answer as it was: it does not know where "
    "anything stands.",
    "probabilities": "Its answers are probabilities already. Give the scores before the softmax.",
    "one_answer": "It gives one answer for a whole text. One is wanted at every place.",
    "no_attention": "An answer depends on the piece at its own place alone. Where is the attention?",
    "looks_back_from_the_end": "Your mask is turned round: answers see the pieces that come later, and none before.",
    "returned_output": "Return a Keras model. The output of the last layer is not one.",
}


def cases(rng):
    for length, pieces, units in [(6, 11, 16), (9, 7, 32)]:
        rows = rng.integers(1, pieces, (3, length))
        rows[:, 0], rows[:, 1], rows[:, -1] = 1, 2, 3
        later, earlier, turned = rows.copy(), rows.copy(), rows.copy()
        later[:, -1] = 4
        earlier[:, 0] = 5
        turned[:, [0, 1]] = rows[:, [1, 0]]
        yield {"length": length, "pieces": pieces, "units": units,
               "rows": np.concatenate([rows, later, earlier, turned])}


def observe(answer, inputs):
    made = answer(inputs["length"], inputs["pieces"], inputs["units"])
    if made is None:
        return None
    if not hasattr(made, "predict"):
        return "no model"
    return np.asarray(made.predict(inputs["rows"], verbose=0))


def accept(inputs, output):
    if isinstance(output, str):
        return "returned_output"
    length, pieces = inputs["length"], inputs["pieces"]
    if output.shape != (12, length, pieces):
        if output.shape == (12, pieces):
            return "one_answer"
        return f"For 12 texts its answers should have the shape (12, {length}, {pieces}); {output.shape} came."
    rows, later, earlier, turned = np.split(output.astype(float), 4)
    if np.all(output >= 0) and np.allclose(output.sum(axis=-1), 1, atol=1e-3):
        return "probabilities"

    def same(a, b):
        return np.allclose(a, b, atol=1e-5)

    ahead = not same(rows[:, :-1], later[:, :-1])
    back = not same(rows[:, -1], earlier[:, -1])
    if ahead:
        return "looks_ahead" if back else "looks_back_from_the_end"
    if not back:
        return "no_attention"
    return "no_positions" if same(rows[:, -1], turned[:, -1]) else True


# %% tags=["exercise"] exercise="12.language_model"
def language_model(length, pieces, units):
    """Return a next-token model, not trained yet."""
    ### BEGIN SOLUTION
    layers, inputs = keras.layers, keras.Input((length,), dtype="int32")
    signal = Places()(layers.Embedding(pieces, units)(inputs))
    normed = layers.LayerNormalization()(signal)
    looked = layers.MultiHeadAttention(4, units // 4)(
        normed, normed, use_causal_mask=True
    )
    signal = layers.Add()([signal, looked])
    hidden = layers.Dense(4 * units, activation="relu")(
        layers.LayerNormalization()(signal)
    )
    signal = layers.Add()([signal, layers.Dense(units)(hidden)])
    normed = layers.LayerNormalization()(signal)
    return keras.Model(inputs, layers.Dense(pieces)(normed))
    ### END SOLUTION


# %%
language_model_works = check("12.language_model", language_model)


# %% tags=["mutant"] exercise="12.language_model" misconception="looks_ahead"
def language_model(length, pieces, units):
    inputs = keras.Input((length,), dtype="int32")
    signal = Places()(keras.layers.Embedding(pieces, units)(inputs))
    signal = signal + keras.layers.MultiHeadAttention(4, units // 4)(signal, signal)
    return keras.Model(inputs, keras.layers.Dense(pieces)(signal))


# %% tags=["mutant"] exercise="12.language_model" misconception="no_positions"
def language_model(length, pieces, units):
    inputs = keras.Input((length,), dtype="int32")
    signal = keras.layers.Embedding(pieces, units)(inputs)
    signal = signal + keras.layers.MultiHeadAttention(4, units // 4)(signal, signal, use_causal_mask=True)
    return keras.Model(inputs, keras.layers.Dense(pieces)(signal))


# %% tags=["mutant"] exercise="12.language_model" misconception="probabilities"
def language_model(length, pieces, units):
    inputs = keras.Input((length,), dtype="int32")
    signal = Places()(keras.layers.Embedding(pieces, units)(inputs))
    signal = signal + keras.layers.MultiHeadAttention(4, units // 4)(signal, signal, use_causal_mask=True)
    return keras.Model(inputs, keras.layers.Dense(pieces, activation="softmax")(signal))


# %% tags=["mutant"] exercise="12.language_model" misconception="one_answer"
def language_model(length, pieces, units):
    inputs = keras.Input((length,), dtype="int32")
    signal = Places()(keras.layers.Embedding(pieces, units)(inputs))
    signal = signal + keras.layers.MultiHeadAttention(4, units // 4)(signal, signal, use_causal_mask=True)
    return keras.Model(inputs, keras.layers.Dense(pieces)(signal[:, -1]))


# %% tags=["mutant"] exercise="12.language_model" misconception="no_attention"
def language_model(length, pieces, units):
    inputs = keras.Input((length,), dtype="int32")
    signal = Places()(keras.layers.Embedding(pieces, units)(inputs))
    return keras.Model(inputs, keras.layers.Dense(pieces)(keras.layers.Dense(units, activation="relu")(signal)))


# %% tags=["mutant"] exercise="12.language_model" misconception="looks_back_from_the_end"
def language_model(length, pieces, units):
    inputs = keras.Input((length,), dtype="int32")
    signal = Places()(keras.layers.Embedding(pieces, units)(inputs))
    ahead = np.triu(np.ones((1, length, length), dtype=bool))
    signal = signal + keras.layers.MultiHeadAttention(4, units // 4)(signal, signal, attention_mask=ahead)
    return keras.Model(inputs, keras.layers.Dense(pieces)(signal))


# %% tags=["mutant"] exercise="12.language_model" misconception="returned_output"
def language_model(length, pieces, units):
    inputs = keras.Input((length,), dtype="int32")
    signal = Places()(keras.layers.Embedding(pieces, units)(inputs))
    signal = signal + keras.layers.MultiHeadAttention(4, units // 4)(signal, signal, use_causal_mask=True)
    return keras.layers.Dense(pieces)(signal)


# %% tags=["variant"] exercise="12.language_model"
def language_model(length, pieces, units):
    inputs = keras.Input((length,), dtype="int32")
    signal = Places()(keras.layers.Embedding(pieces, units)(inputs))
    may_see = np.tril(np.ones((1, length, length), dtype=bool))
    looked = keras.layers.MultiHeadAttention(2, units)(signal, signal, attention_mask=may_see)
    signal = keras.layers.LayerNormalization()(signal + looked)
    hidden = keras.layers.Dense(units, activation="gelu")(signal)
    signal = keras.layers.LayerNormalization()(signal + hidden)
    return keras.Model(inputs, keras.layers.Dense(pieces)(signal))


# %% [markdown]
# ## 4 · One piece out of many
#
# The model gives scores, shape (pieces,). Choose one piece at a `temperature`: divide
# the scores by it, make probabilities of them by softmax, and draw. The luck comes from
# outside: `luck` is a number from 0 up to 1, and the answer is the first piece at which
# the added-up probabilities are *greater* than it. At temperature 0 there is no luck:
# the piece with the highest score is chosen. Return its position as a whole number.

# %% tags=["definition"] exercise="12.choose"
"""A draw at a temperature."""
import numpy as np

POINTS = 2
HINTS = [
    "Begin with the temperature 0, because nothing can be divided by it: `int(np.argmax(scores))`.",
    "Softmax, safely: `shares = np.exp(z - z.max())`, then divide by their sum, with `z = scores / temperature`.",
    "`np.cumsum(shares)` adds up; `np.argmax(added_up > luck)` is the first place where it is greater.",
]
MISTAKES = {
    "multiplied": "You multiplied by the temperature. Then a high one makes the choice surer; it should make it more "
    "open.",
    "always_best": "Always the piece with the highest score: that is right only at temperature 0.",
    "without_temperature": "The temperature changes nothing. It divides the scores; dividing the probabilities and "
    "scaling them back to a sum of 1 cancels.",
    "one_too_late": "Your piece is one place behind the right one.",
    "zero_divides": "At temperature 0 you divided by zero. There the piece with the highest score is wanted.",
    "sorted": "You added up from the likeliest piece on. Leave the pieces in their order.",
    "overflow": "For large scores `np.exp` gives infinity. Subtract the highest score first; it changes nothing.",
}


def cases(rng):
    for pieces, temperature in [(5, 1.0), (7, 0.3), (6, 3.0), (8, 1.7), (9, 0.6), (12, 2.4)]:
        yield {"scores": rng.normal(size=pieces).round(2) * 2, "temperature": temperature,
               "luck": float(rng.uniform(0.3, 0.95))}
    yield {"scores": rng.normal(size=6).round(2), "temperature": 0.0, "luck": float(rng.uniform(0.9, 1.0))}
    yield {"scores": 900 + 40 * rng.permutation(6) / 6, "temperature": 1.0, "luck": float(rng.uniform(0.1, 0.5))}


def shares(scores):
    values = np.exp(scores - scores.max())
    return values / values.sum()


def drawn(probabilities, luck):
    return int(np.argmax(np.cumsum(probabilities) > luck))


def reference(scores, temperature, luck):
    if temperature == 0:
        return int(np.argmax(scores))
    return drawn(shares(scores / temperature), luck)


def wrong_ways(scores, temperature, luck):
    best = int(np.argmax(scores))
    plain = drawn(shares(scores), luck)
    zero = temperature == 0
    order = np.argsort(-scores)
    with np.errstate(all="ignore"):
        values = np.exp(scores / temperature) if not zero else np.full(len(scores), np.nan)
        naive = int(np.argmax(np.cumsum(values / values.sum()) > luck))
    right = reference(scores, temperature, luck)
    return {
        "always_best": best,
        "without_temperature": best if zero else plain,
        "multiplied": best if zero else drawn(shares(scores * temperature), luck),
        "one_too_late": best if zero else right + 1,
        "sorted": best if zero else int(order[drawn(shares(scores / temperature)[order], luck)]),
        "zero_divides": 0 if zero else right,
        "overflow": right if zero else naive,
    }


def observe(answer, inputs):
    with np.errstate(all="ignore"):
        many = []
        generator = np.random.default_rng(int(inputs["luck"] * 1e9))
        for turn in range(40):
            luck = inputs["luck"] if turn == 0 else float(generator.uniform(0, 0.999))
            chosen = answer(inputs["scores"].copy(), inputs["temperature"], luck)
            if chosen is None:
                return None
            many.append(int(chosen))
    return many


def lucks(inputs):
    generator = np.random.default_rng(int(inputs["luck"] * 1e9))
    return [inputs["luck"], *(float(generator.uniform(0, 0.999)) for _ in range(39))]


def accept(inputs, output):
    scores, temperature = inputs["scores"], inputs["temperature"]
    right = [reference(scores, temperature, luck) for luck in lucks(inputs)]
    if output == right:
        return True
    ways = [wrong_ways(scores, temperature, luck) for luck in lucks(inputs)]
    for mistake in ways[0]:
        if output == [way[mistake] for way in ways]:
            return mistake
    first = next(place for place, (a, b) in enumerate(zip(output, right)) if a != b)
    return (
        f"With luck {lucks(inputs)[first]:.3f} at temperature {temperature:g} piece {right[first]} was expected, "
        f"{output[first]} came. The scores are {np.round(scores, 2).tolist()}."
    )


# %% tags=["exercise"] exercise="12.choose"
def choose(scores, temperature, luck):
    """Return the position of one piece, drawn at a temperature."""
    ### BEGIN SOLUTION
    if temperature == 0:
        return int(np.argmax(scores))
    scaled = scores / temperature
    shares = np.exp(scaled - scaled.max())
    return int(np.argmax(np.cumsum(shares / shares.sum()) > luck))
    ### END SOLUTION


# %%
choose_works = check("12.choose", choose)


# %% tags=["mutant"] exercise="12.choose" misconception="multiplied"
def choose(scores, temperature, luck):
    if temperature == 0:
        return int(np.argmax(scores))
    shares = np.exp((scores - scores.max()) * temperature)
    return int(np.argmax(np.cumsum(shares / shares.sum()) > luck))


# %% tags=["mutant"] exercise="12.choose" misconception="always_best"
def choose(scores, temperature, luck):
    return int(np.argmax(scores))


# %% tags=["mutant"] exercise="12.choose" misconception="without_temperature"
def choose(scores, temperature, luck):
    if temperature == 0:
        return int(np.argmax(scores))
    shares = np.exp(scores - scores.max())
    return int(np.argmax(np.cumsum(shares / shares.sum()) > luck))


# %% tags=["mutant"] exercise="12.choose" misconception="one_too_late"
def choose(scores, temperature, luck):
    if temperature == 0:
        return int(np.argmax(scores))
    shares = np.exp((scores - scores.max()) / temperature)
    return int(np.argmax(np.cumsum(shares / shares.sum()) > luck)) + 1


# %% tags=["mutant"] exercise="12.choose" misconception="sorted"
def choose(scores, temperature, luck):
    if temperature == 0:
        return int(np.argmax(scores))
    shares = np.exp((scores - scores.max()) / temperature)
    order = np.argsort(-scores)
    return int(order[np.argmax(np.cumsum(shares[order] / shares.sum()) > luck)])


# %% tags=["mutant"] exercise="12.choose" misconception="zero_divides"
def choose(scores, temperature, luck):
    scaled = scores / np.float64(temperature)
    shares = np.exp(scaled - scaled.max())
    return int(np.argmax(np.cumsum(shares / shares.sum()) > luck))


# %% tags=["mutant"] exercise="12.choose" misconception="overflow"
def choose(scores, temperature, luck):
    if temperature == 0:
        return int(np.argmax(scores))
    shares = np.exp(scores / temperature)
    return int(np.argmax(np.cumsum(shares / shares.sum()) > luck))


# %% tags=["variant"] exercise="12.choose"
def choose(scores, temperature, luck):
    if temperature <= 0:
        return max(range(len(scores)), key=lambda piece: scores[piece])
    highest = max(scores)
    weights = [np.exp((score - highest) / temperature) for score in scores]
    total, left = sum(weights), luck * sum(weights)
    for piece, weight in enumerate(weights):
        if left < weight:
            return piece
        left -= weight
    return len(weights) - 1 if total else 0


# %% [markdown]
# ## 5 · Writing on
#
# Now the loop that makes a writer of a model. Whatever writes with a next-token model
# has it, and it knows nothing of networks: it only asks and appends. `score(window)`
# takes a list of at most `length` pieces, as numbers, and returns scores of shape
# (len(window), pieces): an answer at each place. `pick(scores)` chooses one piece.
# Begin with the list `start` and add `count` pieces, each chosen from the answer at the
# *last* place. When the text has grown longer than `length`, show the model its last
# `length` pieces. Return the whole text, with its beginning, as a list.

# %% tags=["definition"] exercise="12.write"
"""The loop that writes."""
import numpy as np

POINTS = 2
HINTS = [
    "A copy of the beginning, and a loop of `count` rounds that appends one piece each time.",
    "What the model may see is `text[-length:]`.",
    "`text.append(int(pick(score(text[-length:])[-1])))`.",
]
MISTAKES = {
    "first_place": "You took the answer at the first place. What comes after the text stands at the last.",
    "window_start": "When the text grows longer than the window, the model must see its end; you showed it the "
    "beginning.",
    "too_long": "You showed the model more pieces than it can read. Cut the text to its last `length` pieces.",
    "without_start": "Return the whole text, with the beginning that you were given.",
    "start_only": "The model sees the beginning again and again, and never what was written meanwhile.",
    "changes_start": "You appended to `start` itself: a list is changed where the caller keeps it. Begin with a copy.",
    "one_too_many": "There is one piece too many, or one too few.",
}


def cases(rng):
    for begin, count, length in [(2, 4, 9), (3, 7, 5), (6, 5, 4)]:
        yield {"start": rng.integers(1, 9, begin).tolist(), "count": count, "length": length,
               "table": rng.integers(0, 9, (9, 9))}


def run(answer, start, count, length, table):
    """Return what an answer writes with a little model whose scores follow from the window."""
    longest = [0]

    def score(window):
        window = [int(piece) for piece in window]
        longest[0] = max(longest[0], len(window))
        added = np.cumsum([(place + 1) * piece for place, piece in enumerate(window)])
        return np.stack([table[piece] * 7 + (total + np.arange(9) * 5) % 11 for piece, total in zip(window, added)])

    given = list(start)
    text = answer(score, lambda scores: int(np.argmax(np.asarray(scores))), given, count, length)
    if text is None:
        return None
    return [[int(piece) for piece in text], longest[0] > length, given != list(start)]


def observe(answer, inputs):
    return run(answer, **inputs)


def loop(score, pick, start, count, length, *, place=-1, cut=slice, grows=True):
    text = list(start)
    for _ in range(count):
        source = text if grows else start
        window = source[-length:] if cut is slice else source[:length]
        text.append(int(pick(score(window)[place])))
    return text


def reference(start, count, length, table):
    return run(loop, start, count, length, table)


def diagnose(inputs, output):
    if not isinstance(output, (list, tuple)) or len(output) != 3:
        return None
    text, too_long, changed = output
    right = reference(**inputs)[0]
    if changed:
        return "changes_start"
    if too_long:
        return "too_long"
    if text == right[len(inputs["start"]) :]:
        return "without_start"
    if len(text) in (len(right) - 1, len(right) + 1) and text[: len(right) - 1] == right[: len(text)][: len(right) - 1]:
        return "one_too_many"
    ways = {"first_place": {"place": 0}, "window_start": {"cut": None}, "start_only": {"grows": False}}
    for mistake, options in ways.items():
        if text == run(lambda *given: loop(*given, **options), **inputs)[0]:
            return mistake
    return None


# %% tags=["exercise"] exercise="12.write"
def write(score, pick, start, count, length):
    """Return the beginning and `count` pieces more, as a list."""
    ### BEGIN SOLUTION
    text = list(start)
    for _ in range(count):
        text.append(int(pick(score(text[-length:])[-1])))
    return text
    ### END SOLUTION


# %%
write_works = check("12.write", write)


# %% tags=["mutant"] exercise="12.write" misconception="first_place"
def write(score, pick, start, count, length):
    text = list(start)
    for _ in range(count):
        text.append(int(pick(score(text[-length:])[0])))
    return text


# %% tags=["mutant"] exercise="12.write" misconception="window_start"
def write(score, pick, start, count, length):
    text = list(start)
    for _ in range(count):
        text.append(int(pick(score(text[:length])[-1])))
    return text


# %% tags=["mutant"] exercise="12.write" misconception="too_long"
def write(score, pick, start, count, length):
    text = list(start)
    for _ in range(count):
        text.append(int(pick(score(text)[-1])))
    return text


# %% tags=["mutant"] exercise="12.write" misconception="without_start"
def write(score, pick, start, count, length):
    text = list(start)
    for _ in range(count):
        text.append(int(pick(score(text[-length:])[-1])))
    return text[len(start):]


# %% tags=["mutant"] exercise="12.write" misconception="start_only"
def write(score, pick, start, count, length):
    return list(start) + [int(pick(score(start[-length:])[-1])) for _ in range(count)]


# %% tags=["mutant"] exercise="12.write" misconception="changes_start"
def write(score, pick, start, count, length):
    for _ in range(count):
        start.append(int(pick(score(start[-length:])[-1])))
    return start


# %% tags=["mutant"] exercise="12.write" misconception="one_too_many"
def write(score, pick, start, count, length):
    text = list(start)
    for _ in range(count + 1):
        text.append(int(pick(score(text[-length:])[-1])))
    return text


# %% tags=["variant"] exercise="12.write"
def write(score, pick, start, count, length):
    if count == 0:
        return [*start]
    window = start[max(0, len(start) - length):]
    return write(score, pick, [*start, int(pick(score(window)[len(window) - 1]))], count - 1, length)


# %% [markdown]
# ## 6 · An honest measure
#
# `log_probabilities` has one list for each text: the natural logarithms of the
# probabilities that the model gave to the pieces that came, one number a piece. `texts`
# are the texts that these pieces spell. Return the *bits per byte*: how many bits all
# these texts cost together, divided by how many bytes they have in UTF-8. By this
# measure models can be compared that cut a text in different ways.

# %% tags=["definition"] exercise="12.bits_per_byte"
"""Bits per byte."""
import numpy as np

POINTS = 2
HINTS = [
    "A piece with the probability p costs -log2(p) bits. The natural logarithm over `np.log(2)` is the one to the "
    "base 2.",
    "`len(text)` counts characters; `len(text.encode(\"utf-8\"))` counts bytes. An é has two.",
    "Add up the bits of all texts, add up the bytes of all texts, then divide once.",
]
MISTAKES = {
    "per_piece": "You divided by the number of pieces. Whoever cuts a text into longer pieces would look worse; bytes "
    "are the same for everybody.",
    "per_character": "You divided by the number of characters. Letters with accents have more than one byte.",
    "nats": "The unit is wrong: these are nats. Divide by log(2) to get bits.",
    "sign": "The sign is turned: a cost is positive, and logarithms of probabilities are negative.",
    "mean_of_texts": "You took the mean of the texts' own figures. A short text would count as much as a long one.",
    "mean_first": "You took the mean of the logarithms first, and lost how many pieces there are.",
    "perplexity": "This is a perplexity, 2 to the power of the bits. The bits themselves are wanted.",
}

WORDS = ["Zoé", "naïve", "Österreich", "a", "cancel my contract", "no", "garçon", "parcel", "señor", "hi"]


def cases(rng):
    for count in (3, 4, 5):
        texts = [WORDS[place] for place in rng.permutation(len(WORDS))[:count]]
        texts[0] = "Grüße aus Málaga"
        yield {
            "log_probabilities": [
                np.log(rng.uniform(0.02, 0.9, size=int(rng.integers(2, 7)))).round(3).tolist() for _ in texts
            ],
            "texts": texts,
        }


def counts(log_probabilities, texts):
    nats = np.array([-sum(line) for line in log_probabilities])
    return nats, np.array([len(line) for line in log_probabilities]), np.array([len(t.encode()) for t in texts])


def reference(log_probabilities, texts):
    nats, _, size = counts(log_probabilities, texts)
    return float(nats.sum() / np.log(2) / size.sum())


def diagnose(inputs, output):
    nats, pieces, size = counts(**inputs)
    bits, letters = nats / np.log(2), sum(map(len, inputs["texts"]))
    wrong = {
        "sign": -bits.sum() / size.sum(),
        "per_piece": bits.sum() / pieces.sum(),
        "per_character": bits.sum() / letters,
        "nats": nats.sum() / size.sum(),
        "mean_of_texts": (bits / size).mean(),
        "mean_first": bits.sum() / pieces.sum() / size.sum(),
        "perplexity": 2 ** (bits.sum() / size.sum()),
    }
    for mistake, value in wrong.items():
        if np.ndim(output) == 0 and np.isclose(output, value, rtol=1e-9):
            return mistake
    return None


# %% tags=["exercise"] exercise="12.bits_per_byte"
def bits_per_byte(log_probabilities, texts):
    """Return what the texts cost, in bits for each of their bytes."""
    ### BEGIN SOLUTION
    bits = sum(-sum(line) for line in log_probabilities) / np.log(2)
    size = sum(len(text.encode("utf-8")) for text in texts)
    return float(bits / size)
    ### END SOLUTION


# %%
bits_works = check("12.bits_per_byte", bits_per_byte)


# %% tags=["mutant"] exercise="12.bits_per_byte" misconception="per_piece"
def bits_per_byte(log_probabilities, texts):
    return float(-np.mean(np.concatenate(log_probabilities)) / np.log(2))


# %% tags=["mutant"] exercise="12.bits_per_byte" misconception="per_character"
def bits_per_byte(log_probabilities, texts):
    return float(-np.concatenate(log_probabilities).sum() / np.log(2) / sum(map(len, texts)))


# %% tags=["mutant"] exercise="12.bits_per_byte" misconception="nats"
def bits_per_byte(log_probabilities, texts):
    return float(-np.concatenate(log_probabilities).sum() / sum(len(t.encode()) for t in texts))


# %% tags=["mutant"] exercise="12.bits_per_byte" misconception="sign"
def bits_per_byte(log_probabilities, texts):
    return float(np.concatenate(log_probabilities).sum() / np.log(2) / sum(len(t.encode()) for t in texts))


# %% tags=["mutant"] exercise="12.bits_per_byte" misconception="mean_of_texts"
def bits_per_byte(log_probabilities, texts):
    return float(np.mean([-sum(line) / np.log(2) / len(t.encode()) for line, t in zip(log_probabilities, texts)]))


# %% tags=["mutant"] exercise="12.bits_per_byte" misconception="mean_first"
def bits_per_byte(log_probabilities, texts):
    return float(-np.mean(np.concatenate(log_probabilities)) / np.log(2) / sum(len(t.encode()) for t in texts))


# %% tags=["mutant"] exercise="12.bits_per_byte" misconception="perplexity"
def bits_per_byte(log_probabilities, texts):
    nats = -np.concatenate(log_probabilities).sum() / sum(len(t.encode()) for t in texts)
    return float(np.exp(nats))


# %% tags=["variant"] exercise="12.bits_per_byte"
def bits_per_byte(log_probabilities, texts):
    everything = "".join(texts).encode("utf-8")
    return float(sum(-np.log2(np.exp(value)) for line in log_probabilities for value in line) / len(everything))


# %% [markdown]
# ## Something to keep
#
# Names are texts, too. A sign for the beginning, the letters, a sign for the end: 2 is
# both, and 1 is kept for masks. Your `shift` makes the targets, your `language_model`
# learns them, your `bits_per_byte` judges it on names that it never saw.

# %%
names = data.load("first_names", source="bundled")
letters = sorted({letter for name in names.x for letter in name})
NUMBER = {letter: number + 3 for number, letter in enumerate(letters)}
LENGTH, PIECES = 16, len(letters) + 3


def as_row(name):
    """Return a name as numbers: 2, its letters, 2, and zeros to the end."""
    pieces = [2, *(NUMBER[letter] for letter in name[: LENGTH - 1]), 2]
    return pieces + [0] * (LENGTH + 1 - len(pieces))


# %% [markdown]
# One name in ten is put aside, to judge by:

# %%
order = rng.permutation(len(names.x))[: {"smoke": 400}.get(PROFILE, 8000)]
rows = np.array([as_row(name) for name in names.x[order]])
SPLIT = len(rows) // 10
x_test, x_train = rows[:SPLIT], rows[SPLIT:]
all_written = shift_works and language_model_works and bits_works
print(f"{len(x_train):,} names to learn from, {len(x_test):,} unseen")

# %% [markdown]
# 0 stands where nothing is asked, so the loss leaves it out.


# %%
def learn(model, rows, epochs, learning_rate=0.003):
    """Train a model on rows of pieces."""
    x, y = shift(rows)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile(keras.optimizers.Adam(learning_rate), loss)
    model.fit(x, y, batch_size=64, epochs=epochs, verbose=0)


# %% [markdown]
# The price of unseen names, by your measure. Their ends are paid for, too, since a model
# that never stops has not understood names.


# %%
def cost(model, rows):
    """Return the bits per byte of unseen names; their ends are paid for, too."""
    x, y = shift(rows)
    scores = model.predict(x, batch_size=256, verbose=0).astype("float64")
    logs = log_softmax(scores, axis=-1)
    chosen = np.take_along_axis(logs, y[..., None], axis=2)[..., 0]
    texts = ["".join(letters[n - 3] for n in row if n > 2) for row in rows]
    logs = [line[row > 0].tolist() for line, row in zip(chosen, y)]
    return bits_per_byte(logs, texts)


# %% [markdown]
# Before the training and after it:

# %%
EPOCHS = {"smoke": 1}.get(PROFILE, 8)
if all_written:
    namer = language_model(LENGTH, PIECES, 64)
    before = cost(namer, x_test)
    learn(namer, x_train, EPOCHS)
    found("name_bits_untrained", before, "Untrained, a name costs {:.2f} bits a byte.")
    found("name_bits", cost(namer, x_test), "Trained, it costs {:.2f} bits a byte.")

# %% [markdown]
# And now let it write, with your `write` and your `choose`. A name ends where the 2
# comes back.


# %%
def invent(temperature):
    """Return one name that the model makes up."""

    def score(window):
        filled = np.array([[*window, *[0] * (LENGTH - len(window))]])
        return keras.ops.convert_to_numpy(namer(filled, training=False))[0][
            : len(window)
        ]

    pieces = write(
        score, lambda s: choose(s, temperature, rng.random()), [2], LENGTH - 1, LENGTH
    )
    end = pieces.index(2, 1) if 2 in pieces[1:] else len(pieces)
    return "".join(letters[number - 3] for number in pieces[1:end] if number > 2)


# %% [markdown]
# A star marks a name that is not in the data: yours. At which temperature would you
# still call a child by one of them?

# %%
if all_written and write_works and choose_works:
    for temperature in (0.5, 0.8, 1.2):
        made = [invent(temperature) for _ in range(6 if PROFILE != "smoke" else 1)]
        new = [f"{name}*" if name not in set(names.x) else name for name in made]
        print(f"temperature {temperature}: {', '.join(new)}")

# %% [markdown]
# ## What pretraining is worth
#
# Suppose only 100 names could be had. One model begins from nothing; another begins as
# the namer above, which has seen thousands of other names. Which understands unseen
# names better? The hundred are taken from the unseen ones, and the rest of those judge.

# %%
if all_written:
    few, judges = x_test[: SPLIT // 8], x_test[SPLIT // 8 :]
    fresh = language_model(LENGTH, PIECES, 64)
    learn(fresh, few, 10 * EPOCHS)
    tuned = keras.models.clone_model(namer)
    tuned.set_weights(namer.get_weights())
    learn(tuned, few, 1, learning_rate=0.0003)
    found("fresh_bits", cost(fresh, judges), "From nothing: {:.2f} bits a byte.")
    found("tuned_bits", cost(tuned, judges), "Pretrained: {:.2f} bits a byte.")

# %% [markdown]
# The second knew how names go before it saw the first of the few. That is the bargain
# behind BERT and GPT: the dear part of the learning is done once, on text that nobody
# had to label, and the cheap part as often as there are tasks. Lesson 09 measured it on
# pictures, lesson 22 does it with language models.

# %% [markdown]
# ## Going further
#
# No check waits here. Give the namer a second block: does it pay, at the same time of
# training? Hide letters with your `mask_words`, take the causal mask away, and let the
# model fill in J_hn. Or bring names of your own language, and see what it makes of
# them.
