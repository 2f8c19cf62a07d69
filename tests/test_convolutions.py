"""The kernel explorer and the receptive field explorer, and their figures, without a browser."""


import numpy as np
import pytest
from explorers import convolution, receptive_field
from layerwise import explore, plot
from layerwise.plot import fields, windows


@pytest.fixture
def kernel():
    """A kernel explorer over two small pictures, with one learned kernel."""
    return convolution()


@pytest.fixture
def field():
    """A receptive field explorer over a colour picture."""
    return receptive_field()


def test_a_kernel_answers_as_keras_does():
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(1)
    picture, weights = rng.normal(size=(9, 11)), rng.normal(size=(3, 3))
    for stride in (1, 2):
        layer = keras.layers.Conv2D(1, 3, stride, use_bias=False)
        layer.build((None, 9, 11, 1))
        layer.set_weights([weights[:, :, None, None]])
        library = keras.ops.convert_to_numpy(layer(picture[None, ..., None]))[0, :, :, 0]
        assert np.allclose(windows.correlate(picture, weights, stride=stride), library, atol=1e-5)


def test_preset_and_weights_agree(kernel):
    kernel.preset = "blur"
    assert kernel.kernel == (0.11,) * 9
    kernel.kernel = np.eye(3)
    assert kernel.preset == "your own"
    kernel.preset = "learned 1"
    assert kernel.kernel != (0.11,) * 9
    kernel.kernel = [0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert kernel.preset == "do nothing"
    assert explore.convolution({"x": np.zeros((8, 8))}, preset="blur").kernel == (0.11,) * 9


def test_kernels_do_what_they_are_called(kernel):
    kernel.picture = "a step"
    kernel.preset = "horizontal edges"
    assert np.allclose(kernel.compute()["answers"], 0)
    kernel.preset = "vertical edges"
    answers = kernel.compute()["answers"]
    assert answers.max() == 4 and np.count_nonzero(answers[0]) == 2
    kernel.preset = "shift"
    assert np.allclose(kernel.compute()["answers"], kernel.compute()["picture"][1:-1, :-2])


def test_a_place_outside_the_map_becomes_the_last(kernel):
    kernel.set(row=14, column=16, stride=3)
    assert kernel.compute()["at"] == (3, 3)


def test_a_picture_of_ones_own(kernel):
    kernel.picture = "your own"
    assert "still empty" in kernel.sentence
    kernel.show(np.full((40, 50, 3), 200, dtype="uint8"))
    assert kernel.compute()["picture"].shape == (12, 14)
    assert np.allclose(kernel.compute()["picture"], 200 / 255, atol=0.01)
    with pytest.raises(ValueError, match="one picture"):
        kernel.show(np.zeros((2, 3, 4, 5)))
    with pytest.raises(ValueError, match="no picture"):
        kernel.show(b"nothing")


@pytest.mark.parametrize("wrong", [[1, 2], "much", np.full(9, np.nan), [10] * 9])
def test_impossible_weights_are_refused(kernel, wrong):
    before = kernel.state
    with pytest.raises(ValueError, match="expected nine numbers"):
        kernel.kernel = wrong
    assert kernel.state == before


def test_the_cone_is_as_wide_as_the_arithmetic_says(field):
    for state in field.sweep():
        result = field.compute(**state)
        rows, _, apart = fields.cone(result["layers"])
        assert np.ptp(rows[0]) + 1 == result["sees"] and apart == result["apart"]


@pytest.mark.parametrize("state, sees, apart", [
    ({"layers": 3}, 7, 1), ({"layers": 2, "stride": 2}, 7, 4), ({"layers": 3, "dilation": "doubled each layer"}, 15, 1),
    ({"layers": 2, "pooling": "after every layer"}, 10, 4), ({"layers": 6, "kernel": 1}, 1, 1),
])
def test_known_receptive_fields(field, state, sees, apart):
    result = field.compute(**state)
    assert (result["sees"], result["apart"]) == (sees, apart)


def test_errors_say_what_came():
    with pytest.raises(Exception, match="dict of pictures"):
        explore.convolution(np.zeros((8, 8)))
    with pytest.raises(Exception, match="shape \\(3, 3\\)"):
        explore.convolution({"x": np.zeros((8, 8))}, {"big": np.zeros((5, 5))})
    with pytest.raises(Exception, match="one picture"):
        explore.receptive_field(np.zeros((2, 8, 8, 3)))
    with pytest.raises(ValueError, match="none of them"):
        plot.convolution(np.zeros((5, 5)), np.zeros((3, 3)), row=3, column=0)
    with pytest.raises(ValueError, match="does not fit"):
        plot.convolution(np.zeros((2, 2)), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="at least one layer"):
        plot.receptive_field([])


def test_the_widget_holds_nine_plain_numbers():
    pytest.importorskip("anywidget")
    from layerwise.explore.grid import KernelGrid

    grid = KernelGrid(label="weights", value=list(range(9)))
    assert grid.value == tuple(float(number) for number in range(9))
    grid.value = np.ones(9)
    assert grid.value == (1.0,) * 9
