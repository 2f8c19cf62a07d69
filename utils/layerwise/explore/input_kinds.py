"""The explorers of the five kinds of input; each has a module of its own."""

import importlib

from layerwise.suggest import nearest

_MODULES = {
    "picture": "input_pictures", "text": "input_texts", "sound": "input_sounds", "video": "input_films",
    "table": "input_tables",
}
KINDS = tuple(_MODULES)


def build(kind, examples, state):
    """Return the explorer of a kind of input.

    Raises:
        ValueError: When there is no such kind, or the examples are not of that kind.
    """
    if kind not in _MODULES:
        raise ValueError(f"There is no kind {kind!r}; there is {', '.join(KINDS)}.{nearest(str(kind), KINDS)}")
    module = importlib.import_module(f"layerwise.explore.{_MODULES[kind]}")
    return module.build(examples, state)


def named(examples, *, what, most=12):
    """Return examples by name: a dict as it is, a list with numbers for names.

    Raises:
        ValueError: When there is none.

    Example:
        >>> named(["a", "b"], what="texts")
        {'1': 'a', '2': 'b'}
    """
    if isinstance(examples, dict):
        found = {str(name): example for name, example in examples.items()}
    else:
        found = {str(i): example for i, example in enumerate(examples, 1)}
    if not found:
        raise ValueError(f"Give at least one example: {what}.")
    return dict(list(found.items())[:most])
