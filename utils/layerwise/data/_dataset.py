"""What `load` gives: arrays with names, and the card at a glance."""

import html
import re

from layerwise import show
from layerwise.data import _examples
from layerwise.suggest import nearest

IN_USE = {
    "bundled": "the sample that comes with the course",
    "official": "the official data, downloaded",
    "mirror": "the official data, from the mirror folder",
    "drawn": "drawn by a generator of this course",
    "live": "read from what is installed here",
    "own": "your own",
}


_CELL = "text-align:left;padding:2px 14px 2px 0;vertical-align:top;"
_ONE = {"texts": "text", "arrays": "array"}


class Dataset:
    """Arrays with names, and the card that says what they are.

    The arrays are attributes: ``digits.x_train``, ``digits.y_train``. Their names are the same wherever they mean the
    same: ``x`` for inputs, ``y`` for classes as int64 numbers, ``_train``, ``_validation`` and ``_test`` for the parts.

    Args:
        card: The `Card`.
        arrays: The arrays (or tables, or lists) by name.
        source: Which source is in use: "bundled", "official", "mirror", "drawn", "live" or "own".
        classes: The names of the classes: ``classes[k]`` is the name of class `k`.
        note: Why it is not another source, or "".

    Example:
        >>> from layerwise import data
        >>> digits = data.load("digits", source="bundled")
        >>> digits.x_train.shape, digits.classes[3], digits.source
        ((10000, 28, 28), '3', 'bundled')
    """

    def __init__(self, *, card, arrays, source, classes=(), note=""):
        self.card, self.arrays, self.source, self.classes, self.note = card, dict(arrays), source, classes, note

    @property
    def name(self):
        """The data set's name."""
        return self.card.name

    def __getattr__(self, name):
        arrays = self.__dict__.get("arrays", {})
        if name in arrays:
            return arrays[name]
        raise AttributeError(
            f"The data set {self.card.name!r} has no {name!r}; it has {', '.join(arrays)}.{nearest(name, arrays)}"
            if "card" in self.__dict__ else name
        )

    def __dir__(self):
        return [*super().__dir__(), *self.arrays]

    def __repr__(self):
        note = f"\nNote: {self.note}" if self.note else ""
        counts = "\n".join(f"{name}: {described(value)}" for name, value in self.arrays.items())
        return f"{self.card.title}\n{counts}\nSource in use: {self._in_use()}.{note}"

    def _in_use(self):
        checked = {
            "mirror": ", checked by content" if {"arrays", "mirror_arrays"} & set(self.card.official)
            else ", checked by hash",
            "official": ", checked by hash" if all(one["hash"] for one in self.card.official.get("files", ()))
            else "; nobody could verify its hash for this course",
        }
        return f"{self.source}: {IN_USE[self.source]}{checked.get(self.source, '')}"

    def _repr_html_(self):
        quote, card = html.escape, self.card
        parts, rest = self._parts()
        rows = [(name, self._line(name, self.arrays[name])) for name in rest]
        if self.classes:
            rows.append(("classes", ", ".join(map(str, self.classes))))
        rows.append(("source in use", self._in_use()))
        if self.source == "drawn":
            rows.append(("what it is not", card.drawn["not"]))
        rows += [("from", card.origin), ("licence", card.licence)]
        note = f"<p style='white-space:pre-line'><strong>Note.</strong> {quote(self.note)}</p>" if self.note else ""
        return shown(card, rows, between=f"{_examples.of(self)}{note}{parts}")

    def _parts(self):
        """Return a table of the arrays that come in parts, a column for each part, and the names of all others."""
        endings = [name.removeprefix("x") for name in self.arrays if name.startswith("x_")]
        if len(endings) < 2:
            return "", list(self.arrays)
        stems = {}
        for name, array in self.arrays.items():
            ending = f"_{name.rpartition('_')[2]}"
            if ending in endings and name != ending:
                stems.setdefault(name.removesuffix(ending), {})[ending] = array
        head = "".join(f"<th scope='col' style='{_CELL}'>{html.escape(one)}</th>" for one in ["", *endings, "each", ""])
        rows = []
        for stem, found in stems.items():
            counts = "".join(
                f"<td style='{_CELL}text-align:right'>{len(found[one]):,}</td>" if one in found
                else f"<td style='{_CELL}text-align:right'>–</td>" for one in endings
            )
            first = next(iter(found))
            each = described(found[first][:1]).removeprefix("1 × ").removeprefix("1, ").removeprefix("1 ")
            told = linked(self.card.arrays.get(stem + first, ""))
            rows.append(
                f"<tr><th scope='row' style='{_CELL}'>{html.escape(stem)}</th>{counts}"
                f"<td style='{_CELL}white-space:nowrap'>{html.escape(_ONE.get(each, each))}</td>"
                f"<td style='{_CELL}white-space:normal;min-width:14em'>{told}</td></tr>"
            )
        used = {stem + ending for stem, found in stems.items() for ending in found}
        return (
            f"<div style='overflow-x:auto'><table style='margin:6px 0;border-collapse:collapse'><tr>{head}</tr>"
            f"{''.join(rows)}</table></div>", [name for name in self.arrays if name not in used]
        )

    def _line(self, name, value):
        told = self.card.arrays.get(name, "")
        return f"{described(value)}{f': {told}' if told else ''}"


def described(value):
    """Return how many there are of what, in a few words.

    Example:
        >>> import numpy as np
        >>> described(np.zeros((3, 28, 28), "uint8"))
        '3 × 28 × 28, uint8'
        >>> described(["a", "b"])
        '2 items'
        >>> described("To be, or not to be, that is the question")
        '41 characters'
        >>> print(described("price"))
        "price"
    """
    if isinstance(value, str):
        return f"{len(value):,} characters" if len(value) > 30 or "\n" in value else f'"{value}"'
    if hasattr(value, "columns"):
        return f"{len(value):,} rows, {len(value.columns)} columns"
    if hasattr(value, "dtype"):
        kind = "texts" if value.dtype == object and value.size and isinstance(value.flat[0], str) else str(value.dtype)
        if kind == "object":
            kind = "arrays"
        shape = " × ".join(f"{side:,}" for side in value.shape)
        return f"{shape} {kind}" if kind in ("texts", "arrays") else f"{shape}, {kind}"
    if hasattr(value, "__len__") and not hasattr(value, "__fspath__"):
        return f"{len(value):,} item{'' if len(value) == 1 else 's'}"
    return str(value)


def shown(card, rows, *, between=""):
    """Return a card as HTML: title, what it is, `between`, a table of `rows` (name, text), faults and citation."""
    quote = html.escape
    table = "".join(
        f"<tr><th scope='row' style='{_CELL}white-space:nowrap'>{quote(str(name))}</th>"
        f"<td style='{_CELL}white-space:normal'>{linked(str(value))}</td></tr>"
        for name, value in rows
    )
    faults = "".join(
        f"<li>{quote(fault['what'])}"
        + (f" (<a href='{quote(fault['source'], quote=True)}'>source</a>)" if fault["source"] else "") + "</li>"
        for fault in card.faults
    )
    return show.framed(
        f"<p><strong style='font-size:1.1em'>{quote(card.title)}</strong></p><p>{linked(card.what)}</p>"
        f"{between}<table style='margin:6px 0;border-collapse:collapse'>{table}</table>"
        f"<details><summary>Known faults and how to cite</summary><ul>{faults or '<li>None known.</li>'}</ul>"
        f"<p>{linked(card.citation)}</p></details>",
        kind="data",
    )


def linked(text):
    """Escape a text and make its addresses links.

    Example:
        >>> linked("<b> https://keras.io")
        "&lt;b&gt; <a href='https://keras.io'>https://keras.io</a>"
    """
    parts = re.split(r"(https?://[^\s,;)]+)", text)
    return "".join(
        f"<a href='{html.escape(part, quote=True)}'>{html.escape(part)}</a>" if i % 2 else html.escape(part)
        for i, part in enumerate(parts)
    )


class Catalogue:
    """All cards in one table: name, what it is, which sources it has, under which licence."""

    def __init__(self, cards):
        self.cards = tuple(cards)

    def __repr__(self):
        return "\n".join(f"{card.name}: {card.title} ({', '.join(card.sources)})" for card in self.cards)

    def _repr_html_(self):
        cell = f"style='{_CELL}white-space:normal'"
        rows = "".join(
            f"<tr><th scope='row' {cell}><code>{card.name}</code></th><td {cell}>{html.escape(card.title)}</td>"
            f"<td {cell}>{', '.join(card.sources)}</td><td {cell}>{linked(card.licence)}</td></tr>"
            for card in self.cards
        )
        head = "".join(f"<th scope='col' {cell}>{name}</th>" for name in ("name", "what", "sources", "licence"))
        return show.framed(
            f"<p><strong>Data sets of the course</strong></p><table style='border-collapse:collapse'>"
            f"<tr>{head}</tr>{rows}</table>",
            kind="data",
        )
