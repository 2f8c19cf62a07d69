"""Flowers: photos in folders, real ones unpacked once and whole, drawn ones where those are not at hand."""

import collections
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from layerwise import data, paths
from layerwise.data import _archive, flowers
from layerwise.data.drawing import flowers as draw_flowers
from layerwise.suggest import CourseError
from PIL import Image

CLASSES = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
OFFICIAL = "flower_photos_192.tgz"


# The real photos


@pytest.mark.mirror(OFFICIAL)
def test_the_mirror_gives_all_photos_and_again_quickly(monkeypatch):
    got = data.load("flowers")
    assert got.source == "mirror" and got.classes == CLASSES and "192 pixels" in got.note
    assert np.bincount(got.y).tolist() == [633, 898, 641, 699, 799] and got.y.dtype == np.int64
    assert len(got.files) == 3670 and list(got.files) == sorted(got.files)
    assert [Path(file).parent.name for file in got.files] == [CLASSES[k] for k in got.y]
    assert all(Path(file).parents[1] == got.folder for file in got.files)
    assert sorted(path.name for path in got.folder.iterdir() if path.is_dir()) == list(CLASSES)
    with Image.open(got.files[1234]) as image:
        assert image.format == "JPEG" and min(image.size) == 192
    assert "source in use" in got._repr_html_() and "192 pixels" in got._repr_html_()

    monkeypatch.setattr(_archive, "unpack", None)  # nothing is unpacked a second time
    start = time.process_time()
    again = data.load("flowers", source="official")
    assert time.process_time() - start < 1
    assert again.files.tolist() == got.files.tolist() and np.array_equal(again.y, got.y)


@pytest.mark.mirror(OFFICIAL)
def test_the_faults_on_the_card_are_in_the_photos():
    by_content = collections.defaultdict(list)
    got = data.load("flowers")
    for file in got.files:
        digest = hashlib.sha256(Path(file).read_bytes()).digest()
        by_content[digest].append(Path(file).relative_to(got.folder).as_posix())
    twice = sorted([Path(name).parent.name for name in names] for names in by_content.values() if len(names) > 1)
    assert twice == [["roses", "tulips"], ["sunflowers", "sunflowers"], ["sunflowers", "sunflowers"]]
    told = " ".join(fault["what"] for fault in got.card.faults)
    assert "15922772266_1167a06620.jpg" in told
    assert {f"{kind}/15922772266_1167a06620.jpg" for kind in ("roses", "tulips")} in map(set, by_content.values())


@pytest.mark.mirror(OFFICIAL)
def test_a_tampered_archive_is_not_used(tmp_path, monkeypatch):
    whole = bytearray((paths.mirror() / OFFICIAL).read_bytes())
    whole[30_000_000] ^= 1
    (tmp_path / OFFICIAL).write_bytes(whole)
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tmp_path))
    monkeypatch.setattr(flowers, "COUNT", 5)
    got = data.load("flowers")
    assert got.source == "drawn" and "holds other content than the card promises" in got.note and len(got.files) == 5
    assert not list(paths.cache().glob("flowers/photos-*"))


# A small archive, to break in every way


def photo(k):
    file = io.BytesIO()
    Image.new("RGB", (8, 6), (40 * k, 90, 200 - 30 * k)).save(file, "JPEG")
    return file.getvalue()


ENTRIES = {
    "flower_photos/LICENSE.txt": b"names", "flower_photos/daisy/b.jpg": photo(0), "flower_photos/daisy/a.jpg": photo(1),
    "flower_photos/tulips/c.jpg": photo(2), "flower_photos/tulips/._c.jpg": b"left by a Mac", "flower_photos/x.py": b"",
}


def archive(path, entries):
    with tarfile.open(path, "w:gz") as packed:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A folder with a set "tiny" of three photos, its archive in the mirror."""
    (tmp_path / "mirror").mkdir()
    (tmp_path / "bundled" / "tiny").mkdir(parents=True)
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tmp_path / "mirror"))
    write(tmp_path, ENTRIES)
    return tmp_path


def write(folder, entries):
    """Write the archive, and the card with its hash."""
    path = folder / "mirror" / "tiny.tgz"
    archive(path, entries)
    (folder / "bundled" / "tiny" / "card.toml").write_text(
        f"""
        title = "Tiny"
        kind = "photos"
        what = "Photos of one colour."
        classes = ["daisy", "tulips"]
        origin = "this test"
        licence = "CC0"
        citation = "none"
        [arrays]
        y = "their classes"
        [[official.files]]
        file = "tiny.tgz"
        address = "http://127.0.0.1:9/tiny.tgz"
        mirror = "tiny.tgz"
        bytes = {path.stat().st_size}
        hash = "sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        [official.photos]
        daisy = 2
        tulips = 1
        """,
        encoding="utf-8",
    )


def load(tiny, **options):
    return flowers.load("tiny", folder=tiny / "bundled", **options)


def names(got):
    return [Path(file).relative_to(got.folder).as_posix() for file in got.files]


def kept():
    """The folders in the cache of "tiny", apart from locks."""
    return [path.name for path in (paths.cache() / "tiny").glob("*") if not path.name.startswith(".lock")]


def test_the_photos_and_the_names_of_their_makers_are_unpacked_and_nothing_else(tiny):
    got = load(tiny)
    assert names(got) == ["daisy/a.jpg", "daisy/b.jpg", "tulips/c.jpg"] and got.y.tolist() == [0, 0, 1]
    assert got.files.dtype == object and isinstance(got.folder, Path) and got.note == ""
    found = sorted(path.relative_to(got.folder).as_posix() for path in got.folder.rglob("*") if path.is_file())
    assert found == ["LICENSE.txt", *names(got)]
    assert (got.folder / "daisy/b.jpg").read_bytes() == photo(0)
    assert len(kept()) == 1


@pytest.mark.parametrize("damage", ["removed", "emptied", "class removed", "list removed", "list broken"])
def test_what_was_removed_from_the_cache_is_noticed_and_unpacked_anew(tiny, damage):
    got = load(tiny)
    listed = got.folder.parent / "contents.json"
    if damage == "removed":
        (got.folder / "daisy/a.jpg").unlink()
    elif damage == "emptied":
        (got.folder / "daisy/a.jpg").write_bytes(b"")
    elif damage == "class removed":
        shutil.rmtree(got.folder / "tulips")
    elif damage == "list removed":
        listed.unlink()
    else:
        listed.write_text("{")
    again = load(tiny)
    assert names(again) == names(got) and again.note == "" and again.folder == got.folder
    assert [Path(file).read_bytes() for file in again.files] == [photo(1), photo(0), photo(2)]
    assert len(kept()) == 1


def test_a_damaged_folder_that_cannot_be_moved_away_is_left_and_another_is_used(tiny, monkeypatch):
    got = load(tiny)
    (got.folder / "daisy/a.jpg").unlink()
    replace = Path.replace

    def refuse(self, target):
        if self == got.folder.parent:
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    again = load(tiny)
    assert names(again) == names(got) and again.folder != got.folder


def test_files_of_a_learner_in_the_folder_are_told_and_kept(tiny):
    got = load(tiny)
    (got.folder / "daisy" / "mine.jpg").write_bytes(photo(3))
    again = load(tiny)
    assert names(again) == names(got) and (got.folder / "daisy" / "mine.jpg").exists()
    assert "do not belong to the data set, such as daisy/mine.jpg" in again.note


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({name: content for name, content in ENTRIES.items() if "daisy/a" not in name}, "daisy 1 in place of 2"),
        ({**ENTRIES, "flower_photos/tulips/d.jpg": photo(4)}, "tulips 2 in place of 1"),
        ({**ENTRIES, "../daisy/out.jpg": photo(4)}, "leads out of its folder"),
        ({f"flower_photos/daisy/{k}.jpg": b"x" for k in range(99)}, "more than the 53 files"),
    ],
)
def test_an_archive_that_breaks_its_promise_is_not_used_and_leaves_nothing(tiny, entries, says):
    write(tiny, entries)
    with pytest.raises(CourseError, match=says):
        load(tiny)
    assert kept() == []


def test_a_kill_in_the_middle_leaves_nothing_half(tiny, monkeypatch):
    unpack = _archive.unpack

    def stopped(*args, **options):
        unpack(*args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(_archive, "unpack", stopped)
    with pytest.raises(KeyboardInterrupt):
        load(tiny)
    assert kept() == []
    monkeypatch.undo()
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tiny / "mirror"))
    assert len(load(tiny).files) == 3


def test_a_full_disk_says_what_to_do_and_leaves_nothing(tiny, monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CourseError, match=r"disk is full.*LAYERWISE_CACHE"):
        load(tiny)
    assert kept() == []


def test_a_cache_that_cannot_be_written_is_replaced_by_a_temporary_folder(tiny):
    paths.cache().parent.mkdir(parents=True, exist_ok=True)
    paths.cache().write_text("a file where a folder should be")
    got = load(tiny)
    assert got.source == "mirror" and len(got.files) == 3 and all(Path(file).is_file() for file in got.files)
    assert "cannot be written" in got.note and "temporary folder" in got.note
    assert not got.folder.is_relative_to(paths.cache())


def test_two_processes_at_once_unpack_once(tiny):
    code = """
import sys
from layerwise.data import _archive, flowers
unpack = _archive.unpack
def told(*args, **options):
    print("unpacked")
    return unpack(*args, **options)
_archive.unpack = told
sys.stdin.read()
print(len(flowers.load("tiny", folder=sys.argv[1]).files))
"""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tiny / "bundled")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for _ in range(2)
    ]
    for one in both:
        one.stdin.close()
    told = [one.stdout.read().split() for one in both]
    for one in both:
        one.wait()
        one.stdout.close()
    assert [lines[-1] for lines in told] == ["3", "3"] and [*told[0], *told[1]].count("unpacked") == 1


def test_several_that_notice_the_same_loss_unpack_once(tiny, monkeypatch):
    (load(tiny).folder / "daisy/a.jpg").unlink()
    unpack, lacks, count, got = _archive.unpack, flowers._lacks, [], []
    together, own = threading.Barrier(4), threading.local()

    def counted(*args, **options):
        count.append(1)
        return unpack(*args, **options)

    def seen(path):
        found = lacks(path)
        if not hasattr(own, "first"):  # all four see the loss before one of them acts
            own.first = found
            together.wait()
        return found

    monkeypatch.setattr(_archive, "unpack", counted)
    monkeypatch.setattr(flowers, "_lacks", seen)
    threads = [threading.Thread(target=lambda: got.append(load(tiny))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(one.files) for one in got] == [3] * 4 and len(count) == 1


# Drawn pictures


def contents(got):
    return {name: Path(file).read_bytes() for name, file in zip(names(got), got.files, strict=True)}


def test_the_same_seed_draws_the_same_pictures_and_another_seed_others(monkeypatch, own_home):
    first = contents(data.load("flowers", seed=7, count=10))
    assert len(set(first.values())) == 10
    other = contents(data.load("flowers", seed=8, count=10))
    assert first.keys() == other.keys() and not set(first.values()) & set(other.values())
    monkeypatch.setenv("LAYERWISE_CACHE", str(own_home / "another"))
    assert contents(data.load("flowers", seed=7, count=10)) == first


def test_fewer_pictures_are_the_first_of_more():
    few, more = (contents(data.load("flowers", count=count, seed=1)) for count in (7, 15))
    assert len(few) == 7 and len(more) == 15 and few.items() <= more.items()
    got = data.load("flowers", count=12)
    assert got.source == "drawn" and np.bincount(got.y).tolist() == [3, 3, 2, 2, 2] and got.y.dtype == np.int64
    assert "what it is not" in got._repr_html_()


def test_drawn_pictures_are_kept(monkeypatch):
    first = data.load("flowers", count=5)
    monkeypatch.setattr(draw_flowers, "picture", None)
    again = data.load("flowers", count=5)
    assert again.files.tolist() == first.files.tolist()


def test_drawn_pictures_have_many_sizes_and_are_colour_jpegs():
    shapes = set()
    for k in range(30):
        image = draw_flowers.picture(CLASSES[k % 5], np.random.default_rng([11, k]))
        assert image.mode == "RGB" and 128 <= min(image.size) <= 192 and max(image.size) <= 2 * min(image.size)
        assert np.asarray(image).std() > 5
        shapes.add(image.size)
    assert len(shapes) > 20 and any(w > h for w, h in shapes) and any(w < h for w, h in shapes)
    with Image.open(data.load("flowers", count=5).files[0]) as image:
        assert image.format == "JPEG" and image.mode == "RGB"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"seed": -1}, r"whole number from 0 .* as seed; -1 came"),
        ({"seed": "one"}, r"as seed; 'one' came"),
        ({"count": 4}, r"from 5 to 100,000 as count; 4 came"),
        ({"count": 10.0}, "as count; 10.0 came"),
        ({"seed": True}, "as seed; True came"),
        ({"counts": 10}, "takes no 'counts'; it takes seed, count. Did you mean \"count\""),
    ],
)
def test_an_option_that_is_none_is_named(options, says):
    with pytest.raises(CourseError, match=says):
        data.load("flowers", **options)
    assert not list(paths.cache().rglob("*.jpg"))


def test_a_simple_baseline_is_neither_at_chance_nor_perfect():
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neighbors import NearestCentroid
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    got = data.load("flowers", source="drawn")
    assert len(got.files) == 1000 and np.bincount(got.y).tolist() == [200] * 5
    colours, thumbnails = [], []
    for file in got.files:
        with Image.open(file) as image:
            image.draft("RGB", (64, 64))
            image = image.convert("RGB").resize((32, 32), Image.Resampling.BOX)
        pixels = np.asarray(image).reshape(-1, 3)
        colours.append(np.sqrt(np.histogramdd(pixels, bins=4, range=[(0, 256)] * 3)[0].ravel() / 1024))
        thumbnails.append(np.asarray(image.resize((16, 16), Image.Resampling.BOX)).ravel() / 255)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    rule = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=300))
    by_colour = cross_val_score(rule, np.array(colours), got.y, cv=folds).mean()
    by_mean = cross_val_score(NearestCentroid(), np.array(thumbnails), got.y, cv=folds).mean()
    assert 0.45 < by_colour < 0.7 and 0.26 < by_mean < 0.5  # chance is 0.2
