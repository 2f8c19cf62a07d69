"""Public names that are imported on first use, so that importing a package of the course loads nothing heavy."""

import importlib
import sys


def exports(package, where):
    """Return ``__getattr__`` and ``__dir__`` for a package whose public names live in its modules.

    A module must not bear the name of something public in it: importing it would put the module in its place.

    Args:
        package: The package's ``__name__``.
        where: The module of each public name, as a dict.

    Returns:
        The two functions, to be assigned in the package's ``__init__``.

    Example:
        >>> get, names = exports("layerwise.plot", {"bars": "charts"})
        >>> get("bars").__name__, names()
        ('bars', ['bars'])
        >>> get("barz")
        Traceback (most recent call last):
        AttributeError: layerwise.plot has no 'barz'; it has bars. Did you mean "bars"?
    """

    def get(name):
        if name not in where:
            from layerwise.suggest import nearest

            known = sorted(where)
            raise AttributeError(f"{package} has no {name!r}; it has {', '.join(known)}.{nearest(name, known)}")
        value = getattr(importlib.import_module(f"{package}.{where[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: sorted(where)
