"""A generator and a critic in NumPy, complete: both networks, both losses, Adam. The theatre plays it.

Lesson 14 builds all of it by hand; `tests/test_theatre.py` holds the slopes against finite differences.
"""

import itertools

import numpy as np

from layerwise.plot import duels

UNITS, BATCH, SPREAD = 48, 64, 0.1  # units in each hidden layer, points a step, spread of a clump
STRIDE = 25  # steps between two pictures, and between two notes of the losses
REACH = 3.0
LOSSES = ("non-saturating", "minimax")
_LEAK = 0.2
_ALONG = np.linspace(-REACH, REACH, 41)
_PLANE = np.stack(np.meshgrid(_ALONG, _ALONG), axis=-1).reshape(-1, 2).astype("float32")
_SHOWN, _PUSHED = 300, 70


def _ring(count):
    angle = np.arange(count) * 2 * np.pi / count
    return 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1), np.full(count, 1 / count)


def _grid():
    places = np.array([(x, y) for y in (-2.0, 0.0, 2.0) for x in (-2.0, 0.0, 2.0)])
    return places, np.full(9, 1 / 9)


SCENES = {
    "ring of eight": _ring(8),
    "grid of nine": _grid(),
    "one large, two small": (np.array([(-1.5, 0.0), (1.5, 1.5), (1.5, -1.5)]), np.array([0.8, 0.1, 0.1])),
}
"""The centres of the clumps and the share of each, by name."""


def real_points(scene, count, rng):
    """Return points drawn from a scene, shape `(count, 2)`."""
    centres, shares = SCENES[scene]
    chosen = rng.choice(len(centres), size=count, p=shares)
    return (centres[chosen] + SPREAD * rng.normal(size=(count, 2))).astype("float32")


def shares_of(points, scene):
    """Return the share of the points within three spreads of each centre, shape `(clumps,)`."""
    centres, _ = SCENES[scene]
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    near = distance.argmin(axis=1)[distance.min(axis=1) < 3 * SPREAD]
    return np.bincount(near, minlength=len(centres)) / len(points)


def sigmoid(scores):
    """Return 1 / (1 + exp(-scores)), written so that large numbers do not overflow."""
    return (1 + np.tanh(scores / 2)) / 2


def network(sizes, rng):
    """Return weights and biases for layers of these sizes, drawn as He and others proposed.

    Source: https://arxiv.org/abs/1502.01852
    """
    return [
        [rng.normal(0, np.sqrt(2 / inputs), (inputs, units)).astype("float32"), np.zeros(units, "float32")]
        for inputs, units in itertools.pairwise(sizes)
    ]


def forward(layers, x):
    """Return the answers of a network, and what each layer was given."""
    given = []
    for place, (weights, bias) in enumerate(layers):
        given.append(x)
        x = x @ weights + bias
        if place < len(layers) - 1:
            x = np.maximum(x, _LEAK * x)
    return x, given


def backward(layers, given, slope):
    """Return the slopes of weights and biases, and those of the inputs, for a slope of the answers."""
    found = []
    for place in reversed(range(len(layers))):
        found.append([given[place].T @ slope, slope.sum(axis=0)])
        slope = slope @ layers[place][0].T
        if place:
            slope = slope * np.where(given[place] > 0, 1, _LEAK).astype("float32")
    return found[::-1], slope


def critic_loss(real, made):
    """Return the critic's loss for the scores of real and of generated points, and its slopes for both."""
    loss = np.mean(np.logaddexp(0, -real)) + np.mean(np.logaddexp(0, made))
    return float(loss) / 2, (sigmoid(real) - 1) / (2 * len(real)), sigmoid(made) / (2 * len(made))


def generator_loss(made, kind):
    """Return the generator's loss for the scores of its points, and its slope."""
    if kind == "minimax":
        return float(-np.mean(np.logaddexp(0, made))), -sigmoid(made) / len(made)
    return float(np.mean(np.logaddexp(0, -made))), (sigmoid(made) - 1) / len(made)


class Adam:
    """Adam with little memory of the last steps, as in https://arxiv.org/abs/1511.06434."""

    def __init__(self, layers):
        self._moments = [[(np.zeros_like(one), np.zeros_like(one)) for one in layer] for layer in layers]
        self._count = 0

    def step(self, layers, slopes, rate):
        """Move all weights, in place."""
        self._count += 1
        rate = rate * np.sqrt(1 - 0.99**self._count) / (1 - 0.5**self._count)
        for layer, along, moments in zip(layers, slopes, self._moments, strict=True):
            for weights, slope, (mean, square) in zip(layer, along, moments, strict=True):
                mean += 0.5 * (slope - mean)
                square += 0.01 * (slope * slope - square)
                weights -= np.float32(rate) * mean / (np.sqrt(square) + np.float32(1e-7))


class Duel:
    """Hold both networks and what has happened so far, for one state of the controls."""

    def __init__(self, state):
        self.state = dict(state)
        self._rng = np.random.default_rng(state["seed"])
        self.generator = network([state["noise"], UNITS, UNITS, 2], self._rng)
        self.critic = network([2, UNITS, UNITS, 1], self._rng)
        self._optimisers = Adam(self.generator), Adam(self.critic)
        self.real = real_points(state["scene"], _SHOWN, self._rng)
        self._fixed = self._noise(1000)
        self.steps, self.losses, self._latest = 0, [], None
        self._note()

    def _noise(self, count):
        return self._rng.normal(size=(count, self.state["noise"])).astype("float32")

    def _blurred(self, points):
        blur = self.state["blur"]
        return points + blur * self._rng.normal(size=points.shape).astype("float32") if blur else points

    def _step(self):
        made, given = forward(self.generator, self._noise(BATCH))
        shown = np.concatenate([self._blurred(real_points(self.state["scene"], BATCH, self._rng)), self._blurred(made)])
        scores, seen = forward(self.critic, shown)
        of_critic, *slopes = critic_loss(scores[:BATCH], scores[BATCH:])
        along, _ = backward(self.critic, seen, np.concatenate(slopes))
        self._optimisers[1].step(self.critic, along, self.state["critic_rate"])
        scores, seen = forward(self.critic, self._blurred(made))
        of_generator, slope = generator_loss(scores, self.state["loss"])
        _, to_points = backward(self.critic, seen, slope)
        along, _ = backward(self.generator, given, to_points)
        self._optimisers[0].step(self.generator, along, self.state["generator_rate"])
        self._latest = of_critic, of_generator
        self.steps += 1

    def _note(self):
        if self._latest is None:
            made = forward(self.critic, forward(self.generator, self._fixed)[0])[0]
            real = forward(self.critic, self.real)[0]
            self._latest = critic_loss(real, made)[0], generator_loss(made, self.state["loss"])[0]
        self.losses.append((self.steps, *self._latest))

    def advance(self, steps):
        """Let both learn for some steps; the losses are noted after every 25."""
        for _ in range(steps):
            self._step()
            if self.steps % STRIDE == 0:
                self._note()

    def result(self):
        """Return everything that is drawn and said."""
        made = forward(self.generator, self._fixed)[0]
        pushed = made[:_PUSHED]
        scores, given = forward(self.critic, pushed)
        slope = generator_loss(scores, self.state["loss"])[1] * len(pushed)
        push = -backward(self.critic, given, slope)[1]
        length = np.linalg.norm(push, axis=1, keepdims=True)
        push = 0.25 * push / np.maximum(1, 0.5 * length)  # to scale, but never longer than half a unit
        shares = shares_of(made, self.state["scene"])
        due = SCENES[self.state["scene"]][1]
        return {
            "steps": self.steps, "scene": self.state["scene"], "real": self.real, "generated": made[:_SHOWN],
            "along": _ALONG, "field": sigmoid(forward(self.critic, _PLANE)[0]).reshape(len(_ALONG), -1),
            "pushes": np.stack([pushed, pushed + push], axis=1)[(np.abs(pushed) < REACH).all(axis=1)],
            "shares": shares, "due": due, "held": int(np.sum(shares >= due / 4)), "near": float(shares.sum()),
            "losses": np.array(self.losses), "push": float(np.median(length)),
        }


def compute(*, steps=0, **state):
    """Return the result of `steps` steps from the start."""
    duel = Duel(state)
    duel.advance(steps)
    return duel.result()


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    names = ("real", "generated", "along", "field", "pushes", "shares", "due", "losses")
    return duels.duel(
        **{name: result[name] for name in names}, narrow=narrow, room=1000 * -(-result["steps"] // 1000) or None,
        title=f"Generator and critic: {result['scene']}",
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and how the generator stands."""
    count = len(result["due"])
    stands = f"its points hold {result['held']} of {count} clumps, {result['near']:.0%} of them lie near a centre"
    return f"{_moved(state, result, changed)}: {stands}."


def _moved(state, result, changed):
    steps = result["steps"]
    if changed in ("generator_rate", "critic_rate"):
        generator, critic = state["generator_rate"], state["critic_rate"]
        if generator == critic:
            return "Both learn at the same rate from here on"
        fast, times = ("critic", critic / generator) if critic > generator else ("generator", generator / critic)
        return f"From here on the {fast} learns at {times:.3g} times the other's rate"
    if changed == "blur":
        if not state["blur"]:
            return "Without blur the critic sees every gap"
        return f"All points are blurred by {state['blur']:g} before the critic sees them"
    if changed == "loss":
        return f"The {state['loss']} loss pushes a point with a force of {result['push']:.2f} in the middle case"
    if steps == 0 and changed:
        return "Both networks begin again, untrained"
    if steps == 0:
        return "Neither network has learned anything yet"
    return f"After {steps:,} steps of each"
