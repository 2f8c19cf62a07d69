"""The progress store: nothing lost to another kernel, a kill, a full disk or a damaged file."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest
from conftest import ROOT
from layerwise import progress
from layerwise.suggest import CourseError


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(progress, "_noted", set())
    monkeypatch.setattr(progress, "_unsaved", [])


def integrity(path=None):
    with sqlite3.connect(path or progress.file()) as connection:
        answer = connection.execute("pragma integrity_check").fetchone()[0]
    connection.close()
    return answer


def check(state, misconception=None):
    return {"state": state, "misconception": misconception, "reason": "value", "seed": 1}


def test_reading_makes_nothing(own_home):
    assert progress.attempts("02.dense") == [] and progress.latest("predict", "x") is None
    assert progress.hints_opened("02.dense") == 0 and progress.summary() == {} and progress.events() == []
    assert list(own_home.iterdir()) == []


def test_what_is_recorded_comes_back_in_order():
    assert progress.record("check", "02.dense", check("not yet", "bias_missing")) is True
    progress.record("check", "02.dense", check("right"))
    progress.record("check", "02.dense", check("not yet", "bias_missing"))
    progress.record("hint", "02.dense", 1)
    progress.record("hint", "02.dense", 2)
    progress.record("solution", "02.softmax", True)
    progress.record("predict", "02.depth", "größer ✓")
    assert [attempt["state"] for attempt in progress.attempts("02.dense")] == ["not yet", "right", "not yet"]
    assert progress.latest("predict", "02.depth") == "größer ✓"
    assert progress.hints_opened("02.dense") == 2 and progress.hints_opened("02.softmax") == 0
    summary = progress.summary()
    assert summary["02.dense"] == {
        "state": "right", "attempts": 3, "hints": 2, "solution": False, "misconceptions": {"bias_missing": 2},
        "last": progress.events()[-3]["time"],
    }
    assert summary["02.softmax"]["state"] == "not tried" and summary["02.softmax"]["solution"]
    assert list(summary) == ["02.dense", "02.softmax"]


def test_the_file_is_private_versioned_and_has_no_write_ahead_log(own_home):
    progress.record("hint", "02.dense", 1)
    assert [path.name for path in own_home.iterdir()] == ["progress.sqlite"]
    if os.name == "posix":
        assert progress.file().stat().st_mode & 0o077 == 0
    connection = sqlite3.connect(progress.file())
    assert connection.execute("pragma journal_mode").fetchone()[0] == "delete"
    assert connection.execute("pragma user_version").fetchone()[0] == progress.SCHEMA
    connection.close()


def test_a_home_with_odd_characters(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "été 100% #1?" / "x"))
    assert progress.record("hint", "02.dense", 1) and progress.hints_opened("02.dense") == 1


def test_export_and_delete(tmp_path, own_home):
    progress.record("hint", "02.dense", 1)
    progress.export(tmp_path / "mine.json")
    content = json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))
    assert content["schema"] == 1 and content["events"][0]["key"] == "02.dense"
    with pytest.raises(CourseError, match="could not be written"):
        progress.export(tmp_path / "nowhere" / "mine.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.json"]
    # A damaged store that was kept is somebody's progress too.
    (own_home / "progress.sqlite.broken-1").write_text("damaged")
    (own_home / "notes.txt").write_text("mine")
    progress.delete()
    assert [path.name for path in own_home.iterdir()] == ["notes.txt"] and progress.events() == []
    progress.delete()  # nothing there: nothing to do


def _run(code, *arguments, **options):
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, **options)


def test_twenty_kernels_at_once_lose_nothing():
    code = (
        "import sys\nfrom layerwise import progress\nprint('ready', flush=True)\nsys.stdin.readline()\n"
        "for number in range(50):\n    progress.record('check', sys.argv[1], {'state': 'not yet', 'number': number})\n"
    )
    names = [f"02.kernel{number}" for number in range(20)]
    kernels = [_run(code, name, stdin=subprocess.PIPE) for name in names]
    for kernel in kernels:
        assert kernel.stdout.readline() == "ready\n"
    for kernel in kernels:  # all have loaded what they need: now they write at once
        kernel.stdin.write("\n")
        kernel.stdin.close()
    for kernel in kernels:
        kernel.stdout.close()
        assert kernel.wait() == 0
    for name in names:
        assert [attempt["number"] for attempt in progress.attempts(name)] == list(range(50))
    assert len(progress.events()) == 1000 and integrity() == "ok"


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_killed_writer_loses_at_most_its_last_write():
    code = (
        "import itertools\nfrom layerwise import progress\n"
        "for n in itertools.count():\n    progress.record('check', '02.dense', {'state': 'not yet', 'n': n})\n"
        "    print(n, flush=True)\n"
    )
    with _run(code) as writer:
        for _ in range(20):
            last = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
    said = int(rest[-1]) if rest else last
    numbers = [attempt["n"] for attempt in progress.attempts("02.dense")]
    assert numbers == list(range(len(numbers))) and said <= numbers[-1] <= said + 1
    assert progress.record("hint", "02.dense", 1) and integrity() == "ok"


KILLS = """
import json, os, random, signal, sqlite3, time
from layerwise import progress

chance, told, halfway = random.Random(1), {}, 0
for number in range(90):
    writers = []
    for name in ("a", "b", "c"):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            for n in range(100_000):
                assert progress.record("check", f"{number}{name}", {"state": "not yet", "n": n})
                os.write(write, b".")
        os.close(write)
        writers.append((f"{number}{name}", child, read))
    for name, child, read in writers:
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(read) as stream:
            told[name] = len(stream.read())
        halfway += os.path.exists(f"{progress.file()}-journal")
print(json.dumps([told, halfway]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9, and processes that start in no time")
def test_kills_at_random_moments_lose_nothing_that_was_acknowledged():
    """Three writers at a time, from the first write on, which makes the file: 270 of them killed while they write."""
    told, halfway = json.loads(_run(KILLS).communicate()[0])
    assert len(told) == 270 and sum(told.values()) > 20, "hardly anything was written: the machine is too slow"
    assert halfway > 20, "hardly any kill came in the middle of a write: this proves nothing"
    for name, acknowledged in told.items():
        kept = [attempt["n"] for attempt in progress.attempts(name)]
        assert kept == list(range(len(kept))) and acknowledged <= len(kept) <= acknowledged + 1
    assert progress.record("hint", "02.dense", 1) and integrity() == "ok"
    assert [path.name for path in progress.file().parent.iterdir()] == ["progress.sqlite"]


def test_what_could_not_be_written_is_tried_again_when_the_kernel_ends():
    progress.record("hint", "02.dense", 0)
    code = (
        "import sqlite3\nfrom layerwise import progress\nprogress.PATIENCE = 0.1\n"
        "c = sqlite3.connect(progress.file(), isolation_level=None)\nc.execute('begin exclusive')\n"
        "print(progress.record('hint', '02.dense', 1))\nc.execute('commit')\nc.close()\n"
    )
    assert _run(code).communicate()[0].split()[-1] == "False"
    assert [event["value"] for event in progress.events("hint", "02.dense")] == [0, 1]


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_kill_in_the_middle_of_a_transaction_is_rolled_back():
    progress.record("check", "02.dense", check("not yet"))
    # A process that dies with half a transaction already in the file, its rollback journal beside it.
    code = (
        "import os, signal, sqlite3\nfrom layerwise import progress\n"
        "c = sqlite3.connect(progress.file(), isolation_level=None)\nc.execute('pragma cache_size = 1')\n"
        "c.execute('begin immediate')\n"
        "for n in range(2000):\n"
        "    c.execute('insert into events (time, kind, key, value) values (1, 2, 3, ?)', ('y' * 500,))\n"
        "size = os.path.getsize\n"
        "print(size(str(progress.file()) + '-journal') > 0, size(progress.file()) > 100_000, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert _run(code).communicate()[0].split() == ["True", "True"]
    assert [event["key"] for event in progress.events()] == ["02.dense"]
    assert progress.record("hint", "02.dense", 1) and integrity() == "ok"


def test_a_writer_waits_for_another_that_holds_the_store():
    progress.record("hint", "02.dense", 1)
    code = (
        "import sqlite3, sys\nfrom layerwise import progress\n"
        "c = sqlite3.connect(progress.file(), isolation_level=None)\nc.execute('begin exclusive')\n"
        "print('held', flush=True)\nsys.stdin.readline()\nc.execute('commit')\n"
    )
    with _run(code, stdin=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == "held\n"
        # Later than one of SQLite's own waits, so that our repeats are needed too.
        release = threading.Timer(1.5, lambda: (holder.stdin.write("\n"), holder.stdin.flush()))
        release.start()
        assert progress.record("hint", "02.dense", 2) is True
        release.join()
    assert progress.hints_opened("02.dense") == 2


def unusable(capsys):
    """Record twice where nothing can be written; return what was said."""
    assert progress.record("hint", "02.dense", 1) is False
    assert progress.record("hint", "02.dense", 2) is False
    # The lesson goes on: what happened is remembered until the kernel ends.
    assert progress.hints_opened("02.dense") == 2
    return capsys.readouterr().out


def test_a_store_held_for_ever_does_not_stop_a_lesson(capsys, monkeypatch):
    progress.record("hint", "02.dense", 0)
    monkeypatch.setattr(progress, "PATIENCE", 0.1)
    holder = sqlite3.connect(progress.file(), isolation_level=None)
    holder.execute("begin exclusive")
    assert unusable(capsys).count("could not be saved") == 1
    holder.close()
    # Once it is free, everything is written, in order.
    assert progress.record("hint", "02.dense", 3) is True
    assert [event["value"] for event in progress.events("hint", "02.dense")] == [0, 1, 2, 3]


@pytest.mark.parametrize("where", ["file", "file/deeper"])
def test_a_home_that_is_a_file(tmp_path, monkeypatch, capsys, where):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / where))
    out = unusable(capsys)
    assert out.count("could not be saved") == 1 and "The lesson works all the same" in out
    assert (tmp_path / "file").read_text() == "mine"


def test_a_store_that_is_a_folder(own_home, capsys):
    (own_home / "progress.sqlite").mkdir()
    assert unusable(capsys).count("could not be saved") == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home(own_home, capsys):
    own_home.chmod(0o500)
    try:
        assert unusable(capsys).count("could not be saved") == 1
    finally:
        own_home.chmod(0o700)


def test_a_home_that_refuses_writes(monkeypatch, capsys):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert "could not be saved (Permission denied)" in unusable(capsys)


def test_a_store_on_read_only_media_is_still_read(monkeypatch, capsys):
    progress.record("hint", "02.dense", 1)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda at, **options: connect(at.replace("mode=rw", "mode=ro"), **options))
    assert progress.record("hint", "02.dense", 2) is False
    assert "readonly" in capsys.readouterr().out
    assert [event["value"] for event in progress.events("hint", "02.dense")] == [1, 2]


@pytest.mark.skipif(os.name != "posix", reason="no file size limit here")
def test_a_full_disk_keeps_what_was_there_and_the_lesson_going():
    progress.record("check", "02.dense", check("not yet"))
    code = (
        # Bytecode written under the limit would be cut short, and stay.
        "import resource, sys\nsys.dont_write_bytecode = True\nfrom layerwise import progress\n"
        "size = progress.file().stat().st_size\nresource.setrlimit(resource.RLIMIT_FSIZE, (size, size))\n"
        "print(progress.record('predict', 'x', 'y' * 100_000))\nprint(len(progress.latest('predict', 'x')))\n"
    )
    out = _run(code).communicate()[0]
    assert out.count("could not be saved") == 1 and out.split("\n")[-3:] == ["False", "100000", ""]
    assert integrity() == "ok" and len(progress.attempts("02.dense")) == 1
    assert progress.record("hint", "02.dense", 1)


@pytest.mark.parametrize("damage", ["text", "middle"])
def test_a_damaged_store_is_set_aside_and_kept(own_home, capsys, damage):
    progress._write([("", "check", "02.dense", json.dumps({"pad": "x" * 200}))] * 200)
    content = progress.file().read_bytes()
    content = b"This is no database. " * 100 if damage == "text" else content[:4096] + b"\xff" * (len(content) - 4096)
    progress.file().write_bytes(content)
    assert progress.record("hint", "02.dense", 1) is True
    assert "was damaged. It is kept as" in capsys.readouterr().out
    assert (own_home / "progress.sqlite.broken-1").read_bytes() == content
    assert integrity() == "ok" and progress.hints_opened("02.dense") == 1
    # A second time: both are kept.
    progress.file().write_bytes(b"Broken again. " * 100)
    assert progress.events() == []
    assert (own_home / "progress.sqlite.broken-2").exists() and (own_home / "progress.sqlite.broken-1").exists()


def test_two_kernels_that_find_the_damage_set_it_aside_once(own_home, capsys):
    progress.record("hint", "02.dense", 1)
    progress._set_aside()  # what the second one does, after the first has mended it
    assert sorted(path.name for path in own_home.iterdir() if "lock" not in path.name) == ["progress.sqlite"]
    assert progress.hints_opened("02.dense") == 1


def test_a_store_of_a_newer_version_is_left_alone(capsys):
    progress.record("hint", "02.dense", 1)
    connection = sqlite3.connect(progress.file())
    connection.execute("pragma user_version = 99")
    connection.close()
    before = progress.file().read_bytes()
    assert progress.record("hint", "02.dense", 2) is False
    assert "made by a newer Layerwise" in capsys.readouterr().out
    assert progress.file().read_bytes() == before


def test_a_damaged_value_does_not_hide_the_others():
    progress._write([("", "hint", "02.dense", "{bad"), ("", "hint", "02.dense", '"x"'), ("", "hint", "02.dense", "2")])
    progress._write([("", "check", "02.dense", "7"), ("", "check", "02.dense", "{}")])
    assert progress.hints_opened("02.dense") == 2
    assert progress.attempts("02.dense") == [{"time": ""}]
    assert progress.summary()["02.dense"]["state"] == "not tried" and progress.summary()["02.dense"]["hints"] == 2


def test_the_page_on_progress_names_every_kind_of_event():
    """What is kept is a promise to learners: nobody adds a kind without saying so."""
    sources = (ROOT / "utils" / "layerwise").rglob("*.py")
    kinds = {kind for path in sources for kind in re.findall(r"progress\.record\(\s*(\S+),", path.read_text("utf-8"))}
    assert kinds >= {'"check"', '"quiz"', '"recall"'} and all(kind.startswith('"') for kind in kinds)
    rows = [line for line in (ROOT / "docs/progress.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    named = set(re.findall(r"`(\w+)`", " ".join(row.split("|")[1] for row in rows)))
    assert named == {kind.strip('"') for kind in kinds}
