"""Bring a checkout to the course's latest version without losing anything of the learner's.

Notebooks that the update replaces and that somebody worked in are copied beside first; all other
files are git's business. On any failure everything is as it was.
"""

import os
import subprocess
from pathlib import Path

from layerwise.authoring import build, notebooks
from layerwise.suggest import CourseError

NOTEBOOKS = (":(glob)notebooks/*.ipynb", ":(glob)labs/*.ipynb")


def update(root, *, say=print):
    """Fetch the latest version and put it in place of the notebooks, keeping what the learner changed.

    Args:
        root: The checkout.
        say: Called with each line for the learner.

    Returns:
        The exit code of `layerwise update`, 0.

    Raises:
        CourseError: Where it could not be done; everything is as before, and the message says what to do.
    """
    root = Path(root)
    ahead = fetch(root)
    if not ahead:
        say("The course is up to date.")
        return 0
    # A renamed notebook counts under both names: under the old one somebody may have worked in it.
    diff = ("diff", "--name-only", "--no-renames", "-z")
    touched = _names(root, *diff, "HEAD", "FETCH_HEAD", "--", *NOTEBOOKS)
    mine = [name for name in _names(root, *diff, "HEAD", "--", *NOTEBOOKS) if name in touched]
    staged = [name for name in _names(root, *diff, "--cached") if name in mine]
    if staged:
        raise CourseError(
            f"{', '.join(staged)}: added with `git add`, and the update changes it too. Nothing was changed. "
            "Commit it, or take it back with `git restore --staged`, then update again."
        )
    before = {name: (root / name).read_bytes() if (root / name).exists() else None for name in mine}
    kept = {}
    try:
        for name in before:
            if before[name] is not None and worked_in(root / name):
                kept[name] = build.keep_copy(root / name)
        if mine:
            git(root, "checkout", "HEAD", "--", *mine)
        git(root, "merge", "--ff-only", "FETCH_HEAD")
    except BaseException as error:
        _put_back(root, before, kept)
        if isinstance(error, OSError):
            raise CourseError(f"The update stopped ({error}). Everything is as before.") from error
        raise
    say(f"The course is up to date: {ahead} change{'s' if ahead > 1 else ''} fetched.")
    for name, copy in kept.items():
        say(f"kept     {name} had been changed by you: your copy is {copy.relative_to(root).as_posix()}")
    if _names(root, "diff", "--name-only", "-z", "ORIG_HEAD", "HEAD", "--", "requirements.txt", "pyproject.toml"):
        say("The packages changed too: `python3 start.py` brings them up to date.")
    return 0


def fetch(root):
    """Fetch the branch that this one follows; return how many commits it is ahead.

    Raises:
        CourseError: Without git, a network, or a branch to follow, or where both sides have commits of their own.
    """
    git(root, "rev-parse", "--git-dir")
    branch = git(root, "rev-parse", "--abbrev-ref", "HEAD").strip()
    remote = git(root, "config", "--default", "", "--get", f"branch.{branch}.remote").strip()
    merge = git(root, "config", "--default", "", "--get", f"branch.{branch}.merge").strip()
    if not (remote and merge):
        raise CourseError(
            f"The branch {branch!r} follows no other, so there is nothing to fetch from. Nothing was changed. "
            "Update a clone of the course on its own branch, for example after `git switch main`."
        )
    git(root, "fetch", "--quiet", remote, merge)
    own, ahead = (int(count) for count in git(root, "rev-list", "--left-right", "--count", "HEAD...FETCH_HEAD").split())
    if own and ahead:
        raise CourseError(
            f"Your branch {branch!r} has {own} commit{'s' if own > 1 else ''} of its own, so it cannot simply move "
            "forward. Nothing was changed. Bring both together with `git pull --rebase`, or ask somebody who uses git."
        )
    return ahead


def worked_in(path):
    """Return True if a notebook holds anything of the learner's: changed cells, or outputs of a run."""
    if build.changed(path):
        return True
    return any(cell.get("outputs") for cell in notebooks.load(path)["cells"])


def git(root, *arguments):
    """Run git in the checkout and return what it printed.

    Raises:
        CourseError: With git's own words where it fails.
    """
    env = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(["git", *arguments], cwd=root, env=env, capture_output=True, text=True,
                              encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL)  # fmt: skip
    except FileNotFoundError:
        raise CourseError("git is not installed, and the update needs it. Install git, then update again.") from None
    if done.returncode == 0:
        return done.stdout
    said = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").removeprefix("fatal: ")
    todo = {
        "rev-parse": "Update needs a clone of the course made with `git clone`.",
        "fetch": "Check the network; the course works without, at the version you have.",
        "merge": "The files that git names are changed on both sides: move yours elsewhere, then update again.",
    }.get(arguments[0], "")
    raise CourseError(f"git {arguments[0]} did not succeed: {said}\nEverything is as before. {todo}".rstrip())


def _names(root, *arguments):
    return [name for name in git(root, *arguments).split("\0") if name]


def _put_back(root, before, kept):
    """Return every notebook to what it was; only then remove the copies, which say the same."""
    for name, content in before.items():
        path = root / name
        if content is None:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_bytes() != content:
            part = path.with_name(f".{path.name}.part")
            part.write_bytes(content)
            part.replace(path)
    for copy in kept.values():
        copy.unlink(missing_ok=True)
