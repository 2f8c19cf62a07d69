"""Examples in docstrings run, and say what they say."""

import doctest
import importlib
import pkgutil

import layerwise
import pytest

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(layerwise.__path__, "layerwise.")
    if not module.name.endswith("__main__") and ".exercises." not in module.name
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
