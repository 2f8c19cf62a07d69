"""Labels saved: the arrow ends where it should, the explorer follows every control; borrowed weights are whole."""

import shutil

import numpy as np
import pytest
from explorers import SIZES
from explorers import transfer_runs as measured
from layerwise import data, explore, paths, plot
from layerwise.plot import savings
from layerwise.suggest import CourseError


def points(*pairs):
    return [{"examples": examples, "score": score} for examples, score in pairs]


@pytest.mark.parametrize("score, expected", [(0.3, 1), (0.4, 1), (0.6, 10), (0.8, 100), (0.81, None)])
def test_the_labels_that_are_needed(score, expected):
    assert savings.needed(points((1, 0.4), (100, 0.8)), score) == expected


def test_what_was_reached_once_counts_as_reached():
    assert savings.needed(points((1, 0.4), (10, 0.7), (100, 0.6), (1000, 0.9)), 0.65) < 10


@pytest.mark.parametrize("here", SIZES)
def test_the_still_figure_tells_in_words_what_it_shows(here):
    rows = [row for row in measured() if row["task"] == "flowers"]
    figure = plot.labels_saved(rows, here=here, method="borrowed", base="from scratch", title="Labels saved.")
    words = plot.describe(figure)
    assert words.startswith(f"Labels saved. With {here}, borrowed has a share right of")
    assert figure.layout.xaxis.title.text == "labels for each class" and figure.layout.yaxis.title.text
    for trace in figure.data:
        assert np.isfinite(np.asarray(trace.x, float)).all() and np.isfinite(np.asarray(trace.y, float)).all()


@pytest.mark.parametrize("change, told", [
    ({"here": 7}, "was not measured with 7"), ({"method": "magic"}, "no method 'magic'"),
])
def test_what_cannot_be_drawn_is_named(change, told):
    with pytest.raises(ValueError, match=told):
        plot.labels_saved(measured(), **{"method": "borrowed", **change})


def test_one_method_has_nothing_to_be_held_against():
    rows = [row for row in measured() if row["method"] == "borrowed"]
    for call in (plot.labels_saved, explore.labels_saved):
        with pytest.raises(ValueError, match="compares two methods"):
            call(rows)


def test_the_sentence_says_how_many_labels_are_saved():
    explorer = explore.labels_saved(measured(), labels=1, method="borrowed")
    assert "from scratch needs about" in explorer.sentence
    explorer.labels = 30
    assert "does not get there with 100 labels either" in explorer.sentence


def test_where_transfer_is_behind_it_says_so():
    explorer = explore.labels_saved(measured(), labels=100, task="digits", method="borrowed")
    assert "behind, and saves nothing" in explorer.sentence


def test_a_lead_within_its_interval_is_no_lead():
    near = [(0.50, 0.52, 0.47, 0.51), (0.53, 0.49, 0.50, 0.52)]
    rows = [
        {"method": method, "examples": 10, "seed": seed, "score": score}
        for method, scores in zip(("from scratch", "borrowed"), near, strict=True) for seed, score in enumerate(scores)
    ]
    assert "nobody is ahead for certain" in explore.labels_saved(rows).sentence


def test_a_method_that_was_not_measured_is_said_to_be_missing():
    explorer = explore.labels_saved(measured(), task="digits", method="own eye")
    assert explorer.sentence == "own eye was not measured with 10 labels a class on this task."
    assert plot.describe(explorer.figure())


# ---- borrowed weights


def test_borrowed_weights_come_whole_and_say_where_they_are_from():
    weights = data.pretrained("efficientnet_lite0")
    assert sum(array.size for array in weights.values()) == 3_413_024
    assert all(array.dtype == "float32" and np.isfinite(array).all() for array in weights.values())
    assert weights["_conv_stem.weight"].shape == (3, 3, 3, 32)
    assert min(array.min() for name, array in weights.items() if name.endswith("running_var")) >= 0
    assert "Apache-2.0" in repr(weights) and "ImageNet" in repr(weights)


def test_borrowed_weights_show_a_card():
    shown = data.pretrained("efficientnet_lite0")._repr_html_()
    for told in ("trained on ImageNet", "3,413,024 numbers", "Apache-2.0", "Tan, Le (2019)", "not balanced"):
        assert told in shown, told


def test_unknown_weights_and_damaged_ones_are_named(tmp_path):
    with pytest.raises(CourseError, match='Did you mean "efficientnet_lite0"'):
        data.pretrained("efficientnet_lite")
    folder = tmp_path / "efficientnet_lite0"
    shutil.copytree(paths.bundled() / "efficientnet_lite0", folder)
    with (folder / "weights.npz").open("ab") as file:
        file.write(b"more")
    with pytest.raises(CourseError, match="its hash differs"):
        data.pretrained("efficientnet_lite0", folder=tmp_path)
    (folder / "weights.npz").unlink()
    with pytest.raises(CourseError, match="git checkout"):
        data.pretrained("efficientnet_lite0", folder=tmp_path)


def test_the_maker_respects_strides_and_builds_nothing_but_arrays(tmp_path):
    import pickle

    from layerwise.authoring.bundles import backbone

    turned = backbone.laid_out(np.arange(24.0), 0, (2, 3, 2, 2), (1, 2, 12, 6))
    assert turned[1, 2, 0, 1] == 1 + 4 + 6
    assert backbone.for_keras("x.weight", turned).shape == (2, 2, 3, 2)
    path = tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps(print))
    with pytest.raises(pickle.UnpicklingError, match="no array"):
        backbone.read(path)
