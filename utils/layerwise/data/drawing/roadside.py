"""What stands beside a drawn road and moves little: trees, bushes, houses, lamp posts."""

from layerwise.data.drawing.paint import mixed, times
from layerwise.data.drawing.traffic import DARK, beside, rectangle

WALLS = ((232, 217, 189), (201, 137, 106), (178, 184, 162), (139, 155, 172), (172, 107, 88), (216, 178, 118),
         (226, 224, 216), (190, 160, 140))
ROOFS = ((150, 84, 66), (110, 78, 70), (96, 100, 108), (130, 96, 76))
LEAVES = ((86, 122, 74), (104, 134, 78), (72, 106, 78), (128, 138, 74), (176, 134, 66), (96, 128, 92))
LIT = (255, 214, 138)


def tree(view, x, z, height, leaf, code, rng, sun):
    """Paint a tree as a trunk and a heap of leaves, lighter towards the sun (`sun` is -1 or 1)."""
    size = height * 0.3
    rectangle(view, x - 0.03 * height, 0, x + 0.03 * height, height * 0.5, z, (92, 74, 60), code)
    spots = rng.normal(size=(9, 3)).tolist()
    for k, (across, up, big) in enumerate(spots):
        shade = 0.72 + 0.06 * k
        r = size * (0.62 + 0.1 * big) * (1 if k < 6 else 0.62)
        cx = x + across * size * 0.36 + (sun * size * 0.2 if k >= 5 else 0)
        cy = height * 0.68 + up * size * 0.3 + (size * 0.22 if k >= 5 else 0)
        u, v = view.at(cx, cy, z)
        r = abs(r) * view.focal / z
        view.oval(u - r, v - 0.9 * r, u + r, v + 0.9 * r, times(leaf, shade), code, z)


def conifer(view, x, z, height, leaf, code, sun):
    """Paint a fir as a trunk and four tiers."""
    rectangle(view, x - 0.1, 0, x + 0.1, height * 0.2, z, (84, 70, 60), code)
    for k in range(4):
        low, wide = height * (0.12 + 0.2 * k), height * (0.24 - 0.05 * k)
        top = low + height * 0.32
        view.fill([(x - wide, low, z), (x + wide, low, z), (x, top, z)], times(leaf, 0.62 + 0.06 * k), code)
        view.fill([(x + sun * wide, low, z), (x + sun * wide * 0.1, low, z), (x, top, z)], times(leaf, 0.8), code)


def bush(view, x, z, size, leaf, code):
    """Paint a bush as three ovals on the ground."""
    for across, big, shade in ((-0.6, 0.8, 0.72), (0.5, 0.9, 0.8), (0.0, 1.0, 0.92)):
        u, v = view.at(x + across * size, size * 0.45 * big, z)
        r = view.focal / z * size * big
        view.oval(u - r, v - 0.62 * r, u + r, v + 0.5 * r, times(leaf, shade), code, z)


def lamp_post(view, x, z, side, code, lit):
    """Paint a street lamp that leans over the road. Returns the lamp to glow, where it is lit."""
    rectangle(view, x - 0.05, 0, x + 0.05, 5.6, z, (88, 92, 98), code)
    reach = x - side * 1.3
    view.fill([(x, 5.6, z), (x, 5.45, z), (reach, 5.75, z), (reach, 5.9, z)], (88, 92, 98), code)
    u, v = view.at(reach, 5.7, z)
    r = view.focal / z * 0.22
    view.oval(u - 1.6 * r, v - 0.6 * r, u + 1.6 * r, v + 0.6 * r, LIT if lit else (206, 210, 210), code,
              z * 0.3 if lit else z)
    return [(u, v, view.focal / z * 1.5, (120, 92, 50))] if lit else []


def house(view, side, x, near, far, height, wall, code, rng, *, night, roof=None, shop=None, sun=1):
    """Paint a house along the road: the wall that faces the road, the one that faces us, windows, perhaps a roof.

    Args:
        view: The `View`.
        side: -1 to the left of the road, 1 to the right.
        x: Where its wall along the road stands.
        near, far: Its ends along the road.
        height: Of its walls.
        wall: Their colour.
        code: That of buildings.
        rng: Decides which windows are lit.
        night: The share of windows that are lit.
        roof: The colour of a pitched roof, or None for a flat one.
        shop: The colour of an awning over a shop window, or None.
        sun: The side that the sun is on, -1 or 1.
    """
    back = x + side * 8.0
    bright, facing = times(wall, 1.0 if side == -sun else 0.8), times(wall, 0.9)
    if roof:
        ridge, rise = x + side * 4.0, height + 2.6
        view.fill([(x, height, near), (ridge, rise, near), (ridge, rise, far), (x, height, far)],
                  times(roof, 1.0 if side == -sun else 0.84), code)
        view.fill([(x, height, near), (ridge, rise, near), (back, height, near)], facing, code)
    beside(view, x, 0, height, near, far, bright, code)
    view.fill([(x, 0, near), (x, height, near), (back, height, near), (back, 0, near)], facing, code, z=near)
    if not roof:
        beside(view, x, height - 0.35, height, near, far, times(wall, 0.68), None)
    if view.focal * 1.4 / far < 5:
        return  # too far away for windows
    floors = max(1, int((height - 0.6) / 2.9))
    columns = max(1, int((far - near) / (2.6 if near < 20 else 4.2)))
    step = (far - near) / columns
    glazed = mixed((104, 122, 138), wall, 0.15)
    lit = rng.random((floors, columns + 3)).tolist()
    first = max(0, int((view.focal * abs(x) / view.middle - near) / step))  # what is nearer is beside the picture
    for floor in range(floors):
        low = 1.0 + 2.9 * floor
        if floor == 0 and shop:
            beside(view, x, 0.4, 2.3, near + 0.5, far - 0.5, LIT if night > 0.1 else glazed, None)
            view.fill([(x, 2.9, near + 0.3), (x, 2.9, far - 0.3), (x - side * 0.9, 2.35, far - 0.3),
                       (x - side * 0.9, 2.35, near + 0.3)], shop, code)
            continue
        for column in range(first, columns):
            start = near + (column + 0.25) * step
            pane = LIT if lit[floor][column] < night else glazed
            beside(view, x, low, low + 1.45, start, start + 0.5 * step, pane, None)
        for k in range(3 if roof else 0):  # houses in a row hide each other's fronts
            pane = LIT if lit[floor][columns + k] < night else times(glazed, 0.9)
            left = x + side * (1.0 + 2.3 * k)
            rectangle(view, min(left, left + side * 1.1), low, max(left, left + side * 1.1), low + 1.45, near, pane,
                      None)
    if not shop:
        beside(view, x, 0, 2.1, near + 0.5, near + 1.5, mixed(DARK, wall, 0.25), None)
