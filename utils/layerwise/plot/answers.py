"""What a classifier answers: probabilities for one picture, and the table of its mistakes."""

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, wrapped
from layerwise.plot.charts import colour

_LIGHT = "#A9C6DC"


def confusion(matrix, labels, *, title="", summary=None):
    """Draw which class was taken for which.

    Args:
        matrix: Counts, or shares between 0 and 1, shape `(classes, classes)`: rows are the true classes, columns
            the predicted.
        labels: The names of the classes.
        title: A sentence above the picture.
        summary: The figure in words; written from the table when None.

    Returns:
        A ``plotly.graph_objects.Figure``: right answers in blue, mistakes in orange, the stronger the more.

    Raises:
        ValueError: When the matrix is not square, holds negative numbers, or does not fit the labels.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.confusion([[8, 2], [1, 9]], ["cat", "dog"], title="Cats and dogs."))
        'Cats and dogs. 17 of 20 right (85.0%). Most frequent mistakes: cat taken for dog (2), dog taken for cat (1).'
    """
    import numpy as np

    counts = numbers(matrix, what="confusion(): the matrix", dimensions=2)
    names = [str(label) for label in labels]
    if counts.shape != (len(names), len(names)):
        raise ValueError(
            f"confusion() needs one row and one column per label, shape ({len(names)}, {len(names)}) for {len(names)} "
            f"labels; shape {counts.shape} came."
        )
    if not np.all(counts >= 0):
        raise ValueError("confusion() needs counts or shares, none below zero; negative numbers or nan came.")
    whole = bool(np.all(counts == np.round(counts)))
    right = np.eye(len(names), dtype=bool)
    wrong = np.where(right, 0, counts)
    # Two scales in one: a right answer among a thousand and a mistake among ten must both be seen.
    shade = np.where(
        right, -np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12)),
        np.where(wrong > 0, 0.1 + 0.5 * (wrong / max(wrong.max(), 1e-12)) ** 0.75, 0),
    )
    least = 1 if whole else 0.005
    text = [["" if value < least else f"{value:,.0f}" if whole else f"{value:.0%}" for value in row] for row in counts]
    title = title or "Which class was taken for which"
    result = figure(
        title=title, subtitle="Blue: right. Orange: mistakes.", summary=summary or _told(title, counts, names, whole),
    )
    result.add_heatmap(
        z=shade, zmin=-1, zmax=1, colorscale=theme.DIVERGING, showscale=False, xgap=2, ygap=2,
        text=text, texttemplate="%{text}",
        customdata=[[f"{truth} taken for {answer}" for answer in names] for truth in names],
        hovertemplate="%{customdata}: %{text}<extra></extra>",
    )
    side = max(36, min(48, 480 / len(names)))
    height = int(result.layout.margin.t + 90 + side * len(names))
    result.update_layout(height=height, margin={"l": 20, "b": 20, "r": 12})
    where = list(range(len(names)))
    ticks = {"tickvals": where, "ticktext": names, "showgrid": False, "ticks": "", "zeroline": False, "showline": False}
    long = max(len(name) for name in names) > 3
    result.update_xaxes(title_text="predicted class", tickangle=-45 if long else 0, **ticks)
    result.update_yaxes(title_text="true class", autorange="reversed", ticklabelstandoff=5, **ticks)
    return result


def _told(title, counts, names, whole):
    import numpy as np

    total, hits = counts.sum(), np.trace(counts)
    share = hits / total if total else 0.0
    order = sorted(
        ((counts[i, j], i, j) for i in range(len(names)) for j in range(len(names)) if i != j and counts[i, j] > 0),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )[:3]
    write = (lambda value: f"{value:,.0f}") if whole else (lambda value: f"{value:.1%}")
    start = sentence(title)
    first = f"{hits:,.0f} of {total:,.0f} right ({share:.1%})." if whole else "Shares of true and predicted classes."
    if not order:
        return f"{start} {first} No mistakes."
    most = ", ".join(f"{names[i]} taken for {names[j]} ({write(n)})" for n, i, j in order)
    return f"{start} {first} Most frequent mistakes: {most}."


def probabilities(probabilities, labels, *, title="", truth=None, summary=None, height=None):
    """Draw how sure a classifier is of each class, or several classifiers side by side.

    Args:
        probabilities: One prediction, shape `(classes,)` or `(1, classes)`; or a dict from the names of classifiers
            to their predictions.
        labels: The names of the classes.
        title: A sentence above the picture.
        truth: The true class as a position in `labels`; it is marked.
        summary: The figure in words; written from the numbers when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When values are not between 0 and 1, or their number is not that of the labels.

    Example:
        >>> from layerwise import plot
        >>> plot.describe(plot.probabilities([0.1, 0.9], ["cat", "dog"], title="Surely a dog.", truth=1))
        'Surely a dog. Most probable: dog (90.0%). The true class is dog.'
    """
    names = [str(label) for label in labels]
    several = probabilities if isinstance(probabilities, dict) else {"": probabilities}
    answers = {str(name): _checked(values, len(names), name) for name, values in several.items()}
    if not answers:
        raise ValueError("probabilities() needs at least one prediction; an empty dict came.")
    if truth is not None and not (str(truth).removeprefix("-").isdecimal() and 0 <= int(truth) < len(names)):
        raise ValueError(f"probabilities(): truth must be a position in labels, 0 to {len(names) - 1}; {truth!r} came.")
    title = title or "How sure of each class"
    told = [
        (f"{name}: most probable " if name else "Most probable: ") + f"{names[values.argmax()]} ({values.max():.1%})."
        for name, values in answers.items()
    ]
    words = " ".join([sentence(title), *told])
    if truth is not None:
        words += f" The true class is {names[int(truth)]}."
    lying = max(len(name) for name in names) > 4
    size = height or (150 + len(names) * (16 * len(answers) + 14) if lying else 320)
    result = figure(title=title, summary=summary or words, height=size, legend=len(answers) > 1)
    where = list(range(len(names)))
    for index, (name, values) in enumerate(answers.items()):
        one = len(answers) == 1
        shades = [theme.BLUE if k == values.argmax() else _LIGHT for k in where] if one else colour(index)
        result.add_bar(
            **({"y": where, "x": values, "orientation": "h"} if lying else {"x": where, "y": values}),
            name=name or "probability", marker={"color": shades},
            customdata=[f"{label}: {value:.1%}" for label, value in zip(names, values, strict=True)],
            hovertemplate="%{customdata}<extra>" + name + "</extra>",
            text=[f"{value:.0%}" if one and value >= 0.005 else "" for value in values], textposition="outside",
            cliponaxis=False, textfont={"size": theme.SIZES["tick"]},
        )
    ticks = [
        f"<b>{'<br>'.join(wrapped(name, 14))}</b>{' (true)' if lying else '<br>true'}" if k == truth
        else "<br>".join(wrapped(name, 14))
        for k, name in enumerate(names)
    ]
    classes = {"tickvals": where, "ticktext": ticks, "showgrid": False, "ticks": "", "title_text": "class"}
    amounts = {"range": [0, 1.08], "tickformat": ".0%", "dtick": 0.25, "title_text": "probability"}
    result.update_layout(bargap=0.25, bargroupgap=0.04)
    if lying:
        result.update_yaxes(range=[len(names) - 0.5, -0.5], ticklabelstandoff=5, **{**classes, "title_text": ""})
        result.update_xaxes(**amounts)
    else:
        result.update_xaxes(**classes)
        result.update_yaxes(**amounts)
    return result


def _checked(values, count, name):
    import numpy as np

    who = f'probabilities(): "{name}"' if name else "probabilities(): the prediction"
    array = numbers(values, what=who, dimensions=(1, 2))
    if array.ndim == 2 and len(array) == 1:
        array = array[0]
    if array.shape != (count,):
        raise ValueError(f"{who} must have one value per label, shape ({count},); shape {array.shape} came.")
    if not np.all((array >= -1e-6) & (array <= 1 + 1e-6)):
        raise ValueError(
            f"{who} must hold values between 0 and 1; {array.min():.4g} to {array.max():.4g} came. "
            "Are these logits? Put them through keras.ops.softmax first."
        )
    return np.clip(array, 0, 1)
