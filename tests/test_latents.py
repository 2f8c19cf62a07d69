"""The latent and the alarms explorer, and their figures: pure, right, swept over every control."""

import json
import math
import time

import numpy as np
import pytest
from layerwise import explore, plot
from layerwise.authoring.run_figures import recompute_times
from layerwise.plot import limits
from layerwise.suggest import CourseError

CLASSES = ("round", "square", "long")


def painter(codes):
    """A grey picture, the lighter the larger the first number."""
    shade = 1 / (1 + np.exp(-np.asarray(codes)[:, :1, None]))
    return shade * np.ones((1, 28, 28))


def latent(**state):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    codes = rng.normal(size=(300, 2)) * 0.4 + np.array([[0, 0], [2, 0], [0, 3]])[labels]
    pictures = rng.random((300, 28, 28))
    spaces = {"plain": (painter, codes), "variational": (painter, codes @ [[0.7, 0.7], [-0.7, 0.7]])}
    return explore.latent(spaces, pictures, labels, CLASSES, **state)


def alarms(**state):
    rng = np.random.default_rng(0)
    anomalous = rng.random(2000) < 0.05
    return explore.alarms(np.exp(rng.normal(size=2000) + 1.5 * anomalous), anomalous, **state)


EXPLORERS = {"latent": latent, "alarms": alarms}


@pytest.fixture(params=EXPLORERS)
def build(request):
    return EXPLORERS[request.param]


def decoded(figure):
    return json.loads(figure.to_json())


def drawn(explorer, state, narrow=False):
    result = explorer.compute(**state)
    return decoded(explorer.draw(result, narrow=narrow)), explorer.say(state, result)


def test_the_whole_control_space(build):
    explorer = build()
    for number, state in enumerate(explorer.sweep(limit=120)):
        before = dict(state)
        result = explorer.compute(**state)
        figure = explorer.draw(result, narrow=bool(number % 2))
        sentence = explorer.say(state, result)
        assert state == before
        assert sentence.endswith(".") and len(sentence) > 20 and "nan" not in sentence
        assert figure.layout.meta["summary"] and "nan" not in figure.layout.meta["summary"]
        for trace in figure.data:
            for name in ("x", "y", "z"):
                values = getattr(trace, name, None)
                if values is not None:
                    assert np.isfinite(np.asarray(values, dtype=float)).all(), (state, trace.type, name)
        for axis in (figure.layout[name] for name in figure.layout if name[1:5] == "axis"):
            assert all(map(math.isfinite, axis.range)), state


def test_every_control_changes_picture_or_sentence(build):
    explorer = build()
    start = explorer.state
    first = drawn(explorer, start)
    for control in explorer.controls:
        other = next(value for value in control.points() if value != start[control.name])
        assert drawn(explorer, {**start, control.name: other}) != first, f"{control.name} does nothing"


def test_the_sentence_says_what_moved(build):
    explorer = build()
    state, result = explorer.state, explorer.compute()
    said = {explorer.say(state, result, changed) for changed in (None, *state)}
    assert len(said) > 1 and all(sentence.endswith(".") for sentence in said)


def test_computing_is_repeatable_and_leaves_the_state_alone(build):
    explorer = build()
    before = explorer.state
    other = {control.name: control.points()[-1] for control in explorer.controls}
    assert drawn(explorer, other) == drawn(explorer, other)
    assert explorer.state == before


def test_a_narrow_picture_is_taller_and_as_wide_as_the_page(build):
    explorer = build()
    wide, narrow = explorer.figure(), explorer.figure(narrow=True)
    assert narrow.layout.height > wide.layout.height
    assert tuple(narrow.layout.xaxis.domain) == (0, 1)


def test_a_moved_control_costs_little(build):
    def simple():
        start = time.process_time()
        plot.curves({"training": [3, 2, 1], "validation": [3, 2.5, 2]}, title="A yardstick")
        return (time.process_time() - start) * 1000

    simple()
    yardstick = [simple() for _ in range(15)]
    spent = np.median([cpu for _, cpu in recompute_times(build(), count=30)])
    assert spent < 8 * np.median([*yardstick, *(simple() for _ in range(15))])


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
        explore.latent({"one": (painter, np.zeros((3, 5)))}, pictures, [0, 0, 0], CLASSES)
    with pytest.raises(CourseError, match="one label each"):
        explore.latent({"one": (painter, np.zeros((3, 2)))}, pictures, [0, 0], CLASSES)
    with pytest.raises(CourseError, match="shape \\(1, 28, 28\\) came"):
        explore.latent({"one": (painter, np.eye(3)[:, :2])}, pictures, [0, 0, 0], CLASSES).compute()


def test_the_map_names_its_classes_and_describes_itself():
    figure = plot.latent([[0, 0], [1, 1]], [0, 2], CLASSES, title="Two")
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
