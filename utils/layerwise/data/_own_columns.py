"""Find out what the columns of a table of strings hold: numbers, categories, dates, texts, or nothing."""

import re

from layerwise.data._own_report import count, some

GAPS = {
    "", "na", "n/a", "#n/a", "nan", "null", "none", "?", "-", "--", "---", "–", ".", "missing", "n.a.", "k.a.", "k. a.",
}
_MOSTLY = 0.75  # share of numbers in a column of which the other cells are read as gaps
_NUMBERS = {  # how numbers are written, by the decimal sign; thousands between blanks or the other sign
    "point": r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?[1-9]\d{0,2}(?:[, \u00a0\u202f'’]\d{3})+(?:\.\d+)?",
    "comma": r"[+-]?\d+(?:,\d+)?(?:[eE][+-]?\d+)?|[+-]?[1-9]\d{0,2}(?:[. \u00a0\u202f'’]\d{3})+(?:,\d+)?",
}
_EVIDENCE = 5_000  # rows to find the decimal sign
_CODE = r"0\d+"  # a post code or a telephone number: the zero would be lost
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y",
)
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S")


def is_number(cell):
    """Return True for a number however its decimals and thousands are written.

    Example:
        >>> [is_number(cell) for cell in ("3", "1,5", "1.234,5", "rooms")]
        [True, True, True, False]
    """
    return any(re.fullmatch(pattern, cell.strip()) for pattern in _NUMBERS.values())


def typed(table, separator, dropped, remarks):
    """Return the table with proper types, the kind of each column, and the decimal sign.

    Args:
        table: Strings; its index is the line in the file.
        separator: Between fields: with ";" a doubtful "1,234" is taken as a decimal comma.
        dropped, remarks: Lists to report to.
    """
    import pandas as pd

    table = table.apply(lambda column: column.str.strip())
    table = table.mask(table.apply(lambda column: column.str.lower().isin(GAPS)))
    blank = table.index[table.isna().all(axis=1)]
    dropped += [(f"line {line:,}", "holds nothing but gaps") for line in blank]
    table = table.drop(index=blank)
    sign = _sign(table, separator, remarks)
    kinds, columns = {}, {}
    for name in table.columns:
        kinds[name], columns[name] = _column(name, table[name], sign, dropped, remarks)
    return pd.DataFrame(columns, index=table.index), kinds, sign


def _sign(table, separator, remarks):
    """Return "point" or "comma": how a file writes decimals, by the cells that leave no doubt."""
    cells = table.head(_EVIDENCE).stack().dropna()
    cells = cells[cells.str.contains(r"\d[.,]\d", regex=True)]
    fits = {sign: cells.str.fullmatch(pattern) for sign, pattern in _NUMBERS.items()}
    comma, point = (fits["comma"] & ~fits["point"]).sum(), (fits["point"] & ~fits["comma"]).sum()
    doubtful = cells[fits["comma"] & fits["point"]]
    if comma != point or doubtful.empty or separator == ",":
        return "comma" if comma > point else "point"
    sign = "comma" if separator == ";" else "point"
    remarks.append(
        f"{doubtful.iloc[0]!r} may be read in two ways and was read as {_number(doubtful.iloc[0], sign)}: look whether "
        "that is right."
    )
    return sign


def _number(cell, sign):
    """Return a number as Python writes it; one that does not fit the file's sign is read by the other."""
    if not re.fullmatch(_NUMBERS[sign], cell):
        sign = "comma" if sign == "point" else "point"
    cell = re.sub(r"[ \u00a0\u202f'’]", "", cell)
    return cell.replace(".", "").replace(",", ".") if sign == "comma" else cell.replace(",", "")


def _column(name, cells, sign, dropped, remarks):
    """Return the kind of a column and its values."""
    import numpy as np
    import pandas as pd

    held = cells.dropna()
    if held.empty:
        return "nothing", cells
    codes = held.str.fullmatch(_CODE)
    if sign == "point" and not codes.any():
        plain = pd.to_numeric(held, errors="coerce")
        if np.isfinite(plain).all():
            return "numbers", plain.reindex(cells.index)
    fits = (held.str.fullmatch(_NUMBERS["point"]) | held.str.fullmatch(_NUMBERS["comma"])) & ~codes
    if fits.mean() >= _MOSTLY and not codes.any():
        for line, cell in held[~fits].items():
            dropped.append((f"line {line:,}, {cell!r}", f"no number in the column of numbers {str(name)!r}"))
        return "numbers", pd.to_numeric(held[fits].map(lambda cell: _number(cell, sign))).reindex(cells.index)
    dates = _dates(name, held, remarks)
    if dates is not None:
        return "dates", dates.reindex(cells.index)
    if fits.mean() > 1 - _MOSTLY:
        remarks.append(f"The column {str(name)!r} mixes numbers and words ({some(held.unique())}): kept as words.")
    different = held.nunique()
    if different > max(20, len(held) / 2):
        return "texts", cells
    return "categories", cells.astype("category")


def _dates(name, held, remarks):
    """Return a column of dates, or None when it holds something else."""
    import pandas as pd

    if not re.match(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}", held.iloc[0]):
        return None
    found = []
    for written in (date + time for date in _DATES for time in _TIMES):
        if pd.to_datetime(held.head(20), format=written, errors="coerce").isna().any():
            continue
        dates = pd.to_datetime(held, format=written, errors="coerce")
        if dates.notna().all():
            found.append((written, dates))
    if not found:
        dates = pd.to_datetime(held, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
        return dates if dates.notna().all() else None
    if len(found) > 1 and not found[0][1].equals(found[1][1]):
        day = found[0][1].iloc[0]
        remarks.append(
            f"The dates in {str(name)!r} may be day/month or month/day; {held.iloc[0]!r} was read as {day:%d %B %Y}."
        )
    return found[0][1]


def useful(table, kinds, target, dropped, remarks):
    """Return the table without the columns from which nothing can be learnt."""
    for name in list(table.columns):
        if name == target:
            continue
        column, why = table[name], None
        if column.isna().all():
            why = "holds nothing but gaps"
        elif column.nunique() == 1 and not column.isna().any() and len(table) > 1:
            why = f"holds {column.iloc[0]} in every row"
        elif kinds[name] == "numbers" and re.fullmatch(r"column \d+|row|Unnamed: \d+", str(name)) and _counts(column):
            why = "only numbers the rows"
        elif kinds[name] == "numbers" and _counts(column) and len(table) > 2:
            remarks.append(f"The column {str(name)!r} only numbers the rows: leave it out of a model's inputs.")
        if why:
            dropped.append((f"column {str(name)!r}", why))
            table = table.drop(columns=name)
        elif kinds[name] == "categories":
            table[name] = table[name].cat.remove_unused_categories()
    gaps = table.isna().mean()
    mostly = [str(name) for name in gaps[gaps > 0.5].index]
    if mostly:
        remarks.append(f"More than half are gaps in {count(len(mostly), 'column')}: {some(mostly)}.")
    return table


def _counts(column):
    import numpy as np

    values = column.to_numpy()
    return len(values) > 1 and not column.isna().any() and bool(np.all(np.diff(values) == 1)) and values[0] in (0, 1)
