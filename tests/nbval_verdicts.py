"""Run a notebook under nbval, and keep what the checks in it said.

    python tests/nbval_verdicts.py VERDICTS.json --nbval-lax LAB.ipynb ...

As a program it needs no entry in PYTHONPATH, which the notebook's kernel would inherit.
"""

import json
import sys
from pathlib import Path

import pytest
from layerwise.check import VERDICT_MIME


class Keeper:
    """A plugin that gathers the verdicts among the outputs of all cells, and writes them at the end."""

    def __init__(self, path):
        self.path, self.verdicts = Path(path), []

    def pytest_runtest_teardown(self, item):
        for output in getattr(item, "test_outputs", None) or ():
            if VERDICT_MIME in output.get("data", ()):
                self.verdicts.append(output["data"][VERDICT_MIME])

    def pytest_sessionfinish(self):
        self.path.write_text(json.dumps(self.verdicts), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(pytest.main(sys.argv[2:], plugins=[Keeper(sys.argv[1])]))
