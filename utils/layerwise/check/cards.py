"""The cards of exercises: verdict, hints, solution."""

import html

from layerwise import progress, show, theme
from layerwise.check import VERDICT_MIME, engine, misconceptions
from layerwise.check.words import describe
from layerwise.show import marked

KINDS = {engine.RIGHT: "right", engine.NOT_YET: "not-yet", engine.NOT_TRIED: "not-tried"}
HEADS = {engine.RIGHT: "Right", engine.NOT_YET: "Not yet", engine.NOT_TRIED: "Not tried yet"}

PRE = "margin:2px 0;white-space:pre;overflow-x:auto;font-size:.92em;background:none;color:inherit"
CELL = "text-align:left;vertical-align:top;padding:2px 14px 2px 0;background:none;border:none"


def check(exercise, answer):
    """Try an answer on fresh random inputs and show what was seen.

    The verdict is "not tried", "not yet" or "right". It is kept in the private progress store, except for one
    that was not tried.

    Args:
        exercise: The exercise's name, such as "02.dense".
        answer: Your answer: most often the function itself, without brackets.

    Returns:
        A `layerwise.check.engine.Verdict`, true only when the answer is right, so that ``if check(...):``
        guards what builds on it.

    Raises:
        CourseError: For an unknown exercise; the message suggests the nearest.

    Example:
        >>> check("02.dense", dense)  # doctest: +SKIP
    """
    exercise = engine.load(exercise)
    verdict = engine.judge(exercise, answer)
    record = {"state": verdict.state, "misconception": verdict.misconception}
    # A mistake of a kind that was met before is worth a sentence: it is no longer about this exercise.
    met = misconceptions.met(verdict, progress.events("check")) if verdict.entry else ""
    show.card(
        verdict_html(verdict, exercise, met), text=verdict_text(verdict, exercise, met), kind=KINDS[verdict.state],
        extra={VERDICT_MIME: {"exercise": exercise.id, **record}},
    )
    if verdict.state != engine.NOT_TRIED:
        progress.record("check", exercise.id, {**record, "reason": verdict.reason, "seed": verdict.seed})
    return verdict


def hint(exercise):
    """Show the hints of an exercise, one more at each call.

    Args:
        exercise: The exercise's name, such as "02.dense".

    Raises:
        CourseError: For an unknown exercise.
    """
    exercise = engine.load(exercise)
    hints = exercise.hints
    if not hints:
        none = f"{exercise.id} has no hints."
        show.card(f"<p>{html.escape(none)}</p>", text=none, kind="ask")
        return
    opened = progress.hints_opened(exercise.id)
    count = min(opened + 1, len(hints))
    if count > opened:
        progress.record("hint", exercise.id, count)
    if count < len(hints):
        after = f'hint("{exercise.id}") opens the next one.'
    else:
        after = f'That was the last hint. solution("{exercise.id}") shows one way to write it.'
    heads = [f"Hint {i} of {len(hints)}" for i in range(1, count + 1)]
    pairs = list(zip(heads, hints, strict=False))
    show.card(
        "".join(f"<p><strong>{head}</strong> · {marked(text)}</p>" for head, text in pairs) + f"<p>{_calls(after)}</p>",
        text="\n".join([*(f"{head}: {text}" for head, text in pairs), after]), kind="ask",
    )


def solution(exercise):
    """Show one way to write the answer.

    Args:
        exercise: The exercise's name, such as "02.dense".

    Raises:
        CourseError: For an unknown exercise.
    """
    exercise = engine.load(exercise)
    if not exercise.solution.strip():
        none = f"{exercise.id} has no solution to show."
        show.card(f"<p>{html.escape(none)}</p>", text=none)
        return
    progress.record("solution", exercise.id, True)
    code = exercise.solution.strip("\n")
    show.card(
        f"<p><strong>One way to write it</strong> · {html.escape(exercise.title)}</p>{highlighted(code)}"
        "<p>Yours may differ and be right as well: the check decides by what it does.</p>",
        text=f"One way to write it:\n\n{code}\n", kind="ask",
    )


def verdict_text(verdict, exercise, met=""):
    """Return a verdict as plain text; ``met`` says where the learner met its misconception before."""
    lines = [f"{HEADS[verdict.state]} · {verdict.title}"]
    lines += [text for text in (verdict.explanation, verdict.message) if text]
    if verdict.state == engine.NOT_YET:
        for head, value in _rows(verdict):
            joint = "\n    " if "\n" in value else " "
            lines.append(f"  {head}:{joint}{value.replace(chr(10), chr(10) + '    ')}")
        if verdict.printed:
            lines.append(f"{_printed_head(verdict)}\n{verdict.printed[:500]}")
        lines += [met, _offer(exercise)]
    return "\n".join(line for line in lines if line)


def verdict_html(verdict, exercise, met=""):
    """Return a verdict as the inside of a card, everything of the learner's escaped; ``met`` as in `verdict_text`."""
    parts = [f"<p><strong>{HEADS[verdict.state]}</strong> · {html.escape(verdict.title)}</p>"]
    if verdict.explanation:
        parts.append(f"<p>{marked(verdict.explanation)}</p>")
    if verdict.message:
        parts.append(f"<p>{html.escape(verdict.message)}</p>")
    if verdict.state != engine.NOT_YET:
        return "".join(parts)
    rows = "".join(
        f"<tr style='background:none'><th scope='row' style='{CELL};font-weight:600'>{html.escape(head)}</th>"
        f"<td style='{CELL}'><pre style='{PRE}'>{html.escape(value)}</pre></td></tr>"
        for head, value in _rows(verdict)
    )
    if rows:
        parts.append(f"<div style='overflow-x:auto'><table style='border:none;margin:4px 0'>{rows}</table></div>")
    if verdict.printed:
        parts.append(
            f"<details><summary>{html.escape(_printed_head(verdict))}</summary>"
            f"<pre style='{PRE};max-height:16em'>{html.escape(verdict.printed)}</pre></details>"
        )
    if met:
        parts.append(f"<p>{marked(met)}</p>")
    offer = _offer(exercise)
    return "".join(parts) + (f"<p>{_calls(offer)}</p>" if offer else "")


def _rows(verdict):
    """Return what stands in the table of a verdict: inputs, expected, came."""
    if verdict.case is None:
        return []
    digits = 4
    if verdict.largest:
        # Enough decimals for the difference to be seen.
        digits = next((d for d in range(4, 13) if verdict.largest * 10**d >= 2), 12)
    rows = [(f"input {name}", describe(value)) for name, value in verdict.case.items()]
    if verdict.expected is not None:
        rows.append(("expected", describe(verdict.expected, digits=digits)))
    if verdict.has_result:
        rows.append(("came", describe(verdict.came, digits=digits)))
    return rows


def _offer(exercise):
    return f'hint("{exercise.id}") opens a hint.' if exercise.hints else ""


def _printed_head(verdict):
    if verdict.dropped:
        kept = len(verdict.printed.encode())
        return f"Your code printed more than fits here: the first {kept:,} bytes are kept, {verdict.dropped:,} dropped."
    return "What your code printed:"


def _calls(text):
    """Return a sentence as HTML with its calls of hint and solution set as code."""
    import re

    return re.sub(r"((?:hint|solution)\(&quot;[\w.]+&quot;\))", r"<code>\1</code>", html.escape(text))


def highlighted(code):
    """Return Python code as HTML in colours, on the paper of the figures."""
    style = (
        f"background:{theme.PAPER};color:{theme.INK};padding:8px 12px;border-radius:6px;"
        "overflow-x:auto;white-space:pre;line-height:1.4"
    )
    try:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        return f"<pre style='{style}'>{html.escape(code)}</pre>"
    inside = highlight(code, PythonLexer(), HtmlFormatter(noclasses=True, nowrap=True, style="default"))
    return f"<pre style='{style}'>{inside}</pre>"
