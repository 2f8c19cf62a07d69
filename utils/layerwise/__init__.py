"""Layerwise: deep learning, layer by layer.

The helper package of the course. Importing it loads nothing else: each part is
imported where it is used, so that the first cell of a lesson costs no time.

    from layerwise import data, explore, plot, train
    from layerwise.check import check, found, hint, predict, quiz, solution
"""

__version__ = "0.1.0"
__all__ = ["check", "data", "explore", "plot", "serve", "train"]


def __getattr__(name):
    """Import a public part on first use, so that ``layerwise.data`` works too."""
    if name in __all__:
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(
        f"module 'layerwise' has no attribute {name!r}; its parts are {', '.join(__all__)}"
    )
