"""Lesson 05: what its explorers compute, its pictures, and its cells on every backend."""

import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT
from layerwise import explore, plot
from layerwise.plot import _descents, _expressions, graphs

# ---- the computation graph


@pytest.mark.parametrize("name", _expressions.EXPRESSIONS)
def test_slopes_are_those_of_central_differences(name):
    rng = np.random.default_rng(0)
    for inputs in rng.uniform(-2, 2, size=(20, 3)):
        exact = _expressions.trace(name, inputs)["gradient"]
        for position, slope in enumerate(exact):
            up, down = inputs.copy(), inputs.copy()
            up[position] += 1e-6
            down[position] -= 1e-6
            estimate = (_expressions.output(name, up) - _expressions.output(name, down)) / 2e-6
            assert slope == pytest.approx(estimate, abs=1e-6)


@pytest.mark.parametrize("name", _expressions.EXPRESSIONS)
def test_steps_go_forward_then_backward_and_end_with_every_slope(name):
    inputs, count = (-1.0, 1.2, 0.2), len(_expressions.expression(name)[1])
    known = [_expressions.trace(name, inputs, step) for step in range(_expressions.steps(name) + 1)]
    values = [sum(value is not None for value in one["values"]) for one in known]
    slopes = [sum(value is not None for value in one["slopes"]) for one in known]
    assert values[0] == 3 and values[-1] == count and values == sorted(values)
    assert slopes[0] == 0 and slopes[-1] == count and slopes == sorted(slopes)
    assert known[-1]["slopes"][:3] == pytest.approx(known[-1]["gradient"])
    assert known[-1] == _expressions.trace(name, inputs, 99)
    assert known[-1]["slopes"] == _expressions.trace(name, inputs)["slopes"]


def test_a_smaller_nudge_comes_closer():
    slopes = [graphs.slopes("one neuron", (-1.0, 1.2, 0.2), "a", nudge) for nudge in (1, 0.1, 0.01)]
    away = [abs(exact - estimate) for exact, estimate, _ in slopes]
    assert away[0] > away[1] > away[2]


def test_an_input_used_twice_is_told_to_add_up():
    graph = explore.computation_graph(expression="used twice", a=1, b=2, c=1, step=7)
    assert "which makes" in graph.sentence and graph.compute()["exact"] == pytest.approx(2 + 3)


def test_what_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match='Did you mean "one neuron"'):
        plot.computation_graph("one neurn")
    with pytest.raises(ValueError, match="slope_of"):
        plot.computation_graph(slope_of="d")
    with pytest.raises(ValueError, match="nudge"):
        plot.computation_graph(nudge=0)
    with pytest.raises(ValueError, match='Did you mean "valley"'):
        plot.descent("vally")


# ---- learning rates


@pytest.mark.parametrize("name", _descents.SURFACES)
def test_gradients_of_the_surfaces(name):
    surface, rng = _descents.surface(name), np.random.default_rng(0)
    nudges = 1e-6 * np.eye(2)
    for w in rng.normal(size=(10, 2)):
        estimate = [(surface.loss(w + nudge) - surface.loss(w - nudge)) / 2e-6 for nudge in nudges]
        np.testing.assert_allclose(surface.gradient(w), estimate, atol=1e-6)
        columns = [(surface.gradient(w + nudge) - surface.gradient(w - nudge)) / 2e-6 for nudge in nudges]
        assert surface.curvature(w) == pytest.approx(np.linalg.eigvalsh(np.array(columns))[-1], abs=1e-5)


@pytest.mark.parametrize("name", ["bowl", "valley"])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_a_quadratic_breaks_at_the_limit(name, momentum):
    limit = _descents.limit(name, momentum)
    for rate, diverges in ((0.98 * limit, False), (1.02 * limit, True)):
        path = _descents.descend(name, rate, momentum, steps=600)
        assert (_descents.regime(name, path) == "diverges") == diverges


def test_all_four_regimes_can_be_seen():
    explorer = explore.learning_rate(surface="valley")
    seen = {explorer.compute(learning_rate=rate)["regime"] for rate in (0.01, 0.12, 0.19, 0.22)}
    assert seen == {"is still on its way", "arrives", "swings to and fro", "diverges"}


def test_the_network_survives_the_limit_and_says_why():
    explorer = explore.learning_rate(surface="network", learning_rate=0.3)
    assert "jumped to where the curvature" in explorer.sentence
    start, end = explorer.compute()["curvature"]
    assert end < 2 / 0.3 < start


# ---- the lesson's own cells


def interpreter(backend):
    """Return a Python that has Keras and this backend: this one, or the one that LAYERWISE_BACKENDS_PYTHON names."""
    for python in (sys.executable, os.environ.get("LAYERWISE_BACKENDS_PYTHON")):
        if python and shutil.which(python):
            package = "tensorflow" if backend == "tensorflow" else backend
            code = f"import importlib.util as u, sys; sys.exit(not (u.find_spec('keras') and u.find_spec('{package}')))"
            if subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0:
                return python
    return None


@pytest.mark.notebook
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_the_lesson_agrees_with_autodiff_on(backend):
    """The source is plain Python, so the very same cells run as a program; its asserts hold the gradients to 1e-6."""
    python = interpreter(backend)
    if python is None:
        pytest.skip(f"no {backend} here; LAYERWISE_BACKENDS_PYTHON can name a Python that has it")
    environment = {**os.environ, "KERAS_BACKEND": backend, "LAYERWISE_PROFILE": "smoke"}
    environment["PYTHONPATH"] = str(ROOT / "utils")
    source = ROOT / "notebooks" / "src" / "05_backpropagation.py"
    done = subprocess.run(
        [python, str(source)], env=environment, cwd=ROOT / "notebooks", capture_output=True, text=True, timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"the witness is {backend}" in done.stdout
    differences = [float(number) for number in re.findall(r"librar.* differ by (\S+) at most", done.stdout)]
    assert len(differences) == 2 and max(differences) < 1e-10, "float64 is not what the library computed in"
