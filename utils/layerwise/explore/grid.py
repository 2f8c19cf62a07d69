"""Nine numbers in a square among the controls of an explorer."""

import importlib.resources

import anywidget
import traitlets

_HERE = importlib.resources.files(__package__)


class KernelGrid(anywidget.AnyWidget):
    """Show nine numbers in three rows; `value` is what is written in them, row by row."""

    _esm = (_HERE / "grid.js").read_text(encoding="utf-8")
    _css = (_HERE / "grid.css").read_text(encoding="utf-8")
    label = traitlets.Unicode("").tag(sync=True)
    value = traitlets.Any().tag(sync=True)
    most = traitlets.Float(9.0).tag(sync=True)

    @traitlets.validate("value")
    def _plain(self, proposal):
        return tuple(float(number) for number in proposal["value"])
