"""Figures: the data is in them, the words fit, bad input is named, and nothing is fetched."""

import base64
import io
import json
import subprocess
import sys
import types

import numpy as np
import pytest
from layerwise import plot, theme

DIGITS = np.arange(3 * 4 * 5, dtype="uint8").reshape(3, 4, 5)

EXAMPLES = {
    "images": lambda: plot.images(DIGITS, titles=["a", "b", "a longer name"], title="Three."),
    "signed": lambda: plot.images(DIGITS - 30.0, title="Signed."),
    "colour": lambda: plot.images(np.stack([DIGITS] * 3, axis=-1), title="Colour."),
    "pixels": lambda: plot.pixels(DIGITS[0], title="Numbers."),
    "curves": lambda: plot.curves({"a": [1, 2, 3], "b": [[1, 2, 4], [2, 3, 5]]}, title="Two."),
    "bars": lambda: plot.bars(["a", "b"], [1, 2], low=[0, 1], high=[2, 3], x_title="count", title="Bars."),
    "confusion": lambda: plot.confusion([[3, 1], [0, 4]], ["cat", "dog"], title="Mistakes."),
    "probabilities": lambda: plot.probabilities([0.2, 0.8], ["cat", "dog"], title="Sure.", truth=0),
    "several": lambda: plot.probabilities({"a": [0.2, 0.8], "b": [1, 0]}, ["cat", "a longer name"], title="Two."),
    "points": lambda: plot.points([[0, 1], [2, 3]], [0, 1], names=["cat", "dog"], title="Points."),
    "history": lambda: plot.history({"loss": [2, 1], "val_loss": [2, 2], "accuracy": [0.1, 0.9]}, title="A run."),
}


@pytest.fixture(autouse=True)
def in_jupyter(monkeypatch):
    import plotly.io

    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_figure_has_the_look_a_title_axes_and_words(name):
    figure = EXAMPLES[name]()
    assert tuple(figure.layout.template.layout.colorway) == theme.PALETTE
    title = figure.layout.title.text.split("<br>")[0]
    assert plot.describe(figure).startswith(title)
    assert len(plot.describe(figure)) > len(title) + 10
    for axis in [figure.layout.xaxis, figure.layout.yaxis]:
        named_by_its_ticks = axis.ticktext is not None
        above = name == "history" and axis is figure.layout.yaxis
        assert axis.visible is False or axis.title.text or named_by_its_ticks or above


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_figure_is_the_same_each_time(name):
    assert EXAMPLES[name]().to_json() == EXAMPLES[name]().to_json()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_figure_displays_quietly_and_without_the_internet(name):
    figure = EXAMPLES[name]()
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.plotly.v1+json", "text/plain"}
    assert bundle["text/plain"] == plot.describe(figure)
    assert bundle["application/vnd.plotly.v1+json"]["config"]["displayModeBar"] is False
    # Plotly's own address in the configuration is a setting for its tool bar and is not fetched.
    content = {k: v for k, v in bundle["application/vnd.plotly.v1+json"].items() if k != "config"}
    assert "http" not in json.dumps(content)


def test_ipython_takes_the_quiet_display():
    from IPython.core.formatters import DisplayFormatter

    bundle, _ = DisplayFormatter().format(EXAMPLES["bars"]())
    assert set(bundle) == {"application/vnd.plotly.v1+json", "text/plain"}
    assert bundle["text/plain"].startswith("Bars.")


def test_a_figure_can_become_a_widget_and_keeps_its_words():
    import plotly.graph_objects as go

    assert plot.describe(go.FigureWidget(EXAMPLES["bars"]())) == plot.describe(EXAMPLES["bars"]())


def test_describe_refuses_a_figure_without_words():
    import plotly.graph_objects as go

    with pytest.raises(ValueError, match="a Figure without a summary"):
        plot.describe(go.Figure())


def test_an_own_summary_takes_the_place_of_the_written_one():
    assert plot.describe(plot.bars(["a"], [1], title="T.", summary="Mine.")) == "Mine."


def test_long_titles_wrap_and_make_room():
    short = plot.figure(title="Short.", summary="s")
    long = plot.figure(title="A sentence that is a good deal longer than fits on a narrow page.", summary="s")
    lines = long.layout.title.text.split("<br>")
    assert len(lines) == 2 and max(map(len, lines)) <= 46
    assert long.layout.margin.t > short.layout.margin.t


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plot.images(np.zeros((2, 3, 4, 5))), r"shape \(2, 3, 4, 5\) came"),
        (lambda: plot.images([np.zeros((2, 2)), np.zeros((3, 3))]), "pictures of one size"),
        (lambda: plot.images(np.zeros((500, 2, 2))), r"500 came.*x_train\[:64\]"),
        (lambda: plot.images(DIGITS, titles=["a"]), "1 titles and 3 pictures"),
        (lambda: plot.images(DIGITS, columns=0), "at least 1; 0 came"),
        (lambda: plot.images(DIGITS, scale="pink"), "'pink' came"),
        (lambda: plot.images(np.array([[["a"]]])), "needs numbers"),
        (lambda: plot.images(np.full((1, 2, 2), np.nan)), "finite"),
        (lambda: plot.images(np.zeros((0, 2, 2))), r"shape \(0, 2, 2\) came"),
        (lambda: plot.pixels(np.zeros((2, 3, 3))), r"shape \(2, 3, 3\) came"),
        (lambda: plot.pixels(np.zeros((50, 50))), "at most 40 by 40"),
        (lambda: plot.curves({}), "at least one entry; an empty one came"),
        (lambda: plot.curves([1, 2]), "list came"),
        (lambda: plot.curves({"a": ["x"]}), r'"a" must be numbers'),
        (lambda: plot.curves({"a": []}), r"shape \(0,\) came"),
        (lambda: plot.curves({"a": [1, 2]}, x=[1, 2, 3]), "2 values, but x has 3"),
        (lambda: plot.bars(["a"], [1, 2]), "1 names and 2 values"),
        (lambda: plot.bars(["a"], [1], low=[0]), "both ends"),
        (lambda: plot.bars(["a"], [5], low=[1], high=[1]), "the ends themselves, not distances"),
        (lambda: plot.bars(["a"], [5], low=[1, 2], high=[6, 7]), r"shape \(1,\); shape \(2,\) came"),
        (lambda: plot.bars(["a"], [0], log=True), "above zero"),
        (lambda: plot.confusion([[1, 2]], ["a", "b"]), r"shape \(2, 2\) for 2 labels; shape \(1, 2\) came"),
        (lambda: plot.confusion([[1, -2], [0, 1]], ["a", "b"]), "none below zero"),
        (lambda: plot.probabilities([2.0, -1.0], ["a", "b"]), "logits"),
        (lambda: plot.probabilities([0.5], ["a", "b"]), r"shape \(2,\); shape \(1,\) came"),
        (lambda: plot.probabilities({"x": [0.5]}, ["a", "b"]), '"x"'),
        (lambda: plot.probabilities({}, ["a"]), "at least one prediction"),
        (lambda: plot.probabilities([1.0], ["a"], truth=3), "0 to 0; 3 came"),
        (lambda: plot.points([1, 2, 3]), r"2 dimension\(s\); shape \(3,\) came"),
        (lambda: plot.points(np.zeros((2, 3))), r"shape \(n, 2\); shape \(2, 3\) came"),
        (lambda: plot.points(np.zeros((2, 2)), [1]), r"shape \(2,\); shape \(1,\) came"),
        (lambda: plot.points(np.zeros((30, 2)), np.arange(30) / 7), "30 different values"),
        (lambda: plot.points(np.zeros((2, 2)), [0, 4], names=["a"]), "no entry for it"),
        (lambda: plot.history([1, 2]), "list came"),
        (lambda: plot.history({"accuracy": [1]}), "a dict with accuracy came"),
        (lambda: plot.history({"loss": [1]}, metric="f1"), 'no metric "f1"'),
    ],
)
def test_bad_input_says_what_came_and_what_was_expected(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def sheet(figure):
    from PIL import Image

    packed = base64.b64decode(figure.data[0].source.split(",")[1])
    return np.asarray(Image.open(io.BytesIO(packed)))


def test_pictures_are_drawn_in_their_place_and_colour():
    black = np.zeros((2, 4, 4), "uint8")
    black[1] = 255
    drawn = sheet(plot.images(black, columns=2))
    paper, ink = drawn[0, 0], drawn[0, -1]
    assert tuple(paper) == (0xFB, 0xF9, 0xF4) and tuple(ink) == (0x14, 0x30, 0x4A)
    grey = sheet(plot.images(black, columns=2, scale="grey"))
    assert tuple(grey[0, 0]) == (0, 0, 0) and tuple(grey[0, -1]) == (255, 255, 255)


def test_signed_pictures_are_blue_below_zero_and_orange_above():
    drawn = sheet(plot.images(np.array([[[-2.0, 2.0]]])))
    assert drawn[0, 0, 2] > drawn[0, 0, 0] and drawn[0, -1, 0] > drawn[0, -1, 2]


def test_colour_pictures_keep_their_colours():
    picture = np.arange(2 * 2 * 3, dtype="uint8").reshape(1, 2, 2, 3) * 20
    assert np.array_equal(sheet(plot.images(picture)), picture[0])


def test_floats_and_bytes_of_the_same_picture_look_the_same():
    assert np.array_equal(sheet(plot.images(DIGITS)), sheet(plot.images(DIGITS / 255)))


def test_many_pictures_are_one_image_and_small():
    figure = plot.images(np.zeros((64, 28, 28), "uint8"), titles=range(64))
    assert len(figure.data) == 2 and len(figure.layout.annotations) == 0
    assert list(figure.data[1].text)[-1] == "63"


def test_pixels_show_each_number():
    figure = plot.pixels([[0, 7], [255, 3]])
    assert [list(row) for row in figure.data[0].text] == [["0", "7"], ["255", "3"]]


def test_a_band_reaches_from_the_lowest_to_the_highest_run():
    figure = plot.curves({"a": [[1.0, 5.0], [3.0, 9.0], [2.0, 4.0]]})
    band, line = figure.data
    assert list(band.x) == [1, 2, 2, 1] and list(band.y) == [1, 4, 9, 3]  # along the lowest, back along the highest
    assert list(line.y) == [2, 5]


def test_a_gap_in_a_curve_stays_a_gap_and_is_told():
    figure = plot.curves({"a": [1.0, np.inf, 3.0]}, title="Gap.")
    assert np.isnan(figure.data[0].y[1])
    assert "1 values missing" in plot.describe(figure)
    assert "no finite values" in plot.describe(plot.curves({"a": [np.nan, np.nan]}))


def test_a_band_with_a_gap_in_all_runs_is_two_pieces(recwarn):
    figure = plot.curves({"a": [[1, 2, np.nan, 4, 5], [2, 3, np.nan, 5, 6]]})
    assert len(figure.data) == 3 and not recwarn


def test_curves_differ_in_dash_and_not_in_colour_alone():
    figure = plot.curves({name: [1, 2] for name in "abcdef"})
    assert len({trace.line.dash for trace in figure.data}) == 6


def test_whiskers_reach_from_low_to_high():
    bar = EXAMPLES["bars"]().data[0]
    assert list(bar.error_x.array) == [1, 1] and list(bar.error_x.arrayminus) == [1, 1]


def test_numbers_keep_clear_of_whiskers():
    plain, spanned = plot.bars(["a"], [1]), plot.bars(["a"], [1], low=[0.5], high=[1.5])
    assert [figure.data[1].text[0][0] for figure in (plain, spanned)] == [" ", "\u2002"]


@pytest.mark.parametrize(("values", "low", "mode"), [
    ([0.0, 0.4], None, "nonnegative"), ([0.1, 0.4], [0.0, 0.3], "nonnegative"),
    ([-0.1, 0.4], None, None), ([0.1, 0.4], [-0.1, 0.3], None),
])  # fmt: skip
def test_bars_without_anything_below_zero_begin_at_their_names(values, low, mode):
    high = None if low is None else [0.2, 0.5]
    assert plot.bars(["a", "b"], values, low=low, high=high).layout.xaxis.rangemode == mode


def test_the_axis_of_bars_can_be_logarithmic():
    axis = plot.bars(["a", "b"], [1, 1000], log=True).layout.xaxis
    assert axis.type == "log" and axis.range is None


def test_right_answers_are_blue_and_mistakes_orange():
    z = np.array(plot.confusion([[900, 3], [1, 800]], ["a", "b"]).data[0].z)
    assert z[0, 0] < -0.9 and z[1, 1] < -0.9 and 0 < z[1, 0] < z[0, 1]


def test_the_truth_is_marked():
    figure = plot.probabilities([0.2, 0.8], ["cat", "dog"], truth=0)
    assert list(figure.layout.xaxis.ticktext) == ["<b>cat</b><br>true", "dog"]


def test_history_takes_what_fit_returns_and_shows_two_panels():
    values = {"loss": [2, 1], "val_loss": [2, 2], "accuracy": [0.1, 0.9], "learning_rate": [1, 1]}
    figure = plot.history(types.SimpleNamespace(history=values))
    assert [trace.yaxis for trace in figure.data] == ["y", "y", "y2"]
    assert [note.text for note in figure.layout.annotations] == ["loss", "accuracy"]
    assert plot.history({"loss": []}).data == ()
    assert len(plot.history({"loss": np.array([2.0, 1.0])}).data) == 1


def test_importing_loads_no_heavy_library():
    code = (
        "import sys, layerwise.plot, layerwise.train, layerwise.data; "
        "print([m for m in ('numpy', 'plotly', 'keras', 'pooch', 'requests', 'ipywidgets', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_misspelt_function_names_the_nearest():
    with pytest.raises(AttributeError, match='Did you mean "confusion"'):
        plot.confusoin  # noqa: B018
