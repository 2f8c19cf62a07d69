# %% [markdown] tags=["sourced"]
# **BERT, GPT and a translator are built from the same block. What makes them three?**
#
# In 2019 Google began to read searches with
# [BERT](https://www.blog.google/products/search/search-language-understanding-bert/), a
# network that had been trained to guess hidden words. A year before, OpenAI had trained
# [GPT](https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf)
# to guess the next word, and a far larger descendant of it answers in
# [ChatGPT](https://openai.com/index/chatgpt/). Both took apart a network that was made
# to [translate](https://arxiv.org/abs/1706.03762).
#
# When you leave, you will be able to
#
# - compute a whole transformer block by hand, exactly as Keras does,
# - turn the same block into a model that fills blanks, one that writes on, and one that
#   translates, by choosing who may look at whom,
# - measure a language model in bits per byte, beside the simplest rivals there are,
# - read from a translation which words it looked at,
# - say for a task which family suits it, and when none of them is needed.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import re
from collections import Counter, defaultdict

import keras
import numpy as np
from scipy.special import log_softmax, softmax
from scipy.stats import binomtest

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

layers, ops = keras.layers, keras.ops
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## Letters to a support desk
#
# Chatbots answer letters like these. They are drawn by a generator of the course from
# wordings that people wrote, and the card says what that means for every figure below:
# within one wording, letters are easy. Half of the test letters therefore use wordings
# that no training letter has. Keep that in mind when something looks too good to be
# true: part of the test can be known by heart, the other part cannot.

# %%
SIZE = 24_000 if PROFILE == "full" else 6_000
tickets = data.load("support_tickets", size=SIZE)
tickets

# %% [markdown]
# We write them in small letters, and keep the signs that a typewriter has. That is a
# decision, and it costs something: *Us* and *us* become one word. In return there are
# fewer words, and each of them is seen more often.


# %%
def clean(text):
    """Return a text in small letters; other signs than ASCII's are dropped."""
    text = text.lower().replace("|", "/")
    return "".join(sign for sign in text if sign == "\n" or " " <= sign <= "~")


# %% [markdown]
# Read one before you go on, and cover a word with your thumb. Could you supply it from
# what stands around it? The networks of this page will be asked just that.

# %%
kept = 1000 if PROFILE == "smoke" else None
train_texts = [clean(text) for text in tickets.x_train[:kept]]
test_texts = [clean(text) for text in tickets.x_test]
print(train_texts[5])

# %% [markdown]
# ### Pieces that lose nothing
#
# A network reads numbers. We cut a text into words, each with the space before it, and
# signs. The 560 most frequent get a number of their own; a rarer word is spelled,
# letter by letter. So any text can be written, and put together again. With whole words
# only, a customer's surname would be *unknown*; with letters only, a window of 20 would
# hold four words.

# %%
PATTERN = re.compile(r" ?[a-z']+|\s|.")
counts = Counter(piece for text in train_texts for piece in PATTERN.findall(text))
frequent = [piece for piece, _ in counts.most_common() if len(piece) > 1][:560]

# %% [markdown]
# Three numbers are reserved: 0 fills up rows that are too short, 1 is the mask that
# hides a piece, and 2, written `|`, ends a text. Then come all single signs, so that
# anything can be spelled, and the frequent words.

# %%
PAD, MASK, END = 0, 1, 2
vocabulary = ["", "[mask]", "|", "\n", *map(chr, range(32, 127)), *frequent]
NUMBER = {piece: number for number, piece in enumerate(vocabulary)}

# %% [markdown]
# From text to numbers. A piece that has no number of its own falls apart into its
# signs, each of which has one:


# %%
def encode(text):
    """Return a text as numbers; words outside the vocabulary are spelled."""
    numbers = []
    for piece in PATTERN.findall(text):
        numbers.extend(NUMBER[part] for part in ([piece] if piece in NUMBER else piece))
    return numbers


# %% [markdown]
# And back, which is a look-up:


# %%
def decode(numbers):
    """Return numbers as text."""
    return "".join(vocabulary[number] for number in numbers)


# %% [markdown]
# Nothing may be lost on the way, for any text, seen or unseen. In the figure, look at
# the rare word, and at the dots, which stand for the space: it belongs to the word
# behind it.

# %%
assert all(decode(encode(text)) == text for text in train_texts + test_texts)
example = encode("please cancel my gramophone.")
plot.tokens(
    [vocabulary[number].replace(" ", "·") for number in example],
    example,
    title="Frequent words are one piece, rare ones are spelled",
)

# %% [markdown]
# The letters become one long stream, with the sign `|` where a letter ends. The
# training stream and the test stream come from different letters. Note the bytes a
# piece: whoever guesses pieces has fewer guesses to make than somebody who guesses
# letters, and harder ones.

# %%
train_stream = np.array([n for text in train_texts for n in [*encode(text), END]])
test_stream = np.array([n for text in test_texts for n in [*encode(text), END]])
size = len(decode(train_stream)) / len(train_stream)
print(f"{len(train_stream):,} pieces to learn from, {len(test_stream):,} unseen")
print(f"{size:.2f} bytes a piece")

# %% [markdown]
# ## One block
#
# All three families are stacks of one block. First every place *looks* at others: that
# is the attention of lesson 11. Then every place *thinks* alone: two dense layers, the
# same for all places. Around each of the two goes a shortcut, as in lesson 08, and
# before each a *layer normalisation*: every place's numbers, brought to mean 0 and
# spread 1.
#
# The signal that runs through is a table: a row for each place, 64 numbers in a row.
# Normalising goes along the rows, one place at a time, whatever stands at the others;
# the small number under the root is Keras's own, and keeps a row of equal numbers from
# dividing by zero.


# %%
def normalise(signal, scale, shift):
    """Return each place's numbers at mean 0 and spread 1, then scaled and shifted."""
    centred = signal - signal.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    return centred / np.sqrt(variance + 0.001) * scale + shift


# %% [markdown]
# Attention in Keras's order of weights: query, key, value, output, each with its bias.
# In `einsum`, `p` counts places, `u` units, `h` heads, and `k` the numbers of a head:
# all heads are worked out in one product. `may_see` says who may look at whom, `True`
# where looking is allowed. Where it is not, the score becomes $-\infty$ *before* the
# softmax, so that the share is exactly 0 and the others still add up to 1.


# %%
def attend(signal, weights, may_see):
    """Return what each place gathers; signal (places, units)."""
    query, key, value = (
        np.einsum("pu,uhk->hpk", signal, weights[i]) + weights[i + 1][:, None]
        for i in (0, 2, 4)
    )
    scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1])
    shares = softmax(np.where(may_see, scores, -np.inf), axis=-1)
    return np.einsum("hpk,hku->pu", shares @ value, weights[6]) + weights[7]


# %% [markdown]
# The block, in two lines of substance. Both add to the signal and never replace it, so
# a block that has nothing to say can let everything pass as it was:


# %%
def block_by_hand(signal, weights, may_see):
    """Return a signal after one block; 16 arrays of weights, as Keras keeps them."""
    gathered = attend(normalise(signal, *weights[:2]), weights[2:10], may_see)
    signal = signal + gathered
    hidden = normalise(signal, *weights[10:12]) @ weights[12] + weights[13]
    return signal + np.maximum(hidden, 0) @ weights[14] + weights[15]


# %% [markdown]
# And in Keras. `look` and `think` are all that the rest of this page is made of. First,
# looking; the masks go straight through to the attention:

# %%
UNITS, HEADS = 64, 4


def look(signal, **masks):
    """Return a signal after every place has looked at others."""
    normed = layers.LayerNormalization()(signal)
    attention = layers.MultiHeadAttention(HEADS, UNITS // HEADS)
    return layers.Add()([signal, attention(normed, normed, **masks)])


# %% [markdown]
# Then thinking. A dense layer acts on the last axis, so each place goes through it by
# itself, and all of them through the same weights:


# %%
def think(signal):
    """Return a signal after every place has thought alone."""
    normed = layers.LayerNormalization()(signal)
    hidden = layers.Dense(4 * UNITS, activation="relu")(normed)
    return layers.Add()([signal, layers.Dense(UNITS)(hidden)])


# %% [markdown]
# Do they agree? Two blocks of Keras, one with free sight and one that looks back only:

# %%
inputs = keras.Input((7, UNITS))
free = keras.Model(inputs, think(look(inputs)))
causal = keras.Model(inputs, think(look(inputs, use_causal_mask=True)))

# %% [markdown]
# Each gets random weights, biases too: Keras begins with biases of zero, and a bias
# that we had forgotten would not be missed.


# %%
def disagreement(network, may_see):
    """Return by how much hand and Keras differ, as a share of the largest answer."""
    weights = [rng.normal(0, 0.2, w.shape) for w in network.get_weights()]
    network.set_weights(weights)
    signal = rng.normal(size=(7, UNITS)).astype("float32")
    library = ops.convert_to_numpy(network(signal[None]))[0]
    difference = np.abs(block_by_hand(signal, weights, may_see) - library)
    return difference.max() / np.abs(library).max()


# %% [markdown]
# Seven places, a square of ones for free sight, its lower triangle for looking back:

# %%
everywhere, back = np.ones((7, 7), dtype=bool), np.tri(7, dtype=bool)
worst = max(disagreement(free, everywhere), disagreement(causal, back))
found("block_difference", worst, "By hand and Keras differ by {:.0e} of the largest.")
assert worst < 1e-5

# %% [markdown]
# What is left of that is rounding: Keras counts in single precision. So a block is no
# more than these few lines, and we may ask what it is made of. Which half holds more
# weights?

# %%
predict(
    "12.weights",
    "A block with 64 units and 4 heads. What share of its weights belongs to the "
    "attention?",
    ["about one third", "about one half", "about two thirds"],
)

# %%
sizes = [w.size for w in free.get_weights()]
share = sum(sizes[2:10]) / sum(sizes)
sentence = "{:.0%} of a block's weights belong to the attention, the rest to thinking."
found("attention_share", share, sentence, predicted="12.weights")

# %% [markdown]
# Four matrices of 64 × 64 look, two of 64 × 256 think: 4 to 8. The number of heads
# does not come into it, since heads share the 64 units among them. What is famous is
# the smaller part.
#
# ### Where a piece stands
#
# Looking is blind to order, as lesson 11 showed: *dog bites man* and *man bites
# dog* would be one and the same. So each place adds numbers of its own. BERT and GPT
# learn them; ours begin as the waves of lesson 11 and are learned from there, so that
# neighbours are alike from the start.


# %%
class Places(layers.Layer):
    """Add to each place the numbers that stand for where it is."""

    def build(self, shape):
        _, length, units = shape
        angles = np.arange(length)[:, None] / 10_000 ** (np.arange(0, units, 2) / units)
        self.table = self.add_weight(shape=(length, units))
        self.table.assign(np.concatenate([np.sin(angles), np.cos(angles)], axis=1) / 3)

    def call(self, signal):
        return signal + self.table


# %% [markdown]
# Every model below begins alike: a row of numbers for *what* stands at a place, and
# another one, added to it, for *where*.


# %%
def begin(numbers, size):
    """Return numbers as a signal: what stands there, and where."""
    start = keras.initializers.RandomNormal(stddev=0.3)
    return Places()(layers.Embedding(size, UNITS, start)(numbers))


# %% [markdown]
# ## Who may look at whom
#
# Here is the whole difference between the families. A *masked-word* model such as BERT
# lets every place look everywhere, hides some words, and asks for those. A *next-token*
# model such as GPT lets each place look back only, and asks at every place for what
# comes next. A *translator* has one stack that reads with free sight, and one that
# writes with causal sight and looks across at what was read.
#
# Before training, attention is spread about evenly over what may be seen. Read the
# figure by rows. The first word sees only itself; the last sees all five, a fifth each.
# The empty triangle above is the future, and it stays empty however long one trains:

# %%
pieces = ["where", "is", "my", "parcel", "?"]
sight = np.tri(5) / np.tri(5).sum(axis=1, keepdims=True)
plot.alignment(
    sight, pieces, pieces, x_title="is looked at", y_title="looks",
    title="Causal sight: each place sees itself and what came before",
)

# %% [markdown]
# ## Next token: the family of GPT
#
# Windows of 20 pieces, from anywhere in the stream. They begin in the middle of words
# and letters, and that does no harm: the network is to write on from anywhere.

# %%
LENGTH = 20
BLOCKS = {"smoke": 1, "quick": 2, "full": 2}[PROFILE]


def windows(count):
    """Return random windows of the training stream, one piece longer than is read."""
    starts = rng.integers(0, len(train_stream) - LENGTH, count)
    return train_stream[starts[:, None] + np.arange(LENGTH + 1)]


# %% [markdown]
# The target of each place is the piece that follows it: the same window, moved by one.
# Get this wrong by one place and the network is asked for what it has just read. The
# loss falls to nothing, and nothing is learned; the lab lets you try.


# %%
def next_pieces(count):
    """Return what is read, and what is asked for at each place."""
    rows = windows(count)
    return rows[:, :-1], rows[:, 1:]


# %% [markdown]
# The model: pieces and places, two blocks with causal sight, a score for every piece of
# the vocabulary. It answers at all 20 places at once, and each answer counts in the
# loss: one window is twenty exercises, with a longer text each time.


# %%
def next_token_model():
    """Return a next-token model: it answers at each place with scores."""
    pieces = keras.Input((LENGTH,), dtype="int32")
    signal = begin(pieces, len(vocabulary))
    for _ in range(BLOCKS):
        signal = think(look(signal, use_causal_mask=True))
    scores = layers.Dense(len(vocabulary))(layers.LayerNormalization()(signal))
    return keras.Model(pieces, scores)


# %% [markdown]
# Small beside anything in the news, and large enough to see what happens:

# %%
writer = next_token_model()
print(f"{writer.count_params():,} parameters")

# %% [markdown]
# Is the sight really causal? A mask that was forgotten shows in no error message, only
# in a loss that is too good. So test it: change the last piece, and no answer before it
# may change. The answer *at* the last place must.

# %%
rows = windows(4)[:, :-1]
changed = np.concatenate([rows[:, :-1], (rows[:, -1:] + 1) % 90], axis=1)
before, after = (ops.convert_to_numpy(writer(r)) for r in (rows, changed))
assert np.allclose(before[:, :-1], after[:, :-1], atol=1e-5)
assert not np.allclose(before[:, -1], after[:, -1], atol=1e-5)

# %% [markdown]
# One function trains all networks of this page: fresh examples, round after round,
# Adam, and a learning rate that rises, then falls, as in lesson 04. Targets that are 0
# only fill a row up, so the loss leaves them out. It returns the loss of each round in
# *bits*: a piece with probability $p$ costs $-\log_2 p$ of them. One bit is a fair
# coin; a piece that was thought one of eight equal ones costs three.

# %%
STEPS = {"smoke": 20, "quick": 1000, "full": 3000}[PROFILE]
ROUNDS = {"smoke": 2, "quick": 10, "full": 10}[PROFILE]


def learn(network, fresh, steps=STEPS, batch_size=32):
    """Train on fresh examples, round after round; return each round's loss in bits."""
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 20, warmup_target=0.003, warmup_steps=steps // 20
    )
    loss = keras.losses.SparseCategoricalCrossentropy(True, ignore_class=PAD)
    network.compile(keras.optimizers.Adam(rate), loss)
    losses = []
    for _ in range(ROUNDS):
        x, y = fresh(steps // ROUNDS * batch_size)
        history = network.fit(x, y, batch_size=batch_size, verbose=0)
        losses.append(history.history["loss"][0] / np.log(2))
    return losses


# %% [markdown]
# Now it trains, from random weights, on the training stream only.

# %%
writer_losses = learn(writer, next_pieces)

# %% [markdown]
# Look where the curve is steep. Most of the fall comes at once, while the network learns
# which pieces are frequent, and what they like to stand beside. What comes later is
# wording and grammar, and it is dearer.

# %%
AXES = {"x_title": "round of training", "y_title": "training loss, bits a piece"}
title = "It learns what comes next"
plot.curves({"next-token model": writer_losses}, title=title, **AXES)

# %% [markdown]
# ### Counting runs
#
# How good is that? A loss by itself says little, so we look for a rival. The oldest one
# counts. For each run of a few pieces: what came after it, and how often? That is an
# *n-gram* model; Shannon had [one made by
# hand](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x) in 1948, with a book opened
# at random in place of a computer.


# %%
def count_runs(stream, longest):
    """Return for each context of fewer than `longest` pieces what came next."""
    runs = defaultdict(Counter)
    for size in range(longest):
        for end in range(size, len(stream)):
            runs[stream[end - size : end]][stream[end]] += 1
    return runs


# %% [markdown]
# A run that was never seen must not get probability 0, or a single surprise would cost
# infinitely many bits. So counts are *smoothed*: begin with all pieces alike, then go
# from short contexts to long ones, and let each mix its counts with what the shorter
# ones said. The more different things followed a context, the less its counts are
# trusted ([Witten and Bell, 1991](https://doi.org/10.1109/18.87000)).


# %%
def probability(runs, context, piece, kinds, longest):
    """Return the probability of a piece after a context, smoothed."""
    share = 1 / kinds
    for size in range(min(longest, len(context) + 1)):
        after = runs.get(context[len(context) - size :])
        if after is None:
            break
        share = (after[piece] + len(after) * share) / (after.total() + len(after))
    return share


# %% [markdown]
# Is it a distribution? After any context, all pieces together must have probability 1.
# A program that hands out more than 1 would look better than it is in all that follows.
# We try it with letters, after a run of four:

# %%
SIGNS = sorted(set(decode(train_stream)) | set(decode(test_stream)))
sign_runs = count_runs(decode(train_stream), 5)
total = sum(probability(sign_runs, "ance", s, len(SIGNS), 5) for s in SIGNS)
assert np.isclose(total, 1)

# %% [markdown]
# ### Bits per byte
#
# One counts pieces, another letters; so bits *a piece* cannot be compared: whoever cuts
# longer pieces pays more for each. Everybody pays for the same text, though. Add up all
# bits, and divide by the bytes of the text. Our text is plain ASCII, where a sign is a
# byte.

# %%
assert decode(test_stream).isascii()
JUDGED = {"smoke": 400, "quick": 10_000, "full": len(test_stream)}[PROFILE]
judged = test_stream[: JUDGED // LENGTH * LENGTH + 1]

# %% [markdown]
# The writer reads window after window. It pays for each piece that came, by the
# probability that it had given to this piece a moment before:


# %%
def writer_bits(network, stream):
    """Return the bits of every piece of a stream but the first."""
    read, asked = stream[:-1].reshape(-1, LENGTH), stream[1:].reshape(-1, LENGTH)
    logs = log_softmax(network.predict(read, batch_size=256, verbose=0), axis=-1)
    return -np.take_along_axis(logs, asked[..., None], 2).ravel() / np.log(2)


# %% [markdown]
# The same for counted runs, whose pieces are letters or numbers. They always see a full
# context; the writer, at the first place of its window, sees a single piece. So it is
# the network that carries the handicap here.


# %%
def run_bits(runs, stream, kinds, longest):
    """Return the bits of every piece of a stream, under counted runs."""
    before = [stream[max(0, n - longest + 1) : n] for n in range(len(stream))]
    pairs = zip(before, stream)
    return -np.log2([probability(runs, *pair, kinds, longest) for pair in pairs])


# %% [markdown]
# Two counters, one of letters and one of our pieces, learned from the same stream as
# the network.

# %%
predict(
    "12.bits",
    "A network with attention, and two programs that only count. All saw the same "
    "letters. Which needs the fewest bits for unseen ones?",
    ["the network", "counting letters", "counting pieces"],
)

# %%
piece_runs = count_runs(tuple(train_stream.tolist()), 4)
text, kinds = decode(judged[1:]), len(vocabulary)
bits = {
    "counting letters": run_bits(sign_runs, text, len(SIGNS), 5),
    "counting pieces": run_bits(piece_runs, tuple(judged.tolist()), kinds, 4)[1:],
    "next-token model": writer_bits(writer, judged),
}

# %% [markdown]
# All three now owe for the same bytes. A plain file takes eight bits for each of them;
# a shorter bar means that less of the text came as a surprise.

# %%
per_byte = {name: value.sum() / len(text) for name, value in bits.items()}
plot.bars(
    list(per_byte),
    list(per_byte.values()),
    number=".2f",
    x_title="bits a byte of unseen letters; fewer is better",
    title="What unseen letters cost",
)

# %% [markdown]
# How much of the bill does the network save? Below zero, counting has won.

# %%
found("writer_bits", per_byte["next-token model"], "The network: {:.2f} bits a byte.")
counted = min(per_byte["counting letters"], per_byte["counting pieces"])
found("counted_bits", counted, "The better of the two counters: {:.2f}.")
saving = 1 - per_byte["next-token model"] / counted
sentence = "Against that, the network saves {:+.0%}."
found("writer_saving", saving, sentence, predicted="12.bits")

# %% [markdown]
# No walk-over, then. Counting is a strong rival wherever texts repeat themselves, and
# it learned in seconds. What it cannot do is carry over: to a counter, *parcel* and
# *package* are two numbers and nothing more. It needs more text for every further piece
# of context, where the network needs more training. So who wins can turn with the
# budget. Lesson 21 follows this race further, on a larger text.
#
# ### Let it write
#
# A model that knows what comes next can be made to write. Ask for the next piece, draw
# one by its probability, append it, ask again. The asking first: the text goes in with
# the sign of a beginning before it, and its last 20 pieces are all that is seen.


# %%
def next_scores(text):
    """Return the writer's scores for what follows a text."""
    numbers = [END, *encode(text)][-LENGTH:]
    row = np.array([numbers + [PAD] * (LENGTH - len(numbers))])
    return ops.convert_to_numpy(writer(row, training=False))[0, len(numbers) - 1]


# %% [markdown]
# Then the drawing. The temperature divides the scores, as in lesson 06: below 1 the
# likely becomes likelier.


# %%
def write_on(text, temperature, most=60):
    """Return a text written on until its end."""
    while most and not text.endswith("|"):
        shares = softmax(next_scores(text).astype("float64") / temperature)
        text += vocabulary[rng.choice(len(vocabulary), p=shares / shares.sum())]
        most -= 1
    return text


# %% [markdown]
# Three temperatures, from the same beginning. Compare where the three begin to differ,
# and at which of them you would still answer the letter:

# %%
MOST = 4 if PROFILE == "smoke" else 60
for temperature in (0.3, 0.8, 1.3):
    print(f"--- temperature {temperature}")
    print(write_on("hello,\n", temperature, MOST))

# %% [markdown]
# Cool, it says the usual, and then says it again; warm, it takes risks, and loses the
# thread. Nothing was added to the network for that: the whole difference lies in how
# its answers are drawn. What those answers are, for one step, can be laid open.


# %%
def writer_next(text):
    """Return the network's probability of every piece after a text."""
    return dict(zip(vocabulary, softmax(next_scores(text))))


# %% [markdown]
# And what the counter would say, from the three pieces before:


# %%
def counter_next(text):
    """Return the counted probability of every piece after a text."""
    context, kinds = tuple([END, *encode(text)][-3:]), len(vocabulary)
    shares = [probability(piece_runs, context, n, kinds, 4) for n in range(kinds)]
    return dict(zip(vocabulary, shares))


# %% [markdown]
# After *hello, where is*. Both have read the same letters. Look how each of them
# spreads its bets, and what is left for a word that was never seen in this place:

# %%
ahead = writer_next("hello, where is")
likely = sorted(ahead, key=ahead.get, reverse=True)[:6]
other = counter_next("hello, where is")
plot.candidates(
    likely,
    {"the network": [ahead[p] for p in likely], "counting": [other[p] for p in likely]},
    title="What comes next?",
    subtitle="hello, where is ...",
)

# %% [markdown]
# Now with a text of yours. Write on word by word, taking the likeliest, and see where
# it leads. Then find a beginning where the two disagree, and a temperature at which the
# choice is as good as made.

# %%
explore.next_piece({"the network": writer_next, "counting": counter_next})

# %% [markdown]
# ## Masked words: the family of BERT
#
# Same windows, same block, same number of blocks. Three of the 20 pieces, 15 in 100,
# are hidden behind `[mask]`, and the loss is asked for at these places only: elsewhere
# the answer stands in the input. In return, every place may look both ways. It is the
# exercise of a language class, a text with gaps, and the text itself supplies the key.

# %%
HIDDEN = round(0.15 * LENGTH)


def hidden_words(count):
    """Return windows with hidden pieces, where they are hidden, and what they were."""
    rows = windows(count)[:, :-1]
    where = np.argsort(rng.random(rows.shape), axis=1)[:, :HIDDEN]
    answers = np.take_along_axis(rows, where, axis=1)
    np.put_along_axis(rows, where, MASK, axis=1)
    return [rows, where], answers


# %% [markdown]
# The model is told where the masks are, so that it need not work out scores for places
# that nobody asks about. Places filled up behind a short text are not looked at. Beside
# the writer's code, two things have changed: which mask `look` gets, and where answers
# are asked for. We keep a second model of the same layers, which ends before the
# scores. It will be wanted as a *reader*.


# %%
def masked_word_model():
    """Return a masked-word model, and the part of it that reads."""
    pieces = keras.Input((LENGTH,), dtype="int32")
    where = keras.Input((None,), dtype="int32")
    visible = ops.not_equal(pieces, PAD)[:, None, :]
    signal = begin(pieces, len(vocabulary))
    for _ in range(BLOCKS):
        signal = think(look(signal, attention_mask=visible))
    signal = layers.LayerNormalization()(signal)
    asked = ops.take_along_axis(signal, where[:, :, None], axis=1)
    scores = layers.Dense(len(vocabulary))(asked)
    return keras.Model([pieces, where], scores), keras.Model(pieces, signal)


# %% [markdown]
# A comparison is worth something if only one thing differs. Equal size, as the assert
# says:

# %%
filler, reader = masked_word_model()
assert filler.count_params() == writer.count_params()

# %% [markdown]
# And equal steps. The weights of the beginning are put aside, for a question that comes
# later.

# %%
untrained_reader = reader.get_weights()
filler_losses = learn(filler, hidden_words)

# %% [markdown]
# Both curves in one picture. They answer different questions, so their heights are not
# a contest; compare how *early* each begins to fall.

# %%
both = {"next token, each place": writer_losses, "hidden pieces": filler_losses}
plot.curves(both, title="Two tasks from the same letters", **AXES)

# %% [markdown]
# The masked-word model learns more slowly. A window teaches the writer 20 answers and
# the filler three, and a masked place knows nothing of itself: until it has learned to
# look at its neighbours, it can do no better than name frequent words.
#
# ### Fill in the blank
#
# The judge: windows of unseen letters with one whole word hidden, and its place is the
# same in all of them. Signs and spelled words do not count: to guess a comma is no art.

# %%
WHOLE = np.array([bool(re.fullmatch(r" [a-z']+", piece)) for piece in vocabulary])


def blanks(place):
    """Return unseen windows with a whole word at a place, and these words."""
    usable = len(test_stream) // LENGTH * LENGTH
    rows = test_stream[:usable].reshape(-1, LENGTH)
    rows = rows[WHOLE[rows[:, place]]][:1500]
    return rows, rows[:, place]


# %% [markdown]
# The rivals again only count: the most frequent word; the word that followed most often
# what stands before (two pieces in a row, a *bigram*); and the word that stood most
# often between both neighbours. For the last, one more table:

# %%
between = defaultdict(Counter)
for left, word, right in zip(train_stream, train_stream[1:], train_stream[2:]):
    between[left, right][word] += 1

# %% [markdown]
# Where a counter has nothing to say, the next one is asked.


# %%
def commonest(*counters):
    """Return the commonest whole word of the first counter that has one."""
    for counter in counters:
        for piece, _ in counter.most_common():
            if WHOLE[piece]:
                return piece
    return PAD


# %% [markdown]
# What the three counters say to a row of windows, none of which they see at the blank:


# %%
def counters_say(rows, place):
    """Return the counters' guesses of the word at a place."""
    frequent = piece_runs[()]
    after = [piece_runs.get((left,), Counter()) for left in rows[:, place - 1]]
    said = {"most frequent word": [commonest(frequent)] * len(rows)}
    said["bigram"] = [commonest(counter, frequent) for counter in after]
    if place + 1 < LENGTH:
        sides = zip(rows[:, place - 1], rows[:, place + 1])
        pairs = zip([between.get(both, Counter()) for both in sides], after)
        said["both neighbours"] = [commonest(*pair, frequent) for pair in pairs]
    return said


# %% [markdown]
# And the two networks. The writer, trained on the same letters and of the same size, is
# a fair rival: its answer at the place *before* the blank is its guess of the word, and
# it has seen all that stands on the left.


# %%
def networks_say(rows, place):
    """Return the networks' guesses of the word at a place."""
    hidden, where = rows.copy(), np.full((len(rows), 1), place)
    hidden[:, place] = MASK
    both = filler.predict([hidden, where], batch_size=256, verbose=0)[:, 0]
    left = writer.predict(rows, batch_size=256, verbose=0)[:, place - 1]
    scores = {"next-token model": left, "masked-word model": both}
    return {n: np.where(WHOLE, s, -np.inf).argmax(axis=1) for n, s in scores.items()}


# %% [markdown]
# Two tests: a blank in the middle, and a blank at the very end, where nothing stands on
# the right. The second is what a writer does all day.

# %%
predict(
    "12.blank",
    "Same size, same letters, same steps. Which fills a blank in the middle better?",
    [
        "the masked-word model: it sees both sides",
        "the next-token model: it had seven times the answers to learn from",
        "neither beats counting both neighbours",
    ],
)

# %% [markdown]
# A share of hits is known only so well; lesson 06 has the interval, and SciPy too.


# %%
def wilson(hits):
    """Return the 95 % interval of a share of hits, as in lesson 06."""
    return binomtest(int(np.sum(hits)), len(hits)).proportion_ci(method="wilson")


# %% [markdown]
# With it, a figure for shares that will be wanted several times:


# %%
def compare(hits, **titles):
    """Draw shares of hits with their intervals."""
    low, high = np.transpose([wilson(values) for values in hits.values()])
    means = [np.mean(values) for values in hits.values()]
    return plot.bars(list(hits), means, low=low, high=high, number=".0%", **titles)


# %% [markdown]
# Every rival guesses in both places.

# %%
hits = {}
for task, place in {"middle": LENGTH // 2, "end": LENGTH - 1}.items():
    rows, words = blanks(place)
    said = counters_say(rows, place) | networks_say(rows, place)
    hits[task] = {name: guessed == words for name, guessed in said.items()}

# %% [markdown]
# The middle first. Compare the two networks with each other, and both with the best of
# the counters:

# %%
FOUND = "hidden words found, with 95 % interval over the windows"
compare(hits["middle"], x_title=FOUND, title="A blank in the middle of a window")

# %% [markdown]
# And where nothing stands on the right. Which bars have shrunk?

# %%
compare(hits["end"], x_title=FOUND, title="A blank at the end")

# %% [markdown]
# In numbers, for the blank in the middle:

# %%
middle, end = (
    {name: np.mean(values) for name, values in hits[task].items()} for task in hits
)
found("frequent_middle", middle["most frequent word"], "The commonest word: {:.0%},")
found("bigram_middle", middle["bigram"], "the commonest after its neighbour: {:.0%},")
found("neighbours_middle", middle["both neighbours"], "that between both: {:.0%},")
found("writer_middle", middle["next-token model"], "the next-token model: {:.0%},")
found("filler_middle", middle["masked-word model"], "the masked-word model: {:.0%}.")

# %% [markdown]
# What the second side is worth shows in two differences between the networks, one for
# each place:

# %%
lead_middle, lead_end = (
    100 * (one["masked-word model"] - one["next-token model"]) for one in (middle, end)
)
sentence = "In the middle the masked model is {:+.0f} points from the writer."
found("filler_lead_middle", lead_middle, sentence, predicted="12.blank")
found("filler_lead_end", lead_end, "At the end it is {:+.0f} points from the writer.")
ratio = middle["masked-word model"] / middle["most frequent word"]
found("filler_ratio", ratio, "It finds {:.0f} times what the most frequent word would.")

# %% [markdown]
# With so few steps the family that sees both sides loses at its own task. It had three
# answers a window where the writer had twenty. That is the price of masking; BERT was
# trained on [3.3 billion words, forty times over](https://arxiv.org/abs/1810.04805).
# What the second side is worth shows in how much better the masked model stands where
# there is one, when the blank at the end is the yardstick:

# %%
sentence = "With a second side, it comes {:.0f} points closer to the writer."
found("second_side", lead_middle - lead_end, sentence)

# %% [markdown]
# And the simplest use of both sides, counting, is the one to beat here, since letters
# of one wording repeat each other word for word.
#
# Scores of thousands of blanks hide what a single one is like. So let us look at one
# list of candidates, whole words only:


# %%
def bare(shares):
    """Return probabilities of the whole words only, without their leading space."""
    shares = np.where(WHOLE, shares, 0)
    words = np.flatnonzero(WHOLE)
    return {vocabulary[n].strip(): shares[n] / max(shares.sum(), 1e-9) for n in words}


# %% [markdown]
# The masked model gets the text with a mask in the gap. If it is too long for a window,
# the far left is cut off first:


# %%
def fill(before, after):
    """Return the masked model's probability of every word between two texts."""
    left, right = [END, *encode(before)], encode(f" {after}" if after else "")
    left = left[-(LENGTH - 1 - min(len(right), LENGTH // 2)) :]
    row = [*left, MASK, *right][:LENGTH]
    row = np.array([row + [PAD] * (LENGTH - len(row))])
    scores = filler([row, np.array([[len(left)]])], training=False)
    return bare(softmax(ops.convert_to_numpy(scores)[0, 0]))


# %% [markdown]
# The same list by counting, for which only the two neighbours matter:


# %%
def neighbours(before, after):
    """Return the counted share of every word between two neighbours."""
    left = [END, *encode(before)][-1]
    right = (encode(f" {after}") if after else [END])[0]
    counter = between.get((left, right), Counter())
    return bare(np.array([counter[number] for number in range(len(vocabulary))]))


# %% [markdown]
# Both, for one blank. Where the counter stands at zero, it never met that word between
# these two neighbours. The network has the whole sentence to go by:

# %%
ours = fill("please cancel my", "at the end of may")
theirs = neighbours("please cancel my", "at the end of may")
likely = sorted(ours, key=ours.get, reverse=True)[:6]
plot.candidates(
    likely,
    {"network": [ours[w] for w in likely], "counting": [theirs[w] for w in likely]},
    title="please cancel my ____ at the end of may",
)

# %% [markdown]
# Your turn: write as somebody would to a support desk, and move the blank. Look for a
# blank that one side alone decides, and for one where a word far from it changes the
# list.

# %%
explore.fill_in({"the masked model": fill, "counting": neighbours})

# %% [markdown]
# ### What is its reading worth?
#
# BERT is not kept to fill blanks. It is kept to *read*: the numbers that stand at its
# places, before the scores, are handed to a small classifier. The task here: which of
# twelve concerns has a letter, learned from few labelled letters. The rival is the word
# table of lesson 07, TF-IDF. And the honest control is our reader before its training.

# %%
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

# %% [markdown]
# A letter is longer than a window, so it is read in chunks of 20 pieces, and the
# numbers of all its places are averaged; those that only fill up the last chunk do not
# count.


# %%
def read(texts):
    """Return the mean of all places' numbers for each text."""
    lists = [encode(text) for text in texts]
    longest = -(-max(map(len, lists)) // LENGTH) * LENGTH
    rows = keras.utils.pad_sequences(lists, longest, padding="post", truncating="post")
    numbers = reader.predict(rows.reshape(-1, LENGTH), batch_size=256, verbose=0)
    there = (rows != PAD)[..., None]
    return (numbers.reshape(*rows.shape, UNITS) * there).sum(axis=1) / there.sum(axis=1)


# %% [markdown]
# Three sets of features: words and pairs of words, our reader as it is, our reader as
# it was before its training. The last is there because an untrained network is not
# nothing: it mixes the pieces of a letter into 64 numbers, and a classifier may well
# find something in them. What training is worth is what comes on top of that.

# %%
LABELLED = {"smoke": 300, "quick": 1500, "full": 4500}[PROFILE]
JUDGES = {"smoke": 200, "quick": 1000, "full": 1500}[PROFILE]
some, rest = train_texts[:LABELLED], test_texts[:JUDGES]
vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(some)
features = {"TF-IDF": (vectorizer.transform(some), vectorizer.transform(rest), 10)}

# %% [markdown]
# The reader's features are scaled by what the training letters show. With each set goes
# the `C` of its classifier: it says how freely its weights may grow, and few features
# want less of it than many.

# %%
readers = {"masked model, untrained": untrained_reader}
readers["masked model"] = reader.get_weights()
for name, weights in readers.items():
    reader.set_weights(weights)
    one, two = read(some), read(rest)
    centre, spread = one.mean(axis=0), one.std(axis=0)
    features[name] = ((one - centre) / spread, (two - centre) / spread, 0.1)

# %% [markdown]
# Before the race is run:

# %%
predict(
    "12.labels",
    "120 labelled letters. Which features sort unseen letters best?",
    ["TF-IDF", "the masked model's", "about the same"],
)

# %% [markdown]
# Five draws of 120 labelled letters; each trains a logistic regression on each set. All
# three get the same 120.


# %%
def sorted_rightly(name, labelled, seed):
    """Return the accuracy on unseen letters, from a draw of labelled ones."""
    x, x_test, strength = features[name]
    drawn = np.random.default_rng(seed).permutation(x.shape[0])[:labelled]
    classifier = LogisticRegression(C=strength, max_iter=200)
    classifier.fit(x[drawn], tickets.y_train[drawn])
    return classifier.score(x_test, tickets.y_test[:JUDGES])


# %% [markdown]
# One line runs them all, and the package gives each its interval, by lesson 07's
# formula:

# %%
DRAWS = 2 if PROFILE == "smoke" else 5
scores = {n: [sorted_rightly(n, 120, seed) for seed in range(DRAWS)] for n in features}
means, halves = np.transpose([train.interval(values) for values in scores.values()])
plot.bars(
    list(scores),
    means,
    low=means - halves,
    high=means + halves,
    number=".0%",
    x_title="unseen letters sorted rightly, with 95 % interval over draws",
    title="Twelve concerns from 120 labelled letters",
)

# %% [markdown]
# Twelve concerns: who guesses is right once in about twelve. The means over the draws:

# %%
sorts = dict(zip(scores, means))
found("tfidf_accuracy", sorts["TF-IDF"], "TF-IDF sorts {:.0%} rightly.")
found("reader_accuracy", sorts["masked model"], "The masked model's reading: {:.0%}.")
behind = 100 * (sorts["masked model"] - sorts["TF-IDF"])
sentence = "Against TF-IDF that is {:+.0f} points."
found("reader_against_words", behind, sentence, predicted="12.labels")
gain = 100 * (sorts["masked model"] - sorts["masked model, untrained"])
sentence = "Its training made a difference of {:+.0f} points to its reading."
found("reader_gain", gain, sentence)

# %% [markdown]
# A concern shows in single words, *refund* or *password*, and for single words a table
# of words is made. A reader can pay where order decides, where words are rare, and
# above all where it has read far more than the labelled texts. Ours has read the same
# few thousand letters, and briefly. Lesson 16 puts the question again.
#
# ## Encoder and decoder: a translator
#
# The third family needs two texts. Numbers in words are a small language with a trap:
# German says *one-and-twenty* for twenty-one. Word for word does not do. And they have
# something that real translation lacks: one right answer, so that being right can be
# counted.

# %%
numbers = data.load("numbers_in_words", given="en", language="de")
numbers.pairs_train[:4]

# %% [markdown]
# English is cut at its spaces and hyphens:


# %%
def english(text):
    """Return the words of a number in English."""
    return re.findall(r"[a-z]+", text.lower())


# %% [markdown]
# German writes numbers as one word. We cut it at *tausend*, *hundert* and *und*, and
# lose nothing, as the assert says. Compare the order of the last parts with the English
# one:


# %%
def german(text):
    """Return the parts of a number in German."""
    cut = r"tausend|hundert|und|.+?(?=tausend|hundert|und|$)"
    return re.findall(cut, text)


assert all("".join(german(b)) == b for _, b in numbers.pairs_train)
print(english("four thousand twenty-one"), german("viertausendeinundzwanzig"))

# %% [markdown]
# Two vocabularies, of the words that occur, with 0 for the places that fill up. Two
# signs are needed on the German side: `<` begins what is written, since something has
# to stand before the first part, and `>` ends it, since the network must be able to say
# that it is done.

# %%
ENGLISH = ["", *sorted({w for a, _ in numbers.pairs_train for w in english(a)})]
GERMAN = ["", "<", ">", *sorted({w for _, b in numbers.pairs_train for w in german(b)})]
READ, WRITTEN = 8, 10  # the longest number, and what is written with < and >

# %% [markdown]
# A pair becomes two rows of numbers:


# %%
def rows_of(pairs):
    """Return pairs as numbers: what is read, and what is written after "<"."""
    read = np.zeros((len(pairs), READ), dtype="int32")
    written = np.zeros((len(pairs), WRITTEN), dtype="int32")
    for row, (a, b) in enumerate(pairs):
        given, wanted = english(a), ["<", *german(b), ">"]
        read[row, : len(given)] = [ENGLISH.index(word) for word in given]
        written[row, : len(wanted)] = [GERMAN.index(word) for word in wanted]
    return read, written


# %% [markdown]
# 8,000 numbers to learn from, 2,000 that are held out. The first opponent is a
# dictionary. We give it the best chance we can: it learns only from pairs in which both
# languages have equally many words, and takes what stands most often at the same place.

# %%
pairs_test = numbers.pairs_test[: 200 if PROFILE == "smoke" else None]
x_read, x_written = rows_of(numbers.pairs_train)
test_read, test_written = rows_of(pairs_test)
dictionary = defaultdict(Counter)
for a, b in numbers.pairs_train:
    if len(english(a)) == len(german(b)):
        for word, other in zip(english(a), german(b)):
            dictionary[word][other] += 1

# %% [markdown]
# Each word by its commonest partner, in the order in which they stand:

# %%
word_by_word = [
    "".join(dictionary[word].most_common(1)[0][0] for word in english(a))
    for a, _ in pairs_test
]
dictionary_right = np.mean(word_by_word == pairs_test[:, 1])
found("dictionary_exact", dictionary_right, "Word by word, {:.0%} come out exactly.")

# %% [markdown]
# All of these are numbers in which nothing has to be turned round. Now the network. One
# block reads English with free sight. The other stack writes German with causal sight;
# and between looking at itself and thinking, it looks *across*, at what was read. That
# is lesson 11's attention with the queries from one text, keys and values from the
# other. Everything but this one layer is `look` and `think` again. The second model
# that is returned answers with what was looked at.


# %%
def translator_model():
    """Return a translator, and the same with what it looks at."""
    given = keras.Input((READ,), dtype="int32")
    written = keras.Input((WRITTEN - 1,), dtype="int32")
    visible = ops.not_equal(given, PAD)[:, None, :]
    memory = think(look(begin(given, len(ENGLISH)), attention_mask=visible))
    memory = layers.LayerNormalization()(memory)
    signal = look(begin(written, len(GERMAN)), use_causal_mask=True)
    across = layers.MultiHeadAttention(HEADS, UNITS // HEADS)
    normed = layers.LayerNormalization()(signal)
    gathered, shares = across(
        normed, memory, attention_mask=visible, return_attention_scores=True
    )
    signal = think(layers.Add()([signal, gathered]))
    scores = layers.Dense(len(GERMAN))(layers.LayerNormalization()(signal))
    return keras.Model([given, written], scores), keras.Model([given, written], shares)


# %% [markdown]
# It trains on pairs: what is read, what is written so far, and what comes next. The
# right text so far is given to it, also where its own answer was wrong; so all places
# can learn at once, as in the writer.

# %%
TRANSLATOR_STEPS = {"smoke": 20, "quick": 800, "full": 2000}[PROFILE]


def pairs_to_learn(count):
    """Return random pairs: what is read and written so far, and what comes next."""
    rows = rng.integers(0, len(x_read), count)
    return [x_read[rows], x_written[rows, :-1]], x_written[rows, 1:]


# %% [markdown]
# One block reads and one writes, and neither knows a word of the other's language yet:

# %%
translator, gaze = translator_model()
translator_losses = learn(translator, pairs_to_learn, TRANSLATOR_STEPS, 64)

# %% [markdown]
# When it is used, no right text is at hand. It writes as the writer does: the likeliest
# part, appended, and again. All 2,000 numbers go side by side.


# %%
def translate_all(network, read):
    """Return what is written for rows of English, as rows of German."""
    written = np.zeros((len(read), WRITTEN), dtype="int32")
    written[:, 0] = GERMAN.index("<")
    for place in range(1, WRITTEN):
        looked = [read, written[:, :-1]]
        scores = ops.convert_to_numpy(network(looked, training=False))
        written[:, place] = scores[:, place - 1].argmax(axis=-1)
    return written


# %% [markdown]
# What stands behind the first `>` is of no interest:


# %%
def parts_of(row):
    """Return the parts of a row of German, up to its end."""
    parts = [GERMAN[number] for number in row[1:]]
    return parts[: parts.index(">")] if ">" in parts else parts


# %% [markdown]
# The held-out numbers, opened once. A translation counts if it is right to the last
# letter:

# %%
answers = ["".join(parts_of(row)) for row in translate_all(translator, test_read)]
exact = np.array(answers) == pairs_test[:, 1]
low, high = wilson(exact)
print(f"95 % interval: {low:.1%} to {high:.1%}")
found("translation_exact", exact.mean(), "It writes {:.2%} of unseen numbers exactly.")

# %% [markdown]
# Which words did it look at, part by part?


# %%
def translate(text):
    """Return the words read, the parts written, and each head's looks."""
    words = [word for word in english(text) if word in ENGLISH][:READ]
    read, _ = rows_of([(" ".join(words), "")])
    written = translate_all(translator, read)
    shares = ops.convert_to_numpy(gaze([read, written[:, :-1]], training=False))[0]
    parts = parts_of(written[0]) if words else []
    return words, parts, shares[:, : len(parts), : len(words)]


# %% [markdown]
# One number with swapped tens. Read the figure from the top: each row is a part that
# was written, and the dark cells say where it looked. Where English and German agree in
# their order, the dark cells go down in steps.

# %%
words, parts, shares = translate("four thousand three hundred twenty-one")
plot.alignment(
    shares.mean(axis=0),
    words,
    parts,
    title="One-and-twenty: which words each part looked at",
    subtitle="Rows are written, columns were read. Mean of four heads.",
)

# %% [markdown]
# Now the last rows: if the German order is turned round, so should the looks be. But
# read such pictures with care: the darkest cell of a row need not be the word that
# is being written. Weights say where a place looked, not why it wrote what it wrote
# ([Jain and Wallace, 2019](https://arxiv.org/abs/1902.10186)); what was read is itself
# a mixture of places by then, and each head looks for itself. How often does the
# picture say what we expect? For 300 unseen numbers with swapped tens, while it is
# shown their right translation:

# %%
swapped = np.array(["und" in german(b) for _, b in pairs_test])
picked = np.flatnonzero(swapped)[:300]
looks = gaze.predict([test_read[picked], test_written[picked, :-1]], verbose=0)
crossed = []
for (a, b), looked in zip(pairs_test[picked], looks.mean(axis=1)):
    last, turn = len(english(a)) - 1, german(b).index("und")
    tens, units = looked[turn + 1], looked[turn - 1]
    crossed.append(tens[last - 1] > tens[last] and units[last] > units[last - 1])

sentence = "In {:.0%} of them the tens looked more at the tens, and units at units."
found("crossed_looks", np.mean(crossed), sentence)

# %% [markdown]
# So the picture is not a lucky one. Nobody told the network about order. That tens and
# units want to be looked for crosswise is something that it found, because it pays.
#
# A mean of four heads hides what each of them does. Here they are apart, for one part:
# where does *und* look, which has no word of its own in English?

# %%
turn = parts.index("und") if "und" in parts else 0
names = [str(number + 1) for number in range(HEADS)]
title = "One part, four heads"
plot.alignment(shares[:, turn], words, names, y_title="head", title=title)

# %% [markdown]
# Translate numbers of your own, frame one part after the other, and compare the heads.
# Find a head that looks at the next word to be written, and one that seems to look at
# nothing in particular.

# %%
explore.alignment(translate, words="four thousand three hundred twenty-one")

# %% [markdown]
# ## A family at a task that is not its own
#
# **The writer as a translator.** A next-token model needs no second stack: put both
# texts in one row, English first, and let it write on. GPT-2 was found to translate,
# badly but without having been taught to, [in this
# way](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf).
# Same numbers, same steps, two blocks as well.

# %%
predict(
    "12.one_row",
    "English and German in one row, causal sight, next token. How many of the held-out "
    "numbers will it write exactly?",
    ["clearly fewer than the translator", "about as many", "clearly more"],
)

# %% [markdown]
# One vocabulary for both languages, German behind English, and one row: what is read,
# then what is written. The sight is causal throughout, so an English word sees only the
# words before it; the translator's could see both sides.


# %%
def one_row_model():
    """Return a next-token model for English and German in one row."""
    given = keras.Input((READ,), dtype="int32")
    written = keras.Input((WRITTEN - 1,), dtype="int32")
    shifted = ops.where(ops.equal(written, PAD), PAD, written + len(ENGLISH))
    row = ops.concatenate([given, shifted], axis=1)
    visible = ops.not_equal(row, PAD)[:, None, :]
    signal = begin(row, len(ENGLISH) + len(GERMAN))
    for _ in range(BLOCKS):
        signal = think(look(signal, use_causal_mask=True, attention_mask=visible))
    signal = layers.LayerNormalization()(signal[:, READ:])
    return keras.Model([given, written], layers.Dense(len(GERMAN))(signal))


# %% [markdown]
# The same training, the same way of writing, the same judge:

# %%
one_row = one_row_model()
one_row_losses = learn(one_row, pairs_to_learn, TRANSLATOR_STEPS, 64)
answers = ["".join(parts_of(row)) for row in translate_all(one_row, test_read)]
one_row_exact = np.array(answers) == pairs_test[:, 1]

# %% [markdown]
# Look at the intervals before you look at the bars:

# %%
compare(
    {"encoder and decoder": exact, "next token, one row": one_row_exact},
    x_title="numbers translated exactly, with 95 % interval over the numbers",
    title="Two families at one translation",
)

# %% [markdown]
# Sizes, and the difference:

# %%
sizes = [m.count_params() for m in (translator, one_row)]
print(f"{sizes[0]:,} parameters in the translator, {sizes[1]:,} in the one row")
lead = 100 * (one_row_exact.mean() - exact.mean())
sentence = "In one row, it is {:+.1f} points from the translator."
found("one_row_lead", lead, sentence, predicted="12.one_row")

# %% [markdown]
# One training each, so the intervals speak of other numbers, not of other seeds. But
# there is no lead here to explain. The one row is a full rival: its places that write
# look back at the English just as well, through the same attention. That is one reason
# why a next-token model can do everything in one row, and today's assistants are such
# models.
#
# **The filler as a writer.** Put a mask at the end, take the likeliest word, add the
# next mask.

# %%
text = "hello, where is"
for _ in range(3 if PROFILE == "smoke" else 10):
    options = fill(text, "")
    text += " " + max(options, key=options.get)
print(text)

# %% [markdown]
# It was never asked to begin a sentence that it cannot see the end of. With both sides
# hidden from it, what it adds is a chain of frequent words. To make it write well takes
# other tricks, such as [many rounds of masking](https://arxiv.org/abs/1904.09324).
#
# All in one table, from this run. Go through it task by task, and say for each why the
# better one is better before you read on:

# %%
rows = [
    ("blank in the middle", "masked words", middle["masked-word model"]),
    ("", "next token", middle["next-token model"]),
    ("blank at the end", "masked words", end["masked-word model"]),
    ("", "next token", end["next-token model"]),
    ("sorting, 120 labels", "masked words", sorts["masked model"]),
    ("", "TF-IDF", sorts["TF-IDF"]),
    ("translation", "two stacks", exact.mean()),
    ("", "next token, one row", one_row_exact.mean()),
]
for task, family, score in rows:
    print(f"{task:22}{family:22}{score:.0%}")

# %% [markdown]
# ## What we found
#
# - One block, three arrangements: what differs is who may look at whom, and what is
#   asked for.
# - Only bits per byte let a network that reads words and a program that counts letters
#   be compared. Counting is a rival to be beaten, not assumed beaten.
# - Two sides are worth more than one. But a masked model learns from fewer answers, and
#   in a short training it lost to the next-token model even between two neighbours.
# - For a task that single words decide, a table of words is hard to beat.
# - The translator turns *twenty-one* round because it can look where it needs to. A
#   next-token model in one row can look there, too.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "12.quiz.shift",
    "A next-token model has a training loss of almost zero after a minute. What first?",
    {
        "train on, it works": "No text is that predictable.",
        "look whether it can see its answers": (
            "Targets that are not moved by one, or a missing causal mask: both give it "
            "the answer."
        ),
        "add dropout": "It did not learn by heart in a minute. It copies.",
    },
    right="look whether it can see its answers",
)

# %%
quiz(
    "12.quiz.masks",
    "Why is the loss of a masked-word model asked for at the masked places only?",
    {
        "to save time": "It does, but that is not the reason.",
        "elsewhere the answer stands in the input": (
            "It sees every place that is not masked, its own included. Copying teaches "
            "nothing."
        ),
        "the others have no target": "They have: the piece that stands there.",
    },
    right="elsewhere the answer stands in the input",
)

# %%
quiz(
    "12.quiz.bytes",
    "Model A needs 5 bits a piece, model B 2 bits a piece, on the same text. Which is "
    "better?",
    {
        "B": "B may cut the text into single letters.",
        "A": "A may cut it into shorter pieces than B.",
        "it cannot be said": (
            "Ask how many bytes a piece has: 5 bits for 5 bytes beat 2 bits for one."
        ),
    },
    right="it cannot be said",
)

# %%
quiz(
    "12.quiz.family",
    "You want to find, for a search, the pages whose meaning fits. Which family?",
    {
        "masked words": (
            "Nothing has to be written, and both sides of every word are there to read."
        ),
        "next token": "It can read too, but every place of it is blind to the right.",
        "encoder and decoder": "The half that writes would have nothing to do.",
    },
    right="masked words",
)

# %% [markdown] tags=["sourced"]
# ## What this page leaves out
#
# **Size.** BERT's larger form has [340 million
# parameters](https://arxiv.org/abs/1810.04805), GPT-3 [175
# billion](https://arxiv.org/abs/2005.14165); ours are the size of a thumbnail, and the
# letters were drawn. Nothing here says how those would fare.
#
# **BERT in full.** Of the pieces that it is asked for, [eight in ten are masked, one is
# replaced at random, one left as it is](https://arxiv.org/abs/1810.04805), so that a
# reader without masks is not a stranger to it. And it was then *fine-tuned*: all its
# weights were trained on for each task, where ours were frozen. In Search it read
# queries and passages to rank them, at first for [one search in ten in English in the
# United
# States](https://www.blog.google/products/search/search-language-understanding-bert/);
# how it is built in there is not published.
#
# **ChatGPT is more than the next token.** A model that writes on is not yet one that
# answers. It was trained on with [demonstrations by people, and their
# preferences](https://arxiv.org/abs/2203.02155): lesson 22.
#
# **Translation.** Numbers are a language of 30 words with one right answer each. The
# [network of 2017](https://arxiv.org/abs/1706.03762) had six blocks on each side and
# millions of sentence pairs, and its translations had to be judged, not matched. It
# also put the normalisation after the shortcut; before it, as here, training is
# [calmer](https://arxiv.org/abs/2002.04745).
#
# **Summaries** are made by the third family
# ([BART](https://arxiv.org/abs/1910.13461), [T5](https://arxiv.org/abs/1910.10683)) and
# by next-token models. Lesson 16 makes one.
#
# **The families are not fixed.** One stack can be trained with [several kinds of
# sight](https://arxiv.org/abs/1905.03197). What stays is the question of this page: who
# may look at whom, and what is asked for?
#
# In the lab you write the parts around the block, and train a network that invents
# names.
