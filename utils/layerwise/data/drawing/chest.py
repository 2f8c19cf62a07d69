"""Draw phantoms of chest X-ray films: ribs, lungs, heart and diaphragm from formulas, disease as patches in the lungs.

A film is drawn as a map of how much the rays are weakened, and then "exposed": contrast, blur and noise of the site
where it was taken. Coordinates run from -1 to 1 across the picture, `u` to the right and `v` down; the patient's right
side is on the left, as on a film. All pictures of a chunk are drawn at once.
"""

from layerwise.data.drawing import scans as draw

SIDE = 64
SITES = ("clinic", "hospital", "emergency room")
GROUPS = ("under 65", "65 and over")
PREVALENCE = (0.2, 0.35, 0.55)  # share of patients with pneumonia at each site
_SHARE = (0.35, 0.4, 0.25)  # of the patients
_OLDER = 65  # years
_SPOTS = 4  # patches of disease at most


def draw_films(seed, train, validation, test):
    """Return arrays of drawn films; see the card of ``chest_xrays`` for each."""
    import numpy as np

    rng = np.random.default_rng(seed)
    whose, slices = draw.patients(rng, {"train": train, "validation": validation, "test": test}, twice=0.25)
    person = _people(rng, int(whose.max()) + 1)
    film = {name: values[whose] for name, values in person.items()}
    film |= _exposures(rng, film)
    spots = _spots(rng, film)
    parts = []
    for start in range(0, len(whose), draw.CHUNK):
        rows = slice(start, start + draw.CHUNK)
        parts.append(_drawn(
            rng, {name: values[rows] for name, values in film.items()},
            {name: values[rows] for name, values in spots.items()},
        ))
    x, lungs, opacity = (np.concatenate(part) for part in zip(*parts, strict=True))
    arrays = {
        "x": x, "y": film["ill"].astype("int64"), "masks": lungs, "opacity": opacity, "patient": whose,
        "age": film["age"], "sex": film["sex"], "group": (film["age"] >= _OLDER).astype("int64"), "site": film["site"],
    }
    return {**draw.split(arrays, slices), "sites": SITES, "groups": GROUPS, "sexes": ("female", "male")}


def _people(rng, count):
    """Draw what belongs to a patient and is the same on both films: age, sex, site, health, build."""
    import numpy as np

    site = np.searchsorted(np.cumsum(_SHARE)[:-1], rng.random(count), side="right")
    age = np.where(rng.random(count) < 0.28, rng.integers(_OLDER, 92, count), rng.integers(18, _OLDER, count))
    old = age >= _OLDER
    sex = (rng.random(count) < 0.52).astype("int64")
    return {
        "site": site, "age": age, "sex": sex,
        "ill": rng.random(count) < np.asarray(PREVALENCE)[site],
        "wide": rng.uniform(0.92, 1.06, count) + 0.02 * sex,
        "heart": rng.normal(1, 0.09, count) + 0.1 * old + 0.08 * (site == 2),
        "knob": rng.uniform(0.5, 1, count) + 0.5 * old,
        "bend": rng.normal(0, 0.03, count) * (1 + old),
        "breast": np.where(sex == 0, rng.gamma(3, 0.22, count), rng.uniform(0, 0.15, count)),
        "bone": rng.uniform(0.8, 1.15, count) - 0.18 * old,
        "ribs": rng.uniform(0.205, 0.245, count), "first": rng.uniform(0, 1, count),
        "stout": rng.normal(0, 1, count),
        "hilum": rng.uniform(0.6, 1.3, count),
        "vessel": rng.uniform(0.5, 1.4, count),
        "scar": rng.random(count) < 0.1 + 0.15 * old, "scar_u": rng.uniform(-1, 1, count),
        "scar_v": rng.uniform(-0.3, 0.4, count),
        "air": rng.random(count) < 0.6,
    }


def _exposures(rng, film):
    """Draw what differs from film to film: pose, breath, and how the site's machine shows it."""
    import numpy as np

    site, count = film["site"], len(film["site"])
    breath = np.clip(rng.normal(np.array([0.0, 0.03, 0.13])[site], 0.07), -0.1, 0.34)
    return {
        "turn": rng.normal(0, 0.035, count), "size": rng.normal(1.07, 0.04, count) - 0.03 * (site == 2),
        "right": rng.normal(0, 0.04, count), "down": rng.normal(0.02, 0.04, count),
        "base": 0.66 - breath, "breath": breath,
        "light": np.array([-0.02, 0.02, 0.05])[site] + rng.normal(0, 0.04, count),
        "contrast": np.array([1.12, 1.0, 0.86])[site] * rng.uniform(0.88, 1.12, count),
        "blur": np.array([0.15, 0.5, 0.75])[site] * rng.uniform(0.5, 1.2, count),
        "noise": np.array([0.018, 0.026, 0.045])[site] * rng.uniform(0.7, 1.5, count),
        "fog": rng.uniform(0, np.array([0.04, 0.05, 0.1])[site]),
    }


def _spots(rng, film):
    """Draw where the disease sits on each film: nowhere, in one lobe, in patches, or as a haze around the hila."""
    import numpy as np

    count, old = len(film["age"]), film["age"] >= _OLDER
    kind = np.where(rng.random(count) < 0.4 - 0.1 * old, 0, np.where(rng.random(count) < 0.72 - 0.25 * old, 1, 2))
    shape = (count, _SPOTS)
    many = np.array([1, 0, 2])[kind] + (kind == 1) * rng.integers(2, _SPOTS + 1, count)
    strength = rng.gamma(5, 0.2, count) * np.array([0.20, 0.175, 0.125])[kind] * np.where(old, 0.85, 1)
    strength = np.clip(strength, 0.04, 0.36)[:, None] * rng.uniform(0.75, 1.1, shape)
    side = np.where(rng.random(shape) < 0.55, -1, 1)
    side = np.where(kind[:, None] == 2, np.array([-1, 1, -1, 1]), side)  # a haze is on both sides
    low, high = np.array([0.22, 0.15, 0.24])[kind], np.array([0.4, 0.24, 0.4])[kind]
    radius = rng.uniform(low[:, None], high[:, None], shape)
    across = np.where(kind[:, None] == 2, rng.uniform(0.24, 0.4, shape), rng.uniform(0.22, 0.68, shape))
    down = np.where(
        kind[:, None] == 2, rng.uniform(-0.15, 0.3, shape),
        film["base"][:, None] - 0.08 - rng.beta(1.2, 1.6, shape) * (film["base"][:, None] + 0.42),
    )
    there = (np.arange(_SPOTS) < many[:, None]) & film["ill"][:, None]
    return {"u": side * across, "v": down, "radius": radius, "strength": np.where(there, strength, 0)}


def _drawn(rng, film, spots):
    """Return films, lung masks and disease masks of one chunk, each of shape `(n, 64, 64)`, uint8."""
    import numpy as np

    one = {name: draw.column(values) for name, values in film.items()}
    at = ((np.arange(SIDE, dtype="float32") + 0.5) * np.float32(2 / SIDE) - 1)
    x, y = at[None, None, :], at[None, :, None]
    u = (x - one["turn"] * y) / (one["size"] * one["wide"]) - one["right"]
    v = y / one["size"] - one["down"]  # one column: leaning moves points sideways only, which saves half of the work
    mid = u - one["bend"] * draw.wave(v * 0.35 + 0.2)
    a = np.abs(u)
    count = len(film["age"])

    dome = one["base"] - 0.05 * draw.rise(-u, 0.4) + 0.75 * (a - 0.38) ** 2
    centre = _silhouette(u, v, one)
    chest = _chest_wall(a, v)
    lung = draw.rise(chest, 0.14) * draw.rise(dome - v, 0.07) * draw.rise(-centre, 0.06)

    neck = -1.5 + 0.66 * draw.rise(a - 0.27, 0.40)
    sides = 0.98 + 0.05 * one["stout"] + 0.7 * np.maximum(-0.3 - v, 0)
    body = draw.rise(v - neck - 0.30 * np.maximum(a - 0.25, 0), 0.09) * draw.rise(sides - a, 0.07)
    dense = body * (0.60 + 0.02 * one["stout"] - 0.12 * a * a)
    dense -= lung * (0.27 + 0.13 * np.minimum(chest, 0.8))
    dense += (_bones(v, a, chest, one) + _middle(mid, u, v, a, centre, one)) * body
    below = draw.rise(v - dome, 0.1) * body
    bubble = draw.blob(((u - 0.4) / 0.2) ** 2 + ((v - dome - 0.13) / 0.1) ** 2)
    dense += below * (0.15 - 0.17 * one["air"] * bubble)

    # Soft parts in front of the lungs: what a simple rule mistakes for disease.
    breast = draw.rise(1 - ((a - 0.5) / 0.36) ** 2 - ((v - 0.36) / 0.32) ** 2, 1.4)
    dense += body * breast * one["breast"] * 0.11
    dense += lung * _vessels(rng, count, u, v, a) * one["vessel"]
    far = (u - one["scar_u"] * 0.6) ** 2 + ((v - one["scar_v"] - 0.4 * u) / 0.12) ** 2 * 6
    dense += lung * draw.blob(far * 12) * one["scar"] * 0.16

    disease = _disease(rng, u, v, spots) * lung
    dense += disease
    dense *= 1 + one["fog"] * (draw.clouds(rng, count, SIDE, SIDE, 30) - 0.5)

    shown = (dense - 0.42) * one["contrast"] + 0.46 + one["light"]
    shown += draw.grain(rng, shown.shape) * one["noise"] * (0.4 + shown)
    shown = draw.blur(shown, one["blur"])
    shown = np.where(shown > 0.75, 0.75 + (shown - 0.75) * 0.55, shown)
    lung = lung > 0.5
    return draw.grey(shown), lung.astype("uint8"), (lung & (disease > 0.03)).astype("uint8")


def _chest_wall(a, v):
    """Return 1 at the middle line of a lung, 0 at its outline, less outside: an egg, narrow above, for each lung."""
    import numpy as np

    low = np.clip(v + 0.7, 0, 1.1)
    across = (a - 0.33 - 0.10 * low) / (0.30 + 0.10 * low)
    along = (v - 0.36) / 1.10
    along *= along
    return 1 - across * across - along * (0.3 + 0.7 * along)


def _silhouette(u, v, one):
    """Return how far a point lies inside the outline of spine, large vessels and heart, negative outside."""
    import numpy as np

    down = v - one["base"]  # the heart lies on the diaphragm
    left = draw.rise(down + 0.38, 0.62) - 0.7 * draw.rise(down - 0.02, 0.3)
    vessels = 0.055 * one["knob"] * draw.blob(((v + 0.3) / 0.17) ** 2) + 0.03 * draw.blob(((v + 0.05) / 0.2) ** 2)
    edge = 0.14 + 0.34 * one["heart"] ** 2 * left + vessels
    right = 0.13 + 0.10 * one["heart"] ** 2 * draw.blob(((down + 0.25) / 0.4) ** 2)
    return np.where(u > 0, edge - u, right + u)


def _bones(v, a, chest, one):
    """Return ribs behind (arches), ribs in front (falling inwards), and collar bones."""
    import numpy as np

    cage = draw.rise(chest + 0.30, 0.25) * draw.rise(one["base"] + 0.25 - v, 0.4)
    arch = 0.95 * a * a - 0.42 * a
    back = draw.wave((v - arch) / one["ribs"] + one["first"])
    fall = 0.5 * (0.9 - a) * (1.3 - a)
    front = draw.wave((v - fall) / (one["ribs"] * 1.25) + one["first"])
    ribs = 0.06 * np.maximum(back + 0.2, 0) + 0.03 * np.maximum(front, 0) * draw.rise(a - 0.3, 0.3)
    line = v + 0.53 + 0.5 * a * (1 - a)
    collar = draw.blob((line / 0.075) ** 2) * draw.rise(a - 0.1, 0.06) * draw.rise(0.92 - a, 0.1)
    return one["bone"] * (ribs * cage + 0.14 * collar)


def _middle(mid, u, v, a, centre, one):
    """Return what stands between the lungs: spine, windpipe, aorta, heart, and the roots of the lungs."""
    spine = draw.blob((mid / 0.2) ** 2)
    bodies = 1 + 0.14 * draw.wave(v / 0.17)
    pipe = draw.blob((mid / 0.085) ** 2) * draw.rise(-0.25 - v, 0.2)
    knob = draw.blob(((u - 0.12) / 0.14) ** 2 + ((v + 0.3) / 0.17) ** 2)
    hilum = draw.blob(((a - 0.2) / 0.16) ** 2 + ((v - 0.02) / 0.28) ** 2)
    heart = draw.rise(centre - 0.04, 0.22) * draw.rise(v - one["base"] + 0.55, 0.5)
    return (
        0.12 * spine * bodies * one["bone"] - 0.12 * pipe + 0.06 * knob * one["knob"]
        + 0.085 * hilum * one["hilum"] + 0.10 * heart
    )


def _vessels(rng, count, u, v, a):
    """Return strands that run outwards and down from the roots of the lungs and fade towards the edge."""
    import numpy as np

    far = (a - 0.2) ** 2 + (v - 0.05) ** 2
    fade = np.maximum(1 - far * 2.2, 0)
    warp = draw.clouds(rng, count, SIDE, SIDE, 13) - 0.5
    # The slope of the ray from the root of the lung: strands lie along rays, so they fan out.
    ray = (v - 0.03) / (np.abs(a - 0.14) + 0.12)
    strand = draw.wave(ray * 1.5 + warp * 1.6 + 0.5 * np.sign(u))
    return 0.075 * fade * np.maximum(strand, 0)


def _disease(rng, u, v, spots):
    """Return how much the patches weaken the rays: blobs with torn edges, a little mottled."""
    import numpy as np

    dense = np.zeros(np.broadcast_shapes(u.shape, v.shape), dtype="float32")
    ill = np.flatnonzero(spots["strength"].any(axis=1))
    if not len(ill):
        return dense
    u, v = u[ill], v[ill]
    torn = (
        draw.clouds(rng, len(ill), SIDE, SIDE, 15) + draw.clouds(rng, len(ill), SIDE, SIDE, 7)
        + 0.5 * draw.clouds(rng, len(ill), SIDE, SIDE, 3)
    )
    for k in range(_SPOTS):
        own = np.flatnonzero(spots["strength"][ill, k])
        if len(own):
            middle_u, middle_v, radius, strength = (
                draw.column(spots[name][ill[own], k]) for name in ("u", "v", "radius", "strength")
            )
            far = ((u[own] - middle_u) ** 2 + (v[own] - middle_v) ** 2) / (radius * radius)
            shape = draw.rise(1.6 - far - torn[own], 1.5)
            dense[ill[own]] += strength * shape * (0.6 + 0.45 * torn[own])
    return dense
