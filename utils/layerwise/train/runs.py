"""Repeated runs of one training: back to the start, and what several runs say together."""


def restart(model, *, seed=None, weights=None):
    """Put a compiled model back to a start: first weights, and an optimizer that remembers nothing.

    A model that was trained once is compiled; a copy of it must be compiled again, which on TensorFlow takes longer
    than a short training. So a comparison over seeds uses one model and restarts it.

    Args:
        model: A built `keras.Model`; after `compile`, its optimizer starts anew too.
        seed: For new random weights: the seed of Python, NumPy and the backend, as `keras.utils.set_random_seed`
            sets it. It stays set, so that dropout and shuffling follow it.
        weights: Arrays to start from in place of random ones, as `model.get_weights()` returns them.

    Returns:
        The model.

    Raises:
        ValueError: When both a seed and weights are given, or neither; and Keras's own for weights that do not fit.

    Example:
        ```python
        for seed in range(3):
            train.restart(mlp, seed=seed)
            mlp.fit(x_train, y_train, epochs=2, verbose=0)
        ```
    """
    import keras

    if (seed is None) == (weights is None):
        raise ValueError("restart needs one of the two: seed=... for new random weights, or weights=... to start from.")
    if seed is not None:
        keras.utils.set_random_seed(seed)
    # The clone's variables hold first values of everything: weights, moving averages, the state of dropout. A model of
    # the same layers is cloned, since it is not compiled: Keras would copy loss and optimizer too, for nothing, and
    # could not where a class in them is not registered.
    _copy(keras.models.clone_model(keras.Model(model.inputs, model.outputs)), model)
    if weights is not None:
        model.set_weights(weights)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        optimizer.build(model.trainable_variables)
        fresh = type(optimizer).from_config(optimizer.get_config())
        fresh.build(model.trainable_variables)
        _copy(fresh, optimizer)
    return model


def _copy(source, target):
    for old, new in zip(target.variables, source.variables, strict=True):
        old.assign(new)


def interval(values, *, confidence=0.95):
    """Return the mean of a few runs and the half width of its confidence interval.

    Student's t distribution is used, because the spread too is estimated from those few runs. Lesson 07 derives it.

    Args:
        values: One number for each run, at least two; the runs must not depend on each other.
        confidence: The share of such intervals that hold the true mean, between 0 and 1.

    Returns:
        A tuple of two floats, `(mean, half)`: the interval is from `mean - half` to `mean + half`.

    Raises:
        ValueError: When there are fewer than two runs, or a value is not finite.

    Example:
        >>> from layerwise import train
        >>> mean, half = train.interval([0.90, 0.92, 0.94])
        >>> print(f"{mean:.2f} plus or minus {half:.3f}")
        0.92 plus or minus 0.050
    """
    import numpy as np
    from scipy import stats

    values = np.asarray(values, dtype="float64")
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"interval needs a flat list of at least two runs, and got the shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("interval needs finite numbers; one of the runs gave NaN or infinity.")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is a share between 0 and 1, not {confidence!r}.")
    half = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * stats.sem(values)
    return float(values.mean()), float(half)
