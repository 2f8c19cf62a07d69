"""Hold what a run measured against what the syllabus promises. Plain values in, plain values out."""

import math

from layerwise.suggest import CourseError, nearest

TOLERANCE = 2.0
"""A budget fails only at this multiple of its figure: machines differ more than a calibration can tell."""

BOUNDS = {"at_least": ("≥", lambda value, bound: value >= bound), "at_most": ("≤", lambda value, bound: value <= bound)}
UNITS = {"cpu_seconds": "CPU seconds", "wall_seconds": "seconds", "memory_mb": "MB"}
"""The figures of a budget that a run measures; seconds are scaled by the calibration, memory is not."""


def judge(task, result, *, profile, scale=1.0):
    """Judge one notebook's run.

    Args:
        task: The `run_pool.Task` with its ``budget`` and ``target``.
        result: What its worker returned; None where the run was interrupted.
        profile: Targets are asserted in "quick" and "full", not in "smoke".
        scale: Cost of the calibration workload here over its cost on the machine that the budgets
            were written for. Budgets of seconds grow with it, memory does not.

    Returns:
        A dictionary of plain values for the report: ``verdict`` ("passed", "failed" or "interrupted"),
        ``problems`` (sentences), ``found``, ``budget``, ``exercises`` and the measured figures.
    """
    entry = {"name": task.name, "id": task.id, "kind": task.kind}
    if result is None:
        return {**entry, "verdict": "interrupted", "problems": [], "found": [], "budget": [], "exercises": []}
    # A smoke run is too short to reach anything; behind a failing cell nothing could be reported.
    found = metrics(result["found"], task.target if profile != "smoke" else {})
    budget = budgets(task.budget, result, scale=scale)
    exercises = latest_verdicts(result["verdicts"])
    problems = []
    if result["error"]:
        problems.append(failure(task, result["error"], result["output"]))
    else:
        problems += [missed(entry["name"], metric) for metric in found if metric["met"] is False]
    problems += [
        f"{task.name} used {row['used']:g} {UNITS[row['name']]}; its budget is {row['figure']:g}, "
        f"and {row['allowed']:g} are allowed on this machine.{heaviest(result)} Make it lighter, or raise the budget "
        "in syllabus.toml."
        for row in budget if not row["met"]
    ]
    if task.kind == "lab":
        problems += [
            f"{task.name}: the check of {row['exercise']} says \"{row['state']}\" to the solution"
            + (f" ({row['misconception']})." if row["misconception"] else ".")
            for row in exercises if row["state"] != "right"
        ]
    return {
        **entry, "verdict": "failed" if problems else "passed", "problems": problems,
        **{key: result[key] for key in ("wall_seconds", "cpu_seconds", "memory_mb", "cells", "heaviest")},
        "found": found, "budget": budget, "exercises": exercises, "output": result["output"],
    }


def heaviest(result):
    """Return a sentence that names the cell which cost most, or "" where none did."""
    return "".join(
        f" Its heaviest cell is number {cell['cell']} ({cell['line']}): {cell['cpu_seconds']:g} CPU seconds."
        for cell in result["heaviest"][:1]
    )


def metrics(records, target):
    """Return what was found, in the order of the notebook, each with its target, then targets without a finding.

    The last record counts where a name was reported twice.

    Example:
        >>> rows = metrics([{"name": "accuracy", "value": 0.98, "sentence": ""}], {"accuracy": {"at_least": 0.97}})
        >>> rows[0]["target"], rows[0]["met"]
        ('≥ 0.97', True)
    """
    values = {}
    for record in records:
        values.pop(record["name"], None)
        values[record["name"]] = record
    rows = []
    for name, record in values.items():
        rows.append({
            "name": name, "value": record["value"], "sentence": record.get("sentence", ""),
            "target": text_of(target.get(name)), "met": meets(record["value"], target.get(name)),
        })
    for name in target:
        if name not in values:
            rows.append({"name": name, "value": None, "sentence": "", "target": text_of(target[name]), "met": False,
                         "near": nearest(name, values)})
    return rows


def meets(value, bounds):
    """Return True or False, or None where there is no target. A value that is no number meets none."""
    if not bounds:
        return None
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    return all(known(bound)[1](value, limit) for bound, limit in bounds.items())


def text_of(bounds):
    """Return a target as people write it: "≥ 0.97", or "" for none."""
    return " and ".join(f"{known(bound)[0]} {limit:g}" for bound, limit in (bounds or {}).items())


def known(bound):
    """Return sign and comparison of a bound's name."""
    if bound not in BOUNDS:
        raise CourseError(
            f"syllabus.toml: a target is written at_least or at_most, not {bound}.{nearest(bound, BOUNDS)}"
        )
    return BOUNDS[bound]


def missed(name, metric):
    """Return the sentence about a target that was not met."""
    if metric["value"] is None:
        return (f"{name}: the target {metric['name']} {metric['target']} is missed, because no cell reported it. "
                f"Report it with found(\"{metric['name']}\", value, ...).{metric['near']}")
    return f"{name}: {metric['name']} is {metric['value']:.4g}; the target is {metric['target']}."


def budgets(budget, result, *, scale):
    """Return one row for each figure of a budget: what was used, the figure, what is allowed, and whether that held.

    Example:
        >>> budgets({"cpu_seconds": 10}, {"cpu_seconds": 25.0}, scale=1.5)[0]["allowed"]
        30.0
    """
    rows = []
    for name in [name for name in UNITS if name in budget]:
        figure = budget[name]
        allowed = figure * TOLERANCE * (scale if name.endswith("_seconds") else 1.0)
        rows.append({"name": name, "used": result[name], "figure": figure, "allowed": round(allowed, 1),
                     "met": result[name] <= allowed})
    return rows


def latest_verdicts(records):
    """Return the last verdict on each exercise, in the order in which they were first checked."""
    rows = {}
    for record in records:
        rows[record["exercise"]] = {key: record.get(key) for key in ("exercise", "state", "misconception")}
    return list(rows.values())


def failure(task, error, output):
    """Return the sentence about a cell that failed: where, what, and where the notebook lies."""
    where = task.name + ".ipynb" + (f", cell {error['cell']} ({error['line']})" if error["cell"] else "")
    return f"{where}: {error['name']}: {error['message']}\n  The notebook as far as it ran: {output}"
