"""How a training run went: loss and metric, training and validation, side by side."""

from layerwise import theme
from layerwise.plot._figure import figure, numbers, short
from layerwise.plot.charts import DASHES, SYMBOLS, colour

_VALIDATION = "val_"


def history(history, *, metric=None, epochs=None, title="", summary=None, height=320):
    """Draw the loss and a metric of a training run by epoch.

    Args:
        history: What ``model.fit`` returns, or its ``history``: a dict from names such as "loss", "accuracy",
            "val_loss" to one value per epoch.
        metric: The metric beside the loss; the first one when None.
        epochs: The number of epochs that the axis has room for; as many as there are values when None.
        title: A sentence above the picture.
        summary: The figure in words; written from the values when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure`` with one panel for the loss and one for the metric, if there is one.

    Raises:
        ValueError: When there is no "loss", or no such metric.

    Example:
        >>> from layerwise import plot
        >>> run = {"loss": [0.9, 0.4], "val_loss": [1.0, 0.6], "accuracy": [0.7, 0.9], "val_accuracy": [0.6, 0.8]}
        >>> print(plot.describe(plot.history(run, title="Two epochs.")))
        Two epochs. After 2 epochs: loss 0.4, validation loss 0.6, accuracy 0.9, validation accuracy 0.8.
    """
    values = getattr(history, "history", history)
    if not isinstance(values, dict) or "loss" not in values:
        came = type(values).__name__
        if isinstance(values, dict):
            came = f"a dict with {', '.join(map(str, values)) or 'nothing'}"
        raise ValueError(f'history() needs what model.fit returned, with a "loss" for each epoch; {came} came.')
    measured = [name for name in values if name != "loss" and not name.startswith(_VALIDATION)]
    metrics = [name for name in measured if name != "learning_rate"]
    if metric is not None and metric not in measured:
        raise ValueError(f'history(): there is no metric "{metric}"; there is {", ".join(measured) or "none"}.')
    shown = ["loss", *([metric] if metric else metrics[:1])]
    count = max(len(values["loss"]), epochs or 0, 1)
    told = []
    result = figure(title=title or "How the training went", summary="", height=height, legend=True)
    for panel, name in enumerate(shown):
        axis = "" if panel == 0 else str(panel + 1)
        for index, key in enumerate((name, _VALIDATION + name)):
            if len(values.get(key, ())) == 0:
                continue
            y = numbers(values[key], what=f'history(): "{key}"', dimensions=1)
            words = _words(key)
            result.add_scatter(
                x=list(range(1, len(y) + 1)), y=y, xaxis=f"x{axis}", yaxis=f"y{axis}",
                mode="lines+markers" if count <= 15 else "lines", name=("training", "validation")[index],
                legendgroup=str(index), showlegend=panel == 0,
                line={"color": colour(index), "width": 2.5, "dash": DASHES[index]},
                marker={"size": 7, "symbol": SYMBOLS[index], "color": colour(index)},
                hovertemplate="epoch %{x}: %{y:.4g}<extra>" + words + "</extra>",
            )
            told.append(f"{words} {short(y[-1])}")
        left, right = (0, 1) if len(shown) == 1 else ((0, 0.44), (0.58, 1))[panel]
        room = max(0.03 * count, 0.15)
        result.update_layout({
            f"xaxis{axis}": {
                "domain": [left, right], "anchor": f"y{axis}", "range": [1 - room, count + room], "tickformat": "d",
                "nticks": 6, "title": {"text": "epoch", "standoff": 8}, **({"dtick": 1} if count <= 6 else {}),
            },
            f"yaxis{axis}": {"anchor": f"x{axis}", "domain": [0, 0.9], "nticks": 6},
        })
        # Above its panel and not along its axis, where it would lie in the other panel on a narrow page.
        result.add_annotation(
            text=_words(name), x=left, y=1, xref="paper", yref="paper", xanchor="left", yanchor="top",
            showarrow=False, font={"size": theme.SIZES["label"]},
        )
    done = len(values["loss"])
    words = (title or "How the training went").rstrip(".") + ". "
    words += f"After {done} {'epoch' if done == 1 else 'epochs'}: {', '.join(told)}." if told else "No epoch yet."
    return result.update_layout(meta={"summary": summary or words})


def _words(key):
    """Return a name of Keras's history as words.

    Example:
        >>> _words("val_sparse_categorical_accuracy")
        'validation sparse categorical accuracy'
    """
    if key.startswith(_VALIDATION):
        return "validation " + _words(key.removeprefix(_VALIDATION))
    return key.replace("_", " ")
