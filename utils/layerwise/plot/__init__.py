"""Figures of the course: data in, a Plotly figure out. Nothing here shows, trains or downloads.

Each function takes its data first and returns a ``plotly.graph_objects.Figure`` in the course's
one look, with a summary in words for people who cannot see it (`describe`).
"""

from layerwise import lazy

# No module bears the name of a function: importing it would put the module in the function's place.
_WHERE = {
    "activation": "networks",
    "alignment": "sentences",
    "alarms": "limits",
    "attention": "looking",
    "attention_maps": "looking",
    "bars": "charts",
    "boundary": "networks",
    "candidates": "sentences",
    "cells": "tables",
    "change": "films",
    "clouds": "duels",
    "computation_graph": "graphs",
    "confidence": "certainty",
    "confusion": "answers",
    "convolution": "windows",
    "course_map": "maps",
    "curves": "charts",
    "descent": "descents",
    "describe": "_figure",
    "duel": "duels",
    "figure": "_figure",
    "heatmap": "grids",
    "history": "fits",
    "images": "pictures",
    "labels_saved": "savings",
    "latent": "latents",
    "learning_curves": "growth",
    "nested": "diagrams",
    "network": "networks",
    "neuron": "networks",
    "pixels": "pictures",
    "points": "scatter",
    "probabilities": "answers",
    "race": "landscapes",
    "range_test": "ranges",
    "receptive_field": "fields",
    "recall_circuit": "looking",
    "refusal": "certainty",
    "reliability": "certainty",
    "service_levels": "levels",
    "shares": "certainty",
    "sound": "sounds",
    "spelled": "spellings",
    "stack": "stacks",
    "stages": "steps",
    "tokens": "words",
    "unit": "units",
    "unrolled": "loops",
    "verdicts": "growth",
    "wave": "sounds",
}

__all__ = sorted(_WHERE)

# Plotly is loaded with the first figure, not before.
__getattr__, __dir__ = lazy.exports(__name__, _WHERE)
