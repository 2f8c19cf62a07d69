"""Blossoms of five species as small surfaces in space.

A blossom is made of sheets, such as all its petals. A sheet is a pair of arrays: the corners of its cells,
`(pieces, rows + 1, columns + 1, 3)`, and the cells' colours, `(pieces, rows, columns, 3)` between 0 and 1. The
blossom's axis is z, its radius about 1.
"""

import numpy as np

GOLDEN = np.pi * (3 - 5**0.5)  # the angle between neighbours on a stem, which fills a disc evenly

# How common each colour is in each species (weight, base of the petal, tip). They overlap between species on purpose.
COLOURS = {
    "daisy": [
        (66, "f4f3ee", "ffffff"), (12, "f6eef0", "f3b9cd"), (6, "f3dc5a", "fff0a0"), (6, "e6e0f4", "c3a9e0"),
        (6, "f2e3a0", "fffdf0"), (4, "f4d9e2", "e0608c"),
    ],
    "dandelion": [(60, "eda400", "ffd816"), (25, "e88d00", "ffc60a"), (15, "e6b800", "fff04a")],
    "roses": [
        (24, "7d0410", "d3142a"), (20, "d9607f", "f7b6c6"), (12, "e9a9a4", "fbe3dd"), (12, "e9dcb9", "fffaf0"),
        (12, "e8a51c", "ffe168"), (8, "e2622f", "ffb47e"), (6, "8e0f45", "dd3f83"), (6, "8f6aa6", "d7bfe2"),
    ],
    "sunflowers": [
        (52, "f09a00", "ffcf0e"), (22, "e57c00", "ffb400"), (12, "f2cf3a", "fff08c"), (8, "54120a", "c8561a"),
        (6, "efe0a2", "fff8da"),
    ],
    "tulips": [
        (24, "a30a12", "e2222a"), (20, "e8a800", "ffdd30"), (18, "d65a7c", "f8a5b8"), (12, "d9480c", "ff9438"),
        (10, "e9e4cf", "fffdf4"), (8, "4f1650", "8d3a90"), (8, "c2141c", "ffd24a"),
    ],
}


def rgb(code):
    """Return "ff8000" as an array of three numbers between 0 and 1."""
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255


def cultivar(rng, species):
    """Return what the blossoms of one picture share: the colours of a petal's base and tip, and a few traits."""
    weights, bases, tips = zip(*COLOURS[species], strict=True)
    chosen = rng.choice(len(weights), p=np.array(weights) / sum(weights))
    shift = rng.normal(0, 0.025, 3)
    return {
        "base": np.clip(rgb(bases[chosen]) + shift, 0, 1), "tip": np.clip(rgb(tips[chosen]) + shift, 0, 1),
        "many": rng.random(), "slim": rng.random(), "open": rng.random(), "heart": rng.random(),
        "clock": species == "dandelion" and rng.random() < 0.3,
    }


def _rows(rows):
    """Return the borders of a petal's rows, closer together towards the tip, which is round."""
    return 1 - (1 - np.linspace(0, 1, rows + 1)) ** 1.6


def fans(turn, *, start=0.0, length, width, rise, curl, cells, shape=(0.5, 0.4), cup=0.0, lift=0.0):
    """Return the corners of petals that stand around the axis.

    Args:
        turn: Where each stands around the axis, in radians, shape `(n,)`.
        start: How far from the axis it begins; `lift` how high.
        length, width: Its length and half its greatest width.
        rise, curl: Its angle above the ground at its base, and by how much that changes to the tip.
        cells: Rows and columns of cells of a petal.
        shape: Powers of the outline: the smaller, the blunter the base and the tip.
        cup: How much its edges stand up.
    """
    turn, start, length, width, rise, curl, lift = (
        np.broadcast_to(np.asarray(value, float), turn.shape)[:, None]
        for value in (turn, start, length, width, rise, curl, lift)
    )
    rows, columns = cells
    u, v = _rows(rows), np.linspace(-1, 1, columns + 1)
    outline = (u + 0.02) ** shape[0] * (1.001 - u) ** shape[1]
    angle = rise + curl * u
    step = np.pad((angle[:, 1:] + angle[:, :-1]) / 2, ((0, 0), (1, 0)))
    moves = length * np.diff(u, prepend=0)
    out, up = start + np.cumsum(np.cos(step) * moves, 1), lift + np.cumsum(np.sin(step) * moves, 1)
    side = (width * outline / outline.max())[..., None] * v
    bend = cup * side * v
    bend = np.abs(bend)
    out = out[..., None] - np.sin(angle)[..., None] * bend
    up = up[..., None] + np.cos(angle)[..., None] * bend
    cos, sin = np.cos(turn)[..., None], np.sin(turn)[..., None]
    return np.stack([out * cos - side * sin, out * sin + side * cos, up], -1)


def cups(turn, *, span, radius, height, outline, columns, drop=0.1, flare=0.05):
    """Return the corners of petals that wrap around the axis; `radius` and `height` have a column for each row.

    The edges are lower than the middle by `drop`, and further out by `flare` of the radius.
    """
    v = np.linspace(-1, 1, columns + 1)
    theta = turn[:, None, None] + v * (np.asarray(span)[:, None] * outline / 2)[..., None]
    u = np.linspace(0, 1, radius.shape[1])[:, None]
    radius = radius[..., None] * (1 + flare * u * v**2)
    return np.stack([radius * np.cos(theta), radius * np.sin(theta), height[..., None] - drop * u * v**2], -1)


def dome(radius, height, *, cells, lift=0.0):
    """Return the corners of a round cushion, in rings."""
    rows, columns = cells
    out, theta = np.linspace(0, radius, rows + 1)[:, None], np.linspace(0, 2 * np.pi, columns + 1)
    up = lift + height * (1 - (out / radius) ** 2) + 0 * theta
    return np.stack([out * np.cos(theta), out * np.sin(theta), up], -1)[None]


def florets(count, radius, height, size, *, lift=0.0):
    """Return the corners of small squares on a cushion, in the spirals of a sunflower."""
    k = np.arange(count)
    out, theta = radius * np.sqrt((k + 0.5) / count), k * GOLDEN
    up = lift + height * (1 - (out / radius) ** 2) + 0.5 * size
    middle = np.stack([out * np.cos(theta), out * np.sin(theta), up], -1)
    along = np.stack([np.cos(theta), np.sin(theta), -2 * height * out / radius**2], -1) * size
    across = np.stack([-np.sin(theta), np.cos(theta), 0 * theta], -1) * size * 0.9
    corners = np.stack([middle - along, middle - across, middle + across, middle + along], 1)
    return corners.reshape(count, 2, 2, 3)


def tinted(points, base, tip, *, rng, power=1.0, uneven=0.05, rib=0.0, dark=0.0):
    """Return the colours of a sheet's cells, from the base to the tip.

    Args:
        power: Below 1 the tip's colour begins early.
        uneven: How much pieces differ in brightness.
        rib: How much darker lines along the piece are.
        dark: How much darker the base is, where little light comes in.
    """
    pieces, rows, columns = points.shape[0], points.shape[1] - 1, points.shape[2] - 1
    u = ((np.arange(rows) + 0.5) / rows)[:, None, None]
    v = ((np.arange(columns) + 0.5) / columns * 2 - 1)[:, None]
    colour = base + (tip - base) * u**power
    colour = colour * (1 - dark * (1 - u) ** 1.5) * (1 - rib * (np.cos(3 * np.pi * v) > 0) * (1 - 0.5 * u))
    return np.clip(colour * (1 + rng.normal(0, uneven, (pieces, 1, 1, 1))), 0, 1)


def _around(rng, count, uneven=0.25):
    return (np.arange(count) + rng.normal(0, uneven, count)) * 2 * np.pi / count + rng.uniform(0, 7)


def blossom(species, look, *, rng, detail):
    """Return the cells of one blossom: corners `(n, 4, 3)`, directions they face `(n, 3)`, and colours `(n, 3)`.

    Args:
        species: One of `COLOURS`.
        look: What `cultivar` gave.
        detail: 0 for a few pixels, 1 for a small one, 2 for a large one, 3 for one that fills the picture.
    """
    made = {"daisy": _daisy, "dandelion": _dandelion, "roses": _rose, "sunflowers": _sunflower, "tulips": _tulip}
    corners, colours = [], []
    huge = (detail > 2,) if species == "tulips" else ()  # its broad petals would show their cells
    for p, colour in made[species](look, rng, min(detail, 2), *huge):
        cells = np.stack([p[:, :-1, :-1], p[:, 1:, :-1], p[:, 1:, 1:], p[:, :-1, 1:]], -2)
        corners.append(cells.reshape(-1, 4, 3))
        colours.append(np.broadcast_to(colour, (*cells.shape[:3], 3)).reshape(-1, 3))
    corners, colours = np.concatenate(corners), np.concatenate(colours)
    normals = np.cross(corners[:, 2] - corners[:, 0], corners[:, 1] - corners[:, 3])
    return corners, normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9), colours


def _bracts(rng, count, *, start, length, width, rise, lift, cells=(3, 2)):
    points = fans(_around(rng, count), start=start, length=length, width=width, rise=rise, curl=-0.5, cells=cells,
                  lift=lift, shape=(0.4, 0.8))
    return points, tinted(points, rgb("3c5a1e"), rgb("7d9c45"), rng=rng, uneven=0.1)


def _daisy(look, rng, detail):
    count = int([9, 13, 15][detail] + [4, 10, 18][detail] * look["many"])
    turn = _around(rng, count, 0.3)
    keep = rng.random(count) > 0.05  # a petal is missing here and there
    turn = turn[keep if keep.sum() > 6 else slice(None)]
    heart = 0.24 + 0.1 * look["heart"]
    length = (1 - heart) * rng.normal(1, 0.06, len(turn)) * 1.05
    points = fans(
        turn, start=heart * 0.8, length=length,
        width=(3.3 + 1.2 * look["slim"]) / (count + 6) * rng.normal(1, 0.1, len(turn)),
        rise=rng.normal(0.35 - 0.35 * look["open"], 0.1, len(turn)),
        curl=rng.normal(-0.4 * look["open"], 0.2, len(turn)),
        cells=[(2, 1), (4, 2), (6, 4)][detail], shape=(0.45, 0.3), cup=0.25, lift=rng.normal(0, 0.025, len(turn)),
    )
    sheets = [(points, tinted(points, look["base"], look["tip"], rng=rng, rib=0.08, dark=0.22, uneven=0.04))]
    yellow, orange = rgb("ffdf1f"), rgb("e8920c")
    cushion = dome(heart, 0.16, cells=(3, 10), lift=0.02)
    sheets.append((cushion, tinted(cushion, rgb("dfc02a"), orange * 0.85, rng=rng)))
    if detail:
        points = florets([0, 30, 90][detail], heart, 0.16, heart * [0, 0.14, 0.09][detail], lift=0.02)
        mix = np.linspace(0, 1, len(points))[:, None, None, None]
        sheets.append((points, np.clip((yellow * (1 - mix) + orange * mix) * rng.normal(1, 0.1, mix.shape), 0, 1)))
    return [*sheets, _bracts(rng, 10, start=0.02, length=heart * 1.1, width=0.06, rise=0.15, lift=-0.07)]


def _sunflower(look, rng, detail):
    heart = 0.36 + 0.16 * look["heart"]
    each = int([10, 14, 16][detail] + 8 * look["many"])
    turn, under = np.concatenate([_around(rng, each, 0.35), _around(rng, each, 0.35)]), np.arange(2 * each) >= each
    points = fans(
        turn, start=heart * 0.9, length=(1.08 - heart) * rng.normal(1, 0.09, 2 * each), lift=-0.03 * under,
        width=(0.1 + 0.05 * look["slim"]) * rng.normal(1, 0.12, 2 * each),
        rise=rng.normal(0.32 - 0.2 * under, 0.16), curl=rng.normal(-0.25, 0.3, 2 * each),
        cells=[(2, 1), (4, 2), (6, 4)][detail], shape=(0.55, 0.75), cup=0.3,
    )
    colour = tinted(points, look["base"], look["tip"], rng=rng, power=0.7, rib=0.1, dark=0.25, uneven=0.07)
    sheets = [(points, colour)]
    ripe = look["many"]  # from green in the middle to brown all over
    inner = rgb("8a8f2c") * (1 - ripe) + rgb("3a1d0d") * ripe
    rings = [inner, rgb("4a2a10"), rgb("2c1508"), rgb("8a5415")]
    cushion = dome(heart, 0.07 + 0.06 * look["slim"], cells=(4, 12), lift=0.02)
    sheets.append((cushion, np.broadcast_to(np.array(rings)[None, :, None] * 0.8, (1, 4, 12, 3))))
    if detail:
        count = [0, 40, 150][detail]
        points = florets(count, heart, 0.07 + 0.06 * look["slim"], heart * [0, 0.12, 0.068][detail], lift=0.02)
        where = np.sqrt((np.arange(count) + 0.5) / count) * 3
        colour = np.stack([np.interp(where, range(4), [ring[c] for ring in rings]) for c in range(3)], -1)
        colour = colour * np.where(np.arange(count) % 3 == 0, 1.7, 1.0)[:, None] * rng.normal(1, 0.15, (count, 1))
        sheets.append((points, np.clip(colour, 0, 1)[:, None, None]))
    return [*sheets, _bracts(rng, 14, start=heart * 0.4, length=heart * 1.15, width=0.12, rise=0.1, lift=-0.12)]


def _dandelion(look, rng, detail):
    layers, most = [(3, 12), (5, 22), (8, 32)][detail]
    counts = (most * np.linspace(1, 0.5, layers) + 8 * look["many"]).astype(int)
    t = np.repeat(np.linspace(0, 1, layers), counts)  # 0 outside, 1 in the middle
    points = fans(
        np.concatenate([_around(rng, count, 0.5) for count in counts]), start=0.03 + 0.2 * (1 - t),
        length=(0.8 - 0.42 * t) * rng.normal(1, 0.09, len(t)), width=[0.09, 0.06, 0.04][detail],
        rise=rng.normal(0.15 + 1.1 * t, 0.13), curl=rng.normal(-0.4 + 0.5 * t * (1 - look["open"]), 0.25),
        cells=[(1, 1), (2, 1), (3, 1)][detail], shape=(0.12, 0.1), lift=0.03 * t,
    )
    colour = tinted(points, look["base"], look["tip"], rng=rng, power=0.5, dark=0.25, uneven=0.08)
    cushion = dome(0.45, 0.3, cells=(2, 8))
    return [
        (cushion, tinted(cushion, look["base"], look["base"] * 0.8, rng=rng)),
        (points, colour * (1 - 0.05 * t)[:, None, None, None]),
        _bracts(rng, 12, start=0.05, length=0.45, width=0.08, rise=0.05 - 0.7 * look["slim"], lift=-0.08),
    ]


def clock(rng, look, *, detail):
    """Return the strands of a dandelion's seed head as pairs of points `(n, 2, 3)`, and their brightness `(n,)`."""
    count, hairs = [(16, 4), (45, 6), (100, 8)][detail]
    k = np.arange(count) + 0.5
    up = 1 - 1.75 * k / count
    flat = np.sqrt(1 - up**2)
    out = np.stack([flat * np.cos(k * GOLDEN), flat * np.sin(k * GOLDEN), up], -1)
    out = out[rng.random(count) > 0.45 * look["slim"] ** 3]  # some have flown
    stalks = np.stack([0.14 * out, 0.72 * out], 1)
    a = np.cross(out, [0.3, 0.5, 0.8])
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b = np.cross(out, a)
    angle = np.arange(hairs) * 2 * np.pi / hairs + rng.uniform(0, 7, (len(out), 1))
    tips = out[:, None] + 0.24 * (np.cos(angle)[..., None] * a[:, None] + np.sin(angle)[..., None] * b[:, None])
    tufts = np.stack([np.broadcast_to(0.74 * out[:, None], tips.shape), tips], 2).reshape(-1, 2, 3)
    bright = np.concatenate([np.full(len(stalks), 0.62), rng.uniform(0.75, 1.0, len(tufts))])
    return np.concatenate([stalks, tufts]), bright


def _rose(look, rng, detail):
    count, rows, columns = [(11, 2, 3), (16, 3, 5), (22, 5, 8)][detail]
    t = np.arange(count) / (count - 1)  # 0 in the middle, 1 outside
    u = _rows(rows)
    spread = 0.25 + 0.75 * look["open"]
    rim = (0.1 + 0.6 * t**0.8) * rng.normal(1, 0.06, count)
    lip = (0.03 + 0.36 * t**1.5 * spread) * rng.normal(1, 0.25, count)
    radius = 0.1 + (rim - 0.1)[:, None] * np.sin(np.pi / 2 * u) ** 0.8 + lip[:, None] * u**4
    top = 0.52 - (0.12 + 0.42 * spread) * t**1.2 + rng.normal(0, 0.03, count)
    height = -0.6 + (top + 0.6)[:, None] * u - (0.2 * spread * t**2)[:, None] * u**5
    outline = 0.3 + 0.7 * np.sin(np.pi * np.clip(u * 0.62 + 0.13, 0, 1))
    turn = np.arange(count) * GOLDEN + rng.normal(0, 0.2, count) + rng.uniform(0, 7)
    points = cups(turn, span=(2.9 - 1.0 * t) * rng.normal(1, 0.07, count), radius=radius, height=height,
                  outline=outline, columns=columns, drop=0.08, flare=0.12)
    wave = rng.uniform(0, 7, (count, 1, 1)) + np.linspace(-2.5, 2.5, columns + 1)
    points[..., 2] += 0.06 * u[:, None] ** 3 * np.sin(wave) * (0.3 + t)[:, None, None]
    points[..., :2] += rng.normal(0, 0.035, (count, 1, 1, 2)) * u[:, None, None]
    colour = tinted(points, look["base"], look["tip"], rng=rng, power=1.3, dark=0.62, uneven=0.06)
    colour = colour * (0.72 + 0.28 * t**0.5)[:, None, None, None]
    colour[:, -1] = colour[:, -1] * 0.75 + 0.25 * np.minimum(1, look["tip"] * 1.25)  # a rim that catches the light
    deep = dome(0.16, 0.5, cells=(2, 8), lift=-0.45)  # nothing shows through the middle
    return [
        (deep, tinted(deep, look["base"] * 0.5, look["base"] * 0.4, rng=rng)), (points, colour),
        _bracts(rng, 5, start=0.1, length=0.75, width=0.14, rise=-0.1 - look["slim"], lift=-0.55),
    ]


def _tulip(look, rng, detail, huge):
    rows, columns = [(3, 2), (7, 7), (14, 12) if not huge else (22, 18)][detail]
    u = _rows(rows)
    inner = (np.arange(6) >= 3)[:, None]
    gape = 0.8 * look["open"] ** 2.5 * rng.uniform(0.7, 1.2)
    tall = 1.4 + 0.5 * look["slim"]
    radius = (0.68 - 0.1 * inner) * np.sin(np.pi * (0.02 + 0.72 * u**0.62)) ** 0.9 + gape * u**2 * (1 - 0.15 * inner)
    height = (u - 0.45) * tall * (1 - 0.3 * gape) + 0.06 * inner * u + rng.normal(0, 0.04, (6, 1)) * u
    outline = np.clip(1 - np.abs(u - 0.4) ** 2.4 * 3.4, 0, 1) ** 0.8
    turn = np.arange(6) * 2 * np.pi / 3 + inner[:, 0] * np.pi / 3 + rng.normal(0, 0.07, 6) + rng.uniform(0, 7)
    points = cups(turn, span=np.full(6, 2.5), radius=radius, height=height, outline=outline, columns=columns,
                  drop=0.12, flare=-0.05)
    streak = 0.0 if look["many"] < 0.75 else 0.16
    colour = tinted(points, look["base"], look["tip"], rng=rng, power=1.0, dark=0.2, uneven=0.06, rib=streak)
    edge = np.abs((np.arange(columns) + 0.5) / columns * 2 - 1)[:, None]
    colour = np.clip(colour * (1.06 - 0.22 * edge**3) + 0.05 * (1 - edge), 0, 1)
    sheets = [(points, colour)]
    if detail and gape > 0.15:
        stamens = fans(_around(rng, 6), start=0.08, length=0.5, width=0.05, rise=1.3, curl=0, cells=(2, 1),
                       lift=-0.36 * tall)
        sheets.append((stamens, tinted(stamens, rgb("d8c860"), rgb("241a20"), rng=rng)))
    return sheets
