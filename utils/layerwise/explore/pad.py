"""The drawing pad: draw a digit, and every answerer says what it reads while you draw."""

import functools
import json
import threading

import numpy as np

from layerwise.explore.digits import center_digit, check_image
from layerwise.explore.newest import Newest

CANVAS = 112  # side of the picture the browser sends, in pixels


class DrawingPad:
    """A pad to draw on and the answers to it; see `layerwise.explore.drawing_pad`.

    Args:
        answerers: Functions by name, from an image, shape `(28, 28)`, to ten probabilities.
    """

    def __init__(self, answerers):
        if not isinstance(answerers, dict) or not answerers or not all(map(callable, answerers.values())):
            raise TypeError(
                'drawing_pad() takes functions by name, such as {"convnet": function}; each gets an image of shape '
                f"(28, 28) and returns ten probabilities. Got {answerers!r}."
            )
        self._answerers = {str(name): function for name, function in answerers.items()}
        self._lock = threading.RLock()
        self._drawing = np.zeros((CANVAS, CANVAS), dtype="float32")
        self._seen, self._results = np.zeros((28, 28), dtype="float32"), {}
        self._widget = None
        self._newest = Newest(self._answer_newest, name="layerwise-pad")

    @property
    def image(self):
        """What the networks see: a copy of the centred digit, shape `(28, 28)`, from 0 to 1."""
        with self._lock:
            return self._seen.copy()

    @property
    def answers(self):
        """The probabilities by answerer, shape `(10,)` each; an exception where one failed; empty for an empty pad."""
        with self._lock:
            return dict(self._results)

    @property
    def sentence(self):
        """What the answerers read, in one sentence."""
        return say(self.answers)

    def draw(self, image):
        """Put a drawing on the pad and ask all answerers.

        Args:
            image: Grey levels from 0 (paper) to 1 (ink), shape `(height, width)`.
        """
        image = check_image(image)
        with self._lock:
            self._drawing = image
        if self._widget:
            self._widget.paint(image)
        self._newest.ask(wait=True)

    def clear(self):
        """Empty the pad."""
        self.draw(np.zeros((CANVAS, CANVAS)))

    def figure(self):
        """Return a still picture: the probabilities of every answerer."""
        from layerwise import plot

        good = {name: answer for name, answer in self.answers.items() if not isinstance(answer, Exception)}
        if not good:
            return plot.images(self.image[None], title=self.sentence)
        return plot.probabilities(good, [str(digit) for digit in range(10)], title=self.sentence)

    def close(self):
        """Take the pad off the screen."""
        widget, self._widget = self._widget, None
        if widget:
            widget.close()

    def _received(self, drawing):
        with self._lock:
            self._drawing = drawing
        self._newest.ask()

    def _answer_newest(self):
        with self._lock:
            drawing = self._drawing
        seen = center_digit(drawing)
        results = ask(self._answerers, seen)
        with self._lock:
            self._seen, self._results, widget = seen, results, self._widget
        if widget:
            widget.show(seen, self._answerers, results)

    def __repr__(self):
        return f"<Drawing pad with {', '.join(self._answerers)}: {self.sentence}>"

    def _repr_mimebundle_(self, **kwargs):
        from layerwise import show

        plain = {"text/plain": f"Drawing pad. {self.sentence}"}
        if not show.in_notebook():
            return plain
        if self._widget is None:
            self._widget = _widget_class()(self._received)
            self._widget.show(self._seen, self._answerers, self._results)
            if self._drawing.any():
                self._widget.paint(self._drawing)
        bundle = self._widget._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, **plain}, metadata


def ask(answerers, seen):
    """Return each answerer's probabilities for one image, or the exception that says why there are none."""
    return {name: _one(name, function, seen) for name, function in answerers.items()} if seen.any() else {}


def _one(name, function, seen):
    try:
        answer = np.asarray(function(seen.copy()), dtype=float)
        answer = answer[0] if answer.shape == (1, 10) else answer  # a batch of one, as Keras gives it
        if answer.shape != (10,):
            raise ValueError(f"expected ten probabilities, shape (10,); got shape {answer.shape}")
        if not np.isfinite(answer).all() or answer.min() < -1e-6 or answer.max() > 1 + 1e-6:
            raise ValueError("expected probabilities from 0 to 1; got other numbers (is a softmax missing?)")
        return answer
    except Exception as error:  # the others answer all the same
        return error


def say(answers):
    """Return one sentence about all answers.

    Example:
        >>> say({"rule": np.eye(10)[3]})
        'rule reads 3 (100%).'
    """
    if not answers:
        return "Draw a digit."
    told = [
        f"{name} failed" if isinstance(answer, Exception) else f"{name} reads {answer.argmax()} ({answer.max():.0%})"
        for name, answer in answers.items()
    ]
    return ", ".join(told) + "."


@functools.cache
def _widget_class():
    """Make the widget's class when first needed: it imports ipywidgets and anywidget."""
    import anywidget
    import traitlets

    from layerwise import theme
    from layerwise.explore.scripts import script, text

    class PadWidget(anywidget.AnyWidget):
        _esm = script("canvas.js", "drawing_pad.js")
        _css = theme.CSS + text("drawing_pad.css")
        canvas = traitlets.Int(CANVAS).tag(sync=True)
        seen = traitlets.Bytes(b"").tag(sync=True)
        results = traitlets.Unicode("[]").tag(sync=True)
        sentence = traitlets.Unicode("").tag(sync=True)
        painted = traitlets.Bytes(b"").tag(sync=True)
        painted_width = traitlets.Int(0).tag(sync=True)
        painting = traitlets.Int(0).tag(sync=True)

        def __init__(self, receive):
            super().__init__()
            self._receive = receive
            self.on_msg(self._message)

        def _message(self, _, message, buffers):
            if message.get("kind") == "drawing":
                grey = np.frombuffer(buffers[0], dtype="uint8").reshape(CANVAS, CANVAS)
                self._receive((grey / 255).astype("float32"))

        def paint(self, image):
            with self.hold_sync():
                self.painted = (image * 255).round().astype("uint8").tobytes()
                self.painted_width = image.shape[1]
                self.painting += 1

        def show(self, seen, names, results):
            rows = []
            for name in names:
                answer = results.get(name)
                if isinstance(answer, Exception):
                    rows.append({"name": name, "error": f"{type(answer).__name__}: {answer}"})
                else:
                    rows.append({"name": name, "probabilities": [] if answer is None else answer.round(4).tolist()})
            with self.hold_sync():
                self.seen = (seen * 255).round().astype("uint8").tobytes()
                self.results = json.dumps(rows)
                self.sentence = say(results)

    return PadWidget
