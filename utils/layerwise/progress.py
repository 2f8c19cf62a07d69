"""The private progress store: what was tried, guessed and opened, in one SQLite file.

The file is `layerwise.paths.home()` ``/progress.sqlite``; it is made by the first write. Home folders may lie
on a network, where SQLite's write-ahead log does not work, so every write is one transaction with a rollback
journal: two kernels lose nothing to each other, and a kernel that is killed loses at most its last write.
Nothing leaves this machine. A store that cannot be written never stops a lesson: what happens is kept until
the kernel ends, is tried again with each new event and at that end, and one note says so.

    select time, kind, key, value from events
"""

import atexit
import contextlib
import datetime
import json
import os
import random
import time

from layerwise import paths
from layerwise.suggest import CourseError

SCHEMA = 1
PATIENCE = 10
"""Seconds for which a write waits for other kernels."""

_unsaved = []  # what could not be written, as (time, kind, key, value)
_noted = set()

_TABLE = """create table if not exists events (
  id integer primary key, time text not null, kind text not null, key text not null, value text not null)"""
_INDEX = "create index if not exists events_by_key on events (kind, key)"


class _Unusable(Exception):
    """The store cannot be used now; the text says why."""


def file():
    """Return the path of the store, which may not exist yet."""
    return paths.home() / "progress.sqlite"


def now():
    """Return the time that events get; tests put a clock of their own in its place."""
    return datetime.datetime.now(datetime.UTC)


def record(kind, key, value):
    """Add one event.

    Args:
        kind: What happened: "check", "hint", "solution", "predict" or "quiz"; "found", what the run of a prediction
            showed; "review", an exercise that a review brought back; "recall", a prediction remembered or not.
        key: The exercise or question it happened to.
        value: Anything that JSON can hold.

    Returns:
        True when it was written; False when it is kept in memory only.
    """
    row = (now().isoformat(timespec="seconds"), str(kind), str(key), json.dumps(value))
    _unsaved.append(row)
    try:
        # Whatever could not be written before goes with it.
        _write(_unsaved)
        _unsaved.clear()
        return True
    except _Unusable as error:
        atexit.unregister(_try_once_more)
        atexit.register(_try_once_more)
        _note("unusable", f"Your progress could not be saved ({error}). The lesson works all the same; what you do is "
              f"kept until this kernel stops. The file is {file()}.")
        return False


def events(kind=None, key=None):
    """Return events as dicts with time, kind, key and value, oldest first."""
    try:
        rows = _read(kind, key)
    except _Unusable:
        rows = []
    rows += [row for row in _unsaved if kind in (None, row[1]) and key in (None, row[2])]
    found = []
    for row in rows:
        with contextlib.suppress(ValueError):  # one damaged value must not hide the others
            found.append({"time": row[0], "kind": row[1], "key": row[2], "value": json.loads(row[3])})
    return found


def attempts(exercise):
    """Return the checks of an exercise, oldest first: dicts with time, state, misconception, reason, seed."""
    found = events("check", exercise)
    return [{"time": event["time"], **event["value"]} for event in found if isinstance(event["value"], dict)]


def latest(kind, key):
    """Return the value of the newest event of this kind and key, or None."""
    found = events(kind, key)
    return found[-1]["value"] if found else None


def hints_opened(exercise):
    """Return how many hints of an exercise were opened."""
    return max((event["value"] for event in events("hint", exercise) if type(event["value"]) is int), default=0)


def summary(found=None):
    """Return what is known of each exercise.

    Args:
        found: Events as `events` returns them; those of the store when None.

    Returns:
        Dict from exercise to a dict with ``state`` ("right" once it was right, else "not yet"), ``attempts``,
        ``hints``, ``solution`` (was it opened), ``misconceptions`` (dict from key to count) and ``last`` (time).
    """
    exercises = {}
    for event in events() if found is None else found:
        if event["kind"] not in ("check", "hint", "solution"):
            continue
        entry = exercises.setdefault(event["key"], {
            "state": "not tried", "attempts": 0, "hints": 0, "solution": False, "misconceptions": {}, "last": "",
        })
        entry["last"] = event["time"]
        if event["kind"] == "hint":
            entry["hints"] = max(entry["hints"], event["value"] if type(event["value"]) is int else 0)
        elif event["kind"] == "solution":
            entry["solution"] = True
        elif isinstance(event["value"], dict):
            entry["attempts"] += 1
            if entry["state"] != "right":
                entry["state"] = event["value"].get("state", entry["state"])
            key = event["value"].get("misconception")
            if key:
                entry["misconceptions"][key] = entry["misconceptions"].get(key, 0) + 1
    return exercises


def export(path):
    """Write everything in the store to a JSON file, whole or not at all.

    Raises:
        CourseError: When the file cannot be written.
    """
    from pathlib import Path

    from layerwise import files

    target = Path(path).expanduser()
    if not target.parent.is_dir():
        raise CourseError(f"The progress could not be written to {target}: there is no folder {target.parent}.")
    files.write(target, json.dumps({"schema": SCHEMA, "events": events()}, indent=1, ensure_ascii=False) + "\n")


def delete():
    """Delete the store, the damaged ones that were kept, and all that is remembered of them."""
    _unsaved.clear()
    _noted.clear()
    name = file().name
    try:
        for path in (file(), file().with_name(f"{name}-journal"), *file().parent.glob(f"{name}.*")):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise CourseError(f"The progress store {file()} could not be deleted: {error.strerror}.") from None


def _try_once_more():
    """Write at the kernel's end what could not be written before."""
    if _unsaved:
        with contextlib.suppress(_Unusable):
            _write(_unsaved)


def _write(rows):
    def insert():
        with _opened(create=True) as connection:
            connection.execute("begin immediate")
            _prepare(connection)
            connection.executemany("insert into events (time, kind, key, value) values (?, ?, ?, ?)", rows)
            connection.execute("commit")

    # Who has waited in vain once does not wait again before every card.
    _patiently(insert, PATIENCE if len(rows) == 1 else 0.5)


def _read(kind, key):
    def select():
        if not file().is_file():
            return []
        with _opened(create=False) as connection:
            version = connection.execute("pragma user_version").fetchone()[0]
            if version == 0:
                return []
            _refuse_newer(version)
            return connection.execute(
                "select time, kind, key, value from events "
                "where (?1 is null or kind = ?1) and (?2 is null or key = ?2) order by id", (kind, key),
            ).fetchall()

    return _patiently(select, min(PATIENCE, 2))


def _patiently(act, seconds):
    """Return what ``act`` gives, once no other kernel holds the store; mend a damaged one on the way."""
    import sqlite3

    until, mended = time.monotonic() + seconds, False
    while True:
        try:
            return act()
        except sqlite3.OperationalError as error:
            busy = any(word in str(error) for word in ("locked", "busy"))
            if not busy or time.monotonic() > until:
                raise _Unusable(str(error)) from None
            # Short and uneven: SQLite's own waits grow long, and of 20 kernels one would wait many seconds.
            time.sleep(random.uniform(0.001, 0.02))
        except sqlite3.DatabaseError as error:
            if mended:
                raise _Unusable(str(error)) from None
            mended = True
            _set_aside()
        except OSError as error:
            raise _Unusable(error.strerror or str(error)) from None


@contextlib.contextmanager
def _opened(*, create):
    """Yield a connection in which only our own begin and commit open and close transactions."""
    import sqlite3

    path = file()
    if create and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))  # private to its owner
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0.05, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _prepare(connection):
    """Make the table in the transaction that has begun, unless it is there."""
    version = connection.execute("pragma user_version").fetchone()[0]
    if version == 0:
        connection.execute(_TABLE)
        connection.execute(_INDEX)
        connection.execute(f"pragma user_version = {SCHEMA}")
    _refuse_newer(version)


def _refuse_newer(version):
    if version > SCHEMA:
        raise _Unusable(f"it was made by a newer Layerwise: schema {version}, this one knows {SCHEMA}")


def _set_aside():
    """Rename a store that is not readable as one, and keep it; the next write makes a new one."""
    import sqlite3

    from filelock import FileLock, Timeout

    path = file()
    try:
        with FileLock(f"{path}.lock", timeout=PATIENCE):
            # Another kernel may have done it while this one waited.
            try:
                with _opened(create=False) as connection:
                    if connection.execute("pragma quick_check").fetchone()[0] == "ok":
                        return
            except sqlite3.OperationalError:
                return
            except sqlite3.DatabaseError:
                pass
            number = 1
            while path.with_name(f"{path.name}.broken-{number}").exists():
                number += 1
            aside = path.with_name(f"{path.name}.broken-{number}")
            path.rename(aside)
            journal = path.with_name(path.name + "-journal")
            if journal.exists():
                journal.rename(aside.with_name(aside.name + "-journal"))
    except (OSError, Timeout) as error:
        raise _Unusable(f"it is damaged and could not be set aside: {error}") from None
    _note(f"broken-{number}", f"Your progress store was damaged. It is kept as {aside}, and a new one was begun.")


def _note(name, text):
    """Say something once in this process, quietly."""
    if name in _noted:
        return
    _noted.add(name)
    import html

    from layerwise import show

    show.card(f"<p>{html.escape(text)}</p>", text=text)
