"""A table as it comes, and as the numbers that a network gets."""

from layerwise import theme
from layerwise.plot import _panels
from layerwise.plot._figure import figure, sentence, short, wrapped

_ROW = 26  # height of a row, in pixels
_GAP, _FILLED, _WORD = "#F2B48E", "#F3DFA6", "#E3EFE9"


_MOST, _BESIDE = 7, 4  # columns, and turned rows, that have room beside each other on a narrow page


def cells(columns, *, rows=6, filled=None, title="", summary=None, narrow=False, turned=False):
    """Draw the first rows of a table: gaps in orange, words in green, numbers by their value.

    Args:
        columns: A dict from a column's name to its values: numbers (gaps are nan) or texts (gaps are None or nan).
            Or several such dicts by name: tables one below the other.
        rows: How many rows to draw.
        filled: A dict from a column's name to booleans: values that were put into gaps, drawn in gold.
        title: A sentence above the table.
        summary: The figure in words; written from the columns when None.
        narrow: True makes letters smaller, for pages under 560 pixels, and turns tables where one has many columns.
        turned: True draws columns as lines, one below the other: many of them stay readable on any page.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there is no column.

    Example:
        >>> from layerwise import plot
        >>> birds = {"mass": [3750.0, float("nan")], "sex": ["male", None]}
        >>> plot.describe(plot.cells(birds, title="Two birds."))
        'Two birds. 2 columns (mass, sex) of 2 rows, 2 gaps.'
    """
    if not isinstance(columns, dict) or not columns:
        raise ValueError('cells() needs a dict such as {"mass": [3750.0, None]} with at least one column.')
    several = isinstance(next(iter(columns.values())), dict)
    tables = columns if several else {"": columns}
    title = title or "A table"
    told, heights = [], []
    lying = turned or (narrow and max(map(len, tables.values())) > _MOST)
    rows = min(rows, _BESIDE) if lying and narrow else rows
    for name, table in tables.items():
        count = max(len(values) for values in table.values())
        gaps = sum(is_gap(value) for values in table.values() for value in values)
        told.append(
            f"{name + ': ' if name else ''}{len(table)} columns ({', '.join(table)}) of {count:,} rows, {gaps:,} gaps"
        )
        if lying:
            heights.append(len(table) + 0.5 + 0.9 * bool(name))
        else:
            heights.append(min(rows, count) + 2.2 + 0.9 * bool(name))
    result = figure(title=title, summary=summary or f"{sentence(title)} {'; '.join(told)}.")
    panels, top = _panels.Panels(), 1.0
    for k, ((name, table), tall) in enumerate(zip(tables.items(), heights, strict=True)):
        share = tall / sum(heights)
        if name:
            panels.caption(f"<b>{name}</b>", 0.0, top - 0.7 / sum(heights), anchor="left")
        head = (0.2 if lying else 1.9) / sum(heights) + 0.9 * bool(name) / sum(heights)
        bottom = top - share + 0.15 / sum(heights)
        place = [bottom, max(top - head, bottom + 0.01)]
        _grid(panels, k + 1, table, rows, filled or {}, place, narrow, lying)
        top -= share
    return panels.into(
        result, height=int(result.layout.margin.t + _ROW * sum(heights) + 12), margin={"l": 8, "r": 8, "b": 8}
    )


def is_gap(value):
    """Return whether a cell of a table holds nothing.

    Example:
        >>> is_gap(None), is_gap(float("nan")), is_gap(0.0), is_gap("")
        (True, True, False, False)
    """
    return value is None or value != value


def _grid(panels, number, table, rows, filled, upwards, narrow, lying):
    import numpy as np

    count = min(rows, max(len(values) for values in table.values()))
    tints, texts = np.zeros((count, len(table))), []
    scale = ["#FFFFFF", _WORD, _GAP, _FILLED, "#CFE0EE", "#F6E1D5"]
    for j, (name, values) in enumerate(table.items()):
        flags = filled.get(name)
        texts.append([])
        signed = any(not isinstance(value, str) and not is_gap(value) and value < 0 for value in values)
        for i in range(count):
            value = values[i]
            tint = 2 if is_gap(value) else 3 if flags is not None and flags[i] else 1 if isinstance(value, str) else (
                (4 if value < 0 else 5 if value > 0 else 0) if signed or value == 1 else 0
            )
            tints[i, j] = tint
            texts[-1].append("–" if is_gap(value) else value if isinstance(value, str) else _written(value))
    written = list(zip(*texts, strict=True))
    size = 10 if narrow or (len(table) > 8 and not lying) else theme.SIZES["tick"]
    if lying:
        tints, written = tints.T, texts
    steps = [[edge, colour] for k, colour in enumerate(scale) for edge in (k / len(scale), (k + 1) / len(scale))]
    panels.trace(
        number, type="heatmap", z=tints, zmin=-0.5, zmax=len(scale) - 0.5, colorscale=steps, showscale=False,
        xgap=2, ygap=2,
        text=[list(row) for row in written], texttemplate="%{text}", textfont={"size": size},
        hovertemplate="%{text}<extra></extra>", hoverinfo="all",
    )
    bare = {"ticks": "", "showgrid": False, "zeroline": False, "showline": False}
    if lying:
        return panels.panel(
            number, [0, 1], upwards, x={"visible": False, "range": [-0.5, count - 0.5]},
            y={**bare, "tickmode": "array", "tickvals": list(range(len(table))), "automargin": True,
               "ticktext": [name.replace("_", " ") for name in table], "tickfont": {"size": size},
               "range": [len(table) - 0.5, -0.5]},
        )
    labels = ["<br>".join(wrapped(name.replace("_", " "), 8 if narrow or len(table) > 4 else 14)) for name in table]
    return panels.panel(
        number, [0, 1], upwards,
        x={**bare, "side": "top", "tickmode": "array", "tickvals": list(range(len(table))), "ticktext": labels,
           "tickfont": {"size": size}, "tickangle": 0, "range": [-0.5, len(table) - 0.5]},
        y={"visible": False, "range": [count - 0.5, -0.5]},
    )


def _written(value):
    return short(float(value)) if float(value) == round(float(value)) else f"{float(value):.2f}".rstrip("0")
