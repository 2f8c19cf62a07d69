import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small_course
from layerwise.authoring import build, frame, syllabus
from layerwise.suggest import CourseError

LESSON, LAB = "notebooks/02_sums.ipynb", "labs/02_sums.ipynb"
EXERCISE = "utils/layerwise/exercises/lab02_twice.py"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = small_course.make(tmp_path_factory.mktemp("built"))
    build.build(root)
    return root


@pytest.fixture
def course(built, tmp_path):
    return shutil.copytree(built, tmp_path / "course")


def book(path):
    return json.loads(path.read_text(encoding="utf-8"))


def edit(path, change):
    """Change a notebook as JupyterLab does: read, change, save."""
    found = book(path)
    change(found["cells"])
    path.write_text(json.dumps(found, indent=1))


def say(cells):
    cells[1]["source"] = "My own words."


def files(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def text_of(cells):
    return "\n".join("".join(cell["source"]) for cell in cells)


def test_a_second_build_changes_nothing_and_a_check_agrees(course):
    before = files(course)
    report = build.build(course)
    assert not report.written and not report.copies and report.ok
    assert build.build(course, check=True).ok
    assert files(course) == before


def test_the_same_sources_make_the_same_bytes_anywhere(course, tmp_path):
    other = small_course.make(tmp_path / "other")
    build.build(other)
    assert files(other) == files(course)


@pytest.mark.parametrize("path", [LESSON, LAB, "notebooks/00_start.ipynb"])
def test_notebooks_are_valid_and_written_as_jupyter_writes_them(course, path):
    import nbformat

    notebook = nbformat.read(course / path, as_version=4)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook) + "\n" == (course / path).read_text(encoding="utf-8")
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_a_cell_keeps_its_id_when_another_is_put_before_it(course):
    before = {cell["id"] for cell in book(course / LESSON)["cells"]}
    source = course / "notebooks/src/02_sums.py"
    source.write_text("# %% [markdown]\n# A new beginning?\n\n" + source.read_text())
    build.build(course)
    assert before < {cell["id"] for cell in book(course / LESSON)["cells"]}


def test_the_learner_sees_neither_solution_nor_definition_nor_mutants(course):
    text = text_of(book(course / LAB)["cells"])
    assert "raise NotImplementedError" in text
    for secret in ("SOLUTION", "return 2 * x", "MISTAKES", "x**2", "np.add"):
        assert secret not in text


def test_the_instructors_lab_has_solutions_and_nbgraders_metadata(course, tmp_path):
    build.instructor(course, tmp_path / "teach")
    cells = book(tmp_path / "teach/02_sums.ipynb")["cells"]
    graded = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in cells if "nbgrader" in cell["metadata"]}
    assert list(graded) == ["02_twice", "02_twice_check", "02_four_times", "02_four_times_check"]
    solution, check = graded["02_twice"], graded["02_four_times_check"]
    assert "### BEGIN SOLUTION" in text_of([solution])
    assert solution["metadata"]["nbgrader"] == {
        "schema_version": 3, "task": False, "grade_id": "02_twice", "solution": True, "grade": False, "locked": False,
    }
    assert check["metadata"]["nbgrader"] == {
        "schema_version": 3, "task": False, "grade_id": "02_four_times_check", "solution": False, "grade": True,
        "locked": True, "points": 2,
    }
    assert "x**2" not in text_of(cells)


def test_the_frame_names_neighbours_lab_minutes_and_colab(course):
    cells = book(course / LESSON)["cells"]
    header, setup, closing = cells[0], next(cell for cell in cells if frame.frame_of(cell) == "setup"), cells[-1]
    assert [frame.frame_of(cell) for cell in cells if frame.frame_of(cell)] == ["header", "setup", "closing"]
    assert header is cells[0] and closing is cells[-1]
    text = text_of([header])
    for expected in (
        "# 02 · Sums", "Part 1: How it works", "about 20 minutes", "](00_start.ipynb)", "](../labs/02_sums.ipynb)",
        "https://colab.research.google.com/github/someone/course/blob/main/notebooks/02_sums.ipynb",
    ):
        assert expected in text
    assert 'alt="Part 1' in text and 'src="data:image/svg+xml;base64,' in text
    assert "the lab" in text_of([closing])
    assert len("".join(setup["source"]).splitlines()) <= 8
    compile("".join(setup["source"]), "setup", "exec")


def test_on_colab_a_lesson_installs_the_extras_that_it_names(course):
    def installs(name):
        cells = book(course / name)["cells"]
        return "".join(next(cell for cell in cells if frame.frame_of(cell) == "setup")["source"])

    assert "'layerwise @ {course}'" in installs(LESSON)
    file = course / "syllabus.toml"
    required = 'requires = ["00_start"]'
    file.write_text(file.read_text().replace(required, f'{required}\nextras = ["serving"]'))
    build.build(course)
    assert "'layerwise[serving] @ {course}'" in installs(LESSON)
    assert "'layerwise @ {course}'" in installs("notebooks/00_start.ipynb")


def test_the_page_shows_what_a_recorded_run_cost(course):
    before = text_of(book(course / LESSON)["cells"][:1])
    (course / "records.toml").write_text(
        '[lesson."02_sums".quick]\ncores = 2\nwall_seconds = 63\ncpu_seconds = 60\nmemory_mb = 990\n'
    )
    build.build(course)
    after = text_of(book(course / LESSON)["cells"][:1])
    assert "63 s on 2 cores, 1.0 GB" in after and " GB" not in before
    assert "63 s on 2 cores, 1.0 GB" in (course / "README.md").read_text()


def test_the_page_begins_with_its_question_and_the_set_up_is_folded(course):
    cells = book(course / LESSON)["cells"]
    place = next(place for place, cell in enumerate(cells) if cell["cell_type"] == "code")
    assert place > 1 and frame.frame_of(cells[place]) == "setup"
    assert cells[place]["metadata"]["jupyter"] == {"source_hidden": True}


@pytest.mark.parametrize(
    ("code", "folded"),
    [
        ('quiz("02.q", "?", {"a": "b", "c": "d"}, right="a")', True),
        ('predict(\n    "02.p",\n    "?",\n    ["a", "b"],\n)', True),
        ('quiz("02.q", "?", {"a": "b", "c": "d"}, right="a")\nprint("more")', False),
        ('answer = quiz("02.q")', False),
        ("quiz_me = 1", False),
    ],
)
def test_a_cell_that_only_asks_is_folded_so_that_it_does_not_tell_the_answer(course, code, folded):
    lesson = syllabus.load(course).lesson("02")
    own = [{"kind": "code", "source": code, "metadata": {}}]
    cell = frame.around(syllabus.load(course), lesson, own, kind="lesson")[-2]
    assert cell["source"] == code
    assert ("jupyter" in cell["metadata"]) is folded


def test_the_drawing_is_one_of_its_own_for_each_part_and_fetches_nothing(root):
    import xml.etree.ElementTree

    course = syllabus.load(root)
    parts = [*course.parts, syllabus.Part(4, 'Tests & "things" <here>')]
    drawings = [frame.banner(part) for part in parts]
    assert '"' not in frame.alt(parts[-1])
    assert len(set(drawings)) == len(drawings)
    for drawing in drawings:
        xml.etree.ElementTree.fromstring(drawing)
        assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")


def test_the_set_up_cell_installs_only_where_the_course_is_not(built, monkeypatch):
    cells = book(built / LESSON)["cells"]
    setup = "".join(next(cell for cell in cells if frame.frame_of(cell) == "setup")["source"])
    calls = []

    class Shell:
        def run_line_magic(self, *line):
            calls.append(line)

    names = {"get_ipython": Shell}
    exec(setup, names)
    assert calls == []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    exec(setup, names)
    assert calls == [("pip", "install --quiet 'layerwise @ git+https://github.com/someone/course@main'")]


def test_readmes_table_stands_between_its_marks(course):
    text = (course / "README.md").read_text()
    assert text.startswith("# Small\n\n<!-- lessons:begin -->\n### Part 0: Start")
    assert "[02 · Sums](notebooks/02_sums.ipynb)" in text and "[lab](labs/02_sums.ipynb), 30 min" in text
    assert text.endswith("<!-- lessons:end -->\n\nThe end.\n")


def test_a_readme_without_marks_is_a_problem_and_stays_as_it_is(course):
    (course / "README.md").write_text("# Mine\n")
    report = build.build(course)
    assert not report.ok and "lessons:begin" in report.problems[0]
    assert (course / "README.md").read_text() == "# Mine\n"


def test_outputs_and_counts_are_no_change(course):
    def run(cells):
        cells[3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "3\n"}]
        cells[3]["execution_count"] = 7
        # JupyterLab adds an empty cell when the last one is run.
        cells.append({**cells[3], "id": "e", "outputs": [], "source": []})

    edit(course / LESSON, run)
    assert not build.changed(course / LESSON)
    assert build.build(course, check=True).differing == [(LESSON, "differs only in outputs or metadata")]
    assert build.build(course).copies == []


def reorder(cells):
    cells[1], cells[3] = cells[3], cells[1]


def remove(cells):
    del cells[2]


def retype(cells):
    cells[2]["cell_type"] = "raw"


@pytest.mark.parametrize("change", [say, reorder, remove, retype])
def test_a_changed_notebook_is_kept_before_it_is_written(course, change):
    edit(course / LESSON, change)
    mine = (course / LESSON).read_bytes()
    assert build.changed(course / LESSON)
    ((path, why),) = build.build(course, check=True).differing
    assert path == LESSON and why.startswith("edited by hand") and f"layerwise pull {LESSON}" in why
    assert (course / LESSON).read_bytes() == mine, "a check writes nothing"
    report = build.build(course)
    assert report.copies == [(LESSON, "notebooks/02_sums.yours-1.ipynb")]
    assert (course / "notebooks/02_sums.yours-1.ipynb").read_bytes() == mine
    assert build.build(course, check=True).ok


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b'{"cells": [3]}', b'{"cells": []}', b""])
def test_a_notebook_that_cannot_be_read_may_hold_work_and_is_kept(course, content):
    (course / LESSON).write_bytes(content)
    assert build.changed(course / LESSON)
    report = build.build(course)
    assert (course / report.copies[0][1]).read_bytes() == content


def test_copies_never_overwrite_one_another(course):
    for number in (1, 2, 3):
        edit(course / LESSON, lambda cells, number=number: cells[2].update(source=f"Words {number}"))
        build.build(course)
    for number in (1, 2, 3):
        assert f"Words {number}" in (course / f"notebooks/02_sums.yours-{number}.ipynb").read_text()


def test_no_copy_when_the_source_says_the_same_now(course):
    edit(course / LESSON, say)
    source = course / "notebooks/src/02_sums.py"
    source.write_text(source.read_text().replace("What do many sums make?", "My own words."))
    report = build.build(course)
    assert report.written == [LESSON] and report.copies == []


def test_a_generated_module_that_differs_is_named_and_mended(course):
    (course / EXERCISE).write_text("# mine\n")
    assert build.build(course, check=True).differing == [(EXERCISE, "differs from its source")]
    assert build.build(course).written == [EXERCISE]
    (course / EXERCISE).unlink()
    assert build.build(course, check=True).differing == [(EXERCISE, "missing")]


def test_what_has_lost_its_source_is_named_and_removed(course):
    stale = course / "utils/layerwise/exercises/lab02_thrice.py"
    stale.write_text((course / EXERCISE).read_text())
    (course / "utils/layerwise/exercises/lab02_mine.py").write_text("# written by a person\n")
    (course / "notebooks/my_try.ipynb").write_bytes((course / LESSON).read_bytes())
    path = course / "syllabus.toml"
    path.write_text(path.read_text().replace('lab = "02_sums"\n', "").replace("lab_minutes = 30\n", ""))
    gone = {"utils/layerwise/exercises/lab02_thrice.py", "utils/layerwise/exercises/lab02_four_times.py", EXERCISE, LAB}
    assert {path for path, why in build.build(course, check=True).differing if "gone" in why} == gone
    edit(course / LAB, say)
    report = build.build(course)
    assert set(report.removed) == gone
    assert report.copies == [(LAB, "labs/02_sums.yours-1.ipynb")]
    assert (course / "notebooks/my_try.ipynb").exists()
    assert (course / "utils/layerwise/exercises/lab02_mine.py").exists()


FULL = """
import resource, signal, sys
sys.dont_write_bytecode = True  # under the limit it would be cut short, and stay
from pathlib import Path
from layerwise import files
from layerwise.authoring import notebooks
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    {act}
except notebooks.CourseError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files the Unix way")
@pytest.mark.parametrize("act", ["files.write(Path('a.ipynb'), 'x' * 5000)", "notebooks.keep_copy(Path('a.ipynb'))"])
def test_a_full_disk_leaves_the_old_file_and_no_scraps(tmp_path, act):
    (tmp_path / "a.ipynb").write_text("old " * 1000)
    done = subprocess.run(
        [sys.executable, "-c", FULL.format(act=act)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "could not be" in done.stdout and "Make room" in done.stdout
    assert files(tmp_path) == {"a.ipynb": b"old " * 1000}


def test_a_file_is_replaced_never_rewritten_in_place(tmp_path):
    path, same = tmp_path / "a.txt", tmp_path / "b.txt"
    path.write_text("old")
    same.hardlink_to(path)
    build.write(path, "new\n")
    assert (path.read_bytes(), same.read_bytes()) == (b"new\n", b"old")


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "teach").write_text("a file")
    with pytest.raises(CourseError, match="could not be written"):
        build.write(tmp_path / "teach" / "a.ipynb", "text")


def test_a_broken_source_writes_nothing(course):
    before = files(course)
    path = course / "labs/src/02_sums.py"
    path.write_text(path.read_text().replace("### END SOLUTION", "", 1))
    with pytest.raises(CourseError, match="BEGIN SOLUTION"):
        build.build(course)
    before["labs/src/02_sums.py"] = path.read_bytes()
    assert files(course) == before


def test_an_exercise_id_in_two_labs_is_refused(course):
    (course / "labs/src/00_start.py").write_bytes((course / "labs/src/02_sums.py").read_bytes())
    path = course / "syllabus.toml"
    path.write_text(path.read_text().replace("minutes = 10", 'minutes = 10\nlab = "00_start"'))
    with pytest.raises(CourseError, match="another lab"):
        build.build(course)


def test_everything_generated_in_the_course_is_what_its_sources_say(root):
    report = build.build(root, check=True)
    assert report.ok, f"{report.differing} {report.problems}: run `layerwise build`"


def test_notebooks_are_read_and_kept_without_nbformat():
    code = "import sys; from layerwise.authoring import notebooks; print({'nbformat', 'jupytext'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_plan_names_files_relative_to_the_checkout(course):
    assert all(not Path(path).is_absolute() for path in build.plan(course))


ODD = {
    "half a character": ("What do many", '"\\ud800"'), "no source": ("What do many", "null"),
    "a number": ("What do many", "7"), "too deep": (None, "[" * 100_000), "too long": (None, "9" * 6000),
    "no type": (None, '{"cells": [{"cell_type": 1}]}'),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_notebook_is_named_and_set_aside(course, kind):
    words, odd = ODD[kind]
    text = (course / LESSON).read_text()
    if words:
        cells = json.loads(text)["cells"]
        source = next(json.dumps(one["source"], ensure_ascii=False) for one in cells if words in "".join(one["source"]))
        compact = json.dumps(json.loads(text), ensure_ascii=False)
        assert source in compact
        odd = compact.replace(source, odd, 1)
    (course / LESSON).write_text(odd)
    ((path, why),) = build.build(course, check=True).differing
    assert path == LESSON and why.startswith("cannot be read as a notebook")
    ((_, kept),) = build.build(course).copies
    assert (course / kept).read_text() == odd
    assert build.build(course, check=True).ok


def test_damaged_records_are_named(course):
    (course / "records.toml").write_text("x = [")
    with pytest.raises(CourseError, match=r"records\.toml: not valid TOML"):
        build.build(course, check=True)


def test_a_byte_order_mark_is_no_fault(course):
    for name in ("syllabus.toml", "notebooks/src/02_sums.py"):
        (course / name).write_bytes(b"\xef\xbb\xbf" + (course / name).read_bytes())
    assert build.build(course, check=True).ok
