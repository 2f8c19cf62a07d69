"""Write what a run found: a table for people, JSON for programs, and the figures that pages show."""

import json
import os
import sys
import tomllib
from pathlib import Path

from layerwise import files

PACKAGES = (
    "layerwise", "keras", "tensorflow", "jax", "torch", "numpy", "plotly", "ipywidgets", "ipykernel", "papermill",
)
RECORDS = "records.toml"


def machine():
    """Return what the machine is, in the few words that a figure needs: cores and memory."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cores": cores, "memory_mb": round(psutil.virtual_memory().total / 1e6), "system": sys.platform}


def versions():
    """Return the versions of the packages that decide what a run finds; those not installed are left out."""
    from importlib import metadata

    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def write(report, folder):
    """Write ``report.json`` and ``report.md`` into a folder, each whole or not at all."""
    files.write(Path(folder) / "report.json", json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    files.write(Path(folder) / "report.md", markdown(report))


def rows(report):
    """Return one row of texts for each notebook: name, verdict, wall, CPU, memory, budget."""
    for entry in report["notebooks"]:
        if entry["verdict"] == "interrupted":
            yield entry["name"], "interrupted", "", "", "", ""
            continue
        yield (
            entry["name"], entry["verdict"], f"{entry['wall_seconds']:.1f}", f"{entry['cpu_seconds']:.1f}",
            f"{entry['memory_mb']:.0f}", ", ".join(held_against(entry)),
        )


def held_against(entry):
    """Yield what a notebook's run was held against: the rows of its budget; in a lab, how many checks say "right"."""
    for row in entry["budget"]:
        yield budget_text(row)
    if entry["kind"] == "lab":
        right = sum(row["state"] == "right" for row in entry["exercises"])
        yield f"{right} of {len(entry['exercises'])} checks right"


def budget_text(row):
    """Return "41.2 of 120 CPU s" for one row of a budget."""
    unit = {"cpu_seconds": "CPU s", "wall_seconds": "s", "memory_mb": "MB"}[row["name"]]
    return f"{row['used']:.{0 if unit == 'MB' else 1}f} of {row['figure']:g} {unit}" + ("" if row["met"] else " (over)")


def metric_rows(report):
    """Return one row of texts for each found value and each target: notebook, name, value, target, met or missed."""
    for entry in report["notebooks"]:
        for metric in entry["found"]:
            value = "not reported" if metric["value"] is None else figure(metric["value"])
            state = {True: "met", False: "missed", None: ""}[metric["met"]]
            yield entry["name"], metric["name"], value, metric["target"], state


def cell_rows(report):
    """Return one row of texts for each of the heaviest cells."""
    for entry in report["notebooks"]:
        for cell in entry.get("heaviest", []):
            yield entry["name"], str(cell["cell"]), f"{cell['cpu_seconds']:.1f}", f"`{cell['line']}`"


def figure(value):
    """Return a found value with four significant digits, or as it is where it is no number."""
    return f"{value:.4g}" if isinstance(value, (int, float)) else str(value)


HEAD = ("notebook", "verdict", "wall s", "CPU s", "peak MB", "held against")
CELL_HEAD = ("notebook", "cell", "CPU s", "first line")
METRIC_HEAD = ("notebook", "found", "value", "target", "")


def summary(report):
    """Return the sentence that says on what the figures were measured."""
    scale = report["calibration"]["scale"]
    return (
        f"Profile {report['profile']}, backend {report['backend']}, {report['machine']['cores']} cores, Python "
        f"{report['versions']['python']}. The calibration took {report['calibration']['cpu_seconds']:.2f} CPU seconds, "
        f"{scale:.2f} times the reference; a budget fails at {2 * scale:.2f} times its seconds, at twice its memory."
    )


def markdown(report):
    """Return the report as a Markdown page."""

    def table(head, body):
        cells = [[str(cell).replace("|", "\\|") for cell in row] for row in body]
        return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *cells])

    parts = ["# Run", summary(report), table(HEAD, rows(report))]
    found = list(metric_rows(report))
    if found:
        parts.append(table(METRIC_HEAD, found))
    cells = list(cell_rows(report))
    if cells:
        parts += ["## Heaviest cells", table(CELL_HEAD, cells)]
    problems = [problem for entry in report["notebooks"] for problem in entry["problems"]]
    if problems:
        parts += ["## Problems", "\n".join(f"- {problem}" for problem in problems)]
    parts += ["## Versions", ", ".join(f"{name} {version}" for name, version in report["versions"].items())]
    return "\n\n".join(parts) + "\n"


def show(report, *, console):
    """Print the report's tables and problems."""
    from rich.table import Table
    from rich.text import Text

    colour = {"passed": "green", "met": "green", "failed": "red", "missed": "red", "interrupted": "yellow"}
    for head, body in ((HEAD, rows(report)), (METRIC_HEAD, metric_rows(report))):
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for name in head:
            table.add_column(name, justify="right" if name in ("wall s", "CPU s", "peak MB", "value") else "left")
        for row in body:
            table.add_row(*(Text(cell, style=colour.get(cell, "")) for cell in row))
        if table.row_count:
            console.print(table)
            console.print()
    console.print(summary(report), style="dim", markup=False, highlight=False)
    for entry in report["notebooks"]:
        for problem in entry["problems"]:
            console.print(f"✗ {problem}", style="red", markup=False, highlight=False, soft_wrap=True)


def record(report, path):
    """Keep a run's figures in ``records.toml``, from which the build takes the minutes that pages show.

    Only notebooks that passed are recorded; the figures of all others stay as they were.

    Returns:
        The names of the notebooks that were recorded.
    """
    path = Path(path)
    table = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    names = []
    for entry in report["notebooks"]:
        if entry["verdict"] != "passed":
            continue
        names.append(entry["name"])
        table.setdefault(entry["kind"], {}).setdefault(entry["id"], {})[report["profile"]] = {
            "cores": report["machine"]["cores"],
            "calibration_cpu_seconds": round(report["calibration"]["cpu_seconds"], 2),
            "wall_seconds": round(entry["wall_seconds"]),
            "cpu_seconds": round(entry["cpu_seconds"]),
            "memory_mb": round(entry["memory_mb"], -1),
            "found": {
                metric["name"]: float(f"{metric['value']:.4g}") for metric in entry["found"]
                if isinstance(metric["value"], (int, float))
            },
        }
    if names:
        files.write(path, toml(table))
    return names


def toml(table):
    """Return ``records.toml`` as text: sorted, so that the same figures give the same bytes."""
    lines = ["# Generated by `layerwise run --record`: what each notebook measured. Do not edit.", ""]
    for kind in sorted(table):
        for name in sorted(table[kind]):
            for profile, values in sorted(table[kind][name].items()):
                lines.append(f'[{kind}."{name}".{profile}]')
                lines += [f"{key} = {value}" for key, value in values.items() if key != "found"]
                if values.get("found"):
                    lines += ["", f'[{kind}."{name}".{profile}.found]']
                    lines += [f'"{key}" = {value!r}' for key, value in values["found"].items()]
                lines.append("")
    return "\n".join(lines)
