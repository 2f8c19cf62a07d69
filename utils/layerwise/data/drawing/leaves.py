"""Stems and leaves of drawn flowers: ribbons, and leaves of two halves, one of them in the light."""

import math

import numpy as np

from layerwise.data.drawing import backdrops as around


def leaves(draw, species, path, size, colour, scene, rng):
    """Paint the leaves of one plant.

    Args:
        draw: A Pillow ``ImageDraw``.
        species: One of `layerwise.data.drawing.flowers.SPECIES`.
        path: The stem's points from the blossom to the ground, shape `(9, 2)`.
        size: The blossom's radius in pixels.
        colour: The green.
        scene: What all in the picture share.
    """
    _leaves(draw, *_OF[species](path, size, scene, rng), size, colour, scene, rng)


def ribbon(draw, path, width, colour, light):
    """Paint a stem along a path; `light` is negative where it is lit from the left."""
    along = np.gradient(path, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-9)
    for half, shift, tone in ((0.5, 0, 0.68), (0.26, 0.16 * np.sign(light), 1.05)):
        middle = path - across * width * shift
        outline = np.concatenate([middle - across * width * half, (middle + across * width * half)[::-1]])
        draw.polygon(outline.ravel().tolist(), around.ink(colour * tone))


# Where each leaf begins, its angle, its length and width in the blossom's radius, its bend, its blunt base, its teeth.


def _daisy_leaves(path, size, scene, rng):
    count = int(rng.integers(0, 3))
    angle = rng.uniform(-2.6, -0.5, count)
    return path[rng.integers(4, 8, count)], angle, np.full(count, 0.6), np.full(count, 0.09), 0.3, 0.6, 0


def _dandelion_leaves(path, size, scene, rng):
    count = int(rng.integers(2, 6)) if scene["layout"] != "far" else 0
    feet = np.repeat(path[-1:], count, 0)
    return feet, rng.normal(-math.pi / 2, 0.9, count), rng.uniform(1.2, 2.4, count), np.full(count, 0.3), 0.4, 0.6, 5


def _rose_leaves(path, size, scene, rng):
    """Two leaves, each of leaflets in pairs along a stalk, and one at its end."""
    along, aside = np.array([0.45, 0.45, 0.8, 0.8, 0.9]), np.array([-1, 1, -1, 1, 0])
    stalks = (rng.choice([0.35, math.pi - 0.35], 2) + rng.normal(0, 0.35, 2))[:, None]
    way = np.stack([np.cos(stalks), np.sin(stalks)], -1)
    at = path[rng.integers(3, 7, 2)][:, None] + way * size * along[:, None]
    return at.reshape(-1, 2), (stalks + aside).ravel(), np.full(10, 0.52), np.full(10, 0.18), 0.2, 0.6, 0


def _sunflower_leaves(path, size, scene, rng):
    count = int(rng.integers(1, 4))
    angle = math.pi / 2 + rng.choice([-1, 1], count) * rng.uniform(0.7, 1.6, count)
    return path[rng.integers(2, 6, count)], angle, rng.uniform(0.7, 1.1, count), np.full(count, 0.34), 0.3, 0.4, 0


def _tulip_leaves(path, size, scene, rng):
    count = int(rng.integers(1, 4))
    feet = path[-1] + np.stack([rng.normal(0, 0.3, count) * size, np.zeros(count)], 1)
    long = np.minimum(rng.uniform(0.5, 0.95, count) * (path[-1] - path[0])[1] / size, 3.2)
    return feet, rng.normal(-math.pi / 2, 0.3, count), long, np.full(count, 0.22), 0.5, 0.6, 0


_OF = {
    "daisy": _daisy_leaves, "dandelion": _dandelion_leaves, "roses": _rose_leaves, "sunflowers": _sunflower_leaves,
    "tulips": _tulip_leaves,
}


def _leaves(draw, at, angle, length, width, bend, blunt, teeth, size, colour, scene, rng):
    """Paint leaves of two halves, one of them in the light, along a bent midrib."""
    count = len(at)
    if not count:
        return
    u = np.linspace(0, 1, 10 if not teeth else 2 * teeth + 2)
    turned = angle[:, None] + rng.normal(0, bend, (count, 1)) * u**1.3
    cos, sin = np.cos(turned), np.sin(turned)
    rib = at[:, None] + np.cumsum(np.stack([cos, sin], -1), 1) * (length * size / len(u))[:, None, None]
    half = (width * size)[:, None] * u**blunt * (1 - u) ** 0.7 * 1.6
    if teeth:
        half = half * np.where(np.arange(len(u)) % 2, 1.15, 0.35)
    across = np.stack([-sin, cos], -1) * half[..., None]
    light = 0.16 * np.sign(across[:, len(u) // 2] @ (scene["light"][:2] * (1, -1)))
    tones = rng.uniform(0.75, 1.2, count)
    for side in (-1, 1):
        outlines = np.concatenate([rib, (rib + side * across)[:, ::-1]], 1).reshape(count, -1).tolist()
        for outline, tone in zip(outlines, tones * (1 + side * light), strict=True):
            draw.polygon(outline, around.ink(colour * tone))
    thick = max(1, int(size * 0.02))
    for line, tone in zip(rib.reshape(count, -1).tolist(), tones, strict=True):
        draw.line(line, around.ink(colour * tone * 1.3 + 0.04), thick)
    if size > 70 and not teeth:  # veins
        starts, ends = rib[:, 2:-2:2, None], (rib[:, 3:-1:2, None] + np.stack([across, -across], 2)[:, 3:-1:2] * 0.75)
        lines = np.concatenate([np.broadcast_to(starts, ends.shape), ends], -1).reshape(count, -1, 4)
        for leaf, tone in zip(lines.tolist(), tones, strict=True):
            for line in leaf:
                draw.line(line, around.ink(colour * tone * 1.18 + 0.02), 1)
