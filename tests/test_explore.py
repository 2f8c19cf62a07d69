"""What all explorers share: state, controls, the display, its script; test_sweeps.py moves every control of each."""

import importlib.resources
import json
import threading

import numpy as np
import pytest
from layerwise import explore
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider, Toggle, sweep
from layerwise.explore.newest import Newest


def test_the_neuron_computes_what_it_says():
    neuron = explore.neuron(w1=2.0, w2=-0.5, bias=0.5, x1=1.0, x2=3.0, activation="relu")
    result = neuron.compute()
    assert result["weighted_sum"] == pytest.approx(2 * 1 - 0.5 * 3 + 0.5) and result["output"] == pytest.approx(1.0)
    assert "2.00 · 1.00 + (−0.50) · 3.00 + 0.50 = 1.00, and relu makes 1.00 of it" in neuron.sentence
    neuron.set(x1=-1.0, activation="tanh")
    assert neuron.compute()["output"] == pytest.approx(np.tanh(-3.0))
    assert "= −3.00, and tanh makes −1.00 of it" in neuron.sentence


# ---- the state as attributes


def test_attributes_read_and_set_the_state():
    neuron = explore.neuron(bias=0.5)
    assert neuron.bias == 0.5 and neuron.state["bias"] == 0.5
    neuron.bias = 1.5
    neuron.activation = "tanh"
    assert neuron.state["bias"] == 1.5 and neuron.activation == "tanh"
    assert "bias=1.5" in repr(neuron) and "bias" in dir(neuron)
    assert "tanh" in neuron.sentence


def test_values_fall_on_the_sliders_grid():
    neuron = explore.neuron(bias=0.5001)
    assert neuron.bias == 0.5
    playground = explore.playground(layers=2.0)
    assert playground.layers == 2 and isinstance(playground.layers, int)


@pytest.mark.parametrize("name, value, told", [
    ("bias", 9, "from -4 to 4. The nearest is 4"),
    ("bias", float("nan"), "got nan"),
    ("bias", "much", "got 'much'"),
    ("activation", "rleu", 'Did you mean "relu"?'),
])
def test_impossible_values_are_refused_and_change_nothing(name, value, told):
    neuron = explore.neuron()
    before = neuron.state
    with pytest.raises(ValueError, match="expected") as error:
        setattr(neuron, name, value)
    assert told in str(error.value)
    assert neuron.state == before


def test_several_changes_are_all_made_or_none():
    neuron = explore.neuron()
    before = neuron.state
    with pytest.raises(ValueError, match="bias"):
        neuron.set(w1=2.0, bias=99)
    assert neuron.state == before


def test_unknown_controls_name_the_nearest():
    neuron = explore.neuron()
    with pytest.raises(AttributeError, match='Did you mean "bias"'):
        neuron.bais = 1
    with pytest.raises(AttributeError, match='Did you mean "activation"'):
        _ = neuron.activaton
    with pytest.raises(AttributeError, match='Did you mean "learning_rate"'):
        explore.playground(learning_rte=0.1)


def test_a_rate_off_the_scale_names_the_nearest():
    with pytest.raises(ValueError, match=r"The nearest is 0\.1"):
        explore.playground(learning_rate=0.12)


def test_a_control_cannot_take_a_method_s_name():
    with pytest.raises(TypeError, match="figure"):
        Explorer("x", [Slider("figure", "f", 0, 1, 0)], compute=dict, draw=None, say=None)


def test_controls_and_their_points():
    assert Slider("n", "n", 0, 4, 1, step=1).points() == (0, 2, 4)
    assert Choice("c", "c", tuple(range(9)), 0, ordered=True).points() == (0, 4, 8)
    assert Choice("c", "c", ("a", "b"), "a").points() == ("a", "b")
    assert Toggle("t", "t").accept(1) is True
    with pytest.raises(ValueError, match="True or False"):
        Toggle("t", "t").accept("yes")


def test_a_sweep_is_complete_or_covers_all_pairs():
    controls = [Slider(name, name, 0, 2, 0, step=1) for name in "abcd"]
    assert len(list(sweep(controls))) == 81
    pairs = list(sweep(controls, limit=80))
    assert len(pairs) < 81
    assert all(any(s["b"] == b and s["d"] == d for s in pairs) for b in range(3) for d in range(3))


# ---- on screen, with the widgets but without a browser


@pytest.fixture
def shown(monkeypatch):
    """A neuron on display; widgets talk to nobody, as in a notebook that no browser shows."""
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    neuron = explore.neuron()
    bundle, _ = neuron._repr_mimebundle_()
    yield neuron, bundle
    neuron.close()


def settle(explorer, condition):
    """Wait until the drawing thread has caught up."""
    for thread in threading.enumerate():
        if thread.name.startswith("layerwise"):
            thread.join(20)
    assert condition()


def test_the_display_has_controls_a_picture_and_a_sentence(shown):
    neuron, bundle = shown
    assert "weighted sum" in bundle["text/plain"]
    panel = neuron._panel
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == panel.box.model_id
    assert "layerwise-explorer" in panel.box._dom_classes
    assert set(panel._widgets) == set(neuron.state)
    assert json.loads(panel.picture.figure)["data"]
    assert "weighted sum" in panel._sentence.value


def test_setting_an_attribute_moves_the_control_and_redraws(shown):
    neuron, _ = shown
    before = neuron._panel.picture.serial
    neuron.bias = 2.0
    assert neuron._panel._widgets["bias"].value == 2.0
    assert neuron._panel.picture.serial == before + 1
    assert "bias" in neuron._panel._sentence.value


def test_moving_a_control_sets_the_state_and_redraws(shown):
    neuron, _ = shown
    before = neuron._panel.picture.serial
    neuron._panel._widgets["w1"].value = 2.5
    assert neuron.w1 == 2.5
    settle(neuron, lambda: neuron._panel.picture.serial == before + 1)


def test_only_the_newest_value_is_computed():
    begun, go = threading.Event(), threading.Event()
    seen = []

    def compute(n):
        seen.append(n)
        begun.set()
        assert go.wait(20)
        return n

    slow = Explorer("slow", [Slider("n", "n", 0, 100, 0, step=1)], compute=compute, draw=lambda r, narrow: r,
                    say=lambda s, r, c: "Said.")

    class Panel:
        narrow, shown = False, []

        def show(self, figure, sentence):
            self.shown.append(figure)

    slow._panel = Panel()
    slow._moved("n", 1)
    assert begun.wait(20)
    for value in range(2, 60):  # a finger slides on while the first is being computed
        slow._moved("n", value)
    go.set()
    settle(slow, lambda: slow._panel.shown[-1] == 59)
    assert seen == [1, 59]


def test_an_error_is_said_in_place_and_the_controls_live_on(shown):
    neuron, _ = shown
    good, working = neuron._panel.picture.figure, neuron._compute

    def broken(**state):
        raise RuntimeError("no <b>result</b> today")

    neuron._compute = broken
    neuron.bias = 3.0
    assert "RuntimeError: no &lt;b&gt;result&lt;/b&gt; today" in neuron._panel._sentence.value
    assert neuron._panel.picture.figure == good
    neuron._compute = working
    neuron.bias = 1.0
    assert "RuntimeError" not in neuron._panel._sentence.value
    assert neuron._panel.picture.figure != good


def test_a_narrow_page_gets_a_narrow_picture(shown):
    neuron, _ = shown
    wide = json.loads(neuron._panel.picture.figure)["layout"]["height"]
    neuron._panel.picture.narrow = True
    settle(neuron, lambda: json.loads(neuron._panel.picture.figure)["layout"]["height"] > wide)


def test_the_browser_gets_plotly_from_the_kernel(shown, monkeypatch):
    import gzip

    neuron, _ = shown
    sent = []
    monkeypatch.setattr(neuron._panel.picture, "send", lambda content, buffers=None: sent.append((content, buffers)))
    neuron._panel.picture._receive(None, {"kind": "library"}, [])
    (content, (packed,)), = sent
    assert content == {"kind": "library"}
    assert b"plotly.js v" in gzip.decompress(packed)[:200]


def test_without_a_notebook_an_explorer_is_its_sentence():
    bundle = explore.neuron()._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]


SCRIPTS = sorted(
    path.name for path in importlib.resources.files("layerwise.explore").iterdir() if path.suffix in (".js", ".css")
)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_and_styles_travel_with_the_package_and_fetch_nothing(name):
    text = importlib.resources.files("layerwise.explore").joinpath(name).read_text(encoding="utf-8")
    assert "http://" not in text and "https://" not in text and "@import" not in text


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name.endswith(".js")])
def test_what_scripts_share_stands_in_one_place(name):
    text = importlib.resources.files("layerwise.explore").joinpath(name).read_text(encoding="utf-8")
    assert ("const make =" in text) == (name == "make.js")


def test_only_the_newest_request_is_worked_on():
    began, go, done = threading.Event(), threading.Event(), []

    def work():
        began.set()
        go.wait(10)
        done.append(len(done))

    newest = Newest(work, name="test")
    newest.ask()
    assert began.wait(10)
    for _ in range(5):
        newest.ask(wait=True)  # returns at once: the run under way will see to it
    go.set()
    finished = threading.Event()
    threading.Thread(target=lambda: (newest.ask(wait=True), finished.set()), daemon=True).start()
    assert finished.wait(10)
    for thread in [one for one in threading.enumerate() if one.name == "test"]:
        thread.join(10)
    assert 2 <= len(done) <= 3


def test_an_interrupt_does_not_stop_what_comes_after():
    outcomes = [KeyboardInterrupt(), ValueError("no"), None]
    calls = []

    def work():
        calls.append(1)
        outcome = outcomes.pop(0)
        if outcome:
            raise outcome

    newest = Newest(work, name="test")
    for expected in (KeyboardInterrupt, ValueError):
        with pytest.raises(expected):
            newest.ask(wait=True)
    newest.ask(wait=True)
    assert len(calls) == 3


def test_on_a_phone_titles_wrap_where_the_picture_ends():
    race = explore.optimiser_race(surface="two valleys")
    titles = {narrow: race.figure(narrow=narrow).layout.title.text.split("<br><span")[0] for narrow in (False, True)}
    assert max(map(len, titles[False].split("<br>"))) > 37 >= max(map(len, titles[True].split("<br>")))
