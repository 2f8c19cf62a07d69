# %% [markdown] tags=["sourced"]
# **Can a network learn to draw when nobody shows it what was wrong, and all it hears is
# "I can tell"?**
#
# Two networks play against each other: one makes things up, the other tells them from
# real ones, and each is the other's teacher ([Goodfellow and others,
# 2014](https://arxiv.org/abs/1406.2661)). Faces of people who do not exist came out of
# that ([Karras and others, 2018](https://arxiv.org/abs/1812.04948)). It is often said
# to be the engine of DALL-E and of Adobe's Firefly as well, and it is not: [the first
# DALL-E](https://arxiv.org/abs/2102.12092) writes pictures piece by piece, as lesson 12
# wrote words, and [the second](https://arxiv.org/abs/2204.06125) takes noise away step
# by step. What is true in it is smaller, and this page ends there.
#
# When you leave, you will be able to
#
# - write both losses and their slopes, and say why one of them can fall silent,
# - train the two by hand until eight clumps of points are covered, and break and mend
#   that,
# - paint clothes of a kind that you name,
# - measure how good made pictures are by a Fréchet distance, and say what it misses,
# - judge whether made pictures help a classifier that has few labels.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: one core is best

import keras
import numpy as np

from layerwise import data, explore, plot, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
# ## Two losses
#
# A *generator* turns random numbers into points or pictures. A *critic* gives each one
# it sees a score: high for "real", low for "made". (Papers call it *discriminator*.)
# The sigmoid turns the score into a probability, and the critic's loss is the
# cross-entropy that you know: for a real one, minus the logarithm of the probability
# that it is real; for a made one, of the probability that it is not.


# %%
def sigmoid(scores):
    """Return 1 / (1 + exp(-scores)), written so that it cannot overflow."""
    return (1 + np.tanh(scores / 2)) / 2


# %% [markdown]
# Minus the logarithm of a sigmoid is $\log(1 + e^{-s})$, and NumPy has it as
# `logaddexp`, which a score of 500 does not trouble. So the critic's loss is one line:


# %%
def critic_loss(real, made):
    """Return the critic's loss for the scores of as many real as made ones."""
    return (np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()) / 2


# %% [markdown]
# To Keras it is one classifier with the labels 1 and 0:

# %%
real, made = rng.normal(2, 1, (50, 1)), rng.normal(-1, 1, (50, 1))
labels = np.concatenate([np.ones((50, 1)), np.zeros((50, 1))])
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
by_keras = float(cross_entropy(labels, np.concatenate([real, made])))
assert np.isclose(critic_loss(real, made), by_keras, atol=1e-5)

# %% [markdown]
# And the generator? It wants the opposite. There are two ways to write that down. The
# first takes the critic's loss for the made ones and makes it *larger*: one number, one
# player down, one up, and so the name *minimax*. We return the slope for each score
# beside the loss, since it is the slopes that will move the generator.


# %%
def minimax(made):
    """Return the generator's loss, and its slope for each score."""
    return -np.logaddexp(0, made).mean(), -sigmoid(made) / len(made)


# %% [markdown]
# The second calls the made ones real, and makes the cross-entropy of *that* smaller. It
# is called *non-saturating*, for a reason that the slopes will show.


# %%
def non_saturating(made):
    """Return the other loss of the generator, and its slope for each score."""
    return np.logaddexp(0, -made).mean(), (sigmoid(made) - 1) / len(made)


# %% [markdown]
# In Keras, the labels decide between the two:

# %%
ones, zeros = np.ones_like(made), np.zeros_like(made)
assert np.isclose(non_saturating(made)[0], cross_entropy(ones, made), atol=1e-5)
assert np.isclose(minimax(made)[0], -cross_entropy(zeros, made), atol=1e-5)

# %% [markdown]
# And each slope must be what a nudge says. One of the scores goes up a little, then
# down a little; how much did the loss change on the way?

# %%
nudge = np.zeros_like(made)
nudge[3] = 1e-4
for loss in (minimax, non_saturating):
    by_nudge = (loss(made + nudge)[0] - loss(made - nudge)[0]) / 2e-4
    assert np.isclose(loss(made)[1][3, 0], by_nudge, atol=1e-7)

# %% [markdown]
# Both losses fall as the scores of made things rise. Now think of the beginning. The
# generator makes rubbish, and the critic has noticed: it gives a made point the score
# −6, which means "one in 400 that this is real".

# %%
predict(
    "14.slope",
    "At a score of −6, how much stronger does the non-saturating loss push the "
    "generator than the minimax loss?",
    ["equally strong: both want the score to rise", "about 6 times", "about 400 times"],
)

# %%
caught = np.array([[-6.0]])
ratio = non_saturating(caught)[1].item() / minimax(caught)[1].item()
sentence = "When it is caught, the non-saturating loss pushes {:.0f} times as strongly."
found("push_ratio", ratio, sentence, predicted="14.slope")

# %% [markdown]
# And at other scores? On the left of the figure the critic is sure that a point was
# made, on the right it is taken in. Compare the two curves on the left, where every
# generator begins.

# %%
scores = np.linspace(-8, 8, 161)
losses = {"minimax": minimax, "non-saturating": non_saturating}
plot.curves(
    {name: -loss(scores)[1] * len(scores) for name, loss in losses.items()},
    x=scores,
    x_title="score that the critic gives to a made point",
    y_title="push towards a higher score",
    title="Who is caught learns nothing from minimax",
)

# %% [markdown]
# The minimax loss is silent exactly where there is most to learn. The first paper says
# so already, and trains with the other one. Whether that matters depends on whether the
# critic ever becomes so sure; we will see both cases.
#
# ## Eight clumps on a ring
#
# Pictures come later. First something where we can see everything: points of the plane,
# in eight small round clumps. The critic gets real points and made points; the
# generator never sees a real one. Eight clumps far apart are a hard case on purpose:
# whoever covers only some of them has failed, and we will see it.

# %%
ANGLES = np.arange(8) * np.pi / 4
CENTRES = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
SPREAD = 0.1

# %% [markdown]
# A real point is a clump drawn at random, and a small step from its centre:


# %%


def real_points(count, rng):
    """Return points from the ring, shape (count, 2)."""
    near = CENTRES[rng.integers(8, size=count)]
    return (near + SPREAD * rng.normal(size=(count, 2))).astype("float32")


# %% [markdown]
# Both players are networks as in lesson 05: a list of weights and biases, here with two
# hidden layers. Their activation is a *leaky* relu. It lets a fifth of a negative
# number through, so that no unit ever stops passing slopes to the generator behind it.

# %%
LEAK = np.float32(0.2)


def fresh(sizes, rng):
    """Return weights and biases, one after the other, for layers of these sizes."""
    network = []
    for inputs, units in zip(sizes[:-1], sizes[1:]):
        weights = rng.normal(0, np.sqrt(2 / inputs), (inputs, units))
        network += [weights.astype("float32"), np.zeros(units, "float32")]
    return network


# %% [markdown]
# Forward, we keep what each layer was given; the slopes will need it. The last layer
# has no activation: points may lie anywhere, and so may scores.


# %%
def forward(network, x):
    """Return the network's answers, and what each layer was given."""
    given = []
    for weights, bias in zip(network[::2], network[1::2]):
        x = np.maximum(x, LEAK * x) if given else x
        given.append(x)
        x = x @ weights + bias
    return x, given


# %% [markdown]
# Backward, as in lesson 05, with one addition: the slopes of the *inputs* are returned
# as well. They say how the critic's verdict would change if a point moved. That is all
# that the generator will ever hear.


# %%
def backward(network, given, slope):
    """Return the slopes of all weights and biases, and those of the inputs."""
    slopes = []
    for layer in reversed(range(len(given))):
        slopes = [given[layer].T @ slope, slope.sum(axis=0), *slopes]
        slope = slope @ network[2 * layer].T
        if layer:
            slope = slope * np.where(given[layer] > 0, 1, LEAK)
    return slopes, slope


# %% [markdown]
# Each player has its own Adam, from lesson 04, and a short memory: of the mean slope,
# it forgets half at every step. What pushed in one direction a while ago may be wrong
# by now, because the other player has moved ([Radford and others,
# 2015](https://arxiv.org/abs/1511.06434)).


# %%
class Adam:
    """Move a network downhill, as Adam does; keeps what it remembers of the slopes."""

    def __init__(self, network):
        self.means = [np.zeros_like(one) for one in network]
        self.squares = [np.zeros_like(one) for one in network]
        self.count = 0

    def step(self, network, slopes, rate):
        self.count += 1
        rate *= np.sqrt(1 - 0.99**self.count) / (1 - 0.5**self.count)
        for one, slope, mean, square in zip(network, slopes, self.means, self.squares):
            mean += 0.5 * (slope - mean)
            square += 0.01 * (slope**2 - square)
            one -= np.float32(rate) * mean / (np.sqrt(square) + np.float32(1e-7))


# %% [markdown]
# The critic's slopes: real ones are pulled up, made ones are pushed down. Each score is
# pulled by what it is wrong by, probability minus label, as in lesson 02's classifier.


# %%
def critic_slopes(critic, real, made):
    """Return the critic's loss and the slopes of its weights."""
    scores, given = forward(critic, np.concatenate([real, made]))
    from_real, from_made = np.split(scores, 2)
    slope = np.concatenate([sigmoid(from_real) - 1, sigmoid(from_made)]) / len(scores)
    return critic_loss(from_real, from_made), backward(critic, given, slope)[0]


# %% [markdown]
# The generator's slopes go *through* the critic. Noise becomes points, points become
# scores; then backward through the critic to the points, and from the points backward
# through the generator. The critic's own slopes are thrown away on the way: this is not
# its turn. (`pack` is how many points the critic sees side by side, in one row. For now
# it is one.)


# %%
def generator_slopes(generator, critic, noise, loss=non_saturating, pack=1):
    """Return the generator's loss and the slopes of its weights."""
    points, given = forward(generator, noise)
    scores, seen = forward(critic, points.reshape(-1, 2 * pack))
    value, slope = loss(scores)
    _, to_points = backward(critic, seen, slope)
    return value, backward(generator, given, to_points.reshape(-1, 2))[0]


# %% [markdown]
# A slope that is wrong by a factor would still train something, only badly, and one
# would blame the game. So is that what Keras does? We give it the same weights, as
# layers:


# %%
def as_keras(network):
    """Return a Keras network with these weights."""
    layers = [keras.Input((len(network[0]),))]
    for bias in network[1::2]:
        layers += [keras.layers.Dense(len(bias)), keras.layers.LeakyReLU(0.2)]
    made = keras.Sequential(layers[:-1])
    made.set_weights(network)
    return made


# %% [markdown]
# Then one step of plain gradient descent with a learning rate of 1, so that the weights
# change by exactly their slopes:


# %%
def change(network, x, labels):
    """Return how one step of plain gradient descent changes a Keras network."""
    before = network.get_weights()
    network.compile(keras.optimizers.SGD(1.0), cross_entropy)
    network.train_on_batch(x, labels)
    return [old - new for old, new in zip(before, network.get_weights())]


# %% [markdown]
# The critic's turn first, on 32 real points and 32 that an untrained generator made:

# %%
generator, critic = fresh([2, 64, 64, 2], rng), fresh([2, 64, 64, 1], rng)
real, noise = real_points(32, rng), rng.normal(size=(32, 2)).astype("float32")
made, _ = forward(generator, noise)
labels = np.repeat([[1.0], [0.0]], 32, axis=0)
theirs = change(as_keras(critic), np.concatenate([real, made]), labels)
for ours, other in zip(critic_slopes(critic, real, made)[1], theirs):
    assert np.allclose(ours, other, atol=1e-5)

# %% [markdown]
# For the generator's turn, a copy of the critic stands behind it and all labels say
# "real". The copy must not learn. Without `trainable = False` the critic would be taught,
# in its opponent's turn, that forgeries are genuine.

# %%
frozen = as_keras(critic)
frozen.trainable = False
both = keras.Sequential([keras.Input((2,)), as_keras(generator), frozen])
theirs = change(both, noise, np.ones((32, 1)))
for ours, other in zip(generator_slopes(generator, critic, noise)[1], theirs):
    assert np.allclose(ours, other, atol=1e-5)

# %% [markdown]
# Now the game itself, and it is short: a step of the critic, then one of the generator.
# Each gets fresh noise, two random numbers for every point.

# %%
BATCH = 64


def numbers(rng, pack):
    """Return what the generator makes its points of: two random numbers for each."""
    return rng.normal(size=(BATCH * pack, 2)).astype("float32")


# %% [markdown]
# `turns` is how many steps the generator takes each time. For now it is one, too.


# %%
def round_of(players, adams, rng, rate, loss, pack, turns):
    """Take one step of the critic and `turns` of the generator; return both losses."""
    made, _ = forward(players[0], numbers(rng, pack))
    real = real_points(BATCH * pack, rng)
    rows = [points.reshape(BATCH, 2 * pack) for points in (real, made)]
    of_critic, slopes = critic_slopes(players[1], *rows)
    adams[1].step(players[1], slopes, rate)
    for _ in range(turns):
        noise = numbers(rng, pack)
        of_generator, slopes = generator_slopes(*players, noise, loss, pack)
        adams[0].step(players[0], slopes, rate)
    return of_critic, of_generator


# %% [markdown]
# The step sizes shrink towards zero, so that the game comes to rest. At four moments we
# keep the points that the generator makes of the same 2,000 pairs of numbers: the same
# ones each time, so that a point can be followed with the eye.

# %%
ROUNDS = {"smoke": 60, "quick": 3000, "full": 5000}[PROFILE]
SEEDS = {"smoke": 2, "quick": 3, "full": 5}[PROFILE]


def duel(seed, loss=non_saturating, pack=1, turns=1, rounds=ROUNDS):
    """Train both; return the made points at four moments, and the losses."""
    rng = np.random.default_rng(seed)
    players = fresh([2, 64, 64, 2], rng), fresh([2 * pack, 64, 64, 1], rng)
    adams = [Adam(player) for player in players]
    fixed = rng.normal(size=(2000, 2)).astype("float32")
    points, losses = {}, []
    for step in range(1, rounds + 1):
        rate = 0.002 * (1 - step / rounds)
        losses.append(round_of(players, adams, rng, rate, loss, pack, turns))
        if step in (rounds // 15, rounds // 6, rounds // 2, rounds):
            points[step] = forward(players[0], fixed)[0]
    return points, np.array(losses)


# %% [markdown]
# Two figures will say how good the points are: the number of clumps that are *held*,
# which means that they get at least a quarter of the points they should, and the share
# of points within three spreads of a centre.


# %%
def coverage(points):
    """Return how many clumps are held, and the share of points near a centre."""
    distance = np.linalg.norm(points[:, None] - CENTRES, axis=2)
    near = distance.argmin(axis=1)[distance.min(axis=1) < 3 * SPREAD]
    counts = np.bincount(near, minlength=8)
    return np.sum(counts >= len(points) / 32), len(near) / len(points)


# %% [markdown]
# Neither figure alone would do. All points in one clump would have a perfect share, and
# a smear all along the circle would hold every clump. Of a game, both count at its end:


# %%
def ends(games):
    """Return clumps held and share near a centre at the end of each game."""
    return np.array([coverage(list(points.values())[-1]) for points, _ in games])


# %% [markdown]
# The same game from several random starts, since one could be luck:

# %%
plain = [duel(seed) for seed in range(SEEDS)]
ring = real_points(400, rng)

# %% [markdown]
# Here is the first of them. The hollow points are the ring, and nobody ever shows them
# to the generator: all that it has is the critic's opinion of its own points.


# %%
def film(game):
    """Return the points of a game with a caption for each moment."""
    return {f"round {step:,}": points for step, points in game[0].items()}


plot.clouds(ring, film(plain[0]), title="From noise to a ring, by verdicts alone")

# %% [markdown]
# A smear first, which wanders; then the ring. What stays are thin bridges, since a
# smooth function of two random numbers cannot jump from clump to clump. And count the
# clumps:

# %%
for held, near in ends(plain):
    print(f"{held:.0f} of 8 clumps held, {near:.0%} of the points near a centre")
found("plain_held", ends(plain)[:, 0].mean(), "On average {:.2f} of 8 clumps are held,")
found("plain_near", ends(plain)[:, 1].mean(), "and {:.0%} of the points are near one.")

# %% [markdown]
# Now the theatre, with step sizes that do not shrink. Press Play and watch the purple
# lines: they are what the generator hears, the direction in which the critic would let
# each point pass more easily. The ground is the critic's opinion of every place. Choose
# the other loss, and see what becomes of the lines; then raise the blur, and see what
# becomes of the ground.

# %%
explore.duel()

# %% [markdown]
# ### Does the silent loss lose?
#
# At the score −6 it was hundreds of times weaker. A curve is an argument, though, and
# no experiment. So let it play.

# %%
predict(
    "14.minimax",
    "The same random starts with the minimax loss. What comes of it?",
    [
        "hardly a point near a centre: it never gets going",
        "between half and all of what the other loss reached",
        "the same or better",
    ],
)

# %%
silent = [duel(seed, loss=minimax) for seed in range(SEEDS)]
share = ends(silent)[:, 1].mean() / ends(plain)[:, 1].mean()
sentence = "The minimax loss brings {:.0%} as many points near a centre as the other."
found("minimax_near", share, sentence, predicted="14.minimax")

# %% [markdown]
# It gets going. For the loss to fall silent the critic must be *sure*, and the slope of
# the minimax loss is, for each point, exactly the chance that the critic gives it. How
# small did that get? The generator's loss is minus the logarithm of this chance, on
# average over a batch, so its highest value tells.

# %%
surest = np.exp(-np.mean([losses[:, 1].max() for _, losses in plain]))
sentence = "At its surest moment the critic still gave made points a chance of {:.0%}."
found("surest", surest, sentence)

# %% [markdown]
# That is weak, and far from silent. On the plane, clumps and bridges overlap too much
# for a sure critic. A picture has hundreds of pixels by which it can be caught;
# remember to look there again.

# %% [markdown]
# ## Collapse
#
# Who learns faster? So far both took a step by turns. Now the generator gets ten for
# each of the critic's, in fewer rounds, so that it can answer every verdict thoroughly.

# %%
predict(
    "14.turns",
    "Ten steps of the generator for each of the critic's. How many clumps are held at "
    "the end?",
    ["all eight: it learns more in each round", "about as before", "three or fewer"],
)

# %%
FEWER = ROUNDS * 4 // 15
collapsed = [duel(seed, turns=10, rounds=FEWER) for seed in range(SEEDS)]
sentence = "With ten steps to one, {:.2f} of 8 clumps are held on average."
found("collapsed_held", ends(collapsed)[:, 0].mean(), sentence, predicted="14.turns")

# %% [markdown]
# Here is the game in which they crowd the most. Look at the moments one by one: is it
# each time the same place?

# %%
tightest = min(collapsed, key=lambda game: list(game[0].values())[-1].std(axis=0).sum())
plot.clouds(ring, film(tightest), title="Ten to one: all run after one verdict")

# %% [markdown]
# This is *mode collapse*. Nothing in the generator's loss asks for variety. Each point
# is judged alone, and the best answer to a critic that holds still is to send *every*
# point where its score is highest. Then the critic learns that this place is
# suspicious, and all points leave it together. They hunt each other for ever, and when
# the step sizes reach zero, the points are wherever the hunt stopped.
#
# Could you have seen it in the losses? A critic that cannot tell at all has a loss of
# $\log 2$, and theory says that this is where a perfect game ends.


# %%
def late(games, player):
    """Return a player's loss over the second half of the games, on average."""
    return np.mean([losses[len(losses) // 2 :, player].mean() for _, losses in games])


# %% [markdown]
# Which of the two games would you have called the better one, by these figures?

# %%
found("log_two", np.log(2), "log 2 is {:.3f}.")
found("late_plain", late(plain, 0), "The critic's loss in the good games: {:.3f}.")
found("late_collapsed", late(collapsed, 0), "In the collapsed ones: {:.3f}.")

# %% [markdown]
# By its loss, the collapsed game is the better one. A loss says how a player fares
# against *this* opponent; the slow critic is an easy one. It says nothing about the
# points. Look at samples, always.
#
# ### A cure
#
# Judge more than one point at a time. Let the critic see *two* points side by side,
# both real or both made. A pair that lies in one and the same clump is no longer
# innocent: of real pairs, only one in eight does. This is *packing* ([Lin and others,
# 2017](https://arxiv.org/abs/1712.04086)), and all it takes is to write two points into
# one row. That is what `pack` is for.

# %%
predict(
    "14.pack",
    "Again ten steps to one, and the critic sees pairs. How many clumps are held?",
    ["three or fewer", "about half", "all eight"],
)

# %%
packed = [duel(seed, pack=2, turns=10, rounds=FEWER) for seed in range(SEEDS)]
held, near = ends(packed).min(axis=0)
sentence = "With pairs, the worst of the games holds {:.0f} of 8 clumps,"
found("packed_held", held, sentence, predicted="14.pack")
found("packed_near", near, "and in the worst, {:.0%} of the points are near a centre.")

# %% [markdown]
# The same ten to one as before, and nothing else has been changed:

# %%
plot.clouds(ring, film(packed[0]), title="The same ten to one, judged in pairs")

# %% [markdown]
# All games beside each other. The lines on the bars reach from the worst start to the
# best: a cure that works for one start in three is none.

# %%
games = {
    "by turns": plain,
    "by turns, minimax": silent,
    "ten to one": collapsed,
    "ten to one, in pairs": packed,
}
clumps = np.array([ends(one)[:, 0] for one in games.values()])
plot.bars(
    list(games),
    clumps.mean(axis=1),
    low=clumps.min(axis=1),
    high=clumps.max(axis=1),
    x_title="clumps held of eight, mean and range over the starts",
    title="What was covered",
)

# %% [markdown] tags=["sourced"]
# There are many other cures: statistics of a whole batch as an input for the critic
# ([Salimans and others, 2016](https://arxiv.org/abs/1606.03498)), noise on everything
# it sees ([Sønderby and others, 2016](https://arxiv.org/abs/1610.04490)), which is the
# theatre's `blur`, or a learning rate for each player ([Heusel and others,
# 2017](https://arxiv.org/abs/1706.08500)), which you have there as well. Here the
# generator's is ten times the critic's. Press Play and see the points run; then turn
# the balance, without beginning anew, until most of the clumps are held.

# %%
explore.duel(generator_rate=0.01, critic_rate=0.001)

# %% [markdown]
# ## Clothes, on demand
#
# Now pictures: the clothes of the last lessons, all ten kinds.

# %%
clothing = data.load("clothing", source="best" if PROFILE == "full" else "bundled")
classes = clothing.classes
clothing

# %% [markdown]
# Their values go from −1 to 1 here, since the generator ends in a tanh. A part is held
# out, to measure by; the test pictures stay sealed until the end.

# %%
order = np.random.default_rng(0).permutation(len(clothing.x_train))
pictures = clothing.x_train[order, :, :, None] / np.float32(127.5) - 1
x_validation, x_train = pictures[:2000], pictures[2000:]
y_validation, y_train = clothing.y_train[order[:2000]], clothing.y_train[order[2000:]]
if PROFILE == "smoke":
    x_train, y_train = x_train[:1000], y_train[:1000]

# %% [markdown]
# Two convolutional networks will play. What both need:

# %%
from keras.layers import BatchNormalization, Conv2D, Conv2DTranspose, Dense, LeakyReLU

NOISE = 32
FILTERS = {"smoke": (4, 8), "quick": (16, 32), "full": (32, 64)}[PROFILE]
slide = {"kernel_size": 4, "strides": 2, "padding": "same"}

# %% [markdown]
# We want to be able to *order* a kind, so the generator gets a wish beside its noise:
# ten numbers, a 1 at the kind that is wanted. Then coarse to fine, with lesson 13's
# `Conv2DTranspose`: 7 × 7 fields become 14 × 14, and these the 28 × 28 of a picture.


# %%
def painter():
    """Return an untrained generator: from noise and a wish to pictures."""
    noise, wish = keras.Input((NOISE,)), keras.Input((10,))
    signal = keras.layers.Concatenate()([noise, wish])
    signal = Dense(7 * 7 * FILTERS[1], use_bias=False)(signal)
    signal = LeakyReLU(0.2)(BatchNormalization(momentum=0.9)(signal))
    signal = keras.layers.Reshape((7, 7, FILTERS[1]))(signal)
    signal = Conv2DTranspose(FILTERS[0], use_bias=False, **slide)(signal)
    signal = LeakyReLU(0.2)(BatchNormalization(momentum=0.9)(signal))
    picture = Conv2DTranspose(1, activation="tanh", **slide)(signal)
    return keras.Model([noise, wish], picture)


# %% [markdown] tags=["sourced"]
# The critic has to know the wish as well: a perfect boot is a forgery where a bag was
# ordered. It finds 64 numbers in the picture, its *features*, and gives two verdicts,
# which are added up: is this real, and is it such a thing? For the second, each kind
# has 64 weights of its own ([Miyato and Koyama,
# 2018](https://arxiv.org/abs/1802.05637)). `Dropout` keeps it from learning the real
# pictures by heart.


# %%
def referee():
    """Return an untrained critic: from a picture and a wish to one score."""
    picture, wish = keras.Input((28, 28, 1)), keras.Input((10,))
    signal = picture
    for filters in FILTERS:
        signal = LeakyReLU(0.2)(Conv2D(filters, **slide)(signal))
        signal = keras.layers.Dropout(0.3)(signal)
    features = LeakyReLU(0.2)(Dense(64)(keras.layers.Flatten()(signal)))
    is_real = Dense(1)(features)
    is_such = keras.layers.Dot(axes=1)([features, Dense(64, use_bias=False)(wish)])
    return keras.Model([picture, wish], keras.layers.Add()([is_real, is_such]))


# %% [markdown]
# The game is the one you have written. Only the slopes are left to Keras now: the
# critic is a classifier that is trained on one batch, and the generator is trained
# through a frozen copy of it, which gets the critic's newest weights before every turn.

# %%
generator, critic, frozen = painter(), referee(), referee()
frozen.trainable = False
chain = keras.Model(generator.inputs, frozen([generator.output, generator.inputs[1]]))

# %% [markdown]
# Each of the two has an Adam of its own, with the short memory from above, and a step
# size that shrinks to zero:

# %%
TURNS = {"smoke": 12, "quick": 800, "full": 2500}[PROFILE]
for network in (critic, chain):
    rate = keras.optimizers.schedules.CosineDecay(0.002, TURNS)
    network.compile(keras.optimizers.Adam(rate, beta_1=0.5), cross_entropy)

# %% [markdown]
# Figures want values from 0 to 1, and the networks want wishes:


# %%
def ink(pictures):
    """Return pictures with values from 0 to 1, as figures like them."""
    return pictures[..., 0] / 2 + 0.5


def wishes(kinds):
    """Return kinds as rows of ten numbers with a single 1."""
    return np.eye(10, dtype="float32")[kinds]


# %% [markdown]
# One turn is five acts: make pictures, show them to the critic among as many real ones,
# let it learn, copy its weights, let the generator learn through the copy. Made
# pictures carry the same wishes as the real ones, so that the critic cannot tell them
# apart by which kinds occur.

# %%
PICTURES = 32  # in a batch
REAL_THEN_MADE = np.repeat([[1.0], [0.0]], PICTURES, axis=0)


def one_turn(real, wish, rng):
    """Train the critic on a batch, then the generator; return both losses."""
    noise = rng.normal(size=(2, len(real), NOISE)).astype("float32")
    made = keras.ops.convert_to_numpy(generator([noise[0], wish], training=True))
    both = [np.concatenate([real, made]), np.concatenate([wish, wish])]
    of_critic = critic.train_on_batch(both, REAL_THEN_MADE)
    frozen.set_weights(critic.get_weights())
    of_generator = chain.train_on_batch([noise[1], wish], np.ones((len(real), 1)))
    return float(of_critic), float(of_generator)


# %% [markdown]
# And the loop, which can stop to show what has become of the pictures. Keras's line of
# progress has to be driven by hand, since this is no `fit`.


# %%
def line_of(steps):
    """Return a line that says how far a loop of so many steps is."""
    line = train.Progress()
    line.set_params({"epochs": 1, "steps": steps})
    line.on_train_begin()
    line.on_epoch_begin(0)
    return line


# %% [markdown]
# Everything that is drawn at random comes from the one generator of random numbers with
# this `seed`, so that a game can be played again.


# %%
def alternate(pictures, kinds, steps, seed, watch=lambda step: None):
    """Let both learn by turns; return the losses of every step."""
    rng, losses, line = np.random.default_rng(seed), [], line_of(steps)
    for step in range(1, steps + 1):
        rows = rng.integers(len(pictures), size=PICTURES)
        losses.append(one_turn(pictures[rows], wishes(kinds[rows]), rng))
        line.on_train_batch_end(step, {"generator loss": losses[-1][1]})
        watch(step)
    line.on_epoch_end(0)
    line.on_train_end()
    return np.array(losses)


# %% [markdown]
# ## How good is a made picture?
#
# Before the game begins we need a measure, because the losses will not tell us: each of
# them says how one player fares against *this* other one. Two simple questions.
#
# **Is it what was ordered?** A classifier that has learned from real clothes names the
# made ones. It is a small convnet, with a layer of 32 numbers before its scores.

# %%
judge = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        Conv2D(16, 3, 2, "same", activation="relu"),
        Conv2D(32, 3, 2, "same", activation="relu"),
        keras.layers.Flatten(),
        Dense(32, activation="relu"),
        Dense(10),
    ]
)

# %% [markdown]
# It learns from the training pictures as any classifier does, and takes no part in the
# game: a judge whom a player can teach is no judge.

# %%
EPOCHS = {"smoke": 1, "quick": 6, "full": 15}[PROFILE]
rate = keras.optimizers.schedules.CosineDecay(0.004, EPOCHS * len(x_train) // 100)
names_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
judge.compile(keras.optimizers.Adam(rate), names_loss, metrics=["accuracy"])
settings = {"batch_size": 100, "epochs": EPOCHS, "verbose": 0}
history = judge.fit(x_train, y_train, callbacks=[train.Progress()], **settings)

# %% [markdown]
# How far can it be trusted? Its own errors are the ceiling for every made picture:

# %%
named_real = judge.evaluate(x_validation, y_validation, batch_size=500, verbose=0)[1]
sentence = "The judge names {:.1%} of unseen real clothes rightly."
found("named_real", named_real, sentence)

# %% [markdown] tags=["sourced"]
# **Do they vary as real ones do?** A generator that paints one perfect shirt for ever
# would please the judge. So compare *distributions*. The *Fréchet distance* takes the
# 32 numbers that stand before the judge's scores, for many real and for many made
# pictures, pretends that both clouds are normal, and asks how far one would have to be
# moved and stretched to become the other ([Dowson and Landau,
# 1982](https://doi.org/10.1016/0047-259X(82)90077-X)). With means $m$ and covariances
# $C$,
#
# $$\lVert m_1 - m_2 \rVert^2 + \operatorname{tr}\!\left(C_1 + C_2 - 2\,(C_1
# C_2)^{1/2}\right).$$
#
# The root is that of a matrix, not of its entries. Its trace is easier to have than the
# root itself: the sum of the roots of the eigenvalues of $C_1 C_2$. With the features
# of one fixed, much larger network this is the usual measure for pictures, "FID"
# ([Heusel and others, 2017](https://arxiv.org/abs/1706.08500)). Ours has another judge,
# so our numbers compare with each other and with no paper.


# %%
def frechet(real, made):
    """Return the Fréchet distance between two clouds, each (n, features)."""
    apart = np.sum((real.mean(axis=0) - made.mean(axis=0)) ** 2)
    spread_real, spread_made = np.cov(real.T), np.cov(made.T)
    eigenvalues = np.linalg.eigvals(spread_real @ spread_made).real
    roots = np.sqrt(np.maximum(eigenvalues, 0)).sum()
    return apart + np.trace(spread_real) + np.trace(spread_made) - 2 * roots


# %% [markdown]
# Tested where the answer is known. A cloud that is moved by a vector is the vector's
# squared length away. A cloud around zero that is stretched to twice its size is the
# sum of its variances away.

# %%
cloud = rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4))
other = rng.normal(size=(400, 4)) @ rng.normal(size=(4, 4)) + 1
cloud -= cloud.mean(axis=0)
assert np.isclose(frechet(cloud, cloud + [3, 0, 4, 0]), 25)
assert np.isclose(frechet(cloud, 2 * cloud), np.trace(np.cov(cloud.T)))

# %% [markdown]
# And for two clouds that have nothing to do with each other, by the formula as it is
# printed: SciPy has the root of a matrix.

# %%
from scipy.linalg import sqrtm

here, there = np.cov(cloud.T), np.cov(other.T)
moved = np.sum((cloud.mean(axis=0) - other.mean(axis=0)) ** 2)
stretched = np.trace(here + there - 2 * sqrtm(here @ there).real)
assert np.isclose(frechet(cloud, other), moved + stretched, atol=1e-5)

# %% [markdown]
# What the judge sees, as an array; `eye` is the judge without its last layer:

# %%
eye = keras.Model(judge.inputs, judge.layers[-2].output)


def seen_by(network, pictures):
    """Return what a network makes of pictures, as an array."""
    return network.predict(pictures, batch_size=500, verbose=0)


# %% [markdown]
# Two numbers to hold the others against: real clothes against other real clothes, the
# best one can hope for, and pure noise. The first is not zero, since two samples of one
# thing differ as well.

# %%
real_features = seen_by(eye, x_validation)
static = rng.uniform(-1, 1, size=(1000, 28, 28, 1)).astype("float32")
floor = frechet(real_features, seen_by(eye, x_train[:1000]))
found("floor", floor, "A thousand real clothes: {:.2f}.")
found("static", frechet(real_features, seen_by(eye, static)), "Noise: {:.0f}.")

# %% [markdown]
# ### A rival without a critic
#
# A distance means little until something simple has been measured by it. Our rival
# takes no time to train. For each kind: the mean picture, lesson 13's directions along
# which these pictures differ most, 40 of them, and a normal distribution along each.

# %%
DIRECTIONS = 40


def fitted(pictures, kinds):
    """Return, for each kind, its mean picture and its strongest directions."""
    portraits = []
    for kind in range(10):
        rows = pictures[kinds == kind].reshape(-1, 784)
        count = min(DIRECTIONS, len(rows) - 1)
        _, lengths, ways = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
        scaled = ways[:count] * lengths[:count, None] / np.sqrt(len(rows))
        portraits.append((rows.mean(axis=0), scaled))
    return portraits


# %% [markdown]
# To make a picture, take the mean of its kind, and go along each direction by a random
# length. That is a generator, too, and it never had an opponent.


# %%
def drawn(portraits, kinds, rng):
    """Return a picture of each kind that is asked for, drawn at random."""
    rows = []
    for kind in kinds:
        mean, ways = portraits[kind]
        rows.append(mean + rng.normal(size=len(ways)) @ ways)
    return np.clip(rows, -1, 1).reshape(-1, 28, 28, 1).astype("float32")


# %% [markdown]
# A thousand orders, a hundred of each kind, for whatever can make pictures. The painter
# fills them so:

# %%
ORDERED = np.arange(1000) % 10


def painted(kinds, seed=1):
    """Return pictures by the generator, one of each kind that is asked for."""
    noise = np.random.default_rng(seed).normal(size=(len(kinds), NOISE))
    return seen_by(generator, [noise.astype("float32"), wishes(kinds)])


# %% [markdown]
# Both figures for a thousand pictures:


# %%
def quality(made, reference=real_features):
    """Return the Fréchet distance, and the share that is named as ordered."""
    named = seen_by(judge, made).argmax(axis=1)
    return frechet(reference, seen_by(eye, made)), np.mean(named == ORDERED)


# %% [markdown]
# The rival goes first. Note its distance, before the game begins:

# %%
portraits = fitted(x_train, y_train)
rival = quality(drawn(portraits, ORDERED, rng))
found("rival_distance", rival[0], "The rival's pictures: a distance of {:.2f},")
found("rival_named", rival[1], "and {:.0%} of them are named as ordered.")

# %% [markdown]
# ## The game
#
# Now the two networks play, and at nine stops we measure.

# %%
predict(
    "14.rival",
    "After about a minute of training, which pictures are nearer to the real ones, by "
    "the Fréchet distance?",
    ["the GAN's", "the rival's, of means and directions", "about equal"],
)

# %%
STOPS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
MOMENTS = sorted({max(1, int(TURNS * share)) for share in STOPS})
track, sheet = {}, {}


def watch(step):
    """Measure at nine moments, and keep one picture of each kind."""
    if step in MOMENTS:
        made = painted(ORDERED)
        track[step], sheet[step] = quality(made), made[:10]


# %% [markdown]
# The whole game is one line now:

# %%
losses = alternate(x_train, y_train, TURNS, seed=0, watch=watch)

# %% [markdown]
# The same noise and the same ten wishes all the way, a row for each stop. Follow one
# column down: when can you tell what it is going to be?

# %%
shown = MOMENTS[1::2] + MOMENTS[-1:]
plot.images(
    ink(np.concatenate([sheet[step] for step in shown])),
    columns=10,
    title=f"Ten wishes, after {', '.join(map(str, shown))} turns",
)

# %% [markdown]
# And by the distance, at every stop, with the rival's as a line to pass. The scale is
# logarithmic, since the first distances are far larger than the last:

# %%
distances = np.array([track[step][0] for step in MOMENTS])
plot.curves(
    {"the two networks": distances, "means and directions": [rival[0]] * len(MOMENTS)},
    x=np.array(MOMENTS),
    x_title="turns",
    y_title="Fréchet distance",
    title="Distance to unseen real clothes, while they play",
).update_yaxes(type="log")

# %% [markdown]
# In numbers:

# %%
found("last_distance", distances[-1], "At the end the distance is {:.2f},")
sentence = "which is {:.2f} times the rival's."
found("gan_to_rival", distances[-1] / rival[0], sentence, predicted="14.rival")
found("fall", distances[0] / distances[-1], "It has fallen to one {:.0f}th on the way.")

# %% [markdown]
# It falls fast, and then it goes up and down: each player answers the other's last
# move. So one keeps the best generator and not the last, which is an exercise of the
# lab.
#
# And the losses? They were calm all the while, but for the beginning. Nothing in the next
# figure would have told you that the pictures became better from stop to stop.

# %%
plot.curves(
    dict(zip(("critic", "generator"), np.transpose(losses[: TURNS // 2]))),
    x_title="turn",
    y_title="loss",
    title="The first half of the game, by its losses",
)

# %% [markdown]
# Look at the left edge, where the generator's loss stands highest:

# %%
most = losses[:, 1].max()
found("forger_caught", np.exp(-most), "At worst, made pictures got a chance of {:.2%}.")

# %% [markdown]
# There it is, the sure critic: early in the game it gave made pictures hardly a chance,
# and with minimax the push would have been that small. Whether minimax would have
# recovered, as on the ring, this page has not tried.
#
# ## A wardrobe to order
#
# Eight of each kind, as they came:

# %%
plot.images(
    ink(painted(np.repeat(np.arange(10), 8), seed=14)),
    columns=8,
    title=f"Ordered: {', '.join(classes)}",
)
for_the_test = painted(ORDERED, seed=15), drawn(portraits, ORDERED, rng)

# %% [markdown]
# Each row is one kind, and the noise decides which one of that kind. The noise is also
# something to walk through. Take two draws, and steps on the way from one to the other.
# Not on the straight line: half-way between two long vectors of random numbers lies a
# short one, such as the generator has never met. On a quarter circle the length stays.

# %%
ends_of_walk = rng.normal(size=(3, 2, NOISE))
angle = np.linspace(0, np.pi / 2, 8)[:, None]
walks = [np.cos(angle) * one + np.sin(angle) * two for one, two in ends_of_walk]
walks = np.concatenate(walks).astype("float32")

# %% [markdown]
# The wish is held fixed in each row: the cut, the tone, the sleeves change, the kind
# does not.

# %%
plot.images(
    ink(seen_by(generator, [walks, wishes(np.repeat([1, 2, 9], 8))])),
    columns=8,
    title="Trousers, pullovers, boots: from one draw to another",
)

# %% [markdown]
# ## Do made pictures help a classifier?
#
# It is a tempting use. Labels are dear; a generator makes as many labelled pictures as
# you like. *Augmentation* by a GAN has been reported to help with [few scans of
# livers](https://arxiv.org/abs/1803.01229). Let us try it on equal terms: somebody has
# 20 labelled clothes of each kind, and nothing else. *Everything* has to come out of
# these 200 pictures, the generator's training included.
#
# The classifier is a support vector machine, as in lesson 07, here on the 40 strongest
# directions of its own training pictures.

# %%
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

EACH = 20


def classifier(pictures, kinds):
    """Return a classifier that has learned from these pictures."""
    machine = make_pipeline(PCA(40, whiten=True, random_state=0), SVC(C=3))
    return machine.fit(pictures.reshape(len(pictures), -1), kinds)


# %% [markdown]
# Plain augmentation needs no network: each picture is shifted by a pixel in four
# directions, and mirrored. And two makers of pictures, each fitted to the 200 alone:
# the rival of means and directions, and a GAN.


# %%
def shifted(pictures):
    """Return pictures mirrored, and shifted by a pixel to each side."""
    moves = [(1, 1), (1, 2), (-1, 1), (-1, 2)]
    moved = [np.roll(pictures, by, axis) for by, axis in moves]
    return np.concatenate([*moved, pictures[:, :, ::-1]])


# %% [markdown]
# To train a new GAN, untrained weights are put in, and the two optimisers forget.
# Weights of a first game that stayed behind would be knowledge of thousands of clothes,
# and nobody would see it.

# %%
untrained = painter().get_weights(), referee().get_weights()


def begin_again():
    """Put the untrained weights back, and empty the optimisers' memories."""
    for network, weights in zip((generator, critic), untrained):
        network.set_weights(weights)
    for variable in critic.optimizer.variables + chain.optimizer.variables:
        variable.assign(np.zeros(variable.shape))


# %% [markdown]
# One more, which is *not* on equal terms: our generator from above, which has seen
# thousands of labelled clothes. It stands for a mistake that is easily made: to train
# the generator on the whole collection, and then pretend that labels are few.

# %%
predict(
    "14.augment",
    "200 labelled clothes, and 1,000 more made from them. What does the GAN that knows "
    "only these 200 do to the accuracy?",
    ["it helps, by 2 points or more", "less than that", "it hurts, by 2 or more"],
)

# %%
DRAWS = {"smoke": 2, "quick": 4, "full": 5}[PROFILE]
FEW_TURNS = {"smoke": 4, "quick": 200, "full": 400}[PROFILE]
generous = painted(ORDERED, seed=3)

# %% [markdown]
# Each draw shuffles the training pictures. From the front of the row come the 20 of
# each kind, from its end a thousand more, for those who may have them.


# %%
def order_of(draw):
    """Return the positions of the training pictures in a random order."""
    return np.random.default_rng(draw).permutation(len(x_train))


def labelled(draw):
    """Return 20 training pictures of each kind, and their kinds."""
    order = order_of(draw)
    rows = [order[y_train[order] == kind][:EACH] for kind in range(10)]
    return x_train[np.concatenate(rows)], np.repeat(np.arange(10), EACH)


# %% [markdown]
# Six ways to go on from there:


# %%
def grown(few, kinds, draw):
    """Return six ways to add pictures to the few, as pairs of pictures and kinds."""
    portraits = fitted(few, kinds)
    begin_again()
    alternate(few, kinds, FEW_TURNS, seed=draw)
    real = order_of(draw)[-1000:]
    return {
        "nothing more": (few[:0], kinds[:0]),
        "1,000 more real ones": (x_train[real], y_train[real]),
        "shifted and mirrored": (shifted(few), np.tile(kinds, 5)),
        "made by the rival": (drawn(portraits, ORDERED, rng), ORDERED),
        "made by a GAN": (painted(ORDERED, seed=draw), ORDERED),
        "made by the GAN that saw all": (generous, ORDERED),
    }


# %% [markdown]
# Each draw of the 200 gives six classifiers, one of them with a thousand more pictures
# that are real, to hold the others against.

# %%
machines = []
for draw in range(DRAWS):
    few, kinds = labelled(draw)
    learned = {}
    for way, (more, names) in grown(few, kinds, draw).items():
        both = np.concatenate([few, more]), np.concatenate([kinds, names])
        learned[way] = classifier(*both)
    machines.append(learned)

# %% [markdown]
# ## The seal is broken
#
# Now the test pictures, for the first time and for everything at once.

# %%
counted = 500 if PROFILE == "smoke" else None
x_test = clothing.x_test[:counted, :, :, None] / np.float32(127.5) - 1
y_test = clothing.y_test[:counted]


def accuracy(machine):
    """Return the share of test pictures that a classifier names rightly."""
    return np.mean(machine.predict(x_test.reshape(-1, 784)) == y_test)


# %% [markdown]
# First these classifiers, against the one with 200 labels and nothing more, draw by
# draw, so that an easy draw does not favour anybody:

# %%
rights = {
    way: np.array([accuracy(learned[way]) for learned in machines])
    for way in machines[0]
}
alone = rights.pop("nothing more")
found("alone", alone.mean(), "With 200 labels and nothing more: {:.1%}.")

# %% [markdown]
# Bars to the right of zero are a help. Where a line crosses zero, these few draws
# cannot say even that much.

# %%
gains = {way: 100 * (value - alone) for way, value in rights.items()}
intervals = {way: train.interval(gain) for way, gain in gains.items()}
middle, half = np.transpose(list(intervals.values()))
plot.bars(
    list(gains),
    middle,
    low=middle - half,
    high=middle + half,
    x_title="points of accuracy gained, with 95% intervals over draws of the 200",
    number=".1f",
    title="What made pictures are worth",
)

# %% [markdown]
# In points:

# %%
gain = dict(zip(gains, middle))
found("gain_shifted", gain["shifted and mirrored"], "Shifting gains {:+.1f} points,")
found("gain_rival", gain["made by the rival"], "the rival's pictures {:+.1f},")
sentence = "the pictures of the GAN {:+.1f},"
found("gain_gan", gain["made by a GAN"], sentence, predicted="14.augment")
found("gan_high", sum(intervals["made by a GAN"]), "at best {:+.1f}.")
sentence = "and those of the GAN that knew all labels {:+.1f}."
found("gain_leak", gain["made by the GAN that saw all"], sentence)
found("gain_real", gain["1,000 more real ones"], "As many real ones: {:+.1f} points.")

# %% [markdown]
# And draw by draw, the rival's pictures against the GAN's, with everything else equal:

# %%
lead, half = train.interval(gains["made by the rival"] - gains["made by a GAN"])
found("lead", lead, "The rival's pictures are worth {:.1f} points more,")
found("lead_low", lead - half, "at the low end of the interval {:+.1f}.")

# %% [markdown]
# Neither of the two makers knows more than the 200 pictures. So nothing comes for free,
# and what a maker adds is an assumption. Shifting assumes that a shirt is still a shirt
# one pixel further on. The rival assumes that a kind varies along a few directions, and
# that is true enough of clothes. The GAN assumes little, and a critic that has seen 200
# pictures has little to teach.
#
# And the generator that has seen thousands? Look at the intervals before you read
# anything into its bar. Most of its pictures are named rightly, and still they are
# worth far less than as many real ones. Where a paper reports a gain by made
# pictures, ask what their maker had seen, and what a simpler maker, or more real
# pictures, would have gained.
#
# **The generator itself**, and the rival without a critic, against the test pictures:

# %%
test_features = seen_by(eye, x_test[:2000])
at_the_end = [quality(made, test_features) for made in for_the_test]
found("test_distance", at_the_end[0][0], "The GAN's distance to test clothes: {:.2f};")
found("test_rival", at_the_end[1][0], "the rival's {:.2f};")
found("named_as_ordered", at_the_end[0][1], "named as ordered: the GAN's {:.0%},")
found("named_rival", at_the_end[1][1], "the rival's {:.0%}.")

# %% [markdown]
# Two measures and a pair of eyes need not agree. Look before you decide who has won:

# %%
plot.images(
    ink(np.concatenate([made[:20] for made in for_the_test])),
    columns=10,
    title="Above, two rows by the GAN; below, two by the rival",
)

# %% [markdown]
# The rival's clothes are smooth and a little ghostly, since a mixture of shirts is no
# shirt. The GAN's have hard edges and grain, and some have come apart. After so short a
# training the simple maker holds its own, by the distance and by the names. It has
# nothing left to learn, though, and the two networks have: the full profile gives them
# ten times the turns, and more filters.

# %% [markdown] tags=["sourced"]
# ## What became of the idea
#
# *Style transfer*, a photo repainted in the manner of van Gogh, is often told as a feat
# of GANs. It began without one: [Gatys and others,
# 2015](https://arxiv.org/abs/1508.06576) changed the pixels of a picture, by their
# slopes, until the features of a trained classifier agreed with the photo's in what is
# where, and with the painting's in which features occur together. No generator, no
# critic, no game. GANs came to it later, and could then learn from two piles of
# pictures without pairs ([Zhu and others, 2017](https://arxiv.org/abs/1703.10593)).
#
# And DALL-E and Firefly? The first DALL-E predicts one piece of a picture after the
# other; DALL-E 2 and its relatives remove noise. Adobe has published no paper on
# Firefly; [guides](https://libguides.rice.edu/c.php?g=1392559&p=10300295) call it a
# diffusion model. But such systems work in a small space of codes, as lesson 13 said,
# and something must turn codes into pixels. *That* part is where a critic lives on: the
# decoders of [VQGAN](https://arxiv.org/abs/2012.09841) and of [latent
# diffusion](https://arxiv.org/abs/2112.10752) are trained with an adversarial loss as
# well, because it punishes blur, which a squared error forgives.

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "14.quiz.turn",
    "In the generator's turn, slopes run backward through the critic. What happens to "
    "the critic's weights?",
    {
        "they move, so that made points pass": (
            "That would make the critic worse on purpose. It only passes slopes on."
        ),
        "they stay": "Each player moves in its own turn. The critic is only a way.",
        "they are reset": "It keeps all that it has learned.",
    },
    right="they stay",
)

# %%
quiz(
    "14.quiz.stop",
    "Both losses have been flat for a thousand turns. What do you know?",
    {
        "the training has converged, stop": (
            "Both may go on getting better at the same pace, or have collapsed."
        ),
        "that neither gains on the other": (
            "A loss is measured against an opponent that learns, too. Measure samples."
        ),
        "that all modes are covered": "A collapsed game can be just as flat.",
    },
    right="that neither gains on the other",
)

# %%
quiz(
    "14.quiz.pairs",
    "A generator makes a single, perfect shirt. Which critic catches it?",
    {
        "one that sees single pictures": "Each of them is perfect.",
        "one that sees pairs": "Two equal shirts side by side: no shop sells so few.",
        "none": "A pair gives it away.",
    },
    right="one that sees pairs",
)

# %%
quiz(
    "14.quiz.frechet",
    "A generator has learned its training pictures by heart and shows one of them each "
    "time. What does the Fréchet distance say?",
    {
        "that it is excellent": (
            "Means and spreads are right. The distance has no way to notice copies."
        ),
        "that it is poor": "Nothing in it looks for copies.",
        "it cannot be computed": "The features are as good as any.",
    },
    right="that it is excellent",
)

# %% [markdown] tags=["sourced"]
# ## What this page leaves out
#
# One GAN was trained on pictures here, from one random start; the intervals belong to
# the ring and to the classifiers, not to its quality. The rival has taken its 40
# directions from nobody's advice: another number would give it another distance. The
# distance depends on our judge, which has looked at the same training pictures, and on
# how many pictures are compared: with fewer it is larger, for real ones too ([Chong and
# Forsyth, 2020](https://arxiv.org/abs/1911.07023)). It cannot tell copies from
# inventions; lesson 20 looks for copies.
#
# "The generator and the critic find a balance" is a theorem about players without
# limits. Real ones may circle each other for ever. What holds larger GANs together are
# critics whose slopes are kept in bounds, such as by [spectral
# normalisation](https://arxiv.org/abs/1802.05957) or a [penalty on their
# slopes](https://arxiv.org/abs/1801.04406), averages of the generator's weights, and
# much larger batches. With them, GANs were the best painters for years, and then were
# beaten by diffusion on their own measure ([Dhariwal and Nichol,
# 2021](https://arxiv.org/abs/2105.05233)). One thing they still do better: a picture
# takes a single pass through the network.
#
# Whether made pictures help depends on what their maker knows or assumes that the
# classifier does not. Our GANs of 200 pictures had few turns and nobody tuned them;
# there are ways to train on little ([Karras and others,
# 2020](https://arxiv.org/abs/2006.06676)). And a generator that was trained on millions
# of other pictures knows something more: that is another experiment.
#
# In the lab you write both losses and a turn of each player, tell three kinds of
# failure apart, write the distance, and forge a ring that you have never seen.
