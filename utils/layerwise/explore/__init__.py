"""Explorers: move something, see what changes, read one sentence about it.

Each is a pure computation, a picture and a few controls (`layerwise.explore.base`). In a notebook an
explorer is the last line of a cell; its state can be read and set as attributes.
"""

__all__ = ["drawing_pad", "features", "neuron", "playground"]


def neuron(**state):
    """Explore one neuron with two inputs: weights, bias and activation.

    Args:
        **state: Values to start from: ``w1``, ``w2``, ``bias``, ``activation``, ``x1``, ``x2``.

    Returns:
        An explorer. Left, the plane of inputs coloured by the output; right, the activation function.

    Example:
        >>> from layerwise import explore
        >>> neuron = explore.neuron(bias=0.5)
        >>> neuron.activation = "relu"

    Explained in lesson 02.
    """
    from layerwise.explore.neurons import build

    return build(state)


def playground(**state):
    """Explore a small network while it learns to separate two classes of points.

    Args:
        **state: Values to start from: ``data``, ``layers``, ``units``, ``activation``, ``learning_rate``,
            ``noise``, ``seed``.

    Returns:
        An explorer with ``play()``, ``pause()``, ``step(count)`` and ``reset()``.

    Example:
        >>> from layerwise import explore
        >>> playground = explore.playground(data="circles")
        >>> playground.step(50)
        >>> playground.steps
        50

    Explained in lesson 02.
    """
    from layerwise.explore.playgrounds import Playground

    return Playground(state)


def drawing_pad(answerers):
    """Draw a digit, and see what each answerer reads while you draw.

    Args:
        answerers: Functions by name. Each takes an array of shape (28, 28) with values from 0 (paper) to 1 (ink),
            centred as MNIST's digits are, and returns ten probabilities.

    Returns:
        A pad with ``draw(image)``, ``clear()``, ``image`` and ``answers``.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> pad = explore.drawing_pad({"always even": lambda image: np.full(10, 0.1)})
        >>> pad.draw(np.eye(28))
        >>> pad.answers["always even"].shape
        (10,)
    """
    from layerwise.explore.pad import DrawingPad

    return DrawingPad(answerers)


def features(model, pictures, labels=None, *, classes=(), layers=None, **state):
    """Look into a network: what one hidden unit answers to, what it looks for, and what excites it most.

    The network is the learner's own, and alive: train it on, and the viewer shows what has become of the unit.

    Args:
        model: A Keras model that takes pictures.
        pictures: Pictures as the model takes them, shape `(n, height, width)` or `(n, height, width, channels)`. As
            many as hold four million numbers are looked through: 5,000 digits, or 300 photos of 67 pixels.
        labels: Their classes, shape `(n,)`.
        classes: The names of the classes.
        layers: The names of the layers to look at; by default all whose output is bent by an activation, and the last.
        **state: Values to start from: ``layer``, ``unit``, ``picture`` (0 is the learner's own).

    Returns:
        An explorer with ``show(picture)`` for a picture of one's own.

    Raises:
        ValueError: When the pictures are not what the model takes, or a layer is unknown.

    Example:
        ```python
        viewer = explore.features(mlp, x_test, y_test)
        viewer.layer, viewer.unit = "hidden_2", 5
        ```

    Explained in lesson 03.
    """
    from layerwise.explore.responses import Features

    return Features(model, pictures, labels, classes=classes, layers=layers, state=state)
