"""Stop a training run early and keep what it has learned."""

import signal
import threading

from keras.callbacks import Callback

from layerwise import show, theme
from layerwise.train._place import Place

_HINT = "or interrupt the kernel once (■ in the tool bar); the weights are kept either way"


class StopButton(Callback):
    """Show a button that ends the training after the running batch, with the weights of that moment.

    In JupyterLab the click is handled while ``fit`` runs. Where the page cannot do that (on Colab), and in a terminal,
    interrupting does the same: the first interrupt ends the training in good order, a second one breaks it off as
    usual.

    Attributes:
        message: After the training, a sentence that says how far it got.

    Example:
        ```python
        model.fit(x_train, y_train, epochs=100, verbose=0, callbacks=[train.StopButton()])
        ```
    """

    def __init__(self):
        super().__init__()
        self.message = ""
        self.button = None
        self._trained = self._previous = self._place = None
        self._asked = False

    def set_model(self, model):
        super().set_model(model)
        # Callback.model copies the state on JAX each time it is read; another thread must not set that off.
        self._trained = model

    def stop(self):
        """Ask for the end of the training; may be called from any thread."""
        self._asked = True
        if self._trained is not None:
            self._trained.stop_training = True

    def on_train_begin(self, logs=None):
        self._asked, self.message, self._epoch = False, "", 0
        self._start = self._steps()
        self._take_interrupts()
        self._place = Place()
        self._show_button()

    def on_epoch_end(self, epoch, logs=None):
        self._epoch = epoch + 1

    def on_train_end(self, logs=None):
        self._give_interrupts_back()
        planned = self.params.get("epochs") or 0
        steps = self._steps() - self._start
        where = f"epoch {self._epoch} of {planned}" if planned else f"epoch {self._epoch}"
        if self._asked:
            self.message = (
                f"Stopped as you asked, in {where}, after {steps:,} steps. "
                "The weights are kept; another fit goes on from them."
            )
        else:
            self.message = f"Trained {steps:,} steps, to the end of {where}."
        if self.button is not None:
            self._place.write(self.message)
            self.button.close()
            self.button = None
        elif self._asked:
            print(self.message)

    def _show_button(self):
        if not show.in_notebook():
            return
        try:
            import ipywidgets
        except ImportError:
            return
        self.button = ipywidgets.Button(
            description="Stop after this batch", icon="stop", layout={"width": "auto"},
            tooltip="End the training now and keep the weights",
        )
        self.button.on_click(self._on_click)
        hint = ipywidgets.HTML(f"<span style='color:{theme.MUTED}'>{_HINT}</span>")
        self._place.put(ipywidgets.HBox([self.button, hint], layout={"flex_flow": "row wrap", "align_items": "center"}))
        _answer_while_busy(self.button)

    def _on_click(self, button):
        self.stop()
        button.description, button.disabled = "Stopping", True

    def _steps(self):
        optimizer = getattr(self.model, "optimizer", None)
        return int(optimizer.iterations) if optimizer is not None else 0

    def _take_interrupts(self):
        """Answer the next interrupt with a stop in good order; only the main thread may say so."""
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._on_interrupt)

    def _give_interrupts_back(self):
        if self._previous is not None and signal.getsignal(signal.SIGINT) == self._on_interrupt:
            signal.signal(signal.SIGINT, self._previous)
        self._previous = None

    def _on_interrupt(self, number, frame):
        # When fit ended in an error, Keras did not tell us. Then this interrupt is meant for something else.
        if self._asked or not _inside_fit(frame):
            previous = self._previous or signal.default_int_handler
            self._give_interrupts_back()
            if callable(previous):
                previous(number, frame)
            return
        self.stop()


def _answer_while_busy(widget):
    """Let clicks be handled in the thread that the page has asked for, while the main one trains.

    JupyterLab sends them to a subshell of the kernel. ipykernel 7.4 sends them on to the shell that made the widget,
    here the one that is busy, as long as it remembers which that was; so it is made to forget. Other versions keep no
    such note, and then there is nothing to do.
    """
    vars(getattr(widget, "comm", None) or widget).pop("_reply_subshell_id", None)


def _inside_fit(frame):
    """Return True when a call of Keras's ``fit`` is waiting for this frame to return."""
    while frame is not None:
        if frame.f_code.co_name == "fit" and frame.f_globals.get("__name__", "").startswith("keras."):
            return True
        frame = frame.f_back
    return False
