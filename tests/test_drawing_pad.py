"""The drawing pad: MNIST's preprocessing, live answers, and answerers that fail."""

import json
import threading

import numpy as np
import pytest
from layerwise import explore
from layerwise.explore.digits import center_digit
from layerwise.explore.pad import CANVAS, say


def always(digit, sure=1.0):
    answer = np.full(10, (1 - sure) / 9)
    answer[digit] = sure
    return lambda image: answer


def bar(height=80, width=10, top=10, left=45, side=100):
    image = np.zeros((side, side))
    image[top : top + height, left : left + width] = 1.0
    return image


# ---- center_digit


@pytest.mark.parametrize("image", [bar(), bar(top=0, left=0), bar(height=10, width=90, left=5), bar(5, 5, 90, 90)])
def test_a_drawing_fills_the_box_and_sits_in_the_middle(image):
    seen = center_digit(image)
    rows, columns = np.flatnonzero(seen.max(axis=1) > 0.2), np.flatnonzero(seen.max(axis=0) > 0.2)
    assert seen.shape == (28, 28) and seen.dtype == np.float32
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    mass = seen.sum()
    centre = seen.sum(axis=1) @ np.arange(28) / mass, seen.sum(axis=0) @ np.arange(28) / mass
    assert np.allclose(centre, 14, atol=0.75)


def test_place_and_size_on_the_pad_do_not_matter():
    assert np.array_equal(center_digit(bar(top=0, left=0)), center_digit(bar(top=20, left=70)))
    large, small = center_digit(bar()), center_digit(bar(40, 5))
    assert np.abs(large - small).max() < 0.3


def test_the_aspect_stays():
    seen = center_digit(bar(height=80, width=40))
    assert np.ptp(np.flatnonzero(seen.max(axis=1) > 0.5)) + 1 == 20
    assert np.ptp(np.flatnonzero(seen.max(axis=0) > 0.5)) + 1 == 10


def test_edges_are_antialiased():
    slanted = np.fromfunction(lambda y, x: (np.abs(y - 1.7 * x) < 12).astype(float), (112, 112))
    seen = center_digit(slanted)
    assert ((seen > 0.1) & (seen < 0.9)).sum() > 20


def test_an_empty_drawing_and_a_single_point():
    assert not center_digit(np.zeros((50, 50))).any()
    point = np.zeros((50, 50))
    point[3, 3] = 1
    assert center_digit(point).sum() == pytest.approx(400, rel=0.01)


def test_bundled_digits_stay_as_they_are():
    """MNIST went through the same steps, so a second time must change next to nothing."""
    from layerwise import data

    digits = data.load("digits", source="bundled").x_test[:200]
    digits = digits.reshape(-1, 28, 28) / max(1.0, float(digits.max()))
    changed = [np.abs(center_digit(digit) - digit).mean() for digit in digits]
    assert np.median(changed) < 0.03


@pytest.mark.parametrize("wrong, told", [
    (np.zeros(784), r"shape \(784,\)"), (np.full((28, 28), 255.0), "Divide"), (np.full((4, 4), np.nan), "finite"),
    ("seven", "numbers"), (np.zeros((0, 5)), "shape"),
])
def test_what_is_no_drawing_is_refused(wrong, told):
    with pytest.raises(ValueError, match=told):
        center_digit(wrong)


# ---- the pad


def test_drawing_from_python_answers_at_once():
    pad = explore.drawing_pad({"one": always(1, 0.7), "two": always(2)})
    assert pad.answers == {} and pad.sentence == "Draw a digit."
    pad.draw(bar())
    assert pad.answers["one"].argmax() == 1 and pad.answers["two"].argmax() == 2
    assert np.array_equal(pad.image, center_digit(bar()))
    assert pad.sentence == "one reads 1 (70%), two reads 2 (100%)."
    assert pad.figure().data
    pad.clear()
    assert pad.answers == {} and not pad.image.any()
    assert pad.figure().data


def test_an_answerer_that_fails_does_not_stop_the_others():
    def broken(image):
        raise RuntimeError("not trained yet")

    pad = explore.drawing_pad({"broken": broken, "good": always(4)})
    pad.draw(bar())
    assert isinstance(pad.answers["broken"], RuntimeError)
    assert pad.sentence == "broken failed, good reads 4 (100%)."


@pytest.mark.parametrize("answer, told", [
    (np.ones(9) / 9, r"shape \(9,\)"), (np.full(10, np.nan), "softmax"), (np.linspace(-5, 5, 10), "softmax"),
    (None, "shape"), ("three", "could not convert"),
])
def test_answers_that_are_no_probabilities_are_named(answer, told):
    pad = explore.drawing_pad({"odd": lambda image: answer})
    pad.draw(bar())
    with pytest.raises((ValueError, TypeError), match=told):
        raise pad.answers["odd"]


def test_a_batch_of_one_is_taken_and_the_image_is_the_answerer_s_own():
    def spoil(image):
        image[:] = 0
        return always(3)(image)[None]

    pad = explore.drawing_pad({"first": spoil, "second": lambda image: always(int(image.max() > 0))(image)})
    pad.draw(bar())
    assert pad.answers["first"].shape == (10,) and pad.answers["second"].argmax() == 1
    assert pad.image.any()


@pytest.mark.parametrize("wrong", [{}, [len], {"a": 3}, None])
def test_answerers_are_functions_by_name(wrong):
    with pytest.raises(TypeError, match="functions by name"):
        explore.drawing_pad(wrong)


def test_the_sentence_of_several_answers():
    assert say({"a": always(3)(None), "b": ValueError("x")}) == "a reads 3 (100%), b failed."


# ---- on screen, without a browser


@pytest.fixture
def shown(monkeypatch):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    pads = []

    def build(answerers):
        pad = explore.drawing_pad(answerers)
        bundle, _ = pad._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in bundle
        pads.append(pad)
        return pad, pad._widget

    yield build
    for pad in pads:
        pad.close()


def message(image):
    return {"kind": "drawing"}, [(image * 255).astype("uint8").tobytes()]


def finish():
    for thread in threading.enumerate():
        if thread.name == "layerwise-pad":
            thread.join(20)


def test_a_drawing_from_the_browser_is_answered(shown):
    _, widget = shown({"five": always(5)})
    assert json.loads(widget.results) == [{"name": "five", "probabilities": []}]
    widget._message(None, *message(bar(side=CANVAS)))
    finish()
    assert json.loads(widget.results)[0]["probabilities"][5] == 1
    assert len(widget.seen) == 784 and max(widget.seen) == 255
    assert widget.sentence == "five reads 5 (100%)."


def test_an_error_reaches_the_browser_as_text(shown):
    pad, widget = shown({"bad": lambda image: 1 / 0})
    pad.draw(bar())
    assert json.loads(widget.results) == [{"name": "bad", "error": "ZeroDivisionError: division by zero"}]


def test_python_s_drawing_reaches_the_canvas(shown):
    pad, widget = shown({"five": always(5)})
    pad.draw(bar(side=30, height=20, width=4, top=5, left=12))
    assert widget.painted_width == 30 and len(widget.painted) == 900 and widget.painting == 1


def test_only_the_newest_drawing_waits_while_an_answerer_thinks(shown):
    begun, go, seen = threading.Event(), threading.Event(), []

    def slow(image):
        seen.append(float(image.sum()))
        begun.set()
        assert go.wait(20)
        return always(1)(image)

    pad, widget = shown({"slow": slow})
    strokes = [bar(height=height, side=CANVAS) for height in (20, 30, 40, 50, 60)]
    widget._message(None, *message(strokes[0]))
    assert begun.wait(20)
    for stroke in strokes[1:]:
        widget._message(None, *message(stroke))
    go.set()
    finish()
    assert len(seen) == 2
    assert np.array_equal(pad.image, center_digit(strokes[-1]))
