# %% [markdown]
# **What do the layers in between look for?**
#
# In 2012 a network of eight layers, now called
# [AlexNet](https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html),
# learned from 1.2 million photos to tell 1,000 classes apart. In that year's contest
# the entry built on it missed the right class with all of its five guesses on 15.3 % of
# the photos; the second best missed it on 26.2 %. It has been explained like this ever
# since: the early layers see simple patterns, the deep ones combine them. Here you open
# a network, look at its units one by one, and then hold that sentence against an
# experiment.
#
# When you leave, you will be able to
#
# - show what a hidden unit weights, what excites it, and which picture would excite it
#   most,
# - measure with a linear probe what a layer knows, and tell whether training put it
#   there,
# - follow AlexNet layer by layer and count its parameters to the last one,
# - train a small network of the same design on photos,
# - say where "simple patterns first, objects later" is right, and where it is too
#   strong.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(3)

# %% [markdown]
# ## A network to look into
#
# We begin with digits, because there every weight can be drawn. Of the training digits,
# 7,000 are for the network. The other 3,000 it never sees: with those we look at what
# it has learned. What a unit likes among those, it cannot have learned by heart.

# %%
digits = data.load("digits", source="bundled")
x_train = digits.x_train[:7_000] / np.float32(255)
x_look = digits.x_train[7_000:] / np.float32(255)
y_train, y_look = digits.y_train[:7_000], digits.y_train[7_000:]
digits

# %% [markdown]
# Four hidden layers, 64 units each. Every layer is written as two: `Dense` computes the
# sums, `ReLU` bends them. That lets us look before and after the bend. The output gives
# plain scores; the loss applies the softmax itself, which is what `from_logits=True`
# says.


# %%
def reader():
    """Return a compiled digit reader with four hidden layers of 64 units."""
    network = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
    for number in range(1, 5):
        network.add(keras.layers.Dense(64, name=f"sum_{number}"))
        network.add(keras.layers.ReLU(name=f"hidden_{number}"))
    network.add(keras.layers.Dense(10, name="scores"))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(0.002), loss, metrics=["accuracy"])
    return network


# %% [markdown]
# The same function will make more of these later. For now, one, untrained.

# %%
mlp = reader()
first_layer = mlp.get_layer("sum_1")
before = first_layer.get_weights()[0]
before.shape

# %% [markdown]
# The first layer has a column of 784 weights for each unit, one for each pixel. So the
# weights of a unit *are* a picture, of the same size as the digits. We keep a copy of
# them as they are now: random.
#
# Before we train, one thing to think about. Near the corners there are pixels that no
# training digit ever inks.

# %%
never_inked = x_train.max(axis=0) == 0
print(f"{never_inked.sum()} of 784 pixels are never inked")

# %% [markdown]
# Before you answer, follow one of their weights: what does it add to its unit's sum?

# %%
predict(
    "03.corners",
    "What will training do to the weights of these pixels?",
    ["make them zero", "change them like the others", "leave them exactly as they are"],
)

# %% [markdown]
# Now train it, as in lesson 02.

# %%
EPOCHS = {"smoke": 1, "quick": 10, "full": 10}[PROFILE]
watch = [train.LiveCurves(), train.StopButton()]
mlp.fit(x_train, y_train, batch_size=128, epochs=EPOCHS, verbose=0, callbacks=watch)
after = first_layer.get_weights()[0]

# %% [markdown]
# The difference of the two copies is what training did. We look at its largest value,
# so that no single weight can hide behind the others.

# %%
changed = (after - before).T.reshape(-1, 28, 28)
largest = np.abs(changed[:, never_inked]).max()
sentence = "The largest change of any of their weights is {:g}."
found("corner_change", largest, sentence, predicted="03.corners")

# %% [markdown]
# A weight acts on a product: weight times input. Where the input is always zero, no
# weight can make the loss better or worse, so its slope is zero and training leaves it
# alone. A network does not learn to ignore what it never saw; it keeps its random
# start. Somebody who inks a corner later meets weights that nothing has ever tested.
#
# Here are eight units. The first row shows their weights before training, the second
# after, the third what training has added.

# %%
rows = {"old": before.T.reshape(-1, 28, 28), "new": after.T.reshape(-1, 28, 28)}
rows["added"] = changed
eight = np.concatenate([pictures[:8] for pictures in rows.values()])
titles = [f"{state} {unit}" for state in rows for unit in range(1, 9)]
title = "Eight units: weights before training, after it, and the difference"
plot.images(eight, titles=titles, columns=8, title=title)

# %% [markdown]
# Orange is ink that speaks for the unit, blue is ink that speaks against it. In the
# third row there are short arcs and bars, with the opposite colour beside them:
# detectors for a stroke in one place. Nowhere is there a whole digit.
#
# We can put a number on it: in a drawing neighbouring pixels are alike, in noise they
# are not. Only the middle of the picture counts here, because the rim has kept its
# noise.


# %%
def smoothness(pictures):
    """Return the correlation of neighbouring pixels in the middle of the pictures."""
    middle = pictures[:, 6:22, 6:22]
    return np.corrcoef(middle[:, :, 1:].ravel(), middle[:, :, :-1].ravel())[0, 1]


# %% [markdown]
# Noise gives zero. One would need every pixel to equal its neighbour. The trained
# weights are the old noise plus what was added, so expect them in between.

# %%
found("smoothness_before", smoothness(rows["old"]), "Before training: {:.2f}.")
found("smoothness_after", smoothness(rows["new"]), "After training: {:.2f}.")

# %% [markdown]
# ## What excites a unit
#
# Only the first layer looks at pixels. The second looks at 64 activations, and 64
# numbers are not a picture. But we can treat the network as one treats an animal whose
# brain one studies: show it many things and note which ones it answers to. For that we
# need the outputs of all hidden layers, not only the last. A Keras model may have as
# many outputs as we like.

# %%
HIDDEN = ["hidden_1", "hidden_2", "hidden_3", "hidden_4"]


def opened(network):
    """Return a model that gives the activations of all four hidden layers."""
    outputs = [network.get_layer(name).output for name in HIDDEN]
    return keras.Model(network.inputs[0], outputs)


# %% [markdown]
# We show it all 3,000 digits at once and note the answers: for each layer a table, with
# a row for every digit and a column for every unit.

# %%
activations = [keras.ops.convert_to_numpy(layer) for layer in opened(mlp)(x_look)]
[layer.shape for layer in activations]

# %% [markdown]
# For each unit we sort the 3,000 digits by how strongly it answers, and keep the
# strongest twenty.

# %%
favourites = [np.argsort(-layer, axis=0)[:20] for layer in activations]
print(f"unit 3 of layer 1 likes {y_look[favourites[0][:, 2]]}")

# %% [markdown]
# Here are the first eight favourites of four units of the first layer, and below them
# those of four units of the last: in each layer those that answer most on average.

# %%
chosen = []
for layer, ranked in zip(activations[::3], favourites[::3]):
    busiest = np.argsort(-layer.mean(axis=0))[:4]
    chosen.extend(ranked[:8, busiest].T.ravel())
title = "Favourites of four units of the first hidden layer, then of the last"
plot.images(x_look[chosen], titles=y_look[chosen], columns=8, title=title)

# %% [markdown]
# Each row is one unit. Some units seem to have a class of their own, others like digits
# that share a stroke. Call the share of a unit's most frequent class among its twenty
# favourites its *purity*: 1 if all are of one class, about 0.2 if there is no
# preference. (Not a tenth: of ten classes drawn by chance, one is always ahead.) Units
# that answer to fewer than twenty digits are left out.


# %%
def purity(activations, labels):
    """Return the mean purity of a layer's units; activations (pictures, units)."""
    active = activations[:, (activations > 0).sum(axis=0) >= 20]
    top = labels[np.argsort(-active, axis=0)[:20]]
    return np.mean([np.bincount(column).max() / 20 for column in top.T])


# %% [markdown]
# Note what this does not measure: whether the unit answers to *all* digits of its
# class. A unit that likes twenty slanted sevens, and no upright one, is pure.

# %%
predict(
    "03.purity",
    "If deep layers combine patterns into objects, their units should be purer. What "
    "do you expect from the first hidden layer to the fourth?",
    ["purity rises clearly", "it stays about the same", "it falls clearly"],
)

# %% [markdown]
# Measured on this one network:

# %%
for name, layer in zip(HIDDEN, activations):
    print(f"{name}: purity {purity(layer, y_look):.3f}")

# %% [markdown]
# One network proves little. We come back to this with several, and with untrained ones
# beside them. First look at a single unit with all that we know of it: a picture, what
# the unit looks for, how it answers beside its neighbours, and its favourites.
#
# What does a unit of the second layer look for, if it has no weights on pixels? We add
# up all pictures, each weighted by how far the unit's answer lies above its average. We
# take the unit that answers most strongly to the first of our digits.

# %%
second = activations[1]
strongest = int(second[0].argmax())
liked = np.tensordot(second[:, strongest] - second[:, strongest].mean(), x_look, 1)
top = favourites[1][:8, strongest]

# %% [markdown]
# In that sum, ink that all digits have in common cancels out. What is left is ink that
# makes a difference to this unit.

# %%
view = {"unit": strongest, "captions": y_look[top], "pattern_title": "ink it likes"}
title = "One digit, one unit of the second layer, its favourites"
plot.unit(x_look[0], liked, second[0], x_look[top], title=title, **view)

# %% [markdown]
# Now look around yourself: choose a layer, move through its units, draw a digit of your
# own. For the first layer the viewer shows the unit's weights in place of that sum.
# Find a unit that likes one class only, and one that likes two; then draw a digit that
# excites neither.

# %%
explore.features(mlp, x_look, y_look, layer="hidden_2", unit=strongest + 1)

# %% [markdown]
# ## The picture it would like best
#
# Why be content with the digits we happen to have? The network says how strongly a unit
# answers to *any* picture, so we can search for the best one: start with grey, and
# change each pixel a little in the direction that raises the answer. That is training
# turned around. The weights stay fixed, and the *picture* is learned (Erhan and others,
# 2009, technical report 1341 of the Université de Montréal; [a
# survey](https://arxiv.org/abs/1904.08939)).
#
# `fit` can do it. A `Dense` layer that is fed a single 1 and zeros otherwise returns
# one row of its weights, so its weights can be the pixels. A sigmoid keeps them between
# 0 and 1; weights of zero are an even grey.


# %%
def blank(pictures, grid=28, ink_costs=0.0):
    """Return a model whose only weights are pictures; it starts with grey ones."""
    number = keras.Input((pictures,))
    pixels = keras.layers.Dense(grid * grid, kernel_initializer="zeros", use_bias=False)
    signal = keras.layers.Reshape((grid, grid, 1))(pixels(number))
    signal = keras.layers.UpSampling2D(28 // grid, interpolation="bilinear")(signal)
    signal = keras.layers.Activation("sigmoid")(signal)
    signal = keras.layers.ActivityRegularization(l1=ink_costs)(signal)
    return keras.Model(number, keras.layers.Reshape((28, 28))(signal))


# %% [markdown]
# With a grid of 28 each pixel is free; the other two arguments we need in a moment.
# Picture 1 is to excite unit 1, picture 2 unit 2, and so on, so the loss is the answer
# of that one unit with the sign turned round.


# %%
def minus_answer(wanted, answers):
    """Return the loss: the answer of the wanted unit, with the sign turned round."""
    return -keras.ops.sum(wanted * answers, axis=-1)


# %% [markdown]
# The pictures go into the network, whose own weights are frozen. If they were not,
# `fit` would also change the units until they liked what they are shown. Each step
# changes all the pictures at once.

# %%
STEPS = 5 if PROFILE == "smoke" else 300


def paint(network, layer, canvas):
    """Change a canvas until its pictures excite the first units of a layer."""
    seen = keras.Model(network.inputs[0], network.get_layer(layer).output)
    seen.trainable = False
    search = keras.Model(canvas.inputs[0], seen(canvas.output))
    search.compile(keras.optimizers.Adam(0.1), minus_answer)
    which = np.eye(canvas.input_shape[-1], dtype="float32")
    wanted = np.eye(len(which), search.output_shape[-1], dtype="float32")
    examples = np.tile(which, (STEPS, 1)), np.tile(wanted, (STEPS, 1))
    search.fit(*examples, batch_size=len(which), shuffle=False, verbose=0)
    seen.trainable = True
    results = canvas(which), keras.ops.diagonal(search(which))
    return [keras.ops.convert_to_numpy(result) for result in results]


# %%
predict(
    "03.best",
    "What will the best picture for a unit of the last hidden layer look like?",
    ["a digit", "a part of a digit", "noise, to our eyes"],
)

# %% [markdown]
# Eight pictures, for the first eight units. We aim at the sums, before the bend: where
# a `relu` is shut its slope is zero, and a search that starts there would never move.

# %%
best, answers = paint(mlp, "sum_4", blank(8))
shown_answers = np.round(answers).astype(int)
title = "What eight units of the last hidden layer like best, with their answers"
plot.images(best, titles=shown_answers, columns=8, title=title)

# %% [markdown]
# How much do the units like them, compared with the best real digit of the 3,000? Units
# that answer to no digit are left out, since nothing can be compared with zero.

# %%
most = activations[3][:, :8].max(axis=0)
awake = most > 0
times = np.min(answers[awake] / most[awake])
say = "Each excites its unit at least {:.1f} times as much as the best of 3,000 digits."
found("beyond_any_digit", times, say, predicted="03.best")

# %% [markdown]
# Noise, and yet the units prefer it to every one of the digits. The search has not
# failed; it found what it was asked for. The network was only ever asked about digits,
# and what it does with other pictures, nobody has told it. Lesson 06 meets this again
# as confidence in nonsense.
#
# To see something, we must leave the search less freedom: a coarse grid of 7 by 7 that
# is smoothly enlarged, and a small cost for ink. Each limit is something that *we* know
# about drawings: strokes are broad, and most of the paper stays empty. Now the ten
# scores themselves: what is the network's idea of each digit?

# %%
ideas, _ = paint(mlp, "scores", blank(10, grid=7, ink_costs=0.1))
title = "The network's idea of each digit, in few smooth strokes"
plot.images(ideas, titles=range(10), columns=5, title=title)

# %% [markdown]
# Some are plain to read, some only hint at what matters. What you see depends on what
# you allow: the picture is an answer of the network *and* of the limits that we chose.
# Published pictures of features are made with such limits too ([Olah and others,
# 2017](https://distill.pub/2017/feature-visualization/)).

# %% [markdown]
# ## Deep layers combine
#
# A unit of the second layer is a recipe: so much of this unit, so much less of that
# one. We take the unit from above, and for each of the 64 units that it reads the ink
# that *they* like.

# %%
first = activations[0]
recipe = mlp.get_layer("sum_2").get_weights()[0][:, strongest]
likes = np.tensordot((first - first.mean(axis=0)).T, x_look, 1)
mixture = np.tensordot(recipe, likes, 1)

# %% [markdown]
# Here are the seven that move it most, with their weights, and last the mixture of all
# 64. They are ranked by weight times spread, since a unit that always answers the same
# moves nothing. Where the weight is negative, read the picture with its colours
# exchanged.

# %%
order = np.argsort(-np.abs(recipe) * first.std(axis=0))[:7]
parts = np.concatenate([likes[order], mixture[None]])
parts = parts / parts.std(axis=(1, 2), keepdims=True)
titles = [f"{recipe[unit]:+.2f}" for unit in order] + ["all 64"]
title = "One unit of the second layer as a recipe of first-layer units"
plot.images(parts, titles=titles, columns=8, title=title)

# %% [markdown]
# Is the mixture what the unit's own sum likes, before the bend?

# %%
sums = first @ recipe
itself = np.tensordot(sums - sums.mean(), x_look, 1)
assert np.allclose(mixture, itself, atol=1e-3 * np.abs(itself).max())

# %% [markdown]
# It is, and had to be: sums may be taken in any order. That is what "combine" means: a
# weighted sum of patterns. Then `relu` bends it, and the next layer sums again.
#
# ## Does a deep layer know more?
#
# Pictures are suggestive, and we see in them what we look for. So here is a
# measurement. A *linear probe* ([Alain and Bengio,
# 2016](https://arxiv.org/abs/1610.01644)) asks of a layer: how well can the classes be
# told from its activations by a single linear layer, without any further hidden unit?
# If the deep layers have moved the classes apart, the probe will find it easy.
#
# Fitting needs no training loop. Least squares has a closed form, and a small *ridge*
# keeps it stable where activations go together: solve $(A^\top A + \lambda I)\,w =
# A^\top y$, one column of $y$ for each class.
#
# How large is small? If a layer's activations were ten times as large, $A^\top A$ would
# be a hundred times as large, and the same $\lambda$ would hardly be felt. So the ridge
# is a share of what the squares of a unit add up to, on average, and every layer is
# treated alike.


# %%
def ridge_of(centred, strength=0.01):
    """Return a ridge that grows with the squares of activations around zero."""
    return strength * (centred**2).sum() / centred.shape[1]


# %% [markdown]
# The means are taken off first and put back by the bias, so that the ridge holds back
# the weights only.


# %%
def fit_probe(activations, labels):
    """Return weights (units, 10) and bias (10,) of a linear probe."""
    middle, targets = activations.mean(axis=0), np.eye(10)[labels]
    centred = activations - middle
    gram = centred.T @ centred + ridge_of(centred) * np.eye(centred.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (targets - targets.mean(axis=0)))
    return weights, targets.mean(axis=0) - middle @ weights


# %% [markdown]
# scikit-learn has the same in one line, as `RidgeClassifier`. On the last hidden layer
# both must give the same answers.

# %%
from sklearn.linear_model import RidgeClassifier

layer = activations[3].astype("float64")
weights, bias = fit_probe(layer[:2_000], y_look[:2_000])
mine = (layer[2_000:] @ weights + bias).argmax(axis=1)
ridge = ridge_of(layer[:2_000] - layer[:2_000].mean(axis=0))
library = RidgeClassifier(alpha=ridge).fit(layer[:2_000], y_look[:2_000])
assert np.mean(mine == library.predict(layer[2_000:])) > 0.999

# %% [markdown]
# A high score alone would prove nothing. Perhaps any layer makes probing easier,
# trained or not. So there is a control: the same network with its random weights,
# before the first step. And there are several random starts, since one network may be a
# lucky one.
#
# The probes are fitted on the 3,000 digits that no network trains on, and scored on the
# test digits. Nothing is chosen by those scores.

# %%
predict(
    "03.untrained",
    "How will a probe on the fourth hidden layer of an untrained network do, "
    "compared with one on the plain pixels?",
    ["better: layers help by themselves", "about as well", "worse"],
)

# %% [markdown]
# A probe reads a digit as the class that gets the largest of its ten numbers. One
# function will do for pixels, for layers and, later, for random units.

# %%
x_test, y_test = digits.x_test / np.float32(255), digits.y_test


def probe_score(fit_on, score_on):
    """Return the share of test digits that a linear probe gets right."""
    weights, bias = fit_probe(fit_on, y_look)
    return np.mean((score_on @ weights + bias).argmax(axis=1) == y_test)


# %% [markdown]
# For each network we keep two rows of numbers: what a probe reads from its layers, and
# how pure their units are.


# %%
def examined(network):
    """Return probe score and purity of each hidden layer, shape (2, 4)."""
    trunk = opened(network)
    seen = [keras.ops.convert_to_numpy(layer) for layer in trunk(x_look)]
    unseen = [keras.ops.convert_to_numpy(layer) for layer in trunk(x_test)]
    scores = [probe_score(fit_on, score_on) for fit_on, score_on in zip(seen, unseen)]
    return scores, [purity(layer, y_look) for layer in seen]


# %% [markdown]
# Now the loop over random starts. Each network is examined before its first step and
# after its last, so that trained and untrained differ in the training alone. It is the
# longest run of this part.

# %%
RUNS = {"smoke": 2, "quick": 5, "full": 10}[PROFILE]
results = {"untrained": [], "trained": []}
for seed in range(RUNS):
    keras.utils.set_random_seed(seed)
    network = reader()
    results["untrained"].append(examined(network))
    network.fit(x_train, y_train, batch_size=128, epochs=EPOCHS, verbose=0)
    results["trained"].append(examined(network))
results = {state: np.array(values) for state, values in results.items()}

# %% [markdown]
# One number is still missing: what the same probe reads from the 784 pixels, without
# any network.

# %%
pixels = probe_score(x_look.reshape(-1, 784), x_test.reshape(-1, 784))
probes = {state: values[:, 0] for state, values in results.items()}
found("probe_on_pixels", pixels, "A probe on plain pixels reads {:.1%}.")

# %% [markdown]
# That is the dotted line below. The bands reach from the lowest to the highest of the
# random starts.

# %%
axes = {"x_title": "hidden layer", "y_title": "share of test digits the probe reads"}
title = "What a linear probe reads from each hidden layer, several random starts"
plot.curves({**probes, "plain pixels": np.full(4, pixels)}, title=title, **axes)

# %% [markdown]
# Two networks of one and the same shape, and their curves part at the first layer. To
# state it as a number: how much does the probe gain from the first hidden layer to the
# fourth? Both values come from one network, so their difference is taken network by
# network: what makes one network better in all its layers then drops out. The 95 %
# interval is Student's over the random starts
# ([1908](https://doi.org/10.1093/biomet/6.1.1)).

# %%
student = {2: 12.71, 5: 2.78, 10: 2.26}[RUNS]  # for RUNS - 1 degrees of freedom


def gain(values):
    """Return the mean gain from layer 1 to 4 in points, and half its interval."""
    gains = (values[:, 3] - values[:, 0]) * 100
    return gains.mean(), student * gains.std(ddof=1) / np.sqrt(RUNS)


# %% [markdown]
# First the trained networks. Read the two sentences together: a gain is more than the
# luck of a few starts only if it is larger than its ±.

# %%
rise, rise_half = gain(probes["trained"])
found("probe_rise_trained", rise, "From layer 1 to 4, trained: {:+.1f} points.")
found("rise_half_width", rise_half, "That is known to within ±{:.1f} points.")

# %% [markdown]
# And the untrained ones:

# %%
fall, fall_half = gain(probes["untrained"])
found("probe_rise_untrained", fall, "From layer 1 to 4, untrained: {:+.1f} points.")
found("fall_half_width", fall_half, "That is known to within ±{:.1f} points.")

# %% [markdown]
# And the untrained networks' last layer, beside no network at all?

# %%
against = (probes["untrained"][:, 3].mean() - pixels) * 100
sentence = "Layer 4, untrained, against the pixels: {:+.1f} points."
found("untrained_to_pixels", against, sentence, predicted="03.untrained")

# %% [markdown]
# So the claim holds here, and for the right reason: it is training, not depth, that
# makes deep layers easier to read. Random layers lose the classes a little more with
# each step.
#
# And the purity of the single units?

# %%
purities = {state: values[:, 1] for state, values in results.items()}
title = "Purity of single units by layer, over several random starts"
plot.curves(purities, x_title="hidden layer", y_title="mean purity", title=title)

# %% [markdown]
# The same gain and the same interval, now for purity, in hundredths:

# %%
purer, purer_half = gain(results["trained"][:, 1])
found("purity_rise", purer, "Trained: {:+.1f} points of purity.", predicted="03.purity")
found("purity_half_width", purer_half, "That is known to within ±{:.1f} points.")
less_pure, _ = gain(results["untrained"][:, 1])
found("purity_rise_untrained", less_pure, "Untrained: {:+.1f} points.")
last_purity = results["trained"][:, 1, 3].mean()
found("purity_last", last_purity, "In the last layer the purity is {:.2f}.")

# %% [markdown]
# So the units too grow purer with depth when trained, and less pure when not. But look
# at its height: also in the last layer many a favourite belongs to another class. A
# unit is no name tag. The probe does better, because it weighs all 64 together.

# %% [markdown]
# ### Must a random layer lose?
#
# Our control had 64 units for 784 pixels. Perhaps it was only too narrow. A random
# layer needs no Keras: draw weights, multiply, bend.

# %%
rng = np.random.default_rng(0)
widths = [64, 256, 1024] if PROFILE == "smoke" else [64, 256, 1024, 2048]
wide = {}
for width in widths:
    random_weights = rng.normal(size=(784, width)).astype("float32")
    fit_on = np.maximum(x_look.reshape(-1, 784) @ random_weights, 0)
    score_on = np.maximum(x_test.reshape(-1, 784) @ random_weights, 0)
    wide[f"{width:,} random units"] = probe_score(fit_on, score_on)

# %% [markdown]
# The first bar is the one to beat. The last is the trained network, whose layer has 64
# units.

# %%
bars = {"pixels": pixels, **wide, "trained, layer 4": probes["trained"][:, 3].mean()}
axis = {"x_title": "share of test digits that the probe reads", "number": ".1%"}
title = "One layer of random units, the wider the better"
plot.bars([*bars], [*bars.values()], title=title, **axis)

# %%
more = (list(wide.values())[-1] - pixels) * 100
sentence = "The widest random layer beats the pixels by {:.1f} points, untrained."
found("wide_over_pixels", more, sentence)

# %% [markdown]
# "Worse than the pixels" is true of narrow random layers only. Enough random units
# spread the digits over so many directions that a linear layer separates most of them;
# that random features can go far has long been known ([Saxe and others,
# 2011](https://mlanthology.org/icml/2011/saxe2011icml-random)). Training gets there with
# a fraction of the units. A probe without a control would have missed all of this.

# %% [markdown]
# ## AlexNet, layer by layer
#
# Now the system itself. AlexNet reads photos, and its first five layers are
# *convolutions*: a unit does not look at the whole picture but through a small window,
# its *filter*, and the same filter is slid over all places. The result is a map of
# answers, one for each place. Lesson 08 opens that box; here three facts about it are
# enough:
#
# - a filter of size $k$ that moves $s$ pixels at a time (its *stride*) over a side of
#   $n$ pixels, with $p$ pixels added at each edge (*padding*), has room for $\lfloor (n
#   + 2p - k) / s \rfloor + 1$ places,
# - a filter has $k \times k$ weights for each channel it reads, and one bias,
# - *pooling* keeps the largest answer of a small window and has no parameters.


# %%
def places(side, size, stride=1, padding=0):
    """Return how many places a filter has along one side of a picture."""
    return (side + 2 * padding - size) // stride + 1


# %% [markdown]
# Try it on AlexNet's first layer, with filters of 11 pixels that move by 4:

# %%
for side in (224, 227):
    print(f"{side} pixels: ({side} - 11) / 4 + 1 = {(side - 11) / 4 + 1:g} places")

# %% [markdown]
# The
# [paper](https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html)
# says that the pictures have 224 pixels a side, which gives no whole number of places.
# The 55 that its figure shows need 227, so those who rebuild it take 227, or add a
# padding that the paper does not mention. (Its count of 253,440 units for the first
# layer fits neither: 55 · 55 · 96 is 290,400. Great papers have slips too.)
#
# One more thing is special. The training was spread over two graphics cards of 3 GB
# each, and to save traffic between them three of the convolutions read only the
# channels on their own card: they come in two *groups*. A filter in two groups has half
# the channels to read, and so half the weights.

# %%
# name, filters, size, stride, padding, groups, pooling after it
CONVOLUTIONS = [
    ("conv 1", 96, 11, 4, 0, 1, True),
    ("conv 2", 256, 5, 1, 2, 2, True),
    ("conv 3", 384, 3, 1, 1, 1, False),
    ("conv 4", 384, 3, 1, 1, 2, False),
    ("conv 5", 256, 3, 1, 1, 2, True),
]
DENSE = [("dense 6", 4096), ("dense 7", 4096), ("dense 8", 1000)]

# %% [markdown]
# Counting by hand needs nothing else. The work of a layer is counted as well: every
# weight of a filter is multiplied once at each place.


# %%
def counted(name, shape, parameters, work):
    """Return what we know of one layer."""
    return {"name": name, "shape": shape, "parameters": parameters, "work": work}


# %% [markdown]
# Now one convolution after the other; what one gives, the next one reads. The shape is
# noted before the pooling.


# %%
def convolutions_by_hand(grouped=True):
    """Return the five convolutions, and how many numbers the last one gives."""
    layers, side, channels = [], 227, 3
    for name, filters, size, stride, padding, groups, pooled in CONVOLUTIONS:
        reads = channels // (groups if grouped else 1)
        weights = size * size * reads * filters
        side, channels = places(side, size, stride, padding), filters
        shape = (side, side, filters)
        layers.append(counted(name, shape, weights + filters, weights * side**2))
        side = places(side, 3, 2) if pooled else side
    return layers, side * side * channels


# %% [markdown]
# The dense layers are those of lesson 02. The first of them reads all the maps of the
# last convolution, laid out in one long row.


# %%
def by_hand(grouped=True):
    """Return all eight layers."""
    layers, inputs = convolutions_by_hand(grouped)
    for name, units in DENSE:
        layers.append(counted(name, (units,), (inputs + 1) * units, inputs * units))
        inputs = units
    return layers


# %% [markdown]
# Two things are easily confused: how much a layer has to store, and how much it has to
# compute. The question is about the first.

# %%
predict(
    "03.where",
    "Five convolutions, three dense layers. Which share of all parameters stands "
    "in the convolutions?",
    ["about 4 in 100", "about half", "about 90 in 100"],
)

# %%
layers = by_hand()
total = sum(layer["parameters"] for layer in layers)
for layer in layers:
    shape = " × ".join(map(str, layer["shape"]))
    print(f"{layer['name']}  {shape:>14}  {layer['parameters']:>12,}")
print(f"{'together':>23}  {total:>12,}")

# %% [markdown]
# Now in Keras. Its 61 million weights would fill 244 MB with random numbers that nobody
# needs for counting. Inside a `StatelessScope` Keras builds the network with all its
# shapes, and makes no weights.


# %%
def convolution(filters, size, stride, padding, groups):
    """Return one of the convolutions as a Keras layer."""
    slides = filters, size, stride, "same" if padding else "valid"
    return keras.layers.Conv2D(*slides, groups=groups, activation="relu")


# %% [markdown]
# Pooling with windows of 3 that move by 2 overlaps; dropout stands in the dense layers.


# %%
def alexnet(grouped=True):
    """Return AlexNet as its paper describes it, without response normalisation."""
    network = keras.Sequential([keras.Input((227, 227, 3))])
    for _, filters, size, stride, padding, groups, pooled in CONVOLUTIONS:
        groups = groups if grouped else 1
        network.add(convolution(filters, size, stride, padding, groups))
        if pooled:
            network.add(keras.layers.MaxPooling2D(3, strides=2))
    network.add(keras.layers.Flatten())
    for _, units in DENSE[:2]:
        network.add(keras.layers.Dense(units, activation="relu"))
        network.add(keras.layers.Dropout(0.5))
    network.add(keras.layers.Dense(1000, activation="softmax"))
    return network


# %% [markdown]
# If our formulas and Keras differ by a single weight, this cell stops:

# %%
with keras.StatelessScope(initialize_variables=False):
    two_groups, one_group = alexnet(), alexnet(grouped=False)
assert two_groups.count_params() == total == 60_965_224
assert one_group.count_params() == 62_378_344
found("alexnet_parameters", total, "AlexNet has {:,.0f} parameters.")

# %% [markdown]
# To the last one. Without the groups it would be 62,378,344. And each layer's output
# has the shape that we computed:

# %%
with_weights = [layer for layer in two_groups.layers if hasattr(layer, "kernel")]
shapes = [layer.output.shape[1:] for layer in with_weights]
assert shapes == [layer["shape"] for layer in layers]
title = "AlexNet: parameters in the dense layers, work in the convolutions"
plot.stack(layers, title=title)

# %% [markdown]
# Where one of the two bars stands high, the other is low. The parameters of the five
# convolutions, as a share:

# %%
share = sum(layer["parameters"] for layer in layers[:5]) / total
sentence = "The convolutions hold {:.1%} of the parameters."
found("share_in_convolutions", share, sentence, predicted="03.where")

# %% [markdown]
# And of the work:

# %%
work = [layer["work"] for layer in layers]
found("work_in_convolutions", sum(work[:5]) / sum(work), "{:.0%} of the products.")

# %% [markdown]
# A filter is small, but it is used at every place: few parameters, much work. A dense
# layer has a weight for each pair, and uses each once. (Many libraries' "AlexNet" is a
# [later variant](https://arxiv.org/abs/1404.5997) with fewer filters; count before you
# compare.)

# %% [markdown]
# ## The same design, on your machine
#
# Training AlexNet took [five to six
# days](https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html)
# on two graphics cards. So we shrink it: smaller photos, a quarter of the filters, five
# kinds of flowers in place of 1,000 classes. The design stays: five convolutions,
# overlapping pooling, two groups, `relu`, dropout, dense layers.

# %%
SIDE = 99 if PROFILE == "full" else 67
flowers = data.load("flowers", source="best" if PROFILE == "full" else "drawn")
flowers

# %% [markdown]
# Lesson 01 built a pipeline for photos in folders. These are few and small, so they fit
# into one array: cut to a square, scaled, one after the other. A fifth is set aside for
# validation.


# %%
def photo(path):
    """Return the middle of a photo, shape (SIDE, SIDE, 3), from 0 to 255."""
    image = keras.utils.load_img(path, target_size=(SIDE, SIDE), keep_aspect_ratio=True)
    return keras.utils.img_to_array(image, dtype="uint8")


# %% [markdown]
# The order is shuffled first, because the files lie sorted by species. Without that,
# the fifth that is set aside would hold hardly more than one species.

# %%
shuffled = np.random.default_rng(0).permutation(len(flowers.files))
shuffled = shuffled[:100] if PROFILE == "smoke" else shuffled
photos = np.stack([photo(path) for path in flowers.files[shuffled]])
species = flowers.y[shuffled]
held_out = len(photos) // 5
photos_train, photos_held = photos[held_out:], photos[:held_out]
species_train, species_held = species[held_out:], species[:held_out]

# %% [markdown]
# A convolution in two groups is nothing but two convolutions side by side, each reading
# half of the channels, as the two graphics cards did. On a CPU, TensorFlow trains it
# far faster when we write it so. Is it really the same?


# %%
def in_two_groups(signal, filters, size, name):
    """Slide half of the filters over each half of the channels."""
    halves = [
        keras.layers.Conv2D(filters // 2, size, padding="same", activation="relu")(half)
        for half in keras.ops.split(signal, 2, axis=-1)
    ]
    return keras.layers.Concatenate(name=name)(halves)


# %% [markdown]
# To compare, both must have the same weights. Keras keeps the filters of both groups in
# one array, so ours are put side by side.

# %%
ours_input = keras.Input((9, 9, 4))
ours = keras.Model(ours_input, in_two_groups(ours_input, 6, 3, "both"))
library = keras.layers.Conv2D(6, 3, padding="same", groups=2, activation="relu")
example = np.random.default_rng(0).normal(size=(1, 9, 9, 4)).astype("float32")
library.build(example.shape)
kernels, biases = ours.get_weights()[0::2], ours.get_weights()[1::2]
library.set_weights([np.concatenate(kernels, axis=-1), np.concatenate(biases)])
assert np.allclose(library(example), ours(example), atol=1e-5)

# %% [markdown]
# Same numbers. So here is the small one, first its convolutions. The third has no
# groups: there the two halves meet, as the two graphics cards did.


# %%
def five_convolutions(signal):
    """Return the last maps of five convolutions with a quarter of AlexNet's filters."""
    first = keras.layers.Conv2D(24, 7, strides=2, activation="relu", name="conv_1")
    signal = keras.layers.MaxPooling2D(3, strides=2)(first(signal))
    signal = in_two_groups(signal, 64, 5, "conv_2")
    signal = keras.layers.MaxPooling2D(3, strides=2)(signal)
    third = keras.layers.Conv2D(96, 3, padding="same", activation="relu", name="conv_3")
    signal = in_two_groups(third(signal), 96, 3, "conv_4")
    signal = in_two_groups(signal, 64, 3, "conv_5")
    return keras.layers.MaxPooling2D(3, strides=2)(signal)


# %% [markdown]
# Around them goes the rest. The network itself scales the photos, to between -1 and 1,
# so nobody can forget to. Dropout stands before each of the two dense layers.


# %%
def small_alexnet(augmentations=()):
    """Return AlexNet's design at a reduced size, for photos of SIDE pixels."""
    pixels = keras.Input((SIDE, SIDE, 3))
    signal = keras.layers.Rescaling(1 / 127.5, offset=-1)(pixels)
    for augmentation in augmentations:
        signal = augmentation(signal)
    signal = keras.layers.Flatten()(five_convolutions(signal))
    for name in ("dense_6", "dense_7"):
        signal = keras.layers.Dropout(0.5)(signal)
        signal = keras.layers.Dense(256, activation="relu", name=name)(signal)
    return keras.Model(pixels, keras.layers.Dense(5, name="scores")(signal))


# %% [markdown]
# Random flips, turns, zooms and shifts of the photos (lesson 01) are for the full
# profile, which has the epochs for them.

# %%
augmentations = [
    keras.layers.RandomFlip("horizontal"),
    keras.layers.RandomRotation(0.08),
    keras.layers.RandomZoom((-0.25, 0.05)),
    keras.layers.RandomTranslation(0.08, 0.08),
]

# %% [markdown]
# Of two networks with random weights, one will be trained; the other is the control.

# %%
keras.utils.set_random_seed(0)
convnet = small_alexnet(augmentations if PROFILE == "full" else ())
old_filters = convnet.get_layer("conv_1").get_weights()[0]
untrained = keras.models.clone_model(convnet)
print(f"{convnet.count_params():,} parameters")

# %% [markdown]
# The learning rate starts at zero, rises for two epochs and then falls along a cosine;
# lesson 04 says why that helps.

# %%
PHOTO_EPOCHS, BATCH = {"smoke": (1, 20), "quick": (20, 50), "full": (40, 64)}[PROFILE]
steps = -(-len(photos_train) // BATCH)
warmup = {"warmup_target": 0.001, "warmup_steps": 2 * steps}
rate = keras.optimizers.schedules.CosineDecay(0.0, PHOTO_EPOCHS * steps, **warmup)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
convnet.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])

# %% [markdown]
# This is the longest run of the page. Where the accuracy on its own photos still rises
# and the held-out one does not, the network is learning by heart.

# %%
settings = {"batch_size": BATCH, "epochs": PHOTO_EPOCHS, "verbose": 0}
settings["callbacks"] = [train.LiveCurves(), train.StopButton()]
settings["validation_data"] = photos_held, species_held
history = convnet.fit(photos_train, species_train, **settings)

# %% [markdown]
# We take the last epoch, not the best one: to choose by these same flowers would
# flatter the network. With $n$ other flowers the share $p$ would differ, by a spread of
# about $\sqrt{p\,(1 - p) / n}$; 1.96 of it to each side make the usual interval.

# %%
accuracy = history.history["val_accuracy"][-1]
error = 1.96 * np.sqrt(accuracy * (1 - accuracy) / held_out)
found("photo_accuracy", accuracy, "The small AlexNet names {:.1%} of unseen flowers.")
found("photo_margin", error * 100, "So few flowers tell that to ±{:.1f} points.")

# %% [markdown]
# Guessing would name one in five. If your page used drawn flowers, remember what their
# card says: they are not photos, and the number holds for drawings only.
#
# Its first filters have three channels, so they are small pictures in colour. As with
# the digits, training started from noise; here is what it has added. Each filter is
# stretched to its own largest change: compare shapes, not strengths.

# %%
added = np.moveaxis(convnet.get_layer("conv_1").get_weights()[0] - old_filters, -1, 0)
added = added / np.abs(added).max(axis=(1, 2, 3), keepdims=True)
title = "What training added to the 24 filters of the first convolution"
plot.images(added / 2 + 0.5, columns=12, title=title)

# %% [markdown]
# Smooth changes of colour, and here and there an edge. The filters of the real AlexNet,
# after 90 rounds through 1.2 million photos, are clean edges of all directions on one
# graphics card and blobs of colour on the other ([figure 3 of its
# paper](https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html)).
#
# And how much of the photo does one place of a map depend on? Each filter adds its size
# less one, times the distance of the places that it reads; each stride widens that
# distance.

# %%
windows = [("conv 1", 7, 2), ("pooling", 3, 2), ("conv 2", 5, 1), ("pooling", 3, 2)]
windows += [("conv 3", 3, 1), ("conv 4", 3, 1), ("conv 5", 3, 1)]
sees, apart = 1, 1
for name, size, stride in windows:
    sees, apart = sees + (size - 1) * apart, apart * stride
    print(f"{name:>7}: {min(sees, SIDE)} of the {SIDE} pixels along a side")

# %% [markdown]
# So early units *must* be about small things, and late ones may be about the whole
# flower. Here is one flower, and beside it the same, lit where the most excited unit of
# each convolution answers.

# %%
CONVOLUTED = ["conv_1", "conv_2", "conv_3", "conv_4", "conv_5"]
outputs = [convnet.get_layer(name).output for name in CONVOLUTED]
lit = [photos_held[0] / 255]
for maps in keras.Model(convnet.inputs[0], outputs)(photos_held[:1].astype("float32")):
    maps = keras.ops.convert_to_numpy(maps)[0]
    excited = maps[:, :, maps.max(axis=(0, 1)).argmax(), None]
    light = keras.ops.image.resize(excited / excited.max(), (SIDE, SIDE))
    lit.append(lit[0] * (0.2 + 0.8 * keras.ops.convert_to_numpy(light)))

# %% [markdown]
# A late map has few places, so its light comes in large soft patches.

# %%
title = "One flower, and what the most excited unit of each convolution answers to"
plot.images(np.stack(lit), titles=["the flower", *CONVOLUTED], columns=6, title=title)

# %% [markdown]
# In the viewer the places are orange. Choose a layer, move through its units, and give
# it a photo of your own.

# %%
view = {"layers": [*CONVOLUTED, "dense_6", "dense_7", "scores"], "layer": "conv_2"}
view["classes"] = flowers.classes
explore.features(convnet, photos_held, species_held, **view)

# %% [markdown]
# And the probe? We take from each map its strongest answer, fit on the training photos
# and score on the held-out ones, trained and untrained. This is *one* network with few
# photos: a look, not a proof.


# %%
def pooled_maps(network):
    """Return the strongest answers of the convolutions, (photos, filters) each."""
    strongest = keras.layers.GlobalMaxPooling2D()
    outputs = [strongest(network.get_layer(name).output) for name in CONVOLUTED]
    pooled = keras.Model(network.inputs[0], outputs)
    return pooled.predict(photos, batch_size=held_out, verbose=0)


# %% [markdown]
# Fit and score as before, with flowers in place of digits.


# %%
def probe_maps(network):
    """Return the probe score of each convolution, shape (5,)."""
    scores = []
    for maps in pooled_maps(network):
        weights, bias = fit_probe(maps[held_out:], species_train)
        answers = (maps[:held_out] @ weights + bias).argmax(axis=1)
        scores.append(np.mean(answers == species_held))
    return np.array(scores)


# %%
photo_probes = {"untrained": probe_maps(untrained), "trained": probe_maps(convnet)}
title = "A linear probe on the five convolutions"
share = "share of held-out flowers"
plot.curves(photo_probes, x_title="convolution", y_title=share, title=title)

# %% [markdown]
# In numbers, from the first convolution to the last. Each score has a margin like the
# one above; a gain that is smaller proves nothing.

# %%
gains = {state: 100 * (scores[4] - scores[0]) for state, scores in photo_probes.items()}
sentence = "From conv 1 to 5, trained: {:+.1f} points."
found("photo_probe_rise", gains["trained"], sentence)
found("photo_probe_untrained", gains["untrained"], "Untrained: {:+.1f} points.")

# %% [markdown]
# ## What we found
#
# - First-layer units are detectors for strokes in one place. Where they never saw ink,
#   they keep their random start.
# - Trained layers become easier to read with depth, random layers of the same shape
#   harder. With five random starts or more, neither interval reaches zero. A random
#   layer that is wide enough still beats the pixels.
# - Single units become purer with depth as well, but not pure: a class is spread over
#   many units.
# - AlexNet's parameters can be counted by anyone with four formulas.

# %%
last = {state: scores[:, 3].mean() for state, scores in probes.items()}
found("probe_trained", last["trained"], "Layer 4, trained: the probe reads {:.1%}.")
found("probe_untrained", last["untrained"], "Layer 4, untrained: {:.1%}.")

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "03.quiz.control",
    "A linear probe on layer 3 of a network reads 90 of 100 digits. What follows?",
    {
        "training has taught layer 3 about digits": (
            "Perhaps, but a wide random layer can reach that too. Without a control "
            "you cannot tell."
        ),
        "little, before an untrained network is probed in the same way": (
            "The control tells what the shape alone gives, without any learning."
        ),
        "layer 4 must read more": (
            "That is what was found on average here. For one network it need not hold."
        ),
    },
    right="little, before an untrained network is probed in the same way",
)

# %%
quiz(
    "03.quiz.probe",
    "Why is a probe not fitted on the digits on which it is scored?",
    {
        "it would take too long": "It is one matrix solved, on any digits.",
        "it would remember them, and the score would say little of the layer": (
            "The more units a layer has, the better a probe can fit by heart."
        ),
        "the network has seen them": (
            "The network saw neither kind here. What counts is what the probe saw."
        ),
    },
    right="it would remember them, and the score would say little of the layer",
)

# %%
quiz(
    "03.quiz.places",
    "A filter of 5 pixels slides over 27 pixels, one at a time, with 2 pixels of "
    "padding at each edge. How many places has it?",
    {
        "23": "That is without padding: 27 - 5 + 1.",
        "27": "27 + 2 · 2 - 5 + 1: the padding makes up for what the filter takes.",
        "31": "The padded side has 31 pixels, but the filter needs room for itself.",
    },
    right="27",
)

# %%
quiz(
    "03.quiz.groups",
    "A convolution with 256 filters of 5 × 5 reads 96 channels. How many weights "
    "does it have in two groups, biases aside?",
    {
        "614,400": "256 · 5 · 5 · 96: but in two groups a filter reads only 48.",
        "307,200": "256 · 5 · 5 · 48: every filter reads half of the channels.",
        "153,600": "Halved twice. All 256 filters are there; each reads 48 channels.",
    },
    right="307,200",
)

# %% [markdown]
# ## What this page leaves out
#
# **What the real AlexNet did besides.** It normalised responses across neighbouring
# channels, which later networks dropped. It cut 224-pixel pieces from larger photos,
# shifted their colours, trained with momentum and weight decay, and [averaged ten
# crops](https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html)
# when predicting. The contest's 15.3 % error was that of several networks together,
# counting five guesses a photo.
#
# **Where "edges first, objects last" comes from.** [Zeiler and
# Fergus](https://arxiv.org/abs/1311.2901) showed it in pictures, on a network close to
# AlexNet; [Bau and others](https://arxiv.org/abs/1704.05796) counted units that match
# objects, and found more of them in deeper layers of networks far larger than ours.
#
# **Where it is too strong.** Networks trained on ImageNet go by texture more than by
# shape ([Geirhos and others, 2018](https://arxiv.org/abs/1811.12231)). Units that
# answer to one class only are not the ones that the network needs most ([Morcos and
# others, 2018](https://arxiv.org/abs/1803.06959)); in the lab you switch units off and
# see. And a probe says what *could* be read from a layer, not what the network uses:
# that takes an intervention ([Belinkov, 2021](https://arxiv.org/abs/2102.12452)).
#
# In the lab you write the probe, the ranking and the ascent, rebuild a block of AlexNet
# from its description, and find out which unit your network cannot do without.
