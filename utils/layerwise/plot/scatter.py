"""Points of the plane by class."""

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence
from layerwise.plot.charts import SYMBOLS, colour


def points(x, y=None, *, names=None, x_title="first feature", y_title="second feature", title="", summary=None,
           height=420):
    """Draw points of the plane, coloured and shaped by class.

    Args:
        x: The points, shape `(n, 2)`.
        y: Their classes, whole numbers, shape `(n,)`; None draws all alike.
        names: Names of the classes: `names[k]` is the name of class `k`.
        x_title: What the first column is, with its unit.
        y_title: What the second column is, with its unit.
        title: A sentence above the picture.
        summary: The figure in words; written from the data when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the shapes do not fit each other.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.points([[0, 0], [1, 1], [1, 0]], [0, 0, 1], title="Three points.")
        >>> plot.describe(figure)
        'Three points. 3 points by first feature and second feature: class 0 2, class 1 1.'
    """
    import numpy as np

    x = numbers(x, what="points(): x", dimensions=2)
    if x.shape[1] != 2:
        raise ValueError(f"points(): x must have two columns, shape (n, 2); shape {x.shape} came.")
    classes = np.zeros(len(x), dtype="int64") if y is None else np.asarray(y)
    if classes.shape != (len(x),):
        raise ValueError(f"points(): y must have one class per point, shape ({len(x)},); shape {classes.shape} came.")
    kinds = np.unique(classes)
    if len(kinds) > 20:
        raise ValueError(
            f"points() draws up to 20 classes; {len(kinds)} different values came in y. Is y a number and not a class?"
        )

    def name(kind):
        try:
            return str(names[int(kind)]) if names is not None else f"class {kind}"
        except (IndexError, KeyError, ValueError):
            raise ValueError(f"points(): y holds class {kind}, but names has no entry for it: {names!r}.") from None

    title = title or "Points by class"
    counts = ", ".join(f"{name(kind)} {int(np.sum(classes == kind)):,}" for kind in kinds)
    of = f": {counts}" if y is not None else ""
    words = f"{sentence(title)} {len(x):,} points by {x_title} and {y_title}{of}."
    result = figure(title=title, summary=summary or words, height=height, legend=y is not None and len(kinds) > 1)
    # Thousands of points are drawn by the graphics card; fewer as shapes, which print sharp and need none.
    add = result.add_scattergl if len(x) > 5000 else result.add_scatter
    for index, kind in enumerate(kinds):
        chosen = x[classes == kind]
        add(
            x=chosen[:, 0], y=chosen[:, 1], mode="markers", name=name(kind) if y is not None else "points",
            marker={
                "color": colour(index), "symbol": SYMBOLS[index % len(SYMBOLS)], "size": 8 if len(x) <= 1000 else 5,
                "opacity": 0.85, "line": {"color": theme.PAPER, "width": 0.7},
            },
            hovertemplate="%{x:.3g}, %{y:.3g}<extra>%{fullData.name}</extra>",
        )
    result.update_xaxes(title_text=x_title, zeroline=False)
    result.update_yaxes(title_text=y_title, zeroline=False)
    return result
