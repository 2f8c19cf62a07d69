"""What is behind and before drawn flowers, and how a camera sees it: light, blur, noise."""

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

# Light: how often, and the gains of red, green and blue.
_MOODS = [
    (38, (1.0, 1.0, 1.0)), (20, (1.12, 0.98, 0.76)), (14, (0.86, 0.95, 1.1)), (10, (0.7, 0.68, 0.85)),
    (10, (1.14, 1.12, 1.07)), (8, (1.12, 0.9, 0.6)),
]
_STRAY = np.array([(150, 90, 190), (240, 240, 235), (215, 60, 70), (240, 200, 60), (90, 110, 200)])  # other flowers


def ink(colour):
    """Return a colour between 0 and 1 as Pillow takes it."""
    return tuple([min(max(int(c * 255), 0), 255) for c in np.asarray(colour).tolist()])


def clouded(rng, size, cells, colour, uneven, *, tint=0.06):
    """Return a picture of one colour that wavers softly.

    Args:
        size: Width and height in pixels.
        cells: About how many patches across and down.
        colour: The colour between 0 and 1, or an array that fits `(down, across, 3)`.
        uneven, tint: How much its brightness and its tone waver.
    """
    across, down = max(2, round(cells[0])), max(2, round(cells[1]))
    bright = np.exp(rng.normal(0, uneven, (down, across, 1))) * (1 + rng.normal(0, tint, (down, across, 3)))
    patches = np.clip(np.asarray(colour) * bright * 255, 0, 255).astype("uint8")
    return Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)


def backdrop(size, scene, rng):
    """Return what is behind the flowers, small and before it is blurred."""
    return _BACKDROPS[scene["backdrop"]](size, scene, rng)


def _foliage(size, scene, rng):
    high = size[1]
    green = scene["green"] * rng.uniform(0.35, 1.25)
    image = clouded(rng, size, (rng.uniform(4, 11), rng.uniform(4, 9)), green, rng.uniform(0.2, 0.5), tint=0.1)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 26)):  # leaves
        at, angle, long = rng.uniform(0, 1, 2) * size, rng.uniform(0, 7), high * rng.uniform(0.06, 0.22)
        way, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
        corners = [at - way * long, at + across * long * 0.4, at + way * long, at - across * long * 0.4]
        draw.polygon(np.concatenate(corners).tolist(), ink(green * rng.uniform(0.5, 1.7)))
    _bokeh(image, scene, rng, green)
    return image


def _bokeh(image, scene, rng, green):
    """Paint discs of light, and other flowers, out of focus."""
    if scene["blur"] < 1.3:
        return
    draw, (wide, high) = ImageDraw.Draw(image), image.size
    stray = _STRAY[rng.integers(len(_STRAY))] / 255
    for _ in range(int(rng.choice([0, 0, 8, 18]))):
        x, y, r = wide * rng.random(), high * rng.random(), scene["short"] * rng.uniform(0.01, 0.05)
        colour = stray * rng.uniform(0.7, 1) if rng.random() < 0.25 else green * rng.uniform(1.2, 1.9) + 0.08
        draw.ellipse((x - r, y - r, x + r, y + r), ink(colour))


def _heaven(size, rng, cells=4):
    tops = (0.25, 0.48, 0.82), (0.5, 0.68, 0.9), (0.72, 0.76, 0.8), (0.86, 0.7, 0.6)
    top = np.array(tops[rng.choice(4, p=[0.4, 0.3, 0.2, 0.1])])
    low = top * 0.4 + np.array([0.58, 0.58, 0.56])
    fall = np.linspace(0, 1, cells + 1)[:, None, None]
    image = clouded(rng, size, (4, cells + 1), top + (low - top) * fall, 0.02, tint=0.01)
    if rng.random() < 0.6:
        veil = rng.normal(90, 90, (6, 7)).clip(0, 255).astype("uint8")
        veil = Image.fromarray(veil).resize(size, Image.Resampling.BICUBIC)
        image.paste((244, 244, 246), mask=veil)
    return image


def _sky(size, scene, rng):
    image = _heaven(size, rng)
    if rng.random() < 0.45:  # hills and trees
        wide, high = size
        line = high * (rng.uniform(0.7, 0.95) + np.cumsum(rng.normal(0, 0.02, 9)))
        corners = [*zip(np.linspace(0, wide, 9), line, strict=True), (wide, high), (0, high)]
        ImageDraw.Draw(image).polygon(corners, ink(scene["green"] * rng.uniform(0.5, 1.0) + (0.0, 0.02, 0.06)))
    return image


def _meadow(size, scene, rng):
    wide, high = size
    horizon = int(scene["horizon"] / 2)
    image = clouded(rng, size, (9, 12), scene["green"] * rng.uniform(0.7, 1.3), 0.22)
    if horizon > 2:
        image.paste(_heaven((wide, horizon), rng) if rng.random() < 0.6 else _foliage((wide, horizon), scene, rng))
        draw = ImageDraw.Draw(image)
        for x in rng.uniform(0, wide, 14) if rng.random() < 0.7 else ():  # trees far away
            r = high * rng.uniform(0.01, 0.07)
            tree = scene["green"] * rng.uniform(0.4, 0.7)
            draw.ellipse((x - 1.6 * r, horizon - 1.6 * r, x + 1.6 * r, horizon + r * 0.4), ink(tree))
    else:
        _bokeh(image, scene, rng, scene["green"])
    return image


def _soil(size, scene, rng):
    brown = np.array([(0.36, 0.26, 0.18), (0.5, 0.4, 0.3), (0.42, 0.4, 0.38)][rng.integers(3)]) * rng.uniform(0.6, 1.2)
    broad = clouded(rng, size, (5, 5), brown, 0.2)
    fine = clouded(rng, size, (size[0] / 2.5, size[1] / 2.5), np.full(3, 0.85), 0.2, tint=0.02)
    return ImageChops.multiply(broad, fine)


def _table(size, scene, rng):
    wide, high = size
    wall = rng.uniform(0.25, 0.95) * (1 - rng.uniform(0, 0.35, 3))
    image = clouded(rng, size, (2, 2), wall, 0.12, tint=0.02)
    edge = int(high * rng.uniform(0.66, 0.85))
    wood = np.array([(0.55, 0.36, 0.2), (0.72, 0.56, 0.38), (0.9, 0.88, 0.84), (0.3, 0.2, 0.14)][rng.integers(4)])
    image.paste(clouded(rng, (wide, high - edge), (3, 14), wood * rng.uniform(0.8, 1.1), 0.1, tint=0.02), (0, edge))
    return image


def _dark(size, scene, rng):
    return clouded(rng, size, (3, 3), rng.uniform(0.02, 0.14, 3), 0.4)


_BACKDROPS = {"foliage": _foliage, "meadow": _meadow, "sky": _sky, "soil": _soil, "table": _table, "dark": _dark}


def ground(image, scene, rng):
    """Paint blades of grass, or stones and sprouts, that are in focus; the picture has twice its size."""
    draw, (wide, high) = ImageDraw.Draw(image), image.size
    if scene["backdrop"] == "soil":
        for _ in range(rng.integers(10, 50)):
            x, y, r = wide * rng.random(), high * rng.random(), scene["short"] * rng.uniform(0.005, 0.03)
            grey = np.full(3, rng.uniform(0.25, 0.6)) * (1, 0.92, 0.85)
            draw.ellipse((x - r, y - 0.7 * r, x + r, y + 0.9 * r), ink(grey * 0.55))
            draw.ellipse((x - r, y - 0.8 * r, x + r * 0.8, y + 0.5 * r), ink(grey))
    top = max(2 * (scene["horizon"] or 0), 0)
    count = int(rng.integers(40, 260) if scene["backdrop"] == "meadow" else rng.integers(0, 24))
    near = np.sort(rng.uniform(0.03, 1.1, count) ** 1.3)
    x, y = rng.uniform(0, wide, count), top + (high - top) * near
    long, lean = scene["short"] * (0.04 + 0.34 * near) * rng.uniform(0.5, 1.3, count), rng.normal(0, 0.35, count)
    half = scene["short"] * (0.004 + 0.009 * near)
    middle = np.stack([x + 0.35 * long * lean, y - 0.55 * long], 1)
    tip = np.stack([x + long * lean * rng.uniform(0.8, 1.8, count), y - long * rng.uniform(0.75, 1, count)], 1)
    foot, aside = np.stack([x, y], 1), np.stack([half, 0 * half], 1)
    corners = np.concatenate([foot - aside, middle - 0.8 * aside, tip, middle + 0.8 * aside, foot + aside], 1).tolist()
    for blade, tone in zip(corners, rng.uniform(0.6, 1.5, count).tolist(), strict=True):
        draw.polygon(blade, ink(scene["green"] * tone + (0.03 * tone, 0, 0)))


def cover(image, scene, rng):
    """Paint something close to the camera, out of focus, over a part of the picture."""
    wide, high = image.size
    mask = Image.new("L", (wide // 4, high // 4))
    draw, low, short = ImageDraw.Draw(mask), high / 4, scene["short"] / 4
    if rng.random() < 0.65:  # blades of grass
        for _ in range(rng.integers(1, 6)):
            x, lean, half = wide / 4 * rng.random(), rng.normal(0, 0.5) * short, short * rng.uniform(0.02, 0.06)
            up = low * rng.uniform(0.2, 0.9)
            middle = (x + lean * 0.4, low - up * 0.6)
            draw.polygon([(x - half, low), middle, (x + lean, low - up), (x + half, low)], 255)
        colour = scene["green"] * rng.uniform(0.6, 1.6)
    else:  # a leaf or a petal at the border
        angle, r = rng.uniform(0, 2 * math.pi), short * rng.uniform(0.2, 0.45)
        x, y = wide / 8 * (1 + 1.1 * math.cos(angle)), low / 2 * (1 + 1.1 * math.sin(angle))
        draw.ellipse((x - r, y - r * rng.uniform(0.5, 1), x + r, y + r), 255)
        colour = scene["green"] * rng.uniform(0.5, 1.4) if rng.random() < 0.6 else scene["look"]["tip"] * 0.9
    mask = mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 2.5))).point(lambda v: v * 0.92)
    image.paste(ink(colour), mask=mask.resize(image.size, Image.Resampling.BILINEAR))


def exposed(image, scene, rng):
    """Return the picture as a camera takes it: light, contrast, blur, noise."""
    wide, high = image.size
    weights = np.array([one[0] for one in _MOODS], float)
    gains = np.array(_MOODS[int(rng.choice(len(_MOODS), p=weights / weights.sum()))][1])
    gains = gains * np.exp(rng.normal(0, 0.11)) * rng.normal(1, 0.02, 3)
    contrast, colourful = rng.normal(1.05, 0.1), float(np.clip(rng.normal(1.02, 0.18), 0.5, 1.4))
    if rng.random() < 0.02:
        colourful = 0.0  # black and white
    mix = np.full((3, 3), (1 - colourful) / 3) + np.eye(3) * colourful
    matrix = mix * gains * contrast
    shift = 255 * 0.42 * (1 - contrast)
    image = image.convert("RGB", tuple(np.column_stack([matrix, np.full(3, shift)]).ravel().tolist()))
    if rng.random() < 0.16:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.5)))
    if rng.random() < 0.14:  # the sun looks in at the border
        x, fade = 8 * rng.integers(2), rng.uniform(2, 4)
        far = (np.arange(9) - x) ** 2 + np.arange(9)[:, None] ** 2
        glow = Image.fromarray((rng.uniform(80, 190) * np.exp(-far / (2 * fade**2))).astype("uint8"))
        glow = glow.resize(image.size, Image.Resampling.BICUBIC)
        sun = Image.new("RGB", image.size)
        sun.paste((255, 236, 190), mask=glow)
        image = ImageChops.screen(image, sun)
    grain = rng.choice([0, 4, 8, 14, 24], p=[0.3, 0.3, 0.22, 0.13, 0.05])
    if grain:
        noise = Image.frombytes("L", (wide, high), rng.bytes(wide * high))
        noise = noise.point(lambda v: 128 + (v - 128) * grain // 128)
        image = ImageChops.add(image, Image.merge("RGB", (noise,) * 3), offset=-128)
    return image
