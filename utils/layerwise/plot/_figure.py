"""What all figures share: the look, a title that wraps, a summary in words, a quiet display."""

import contextlib
import contextvars
import textwrap

import plotly.graph_objects as go

from layerwise import theme

CONFIG = {"displayModeBar": False, "displaylogo": False, "responsive": True}
"""Plotly's configuration for every figure: no tool bar; the figure fills the width it is given."""

NARROW = 400
"""The narrowest page, in pixels, on which titles, names and captions must still read."""

_CHARACTERS = contextvars.ContextVar("characters", default=46)  # of a title: what fits into 400 pixels at its size
_CHARACTERS_ON_A_PHONE = 37  # an explorer on a page of 400 pixels has 320 for its picture
_LINE, _SMALL_LINE, _TOP, _BELOW = 22, 18, 14, 16  # heights of the title's parts, in pixels


@contextlib.contextmanager
def on_a_phone():
    """Wrap titles for an explorer on a narrow page while the block runs."""
    token = _CHARACTERS.set(_CHARACTERS_ON_A_PHONE)
    try:
        yield
    finally:
        _CHARACTERS.reset(token)


class Figure(go.Figure):
    """A Plotly figure that displays without a tool bar and carries its summary as plain text."""

    # IPython would prefer these two to the MIME bundle. The first imports nbformat and drops the plain text,
    # the second writes a page that fetches plotly.js from the internet.
    _ipython_display_ = None
    _repr_html_ = None

    def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
        bundle = super()._repr_mimebundle_(include, exclude, **{"config": CONFIG, **kwargs})
        return {**bundle, "text/plain": describe(self)}

    def show(self, *args, **kwargs):
        """Show the figure as Plotly does, without the tool bar."""
        return super().show(*args, **{"config": CONFIG, **kwargs})


def figure(*, title, summary, subtitle="", height=360, width=None, legend=False):
    """Return an empty figure in the course's look.

    Args:
        title: A sentence that says what is to be seen. It wraps, so that it reads on a page 400 pixels wide.
        summary: The figure in words: what the axes are and what can be read from it.
        subtitle: How to read the figure, in small letters under the title.
        height: Height in pixels.
        width: Width in pixels; None fills the page.
        legend: True keeps room for a legend between title and picture.

    Returns:
        A ``plotly.graph_objects.Figure`` without traces.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.figure(title="Nothing yet.", summary="An empty figure."))
        'An empty figure.'
    """
    lines = wrapped(title, _CHARACTERS.get())
    small = wrapped(subtitle, int(_CHARACTERS.get() * 1.25)) if subtitle else []
    text = "<br>".join(lines)
    if small:
        text += f"<br><span style='font-size:{theme.SIZES['tick']}px;color:{theme.MUTED}'>{'<br>'.join(small)}</span>"
    block = _TOP + _LINE * len(lines) + _SMALL_LINE * len(small)
    # Plotly lifts a title of several lines by half of what stands below its first.
    pad = _TOP + _LINE * (len(lines) + len(small) - 1) // 2
    result = Figure(
        layout={
            "template": theme.template(),
            "title": {"text": text, "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": pad, "l": 4}},
            "meta": {"summary": summary},
            "height": height,
            "margin": {"t": block + _BELOW},
            "xaxis": {"title": {"standoff": 8}},
            "yaxis": {"title": {"standoff": 8}},
            "showlegend": legend,
        }
    )
    if width is not None:
        result.update_layout(width=width)
    if legend:
        # Measured from the container, the legend pushes the picture down when it needs a second row.
        result.update_layout(
            legend={
                "yref": "container", "y": 1 - (block + 4) / height, "yanchor": "top",
                "x": 0, "xanchor": "left", "title": {"text": ""},
            }
        )
    return result


def describe(figure):
    """Return the summary of a figure in words.

    Args:
        figure: A figure that a function of `layerwise.plot` made.

    Returns:
        A string.

    Raises:
        ValueError: When the figure carries no summary.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.bars(["a", "b"], [1, 2], title="Two bars.", x_title="count"))
        'Two bars. Horizontal bars of count: a 1, b 2.'
    """
    meta = getattr(getattr(figure, "layout", None), "meta", None)
    if isinstance(meta, dict) and meta.get("summary"):
        return meta["summary"]
    raise ValueError(
        f"describe() was given a {type(figure).__name__} without a summary; "
        "give it a figure that a function of layerwise.plot returned."
    )


def wrapped(text, width):
    """Split a text into lines of about equal length, none longer than `width` where words allow it.

    Example:
        >>> wrapped("The network learns the training digits by heart.", 40)
        ['The network learns the', 'training digits by heart.']
    """
    text = " ".join(str(text).split())
    lines = textwrap.wrap(text, width, break_long_words=False) or [""]
    for narrower in range(max(-(-len(text) // len(lines)), 1), width):
        balanced = textwrap.wrap(text, narrower, break_long_words=False) or [""]
        if len(balanced) <= len(lines):
            return balanced
    return lines


def numbers(values, *, what, dimensions):
    """Return `values` as a float array, or say what is wrong with them.

    Args:
        values: Anything array-like.
        what: How the message names it, such as "bars(): values".
        dimensions: The number of dimensions wanted, or a tuple of those allowed.
    """
    import numpy as np

    try:
        array = np.asarray(values, dtype="float64")
    except (TypeError, ValueError) as error:
        kind = type(values).__name__
        raise ValueError(
            f"{what} must be numbers in a rectangular array; a {kind} came that does not become one ({error})."
        ) from None
    allowed = (dimensions,) if isinstance(dimensions, int) else tuple(dimensions)
    if array.ndim not in allowed or array.size == 0:
        wanted = " or ".join(str(d) for d in allowed)
        raise ValueError(f"{what} must be a filled array with {wanted} dimension(s); shape {array.shape} came.")
    return array


def short(value):
    """Return a number as people write it: four significant digits, none to spare.

    Example:
        >>> short(0.98765), short(12000.0), short(3.0)
        ('0.9877', '12,000', '3')
    """
    if value != value:
        return "nan"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return "0" if text == "-0" else text


def sentence(text):
    """Return a title with a full stop where it has no end of its own, to begin a summary with."""
    return text if text.endswith((".", "?", ":")) else f"{text}."
