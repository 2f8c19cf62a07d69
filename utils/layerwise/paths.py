"""Where the course keeps things. Nothing here makes a folder: callers do, when they write.

| folder | environment variable | default |
|---|---|---|
| progress and settings | ``LAYERWISE_HOME`` | the user's data folder |
| downloads | ``LAYERWISE_CACHE`` | ``LAYERWISE_HOME/cache``, else the user's cache folder |
| a local mirror of downloads | ``LAYERWISE_MIRROR`` | none |
"""

import os
from pathlib import Path


def home():
    """Return the folder of the progress store."""
    chosen = os.environ.get("LAYERWISE_HOME")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_data_path("layerwise", appauthor=False)


def cache():
    """Return the folder that downloads go to."""
    chosen = os.environ.get("LAYERWISE_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if os.environ.get("LAYERWISE_HOME"):
        return home() / "cache"
    import platformdirs

    return platformdirs.user_cache_path("layerwise", appauthor=False)


def mirror():
    """Return the mirror folder named by ``LAYERWISE_MIRROR``, or None."""
    chosen = os.environ.get("LAYERWISE_MIRROR")
    return Path(chosen).expanduser() if chosen else None


def root():
    """Return the course's checkout, or None where only the package is installed (on Colab, say)."""
    candidate = Path(__file__).resolve().parents[2]
    return candidate if (candidate / "syllabus.toml").is_file() else None


def bundled():
    """Return the folder with the bundled data sets: ``data/`` of the checkout, else the package's copy."""
    checkout = root()
    return checkout / "data" if checkout else Path(__file__).resolve().parent / "_bundled"
