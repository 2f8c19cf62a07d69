"""The widgets of an explorer: controls, picture, sentence. Loaded when one is first displayed.

The picture is a small widget of the course's own and not Plotly's FigureWidget: that one carries five megabytes
of program in every figure, saves them in the notebook, and does not work on Colab.
"""

import functools
import gzip
import html
import threading
import time

import anywidget
import ipywidgets
import traitlets

from layerwise import keyboard, theme
from layerwise.explore.controls import Choice, Slider, Toggle, Words
from layerwise.explore.scripts import text

STYLE = theme.CSS + text("explorer.css")


@functools.cache
def _library():
    """Return Plotly's program for the browser, compressed; 4.8 MB become 1.4."""
    from plotly.offline import get_plotlyjs

    return gzip.compress(get_plotlyjs().encode(), 6)


class Picture(anywidget.AnyWidget):
    """Show a Plotly figure, and draw it anew in place when another is given.

    Args:
        figure: A figure as JSON.

    The browser reports back what it has drawn, so that whoever animates can wait for it (`drawn`).
    """

    _esm = text("picture.js")
    _css = STYLE
    figure = traitlets.Unicode("").tag(sync=True)
    serial = traitlets.Int(0).tag(sync=True)
    version = traitlets.Unicode("").tag(sync=True)
    narrow = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **kwargs):
        import plotly

        super().__init__(version=plotly.__version__, **kwargs)
        self._drawn = threading.Condition()
        self._last = 0
        self.on_msg(self._receive)

    def show(self, figure):
        """Draw a figure; returns its number for `wait`."""
        with self.hold_sync():
            self.serial += 1
            self.figure = figure.to_json()
        return self.serial

    def wait(self, serial, *, timeout, stop):
        """Wait until the browser has drawn figure `serial`, or `stop` is set; returns False after `timeout` seconds."""
        end = time.monotonic() + timeout
        with self._drawn:
            while self._last < serial and not stop.is_set() and time.monotonic() < end:
                self._drawn.wait(0.05)
            return self._last >= serial or stop.is_set()

    def _receive(self, _, message, buffers):
        if message.get("kind") == "library":
            self.send({"kind": "library"}, [_library()])
        elif message.get("kind") == "drawn":
            with self._drawn:
                self._last = max(self._last, int(message["serial"]))
                self._drawn.notify_all()


class Panel:
    """Lay out an explorer: controls at the left, or above on narrow pages; the picture; the sentence.

    `widgets` are those of controls that have one of their own, by control name; each has a `value`.
    """

    def __init__(self, explorer, *, buttons=(), widgets=None):
        self._explorer = explorer
        self.picture = Picture()
        self.picture.observe(lambda change: explorer._redraw(), "narrow")
        self._widgets = {
            control.name: (widgets or {}).get(control.name) or _widget(control, explorer.state[control.name])
            for control in explorer.controls
        }
        for name, widget in self._widgets.items():
            widget.observe(functools.partial(self._take, name), "value")
        self._sentence = ipywidgets.HTML()
        self._sentence.add_class("layerwise-says")
        controls = ipywidgets.VBox([*buttons, *self._widgets.values(), keyboard.guard()])
        controls.add_class("layerwise-controls")
        right = ipywidgets.VBox([self.picture, self._sentence])
        right.add_class("layerwise-right-side")
        self.box = ipywidgets.Box([controls, right])
        self.box.add_class("layerwise")
        self.box.add_class("layerwise-explorer")

    @property
    def narrow(self):
        """Whether the page is too narrow for panels side by side."""
        return self.picture.narrow

    def _take(self, name, change):
        self._explorer._moved(name, change["new"])

    def follow(self, state):
        """Move the controls to a state that was set in code."""
        for name, widget in self._widgets.items():
            if widget.value != state[name]:
                widget.value = state[name]

    def show(self, figure, sentence):
        """Show a picture and a sentence; returns the picture's number."""
        serial = self.picture.show(figure)
        self._say(html.escape(sentence))
        return serial

    def fail(self, error):
        """Say what went wrong where the sentence stands; the last picture stays."""
        self._say(f"<b>That did not work.</b> {html.escape(type(error).__name__)}: {html.escape(str(error))}")

    def _say(self, markup):
        self._sentence.value = f"<p role='status' aria-live='polite'>{markup}</p>"

    def bundle(self, plain):
        """Return what a notebook displays, with `plain` for pages without widgets."""
        bundle = self.picture._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        view = "application/vnd.jupyter.widget-view+json"
        return {view: {**data[view], "model_id": self.box.model_id}, **plain}, metadata

    def close(self):
        """Close all widgets."""
        controls = self.box.children[0].children
        for widget in (*controls, self.picture, self._sentence, *self.box.children, self.box):
            widget.close()


class _Line(ipywidgets.Text):
    """A line of text that ends where it may not be longer."""

    longest = traitlets.Int(200)

    @traitlets.validate("value")
    def _cut(self, proposal):
        return proposal["value"][: self.longest]


def _widget(control, value):
    if isinstance(control, Toggle):
        made = ipywidgets.Checkbox(value=value, description=control.label, indent=False)
    elif isinstance(control, Choice):
        kind = ipywidgets.SelectionSlider if control.ordered else ipywidgets.Dropdown
        made = kind(options=[(str(option), option) for option in control.options], value=value,
                    description=control.label)
    elif isinstance(control, Words):
        made = _Line(longest=control.longest, value=value, description=control.label, continuous_update=True)
    elif isinstance(control, Slider):
        kind = ipywidgets.IntSlider if control.whole else ipywidgets.FloatSlider
        made = kind(value=value, min=control.low, max=control.high, step=control.step, description=control.label)
    else:
        raise TypeError(f"{control!r} is no Slider, Choice or Toggle.")
    if hasattr(made.style, "handle_color"):
        made.style.handle_color = theme.BLUE
    if control.help:
        setattr(made, "tooltip" if made.has_trait("tooltip") else "description_tooltip", control.help)
    made.add_class("layerwise-control")
    return made
