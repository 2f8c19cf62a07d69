"""Photos of flowers in one folder for each species: real ones, or drawn ones where those are not at hand."""

import functools
import json
import os
import shutil
from pathlib import Path, PurePosixPath

from layerwise import paths, show
from layerwise.data import _archive, _cache, _card, _sources
from layerwise.data._sources import Damaged
from layerwise.suggest import CourseError

COUNT = 1000  # drawn pictures, unless asked otherwise
_PHOTOS = "flower_photos"  # the folder within the one that the cache keeps; as in the official archive
_CONTENTS = "contents.json"  # beside it: each file and its size, to notice later when one is gone
_LARGEST = 400_000_000  # bytes that the unpacked photos may have together
_WAIT = 600  # seconds to wait for another process that makes the same folder


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return a data set of photos in folders: ``folder``, ``files``, ``y``. There is no split; lessons make one.

    ``folder`` holds one folder of JPEG files for each class, as ``keras.utils.image_dataset_from_directory`` takes it.

    Args:
        name: Its name: the folder under `folder` that holds its card.
        source: See `layerwise.data.load`.
        address: Another address of the official archive.
        folder: The folder of bundled data; the course's own when None.
        options: For drawn pictures: ``seed``, and ``count``, how many.

    Raises:
        CourseError: When the photos cannot be had whole, or an option is none.
    """
    card, notes = _card.read(name, folder or paths.bundled()), []
    dataset = _sources.load(
        name, source=source, address=address, folder=folder, options=options,
        official=functools.partial(official, card=card, notes=notes),
        drawn=functools.partial(drawn, card=card, notes=notes),
    )
    dataset.note = " ".join(filter(None, [dataset.note, *dict.fromkeys(notes)]))
    return dataset


def official(files, *, card, notes):
    """Return the paths and classes of the official photos, unpacked into the cache the first time.

    Args:
        files: A list of one path: the archive, whose hash has been checked.
        card: The data set's card; ``card.official["photos"]`` says how many there are of each class.
        notes: A list that takes notes for people.

    Raises:
        Damaged: When the archive does not hold the photos that the card promises.
    """
    import pooch

    promised = card.official["photos"]

    def place(name):
        *_, kind, file = ("", *PurePosixPath(name).parts)
        if kind in promised and file.endswith(".jpg") and not file.startswith("."):
            return f"{kind}/{file}"
        return file if file == "LICENSE.txt" else None

    def make(new):
        photos = new / _PHOTOS
        _archive.unpack(files[0], photos, files=sum(promised.values()) + 50, size=_LARGEST, wanted=place)
        found = {kind: len(list((photos / kind).glob("*.jpg"))) for kind in promised}
        if found != promised:
            told = ", ".join(f"{kind} {found[kind]:,} in place of {promised[kind]:,}" for kind in promised
                             if found[kind] != promised[kind])
            raise Damaged(f"does not hold the photos that its card promises: {told}")

    # The key is the hash of the whole archive, taken at each load: a changed one never meets another's photos.
    key = f"photos-{pooch.file_hash(str(files[0]))[:16]}"
    return _gathered(kept(card.name, key, make, notes), card)


def drawn(*, seed, count=None, card, notes):
    """Return the paths and classes of drawn pictures, drawn into the cache the first time.

    Picture `i` depends on the seed and on `i` only, so fewer pictures are the first of more. The same seed gives the
    same scenes everywhere; to the last bit, with the same versions of NumPy and Pillow.

    Args:
        seed: A whole number, 0 or greater.
        count: How many pictures, as many of each class as can be; 1,000 when None.
        card, notes: As for `official`.
    """
    seed = _whole_number(card, "seed", seed, 0, 2**63)
    count = _whole_number(card, "count", COUNT if count is None else count, len(card.classes), 100_000)
    from layerwise.data.drawing import flowers as draw_flowers

    key = f"drawn-{draw_flowers.VERSION}-{seed}-{count}"
    return _gathered(kept(card.name, key, functools.partial(_draw, seed, count), notes), card)


def _whole_number(card, name, value, low, high):
    import numpy as np

    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and low <= value <= high:
        return int(value)
    raise CourseError(
        f"{card.name!r} takes a whole number from {low:,} to {high:,} as {name}; {value!r} came. "
        f'Try data.load("{card.name}", {name}={max(low, 1)}).'
    )


def _draw(seed, count, new):
    import numpy as np
    from tqdm.auto import tqdm

    from layerwise.data.drawing import flowers as draw_flowers

    for species in draw_flowers.SPECIES:
        (new / _PHOTOS / species).mkdir(parents=True)
    quiet = False if show.in_notebook() else None  # None: only on a terminal
    for i in tqdm(range(count), desc="Drawing flowers", leave=False, disable=quiet):
        species = draw_flowers.SPECIES[i % len(draw_flowers.SPECIES)]
        image = draw_flowers.picture(species, np.random.default_rng([seed, i]))
        image.save(new / _PHOTOS / species / f"{species}_{i:05d}.jpg", quality=88)


def kept(name, key, make, notes):
    """Return a folder of photos that the cache keeps, made anew where files of it are gone.

    Args:
        name: The data set's name.
        key: What tells this folder from others of the data set.
        make: A function of an empty folder that puts photos into ``flower_photos`` there.
        notes: A list that takes notes for people.
    """
    import filelock

    def fill(new):
        make(new)
        (new / _CONTENTS).write_text(json.dumps(_sizes(new / _PHOTOS)), encoding="utf-8")

    path, note = _cache.folder(name, key, fill)
    if _lacks(path):
        try:
            with filelock.FileLock(path.parent / f".lock-whole-{key}", timeout=_WAIT):
                if _lacks(path):  # still: another process may have made it anew meanwhile
                    gone = path.with_name(f"tmp-{key}-old")
                    shutil.rmtree(gone, ignore_errors=True)
                    path.replace(gone)
                    shutil.rmtree(gone, ignore_errors=True)
                path, note = _cache.folder(name, key, fill)
        except (OSError, filelock.Timeout):  # the damaged folder cannot be moved away: leave it, and use another
            path, note = _cache.folder(name, f"{key}-again", fill)
    more = set(_sizes(path / _PHOTOS)) - set(_listed(path))
    if more:
        note = (
            f"{note} The folder {path / _PHOTOS} holds files that do not belong to the data set, such as {min(more)}: "
            "they are not in `files`, but who reads the folder finds them."
        ).strip()
    notes += [note] if note else []
    return path


def _sizes(photos):
    """Return the size of each photo by its name "class/file"."""
    sizes = {}
    for kind in sorted(entry.name for entry in os.scandir(photos) if entry.is_dir()):
        with os.scandir(photos / kind) as entries:
            sizes |= {f"{kind}/{entry.name}": entry.stat().st_size for entry in entries if entry.name.endswith(".jpg")}
    return dict(sorted(sizes.items()))


def _listed(path):
    return json.loads((path / _CONTENTS).read_text(encoding="utf-8"))


def _lacks(path):
    """Return whether a photo is gone, or has another size than it was written with."""
    try:
        there, listed = _sizes(path / _PHOTOS), _listed(path)
        return not listed or any(there.get(name) != size for name, size in listed.items())
    except (OSError, ValueError, AttributeError):
        return True


def _gathered(path, card):
    import numpy as np

    names = sorted(_listed(path))
    number = {kind: k for k, kind in enumerate(card.classes)}
    photos = Path(path) / _PHOTOS
    return {
        "folder": photos,
        "files": np.array([str(photos / name) for name in names], dtype=object),
        "y": np.array([number[name.partition("/")[0]] for name in names], dtype="int64"),
    }
