"""Carry an edit made in JupyterLab back into the source that the notebook was built from.

A cell knows where it came from by its id, which the build derived from its text. Cells that did not change keep their
bytes in the source. What a notebook does not show (definitions, mutants, variants) stays where it was, and what only
the source may say (frames, solutions, checks) is refused by name while everything else is carried.

The notebook notes the state of the source that it was built from. Where the source has moved on, nothing is carried:
the notebook's old cells would undo what was written there since.
"""

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from layerwise.authoring import build, labs, source, syllabus
from layerwise.authoring.frame import frame_of
from layerwise.authoring.notebooks import about, cell_id, follows, load, says, source_of
from layerwise.files import write
from layerwise.suggest import CourseError, nearest


@dataclass
class Pulled:
    """What was carried, by number of cells, and what was refused, by sentence."""

    path: str
    written: bool = False
    changed: int = 0
    added: int = 0
    removed: int = 0
    refused: list = field(default_factory=list)

    @property
    def text(self):
        """The report as one sentence."""
        if not self.written:
            return f"Nothing to carry into {self.path}."
        counts = ((self.changed, "changed"), (self.added, "new"), (self.removed, "removed"))
        said = ", ".join(f"{number} {what}" for number, what in counts if number) or "another order"
        return f"Carried into {self.path}: {said}. Now run `{build.REPAIR}`."


@dataclass
class _Item:
    """A cell on its way into the source: its text, the space behind it, where it was, and how it must read."""

    text: str
    space: str
    place: int | None
    said: tuple


def pull(root, notebook):
    """Carry the edits in a generated notebook back into its source.

    Args:
        root: The checkout.
        notebook: The edited notebook, or a copy of it that a build set aside.

    Returns:
        A ``Pulled``; its ``refused`` says what could not be carried and where to change it.

    Raises:
        CourseError: When nothing can be carried: no notebook of the course, one that was built from another state of
            its source, or a cell that a source cannot hold. The source is then as it was.
    """
    course, book = syllabus.load(root), load(notebook)
    lesson, kind = _origin(course, book, Path(notebook))
    path = lesson.source if kind == "lesson" else lesson.lab_source
    make = build.notebook if kind == "lesson" else build.lab
    built = make(lesson, course=course)
    cells, old = source.read(path), source.read_text(path)
    result = Pulled(path.relative_to(course.root).as_posix())
    if not follows(book, built):
        raise CourseError(
            f"{notebook} was built from another state of {result.path}: carrying it would undo what was written there "
            f"since. Nothing was carried. Run `{build.REPAIR}`, which keeps a changed notebook as a copy; then make "
            "your edit again, in the new notebook or in the source."
        )
    edited = _own_cells(book, built, result, name=str(notebook))
    items = _follow(edited, built, cells, result)
    _put_back(items, cells, result)
    text = old[: old.index(cells[0].raw)] + _joined(items, cells)
    _prove(text, items, kind, result.path)
    if text != old:
        write(path, text)
        result.written = True
    _note(Path(notebook), about(book).get("own"), about(make(lesson, course=course))["own"])
    return result


def _origin(course, book, path):
    """Return the lesson that a notebook belongs to, and whether it is the lesson or its lab."""
    noted = about(book)
    identifier = noted.get("id") or re.sub(r"\.yours-\d+$", "", path.stem)
    kind = noted.get("kind") or ("lab" if path.resolve().parent.name == "labs" else "lesson")
    known = {lesson.lab if kind == "lab" else lesson.id: lesson for lesson in course.lessons}
    known.pop(None, None)
    if identifier not in known:
        raise CourseError(
            f'{path}: no {kind} is called "{identifier}".{nearest(identifier, known)} Only notebooks that the build '
            "made can be carried back; write a new one as a source."
        )
    return known[identifier], kind


def _note(path, before, now):
    """Note in the notebook that it follows the source as it is now, so that the next edit can be carried too."""
    if before != now and re.fullmatch("[0-9a-f]{64}", str(before)):
        # Only the hash is replaced, in what the file says at this moment; where that fails, the next pull refuses.
        with contextlib.suppress(CourseError, OSError, UnicodeDecodeError):
            write(path, path.read_bytes().decode("utf-8").replace(before, now))


def _own_cells(book, built, result, *, name):
    """Return the notebook's cells without frames and empty cells; note edited frames."""
    noted = about(built)
    frames = {frame_of(cell): source_of(cell) for cell in built["cells"] if frame_of(cell)}
    own = []
    for number, cell in enumerate(book["cells"], 1):
        said, frame = source_of(cell), frame_of(cell)
        if frame:
            # A frame of an older build differs too, but its id still is the hash of what it says.
            untouched = cell_id(noted["kind"], noted["id"], cell["cell_type"], said) == cell.get("id")
            if said != frames.get(frame) and not untouched:
                result.refused.append(
                    f"the {frame} cell was edited. Frames are made from syllabus.toml by layerwise.authoring.frame: "
                    "change it there."
                )
            continue
        if cell["cell_type"] not in ("markdown", "code"):
            raise CourseError(f"{name}: cell {number} is a {cell['cell_type']} cell. Make it markdown or code.")
        if cell.get("attachments"):
            raise CourseError(
                f"{name}: cell {number} holds a pasted picture, which a text source cannot. Save it as a file and "
                "link to it. Nothing was carried."
            )
        if said.strip():
            own.append(cell)
    return own


def _follow(edited, built, cells, result):
    """Turn each cell of the notebook into an item: as it was, changed, or new."""
    shown = [place for place, cell in enumerate(cells) if labs.role_of(cell) not in labs.HIDDEN]
    origins = dict(zip(shown, [cell for cell in built["cells"] if not frame_of(cell)], strict=True))
    free, items = dict(origins), []
    pairs = [None] * len(edited)
    # Sure signs first, so that no cell takes the place of a better match behind it.
    for same in (_same_id, _same_text, _same_exercise):
        for number, cell in enumerate(edited):
            if pairs[number] is None:
                pairs[number] = next((place for place in free if same(cell, free[place])), None)
                free.pop(pairs[number], None)
    for cell, place in zip(edited, pairs, strict=True):
        said = says(cell)
        if place is None:
            _refuse_role(said, result.path)
            items.append(_Item(source.render(*said), "\n\n", None, said))
            result.added += 1
            continue
        old = cells[place]
        if said == says(origins[place]):
            items.append(_Item(old.raw, old.space, place, _read(old)))
        elif labs.role_of(old):
            result.refused.append(f"{_label(old)} was edited. Change it in {result.path}, line {old.line}.")
            items.append(_Item(old.raw, old.space, place, _read(old)))
        else:
            _refuse_role(said, result.path)
            items.append(_Item(source.render(*said), old.space, place, said))
            result.changed += 1
    return items


def _put_back(items, cells, result):
    """Put hidden cells, and locked ones that the notebook lacks, behind the cell that they followed."""
    there = {item.place for item in items}
    for place, cell in enumerate(cells):
        if place in there:
            continue
        role = labs.role_of(cell)
        if role is None:
            result.removed += 1
            continue
        if role not in labs.HIDDEN:
            result.refused.append(f"{_label(cell)} was removed. Remove it in {result.path}, line {cell.line}.")
        before = max((one for one in there if one is not None and one < place), default=None)
        at = 0 if before is None else _index(items, before) + 1
        if role == "definition":
            # It must stay before its exercise, also when the prose above was moved down.
            at = min(at, *(_index(items, one) for one in there if one is not None and _belongs(cells[one], cell)), at)
        items.insert(at, _Item(cell.raw, cell.space, place, _read(cell)))
        there.add(place)


def _index(items, place):
    return next(number for number, item in enumerate(items) if item.place == place)


def _belongs(cell, definition):
    return "exercise" in cell.tags and cell.exercise == definition.exercise


def _joined(items, cells):
    """Return the items as text; the last has the line end that the file ended with."""
    last = len(cells) - 1
    texts = []
    for item in items:
        # The end of the file has no blank line; a cell that moves away from it needs one.
        space = "\n\n" if item.place == last and len(item.space) < 2 else item.space
        texts.append(item.text + space)
    return "".join(texts).rstrip("\n") + cells[last].space


def _prove(text, items, kind, path):
    """Read the new source again and compare it with what the notebook says, before anything is written."""
    if not items:
        raise CourseError(f"{path}: the notebook has no cell of its own left. Nothing was carried.")
    for item in items:
        # Each for itself first, so that the message can name the cell; an open string would swallow the cell behind it.
        try:
            alone = [_read(cell) for cell in source.parse(f"{item.text}\n\n# %%\npass\n")]
        except CourseError:
            alone = []
        if alone != [item.said, ("code", "pass", {})]:
            first = item.said[1].strip().partition("\n")[0]
            raise CourseError(
                f'{path}: the cell that begins "{first}" does not read back as it was written. Does a line in it begin '
                "with '# %%' or '#%', or the cell with a space? Does a string stay open? Nothing was carried."
            )
    again = source.parse(text, name=path)
    if [_read(cell) for cell in again] != [item.said for item in items]:
        raise CourseError(f"{path}: the cells do not read back as they were written. Nothing was carried.")
    if kind == "lab":
        labs.parse(again, name=path)


def _refuse_role(said, path):
    """Refuse a cell that only a source may hold."""
    kind, text, metadata = said
    tags = metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise CourseError(f"{path}: the tags of a cell must be a list of words; came {tags!r}. Nothing was carried.")
    cell = source.Cell(kind, text, tuple(tags), metadata)
    if labs.BEGIN in text or labs.role_of(cell) not in (None, "check"):
        first = text.partition("\n")[0]
        raise CourseError(f'{path}: the cell that begins "{first}" is part of an exercise. Write it in the source.')


def _label(cell):
    role = labs.role_of(cell)
    return f'the {role}{"" if role == "check" else " cell"} of "{cell.exercise or labs.checked(cell)}"'


def _read(cell):
    """Return kind, source and metadata of a source's cell, as ``says`` does of a notebook's."""
    return cell.kind, cell.source, cell.metadata


def _same_id(cell, origin):
    return cell.get("id") == origin["id"]


def _same_text(cell, origin):
    return says(cell) == says(origin)


def _same_exercise(cell, origin):
    named = cell.get("metadata", {}).get("exercise")
    return named is not None and named == origin["metadata"].get("exercise")
