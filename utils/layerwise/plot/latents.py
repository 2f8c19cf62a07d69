"""Codes of two numbers as a map, a place on it, and what a network paints there."""

from layerwise import theme
from layerwise.plot._figure import figure, numbers, sentence
from layerwise.plot.charts import SYMBOLS, colour

_PLACE = {"size": 19, "symbol": "circle-open", "color": theme.INK, "line": {"width": 3.5}}


def latent(codes, labels, classes, *, place=None, painted=None, nearest=None, nearest_picture=None, reach=3.0, title="",
           subtitle="", summary=None, narrow=False):
    """Draw codes of two numbers as a map, and beside it what a network paints at one place.

    Args:
        codes: The codes of real pictures, shape `(n, 2)`, in standard deviations from their mean.
        labels: Their classes, shape `(n,)`.
        classes: The names of the classes.
        place: The chosen place, two numbers; without one, only the map is drawn.
        painted: What the network paints there, shape `(height, width)`, from 0 to 1.
        nearest: The code of the nearest real picture, two numbers.
        nearest_picture: That picture, shape `(height, width)`.
        reach: How far the map reaches to each side of its middle.
        title: A sentence above the picture.
        subtitle: How to read it, in small letters.
        summary: The figure in words; written from the data when None.
        narrow: True puts the pictures below the map, for pages under 560 pixels.

    Returns:
        A ``plotly.graph_objects.Figure``.

    Raises:
        ValueError: When the shapes do not fit each other.

    Example:
        >>> from layerwise import plot
        >>> figure = plot.latent([[0, 0], [1, 1]], [0, 1], ["bag", "boot"], title="Two pictures.")
        >>> plot.describe(figure)
        'Two pictures. A map of 2 codes of two numbers: bag around (0.0, 0.0), boot around (1.0, 1.0).'
    """
    import numpy as np

    codes = numbers(codes, what="latent(): codes", dimensions=2)
    labels = np.asarray(labels)
    if codes.shape[1] != 2 or labels.shape != (len(codes),):
        raise ValueError(
            "latent() needs codes of two numbers, shape (n, 2), and one label each, shape (n,); shapes "
            f"{codes.shape} and {labels.shape} came."
        )
    title = title or "A map of codes"
    kinds = np.unique(labels)
    middles = {int(kind): np.median(codes[labels == kind], axis=0) for kind in kinds}
    told = ", ".join(f"{classes[kind]} around ({m[0]:.1f}, {m[1]:.1f})" for kind, m in middles.items())
    words = f"{sentence(title)} A map of {len(codes):,} codes of two numbers: {told}."
    if place is not None:
        words += f" The chosen place is ({place[0]:.1f}, {place[1]:.1f})."
    result = figure(title=title, subtitle=subtitle, summary=summary or words)
    for index, kind in enumerate(kinds):
        own = codes[labels == kind]
        result.add_scatter(
            x=own[:, 0], y=own[:, 1], mode="markers", name=str(classes[int(kind)]),
            marker={"color": colour(index), "symbol": SYMBOLS[index % len(SYMBOLS)], "size": 5, "opacity": 0.55},
            hovertemplate="%{x:.1f}, %{y:.1f}<extra>%{fullData.name}</extra>",
        )
    _names(result, middles, classes, reach)
    axis = {"range": [-reach, reach], "dtick": 1, "zeroline": False}
    result.update_xaxes(title_text="first number of the code, standard deviations", **axis)
    result.update_yaxes(title_text="second number of the code", **axis)
    result.update_layout(height=int(result.layout.margin.t + (400 if not narrow else 370)), showlegend=False,
                         margin={"l": 52, "r": 16, "b": 52})
    if place is None:
        return result
    if nearest is not None:
        result.add_scatter(
            x=[place[0], nearest[0]], y=[place[1], nearest[1]], mode="lines", hoverinfo="skip",
            line={"color": theme.INK, "width": 1.5, "dash": "dot"},
        )
    result.add_scatter(x=[place[0]], y=[place[1]], mode="markers", marker=_PLACE, hoverinfo="skip", cliponaxis=False)
    _beside(result, painted, nearest_picture, narrow)
    return result


def _names(result, middles, classes, reach):
    """Write each class where most of it lies; names that would overlap make room for each other."""
    import numpy as np

    taken = []
    for kind, (x, y) in sorted(middles.items(), key=lambda item: item[1][1]):
        x = float(np.clip(x, -reach * 0.8, reach * 0.8))
        y = float(np.clip(y, -reach * 0.94, reach * 0.94))
        while any(abs(x - other) < 0.4 * reach and abs(y - height) < 0.075 * reach for other, height in taken):
            y += 0.025 * reach
        taken.append((x, y))
        result.add_annotation(
            x=x, y=y, text=f"<b>{classes[kind]}</b>", showarrow=False, bgcolor="rgba(251,249,244,0.78)", borderpad=1,
            font={"size": theme.SIZES["tick"], "color": theme.INK},
        )


def _beside(result, painted, real, narrow):
    """Put one or two pictures beside the map, or below it."""
    shown = [("painted here", painted), ("nearest real picture", real)]
    shown = [(name, picture) for name, picture in shown if picture is not None]
    below = 190 if narrow else 0
    plot_height = result.layout.height - result.layout.margin.t - 52
    if narrow:
        result.update_layout(height=result.layout.height + below)
        map_floor = below / (plot_height + below)
        result.update_layout(xaxis={"domain": [0, 1]}, yaxis={"domain": [map_floor + 0.02, 1]})
        result.update_layout(margin={"b": 12})
    else:
        result.update_layout(xaxis={"domain": [0, 0.66]})
    for index, (name, picture) in enumerate(shown):
        axis = str(index + 2)
        if narrow:
            across, up = [0.03 + 0.52 * index, 0.45 + 0.52 * index], [0, map_floor - 0.19]
        else:
            across, up = [0.74, 1.0], [0.56 - 0.56 * index, 0.94 - 0.56 * index]
        result.add_heatmap(
            z=picture.round(3), zmin=0, zmax=1, colorscale=theme.INTENSITY, showscale=False, xaxis=f"x{axis}",
            yaxis=f"y{axis}", hovertemplate="row %{y}, column %{x}: %{z:.2f}<extra></extra>",
        )
        frame = {"showticklabels": False, "showgrid": False, "zeroline": False, "ticks": "", "showline": True,
                 "mirror": True, "linecolor": theme.GRID, "constrain": "domain", "title": {"text": ""}}
        result.update_layout({
            f"xaxis{axis}": {"domain": across, "anchor": f"y{axis}", "range": [-0.5, picture.shape[1] - 0.5], **frame},
            f"yaxis{axis}": {"domain": up, "anchor": f"x{axis}", "range": [picture.shape[0] - 0.5, -0.5],
                             "scaleanchor": f"x{axis}", **frame},
        })
        result.add_annotation(
            x=sum(across) / 2, y=up[1], xref="paper", yref="paper", text=name, showarrow=False, yanchor="bottom",
            font={"size": theme.SIZES["tick"], "color": theme.MUTED},
        )
