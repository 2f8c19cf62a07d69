"""The one place that the drawn surveillance camera looks at: a yard behind a shop, a pavement, a road; and its light.

Places are in units of the picture at its standard size: x from 0 to 64, y from 0 to 48 downwards.
"""

import functools

from layerwise.data.drawing.paint import clouds, mixed, times, whole

UNITS = 48, 64
ZONE = ((17.5, 15.0), (17.5, 47.0), (30.0, 53.5), (30.0, 8.5))
"""Corners of the forbidden zone as row and column."""

PARCELS = ((39.6, 18.4, 3.4, 3.0, (186, 142, 92)), (43.2, 18.4, 3.6, 3.6, (172, 126, 80)),
           (41.2, 15.4, 3.2, 2.6, (198, 156, 104)))
"""Left edge, bottom, width, height and colour of the parcels beside the door; the last one stands on the others."""

PAVEMENT, KERB, LANES = (34.6, 37.4), 39.2, (43.2, 47.2)
"""Where people walk (from, to), where the kerb is, where the wheels of cars are, all in y."""

_LAMP = (32.0, 6.0)


def height(y):
    """Return how tall somebody is whose feet are at a row: what is higher up in the picture is further away."""
    return 6.2 + (y - 18) * 0.16


def in_zone(x, y):
    """Return True where feet stand in the forbidden zone; ray casting, one crossing for each edge of the polygon."""
    inside = False
    for (y0, x0), (y1, x1) in zip(ZONE, (*ZONE[1:], ZONE[0]), strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            inside = not inside
    return inside


@functools.lru_cache(maxsize=4)
def place(scale):
    """Return the empty yard as a PIL image, `scale` pixels a unit; the same in every clip."""
    import numpy as np
    from PIL import Image, ImageDraw

    fine = scale * 2
    image = Image.new("RGB", (round(64 * fine), round(48 * fine)), (158, 154, 146))
    draw = ImageDraw.Draw(image)

    def box(left, top, right, bottom, colour):
        draw.rectangle((left * fine, top * fine, right * fine - 1, bottom * fine - 1), fill=whole(colour))

    def shape(points, colour):
        draw.polygon([(x * fine, y * fine) for x, y in points], fill=colour)

    wall = (205, 190, 164)
    box(0, 0, 64, 16.5, wall)
    box(0, 0, 64, 1.4, (128, 92, 78))
    box(0, 14.6, 64, 16.5, times(wall, 0.8))
    for left in (4.0, 13.5, 51.5):
        box(left - 0.4, 4.6, left + 6.4, 10.9, times(wall, 1.12))
        box(left, 5, left + 6, 10.5, (92, 112, 128))
        shape([(left, 10.5), (left + 3, 5), (left + 5, 5), (left + 2, 10.5)], (110, 132, 146))
        box(left + 2.85, 5, left + 3.15, 10.5, times(wall, 1.08))
    box(23.4, 3.2, 38.6, 16.5, (120, 104, 90))
    for k in range(10):
        box(24, 3.8 + 1.27 * k, 38, 5.07 + 1.27 * k, ((104, 128, 138), (96, 120, 130))[k % 2])
    box(29.4, 1.9, 34.6, 2.9, (70, 76, 84))
    box(46.8, 1.4, 47.4, 16.5, (150, 138, 120))
    for k, colour in enumerate(((158, 154, 146), (153, 150, 143))):  # the yard in two bands, then its joints
        box(0, 16.5 + 8 * k, 64, 33, colour)
    for x in range(-24, 90, 12):
        draw.line([((32 + (x - 32) * 0.82) * fine, 16.5 * fine), ((32 + (x - 32) * 1.18) * fine, 33 * fine)],
                  fill=(144, 140, 133), width=max(1, round(fine * 0.2)))
    stripe = (214, 176, 84)
    corners = [(x * fine, y * fine) for y, x in ZONE]
    draw.line([*corners, corners[0]], fill=stripe, width=max(1, round(fine * 0.7)), joint="curve")
    box(0, 31.4, 64, 33, (136, 146, 104))
    for x in range(0, 64, 4):
        if not 22 <= x <= 40:
            draw.ellipse(((x - 1) * fine, 30.2 * fine, (x + 4) * fine, 33.2 * fine), fill=(96, 120 + x % 9, 82))
    box(22.5, 31.4, 41, 33, (166, 161, 152))
    box(0, 33, 64, 39, (182, 175, 164))
    for x in range(0, 64, 4):
        draw.line([(x * fine, 33 * fine), ((x - 1.2) * fine, 39 * fine)], fill=(170, 163, 152),
                  width=max(1, round(fine * 0.15)))
    box(0, 39, 64, 39.7, (204, 198, 186))
    box(0, 39.7, 64, 48, (98, 100, 106))
    for x in range(-2, 64, 12):
        shape([(x, 44.9), (x + 6, 44.9), (x + 5.9, 45.4), (x - 0.1, 45.4)], (206, 202, 190))
    grain = clouds(np.random.default_rng(5), 1, image.size[1], image.size[0], cells=(36, 48), layers=2)[0]
    picture = np.asarray(image, "float32") + grain[..., None] * 3
    return Image.fromarray(np.clip(picture, 0, 255).astype("uint8")).reduce(2)


def parcels(image, scale, count):
    """Return the yard with its pallet and so many parcels on it."""
    from PIL import ImageDraw

    image = image.copy()
    draw = ImageDraw.Draw(image)
    draw.rectangle([v * scale for v in (39.0, 18.3, 47.4, 19.2)], fill=(120, 92, 64))
    for left, bottom, wide, high, colour in PARCELS[:count]:
        draw.rectangle([v * scale for v in (left, bottom - high, left + wide, bottom)], fill=colour)
        draw.rectangle([v * scale for v in (left, bottom - high, left + wide, bottom - high + 0.7)],
                       fill=whole(mixed(colour, (255, 255, 255), 0.25)))
        draw.rectangle([v * scale for v in (left + wide * 0.42, bottom - high, left + wide * 0.58, bottom)],
                       fill=(222, 200, 160))
    return image


@functools.lru_cache(maxsize=4)
def tree(scale, poses=15):
    """Return the tree beside the yard in each pose that the wind gives it: RGBA images of the picture's left part."""
    import numpy as np
    from PIL import Image, ImageDraw

    rng = np.random.default_rng(8)
    leaves = rng.normal(size=(70, 2)) * (3.6, 3.4) + (5.2, 14.5)
    sizes, shades = rng.uniform(1.0, 2.2, 70), rng.uniform(0.62, 1.05, 70)
    order = np.argsort(shades)
    made = []
    for pose in np.linspace(-1, 1, poses):
        image = Image.new("RGBA", (round(22 * scale), round(34 * scale)), (0, 0, 0, 0))
        draw = ImageDraw.Draw(image)
        trunk = ((4.4, 32), (5.0 + pose * 0.2, 16), (5.8 + pose * 0.2, 16), (6.6, 32))
        draw.polygon([(x * scale, y * scale) for x, y in trunk], fill=(96, 78, 62, 255))
        for k in order:
            x = leaves[k, 0] + pose * (26 - leaves[k, 1]) * 0.1 + 0.25 * np.sin(k + 5 * pose)
            y, r = leaves[k, 1] + 0.2 * np.cos(2 * k + 4 * pose), sizes[k]
            colour = (*(int(c * shades[k]) for c in (104, 138, 84)), 255)
            draw.ellipse([v * scale for v in (x - r, y - r * 0.85, x + r, y + r * 0.85)], fill=colour)
        made.append(image)
    return made


def light(rng, times_of_day, seconds, weather, high, wide):
    """Return how the place is lit in each frame.

    Args:
        rng: A NumPy generator.
        times_of_day: Shape `(frames,)`, hours from 0 to 24.
        seconds: Shape `(frames,)`, seconds from the start.
        weather: A dict with "clouds" (0 to 1) and "rain" (True or False).
        high, wide: Size of the picture.

    Returns:
        A function from a slice of frames to light of shape `(frames, high, wide, 3)`, and how sunny each frame is.
    """
    import numpy as np

    sun = np.sin((times_of_day - 6) / 12 * np.pi).astype("float32")
    day = np.clip(sun * 2.2 + 0.25, 0, 1)
    low = np.clip(1 - np.abs(sun - 0.15) / 0.4, 0, 1)[:, None]
    sky = np.asarray([0.27, 0.3, 0.4], "float32") * (1 - day[:, None]) + day[:, None] * (
        np.asarray([1.0, 0.99, 0.97], "float32") + low * np.asarray([0.02, -0.1, -0.2], "float32"))
    sky *= 0.7 if weather["rain"] else 1.0
    slow, step = np.sin(seconds / 7 + rng.uniform(0, 7)), np.sin(seconds / 3.1 + rng.uniform(0, 7)) > 0.96
    exposure = 1 + 0.04 * slow + 0.05 * step  # the camera sets its exposure anew now and then
    sky = (sky * exposure[:, None]).astype("float32")
    tile = clouds(rng, 1, high, wide * 8, cells=(1, 7), layers=2)[0]
    tile = np.concatenate([tile, tile[:, ::-1]], 1)  # its own mirror image, so that it can go round and round
    shade = np.clip(tile * 0.8 + (weather["clouds"] - 0.5) * 2, 0, 1) * np.float32(0.4)
    drift = (seconds * rng.uniform(2, 9) * wide / 64 + rng.uniform(0, 16 * wide)).astype("int64")
    sunny = np.clip(sun * 3, 0, 1) * (0.0 if weather["rain"] else 1.0)
    y, x = np.mgrid[:high, :wide].astype("float32")
    unit = high / 48
    far = ((x / unit - _LAMP[0]) / 24) ** 2 + ((y / unit - _LAMP[1] - 10) / 15) ** 2
    lamp = (np.exp(-far) * 0.72)[..., None] * np.asarray([1.0, 0.84, 0.58], "float32")
    dark = np.clip(1 - day * 1.6, 0, 1).astype("float32")

    def lit(part):
        columns = (drift[part, None] + np.arange(wide)) % tile.shape[1]
        shaded = 1 - shade[:, columns].transpose(1, 0, 2) * sunny[part, None, None]
        return shaded[..., None] * sky[part, None, None] + dark[part, None, None, None] * lamp

    return lit, sunny, dark
