"""Measure `data.pipeline` against `keras.utils.image_dataset_from_directory` on photos in one folder per class.

    python docs/measure_pipeline.py FOLDER [--rounds 5] [--photos N] [--sizes 96 180]

Both read the same photos to batches of 32 of the same size by the same interpolation, and run in turns, so that what
else the machine does meets both. Each figure is a median over the rounds. See docs/pipelines.md.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

BATCH = 32


def augmentation():
    """Return the layers that change every batch: mirrored, turned a little, scaled a little."""
    import keras

    return keras.Sequential([
        keras.layers.RandomFlip("horizontal"), keras.layers.RandomRotation(0.1), keras.layers.RandomZoom(0.1),
    ])


def ours(folder, *, size, fit, augment, cache, draft=True):
    """Return the course's batches: every epoch has new ones."""
    import numpy as np
    from layerwise import data

    files, labels = listed(folder)
    return data.pipeline(
        files, np.array(labels), batch_size=BATCH, size=size, fit=fit, augment=augment, shuffle=True, cache=cache,
        draft=draft, form="tf.data",
    )


def from_keras(folder, *, size, fit, augment, cache, same_batches=False):
    """Return Keras's batches, put together as its guides do: cached, shuffled, augmented on all cores, prefetched."""
    import keras
    import tensorflow as tf

    auto = tf.data.AUTOTUNE
    anew = cache and not same_batches
    read = keras.utils.image_dataset_from_directory(
        folder, image_size=(size, size), batch_size=None if anew else BATCH, shuffle=not anew, seed=0, verbose=False,
        crop_to_aspect_ratio=fit == "crop",
    )
    if cache:
        read = read.cache().shuffle(10_000)
    if anew:
        read = read.batch(BATCH)
    if augment is not None:
        read = read.map(lambda x, y: (augment(x, training=True), y), num_parallel_calls=auto)
    return read.prefetch(auto)


def listed(folder):
    """Return the paths of the photos in one folder per class, and the numbers of their classes."""
    folders = sorted(path for path in Path(folder).iterdir() if path.is_dir())
    pairs = [(path, k) for k, inside in enumerate(folders) for path in sorted(inside.glob("*.jpg"))]
    return [path for path, _ in pairs], [k for _, k in pairs]


def timed(act):
    """Return what a function returns, its wall seconds and its CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = act()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def epoch(batches):
    """Go through all batches once."""
    for _ in batches:
        pass


def measured(makers, *, rounds, warm=False):
    """Return seconds for each way, measured in turns.

    Args:
        makers: Functions that make a pipeline anew, by name.
        rounds: How many times each is made and run.
        warm: True leaves the making of a pipeline out of its first epoch.

    Returns:
        A dict by name of dicts with lists of seconds: "first" and "second" epoch, "first_cpu" and "second_cpu".
    """
    seconds = {name: {"first": [], "second": [], "first_cpu": [], "second_cpu": []} for name in makers}
    for turn in range(rounds):
        for name in list(makers)[:: 1 if turn % 2 == 0 else -1]:
            batches, making, making_cpu = timed(makers[name])
            for which in ("first", "second"):
                _, wall, cpu = timed(lambda batches=batches: epoch(batches))
                add = which == "first" and not warm
                seconds[name][which].append(wall + making * add)
                seconds[name][f"{which}_cpu"].append(cpu + making_cpu * add)
            del batches
    return seconds


def ratio(one, other):
    """Return how many times faster the first is: the median over rounds of the quotient within each round."""
    return statistics.median(theirs / mine for mine, theirs in zip(one, other, strict=True))


def subset(folder, count, target):
    """Make a folder of links to `count` photos, spread over the classes; return it."""
    files, _ = listed(folder)
    for path in files[:: max(1, len(files) // count)][:count]:
        link = Path(target) / path.parent.name / path.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
    return Path(target)


def cases(folder, size):
    """Yield the title of each comparison, which epoch counts, and its ways."""
    augment = augmentation()
    for fit in ("stretch", "crop"):
        plain = {"size": size, "fit": fit, "cache": False}
        for changed in (None, augment):
            yield f"{size}, {fit}{', augment' if changed else ''}", ("first",), {
                "ours": lambda changed=changed, plain=plain: ours(folder, augment=changed, **plain),
                "Keras": lambda changed=changed, plain=plain: from_keras(folder, augment=changed, **plain),
            }
    yield f"{size}, stretch, draft=False", ("first",), {
        "ours": lambda: ours(folder, size=size, fit="stretch", augment=None, cache=False, draft=False),
        "Keras": lambda: from_keras(folder, size=size, fit="stretch", augment=None, cache=False),
    }
    kept = {"size": size, "fit": "stretch", "cache": True}
    for changed in (None, augment):
        yield f"{size}, stretch, cache{', augment' if changed else ''}", ("first", "second"), {
            "ours": lambda changed=changed: ours(folder, augment=changed, **kept),
            "Keras": lambda changed=changed: from_keras(folder, augment=changed, **kept),
        }
    yield f"{size}, stretch, cache; Keras repeats its batches", ("second",), {
        "ours": lambda: ours(folder, augment=None, **kept),
        "Keras": lambda: from_keras(folder, augment=None, same_batches=True, **kept),
    }


def main():
    """Print the comparison as a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="photos in one folder per class")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photos", type=int, help="only so many of them")
    parser.add_argument("--sizes", type=int, nargs="+", default=[96, 180])
    parser.add_argument("--only", default="", help="only comparisons whose title holds this")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as links:
        folder = subset(given.folder, given.photos, links) if given.photos else Path(given.folder)
        count = len(listed(folder)[0])
        print(f"{count:,} photos, {os.cpu_count()} cores, {given.rounds} rounds\n")
        print("| size and work | epoch | photos a second, ours | Keras | ratio | CPU ratio |")
        print("|---|---|---|---|---|---|")
        epoch(ours(folder, size=32, fit="crop", augment=augmentation(), cache=False))  # TensorFlow's own start
        for size in given.sizes:
            for title, epochs, makers in cases(folder, size):
                if given.only not in title:
                    continue
                seconds = measured(makers, rounds=given.rounds)
                for which in epochs:
                    mine, theirs = seconds["ours"], seconds["Keras"]
                    rates = [count / statistics.median(one[which]) for one in (mine, theirs)]
                    print(
                        f"| {title} | {which} | {rates[0]:,.0f} | {rates[1]:,.0f} | "
                        f"{ratio(mine[which], theirs[which]):.2f} | "
                        f"{ratio(mine[f'{which}_cpu'], theirs[f'{which}_cpu']):.2f} |", flush=True,
                    )


if __name__ == "__main__":
    main()
