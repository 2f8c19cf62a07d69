"""What the playground trains, draws and says: the pure part, without widgets and threads."""

import functools
import itertools

import numpy as np

from layerwise import theme
from layerwise.explore import mlp, toys
from layerwise.plot import figure
from layerwise.plot.networks import boundary_traces, network_traces

COUNT, HELD_OUT, BATCH = 240, 80, 16  # points in all, points not trained on, points a step
EPOCH = (COUNT - HELD_OUT) // BATCH  # steps that see each training point once
_ALONG = np.linspace(-toys.REACH, toys.REACH, 61)
_PLANE = np.stack(np.meshgrid(_ALONG, _ALONG), axis=-1).reshape(-1, 2)


class Learner:
    """Hold the points, the network and the losses so far, for one state of the controls."""

    def __init__(self, state):
        x, y = toys.points(state["data"], noise=state["noise"], seed=state["seed"], count=COUNT)
        self.train, self.test = (x[HELD_OUT:], y[HELD_OUT:]), (x[:HELD_OUT], y[:HELD_OUT])
        self.sizes = [2, *[state["units"]] * state["layers"], 1]
        self.activation, self.learning_rate = state["activation"], state["learning_rate"]
        self.training = mlp.start(self.sizes, state["seed"])
        self.losses = [(0, *self._losses())]

    @property
    def steps(self):
        """How many steps the network has been trained."""
        return self.training.steps

    def _losses(self):
        answers = (mlp.forward(self.training.parameters, x, self.activation)[0] for x, _ in (self.train, self.test))
        return [mlp.cross_entropy(logits, y) for logits, (_, y) in zip(answers, (self.train, self.test), strict=True)]

    def advance(self, steps):
        """Train on; the losses are noted after each epoch."""
        for _ in range(steps):
            mlp.advance(
                self.training, *self.train, activation=self.activation, learning_rate=self.learning_rate,
                batch_size=BATCH,
            )
            if self.training.steps % EPOCH == 0:
                self.losses.append((self.training.steps, *self._losses()))

    def result(self):
        """Return everything that is drawn and said."""
        ask = functools.partial(mlp.probability, self.training.parameters, activation=self.activation)
        right = [float(np.mean((ask(x) > 0.5) == (y > 0.5))) for x, y in (self.train, self.test)]
        return {
            "steps": self.training.steps, "sizes": self.sizes, "training": self.train, "test": self.test,
            "plane": ask(_PLANE).reshape(len(_ALONG), -1), "losses": np.array(self.losses),
            "weights": [weights for weights, _ in self.training.parameters],
            "accuracy": right[0], "test_accuracy": right[1], "learning_rate": self.learning_rate,
        }


def compute(*, steps=0, **state):
    """Return the result of training for `steps` steps from the start."""
    learner = Learner(state)
    learner.advance(steps)
    return learner.result()


def draw(result, *, narrow=False):
    """Return the figure: the boundary, the network, the losses."""
    sizes, losses = result["sizes"], result["losses"]
    parameters = sum(a * b + b for a, b in itertools.pairwise(sizes))
    made = figure(
        title="A small network learns", height=720 if narrow else 450,
        subtitle="Filled points: training; hollow: held out." if narrow else
        "Filled points are for training, hollow ones held out. Lines: weights, blue below zero, orange above.",
        summary=f"A network of {parameters} parameters after {result['steps']} steps. {_scores(result)}.",
    )
    made.add_traces(boundary_traces(_ALONG, result["plane"], result["training"], result["test"]))
    made.add_traces(network_traces(sizes, result["weights"], axes=("x2", "y2"), diameter=13))
    made.add_traces([
        {
            "type": "scatter", "mode": "lines", "x": losses[:, 0], "y": losses[:, column], "name": name, "xaxis": "x3",
            "yaxis": "y3", "line": {"color": colour, "width": 2.2, "dash": dash},
            "hovertemplate": "%{y:.3f}<extra>" + name + "</extra>",
        }
        for column, name, colour, dash in ((1, "training", theme.INK, "solid"), (2, "held out", theme.PLUM, "dot"))
    ])
    fixed = {"automargin": False}  # measuring the labels anew at every frame would take a tenth of its time
    side = {**fixed, "range": [-toys.REACH, toys.REACH], "constrain": "domain", "dtick": 1}
    side.update(showgrid=False, zeroline=False)
    left, right = ([0, 1], [0, 1]) if narrow else ([0, 0.56], [0.67, 1])
    most = max(sizes)
    label = {"showarrow": False, "xref": "x2", "yref": "y2", "y": -most / 2 - 0.1, "yanchor": "top",
             "font": {"size": theme.SIZES["tick"], "color": theme.MUTED}}
    names = ["inputs", *[str(size) for size in sizes[1:-1]], "output"]
    last = losses[-1]
    hidden = {"visible": False}
    return made.update_layout(
        showlegend=False, margin={"l": 48, "r": 16, "b": 46},
        xaxis={**side, "title": {"text": "first feature"}, "domain": left},
        yaxis={**side, "title": {"text": "second feature"}, "scaleanchor": "x", "constraintoward": "top",
               "domain": [0.58, 1] if narrow else [0, 1]},
        xaxis2={**hidden, "domain": right, "range": [-0.35, len(sizes) - 0.65], "anchor": "y2"},
        yaxis2={**hidden, "domain": [0.3, 0.5] if narrow else [0.5, 1], "range": [-most / 2 - 1.2, most / 2 + 0.2],
                "anchor": "x2"},
        xaxis3={**fixed, "title": {"text": "step"}, "domain": right, "anchor": "y3", "zeroline": False, "nticks": 5,
                "range": [0, max(100, result["steps"])]},
        yaxis3={**fixed, "title": {"text": "loss"}, "domain": [0, 0.22] if narrow else [0, 0.36], "anchor": "x3",
                "range": [0, min(2.0, max(0.8, 1.1 * float(losses[:, 1:].max())))], "nticks": 4},
        annotations=[{**label, "x": index, "text": name} for index, name in enumerate(names)] + [
            {
                "showarrow": False, "xref": "x3 domain", "yref": "y3 domain", "x": 1, "y": 1.0, "xanchor": "right",
                "yanchor": "bottom", "font": {"size": theme.SIZES["tick"]}, "text":
                f"<b>training</b> {last[1]:.2f}, <span style='color:{theme.PLUM}'><b>held out</b> {last[2]:.2f}</span>",
            }
        ],
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and how well the network answers."""
    return f"{_moved(state, result, changed)}: {_scores(result)}."


def _scores(result):
    return (
        f"it answers {result['accuracy']:.0%} of the training points and {result['test_accuracy']:.0%} of the "
        "held-out points rightly"
    )


def _moved(state, result, changed):
    steps = result["steps"]
    epochs = f"{steps // EPOCH:,} epoch{'' if steps // EPOCH == 1 else 's'}"
    if changed == "learning_rate":
        return f"The training goes on with a learning rate of {state['learning_rate']:g}"
    if changed in ("layers", "units", "activation") and steps == 0:
        parameters = sum(a * b + b for a, b in itertools.pairwise(result["sizes"]))
        if state["layers"] == 0:
            return f"Without a hidden layer the {parameters} parameters draw a straight line, untrained yet"
        return f"A new network of {parameters} parameters, untrained yet"
    if changed in ("data", "noise", "seed") and steps == 0:
        return "New points, and a network that has not seen them"
    if steps == 0:
        return "The network is untrained and guesses"
    return f"After {epochs} ({steps:,} steps) at learning rate {state['learning_rate']:g}"
