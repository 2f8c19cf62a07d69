"""The captioned pictures: what they promise, how they are split, and what happens when their files are damaged."""

import csv
import gzip
import hashlib
import io
import shutil
import time

import numpy as np
import pytest
from layerwise import data, paths
from layerwise.authoring.bundles import _pack
from layerwise.authoring.bundles import emoji as maker
from layerwise.data import emoji
from layerwise.suggest import CourseError
from PIL import Image


@pytest.fixture(scope="module")
def captioned():
    return data.load("emoji")


def test_pictures_and_captions_belong_together(captioned):
    for part, count in (("train", 1475), ("test", 273), ("unseen", 157)):
        x, captions, y = (getattr(captioned, f"{name}_{part}") for name in ("x", "captions", "y"))
        assert x.shape == (count, 64, 64, 3) and x.dtype == "uint8" and y.dtype == "int64"
        assert len(captions) == len(y) == count and captions.dtype == object
    at = captioned.captions_unseen.tolist().index("red circle")
    assert captioned.x_unseen[at, 32, 32, 0] > 200 > 100 > captioned.x_unseen[at, 32, 32, 2]
    at = captioned.captions_train.tolist().index("grapes")
    assert captioned.classes[captioned.y_train[at]] == "food and drink"
    assert captioned.source == "bundled"


def test_the_table_has_the_same_order_and_names_in_many_languages(captioned):
    table = captioned.table
    assert len(table) == 1905 and set(maker.LANGUAGES) <= set(table.columns) and len(maker.LANGUAGES) == 25
    for part in emoji.PARTS:
        assert table.en[table.part == part].tolist() == getattr(captioned, f"captions_{part}").tolist()
    dog = table.set_index("en").loc["dog face"]
    assert (dog.emoji, dog.de, dog.fr, dog.es, dog.it) == (
        "🐶", "Hundegesicht", "tête de chien", "cara de perro", "muso di cane"
    )
    assert dog.subgroup == "animal-mammal" and "puppy" in dog.keywords
    assert (table[list(maker.LANGUAGES)] != "").all().all() and table.en.is_unique


def test_no_picture_and_no_variant_of_one_stands_in_two_parts(captioned):
    table = captioned.table
    families = {}
    for character, part in zip(table.emoji, table.part, strict=True):
        code = "-".join(f"{ord(one):X}" for one in character)
        families.setdefault(maker.family(code), set()).add(part)
    assert all(len(parts) == 1 for parts in families.values())
    seen = {picture.tobytes() for picture in captioned.x_train}
    assert not any(p.tobytes() in seen for part in ("test", "unseen") for p in getattr(captioned, f"x_{part}"))


def test_whole_subgroups_are_held_out_one_of_each_group(captioned):
    table = captioned.table
    unseen = table[table.part == "unseen"]
    assert set(unseen.subgroup) == set(maker.UNSEEN) and unseen.group.nunique() == len(captioned.classes) == 9
    assert not set(unseen.subgroup) & set(table.subgroup[table.part != "unseen"])
    assert np.bincount(captioned.y_test, minlength=9).min() >= 10


def test_a_picture_can_be_laid_on_another_background(captioned):
    alpha = captioned.alpha_train
    assert alpha.shape == (1475, 64, 64) and (captioned.x_train[alpha == 0] == 255).all()
    assert 0.2 < (alpha == 0).mean() < 0.6
    black = captioned.x_train + (1 - alpha[..., None] / 255) * (0 - 255)
    assert black.min() > -2 and (black[alpha == 0] == 0).all()


def test_the_groups_can_be_told_by_a_simple_rule_only_in_part(captioned):
    """Nearest pictures by pixels: above the share of the largest group, far from right."""
    from sklearn.neighbors import KNeighborsClassifier

    def small(x):
        return x.reshape(len(x), 8, 8, 8, 8, 3).mean((2, 4)).reshape(len(x), -1)

    rule = KNeighborsClassifier(3).fit(small(captioned.x_train), captioned.y_train)
    right = rule.score(small(captioned.x_test), captioned.y_test)
    largest = np.bincount(captioned.y_test).max() / len(captioned.y_test)
    assert largest + 0.1 < right < 0.75


def test_it_is_small_and_loads_in_a_moment():
    folder = paths.bundled() / "emoji"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5e6
    data.load("emoji")
    start = time.process_time()
    data.load("emoji")
    assert time.process_time() - start < 1


def test_the_card_tells_both_licences(captioned):
    page = captioned._repr_html_()
    for words in ("Apache-2.0", "MIT", "Unicode License", "noto-emoji", "25 languages", "data:image/png;base64,"):
        assert words in page


# A copy to break ------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path):
    """A copy of the set whose card lists no hashes, so that the readers themselves meet the damage."""
    shutil.copytree(paths.bundled() / "emoji", tmp_path / "emoji")
    card = tmp_path / "emoji" / "card.toml"
    lines = card.read_text(encoding="utf-8").splitlines()
    card.write_text("\n".join(line for line in lines if not line.startswith("sha256")), encoding="utf-8")
    return tmp_path / "emoji"


def names(copy, change):
    path = copy / "names.tsv.gz"
    rows = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode()), delimiter="\t"))
    rows = change(rows)
    text = io.StringIO()
    csv.writer(text, delimiter="\t").writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode()))


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda copy: cut(copy / "emoji.webp"), r"is cut short or is no sheet"),
        (lambda copy: (copy / "emoji.webp").write_bytes(b"<html>"), r"is cut short or is no sheet"),
        (lambda copy: Image.new("RGB", (64, 64)).save(copy / "emoji.webp"), r"64 × 64 pixels; 2816 × 2816 are needed"),
        (lambda copy: (copy / "emoji.webp").unlink(), r"emoji.webp, is missing"),
        (lambda copy: cut(copy / "names.tsv.gz"), r"is cut short or is no gzip file"),
        (lambda copy: (copy / "names.tsv.gz").write_bytes(gzip.compress(b"\xff\xfe")), r"is no UTF-8 text"),
        (lambda copy: (copy / "names.tsv.gz").write_bytes(gzip.compress(b"")), r"holds no column 'part'"),
        (lambda copy: names(copy, lambda rows: [row[1:] for row in rows]), r"holds no column 'part'"),
        (lambda copy: names(copy, lambda rows: [rows[0], rows[1][:-1], *rows[2:]]), r"lines that have not all 30"),
        (lambda copy: names(copy, lambda rows: rows[:1]), r"lines that have not all"),
        (lambda copy: names(copy, lambda rows: rows[:100]), r"names the parts train in place of"),
        (lambda copy: names(copy, lambda rows: [*rows, *rows[1:]]), r"2816 × \d+ are needed for 3,810"),
    ],
)
def test_damaged_files_say_how_to_bring_them_back(copy, damage, says):
    damage(copy)
    with pytest.raises(CourseError, match=says) as caught:
        emoji.load("emoji", folder=copy.parent)
    assert "git checkout" in str(caught.value)


def test_a_tampered_file_is_known_by_its_hash(tmp_path):
    shutil.copytree(paths.bundled() / "emoji", tmp_path / "emoji")
    names(tmp_path / "emoji", lambda rows: [[cell.replace("dog", "cat") for cell in row] for row in rows])
    with pytest.raises(CourseError, match=r"its hash differs"):
        emoji.load("emoji", folder=tmp_path)


@pytest.mark.parametrize(
    ("options", "says"), [({"source": "drawn"}, r"has no source 'drawn'"), ({"seed": 1}, r"takes no seed")]
)
def test_what_it_has_not_is_refused(options, says):
    with pytest.raises(CourseError, match=says):
        data.load("emoji", **options)


# How it is made -------------------------------------------------------------------------------------------------------


def test_variants_are_one_family():
    assert maker.family("1F3C3-200D-2640-FE0F-200D-27A1-FE0F") == maker.family("1F3C3") == ("1F3C3",)
    assert maker.family("1F468-200D-1F680") == maker.family("1F9D1-200D-1F680") != maker.family("1F680")


def test_the_sheet_is_made_the_same_each_time_and_read_back_whole(tmp_path):
    random = np.random.default_rng(0)
    values = random.integers(0, 256, (50, 64, 64, 4), dtype="uint8")
    packed = maker.sheet(list(values))
    assert packed == maker.sheet(list(values))
    (tmp_path / "sheet.webp").write_bytes(packed)
    assert np.array_equal(emoji.read_sheet(tmp_path / "sheet.webp", 50), values)


def test_colours_are_rounded_so_little_that_nobody_sees_it(tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (64, 64, 4), dtype="uint8")
    Image.fromarray(values).save(tmp_path / "a.png")
    met = maker.picture(tmp_path / "a.png").astype(int)
    shown = met[..., 3] > 0
    assert np.abs(met - values)[shown].max(axis=0).tolist() == [2, 2, 2, 4]
    assert (met[~shown] == [255, 255, 255, 0]).all()
    Image.new("RGB", (32, 32)).save(tmp_path / "b.png")
    with pytest.raises(SystemExit, match="shape"):
        maker.picture(tmp_path / "b.png")


def test_nothing_is_written_that_the_card_does_not_promise():
    folder = paths.bundled() / "emoji"
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir()}
    with pytest.raises(SystemExit, match=r"promises other content for emoji.webp"):
        _pack.write("emoji", {"emoji.webp": b"x", "names.tsv.gz": (folder / "names.tsv.gz").read_bytes()})
    assert before == {path: hashlib.sha256(path.read_bytes()).digest() for path in before}
