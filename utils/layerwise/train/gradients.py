"""Slopes of a function, taken by whichever backend Keras runs on."""


def slopes(function, x):
    """Return the slope of a function's result for each of its inputs, by automatic differentiation.

    Args:
        function: Takes one tensor of x's shape, uses `keras.ops` or Keras layers, and returns a tensor; where that
            has several numbers, their sum is what is differentiated.
        x: An array of floats.

    Returns:
        A NumPy array of x's shape; lesson 05 builds such a machine by hand.

    Raises:
        ValueError: When the result does not depend on x.

    Example:
        ```python
        train.slopes(lambda x: x * x, np.array([1.0, 3.0]))  # array([2., 6.])
        ```
    """
    import keras

    x = keras.ops.convert_to_tensor(x)
    result = _BACKENDS[keras.backend.backend()](lambda value: keras.ops.sum(function(value)), x)
    if result is None:
        raise ValueError("The function's result does not depend on x. Did it leave the tensors, by NumPy perhaps?")
    return keras.ops.convert_to_numpy(result)


def _tensorflow(function, x):
    import tensorflow

    with tensorflow.GradientTape() as tape:
        tape.watch(x)
        result = function(x)
    return tape.gradient(result, x)


def _jax(function, x):
    import jax

    return jax.grad(function)(x)


def _torch(function, x):
    x = x.detach().clone().requires_grad_()
    result = function(x)
    if result.requires_grad:
        result.backward()
    return x.grad


_BACKENDS = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
