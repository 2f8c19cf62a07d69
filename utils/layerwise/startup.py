"""Keep what TensorFlow writes while it loads, and one warning of later, out of the page.

Its libraries log to the process's error stream before their own log level counts (``TF_CPP_MIN_LOG_LEVEL`` comes too
late for them), and a kernel shows that stream as a red box under the first import of Keras: a frightening first page
for messages that say only that there is no GPU.

Later it warns of "5 out of the last 5 calls" that built their program anew, which is what a page does that compares
five small networks: nothing that its reader could mend.
"""

import contextlib
import importlib.util
import logging
import os
import sys
import tempfile


def quiet():
    """Silence TensorFlow's start (its log level, and the error stream while it is imported) and its word on retracing.

    Nothing is imported now, and nothing is lost: if the import fails, what was written is shown. Where TensorFlow is
    there already its start is over; a ``TF_CPP_MIN_LOG_LEVEL`` that somebody has set stays.

    Example:
        >>> from layerwise import startup
        >>> startup.quiet()
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").addFilter(_not_of_retracing)  # the logger keeps one, however often it is given
    waiting = any(isinstance(finder, _Quiet) for finder in sys.meta_path)
    if "tensorflow" not in sys.modules and not waiting:
        sys.meta_path.insert(0, _Quiet())


def _not_of_retracing(record):
    return "triggered tf.function retracing" not in str(record.msg)


class _Quiet:
    """Stands first among the finders until TensorFlow is asked for, then steps aside."""

    def find_spec(self, name, path=None, target=None):
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_quietly(module):
                with muffled():
                    load(module)

            spec.loader.exec_module = load_quietly
        return spec


@contextlib.contextmanager
def muffled():
    """Hold back what is written to the process's error stream; show it if an exception comes out."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        before = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(before, held.read())
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)
