"""Draw what a driver sees: a road in perspective, weather and light, traffic, with a box and a label for everything."""

from layerwise.data.drawing import road_plan as plan
from layerwise.data.drawing.paint import View, clouds, glow, ragged, times
from layerwise.data.drawing.road_plan import CONDITIONS, FIRST, KINDS, LAND, LIGHTS, MARK, PAVEMENT, ROAD, SKY, SURFACES

SCALE = 2  # painted this much finer than given out, so that edges are smooth
_EYE, _FOCAL = 1.35, 0.86  # the camera's height in metres, its focal length in widths of the picture

# Light on everything, colour of the haze, how far one sees (metres), sky at the top and at the horizon, clouds.
_WEATHER = {
    "day": ((1.0, 1.0, 0.98), (206, 220, 230), 260, (98, 154, 208), (214, 229, 238), (250, 250, 248)),
    "dusk": ((0.66, 0.55, 0.58), (226, 160, 128), 240, (72, 84, 138), (250, 190, 134), (246, 158, 134)),
    "night": ((0.24, 0.26, 0.36), (36, 42, 64), 200, (16, 20, 42), (50, 58, 88), (52, 58, 84)),
    "rain": ((0.66, 0.7, 0.74), (152, 162, 170), 80, (114, 126, 138), (172, 180, 186), (92, 102, 114)),
    "fog": ((0.86, 0.88, 0.9), (205, 209, 210), 24, (190, 196, 200), (208, 211, 212), (212, 214, 215)),
}
_HEADLIGHTS = {"night": 0.5, "dusk": 0.12}
_ANSWER = {"none": 0, "red": 1, "amber": 1, "green": 2}  # no light, stop, go


def draw(*, seed, train, test, high):
    """Return the arrays of the drawn road scenes; the card of ``road_scenes`` says what each is.

    Args:
        seed: A whole number; the same one gives the same scenes.
        train, test: How many scenes.
        high: Their height in pixels; they are five thirds as wide.
    """
    import numpy as np

    wide = high * 5 // 3
    rng = np.random.default_rng([seed, 2])
    textures = _textures(rng, high, wide)
    skies = np.clip(clouds(rng, 12, high, wide, cells=(4, 2)) * 0.5 - 0.1, 0, 1)
    arrays = {}
    for number, (part, count) in enumerate((("train", train), ("test", test))):
        rng = np.random.default_rng([seed, number])
        pictures, states, brakes, boxes, labels, masks, conditions = zip(
            *(_scene(rng, high, wide, skies, textures) for _ in range(count)), strict=True
        )
        arrays |= {
            f"x_{part}": np.stack(pictures), f"y_{part}": np.array([_ANSWER[state] for state in states], "int64"),
            f"boxes_{part}": ragged(boxes), f"labels_{part}": ragged(labels), f"masks_{part}": np.stack(masks),
            f"light_{part}": np.array([LIGHTS.index(state) for state in states], "int64"),
            f"brake_{part}": np.array(brakes, bool),
            f"condition_{part}": np.array([CONDITIONS.index(one) for one in conditions], "int64"),
        }
    return arrays | {"kinds": KINDS, "surfaces": SURFACES, "lights": LIGHTS, "conditions": CONDITIONS}


def _textures(rng, high, wide):
    """Return grain as it lies on flat ground: coarse near the camera, finer and fainter with distance."""
    import numpy as np

    rows = np.arange(1, high + 1, dtype="float32")[:, None]
    z = _FOCAL * wide * _EYE / rows
    x = (np.arange(wide) - wide / 2) * z / (_FOCAL * wide)
    tiles = clouds(rng, 12, 256, 256, cells=(64, 64), layers=2)
    z, x = (z * 14).astype(int) % 256, (x * 40).astype(int) % 256
    return tiles[:, z, x] * np.clip(rows / 12, 0.15, 1)


def _scene(rng, high, wide, skies, textures):
    """Return picture, light, whether to brake, boxes, labels, mask and weather of one scene."""
    import numpy as np
    from PIL import Image, ImageDraw

    condition = CONDITIONS[int(rng.choice(len(CONDITIONS), p=[0.36, 0.16, 0.16, 0.16, 0.16]))]
    light, haze, far = _WEATHER[condition][:3]
    horizon = (0.4 + 0.06 * rng.random()) * high
    sky = Image.fromarray(_sky(rng, high, wide, horizon, skies, condition))
    canvas = sky.resize((wide * SCALE, high * SCALE), Image.Resampling.NEAREST)
    codes = Image.new("L", canvas.size, SKY)
    scene = plan.Scene(
        rng=rng, condition=condition, sun=1 if rng.random() < 0.5 else -1, dark=condition != "day",
        view=View(
            colour=ImageDraw.Draw(canvas), code=ImageDraw.Draw(codes), size=canvas.size,
            middle=wide * SCALE * (0.5 + rng.normal() * 0.015), horizon=horizon * SCALE, focal=_FOCAL * wide * SCALE,
            eye=_EYE, curve=float(rng.normal()) * 0.001, light=times(light, 0.9 + 0.2 * rng.random()), fog=haze,
            visibility=far * (0.75 + 0.5 * rng.random()), headlights=_HEADLIGHTS.get(condition, 0.0),
        ),
    )
    state, brake = plan.fill(scene)
    for _, code, paint, arguments, options in sorted(scene.things, key=lambda thing: -thing[0]):
        for lamp in paint(scene.view, *arguments, **options) or ():
            scene.glowing.append((*lamp, code))
    codes = np.asarray(codes)[1::SCALE, 1::SCALE]
    picture = _finish(np.asarray(canvas.reduce(SCALE)).astype("float32"), codes, scene, textures, horizon)
    boxes, labels = _boxes(codes, scene.kinds)
    surfaces = np.array([*range(FIRST), *(plan.SURFACE_OF[kind] for kind in scene.kinds)], "uint8")
    return picture, state, brake, boxes, labels, surfaces[codes], condition


def _sky(rng, high, wide, horizon, skies, condition):
    """Return the sky as a picture: a gradient, clouds, at dusk the glow of the sun."""
    import numpy as np

    top, low, white = (np.asarray(colour, "float32") for colour in _WEATHER[condition][3:])
    rows = np.arange(high, dtype="float32")[:, None, None]
    share = np.clip(rows / horizon, 0, 1) ** 1.4
    sky = (top + rng.normal(size=3).astype("float32") * 6) * (1 - share) + low * share
    field = skies[int(rng.integers(len(skies)))][..., None] * (np.clip(1.15 - rows / high * 2, 0.15, 1) * 0.9)
    sky = sky + (white - sky) * field
    if condition == "dusk":
        glow(sky, (0.15 + 0.7 * rng.random()) * wide, horizon * 0.94, high * 0.55, (70, 44, 10))
    return np.clip(sky, 0, 255).astype("uint8")


def _finish(picture, codes, scene, textures, horizon):
    """Add what camera and weather add: light, grain and haze of the ground, a wet road, glows, rain, noise."""
    import numpy as np

    rng, view, condition = scene.rng, scene.view, scene.condition
    high, wide = codes.shape
    below = int(horizon)
    grain = np.zeros(256, "float32")
    grain[[LAND, ROAD, MARK, PAVEMENT]] = 9, 4, 4, 4
    texture = textures[int(rng.integers(len(textures))), : high - below, :: 1 if rng.random() < 0.5 else -1]
    under = codes[below:]
    rows = np.maximum(np.arange(below, high, dtype="float32") + 0.5 - np.float32(horizon), 0.3)[:, None, None]
    z = np.float32(view.focal / SCALE * view.eye) / rows
    seen = np.exp(-z / np.float32(view.visibility))
    light = np.asarray(view.light, "float32") + np.float32(view.headlights) * np.exp(-z / 14)
    ground = (picture[below:] + (texture * grain[under])[..., None]) * (light * seen)
    ground += np.asarray(view.fog, "float32") * (1 - seen)
    np.copyto(picture[below:], ground, where=((under >= LAND) & (under <= PAVEMENT))[..., None])
    if condition == "rain":  # what stands above the horizon is seen again in the wet road
        rows = np.clip(2 * below - np.arange(below, high), 0, below)
        blurred = picture[: below + 1, : wide // 4 * 4].reshape(below + 1, wide // 4, 4, 3).mean(2).repeat(4, 1)
        wet = ((under == ROAD) | (under == MARK))[:, : wide // 4 * 4, None] * np.float32(0.34)
        picture[below:, : wide // 4 * 4] += (blurred[rows] - picture[below:, : wide // 4 * 4]) * wet
    if condition == "night":
        row = np.arange(high - below, dtype="float32")[:, None]
        beam = np.exp(-(((np.arange(wide, dtype="float32") - wide / 2) / (12 + 1.3 * row)) ** 2))
        beam *= np.clip(row / 8, 0, 1) * np.exp(-np.clip(row - 10, 0, None) / 40) * np.float32(0.9)
        picture[below:] *= 1 + (beam * (under < FIRST))[..., None]
    strength, spread = 1.0 if scene.dark else 0.5, 1.5 if condition in ("fog", "night") else 1
    for u, v, radius, colour, code in scene.glowing:
        u, v, radius = u / SCALE, v / SCALE, max(1.5, radius / SCALE)
        if 0 <= u < wide and 0 <= v < high and codes[int(v), int(u)] == code:  # not where something hides it
            glow(picture, u, v, radius * spread, times(colour, strength))
            if condition in ("rain", "night") and v > horizon:
                glow(picture, u, v + 3.2 * radius, radius * 0.7, times(colour, 0.35 * strength), tall=4)
    if condition == "rain":
        streaks = rng.random((high // 4 + 1, wide), dtype="float32") < 0.012
        picture += np.repeat(streaks, 4, 0)[:high, :, None] * np.float32(26)
    picture += rng.standard_normal((high, wide, 1), dtype="float32") * np.float32(2.6 if condition == "night" else 1.6)
    return np.clip(np.round(picture), 0, 255).astype("uint8")


def _boxes(codes, kinds):
    """Return boxes and labels of the things of which enough is seen: at least 14 pixels, at least 3 wide and high."""
    import numpy as np

    boxes, labels = [], []
    for number, kind in enumerate(kinds):
        seen = codes == FIRST + number
        rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
        if len(rows) >= 3 and len(columns) >= 3 and np.count_nonzero(seen) >= 14:
            boxes.append((rows[0], columns[0], rows[-1] + 1, columns[-1] + 1))
            labels.append(KINDS.index(kind))
    return np.array(boxes, "int64").reshape(-1, 4), np.array(labels, "int64")
