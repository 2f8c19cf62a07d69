"""The card of a data set: what it is, where it is from, under which licence, which faults are known."""

import dataclasses
import hashlib
import tomllib
from pathlib import Path

from layerwise.suggest import CourseError


@dataclasses.dataclass(frozen=True)
class Card:
    """What people should know of a data set before they use it; read from ``card.toml``."""

    name: str
    title: str
    what: str
    classes: tuple
    origin: str
    licence: str
    citation: str
    faults: tuple
    official: dict
    bundled: dict
    folder: Path

    def __str__(self):
        faults = "".join(f"\n  - {fault['what']} ({fault['source']})" for fault in self.faults)
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
        return Card(
            name=name, folder=path.parent, title=entries["title"], what=entries["what"],
            classes=tuple(entries["classes"]), origin=entries["origin"], licence=entries["licence"],
            citation=entries["citation"], faults=tuple(entries.get("fault", ())),
            official=entries["official"], bundled=entries["bundled"],
        )
    except FileNotFoundError:
        problem = "is missing"
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
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
