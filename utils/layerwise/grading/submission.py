"""Read what learners hand in: notebooks of any origin, whatever happened to their cells."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

MOST = 50 * 2**20
"""Bytes of a submitted file at most."""

_CHECK = re.compile(r"""check\(\s*\\?["'](\d\d)\.[a-z]\w*\\?["']""")


@dataclass(frozen=True)
class Submission:
    """One notebook that somebody handed in.

    Args:
        learner: Whose it is: the folder it lies in, or the file's name.
        path: Where it lies.
        cells: Pairs of number and source of its code cells; numbers count all cells, as people do.
        lab: Number of the lab it belongs to, such as "02", or None.
        problem: Why it cannot be graded, or "".
    """

    learner: str
    path: Path
    cells: tuple = ()
    lab: str | None = None
    problem: str = ""


def find(folder):
    """Return the submissions in a folder, in order of their learners.

    A notebook directly in the folder is named after its file, ``ada.ipynb``; one further down after the first folder
    on its way, as nbgrader lays them out: ``submitted/ada/02_neural_networks/02_neural_networks.ipynb``.

    Args:
        folder: A folder, or a single notebook.
    """
    folder = Path(folder)
    if folder.is_file():
        return [read(folder, learner=folder.stem)]
    found = []
    for path in sorted(folder.rglob("*.ipynb")):
        inner = path.relative_to(folder)
        if any(part.startswith(".") for part in inner.parts):
            continue  # such as .ipynb_checkpoints
        found.append(read(path, learner=inner.parts[0] if len(inner.parts) > 1 else path.stem))
    return found


def read(path, *, learner):
    """Return the submission in a file. Never raises for what somebody may hand in: `problem` says what is wrong."""
    path = Path(path)
    try:
        if path.stat().st_size > MOST:
            sizes = f"{path.stat().st_size / 2**20:,.0f} MB; {MOST / 2**20:.0f} are read at most"
            return Submission(learner, path, problem=f"The file has {sizes}.")
        text = path.read_bytes().decode("utf-8", errors="replace")
        book = json.loads(text)
        cells = _cells(book)
    except OSError as error:
        return Submission(learner, path, problem=f"The file cannot be read: {error.strerror}.")
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return Submission(
            learner, path, problem="This is not a notebook. Open it in JupyterLab and save it as .ipynb again."
        )
    if not cells:
        return Submission(learner, path, problem="This notebook has no code cells.")
    return Submission(learner, path, cells=tuple(cells), lab=_lab(cells, path, book))


def entries(book):
    """Return (kind, source, metadata) of the cells of a parsed notebook in format 3 or 4, whatever they hold.

    Raises:
        TypeError, KeyError, AttributeError: When it is not a notebook.
    """
    if type(book) is not dict:
        raise TypeError
    cells = book["cells"] if "cells" in book else [c for sheet in book["worksheets"] for c in sheet["cells"]]
    found = []
    for cell in cells:
        source, metadata = cell.get("source", cell.get("input", "")), cell.get("metadata")
        source = source if isinstance(source, str) else "".join(map(str, source))
        found.append((cell.get("cell_type"), source, metadata if type(metadata) is dict else {}))
    return found


def _cells(book):
    """Return (number, source) of the code cells."""
    return [(number, source) for number, (kind, source, _) in enumerate(entries(book), 1) if kind == "code"]


def _lab(cells, path, book):
    """Return the lab that most checks belong to, else what the notebook's metadata or its name says."""
    numbers = Counter(number for _, source in cells for number in _CHECK.findall(source))
    if numbers:
        return numbers.most_common(1)[0][0]
    about = book.get("metadata", {})
    about = about.get("layerwise", {}) if type(about) is dict else {}
    for name in (about.get("id", "") if type(about) is dict else "", path.stem, path.parent.name):
        match = re.match(r"\D*(\d\d)_", str(name))
        if match:
            return match[1]
    return None
