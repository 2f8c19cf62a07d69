# %% [markdown] tags=["sourced"]
# **How does a folder of photos become numbers that a network can learn from?**
#
# TensorFlow's flower tutorials, [Load and preprocess
# images](https://www.tensorflow.org/tutorials/load_data/images) and [Image
# classification](https://www.tensorflow.org/tutorials/images/classification), begin
# with 3,670 photos of all sizes, one folder for each of five kinds. Before a network
# sees them they are read, resized, split, scaled, changed at random and handed over in
# batches. Here you take each of these steps, for photos and for four other kinds of
# input, and then measure what it costs to get one of them wrong.
#
# When you leave, you will be able to
#
# - turn a photo, a text, a sound, a film and a table into a tensor, and say what its axes
#   mean,
# - set a test part aside so that it stays honest, and fit every statistic without it,
# - feed a network from files: resized, augmented, cached and fetched in advance,
# - tell faults that cost a little from the one that you would never notice.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)

# %% [markdown]
# ## A photo
#
# A network takes *tensors*: blocks of numbers with a fixed number of axes. The *shape*
# says how long each axis is. A list of eight numbers has one axis and the shape (8,); a
# grey picture has two, its rows and its columns.
#
# In the full profile this page uses the 3,670 photos of the tutorial; otherwise a
# program of the course draws five species. Read the card first: it says what the data
# are worth.

# %%
if PROFILE == "full":
    flowers = data.load("flowers", source="best")
else:
    count = {"smoke": 100, "quick": 1000}[PROFILE]
    flowers = data.load("flowers", source="drawn", count=count)
flowers

# %% [markdown]
# A JPEG file is compressed. Once decoded it is a grid of *pixels*, each of them three
# bytes from 0 to 255, for red, green and blue. So a photo has three axes: height, width
# and colour. Height comes first, as rows do in a table.


# %%
def read(file):
    """Return a photo as an array of shape (height, width, 3)."""
    return keras.utils.img_to_array(keras.utils.load_img(file), dtype="uint8")


first = [np.flatnonzero(flowers.y == kind)[0] for kind in range(len(flowers.classes))]
photos = {flowers.classes[flowers.y[i]]: read(flowers.files[i]) for i in first}
for name, photo in photos.items():
    print(f"{name:12} {photo.shape}")

# %% [markdown]
# The photos differ in shape, and the photos of a *batch*, which a network takes
# together, may not: they are stacked along one more axis, the first. So each one
# becomes a square of the same size. We cut out the middle, then keep pixels at even
# distances. The simplest way to resize needs two lines.
#
# In them, 0.5 aims at the middle of the patch that a small pixel stands for. Without it
# the whole picture would be shifted a little.


# %%
def crop(photo):
    """Return the largest square in the middle of a photo."""
    high, wide = photo.shape[:2]
    side = min(high, wide)
    top, left = (high - side) // 2, (wide - side) // 2
    return photo[top : top + side, left : left + side]


def shrink(square, size):
    """Return a square picture with `size` pixels a side, each the nearest one."""
    places = ((np.arange(size) + 0.5) * len(square) / size).astype(int)
    return square[places][:, places]


# %% [markdown]
# Keras has the same in one line. If both give the same pixels, nothing about it is a
# secret.

# %%
photo = photos["sunflowers"]
by_hand = shrink(crop(photo), 48)
by_keras = keras.ops.image.resize(crop(photo), (48, 48), interpolation="nearest")
assert np.array_equal(by_hand, keras.ops.convert_to_numpy(by_keras))

# %% [markdown]
# The nearest pixel stands for many others, so thin petals come out jagged. The usual
# choice, *bilinear*, blends the pixels around each place. Then the numbers: to
# *normalise* here means to bring them to a fixed range, 0 to 1. The second step costs
# detail, the third nothing at all.

# %%
small = keras.ops.image.resize(crop(photo), (48, 48), interpolation="bilinear")
small = keras.ops.convert_to_numpy(small)
plot.stages(
    {"in the file": photo, "cropped, resized": small, "normalised": small / 255.0},
    title="From the file to numbers between 0 and 1",
)

# %% [markdown]
# ## Set the test part aside first
#
# A network is judged on pictures that had no part in making it. That includes every
# number computed on the way, so we split before we compute anything. And a picture that
# is there twice must not stand on both sides. Files with the same content have the same
# *hash*, a fingerprint of their bytes.

# %%
import hashlib
from pathlib import Path

contents = [Path(file).read_bytes() for file in flowers.files]
hashes = [hashlib.sha256(content).hexdigest() for content in contents]
_, group = np.unique(hashes, return_inverse=True)
found("copies", len(group) - group.max() - 1, "{:.0f} files are copies of another.")

# %% [markdown]
# A zero is worth less than it sounds. One changed byte gives another hash, so this
# finds exact copies and no *near* ones, such as the same scene a second later. What
# those can cost you will measure at the end of this page.
#
# Now one lot is drawn for each *group* of equal files, never for each file: whatever
# belongs together lands on the same side. Four fifths are for training (part 0), a
# tenth for validation, which guides our choices (part 1), and a tenth for the test,
# which we open once (part 2).

# %%
rng = np.random.default_rng(0)
lots = rng.random(group.max() + 1)[group]
part = np.digitize(lots, [0.8, 0.9])
np.bincount(part)

# %% [markdown]
# Check a split by what must be true of it afterwards: every group lies in a single
# part.

# %%
parts_of_group = [len(set(part[group == one])) for one in np.unique(group)]
assert max(parts_of_group) == 1

# %% [markdown]
# ## Standardise, with statistics of the training part
#
# To *standardise* is to subtract the mean and divide by the standard deviation, so that
# 0 is average and 1 is a usual distance from it. For photos that is done for each
# colour. `data.from_folder` reads every photo at once, cropped and resized. Its order
# need not be ours, so each photo finds its lot by the name of its file.

# %%
thumbnails = data.from_folder(flowers.folder, size=36)
lot_of = {Path(file): lot for file, lot in zip(flowers.files, lots)}
lot = np.array([lot_of[Path(file)] for file in thumbnails.files])
thumbnails.x.shape

# %% [markdown]
# The training part has the lots below 0.8. We average over its pictures, rows and
# columns, the axes 0, 1 and 2.

# %%
pixels = thumbnails.x[lot < 0.8] / np.float32(255)
mean, spread = pixels.mean(axis=(0, 1, 2)), pixels.std(axis=(0, 1, 2))
print("red, green, blue: mean", mean.round(3), "standard deviation", spread.round(3))

# %% [markdown]
# The layer of Keras learns the same two numbers for each colour by `adapt`, and keeps
# them in the model, where nobody can forget them. Its `axis` names the axis that
# *stays*, the last; NumPy's names those that go.

# %%
normalization = keras.layers.Normalization(axis=-1)
normalization.adapt(pixels)
by_layer = keras.ops.convert_to_numpy(normalization(pixels[:10]))
assert np.allclose(by_layer, (pixels[:10] - mean) / spread, atol=1e-3)

# %% [markdown]
# We left the validation and test parts out of these statistics. Was that worth the
# trouble?

# %%
predict(
    "01.statistics",
    "Had the mean been computed from all photos, by how much would it differ?",
    ["under a hundredth of a standard deviation", "a hundredth to a tenth",
     "more than a tenth"],
)

# %%
every_mean = (thumbnails.x / np.float32(255)).mean(axis=(0, 1, 2))
shift = np.abs((every_mean - mean) / spread).max()
told = "The mean would shift by {:.4f} standard deviations at most."
found("mean_shift", shift, told, predicted="01.statistics")

# %% [markdown] tags=["sourced"]
# This leak is small, and the more photos there are, the smaller it is. It is forbidden
# all the same, because the same habit is ruinous elsewhere: when the *choice* of inputs
# was made on all rows of gene data, error rates came out near zero where honest ones
# were not ([Ambroise and McLachlan, 2002](https://doi.org/10.1073/pnas.102102699)). Fit
# on the training part, always, and you need not wonder when it matters.
#
# This is the photo in all three kinds of numbers.

# %%
three = {"bytes": small, "normalised": small / 255.0}
three["standardised"] = (small / 255.0 - mean) / spread
plot.stages(three, title="Three kinds of numbers for one picture")

# %% [markdown]
# Now move the steps yourself. Find the size at which you can no longer name the flower,
# and see what *pad* and *stretch* do to a photo that is not square. Then look what
# *standardised* does to the picture, and to its numbers.

# %%
explore.inputs("picture", photos)

# %% [markdown]
# ## A text
#
# A text has no pixels, so what are its numbers? It is split into *tokens*, here words;
# a *vocabulary* gives each frequent token a number; and every text is cut or filled to
# one length. Our texts are mails of the year 2002, wanted and spam. Here is the
# beginning of one:

# %%
mails = data.load("spam", source="bundled")
print(mails.x_train[2][:200])

# %% [markdown]
# The first choice is what counts as the same word. We make all letters small and drop
# the punctuation, so that *Free*, *FREE* and *free!* are one. That throws something
# away, for you know some spam by its capitals alone. It is what Keras does unless told
# otherwise.

# %%
import re


def split(text):
    """Return the words of a text: lower case, without punctuation."""
    return re.sub(r"[!-/:-@\[-`{-~]", "", text.lower()).split()


split("WIN a FREE trip, reply now!")

# %% [markdown]
# Count all words of the training mails. The most frequent 998 get the numbers 2 to 999;
# number 0 fills up short texts, and 1 stands for every word that is not in the
# vocabulary. (Among equally frequent words the later in the alphabet comes first: any
# fixed order would do, and this is Keras's.)

# %%
from collections import Counter

counts = Counter(word for mail in mails.x_train for word in split(mail))
ranked = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
vocabulary = ["", "[UNK]", *ranked[:998]]
print(f"{len(counts):,} different words, the most frequent:", *vocabulary[2:9])

# %% [markdown]
# A text becomes numbers by looking each of its words up, then cutting at `length` or
# filling up with zeros. A long mail loses its end, and nothing tells you.

# %%
number_of = {word: number for number, word in enumerate(vocabulary)}


def encode(text, length):
    """Return a text as an array of `length` whole numbers."""
    numbers = [number_of.get(word, 1) for word in split(text)][:length]
    return np.array(numbers + [0] * (length - len(numbers)))


# %% [markdown]
# Here is a sentence on its way. *Zorbing* is in none of the mails, and *trip* is not
# among the 998. Both become a 1: from here on nothing can tell one from the other.

# %%
sentence = "WIN a FREE zorbing trip, reply now!"
words, numbers = split(sentence), encode(sentence, length=8)
kinds = ["unknown" if number == 1 else "known" for number in numbers[: len(words)]]
blank = len(numbers) - len(words)
plot.tokens(
    words + ["·"] * blank, numbers.tolist(), kinds=kinds + ["padding"] * blank,
    narrow=True, title="Seven words and a filler become eight numbers",
)

# %% [markdown]
# Keras's `TextVectorization` learns the vocabulary by `adapt` and gives the same
# numbers. The layer is made of TensorFlow's string operations, so with another backend
# this cell is skipped.

# %%
if keras.backend.backend() == "tensorflow":
    vectorize = keras.layers.TextVectorization(1000, output_sequence_length=30)
    vectorize.adapt(mails.x_train)
    assert vectorize.get_vocabulary() == vocabulary
    few = mails.x_test[:200]
    assert np.array_equal(vectorize(few), [encode(mail, 30) for mail in few])

# %% [markdown]
# The vocabulary comes from the training mails alone, so new mails will have words that
# it lacks.

# %%
predict(
    "01.vocabulary",
    f"The training mails hold {len(counts):,} different words, and we keep 998. How "
    "many of the words in unseen mails will be unknown?",
    ["about one in twenty", "about one in four", "more than half"],
)

# %%
unseen = [word for mail in mails.x_test for word in split(mail)]
unknown = np.mean([word not in number_of for word in unseen])
told = "{:.0%} of the words in the test mails have no number of their own."
found("unknown_words", unknown, told, predicted="01.vocabulary")

# %% [markdown]
# A few words are very frequent and most are rare, so a short list goes a long way, and
# no list goes all the way: the curve flattens long before it reaches the top. A list of
# a given length knows a word whose place in the ranking comes before that length.

# %%
place_of = {word: place for place, word in enumerate(ranked)}
places = np.array([place_of.get(word, len(ranked)) for word in unseen])
listed = np.unique(np.geomspace(10, len(ranked), 60).astype(int))
plot.curves(
    {"known": [100 * np.mean(places < many) for many in listed]}, x=listed,
    x_title="words in the vocabulary", y_title="known words in unseen mails, %",
    title="Even all words of the training mails do not cover the next mail",
)

# %% [markdown]
# Write your own text below. Watch how the unknown words, in orange, become fewer as the
# vocabulary grows, and what happens when the tokens are characters.

# %%
explore.inputs("text", mails.x_train, text=sentence)

# %% [markdown]
# The numbers are names, not amounts: word 20 is not twice word 10. Lesson 10 gives each
# of them a place in a space of meanings, and lesson 21 builds tokens that are parts of
# words, so that nothing is unknown.

# %% [markdown]
# ## A sound
#
# A microphone measures the pressure of the air, here 8,000 times a second. A second of
# sound is a row of 8,000 numbers, from which the eye can tell loud from quiet and
# little more.

# %%
digits = data.load("spoken_digits", source="bundled")
clips = {}
for digit in (3, 7, 9):
    row = np.flatnonzero(digits.y_train == digit)[7]
    clips[digits.classes[digit]] = digits.x_train[row][: digits.length_train[row]]
plot.wave(clips["seven"] / 32768, digits.rate, title='Somebody says "seven"')

# %% [markdown]
# What the ear hears is which tones are in it, and when. So we cut the row into short
# *frames* that overlap. A frame begins every 128 samples (the *hop*) and is 256 samples
# long (the *window*), 32 thousandths of a second.

# %%
WINDOW, HOP = 256, 128
clip = clips["seven"].astype("float32") / 32768
starts = range(0, len(clip) - WINDOW + 1, HOP)
frames = np.stack([clip[start : start + WINDOW] for start in starts])
frames.shape

# %% [markdown]
# Each frame is faded in and out by a bell-shaped curve, *Hann's window*, lest its sharp
# ends be heard as tones. Nothing is lost by that, except at both ends of the sound:
# where one frame fades, the next comes in, and with a hop of half a window the curves
# add up to 1.
#
# Then the *Fourier transform* says how much of each tone is in it: 129 tones, evenly
# spaced from 0 to 4,000 hertz. It ends at half the sampling rate, because the samples
# of a faster tone are also those of a slower one. The size of each tone is its
# *magnitude*.

# %%
hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
magnitudes = np.abs(np.fft.rfft(frames * hann))
magnitudes.shape

# %% [markdown]
# Keras has all of it in one call, a *short-time Fourier transform*. It gives two
# numbers a tone; Pythagoras makes the magnitude of them. `center=False` says that the
# first frame begins at the first sample, with nothing added in front.

# %%
options = {"window": "hann", "center": False}
real, imaginary = keras.ops.stft(clip, WINDOW, HOP, WINDOW, **options)
by_keras = keras.ops.sqrt(real**2 + imaginary**2)
assert np.allclose(magnitudes, keras.ops.convert_to_numpy(by_keras), atol=1e-3)

# %% [markdown]
# The magnitudes span several powers of ten, so they are shown as a logarithm, in
# *decibels*: 20 more are ten times the magnitude. Zero has no logarithm, so whatever is
# weaker than a thousandth of the loudest is raised to that, 60 decibels below it. The
# sound has become a picture, the *spectrogram*: time to the right, tones upwards, dark
# where a tone is loud.

# %%
decibels = 20 * np.log10(np.maximum(magnitudes, magnitudes.max() / 1000))
plot.sound(
    clip, decibels, rate=digits.rate, window=WINDOW, hop=HOP, frame=12,
    value_title="decibels", title='The spectrogram of "seven"',
)

# %% [markdown] tags=["sourced"]
# The orange frame is the one whose tones stand at the right. A long window tells tones
# apart and blurs time, a short one the other way round: no window does both. Listen to
# it. *Hear the numbers* plays a sound that is rebuilt from the spectrogram alone, by
# the method of [Griffin and Lim (1984)](https://doi.org/10.1109/TASSP.1984.1164317):
# what is gone there, a network cannot hear either. Try a hop longer than the window,
# and ten *mel bands*: sums over neighbouring tones, narrow for low ones and wide for
# high ones, as the ear has it.

# %%
explore.inputs("sound", clips, rate=digits.rate)

# %% [markdown]
# ## A film
#
# A film is a row of pictures, so it has one axis more: time, height, width, colour.
# This one is drawn: a camera over a yard, four pictures a second.

# %%
yard = data.load("surveillance", source="drawn", train=6, test=1)
names = [yard.classes[kind] for kind in yard.y_train]
film = yard.x_train[names.index("intrusion")]
film.shape, film.dtype

# %% [markdown]
# Much of it never changes. What moves shows in the *difference* of two frames. One trap
# lies on the way, because the pixels are bytes.

# %%
predict(
    "01.bytes",
    "A pixel was 5 and is 3 in the next frame. NumPy subtracts the bytes, 3 - 5. What "
    "comes out?",
    ["-2", "0", "254"],
)

# %%
before, after = np.array([5], dtype="uint8"), np.array([3], dtype="uint8")
found("byte_difference", (after - before)[0], "3 - 5 = {:.0f}.", predicted="01.bytes")

# %% [markdown]
# Below 0 a byte begins again at 255, without a word: a pixel that grew a little darker
# would look like a flash. So first make floats of them, then subtract.

# %%
grey = film.astype("float32").mean(axis=-1) / 255
difference = grey[1:] - grey[:-1]
told = (
    "From frame to frame {:.0%} of the pixels change by less than a fiftieth of the "
    "way from black to white."
)
found("still_pixels", np.mean(np.abs(difference) < 0.02), told)

# %% [markdown]
# Look at the two frames that differ most:

# %%
change = np.abs(difference).mean(axis=(1, 2))
busiest = int(change.argmax())
plot.change(
    *film[busiest : busiest + 2], difference[busiest], np.append(0, change),
    frames=(busiest, busiest + 1), rate=yard.rate,
    title="Most of a film repeats itself",
)

# %% [markdown]
# Blue has become darker, orange brighter. Move through the films: which of them can you
# tell from the differences alone? Raise the threshold: noise goes first, then the rain.
# Of what is left, a difference cannot say whether it is a thief, a passing car or a
# tree in the wind, and who stands still is not in it at all.

# %%
explore.inputs("video", dict(zip(names, yard.x_train)), rate=yard.rate)

# %% [markdown]
# ## A table
#
# Tables look as if they were numbers already. They come with gaps, with words, and with
# units that have nothing to do with each other. These are penguins.

# %%
penguins = data.load("penguins", source="bundled")
table = penguins.table.drop(columns=penguins.target)
columns = {name: table[name].tolist() for name in table}
plot.cells(columns, rows=6, title="The fourth penguin got away")

# %% [markdown]
# Four columns are measured, in millimetres or grams. How many gaps have they? Count
# before you fill: a column that is nearly empty would be nearly all invention
# afterwards.

# %%
measures = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
learn = np.random.default_rng(1).random(len(table)) < 0.8
print(table[measures + ["sex"]].isna().sum().to_dict(), f"in {len(table)} rows")

# %% [markdown]
# Each gap in a measure gets the *median* of its column: half of the birds are above it
# and half below, and one odd bird hardly moves it. Then we standardise. Median, mean
# and standard deviation come from the training rows.

# %%
filled = table[measures].fillna(table[measures][learn].median())
table_mean, table_spread = filled[learn].mean(), filled[learn].std(ddof=0)
scaled = (filled - table_mean) / table_spread

# %% [markdown]
# Words become columns of their own: *one-hot*, a 1 under the word that stands there and
# 0 under all others. Numbering the islands 0, 1, 2 would say that the second lies
# between the others. A missing sex is a kind of its own here: that nobody wrote it down
# may tell something.

# %%
kinds_of = table[["island", "sex"]].fillna("unknown")
words_of = {name: sorted(kinds_of[name][learn].unique()) for name in kinds_of}
one_hot = [kinds_of[name] == word for name in words_of for word in words_of[name]]
x_table = np.column_stack([scaled, *one_hot]).astype("float32")
x_table.shape

# %% [markdown]
# scikit-learn does the same: one chain of steps for the measures, another for the
# words. `fit` sees the training rows, `transform` takes all of them. Once fitted, it
# can be handed to whoever uses the model. An island that it has never seen becomes
# zeros, as with us.

# %%
from sklearn import compose, impute, pipeline, preprocessing

median = impute.SimpleImputer(strategy="median")
measured = pipeline.make_pipeline(median, preprocessing.StandardScaler())
spelled = preprocessing.OneHotEncoder(handle_unknown="ignore")
prepare = compose.make_column_transformer((measured, measures), (spelled, [*kinds_of]))
birds = table.assign(**kinds_of)
assert np.allclose(prepare.fit(birds[learn]).transform(birds), x_table, atol=1e-5)

# %% [markdown]
# What the network gets has no gaps, no words, and no units. Find the fourth penguin
# again: its measures are now those of a middling bird, and only its unknown sex still
# hints that nobody took them.

# %%
names_of = measures + [f"is {word}" for words in words_of.values() for word in words]
plot.cells(
    dict(zip(names_of, x_table.T.tolist())), rows=6, turned=True,
    title="The same six birds as numbers",
)

# %% [markdown]
# Now choose otherwise; all rows count as training rows here. Which choice loses rows,
# which one invents an order, and which leaves a trace of having guessed?

# %%
explore.inputs("table", table)

# %% [markdown]
# ## Five kinds, five shapes
#
# What a network sees of all this is a shape and a range. The first axis is always the
# batch. Print both for whatever you feed to a model: a missing axis, bytes where 0 to 1
# was meant, or a `nan` left by a gap show here at a glance.

# %%
mail_numbers = np.stack([encode(mail, 30) for mail in mails.x_train[:32]])
batch_of = {
    "photos: batch, height, width, colour": thumbnails.x[:32] / 255.0,
    "texts: batch, place in the text": mail_numbers,
    "sounds: batch, frame, tone": decibels[None],
    "films: batch, frame, height, width, colour": yard.x_train / 255.0,
    "tables: batch, column": x_table[:32],
}
for name, batch in batch_of.items():
    print(f"{name:44} {str(batch.shape):22} {batch.min():8.2f} to {batch.max():.2f}")

# %% [markdown]
# ## From folders to batches
#
# Back to the flowers. A network goes through all training photos many times; each time
# is an *epoch*. Decoding them anew each time wastes work, and reading them all into one
# array may not fit into memory. A *pipeline* stands between files and network: it
# decodes on several threads, keeps what is decoded (*cache*), changes the order in
# every epoch (*shuffle*), and prepares the next batch while the network works on this
# one (*prefetch*).
#
# A photo of a tulip is still a tulip when it is mirrored, turned a little or seen from
# a little closer. *Augmentation* makes such changes at random, so that no epoch is like
# another. Each change is a claim about the task: a flower may be mirrored, a letter may
# not.

# %%
augment = keras.Sequential([
    keras.layers.RandomFlip("horizontal"),
    keras.layers.RandomRotation(0.05),
    keras.layers.RandomZoom(0.1),
])

# %% [markdown]
# Only the training photos are augmented and shuffled: validation must put the same
# question every time, or two epochs could not be compared. The cache stands before the
# augmentation. The other way round it would keep the first random change for ever.

# %%
SIZE = 96 if PROFILE == "full" else 64
files, labels = np.array(flowers.files), flowers.y
settings = {"size": SIZE, "batch_size": 32, "cache": True}
training = data.pipeline(
    files[part == 0], labels[part == 0], augment=augment, shuffle=True, **settings
)
validation = data.pipeline(files[part == 1], labels[part == 1], **settings)

# %% [markdown]
# How much does the cache save? The first pass over the training photos decodes them,
# the second finds them ready. We count the seconds that processor cores work for this
# notebook; a clock on the wall would also count what other programs do.

# %%
predict(
    "01.cache",
    "How much less work is the second pass over the same photos?",
    ["about as much", "two to five times less", "more than five times less"],
)

# %% [markdown]
# The stopwatch goes through all batches and does nothing with them.

# %%
import time


def seconds(batches):
    """Return how long processor cores work for one pass over all batches."""
    began = time.process_time()
    for _ in batches:
        pass
    return time.process_time() - began


# %% [markdown]
# Of three passes from the cache we take the quickest, because what disturbs a
# measurement makes it longer, hardly ever shorter.

# %%
plain = data.pipeline(files[part == 0], labels[part == 0], **settings)
decoding, kept = seconds(plain), min(seconds(plain) for _ in range(3))
told = "Decoding, a pass is {:.0f} times the work that it is from the cache."
found("cache_gain", decoding / kept, told, predicted="01.cache")

# %% [markdown]
# Keras has a pipeline too, `image_dataset_from_directory`, which the tutorials use.
# Which is faster? Ours has an advantage: it decodes a JPEG that is much too large at
# half its size, a quarter or an eighth. We let them take turns, both without a cache,
# and compare the best of five passes. Keras's is TensorFlow's inside, so with another
# backend this cell is skipped too.

# %%
if keras.backend.backend() == "tensorflow":
    options = {"image_size": (SIZE, SIZE), "crop_to_aspect_ratio": True}
    theirs = keras.utils.image_dataset_from_directory(
        flowers.folder, verbose=False, **options
    ).prefetch(2)
    ours = data.pipeline(files, labels, size=SIZE, shuffle=True)
    times = np.array([(seconds(ours), seconds(theirs)) for _ in range(5)])
    ratio = np.divide(*times.min(axis=0))
    found("pipeline_ratio", ratio, "Ours takes {:.2f} times the work of Keras's.")

# %% [markdown]
# A batch, as it comes to the network. Never skip this look. Does each name belong to
# its picture? Is the flower still in the frame?

# %%
x_batch, y_batch = (keras.ops.convert_to_numpy(one) for one in next(iter(training)))
plot.images(
    x_batch[:12].astype("uint8"),
    titles=[flowers.classes[kind] for kind in y_batch[:12]],
    columns=6, title=f"12 of a batch of shape {x_batch.shape}",
)

# %% [markdown]
# Leaf through the epochs. The order is another each time, and so are the pictures: look
# for edges that were mirrored in, where a turned photo would have run out.

# %%
explore.batches(training, flowers.classes)

# %% [markdown]
# ## A reader of flowers
#
# Now a network for it. It is a *convnet*: filters slide over the picture, layer upon
# layer. Lesson 03 shows what they find, lesson 08 how they work; until then it is a
# black box with a known shape, pictures in, five probabilities out. Its first layer
# brings the bytes to a range from -1 to 1, so that whoever loads the model cannot
# forget it.


# %%
def block(filters, strides=1):
    """Return layers that filter a picture and make it smaller."""
    return [
        keras.layers.Conv2D(filters, 3, strides, padding="same", use_bias=False),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.ReLU(),
        keras.layers.MaxPooling2D(),
    ]


# %% [markdown]
# Each block leaves fewer places and says more about each of them. At the end one mean
# for each filter is left, and from these come the five probabilities.

# %%
if PROFILE == "full":
    blocks = [*block(32), *block(64), *block(128), *block(256)]
else:
    blocks = [*block(16, strides=2), *block(32), *block(64)]
entry = [keras.Input((SIZE, SIZE, 3)), keras.layers.Rescaling(1 / 127.5, offset=-1)]
answer = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(5, "softmax")]
convnet = keras.Sequential([*entry, *blocks, *answer])

# %% [markdown]
# The learning rate, which sets how far a batch may move the network, falls to nearly
# zero along half a cosine, which lets the last epochs settle; lesson 04 shows why.

# %%
EPOCHS = {"smoke": 1, "quick": 25, "full": 25}[PROFILE]
schedule = keras.optimizers.schedules.CosineDecay(0.004, EPOCHS * len(training))
loss = "sparse_categorical_crossentropy"
convnet.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"])

# %% [markdown]
# Watch both curves while it trains. The photos to train on are changed at random, and
# so harder: their curve may well look the worse one, and nothing is wrong. (The
# pipeline shuffles by itself, so `fit` need not.)

# %%
options = {"verbose": 0, "callbacks": [train.LiveCurves(), train.StopButton()]}
history = convnet.fit(
    training, validation_data=validation, epochs=EPOCHS, shuffle=False, **options
)

# %% [markdown]
# How did it end, compared with a guess?

# %%
told = "It names {:.1%} of the validation flowers; guessing would name 20 %."
found("validation_accuracy", history.history["val_accuracy"][-1], told)

# %% [markdown]
# And once, the test part. Whoever now changes the network and asks again has a second
# validation part, and no test any more.

# %%
testing = data.pipeline(files[part == 2], labels[part == 2], **settings)
probabilities = convnet.predict(testing, verbose=0)
right = probabilities.argmax(axis=1) == labels[part == 2]
found("test_accuracy", right.mean(), "Of the unseen flowers it names {:.1%}.")
found("times_chance", right.mean() * 5, "That is {:.1f} times what guessing would get.")

# %% [markdown]
# *Which* flowers go wrong? Draw sixteen by lot, never the ones that please, and put
# each answer beside the truth.

# %%
rows = np.random.default_rng(2).permutation(np.count_nonzero(part == 2))[:16]
shown = np.flatnonzero(part == 2)[rows]
x_shown = next(iter(data.pipeline(files[shown], size=SIZE, batch_size=16)))
answers = [flowers.classes[kind] for kind in probabilities[rows].argmax(axis=1)]
truth = [flowers.classes[kind] for kind in labels[shown]]

# %% [markdown]
# Go to the wrong ones first. Would you have known better? An expert reads the errors
# before touching the network: they say whether the data or the model should change.

# %%
plot.images(
    keras.ops.convert_to_numpy(x_shown).astype("uint8"),
    titles=[a if a == t else f"{a}? no, {t}" for a, t in zip(answers, truth)],
    columns=4, title="Flowers that it never saw, and what it calls them",
)

# %% [markdown]
# Have you a folder of pictures of your own, one folder inside it for each kind?
# `data.from_folder("my_pictures")` finds the files and the classes, tells you which
# files it could not read, and `.files` and `.y` go into `data.pipeline` as they went
# here.

# %% [markdown]
# ## What bad data costs
#
# "Poor or inconsistent data slow training and lower performance" is easily said. How
# much? We take the flowers as thumbnails, a small plain network, and four versions of
# the same training set:
#
# - **clean**: standardised pictures, right labels,
# - **unscaled**: the bytes as they are, 0 to 255,
# - **mislabelled**: one label in ten replaced by another, at random,
# - **leaking**: a third of the training pictures are second shots of test flowers, as
#   when each flower was photographed twice and the split was drawn by photo. The camera
#   has moved by up to two pixels and the light has changed a little.

# %%
def second_shot(picture, rng):
    """Return another shot of the same flower, 32 by 32 pixels."""
    top, left = rng.integers(0, 5, size=2)
    shot = picture[top : top + 32, left : left + 32] * rng.uniform(0.9, 1.1)
    return np.clip(shot, 0, 255)


first_shots = thumbnails.x[:, 2:34, 2:34].astype("float32")
species = thumbnails.y

# %% [markdown]
# All four train on equally many pictures and are asked twice: about the *test* flowers,
# each of which the leaking version has met in another shot, and about *fresh* ones,
# which none has.


# %%
def parts(seed):
    """Return the numbers of the training, test and fresh pictures."""
    order = np.random.default_rng(seed).permutation(len(first_shots))
    return np.split(order, [int(0.6 * len(order)), int(0.8 * len(order))])


# %% [markdown]
# Here the faults are made. A version is its pictures, their labels, and how pictures
# are scaled, in training and whenever it is asked.


# %%
def versions(seed):
    """Yield a name, training pictures and labels, and how pictures are scaled."""
    rng, (learn, test, _) = np.random.default_rng(seed), parts(seed)
    x, y = first_shots[learn], species[learn]
    mean, spread = x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))
    wrong, leaking, met = y.copy(), x.copy(), y.copy()
    some = rng.choice(len(y), len(y) // 10, replace=False)
    wrong[some] = (wrong[some] + rng.integers(1, 5, len(some))) % 5
    leaking[: len(test)] = [second_shot(thumbnails.x[i], rng) for i in test]
    met[: len(test)] = species[test]
    yield "clean", x, y, lambda pictures: (pictures - mean) / spread
    yield "unscaled", x, y, lambda pictures: pictures
    yield "mislabelled", x, wrong, lambda pictures: (pictures - mean) / spread
    yield "leaking", leaking, met, lambda pictures: (pictures - mean) / spread


# %% [markdown]
# Two guesses before it runs. The first is about fresh flowers, the second about the
# score that would stand in a report.

# %%
predict(
    "01.labels",
    "A tenth of the training labels is wrong. How many points of accuracy on fresh "
    "flowers does that cost?",
    ["less than 5 points", "5 to 10 points", "more than 10 points"],
)

# %%
predict(
    "01.raise",
    "Which of the faults can make the score on the test flowers go up?",
    ["unscaled pixels", "wrong labels", "the leak", "none of them"],
)

# %% [markdown]
# One network serves for all runs. Building it anew each time would cost as much again
# as training it. `train.restart` gives it new random *weights* instead, the numbers
# that it learns, and sets its *optimiser*, which changes them, back to where it began.

# %%
plain_net = keras.Sequential([keras.Input((32, 32, 3))])
for filters in (16, 32, 64):
    plain_net.add(keras.layers.Conv2D(filters, 3, 2, "same", activation="relu"))
plain_net.add(keras.layers.GlobalAveragePooling2D())
plain_net.add(keras.layers.Dense(5, activation="softmax"))
plain_net.compile(keras.optimizers.Adam(0.006), loss, metrics=["accuracy"])

# %% [markdown]
# All versions have the same learning rate and equally many epochs. (With a rate of
# their own, raw bytes might lose less; we measure what the fault costs somebody who
# does not know of it.)

# %%
SEEDS, PASSES = {"smoke": (2, 2), "quick": (6, 16), "full": (10, 20)}[PROFILE]


def train_anew(x, y, seed):
    """Train from new random weights; return the loss of each epoch."""
    train.restart(plain_net, seed=seed)
    fitted = plain_net.fit(x, y, batch_size=100, epochs=PASSES, verbose=0)
    return fitted.history["loss"]


def accuracy(x, rows):
    """Return the share of pictures that it names rightly; `rows` are their numbers."""
    return plain_net.evaluate(x, species[rows], batch_size=200, verbose=0)[1]


# %% [markdown]
# For each seed there is one split and one set of first weights, the same for all four
# versions: differences between them are differences between the data. The cleanly
# trained network is then asked about fresh flowers twice more, in a form that it did
# not learn from, which is what *inconsistent* data are: once as bytes, since somebody
# forgot to scale them, and once with red and blue exchanged, as some programs store
# pictures.

# %%
losses, scores, in_use = {}, {}, []
for seed in range(SEEDS):
    _, test, fresh = parts(seed)
    for name, x, y, scale in versions(seed):
        losses.setdefault(name, []).append(train_anew(scale(x), y, seed))
        right = [accuracy(scale(first_shots[rows]), rows) for rows in (test, fresh)]
        scores.setdefault(name, []).append(right)
        if name == "clean":
            other = first_shots[fresh], scale(first_shots[fresh][..., ::-1])
            in_use.append([accuracy(pictures, fresh) for pictures in other])

# %% [markdown]
# First, does poor data slow training? The *loss* says how wrong the network is on its
# training pictures, and lesson 02 opens it; here it is enough that it should fall. The
# band reaches from the lowest to the highest of the runs.

# %%
title = "Raw bytes begin high and lag behind"
plot.curves(losses, y_title="training loss", title=title).update_yaxes(range=[0.5, 2.5])

# %% [markdown]
# The figure cuts off where raw bytes begin, or the rest would be a flat line at its
# foot. This is how high they stand:

# %%
first_loss = {name: np.mean([run[0] for run in runs]) for name, runs in losses.items()}
found(
    "first_loss_ratio", first_loss["unscaled"] / first_loss["clean"],
    "In the first epoch the loss on raw bytes is {:.0f} times that on clean pictures.",
)

# %% [markdown]
# A first guess made of numbers a hundred times too large is wildly wrong, and the first
# epochs go into repairing it. How long does it take? We look at the loss that clean
# pictures reach in a third of the training, and count, seed by seed, in how many epochs
# raw bytes are still above it; the next one gets there. Where none does, we count one
# epoch more than there were, which is too few.

# %%
third = max(1, PASSES // 3)
pairs = zip(losses["clean"], losses["unscaled"])
slower = [(1 + sum(np.array(raw) > clean[third - 1])) / third for clean, raw in pairs]
span = f"({min(slower):.1f} to {max(slower):.1f})"
told = f"Raw bytes need {{:.1f}} times as many epochs {span} to come as far."
found("slower", np.mean(slower), told)

# %% [markdown] tags=["sourced"]
# Why inputs near 0 with a spread near 1 are easiest to learn from is explained by
# [LeCun and others (1998)](https://doi.org/10.1007/3-540-49430-8_2).
#
# Now the scores. For each seed we take the difference from the clean version; the
# interval says how well its mean over seeds is known (*t* distribution, 19 times in
# 20). Where it holds zero, these runs have not shown any difference. All seeds share
# the same flowers, so the interval speaks of other splits and other first weights, not
# of other photos.

# %%
points = {name: 100 * np.array(rows) for name, rows in scores.items()}
clean_test, clean_fresh = points["clean"].T
used = 100 * np.array(in_use)
gains = {
    "unscaled": points["unscaled"][:, 1] - clean_fresh,
    "mislabelled": points["mislabelled"][:, 1] - clean_fresh,
    "clean, then used on bytes": used[:, 0] - clean_fresh,
    "clean, then red and blue swapped": used[:, 1] - clean_fresh,
    "leaking": points["leaking"][:, 1] - clean_fresh,
    "leaking, asked about test flowers": points["leaking"][:, 0] - clean_test,
}

# %% [markdown]
# Half the width of an interval is the spread over the seeds, divided by the root of
# their number, times a factor that grows as the seeds become fewer. Lesson 07 derives
# it.

# %%
student = {2: 12.71, 6: 2.57, 10: 2.26}[SEEDS]  # for SEEDS - 1 degrees of freedom
average = {name: gain.mean() for name, gain in gains.items()}
spreads = {name: gain.std(ddof=1) for name, gain in gains.items()}
half = {name: student * spreads[name] / np.sqrt(SEEDS) for name in gains}

# %% [markdown]
# All bars but the last are about fresh flowers. Which of them would you notice in a
# report?

# %%
middle, margin = (np.array([*each.values()]) for each in (average, half))
plot.bars(
    gains, middle, low=middle - margin, high=middle + margin, number="+.1f",
    x_title="points of accuracy more than with clean data",
    title="One fault raises the reported score",
)

# %% [markdown]
# The same in words. Behind each ± stands half the width of the interval: if the number
# before it is smaller, the interval holds zero.


# %%
def tell(key, name, words, guess=None):
    """Show a difference from clean data with its interval."""
    sentence = f"{words} by {{:+.1f}} points (± {half[name]:.1f})."
    found(f"{key}_points", average[name], sentence, predicted=guess)


found("clean_points", clean_fresh.mean(), "Clean: it names {:.0f} of 100 fresh ones.")
tell("unscaled", "unscaled", "Raw bytes change that")
tell("mislabelled", "mislabelled", "A tenth of wrong labels changes it", "01.labels")
tell("bytes_in_use", "clean, then used on bytes", "Forgotten scaling changes it")
tell("swapped", "clean, then red and blue swapped", "Swapped colours change it")

# %% [markdown]
# The leak needs two sentences: one for what the report says, one for what is true.

# %%
leak = "leaking, asked about test flowers"
tell("leak", leak, "The leak changes the score on test flowers", "01.raise")
tell("leak_truth", "leaking", "It changes the score on fresh flowers")
assert PROFILE == "smoke" or average[leak] > half[leak]

# %% [markdown] tags=["sourced"]
# So the sentence is right as far as it goes. Raw bytes slow the training and, since it
# lasts no longer for them, lower the score. A tenth of wrong labels costs little: at
# random they are outvoted by the right ones, and networks learn even where the wrong
# ones are many times more ([Rolnick and others,
# 2017](https://arxiv.org/abs/1705.10694)). *Inconsistent* data, another form in use
# than in training, cost most, and no training curve shows it.
#
# A low score makes people look for the fault. The leak *raises* the score. The network
# is no better on fresh flowers, only the report is, and nobody searches for an error in
# good news. That makes it the worst.
#
# It is also common. Of the test pictures of CIFAR-10, a standard collection, 3.3 % have
# a near copy among the training pictures, and of CIFAR-100 10 % ([Barz and Denzler,
# 2020](https://doi.org/10.3390/jimaging6060041)). A survey found leaks in 17 fields of
# science, in 294 papers together ([Kapoor and Narayanan,
# 2023](https://doi.org/10.1016/j.patter.2023.100804)).

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "01.quiz.shape",
    "A batch of 16 colour films, each of 40 frames of 48 by 64 pixels: which shape?",
    {
        "(16, 40, 48, 64, 3)": "Batch, frame, height, width, colour.",
        "(40, 48, 64, 3)": (
            "That is one film. The batch is an axis of its own, the first."
        ),
        "(16, 48, 64, 40)": (
            "Frames are an axis, and the three colours another: none may be left out."
        ),
    },
    right="(16, 40, 48, 64, 3)",
)

# %%
quiz(
    "01.quiz.statistics",
    "You standardise a table. From which rows do mean and standard deviation come?",
    {
        "from all rows": (
            "Then the test rows have had a part in making the model, however small."
        ),
        "from the training rows, for all rows": (
            "Validation, test and all future rows are scaled by the same numbers."
        ),
        "from each part for itself": (
            "Then the same bird gets other numbers in the test than in training, and a "
            "single new bird could not be scaled at all."
        ),
    },
    right="from the training rows, for all rows",
)

# %%
quiz(
    "01.quiz.split",
    "Ten speakers said each word many times. Your recogniser is meant for people it "
    "has never heard. How do you split?",
    {
        "by recording, at random": (
            "Then every voice is on both sides, so the score flatters."
        ),
        "by speaker": (
            "Nobody in the test is in the training part, as it will be in real use."
        ),
        "by word": "Then the test asks for words that were never taught.",
    },
    right="by speaker",
)

# %%
quiz(
    "01.quiz.window",
    "Two tones are 20 Hz apart, at 8,000 samples a second. Which window parts them?",
    {
        "64 samples": "Its tones are 8,000 / 64 = 125 Hz apart.",
        "256 samples": "Its tones are 8,000 / 256, about 31 Hz, apart: not quite.",
        "1024 samples": (
            "Its tones are about 8 Hz apart, at the price of an eighth of a second."
        ),
    },
    right="1024 samples",
)

# %%
quiz(
    "01.quiz.augment",
    "Which change is not fit to augment photos of handwritten digits?",
    {
        "moving it by two pixels": "A 6 remains a 6 wherever it stands.",
        "turning it upside down": "A 6 becomes a 9: the label is wrong then.",
        "a little more contrast": "The digit remains what it is.",
    },
    right="turning it upside down",
)

# %% [markdown] tags=["sourced"]
# ## What this page leaves out
#
# Our wrong labels were wrong at random. People err alike: they take the same flowers
# for the same others, and then the network learns the error, and a test that was
# labelled by the same people rewards it. Ten well-known test sets hold at least 3.3 %
# wrong labels on average ([Northcutt and others,
# 2021](https://arxiv.org/abs/2103.14749)). Nor do leaks need copies: a network that was
# to find pneumonia learned which hospital an X-ray came from, since one of them had
# more of it ([Zech and others, 2018](https://doi.org/10.1371/journal.pmed.1002683)). A
# split by patient does not help there; a test in a third hospital does.
#
# The tutorials cut 3,670 photos by chance into four fifths and one fifth, and call the
# step from bytes to the range 0 to 1 *standardise*, which this page calls normalise:
# look at what is computed, not at its name. They also take the photos as they are, and
# nobody cleaned those; the card at the top of this page lists what we found in them.
# What pictures of flowers drawn by a program teach about real ones is little, and the
# card says so too. In the lab you write the steps yourself, and then you get a data set
# with five faults planted in it.
