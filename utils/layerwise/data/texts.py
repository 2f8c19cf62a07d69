"""Texts: spam mail, first names, Shakespeare, and what the running Python brings: source code and plain English."""

import json
import re

from layerwise.data import _archive, _sources
from layerwise.data._sources import Damaged
from layerwise.suggest import CourseError

_KEYS = {
    "spam": ("x_train", "y_train", "group_train", "x_test", "y_test", "group_test"),
    "first_names": ("x", "y", "both"),
}
_LARGEST = 16_000_000  # bytes that a bundled text file may have unpacked
_SIZES = {"python_source": 4_000_000, "english": 400_000}

# Folders of the standard library that hold tests, tables, other people's packages, or nothing that a person wrote.
_SKIPPED = {
    "test", "tests", "idle_test", "site-packages", "dist-packages", "__pycache__", "lib-dynload", "encodings",
    "pydoc_data", "_bundled", "turtledemo", "__phello__", "lib2to3", "_pyrepl",
}
_LONGEST = 200_000  # characters of one source file; longer ones are tables
_SHORTEST = 200


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return a data set of texts.

    Args:
        name: "spam", "first_names", "shakespeare", "python_source" or "english".
        source: See `layerwise.data.load`.
        address: Another address of the official file.
        folder: The folder of bundled data; the course's own when None.
        options: ``size``, for the last two: about how many characters to read.

    Returns:
        A `Dataset`. "spam" has ``x_train``, ``y_train``, ``group_train`` and the same for ``test``; "first_names"
        ``x``, ``y``, ``both``; "shakespeare" ``text``; "python_source" ``x``, ``package``, ``module``, ``python``;
        "english" ``text``, ``x``, ``python``.
    """
    readers = {"python_source": python_source, "english": english}
    try:
        return _sources.load(
            name, source=source, address=address, folder=folder, options=options, official=official,
            bundled=lambda files: read_json(files[0], _KEYS[name]), live=readers.get(name),
        )
    except CourseError as error:
        if name != "shakespeare":
            raise
        raise CourseError(f'{error} Or use another text meanwhile: data.load("english") needs no network.') from None


def whole(value, what, *, least=1, most=None):
    """Return a whole number that was given for an option.

    Raises:
        CourseError: When it is something else, or out of bounds.

    Example:
        >>> whole(3, "size")
        3
    """
    import operator

    try:
        number = operator.index(value) if not isinstance(value, bool) else None
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        bounds = f"of at least {least:,}" if most is None else f"from {least:,} to {most:,}"
        raise CourseError(f"{what} is {value!r}; a whole number {bounds} was expected.")
    return number


def official(files):
    """Return the text of an official file."""
    return {"text": read_text(files[0])}


def read_text(path):
    """Return the text of a file in UTF-8; a byte-order mark is dropped, line ends become "\\n".

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When it is empty or written otherwise.
    """
    from pathlib import Path

    return decoded(Path(path).read_bytes())


def decoded(content):
    """Return bytes in UTF-8 as text.

    Raises:
        Damaged: When there is no text in them, or they are written otherwise.

    Example:
        >>> decoded("Ophelia\\r\\n".encode("utf-8-sig"))
        'Ophelia\\n'
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Damaged("is written in UTF-16, by its first two bytes; UTF-8 was expected")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Damaged(
            f"is not written in UTF-8: byte {content[error.start]:#04x} at position {error.start:,} cannot be read "
            "(perhaps it is in latin-1)"
        ) from None
    if not text.strip():
        raise Damaged("holds no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_json(path, keys):
    """Return arrays from a ``.json.gz`` file with a list for each name.

    Args:
        path: The file.
        keys: The names of the lists that it must hold: those of ``y`` and ``group`` hold numbers, the others texts.

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When it is cut short, is something else, or lacks a list.
    """
    import numpy as np

    text = decoded(_archive.ungzip(path, size=_LARGEST))
    try:
        lists = json.loads(text)
    except ValueError as error:
        raise Damaged(f"is cut short or is no JSON ({error})") from None
    arrays = {}
    for key in keys:
        values = lists.get(key) if isinstance(lists, dict) else None
        if not isinstance(values, list) or not values:
            raise Damaged(f"holds no array {key!r}")
        kind = int if key.partition("_")[0] in ("y", "group") else str
        if not all(type(value) is kind and value != "" for value in values):
            raise Damaged(f"holds something else than {'numbers' if kind is int else 'texts'} in {key}")
        arrays[key] = np.array(values, dtype="int64" if kind is int else object)
    for part in ("", "_train", "_test"):
        sizes = {key: len(arrays[key]) for key in (f"x{part}", f"y{part}", f"group{part}") if key in arrays}
        if len(set(sizes.values())) > 1:
            raise Damaged("holds arrays of unequal length: " + ", ".join(f"{k} {n:,}" for k, n in sizes.items()))
    return arrays


# What the running Python brings ---------------------------------------------------------------------------------------


def python_source(*, size=_SIZES["python_source"]):
    """Return source files of the running Python's standard library, whole packages in a fixed mixed order.

    Tests, tables and files that cannot be decoded are left out.

    Args:
        size: About how many characters; the package that passes it is the last.
    """
    import hashlib
    import os
    import sysconfig
    import tokenize
    from pathlib import Path

    import numpy as np

    size = whole(size, "size", least=1000)
    top = Path(sysconfig.get_paths()["stdlib"])
    packages = {}
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in _SKIPPED and "-" not in name]
        for path in (Path(folder) / file for file in files if file.endswith(".py")):
            parts = path.relative_to(top).with_suffix("").parts
            if not _SKIPPED.intersection(parts) and not parts[0].startswith("_sysconfig"):
                packages.setdefault(parts[0], []).append((parts, path))
    x, package, module, total = [], [], [], 0
    for name in sorted(packages, key=lambda name: hashlib.sha256(name.encode()).digest()):
        for parts, path in sorted(packages[name]):
            try:
                with tokenize.open(path) as file:  # it reads which encoding the file says it has
                    text = file.read()
            except (OSError, SyntaxError, ValueError):
                continue
            if _SHORTEST <= len(text) <= _LONGEST and "\0" not in text:
                x.append(text)
                package.append(name)
                module.append(".".join(part for part in parts if part != "__init__"))
                total += len(text)
        if total >= size:
            break
    if not x:
        raise CourseError(
            f"This Python brings no source of its standard library: none lies in {top}. Use a Python from python.org "
            "or your system's packages, or another text: data.load(\"english\")."
        )
    return {
        "x": np.array(x, dtype=object), "package": np.array(package, dtype=object),
        "module": np.array(module, dtype=object), "python": _python(),
    }


def english(*, size=_SIZES["english"]):
    """Return prose from the help texts of the running Python, cleaned of mark-up, tables and code.

    Args:
        size: How many characters at most; the last paragraph is kept whole or left out.
    """
    import numpy as np

    size = whole(size, "size", least=1000)
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise CourseError(
            "This Python brings no help texts (the module pydoc_data is missing). Use a Python from python.org or your "
            "system's packages, or another text: data.load(\"python_source\")."
        ) from None
    found, total = {}, 0
    for topic in sorted(topics):
        for paragraph in prose(topics[topic]):
            if paragraph not in found and total + len(paragraph) <= size:
                found[paragraph] = topic
                total += len(paragraph) + 2
    return {"text": "\n\n".join(found), "x": np.array(list(found), dtype=object), "python": _python()}


def prose(text):
    """Return the paragraphs of a help text that are prose, each on one line.

    Example:
        >>> prose('Heading\\n=======\\n\\nThe statement "pass" does *nothing* at all, and\\nit does it well.')
        ['The statement pass does nothing at all, and it does it well.']
    """
    kept = []
    for block in re.split(r"\n\s*\n|\n(?=\s*\* )", text.expandtabs()):
        lines = [line for line in block.splitlines() if line.strip()]
        deep = [len(line) - len(line.lstrip()) for line in lines]
        if len(lines) > 1 and deep[1] > deep[0] and not re.match(r" *(\*|-|\d+\.|\[\d+\]) ", lines[0]):
            del lines[0]  # the name of what is then explained
        lines = [line.strip() for line in lines]
        if any(re.match(r"[+|]|>>>|\.\. |[*=~^-]{4}|.*::=", line) for line in lines):
            continue
        line = re.sub(r"(?<=[a-z]-) (?=[a-z])", "", " ".join(lines))
        line = re.sub(r"^(\*|-|\d+\.|\[\d+\]) ", "", line)
        line = re.sub(r" ?\[\d+\](?!\w)", "", line)
        line = re.sub(r"(?<!\w)\*{1,2}([^*\s](?:[^*]*[^*\s])?)\*{1,2}(?!\w)", r"\1", line)
        line = re.sub(r'"([^"\s]+)"', r"\1", line)
        line = re.sub(r"\s+", " ", line).strip()
        words = line.split()
        plain = sum(bool(re.fullmatch(r"[\"'(]*[A-Za-z][A-Za-z'’-]*[\"').,;:!?]*", word)) for word in words)
        if len(words) >= 8 and plain >= 0.8 * len(words) and line[0].isupper() and line[-1] in ".:!?)":
            kept.append(line)
    return kept


def _python():
    import platform

    return platform.python_version().rstrip("+")
