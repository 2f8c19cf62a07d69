"""Draw phantoms of eye scans (OCT): a slice through the retina, layer by layer, with what disease puts into it.

A slice is drawn in three steps: surfaces (one height for each column of pixels), tissues (which surface a pixel lies
under, and what disease puts there), light (what each tissue sends back, with shadows, speckle, and the look of the
device). Heights are in pixels from the top. All slices of a chunk are drawn at once.
"""

import functools

from layerwise.data.drawing import scans as draw

HIGH, WIDE = 64, 96
TISSUES = (
    "background", "retina", "pigment epithelium", "choroid", "fluid", "drusen", "neovascular tissue", "membrane",
)
BACKGROUND, RETINA, PIGMENT, CHOROID, FLUID, DRUSEN, NEOVASCULAR, MEMBRANE = range(8)
URGENCIES = ("observation", "routine", "semi-urgent", "urgent")
DEVICES = ("first device", "second device")
NORMAL, HAS_DRUSEN, HAS_MEMBRANE, OEDEMA, HAS_VESSELS = range(5)
_SHARE = (0.28, 0.2, 0.16, 0.2, 0.16)
_SPOTS = 7  # drusen or pools of fluid at most
_NEAR = 9  # pixels from the fovea within which fluid counts as central
_LARGE = 12  # pixels of drusen above which they are more than small

# How much light comes back from each depth of the retina: inner half (nerve fibres, ganglion cells, two nuclear and
# plexiform layers), outer half (nuclear layer, the bright line of the photoreceptors, their dark outer segments).
_INNER = (0.80, 0.72, 0.52, 0.50, 0.52, 0.48, 0.30, 0.28, 0.40, 0.54, 0.46)
_FINE = 256  # steps through each half in the table of layers
_OUTER = (0.40, 0.27, 0.24, 0.24, 0.25, 0.27, 0.34, 0.72, 0.66, 0.42, 0.50)


def draw_scans(seed, train, validation, test):
    """Return arrays of drawn scans; see the card of ``eye_scans`` for each."""
    import numpy as np

    rng = np.random.default_rng(seed)
    whose, slices = draw.patients(rng, {"train": train, "validation": validation, "test": test}, twice=0.4)
    eye = _eyes(rng, whose)
    spots = _spots(rng, eye)
    parts = []
    for start in range(0, len(whose), draw.CHUNK):
        rows = slice(start, start + draw.CHUNK)
        parts.append(_drawn(
            rng, {name: values[rows] for name, values in eye.items()},
            {name: values[rows] for name, values in spots.items()},
        ))
    x, masks = (np.concatenate(part) for part in zip(*parts, strict=True))
    arrays = {
        "x": x, "y": eye["condition"], "masks": masks, "urgency": _urgency(eye, masks), "device": eye["device"],
        "fovea": np.round(eye["fovea"]).astype("int64"), "patient": whose,
    }
    return {**draw.split(arrays, slices), "tissues": TISSUES, "urgencies": URGENCIES, "devices": DEVICES}


def _eyes(rng, whose):
    """Draw each eye: what a patient's two eyes share, and what each scan has of its own."""
    import numpy as np

    people, count = int(whose.max()) + 1, len(whose)
    both = np.searchsorted(np.cumsum(_SHARE)[:-1], rng.random(people), side="right")[whose]
    other = np.searchsorted(np.cumsum(_SHARE)[:-1], rng.random(count), side="right")
    condition = np.where(rng.random(count) < 0.75, both, other)
    severity = rng.uniform(0, 1, count)
    middle = 48 + rng.normal(0, 7, count)
    thick = rng.normal(0, 1, people)[whose]
    return {
        "condition": condition, "severity": severity, "fovea": middle,
        "device": (rng.random(people) < 0.4).astype("int64")[whose],
        "level": rng.normal(43, 3, count), "tilt": rng.normal(0, 0.055, count), "bow": rng.normal(2.2, 1.6, count),
        "inner": 9.5 + 0.9 * thick, "outer": 8 + 0.4 * rng.normal(0, 1, count),
        "pit": np.where(condition == HAS_MEMBRANE, rng.uniform(0.0, 0.5, count), rng.uniform(0.75, 1, count)),
        "wide": rng.uniform(11, 16, count), "side": np.where(rng.random(count) < 0.5, -1, 1),
        "choroid": rng.uniform(7, 14, count), "light": rng.normal(0, 0.05, count), "dim": rng.beta(1.2, 5, count),
        "hyaloid": (rng.random(count) < 0.25) * rng.uniform(4, 11, count),
        "wrinkle": np.where(condition == HAS_MEMBRANE, rng.uniform(0.5, 1.6, count), 0),
        "membrane": np.where(condition == HAS_MEMBRANE, rng.uniform(0.35, 1, count), 0),
        "cover": middle + rng.normal(0, 14, count), "reach": rng.uniform(18, 45, count),
    }


def _spots(rng, eye):
    """Draw drusen, pools of fluid, and growths of new vessels; each has a place, a width and a height."""
    import numpy as np

    condition, severity, count = eye["condition"], eye["severity"], len(eye["fovea"])
    shape = (count, _SPOTS)
    order = np.arange(_SPOTS)
    near = rng.normal(0, 1, shape)
    # Drusen: several where they are the condition, some beside new vessels, a single small one in many healthy eyes.
    many = np.select(
        [condition == HAS_DRUSEN, condition == HAS_VESSELS], [1 + np.round(severity * 6), np.round(severity * 3)],
        (rng.random(count) < 0.25) * 1.0,
    )
    large = np.where(condition == HAS_DRUSEN, 1.1 + 3 * severity, 1.0)[:, None] * rng.uniform(0.7, 1.4, shape)
    drusen = np.where(order < many[:, None], large, 0)
    # Fluid inside the retina: cysts, mostly around the fovea, in other eyes aside from it.
    wet = condition == OEDEMA
    aside = np.where(rng.random(count) < 0.35, rng.choice([-1, 1], count) * rng.uniform(19, 32, count), 0)
    grown = condition == HAS_VESSELS
    cysts = np.select([wet, grown], [1 + np.round(severity * 6), np.round(severity * 2.4 - 0.6)], 0)
    tall = rng.uniform(1.2, 3.2, shape) * (0.7 + 0.9 * severity[:, None])
    cysts = np.where(order < cysts[:, None], tall, 0)
    return {
        "drusen_at": eye["fovea"][:, None] + rng.normal(0, 17, shape),
        "drusen_wide": large * rng.uniform(1.5, 2.6, shape), "drusen": drusen,
        "cyst_at": (eye["fovea"] + aside)[:, None] + near * 7, "cyst": cysts,
        "cyst_wide": np.minimum(tall * rng.uniform(0.9, 1.7, shape), 5), "cyst_deep": rng.uniform(0.25, 0.8, shape),
        "aside": aside, "swell": np.where(wet, 1 + 6 * severity, 0),
        "growth_at": eye["fovea"] + rng.normal(0, 7, count), "growth": np.where(grown, rng.uniform(1.8, 5.5, count), 0),
        "growth_wide": rng.uniform(6, 14, count),
        "lift": np.where(grown & (rng.random(count) < 0.6), rng.uniform(1, 5, count), 0),
        "below": np.where(grown & (rng.random(count) < 0.75), rng.uniform(1, 5.5, count), 0),
        "below_at": eye["fovea"] + rng.normal(0, 12, count), "below_wide": rng.uniform(9, 20, count),
    }


def _urgency(eye, masks):
    """Return how soon each eye should be seen, by the course's own simplified rule.

    New vessels: urgent. Oedema: semi-urgent where a pool of fluid lies near the fovea, otherwise routine. A membrane,
    and drusen that are many or large: routine. Small drusen and healthy eyes: observation.
    """
    import numpy as np

    condition = eye["condition"]
    near = np.abs(np.arange(WIDE) - eye["fovea"][:, None]) <= _NEAR
    central = ((masks == FLUID).any(axis=1) & near).any(axis=1)
    large = (masks == DRUSEN).sum(axis=(1, 2)) > _LARGE
    return np.select(
        [condition == HAS_VESSELS, condition == OEDEMA, condition == HAS_MEMBRANE, condition == HAS_DRUSEN],
        [3, np.where(central, 2, 1), 1, np.where(large, 1, 0)], 0,
    ).astype("int64")


def _drawn(rng, eye, spots):
    """Return scans and tissue masks of one chunk, each of shape `(n, 64, 96)`, uint8."""
    import numpy as np

    count = len(eye["fovea"])
    at = np.arange(WIDE, dtype="float32")[None, :]
    row = np.arange(HIGH, dtype="float32")[None, :, None]
    own = {name: np.asarray(values, dtype="float32")[:, None] for name, values in eye.items()}
    spot = {name: np.asarray(values, dtype="float32") for name, values in spots.items()}
    surface = _surfaces(rng, at, own, spot)
    heights = ("base", "pigment", "ilm", "half", "under")
    base, pigment, ilm, half, under = (surface[name][:, None, :] for name in heights)

    depth = row - ilm
    inner = np.clip(depth / np.maximum(half - ilm, 0.5), 0, 1)
    outer = np.clip((row - half) / np.maximum(under - half, 0.5), 0, 1)
    light = _layers()[((inner + outer) * _FINE).astype("int16")]
    light *= draw.rise(depth, 1.6)
    tissue = (depth >= 0).astype("uint8")  # RETINA

    cyst = _cysts(row, at, ilm, under, spot)
    light *= 1 - 0.85 * draw.rise(cyst - 0.3, 0.35)
    np.copyto(tissue, FLUID, where=(cyst > 0.35) & (depth > 1))

    # Between the retina and the pigment epithelium: fluid, or new tissue where vessels grow.
    top, bottom = pigment - 1.2, pigment + 1.2
    gap = (row >= under) & (row < top)
    np.copyto(tissue, FLUID, where=gap)
    np.copyto(light, 0.06, where=gap)
    new = gap & (row >= top - surface["growth"][:, None, :])
    np.copyto(tissue, NEOVASCULAR, where=new)
    rough = draw.clouds(rng, count, HIGH, WIDE, (4, 6))
    np.copyto(light, 0.6 + 0.25 * rough, where=new)

    deep = row - base - 1.2
    thick = own["choroid"][:, :, None]
    fade = np.clip(1.25 - deep / (thick * 1.3), 0, 1)
    np.copyto(light, fade * (0.17 + 0.34 * rough) + 0.05, where=deep >= 0)
    np.copyto(tissue, CHOROID, where=deep >= 0)
    np.copyto(tissue, BACKGROUND, where=deep >= thick)
    beneath = (row >= bottom) & (deep < 0)
    np.copyto(light, 0.42, where=beneath)
    np.copyto(tissue, np.where(surface["lifted"], np.uint8(NEOVASCULAR), np.uint8(DRUSEN))[:, None, :], where=beneath)
    edge = draw.rise(1.3 - np.abs(row - pigment), 1.2)
    light += edge * (0.95 - light)
    np.copyto(tissue, PIGMENT, where=(row >= top) & (row < bottom))

    film = (surface["film"][:, None, :] > 0) & (depth >= -1.6) & (depth < 0)
    np.copyto(tissue, MEMBRANE, where=film)
    np.copyto(light, 0.9, where=film)
    hyaloid = own["hyaloid"][:, :, None]
    veil = np.abs(depth + hyaloid + surface["veil"][:, None, :]) < 0.6
    np.copyto(light, 0.22, where=veil & (hyaloid > 0) & (depth < -2))

    light *= _shadows(rng, count, at, row, surface, inner)
    return _seen(rng, light, own), tissue


def _surfaces(rng, at, own, spot):
    """Return heights of the surfaces for each column, a dict of arrays `(n, 96)`, and what lies on them."""
    import numpy as np

    off = at - own["fovea"]
    count = len(off)
    slow = draw.clouds(rng, count, 1, WIDE, (1, 24))[:, 0] - 0.5
    base = own["level"] + own["tilt"] * (at - 48) + own["bow"] * ((at - 48) / 48) ** 2 + slow * 1.5
    bumps = np.zeros_like(base)
    for k in range(_SPOTS):
        width = spot["drusen_wide"][:, k, None]
        bump = spot["drusen"][:, k, None] * draw.blob(((at - spot["drusen_at"][:, k, None]) / (width * 1.6)) ** 2)
        bumps = np.maximum(bumps, bump)
    place = draw.blob(((at - spot["growth_at"][:, None]) / (spot["growth_wide"][:, None] * 1.5)) ** 2)
    growth = spot["growth"][:, None] * place
    lift = spot["lift"][:, None] * place
    pigment = base - np.maximum(bumps, lift)
    pool = spot["below"][:, None] * draw.blob(
        ((at - spot["below_at"][:, None]) / (spot["below_wide"][:, None] * 1.5)) ** 2)
    under = pigment - 1.2 - np.maximum(growth, pool) * ((growth + pool) > 0.4)
    swell = spot["swell"][:, None] * draw.blob(((off - spot["aside"][:, None]) / 30) ** 2)
    half = under - own["outer"] - swell * 0.35
    pit = own["pit"] * draw.blob((off / (own["wide"] * 1.35)) ** 2)
    wrinkle = own["wrinkle"] * (draw.clouds(rng, count, 1, WIDE, (1, 5))[:, 0] - 0.5)
    film = own["membrane"] * draw.rise(own["reach"] - np.abs(at - own["cover"]), 6)
    nasal = 1 + 0.18 * np.clip(own["side"] * off / 40, -1, 1)
    inner = own["inner"] * nasal * (1 - 0.88 * pit) * (1 + 0.15 * draw.blob(((np.abs(off) - 20) / 14) ** 2))
    ilm = half - np.maximum(inner, 1) - swell * 0.8 - wrinkle * (film > 0) * 2
    veil = 2 * draw.clouds(rng, count, 1, WIDE, (1, 30))[:, 0]
    return {
        "base": base, "pigment": pigment, "under": under, "half": half, "ilm": ilm, "growth": growth,
        "lifted": lift > bumps, "film": film * (film > 0.3), "veil": veil,
    }


def _cysts(row, at, ilm, under, spot):
    """Return pools of fluid inside the retina: ovals, 1 in the middle, 0 at the edge."""
    import numpy as np

    pools = np.zeros(np.broadcast_shapes(row.shape, ilm.shape), dtype="float32")
    thick = under - ilm
    for k in range(_SPOTS):
        some = np.flatnonzero(spot["cyst"][:, k])
        if len(some):
            at_u, wide, tall, deep = (
                spot[name][some, k, None, None] for name in ("cyst_at", "cyst_wide", "cyst", "cyst_deep")
            )
            middle = ilm[some] + deep * thick[some]
            far = ((at - at_u) / wide) ** 2 + ((row - middle) / tall) ** 2
            pools[some] = np.maximum(pools[some], draw.blob(far * 0.45))
    return pools


@functools.cache
def _layers():
    """Return the light of each depth in fine steps: `_FINE` through the inner half, as many through the outer."""
    import numpy as np

    places = np.linspace(0, 1, _FINE)
    return np.concatenate([
        np.interp(places, np.linspace(0, 1, len(half)), half) for half in (_INNER, _OUTER)
    ] + [[_OUTER[-1]]]).astype("float32")


def _shadows(rng, count, at, row, surface, inner):
    """Return what vessels in the inner retina, new tissue and drusen leave of the light below them."""
    import numpy as np

    left = np.ones((count, HIGH, WIDE), dtype="float32")
    for _ in range(3):
        place = rng.uniform(0, WIDE, (count, 1)).astype("float32")
        width = rng.uniform(0.8, 2.2, (count, 1)).astype("float32")
        strength = rng.uniform(0, 0.55, (count, 1)).astype("float32")
        column = (strength * draw.blob(((at - place) / (width * 1.6)) ** 2))[:, None, :]
        left *= 1 - column * draw.rise(inner - 0.25, 0.4)
    dark = 0.07 * surface["growth"] + 0.05 * (surface["base"] - surface["pigment"])
    below = draw.rise(row - surface["pigment"][:, None, :] - 2, 4)
    return left * (1 - np.clip(dark, 0, 0.6)[:, None, :] * below)


def _seen(rng, light, own):
    """Return the picture that the device makes: the first averages many looks, the second shows one, blurred."""
    import numpy as np

    second = own["device"][:, :, None]
    light *= 1 - 0.5 * own["dim"][:, :, None]
    light = draw.blur(light, 0.35 + 0.5 * second)
    speckle = draw.speckle(rng, light.shape)
    share = 0.16 + 0.24 * second  # the mean of many looks is smoother than one
    light *= 1 + share * (speckle - 1)
    light += 0.02 + 0.012 * (1 + 2 * second) * speckle
    shown = np.sqrt(light)  # the display lifts weak echoes
    shown = shown * (0.98 - 0.36 * second) + 0.25 * second - 0.03 + 0.6 * own["light"][:, :, None]
    shown += draw.grain(rng, light.shape) * (0.012 + 0.022 * second)
    return draw.grey(shown)
