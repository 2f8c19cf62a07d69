# %% [markdown]
# **Can you write the parts of a translator, and catch the mistakes that make a
# forecaster look better than it is?**
#
# In lesson 10 you saw cells, windows, baselines and a backtest. Here you write them: a
# step of the LSTM, windows without a leak, the two forecasts that any network must
# beat, a clipped gradient, a backtest that pays its costs, and the decoding of a
# translator. At the end a translator of numbers runs on your step and your decoding.
#
# **What comes of it:** a translator on a loop that you have written yourself, from its
# gates to its last word, and an honest judge of forecasts. The first shows that there
# is no more in a recurrent network than you have seen. The second you will want
# wherever somebody shows you a forecast: a leak raises no error, and the way to know
# one when you meet it is to have written the program without it.
#
# Each check runs your function on inputs that are drawn at that moment, so that no
# answer can fit by luck. When you are stuck, `hint("10.lstm_step")` opens one step at a
# time, and `solution("10.lstm_step")` shows the whole answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(10)
rng = np.random.default_rng(10)

# %% [markdown]
# ## 1 · A step of the LSTM
#
# Write one step as Keras computes it. With `total` for the product of `x` and `kernel`,
# plus that of `said` and `recurrent_kernel`, plus `bias`: its four quarters belong, in
# this order, to the input gate, the forget gate, the candidate and the output gate.
#
# | argument | shape |
# |---|---|
# | `x` | (sequences, features) |
# | `said`, `memory` | (sequences, units) each |
# | `kernel` | (features, 4 · units) |
# | `recurrent_kernel` | (units, 4 · units) |
# | `bias` | (4 · units,) |
#
# Gates have a sigmoid, the candidate a tanh. The new memory is the forget gate times
# the old one, plus the input gate times the candidate. What the cell says is the output
# gate times the tanh of the new memory. Return both: what it says, and the memory.

# %% tags=["definition"] exercise="10.lstm_step"
"""One step of an LSTM."""
import numpy as np

POINTS = 3
HINTS = [
    "Work out `total` first; it has the shape (sequences, 4 · units). `np.split(total, 4, axis=1)` gives its quarters.",
    "A sigmoid is `1 / (1 + np.exp(-value))`. Gates of the input, of forgetting and of the output get one each.",
    "`new_memory = forget * memory + enter * np.tanh(candidate)`; return `show * np.tanh(new_memory)` and it.",
]
MISTAKES = {
    "gates_swapped": "The input gate and the forget gate have changed places. Keras's order is input, forget, "
    "candidate, output.",
    "order": "The candidate and the output gate have changed places. Keras's order is input, forget, candidate, "
    "output.",
    "no_bias": "The bias is missing. In it stands the 1 with which the forget gate starts: without it the cell forgets "
    "half at each step.",
    "no_tanh_out": "The memory goes out as it is. It passes a tanh before the output gate.",
    "old_memory": "What the cell says comes from the old memory. Work out the new one first.",
    "candidate_sigmoid": "The candidate has a sigmoid, so that the memory can only grow. It has a tanh.",
    "no_recurrence": "What the cell said before is not used: the loop is cut.",
    "exchanged": "Both parts are right and in the wrong order: first what it says, then the memory.",
}


def cases(rng):
    for count, features, units in [(1, 2, 1), (3, 2, 4), (2, 5, 3)]:
        yield {
            "x": rng.normal(size=(count, features)).round(2),
            "said": rng.uniform(-0.9, 0.9, size=(count, units)).round(2),
            "memory": rng.normal(0, 2, size=(count, units)).round(2),
            "kernel": rng.normal(size=(features, 4 * units)).round(2),
            "recurrent_kernel": rng.normal(size=(units, 4 * units)).round(2),
            "bias": rng.uniform(0.5, 1.5, size=4 * units).round(2),
        }


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def stepped(x, said, memory, kernel, recurrent_kernel, bias, *, order=(0, 1, 2, 3), out=np.tanh, old=False,
            candidate=np.tanh, recurrence=1.0):
    total = x @ kernel + recurrence * (said @ recurrent_kernel) + bias
    quarters = np.split(total, 4, axis=1)
    enter, keep, new, show = (quarters[place] for place in order)
    after = sigmoid(keep) * memory + sigmoid(enter) * candidate(new)
    return sigmoid(show) * out(memory if old else after), after


def reference(**inputs):
    return stepped(**inputs)


def diagnose(inputs, output):
    wrong = {
        "gates_swapped": {"order": (1, 0, 2, 3)}, "order": {"order": (0, 1, 3, 2)}, "old_memory": {"old": True},
        "no_tanh_out": {"out": lambda memory: memory}, "candidate_sigmoid": {"candidate": sigmoid},
        "no_recurrence": {"recurrence": 0.0},
    }
    tried = {name: stepped(**inputs, **options) for name, options in wrong.items()}
    tried["no_bias"] = stepped(**{**inputs, "bias": 0.0})
    tried["exchanged"] = stepped(**inputs)[::-1]
    if len(output) != 2:
        return None
    for mistake, parts in tried.items():
        if all(np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(output, parts)):
            return mistake
    return None


# %% tags=["exercise"] exercise="10.lstm_step"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    """Return what the cell says and its memory after one step."""
    ### BEGIN SOLUTION
    def sigmoid(values):
        return 1 / (1 + np.exp(-values))

    total = x @ kernel + said @ recurrent_kernel + bias
    enter, keep, new, show = np.split(total, 4, axis=1)
    memory = sigmoid(keep) * memory + sigmoid(enter) * np.tanh(new)
    return sigmoid(show) * np.tanh(memory), memory
    ### END SOLUTION


# %%
lstm_works = check("10.lstm_step", lstm_step)


# %% tags=["mutant"] exercise="10.lstm_step" misconception="gates_swapped"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    total = x @ kernel + said @ recurrent_kernel + bias
    keep, enter, new, show = np.split(total, 4, axis=1)
    gate = [1 / (1 + np.exp(-part)) for part in (keep, enter, show)]
    memory = gate[0] * memory + gate[1] * np.tanh(new)
    return gate[2] * np.tanh(memory), memory


# %% tags=["mutant"] exercise="10.lstm_step" misconception="order"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    total = x @ kernel + said @ recurrent_kernel + bias
    enter, keep, show, new = np.split(total, 4, axis=1)
    gate = [1 / (1 + np.exp(-part)) for part in (keep, enter, show)]
    memory = gate[0] * memory + gate[1] * np.tanh(new)
    return gate[2] * np.tanh(memory), memory


# %% tags=["mutant"] exercise="10.lstm_step" misconception="no_bias"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    total = x @ kernel + said @ recurrent_kernel
    enter, keep, new, show = np.split(total, 4, axis=1)
    gate = [1 / (1 + np.exp(-part)) for part in (keep, enter, show)]
    memory = gate[0] * memory + gate[1] * np.tanh(new)
    return gate[2] * np.tanh(memory), memory


# %% tags=["mutant"] exercise="10.lstm_step" misconception="no_tanh_out"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    total = x @ kernel + said @ recurrent_kernel + bias
    enter, keep, new, show = np.split(total, 4, axis=1)
    gate = [1 / (1 + np.exp(-part)) for part in (keep, enter, show)]
    memory = gate[0] * memory + gate[1] * np.tanh(new)
    return gate[2] * memory, memory


# %% tags=["mutant"] exercise="10.lstm_step" misconception="old_memory"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    total = x @ kernel + said @ recurrent_kernel + bias
    enter, keep, new, show = np.split(total, 4, axis=1)
    gate = [1 / (1 + np.exp(-part)) for part in (keep, enter, show)]
    says = gate[2] * np.tanh(memory)
    return says, gate[0] * memory + gate[1] * np.tanh(new)


# %% tags=["mutant"] exercise="10.lstm_step" misconception="candidate_sigmoid"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    total = x @ kernel + said @ recurrent_kernel + bias
    enter, keep, new, show = np.split(total, 4, axis=1)
    gate = [1 / (1 + np.exp(-part)) for part in (keep, enter, show)]
    memory = gate[0] * memory + gate[1] * (1 / (1 + np.exp(-new)))
    return gate[2] * np.tanh(memory), memory


# %% tags=["mutant"] exercise="10.lstm_step" misconception="no_recurrence"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    total = x @ kernel + bias
    enter, keep, new, show = np.split(total, 4, axis=1)
    gate = [1 / (1 + np.exp(-part)) for part in (keep, enter, show)]
    memory = gate[0] * memory + gate[1] * np.tanh(new)
    return gate[2] * np.tanh(memory), memory


# %% tags=["mutant"] exercise="10.lstm_step" misconception="exchanged"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    total = x @ kernel + said @ recurrent_kernel + bias
    enter, keep, new, show = np.split(total, 4, axis=1)
    gate = [1 / (1 + np.exp(-part)) for part in (keep, enter, show)]
    memory = gate[0] * memory + gate[1] * np.tanh(new)
    return memory, gate[2] * np.tanh(memory)


# %% tags=["variant"] exercise="10.lstm_step"
def lstm_step(x, said, memory, kernel, recurrent_kernel, bias):
    units = memory.shape[1]
    both = np.concatenate([x, said], axis=1) @ np.concatenate([kernel, recurrent_kernel]) + bias
    opened = 0.5 * (1 + np.tanh(both / 2))
    candidate = np.tanh(both[:, 2 * units : 3 * units])
    new = opened[:, :units] * candidate
    new += opened[:, units : 2 * units] * memory
    return np.tanh(new) * opened[:, 3 * units :], new


# %% [markdown]
# Put it to work at once: a memory that lasts needs an open forget gate. Your cell, with
# the forget bias that Keras gives it and with two larger ones, is shown a single 1 and
# then zeros. Does the memory fade, last or grow? (It can grow, because what the cell
# says comes back through the recurrent kernel.)

# %%
if lstm_works:
    units, kept = 16, {}
    for bias_of_forget in (1.0, 2.0, 5.0):
        cell = keras.layers.LSTM(units)
        cell.build((None, None, 1))
        kernel, recurrent_kernel, bias = cell.get_weights()
        bias[units : 2 * units] = bias_of_forget
        said = memory = np.zeros((1, units))
        sizes = []
        for step in range(40):
            x = np.full((1, 1), float(step == 0))
            said, memory = lstm_step(x, said, memory, kernel, recurrent_kernel, bias)
            sizes.append(np.linalg.norm(memory))
        kept[f"forget bias {bias_of_forget:g}"] = sizes

# %% [markdown]
# On a logarithmic axis, a memory that loses the same share at each step is a straight
# line. Which of the three is nearly level?

# %%
plot.curves(
    kept,
    x=np.arange(40),
    x_title="steps after the 1",
    y_title="size of the memory",
    title="What becomes of one input in your cell",
).update_yaxes(type="log", exponentformat="power") if lstm_works else None

# %% [markdown]
# ## 2 · Windows without a leak
#
# Cut a series into windows of `past` values and the value that stands `ahead` steps
# *after the last of them*. With `ahead=1` that is the next value. Return both: the
# windows, shape (n, `past`), oldest value first, and the targets, shape (n,). Use every
# window whose target is still in the series.

# %% tags=["definition"] exercise="10.windows"
"""Windows of a series and what follows them."""
import numpy as np

POINTS = 2
HINTS = [
    "The window that begins at place `start` ends with `series[start + past - 1]`. Where is its target?",
    "The target of that window is `series[start + past - 1 + ahead]`. The last start is the one whose target is the "
    "last value.",
    "There are `len(series) - past - ahead + 1` windows; `np.stack([series[s : s + past] for s in starts])`.",
]
MISTAKES = {
    "leak": "Your target is the last value of its own window: the network is shown what it should foretell, and its "
    "error will look wonderful.",
    "one_too_far": "Your target stands one step too far: with ahead=1 it is the value right after the window.",
    "last_lost": "The last window is missing. Its target is the last value of the series.",
    "newest_first": "Your windows run backward. The oldest value comes first.",
    "ahead_ignored": "Your targets follow their windows at once, whatever `ahead` is.",
    "side_by_side": "Your windows lie side by side. Each begins one step after the one before.",
}


def cases(rng):
    for length, past, ahead in [(8, 3, 1), (12, 4, 2), (11, 2, 3)]:
        yield {"series": rng.permutation(np.arange(10.0, 10.0 + 2 * length, 2)), "past": past, "ahead": ahead}


def cut(series, past, ahead, *, shift=0, drop=0, every=1):
    starts = np.arange(0, len(series) - past - ahead + 1 - max(shift, 0) - drop, every)
    x = np.array([series[start : start + past] for start in starts]).reshape(-1, past)
    return x, np.array([series[start + past - 1 + ahead + shift] for start in starts])


def reference(series, past, ahead):
    return cut(series, past, ahead)


def diagnose(inputs, output):
    series, past, ahead = inputs.values()
    if len(output) != 2:
        return None
    right = cut(series, past, ahead)
    every = np.array([series[start : start + past] for start in range(len(series) - past + 1)])
    wrong = {
        "last_lost": [cut(series, past, ahead, drop=1)], "newest_first": [(right[0][:, ::-1], right[1])],
        "one_too_far": [cut(series, past, ahead, shift=1)], "leak": [(every, every[:, -1])],
        "side_by_side": [cut(series, past, ahead, every=past)], "ahead_ignored": [],
    }
    if ahead > 1:
        wrong["ahead_ignored"] = [cut(series, past, 1), (right[0], cut(series, past, 1)[1][: len(right[1])])]
    wrong["leak"] += [(right[0], right[0][:, -1]), (every[:-1], every[:-1, -1])]
    if ahead == 1:
        wrong["leak"].append(cut(series, past, ahead, shift=-1))
    for mistake, choices in wrong.items():
        for parts in choices:
            if all(np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(output, parts)):
                return mistake
    return None


# %% tags=["exercise"] exercise="10.windows"
def windows(series, past, ahead):
    """Return windows, shape (n, past), and targets, shape (n,)."""
    ### BEGIN SOLUTION
    starts = range(len(series) - past - ahead + 1)
    x = np.stack([series[start : start + past] for start in starts])
    y = np.array([series[start + past - 1 + ahead] for start in starts])
    return x, y
    ### END SOLUTION


# %%
windows_work = check("10.windows", windows)


# %% tags=["mutant"] exercise="10.windows" misconception="leak"
def windows(series, past, ahead):
    starts = range(len(series) - past + 1)
    x = np.stack([series[start : start + past] for start in starts])
    return x, series[past - 1 :]


# %% tags=["mutant"] exercise="10.windows" misconception="one_too_far"
def windows(series, past, ahead):
    starts = range(len(series) - past - ahead)
    x = np.stack([series[start : start + past] for start in starts])
    return x, np.array([series[start + past + ahead] for start in starts])


# %% tags=["mutant"] exercise="10.windows" misconception="last_lost"
def windows(series, past, ahead):
    starts = range(len(series) - past - ahead)
    x = np.stack([series[start : start + past] for start in starts])
    return x, np.array([series[start + past - 1 + ahead] for start in starts])


# %% tags=["mutant"] exercise="10.windows" misconception="ahead_ignored"
def windows(series, past, ahead):
    starts = range(len(series) - past)
    x = np.stack([series[start : start + past] for start in starts])
    return x, series[past:]


# %% tags=["mutant"] exercise="10.windows" misconception="newest_first"
def windows(series, past, ahead):
    starts = range(len(series) - past - ahead + 1)
    x = np.stack([series[start : start + past][::-1] for start in starts])
    return x, np.array([series[start + past - 1 + ahead] for start in starts])


# %% tags=["mutant"] exercise="10.windows" misconception="side_by_side"
def windows(series, past, ahead):
    starts = range(0, len(series) - past - ahead + 1, past)
    x = np.stack([series[start : start + past] for start in starts])
    return x, np.array([series[start + past - 1 + ahead] for start in starts])


# %% tags=["variant"] exercise="10.windows"
def windows(series, past, ahead):
    targets = series[past - 1 + ahead :]
    everything = np.lib.stride_tricks.sliding_window_view(series, past)
    return everything[: len(targets)].copy(), targets


# %% [markdown]
# ## 3 · Two forecasts that cost nothing
#
# Before any network, its rivals. For a series with a rhythm of `season` steps, forecast
# every value from place `season` on, in two ways: *naive*, the value just before, and
# *seasonal*, the value one season before. Return both, each of shape
# (`len(series) - season`,).

# %% tags=["definition"] exercise="10.baselines"
"""The naive and the seasonal forecast."""
import numpy as np

POINTS = 1
HINTS = [
    "Both are the series itself, shifted: no loop is needed.",
    "What is forecast are the values `series[season:]`. The naive forecast of the first of them is "
    "`series[season - 1]`.",
    "`return series[season - 1 : -1], series[:-season]`.",
]
MISTAKES = {
    "foresees": "Your naive forecast is the value itself: it knows what it should foretell.",
    "too_long": "One of your forecasts reaches beyond the end of the series, or begins before place `season`.",
    "season_off": "Your seasonal forecast is off by a step: it is the value exactly `season` steps before.",
    "exchanged": "The two forecasts have changed places: first the naive one, then the seasonal one.",
    "season_mean": "Your seasonal forecast is a mean over the season. The value of one season ago is asked for.",
}


def cases(rng):
    for length, season in [(9, 3), (14, 4), (13, 2)]:
        yield {"series": rng.permutation(np.arange(10.0, 10.0 + 3 * length, 3)), "season": season}


def reference(series, season):
    return series[season - 1 : -1], series[:-season]


def diagnose(inputs, output):
    series, season = inputs.values()
    naive, seasonal = series[season - 1 : -1], series[:-season]
    means = np.array([series[place - season : place].mean() for place in range(season, len(series))])
    if len(output) != 2:
        return None

    def same(one, two):
        return np.shape(one) == np.shape(two) and np.allclose(one, two)

    given, wanted = len(np.atleast_1d(output[0])), len(naive)
    if same(output[0], seasonal) and same(output[1], naive):
        return "exchanged"
    if same(output[0], series[season:]):
        return "foresees"
    if same(output[0], naive) and same(output[1], means):
        return "season_mean"
    if same(output[0], naive) and np.shape(output[1]) == np.shape(naive):
        return "season_off" if any(same(output[1], series[k : k + wanted]) for k in range(season + 1)) else None
    return "too_long" if given != wanted or len(np.atleast_1d(output[1])) != wanted else None


# %% tags=["exercise"] exercise="10.baselines"
def baselines(series, season):
    """Return the naive and the seasonal forecast of series[season:]."""
    ### BEGIN SOLUTION
    return series[season - 1 : -1], series[:-season]
    ### END SOLUTION


# %%
baselines_work = check("10.baselines", baselines)


# %% tags=["mutant"] exercise="10.baselines" misconception="foresees"
def baselines(series, season):
    return series[season:], series[:-season]


# %% tags=["mutant"] exercise="10.baselines" misconception="season_off"
def baselines(series, season):
    naive = series[season - 1 : -1]
    return naive, series[1 : 1 + len(naive)]


# %% tags=["mutant"] exercise="10.baselines" misconception="too_long"
def baselines(series, season):
    return series[:-1], series[:-season]


# %% tags=["mutant"] exercise="10.baselines" misconception="season_mean"
def baselines(series, season):
    means = [series[place - season : place].mean() for place in range(season, len(series))]
    return series[season - 1 : -1], np.array(means)


# %% tags=["mutant"] exercise="10.baselines" misconception="exchanged"
def baselines(series, season):
    return series[:-season], series[season - 1 : -1]


# %% tags=["variant"] exercise="10.baselines"
def baselines(series, season):
    naive, seasonal = [], []
    for place in range(season, len(series)):
        naive.append(series[place - 1])
        seasonal.append(series[place - season])
    return np.array(naive), np.array(seasonal)


# %% [markdown]
# Try them on the sea off Peru, month by month, with its rhythm of twelve. Guess first:
# does this month say more about the next one, or does the same month of last year?

# %%
el_nino = data.load("el_nino")
sea = el_nino.table["temperature"].to_numpy()
el_nino

# %% [markdown]
# The mean of all misses, in degrees:

# %%
if baselines_work:
    naive, seasonal = baselines(sea, 12)
    free = {"naive": naive, "seasonal": seasonal}
    free = {name: np.abs(guess - sea[12:]).mean() for name, guess in free.items()}
    found("sea_naive", free["naive"], "As last month: {:.2f} °C of error on average.")
    found("sea_seasonal", free["seasonal"], "As a year ago: {:.2f} °C.")

# %% [markdown]
# ## 4 · Clip a gradient
#
# Where slopes explode, one step can throw all weights away. The cure is old and simple
# ([Pascanu and others, 2013](https://arxiv.org/abs/1211.5063)): when the gradient is
# longer than `limit`, shorten it to `limit`, and keep its direction. `gradients` is a
# list of arrays, one for each weight matrix; its length is that of *all their numbers
# together*. Return a list of arrays.

# %% tags=["definition"] exercise="10.clip"
"""A gradient clipped by its length."""
import numpy as np

POINTS = 2
HINTS = [
    "One length for all arrays: the root of the sum of all squares.",
    "`length = np.sqrt(sum(np.sum(g**2) for g in gradients))`. If it is at most `limit`, nothing changes.",
    "All arrays are multiplied by the same factor, `min(1, limit / length)`; mind a length of zero.",
]
MISTAKES = {
    "each_by_itself": "You clipped each array by its own length. Then the direction of the whole changes.",
    "each_number": "You clipped every number by itself. That is another method (`clipvalue`); it turns the gradient.",
    "always": "Short gradients grew to the limit. They stay as they are.",
    "not_rooted": "The length is the *root* of the sum of squares.",
    "summed": "The lengths of the arrays were added. It is their squares that add up.",
    "zero_divides": "A gradient of zeros made you divide by nothing. It is shorter than any limit: leave it.",
}


def cases(rng):
    for shapes, limit, size in [
        ([(3,), (2, 2)], 1.0, 2.0), ([(2, 3), (3,), (3, 1)], 2.0, 5.0), ([(2,), (2,)], 5.0, 0.3),
        ([(2,), (3,)], 1.0, 0.0), ([(4,), (2, 2)], 3.0, 4.0),
    ]:
        yield {"gradients": [(size * rng.normal(size=shape)).round(2) for shape in shapes], "limit": limit}


def shortened(gradients, limit, length):
    return [g * (limit / length if length > limit else 1.0) for g in gradients]


def reference(gradients, limit):
    return shortened(gradients, limit, np.sqrt(sum(np.sum(g**2) for g in gradients)))


def diagnose(inputs, output):
    gradients, limit = inputs.values()
    squares = sum(np.sum(g**2) for g in gradients)
    if len(output) != len(gradients):
        return None
    if not squares:
        return "zero_divides" if any(np.isnan(part).any() for part in output) else None
    length = np.sqrt(squares)
    wrong = {
        "always": [g * limit / length for g in gradients],
        "each_by_itself": [shortened([g], limit, np.linalg.norm(g))[0] for g in gradients],
        "each_number": [np.clip(g, -limit, limit) for g in gradients],
        "not_rooted": shortened(gradients, limit, squares),
        "summed": shortened(gradients, limit, sum(np.linalg.norm(g) for g in gradients)),
    }
    for mistake, parts in wrong.items():
        if all(np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(output, parts)):
            return mistake
    return None


# %% tags=["exercise"] exercise="10.clip"
def clip(gradients, limit):
    """Return the gradients, shortened to a common length of at most `limit`."""
    ### BEGIN SOLUTION
    length = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients))
    factor = limit / length if length > limit else 1.0
    return [gradient * factor for gradient in gradients]
    ### END SOLUTION


# %%
clip_works = check("10.clip", clip)


# %% tags=["mutant"] exercise="10.clip" misconception="each_by_itself"
def clip(gradients, limit):
    return [g * min(1.0, limit / max(np.linalg.norm(g), 1e-12)) for g in gradients]


# %% tags=["mutant"] exercise="10.clip" misconception="each_number"
def clip(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


# %% tags=["mutant"] exercise="10.clip" misconception="always"
def clip(gradients, limit):
    length = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * limit / max(length, 1e-12) for g in gradients]


# %% tags=["mutant"] exercise="10.clip" misconception="not_rooted"
def clip(gradients, limit):
    length = sum(np.sum(g**2) for g in gradients)
    return [g * (limit / length if length > limit else 1.0) for g in gradients]


# %% tags=["mutant"] exercise="10.clip" misconception="zero_divides"
def clip(gradients, limit):
    length = np.sqrt(sum(np.sum(g**2) for g in gradients))
    with np.errstate(all="ignore"):
        return [g * np.minimum(1.0, np.float64(limit) / length * np.ones_like(g)) if length else g / length
                for g in gradients]


# %% tags=["mutant"] exercise="10.clip" misconception="summed"
def clip(gradients, limit):
    length = sum(np.linalg.norm(g) for g in gradients)
    return [g * (limit / length if length > limit else 1.0) for g in gradients]


# %% tags=["variant"] exercise="10.clip"
def clip(gradients, limit):
    flat = np.concatenate([g.ravel() for g in gradients])
    length = np.linalg.norm(flat)
    if length <= limit:
        return [g.copy() for g in gradients]
    return [limit * g / length for g in gradients]


# %% [markdown]
# ## 5 · A backtest that pays
#
# Play a rule through the past of one share. `signal[d]` is what the rule says on the
# *evening* of day `d`, when that day's closing price is known: a position from -1 to 1.
# `returns[d]` is the gain from the evening of day `d - 1` to the evening of day `d`.
#
# So which position is held during day `d`? Before the first evening it is 0. Every
# change of the position costs `cost` times its size, on the day that it is first held.
# Return each day's gain, shape (days,): position times return, less costs.

# %% tags=["definition"] exercise="10.backtest"
"""A backtest without a leak, with costs."""
import numpy as np

POINTS = 3
HINTS = [
    "On the evening of day d the return of day d is over. What the rule says then can be held on day d + 1 at the "
    "earliest.",
    "`held = np.concatenate([[0.0], signal[:-1]])`: one day later, and nothing on the first day.",
    "`traded = np.abs(np.diff(held, prepend=0.0))`, and `return held * returns - cost * traded`.",
]
MISTAKES = {
    "same_day": "The signal of an evening earns the return of the same day, which is over by then. This is the leak "
    "that makes backtests shine: hold it from the next day on.",
    "no_costs": "Nothing was paid for trading.",
    "costs_held": "Costs are paid for every day on which something is held. They are due for *changes* only.",
    "costs_added": "Costs were added to the gain.",
    "only_buying": "Costs are due for selling too: take the size of each change.",
    "costs_early": "Costs are paid a day before the position is held.",
    "two_days": "The signal is held two days later. The next day is early enough.",
    "compounded": "You returned what has been gained so far. Each day's own gain is asked for.",
}


def cases(rng):
    for days, cost in [(8, 0.01), (12, 0.002), (10, 0.005)]:
        yield {
            "signal": rng.choice([-1.0, 0.0, 0.5, 1.0], size=days), "returns": rng.normal(0, 0.02, size=days).round(4),
            "cost": cost,
        }


def played(signal, returns, cost, *, late=1, size=np.abs, sign=1, by="change", early=False):
    held = np.concatenate([np.zeros(late), signal])[: len(signal)]
    changes = np.diff(signal if early else held, prepend=0.0) if by == "change" else held
    return held * returns - sign * cost * size(changes)


def reference(signal, returns, cost):
    return played(signal, returns, cost)


def diagnose(inputs, output):
    wrong = {
        "no_costs": [{"sign": 0}], "costs_added": [{"sign": -1}], "costs_held": [{"by": "held"}],
        "only_buying": [{"size": lambda change: np.maximum(change, 0)}, {"size": lambda change: change}],
        "two_days": [{"late": 2}], "same_day": [{"late": 0}, {"late": 0, "sign": 0}], "costs_early": [{"early": True}],
    }
    output = np.asarray(output)
    for mistake, choices in wrong.items():
        for options in choices:
            if output.shape == inputs["signal"].shape and np.allclose(output, played(**inputs, **options)):
                return mistake
    gains = played(**inputs)
    sums = np.cumsum(gains), np.cumprod(1 + gains), np.cumprod(1 + gains) - 1
    return "compounded" if any(output.shape == s.shape and np.allclose(output, s) for s in sums) else None


# %% tags=["exercise"] exercise="10.backtest"
def backtest(signal, returns, cost):
    """Return each day's gain of a rule, less costs, shape (days,)."""
    ### BEGIN SOLUTION
    held = np.concatenate([[0.0], signal[:-1]])
    traded = np.abs(np.diff(held, prepend=0.0))
    return held * returns - cost * traded
    ### END SOLUTION


# %%
backtest_works = check("10.backtest", backtest)


# %% tags=["mutant"] exercise="10.backtest" misconception="same_day"
def backtest(signal, returns, cost):
    return signal * returns - cost * np.abs(np.diff(signal, prepend=0.0))


# %% tags=["mutant"] exercise="10.backtest" misconception="no_costs"
def backtest(signal, returns, cost):
    return np.concatenate([[0.0], signal[:-1]]) * returns


# %% tags=["mutant"] exercise="10.backtest" misconception="costs_held"
def backtest(signal, returns, cost):
    held = np.concatenate([[0.0], signal[:-1]])
    return held * returns - cost * np.abs(held)


# %% tags=["mutant"] exercise="10.backtest" misconception="only_buying"
def backtest(signal, returns, cost):
    held = np.concatenate([[0.0], signal[:-1]])
    return held * returns - cost * np.diff(held, prepend=0.0)


# %% tags=["mutant"] exercise="10.backtest" misconception="costs_early"
def backtest(signal, returns, cost):
    held = np.concatenate([[0.0], signal[:-1]])
    return held * returns - cost * np.abs(np.diff(signal, prepend=0.0))


# %% tags=["mutant"] exercise="10.backtest" misconception="costs_added"
def backtest(signal, returns, cost):
    held = np.concatenate([[0.0], signal[:-1]])
    return held * returns + cost * np.abs(np.diff(held, prepend=0.0))


# %% tags=["mutant"] exercise="10.backtest" misconception="two_days"
def backtest(signal, returns, cost):
    held = np.concatenate([[0.0, 0.0], signal[:-2]])
    return held * returns - cost * np.abs(np.diff(held, prepend=0.0))


# %% tags=["mutant"] exercise="10.backtest" misconception="compounded"
def backtest(signal, returns, cost):
    held = np.concatenate([[0.0], signal[:-1]])
    return np.cumprod(1 + held * returns - cost * np.abs(np.diff(held, prepend=0.0)))


# %% tags=["variant"] exercise="10.backtest"
def backtest(signal, returns, cost):
    gains, position = [], 0.0
    for day in range(len(returns)):
        wanted = signal[day - 1] if day else 0.0
        gains.append(wanted * returns[day] - cost * abs(wanted - position))
        position = wanted
    return np.array(gains)


# %% [markdown]
# Your backtest on the drawn market, with a rule that many swear by: hold a share while
# it stands above its mean of 20 days. Beside it the same rule with the leak.

# %%
if backtest_works:
    price = data.load("market").table["A"].to_numpy()
    mean = np.lib.stride_tricks.sliding_window_view(price, 20).mean(axis=-1)
    signal = (price[19:] > mean).astype(float)
    returns = np.insert(price[20:] / price[19:-1] - 1, 0, 0.0)
    honest = backtest(signal, returns, 0.001)
    leaking = backtest(np.append(signal[1:], 0.0), returns, 0.001)

# %% [markdown]
# Three curves begin at 1. The axis is logarithmic, or the leak would press the other
# two flat.

# %%
plot.curves(
    {
        "the rule": np.cumprod(1 + honest),
        "the rule, a day too early": np.cumprod(1 + leaking),
        "hold": np.cumprod(1 + returns),
    },
    x=np.arange(len(returns)) / 252,
    x_title="years of 252 trading days",
    y_title="what 1 became",
    title="The same rule, and the leak",
).update_yaxes(type="log", exponentformat="power") if backtest_works else None

# %% [markdown]
# ## 6 · Greedy decoding
#
# Let a decoder write. `step(token, state)` gives the scores of all tokens, and the
# state after it. Begin with the token `start`; take the token with the highest score;
# give it back to the decoder, with the state that came; and so on until the best token
# is `stop`, or `longest` tokens are written. Return the written tokens as a list of
# whole numbers, without `start` and without `stop`.

# %% tags=["definition"] exercise="10.greedy"
"""Greedy decoding with a stop token."""
import numpy as np

POINTS = 3
HINTS = [
    "A loop of at most `longest` turns: `scores, state = step(token, state)`, then `token = int(np.argmax(scores))`.",
    "If the token is `stop`, leave the loop before you write it down.",
    "Both `token` and `state` must be the new ones in the next turn.",
]
MISTAKES = {
    "stop_written": "The stop token was written down as well. It only ends the answer.",
    "start_written": "The start token was written down as well.",
    "never_stops": "You went on after the stop token.",
    "state_lost": "Every step began with the first state again, so the decoder never knows how far it is.",
    "not_fed": "The decoder was given the start token every time. Give it its own last word.",
    "one_too_many": "You wrote one token more than `longest` allows.",
    "least": "You took the token with the lowest score.",
}


class Decoder:
    """A decoder that follows a drawn table: what comes next depends on the token and on how often it was asked."""

    def __init__(self, table):
        self.table = table

    def __call__(self, token, state):
        return self.table[int(state[0]) % len(self.table), int(token)], np.array([state[0] + 1.0])

    def __repr__(self):
        return "a decoder"


def cases(rng):
    for tokens, until, longest in [(6, 4, 9), (7, 3, 8), (8, None, 5), (9, 6, 10)]:
        table = rng.uniform(0, 1, size=(12, tokens, tokens))
        table[:, :, 1] = -1.0  # never stops by itself
        table[:, :, 0] = -0.5
        if until is not None:
            table[until, :, 1] = 2.0
        yield {"step": Decoder(table), "state": np.array([0.0]), "start": 0, "stop": 1, "longest": longest}


def decoded(step, state, start, stop, longest, *, feed=True, carry=True, keep=False, on=False, best=np.argmax):
    token, written, first = start, [], state
    for _ in range(longest):
        scores, after = step(token if feed else start, state)
        state = after if carry else first
        token = int(best(scores))
        if token == stop and not on:
            return written + [stop] * keep
        written.append(token)
    return written


def reference(**inputs):
    return decoded(**inputs)


def diagnose(inputs, output):
    wrong = {
        "stop_written": {"keep": True}, "never_stops": {"on": True}, "not_fed": {"feed": False},
        "state_lost": {"carry": False}, "least": {"best": np.argmin},
    }
    given = [int(token) for token in np.ravel(output)]
    tried = {name: decoded(**inputs, **options) for name, options in wrong.items()}
    tried["start_written"] = [inputs["start"], *decoded(**inputs)]
    tried["one_too_many"] = decoded(**{**inputs, "longest": inputs["longest"] + 1})
    right = decoded(**inputs)
    for mistake, value in tried.items():
        if given == value and value != right:
            return mistake
    return None


# %% tags=["exercise"] exercise="10.greedy"
def greedy(step, state, start, stop, longest):
    """Return the tokens that a decoder writes, as a list of whole numbers."""
    ### BEGIN SOLUTION
    token, written = start, []
    for _ in range(longest):
        scores, state = step(token, state)
        token = int(np.argmax(scores))
        if token == stop:
            break
        written.append(token)
    return written
    ### END SOLUTION


# %%
greedy_works = check("10.greedy", greedy)


# %% tags=["mutant"] exercise="10.greedy" misconception="stop_written"
def greedy(step, state, start, stop, longest):
    token, written = start, []
    while token != stop and len(written) < longest:
        scores, state = step(token, state)
        token = int(np.argmax(scores))
        written.append(token)
    return written


# %% tags=["mutant"] exercise="10.greedy" misconception="never_stops"
def greedy(step, state, start, stop, longest):
    token, written = start, []
    for _ in range(longest):
        scores, state = step(token, state)
        token = int(np.argmax(scores))
        written.append(token)
    return written


# %% tags=["mutant"] exercise="10.greedy" misconception="state_lost"
def greedy(step, state, start, stop, longest):
    token, written = start, []
    for _ in range(longest):
        scores, _ = step(token, state)
        token = int(np.argmax(scores))
        if token == stop:
            break
        written.append(token)
    return written


# %% tags=["mutant"] exercise="10.greedy" misconception="not_fed"
def greedy(step, state, start, stop, longest):
    written = []
    for _ in range(longest):
        scores, state = step(start, state)
        token = int(np.argmax(scores))
        if token == stop:
            break
        written.append(token)
    return written


# %% tags=["mutant"] exercise="10.greedy" misconception="start_written"
def greedy(step, state, start, stop, longest):
    written = [start]
    while len(written) <= longest:
        scores, state = step(written[-1], state)
        token = int(np.argmax(scores))
        if token == stop:
            break
        written.append(token)
    return written


# %% tags=["mutant"] exercise="10.greedy" misconception="one_too_many"
def greedy(step, state, start, stop, longest):
    token, written = start, []
    for _ in range(longest + 1):
        scores, state = step(token, state)
        token = int(np.argmax(scores))
        if token == stop:
            break
        written.append(token)
    return written


# %% tags=["mutant"] exercise="10.greedy" misconception="least"
def greedy(step, state, start, stop, longest):
    token, written = start, []
    for _ in range(longest):
        scores, state = step(token, state)
        token = int(np.argmin(scores))
        if token == stop:
            break
        written.append(token)
    return written


# %% tags=["variant"] exercise="10.greedy"
def greedy(step, state, start, stop, longest):
    def rest(token, state, left):
        if not left:
            return []
        scores, state = step(token, state)
        best = max(range(len(scores)), key=lambda one: scores[one])
        return [] if best == stop else [best, *rest(best, state, left - 1)]

    return rest(start, state, longest)


# %% [markdown]
# ## 7 · A forecaster past the naive one
#
# The sea off Peru once more: from 24 months, the next one. `x_train` has the shape (n,
# 24, 1), `y_train` (n,); both are on a scale on which the spread of the series is 1.
# Return a *trained* Keras network that gives one number for each window. On months it
# has not seen, its error must be below 0.8 of the error of “as last month”. The limit
# is two and a half minutes; a tenth of that is enough.

# %% tags=["definition"] exercise="10.forecaster"
"""A forecaster that beats the naive one."""
import numpy as np

POINTS = 3
SECONDS = 150
TARGET = 0.8
HINTS = [
    "A GRU of 32 units reads the window, one Dense unit gives the number. No activation behind it: the sea's "
    "temperature has no limits at 0 or 1.",
    "`compile` with Adam(0.005) and \"mse\", and `fit` with batches of 64 for 20 epochs.",
    "`keras.Sequential([keras.Input((24, 1)), keras.layers.GRU(32), keras.layers.Dense(1)])` is enough.",
]
MISTAKES = {
    "untrained": "Its error is larger than that of always saying the mean. Is it compiled, and was `fit` called?",
    "returned_history": "Return the network. `fit` gives a history of losses.",
    "output_shape": "Its output must be one number for each window, shape (n, 1). A recurrent layer with "
    "`return_sequences=True` gives one for each step.",
    "bounded": "It never gives a number outside what its last activation allows, and the sea is warmer or colder than "
    "that. Leave the last layer without an activation.",
    "naive": "It is no better than “as last month”, though it learns. Does it see more than the last value, and was it "
    "trained for some epochs?",
}


def cases(rng):
    from layerwise import data

    sea = data.load("el_nino").table["temperature"].to_numpy()
    sea = ((sea - sea[:540].mean()) / sea[:540].std()).astype("float32")
    x = np.stack([sea[start : start + 24] for start in range(len(sea) - 24)])[..., None]
    skip = int(rng.integers(0, 12))
    yield {"x_train": x[skip:516], "y_train": sea[24:][skip:516], "x_new": x[516:], "y_new": sea[24:][516:]}


def observe(answer, inputs):
    network = answer(inputs["x_train"], inputs["y_train"])
    if network is None:
        return None
    if not hasattr(network, "predict"):
        return "history" if hasattr(network, "history") else str(type(network).__name__)
    return network.predict(inputs["x_new"], batch_size=500, verbose=0)


def accept(inputs, output):
    if isinstance(output, str):
        return "returned_history" if output == "history" else f"Return a Keras model, not {output}."
    y_new, last = inputs["y_new"], inputs["x_new"][:, -1, 0]
    if output.shape not in [(len(y_new), 1), (len(y_new),)]:
        return "output_shape"
    given = output.ravel()
    error = np.mean(np.abs(given - y_new)) / np.mean(np.abs(last - y_new))
    if error < TARGET:
        return True
    low = 0 if given.min() >= 0 else -1
    if given.min() >= low and given.max() <= 1 and np.mean(np.abs(given - np.clip(y_new, low, 1))) < 0.25:
        return "bounded"
    return "untrained" if np.mean(np.abs(given - y_new)) > 0.75 * np.mean(np.abs(y_new)) else "naive"


# %% tags=["exercise"] exercise="10.forecaster"
def forecaster(x_train, y_train):
    """Return a trained network that forecasts the value after each window."""
    ### BEGIN SOLUTION
    network = keras.Sequential([keras.Input(x_train.shape[1:])])
    network.add(keras.layers.GRU(32))
    network.add(keras.layers.Dense(1))
    network.compile(keras.optimizers.Adam(0.01), "mse")
    network.fit(x_train, y_train, batch_size=64, epochs=20, verbose=0)
    return network
    ### END SOLUTION


# %%
forecaster_works = check("10.forecaster", forecaster)


# %% tags=["mutant"] exercise="10.forecaster" misconception="untrained"
def forecaster(x_train, y_train):
    return keras.Sequential([keras.Input((24, 1)), keras.layers.GRU(8), keras.layers.Dense(1)])


# %% tags=["mutant"] exercise="10.forecaster" misconception="returned_history"
def forecaster(x_train, y_train):
    network = keras.Sequential([keras.Input((24, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    network.compile("adam", "mse")
    return network.fit(x_train[:50], y_train[:50], verbose=0)


# %% tags=["mutant"] exercise="10.forecaster" misconception="output_shape"
def forecaster(x_train, y_train):
    return keras.Sequential([keras.Input((24, 1)), keras.layers.SimpleRNN(4, return_sequences=True),
                             keras.layers.Dense(1)])


# %% tags=["mutant"] exercise="10.forecaster" misconception="bounded"
def forecaster(x_train, y_train):
    network = keras.Sequential([keras.Input((24, 1)), keras.layers.Flatten(), keras.layers.Dense(16, activation="relu"),
                                keras.layers.Dense(1, activation="sigmoid")])
    network.compile(keras.optimizers.Adam(0.01), "mse")
    network.fit(x_train, y_train, batch_size=64, epochs=30, verbose=0)
    return network


# %% tags=["mutant"] exercise="10.forecaster" misconception="naive"
def forecaster(x_train, y_train):
    network = keras.Sequential([keras.Input((24, 1)), keras.layers.Lambda(lambda window: window[:, -1])])
    return network


# %% tags=["variant"] exercise="10.forecaster"
def forecaster(x_train, y_train):
    window = keras.Input(x_train.shape[1:])
    hidden = keras.layers.Dense(32, activation="tanh")(keras.layers.Flatten()(window))
    network = keras.Model(window, keras.layers.Dense(1)(hidden))
    network.compile(keras.optimizers.Adam(0.005), "mae")
    network.fit(x_train, y_train, batch_size=32, epochs=40, verbose=0)
    return network


# %% [markdown]
# ## Something to keep
#
# A translator of numbers, from digits to words in a language of your choice. Keras
# trains it; then it is *your* step and *your* decoding that read and write. First the
# pairs, and a number for each word that occurs in them:

# %%
LANGUAGE = "en"  # or "de", "fr", "es", "it"
COUNT, TURNS = {"smoke": (300, 1), "quick": (10_000, 8), "full": (10_000, 20)}[PROFILE]
numbers = data.load("numbers_in_words", count=COUNT, language=LANGUAGE)
pieces = [text.replace("-", "- ").split() for text in numbers.pairs_train[:, 1]]
words = ["", "<start>", "<stop>", *sorted({word for text in pieces for word in text})]
place = {word: number for number, word in enumerate(words)}
LONGEST = max(map(len, pieces)) + 1

# %% [markdown]
# Both sides become rows of whole numbers, filled up to the same length.


# %%
def as_digits(number):
    """Return the four places of a number: 0 for an empty one, 1 to 10 for 0 to 9."""
    return [0] * (4 - len(number)) + [int(sign) + 1 for sign in number]


digits = np.array([as_digits(number) for number in numbers.pairs_train[:, 0]])
given = np.zeros((len(pieces), LONGEST + 1), dtype="int32")
for row, text in zip(given, pieces):
    tokens = [1, *(place[word] for word in text), 2]
    row[: len(tokens)] = tokens

# %% [markdown]
# The network is the lesson's, a little smaller: one LSTM reads the digits, and its last
# state is where another begins to write. While it learns it is given the right word
# before.

# %%
if lstm_works and greedy_works:
    read, before = keras.Input((4,)), keras.Input((LONGEST,))
    layers = {
        "digits": keras.layers.Embedding(11, 16),
        "words": keras.layers.Embedding(len(words), 32),
        "encoder": keras.layers.LSTM(96, return_state=True, unroll=True),
        "decoder": keras.layers.LSTM(96, return_sequences=True, unroll=True),
        "scores": keras.layers.Dense(len(words)),
    }
    state = layers["encoder"](layers["digits"](read))[1:]
    hidden = layers["decoder"](layers["words"](before), initial_state=state)
    speller = keras.Model([read, before], layers["scores"](hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    steps = TURNS * (len(digits) // 128 + 1)
    rate = keras.optimizers.schedules.CosineDecay(0.01, steps)
    speller.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss)
    speller.fit([digits, given[:, :-1]], given[:, 1:], 128, TURNS, verbose=0)


# %% [markdown]
# From here on Keras only lends its weights. Your step reads the digits, your decoding
# asks for word after word, and your step answers.


# %%
def spell(number):
    """Return a number in words, by your own step and your own decoding."""
    weights = {name: layer.get_weights() for name, layer in layers.items()}
    said = memory = np.zeros((1, 96))
    for digit in as_digits(number):
        x = weights["digits"][0][[digit]]
        said, memory = lstm_step(x, said, memory, *weights["encoder"])

    def step(token, state):
        state = lstm_step(weights["words"][0][[token]], *state, *weights["decoder"])
        return (state[0] @ weights["scores"][0] + weights["scores"][1])[0], state

    written = greedy(step, (said, memory), 1, 2, LONGEST)
    return " ".join(words[token] for token in written).replace("- ", "-")


# %% [markdown]
# Only a number that is right in every word counts:

# %%
if lstm_works and greedy_works:
    asked = numbers.pairs_test[:200]
    spelled = [spell(number) for number in asked[:, 0]]
    right = np.mean([one == two for one, two in zip(spelled, asked[:, 1])])
    found("spelled", right, "{:.0%} of 200 unseen numbers are right.")
    print(*zip(asked[:5, 0], spelled), sep="\n")

# %% [markdown]
# Did training move the forget gate? It started with a bias of 1 in every unit. This is
# the mean of where the biases are now:

# %%
plot.bars(
    ["forget gate's first bias", "after training"],
    [1.0, layers["encoder"].get_weights()[2][96:192].mean()],
    x_title="mean bias of the forget gate",
    title="What training did to the forget gate",
) if lstm_works and greedy_works else None

# %% [markdown]
# Now look into the encoder that you trained, and see what its gates do while it reads
# four numbers.

# %%
if lstm_works and greedy_works:
    seen = layers["digits"].get_weights()[0][digits[:4]]
    encoders = {"your encoder": layers["encoder"].get_weights()}

# %% [markdown]
# Move *steps* and *added to the keeping gate*: how far back would this encoder's slopes
# reach, in longer numbers?

# %%
explore.unrolled(encoders, seen, cell="your encoder", steps=10, size=1.0) if (
    lstm_works and greedy_works
) else None

# %% [markdown]
# ## Going further
#
# No check waits here. Train the speller on another language: which one needs most
# examples to reach the same share, and why might that be? Or write *beam search*: keep
# the three best beginnings at each step in place of one. Guess first how much it gains
# on a translator that is hardly ever in doubt.
