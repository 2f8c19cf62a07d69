"""Where a data set comes from: mirror folder, cache, download, bundled sample, generator; each checked."""

import html
import inspect
from pathlib import Path

from layerwise import paths, show
from layerwise.data import _card, _download
from layerwise.data._dataset import Dataset
from layerwise.suggest import CourseError, nearest


class Damaged(Exception):
    """A file does not hold what its card promises; the message continues "The file ..."."""


def load(name, *, source="auto", address=None, folder=None, options=None, official=None, bundled=None, drawn=None,
         live=None):
    """Return a data set from the best source that is wanted and at hand.

    Args:
        name: The data set's name.
        source: One of `layerwise.data.SOURCES`.
        address: Another address of the official files: of the one file, or of the folder that holds them.
        folder: The folder of bundled data; the course's own when None.
        options: Settings for the reader of a drawn or live set, such as ``{"seed": 1}``.
        official: A function from the list of official files' paths (in the card's order) to a dict of arrays.
        bundled: The same for the bundled files.
        drawn: A function that takes ``seed`` and the other options by name and returns a dict of arrays.
        live: The same without a seed, for what is read from installed software.

    Returns:
        A `Dataset`. Readers raise `Damaged` or OSError for files that are not what they should be. A reader may put
        "classes" into its dict where the card cannot know them.

    Raises:
        CourseError: When no source that is wanted can give the data whole. The message says what to do.
    """
    card = _card.read(name, folder or paths.bundled())
    options = dict(options or {})
    readers = {"official": official, "bundled": bundled, "drawn": drawn, "live": live}
    if source not in ("auto", "best") and source not in card.sources:
        raise CourseError(
            f"{name!r} has no source {source!r}; it has {' and '.join(repr(one) for one in card.sources)}."
            f"{nearest(source, card.sources)}"
        )
    makers = [kind for kind in ("drawn", "live") if kind in card.sources]
    if options and (source == "auto" or source == "best") and makers:
        source = makers[0]  # who asks for a seed or a size means the generator
    if options and source not in makers:
        raise CourseError(
            f"{name!r} from the source {source!r} takes no {', '.join(sorted(options))}: "
            + ("ask for source=\"drawn\"." if makers else "it comes as it is.")
        )
    arrays, used, note = _choose(card, source, address, readers, options)
    classes = tuple(arrays.pop("classes", card.classes))
    for key, array in arrays.items():
        if key.partition("_")[0] == "y" and array.dtype.kind == "u":
            arrays[key] = array.astype("int64")  # what losses and metrics of every backend take
    return Dataset(card=card, arrays=arrays, classes=classes, source=used, note=note)


def _choose(card, source, address, readers, options):
    """Return arrays, the source in use, and a note for people."""
    if source in ("bundled", "drawn", "live"):
        return _own(card, source, readers, options), source, ""
    notes = []
    if card.official:
        for find, used in ((_mirror, "mirror"), (_cached, "official")):
            arrays, note = find(card, readers["official"])
            notes += note
            if arrays:
                return arrays, used, " ".join(notes)
    instead = [kind for kind in ("bundled", "drawn", "live") if kind in card.sources]
    if instead and (source == "auto" or not card.official):
        return _own(card, instead[0], readers, options), instead[0], " ".join(notes)
    if source == "auto":
        raise CourseError(" ".join([
            *notes, f"{card.name!r} comes with no sample and is not on this machine yet. Where there is a network, "
            f'data.load("{card.name}", source="official") downloads it ({_megabytes(card)}). {_download.advice(card)}'
        ]))
    try:
        return _official(card, address, readers["official"]), "official", " ".join(notes)
    except CourseError as error:
        if source == "official" or not instead:
            raise CourseError(" ".join([*notes, str(error)])) from None
        use = {"bundled": "the bundled sample is used", "drawn": "drawn data is used"}[instead[0]]
        note = " ".join([*notes, f"The official data could not be had, so {use}. {error}"])
        arrays = _own(card, instead[0], readers, options)
        show.card(f"<p>{html.escape(note)}</p>", text=note, kind="ask")
        return arrays, instead[0], note


def _megabytes(card):
    return f"{sum(file['bytes'] for file in card.official['files']) / 1e6:.1f} MB"


def _mirror(card, read):
    """Return the arrays from the mirror folder or None, and a list of notes."""
    folder = paths.mirror()
    if folder is None:
        return None, []
    if not folder.is_dir():
        return None, [f"LAYERWISE_MIRROR names {folder}, and there is no such folder."]
    files = [(folder / file["mirror"], file) for file in card.official["files"]]
    if not any(path.exists() for path, _ in files):
        return None, []
    path = files[0][0]
    try:
        for path, _ in files:
            if not path.exists():
                raise Damaged("is missing")
        promised, other = card.official, False
        if "arrays" not in promised:  # then the files themselves are held against their hashes
            try:
                for path, file in files:
                    met = check_file(path, [file["hash"], *file.get("mirror_hashes", ())])
                    other = other or met in file.get("mirror_hashes", ())
            except Damaged:
                if "mirror_arrays" not in promised:
                    raise
                promised, other = {"arrays": promised["mirror_arrays"]}, True  # packed otherwise, perhaps
        path = files[0][0] if len(files) == 1 else files[0][0].parent  # the reader's message says which of several
        arrays = checked(read([path for path, _ in files]), promised)
        return arrays, [card.official["mirror_note"]] if other and "mirror_note" in card.official else []
    except (Damaged, OSError) as problem:
        what = "folder" if path == files[0][0].parent else "file"
        return None, [f"The mirror's {what} {path} {_told(problem)}; it was not used."]


def _cached(card, read):
    """Return the arrays from an earlier download or None, and a list of notes."""
    files = [_download.target(card, file) for file in card.official["files"]]
    if not all(path.exists() for path in files):
        return None, []
    path = files[0]
    try:
        if "arrays" not in card.official:
            for path, file in zip(files, card.official["files"], strict=True):
                check_file(path, [file["hash"]])
        path = files[0] if len(files) == 1 else files[0].parent
        return checked(read(files), card.official), []
    except (Damaged, OSError) as problem:
        what = "folder" if path == files[0].parent else "file"
        return None, [f"The {what} of an earlier download, {path}, {_told(problem)}; it was not used."]


def _told(problem):
    """Return in words what is wrong with a file."""
    if isinstance(problem, Damaged) or not problem.strerror:
        return str(problem)
    return f"cannot be read ({problem.strerror})"


def _official(card, address, read):
    """Return the arrays of the official files, downloading those that are not in the cache, whole and unchanged."""
    unverified = [_download.target(card, file) for file in card.official["files"] if not file["hash"]]
    old = any(path.exists() for path in unverified)
    files = _download.fetch(card, address=address)
    try:
        return checked(read(files), card.official)
    except (Damaged, OSError) as problem:
        told = f"The official file of {card.name!r}, {files[0]}, {_told(problem)}"
        if not unverified or isinstance(problem, OSError):
            report = "" if unverified else ", although its own hash is right. Please report this"
            raise CourseError(f"{told}{report}. {_download.advice(card)}") from None
    # Only reading tells whether such a file is whole. What is not must go, or no later attempt would download it.
    try:
        for path in unverified:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _download.unwritable(path.parent, error, what=repr(card.name), then=_download.advice(card)) from None
    if old:
        return _official(card, address, read)
    raise CourseError(
        f"{told}, so it was thrown away. The download may have been cut short or changed on its way; try again. "
        f"{_download.advice(card)}"
    )


def _own(card, source, readers, options):
    """Return the arrays of a bundled, drawn or live set."""
    if source in ("drawn", "live"):
        # What `functools.partial` has filled in is the module's business, not a setting.
        known = [
            name for name in inspect.signature(readers[source]).parameters
            if name not in getattr(readers[source], "keywords", {})
        ]
        for option in options:
            if option not in known:
                raise CourseError(
                    f"{card.name!r} takes no {option!r}; it takes {', '.join(known) or 'no settings'}."
                    f"{nearest(option, known)}"
                )
        return readers[source](**({"seed": card.drawn["seed"]} if source == "drawn" else {}) | options)
    files = [card.folder / file["file"] for file in card.bundled["files"]]
    path = files[0]
    try:
        for path, file in zip(files, card.bundled["files"], strict=True):
            if "sha256" in file:
                check_file(path, [f"sha256:{file['sha256']}"])
        path = files[0] if len(files) == 1 else card.folder  # the reader's message says which of several
        return checked(readers["bundled"](files), card.bundled)
    except FileNotFoundError as error:
        path, problem = Path(error.filename or path), "is missing"
    except (Damaged, OSError) as error:
        problem = _told(error)
    raise CourseError(
        f"The bundled sample of {card.name!r}, {path}, {problem}. {_card.RESTORE.format(folder=card.folder)}"
    )


def check_file(path, hashes):
    """Return which of some hashes such as "sha256:..." or "md5:..." a file has; "" where nobody could verify one.

    Raises:
        Damaged: When it equals none of them.
    """
    import pooch

    known = [one for one in hashes if one]
    if not known:
        return ""
    kinds = {one.partition(":")[0] for one in known}
    found = {f"{kind}:{pooch.file_hash(str(path), alg=kind)}" for kind in kinds}
    for one in known:
        if one in found:
            return one
    raise Damaged("holds other content than the card promises (its hash differs)")


def checked(arrays, promised):
    """Return arrays when each has the content that its hash stands for.

    Args:
        arrays: A dict of arrays.
        promised: A table of the card; its "arrays", where there are any, are content hashes by name.

    Raises:
        Damaged: When one is missing or holds other values.
    """
    for key, digest in promised.get("arrays", {}).items():
        if key not in arrays:
            raise Damaged(f"holds no array {key!r}")
        if _card.content_hash(arrays[key]) != digest:
            raise Damaged(f"holds other values in {key} than the card promises")
    return arrays
