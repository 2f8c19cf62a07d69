"""The one look of the course: six colours, one type scale, one Plotly template.

The colours differ in lightness as well as in hue, so that they stay apart in print
and for the three common forms of colour blindness (`tests/test_theme.py` measures it).
Figures stand on their own light paper and so read the same in JupyterLab's light and
dark themes; controls and messages take their colours from JupyterLab's own variables.
"""

INK = "#14304A"
BLUE = "#2B7BBA"
ORANGE = "#D9642A"
MINT = "#4FB393"
PLUM = "#8E3B7D"
GOLD = "#E3B23C"

PALETTE = (BLUE, ORANGE, MINT, PLUM, GOLD, INK)
"""The six colours in the order in which curves and bars take them."""

PAPER = "#FBF9F4"
GRID = "#E6E1D6"
MUTED = "#5B6875"

FONT = "Inter, 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
SIZES = {"title": 17, "label": 13, "tick": 12}
"""Type scale of figures, in pixels."""

INTENSITY = ((0.0, PAPER), (0.35, "#A9C6DC"), (0.7, BLUE), (1.0, INK))
"""Sequential colour scale: paper to ink, for pictures and counts."""

DIVERGING = ((0.0, BLUE), (0.5, PAPER), (1.0, ORANGE))
"""Diverging colour scale for signed values: blue below zero, orange above."""

CSS = """
.layerwise { font-family: %(font)s; line-height: 1.45; }
.layerwise-card {
  border: 1px solid var(--jp-border-color2, #d8d2c4); border-left: 5px solid %(blue)s;
  border-radius: 8px; padding: 10px 16px; margin: 6px 0; max-width: 760px;
}
.layerwise-card p { margin: 4px 0; }
.layerwise-right { border-left-color: %(mint)s; }
.layerwise-not-yet { border-left-color: %(orange)s; }
.layerwise-not-tried { border-left-color: %(muted)s; }
.layerwise-found { border-left-color: %(gold)s; font-size: 1.05em; }
.layerwise-ask { border-left-color: %(plum)s; }
.layerwise-sentence { min-height: 2.9em; }
""" % {
    "font": FONT, "blue": BLUE, "mint": MINT, "orange": ORANGE, "muted": MUTED, "gold": GOLD, "plum": PLUM,
}
"""Styles of the cards that checks, findings and explorers show."""


def template():
    """Return the Plotly template of the course.

    Returns:
        A ``plotly.graph_objects.layout.Template``; pass it as ``layout.template``.

    Example:
        >>> from layerwise import theme
        >>> theme.template().layout.paper_bgcolor
        '#FBF9F4'
    """
    import plotly.graph_objects as go

    axis = {
        "gridcolor": GRID, "linecolor": MUTED, "zerolinecolor": GRID, "ticks": "outside", "ticklen": 4,
        "tickcolor": GRID, "tickfont": {"size": SIZES["tick"]}, "title": {"font": {"size": SIZES["label"]}},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "colorway": PALETTE, "paper_bgcolor": PAPER, "plot_bgcolor": PAPER,
            "font": {"family": FONT, "size": SIZES["label"], "color": INK},
            "title": {"font": {"size": SIZES["title"]}, "x": 0.02, "xanchor": "left"},
            "xaxis": axis, "yaxis": axis, "margin": {"l": 60, "r": 24, "t": 64, "b": 52},
            "colorscale": {"sequential": INTENSITY, "diverging": DIVERGING},
            "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 1.0, "xanchor": "right"},
            "hoverlabel": {"font": {"family": FONT}},
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": GRID, "activecolor": BLUE},
        }
    )


def contrast(first, second):
    """Return the WCAG 2.2 contrast ratio of two hex colours, 1 to 21.

    Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio

    Example:
        >>> round(contrast("#000000", "#FFFFFF"))
        21
    """

    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
