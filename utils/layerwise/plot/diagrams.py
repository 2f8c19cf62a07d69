"""Drawings of ideas, with no data in them."""

from layerwise import theme
from layerwise.plot._figure import figure


def nested(names, *, examples=None, title="", summary=None):
    """Draw fields that lie one inside the other, the widest first.

    Args:
        names: The fields from the outermost to the innermost, at most five strings.
        examples: One example for each field, drawn under its name.
        title: A sentence above the picture.
        summary: The figure in words; written from the names when None.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When there are no names, more than five, or another number of examples.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.nested(["machine learning", "deep learning"], title="Two fields."))
        'Two fields. machine learning contains deep learning.'
    """
    names = [str(name) for name in names]
    examples = [""] * len(names) if examples is None else [str(example) for example in examples]
    if not 1 <= len(names) <= 5:
        raise ValueError(f"nested() draws one to five fields; {len(names)} came.")
    if len(examples) != len(names):
        raise ValueError(f"nested() needs one example for each of the {len(names)} fields; {len(examples)} came.")
    told = summary or f"{title} {' contains '.join(names)}.".strip()
    result = figure(title=title or "Each lies inside the one before.", summary=told, height=110 + 74 * len(names))
    step = 1 / (len(names) + 0.35)
    for depth, (name, example) in enumerate(zip(names, examples, strict=True)):
        inset, top = 0.035 * depth, 1 - depth * step
        result.add_shape(
            type="rect", x0=inset, x1=1 - inset, y0=0.12 * depth / len(names), y1=top, layer="below",
            line={"color": theme.BLUE, "width": 1.5}, fillcolor=theme.BLUE, opacity=0.13,
        )
        text = f"<b>{name}</b>" + (f"<br><span style='color:{theme.MUTED}'>{example}</span>" if example else "")
        result.add_annotation(
            x=inset + 0.03, y=top - 0.025, text=text, showarrow=False, align="left", xanchor="left", yanchor="top"
        )
    result.update_xaxes(visible=False, range=[-0.01, 1.01], fixedrange=True)
    result.update_yaxes(visible=False, range=[-0.02, 1.02], fixedrange=True)
    return result.update_layout(margin={"l": 16, "r": 16, "b": 16})
