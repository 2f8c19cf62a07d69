"""Things on and beside a drawn road: vehicles, people, lights, signs, trees, houses. Each paints itself into a View.

Measures are metres, after common sizes of what is drawn; a traffic light is somewhat larger than a real one, so that it
can be read at 96 × 160 pixels.
"""

from math import cos, pi, sin

from layerwise.data.drawing.paint import mixed, times

DARK = (38, 42, 50)
GLASS = (70, 88, 104)
TYRE = (30, 31, 35)
SHADE = (52, 54, 60)

SIZES = {"car": (1.8, 1.45, 4.2), "estate": (1.85, 1.6, 4.6), "van": (1.95, 2.1, 4.9), "lorry": (2.5, 3.4, 8.5),
         "bus": (2.5, 3.05, 11.0)}
"""Width, height, length of a vehicle."""

LENS = {"red": (255, 52, 40), "amber": (255, 178, 32), "green": (52, 236, 132)}


def rectangle(view, left, low, right, high, z, colour, code):
    """Paint an upright rectangle that faces the camera, from its bounds in metres."""
    x0, y0 = view.at(left, high, z)
    x1, y1 = view.at(right, low, z)
    view.flat([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, code, z)


def beside(view, x, low, high, near, far, colour, code):
    """Paint an upright rectangle that runs along the road."""
    view.fill([(x, low, near), (x, high, near), (x, high, far), (x, low, far)], colour, code)


def ground_shadow(view, left, right, near, far, code):
    view.fill([(left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far)], SHADE, code, z=0)


def vehicle(view, kind, x, z, colour, codes, *, rear, braking=False, lamps=False):
    """Paint a vehicle as a box with its near face and the side that the camera sees.

    Args:
        view: The `View`.
        kind: A key of `SIZES`.
        x, z: Its middle and its near end.
        colour: Of the body.
        codes: The code of the ground and of the vehicle.
        rear: True where we see its back, False where it comes towards us.
        braking: True lights the brake lights.
        lamps: True lights head and tail lights.

    Returns:
        A list of lamps to glow: column, row, size in pixels, colour.
    """
    ground, code = codes
    w, h, length = SIZES[kind]
    left, right, far = x - w / 2, x + w / 2, z + length
    middle = x + view.curve * z * z
    ground_shadow(view, left - 0.15, right + 0.15, z - 0.1, far, ground)
    side = left if middle > w / 2 else right if middle < -w / 2 else None
    tall = kind in ("lorry", "bus")
    waist = 0.95 if not tall else h * 0.42
    shaded = times(colour, 0.72)
    small = view.focal / z * w < 22
    if side is not None:
        beside(view, side, 0.32, h if tall else waist, z, far, shaded, code)
        if tall:
            if kind == "bus":
                beside(view, side, h * 0.5, h * 0.86, z + 0.4, far - 0.4, GLASS, None)
        else:
            inset = side + (0.12 if side == left else -0.12)
            start, end = (z + 0.1, z + length * 0.72) if rear else (z + length * 0.28, far - 0.1)
            view.fill([(side, waist, start), (inset, h - 0.05, start + 0.45), (inset, h - 0.05, end - 0.5),
                       (side, waist, end)], mixed(GLASS, DARK, 0.3), code)
        for wheel in (z + 0.85, far - 0.85):
            view.fill([(side, 0.33 + 0.33 * sin(k * pi / 4), wheel + 0.33 * cos(k * pi / 4)) for k in range(8)],
                      TYRE, code)
    for edge in (left + 0.08, right - 0.36):
        rectangle(view, edge, 0.0, edge + 0.28, 0.4, z, TYRE, code)
    paint = _rear if rear else _front
    return paint(view, kind, (left, right, z, h, waist), colour, code, small, braking, lamps)


def _cabin(view, frame, colour, code, back):
    """Paint roof and window of a car, `back` metres behind its near face."""
    left, right, z, h, waist = frame
    depth = z + back
    taper = 0.2
    bottom, top = view.at(left, waist, depth), view.at(left + taper, h, depth + 0.35)
    bottom_right, top_right = view.at(right, waist, depth), view.at(right - taper, h, depth + 0.35)
    view.flat([bottom, top, top_right, bottom_right], times(colour, 0.9), code, z)
    inset = (bottom_right[0] - bottom[0]) * 0.09
    drop = (bottom[1] - top[1]) * 0.2
    view.flat([(bottom[0] + inset, bottom[1]), (top[0] + inset * 0.5, top[1] + drop),
               (top_right[0] - inset * 0.5, top_right[1] + drop), (bottom_right[0] - inset, bottom_right[1])],
              GLASS, None, z)


def _rear(view, kind, frame, colour, code, small, braking, lamps):
    left, right, z, h, waist = frame
    on = braking or lamps
    red = (255, 58, 44) if braking else (205, 40, 36) if lamps else (150, 34, 36)
    if kind in ("lorry", "bus"):
        rectangle(view, left, 0.35, right, h, z, colour, code)
        rectangle(view, left, h - 0.16, right, h, z, times(colour, 0.8), None)
        if kind == "bus":
            rectangle(view, left + 0.25, h * 0.55, right - 0.25, h * 0.87, z, GLASS, None)
            rectangle(view, left + 0.4, 0.7, right - 0.4, 1.15, z, times(colour, 0.75), None)
        elif not small:
            x = (left + right) / 2
            rectangle(view, x - 0.03, 0.8, x + 0.03, h - 0.2, z, times(colour, 0.7), None)
            rectangle(view, left + 0.1, 0.75, right - 0.1, 0.86, z, times(colour, 0.7), None)
        rectangle(view, left, 0.35, right, 0.62, z, DARK, None)
        low, high = 0.42, 0.7
    else:
        _cabin(view, frame, colour, code, 0.12)
        rectangle(view, left, 0.3, right, waist, z, colour, code)
        rectangle(view, left, waist - 0.07, right, waist, z, mixed(colour, (255, 255, 255), 0.35), None)
        rectangle(view, left + 0.02, 0.28, right - 0.02, 0.44, z, times(colour, 0.55), code)
        if not small:
            rectangle(view, (left + right) / 2 - 0.26, 0.5, (left + right) / 2 + 0.26, 0.62, z, (228, 226, 214), None)
        low, high = 0.62, 0.88
    glowing = []
    for edge in (left + 0.03, right - 0.36):
        rectangle(view, edge, low, edge + 0.33, high, z, red, None)
        if on:
            u, v = view.at(edge + 0.16, (low + high) / 2, z)
            shine = (0.5, (150, 20, 14)) if braking else (0.35, (70, 8, 6))
            glowing.append((u, v, view.focal / z * shine[0], shine[1]))
    if braking and kind not in ("lorry", "bus"):
        rectangle(view, (left + right) / 2 - 0.3, h - 0.2, (left + right) / 2 + 0.3, h - 0.12, z, red, None)
    return glowing


def _front(view, kind, frame, colour, code, small, braking, lamps):
    left, right, z, h, waist = frame
    if kind in ("lorry", "bus"):
        rectangle(view, left, 0.35, right, h, z, colour, code)
        low = h * (0.34 if kind == "bus" else 0.5)
        rectangle(view, left + 0.12, low, right - 0.12, h * 0.82, z, GLASS, None)
        if kind == "bus":
            rectangle(view, left + 0.4, h * 0.87, right - 0.4, h * 0.96, z, (240, 176, 70), None)
        else:
            rectangle(view, left + 0.4, 0.75, right - 0.4, 1.35, z, times(colour, 0.6), None)
        rectangle(view, left, 0.35, right, 0.55, z, DARK, None)
    else:
        view.fill([(left, waist - 0.08, z), (right, waist - 0.08, z), (right - 0.08, waist + 0.08, z + 1.0),
                   (left + 0.08, waist + 0.08, z + 1.0)], mixed(colour, (255, 255, 255), 0.22), code)
        _cabin(view, frame, colour, code, 1.0)
        rectangle(view, left, 0.3, right, waist - 0.06, z, colour, code)
        rectangle(view, left + 0.45, 0.45, right - 0.45, 0.68, z, DARK, None)
        rectangle(view, left + 0.02, 0.28, right - 0.02, 0.4, z, times(colour, 0.55), code)
    glowing = []
    for edge in (left + 0.06, right - 0.42):
        rectangle(view, edge, 0.6, edge + 0.36, 0.82, z, (255, 250, 226) if lamps else (214, 220, 220), None)
        if lamps:
            u, v = view.at(edge + 0.18, 0.71, z)
            glowing.append((u, v, view.focal / z * 0.75, (150, 138, 104)))
    return glowing


def pedestrian(view, x, z, looks, codes, *, stride, height=1.75):
    """Paint somebody on foot.

    Args:
        view: The `View`.
        x, z: Where the feet are.
        looks: The colours of coat, trousers, skin and hair.
        codes: The code of the ground and of the person.
        stride: How far each foot is from the middle, in metres.
        height: In metres.
    """
    ground, code = codes
    coat, trousers, skin, hair = looks
    s = height / 1.75
    ground_shadow(view, x - 0.3, x + 0.3, z - 0.05, z + 0.25, ground)
    for foot, shade in ((x - stride, 0.82), (x + stride, 1.0)):
        view.fill([(x - 0.11 * s, 0.88 * s, z), (x + 0.11 * s, 0.88 * s, z), (foot + 0.1 * s, 0, z),
                   (foot - 0.07 * s, 0, z)], times(trousers, shade), code)
    for hand, shade in ((x - stride * 0.8 - 0.2 * s, 0.75), (x + stride * 0.8 + 0.2 * s, 0.85)):
        view.fill([(x - 0.2 * s, 1.42 * s, z), (x + 0.2 * s, 1.42 * s, z), (hand + 0.05, 0.82 * s, z),
                   (hand - 0.05, 0.82 * s, z)], times(coat, shade), code)
    view.fill([(x - 0.22 * s, 1.42 * s, z), (x - 0.12 * s, 1.5 * s, z), (x + 0.12 * s, 1.5 * s, z),
               (x + 0.22 * s, 1.42 * s, z), (x + 0.18 * s, 0.78 * s, z), (x - 0.18 * s, 0.78 * s, z)], coat, code)
    _head(view, x, 1.62 * s, z, 0.14 * s, skin, hair, code)


def _head(view, x, y, z, radius, skin, hair, code):
    u, v = view.at(x, y, z)
    r = view.focal / z * radius
    view.oval(u - r, v - 1.15 * r, u + r, v + 1.15 * r, hair, code, z)
    view.oval(u - 0.8 * r, v - 0.5 * r, u + 0.8 * r, v + 1.15 * r, skin, None, z)


def cyclist(view, x, z, looks, codes):
    """Paint somebody on a bicycle from behind; `looks` is the colours of coat, trousers and helmet."""
    ground, code = codes
    coat, trousers, helmet = looks
    ground_shadow(view, x - 0.3, x + 0.3, z - 0.05, z + 1.5, ground)
    rectangle(view, x - 0.05, 0, x + 0.05, 0.68, z, TYRE, code)
    rectangle(view, x - 0.06, 0.62, x + 0.06, 0.72, z, (190, 40, 36), code)
    for foot in (-0.14, 0.14):
        view.fill([(x - 0.12, 0.95, z), (x + 0.12, 0.95, z), (x + foot + 0.07, 0.3 + foot, z),
                   (x + foot - 0.07, 0.3 + foot, z)], trousers, code)
    view.fill([(x - 0.3, 1.05, z), (x + 0.3, 1.05, z), (x + 0.22, 1.45, z), (x - 0.22, 1.45, z)], times(coat, 0.8),
              code)
    view.fill([(x - 0.19, 0.88, z), (x + 0.19, 0.88, z), (x + 0.24, 1.5, z), (x - 0.24, 1.5, z)], coat, code)
    _head(view, x, 1.66, z, 0.15, helmet, helmet, code)


def traffic_light(view, x, z, state, code, lit):
    """Paint a traffic light on its post; `state` is a key of `LENS`. Returns the lamp to glow."""
    rectangle(view, x - 0.07, 0, x + 0.07, 2.4, z, (74, 78, 84), code)
    rectangle(view, x - 0.42, 2.2, x + 0.42, 4.0, z, (34, 37, 42), code)
    glowing = []
    r = view.focal / z * 0.25
    for k, (name, colour) in enumerate(LENS.items()):
        u, v = view.at(x, 3.66 - 0.56 * k, z)
        on = name == state
        # A lamp shines by itself: divided by the light that `tone` will multiply it by.
        shining = tuple(c / max(light, 0.05) for c, light in zip(colour, view.light, strict=True))
        view.oval(u - r, v - r, u + r, v + r, shining if on else times(colour, 0.2), None, z * 0.4 if on else z)
        if on:
            glowing.append((u, v, r * (2.6 if lit else 1.8), times(colour, 0.62 if lit else 0.3)))
    return glowing


def sign(view, x, z, kind, code):
    """Paint a road sign: "limit", "stop", "give way" or "crossing"."""
    rectangle(view, x - 0.05, 0, x + 0.05, 2.3, z, (120, 124, 128), code)
    u, v = view.at(x, 2.5, z)
    r = view.focal / z * 0.46
    if kind == "limit":
        view.oval(u - r, v - r, u + r, v + r, (204, 38, 40), code, z)
        view.oval(u - 0.7 * r, v - 0.7 * r, u + 0.7 * r, v + 0.7 * r, (246, 244, 238), None, z)
        for offset in (-0.28, 0.28):
            view.flat([(u + (offset - 0.17) * r, v - 0.38 * r), (u + (offset + 0.17) * r, v - 0.38 * r),
                       (u + (offset + 0.17) * r, v + 0.38 * r), (u + (offset - 0.17) * r, v + 0.38 * r)], DARK, None, z)
    elif kind == "stop":
        for size, colour in ((1.05, (246, 244, 238)), (0.92, (196, 34, 38))):
            view.flat([(u + size * r * cos((k + 0.5) * pi / 4), v + size * r * sin((k + 0.5) * pi / 4))
                       for k in range(8)], colour, code, z)
        view.flat([(u - 0.6 * r, v - 0.2 * r), (u + 0.6 * r, v - 0.2 * r), (u + 0.6 * r, v + 0.2 * r),
                   (u - 0.6 * r, v + 0.2 * r)], (246, 244, 238), None, z)
    elif kind == "give way":
        for size, colour in ((1.1, (204, 38, 40)), (0.62, (246, 244, 238))):
            view.flat([(u - size * r, v - size * 0.62 * r), (u + size * r, v - size * 0.62 * r), (u, v + size * r)],
                      colour, code, z)
    else:
        view.flat([(u - r, v - r), (u + r, v - r), (u + r, v + r), (u - r, v + r)], (36, 92, 168), code, z)
        view.flat([(u, v - 0.75 * r), (u + 0.72 * r, v + 0.65 * r), (u - 0.72 * r, v + 0.65 * r)],
                  (246, 244, 238), None, z)
