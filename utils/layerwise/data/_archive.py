"""Read archives that came from elsewhere: plain files only, inside their folder, and no more than promised."""

import bz2
import contextlib
import gzip
import lzma
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from layerwise.data._sources import Damaged

# One entry: enough for any picture or recording of the course.
LARGEST = 64_000_000
_PADDING = 1_000  # records that may follow the end of an archive
_AROUND = 16_384  # bytes that may stand around the content of one entry: its header, a long name, padding


def members(path, *, files, size):
    """Yield the name and the content of each plain file in a tar or zip archive.

    Folders are passed over. The limits hold while it is unpacked, whatever the archive says of itself.

    Args:
        path: The archive: ``.tar``, ``.tar.gz``, ``.tgz``, ``.tar.bz2``, ``.tar.xz`` or ``.zip``.
        files: How many files it may hold.
        size: How many bytes they may have together.

    Raises:
        Damaged: When the archive is cut short, is none, holds a link, a device or a name that leads out of its folder,
            or is larger than allowed.

    Example:
        >>> import tempfile, zipfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with zipfile.ZipFile(f"{folder}/a.zip", "w") as archive:
        ...         archive.writestr("notes/one.txt", "hello")
        ...     list(members(f"{folder}/a.zip", files=1, size=100))
        [('notes/one.txt', b'hello')]
    """
    count = total = 0
    try:
        with contextlib.closing(_entries(Path(path), files=files, size=size)) as entries:
            for name, read in entries:
                count += 1
                if count > files:
                    raise Damaged(f"holds more than the {files:,} files that its card allows")
                content = read(min(LARGEST, size - total) + 1)
                total += len(content)
                if total > size or len(content) > LARGEST:
                    raise _too_much(size)
                yield safe(name), content
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile,
            NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        if isinstance(error, RuntimeError) and "generator" in str(error):
            raise
        raise Damaged(f"is cut short or is no archive ({type(error).__name__}: {error})") from None


def _too_much(size):
    return Damaged(f"unpacks to more than the {size / 1e6:,.1f} MB that its card allows")


def safe(name):
    """Return an entry's name when it stays inside the archive's folder, with "/" between its parts.

    Raises:
        Damaged: When it does not.
    """
    parts = PurePosixPath(name.replace("\\", "/"))
    if not parts.name or parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0] or "\0" in name:
        raise Damaged(f"holds the name {name!r}, which leads out of its folder; nothing was unpacked from it")
    return str(parts)


def unpack(path, folder, *, files, size, wanted=None):
    """Write the files of an archive into a folder.

    Args:
        path: The archive.
        folder: An empty folder that the caller removes when this raises; see `layerwise.data._cache.folder`.
        files, size: As for `members`.
        wanted: A function of the name that returns where it goes, relative to the folder, or None to leave it out;
            everything goes where it was when None.

    Returns:
        The number of files written.
    """
    count = 0
    for name, content in members(path, files=files, size=size):
        place = name if wanted is None else wanted(name)
        if place is None:
            continue
        target = Path(folder) / safe(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        count += 1
    return count


def _entries(path, *, files, size):
    """Yield name and read(limit) of each plain file; refuse what is neither file nor folder."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if (entry.external_attr >> 16) & 0o170000 == 0o120000:
                    raise Damaged(f"holds the link {entry.filename!r}; only plain files are read")
                if entry.flag_bits & 1:
                    raise Damaged(f"holds {entry.filename!r}, which is encrypted")
                if not entry.is_dir():
                    with archive.open(entry) as file:
                        yield entry.filename, file.read
        return
    whole = _uncompressed(path)
    file = _Bounded(whole, size + files * _AROUND + _PADDING * tarfile.RECORDSIZE, allowed=size)
    with whole, tarfile.open(fileobj=file, mode="r|") as archive:
        for entry in archive:
            if entry.isdir():
                continue
            if not entry.isfile():
                raise Damaged(f"holds {entry.name!r}, a link or a device; only plain files are read")
            if entry.size > LARGEST:
                raise Damaged(f"holds {entry.name!r} of {entry.size / 1e6:,.0f} MB; {LARGEST / 1e6:.0f} MB are allowed")
            yield entry.name, archive.extractfile(entry).read
        # A tar archive ends before its compressed file does; only the rest shows that nothing was cut off.
        for _ in range(_PADDING):
            if not file.read(tarfile.RECORDSIZE):
                return
        raise Damaged("goes on behind the end of its archive")


class _Bounded:
    """A file of which no more than so many bytes are read: also a header of a tar archive may unpack to gigabytes."""

    def __init__(self, file, most, *, allowed):
        self._file, self._left, self._allowed = file, most, allowed

    def read(self, count):
        content = self._file.read(count)
        self._left -= len(content)
        if self._left < 0:
            raise _too_much(self._allowed)
        return content


def _uncompressed(path):
    """Return an open file with the content of a tar archive, whichever way it is compressed."""
    with path.open("rb") as file:
        start = file.read(6)
    for mark, library in ((b"\x1f\x8b", gzip), (b"BZh", bz2), (b"\xfd7zXZ\0", lzma)):
        if start.startswith(mark):
            return library.open(path)
    return path.open("rb")


def ungzip(path, *, size):
    """Return the content of a ``.gz`` file of at most `size` bytes.

    Raises:
        Damaged: When it is cut short, is something else, or is larger.
    """
    try:
        with gzip.open(path) as file:
            content = file.read(size + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Damaged(f"is cut short or is no gzip file ({type(error).__name__}: {error})") from None
    if len(content) > size:
        raise _too_much(size)
    return content
