"""Look over the machine and say what to do about what is not well.

Each check is one function that returns a `Finding`; `examine` runs them and `report` shows them.
Nothing is changed, and nothing is sent anywhere but one request to the course's own address.
"""

import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import sys
from pathlib import Path

from layerwise import paths
from layerwise.authoring import doctor_probe as probe
from layerwise.authoring.doctor_machine import Finding, disk, folders, memory, network

__all__ = ["Finding", "examine", "report"]

BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}
WIDGETS = {
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab-widgets",
    "anywidget": "anywidget",
    "jupyterlab-plotly": "plotly",
}
"""JupyterLab extensions that the explorers need, and the packages that bring them."""

AGAIN = "Run `python3 start.py --repair`; with conda, `conda env update -f environment.yml`."


def examine(quick=False):
    """Look over the machine.

    Args:
        quick: Leave out what takes longer than a moment: the backend's start, the GPU, the network and the
            notebooks. For `start.py`.

    Returns:
        A list of `Finding`.

    Example:
        >>> from layerwise.authoring import doctor
        >>> {finding.state for finding in doctor.examine(quick=True)} <= {"good", "warn", "bad"}
        True
    """
    checks = [python, packages, memory, disk, widgets, folders]
    if quick:
        checks.append(backend_present)
    else:
        checks += [backend_and_gpu, network, notebooks]
    found = []
    for check in checks:
        try:
            result = check()
        except Exception as error:  # a check that fails must not hide the others
            result = Finding(check.__name__, "warn", f"could not be looked at: {type(error).__name__}: {error}",
                             "Please report this line.")  # fmt: skip
        found += result if isinstance(result, list) else [result]
    return found


def report(findings, *, all_lines=True, console=None):
    """Print findings, each with what to do about it.

    Args:
        findings: What `examine` returned.
        all_lines: Also print what is well; otherwise only the rest, and nothing where all is well.
        console: A ``rich.console.Console``; a new one when None.

    Returns:
        The exit code: 1 where anything is bad, else 0.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = console or Console(highlight=False)
    colours = {"good": "green", "warn": "yellow", "bad": "bold red"}
    shown = [finding for finding in findings if all_lines or finding.state != "good"]
    table = Table.grid(padding=(0, 2, 0, 0))
    for column in ("", "", ""):
        table.add_column(column, overflow="fold")
    for finding in shown:
        said = Text(finding.found)
        if finding.advice:
            said.append(f"\n-> {finding.advice}", style="cyan")
        table.add_row(Text(finding.state, style=colours[finding.state]), Text(finding.name, style="bold"), said)
    if shown:
        console.print(table)
    bad = sum(finding.state == "bad" for finding in findings)
    if all_lines:
        warned = sum(finding.state == "warn" for finding in findings)
        verdict = f"{bad} to put right first." if bad else f"{warned} to look at; the course runs." if warned else ""
        console.print(verdict or "All is well.")
    return 1 if bad else 0


def python():
    """Look at Python's version and at what slows it."""
    version, kind = platform.python_version(), platform.python_implementation()
    system = f"{platform.system()} {platform.machine()}"
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("Python", "bad", f"{version}; the course needs 3.11 to 3.13",
                       "Run `python3 start.py`: it gets a suitable Python where it can.")  # fmt: skip
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return Finding("Python", "warn", f"{version}; PYTHONDONTWRITEBYTECODE is set, so every start compiles anew",
                       "Unset PYTHONDONTWRITEBYTECODE: Keras then loads in a third of the time.")  # fmt: skip
    return Finding("Python", "good", f"{version} ({kind}, {system})")


def packages():
    """Compare what is installed with the tested set, or with the ranges where there is no checkout."""
    root = paths.root()
    if root is None or not (root / "requirements.txt").is_file():
        return _ranges()
    from layerwise.authoring import pins

    pinned = [pin for pin in pins.read(root / "requirements.txt") if pin.applies()]
    installed = {pin.name: _version(pin.name) for pin in pinned}
    missing = [pin.name for pin in pinned if installed[pin.name] is None]
    other = [f"{pin.name} {installed[pin.name]} (tested: {pin.version})" for pin in pinned
             if installed[pin.name] not in (None, pin.version)]  # fmt: skip
    if missing:
        return Finding("Packages", "bad", f"{len(missing)} missing: {_some(missing)}", AGAIN)
    if other:
        return Finding("Packages", "warn", f"{len(other)} differ from the tested set: {_some(other)}", AGAIN)
    return Finding("Packages", "good", f"{len(pinned)}, all as tested")


def _ranges():
    from packaging.requirements import Requirement

    wrong = []
    for line in importlib.metadata.requires("layerwise") or []:
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        have = _version(wanted.name)
        if have is None or not wanted.specifier.contains(have, prereleases=True):
            wrong.append(f"{wanted.name} {have or 'missing'} (needs {wanted.specifier})")
    if wrong:
        return Finding("Packages", "bad", _some(wrong), "Run the set-up cell of the notebook again.")
    return Finding("Packages", "good", "all within the course's ranges")


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _some(names, *, limit=6):
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def backend_name():
    """Return the backend that Keras will use: KERAS_BACKEND, Keras's own settings, or TensorFlow."""
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"]
    settings = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "keras.json"
    try:
        return json.loads(settings.read_text(encoding="utf-8")).get("backend", "tensorflow")
    except (OSError, ValueError, AttributeError):
        return "tensorflow"


def backend_present():
    """Look whether the chosen backend is installed, without starting it."""
    name = backend_name()
    if name not in BACKENDS:
        from layerwise.suggest import nearest

        return Finding("Backend", "bad", f"{name!r} is none of {', '.join(BACKENDS)}.{nearest(name, BACKENDS)}",
                       "Set the environment variable KERAS_BACKEND to one of them.")  # fmt: skip
    if importlib.util.find_spec(BACKENDS[name]) is None:
        advice = AGAIN if name == "tensorflow" else (
            f"Install it beside the course (docs/installation.md, Backends), or unset KERAS_BACKEND, which is {name}.")
        return Finding("Backend", "bad", f"{name} is not installed", advice)
    return Finding("Backend", "good", f"{name} {_version(BACKENDS[name]) or ''}".strip())


def backend_and_gpu(*, seconds=180, program=None):
    """Start the backend in a process of its own, which may crash, and ask it for its devices."""
    present = backend_present()
    if present.state != "good":
        return [present]
    name = backend_name()
    result = probe.start_backend(name, seconds=seconds, program=program)
    if result.problem:
        return [Finding("Backend", "bad", f"{present.found}: {result.problem}", result.advice)]
    found = Finding("Backend", "good", f"{present.found} with Keras {result.keras}, started in {result.seconds:.0f} s")
    return [found, gpu(name, result.gpus)]


def gpu(name, gpus):
    """Judge the GPUs that the backend reports against those that the system has."""
    if gpus:
        return Finding("GPU", "good", ", ".join(gpus))
    if shutil.which("nvidia-smi"):
        with_gpu = {"tensorflow": "tensorflow[and-cuda]", "jax": "jax[cuda12]", "torch": "torch"}[name]
        return Finding("GPU", "warn", f"the system has NVIDIA's driver, but {name} sees no GPU",
                       f"For the full profile: `pip install '{with_gpu}'`. The quick profile needs none.")  # fmt: skip
    return Finding("GPU", "good", "none; the quick profile of every lesson is made for two CPU cores")


def widgets():
    """Look for the parts of the explorers that run in the browser."""
    if importlib.util.find_spec("google") and importlib.util.find_spec("google.colab"):
        return Finding("Widgets", "good", "Colab's own")
    if importlib.util.find_spec("jupyterlab") is None:
        if importlib.util.find_spec("ipywidgets") is None:
            return Finding("Widgets", "bad", "ipywidgets is not installed", AGAIN)
        return Finding("Widgets", "good", "ipywidgets; JupyterLab is not installed here")
    from jupyter_core.paths import jupyter_path

    places = [Path(folder) for folder in jupyter_path("labextensions")]
    missing = [package for name, package in WIDGETS.items()
               if not any((folder / name / "package.json").is_file() for folder in places)]  # fmt: skip
    if missing:
        return Finding("Widgets", "bad", f"JupyterLab does not find the browser's part of {', '.join(missing)}",
                       f"{AGAIN} Then reload the page in the browser.")  # fmt: skip
    return Finding("Widgets", "good", "JupyterLab finds sliders, drawing pads and figures")


def notebooks():
    """Name the notebooks that differ from what the course ships: a build or an update keeps copies of them."""
    root = paths.root()
    if root is None:
        return Finding("Notebooks", "good", "no checkout here")
    from layerwise.authoring.build import changed

    files = [path for kind in ("notebooks", "labs") for path in sorted((root / kind).glob("*.ipynb"))]
    files = [path for path in files if ".yours-" not in path.name]
    yours = [path.name for path in files if changed(path)]
    if not yours:
        return Finding("Notebooks", "good", f"{len(files)}, as the course ships them")
    return Finding("Notebooks", "good", f"changed by you: {_some(yours)}; an update keeps a copy of each")


def main(arguments=None):
    """Run the doctor as ``python -m layerwise.authoring.doctor [--quick]``; `start.py` does."""
    quick = "--quick" in (sys.argv[1:] if arguments is None else arguments)
    return report(examine(quick=quick), all_lines=not quick)


if __name__ == "__main__":
    sys.exit(main())
