import pytest
import small_course
from layerwise.authoring import syllabus
from layerwise.suggest import CourseError


@pytest.fixture
def course(tmp_path):
    return small_course.make(tmp_path)


def edit(root, old, new):
    path = root / "syllabus.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def refused(root):
    with pytest.raises(CourseError) as caught:
        syllabus.load(root)
    return str(caught.value)


def test_lessons_come_in_order_with_all_they_say(course):
    found = syllabus.load(course)
    first, second = found.lessons
    assert (first.id, first.lab, first.number) == ("00_start", None, "00")
    assert (second.lab, second.minutes, second.lab_minutes, second.requires) == ("02_sums", 20, 30, ("00_start",))
    assert second.lab_source == course / "labs/src/02_sums.py"
    assert found.neighbours(first) == (None, second)
    assert found.neighbours(second) == (first, None)
    assert found.part(1).title == "How it works"


@pytest.mark.parametrize("name", ["02_sums", "02", "02_s"])
def test_a_lesson_is_found_by_id_or_beginning(course, name):
    assert syllabus.load(course).lesson(name).id == "02_sums"


def test_a_misspelt_lesson_gets_the_nearest_name(course):
    found = syllabus.load(course)
    with pytest.raises(CourseError, match='Did you mean "02_sums"'):
        found.lesson("02_smus")
    with pytest.raises(CourseError, match="Several lessons"):
        found.lesson("0")


def test_a_circle_is_named(course):
    edit(course, 'part = 0\n', 'part = 0\nrequires = ["02_sums"]\n')
    assert "00_start -> 02_sums -> 00_start" in refused(course)


def test_a_lesson_that_requires_itself_is_a_circle(course):
    edit(course, 'requires = ["00_start"]', 'requires = ["02_sums"]')
    assert "02_sums -> 02_sums" in refused(course)


@pytest.mark.parametrize("old, new, said", [
    ('requires = ["00_start"]', 'require = ["00_start"]', 'unknown key "require". Did you mean "requires"?'),
    ('title = "Small"', 'titel = "Small"', 'unknown key "titel". Did you mean "title"?'),
    ('requires = ["00_start"]', 'requires = ["00_strat"]', 'Did you mean "00_start"?'),
    ('id = "02_sums"', 'id = "00_start"', 'two entries for lesson "00_start"'),
    ('number = 1', 'number = 0', "two entries for part"),
    ('part = 1', 'part = 7', "is in part 7; the parts are [0, 1]"),
    ('minutes = 20', 'minutes = "20"', "expected int"),
    ('lab = "02_sums"', 'lab = "02_sum"', 'names the lab "02_sum", which has no source'),
    ('title = "Sums"', 'title = ', "not valid TOML"),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.budget.quik]\ncpu_seconds = 1', 'Did you mean "quick"'),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.budget.quick]\ncpu_second = 1', 'Did you mean "cpu_seconds"'),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.target.quick]\naccuracy = 0.9', "{ at_least = 0.94 }"),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.target.quick]\nloss = { at_last = 1 }', 'Did you mean "at_least"'),
    ('title = "Small"', 'title = 3', "the syllabus: title is 3, a int; expected str"),
    ('repository = "https://github.com/someone/course"', 'repository = ["x"]', "repository is ['x'], a list; expected"),
    ('branch = "main"', 'branch = true', "branch is True, a bool; expected str"),
    ('branch = "main"', 'branch = "main"\ncalibration = 1', "calibration is 1, a int; expected dict"),
    ('requires = ["00_start"]', 'requires = [0]', "requires is 0, a int; expected str"),
    ('lab_minutes = 30', 'lab_minutes = 30\nbudget = { quick = 5 }', "budget.quick is 5, a int; expected a table"),
    ('lab_minutes = 30', 'lab_minutes = 30\ntarget = { quick = 5 }', "target.quick is 5, a int; expected a table"),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.budget.quick]\ncpu_seconds = "9"',
     """lesson "02_sums", budget.quick: cpu_seconds is '9', a str; expected a number"""),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.budget.quick]\nmemory_mb = true', "a bool; expected a number"),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.budget.quick]\nmemory_mb = nan', "is nan; expected a number"),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.budget.quick]\ndownload_mb = 1', 'unknown key "download_mb"'),
    ('lab_minutes = 30', 'lab_minutes = 30\n[lesson.target.quick]\nloss = { at_most = "0.9" }',
     """target.quick.loss: at_most is '0.9', a str; expected a number"""),
])
def test_what_is_wrong_is_said(course, old, new, said):
    edit(course, old, new)
    assert said in refused(course)


def test_a_missing_source_is_named_with_the_nearest_file(course):
    (course / "notebooks/src/02_sums.py").rename(course / "notebooks/src/02_sum.py")
    assert "Write notebooks/src/02_sums.py" in refused(course)
    assert 'Did you mean "02_sum"?' in refused(course)


def test_a_lesson_before_what_it_requires_is_refused(course):
    edit(course, 'part = 0\n', 'part = 0\nrequires = ["02_sums"]\n')
    edit(course, 'requires = ["00_start"]\n', "")
    assert "comes later" in refused(course)


def test_a_folder_without_syllabus_is_no_course(tmp_path):
    assert "checkout of the course" in refused(tmp_path)


def test_the_course_itself_loads(root):
    assert syllabus.load(root).lesson("02").lab == "02_neural_networks"
