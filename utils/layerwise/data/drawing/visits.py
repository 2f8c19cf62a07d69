"""Decide who comes before the drawn surveillance camera, when, and which way they take; places are the yard's."""

import dataclasses
import itertools

from layerwise.data.drawing import actors as looks_of
from layerwise.data.drawing import yard as yard


@dataclasses.dataclass
class Actor:
    """Somebody or something that moves: where, as `(seconds, x, y)` from place to place, and how it looks."""

    kind: str
    path: list
    looks: tuple
    carries_from: float = 1e9
    blinks: bool = False


def cast(rng, what, long):
    """Return the cast of a clip of `long` seconds, and the times at which a parcel is taken."""
    actors, taken = [], []
    shares = {"car": 0.55, "cat": 0.35, "bird": 0.25, "passer-by": 0.0 if what == "nothing" else 0.3}
    for other, share in shares.items():
        if rng.random() < share:
            actors += visit(rng, other, rng.uniform(-4, long * 0.7), long)[0]
    if what != "nothing":
        early = what in ("intrusion", "theft")
        made, gone = visit(rng, what, rng.uniform(-1.5, 1.0) if early else rng.uniform(-2, 2), long)
        actors += made
        taken += [gone] if gone is not None else []
        if what == "passer-by" and rng.random() < 0.4:
            actors += visit(rng, what, rng.uniform(-1, 5), long)[0]
    return actors, taken


def visit(rng, what, start, long):
    """Return the actors of one visit that begins at `start` seconds, and when a parcel is taken or None."""
    way = 1 if rng.random() < 0.5 else -1
    inside, outside = (-3.0, 67.0)[:: way]
    if what in ("car", "stopped car"):
        lane = yard.LANES[0] if way < 0 else yard.LANES[1]
        van = rng.random() < 0.25
        size = (20.0, 8.4) if van else (rng.uniform(15, 17.5), rng.uniform(5.6, 6.4))
        looks = (_pick(rng, looks_of.PAINTS), *size)
        begin, end = (-12.0, 76.0)[:: way]
        if what == "car":
            return [Actor("car", [(start, begin, lane), (start + 88 / rng.uniform(26, 48), end, lane)], looks)], None
        lane = yard.LANES[0] - 0.6
        stop = rng.uniform(18, 46)
        arrive = start + abs(stop - begin) / 24
        leaves = arrive + (rng.uniform(40, 90) if long > 20 else 1e4)
        path = [(start, begin, lane), (arrive, stop, lane), (leaves, stop, lane), (leaves + 3, end, lane)]
        return [Actor("car", path, looks, blinks=True)], None
    if what in ("cat", "bird"):
        looks = (what, _pick(rng, looks_of.FURS))
        if what == "bird":
            y, hop = rng.uniform(19, 32), rng.uniform(10, 54)
            path = [(start, inside, y - 14), (start + 1.6, hop, y), (start + 4.5, hop + way * 1.5, y),
                    (start + 6, outside, y - 18)]
        else:
            y, middle = rng.uniform(19, 31), rng.uniform(14, 50)
            rest = start + abs(middle - inside) / 9
            wait = rng.uniform(0, 4)
            path = [(start, inside, y), (rest, middle, y), (rest + wait, middle, y),
                    (rest + wait + abs(outside - middle) / 10, outside, rng.uniform(19, 31))]
        return [Actor("animal", path, looks)], None
    colours = [_pick(rng, choice) for choice in (looks_of.COATS, looks_of.TROUSERS, looks_of.SKINS)]
    looks = (*colours, rng.uniform(0.86, 1.1))
    speed, pavement = rng.uniform(6, 8.5), rng.uniform(*yard.PAVEMENT)
    if what == "passer-by":
        path = [(start, inside, pavement), (start + 70 / speed, outside, pavement + rng.uniform(-0.5, 0.5))]
        return [Actor("person", path, looks)], None
    gate = rng.uniform(22, 42)
    if what == "loitering":
        stops = [(inside, pavement)] + [(gate + rng.uniform(-8, 8), rng.uniform(33.2, 35)) for _ in range(6)]
        path = _walk(start, stops, speed, lambda: rng.uniform(0.4, 2.2))
        return [Actor("person", _to(path, outside, pavement, speed), looks)], None
    begin = gate - way * rng.uniform(8, 26)
    into = [(begin if long <= 20 else inside, pavement), (gate, 32.5)]
    if what == "intrusion":
        into += [(rng.uniform(16, 46), rng.uniform(20, 28)) for _ in range(int(rng.integers(1, 4)))]
        path = _walk(start, into, speed * 0.85, lambda: rng.uniform(0, 1.2))
        return [Actor("person", _to(path, outside, pavement, speed), looks)], None
    path = _walk(start, [*into, (40.5, 20.2)], speed, lambda: 0.0)
    taken = path[-1][0] + rng.uniform(0.6, 1.4)
    path.append((taken, 40.5, 20.2))
    return [Actor("person", _to(path, outside, pavement, speed * 1.1), looks, carries_from=taken)], taken


def _pick(rng, choices):
    return choices[int(rng.integers(len(choices)))]


def _walk(start, places, speed, wait):
    """Return a path from place to place at a speed in units a second, with a wait at each."""
    path, now = [(start, *places[0])], start
    for (x0, y0), (x1, y1) in itertools.pairwise(places):
        now += max(((x1 - x0) ** 2 + (1.6 * (y1 - y0)) ** 2) ** 0.5 / speed, 0.1)
        path.append((now, x1, y1))
        now += wait()
        path.append((now + 1e-3, x1, y1))
    return path


def _to(path, x, y, speed):
    """Return a path that goes on to the pavement and away."""
    (now, x0, y0), gate = path[-1], 32.0
    middle = x0 + (x - x0) * 0.3
    if y0 < gate:
        now += max(((middle - x0) ** 2 + (1.6 * (gate - y0)) ** 2) ** 0.5 / speed, 0.1)
        path = [*path, (now, middle, 33.5)]
        x0 = middle
    return [*path, (now + abs(x - x0) / speed, x, y)]
