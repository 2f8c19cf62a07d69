"""The playground: its network is right, its training repeatable, its loop under control."""

import itertools
import threading

import numpy as np
import pytest
from layerwise import explore
from layerwise.explore import mlp, toys
from layerwise.explore.playgrounds import MOST_STEPS, Playground
from layerwise.explore.playing import _PATIENCE


@pytest.mark.parametrize("activation", mlp.ACTIVATIONS)
@pytest.mark.parametrize("sizes", [[2, 1], [2, 3, 1], [2, 4, 4, 3, 1]])
def test_gradients_equal_finite_differences(activation, sizes):
    rng = np.random.default_rng(3)
    parameters = [(w, rng.normal(0, 0.3, b.shape)) for w, b in mlp.initialise(sizes, rng)]
    x, y = rng.normal(size=(7, 2)), rng.integers(0, 2, 7).astype(float)
    found = mlp.gradients(parameters, x, y, activation)
    step = 1e-5
    for layer, pair in enumerate(parameters):
        for which, array in enumerate(pair):
            for place in np.ndindex(array.shape):
                losses = []
                for sign in (1, -1):
                    array[place] += sign * step
                    losses.append(mlp.cross_entropy(mlp.forward(parameters, x, activation)[0], y))
                    array[place] -= sign * step
                assert found[layer][which][place] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=1e-6)


def test_training_agrees_with_keras():
    """Twenty steps of Adam from the same weights, in the same batches, give the same weights."""
    keras = pytest.importorskip("keras")
    x, y = toys.points("circles", count=64)
    training = mlp.start([2, 5, 1], seed=1)
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(5, activation="tanh"), keras.layers.Dense(1)])
    network.set_weights([array for pair in training.parameters for array in pair])
    network.compile(keras.optimizers.Adam(0.05), keras.losses.BinaryCrossentropy(from_logits=True))
    for _ in range(20):
        training.order = np.arange(64)
        mlp.advance(training, x, y, activation="tanh", learning_rate=0.05, batch_size=64)
        network.train_on_batch(x, y[:, None])
    for ours, theirs in zip([a for pair in training.parameters for a in pair], network.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_each_epoch_shows_every_point_once():
    training = mlp.start([2, 1], seed=0)
    x, y = toys.points("circles", count=32)
    for _ in range(2):
        left = [set(range(32))]
        for _ in range(4):
            mlp.advance(training, x, y, activation="tanh", learning_rate=0.01, batch_size=8)
            left.append(set(training.order.tolist()))
        assert [len(points) for points in left] == [32, 24, 16, 8, 0]
        assert all(later < earlier for earlier, later in itertools.pairwise(left))


@pytest.mark.parametrize("data", toys.SHAPES)
def test_points_are_balanced_repeatable_and_inside_the_picture(data):
    x, y = toys.points(data, noise=0.1, seed=4, count=200)
    again, _ = toys.points(data, noise=0.1, seed=4, count=200)
    assert x.shape == (200, 2) and y.sum() == 100
    assert np.array_equal(x, again)
    assert not np.array_equal(x, toys.points(data, noise=0.1, seed=5, count=200)[0])
    assert np.mean(np.abs(x) < toys.REACH) > 0.99


def test_computing_equals_stepping():
    playground = explore.playground(data="exclusive-or")
    for count in (7, 13, 20):
        playground.step(count)
    assert playground.steps == 40
    at_once = playground.compute(steps=40)
    assert np.array_equal(playground._current()[0]["plane"], at_once["plane"])
    assert np.array_equal(playground._current()[0]["losses"], at_once["losses"])


@pytest.mark.parametrize("data, layers, units, least", [
    ("two gaussians", 0, 1, 0.97), ("circles", 1, 4, 0.97), ("exclusive-or", 1, 8, 0.9), ("spirals", 2, 8, 0.9),
])
def test_each_data_set_can_be_learned(data, layers, units, least):
    result = explore.playground().compute(data=data, layers=layers, units=units, steps=1500)
    assert result["test_accuracy"] >= least


@pytest.mark.parametrize("data", ["circles", "exclusive-or"])
def test_no_straight_line_separates_what_bends(data):
    result = explore.playground().compute(data=data, layers=0, steps=500)
    assert result["accuracy"] < 0.75


def test_a_large_learning_rate_is_unstable_and_a_small_one_slow():
    playground = explore.playground()
    last = {
        rate: playground.compute(layers=2, units=8, learning_rate=rate, steps=200)["losses"][-1, 1]
        for rate in (0.003, 0.03, 1.0)
    }
    assert last[0.03] < last[0.003] and last[0.03] < last[1.0]


# ---- the controls and the loop


def test_the_learning_rate_goes_on_and_all_else_begins_again():
    playground = explore.playground()
    playground.step(20)
    playground.learning_rate = 0.1
    assert playground.steps == 20
    assert playground._current()[0]["learning_rate"] == 0.1, "the training that runs goes on with the new rate"
    playground.units = 6
    assert playground.steps == 0
    assert "untrained" in playground.sentence


def test_reset_begins_again_with_the_same_weights():
    playground = explore.playground()
    first = playground.figure().to_json()
    playground.step(30)
    assert playground.figure().to_json() != first
    playground.reset()
    assert playground.steps == 0 and playground.figure().to_json() == first


def loops():
    return [thread for thread in threading.enumerate() if thread.name == "layerwise-play"]


@pytest.fixture
def fast(monkeypatch):
    monkeypatch.setattr(Playground, "_FRAME", 0.0)


def test_playing_stops_at_the_cap_and_begins_again_after_it(fast):
    playground = explore.playground()
    playground.play()
    playground._thread.join(120)
    assert playground.steps == MOST_STEPS and not playground.playing
    playground.play()
    playground.pause()
    assert playground.steps < MOST_STEPS


def test_there_is_one_loop_and_pausing_ends_it():
    playground = explore.playground()
    playground.play()
    playground.play()
    assert len(loops()) == 1 and playground.playing
    playground.pause()
    assert loops() == [] and not playground.playing
    steps = playground.steps
    playground.step(1)
    assert playground.steps == steps + 1


def test_closing_ends_the_loop(monkeypatch):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    playground = explore.playground()
    playground._repr_mimebundle_()
    playground.play()
    assert playground._play_button.description == "Pause"
    playground.close()
    assert loops() == []


def test_the_loop_waits_for_the_browser(monkeypatch):
    """With a browser that draws nothing, the loop is one picture ahead and no more."""
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    playground = explore.playground()
    playground._repr_mimebundle_()
    picture = playground._panel.picture
    asked = threading.Event()
    waited_for = []

    def wait(serial, *, timeout, stop):
        waited_for.append(serial)
        asked.set()
        return stop.wait(60)

    monkeypatch.setattr(picture, "wait", wait)
    before = picture.serial
    playground.play()
    assert asked.wait(30)
    playground.close()
    assert waited_for == [before + 1]


def test_the_loop_ends_when_nobody_looks(monkeypatch, fast):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    playground = explore.playground()
    playground._repr_mimebundle_()
    monkeypatch.setattr(playground._panel.picture, "wait", lambda serial, *, timeout, stop: False)
    playground.play()
    playground._thread.join(60)
    assert not playground.playing and playground.steps == 10 * _PATIENCE
    assert playground._play_button.description == "Train"
    playground.close()


def test_an_answer_from_the_browser_ends_the_wait(monkeypatch):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    neuron = explore.neuron()
    neuron._repr_mimebundle_()
    picture, stop = neuron._panel.picture, threading.Event()
    answer = threading.Timer(0.01, picture._receive, (None, {"kind": "drawn", "serial": picture.serial}, []))
    answer.start()
    picture.wait(picture.serial, timeout=600, stop=stop)  # returns long before the timeout, or the test hangs
    answer.join()
    neuron.close()


def test_a_kernel_that_leaves_does_not_wait_for_training(tmp_path):
    import subprocess
    import sys

    script = "from layerwise import explore\nplayground = explore.playground()\nplayground.play()\nprint('leaving')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout.strip() == "leaving" and done.stderr == ""


def test_steps_must_be_a_number():
    with pytest.raises(ValueError, match="0 or more"):
        explore.playground().step(-1)
