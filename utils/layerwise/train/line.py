"""One line that says how far the training is."""

import time

from keras.callbacks import Callback

from layerwise import show
from layerwise.train._place import Place

_AT_LEAST = 0.5  # seconds between two changes of the line


class Progress(Callback):
    """Say in one line which epoch is running, the loss, and about how long it still takes.

    The line is replaced, never repeated, so that a saved notebook holds the last one only. Outside a notebook one line
    is printed at the end.

    Example:
        ```python
        model.fit(x_train, y_train, epochs=10, verbose=0, callbacks=[train.Progress()])
        ```
    """

    def on_train_begin(self, logs=None):
        self._place = Place()
        self._start = time.monotonic()
        self._next = 0.0
        self._first = self._done = self._steps = 0
        self._epoch, self._words = 0, ""

    def on_epoch_begin(self, epoch, logs=None):
        if self._steps == 0:
            self._first = epoch  # fit(initial_epoch=...) starts later
        self._epoch, self._step = epoch, 0

    def on_train_batch_end(self, batch, logs=None):
        self._step = batch + 1
        if show.in_notebook() and time.monotonic() >= self._next:
            self._next = time.monotonic() + _AT_LEAST
            self._words = _values(logs)
            self._place.write(self._line())

    def on_epoch_end(self, epoch, logs=None):
        self._done += 1
        self._steps = self._step
        self._words = _values(logs)

    def on_train_end(self, logs=None):
        seconds = time.monotonic() - self._start
        epochs = f"{self._done} {'epoch' if self._done == 1 else 'epochs'}"
        text = f"{epochs} in {_duration(seconds)}" + (f" · {self._words}" if self._words else "")
        if show.in_notebook():
            self._place.write(text)
        else:
            print(text)

    def _line(self):
        planned = self.params.get("epochs") or 0
        parts = [f"epoch {self._epoch + 1}" + (f" of {planned}" if planned else ""), self._words]
        steps = self.params.get("steps") or self._steps
        if steps and planned:
            done = self._done + self._step / steps
            left = (time.monotonic() - self._start) / done * (planned - self._first - done)
            parts.append(f"about {_duration(max(left, 0))} left")
        return " · ".join(part for part in parts if part)


def _values(logs):
    names = {name: float(value) for name, value in (logs or {}).items() if name != "learning_rate"}
    return " · ".join(f"{name.replace('val_', 'validation ').replace('_', ' ')} {v:.3g}" for name, v in names.items())


def _duration(seconds):
    """Return a time as people say it.

    Example:
        >>> _duration(4.2), _duration(75)
        ('4.2 s', '1 min 15 s')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
