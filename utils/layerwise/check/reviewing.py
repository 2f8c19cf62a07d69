"""Bring back what was learned some time ago: questions in another order, an exercise on fresh numbers."""

import html
import random
import secrets

from layerwise import course, progress, recall, show
from layerwise.check import ask, engine
from layerwise.check.cards import highlighted
from layerwise.show import marked

QUESTIONS = 3
"""Questions that one call asks, at most."""


def review(exercise=None):
    """Ask again what is due, and bring back one exercise to be written anew.

    Up to three questions stand on cards, their answers in another order. An exercise comes with its task, and in
    JupyterLab with a cell below that holds its stub; its check draws fresh inputs. What you answer decides when
    it comes back: see `layerwise.recall`.

    Args:
        exercise: The name of an exercise to practise now, such as "02.dense", whether it is due or not.

    Raises:
        CourseError: For an unknown exercise; the message suggests the nearest.

    Example:
        >>> review()  # doctest: +SKIP
    """
    if exercise is not None:
        exercise = engine.load(exercise).id
    items = recall.schedule(progress.events(), course.load())
    if exercise is not None:
        _bring_back(exercise, items.get(exercise))
        return
    waiting = recall.due(items, course.load(), progress.now())
    questions = [item for item in waiting if item.kind != "exercise"]
    exercises = [item for item in waiting if item.kind == "exercise"]
    said = _said(items, questions, exercises)
    show.card("".join(f"<p>{line}</p>" for line in map(marked, said)), text="\n".join(said).replace("`", ""))
    for item in questions[:QUESTIONS]:
        entry = _entry("questions", "key", item.key)
        ask.again(entry, shuffled(entry["answers"]))
    if exercises:
        _bring_back(exercises[0].key, exercises[0])


def _today():
    return progress.now().astimezone().date()


def _said(items, questions, exercises):
    """Return the lines that open a review."""
    today, lines = _today(), []
    again = [item for item in items.values() if item.occasions > 1 and item.last == today]
    if questions or exercises:
        counts = [recall.counted(len(questions), "question")] if questions else []
        counts += [recall.counted(len(exercises), "exercise")] if exercises else []
        lines.append(f"Due for review: {' and '.join(counts)}.")
        more = len(questions) > QUESTIONS or len(exercises) > 1
        lines += ["Call `review()` again when you have done these."] if more else []
    elif not items:
        lines.append("Nothing to review yet. What you have had right comes back here after some days.")
    else:
        first = min(items.values(), key=lambda item: item.due)
        lines.append(f"Nothing is due. The next is {first.key}, {recall.ago((today - first.due).days)}.")
    if again:
        told = ", ".join(f"{item.key} comes back {recall.ago((today - item.due).days)}" for item in again)
        lines.append(f"Reviewed today: {told}.")
    return lines


def _entry(kind, name, key):
    return next((entry for entry in course.load()[kind] if entry[name] == key), None)


def _lab(entry):
    lesson = next(one for one in course.load()["lessons"] if one["id"] == entry["lesson"])
    return f"lab {course.label(lesson)} (labs/{lesson['lab']}.ipynb)"


# --- an exercise


def cell(entry):
    """Return the code of a cell in which an exercise is written anew.

    Args:
        entry: What `layerwise.course.load` has of the exercise.

    Returns:
        Its imports and what else stands above it in the lab, one way to write the exercises it builds on, its stub,
        and its check.

    Example:
        >>> print(cell(_entry("exercises", "id", "02.dense")))
        import numpy as np
        from layerwise.check import check, hint
        <BLANKLINE>
        <BLANKLINE>
        def dense(x, weights, bias):
            \"\"\"Return the weighted sums of a dense layer, shape (batch, units).\"\"\"
            # Your code here.
            raise NotImplementedError
        <BLANKLINE>
        <BLANKLINE>
        check("02.dense", dense)
    """
    above = entry["above"].split("\n\n") if entry["above"] else []
    imports = [line for line in above if line.startswith(("import ", "from "))]
    parts = ["\n".join([*imports, "from layerwise.check import check, hint"])]
    rest = "\n\n".join(line for line in above if line not in imports)
    parts += [rest] if rest else []
    for earlier in entry["requires"]:
        known = engine.load(earlier).solution.strip("\n")
        parts.append(f"# {earlier}, which this builds on: one way to write it.\n{known}")
    parts += [entry["stub"].strip("\n"), f'check("{entry["id"]}", {entry["answer"]})']
    return "\n\n\n".join(parts)


def _bring_back(key, item):
    entry = _entry("exercises", "id", key)
    progress.record("review", key, True)
    code = cell(entry)
    before = ""
    if item:
        before = f" {'Not right' if item.rating == 'again' else 'Right'} {recall.ago((_today() - item.last).days)}."
    where = f"It is from {_lab(entry)}."
    if not show.in_notebook():
        print(f"{key} · {entry['title']}.{before} {where}\n\n{entry['task']}\n\n{code}")
        return
    from IPython import get_ipython
    from IPython.display import Markdown, display

    how = "Write it in the new cell below; the check draws fresh numbers."
    text = f"{key} · {entry['title']}.{before} {how} {where}"
    show.card(
        f"<p><strong>{html.escape(key)} · {html.escape(entry['title'])}</strong></p>"
        f"<p>{html.escape(f'{before} {how}'.strip())} <code>hint(&quot;{html.escape(key)}&quot;)</code> helps.</p>"
        f"<p>{html.escape(where)}</p>"
        f"<details><summary>No new cell? Copy this into one.</summary>{highlighted(code)}</details>",
        text=text, kind="ask",
    )
    display(Markdown(entry["task"]))
    get_ipython().set_next_input(code)


# --- a question


def shuffled(answers, chance=None):
    """Return answers in another order than before.

    Args:
        answers: A list of at least two.
        chance: A `random.Random`; a fresh one when None.

    Example:
        >>> shuffled(["yes", "no"])
        ['no', 'yes']
    """
    chance = chance or random.Random(secrets.randbits(64))
    order = list(answers)
    while order == list(answers):
        chance.shuffle(order)
    return order
