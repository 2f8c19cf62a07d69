"""Submissions that attack the grader: all of it harmless, and no point that was not earned.

One zygote serves all of them, as in a class: whatever one submission does, the next is graded rightly.
"""
# ruff: noqa: E501 - the attacks are programs in strings

import json
import os
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT
from layerwise.authoring import labs
from layerwise.check import engine
from layerwise.grading import grade, sandbox, submission
from layerwise.grading.session import Zygote

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="shuts submissions in with Linux's means")

GOOD = {one.id: one.solution for one in labs.exercises(ROOT / "labs/src/02_neural_networks.py")}
EXERCISES = [engine.load(name) for name in ("02.dense", "02.softmax")]
TRIALS = {one.id: engine.prepare(one, grade.seed_of("secret", one.id)) for one in EXERCISES}
LIMITS = sandbox.Limits(memory_mb=600, files_mb=8, processes=64, seconds=30)


@pytest.fixture(scope="module")
def zygote():
    with Zygote(["numpy"], limits=LIMITS) as one:
        with one.session() as session:
            if session.problem:
                pytest.skip(f"submissions cannot be shut in here: {session.problem}")
        yield one


def graded(zygote, *cells):
    """Grade cells as a submission of lab 02, of which two exercises count."""
    cells = ["import numpy as np", *cells]
    one = submission.Submission("mallory", Path("mallory.ipynb"), cells=tuple(enumerate(cells, 1)), lab="02")
    return grade.grade_one(zygote, one, EXERCISES, TRIALS, [], secret="secret")


def verdicts(given):
    return {result.exercise: result.verdict for result in given.results}


def dense(body):
    return "def dense(x, weights, bias):\n" + "\n".join(f"    {line}" for line in body.splitlines())


RIGHT = "return x @ weights + bias"

ATTACKS = {
    "equals everything": (
        "class Any:\n    def __eq__(self, other):\n        return True\n    __array_priority__ = 1e9\n"
        "    def __array__(self, *a, **k):\n        raise SystemExit\n    shape = dtype = ndim = property(lambda s: s)",
        "return Any()",
    ),
    "an array that equals everything": (
        "class Any(np.ndarray):\n    def __eq__(self, other):\n        return True\n    def __sub__(self, other):\n        return 0",
        "return np.zeros((len(x), weights.shape[1])).view(Any)",
    ),
    "a patched check": (
        "import layerwise.check, layerwise.check.engine, layerwise.check.compare",
        "layerwise.check.check = lambda *a: True\nlayerwise.check.engine.judge = lambda *a, **k: True\n"
        "layerwise.check.compare.compare = lambda *a, **k: None\nreturn 0",
    ),
    "a patched numpy": (
        "import builtins",
        "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\nnp.ndarray = int\n"
        "builtins.abs = lambda *a: 0\nreturn np.zeros((len(x), weights.shape[1]))",
    ),
    "a reply of its own": (
        "import os",
        "for number in range(3, 64):\n    try: os.write(number, b'\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\x00{}' * 50)\n"
        "    except OSError: pass\nreturn 0",
    ),
    "garbage on every channel": (
        "import os",
        "for number in range(3, 64):\n    try: os.write(number, os.urandom(5000))\n    except OSError: pass\nreturn 0",
    ),
    "closed channels": ("import os", "os.closerange(0, 200)\nreturn 0"),
    "a copied number": ("", "return np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])"),
    "looks for the seed": (
        "import gc, sys",
        "for thing in gc.get_objects():\n    if isinstance(thing, dict) and 'reference' in thing:\n"
        "        return thing['reference'](x=x, weights=weights, bias=bias)\nreturn 0",
    ),
    "imports the solution": (
        "", "import layerwise.exercises.lab02_dense as lab\nreturn lab.reference(x, weights, bias)",
    ),
    "asks the engine": (
        "", "from layerwise.check.exercise import load\nreturn load('02.dense').reference(x, weights, bias)",
    ),
    "reads the sources": (
        "import pathlib",
        f"for place in ({str(ROOT / 'labs')!r}, {str(ROOT / 'tests')!r}, {str(ROOT / 'utils/layerwise/exercises')!r}):\n"
        "    for file in pathlib.Path(place).rglob('*.py'):\n        if 'def reference' in file.read_text():\n"
        "            space = {'np': np}\n            exec(file.read_text(), space)\n"
        "            return space['reference'](x, weights, bias)\nreturn 0",
    ),
    "input": ("", "return input('the answer, please: ')"),
    "exit": ("import sys", "sys.exit(0)"),
    "a hard exit": ("import os", "os._exit(0)"),
    "kills the parent": (
        "import os, signal",
        "for number in (os.getppid(), 1, *range(2, 5000)):\n    try: os.kill(number, signal.SIGKILL)\n"
        "    except OSError: pass\nreturn 0",
    ),
    "kills its group": ("import os, signal", "os.killpg(0, signal.SIGKILL)\nreturn 0"),
    "a crash": ("import ctypes", "ctypes.string_at(0)\nreturn 0"),
    "endless recursion": ("", "return dense(x, weights, bias)"),
    "ten gigabytes": ("", "hoard = [np.ones(2**24) for _ in range(80)]\nreturn sum(map(len, hoard))"),
    "fifty megabytes of output": (
        "import os, sys",
        "for _ in range(50):\n    print('x' * 2**20)\n    os.write(1, b'y' * 2**20)\n    sys.stderr.write('z' * 2**20)\nreturn 0",
    ),
    "a huge result": ("", "return 'x' * (300 * 2**20)"),
    "a nested result": ("", "result = []\nfor _ in range(100_000):\n    result = [result]\nreturn result"),
    "too many processes": (
        "import os, time",
        "for _ in range(2000):\n    try:\n        if os.fork() == 0:\n            time.sleep(60)\n            os._exit(0)\n"
        "    except OSError: pass\nreturn 0",
    ),
    "threads that stay": (
        "import threading, time",
        "for _ in range(20):\n    threading.Thread(target=lambda: [None for _ in iter(lambda: 0, 1)], daemon=False).start()\nreturn 0",
    ),
    "mounts and roots": (
        "import ctypes, os",
        "libc = ctypes.CDLL(None)\nlibc.mount(b'none', b'/', b'tmpfs', 0, None)\nlibc.umount2(b'/', 2)\nlibc.chroot(b'..')\n"
        "libc.unshare(0x10000000)\nlibc.setuid(0)\nreturn 0",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_earns_a_point_or_harms_the_next(zygote, attack):
    setup, body = ATTACKS[attack]
    given = graded(zygote, setup, dense(body), GOOD["02.softmax"])
    assert not given.problem
    found = verdicts(given)
    assert not found["02.dense"] and given.points == EXERCISES[1].points, found["02.dense"].message
    assert found["02.softmax"], "its honest answer counts all the same"
    assert len(found["02.dense"].printed) <= 10_000
    # ... and the next one is graded as if nothing had been.
    assert graded(zygote, GOOD["02.dense"], GOOD["02.softmax"]).points == sum(one.points for one in EXERCISES)


def test_an_endless_loop_ends_in_time_and_says_where(zygote):
    began = time.monotonic()
    found = verdicts(graded(zygote, dense("while True:\n    pass"), GOOD["02.softmax"]))
    assert time.monotonic() - began < EXERCISES[0].seconds + 20
    assert found["02.dense"].reason == "timeout" and found["02.dense"].line == 2
    assert found["02.softmax"]


def test_a_loop_that_python_cannot_stop_is_stopped_from_outside(zygote, monkeypatch):
    monkeypatch.setattr("layerwise.grading.session.GRACE", 0.5)
    quick = engine.load("02.dense")
    quick = type(quick)(**{**vars(quick), "seconds": 1.0})
    cells = ["import numpy as np, signal", dense(
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True:\n    try:\n        while True: pass\n    except: pass"
    )]
    one = submission.Submission("mallory", Path("m.ipynb"), cells=tuple(enumerate(cells, 1)), lab="02")
    given = grade.grade_one(zygote, one, [quick], {quick.id: TRIALS[quick.id]}, [], secret="secret")
    assert verdicts(given)["02.dense"].reason == "timeout"


def test_nothing_outside_can_be_read_changed_or_reached(zygote, tmp_path):
    secret, victim = tmp_path / "others.ipynb", ROOT / "syllabus.toml"
    secret.write_text("somebody else's work")
    before = victim.read_bytes()
    cells = (
        "import os, pathlib, shutil, socket",
        "class Stop(Exception):\n    pass",
        dense(
            f"told = []\nfor place in ({str(secret)!r}, {str(victim)!r}, '/etc/passwd', '/etc/shadow', {str(Path.home() / '.ssh')!r}):\n"
            "    told.append(pathlib.Path(place).exists())\n"
            f"for place in ({str(tmp_path)!r}, {str(ROOT)!r}, '/usr', '/'):\n"
            "    try: shutil.rmtree(place)\n    except OSError as error: pass\n"
            f"    try: pathlib.Path(place, 'mine').write_text('x'); told.append(place)\n    except OSError: pass\n"
            "for family, place in ((socket.AF_INET, ('127.0.0.1', 22)), (socket.AF_INET, ('1.1.1.1', 53))):\n"
            "    try: socket.create_connection(place, 1); told.append(place)\n    except OSError: pass\n"
            "told.append(len([one for one in os.listdir('/proc') if one.isdigit()]))\n"
            "pathlib.Path('own').write_text('x')\nraise Stop(told)"
        ),
    )
    verdict = verdicts(graded(zygote, *cells))["02.dense"]
    assert "Stop: [False, False, False, False, False, 1]" in verdict.message, verdict.message
    assert victim.read_bytes() == before and secret.read_text() == "somebody else's work"


def test_what_it_may_write_is_little(zygote):
    verdict = verdicts(graded(zygote, dense("with open('big', 'wb') as file:\n    for _ in range(64): file.write(bytes(2**20))\nreturn 0")))
    assert "Error" in verdict["02.dense"].message and not verdict["02.dense"]


def test_a_course_that_lies_in_a_temporary_folder_is_not_hidden_by_its_own_sandbox():
    assert sandbox._mount_point(["/usr", "/root/course"]) == os.path.realpath("/tmp")
    assert sandbox._mount_point(["/usr", "/tmp/course"]) != os.path.realpath("/tmp")
    assert sandbox.SCRATCH != "/tmp"


def test_nothing_stays_behind(zygote):
    import psutil

    graded(zygote, "import os, time", dense("if os.fork() == 0:\n    os.setsid()\n    time.sleep(300)\n    os._exit(0)\nreturn 0"))
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        left = [one for one in psutil.Process(zygote._process.pid).children(recursive=True)
                if one.status() != psutil.STATUS_ZOMBIE]
        if not left:
            break
        time.sleep(0.05)
    assert not left


def test_an_exercise_s_own_function_is_all_that_can_be_called_of_the_grader(zygote):
    importance = engine.load("07.importance")
    cell = (
        "def importance(learn, x_train, y_train, x_test, y_test, orders):\n"
        "    for name in ('__globals__', '__code__', '_layerwise_peer'):\n"
        "        try: print(name, getattr(learn, name))\n        except AttributeError as error: print('no', name)\n"
        "    peer = object.__getattribute__(learn, '_layerwise_peer')\n"
        "    for request in ({'do': 'answer', 'exercise': '07.importance', 'seconds': 1.0}, {'do': 'call', 'of': 'print', 'args': [], 'kwargs': {}}):\n"
        "        print(peer.ask(request))\n    return x_test[0]\n"
    )
    one = submission.Submission("mallory", Path("m.ipynb"), cells=((1, cell),), lab="07")
    trials = {importance.id: engine.prepare(importance, 1)}
    verdict = verdicts(grade.grade_one(zygote, one, [importance], trials, [], secret="s"))["07.importance"]
    assert not verdict and verdict.printed.count("only a function that was given") == 2, verdict.printed
    assert "function importance" not in verdict.printed


@pytest.mark.parametrize("content", [b"", b"not a notebook", b"[]", b"{}", b'{"cells": 3}', b'{"cells": [{}]}', b"\xff\xfe\x00",
                                     json.dumps({"cells": [{"cell_type": "markdown", "source": "x"}]}).encode(),
                                     b"[" * 100_000, b'{"cells": [{"cell_type": "code", "source": {"a": 1}}]}'])
def test_a_file_that_is_no_notebook_is_said_to_be_none(tmp_path, content):
    (tmp_path / "mallory.ipynb").write_bytes(content)
    (one,) = submission.find(tmp_path)
    assert one.problem or not one.lab
    (given,) = grade.grade([one], secret="s")
    assert given.problem and given.points == 0


def test_a_class_with_a_hostile_member_is_graded_whole(tmp_path):
    for name, cell in (("ada", GOOD["02.dense"]), ("mallory", dense("import os\nos.kill(1, 9)\nos._exit(1)")), ("zuse", GOOD["02.dense"])):
        cells = [{"cell_type": "code", "source": text} for text in ("import numpy as np", cell, 'check("02.dense", dense)')]
        (tmp_path / name).mkdir()
        (tmp_path / name / "lab.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (tmp_path / "nobody.ipynb").write_text("no notebook")
    found = {one.learner: one for one in grade.grade(submission.find(tmp_path), secret="s", limits=LIMITS)}
    points = {name: sum(r.points for r in one.results if r.exercise == "02.dense") for name, one in found.items()}
    assert points == {"ada": 1, "mallory": 0, "zuse": 1, "nobody": 0} and found["nobody"].problem
