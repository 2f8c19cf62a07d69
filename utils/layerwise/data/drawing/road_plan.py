"""Decide what stands and moves on a drawn road and beside it, and what the driver must do about it."""

import dataclasses

from layerwise.data.drawing import roadside as roadside
from layerwise.data.drawing import traffic as traffic
from layerwise.data.drawing.paint import View, mixed, times

SURFACES = (
    "sky", "land", "road", "lane mark", "pavement", "building", "tree", "vehicle", "person", "light, sign or post",
)
SKY, LAND, ROAD, MARK, PAVEMENT, BUILDING, TREE, VEHICLE, PERSON, SIGN = range(len(SURFACES))
KINDS = ("car", "lorry", "bus", "pedestrian", "cyclist", "traffic light", "sign")
SURFACE_OF = {"car": VEHICLE, "lorry": VEHICLE, "bus": VEHICLE, "pedestrian": PERSON, "cyclist": PERSON,
              "traffic light": SIGN, "sign": SIGN}
CONDITIONS = ("day", "dusk", "night", "rain", "fog")
LIGHTS = ("none", "red", "amber", "green")
FIRST = 32  # codes of single things begin here; below are surfaces

_PAINTS = ((236, 236, 232), (184, 190, 196), (70, 78, 88), (40, 46, 56), (38, 84, 138), (166, 48, 46), (96, 150, 132),
           (206, 164, 80), (120, 86, 70), (60, 104, 92))
_BUSES = ((206, 164, 80), (166, 48, 46), (96, 150, 132), (38, 84, 138))
_AWNINGS = ((178, 74, 60), (74, 122, 106), (206, 164, 80), (64, 92, 132))
_COATS = ((196, 70, 54), (58, 92, 146), (216, 170, 72), (78, 130, 108), (122, 72, 116), (224, 222, 212), (64, 70, 82),
          (150, 110, 80))
_TROUSERS = ((52, 60, 82), (70, 66, 62), (104, 96, 84), (38, 42, 50))
_SKINS = ((232, 192, 164), (204, 154, 120), (150, 104, 78), (98, 68, 52))
_HAIR = ((44, 36, 32), (92, 64, 44), (164, 128, 82), (120, 116, 112))
_GRASS = ((116, 140, 82), (132, 146, 92), (104, 134, 92), (150, 146, 92))
_WINDOWS = {"day": 0.02, "dusk": 0.35, "night": 0.45, "rain": 0.2, "fog": 0.06}
_WHITE = (232, 230, 220)


@dataclasses.dataclass
class Scene:
    """A scene in the making: its view, what stands where, the kind of each thing that gets a box, what glows."""

    view: View
    rng: object
    condition: str
    sun: int
    dark: bool
    things: list = dataclasses.field(default_factory=list)
    kinds: list = dataclasses.field(default_factory=list)
    glowing: list = dataclasses.field(default_factory=list)

    def put(self, z, code, paint, *arguments, **options):
        """Keep something to be painted when all that is further away has been."""
        self.things.append((z, code, paint, arguments, options))

    def thing(self, kind):
        """Return a code for one more thing that gets a box."""
        self.kinds.append(kind)
        return FIRST + len(self.kinds) - 1

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def between(self, low, high):
        return low + (high - low) * self.rng.random()

    def chance(self, share):
        return self.rng.random() < share


def fill(scene):
    """Paint the ground of a scene and plan all that stands on it.

    Returns:
        The state of the traffic light ahead, and whether the car must brake.
    """
    place = ("town", "suburb", "country")[int(scene.rng.choice(3, p=[0.5, 0.32, 0.18]))]
    if place == "country":
        scene.view.curve *= 2.5
    road = _road(scene, place)
    answer = _traffic(scene, place, road)
    _sides(scene, place, road)
    return answer


def _road(scene, place):
    """Paint land, hills, pavement, road and marks. Returns where the road ends left and right, and a lane's width."""
    view, rng = scene.view, scene.rng
    grass = scene.pick(_GRASS) if place != "town" else (158, 152, 144)
    wide, high = view.size
    tint, code = ((118, 128, 142), BUILDING) if place == "town" else (mixed(grass, (70, 96, 120), 0.5), LAND)
    for layer in range(2):  # hills or roofs far away
        steps = 16 if place == "town" else 9
        points = []
        for k, tall in enumerate((rng.random(steps + 1) * (0.11 - 0.05 * layer) * high).tolist()):
            points.append((k * wide / steps, view.horizon - tall))
            if place == "town":
                points.append(((k + 1) * wide / steps, view.horizon - tall))
        view.flat([(0, view.horizon + 2), *points, (wide, view.horizon + 2)], tint, code,
                  (420, 240)[layer])
    lane = scene.pick((3.2, 3.5))
    left, right = -lane * 1.5, lane * 0.5 + (2.3 if place == "town" and scene.chance(0.6) else 0.25)
    if place == "town" and scene.chance(0.35):
        left -= lane
    asphalt = scene.pick(((104, 106, 112), (92, 94, 100), (116, 114, 112)))
    walk = scene.pick(((172, 166, 156), (160, 158, 156)))
    view.flat([(0, view.horizon), (wide, view.horizon), (wide, high), (0, high)], grass, LAND, 0)
    if place == "country":
        _band(view, left - 0.5, right + 0.5, mixed(grass, walk, 0.5), LAND)
    else:
        _band(view, left - 3.2, right + 3.2, walk, PAVEMENT)
        _band(view, left - 0.18, right + 0.18, times(walk, 0.78), PAVEMENT)
    _band(view, left, right, asphalt, ROAD)
    offset = scene.between(0, 6)
    for k in range(14):
        near, far = max(1.8, offset - 4 + 6 * k), offset - 1 + 6 * k
        for x in (-lane / 2, -lane * 1.5)[: 1 + (left < -lane * 2)] if far > near else ():
            _patch(view, x - 0.07, x + 0.07, near, far, _WHITE, MARK)
    if place == "country" or scene.chance(0.3):
        _band(view, left + 0.13, left + 0.27, _WHITE, MARK)
        _band(view, right - 0.27, right - 0.13, _WHITE, MARK)
    if scene.condition in ("day", "dusk"):  # shadows of what stands beside the road
        edge = right if scene.sun > 0 else left
        for k in range(5):
            near, reach = 5 + 9 * k + scene.between(0, 5), edge - scene.sun * scene.between(0.8, 3.2)
            view.fill([(edge, 0, near), (edge, 0, near + 3), (reach, 0, near + 3.6), (reach, 0, near + 1.2)],
                      times(asphalt, 0.76), ROAD, z=0)
    return left, right, lane


def _band(view, left, right, colour, code):
    """Paint a band of ground along the whole road."""
    away = [1.6 * 1.32**k for k in range(18)]
    view.fill([*((left, 0, z) for z in away), *((right, 0, z) for z in reversed(away))], colour, code, z=0)


def _patch(view, left, right, near, far, colour, code):
    view.fill([(left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far)], colour, code, z=0)


def _traffic(scene, place, road):
    """Plan everything with a box. Returns the state of the traffic light ahead and whether the car must brake."""
    left, right, lane = road
    state, brake, stop = "none", False, None
    if place != "country" and scene.chance(0.76):
        stop = scene.between(9, 24)
        state, brake = _crossing(scene, road, stop)
    elif scene.chance(0.12):  # somebody steps into the road where nothing is painted on it
        _person(scene, scene.between(-1.5, 1.6), scene.between(8, 20), walking=True)
        brake = True
    if scene.chance(0.55):
        ahead = scene.between(9, 44)
        waits = stop is not None and state in ("red", "amber") and ahead < stop
        if stop is None or ahead + 5 < stop - 2 or ahead > stop + 4:
            braking = waits or scene.chance(0.3)
            _vehicle(scene, scene.between(-0.25, 0.25), ahead, rear=True, braking=braking)
            brake = brake or (braking and ahead < 24)
    for number in range(1 + (left < -lane * 2)):
        z = scene.between(8, 34)
        while z < 70 and scene.chance(0.62):
            _vehicle(scene, -lane * (number + 1) + scene.between(-0.2, 0.2), z, rear=False)
            z += scene.between(13, 34)
    if right > lane * 0.5 + 1:
        z = scene.between(5, 14)
        while z < 50 and scene.chance(0.7):
            if stop is None or not stop - 8 < z < stop + 4:
                _vehicle(scene, right - 1.05, z, rear=True, parked=True)
            z += scene.between(6, 14)
    if scene.chance(0.22):
        z, code = scene.between(8, 26), scene.thing("cyclist")
        looks = (scene.pick(_COATS), scene.pick(_TROUSERS), scene.pick(_COATS))
        scene.put(z, code, traffic.cyclist, min(right - 0.5, lane / 2 - 0.35) + scene.between(-0.2, 0.1), z, looks,
                  (ROAD, code))
    for _ in range(int(scene.rng.poisson({"town": 2.2, "suburb": 1.0, "country": 0.0}[place]))):
        side = scene.pick((left - scene.between(0.7, 2.8), right + scene.between(0.7, 2.8)))
        _person(scene, side, scene.between(7, 38), walking=scene.chance(0.7), ground=PAVEMENT)
    for _ in range(int(scene.rng.integers(0, 3))):
        _sign(scene, right + scene.between(0.6, 1.4), scene.between(9, 34), scene.pick(("limit", "stop", "give way")))
    return state, brake


def _crossing(scene, road, stop):
    """Plan a crossing with its light or its sign, and who crosses. Returns the light's state and whether to brake."""
    left, right, lane = road
    bars = int(right - left)
    for k in range(bars):
        x = left + 0.25 + k * (right - left) / bars
        _patch(scene.view, x, x + 0.5, stop, stop + 2.6, _WHITE, MARK)
    state = "none"
    if scene.chance(0.85):
        state = ("red", "amber", "green")[int(scene.rng.choice(3, p=[0.42, 0.12, 0.46]))]
        for x in (right + 0.7, left - 0.7)[: 1 + scene.chance(0.5)]:
            code = scene.thing("traffic light")
            scene.put(stop - 0.5, code, traffic.traffic_light, x, stop - 0.5, state, code, scene.dark)
        _patch(scene.view, -lane / 2, lane / 2, stop - 1.8, stop - 1.4, _WHITE, MARK)
    else:
        _sign(scene, right + 0.8, stop - 1, "crossing")
    brake = state in ("red", "amber")
    if state != "green" and scene.chance(0.6):
        for _ in range(int(scene.rng.integers(1, 3))):
            _person(scene, scene.between(-4, 1.8), stop + scene.between(0.4, 2.2), walking=True)
        brake = True
    return state, brake


def _sign(scene, x, z, kind):
    code = scene.thing("sign")
    scene.put(z, code, traffic.sign, x, z, kind, code)


def _person(scene, x, z, *, walking, ground=ROAD):
    looks, code = tuple(scene.pick(choice) for choice in (_COATS, _TROUSERS, _SKINS, _HAIR)), scene.thing("pedestrian")
    stride = scene.between(0.12, 0.32) if walking else 0.06
    scene.put(z, code, traffic.pedestrian, x, z, looks, (ground, code), stride=stride, height=scene.between(1.45, 1.9))


def _vehicle(scene, x, z, *, rear, braking=False, parked=False):
    model = ("car", "estate", "van", "lorry", "bus")[int(scene.rng.choice(5, p=[0.42, 0.24, 0.12, 0.12, 0.1]))]
    if parked and model == "bus":
        model = "car"
    code = scene.thing(model if model in KINDS else "car")
    scene.put(z, code, traffic.vehicle, model, x, z, scene.pick(_BUSES if model == "bus" else _PAINTS), (ROAD, code),
              rear=rear, braking=braking, lamps=scene.dark and not parked)


def _sides(scene, place, road):
    """Plan houses, trees and lamp posts on both sides."""
    left, right, _ = road
    for side, edge in ((-1, left), (1, right)):
        z = scene.between(2, 6)
        while z < 85:
            z = _plot(scene, place, side, edge, z)
            if scene.chance({"town": 0.22, "suburb": 0.7, "country": 0.85}[place]):
                x = edge + side * (2.6 if place == "town" else scene.between(2.5, 12))
                leaf, at = scene.pick(roadside.LEAVES), max(z - scene.between(0, 4), 6)
                if place != "town" and scene.chance(0.3):
                    scene.put(at, TREE, roadside.conifer, x, at, scene.between(5, 9), leaf, TREE, scene.sun)
                else:
                    tall = scene.between(4.5, 8.5) if place != "town" else scene.between(3.6, 5)
                    scene.put(at, TREE, roadside.tree, x, at, tall, leaf, TREE, scene.rng, scene.sun)
            if place != "town" and scene.chance(0.45):
                scene.put(max(z, 5), TREE, roadside.bush, edge + side * scene.between(4, 9), max(z, 5),
                          scene.between(0.5, 1.2), scene.pick(roadside.LEAVES), TREE)
    if place != "country":
        side, z = scene.pick(((-1, left - 0.5), (1, right + 0.5))), scene.between(10, 22)
        for k in range(4):
            at = z + 18 * k
            scene.put(at, SIGN, roadside.lamp_post, side[1], at, side[0], SIGN, scene.condition in ("dusk", "night"))


def _plot(scene, place, side, edge, z):
    """Plan one house or gap beside the road. Returns where the next one begins."""
    if place == "country" or (place == "suburb" and scene.chance(0.38)):
        return z + scene.between(4, 10)
    town = place == "town"
    far, back = z + scene.between(8, 16), edge + side * (3.3 if town else scene.between(6, 9))
    scene.put(far, BUILDING, roadside.house, side, back, z, far,
              scene.between(6.2, 13.5) if town else scene.between(3.4, 5.2), scene.pick(roadside.WALLS), BUILDING,
              scene.rng, night=_WINDOWS[scene.condition], sun=scene.sun,
              roof=None if town else scene.pick(roadside.ROOFS),
              shop=scene.pick(_AWNINGS) if town and scene.chance(0.45) else None)
    return far + (scene.between(0, 0.6) if town else scene.between(2, 7))
