"""The optimiser race and the learning-rate finder: right formulas, models put back."""

import json
import threading
import time

import numpy as np
import pytest
from explorers import classifier, examples, learning_rate_finder
from layerwise import explore, plot
from layerwise.explore import finders, optimisers, races
from layerwise.plot import landscapes

NAMES = list(landscapes.SURFACES)


@pytest.mark.parametrize("name", NAMES)
def test_slopes_equal_finite_differences_and_the_lowest_points_are_lowest(name):
    ground = landscapes.surface(name)
    rng = np.random.default_rng(0)
    for x, y in rng.uniform(-2, 2, size=(20, 2)):
        tiny = 1e-5
        measured = (
            (ground.height(x + tiny, y) - ground.height(x - tiny, y)) / (2 * tiny),
            (ground.height(x, y + tiny) - ground.height(x, y - tiny)) / (2 * tiny),
        )
        np.testing.assert_allclose(ground.slope(x, y), measured, atol=1e-5, rtol=1e-5)
        assert ground.height(x, y) >= -1e-12
    for point in ground.lowest:
        assert ground.height(*point) == pytest.approx(0, abs=1e-12)
        np.testing.assert_allclose(ground.slope(*point), 0, atol=1e-9)


def test_an_unknown_surface_names_the_nearest():
    with pytest.raises(ValueError, match='Did you mean "ravine"'):
        plot.race({"SGD": [[0, 0]]}, on="ravin")


@pytest.mark.parametrize("name", optimisers.RULES)
def test_each_optimiser_walks_as_keras_does(name):
    keras = pytest.importorskip("keras")
    ground = landscapes.surface("Rosenbrock")
    own = optimisers.path(name, ground.slope, (-1.5, 1.0), rate=0.02, momentum=0.8, steps=100)
    theirs = {
        "SGD": lambda: keras.optimizers.SGD(0.02),
        "momentum": lambda: keras.optimizers.SGD(0.02, momentum=0.8),
        "RMSprop": lambda: keras.optimizers.RMSprop(0.02),
        "Adam": lambda: keras.optimizers.Adam(0.02),
    }[name]()
    point = keras.Variable([-1.5, 1.0], dtype="float64")
    for step in range(100):
        slope = np.array(ground.slope(*keras.ops.convert_to_numpy(point)))
        theirs.apply([keras.ops.convert_to_tensor(slope)], [point])
        # Keras keeps the learning rate itself in single precision.
        np.testing.assert_allclose(own[step + 1], keras.ops.convert_to_numpy(point), atol=1e-5)


def test_a_path_that_runs_away_ends():
    points = optimisers.path("SGD", lambda x, y: (x, 25 * y), (1.0, 1.0), rate=1.0)
    assert len(points) < 10 and np.isfinite(points).all()


def test_the_race_steps_plays_and_resets():
    race = explore.optimiser_race(steps=190)
    race.step(5)
    assert race.steps == 195
    race.play()
    for thread in [one for one in threading.enumerate() if one.name == "layerwise-play"]:
        thread.join(20)
    assert race.steps == races.STEPS and not race.playing
    race.reset()
    assert race.steps == 0
    with pytest.raises(ValueError, match="0 or more"):
        race.step(-1)


def test_a_reset_while_it_plays_has_the_last_word():
    race = explore.optimiser_race()
    for pause in np.linspace(0, 0.1, 12):
        race.play()
        time.sleep(pause)
        race.reset()
        for thread in [one for one in threading.enumerate() if one.name == "layerwise-play"]:
            thread.join(20)
        assert race.steps == 0 and not race.playing


def test_the_sentence_names_who_left():
    race = explore.optimiser_race(surface="ravine", learning_rate=0.1, steps=100)
    assert "SGD has left the picture" in race.sentence
    race.set(surface="bowl", learning_rate=0.03, steps=0)
    assert "all four stand at a loss of" in race.sentence


# ---- the finder


def values(made):
    from keras import ops

    return [np.array(ops.convert_to_numpy(v)) for v in (*made.variables, *made.optimizer.variables)]


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_the_model_is_put_back(kind, trained):
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    x, y = examples()
    made = classifier(getattr(keras.optimizers, kind)(0.02))
    made.optimizer.build(made.trainable_variables)
    if trained:
        made.fit(x, y, verbose=0)
    before = values(made)
    finder = explore.learning_rate_finder(made, x, y, sweeps=2)
    finder.run()
    for one, other in zip(before, values(made), strict=True):
        np.testing.assert_array_equal(one, other)
    assert finder.losses.shape == (3, 100)
    if finder.suggestion is None:
        assert trained, "the loss of an untrained network falls"
        return
    low, high = finder.suggestion
    assert 1e-5 < low <= finder.steepest <= high < 10


def test_the_finder_tells_too_small_from_too_large():
    pytest.importorskip("keras")
    finder = learning_rate_finder()
    said = set()
    for state in [*finder.sweep(), *({"rate": rate, "smoothing": 0.7} for rate in finders.RATES)]:
        result = finder.compute(**state)
        assert json.loads(finder.draw(result).to_json())["data"]
        said.add(finder.say(state, result).split(";")[0])
        assert finder.say(state, result, "smoothing").startswith("Smoothing")
    assert any("too small" in one for one in said) and any("too large" in one for one in said)


def test_a_model_that_has_seen_no_input_and_examples_in_lists():
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    x, y = examples()
    made = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(3, activation="softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    finder = explore.learning_rate_finder(made, x.tolist(), y.tolist(), sweeps=1)
    before = values(made)
    finder.run()
    for one, other in zip(before, values(made), strict=True):
        np.testing.assert_array_equal(one, other)
    assert finder.suggestion is not None


def test_what_cannot_be_found_is_said():
    keras = pytest.importorskip("keras")
    x, y = examples()
    bare = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="compile"):
        explore.learning_rate_finder(bare, x, y)
    scheduled = classifier(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10)))
    with pytest.raises(ValueError, match="schedule"):
        explore.learning_rate_finder(scheduled, x, y)
    with pytest.raises(ValueError, match="one label for each input"):
        explore.learning_rate_finder(classifier("sgd"), x, y[:-1])
    with pytest.raises(ValueError, match="one array of inputs and one of labels"):
        explore.learning_rate_finder(classifier("sgd"), {"measures": x}, y)
    with pytest.raises(ValueError, match="low < high"):
        explore.learning_rate_finder(classifier("sgd"), x, y, low=1, high=0.1)


def test_a_curve_that_never_falls_suggests_nothing():
    rates = np.geomspace(1e-3, 1, 30)
    judged = finders.judged(rates, np.linspace(1, 2, 30))
    assert judged["suggestion"] is None
    result = {"rates": rates, "losses": np.ones((1, 30)), "smooth": np.linspace(1, 2, 30), "rate": 0.1, **judged}
    assert "never fell" in finders.say({"rate": 0.1}, result)
    assert finders.draw(result).layout.meta["summary"]


# ---- the figures


def test_a_heat_map_says_its_ends_and_crosses_out_what_is_missing():
    figure = plot.heatmap([[1.0, np.nan], [0.1, 10.0]], x=[8, 16], y=[0.1, 0.2], log=True, value_title="loss",
                          x_title="batch", y_title="rate", marks=[(1, 0)])
    words = plot.describe(figure)
    assert "loss from 0.1 (batch 8, rate 0.2) to 10 (batch 16, rate 0.2); 1 without a finite value" in words
    assert "×" in figure.data[1].text and len(figure.layout.shapes) == 1
    with pytest.raises(ValueError, match=r"shape \(2, 1\)"):
        plot.heatmap([[1, 2]], x=[1], y=[1, 2])
    with pytest.raises(ValueError, match="above zero"):
        plot.heatmap([[0, 2]], x=[1, 2], y=[1], log=True)


def test_a_range_test_wants_a_loss_for_each_rate():
    with pytest.raises(ValueError, match="one loss for each rate"):
        plot.range_test([0.1, 1], [1, 2, 3])


def test_a_descent_wants_points():
    with pytest.raises(ValueError, match="two columns"):
        plot.race({"SGD": [[1, 2, 3]]}, on="bowl")
    with pytest.raises(ValueError, match="at least one path"):
        plot.race({}, on="bowl")
