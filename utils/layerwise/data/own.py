"""Your own data: pictures, tables, recordings and texts from your files, with a report of what was dropped and why."""

from layerwise.data import _own_report as report
from layerwise.suggest import CourseError


def from_folder(folder, *, size=None, labels=True):
    """Read your own pictures from one folder for each class.

    The folder ``pets`` with ``pets/cat/1.jpg``, ``pets/cat/2.png`` and ``pets/dog/rex.jpg`` gives the classes "cat" and
    "dog". JPEG, PNG, GIF, WebP, BMP, TIFF, AVIF and a few more are read, of any size and mode. Each file is decoded
    once, so that damaged ones are found now and not in the middle of a training. Of files that are the same byte for
    byte within a class, the first is kept.

    Args:
        folder: The path of the folder.
        size: Height and width in pixels, or one number for both: also give all pictures as one array. Each is turned
            upright as its EXIF data says, laid on white where it is transparent, scaled until it covers the size, and
            what stands out is cut off evenly on both sides, so that nothing is distorted. Without a size only the
            paths are given, for pipelines that read as they train.
        labels: False takes pictures without classes, wherever they lie in the folder.

    Returns:
        A `layerwise.data.Dataset` with ``folder``; ``files``, a list of paths; ``y``, class numbers of shape `(n,)`,
        int64; ``classes``; with a size ``x``, shape `(n, height, width, 3)`, uint8; ``dropped``, a list of tuples (what
        was left out, why). ``note`` says the same at a glance.

    Raises:
        layerwise.suggest.CourseError: When the folder is missing, holds no picture, one class only, or no folder for
            each class; or when the array would not fit into memory. The message says what to do.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from PIL import Image
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name, colour in [("cat", "red"), ("dog", "blue")]:
        ...         Path(folder, name).mkdir()
        ...         Image.new("RGB", (40, 30), colour).save(Path(folder, name, "1.png"))
        ...     pets = from_folder(folder, size=32)
        >>> pets.x.shape, pets.y.tolist(), pets.classes
        ((2, 32, 32, 3), [0, 1], ('cat', 'dog'))
    """
    from layerwise.data import _own_files, _own_pictures

    place = _folder(folder, "a folder with one folder of pictures for each class")
    size = _size(size)
    classes, files, dropped, remarks = _own_files.scan(place, labels=labels, noun="picture", call="from_folder")
    files = _own_files.without_copies(files, place, classes, dropped, remarks)
    if size:
        needed = len(files) * size[0] * size[1] * 3
        report.fits(needed, f"{len(files):,} pictures of {size[0]} × {size[1]}", "a smaller size")
    x, read = _own_pictures.read([path for _, path in files], size)
    good = [i for i, one in enumerate(read) if not isinstance(one, str)]
    dropped += [(_own_files.relative(files[i][1], place), read[i]) for i in range(len(files)) if i not in set(good)]
    classes, y = _own_files.settled(
        classes, [files[i][0] for i in good], dropped, labels=labels, noun="picture", folder=place
    )
    changes = {}
    for i in good:
        for change in read[i]["changed"]:
            changes[change] = changes.get(change, 0) + 1
    if changes:
        remarks.insert(0, "Changed: " + "; ".join(f"{number:,} × {change}" for change, number in changes.items()) + ".")
    sizes = [read[i]["size"] for i in good]
    smallest, largest = (f"{wide} × {high}" for wide, high in (min(sizes, key=_area), max(sizes, key=_area)))
    arrays = {"folder": place, "files": [files[i][1] for i in good]}
    told = {"files": f"their paths; from {smallest} to {largest} pixels (width × height)"}
    if y is not None:
        arrays["y"], told["y"] = y, report.per_class(y, classes)
    if size:
        arrays["x"], told["x"] = x[good] if len(good) < len(x) else x, "the pictures, upright, cropped to the centre"
    count = report.count(len(good), "picture") + (f" in {len(classes)} classes" if labels else "")
    return report.dataset(
        kind="photos", title=f"Your own pictures: {report.shown(place.name)}", what=f"{count}, read from your folder.",
        place=place, arrays=arrays, told=told, dropped=dropped, remarks=remarks, classes=classes,
    )


def from_csv(path, *, target=None):
    """Read your own table from a text file with one line for each example.

    Encoding, separator, decimal sign and the kind of each column are found out and reported: look whether they are
    right. "", NA, ?, - and their like are gaps. Lines with too few or too many fields are dropped, and so are columns
    that hold nothing or the same in each row.

    Args:
        path: The path of a ``.csv``, ``.tsv`` or ``.txt`` file.
        target: The name of the column to predict. Rows without it are dropped.

    Returns:
        A `layerwise.data.Dataset` with ``table``, a `pandas.DataFrame`; ``numbers``, ``categories``, ``dates`` and
        ``texts``, lists of the names of its columns of that kind, without the target; ``dropped``, a list of tuples
        (what was left out, why). With a target also ``target``, its name, and ``y``, shape `(n,)`: class numbers,
        int64, with ``classes``, for words and for at most 10 different whole numbers, otherwise float64 values.

    Raises:
        layerwise.suggest.CourseError: When the file is missing, empty, no table of text or too large, or when there is
            no such target or nothing in it to predict. The message says what to do.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "flats.csv")
        ...     _ = path.write_text("rooms;rent;city\\n2;810,50;Linz\\n3;?;Graz\\n4;1.290,00;Graz\\n")
        ...     flats = from_csv(path, target="city")
        >>> flats.numbers, flats.classes, flats.y.tolist(), flats.table.rent.tolist()
        (['rooms', 'rent'], ('Graz', 'Linz'), [1, 0, 0], [810.5, nan, 1290.0])
    """
    from layerwise.data import _own_tables

    return _own_tables.read(_file(path, "a table as a text file (.csv, .tsv)", "from_csv"), target)


def from_wav(path, *, rate=16_000, longest=30.0, labels=True):
    """Read your own recordings: one file, or one folder for each class.

    WAV, FLAC, OGG and MP3 are read, of any rate, number of channels and kind of samples. Channels are averaged, and the
    rate is changed by a polyphase filter (`scipy.signal.resample_poly`).

    Args:
        path: The path of a recording, or of a folder with one folder of recordings for each class.
        rate: The rate of what is returned, in samples a second.
        longest: How many seconds of a recording to take at most, from its beginning.
        labels: False takes recordings without classes, wherever they lie in the folder.

    Returns:
        A `layerwise.data.Dataset` with ``x``, shape `(n, samples)`, float32 between -1 and 1, shorter recordings filled
        up with zeros; ``length``, shape `(n,)`, the number of samples of each; ``rate`` in Hz; ``files``; with classes
        ``y`` and ``classes``; ``dropped``, a list of tuples (what was left out, why).

    Raises:
        layerwise.suggest.CourseError: When there is nothing, no recording that can be read, or one class only; or when
            the array would not fit into memory. The message says what to do.

    Example:
        >>> import tempfile
        >>> import numpy as np, soundfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tone = np.sin(np.arange(44_100) / 44_100 * 2 * np.pi * 440) / 2
        ...     soundfile.write(f"{folder}/a.wav", np.stack([tone, tone], 1), 44_100)
        ...     sound = from_wav(f"{folder}/a.wav")
        >>> sound.x.shape, sound.rate
        ((1, 16000), 16000)
    """
    from layerwise.data import _own_sound

    if isinstance(rate, bool) or not isinstance(rate, int) or not 1_000 <= rate <= 384_000:
        raise CourseError(f"rate={rate!r} came; expected was samples a second, such as 16000 (1,000 to 384,000).")
    if isinstance(longest, bool) or not isinstance(longest, (int, float)) or not 0 < longest < float("inf"):
        raise CourseError(f"longest={longest!r} came; expected was a number of seconds above 0, such as 30.")
    place = report.found(path, "a recording, or a folder with one folder of recordings for each class")
    return _own_sound.read(place, rate=rate, longest=longest, labels=labels)


def from_text(path, *, lines=False, labels=True):
    """Read your own text: one file, one example on each line, or one folder for each class.

    The encoding is found out and reported: UTF-8, UTF-16, otherwise Windows-1252. Line ends become ``"\\n"``.

    Args:
        path: The path of a text file, or of a folder with one folder of text files for each class.
        lines: True takes each line as an example; blank lines are dropped. In a folder, each line of each file.
        labels: False takes texts without classes, wherever they lie in the folder.

    Returns:
        A `layerwise.data.Dataset`: for a file ``text``, one string, or with `lines` ``x``, shape `(n,)`, strings; for a
        folder ``x``, ``files`` (the path that each example came from), and with classes ``y`` and ``classes``. Always
        ``dropped``, a list of tuples (what was left out, why).

    Raises:
        layerwise.suggest.CourseError: When there is nothing, no text, or one class only. The message says what to do.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "proverbs.txt")
        ...     _ = path.write_text("Hat es genützt?\\n\\nWait and see.\\n", encoding="cp1252")
        ...     proverbs = from_text(path, lines=True)
        >>> proverbs.x.tolist()
        ['Hat es genützt?', 'Wait and see.']
    """
    from layerwise.data import _own_texts

    place = report.found(path, "a text file, or a folder with one folder of text files for each class")
    return _own_texts.read(place, lines=lines, labels=labels)


def _area(size):
    return size[0] * size[1]


def _folder(path, expected):
    place = report.found(path, expected)
    if not place.is_dir():
        archive = place.suffix.lower() in (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")
        advice = "Unpack it first, and name the folder." if archive else f"Name the folder: {str(place.parent)!r}?"
        raise CourseError(f"{report.shown(place)} is a file; expected was {expected}. {advice}")
    return place


def _file(path, expected, call):
    place = report.found(path, expected)
    if not place.is_file():
        inside = sorted(one.name for one in place.iterdir() if one.is_file()) if place.is_dir() else []
        raise CourseError(
            f"{report.shown(place)} is a folder; expected was {expected}."
            + (f" It holds {report.some(map(report.shown, inside))}." if inside else " It holds no file.")
            + f" Name the file: data.{call}({str(place / (inside[0] if inside else 'table.csv'))!r})."
        )
    return place


def _size(size):
    """Return height and width, or None."""
    if size is None:
        return None
    pair = (size, size) if isinstance(size, int) else size
    try:
        height, width = (int(side) for side in pair)
        if (height, width) == tuple(pair) and min(height, width) >= 1 and max(height, width) <= 16_384:
            return height, width
    except (TypeError, ValueError):
        pass
    raise CourseError(
        f"size={size!r} came; expected was height and width in pixels, such as size=(128, 128), or one number for both."
    )
