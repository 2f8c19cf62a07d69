"""What a run found: a sentence with its number, and a record that programs can read."""

import html
import math
import re
import string

from layerwise import progress, show
from layerwise.check import FOUND_MIME
from layerwise.check.plain import NotPlain, plain
from layerwise.suggest import CourseError


def found(name, value, sentence, *, predicted=None):
    """Show a finding, and leave a record of it that `layerwise run` collects.

    Args:
        name: The finding's name, in lower case with underscores, such as "test_accuracy".
        value: A finite number: a Python or NumPy number, or an array or tensor with no axes.
        sentence: A sentence with a placeholder in `str.format` notation, such as "{:.1%}" or "{value:.2f}".
        predicted: The key of a guess taken by `predict`; the card then recalls it.

    Raises:
        CourseError: For a name of another form, a value that is not a finite number, or a sentence without
            a placeholder: a number in prose comes from the run.

    Example:
        >>> found("test_accuracy", 0.975, "the network reads {:.1%} of unseen digits")
        Found: the network reads 97.5% of unseen digits
    """
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise CourseError(
            f"Came {name!r} for the name of a finding; expected lower case with underscores, such as \"test_accuracy\"."
        )
    number = _number(name, value)
    said = _said(name, number, sentence)
    guess = progress.latest("predict", predicted) if predicted else None
    recall = f"You predicted: {guess}." if isinstance(guess, str) else ""
    show.card(
        f"<p><strong>Found</strong> · {html.escape(said)}</p>"
        + (f"<p><em>{html.escape(recall)}</em></p>" if recall else ""),
        text=f"Found: {said}" + (f"\n{recall}" if recall else ""),
        kind="found",
        extra={FOUND_MIME: {"name": name, "value": float(number), "sentence": said}},
    )
    # A review asks for the guess again one day, and then needs to know how it went.
    if recall and progress.latest("found", predicted) != said:
        progress.record("found", predicted, said)


def _number(name, value):
    try:
        number = plain(value)
    except NotPlain as error:
        raise CourseError(f'The finding "{name}" needs one number; came {error}.') from None
    if type(number) not in (int, float):
        raise CourseError(f'The finding "{name}" needs one number; came {_short(number)}.')
    if not math.isfinite(number):
        raise CourseError(f'The finding "{name}" needs a finite number; came {number}. Did the training diverge?')
    return number


def _short(value):
    from layerwise.check.words import brief

    return brief(value)


def _said(name, number, sentence):
    example = 'such as "the network reads {:.1%} of unseen digits"'
    if not isinstance(sentence, str):
        raise CourseError(f'The finding "{name}" needs a sentence, {example}; came {_short(sentence)}.')
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None]
        if not fields:
            raise CourseError(
                f'The sentence of the finding "{name}" has no placeholder; its number must come from the run, '
                f"{example}."
            )
        return sentence.format(number, **{name: number, "value": number})
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise CourseError(
            f'The sentence of the finding "{name}" cannot be filled in ({type(error).__name__}: {error}). '
            f"Write {{:.3f}}, {{value:.3f}} or {{{name}:.3f}} where the number belongs, {example}."
        ) from None
