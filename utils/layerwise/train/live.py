"""Curves that grow while the model trains."""

import time

from keras.callbacks import Callback

from layerwise import show
from layerwise.train._place import Place
from layerwise.train._sketch import sketch

_AT_LEAST = 0.15  # seconds between two drawings, however short the epochs are


class LiveCurves(Callback):
    """Draw loss and metric, training and validation, after each epoch.

    The curves are an ordinary output that is replaced, not a widget: at the end they are a figure that stays in the
    saved notebook. They work the same in JupyterLab, on Colab and without anybody watching. Outside a notebook nothing
    is drawn.

    Args:
        every: Draw after every so many epochs. The last is always drawn; epochs shorter than a blink are not.
        metric: The metric beside the loss; the first one of the model when None.
        title: A sentence above the curves.

    Attributes:
        history: A dict from names to values per epoch, as ``model.fit`` returns it. It goes on growing when the same
            object is given to a second ``fit``.

    Example:
        ```python
        model.fit(x_train, y_train, epochs=10, verbose=0, callbacks=[train.LiveCurves()])
        ```
    """

    def __init__(self, *, every=1, metric=None, title="How the training goes"):
        super().__init__()
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"LiveCurves(every=...) must be a whole number of at least 1; {every!r} came.")
        self.every, self.metric, self.title = every, metric, title
        self.history = {}
        self._place = self._planned = None
        self._next = 0.0

    def figure(self):
        """Return the curves so far as a ``plotly.graph_objects.Figure``."""
        from layerwise import plot

        metric = self.metric if self.metric in self.history else None
        return plot.history(self.history, metric=metric, epochs=self._planned, title=self.title)

    def on_train_begin(self, logs=None):
        self._place = Place()
        self._place.write("The curves begin after the first epoch.")
        self._planned = len(self.history.get("loss", ())) + (self.params.get("epochs") or 0)
        self._next = 0.0

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        if (epoch + 1) % self.every == 0 and time.monotonic() >= self._next:
            self._draw()

    def on_train_end(self, logs=None):
        # The run may be shorter than planned; what is shown last is what stays.
        self._planned = None
        if show.in_notebook() and "loss" in self.history:
            self._place.put(self.figure()._repr_mimebundle_())

    def _draw(self):
        if not show.in_notebook() or "loss" not in self.history:
            return
        picture = sketch(self.history, title=self.title, epochs=self._planned, metric=self.metric)
        words = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.history.items())
        self._place.put({"text/html": picture, "text/plain": f"{self.title}: {words}"})
        self._next = time.monotonic() + _AT_LEAST
