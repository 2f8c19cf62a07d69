"""Questions in a lesson: a guess before a run, and a quiz that explains every answer."""

import html

from layerwise import progress, show
from layerwise.show import marked
from layerwise.suggest import CourseError, nearest

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"

STYLE = """<style>
.layerwise-option, .layerwise-option.jupyter-button {
  white-space: normal !important; overflow-wrap: anywhere; height: auto !important; min-height: 34px;
  text-align: left; line-height: 1.35; padding: 6px 12px; width: 100%; max-width: 100%; text-overflow: clip;
}
.layerwise-asked { font-size: var(--jp-content-font-size1, 14px); line-height: 1.45; white-space: normal; }
.layerwise-option:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
</style>"""


def predict(key, question, options):
    """Take a guess before the run can prove it wrong. No answer is given away.

    The guess is kept in the private progress store; ``found(..., predicted=key)`` recalls it.

    Args:
        key: The guess's name, such as "02.depth".
        question: What to guess.
        options: Two or more different texts.

    Raises:
        CourseError: For an empty key or question, or options that leave no choice.

    Example:
        >>> predict("02.depth", "Which reads more digits?", ["wide", "deep", "about equal"])
        Which reads more digits?
          - wide
          - deep
          - about equal
    """
    options = _options("predict", key, question, options)
    _show(lambda: _prediction(key, question, options), question, options, "Run this cell in Jupyter to take a guess.")


def quiz(key, question, answers, *, right):
    """Ask a question whose every answer is explained; a wrong one can be tried again.

    Args:
        key: The question's name, such as "02.quiz.softmax".
        question: The question.
        answers: Dict from each answer to what is to be said about it.
        right: The right answer.

    Raises:
        CourseError: For fewer than two answers, one without an explanation, or a right one that is not among them.

    Example:
        >>> quiz("02.quiz.relu", "What is relu(-2)?", {"0": "Below zero it gives 0.", "2": "That is abs."}, right="0")
        What is relu(-2)?
          - 0
          - 2
    """
    if not isinstance(answers, dict):
        came = f"came a {_type(answers)}"
        raise CourseError(f'The quiz "{key}" needs a dict from each answer to its explanation; {came}.')
    options = _options("quiz", key, question, list(answers))
    empty = [answer for answer, text in answers.items() if not isinstance(text, str) or not text.strip()]
    if empty:
        raise CourseError(f'The quiz "{key}" does not explain the answer "{empty[0]}". Every answer gets a sentence.')
    if right not in options:
        meant = nearest(right, options)
        raise CourseError(f'The right answer "{right}" of the quiz "{key}" is not among its answers.{meant}')
    _show(lambda: _quiz(key, question, answers, right), question, options, "Run this cell in Jupyter to answer.")


def again(entry, order):
    """Ask a question of the course once more, some time after its lesson.

    Args:
        entry: What `layerwise.course.load` has of the question.
        order: Its answers, in the order in which they stand now.
    """

    # Far from its lesson, a question needs to say where it comes from.
    question = f"Lesson {entry['lesson'].partition('_')[0]}: {entry['question']}"

    def make():
        if entry["kind"] == "predict":
            return _remembered(entry["key"], question, order)
        return _quiz(entry["key"], question, {text: entry["answers"][text] for text in order}, entry["right"])

    _show(make, question, order, "Run this cell in Jupyter to answer.")


def _type(value):
    return type(value).__name__


def _options(what, key, question, options):
    for name, value in (("key", key), ("question", question)):
        if not isinstance(value, str) or not value.strip():
            raise CourseError(f"{what} needs a text for its {name}; came {value!r}.")
    if isinstance(options, str) or not isinstance(options, (list, tuple)):
        raise CourseError(f'{what} "{key}" needs a list of options; came a {_type(options)}.')
    wrong = [option for option in options if not isinstance(option, str) or not option.strip()]
    if wrong:
        raise CourseError(f'{what} "{key}" takes texts as options; came {wrong[0]!r}.')
    if len(set(options)) < 2 or len(set(options)) < len(options):
        raise CourseError(f'{what} "{key}" needs two or more different options; came {list(options)!r}.')
    return list(options)


def _show(make, question, options, instead):
    """Display a widget, with the question as text for pages without a kernel."""
    text = "\n".join([question, *(f"  - {option}" for option in options)])
    if not show.in_notebook():
        print(text)
        return
    from IPython.display import display

    items = "".join(f"<li>{html.escape(option)}</li>" for option in options)
    still = f"<p><strong>{marked(question)}</strong></p><ul>{items}</ul><p><em>{html.escape(instead)}</em></p>"
    widget = make()
    display(
        {
            WIDGET_MIME: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id},
            "text/html": show.framed(still, kind="ask"),
            "text/plain": text,
        },
        raw=True,
    )


def _prediction(key, question, options):
    """Return the widget of `predict`: a box with `options` (buttons by text) and `note` (what was said)."""
    before = progress.latest("predict", key)
    said = f"Earlier you said: {before}." if isinstance(before, str) else ""
    box, buttons, note = _card(question, options, said)

    def choose(option):
        progress.record("predict", key, option)
        _settle(buttons, option)
        note.value = _live(f"<p>Noted: <strong>{html.escape(option)}</strong>. Run on.</p>")

    _wire(buttons, choose)
    return box


def _quiz(key, question, answers, right):
    """Return the widget of `quiz`, built like `_prediction`'s."""
    box, buttons, note = _card(question, list(answers), "")

    def choose(option):
        is_right = option == right
        progress.record("quiz", key, {"answer": option, "right": is_right})
        buttons[option].description = f"{'✓' if is_right else '✗'} {option}"
        verdict = "Right." if is_right else "Not this one."
        again = "" if is_right else " Try another."
        note.value = _live(f"<p><strong>{verdict}</strong> {marked(answers[option])}{again}</p>")
        box.remove_class("layerwise-not-yet" if is_right else "layerwise-right")
        box.remove_class("layerwise-ask")
        box.add_class("layerwise-right" if is_right else "layerwise-not-yet")

    _wire(buttons, choose)
    return box


def _remembered(key, question, order):
    """Return the widget of a prediction that comes back: what the run found, and two buttons in `judge`."""
    import ipywidgets as widgets

    box, buttons, note = _card(question, order, "")
    box.judge = {
        text: widgets.Button(description=text, layout=widgets.Layout(width="auto", height="auto"))
        for text in ("I remembered", "Not quite")
    }
    row = widgets.VBox([], layout=widgets.Layout(width="100%"))
    box.children = (*box.children[:-1], row, box.children[-1])
    asked = "Did you remember how it went?"

    def choose(option):
        box.chosen = option
        _settle(buttons, option)
        found, before = progress.latest("found", key), progress.latest("predict", key)
        note.value = _live(
            f"<p>Your run showed: <strong>{html.escape(str(found))}</strong> "
            f"You had predicted: {html.escape(str(before))}. {asked}</p>"
        )
        for button in box.judge.values():
            button.add_class("layerwise-option")
        row.children = tuple(box.judge.values())

    def judge(text):
        right = text == "I remembered"
        progress.record("recall", key, {"answer": box.chosen, "right": right})
        _settle(box.judge, text)
        note.value = note.value.replace(asked, f"Noted: it comes back {'later' if right else 'soon'}.")

    _wire(buttons, choose)
    _wire(box.judge, judge)
    return box


def _settle(buttons, chosen):
    """Mark the chosen button and take no second choice."""
    for text, button in buttons.items():
        button.disabled = True
        button.description = f"✓ {text}" if text == chosen else text


def _card(question, options, said):
    import ipywidgets as widgets

    from layerwise import keyboard, theme

    asked = f"<div class='layerwise-asked'><p><strong>{marked(question)}</strong></p></div>"
    head = widgets.HTML(f"<style>{theme.CSS}</style>{STYLE}{asked}")
    buttons = {
        # Buttons take the keyboard by themselves: Tab moves, Space and Enter choose.
        text: widgets.Button(description=text, tooltip=text, layout=widgets.Layout(width="auto", height="auto"))
        for text in options
    }
    note = widgets.HTML(_live(f"<p>{html.escape(said)}</p>" if said else ""))
    box = widgets.VBox([head, *buttons.values(), note, keyboard.guard()], layout=widgets.Layout(max_width="760px"))
    for name in ("layerwise", "layerwise-card", "layerwise-ask"):
        box.add_class(name)
    for button in buttons.values():
        button.add_class("layerwise-option")
    box.options, box.note = buttons, note
    return box, buttons, note


def _live(inside):
    """Return HTML that screen readers announce when it changes."""
    return f"<div class='layerwise-asked' role='status' aria-live='polite'>{inside}</div>"


def _wire(buttons, choose):
    for text, button in buttons.items():
        button.on_click(lambda _, text=text: choose(text))
