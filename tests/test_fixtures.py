"""The tests' own promises: nobody's folders are touched, and a skip that would hide something is a failure."""

import shutil
import subprocess
import sys
from pathlib import Path

import conftest
import pytest
from layerwise import paths


def test_progress_and_downloads_go_to_an_empty_folder(own_home):
    assert paths.home() == own_home
    assert own_home in paths.cache().parents
    assert not list(own_home.iterdir())


def test_only_tests_that_ask_for_the_mirror_see_it():
    assert paths.mirror() is None


@pytest.mark.mirror
def test_tests_that_ask_for_the_mirror_see_it():
    assert paths.mirror().is_dir()


def test_what_a_mirror_lacks(tmp_path):
    (tmp_path / "digits").mkdir()
    assert "not set" in conftest.mirror_lacks(None)
    assert "no folder" in conftest.mirror_lacks(str(tmp_path / "gone"))
    (tmp_path / "digits" / "mnist.npz").write_bytes(b"")
    assert conftest.mirror_lacks(str(tmp_path)) is None
    assert conftest.mirror_lacks(str(tmp_path), ["mnist.npz"]) is None
    assert "flowers.tgz" in conftest.mirror_lacks(str(tmp_path), ["mnist.npz", "flowers.tgz"])


def test_a_skip_is_a_failure_where_it_is_promised():
    with pytest.raises(pytest.skip.Exception, match="why"):
        conftest.skip_or_fail("why", fail=False)
    with pytest.raises(pytest.fail.Exception, match="why"):
        conftest.skip_or_fail("why", fail=True)


@pytest.mark.parametrize(("environment", "outcome"), [
    ({}, "1 skipped"),
    ({"LAYERWISE_REQUIRE_MIRROR": "1"}, "1 error"),
    ({"LAYERWISE_MIRROR": "here"}, "1 passed"),
])
def test_the_mirror_marker(tmp_path, monkeypatch, environment, outcome):
    """A small project with this very conftest, in a process of its own."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "mnist.npz").write_bytes(b"")
    for name in ("conftest.py", "lab.py"):
        shutil.copy2(Path(conftest.__file__).with_name(name), tmp_path / "tests" / name)
    (tmp_path / "tests" / "test_it.py").write_text(
        'import pytest\n\n@pytest.mark.mirror("mnist.npz")\ndef test_it():\n    pass\n', encoding="utf-8"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for name in ("LAYERWISE_MIRROR", "LAYERWISE_TESTS_MIRROR", "LAYERWISE_REQUIRE_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, str(tmp_path / value) if value == "here" else value)
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert outcome in done.stdout, done.stdout
    assert ("LAYERWISE_MIRROR is not set" in done.stdout) == (outcome == "1 error")


def test_slow_files_come_first_and_all_else_stays_in_its_order():
    from types import SimpleNamespace

    assert all((conftest.ROOT / "tests" / name).is_file() for name in conftest.SLOW)
    names = ["test_ask.py", conftest.SLOW[1], "test_zygote.py", conftest.SLOW[0], "test_ask.py", conftest.SLOW[1]]
    items = [SimpleNamespace(path=conftest.ROOT / "tests" / name, number=number) for number, name in enumerate(names)]
    conftest.pytest_collection_modifyitems(items)
    assert [item.number for item in items] == [3, 1, 5, 0, 2, 4]
