"""The explorer of saved labels: how many a network from scratch needs to do as well."""

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice
from layerwise.plot import growth, savings


def build(rows, state=None):
    """Return the explorer of the runs in `rows`."""
    rows = growth._records(rows)
    tasks = {}
    for row in rows:
        tasks.setdefault(str(row.get("task", "the task")), []).append(row)
    order = list(dict.fromkeys(row["method"] for row in rows))
    if len(order) < 2:
        raise ValueError(f"labels_saved() compares two methods or more; there is {', '.join(order)}.")
    sizes = tuple(sorted({int(row["examples"]) for row in rows}))
    controls = [
        Choice("labels", "labels a class", sizes, sizes[len(sizes) // 2], ordered=True,
               help="How many pictures of each class somebody has named."),
        Choice("method", "transferred", tuple(order[1:]), order[1], help="What is held against the first curve."),
        Choice("task", "task", tuple(tasks), next(iter(tasks)), help="What is learned with these labels."),
    ]
    fixed = {control.name: control.value for control in controls}  # what leaves no choice gets no control
    controls = [control for control in controls if len(control.options) > 1]

    def compute_(**given):
        return compute(tasks, order, **{**fixed, **given})

    return Explorer("Labels saved", controls, compute=compute_, draw=draw, say=say, state=state)


def compute(tasks, order, *, labels, method, task):
    """Return what is known of a number of labels, and how many the first method needs to do as well."""
    curves = growth.summarise(tasks[task])
    base = order[0]
    point = {name: {p["examples"]: p for p in points}.get(labels) for name, points in curves.items()}
    missing = next((name for name in (base, method) if point.get(name) is None), None)
    result = {
        "rows": tasks[task], "labels": labels, "method": method, "task": task, "base": base, "missing": missing,
        "measure": str(tasks[task][0].get("measure", "share right")),
    }
    if missing:
        return result
    own, other = point[method], point[base]
    # How sure is the saving? The same question for both ends of the interval.
    ends = [savings.needed(curves[base], own[key]) for key in ("low", "score", "high")]
    gap = growth.lead(own, other)
    return {**result, "own": own, "other": other, "ends": ends, "gap": gap, "most": curves[base][-1]["examples"],
            "least": curves[base][0]["examples"]}


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    task = "" if result["task"] == "the task" else f", {result['task']}"
    title = f"What {_labels(result['labels'])} a class {'buys' if result['labels'] == 1 else 'buy'}{task}"
    rows = [row for row in result["rows"] if row["method"] in (result["base"], result["method"])]
    if result["missing"]:
        from layerwise.plot import learning_curves

        return learning_curves(result["rows"], score=result["measure"], x_title="labels for each class", title=title)
    return savings.labels_saved(
        rows, here=result["labels"], method=result["method"], base=result["base"], score=result["measure"],
        title=title, height=440 if narrow else 420,
    )


def say(state, result, changed=None):
    """Return one sentence: who leads, how surely, and how many labels that is worth."""
    if result["missing"]:
        return f"{result['missing']} was not measured with {result['labels']} labels a class on this task."
    own, other, base, method = result["own"], result["other"], result["base"], result["method"]
    begin = {"task": f"Another task, {result['task']}: with", "method": f"Now {method}: with"}.get(changed, "With")
    found = f"{begin} {_labels(result['labels'])} a class, {method} gets {own['score']:.2f} right"
    found += f" and {base} {other['score']:.2f}"
    if result["gap"]:
        mean, half = result["gap"]
        if abs(mean) <= half:
            return f"{found}: {mean:+.2f} ± {half:.2f} run by run, so nobody is ahead for certain.".replace("-", "−")
        if mean < 0:
            return f"{found}: transfer is {-mean:.2f} ± {half:.2f} behind, and saves nothing."
    return f"{found}; {_saved(result)}."


def _saved(result):
    low, middle, high = result["ends"]
    base = result["base"]
    if middle is None:
        return f"{base} does not get there with {_labels(result['most'])} either"
    if low == middle == high == result["least"]:
        return f"{base} does as well with as few"
    between = f"{low:.0f} to {high:.0f}" if high else f"{low:.0f} or more"
    return f"{base} needs about {middle:.0f} ({between}) for that, {middle / result['labels']:.2g} times as many"


def _labels(count):
    return "1 label" if count == 1 else f"{count} labels"
