"""TensorFlow's start-up log and its word on retracing stay out of the page; all else it says comes through.

For its start a stand-in writes what TensorFlow writes, where it writes it.
"""

import subprocess
import sys

import pytest

LOUD = "import os\nos.write(2, b'E0000 failed call to cuInit\\n')\n"
PAGE = """
import os, sys
from layerwise import startup
startup.quiet(); startup.quiet()
try:
    import tensorflow
except ValueError:
    os.write(1, b"raised")
os.write(2, b"later")
os.write(1, os.environ["TF_CPP_MIN_LOG_LEVEL"].encode())
assert not any("Quiet" in type(finder).__name__ for finder in sys.meta_path)
"""


def run(folder, code):
    (folder / "tensorflow.py").write_text(code)
    return subprocess.run([sys.executable, "-c", PAGE], cwd=folder, capture_output=True, text=True, check=True)


@pytest.fixture(autouse=True)
def no_level(monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)


def test_the_import_is_quiet_and_what_comes_later_is_not(tmp_path):
    done = run(tmp_path, LOUD)
    assert (done.stderr, done.stdout) == ("later", "3")


def test_a_failed_import_shows_what_was_written(tmp_path):
    done = run(tmp_path, LOUD + "raise ValueError('broken')")
    assert "cuInit" in done.stderr
    assert done.stdout.startswith("raised")


def test_a_level_that_somebody_chose_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    assert run(tmp_path, "").stdout == "0"


RETRACING = """
import sys
from layerwise import startup
startup.quiet(); startup.quiet()
import tensorflow as tf
logger = tf.get_logger()
for number in range(7):
    tf.function(lambda x: x + 1)(tf.constant(number))
logger.warning("the disk is full")
logger.error("the input is empty")
print("----", file=sys.stderr, flush=True)
only, = logger.filters
logger.removeFilter(only)
for number in range(7):
    tf.function(lambda x: x + 2)(tf.constant(number))
"""


def test_retracing_is_not_told_and_other_warnings_are():
    """The real TensorFlow: calls that build their program anew, with a warning and an error of another kind."""
    pytest.importorskip("tensorflow")
    done = subprocess.run([sys.executable, "-c", RETRACING], capture_output=True, text=True, check=True)
    quiet, loud = done.stderr.split("----")
    assert "retracing" not in quiet and "the disk is full" in quiet and "the input is empty" in quiet
    assert "triggered tf.function retracing" in loud, "TensorFlow no longer says it so; then it is not silenced either"
