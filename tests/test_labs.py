import ast

import pytest
import small_course
from layerwise.authoring import build, labs, source
from layerwise.check.engine import Verdict
from layerwise.suggest import CourseError


def parse(text):
    return labs.parse(source.parse(text), name="labs/src/02_sums.py")


def refused(text):
    with pytest.raises(CourseError) as caught:
        parse(text)
    return str(caught.value)


def test_an_exercise_has_all_its_parts():
    twice, four = parse(small_course.LAB)
    assert (twice.id, twice.title, twice.answer, twice.points) == ("02.twice", "Twice a number", "twice", 1)
    assert [misconception for misconception, _ in twice.mutants] == ["square", "once"]
    assert twice.variants == ["def twice(x):\n    return np.add(x, x)"]
    assert (four.points, four.module) == (2, "lab02_four_times")
    assert "SOLUTION" not in twice.solution and "return 2 * x" in twice.solution


def test_the_stub_has_no_solution_and_raises():
    (twice, four) = parse(small_course.LAB)
    assert four.stub == "def four_times(x):\n    # Your code here.\n    raise NotImplementedError"
    names = {}
    exec(twice.stub, names)
    with pytest.raises(NotImplementedError):
        names["twice"](1)


def test_the_context_has_imports_and_earlier_answers():
    four = parse(small_course.LAB)[1]
    names = {}
    exec(four.context + "\n" + four.mutants[0][1], names)
    assert names["four_times"](3) == 6


@pytest.mark.parametrize("exercise", parse(small_course.LAB), ids=lambda exercise: exercise.id)
def test_the_module_keeps_the_solution_to_the_letter(exercise):
    code = build.module(exercise, "labs/src/02_sums.py")
    names = {}
    exec(code, names)
    assert names["SOLUTION"] == exercise.solution + "\n"
    assert (names["EXERCISE"], names["ANSWER"]) == (exercise.id, exercise.answer)
    assert ast.get_docstring(ast.parse(code)).startswith(exercise.title)


SOLUTION = "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"


@pytest.mark.parametrize("old, new, said", [
    ("    ### END SOLUTION\n\n# %%\ncheck", "\n# %%\ncheck", ":38: ### BEGIN SOLUTION without ### END SOLUTION"),
    ("    ### BEGIN SOLUTION\n    return 2", "    return 2", ":39: ### END SOLUTION without ### BEGIN"),
    ("    return 2 * x\n    ### END", "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END", "a second ### BEGIN"),
    ("    ### BEGIN SOLUTION\n    return 2", "    ### begin solution\n    return 2", "is not a solution mark"),
    (SOLUTION, "    pass\n### BEGIN SOLUTION\nanswer = 2\n### END SOLUTION\n", "Wrap it in a function"),
    (SOLUTION, "    return 2 * x\n", "has no solution"),
    ('check("02.twice", twice)', "pass", 'has no check cell'),
    ('check("02.twice", twice)', 'check("02.twcie", twice)', '"02.twice" has no check cell. Did you mean "02.twcie"?'),
    ('tags=["definition"] exercise="02.twice"', "", 'has no definition cell'),
    ('misconception="square"', 'misconception="squares"', 'not in MISTAKES of "02.twice". Did you mean "square"?'),
    ('misconception="square"', "", "without misconception"),
    ('exercise="02.four_times"', 'exercise="02.twice"', 'a second definition of "02.twice"'),
    ('tags=["exercise"] exercise="02.twice"', 'tags=["exercise"]', 'without exercise="NN.name"'),
    ('tags=["exercise"] exercise="02.twice"', 'tags=["exercise"] exercise="2.Twice"', 'must look like "02.dense"'),
    ('tags=["exercise"] exercise="02.twice"', "", "solution marks in a cell without the tag"),
    ('tags=["exercise"] exercise="02.twice"', 'tags=["exercise", "mutant"] exercise="02.twice"', "one of these tags"),
    ('HINTS = ["Add', 'HINT = ["Add', 'needs HINTS'),
    ("def cases(rng):\n    for", "def case(rng):\n    for", "has no cases(rng)"),
    ("def reference(x)", "def referenc(x)", "neither reference nor accept"),
    ('"""Twice a number."""', "", "needs a docstring"),
    ("POINTS = 2", 'POINTS = "two"', "expected a number"),
    ("def twice(x):\n    \"\"\"Return", "twice = lambda x: 2\nif x:\n    \"\"\"Return", "defines no function"),
])
def test_what_is_wrong_is_said_with_its_line(old, new, said):
    assert old in small_course.LAB
    message = refused(small_course.LAB.replace(old, new, 1))
    assert said in message
    assert message.startswith("labs/src/02_sums.py:"), "file and line come first"


def test_an_exercise_without_mutant_is_refused():
    text = small_course.LAB
    begin, end = text.index('# %% tags=["mutant"] exercise="02.four'), text.rindex("# %% [markdown]")
    assert '"02.four_times" has no mutant' in refused(text[:begin] + text[end:])


def test_a_definition_below_its_exercise_is_refused():
    cells = source.parse(small_course.LAB)
    place = next(n for n, cell in enumerate(cells) if "definition" in cell.tags)
    cells[place], cells[place + 1] = cells[place + 1], cells[place]
    text = "".join(cell.raw + "\n\n" for cell in cells)
    assert "in the order definition, exercise, check" in refused(text)


def test_a_check_of_any_form_raises_in_the_instructors_lab():
    for code in ('check("02.a", answer)', 'if check("02.a", answer):\n    print(1)', 'works = check("02.a", answer)'):
        for verdict, raises in ((True, False), (False, True)):
            said = Verdict("02.a", "right" if verdict else "not yet", message="The sign is wrong.")
            names = {"check": lambda name, answer, said=said: said, "answer": None}
            if raises:
                with pytest.raises(AssertionError, match="The sign is wrong"):
                    exec(labs.asserted(code), names)
            else:
                exec(labs.asserted(code), names)


@pytest.mark.parametrize("code", [
    'answer = f(3)\ncheck("02.x", answer)',
    '# Then check("02.x", answer) says more.\nanswer = f(3)\nif check("02.x", answer):\n    answer = 0',
    'text = "é"; answer = f(3); check("02.x", answer)  # right?',
    'for answer in [f(3)]:\n    check(\n        "02.x", answer\n    )',
    'answer = f(3)\nif not answer:\n    pass\nelif check("02.x", answer):\n    pass',
])
def test_a_check_stays_behind_what_it_depends_on(code):
    for message in ("", "The sign is wrong."):
        seen = []

        def check(name, answer, seen=seen, message=message):
            seen.append((name, answer))
            return Verdict(name, "not yet" if message else "right", message=message)

        try:
            exec(labs.asserted(code), {"check": check, "f": lambda x: 2 * x})
        except AssertionError as error:
            assert str(error) == message
        else:
            assert not message
        assert seen == [("02.x", 6)]
    comments = [line for line in code.splitlines() if line.startswith("#")]
    assert all(line in labs.asserted(code) for line in comments)
