"""Photos of flowers, drawn: where blossoms stand, how they are lit, what is behind and before them.

A picture is painted at twice its size and reduced, which smooths its edges. What is out of focus is painted small,
blurred and enlarged.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from layerwise.data.drawing import backdrops as around
from layerwise.data.drawing import blossoms as shapes
from layerwise.data.drawing import leaves as foliage

SPECIES = tuple(shapes.COLOURS)
VERSION = 1  # to be raised when the same seed gives other pictures
SIDES = (128, 192)  # the short side of a picture in pixels

# How often each backdrop stands behind each species. Like real photos, a backdrop is a hint and no proof.
_BACKDROPS = ("foliage", "meadow", "sky", "soil", "table", "dark")
_BEHIND = {
    "daisy": (34, 36, 10, 8, 6, 6), "dandelion": (26, 42, 12, 14, 2, 4), "roses": (44, 8, 8, 8, 18, 14),
    "sunflowers": (26, 22, 32, 2, 10, 8), "tulips": (32, 22, 12, 12, 16, 6),
}
_LAYOUTS = ("portrait", "group", "field", "far")
_LAID = {
    "daisy": (48, 34, 15, 3), "dandelion": (54, 30, 12, 4), "roses": (60, 32, 5, 3), "sunflowers": (56, 22, 18, 4),
    "tulips": (46, 34, 17, 3),
}
# How far the blossom's axis leans from the camera (mean, spread), the height of its base, and its stem's width.
_POSE = {
    "daisy": (0.6, 0.5, -0.1, 0.05), "dandelion": (0.6, 0.5, -0.1, 0.07), "roses": (0.75, 0.4, -0.6, 0.075),
    "sunflowers": (0.5, 0.4, -0.14, 0.1), "tulips": (1.3, 0.25, -0.55, 0.085),
}
_GREENS = [(0.24, 0.40, 0.12), (0.33, 0.52, 0.16), (0.16, 0.34, 0.15), (0.42, 0.55, 0.24), (0.27, 0.42, 0.27)]


def picture(species, rng):
    """Return one drawn photo.

    Args:
        species: One of `SPECIES`.
        rng: A NumPy generator; everything in the picture comes from it.

    Returns:
        A Pillow image in RGB; its short side is between the two of `SIDES`.
    """
    short = int(rng.integers(SIDES[0], SIDES[1] + 1))
    ratio = float(rng.choice([1.0, 1.25, 4 / 3, 1.5, 16 / 9], p=[0.14, 0.16, 0.36, 0.26, 0.08]))
    wide, high = (int(short * ratio), short) if rng.random() < 0.64 else (short, int(short * ratio))
    look = shapes.cultivar(rng, species)
    backdrop = _pick(rng, _BACKDROPS, _BEHIND[species])
    layout = _pick(rng, _LAYOUTS, _LAID[species])
    if layout == "field" and backdrop != "foliage":
        backdrop = "meadow"
    blur = rng.uniform(0.3, 0.9) if layout in ("field", "far") else rng.uniform(0.6, 4.5)
    side = rng.uniform(-1, 1)
    light = np.array([0.75 * side, rng.uniform(0.1, 0.75), rng.uniform(0.5, 0.9)])
    scene = {
        "species": species, "look": look, "light": light / np.linalg.norm(light), "size": (wide, high),
        "short": short, "kin": {}, "blur": blur, "backdrop": backdrop, "layout": layout,
        "green": np.array(_GREENS[rng.integers(len(_GREENS))]),
        "horizon": high * rng.uniform(-0.1, 0.45) if backdrop == "meadow" else None,
    }
    blossoms = _placed(scene, rng)
    vase = _vase(blossoms, scene, rng) if blossoms[0]["vase"] else ()

    small = around.backdrop((wide // 2 + 1, high // 2 + 1), scene, rng)
    draw = ImageDraw.Draw(small)
    for one in blossoms:
        if one["blurred"]:
            _paint_plant(draw, one, scene, rng, scale=0.5)
    small = small.filter(ImageFilter.GaussianBlur(blur))
    canvas = small.resize((2 * wide, 2 * high), Image.Resampling.BILINEAR)

    if backdrop in ("meadow", "soil") and (blur < 2 or rng.random() < 0.4):
        around.ground(canvas, scene, rng)
    draw = ImageDraw.Draw(canvas)
    for one in blossoms:
        if not one["blurred"]:
            _paint_plant(draw, one, scene, rng, scale=2)
    for outline, colour in vase:
        draw.polygon(outline, colour)
    image = canvas.reduce(2)
    if rng.random() < 0.3:
        around.cover(image, scene, rng)
    return around.exposed(image, scene, rng)


def _pick(rng, names, weights):
    weights = np.array(weights, float)
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


# Where the blossoms are


def _placed(scene, rng):
    """Return the blossoms of a picture, the farthest first: place and radius in pixels, pose, in focus or not."""
    (wide, high), short, layout = scene["size"], scene["short"], scene["layout"]
    made = []
    if layout == "portrait":
        size = short * math.exp(rng.uniform(math.log(0.24), math.log(0.62)))
        place = (wide * rng.normal(0.5, 0.1), high * rng.normal(0.45, 0.09))
        made.append((place, size, False))
        for _ in range(rng.choice([0, 0, 1, 2, 4])):  # others of its kind, out of focus behind it
            place = (wide * rng.uniform(0, 1), high * rng.uniform(0.15, 0.9))
            made.insert(0, (place, size * rng.uniform(0.2, 0.7), True))
    elif layout == "far":
        place = (wide * rng.uniform(0.25, 0.75), high * rng.uniform(0.35, 0.7))
        made.append((place, short * rng.uniform(0.07, 0.12), False))
    elif layout == "group":
        for _ in range(rng.integers(2, 7)):
            size = short * rng.uniform(0.13, 0.27)
            spots = rng.uniform(0.12, 0.88, (8, 2)) * (wide, high * 0.85)
            gaps = [min([math.dist(spot, other[0]) - size - other[1] for other in made] or [0]) for spot in spots]
            made.append((tuple(spots[int(np.argmax(gaps))]), size, rng.random() < 0.12))
        made.sort(key=lambda one: (not one[2], one[0][1]))
    else:
        top = max(scene["horizon"] if scene["horizon"] is not None else high * 0.2, -0.1 * high)
        for near in np.sort(rng.uniform(0.08, 1, rng.integers(8, 21)) ** 1.6):
            place = (wide * rng.uniform(-0.05, 1.05), top + (high * 1.02 - top) * near)
            made.append((place, short * (0.015 + 0.13 * near) * rng.uniform(0.85, 1.15), near < 0.12))
    mean, spread, *_ = _POSE[scene["species"]]
    overhead = layout != "field" and rng.random() < (0.14 if scene["species"] == "tulips" else 0.25)
    if overhead:
        mean, spread = 0.15, 0.2
    elif scene["species"] == "sunflowers" and rng.random() < 0.05:
        mean = 2.3  # seen from behind
    toward = rng.normal(math.pi / 2, 0.35)
    tilt = abs(rng.normal(mean, spread))
    vase = not overhead and scene["backdrop"] == "table" and layout == "group" and rng.random() < 0.8
    return [
        {
            "place": np.array(place), "size": size, "blurred": blurred, "vase": vase,
            # Among dandelions in flower stands one gone to seed here and there, and the other way round.
            "clock": scene["look"]["clock"] != (scene["species"] == "dandelion" and rng.random() < 0.12),
            "turn": rotation(abs(rng.normal(tilt, 0.18)), toward + rng.normal(0, 0.25), rng.uniform(0, 7)),
        }
        for place, size, blurred in made
    ]


# Plants


def rotation(tilt, toward, spin):
    """Return the matrix from a blossom to the camera: its axis leans by `tilt` from the camera towards `toward`."""
    (c, s), (ct, st), (cs, ss) = ((np.cos(a), np.sin(a)) for a in (toward, tilt, spin))
    lean = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[ct, 0, st], [0, 1, 0], [-st, 0, ct]])
    return lean @ np.array([[cs, -ss, 0], [ss, cs, 0], [0, 0, 1]])


def paint(draw, blossom, place, size, *, turn, light):
    """Paint a blossom, what is far first.

    Args:
        draw: A Pillow ``ImageDraw`` of an RGB picture.
        blossom: What `blossom` gave.
        place: Where its middle comes, in pixels.
        size: Its radius in pixels.
        turn: The matrix of `rotation`.
        light: Where the light comes from, a direction of length 1; the camera looks along -z.
    """
    corners, normals, colours = blossom
    corners, normals = corners @ turn.T, normals @ turn.T
    falls = (normals @ light) * np.sign(normals[:, 2])
    bright = 0.56 + 0.5 * np.maximum(falls, -0.6 * falls)  # petals are thin: light from behind shines through, weaker
    order = np.argsort(corners[..., 2].sum(1), kind="stable")
    spots = (corners[order, :, :2] * (size, -size) + place).reshape(-1, 8).tolist()
    inks = np.clip((colours * bright[:, None])[order] * 255, 0, 255).astype("uint8").tolist()
    for spot, ink in zip(spots, inks, strict=True):
        draw.polygon(spot, tuple(ink))


def _paint_plant(draw, one, scene, rng, *, scale):
    """Paint one blossom with stem and leaves; where the axis points away from the camera, the stem comes last."""
    species, place, size = scene["species"], one["place"] * scale, one["size"] * scale
    behind = one["turn"][2, 2] < -0.1
    if not behind:
        _paint_stem(draw, one, scene, rng, scale)
    detail = sum(size >= limit for limit in (22, 68, 120))
    if one["clock"]:
        _paint_clock(draw, one, scene, rng, place, size, min(detail, 2))
    else:
        kin = scene["kin"].setdefault(detail, [])  # many in a field: a few shapes, each seen from all sides
        if len(kin) < (1 if one["blurred"] else 3):
            look = {**scene["look"], **_differs(scene["look"], rng)}
            kin.append(shapes.blossom(species, look, rng=rng, detail=detail))
        cells = kin[rng.integers(len(kin))]
        paint(draw, cells, place, size, turn=one["turn"], light=scene["light"])
    if behind:
        _paint_stem(draw, one, scene, rng, scale)


def _differs(look, rng):
    """Return the traits in which one blossom differs from its neighbours: how far it has opened, its exact tone."""
    tone = rng.normal(1, 0.04)
    return {
        "open": min(max(look["open"] + rng.normal(0, 0.15), 0), 1), "base": look["base"] * tone,
        "tip": np.minimum(look["tip"] * tone, 1),
    }


def _paint_clock(draw, one, scene, rng, place, size, detail):
    strands, bright = shapes.clock(rng, scene["look"], detail=detail)
    p = strands @ one["turn"].T
    bright = bright * (0.8 + 0.2 * (p[:, 1] @ scene["light"]))
    order = np.argsort(p[:, 1, 2], kind="stable")
    ends = (p[order, :, :2] * (size, -size) + place).reshape(-1, 4).tolist()
    inks = np.clip(bright[order, None] * (240, 240, 236), 0, 255).astype("uint8").tolist()
    middle, core = len(ends) // 2, 0.15 * size
    for spots in (slice(None, middle), slice(middle, None)):
        for end, ink in zip(ends[spots], inks[spots], strict=True):
            draw.line(end, tuple(ink), 1)
        if spots.start is None:
            draw.ellipse((*(place - core), *(place + core)), (120, 96, 66))


def _paint_stem(draw, one, scene, rng, scale):
    species, size = scene["species"], one["size"] * scale
    *_, base, thick = _POSE[species]
    axis = one["turn"][:, 2] * (1, -1, 1)
    start = one["place"] * scale + axis[:2] * base * size
    end = one.get("foot")
    if end is None:
        x, y = one["place"]
        fall = scene["size"][1] * 1.05 if scene["layout"] != "field" else y + one["size"] * 4
        end = np.array([x + rng.normal(0, 0.12) * scene["short"], max(fall, y + 2 * one["size"])])
    end = end * scale
    reach = 0.45 * math.dist(start, end)
    bend = start - axis[:2] * reach * 0.6 + (0, reach * 0.4)
    t = np.linspace(0, 1, 9)[:, None]
    path = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    leaf = green = scene["green"] * rng.uniform(0.9, 1.25)
    if species == "dandelion":
        green = green * 0.6 + np.array([0.35, 0.24, 0.14])
    if size < 22:
        draw.line(path.ravel().tolist(), around.ink(green), max(1, round(thick * size)))
    else:
        foliage.ribbon(draw, path, thick * size, green, scene["light"][0])
        foliage.leaves(draw, species, path, size, leaf, scene, rng)


def _vase(blossoms, scene, rng):
    """Return the outlines and colours of a vase, and let the stems of all blossoms end in its neck."""
    wide, high = scene["size"]
    neck, foot, middle = high * rng.uniform(0.66, 0.76), high * rng.uniform(0.96, 1.1), wide * rng.uniform(0.42, 0.58)
    for one in blossoms:
        one["place"] = np.array([middle, 0.1 * high]) + (one["place"] - (middle, 0)) * (0.7, 0.55)
        one["foot"] = np.array([middle + rng.normal(0, 0.02) * wide, neck + 0.06 * high])
    u = np.linspace(0, 1, 12)
    belly = rng.uniform(0.02, 0.14) * np.sin(np.pi * np.clip(u * rng.uniform(0.8, 1.1), 0, 1))
    radius, y = scene["short"] * (0.1 + belly), neck + (foot - neck) * u
    colour, made = rng.uniform(0.1, 0.45) + rng.uniform(0.1, 0.5, 3), []
    for v in np.linspace(-1, 1, 13)[:-1]:
        tone = 0.5 + 0.5 * math.exp(-((v - 0.5 * np.sign(scene["light"][0])) ** 2) / 0.3)
        left, right = np.stack([middle + radius * v, y], 1), np.stack([middle + radius * (v + 1 / 6), y], 1)
        made.append(((np.concatenate([left, right[::-1]]) * 2).ravel().tolist(), around.ink(colour * tone)))
    return made
