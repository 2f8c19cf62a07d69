"""Scans: drawn phantoms hold what their cards say, and the official films are checked before they are used."""

import time

import numpy as np
import pytest
from layerwise import data, paths
from layerwise.data import _sources, scans
from layerwise.data.drawing import chest as draw_chest
from layerwise.data.drawing import eye as draw_eye
from layerwise.suggest import CourseError
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

PARTS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def chest():
    """The drawn films that everybody gets."""
    return data.load("chest_xrays", source="drawn")


@pytest.fixture(scope="module")
def eyes():
    """The drawn eye scans that everybody gets."""
    return data.load("eye_scans")


def whole(dataset, name):
    """Return an array over all parts."""
    return np.concatenate([dataset.arrays[f"{name}_{part}"] for part in PARTS])


def pooled(pictures, size):
    """Return the means of squares of pixels, one row a picture."""
    count, height, width = pictures.shape
    means = pictures.reshape(count, height // size, size, width // size, size).mean((2, 4))
    return means.reshape(count, -1) / 255


def linear(strength=0.01):
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500, C=strength))


# Drawn chest films ----------------------------------------------------------------------------------------------------


def test_the_drawn_films_come_in_three_parts(chest):
    assert chest.source == "drawn" and chest.classes == ("normal", "pneumonia")
    for part, count in {"train": 3000, "validation": 500, "test": 600}.items():
        for name, high in {"x": 256, "masks": 2, "opacity": 2}.items():
            array = chest.arrays[f"{name}_{part}"]
            assert array.shape == (count, 64, 64) and array.dtype == "uint8" and array.max() < high
        for name, high in {"y": 2, "patient": 10**6, "age": 100, "sex": 2, "group": 2, "site": 3}.items():
            array = chest.arrays[f"{name}_{part}"]
            assert array.shape == (count,) and array.dtype == "int64" and 0 <= array.min() <= array.max() < high
    assert len(chest.sites) == 3 and len(chest.groups) == len(chest.sexes) == 2


@pytest.mark.parametrize("name", ["chest", "eyes"])
def test_nobody_stands_in_two_parts(request, name):
    dataset = request.getfixturevalue(name)
    people = [set(dataset.arrays[f"patient_{part}"].tolist()) for part in PARTS]
    assert not people[0] & people[1] and not people[0] & people[2] and not people[1] & people[2]
    scans_each = np.unique(dataset.patient_train, return_counts=True)[1]
    assert scans_each.max() == 2 and 0.15 < (scans_each == 2).mean() < 0.5
    order = np.diff(dataset.patient_train)
    assert (order < 0).mean() > 0.3  # shuffled, so that a batch is no run of one patient


def test_two_films_of_one_patient_tell_of_one_person(chest):
    order = np.argsort(chest.patient_train, kind="stable")
    twice = order[:-1][np.diff(chest.patient_train[order]) == 0]
    again = order[1:][np.diff(chest.patient_train[order]) == 0]
    assert len(twice) > 300
    for name in ("y", "age", "sex", "group", "site"):
        assert np.array_equal(chest.arrays[f"{name}_train"][twice], chest.arrays[f"{name}_train"][again])
    assert (chest.x_train[twice] != chest.x_train[again]).any(axis=(1, 2)).all()


def test_lungs_are_two_and_dark(chest):
    masks = whole(chest, "masks").astype(bool)
    share = masks.mean(axis=(1, 2))
    assert share.min() > 0.15 and share.max() < 0.6
    assert masks[:, :, :26].any(axis=(1, 2)).all() and masks[:, :, 38:].any(axis=(1, 2)).all()
    x = whole(chest, "x")
    inside, outside = x[masks].mean(), x[:, 16:48][~masks[:, 16:48]].mean()
    assert inside < outside - 40


def test_disease_is_drawn_in_the_lungs_of_the_ill_and_is_bright(chest):
    opacity, masks, y = (whole(chest, name) for name in ("opacity", "masks", "y"))
    assert not opacity[y == 0].any() and not (opacity & ~masks & 1).any()
    shown = opacity[y == 1].any(axis=(1, 2))
    assert 0.85 < shown.mean() <= 1
    x, marked = whole(chest, "x")[y == 1][shown].astype(float), opacity[y == 1][shown].astype(bool)
    rest = masks[y == 1][shown].astype(bool) & ~marked
    brighter = [film[spot].mean() - film[lung].mean() for film, spot, lung in zip(x, marked, rest, strict=True)]
    assert 15 < np.mean(brighter) < 70
    assert 0.05 < np.mean(np.array(brighter) < 10) < 0.5  # some patches hide


def test_sites_and_groups_differ_as_the_card_says(chest):
    y, site, group, age = (whole(chest, name) for name in ("y", "site", "group", "age"))
    for number, share in enumerate(draw_chest.PREVALENCE):
        assert abs(y[site == number].mean() - share) < 0.05
    assert np.array_equal(group, age >= 65) and 0.2 < group.mean() < 0.35
    assert roc_auc_score(y, np.asarray(draw_chest.PREVALENCE)[site]) > 0.65  # the site alone gives some of it away
    look = whole(chest, "x").std(axis=(1, 2))
    assert look[site == 0].mean() > look[site == 2].mean() + 5


def test_no_marker_stands_in_the_corners(chest):
    """A lesson paints its own: the corners must not tell the class beyond what the site does."""
    x, y, site = chest.x_train, chest.y_train, chest.site_train
    for corner in (x[:, :8, :12], x[:, :8, -12:], x[:, -8:, :12], x[:, -8:, -12:]):
        for number in range(3):
            there = site == number
            for level in (corner.mean((1, 2)), corner.max((1, 2))):
                assert 0.4 < roc_auc_score(y[there], level[there]) < 0.6


def test_a_simple_model_is_neither_at_chance_nor_perfect_on_films(chest):
    model = linear().fit(pooled(chest.x_train, 4), chest.y_train)
    score = roc_auc_score(chest.y_test, model.predict_proba(pooled(chest.x_test, 4))[:, 1])
    assert 0.75 < score < 0.92
    light = np.stack([chest.x_train.mean((1, 2)), chest.x_train.std((1, 2))], 1)
    light_test = np.stack([chest.x_test.mean((1, 2)), chest.x_test.std((1, 2))], 1)
    score = roc_auc_score(chest.y_test, linear().fit(light, chest.y_train).predict_proba(light_test)[:, 1])
    assert 0.55 < score < 0.78


# Drawn eye scans ------------------------------------------------------------------------------------------------------


def test_the_eye_scans_come_in_three_parts(eyes):
    assert eyes.source == "drawn" and len(eyes.classes) == 5
    assert len(eyes.tissues) == 8 and len(eyes.urgencies) == 4 and len(eyes.devices) == 2
    for part, count in {"train": 2400, "validation": 300, "test": 500}.items():
        for name, high in {"x": 256, "masks": 8}.items():
            array = eyes.arrays[f"{name}_{part}"]
            assert array.shape == (count, 64, 96) and array.dtype == "uint8" and array.max() < high
        for name, high in {"y": 5, "urgency": 4, "device": 2, "fovea": 96, "patient": 10**6}.items():
            array = eyes.arrays[f"{name}_{part}"]
            assert array.shape == (count,) and array.dtype == "int64" and 0 <= array.min() <= array.max() < high
        assert np.bincount(eyes.arrays[f"y_{part}"]).min() > 0.1 * count


def test_tissues_belong_to_their_conditions(eyes):
    y, masks = whole(eyes, "y"), whole(eyes, "masks")
    has = np.stack([(masks == k).any(axis=(1, 2)) for k in range(8)], axis=1)
    assert has[:, [draw_eye.RETINA, draw_eye.PIGMENT, draw_eye.CHOROID]].all()
    for tissue, conditions in {
        draw_eye.MEMBRANE: [draw_eye.HAS_MEMBRANE], draw_eye.NEOVASCULAR: [draw_eye.HAS_VESSELS],
        draw_eye.FLUID: [draw_eye.OEDEMA, draw_eye.HAS_VESSELS],
    }.items():
        assert set(np.unique(y[has[:, tissue]])) == set(conditions)
        assert has[y == conditions[0], tissue].mean() > 0.95
    drusen = (masks == draw_eye.DRUSEN).sum(axis=(1, 2))
    assert np.median(drusen[y == draw_eye.HAS_DRUSEN]) > 20 and np.median(drusen[y == draw_eye.NORMAL]) == 0
    assert 0.05 < (drusen[y == draw_eye.NORMAL] > 0).mean() < 0.4


def test_tissues_lie_in_their_order_and_look_as_they_should(eyes):
    masks, x = eyes.masks_train, eyes.x_train
    rows = np.arange(64)[None, :, None]
    heights = [
        np.where(masks == k, rows, 0).sum((1, 2)) / (masks == k).sum((1, 2))
        for k in (draw_eye.RETINA, draw_eye.PIGMENT, draw_eye.CHOROID)
    ]
    assert (heights[0] < heights[1]).all() and (heights[1] < heights[2]).all()
    for device in (0, 1):
        mine, of = x[eyes.device_train == device], masks[eyes.device_train == device]
        light = {k: mine[of == k].mean() for k in range(8)}
        assert light[draw_eye.PIGMENT] > light[draw_eye.RETINA] + 20
        assert light[draw_eye.FLUID] < light[draw_eye.RETINA] - 15
        assert light[draw_eye.MEMBRANE] > light[draw_eye.RETINA]


def test_urgency_follows_the_rule_on_the_card(eyes):
    y, masks, urgency, fovea = (whole(eyes, name) for name in ("y", "masks", "urgency", "fovea"))
    expected = []
    for condition, mask, middle in zip(y, masks, fovea, strict=True):
        columns = np.flatnonzero((mask == draw_eye.FLUID).any(axis=0))
        expected.append({
            "normal": 0, "drusen": int((mask == draw_eye.DRUSEN).sum() > 12), "epiretinal membrane": 1,
            "macular oedema": 2 if len(columns) and np.abs(columns - middle).min() <= 9 else 1,
            "neovascular membrane": 3,
        }[eyes.classes[condition]])
    # The fovea is given in whole columns, so that fluid at the very limit may fall on either side.
    assert (np.array(expected) == urgency).mean() > 0.99
    assert np.bincount(urgency).min() > 0.1 * len(urgency)


def test_a_simple_model_is_neither_at_chance_nor_perfect_on_eyes(eyes):
    model = make_pipeline(
        PCA(40, svd_solver="randomized", random_state=0), StandardScaler(), LogisticRegression(max_iter=500)
    )
    model.fit(eyes.x_train.reshape(2400, -1) / 255, eyes.y_train)
    assert 0.4 < model.score(eyes.x_test.reshape(500, -1) / 255, eyes.y_test) < 0.75


def test_tissues_carry_over_to_the_other_device_and_pixels_do_not(eyes):
    """What the lesson shows: the step by way of tissues is what makes the decision independent of the device."""
    first, second = eyes.device_train == 0, eyes.device_test == 1

    def areas(masks):
        return np.stack([(masks == k).mean(axis=(1, 2)) for k in range(1, 8)], axis=1)

    by_tissue = linear(10).fit(areas(eyes.masks_train)[first], eyes.y_train[first])
    by_pixel = linear().fit(pooled(eyes.x_train, 8)[first], eyes.y_train[first])
    assert by_tissue.score(areas(eyes.masks_test)[second], eyes.y_test[second]) > 0.85
    same = by_pixel.score(pooled(eyes.x_test, 8)[~second], eyes.y_test[~second])
    other = by_pixel.score(pooled(eyes.x_test, 8)[second], eyes.y_test[second])
    assert same > 0.4 and other < same - 0.15


# Both -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["chest_xrays", "eye_scans"])
def test_a_seed_gives_the_same_scans_each_time(name):
    one, same, other = (data.load(name, seed=seed, train=20, validation=5, test=9) for seed in (1, 1, 2))
    assert one.source == "drawn" and len(one.x_train) == 20 and len(one.x_validation) == 5 and len(one.x_test) == 9
    for key, array in one.arrays.items():
        assert np.array_equal(array, same.arrays[key])
    assert not np.array_equal(one.x_train, other.x_train)
    assert len(np.unique(one.x_train, axis=0)) == 20


@pytest.mark.parametrize("name", ["chest_xrays", "eye_scans"])
def test_the_smallest_set_can_be_drawn(name):
    one = data.load(name, train=1, validation=1, test=1)
    assert len(one.x_train) == len(one.masks_train) == len(one.y_test) == 1


@pytest.mark.parametrize(("name", "seconds"), [("chest_xrays", 5), ("eye_scans", 5)])
def test_drawing_takes_a_few_seconds(name, seconds):
    sizes = {part: count // 5 for part, count in scans.SIZES[name].items()}
    start = time.process_time()
    data.load(name, source="drawn", **sizes)
    assert (time.process_time() - start) * 5 < 2 * seconds  # twice, for machines that are slow or shared


@pytest.mark.parametrize("name", ["chest", "eyes"])
def test_the_card_shows_scans_and_says_what_they_are_not(request, name):
    page = request.getfixturevalue(name)._repr_html_()
    for words in ("data:image/jpeg;base64,", "their masks in colour", "From left to right: normal,", "what it is not",
                  "nobody can learn anatomy"):
        assert words in page
    assert "src='http" not in page and len(page) < 200_000


@pytest.mark.parametrize("name", ["chest_xrays", "eye_scans"])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"trian": 5}, 'takes no .*trian.*it takes seed, train, validation, test.*Did you mean "train"'),
        ({"train": 0}, "train=0; expected is a whole number from 1 to 100,000"),
        ({"test": 2.5}, "test=2.5; expected is a whole number"),
        ({"validation": True}, "validation=True; expected is a whole number"),
        ({"train": 10**9}, "train=1000000000; expected is a whole number"),
        ({"seed": -1}, "seed=-1; expected is a whole number from 0"),
        ({"seed": "one"}, "seed='one'; expected is a whole number"),
        ({"seed": None}, "seed=None; expected is a whole number"),
    ],
)
def test_an_odd_option_is_named(name, options, says):
    with pytest.raises(CourseError, match=says):
        data.load(name, **options)


def test_eye_scans_are_drawn_only():
    with pytest.raises(CourseError, match="has no source 'official'; it has 'drawn'"):
        data.load("eye_scans", source="official")
    with pytest.raises(CourseError, match="'chest_xrays' from the source 'official' takes no train"):
        data.load("chest_xrays", source="official", train=5)


# The official films ---------------------------------------------------------------------------------------------------


def packed(**other):
    """Return arrays in the form of the official file, a few of each."""
    arrays = {}
    for part, count in {"train": 6, "val": 3, "test": 4}.items():
        arrays[f"{part}_images"] = np.arange(count * 784, dtype="uint8").reshape(count, 28, 28)
        arrays[f"{part}_labels"] = (np.arange(count, dtype="uint8") % 2)[:, None]
    return {**arrays, **other}


def test_the_official_file_is_read_under_our_names(tmp_path):
    np.savez_compressed(tmp_path / "films.npz", **packed())
    arrays = scans.official([tmp_path / "films.npz"])
    assert list(arrays) == ["x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test"]
    assert arrays["x_train"].shape == (6, 28, 28) and arrays["x_train"].dtype == "uint8"
    assert arrays["y_validation"].tolist() == [0, 1, 0] and arrays["y_validation"].dtype == "int64"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"val_images": np.zeros((3, 64, 64), "uint8")}, r"holds val_images of shape \(3, 64, 64\).*28 by 28"),
        ({"val_images": np.zeros((3, 28, 28))}, "val_images of shape .* and type float64"),
        ({"val_images": np.zeros((0, 28, 28), "uint8")}, r"val_images of shape \(0, 28, 28\)"),
        ({"train_labels": np.zeros((5, 1), "uint8")}, r"train_labels of shape \(5, 1\).*for each of 6 pictures"),
        ({"train_labels": np.zeros((6, 2), "uint8")}, r"train_labels of shape \(6, 2\)"),
        ({"train_labels": np.array([["a"]] * 6)}, "train_labels of shape .* and type <U1"),
        ({"test_labels": np.full((4, 1), 2, "uint8")}, "test_labels from 2 to 2 in place of 0 and 1"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, other, says):
    np.savez_compressed(tmp_path / "films.npz", **packed(**other))
    with pytest.raises(_sources.Damaged, match=says):
        scans.official([tmp_path / "films.npz"])


@pytest.mark.parametrize("damage", ["truncated", "page", "empty", "lacking"])
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "films.npz"
    np.savez_compressed(path, **packed())
    if damage == "lacking":
        np.savez_compressed(path, train_images=packed()["train_images"])
    else:
        path.write_bytes({"truncated": path.read_bytes()[:-60], "page": b"<html>log in</html>", "empty": b""}[damage])
    with pytest.raises(_sources.Damaged, match=r"holds no array|is cut short or is not an \.npz file"):
        scans.official([path])


def test_a_mirror_with_other_content_is_not_used_and_told(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "pneumoniamnist.npz", **packed())
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tmp_path))
    monkeypatch.setitem(scans.SIZES, "chest_xrays", {"train": 6, "validation": 3, "test": 4})
    films = data.load("chest_xrays")
    assert films.source == "drawn" and "other values in x_train than the card promises" in films.note
    with pytest.raises(CourseError, match=r'mirror.*was not used.*no connection.*source="drawn"'):
        data.load("chest_xrays", source="official", address="http://127.0.0.1:9/pneumoniamnist.npz")


@pytest.mark.mirror("pneumoniamnist.npz")
def test_the_mirror_stands_in_and_says_how_it_differs():
    films = data.load("chest_xrays")
    assert films.source == "mirror" and "not the official split" in films.note
    assert "not the official split" in films._repr_html_()
    assert films.x_train.shape == (3882, 28, 28) and films.y_train.shape == (3882,)
    counts = [np.bincount(films.arrays[f"y_{part}"]).tolist() for part in PARTS]
    assert counts == [[388, 3494], [135, 389], [234, 390]]
    training = {film.tobytes() for film in films.x_train}
    again = np.array([film.tobytes() in training for film in films.x_validation])
    assert again.sum() == 8 and (films.y_validation[again] == 1).all()
    assert not any(film.tobytes() in training for film in films.x_test)


@pytest.mark.mirror("pneumoniamnist.npz")
def test_the_mirror_is_held_against_the_films_and_not_the_file(tmp_path, monkeypatch):
    with np.load(paths.mirror() / "pneumoniamnist.npz") as file:
        films = dict(file)
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tmp_path))
    np.savez(tmp_path / "pneumoniamnist.npz", **films)
    got = data.load("chest_xrays")
    assert got.source == "mirror" and "not the official split" in got.note
    assert np.array_equal(got.x_test, films["test_images"]) and np.array_equal(got.y_test, films["test_labels"][:, 0])
    films["test_labels"][3] ^= 1
    np.savez(tmp_path / "pneumoniamnist.npz", **films)
    monkeypatch.setitem(scans.SIZES, "chest_xrays", {"train": 6, "validation": 3, "test": 4})
    got = data.load("chest_xrays")
    assert got.source == "drawn" and "other values in y_test than the card promises" in got.note


@pytest.mark.mirror("pneumoniamnist.npz")
def test_a_simple_model_does_worse_on_the_real_test_than_on_validation():
    films = data.load("chest_xrays", source="official")
    model = linear(0.001).fit(films.x_train.reshape(3882, -1) / 255, films.y_train)
    scores = {
        part: roc_auc_score(
            films.arrays[f"y_{part}"], model.predict_proba(films.arrays[f"x_{part}"].reshape(-1, 784) / 255)[:, 1]
        )
        for part in ("validation", "test")
    }
    assert scores["validation"] > 0.96 and 0.85 < scores["test"] < 0.95
