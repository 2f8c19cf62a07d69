"""Notebooks as plain JSON: made, hashed, compared, written whole, and set aside when somebody changed them.

Nothing here imports nbformat, which costs two seconds: a learner's update uses this too.
"""

import hashlib
import json
from pathlib import Path

from layerwise.suggest import CourseError

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python"}

# What Jupyter and Colab note for themselves in a cell; no source carries it.
_VOLATILE = (
    "collapsed", "scrolled", "trusted", "execution", "ExecuteTime", "jupyter", "editable", "deletable", "layerwise",
    "nbgrader", "papermill", "widgets", "colab", "colab_type", "id", "outputId", "executionInfo", "vscode",
    "jp-MarkdownHeadingCollapsed", "cellView",
)


def make(cells, *, id, kind):
    """Return a notebook.

    Args:
        cells: Dictionaries with ``kind``, ``source`` and ``metadata``.
        id: The lesson's or lab's id.
        kind: "lesson" or "lab".

    Returns:
        A dictionary in notebook format 4.5. Cell ids are hashes of what the cell says, so that the same source always
        gives the same bytes.
    """
    seen, made = {}, []
    for cell in cells:
        key = (cell["kind"], cell["source"])
        seen[key] = seen.get(key, 0) + 1
        entry = {"cell_type": cell["kind"]}
        if cell["kind"] == "code":
            entry["execution_count"] = None
        entry["id"] = cell_id(kind, id, cell["kind"], cell["source"], seen[key])
        entry["metadata"] = cell["metadata"]
        if cell["kind"] == "code":
            entry["outputs"] = []
        entry["source"] = cell["source"].splitlines(keepends=True)
        made.append(entry)
    notebook = {
        "cells": made,
        "metadata": {
            "kernelspec": KERNEL, "language_info": LANGUAGE, "layerwise": {"id": id, "kind": kind},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    notebook["metadata"]["layerwise"] |= {"content": content(notebook), "own": own(notebook)}
    return notebook


def cell_id(kind, id, cell_kind, source, occurrence=1):
    """Return the id of a cell: eight hexadecimal digits of a hash of what it says and where it belongs."""
    text = json.dumps([kind, id, cell_kind, source, occurrence], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def text_of(notebook):
    """Return a notebook as the text of its file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def source_of(cell):
    """Return what a cell says as one string, without blank lines at its end."""
    source = cell.get("source", "")
    return ("".join(source) if isinstance(source, list) else source).rstrip("\n")


def content(notebook):
    """Return the hash of a notebook's cells in order; outputs, counts and empty cells do not matter.

    Frame cells are counted after the own ones: where a frame stands among them is the build's business.
    """
    cells = [cell for cell in notebook["cells"] if source_of(cell).strip()]
    # False sorts before True, and cells that are equal in this stay in order.
    return _hash([[cell["cell_type"], source_of(cell)] for cell in sorted(cells, key=_framed)])


def own(notebook):
    """Return the hash of what the source gave: cells without frames, with their lasting metadata."""
    return _hash([says(cell) for cell in notebook["cells"] if source_of(cell).strip() and not _framed(cell)])


def says(cell):
    """Return kind, source and lasting metadata of a cell: what a source holds."""
    metadata = {key: value for key, value in cell.get("metadata", {}).items() if key not in _VOLATILE and value != []}
    return cell["cell_type"], source_of(cell), metadata


def follows(notebook, built):
    """Return True unless a notebook was built from another state of its source than ``built`` was.

    One that does not say (its metadata was stripped), or whose cells say the same, is no reason for doubt.
    """
    state = about(built)["own"]
    return about(notebook).get("own", state) == state or own(notebook) == state


def _framed(cell):
    return "frame" in (cell.get("metadata", {}).get("layerwise") or {})


def _hash(cells):
    return hashlib.sha256(json.dumps(cells, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def load(path):
    """Return the notebook in a file.

    Raises:
        CourseError: If there is none, or the file is not a notebook.
    """
    path = Path(path)
    try:
        notebook = json.loads(path.read_text(encoding="utf-8-sig"))
        json.dumps(notebook, ensure_ascii=False).encode()  # half a character cannot be written again
    except FileNotFoundError:
        raise CourseError(f"{path}: there is no such notebook.") from None
    except (ValueError, RecursionError) as error:
        raise CourseError(f"{path}: not a notebook ({str(error)[:200]}).") from None
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}).") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise CourseError(f"{path}: not a notebook: it has no list of cells.")
    for cell in notebook["cells"]:
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            raise CourseError(f"{path}: not a notebook: a cell has no type.")
        source, metadata = cell.get("source", ""), cell.get("metadata", {})
        texts = [source] if isinstance(source, str) else source
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise CourseError(f"{path}: not a notebook: the source of a cell is no text.")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("layerwise", {}), dict):
            raise CourseError(f"{path}: not a notebook: the metadata of a cell are no table.")
    return notebook


def about(notebook):
    """Return what the build noted in a notebook: ``id``, ``kind``, ``content`` and ``own``, or {}."""
    metadata = notebook.get("metadata")
    noted = metadata.get("layerwise") if isinstance(metadata, dict) else None
    return noted if isinstance(noted, dict) else {}


def changed(path):
    """Return True if somebody changed a notebook since the build wrote it.

    Outputs and execution counts are no change: a run makes them again. A notebook that cannot be read, or that does not
    say what the build wrote, counts as changed, since it may hold somebody's work. A missing file is not changed.
    """
    if not Path(path).exists():
        return False
    try:
        notebook = load(path)
    except CourseError:
        return True
    return content(notebook) != about(notebook).get("content")


def keep_copy(path):
    """Copy a notebook to ``NAME.yours-1.ipynb``, or the next number that is free, and return the copy's path.

    Raises:
        CourseError: If the copy cannot be written; the notebook itself is untouched.
    """
    path = Path(path)
    number = 1
    while True:
        copy = path.with_name(f"{path.stem}.yours-{number}{path.suffix}")
        try:
            # "x" refuses a file that exists, also one that another process made just now.
            with copy.open("xb") as file:
                try:
                    file.write(path.read_bytes())
                    file.flush()
                except OSError:
                    copy.unlink(missing_ok=True)
                    raise
            return copy
        except FileExistsError:
            number += 1
        except OSError as error:
            raise CourseError(
                f"{path}: your changed notebook could not be copied to {copy.name} ({error.strerror}). "
                "Nothing was overwritten. Make room, or copy it yourself, and try again."
            ) from error
