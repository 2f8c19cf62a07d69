"""Where a data set comes from: mirror folder, cache, download, bundled sample, each held against its hashes."""

import html
from pathlib import Path

from layerwise import paths, show
from layerwise.data import _card, _download
from layerwise.suggest import CourseError


class Damaged(Exception):
    """A file does not hold what its card promises; the message continues "The file ..."."""


def choose(card, *, source, address=None, read):
    """Return a data set's arrays, which source they are from, and a note for people.

    Args:
        card: The data set's card.
        source: One of `layerwise.data.SOURCES`.
        address: Another address of the official file.
        read: A function of a path and a dict of content hashes that returns arrays or raises `Damaged`.

    Returns:
        A tuple: arrays by name; "bundled", "official" or "mirror"; a sentence, or "".
    """
    if source == "bundled":
        return _bundled(card, read), "bundled", ""
    notes = []
    for find, used in ((_mirror, "mirror"), (_cached, "official")):
        arrays, note = find(card, read)
        if arrays:
            return arrays, used, " ".join(notes)
        notes += note
    if source == "auto":
        return _bundled(card, read), "bundled", " ".join(notes)
    try:
        return _official(card, address, read), "official", " ".join(notes)
    except CourseError as error:
        if source == "official":
            raise CourseError(" ".join([*notes, str(error)])) from None
        note = " ".join([*notes, f"The official data could not be had, so the bundled sample is used. {error}"])
        arrays = _bundled(card, read)
        show.card(f"<p>{html.escape(note)}</p>", text=note, kind="ask")
        return arrays, "bundled", note


def _mirror(card, read):
    """Return the arrays from the mirror folder or None, and a list of notes."""
    folder = paths.mirror()
    if folder is None:
        return None, []
    path = folder / card.official["mirror"]
    if not path.exists():
        return None, []
    try:
        return read(path, card.official["arrays"]), []
    except (Damaged, OSError) as problem:
        return None, [f"The mirror's file {path} {problem}; it was not used."]


def _cached(card, read):
    """Return the arrays from an earlier download or None, and a list of notes."""
    path = _download.target(card)
    try:
        if path.exists():
            return read(path, card.official["arrays"]), []
    except (Damaged, OSError) as problem:
        return None, [f"The file of an earlier download, {path}, {problem}; it was not used."]
    return None, []


def _official(card, address, read):
    """Return the arrays of the official file, downloading it when it is not in the cache, whole and unchanged."""
    path = _download.fetch(card, address=address)
    try:
        return read(path, card.official["arrays"])
    except (Damaged, OSError) as problem:
        raise CourseError(
            f"The official file of {card.name!r}, {path}, {problem}, although its own hash is right. Please report "
            f'this. Meanwhile, data.load("{card.name}", source="bundled") works.'
        ) from None


def _bundled(card, read):
    path = Path(card.folder) / card.bundled["file"]
    try:
        return read(path, card.bundled["arrays"])
    except FileNotFoundError:
        problem = "is missing"
    except (Damaged, OSError) as error:
        problem = str(error)
    raise CourseError(
        f"The bundled sample of {card.name!r}, {path}, {problem}. {_card.RESTORE.format(folder=card.folder)}"
    )
