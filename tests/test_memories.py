"""The unrolled network explorer and its figure, without a browser."""

import time

import numpy as np
import pytest
from explorers import unrolled
from layerwise import explore, plot
from layerwise.explore import memories

KINDS = ("simple", "LSTM", "GRU")


def test_slopes_states_and_gates_stay_within_their_bounds():
    network = unrolled()
    for state in network.sweep():
        result = network.compute(**state)
        assert len(result["slopes"]) == state["steps"] and (result["slopes"] > 0).all()
        assert np.abs(result["states"]).max() <= 1
        assert all((gate >= 0).all() and (gate <= 1).all() for gate in result["gates"].values())


def test_the_sentence_says_what_moved_in_every_cell():
    network = unrolled()
    for cell in network.controls[0].options:
        network.cell = cell
        result = network.compute()
        said = {network.say(network.state, result, changed) for changed in (None, *network.state)}
        assert len(said) >= 4 and all(sentence.endswith(".") for sentence in said)


def test_computing_is_quick():
    network = explore.unrolled()
    for cell in KINDS:
        network.compute(cell=cell, steps=200)
        start = time.process_time()
        for _ in range(5):
            network.compute(cell=cell, steps=200)
        assert (time.process_time() - start) / 5 < 0.06


@pytest.mark.parametrize("kind", KINDS)
def test_states_are_those_of_keras(kind):
    keras = pytest.importorskip("keras")
    layer = getattr(keras.layers, "SimpleRNN" if kind == "simple" else kind)(5, return_sequences=True)
    x = np.random.default_rng(0).normal(size=(3, 9, 4)).astype("float32")
    layer.build(x.shape)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=part.shape) / 2 for part in layer.get_weights()])
    states, _, _ = memories.forward(kind, x, *layer.get_weights())
    assert np.allclose(states, keras.ops.convert_to_numpy(layer(x))[0], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_slopes_are_those_by_nudging(kind):
    rng = np.random.default_rng(0)
    kernel, loop, bias = memories.fresh(kind, 3, units=4)
    x = rng.normal(size=(1, 6, 3))
    _, _, tape = memories.forward(kind, x, kernel, loop, bias)
    slopes = memories.backward(kind, tape, loop)
    end = np.random.default_rng(1).normal(size=(1, 4))
    end /= np.linalg.norm(end)

    def last(state):
        """Run the cell from a state, as a flat vector, and return the direction's share of the last."""
        h, c = state[:4][None], state[4:][None]
        for step in range(6):
            h, c = one_step(kind, x[:, step], h, c, kernel, loop, bias)
        return float(np.sum(h * end))

    start, parts = np.zeros(8), 8 if kind == "LSTM" else 4
    nudges = np.eye(8)[:parts] * 1e-5
    by_nudging = [(last(start + nudge) - last(start - nudge)) / 2e-5 for nudge in nudges]
    assert np.isclose(slopes[0], np.linalg.norm(by_nudging), rtol=1e-5)


def one_step(kind, x, h, c, kernel, loop, bias):
    def sigmoid(values):
        return 1 / (1 + np.exp(-values))

    if kind == "simple":
        return np.tanh(x @ kernel + h @ loop + bias), c
    if kind == "LSTM":
        i, f, g, o = np.split(x @ kernel + h @ loop + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    here, back = np.split(x @ kernel + bias[0], 3, axis=1), np.split(h @ loop + bias[1], 3, axis=1)
    z, r = sigmoid(here[0] + back[0]), sigmoid(here[1] + back[1])
    return z * h + (1 - z) * np.tanh(here[2] + r * back[2]), c


def test_first_weights_are_those_that_keras_draws():
    keras = pytest.importorskip("keras")
    for kind in KINDS:
        layer = getattr(keras.layers, "SimpleRNN" if kind == "simple" else kind)(16)
        layer.build((None, None, 8))
        for ours, theirs in zip(memories.fresh(kind, 8), layer.get_weights(), strict=True):
            assert ours.shape == theirs.shape
            assert np.isclose(ours.std(), theirs.std(), rtol=0.1)
        loop = memories.fresh(kind, 8)[1]
        assert np.allclose(loop @ loop.T, np.eye(16), atol=1e-9)


def test_gates_keep_when_they_are_told_to():
    network = explore.unrolled(cell="LSTM")
    little = network.compute()["slopes"][0]
    network.keep = 4
    assert network.compute()["slopes"][0] > 1e6 * little
    assert "forget gate" in network.sentence
    network.set(cell="simple", keep=0)
    network.keep = 2
    assert "no gate" in network.sentence


def test_wrong_weights_are_refused():
    with pytest.raises(ValueError, match="get_weights"):
        explore.unrolled({"x": [np.zeros((2, 3))]})
    with pytest.raises(ValueError, match="features"):
        explore.unrolled({"x": memories.fresh("GRU", 5)}, np.zeros((2, 3, 4)))


def test_the_figure_stands_alone():
    made = plot.unrolled([0.1, 0.5, 1.0], gates={"forget": np.full((3, 2), 0.5)}, states=np.zeros((3, 2)))
    assert "forget gate is open 50%" in plot.describe(made)
    assert plot.unrolled([0.1, 1.0]).layout.height
    assert plot.unrolled([0.0, 1.0], states=np.zeros((2, 2)), narrow=True)
    with pytest.raises(ValueError, match="steps"):
        plot.unrolled([0.1, 1.0], states=np.zeros((3, 2)))
