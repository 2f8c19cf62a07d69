"""Errors for people, and the nearest name to a misspelt one."""

import difflib


class CourseError(Exception):
    """Say what was received, what was expected, and what to do next.

    The ``layerwise`` command prints the message without a traceback and ends with exit code 1.
    """


def nearest(name, known):
    """Return a suggestion for a misspelt name, ready to stand at the end of an error message.

    Args:
        name: What was received.
        known: The names that exist.

    Returns:
        ``' Did you mean "digits"?'`` with a leading space, or ``''`` when nothing is near.

    Example:
        >>> nearest("digts", ["digits", "clothing"])
        ' Did you mean "digits"?'
    """
    known = list(known)
    lowered = {str(k).lower(): k for k in known}
    match = difflib.get_close_matches(str(name).lower(), list(lowered), n=1, cutoff=0.5)
    if not match:
        # A prefix such as "02" or "02_neural" is near even when it is much shorter.
        match = [k for k in lowered if str(name) and k.startswith(str(name).lower())][:1]
    return f' Did you mean "{lowered[match[0]]}"?' if match else ""
