"""Drawn road scenes and parts: what is told about a picture is in the picture, and a simple rule half succeeds."""

import numpy as np
import pytest
from layerwise import data
from layerwise.data.drawing import paint as draw_paint
from layerwise.data.drawing import parts as draw_parts
from layerwise.data.drawing import roads as draw_roads
from layerwise.suggest import CourseError


@pytest.fixture(scope="module")
def roads():
    return data.load("road_scenes")


@pytest.fixture(scope="module")
def parts():
    return data.load("parts")


def test_the_road_scenes_have_the_promised_arrays(roads):
    assert roads.x_train.shape == (800, 96, 160, 3) and roads.x_test.shape == (200, 96, 160, 3)
    assert roads.x_train.dtype == "uint8" and roads.y_train.dtype == "int64" and roads.brake_train.dtype == bool
    assert roads.source == "drawn" and roads.classes == ("no light", "stop", "go")
    assert set(roads.card.arrays) == set(roads.arrays)
    assert np.bincount(roads.y_train, minlength=3).min() > 150
    assert np.bincount(roads.condition_train, minlength=5).min() > 80
    assert 0.3 < roads.brake_train.mean() < 0.7
    # Red and amber say stop; every light that says stop makes the car brake.
    answers = np.array([0, 1, 1, 2])[roads.light_train]
    assert np.array_equal(answers, roads.y_train) and roads.brake_train[roads.y_train == 1].all()


def test_boxes_lie_in_the_picture_around_pixels_of_their_surface(roads):
    surface_of = {"car": "vehicle", "lorry": "vehicle", "bus": "vehicle", "pedestrian": "person", "cyclist": "person"}
    seen = np.zeros(len(roads.kinds), int)
    for boxes, labels, mask in zip(roads.boxes_train, roads.labels_train, roads.masks_train, strict=True):
        assert boxes.shape == (len(labels), 4) and boxes.dtype == "int64"
        for (top, left, bottom, right), label in zip(boxes, labels, strict=True):
            assert 0 <= top < bottom - 2 and bottom <= 96 and 0 <= left < right - 2 and right <= 160
            surface = roads.surfaces.index(surface_of.get(roads.kinds[label], "light, sign or post"))
            assert (mask[top:bottom, left:right] == surface).sum() >= 14
            seen[label] += 1
    assert seen.min() > 50 and roads.masks_train.max() < len(roads.surfaces)


def test_what_is_nearer_hides_what_is_further_away():
    codes = np.zeros((96, 160), "uint8")
    codes[20:60, 40:80] = draw_roads.FIRST  # a bus
    codes[20:60, 44:80] = draw_roads.FIRST + 1  # a lorry before it leaves a strip of four columns
    codes[10, 10] = draw_roads.FIRST + 2  # a sign too far away to be seen
    boxes, labels = draw_roads._boxes(codes, ["bus", "lorry", "sign"])
    assert boxes.tolist() == [[20, 40, 60, 44], [20, 44, 60, 80]]
    assert labels.tolist() == [draw_roads.KINDS.index("bus"), draw_roads.KINDS.index("lorry")]


def test_a_red_light_is_red_where_its_box_is(roads):
    """The colour of the lamp stands out in the box of the light, by day."""
    right = []
    for k in np.flatnonzero((roads.condition_train == 0) & (roads.y_train > 0)):
        at = [box for box, label in zip(roads.boxes_train[k], roads.labels_train[k], strict=True)
              if roads.kinds[label] == "traffic light"]
        if at:
            top, left, bottom, right_side = max(at, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
            lamp = roads.x_train[k, top:bottom, left:right_side].astype(int)
            warm, cool = (lamp[..., 0] - lamp[..., 2]).max(), (lamp[..., 1] - lamp[..., 0]).max()
            right.append((warm > cool) == (roads.y_train[k] == 1))
    assert len(right) > 80 and np.mean(right) > 0.9


def test_pixels_read_linearly_are_better_than_chance_and_far_from_perfect(roads):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def coarse(x):
        return x.reshape(len(x), 12, 8, 20, 8, 3).mean((2, 4)).reshape(len(x), -1)

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500))
    model.fit(coarse(roads.x_train), roads.y_train)
    chance = np.bincount(roads.y_test).max() / len(roads.y_test)
    assert chance + 0.1 < model.score(coarse(roads.x_test), roads.y_test) < 0.85


def test_the_parts_have_the_promised_arrays(parts):
    assert parts.x_train.shape == (1200, 64, 64, 3) and parts.masks_test.shape == (400, 64, 64)
    assert parts.x_train.dtype == parts.masks_train.dtype == "uint8" and parts.y_train.dtype == "int64"
    assert parts.classes[0] == "good" and set(parts.card.arrays) == set(parts.arrays)
    assert 0.3 < (parts.y_train > 0).mean() < 0.5 < (parts.y_test > 0).mean() + 0.1
    assert np.bincount(parts.y_train, minlength=6).min() > 50
    # A part is faulty when, and only when, its mask shows where.
    assert np.array_equal(parts.masks_train.any((1, 2)), parts.y_train > 0)
    size = parts.masks_train.sum((1, 2))[parts.y_train > 0]
    assert size.min() < 20 and size.max() > 150  # from hardly seen to plain


def test_a_fault_changes_the_picture_where_its_mask_is_and_nowhere_else():
    """The same part drawn with and without its fault."""
    faults = np.arange(1, 6).repeat(6)
    for product in draw_parts.PRODUCTS:
        pictures = []
        for fault in (faults, np.zeros_like(faults)):
            pictures.append(_shown(product, faults, fault))
        (with_fault, mask), (without, clean) = pictures
        assert not clean.any()
        changed = np.abs(with_fault.astype(int) - without).sum(-1)
        inside = np.array([one[where > 0].mean() for one, where in zip(changed, mask, strict=True)])
        outside = np.array([one[where == 0].mean() for one, where in zip(changed, mask, strict=True)])
        assert (inside > 4 * outside).all()


def _shown(product, faults, drawn):
    """Return parts with the random numbers of `faults`, but only the faults in `drawn`."""
    original = draw_parts._fault

    def only(rng, product, fault, p, q, pixel):
        hurt = original(rng, product, faults, p, q, pixel)
        good = original(np.random.default_rng(1), product, np.zeros_like(faults), p, q, pixel)
        return hurt if drawn.any() else {**good, "deep": 0 * good["deep"], "bright": 0 * good["bright"]}

    patch = pytest.MonkeyPatch()
    patch.setattr(draw_parts, "_fault", only)
    try:
        return draw_parts._block(np.random.default_rng(3), product, drawn, 64)
    finally:
        patch.undo()


def test_knowing_good_parts_by_heart_finds_some_faults(parts):
    """Principal components of good parts: the largest error of reconstruction, averaged over 4 × 4 pixels."""
    from sklearn.decomposition import PCA
    from sklearn.metrics import roc_auc_score

    def flat(x):
        return x.mean(-1).reshape(len(x), -1) / 255

    components = PCA(60, random_state=0).fit(flat(parts.x_train[parts.y_train == 0]))
    error = (flat(parts.x_test) - components.inverse_transform(components.transform(flat(parts.x_test)))) ** 2
    score = error.reshape(-1, 16, 4, 16, 4).mean((2, 4)).max((1, 2))
    assert 0.6 < roc_auc_score(parts.y_test > 0, score) < 0.85


@pytest.mark.parametrize("name", ["road_scenes", "parts"])
def test_a_seed_gives_the_same_pictures_and_another_seed_others(name):
    first, again, other = (data.load(name, seed=seed, train=6, test=3) for seed in (1, 1, 2))
    for key, value in first.arrays.items():
        if key.startswith(("x_", "y_", "masks_")):
            assert np.array_equal(value, again.arrays[key])
    assert not np.array_equal(first.x_train, other.x_train)
    assert not np.array_equal(first.x_train[:3], first.x_test)


def test_sizes_are_settings():
    roads = data.load("road_scenes", train=3, test=2, high=48)
    assert roads.x_train.shape == (3, 48, 80, 3) and roads.masks_test.shape == (2, 48, 80)
    assert data.load("parts", train=4, test=2, high=32).x_train.shape == (4, 32, 32, 3)
    assert not data.load("parts", train=40, test=2, faulty=0).y_train.any()


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("road_scenes", {"train": 0}, r"train=0; .*whole number from 1 to 50,000"),
        ("road_scenes", {"seed": -1}, r"seed=-1; .*whole number from 0"),
        ("road_scenes", {"high": 96.5}, r"high=96.5; .*whole number from 48 to 384"),
        ("road_scenes", {"tran": 5}, r"takes no 'tran'.*Did you mean \"train\""),
        ("parts", {"faulty": 1.5}, r"faulty=1.5; .*a number from 0.0 to 1.0"),
        ("parts", {"test": "many"}, r"test='many'; .*whole number"),
        ("parts", {"train": True}, r"train=True; .*whole number"),
        ("parts", {"source": "official"}, r"has no source 'official'"),
    ],
)
def test_a_wrong_setting_is_named(name, options, says):
    with pytest.raises(CourseError, match=says):
        data.load(name, **options)


@pytest.mark.parametrize("name", ["road_scenes", "parts"])
def test_the_card_shows_examples_and_says_what_it_is_not(name, roads, parts):
    page = {"road_scenes": roads, "parts": parts}[name]._repr_html_()
    for words in ("data:image/jpeg;base64,", "From left to right: ", "what it is not", "Options: seed"):
        assert words in page or words in data.load(name, train=2, test=1).card.drawn["made"]
    assert "src='http" not in page and len(page) < 200_000


def test_glow_and_clouds_stay_in_their_bounds():
    picture = np.zeros((10, 12, 3), "float32")
    draw_paint.glow(picture, 0, 0, 4, (100, 50, 0))  # half of it lies outside
    assert picture[0, 0, 0] == 100 and picture[9, 11].sum() == 0
    draw_paint.glow(picture, 50, 50, 4, (100, 50, 0))  # all of it
    field = draw_paint.clouds(np.random.default_rng(0), 3, 20, 30, cells=(3, 4))
    assert field.shape == (3, 20, 30) and abs(field.mean()) < 1e-4 and abs(field.std() - 1) < 1e-3
