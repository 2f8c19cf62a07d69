"""Drawn pictures with many things in them, each told: what a driver sees, and parts before an inspection camera."""

from layerwise.data import _sources
from layerwise.data.drawing.options import number
from layerwise.data.drawing.options import seed as checked_seed


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return ``road_scenes`` or ``parts``; their cards say what each array is.

    Args:
        name: One of the two.
        source: See `layerwise.data.load`; both are "drawn".
        address: Nothing of theirs has an address.
        folder: The folder that holds the cards; the course's own when None.
        options: Settings of `road_scenes` or `parts` here.
    """
    drawn = {"road_scenes": road_scenes, "parts": parts}[name]
    return _sources.load(name, source=source, address=address, folder=folder, options=options, drawn=drawn)


def road_scenes(*, seed, train=800, test=200, high=96):
    """Return the arrays of drawn road scenes.

    Args:
        seed: A whole number; the same one gives the same scenes.
        train, test: How many scenes.
        high: Their height in pixels; they are five thirds as wide.

    Raises:
        CourseError: When a setting is not what it should be.
    """
    from layerwise.data.drawing import roads as draw_roads

    return draw_roads.draw(
        seed=checked_seed(seed), train=number("train", train, 1, 50_000), test=number("test", test, 1, 50_000),
        high=number("high", high, 48, 384),
    )


def parts(*, seed, train=1200, test=400, high=64, faulty=0.4):
    """Return the arrays of drawn parts.

    Args:
        seed: A whole number; the same one gives the same parts.
        train, test: How many parts.
        high: Height and width of a picture in pixels.
        faulty: The share of training parts that have a fault; of the test parts it is half.

    Raises:
        CourseError: When a setting is not what it should be.
    """
    from layerwise.data.drawing import parts as draw_parts

    return draw_parts.draw(
        seed=checked_seed(seed), train=number("train", train, 1, 50_000), test=number("test", test, 1, 50_000),
        high=number("high", high, 32, 256), faulty=number("faulty", faulty, 0.0, 1.0),
    )
