"""The latent explorer: choose a place on the map of codes, and see what a network of the learner's own paints there."""

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import latents
from layerwise.suggest import CourseError

REACH = 3.0
SHOWN = 800
"""Codes drawn on the map; more would hide each other."""


class Latent(Explorer):
    """An explorer whose map can be clicked: a click is a move of both numbers."""

    def _make_panel(self):
        panel = super()._make_panel()
        panel.picture.on_msg(self._clicked)
        return panel

    def _clicked(self, _, message, buffers):
        if message.get("kind") == "place":
            x, y = (min(max(float(message[name]), -REACH), REACH) for name in ("x", "y"))
            self.set(x=x, y=y)


def build(spaces, pictures, labels, classes, state=None):
    """Return the explorer; see `layerwise.explore.latent`."""
    pictures, labels = np.asarray(pictures, dtype="float32"), np.asarray(labels)
    if pictures.ndim != 3 or labels.shape != (len(pictures),):
        raise CourseError(
            "latent() needs grey pictures, shape (n, height, width), and one label each, shape (n,); shapes "
            f"{pictures.shape} and {labels.shape} came."
        )
    if not isinstance(spaces, dict) or not spaces:
        raise CourseError('latent() needs a dict such as {"plain": (decoder, codes)}.')
    maps = {str(name): _Map(name, *pair, pictures) for name, pair in spaces.items()}
    names = tuple(maps)
    classes = tuple(map(str, classes))

    def compute(*, space, x, y):
        here = maps[space]
        return {**here.look(x, y), "labels": labels, "classes": classes, "space": space}

    controls = (
        Choice("space", "network", names, names[0], help="Whose codes make the map."),
        Slider("x", "first number", -REACH, REACH, 0.0, step=0.1, help="In standard deviations of the codes."),
        Slider("y", "second number", -REACH, REACH, 0.0, step=0.1, help="In standard deviations of the codes."),
    )
    return Latent("A map of codes", controls, compute=compute, draw=draw, say=say, state=state)


class _Map:
    """One network's codes, brought to scale, with the distances that are usual among them."""

    def __init__(self, name, decoder, codes, pictures):
        from scipy.spatial import cKDTree

        codes = np.asarray(codes, dtype="float64")
        if codes.shape != (len(pictures), 2):
            raise CourseError(
                f"latent(): {name!r} needs the code of every picture, two numbers each, shape ({len(pictures)}, 2); "
                f"shape {codes.shape} came."
            )
        self.decoder, self.pictures = decoder, pictures
        self.middle, self.spread = codes.mean(axis=0), np.maximum(codes.std(axis=0), 1e-9)
        self.codes = (codes - self.middle) / self.spread
        self.tree = cKDTree(self.codes)
        if len(codes) > 1:
            self.usual = float(np.quantile(self.tree.query(self.codes, k=2)[0][:, 1], 0.99))
        else:
            self.usual = 0.0

    def look(self, x, y):
        distance, which = self.tree.query([x, y])
        code = (self.middle + self.spread * np.array([x, y]))[None].astype("float32")
        painted = _painted(self.decoder, code, self.pictures.shape[1:])
        return {
            "codes": self.codes, "place": (x, y), "painted": painted, "distance": float(distance),
            "usual": self.usual, "nearest": int(which), "picture": self.pictures[which],
        }


def _painted(decoder, code, shape):
    if hasattr(decoder, "predict_on_batch"):  # a Keras model; calling it costs less than predict on one code
        from keras import ops

        picture = ops.convert_to_numpy(decoder(code, training=False))
    else:
        picture = np.asarray(decoder(code))
    if picture.size != np.prod(shape):
        raise CourseError(
            f"latent() needs a decoder that paints one picture of shape {shape} for one code; shape {picture.shape} "
            "came."
        )
    return np.clip(picture.reshape(shape).astype("float64"), 0, 1)


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    step = max(1, len(result["codes"]) // SHOWN)
    made = latents.latent(
        result["codes"][::step], result["labels"][::step], result["classes"], place=result["place"],
        painted=result["painted"], nearest=result["codes"][result["nearest"]], nearest_picture=result["picture"],
        reach=REACH, title="Choose a place, and see what is painted there", narrow=narrow,
        subtitle="Click the map, or move the two numbers. Dotted: the way to the nearest real picture.",
    )
    made.layout.meta = {**made.layout.meta, "place": True}  # asks the page to report clicks on the map
    return made


def say(state, result, changed=None):
    """Return one sentence: where this is, and how far from anything real."""
    name = result["classes"][int(result["labels"][result["nearest"]])]
    where = f"({state['x']:.1f}, {state['y']:.1f})".replace("-", "−")
    start = f"On the map of the {state['space']} network, at {where}" if changed == "space" else f"At {where}"
    distance, usual = result["distance"], result["usual"]
    if distance > usual:
        return (
            f"{start} there is a hole: the nearest real picture, of class {name}, is {distance:.2f} away, farther than "
            "99 of 100 real pictures are from their neighbours."
        )
    return f"{start} it paints among real pictures: the nearest one, of class {name}, is only {distance:.2f} away."
