"""Who moves before the drawn surveillance camera: people, cars, cats and birds; each paints itself, gives its box."""

from math import cos, sin

from layerwise.data.drawing import yard as yard
from layerwise.data.drawing.paint import times, whole

KINDS = ("person", "car", "animal")
COATS = ((186, 70, 56), (58, 88, 138), (206, 164, 78), (80, 126, 108), (112, 72, 110), (70, 74, 84), (214, 210, 200))
TROUSERS = ((52, 58, 78), (74, 68, 62), (110, 100, 86), (42, 44, 52))
SKINS = ((228, 190, 162), (200, 152, 118), (148, 104, 78), (100, 70, 54))
PAINTS = ((226, 224, 218), (168, 174, 180), (66, 74, 84), (44, 82, 132), (156, 52, 48), (96, 144, 128), (198, 158, 82))
FURS = ((64, 58, 54), (188, 132, 76), (202, 196, 186), (110, 104, 98))


def person(draw, scale, x, y, looks, *, phase, way, moving, carries, shadow):
    """Paint somebody on foot.

    Args:
        draw: A PIL drawing in RGBA mode.
        scale: Pixels a unit.
        x, y: Where the feet are, in units.
        looks: Colours of coat, trousers and skin, and a factor on the height.
        phase: Where in their stride they are, in radians.
        way: -1 to the left, 1 to the right.
        moving: True while they walk.
        carries: True with a parcel in their arms.
        shadow: Length of their shadow to the right and up as a share of their height, and its strength from 0 to 1.

    Returns:
        Top, left, bottom, right in units.
    """
    coat, trousers, skin, tall = looks
    h = yard.height(y) * tall
    swing = 0.13 * h * sin(phase) if moving else 0.05 * h
    across, up, strength = shadow

    def flat(points, colour):
        draw.polygon([(px * scale, py * scale) for px, py in points], fill=colour)

    if strength > 0.05:
        tip_x, tip_y = x + across * h, y - up * h
        flat([(x - 0.12 * h, y), (x + 0.12 * h, y), (tip_x + 0.1 * h, tip_y), (tip_x - 0.1 * h, tip_y)],
             (20, 24, 36, int(120 * strength)))
    else:
        draw.ellipse([v * scale for v in (x - 0.2 * h, y - 0.05 * h, x + 0.2 * h, y + 0.06 * h)], fill=(20, 24, 36, 70))
    hip, shoulder = y - 0.48 * h, y - 0.84 * h
    for foot, shade in ((-swing, 0.75), (swing, 1.0)):
        flat([(x - 0.07 * h, hip), (x + 0.07 * h, hip), (x + foot + 0.07 * h, y), (x + foot - 0.05 * h, y)],
             whole(times(trousers, shade)))
    lean = 0.02 * h * way if moving else 0
    flat([(x - 0.1 * h, hip + 0.04 * h), (x + 0.1 * h, hip + 0.04 * h), (x + 0.12 * h + lean, shoulder),
          (x - 0.12 * h + lean, shoulder)], whole(coat))
    hand = x + lean - swing * 0.8
    if carries:
        front = x + way * 0.16 * h
        flat([(front - 0.15 * h, hip - 0.26 * h), (front + 0.15 * h, hip - 0.26 * h), (front + 0.15 * h, hip),
              (front - 0.15 * h, hip)], (190, 146, 96))
        hand = front
    flat([(x + lean - 0.05 * h, shoulder + 0.02 * h), (x + lean + 0.05 * h, shoulder + 0.02 * h),
          (hand + 0.04 * h, hip - 0.02 * h), (hand - 0.04 * h, hip - 0.02 * h)], whole(times(coat, 0.8)))
    head = y - 0.92 * h
    draw.ellipse([v * scale for v in (x + lean - 0.08 * h, head - 0.1 * h, x + lean + 0.08 * h, head + 0.09 * h)],
                 fill=whole(skin))
    draw.pieslice([v * scale for v in (x + lean - 0.085 * h, head - 0.11 * h, x + lean + 0.085 * h, head + 0.07 * h)],
                  180, 360, fill=whole(times(trousers, 0.7)))
    return y - 1.03 * h, x - 0.2 * h, y + 0.02 * h, x + 0.2 * h


def car(draw, scale, x, y, looks, *, way, blinking, shadow):
    """Paint a car from the side; `looks` is its colour, length and height. Returns its box."""
    colour, long, high = looks
    left, roof = x - long / 2, y - high

    def flat(points, fill):
        draw.polygon([((x + way * px) * scale, (y - py) * scale) for px, py in points], fill=fill)

    reach = max(0.0, shadow[1]) * 2.0
    draw.polygon([(v * scale, w * scale) for v, w in (
        (left, y + 0.2), (left + long, y + 0.2), (left + long - 0.3, y - 0.3 - reach), (left + 0.3, y - 0.3 - reach))],
        fill=(18, 20, 28, 120))
    half, waist = long / 2, high * 0.55
    pane, lamp = (64, 82, 96), (255, 156, 46) if blinking else None
    if high > 7:  # a van
        flat([(-half, 0.9), (half, 0.9), (half, waist), (half * 0.72, high), (-half, high)], whole(colour))
        flat([(half * 0.52, waist), (half * 0.94, waist), (half * 0.7, high - 0.6), (half * 0.52, high - 0.6)], pane)
    else:
        low, top = waist + 0.1, high - 0.4
        flat([(-half, 0.9), (half, 0.9), (half, waist * 0.8), (half * 0.55, waist), (-half, waist)], whole(colour))
        flat([(-half * 0.78, waist), (half * 0.5, waist), (half * 0.2, high), (-half * 0.5, high)],
             whole(times(colour, 0.86)))
        flat([(-half * 0.64, low), (-half * 0.1, low), (-half * 0.1, top), (-half * 0.46, top)], pane)
        flat([(0.0, low), (half * 0.4, low), (half * 0.16, top), (0.0, top)], pane)
    for wheel in (-0.58, 0.56):
        centre = x + way * wheel * half
        draw.ellipse([v * scale for v in (centre - 1.35, y - 2.2, centre + 1.35, y + 0.45)], fill=(34, 35, 40))
        draw.ellipse([v * scale for v in (centre - 0.6, y - 1.45, centre + 0.6, y - 0.3)], fill=(146, 148, 150))
    flat([(half - 0.7, 2.2), (half, 2.2), (half, 3.2), (half - 0.7, 3.2)], lamp or (250, 240, 206))
    flat([(-half, 2.2), (-half + 0.6, 2.2), (-half + 0.6, 3.3), (-half, 3.3)], lamp or (176, 42, 38))
    return roof, left, y + 0.45, left + long


def animal(draw, scale, x, y, looks, *, phase, way, moving):
    """Paint a cat on the ground or a bird above it; `looks` is "cat" or "bird" and a colour. Returns its box."""
    kind, colour = looks
    size = yard.height(y) / 8
    ink = whole(colour)

    def oval(left, top, right, bottom, fill):
        draw.ellipse([v * scale for v in (x + min(way * left, way * right) * size, y - bottom * size,
                                          x + max(way * left, way * right) * size, y - top * size)], fill=fill)

    if kind == "bird":
        flap = 0.9 * sin(phase * 3) if moving else 0.1
        oval(-0.9, 0.5, 0.9, 1.4, ink)
        oval(0.5, 1.0, 1.3, 1.8, ink)
        if moving:
            draw.polygon([(v * scale, w * scale) for v, w in (
                (x - 0.5 * size, y - size), (x + 0.5 * size, y - size), (x, y - (1 + 2 * flap) * size))], fill=ink)
        return y - 2.2 * size, x - 1.4 * size, y - 0.2 * size, x + 1.4 * size
    step = 0.35 * sin(phase * 1.6) if moving else 0.0
    for leg in (-1.1 + step, -0.8 - step, 0.8 + step, 1.1 - step):
        oval(leg - 0.22, 0, leg + 0.22, 1.2, whole(times(colour, 0.8)))
    oval(-1.6, 0.7, 1.5, 1.9, ink)
    oval(1.0, 1.3, 2.2, 2.5, ink)
    tail = x - way * 1.5 * size, y - 1.5 * size
    draw.line([(tail[0] * scale, tail[1] * scale), ((tail[0] - way * 0.9 * size) * scale,
              (tail[1] - (1.1 + 0.3 * cos(phase)) * size) * scale)], fill=ink, width=max(1, round(0.45 * scale * size)))
    return y - 2.7 * size, x - 2.4 * size, y, x + 2.4 * size
