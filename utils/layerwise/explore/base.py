"""What every explorer is: a pure computation, a picture of its result, a sentence, and controls.

The state can be read and set as attributes, so an explorer is tested without a browser, and a state worth
sharing is a line of code:

    neuron = explore.neuron()
    neuron.bias = 1.5          # moves the slider and redraws
    neuron.state               # everything that is set now

The widgets live in `layerwise.explore.panel`, which is loaded when an explorer is first displayed.
"""

import threading

from layerwise.explore.controls import sweep
from layerwise.explore.newest import Newest
from layerwise.suggest import nearest


class Explorer:
    """Tie a pure computation to a picture, a sentence and controls.

    Args:
        name: What it is called on screen.
        controls: The `Slider`, `Choice` and `Toggle` descriptions, in the order in which they stand.
        compute: ``compute(**state)`` gives the result; the same state always gives the same result.
        draw: ``draw(result, narrow=False)`` gives a Plotly figure; narrow ones fit a telephone.
        say: ``say(state, result, changed)`` gives one sentence; `changed` names the control that was moved last,
            or is None at the start.
        state: Values to start from, by control name.

    Raises:
        AttributeError: There is no such control; the message names the nearest.
        ValueError: The value is outside the control's range; the message says what is possible.
    """

    def __init__(self, name, controls, *, compute, draw, say, state=None):
        self._name = name
        self._controls = {control.name: control for control in controls}
        taken = [n for n in self._controls if n.startswith("_") or hasattr(type(self), n)]
        if taken:
            raise TypeError(f"A control cannot be called {taken[0]!r}: explorers already use that name.")
        self._compute, self._draw, self._say = compute, draw, say
        self._state = {control.name: control.accept(control.value) for control in controls}
        self._changed = None
        self._panel = None
        # Widget messages arrive on another thread than the cells' code, so all that changes is guarded.
        self._lock = threading.RLock()
        self._newest = Newest(self._draw_newest, name="layerwise-draw")
        self._state.update(self._accept(state or {}))

    # ---- the pure part

    def compute(self, **state):
        """Return the result for a state; controls not named keep their value."""
        return self._compute(**{**self.state, **self._accept(state)})

    def draw(self, result, *, narrow=False):
        """Return the picture of a result as a Plotly figure."""
        if not narrow:
            return self._draw(result, narrow=False)
        from layerwise.plot._figure import on_a_phone

        with on_a_phone():
            return self._draw(result, narrow=True)

    def say(self, state, result, changed=None):
        """Return the sentence that says what a state means, or what moving the control `changed` just did."""
        return self._say(state, result, changed)

    def figure(self, *, narrow=False):
        """Return a still picture of the current state."""
        return self.draw(self.compute(), narrow=narrow)

    @property
    def sentence(self):
        """The sentence of the current state."""
        with self._lock:
            state, changed = dict(self._state), self._changed
        return self.say(state, self.compute(**state), changed)

    def sweep(self, limit=None):
        """Yield states that cover the control space: ends and middles of sliders, every option.

        Args:
            limit: Where the combinations are more than this (by default 300), every pair of controls is covered.
        """
        return sweep(list(self._controls.values()), limit=limit)

    # ---- the state

    @property
    def state(self):
        """A copy of the current state, by control name."""
        with self._lock:
            return dict(self._state)

    @property
    def controls(self):
        """The descriptions of the controls, in order."""
        return tuple(self._controls.values())

    def set(self, **changes):
        """Set several controls at once, and redraw once.

        Example:
            >>> from layerwise import explore
            >>> neuron = explore.neuron()
            >>> neuron.set(bias=1.5, activation="tanh")
            >>> neuron.bias
            1.5
        """
        accepted = self._accept(changes)
        with self._lock:
            moved = [name for name, value in accepted.items() if self._state[name] != value]
            if not moved:
                return
            self._state.update({name: accepted[name] for name in moved})
            self._changed = moved[-1]
            self._after_change(moved)
        if self._panel:
            self._panel.follow(self.state)
            self._redraw(wait=True)

    def _accept(self, changes):
        for name in changes:
            if name not in self._controls:
                raise AttributeError(self._unknown(name))
        return {name: self._controls[name].accept(value) for name, value in changes.items()}

    def _unknown(self, name):
        known = list(self._controls)
        return f"{self._name} has no control {name!r}; it has {', '.join(known)}.{nearest(name, known)}"

    def _after_change(self, moved):
        """Do what else a change asks for; explorers that train begin again here."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        with self._lock:
            if name in self._state:
                return self._state[name]
        raise AttributeError(self._unknown(name))

    def __setattr__(self, name, value):
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            self.set(**{name: value})

    def __dir__(self):
        return [*super().__dir__(), *self._controls]

    def __repr__(self):
        return f"<{self._name}: {', '.join(f'{name}={value}' for name, value in self.state.items())}>"

    # ---- on screen

    def _current(self):
        """Return what is drawn now: the result, the state it belongs to, and the control that moved last."""
        with self._lock:
            state, changed = dict(self._state), self._changed
        return self.compute(**state), state, changed

    def _moved(self, name, value):
        """Take a value from a control on screen, and draw soon: only the newest value is computed."""
        value = self._controls[name].accept(value)
        with self._lock:
            if self._state[name] == value:
                return
            self._state[name] = value
            self._changed = name
            self._after_change([name])
        self._redraw()

    def _redraw(self, *, wait=False):
        if self._panel:
            self._newest.ask(wait=wait)

    def _draw_newest(self):
        panel = self._panel
        if panel is None:
            return
        try:
            result, state, changed = self._current()
            figure = self.draw(result, narrow=panel.narrow)
            panel.show(figure, self.say(state, result, changed))
        except Exception as error:  # a picture that cannot be drawn must not stop the controls
            panel.fail(error)

    def _repr_mimebundle_(self, **kwargs):
        from layerwise import show

        try:
            text = self.sentence
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
        name = self._name if self._name.endswith("?") else f"{self._name}."
        plain = {"text/plain": f"{name} {text}"}
        if not show.in_notebook():
            return plain
        with self._lock:
            if self._panel is None:
                self._panel = self._make_panel()
        self._redraw(wait=True)
        return self._panel.bundle(plain)

    def _make_panel(self):
        from layerwise.explore.panel import Panel

        return Panel(self)

    def close(self):
        """Take the explorer off the screen and free what it holds."""
        panel, self._panel = self._panel, None
        if panel:
            panel.close()
