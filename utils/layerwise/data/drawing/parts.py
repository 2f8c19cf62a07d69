"""Draw machined parts on a belt as an inspection camera sees them, good ones and ones with a fault, and its mask.

A part is a height above the belt; its slope towards the light is what is seen. Lengths are halves of the picture: -1 is
the left or upper edge, 1 the right or lower one.
"""

from layerwise.data.drawing.paint import clouds

FAULTS = ("good", "scratch", "dent", "missing hole", "stain", "burr")
PRODUCTS = ("flange", "bracket")
_BLOCK = 64  # parts that are drawn together: small enough for the processor's cache
_HOLES = {
    "flange": [(0.55 * c, 0.55 * s, 0.085) for c, s in (
        (1, 0), (0.5, 0.8660254), (-0.5, 0.8660254), (-1, 0), (-0.5, -0.8660254), (0.5, -0.8660254))],
    "bracket": [(x, y, 0.1) for x in (-0.6, 0.6) for y in (-0.3, 0.3)],
}


def draw(*, seed, train, test, high, faulty):
    """Return the arrays of the drawn parts; the card of ``parts`` says what each is.

    Args:
        seed: A whole number; the same one gives the same parts.
        train, test: How many parts.
        high: Height and width of a picture in pixels.
        faulty: The share of training parts that have a fault; of the test parts it is half.
    """
    import numpy as np

    arrays = {}
    for number, (part, count, share) in enumerate((("train", train, faulty), ("test", test, 0.5))):
        rng = np.random.default_rng([seed, number])
        fault = rng.integers(1, len(FAULTS), count) * (rng.random(count) < share)
        product = rng.integers(0, len(PRODUCTS), count)
        x, masks = np.empty((count, high, high, 3), "uint8"), np.empty((count, high, high), "uint8")
        for kind, name in enumerate(PRODUCTS):
            of_kind = np.flatnonzero(product == kind)
            for start in range(0, len(of_kind), _BLOCK):
                rows = of_kind[start : start + _BLOCK]
                x[rows], masks[rows] = _block(rng, name, fault[rows], high)
        fault[masks.sum((1, 2)) == 0] = 0  # a fault of which nothing is seen is none
        arrays |= {
            f"x_{part}": x, f"y_{part}": fault.astype("int64"), f"masks_{part}": masks,
            f"product_{part}": product.astype("int64"),
        }
    return arrays | {"products": PRODUCTS}


def _numbers(rng, low, high, count):
    """Return random numbers, one a picture, that spread over its pixels."""
    return rng.uniform(low, high, (count, 1, 1)).astype("float32")


def _block(rng, product, fault, high):
    """Return pictures and fault masks of some parts of one product."""
    import numpy as np

    count = len(fault)
    axis = ((np.arange(high, dtype="float32") + 0.5) * 2 / high - 1).astype("float32")
    pixel = np.float32(2 / high)
    x = axis[None, None, :] - _numbers(rng, -0.07, 0.07, count)
    y = axis[None, :, None] - _numbers(rng, -0.07, 0.07, count)
    turn = _numbers(rng, -np.pi, np.pi, count) if product == "flange" else _numbers(rng, -0.2, 0.2, count)
    size = _numbers(rng, 0.97, 1.05, count)
    p, q = (x * np.cos(turn) + y * np.sin(turn)) / size, (y * np.cos(turn) - x * np.sin(turn)) / size
    light = _numbers(rng, -2.6, -0.5, count)  # where it comes from: from above, left or right
    lx, ly = np.cos(light), np.sin(light)

    hurt = _fault(rng, product, fault, p, q, pixel)
    edge = _outline(product, p, q) - hurt["burr"]
    metal = np.maximum(edge, -_holes(product, p, q, hurt["drilled"]))
    covered = np.clip(0.5 - metal / pixel, 0, 1)
    height = _height(rng, product, p, q, metal) - hurt["deep"]
    rise_y, rise_x = np.gradient(height, float(pixel), axis=(1, 2))
    steep = 1 / np.sqrt(rise_x**2 + rise_y**2 + 1)
    tilt = _numbers(rng, 0.75, 0.95, count)
    towards = (-(rise_x * lx + rise_y * ly) * np.sqrt(1 - tilt**2) + tilt) * steep
    shine = np.clip(towards, 0, 1) ** 6
    surface, warm = _surface(rng, product, p, q, x, y, light, count)
    shade = 104 + 74 * towards + 46 * shine + surface + 40 * hurt["bright"]
    tone = np.asarray([0.97, 1.0, 1.03], "float32") + warm
    steel = shade[..., None] * tone
    steel += (np.asarray(hurt["tint"], "float32") - steel) * hurt["stain"][..., None]

    belt = _belt(rng, axis, count, high)
    offset = 0.1 * _numbers(rng, 0.8, 1.4, count)
    toward = (lx * np.cos(turn) + ly * np.sin(turn)) * offset, (ly * np.cos(turn) - lx * np.sin(turn)) * offset
    cast = _outline(product, p + toward[0], q + toward[1])
    dark = np.clip(0.5 - cast / 0.12, 0, 1) * 0.55
    dark = np.maximum(dark, np.clip(0.5 - _outline(product, p, q) / 0.2, 0, 1) * 0.5)
    belt *= (1 - dark)[..., None]
    picture = belt + (steel - belt) * covered[..., None]
    fall = 1 + 0.16 * _numbers(rng, 0, 1, count) * (axis[None, None, :] * lx + axis[None, :, None] * ly)
    picture *= (fall * _numbers(rng, 0.86, 1.1, count))[..., None]
    picture += rng.standard_normal((count, high, high, 1), dtype="float32") * np.float32(2.2)
    return np.clip(np.round(picture), 0, 255).astype("uint8"), (hurt["mask"] & (metal < pixel)).astype("uint8")


def _outline(product, p, q):
    """Return the distance to a part's outer edge, negative inside.

    Distance to a rounded rectangle after I. Quilez, https://iquilezles.org/articles/distfunctions2d/
    """
    import numpy as np

    if product == "flange":
        return np.sqrt(p * p + q * q) - np.float32(0.78)
    across, along = np.abs(p) - np.float32(0.66), np.abs(q) - np.float32(0.36)
    outside = np.sqrt(np.maximum(across, 0) ** 2 + np.maximum(along, 0) ** 2)
    return outside + np.minimum(np.maximum(across, along), 0) - np.float32(0.15)


def _holes(product, p, q, drilled):
    """Return the distance to the nearest hole, negative inside one; `drilled` says which of them are there."""
    import numpy as np

    if product == "flange":
        nearest = np.sqrt(p * p + q * q) - np.float32(0.25)
    else:
        nearest = np.sqrt((np.maximum(np.abs(p) - np.float32(0.16), 0)) ** 2 + q * q) - np.float32(0.12)
    for number, (a, b, radius) in enumerate(_HOLES[product]):
        hole = np.sqrt((p - np.float32(a)) ** 2 + (q - np.float32(b)) ** 2) - np.float32(radius)
        nearest = np.minimum(nearest, np.where(drilled[:, number, None, None], hole, np.float32(9)))
    return nearest


def _height(rng, product, p, q, metal):
    """Return how high the metal stands: a chamfer at every edge, and what the product has beside."""
    import numpy as np

    bevel = np.clip(-metal / np.float32(0.06), 0, 1)
    height = np.float32(0.03) * bevel * (2 - bevel)
    if product == "flange":
        r = np.sqrt(p * p + q * q)
        rim = np.clip((np.float32(0.41) - r) / np.float32(0.05), 0, 1)
        return height + np.float32(0.035) * rim * rim * (3 - 2 * rim) - np.float32(0.012) * np.clip(
            1 - np.abs(r - np.float32(0.69)) / np.float32(0.025), 0, 1)
    fold = np.clip(1 - np.abs(np.abs(p) - np.float32(0.38)) / np.float32(0.03), 0, 1)
    return height - np.float32(0.012) * fold


def _surface(rng, product, p, q, x, y, light, count):
    """Return marks of the tool and the glint that they give, and how warm the light is."""
    import numpy as np

    lines = rng.standard_normal((count, 96)).astype("float32")
    pick = np.arange(count)[:, None, None]
    strength = _numbers(rng, 2.5, 6, count)
    if product == "flange":  # turned on a lathe: rings, and a glint like a bow tie
        square = x * x + y * y
        place = np.clip(np.sqrt(square) * 88, 0, 95).astype("int64")
        turn = light + _numbers(rng, -0.3, 0.3, count)
        glint = ((x * x - y * y) * np.cos(2 * turn) + 2 * x * y * np.sin(2 * turn)) / (square + np.float32(1e-3))
        glint = (np.float32(0.5) + np.float32(0.5) * glint) ** 3
    else:  # ground along its length: lines, and a glint across
        place = np.clip((q + 1) * 46, 0, 95).astype("int64")
        across = (p * np.cos(light) + q * np.sin(light) - _numbers(rng, -0.5, 0.5, count)) / np.float32(0.35)
        glint = 1 / (1 + across * across)
    warm = _numbers(rng, -0.025, 0.025, count)[..., None] * np.asarray([1, 0, -1], "float32")
    return lines[pick, place] * strength + (glint - np.float32(0.3)) * _numbers(rng, 26, 48, count), warm


def _belt(rng, axis, count, high):
    """Return pictures of the empty belt: a woven green-grey ground, specks of dust."""
    import numpy as np

    base = np.asarray([66, 86, 82], "float32") * _numbers(rng, 0.85, 1.15, count)[..., None]
    weave = np.where((np.arange(high)[:, None] // 2 + np.arange(high)[None] // 2) % 2, 2.2, -2.2).astype("float32")
    slow = clouds(rng, 4, high, high, cells=(3, 3))[rng.integers(0, 4, count)] * np.float32(4)
    dust = (rng.random((count, high, high), dtype="float32") < 0.0025) * np.float32(34)
    return base + (weave + slow + dust)[..., None]


def _fault(rng, product, fault, p, q, pixel):
    """Return what is wrong with each part: fields of depth, brightness, stain and burr, holes, and the mask."""
    import numpy as np

    count, shape = len(fault), p.shape
    names = np.asarray(FAULTS)[fault]
    deep, bright, stain, burr = (np.zeros(shape, "float32") for _ in range(4))
    mask, drilled = np.zeros(shape, bool), np.ones((count, len(_HOLES[product])), bool)
    tint = np.zeros((count, 1, 1, 3), "float32")
    blotches = clouds(rng, 8, shape[1], shape[2], cells=(6, 6))
    for i, name in enumerate(names):
        size = rng.random()  # from hardly seen to plain
        flat, bend, dark = rng.uniform(-1, 1, 3)
        for mark in range(int(rng.poisson(1.5)) + (name == "scratch")):  # good parts have faint marks of handling, too
            wrong = name == "scratch" and mark == 0
            start, way = _place(rng, product), rng.uniform(0, np.pi)
            long = 0.22 + 0.5 * size if wrong else rng.uniform(0.03, 0.1)
            wide = 0.027 + 0.014 * size if wrong else 0.014
            near = _from_line(p[i], q[i], start, way, long, 0.25 * bend)
            groove = np.clip(1 - near / wide, 0, 1)
            strong = 0.7 + 0.7 * size if wrong else 0.16
            deep[i] += np.float32(0.02 * strong) * groove
            bright[i] += np.float32(strong * (1.2 if dark > 0 else -1.2)) * groove
            if wrong:
                mask[i] |= near < wide + pixel * 0.5
        if name == "dent":
            (cx, cy), radius = _place(rng, product), 0.11 + 0.13 * size
            far = ((p[i] - cx) ** 2 + ((q[i] - cy) * (1 + 0.3 * flat)) ** 2) / radius**2
            deep[i] += np.float32(radius * (0.34 + 0.3 * size)) * np.clip(1 - far, 0, 1) ** 2
            mask[i] |= far < 0.8
        elif name == "missing hole":
            hole = int(rng.integers(drilled.shape[1]))
            cx, cy, radius = _HOLES[product][hole]
            far = np.sqrt((p[i] - cx) ** 2 + (q[i] - cy) ** 2)
            drilled[i, hole] = False
            if size < 0.5:  # only marked by the centre punch
                deep[i] += np.float32(0.02) * np.clip(1 - far / 0.05, 0, 1)
            mask[i] |= far < radius
        elif name == "stain":
            (cx, cy), radius = _place(rng, product), 0.15 + 0.2 * size
            far = np.sqrt((p[i] - cx) ** 2 + (q[i] - cy) ** 2) / radius
            blot = np.clip((1 - far) * 1.6 + 0.35 * blotches[int(rng.integers(8))], 0, 1) * (far < 1.35)
            stain[i] = blot * np.float32(0.45 + 0.4 * rng.random())
            tint[i] = ((134, 84, 52), (70, 62, 54), (92, 98, 72))[int(rng.integers(3))]
            mask[i] |= blot > 0.35
        elif name == "burr":
            burr[i], spot = _burr(rng, product, p[i], q[i], size)
            bright[i] += np.float32(0.5) * spot
            mask[i] |= spot > 0.3
    return {"deep": deep, "bright": bright, "stain": stain, "tint": tint, "burr": burr, "drilled": drilled,
            "mask": mask}


def _place(rng, product):
    """Return a place on the metal, in the part's own measures."""
    import numpy as np

    if product == "flange":
        way, r = rng.uniform(-np.pi, np.pi), rng.uniform(0.36, 0.66)
        return r * np.cos(way), r * np.sin(way)
    return (rng.uniform(-0.62, -0.3) if rng.random() < 0.5 else rng.uniform(0.3, 0.62)), rng.uniform(-0.36, 0.36)


def _from_line(p, q, start, way, long, bend):
    """Return the distance to a slightly bent line."""
    import numpy as np

    along = (p - start[0]) * np.cos(way) + (q - start[1]) * np.sin(way)
    across = (q - start[1]) * np.cos(way) - (p - start[0]) * np.sin(way) - bend * along * along
    return np.hypot(np.maximum(np.abs(along) - long / 2, 0), across)


def _burr(rng, product, p, q, size):
    """Return how far metal stands out at a place of the outer edge, and where."""
    import numpy as np

    if product == "flange":
        way = rng.uniform(-np.pi, np.pi)
        cx, cy = 0.79 * np.cos(way), 0.79 * np.sin(way)
    elif rng.random() < 0.5:
        cx, cy = rng.uniform(-0.6, 0.6), rng.choice([-0.51, 0.51])
    else:
        cx, cy = rng.choice([-0.81, 0.81]), rng.uniform(-0.3, 0.3)
    out, spot = np.zeros(p.shape, "float32"), np.zeros(p.shape, "float32")
    for _ in range(3):
        bx, by = cx + rng.normal() * 0.04, cy + rng.normal() * 0.04
        radius = (0.06 + 0.06 * size) * rng.uniform(0.7, 1.2)
        far = np.clip(1 - ((p - bx) ** 2 + (q - by) ** 2) / radius**2, 0, 1)
        spot = np.maximum(spot, far)
        out = np.maximum(out, np.float32(0.06 + 0.07 * size) * np.sqrt(far))
    return out, spot
