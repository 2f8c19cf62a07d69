"""Folders of files made once and kept: whole or not at all, by one process at a time."""

import atexit
import shutil
import tempfile
from pathlib import Path

from layerwise import paths
from layerwise.data import _download

_WAIT = 600  # seconds to wait for another process that makes the same folder
_TEMPORARY = {}  # folders of this process, where the cache cannot be written


def folder(name, key, make):
    """Return a folder in the cache, made by `make` the first time.

    Args:
        name: The data set's name.
        key: What tells this folder from others of the data set, such as the beginning of a hash, or a seed.
        make: A function of an empty folder that fills it. When it raises, nothing stays behind.

    Returns:
        A tuple: the path; a note for people, or "". Where the cache cannot be written, the folder is a temporary one
        that is removed when Python ends, and the note says so.

    Raises:
        CourseError: When the disk is full.
    """
    import filelock

    place = paths.cache() / name
    path = place / str(key)
    if path.is_dir():
        return path, ""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(place / f".lock-{key}", timeout=_WAIT):
            for left in place.glob(f"tmp-{key}-*"):  # of a process that was killed; the lock says that none is at work
                shutil.rmtree(left, ignore_errors=True)
            if not path.is_dir():
                _fill(Path(tempfile.mkdtemp(prefix=f"tmp-{key}-", dir=place)), make, path)
        return path, ""
    except filelock.Timeout:
        why = f"Another process has been at work on {path} for {_WAIT // 60} minutes"
    except OSError as error:
        if error.errno in _download.FULL:
            raise _download.unwritable(place, error, what=f"the files of {name!r}") from None
        why = f"The cache folder {place} cannot be written ({type(error).__name__}: {error.strerror or error})"
    temporary = _TEMPORARY.get((name, key))
    if temporary is None:
        place = Path(tempfile.mkdtemp(prefix="layerwise-"))
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        _fill(place / "new", make, place / str(key))
        temporary = _TEMPORARY[name, key] = place / str(key)
    return temporary, f"{why}, so the files are in a temporary folder and will be made anew next time."


def _fill(new, make, path):
    """Fill the folder `new` and give it its place; remove it when that fails."""
    try:
        new.mkdir(exist_ok=True)
        make(new)
        new.chmod(0o755)
        new.replace(path)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
