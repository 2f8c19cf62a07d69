"""The confidence and the refusal explorer, and their figures."""


import numpy as np
import pytest
from explorers import CLASSES, SHADES, reader
from explorers import confidence as morph
from layerwise import explore, plot
from layerwise.explore import morphs
from layerwise.suggest import CourseError

# ---- confidence


def test_the_way_goes_from_one_picture_to_the_other():
    result = morph(start="empty", goal="full").compute(along=1.0)
    assert result["path"].shape == (morphs.STEPS, 3)
    assert np.allclose(result["path"].sum(axis=1), 1)
    assert result["path"].argmax(axis=1)[[0, 10, 20]].tolist() == [0, 1, 2]
    assert (result["picture"] == 1).all()


def test_noise_replaces_the_picture():
    explorer = morph()
    assert len(np.unique(explorer.compute(noise=1.0)["picture"])) > 700
    assert (explorer.compute(noise=0.0, along=0.0)["picture"] == 0).all()


def test_probabilities_and_scores_mean_the_same():
    by_scores, by_probabilities = morph(), explore.confidence(
        lambda batch: morphs.softmax(reader(batch)), SHADES, CLASSES
    )
    for temperature in (0.5, 1.0, 3.0):
        one, other = (e.compute(temperature=temperature)["path"] for e in (by_scores, by_probabilities))
        assert np.allclose(one, other, atol=1e-5)


def test_a_temperature_keeps_the_order_and_a_threshold_decides():
    explorer = morph(start="empty", goal="full", along=0.2)
    cold, warm = (explorer.compute(temperature=t)["probabilities"] for t in (0.5, 5.0))
    assert np.array_equal(cold.argsort(), warm.argsort()) and cold.max() > warm.max()
    explorer.set(temperature=5.0, threshold=0.99)
    assert "I don't know" in explorer.sentence
    assert explorer.figure().layout.title.text.startswith("I don't know")
    explorer.threshold = 0.0
    assert "it answers light" in explorer.sentence


def test_a_keras_model_is_a_reader():
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(3)])
    explorer = explore.confidence(model, SHADES, CLASSES)
    given = model.predict(SHADES["grey"][None], verbose=0)
    assert np.allclose(explorer.compute(along=1.0)["probabilities"], morphs.softmax(given)[0], atol=1e-5)


@pytest.mark.parametrize("pictures, told", [
    ({"one": np.zeros((28, 28))}, "two or more"),
    ({"one": np.zeros((28, 28)), "two": np.zeros((28, 14))}, "one size"),
    ({"one": np.zeros((28, 28)), "two": np.full((28, 28), 255)}, "Divide"),
])
def test_pictures_that_do_not_fit_are_refused_in_words(pictures, told):
    with pytest.raises(CourseError, match=told):
        explore.confidence(reader, pictures, CLASSES)


def test_a_reader_with_other_classes_is_refused_in_words():
    with pytest.raises(CourseError, match=r"should give shape \(21, 4\)"):
        explore.confidence(reader, SHADES, ("a", "b", "c", "d")).compute()


@pytest.mark.parametrize("state, changed, told", [
    ({"along": 0.0}, "along", "All empty, nothing of full: it answers light"),
    ({"along": 1.0, "noise": 0.3}, "along", "All full, nothing of empty, 30% of it noise"),
    ({"along": 0.5, "noise": 1.0}, "along", "Nothing is left of the pictures"),
    ({"threshold": 0.0}, "threshold", "With this rule it answers at every step of the way"),
    ({"threshold": 0.99, "temperature": 5.0}, "threshold", "With this rule it answers at no step of the way"),
    ({"goal": "empty"}, "goal", "From empty to itself nothing changes"),
])
def test_the_sentence_is_true_at_the_ends_and_in_pure_noise(state, changed, told):
    explorer = morph(**{"start": "empty", "goal": "full", **state})
    assert explorer.say(explorer.state, explorer.compute(), changed).startswith(told)


# ---- refusal


def test_costs_are_counted():
    explorer = explore.refusal([0.4, 0.6, 0.8, 1.0], [0, 1, 0, 1], mistake=10.0, asking=1.0)
    result = explorer.compute(threshold=0.5)
    here = result["chosen"]
    assert result["answered"][here] == 0.75
    assert result["wrong"][here] == pytest.approx(1 / 3)
    assert result["costs"][here] == pytest.approx((10 + 1) / 4)
    assert result["costs"][result["best"]] == pytest.approx(3 / 4)


def test_answering_nothing_can_be_cheapest():
    explorer = explore.refusal([0.5, 0.6], [0, 0], threshold=1.0)
    assert "answers nothing at all" in explorer.sentence and "no threshold is cheaper" in explorer.sentence


def test_only_the_least_cost_is_called_the_least():
    explorer = explore.refusal([0.2, 0.8] * 500 + [0.5], [0, 1] * 500 + [0], mistake=1.5, asking=1.0, threshold=0.3)
    assert "no threshold is cheaper by a hundredth" in explorer.sentence
    explorer.threshold = 0.6
    assert explorer.sentence.endswith("no threshold is cheaper.")


# ---- figures


def test_reliability_says_its_numbers():
    six_of_ten = [1] * 6 + [0] * 4
    figure = plot.reliability({"a": ([0.8] * 10, six_of_ten), "b": ([0.6] * 10, six_of_ten)}, title="Two.")
    assert plot.describe(figure) == (
        "Two. Share of right answers by confidence. a: 80.0% sure and 60.0% right; calibration error 20.0%. "
        "b: 60.0% sure and 60.0% right; calibration error 0.0%."
    )
    assert [trace.name for trace in figure.data] == [None, "a", "b"]


@pytest.mark.parametrize("confidence, right, told", [
    ([0.5, 1.5], [1, 0], "0 to 1"), ([0.5], [1, 0], "one verdict per answer"), (["much"], [1], "must be numbers"),
])
def test_reliability_names_what_is_wrong(confidence, right, told):
    with pytest.raises(ValueError, match=told):
        plot.reliability(confidence, right)


def test_confidence_needs_a_probability_for_each_label():
    with pytest.raises(ValueError, match="one probability per label"):
        plot.confidence(np.zeros((28, 28)), [0.5, 0.5], CLASSES)
    with pytest.raises(ValueError, match="path needs 2 columns"):
        plot.confidence(np.zeros((28, 28)), [0.5, 0.5], ["a", "b"], path=np.ones((4, 3)))


def test_refusal_needs_arrays_of_one_length():
    with pytest.raises(ValueError, match="one length"):
        plot.refusal([0, 0.5], [1], [0, 0], [1, 1], chosen=0)


def test_shares_are_checked():
    with pytest.raises(ValueError, match="0 to 1"):
        plot.shares([[0.5, 2]], ["a"], ["b", "c"])
    with pytest.raises(ValueError, match="one name per row"):
        plot.shares([[0.5, 1]], ["a"], ["b"])


@pytest.mark.parametrize("figure", [
    lambda: plot.reliability([0.9, 0.4], [1, 0]),
    lambda: plot.confidence(np.zeros((28, 28)), [0.5, 0.5], ["a", "b"], path=np.full((3, 2), 0.5)),
    lambda: plot.refusal([0, 1], [1, 0], [0.1, 0], [1, 1], chosen=0),
    lambda: plot.shares([[0.5, 1]], ["a"], ["b", "c"]),
])
def test_every_figure_has_the_look_and_words_and_is_the_same_each_time(figure):
    from layerwise import theme

    one = figure()
    assert tuple(one.layout.template.layout.colorway) == theme.PALETTE
    assert len(plot.describe(one)) > len(one.layout.title.text.split("<br>")[0])
    assert one.to_json() == figure().to_json()
