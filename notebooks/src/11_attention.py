# %% [markdown] tags=["sourced"]
# **How does a translator know which word to look at next?**
#
# The first neural translators read a sentence with a recurrent network and squeezed it
# into one vector, from which a second network had to write the whole translation. In
# 2014 [Bahdanau, Cho and Bengio](https://arxiv.org/abs/1409.0473) let the writer look
# back: at every word it could weigh all the words of the source and read where it
# wanted. Google put that into [its translator of
# 2016](https://arxiv.org/abs/1609.08144), and in 2017 a team there threw the recurrence
# away and kept the looking: [Attention Is All You
# Need](https://arxiv.org/abs/1706.03762).
#
# When you leave, you will be able to
#
# - compute attention by hand, with one head or several, with masks, exactly as Keras
#   does,
# - say why scores are divided by a square root, from a measurement,
# - give order to something that knows no order, and show when that matters,
# - write down two heads that recall what came before, and switch them off,
# - say where attention beats an LSTM, where it does not, and what a long text costs,
# - read a map of attention, and know what it does not prove.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import timeit

import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## A look-up that can learn
#
# A dictionary in Python is a look-up: you come with a key, one entry has that key, you
# get its value. It is all or nothing, so it has no slopes, and what has no slopes
# cannot be trained (lesson 05). *Attention* is the same, made soft. Every entry has a
# *key*, a list of numbers, and a *value*, another list. You come with a *query*, a list
# as long as a key. Every entry is read a little: the more, the better its key fits.
#
# Here are five entries with random keys of 16 numbers, counted from 0 as Python does.
# The query is the key of entry number 2, with some noise on it. A dictionary would find
# nothing, because no key is *equal* to it.

# %%
key = rng.normal(size=(5, 16))
value = np.array([[10.0], [20], [30], [40], [50]])
query = key[[2]] + 0.3 * rng.normal(size=(1, 16))

# %% [markdown]
# How well do they fit? Multiply the query by each key and add up. A `softmax` (lesson
# 02) makes weights of these scores that sum to 1, and the answer is the mean of the
# values with these weights. Before the softmax, the scores are divided by the square
# root of the number of entries in a key; the next part shows why.


# %%
def softmax(scores):
    """Return weights that sum to 1 along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# %% [markdown]
# The whole of attention is three lines. Only the last two axes count, places and size;
# what stands before them may be a batch of texts, or several heads.


# %%
def attend(query, key, value):
    """Return what each query reads, shape (..., queries, size), and the weights."""
    scores = query @ np.swapaxes(key, -1, -2) / np.sqrt(key.shape[-1])
    weights = softmax(scores)
    return weights @ value, weights


# %% [markdown]
# On our five entries, whose values are 10, 20, 30, 40 and 50:

# %%
read, weights = attend(query, key, value)
print("weights", weights[0].round(3), "and what is read:", read[0].round(1))

# %% [markdown]
# Nearly all of the weight lies on entry 2, and what is read is nearly its value. Every
# step is a product or a softmax, so slopes flow to queries, keys and values alike: a
# network can *learn* what to ask for and how to label what it has.
#
# In *self-attention* the entries are the words of a text, and every word asks. Give the
# words of a sentence random vectors, the same word the same vector, and let each vector
# be query, key and value at once.

# %%
sentence = "the cat that saw the dog ran and the dog ran".split()
vectors = {word: rng.normal(size=64) for word in dict.fromkeys(sentence)}
words = np.stack([vectors[word] for word in sentence])
read, weights = attend(words, words, words)

# %% [markdown]
# Where does each word look? The lines are those of one word, the thicker the more it
# reads; the grid shows all words at once, the darker the more.

# %%
plot.attention(weights, sentence, chosen=5, title="“dog” finds itself, and its like")

# %% [markdown]
# A row of the grid belongs to a word that looks, a column to a word that is read. Each
# row sums to 1, so the two dogs share the weight. No word asks for anything clever yet,
# because nothing has been learned.
#
# Keras has it as one operation. It expects the axes batch, length, heads, size, and we
# have only length and size. So a batch of one text and a single head are put in:


# %%
def as_keras(array):
    """Return an array with an axis for the batch and one for the head."""
    return array[None, :, None].astype("float32")


# %% [markdown]
# Does it give what ours gives? It computes with 32 bits, ours with 64, so that the last
# digits may differ.

# %%
library = keras.ops.dot_product_attention(*[as_keras(words)] * 3)
difference = np.abs(keras.ops.convert_to_numpy(library)[0, :, 0] - read).max()
found("attend_difference", difference, "Ours and Keras's differ by {:.0e} at most.")
assert difference < 1e-5

# %% [markdown]
# ## Why the square root
#
# A score is a sum of products, one for each entry of a key. Take queries and keys of
# random numbers with mean 0 and spread 1, as good first weights would make them. Then
# each product has mean 0 and spread 1 as well; but the *squares* of spreads add up, so
# that a sum of $d$ of them spreads by $\sqrt d$. The longer the key, the larger the
# scores, by chance alone. What does the softmax make of that? Look at 32 places, and
# leave the root out.

# %%
predict(
    "11.root",
    "Queries and keys of 256 random numbers each, 32 places to look at, no root. How "
    "much of the weight does the strongest place get, on average?",
    ["about a tenth", "about a third", "more than three quarters"],
)

# %% [markdown]
# We measure three things at each size: the spread of the scores, the largest weight,
# and how much slope the softmax lets through. The slope of weight $i$ along its own
# score is $w_i (1 - w_i)$, which is zero where a weight is 0 or 1. Every size gets 200
# queries, each with 32 keys of its own.

# %%
SIZES = [4, 16, 64, 256, 1024]
spread, strongest, slope = [], {"no root": [], "root": []}, {"no root": [], "root": []}
for size in SIZES:
    asks, labels = rng.normal(size=(200, 1, size)), rng.normal(size=(200, 32, size))
    scores = (asks @ labels.swapaxes(1, 2))[:, 0]
    spread.append(scores.std())
    for name, divisor in [("no root", 1), ("root", np.sqrt(size))]:
        chances = softmax(scores / divisor)
        strongest[name].append(chances.max(axis=1).mean())
        slope[name].append((chances * (1 - chances)).sum(axis=1).mean())

# %% [markdown]
# First the largest weight. With 32 places, sharing alike would give each about a
# thirtieth. Follow the two lines to the right: which of them stays where it was?

# %%
plot.curves(
    strongest,
    x=SIZES,
    x_title="numbers in a query and a key",
    y_title="largest of 32 weights, mean",
    title="Without the root, one place takes all",
).update_xaxes(type="log", tickvals=SIZES)

# %% [markdown]
# For keys of 256 numbers:

# %%
found("score_spread", spread[3], "With 256 numbers the scores spread by {:.1f}.")
found(
    "strongest_unscaled",
    strongest["no root"][3],
    "Without the root the strongest place gets {:.0%} of the weight.",
    predicted="11.root",
)
found("strongest_scaled", strongest["root"][3], "With it, {:.0%}.")

# %% [markdown]
# A place that gets all the weight is not wrong by itself. What is wrong is that a
# softmax so sure of itself can hardly be changed. How much slope gets through it?

# %%
found(
    "slope_ratio",
    slope["root"][4] / slope["no root"][4],
    "With 1,024 numbers the root lets {:.0f} times as much slope through.",
)

# %% [markdown]
# Dividing by $\sqrt d$ brings the scores back to a spread of 1, whatever the size, and
# a head of any size begins by looking around. Without the root the softmax is
# *saturated* from the start: before anything was learned, each query stares at one
# place picked by chance, and hardly any slope tells it to look elsewhere. That is what
# [Vaswani and others](https://arxiv.org/abs/1706.03762) suspected, in their section
# 3.2.1, when they put the root in. It is about the *start*: training can make scores as
# large as it likes, and where a head should pick one place, it will.

# %% [markdown]
# ## Several heads
#
# A word may need several things at once: its verb, the noun that it stands for, the
# word before. One row of weights is one mean, so there are several *heads*, each with
# queries, keys and values of its own, made from the words by matrices that are learned.
# What they read is put side by side and mixed by one more matrix.
#
# In practice one large matrix makes the queries of all heads, and a reshape deals them
# out. Note the second line: the heads must become an axis *before* the length, because
# each head attends by itself.


# %%
def split_heads(array, heads):
    """Turn (batch, length, heads * size) into (batch, heads, length, size)."""
    batch, length, width = array.shape
    dealt = array.reshape(batch, length, heads, width // heads)
    return dealt.transpose(0, 2, 1, 3)


# %% [markdown]
# The way back turns the axes first, and then lays the heads side by side:


# %%
def merge_heads(array):
    """Turn (batch, heads, length, size) into (batch, length, heads * size)."""
    batch, heads, length, size = array.shape
    return array.transpose(0, 2, 1, 3).reshape(batch, length, heads * size)


# %% [markdown]
# The whole layer, then, with room for a mask that we come to below. `settings` is what
# Keras's layer calls its weights.


# %%
def multi_head(x_query, x_key, settings, heads, allowed=True):
    """Return the layer's output, and its weights (batch, heads, queries, keys)."""
    w_query, b_query, w_key, b_key, w_value, b_value, w_out, b_out = settings
    query = split_heads(x_query @ w_query + b_query, heads)
    key = split_heads(x_key @ w_key + b_key, heads)
    value = split_heads(x_key @ w_value + b_value, heads)
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(key.shape[-1])
    weights = softmax(np.where(allowed, scores, -1e9))
    return merge_heads(weights @ value) @ w_out + b_out, weights


# %% [markdown]
# Keras's layer on three random texts of ten words, each word 32 numbers. Its biases are
# drawn as well, because biases of zero could stand anywhere unnoticed.

# %%
layer = keras.layers.MultiHeadAttention(4, 8, bias_initializer="normal")
texts = rng.normal(size=(3, 10, 32)).astype("float32")
library, their_weights = layer(texts, texts, return_attention_scores=True)

# %% [markdown]
# It keeps its matrices with the heads as an axis of their own: (width, heads, size) on
# the way in, (heads, size, width) on the way out. Put flat, they are ours.


# %%
def flat(layer):
    """Return the layer's eight weights as plain matrices and lists."""
    *ways_in, way_out, last = layer.get_weights()
    sizes = [(-1,) if part.ndim == 2 else (len(part), -1) for part in ways_in]
    ways_in = [part.reshape(size) for part, size in zip(ways_in, sizes)]
    return [*ways_in, way_out.reshape(-1, way_out.shape[-1]), last]


# %% [markdown]
# The same texts through ours. Not only the outputs must agree, but also where each head
# looks:

# %%
ours, our_weights = multi_head(texts, texts, flat(layer), heads=4)
difference = np.abs(ours - keras.ops.convert_to_numpy(library)).max()
found("heads_difference", difference, "Four heads by hand and Keras differ by {:.0e}.")
assert difference < 1e-5
assert np.allclose(our_weights, keras.ops.convert_to_numpy(their_weights), atol=1e-5)

# %%
predict(
    "11.heads",
    "One head of 64 numbers, or eight heads of 8, for words of 64 numbers. Which layer "
    "has more parameters?",
    ["the one with eight heads", "the one with a single head", "neither"],
)

# %%
sizes = {}
for heads, size in [(1, 64), (8, 8)]:
    counted = keras.layers.MultiHeadAttention(heads, size)
    counted.build((None, None, 64), (None, None, 64))
    sizes[heads] = counted.count_params()
assert sizes[1] == 4 * (64 * 64 + 64)

# %% [markdown]
# Four matrices from 64 to 64 numbers, with their biases, make up a single head. And
# eight?

# %%
found(
    "eight_minus_one",
    sizes[8] - sizes[1],
    f"Both have {sizes[1]:,}; the difference is {{:.0f}}.",
    predicted="11.heads",
)

# %% [markdown]
# The width is dealt out, not multiplied: eight heads see eight things, each with keys
# of 8 numbers only. And nothing in the count depends on the length of the text. The
# same weights serve ten words or ten thousand.

# %% [markdown]
# ## Masks: what may not be read
#
# Two things must sometimes be forbidden. Texts in a batch have different lengths and
# are filled up with *padding*, which nobody should read. And a network that learns to
# write the next word must not see it: the *causal* mask lets each place read itself and
# what stands before. A mask is an array of truth values with the shape of the scores, a
# row for whoever looks, a column for what may be read.

# %%
causal = np.tri(10, dtype=bool)
lengths = np.array([10, 7, 4])
padding = np.arange(10) < lengths[:, None]
both = causal & padding[:, None, None, :]  # (batch, heads, queries, keys)

# %% [markdown]
# Where reading is forbidden, `multi_head` sets the *score* to a huge negative number,
# before the softmax. So the others still share a whole 1 among them. Whoever sets the
# weight to zero afterwards loses that. Keras again is the judge:

# %%
ours, our_weights = multi_head(texts, texts, flat(layer), 4, allowed=both)
library = layer(texts, texts, attention_mask=padding[:, None], use_causal_mask=True)
assert np.allclose(ours, keras.ops.convert_to_numpy(library), atol=1e-5)
assert np.allclose(our_weights.sum(axis=-1), 1)

# %% [markdown]
# Is it tight? A mask with a hole in it raises no error: the network learns to cheat,
# and its loss looks wonderful. So test it. Change the seventh place of a text, and see
# which outputs move.

# %%
changed = texts.copy()
changed[0, 6] += 1
after, _ = multi_head(changed, changed, flat(layer), 4, allowed=causal)
before, _ = multi_head(texts, texts, flat(layer), 4, allowed=causal)
moved = np.flatnonzero(np.abs(after - before)[0].max(axis=-1) > 1e-9) + 1
print("outputs that moved: places", moved)
assert moved.tolist() == [7, 8, 9, 10]

# %% [markdown]
# Nothing before place 7 has noticed. That is what makes training of a writer cheap: all
# places of a text learn to guess their next word at the same time, in one pass, and
# none can cheat. A recurrent network gets the same by its nature, and pays for it by
# going word by word.

# %% [markdown]
# ## Something that knows no order
#
# In lesson 10 order was built in: the network read from left to right, and what it knew
# of a word had gone through all words after it. Look at `multi_head` again. Where in it
# does a place enter?

# %%
predict(
    "11.order",
    "Shuffle the ten words of a text, and give them to multi-head attention without a "
    "mask. What comes out?",
    [
        "other vectors altogether",
        "the same vectors, shuffled in the same way",
        "the same vectors in the old order",
    ],
)

# %%
order = rng.permutation(10)
straight, _ = multi_head(texts, texts, flat(layer), 4)
shuffled, _ = multi_head(texts[:, order], texts[:, order], flat(layer), 4)
found(
    "shuffle_difference",
    np.abs(shuffled - straight[:, order]).max(),
    "Shuffled in, shuffled out: the largest difference is {:.0e}.",
    predicted="11.order",
)
assert np.allclose(shuffled, straight[:, order], atol=1e-5)

# %% [markdown]
# To attention a text is a *set*. "Dog bites man" and "man bites dog" are the same three
# vectors. So the place must be put into the words themselves: each gets the vector of
# its *position* added. Vaswani and others took waves of different lengths, like the
# hands of many clocks. (In their paper sine and cosine take turns; here all sines come
# first. It makes no difference.)


# %%
def positions(length, width, longest=10_000):
    """Return a vector for each place: sines and cosines of slower and slower waves."""
    rates = longest ** -(np.arange(width // 2) / (width // 2))
    angles = np.arange(length)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


# %% [markdown]
# Three of the clocks, for the first 24 places. A fast one tells neighbours apart, but
# soon comes round to where it was; a slow one tells early from late, but hardly knows
# neighbours. Together they name the place.

# %%
table = positions(24, 32)
plot.curves(
    {f"number {column + 1} of 32": table[:, column] for column in (0, 4, 8)},
    x=range(24),
    x_title="place",
    y_title="value",
    title="Clocks of many speeds tell places apart",
)

# %% [markdown]
# Multiply the positions of two places, and you have a score: how well does place 7, as
# a query, fit place 12, as a key? For all pairs of places, divided by 16, so that each
# place fits itself by 1:

# %%
plot.heatmap(
    table @ table.T / 16,
    x=range(24),
    y=range(24),
    x_title="place that is read",
    y_title="place that looks",
    value_title="product",
    number="",
    title="A product of two positions depends on their distance",
    height=460,
)

# %% [markdown]
# The stripes run along the diagonal: what counts is the *distance* of two places alone.
# And one step on is one and the same turn for all places, each clock by its own angle.
# So a single matrix does it, such as a head can learn. We write it down with the school
# formulas for the sine and the cosine of a difference, and check both claims.

# %%
rates = 10_000 ** -(np.arange(16) / 16)
cosine, sine = np.diag(np.cos(rates)), np.diag(np.sin(rates))
one_back = np.block([[cosine, sine], [-sine, cosine]])
assert np.allclose(table[1:] @ one_back, table[:-1])
assert np.allclose(np.diag(table @ table.T, 5), (table @ table.T)[0, 5])

# %% [markdown]
# With positions added, does the order count? The same shuffle as before; only, each
# word now gets the position of the place where it has come to stand.

# %%
placed = texts + positions(10, 32)
straight, _ = multi_head(placed, placed, flat(layer), 4)
shuffled_text = texts[:, order] + positions(10, 32)
shuffled, _ = multi_head(shuffled_text, shuffled_text, flat(layer), 4)
found(
    "placed_difference",
    np.abs(shuffled - straight[:, order]).max(),
    "With positions, shuffling moves the outputs by up to {:.2f}.",
)

# %% [markdown]
# So a head can look for *what* (by the words), for *where* (by the positions), or for
# both. Six heads show it on a sentence of yours. Their matrices are written down, not
# trained; the last is random. One of them, as a picture: its queries are positions
# turned back by one place.

# %%
places = positions(len(sentence), 32)
_, weights = attend(30 * places @ one_back, places, places)
plot.attention(weights, sentence, chosen=6, title="A head that looks one place back")

# %% [markdown]
# The first word has nothing before it, and its weight goes astray. Now your sentence.
# Find the head that dies when positions are taken away, and one that does not mind.
# Then forbid looking ahead, and watch the upper half of the grid: each row still sums
# to 1.

# %%
explore.heads(words=" ".join(sentence), head="same word", token=6)

# %% [markdown]
# ## Two heads that recall
#
# Can such heads do something useful together? Take a text like
#
#     b 3 a 7 d 1 c 9 a
#
# and ask what comes next. After the first `a` stood a 7, so a 7 is a good guess. No
# single head can find it: the last `a` can look for another `a`, but the answer stands
# one place further on. Two heads can, one behind the other. The first looks one place
# back, and notes at each place what stood *before* it. The second looks for places that
# have my own sign in their note, and reads the sign that stands there.
#
# Nothing needs to be trained. Signs are lists with a single 1, so that two signs fit by
# 1 when they are the same and by 0 when they are not. Places are our positions, and
# `attend` does the rest.

# %%
SIGNS = "·abcdefghijklmnopqrstuvwxyz0123456789"
ONE = np.eye(len(SIGNS))


# %% [markdown]
# In the code, `back` is where the first head looks from each place, `note` is the sign
# that it finds there, and `read` is what the second head reads, going by the notes. The
# factors of 60 make the softmax sharp. Each head has a switch.


# %%
def circuit(texts, first=True, second=True):
    """Return a score for each sign as the next one; texts are numbers of signs."""
    signs, places = ONE[texts], positions(texts.shape[1], 32)
    _, back = attend(60 * places @ one_back, places, places)
    note = back @ signs if first else np.zeros_like(signs)
    read, _ = attend(60 * signs[:, -1:], note, signs)
    return read[:, 0] if second else np.zeros_like(read[:, 0])


# %% [markdown]
# Six letters with six digits, then one of the letters again. The start sign `·` gives
# the first letter something to look back at. Letters do not repeat, so there is one
# right answer; digits may.


# %%
def sequences(count, pairs=6):
    """Return texts of pairs and a question, and the digits that answer them."""
    letters = np.argsort(rng.random((count, 26)), axis=1)[:, :pairs] + 1
    digits = rng.integers(27, 37, (count, pairs))
    asked = rng.integers(0, pairs, count)
    texts = np.zeros((count, 2 * pairs + 2), int)
    texts[:, 1:-1:2], texts[:, 2:-1:2] = letters, digits
    texts[:, -1] = letters[np.arange(count), asked]
    return texts, digits[np.arange(count), asked]


# %% [markdown]
# One of five hundred questions, and its answer:

# %%
questions, answers = sequences(500)
print("".join(SIGNS[number] for number in questions[0]), "→", SIGNS[answers[0]])

# %%
predict(
    "11.circuit",
    "Switch the first head off, the one that only looks one place back. How many of "
    "the questions does the second head still answer?",
    ["nearly all, it does the real work", "about half", "hardly any"],
)

# %%
by_switch = {
    "both heads": circuit(questions),
    "first head off": circuit(questions, first=False),
    "second head off": circuit(questions, second=False),
}
shares = {name: np.mean(s.argmax(axis=1) == answers) for name, s in by_switch.items()}

# %% [markdown]
# Somebody who says any of the ten digits is right in a tenth of all cases.

# %%
plot.bars(
    list(shares),
    list(shares.values()),
    number=".0%",
    x_title="questions answered rightly",
    title="Recall takes both heads",
)

# %% [markdown]
# Without the first head all notes are empty, so the second looks everywhere alike, and
# reads the mean of everything: its guess is the sign that came most often, be it the
# letter of the question. Without the second head nothing is read at all.

# %%
found("circuit_right", shares["both heads"], "With both heads, {:.0%} are right.")
found(
    "first_off",
    shares["first head off"],
    "Without the first, {:.0%}.",
    predicted="11.circuit",
)
assert shares["second head off"] == 0

# %% [markdown] tags=["sourced"]
# Nobody had to invent this circuit. [Olsson and
# others](https://arxiv.org/abs/2209.11895) found such pairs in trained language models,
# and called the second an *induction head*: it forms in the same short stretch of
# training in which a model begins to learn from its own context. Lesson 12 trains such
# models.
#
# In the explorer, write your own pairs. Swap two signs and see the answer follow;
# switch one head off, and recall dies. Then ask for a letter that was never there.

# %%
explore.recall(signs="b3 a7 d1 c9 a")

# %% [markdown]
# ## Learned recall, against an LSTM
#
# Now by training, and on equal terms with lesson 10's LSTM. Each place holds a letter
# *and* a digit, so a single look is enough. Sixteen pairs are followed by eight
# questions, a letter each, the digit missing. The *distance* from a question to its
# pair is 1 to 23 places. Letters and digits are drawn anew for each text, so nothing
# that holds for one text helps with the next: what can be learned is the looking up.

# %%
PAIRS, ASKED, NO_DIGIT = 16, 8, 10


def recall(count, rng):
    """Return letters, digits, answers and distances; no letter comes twice."""
    letters = np.argsort(rng.random((count, 26)), axis=1)[:, :PAIRS]
    digits = rng.integers(0, 10, (count, PAIRS))
    which = rng.integers(0, PAIRS, (count, ASKED))
    asks = np.take_along_axis(letters, which, axis=1)
    letters = np.concatenate([letters, asks], axis=1)
    blank = np.full((count, ASKED), NO_DIGIT)
    answers = np.take_along_axis(digits, which, axis=1)
    distances = PAIRS + np.arange(ASKED) - which
    return letters, np.concatenate([digits, blank], axis=1), answers, distances


# %% [markdown]
# One *block*, as most transformers of today are made of: attention, then a small dense
# network at every place, each with a normalisation before it (lesson 05) and a shortcut
# around it (lesson 08). Attention fetches from other places; the dense network works on
# what was fetched, each place by itself. There are no positions in it, because the task
# needs none. Both networks begin alike, with one embedding for the letter of a place
# and one for its digit, added:


# %%
def inputs(length, width=32):
    """Return two inputs, letters and digits, and the sum of their embeddings."""
    letters, digits = (keras.Input((length,), dtype="int32") for _ in range(2))
    words = keras.layers.Embedding(26, width)(letters)
    words = words + keras.layers.Embedding(11, width)(digits)
    return [letters, digits], words


# %% [markdown]
# Only the places that ask are worked out any further; all places may be read.


# %%
def attention_reader(length, asked, placed=False):
    """Return one block of attention with two heads that answers the last places."""
    numbers, words = inputs(length)
    if placed:
        words = words + positions(length, 32).astype("float32")
    normal = keras.layers.LayerNormalization()(words)
    look = keras.layers.MultiHeadAttention(2, 16, name="look")
    signal = words[:, -asked:] + look(normal[:, -asked:], normal)
    normal = keras.layers.LayerNormalization()(signal)
    normal = keras.layers.Dense(64, activation="relu")(normal)
    signal = signal + keras.layers.Dense(32)(normal)
    return keras.Model(numbers, keras.layers.Dense(10)(signal))


# %% [markdown]
# Its opponent reads the same embeddings in order. It has 33 units, which makes it the
# larger of the two, by a little: if it loses, then not for want of weights.


# %%
def lstm_reader(length, asked):
    """Return an LSTM of about the same size that answers the last places."""
    numbers, words = inputs(length)
    states = keras.layers.LSTM(33, return_sequences=True)(words)
    return keras.Model(numbers, keras.layers.Dense(10)(states[:, -asked:]))


# %% [markdown]
# Count, rather than believe it:

# %%
size_of = {f.__name__: f(24, 8).count_params() for f in (attention_reader, lstm_reader)}
print(size_of)
assert 1 <= size_of["lstm_reader"] / size_of["attention_reader"] < 1.03

# %% [markdown]
# Both see the same number of new examples in the same number of steps; none comes
# twice, so there is nothing to learn by heart. How much is right is measured on
# 1,000 examples more.

# %%
RUNS, STEPS = {"smoke": (2, 1), "quick": (3, 200), "full": (5, 800)}[PROFILE]
BATCH = 128


def right_answers(network, task, seed):
    """Return which answers to 1,000 new examples are right, and their distances."""
    letters, digits, answers, distances = task(1_000, np.random.default_rng(seed))
    scores = network([letters, digits], training=False)
    return keras.ops.convert_to_numpy(scores).argmax(axis=-1) == answers, distances


# %% [markdown]
# And the contest itself. One seed is one draw of weights and examples, and may be a
# lucky one; so there are several. As in lesson 08, a network is compiled once, and
# `train.restart` puts it back to a fresh start for each seed, its optimizer too.
# (What `speed` holds changes the time, and the result by rounding at most: many steps
# are sent off at once, and where there are only a few, in the smoke profile, nothing is
# compiled.)


# %%
def contest(network, rate, task):
    """Train a network from several seeds; return weights, right answers, distances."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    together = 1 if keras.backend.backend() == "torch" or STEPS < 20 else 20
    speed = {"steps_per_execution": together, "run_eagerly": PROFILE == "smoke"}
    network.compile(keras.optimizers.Adam(rate), loss, **speed)
    results = []
    for seed in range(RUNS):
        train.restart(network, seed=seed)
        letters, digits, answers, _ = task(BATCH * STEPS, np.random.default_rng(seed))
        settings = {"batch_size": BATCH, "shuffle": False, "verbose": 0}
        network.fit([letters, digits], answers, **settings)
        results.append((network.get_weights(), *right_answers(network, task, 99)))
    return results


# %%
predict(
    "11.recall",
    "Sixteen pairs, eight questions. What does the LSTM answer rightly after as many "
    "steps as the attention block?",
    ["as much as attention", "about half", "not even a third"],
)

# %%
recalled = {
    "attention": contest(attention_reader(PAIRS + ASKED, ASKED), 0.005, recall),
    "LSTM": contest(lstm_reader(PAIRS + ASKED, ASKED), 0.01, recall),
}

# %% [markdown]
# A network that forgets should do worse the farther back the pair stands. Is it so? The
# figure has one line for each kind, and a band from its worst to its best seed.


# %%
def by_distance(results, distances=range(1, 24)):
    """Return the share of right answers by distance, a row for each seed."""
    return [[right[far == d].mean() for d in distances] for _, right, far in results]


plot.curves(
    {name: by_distance(results) for name, results in recalled.items()},
    x=range(1, 24),
    x_title="places between question and pair",
    y_title="share of right answers",
    title="Recall by distance, after the same number of steps",
).update_yaxes(range=[0, 1.05])

# %% [markdown]
# Each line is to be read from left to right. Attention meets every place in the same
# way, however far off it is; whether the LSTM does better with what it has just read,
# you see at the left end of its line. Over all distances, with lesson 07's intervals
# over the seeds:

# %%
attention_shares = [right.mean() for _, right, _ in recalled["attention"]]
attention_recall, attention_half = train.interval(attention_shares)
found("attention_recall", attention_recall, "Attention recalls {:.1%}.")
found("attention_half", 100 * attention_half, "Its interval: ±{:.1f} points.")

# %% [markdown]
# And the LSTM?

# %%
lstm_shares = [right.mean() for _, right, _ in recalled["LSTM"]]
lstm_recall, lstm_half = train.interval(lstm_shares)
found("lstm_recall", lstm_recall, "The LSTM: {:.1%}.", predicted="11.recall")
found("lstm_half", 100 * lstm_half, "Its interval: ±{:.1f} points.")

# %% [markdown]
# How good is somebody who remembers no letter at all, and always answers with the digit
# that came most often?

# %%
_, digits, answers, _ = recall(5_000, np.random.default_rng(99))
counts = (digits[:, :PAIRS, None] == np.arange(10)).sum(axis=1)
guess = np.mean(counts.argmax(axis=1)[:, None] == answers)
found("guess_recall", guess, "The most frequent digit is right in {:.1%}.")
above = 100 * (lstm_recall - guess)
found("lstm_over_guess", above, "The LSTM is {:+.1f} points from that.")

# %% [markdown] tags=["sourced"]
# An LSTM at that figure has noticed which digits there were, and not which letter each
# belongs to. It may learn that with patience: on a related task in the [Neural
# Turing Machine](https://arxiv.org/abs/1410.5401) paper, figure 10, an LSTM learned
# slowly, and still made mistakes after a million sequences. Attention has the look-up
# built in, and needs to learn only what a letter is.
#
# Which of its two heads did the work? Set what a head sends on to zero, and ask again:
# that is an *ablation*, as our circuit went through above. Here, though, nobody has
# told the heads what to do.

# %%
predict(
    "11.ablation",
    "The trained block has two heads. Switch one off, the better one stays. What is "
    "left of recall?",
    ["nothing, as in our circuit", "about half", "most of it"],
)

# %%
block = attention_reader(PAIRS + ASKED, ASKED)


def recall_without(head, weights):
    """Return how much a trained block recalls without a head."""
    block.set_weights(weights)
    parts = block.get_layer("look").get_weights()
    parts[6][head] = 0  # its way out
    block.get_layer("look").set_weights(parts)
    return right_answers(block, recall, 98)[0].mean()


# %% [markdown]
# A row for each seed: what is left without the first head, and without the second.

# %%
left = np.array(
    [[recall_without(head, run[0]) for head in (0, 1)] for run in recalled["attention"]]
)
print(left.round(2))

# %% [markdown]
# In each row the larger number is what the better head can do alone. The mean of those:

# %%
found(
    "one_head_left",
    left.max(axis=1).mean(),
    "With the better head alone: {:.0%}.",
    predicted="11.ablation",
)

# %% [markdown]
# In the circuit that we wrote, each head had a part of its own, and neither could do
# without the other. Trained heads overlap: the better of the two can do most of the
# task alone, and how evenly they share it differs from seed to seed, as the rows above
# show. So "switch it off and see what breaks" tells what a head is *needed* for, and
# that is less than what it does. In large models too many heads [can be taken
# away](https://arxiv.org/abs/1905.10650) with little loss.

# %% [markdown]
# ### The latest counts
#
# Recall asked for a look-up, which is what attention is. Here is a task made for a
# memory that overwrites. Twenty-four letters from `a`, `b`, `c`, a digit each. The
# question: what was the *last* digit of `a`? To find an `a` is easy for a look-up; but
# there are between eight and nine of them on average, and all fit equally well.


# %%
def latest(count, rng, length=24):
    """Return letters, digits, answers and distances; the last digit of a is asked."""
    rows = np.arange(count)
    letters = rng.integers(0, 3, (count, length))
    letters[rows, rng.integers(0, length, count)] = 0  # an a at least
    digits = rng.integers(0, 10, (count, length))
    last = length - 1 - np.argmax(letters[:, ::-1] == 0, axis=1)
    answers = digits[rows, last][:, None]
    letters = np.pad(letters, [(0, 0), (0, 1)])
    digits = np.pad(digits, [(0, 0), (0, 1)], constant_values=NO_DIGIT)
    return letters, digits, answers, (length - last)[:, None]


# %%
predict(
    "11.latest",
    "The last digit of a, by the same networks, trained anew. Who gets it?",
    [
        "attention and LSTM",
        "the LSTM; attention only with positions",
        "neither of them",
    ],
)

# %%
followed = {
    "attention": contest(attention_reader(25, 1), 0.005, latest),
    "attention, positions": contest(attention_reader(25, 1, True), 0.005, latest),
    "LSTM": contest(lstm_reader(25, 1), 0.01, latest),
}

# %% [markdown]
# And one question more: the same trained networks on texts *twice as long* as any that
# they have seen. No weight depends on the length, so they can be asked: the same
# weights, put into networks that read 48 letters.


# %%
def longer(count, rng):
    """Return the task of the latest digit with 48 letters."""
    return latest(count, rng, length=48)


def asked_longer(reader, results):
    """Return the right answers of trained networks on texts of 48 letters."""
    shares = []
    for weights, *_ in results:
        reader.set_weights(weights)
        shares.append(right_answers(reader, longer, 97)[0].mean())
    return shares


# %% [markdown]
# Three networks for the longer texts, without positions, with positions, and the LSTM:

# %%
long_readers = [attention_reader(49, 1), attention_reader(49, 1, True)]
long_readers.append(lstm_reader(49, 1))
stretched = {
    f"{name}, 48": asked_longer(reader, results)
    for (name, results), reader in zip(followed.items(), long_readers)
}

# %% [markdown]
# All six, with intervals over the seeds. Read it in pairs: how much of its share does
# each network keep when the text grows?

# %%
ends = {
    f"{name}, 24": [right.mean() for _, right, _ in results]
    for name, results in followed.items()
} | stretched
means, halves = np.array([train.interval(each) for each in ends.values()]).T
plot.bars(
    list(ends),
    means,
    low=means - halves,
    high=means + halves,
    number=".0%",
    x_title="right answers, with 95 % interval over the seeds",
    title="The last digit of a, in texts of 24 letters and of 48",
)

# %% [markdown]
# In numbers, first at the length that all have trained on, then at twice that:

# %%
scores = dict(zip(ends, means))
found(
    "latest_attention",
    scores["attention, 24"],
    "Attention without positions: {:.0%}.",
    predicted="11.latest",
)
found("latest_placed", scores["attention, positions, 24"], "With positions: {:.0%}.")
found("latest_lstm", scores["LSTM, 24"], "The LSTM: {:.0%}.")
found("longer_placed", scores["attention, positions, 48"], "Longer, positions: {:.0%}.")
found("longer_lstm", scores["LSTM, 48"], "Longer, the LSTM: {:.0%}.")

# %% [markdown]
# To a set there is no "last". With positions the block learns it, for the places that
# it has trained on; beyond them it meets positions that it has never seen. The LSTM
# overwrites one digit by the next, at place 48 as at place 4. So neither architecture
# is the better memory. One keeps everything and looks, the other keeps what it decided
# to keep.

# %% [markdown]
# ## What length costs
#
# An LSTM makes one step after the other; each costs the same. Attention does all places
# at once, and compares each with each. Take a text of two thousand places, and make it
# twice as long: the LSTM has twice as much to do.

# %%
predict(
    "11.time",
    "And attention, from two thousand places to four thousand? How does its time grow, "
    "compared with the LSTM's?",
    ["less: it works in parallel", "alike, about twice", "more than the LSTM's"],
)

# %%
LENGTHS = [32, 64, 128] if PROFILE == "smoke" else [128, 256, 512, 1024, 2048, 4096]
WIDTH = 64


# %% [markdown]
# Both read one text; the layers are otherwise alike, 64 numbers in and out. The least
# of seven runs counts, since a computer that does other things as well is only ever too
# slow.


# %%
def timed(length):
    """Return the seconds that attention and an LSTM take for one text."""
    words = keras.Input((length, WIDTH))
    look = keras.layers.MultiHeadAttention(1, WIDTH)(words, words)
    states = keras.layers.LSTM(WIDTH, return_sequences=True)(words)
    text = rng.normal(size=(1, length, WIDTH)).astype("float32")
    least = []
    for outputs in (look, states):
        network = keras.Model(words, outputs)
        network.predict_on_batch(text)  # the first call builds the program
        runs = timeit.repeat(lambda: network.predict_on_batch(text), number=1, repeat=7)
        least.append(min(runs))
    return least


# %%
seconds = np.array([timed(length) for length in LENGTHS])
took = {"attention": 1000 * seconds[:, 0], "LSTM": 1000 * seconds[:, 1]}

# %% [markdown]
# Both axes are logarithmic: a step to the right is twice the length. Look at the right
# end: which line is steeper there?

# %%
plot.curves(
    took,
    x=LENGTHS,
    x_title="places in the text",
    y_title="time for one text (ms)",
    title="Time for one text, by its length",
).update_xaxes(type="log", tickvals=LENGTHS).update_yaxes(type="log")

# %% [markdown]
# On these axes a power of the length is a straight line, and its slope is the exponent:
# 1 means twice the time for twice the length, 2 means four times. We fit a line to the
# three longest texts, because in short ones the fixed costs of any call hide the rest.

# %%
steepness = np.polyfit(np.log2(LENGTHS[-3:]), np.log2(seconds[-3:]), 1)[0]
found("lstm_exponent", steepness[1], "The LSTM grows with length to the power {:.1f}.")
found("attention_exponent", steepness[0], "Attention to the power {:.1f}.")
found(
    "steeper",
    steepness[0] - steepness[1],
    "Attention's exponent is larger by {:.1f}.",
    predicted="11.time",
)
speedup = seconds[0, 1] / seconds[0, 0]
found("short_speedup", speedup, "At the shortest, attention is {:.0f} times as fast.")
found("long_speedup", seconds[-1, 1] / seconds[-1, 0], "At the longest: {:.1f} times.")

# %% [markdown] tags=["sourced"]
# Both halves of the slogan are here: everything at once, and a price for it.
# Attention's own part grows with the square of the length; its four matrices grow with
# the length itself, and so does all that surrounds them, so that a measured exponent
# stays below 2 until the texts are very long. Vaswani and others put it into [their
# table 1](https://arxiv.org/abs/1706.03762): for each layer, attention needs work in
# proportion to length squared times width, a recurrent layer to length times width
# squared, and one step after another for every place. By that count attention is the
# cheaper while a text is shorter than its vectors are wide. That it was ahead far
# beyond that here is what "in parallel" buys, even on a few cores; a graphics card has
# thousands. The memory grows with the square too, unless the grid of weights is [never
# written down](https://arxiv.org/abs/2205.14135).

# %% [markdown]
# ## A translator that looks
#
# Back to the question of this page. Lesson 10's translator put a date into words by
# squeezing it into one vector. Now it may look. And since each word that it writes has
# weights for the characters, we can see where.

# %%
COUNT = {"smoke": 200, "quick": 7_500, "full": 15_000}[PROFILE]
dates = data.load("dates_in_words", count=COUNT)
dates

# %% [markdown]
# A few pairs, as they come:

# %%
print(*(" → ".join(pair) for pair in dates.pairs_train[:4]), sep="\n")

# %% [markdown]
# A source is ten characters long, a target a few words. Number 0 ends a text, number 1
# begins it.

# %%
CHARACTERS = {character: n for n, character in enumerate("0123456789-")}
known = sorted({word for _, text in dates.pairs_train for word in text.split()})
NUMBER = {word: n + 2 for n, word in enumerate(known)}
LONGEST = max(len(text.split()) for _, text in dates.pairs_train) + 1


# %% [markdown]
# Each pair makes three rows: the characters, the words to come, and the words so far,
# which are the same words one place later, behind the number that begins a text.


# %%
def as_numbers(pairs):
    """Return characters, the words so far, and the words to come, as numbers."""
    source = np.array([[CHARACTERS[c] for c in date] for date, _ in pairs])
    target = np.zeros((len(pairs), LONGEST), int)
    for row, (_, text) in enumerate(pairs):
        numbers = [NUMBER.get(word, 0) for word in text.split()]
        target[row, : len(numbers)] = numbers
    so_far = np.pad(target[:, :-1], [(0, 0), (1, 0)], constant_values=1)
    return source, so_far, target


# %% [markdown]
# Four dates in five are for training, and none of the others is among them.

# %%
x_train, so_far_train, y_train = as_numbers(dates.pairs_train)
x_test, so_far_test, y_test = as_numbers(dates.pairs_test)

# %% [markdown]
# The writer is an LSTM, as in lesson 10, which reads the words so far. In the one
# translator it begins with what an encoder LSTM remembers of the date, and has to get
# by on that. In the other it begins with nothing, and its state *asks*: it is the
# query, the characters are keys and values. Each character is an embedding with its
# position added, and knows nothing of its neighbours. So whatever a word knows of the
# date has come through the weights of that look.
#
# Two settings took several tries, and without them some seeds learned and others did
# not. The waves of the positions are shorter than the paper's, since ten places want to
# be told apart, not ten thousand. And the embeddings begin with a spread of 1, because
# Keras's small start would drown in the positions.


# %%
def translator(looking, width=48):
    """Return a network that writes a date in words, one word after the other."""
    layers = keras.layers
    characters = keras.Input((10,), dtype="int32", name="date")
    so_far = keras.Input((LONGEST,), dtype="int32", name="so_far")
    spread = keras.initializers.RandomNormal(stddev=1.0)
    source = layers.Embedding(len(CHARACTERS), width, spread)(characters)
    words = layers.Embedding(len(NUMBER) + 2, width)(so_far)
    if looking:
        source = source + positions(10, width, longest=30).astype("float32")
        states = layers.LSTM(width, return_sequences=True)(words)
        look = layers.MultiHeadAttention(1, width, name="look")
        read, _ = look(states, source, return_attention_scores=True)
        states = layers.Concatenate()([states, read])
    else:
        _, *memory = layers.LSTM(width, return_state=True)(source)
        writer = layers.LSTM(width, return_sequences=True)
        states = writer(words, initial_state=memory)
    states = layers.Dense(width, activation="relu")(states)
    return keras.Model([characters, so_far], layers.Dense(len(NUMBER) + 2)(states))


# %% [markdown]
# They learn with *teacher forcing*, from the right words so far. Nothing is chosen by
# the result, and the test dates are opened once, at the end.

# %%
EPOCHS, BOTH = {"smoke": (1, 1), "quick": (6, 2), "full": (10, 3)}[PROFILE]


def fit(looking, seed):
    """Train a translator; the learning rate falls along a cosine."""
    keras.utils.set_random_seed(seed)
    network = translator(looking)
    steps = EPOCHS * -(-len(x_train) // 64)
    rate = keras.optimizers.schedules.CosineDecay(0.005, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    together = 1 if keras.backend.backend() == "torch" or EPOCHS == 1 else 8
    speed = {"steps_per_execution": together, "run_eagerly": PROFILE == "smoke"}
    network.compile(keras.optimizers.Adam(rate), loss, **speed)
    x = [x_train, so_far_train]
    network.fit(x, y_train, batch_size=64, epochs=EPOCHS, verbose=0)
    return network


# %% [markdown]
# As many of each kind, from the same seeds. Which has more parameters?

# %%
lookers = [fit(True, seed) for seed in range(BOTH)]
rememberers = [fit(False, seed) for seed in range(BOTH)]
looker = lookers[0]
print(f"{looker.count_params():,}, {rememberers[0].count_params():,} parameters")

# %% [markdown]
# To write, a translator gets its own words back, one after the other, and takes the
# likeliest each time (lesson 10's greedy decoding). One wrong word, and all that follow
# are built on it.


# %%
def write(network, source):
    """Return the numbers of the words that a translator writes for some dates."""
    so_far = np.zeros((len(source), LONGEST + 1), int)
    so_far[:, 0] = 1
    for place in range(LONGEST):
        scores = network([source, so_far[:, :-1]], training=False)[:, place]
        so_far[:, place + 1] = keras.ops.convert_to_numpy(scores).argmax(axis=-1)
    return so_far[:, 1:]


# %% [markdown]
# Only what is right from the first word to the last counts, the end included. What a
# network writes after the end is not looked at:


# %%
def exact(network):
    """Return which of the first 1,000 test dates are written without any mistake."""
    wrong = (write(network, x_test[:1_000]) != y_test[:1_000]).cumsum(axis=1)
    ends = (y_test[:1_000] == 0).argmax(axis=1)
    return wrong[np.arange(len(ends)), ends] == 0


# %% [markdown]
# Now the test dates are opened:

# %%
exact_looker = exact(looker)
looked = [exact_looker.mean(), *(exact(other).mean() for other in lookers[1:])]
remembered = [exact(other).mean() for other in rememberers]
print("with a look", np.round(looked, 3), "from memory", np.round(remembered, 3))

# %% [markdown]
# One number for each seed. Their means, and the worst of the one kind against the best
# of the other:

# %%
found("looker_exact", np.mean(looked), "With a look, {:.1%} are exactly right.")
found("rememberer_exact", np.mean(remembered), "From memory alone: {:.1%}.")
found(
    "look_lead",
    100 * (min(looked) - max(remembered)),
    "The worst looker leads the best rememberer by {:.0f} points.",
)

# %% [markdown]
# Do not conclude that it cannot be done without looking: lesson 10's translator gets
# there, with longer training. Both had the same here, the rememberers even more
# parameters.
#
# And where did it look? A second network shares all layers with the first, and gives
# the weights of the look in place of the scores: one row for each word that is written.

# %%
look_at = looker.get_layer("look").output[1]
eye = keras.Model(looker.inputs, look_at)
weights = eye.predict_on_batch([x_test[:300], so_far_test[:300]])[:, 0]


def written(row):
    """Return the words of a test date, with the end."""
    return [*dates.pairs_test[row][1].split(), "(end)"]


# %% [markdown]
# Take the first test date that it has written without a mistake. Before you look: where
# should the word for the month read, and where the words for the year?

# %%
shown = int(np.argmax(exact_looker))
words = written(shown)
plot.attention(
    weights[shown, : len(words)],
    words,
    list(dates.pairs_test[shown][0]),
    chosen=0,
    title="What each word read of the date",
)

# %% [markdown]
# Nobody has told it that the month stands in the middle, or that English puts the day
# first. Such a map is called an *alignment*, and it is the picture that made attention
# famous.

# %% [markdown]
# ### Is the map the reason?
#
# It is tempting to read the map as an explanation: this word, because of that
# character. That can be tested, because we can do more than watch: we can change what
# is read. Replace one character by the one that another date has in its place, and see
# how much of its probability the right word loses. A word that loses nothing did not
# need that character, however dark the map is there.


# %%
def chances_of_truth(source, so_far, target):
    """Return the probability of each right word."""
    chances = softmax(looker.predict_on_batch([source, so_far]))
    return np.take_along_axis(chances, target[:, :, None], axis=2)[:, :, 0]


# %% [markdown]
# A stranger's character may happen to be the same, and then nothing is replaced. So
# each is replaced three times, and the largest loss counts:


# %%
def what_matters(source, so_far, target):
    """Return what each word loses when a character is replaced: (n, words, 10)."""
    before = chances_of_truth(source, so_far, target)
    lost = np.zeros((*target.shape, 10))
    for other in (1, 2, 3):
        for place in range(10):
            changed = source.copy()
            changed[:, place] = np.roll(source[:, place], other)
            after = chances_of_truth(changed, so_far, target)
            lost[:, :, place] = np.maximum(lost[:, :, place], before - after)
    return lost


# %%
predict(
    "11.explains",
    "For each word, take the character that it read most. How often is that the one "
    "whose replacement costs the word most?",
    ["always", "mostly, but not always", "less than half of the time"],
)

# %% [markdown]
# Only words count that hang on some character: where the worst replacement takes more
# than half of their probability.

# %%
lost = what_matters(x_test[:300], so_far_test[:300], y_test[:300])
is_word = y_test[:300] > 0
decided = is_word & (lost.max(axis=-1) > 0.5)
same = (weights.argmax(axis=-1) == lost.argmax(axis=-1))[decided]

# %% [markdown]
# On the date from above, side by side. Where the right map is dark and the left one
# pale, a character mattered that was hardly read:

# %%
plot.attention_maps(
    {
        "how much it was read": weights[shown, : len(words)],
        "what its replacement cost": lost[shown, : len(words)].clip(0, 1),
    },
    words,
    list(dates.pairs_test[shown][0]),
    title="What was read, and what mattered",
)

# %% [markdown]
# One date is an anecdote. Over 300 of them:

# %%
found(
    "map_is_cause",
    same.mean() if decided.any() else 0,
    "For {:.0%} of the words it is the character that mattered most.",
    predicted="11.explains",
)

# %% [markdown]
# And the other way round: how many words lose nothing to speak of, when the character
# that they read most is replaced?

# %%
most_read = weights.argmax(axis=-1)[..., None]
price = np.take_along_axis(lost, most_read, axis=-1)[..., 0][is_word]
found(
    "read_for_nothing",
    np.mean(price < 0.1),
    "For {:.0%} of the words, what they read most hardly matters.",
)

# %% [markdown] tags=["sourced"]
# And this in a network where the look is the *only* way from a character to a word.
# Some words follow from the words before: after "twenty-third" comes "of", whatever the
# date. Such a word needs no character, and reads all the same, because its weights must
# sum to 1. And a weight says how much was read, not what it said. Where a recurrent
# encoder has mixed the places before, as in Bahdanau's translator, the map means less
# still. That attention [is not explanation](https://arxiv.org/abs/1902.10186), and that
# it [depends on what you call one](https://arxiv.org/abs/1908.04626), was debated
# in 2019. A map is a hint, and changing the input is the test.

# %% [markdown]
# ### Your own date
#
# The translator, alive: a function from a date to its words, its characters, and where
# each word looked. It remembers its answers, so that a slider need not wait for it.

# %%
import functools

WORDS = {number: word for word, number in NUMBER.items()} | {0: "(end)", 1: "(begin)"}


@functools.lru_cache
def look(date):
    """Return the words for a date, its characters, and where each word looked."""
    if len(date) != 10 or set(date) - set(CHARACTERS):
        return [], [], np.zeros((0, 0))
    source = np.array([[CHARACTERS[character] for character in date]])
    numbers = write(looker, source)
    so_far = np.pad(numbers[:, :-1], [(0, 0), (1, 0)], constant_values=1)
    looked = eye.predict_on_batch([source, so_far])[0, 0]
    ends = [*np.flatnonzero(numbers[0] == 0), LONGEST - 1][0] + 1
    return [WORDS[n] for n in numbers[0, :ends]], list(date), looked[:ends]


# %% [markdown]
# First as a picture, so that you know what to expect of your own:

# %%
moon = look("1969-07-20")
plot.attention(moon[2], *moon[:2], chosen=0, title="The day of the first moon landing")

# %% [markdown]
# Write a date of your own, and step through its words with the slider. Look where the
# day is read, and which words share a character.

# %%
explore.heads({"the translator": look}, words="1969-07-20")

# %% [markdown]
# ## What we found
#
# - Attention is a soft look-up: scores, a softmax, a mean. By hand it agrees with
#   Keras, heads and masks included.
# - The root keeps the scores in range at the start; without it the softmax is shut.
# - Attention sees a set. Order must be added, and then a head can look for what, for
#   where, or for both.
# - After as many steps, one block recalls at any distance, and an LSTM of its size does
#   not. The LSTM keeps the latest, also in texts longer than any that it has trained
#   on, and attention with our positions does not.
# - Everything at once is fast, and its price rises more steeply with the length.
# - A map of weights says what was read. What mattered is another question.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "11.quiz.mask",
    "A mask is applied after the softmax: weights are multiplied by 0 where reading "
    "is forbidden. What is wrong?",
    {
        "nothing": "The rows no longer sum to 1: what was forbidden took its share.",
        "forbidden scores still change the other weights": (
            "They stand in the denominator, so a future word shows in how small the "
            "others are."
        ),
        "the slopes vanish": "They flow. They even flow from where they should not.",
    },
    right="forbidden scores still change the other weights",
)

# %%
quiz(
    "11.quiz.parameters",
    "Words of 128 numbers, 8 heads of 16. How many numbers do the four matrices of "
    "multi-head attention hold, biases aside?",
    {
        "65,536": "4 · 128 · 128: the heads share out the width.",
        "524,288": "That is eight times too many: each head has 16 numbers, not 128.",
        "it depends on the length": "No weight belongs to a place.",
    },
    right="65,536",
)

# %%
quiz(
    "11.quiz.reshape",
    "Somebody turns (batch, length, 64) into (batch, 8, length, 8) by one reshape, no "
    "transpose. The code runs. What does each head see?",
    {
        "its own 8 numbers of every word": "That is what the transpose would give.",
        "all 64 numbers of a few words": (
            "A reshape keeps the order in memory, so the first head gets the first "
            "eighth of the text."
        ),
        "the same as before": "The numbers are the same, their places are not.",
    },
    right="all 64 numbers of a few words",
)

# %%
quiz(
    "11.quiz.choice",
    "A counter must react to the latest of a million events, on a small device. Which "
    "would you try first?",
    {
        "attention over all events": (
            "It would keep a million keys, to read one of them."
        ),
        "a recurrent network": "It keeps one state, and overwriting is what it does.",
        "a deeper attention network": "More of the same cost.",
    },
    right="a recurrent network",
)

# %% [markdown] tags=["sourced"]
# ## What this page leaves out
#
# **Bahdanau's scores** came from a small network with a `tanh`, not from a product.
# Products are much faster, and with the root they hold their own for long keys as well
# ([Vaswani and others](https://arxiv.org/abs/1706.03762), section 3.2.1).
#
# **Positions.** Many models add nothing to the words. They turn queries and keys by the
# angle of their place, so that a score knows the distance by itself
# ([RoFormer](https://arxiv.org/abs/2104.09864)). And a deep model with a causal mask is
# not blind to order [even without positions](https://arxiv.org/abs/2203.16634): whoever
# can read more has a later place.
#
# **Our recall task is made for attention**, as the other is for a memory. In language
# both occur. When networks without attention (gated convolutions, in that study) were
# compared with it as language models, most of what they lacked was [traced to
# recall](https://arxiv.org/abs/2312.04927).
#
# **"Attention is all you need"** is a title. Their network also has shortcuts,
# normalisation, and dense layers, which hold about two thirds of the weights of a block
# in its encoder. Nor did they invent attention; they showed that the recurrence could
# go.
#
# In the lab you write all of it yourself, up to a block that runs with Keras's weights.
# Lesson 12 stacks such blocks.
