# %% [markdown]
# **Can you referee a game between two networks, so that neither of them ruins it?**
#
# In lesson 14 a generator and a critic taught each other. Here you write what decides
# the game: both losses, a turn of each, and the instruments that tell a good game from
# a bad one.
#
# **What comes of it:** a forger of your own, in NumPy alone, which covers a ring that
# nobody has seen before, and then any figure you like. The instruments are what you will
# miss first when a GAN of your own will not train: its losses will not tell you why.
#
# Begin anywhere; the last exercise builds on the first. `hint("14.losses")` opens one
# step at a time, and `solution("14.losses")` shows the whole answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: one core is best

import numpy as np

from layerwise import explore, plot
from layerwise.check import check, found, hint, solution

rng = np.random.default_rng(14)

# %% [markdown]
# ## 1 · Both losses
#
# `real` and `made` are the critic's scores, before any sigmoid, for equally many real
# and made points, shape (n, 1). Return four things:
#
# 1. the critic's loss: the mean cross-entropy over all 2n scores, with the label 1 for
#    real and 0 for made,
# 2. the generator's loss, the non-saturating one: the mean cross-entropy of the made
#    scores with the label 1,
# 3. the slope of the generator's loss for each made score, shape (n, 1),
# 4. the slope of the critic's loss for each made score, shape (n, 1).
#
# Scores may be as large as 500.

# %% tags=["definition"] exercise="14.losses"
"""Both losses, and what they say to the made points."""
import numpy as np

POINTS = 2
HINTS = [
    "With the label 1 the cross-entropy of a score s is log(1 + exp(-s)), with the label 0 it is log(1 + exp(s)).",
    "`np.logaddexp(0, -s)` is log(1 + exp(-s)) and never overflows. The slope of a cross-entropy for a score is "
    "sigmoid(score) minus the label.",
    "The critic's mean runs over 2n scores, the generator's over n: the slopes are `sigmoid(made) / (2 * n)` and "
    "`(sigmoid(made) - 1) / n`.",
]
MISTAKES = {
    "labels_swapped": "Your critic is rewarded for taking made points for real ones: its labels are swapped. Real is "
    "1, made is 0.",
    "saturating": "Your generator's loss is the minimax one. Its slope is -sigmoid(score), nearly zero when a point "
    "is caught. Give the made scores the label 1 in place of turning the critic's loss round.",
    "same_side": "Generator and critic want the same thing of a made point: both losses give it the label 0. The "
    "generator wants it to pass for real, the label 1.",
    "summed": "The losses are sums. Take means: over 2n scores for the critic, over n for the generator.",
    "halves_added": "The critic's loss is twice what it should be: you added the mean over the real scores to the mean "
    "over the made ones. The mean runs over all 2n.",
    "overflow": "With large scores something is infinite or no number. exp(500) is too large, and log(0) is minus "
    "infinity: use `np.logaddexp`, and a sigmoid that cannot overflow.",
}


def cases(rng):
    for count, scale in [(4, 1.0), (7, 3.0), (5, 6.0)]:
        yield {"real": rng.normal(1, scale, (count, 1)).round(2), "made": rng.normal(-1, scale, (count, 1)).round(2)}
    yield {"real": np.array([[500.0], [-3.0]]), "made": np.array([[-500.0], [480.0]])}


def squash(scores):
    return (1 + np.tanh(np.asarray(scores) / 2)) / 2


def both(real, made, *, real_label=1.0, made_label=0.0, wish=1.0):
    def entropy(scores, label):
        return np.logaddexp(0, scores) - label * scores

    count = len(made)
    critic = (entropy(real, real_label).sum() + entropy(made, made_label).sum()) / (2 * count)
    return [
        critic, entropy(made, wish).mean(), (squash(made) - wish) / count, (squash(made) - made_label) / (2 * count),
    ]


def reference(real, made):
    return tuple(both(real, made))


def diagnose(inputs, output):
    real, made = inputs["real"], inputs["made"]
    right = both(real, made)
    try:
        came = [np.asarray(one, dtype=float) for one in output]
    except (TypeError, ValueError):
        return None
    if len(came) != 4:
        return None
    if not all(np.isfinite(one).all() for one in came):
        return "overflow"
    silent = -np.logaddexp(0, made).mean(), -squash(made) / len(made)
    wrong = {
        "labels_swapped": both(real, made, real_label=0.0, made_label=1.0),
        "saturating": [right[0], *silent, right[3]],
        "same_side": both(real, made, wish=0.0),
        "summed": [right[0] * 2 * len(made), right[1] * len(made), right[2] * len(made), right[3] * 2 * len(made)],
        "halves_added": [2 * right[0], right[1], right[2], 2 * right[3]],
    }
    wrong["losses summed only"] = [*wrong["summed"][:2], *right[2:]]
    wrong["loss added only"] = [2 * right[0], *right[1:]]
    named = {"losses summed only": "summed", "loss added only": "halves_added"}
    for mistake, value in wrong.items():
        if all(a.shape == np.shape(b) and np.allclose(a, b) for a, b in zip(came, value)):
            return named.get(mistake, mistake)
    return None


# %% tags=["exercise"] exercise="14.losses"
def losses(real, made):
    """Return both losses, and the slope of each for the made scores."""
    ### BEGIN SOLUTION
    of_critic = (np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()) / 2
    of_generator = np.logaddexp(0, -made).mean()
    chance = (1 + np.tanh(made / 2)) / 2
    return of_critic, of_generator, (chance - 1) / len(made), chance / (2 * len(made))
    ### END SOLUTION


# %%
losses_work = check("14.losses", losses)


# %% tags=["mutant"] exercise="14.losses" misconception="labels_swapped"
def losses(real, made):
    chance = (1 + np.tanh(made / 2)) / 2
    of_critic = (np.logaddexp(0, real).mean() + np.logaddexp(0, -made).mean()) / 2
    return of_critic, np.logaddexp(0, -made).mean(), (chance - 1) / len(made), (chance - 1) / (2 * len(made))


# %% tags=["mutant"] exercise="14.losses" misconception="saturating"
def losses(real, made):
    chance = (1 + np.tanh(made / 2)) / 2
    of_critic = (np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()) / 2
    return of_critic, -np.logaddexp(0, made).mean(), -chance / len(made), chance / (2 * len(made))


# %% tags=["mutant"] exercise="14.losses" misconception="same_side"
def losses(real, made):
    chance = (1 + np.tanh(made / 2)) / 2
    of_critic = (np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()) / 2
    return of_critic, np.logaddexp(0, made).mean(), chance / len(made), chance / (2 * len(made))


# %% tags=["mutant"] exercise="14.losses" misconception="summed"
def losses(real, made):
    chance = (1 + np.tanh(made / 2)) / 2
    of_critic = np.logaddexp(0, -real).sum() + np.logaddexp(0, made).sum()
    return of_critic, np.logaddexp(0, -made).sum(), chance - 1, chance


# %% tags=["mutant"] exercise="14.losses" misconception="halves_added"
def losses(real, made):
    chance = (1 + np.tanh(made / 2)) / 2
    of_critic = np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()
    return of_critic, np.logaddexp(0, -made).mean(), (chance - 1) / len(made), chance / len(made)


# %% tags=["mutant"] exercise="14.losses" misconception="overflow"
def losses(real, made):
    with np.errstate(all="ignore"):
        chance, of_real = 1 / (1 + np.exp(-made)), 1 / (1 + np.exp(-real))
        of_critic = -(np.log(of_real).mean() + np.log(1 - chance).mean()) / 2
        return of_critic, -np.log(chance).mean(), (chance - 1) / len(made), chance / (2 * len(made))


# %% tags=["variant"] exercise="14.losses"
def losses(real, made):
    def surprise(score):
        return max(-score, 0.0) + np.log1p(np.exp(-abs(score)))

    def chance(score):
        return np.exp(-surprise(score))

    count = len(made)
    of_critic = (sum(surprise(s) for s in real[:, 0]) + sum(surprise(-s) for s in made[:, 0])) / (2 * count)
    of_generator = sum(surprise(s) for s in made[:, 0]) / count
    up = np.array([[-chance(-s) / count] for s in made[:, 0]])
    down = np.array([[chance(s) / (2 * count)] for s in made[:, 0]])
    return of_critic, of_generator, up, down


# %% [markdown]
# ## 2 · A turn of each
#
# The smallest game: a generator that stretches and shifts, and a critic that draws one
# straight line.
#
# - points: `noise @ stretch + shift`, with `stretch` of shape (2, 2) and `shift` (2,)
# - scores: `points @ line + level`, with `line` of shape (2, 1) and `level` (1,)
#
# Take one turn of plain gradient descent with the rate `rate`. First the critic, on the
# real and the made points, then the generator, against the critic *as it is now*, with
# the same noise. Each moves in its own turn only. Return the new
# `stretch, shift, line, level`. The arrays that come in must stay as they were.

# %% tags=["definition"] exercise="14.turn"
"""One turn of the critic, one of the generator."""
import numpy as np

POINTS = 3
HINTS = [
    "The critic's turn: the made points are numbers like any others. The slope for each score is sigmoid(score) minus "
    "its label, divided by 2n; the slope of `line` is `points.T @ slope`, of `level` its sum.",
    "The generator's turn: new scores from the *new* critic, slope `(sigmoid(scores) - 1) / n`; for the points it is "
    "`slope @ line.T`.",
    "From the points to the generator: `stretch - rate * noise.T @ to_points` and `shift - rate * "
    "to_points.sum(axis=0)`.",
]
MISTAKES = {
    "critic_moved_again": "In the generator's turn the critic moved too, towards letting made points pass. Its slopes "
    "are only a way through: leave it alone.",
    "generator_moved_early": "In the critic's turn the generator moved too, towards points that are easier to catch. "
    "To the critic the made points are fixed numbers.",
    "old_critic": "The generator answered the critic as it was before its turn. Score the points again, with the new "
    "line and level.",
    "generator_first": "The generator moved first. The critic should have its turn before.",
    "labels_swapped": "Your critic learns to call made points real: its labels are swapped.",
    "saturating": "Your generator makes the critic's loss larger, the minimax way, and its slope is -sigmoid(score). "
    "Give its points the label 1: sigmoid(score) - 1.",
    "uphill": "Both move uphill. Subtract the slopes.",
    "inputs_changed": "An array that came in was changed: `-=` works in place. Return new arrays.",
}


def cases(rng):
    for count in (5, 8, 12):
        yield {
            "stretch": rng.normal(size=(2, 2)).round(2), "shift": rng.normal(size=2).round(2),
            "line": rng.normal(size=(2, 1)).round(2), "level": rng.normal(size=1).round(2),
            "real": (rng.normal(size=(count, 2)) + 2).round(2), "noise": rng.normal(size=(count, 2)).round(2),
            "rate": round(rng.uniform(0.3, 0.9), 2),
        }


def squash(scores):
    return (1 + np.tanh(scores / 2)) / 2


def turned(inputs, *, swap=False, silent=False, leak=False, early=False, old=False, first=False, sign=1.0):
    stretch, shift, line, level, real, noise, rate = (inputs[name] for name in (
        "stretch", "shift", "line", "level", "real", "noise", "rate"))
    rate, count = sign * rate, len(real)

    def critics(line, level, stretch, shift):
        made = noise @ stretch + shift
        both = np.concatenate([real, made])
        labels = np.repeat([[0.0], [1.0]] if swap else [[1.0], [0.0]], count, axis=0)
        slope = (squash(both @ line + level) - labels) / (2 * count)
        moved = line - rate * both.T @ slope, level - rate * slope.sum(axis=0)
        to_points = slope[count:] @ line.T
        return moved, (stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0))

    def generators(line, level, stretch, shift):
        made = noise @ stretch + shift
        scores = made @ line + level
        slope = (-squash(scores) if silent else squash(scores) - 1) / count
        to_points = slope @ line.T
        moved = stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0)
        return moved, (line - rate * made.T @ slope, level - rate * slope.sum(axis=0))

    if first:
        (stretch, shift), _ = generators(line, level, stretch, shift)
        (line, level), _ = critics(line, level, stretch, shift)
        return stretch, shift, line, level
    (new_line, new_level), pulled = critics(line, level, stretch, shift)
    if early:
        stretch, shift = pulled
    judge = (line, level) if old else (new_line, new_level)
    (stretch, shift), also = generators(*judge, stretch, shift)
    return (stretch, shift, *(also if leak else (new_line, new_level)))


def observe(answer, inputs):
    given = {name: value.copy() if hasattr(value, "copy") else value for name, value in inputs.items()}
    came = answer(**given)
    same = all(np.array_equal(given[name], inputs[name]) for name in inputs)
    return came if same else "changed"


def accept(inputs, output):
    if isinstance(output, str):
        return "inputs_changed"
    wanted = turned(inputs)
    if not isinstance(output, (tuple, list)) or len(output) != 4:
        return "Return four arrays: stretch, shift, line, level."
    shapes = [np.shape(one) for one in output]
    if shapes != [one.shape for one in wanted]:
        return f"The shapes should be (2, 2), (2,), (2, 1) and (1,); came {shapes}."

    def fits(value):
        return all(np.allclose(one, two, rtol=1e-6, atol=1e-9) for one, two in zip(output, value))

    if fits(wanted):
        return True
    wrong = {
        "critic_moved_again": {"leak": True}, "generator_moved_early": {"early": True}, "old_critic": {"old": True},
        "generator_first": {"first": True}, "labels_swapped": {"swap": True}, "saturating": {"silent": True},
        "uphill": {"sign": -1.0},
    }
    for mistake, change in wrong.items():
        if fits(turned(inputs, **change)):
            return mistake
    return "These are not the arrays after one turn of the critic and one of the generator."


# %% tags=["exercise"] exercise="14.turn"
def turn(stretch, shift, line, level, real, noise, rate):
    """Return stretch, shift, line and level after a turn of each."""
    ### BEGIN SOLUTION
    made = noise @ stretch + shift
    both = np.concatenate([real, made])
    labels = np.repeat([[1.0], [0.0]], len(real), axis=0)
    slope = ((1 + np.tanh((both @ line + level) / 2)) / 2 - labels) / len(both)
    line, level = line - rate * both.T @ slope, level - rate * slope.sum(axis=0)

    slope = ((1 + np.tanh((made @ line + level) / 2)) / 2 - 1) / len(made)
    to_points = slope @ line.T
    stretch = stretch - rate * noise.T @ to_points
    shift = shift - rate * to_points.sum(axis=0)
    return stretch, shift, line, level
    ### END SOLUTION


# %%
turn_works = check("14.turn", turn)


# %% tags=["mutant"] exercise="14.turn" misconception="critic_moved_again"
def turn(stretch, shift, line, level, real, noise, rate):
    made = noise @ stretch + shift
    both = np.concatenate([real, made])
    slope = ((1 + np.tanh((both @ line + level) / 2)) / 2 - np.repeat([[1.0], [0.0]], len(real), axis=0)) / len(both)
    line, level = line - rate * both.T @ slope, level - rate * slope.sum(axis=0)
    slope = ((1 + np.tanh((made @ line + level) / 2)) / 2 - 1) / len(made)
    to_points = slope @ line.T
    line, level = line - rate * made.T @ slope, level - rate * slope.sum(axis=0)
    return stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0), line, level


# %% tags=["mutant"] exercise="14.turn" misconception="generator_moved_early"
def turn(stretch, shift, line, level, real, noise, rate):
    made = noise @ stretch + shift
    both = np.concatenate([real, made])
    slope = ((1 + np.tanh((both @ line + level) / 2)) / 2 - np.repeat([[1.0], [0.0]], len(real), axis=0)) / len(both)
    to_points = slope[len(real):] @ line.T
    line, level = line - rate * both.T @ slope, level - rate * slope.sum(axis=0)
    stretch, shift = stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0)
    made = noise @ stretch + shift
    slope = ((1 + np.tanh((made @ line + level) / 2)) / 2 - 1) / len(made)
    to_points = slope @ line.T
    return stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0), line, level


# %% tags=["mutant"] exercise="14.turn" misconception="old_critic"
def turn(stretch, shift, line, level, real, noise, rate):
    made = noise @ stretch + shift
    both = np.concatenate([real, made])
    chances = (1 + np.tanh((both @ line + level) / 2)) / 2
    slope = (chances - np.repeat([[1.0], [0.0]], len(real), axis=0)) / len(both)
    to_points = (chances[len(real):] - 1) / len(made) @ line.T
    line, level = line - rate * both.T @ slope, level - rate * slope.sum(axis=0)
    return stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0), line, level


# %% tags=["mutant"] exercise="14.turn" misconception="labels_swapped"
def turn(stretch, shift, line, level, real, noise, rate):
    made = noise @ stretch + shift
    both = np.concatenate([real, made])
    slope = ((1 + np.tanh((both @ line + level) / 2)) / 2 - np.repeat([[0.0], [1.0]], len(real), axis=0)) / len(both)
    line, level = line - rate * both.T @ slope, level - rate * slope.sum(axis=0)
    slope = ((1 + np.tanh((made @ line + level) / 2)) / 2 - 1) / len(made)
    to_points = slope @ line.T
    return stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0), line, level


# %% tags=["mutant"] exercise="14.turn" misconception="saturating"
def turn(stretch, shift, line, level, real, noise, rate):
    made = noise @ stretch + shift
    both = np.concatenate([real, made])
    slope = ((1 + np.tanh((both @ line + level) / 2)) / 2 - np.repeat([[1.0], [0.0]], len(real), axis=0)) / len(both)
    line, level = line - rate * both.T @ slope, level - rate * slope.sum(axis=0)
    to_points = -(1 + np.tanh((made @ line + level) / 2)) / 2 / len(made) @ line.T
    return stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0), line, level


# %% tags=["mutant"] exercise="14.turn" misconception="inputs_changed"
def turn(stretch, shift, line, level, real, noise, rate):
    made = noise @ stretch + shift
    both = np.concatenate([real, made])
    slope = ((1 + np.tanh((both @ line + level) / 2)) / 2 - np.repeat([[1.0], [0.0]], len(real), axis=0)) / len(both)
    line -= rate * both.T @ slope
    level -= rate * slope.sum(axis=0)
    slope = ((1 + np.tanh((made @ line + level) / 2)) / 2 - 1) / len(made)
    to_points = slope @ line.T
    stretch -= rate * noise.T @ to_points
    shift -= rate * to_points.sum(axis=0)
    return stretch, shift, line, level


# %% tags=["mutant"] exercise="14.turn" misconception="generator_first"
def turn(stretch, shift, line, level, real, noise, rate):
    made = noise @ stretch + shift
    slope = ((1 + np.tanh((made @ line + level) / 2)) / 2 - 1) / len(made)
    to_points = slope @ line.T
    stretch, shift = stretch - rate * noise.T @ to_points, shift - rate * to_points.sum(axis=0)
    both = np.concatenate([real, noise @ stretch + shift])
    slope = ((1 + np.tanh((both @ line + level) / 2)) / 2 - np.repeat([[1.0], [0.0]], len(real), axis=0)) / len(both)
    return stretch, shift, line - rate * both.T @ slope, level - rate * slope.sum(axis=0)


# %% tags=["mutant"] exercise="14.turn" misconception="uphill"
def turn(stretch, shift, line, level, real, noise, rate):
    made = noise @ stretch + shift
    both = np.concatenate([real, made])
    slope = ((1 + np.tanh((both @ line + level) / 2)) / 2 - np.repeat([[1.0], [0.0]], len(real), axis=0)) / len(both)
    line, level = line + rate * both.T @ slope, level + rate * slope.sum(axis=0)
    slope = ((1 + np.tanh((made @ line + level) / 2)) / 2 - 1) / len(made)
    to_points = slope @ line.T
    return stretch + rate * noise.T @ to_points, shift + rate * to_points.sum(axis=0), line, level


# %% tags=["variant"] exercise="14.turn"
def turn(stretch, shift, line, level, real, noise, rate):
    def chance(scores):
        return 1 / (1 + np.exp(-scores))

    made, count = noise @ stretch + shift, len(real)
    up = (chance(real @ line + level) - 1) / (2 * count)
    down = chance(made @ line + level) / (2 * count)
    line = line - rate * (real.T @ up + made.T @ down)
    level = level - rate * (up + down).sum(axis=0)
    push = (1 - chance(made @ line + level)) * line.T / count
    return stretch + rate * noise.T @ push, shift + rate * push.sum(axis=0), line, level


# %% [markdown]
# Your turns, four hundred of them, on a cloud of points that is shifted and stretched:

# %%
cloud = rng.normal(size=(400, 2)) @ np.array([[0.6, 0.3], [0.0, 0.4]]) + [1.5, -0.5]
if turn_works:
    players = [np.eye(2), np.zeros(2), np.zeros((2, 1)), np.zeros(1)]
    numbers = rng.normal(size=(400, 2))
    seen = {"before": numbers}
    for number in range(400):
        players = turn(*players, cloud, numbers, 0.1)
    seen["after 400 turns"] = numbers @ players[0] + players[1]

# %%
plot.clouds(
    cloud, seen, title="A straight line for a critic: place learned, shape not"
) if turn_works else None

# %% [markdown]
# The generator has found *where* the cloud is. Its shape it cannot learn from this
# critic: once the two clouds share their middle, no straight line tells them apart, and
# what the critic does not see, the generator does not hear.

# %% [markdown]
# ## 3 · How many clumps are held
#
# `points` has the shape (n, 2), `centres` (clumps, 2). A point is *near* a centre if it
# lies less than three spreads from it, and counts for its nearest centre only. A clump
# is *held* if at least a quarter of its due share is near it, and each of the
# clumps is due the same share of all n points. Return how many clumps are held, and the
# share of all points that are near some centre.

# %% tags=["definition"] exercise="14.coverage"
"""Clumps held, and the share of points near a centre."""
import numpy as np

POINTS = 2
HINTS = [
    "`np.linalg.norm(points[:, None] - centres, axis=2)` is the distance of each point to each centre, shape (n, "
    "clumps).",
    "The nearest centre is `argmin` along the clumps; keep the points whose smallest distance is less than three "
    "spreads, and count with `np.bincount(..., minlength=len(centres))`.",
    "Held are clumps with `counts >= len(points) / (4 * len(centres))`; the share is `counts.sum() / len(points)`.",
]
MISTAKES = {
    "far_points_counted": "A point counts for its nearest clump however far it is. Only those within three spreads "
    "are near.",
    "any_point": "One lucky point is not enough: a clump is held from a quarter of its due share on.",
    "whole_share": "You asked for the whole due share. Then even real points would leave half of the clumps not held.",
    "share_of_near": "The due share is one of all points, those between the clumps included.",
    "within_one": "You counted within one spread. It should be three.",
    "each_axis": "You compared each coordinate by itself with the limit; that is a square and not a circle.",
}


def cases(rng):
    for clumps, poor, astray in [
        (8, [], 0.1), (6, [0.0, 0.05, 0.6], 0.3), (5, [0.15, 0.03], 0.6), (9, [0.1, 0.0], 0.05),
    ]:
        angle = np.arange(clumps) * 2 * np.pi / clumps + rng.uniform(0, 1)
        centres = rng.permutation(2.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1))
        spread = round(rng.uniform(0.08, 0.15), 3)
        counts = [int(share * 400 / clumps) for share in poor]  # near these centres; the others share the rest
        rest, far = 400 - sum(counts) - int(400 * astray), int(400 * astray)
        chosen = np.repeat(np.arange(len(poor)), counts)
        chosen = np.concatenate([chosen, len(poor) + np.arange(rest + far) % (clumps - len(poor))])
        away = rng.normal(size=(400, 2))
        away *= spread / np.linalg.norm(away, axis=1, keepdims=True)
        far_out = np.arange(400)[:, None] >= 400 - far
        away *= np.where(far_out, rng.uniform(3.2, 5.0, (400, 1)), rng.uniform(0.2, 2.8, (400, 1)))
        yield {"points": rng.permutation(centres[chosen] + away), "centres": centres, "spread": spread}


def measured(points, centres, spread, *, limit=3.0, need=0.25, of_near=False, square=False, all_count=False):
    apart = points[:, None] - centres
    distance = np.abs(apart).max(axis=2) if square else np.linalg.norm(apart, axis=2)
    inside = np.ones(len(points), dtype=bool) if all_count else distance.min(axis=1) < limit * spread
    counts = np.bincount(distance.argmin(axis=1)[inside], minlength=len(centres))
    of = counts.sum() if of_near else len(points)
    least = max(need * of / len(centres), 1)
    return int(np.sum(counts >= least)), float(counts.sum() / len(points))


def reference(points, centres, spread):
    return measured(points, centres, spread)


def diagnose(inputs, output):
    wrong = {
        "far_points_counted": {"all_count": True}, "any_point": {"need": 0.0}, "whole_share": {"need": 1.0},
        "share_of_near": {"of_near": True}, "within_one": {"limit": 1.0}, "each_axis": {"square": True},
    }
    try:
        came = [float(one) for one in output]
    except (TypeError, ValueError):
        return None
    right = measured(**inputs)
    for mistake, change in wrong.items():
        value = measured(**inputs, **change)
        if value != right and len(came) == 2 and np.allclose(came, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="14.coverage"
def coverage(points, centres, spread):
    """Return how many clumps are held, and the share of points near a centre."""
    ### BEGIN SOLUTION
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    nearest = distance.argmin(axis=1)[distance.min(axis=1) < 3 * spread]
    counts = np.bincount(nearest, minlength=len(centres))
    held = counts >= len(points) / (4 * len(centres))
    return int(held.sum()), float(counts.sum() / len(points))
    ### END SOLUTION


# %%
coverage_works = check("14.coverage", coverage)


# %% tags=["mutant"] exercise="14.coverage" misconception="far_points_counted"
def coverage(points, centres, spread):
    nearest = np.linalg.norm(points[:, None] - centres, axis=2).argmin(axis=1)
    counts = np.bincount(nearest, minlength=len(centres))
    return int(np.sum(counts >= len(points) / (4 * len(centres)))), float(counts.sum() / len(points))


# %% tags=["mutant"] exercise="14.coverage" misconception="any_point"
def coverage(points, centres, spread):
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    nearest = distance.argmin(axis=1)[distance.min(axis=1) < 3 * spread]
    return len(set(nearest.tolist())), float(len(nearest) / len(points))


# %% tags=["mutant"] exercise="14.coverage" misconception="whole_share"
def coverage(points, centres, spread):
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    nearest = distance.argmin(axis=1)[distance.min(axis=1) < 3 * spread]
    counts = np.bincount(nearest, minlength=len(centres))
    return int(np.sum(counts >= len(points) / len(centres))), float(counts.sum() / len(points))


# %% tags=["mutant"] exercise="14.coverage" misconception="within_one"
def coverage(points, centres, spread):
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    nearest = distance.argmin(axis=1)[distance.min(axis=1) < spread]
    counts = np.bincount(nearest, minlength=len(centres))
    return int(np.sum(counts >= len(points) / (4 * len(centres)))), float(counts.sum() / len(points))


# %% tags=["mutant"] exercise="14.coverage" misconception="each_axis"
def coverage(points, centres, spread):
    distance = np.abs(points[:, None] - centres).max(axis=2)
    nearest = distance.argmin(axis=1)[distance.min(axis=1) < 3 * spread]
    counts = np.bincount(nearest, minlength=len(centres))
    return int(np.sum(counts >= len(points) / (4 * len(centres)))), float(counts.sum() / len(points))


# %% tags=["mutant"] exercise="14.coverage" misconception="share_of_near"
def coverage(points, centres, spread):
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    nearest = distance.argmin(axis=1)[distance.min(axis=1) < 3 * spread]
    counts = np.bincount(nearest, minlength=len(centres))
    return int(np.sum(counts >= len(nearest) / (4 * len(centres)))), float(len(nearest) / len(points))


# %% tags=["variant"] exercise="14.coverage"
def coverage(points, centres, spread):
    counts = [0] * len(centres)
    for point in points:
        squares = [(point[0] - x) ** 2 + (point[1] - y) ** 2 for x, y in centres]
        if min(squares) < 9 * spread**2:
            counts[squares.index(min(squares))] += 1
    due = len(points) / len(centres)
    return sum(count >= due / 4 for count in counts), sum(counts) / len(points)


# %% [markdown]
# ## 4 · What went wrong?
#
# You are shown a game that is over: `critic_losses` and `generator_losses`, one number
# a step, and how many of the `clumps` were `held` at the end. Return
#
# - `"critic won"` if the critic's loss, averaged over the *last quarter* of the steps, is
#   below 0.1: it catches nearly everything, and the generator has stopped learning;
# - otherwise `"collapsed"` if fewer than three quarters of the clumps are held;
# - otherwise `"healthy"`.

# %% tags=["definition"] exercise="14.verdict"
"""A diagnosis from curves and samples."""
import numpy as np

POINTS = 1
HINTS = [
    "Which of the three do calm losses rule out? A collapse is not among them: look at what is held.",
    "The last quarter begins at `3 * len(critic_losses) // 4`.",
    "`if np.mean(critic_losses[3 * len(critic_losses) // 4:]) < 0.1: return \"critic won\"`, then compare `held` with "
    "`0.75 * clumps`.",
]
MISTAKES = {
    "losses_only": "These losses look calm, and clumps are missing all the same. Calm losses are no proof of variety: "
    "use `held`.",
    "whole_game": "You averaged over the whole game. What counts is how it ended: the last quarter.",
    "last_step": "A single step says little, since the losses jump. Average over the last quarter.",
    "samples_first": "The critic won here. That clumps are missing as well follows from it, and is not the cause.",
    "any_missing": "One clump missing out of many is no collapse yet: fewer than three quarters must be held.",
    "higher_is_losing": "A low loss of the critic means that it is winning.",
}


def cases(rng):
    def curve(start, end, steps, noise):
        way = 1 - np.exp(-np.linspace(0, 20, steps))
        return np.abs(start + (end - start) * way + noise * rng.normal(size=steps)).round(4)

    for kind in ("healthy", "collapsed", "won", "won late", "missing one", "won jumpy", "calm jumpy"):
        steps, clumps = int(rng.integers(80, 200)), int(rng.choice([8, 9, 10, 12]))
        held = clumps if kind in ("healthy", "calm jumpy", "won late") else clumps - 1
        held = int(clumps // 3) if kind in ("collapsed", "won") else held
        critic = curve(0.75, rng.uniform(0.55, 0.69), steps, 0.03)
        generator = curve(1.2, rng.uniform(0.7, 1.1), steps, 0.1)
        if kind.startswith("won"):
            critic, generator = curve(0.7, 0.03, steps, 0.01), curve(1.0, 5.0, steps, 0.3)
            if kind == "won late":
                critic[: 7 * steps // 10] = 0.6
            if kind == "won jumpy":
                critic[-1] = 0.45
        if kind == "calm jumpy":
            critic[-1] = 0.02
        yield {"critic_losses": critic.tolist(), "generator_losses": generator.tolist(), "held": held,
               "clumps": clumps}


def judged(critic, held, clumps, *, part=None, last=False, samples=True, first=False, need=0.75, turned=False):
    tail = critic[-1:] if last else critic[part if part is not None else 3 * len(critic) // 4 :]
    won = np.mean(tail) >= 0.1 if turned else np.mean(tail) < 0.1
    lost = samples and held < need * clumps
    if first and lost:
        return "collapsed"
    return "critic won" if won else "collapsed" if lost else "healthy"


def reference(critic_losses, generator_losses, held, clumps):
    return judged(critic_losses, held, clumps)


def diagnose(inputs, output):
    critic, held, clumps = inputs["critic_losses"], inputs["held"], inputs["clumps"]
    right = judged(critic, held, clumps)
    wrong = {
        "samples_first": {"first": True}, "losses_only": {"samples": False}, "whole_game": {"part": 0},
        "last_step": {"last": True}, "any_missing": {"need": 1.0}, "higher_is_losing": {"turned": True},
    }
    for mistake, change in wrong.items():
        value = judged(critic, held, clumps, **change)
        if value != right and output == value:
            return mistake
    return None


# %% tags=["exercise"] exercise="14.verdict"
def verdict(critic_losses, generator_losses, held, clumps):
    """Return "critic won", "collapsed" or "healthy"."""
    ### BEGIN SOLUTION
    if np.mean(critic_losses[3 * len(critic_losses) // 4 :]) < 0.1:
        return "critic won"
    return "collapsed" if held < 0.75 * clumps else "healthy"
    ### END SOLUTION


# %%
verdict_works = check("14.verdict", verdict)


# %% tags=["mutant"] exercise="14.verdict" misconception="losses_only"
def verdict(critic_losses, generator_losses, held, clumps):
    return "critic won" if np.mean(critic_losses[3 * len(critic_losses) // 4 :]) < 0.1 else "healthy"


# %% tags=["mutant"] exercise="14.verdict" misconception="whole_game"
def verdict(critic_losses, generator_losses, held, clumps):
    if np.mean(critic_losses) < 0.1:
        return "critic won"
    return "collapsed" if held < 0.75 * clumps else "healthy"


# %% tags=["mutant"] exercise="14.verdict" misconception="last_step"
def verdict(critic_losses, generator_losses, held, clumps):
    if critic_losses[-1] < 0.1:
        return "critic won"
    return "collapsed" if held < 0.75 * clumps else "healthy"


# %% tags=["mutant"] exercise="14.verdict" misconception="samples_first"
def verdict(critic_losses, generator_losses, held, clumps):
    if held < 0.75 * clumps:
        return "collapsed"
    return "critic won" if np.mean(critic_losses[3 * len(critic_losses) // 4 :]) < 0.1 else "healthy"


# %% tags=["mutant"] exercise="14.verdict" misconception="any_missing"
def verdict(critic_losses, generator_losses, held, clumps):
    if np.mean(critic_losses[3 * len(critic_losses) // 4 :]) < 0.1:
        return "critic won"
    return "collapsed" if held < clumps else "healthy"


# %% tags=["mutant"] exercise="14.verdict" misconception="higher_is_losing"
def verdict(critic_losses, generator_losses, held, clumps):
    if np.mean(critic_losses[3 * len(critic_losses) // 4 :]) >= 0.1:
        return "critic won"
    return "collapsed" if held < 0.75 * clumps else "healthy"


# %% tags=["variant"] exercise="14.verdict"
def verdict(critic_losses, generator_losses, held, clumps):
    steps = len(critic_losses)
    tail = [loss for step, loss in enumerate(critic_losses) if step >= 3 * steps // 4]
    won = sum(tail) < 0.1 * len(tail)
    names = {True: "critic won", False: ("healthy", "collapsed")[4 * held < 3 * clumps]}
    return names[won]


# %% [markdown]
# ## 5 · The Fréchet distance
#
# `real` has the shape (n, features), `made` (m, features). Return the Fréchet distance
# between the two clouds, as if both were normal: the squared distance of the means,
# plus the trace of both covariances, minus twice the trace of the root of their
# product. Covariances as `np.cov` gives them.

# %% tags=["definition"] exercise="14.frechet"
"""The Fréchet distance between two clouds."""
import numpy as np

POINTS = 2
TOLERANCE = 1e-4
HINTS = [
    "`np.cov(real.T)` is the covariance, shape (features, features).",
    "The root is that of a matrix. The trace of a root is the sum of the roots of the eigenvalues: "
    "`np.linalg.eigvals(first @ second)`.",
    "The eigenvalues should be real and not negative, up to rounding: take `.real` and `np.maximum(..., 0)` before "
    "the root.",
]
MISTAKES = {
    "root_of_entries": "You took the root of each entry. The root of a matrix, times itself, gives the matrix: use the "
    "eigenvalues of the product.",
    "means_only": "Only the means count in yours. A generator that makes the mean picture for ever would be perfect.",
    "spread_only": "The means are missing: clouds of one shape in two places are not near each other.",
    "not_squared": "The distance of the means should be squared.",
    "without_covariance": "You used the spread of each feature by itself. How features vary together counts as well.",
    "entries_multiplied": "You multiplied the covariances entry by entry. The product is that of matrices.",
    "root_once": "The trace of the root is taken away twice.",
}


def cases(rng):
    for features, count in [(2, 40), (3, 60), (5, 80)]:
        mixing = rng.normal(size=(2, features, features))
        yield {
            "real": (rng.normal(size=(count, features)) @ mixing[0]).round(3),
            "made": (rng.normal(size=(count + 10, features)) @ mixing[1] + rng.normal(size=features) * 2).round(3),
        }


def parts(real, made):
    first, second = np.cov(real.T), np.cov(made.T)
    means = np.sum((real.mean(axis=0) - made.mean(axis=0)) ** 2)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    return means, np.trace(first) + np.trace(second), roots, first, second


def reference(real, made):
    means, traces, roots, _, _ = parts(real, made)
    return float(means + traces - 2 * roots)


def diagnose(inputs, output):
    means, traces, roots, first, second = parts(**inputs)
    with np.errstate(all="ignore"):
        entries = np.trace(np.sqrt(first @ second))
        entries_safe = np.trace(np.sqrt(np.maximum(first @ second, 0)))
    product = np.sqrt(np.maximum(np.linalg.eigvals(first * second).real, 0)).sum()
    alone = np.sqrt(np.diag(first) * np.diag(second)).sum()
    wrong = {
        "root_of_entries": [means + traces - 2 * entries, means + traces - 2 * entries_safe],
        "means_only": [means], "spread_only": [traces - 2 * roots],
        "not_squared": [np.sqrt(means) + traces - 2 * roots], "without_covariance": [means + traces - 2 * alone],
        "entries_multiplied": [means + traces - 2 * product], "root_once": [means + traces - roots],
    }
    for mistake, values in wrong.items():
        if any(np.isclose(output, value, rtol=1e-4, equal_nan=True) for value in values):
            return mistake
    return None


# %% tags=["exercise"] exercise="14.frechet"
def frechet(real, made):
    """Return the Fréchet distance between two clouds of features."""
    ### BEGIN SOLUTION
    first, second = np.cov(real.T), np.cov(made.T)
    eigenvalues = np.linalg.eigvals(first @ second).real
    roots = np.sqrt(np.maximum(eigenvalues, 0)).sum()
    apart = np.sum((real.mean(axis=0) - made.mean(axis=0)) ** 2)
    return float(apart + np.trace(first) + np.trace(second) - 2 * roots)
    ### END SOLUTION


# %%
frechet_works = check("14.frechet", frechet)


# %% tags=["mutant"] exercise="14.frechet" misconception="root_of_entries"
def frechet(real, made):
    first, second = np.cov(real.T), np.cov(made.T)
    roots = np.trace(np.sqrt(np.abs(first @ second) * (first @ second > 0)))
    return float(np.sum((real.mean(0) - made.mean(0)) ** 2) + np.trace(first + second) - 2 * roots)


# %% tags=["mutant"] exercise="14.frechet" misconception="means_only"
def frechet(real, made):
    return float(np.sum((real.mean(axis=0) - made.mean(axis=0)) ** 2))


# %% tags=["mutant"] exercise="14.frechet" misconception="not_squared"
def frechet(real, made):
    first, second = np.cov(real.T), np.cov(made.T)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    return float(np.linalg.norm(real.mean(0) - made.mean(0)) + np.trace(first + second) - 2 * roots)


# %% tags=["mutant"] exercise="14.frechet" misconception="without_covariance"
def frechet(real, made):
    apart = np.sum((real.mean(axis=0) - made.mean(axis=0)) ** 2)
    return float(apart + np.sum((real.std(axis=0, ddof=1) - made.std(axis=0, ddof=1)) ** 2))


# %% tags=["mutant"] exercise="14.frechet" misconception="root_once"
def frechet(real, made):
    first, second = np.cov(real.T), np.cov(made.T)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    return float(np.sum((real.mean(0) - made.mean(0)) ** 2) + np.trace(first + second) - roots)


# %% tags=["mutant"] exercise="14.frechet" misconception="spread_only"
def frechet(real, made):
    first, second = np.cov(real.T), np.cov(made.T)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    return float(np.trace(first + second) - 2 * roots)


# %% tags=["mutant"] exercise="14.frechet" misconception="entries_multiplied"
def frechet(real, made):
    first, second = np.cov(real.T), np.cov(made.T)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first * second).real, 0)).sum()
    return float(np.sum((real.mean(0) - made.mean(0)) ** 2) + np.trace(first + second) - 2 * roots)


# %% tags=["variant"] exercise="14.frechet"
def frechet(real, made):
    from scipy.linalg import sqrtm

    first, second = np.cov(real, rowvar=False), np.cov(made, rowvar=False)
    root = sqrtm(first)
    middle = sqrtm(root @ second @ root)
    apart = real.mean(axis=0) - made.mean(axis=0)
    return float(apart @ apart + np.trace(first + second - 2 * middle.real))


# %% [markdown]
# What can it not see? A ring and a disc with the same mean and the same covariance:

# %%
angle = rng.uniform(0, 2 * np.pi, 4000)
circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
disc = circle * np.sqrt(2 * rng.uniform(size=(4000, 1)))
if frechet_works:
    found("blind", frechet(circle, disc), "From a ring to a disc it is {:.3f}.")

# %% [markdown]
# Next to nothing. It compares means and spreads and knows no shape beyond them. The
# features of a good classifier make that less bad, and not right.

# %% [markdown]
# ## 6 · A batch for a critic that knows the order
#
# The critic should judge pictures *and* whether they are what was ordered. Put its
# batch together.
#
# | argument | what it is |
# |---|---|
# | `real` | n real pictures as rows, shape (n, pixels) |
# | `kinds` | what they are, shape (n,) |
# | `made` | n made pictures, shape (n, pixels) |
# | `wanted` | what was ordered of the generator, shape (n,) |
# | `classes` | how many kinds there are |
#
# Return `rows` of shape (2n, pixels + classes), the real ones first, each picture
# followed by its kind, or its order, as a one-hot row; and `labels` of shape (2n, 1).

# %% tags=["definition"] exercise="14.critic_batch"
"""A batch for a conditional critic."""
import numpy as np

POINTS = 1
HINTS = [
    "`np.eye(classes)[kinds]` turns kinds into one-hot rows.",
    "Real pictures go with their kinds, made ones with what was wanted of them.",
    "`np.hstack([real, np.eye(classes)[kinds]])` for the real ones, the same for the made ones, and `np.vstack` to "
    "put them on top of each other.",
]
MISTAKES = {
    "kinds_for_both": "The made pictures stand beside the kinds of the *real* ones. Nobody ordered those of them.",
    "as_number": "The kind is there as one number. That says a bag (8) is twice a coat (4): use one-hot rows.",
    "real_without": "The real pictures have no kind beside them. Then the critic knows what is made by that alone.",
    "labels_swapped": "The labels are swapped: real is 1, made is 0.",
    "made_first": "The made pictures come first. The real ones should.",
    "kind_in_front": "The kind stands in front of the picture. It should follow it.",
}


def cases(rng):
    for count, pixels, classes in [(3, 4, 3), (5, 6, 4), (4, 5, 10)]:
        yield {
            "real": rng.uniform(0, 1, (count, pixels)).round(2), "kinds": rng.permutation(classes).repeat(4)[:count],
            "made": rng.uniform(0, 1, (count, pixels)).round(2),
            "wanted": (rng.permutation(classes).repeat(4)[:count] + 1) % classes, "classes": classes,
        }


def built(real, kinds, made, wanted, classes, *, same=False, number=False, bare=False, swap=False, first=False,
          front=False):
    def row(pictures, which):
        beside = which[:, None].astype(float) if number else np.eye(classes)[which]
        return np.hstack([beside, pictures] if front else [pictures, beside])

    upper, lower = row(real, kinds), row(made, kinds if same else wanted)
    if bare:
        upper[:, real.shape[1]:] = 0
    labels = np.repeat([[0.0], [1.0]] if swap or first else [[1.0], [0.0]], len(real), axis=0)
    return np.vstack([lower, upper] if first else [upper, lower]), labels


def reference(real, kinds, made, wanted, classes):
    return built(real, kinds, made, wanted, classes)


def diagnose(inputs, output):
    wrong = {
        "kinds_for_both": {"same": True}, "as_number": {"number": True}, "real_without": {"bare": True},
        "labels_swapped": {"swap": True}, "made_first": {"first": True}, "kind_in_front": {"front": True},
    }
    rows, labels = (np.asarray(one) for one in output)
    right = built(**inputs)
    for mistake, change in wrong.items():
        value = built(**inputs, **change)
        if all(np.array_equal(a, b) for a, b in zip(value, right)):
            continue
        if rows.shape == value[0].shape and np.allclose(rows, value[0]) and np.allclose(labels.ravel(),
                                                                                     value[1].ravel()):
            return mistake
    return None


# %% tags=["exercise"] exercise="14.critic_batch"
def critic_batch(real, kinds, made, wanted, classes):
    """Return rows of pictures with their kinds, and the labels of the critic."""
    ### BEGIN SOLUTION
    one_hot = np.eye(classes)
    rows = np.vstack(
        [np.hstack([real, one_hot[kinds]]), np.hstack([made, one_hot[wanted]])]
    )
    labels = np.concatenate([np.ones((len(real), 1)), np.zeros((len(made), 1))])
    return rows, labels
    ### END SOLUTION


# %%
critic_batch_works = check("14.critic_batch", critic_batch)


# %% tags=["mutant"] exercise="14.critic_batch" misconception="kinds_for_both"
def critic_batch(real, kinds, made, wanted, classes):
    beside = np.eye(classes)[kinds]
    rows = np.vstack([np.hstack([real, beside]), np.hstack([made, beside])])
    return rows, np.repeat([[1.0], [0.0]], len(real), axis=0)


# %% tags=["mutant"] exercise="14.critic_batch" misconception="as_number"
def critic_batch(real, kinds, made, wanted, classes):
    rows = np.vstack([np.column_stack([real, kinds]), np.column_stack([made, wanted])])
    return rows, np.repeat([[1.0], [0.0]], len(real), axis=0)


# %% tags=["mutant"] exercise="14.critic_batch" misconception="real_without"
def critic_batch(real, kinds, made, wanted, classes):
    nothing = np.zeros((len(real), classes))
    rows = np.vstack([np.hstack([real, nothing]), np.hstack([made, np.eye(classes)[wanted]])])
    return rows, np.repeat([[1.0], [0.0]], len(real), axis=0)


# %% tags=["mutant"] exercise="14.critic_batch" misconception="labels_swapped"
def critic_batch(real, kinds, made, wanted, classes):
    rows = np.vstack([np.hstack([real, np.eye(classes)[kinds]]), np.hstack([made, np.eye(classes)[wanted]])])
    return rows, np.repeat([[0.0], [1.0]], len(real), axis=0)


# %% tags=["mutant"] exercise="14.critic_batch" misconception="made_first"
def critic_batch(real, kinds, made, wanted, classes):
    rows = np.vstack([np.hstack([made, np.eye(classes)[wanted]]), np.hstack([real, np.eye(classes)[kinds]])])
    return rows, np.repeat([[0.0], [1.0]], len(real), axis=0)


# %% tags=["mutant"] exercise="14.critic_batch" misconception="kind_in_front"
def critic_batch(real, kinds, made, wanted, classes):
    rows = np.vstack([np.hstack([np.eye(classes)[kinds], real]), np.hstack([np.eye(classes)[wanted], made])])
    return rows, np.repeat([[1.0], [0.0]], len(real), axis=0)


# %% tags=["variant"] exercise="14.critic_batch"
def critic_batch(real, kinds, made, wanted, classes):
    rows, labels = [], []
    for label, pictures, which in ((1.0, real, kinds), (0.0, made, wanted)):
        for picture, kind in zip(pictures, which):
            rows.append([*picture, *(float(number == kind) for number in range(classes))])
            labels.append([label])
    return np.array(rows), np.array(labels)


# %% [markdown]
# ## 7 · When to stop
#
# The quality of a GAN goes up and down, and the last generator is seldom the best. Say
# it was measured at some `steps`, twice each time: `choosing` and `reporting` are
# distances on two different samples of made pictures. `generator_losses` are its losses
# at the same steps.
#
# Return the step whose generator you keep, and the distance that you would write into a
# report about it. (Why two samples? The smallest of many noisy numbers is small partly
# by luck.)

# %% tags=["definition"] exercise="14.keep"
"""Which generator to keep, and what to say about it."""
import numpy as np

POINTS = 1
HINTS = [
    "A small distance is good. Of the three lists, which one may you choose by?",
    "Choose by `choosing`, then look up the same place in `reporting`.",
    "`place = int(np.argmin(choosing))`, then `return steps[place], reporting[place]`.",
]
MISTAKES = {
    "reported_what_chose": "The number that you report is the one that you chose by. It was the smallest of many, "
    "partly by luck: report the other measurement of the same step.",
    "chosen_by_report": "You chose by the measurement that should have been kept for the report.",
    "best_of_each": "The two numbers belong to different generators. Report the distance of the one that you keep.",
    "by_loss": "You chose by the generator's loss. It says how it fares against this critic, and not how good its "
    "pictures are.",
    "last": "That is the last one. It is seldom the best.",
    "largest": "A large distance is bad.",
}


def cases(rng):
    for count in (6, 9, 12, 15):
        true = 8 * np.exp(-np.arange(count) / 2) + 1 + 0.25 * np.arange(count)
        while True:
            choosing = (true + 0.5 * rng.normal(size=count)).round(2).clip(0.1)
            reporting = (true + 0.5 * rng.normal(size=count)).round(2).clip(0.1)
            loss = rng.uniform(0.6, 2.5, count).round(2)
            lists = [choosing, reporting, loss]
            lows = [int(one.argmin()) for one in lists]
            once = all(np.sum(one == one.min()) == 1 for one in lists)
            if len({*lows, count - 1}) == 4 and once and len(set(choosing) | set(reporting)) == 2 * count:
                break
        yield {"steps": (100 * (1 + np.arange(count))).tolist(), "choosing": choosing.tolist(),
               "reporting": reporting.tolist(), "generator_losses": loss.tolist()}


def reference(steps, choosing, reporting, generator_losses):
    place = int(np.argmin(choosing))
    return steps[place], reporting[place]


def diagnose(inputs, output):
    steps, choosing, reporting, losses = inputs.values()
    low, other, calm, worst = (int(np.argmin(one)) for one in (choosing, reporting, losses, -np.array(choosing)))
    wrong = {
        "reported_what_chose": [(steps[low], choosing[low])],
        "chosen_by_report": [(steps[other], choosing[other]), (steps[other], reporting[other])],
        "best_of_each": [(steps[low], reporting[other])],
        "by_loss": [(steps[calm], reporting[calm]), (steps[calm], choosing[calm])],
        "last": [(steps[-1], reporting[-1]), (steps[-1], choosing[-1])],
        "largest": [(steps[worst], reporting[worst])],
    }
    for mistake, values in wrong.items():
        if any(np.allclose([float(one) for one in output], value) for value in values):
            return mistake
    return None


# %% tags=["exercise"] exercise="14.keep"
def keep(steps, choosing, reporting, generator_losses):
    """Return the step of the generator to keep, and the distance to report."""
    ### BEGIN SOLUTION
    place = int(np.argmin(choosing))
    return steps[place], reporting[place]
    ### END SOLUTION


# %%
keep_works = check("14.keep", keep)


# %% tags=["mutant"] exercise="14.keep" misconception="reported_what_chose"
def keep(steps, choosing, reporting, generator_losses):
    place = int(np.argmin(choosing))
    return steps[place], choosing[place]


# %% tags=["mutant"] exercise="14.keep" misconception="chosen_by_report"
def keep(steps, choosing, reporting, generator_losses):
    place = int(np.argmin(reporting))
    return steps[place], reporting[place]


# %% tags=["mutant"] exercise="14.keep" misconception="best_of_each"
def keep(steps, choosing, reporting, generator_losses):
    return steps[int(np.argmin(choosing))], min(reporting)


# %% tags=["mutant"] exercise="14.keep" misconception="by_loss"
def keep(steps, choosing, reporting, generator_losses):
    place = int(np.argmin(generator_losses))
    return steps[place], reporting[place]


# %% tags=["mutant"] exercise="14.keep" misconception="last"
def keep(steps, choosing, reporting, generator_losses):
    return steps[-1], reporting[-1]


# %% tags=["mutant"] exercise="14.keep" misconception="largest"
def keep(steps, choosing, reporting, generator_losses):
    place = int(np.argmax(choosing))
    return steps[place], reporting[place]


# %% tags=["variant"] exercise="14.keep"
def keep(steps, choosing, reporting, generator_losses):
    _, step, report = min(zip(choosing, steps, reporting))
    return step, report


# %% [markdown]
# ## 8 · A ring of your own
#
# Everything comes together. The networks are given, as in the lesson: `fresh`, `forward`,
# `backward` and `Adam`. The losses are yours.


# %%
def fresh(sizes, rng):
    """Return weights and biases, one after the other, for layers of these sizes."""
    network = []
    for inputs, units in zip(sizes[:-1], sizes[1:]):
        weights = rng.normal(0, np.sqrt(2 / inputs), (inputs, units))
        network += [weights.astype("float32"), np.zeros(units, "float32")]
    return network


def forward(network, x):
    """Return the network's answers, and what each layer was given."""
    given = []
    for weights, bias in zip(network[::2], network[1::2]):
        x = np.maximum(x, np.float32(0.2) * x) if given else x
        given.append(x)
        x = x @ weights + bias
    return x, given


# %% [markdown]
# Backward, the slopes of the inputs come out as well. They are what the critic hands on
# to the generator.


# %%
def backward(network, given, slope):
    """Return the slopes of all weights and biases, and those of the inputs."""
    slopes = []
    for layer in reversed(range(len(given))):
        slopes = [given[layer].T @ slope, slope.sum(axis=0), *slopes]
        slope = slope @ network[2 * layer].T
        if layer:
            slope = slope * np.where(given[layer] > 0, 1, 0.2).astype("float32")
    return slopes, slope


# %% [markdown]
# And an Adam with a short memory, one for each player:


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
        for one, slope, mean, square in zip(
            network, slopes, self.means, self.squares
        ):
            mean += 0.5 * (slope - mean)
            square += 0.01 * (slope**2 - square)
            one -= np.float32(rate) * mean / (np.sqrt(square) + np.float32(1e-7))


# %% [markdown]
# You get 4,000 real points, shape (4000, 2), in six to nine small clumps around the
# origin; you are not told how many, nor where. Return 2,000 *made* points, shape (2000,
# 2), by a generator that you train. All clumps must be held, as in exercise 3, and at
# least 40 in 100 points must be near a centre. Four minutes are the limit; ten seconds
# are enough.


# %% tags=["definition"] exercise="14.ring"
"""A generator for a ring that nobody has seen."""
import numpy as np

POINTS = 3
SECONDS = 240
NEAR = 0.4
HINTS = [
    "Begin with a game in pairs, by turns: two random numbers for a point, two hidden layers of 64, a critic that sees "
    "*pairs* of points (`points.reshape(-1, 4)`), 64 pairs a step.",
    "A critic's turn needs a slope for real *and* for made scores: `(sigmoid(real) - 1) / 128` and `sigmoid(made) / "
    "128`. The second is the fourth part of `losses`; the first is half of the third, with the real scores in its "
    "place.",
    "2,500 turns, and a rate that falls: `0.002 * (1 - step / 2500)` for both. In the end `forward(generator, "
    "noise)[0]` for 2,000 rows of fresh noise.",
]
MISTAKES = {
    "collapsed": "Not all clumps are held. Show the critic pairs of points, and let neither player take many more "
    "turns than the other.",
    "not_trained": "Hardly a point is near a centre. Do both players move downhill, each with its own slopes and its "
    "own Adam? Are the made points in the batch those of the current generator?",
    "scattered": "All clumps are held, but too many points lie between them: more turns, and a rate that falls "
    "towards zero.",
    "copied": "These are the real points themselves, or nearly. Return points that your generator made.",
    "diverged": "Some points are infinite or no numbers: lower the rate.",
}


def cases(rng):
    clumps = int(rng.integers(6, 10))
    angle = np.arange(clumps) * 2 * np.pi / clumps + rng.uniform(0, 1)
    centres = 2.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = centres[rng.integers(clumps, size=4000)] + 0.12 * rng.normal(size=(4000, 2))
    yield {"points": points.astype("float32"), "centres": centres}


def observe(answer, inputs):
    return answer(inputs["points"].copy())


def accept(inputs, output):
    points, centres = inputs["points"], inputs["centres"]
    if not hasattr(output, "shape") or np.shape(output) != (2000, 2):
        return f"Return an array of shape (2000, 2); came {np.shape(output)}."
    output = np.asarray(output, dtype=float)
    if not np.isfinite(output).all():
        return "diverged"
    nearest = np.array([np.abs(points - one).sum(axis=1).min() for one in output[:200]])
    if np.mean(nearest < 1e-4) > 0.2:
        return "copied"
    distance = np.linalg.norm(output[:, None] - centres, axis=2)
    counts = np.bincount(distance.argmin(axis=1)[distance.min(axis=1) < 0.36], minlength=len(centres))
    held, near = int(np.sum(counts >= 500 / len(centres))), counts.sum() / 2000
    if held == len(centres) and near >= NEAR:
        return True
    if held == len(centres):
        return "scattered"
    return "not_trained" if near < 0.25 and held < len(centres) / 2 else "collapsed"


# %% tags=["exercise"] exercise="14.ring"
def ring(points):
    """Return 2,000 made points, shape (2000, 2), that look like the real ones."""
    ### BEGIN SOLUTION
    rng, turns = np.random.default_rng(0), 2500
    generator, critic = fresh([2, 64, 64, 2], rng), fresh([4, 64, 64, 1], rng)
    adams = Adam(generator), Adam(critic)
    for step in range(turns):
        rate = 0.002 * (1 - step / turns)
        noise = rng.normal(size=(128, 2)).astype("float32")
        made, given = forward(generator, noise)
        real = points[rng.integers(len(points), size=128)]
        both = np.concatenate([real.reshape(64, 4), made.reshape(64, 4)])
        scores, seen = forward(critic, both)
        up = losses(scores[64:], scores[:64])[2] / 2
        down = losses(scores[:64], scores[64:])[3]
        slopes, _ = backward(critic, seen, np.concatenate([up, down]))
        adams[1].step(critic, slopes, rate)
        scores, seen = forward(critic, made.reshape(64, 4))
        _, to_points = backward(critic, seen, losses(scores, scores)[2])
        slopes, _ = backward(generator, given, to_points.reshape(128, 2))
        adams[0].step(generator, slopes, rate)
    return forward(generator, rng.normal(size=(2000, 2)).astype("float32"))[0]
    ### END SOLUTION


# %%
ring_works = check("14.ring", ring)


# %% tags=["mutant"] exercise="14.ring" misconception="not_trained"
def ring(points):
    generator = fresh([2, 64, 64, 2], np.random.default_rng(0))
    return forward(generator, np.random.default_rng(1).normal(size=(2000, 2)).astype("float32"))[0] * np.float32(0.1)


# %% tags=["mutant"] exercise="14.ring" misconception="copied"
def ring(points):
    return points[np.random.default_rng(0).integers(len(points), size=2000)]


# %% tags=["mutant"] exercise="14.ring" misconception="collapsed"
def ring(points):
    rng = np.random.default_rng(0)
    start = points[0]
    one_side = points[((points - start) ** 2).sum(axis=1) < 4]
    return one_side[rng.integers(len(one_side), size=2000)] + 0.02 * rng.normal(size=(2000, 2))


# %% tags=["mutant"] exercise="14.ring" misconception="scattered"
def ring(points):
    rng = np.random.default_rng(0)
    made = points[rng.integers(len(points), size=2000)] + 0.02 * rng.normal(size=(2000, 2))
    made[:1300] *= rng.uniform(0, 0.7, (1300, 1))
    return made


# %% tags=["mutant"] exercise="14.ring" misconception="diverged"
def ring(points):
    return np.full((2000, 2), np.nan)


# %% tags=["variant"] exercise="14.ring"
def ring(points):
    rng, turns = np.random.default_rng(4), 3500
    players = [fresh([2, 48, 48, 2], rng), fresh([6, 48, 48, 1], rng)]
    adams = [Adam(player) for player in players]

    def chance(scores):
        return 1 / (1 + np.exp(-scores))

    for step in range(turns):
        rate = 0.0025 * (1 - step / turns)
        noise = rng.normal(size=(192, 2)).astype("float32")
        made, given = forward(players[0], noise)
        for target, batch in ((1, points[rng.integers(len(points), size=192)]), (0, made)):
            scores, seen = forward(players[1], batch.reshape(64, 6))
            slopes, _ = backward(players[1], seen, ((chance(scores) - target) / 64).astype("float32"))
            adams[1].step(players[1], slopes, rate / 2)
        scores, seen = forward(players[1], made.reshape(64, 6))
        _, to_points = backward(players[1], seen, ((chance(scores) - 1) / 64).astype("float32"))
        adams[0].step(players[0], backward(players[0], given, to_points.reshape(192, 2))[0], rate)
    return forward(players[0], rng.normal(size=(2000, 2)).astype("float32"))[0]


# %% [markdown]
# ## Something to keep
#
# Not a ring this time. Five olives on a plate, one stalk, or your own initials: any
# cloud of points can be forged. Here is a smile.

# %%
arc = rng.uniform(np.pi * 1.15, np.pi * 1.85, 2000)
mouth = 1.6 * np.stack([np.cos(arc), np.sin(arc)], axis=1)
eyes = np.array([[-0.7, 0.9], [0.7, 0.9]])[rng.integers(2, size=2000)]
smile = np.concatenate([mouth, eyes]) + 0.08 * rng.normal(size=(4000, 2))
smile = rng.permutation(smile).astype("float32")

# %% [markdown]
# Your networks get the points, and not a word about what they show:

# %%
forged = ring(smile) if ring_works else None
plot.clouds(
    smile, {"forged by your networks": forged}, title="Nobody told it what a smile is"
) if ring_works else None

# %% [markdown]
# Half of the real points are in the eyes. How many of the forged ones?

# %%
if ring_works and coverage_works:
    corners = np.concatenate([eyes[:1] * [1, 1], eyes[:1] * [-1, 1]])
    _, in_eyes = coverage(forged, corners, 0.08)
    found("in_the_eyes", in_eyes, "{:.0%} of the forged points are in the eyes.")

# %% [markdown]
# Now referee a game live, with your three verdicts in mind. Make the critic win; make
# the generator collapse; then find a balance that is healthy for 8,000 steps.

# %%
explore.duel(scene="grid of nine")

# %% [markdown]
# ## Going further
#
# No check waits here. How many clumps can your game hold, if there are sixteen, or if
# one of them has a single point in a hundred? Draw a spiral in place of a ring. Or give
# the critic triples, and measure over five starts whether that is better than pairs, or
# whether you only believe it.
