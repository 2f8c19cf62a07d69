# %% [markdown]
# **Can you make a machine write down what it hears, in a noisy room, from a stranger?**
#
# In lesson 17 a network listened to spoken digits and wrote letters. Here you write what
# surrounds such a network, and then train your own. By the end you will have
#
# - noise at a loudness that you choose, and an exam with strangers only,
# - spectrograms with holes, which make a network listen to the rest,
# - two decoders, one that is quick and one that weighs all ways to say the same thing,
# - the probability behind CTC, and the word error rate,
# - a reader, trained by you, that writes down the numbers which strangers say in noise.
#
# `hint("17.noise")` opens one step at a time; `solution("17.noise")` shows the whole
# answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import itertools
from collections import defaultdict

import keras
import numpy as np

from layerwise import data, explore, plot
from layerwise.check import check, found, hint, solution

keras.utils.set_random_seed(17)

# %% [markdown]
# ## 1 · Noise, at a loudness of your choice
#
# The signal-to-noise ratio says how much stronger the speech is than the noise:
# $10 \log_{10}(P_\text{speech} / P_\text{noise})$ decibels, where a power $P$ is the mean
# of the squared samples. In the lesson every voice had a power of 1; recordings do not.
# Multiply the noise by one factor, so that the ratio becomes `decibels`, and return the
# clip with the noise added.
#
# The speech stands in the first `length` samples; what follows are zeros, which are no
# speech and have no part in its power. The noise sounds through the whole clip.
#
# | | |
# |---|---|
# | `clip` | samples, decimal numbers, shape (samples,) |
# | `length` | how many of them are speech |
# | `noise` | as `clip`; its power is measured over all of it |
# | `decibels` | a number, which may be negative |

# %% tags=["definition"] exercise="17.noise"
"""Noise at a given signal-to-noise ratio."""
import numpy as np

HINTS = [
    "Measure both powers first: `np.mean(clip[:length] ** 2)` and `np.mean(noise ** 2)`.",
    "The power of the noise should become the power of the speech divided by `10 ** (decibels / 10)`. By what must its "
    "power be multiplied?",
    "A factor on the samples changes the power by its square. So the factor is the root: "
    "`np.sqrt(speech / noise_power / 10 ** (decibels / 10))`.",
]
MISTAKES = {
    "power_for_amplitude": "A rule for powers was used for samples: 10 decibels are ten times the power, and only the "
    "root of that, 3.16 times, in the samples. Divide the decibels by 20 there, or take the root.",
    "not_rooted": "The noise was multiplied by the ratio of the powers. The factor on the samples is its root.",
    "silence_counted": "The zeros behind the speech were counted, so the speech seemed weaker than it is, and the "
    "noise came out too weak as well. Measure in the first `length` samples.",
    "noise_not_measured": "The power of the noise was never measured: noise comes as loud as it comes.",
    "speech_not_measured": "The power of the speech was never measured: a whisper and a shout get the same noise.",
    "louder": "With more decibels the noise grew louder. The ratio is speech over noise: more means less noise.",
    "noise_alone": "This is the noise alone. Add the clip.",
    "stops_with_speech": "The noise stops where the speech stops, and silence would then tell a network where the word "
    "ends. Let it sound through the whole clip.",
    "by_peak": "The loudness was taken from the largest sample. A power is the mean of the squares.",
    "changes_input": "The clip that was given is changed, and was clean only once: `clip += ...` writes into it. "
    "Write `clip + ...`.",
}


def cases(rng):
    for count, decibels in [(40, 6.0), (60, -4.0), (50, 15.0)]:
        length = int(rng.integers(count // 3, count // 2))
        clip = np.zeros(count)
        clip[:length] = rng.normal(size=length) * rng.choice([0.3, 3.0])
        yield {"clip": clip, "length": length, "noise": rng.uniform(-1, 1, size=count) * 0.7, "decibels": decibels}


def reference(clip, length, noise, decibels):
    return clip + noise * np.sqrt(np.mean(clip[:length] ** 2) / np.mean(noise**2) / 10 ** (decibels / 10))


def diagnose(inputs, output):
    clip, length, noise, decibels = (inputs[name] for name in ("clip", "length", "noise", "decibels"))
    speech, power, ratio = np.mean(clip[:length] ** 2), np.mean(noise**2), 10 ** (decibels / 10)
    right = np.sqrt(speech / power / ratio)
    spoken = np.arange(len(clip)) < length
    gains = {
        "power_for_amplitude": [np.sqrt(speech / power) / ratio],
        "not_rooted": [speech / power / ratio],
        "silence_counted": [np.sqrt(np.mean(clip**2) / power / ratio)],
        "noise_not_measured": [np.sqrt(speech / ratio)],
        "speech_not_measured": [np.sqrt(1 / power / ratio), np.sqrt(1 / ratio)],
        "louder": [np.sqrt(speech / power * ratio)],
        "by_peak": [np.abs(clip).max() / np.abs(noise).max() / np.sqrt(ratio)],
    }
    for mistake, values in gains.items():
        if any(np.allclose(output, clip + gain * noise) for gain in values):
            return mistake
    if np.allclose(output, right * noise):
        return "noise_alone"
    own = np.sqrt(speech / np.mean(noise[:length] ** 2) / ratio)
    if any(np.allclose(output, clip + gain * noise * spoken) for gain in (right, own)):
        return "stops_with_speech"
    return None


# %% tags=["exercise"] exercise="17.noise"
def with_noise(clip, length, noise, decibels):
    """Return the clip with the noise added, at this signal-to-noise ratio."""
    ### BEGIN SOLUTION
    speech = np.mean(clip[:length] ** 2)
    power = speech / 10 ** (decibels / 10)
    return clip + noise * np.sqrt(power / np.mean(noise**2))
    ### END SOLUTION


# %%
noise_works = check("17.noise", with_noise)


# %% tags=["mutant"] exercise="17.noise" misconception="power_for_amplitude"
def with_noise(clip, length, noise, decibels):
    speech, loudness = np.sqrt(np.mean(clip[:length] ** 2)), np.sqrt(np.mean(noise**2))
    return clip + noise * speech / loudness / 10 ** (decibels / 10)


# %% tags=["mutant"] exercise="17.noise" misconception="not_rooted"
def with_noise(clip, length, noise, decibels):
    return clip + noise * np.mean(clip[:length] ** 2) / np.mean(noise**2) / 10 ** (decibels / 10)


# %% tags=["mutant"] exercise="17.noise" misconception="silence_counted"
def with_noise(clip, length, noise, decibels):
    return clip + noise * np.sqrt(np.mean(clip**2) / np.mean(noise**2) / 10 ** (decibels / 10))


# %% tags=["mutant"] exercise="17.noise" misconception="noise_not_measured"
def with_noise(clip, length, noise, decibels):
    return clip + noise * np.sqrt(np.mean(clip[:length] ** 2) / 10 ** (decibels / 10))


# %% tags=["mutant"] exercise="17.noise" misconception="speech_not_measured"
def with_noise(clip, length, noise, decibels):
    return clip + noise / np.sqrt(np.mean(noise**2)) * 10 ** (-decibels / 20)


# %% tags=["mutant"] exercise="17.noise" misconception="louder"
def with_noise(clip, length, noise, decibels):
    return clip + noise * np.sqrt(np.mean(clip[:length] ** 2) / np.mean(noise**2)) * 10 ** (decibels / 20)


# %% tags=["mutant"] exercise="17.noise" misconception="noise_alone"
def with_noise(clip, length, noise, decibels):
    return noise * np.sqrt(np.mean(clip[:length] ** 2) / np.mean(noise**2) / 10 ** (decibels / 10))


# %% tags=["mutant"] exercise="17.noise" misconception="stops_with_speech"
def with_noise(clip, length, noise, decibels):
    result = clip.copy()
    gain = np.sqrt(np.mean(clip[:length] ** 2) / np.mean(noise[:length] ** 2) / 10 ** (decibels / 10))
    result[:length] += gain * noise[:length]
    return result


# %% tags=["mutant"] exercise="17.noise" misconception="by_peak"
def with_noise(clip, length, noise, decibels):
    return clip + noise * abs(clip).max() / abs(noise).max() * 10 ** (-decibels / 20)


# %% tags=["mutant"] exercise="17.noise" misconception="changes_input"
def with_noise(clip, length, noise, decibels):
    clip += noise * np.sqrt(np.mean(clip[:length] ** 2) / np.mean(noise**2) / 10 ** (decibels / 10))
    return clip


# %% tags=["variant"] exercise="17.noise"
def with_noise(clip, length, noise, decibels):
    def level(samples):
        return 10 * np.log10(sum(sample * sample for sample in samples) / len(samples))

    change = level(clip[:length]) - level(noise) - decibels
    return np.array([one + other * 10 ** (change / 20) for one, other in zip(clip, noise)])


# %% [markdown]
# Put it to use: the same word with three amounts of noise.

# %%
digits = data.load("spoken_digits", source="bundled")
heard = np.flatnonzero(digits.y_test == 7)[0]
if noise_works:
    clip, length = digits.x_test[heard] / 32768, digits.length_test[heard]
    hiss = np.random.default_rng(0).normal(size=len(clip))
    levels = (20, 5, -5)
    mixed = {f"{level} dB": with_noise(clip, length, hiss, level) for level in levels}
    figure = plot.wave(mixed["5 dB"], 8000, title="A seven in noise at 5 dB")
figure if noise_works else None

# %% [markdown]
# At which of these levels do you still know, without having been told, that it is a
# seven?

# %%
explore.listen(mixed, 8000, title="A seven in noise") if noise_works else None

# %% [markdown]
# From here on everything hears with the ears below. They are the lesson's, a little
# coarser and quicker: a frame every 20 milliseconds, 24 mel bands, logarithms, and for
# each wave a mean of 0 and a spread of 1, so that loudness does not tell who speaks.


# %%
def bands():
    """Return what each of 24 bands takes of each tone, shape (129, 24)."""
    tones = np.fft.rfftfreq(256, 1 / 8000)[:, None]
    edges = 700 * (10 ** (np.linspace(0, 2146, 26) / 2595) - 1)
    rising = (tones - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - tones) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rising, falling), 0, None)


def log_mel(wave):
    """Return the spectrogram of a wave, shape (frames, 24)."""
    pieces = np.lib.stride_tricks.sliding_window_view(wave, 256)[::160]
    power = np.abs(np.fft.rfft(pieces * np.hanning(257)[:-1])) ** 2 @ bands()
    levels = np.log(power + 1e-5 * power.max())
    return ((levels - levels.mean()) / levels.std()).astype("float32")


# %% [markdown]
# ## 2 · An exam with strangers
#
# How well does a network understand a voice that it has never heard? Each voice takes one
# turn as the stranger. In that turn the clips are in three parts:
#
# - *test*: all clips of the stranger,
# - *validation*, by which settings are chosen: all clips of one more voice, the next one
#   after the stranger in the order of `np.unique`; after the last comes the first,
# - *training*: all clips of all the others.
#
# Return a list with one turn for each voice, in the order of `np.unique`. A turn is a
# tuple (training, validation, test) of arrays of truth values, one value for each clip.

# %% tags=["definition"] exercise="17.turns"
"""Leave one voice out."""
import numpy as np

HINTS = [
    "`names = np.unique(voices)`, and one turn of a loop for each: `for place, name in enumerate(names)`.",
    "The next one is `names[(place + 1) % len(names)]`: the remainder leads from the last to the first.",
    "`test = voices == name`, `validation = voices == following`, and training is what is in neither: "
    "`~(test | validation)`.",
]
MISTAKES = {
    "by_clip": "Some voices stand in training and in the test. Each voice belongs to one part only: draw the line "
    "between voices, not between clips.",
    "validation_by_clip": "Some voices stand in training and in validation. Whatever is chosen there is chosen on "
    "familiar voices, and the stranger of the test is one to it for the first time.",
    "chosen_on_test": "Validation and test share clips. What was chosen on them cannot be judged by them.",
    "validation_in_training": "Training holds the validation clips as well. Take out both: the stranger and the next.",
    "last_missing": "There is one turn too few: every voice is the stranger once, the last one too.",
    "one_turn": "This is a single turn. Return a list with one turn for each voice.",
    "exchanged": "Training and test have changed places: nearly everybody is the stranger.",
    "row_numbers": "These are the numbers of the clips. Return True or False for each clip.",
    "previous": "Validation is the voice before the stranger. It should be the one after.",
}


def cases(rng):
    names = np.array(["ada", "bo", "cy", "dee", "eli", "fay", "gus"])
    for count in (4, 5, 7):
        chosen = rng.permutation(names)[:count]
        yield {"voices": rng.permutation(np.repeat(chosen, rng.integers(2, 5, size=count)))}


def turns(voices, step=1):
    names = np.unique(voices)
    for place, name in enumerate(names):
        test, validation = voices == name, voices == names[(place + step) % len(names)]
        yield ~(test | validation), validation, test


def reference(voices):
    return list(turns(voices))


def diagnose(inputs, output):
    voices = inputs["voices"]
    count, many = len(np.unique(voices)), len(voices)
    if len(output) == 3 and all(isinstance(part, np.ndarray) and part.ndim == 1 for part in output):
        return "one_turn"
    if any(len(turn) == 3 and np.asarray(turn[2]).dtype.kind in "iu" for turn in output):
        return "row_numbers"
    parts = [[np.asarray(part) for part in turn] for turn in output]
    if any(len(turn) != 3 or any(part.shape != (many,) for part in turn) for turn in parts):
        return None

    def shared(first, second):
        return any(set(voices[turn[first]]) & set(voices[turn[second]]) for turn in parts)

    right = list(turns(voices))
    if any(np.any(turn[1] & turn[2]) for turn in parts):
        return "chosen_on_test"
    if any(np.any(turn[0] & turn[1]) for turn in parts):
        return "validation_in_training"
    if len(parts) == count and all(np.array_equal(turn[0], wanted[2]) for turn, wanted in zip(parts, right)):
        return "exchanged"
    if shared(0, 2):
        return "by_clip"
    if shared(0, 1):
        return "validation_by_clip"
    if len(parts) == count - 1:
        return "last_missing"
    before = list(turns(voices, step=-1))
    if len(parts) == count and all(np.array_equal(turn[1], wanted[1]) for turn, wanted in zip(parts, before)):
        return "previous"
    return None


# %% tags=["exercise"] exercise="17.turns"
def turns(voices):
    """Return a list of (training, validation, test), one for each voice."""
    ### BEGIN SOLUTION
    names = np.unique(voices)
    result = []
    for place, name in enumerate(names):
        test = voices == name
        validation = voices == names[(place + 1) % len(names)]
        result.append((~(test | validation), validation, test))
    return result
    ### END SOLUTION


# %%
turns_work = check("17.turns", turns)


# %% tags=["mutant"] exercise="17.turns" misconception="by_clip"
def turns(voices):
    count = len(np.unique(voices))
    turn = np.arange(len(voices)) % count
    return [((turn != k) & (turn != (k + 1) % count), turn == (k + 1) % count, turn == k) for k in range(count)]


# %% tags=["mutant"] exercise="17.turns" misconception="validation_by_clip"
def turns(voices):
    result = []
    for name in np.unique(voices):
        test, every_third = voices == name, np.arange(len(voices)) % 3 == 0
        result.append((~test & ~every_third, ~test & every_third, test))
    return result


# %% tags=["mutant"] exercise="17.turns" misconception="chosen_on_test"
def turns(voices):
    return [(voices != name, voices == name, voices == name) for name in np.unique(voices)]


# %% tags=["mutant"] exercise="17.turns" misconception="validation_in_training"
def turns(voices):
    names = np.unique(voices)
    return [(voices != name, voices == other, voices == name) for name, other in zip(names, np.roll(names, -1))]


# %% tags=["mutant"] exercise="17.turns" misconception="last_missing"
def turns(voices):
    names = np.unique(voices)
    pairs = zip(names, names[1:])
    return [(~np.isin(voices, pair), voices == pair[1], voices == pair[0]) for pair in pairs]


# %% tags=["mutant"] exercise="17.turns" misconception="one_turn"
def turns(voices):
    name, other = np.unique(voices)[:2]
    return ~np.isin(voices, [name, other]), voices == other, voices == name


# %% tags=["mutant"] exercise="17.turns" misconception="exchanged"
def turns(voices):
    names = np.unique(voices)
    pairs = zip(names, np.roll(names, -1))
    return [(voices == pair[0], voices == pair[1], ~np.isin(voices, pair)) for pair in pairs]


# %% tags=["mutant"] exercise="17.turns" misconception="row_numbers"
def turns(voices):
    names = np.unique(voices)
    return [
        tuple(np.flatnonzero(part) for part in (~np.isin(voices, pair), voices == pair[1], voices == pair[0]))
        for pair in zip(names, np.roll(names, -1))
    ]


# %% tags=["mutant"] exercise="17.turns" misconception="previous"
def turns(voices):
    names = np.unique(voices)
    pairs = zip(names, np.roll(names, 1))
    return [(~np.isin(voices, pair), voices == pair[1], voices == pair[0]) for pair in pairs]


# %% tags=["variant"] exercise="17.turns"
def turns(voices):
    names = sorted(set(voices.tolist()))
    following = dict(zip(names, [*names[1:], names[0]]))
    return [
        [np.array([one not in (name, following[name]) for one in voices.tolist()]),
         np.array([one == following[name] for one in voices.tolist()]),
         np.array([one == name for one in voices.tolist()])]
        for name in names
    ]


# %% [markdown]
# Put it to use. A judge that learns nothing compares each clip with all the training
# clips and answers as the most similar one. First your turns, then the same after the
# names have been dealt out to the clips at random, which is what a split by clip does.

# %%
def score(parts):
    """Return the share of test clips whose nearest training clip is the same digit."""
    right = []
    for training, _, test in parts:
        gaps = distances[np.ix_(test, training)]
        nearest = digits.y_test[training][gaps.argmin(axis=1)]
        right.extend(nearest == digits.y_test[test])
    return np.mean(right)


# %%
if turns_work:
    pictures = np.array([log_mel(clip / 32768) for clip in digits.x_test])
    rows = pictures.reshape(len(pictures), -1)
    squares = (rows**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * rows @ rows.T
    dealt = np.random.default_rng(17).permutation(digits.speaker_test)
    strangers, familiar = score(turns(digits.speaker_test)), score(turns(dealt))
    found("strangers", strangers, "Of clips by strangers it names {:.1%}.")
    found("familiar", familiar, "After a split by clip it seems to name {:.1%}.")

# %% [markdown]
# Nothing was learned between the two lines: the second exam is only kinder. With people
# the gap is wider, as the card of the data says; put `digits` alone into a cell to read
# it.

# %% [markdown]
# ## 3 · Holes in the spectrogram
#
# *SpecAugment* ([Park et al. 2019](https://arxiv.org/abs/1904.08779)) covers a stretch of
# time and a band of tones in each training example, anew each time. Return a copy of a
# spectrogram with two stripes hidden:
#
# 1. some neighbouring frames, all bands of them: how many is drawn from 0, 1, ... up to
#    and including `most_frames`, and then where, so that the stripe lies inside,
# 2. some neighbouring bands, all frames of them, in the same way up to `most_bands`.
#
# What is hidden becomes the mean of the spectrogram *as it was given*. `rng` is a NumPy
# generator: draw from it, and leave the original as it is.
#
# | | |
# |---|---|
# | `spectrogram` | decibels, shape (frames, bands) |
# | `most_frames`, `most_bands` | whole numbers |

# %% tags=["definition"] exercise="17.holes"
"""Two stripes hidden in a spectrogram."""
import numpy as np

HINTS = [
    "`hidden = spectrogram.copy()`, and the mean before anything is hidden: `spectrogram.mean()`.",
    "`width = rng.integers(most_frames + 1)` gives 0 to most_frames. A stripe of this width may begin at 0 to "
    "frames - width.",
    "`hidden[start : start + width] = mean` hides frames, `hidden[:, start : start + width] = mean` hides bands. Draw "
    "a width and a start for each.",
]
MISTAKES = {
    "filled_with_zero": "The stripes are filled with 0. These are decibels, where 0 is loud: a bright stripe is a "
    "sound, not a hole. The mean says nothing.",
    "mean_moved": "The stripes have two different values: the second mean was taken when the first stripe was already "
    "hidden. Take the mean of the spectrogram as it was given, once.",
    "box": "Only a rectangle is hidden, where the two stripes cross. Hide all bands of the frames, and all frames of "
    "the bands.",
    "one_only": "Only one of the two stripes is ever hidden.",
    "exchanged": "The two greatest widths have changed places: most_frames belongs to the first axis, time.",
    "always_widest": "The stripes always have their greatest width. Draw the width as well.",
    "never_widest": "The greatest width never comes up: `rng.integers(most)` ends at most - 1.",
    "too_wide": "A stripe is wider than it may be.",
    "same_each_time": "Every generator gives the same holes. Draw with `rng`, and make no generator of your own.",
    "own_draws": "The same generator gave other holes the second time. Draw with `rng` only, so that a training can be "
    "repeated.",
    "same_place": "The stripes always begin at the edge. Draw where they begin.",
    "changes_input": "The spectrogram that was given has holes now, and more with each epoch. Work on a copy.",
}
TRIES = 120


def cases(rng):
    for frames, bands, most_frames, most_bands in [(16, 11, 5, 3), (12, 14, 3, 6), (20, 9, 6, 2)]:
        away = rng.uniform(4, 20, size=(frames, bands)) * rng.choice([-1, 1], size=(frames, bands))
        # What is hidden is seen by its change, so no value lies near the mean.
        yield {
            "spectrogram": away - away.mean() * (np.abs(away.mean()) > 2) - 40, "most_frames": most_frames,
            "most_bands": most_bands, "seed": int(rng.integers(1_000_000)),
        }


def observe(answer, inputs):
    given = inputs["spectrogram"], inputs["most_frames"], inputs["most_bands"]
    # The last generator is the first one once more.
    return [answer(*given, np.random.default_rng((inputs["seed"], k % TRIES))) for k in range(TRIES + 1)]


def accept(inputs, output):
    spectrogram, most = inputs["spectrogram"], (inputs["most_frames"], inputs["most_bands"])
    if any(type(one) is not np.ndarray or one.shape != spectrogram.shape for one in output):
        return f"Return an array of the shape {spectrogram.shape}, as the spectrogram has."
    given = np.array(output, dtype=float)
    if not np.isfinite(given).all():
        return "Some values are no finite numbers."
    hidden = ~np.isclose(given, spectrogram)
    if not hidden.any():
        return "Nothing was ever hidden."
    mean, values = spectrogram.mean(), given[hidden]
    rows, columns = hidden.all(axis=2), hidden.all(axis=1)
    stripes = np.array_equal(hidden, rows[:, :, None] | columns[:, None, :])
    lines = [np.diff(part.astype(int), axis=1, prepend=0, append=0) for part in (rows, columns)]
    if not stripes:
        frames, bands = hidden.any(axis=2), hidden.any(axis=1)
        crossed = np.array_equal(hidden, frames[:, :, None] & bands[:, None, :])
        return "box" if crossed else "Hide whole frames and whole bands, and nothing else."
    if any((line == 1).sum(axis=1).max() > 1 for line in lines):
        return "Each stripe should be one run of neighbours."
    if np.allclose(values, 0):
        return "filled_with_zero"
    if not np.allclose(values, mean):
        two = max(len(np.unique(np.round(one[where], 9))) for one, where in zip(given, hidden) if where.any())
        near = np.abs(values - mean).max() < spectrogram.std()
        return "mean_moved" if two == 2 and near and np.isclose(values, mean).any() else (
            f"What is hidden should become the mean, {mean:.4g}; the first value is {values[0]:.4g}.")
    if all(np.array_equal(one, given[0]) for one in given):
        return "same_each_time"
    if not np.array_equal(given[0], given[-1]):
        return "own_draws"
    widths = [part.sum(axis=1) for part in (rows, columns)]
    if not widths[0].any() or not widths[1].any():
        return "one_only"
    largest = [int(width.max()) for width in widths]
    if largest == [most[1], most[0]]:
        return "exchanged"
    if any(one > other for one, other in zip(largest, most)):
        return "too_wide"
    if any(width.min() == width.max() for width in widths):
        return "always_widest"
    if any(one < other for one, other in zip(largest, most)):
        return "never_widest"
    starts = [{int(np.argmax(one)) for one in line if one.any()} for line in lines]
    return "same_place" if any(len(places) < 3 for places in starts) else True


# %% tags=["exercise"] exercise="17.holes"
def with_holes(spectrogram, most_frames, most_bands, rng):
    """Return a copy with a stripe of frames and a stripe of bands hidden."""
    ### BEGIN SOLUTION
    hidden, mean = spectrogram.copy(), spectrogram.mean()
    frames, bands = spectrogram.shape
    width = rng.integers(most_frames + 1)
    start = rng.integers(frames - width + 1)
    hidden[start : start + width] = mean
    width = rng.integers(most_bands + 1)
    start = rng.integers(bands - width + 1)
    hidden[:, start : start + width] = mean
    return hidden
    ### END SOLUTION


# %%
holes_work = check("17.holes", with_holes)


# %% tags=["mutant"] exercise="17.holes" misconception="filled_with_zero"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    for view, most in ((hidden, most_frames), (hidden.T, most_bands)):
        width = rng.integers(most + 1)
        start = rng.integers(len(view) - width + 1)
        view[start : start + width] = 0
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="mean_moved"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    for view, most in ((hidden, most_frames), (hidden.T, most_bands)):
        width = rng.integers(most + 1)
        start = rng.integers(len(view) - width + 1)
        view[start : start + width] = hidden.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="box"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    high, wide = rng.integers(most_frames + 1), rng.integers(most_bands + 1)
    top, left = rng.integers(len(hidden) - high + 1), rng.integers(hidden.shape[1] - wide + 1)
    hidden[top : top + high, left : left + wide] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="one_only"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    width = rng.integers(most_frames + 1)
    start = rng.integers(len(hidden) - width + 1)
    hidden[start : start + width] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="exchanged"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    for view, most in ((hidden, most_bands), (hidden.T, most_frames)):
        width = rng.integers(most + 1)
        start = rng.integers(len(view) - width + 1)
        view[start : start + width] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="always_widest"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    for view, most in ((hidden, most_frames), (hidden.T, most_bands)):
        start = rng.integers(len(view) - most + 1)
        view[start : start + most] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="never_widest"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    for view, most in ((hidden, most_frames), (hidden.T, most_bands)):
        width = rng.integers(0, most)
        start = rng.integers(len(view) - width + 1)
        view[start : start + width] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="too_wide"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    for view, most in ((hidden, most_frames), (hidden.T, most_bands)):
        width = rng.integers(most + 1)
        start = rng.integers(len(view) - width)
        view[start : start + width + 1] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="same_each_time"
def with_holes(spectrogram, most_frames, most_bands, rng):
    rng = np.random.default_rng(4)
    hidden = spectrogram.copy()
    for view, most in ((hidden, most_frames), (hidden.T, most_bands)):
        width = rng.integers(most + 1)
        start = rng.integers(len(view) - width + 1)
        view[start : start + width] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="own_draws"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    for view, most in ((hidden, most_frames), (hidden.T, most_bands)):
        width = np.random.randint(0, most + 1)
        start = np.random.randint(0, len(view) - width + 1)
        view[start : start + width] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="same_place"
def with_holes(spectrogram, most_frames, most_bands, rng):
    hidden = spectrogram.copy()
    hidden[: rng.integers(most_frames + 1)] = spectrogram.mean()
    hidden[:, : rng.integers(most_bands + 1)] = spectrogram.mean()
    return hidden


# %% tags=["mutant"] exercise="17.holes" misconception="changes_input"
def with_holes(spectrogram, most_frames, most_bands, rng):
    mean = spectrogram.mean()
    for view, most in ((spectrogram, most_frames), (spectrogram.T, most_bands)):
        width = rng.integers(most + 1)
        start = rng.integers(len(view) - width + 1)
        view[start : start + width] = mean
    return spectrogram


# %% tags=["variant"] exercise="17.holes"
def with_holes(spectrogram, most_frames, most_bands, rng):
    def stripe(size, most):
        width = int(rng.integers(0, most, endpoint=True))
        first = int(rng.integers(0, size - width, endpoint=True))
        return [first <= place < first + width for place in range(size)]

    frames, bands = stripe(len(spectrogram), most_frames), stripe(spectrogram.shape[1], most_bands)
    return np.where(np.logical_or.outer(frames, bands), np.mean(spectrogram), spectrogram)


# %% [markdown]
# What does your network get to see? A "seven", with holes: look for an upright and a
# level stripe of one even colour, which is the mean. Could you still tell the word from
# what is left? That is what the network has to learn.

# %%
if holes_work:
    clip = digits.x_test[heard][: digits.length_test[heard]] / 32768
    holed = with_holes(log_mel(clip), 8, 6, np.random.default_rng(3))
    frames = {"rate": 8000, "window": 256, "hop": 160}
    bars = {"y": np.arange(1, 25), "y_title": "mel band", "value_title": "level"}
    title = "A spoken seven with two stripes hidden"
    figure = plot.sound(clip, holed, **frames, **bars, title=title)
figure if holes_work else None

# %% [markdown]
# ## 4 · From steps to letters, the quick way
#
# A network trained with CTC gives, at each step, a probability to each *sign*: sign 0 is
# the blank, as in Keras, and the others are letters. Take the likeliest sign of each
# step, and collapse them:
#
# 1. repeats are dropped: a sign that follows itself is written once,
# 2. then blanks are dropped.
#
# In this order: the blank between two equal letters is what keeps them two. Return the
# numbers of the letters as a list.
#
# | | shape |
# |---|---|
# | `probabilities` | (steps, signs) |
# | result | a list of whole numbers, one for each letter that was written |

# %% tags=["definition"] exercise="17.greedy"
"""Greedy decoding for CTC."""
import numpy as np

HINTS = [
    "`best = np.argmax(probabilities, axis=1)` is the likeliest sign of each step.",
    "Keep a number if it is the first, or another one than at the step before.",
    "Of those that are kept, leave out the zeros: `if number != before and number != 0`, and `before = number` at the "
    "end of each turn, blank or not.",
]
MISTAKES = {
    "blanks_first": "The blanks were left out before the repeats, so two equal letters in a row "
    "became one: no more \"ee\" in \"three\". First drop repeats, then blanks.",
    "not_joined": "Repeats were not dropped: a letter that lasts for five steps is written once.",
    "blanks_kept": "The blanks are still there. They say: nothing new here.",
    "each_once": "Each letter was written once only. A letter may come again; only a sign that follows itself is one.",
    "wrong_axis": "This is the likeliest step of each sign. Asked for is the likeliest sign of each step.",
    "first_lost": "The first letter is missing where the first step has one. There is nothing before it to differ "
    "from.",
    "last_is_blank": "The last number was taken for the blank. Here, as in Keras, the blank is number 0.",
}


def cases(rng):
    for letters in (4, 5, 7):
        one, two = (int(letter) for letter in rng.permutation(np.arange(1, letters))[:2])
        last = letters - 1
        said = [one, one, 0, one, two, two, 0, 0, two, one, last, last, 0]
        said = [number for number in said for _ in range(int(rng.integers(1, 3)))]
        scores = rng.uniform(0, 1, size=(len(said), letters))
        scores[np.arange(len(said)), said] = rng.uniform(1.1, 2, size=len(said))
        yield {"probabilities": scores / scores.sum(axis=1, keepdims=True)}


def joined(numbers):
    return [int(number) for place, number in enumerate(numbers) if place == 0 or number != numbers[place - 1]]


def reference(probabilities):
    return [number for number in joined(probabilities.argmax(axis=1)) if number]


def diagnose(inputs, output):
    best = inputs["probabilities"].argmax(axis=1).tolist()
    turned = inputs["probabilities"].argmax(axis=0).tolist()
    last = inputs["probabilities"].shape[1] - 1
    given = [int(number) for number in np.ravel(output)]
    spoken = [number for number in best if number]
    wrong = {
        "blanks_first": [joined(spoken)],
        "not_joined": [spoken],
        "blanks_kept": [joined(best), best],
        "each_once": [list(dict.fromkeys(spoken)), sorted(set(spoken))],
        "wrong_axis": [[number for number in joined(turned) if number], joined(turned), turned],
        "first_lost": [reference(**inputs)[1:]],
        "last_is_blank": [[number for number in joined(best) if number != last]],
    }
    return next((key for key, values in wrong.items() if given in values), None)


# %% tags=["exercise"] exercise="17.greedy"
def greedy(probabilities):
    """Return the numbers of the letters, by the likeliest sign of each step."""
    ### BEGIN SOLUTION
    written, before = [], 0
    for number in np.argmax(probabilities, axis=1).tolist():
        if number != before and number != 0:
            written.append(number)
        before = number
    return written
    ### END SOLUTION


# %%
greedy_works = check("17.greedy", greedy)


# %% tags=["mutant"] exercise="17.greedy" misconception="blanks_first"
def greedy(probabilities):
    numbers = [number for number in probabilities.argmax(axis=1).tolist() if number]
    return [number for place, number in enumerate(numbers) if place == 0 or number != numbers[place - 1]]


# %% tags=["mutant"] exercise="17.greedy" misconception="blanks_first"
def greedy(probabilities):
    written = []
    for number in probabilities.argmax(axis=1).tolist():
        if number and written[-1:] != [number]:
            written.append(number)
    return written


# %% tags=["mutant"] exercise="17.greedy" misconception="not_joined"
def greedy(probabilities):
    return [number for number in probabilities.argmax(axis=1).tolist() if number]


# %% tags=["mutant"] exercise="17.greedy" misconception="blanks_kept"
def greedy(probabilities):
    numbers = probabilities.argmax(axis=1).tolist()
    return [number for place, number in enumerate(numbers) if place == 0 or number != numbers[place - 1]]


# %% tags=["mutant"] exercise="17.greedy" misconception="each_once"
def greedy(probabilities):
    return [int(number) for number in np.unique(probabilities.argmax(axis=1)) if number]


# %% tags=["mutant"] exercise="17.greedy" misconception="wrong_axis"
def greedy(probabilities):
    numbers = probabilities.argmax(axis=0).tolist()
    return [number for place, number in enumerate(numbers) if number and (not place or number != numbers[place - 1])]


# %% tags=["mutant"] exercise="17.greedy" misconception="first_lost"
def greedy(probabilities):
    best = probabilities.argmax(axis=1)
    return best[1:][(best[1:] != best[:-1]) & (best[1:] != 0)].tolist()


# %% tags=["mutant"] exercise="17.greedy" misconception="last_is_blank"
def greedy(probabilities):
    best, blank = probabilities.argmax(axis=1), probabilities.shape[1] - 1
    new = np.append(True, np.diff(best) != 0)
    return best[new & (best != blank)].tolist()


# %% tags=["variant"] exercise="17.greedy"
def greedy(probabilities):
    from itertools import groupby

    best = [max(range(len(step)), key=step.__getitem__) for step in probabilities.tolist()]
    return [number for number, _ in groupby(best) if number]


# %% [markdown]
# ## 5 · How many words are wrong?
#
# The *word error rate* counts the fewest words that must be put in, left out or replaced
# to turn what was said into what was written, each as one error. For many sentences at
# once: all errors, divided by all words that were *said*. It may exceed 1, since a
# machine can invent words. If no word was said at all, raise a `ValueError` that says so.
#
# `said` and `written` are lists of texts of the same length; words are parted by spaces.

# %% tags=["definition"] exercise="17.word_errors"
"""The word error rate."""
import numpy as np

POINTS = 2
HINTS = [
    "Count the errors of one pair first, on lists of words: `text.split()`. A table helps, with one row for each word "
    "that was said: entry j says how many errors lead from these words to the first j that were written.",
    "From the row above: `above[j] + 1` leaves a word out, `row[j - 1] + 1` puts one in, and "
    "`above[j - 1] + (one != other)` keeps or replaces it. The smallest counts; the first row is 0, 1, 2, ...",
    "Add up the errors of all pairs and the words of all that was said, raise `ValueError` if there are none, and "
    "divide once, at the very end.",
]
MISTAKES = {
    "mean_of_rates": "This is the mean of the rates of the sentences, where a sentence of one word counts as much as "
    "one of ten. Add up all errors, then divide by all words.",
    "letters": "You counted letters. Split the texts into words first.",
    "by_position": "Words were compared place by place. One word too many at the beginning, and everything behind it "
    "counts as wrong. Look for the fewest changes.",
    "by_written": "You divided by the words that were written. A machine that writes much would be forgiven much: "
    "divide by what was said.",
    "capped": "The rate was held at 1. More words can be wrong than were said.",
    "in_any_order": "Only the words were counted, not their order: \"four two\" is not \"two four\".",
    "replaced_twice": "A replaced word was counted as two errors, one left out and one put in. It is one.",
    "zero_divides": "Where nothing was said, there is nothing to divide by. Raise a ValueError that says so.",
}
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
NOTHING = "ValueError: no words"


def measures(said, written):
    pairs = [(one.split(), other.split()) for one, other in zip(said, written)]
    count = sum(len(one) for one, _ in pairs)
    errors = sum(distance(one, other) for one, other in pairs)
    bags = 0
    for one, other in pairs:
        same = sum(min(one.count(word), other.count(word)) for word in set(one))
        bags += max(len(one), len(other)) - same
    placed = sum(sum(a != b for a, b in zip(one, other)) + abs(len(one) - len(other)) for one, other in pairs)
    return {
        "right": errors / count,
        "mean_of_rates": float(np.mean([distance(one, other) / max(len(one), 1) for one, other in pairs])),
        "letters": sum(map(distance, said, written)) / sum(map(len, said)),
        "by_position": placed / count,
        "by_written": errors / max(sum(len(other) for _, other in pairs), 1),
        "capped": min(errors / count, 1.0),
        "in_any_order": bags / count,
        "replaced_twice": sum(distance(one, other, price=2) for one, other in pairs) / count,
    }


def distance(one, other, price=1):
    above = list(range(len(other) + 1))
    for place, word in enumerate(one, 1):
        row = [place]
        for column, given in enumerate(other, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + price * (word != given)))
        above = row
    return above[-1]


def garbled(words, rng):
    result = [str(rng.choice(WORDS)) if rng.random() < 0.15 else word for word in words if rng.random() > 0.15]
    if rng.random() < 0.6:
        result.insert(int(rng.integers(len(result) + 1)), str(rng.choice(WORDS)))
    if len(result) > 1 and rng.random() < 0.5:
        place = int(rng.integers(len(result) - 1))
        result[place], result[place + 1] = result[place + 1], result[place]
    return result


def cases(rng):
    for sizes in ([5], [1, 6], [2, 7, 3], [4, 1, 5, 2]):
        for _ in range(300):
            said = [rng.choice(WORDS, size).tolist() for size in sizes]
            pairs = [(" ".join(one), " ".join(garbled(one, rng))) for one in said]
            inputs = {"said": [one for one, _ in pairs], "written": [other for _, other in pairs]}
            values = measures(**inputs)
            alike = ("mean_of_rates",) if len(sizes) == 1 else ()
            others = [value for key, value in values.items() if key not in ("right", "capped", *alike)]
            if len({round(value, 9) for value in others}) == len(others) and values["right"] not in others:
                break
        yield inputs
    invented = " ".join(rng.choice(WORDS[3:], 6))
    yield {"said": ["two", "one two"], "written": [invented, "one nine"]}
    yield {"said": ["", ""], "written": ["one", ""]}


def observe(answer, inputs):
    if any(inputs["said"]):
        return answer(**inputs)
    try:
        return f"no error: {answer(**inputs)}"
    except ValueError:
        return NOTHING
    except (ZeroDivisionError, FloatingPointError):
        return "ZeroDivisionError"


def reference(said, written):
    return measures(said, written)["right"] if any(said) else NOTHING


def diagnose(inputs, output):
    if not any(inputs["said"]):
        return "zero_divides"
    values = measures(**inputs)
    right = values.pop("right")
    named = [key for key, value in values.items() if np.isclose(output, value) and not np.isclose(value, right)]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="17.word_errors"
def word_error_rate(said, written):
    """Return all errors, divided by all words that were said."""
    ### BEGIN SOLUTION
    errors = words = 0
    for one, other in zip(said, written):
        one, other = one.split(), other.split()
        above = list(range(len(other) + 1))
        for place, word in enumerate(one, 1):
            row = [place]
            for column, given in enumerate(other, 1):
                replaced = above[column - 1] + (word != given)
                row.append(min(above[column] + 1, row[-1] + 1, replaced))
            above = row
        errors, words = errors + above[-1], words + len(one)
    if not words:
        raise ValueError("No words were said, so there is nothing to divide by.")
    return errors / words
    ### END SOLUTION


# %%
errors_work = check("17.word_errors", word_error_rate)


# %% tags=["mutant"] exercise="17.word_errors" misconception="mean_of_rates"
def word_error_rate(said, written):
    import functools

    @functools.cache
    def fewest(one, other):
        if not one or not other:
            return len(one) + len(other)
        replaced = fewest(one[1:], other[1:]) + (one[0] != other[0])
        return min(replaced, fewest(one[1:], other) + 1, fewest(one, other[1:]) + 1)

    if not any(said):
        raise ValueError("nothing was said")
    rates = [fewest(tuple(one.split()), tuple(other.split())) / len(one.split()) for one, other in zip(said, written)]
    return float(np.mean(rates))


# %% tags=["mutant"] exercise="17.word_errors" misconception="letters"
def word_error_rate(said, written):
    if not any(said):
        raise ValueError("nothing was said")
    errors = 0
    for one, other in zip(said, written):
        above = list(range(len(other) + 1))
        for place, sign in enumerate(one, 1):
            row = [place]
            for column, given in enumerate(other, 1):
                row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (sign != given)))
            above = row
        errors += above[-1]
    return errors / sum(len(one) for one in said)


# %% tags=["mutant"] exercise="17.word_errors" misconception="by_position"
def word_error_rate(said, written):
    errors = words = 0
    for one, other in zip(said, written):
        one, other = one.split(), other.split()
        errors += sum(word != given for word, given in zip(one, other)) + abs(len(one) - len(other))
        words += len(one)
    if not words:
        raise ValueError("nothing was said")
    return errors / words


# %% tags=["mutant"] exercise="17.word_errors" misconception="by_written"
def word_error_rate(said, written):
    import functools

    @functools.cache
    def fewest(one, other):
        if not one or not other:
            return len(one) + len(other)
        replaced = fewest(one[1:], other[1:]) + (one[0] != other[0])
        return min(replaced, fewest(one[1:], other) + 1, fewest(one, other[1:]) + 1)

    if not any(said):
        raise ValueError("nothing was said")
    errors = sum(fewest(tuple(one.split()), tuple(other.split())) for one, other in zip(said, written))
    return errors / sum(len(other.split()) for other in written)


# %% tags=["mutant"] exercise="17.word_errors" misconception="capped"
def word_error_rate(said, written):
    import functools

    @functools.cache
    def fewest(one, other):
        if not one or not other:
            return len(one) + len(other)
        replaced = fewest(one[1:], other[1:]) + (one[0] != other[0])
        return min(replaced, fewest(one[1:], other) + 1, fewest(one, other[1:]) + 1)

    if not any(said):
        raise ValueError("nothing was said")
    errors = sum(fewest(tuple(one.split()), tuple(other.split())) for one, other in zip(said, written))
    return min(1.0, errors / sum(len(one.split()) for one in said))


# %% tags=["mutant"] exercise="17.word_errors" misconception="in_any_order"
def word_error_rate(said, written):
    errors = words = 0
    for one, other in zip(said, written):
        one, other = one.split(), other.split()
        missing = list(one)
        for word in other:
            if word in missing:
                missing.remove(word)
        errors += max(len(one), len(other)) - (len(one) - len(missing))
        words += len(one)
    if not words:
        raise ValueError("nothing was said")
    return errors / words


# %% tags=["mutant"] exercise="17.word_errors" misconception="replaced_twice"
def word_error_rate(said, written):
    import functools

    @functools.cache
    def fewest(one, other):
        if not one or not other:
            return len(one) + len(other)
        if one[0] == other[0]:
            return fewest(one[1:], other[1:])
        return 1 + min(fewest(one[1:], other), fewest(one, other[1:]))

    if not any(said):
        raise ValueError("nothing was said")
    errors = sum(fewest(tuple(one.split()), tuple(other.split())) for one, other in zip(said, written))
    return errors / sum(len(one.split()) for one in said)


# %% tags=["mutant"] exercise="17.word_errors" misconception="zero_divides"
def word_error_rate(said, written):
    import functools

    @functools.cache
    def fewest(one, other):
        if not one or not other:
            return len(one) + len(other)
        replaced = fewest(one[1:], other[1:]) + (one[0] != other[0])
        return min(replaced, fewest(one[1:], other) + 1, fewest(one, other[1:]) + 1)

    errors = sum(fewest(tuple(one.split()), tuple(other.split())) for one, other in zip(said, written))
    return errors / sum(len(one.split()) for one in said)


# %% tags=["mutant"] exercise="17.word_errors" misconception="zero_divides"
def word_error_rate(said, written):
    import functools

    @functools.cache
    def fewest(one, other):
        if not one or not other:
            return len(one) + len(other)
        replaced = fewest(one[1:], other[1:]) + (one[0] != other[0])
        return min(replaced, fewest(one[1:], other) + 1, fewest(one, other[1:]) + 1)

    errors = sum(fewest(tuple(one.split()), tuple(other.split())) for one, other in zip(said, written))
    return errors / max(1, sum(len(one.split()) for one in said))


# %% tags=["variant"] exercise="17.word_errors"
def word_error_rate(said, written):
    from functools import cache

    def fewest(one, other):
        @cache
        def rest(left, right):
            if left == len(one) or right == len(other):
                return len(one) - left + len(other) - right
            if one[left] == other[right]:
                return rest(left + 1, right + 1)
            return 1 + min(rest(left + 1, right), rest(left, right + 1), rest(left + 1, right + 1))

        return rest(0, 0)

    words = [text.split() for text in said]
    total = sum(map(len, words))
    if total == 0:
        raise ValueError("empty")
    return np.sum([fewest(one, text.split()) for one, text in zip(words, written)]) / np.float64(total)


# %% [markdown]
# ## 6 · All ways to say the same
#
# The loss of CTC ([Graves et al. 2006](https://www.cs.toronto.edu/~graves/icml_2006.pdf))
# is minus the logarithm of the probability that the steps spell `labels`: the sum over
# *all* paths that collapse to these labels. The *forward algorithm* adds them up without
# listing them. Write the labels with blanks around each: *a, b* becomes *0, a, 0, b, 0*.
# Then walk through the steps and keep for each of these places the probability of having
# come there:
#
# - a path begins at the first blank or at the first letter,
# - from step to step it stays, or goes one place on,
# - or two, past a blank, but only between two *different* letters,
# - it ends at the last letter or at the last blank.
#
# Return the natural logarithm of the sum. Recordings are long: a product of a thousand
# probabilities is 0 to a computer, so add logarithms, with `np.logaddexp`.
#
# | | |
# |---|---|
# | `probabilities` | shape (steps, signs), the blank is sign 0 |
# | `labels` | whole numbers, at least one, none of them 0 |

# %% tags=["definition"] exercise="17.forward"
"""The forward algorithm of CTC."""
import numpy as np

POINTS = 3
HINTS = [
    "`places = [0]`, and for each label `places += [label, 0]`. Begin with an array full of `-np.inf`, and only the "
    "first two places get the logarithm of their probability at the first step.",
    "At each step, for place s: `logaddexp` of the old values at s and s - 1, and of s - 2 if places[s] is a letter "
    "and differs from places[s - 2]. Then add `np.log(step[places[s]])`.",
    "Take care to read the old values only, from before this step. The result is "
    "`np.logaddexp(values[-1], values[-2])`.",
]
MISTAKES = {
    "always_skips": "The blank between two equal letters was skipped as well. Without it they would become one.",
    "never_skips": "The blank between different letters was never skipped. It may be, and most paths do.",
    "last_letter_only": "Paths that end in the last blank were forgotten.",
    "last_blank_only": "Paths that end in the last letter were forgotten.",
    "first_blank_only": "Paths that begin with the first letter were forgotten.",
    "begins_anywhere": "Paths were begun at every place, so that letters at the beginning may be left out. Only the "
    "first two places may begin.",
    "best_path": "This is the best path alone. Add up all of them.",
    "underflow": "Where there are many steps, the result is minus infinity: the products became 0. Add logarithms "
    "in place of multiplying.",
    "sign": "The sign is turned: this is the loss. Asked for is the logarithm itself, which is negative.",
    "probability": "This is the probability. Return its logarithm.",
    "never_stays": "A path moved on at every step. It may also stay where it is.",
}


def spread(rng, steps, signs, strength=1.0):
    scores = np.exp(strength * rng.normal(size=(steps, signs)))
    return scores / scores.sum(axis=1, keepdims=True)


def cases(rng):
    one, two, three = (int(letter) for letter in rng.permutation(np.arange(1, 5))[:3])
    yield {"probabilities": spread(rng, 5, 5), "labels": [one, two]}
    yield {"probabilities": spread(rng, 6, 5), "labels": [one, one, two]}
    yield {"probabilities": spread(rng, 9, 5), "labels": [two, one, one, three]}
    yield {"probabilities": spread(rng, 1200, 5), "labels": [one, two, two, three, one]}


def forward(probabilities, labels, *, skip="different", begin=2, end=2, add=np.logaddexp, stay=True):
    places = [0]
    for label in labels:
        places += [label, 0]
    logs = np.log(np.asarray(probabilities))[:, places]
    values = np.full(len(places), -np.inf)
    values[:begin] = logs[0, :begin]
    allowed = np.array([
        s >= 2 and skip != "never" and places[s] != 0 and (skip == "always" or places[s] != places[s - 2])
        for s in range(len(places))
    ])
    for step in logs[1:]:
        after = values if stay else np.full(len(places), -np.inf)
        after = add(after, np.append(-np.inf, values[:-1]))
        skipped = np.append([-np.inf, -np.inf], values[:-2])
        values = add(after, np.where(allowed, skipped, -np.inf)) + step
    return float(add(values[-1], values[-2]) if end == 2 else values[end])


def reference(probabilities, labels):
    return forward(probabilities, labels)


def diagnose(inputs, output):
    if np.size(output) != 1:
        return None
    if len(inputs["probabilities"]) > 1000 and not np.isfinite(output):
        return "underflow"
    right = forward(**inputs)
    wrong = {
        "always_skips": {"skip": "always"}, "never_skips": {"skip": "never"}, "last_letter_only": {"end": -2},
        "last_blank_only": {"end": -1}, "first_blank_only": {"begin": 1}, "begins_anywhere": {"begin": None},
        "best_path": {"add": np.maximum}, "never_stays": {"stay": False},
    }
    values = {key: forward(**inputs, **options) for key, options in wrong.items()}
    values |= {"sign": -right, "probability": float(np.exp(right))}
    named = [
        key for key, value in values.items()
        if (output == value or np.isclose(output, value, rtol=1e-9, atol=1e-12)) and not np.isclose(value, right)
    ]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="17.forward"
def log_probability(probabilities, labels):
    """Return the logarithm of the probability that the steps spell the labels."""
    ### BEGIN SOLUTION
    places = [0]
    for label in labels:
        places += [label, 0]
    logs = np.log(probabilities)[:, places]
    values = np.full(len(places), -np.inf)
    values[:2] = logs[0, :2]
    for step in logs[1:]:
        after = values.copy()
        for place in range(1, len(places)):
            after[place] = np.logaddexp(after[place], values[place - 1])
            if places[place] and place > 1 and places[place] != places[place - 2]:
                after[place] = np.logaddexp(after[place], values[place - 2])
        values = after + step
    return np.logaddexp(values[-1], values[-2])
    ### END SOLUTION


# %%
forward_works = check("17.forward", log_probability)


# %% tags=["mutant"] exercise="17.forward" misconception="always_skips"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = np.where(np.arange(len(places)) < 2, logs[0], -np.inf)
    letter = np.array(places) > 0
    for step in logs[1:]:
        one, two = np.append(-np.inf, values[:-1]), np.append([-np.inf, -np.inf], values[:-2])
        values = np.logaddexp(np.logaddexp(values, one), np.where(letter, two, -np.inf)) + step
    return np.logaddexp(values[-1], values[-2])


# %% tags=["mutant"] exercise="17.forward" misconception="never_skips"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = np.where(np.arange(len(places)) < 2, logs[0], -np.inf)
    for step in logs[1:]:
        values = np.logaddexp(values, np.append(-np.inf, values[:-1])) + step
    return np.logaddexp(values[-1], values[-2])


# %% tags=["mutant"] exercise="17.forward" misconception="last_letter_only"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = np.where(np.arange(len(places)) < 2, logs[0], -np.inf)
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in logs[1:]:
        one, two = np.append(-np.inf, values[:-1]), np.append([-np.inf, -np.inf], values[:-2])
        values = np.logaddexp(np.logaddexp(values, one), np.where(skips, two, -np.inf)) + step
    return values[-2]


# %% tags=["mutant"] exercise="17.forward" misconception="last_blank_only"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = np.where(np.arange(len(places)) < 2, logs[0], -np.inf)
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in logs[1:]:
        one, two = np.append(-np.inf, values[:-1]), np.append([-np.inf, -np.inf], values[:-2])
        values = np.logaddexp(np.logaddexp(values, one), np.where(skips, two, -np.inf)) + step
    return values[-1]


# %% tags=["mutant"] exercise="17.forward" misconception="first_blank_only"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = np.where(np.arange(len(places)) < 1, logs[0], -np.inf)
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in logs[1:]:
        one, two = np.append(-np.inf, values[:-1]), np.append([-np.inf, -np.inf], values[:-2])
        values = np.logaddexp(np.logaddexp(values, one), np.where(skips, two, -np.inf)) + step
    return np.logaddexp(values[-1], values[-2])


# %% tags=["mutant"] exercise="17.forward" misconception="begins_anywhere"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = logs[0]
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in logs[1:]:
        one, two = np.append(-np.inf, values[:-1]), np.append([-np.inf, -np.inf], values[:-2])
        values = np.logaddexp(np.logaddexp(values, one), np.where(skips, two, -np.inf)) + step
    return np.logaddexp(values[-1], values[-2])


# %% tags=["mutant"] exercise="17.forward" misconception="best_path"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = np.where(np.arange(len(places)) < 2, logs[0], -np.inf)
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in logs[1:]:
        one, two = np.append(-np.inf, values[:-1]), np.append([-np.inf, -np.inf], values[:-2])
        values = np.maximum(np.maximum(values, one), np.where(skips, two, -np.inf)) + step
    return max(values[-1], values[-2])


# %% tags=["mutant"] exercise="17.forward" misconception="underflow"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    values = np.where(np.arange(len(places)) < 2, probabilities[0, places], 0.0)
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in probabilities[1:, places]:
        one, two = np.append(0.0, values[:-1]), np.append([0.0, 0.0], values[:-2])
        values = (values + one + skips * two) * step
    return np.log(values[-1] + values[-2])


# %% tags=["mutant"] exercise="17.forward" misconception="sign"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = np.where(np.arange(len(places)) < 2, logs[0], -np.inf)
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in logs[1:]:
        one, two = np.append(-np.inf, values[:-1]), np.append([-np.inf, -np.inf], values[:-2])
        values = np.logaddexp(np.logaddexp(values, one), np.where(skips, two, -np.inf)) + step
    return -np.logaddexp(values[-1], values[-2])


# %% tags=["mutant"] exercise="17.forward" misconception="probability"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    values = np.where(np.arange(len(places)) < 2, probabilities[0, places], 0.0)
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in probabilities[1:, places]:
        one, two = np.append(0.0, values[:-1]), np.append([0.0, 0.0], values[:-2])
        values = (values + one + skips * two) * step
    return values[-1] + values[-2]


# %% tags=["mutant"] exercise="17.forward" misconception="never_stays"
def log_probability(probabilities, labels):
    places = [0, *(number for label in labels for number in (label, 0))]
    logs = np.log(probabilities)[:, places]
    values = np.where(np.arange(len(places)) < 2, logs[0], -np.inf)
    skips = np.array([s > 1 and places[s] > 0 and places[s] != places[s - 2] for s in range(len(places))])
    for step in logs[1:]:
        one, two = np.append(-np.inf, values[:-1]), np.append([-np.inf, -np.inf], values[:-2])
        values = np.logaddexp(one, np.where(skips, two, -np.inf)) + step
    return np.logaddexp(values[-1], values[-2])


# %% tags=["variant"] exercise="17.forward"
def log_probability(probabilities, labels):
    # Graves's other way: probabilities, brought to a sum of 1 after each step, with the logarithms of the sums kept.
    places = [0] * (2 * len(labels) + 1)
    places[1::2] = labels
    values = [probabilities[0][0], probabilities[0][labels[0]]] + [0.0] * (len(places) - 2)
    total = 0.0
    for time in range(len(probabilities)):
        if time:
            old, values = values, []
            for here, number in enumerate(places):
                reach = old[here] + (old[here - 1] if here else 0.0)
                if here > 1 and number and number != places[here - 2]:
                    reach += old[here - 2]
                values.append(reach * probabilities[time][number])
        scale = sum(values)
        total += np.log(scale)
        values = [value / scale for value in values]
    return total + np.log(values[-1] + values[-2])


# %% [markdown]
# Against brute force: with two letters, a blank and five steps there are 243 paths. Your
# own greedy decoder says what each of them spells; those that spell *1, 2* are added up.
# And Keras has the same, as its loss.

# %%
if forward_works and greedy_works:
    tiny = np.random.default_rng(17).dirichlet(np.ones(3), size=5)
    total = 0.0
    for path in itertools.product(range(3), repeat=5):
        if greedy(np.eye(3)[list(path)]) == [1, 2]:
            total += tiny[np.arange(5), path].prod()
    yours = np.exp(log_probability(tiny, [1, 2]))
    scores, count = np.log(tiny)[None].astype("float32"), np.array([2])
    loss = keras.ops.ctc_loss(np.array([[1, 2]]), scores, count, np.array([5]))[0]
    assert np.isclose(yours, total)
    assert np.isclose(np.exp(-float(loss)), total, rtol=1e-4)
    found("all_paths", yours, "All paths that spell it: {:.4f}, three times.")

# %% [markdown]
# ## 7 · The likeliest text, not the likeliest path
#
# Greedy decoding takes the best *path*. But a text has many paths, and a text with many
# middling paths can beat one with a single good path. *Prefix beam search*
# ([Hannun et al. 2014](https://arxiv.org/abs/1408.2873)) keeps the `width` likeliest
# beginnings, and for each two probabilities: of all its paths that end in a *blank*, and
# of all that end in its last *letter*. It starts with the empty beginning, whose paths
# end in a blank, with 1 and 0. At each step every beginning
#
# - stays what it is by a blank: from both probabilities, into *blank*,
# - stays what it is by its last letter once more: from *letter*, into *letter*,
# - grows by each letter, into *letter* of the longer beginning: from both, but only from
#   *blank* if the new letter equals the last one.
#
# Where two ways lead to the same beginning, their probabilities are *added*. Then only
# the `width` with the largest sums of *blank* and *letter* stay.
#
# A *language model* has a say whenever a beginning grows, and only then: the probability
# is multiplied by `model[last, new] ** weight`. It looks at one letter only, where the
# lesson's looked at five; row 0 stands for the empty beginning. Return the best text of
# all, as a list of whole numbers.
#
# | | |
# |---|---|
# | `probabilities` | shape (steps, signs), the blank is sign 0 |
# | `width` | how many beginnings stay |
# | `model` | how likely a letter follows another, shape (signs, signs) |
# | `weight` | how much the model has to say; 0 is nothing |

# %% tags=["definition"] exercise="17.beam"
"""Prefix beam search with a language model."""
import numpy as np

POINTS = 4
HINTS = [
    "A dict from beginning, a tuple of numbers, to a pair: `beams = {(): (1.0, 0.0)}`. For each step make a new one, "
    "`after = defaultdict(lambda: [0.0, 0.0])`, into which everything is added with `+=`.",
    "For a beginning with (blank, letter) at a step: `after[prefix][0] += (blank + letter) * step[0]`, and if it has "
    "a last letter, `after[prefix][1] += letter * step[last]`.",
    "For each new letter: `before = blank if new == last else blank + letter`, and `after[(*prefix, new)][1] += before "
    "* step[new] * model[last, new] ** weight`, where last is 0 for the empty beginning. At the end of the step keep "
    "the best: `sorted(after, key=lambda prefix: -sum(after[prefix]))[:width]`.",
]
MISTAKES = {
    "best_path": "This is the greedy answer: the best path. Another text is likelier, by all its paths together.",
    "not_added": "Paths to the same beginning were not added: the largest of them was taken, or they stood side by "
    "side. Use `+=` into one dict.",
    "doubles_from_letter": "A beginning grew by its own last letter without a blank between. Such a path only makes "
    "the letter longer; it becomes two from *blank* alone.",
    "no_doubles": "No letter ever comes twice in a row. From *blank*, a beginning may grow by its own last letter.",
    "model_ignored": "The language model had no say.",
    "weight_ignored": "The weight had no effect: raise the model's probability to its power.",
    "model_each_step": "The model had a say when a letter only lasted. It counts once for each letter that is added.",
    "first_letter_free": "The model had no say in the first letter: row 0 stands for the empty beginning.",
    "width_ignored": "More beginnings stayed than `width`. This time it was for the better, but recordings are long.",
}
WIDE = 60


def search(probabilities, width, model, weight, *, own=False, doubles=True, held=False, first=True, merge="sum"):
    beams = {(): (1.0, 0.0)}
    factors = np.asarray(model) ** weight
    for step in np.asarray(probabilities).tolist():
        after = {}

        def put(prefix, place, value):
            pair = after.setdefault(prefix, [0.0, 0.0])
            pair[place] = pair[place] + value if merge == "sum" else max(pair[place], value)

        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            both = blank + letter if merge == "sum" else max(blank, letter)
            put(prefix, 0, both * step[0])
            if prefix:
                put(prefix, 1, letter * step[last] * (factors[last, last] if held else 1.0))
            for new in range(1, len(step)):
                if new == last and not doubles:
                    continue
                before = blank if new == last and not own else both
                factor = factors[last, new] if prefix or first else 1.0
                put((*prefix, new), 1, before * step[new] * factor)
        total = sum if merge == "sum" else max
        order = sorted(after, key=lambda prefix: total(after[prefix]), reverse=True)[:width]
        beams = {prefix: after[prefix] for prefix in order}
    return list(order[0])


def path(probabilities):
    best = np.argmax(probabilities, axis=1).tolist()
    return [number for place, number in enumerate(best) if number and (not place or number != best[place - 1])]


OPTIONS = {
    "not_added": {"merge": "max"}, "doubles_from_letter": {"own": True}, "no_doubles": {"doubles": False},
    "model_ignored": {"weight": 0.0}, "weight_ignored": {"weight": 1.0}, "model_each_step": {"held": True},
    "first_letter_free": {"first": False}, "width_ignored": {"width": WIDE},
}


def mistaken(key, inputs):
    return path(inputs["probabilities"]) if key == "best_path" else search(**{**inputs, **OPTIONS[key]})


def drawn(rng, width, weight):
    letters = int(rng.integers(3, 5))
    scores = rng.exponential(size=(int(rng.integers(5, 8)), letters)) ** 1.5 + 0.02
    model = rng.exponential(size=(letters, letters)) ** 1.5 + 0.02
    model[:, 0] = 0.0
    return {
        "probabilities": scores / scores.sum(axis=1, keepdims=True), "width": width,
        "model": model / model.sum(axis=1, keepdims=True), "weight": weight,
    }


def cases(rng):
    for mistake in ("best_path", *OPTIONS):
        weight, width = 0.4 if mistake == "weight_ignored" else 0.7, 2 if mistake == "width_ignored" else 30
        for _ in range(300):
            inputs = drawn(rng, width, weight)
            right, wrong = search(**inputs), mistaken(mistake, inputs)
            # A case is of use where this mistake gives a text of its own.
            if wrong != right and all(mistaken(key, inputs) != wrong for key in MISTAKES if key != mistake):
                break
        yield inputs
    while True:
        inputs = drawn(rng, 30, 0.0)
        if search(**inputs) != path(inputs["probabilities"]):
            break
    yield inputs


def reference(probabilities, width, model, weight):
    return search(probabilities, width, model, weight)


def diagnose(inputs, output):
    right, given = search(**inputs), [int(number) for number in np.ravel(output)]
    named = [] if given == right else [key for key in MISTAKES if mistaken(key, inputs) == given]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="17.beam"
def beam(probabilities, width, model, weight):
    """Return the numbers of the letters of the likeliest text."""
    ### BEGIN SOLUTION
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] += (blank + letter) * step[0]
            if prefix:
                after[prefix][1] += letter * step[last]
            for new in range(1, len(step)):
                before = blank if new == last else blank + letter
                chance = step[new] * model[last, new] ** weight
                after[(*prefix, new)][1] += before * chance
        best = sorted(after, key=lambda prefix: -sum(after[prefix]))[:width]
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])
    ### END SOLUTION


# %%
beam_works = check("17.beam", beam)


# %% tags=["mutant"] exercise="17.beam" misconception="best_path"
def beam(probabilities, width, model, weight):
    best = probabilities.argmax(axis=1).tolist()
    return [number for place, number in enumerate(best) if number and (not place or number != best[place - 1])]


# %% tags=["mutant"] exercise="17.beam" misconception="not_added"
def beam(probabilities, width, model, weight):
    beams = [((), 0, 1.0)]  # a path: its beginning, its last number, its probability
    for step in probabilities:
        after = []
        for prefix, end, chance in beams:
            last = prefix[-1] if prefix else 0
            for new in range(len(step)):
                if new == 0 or new == end:
                    after.append((prefix, new, chance * step[new]))
                else:
                    after.append(((*prefix, new), new, chance * step[new] * model[last, new] ** weight))
        beams = sorted(after, key=lambda path: -path[2])[:width]
    return list(beams[0][0])


# %% tags=["mutant"] exercise="17.beam" misconception="not_added"
def beam(probabilities, width, model, weight):
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] = max(blank, letter) * step[0]
            if prefix:
                after[prefix][1] = max(after[prefix][1], letter * step[last])
            for new in range(1, len(step)):
                before = blank if new == last else max(blank, letter)
                grown = before * step[new] * model[last, new] ** weight
                after[(*prefix, new)][1] = max(after[(*prefix, new)][1], grown)
        best = sorted(after, key=lambda prefix: -max(after[prefix]))[:width]
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])


# %% tags=["mutant"] exercise="17.beam" misconception="doubles_from_letter"
def beam(probabilities, width, model, weight):
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] += (blank + letter) * step[0]
            if prefix:
                after[prefix][1] += letter * step[last]
            for new in range(1, len(step)):
                before = blank + letter
                after[(*prefix, new)][1] += before * step[new] * model[last, new] ** weight
        best = sorted(after, key=lambda prefix: -sum(after[prefix]))[:width]
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])


# %% tags=["mutant"] exercise="17.beam" misconception="no_doubles"
def beam(probabilities, width, model, weight):
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] += (blank + letter) * step[0]
            if prefix:
                after[prefix][1] += letter * step[last]
            for new in range(1, len(step)):
                before = 0.0 if new == last else blank + letter
                after[(*prefix, new)][1] += before * step[new] * model[last, new] ** weight
        best = sorted(after, key=lambda prefix: -sum(after[prefix]))[:width]
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])


# %% tags=["mutant"] exercise="17.beam" misconception="model_ignored"
def beam(probabilities, width, model, weight):
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] += (blank + letter) * step[0]
            if prefix:
                after[prefix][1] += letter * step[last]
            for new in range(1, len(step)):
                before = blank if new == last else blank + letter
                after[(*prefix, new)][1] += before * step[new]
        best = sorted(after, key=lambda prefix: -sum(after[prefix]))[:width]
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])


# %% tags=["mutant"] exercise="17.beam" misconception="weight_ignored"
def beam(probabilities, width, model, weight):
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] += (blank + letter) * step[0]
            if prefix:
                after[prefix][1] += letter * step[last]
            for new in range(1, len(step)):
                before = blank if new == last else blank + letter
                after[(*prefix, new)][1] += before * step[new] * model[last, new]
        best = sorted(after, key=lambda prefix: -sum(after[prefix]))[:width]
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])


# %% tags=["mutant"] exercise="17.beam" misconception="model_each_step"
def beam(probabilities, width, model, weight):
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] += (blank + letter) * step[0]
            if prefix:
                after[prefix][1] += letter * step[last] * model[last, last] ** weight
            for new in range(1, len(step)):
                before = blank if new == last else blank + letter
                after[(*prefix, new)][1] += before * step[new] * model[last, new] ** weight
        best = sorted(after, key=lambda prefix: -sum(after[prefix]))[:width]
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])


# %% tags=["mutant"] exercise="17.beam" misconception="first_letter_free"
def beam(probabilities, width, model, weight):
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] += (blank + letter) * step[0]
            if prefix:
                after[prefix][1] += letter * step[last]
            for new in range(1, len(step)):
                before = blank if new == last else blank + letter
                after[(*prefix, new)][1] += before * step[new] * (model[last, new] ** weight if prefix else 1.0)
        best = sorted(after, key=lambda prefix: -sum(after[prefix]))[:width]
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])


# %% tags=["mutant"] exercise="17.beam" misconception="width_ignored"
def beam(probabilities, width, model, weight):
    beams = {(): (1.0, 0.0)}
    for step in probabilities:
        after = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in beams.items():
            last = prefix[-1] if prefix else 0
            after[prefix][0] += (blank + letter) * step[0]
            if prefix:
                after[prefix][1] += letter * step[last]
            for new in range(1, len(step)):
                before = blank if new == last else blank + letter
                after[(*prefix, new)][1] += before * step[new] * model[last, new] ** weight
        best = sorted(after, key=lambda prefix: -sum(after[prefix]))
        beams = {prefix: after[prefix] for prefix in best}
    return list(best[0])


# %% tags=["variant"] exercise="17.beam"
def beam(probabilities, width, model, weight):
    # With logarithms, and two dicts in place of pairs.
    nothing = -np.inf
    with np.errstate(divide="ignore"):
        logs, bonus = np.log(probabilities), weight * np.log(np.where(model > 0, model, 1.0))
    blanks, letters = {(): 0.0}, {}
    for step in logs:
        some = set(blanks) | set(letters)
        new_blanks, new_letters = {}, {}
        for one in some:
            blank, letter = blanks.get(one, nothing), letters.get(one, nothing)
            new_blanks[one] = np.logaddexp(blank, letter) + step[0]
            if one:
                new_letters[one] = np.logaddexp(new_letters.get(one, nothing), letter + step[one[-1]])
            for number in range(1, len(step)):
                start = blank if one[-1:] == (number,) else np.logaddexp(blank, letter)
                grown = start + step[number] + bonus[one[-1] if one else 0, number]
                longer = (*one, number)
                new_letters[longer] = np.logaddexp(new_letters.get(longer, nothing), grown)
        value = {one: np.logaddexp(new_blanks.get(one, nothing), new_letters.get(one, nothing))
                 for one in set(new_blanks) | set(new_letters)}
        kept = sorted(value, key=value.get)[-width:]
        blanks = {one: new_blanks.get(one, nothing) for one in kept}
        letters = {one: new_letters.get(one, nothing) for one in kept}
    return [int(number) for number in kept[-1]]


# %% [markdown]
# ## 8 · A reader of numbers
#
# Everything together. You get short strings of spoken digits, each by one voice, and what
# was said, in letters. Return a *trained* network that reads them in noise, from voices
# that it never heard. It gets spectrograms as `log_mel` above makes them, (strings,
# frames, 24), and gives scores, without softmax, (strings, steps, 17): the blank and the
# 16 letters. It may have fewer steps than frames, but at least 40, for no text can have
# more letters than there are steps.
#
# The exam: strings of unheard voices at 10 decibels, decoded the quick way. At most 0.4
# of the words may be wrong. The limit is ten minutes; a twentieth of that is enough.
#
# | | |
# |---|---|
# | `waves` | shape (strings, samples), as they were recorded, without noise |
# | `lengths` | where the speech of each string ends, in samples |
# | `labels` | numbers of letters, zeros after the end, shape (strings, longest) |

# %% [markdown]
# `keras.losses.CTC()` takes such labels and scores as they are. A network without loops
# is quick here: convolutions, each over five steps, with gaps of 1, 2 and 4 between
# them.

# %% tags=["definition"] exercise="17.reader"
"""A reader of spoken numbers in noise."""
import functools

import numpy as np

POINTS = 4
SECONDS = 600
TARGET = 0.4
HINTS = [
    "First what it hears: `np.array([log_mel(with_noise(wave, length, hiss, decibels)) for ...])`, with new noise from "
    "a generator and decibels drawn between 0 and 30 for each string, again every other epoch.",
    "A stack that works: Conv1D(64, 5, strides=2, padding=\"same\"), then three more with `dilation_rate` 1, 2 and 4, "
    "each followed by BatchNormalization and ReLU and added to what went in; at the end Dense(17) without activation.",
    "`compile(keras.optimizers.Adam(rate), keras.losses.CTC())`, with a rate that falls from 0.004 to 0 by "
    "`keras.optimizers.schedules.CosineDecay`, and 12 epochs with batches of 20.",
]
MISTAKES = {
    "returned_history": "Return the network. `fit` gives a history of losses.",
    "output_shape": "The scores should have the shape (strings, steps, 17): one row of 17 for each step.",
    "too_few_steps": "There are too few steps for the letters: \"three seven\" has eleven, and equal neighbours need a "
    "blank between. Halve the frames once, not three times.",
    "probabilities": "The outputs add up to 1: they are probabilities. The loss takes scores; leave the last layer "
    "without an activation.",
    "untrained": "Even without noise it gets next to nothing right. A network under CTC begins with blanks everywhere "
    "and finds its letters late: was `fit` called, and for long enough?",
    "not_in_noise": "Without noise it reads well, in noise it does not: it has never heard any. Add noise in training, "
    "new in each epoch.",
}
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIGNS = " efghinorstuvwxz"
SAMPLES = 14_400


def bands():
    tones = np.fft.rfftfreq(256, 1 / 8000)[:, None]
    edges = 700 * (10 ** (np.linspace(0, 2146, 26) / 2595) - 1)
    rising = (tones - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - tones) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rising, falling), 0, None)


def heard(wave):
    pieces = np.lib.stride_tricks.sliding_window_view(wave, 256)[::160]
    power = np.abs(np.fft.rfft(pieces * np.hanning(257)[:-1])) ** 2 @ bands()
    levels = np.log(power + 1e-5 * power.max())
    return ((levels - levels.mean()) / levels.std()).astype("float32")


@functools.cache
def clips(part):
    from layerwise import data

    digits = data.load("spoken_digits", source="bundled")
    return tuple(getattr(digits, f"{name}_{part}") for name in ("x", "y", "length", "speaker"))


def strings(part, count, rng):
    x, y, length, speaker = clips(part)
    names = np.unique(speaker.astype(str))
    rows = {name: np.flatnonzero(speaker == name) for name in names}
    waves, ends, texts = np.zeros((count, SAMPLES), "float32"), np.zeros(count, int), []
    for place, wave in enumerate(waves):
        at, said = int(rng.integers(200, 1600)), []
        for row in rng.choice(rows[names[rng.integers(len(names))]], int(rng.integers(1, 3))):
            clip = x[row][: length[row]] / 32768
            if at + len(clip) > SAMPLES:
                break
            wave[at : at + len(clip)] = clip
            said.append(WORDS[y[row]])
            ends[place] = at + len(clip)
            at = int(ends[place] + rng.integers(400, 1600))
        texts.append(" ".join(said))
    return waves, ends, texts


def cases(rng):
    waves, lengths, texts = strings("train", 1000, rng)
    labels = np.zeros((len(texts), max(map(len, texts))), "int32")
    for row, text in zip(labels, texts):
        row[: len(text)] = [SIGNS.index(sign) + 1 for sign in text]
    tests, ends, said = strings("test", 150, rng)
    noisy = []
    for wave, end in zip(tests, ends):
        hiss = rng.normal(size=SAMPLES)
        noisy.append(heard(wave + hiss * np.sqrt(np.mean(wave[:end] ** 2) / np.mean(hiss**2) / 10)))
    clean = np.array([heard(wave + 1e-4 * rng.normal(size=SAMPLES)) for wave in tests])
    yield {
        "waves": waves, "lengths": lengths, "labels": labels, "noisy": np.array(noisy), "clean": clean, "said": said,
    }


def observe(answer, inputs):
    network = answer(inputs["waves"], inputs["lengths"], inputs["labels"])
    if network is None:
        return None
    if not hasattr(network, "predict"):
        return "history" if hasattr(network, "history") else str(type(network).__name__)
    return [network.predict(inputs[name], batch_size=150, verbose=0) for name in ("noisy", "clean")]


def texts_of(scores):
    return ["".join(
        SIGNS[number - 1] for place, number in enumerate(row) if number and (not place or number != row[place - 1])
    ) for row in scores.argmax(axis=-1).tolist()]


def word_errors(said, written):
    errors = 0
    for one, other in zip(said, written):
        one, other = one.split(), other.split()
        above = list(range(len(other) + 1))
        for place, word in enumerate(one, 1):
            row = [place]
            for column, given in enumerate(other, 1):
                row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (word != given)))
            above = row
        errors += above[-1]
    return errors / sum(len(one.split()) for one in said)


def accept(inputs, output):
    if isinstance(output, str):
        return "returned_history" if output == "history" else f"Return a Keras model, not {output}."
    noisy, clean = output
    if noisy.ndim != 3 or noisy.shape[0] != len(inputs["said"]) or noisy.shape[2] != len(SIGNS) + 1:
        return "output_shape"
    if noisy.shape[1] < 40:
        return "too_few_steps"
    if np.allclose(noisy.sum(axis=-1), 1, atol=1e-3) and noisy.min() >= 0:
        return "probabilities"
    rate = word_errors(inputs["said"], texts_of(noisy))
    if rate <= TARGET:
        return True
    quiet = word_errors(inputs["said"], texts_of(clean))
    if quiet > 0.85:
        return "untrained"
    if quiet <= TARGET:
        return "not_in_noise"
    return f"{rate:.2f} of the words are wrong, where {TARGET} would do. More epochs, or new noise in each?"


# %% tags=["exercise"] exercise="17.reader"
def reader(waves, lengths, labels):
    """Return a trained network from spectrograms to scores of letters."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(17)
    frames = keras.Input((len(log_mel(waves[0])), 24))
    hidden = keras.layers.Conv1D(64, 5, strides=2, padding="same")(frames)
    hidden = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(hidden))
    for gap in (1, 2, 4):
        more = keras.layers.Conv1D(64, 5, dilation_rate=gap, padding="same")(hidden)
        more = keras.layers.BatchNormalization(momentum=0.9)(more)
        hidden = keras.layers.Add()([hidden, keras.layers.ReLU()(more)])
    network = keras.Model(frames, keras.layers.Dense(17)(hidden))
    rate = keras.optimizers.schedules.CosineDecay(0.004, 12 * len(waves) // 20)
    network.compile(keras.optimizers.Adam(rate), keras.losses.CTC())
    for _ in range(6):
        noise = rng.normal(size=waves.shape)
        decibels = rng.uniform(0, 30, size=len(waves))
        noisy = map(with_noise, waves, lengths, noise, decibels)
        x_train = np.array([log_mel(wave) for wave in noisy])
        network.fit(x_train, labels, batch_size=20, epochs=2, verbose=0)
    return network
    ### END SOLUTION


# %%
reader_works = check("17.reader", reader)


# %% tags=["mutant"] exercise="17.reader" misconception="returned_history"
def reader(waves, lengths, labels):
    network = keras.Sequential([keras.Input((89, 24)), keras.layers.Dense(17)])
    network.compile("adam", keras.losses.CTC())
    return network.fit(np.array([log_mel(wave) for wave in waves[:50]]), labels[:50], verbose=0)


# %% tags=["mutant"] exercise="17.reader" misconception="output_shape"
def reader(waves, lengths, labels):
    return keras.Sequential([keras.Input((None, 24)), keras.layers.Conv1D(16, 5, strides=2), keras.layers.Dense(16)])


# %% tags=["mutant"] exercise="17.reader" misconception="too_few_steps"
def reader(waves, lengths, labels):
    layers = [keras.layers.Conv1D(16, 5, strides=2, padding="same") for _ in range(3)]
    return keras.Sequential([keras.Input((None, 24)), *layers, keras.layers.Dense(17)])


# %% tags=["mutant"] exercise="17.reader" misconception="probabilities"
def reader(waves, lengths, labels):
    return keras.Sequential([keras.Input((None, 24)), keras.layers.Conv1D(16, 5, strides=2, padding="same"),
                             keras.layers.Dense(17, activation="softmax")])


# %% tags=["mutant"] exercise="17.reader" misconception="untrained"
def reader(waves, lengths, labels):
    network = keras.Sequential([keras.Input((None, 24)), keras.layers.Conv1D(16, 5, strides=2, padding="same"),
                                keras.layers.Dense(17)])
    network.compile(keras.optimizers.Adam(0.004), keras.losses.CTC())
    return network


# %% tags=["mutant"] exercise="17.reader" misconception="not_in_noise"
def reader(waves, lengths, labels):
    frames = keras.Input((len(log_mel(waves[0])), 24))
    hidden = keras.layers.Conv1D(64, 5, strides=2, padding="same", activation="relu")(frames)
    for gap in (1, 2, 4):
        more = keras.layers.Conv1D(64, 5, dilation_rate=gap, padding="same")(hidden)
        more = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(more))
        hidden = keras.layers.Add()([hidden, more])
    network = keras.Model(frames, keras.layers.Dense(17)(hidden))
    rate = keras.optimizers.schedules.CosineDecay(0.004, 8 * len(waves) // 20)
    network.compile(keras.optimizers.Adam(rate), keras.losses.CTC())
    network.fit(np.array([log_mel(wave) for wave in waves]), labels, batch_size=20, epochs=8, verbose=0)
    return network


# %% tags=["variant"] exercise="17.reader"
def reader(waves, lengths, labels):
    # No shortcuts, wider windows, and all noise drawn before one training.
    rng = np.random.default_rng(4)
    thrice = np.concatenate([waves, waves, waves])
    heard = np.array([
        log_mel(with_noise(wave, length, rng.normal(size=len(wave)), rng.uniform(3, 25)))
        for wave, length in zip(thrice, np.tile(lengths, 3))
    ])
    network = keras.Sequential([keras.Input(heard.shape[1:])])
    for strides in (2, 1, 1):
        network.add(keras.layers.Conv1D(64, 9, strides=strides, padding="same", use_bias=False))
        network.add(keras.layers.BatchNormalization(momentum=0.9))
        network.add(keras.layers.ReLU())
    network.add(keras.layers.Dense(17))
    rate = keras.optimizers.schedules.CosineDecay(0.004, 4 * len(heard) // 25)
    network.compile(keras.optimizers.Adam(rate), keras.losses.CTC())
    network.fit(heard, np.tile(labels, (3, 1)), batch_size=25, epochs=4, verbose=0)
    return network


# %% [markdown]
# ## Something to keep: it reads what you choose
#
# The voices of the training part speak for you, the network is your function's, and the
# voices of the test part are strangers. A number, as one voice says it digit by digit:


# %%
def say(number, voice, rng, part="test"):
    """Return the samples of a number, as one voice says it."""
    names = ("x", "y", "length", "speaker")
    x, y, length, speaker = (getattr(digits, f"{name}_{part}") for name in names)
    pieces = []
    for sign in number:
        row = rng.choice(np.flatnonzero((speaker == voice) & (y == int(sign))))
        pieces += [np.zeros(rng.integers(400, 1600)), x[row][: length[row]] / 32768]
    return np.concatenate(pieces)


# %% [markdown]
# Many of them, by voices that are drawn, with what was said in words. Silence fills them
# up to one length; what is longer is drawn again.


# %%
def strings(count, most, part, samples, rng):
    """Return waves of one length, where the speech of each ends, and what was said."""
    voices = np.unique(getattr(digits, f"speaker_{part}").astype(str))
    waves, lengths, said = [], [], []
    while len(waves) < count:
        number = rng.choice(list("0123456789"), rng.integers(1, most + 1))
        wave = say(number, rng.choice(voices), rng, part)
        if len(wave) <= samples:
            waves.append(np.pad(wave, (0, samples - len(wave))))
            lengths.append(len(wave))
            said.append(" ".join(digits.classes[int(sign)] for sign in number))
    return np.array(waves), lengths, said


# %% [markdown]
# The check has judged your function and kept no network, so train one of your own.

# %%
LETTERS = " efghinorstuvwxz"  # sign k is LETTERS[k - 1], sign 0 is the blank
COUNT, EXAM = {"smoke": (60, 4), "quick": (1000, 30), "full": (4000, 200)}[PROFILE]
ready = noise_works and greedy_works and errors_work and beam_works and reader_works
if ready:
    rng = np.random.default_rng(17)
    waves, lengths, said = strings(COUNT, 2, "train", 14_400, rng)
    labels = np.zeros((COUNT, max(map(len, said))), "int32")
    for row, text in zip(labels, said):
        row[: len(text)] = [LETTERS.index(letter) + 1 for letter in text]
    trained = reader(waves, lengths, labels)

# %% [markdown]
# It was trained on waves of one length. Convolutions do not care, so the same weights
# behind another input take any length:

# %%
if ready:
    anything = keras.Input((None, 24))
    network = keras.models.clone_model(trained, input_tensors=anything)
    network.set_weights(trained.get_weights())

# %% [markdown]
# The language model counts which letter follows which when numbers are spelled. It has
# never heard a sound. A little is added to each count: what was never seen is unlikely,
# not impossible.

# %%
model = np.full((17, 17), 0.1)
for text in said if ready else []:
    signs = [0, *(LETTERS.index(letter) + 1 for letter in text)]
    np.add.at(model, (signs[:-1], signs[1:]), 1)
model /= model.sum(axis=1, keepdims=True)

# %% [markdown]
# From a wave to probabilities, and from those to two texts, by your two decoders:


# %%
def hear(wave):
    """Return the probabilities of the signs, shape (steps, signs)."""
    scores = network(log_mel(wave)[None])[0]
    return keras.ops.convert_to_numpy(keras.ops.softmax(scores))


def read(wave, weight=0.3):
    """Return two texts: by greedy decoding, and by your beam with the model."""
    chances = hear(wave)
    written = greedy(chances), beam(chances, 10, model, weight)
    return ["".join(LETTERS[sign - 1] for sign in signs) for signs in written]


# %% [markdown]
# A harder exam: strangers who say up to three digits, one more than the network ever
# met in training, in more and more noise. Guess first: does the language model help more
# where it is quiet, or where it is loud?

# %%
DECIBELS = [20, 10, 5, 0]
if ready:
    rng = np.random.default_rng(3)
    spoken, ends, truth = strings(EXAM, 3, "test", 24_000, rng)
    rates = {"greedy": [], "beam with the model": []}
    for decibels in DECIBELS:
        noise = rng.normal(size=spoken.shape)
        noisy = map(with_noise, spoken, ends, noise, [decibels] * EXAM)
        for name, texts in zip(rates, zip(*map(read, noisy))):
            rates[name].append(word_error_rate(truth, list(texts)))
    found("greedy_errors", rates["greedy"][1], "At 10 dB {:.0%} of words are wrong;")
    by_beam = rates["beam with the model"][1]
    found("beam_errors", by_beam, "with your beam and the language model, {:.0%}.")

# %% [markdown]
# Quiet is at the right. Compare the gap between the two curves at both ends: a language
# model can mend a word that was nearly heard, and can only guess one that was not.

# %%
if ready:
    axes = {"x_title": "signal-to-noise ratio in dB", "y_title": "word error rate"}
    title = "Your reader, strangers, and noise"
    figure = plot.curves(rates, x=DECIBELS, **axes, title=title)
figure if ready else None

# %% [markdown]
# And now a number of your choice, by a voice of your choice (0 to 11), in noise of your
# choice. Listen first: what do *you* hear?

# %%
NUMBER, VOICE, LOUDNESS = "407", 0, 10
if ready:
    voice = np.unique(digits.speaker_test.astype(str))[VOICE]
    in_words = " ".join(digits.classes[int(sign)] for sign in NUMBER)
    clean = say(NUMBER, voice, np.random.default_rng())
    hiss = np.random.default_rng().normal(size=len(clean))
    wave = with_noise(clean, len(clean), hiss, LOUDNESS)
explore.listen(wave, 8000, title=f"A stranger says {NUMBER}") if ready else None

# %% [markdown]
# This is what your network makes of it. Each letter is a spike at the moment when it was
# sure; where two spikes share a moment, your decoder has to choose.

# %%
if ready:
    by_ear, by_both = read(wave)
    figure = plot.spelled(
        log_mel(wave),
        hear(wave),
        LETTERS,
        seconds=len(wave) / 8000,
        text=by_both,
        title=f'Greedy reads "{by_ear}", your beam "{by_both}"',
    )
figure if ready else None

# %% [markdown]
# A room, as in the lesson, for the explorer below:


# %%
def spoil(wave, decibels, echo):
    """Return a wave in a room that echoes so many seconds, with noise (None: none)."""
    rng = np.random.default_rng(8)
    if echo:
        times = np.arange(1, int(8000 * echo)) / 8000
        echoes = 0.02 * rng.normal(size=len(times)) * 10 ** (-3 * times / echo)
        wave = np.convolve(wave, np.append(1, echoes))[: len(wave)]
    if decibels is None:
        return wave
    return with_noise(wave, len(wave), rng.normal(size=len(wave)), decibels)


# %% [markdown]
# In your own hands: turn the noise up until it fails, give it a room, or speak digits
# yourself, in English, with short pauses. It has met neither rooms nor human beings in
# training. Which letters go first?

# %%
explore.speech(
    {"your reader": hear},
    {f"a stranger says {NUMBER}": (clean, in_words)},
    rate=8000,
    letters=LETTERS,
    features=log_mel,
    spoil=spoil,
    noise=10,
) if ready else None

# %% [markdown]
# ## Going further
#
# No check waits here. Train without noise and draw the curve again: from where on do the
# two part? Hide stripes with `with_holes` in training: does it help strangers? Give the
# language model more weight: from which weight on does it write numbers that nobody
# said? Write down what you expect before you look.
