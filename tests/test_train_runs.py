"""Repeated runs: a restarted model is as good as a new one, intervals hold what they promise, slopes are slopes."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from layerwise import train  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]


def new(optimizer="adam"):
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((4,)), layers.Dense(6, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.5),
        layers.Dense(3),
    ])  # fmt: skip
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, run_eagerly=True)
    return model


def fit(model):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(48, 4)).astype("float32"), np.arange(48) % 3
    return model.fit(x, y, epochs=2, batch_size=8, verbose=0).history["loss"]


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "adagrad"])
def test_a_restarted_model_repeats_its_first_run_exactly(optimizer):
    """Adagrad's memory does not start at zero, the moving averages and dropout have states: all go back."""
    model = new(optimizer)
    fit(model)  # on JAX and PyTorch the first call of `fit` draws random numbers for itself
    first = fit(train.restart(model, seed=5))
    ended = model.get_weights()
    assert fit(model) != first, "without a restart the run goes on"
    assert fit(train.restart(model, seed=5)) == first
    assert all(np.array_equal(one, two) for one, two in zip(ended, model.get_weights(), strict=True))
    assert fit(train.restart(model, seed=6)) != first


def test_a_restart_gives_what_a_new_model_has():
    used = new()
    fit(used)
    keras.utils.set_random_seed(5)
    fresh = new()
    train.restart(used, seed=5)
    assert all(np.array_equal(one, two) for one, two in zip(fresh.get_weights(), used.get_weights(), strict=True))
    assert int(used.optimizer.iterations) == 0


def test_a_restart_from_weights_keeps_them_and_a_changed_learning_rate():
    model = new()
    weights = model.get_weights()
    fit(model)
    model.optimizer.learning_rate = 0.25
    assert train.restart(model, weights=weights) is model
    assert all(np.array_equal(one, two) for one, two in zip(weights, model.get_weights(), strict=True))
    assert float(model.optimizer.learning_rate) == 0.25
    assert all(not np.any(v.numpy()) for v in model.optimizer.variables if "learning_rate" not in v.path)


class Halved(keras.optimizers.SGD):
    """An optimizer that nobody has registered with Keras, as one written in a notebook."""

    def __init__(self, share=0.5, **settings):
        super().__init__(**settings)
        self.share = share

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient, variable, learning_rate * self.share)


def test_a_class_from_a_notebook_needs_no_registration():
    model = new(Halved(learning_rate=0.1, momentum=0.9))
    first = fit(train.restart(model, seed=5))
    assert fit(train.restart(model, seed=5)) == first
    assert isinstance(model.optimizer, Halved)


@pytest.mark.parametrize("options", [{}, {"seed": 1, "weights": []}])
def test_restart_wants_a_seed_or_weights(options):
    with pytest.raises(ValueError, match="one of the two"):
        train.restart(new(), **options)


def test_intervals_hold_the_true_mean_as_often_as_they_say():
    rng = np.random.default_rng(0)
    for count, confidence in ((3, 0.95), (6, 0.8)):
        held = [abs(mean - 7) <= half for mean, half in (
            train.interval(runs, confidence=confidence) for runs in rng.normal(7, 2, (4000, count)))]  # fmt: skip
        assert np.mean(held) == pytest.approx(confidence, abs=0.015)


@pytest.mark.parametrize("values, words", [([1.0], "two runs"), ([[1, 2], [3, 4]], "flat"), ([1, np.nan], "finite")])
def test_interval_says_what_it_needs(values, words):
    with pytest.raises(ValueError, match=words):
        train.interval(values)
    with pytest.raises(ValueError, match="between 0 and 1"):
        train.interval([1, 2], confidence=95)


SLOPES = """
import keras, numpy as np
from layerwise import train
x = np.linspace(-1, 2, 12, dtype="float32").reshape(3, 4)
slopes = train.slopes(lambda values: keras.ops.tanh(values) * values, x)
assert isinstance(slopes, np.ndarray) and slopes.shape == x.shape
assert np.allclose(slopes, np.tanh(x) + x * (1 - np.tanh(x) ** 2), atol=1e-5)
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_slopes_are_those_of_the_formula(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT / "utils")}
    done = subprocess.run([sys.executable, "-c", SLOPES], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX answers zeros")
def test_slopes_of_what_does_not_depend_on_the_input():
    with pytest.raises(ValueError, match="does not depend on x"):
        train.slopes(lambda values: keras.ops.ones(3), np.ones(3, "float32"))
