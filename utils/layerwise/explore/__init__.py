"""Explorers: move something, see what changes, read one sentence about it.

Each is a pure computation, a picture and a few controls (`layerwise.explore.base`). In a notebook an
explorer is the last line of a cell; its state can be read and set as attributes.
"""

__all__ = ["drawing_pad", "learning_rate_finder", "neuron", "optimiser_race", "playground"]


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


def optimiser_race(**state):
    """Explore how SGD, momentum, RMSprop and Adam go down the same loss surface from the same start.

    Args:
        **state: Values to start from: ``surface``, ``learning_rate``, ``momentum``, ``x``, ``y``, ``steps``.

    Returns:
        An explorer with ``play()``, ``pause()``, ``step(count)`` and ``reset()``.

    Example:
        >>> from layerwise import explore
        >>> race = explore.optimiser_race(surface="bowl", steps=10)
        >>> race.step(5)
        >>> race.steps
        15

    Explained in lesson 04.
    """
    from layerwise.explore.races import Race

    return Race(state)


def learning_rate_finder(network, x, y, *, batch_size=64, steps=100, low=1e-5, high=10.0, sweeps=3, **state):
    """Find learning rates worth trying: train a compiled model while its learning rate rises, then put it back.

    After Smith (2017), https://doi.org/10.1109/WACV.2017.58 , with an exponential rise in place of his linear one.

    Args:
        network: A compiled Keras model whose optimizer has a plain learning rate. Its weights, its optimizer's
            memory and its learning rate are the same afterwards as before.
        x: Inputs, shape `(n, ...)`.
        y: Labels, shape `(n, ...)`.
        batch_size: Examples a step.
        steps: Steps of a sweep.
        low: The learning rate of the first step.
        high: The learning rate of the last step; a sweep ends early where the loss has grown fourfold.
        sweeps: How many sweeps to make at first, each with other batches.
        **state: Values to start from: ``rate``, ``smoothing``.

    Returns:
        An explorer with ``run()`` for one sweep more, and ``suggestion``, ``steepest``, ``rates`` and ``losses``.

    Raises:
        ValueError: The model is not compiled, follows a schedule, or the numbers do not fit.

    Example:
        ```python
        finder = explore.learning_rate_finder(mlp, x_train, y_train)
        finder.suggestion
        ```

    Explained in lesson 04.
    """
    from layerwise.explore.finders import Finder

    return Finder(
        network, x, y, batch_size=batch_size, steps=steps, low=low, high=high, sweeps=sweeps, state=state
    )
