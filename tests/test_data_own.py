"""Your own files: whatever lies in a learner's folder is read, or dropped with a reason, or refused in one sentence."""

import codecs
import os
import subprocess
import sys

import numpy as np
import pytest
from layerwise import data
from layerwise.data import _own_pictures, _own_report, _own_words
from layerwise.suggest import CourseError
from PIL import ExifTags, Image


def why(got):
    """Return what was dropped as a dict from name to reason."""
    return dict(got.dropped)


def picture(path, colour="red", size=(40, 30), mode="RGB", **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **options)
    return path


def noisy(path, seed=0, size=(60, 50)):
    """A picture that cannot be guessed from its beginning, so that a cut end is missed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype="uint8")
    Image.fromarray(values).save(path)
    return path


@pytest.fixture
def pets(tmp_path):
    """A folder with two classes of two pictures each."""
    folder = tmp_path / "pets"
    for i, colour in enumerate(["red", "blue"]):
        picture(folder / "cat" / f"{i}.png", colour)
        picture(folder / "dog" / f"{i}.png", colour, size=(20, 50 + i))
    return folder


# Pictures in folders --------------------------------------------------------------------------------------------------


def test_one_folder_for_each_class_gives_files_and_classes(pets):
    got = data.from_folder(pets)
    assert got.classes == ("cat", "dog") and got.y.tolist() == [0, 0, 1, 1] and got.y.dtype == "int64"
    assert [path.name for path in got.files] == ["0.png", "1.png"] * 2 and all(path.is_file() for path in got.files)
    assert got.folder == pets and got.source == "own" and got.dropped == [] and "nothing was dropped" in got.note
    assert "x" not in got.arrays
    page = got._repr_html_()
    assert "4 pictures in 2 classes" in page and "cat 2, dog 2" in page and "data:image/jpeg" in page
    assert "from 20 × 50 to 40 × 30" in page


def test_a_size_gives_pictures_with_their_aspect_kept(tmp_path):
    wide = tmp_path / "pets" / "cat" / "wide.png"
    picture(wide, "black", size=(300, 100))
    with Image.open(wide) as image:
        image.paste("white", (100, 0, 200, 100))
        image.save(wide)
    picture(tmp_path / "pets" / "dog" / "a.png", (10, 20, 30), size=(8, 8))
    got = data.from_folder(tmp_path / "pets", size=(20, 20))
    assert got.x.shape == (2, 20, 20, 3) and got.x.dtype == "uint8"
    assert (got.x[0] > 200).mean() > 0.95  # the white square in the middle; the black sides are cut off
    assert got.x[1, 5, 5].tolist() == [10, 20, 30] and "1 × enlarged" in got.note
    assert data.from_folder(tmp_path / "pets", size=20).x.shape == got.x.shape
    assert data.from_folder(tmp_path / "pets", size=(10, 30)).x.shape == (2, 10, 30, 3)


@pytest.mark.parametrize(
    ("mode", "colour", "ending", "met", "told"),
    [
        ("L", 128, "png", [128] * 3, "grey copied"),
        ("1", 1, "png", [255] * 3, "grey copied"),
        ("LA", (128, 255), "png", [128] * 3, "white"),
        ("RGBA", (0, 0, 255, 255), "png", [0, 0, 255], "white"),
        ("RGBA", (0, 0, 255, 0), "png", [255] * 3, "white"),
        ("RGBA", (0, 0, 255, 0), "webp", [255] * 3, "white"),
        ("I;16", 128 * 256 + 7, "png", [128] * 3, "16 bits"),
        ("F", 2.5, "tiff", [0] * 3, "stretched"),
        ("CMYK", (255, 0, 0, 0), "jpg", [0, 255, 255], "CMYK"),
        ("RGB", (0, 255, 0), "gif", [0, 255, 0], ""),
        ("RGB", (0, 255, 0), "bmp", [0, 255, 0], ""),
    ],
)
def test_pictures_of_any_mode_become_rgb(pets, mode, colour, ending, met, told):
    picture(pets / "cat" / f"odd.{ending}", colour, mode=mode)
    got = data.from_folder(pets, size=16)
    at = [path.name for path in got.files].index(f"odd.{ending}")
    assert np.abs(got.x[at].astype(int) - met).max() <= 6
    assert told in got.note
    assert data.from_folder(pets).dropped == []


def test_a_palette_with_a_transparent_colour_is_laid_on_white(pets):
    image = Image.new("P", (20, 20), 0)
    image.putpalette([200, 0, 0, 0, 200, 0])
    image.paste(1, (0, 0, 10, 20))
    image.save(pets / "cat" / "palette.png", transparency=0)
    got = data.from_folder(pets, size=20)
    x = got.x[[path.name for path in got.files].index("palette.png")]
    assert x[10, 3].tolist() == [0, 200, 0] and x[10, 17].tolist() == [255, 255, 255]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(tmp_path, orientation):
    upright = np.zeros((60, 40, 3), "uint8")
    upright[:30] = 255  # white above, black below
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # the turn that the tag undoes
    image = Image.fromarray(upright)
    image = image if back is None else image.transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    for name in ("a", "b"):
        (tmp_path / "turned" / name).mkdir(parents=True)
        image.save(tmp_path / "turned" / name / "1.jpg", exif=exif, quality=95)
    got = data.from_folder(tmp_path / "turned", size=(60, 40))
    assert np.abs(got.x[0].astype(int) - upright).mean() < 3
    assert "40 × 60" in got._repr_html_()


def test_the_first_frame_of_several_is_taken(pets):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("lime", "black")]
    frames[0].save(pets / "cat" / "moving.gif", save_all=True, append_images=frames[1:])
    frames[0].save(pets / "dog" / "moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    got = data.from_folder(pets, size=8)
    for i, path in enumerate(got.files):
        if path.stem == "moving":
            assert got.x[i, 4, 4].tolist() == [0, 255, 0]
    assert "2 × first frame" in got.note


def test_what_is_no_whole_picture_is_dropped_with_its_reason(pets):
    cat = pets / "cat"
    for ending in ("png", "jpg", "webp", "gif", "bmp", "tif"):
        whole = noisy(cat / f"cut.{ending}").read_bytes()
        (cat / f"cut.{ending}").write_bytes(whole[: int(len(whole) * 0.7)])
    noise = bytearray(noisy(cat / "flipped.png").read_bytes())
    noise[300:320] = b"\0" * 20
    (cat / "flipped.png").write_bytes(noise)
    (cat / "empty.jpg").touch()
    (cat / "page.jpg").write_text("<html>404 Not Found</html>")
    (cat / "notes.txt").write_text("these are my cats")
    (cat / "table.csv").write_text("a,b\n1,2\n")
    (cat / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    (cat / "drawing.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    (cat / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (cat / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    for size in (None, 16):
        got = data.from_folder(pets, size=size)
        met = why(got)
        for ending in ("png", "jpg", "webp", "gif", "bmp", "tif"):
            assert met[f"cat/cut.{ending}"] == "cut short or damaged"
        assert met["cat/flipped.png"] == "cut short or damaged"
        assert met["cat/empty.jpg"] == "an empty file"
        assert met["cat/page.jpg"] == "has a picture's ending and holds none"
        assert met["cat/notes.txt"] == met["cat/table.csv"] == met["cat/drawing.eps"] == "no picture"
        assert met["cat/phone.heic"].startswith("HEIC")
        assert met["cat/Thumbs.db"] == met["cat/.DS_Store"] == "a file of the operating system"
        assert len(got.files) == len(got.y) == 4
        assert "7 × cut short or damaged (cat/cut.bmp, cat/cut.gif, cat/cut.jpg and 4 more)" in got.note
    assert got.x.shape[0] == 4 and "Dropped:" in got._repr_html_() and "Dropped:" in repr(got)


def test_a_picture_too_large_is_dropped_and_not_unpacked(pets, monkeypatch, recwarn):
    picture(pets / "cat" / "bomb.png", 0, size=(3000, 3000), mode="1")
    monkeypatch.setattr(_own_pictures, "MOST_PIXELS", 1_000_000)
    assert "decompression bomb" in why(data.from_folder(pets))["cat/bomb.png"]
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)  # Pillow's own guard comes first
    assert "decompression bomb" in why(data.from_folder(pets))["cat/bomb.png"]
    assert [str(one.message) for one in recwarn] == []


def test_colours_that_cannot_be_made_rgb_are_dropped(pets, monkeypatch):
    picture(pets / "cat" / "print.jpg", (9, 9, 9, 9), mode="CMYK")
    true_convert = Image.Image.convert

    def refusing(image, *args, **options):
        if image.mode == "CMYK":
            raise ValueError("conversion not supported")
        return true_convert(image, *args, **options)

    monkeypatch.setattr(Image.Image, "convert", refusing)
    assert why(data.from_folder(pets, size=8)) == {
        "cat/print.jpg": "its colours are CMYK, which cannot be made RGB here: save it as RGB"
    }


def test_an_unreadable_file_is_dropped(pets, monkeypatch):
    true_open = type(pets).open

    def refusing(path, *args, **options):
        if path.name == "locked.png":
            raise PermissionError(13, "Permission denied")
        return true_open(path, *args, **options)

    picture(pets / "cat" / "locked.png")
    monkeypatch.setattr(type(pets), "open", refusing)
    assert why(data.from_folder(pets)) == {"cat/locked.png": "may not be read (permission denied)"}


def test_names_endings_and_inner_folders_may_be_odd(pets):
    for grey, name in enumerate(["Kätzchen im Körbchen.PNG", "🐈 (1).Png", "no_ending", "two.dots.JPEG"]):
        picture(pets / "cat" / name, grey, mode="L", format="PNG")
    picture(pets / "cat" / "outside" / "garden" / "1.webp", "green")
    picture(pets / "cat" / ".hidden" / "1.png", "green")
    picture(pets / "__MACOSX" / "cat" / "._1.png")
    picture(pets / "loose.png", "green")
    got = data.from_folder(pets)
    names = [path.name for path in got.files]
    for name in ("Kätzchen im Körbchen.PNG", "🐈 (1).Png", "no_ending", "two.dots.JPEG", "1.webp"):
        assert got.y[names.index(name)] == 0
    assert why(got) == {
        "cat/.hidden": "a hidden folder",
        "__MACOSX": "a hidden folder", "loose.png": "lies beside the folders of the classes, in none of them",
    }
    assert "Folders inside a class's folder" in got.note


def test_the_order_is_the_same_everywhere(tmp_path):
    for name in ("b", "A", "c"):
        for file in ("10.png", "2.png", "B.png"):
            picture(tmp_path / "abc" / name / file, (ord(name), ord(file[0]), 0))
    got = data.from_folder(tmp_path / "abc")
    assert got.classes == ("A", "b", "c")
    assert [path.name for path in got.files[:3]] == ["10.png", "2.png", "B.png"]


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_links_are_followed_and_never_in_circles(pets, tmp_path):
    (pets / "cat" / "again").symlink_to(pets)
    (pets / "cat" / "self").symlink_to(pets / "cat")
    (pets / "cat" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    picture(tmp_path / "elsewhere" / "more" / "5.png", "green")
    (pets / "dog" / "more").symlink_to(tmp_path / "elsewhere" / "more")
    os.mkfifo(pets / "dog" / "pipe.png")  # opening it would wait for ever
    got = data.from_folder(pets)
    assert len(got.files) == 5 and got.y.tolist() == [0, 0, 1, 1, 1]
    assert why(got) == {
        "cat/again": "a link to a folder that is read anyway", "cat/self": "a link to a folder that is read anyway",
        "cat/gone.png": "a link to nothing", "dog/pipe.png": "no plain file",
    }
    loose = data.from_folder(pets, labels=False)
    assert len(loose.files) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="only there may names hold any bytes")
def test_a_name_that_is_no_utf8_can_be_told(pets):
    (pets / "cat" / os.fsdecode(b"caf\xe9.txt")).write_text("no picture")
    got = data.from_folder(pets)
    got._repr_html_().encode("utf-8")
    assert "caf\ufffd.txt" in got.note


def test_copies_are_dropped_in_a_class_and_told_across_classes(pets):
    (pets / "cat" / "copy of 0.png").write_bytes((pets / "cat" / "0.png").read_bytes())
    (pets / "dog" / "z.png").write_bytes((pets / "cat" / "1.png").read_bytes())
    got = data.from_folder(pets)
    assert why(got) == {"cat/copy of 0.png": "the same file again in its class"}
    assert "1 file in more than one class" in got.note and "cat/1.png = dog/z.png" in got.note
    assert len(got.files) == 5


def test_a_class_without_pictures_is_left_out(pets):
    (pets / "bird").mkdir()
    (pets / "cow").mkdir()
    (pets / "cow" / "list.txt").write_text("none")
    got = data.from_folder(pets)
    assert got.classes == ("cat", "dog") and got.y.tolist() == [0, 0, 1, 1]
    assert why(got)["class 'bird'"] == why(got)["class 'cow'"] == "its folder holds no picture that can be read"


def test_pictures_without_classes(pets):
    picture(pets / "loose.png", "green")
    got = data.from_folder(pets, labels=False, size=8)
    assert len(got.files) == len(got.x) == 3 + 2  # the equal ones of cat and dog differ in size; none is a copy
    assert "y" not in got.arrays and got.classes == ()
    assert "5 pictures" in got._repr_html_()


def refusals(tmp_path):
    picture(tmp_path / "direct" / "1.png")
    picture(tmp_path / "one" / "cat" / "1.png")
    for name in ("cat", "dog"):
        picture(tmp_path / "wrapped" / "wrapped" / name / "1.png")
        picture(tmp_path / "split" / "train" / name / "1.png")
        picture(tmp_path / "split" / "test" / name / "1.png")
        (tmp_path / "hollow" / name).mkdir(parents=True)
    picture(tmp_path / "half" / "cat" / "1.png")
    (tmp_path / "half" / "dog").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "pets.zip").write_bytes(b"PK\3\4")


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("direct", r"holds 1 file and no folder.*one folder for each class, such as direct/cat/1.*labels=False"),
        ("one", r"one class only, 'cat'.*labels=False"),
        ("wrapped", r"one class only.*folders cat, dog: if those are the classes, call data.from_folder\('.*wrapped"),
        ("split", r"parts test, train, each with folders.*Read each part by itself: data.from_folder\('.*test'\)"),
        ("hollow", r"holds no picture that can be read"),
        ("half", r"pictures of one class only, 'cat'.*its folder holds no picture.*labels=False"),
        ("empty", r"holds nothing.*Expected is one folder for each class"),
        ("pets.zip", r"is a file; expected was a folder.*Unpack it first"),
        ("direkt", r'There is no .*direkt.*Did you mean "direct"'),
        ("direct/cats/more", r"There is no .*direct holds no 'cats'"),
    ],
)
def test_a_folder_that_cannot_serve_is_refused_with_advice(tmp_path, folder, says):
    refusals(tmp_path)
    with pytest.raises(CourseError, match=says):
        data.from_folder(tmp_path / folder)


@pytest.mark.parametrize("path", [None, 3, "", "  ", ["pets"], "a\0b"])
@pytest.mark.parametrize("call", [data.from_folder, data.from_csv, data.from_wav, data.from_text])
def test_what_is_no_path_is_refused(call, path):
    with pytest.raises(CourseError, match=r"expected was|Expected was"):
        call(path)


@pytest.mark.parametrize("size", [0, -3, (10,), (10, 20, 3), "64", (10.5, 3), (0, 5), 10**6, {}])
def test_a_size_that_is_none_is_refused(pets, size):
    with pytest.raises(CourseError, match=r"expected was height and width"):
        data.from_folder(pets, size=size)


def test_more_than_fits_into_memory_is_refused(pets, monkeypatch):
    monkeypatch.setattr(_own_report, "MOST_BYTES", 1_000_000)
    with pytest.raises(CourseError, match=r"4 pictures of 400 × 400 would take .* GB.*a smaller size"):
        data.from_folder(pets, size=400)
    assert len(data.from_folder(pets).files) == 4


def test_reading_own_files_loads_nothing_before_it_is_asked_for():
    code = "import sys; from layerwise.data import own; print({'numpy','pandas','PIL','soundfile'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


# Tables ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path):
    """Write a text or bytes as a table and read it."""

    def write(content, target=None, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return data.from_csv(path, target=target)

    return write


FLATS = "city,rooms,rent\nGraz,2,810.5\nLinz,3,990\nWörgl,4,1200.25\n"


def test_a_plain_table(table):
    got = table(FLATS)
    assert got.numbers == ["rooms", "rent"] and got.categories == ["city"] and got.dates == got.texts == []
    assert got.table.rent.tolist() == [810.5, 990, 1200.25] and got.table.rooms.dtype == "int64"
    assert str(got.table.city.dtype) == "category" and got.table.index.tolist() == [2, 3, 4]
    assert got.target is None and got.dropped == [] and got.source == "own"
    page = got._repr_html_()
    assert "3 rows, 3 columns" in page and "UTF-8, fields between commas, decimal point" in page and "Wörgl" in page


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32"), ("cp1252", "Windows-1252"), ("latin-1", "Windows-1252"),
    ],
)
def test_the_encoding_is_found(table, encoding, told):
    got = table(FLATS, encoding=encoding)
    assert got.table.city.tolist() == ["Graz", "Linz", "Wörgl"] and got.table.columns[0] == "city"
    assert f"Read as {told}" in got.card.what
    assert ("look whether accents" in got.note) == (told == "Windows-1252")


def test_marks_that_only_windows_has_are_read(table):
    got = table("what;price\n“new” – 5 €;3\nold;4\n", encoding="cp1252")
    assert got.table.what[2] == "“new” – 5 €"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(table, separator):
    got = table(FLATS.replace(",", separator), name="table.txt")
    assert got.table.shape == (3, 3) and got.numbers == ["rooms", "rent"]


def test_windows_and_old_mac_line_ends_and_fields_in_quotes(table):
    for end in ("\r\n", "\r", "\n"):
        got = table(f'name,what{end}"Huber, Anna","said ""no"""{end}"two{end}lines",yes{end}')
        assert got.table.name.tolist() == ["Huber, Anna", "two\nlines"] and got.table.what[2] == 'said "no"'


@pytest.mark.parametrize(
    ("content", "values", "sign"),
    [
        ("a;b\n1,5;x\n2,25;y\n", [1.5, 2.25], "comma"),
        ("a;b\n1.234,5;x\n12,25;y\n", [1234.5, 12.25], "comma"),
        ("a;b\n1.234.567;x\n0,5;y\n", [1234567, 0.5], "comma"),
        ('a,b\n"1,234.5",x\n12.25,y\n', [1234.5, 12.25], "point"),
        ('a,b\n"1,5",x\n"2,25",y\n', [1.5, 2.25], "comma"),
        ("a\tb\n1 234,5\tx\n-3\ty\n", [1234.5, -3], "comma"),
        ("a;b\n1\u202f234;x\n1'000'000;y\n", [1234, 1000000], "point"),
        ("a,b\n1e3,x\n-.5,y\n", [1000, -0.5], "point"),
        ("a;b;c\n1.5;x;0,5\n2.5;y;0,25\n", [1.5, 2.5], "point"),
        ("a,b\n0.123,x\n5.678,y\n", [0.123, 5.678], "point"),
    ],
)
def test_decimal_signs_and_thousands(table, content, values, sign):
    got = table(content)
    assert got.table.a.tolist() == values
    assert f"decimal {sign}" in got.card.what and "two ways" not in got.note


def test_a_number_that_may_be_read_in_two_ways_is_told(table):
    got = table("a;b\n1.234;x\n5.678;y\n")
    assert got.table.a.tolist() == [1234, 5678] and "'1.234' may be read in two ways and was read as 1234" in got.note
    got = table("a\tb\n1,234\tx\n5,678\ty\n")
    assert got.table.a.tolist() == [1234, 5678] and "two ways" in got.note


def test_gaps_become_gaps(table):
    marks = ["", "NA", "n/a", "?", "-", "NaN", "null", "None", " ", "–"]
    got = table("x,kind,n\n" + "".join(f"{mark},a,{i}\n{i},{mark},{i}\n" for i, mark in enumerate(marks)))
    assert got.table.x.isna().sum() == 10 and got.table.kind.isna().sum() == 10 and got.numbers == ["x", "n"]
    assert "20 gaps: " in got._repr_html_()


def test_columns_of_which_nothing_can_be_learnt_are_dropped(table):
    got = table("id,,kind,same,none,half\n" + "".join(f"{i + 5},{i},{'ab'[i % 2]},7,,{i if i > 3 else ''}\n"
                                                      for i in range(6)))
    assert list(got.table.columns) == ["id", "kind", "half"]
    assert why(got) == {
        "column 'same'": "holds 7 in every row",
        "column 'none'": "holds nothing but gaps", "column 'column 2'": "only numbers the rows",
    }
    assert "More than half are gaps in 1 column: half" in got.note and "Columns without a name: column 2" in got.note


def test_lines_with_other_numbers_of_fields_are_dropped_by_their_number(table):
    got = table('My flats in 2024\na,b,c\n1,2,3\n4,5\n\n"6\n",7,8\n9,10,11,12\n13,14,16\n,,\n')
    assert got.table.b.tolist() == [2, 7, 14]
    assert why(got) == {
        "line 1": "1 field where the table has 3", "line 4": "2 fields where the table has 3",
        "line 8": "4 fields where the table has 3", "line 10": "holds nothing but gaps",
    }


def test_names_may_be_missing_double_or_one_too_few(table):
    got = table("a,b,a,a\n1,x,2,3\n4,y,5,6\n")
    assert list(got.table.columns) == ["a", "b", "a (2)", "a (3)"] and "renamed: a (2), a (3)" in got.note
    got = table("a,b\nfirst,1,2\nsecond,3,4\n")  # as R writes the names of rows
    assert list(got.table.columns) == ["row", "a", "b"]
    got = table("a,b\n1,2,\n3,4,\n")
    assert list(got.table.columns) == ["a", "b"] and got.table.a.tolist() == [1, 3]
    got = table("1,2\n3,4\n5,7\n")
    assert list(got.table.columns) == ["column 1", "column 2"] and len(got.table) == 3
    assert "no names, so it was read as data" in got.note


def test_numbers_among_words_and_words_among_numbers(table):
    got = table("age,mixed,code\n31,1,01010\n32,two,06020\nabout 40,3,04020\n35,four,08010\n36,b,01010\n")
    assert got.numbers == ["age"] and got.table.age.isna().tolist() == [False, False, True, False, False]
    assert why(got) == {"line 4, 'about 40'": "no number in the column of numbers 'age'"}
    assert "'mixed' mixes numbers and words (1, two, 3 and 2 more): kept as words" in got.note
    assert got.table.code[2] == "01010" and "'code'" not in got.note  # a post code keeps its zero


def test_infinity_is_a_gap(table):
    got = table("a,b\n1,x\n2,y\ninf,x\n4,y\n5,x\n")
    assert got.table.a.isna().sum() == 1 and why(got) == {"line 4, 'inf'": "no number in the column of numbers 'a'"}


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("2024-03-17", "2024-12-01", ["2024-03-17", "2024-12-01"]),
        ("17.3.2024", "1.12.2024", ["2024-03-17", "2024-12-01"]),
        ("17/03/2024", "01/12/2024", ["2024-03-17", "2024-12-01"]),
        ("03/17/2024", "12/01/2024", ["2024-03-17", "2024-12-01"]),
        ("2024-03-17 08:15:00", "2024-12-01 00:00:30", ["2024-03-17 08:15:00", "2024-12-01 00:00:30"]),
        ("2024-03-17T08:15:00Z", "2024-12-01T00:00:00+01:00", ["2024-03-17 08:15:00", "2024-11-30 23:00:00"]),
    ],
)
def test_dates(table, first, second, days):
    import pandas as pd

    got = table(f"day,b\n{first},1\n{second},2\n,3\n")
    assert got.dates == ["day"] and got.table.day.dropna().tolist() == [pd.Timestamp(day) for day in days]
    assert "day/month" not in got.note


def test_a_date_that_may_be_read_in_two_ways_is_told(table):
    got = table("day,b\n03/04/2024,1\n05/06/2024,2\n")
    assert "may be day/month or month/day; '03/04/2024' was read as 03 April 2024" in got.note


def test_words_that_hardly_repeat_are_texts(table):
    got = table("note,n\n" + "".join(f"visit number {i} was fine,{i % 3}\n" for i in range(30)))
    assert got.texts == ["note"] and got.categories == []


def test_equal_rows_are_told_and_kept(table):
    got = table("a,b\n1,x\n1,x\n2,y\n")
    assert len(got.table) == 3 and "1 row equal to an earlier one, kept" in got.note


def test_a_target_of_words_gives_classes(table):
    got = table("rooms,city\n2,Linz\n3,\n4,Graz\n5,Linz\n", target="city")
    assert got.classes == ("Graz", "Linz") and got.y.tolist() == [1, 0, 1] and got.y.dtype == "int64"
    assert got.target == "city" and got.categories == [] and got.numbers == ["rooms"] and len(got.table) == 3
    assert why(got) == {"line 3": "a gap in the target 'city'"}
    assert "Graz 1, Linz 2" in got._repr_html_()


def test_a_target_of_numbers_gives_classes_or_values(table):
    got = table("a,y\n1,0\n2,1\n4,1\n", target="y")
    assert got.y.tolist() == [0, 1, 1] and got.y.dtype == "int64" and got.classes == ("0", "1")
    got = table("a,y\n1,0.5\n2,1\n4,?\n", target="y")
    assert got.y.tolist() == [0.5, 1] and got.y.dtype == "float64" and got.classes == ()
    got = table("a,y\n" + "".join(f"{i * i},{i}\n" for i in range(12)), target="y")
    assert got.y.dtype == "float64" and len(got.y) == 12


@pytest.mark.parametrize(
    ("content", "target", "says"),
    [
        (FLATS, "rents", r'no column \'rents\'; it has city, rooms, rent. Did you mean "rent"'),
        (FLATS, 0, r"no column 0"),
        ("a,b\n1,x\n2,x\n3,x\n", "b", r"holds one value only, 'x': there is nothing to predict"),
        ("a,b\n1,\n2,?\n", "b", r"nothing but gaps"),
        ("a,b\n1,2024-01-01\n2,2024-01-02\n", "b", r"holds dates; expected were classes or numbers"),
    ],
)
def test_a_target_that_cannot_be_predicted_is_refused(table, content, target, says):
    with pytest.raises(CourseError, match=says):
        table(content, target)


def test_a_target_that_names_each_row_is_told(table):
    got = table("a,b\n" + "".join(f"{i % 5},name {i}\n" for i in range(30)), target="b")
    assert "30 classes in 30 rows" in got.note


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"it is empty"),
        (b"\n\n  \n", r"empty but for blanks"),
        (codecs.BOM_UTF8, r"empty but for blanks"),
        ("a,b\n", r"one line only, the names a, b, and no data"),
        (b"PK\3\4" + bytes(100), r"packed file, such as an Excel"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), r"old Excel"),
        (b"PAR1" + bytes(100), r"Parquet"),
        (bytes(range(256)) * 20, r"binary data"),
        (bytes(500) + b"abc", r"binary data"),
        (codecs.BOM_UTF16_LE + b"a\0b\0c", r"starts like UTF-16"),
        ('a,b\n1,"x\n2,y\n3,z\n', r"quotation mark is opened on line 2 and never closed"),
        ("<!DOCTYPE html>\n<html>\n<p>a, b</p>\n<p>1, 2</p>\n", r"it is a web page, perhaps an error or a log-in"),
        ("a,b\nNaN,NaN\n,nan\n", r"nothing is left to learn from. Dropped: 4 × holds nothing but gaps \(line 2"),
        ("a,b\n1,x\n1,x\n", r"nothing is left to learn from. Dropped: .*holds 1 in every row \(column 'a'\)"),
    ],
)
def test_what_is_no_table_is_refused(table, content, says):
    with pytest.raises(CourseError, match=says):
        table(content)


def test_a_huge_table_is_refused_before_it_is_read(table, monkeypatch):
    monkeypatch.setattr(_own_words, "MOST_BYTES", 10)
    with pytest.raises(CourseError, match=r"too large"):
        table(FLATS)


def test_a_folder_or_nothing_in_place_of_a_table_is_refused(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "flats.csv").write_text(FLATS)
    with pytest.raises(CourseError, match=r"is a folder.*It holds flats.csv.*from_csv\("):
        data.from_csv(tmp_path / "tables")
    (tmp_path / "tables" / "earlier").mkdir()
    with pytest.raises(CourseError, match=r"It holds flats.csv. Name the file: .*flats.csv'\)"):
        data.from_csv(tmp_path / "tables")
    with pytest.raises(CourseError, match=r"is a folder.*It holds no file. Name the file: .*table.csv'\)"):
        data.from_csv(tmp_path / "tables" / "earlier")
    with pytest.raises(CourseError, match=r'There is no .*Did you mean "flats.csv"'):
        data.from_csv(tmp_path / "tables" / "flat.csv")


# Recordings -----------------------------------------------------------------------------------------------------------


def tone(rate, seconds=1.0, pitch=440, channels=1, loud=0.5):
    wave = loud * np.sin(2 * np.pi * pitch * np.arange(round(rate * seconds)) / rate)
    return wave if channels == 1 else np.stack([wave] * channels, axis=1)


def recording(path, samples=None, rate=16_000, **options):
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(rate) if samples is None else samples, rate, **options)
    return path


def pitch_of(clip, rate=16_000):
    spectrum = np.abs(np.fft.rfft(clip * np.hanning(len(clip))))
    return np.argmax(spectrum) * rate / len(clip)


@pytest.fixture
def words(tmp_path):
    for i, name in enumerate(["no", "yes"]):
        recording(tmp_path / "words" / name / "1.wav", tone(16_000, 0.5, 300 + 100 * i))
        recording(tmp_path / "words" / name / "2.wav", tone(16_000, 0.25, 350 + 100 * i))
    return tmp_path / "words"


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_recordings_of_any_rate_and_channels(tmp_path, rate, channels):
    got = data.from_wav(recording(tmp_path / "a.wav", tone(rate, channels=channels), rate))
    assert got.x.shape == (1, 16_000) and got.x.dtype == "float32" and got.rate == 16_000 and got.dropped == []
    assert abs(pitch_of(got.x[0]) - 440) < 2 and 0.48 < np.abs(got.x[0][1000:-1000]).max() < 0.52
    assert data.from_wav(tmp_path / "a.wav", rate=8_000).x.shape == (1, 8_000)


@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("wav", {"subtype": "PCM_U8"}), ("wav", {"subtype": "PCM_16"}), ("wav", {"subtype": "PCM_24"}),
        ("wav", {"subtype": "PCM_32"}), ("wav", {"subtype": "FLOAT"}), ("wav", {"subtype": "DOUBLE"}),
        ("wav", {"subtype": "ULAW"}), ("flac", {}), ("ogg", {}), ("mp3", {}), ("WAV", {}),
    ],
)
def test_recordings_of_any_kind_of_samples(tmp_path, ending, options):
    got = data.from_wav(recording(tmp_path / f"a.{ending}", **options))
    assert got.note.startswith("Everything was read") and abs(pitch_of(got.x[0]) - 440) < 2
    assert 0.45 < np.abs(got.x[0][2000:-2000]).max() < 0.55


def test_one_folder_of_recordings_for_each_class(words):
    got = data.from_wav(words)
    assert got.classes == ("no", "yes") and got.y.tolist() == [0, 0, 1, 1] and got.x.shape == (4, 8_000)
    assert got.length.tolist() == [8_000, 4_000] * 2 and not got.x[1, 4_000:].any() and got.x[1, :4_000].any()
    assert [path.name for path in got.files] == ["1.wav", "2.wav"] * 2
    page = got._repr_html_()
    assert "<audio" in page and "4 recordings in 2 classes, 1.5 seconds together" in page
    assert data.from_wav(words, labels=False).classes == ()


def test_what_is_no_whole_recording_is_dropped_with_its_reason(words):
    no = words / "no"
    recording(no / "none.wav", np.zeros(0))
    (no / "empty.wav").touch()
    for ending in ("wav", "flac"):
        whole = recording(no / f"cut.{ending}", np.random.default_rng(0).uniform(-0.5, 0.5, 9_000)).read_bytes()
        (no / f"cut.{ending}").write_bytes(whole[: len(whole) * 2 // 3])
    (no / "page.mp3").write_text("<html>404</html>")
    (no / "voice.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(50))
    (no / "notes.txt").write_text("recorded on Monday")
    (no / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    header = bytearray(recording(no / "rate.wav").read_bytes())
    header[24:28] = (2_147_483_647).to_bytes(4, "little")
    (no / "rate.wav").write_bytes(header)
    bad = tone(16_000)
    bad[500] = np.nan
    recording(no / "nan.wav", bad, subtype="FLOAT")
    (words / "maybe").mkdir()
    got = data.from_wav(words)
    assert why(got) == {
        "no/.DS_Store": "a file of the operating system", "no/none.wav": "holds no samples",
        "no/empty.wav": "an empty file", "no/cut.wav": "cut short: its header promises more than there is",
        "no/cut.flac": why(got)["no/cut.flac"], "no/page.mp3": "damaged, or holds no sound in spite of its ending",
        "no/voice.m4a": "m4a, which is not read here: save it as WAV, FLAC or MP3", "no/notes.txt": "no recording",
        "no/rate.wav": "its header tells a rate of 2,147,483,647 Hz",
        "no/nan.wav": "holds samples that are no numbers (NaN or infinite)",
        "class 'maybe'": "its folder holds no recording that can be read",
    }
    assert why(got)["no/cut.flac"].startswith(("cut short", "damaged"))
    assert got.classes == ("no", "yes") and len(got.x) == 4


def test_what_sounds_wrong_is_kept_and_told(words):
    no = words / "no"
    recording(no / "silent.wav", np.zeros(4_000))
    recording(no / "clipped.wav", np.clip(tone(16_000, loud=3), -1, 1))
    recording(no / "loud.wav", tone(16_000, loud=4), subtype="FLOAT")
    recording(no / "long.wav", tone(16_000, seconds=3))
    recording(no / "against.wav", np.stack([tone(16_000), -tone(16_000)], axis=1))
    got = data.from_wav(words, longest=2)
    assert got.dropped == [] and got.x.shape == (9, 32_000)
    for told in (
        "1 recording silent (no/silent.wav)", "1 recording clipped: the loudest parts are cut off (no/clipped.wav)",
        "1 recording louder than full scale: made softer (no/loud.wav)",
        "1 recording longer than 2 s: the beginning was taken (no/long.wav)",
        "with channels that cancel each other: the first was taken (no/against.wav)",
    ):
        assert told in got.note
    assert np.abs(got.x).max() <= 1 and "no/1.wav" not in got.note
    at = [path.name for path in got.files].index("against.wav")
    assert np.abs(got.x[at]).max() > 0.4


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_text("hello"), r"cannot be used: damaged, or holds no sound.*Expected was a"),
        (lambda path: path.touch(), r"cannot be used: an empty file"),
        (lambda path: (path.mkdir(), recording(path / "1.wav")), r"1 file and no folder.*labels=False"),
        (lambda path: recording(path / "a" / "1.wav"), r"one class only"),
        (lambda path: (recording(path / "a" / "1.wav"), (path / "b").mkdir()), r"recordings of one class only, 'a'"),
        (lambda path: None, r"There is no .*a.wav"),
    ],
)
def test_recordings_that_cannot_serve_are_refused(tmp_path, make, says):
    make(tmp_path / "a.wav")
    with pytest.raises(CourseError, match=says):
        data.from_wav(tmp_path / "a.wav")


@pytest.mark.parametrize("settings", [{"rate": 0}, {"rate": "16k"}, {"rate": 1e4}, {"longest": 0}, {"longest": None},
                                      {"longest": float("nan")}])
def test_settings_of_recordings_that_make_no_sense_are_refused(words, settings):
    with pytest.raises(CourseError, match=r"came; expected was"):
        data.from_wav(words, **settings)


def test_recordings_that_do_not_fit_into_memory_are_refused(words, monkeypatch):
    monkeypatch.setattr(_own_report, "MOST_BYTES", 100_000)
    with pytest.raises(CourseError, match=r"4 recordings .*would take .*lower longest= or rate="):
        data.from_wav(words)


# Texts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_one_text_in_any_encoding(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes("Grüße aus Köln\r\nund Bonn\rund Rom\n".encode(encoding))
    got = data.from_text(tmp_path / "a.txt")
    assert got.text == "Grüße aus Köln\nund Bonn\nund Rom\n" and got.source == "own" and got.dropped == []
    assert "3 lines, 7 words" in got._repr_html_()
    assert ("look whether accents" in got.note) == (encoding == "cp1252")


def test_a_web_page_among_texts_is_told(mails):
    (mails / "ham" / "page.txt").write_text("<!doctype html><html><p>Please log in</p></html>")
    got = data.from_text(mails)
    assert "A whole web page with its marks (HTML): look whether it is an error or" in got.note
    assert "(ham/page.txt)" in got.note


def test_one_example_on_each_line(tmp_path):
    (tmp_path / "a.txt").write_text(f"one\n\n  two \none\n   \n{'x' * 20_000}\nlast", encoding="utf-8")
    got = data.from_text(tmp_path / "a.txt", lines=True)
    assert got.x.tolist() == ["one", "two", "one", "x" * 20_000, "last"] and got.x.dtype == object
    assert got.dropped == [("line 2", "a blank line"), ("line 5", "a blank line")]
    assert "1 line with more than 10,000 characters" in got.note and "1 line that came before, kept" in got.note


def test_single_control_characters_are_taken_out_and_told(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"to be\0, or not to be. " * 2 + b"That is the question, and so on. " * 20)
    got = data.from_text(tmp_path / "a.txt")
    assert "\0" not in got.text and got.text.startswith("to be, or") and "2 control characters" in got.note
    (tmp_path / "b.txt").write_text("caf\ufffd is lost", encoding="utf-8")
    assert "1 character that an earlier program could not read" in data.from_text(tmp_path / "b.txt").note


@pytest.fixture
def mails(tmp_path):
    for name, texts in {"ham": ["See you at 8", "Lunch?"], "spam": ["WIN NOW", "Free £££"]}.items():
        (tmp_path / "mails" / name).mkdir(parents=True)
        for i, text in enumerate(texts):
            (tmp_path / "mails" / name / f"{i}.txt").write_text(text, encoding="utf-8")
    return tmp_path / "mails"


def test_one_folder_of_texts_for_each_class(mails):
    (mails / "ham" / "old.txt").write_bytes("Gruß".encode("cp1252"))
    (mails / "ham" / "copy.txt").write_text("Lunch?", encoding="utf-8")
    (mails / "ham" / "empty.txt").touch()
    (mails / "spam" / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(30))
    (mails / "spam" / "form.docx").write_bytes(b"PK\3\4" + bytes(30))
    got = data.from_text(mails)
    assert got.classes == ("ham", "spam") and got.y.tolist() == [0, 0, 0, 1, 1]
    assert got.x.tolist() == ["See you at 8", "Lunch?", "Gruß", "WIN NOW", "Free £££"]
    assert len(got.files) == len(got.x) == 5 and "UTF-8 (4), Windows-1252 (1)" in got.card.what
    assert why(got) == {
        "ham/copy.txt": "the same file again in its class", "ham/empty.txt": "empty",
        "spam/picture.txt": "a picture, no plain text",
        "spam/form.docx": "a packed file, such as an Excel or Word document, no plain text",
    }
    assert "(ham/old.txt)" in got.note and "WIN NOW" in got._repr_html_()


def test_lines_of_the_files_in_folders(mails):
    (mails / "ham" / "more.txt").write_text("one\n\ntwo\n", encoding="utf-8")
    got = data.from_text(mails, lines=True)
    assert len(got.x) == len(got.y) == len(got.files) == 6
    assert got.dropped == [("ham/more.txt, line 2", "a blank line")]
    assert len(data.from_text(mails, labels=False).x) == 5


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"it is empty. Expected was plain text"),
        (b" \n\n", r"empty but for blanks"),
        (b"%PDF-1.7 ...", r"it is a PDF"),
        (bytes(range(256)) * 9, r"binary data"),
        (None, r"There is no .*a.txt"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, says):
    if content is not None:
        (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(CourseError, match=says):
        data.from_text(tmp_path / "a.txt")


def test_a_huge_text_and_folders_that_cannot_serve_are_refused(mails, monkeypatch):
    with pytest.raises(CourseError, match=r"2 files and no folder.*labels=False"):
        data.from_text(mails / "ham")
    monkeypatch.setattr(_own_words, "MOST_BYTES", 5)
    with pytest.raises(CourseError, match=r"holds no text that can be read.*too large"):
        data.from_text(mails)


def test_a_card_quotes_what_could_be_markup(mails):
    (mails / "ham" / "<b>bold<b>.txt").write_text("<script>alert(1)</script>", encoding="utf-8")
    (mails / "<i>").mkdir()
    (mails / "<i>" / "1.txt").write_text("x", encoding="utf-8")
    page = data.from_text(mails)._repr_html_()
    assert "<script>" not in page and "<i>" not in page and "<b>" not in page
