"""The learning-curve explorer: more data, more score, more seconds."""

import math

from layerwise import theme
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Toggle
from layerwise.plot import growth
from layerwise.plot._figure import figure
from layerwise.plot.charts import DASHES, SYMBOLS, colour

COSTS = {"training": "cpu_seconds", "answering": "answer_seconds"}
_LEAST_SECONDS = 1e-3  # what a clock of the processor can still tell apart


def build(rows, state=None):
    """Return the explorer of the runs in `rows`."""
    rows = growth._records(rows)
    missing = [name for name in ("cpu_seconds",) if name not in rows[0]]
    if missing:
        raise ValueError(f"learning_curves() needs the column cpu_seconds; there is {', '.join(map(str, rows[0]))}.")
    tasks = {}
    for row in rows:
        tasks.setdefault(str(row.get("task", "the task")), []).append(row)
    curves = {task: growth.summarise(own) for task, own in tasks.items()}
    words = {task: str(own[0].get("measure", "score")) for task, own in tasks.items()}
    order = list(dict.fromkeys(row["method"] for row in rows))
    sizes = tuple(sorted({int(row["examples"]) for row in rows}))
    costs = tuple(name for name, column in COSTS.items() if column in rows[0])
    controls = [
        Choice("examples", "training examples", sizes, sizes[0], ordered=True, help="How much data the methods get."),
        Choice("task", "task", tuple(tasks), next(iter(tasks)), help="What they learn."),
        Choice("cost", "CPU seconds for", costs, costs[0], help="What the right-hand picture counts."),
        Toggle("errors", "errors instead of scores", help="One minus the score: a power law becomes a straight line."),
        Toggle("log", "logarithmic data axis", True, help="Each factor takes the same width."),
    ]
    controls = [control for control in controls if len(control.points()) > 1]
    fixed = {"task": next(iter(tasks)), "cost": costs[0], "examples": sizes[0]}

    def compute_(**given):
        return compute(curves, words, order, **{**fixed, **given})

    return Explorer("Learning curves", controls, compute=compute_, draw=draw, say=say, state=state)


def compute(curves, words, order, *, examples, task, cost, errors, log):
    """Return what is known of a task up to a number of examples."""
    whole = curves[task]
    sizes = sorted({point["examples"] for points in whole.values() for point in points})
    here = max((size for size in sizes if size <= examples), default=sizes[0])
    known = {
        method: [point for point in points if point["examples"] <= here] for method, points in whole.items()
    }
    known = {method: points for method, points in known.items() if points}
    last = {method: points[-1] for method, points in known.items() if points[-1]["examples"] == here}
    ranked = sorted(last, key=lambda method: -last[method]["score"])
    return {
        "task": task, "measure": words[task], "whole": whole, "known": known, "order": order, "sizes": sizes,
        "here": here, "asked": examples, "last": last, "ranked": ranked, "column": COSTS[cost], "cost": cost,
        "errors": errors, "log": log,
    }


def draw(result, *, narrow=False):
    """Return the figure: the curves so far, and their price."""
    whole, known, order = result["whole"], result["known"], result["order"]
    errors, column, here = result["errors"], result["column"], result["here"]
    name = f"1 - {result['measure']}" if errors else result["measure"]
    ranking = ", ".join(f"{method} {result['last'][method]['score']:.3f}" for method in result["ranked"])
    made = figure(
        title=f"What {here:,} examples buy: {result['task']}", height=760 if narrow else 450, legend=True,
        summary=f"Learning curves up to {here:,} examples, task {result['task']}. {ranking}.",
    )
    # Methods whose curve begins later keep their place in the legend.
    legend = [
        {
            "type": "scatter", "x": [None], "y": [None], "name": method, "legendgroup": method, "mode": "lines+markers",
            "line": {"color": colour(index), "width": 2.5, "dash": DASHES[index % len(DASHES)]},
            "marker": {"size": 8, "symbol": SYMBOLS[index % len(SYMBOLS)], "color": colour(index)},
        }
        for method, index in ((method, order.index(method)) for method in whole)
    ]
    made.add_traces([
        *legend, *growth.curve_traces(known, errors=errors, order=order, legend=False),
        *_price_traces(known, order, column, errors, here),
    ])
    seconds = [max(point[column], _LEAST_SECONDS) for points in whole.values() for point in points]
    low, high = math.log10(min(seconds)), math.log10(max(seconds))
    scores = {**growth.score_axis(whole, errors=errors), "automargin": False}
    left, right = ([0, 1], [0, 1]) if narrow else ([0, 0.57], [0.69, 1])
    top, bottom = ([0.56, 1], [0, 0.4]) if narrow else ([0, 1], [0, 1])
    steps = (1, 2, 5) if high - low < 1.2 else (1,)
    ticks = [step * 10**power for power in range(math.floor(low), math.ceil(high) + 1) for step in steps]
    return made.update_layout(
        hovermode="closest", margin={"l": 58, "r": 14, "b": 56},
        xaxis={**growth.size_axis(result["sizes"], log=result["log"]), "domain": left, "anchor": "y",
               "title": {"text": "training examples", "standoff": 8}, "automargin": False, "tickangle": 0},
        yaxis={**scores, "title": {"text": name}, "domain": top, "anchor": "x"},
        xaxis2={"type": "log", "range": [low - 0.15, high + 0.15], "tickmode": "array", "tickvals": ticks,
                "ticktext": [f"{tick:g}" for tick in ticks], "domain": right, "anchor": "y2", "automargin": False,
                "title": {"text": f"CPU seconds, {result['cost']}", "standoff": 8}, "zeroline": False, "tickangle": 0},
        yaxis2={**scores, "title": {"text": name if narrow else ""}, "domain": bottom, "anchor": "x2",
                **({} if narrow else {"showticklabels": True})},
        shapes=[{
            "type": "line", "xref": "x", "yref": "y domain", "x0": here, "x1": here, "y0": 0, "y1": 1, "layer": "below",
            "line": {"color": theme.MUTED, "width": 1, "dash": "dot"},
        }],
    )


def _price_traces(known, order, column, errors, here):
    traces = []
    for method, points in known.items():
        index = order.index(method)
        x = [max(point[column], _LEAST_SECONDS) for point in points]
        y = [growth.shown(point["score"], errors) for point in points]
        common = {"type": "scatter", "xaxis": "x2", "yaxis": "y2", "legendgroup": method, "showlegend": False,
                  "name": method}
        traces.append({
            **common, "x": x, "y": y, "mode": "lines", "hoverinfo": "skip",
            "line": {"color": colour(index), "width": 1.2, "dash": DASHES[index % len(DASHES)]}, "opacity": 0.5,
        })
        reached = points[-1]["examples"] == here
        traces.append({
            **common, "x": x[-1:], "y": y[-1:], "mode": "markers",
            "marker": {"size": 13 if reached else 6, "symbol": SYMBOLS[index % len(SYMBOLS)], "color": colour(index)},
            "hovertemplate": "%{x:.2g} CPU seconds: %{y:.3f}<extra>" + method + "</extra>",
        })
    return traces


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and who leads by how much."""
    return f"{_moved(result, changed)}: {_lead(result)}."


def _moved(result, changed):
    here = f"{result['here']:,} examples"
    if changed == "task":
        return f"Another task, {result['task']}, with {here}"
    if changed == "errors":
        return f"{'Errors on a logarithmic axis' if result['errors'] else 'Scores again'}, at {here}"
    if changed == "log":
        return f"{'Each factor' if result['log'] else 'Each example'} now takes the same width; with {here}"
    if changed == "cost":
        last, column = result["last"], result["column"]
        dear = max(last, key=lambda method: last[method][column])
        cheap = min(last, key=lambda method: last[method][column])
        ratio = max(last[dear][column], _LEAST_SECONDS) / max(last[cheap][column], _LEAST_SECONDS)
        return f"With {here} the {result['cost']} of {dear} costs {ratio:,.0f} times that of {cheap}"
    if result["asked"] != result["here"]:
        side = "begins at" if result["asked"] < result["here"] else "is measured at"
        return f"This task {side} {here}"
    return f"With {here}"


def _lead(result):
    ranked, last = result["ranked"], result["last"]
    first = last[ranked[0]]
    errors = result["errors"]
    reached = f"leaves errors of {1 - first['score']:.3f}" if errors else f"reaches {first['score']:.3f}"
    lead = f"{ranked[0]} {reached}"
    if first["runs"] > 1:
        lead += f" ± {first['high'] - first['score']:.3f}"
    if len(ranked) < 2:
        return lead
    second = last[ranked[1]]
    gap = growth.lead(first, second)
    if gap is None:
        return f"{lead}, then {ranked[1]} with {growth.shown(second['score'], errors):.3f}"
    mean, half = gap
    clearly = "clearly" if mean > half else "not clearly"
    return f"{lead}, {clearly} ahead of {ranked[1]}: by {mean:.3f} ± {half:.3f} run by run"
