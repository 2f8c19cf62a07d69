"""The pinned set fits the ranges, and what is derived from it is what stands in the repository."""

import subprocess
from pathlib import Path

import pytest
from layerwise.authoring import pins
from layerwise.suggest import CourseError

ROOT = Path(__file__).resolve().parents[1]

PROJECT = """
[project]
dependencies = ["numpy>=2", "Typing_Extensions>=4"]
[project.optional-dependencies]
lab = ["jupyterlab>=4.6"]
authoring = []
serving = []
test = ["pytest>=9", "ruff>=0.14"]
"""
GOOD = "numpy==2.4.6 ; python_full_version < '3.12'\nnumpy==2.5.5 ; python_full_version >= '3.12'\n" \
       "typing-extensions==4.16.0\njupyterlab==4.6.6\npytest==9.2.0\n"  # fmt: skip


def checkout(folder, *, learner=GOOD, test="-r requirements.txt\nruff==0.17.6\n"):
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "requirements.txt").write_text(learner)
    (folder / "requirements-test.txt").write_text(test)
    return folder


def test_every_pin_of_the_course_lies_in_its_range():
    assert pins.misfits(ROOT) == []


def test_what_a_learner_needs_is_pinned_and_nothing_that_only_tests_need():
    names = {pin.name for pin in pins.read(ROOT / "requirements.txt")}
    assert {"tensorflow", "keras", "jupyterlab", "jupytext", "papermill", "pytest", "nbval"} <= names
    assert not {"playwright", "ruff", "pytest-xdist"} & names


def test_derived_files_are_in_the_repository():
    for name, text in pins.derive(ROOT).items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"{name}: run `layerwise build`"


def test_conda_gets_the_same_set():
    yaml = pytest.importorskip("yaml")
    told = yaml.safe_load(pins.derive(ROOT)["environment.yml"])
    assert told["dependencies"] == ["python=3.12", "pip", {"pip": ["-r requirements.txt", "-e ."]}]


def test_no_index_is_named():
    for name in ("requirements.txt", "requirements-test.txt", "environment.yml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text and "--index" not in text and "--find-links" not in text


@pytest.mark.parametrize(
    ("learner", "test", "said"),
    [
        (GOOD, "-r requirements.txt\nruff==0.17.6\n", ""),
        (GOOD.replace("2.5.5", "1.26.0"), "-r requirements.txt\nruff==0.17.6\n", "numpy: pinned to 1.26.0, which is"),
        (GOOD.replace("jupyterlab==4.6.6\n", ""), "-r requirements.txt\nruff==0.17.6\n", "jupyterlab: asked for as"),
        (GOOD, "-r requirements.txt\nruff==0.17.6\npytest==9.1.0\n", "pytest stands in both"),
    ],
)
def test_misfits_are_named(tmp_path, learner, test, said):
    wrong = pins.misfits(checkout(tmp_path, learner=learner, test=test))
    assert (wrong == []) if not said else any(line.startswith(said) for line in wrong)


@pytest.mark.parametrize("line", ["numpy>=2", "numpy", "--index-url somewhere", "./local.whl"])
def test_a_line_that_is_no_pin(tmp_path, line):
    with pytest.raises(CourseError, match=r"requirements.txt, line 1: .* is not an exact pin"):
        pins.read(checkout(tmp_path, learner=line + "\n") / "requirements.txt")


def test_markers_choose():
    assert pins.Pin("a", "1", "python_full_version >= '3.11'").applies()
    assert not pins.Pin("a", "1", "python_full_version < '3.11'").applies()


def fake_uv(monkeypatch, answer):
    """Stand in for uv: `answer(requirements, bounds)` gives the pins, or raises ValueError to fail."""

    def run(command, **options):
        out = Path(command[command.index("--output-file") + 1])
        try:
            out.write_text(answer(Path(command[3]).read_text(), Path(command[7]).read_text()))
        except ValueError as error:
            return subprocess.CompletedProcess(command, 1, "", str(error))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(pins.shutil, "which", lambda name: "/bin/uv")
    monkeypatch.setattr(pins.subprocess, "run", run)


def test_lock_writes_both_files(tmp_path, monkeypatch, capsys):
    checkout(tmp_path)
    fake_uv(monkeypatch, lambda wanted, bounds: GOOD + ("ruff==0.17.6\n" if "ruff" in wanted else ""))
    assert pins.lock(tmp_path) == 0
    assert pins.misfits(tmp_path) == []
    assert (tmp_path / "requirements-test.txt").read_text().endswith("-r requirements.txt\nruff==0.17.6\n")
    assert "written  requirements.txt" in capsys.readouterr().out
    pins.lock(tmp_path)
    assert "unchanged  requirements.txt" in capsys.readouterr().out


def test_a_failed_lock_changes_nothing(tmp_path, monkeypatch):
    checkout(tmp_path)

    def fail(wanted, bounds):
        raise ValueError("no such version")

    fake_uv(monkeypatch, fail)
    with pytest.raises(CourseError, match="no such version"):
        pins.lock(tmp_path)
    assert (tmp_path / "requirements.txt").read_text() == GOOD
    monkeypatch.setattr(pins.shutil, "which", lambda name: None)
    with pytest.raises(CourseError, match="needs uv"):
        pins.lock(tmp_path)
