"""The process that is copied for each submission: what its copies inherit, and what is left when the grader goes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from layerwise.grading.session import Zygote, environment

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes for answers need Linux here")

ENDLESS = """
from layerwise.grading.session import Zygote
with Zygote(["numpy"]) as zygote, zygote.session() as session:
    session.read([[1, "def f():\\n    while True:\\n        pass"]], [], [("02.f", "f")])
    answer = session.answer("02.f", seconds=5)
    print(zygote._process.pid, session._number, flush=True)
    session.use(lambda answer, inputs: answer(), answer, {}, seconds=300)
"""


def alive(number):
    """Return whether a process is there and more than a name in a table."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def ticks(number):
    """Return the CPU time that a process has had, in the system's ticks of a hundredth of a second."""
    return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[11])


def test_a_grader_that_is_killed_leaves_no_endless_loop_behind():
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as grader:
        numbers = [int(number) for number in grader.stdout.readline().split()]
        assert len(numbers) == 2 and all(map(alive, numbers))
        before = ticks(numbers[1])
        while ticks(numbers[1]) < before + 20:  # until it is in the loop
            time.sleep(0.05)
        os.kill(grader.pid, signal.SIGKILL)
    until = time.monotonic() + 30
    while any(map(alive, numbers)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(alive, numbers))


def test_a_learners_process_inherits_no_secret(monkeypatch):
    monkeypatch.setenv("LAYERWISE_SECRET", "s")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "t")
    assert not {"LAYERWISE_SECRET", "JUPYTERHUB_API_TOKEN"} & set(environment())
    look = "import os\ndef f():\n    return sorted(os.environ)"
    with Zygote() as zygote, zygote.session() as session:
        session.read([[1, look]], [], [("02.f", "f")])
        answer = session.answer("02.f", seconds=5)
        names = session.use(lambda answer, inputs: answer(), answer, {}, seconds=5).value
    assert "PATH" in names and not {"LAYERWISE_SECRET", "JUPYTERHUB_API_TOKEN"} & set(names)
