"""What travels with the package: the course's order, its questions, and the task of every exercise."""

import ast
import json

import pytest
from conftest import ROOT
from layerwise import course
from layerwise.authoring import labs, outline, source, syllabus
from layerwise.authoring.syllabus import Lesson

LESSON = Lesson("02_sums", "Sums", 1, "Many.", ROOT, lab="02_sums")

ASKING = '''\
# %%
predict("02.more", "More?", ["yes", "no"])

# %%
many = 3
predict("02.many", f"More than {many}?", ["yes", "no"])

# %%
quiz(
    "02.quiz.sum", "1 + 1?", {"2": "Yes.", "3": "One too many."}, right="2"
)

# %%
%time quiz
'''

LAB = '''\
# %% [markdown]
# A lab.

# %%
import numpy as np

from layerwise.check import check, found
from scipy import special, stats

SCALE = 3
UNUSED = 4


def helper(x):
    return SCALE * np.abs(x)


# %% [markdown]
# Words that belong to nothing.

# %%
found("words", 1, "{}")

# %% [markdown]
# ## 1 · First
#
# Make it **three** times as large.

# %% [markdown]
# As a table:

# %% tags=["definition"] exercise="02.first"
"""The first."""
HINTS = ["x"]
MISTAKES = {"wrong": "x"}


def cases(rng):
    yield {"x": 1}


def reference(x):
    return 3 * x


# %% tags=["exercise"] exercise="02.first"
def first(x):
    ### BEGIN SOLUTION
    found = helper(x)
    return found
    ### END SOLUTION

# %%
check("02.first", first)

# %% tags=["mutant"] exercise="02.first" misconception="wrong"
def first(x):
    return 0

# %% [markdown]
# ## 2 · Second
#
# Use the first.

# %% tags=["definition"] exercise="02.second"
"""The second."""
HINTS = ["x"]
MISTAKES = {"wrong": "x"}


def cases(rng):
    yield {"x": 1}


def reference(x):
    return 3 * x


# %% tags=["exercise"] exercise="02.second"
def second(x):
    ### BEGIN SOLUTION
    return stats.norm.cdf(first(x))
    ### END SOLUTION

# %%
check("02.second", second)

# %% tags=["mutant"] exercise="02.second" misconception="wrong"
def second(x):
    return 0
'''


@pytest.fixture(scope="module")
def first_and_second():
    return outline.tasks(LESSON, source.parse(LAB))


def test_questions_are_found_where_their_words_do_not_come_from_the_run():
    asked = outline.questions(LESSON, source.parse(ASKING))
    common = {"lesson": "02_sums"}
    assert asked == [
        {**common, "key": "02.more", "kind": "predict", "question": "More?", "answers": ["yes", "no"]},
        {
            **common, "key": "02.quiz.sum", "kind": "quiz", "question": "1 + 1?",
            "answers": {"2": "Yes.", "3": "One too many."}, "right": "2",
        },
    ]


def test_a_task_is_the_prose_above_an_exercise(first_and_second):
    assert first_and_second[0]["task"] == "Make it **three** times as large.\n\nAs a table:"
    assert first_and_second[1]["task"] == "Use the first."


def test_an_exercise_brings_only_what_its_answer_uses(first_and_second):
    first, second = first_and_second
    # `found` is a name of the answer's own; UNUSED and scipy are for others.
    assert first["requires"] == []
    assert first["above"] == (
        "import numpy as np\n\nSCALE = 3\n\ndef helper(x):\n    return SCALE * np.abs(x)"
    )
    assert second["requires"] == ["02.first"]
    assert "from scipy import stats" in second["above"] and "special" not in second["above"]
    # What the earlier answer needs comes along, the answer itself does not.
    assert "def helper" in second["above"] and "def first" not in second["above"]


def test_the_course_travels_without_solutions():
    packed = course.load()
    for entry in packed["exercises"]:
        assert "raise NotImplementedError" in entry["stub"] and entry["task"], entry["id"]
        answers = {other["answer"] for other in packed["exercises"] if other["lesson"] == entry["lesson"]}
        above = {node.name for node in ast.parse(entry["above"]).body if isinstance(node, ast.FunctionDef)}
        assert not answers & above, entry["id"]


def test_the_package_knows_the_lessons_and_exercises_of_this_checkout():
    packed, lessons = course.load(), syllabus.load(ROOT).lessons
    assert [entry["id"] for entry in packed["lessons"]] == [lesson.id for lesson in lessons]
    assert [entry["requires"] for entry in packed["lessons"]] == [list(lesson.requires) for lesson in lessons]
    found = [exercise.id for lesson in lessons if lesson.lab for exercise in labs.exercises(lesson.lab_source)]
    assert [entry["id"] for entry in packed["exercises"]] == found
    order = {identifier: place for place, identifier in enumerate(found)}
    assert all(order[name] < order[entry["id"]] for entry in packed["exercises"] for name in entry["requires"])


def test_every_lesson_asks_three_questions_or_more_and_explains_every_answer():
    for lesson in syllabus.load(ROOT).lessons:
        quizzes = [one for one in outline.questions(lesson, source.read(lesson.source)) if one["kind"] == "quiz"]
        assert len(quizzes) >= 3, lesson.id
        for quiz in quizzes:
            assert quiz["right"] in quiz["answers"] and len(quiz["answers"]) >= 2, quiz["key"]
            assert all(len(text.split()) >= 3 for text in quiz["answers"].values()), quiz["key"]
            assert quiz["key"].startswith(f"{lesson.number}.quiz."), quiz["key"]


def test_the_file_has_a_line_for_each_entry():
    text = (ROOT / outline.FILE).read_text(encoding="utf-8")
    packed = json.loads(text)
    assert text.count("\n{") == sum(len(entries) for entries in packed.values())
