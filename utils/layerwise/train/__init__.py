"""Callbacks that a learner should not have to write: live curves, a line of progress, a stop button.

    model.fit(x_train, y_train, epochs=10, verbose=0, callbacks=[train.LiveCurves(), train.StopButton()])

They work on each of Keras's backends, and quietly where there is no notebook to show anything in.
"""

import importlib

_WHERE = {"LiveCurves": "live", "Progress": "line", "StopButton": "stopping"}

__all__ = sorted(_WHERE)


def __getattr__(name):
    """Import a callback on first use: its base class loads Keras."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    from layerwise.suggest import nearest

    raise AttributeError(f"layerwise.train has no {name!r}; it has {', '.join(__all__)}.{nearest(name, __all__)}")


def __dir__():
    return __all__
