# %% [markdown] tags=["sourced"]
# **How can a network of fixed size read a text of any length, and still know at the end
# how it began?**
#
# Google Translate began in 2006 by counting phrases in translated texts, and in 2016 it
# was given [a network that reads a sentence word by
# word](https://research.google/blog/a-neural-network-for-machine-translation-at-production-scale/)
# and then writes one: sixteen layers of the cell called LSTM. Since 2020 [half of it is
# something else](https://research.google/blog/recent-advances-in-google-translate/),
# and the half that writes is still recurrent. The idea is a loop that carries a memory,
# and the same loop forecasts weather, demand and, as many hope, share prices.
#
# When you leave, you will be able to
#
# - write the three cells (simple, GRU, LSTM) so that they agree with Keras,
# - measure how far back a slope reaches, and say what decides it,
# - hold a forecaster against naive and linear rivals, on time it has not seen,
# - spot the leak that makes a market backtest shine,
# - build a translator of two loops that writes dates in words.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np
from keras import ops

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## A cell and a loop
#
# Here is a series: four years of days in Seattle, one row a day, and these are its last
# three. Whoever wants to say something about tomorrow will look at the days before it,
# and how many of them that should be, nobody knows beforehand.

# %%
weather = data.load("weather").table
weather.tail(3)

# %% [markdown]
# A dense network wants a fixed number of inputs. A recurrent one reads the days one by
# one. After each it holds a *state*, a short list of numbers: all that it remembers.
# The *cell* makes the new state out of the day's inputs and the state before. The
# simplest cell is a dense layer that reads both:
#
# $$\text{state} = \tanh(\text{input} \cdot W + \text{state before} \cdot U + b)$$
#
# $W$ is called the *kernel*, $U$ the *recurrent kernel*. The tanh keeps every number of
# the state between -1 and 1, however long the series gets. In the code a state is a
# tuple, because a later cell has two parts.


# %%
def simple_step(x, state, kernel, recurrent_kernel, bias):
    """Return the state after one step; x has the shape (sequences, features)."""
    (before,) = state
    return (ops.tanh(x @ kernel + before @ recurrent_kernel + bias),)


# %% [markdown]
# The cell alone does one step. The loop takes it through the series: it begins with a
# state of zeros and uses the same weights at every step. Only the state is handed on
# from one step to the next; what the cell does not write there is gone.


# %%
def unroll(step, x, weights, states):
    """Return the last state; x has the shape (sequences, steps, features)."""
    x = ops.convert_to_tensor(x, dtype="float32")
    weights = [ops.convert_to_tensor(part) for part in weights]
    for place in range(x.shape[1]):
        states = step(x[:, place], states, *weights)
    return states


# %% [markdown]
# Try it on three measured columns. They are brought to scale, so that wind and
# temperature weigh alike, and cut into weeks of seven days. Every week begins with a
# state of eight zeros.

# %%
measured = weather[["temp_max", "temp_min", "wind"]].to_numpy("float32")
scaled = (measured - measured.mean(axis=0)) / measured.std(axis=0)
weeks = scaled[: 7 * 200].reshape(200, 7, 3)
zeros = ops.zeros((len(weeks), 8))

# %% [markdown]
# Is our loop Keras's `SimpleRNN`? The layer has drawn its first weights at random; we
# take them out and go round with them ourselves. Two programs that compute the same in
# another order are rounded differently, so that the last digits may differ. More must
# not.

# %%
layer = keras.layers.SimpleRNN(8)
library = ops.convert_to_numpy(layer(weeks))
(ours,) = unroll(simple_step, weeks, layer.get_weights(), [zeros])
difference = np.abs(ops.convert_to_numpy(ours) - library).max()
found("simple_difference", difference, "Ours and SimpleRNN differ by {:.1g} at most.")
assert difference < 1e-5

# %% [markdown]
# The layer does not know that a week has seven days. It has 3 × 8 weights in $W$, 8 × 8
# in $U$ and 8 biases, and reads a year with them as well as a week. Sharing over *time*
# is to a series what a convolution's sharing over *places* is to a picture: what was
# learned about a fall in temperature in March holds in October. The same layer on a
# whole year:

# %%
year = scaled[None, :365]
assert layer.count_params() == 3 * 8 + 8 * 8 + 8
print("after a year of days:", ops.convert_to_numpy(layer(year)).round(2)[0])

# %% [markdown]
# ## Slopes through time
#
# It can read a whole year. Can it also *learn* from one? Written out step by step,
# *unrolled*, the loop is a network as deep as the series is long, and lesson 05 showed
# what depth does: at every layer the slope is multiplied by something. Here it is the
# same matrix each time, and only the slope of the tanh changes.
#
# To measure that, add a zero to the state before each step. The slope of the result for
# that zero is the slope for the state at that moment: how much the end would change if
# the memory had been a little different there. The end is one number, how far the last
# state goes in some direction of length 1. So a slope of 1 means that a small change
# long ago changes the end by as much, and a slope near 0 that learning gets no word of
# what happened then.
#
# The slopes come from `train.slopes`, which asks the backend for them; lesson 05 built
# such a machine by hand. All zeros go in at once, so one pass back gives the slope at
# every step, and the answer is counted from the end: its first number is for one step
# back.


# %%
def through_time(step, x, weights):
    """Return the size of the last state's slope, 1, 2, 3 and so on steps back."""
    count, steps, units = len(x), x.shape[1], weights[1].shape[0]
    parts = 2 if step.__name__ == "lstm_step" else 1
    weights = [ops.convert_to_tensor(part) for part in weights]
    x, end = ops.convert_to_tensor(x), rng.normal(size=(count, units))
    end = end / np.linalg.norm(end, axis=1, keepdims=True)
    end = ops.convert_to_tensor(end, dtype="float32")

    def last(probes):
        states = [ops.zeros((count, units))] * parts
        for place in range(steps):
            states = [states[part] + probes[place, part] for part in range(parts)]
            states = step(x[:, place], states, *weights)
        return ops.sum(states[0] * end)

    probes = np.zeros((steps, parts, count, units), dtype="float32")
    squares = np.square(train.slopes(last, probes), dtype="float64")
    return np.sqrt(squares.sum(axis=(1, 3)).mean(axis=1))[::-1]


# %% [markdown]
# First a test where the answer is known. With a recurrent kernel of 0.9 on the diagonal
# and inputs of zero, the state shrinks by exactly 0.9 a step, and so must the slope. If
# it did not, no picture further down could be trusted.

# %%
shrinking = [np.zeros((3, 8)), 0.9 * np.eye(8), np.zeros(8)]
shrinking = [part.astype("float32") for part in shrinking]
shrunk = through_time(simple_step, np.zeros((1, 20, 3), "float32"), shrinking)
assert np.allclose(shrunk, 0.9 ** np.arange(1, 21), rtol=1e-4)

# %% [markdown]
# A factor of 0.9 leaves a hundred-thousandth after about 110 steps; a factor of 1.1
# would multiply by tens of thousands. The first is the *vanishing*, the second the
# *exploding* gradient ([Bengio and others, 1994](https://doi.org/10.1109/72.279181)).
# Between the two lies only a factor of 1, and nothing in training keeps a matrix there.

# %% [markdown] tags=["sourced"]
# ## Gates
#
# A better memory should be *kept*, unless there is a reason to change it. A **gate** is
# a dense layer with a sigmoid, so it gives numbers between 0 (shut) and 1 (open), and
# multiplies something. The *long short-term memory*, LSTM ([Hochreiter and Schmidhuber,
# 1997](https://doi.org/10.1162/neco.1997.9.8.1735)), keeps a second list of numbers,
# the *memory* (Keras calls it the carry), and has three gates:
#
# - the **forget** gate says what share of the memory stays
#   ([added in 2000](https://doi.org/10.1162/089976600300015015)),
# - the **input** gate says how much of the new is let in,
# - the **output** gate says how much of the memory is shown.
#
# Keras keeps the four products side by side in one matrix, in the order input, forget,
# *candidate* (the new), output. Read the line that makes the new memory: it is old
# memory times a gate, plus something new times a gate. On the way from step to step
# there is no matrix and no tanh, and the slope that goes this way is multiplied by the
# forget gate alone.


# %%
def lstm_step(x, state, kernel, recurrent_kernel, bias):
    """Return what the cell says, and its memory, after one step."""
    said, memory = state
    total = x @ kernel + said @ recurrent_kernel + bias
    enter, keep, new, show = ops.split(total, 4, axis=-1)
    memory = ops.sigmoid(keep) * memory + ops.sigmoid(enter) * ops.tanh(new)
    return ops.sigmoid(show) * ops.tanh(memory), memory


# %% [markdown]
# The *gated recurrent unit*, GRU ([Cho and others,
# 2014](https://arxiv.org/abs/1406.1078)), does with one list and two gates. The
# **update** gate mixes old and new; the **reset** gate says how much of the old is
# looked at when the new is made. In Keras the update gate is the share that is *kept*,
# there are two rows of biases, and the reset gate acts *after* the product with the
# recurrent kernel (`reset_after=True`), which is not how the paper has it.


# %%
def gru_step(x, state, kernel, recurrent_kernel, bias):
    """Return the state after one step of a GRU, as Keras computes it."""
    (before,) = state
    here = ops.split(x @ kernel + bias[0], 3, axis=-1)
    back = ops.split(before @ recurrent_kernel + bias[1], 3, axis=-1)
    update, reset = (ops.sigmoid(here[gate] + back[gate]) for gate in (0, 1))
    new = ops.tanh(here[2] + reset * back[2])
    return (update * before + (1 - update) * new,)


# %% [markdown]
# Both against the library. Keras starts nearly all biases at zero, and zeros in the
# wrong place would not show; so each weight is drawn anew, biases too. A wrong order of
# the gates, or the reset gate on the wrong side of the product, now gives other
# numbers.

# %%
worst = 0
for kind, step, parts in [("LSTM", lstm_step, 2), ("GRU", gru_step, 1)]:
    layer = getattr(keras.layers, kind)(8)
    layer.build(weeks.shape)
    layer.set_weights([rng.normal(size=w.shape) / 2 for w in layer.get_weights()])
    ours = unroll(step, weeks, layer.get_weights(), [zeros] * parts)[0]
    library = ops.convert_to_numpy(layer(weeks))
    worst = max(worst, np.abs(ops.convert_to_numpy(ours) - library).max())
    print(f"{kind}: {layer.count_params()} parameters")

# %% [markdown]
# Four products make an LSTM four times as large as a simple cell of as many units, and
# the GRU's three need a second row of biases. Do they agree?

# %%
found("gated_difference", worst, "Ours and Keras's cells differ by {:.1g} at most.")
assert worst < 1e-5

# %% [markdown]
# ## Three cells at their start
#
# It is often said that simple cells forget and gated ones do not. Slopes decide what a
# network can learn, and a network begins to learn at its *first* weights. So: layers of
# 32 units as Keras starts them, 200 steps of small random inputs, and several seeds,
# because one draw of weights proves nothing.

# %%
SEEDS = {"smoke": 1, "quick": 3, "full": 6}[PROFILE]
STEPS = {"smoke": 20, "quick": 200, "full": 200}[PROFILE]

# %% [markdown]
# Each cell is Keras's layer, for its first weights, and our step, for the slopes. The
# bias of an LSTM's forget gate can be set to another value than Keras's; we shall come
# to that.

# %%
CELLS = {
    "simple": (keras.layers.SimpleRNN, simple_step),
    "LSTM": (keras.layers.LSTM, lstm_step),
    "GRU": (keras.layers.GRU, gru_step),
}


# %%
def fresh(cell, seed, forget_bias=None):
    """Return the first weights of a cell with 32 units that reads 8 numbers a step."""
    keras.utils.set_random_seed(seed)
    layer = CELLS[cell][0](32)
    layer.build((None, None, 8))
    weights = layer.get_weights()
    if forget_bias is not None:
        weights[2][32:64] = forget_bias
    return weights


# %% [markdown]
# How far do the slopes of fresh cells reach? One row for each seed:


# %%
def reach(cell, x, forget_bias=None):
    """Return the slopes through time of fresh cells, shape (seeds, steps)."""
    runs = [fresh(cell, seed, forget_bias) for seed in range(SEEDS)]
    return np.array([through_time(CELLS[cell][1], x, weights) for weights in runs])


# %%
predict(
    "10.start",
    "At Keras's first weights and with small inputs: whose slope is largest, 100 steps "
    "back?",
    ["the simple cell's", "the LSTM's", "the GRU's"],
)

# %%
noise = rng.normal(size=(8, STEPS, 8)).astype("float32")
at_start = {cell: reach(cell, 0.1 * noise) for cell in CELLS}
back = np.arange(1, STEPS + 1)

# %% [markdown]
# Several pictures of one kind will follow, all on a logarithmic scale: there, what
# shrinks by the same factor at every step is a straight line, and how steep it falls is
# that factor. Such a scale has no zero, so what is smaller than $10^{-30}$ is drawn
# there.

# %%
AXES = {"x": back, "x_title": "steps back", "y_title": "size of the slope"}
LOG = {"type": "log", "exponentformat": "power"}


def floored(series, low=1e-30):
    """Return the slopes, none below `low`, so that they can be drawn."""
    return {name: np.maximum(values, low) for name, values in series.items()}


# %% [markdown]
# What is left of a slope of length 1, by how far it has come? The line is the median
# over the seeds, the band reaches from the lowest to the highest.

# %%
plot.curves(
    floored(at_start), **AXES, title="At the start the simple cell reaches farthest"
).update_yaxes(**LOG)

# %% [markdown]
# The lines part more with every step. In numbers, 100 steps back:

# %%
FAR = min(100, STEPS)
left = {cell: np.median(runs[:, FAR - 1]) for cell, runs in at_start.items()}
said = f"{FAR} steps back, {{:.0e}} of the LSTM's slope is left."
found("start_lstm", left["LSTM"], said)
found("start_gru", left["GRU"], "Of the GRU's: {:.0e}.")
found(
    "start_simple",
    left["simple"],
    "Of the simple cell's: {:.0e} (medians over the seeds).",
    predicted="10.start",
)
found(
    "start_lead",
    np.log10(at_start["simple"][:, FAR - 1].min() / at_start["LSTM"][:, FAR - 1].max()),
    "The worst simple cell is {:.0f} powers of ten ahead of the best LSTM.",
)

# %% [markdown] tags=["sourced"]
# The cell that was invented against vanishing slopes starts with the worse ones. The
# reasons can be read off the first weights. A simple cell's recurrent kernel starts
# *orthogonal*: it turns the state and keeps its length, and on small numbers tanh
# changes little. An LSTM's forget gate starts with a bias of 1 (Keras adds it, as
# [Jozefowicz and others](https://proceedings.mlr.press/v37/jozefowicz15.html) advise),
# and a sigmoid of 1 is 0.73: each step forgets a quarter. A GRU's update gate starts
# half open, and halves the state at every step.
#
# Small inputs, though, are the simple cell's best case: near zero, tanh changes hardly
# anything. Now the same cells and the same inputs, ten times as large. Compare the
# simple cell's line with the one above.

# %%
at_size_one = {cell: reach(cell, noise) for cell in CELLS}
plot.curves(
    floored(at_size_one), **AXES, title="With inputs of size 1 the lead is gone"
).update_yaxes(**LOG)

# %% [markdown]
# By how much, 100 steps back?

# %%
ahead = np.median(at_size_one["LSTM"][:, FAR - 1] / at_size_one["simple"][:, FAR - 1])
found(
    "large_inputs",
    np.log10(ahead),
    "With inputs of size 1, the LSTM is {:.1f} powers of ten ahead of the simple cell.",
)

# %% [markdown]
# Where tanh is near its limits its slope is near 0, and at every step the cell loses
# more. Gated cells do not go unharmed, but their memory has a way past the tanh.
#
# How open that way is, the *bias* of the forget gate decides. With a bias of 1 the gate
# lets go of a quarter of the memory at each step, with a bias of 4 of about a fiftieth.

# %%
predict(
    "10.bias",
    "Four instead of one as the first bias of the forget gate (small inputs). How much "
    "of an LSTM's slope is left after 100 steps?",
    ["hardly more than before", "about a hundredth", "a tenth or more"],
)

# %% [markdown]
# Three values, on the small inputs; the first is Keras's, from above.

# %%
by_bias = {"forget bias 1": at_start["LSTM"]}
for bias in (2, 4):
    by_bias[f"forget bias {bias}"] = reach("LSTM", 0.1 * noise, forget_bias=bias)

# %%
plot.curves(
    floored(by_bias),
    **AXES,
    title="The bias of the forget gate decides how far an LSTM reaches",
).update_yaxes(**LOG)

# %%
found(
    "open_gate",
    np.median(by_bias["forget bias 4"][:, FAR - 1]),
    f"With a forget bias of 4, {{:.2g}} of the slope is left after {FAR} steps.",
    predicted="10.bias",
)

# %% [markdown] tags=["sourced"]
# A gate that is nearly open passes the memory on nearly as it is, and the slope lasts.
# (It can even grow, because the memory also acts through what the cell says.) If you
# know how far back your task reaches, start the gate there: for $T$ steps a bias of
# about $\log T$
# ([Tallec and Ollivier, 2018](https://arxiv.org/abs/1804.11188)).
#
# Now take the loop apart. Each picture shows one network unrolled: above, the slope
# that comes back to each step; below it the gates, and what each unit says. Time runs
# to the right here, so the slope sets out at the right end and travels left. Find an
# LSTM that brings the slope to the first of 200 steps; the size of inputs at which a
# simple cell goes blind; and recurrent weights with which slopes explode.

# %%
explore.unrolled(cell="LSTM", steps=100)

# %% [markdown]
# ## After training
#
# First weights are only where learning begins. Does training mend what the start has
# spoiled? We need a task that nobody can do without a memory: a letter, then many
# letters that mean nothing, then the question what the first one was. There are four
# letters to keep and four that mean nothing; a guess is right one time in four.

# %%
LENGTH, BATCHES = {"smoke": (8, 4), "quick": (20, 250), "full": (40, 400)}[PROFILE]
LETTERS = np.eye(8, dtype="float32")


def recall_task(count, length):
    """Return sequences as rows of LETTERS, and the number of each first letter."""
    letters = rng.integers(4, 8, size=(count, length))
    letters[:, 0] = rng.integers(0, 4, size=count)
    return LETTERS[letters], letters[:, 0]


# %% [markdown]
# Learning it: one pass over fresh sequences, then an examination on 500 new ones. Two
# precautions are in the code. The cell gets the same first weights as above, so that we
# know what was there before. And `clipnorm=1.0` shortens a gradient that is longer than
# 1, lest a single exploding step throw everything away ([Pascanu and others,
# 2013](https://arxiv.org/abs/1211.5063)). (`run_eagerly` is for the smoke profile: its
# few steps are over before a network would be compiled.)


# %%
def learn_recall(cell, seed, forget_bias):
    """Return the weights of a trained cell, and its accuracy on new sequences."""
    weights = fresh(cell, seed, forget_bias)
    layer = CELLS[cell][0](32)
    reader = keras.Sequential([keras.Input((LENGTH, 8)), layer, keras.layers.Dense(4)])
    layer.set_weights(weights)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(0.01, clipnorm=1.0)
    reader.compile(adam, loss, run_eagerly=PROFILE == "smoke")
    reader.fit(*recall_task(64 * BATCHES, LENGTH), batch_size=64, verbose=0)
    x_new, y_new = recall_task(500, LENGTH)
    scores = ops.convert_to_numpy(reader(x_new))
    return layer.get_weights(), np.mean(scores.argmax(axis=1) == y_new)


# %% [markdown]
# Four beginnings: the three cells as Keras starts them, and an LSTM whose forget gate
# starts more open.

# %%
LEARNERS = {"smoke": 1, "quick": 2, "full": 4}[PROFILE]
beginnings = {
    "simple": ("simple", None),
    "LSTM": ("LSTM", None),
    "LSTM, forget bias 3": ("LSTM", 3),
    "GRU": ("GRU", None),
}

# %%
predict(
    "10.trained",
    "Trained on 20 steps, how much of a GRU's slope is left 100 steps back, where at "
    "the start it was all but nothing?",
    ["still less than a millionth", "about a thousandth", "a tenth or more"],
)

# %%
learned = {
    name: [learn_recall(cell, seed, bias) for seed in range(LEARNERS)]
    for name, (cell, bias) in beginnings.items()
}
correct = {name: [right for _, right in runs] for name, runs in learned.items()}

# %% [markdown]
# First the examination. A cell whose slopes do not come back from the first letter
# stays near a quarter: it guesses.

# %%
plot.bars(
    list(correct),
    [np.mean(runs) for runs in correct.values()],
    low=[min(runs) for runs in correct.values()],
    high=[max(runs) for runs in correct.values()],
    x_title="share recalled, lowest and highest of the seeds; a guess is right in 25%",
    number=".0%",
    title=f"Which letter came first, {LENGTH} steps ago?",
)

# %% [markdown]
# Read this beside the first slopes. The simple cell, which is said to forget, learns
# the task. The LSTM is helped by a gate that starts open. And the GRU, whose slopes
# were the smallest of all, learns it too: first slopes say who has it easy, not who
# can. Now the slopes of the trained cells, on sequences far longer than those that they
# learned from.

# %%
long_task = recall_task(8, STEPS)[0]
after = {
    name: [through_time(CELLS[beginnings[name][0]][1], long_task, w) for w, _ in runs]
    for name, runs in learned.items()
}
plot.curves(
    floored(after), **AXES, title="Training has opened the way back"
).update_yaxes(**LOG)

# %% [markdown]
# What each recalls, and what has become of the GRU's slope:

# %%
found("accuracy_simple", np.mean(correct["simple"]), "The simple cell recalls {:.0%}.")
found("accuracy_lstm", np.mean(correct["LSTM"]), "The LSTM recalls {:.0%}.")
open_lstm = np.mean(correct["LSTM, forget bias 3"])
found("accuracy_open", open_lstm, "With a forget bias of 3 it recalls {:.0%}.")
found("accuracy_gru", np.mean(correct["GRU"]), "The GRU recalls {:.0%}.")
found(
    "trained_gru",
    np.median(np.array(after["GRU"])[:, FAR - 1]),
    f"After training, {{:.2g}} of the GRU's slope is left {FAR} steps back.",
    predicted="10.trained",
)

# %% [markdown]
# So the famous sentence has to be turned round. Gated cells do not *have* long
# memories; they can *learn* to have them, since a gate can be opened by a bias or by an
# input. A simple cell can hold on as well, when its first weights turn and do not
# shrink ([Le and others, 2015](https://arxiv.org/abs/1504.00941)); but it has no way to
# hold one thing *and* take in another strongly.
#
# Choose the trained cells and look at their gates. In the trained GRU, which units keep
# (their state is one straight stripe), and which read? How many more steps could it
# hold? Then take something away from its keeping gate, and see from which step on the
# first letter is lost.

# %%
cells = {f"trained {name}": runs[0][0] for name, runs in learned.items()}
explore.unrolled(cells, long_task, cell="trained GRU", steps=100, size=1.0)

# %% [markdown]
# ## Tomorrow's temperature
#
# Now a real task, with rivals. Each evening, forecast tomorrow's highest temperature in
# Seattle from the last 14 days: temperatures, rain, wind, and the place in the year as
# a point on a circle, so that 31 December lies beside 1 January. Rain comes as a
# logarithm, because a few wet days would drown all others. Three years to learn from;
# 2015 is the test. In a series one may not shuffle first: the test lies *after* all
# that was learned from, as tomorrow does.

# %%
HORIZON = {"smoke": 1, "quick": 1, "full": 3}[PROFILE]  # days ahead
PAST = 14
columns = weather[["temp_max", "temp_min", "wind"]].to_numpy()
rain = np.log1p(weather["precipitation"].to_numpy())
turn = 2 * np.pi * weather.index.day_of_year.to_numpy() / 365.25
features = np.column_stack([columns, rain, np.sin(turn), np.cos(turn)])

# %% [markdown]
# A *window* ends this evening, and the target lies behind its end. Which year a window
# belongs to is decided by its target, and the scale comes from the three years of
# learning alone. We forecast the *change*, so that a network that says zero is already
# as good as "as today".

# %%
evenings = np.arange(PAST - 1, len(features) - HORIZON)
years = weather.index.year.to_numpy()[evenings + HORIZON]
seen, unseen = years < 2015, years == 2015
centre, spread = features[: 365 * 3].mean(axis=0), features[: 365 * 3].std(axis=0)
windows = np.stack([features[end - PAST + 1 : end + 1] for end in evenings])
windows = ((windows - centre) / spread).astype("float32")
change = features[evenings + HORIZON, 0] - features[evenings, 0]

# %% [markdown]
# Look at some of it before you forecast it. How much of a day is in the day before, and
# how much comes from nowhere?

# %%
plot.curves(
    {"highest temperature": features[-120:, 0]},
    x=np.arange(-119, 1),
    x_title="days before the end of 2015",
    y_title="highest temperature (°C)",
    title="The last weeks of a series that cannot be foreseen exactly",
)

# %% [markdown]
# Neighbouring days are alike, and then the temperature jumps. So, before any network,
# the rivals that cost nothing: *as today*, and *as on this day a year ago*. An error
# without them means nothing. It is measured in degrees, the mean of all misses, up or
# down.

# %%
year_ago = features[np.maximum(evenings + HORIZON - 365, 0), 0]
errors = {
    "as a year ago": np.abs(year_ago - features[evenings, 0] - change)[unseen],
    "as today": np.abs(change)[unseen],
}

# %% [markdown]
# Then a linear forecast: a weight for every number in the window, with a penalty on
# large weights (*ridge regression*). It needs no training: the best weights are the
# solution of a system of equations.


# %%
def linear(rows, days, penalty):
    """Fit a linear forecast to some rows, and return it for all."""
    x = windows[:, -days:].reshape(len(windows), -1).astype("float64")
    middle, x = change[rows].mean(), x - x[rows].mean(axis=0)
    square = x[rows].T @ x[rows] + penalty * np.eye(x.shape[1])
    return middle + x @ np.linalg.solve(square, x[rows].T @ (change[rows] - middle))


# %% [markdown]
# How many days should it look at, and how large should the penalty be? The test may not
# be asked. So there is a rehearsal: fit to the years before 2014, judge on 2014, and
# take what did best.


# %%
def rehearsal(days, penalty):
    """Return the mean error in 2014 of a forecast fitted to the years before."""
    guess = linear(years < 2014, days, penalty)
    return np.abs(guess - change)[years == 2014].mean()


choices = [(days, penalty) for days in (1, 2, 3, 5, PAST) for penalty in (1, 30, 300)]
tuned = min(choices, key=lambda one: rehearsal(*one))
whole = min(choices[-3:], key=lambda one: rehearsal(*one))
print(f"chosen on 2014: {tuned[0]} days, penalty {tuned[1]}")

# %% [markdown]
# Two linear rivals, then: one that reads all 14 days as the network will, and one that
# was allowed to choose.

# %%
errors["linear, 14 days"] = np.abs(linear(seen, *whole) - change)[unseen]
errors["linear, tuned"] = np.abs(linear(seen, *tuned) - change)[unseen]

# %% [markdown]
# And the recurrent forecaster: a GRU that reads the window day by day, and one number
# at the end. Dropout (lesson 02) stands between them, because three years are a
# thousand windows, and that is little for a network. As everywhere in this course, one
# network is a matter of luck, so there are several and their forecasts are averaged.

# %%
FORECASTERS, EPOCHS = {"smoke": (1, 1), "quick": (3, 30), "full": (5, 30)}[PROFILE]


def forecaster(seed, rows):
    """Return the forecast of one trained network for all windows."""
    keras.utils.set_random_seed(seed)
    network = keras.Sequential([keras.Input(windows.shape[1:]), keras.layers.GRU(32)])
    network.add(keras.layers.Dropout(0.2))
    network.add(keras.layers.Dense(1))
    steps = EPOCHS * -(-rows.sum() // 64)
    rate = keras.optimizers.schedules.CosineDecay(0.003, steps)
    network.compile(keras.optimizers.Adam(rate), "mse")
    size = change[rows].std()
    network.fit(windows[rows], change[rows] / size, 64, EPOCHS, verbose=0)
    return ops.convert_to_numpy(network(windows))[:, 0] * size


# %%
predict(
    "10.weather",
    "The tuned linear forecast against the recurrent one, on a year that neither has "
    "seen. By how much is the recurrent one's error smaller?",
    ["by half", "by a tenth or so", "by a few hundredths, if at all"],
)

# %%
forecast = np.mean([forecaster(seed, seen) for seed in range(FORECASTERS)], axis=0)
errors["recurrent"] = np.abs(forecast - change)[unseen]

# %% [markdown]
# How sure are we? Lesson 07's interval wants values that do not depend on each other,
# and the errors of neighbouring days do: a warm spell makes a week of them. So this one
# is worked out from the means of whole weeks, of which a year has fifty-two.


# %%
def weekly_interval(values):
    """Return a mean and the half width of its 95 % interval, from weekly means."""
    whole = values[: len(values) // 7 * 7].reshape(-1, 7).mean(axis=1)
    return values.mean(), 1.96 * whole.std(ddof=1) / len(whole) ** 0.5


# %% [markdown]
# All five, on the year that none of them has seen. Shorter is better.

# %%
means = {name: weekly_interval(values) for name, values in errors.items()}
plot.bars(
    list(means),
    [mean for mean, _ in means.values()],
    low=[mean - half for mean, half in means.values()],
    high=[mean + half for mean, half in means.values()],
    x_title="mean error in 2015 (°C), with 95 % interval over weeks",
    number=".2f",
    title="Five forecasts of the highest temperature",
)

# %% [markdown]
# Where intervals overlap, that decides nothing yet: the bars share their weather, and
# on a day that nobody could foresee all of them are wrong. A better question is by how
# much one is ahead *on the same days*. Take the differences first, and then their mean.

# %%
over_today, over_today_half = weekly_interval(errors["as today"] - errors["recurrent"])
found("gain_naive", over_today, "The network is {:+.2f} °C ahead of “as today”.")
found("gain_naive_half", over_today_half, "That is known to within ±{:.2f} °C.")

# %% [markdown]
# "As today" is an easy rival. Against the straight lines, first the one that reads what
# the network reads, then the one that was allowed to choose:

# %%
over_linear, half = weekly_interval(errors["linear, 14 days"] - errors["recurrent"])
found("gain_linear", over_linear, "Ahead of the linear one with 14 days: {:+.2f} °C.")
found("gain_linear_half", half, "That is known to within ±{:.2f} °C.")
over_tuned, half = weekly_interval(errors["linear, tuned"] - errors["recurrent"])
found(
    "gain_tuned",
    over_tuned,
    "Ahead of the tuned linear forecast: {:+.2f} °C.",
    predicted="10.weather",
)
found("gain_tuned_half", half, "That is known to within ±{:.2f} °C.")

# %% [markdown]
# Compare each gain with its interval before you praise the loop: where the interval is
# wider than the gain, another year might have turned it round. Weather one day ahead,
# seen from one station, is mostly a straight line plus chance. And an admission: while
# this page was written, a few settings of the network were tried on 2015 as well, so
# its last word would need another year.
#
# A forecast is also worth little without its uncertainty: 14 degrees, give or take one
# or give or take eight? Lesson 06's recipe works here: how large were the errors on a
# year that was not learned from? Nine in ten of the next year's should be smaller, if
# the years are alike.

# %%
before_2014 = linear(years < 2014, *tuned)
band = np.quantile(np.abs(before_2014 - change)[years == 2014], 0.9)
found(
    "coverage",
    np.mean(errors["linear, tuned"] <= band),
    "A band promised to hold 90% of days held {:.0%} of them in 2015.",
)

# %% [markdown]
# What does such a forecast look like? Sixty days of summer. Look at a day on which the
# blue line jumps, and at what the orange one says about it.

# %%
days = np.flatnonzero(unseen)[180:240]
base = features[evenings[days], 0]
plot.curves(
    {
        "measured": base + change[days],
        "recurrent forecast": base + forecast[days],
        "as today": base,
    },
    x=np.arange(len(days)),
    x_title="day of two summer months of 2015",
    y_title="highest temperature (°C)",
    title="A forecast that leans on today, and hedges",
)

# %% [markdown] tags=["sourced"]
# The orange line follows the blue one a day late, only less so: a forecast that
# minimises the squared error must hedge. What goes for weather goes for *demand*, where
# the same networks are at home. In the M4 competition of 100,000 business series the
# [six pure machine-learning entries](https://doi.org/10.1016/j.ijforecast.2018.06.001)
# lost to a plain average of statistical methods, and a hybrid won: [an LSTM whose
# inputs exponential smoothing had cleaned of level and
# season](https://doi.org/10.1016/j.ijforecast.2019.03.017). Loops pay most where one
# network learns *many* related series at once ([DeepAR,
# 2017](https://arxiv.org/abs/1704.04110)); we had a single one.

# %% [markdown]
# ## Patterns in a market
#
# Weather can be foreseen a little. Can a share price? No shares were found here whose
# prices may be passed on, so the market is drawn. That has an advantage: we know what
# is in it, and the card says so. On real prices you would never learn whether a rule
# was good or had been lucky.

# %%
market = data.load("market")
prices = market.table.to_numpy()
daily = prices[1:] / prices[:-1] - 1
market

# %% [markdown]
# Are there patterns? Two kinds must be told apart: does today's return say anything
# about tomorrow's *return*, and does it say anything about tomorrow's *size* of return?
# One function answers both. It holds each day against the mean of the twenty days
# before; a running sum makes those means without a loop.


# %%
def link(values):
    """Return the correlation of a day's value with the mean of the 20 days before."""
    running = np.cumsum(np.insert(values, 0, 0, axis=0), axis=0)
    before = (running[20:-1] - running[:-21]) / 20
    return np.mean([np.corrcoef(b, v)[0, 1] for b, v in zip(before.T, values[20:].T)])


# %% [markdown]
# First the returns, then their sizes, the signs taken away:

# %%
found("direction_link", link(daily), "Returns and those before correlate by {:+.2f}.")
found("size_link", link(np.abs(daily)), "Their sizes correlate by {:+.2f}.")

# %% [markdown]
# So there is a pattern: how *wild* tomorrow will be can be foreseen, as in real markets
# ([Cont, 2001](https://doi.org/10.1080/713665670)). Which way it goes is another
# matter. A *backtest* plays a rule through the past. A position of 1 holds a share for
# a day, 0 stays out; whoever changes it pays costs, here 0.1 % of what is traded.


# %%
def backtest(positions, returns, cost=0.001):
    """Return each day's gain of five equal purses, less costs; (days, companies)."""
    traded = np.abs(np.diff(positions, axis=0, prepend=0))
    return np.mean(positions * returns - cost * traded, axis=1)


# %% [markdown]
# The rule follows the trend: hold a share while its price is above its mean of the last
# five days. Two people program it, and one of them is off by one. The two lines differ
# in one slice; can you see which is right?

# %%
five_days = np.lib.stride_tricks.sliding_window_view(prices, 5, axis=0)
above = prices[4:] > five_days.mean(axis=-1)
gains = {
    "hold everything": backtest(np.ones_like(daily[4:]), daily[4:]),
    "the rule, one way": backtest(above[1:].astype(float), daily[4:]),
    "the rule, the other": backtest(above[:-1].astype(float), daily[4:]),
}

# %%
predict(
    "10.leak",
    "Thirteen years. One of the two programs is right. The other uses today's closing "
    "price for a purchase that it books at yesterday's. What does that do?",
    ["hardly anything", "it doubles the gain", "it makes the gain absurd"],
)

# %%
plot.curves(
    {name: np.cumprod(1 + gain) for name, gain in gains.items()},
    x=np.arange(len(daily) - 4) / 252,
    x_title="years of 252 trading days",
    y_title="what 1 became",
    title="One rule, programmed twice",
).update_yaxes(type="log", exponentformat="power")

# %% [markdown]
# Mind the axis: each line of the grid stands for the same multiple of the one below it.
# What became of 1?

# %%
became = {name: np.prod(1 + gain) for name, gain in gains.items()}
found(
    "leak_growth",
    became["the rule, one way"],
    "With the leak, 1 became {:,.0f}.",
    predicted="10.leak",
)
found("hold_growth", became["hold everything"], "Held all the time, 1 became {:.1f}.")
found("rule_growth", became["the rule, the other"], "Without the leak: {:.1f}.")

# %% [markdown]
# The leak is one index. `above[1:]` stands beside `daily[4:]`: the comparison of an
# evening beside the return *of the same day*. A price that has just risen is often
# above its mean, so the rule holds mostly days that it already knows were good. Nothing
# warns you: no error, no strange shape. The one sign is a curve that is too beautiful.
#
# Now a network in good faith: it reads the last 20 returns of a company, learns on the
# first 2,000 days, and holds a share when it expects a gain. A leak can also hide in a
# scale: whoever divides by the spread of *all* days has told the network how wild the
# future will be.

# %%
SPLIT, ROUNDS = 2000, {"smoke": 1, "quick": 3, "full": 10}[PROFILE]
size = daily[:SPLIT].std()  # of the days to learn from alone
past = np.lib.stride_tricks.sliding_window_view(daily[:-1], 20, axis=0) / size
past, following = past[..., None].astype("float32"), daily[20:]

# %% [markdown]
# One network for all five companies, since there is nothing that tells them apart:

# %%
keras.utils.set_random_seed(0)
trader = keras.Sequential([keras.Input((20, 1)), keras.layers.GRU(16)])
trader.add(keras.layers.Dense(1))
trader.compile(keras.optimizers.Adam(0.003), "mse")
learning = trader.fit(
    past[:SPLIT].reshape(-1, 20, 1),
    following[:SPLIT].ravel() / size,
    batch_size=250,
    epochs=ROUNDS,
    verbose=0,
)

# %% [markdown]
# From its expectations to positions, on the days after those that it has learned from.
# It goes through the same `backtest` as the rule and pays the same costs:

# %%
expects = ops.convert_to_numpy(trader(past[SPLIT:].reshape(-1, 20, 1)))
positions = (expects.reshape(-1, 5) > 0).astype(float)
network_gain = backtest(positions, following[SPLIT:])
held = backtest(np.ones_like(positions), following[SPLIT:])

# %% [markdown]
# A gain by itself proves no skill, and a loss no lack of it: in some years most shares
# rise, in others most fall. What counts is the lead over somebody who simply held
# everything, in per cent a year:

# %%
lead, lead_half = weekly_interval(network_gain - held)
found("market_lead", 100 * 252 * lead, "The network is {:+.1f} per cent a year ahead.")
found("market_half", 100 * 252 * lead_half, "Known to within ±{:.1f} per cent.")
found(
    "market_proof",
    100 * 252 * (lead - lead_half),
    "The lower end of the interval is {:+.1f}: no proof of a gain.",
)

# %% [markdown] tags=["sourced"]
# In this market nothing could be found, because nothing was put in but a small drift:
# whoever wins here has a leak, took more risk, or tried until luck struck. Real markets
# are not proved to be like this. On the S&P 500 of 1992 to 2009, LSTMs [found gains
# that survived costs](https://doi.org/10.1016/j.ejor.2017.11.054); from 2010 on, in the
# same study, they fluctuated around zero. What many have learned to see, its authors
# suggest, is traded away.

# %% [markdown]
# ## Dates into words
#
# So far a sequence went in and one number came out. Now the translator: from
# `2024-03-17` to "seventeenth of March two thousand twenty-four", a sequence in,
# another of another length out. No place of the one belongs to a fixed place of the
# other, and the order is turned round.

# %%
COUNT = {"smoke": 400, "quick": 10_000, "full": 12_000}[PROFILE]
LANGUAGES = ("en", "de", "fr", "es", "it") if PROFILE == "full" else "en"
dates = data.load("dates_in_words", count=COUNT, language=LANGUAGES)
print(*dates.pairs_train[:3].tolist(), sep="\n")

# %% [markdown]
# A network cannot read words. **Tokens** are the pieces that a text is cut into: here
# letters on the side that is read, words on the side that is written, with compounds
# such as *twenty-four* cut at the hyphen. Each token has a number.


# %%
def pieces(text):
    """Cut a text into words, and words at their hyphens."""
    return text.replace("-", "- ").split()


def numbered(texts, special=()):
    """Return a number for each token, the special ones first."""
    known = sorted({token for tokens in texts for token in tokens})
    return {token: number for number, token in enumerate([*special, *known])}


# %% [markdown]
# Three tokens are no words: one fills short texts up, so that all rows of a batch are
# equally long; one starts the answer, and one ends it. The list of words is taken from
# the training pairs alone.

# %%
EMPTY, START, STOP = 0, 1, 2
letters = numbered(dates.pairs_train[:, 0], special=["<empty>"])
words = numbered(map(pieces, dates.pairs_train[:, 1]), ["<empty>", "<start>", "<stop>"])
spelled = list(words)
print(len(letters), "letters and", len(words), "words; for instance:", spelled[3:12])


# %%
def as_rows(texts, numbers, width):
    """Return the numbers of tokens, one row a text, filled up with EMPTY."""
    rows = np.zeros((len(texts), width), dtype="int32")
    for row, tokens in zip(rows, texts):
        row[: len(tokens)] = [numbers.get(token, EMPTY) for token in tokens]
    return rows


# %% [markdown]
# A date becomes a row of letters, its translation a row of words with a start and an
# end:


# %%
def prepared(pairs):
    """Return what is read and what is written, from the start to the stop token."""
    said = [["<start>", *pieces(text), "<stop>"] for text in pairs[:, 1]]
    return as_rows(pairs[:, 0], letters, WIDTH), as_rows(said, words, LONGEST)


# %% [markdown]
# How long the rows must be, the training pairs say. Compare the numbers of the first
# pair with its text; the zeros at the end are the filling.

# %%
WIDTH = max(map(len, dates.pairs_train[:, 0]))
LONGEST = max(len(pieces(text)) for text in dates.pairs_train[:, 1]) + 2
read, written = prepared(dates.pairs_train)
read_new, written_new = prepared(dates.pairs_test)
print(dates.pairs_train[0, 0], read[0], written[0])

# %% [markdown]
# These numbers are names, not quantities: word 40 is not twice word 20. So each number
# picks a row from a table of weights, its **embedding**, which is learned like any
# other. Picking a row is the same as multiplying a one-hot vector by the table, only
# cheaper.

# %%
table = keras.layers.Embedding(len(letters), 16)
looked_up = ops.convert_to_numpy(table(read[:5]))
one_hot = np.eye(len(letters), dtype="float32")[read[:5]]
assert np.allclose(looked_up, one_hot @ table.get_weights()[0], atol=1e-6)
print("five dates, their letters, 16 numbers each:", looked_up.shape)

# %% [markdown]
# The **encoder** is an LSTM that reads the letters. What it says on the way is thrown
# away; its last state is all that the **decoder**, a second LSTM, gets to know of the
# date. The decoder starts from that state and at each step is given the word before.
#
# While training, it is given the *right* word before, whatever it would have said
# itself: *teacher forcing* ([Williams and Zipser,
# 1989](https://doi.org/10.1162/neco.1989.1.2.270)). That way every position is a
# question of its own, and one pass over the pair asks them all. First the parts, each
# with a name, because we shall want their weights later:

# %%
UNITS = 192 if PROFILE == "full" else 128
keras.utils.set_random_seed(1)
asked, before = keras.Input((WIDTH,)), keras.Input((LONGEST - 1,))
letter_table = keras.layers.Embedding(len(letters), 16)
word_table = keras.layers.Embedding(len(words), 32)
encoder = keras.layers.LSTM(UNITS, return_state=True, unroll=True)
decoder = keras.layers.LSTM(UNITS, return_sequences=True, unroll=True)
to_words = keras.layers.Dense(len(words))

# %% [markdown]
# Now they are put together. The second line is the whole idea: the decoder's first
# state is the encoder's last, and there is no other way from the date to the words.

# %%
_, said, memory = encoder(letter_table(asked))
scores = to_words(decoder(word_table(before), initial_state=[said, memory]))
translator = keras.Model([asked, before], scores)
print(f"{translator.count_params():,} parameters")

# %% [markdown]
# It is trained like any classifier of words, with the row of words shifted by one: what
# is given is `written[:, :-1]`, what is asked for is `written[:, 1:]`. Filled-up places
# do not count (`ignore_class=EMPTY`). `unroll=True`, above, writes the loop out, which
# a CPU likes for short sequences.

# %%
TURNS = {"smoke": 1, "quick": 7, "full": 10}[PROFILE]
rate = keras.optimizers.schedules.CosineDecay(0.01, TURNS * -(-len(read) // 128))
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=EMPTY)
adam = keras.optimizers.Adam(rate, clipnorm=1.0)
translator.compile(adam, loss, run_eagerly=PROFILE == "smoke")
history = translator.fit(
    [read, written[:, :-1]], written[:, 1:], batch_size=128, epochs=TURNS, verbose=0
)

# %% [markdown]
# With a cross-entropy near 0, the next word is hardly ever in doubt, as long as all
# words before it are right.

# %%
plot.curves(
    {"training loss": history.history["loss"]},
    y_title="cross-entropy of the next word",
    title="The translator learns its words",
)

# %% [markdown]
# In use there is no teacher. The decoder must be given its *own* last word, from the
# start token on, until it says stop. To take the most probable word each time is called
# *greedy decoding*. And here our own cell goes to work: this translator runs on
# `lstm_step`, not on Keras's layers.


# %%
def greedy(read):
    """Return the numbers of the words written for each row of letters."""
    weights = [ops.convert_to_tensor(part) for part in decoder.get_weights()]
    states = [ops.zeros((len(read), UNITS))] * 2
    states = unroll(lstm_step, letter_table(read), encoder.get_weights(), states)
    last, answer = np.full(len(read), START), []
    for _ in range(LONGEST - 1):
        states = lstm_step(word_table(last), states, *weights)
        last = ops.convert_to_numpy(to_words(states[0])).argmax(axis=-1)
        answer.append(last)
    return np.stack(answer, axis=1)


# %% [markdown]
# It always writes to the end of the row, because many dates are written at once and
# some are done before others. What comes after a stop token is dropped:


# %%
def as_text(row):
    """Return the words up to the stop token."""
    row = [*row, STOP]
    row = row[: row.index(STOP)]
    return " ".join(spelled[number] for number in row).replace("- ", "-")


# %% [markdown]
# With our cells and with Keras's layers, the first word must be the same, for it hangs
# on no word before:

# %%
library = ops.convert_to_numpy(translator([read_new[:50], written_new[:50, :-1]]))
assert np.array_equal(greedy(read_new[:50])[:, 0], library[:, 0].argmax(axis=-1))

# %% [markdown]
# The measure is strict: an answer counts when *every* word is right, on dates that were
# never seen in training.

# %%
answers = [as_text(row) for row in greedy(read_new)]
right = np.mean([one == two for one, two in zip(answers, dates.pairs_test[:, 1])])
found("dates_exact", right, "{:.1%} of the unseen dates are written without a mistake.")
print(*zip(dates.pairs_test[:4, 0], answers), sep="\n")

# %% [markdown]
# Did it learn dates, or how dates are *said*? Ask for days that do not exist. There is
# no 30 February in our calendar, and none in the training data.

# %%
predict(
    "10.february",
    "What will it write for 2024-02-30, and for a hundred more days that do not exist?",
    [
        "mostly “thirtieth of February …”, as a person would read it",
        "mostly a date that exists",
        "mostly words without order",
    ],
)

# %%
missing = {
    "02-30": "thirtieth of February ",
    "02-31": "thirty-first of February ",
    "04-31": "thirty-first of April ",
    "06-31": "thirty-first of June ",
    "09-31": "thirty-first of September ",
    "11-31": "thirty-first of November ",
}

# %% [markdown]
# Ask for each of them in one year out of nine:

# %%
tag = "" if isinstance(LANGUAGES, str) else "en "
impossible = [f"{tag}{year}-{day}" for year in range(1905, 2100, 9) for day in missing]
replies = [as_text(row) for row in greedy(as_rows(impossible, letters, WIDTH))]
print(*zip(impossible[:6], replies), sep="\n")

# %% [markdown]
# An answer counts as literal when it begins with the day and the month that were asked
# for, whatever it makes of the year:

# %%
literal = [
    reply.startswith(missing[asked[-5:]]) for reply, asked in zip(replies, impossible)
]
found(
    "impossible_literal",
    np.mean(literal),
    "{:.0%} of the days that do not exist were read literally.",
    predicted="10.february",
)

# %% [markdown]
# So it has learned how dates are said: day and month are kept apart in the state, and
# even a pair that was never seen can be put into words.
#
# ### A rival without a loop
#
# Does it need a loop at all? These dates all have the same ten places. A dense network
# can be given all letters at once and asked for all words at once, each place a
# question of its own. It has an output for every word at every place, none of them
# knows what the others say, and its weights are about as many as the translator's.

# %%
WIDE = {"smoke": 1, "quick": 8, "full": 20}[PROFILE]
keras.utils.set_random_seed(1)
mlp = keras.Sequential([keras.Input((WIDTH,))])
mlp.add(keras.layers.Embedding(len(letters), 16))
mlp.add(keras.layers.Flatten())
mlp.add(keras.layers.Dense(192, activation="relu"))
mlp.add(keras.layers.Dense((LONGEST - 1) * len(words)))
mlp.add(keras.layers.Reshape((LONGEST - 1, len(words))))
print(f"{mlp.count_params():,} parameters")

# %%
predict(
    "10.dense",
    "The same pairs, about as many parameters, no loop. How many dates does the dense "
    "network write without a mistake?",
    ["hardly any", "about half", "nearly as many as the translator, or more"],
)

# %%
rate = keras.optimizers.schedules.CosineDecay(0.005, WIDE * -(-len(read) // 128))
mlp.compile(keras.optimizers.Adam(rate), loss)
mlp.fit(read, written[:, 1:], batch_size=128, epochs=WIDE, verbose=0)
flat = ops.convert_to_numpy(mlp(read_new)).argmax(axis=-1)
dense = [as_text(row) for row in flat]

# %% [markdown]
# Judged by the same strict measure, every word right:

# %%
dense_right = np.mean([one == two for one, two in zip(dense, dates.pairs_test[:, 1])])
found(
    "dense_exact",
    dense_right,
    "The dense network writes {:.1%} of the unseen dates without a mistake.",
    predicted="10.dense",
)

# %% [markdown]
# On dates of fixed form the loop was not needed, and the honest answer to "should I use
# a recurrent network" often begins like that. What the dense network cannot do is read
# an eleventh letter: it has no weights for one. The translator's cells have the same
# weights at every step. In the wild, where texts are of any length, that decides.
#
# Now ask for a day that means something to you. The translator has seen years from 1900
# to 2099, and will answer for any:

# %%
MY_DATES = ["1969-07-20", "1989-11-09", "2038-01-19"]
mine = [tag + date for date in MY_DATES]
for date, row in zip(MY_DATES, greedy(as_rows(mine, letters, WIDTH))):
    print(f"{date}  →  {as_text(row)}")

# %% [markdown]
# ## What we found
#
# - Three cells by hand agree with Keras, once the order of the gates and the GRU's
#   second row of biases are known.
# - At Keras's first weights and with small inputs it is the *simple* cell whose slopes
#   reach farthest. Large inputs take that lead away; the bias of the forget gate
#   decides for the LSTM; and training opens gates.
# - A recurrent forecaster beats what costs nothing. Against a tuned straight line, one
#   weather station leaves it a small lead, if any.
# - The largest gain in a market came from one index that was off.
# - Two LSTMs write dates in words, on our own cell. So does a dense network, as long as
#   every date has ten places.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "10.quiz.weights",
    "A SimpleRNN of 8 units reads 3 features over 7 steps and has 96 parameters. "
    "How many has it for 700 steps?",
    {
        "96": "The same weights at every step: 3 · 8 + 8 · 8 + 8.",
        "9,600": "A hundred times the steps, but not a hundred times the weights.",
        "it cannot read 700": "It can: the loop just goes round more often.",
    },
    right="96",
)

# %%
quiz(
    "10.quiz.factor",
    "A forget gate stands at 0.9 for all units. About what share of the memory is left "
    "after 50 steps?",
    {
        "45%": "That is 0.9 · 50. Each step multiplies by 0.9.",
        "half a per cent": "0.9 to the power of 50 is about 0.005.",
        "nine tenths": "That is after a single step.",
    },
    right="half a per cent",
)

# %%
quiz(
    "10.quiz.baseline",
    "A network forecasts tomorrow's price with a correlation of 0.99 to the true one. "
    "What do you ask first?",
    {
        "how many layers it has": "First whether there is anything to explain.",
        "what “as today” achieves": (
            "Prices hardly change from day to day: yesterday's correlates as well."
        ),
        "whether it overfits": "Perhaps, but the figure itself says nothing yet.",
    },
    right="what “as today” achieves",
)

# %%
quiz(
    "10.quiz.leak",
    "Which of these is a leak in a backtest of daily prices?",
    {
        "a signal from Monday's close, bought at Tuesday's close": (
            "Late, perhaps, but everything it uses was known."
        ),
        "a signal from Monday's close that earns Monday's return": (
            "Monday's return was over when the signal was known."
        ),
        "a rule with three settings, chosen on older years": (
            "Chosen on *older* years is how it should be."
        ),
    },
    right="a signal from Monday's close that earns Monday's return",
)

# %%
quiz(
    "10.quiz.teacher",
    "With teacher forcing the decoder's loss is excellent, and its translations are "
    "poor after the first wrong word. Why?",
    {
        "the encoder is too small": "Then the first words would be wrong as often.",
        "it never saw its own mistakes in training": (
            "It was always given the right word before. After a wrong one it is in a "
            "place that it does not know."
        ),
        "greedy decoding is random": "It always takes the most probable word.",
    },
    right="it never saw its own mistakes in training",
)

# %% [markdown] tags=["sourced"]
# ## What this page leaves out
#
# **The real translator.** Google's of 2016 had [eight layers on each
# side](https://arxiv.org/abs/1609.08144), the first reading in both directions,
# shortcuts between layers, pieces of words as tokens, and decoding that follows several
# beginnings at once. Above all, its decoder could look back at *every* step of the
# encoder, by attention, which is lesson 11. Ours squeezes everything through one state,
# as [the first of its kind](https://arxiv.org/abs/1409.3215) did; for ten letters that
# is enough. Since 2020, by [Google's own
# account](https://research.google/blog/recent-advances-in-google-translate/), a
# Transformer encodes (lesson 12) and a recurrent decoder writes, because that was
# faster.
#
# **Our task was easy.** A date has one right translation and a grammar of a few dozen
# words. A sentence has many, which is why translators are judged by people and by
# scores of overlap, not by exact agreement.
#
# **Slopes are half the story.** A slope that arrives says that a cell *could* learn
# from afar, not that it will. All our slopes were measured in one width, on two kinds
# of input, and at Keras's first weights; other libraries start elsewhere.
#
# **Is this still used?** For long texts hardly: a loop must go step by step, and cannot
# be spread over a graphics card as attention can. Where data come one by one and memory
# is short, as in a microphone, loops live on, and [newer
# ones](https://arxiv.org/abs/2312.00752) are built so that training can be spread as
# well.
#
# In the lab you write the step, the windows, the rivals, the backtest and the decoding
# yourself, and a translator of numbers runs on them.
