"""What `load` gives: arrays with names, and the card at a glance."""

import base64
import dataclasses
import html
import io
from typing import Any

from layerwise import show, theme
from layerwise.data._card import Card

_IN_USE = {
    "bundled": "the sample that comes with the course",
    "official": "the official data, downloaded and checked",
    "mirror": "the official data, from the mirror folder, checked by content",
}


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Arrays for training and testing, with the card that says what they are.

    Attributes:
        name: The data set's name.
        x_train: Inputs to train on; pictures have shape `(n, height, width)` and type uint8.
        y_train: Their classes, shape `(n,)`, int64.
        x_test: Inputs to test on.
        y_test: Their classes.
        classes: The names of the classes: `classes[k]` is the name of class `k`.
        card: What the data is and where it is from.
        source: Which source is in use: "bundled", "official" or "mirror".
        note: Why it is not another one, or "".
    """

    name: str
    x_train: Any
    y_train: Any
    x_test: Any
    y_test: Any
    classes: tuple
    card: Card
    source: str
    note: str = ""

    def __repr__(self):
        note = f"\nNote: {self.note}" if self.note else ""
        return f"{self.card.title}\n{self._counts()}\nSource in use: {self.source}, {_IN_USE[self.source]}.{note}"

    def _counts(self):
        return (
            f"x_train {self.x_train.shape} {self.x_train.dtype}, y_train {self.y_train.shape} {self.y_train.dtype}, "
            f"x_test {self.x_test.shape}, y_test {self.y_test.shape}; {len(self.classes)} classes"
        )

    def _repr_html_(self):
        quote = html.escape
        card = self.card
        rows = [
            ("Training", f"{len(self.x_train):,} of shape {_shape(self.x_train)}, {self.x_train.dtype}"),
            ("Test", f"{len(self.x_test):,}, the whole official test set" if self._whole_test() else len(self.x_test)),
            ("Classes", ", ".join(self.classes)),
            ("Source in use", f"{self.source}: {_IN_USE[self.source]}"),
            ("From", card.origin),
            ("Licence", card.licence),
        ]
        table = "".join(
            f"<tr><th scope='row' style='text-align:left;padding:2px 14px 2px 0;vertical-align:top;"
            f"white-space:nowrap'>{quote(str(name))}</th>"
            f"<td style='text-align:left;padding:2px 0;white-space:normal'>{_linked(str(value))}</td></tr>"
            for name, value in rows
        )
        faults = "".join(
            f"<li>{quote(fault['what'])} (<a href='{quote(fault['source'], quote=True)}'>source</a>)</li>"
            for fault in card.faults
        )
        note = f"<p><strong>Note.</strong> {quote(self.note)}</p>" if self.note else ""
        return show.framed(
            f"<p><strong style='font-size:1.1em'>{quote(card.title)}</strong></p><p>{quote(card.what)}</p>"
            f"{self._examples()}{note}<table style='margin:6px 0;border-collapse:collapse'>{table}</table>"
            f"<details><summary>Known faults and how to cite</summary><ul>{faults}</ul>"
            f"<p>{_linked(card.citation)}</p></details>",
            kind="data",
        )

    def _whole_test(self):
        return len(self.x_test) == self.card.official.get("test", -1)

    def _examples(self):
        """Return one picture per class as an inline image, or nothing where the inputs are not grey pictures."""
        if self.x_train.ndim != 3 or len(self.x_train) == 0:
            return ""
        import numpy as np
        from PIL import Image

        shown = [k for k in range(min(len(self.classes), 10)) if np.any(self.y_train == k)]
        tiles = [self.x_train[np.argmax(self.y_train == k)] for k in shown]
        ink, paper = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (theme.INK, theme.PAPER))
        share = np.hstack([np.pad(tile, 2) for tile in tiles])[..., None] / 255
        strip = Image.fromarray(np.round(paper + (ink - paper) * share).astype("uint8"))
        packed = io.BytesIO()
        strip.save(packed, format="PNG", optimize=True)
        source = base64.b64encode(packed.getvalue()).decode("ascii")
        words = html.escape(", ".join(self.classes[k] for k in shown), quote=True)
        return (
            f"<img src='data:image/png;base64,{source}' alt='One training picture of each class: {words}' "
            f"style='width:100%;max-width:{int(strip.width * 1.6)}px;image-rendering:pixelated;border-radius:4px'>"
        )


def _shape(array):
    return " by ".join(str(side) for side in array.shape[1:])


def _linked(text):
    """Escape a text and make its addresses links."""
    import re

    parts = re.split(r"(https?://[^\s,;)]+)", text)
    return "".join(
        f"<a href='{html.escape(part, quote=True)}'>{html.escape(part)}</a>" if i % 2 else html.escape(part)
        for i, part in enumerate(parts)
    )
