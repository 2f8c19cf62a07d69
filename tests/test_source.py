import pytest
import small_course
from layerwise.authoring import source
from layerwise.suggest import CourseError


def test_cells_have_kind_tags_metadata_and_their_line():
    cells = source.parse(small_course.START)
    assert [cell.kind for cell in cells] == ["markdown", "code", "markdown", "code", "code"]
    assert [cell.line for cell in cells] == [1, 4, 9, 15, 23]
    assert cells[1].tags == ("parameters",)
    assert cells[2].source == "Two numbers:\n\n- one\n- two"
    exercise = next(cell for cell in source.parse(small_course.LAB) if "mutant" in cell.tags)
    assert exercise.exercise == "02.twice"
    assert exercise.metadata["misconception"] == "square"


def test_magics_are_as_the_notebook_has_them():
    cells = source.parse("# %%\n# %matplotlib inline\nx = 1\n")
    assert cells[0].source == "%matplotlib inline\nx = 1"


@pytest.mark.parametrize("prose", ["# Why?", "## Why now?", "# %matplotlib inline", "%percent", "!"])
def test_prose_that_looks_like_a_magic_stays_prose(prose):
    (cell,) = source.parse(f"# %% [markdown]\n# {prose}\n")
    assert cell.source == prose
    assert source.render("markdown", prose) == cell.raw


@pytest.mark.parametrize("text", [small_course.START, small_course.SUMS, small_course.LAB])
def test_raw_and_space_make_the_file_again(text):
    assert "".join(cell.raw + cell.space for cell in source.parse(text)) == text


@pytest.mark.parametrize("kind, text, metadata", [
    ("markdown", "# Title\n\nwords *and* words", {}),
    ("code", "%time x = 1\n\n\ndef f():\n    return 2", {"tags": ["long"], "slideshow": {"slide_type": "slide"}}),
    ("code", "# only a comment", {"exercise": "02.dense"}),
])
def test_what_is_rendered_reads_the_same(kind, text, metadata):
    (cell,) = source.parse(source.render(kind, text, metadata) + "\n")
    assert (cell.kind, cell.source, cell.metadata) == (kind, text, metadata)


@pytest.mark.parametrize("text, said", [
    ("import os\n\n# %%\nx = 1\n", "before the first cell"),
    ("x = 1\n", "no cell"),
    ("", "no cell"),
    ('# %%\ntext = """\n# %% not a cell\n"""\n', "string over several lines"),
    ("# %% [raw]\n# words\n", "raw cell"),
])
def test_a_file_that_is_no_source_says_why(text, said):
    with pytest.raises(CourseError, match=said):
        source.parse(text, name="lesson.py")


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    with pytest.raises(CourseError, match="no such file"):
        source.read(tmp_path / "gone.py")
    (tmp_path / "bytes.py").write_bytes(b"# %%\n\xff\n")
    with pytest.raises(CourseError, match="not UTF-8"):
        source.read(tmp_path / "bytes.py")
