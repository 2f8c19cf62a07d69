"""Draw what a fixed camera over a yard sees: who comes, what they do, and when the alarm ought to ring."""

from layerwise.data.drawing import actors as actors
from layerwise.data.drawing import visits as visits
from layerwise.data.drawing import yard as yard
from layerwise.data.drawing.paint import glow, ragged

CLASSES = ("nothing", "passer-by", "loitering", "intrusion", "theft", "stopped car")
_FINE = 2  # painted this much finer than given out
_BLOCK = 48  # frames that are lit together


def draw(*, seed, train, test, frames, high, rate):
    """Return clips; the card of ``surveillance`` says what each array is.

    Args:
        seed: A whole number; the same one gives the same clips.
        train, test: How many clips.
        frames: Pictures in a clip.
        high: Their height in pixels; they are four thirds as wide.
        rate: Pictures a second.
    """
    import numpy as np

    arrays = {}
    for part_number, (part, count) in enumerate((("train", train), ("test", test))):
        rng = np.random.default_rng([seed, part_number])
        y = rng.permutation(np.arange(count) % len(CLASSES)).astype("int64")
        x, rows = np.empty((count, frames, high, high * 4 // 3, 3), "uint8"), []
        hours = np.empty(count)
        for clip in range(count):
            seconds = np.arange(frames) / rate
            cast, taken = visits.cast(rng, CLASSES[y[clip]], frames / rate)
            hours[clip] = _hour(rng)
            weather = {"clouds": rng.uniform(0, 1), "rain": rng.random() < 0.18, "wind": rng.uniform(0.2, 1)}
            x[clip], *row = _film(rng, cast, taken, seconds, hours[clip], weather, high)
            rows.append(row)
        alarm, boxes, labels, ids = zip(*rows, strict=True)
        arrays |= {
            f"x_{part}": x, f"y_{part}": y, f"alarm_{part}": np.stack(alarm),
            f"boxes_{part}": np.stack(boxes), f"labels_{part}": np.stack(labels), f"ids_{part}": np.stack(ids),
            f"hour_{part}": hours,
        }
    return arrays | _about(high, rate)


def feed(*, seed, frames, high, rate, intrusions):
    """Return one long film instead of clips: ``x`` of shape `(frames, high, wide, 3)`, ``alarm``, boxes and so on.

    Args:
        seed: A whole number; the same one gives the same film.
        frames: How many pictures.
        high: Their height in pixels.
        rate: Pictures a second.
        intrusions: How many people enter the zone in an hour, on average, half of them to steal;
            there is at least one in half a minute or more, unless it is 0.
    """
    import numpy as np

    rng = np.random.default_rng([seed, 3])
    seconds = np.arange(frames) / rate
    long, cast, taken, happened = frames / rate, [], [], []
    # Visits in an hour; each kind comes at random times, independent of the others (a Poisson process).
    busy = {"passer-by": 130, "loitering": 12, "stopped car": 8, "cat": 40, "bird": 30, "car": 150}
    visitors = {what: rng.uniform(0, long, rng.poisson(hourly * long / 3600)) for what, hourly in busy.items()}
    break_ins = rng.poisson(intrusions * long / 3600)
    if intrusions > 0 and long >= 30:
        break_ins = max(1, break_ins)  # a film without any would show nothing
    starts, steals = rng.uniform(0, max(long - 15, 0), break_ins), rng.random(break_ins) < 0.5
    visitors |= {"intrusion": starts[~steals], "theft": starts[steals]}
    for what, starts in visitors.items():
        for start in np.sort(starts).tolist():
            made, gone = visits.visit(rng, what, start, 30.0)
            cast += made
            taken += [gone] if gone is not None else []
            if what in CLASSES:
                end = max(actor.path[-1][0] for actor in made)
                happened.append((round(start * rate), round(end * rate), CLASSES.index(what)))
    weather = {"clouds": rng.uniform(0.2, 0.9), "rain": False, "wind": rng.uniform(0.4, 1)}
    x, alarm, boxes, labels, ids = _film(rng, cast, sorted(taken), seconds, rng.uniform(8, 17), weather, high)
    events = np.array(sorted(happened), "int64").reshape(-1, 3)
    return {"x": x, "alarm": alarm, "boxes": boxes, "labels": labels, "ids": ids, "events": events} | _about(high, rate)


def _about(high, rate):
    import numpy as np

    corners = np.asarray(yard.ZONE) * high / 48
    rows, columns = np.mgrid[:high, : high * 4 // 3]
    inside = [[yard.in_zone((c + 0.5) * 48 / high, (r + 0.5) * 48 / high) for r, c in zip(*line, strict=True)]
              for line in zip(rows, columns, strict=True)]
    return {"zone": corners, "zone_mask": np.array(inside), "kinds": actors.KINDS, "rate": rate}


def _hour(rng):
    """Return a time of day: most clips by day, some around sunset, some at night."""
    return float(rng.choice([rng.uniform(8, 17), rng.uniform(17, 19.2), rng.uniform(21, 28) % 24], p=[0.55, 0.2, 0.25]))


def _film(rng, cast, taken, seconds, hour, weather, high):
    """Return the pictures, and for each of them alarm, boxes, kinds and numbers of what is seen."""
    import numpy as np
    from PIL import ImageDraw

    frames, wide, scale = len(seconds), high * 4 // 3, high / 48 * _FINE
    lit, sunny, dark = yard.light(rng, (hour + seconds / 3600) % 24, seconds, weather, high, wide)
    base = yard.place(scale)
    stocked = [yard.parcels(base, scale, len(yard.PARCELS) - gone) for gone in range(2)]
    trees, breeze = yard.tree(scale), rng.uniform(0, 7, 3)
    wind = weather["wind"] * (0.55 * np.sin(seconds * 1.9 + breeze[0]) + 0.3 * np.sin(seconds * 3.7 + breeze[1])
                              + 0.35 * np.sin(seconds * 0.43 + breeze[2]))
    side = 1 if hour < 12.5 else -1
    slant = side * min(2.2, abs(hour - 12.5) / 3 + 0.2), 0.35 + 0.1 * abs(hour - 12.5)
    tracks = [_track(actor, seconds) for actor in cast]
    numbers = {id(actor): number for number, actor in enumerate(cast)}
    present = [[] for _ in range(frames)]
    for actor, track in zip(cast, tracks, strict=True):
        for frame in np.flatnonzero(track["there"]).tolist():
            present[frame].append((actor, track))
    x, alarm = np.empty((frames, high, wide, 3), "uint8"), np.zeros(frames, bool)
    boxes, labels, ids = [], [], []
    painted = np.empty((_BLOCK, high, wide, 3), "float32")
    for start in range(0, frames, _BLOCK):
        stop = min(start + _BLOCK, frames)
        for frame in range(start, stop):
            now = float(seconds[frame])
            gone = sum(0 <= now - one < 60 for one in taken)  # in a feed, somebody puts a new one there
            image = stocked[min(gone, 1)].copy()
            pen = ImageDraw.Draw(image, "RGBA")
            seen = []
            for actor, track in sorted(present[frame], key=lambda one: one[1]["y"][frame]):
                box = _paint(pen, scale, actor, track, frame, now, (*slant, float(sunny[frame])))
                if (kept := _cut(box, high, wide)) is not None:
                    seen.append((kept, actors.KINDS.index(actor.kind), numbers[id(actor)]))
                    alarm[frame] |= actor.kind == "person" and yard.in_zone(track["x"][frame], track["y"][frame])
            pose = trees[int(np.clip(round((wind[frame] + 1) / 2 * (len(trees) - 1)), 0, len(trees) - 1))]
            image.paste(pose, (0, 0), pose)
            painted[frame - start] = np.asarray(image.reduce(_FINE) if image.size != (wide, high) else image)
            boxes.append(np.array([one[0] for one in seen], "int64").reshape(-1, 4))
            labels.append(np.array([one[1] for one in seen], "int64"))
            ids.append(np.array([one[2] for one in seen], "int64"))
        block = painted[: stop - start] * lit(slice(start, stop))
        for frame in range(start, stop):
            _shine(block[frame - start], present[frame], frame, float(seconds[frame]), float(dark[frame]), high / 48)
        noise = rng.standard_normal((*block.shape[:3], 1), dtype="float32")
        block += noise * (1.6 + 2.4 * dark[start:stop, None, None, None])
        if weather["rain"]:
            drops = rng.random((stop - start, high // 2, wide), dtype="float32") < 0.012
            block += np.repeat(drops, 2, 1)[:, :high, :, None] * np.float32(22)
        x[start:stop] = np.clip(np.round(block), 0, 255).astype("uint8")
    return x, alarm, ragged(boxes), ragged(labels), ragged(ids)


def _track(actor, seconds):
    """Return where an actor is in each frame, whether it moves, which way, and how far it has come."""
    import numpy as np

    when, xs, ys = (np.array(column, dtype=float) for column in zip(*actor.path, strict=True))
    x, y = np.interp(seconds, when, xs), np.interp(seconds, when, ys)
    ahead = np.interp(seconds + 0.1, when, xs) - x
    moving = (np.abs(ahead) > 0.02) | (np.abs(np.interp(seconds + 0.1, when, ys) - y) > 0.02)
    way = np.where(ahead < 0, -1, 1)
    if actor.kind == "car":
        way = np.full(len(seconds), 1 if xs[-1] > xs[0] else -1)
    return {"there": (seconds >= when[0]) & (seconds <= when[-1]), "x": x, "y": y, "moving": moving, "way": way,
            "phase": (x + 1.6 * y) * 1.1}


def _paint(pen, scale, actor, track, frame, now, shadow):
    """Paint an actor. Returns its box in units."""
    x, y, way = float(track["x"][frame]), float(track["y"][frame]), int(track["way"][frame])
    moving, phase = bool(track["moving"][frame]), float(track["phase"][frame])
    if actor.kind == "car":
        blinking = actor.blinks and not moving and now % 1 < 0.5
        return actors.car(pen, scale, x, y, actor.looks, way=way, blinking=blinking, shadow=shadow)
    if actor.kind == "animal":
        return actors.animal(pen, scale, x, y, actor.looks, phase=phase, way=way, moving=moving)
    return actors.person(pen, scale, x, y, actor.looks, phase=phase, way=way, moving=moving,
                         carries=now >= actor.carries_from, shadow=shadow)


def _cut(box, high, wide):
    """Return a box in whole pixels within the picture, or None where less than two fifths of it are seen."""
    top, left, bottom, right = (side * high / 48 for side in box)
    kept = max(0, round(top)), max(0, round(left)), min(high, round(bottom)), min(wide, round(right))
    seen = max(0, kept[2] - kept[0]) * max(0, kept[3] - kept[1])
    return kept if seen >= 0.4 * (bottom - top) * (right - left) else None


def _shine(picture, present, frame, now, dark, unit):
    """Add the lamps of cars, and what they light in the yard at night, to one picture."""
    for actor, track in present:
        if actor.kind != "car":
            continue
        half, way = actor.looks[1] / 2, int(track["way"][frame])
        x, y = float(track["x"][frame]), float(track["y"][frame])
        if dark > 0.2:
            glow(picture, (x + way * (half + 2)) * unit, (y - 2.5) * unit, 6 * unit, (90 * dark, 84 * dark, 66 * dark))
            glow(picture, (x - way * half) * unit, (y - 2.7) * unit, 2.5 * unit, (90 * dark, 14, 10))
            glow(picture, (x + way * 16) * unit, 22 * unit, 13 * unit, (44 * dark, 42 * dark, 36 * dark))
        if actor.blinks and not track["moving"][frame] and now % 1 < 0.5:
            for end in (-half, half):
                glow(picture, (x + end) * unit, (y - 2.7) * unit, 2.2 * unit, (90, 50, 8))
