"""What a verdict says where no value could be compared."""

from layerwise.check.exercise import call_answer
from layerwise.check.plain import NotPlain, plain
from layerwise.check.words import brief


def not_callable(exercise, answer):
    """Say that something else came where a function was to be passed."""
    call = f'check("{exercise.id}", {exercise.answer})'
    if answer is None:
        return f"Came None in place of the function. Pass the function itself, without brackets: {call}"
    try:
        what = brief(plain(answer))
    except NotPlain as error:
        what = str(error)
    return f"Came {what} in place of the function. Pass the function itself, without brackets: {call}"


def not_tried(exercise, outcome):
    """Say why the verdict is "not tried"."""
    if outcome.kind == "stopped":
        return "Stopped by you. Nothing was recorded."
    name = outcome.function
    if name and name not in (exercise.answer, "<lambda>", "__call__"):
        return f"{name} still raises NotImplementedError: write it first."
    return "Write your code in place of the line that raises NotImplementedError, then run this check again."


def went_wrong(exercise, outcome, inputs, answer):
    """Say how a call ended that gave no value."""
    line = f"line {outcome.line}{f': {outcome.code}' if outcome.code else ''}"
    place = f" It came up in {line}." if outcome.line else ""
    if outcome.kind == "timeout":
        where = f" It was at {line}." if outcome.line else ""
        return (
            f"Stopped: your code took longer than the {exercise.seconds:g} seconds that this exercise allows. "
            f"Does a loop never end?{where} (Python stops code between two of its own steps; "
            f"one long call into a library ends first.)"
        )
    if outcome.kind == "exit":
        return f"Your code called exit. Use return to give a result.{place}"
    if outcome.kind == "input":
        return f"Your code asks for keyboard input. The check gives all inputs as arguments.{place}"
    if outcome.kind == "recursion":
        return f"Your function calls itself without an end: Python gave up.{place}"
    error = f"{outcome.error}{f': {outcome.message}' if outcome.message else ''}".rstrip(".")
    text = f"Your code raised {error}."
    if outcome.line is None and exercise.observe is not call_answer:
        if not callable(answer) and "not callable" in outcome.message:
            return not_callable(exercise, answer)
        return f"Your answer could not be used the way this exercise uses it: {error}."
    if outcome.line is None:
        arguments = ", ".join(f"{name}=..." for name in inputs)
        return f"{text} The check calls {exercise.answer}({arguments}): keep these names."
    if outcome.error == "NameError" and "not defined" in outcome.message:
        return f"{text}{place} Was the cell that makes it run? Run > Run All Above Selected Cell runs them all."
    return text + place


def changes_input(names):
    """Say which inputs the answer changed."""
    joint = " and ".join(names)
    words = ("its inputs", "them", "They are") if len(names) > 1 else ("its input", "it", "It is")
    return (
        f"Your function changed {words[0]} {joint} in place. {words[2]} still needed by whoever called it: "
        f"work on a copy, or write an expression that makes a new array."
    )
