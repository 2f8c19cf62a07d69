"""An update brings the new version and loses nothing of the learner's."""

import json
import os
import subprocess

import pytest
from layerwise.authoring import build, update
from layerwise.authoring.notebooks import content
from layerwise.suggest import CourseError

LESSON = "notebooks/00_start_here.ipynb"


def notebook(text, *, outputs=()):
    cells = [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": list(outputs),
              "source": text}]  # fmt: skip
    page = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    page["metadata"]["layerwise"] = {"id": "00_start_here", "kind": "lesson", "content": content(page)}
    return page


def write(path, page):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(page, indent=1) + "\n")


@pytest.fixture(autouse=True)
def own_settings(monkeypatch, tmp_path):
    """Keep git away from the settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.org")


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def publish(folder, text, *, name=LESSON):
    write(folder / name, notebook(text))
    git(folder, "add", "-A")
    git(folder, "commit", "-m", text)


@pytest.fixture
def places(tmp_path):
    """The published course and a learner's clone of it."""
    course, mine = tmp_path / "course", tmp_path / "mine"
    course.mkdir()
    git(course, "init", "-b", "main")
    (course / "other.txt").write_text("first\n")
    publish(course, "one")
    git(tmp_path, "clone", "--quiet", str(course), str(mine))
    return course, mine


def test_nothing_new(places):
    said = []
    assert update.update(places[1], say=said.append) == 0
    assert said == ["The course is up to date."]


def test_an_untouched_clone_moves_forward(places):
    course, mine = places
    publish(course, "two")
    update.update(mine, say=lambda line: None)
    assert (mine / LESSON).read_text() == (course / LESSON).read_text()
    assert not list(mine.glob("notebooks/*.yours-*"))


def test_a_changed_notebook_is_kept(places):
    course, mine = places
    publish(course, "two")
    page = notebook("one")
    page["cells"][0]["source"] = "my own words"
    write(mine / LESSON, page)
    changed = (mine / LESSON).read_bytes()
    said = []
    update.update(mine, say=said.append)
    assert (mine / "notebooks/00_start_here.yours-1.ipynb").read_bytes() == changed
    assert (mine / LESSON).read_text() == (course / LESSON).read_text()
    assert any("00_start_here.yours-1.ipynb" in line for line in said)


def test_a_changed_notebook_that_the_update_renames_is_kept(places):
    course, mine = places
    git(course, "mv", LESSON, "notebooks/00_first.ipynb")
    git(course, "commit", "-m", "renamed")
    page = notebook("one")
    page["cells"][0]["source"] = "my own words"
    write(mine / LESSON, page)
    changed = (mine / LESSON).read_bytes()
    update.update(mine, say=lambda line: None)
    assert (mine / "notebooks/00_start_here.yours-1.ipynb").read_bytes() == changed
    assert (mine / "notebooks/00_first.ipynb").exists() and not (mine / LESSON).exists()


def test_outputs_of_a_run_are_kept_too(places):
    course, mine = places
    publish(course, "two")
    write(mine / LESSON, notebook("one", outputs=[{"output_type": "stream", "name": "stdout", "text": "hours"}]))
    update.update(mine, say=lambda line: None)
    assert "hours" in (mine / "notebooks/00_start_here.yours-1.ipynb").read_text()


def test_a_changed_notebook_that_the_update_does_not_touch_stays(places):
    course, mine = places
    publish(course, "other", name="notebooks/02_neural_networks.ipynb")
    write(mine / LESSON, notebook("my own words"))
    changed = (mine / LESSON).read_bytes()
    update.update(mine, say=lambda line: None)
    assert (mine / LESSON).read_bytes() == changed
    assert not list(mine.glob("notebooks/*.yours-*"))


def failing(mine, before):
    with pytest.raises(CourseError) as caught:
        update.update(mine, say=lambda line: None)
    assert (mine / LESSON).read_bytes() == before
    assert not list(mine.glob("notebooks/*.yours-*"))
    return str(caught.value)


def test_a_conflict_in_another_file_puts_everything_back(places):
    course, mine = places
    (course / "other.txt").write_text("second\n")
    publish(course, "two")
    (mine / "other.txt").write_text("mine\n")
    page = notebook("one")
    page["cells"][0]["source"] = "my own words"
    write(mine / LESSON, page)
    head = git(mine, "rev-parse", "HEAD")
    message = failing(mine, (mine / LESSON).read_bytes())
    assert "other.txt" in message and "as before" in message
    assert git(mine, "rev-parse", "HEAD") == head
    assert (mine / "other.txt").read_text() == "mine\n"


def test_no_network(places):
    course, mine = places
    course.rename(course.with_name("gone"))
    assert "Check the network" in failing(mine, (mine / LESSON).read_bytes())


def test_own_commits(places):
    course, mine = places
    publish(course, "two")
    (mine / "own.txt").write_text("own")
    git(mine, "add", "own.txt")
    git(mine, "commit", "-m", "own")
    assert "1 commit of its own" in failing(mine, (mine / LESSON).read_bytes())


def test_a_staged_notebook_is_left_alone(places):
    course, mine = places
    publish(course, "two")
    write(mine / LESSON, notebook("mine"))
    git(mine, "add", LESSON)
    assert "git restore --staged" in failing(mine, (mine / LESSON).read_bytes())


def test_a_full_disk_while_copying(places, monkeypatch):
    course, mine = places
    publish(course, "two")
    page = notebook("one")
    page["cells"][0]["source"] = "my own words"
    write(mine / LESSON, page)

    def full(path):
        raise CourseError("No room for a copy.")

    monkeypatch.setattr(build, "keep_copy", full)
    assert failing(mine, (mine / LESSON).read_bytes()) == "No room for a copy."


def test_not_a_clone(tmp_path):
    with pytest.raises(CourseError, match="git clone"):
        update.update(tmp_path)
