"""Read and write the py:percent sources of lessons and labs, cell by cell.

jupytext decides what a cell says; this module adds where it stands. Each cell keeps the bytes it was written with, so
that a file in which nothing changed is written back unchanged.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from layerwise.suggest import CourseError

MARKER = re.compile(r"^# ?%%(?![%\w])")
_CODE = {"extension": ".py", "format_name": "percent"}
# In code, jupytext comments magics out, so that a source stays Python. In prose a heading that ends in a question mark
# would pass for one and lose its "#".
_PROSE = {**_CODE, "comment_magics": False}
# What jupytext notes for itself about the layout of the text file; no notebook carries it.
_LAYOUT = ("lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker")


@dataclass(frozen=True)
class Cell:
    """One cell of a source.

    Args:
        kind: "markdown" or "code".
        source: What the notebook's cell says.
        tags: Its tags.
        metadata: All its metadata, tags included.
        line: The 1-based line of its ``# %%`` in the file.
        raw: The text it was read from, marker included, without the blank lines behind it.
        space: The line ends behind it, up to the next marker or the end of the file.
    """

    kind: str
    source: str
    tags: tuple[str, ...] = ()
    metadata: dict = field(default_factory=dict)
    line: int = 0
    raw: str = ""
    space: str = "\n\n"

    @property
    def exercise(self):
        """The exercise id it belongs to by its metadata, or None."""
        return self.metadata.get("exercise")


def read(path):
    """Return the cells of a source file.

    Args:
        path: A ``.py`` file in the percent format.

    Returns:
        A list of ``Cell``.

    Raises:
        CourseError: If the file is missing, is not UTF-8, or begins before its first ``# %%``.
    """
    return parse(read_text(path), name=str(path))


def read_text(path):
    """Return a file's text with plain line feeds, or say what is wrong with the file."""
    path = Path(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CourseError(f"{path}: there is no such file.") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}).") from None


def parse(text, *, name="source"):
    """Return the cells of a py:percent text; ``name`` stands in messages."""
    pieces = _pieces(text, name)
    found = _jupytext(text, name)
    if len(found) != len(pieces):
        raise CourseError(
            f"{name}: {len(pieces)} lines begin with '# %%' but the file reads as {len(found)} cells. A string over "
            "several lines probably holds one: indent it or write it otherwise."
        )
    cells = []
    for (line, chunk), (kind, source, metadata) in zip(pieces, found, strict=True):
        if kind not in ("markdown", "code"):
            raise CourseError(f"{name}:{line}: a {kind} cell. Lessons and labs have markdown and code cells only.")
        body = chunk.rstrip("\n")
        tags = tuple(metadata.get("tags", ()))
        cells.append(Cell(kind, source, tags, metadata, line, body, chunk[len(body):]))
    return cells


def render(kind, source, metadata=None):
    """Return the py:percent text of one cell, marker included, without blank lines behind it."""
    import jupytext
    from nbformat import v4

    metadata = metadata or {}
    make = v4.new_markdown_cell if kind == "markdown" else v4.new_code_cell
    keep = ",".join([*metadata, "-all"]) if metadata else "-all"
    notebook = v4.new_notebook(
        cells=[make(source, metadata=metadata)],
        metadata={"jupytext": {"cell_metadata_filter": keep, "notebook_metadata_filter": "-all"}},
    )
    return jupytext.writes(notebook, fmt=_CODE).strip("\n")


def _pieces(text, name):
    """Cut a text at its markers; a piece is (line, text)."""
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if MARKER.match(line)]
    if not starts:
        raise CourseError(f"{name}: no cell. Begin each cell with a line '# %%' or '# %% [markdown]'.")
    if "".join(lines[: starts[0]]).strip():
        raise CourseError(f"{name}:1: text before the first cell. Begin the file with '# %% [markdown]'.")
    ends = [*starts[1:], len(lines)]
    return [(start + 1, "".join(lines[start:end])) for start, end in zip(starts, ends, strict=True)]


def _jupytext(text, name):
    """Let jupytext say what each cell holds: (kind, source, metadata)."""
    # jupytext brings nbformat, two seconds of import: paid only by those who read sources.
    import jupytext

    try:
        code, prose = (jupytext.reads(text.lstrip("\n"), fmt=form).cells for form in (_CODE, _PROSE))
    except Exception as error:
        raise CourseError(f"{name}: cannot be read as py:percent ({error}).") from error
    cells = [words if words.cell_type == "markdown" else cell for cell, words in zip(code, prose, strict=True)]
    return [
        (cell.cell_type, cell.source, {key: value for key, value in cell.metadata.items() if key not in _LAYOUT})
        for cell in cells
    ]
