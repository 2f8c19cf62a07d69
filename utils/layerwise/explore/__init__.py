"""Explorers: move something, see what changes, read one sentence about it.

Each is a pure computation, a picture and a few controls (`layerwise.explore.base`). In a notebook an
explorer is the last line of a cell; its state can be read and set as attributes.
"""

__all__ = ["batches", "drawing_pad", "inputs", "neuron", "playground"]


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


def inputs(kind, examples, **state):
    """Explore how one kind of input becomes numbers, step by step, on your own examples.

    Args:
        kind: "picture", "text", "sound", "video" or "table".
        examples: Examples by name, or a list. Pictures: arrays of shape `(height, width, 3)`; sounds: arrays of samples;
            videos: arrays of shape `(frames, height, width, 3)`; texts: those that the vocabulary is taken from; a
            table: a `pandas.DataFrame` or a dict of columns.
        **state: Values to start from, by control; for sounds and videos also ``rate``, in Hz.

    Returns:
        An explorer that shows the example before and after.

    Raises:
        ValueError: When there is no such kind, or the examples are not of that kind.

    Example:
        >>> from layerwise import explore
        >>> table = explore.inputs("table", {"mass": [3750.0, None, 3250.0], "sex": ["male", None, "female"]})
        >>> table.set(gaps="drop the row", words="one-hot")
        >>> table.compute()["columns"]
        3

    Explained in lesson 01.
    """
    from layerwise.explore.input_kinds import build

    return build(kind, examples, state)


def batches(batches, classes=None, **state):
    """Leaf through the batches that a network is fed with.

    Args:
        batches: A `tf.data.Dataset`, a `keras.utils.PyDataset`, or a list of pairs of pictures and labels. The first
            batches of three epochs are looked at.
        classes: The names of the classes.
        **state: Values to start from: ``epoch``, ``batch``, ``pictures``, ``sort``.

    Returns:
        An explorer that shows one batch.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> pages = explore.batches([(np.zeros((8, 4, 4, 3)), np.arange(8) % 2)], ["cat", "dog"])
        >>> pages.compute()["names"][:2]
        ['cat', 'dog']

    Explained in lesson 01.
    """
    from layerwise.explore.batch_pages import build

    return build(batches, classes, state)
