"""What all tests share: nobody's own folders are touched, and a test that cannot run says why."""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Helpers of the tests (offline.py) are imported by their plain names.
sys.path.insert(0, str(ROOT / "tests"))
from lab import chromium  # noqa: E402

# Kernels and workers that tests start must cache bytecode: Keras takes three times as long to import without.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


MIRROR = os.environ.pop("LAYERWISE_MIRROR", None) or os.environ.get("LAYERWISE_TESTS_MIRROR")
"""The mirror folder; only tests marked "mirror" see it, so that all others find the same data everywhere."""
if MIRROR:
    # Workers of pytest-xdist inherit the environment after it has been taken out here.
    os.environ["LAYERWISE_TESTS_MIRROR"] = MIRROR


def pytest_configure(config):
    config.addinivalue_line("markers", "mirror(*files): needs these files, or any, in the folder LAYERWISE_MIRROR")
    # A job in the background of a script is started with interrupts ignored, and would hand that on to every test.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Fixtures of a wider scope than one test run before `own_home`; they must not find a person's folders either.
    folder = tempfile.mkdtemp(prefix="layerwise-tests-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["LAYERWISE_HOME"] = folder
    os.environ["KERAS_HOME"] = str(Path(folder) / "keras")
    for name in ("LAYERWISE_CACHE", "LAYERWISE_PROFILE"):
        os.environ.pop(name, None)


SLOW = (
    "test_browser.py", "test_exercises.py", "test_notebooks.py", "test_labs_run.py", "test_nbgrader.py",
    "test_sweeps.py", "test_grading.py", "test_run.py",
)
"""The files that take longest. Two processes that take whole files end together only if these come first."""


def pytest_collection_modifyitems(items):
    place = {name: number for number, name in enumerate(SLOW)}
    items.sort(key=lambda item: place.get(item.path.name, len(SLOW)))


def pytest_runtest_setup(item):
    marker = item.get_closest_marker("mirror")
    if marker:
        reason = mirror_lacks(MIRROR, marker.args)
        if reason:
            skip_or_fail(reason, fail=os.environ.get("LAYERWISE_REQUIRE_MIRROR") == "1")
    if item.get_closest_marker("browser"):
        reason = browser_lacks()
        if reason:
            skip_or_fail(reason, fail=on_ci())


def skip_or_fail(reason, *, fail):
    """Skip the test, or fail it where a skip would hide that a promise went untested."""
    if fail:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def on_ci():
    """Return True where the environment says that this is a continuous-integration run."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def mirror_lacks(folder, files=()):
    """Return why the mirror folder cannot serve, or None where it can.

    Args:
        folder: The value of LAYERWISE_MIRROR, or None.
        files: Names of files that must lie somewhere under it; none for any file at all.
    """
    if not folder:
        return "LAYERWISE_MIRROR is not set: no official data here"
    path = Path(folder).expanduser()
    if not path.is_dir():
        return f"LAYERWISE_MIRROR names {path}, which is no folder"
    if not files:
        return None if any(path.iterdir()) else f"the mirror {path} is empty"
    missing = [name for name in files if next(path.rglob(Path(name).name), None) is None]
    return f"the mirror {path} lacks {', '.join(missing)}" if missing else None


def browser_lacks():
    """Return why no browser can be driven, or None where one can."""
    import importlib.util

    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed: pip install playwright"
    return None if chromium() else "no Chromium here: apt-get install chromium, or playwright install chromium"


@pytest.fixture(autouse=True)
def own_home(request, tmp_path_factory, monkeypatch):
    """Point progress and downloads at an empty folder; only tests marked "mirror" see the mirror."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LAYERWISE_HOME", str(home))
    monkeypatch.setenv("LAYERWISE_CACHE", str(home / "cache"))
    if request.node.get_closest_marker("mirror") is not None and MIRROR:
        monkeypatch.setenv("LAYERWISE_MIRROR", MIRROR)
    return home


@pytest.fixture(scope="session")
def root():
    """The checkout."""
    return ROOT
