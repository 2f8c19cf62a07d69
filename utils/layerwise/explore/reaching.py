"""The receptive field explorer: stack layers, and see how much of the picture one output depends on."""

import functools

import numpy as np

from layerwise.explore import own_pictures
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import fields
from layerwise.suggest import CourseError

_EVERY = {"none": 0, "after every layer": 1, "after every second": 2}
_MEANT = {
    "none": "no pooling", "after every layer": "pooling after every layer",
    "after every second": "pooling after every second",
}


def build(picture=None, state=None):
    """Return the explorer; see `layerwise.explore.receptive_field`."""
    controls = (
        Slider("layers", "convolutions", 1, 6, 3, step=1, help="How many stand one after the other."),
        Choice("kernel", "kernel size", (1, 3, 5, 7), 3, ordered=True, help="Side of each kernel, in what it reads."),
        Slider("stride", "stride of each", 1, 2, 1, step=1, help="2 halves the map in each layer."),
        Choice("pooling", "pooling by 2", tuple(_EVERY), "none", help="Max pooling over 2 × 2, moved by 2."),
        Choice("dilation", "gaps in the kernel", ("none", "doubled each layer"), "none",
               help="A dilated kernel leaves pixels out: 1, then 2, then 4 apart."),
        Slider("down", "look further down", 0.0, 1.0, 0.5, step=0.05, help="Which output is looked at."),
        Slider("across", "look further right", 0.0, 1.0, 0.5, step=0.05, help="Which output is looked at."),
    )
    shown = None if picture is None else _checked(picture)
    return Explorer("What one output sees", controls, compute=functools.partial(compute, shown), draw=draw, say=say,
                    state=state)


def stack(layers, kernel, stride, pooling, dilation):
    """Return the layers that a state describes, from the input up."""
    made = []
    for number in range(layers):
        gaps = 2**number if dilation != "none" else 1
        made.append({"name": f"conv {number + 1}", "size": kernel, "stride": stride, "dilation": gaps})
        every = _EVERY[pooling]
        if every and (number + 1) % every == 0:
            made.append({"name": "pooling", "size": 2, "stride": 2, "dilation": 1})
    return made


def reach(layers):
    """Return the side of the receptive field and the distance of neighbouring outputs, in pixels.

    Example:
        >>> reach([{"size": 3, "stride": 2, "dilation": 1}, {"size": 3, "stride": 2, "dilation": 1}])
        (7, 4)
    """
    sees, apart = 1, 1
    for layer in layers:
        sees, apart = sees + (layer["size"] - 1) * layer["dilation"] * apart, apart * layer["stride"]
    return sees, apart


def compute(picture, *, layers, kernel, stride, pooling, dilation, down, across):
    """Return the layers, what one output sees, and what one large kernel would need in its place."""
    made = stack(layers, kernel, stride, pooling, dilation)
    sees, apart = reach(made)
    return {
        "layers": made, "sees": sees, "apart": apart, "weights": layers * kernel**2, "picture": picture,
        "place": (down, across),
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    sees = result["sees"]
    return fields.receptive_field(
        result["layers"], picture=result["picture"], place=result["place"], narrow=narrow,
        title=f"One output sees {sees} × {sees} pixels",
    )


def say(state, result, changed=None):
    """Return one sentence: what one output sees, and what the last move did."""
    sees, apart = result["sees"], result["apart"]
    next_to = f"neighbouring outputs lie {apart} pixel{'s' * (apart != 1)} apart"
    if changed == "kernel" and state["kernel"] == 1:
        return f"A kernel of one pixel mixes channels and looks nowhere else: it sees {sees} × {sees}, and {next_to}."
    if changed in ("stride", "pooling"):
        what = f"A stride of {state['stride']}" if changed == "stride" else _MEANT[state["pooling"]].capitalize()
        return f"{what}: it sees {sees} × {sees} pixels, and {next_to}, which is what the layers above count in."
    if changed == "dilation":
        how = "Gaps widen the view without more weights" if state["dilation"] != "none" else "Without gaps"
        return f"{how}: it sees {sees} × {sees} pixels with {result['weights']} weights for a pair of channels."
    if changed in ("down", "across"):
        return f"Another output, another place: it sees {sees} × {sees} pixels again, and no others."
    many = f"{state['layers']} convolution{'s' * (state['layers'] != 1)} of {state['kernel']} × {state['kernel']}"
    one = f"; one kernel of that size would need {sees**2:,}" if sees**2 > result["weights"] else ""
    return f"{many} see {sees} × {sees} pixels with {result['weights']} weights for a pair of channels{one}."


def _checked(picture):
    values = np.asarray(picture)
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[-1] != 3) or not values.size:
        raise CourseError(
            "receptive_field() needs one picture, shape (height, width) or (height, width, 3); shape "
            f"{values.shape} came."
        )
    return own_pictures.light(values)
