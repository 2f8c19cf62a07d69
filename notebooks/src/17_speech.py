# %% [markdown] tags=["sourced"]
# **How does a machine write down what it hears?**
#
# In 2014 a team at Baidu threw away the dictionaries of sounds on which speech
# recognition had been built, and trained one recurrent network from sound to letters:
# [Deep Speech](https://arxiv.org/abs/1412.5567), made to hold out against noise, echo
# and new speakers. In 2022 OpenAI showed an encoder-decoder to 680,000 hours of sound
# from the internet: [Whisper](https://arxiv.org/abs/2212.04356) writes down many
# languages, and translates them, into English only. You will build both in small.
#
# When you leave, you will be able to
#
# - turn a voice into a picture that a network can read,
# - say what a test score is worth when the same voices are in training,
# - derive the loss that lets a network find out *when* each letter was said,
# - write down spoken digits, with and without knowing which words there are,
# - add noise and rooms to a recording, and measure what training with them buys,
# - steer one network to transcribe or to translate.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import itertools
from collections import Counter, defaultdict

import keras
import numpy as np
from keras import layers

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## A picture of a voice
#
# Ten words, said by sixty synthetic voices. The full profile takes recordings of six
# people as well. Read the card: it says which programs spoke, and what is known to be
# wrong with the data.

# %%
sources = {"smoke": ["bundled"], "quick": ["bundled"], "full": ["bundled", "best"]}
collections = [data.load("spoken_digits", source=one) for one in sources[PROFILE]]
RATE, WORDS = collections[0].rate, collections[0].classes
collections[-1]

# %% [markdown]
# The data come with a split of their own. We pour training and test clips together all
# the same, since *who* speaks will decide how to split them. And we bring them to the
# same loudness, a mean square of 1: some voices are louder than others, and a network
# that is to tell words apart should get no help from that.


# %%
def cut(x, lengths):
    """Return clips without the zeros behind them, all equally loud."""
    clips = [row[:length].astype("float32") for row, length in zip(x, lengths)]
    return [clip / np.sqrt(np.mean(clip**2)) for clip in clips]


# %% [markdown]
# Now all clips in one row, with what is said and by whom. They are of different
# lengths, so this is an array of arrays.

# %%
clips, labels, voices = [], [], []
for part in collections:
    clips += cut(part.x_train, part.length_train) + cut(part.x_test, part.length_test)
    labels += [*part.y_train, *part.y_test]
    voices += [*map(str, part.speaker_train), *map(str, part.speaker_test)]
clips, labels, voices = np.array(clips, object), np.array(labels), np.array(voices)
print(f"{len(clips):,} clips of {len(set(voices))} voices")

# %% [markdown]
# Why not give these samples to a network as they are? Because two clips of one word
# have hardly a sample in common. Begin a thousandth of a second later, and every number
# is another one, though no ear could tell. What makes an *s* an *s* is which tones
# sound at which moment, and the spectrogram of lesson 01 shows just that: it cuts the
# wave into short frames and measures in each how strong every tone is.
#
# Two steps are left. Our ear tells low tones apart far better than high ones. The *mel
# scale* ([Stevens and others, 1937](https://doi.org/10.1121/1.1915893)) imitates that:
# steps that sound equal are equal on it. So the 129 tones of a frame are added up in 32
# bands, narrow below and wide above, each a triangle. The network gets fewer numbers,
# and most of them where our ear is sharpest.

# %%
WINDOW, HOP, BANDS = 256, 128, 32
tones = np.fft.rfftfreq(WINDOW, 1 / RATE)
highest = 2595 * np.log10(1 + RATE / 2 / 700)
edges = 700 * (10 ** (np.linspace(0, highest, BANDS + 2) / 2595) - 1)
rising = (tones - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
falling = (edges[2:, None] - tones) / (edges[2:] - edges[1:-1])[:, None]
mel = np.clip(np.minimum(rising, falling), 0, None).T.astype("float32")

# %% [markdown]
# Four of the triangles. Compare how many hertz the first and the last of them cover:

# %%
shown = {f"band {band}": mel[:, band - 1] for band in (4, 16, 24, 30)}
axes = {"x_title": "frequency in Hz", "y_title": "weight"}
plot.curves(shown, x=tones, **axes, title="Four mel bands")

# %% [markdown]
# The other step is the logarithm. Loudness is heard in ratios, and without it the loud
# vowels would drown the quiet hiss by which *six* is known. Every frame is faded at its
# ends before its tones are measured, as in lesson 01. At last each recording gets a
# mean of 0 and a spread of 1: how near the microphone stood should not count.

# %%
hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
hann = hann.astype("float32")


def log_mel(sounds):
    """Return the log-mel pictures of sounds, shape (..., frames, bands)."""
    frames = np.lib.stride_tricks.sliding_window_view(sounds, WINDOW, axis=-1)
    power = np.abs(np.fft.rfft(frames[..., ::HOP, :] * hann)) ** 2
    picture = np.log(power.astype("float32") @ mel + 0.1)
    middle = picture.mean(axis=(-2, -1), keepdims=True)
    return (picture - middle) / picture.std(axis=(-2, -1), keepdims=True)


# %% [markdown]
# The frames overlap by half, so there are more numbers on the way than in the sound.
# To spare the memory, many sounds are done some at a time:


# %%
def pictures_of(sounds):
    """Return the log-mel pictures of many sounds."""
    parts = np.array_split(sounds, -(-len(sounds) // 200))
    return np.concatenate([log_mel(part) for part in parts])


# %% [markdown]
# A *seven*, as a wave above and as its log-mel picture below. Time runs to the right,
# low tones stand at the bottom. The first tenth of a second is the *s*: a pale hiss
# without stripes, over all bands but the lowest. Then come the two vowels, dark, with
# fine stripes low down, which are the tones of the voice, and broad bars above them,
# the resonances of the mouth, which bend as it moves. The pale gap between is the *v*.
# At the right is the one frame that is marked.

# %%
seven = clips[np.flatnonzero(labels == 7)[3]]
moments = {"rate": RATE, "window": WINDOW, "hop": HOP, "frame": 12}
bands = {"y": np.arange(1, BANDS + 1), "y_title": "mel band"}
scale, title = "log energy, scaled", "A seven, as a network sees it"
plot.sound(seven, log_mel(seven), **moments, **bands, value_title=scale, title=title)

# %% [markdown]
# And as you hear it, beside the same word in another voice. Both are programs. You know
# at once that it is one word, though the two waves have nothing in common that you
# could point at.

# %%
other = clips[np.flatnonzero((labels == 7) & (voices != voices[0]))[-1]]
explore.listen({"one seven": seven, "another": other}, RATE, title="Two voices")

# %% [markdown]
# ## Who is in the test set?
#
# First the easy task: one word in a clip of one second. The usual way is to draw some
# clips at random and keep them for the test. Then each voice is in training *and* in
# the test. But whoever talks to your telephone was in nobody's training set. So there
# are three tests here, from near to far:
#
# - *new clips* of the voices in training, which is what a random split tests,
# - *new voices* of the same kind: synthetic ones, made by the same program,
# - *strangers*: four voices of another program. In the full profile the strangers are
#   people, and each run leaves out one of the six.
#
# One training proves little, so there are several runs, and each keeps other voices for
# the second test.

# %%
RUNS = {"smoke": 2, "quick": 3, "full": 6}[PROFILE]
people = sorted(set(map(str, collections[-1].speaker_train)))
people = people if PROFILE == "full" else []
strangers = [[one] for one in people] or [["awb", "kal", "rms", "slt"]] * RUNS
alike = rng.permutation(sorted(set(voices) - {*people, *strangers[0]}))
left_out = np.array_split(alike, 5)

# %% [markdown]
# (The smoke profile, which only tests that the page runs, makes do with fewer clips.)

# %%
if PROFILE == "smoke":
    some = np.flatnonzero(np.isin(voices, [*alike[:34], *strangers[0]]))[::4]
    clips, labels, voices = clips[some], labels[some], voices[some]

# %% [markdown]
# The split is one function, so that later parts of the page can ask for the same rows.
# For a voice that is heard in training, a random number decides about each clip; all
# clips of another voice go into one test.


# %%
def split(run):
    """Return rows for training, of new clips, of new voices, and of strangers."""
    new, strange = np.isin(voices, left_out[run % 5]), np.isin(voices, strangers[run])
    drawn = np.random.default_rng(run).random(len(voices)) < 0.15
    heard = ~new & ~strange
    parts = heard & ~drawn, heard & drawn, new, strange
    return [np.flatnonzero(part) for part in parts]


# %% [markdown]
# A network that is too sure of *where* a word stands or how *fast* it is said will
# fail on the next voice. So each training clip is played a little faster or slower, as
# on a record player, which changes its pitch as well,


# %%
def at_speed(clip, speed):
    """Return a clip that is played so many times as fast."""
    places = np.arange(0, len(clip) - 1, speed)
    return np.interp(places, np.arange(len(clip)), clip).astype("float32")


# %% [markdown]
# and is put at a random place in a second of silence:


# %%
def placed(clips, length, rng):
    """Return clips in silence, each at a random place, shape (n, length)."""
    sounds = np.zeros((len(clips), length), "float32")
    for sound, clip in zip(sounds, clips):
        clip = clip[:length]
        start = rng.integers(length - len(clip) + 1)
        sound[start : start + len(clip)] = clip
    return sounds


# %% [markdown]
# Each clip comes in as many *versions* as it takes to fill the training set. The tests
# get every clip once and at its own speed: they ask for speech as it comes.


# %%
def versions(rows, rng):
    """Return training sounds of one second, and their labels."""
    rows = np.resize(rng.permutation(rows), PICTURES)
    speeds = rng.uniform(0.8, 1.25, PICTURES)
    return placed(list(map(at_speed, clips[rows], speeds)), RATE, rng), labels[rows]


# %% [markdown]
# The network is lesson 08's, along time only: each convolution reads five places with
# all their bands, and two of them halve the number of places. Along the bands nothing
# slides, because the same pattern some bands higher is another sound. At the end the
# mean over all places is taken, so it does not matter where the word was.

# %%
WIDTH = {"smoke": 8, "quick": 48, "full": 96}[PROFILE]
word_net = keras.Sequential([keras.Input((61, BANDS))])
for stride in (2, 2, 1):
    word_net.add(layers.Conv1D(WIDTH, 5, stride, padding="same"))
    word_net.add(layers.BatchNormalization(momentum=0.9))
    word_net.add(layers.ReLU())
word_net.add(layers.GlobalAveragePooling1D())
word_net.add(layers.Dropout(0.2))
word_net.add(layers.Dense(10))

# %% [markdown]
# It is not asked to be certain: *label smoothing* takes a tenth of each label and
# spreads it over all words, so that it does not bet everything on the accidents of one
# voice. The learning rate falls along a cosine (lesson 04).

# %%
EPOCHS, PICTURES = {"quick": (9, 1_600), "full": (10, 6_400)}.get(PROFILE, (1, 200))
BATCH = 32
smooth = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
falling_rate = keras.optimizers.schedules.CosineDecay(0.004, EPOCHS * PICTURES // BATCH)
word_net.compile(keras.optimizers.Adam(falling_rate), smooth)

# %% [markdown]
# This one network will be trained many times on this page, each time from a fresh
# start. What a run keeps are its weights; with them it can be asked again later.


# %%
def learn_words(sounds, y, seed):
    """Train the word network on sounds of one second; return its weights."""
    train.restart(word_net, seed=seed)
    y = np.eye(10, dtype="float32")[y]
    settings = {"batch_size": BATCH, "epochs": EPOCHS, "verbose": 0}
    word_net.fit(pictures_of(sounds), y, callbacks=[train.Progress()], **settings)
    return word_net.get_weights()


# %% [markdown]
# The test is one number, the share of words that are named rightly:


# %%
def words_right(weights, sounds, y):
    """Return the share of sounds whose word is named rightly."""
    word_net.set_weights(weights)
    scores = word_net.predict(pictures_of(sounds), batch_size=250, verbose=0)
    return (scores.argmax(axis=1) == y).mean()


# %% [markdown]
# The same networks will take all three tests. Before they do, commit yourself: how far
# apart will the scores be?

# %%
predict(
    "17.split",
    "A random split tests new clips of known voices. Next to that, how do the new "
    "voices and the strangers do?",
    [
        "all three about equal: a seven is a seven",
        "new voices are as good, strangers make many times as many mistakes",
        "both make many times as many mistakes",
    ],
)

# %%
TESTS = ["new clips", "new voices", "strangers"]
share_right, in_quiet = np.zeros((RUNS, 3)), []
for run in range(RUNS):
    training, *tests = split(run)
    local = np.random.default_rng(run)
    in_quiet.append(learn_words(*versions(training, local), run))
    for place, rows in enumerate(tests):
        sounds = placed(clips[rows], RATE, local)
        share_right[run, place] = words_right(in_quiet[run], sounds, labels[rows])

# %% [markdown]
# The bars are means of the runs, the whiskers reach from the lowest to the highest.
# Compare the first two bars, then the third; and see whether the whiskers leave room
# for the difference to be an accident of one run.

# %%
span = {"low": share_right.min(axis=0), "high": share_right.max(axis=0)}
looks = {"x_title": "share of words that are right", "number": ".1%"}
title = "The same networks, three tests"
plot.bars(TESTS, share_right.mean(axis=0), **span, **looks, title=title)

# %% [markdown]
# In figures:

# %%
new_clips, new_voices, of_strangers = share_right.mean(axis=0)
found("new_clips", new_clips, "New clips of known voices: {:.1%} right.")
found("new_voices", new_voices, "New voices of the same kind: {:.1%}.")
found("strangers", of_strangers, "Strangers: {:.1%}.", predicted="17.split")
told = "A random split promises {:.0f} points more than a stranger gets."
found("flattery", 100 * (new_clips - of_strangers), told)

# %% [markdown]
# A random split asks: *can you hear Ann's next seven, when you have heard three of
# hers?* It is the wrong question for nearly every use. But look at the second bar
# before you blame it. Among voices of one synthesiser, to leave out voices makes next
# to no difference: they are variations of one another, so a voice that is left out has
# close relatives in training. Whoever stops there believes to have tested with
# strangers. Only voices of another make show what both scores hide.
#
# So the rule is not only "leave out speakers" but this: the right test set is as far
# from the training set as the users will be. The authors of the six people's recordings
# split them by number, so their own test knows everybody, as the card of the data says.
#
# From here on, no test has a voice that was in training. Where one group of voices is
# enough, it is the new voices, and in the full profile the person who was left out.


# %%
def unheard(run):
    """Return the rows of the voices that the later tests ask."""
    return split(run)[3 if people else 2]


# %% [markdown]
# ## When is each letter said?
#
# A string of digits is another matter. The clip is longer, and nobody has noted at
# which moment which letter was said; we only have the text. The network gives
# probabilities at every *step*, about sixteen times a second, and there are more steps
# than letters. With a right answer for each step we could take the cross-entropy of
# lesson 02, but there is none, and nobody wants to write it down by hand.
#
# *Connectionist temporal classification*, CTC ([Graves and others,
# 2006](https://doi.org/10.1145/1143844.1143891)), leaves the moments open. It needs one
# more sign, the *blank*, which says: nothing new is written here. A *path* has one sign
# for each step. To read a path, first drop repeats, then blanks. The blank is there for
# two things. It lets the network wait, in pauses and until a sound is clear. And it
# parts double letters: since a letter may be held for several steps, `ee` is one long
# *e*, and only `e-e` says it twice.


# %%
def collapse(path):
    """Return the text of a path; sign 0 is the blank.

    Repeats go first, then blanks.
    """
    return tuple(sign for sign, _ in itertools.groupby(path) if sign != 0)


assert collapse((1, 1, 0, 1, 2, 2)) == (1, 1, 2)

# %% [markdown]
# Now a text need not come at known moments: any path that reads so will do. The
# probability of a path is the product of its signs' probabilities, and that of a *text*
# is the sum over all paths that collapse to it. On a toy it can be counted out: five
# steps and three signs, blank, *a* and *b*. Every path says one text, even if it is the
# empty one, so the sums of all texts must add up to 1.

# %%
scores = rng.normal(size=(5, 3)).astype("float32")
chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
total = defaultdict(float)
for path in itertools.product(range(3), repeat=5):
    total[collapse(path)] += np.prod(chances[np.arange(5), path])
assert np.isclose(sum(total.values()), 1)

# %% [markdown]
# Many paths say the same. Read some of those that say *ab*, and see what they differ
# in: when each letter begins, and how long it is held.

# %%
several = [p for p in itertools.product(range(3), repeat=5) if collapse(p) == (1, 2)]
print(f"{3**5} paths, {len(total)} texts; {len(several)} of the paths say ab:")
print(*["".join("-ab"[sign] for sign in path) for path in several[:12]], "...")

# %% [markdown]
# Three signs and five steps are few. For a string of digits, how many paths are there?
# Each further step multiplies their number by the number of signs.

# %%
LETTERS = "".join(sorted(set(" ".join(WORDS))))
STEPS = 41  # of a clip of 2.6 seconds
digits_of_count = STEPS * np.log10(len(LETTERS) + 1)
found("paths", digits_of_count, "A number with {:.0f} digits: nobody counts them out.")

# %% [markdown]
# The way out is to walk through time once, and to keep a sum for each *place in the
# text* instead of one for each path: paths that stand at the same place can go on in
# the same ways, so their sum is all that need be known. Write the text with blanks
# around every letter: `- a - b -`. From step to step a path may stay at its place, go
# on by one, or skip a blank, unless that blank stands between two equal letters. So the
# sum at a place comes from three sums at the step before, times the probability of the
# sign there. It begins at the first blank or letter, and ends at the last of either.


# %%
def forward(chances, text):
    """Return the probability that the signs of all steps collapse to a text."""
    places = np.zeros(2 * len(text) + 1, int)
    places[1::2] = text
    skip = np.zeros(len(places), bool)
    skip[2:] = (places[2:] != 0) & (places[2:] != places[:-2])
    sums = np.zeros(len(places))
    sums[:2] = chances[0, places[:2]]
    for step in chances[1:]:
        by_one = np.concatenate([[0], sums[:-1]])
        by_two = np.concatenate([[0, 0], sums[:-2]])
        sums = (sums + by_one + skip * by_two) * step[places]
    return sums[-2:].sum()


# %% [markdown]
# It must agree with counting out, for every text that five steps can say:

# %%
texts = [text for text in total if text]
assert all(np.isclose(forward(chances, text), total[text]) for text in texts)

# %% [markdown]
# And its negative logarithm must be the loss that Keras has, which gets scores. Keras
# takes a whole batch, the texts as rows of numbers with their lengths. Each of our
# texts is held against the same five steps.

# %%
target = np.zeros((len(texts), 5), "int32")
for row, text in zip(target, texts):
    row[: len(text)] = text
lengths = np.array([len(text) for text in texts], "int32")
many = np.tile(scores, (len(texts), 1, 1))
by_keras = keras.ops.ctc_loss(target, many, lengths, np.full(len(texts), 5, "int32"))

# %% [markdown]
# Side by side:

# %%
by_hand = [-np.log(forward(chances, text)) for text in texts]
difference = np.abs(keras.ops.convert_to_numpy(by_keras) - by_hand).max()
assert difference < 1e-4
found("ctc_difference", difference, "By hand and by Keras: at most {:.0e} apart.")

# %% [markdown]
# Every step of that walk is a sum or a product, so it has slopes (lesson 05), and the
# network learns *what* and *when* together. One thing to know beforehand: at first
# it writes nothing at all. There is one blank between any two letters, and many more
# where nobody speaks, so to answer "blank" everywhere is a good first guess. Whoever
# looks at the texts too early thinks that nothing is being learned.

# %% [markdown]
# ## Deep Speech in small
#
# The task: one to three digits of one voice, joined with pauses of random length, and
# the text as it is spelled. Where a word stands is known while we join them, and thrown
# away at once: the network gets the sound and the text.

# %%
SECONDS = 2.6
LENGTH = int(SECONDS * RATE)


def join(rows, rng, speed=1.0):
    """Return clips one after another with random pauses, and the text."""
    sound, spoken = np.zeros(LENGTH, "float32"), []
    start = rng.integers(200, 1_600)
    for row in rows:
        clip = at_speed(clips[row], speed)
        if start + len(clip) > LENGTH:
            break
        sound[start : start + len(clip)] = clip
        start += len(clip) + rng.integers(200, 1_600)
        spoken.append(WORDS[labels[row]])
    return sound, " ".join(spoken)


# %% [markdown]
# Each string takes one voice, one to three of its clips, and one speed for all.


# %%
def strings(rows, count, rng, varied=True):
    """Return sounds of strings of digits, each by one voice, and their texts."""
    pairs = []
    for first in rng.choice(rows, count):
        own = rows[voices[rows] == voices[first]]
        speed = rng.uniform(0.85, 1.15) if varied else 1.0
        pairs.append(join(rng.choice(own, rng.integers(1, 4)), rng, speed))
    return np.stack([sound for sound, _ in pairs]), [text for _, text in pairs]


# %% [markdown]
# ### Noise and rooms
#
# A network uses whatever works. In quiet recordings it may tell words apart by the
# faintest traces, and by what happens to be silent; both are gone as soon as a fan
# runs. So Deep Speech was trained with noise laid over its recordings. What is drowned
# again and again cannot be relied on, and the network has to look for what stays.
#
# Our noise is drawn: white noise hisses, and with its high tones damped it rumbles.


# %%
def drawn_noise(count, length, rng):
    """Return noises from hissing to rumbling, all equally loud."""
    spectrum = np.fft.rfft(rng.normal(size=(count, length)))
    steep = rng.uniform(0, 1, (count, 1))
    spectrum *= np.maximum(np.arange(spectrum.shape[1]), 1) ** -steep
    noise = np.fft.irfft(spectrum, length)
    return (noise / noise.std(axis=1, keepdims=True)).astype("float32")


# %% [markdown]
# *Decibels* say how much there is of it, as the *signal-to-noise ratio*: ten times the
# logarithm of the voice's energy over the noise's. At 20 the voice has a hundred times
# the noise's energy, at 0 as much as the noise. Samples are amplitudes, whose square is
# the energy; that is why the factor on the noise has a 20 where the ratio has a 10.


# %%
def with_noise(sound, decibels, noise):
    """Return a sound, whose voice has a mean square of 1, with noise added."""
    return sound + noise[: len(sound)] * np.float32(10 ** (-decibels / 20))


# %% [markdown]
# A room answers with echoes, ever more of them and ever weaker. The *reverberation
# time* says after how many seconds they have lost 60 decibels.


# %%
def drawn_room(seconds, rng):
    """Return a sound and its echoes, which fade by 60 dB in so many seconds."""
    times = np.arange(1, int(seconds * RATE)) / RATE
    echoes = rng.normal(size=len(times)) * 10 ** (-3 * times / seconds)
    echoes *= np.sqrt(0.5 / np.sum(echoes**2))  # half the energy of the sound itself
    return np.concatenate([[1.0], echoes]).astype("float32")


# %% [markdown]
# To be in a room is a convolution (lesson 08) of the sound with those echoes: each
# sample comes back with every echo. The echoes are thousands of samples long, so it is
# done as a product of Fourier transforms, which gives the same much sooner.


# %%
def in_room(sound, room):
    """Return a sound as it is heard in a room."""
    size = 1 << (len(sound) + len(room)).bit_length()
    both = np.fft.rfft(sound, size) * np.fft.rfft(room, size)
    return np.fft.irfft(both, size)[: len(sound)].astype("float32")


# %% [markdown]
# We draw a stock of noises and rooms for training, and another one for the tests, so
# that no test repeats a noise that was in training. As with the voices: a noise that is
# known already would be the easier exam.


# %%
def stock(seed, count=40):
    """Return noises of four seconds, and rooms from a cupboard to a hall."""
    local = np.random.default_rng(seed)
    rooms = [drawn_room(seconds, local) for seconds in local.uniform(0.1, 0.6, count)]
    return drawn_noise(count, 4 * RATE, local), rooms


for_training, for_tests = stock(1), stock(2)

# %% [markdown]
# Every string gets some noise of the stock, from a random place, and every second one a
# room:


# %%
def spoiled(sounds, decibels, supply, rng):
    """Return sounds with noise at these ratios; every second one is in a room, too."""
    noises, rooms = supply
    changed = []
    for sound, ratio in zip(sounds, np.broadcast_to(decibels, len(sounds))):
        if rng.random() < 0.5:
            sound = in_room(sound, rooms[rng.integers(len(rooms))])
        noise = np.roll(noises[rng.integers(len(noises))], rng.integers(4 * RATE))
        changed.append(with_noise(sound, ratio, noise))
    return np.stack(changed)


# %% [markdown]
# The same string, cleaner and worse:

# %%
example, said = strings(unheard(0), 1, np.random.default_rng(5), varied=False)
echo = in_room(example[0], drawn_room(0.6, rng))
noisy = with_noise(example[0], 0, for_tests[0][0])
takes = {"as it was said": example[0], "noise at 0 dB": noisy, "in a room": echo}

# %% [markdown]
# All three one after the other, as it was said, in noise, and in a room. Find the words
# in the first. In the second, see which of their parts still stand out of the noise; in
# the third, how each sound is drawn out into the pause behind it.

# %%
joined = np.concatenate(list(takes.values()))
title = f'"{said[0]}": as it was said, in noise, in a room'
plot.sound(joined, log_mel(joined), **moments, **bands, value_title=scale, title=title)

# %% [markdown]
# Listen to all three: which would you rather write down?

# %%
explore.listen(takes, RATE, title=said[0])

# %% [markdown]
# ### The network
#
# Two convolutions with a stride of 2 each leave one step of four frames, about 16 steps
# a second. That is short for *three*, which needs six, with the blank between its two
# e. A third one looks further around. Then a *bidirectional* recurrent layer: one GRU
# (lesson 10) reads forwards, one backwards. Each step knows what came before *and*
# after, and a letter that finds no room in its word may be written in the pause. At the
# end, scores for the blank and each letter.

# %%
UNITS = {"smoke": 8, "quick": 64, "full": 128}[PROFILE]
frames = state = keras.Input((None, BANDS))
for stride in (2, 2, 1):
    state = layers.Conv1D(UNITS, 5, stride, padding="same", use_bias=False)(state)
    state = layers.BatchNormalization(momentum=0.9)(state)
    state = layers.Dropout(0.2)(layers.ReLU()(state))
state = layers.Bidirectional(layers.GRU(UNITS, return_sequences=True))(state)
state = layers.Dropout(0.2)(state)
deep_speech = keras.Model(frames, layers.Dense(len(LETTERS) + 1)(state))

# %% [markdown]
# Texts become rows of numbers, 0 where nothing follows.


# %%
def spelled(texts):
    """Return texts as numbers, 1 for the first letter, shape (n, 18)."""
    rows = np.zeros((len(texts), 18), "int32")
    for row, text in zip(rows, texts):
        row[: len(text)] = [LETTERS.index(letter) + 1 for letter in text]
    return rows


# %% [markdown]
# The training strings. Each has a ratio of its own, from more noise than voice to
# hardly any: a network that had met only one loudness would be good at that one. Every
# third string gets no noise at all, which is an infinite ratio: quiet is a case, too.


# %%
def noisy_strings(run, rng):
    """Return pictures of noisy strings of the voices of a run, and their texts."""
    sounds, texts = strings(split(run)[0], STRINGS, rng)
    ratios = rng.uniform(-5, 30, STRINGS)
    ratios[::3] = np.inf
    return pictures_of(spoiled(sounds, ratios, for_training, rng)), texts


# %% [markdown]
# `keras.losses.CTC` is our forward walk for a whole batch. Its slopes can be large when
# a text is still very unlikely, so they are clipped, as in lesson 10.

# %%
sizes = {"smoke": (64, 1, 1), "quick": (1_920, 8, 1), "full": (8_000, 4, 4)}
STRINGS, ROUNDS, ANEW = sizes[PROFILE]
batches = ANEW * ROUNDS * STRINGS // 32
falling_rate = keras.optimizers.schedules.CosineDecay(0.005, batches)
optimizer = keras.optimizers.Adam(falling_rate, clipnorm=5)
deep_speech.compile(optimizer, keras.losses.CTC())

# %% [markdown]
# The full profile comes back to this training once for each person that is left out.
# It also draws the strings anew from time to time, so that the network meets the same
# recordings with other neighbours, at other speeds, in other noise.


# %%
def learn_strings(run, rng):
    """Train Deep Speech in small from a fresh start; return its last texts."""
    train.restart(deep_speech, seed=run)
    settings = {"batch_size": 32, "epochs": ROUNDS, "verbose": 0}
    settings["callbacks"] = [train.Progress()]
    for _ in range(ANEW):
        pictures, texts = noisy_strings(run, rng)
        deep_speech.fit(pictures, spelled(texts), **settings)
    return texts


texts = learn_strings(0, rng)

# %% [markdown]
# Now it answers with scores, and the softmax makes probabilities of them, for each step
# and sign.


# %%
def probabilities(network, sounds):
    """Return the probabilities of the signs, shape (n, steps, signs)."""
    scores = network.predict_on_batch(pictures_of(sounds))
    return keras.ops.convert_to_numpy(keras.ops.softmax(scores))


# %% [markdown]
# To read them out, take the likeliest sign of each step and collapse. That is *greedy*
# decoding: it follows one path and forgets that a text has many.


# %%
def greedy(chances):
    """Return the text of the likeliest signs."""
    signs = collapse(chances.argmax(axis=-1))
    return "".join(LETTERS[sign - 1] for sign in signs)


# %% [markdown]
# How good is a text? Letter by letter it cannot be compared: one letter too many moves
# all that follow. So count the words to exchange, to put in and to take out until the
# text is right. The fewest are found place by place: to go from the first words of one
# text to the first words of the other, the last move was one of the three.


# %%
def edits(said, written):
    """Return how many words must be exchanged, put in or taken out."""
    row = list(range(len(written) + 1))
    for i, word in enumerate(said, 1):
        new = [i]
        for j, other in enumerate(written, 1):
            change = row[j - 1] + (word != other)
            new.append(min(row[j] + 1, new[-1] + 1, change))
        row = new
    return row[-1]


# %% [markdown]
# Divided by the number of words that were said, this is the *word error rate*. It is no
# share: who writes many words too many gets more than 1.


# %%
def word_errors(said, written):
    """Return the word error rate of many texts."""
    pairs = [(a.split(), b.split()) for a, b in zip(said, written)]
    return sum(edits(a, b) for a, b in pairs) / sum(len(a) for a, _ in pairs)


assert word_errors(["one two three four"], ["one tree four"]) == 0.5

# %%
predict(
    "17.strings",
    "It has to find out by itself where each letter is. Strings of digits, read by "
    "voices that it never heard: how many words will be wrong?",
    ["nearly all", "about half", "less than a third"],
)

# %% [markdown]
# The exam has the same number of strings for each voice, in a drawn order, at their own
# speed and in quiet.

# %%
EACH = {"smoke": 2, "quick": 20, "full": 60}[PROFILE]


def exam(rows, rng):
    """Return strings of each voice that has rows, their texts, and whose they are."""
    whose = rng.permutation(np.repeat(sorted(set(voices[rows])), EACH))
    own = [rows[voices[rows] == voice] for voice in whose]
    pairs = [strings(of_one, 1, rng, varied=False) for of_one in own]
    sounds, texts = zip(*pairs)
    return np.concatenate(sounds), [text for (text,) in texts], whose


local = np.random.default_rng(7)
test_sounds, test_texts, whose = exam(split(0)[2], local)

# %% [markdown]
# What does it write of the new voices?

# %%
quiet = probabilities(deep_speech, test_sounds)
assert quiet.shape[1] == STEPS
written = [greedy(chances) for chances in quiet]
string_errors = word_errors(test_texts, written)
told = "Deep Speech in small gets {:.1%} of the words wrong."
found("string_errors", string_errors, told, predicted="17.strings")

# %% [markdown]
# The first six, what was said at the left, what was written at the right:

# %%
for said, text in list(zip(test_texts, written))[:6]:
    print(f"{said:20} {text}")

# %% [markdown]
# Those were voices of a kind that it knows. Now the strangers. In the full profile they
# are six people, and for each of them there must be a network that has not heard them,
# so five more are trained here. The first is put back afterwards.

# %%
first, rows = deep_speech.get_weights(), []
for run in range(max(1, len(people))):
    if run > 0:
        learn_strings(run, rng)
    sounds, *told_and_whose = exam(split(run)[3], local)
    rows += zip(sounds, *told_and_whose, probabilities(deep_speech, sounds))
deep_speech.set_weights(first)
strange_sounds, strange_texts, strange_whose, strange_chances = zip(*rows)

# %% [markdown]
# A mean can hide somebody whom the network hardly understands. So we count the errors
# of each voice for itself:


# %%
def by_voice(said, written, whose):
    """Return the word error rate of each voice, the lowest first."""
    rows = defaultdict(list)
    for voice, *pair in zip(whose, said, written):
        rows[voice].append(pair)
    rates = {voice: word_errors(*zip(*pairs)) for voice, pairs in rows.items()}
    return dict(sorted(rates.items(), key=lambda row: row[1]))


strange_written = [greedy(chances) for chances in strange_chances]
of_new = by_voice(test_texts, written, whose)
of_strange = by_voice(strange_texts, strange_written, strange_whose)

# %% [markdown]
# Above the new voices, below the strangers, each from the best to the worst understood.
# How long is the longest bar beside the shortest of its group? And do the two groups
# overlap?

# %%
names = [*of_new, *(f"{voice}, a stranger" for voice in of_strange)]
rates = [*of_new.values(), *of_strange.values()]
looks = {"x_title": "words wrong", "number": ".0%", "height": 460}
plot.bars(names, rates, **looks, title="The same task, voice by voice")

# %% [markdown]
# In figures. The interval is over the strangers (lesson 07): it says how far their mean
# may lie from that of all such strangers. A handful of voices leaves it wide. Whoever
# promises something to every user needs more of them in the test.

# %%
strange_errors, half = train.interval(list(of_strange.values()))
found("strange_errors", strange_errors, "Of the strangers' words it gets {:.1%} wrong,")
found("strange_half", half, "give or take {:.1%}.")
worst = max(of_strange.values())
found("worst_stranger", worst, "Of the stranger it understands worst: {:.1%}.")

# %% [markdown]
# ### Read aloud
#
# One of them, with its letters. Above is the sound, below the probability of each
# letter; the dotted line is the blank. Each letter is a spike: CTC does not care how
# long a letter lasts, only that it comes, in its place. Compare where the spikes stand
# with where the word sounds.

# %%
title = f'Said: "{test_texts[0]}". Written: "{written[0]}"'
heard = log_mel(test_sounds[0])
plot.spelled(heard, quiet[0], LETTERS, seconds=SECONDS, title=title)

# %% [markdown]
# Now listen to it, and read along:

# %%
explore.listen({test_texts[0]: test_sounds[0]}, RATE, title="The same, to hear")

# %% [markdown]
# ## Knowing which words there are
#
# A wrong word that it writes is often no word at all. The network has never been told
# that there are ten of them. A *language model* knows what texts look like, and
# nothing of sound. Ours counts letters: how often did each follow the last five?

# %%
counts = defaultdict(Counter)
for text in texts:
    padded = " " * 5 + text + " "
    for place in range(5, len(padded)):
        counts[padded[place - 5 : place]][padded[place]] += 1

# %% [markdown]
# The probability is a share of those counts, with a little for what was never seen:
# unlikely, not impossible. After *thre* it should be nearly sure.


# %%
def likely(text, letter):
    """Return the probability that a letter follows a text, by counting."""
    seen = counts[(" " * 5 + text)[-5:]]
    return (seen[letter] + 0.01) / (seen.total() + 0.01 * len(LETTERS))


print(f"after 'thre': e {likely('thre', 'e'):.3f}, space {likely('thre', ' '):.3f}")

# %% [markdown]
# To use it, we cannot take the best sign of each step any more: a letter that looks
# second best now may make the better word. *Beam search* keeps several texts alive. For
# each it holds two sums over paths: those that end in a blank, and those that end in
# its last letter, since only after a blank may that letter come again ([Hannun and
# others, 2014](https://arxiv.org/abs/1408.2873)). One step makes of each text the text
# itself, by a blank or by holding its last letter, and longer ones by each letter that
# is likely enough. Whenever it grows, the model has a say.


# %%
def grown(text, sums, step, model, letters):
    """Yield the texts that one more step can make of a text, with their sums."""
    in_blank, in_letter = sums
    yield text, ((in_blank + in_letter) * step[0], 0.0)
    for sign in np.flatnonzero(step[1:] > 0.002) + 1:
        letter, before = letters[sign - 1], in_blank + in_letter
        if text.endswith(letter):
            yield text, (0.0, in_letter * step[sign])
            before = in_blank
        yield text + letter, (0.0, before * step[sign] * model(text, letter))


# %% [markdown]
# A text can come about in several ways, so what they bring is added. After each step
# only the best stay in the beam:


# %%
def beam_search(chances, model, width=8, letters=LETTERS):
    """Return the text that is best at the end."""
    beam = {"": (1.0, 0.0)}
    for step in chances:
        following = defaultdict(lambda: np.zeros(2))
        for text, sums in beam.items():
            for longer, more in grown(text, sums, step, model, letters):
                following[longer] += more
        best = sorted(following, key=lambda text: -following[text].sum())[:width]
        most = following[best[0]].sum()  # keeps the numbers from vanishing
        beam = {text: following[text] / most for text in best}
    return max(beam, key=lambda text: sum(beam[text]))


# %% [markdown]
# On the toy, with a beam for all texts and a model without an opinion, it must find the
# likeliest of the texts that we have counted out.

# %%
best = beam_search(chances, lambda *_: 1.0, width=400, letters="ab")
assert best == "".join("ab"[sign - 1] for sign in max(total, key=total.get))

# %% [markdown]
# How much should the model count against the ear? Its probability gets an exponent,
# which would be chosen on validation strings; one half is a common size, and we leave
# it there.


# %%
def heeded(text, letter):
    """Return how much the language model speaks for a letter."""
    return likely(text, letter) ** 0.5


# %%
predict(
    "17.model",
    "Counted letters join in. How many of the wrong words does that mend, when the "
    "strings are in noise at 5 decibels?",
    ["hardly any", "between a tenth and a half", "nearly all"],
)

# %%
local = np.random.default_rng(8)
noisy_tests = spoiled(test_sounds, 5, for_tests, local)
noisy_chances = probabilities(deep_speech, noisy_tests)

# %% [markdown]
# Once by ear, once by both, from the same probabilities:

# %%
by_ear = [greedy(chances) for chances in noisy_chances]
by_both = [beam_search(chances, heeded) for chances in noisy_chances]

# %% [markdown]
# The price of each:

# %%
ear_errors = word_errors(test_texts, by_ear)
both_errors = word_errors(test_texts, by_both)
mends = 1 - both_errors / max(ear_errors, 1e-3)
found("noisy_errors", ear_errors, "By ear alone, in this noise: {:.1%} wrong.")
found("beam_errors", both_errors, "With counted letters: {:.1%}.")
told = "The language model mends {:.0%} of the word errors."
found("mended", mends, told, predicted="17.model")

# %% [markdown]
# Where the two disagree:

# %%
mended = [row for row in zip(test_texts, by_ear, by_both) if row[1] != row[2]]
print("said              by ear            by both")
for said, ear, both in mended[:8]:
    print(f"{said:18}{ear:18}{both}")

# %% [markdown]
# Look through the list for the other side of it. A word that does not exist shows that
# the ear was unsure. The model makes a proper word of it, sometimes the wrong one, and
# then nobody sees the doubt any more. Ten words are an easy language. Deep Speech used
# a model of word sequences, which can be counted on text alone; there is far more of
# that than of recordings.

# %% [markdown]
# Letters that were counted know nothing of voices either. So do they help with the
# strangers, too, whose strings were in quiet?

# %%
strange_by_both = [beam_search(chances, heeded) for chances in strange_chances]
helped = by_voice(strange_texts, strange_by_both, strange_whose)
helped_errors = np.mean(list(helped.values()))
told = "Strangers with counted letters: {:.1%} wrong,"
found("strange_beam_errors", helped_errors, told)
told = "{:.0f} points less than by ear."
found("strange_points", 100 * (strange_errors - helped_errors), told)

# %% [markdown]
# ## What noise costs, and what training with it buys
#
# Now the claim itself, on the task that trains fast: single words, the same splits as
# before, always unheard voices. For each run there is a network already that never
# heard noise. Its twin gets the same clips at the same speeds and places, the same
# number of steps, and noise and rooms. Whatever the two differ in later, only the noise
# can have caused.

# %%
predict(
    "17.noise",
    "Which is better in a quiet place: the network that was trained in quiet, or its "
    "twin that was trained in noise?",
    ["the one trained in quiet, clearly", "about equal", "the one trained in noise"],
)

# %%
hardened = []
for run in range(RUNS):
    local = np.random.default_rng(run)
    sounds, y = versions(split(run)[0], local)
    sounds = spoiled(sounds, local.uniform(-5, 30, len(y)), for_training, local)
    hardened.append(learn_words(sounds, y, run))

# %% [markdown]
# The test noises are other ones than those in training, and both twins get the very
# same sounds.

# %%
RATIOS = [-10, -5, 0, 5, 10, 20, 40]
twins = {"trained in quiet": in_quiet, "trained with noise and rooms": hardened}
wrong = {name: np.zeros((RUNS, len(RATIOS))) for name in twins}

# %% [markdown]
# For each run and ratio, clips of its unheard voices. The generator starts anew each
# time, so a run has the same clips and noises at every ratio, and only the loudness
# changes along the curve:


# %%
ASKED = {"smoke": 20, "quick": 200, "full": 600}[PROFILE]


def in_noise(run, ratio):
    """Return sounds of unheard voices in noise that no network has met, and labels."""
    local = np.random.default_rng(run)
    rows = local.choice(unheard(run), ASKED)
    noises = for_tests[0][local.integers(40, size=ASKED)]
    pairs = zip(placed(clips[rows], RATE, local), noises)
    noisy = [with_noise(sound, ratio, noise) for sound, noise in pairs]
    return np.stack(noisy), labels[rows]


# %% [markdown]
# Both twins are asked at every ratio:

# %%
for run, (place, ratio) in itertools.product(range(RUNS), enumerate(RATIOS)):
    sounds, y = in_noise(run, ratio)
    for name, weights in twins.items():
        wrong[name][run, place] = 1 - words_right(weights[run], sounds, y)

# %% [markdown]
# The line is the median of the runs, the band reaches from the best to the worst. At
# the right it is quiet, at the left the noise is ten times as strong as the voice.
# Start at the right and follow both lines: where do they part, and do their bands
# overlap there?

# %%
axes = {"x_title": "signal-to-noise ratio in decibels", "y_title": "words wrong"}
title = "Training with noise pays where it is noisy"
plot.curves(wrong, x=np.array(RATIOS), **axes, title=title)

# %% [markdown]
# The difference of twins, with its interval over the runs (lesson 07):

# %%
gains = (wrong["trained in quiet"] - wrong["trained with noise and rooms"]) * 100
zero, quiet_place = RATIOS.index(0), RATIOS.index(40)
mean, half = train.interval(gains[:, zero])
found("gain_at_0", mean, "At 0 dB, training with noise saves {:.0f} of 100 words,")
found("least_gain_at_0", mean - half, "and at least {:.0f} by its interval.")

# %% [markdown]
# And where there is hardly any noise:

# %%
mean, half = train.interval(gains[:, quiet_place])
told = "Where it is quiet, it saves {:.1f} of 100,"
found("gain_in_quiet", mean, told, predicted="17.noise")
found("half_width", half, "give or take {:.1f}.")

# %% [markdown]
# If the second number is larger than the first, these runs cannot tell whether noise
# helps or hurts in quiet. Both can happen: noise takes away accidents that a network
# would otherwise rely on, and it also takes away detail. Which of the two is larger
# depends on the data, so measure it on yours.
#
# Then hold the right end of the first line against the score of the same networks on
# new voices further up. There the pauses were perfectly silent, here is a noise that
# you would hardly hear. To a network that has met nothing but silence even this can be
# foreign, since the logarithm makes much of small numbers.

# %% [markdown]
# ### Try your voice
#
# The string network of this page, in your hands. It expects a voice of a known
# loudness, and in a recording the pauses must not count as voice:


# %%
def loud(sound):
    """Return a sound whose voice has a mean square of 1."""
    energy = (sound[: len(sound) // 80 * 80].reshape(-1, 80) ** 2).mean(axis=1)
    return sound / np.sqrt(energy[energy > 0.02 * energy.max()].mean() + 1e-12)


# %% [markdown]
# Noise and room, as the sliders will give them:


# %%
def spoil(sound, decibels, echo):
    """Return a sound in noise (None: without) and in a room (0: without)."""
    sound = loud(sound)
    if echo:
        sound = in_room(sound, drawn_room(echo, np.random.default_rng(3)))
    return sound if decibels is None else with_noise(sound, decibels, for_tests[0][0])


# %% [markdown]
# The network wants a length that it knows, so silence is put behind a shorter
# recording.


# %%
def filled(sound):
    """Return a sound with silence behind it, up to the next length in use."""
    length = LENGTH if len(sound) <= LENGTH else 4 * RATE
    return np.pad(loud(sound)[:length], (0, max(0, length - len(sound))))


# %% [markdown]
# What it says of that silence is left out. So here is the network as a function of one
# sound, and the picture beside it:


# %%
def reader(sound):
    """Return the probabilities of the signs, shape (steps, signs)."""
    chances = probabilities(deep_speech, filled(sound)[None])[0]
    return chances[: max(1, len(sound) // (4 * HOP))]


def picture(sound):
    """Return the log-mel picture of a sound of any length."""
    return log_mel(filled(sound))[: max(1, len(sound) // HOP)]


# %% [markdown]
# Six strings to begin with, three of new voices and three of strangers:

# %%
pairs = [*zip(test_sounds[:3], test_texts), *zip(strange_sounds[:3], strange_texts)]
kinds = ["new voice"] * 3 + ["stranger"] * 3
recordings = {
    f"{number}: {pair[1]}, {kind}": pair
    for number, (pair, kind) in enumerate(zip(pairs, kinds), 1)
}

# %% [markdown]
# As a still picture first: a string in noise at 5 decibels, and its letters. Compare
# the spikes with those in quiet further up: are they as high, and do two letters share
# a moment somewhere? There the network is in doubt. If a *three* is in the string, find
# the blank that rises between its two e.

# %%
noisy = spoil(test_sounds[1], 5, 0)
heard, chances = picture(noisy), reader(noisy)
title = f'"{test_texts[1]}" in noise at 5 dB'
plot.spelled(heard, chances, LETTERS, seconds=SECONDS, title=title)

# %% [markdown]
# Now alive. *Play* lets the letters appear with the sound; the slider *heard up to*
# does it by hand. Turn the noise up: which letters go first, and at which ratio does
# the text break? Give it a room. Then *Speak*: some digits, English, with short pauses.
# It has heard synthetic voices only, unless you ran the full profile, so be ready for
# what the end of this page measures.

# %%
given = {"letters": LETTERS, "features": picture, "spoil": spoil}
explore.speech({"Deep Speech in small": reader}, recordings, rate=RATE, **given)

# %% [markdown]
# ## Whisper in small
#
# CTC writes what it hears, in the order in which it hears it, and never more letters
# than there are steps. A translation has another order, and other letters. For that
# there is the encoder-decoder of lesson 11: one part reads the sound, the other writes,
# letter after letter, and looks where it wants.
#
# Whisper's idea is to make *all* its tasks one kind of text. The writer's text begins
# with signs that say what is asked for: the language that is spoken, and *transcribe*
# or *translate*. One network, one loss, and a task is a word in the prompt.

# %%
spoken = data.load("spoken_words")
LANGUAGES = ["de", "en", "es", "fr", "it", "ru"]
spoken

# %% [markdown]
# Digits in six languages, and some commands in English. The signs of the writer: an
# end, a start, six languages, two tasks, and every letter that occurs.

# %%
SPECIAL = ["end", "start", *LANGUAGES, "transcribe", "translate"]
ALPHABET = sorted(set("".join([*spoken.word_train, *spoken.classes])))
SIGN = {sign: number for number, sign in enumerate([*SPECIAL, *ALPHABET])}
LONGEST = 4 + max(map(len, [*spoken.word_train, *spoken.classes]))
print(f"{len(SIGN)} signs;", *ALPHABET)

# %% [markdown]
# A row is `start`, the language, the task, the letters, `end`. The writer gets the row
# without its last sign and has to say each following one. So after `start` it must name
# the language, which makes three tasks. Only the task sign cannot be known beforehand;
# its place is left out of the loss, as is what follows the end.


# %%
def row_of(language, task, word):
    """Return a row of numbers for the writer, and what it has to say at each place."""
    signs = ["start", language, task, *word, "end"]
    numbers = np.zeros(LONGEST + 1, "int32")
    numbers[: len(signs)] = [SIGN[sign] for sign in signs]
    wanted = np.full(LONGEST, -1, "int32")
    wanted[: len(signs) - 1] = numbers[1 : len(signs)]
    wanted[1] = -1
    return numbers[:-1], wanted


# %% [markdown]
# And a trap for it. For one digit of each foreign language it never sees the
# translation, though it hears and transcribes it like all others. If it has grasped
# what *translate* means, it will manage; if it has a dictionary, it will not.

# %%
NEVER = {("de", 3), ("fr", 5), ("es", 8), ("it", 7), ("ru", 2)}

# %%
predict(
    "17.never",
    "The words whose translation it has never seen: how many of them will it "
    "translate, from voices that it has never heard?",
    ["nearly all", "some", "none"],
)

# %% [markdown]
# For each clip there is a row for either task, but not for the pairs of the trap.


# %%
def examples(numbers, tasks=("transcribe", "translate")):
    """Return, for each clip and task, the clip, the row and what is wanted."""
    made = []
    for number, task in itertools.product(numbers, tasks):
        language, meaning = spoken.language_train[number], spoken.y_train[number]
        if task == "translate" and (language, meaning) in NEVER:
            continue
        word = spoken.word_train[number]
        word = word if task == "transcribe" else spoken.classes[meaning]
        made.append((number, *row_of(language, task, word)))
    return [np.array(column) for column in zip(*made)]


# %% [markdown]
# Print one to see that it is as we said. A mistake here would train without complaint:

# %%
spoken_clips = cut(spoken.x_train, spoken.length_train)
numbers = np.arange(len(spoken_clips))
if PROFILE == "smoke":
    numbers = numbers[::20]
which, rows, wanted = examples(numbers)
print(f"{len(rows):,} rows, such as", *(list(SIGN)[sign] for sign in rows[-1]))

# %% [markdown]
# Now the network. Attention does not see where things stand, so sound and text get
# positions:


# %%
def positions(length, width, longest=100):
    """Return a vector for each place, as in lesson 11."""
    rates = longest ** -(np.arange(width // 2) / (width // 2))
    angles = np.arange(length)[:, None] * rates
    waves = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    return waves[None].astype("float32")


# %% [markdown]
# Encoder and decoder are made of one block of lesson 11. The decoder's differs in two
# things: its text must not see what follows, so it has the causal mask; and between its
# two halves it takes a second look, at the sound.


# %%
def block(state, width, sound=None):
    """Return a block of attention, with a look at the sound if there is one."""
    look = layers.MultiHeadAttention(4, width // 4)
    normal = layers.LayerNormalization()(state)
    state = state + look(normal, normal, use_causal_mask=sound is not None)
    if sound is not None:
        look = layers.MultiHeadAttention(4, width // 4, name="listen")
        state = state + look(layers.LayerNormalization()(state), sound)
    small = layers.Dense(2 * width, "relu")(layers.LayerNormalization()(state))
    return state + layers.Dropout(0.1)(layers.Dense(width)(small))


# %% [markdown]
# Sound through the one, text through the other. Two convolutions with strides leave one
# place for every fourth frame, so that there is less to look at.


# %%
def translator(width):
    """Return an untrained encoder-decoder from sound and signs to following signs."""
    frames = keras.Input((61, BANDS), name="sound")
    signs = keras.Input((LONGEST,), dtype="int32", name="signs")
    sound = frames
    for _ in range(2):
        sound = layers.Conv1D(width, 5, 2, padding="same", activation="relu")(sound)
    sound = layers.LayerNormalization()(sound) + positions(16, width)
    sound = layers.LayerNormalization()(block(sound, width))
    text = layers.Embedding(len(SIGN), width)(signs) + positions(LONGEST, width)
    text = block(text, width, sound)
    scores = layers.Dense(len(SIGN))(layers.LayerNormalization()(text))
    return keras.Model([frames, signs], scores)


# %% [markdown]
# The sounds get other speeds, other places and a little noise, in three versions, of
# which each pass through the data takes the next.


# %%
def heard_words(clips, rng):
    """Return pictures of clips at drawn speeds and places, in a little noise."""
    speeds = rng.uniform(0.8, 1.25, len(clips))
    changed = list(map(at_speed, clips, speeds))
    noise = for_training[0][rng.integers(40, size=len(clips)), :RATE]
    decibels = rng.uniform(10, 40, (len(clips), 1))
    noise = noise * np.float32(10 ** (-decibels / 20))
    return log_mel(placed(changed, RATE, rng) + noise)


# %% [markdown]
# Two rows, one for each task, share a picture; so each row is told which is its own.

# %%
three = [heard_words([spoken_clips[n] for n in numbers], rng) for _ in range(3)]
places = np.searchsorted(numbers, which)

# %% [markdown]
# The learning rate rises from nothing for a tenth of the steps, then falls. Without
# such a *warm-up* the decoder soon learns which letters follow which, and may have
# stopped looking at a sound that the encoder has not yet learned to show.

# %%
PASSES, WHISPER = {"smoke": (1, 16), "quick": (12, 64), "full": (40, 96)}[PROFILE]
whisper = translator(WHISPER)
steps = PASSES * -(-len(rows) // 64)
warm = {"warmup_target": 0.003, "warmup_steps": max(1, steps // 10)}
rising_rate = keras.optimizers.schedules.CosineDecay(0.0, steps, **warm)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
whisper.compile(keras.optimizers.Adam(rising_rate), loss)
assert whisper.count_params() < 390_000

# %% [markdown]
# The assert is for the end of this page, where it is compared with the real one. In
# training the right text so far is given, so all letters of a row are learned at once:

# %%
for number in range(PASSES):
    pictures = three[number % 3][places]
    whisper.fit([pictures, rows], wanted, batch_size=64, verbose=0)

# %% [markdown]
# To write, it gets its own signs back, the likeliest each time. It names the language
# itself, the likeliest of the six, and then we put in the task.


# %%
def write(pictures, task):
    """Return the language that is heard and the text that is written, for each clip."""
    signs = np.zeros((len(pictures), LONGEST), "int32")
    signs[:, 0] = SIGN["start"]
    for place in range(1, LONGEST):
        if place == 2:
            signs[:, 2] = SIGN[task]
            continue
        scores = whisper.predict_on_batch([pictures, signs])[:, place - 1]
        first, last = (2, 8) if place == 1 else (0, len(SIGN))
        signs[:, place] = first + scores[:, first:last].argmax(axis=-1)
    known = np.array(list(SIGN))
    ends = [row[3:][: np.argmax(np.append(row[3:], 0) == 0)] for row in signs]
    return known[signs[:, 1]], np.array(["".join(known[row]) for row in ends])


# %% [markdown]
# The test: six voices that it has never heard, all words. One clip, two orders:

# %%
test_clips = cut(spoken.x_test, spoken.length_test)
chosen = np.arange(len(test_clips))[:: 8 if PROFILE == "smoke" else 1]
local = np.random.default_rng(9)
pictures = log_mel(placed([test_clips[number] for number in chosen], RATE, local))
language, transcribed = write(pictures, "transcribe")
_, translated = write(pictures, "translate")

# %% [markdown]
# Ten foreign words. The sound of a line is the same for both columns; all that changed
# is one sign in the prompt:

# %%
foreign = np.flatnonzero(spoken.language_test[chosen] != "en")
print("said      heard as  transcribe  translate")
for place in foreign[:: max(1, len(foreign) // 10)][:10]:
    said, copied = spoken.word_test[chosen[place]], transcribed[place]
    print(f"{said:10}{language[place]:10}{copied:12}{translated[place]}")

# %% [markdown]
# Only what is right to the last letter counts.

# %%
word = spoken.word_test[chosen].astype(str)
meaning = np.array(spoken.classes)[spoken.y_test[chosen]]
pairs = list(zip(spoken.language_test[chosen], spoken.y_test[chosen]))
never = np.array([pair in NEVER for pair in pairs])
seen = foreign[~never[foreign]]
written_right, translated_right = transcribed == word, translated == meaning

# %% [markdown]
# How well it transcribes depends on the voice as well; the interval is over the six:

# %%
by_six = by_voice(word, transcribed, spoken.speaker_test[chosen])
found("transcribed", written_right.mean(), "Transcribed: {:.1%} exactly right,")
_, half = train.interval(list(by_six.values()))
found("transcribed_half", half, "give or take {:.1%}.")

# %% [markdown]
# The second of the next two shows obedience: the same clip, two different texts, both
# right.

# %%
told = "Foreign words whose translation it has seen: {:.1%} translated exactly right."
found("translated", translated_right[seen].mean(), told)
told = "In {:.1%} of these clips both are right: the task sign alone changes the text."
found("obeys", (written_right & translated_right)[seen].mean(), told)

# %% [markdown]
# And the words of the trap, with what it wrote in place of their translation:

# %%
trapped = np.flatnonzero(never)
if not len(trapped):  # in the smoke profile perhaps none
    trapped = foreign[:1]
never_right = translated_right[trapped].mean()
found("never_transcribed", written_right[trapped].mean(), "Written: {:.0%},")
found("never_translated", never_right, "translated: {:.0%}.", predicted="17.never")
for text, count in Counter(translated[trapped]).most_common(6):
    print(f"{count:3} times {text}")

# %% [markdown] tags=["sourced"]
# *Translate* means to it, mostly: write the English word that goes with such a sound.
# Where it was right all the same, look at the relatives: *sette* sounds like *siete*
# and *sept*, *drei* like *three*, and those it has seen translated. A word without a
# near relative gets the translation of one that merely sounds like it, or is written
# down as it was heard. Whisper, too, learned translation from examples, but from
# 125,000 hours of speech with English texts, where each word comes in many sentences
# ([Radford and others, 2022](https://arxiv.org/abs/2212.04356)).

# %% [markdown]
# The first of its three tasks was to name the language. Most words give it away; some
# cannot: *six* is English and French, *uno* Spanish and Italian. Each row is a language
# that was spoken. What stands beside the diagonal was heard as another one; are those
# pairs relatives?

# %%
true = spoken.language_test[chosen]
told = [[np.sum(language[true == a] == b) for b in LANGUAGES] for a in LANGUAGES]
title = "The language that was spoken, and the one it heard"
plot.confusion(told, LANGUAGES, title=title)

# %% [markdown]
# ## From synthetic voices to people
#
# All of this Whisper's voices were machines. The words of five languages come with
# recordings of people as well, professional speakers, ten digits a language. One clip
# is two hundredths of the score, so take it roughly.

# %%
predict(
    "17.people",
    "Trained on synthetic voices alone: how many of the 50 clips of real people does "
    "Whisper in small transcribe exactly?",
    ["as many as of synthetic voices", "clearly fewer, but some", "none"],
)

# %%
real_clips = cut(spoken.x_real, spoken.length_real)
real = log_mel(placed(real_clips, RATE, np.random.default_rng(10)))
_, real_words = write(real, "transcribe")
_, real_meanings = write(real, "translate")
real_right = np.mean(real_words == spoken.word_real.astype(str))

# %% [markdown]
# Against the synthetic voices:

# %%
told = "Real people: {:.0%} transcribed exactly right."
found("real_transcribed", real_right, told, predicted="17.people")
gap = 100 * (written_right.mean() - real_right)
found("real_gap", gap, "That is {:.0f} points less than for synthetic voices.")

# %% [markdown]
# The network for single digits can be asked the same. In the full profile it is trained
# on synthetic voices once more, and meets all recordings of the six people; otherwise
# its runs meet the ten English digits among those 50.

# %%
english = np.flatnonzero(spoken.language_real == "en")
judges, real_digits = hardened, [real_clips[place] for place in english]
real_labels = spoken.y_real[english]
if people:
    sounds, y = versions(np.flatnonzero(~np.isin(voices, people)), rng)
    sounds = spoiled(sounds, rng.uniform(-5, 30, len(y)), for_training, rng)
    judges, theirs = [learn_words(sounds, y, 0)], np.isin(voices, people)
    real_digits, real_labels = clips[theirs], labels[theirs]

# %% [markdown]
# What do they understand?

# %%
sounds = placed(real_digits, RATE, np.random.default_rng(11))
by_judge = [words_right(weights, sounds, real_labels) for weights in judges]
found("real_digits", np.mean(by_judge), "Taught by machines, {:.0%} of them right.")

# %% [markdown]
# A synthetic voice says a word in one way, with a throat of fixed length and a melody
# by rule. People swallow, stretch and colour it. Noise and rooms do not bridge that;
# recordings of many people do. Both systems at the top of this page were made of
# those: thousands of hours for the one, hundreds of thousands for the other.

# %% [markdown]
# ## Something to keep
#
# Five real speakers, each with a digit that the network got right if it got one, and
# what it made of it. Nobody has told it the language.

# %%
good = (real_words == spoken.word_real.astype(str)).astype(float)
captions = {}
for one in np.unique(spoken.language_real):
    there = np.flatnonzero(spoken.language_real == one)
    place = there[np.argmax(good[there] + rng.random(len(there)) / 2)]
    captions[f"{one}: {real_words[place]}, {real_meanings[place]}"] = place

# %% [markdown]
# As pictures: the language, what it wrote, and what it takes that to mean.

# %%
shown = np.stack([real[place].T[::-1] for place in captions.values()])
title = "What it wrote, and in English"
plot.images(shown, titles=list(captions), columns=5, scale="ink", title=title)

# %% [markdown]
# Play them, and read what it wrote of each:

# %%
listed = {caption: real_clips[place] for caption, place in captions.items()}
explore.listen(listed, RATE, title=title)

# %% [markdown]
# ## What we found
#
# All the errors of this page in one table, from this run. Go through it pair by pair,
# and say for each step what has changed: the voices, the noise, or what the network
# knew.

# %%
in_quiet_only, with_noises = [rates[:, zero].mean() for rates in wrong.values()]
never_wrong, real_wrong = 1 - never_right, 1 - real_right
errors = {
    "one word, new clips of known voices": 1 - new_clips,
    "one word, new voices of the same make": 1 - new_voices,
    "one word, strangers": 1 - of_strangers,
    "one word at 0 dB, trained in quiet": in_quiet_only,
    "one word at 0 dB, trained with noise": with_noises,
    "strings, new voices": string_errors,
    "strings, strangers": strange_errors,
    "strings, strangers, with counted letters": helped_errors,
    "strings at 5 dB": ear_errors,
    "strings at 5 dB, with counted letters": both_errors,
    "Whisper in small, synthetic voices": 1 - written_right.mean(),
    "Whisper in small, people": real_wrong,
    "translations it has seen": 1 - translated_right[seen].mean(),
    "translations it has never seen": never_wrong,
}

# %% [markdown]
# Words that are wrong, as a share of those that were said:

# %%
for name, share in errors.items():
    print(f"{name:42}{share:6.1%}")

# %% [markdown]
# - A random split tests the wrong thing, and even to leave out speakers is not enough
#   where all are of one make. Strangers make far more mistakes, and only a test that
#   has them shows it.
# - CTC sums over all the ways to spread a text over time, in one walk, and so needs
#   nobody to say when each letter came.
# - A language model, even one that counts, mends words that the ear got nearly right.
# - Noise in training makes a network that stands noise; what it costs in quiet was
#   measured here, not assumed.
# - A task can be a sign in the prompt. What was never asked for in training was not
#   learned with it.
# - Synthetic voices do not stand for people.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "17.quiz.split",
    "A paper tests a speech recogniser on clips drawn at random from its collection of "
    "forty speakers. What does its score tell you?",
    {
        "how well it will hear new customers": (
            "All forty voices were in training. New customers are not among them."
        ),
        "how well it hears new clips of those forty": (
            "And only that. Leave out speakers to learn about speakers."
        ),
        "nothing at all": "It tells something, about a situation that seldom comes.",
    },
    right="how well it hears new clips of those forty",
)

# %%
quiz(
    "17.quiz.blank",
    'Which path says "oo", if - is the blank?',
    {
        "ooo": "Repeats go first, so this says one o.",
        "o-oo": "An o, a blank, and an o that is held for two steps.",
        "-oo-": "The two are neighbours, so they are one letter that is held.",
    },
    right="o-oo",
)

# %%
quiz(
    "17.quiz.beam",
    "Why does beam search keep two sums for each text, and not one?",
    {
        "to be twice as exact": "Their sum is all that counts in the end.",
        "because a letter may be repeated after a blank only": (
            "Without one, the same sign again means that the letter is held."
        ),
        "one for the ear, one for the language model": (
            "Both are multiplied into each sum."
        ),
    },
    right="because a letter may be repeated after a blank only",
)

# %%
quiz(
    "17.quiz.ratio",
    "At a signal-to-noise ratio of 10 decibels, how does the energy of the noise "
    "compare to that of the voice?",
    {
        "a tenth": "Ten decibels are a factor of ten in energy.",
        "a hundredth": "That would be 20 decibels.",
        "they are equal": "That would be 0 decibels.",
    },
    right="a tenth",
)

# %% [markdown] tags=["sourced"]
# ## What this page leaves out
#
# *Size.* Ten words are not a language. Deep Speech learned from thousands of hours
# ([Hannun and others, 2014](https://arxiv.org/abs/1412.5567)), with a simpler recurrent
# layer than our GRU and a model of word sequences that was counted on text alone.
# Whisper's smallest model has 39 million weights, more than a hundred times as many as
# ours. It reads 30 seconds at a time, writes pieces of words, marks times, and its
# translation goes [into English only](https://github.com/openai/whisper).
#
# *Whole recordings.* Our strings are clips with pauses between them. In speech the
# words flow into each other, and the same word changes with its neighbours. A network
# that was taught with pauses will stumble over your fast *onetwothree*.
#
# *Listening while you speak.* A bidirectional layer must hear the end before it can
# write the beginning. What answers while you talk uses other networks, such as the
# transducer ([Graves, 2012](https://arxiv.org/abs/1211.3711)).
#
# *The claims.* "Robust to noise" is a curve, not a word: it depends on the kind of
# noise, on how loud it is, and on what the quiet costs. Ours is drawn, and so are our
# rooms; a second person who talks is a far harder noise than any hiss, and we have not
# tried it. "Works for all speakers" has to be measured by speakers: a study of five
# commercial recognisers found 35 wrong words in a hundred for black speakers and 19 for
# white ones ([Koenecke and others, 2020](https://doi.org/10.1073/pnas.1915768117)).
#
# *Making things up.* A decoder that writes on its own can write what nobody has said.
# About one in a hundred recordings gave Whisper such sentences in one study
# ([Koenecke and others, 2024](https://arxiv.org/abs/2402.08021)). A CTC network has
# other faults, but it cannot go on when the sound has ended.
#
# In the lab you write the decoders, the word error rate, and *SpecAugment* ([Park and
# others, 2019](https://arxiv.org/abs/1904.08779)), which covers bars of the picture so
# that no network relies on one band or one moment.
