"""Generators of drawn data: seeded, documented, and no more than their cards say. Only `layerwise.data` uses them."""
