"""The tested set of packages: exact pins made from the ranges in `pyproject.toml`.

| file | holds | made by |
|---|---|---|
| `requirements.txt` | what a learner and a maintainer need | `layerwise lock` (needs a network) |
| `requirements-test.txt` | that, and what only tests need | `layerwise lock` |
| `environment.yml` | Python, pip and `requirements.txt`, for conda | `layerwise build` |
"""

import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from layerwise.files import write
from layerwise.suggest import CourseError

LEARNER, TEST, CONDA = "requirements.txt", "requirements-test.txt", "environment.yml"
OPENED = ("lab", "authoring", "serving")
"""Extras that belong to the learner's set, beside the base."""
ALSO_OPENED = ("pytest", "nbval")
"""Packages of the extra `test` that belong to it too: contracts in notebooks are tests that a learner may run."""

HEADER = """\
# The tested set: exact versions for Python 3.11 to 3.13 on Linux, macOS and Windows.
# Made from the ranges in pyproject.toml by `layerwise lock`; not edited by hand.
"""


@dataclass(frozen=True)
class Pin:
    """One exact version, and the machines it is for (an environment marker, or "")."""

    name: str
    version: str
    marker: str = ""

    def applies(self):
        """Return True where this pin is meant for the running Python and system."""
        from packaging.markers import Marker

        return not self.marker or Marker(self.marker).evaluate()


def read(path):
    """Read the pins of a requirements file and of the files it refers to with `-r`.

    Args:
        path: The file.

    Returns:
        A list of `Pin`, in the order of the file.

    Raises:
        CourseError: For a line that is not an exact pin.
    """
    path, found = Path(path), []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.split(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("-r "):
            found += read(path.parent / line[3:].strip())
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;*]+)\s*(?:;\s*(.+))?", line)
        if not match:
            raise CourseError(
                f"{path.name}, line {number}: {line!r} is not an exact pin such as `numpy==2.4.6`. "
                "Run `layerwise lock` to make the file again from pyproject.toml."
            )
        found.append(Pin(canonical(match[1]), match[2], match[3] or ""))
    return found


def canonical(name):
    """Return a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def ranges(root, *, extras=()):
    """Return the ranges of `pyproject.toml`, as requirement strings.

    Args:
        root: The checkout.
        extras: Names of optional groups to add to the base, or "all".
    """
    project = tomllib.loads((Path(root) / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project["optional-dependencies"]
    chosen = groups if extras == "all" else extras
    return [*project["dependencies"], *(line for name in chosen for line in groups[name])]


def misfits(root):
    """Return what is wrong between the pins and the ranges; empty where they agree.

    Every range of the base and of the extras lab, authoring, serving and test must have a pin for each
    supported Python and system, every such pin must lie within it, and a package may not stand
    in both files.
    """
    from packaging.requirements import Requirement

    root, wrong = Path(root), []
    learner, everything = read(root / LEARNER), read(root / TEST)
    held = {pin.name for pin in learner}
    wrong += [f"{pin.name} stands in both {LEARNER} and {TEST}" for pin in everything[len(learner) :]
              if pin.name in held]  # fmt: skip
    for line in ranges(root, extras=(*OPENED, "test")):
        wanted = Requirement(line)
        pins = [pin for pin in everything if pin.name == canonical(wanted.name)]
        if not pins:
            wrong.append(f"{wanted.name}: asked for as {line!r}, but not pinned")
        wrong += [
            f"{pin.name}: pinned to {pin.version}, which is outside {line!r}"
            for pin in pins
            if not wanted.specifier.contains(pin.version, prereleases=True)
        ]
    return wrong


def derive(root):
    """Return the files that follow from others without a network.

    Args:
        root: The checkout.

    Returns:
        A dict of path, relative to the checkout, to text.
    """
    text = (
        "# Made by `layerwise build`; not edited by hand. Use:\n"
        "#   conda env create -f environment.yml\n"
        "#   conda activate layerwise\n"
        "#   jupyter lab notebooks/00_start_here.ipynb\n"
        "name: layerwise\n"
        "channels:\n"
        "  - conda-forge\n"
        "dependencies:\n"
        "  - python=3.12\n"
        "  - pip\n"
        "  - pip:\n"
        f"      - -r {LEARNER}\n"
        "      - -e .\n"
    )
    return {CONDA: text}


def lock(root, *, upgrade=False):
    """Resolve the ranges again and write both files of pins. Needs uv and a network.

    Args:
        root: The checkout.
        upgrade: Take the newest versions in place of keeping those that still fit.

    Returns:
        The exit code of `layerwise lock`, 0.

    Raises:
        CourseError: Where uv is missing or the ranges cannot be met; the files stay as they are.
    """
    texts = {Path(root) / name: text for name, text in {**resolve(root, upgrade=upgrade), **derive(root)}.items()}
    for path, text in texts.items():
        same = path.exists() and path.read_text(encoding="utf-8") == text
        print(f"{'unchanged' if same else 'written'}  {path.name}")
        if not same:
            write(path, text)
    return 0


def resolve(root, *, upgrade=False):
    """Return the texts of both files of pins by name, resolved now; see `lock`."""
    root = Path(root)
    opened = ranges(root, extras=OPENED) + [
        line for line in ranges(root, extras=("test",)) if re.split(r"[<>=!~ ;\[]", line)[0] in ALSO_OPENED
    ]
    kept = "" if upgrade or not (root / TEST).exists() else _lines(read(root / TEST))
    everything = _resolve(ranges(root, extras=(*OPENED, "test")), kept=kept)
    # Resolved within the whole, so that the smaller set can never differ from it.
    learner = _resolve(opened, kept=everything, bounds=everything)
    rest = [line for line in everything.splitlines() if line not in set(learner.splitlines())]
    return {
        LEARNER: HEADER + learner,
        TEST: f"{HEADER}-r {LEARNER}\n" + "".join(f"{line}\n" for line in rest),
    }


def _lines(pins):
    return "".join(f"{pin.name}=={pin.version}{f' ; {pin.marker}' if pin.marker else ''}\n" for pin in pins)


def _resolve(requirements, *, kept="", bounds=""):
    """Return pins for requirement strings; prefer the kept ones, never leave the bounds."""
    uv = shutil.which("uv")
    if not uv:
        raise CourseError("`layerwise lock` needs uv on the PATH. Install it (`pip install uv`), then try again.")
    with tempfile.TemporaryDirectory() as folder:
        wanted, out, limit = (Path(folder) / name for name in ("wanted.in", "out.txt", "bounds.txt"))
        wanted.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        out.write_text(kept, encoding="utf-8")
        limit.write_text(bounds, encoding="utf-8")
        command = [
            uv, "pip", "compile", str(wanted), "--output-file", str(out), "--constraint", str(limit), "--universal",
            "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11",
            "--quiet",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "UV_NO_PROGRESS": "1"})
        if done.returncode:
            raise CourseError(f"uv could not resolve the ranges of pyproject.toml:\n{done.stderr.strip()}")
        return out.read_text(encoding="utf-8")
