import pytest
import small_course
from layerwise.authoring import lint, source

GOOD = '''\
# %% [markdown]
# How many?

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %% [markdown]
# Words.

# %%
from layerwise import data, explore, plot
from layerwise.check import check, found, hint, predict, quiz, solution

# %% [markdown]
# Guess first. `0.98` and $0.98$ are no results, nor is version 3.15.
#
# About [98 %](https://example.org) of all.
#
# > "97.5 %", he said.

# %%
predict("02.first", "?", ["a", "b"])
predict("02.second", "?", ["a", "b"])
predict("02.third", "?", ["a", "b"])

# %% [markdown]
# ![a picture of a digit](digit.png)

# %%
plot.bars(["a"], [1])

# %% [markdown]
# Move the slider and watch the bar grow.

# %%
explore.neuron()

# %% [markdown]
# What we found.

# %%
found("share", 0.5, "half of {:.0%}")

# %% [markdown]
# Check yourself.

# %%
quiz("02.quiz", "?", {"a": "no", "b": "yes"}, right="b")
for i in range(3):
    x, y = 1, 2
'''


def findings(text, path="notebooks/src/02_sums.py"):
    return lint.lint_cells(source.parse(text), path, lab="labs" in path)


def replaced(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_a_good_lesson_has_nothing_to_repair():
    assert findings(GOOD) == []


def added(code):
    return GOOD + f"\n# %% [markdown]\n# Words.\n\n# %%\n{code}\n"


@pytest.mark.parametrize("text, level, said", [
    (added("\n".join("print(1)" for _ in range(21))), "error", "21 lines in a cell"),
    (added("print('" + "a" * 82 + "')"), "error", "91 characters in a line"),
    (added("from numpy import *"), "error", "star import"),
    (added("from layerwise import theme"), "error", "layerwise.theme is not for lessons"),
    (added("import layerwise.authoring.build"), "error", "layerwise.authoring.build is not for lessons"),
    (added("from layerwise.check.engine import judge"), "error", "layerwise.check.engine is not for lessons"),
    (added("w = 1"), "warning", '"w" says nothing'),
    (added("a, total = 1, 2"), "warning", '"a" says nothing'),
    (added("print(1"), "error", "does not parse"),
    (added("print(1)  # TODO"), "error", '"TODO" is a mark'),
    (added('check("05.dense", max)'), "error", 'check("05.dense") does not belong to lesson 02'),
    (added("model = keras.Sequential([])\nmodel = keras.Model(1, 2)"), "warning", '"model" is a second model'),
    (replaced("Words.", "FIXME"), "error", '"FIXME" is a mark'),
    (replaced("Words.", "It reads 97.5 % of them."), "warning", '"97.5 %" in prose'),
    (replaced("Words.", "It reads 0.98 of them."), "warning", '"0.98" in prose'),
    (replaced("![a picture of a digit]", "![]"), "error", "without alternative text"),
    (replaced("![a picture of a digit](digit.png)", '<img src="a.png" alt="">'), "error", "without alternative text"),
    (replaced('predict("02.third", "?", ["a", "b"])', "mlp.predict(x_test)"), "error", "2 stops to predict"),
    (replaced('found("share"', 'print("share"'), "error", "nothing was found"),
    (replaced('quiz("02.quiz"', 'print("02.quiz"'), "error", "no quiz"),
    (replaced("plot.bars(", "print("), "error", "without a static figure"),
    (replaced("# Move", "# Words.\n\n# %%\nprint(1)\n\n# %% [markdown]\n# Words.\n\n# %%\nprint(2)\n\n"
              "# %% [markdown]\n# Move"), "error", "without a static figure"),
    (replaced("Move the slider and watch the bar grow.", "## Neuron"), "error", "what to look for"),
    (replaced("# How many?", "# # Title?"), "error", "begins with a title"),
    (replaced("# How many?", "# Words."), "warning", "asks nothing"),
    (replaced("# %% [markdown]\n# How many?\n\n", ""), "error", "does not begin with prose"),
    (replaced('tags=["parameters"]', ""), "error", 'no cell tagged "parameters"'),
    (replaced("# %% [markdown]\n# Words.\n", ""), "none", ""),
    (GOOD + "\n# %%\nprint(1)" * 3, "warning", "code cells follow another directly"),
    (GOOD.replace("# %%\n", "# %%\n" + "print(1)\n" * 7), "warning", "half of the code cells have"),
])
def test_each_rule_speaks_alone(text, level, said):
    found = findings(text)
    if level == "none":
        assert found == []
        return
    assert [finding.level for finding in found] == [level]
    assert said in found[0].text and found[0].repair.endswith((".", "explore."))
    line = text.splitlines()[found[0].line - 1]
    assert found[0].line >= 1 and line is not None


def test_a_finding_names_the_line_that_it_means():
    text = added("total = 1\nw = total")
    (finding,) = findings(text)
    assert text.splitlines()[finding.line - 1] == "w = total"
    text = replaced("About [98 %]", "About 97 % or\n# [98 %]").replace("(https://example.org)", "")
    assert [text.splitlines()[one.line - 1] for one in findings(text)] == ["# About 97 % or", "# [98 %] of all."]


@pytest.mark.parametrize("text", [
    replaced("# %% [markdown]\n# Words.", '# %% [markdown] tags=["sourced"]\n# It reads 97.5 % of them.'),
    replaced("# %%\nplot.bars", '# %% tags=["long"]\n' + "print(1)\n" * 20 + "plot.bars"),
    added("%time print(1)\n!ls"),
    added("[w for w in range(3)]\nfor w in range(3):\n    print(w)"),
])
def test_what_is_allowed_is_not_found(text):
    assert findings(text) == []


def test_a_lab_is_held_to_its_own_rules():
    found = findings(small_course.LAB, "labs/src/02_sums.py")
    texts = [finding.text for finding in found]
    assert '"02.four_times" has one wrong answer only.' in texts
    assert '"02.four_times" has no differently written right answer.' in texts
    assert not [text for text in texts if "quiz" in text or "predict" in text or "02.twice" in text]


def test_a_broken_exercise_is_an_error_with_its_line():
    text = small_course.LAB.replace("    ### END SOLUTION\n", "", 1)
    found = findings(text, "labs/src/02_sums.py")
    (error,) = [finding for finding in found if "BEGIN SOLUTION" in finding.text]
    assert error.level == "error"
    assert text.splitlines()[error.line - 1].strip() == "### BEGIN SOLUTION"


def test_a_course_is_looked_at_whole_or_in_part(tmp_path, capsys):
    root = small_course.make(tmp_path)
    (root / "notebooks/src/03_stray.py").write_text(GOOD.replace("02.", "03."))
    every = lint.lint(root)
    assert {finding.path for finding in every} >= {"notebooks/src/03_stray.py", "labs/src/02_sums.py"}
    assert "is not in syllabus.toml" in str(every[0])
    assert {finding.path for finding in lint.lint(root, ["00"])} == {"notebooks/src/00_start.py"}
    assert lint.lint(root, [str(root / "notebooks/src/03_stray.py")]) == []
    assert lint.report(every) == 1
    assert "errors" in capsys.readouterr().out


def test_warnings_alone_end_well(capsys):
    assert lint.report(findings(added("w = 1"))) == 0
    assert lint.report([]) == 0
