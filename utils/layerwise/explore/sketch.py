"""A small canvas among the controls of an explorer."""

import importlib.resources

import anywidget
import numpy as np
import traitlets

_HERE = importlib.resources.files(__package__)
SIDE = 112  # of the picture the browser sends, in pixels


class Sketch(anywidget.AnyWidget):
    """Show a canvas, and give what is drawn on it to `receive`: grey levels from 0 to 1, shape `(112, 112)`."""

    _esm = "".join((_HERE / name).read_text(encoding="utf-8") for name in ("canvas.js", "sketch.js"))
    _css = (_HERE / "sketch.css").read_text(encoding="utf-8")
    side = traitlets.Int(SIDE).tag(sync=True)

    def __init__(self, receive):
        super().__init__()
        self._receive = receive
        self.on_msg(self._message)

    def _message(self, _, message, buffers):
        if message.get("kind") == "drawing":
            grey = np.frombuffer(buffers[0], dtype="uint8").reshape(SIDE, SIDE)
            self._receive((grey / 255).astype("float32"))
