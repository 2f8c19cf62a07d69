"""Drawn clips: handwritten digits that move, and what a surveillance camera sees."""

import functools

from layerwise.data import _sources
from layerwise.data.drawing.options import number
from layerwise.data.drawing.options import seed as checked_seed
from layerwise.suggest import CourseError


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return ``moving_digits`` or ``surveillance``; their cards say what each array is.

    Args:
        name: One of the two.
        source: See `layerwise.data.load`; both are "drawn".
        address: Nothing of theirs has an address.
        folder: The folder that holds the cards and the digits; the course's own when None.
        options: Settings of `moving_digits` or `surveillance` here.
    """
    drawn = {"moving_digits": functools.partial(moving_digits, folder=folder), "surveillance": surveillance}[name]
    return _sources.load(name, source=source, address=address, folder=folder, options=options, drawn=drawn)


def moving_digits(*, seed, train=800, test=200, frames=20, size=64, digits=2, folder=None):
    """Return the arrays of clips with moving digits.

    Args:
        seed: A whole number; the same one gives the same clips.
        train, test: How many clips.
        frames: Pictures in a clip.
        size: Height and width of the field in pixels.
        digits: How many move in a clip, 1 or 2.
        folder: The folder that holds the bundled digits; the course's own when None.

    Raises:
        CourseError: When a setting is not what it should be, or the digits cannot be read.
    """
    from layerwise.data import pictures
    from layerwise.data.drawing import moving_digits as draw_moving_digits

    options = {
        "seed": checked_seed(seed), "train": number("train", train, 1, 20_000), "test": number("test", test, 1, 20_000),
        "frames": number("frames", frames, 2, 200), "size": number("size", size, 36, 256),
        "count": number("digits", digits, 1, 2),
    }
    return draw_moving_digits.draw(pictures.load("digits", source="bundled", folder=folder), **options)


def surveillance(*, seed, train=None, test=None, frames=None, high=48, rate=4, feed=None, intrusions=None):
    """Return the arrays of clips of a camera over a yard, or of one long film.

    Args:
        seed: A whole number; the same one gives the same clips.
        train, test: How many clips; 120 and 60 when None.
        frames: Pictures in a clip; 40 when None.
        high: Their height in pixels; they are four thirds as wide.
        rate: Pictures a second.
        feed: The number of pictures of one long film, which comes instead of clips; None for clips.
        intrusions: With a feed, how many people enter the zone in an hour, on average; 30 when None.

    Raises:
        CourseError: When a setting is not what it should be, or is for clips where a feed is asked for.
    """
    from layerwise.data.drawing import camera as draw_camera

    shared = {"seed": checked_seed(seed), "high": number("high", high, 24, 192), "rate": number("rate", rate, 1, 12)}
    clips = {"train": train, "test": test, "frames": frames}
    wrong = [name for name, value in clips.items() if value is not None] if feed is not None else (
        ["intrusions"] if intrusions is not None else [])
    if wrong:
        raise CourseError(
            f"The settings {', '.join(wrong)} and feed={feed!r} do not go together: clips take train, test and frames; "
            f"one long film takes feed=600, or another number of pictures, and intrusions."
        )
    if feed is not None:
        return draw_camera.feed(
            frames=number("feed", feed, 8, 100_000),
            intrusions=number("intrusions", 30.0 if intrusions is None else intrusions, 0.0, 240.0), **shared
        )
    return draw_camera.draw(
        train=number("train", 120 if train is None else train, 1, 5_000),
        test=number("test", 60 if test is None else test, 1, 5_000),
        frames=number("frames", 40 if frames is None else frames, 8, 400), **shared
    )
