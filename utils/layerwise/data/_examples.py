"""Examples on a data set's card: pictures shown, sounds played, texts and tables quoted. No network, no widget."""

MOST = 10  # examples on a card


def of(dataset):
    """Return the HTML of a few examples of a data set, or "" where it has nothing to show."""
    from layerwise.data import _example_pictures as seen
    from layerwise.data import _example_words as told

    show = {
        "pictures": seen.pictures, "photos": seen.photos, "scenes": seen.scenes, "scans": seen.scans,
        "video": seen.video, "sound": told.sounds, "text": told.texts, "table": told.table, "series": told.series,
    }[dataset.card.kind]
    return show(dataset)


def part(dataset, name):
    """Return the array that has a name, or the name and the ending of a part; None where there is none.

    Example:
        >>> from layerwise import data
        >>> part(data.load("digits", source="bundled"), "x").shape
        (10000, 28, 28)
    """
    for ending in ("", "_train", "_test"):
        if name + ending in dataset.arrays:
            return dataset.arrays[name + ending]
    return None


def chosen(dataset, labels, count=MOST):
    """Return positions of one example of each class, at most `count`; the first few where there are no classes."""
    import numpy as np

    if labels is None or not len(dataset.classes):
        return list(range(count))
    labels = np.asarray(labels)
    first = [int(np.argmax(labels == k)) for k in range(len(dataset.classes)) if np.any(labels == k)]
    return first[:count]
