"""A row of buttons among the controls of an explorer, of which one is chosen."""

import anywidget
import traitlets

from layerwise.explore.scripts import script, text


class Strip(anywidget.AnyWidget):
    """Show options as buttons, each with a note; `value` is the one that is chosen."""

    _esm = script("strip.js")
    _css = text("strip.css")
    label = traitlets.Unicode("").tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    value = traitlets.Unicode("").tag(sync=True)
