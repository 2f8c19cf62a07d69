"""Figures of the course: data in, a Plotly figure out. Nothing here shows, trains or downloads.

Each function takes its data first and returns a ``plotly.graph_objects.Figure`` in the course's
one look, with a summary in words for people who cannot see it (`describe`).
"""

import importlib

# No module bears the name of a function: importing it would put the module in the function's place.
_WHERE = {
    "activation": "networks",
    "bars": "charts",
    "boundary": "networks",
    "confusion": "answers",
    "curves": "charts",
    "describe": "_figure",
    "figure": "_figure",
    "history": "fits",
    "images": "pictures",
    "nested": "diagrams",
    "network": "networks",
    "neuron": "networks",
    "pixels": "pictures",
    "points": "scatter",
    "probabilities": "answers",
}

__all__ = sorted(_WHERE)


def __getattr__(name):
    """Import the module of a function on first use: Plotly is loaded with the first figure, not before."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    from layerwise.suggest import nearest

    raise AttributeError(f"layerwise.plot has no {name!r}; it has {', '.join(__all__)}.{nearest(name, __all__)}")


def __dir__():
    return __all__
