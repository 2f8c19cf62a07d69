"""Code and teaching sources keep the project's own rules."""

import subprocess
import sys

from layerwise.authoring import lint


def test_ruff_finds_nothing(root):
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_lessons_and_labs_have_no_lint_errors(root):
    errors = [finding for finding in lint.lint(root, []) if finding.level == "error"]
    assert errors == []
