"""Examples on a data set's card: sounds to play, texts, tables and series."""

import base64
import html
import io

from layerwise import theme
from layerwise.data._examples import chosen, part


def player(samples, rate, words):
    """Return an ``<audio>`` control that plays samples without asking the network.

    Args:
        samples: Shape `(n,)`, int16, or floats between -1 and 1.
        rate: Samples a second.
        words: What is heard.
    """
    import wave

    import numpy as np

    samples = np.asarray(samples)
    if samples.dtype != np.int16:
        samples = np.clip(np.round(samples * 32767), -32768, 32767).astype("int16")
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(int(rate))
        sound.writeframes(samples.astype("<i2").tobytes())
    content = base64.b64encode(file.getvalue()).decode("ascii")
    loudest = [int(np.abs(piece.astype(int)).max()) for piece in np.array_split(samples, 90) if len(piece)]
    heights = [14 * one / (max(loudest, default=0) or 1) for one in loudest]
    line = "".join(f"M{2 * i + 1} {14 - high:.1f}V{14 + high:.1f}" for i, high in enumerate(heights))
    return (
        f"<figure style='display:inline-block;margin:2px 10px 2px 0'><figcaption>{html.escape(words)}</figcaption>"
        f"<svg viewBox='0 0 180 28' width='180' height='28' aria-hidden='true' style='display:block'>"
        f"<path d='{line}' stroke='{theme.BLUE}' stroke-width='1.4'/></svg>"
        f"<audio controls preload='none' aria-label='{html.escape(words, quote=True)}' style='width:180px;height:32px' "
        f"src='data:audio/wav;base64,{content}'></audio></figure>"
    )


def sounds(dataset):
    """Play one clip of each of a few classes; where there are languages, of each language."""
    import numpy as np

    x, labels, lengths = part(dataset, "x"), part(dataset, "y"), part(dataset, "length")
    speakers, languages, said = part(dataset, "speaker"), part(dataset, "language"), part(dataset, "word")
    shown = chosen(dataset, labels, 4)
    if languages is not None:
        shown = [int(np.argmax(languages == language)) for language in sorted(set(languages))][:8]
    players = []
    for i in [i for i in shown if i < len(x)]:
        clip = x[i] if lengths is None else x[i][: lengths[i]]
        words = str(dataset.classes[int(labels[i])]) if labels is not None and len(dataset.classes) else f"clip {i}"
        words = words if said is None else str(said[i])
        words += "" if languages is None else f" ({languages[i]})"
        words += "" if speakers is None else f", {speakers[i]}"
        players.append(player(clip, dataset.arrays["rate"], words))
    return "".join(players)


def texts(dataset):
    """Quote a text: pairs beside each other, classes before their texts, a long one from its beginning."""
    pairs, text = part(dataset, "pairs"), part(dataset, "text")
    if pairs is not None:
        return _rows([[_short(str(cell), 160) for cell in pair] for pair in pairs[:4]])
    if text is not None:
        return f"<blockquote style='white-space:pre-wrap'>{_short(text, 300)}</blockquote>"
    x, labels, modules = part(dataset, "x"), part(dataset, "y"), part(dataset, "module")
    if x is None:
        return ""
    if modules is not None:  # source code, whose columns mean something
        look = "<code style='white-space:pre-wrap'>{}</code>"
        starts = ["\n".join(str(one).splitlines()[:6]) for one in x[:4]]
        return _rows([[html.escape(str(module)), look.format(_short(start, 240))]
                      for module, start in zip(modules[:4], starts, strict=True)])
    shown = [i for i in chosen(dataset, labels, 5) if i < len(x)]
    if labels is None or not len(dataset.classes):
        return _rows([[_short(str(x[i]), 240)] for i in shown])
    rows = []
    for i in shown:
        words = str(x[i])
        if len(words) < 20:  # such as a name: several of the class on one line
            words = ", ".join(str(one) for one, label in zip(x[:100], labels[:100], strict=True) if label == labels[i])
        rows.append([html.escape(str(dataset.classes[int(labels[i])])), _short(words, 240)])
    return _rows(rows)


def _short(text, most):
    text = text.strip()
    return html.escape(text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …")


def _rows(rows, head=()):
    cell = "style='text-align:left;padding:2px 12px 2px 0;vertical-align:top;white-space:pre-wrap'"
    top = "<tr>" + "".join(f"<th scope='col' {cell}>{name}</th>" for name in head) + "</tr>" if head else ""
    body = "".join("<tr>" + "".join(f"<td {cell}>{value}</td>" for value in row) + "</tr>" for row in rows)
    look = "border-collapse:collapse;font-size:0.92em"
    return f"<div style='overflow-x:auto'><table style='{look}'>{top}{body}</table></div>"


def table(dataset):
    table = part(dataset, "table")
    if table is None:
        return ""
    shown = table.head(4).astype(object).where(table.head(4).notna(), "–")
    head = [html.escape(str(name)) for name in table.columns]
    return _rows([[_cell(value) for value in row] for row in shown.to_numpy()], head)


def _cell(value):
    if hasattr(value, "strftime"):
        return f"<span style='white-space:nowrap'>{value}</span>"
    return _short(f"{value:g}" if isinstance(value, float) else str(value), 40)


def series(dataset):
    """Draw the first columns of numbers over their whole length, one thin line each."""
    table = part(dataset, "table")
    return "".join(_line(table[column], str(column)) for column in table.select_dtypes("number").columns[:3])


def _line(column, name):
    """Return one series as a drawn line with its name, dates and limits below; "" where it is all gaps."""
    import numpy as np

    values = column.to_numpy(dtype=float)
    whole = np.isfinite(values)
    if not whole.any():
        return ""
    wide, high = 700, 60
    at = np.linspace(0, len(values) - 1, min(len(values), wide)).astype(int)
    at = at[whole[at]]
    low, top = values[whole].min(), values[whole].max()
    y = high - 4 - (values[at] - low) / ((top - low) or 1) * (high - 8)
    line = " ".join(f"{x:.0f},{one:.1f}" for x, one in zip(at / max(len(values) - 1, 1) * wide, y, strict=True))
    first, last = (f"{moment:%Y-%m-%d}" if hasattr(moment, "strftime") else moment for moment in column.index[[0, -1]])
    words = f"{name}, from {first} to {last}, between {low:g} and {top:g}"
    return (
        f"<svg viewBox='0 0 {wide} {high}' role='img' aria-label='{html.escape(words, quote=True)}' "
        f"style='display:block;width:100%;max-width:{wide}px;background:{theme.PAPER};border-radius:4px'>"
        f"<polyline points='{line}' fill='none' stroke='{theme.BLUE}' stroke-width='1.2'/></svg>"
        f"<div style='font-size:0.92em;margin-bottom:6px'>{html.escape(words)}</div>"
    )
