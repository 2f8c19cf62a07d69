"""The doctor's checks of the machine itself: memory, disk, network, folders."""

import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from layerwise import paths
from layerwise.authoring import doctor_probe as probe

GB = 1e9


@dataclass(frozen=True)
class Finding:
    """One line of the examination.

    Attributes:
        name: What was looked at.
        state: "good", "warn" (the course runs) or "bad" (it does not).
        found: What is so.
        advice: What to do when it is not well; "" where nothing needs doing.
    """

    name: str
    state: str
    found: str
    advice: str = ""


def memory():
    """Look at the memory that this process may use, the limit of a container included."""
    import psutil

    total, free = psutil.virtual_memory().total, psutil.virtual_memory().available
    limit = probe.container_limit()
    if limit and limit < total:
        total, free = limit, min(free, limit)
    said = f"{free / GB:.1f} of {total / GB:.1f} GB free"
    if free < 1.2 * GB:
        return Finding("Memory", "warn", said, "A lesson uses up to 2 GB: close other programs and other kernels.")
    return Finding("Memory", "good", said)


def disk():
    """Look at the room on the disks of the course, the progress and the downloads."""
    places = [place for place in (paths.root(), paths.home(), paths.cache()) if place]
    rooms = {existing(place): shutil.disk_usage(existing(place)).free for place in places}
    place = min(rooms, key=rooms.get)
    said = f"{rooms[place] / GB:.1f} GB free at {place}"
    if rooms[place] < 0.1 * GB:
        return Finding("Disk", "bad", said, "Make room: notebooks and progress cannot be saved on a full disk.")
    if rooms[place] < GB:
        return Finding("Disk", "warn", said, "Make room before the full profile, which downloads and saves models.")
    return Finding("Disk", "good", said)


def existing(place):
    """Return the nearest folder above a place, or the place itself, that is there."""
    return next(folder for folder in (place, *Path(place).absolute().parents) if folder.is_dir())


def network(*, seconds=4):
    """Ask for the course's own page; its absence is no fault, and a slow network does not hold the doctor up."""
    address = probe.course_address()
    if not address:
        return Finding("Network", "good", "not looked at: no address to ask")
    answer = []
    thread = threading.Thread(target=lambda: answer.append(probe.reachable(address, seconds=seconds - 1)), daemon=True)
    thread.start()
    thread.join(seconds)
    if answer and answer[0]:
        return Finding("Network", "good", "there")
    return Finding("Network", "good", "none, or the course's page cannot be reached; every lesson works without")


def folders():
    """Try to write where progress, downloads and notebooks go."""
    root = paths.root()
    places = {
        "progress": (paths.home(), "Set LAYERWISE_HOME to a folder of your own."),
        "downloads": (paths.cache(), "Set LAYERWISE_CACHE to a folder of your own."),
    }
    if root:
        places["notebooks"] = (root / "notebooks", "Copy the course to a folder of your own.")
    closed = {name: place for name, place in places.items() if not writable(place[0])}
    if not closed:
        return Finding("Folders", "good", f"{', '.join(places)} can be written")
    state = "bad" if "notebooks" in closed else "warn"
    said = "; ".join(f"{name} cannot be written at {place}" for name, (place, _) in closed.items())
    return Finding("Folders", state, said, " ".join(advice for _, advice in closed.values()))


def writable(place):
    """Return True where a file can be made in a folder, or in the nearest one above that exists."""
    try:
        # The nearest thing that is there may be a file, in which no folder can be made.
        nearest = next(one for one in (place, *Path(place).absolute().parents) if one.exists())
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b"layerwise")
    except OSError:
        return False
    return True
