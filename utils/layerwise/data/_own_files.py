"""Find somebody's own files: one folder for each class, whatever else lies about in them."""

import hashlib
import os

from layerwise.data._own_report import count, grouped, shown, some
from layerwise.suggest import CourseError

# Written by file managers, never meant as data.
_SYSTEM = {"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"}
_PARTS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval"}


def scan(folder, *, labels, noun, call):
    """Return the files of a folder that has one folder for each class.

    Links are followed, each folder is read once. A class's own folders inside its folder belong to the class.

    Args:
        folder: The path.
        labels: False takes all files wherever they lie, as one unnamed class.
        noun: What the files should be, such as "picture".
        call: The function's name for messages, such as "from_folder".

    Returns:
        A tuple: the classes' names; a list of (class number, path); what was dropped; remarks.

    Raises:
        CourseError: When the folder holds nothing, or no folder for each class where labels are wanted.
    """
    dropped, remarks, files = [], [], []
    folders, direct = _listed(folder, folder, dropped)
    if not labels:
        dropped = []
        files = [(0, path) for path in _walk(folder, folder, {os.path.realpath(folder)}, dropped)]
        if not files:
            raise CourseError(f"The folder {shown(folder)} holds no file.{_left(dropped)} Expected were {noun}s.")
        return ("",), files, dropped, remarks
    example = f"{shown(folder.name)}/cat/1 and {shown(folder.name)}/dog/1"
    arrange = (
        f"Expected is one folder for each class, such as {example}. Where there are no classes to learn, call "
        f"data.{call}(..., labels=False)."
    )
    if not folders:
        what = f"{count(len(direct), 'file')} and no folder" if direct else "nothing"
        raise CourseError(f"The folder {shown(folder)} holds {what}.{_left(dropped)} {arrange}")
    if {one.name.lower() for one in folders} <= _PARTS and any(_listed(folder, one, [])[0] for one in folders):
        raise CourseError(
            f"The folder {shown(folder)} holds the parts {some(one.name for one in folders)}, each with folders of its "
            f"own, and no classes. Read each part by itself: data.{call}({str(folders[0])!r})."
        )
    dropped += [(shown(path.name), "lies beside the folders of the classes, in none of them") for path in direct]
    nested, seen = [], {os.path.realpath(one) for one in (folder, *folders)}
    for number, one in enumerate(folders):
        inside = _walk(folder, one, seen, dropped)
        nested += [one.name] if any(path.parent != one for path in inside) else []
        files += [(number, path) for path in inside]
    if len(folders) == 1:
        inner = _listed(folder, folders[0], [])[0]
        deeper = (
            f" It holds the folders {some(shown(path.name) for path in inner)}: if those are the classes, call "
            f"data.{call}({str(folders[0])!r})." if len(inner) > 1 else ""
        )
        raise CourseError(
            f"The folder {shown(folder)} holds one class only, {shown(folders[0].name)!r}: there is nothing to tell "
            f"apart.{deeper} {arrange}"
        )
    if nested:
        remarks.append(f"Folders inside a class's folder count as part of the class: {some(map(shown, nested))}.")
    return tuple(shown(one.name) for one in folders), files, dropped, remarks


def settled(classes, kept, dropped, *, labels, noun, folder):
    """Return classes and new class numbers after reading, without the classes of which nothing was left.

    Args:
        classes: The classes' names.
        kept: The class number of each file that was read.
        dropped: What was dropped; empty classes are added to it.
        labels: False where there are no classes.
        noun, folder: For messages.

    Raises:
        CourseError: When nothing is left, or one class only.
    """
    import numpy as np

    if not kept:
        raise CourseError(f"The folder {shown(folder)} holds no {noun} that can be read.{_left(dropped)}")
    if not labels:
        return (), None
    left = sorted(set(kept))
    dropped += [
        (f"class {name!r}", f"its folder holds no {noun} that can be read")
        for number, name in enumerate(classes) if number not in left
    ]
    if len(left) == 1:
        raise CourseError(
            f"The folder {shown(folder)} holds {noun}s of one class only, {classes[left[0]]!r}: there is nothing to "
            f"tell apart.{_left(dropped)} Where that is meant, call it with labels=False."
        )
    return tuple(classes[number] for number in left), np.searchsorted(left, kept).astype("int64")


def without_copies(files, folder, classes, dropped, remarks):
    """Return the files without later copies, byte for byte, in the same class; tell of copies across classes."""
    sizes, first, across, kept = {}, {}, {}, []
    for _, path in files:
        size = _size(path)
        sizes[size] = sizes.get(size, 0) + 1
    for number, path in files:
        digest = _digest(path) if sizes[_size(path)] > 1 else None
        if digest is None:
            kept.append((number, path))
            continue
        earlier = first.setdefault((digest, number), path)
        if earlier is not path:
            dropped.append((relative(path, folder), "the same file again in its class"))
            continue
        across.setdefault(digest, []).append((number, path))
        kept.append((number, path))
    twice = [group for group in across.values() if len(group) > 1]
    if twice:
        listed = some(" = ".join(relative(path, folder) for _, path in group) for group in twice)
        remarks.append(
            f"Take care: {count(len(twice), 'file')} in more than one class, so at least one label of each is wrong "
            f"({listed})."
        )
    return kept


def relative(path, folder):
    """Return a path as people find it from the folder that they named."""
    return shown(path.relative_to(folder)).replace("\\", "/") if path != folder else shown(path.name)


def _left(dropped):
    return f" Dropped: {grouped(dropped)}." if dropped else ""


def _order(path):
    return path.name.casefold(), path.name


def _listed(root, folder, dropped):
    """Return the folders and the files in a folder, in the order of their names, without hidden ones."""
    folders, files = [], []
    try:
        inside = sorted(folder.iterdir(), key=_order)
    except OSError as error:
        dropped.append((relative(folder, root), f"may not be read ({error.strerror})"))
        return [], []
    for path in inside:
        name = path.name.lower()
        if path.is_dir():
            if name.startswith(".") or name == "__macosx":
                dropped.append((relative(path, root), "a hidden folder"))
            else:
                folders.append(path)
        elif name.startswith(".") or name in _SYSTEM:
            dropped.append((relative(path, root), "a file of the operating system"))
        elif path.is_file():
            files.append(path)
        else:
            dropped.append((relative(path, root), "a link to nothing" if path.is_symlink() else "no plain file"))
    return folders, files


def _walk(root, folder, seen, dropped):
    """Return all files under a folder; none of a folder in it that was seen before, as links may lead in circles."""
    folders, files = _listed(root, folder, dropped)
    for one in folders:
        true = os.path.realpath(one)
        if true in seen:
            dropped.append((relative(one, root), "a link to a folder that is read anyway"))
            continue
        seen.add(true)
        files += _walk(root, one, seen, dropped)
    return files


def _size(path):
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _digest(path):
    """Return the SHA-256 of a file, None when it is empty or cannot be read: its reader will say so."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() if _size(path) else None
    except OSError:
        return None
