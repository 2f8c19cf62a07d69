"""How strange the ordinary and the strange look to a detector, and what a threshold costs."""

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence, short
from layerwise.plot.charts import faded


def alarms(scores, anomalous, *, threshold, miss=None, alarm=None, thresholds=None, costs=None, names=None,
           score_title="reconstruction error", title="", summary=None, height=None):
    """Draw how a score tells anomalies from the rest, where the threshold stands, and what each threshold costs.

    Args:
        scores: How strange each case looks, above 0, shape `(n,)`.
        anomalous: Whether it is an anomaly, shape `(n,)`.
        threshold: Cases from this score on raise an alarm.
        miss: What a missed anomaly costs; with `alarm`, the costs are worked out.
        alarm: What an alarm costs, whether it is false or not.
        thresholds: Thresholds to give the cost at, rising, shape `(m,)`; 80 over the range of the scores when None.
        costs: The cost of 1,000 cases at each, shape `(m,)`; instead of `miss` and `alarm`.
        names: What the ordinary and the anomalous are called.
        score_title: What the scores are, with their unit.
        title: A sentence above the picture.
        summary: The figure in words; written from the numbers when None.
        height: Height in pixels.

    Returns:
        A ``plotly.graph_objects.Figure``: above, the shares of both groups by score; below, the cost by threshold, its
        lowest point marked by a ring, the threshold in use by a dot.

    Raises:
        ValueError: When the lengths differ, a score is not above 0, or one of the groups is empty.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.alarms([1, 2, 3, 9], [0, 0, 1, 1], threshold=5, miss=10, alarm=1, title="One is missed.")
        >>> plot.describe(figure)
        'One is missed. From a score of 5 on: 50.0% of the anomalies caught, 0.0% of the others alarmed. Cost of 1,000 cases: 2,750; the least is 500.'
    """  # noqa: E501
    import numpy as np

    scores = numbers(scores, what="alarms(): scores", dimensions=1)
    anomalous = np.asarray(anomalous).astype(bool)
    if anomalous.shape != scores.shape:
        raise ValueError(f"alarms() needs one verdict per score; {len(scores)} and {len(anomalous)} came.")
    if not (scores > 0).all():
        raise ValueError(f"alarms() needs scores above 0, for an axis in powers of ten; {scores.min():.4g} came.")
    if anomalous.all() or not anomalous.any():
        raise ValueError("alarms() needs both ordinary and anomalous cases.")
    thresholds = grid(scores) if thresholds is None else numbers(thresholds, what="alarms(): thresholds", dimensions=1)
    if costs is None:
        costs = expense(scores, anomalous, thresholds, miss=1 if miss is None else miss,
                        alarm=0 if alarm is None else alarm)
    names = names or ("ordinary", "anomalous")
    hit = scores >= threshold
    here = float(np.interp(np.log(threshold), np.log(thresholds), costs))
    best = int(np.argmin(costs))
    title = title or "Where should the alarm begin?"
    words = (
        f"{sentence(title)} From a score of {short(threshold)} on: {hit[anomalous].mean():.1%} of the anomalies "
        f"caught, {hit[~anomalous].mean():.1%} of the others alarmed. Cost of 1,000 cases: {short(here)}; the least is "
        f"{short(costs[best])}."
    )
    result = figure(title=title, summary=summary or words, height=height or 500, legend=True,
                    subtitle="Dashed: in use. Ring: the cheapest.")
    low, high = np.log10(thresholds[0]), np.log10(thresholds[-1])
    edges = np.linspace(low, high, 41)
    middle = 10 ** ((edges[1:] + edges[:-1]) / 2)
    groups = ((names[0], ~anomalous, theme.BLUE, "solid"), (names[1], anomalous, theme.ORANGE, "dash"))
    most = 0.0
    for name, group, shade, dash in groups:
        counts, _ = np.histogram(np.clip(np.log10(scores[group]), low, high), edges)
        share = counts / group.sum()
        most = max(most, float(share.max()))
        result.add_scatter(
            x=middle, y=share, mode="lines", name=str(name), fill="tozeroy", fillcolor=faded(shade, 0.25),
            line={"color": shade, "width": 2, "dash": dash, "shape": "hvh"},
            hovertemplate="%{y:.1%}<extra>" + str(name) + "</extra>",
        )
    ring = {"size": 17, "symbol": "circle-open", "color": theme.ORANGE, "line": {"width": 3}}
    dot = {"size": 12, "color": theme.INK, "line": {"color": theme.PAPER, "width": 2}}
    below = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
    result.add_scatter(x=thresholds, y=costs, mode="lines", line={"color": theme.PLUM, "width": 2.5},
                       hovertemplate="from %{x:.3g}: cost %{y:,.4g}<extra></extra>", **below)
    for x, y, marker in ((thresholds[best], costs[best], ring), (threshold, here, dot)):
        result.add_scatter(x=[x], y=[y], mode="markers", marker=marker, hoverinfo="skip", cliponaxis=False, **below)
    for axis in ("", "2"):
        result.add_shape(type="line", xref=f"x{axis}", yref=f"y{axis} domain", x0=threshold, x1=threshold, y0=0, y1=1,
                         line={"color": theme.INK, "width": 1.5, "dash": "dash"})
    scale = {"type": "log", "range": [float(low), float(high)], "dtick": 1 if high - low > 1.5 else "D2",
             "exponentformat": "none"}
    top = float(np.max(costs))
    result.update_layout(
        xaxis={"domain": [0, 1], "anchor": "y", "title": {"text": score_title, "standoff": 4}, **scale},
        yaxis={"domain": [0.6, 1], "title": {"text": "share of each"}, "tickformat": ".0%",
               "range": [0, 1.1 * most]},
        xaxis2={"domain": [0, 1], "anchor": "y2", **scale,
                "title": {"text": "alarm from this score on", "standoff": 4}},
        yaxis2={"domain": [0, 0.4], "anchor": "x2", "title": {"text": "cost of 1,000 cases"},
                "range": [-0.05 * top, 1.1 * top or 1.0]},
        margin={"l": 62, "r": 16},
    )
    return result


def grid(scores, count=80):
    """Return thresholds over the range of scores, from one that alarms at everything to one that alarms at nothing.

    Example:
        >>> [round(float(value), 2) for value in grid([1.0, 4.0], 3)]
        [1.0, 2.01, 4.04]
    """
    import numpy as np

    return np.geomspace(np.min(scores), np.max(scores) * 1.01, count)


def expense(scores, anomalous, thresholds, *, miss, alarm):
    """Return what 1,000 cases cost at each threshold: every alarm is looked at, every missed anomaly is paid for.

    Example:
        >>> [float(cost) for cost in expense([1.0, 4.0], [False, True], [1.0, 2.0, 5.0], miss=10, alarm=1)]
        [1000.0, 500.0, 5000.0]
    """
    import numpy as np

    scores, anomalous = np.asarray(scores, dtype=float), np.asarray(anomalous).astype(bool)
    raised = len(scores) - np.searchsorted(np.sort(scores), thresholds, side="left")
    missed = np.searchsorted(np.sort(scores[anomalous]), thresholds, side="left")
    return 1000 * (alarm * raised + miss * missed) / len(scores)
