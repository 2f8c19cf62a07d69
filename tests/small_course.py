"""A course of two lessons and one lab, small enough to read, for the tests of the authoring side."""

SYLLABUS = """\
title = "Small"
subtitle = "A course for tests"
repository = "https://github.com/someone/course"
branch = "main"

[[part]]
number = 0
title = "Start"

[[part]]
number = 1
title = "How it works"

[[lesson]]
id = "00_start"
title = "Start here"
part = 0
summary = "One number, two ways."
minutes = 10

[[lesson]]
id = "02_sums"
title = "Sums"
part = 1
requires = ["00_start"]
lab = "02_sums"
summary = "From one sum to many."
minutes = 20
lab_minutes = 30
"""

README = "# Small\n\n<!-- lessons:begin -->\n<!-- lessons:end -->\n\nThe end.\n"

START = """\
# %% [markdown]
# What is a sum?

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %% [markdown]
# Two numbers:
#
# - one
# - two

# %%
total = 1 + 2


def twice(number):
    return 2 * number


# %%
twice(total)
"""

SUMS = """\
# %% [markdown]
# What do many sums make?

# %%
import numpy as np

np.sum([1, 2])

# %% slideshow={"slide_type": "slide"} tags=["long"]
%time sum(range(10))
"""

LAB = '''\
# %% [markdown]
# What can you add up yourself?

# %%
import numpy as np

from layerwise.check import check

# %% [markdown]
# ## 1 · Twice

# %% tags=["definition"] exercise="02.twice"
"""Twice a number."""
import numpy as np

HINTS = ["Add the number to itself."]
MISTAKES = {"square": "This is the square: two times a number is x + x.", "once": "This is the number itself."}


def cases(rng):
    for _ in range(3):
        yield {"x": rng.uniform(3, 9)}


def reference(x):
    return 2 * x


def diagnose(inputs, output):
    if np.isclose(output, inputs["x"] ** 2):
        return "square"
    return "once" if np.isclose(output, inputs["x"]) else None


# %% tags=["exercise"] exercise="02.twice"
def twice(x):
    """Return two times x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %%
check("02.twice", twice)

# %% tags=["mutant"] exercise="02.twice" misconception="square"
def twice(x):
    return x**2

# %% tags=["mutant"] exercise="02.twice" misconception="once"
def twice(x):
    return x

# %% tags=["variant"] exercise="02.twice"
def twice(x):
    return np.add(x, x)

# %% [markdown]
# ## 2 · Four times

# %% tags=["definition"] exercise="02.four_times"
r"""Four times a number."""
POINTS = 2
HINTS = ["Use twice."]
MISTAKES = {"double": "This is \\"twice\\", once."}


def cases(rng):
    yield {"x": 1.0}
    yield {"x": 2.0}
    yield {"x": 3.0}


def accept(inputs, output):
    if output == 4 * inputs["x"]:
        return True
    return "double" if output == 2 * inputs["x"] else "not four times"


# %% tags=["exercise"] exercise="02.four_times"
def four_times(x):
    ### BEGIN SOLUTION
    text = "a \\\\ and a \\n"
    return twice(twice(x))
    ### END SOLUTION

# %%
if check("02.four_times", four_times):
    print(four_times(2))

# %% tags=["mutant"] exercise="02.four_times" misconception="double"
def four_times(x):
    return twice(x)

# %% [markdown]
# Well done.
'''


def make(root):
    """Write the course to a folder and return the folder."""
    for path, text in {
        "syllabus.toml": SYLLABUS, "README.md": README, "notebooks/src/00_start.py": START,
        "notebooks/src/02_sums.py": SUMS, "labs/src/02_sums.py": LAB,
    }.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return root
