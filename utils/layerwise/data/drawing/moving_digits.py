"""Let handwritten digits move over a field and bounce off its edges.

After N. Srivastava, E. Mansimov, R. Salakhutdinov (2015), https://arxiv.org/abs/1502.04681, section 3: two digits, a
64 × 64 field, 20 frames, a starting place and a direction at random, and the brighter pixel where they overlap. Unlike
there, no digit sets out within 15 degrees of straight up or down, so that "to the left" can be told.
"""


WAYS = {1: ("to the left", "to the right"), 2: ("both to the left", "one each way", "both to the right")}
"""Classes by the number of digits: which way they set out, sideways."""


def draw(pictures, *, seed, train, test, frames, size, count):
    """Return the arrays of ``moving_digits``; its card says what each is.

    Args:
        pictures: The data set of digits to take pictures from: training clips from its training pictures, test clips
            from its test pictures, so that no handwriting stands in both.
        seed: A whole number; the same one gives the same clips.
        train, test: How many clips.
        frames: Pictures in a clip.
        size: Height and width of the field in pixels.
        count: Digits in a clip.
    """
    import numpy as np

    side = pictures.x_train.shape[1]
    arrays = {}
    for number, part in enumerate(("train", "test")):
        rng = np.random.default_rng([seed, number])
        clips = train if part == "train" else test
        source, names = getattr(pictures, f"x_{part}"), getattr(pictures, f"y_{part}")
        chosen = rng.integers(0, len(source), (clips, count))
        x, places, speed = _clips(rng, source[chosen], frames, size)
        arrays |= {
            f"x_{part}": x, f"y_{part}": (speed[:, :, 1] > 0).sum(1).astype("int64"),
            f"digits_{part}": names[chosen], f"boxes_{part}": np.concatenate([places, places + side], -1),
        }
    return arrays | {"classes": WAYS[count]}


def _clips(rng, pictures, frames, size):
    """Return clips, the upper left corner of each digit in each frame, and the speed at the start."""
    import numpy as np

    clips, count, side = pictures.shape[:3]
    room = size - side
    start = rng.uniform(0, room, (clips, count, 2))
    way = rng.uniform(-np.pi * 5 / 12, np.pi * 5 / 12, (clips, count)) + np.pi * rng.integers(0, 2, (clips, count))
    pace = rng.uniform(1.5, 4.5, (clips, count))
    speed = np.stack([np.sin(way), np.cos(way)], -1) * pace[..., None]
    # Unfolded, a bouncing path is a straight line; folded back at both edges it is a triangle wave.
    line = start[:, None] + speed[:, None] * np.arange(frames)[:, None, None]
    places = np.round(room - np.abs(line % (2 * room) - room)).astype("int64")
    x = np.zeros((clips, frames, size, size), "uint8")
    for clip in range(clips):
        for frame in range(frames):
            for digit, (top, left) in enumerate(places[clip, frame].tolist()):
                field = x[clip, frame, top : top + side, left : left + side]
                np.maximum(field, pictures[clip, digit], out=field)
    return x, places, speed
