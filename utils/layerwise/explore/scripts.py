"""The scripts and styles of the widgets: files beside this one, which a browser gets as one text."""

import importlib.resources

_HERE = importlib.resources.files(__package__)


def text(name):
    """Return a file's text."""
    return (_HERE / name).read_text(encoding="utf-8")


def script(*names):
    """Return scripts joined to one, behind the helper that they share: a widget's script cannot import another.

    Example:
        >>> script("grid.js").count("const make =")
        1
    """
    return "".join(map(text, ("make.js", *names)))
