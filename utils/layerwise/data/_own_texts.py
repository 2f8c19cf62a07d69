"""Read somebody's own texts: one, one on each line, or one folder for each class."""

from layerwise.data import _own_files, _own_words
from layerwise.data import _own_report as report

_LONG = 10_000  # characters on a line; longer ones are told, as the file may not hold one example on each line


def read(place, *, lines, labels):
    """Return the data set of a text file or of a folder of them; see `layerwise.data.from_text`."""
    return _folder(place, lines, labels) if place.is_dir() else _file(place, lines)


def _file(place, lines):
    expected = "plain text, such as a .txt file; from other programs, save as plain text"
    try:
        text, encoding, remarks = _own_words.decoded(place)
    except _own_words.NoText as problem:
        raise _own_words.refused(place, problem, expected) from None
    except OSError as error:
        raise _own_words.refused(place, f"unreadable ({error.strerror})", expected) from None
    remarks = [f"{remark[0].upper()}{remark[1:]}." for remark in remarks]
    common = {"kind": "text", "title": f"Your own text: {report.shown(place.name)}", "place": place}
    if not lines:
        count = text.count("\n") + (not text.endswith("\n"))
        return report.dataset(
            **common, what=f"{report.count(count, 'line')}, {report.count(len(text.split()), 'word')}, {encoding}.",
            arrays={"text": text}, told={"text": "the whole text"}, dropped=[], remarks=remarks,
        )
    examples, dropped, more = _lines(text)
    return report.dataset(
        **common, what=f"{report.count(len(examples), 'line')}, each an example; {encoding}.",
        arrays={"x": _texts(examples)}, told={"x": "one text for each line"}, dropped=dropped,
        remarks=[*remarks, *more],
    )


def _folder(place, lines, labels):
    classes, files, dropped, remarks = _own_files.scan(place, labels=labels, noun="text", call="from_text")
    files = _own_files.without_copies(files, place, classes, dropped, remarks)
    x, kept, encodings, told = [], [], {}, {}
    for number, path in files:
        name = _own_files.relative(path, place)
        try:
            text, encoding, more = _own_words.decoded(path)
        except (_own_words.NoText, OSError) as problem:
            why = f"cannot be read ({problem.strerror})" if isinstance(problem, OSError) else str(problem)
            dropped.append((name, why))
            continue
        encodings[encoding] = encodings.get(encoding, 0) + 1
        for remark in more:
            told.setdefault(remark, []).append(name)
        examples = [text]
        if lines:
            examples, blank, long = _lines(text)
            dropped += [(f"{name}, {what}", why) for what, why in blank]
            for remark in long:
                told.setdefault(remark.removesuffix("."), []).append(name)
        x += examples
        kept += [(number, path)] * len(examples)
    classes, y = _own_files.settled(
        classes, [number for number, _ in kept], dropped, labels=labels, noun="text", folder=place
    )
    remarks += [f"{words[0].upper()}{words[1:]} ({report.some(names)})." for words, names in told.items()]
    read_as = ", ".join(f"{encoding} ({number:,})" for encoding, number in encodings.items())
    arrays = {"x": _texts(x), "files": [path for _, path in kept]}
    described = {
        "x": f"from {min(map(len, x)):,} to {max(map(len, x)):,} characters", "files": "where each of them is from",
    }
    if y is not None:
        arrays["y"], described["y"] = y, report.per_class(y, classes)
    what = report.count(len(x), "text") + (f" in {len(classes)} classes" if labels else "")
    return report.dataset(
        kind="text", title=f"Your own texts: {report.shown(place.name)}", what=f"{what}. Files by encoding: {read_as}.",
        place=place, arrays=arrays, told=described, dropped=dropped, remarks=remarks, classes=classes,
    )


def _lines(text):
    """Return the lines that hold something, the blank ones as dropped, and remarks."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()  # what follows the last line's end is no line
    dropped = [(f"line {number:,}", "a blank line") for number, line in enumerate(lines, 1) if not line.strip()]
    kept = [line.strip() for line in lines if line.strip()]
    remarks = []
    long = sum(len(line) > _LONG for line in kept)
    if long:
        remarks.append(
            f"{report.count(long, 'line')} with more than {_LONG:,} characters: is there one example on each line?"
        )
    if len(set(kept)) < len(kept):
        remarks.append(f"{report.count(len(kept) - len(set(kept)), 'line')} that came before, kept.")
    return kept, dropped, remarks


def _texts(texts):
    import numpy as np

    array = np.empty(len(texts), object)
    array[:] = texts
    return array
