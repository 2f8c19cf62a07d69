"""The latent and the alarms explorer, and their figures."""

import math

import numpy as np
import pytest
from explorers import SHAPES, alarms, latent, painter
from layerwise import explore, plot
from layerwise.plot import limits
from layerwise.suggest import CourseError

# ---- latent


def test_the_decoder_gets_the_code_and_not_the_place():
    asked = []

    def decoder(codes):
        asked.append(np.array(codes))
        return np.zeros((1, 4, 4))

    codes = np.array([[10.0, 0.0], [14.0, 2.0], [12.0, 1.0], [12.0, 1.0]])
    explorer = explore.latent({"one": (decoder, codes)}, np.zeros((4, 4, 4)), [0, 0, 0, 0], ["thing"], x=1.0, y=0.0)
    explorer.compute()
    assert np.allclose(asked[-1], [[12 + codes[:, 0].std(), 1.0]])


def test_holes_are_told_from_crowds():
    explorer = latent(x=-3.0, y=3.0)
    assert "there is a hole" in explorer.sentence
    explorer.set(x=-0.7, y=-0.7)
    assert "among real pictures" in explorer.sentence


def test_a_click_on_the_map_moves_both_numbers():
    explorer = latent()
    explorer._clicked(None, {"kind": "place", "x": 1.23, "y": -9.0}, [])
    assert (explorer.x, explorer.y) == (1.2, -3.0)
    explorer._clicked(None, {"kind": "drawn", "serial": 3}, [])
    assert explorer.x == 1.2
    assert explorer.figure().layout.meta["place"] is True


def test_latent_says_what_does_not_fit():
    pictures = np.zeros((3, 4, 4))
    with pytest.raises(CourseError, match="two numbers each"):
        explore.latent({"one": (painter, np.zeros((3, 5)))}, pictures, [0, 0, 0], SHAPES)
    with pytest.raises(CourseError, match="one label each"):
        explore.latent({"one": (painter, np.zeros((3, 2)))}, pictures, [0, 0], SHAPES)
    with pytest.raises(CourseError, match="shape \\(1, 28, 28\\) came"):
        explore.latent({"one": (painter, np.eye(3)[:, :2])}, pictures, [0, 0, 0], SHAPES).compute()


def test_the_map_names_its_classes_and_describes_itself():
    figure = plot.latent([[0, 0], [1, 1]], [0, 2], SHAPES, title="Two")
    assert {"<b>round</b>", "<b>long</b>"} == {one.text for one in figure.layout.annotations}
    assert "square" not in plot.describe(figure)


# ---- alarms


def test_alarms_costs_are_right():
    rng = np.random.default_rng(1)
    scores, anomalous = rng.random(300) + 0.01, rng.random(300) < 0.2
    places = np.sort([*np.linspace(0.01, 1.2, 17), *scores[:40]])  # also at scores: an alarm begins *from* there
    wanted = [1000 * (3 * np.mean(scores >= p) + 40 * np.mean(anomalous & (scores < p))) for p in places]
    assert np.allclose(limits.expense(scores, anomalous, places, miss=40, alarm=3), wanted)


def test_free_alarms_should_always_be_raised_and_dear_ones_never():
    explorer = alarms(alarm=0.0, miss=500.0)
    result = explorer.compute()
    assert int(result["costs"].argmin()) <= result["costs"].size // 2 and result["costs"].min() >= 0
    explorer.set(alarm=50.0, miss=1.0)
    assert int(explorer.compute()["costs"].argmin()) == len(result["costs"]) - 1
    assert "keeps silent" in explorer.sentence


def test_any_threshold_is_taken_to_the_nearest_step():
    explorer = alarms(threshold=1.2345)
    assert abs(math.log(explorer.threshold / 1.2345)) < 0.2


def test_alarms_says_what_does_not_fit():
    with pytest.raises(CourseError, match="one verdict per score"):
        explore.alarms([1, 2], [0])
    with pytest.raises(CourseError, match="above 0"):
        explore.alarms([0, 2], [0, 1])
    with pytest.raises(ValueError, match="ordinary and anomalous"):
        plot.alarms([1, 2], [1, 1], threshold=1)
