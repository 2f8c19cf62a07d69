"""Read somebody's own table: which encoding, separator and header, which lines fit, what to predict."""

import csv
import io

from layerwise.data import _own_columns, _own_words
from layerwise.data import _own_report as report
from layerwise.suggest import CourseError, nearest

_SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars"}
_LOOKED_AT = 200  # lines, to find the separator
_MOST_CLASSES = 10  # different whole numbers in a target that are still taken as classes
_EXPECTED = (
    "a table as plain text, one line for each example, with fields between commas, semicolons or tabs; from a "
    "spreadsheet, save it as CSV"
)


def read(path, target):
    """Return the data set of a table; see `layerwise.data.from_csv`."""
    try:
        text, encoding, remarks = _own_words.decoded(path)
    except _own_words.NoText as problem:
        raise _own_words.refused(path, problem, _EXPECTED) from None
    except OSError as error:
        raise _own_words.refused(path, f"unreadable ({error.strerror})", _EXPECTED) from None
    if _own_words.is_web_page(text):
        raise _own_words.refused(path, "a web page, perhaps an error or a log-in in place of the table", _EXPECTED)
    remarks = [f"{remark[0].upper()}{remark[1:]}." for remark in remarks]
    dropped = []
    separator = _separator(text)
    header, rows, numbers = _rows(path, text, separator, dropped, remarks)
    table = _frame(header, rows, numbers)
    table, kinds, sign = _own_columns.typed(table, separator, dropped, remarks)
    target, y, classes, table = _target(path, table, kinds, target, dropped, remarks)
    table = _own_columns.useful(table, kinds, target, dropped, remarks)
    if table.empty:
        raise CourseError(
            f"In the file {report.shown(path)} nothing is left to learn from. Dropped: {report.grouped(dropped)}. "
            "Expected was a column or more that holds more than gaps and more than one value."
        )
    repeated = int(table.duplicated().sum())
    if repeated:
        remarks.append(
            f"{report.count(repeated, 'row')} equal to an earlier one, kept. If they are copies and no second cases, "
            "take them out before you split: table.drop_duplicates()."
        )
    arrays, told = {"table": table}, {"table": f"with {_gaps(table)}"}
    for kind in ("numbers", "categories", "dates", "texts"):
        arrays[kind] = [name for name in table.columns if kinds[name] == kind and name != target]
        told[kind] = ", ".join(map(str, arrays[kind])) or "none"
    if target is not None:
        values = report.per_class(y, classes) if classes else f"from {y.min():g} to {y.max():g}"
        arrays["y"], told["y"] = y, f"{target!r}, to predict: {values}"
    got = report.dataset(
        kind="table", title=f"Your own table: {report.shown(path.name)}", place=path, classes=classes,
        what=f"{report.count(len(table), 'row')}, {report.count(len(table.columns), 'column')}. Read as {encoding}, "
        f"fields between {_SEPARATORS[separator]}, decimal {sign}.",
        arrays=arrays, told=told, dropped=dropped, remarks=remarks,
    )
    got.target = target
    return got


def _separator(text):
    """Return the character between the fields: the one that splits most lines into as many fields as the first."""
    lines = list(_firsts(text))
    best, best_score = ",", 0.0
    for separator in _SEPARATORS:  # in the order of preference where two serve alike: "1,5;2,5"
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        common = max(set(widths), key=widths.count, default=1)
        if common > 1:
            score = widths.count(common) / len(widths) + (0.5 if widths[0] == common else 0)
            if score > best_score + 1e-9:
                best, best_score = separator, score
    return best


def _firsts(text):
    """Yield the first lines of a text."""
    for number, line in enumerate(io.StringIO(text, newline="")):
        if number >= _LOOKED_AT:
            return
        yield line


def _rows(path, text, separator, dropped, remarks):
    """Return the names, the rows of that many fields, and the line that each row begins on."""
    records = _records(path, text, separator)
    widths = [len(row) for _, row in records]
    width = max(set(widths), key=lambda one: (widths.count(one), one))
    while records and len(records[0][1]) not in (width, width - 1):  # a title above the table
        line, row = records.pop(0)
        dropped.append((f"line {line:,}", f"{_fields(row)} where the table has {width}"))
    if not records:
        raise CourseError(f"The file {report.shown(path)} holds no table: no two lines have as many fields as another.")
    first = [name.strip() for name in records[0][1]]
    if len(first) == width - 1:
        trailing = all(row[-1] == "" for _, row in records[1:] if len(row) == width)
        first = [*first, ""] if trailing else ["row", *first]
    if len(records) > 1 and all(_own_columns.is_number(cell) for cell in first):
        remarks.append("The first line holds numbers and no names, so it was read as data.")
        names = [f"column {i + 1}" for i in range(width)]
    else:
        names = _names(first, remarks)
        records = records[1:]
    if not records:
        raise CourseError(
            f"The file {report.shown(path)} holds one line only, the names {report.some(names)}, and no data below it."
        )
    for line, row in records:
        if len(row) != width:
            dropped.append((f"line {line:,}", f"{_fields(row)} where the table has {width}"))
    kept = [(line, row) for line, row in records if len(row) == width]
    if not kept:
        raise CourseError(f"The file {report.shown(path)} holds no line with {width} fields below its names.")
    if width == 1:
        remarks.append("Only one column was found: are the fields between commas, semicolons or tabs?")
    return names, [row for _, row in kept], [line for line, _ in kept]


def _fields(row):
    return report.count(len(row), "field")


def _records(path, text, separator):
    """Return (line number, fields) of each line that is not blank."""
    for strict in (True, False):
        reader, line, records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict), 1, []
        try:
            for row in reader:
                if any(cell.strip() for cell in row) or len(row) > 1:
                    records.append((line, row))
                line = reader.line_num + 1
            return records
        except csv.Error as error:
            if "unexpected end" in str(error) or "field larger" in str(error):
                raise CourseError(
                    f"In the file {report.shown(path)} a quotation mark is opened on line {line:,} and never closed. "
                    "Close it, or take it out."
                ) from None
    raise AssertionError("without strict no quotation mark is refused")


def _names(first, remarks):
    """Return names that differ; say which were missing or came twice."""
    names, twice, missing = [], [], []
    for number, name in enumerate(first, 1):
        if not name:
            name = f"column {number}"
            missing.append(name)
        unique, count = name, 1
        while unique in names:
            count += 1
            unique = f"{name} ({count})"
        twice += [unique] if count > 1 else []
        names.append(unique)
    if missing:
        remarks.append(f"Columns without a name: {report.some(missing)}.")
    if twice:
        remarks.append(f"Columns with the name of an earlier one, renamed: {report.some(twice)}.")
    return names


def _frame(header, rows, numbers):
    """Return a table of strings whose index is the number of the line in the file."""
    import pandas as pd

    packed = io.StringIO()
    csv.writer(packed).writerows(rows)
    packed.seek(0)
    table = pd.read_csv(packed, header=None, dtype=str, keep_default_na=False, na_filter=False, skip_blank_lines=False)
    table.columns, table.index = header, pd.Index(numbers, name="line")
    return table


def _gaps(table):
    import numpy as np

    gaps = table.isna().sum()
    named = [f"{name} {number:,}" for name, number in gaps[gaps > 0].sort_values(ascending=False).items()]
    return f"{int(np.sum(gaps)):,} gaps: {report.some(named)}" if named else "no gaps"


def _target(path, table, kinds, target, dropped, remarks):
    """Return the target's name, what to predict, its classes, and the table without the rows that lack it."""
    if target is None:
        return None, None, (), table
    if target not in table.columns:
        known = [str(name) for name in table.columns]
        raise CourseError(
            f"The table {report.shown(path)} has no column {target!r}; it has {', '.join(known[:30])}."
            f"{nearest(target, known)}"
        )
    gaps = table.index[table[target].isna()]
    dropped += [(f"line {line:,}", f"a gap in the target {target!r}") for line in gaps]
    table = table.drop(index=gaps)
    values = table[target]
    if values.nunique() < 2:
        what = "nothing but gaps" if values.empty else f"one value only, {values.iloc[0]!r}"
        raise CourseError(
            f"The target {target!r} of {report.shown(path)} holds {what}: there is nothing to predict. Expected were "
            "two classes or more, or numbers that differ."
        )
    different = sorted(values.unique())
    if kinds[target] == "numbers":
        if len(different) > _MOST_CLASSES or any(float(one) != int(one) for one in different):
            return target, values.to_numpy("float64"), (), table
        different = [int(one) for one in different]
    elif kinds[target] == "dates":
        raise CourseError(
            f"The target {target!r} of {report.shown(path)} holds dates; expected were classes or numbers."
        )
    if len(different) > len(values) / 2 and len(values) > 20:
        remarks.append(
            f"Take care: the target {target!r} has {len(different):,} classes in {len(values):,} rows; is it a name "
            "or a number of its own for each row?"
        )
    y = values.map({one: number for number, one in enumerate(different)}).to_numpy("int64")
    return target, y, tuple(str(one) for one in different), table
