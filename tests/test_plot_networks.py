"""Figures of neurons and networks: they show what they are given, and refuse what does not fit."""

import numpy as np
import pytest
from layerwise import plot
from layerwise.explore import toys
from layerwise.plot import networks
from layerwise.plot._layers import shown, traces
from layerwise.plot._neurons import zero_line


@pytest.mark.parametrize("name, values", [
    ("linear", [-2, 0, 2]), ("step", [0, 0, 1]), ("relu", [0, 0, 2]),
    ("sigmoid", [0.1192, 0.5, 0.8808]), ("tanh", [-0.964, 0, 0.964]),
])
def test_activations(name, values):
    np.testing.assert_allclose(networks.activate(name, [-2, 0, 2]), values, atol=1e-4)
    assert np.isfinite(networks.activate(name, [-1e4, 1e4])).all()


def test_an_unknown_activation_names_the_nearest():
    with pytest.raises(ValueError, match='Did you mean "sigmoid"'):
        plot.activation("sigmoidd")


def test_curves_of_activations():
    figure = plot.activation(["relu", "tanh"])
    assert [trace.name for trace in figure.data] == ["relu", "tanh"]
    assert figure.layout.xaxis.title.text and figure.layout.yaxis.title.text
    assert len({trace.line.dash for trace in figure.data}) == 2


def test_the_neuron_colours_the_plane_by_its_output():
    figure = plot.neuron([1.0, -2.0], 0.5, "tanh", inputs=(1, 1))
    plane = figure.data[0]
    along = np.asarray(plane.x)
    i, j = 10, 40
    assert np.asarray(plane.z)[j, i] == pytest.approx(np.tanh(along[i] - 2 * along[j] + 0.5), abs=1e-6)


@pytest.mark.parametrize("weights, bias", [([1, 0.5], 0.3), ([0, 2], -1), ([-1, 0], 2), ([3, -3], 0), ([1, 1], 6)])
def test_the_line_is_where_the_weighted_sum_is_zero(weights, bias):
    line = zero_line(np.array(weights, dtype=float), bias)
    np.testing.assert_allclose(line @ weights + bias, 0, atol=1e-9)
    assert (np.abs(line) <= 3).all()


@pytest.mark.parametrize("weights, bias", [([0, 0], 1), ([1, 1], 20)])
def test_there_may_be_no_line(weights, bias):
    assert zero_line(np.array(weights, dtype=float), bias).shape == (0, 2)
    assert len(plot.neuron(weights, bias).data[1].x) == 0


def test_the_neuron_s_arrow_is_its_weights():
    arrow, = plot.neuron([1.5, -0.5], 0).layout.annotations
    assert (arrow.x, arrow.y, arrow.ax, arrow.ay) == (1.5, -0.5, 0, 0)
    assert plot.neuron([0, 0], 0).layout.annotations == ()


def test_a_neuron_with_three_inputs_is_refused():
    with pytest.raises(ValueError, match="two inputs"):
        plot.neuron([1, 2, 3], 0)


def test_the_parameter_count_is_the_network_s():
    figure = plot.network([784, 128, 10])
    assert "101,770 parameters" in plot.describe(figure)
    texts = [note.text for note in figure.layout.annotations]
    assert "100,480" in texts and "1,290" in texts and "inputs<br><b>784</b>" in texts


def test_weights_are_drawn_by_sign_and_size():
    drawn = traces([1, 2], [np.array([[-1.0, 0.1]])])
    lines = {(trace["line"]["color"], trace["line"]["width"]) for trace in drawn[:-1] if len(trace["x"])}
    assert lines == {(networks.theme.BLUE, 3.0), (networks.theme.ORANGE, 0.6)}


def test_the_number_of_traces_never_changes():
    assert len(traces([2, 1])) == len(traces([2, 8, 8, 8, 8, 1])) == len(traces([2, 1], [np.zeros((2, 1))]))


def test_long_layers_leave_out_their_middle():
    units, heights = shown(784, 8)
    assert len(units) == 7 and units[0] == 0 and units[-1] == 783
    assert heights[0] == -heights[-1]


@pytest.mark.parametrize("call, told", [
    (lambda: plot.network([3]), "two layers"),
    (lambda: plot.network([2, 3, 1], names=["a"]), "one name per layer"),
    (lambda: plot.network([2, 3], weights=[np.zeros((3, 2))]), r"\(2, 3\)"),
    (lambda: plot.boundary(np.zeros((4, 3)), np.zeros(4), predict=len), r"\(n, 2\)"),
])
def test_what_does_not_fit_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()


def test_the_boundary_shows_points_and_counts_the_right_ones():
    x, y = toys.points("two gaussians", noise=0.0, count=60)
    figure = plot.boundary(x, y, predict=lambda p: (p.sum(axis=1, keepdims=True) > 0) * 1.0, x_test=x[:5], y_test=y[:5])
    assert "60 of 60" in plot.describe(figure)
    assert sum(len(trace.x) for trace in figure.data if trace.type == "scatter") == 65
    assert figure.layout.xaxis.title.text and figure.layout.yaxis.title.text


@pytest.mark.parametrize("call, says", [
    (lambda: plot.network("abc"), "network\\(\\): sizes must be numbers"),
    (lambda: plot.activation([]), "at least one of .*relu.*an empty list came"),
    (lambda: plot.neuron([1, 2], bias=[0]), "bias must be a filled array with 0 dimension"),
    (lambda: plot.curves(np.zeros(3)), "needs a dict .* a ndarray came"),
    (lambda: plot.curves({}), "an empty one came"),
    (lambda: plot.probabilities([0.5, 0.5], ["a", "b"], truth="abc"), "truth must be a position .*'abc' came"),
    (lambda: plot.boundary([[0, 0]], [0], predict=lambda x: np.zeros((len(x), 2))), "pass the one of the second class"),
    (lambda: plot.boundary([[0, 0]], [0], predict=lambda x: ["high"] * len(x)), "what predict returns must be numbers"),
])
def test_what_cannot_be_drawn_is_said_in_words(call, says):
    with pytest.raises(ValueError, match=says):
        call()
