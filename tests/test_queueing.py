"""The serving explorer and its figure: what is true of them alone; test_sweeps.py holds what is asked of all."""

import math

import explorers
import pytest
from layerwise import explore, plot, serve
from layerwise.suggest import CourseError

LIBRARY, serving = explorers.LIBRARY, explorers.serving


def test_batches_rescue_a_rate_that_one_by_one_cannot_do():
    explorer = serving(rate=300)
    assert "the queue only grows" in explorer.sentence and "about 185 a second" in explorer.sentence
    explorer.max_batch = 32
    assert "is kept" in explorer.sentence and explorer.sentence.startswith("With batches of up to 32")
    explorer.set(max_batch=1, replicas=4)
    assert "is kept" in explorer.sentence and explorer.sentence.startswith("With 4 replicas")


def test_a_window_costs_where_nobody_comes():
    explorer = serving(rate=10, max_batch=32)
    before = explorer.compute()["here"]["p50"]
    assert explorer.compute(window=50)["here"]["p50"] == pytest.approx(before + 0.05, abs=0.005)


def test_it_is_the_play_of_the_package():
    here = serving(rate=100, max_batch=8, window=10).compute()["here"]
    table = serve.simulate(LIBRARY, rate=100, count=350, max_batch=8, max_wait=0.01, overhead=0.003, bound=300)
    assert here["p95"] == serve.percentiles(table)["p95"]


def test_a_model_that_is_never_busy_has_its_curve_along_the_whole_slider():
    explorer = serving(model="mlp", rate=100, max_batch=32, replicas=8)
    asked = [level["asked"] for level in explorer.compute()["curve"]]
    rate = next(control for control in explorer.controls if control.name == "rate")
    assert len(set(asked)) == 7 and min(asked) < rate.high / 10 and max(asked) >= rate.high
    assert "at less than 1% of what 8 replicas could do" in explorer.sentence


def test_measured_dots_stand_only_where_they_were_measured():
    names = [trace.name for trace in serving().figure().data]
    assert "measured" in names
    for moved in ({"replicas": 2}, {"max_batch": 8}, {"model": "mlp"}):
        assert "measured" not in [trace.name for trace in serving(**moved).figure().data]


def test_one_model_has_no_choice_of_models():
    explorer = explore.serving({"seconds": LIBRARY}, rate=50)
    assert next(control.name for control in explorer.controls) == "rate" and explorer.compute()["here"]["p50"] > 0.004


@pytest.mark.parametrize("given", [{}, [], {"a": 3}, {"a": {"times": 1}}, {"a": {"seconds": {}}}])
def test_wrong_measurements_are_told(given):
    with pytest.raises(CourseError, match=r"serving\(\)|measured times"):
        explore.serving(given)


# ---- the figure


def rows(*p95):
    return [{"asked": 10.0 * n, "p50": 0.01, "p95": late, "p99": 2 * late} for n, late in enumerate(p95, 1)]


def test_one_service_shows_three_percentiles_and_several_two():
    one = plot.service_levels({"a": rows(0.02, 0.03)}, title="One")
    assert one.layout.xaxis.title.standoff and one.layout.yaxis.title.standoff, "titles keep off the figure's edge"
    assert [trace.name for trace in one.data] == ["p50", "p95", "p99"]
    two = plot.service_levels({"a": rows(0.02), "b": rows(0.03)}, target=0.1, here=15, title="Two")
    assert [trace.name for trace in two.data if trace.showlegend] == ["a", "b"] and len(two.data) == 4
    assert len(two.layout.shapes) == 2 and two.layout.yaxis.title.text == "milliseconds"


def test_who_was_sent_away_is_a_cross_and_not_a_number():
    figure = plot.service_levels({"a": rows(0.02, math.inf)}, target=0.05, title="Lost")
    cross = next(trace for trace in figure.data if trace.mode == "markers")
    assert list(cross.x) == [20.0] and "for ever at 20 a second" in plot.describe(figure)


def test_rows_may_be_a_table_and_come_in_any_order():
    table = serve.summary({rate: serve.simulate(LIBRARY, rate=rate, count=200) for rate in (80, 20)})
    xs = plot.service_levels({"a": table}, title="Table").data[1].x
    assert list(xs) == sorted(xs)


def test_what_is_missing_is_told():
    with pytest.raises(ValueError, match="at least one service"):
        plot.service_levels({})
    with pytest.raises(ValueError, match="a row lacks p99"):
        plot.service_levels({"a": [{"asked": 1, "p50": 1, "p95": 1}]})
