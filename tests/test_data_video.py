"""Drawn clips, moving digits and a camera over a yard: what is told fits what is seen; a simple rule half succeeds."""

import itertools
import shutil

import numpy as np
import pytest
from layerwise import data, paths
from layerwise.data import video
from layerwise.data.drawing import moving_digits as draw_moving_digits
from layerwise.data.drawing import yard as draw_yard
from layerwise.suggest import CourseError


@pytest.fixture(scope="module")
def moving():
    return data.load("moving_digits")


@pytest.fixture(scope="module")
def camera():
    return data.load("surveillance")


@pytest.fixture(scope="module")
def film():
    return data.load("surveillance", feed=600)


def test_the_moving_digits_have_the_promised_arrays(moving):
    assert moving.x_train.shape == (800, 20, 64, 64) and moving.x_test.shape == (200, 20, 64, 64)
    assert moving.x_train.dtype == "uint8" and moving.y_train.dtype == "int64"
    assert moving.boxes_train.shape == (800, 20, 2, 4) and moving.digits_test.shape == (200, 2)
    assert moving.source == "drawn" and len(moving.classes) == 3 and set(moving.card.arrays) == set(moving.arrays)
    assert np.bincount(moving.y_train, minlength=3).min() > 150


def test_each_digit_is_where_its_box_says_and_the_rest_is_black(moving):
    digits = data.load("digits", source="bundled")
    known = {picture.tobytes() for picture in digits.x_test}
    for clip in range(40):
        for frame in (0, 7, 19):
            outside, alone = moving.x_test[clip, frame].copy(), moving.boxes_test[clip, frame]
            for top, left, bottom, right in alone:
                assert (bottom - top, right - left) == (28, 28) and top >= 0 and left >= 0 and max(bottom, right) <= 64
                outside[top:bottom, left:right] = 0
            assert not outside.any()
            (top, left, bottom, right), other = alone
            if abs(top - other[0]) >= 28 or abs(left - other[1]) >= 28:
                assert moving.x_test[clip, frame, top:bottom, left:right].tobytes() in known  # a test digit, whole


def test_digits_bounce_at_the_edge_and_keep_their_speed():
    pictures = np.full((1, 1, 4, 4), 255, "uint8")
    rng = np.random.default_rng(0)
    _, places, speed = draw_moving_digits._clips(rng, pictures, 400, 20)
    assert places.min() == 0 and places.max() == 16  # reaches both edges and never leaves
    steps = np.abs(np.diff(places[0, :, 0], axis=0))
    assert steps.max() <= np.ceil(np.abs(speed).max()) and np.median(steps[:, 1]) == pytest.approx(
        abs(speed[0, 0, 1]), abs=1)


def test_the_class_is_the_way_in_which_the_digits_set_out(moving):
    left = moving.boxes_train[:, :, :, 1]
    first = left[:, 2] - left[:, 0]
    free = ((left[:, 0] > 10) & (left[:, 0] < 26)).all(1) & (np.abs(first) > 1).all(1)  # none at an edge yet
    assert free.sum() > 100
    assert np.array_equal((first[free] > 0).sum(1), moving.y_train[free])


def test_one_digit_has_two_classes():
    one = data.load("moving_digits", digits=1, train=30, test=5, frames=6, size=40)
    assert one.x_train.shape == (30, 6, 40, 40) and one.classes == ("to the left", "to the right")
    assert set(one.y_train) == {0, 1} and one.digits_train.shape == (30, 1)


def test_a_rule_on_the_middle_of_the_light_half_succeeds_on_directions(moving):
    def shift(x):
        light = x[:, [0, 2]].astype("float32").sum(2)
        middle = (light @ np.arange(64)) / light.sum(2)
        return middle[:, 1] - middle[:, 0]

    def said(x, bound):
        return 1 + (shift(x) > bound).astype(int) - (shift(x) < -bound)

    best = max(np.linspace(0, 6, 25), key=lambda bound: np.mean(said(moving.x_train, bound) == moving.y_train))
    chance = np.bincount(moving.y_test).max() / len(moving.y_test)
    assert chance + 0.08 < np.mean(said(moving.x_test, best) == moving.y_test) < 0.85


def test_damaged_digits_are_named_and_not_drawn_from(tmp_path):
    for name in ("moving_digits", "digits"):
        shutil.copytree(paths.bundled() / name, tmp_path / name)
    path = tmp_path / "digits" / "digits.npz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CourseError, match=r"bundled sample of 'digits'.*is cut short"):
        video.load("moving_digits", folder=tmp_path, train=2, test=1)


def test_the_clips_have_the_promised_arrays(camera):
    assert camera.x_train.shape == (120, 40, 48, 64, 3) and camera.x_test.shape == (60, 40, 48, 64, 3)
    assert camera.x_train.dtype == "uint8" and camera.alarm_train.dtype == bool
    assert camera.alarm_train.shape == (120, 40)
    assert camera.boxes_train.shape == camera.ids_train.shape == (120, 40) and camera.zone_mask.shape == (48, 64)
    assert np.bincount(camera.y_train).tolist() == [20] * 6 and camera.rate == 4
    assert set(camera.arrays) < set(camera.card.arrays)


def test_it_rings_in_clips_with_an_intruder_and_in_no_other(camera):
    for part in ("train", "test"):
        alarm, y = camera.arrays[f"alarm_{part}"], camera.arrays[f"y_{part}"]
        wanted = np.isin(y, [camera.classes.index("intrusion"), camera.classes.index("theft")])
        assert not alarm[~wanted].any()
        assert alarm[wanted].any(1).mean() > 0.95
    assert 0.1 < camera.alarm_train.mean() < 0.3


def test_the_alarm_is_a_persons_feet_in_the_zone(camera):
    """Told again from the boxes alone: the middle of a person's lower edge, in the mask of the zone."""
    same = []
    for clip, alarm in enumerate(camera.alarm_train):
        for frame, rings in enumerate(alarm):
            feet = [
                camera.zone_mask[min(bottom, 47), min((left + right) // 2, 63)]
                for (_, left, bottom, right), kind in zip(
                    camera.boxes_train[clip, frame], camera.labels_train[clip, frame], strict=True)
                if camera.kinds[kind] == "person"
            ]
            same.append(any(feet) == rings)
    assert np.mean(same) > 0.96  # whole pixels leave a doubt at the edge


def test_boxes_lie_in_the_picture_and_what_has_one_keeps_its_number(camera):
    for clip in range(40):
        kinds = {}
        for boxes, labels, ids in zip(
            camera.boxes_train[clip], camera.labels_train[clip], camera.ids_train[clip], strict=True
        ):
            assert boxes.shape == (len(labels), 4) and len(set(ids.tolist())) == len(ids)
            if len(boxes):
                assert boxes.min() >= 0 and boxes[:, 2].max() <= 48 and boxes[:, 3].max() <= 64
                assert (boxes[:, 2] > boxes[:, 0]).all() and (boxes[:, 3] > boxes[:, 1]).all()
            for number, label in zip(ids.tolist(), labels.tolist(), strict=True):
                assert kinds.setdefault(number, label) == label


def test_a_parcel_is_gone_after_a_theft_and_only_then(camera):
    left, bottom, wide, high, _ = draw_yard.PARCELS[-1]
    rows, columns = slice(int(bottom - high), int(bottom)), slice(int(left), int(left + wide) + 1)
    brown = camera.x_train[:, [0, -1], rows, columns].astype(float)
    brown = (brown[..., 0] / (brown[..., 2] + 20)).mean((2, 3))
    theft = camera.y_train == camera.classes.index("theft")
    fell = brown[:, 1] / brown[:, 0]
    assert np.median(fell[theft]) < 0.97 < 0.985 < np.median(fell[~theft])


def test_frame_differences_in_the_zone_half_succeed(camera):
    from sklearn.metrics import balanced_accuracy_score, f1_score

    def changed(x):
        grey = x.astype("float32").mean(-1)
        step = np.abs(np.diff(grey, axis=1, prepend=grey[:, :1]))
        return (step[:, :, camera.zone_mask] > 12).mean(-1).ravel()

    train, known = changed(camera.x_train), camera.alarm_train.ravel()
    bound = max(np.quantile(train, np.linspace(0.3, 0.99, 40)), key=lambda one: f1_score(known, train > one))
    score = balanced_accuracy_score(camera.alarm_test.ravel(), changed(camera.x_test) > bound)
    assert 0.6 < score < 0.85


def test_a_feed_is_one_film_with_its_events(film):
    assert film.x.shape == (600, 48, 64, 3) and film.alarm.shape == (600,) and len(film.boxes) == 600
    assert "x_train" not in film.arrays and set(film.arrays) < set(film.card.arrays)
    kinds = [film.classes[k] for k in film.events[:, 2]]
    assert {"intrusion", "theft"} & set(kinds) and film.alarm.any()
    assert (np.diff(film.events[:, 0]) >= 0).all() and (film.events[:, 1] > film.events[:, 0]).all()
    inside = np.zeros(600, bool)
    for start, end, kind in film.events:
        if film.classes[kind] in ("intrusion", "theft"):
            inside[max(start, 0) : end + 1] = True
    assert not film.alarm[~inside].any()
    quiet = data.load("surveillance", feed=600, intrusions=0)
    assert not quiet.alarm.any()


def test_a_feed_at_another_rate_shows_the_same_pace():
    """People walk as fast at one picture a second as at four: what they cover between two pictures is more."""

    def stride(rate):
        feed = data.load("surveillance", feed=150 * rate, rate=rate, seed=5)
        seen = [dict(zip(ids.tolist(), boxes[:, 1].tolist(), strict=True))
                for ids, boxes in zip(feed.ids, feed.boxes, strict=True)]
        kinds = {n: k for ids, labels in zip(feed.ids, feed.labels, strict=True)
                 for n, k in zip(ids.tolist(), labels.tolist(), strict=True)}
        moved = [abs(now[n] - before[n]) for before, now in itertools.pairwise(seen)
                 for n in now if n in before and kinds[n] == 0 and 8 < now[n] < 52]
        return np.mean(moved)

    assert 2.5 < stride(1) / stride(4) < 5


@pytest.mark.parametrize("name", ["moving_digits", "surveillance"])
def test_a_seed_gives_the_same_clips_and_another_seed_others(name):
    first, again, other = (data.load(name, seed=seed, train=3, test=2, frames=8) for seed in (1, 1, 2))
    assert np.array_equal(first.x_train, again.x_train) and np.array_equal(first.x_test, again.x_test)
    assert not np.array_equal(first.x_train, other.x_train)
    assert not np.array_equal(first.x_train[:2], first.x_test)


def test_a_finer_camera_sees_the_same_events():
    coarse, fine = (data.load("surveillance", train=6, test=1, frames=10, high=high) for high in (48, 96))
    assert fine.x_train.shape == (6, 10, 96, 128, 3) and np.array_equal(coarse.y_train, fine.y_train)
    assert np.array_equal(fine.zone, coarse.zone * 2)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("moving_digits", {"digits": 3}, r"digits=3; .*whole number from 1 to 2"),
        ("moving_digits", {"size": 20}, r"size=20; .*whole number from 36 to 256"),
        ("moving_digits", {"clips": 5}, r"takes no 'clips'; it takes seed, train, test, frames, size, digits\b(?!,)"),
        ("surveillance", {"feed": 2}, r"feed=2; .*whole number from 8"),
        ("surveillance", {"feed": 60, "train": 5}, r"train and feed=60 do not go together"),
        ("surveillance", {"intrusions": 5}, r"intrusions and feed=None do not go together"),
        ("surveillance", {"feed": 60, "intrusions": -1}, r"intrusions=-1; .*a number from 0.0"),
        ("surveillance", {"rate": 0}, r"rate=0; .*whole number from 1 to 12"),
        ("surveillance", {"source": "bundled"}, r"has no source 'bundled'"),
    ],
)
def test_a_wrong_setting_is_named(name, options, says):
    with pytest.raises(CourseError, match=says):
        data.load(name, **options)


def test_the_cards_play_and_say_what_they_are_not(moving, camera, film):
    for one in (moving, camera, film):
        page = one._repr_html_()
        assert "data:image/webp;base64," in page and "what it is not" in page and "src='http" not in page
        assert len(page) < 400_000
    assert "From left to right: loitering, intrusion, theft, stopped car." in camera._repr_html_()
    assert "A part of the film." in film._repr_html_()
