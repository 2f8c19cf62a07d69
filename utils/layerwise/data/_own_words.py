"""Find out how a text file is encoded, and whether it is text at all."""

import codecs

from layerwise.data._own_report import count, shown
from layerwise.suggest import CourseError

MOST_BYTES = 200_000_000
_MARKS = (  # UTF-32 first: its mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (b"PK\x03\x04", "a packed file, such as an Excel or Word document"), (b"%PDF", "a PDF"), (b"\xd0\xcf\x11\xe0",
    "an old Excel or Word document"), (b"\x1f\x8b", "a gzip archive"), (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet table"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"RIFF", "a recording"),
    (b"\x89HDF", "an HDF5 file"), (b"BZh", "a bzip2 archive"), (b"{\\rtf", "an RTF document"),
)
# Below the space, without tab, line ends, form feed, backspace and escape, which stand in texts of old programs.
_CONTROL = bytes(set(range(32)) - {8, 9, 10, 11, 12, 13, 26, 27}) + b"\x7f"


class NoText(Exception):
    """A file that holds no text; the message continues "it is ..."."""


def decoded(path):
    """Return the text of a file, its encoding for people, and remarks.

    Line ends become ``"\\n"``. Single control characters such as NUL are taken out and told.

    Raises:
        NoText: When it is empty, too large, or something else than text.
        OSError: When it cannot be read.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise NoText(f"too large ({size / 1e6:,.0f} MB; {MOST_BYTES / 1e6:.0f} MB are read at most)")
    raw = path.read_bytes()
    if not raw.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise NoText("empty" if not raw else "empty but for blanks")
    for start, what in _KINDS:
        if raw.startswith(start):
            raise NoText(f"{what}, no plain text")
    text, encoding = _decoded(raw)
    remarks = []
    odd = sum(text.count(chr(code)) for code in _CONTROL)
    if odd > 0.005 * len(text):
        raise NoText("binary data, no text")
    if odd:
        text = text.translate(dict.fromkeys(_CONTROL))
        remarks.append(f"{count(odd, 'control character')} such as NUL taken out")
    if encoding == "Windows-1252":
        remarks.append("no valid UTF-8, so read as Windows-1252: look whether accents and umlauts are right")
    if "\ufffd" in text:
        lost = text.count("\ufffd")
        remarks.append(f"holds {count(lost, 'character')} that an earlier program could not read (\ufffd)")
    if is_web_page(text):
        remarks.append("a whole web page with its marks (HTML): look whether it is an error or a log-in page")
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding, remarks


def _decoded(raw):
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            try:
                return raw.decode(codec), codec.removesuffix("-sig").upper()
            except UnicodeDecodeError as error:
                if codec == "utf-8-sig":
                    raw = raw[3:]
                    break
                raise NoText(f"damaged: it starts like {codec.upper()} and is none ({error.reason})") from None
    half = raw[: len(raw) // 2 * 2][:4096]
    for at, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Texts in UTF-16 without a mark: every other byte is mostly zero, the ones between are not.
        if half[at::2].count(0) > 0.4 * len(half[at::2]) and half[1 - at :: 2].count(0) < 0.1 * len(half[at::2]):
            return raw.decode(codec, "replace"), "UTF-16"
    try:
        return raw.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        # latin-1 gives the bytes that Windows-1252 leaves open a meaning; they are control characters there.
        try:
            return raw.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:
            return raw.decode("latin-1"), "Windows-1252"


def is_web_page(text):
    """Return True for a whole page of HTML, which servers send also where a file was asked for.

    Example:
        >>> is_web_page("<!DOCTYPE html><html><p>Please log in"), is_web_page("a,b")
        (True, False)
    """
    return text[:200].lstrip().lower().startswith(("<!doctype html", "<html"))


def refused(path, problem, expected):
    """Return the CourseError for a single file that holds no text."""
    return CourseError(f"The file {shown(path)} cannot be used: it is {problem}. Expected was {expected}.")
