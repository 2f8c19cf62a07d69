# %% [markdown] tags=["sourced"]
# **What can you throw away from a picture, and still get it back?**
#
# A network that squeezes its input through a narrow gate, and has to redraw it behind
# the gate, learns what its world usually looks like. Picture generators paint in such a
# squeezed space and only then unfold it ([Rombach and others,
# 2022](https://arxiv.org/abs/2112.10752)). And [guides to card
# fraud](https://www.computer.org/publications/tech-news/trends/autoencoder-architectures-for-fraud-detection)
# turn the idea round: what the network *cannot* redraw is suspicious.
#
# When you leave, you will be able to
#
# - compress pictures with one matrix and with a network, and say when the network wins,
# - turn a compressor into a painter of pictures that nobody has taken,
# - derive both halves of its loss, and check them by other means,
# - find anomalies by reconstruction error, price the threshold, and name the strangers
#   that slip through.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import keras
import numpy as np
from keras.layers import Dense

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## 784 numbers, and how few would do
#
# The clothes of lesson 06 again: small grey pictures of ten kinds. This time the labels
# stay in the drawer. A picture is its own answer, and so nothing has to be paid for
# answers.

# %%
clothing = data.load("clothing", source="best" if PROFILE == "full" else "bundled")
classes = clothing.classes
clothing

# %% [markdown]
# Three parts, in the open: pictures to learn from, pictures to look at while we choose,
# and test pictures that stay sealed until the end. Each picture becomes one row of 784
# numbers from 0 to 1.

# %%
HELD_OUT = 1_000
order = np.random.default_rng(0).permutation(len(clothing.x_train))
rows = clothing.x_train.reshape(-1, 784) / np.float32(255)
x_validation, x_train = rows[order[:HELD_OUT]], rows[order[HELD_OUT:]]
y_validation = clothing.y_train[order[:HELD_OUT]]
y_train = clothing.y_train[order[HELD_OUT:]]
if PROFILE == "smoke":
    x_train, y_train = x_train[:1000], y_train[:1000]

# %% [markdown]
# Look at a few, and ask of each how you would describe it to somebody on the telephone.
# You would hardly read out 784 numbers.

# %%
sixteen = x_train[:16].reshape(-1, 28, 28)
plot.images(sixteen, columns=8, title="Sixteen pictures, 784 numbers each")

# %% [markdown]
# Most of those numbers say little that their neighbours have not said already. The
# oldest way to use this is *principal component analysis*, PCA for short. Subtract the
# mean picture. Then find the direction along which the pictures differ most, then the
# next one at a right angle to it, and so on. The *code* of a picture is how far it goes
# along the first few of these directions.
#
# The singular value decomposition gives all directions at once, the strongest first, as
# the rows of one matrix. Nothing is trained, and nothing is left to chance. We hand it
# the 784 × 784 products of the columns, whose directions are those of the 9,000
# pictures.

# %%
mean_picture = x_train.mean(axis=0)
centred = x_train - mean_picture
directions = np.linalg.svd(centred.T @ centred)[2]  # the same as of `centred`, sooner

# %% [markdown]
# Directions have as many numbers as pictures, so they can be looked at. The first few
# tell shirts from trousers and shoes; the further you go, the finer the stripes.

# %%
plot.images(
    directions[:8].reshape(-1, 28, 28),
    scale="signed",
    columns=4,
    title="The first eight directions: blue takes away, orange adds",
)

# %% [markdown]
# Two lines are the whole compressor. The code is a matrix product: how far does a
# picture go along each direction?


# %%
def pca_code(pictures, size):
    """Return the codes of pictures, shape (pictures, size)."""
    return (pictures - mean_picture) @ directions[:size].T


# %% [markdown]
# And so is the way back: go that far along each, beginning at the mean picture. What
# the code has left out is lost.


# %%
def pca_picture(codes):
    """Return the pictures that codes stand for, shape (pictures, 784)."""
    return mean_picture + codes @ directions[: codes.shape[1]]


# %% [markdown]
# How good is the copy? By the *reconstruction error*: the squared difference, averaged
# over the pixels of a picture. It gives one number for each picture, and later on this
# page those single numbers will matter more than their mean.


# %%
def errors(pictures, copies):
    """Return the reconstruction error of each picture, shape (pictures,)."""
    return np.mean((pictures - copies) ** 2, axis=1)


# %% [markdown]
# scikit-learn has it ready made. Do the two agree?

# %%
from sklearn.decomposition import PCA

library = PCA(16, svd_solver="full").fit(x_train)
copies = pca_picture(pca_code(x_validation, 16))
by_library = library.inverse_transform(library.transform(x_validation))
assert np.allclose(copies, by_library, atol=1e-4)

# %% [markdown]
# Here are four pictures, and their copies from codes of 2, 8, 16 and 64 numbers. When
# can you say what it is, and when could you recognise *this* one among others?

# %%
chosen = x_validation[[3, 5, 8, 11]]
shown = [chosen, *(pca_picture(pca_code(chosen, size)) for size in (2, 8, 16, 64))]
plot.images(
    np.clip(np.concatenate(shown), 0, 1).reshape(-1, 28, 28),
    titles=[n for n in ("original", "2", "8", "16", "64 numbers") for _ in range(4)],
    columns=4,
    title="From a few numbers back to a picture",
)

# %% [markdown]
# The eye is content early: a shirt is a shirt with eight numbers, and its pattern needs
# many more. In figures, on pictures that had no part in finding the directions:

# %%
SIZES = (2, 4, 8, 16, 32, 64)
pca_error = {
    size: errors(x_validation, pca_picture(pca_code(x_validation, size))).mean()
    for size in SIZES
}
found("pca_error_16", pca_error[16], "With 16 numbers, PCA's mean error is {:.4f}.")
found("pca_error_64", pca_error[64], "With 64 numbers it is {:.4f}.")

# %% [markdown]
# ## The same, as a network
#
# Draw the two matrix products as layers, and there is a network: 784 inputs, a hidden
# layer of 16, 784 outputs. The first half is the *encoder*, the second the *decoder*,
# and a network that is trained to return its own input is an *autoencoder*. Nobody
# tells it about directions; it only gets the error, and lesson 05's slopes.
#
# One function trains all the networks of this page but two. The learning rate falls to
# zero along a cosine, as in lesson 04, so that the end is not left to chance.


# %%
def trained(network, pictures, targets, epochs, learning_rate=0.01, batch_size=100):
    """Train a network on pictures and what it should make of them."""
    batch_size = min(batch_size, len(pictures))
    steps = epochs * (len(pictures) // batch_size)
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    network.compile(keras.optimizers.Adam(rate), "mean_squared_error")
    settings = {"batch_size": batch_size, "epochs": epochs, "verbose": 0}
    network.fit(pictures, targets, callbacks=[train.Progress()], **settings)
    return network


# %% [markdown]
# And one function that asks it. Calling the network like a function is the short way
# when everything fits into one batch, as lesson 06 has measured.


# %%
def copied(network, pictures):
    """Return what a network makes of pictures."""
    return keras.ops.convert_to_numpy(network(pictures, training=False))


# %% [markdown]
# Without activations and without biases, on pictures around their mean: exactly PCA's
# arithmetic, but with matrices that begin at random. Nobody would use such a network;
# it is here because we know exactly how well it could do.

# %%
EPOCHS = {"smoke": 1, "quick": 10, "full": 20}[PROFILE]
linear = keras.Sequential(
    [
        keras.Input((784,)),
        Dense(16, use_bias=False, kernel_initializer="orthogonal"),
        Dense(784, use_bias=False, kernel_initializer="orthogonal"),
    ]
)

# %%
predict(
    "13.linear",
    "PCA cuts off directions; this network learns from errors. With codes of 16 "
    "numbers, where does its error on the training pictures end?",
    [
        "clearly below PCA's",
        "at PCA's, from above",
        "clearly above: it finds a poorer code",
    ],
)

# %%
trained(linear, centred, centred, 3 * EPOCHS, batch_size=500)
linear_error = errors(centred, copied(linear, centred))

# %% [markdown]
# And the bound that it can be held against, PCA's own error on the same pictures:

# %%
bound = errors(x_train, pca_picture(pca_code(x_train, 16))).mean()
sentence = "The trained network's error is {:.2%} above PCA's."
found("linear_excess", linear_error.mean() / bound - 1, sentence, predicted="13.linear")

# %% [markdown] tags=["sourced"]
# It cannot get below. Of all pairs of matrices, PCA's has the least squared error
# ([Eckart and Young, 1936](https://doi.org/10.1007/BF02288367)), and the error of the
# linear network, as a function of its weights, has no other valley to get stuck in,
# only saddles ([Baldi and Hornik, 1989](https://doi.org/10.1016/0893-6080(89)90014-2)).
# Has it found PCA's directions, then? We can ask two things: do the two codes span the
# same sheet of the space, and are they measured along the same axes of it?

# %%
learned = np.linalg.qr(linear.layers[1].get_weights()[0].T)[0]  # as unit vectors
cosines = directions[:16] @ learned
overlap = np.linalg.svd(cosines, compute_uv=False)

# %% [markdown]
# The singular values of these cosines do not care how the axes lie, and the cosines
# themselves do:

# %%
found("span_overlap", np.mean(overlap**2), "The two codes share {:.1%} of their space.")
match = np.abs(cosines).max(axis=1).mean()
sentence = "But a direction of PCA and the nearest learned one have a cosine of {:.2f}."
found("axis_match", match, sentence)

# %% [markdown]
# The same space, other axes. The error does not care how the space is cut into numbers,
# so chance decides. Remember that: nothing in an autoencoder's loss says what a single
# number of the code should mean.

# %% [markdown]
# ## Deeper than PCA
#
# What a matrix cannot do, layers with relu can: bend. The encoder gets a hidden layer
# before the code, and the decoder one behind it. The last activation is a sigmoid,
# since pixels lie between 0 and 1. Encoder and decoder are networks of their own, so
# that each can be asked alone later on.


# %%
def autoencoder(inputs, hidden, size, seed, last="sigmoid"):
    """Return an untrained autoencoder; its two layers are encoder and decoder."""
    keras.utils.set_random_seed(seed)
    encoder = [Dense(units, activation="relu") for units in hidden] + [Dense(size)]
    decoder = [Dense(units, activation="relu") for units in reversed(hidden)]
    decoder.append(Dense(inputs, activation=last))
    encoder = keras.Sequential([keras.Input((inputs,)), *encoder])
    decoder = keras.Sequential([keras.Input((size,)), *decoder])
    return keras.Sequential([keras.Input((inputs,)), encoder, decoder])


# %% [markdown]
# Nothing in it is new to you. By hand, it is four matrix products and two kinds of
# activation, and it must agree with Keras to the fifth decimal.


# %%
def by_hand(weights, x):
    """Return the code and the copy that eight arrays of weights make of pictures."""
    hidden = np.maximum(x @ weights[0] + weights[1], 0)
    code = hidden @ weights[2] + weights[3]
    hidden = np.maximum(code @ weights[4] + weights[5], 0)
    return code, 1 / (1 + np.exp(-(hidden @ weights[6] + weights[7])))


# %% [markdown]
# An untrained network will do for that:

# %%
deep = autoencoder(784, [128], 16, seed=0)
some = x_validation[:100]
code, copy = by_hand(deep.get_weights(), some)
assert np.allclose(code, copied(deep.layers[0], some), atol=1e-5)
assert np.allclose(copy, copied(deep, some), atol=1e-5)

# %% [markdown]
# And the loss that Keras is about to make smaller is the mean of our errors.

# %%
deep.compile(loss="mean_squared_error")
loss = deep.evaluate(some, some, verbose=0)
assert np.isclose(loss, errors(some, copy).mean(), atol=1e-5)

# %% [markdown]
# One trained network is one draw, so each size gets several, from random starts of
# their own. Epochs and learning rate are the same for all, and nobody has tuned them
# for one of the sizes.

# %%
predict(
    "13.sizes",
    "The deep autoencoder against PCA, with codes of 4, 16 and 64 numbers. Where does "
    "bending pay most?",
    [
        "at all sizes alike",
        "with few numbers; with 64 it hardly pays, or not at all",
        "with 64 numbers: the more room, the more it can do",
    ],
)

# %%
SEEDS = {"smoke": 2, "quick": 3, "full": 4}[PROFILE]
DEEP_SIZES = (4, 16, 64)
deep = {
    size: [
        trained(autoencoder(784, [128], size, seed), x_train, x_train, EPOCHS)
        for seed in range(SEEDS)
    ]
    for size in DEEP_SIZES
}

# %% [markdown]
# All are judged on pictures that none of them has learned from:

# %%
deep_error = {
    size: [errors(x_validation, copied(one, x_validation)).mean() for one in networks]
    for size, networks in deep.items()
}

# %% [markdown]
# The networks of one size make a band in the picture, from the lowest to the highest of
# their errors. See where the band lies below PCA's line, and where the two cross.

# %%
bent = [
    [deep_error[size][seed] if size in deep else np.nan for size in SIZES]
    for seed in range(SEEDS)
]
figure = plot.curves(
    {"PCA": list(pca_error.values()), "deep autoencoder": bent},
    x=np.array(SIZES),
    x_title="numbers in the code",
    y_title="mean squared error, validation",
    title="Bending helps where the code is short",
)
figure.update_traces(connectgaps=True, mode="lines+markers", selector={"fill": None})
figure.update_xaxes(type="log", tickvals=SIZES, ticktext=[str(size) for size in SIZES])

# %% [markdown]
# What depth saves, in numbers:

# %%
saved = {size: 1 - np.mean(deep_error[size]) / pca_error[size] for size in DEEP_SIZES}
found("saved_4", saved[4], "With 4 numbers, depth saves {:.0%} of PCA's error,")
found("saved_16", saved[16], "with 16 it saves {:.0%},", predicted="13.sizes")
found("saved_64", saved[64], "and with 64 {:.0%} (below zero: PCA is the better one).")

# %% [markdown]
# Clothes do not fill a flat sheet of the 784-dimensional space; they lie on something
# bent. With few numbers a flat sheet misses most of it. With many, PCA's sheet has
# enough directions to hold nearly everything, and then its weakness is a strength: it
# has nothing to train, finds its optimum exactly, and wastes none of its pictures. With
# more pictures and more patience the deep network catches up again, which is what the
# full profile tries.
#
# ## Neighbours matter: a convolutional one
#
# A dense layer does not know which pixels are neighbours. `Conv2D` slides small filters
# over the picture, as in lesson 06, and `Conv2DTranspose` slides them the other way,
# from coarse to fine; lesson 08 opens both. The same filter serves at every place, and
# that should save weights. At equal code size:

# %%
keras.utils.set_random_seed(0)
FILTERS = {"smoke": (4, 8), "quick": (12, 24), "full": (24, 48)}[PROFILE]
slide = {"strides": 2, "padding": "same", "activation": "relu"}
convolutional = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Reshape((28, 28, 1)),
        keras.layers.Conv2D(FILTERS[0], 3, **slide),
        keras.layers.Conv2D(FILTERS[1], 3, **slide),
        keras.layers.Flatten(),
        Dense(16),
        Dense(7 * 7 * FILTERS[1], activation="relu"),
        keras.layers.Reshape((7, 7, FILTERS[1])),
        keras.layers.Conv2DTranspose(FILTERS[0], 3, **slide),
        keras.layers.Conv2DTranspose(1, 3, **{**slide, "activation": "sigmoid"}),
        keras.layers.Flatten(),
    ]
)

# %% [markdown]
# A convolution costs more arithmetic for each weight, so it gets half the epochs:

# %%
trained(convolutional, x_train, x_train, max(1, EPOCHS // 2), learning_rate=0.005)
conv_error = errors(x_validation, copied(convolutional, x_validation)).mean()

# %% [markdown]
# Weights and errors, beside the dense network of equal code:

# %%
share = convolutional.count_params() / deep[16][0].count_params()
found("conv_weights", share, "The convolutional network needs {:.0%} of the weights.")
ratio = conv_error / np.mean(deep_error[16])
sentence = "After half as many epochs, its error is {:.2f} times the dense one's."
found("conv_to_dense", ratio, sentence)

# %% [markdown]
# It comes close with a fraction of the weights. A dense layer has to learn the same
# edge anew at every place where it may lie; a filter learns it once and slides. And
# most of the weights that are left sit in the two dense layers around the code.
#
# ## Redrawing what was never there
#
# Now spoil the input and ask for the clean picture: a *denoising* autoencoder
# ([Vincent and others, 2008](https://doi.org/10.1145/1390156.1390294)). To take noise
# away, a network has to know what clothes look like without it.


# %%
def spoiled(pictures, seed):
    """Return pictures with heavy noise on every pixel, still from 0 to 1."""
    noise = np.random.default_rng(seed).normal(0, 0.4, pictures.shape)
    return np.clip(pictures + noise, 0, 1).astype("float32")


# %% [markdown]
# The network itself is the old one. Only what goes in and what is asked for differ now:

# %%
noisy = spoiled(x_validation, seed=1)
denoiser = autoencoder(784, [128], 64, seed=0)
denoiser = trained(denoiser, spoiled(x_train, seed=2), x_train, EPOCHS)

# %% [markdown]
# For comparison, two ways that have never seen noise:

# %%
cleaned = {
    "nothing": noisy,
    "PCA, 64": pca_picture(pca_code(noisy, 64)),
    "plain, 64": copied(deep[64][0], noisy),
    "denoiser": copied(denoiser, noisy),
}

# %% [markdown]
# One row for each way, all from the same six noisy pictures. Look at the edges, and at
# what is left of the grain:

# %%
six = np.concatenate([values[:6] for values in (x_validation, *cleaned.values())])
plot.images(
    np.clip(six, 0, 1).reshape(-1, 28, 28),
    titles=[name for name in ("the truth", *cleaned) for _ in range(6)],
    columns=6,
    title="Same noise, four ways to take it away",
)

# %% [markdown]
# The eye is easily bribed by smoothness, so count as well:

# %%
left = {name: errors(x_validation, copy).mean() for name, copy in cleaned.items()}
for name, value in left.items():
    print(f"{name:10} {value:.4f}")

# %% [markdown]
# Against the one that has as many numbers and was never trained for noise:

# %%
gain = 1 - left["denoiser"] / left["PCA, 64"]
sentence = "The denoiser leaves {:.0%} less error than PCA with as many numbers."
found("denoising_gain", gain, sentence)

# %% [markdown]
# The plain network has the same layers and the same number of weights. It never saw
# noise, and redraws part of it: what a network learns is set by the task, and not by
# its shape.

# %% [markdown]
# ## A map of two numbers
#
# Squeeze harder. With two numbers every picture has a place on a map, and the decoder
# can be asked about every place, also where no picture lies. The copies are poor, as
# they must be; what we gain is that we can look at the whole code at once.

# %%
MAP_EPOCHS = {"smoke": 1, "quick": 15, "full": 30}[PROFILE]
plain = autoencoder(784, [256, 64], 2, seed=1)
trained(plain, x_train, x_train, MAP_EPOCHS, learning_rate=0.005)
plain_codes = copied(plain.layers[0], x_validation)

# %% [markdown]
# Codes have no unit of their own, since nothing in the loss sets one. To compare maps,
# we measure in standard deviations:


# %%
def scaled(codes):
    """Return codes in standard deviations from their mean."""
    return (codes - codes.mean(axis=0)) / codes.std(axis=0)


# %% [markdown]
# Look for kinds that share a corner, and for corners that nobody lives in:

# %%
plot.latent(
    scaled(plain_codes),
    y_validation,
    classes,
    title="1,000 unseen pictures on the plain network's map",
    subtitle="The network never saw a label; the colours are ours.",
)

# %% [markdown]
# Kinds of clothes lie together, although nobody named them. But look at the shape of
# the map: arms, lumps, empty corners. Say we wanted a *new* piece of clothing. We would
# draw a place at random, around the middle, and let the decoder paint it.

# %%
predict(
    "13.holes",
    "Of places drawn at random around the middle of this map, how many lie in a hole: "
    "farther from every real picture than 99 of 100 pictures are from their neighbour?",
    ["about 1 in 100", "about 1 in 20", "1 in 10 or more"],
)

# %% [markdown]
# A search tree finds the nearest code of every place. What "far" means, the pictures
# say themselves:

# %%
from scipy.spatial import cKDTree


def in_holes(codes, count=2000):
    """Return the share of normally distributed places that lie far from all codes."""
    tree = cKDTree(scaled(codes))
    usual = np.quantile(tree.query(scaled(codes), k=2)[0][:, 1], 0.99)
    places = np.random.default_rng(0).normal(size=(count, 2))
    return np.mean(tree.query(places)[0] > usual)


# %% [markdown]
# If the places were drawn as the pictures lie, one in a hundred would be in a hole.

# %%
holes_plain = in_holes(plain_codes)
sentence = "On the plain map, {:.0%} of random places lie in a hole."
found("holes_plain", holes_plain, sentence, predicted="13.holes")

# %% [markdown]
# Each of these would be a picture of which the network knows nothing. It would paint
# something all the same; nothing stops it, and nothing warns you.

# %% [markdown] tags=["sourced"]
# ## A code with a margin
#
# The *variational* autoencoder ([Kingma and Welling,
# 2013](https://arxiv.org/abs/1312.6114)) works against the holes by two demands.
#
# 1. The encoder no longer names a point but a small cloud: for each number of the code
#    a mean $\mu$ and a spread $\sigma$. The decoder gets a point drawn from the cloud,
#    so that neighbouring places *must* give similar pictures.
# 2. All clouds together should look like one standard normal distribution, mean 0 and
#    spread 1. Then we know from where to draw.
#
# The second demand needs a number that says how far a cloud is from the standard one.
# It is the *Kullback-Leibler divergence*, KL for short: the average, over the cloud, of
# the logarithm of how much denser the cloud is than the standard. For normal
# distributions the integral can be solved. With the logarithm of the variance, $l =
# \log \sigma^2$, which may be any number and never needs checking, it is, for each
# number of the code,
#
# $$\tfrac{1}{2}\,(\mu^2 + e^{l} - 1 - l).$$


# %%
def divergence(mean, log_variance):
    """Return the KL divergence from the standard normal, a sum over the code."""
    return 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=-1)


# %% [markdown]
# Never trust a solved integral that you have not seen computed. Cut the axis into
# steps of a tenth, and give each step its share of the probability:

# %%
line = np.linspace(-8, 8, 161)


def density(mean, log_variance):
    """Return a normal distribution's probability in each step of the line."""
    values = np.exp(-((line - mean) ** 2) / (2 * np.exp(log_variance)))
    return values / values.sum()


# %% [markdown]
# Then let Keras add up the definition, for four clouds, and compare:

# %%
for mean, log_variance in [(0.0, 0.0), (1.0, 0.0), (0.5, -1.5), (-1.0, -0.7)]:
    summed = keras.losses.kl_divergence(density(mean, log_variance), density(0, 0))
    solved = divergence(np.array([mean]), np.array([log_variance]))
    assert np.isclose(float(summed), solved, atol=1e-3)
    print(f"mean {mean:4.1f}, variance {np.exp(log_variance):.2f}: {solved:.4f}")

# %% [markdown]
# It is zero only for the standard cloud itself, and it punishes two things: clouds far
# from the middle, and clouds that shrink to a point.
#
# One riddle is left. Slopes have to travel from the decoder back to the encoder,
# through a *draw*, and chance has no slope. The way round is to draw first and scale
# afterwards: take noise from the standard distribution, and compute
#
# $$\text{code} = \mu + e^{l/2} \cdot \text{noise}.$$
#
# Now the noise is an input like any other, and the code has slopes for $\mu$ and $l$.
# This is the *reparametrisation trick*. Both demands fit into one small layer.


# %%
class Cloud(keras.layers.Layer):
    """Draw a code from its cloud, and add the cloud's divergence to the loss."""

    def __init__(self, seed):
        super().__init__()
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        mean, log_variance = inputs
        spread = keras.ops.exp(log_variance / 2)
        terms = mean**2 + spread**2 - 1 - log_variance
        self.add_loss(keras.ops.mean(0.5 * keras.ops.sum(terms, axis=1)))
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.generator)
        return mean + spread * noise


# %% [markdown]
# Does the layer draw what it says, and add what we computed? A forgotten half in the
# spread would go unnoticed for weeks, since everything would train all the same. A
# hundred thousand draws from one cloud, and the loss that came with them:

# %%
cloud = Cloud(seed=0)
mean, log_variance = np.array([[1.0, -2.0]]), np.array([[0.5, -1.0]])
drawn = cloud([np.repeat(mean, 100_000, 0), np.repeat(log_variance, 100_000, 0)])
drawn = keras.ops.convert_to_numpy(drawn)
assert np.allclose(drawn.mean(axis=0), mean, atol=0.03)
assert np.allclose(drawn.var(axis=0), np.exp(log_variance), atol=0.05)
assert np.isclose(float(cloud.losses[0]), divergence(mean, log_variance)[0], rtol=1e-4)

# %% [markdown]
# The first half of the loss is the squared error, but it needs a scale: how much does a
# pixel matter beside a divergence? Suppose the decoder's pixels are right up to normal
# noise of some variance. Then the negative logarithm of a picture's probability is the
# sum of its squared errors, divided by twice that variance, plus a constant. A small
# variance asks for sharp copies, a large one for a tidy map.


# %%
def picture_loss(variance):
    """Return a loss: how improbable a picture is, around what was painted."""
    return lambda truth, painted: (
        keras.ops.sum((truth - painted) ** 2, axis=-1) / (2 * variance)
    )


# %% [markdown]
# The whole network has two outputs where the plain encoder had one, and the cloud
# between encoder and decoder.


# %%
def variational(size, seed):
    """Return a variational autoencoder, and its encoder and decoder."""
    keras.utils.set_random_seed(seed)
    pictures = keras.Input((784,))
    hidden = Dense(64, activation="relu")(Dense(256, activation="relu")(pictures))
    encoder = keras.Model(pictures, [Dense(size)(hidden), Dense(size)(hidden)])
    layers = [Dense(64, activation="relu"), Dense(256, activation="relu")]
    layers.append(Dense(784, activation="sigmoid"))
    decoder = keras.Sequential([keras.Input((size,)), *layers])
    return keras.Model(pictures, decoder(Cloud(seed)(encoder.output))), encoder, decoder


# %% [markdown]
# It is trained as the others were. The loss that `compile` gets is the first half;
# Keras adds what the layer `Cloud` has put in.


# %%
def trained_variational(size, variance, seed, epochs):
    """Train a variational autoencoder; return its encoder and decoder."""
    network, encoder, decoder = variational(size, seed)
    steps = epochs * (len(x_train) // 100)
    rate = keras.optimizers.schedules.CosineDecay(0.005, steps)
    network.compile(keras.optimizers.Adam(rate), picture_loss(variance))
    settings = {"batch_size": 100, "epochs": epochs, "verbose": 0}
    network.fit(x_train, x_train, callbacks=[train.Progress()], **settings)
    return encoder, decoder


# %% [markdown]
# The encoder's two answers, as arrays:


# %%
def clouds(encoder, pictures):
    """Return the means and the logarithms of the variances, each (pictures, code)."""
    return [keras.ops.convert_to_numpy(one) for one in encoder(pictures)]


# %% [markdown]
# Two numbers, the same layers as the plain map, the same number of epochs. We want the
# map tidy, and set the variance to 0.1, several times the error of the plain network.

# %%
encoder, decoder = trained_variational(2, 0.1, seed=1, epochs=MAP_EPOCHS)
codes, log_variances = clouds(encoder, x_validation)
plot.latent(
    codes / codes.std(axis=0),
    y_validation,
    classes,
    title="The same pictures on the variational map",
    subtitle="Round, and crowded around the middle, as it was told.",
)

# %% [markdown]
# The same count of holes as before. Each picture stands here with one draw from its
# cloud, since the decoder was taught all over it.

# %%
noise = rng.normal(size=codes.shape)
holes = in_holes(codes + np.exp(log_variances / 2) * noise)
found("holes_variational", holes, "Here {:.0%} of random places are holes.")
found("holes_left", holes / holes_plain, "That is {:.2f} times as many.")

# %% [markdown]
# Does order have a price? If so, it is paid in sharpness:

# %%
ours = errors(x_validation, copied(decoder, codes)).mean()
price = ours / errors(x_validation, copied(plain, x_validation)).mean()
sentence = "Its copies have {:.2f} times the plain network's error."
found("price_of_order", price, sentence)

# %% [markdown]
# Fewer holes, and not none: the two demands pull against each other, and the loss
# strikes a bargain between them.
#
# And this is what the decoder paints all over the map, from corner to corner. Follow a
# row, and watch one kind of clothes turn into another:

# %%
steps = np.linspace(-2, 2, 11)
places = np.array([(x, y) for y in steps[::-1] for x in steps])
plot.images(
    copied(decoder, places * codes.std(axis=0)).reshape(-1, 28, 28),
    columns=11,
    title="A wardrobe on a sheet: from two numbers to a picture",
)

# %% [markdown]
# Now walk it yourself. Click the map, or move the two numbers with the arrow keys; then
# change the network at the same place. Look for three things: a boot that turns into a
# bag, a place in a hole of the plain map, and a garment that no shop would sell.

# %%
explore.latent(
    {"variational": (decoder, codes), "plain": (plain.layers[1], plain_codes)},
    x_validation.reshape(-1, 28, 28),
    y_validation,
    classes,
)

# %% [markdown]
# ## Clothes that nobody has sold
#
# Two numbers make a map, but they paint coarsely. With 16, the same recipe has enough
# room for sleeves and straps. A variational network draws its codes from the standard
# distribution; for comparison, PCA and a plain network of 16 numbers get the best
# normal distribution that fits their own codes, with all its correlations.

# %%
painter_encoder, painter = trained_variational(16, 0.2, seed=0, epochs=MAP_EPOCHS)
means, log_variances = clouds(painter_encoder, x_train)
spread = np.exp(log_variances / 2)

# %% [markdown]
# The real codes that each decoder was trained on:

# %%
real_codes = {
    "PCA": pca_code(x_train, 16),
    "plain": copied(deep[16][0].layers[0], x_train),
    "variational": means + spread * rng.normal(size=means.shape),
}

# %% [markdown]
# The draws, 1,000 from each:

# %%
drawn_codes = {
    name: rng.multivariate_normal(one.mean(axis=0), np.cov(one.T), 1000)
    for name, one in list(real_codes.items())[:2]
}
drawn_codes["variational"] = rng.normal(size=(1000, 16))

# %% [markdown]
# Each decoder paints its own draws:

# %%
painted = {
    "PCA": pca_picture(drawn_codes["PCA"]),
    "plain": copied(deep[16][0].layers[1], drawn_codes["plain"]),
    "variational": copied(painter, drawn_codes["variational"]),
}

# %% [markdown]
# Side by side, as they came. Which of them could you wear?

# %%
sheet = np.concatenate([pictures[:8] for pictures in painted.values()])
plot.images(
    np.clip(sheet, 0, 1).reshape(-1, 28, 28),
    titles=[name for name in painted for _ in range(8)],
    columns=8,
    title="Eight draws each, not chosen",
)

# %% [markdown]
# Judging by eye is pleasant and proves little. A fairer judge is a machine that tries
# to tell the drawn codes from the codes of real pictures ([Lopez-Paz and Oquab,
# 2016](https://arxiv.org/abs/1610.06545)). Given one of each, a judge that sees no
# difference is right half of the time.

# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score


def told_apart(real, drawn):
    """Return how often a forest puts the drawn code of a pair behind the real one."""
    both = np.concatenate([real[:1000], drawn[:1000]])
    which = np.repeat([0, 1], 1000)
    learn = np.tile([True, False], 1000)
    judge = RandomForestClassifier(n_estimators=100, random_state=0)
    judge.fit(both[learn], which[learn])
    return roc_auc_score(which[~learn], judge.predict_proba(both[~learn])[:, 1])


# %% [markdown]
# A bar near the coin means that the judge was at a loss.

# %%
judged = {name: told_apart(real_codes[name], drawn_codes[name]) for name in painted}
plot.bars(
    list(judged),
    list(judged.values()),
    x_title="how often a judge tells real from drawn codes (a coin: 50%)",
    number=".0%",
    title="Whose draws look like the real codes?",
)

# %% [markdown]
# In figures:

# %%
sentence = "The plain network's draws are told from real codes in {:.0%} of the pairs,"
found("told_apart_plain", judged["plain"], sentence)
found("told_apart_variational", judged["variational"], "the variational's in {:.0%}.")

# %% [markdown]
# The plain network was never asked to put its codes anywhere in particular, and so they
# lie in shapes that a normal distribution, however well it is fitted, does not follow.
# The variational one was asked, and has obeyed in part: the judge still finds
# something. Larger systems let a second network learn where their codes lie ([Rombach
# and others, 2022](https://arxiv.org/abs/2112.10752)).
#
# One picture turns into another on the straight line between their codes. On the map
# of a variational network, every stop on the way is a place where it has been taught to
# paint something.

# %%
ends = [np.flatnonzero(y_validation == kind)[2] for kind in (7, 9, 8, 0, 3, 1)]
codes_of = clouds(painter_encoder, x_validation[ends])[0]
shares = np.linspace(0, 1, 8)[:, None]
way = [(1 - shares) * a + shares * b for a, b in zip(codes_of[::2], codes_of[1::2])]

# %% [markdown]
# On the left of each row is a real picture's copy, on the right another's, and the six
# between them belong to nobody:

# %%
stops = copied(painter, np.concatenate(way)).reshape(-1, 28, 28)
title = "Sneaker to boot, bag to T-shirt, dress to trousers"
plot.images(stops, columns=8, title=title)

# %% [markdown]
# ## What cannot be redrawn
#
# Turn the idea round. Let a network learn to redraw *ordinary* things only. What it
# redraws badly is, perhaps, not ordinary. No example of a stranger is needed, which is
# why this is tempting wherever strangers are rare: broken parts, intruders, fraud.
#
# First with clothes. A shop that sells only sandals trains on sandals.


# %%
def ordinary(kind):
    """Return the training pictures of one class: nothing else may be learned from."""
    return x_train[y_train == kind]


# %% [markdown]
# Then it redraws everything that comes in, and the errors are its suspicion:

# %%
GUARD_EPOCHS = {"smoke": 2, "quick": 25, "full": 40}[PROFILE]
SANDAL = 5
guard = autoencoder(784, [64], 16, seed=0)
trained(guard, ordinary(SANDAL), ordinary(SANDAL), GUARD_EPOCHS)
suspicion = errors(x_validation, copied(guard, x_validation))

# %% [markdown]
# By class, and in the middle of each class. Which strangers would walk in unnoticed?

# %%
by_class = [np.median(suspicion[y_validation == kind]) for kind in range(10)]
plot.bars(
    classes,
    by_class,
    x_title="median reconstruction error",
    number=".3f",
    title="A network that knows only sandals redraws them all",
)

# %% [markdown]
# Most of the others stand out. Before we trust it, some strangers of another sort: the
# same sandals in poor light, with every pixel at a third of its brightness, and a
# camera that shows nothing at all.

# %%
predict(
    "13.stranger",
    "Faded sandals and a black picture were never in the training. How does their "
    "reconstruction error compare with that of ordinary sandals?",
    ["far higher: they are strangers", "about the same", "lower"],
)

# %%
sandals = x_validation[y_validation == SANDAL]
black = np.zeros((1, 784), "float32")
strangers = {"ordinary": sandals, "faded": sandals / 3, "black": black}
noticed = {name: errors(x, copied(guard, x)).mean() for name, x in strangers.items()}
for name, value in noticed.items():
    print(f"{name:9} {value:.4f}")

# %% [markdown]
# The faded ones beside the others:

# %%
ratio = noticed["faded"] / noticed["ordinary"]
sentence = "A faded sandal's error is {:.2f} times that of an ordinary one."
found("faded_to_ordinary", ratio, sentence, predicted="13.stranger")

# %% [markdown]
# The guard lets them pass without a word. A low error does not mean "I know this". It
# means "I can redraw this", and dark or simple things are easy to redraw, known or not.
# [Bouman and Heskes (2025)](https://arxiv.org/abs/2501.13864) show that even things far
# from all training data can be redrawn perfectly, and call the method unreliable for
# this reason.
#
# So it has to be measured against others. The score is the *average precision*. Sort
# all pictures by suspicion; at each true stranger, note which share of those down to
# here are strangers; take the mean of the notes. 1 is perfect, and a random order gets
# the share of strangers in the data.


# %%
def average_precision(suspicion, stranger):
    """Return the mean precision at each stranger, from the most suspicious down."""
    ranked = stranger[np.argsort(-suspicion, kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return precision[ranked].mean()


# %% [markdown]
# scikit-learn's must be the same:

# %%
from sklearn.metrics import average_precision_score

is_stranger = y_validation != SANDAL
by_library = average_precision_score(is_stranger, suspicion)
assert np.isclose(average_precision(suspicion, is_stranger), by_library)

# %% [markdown]
# The rivals know nothing of bending. PCA, fitted to the same ordinary pictures, has a
# reconstruction error of its own. And the *isolation forest* ([Liu and others,
# 2008](https://doi.org/10.1109/ICDM.2008.17)) cuts the data at random, again and again,
# and counts how soon a picture stands alone: strangers do so early.

# %%
from sklearn.ensemble import IsolationForest


def guards(ordinary, seed, hidden, size, last, epochs):
    """Return three detectors: functions from examples to suspicion."""
    network = autoencoder(ordinary.shape[1], hidden, size, seed, last)
    batch_size = max(100, len(ordinary) // 90)
    trained(network, ordinary, ordinary, epochs, batch_size=batch_size)
    straight = PCA(size, svd_solver="covariance_eigh").fit(ordinary)
    forest = IsolationForest(n_estimators=150, random_state=seed).fit(ordinary)
    return {
        "autoencoder": lambda x: errors(x, copied(network, x)),
        "PCA": lambda x: errors(x, straight.inverse_transform(straight.transform(x))),
        "isolation forest": lambda x: -forest.score_samples(x),
    }


# %% [markdown]
# Three shops, with several random starts each. They are built now and judged later,
# when the test pictures are opened. Nobody can then pick the shop that suits him.

# %%
predict(
    "13.winner",
    "Three shops: sandals, trousers, bags. Who finds the strangers best?",
    ["the autoencoder in all three", "PCA or the forest in all three", "it depends"],
)

# %%
SHOPS = (SANDAL,) if PROFILE == "smoke" else (SANDAL, 1, 8)
shops = {
    kind: [
        guards(ordinary(kind), seed, [64], 16, "sigmoid", GUARD_EPOCHS)
        for seed in range(SEEDS)
    ]
    for kind in SHOPS
}

# %% [markdown]
# ## Card fraud
#
# Now the case from the opening. The payments are drawn by this course, with habits,
# journeys and five kinds of fraud; the card says what they are not.

# %%
payments = data.load("transactions")
payments

# %% [markdown]
# A network wants columns of numbers. Amounts, distances and ages become logarithms,
# since a payment of 2,000 differs from one of 1,000 as 20 does from 10. The hour becomes
# a point on a circle: 23:59 and 00:01 are neighbours.

# %%
import pandas as pd

every = 10 if PROFILE == "smoke" else 1
table, labels = payments.table[::every], payments.labels[::every]
hour = 2 * np.pi * (table.time.dt.hour + table.time.dt.minute / 60) / 24
columns = {
    "log amount": np.log(table.amount),
    "hour, sine": np.sin(hour),
    "hour, cosine": np.cos(hour),
    "card present": table.card_present,
    "log distance": np.log1p(table.distance_km.fillna(0)),
    "log device age": np.log1p(table.device_age_days.clip(lower=0).fillna(0)),
    "log hours since last": np.log1p(table.hours_since_last.fillna(90)),
}

# %% [markdown]
# What was bought, and in which country, are no numbers: each gets a column of its own,
# with a one where it applies.

# %%
places = pd.get_dummies(table[["category", "country"]])
features = pd.concat([pd.DataFrame(columns), places], axis=1).to_numpy("float32")

# %% [markdown]
# Time decides who may know what. We stand at the end of June. July and August serve to
# choose a threshold. The last four months are sealed.

# %%
month = table.time.dt.month.to_numpy()
first, choosing, last = month <= 6, (month == 7) | (month == 8), month > 8
fraud = table.fraud.to_numpy() == 1

# %% [markdown]
# Frauds that have been reported by then are taken out of the first half-year; frauds
# that nobody has noticed yet stay in, because a bank could not know better.

# %%
reported = table.time + pd.to_timedelta(labels.reported_after_days, "D")
known = fraud & (reported < pd.Timestamp(2024, 7, 1)).to_numpy()
normal = first & ~known

# %% [markdown]
# All columns are brought to one scale, by what these payments show. An error adds up
# columns; without this, the column with the largest numbers would be all that counts.

# %%
centre, scale = features[normal].mean(axis=0), features[normal].std(axis=0)
features = (features - centre) / np.maximum(scale, 1e-6)

# %% [markdown]
# Some frauds hide among the payments to learn from. That is the usual state of a bank's
# data, and the guard has to live with it.

# %%
hidden_fraud = fraud[normal].sum()
print(f"{normal.sum():,} payments to learn from, {hidden_fraud} frauds unseen in them")
print(f"{fraud[last].mean():.2%} of the sealed payments are fraud")

# %% [markdown]
# The same three detectors, with a code of eight numbers, again from several starts.

# %%
FRAUD_EPOCHS = {"smoke": 1, "quick": 12, "full": 40}[PROFILE]
learn = features[normal]
banks = [guards(learn, seed, [48], 8, None, FRAUD_EPOCHS) for seed in range(SEEDS)]

# %% [markdown]
# What an error is worth depends on what is done with it. Say a call to the customer
# costs 5, and a missed fraud costs 150. (Real losses differ from payment to payment;
# lesson 18 prices them one by one.) Every threshold then has a price: all its alarms,
# and all the frauds below it.

# %%
ALARM, MISS = 5, 150


def bill(suspicion, stranger, threshold):
    """Return what 1,000 cases cost with alarms from this suspicion on."""
    alarms = suspicion >= threshold
    missed = stranger & ~alarms
    return 1000 * (ALARM * alarms.mean() + MISS * missed.mean())


# %% [markdown]
# A hundred thresholds are tried on July and August, from two alarms in 10,000 payments
# up to one for each, and the cheapest is kept:

# %%
choosing_error = banks[0]["autoencoder"](features[choosing])
candidates = np.quantile(choosing_error, 1 - np.geomspace(0.0002, 1, 100))
costs = [bill(choosing_error, fraud[choosing], one) for one in candidates]
threshold = candidates[np.argmin(costs)]

# %% [markdown]
# Above, how suspicious honest payments and frauds are; below, the price of every
# threshold. Look how far the two clouds above overlap, and how flat the valley below
# is:

# %%
plot.alarms(
    choosing_error + 1e-6,
    fraud[choosing],
    threshold=threshold,
    miss=MISS,
    alarm=ALARM,
    names=("honest", "fraud"),
    title="Many frauds look like anybody's payment",
)

# %% [markdown]
# The threshold is a decision about money, and not about networks: the same errors, with
# other prices, want another one. Move it along both pictures, then the prices. Find a
# price of a miss at which nobody should be called at all, and one at which it pays to
# call a hundred customers in 1,000.

# %%
explore.alarms(
    choosing_error + 1e-6, fraud[choosing], threshold=threshold, miss=MISS, alarm=ALARM
)

# %% [markdown]
# ## The seals are broken
#
# Everything is chosen. First the claim about depth: on the test pictures, at equal
# code size, how much less error than PCA? For each size the difference is taken picture
# by picture, so that easy and hard pictures cancel.

# %%
x_test, y_test = clothing.x_test.reshape(-1, 784) / np.float32(255), clothing.y_test
straight, gains = {}, {}
for size, networks in deep.items():
    straight[size] = errors(x_test, pca_picture(pca_code(x_test, size)))
    bent = [errors(x_test, copied(one, x_test)) for one in networks]
    gains[size] = straight[size] - np.array(bent)

# %% [markdown]
# Two things make such a mean uncertain: which pictures were drawn, and which random
# starts. Both spreads go into its interval. With few starts, the factor that turns an
# error into an interval is large; it comes from Student's distribution.

# %%
from scipy.stats import t


def gain_of(size):
    """Return the mean gain over PCA and half its 95 % interval."""
    by_start, by_picture = gains[size].mean(axis=1), gains[size].mean(axis=0)
    variance = by_start.var(ddof=1) / SEEDS + by_picture.var(ddof=1) / len(x_test)
    return by_start.mean(), t.ppf(0.975, SEEDS - 1) * np.sqrt(variance)


# %% [markdown]
# An interval that reaches below zero is no gain:

# %%
for size in gains:
    gain, half = gain_of(size)
    print(f"{size:3} numbers: PCA {straight[size].mean():.4f}, gain {gain:.4f}", end="")
    print(f" ({gain - half:.4f} to {gain + half:.4f})")

# %% [markdown]
# As shares of PCA's error:

# %%
by_pca, (gain, half) = straight[16].mean(), gain_of(16)
found("test_pca_16", by_pca, "On the test pictures, PCA with 16: {:.4f}.")
found("test_deep_16", by_pca - gain, "The deep network: {:.4f}.")
sentence = "Even at the low end of the interval, depth saves {:.0%} of PCA's error."
found("least_gain_16", (gain - half) / by_pca, sentence)
gain = gain_of(64)[0] / straight[64].mean()
found("gain_64", gain, "With 64 numbers it saves {:.0%} (below zero, PCA won).")

# %% [markdown]
# **Who guards the shops best?** All test pictures of the shop's own kind are ordinary,
# and 100 of the others walk in, drawn anew for each random start.


# %%
def visit(kind, seed):
    """Return test pictures of one kind with 100 strangers, and who is a stranger."""
    others = np.flatnonzero(y_test != kind)
    guests = np.random.default_rng(seed).choice(others, 100, replace=False)
    where = np.concatenate([np.flatnonzero(y_test == kind), guests])
    return x_test[where], y_test[where] != kind


# %% [markdown]
# Every detector judges the same visitors.

# %%
precision = {name: np.zeros((len(SHOPS), SEEDS)) for name in shops[SANDAL][0]}
for row, (kind, starts) in enumerate(shops.items()):
    for seed, detectors in enumerate(starts):
        pictures, stranger = visit(kind, seed)
        for name, detector in detectors.items():
            precision[name][row, seed] = average_precision(detector(pictures), stranger)

# %% [markdown]
# Read it by columns, one for each shop: which detector has the darkest cell?

# %%
plot.heatmap(
    np.array([values.mean(axis=1) for values in precision.values()]),
    x=[classes[kind] for kind in SHOPS],
    y=list(precision),
    x_title="what the shop sells",
    value_title="average precision",
    number=".2f",
    title="Average precision, mean over the starts",
    subtitle=f"A random order would get {100 / 1100:.2f}.",
)

# %% [markdown]
# Where two means are close, look at the spans: a detector that depends on its random
# start wins one day and loses the next.

# %%
for name, values in precision.items():
    spans = [f"{row.mean():.3f} ({row.min():.3f} to {row.max():.3f})" for row in values]
    print(f"{name:17}", "   ".join(spans))

# %% [markdown]
# Who has won, over all shops and shop by shop:

# %%
means = np.array([values.mean(axis=1) for values in precision.values()])
lead = means[0].mean() - means[1:].mean(axis=1).max()
sentence = "Over all shops, its mean is {:+.3f} from that of the better rival."
found("shops_lead", lead, sentence)
won = np.mean(means.argmax(axis=0) == 0)
sentence = "The autoencoder is the best of the three in {:.0%} of the shops."
found("shops_won", won, sentence, predicted="13.winner")

# %% [markdown]
# **And the bank?** The same three, on the last four months:

# %%
caught = {
    name: [average_precision(bank[name](features[last]), fraud[last]) for bank in banks]
    for name in banks[0]
}

# %% [markdown]
# The simplest rule there is looks at the largest amounts first. It needs no machine,
# and whatever does not beat it is not worth its electricity.

# %%
caught["largest amounts first"] = [average_precision(features[last, 0], fraud[last])]

# %% [markdown]
# And one that is not on equal terms: boosted trees that get the labels known at the end
# of June.

# %%
from sklearn.ensemble import HistGradientBoostingClassifier

TREES = 10 if PROFILE == "smoke" else 100
informed = HistGradientBoostingClassifier(max_iter=TREES, random_state=0)
informed.fit(features[first], known[first])
with_labels = informed.predict_proba(features[last])[:, 1]
caught["trees with labels"] = [average_precision(with_labels, fraud[last])]

# %% [markdown]
# How much of the fraud does each bring to the top of the list?

# %%
plot.bars(
    list(caught),
    [np.mean(values) for values in caught.values()],
    low=[np.min(values) for values in caught.values()],
    high=[np.max(values) for values in caught.values()],
    x_title="average precision on the last four months, and its range over the starts",
    number=".3f",
    title="Fraud, with and without labels",
)

# %% [markdown]
# Against the share of fraud, which is what guessing would get:

# %%
found("fraud_share", fraud[last].mean(), "A random order would get {:.3f}.")
found("fraud_autoencoder", np.mean(caught["autoencoder"]), "The autoencoder: {:.3f}.")
found("fraud_pca", np.mean(caught["PCA"]), "PCA: {:.3f}.")
found("fraud_forest", np.mean(caught["isolation forest"]), "The forest: {:.3f}.")
found("fraud_amount", caught["largest amounts first"][0], "The largest first: {:.3f}.")
found("fraud_labels", caught["trees with labels"][0], "Trees with labels: {:.3f}.")

# %% [markdown]
# And in money, at the prices that we assumed, with the threshold that summer chose:

# %%
never = MISS * 1000 * fraud[last].mean()
now = bill(banks[0]["autoencoder"](features[last]), fraud[last], threshold)
sentence = "With summer's threshold, alarms save {:.0%} of what fraud costs without."
found("saved_by_alarms", 1 - now / never, sentence)

# %% [markdown]
# The error finds frauds far better than chance, without a single label. And many frauds
# are invisible to it, because they do not *look* unusual: a stolen card buys what cards
# buy. Unusual and criminal are two different things. Where labels exist, even few and
# late ones, they are worth more than any clever guess at what is normal. What
# reconstruction adds is the kind of fraud that nobody has reported yet, and that is how
# [Amazon's
# guidance](https://github.com/aws-solutions-library-samples/fraud-detection-using-machine-learning)
# uses its unsupervised detector: beside a model with labels, not in its place.
#
# ## Something to keep
#
# A wardrobe of 48 pieces that nobody has sewn. You wrote the loss, the draw and the
# network; the rest is sixteen random numbers for each.

# %%
collection = np.random.default_rng(13).normal(size=(48, 16))
plot.images(
    copied(painter, collection).reshape(-1, 28, 28),
    columns=8,
    title="The collection of this run",
)

# %% [markdown]
# Are they copies? For the first six we look for the nearest of 2,000 training pictures,
# by squared distance:

# %%
new = copied(painter, collection[:6])
distances = ((new[:, None] - x_train[None, :2000]) ** 2).sum(axis=2)
nearest = x_train[distances.argmin(axis=1)]
assert distances.min() > 0

# %% [markdown]
# Above what was invented, below what comes nearest to it. Compare sleeves, collars and
# stripes: what has the painter left out?

# %%
plot.images(
    np.concatenate([new, nearest]).reshape(-1, 28, 28),
    titles=["new"] * 6 + ["nearest"] * 6,
    columns=6,
    title="Relatives, not copies",
)

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "13.quiz.linear",
    "An autoencoder without activations, with a code of 10 numbers, is trained for "
    "very long. What does its code share with PCA's first 10 directions?",
    {
        "each number is one of PCA's directions": (
            "The error does not change when the code's axes are turned together."
        ),
        "the space, but not the axes": (
            "The same flat sheet, cut into numbers in another way."
        ),
        "nothing": "Its error ends at PCA's, and only one space has that error.",
    },
    right="the space, but not the axes",
)

# %%
quiz(
    "13.quiz.trick",
    "Why is the code computed as mean + spread · noise, and not simply drawn from the "
    "cloud?",
    {
        "it is faster": "Both need one draw a number.",
        "so that slopes reach mean and spread": (
            "The noise is an input then, and the code a smooth function of both."
        ),
        "so that the noise is the same every time": (
            "It is drawn anew each time; fixed noise would be a plain autoencoder with "
            "an odd shift."
        ),
    },
    right="so that slopes reach mean and spread",
)

# %%
quiz(
    "13.quiz.divergence",
    "A variational autoencoder is trained without the divergence. What will its "
    "spreads do?",
    {
        "grow without end": "Wide clouds blur the copies, and the error punishes that.",
        "shrink towards zero": (
            "A point is easier to redraw than a cloud, so it becomes a plain "
            "autoencoder, holes included."
        ),
        "stay near 1": "Only the divergence holds them there.",
    },
    right="shrink towards zero",
)

# %%
quiz(
    "13.quiz.anomaly",
    "A detector trained on good welds gives a photo a very low reconstruction error. "
    "What follows?",
    {
        "the weld is good": (
            "A black photo or a faded one could have a low error as well."
        ),
        "the photo is easy to redraw": (
            "That, and no more. Check brightness and contrast before you trust it."
        ),
        "the photo was in the training set": "New and simple ones are easy, too.",
    },
    right="the photo is easy to redraw",
)

# %% [markdown]
# ## What this page leaves out
#
# The squared error is a poor critic: it forgives blur and punishes a shirt that is one
# pixel to the left. Today's picture generators do use an autoencoder, but train it with
# a loss that looks at features and with a critic network ([Esser and others,
# 2021](https://arxiv.org/abs/2012.09841)), and they do not draw codes from a normal
# distribution: a second network turns noise into codes step by step. Lesson 14 brings
# the critic. "Variational" also covers far more than one cloud for each picture;
# [Kingma and Welling's introduction](https://doi.org/10.1561/2200000056) is the place
# to go on.
#
# Our comparison at equal code size counts numbers, not bits, and says nothing about the
# size of the decoder, which a receiver needs as well. As a compressor for files, all of
# this is beaten by methods made for it.
#
# "Anomalies have a high reconstruction error" is too strong, as the faded sandals
# showed, and which detector wins depends on what is ordinary. The bank's data are
# drawn, its prices invented, and its fraudsters do not react to the guard. Real ones
# do.
#
# In the lab you write PCA, both halves of the variational loss, the draw, a detector
# that is fitted on ordinary things only, and the threshold that costs least.
