"""A pipeline as a `keras.utils.PyDataset`, for the backends that are not TensorFlow."""

import threading

import keras
import numpy as np


def batches(feed):
    """Return a `keras.utils.PyDataset` of the batches of a `Feed`."""
    return Batches(feed)


class Batches(keras.utils.PyDataset):
    """Batches by their numbers; each pass over them has an order of its own.

    Args:
        feed: A `layerwise.data._feeding_source.Feed`.
    """

    def __init__(self, feed):
        super().__init__(workers=feed.workers)
        self._feed, self._augment = feed, feed.augmenting()
        self._lock = threading.Lock()
        self._pass = None

    def __len__(self):
        return len(self._feed)

    def __getitem__(self, number):
        if not 0 <= number < len(self):
            raise IndexError(f"there is no batch {number}; there are {len(self)}")
        with self._lock:
            if self._pass is None:
                self._pass = self._feed.order.next()
            this = self._pass
        return self._batch(this, number)

    def __iter__(self):
        this = self._feed.order.next()
        for number in range(len(self)):
            yield self._batch(this, number)

    def on_epoch_end(self):
        """Let a new pass begin. (In `on_epoch_begin` it would be too late: the threads are at work by then.)"""
        with self._lock:
            self._pass = None

    def _batch(self, this, number):
        feed, examples = self._feed, self._feed.examples
        rows = feed.order.of(this)[:feed.needed][number * feed.batch_size:(number + 1) * feed.batch_size]
        if examples.has(rows).all():
            x = examples.take(rows)
        else:
            x = np.stack([examples.take(row) if examples.has(row) else examples.decoded(row) for row in rows])
            examples.keep(rows, x)
        x = x.astype(examples.fed, copy=False)
        if self._augment is not None:
            with self._lock:  # the random state of a layer is not made for threads
                x = keras.ops.convert_to_numpy(self._augment(keras.ops.convert_to_tensor(x)))
        return x if feed.labels is None else (x, feed.labels[rows])
