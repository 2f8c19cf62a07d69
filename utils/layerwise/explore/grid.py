"""Nine numbers in a square among the controls of an explorer."""

import anywidget
import traitlets

from layerwise.explore.scripts import script, text


class KernelGrid(anywidget.AnyWidget):
    """Show nine numbers in three rows; `value` is what is written in them, row by row."""

    _esm = script("grid.js")
    _css = text("grid.css")
    label = traitlets.Unicode("").tag(sync=True)
    value = traitlets.Any().tag(sync=True)
    most = traitlets.Float(9.0).tag(sync=True)

    @traitlets.validate("value")
    def _plain(self, proposal):
        return tuple(float(number) for number in proposal["value"])
