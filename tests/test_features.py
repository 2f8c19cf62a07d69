"""The feature viewer: what it says of a unit is what the network does."""


import explorers
import numpy as np
import pytest
from layerwise import explore, plot

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module")
def dense():
    """A viewer of a small dense network, its network, its pictures and their labels."""
    return explorers.features_of_a_dense_network(), *explorers.dense()


@pytest.fixture(scope="module")
def photos():
    """A viewer of a small convnet that takes photos, its network and its pictures."""
    return explorers.features_of_a_convnet(), *explorers.convnet(), None


def test_responses_and_favourites_are_the_network_s_own(dense):
    viewer, network, pictures, labels = dense
    trunk = keras.Model(network.inputs[0], network.get_layer("hidden_2").output)
    answers = keras.ops.convert_to_numpy(trunk(pictures))
    unit = int(answers.max(axis=0).argmax())
    result = viewer.compute(layer="hidden_2", unit=unit + 1, picture=4)
    assert np.allclose(result["responses"], answers[3], atol=1e-5)
    best = np.argsort(-answers[:, unit], kind="stable")[:8]
    assert np.allclose(result["values"], answers[best, unit], atol=1e-5)
    assert result["names"] == [["a", "b", "c"][label] for label in labels[best]]
    assert result["share"] == pytest.approx(np.mean(answers[:, unit] < answers[3, unit]), abs=0.04)


def test_the_first_layer_shows_its_weights_and_a_deeper_one_does_not(dense):
    viewer, network, *_ = dense
    kernel = network.get_layer("sum_1").get_weights()[0][:, 2].reshape(28, 28)
    assert np.allclose(viewer.compute(layer="hidden_1", unit=3)["pattern"], kernel)
    assert "weights" in viewer.compute(layer="hidden_1")["pattern_title"]
    assert "weights" not in viewer.compute(layer="hidden_2")["pattern_title"]


def test_a_convolution_answers_in_places(photos):
    viewer, network, pictures, _ = photos
    maps = keras.ops.convert_to_numpy(keras.Model(network.inputs[0], network.get_layer("conv_1").output)(pictures))
    result = viewer.compute(layer="conv_1", unit=2, picture=1)
    assert np.allclose(result["heat"], maps[0, :, :, 1], atol=1e-4)
    assert result["response"] == pytest.approx(float(maps[0, :, :, 1].max()), abs=1e-4)
    assert result["pattern"].shape == (5, 5, 3)
    assert result["places"].min() >= 0 and result["places"].max() <= 1


def test_a_layer_with_fewer_units_shows_its_last(dense):
    viewer = dense[0]
    assert viewer.compute(layer="scores", unit=6)["unit"] == 2
    viewer.set(layer="hidden_1", unit=6)
    viewer.layer = "scores"
    assert viewer.unit == 3
    viewer.set(layer="hidden_1", unit=1)


def test_the_network_is_alive(dense):
    viewer, network, *_ = dense
    before = viewer.compute(layer="scores", unit=1)["response"]
    weights = network.get_weights()
    network.set_weights([*weights[:-1], weights[-1] + 5])
    assert viewer.compute(layer="scores", unit=1)["response"] == pytest.approx(before + 5, abs=1e-4)
    network.set_weights(weights)
    assert viewer.compute(layer="scores", unit=1)["response"] == pytest.approx(before, abs=1e-4)


def test_a_silent_unit_is_said_to_be_silent(dense):
    viewer, network, *_ = dense
    weights = network.get_weights()
    dead = [array.copy() for array in weights]
    dead[3][0] = -1000
    network.set_weights(dead)
    result = viewer.compute(layer="hidden_2", unit=1)
    assert "silent" in viewer.say({"layer": "hidden_2", "unit": 1, "picture": 1}, result)
    assert "it has no favourites" in [note.text for note in viewer.draw(result).layout.annotations]
    network.set_weights(weights)


def test_a_picture_of_one_s_own(dense, photos, tmp_path):
    viewer = dense[0]
    viewer.show(np.pad(np.ones((30, 10)), 15))
    assert viewer.picture == 0 and viewer.own.shape == (28, 28) and viewer.own.max() > 0.3
    assert viewer.sentence.startswith("To your picture")
    viewer.picture = 1
    from PIL import Image

    path = tmp_path / "mine.png"
    Image.new("RGB", (50, 30), "#ff0000").save(path)
    viewer = photos[0]
    viewer.show(path)
    assert viewer.own.shape == (21, 21, 3) and viewer.own[..., 0].min() > 250
    with pytest.raises(ValueError, match="takes pictures of shape"):
        viewer.show(np.zeros((4, 4)))
    viewer.picture = 1
    with pytest.raises(ValueError, match="grey pictures, not photos"):
        dense[0].show(path)


def test_a_photo_is_scaled_as_the_network_s_own_pictures_are(photos, tmp_path):
    from PIL import Image

    path = tmp_path / "mine.png"
    Image.new("RGB", (30, 30), "#ff0000").save(path)
    viewer = explore.features(photos[1], photos[2] / np.float32(255))
    viewer.show(path)
    assert viewer.own.max() == pytest.approx(1)


def test_a_picture_of_one_s_own_that_is_still_empty_is_said_to_be_so(dense, photos):
    for viewer, told in ((dense[0], "draw one"), (photos[0], "choose a photo")):
        result = viewer.compute(picture=0) | {"blank": True}
        assert told in viewer.say({**viewer.state, "picture": 0}, result)


def test_only_what_excites_a_unit_is_a_favourite(dense):
    viewer, network, pictures, _ = dense
    weights = network.get_weights()
    rare = [array.copy() for array in weights]
    trunk = keras.Model(network.inputs[0], network.get_layer("hidden_2").output)
    answers = np.sort(keras.ops.convert_to_numpy(trunk(pictures))[:, 0])
    rare[3][0] -= answers[-4:-2].mean()  # three pictures stay above zero
    network.set_weights(rare)
    result = viewer.compute(layer="hidden_2", unit=1)
    assert len(result["values"]) == len(result["names"]) == len(result["favourites"]) == 3
    quiet = int(np.argsort(trunk(pictures)[:, 0])[0]) + 1
    result = viewer.compute(layer="hidden_2", unit=1, picture=quiet)
    told = viewer.say({"layer": "hidden_2", "unit": 1, "picture": quiet}, result)
    assert "does not answer; it does to 10% of the pictures; of its 3 favourites" in told
    viewer.draw(result)
    network.set_weights(weights)


@pytest.mark.parametrize("make, told", [
    (lambda network, pictures: explore.features(network, pictures[:, :5]), "as the model takes them"),
    (lambda network, pictures: explore.features(network, pictures, [1, 2]), "label per picture"),
    (lambda network, pictures: explore.features(network, pictures, layers=["hidden_9"]), "no layer 'hidden_9'"),
])
def test_what_does_not_fit_is_named(dense, make, told):
    with pytest.raises(ValueError, match=told):
        make(dense[1], dense[2])


def test_a_layer_is_found_by_what_it_does(dense, photos):
    assert dense[0].controls[0].options == ("hidden_1", "hidden_2", "scores")
    assert photos[0].controls[0].options == ("conv_1", "conv_2", "scores")


def test_on_screen_it_has_a_pad_or_a_button(dense, photos, monkeypatch):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    for viewer, kind in ((dense[0], "Sketch"), (photos[0], "Box")):
        viewer._repr_mimebundle_()
        first = viewer._panel.box.children[0].children[0]
        assert type(first).__name__ == kind
        viewer.close()


def test_a_file_that_is_no_photo_is_told_on_screen(photos, monkeypatch):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    viewer = photos[0]
    viewer._repr_mimebundle_()
    viewer._loaded(b"no picture")
    assert "JPEG and PNG can" in viewer._panel._sentence.value
    viewer.close()


def test_the_layers_are_buttons(dense, monkeypatch):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    viewer = dense[0]
    viewer._repr_mimebundle_()
    strip = viewer._panel._widgets["layer"]
    assert strip.options == ["hidden_1", "hidden_2", "scores"] and strip.notes == ["6 units", "4 units", "3 units"]
    strip.value = "scores"
    assert viewer.layer == "scores" and viewer._panel._widgets["unit"].max == 3
    viewer.layer = "hidden_1"
    assert strip.value == "hidden_1"
    viewer.close()


def test_a_drawing_comes_from_the_pad(dense):
    from layerwise.explore.sketch import SIDE, Sketch

    got = []
    pad = Sketch(got.append)
    pad._message(None, {"kind": "drawing"}, [bytes(np.full(SIDE * SIDE, 255, "uint8"))])
    assert got[0].shape == (SIDE, SIDE) and got[0].max() == 1
    pad.close()


def test_the_layers_of_a_network_as_a_stack():
    layers = [
        {"name": "conv 1", "shape": (5, 5, 4), "parameters": 40, "work": 900},
        {"name": "dense", "shape": (10,), "parameters": 60, "work": 100},
    ]
    figure = plot.stack(layers, title="Two layers.")
    assert "conv 1: output 5×5 ×4, 40% of the parameters, 90% of the multiplications" in plot.describe(figure)
    with pytest.raises(ValueError, match="one or three sides"):
        plot.stack([{"name": "x", "shape": (1, 2), "parameters": 1, "work": 1}])


def test_a_unit_needs_to_exist():
    with pytest.raises(ValueError, match="one of 2 units"):
        plot.unit(np.eye(3), np.eye(3), [1, 2], np.ones((1, 3, 3)), unit=2)
    with pytest.raises(ValueError, match="caption per favourite"):
        plot.unit(np.eye(3), np.eye(3), [1, 2], np.ones((2, 3, 3)), captions=["a"])
