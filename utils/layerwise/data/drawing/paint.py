"""What drawn pictures share: colours, soft noise, glows, a view in perspective."""

import dataclasses
import functools
from math import exp


def mixed(first, second, share):
    """Return a colour between two: `first` at a share of 0, `second` at 1.

    Example:
        >>> mixed((0, 0, 0), (100, 200, 40), 0.5)
        (50.0, 100.0, 20.0)
    """
    return tuple(a + (b - a) * share for a, b in zip(first, second, strict=True))


def times(colour, factor):
    """Return a colour, each channel times a number."""
    return tuple(channel * factor for channel in colour)


def whole(colour):
    """Return a colour as the integers from 0 to 255 that a picture can hold.

    Example:
        >>> whole((12.7, 300, -4))
        (12, 255, 0)
    """
    return tuple(min(255, max(0, int(channel))) for channel in colour)


def clouds(rng, count, high, wide, *, cells, layers=3):
    """Return smooth noise: random grids, each twice as fine and half as strong as the one before, stretched and added.

    Args:
        rng: A NumPy generator.
        count: How many fields.
        high: Their height in pixels.
        wide: Their width in pixels.
        cells: Rows and columns of the coarsest grid.
        layers: How many grids.

    Returns:
        Shape `(count, high, wide)`, float32, mean 0, standard deviation 1 in each field.
    """
    import numpy as np
    from PIL import Image

    total = np.zeros((count, high, wide), "float32")
    for layer in range(layers):
        grids = rng.normal(size=(count, cells[0] * 2**layer + 1, cells[1] * 2**layer + 1)).astype("float32")
        for field, grid in zip(total, grids, strict=True):
            field += np.asarray(Image.fromarray(grid).resize((wide, high), Image.Resampling.BICUBIC)) / 2**layer
    total -= total.mean((1, 2), keepdims=True)
    return total / total.std((1, 2), keepdims=True)


@functools.cache
def _spot(size, tall):
    import numpy as np

    x, y = np.arange(-size, size + 1) / size, np.arange(-size * tall, size * tall + 1) / (size * tall)
    shape = np.clip(1 - np.hypot(y[:, None], x[None]), 0, 1) ** 2
    return shape.astype("float32")[..., None]


def glow(picture, column, row, radius, colour, *, tall=1):
    """Add light to a float picture, in place: full at one place, fading to nothing.

    Args:
        picture: Shape `(high, wide, 3)`, float32.
        column, row: The middle in pixels.
        radius: Half its width in pixels.
        colour: What is added at the middle, three numbers.
        tall: How many times as high as wide.
    """
    import numpy as np

    size = max(1, round(radius))
    shape = _spot(size, tall)
    top, left = round(row) - size * tall, round(column) - size
    high, wide = picture.shape[:2]
    y0, y1, x0, x1 = max(top, 0), min(top + shape.shape[0], high), max(left, 0), min(left + shape.shape[1], wide)
    if y0 < y1 and x0 < x1:
        picture[y0:y1, x0:x1] += shape[y0 - top : y1 - top, x0 - left : x1 - left] * np.asarray(colour, "float32")


@dataclasses.dataclass
class View:
    """A camera above a road and the two pictures it paints: colours, and one code a pixel for what is seen there.

    Places are metres: `x` to the right of the camera, `y` above the ground, `z` ahead. Pixels are those of the picture
    that is painted, `scale` times finer than the one given out.
    """

    colour: object
    code: object
    size: tuple
    middle: float
    horizon: float
    focal: float
    eye: float
    curve: float
    light: tuple
    fog: tuple
    visibility: float
    headlights: float = 0.0

    def at(self, x, y, z):
        """Return column and row of a place; a curved road bends sideways with the square of the distance."""
        grown = self.focal / z
        return self.middle + (x + self.curve * z * z) * grown, self.horizon + (self.eye - y) * grown

    def tone(self, colour, z):
        """Return a colour as it arrives: lit, and the further away the more of it is haze; with `z` 0 as it is.

        The ground is painted so: its light and haze change from row to row, and come when the picture is finished.
        """
        r, g, b = colour
        if z:
            seen = exp(-z / self.visibility)
            lit = self.headlights * exp(-z / 14)
            (lr, lg, lb), (fr, fg, fb), hazy = self.light, self.fog, 1 - seen
            r = min(255, r * (lr + lit)) * seen + fr * hazy
            g = min(255, g * (lg + lit)) * seen + fg * hazy
            b = min(255, b * (lb + lit)) * seen + fb * hazy
        return int(r) if r < 255 else 255, int(g) if g < 255 else 255, int(b) if b < 255 else 255

    def fill(self, places, colour, code, *, z=None):
        """Paint the polygon between places `(x, y, z)`; its haze is that of its nearest corner, or of another `z`."""
        middle, horizon, focal, eye, curve = self.middle, self.horizon, self.focal, self.eye, self.curve
        points, near = [], 1e9
        for x, y, far in places:
            grown = focal / far
            points.append((middle + (x + curve * far * far) * grown, horizon + (eye - y) * grown))
            near = min(near, far)
        self.flat(points, colour, code, near if z is None else z)

    def flat(self, points, colour, code, z):
        """Paint the polygon between points of the picture, as far away as `z`; without a code, only its colour."""
        self.colour.polygon(points, fill=self.tone(colour, z))
        if code is not None:
            self.code.polygon(points, fill=code)

    def oval(self, left, top, right, bottom, colour, code, z):
        """Paint an ellipse into a box of the picture, as far away as `z`."""
        if right > left and bottom > top:
            self.colour.ellipse((left, top, right, bottom), fill=self.tone(colour, z))
            if code is not None:
                self.code.ellipse((left, top, right, bottom), fill=code)


def ragged(rows):
    """Return an object array of arrays of different lengths.

    Example:
        >>> import numpy as np
        >>> ragged([np.zeros(2), np.zeros(2)]).shape
        (2,)
    """
    import numpy as np

    made = np.empty(len(rows), object)
    for place, row in enumerate(rows):
        made[place] = row
    return made
