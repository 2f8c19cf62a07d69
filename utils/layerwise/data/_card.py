"""The card of a data set: what it is, where it is from, under which licence, which faults are known."""

import dataclasses
import hashlib
import tomllib
from pathlib import Path

from layerwise.suggest import CourseError

KINDS = ("pictures", "photos", "scenes", "scans", "sound", "text", "table", "series", "video")
"""What a data set may hold; decides how its examples are shown."""

SOURCES = ("official", "bundled", "drawn", "live")
"""Where data may come from: downloaded, in the course, from a generator, read from what is installed."""


@dataclasses.dataclass(frozen=True)
class Card:
    """What people should know of a data set before they use it; read from ``card.toml``.

    Attributes:
        name: The data set's name.
        title: The same for people.
        kind: One of `KINDS`.
        what: What it holds and which task it is for.
        arrays: What each attribute of the data set is, by its name.
        classes: The names of the classes, or an empty tuple.
        origin: Who made it, and where it is described.
        licence: Under which licence.
        citation: How to cite it.
        faults: Known faults, each a dict with "what" and "source" (an address, or "" where the course itself says so).
        official: The table of that name, or an empty dict: "files" (each with file, address, hash, bytes, mirror),
            perhaps "arrays" (content hashes), perhaps "mirror_arrays" (those of a mirror that differs from the official
            files).
        bundled: Likewise: "files" (each with file, perhaps sha256), perhaps "arrays", "made".
        drawn: Likewise: "seed", "made", "not" (what the drawn data is not).
        live: Likewise: "made".
        folder: The folder that holds the card.
    """

    name: str
    title: str
    kind: str
    what: str
    arrays: dict
    classes: tuple
    origin: str
    licence: str
    citation: str
    faults: tuple
    official: dict
    bundled: dict
    drawn: dict
    live: dict
    folder: Path

    @property
    def sources(self):
        """The sources that this data set has, a tuple out of `SOURCES`."""
        return tuple(source for source in SOURCES if getattr(self, source))

    def __str__(self):
        faults = "".join(
            f"\n  - {fault['what']}" + (f" ({fault['source']})" if fault["source"] else "") for fault in self.faults
        )
        return (
            f"{self.title}\n{self.what}\nFrom: {self.origin}\nLicence: {self.licence}\nCite: {self.citation}\n"
            f"Known faults:{faults or ' none known'}"
        )

    __repr__ = __str__


def read(name, folder):
    """Return the card of a data set.

    Args:
        name: The data set's name.
        folder: The folder that holds ``<name>/card.toml``.

    Raises:
        CourseError: When the card is missing or damaged.
    """
    path = Path(folder) / name / "card.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        card = Card(
            name=name, folder=path.parent, title=entries["title"], kind=entries["kind"], what=entries["what"],
            arrays=dict(entries["arrays"]), classes=tuple(entries.get("classes", ())), origin=entries["origin"],
            licence=entries["licence"], citation=entries["citation"],
            faults=tuple({"what": fault["what"], "source": fault["source"]} for fault in entries.get("fault", ())),
            **{source: entries.get(source, {}) for source in SOURCES},
        )
        if card.kind not in KINDS:
            raise ValueError(f"its kind is {card.kind!r}, which is none of {', '.join(KINDS)}")
        if not card.sources:
            raise ValueError(f"it has none of the tables {', '.join(SOURCES)}")
        return card
    except FileNotFoundError:
        problem = "is missing"
    except (OSError, KeyError, TypeError, ValueError) as error:  # ValueError: no UTF-8, no TOML, or one of the above
        problem = f"cannot be read ({type(error).__name__}: {error})"
    raise CourseError(f"The card of the data set {name!r}, {path}, {problem}. {RESTORE.format(folder=path.parent)}")


RESTORE = (
    "Bring the bundled data back: in a checkout of the course with `git checkout -- {folder}`, "
    "otherwise by installing the package again."
)


def content_hash(array):
    """Return the SHA-256 of an array's type, shape and values, however its file is packed.

    Example:
        >>> import numpy as np
        >>> content_hash(np.zeros((2, 2), "uint8"))[:12]
        '38e7c3c315e8'
    """
    import numpy as np

    array = np.ascontiguousarray(array)
    head = f"{array.dtype.name} {'x'.join(map(str, array.shape))}\n"
    return hashlib.sha256(head.encode("ascii") + array.tobytes()).hexdigest()
