"""The learning-rate finder: a live Keras model, a learning rate that rises at every step, and the loss."""

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import range_test

RATES = tuple(digit * 10.0**power for power in range(-5, 2) for digit in (1, 2, 5))[:19]  # 1e-5 to 10
RATES = tuple(float(f"{rate:.0e}") for rate in RATES)
CONTROLS = (
    Choice("rate", "your rate", RATES, 0.01, ordered=True, help="A learning rate to judge by the curve."),
    Slider("smoothing", "smoothing", 0.0, 0.95, 0.7, step=0.05, help="How much of the last value each value keeps."),
)
_ENOUGH = 4.0  # a sweep ends where the smoothed loss is this many times the lowest
_USUAL = 0.7  # the smoothing by which a sweep decides that it has ended


class Finder(Explorer):
    """A range test on a live model; see `layerwise.explore.learning_rate_finder`."""

    def __init__(self, network, x, y, *, batch_size=64, steps=100, low=1e-5, high=10.0, sweeps=3, state=None):
        x, y = np.asarray(x), np.asarray(y)
        _check(network, x, y, batch_size, steps, low, high, sweeps)
        if not network.built:
            network(x[:1])  # a model that has seen no input yet has no weights that could be put back
        self._network, self._x, self._y = network, x, y
        self._batch_size, self._seed = int(batch_size), 0
        self._rates = np.geomspace(low, high, int(steps))
        self._losses = []
        super().__init__("A learning-rate finder", CONTROLS, compute=self._measured, draw=draw, say=say, state=state)
        for _ in range(sweeps):
            self._measure()

    @property
    def rates(self):
        """The learning rate of each step, shape `(steps,)`."""
        return self._rates.copy()

    @property
    def losses(self):
        """The loss at each step of each sweep, shape `(sweeps, steps)`; nan after a sweep has ended."""
        return np.array(self._losses)

    @property
    def suggestion(self):
        """The lowest and the highest rate worth trying, as a pair, or None where the loss never fell."""
        return self.compute()["suggestion"]

    @property
    def steepest(self):
        """The rate at which the loss falls fastest, or None where it never fell."""
        return self.compute()["steepest"]

    def run(self):
        """Make one sweep more, in another order of the examples; the model is put back afterwards."""
        self._measure()
        with self._lock:
            self._changed = "run"
        self._redraw(wait=True)

    def _measure(self):
        made = sweep(self._network, self._x, self._y, self._rates, batch_size=self._batch_size, seed=self._seed)
        with self._lock:
            self._seed += 1
            self._losses.append(made)

    def _measured(self, *, rate, smoothing):
        with self._lock:
            losses = np.array(self._losses)
        smooth = smoothed(losses, smoothing)
        return {"rates": self._rates, "losses": losses, "smooth": smooth, "rate": rate, **judged(self._rates, smooth)}

    def _make_panel(self):
        import ipywidgets

        from layerwise.explore.panel import Panel

        button = ipywidgets.Button(
            description="Sweep again", tooltip="One sweep more with other batches; the model is put back afterwards"
        )
        button.on_click(lambda _: self.run())
        button.add_class("layerwise-button")
        row = ipywidgets.Box([button])
        row.add_class("layerwise-buttons")
        return Panel(self, buttons=[row])


def sweep(network, x, y, rates, *, batch_size, seed):
    """Train a compiled model with a rising learning rate, put everything back, and return the losses.

    Args:
        network: A compiled Keras model.
        x: Inputs, shape `(n, ...)`.
        y: Labels, shape `(n, ...)`.
        rates: The learning rate of each step, shape `(steps,)`.
        batch_size: Examples a step.
        seed: Of the order of the examples.

    Returns:
        Losses, shape `(steps,)`; nan from where the sweep ended because the loss had grown too far.
    """
    rng = np.random.default_rng(seed)
    optimizer = network.optimizer
    if not optimizer.built:
        optimizer.build(network.trainable_variables)
    kept = _values(network, optimizer)
    losses, running, lowest = np.full(len(rates), np.nan), 0.0, np.inf
    order = np.concatenate([rng.permutation(len(x)) for _ in range(-(-len(rates) * batch_size // len(x)))])
    try:
        for step, rate in enumerate(rates):
            chosen = order[step * batch_size : (step + 1) * batch_size]
            network.reset_metrics()  # or the loss would be an average of all steps so far
            optimizer.learning_rate = float(rate)
            loss = float(network.train_on_batch(x[chosen], y[chosen], return_dict=True)["loss"])
            if not np.isfinite(loss):
                break
            losses[step] = loss
            running = _USUAL * running + (1 - _USUAL) * loss
            current = running / (1 - _USUAL ** (step + 1))
            if step >= 10:
                lowest = min(lowest, current)
                if current > _ENOUGH * lowest:
                    break
    finally:
        for variable, value in kept:
            variable.assign(value)
        network.reset_metrics()
    return losses


def _values(network, optimizer):
    """Return pairs of variable and value: weights, states of dropout and normalisation, the optimizer's memory."""
    from keras import ops

    variables = {id(v): v for v in (*network.variables, *optimizer.variables)}
    return [(variable, np.array(ops.convert_to_numpy(variable))) for variable in variables.values()]


def smoothed(losses, smoothing):
    """Return the running average of the median sweep, corrected for its beginning as Adam does.

    Args:
        losses: Shape `(sweeps, steps)`; nan where a sweep has ended.
        smoothing: How much of the last value each value keeps, from 0 to below 1.

    Example:
        >>> smoothed(np.array([[4.0, 2.0, np.nan]]), 0.5).round(3).tolist()
        [4.0, 2.667, nan]
    """
    losses = np.asarray(losses)
    result, running = np.full(losses.shape[1], np.nan), 0.0
    for step, column in enumerate(losses.T):
        if not np.isfinite(column).any() or np.isfinite(column).mean() < 0.5:
            break
        running = smoothing * running + (1 - smoothing) * np.nanmedian(column)
        result[step] = running / (1 - smoothing ** (step + 1))
    return result


def judged(rates, smooth):
    """Return where the loss is lowest, where it falls fastest, and the range worth trying.

    The range begins where a tenth of the whole fall is done and ends where nine tenths are: past that the loss
    no longer falls, though it need not have risen yet.
    """
    known = np.flatnonzero(np.isfinite(smooth))
    last = float(rates[known[-1]]) if len(known) else 0.0
    nothing = {"lowest": None, "steepest": None, "suggestion": None, "end": last}
    if len(known) < 5:
        return nothing
    curve = smooth[known]
    best = int(np.argmin(curve))
    first = float(np.median(curve[: max(len(curve) // 10, 3)]))
    fall = first - curve[best]
    if best < 3 or fall < 0.05 * abs(first):
        return nothing
    above = np.flatnonzero(curve[: best + 1] > first - 0.1 * fall)
    if not len(above):
        return nothing
    begin = int(above[-1]) + 1
    end = begin + int(np.argmax(curve[begin : best + 1] <= first - 0.9 * fall))
    slope = np.diff(curve[begin - 1 : end + 1])
    steepest = begin + int(np.argmin(slope))
    return {
        "lowest": float(rates[best]), "steepest": float(rates[steepest]),
        "suggestion": (float(rates[begin]), float(rates[end])), "end": last,
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    return range_test(
        result["rates"], result["losses"], smooth=result["smooth"], suggestion=result["suggestion"],
        steepest=result["steepest"], chosen=result["rate"], height=400 if narrow else 430,
        title="The loss of your model while its learning rate rises",
    )


def say(state, result, changed=None):
    """Return one sentence: what your rate would do, and which range is worth trying."""
    rate = state["rate"]
    if result["suggestion"] is None:
        return "The loss never fell clearly in this sweep: try more steps, or other data."
    low, high = result["suggestion"]
    worth = f"worth trying are rates from {_rate(low)} to {_rate(high)}, the fall being steepest at " \
            f"{_rate(result['steepest'])}"
    if changed == "smoothing":
        return f"Smoothing changes only how the curve is read: {worth}."
    if changed == "run":
        return f"After {len(result['losses'])} sweeps with different batches, {worth}."
    if rate < low:
        found = "is too small, for the loss hardly moves"
    elif rate <= high:
        found = "lies where the loss falls"
    elif rate <= result["lowest"]:
        found = "is on the floor of the curve, where the next steps may go wrong"
    elif rate <= result["end"]:
        found = "is too large, for the loss rises again"
    else:
        found = "is far too large, for the sweep had broken off before it"
    return f"A rate of {rate:g} {found}; {worth}."


def _rate(value):
    return f"{float(f'{value:.2g}'):g}"


def _check(network, x, y, batch_size, steps, low, high, sweeps):
    if not getattr(network, "compiled", False):
        raise ValueError("learning_rate_finder() trains the model a little: call compile(optimizer, loss) on it first.")
    if not hasattr(network.optimizer, "_learning_rate") or callable(network.optimizer._learning_rate):
        raise ValueError(
            "learning_rate_finder() sets the learning rate itself, but this optimizer follows a schedule: compile the "
            "model with a number for the learning rate."
        )
    if not x.ndim or not y.ndim:
        raise ValueError(
            "learning_rate_finder() takes one array of inputs and one of labels; a data set, a dict of inputs or None "
            "came."
        )
    if len(x) != len(y):
        raise ValueError(f"learning_rate_finder() needs one label for each input; {len(x)} and {len(y)} came.")
    if not 0 < low < high or steps < 20 or sweeps < 1 or not 1 <= batch_size <= len(x):
        raise ValueError(
            "learning_rate_finder() needs 0 < low < high, 20 steps or more, one sweep or more, and a batch size of at "
            f"most the {len(x)} examples; got low {low}, high {high}, {steps} steps, {sweeps} sweeps, {batch_size}."
        )
