"""The kernel explorer: slide nine weights of your own over a picture."""

import threading
from dataclasses import dataclass

import numpy as np

from layerwise.explore import own_pictures
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider, Toggle
from layerwise.plot import windows
from layerwise.suggest import CourseError

PRESETS = {
    "vertical edges": (-1, 0, 1, -2, 0, 2, -1, 0, 1),
    "horizontal edges": (-1, -2, -1, 0, 0, 0, 1, 2, 1),
    "all edges": (-1, -1, -1, -1, 8, -1, -1, -1, -1),
    "blur": (0.11, 0.11, 0.11, 0.11, 0.11, 0.11, 0.11, 0.11, 0.11),
    "sharpen": (0, -1, 0, -1, 5, -1, 0, -1, 0),
    "emboss": (-2, -1, 0, -1, 1, 1, 0, 1, 2),
    "do nothing": (0, 0, 0, 0, 1, 0, 0, 0, 0),
    "shift": (0, 0, 0, 1, 0, 0, 0, 0, 0),
}
OWN = "your own"
_DOES = {
    "vertical edges": "answers where left and right differ",
    "horizontal edges": "answers where above and below differ",
    "all edges": "answers wherever a pixel differs from those around it",
    "blur": "takes the mean of nine pixels",
    "sharpen": "adds to each pixel what sets it apart from its neighbours",
    "emboss": "lights the picture from one corner",
    "do nothing": "copies the pixel in the middle",
    "shift": "copies the pixel to the left, so all moves one pixel to the right",
    OWN: "multiplies nine pixels by your weights and adds up",
}


@dataclass(frozen=True)
class Grid:
    """Describe nine numbers in a square, row by row.

    Args:
        name: The attribute that reads and sets them.
        label: What stands above them.
        value: The numbers at the start.
        most: How far from zero a number may be.
        help: One sentence shown when the pointer rests on it.
    """

    name: str
    label: str
    value: tuple
    most: float = 9.0
    help: str = ""

    def accept(self, value):
        """Return `value` as nine numbers, two decimals each, or raise ValueError saying what is possible."""
        try:
            numbers = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            numbers = np.empty(0)
        if numbers.size != 9 or not np.isfinite(numbers).all() or np.abs(numbers).max() > self.most:
            raise ValueError(
                f"{self.name}: got {value!r}, expected nine numbers, in rows of three, from {-self.most:g} to "
                f"{self.most:g}."
            )
        return tuple(float(number) + 0.0 for number in numbers.ravel().round(2))

    def points(self):
        """Return what a sweep looks at: the first numbers, none, and the ends."""
        return self.accept(self.value), (0.0,) * 9, (self.most, -self.most, 0.0) * 3


class Kernel(Explorer):
    """A kernel to edit and slide; see `layerwise.explore.convolution`."""

    def __init__(self, pictures, kernels=None, state=None):
        self._pictures = _checked(pictures)
        self._presets = {**PRESETS, **_learned(kernels)}
        self._own_lock = threading.RLock()
        first = next(iter(self._pictures.values()))
        self._own = np.zeros_like(first)
        most = max(max(picture.shape) for picture in self._pictures.values())
        start = min(12, most // 2)
        controls = (
            Choice("picture", "picture", (*self._pictures, OWN), next(iter(self._pictures)),
                   help="Which picture the kernel slides over."),
            Choice("preset", "kernel", (*self._presets, OWN), "vertical edges", help="Nine weights to begin with."),
            Grid("kernel", "its weights", PRESETS["vertical edges"], help="Write your own: from −9 to 9."),
            Slider("row", "row", 1, most + 2, start, step=1, help="How far down the window stands."),
            Slider("column", "column", 1, most + 2, start, step=1, help="How far to the right the window stands."),
            Slider("stride", "stride", 1, 4, 1, step=1, help="Pixels from one place to the next."),
            Toggle("padding", "padding: a border of zeros", False, help="Keeps the size, where the stride is 1."),
        )
        given = dict(state or {})
        super().__init__("A kernel on a picture", controls, compute=self._result, draw=draw, say=say)
        self._state.update(self._accept(self._agree(given)))

    def _agree(self, changes):
        """Let preset and kernel say the same: whichever was set decides."""
        if "kernel" in changes:
            chosen = self._controls["kernel"].accept(changes["kernel"])
            return {"preset": self._named(chosen), **changes}
        if "preset" in changes and changes["preset"] in self._presets:
            return {**changes, "kernel": self._presets[changes["preset"]]}
        return changes

    def _named(self, kernel):
        accept = self._controls["kernel"].accept
        return next((name for name, values in self._presets.items() if accept(values) == kernel), OWN)

    # ---- the learner's own picture

    def show(self, picture):
        """Slide the kernel over a picture of one's own.

        Args:
            picture: Grey levels, shape `(height, width)`; a colour picture, shape `(height, width, 3)`; or the path or
                the bytes of a photo.

        Raises:
            ValueError: When it is no picture.
        """
        own = _grey(picture, next(iter(self._pictures.values())).shape)
        with self._own_lock:
            self._own = own
        if self.picture != OWN:
            self.picture = OWN
        else:
            self._redraw(wait=True)

    def _drawn(self, drawing):
        """Take a drawing from the pad, on the thread of the browser's messages."""
        with self._own_lock:
            self._own = _grey(drawing, next(iter(self._pictures.values())).shape)
        with self._lock:
            self._state["picture"], self._changed = OWN, "picture"
        if self._panel:
            self._panel.follow(self.state)
        self._redraw()

    def _loaded(self, content):
        try:
            self.show(content)
        except ValueError as error:
            if self._panel:
                self._panel.fail(error)

    # ---- computing

    def _result(self, *, picture, preset, kernel, row, column, stride, padding):
        with self._own_lock:
            shown = self._own if picture == OWN else self._pictures[picture]
        weights = np.reshape(kernel, (3, 3))
        answers = windows.correlate(shown, weights, stride=stride, padding=int(padding))
        at = min(row, answers.shape[0]) - 1, min(column, answers.shape[1]) - 1
        return {
            "picture": shown, "weights": weights, "answers": answers, "at": at, "stride": stride,
            "padding": int(padding), "answer": float(answers[at]), "blank": picture == OWN and not shown.any(),
        }

    def _after_change(self, moved):
        agreed = self._agree({name: self._state[name] for name in moved if name in ("kernel", "preset")})
        if "preset" in moved and "kernel" not in moved and self._state["preset"] == OWN:
            agreed = {}  # the weights stay as they are, to begin from
        self._state.update({name: self._controls[name].accept(value) for name, value in agreed.items()})
        if self._panel:
            self._panel.follow(dict(self._state))

    def _make_panel(self):
        from layerwise.explore.grid import KernelGrid
        from layerwise.explore.panel import Panel
        from layerwise.explore.sketch import Sketch

        grid = KernelGrid(label="its weights", value=list(self.kernel))
        return Panel(self, buttons=[Sketch(self._drawn), own_pictures.upload(self._loaded)], widgets={"kernel": grid})


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    row, column = result["at"]
    high, wide = result["answers"].shape
    return windows.convolution(
        result["picture"], result["weights"], row=row, column=column, stride=result["stride"],
        padding=result["padding"], narrow=narrow, title=f"Nine weights, used at {high} × {wide} places",
    )


def say(state, result, changed=None):
    """Return one sentence: what the kernel does, or what the last move changed."""
    if result["blank"]:
        return "Your own picture is still empty: draw one, or choose a photo."
    (row, column), (high, wide) = result["at"], result["answers"].shape
    answer = f"{result['answer']:.2f}".replace("-", "−")
    if changed in ("row", "column"):
        return f"The window moved and the weights stayed: in row {row + 1}, column {column + 1} they answer {answer}."
    if changed == "stride":
        return f"With a stride of {state['stride']} there are {high} × {wide} places, {high * wide:,} answers in all."
    if changed == "padding":
        return f"{'With' if state['padding'] else 'Without'} the border of zeros there are {high} × {wide} places."
    total = sum(state["kernel"])
    flat = "an even surface gives 0" if abs(total) < 0.005 else f"an even surface is multiplied by {total:.2f}"
    name = state["preset"]
    does = _DOES.get(name, "was found by training, and nobody chose its weights")
    return f"This kernel {does}; its weights add up to {total:.2f}, so {flat}.".replace("-", "−")


def _grey(picture, shape):
    """Return any picture as grey levels from 0 to 1, cut to the middle and scaled to `shape`."""
    from PIL import Image, ImageOps

    if isinstance(picture, str | bytes) or hasattr(picture, "__fspath__"):
        picture = own_pictures._photo(picture, (*shape, 3)) / 255
    values = np.asarray(picture, dtype="float32")
    if values.ndim == 3 and values.shape[-1] in (1, 3):
        values = values.mean(axis=-1)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise ValueError(f"convolution() slides over one picture, shape (height, width); {values.shape} came.")
    values = np.clip(values / 255 if values.max() > 1.5 else values, 0, 1)
    if values.shape == shape:
        return values
    fitted = ImageOps.fit(Image.fromarray((255 * values).astype("uint8")), shape[::-1], Image.Resampling.BOX)
    return np.asarray(fitted, dtype="float32") / 255


def _checked(pictures):
    if not isinstance(pictures, dict) or not pictures:
        raise CourseError('convolution() needs a dict of pictures by name, such as {"boot": picture}.')
    checked = {str(name): np.asarray(picture, dtype="float32") for name, picture in pictures.items()}
    for name, picture in checked.items():
        if picture.ndim != 2 or min(picture.shape) < 6 or picture.min() < 0 or picture.max() > 1:
            raise CourseError(
                "convolution() needs grey pictures, shape (height, width), with values from 0 to 1 and at least 6 "
                f"pixels a side; {name!r} has shape {picture.shape} and values from {picture.min():g} to "
                f"{picture.max():g}."
            )
    if OWN in checked:
        raise CourseError(f"convolution(): {OWN!r} is the name of the learner's own picture; choose another.")
    return checked


def _learned(kernels):
    learned = {}
    for name, values in (kernels or {}).items():
        values = np.asarray(values, dtype=float)
        if values.shape != (3, 3) or not np.isfinite(values).all():
            raise CourseError(f"convolution() takes kernels of shape (3, 3); {str(name)!r} has {values.shape}.")
        learned[str(name)] = tuple(values.clip(-9, 9).ravel().round(2).tolist())
    return learned
