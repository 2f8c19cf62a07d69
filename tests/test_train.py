"""The callbacks: what they draw and say, and that stopping keeps the weights and gives interrupts back."""

import re
import signal
import sys
import threading
import types
import xml.dom.minidom

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from layerwise import plot, show, train  # noqa: E402
from layerwise.train import _place, _sketch, line, live  # noqa: E402


@pytest.fixture
def model():
    """A tiny network that fits in milliseconds."""
    keras.utils.set_random_seed(0)
    small = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    # Eagerly: nothing to compile, and the callbacks see the same.
    small.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    return small


def fit(model, callbacks, epochs=3, **options):
    x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    y = np.arange(32) % 3
    return model.fit(
        x, y, validation_data=(x, y), epochs=epochs, batch_size=8, verbose=0, callbacks=callbacks, **options
    )


class Page:
    """Stands for a notebook page: keeps what each place on it shows."""

    def __init__(self):
        self.places = []

    def handle(self, content, raw, display_id):
        place = [content]
        self.places.append(place)

        class Handle:
            def update(self, content, raw):
                place.append(content)

        return Handle()


@pytest.fixture
def page(monkeypatch):
    page = Page()
    monkeypatch.setattr(show, "in_notebook", lambda: True)
    import IPython.display
    import plotly.io

    monkeypatch.setattr(IPython.display, "display", page.handle)
    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype")  # as in a Jupyter kernel
    return page


@pytest.fixture(autouse=True)
def interrupts():
    """Each test leaves the answer to an interrupt as it found it."""
    before = signal.getsignal(signal.SIGINT)
    yield
    after = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)
    assert after == before


class Do(keras.callbacks.Callback):
    """Call a function once, after a given batch of the first epoch."""

    def __init__(self, function, after=1):
        super().__init__()
        self.function, self.after, self.count = function, after, 0

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1
        if self.count == self.after:
            self.function()


def test_curves_collect_every_epoch_and_draw_nothing_without_a_notebook(model, capsys):
    curves = train.LiveCurves()
    run = fit(model, [curves])
    assert curves.history.keys() == run.history.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert curves.history["loss"] == pytest.approx(run.history["loss"])
    assert len(curves.history["loss"]) == 3
    assert capsys.readouterr().out == ""
    assert "After 3 epochs" in plot.describe(curves.figure())


def test_curves_are_one_output_that_is_replaced_and_stays(model, page, monkeypatch):
    # No time passes: the first epoch is drawn and the end, and nothing between them would be seen.
    monkeypatch.setattr(live, "time", types.SimpleNamespace(monotonic=lambda: 0.0))
    fit(model, [train.LiveCurves()], epochs=10)
    (place,) = page.places
    assert len(place) == 3
    assert "after the first epoch" in place[0]["text/plain"]
    assert "<svg" in place[1]["text/html"] and "loss" in place[1]["text/plain"]
    last = place[-1]
    assert "After 10 epochs" in last["text/plain"]
    assert last["application/vnd.plotly.v1+json"]["config"]["displayModeBar"] is False


def test_curves_are_drawn_after_every_so_many_epochs(model, page, monkeypatch):
    monkeypatch.setattr(live, "_AT_LEAST", 0)
    fit(model, [train.LiveCurves(every=3)], epochs=7)
    (place,) = page.places
    assert len(place) == 1 + 2 + 1


def test_the_sketch_draws_each_value_in_its_place():
    drawn = _sketch.sketch({"loss": [1.0, 0.5, float("nan"), 0.0], "val_loss": [1.0]}, title="<A run>", epochs=5)
    lines = re.findall(r"points='([^']*)'", drawn.split("flex-wrap")[1])
    assert lines == ["52.0,20.0 125.5,108.0", "272.5,196.0", "52.0,20.0"]  # a gap where the value is not finite
    assert "&lt;A run&gt;" in drawn and "validation" in drawn
    xml.dom.minidom.parseString(drawn)


@pytest.mark.parametrize("history", [{"loss": []}, {"loss": [float("inf")]}, {"loss": [2.0, 2.0], "f1_score": [0, 0]}])
def test_the_sketch_survives_odd_values(history):
    xml.dom.minidom.parseString(_sketch.sketch(history, title="Odd."))


def test_curves_go_on_in_a_second_fit(model):
    curves = train.LiveCurves()
    fit(model, [curves], epochs=2)
    fit(model, [curves], epochs=1)
    assert len(curves.history["loss"]) == 3


def test_curves_refuse_a_wrong_interval():
    with pytest.raises(ValueError, match=r"every.*at least 1; 0 came"):
        train.LiveCurves(every=0)


def test_progress_prints_one_line_without_a_notebook(model, capsys):
    fit(model, [train.Progress()])
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "\r" not in out
    assert out.startswith("3 epochs in ") and "validation loss" in out


def test_progress_is_one_place_and_ends_with_the_result(model, page):
    fit(model, [train.Progress()])
    (place,) = page.places
    assert place[0]["text/plain"].startswith("epoch 1 of 3")
    assert place[-1]["text/plain"].startswith("3 epochs in ")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.6, "1 min 0 s"), (75, "1 min 15 s")]
)
def test_durations_read_as_people_say_them(seconds, words):
    assert line._duration(seconds) == words


def test_stop_from_another_thread_ends_the_run_within_the_epoch(model, capsys):
    button = train.StopButton()

    def elsewhere():
        thread = threading.Thread(target=button.stop)
        thread.start()
        thread.join()

    run = fit(model, [button, Do(elsewhere, after=2)], epochs=1000)
    assert len(run.history["loss"]) == 1
    assert int(model.optimizer.iterations) == 2  # of 4 in the epoch
    assert button.message in capsys.readouterr().out
    assert "epoch 1 of 1000, after 2 steps" in button.message


def test_a_click_stops_and_leaves_a_sentence_in_place_of_the_button(model, page):
    button = train.StopButton()
    fit(model, [button, Do(lambda: button.button.click(), after=3)], epochs=1000)
    assert int(model.optimizer.iterations) == 3
    (place,) = page.places
    shown = place[0].children[0]
    assert type(shown).__name__ == "Button" and shown.disabled and shown.description == "Stopping"
    assert place[-1]["text/plain"] == button.message and "kept" in button.message
    assert button.button is None


def test_a_run_to_the_end_says_so_and_can_be_stopped_next_time(model, page):
    button = train.StopButton()
    fit(model, [button], epochs=2)
    assert button.message == "Trained 8 steps, to the end of epoch 2 of 2."
    fit(model, [button, Do(button.stop)], epochs=1000)
    assert "after 1 steps" in button.message


def test_an_interrupt_becomes_a_stop_in_good_order_and_keeps_the_weights(model):
    start = [weight.copy() for weight in model.get_weights()]
    button = train.StopButton()
    run = fit(model, [button, Do(lambda: signal.raise_signal(signal.SIGINT), after=2)], epochs=1000)
    assert len(run.history["loss"]) == 1
    assert int(model.optimizer.iterations) == 2
    assert any(not np.array_equal(a, b) for a, b in zip(start, model.get_weights(), strict=True))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler or button._previous is None


def test_a_second_interrupt_breaks_off_as_usual(model):
    def twice():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fit(model, [train.StopButton(), Do(twice)], epochs=1000)


def test_after_an_error_in_fit_an_interrupt_is_itself_again(model):
    def fail():
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        fit(model, [train.StopButton(), Do(fail)])
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_the_button_works_in_a_thread_that_may_not_take_interrupts(model):
    before, done = signal.getsignal(signal.SIGINT), []
    thread = threading.Thread(target=lambda: done.append(fit(model, [train.StopButton()], epochs=1)))
    thread.start()
    thread.join()
    assert done and signal.getsignal(signal.SIGINT) == before


def test_without_widgets_there_is_no_button_and_no_error(model, page, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    button = train.StopButton()
    fit(model, [button, Do(button.stop)], epochs=1000)
    assert page.places == [] and "Stopped as you asked" in capsys.readouterr().out


def test_all_three_together(model, page):
    fit(model, [train.LiveCurves(), train.Progress(), train.StopButton()])
    assert len(page.places) == 3


def test_a_place_does_nothing_without_a_notebook(capsys):
    _place.Place().write("a line")
    assert capsys.readouterr().out == ""


def test_a_misspelt_callback_names_the_nearest():
    with pytest.raises(AttributeError, match='Did you mean "StopButton"'):
        train.StopButon  # noqa: B018
