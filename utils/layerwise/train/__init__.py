"""What a learner should not have to write: live curves, a line of progress, a stop button, and repeated runs.

    model.fit(x_train, y_train, epochs=10, verbose=0, callbacks=[train.LiveCurves(), train.StopButton()])

They work on each of Keras's backends, and quietly where there is no notebook to show anything in.
"""

from layerwise import lazy

_WHERE = {
    "LiveCurves": "live",
    "Progress": "line",
    "StopButton": "stopping",
    "interval": "runs",
    "restart": "runs",
    "slopes": "gradients",
}

__all__ = sorted(_WHERE)

# The callbacks' base class loads Keras, so they are imported on first use.
__getattr__, __dir__ = lazy.exports(__name__, _WHERE)
