"""Figures of the course: data in, a Plotly figure out. Nothing here shows, trains or downloads.

Each function takes its data first and returns a ``plotly.graph_objects.Figure`` in the course's
one look, with a summary in words for people who cannot see it (`describe`).
"""

from layerwise import lazy

# No module bears the name of a function: importing it would put the module in the function's place.
_WHERE = {
    "activation": "networks",
    "bars": "charts",
    "boundary": "networks",
    "cells": "tables",
    "change": "films",
    "clouds": "duels",
    "computation_graph": "graphs",
    "confidence": "certainty",
    "confusion": "answers",
    "course_map": "maps",
    "curves": "charts",
    "descent": "descents",
    "describe": "_figure",
    "duel": "duels",
    "figure": "_figure",
    "heatmap": "grids",
    "history": "fits",
    "images": "pictures",
    "learning_curves": "growth",
    "nested": "diagrams",
    "network": "networks",
    "neuron": "networks",
    "pixels": "pictures",
    "points": "scatter",
    "probabilities": "answers",
    "race": "landscapes",
    "range_test": "ranges",
    "refusal": "certainty",
    "reliability": "certainty",
    "shares": "certainty",
    "sound": "sounds",
    "stack": "stacks",
    "stages": "steps",
    "tokens": "words",
    "unit": "units",
    "verdicts": "growth",
    "wave": "sounds",
}

__all__ = sorted(_WHERE)

# Plotly is loaded with the first figure, not before.
__getattr__, __dir__ = lazy.exports(__name__, _WHERE)
