"""The GAN theatre: its slopes are right, its runs repeatable, its controls alive; and the figures beside it."""

import itertools

import numpy as np
import pytest
from layerwise import explore, plot
from layerwise.explore import duelling
from layerwise.explore.theatre import LIVE, MOST_STEPS

STATE = {"scene": "ring of eight", "noise": 2, "generator_rate": 0.001, "critic_rate": 0.001,
         "loss": "non-saturating", "blur": 0.0, "seed": 0}


def duel(**state):
    return duelling.Duel({**STATE, **state})


@pytest.mark.parametrize("kind", duelling.LOSSES)
def test_the_generators_slope_is_that_of_its_loss(kind):
    scores = np.linspace(-6, 6, 7)[:, None]
    _, slope = duelling.generator_loss(scores, kind)
    for place in range(7):
        moved = [scores.copy(), scores.copy()]
        moved[0][place] += 1e-5
        moved[1][place] -= 1e-5
        losses = [duelling.generator_loss(one, kind)[0] for one in moved]
        assert slope[place, 0] == pytest.approx((losses[0] - losses[1]) / 2e-5, abs=1e-6)


def test_a_confident_critic_silences_one_loss_and_not_the_other():
    sure = np.full((1, 1), -8.0)
    pushes = {kind: abs(duelling.generator_loss(sure, kind)[1].item()) for kind in duelling.LOSSES}
    assert pushes["minimax"] < 0.001 and pushes["non-saturating"] > 0.99


def test_backward_equals_finite_differences():
    rng = np.random.default_rng(1)
    layers = [[one.astype("float64") for one in layer] for layer in duelling.network([3, 5, 4, 2], rng)]
    x, weigh = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    _, given = duelling.forward(layers, x)
    slopes, to_inputs = duelling.backward(layers, given, weigh)

    def total():
        return float((duelling.forward(layers, x)[0] * weigh).sum())

    for array, slope in [*itertools.chain(*(zip(*pair, strict=True) for pair in zip(layers, slopes, strict=True))),
                         (x, to_inputs)]:
        for place in itertools.islice(np.ndindex(array.shape), 12):
            kept = array[place]
            array[place] = kept + 1e-6
            high = total()
            array[place] = kept - 1e-6
            low = total()
            array[place] = kept
            assert slope[place] == pytest.approx((high - low) / 2e-6, abs=1e-5)


def test_computing_equals_stepping():
    theatre = explore.duel(seed=3)
    for count in (7, 18, 25):
        theatre.step(count)
    assert theatre.steps == 50
    at_once = theatre.compute(steps=50)
    assert np.array_equal(theatre._current()[0]["generated"], at_once["generated"])
    assert np.array_equal(theatre._current()[0]["losses"], at_once["losses"])


def test_the_ring_is_found():
    result = explore.duel().compute(steps=2500)
    assert result["held"] >= 6


def test_rates_blur_and_loss_go_on_and_all_else_begins_again():
    theatre = explore.duel()
    theatre.step(30)
    theatre.set(critic_rate=0.003, blur=0.5)
    theatre.loss = "minimax"
    assert theatre.steps == 30
    assert theatre._learner.state == theatre.state
    theatre.noise = 8
    assert theatre.steps == 0
    theatre.step(5)
    theatre.reset()
    assert theatre.steps == 0


def test_steps_must_be_a_number():
    with pytest.raises(ValueError, match="0 or more"):
        explore.duel().step(-1)


def test_it_stops_at_its_last_step(monkeypatch):
    theatre = explore.duel()
    monkeypatch.setattr(theatre._learner, "advance", lambda count: setattr(theatre._learner, "steps", count))
    theatre.step(10 * MOST_STEPS)
    assert theatre.steps == MOST_STEPS


def test_points_and_field_are_finite_over_the_whole_control_space():
    theatre = explore.duel()
    for state in theatre.sweep():
        result = theatre.compute(**state, steps=3)
        assert np.isfinite(result["field"]).all() and np.isfinite(result["generated"]).all()


def test_the_sentence_says_what_moved_while_it_plays():
    theatre = explore.duel()
    state, result = theatre.state, theatre.compute(steps=25)
    said = {theatre.say(state, result, changed) for changed in (None, *LIVE)}
    assert len(said) >= 4


def test_clouds_draws_a_square_for_each_name_and_says_so():
    points = np.random.default_rng(0).normal(size=(30, 2))
    figure = plot.clouds(points, {f"after {n}": points + n for n in range(5)}, title="Five.")
    assert "after 4" in plot.describe(figure) and len(figure.data) == 10
    with pytest.raises(ValueError, match="two columns"):
        plot.clouds(np.zeros((3, 3)), {"one": points})
    with pytest.raises(ValueError, match="dict"):
        plot.clouds(points, {})


def test_duel_refuses_a_field_of_another_shape():
    with pytest.raises(ValueError, match="field"):
        plot.duel([[0, 0]], [[0, 0]], along=[0, 1], field=np.zeros((3, 3)), shares=[1], due=[1], losses=[[0, 1, 1]])
