"""The feature viewer: what one hidden unit of the learner's own network answers to, and what excites it most."""

import threading

import numpy as np

from layerwise.explore import own_pictures
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider
from layerwise.plot import units

NUMBERS = 4_000_000  # of all pictures that are looked through: 5,000 digits, or 300 photos of 67 pixels
SHOWN = 200  # pictures that the slider offers
_BATCH = 100
FAVOURITES = 8


class Features(Explorer):
    """A viewer of hidden units; see `layerwise.explore.features`."""

    def __init__(self, model, pictures, labels=None, *, classes=(), layers=None, state=None):
        self._model = model
        self._layers = _chosen(model, layers)
        self._pictures = _checked(model, pictures)
        self._pixels = own_pictures.light(self._pictures)
        self._labels = None if labels is None else np.asarray(labels)[: len(self._pictures)]
        if self._labels is not None and len(self._labels) != len(self._pictures):
            raise ValueError(f"features() needs a label per picture; {len(self._labels)} labels and "
                             f"{len(self._pictures)} pictures came.")
        self._classes = [str(name) for name in classes]
        self._own = np.zeros_like(self._pictures[0])
        self._gate = threading.RLock()
        self._trunk = self._answers = self._mark = self._sketch = None
        self._look()
        most = max(answers[0].shape[1] for answers in self._answers.values())
        controls = (
            Choice("layer", "layer", tuple(self._layers), self._layers[0], help="Whose units are looked at."),
            Slider("unit", "unit", 1, most, 1, step=1, help="Which unit of the layer."),
            Slider("picture", "picture (0: your own)", 0, min(len(self._pictures), SHOWN), 1, step=1,
                   help="The picture that the unit answers to; 0 is the one that you drew or gave."),
        )
        super().__init__("What a unit looks for", controls, compute=self._result, draw=draw, say=say, state=state)

    # ---- the learner's own picture

    @property
    def own(self):
        """The learner's own picture, as the network gets it."""
        with self._lock:
            return self._own.copy()

    def show(self, picture):
        """Look at a picture of one's own.

        Args:
            picture: An array as the network takes it; a drawing of any size where the network takes grey pictures; or
                the path of a photo where it takes colour.

        Raises:
            ValueError: When the network cannot take it.
        """
        own = own_pictures.own(picture, self._pictures[0].shape, float(self._pictures.max()))
        with self._lock:
            self._own = own
        if self.picture != 0:
            self.picture = 0
        else:
            self._redraw(wait=True)

    def _drawn(self, drawing):
        """Take a drawing from the pad, on the thread of the browser's messages."""
        with self._lock:
            self._own = own_pictures.own(drawing, self._pictures[0].shape, float(self._pictures.max()))
            self._state["picture"], self._changed = 0, "picture"
        panel = self._panel
        if panel:
            panel.follow(self.state)
        self._redraw()

    def _loaded(self, content):
        """Take the bytes of a file from the button; what is no photo is said on screen."""
        try:
            self.show(content)
        except ValueError as error:
            if self._panel:
                self._panel.fail(error)

    # ---- looking

    def _look(self):
        """Ask the network about all pictures, unless its weights are those of the last time."""
        import keras

        with self._gate:
            mark = tuple(float(keras.ops.sum(weight)) for weight in self._model.weights)
            if mark == self._mark:
                return
            if self._trunk is None:
                outputs = [self._model.get_layer(name).output for name in self._layers]
                self._trunk = keras.Model(self._model.inputs[0], outputs)
            parts = [self._ask(self._pictures[i : i + _BATCH]) for i in range(0, len(self._pictures), _BATCH)]
            self._answers = {
                name: tuple(np.concatenate(pieces) for pieces in zip(
                    *(_strongest(part[name]) for part in parts), strict=True))
                for name in self._layers
            }
            self._mark = mark

    def _ask(self, pictures):
        import keras

        answers = self._trunk(keras.ops.convert_to_tensor(pictures), training=False)
        answers = answers if isinstance(answers, list | tuple) else [answers]
        return {
            name: keras.ops.convert_to_numpy(answer) for name, answer in zip(self._layers, answers, strict=True)
        }

    def _result(self, *, layer, unit, picture):
        """Return everything that is drawn and said."""
        self._look()
        values, places = self._answers[layer]
        count = values.shape[1]
        index = min(unit, count) - 1
        shown = self.own if picture == 0 else self._pictures[picture - 1]
        answer = self._ask(shown[None])[layer][0]
        heat = np.maximum(answer[..., index], 0) if answer.ndim == 3 else None
        responses = answer.reshape(-1, count).max(axis=0) if answer.ndim == 3 else answer
        order = np.argsort(-values[:, index], kind="stable")
        best = order[:FAVOURITES]
        best = best[values[best, index] != 0]  # relu gives 0 to all that does not excite the unit
        pattern, pattern_title = self._pattern(layer, index, values[:, index])
        return {
            "layer": layer, "unit": index, "count": count, "heat": heat,
            "picture": own_pictures.light(shown) if picture == 0 else self._pixels[picture - 1],
            "responses": responses, "response": float(responses[index]), "own": picture == 0,
            "blank": picture == 0 and not shown.any(),
            "share": float(np.mean(values[:, index] < responses[index])), "silent": not values[:, index].any(),
            "answering": float(np.mean(values[:, index] != 0)), "favourites": self._pixels[best],
            "values": values[best, index], "places": None if places.size == 0 else places[best, index],
            "names": [self._called(i) for i in best], "pattern": pattern, "pattern_title": pattern_title,
        }

    def _called(self, index):
        if self._labels is None:
            return ""
        label = int(self._labels[index])
        return self._classes[label] if label < len(self._classes) else str(label)

    def _pattern(self, layer, index, values):
        """Return the weights where they can be seen as a picture, else the average of the pictures by response."""
        weights = _first_weights(self._model, layer, self._pictures[0].shape)
        if weights is not None:
            kernel = weights[..., index]
            if kernel.ndim == 3 and kernel.shape[-1] == 3:
                most = np.abs(kernel).max() or 1.0
                return (kernel / most + 1) / 2, f"its filter, {len(kernel)} × {kernel.shape[1]} pixels"
            kernel = kernel[..., 0] if kernel.ndim == 3 else kernel
            return kernel, "its weights (blue −, orange +)"
        lean = np.tensordot(values - values.mean(), self._pixels, 1) / max(float(np.abs(values).sum()), 1e-9)
        if lean.ndim == 3 and lean.shape[-1] == 1:
            lean = lean[..., 0]
        if lean.ndim == 3:
            return (lean / (np.abs(lean).max() or 1.0) + 1) / 2, "more and less than average"
        return lean, "ink it likes, ink it shuns"

    # ---- on screen

    def _after_change(self, moved):
        if "layer" in moved and self._panel:
            self._panel._widgets["unit"].max = self._answers[self._state["layer"]][0].shape[1]
        if "layer" in moved:
            self._state["unit"] = min(self._state["unit"], self._answers[self._state["layer"]][0].shape[1])

    def _make_panel(self):
        from layerwise.explore.panel import Panel
        from layerwise.explore.sketch import Sketch

        shape = self._pictures[0].shape
        first = []  # a drawing can be given to a network that reads pictures of MNIST's size
        if not own_pictures.grey(shape):
            first = [own_pictures.upload(self._loaded)]
        elif shape[:2] == (28, 28):
            first = [Sketch(self._drawn)]
        panel = Panel(self, buttons=first, widgets={"layer": self._strip()})
        panel._widgets["unit"].max = self._answers[self._state["layer"]][0].shape[1]
        return panel


    def _strip(self):
        """Return the layers as buttons."""
        from layerwise.explore.strip import Strip

        counts = [self._answers[name][0].shape[1] for name in self._layers]
        notes = [f"{count} unit{'s' * (count != 1)}" for count in counts]
        return Strip(label="layer", options=self._layers, notes=notes, value=self._state["layer"])


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    captions = [
        f"{name} ({value:.1f})" if len(name) < 3 else f"{name}<br>{value:.1f}"
        for name, value in zip(result["names"], result["values"], strict=True)
    ]
    return units.unit(
        result["picture"], result["pattern"], result["responses"], result["favourites"], unit=result["unit"],
        captions=captions, heat=result["heat"], places=result["places"], narrow=narrow,
        title=f"Unit {result['unit'] + 1} of {result['count']} in {result['layer']}",
        pattern_title=result["pattern_title"],
    )


def say(state, result, changed=None):
    """Return one sentence: how the unit answers, and whom it favours."""
    own = f"nit {result['unit'] + 1} of {result['layer']}"
    if result["silent"] and not result["response"] > 0:
        return f"U{own} is silent: it answers to none of these pictures."
    if result["blank"]:
        return "Your own picture is still empty: " + (
            "choose a photo." if result["picture"].shape[2:] == (3,) else "draw one.")
    start = {
        "layer": f"In {result['layer']} there are {result['count']} units, and u{own}",
        "picture": ("To your picture u" if result["own"] else "To this picture u") + own,
    }.get(changed, f"U{own}")
    answer = f"{start} answers {result['response']:.2f}, more than to {result['share']:.0%} of the pictures"
    if result["response"] == 0:
        answer = f"{start} does not answer; it does to {result['answering']:.0%} of the pictures"
    known = [one for one in result["names"] if one]
    if not known:
        return f"{answer}."
    most = max(sorted(set(known)), key=known.count)
    return f"{answer}; of its {len(known)} favourites {known.count(most)} are labelled {most}."


def _chosen(model, layers):
    """Return the names of the layers to look at: those given, or all with a nonlinear output and the last."""
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"features() looks into a Keras model; a {type(model).__name__} came.")
    if not model.built:
        raise ValueError("features() needs a model that knows its input: begin it with keras.Input.")
    known = [layer.name for layer in model.layers]
    if layers is not None:
        names = [str(name) for name in layers]
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            raise ValueError(f"features(): no layer {unknown[0] if unknown else ''!r}; there is {', '.join(known)}.")
        return names
    names = []
    for layer in model.layers:
        activation = getattr(layer, "activation", None)
        linear = activation is None or activation is keras.activations.linear
        bends = isinstance(layer, keras.layers.ReLU | keras.layers.LeakyReLU) or not linear
        if bends and len(layer.output.shape) in (2, 4):
            names.append(layer.name)
    if len(model.layers[-1].output.shape) == 2 and model.layers[-1].name not in names:
        names.append(model.layers[-1].name)
    return names


def _checked(model, pictures):
    pictures = np.asarray(pictures)
    wanted = tuple(model.input_shape[1:])
    if pictures.shape[1:] != wanted or not len(pictures):
        sides = ", ".join(map(str, wanted))
        raise ValueError(
            f"features() needs pictures as the model takes them, shape (n, {sides}); shape {pictures.shape} came."
        )
    return pictures[: max(NUMBERS // int(np.prod(wanted)), FAVOURITES)].astype("float32")


def _strongest(answer):
    """Return each picture's strongest response by unit, and where it was, as shares of height and width."""
    if answer.ndim == 2:
        return answer, np.empty((len(answer), 0))
    count, rows, columns, units_ = answer.shape
    flat = answer.reshape(count, rows * columns, units_)
    at = flat.argmax(axis=1)
    places = np.stack([at // columns / max(rows - 1, 1), at % columns / max(columns - 1, 1)], axis=-1)
    return flat.max(axis=1), places


def _first_weights(model, name, shape):
    """Return a layer's weights as pictures, where it or the layer that it follows reads the input itself.

    The shape is (height, width, units) or (height, width, channels, units); None for any deeper layer.
    """
    for layer in model.layers:
        weights = layer.get_weights()
        if weights:
            first = layer
            break
    else:
        return None
    names = [layer.name for layer in model.layers]
    after = names[names.index(first.name) + 1] if first is not model.layers[-1] else ""
    bends = after and not model.get_layer(after).weights and type(model.get_layer(after)).__name__ in _BENDS
    if name != first.name and not (bends and name == after):
        return None
    kernel = weights[0]
    if kernel.ndim == 2 and kernel.shape[0] == int(np.prod(shape)):
        return kernel.reshape(*shape, kernel.shape[1])
    return kernel if kernel.ndim == 4 and kernel.shape[2] in (1, 3) else None


_BENDS = ("ReLU", "LeakyReLU", "Activation")
