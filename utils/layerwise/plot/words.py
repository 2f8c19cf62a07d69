"""Text on its way into a network: tokens in boxes, their numbers below."""

from layerwise import theme
from layerwise.plot._figure import figure, sentence

_KEY = {"known": "in the vocabulary", "unknown": "not in it", "padding": "filled up", "cut": "cut off"}
KINDS = {"known": "#D6E6F2", "unknown": "#F6D5C2", "padding": "#ECE8DE", "cut": theme.PAPER}
"""What a token can be, and the colour of its box."""

_LETTER, _HIGH = 8.2, 54  # of a box, in pixels


def tokens(words, numbers, *, kinds=None, title="", summary=None, narrow=False):
    """Draw tokens as boxes, each with its number.

    Args:
        words: The tokens, texts.
        numbers: Their numbers; None where a token gets none.
        kinds: For each, "known", "unknown", "padding" or "cut"; all known when None.
        title: A sentence above the boxes.
        summary: The figure in words; written from the tokens when None.
        narrow: True breaks lines for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When words, numbers and kinds differ in number, or a kind is unknown.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.tokens(["free", "zorb"], [17, 1], kinds=["known", "unknown"], title="Two words."))
        'Two words. 2 tokens, 1 unknown: free 17, zorb 1.'
    """
    words, numbers = [str(word) for word in words], list(numbers)
    kinds = ["known"] * len(words) if kinds is None else list(kinds)
    if not len(words) == len(numbers) == len(kinds):
        raise ValueError(
            f"tokens() got {len(words)} words, {len(numbers)} numbers and {len(kinds)} kinds; they must agree."
        )
    if set(kinds) - set(KINDS):
        raise ValueError(f"tokens() knows {', '.join(KINDS)}; {sorted(set(kinds) - set(KINDS))[0]!r} came.")
    page = 400 if narrow else 700
    boxes, lines = _laid(words, numbers, page)
    unknown = kinds.count("unknown")
    pairs = zip(words, numbers, strict=True)
    listed = ", ".join(word if number is None else f"{word} {number}" for word, number in pairs) or "none"
    title = title or "From words to numbers"
    result = figure(
        title=title, height=120,
        summary=summary or f"{sentence(title)} {len(words)} tokens, {unknown} unknown: {listed}.",
    )
    shapes, middles, tops = [], [], []
    for (left, line, wide), kind in zip(boxes, kinds, strict=True):
        cut = kind == "cut"
        edge = {"color": theme.MUTED if cut else KINDS[kind], "width": 1, "dash": "dot" if cut else "solid"}
        shapes.append({
            "type": "rect", "x0": left, "x1": left + wide, "y0": line * _HIGH, "y1": (line + 1) * _HIGH - 10,
            "fillcolor": KINDS[kind], "layer": "below", "line": edge,
        })
        middles.append(left + wide / 2)
        tops.append(line * _HIGH)
    colours = [theme.MUTED if kind in ("padding", "cut") else theme.INK for kind in kinds]
    for texts, down, tints in (
        ([f"<b>{word}</b>" for word in words], 13, colours),
        (["" if number is None else str(number) for number in numbers], 32, [theme.MUTED] * len(words)),
    ):
        result.add_scatter(
            x=middles, y=[top + down for top in tops], mode="text", text=texts, hoverinfo="skip", showlegend=False,
            textfont={"size": theme.SIZES["tick"], "color": tints},
        )
    key = [kind for kind in KINDS if kind in kinds]
    left = 0.0
    for kind in key if len(key) > 1 else ():
        shapes.append({
            "type": "rect", "x0": left, "x1": left + 14, "y0": lines * _HIGH + 4, "y1": lines * _HIGH + 18,
            "fillcolor": KINDS[kind], "layer": "below",
            "line": {"color": theme.MUTED, "width": 1, "dash": "dot" if kind == "cut" else "solid"},
        })
        result.add_scatter(
            x=[left + 20], y=[lines * _HIGH + 11], mode="text", text=[_KEY[kind]], textposition="middle right",
            textfont={"size": theme.SIZES["tick"], "color": theme.MUTED}, hoverinfo="skip", showlegend=False,
        )
        left += 34 + 7 * len(_KEY[kind])
    tall = lines * _HIGH + (24 if len(key) > 1 else 0)
    hidden = {"visible": False, "fixedrange": True}
    return result.update_layout(
        shapes=shapes, height=int(result.layout.margin.t + tall + 10), margin={"l": 12, "r": 12, "b": 8},
        xaxis={**hidden, "range": [0, page]}, yaxis={**hidden, "range": [tall, -2]},
    )


def _laid(words, numbers, page):
    """Return for each token its left edge, line and width in pixels; and the number of lines."""
    boxes, left, line = [], 0.0, 0
    for word, number in zip(words, numbers, strict=True):
        wide = min(14 + _LETTER * max(len(word), len(str("" if number is None else number)), 2), page)
        if left and left + wide > page:
            left, line = 0.0, line + 1
        boxes.append((left, line, wide))
        left += wide + 6
    return boxes, line + 1
