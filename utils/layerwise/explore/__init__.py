"""Explorers: move something, see what changes, read one sentence about it.

Each is a pure computation, a picture and a few controls (`layerwise.explore.base`). In a notebook an
explorer is the last line of a cell; its state can be read and set as attributes.
"""

__all__ = ["drawing_pad", "learning_curves", "neuron", "playground"]


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


def learning_curves(rows, **state):
    """Grow the training data, and watch how the score of each method grows, and its cost.

    Args:
        rows: One row for each run, as a table or a list of dicts: ``method``, ``examples``, ``score``,
            ``cpu_seconds`` of the training, and perhaps ``task`` and ``answer_seconds`` (for answering the test set).
        **state: Values to start from: ``examples``, ``task``, ``cost``, ``errors``, ``log``.

    Returns:
        An explorer. Left, the learning curves with their 95 % intervals; right, what each score cost.

    Example:
        >>> from layerwise import explore
        >>> runs = [(100, 0.6, 0.1), (900, 0.9, 0.8)]
        >>> rows = [{"method": "forest", "examples": n, "score": s, "cpu_seconds": c} for n, s, c in runs]
        >>> curves = explore.learning_curves(rows)
        >>> curves.examples = 900

    Explained in lesson 07.
    """
    from layerwise.explore.growing import build

    return build(rows, state)
