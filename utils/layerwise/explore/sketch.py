"""A small canvas among the controls of an explorer."""

import anywidget
import numpy as np
import traitlets

from layerwise.explore.scripts import script, text

SIDE = 112  # of the picture the browser sends, in pixels


class Sketch(anywidget.AnyWidget):
    """Show a canvas, and give what is drawn on it to `receive`: grey levels from 0 to 1, shape `(112, 112)`."""

    _esm = script("canvas.js", "sketch.js")
    _css = text("sketch.css")
    side = traitlets.Int(SIDE).tag(sync=True)

    def __init__(self, receive):
        super().__init__()
        self._receive = receive
        self.on_msg(self._message)

    def _message(self, _, message, buffers):
        if message.get("kind") == "drawing":
            grey = np.frombuffer(buffers[0], dtype="uint8").reshape(SIDE, SIDE)
            self._receive((grey / 255).astype("float32"))
