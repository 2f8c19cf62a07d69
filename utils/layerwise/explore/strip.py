"""A row of buttons among the controls of an explorer, of which one is chosen."""

import importlib.resources

import anywidget
import traitlets


class Strip(anywidget.AnyWidget):
    """Show options as buttons, each with a note; `value` is the one that is chosen."""

    _esm = importlib.resources.files(__package__).joinpath("strip.js").read_text(encoding="utf-8")
    _css = importlib.resources.files(__package__).joinpath("strip.css").read_text(encoding="utf-8")
    label = traitlets.Unicode("").tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    value = traitlets.Unicode("").tag(sync=True)
