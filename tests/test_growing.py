"""Learning curves: the figures show what was measured, and the explorer follows every control."""


import numpy as np
import pytest
from explorers import METHODS, learning_curves
from explorers import classical_runs as measured
from layerwise import explore, plot
from layerwise.plot import growth


@pytest.fixture
def curves():
    return learning_curves()


def finite(figure):
    for trace in figure.data:
        for name in ("x", "y"):
            values = getattr(trace, name)
            if values is not None and None not in tuple(values):
                assert np.isfinite(np.asarray(values, dtype=float)).all(), (trace.name, name)


# ---- the summary of runs


def test_a_summary_is_the_mean_with_its_interval():
    from scipy import stats

    scores = [0.7, 0.8, 0.75, 0.72]
    point, = growth.summarise([{"method": "a", "examples": 10, "score": s, "cpu_seconds": 2.0} for s in scores])["a"]
    low, high = stats.t.interval(0.95, 3, np.mean(scores), stats.sem(scores))
    assert point["score"] == pytest.approx(np.mean(scores)) and point["runs"] == 4 and point["cpu_seconds"] == 2.0
    assert (point["low"], point["high"]) == (pytest.approx(low), pytest.approx(high))


def test_one_run_has_no_width():
    point, = growth.summarise([{"method": "a", "examples": 10, "score": 0.5}])["a"]
    assert point["low"] == point["high"] == 0.5


def test_a_table_serves_as_well_as_a_list():
    import pandas as pd

    assert growth.summarise(pd.DataFrame(measured())) == growth.summarise(measured())


@pytest.mark.parametrize("rows, told", [([], "none came"), ([{"method": "a", "score": 1}], "examples did not come")])
def test_what_is_missing_is_named(rows, told):
    with pytest.raises(ValueError, match=told):
        plot.learning_curves(rows)


# ---- still figures


@pytest.mark.parametrize("errors", [False, True])
@pytest.mark.parametrize("log", [False, True])
def test_learning_curves(errors, log):
    rows = [row for row in measured() if row["task"] == "digits"]
    figure = plot.learning_curves(rows, errors=errors, log=log, title="Curves")
    finite(figure)
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [trace.name for trace in lines] == list(METHODS)
    assert len({(trace.line.color, trace.line.dash, trace.marker.symbol) for trace in lines}) == len(METHODS)
    assert figure.layout.yaxis.type == ("log" if errors else "linear")
    assert figure.layout.xaxis.type == ("log" if log else "linear")
    assert "network: from" in plot.describe(figure)


def test_no_error_falls_to_zero_on_a_logarithmic_axis():
    rows = [{"method": "a", "examples": n, "score": s} for n, s in ((1, 0.9), (1, 1.0), (10, 1.0), (10, 1.0))]
    finite(plot.learning_curves(rows, errors=True))


def test_verdicts_are_told_by_shape_and_word():
    rows = [("A", "holds", "one"), ("B", "in part", "two"), ("C", "does not hold", "three"), ("D", "undecided", "four")]
    figure = plot.verdicts(rows, title="Four")
    assert len({trace.marker.symbol for trace in figure.data}) == 4
    assert [trace.name for trace in figure.data] == ["holds (1)", "in part (1)", "does not hold (1)", "undecided (1)"]
    assert "C: does not hold; three." in plot.describe(figure)
    assert plot.verdicts(rows * 3).layout.height > figure.layout.height


@pytest.mark.parametrize("rows", [[], [("A", "maybe", "x")], [("A", "holds")]])
def test_other_verdicts_are_refused(rows):
    with pytest.raises(ValueError, match=r"verdicts\(\) needs"):
        plot.verdicts(rows)


# ---- the explorer


def test_the_sentence_speaks_of_what_is_drawn(curves):
    score = curves.compute(examples=1000)["last"]["network"]["score"]
    assert f"network reaches {score:.3f} " in curves.say(curves.state, curves.compute(examples=1000))
    assert f"errors of {1 - score:.3f} " in curves.say(curves.state, curves.compute(examples=1000, errors=True))


def test_curves_grow_with_the_data_and_the_axes_stay(curves):
    few, many = curves.draw(curves.compute(examples=100)), curves.draw(curves.compute(examples=9000))
    assert few.layout.xaxis.range == many.layout.xaxis.range and few.layout.yaxis.range == many.layout.yaxis.range
    longest = [max(len(trace.x) for trace in figure.data if trace.mode == "lines+markers") for figure in (few, many)]
    assert longest == [1, 5]


def test_a_size_that_a_task_lacks_takes_the_nearest_below(curves):
    assert curves.compute(task="payments", examples=100)["here"] == 1000
    assert curves.compute(task="spam", examples=9000)["here"] == 3000
    curves.set(task="payments", examples=300)
    assert "begins at 1,000" in curves.sentence


def test_the_leader_leads(curves):
    result = curves.compute(examples=9000)
    best = max(result["last"], key=lambda method: result["last"][method]["score"])
    assert result["ranked"][0] == best and best in curves.say(curves.state, result)
    assert "gradient boosting" not in result["last"]  # it left after 1,000 and keeps its curve only
    assert "gradient boosting" in result["known"]


def test_a_lead_is_measured_run_by_run():
    """Two methods that swing together from run to run: their intervals overlap, their difference is sure."""
    swing = {0: 0.80, 1: 0.90, 2: 0.70}
    rows = [
        {"method": method, "examples": n, "seed": seed, "score": score + plus + 0.001 * seed, "cpu_seconds": 1.0}
        for method, plus in (("a", 0.0), ("b", 0.02)) for n in (10, 100) for seed, score in swing.items()
    ]
    points = growth.summarise(rows)
    first, second = points["b"][0], points["a"][0]
    assert first["low"] < second["high"]
    assert growth.lead(first, second) == (pytest.approx(0.02), pytest.approx(0, abs=1e-9))
    sentence = explore.learning_curves(rows).sentence
    assert "b reaches" in sentence and ", clearly ahead of a: by 0.020 ± 0.000 run by run" in sentence
    assert growth.lead(first, {**second, "by_seed": {0: 0.8}}) is None
    for row in rows:
        del row["seed"]
    assert "then a with" in explore.learning_curves(rows).sentence


def test_a_method_keeps_its_colour_in_every_task(curves):
    tints = {}
    for task in ("digits", "spam", "payments"):
        for trace in curves.draw(curves.compute(task=task, examples=9000)).data:
            if trace.mode == "lines+markers":
                assert tints.setdefault(trace.name, trace.line.color) == trace.line.color
    assert len(set(tints.values())) == len(METHODS)


def test_rows_of_one_task_without_the_price_of_answers():
    rows = [{"method": "a", "examples": n, "score": 0.5, "cpu_seconds": 0.0} for n in (1, 10)]
    curves = explore.learning_curves(rows)
    assert {control.name for control in curves.controls} == {"examples", "errors", "log"}
    for state in curves.sweep():
        finite(curves.draw(curves.compute(**state)))


def test_rows_without_a_price_are_refused():
    with pytest.raises(ValueError, match="cpu_seconds"):
        explore.learning_curves([{"method": "a", "examples": 1, "score": 0.5}])
