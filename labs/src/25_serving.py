# %% [markdown]
# **Can a service of your own keep its promise while hundreds ask at once?**
#
# In lesson 25 a network moved behind an address, where anybody may send anything at any
# moment. Here you write the pieces that stand between strangers and a network, and put
# them to work. By the end you will have
#
# - a door that lets pictures in and everything else out, and says why,
# - a queue that turns many requests into few calls, and strands nobody,
# - a health check, a patient client, numbers in eight bits,
# - a setting that keeps a promise, chosen from measurements,
# - a service of your own on this machine, loaded with requests until you know its limit.
#
# `hint("25.level")` opens one step at a time; `solution("25.level")` shows the whole
# answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import asyncio
import json
import time

import numpy as np

from layerwise import data, plot, serve
from layerwise.check import check, found, hint, solution

# %% [markdown]
# ## 1 · What most people wait
#
# "95 of 100 requests are answered within this time": a level of service. Several servers
# have each written down how many seconds each request took, and its status. Return the
# smallest of the measured times within which at least `share` per cent of *all* requests
# were answered (the *nearest rank*: nothing is interpolated). Only status 200 is an
# answer. Whoever got something else has not been answered in any time: `np.inf`.
#
# | | |
# |---|---|
# | `seconds` | a list with an array of times for each server |
# | `statuses` | a list with an array of as many statuses for each |
# | `share` | a whole number from 1 to 100 |
# | result | one number, `np.inf` where too few were answered |

# %% tags=["definition"] exercise="25.level"
"""A level of service."""
from statistics import NormalDist

import numpy as np

HINTS = [
    "Put the requests of all servers into one array first, and give everything without status 200 an infinite time.",
    "Sort it. If `share` per cent of n requests must be served, how many requests is that, rounded up? That many from "
    "the start, the last one is the answer.",
    "`rank = -(-share * n // 100)` rounds up without decimals; the answer is `np.sort(times)[rank - 1]`.",
]
MISTAKES = {
    "averaged": "You took the mean of the servers' levels. A level of levels is no level: put all requests together "
    "first. A slow server with few requests counts for few, and one with many for many.",
    "failures_dropped": "Requests that failed were left out. A service that refuses its slowest half would look "
    "excellent; for those who were refused it was not.",
    "failures_counted": "A failed request was counted with the time in which it failed. A refusal after two "
    "milliseconds is not a fast answer, it is none: `np.inf`.",
    "interpolated": "This lies between two measured times, as `np.percentile` has it where nothing is said. Asked for "
    "is a time that was measured: the nearest rank.",
    "one_too_far": "This is one place too far where the share comes out even: of 20 requests, 95 per cent are 19, and "
    "the 19th has position 18.",
    "rounded_down": "The number of requests was rounded down, so fewer than the share are served in this time. Round "
    "up.",
    "bell": "This is worked out from mean and spread, as for a bell curve. Waiting times have no such shape: their "
    "tail is long on one side. Count.",
}


def cases(rng):
    for sizes, share, failed in [
        ((30, 6, 24), 95, 2), ((13, 4), 99, 0), ((20, 12, 8), 95, 0), ((9, 5, 7), 50, 3), ((40, 11), 90, 9),
        ((16, 8, 13), 90, 2),
    ]:
        seconds, statuses = [], []
        for place, size in enumerate(sizes):
            times = np.round(rng.lognormal(-3 + place, 0.8, size), 4)
            status = np.full(size, 200)
            if place == 0:
                bad = rng.choice(size, failed, replace=False)
                status[bad] = rng.choice([500, 503], failed)
                times[bad] = np.round(rng.uniform(0.001, 0.003, failed), 4)
            seconds.append(times)
            statuses.append(status)
        yield {"seconds": seconds, "statuses": statuses, "share": share}


def nearest(times, share):
    return float(np.sort(times)[-(-share * len(times) // 100) - 1])


def honest(seconds, statuses):
    return [np.where(status == 200, times, np.inf) for times, status in zip(seconds, statuses)]


def reference(seconds, statuses, share):
    return nearest(np.concatenate(honest(seconds, statuses)), share)


def diagnose(inputs, output):
    seconds, statuses, share = inputs["seconds"], inputs["statuses"], inputs["share"]
    each = honest(seconds, statuses)
    times, raw = np.sort(np.concatenate(each)), np.concatenate(seconds)
    good = times[np.isfinite(times)]
    count = share * len(times) // 100
    factor = NormalDist().inv_cdf(share / 100)
    wrong = {
        "averaged": [np.mean([nearest(one, share) for one in each]),
                     np.mean([nearest(one, share) for one in seconds])],
        "failures_dropped": [nearest(good, share)],
        "failures_counted": [nearest(raw, share)],
        "interpolated": [np.percentile(times, share), np.percentile(good, share), np.percentile(raw, share)],
        "one_too_far": [times[min(count, len(times) - 1)]] if share * len(times) % 100 == 0 else [],
        "rounded_down": [times[max(count - 1, 0)]],
        "bell": [one.mean() + factor * one.std(ddof=ddof) for one in (good, raw) for ddof in (0, 1)],
    }
    named = [key for key, values in wrong.items() if any(np.isclose(output, value) for value in values)]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="25.level"
def level(seconds, statuses, share):
    """Return the time within which `share` per cent of all requests were answered."""
    ### BEGIN SOLUTION
    answered = np.concatenate(statuses) == 200
    times = np.where(answered, np.concatenate(seconds), np.inf)
    rank = -(-share * len(times) // 100)
    return float(np.sort(times)[rank - 1])
    ### END SOLUTION


# %%
level_works = check("25.level", level)


# %% tags=["mutant"] exercise="25.level" misconception="averaged"
def level(seconds, statuses, share):
    levels = []
    for times, status in zip(seconds, statuses):
        times = np.sort(np.where(status == 200, times, np.inf))
        levels.append(times[int(np.ceil(share * len(times) / 100)) - 1])
    return float(np.mean(levels))


# %% tags=["mutant"] exercise="25.level" misconception="failures_dropped"
def level(seconds, statuses, share):
    times = np.concatenate(seconds)[np.concatenate(statuses) == 200]
    return float(np.percentile(times, share, method="inverted_cdf"))


# %% tags=["mutant"] exercise="25.level" misconception="failures_counted"
def level(seconds, statuses, share):
    return float(np.percentile(np.concatenate(seconds), share, method="inverted_cdf"))


# %% tags=["mutant"] exercise="25.level" misconception="interpolated"
def level(seconds, statuses, share):
    times = np.where(np.concatenate(statuses) == 200, np.concatenate(seconds), np.inf)
    return float(np.percentile(times, share))


# %% tags=["mutant"] exercise="25.level" misconception="one_too_far"
def level(seconds, statuses, share):
    times = np.sort(np.where(np.concatenate(statuses) == 200, np.concatenate(seconds), np.inf))
    return float(times[min(share * len(times) // 100, len(times) - 1)])


# %% tags=["mutant"] exercise="25.level" misconception="rounded_down"
def level(seconds, statuses, share):
    times = np.sort(np.where(np.concatenate(statuses) == 200, np.concatenate(seconds), np.inf))
    return float(times[max(share * len(times) // 100 - 1, 0)])


# %% tags=["mutant"] exercise="25.level" misconception="bell"
def level(seconds, statuses, share):
    from statistics import NormalDist

    times = np.concatenate(seconds)[np.concatenate(statuses) == 200]
    return float(times.mean() + NormalDist().inv_cdf(share / 100) * times.std())


# %% tags=["variant"] exercise="25.level"
def level(seconds, statuses, share):
    times = []
    for server, status in zip(seconds, statuses):
        times += [float(time) if good == 200 else float("inf") for time, good in zip(server, status)]
    return min(one for one in times if sum(other <= one for other in times) * 100 >= share * len(times))


# %% [markdown]
# ## 2 · Who is let in
#
# A client sends JSON such as `{"pictures": [[[0, 0.5], [1, 0.25]]]}`: a list of
# pictures, each `side` rows of `side` numbers from 0 to 1. That is what it *should*
# send. Return the pictures as an array of float32, shape (pictures, side, side), or
# raise a `ValueError` whose text says what came and what was expected, so that the
# sender can repair it.
#
# Refuse: anything that is not an object with a list under `"pictures"`; no picture, or
# more than `most`; another shape; anything but numbers (`true`, `"0.5"` and `null` are
# none); numbers outside 0 to 1. Python's JSON reader lets `NaN` and `Infinity` through,
# and whole numbers of any length. Nothing is repaired in silence, and no other error
# than `ValueError` comes out: it would become a "500, our fault" for a fault that is
# theirs. (Pydantic does much of this, with `strict=True` and `allow_inf_nan=False`. You
# may use it: catch its `ValidationError`, and raise a `ValueError` with its text.)

# %% tags=["definition"] exercise="25.validate"
"""Validation of a request."""
import json

import numpy as np

POINTS = 2
HINTS = [
    "First the outer form: is it a dict, is there a list under the name, how long is it? Only then look inside.",
    "`values = np.array(pictures, dtype=object)` keeps every value as it came, so that `values.shape` and the types of "
    "`values.flat` can be asked. `type(value) in (int, float)` is false for True.",
    "`all(0 <= value <= 1 for value in values.flat)` is false for NaN, for infinity and for a number of 400 digits. "
    "Then `values.astype(\"float32\")` is safe.",
]
MISTAKES = {
    "nan": "NaN or null got in. Every comparison with NaN is false, so `value < 0 or value > 1` does not see it. Turn "
    "the question round: refuse unless 0 <= value <= 1.",
    "out_of_range": "Numbers outside 0 to 1 got in: somebody sends bytes from 0 to 255, and the network answers with "
    "confidence.",
    "clipped": "Numbers outside 0 to 1 were cut to the range. The sender has made a mistake and is not told.",
    "truth": "`true` was taken for 1: for Python, True is a whole number. Ask for the type itself, not `isinstance`.",
    "text": "The text \"0.5\" was taken for a number. NumPy and Pydantic convert it unless they are told not to.",
    "reshaped": "Another shape got in. With `reshape`, one picture of the wrong size becomes several wrong pictures, "
    "and the client gets more answers than it has asked questions.",
    "too_many": "More pictures than `most` got in: one request can then hold up everybody else's.",
    "empty": "An empty list got in. Nothing can be answered to it, and many a network fails on a batch of none.",
    "crashes": "Another error than ValueError came out, so the client would hear that the fault is ours. Look at each "
    "thing before you use it: is it a dict, is the key there, is it a list, does the number fit?",
    "mute": "It was refused, but the text does not say what came and what was expected. Put both numbers into it.",
    "whole_refused": "Whole numbers were refused. 0 and 1 are numbers too, and JSON writes them without a point.",
}


def grid(rng, pictures, rows, columns=None):
    columns = rows if columns is None else columns
    return np.round(rng.random((pictures, rows, columns)), 2).tolist()


def cases(rng):
    def spoiled(value, side=3):
        pictures = grid(rng, 2, side)
        pictures[int(rng.integers(2))][int(rng.integers(side))][int(rng.integers(side))] = value
        return {"pictures": pictures}

    good = grid(rng, 3, 4)
    good[0][0][:2] = [0, 1]
    bodies = [
        ("", 4, {"pictures": good}), ("", 3, {"pictures": grid(rng, 5, 3)}),
        ("no dict", 2, grid(rng, 1, 2)), ("no dict", 2, None), ("no list", 2, {"picture": grid(rng, 1, 2)}),
        ("no list", 2, {"pictures": 7}), ("no list", 2, {"pictures": None}),
        ("no list", 2, {"pictures": {"0": grid(rng, 1, 2)}}),
        ("empty", 2, {"pictures": []}), ("too many", 2, {"pictures": grid(rng, int(rng.integers(9, 30)), 2)}),
        ("shape", 4, {"pictures": grid(rng, 2, 8, 4)}), ("shape", 3, {"pictures": grid(rng, 1, 6)}),
        ("shape", 2, {"pictures": np.ravel(grid(rng, 1, 2)).tolist()}), ("ragged", 2, {"pictures": [[[0, 1], [0.5]]]}),
        ("ragged", 2, {"pictures": [[[0, 1], [0, [1]]]]}),
        ("nan", 3, spoiled(float("nan"))), ("nan", 3, spoiled(None)), ("range", 3, spoiled(float("inf"))),
        ("range", 3, spoiled(-0.25)), ("range", 3, spoiled(int(rng.integers(2, 256)))), ("huge", 3, spoiled(10**309)),
        ("truth", 3, spoiled(True)), ("text", 3, spoiled("0.5")),
    ]
    for fault, side, body in bodies:
        yield {"sent": json.dumps(body), "side": side, "most": 8, "fault": fault}


def observe(answer, inputs):
    try:
        return {"taken": answer(json.loads(inputs["sent"]), inputs["side"], inputs["most"])}
    except NotImplementedError:
        raise
    except ValueError as error:
        return {"refused": str(error)}
    except (TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError) as error:
        name = f"{type(error).__name__} {error}"
        return {"refused": str(error)} if "ValidationError" in name else {"crashed": name}


def accept(inputs, output):
    body, side, fault = json.loads(inputs["sent"]), inputs["side"], inputs["fault"]
    if "crashed" in output:
        return "crashes"
    if fault == "":
        if "refused" in output:
            whole = any(type(value) is int for value in np.array(body["pictures"], dtype=object).flat)
            return "whole_refused" if whole else f"A good request was refused: {output['refused'][:80]}"
        taken = output["taken"]
        if not isinstance(taken, np.ndarray) or taken.dtype.kind != "f":
            return "Return a NumPy array of float32."
        if taken.shape != np.shape(body["pictures"]) or not np.allclose(taken, body["pictures"], atol=1e-6):
            return "The array does not hold the numbers that came."
        return True
    if "refused" in output:
        numbers = {"too many": (len(body["pictures"]), inputs["most"]), "shape": (side,)} if fault in (
            "too many", "shape") else {}
        return "mute" if any(str(number) not in output["refused"] for number in numbers.get(fault, ())) else True
    key = {"empty": "empty", "too many": "too_many", "shape": "reshaped", "nan": "nan", "truth": "truth",
           "text": "text", "range": "out_of_range"}.get(fault)
    if fault == "range" and np.all(np.abs(np.asarray(output["taken"], dtype=float) - 0.5) <= 0.5):
        return "clipped"
    return key or f"This was taken as {np.shape(output['taken'])} pictures, and must be refused."


# %% tags=["exercise"] exercise="25.validate"
def read_pictures(body, side, most):
    """Return a request's pictures, or raise a ValueError that says what is wrong."""
    ### BEGIN SOLUTION
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list):
        raise ValueError('expected an object with a list under "pictures"')
    if not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures)}")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError(
            f"expected pictures of {side} by {side} numbers, came shape {values.shape}"
        )
    for place, value in np.ndenumerate(values):
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise ValueError(f"expected a number from 0 to 1 at {place}, came {value}")
    return values.astype("float32")
    ### END SOLUTION


# %%
validate_works = check("25.validate", read_pictures)


# %% tags=["mutant"] exercise="25.validate" misconception="nan"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures) if type(pictures) is list else 'none'}")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError(f"expected {side} by {side} numbers, came {values.shape}")
    for value in values.flat:
        if value is None:
            continue
        if type(value) not in (int, float) or value < 0 or value > 1:
            raise ValueError(f"expected 0 to 1, came {value}")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="out_of_range"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures) if type(pictures) is list else 'none'}")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError(f"expected {side} by {side} numbers, came {values.shape}")
    for value in values.flat:
        if type(value) not in (int, float) or value != value or abs(value) > 1e300:
            raise ValueError(f"expected a number, came {value}")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="clipped"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures) if type(pictures) is list else 'none'}")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError(f"expected {side} by {side} numbers, came {values.shape}")
    for value in values.flat:
        if type(value) not in (int, float) or value != value:
            raise ValueError(f"expected a number, came {value}")
    return np.array([min(max(value, 0), 1) for value in values.flat], dtype="float32").reshape(values.shape)


# %% tags=["mutant"] exercise="25.validate" misconception="truth"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures) if type(pictures) is list else 'none'}")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError(f"expected {side} by {side} numbers, came {values.shape}")
    for value in values.flat:
        if not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise ValueError(f"expected a number from 0 to 1, came {value}")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="truth"
def read_pictures(body, side, most):
    try:
        values = np.array(body["pictures"], dtype="float64")
    except (KeyError, TypeError, OverflowError):
        raise ValueError("expected an object with a list of pictures of numbers") from None
    if values.ndim != 3 or values.shape[1:] != (side, side) or not 1 <= len(values) <= most:
        raise ValueError(f"expected 1 to {most} pictures of {side} by {side}, came {values.shape}")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("expected numbers from 0 to 1")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="text"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures) if type(pictures) is list else 'none'}")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError(f"expected {side} by {side} numbers, came {values.shape}")
    for value in values.flat:
        try:
            number = -1.0 if value is None or value is True else float(value)
        except (OverflowError, TypeError):
            number = -1.0
        if not 0 <= number <= 1:
            raise ValueError(f"expected a number from 0 to 1, came {value}")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="reshaped"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures) if type(pictures) is list else 'none'}")
    values = np.array(pictures, dtype=object).reshape(-1, side, side)
    for value in values.flat:
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise ValueError(f"expected a number from 0 to 1, came {value}")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="too_many"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not pictures:
        raise ValueError("expected a list of pictures")
    values = np.array(pictures, dtype=object)
    if values.shape[1:] != (side, side):
        raise ValueError(f"expected {side} by {side} numbers, came {values.shape}")
    for value in values.flat:
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise ValueError(f"expected a number from 0 to 1, came {value}")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="empty"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or len(pictures) > most:
        raise ValueError(f"expected at most {most} pictures, came {type(pictures) is list and len(pictures)}")
    for rows in pictures:
        if np.array(rows, dtype=object).shape != (side, side):
            raise ValueError(f"expected {side} by {side} numbers")
    values = np.array(pictures, dtype=object)
    for value in values.flat:
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise ValueError(f"expected a number from 0 to 1, came {value}")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="crashes"
def read_pictures(body, side, most):
    pictures = body["pictures"]
    if not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures)}")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError(f"expected {side} by {side} numbers, came {values.shape}")
    for value in values.flat:
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise ValueError(f"expected a number from 0 to 1, came {value}")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="mute"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not 1 <= len(pictures) <= most:
        raise ValueError("bad request")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError("bad request")
    if not all(type(value) in (int, float) and 0 <= value <= 1 for value in values.flat):
        raise ValueError("bad request")
    return values.astype("float32")


# %% tags=["mutant"] exercise="25.validate" misconception="whole_refused"
def read_pictures(body, side, most):
    pictures = body.get("pictures") if isinstance(body, dict) else None
    if not isinstance(pictures, list) or not 1 <= len(pictures) <= most:
        raise ValueError(f"expected 1 to {most} pictures, came {len(pictures) if type(pictures) is list else 'none'}")
    values = np.array(pictures, dtype=object)
    if values.shape != (len(pictures), side, side):
        raise ValueError(f"expected {side} by {side} numbers, came {values.shape}")
    if not all(isinstance(value, float) and 0 <= value <= 1 for value in values.flat):
        raise ValueError("expected numbers from 0 to 1")
    return values.astype("float32")


# %% tags=["variant"] exercise="25.validate"
def read_pictures(body, side, most):
    from typing import Annotated

    from pydantic import BaseModel, Field, ValidationError

    Value = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
    Row = Annotated[list[Value], Field(min_length=side, max_length=side)]
    Picture = Annotated[list[Row], Field(min_length=side, max_length=side)]

    class Body(BaseModel):
        pictures: Annotated[list[Picture], Field(min_length=1, max_length=most)]

    try:
        return np.array(Body.model_validate(body).pictures, dtype="float32")
    except ValidationError as error:
        raise ValueError(str(error)) from None


# %% tags=["variant"] exercise="25.validate"
def read_pictures(body, side, most):
    def refuse(came):
        raise ValueError(f"expected 1 to {most} pictures of {side} by {side} numbers from 0 to 1; came {came}")

    if type(body) is not dict or type(body.get("pictures")) is not list:
        refuse(type(body).__name__)
    if len(body["pictures"]) not in range(1, most + 1):
        refuse(f"{len(body['pictures'])} pictures")
    for picture in body["pictures"]:
        if type(picture) is not list or len(picture) != side:
            refuse(f"a {type(picture).__name__} as a picture")
        for row in picture:
            if type(row) is not list or len(row) != side:
                refuse(f"a {type(row).__name__} as a row")
            for value in row:
                if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0 or value > 1:
                    refuse(repr(value)[:40])
    return np.float32(body["pictures"])


# %% [markdown]
# ## 3 · Eight bits
#
# A weight of four bytes can be said in one, if a little is lost. Numbers between `low`
# and `high` (found on examples, before) are laid on the 256 whole numbers from -128 to
# 127: a *scale* says how far two neighbours lie apart, and the *zero point* is the whole
# number that stands for exactly 0. In the steps of
# [ONNX](https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html), which counts
# from 0 to 255 there:
#
# 1. the range is widened, if it must be, so that 0 lies in it (padding and relu make
#    many exact zeros),
# 2. scale = (high - low) / 255; a range that is only 0 gets scale 1,
# 3. zero point = -128 - low / scale, rounded,
# 4. number = value / scale, rounded, plus the zero point, and cut to -128 … 127.
#
# Return the scale, the zero point (a whole number) and the numbers as int8.
# `np.round` rounds as ONNX does.

# %% tags=["definition"] exercise="25.quantise"
"""Quantisation to eight bits."""
import numpy as np

HINTS = [
    "First `low = min(low, 0.0)` and `high = max(high, 0.0)`. From here on follow the four lines.",
    "`zero_point = int(np.round(-128 - low / scale))`: whole, or 0 would not be one of the numbers.",
    "`np.clip(np.round(values / scale) + zero_point, -128, 127).astype(\"int8\")`. Cut first, then convert: int8 wraps "
    "around.",
]
MISTAKES = {
    "zero_left_out": "The range was not widened to hold 0, so that no whole number stands for it. Every padding and "
    "every silent unit would be a little off.",
    "steps": "The scale is off by one step: 256 numbers have 255 gaps between them.",
    "truncated": "Decimals were cut off in place of rounded: every value moves towards 0, and the errors add up.",
    "wrapped": "Values beyond the range came out at the other end: 128 became -128. Cut with `np.clip` before you "
    "convert to int8.",
    "unsigned": "These are numbers from 0 to 255. int8 begins at -128.",
    "symmetric": "Here the zero point is always 0 and the range the same on both sides. That is another usual way; "
    "where all values are positive, it wastes half of the numbers.",
    "own_range": "You took the range of these values. It was measured before: a network in use sees one request at a "
    "time, and equal values must become equal numbers each time.",
    "wide": "The numbers are right, but not int8: they take as much room as before.",
    "only_zero": "With a range that is only 0 you divided by 0. The scale is 1 then.",
}


def cases(rng):
    for low, high in [(-1.3, 2.1), (0.4, 3.0), (-5.0, -1.0), (-0.7, 0.9), (0.0, 0.0)]:
        low, high = [round(end * float(rng.uniform(0.8, 1.2)), 3) for end in (low, high)]
        wide = high - low
        values = rng.uniform(low - 0.3 * wide, high + 0.3 * wide, size=12)
        yield {"values": np.append(values, 0.0), "low": low, "high": high}


def observe(answer, inputs):
    output = answer(**inputs)
    if not isinstance(output, (tuple, list)) or len(output) != 3:
        return output
    scale, zero_point, numbers = output
    return {"scale": scale, "zero point": zero_point, "numbers": numbers, "type": str(np.asarray(numbers).dtype)}


def laid(values, low, high, *, widen=True, gaps=255, shift=-128, rounded=np.round, cut=True):
    if widen:
        low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / gaps if high > low else 1.0
    zero_point = int(np.round(shift - low / scale))
    numbers = rounded(values / scale) + zero_point
    if cut:
        numbers = np.clip(numbers, shift, shift + 255)
    return {"scale": scale, "zero point": zero_point, "numbers": numbers.astype("int64")}


def reference(values, low, high):
    told = laid(values, low, high)
    return {**told, "numbers": told["numbers"].astype("int8"), "type": "int8"}


def diagnose(inputs, output):
    values, low, high = inputs["values"], inputs["low"], inputs["high"]
    if not np.isfinite(output["scale"]) or output["scale"] == 0:
        return "only_zero"
    side = max(abs(low), abs(high)) / 127 or 1.0
    raw = laid(values, low, high, cut=False)
    wrong = {
        "zero_left_out": laid(values, low, high, widen=False),
        "steps": laid(values, low, high, gaps=256),
        "truncated": laid(values, low, high, rounded=np.trunc),
        "wrapped": {**raw, "numbers": raw["numbers"].astype("int8")},
        "unsigned": laid(values, low, high, shift=0),
        "symmetric": {"scale": side, "zero point": 0, "numbers": np.clip(np.round(values / side), -128, 127)},
        "own_range": laid(values, values.min(), values.max()),
        "wide": laid(values, low, high),
    }
    def alike(one):
        same_scale = np.isclose(output["scale"], one["scale"]) and output["zero point"] == one["zero point"]
        return same_scale and np.array_equal(np.asarray(output["numbers"], dtype=float), one["numbers"])
    right = laid(values, low, high)
    named = [key for key, one in wrong.items() if alike(one) and (key == "wide" or not np.array_equal(
        one["numbers"], right["numbers"]) or not np.isclose(one["scale"], right["scale"]))]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="25.quantise"
def quantise(values, low, high):
    """Return the scale, the zero point and the values as numbers of eight bits."""
    ### BEGIN SOLUTION
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255 if high > low else 1.0
    zero_point = int(np.round(-128 - low / scale))
    numbers = np.round(values / scale) + zero_point
    return scale, zero_point, np.clip(numbers, -128, 127).astype("int8")
    ### END SOLUTION


# %%
quantise_works = check("25.quantise", quantise)


# %% tags=["mutant"] exercise="25.quantise" misconception="zero_left_out"
def quantise(values, low, high):
    scale = (high - low) / 255 if high > low else 1.0
    zero_point = int(np.round(-128 - low / scale))
    return scale, zero_point, np.clip(np.round(values / scale) + zero_point, -128, 127).astype("int8")


# %% tags=["mutant"] exercise="25.quantise" misconception="steps"
def quantise(values, low, high):
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 256 if high > low else 1.0
    zero_point = int(np.round(-128 - low / scale))
    return scale, zero_point, np.clip(np.round(values / scale) + zero_point, -128, 127).astype("int8")


# %% tags=["mutant"] exercise="25.quantise" misconception="truncated"
def quantise(values, low, high):
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255 if high > low else 1.0
    zero_point = int(np.round(-128 - low / scale))
    return scale, zero_point, np.clip((values / scale).astype(int) + zero_point, -128, 127).astype("int8")


# %% tags=["mutant"] exercise="25.quantise" misconception="wrapped"
def quantise(values, low, high):
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255 if high > low else 1.0
    zero_point = int(np.round(-128 - low / scale))
    return scale, zero_point, (np.round(values / scale).astype(int) + zero_point).astype("int8")


# %% tags=["mutant"] exercise="25.quantise" misconception="unsigned"
def quantise(values, low, high):
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255 if high > low else 1.0
    zero_point = int(np.round(-low / scale))
    return scale, zero_point, np.clip(np.round(values / scale) + zero_point, 0, 255).astype("uint8")


# %% tags=["mutant"] exercise="25.quantise" misconception="symmetric"
def quantise(values, low, high):
    scale = max(abs(low), abs(high)) / 127 or 1.0
    return scale, 0, np.clip(np.round(values / scale), -128, 127).astype("int8")


# %% tags=["mutant"] exercise="25.quantise" misconception="own_range"
def quantise(values, low, high):
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    scale = (high - low) / 255 if high > low else 1.0
    zero_point = int(np.round(-128 - low / scale))
    return scale, zero_point, np.clip(np.round(values / scale) + zero_point, -128, 127).astype("int8")


# %% tags=["mutant"] exercise="25.quantise" misconception="wide"
def quantise(values, low, high):
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255 if high > low else 1.0
    zero_point = int(np.round(-128 - low / scale))
    return scale, zero_point, np.clip(np.round(values / scale) + zero_point, -128, 127).astype(int)


# %% tags=["mutant"] exercise="25.quantise" misconception="only_zero"
def quantise(values, low, high):
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float64(high - low) / 255
    with np.errstate(all="ignore"):
        zero_point = int(np.nan_to_num(np.round(-128 - low / scale)))
        numbers = np.nan_to_num(np.round(values / scale)) + zero_point
    return scale, zero_point, np.clip(numbers, -128, 127).astype("int8")


# %% tags=["variant"] exercise="25.quantise"
def quantise(values, low, high):
    ends = sorted([low, high, 0.0])
    scale = (ends[-1] - ends[0]) / 255
    if scale == 0:
        scale = 1.0
    zero_point = round(-128 - ends[0] / scale)
    numbers = [min(127, max(-128, round(float(value) / scale) + zero_point)) for value in values]
    return scale, zero_point, np.array(numbers, dtype=np.int8)


# %% [markdown]
# ## 4 · Alive, and ready
#
# Whoever runs your service asks it two questions again and again. *Are you alive?* If
# not, it is ended and started anew. *Are you ready?* If not, it gets no requests for a
# while. [Kubernetes](https://kubernetes.io/docs/concepts/workloads/pods/probes/) keeps
# them apart, and so do you:
#
# - `warm_up()` lets `model` answer `example` once. If that works, the service is ready,
#   and earlier failures are forgotten. If it raises, the service is not ready, and the
#   error goes no further.
# - `record(worked)` is told after each request whether it was answered.
# - `ready()` is False before the first warm-up that worked, and when the last
#   `most_failures` requests (or more) in a row have failed. A request that works, or a
#   warm-up, makes it ready again.
# - `live()` is True: whoever can say so is alive. A restart mends no broken model. (That
#   the worker of the queue still runs, as in the lesson, is added at the end.)
#
# A probe may come every second from many sides, so it never costs a call of the model.

# %% tags=["definition"] exercise="25.health"
"""A health check."""
import numpy as np

POINTS = 2
HINTS = [
    "Two things must be remembered: whether a warm-up has worked, and how many requests in a row have failed.",
    "`record(True)` sets the count to 0, `record(False)` adds one. `ready()` looks at the two, and calls nothing.",
    "In `warm_up`: `try: self.model(self.example)`, `except Exception: self.warm = False`, "
    "`else: self.warm, self.failures = True, 0`.",
]
MISTAKES = {
    "ready_at_once": "It said ready before the model had answered once. The first requests would wait while the model "
    "is loaded, or meet one that does not work at all.",
    "probe_asks_model": "A probe called the model. Probes come every second from many sides: they would compete with "
    "the requests, and fail just when there are many.",
    "live_follows_ready": "`live()` followed `ready()`. A service that is not ready for a moment would be ended and "
    "started anew, again and again, and so would all its neighbours.",
    "all_failures": "Failures were counted over all time. After some weeks every service would have failed often "
    "enough: count those in a row, and begin anew when a request works.",
    "one_failure": "One failure was enough. A single bad request must not take a service out.",
    "stays_down": "Once not ready, it never was again. A request that works, or a warm-up, brings it back.",
    "one_too_many": "It took one failure more than `most_failures`.",
    "warm_up_raises": "The error of the model came out of `warm_up`. A service that cannot start says so by not being "
    "ready; an error here would end it.",
    "ready_although_failed": "The model failed at the warm-up, and the service said ready.",
}


def cases(rng):
    most = int(rng.integers(3, 5))
    scripts = [
        ("", "o", most), ("w", "o", most), ("w", "x", most), ("ww", "xo", most),
        ("wf", "o", most), ("w" + "f" * most, "o", most), ("w" + "f" * (most - 1), "o", most),
        ("w" + "f" * (most + 1) + "r", "o", most), ("w" + "f" * most + "w", "oo", most),
        ("w" + "f" * most + "w", "ox", most), ("w" + "ffr" * 3, "o", most), ("w" + "f" * (most - 1) + "rf", "o", most),
    ]
    words = {"w": "warm_up", "f": "failed", "r": "worked"}
    for steps, model, most_failures in scripts:
        yield {
            "steps": [words[step] for step in steps],
            "model_works": [letter == "o" for letter in model],
            "most_failures": most_failures,
        }


def observe(answer, inputs):
    works, calls = iter(inputs["model_works"]), []

    def model(example):
        calls.append(example)
        if not next(works, True):
            raise RuntimeError("the model does not work")
        return 0

    health = answer(model, "an example", inputs["most_failures"])
    said = {"live": [health.live()], "ready": [health.ready()]}
    for step in inputs["steps"]:
        if step == "warm_up":
            try:
                health.warm_up()
            except NotImplementedError:
                raise
            except RuntimeError:
                return {"raised": True}
        else:
            health.record(step == "worked")
        said["live"].append(health.live())
        said["ready"].append(health.ready())
    return {**said, "calls of the model": len(calls)}


def run(steps, model_works, most_failures, *, in_a_row=True, back=True, most=None, at_once=False, trusting=False):
    warm, failures, said, works = at_once, 0, [at_once], iter(model_works)
    down = False
    most = most_failures if most is None else most
    for step in steps:
        if step == "warm_up":
            worked = next(works, True)
            warm = worked or trusting
            failures = 0 if worked else failures
        elif step == "worked":
            failures = 0 if in_a_row else failures
        else:
            failures += 1
        down = down or failures >= most
        said.append(warm and failures < most and not (down and not back))
    return said


def reference(steps, model_works, most_failures):
    calls = steps.count("warm_up")
    ready = run(steps, model_works, most_failures)
    return {"live": [True] * len(ready), "ready": ready, "calls of the model": calls}


def diagnose(inputs, output):
    if "raised" in output:
        return "warm_up_raises"
    if output["calls of the model"] > inputs["steps"].count("warm_up"):
        return "probe_asks_model"
    right, ready = run(**inputs), output["ready"]
    if ready == right:
        return "live_follows_ready" if output["live"] == ready else None
    wrong = {
        "ready_at_once": run(**inputs, at_once=True),
        "all_failures": run(**inputs, in_a_row=False),
        "one_failure": run(**inputs, most=1),
        "one_too_many": run(**inputs, most=inputs["most_failures"] + 1),
        "stays_down": run(**inputs, back=False),
        "ready_although_failed": run(**inputs, trusting=True),
    }
    named = [key for key, said in wrong.items() if said == ready]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="25.health"
class Health:  # what a service says to those who ask after it
    def __init__(self, model, example, most_failures):
        ### BEGIN SOLUTION
        self.model, self.example = model, example
        self.most_failures = most_failures
        self.warm, self.failures = False, 0
        ### END SOLUTION

    def warm_up(self):
        ### BEGIN SOLUTION
        try:
            self.model(self.example)
        except Exception:
            self.warm = False
        else:
            self.warm, self.failures = True, 0
        ### END SOLUTION

    def record(self, worked):
        ### BEGIN SOLUTION
        self.failures = 0 if worked else self.failures + 1
        ### END SOLUTION

    def live(self):
        ### BEGIN SOLUTION
        return True
        ### END SOLUTION

    def ready(self):
        ### BEGIN SOLUTION
        return self.warm and self.failures < self.most_failures
        ### END SOLUTION


# %%
health_works = check("25.health", Health)


# %% tags=["mutant"] exercise="25.health" misconception="ready_at_once"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example, self.most_failures = model, example, most_failures
        self.warm, self.failures = True, 0

    def warm_up(self):
        try:
            self.model(self.example)
        except Exception:
            self.warm = False
        else:
            self.warm, self.failures = True, 0

    def record(self, worked):
        self.failures = 0 if worked else self.failures + 1

    def live(self):
        return True

    def ready(self):
        return self.warm and self.failures < self.most_failures


# %% tags=["mutant"] exercise="25.health" misconception="probe_asks_model"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example, self.most_failures = model, example, most_failures
        self.warm, self.failures = False, 0

    def warm_up(self):
        try:
            self.model(self.example)
            self.warm, self.failures = True, 0
        except Exception:
            self.warm = False

    def record(self, worked):
        self.failures = 0 if worked else self.failures + 1

    def live(self):
        return True

    def ready(self):
        if not self.warm:
            return False
        try:
            self.model(self.example)
        except Exception:
            return False
        return self.failures < self.most_failures


# %% tags=["mutant"] exercise="25.health" misconception="live_follows_ready"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example, self.most_failures = model, example, most_failures
        self.warm, self.failures = False, 0

    def warm_up(self):
        try:
            self.model(self.example)
            self.warm, self.failures = True, 0
        except Exception:
            self.warm = False

    def record(self, worked):
        self.failures = 0 if worked else self.failures + 1

    def live(self):
        return self.ready()

    def ready(self):
        return self.warm and self.failures < self.most_failures


# %% tags=["mutant"] exercise="25.health" misconception="all_failures"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example, self.most_failures = model, example, most_failures
        self.warm, self.failures = False, 0

    def warm_up(self):
        try:
            self.model(self.example)
            self.warm, self.failures = True, 0
        except Exception:
            self.warm = False

    def record(self, worked):
        self.failures += not worked

    def live(self):
        return True

    def ready(self):
        return self.warm and self.failures < self.most_failures


# %% tags=["mutant"] exercise="25.health" misconception="one_failure"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example = model, example
        self.warm, self.well = False, True

    def warm_up(self):
        try:
            self.model(self.example)
            self.warm, self.well = True, True
        except Exception:
            self.warm = False

    def record(self, worked):
        self.well = worked

    def live(self):
        return True

    def ready(self):
        return self.warm and self.well


# %% tags=["mutant"] exercise="25.health" misconception="stays_down"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example, self.most_failures = model, example, most_failures
        self.warm, self.failures, self.down = False, 0, False

    def warm_up(self):
        try:
            self.model(self.example)
            self.warm, self.failures = True, 0
        except Exception:
            self.warm = False

    def record(self, worked):
        self.failures = 0 if worked else self.failures + 1
        if self.failures >= self.most_failures:
            self.down = True

    def live(self):
        return True

    def ready(self):
        return self.warm and not self.down


# %% tags=["mutant"] exercise="25.health" misconception="one_too_many"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example, self.most_failures = model, example, most_failures
        self.warm, self.failures = False, 0

    def warm_up(self):
        try:
            self.model(self.example)
            self.warm, self.failures = True, 0
        except Exception:
            self.warm = False

    def record(self, worked):
        self.failures = 0 if worked else self.failures + 1

    def live(self):
        return True

    def ready(self):
        return self.warm and self.failures <= self.most_failures


# %% tags=["mutant"] exercise="25.health" misconception="warm_up_raises"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example, self.most_failures = model, example, most_failures
        self.warm, self.failures = False, 0

    def warm_up(self):
        self.warm = False
        self.model(self.example)
        self.warm, self.failures = True, 0

    def record(self, worked):
        self.failures = 0 if worked else self.failures + 1

    def live(self):
        return True

    def ready(self):
        return self.warm and self.failures < self.most_failures


# %% tags=["mutant"] exercise="25.health" misconception="ready_although_failed"
class Health:
    def __init__(self, model, example, most_failures):
        self.model, self.example, self.most_failures = model, example, most_failures
        self.warm, self.failures = False, 0

    def warm_up(self):
        try:
            self.model(self.example)
            self.failures = 0
        except Exception:
            pass
        finally:
            self.warm = True

    def record(self, worked):
        self.failures = 0 if worked else self.failures + 1

    def live(self):
        return True

    def ready(self):
        return self.warm and self.failures < self.most_failures


# %% tags=["variant"] exercise="25.health"
class Health:
    def __init__(self, model, example, most_failures):
        from collections import deque

        self.ask = lambda: model(example)
        self.latest = deque([False] * most_failures, maxlen=most_failures)
        self.started = False

    def warm_up(self):
        self.started = False
        try:
            self.ask()
        except Exception:
            return
        self.started = True
        self.latest.append(True)

    def record(self, worked):
        self.latest.append(bool(worked))

    def live(self):
        return True

    def ready(self):
        return self.started and any(self.latest)


# %% [markdown]
# ## 5 · One call for many
#
# The heart of the lab: a queue that turns many requests into few calls of the model. The
# lesson has one; write yours without looking. Requests come one by one, through `ask`,
# each from a client that waits. `work` runs beside them for ever, and lets the model
# answer batches:
#
# - A batch leaves when `max_batch` requests are together, or when the *first* of them
#   has waited for `max_wait` seconds, counted from its arrival. While a call runs,
#   requests go on arriving: those that wait when it ends leave together, the oldest
#   first, at most `max_batch` of them.
# - `answers = await self.call(requests)` is a call: a list goes in, and a list of answers
#   comes out in the same order. One call at a time. Each client gets its own answer.
# - If a call raises, one of the requests may be the reason. Ask for each of them again,
#   alone: only those that fail alone get the exception. `work` goes on in any case.
# - When `most_waiting` requests wait already, `ask` raises `asyncio.QueueFull` at once. A
#   full queue says so; it does not grow.
# - A client may go away, and its `ask` is cancelled. The others must not notice.
#
# A future (`loop.create_future()`) is the slip of paper on which an answer is handed
# over: `ask` waits for it with `await`, and `work` fills it in with `set_result` or
# `set_exception`. The clock is `asyncio.get_running_loop().time()`. To look at it again
# and again in a loop is not needed: `asyncio.timeout_at` ends a wait at a moment.
#
# How does one test a thing that waits? With a clock that jumps. `serve.Rehearsed` gives
# your class a method `rehearse`, in which 100 seconds take none, and every run is the
# same. Keep the name in the brackets; apart from that the class is yours.

# %% tags=["definition"] exercise="25.batcher"
"""A queue that makes batches."""
import numpy as np

POINTS = 4
HINTS = [
    "`self.waiting = asyncio.Queue(most_waiting)`; `ask` puts a tuple (time of arrival, request, future) into it with "
    "`put_nowait`, which raises QueueFull by itself, and awaits the future.",
    "`work`: `batch = [await self.waiting.get()]`, then inside `async with asyncio.timeout_at(batch[0][0] + "
    "self.max_wait):` go on taking until the batch is full, and let TimeoutError pass. What waits already is "
    "taken even where the moment is over, since taking it needs no waiting.",
    "A method `serve(batch)`: try the call; `except Exception as error`: for a batch of one `set_exception(error)`, "
    "else `await self.serve([one])` for each; without an error `set_result` for each pair of `zip(batch, answers)`. "
    "Ask `future.done()` first: the future of a client that has gone is done.",
]
MISTAKES = {
    "window_restarted": "Each new request began the window anew. With steady traffic the first one then waits until "
    "the batch is full, however long that takes: work out the moment once, from the first arrival.",
    "from_pickup": "The window began when `work` took up the first request, not when that request arrived. Whoever "
    "has waited through a whole call already waits a second time.",
    "left_waiting": "After a long call, requests that were waiting were left behind: the moment was over, so no more "
    "were taken. `asyncio.wait_for` with no time left takes nothing either, even from a full queue. Take what is "
    "there, and wait only where there is nothing.",
    "waits_when_full": "A full batch waited for its window to end. Nobody can join it any more: let it go.",
    "waits_for_full": "It waited for a full batch without an end. At night, when one request an hour comes, that one "
    "is never answered.",
    "too_large": "A call got more than `max_batch` requests. What the model was measured for, and the memory that it "
    "needs, is that many.",
    "not_batched": "Each request was a call of its own.",
    "mixed_up": "A client got the answer to another's request. Keep each future beside its request, and hand out the "
    "answers in the same order.",
    "stranded": "A call raised, and its requests never got an answer nor an error. Clients wait until they give up, "
    "and nobody learns why.",
    "neighbours_fail": "One request could not be read, and its neighbours in the batch got the error as well. Ask for "
    "each again, alone.",
    "worker_dies": "`work` ended with an exception, and from then on nobody was answered. Catch what a call raises.",
    "client_gone": "A client had gone, and `work` ended when it wanted to hand over the answer: a future that was "
    "cancelled takes no result. Ask `done()` first.",
    "no_bound": "The queue was full, and nobody was turned away. A queue without an end turns a busy minute into a "
    "wait that nobody lives to see: raise `asyncio.QueueFull` at once.",
    "two_at_once": "Two calls ran at the same time. They share the same cores, so both are slower, and there is no "
    "limit any more: await one call before the next.",
    "polls": "It looked at the clock again and again, and so batches left late. Wait for the request itself, and end "
    "the wait at a moment: `asyncio.timeout_at`.",
    "spins": "It asked again and again without letting time pass. On a real machine that keeps a core busy with "
    "nothing: `await` something that happens.",
}


def policy(arrivals, max_batch, max_wait, seconds, *, restart=False, pickup=False, left=False, full_waits=False,
           for_full=False):
    """Return the calls that a rule makes: [when, members]; used for the right rule and for wrong ones."""
    calls, free, place = [], 0.0, 0
    while place < len(arrivals):
        now = max(free, arrivals[place])
        until = (now if pickup else arrivals[place]) + max_wait
        members = [place]
        for other in range(place + 1, len(arrivals)):
            if len(members) == max_batch:
                break
            if (left and now >= until) or (arrivals[other] > max(now, until) and not for_full):
                break
            now = max(now, arrivals[other])
            members.append(other)
            until = now + max_wait if restart else until
        full = len(members) == max_batch
        if for_full and not full:
            return calls
        start = now if full and not full_waits else max(now, until)
        calls.append([start, members])
        free = start + seconds[len(members) - 1]
        place += len(members)
    return calls


def rules(case):
    given = {name: case[name] for name in ("arrivals", "max_batch", "max_wait", "seconds")}
    return {
        "right": policy(**given),
        "window_restarted": policy(**given, restart=True, pickup=True),
        "from_pickup": policy(**given, pickup=True),
        "left_waiting": policy(**given, left=True),
        "waits_when_full": policy(**given, full_waits=True),
        "waits_for_full": policy(**given, for_full=True),
        "not_batched": policy(**{**given, "max_batch": 1}),
    }


def clear(case):
    """True where no two things happen at nearly the same time, so that the rule leaves no choice."""
    arrivals = np.array(case["arrivals"])
    ends = {round(start + case["seconds"][len(members) - 1], 9) for calls in rules(case).values()
            for start, members in calls}
    moments = np.sort(np.concatenate([arrivals, arrivals + case["max_wait"], sorted(ends)]))
    return np.diff(moments).min() > 0.0003


def draw(rng, make):
    """Return the first case of a kind in which nothing falls together."""
    for _ in range(400):
        case = make()
        case = {"most_waiting": 50, "unreadable": [], "gone": [], **case}
        case["arrivals"] = [round(float(time), 4) for time in case["arrivals"]]
        case["seconds"] = [round(float(time), 4) for time in case["seconds"]]
        if clear(case):
            return case
    raise RuntimeError("no clear case was drawn")


def cases(rng):
    def times(*around):
        return np.array(around) / 1000 + rng.uniform(-0.0014, 0.0014, len(around))

    def calls(size, first=20.0, more=3.0):
        return (first + more * np.arange(size) + rng.uniform(-1, 1)) / 1000

    def steady():
        return {"arrivals": times(*range(5, 5 + 13 * 7, 13)), "max_batch": 6, "max_wait": 0.03, "seconds": calls(6)}

    def behind():  # while a long call runs, four come; the first of them has waited long enough when it ends
        return {"arrivals": times(5, 35, 47, 61, 78, 200), "max_batch": 6, "max_wait": 0.02, "seconds": calls(6, 90)}

    def burst():
        return {"arrivals": times(5, 9, 13, 17, 70, 120, 124), "max_batch": 4, "max_wait": 0.04,
                "seconds": calls(4, 12)}

    def crowd():
        gaps = rng.exponential(9.0, 14) + 1
        return {"arrivals": np.cumsum(gaps) / 1000, "max_batch": 4, "max_wait": 0.016, "seconds": calls(4, 25)}

    def flood():  # more come during a call than fit into the next one
        return {"arrivals": times(5, *range(40, 40 + 8 * 7, 7), 400), "max_batch": 3, "max_wait": 0.02,
                "seconds": calls(3, 110)}

    def lonely():
        return {"arrivals": times(5, 100, 109), "max_batch": 3, "max_wait": 0.03, "seconds": calls(3)}

    for make in (steady, behind, burst, flood, flood, crowd, lonely):
        yield draw(rng, make)

    def poisoned():
        return {"arrivals": times(5, 12, 19, 26, 300, 308), "max_batch": 4, "max_wait": 0.06, "seconds": calls(4),
                "unreadable": [int(rng.integers(1, 3))]}

    def full():
        return {"arrivals": times(5, *range(30, 30 + 9 * 7, 9), 500), "max_batch": 2, "max_wait": 0.015,
                "most_waiting": 3, "seconds": calls(2, 120)}

    def gone():
        case = {"arrivals": times(5, 12, 19, 200, 208), "max_batch": 3, "max_wait": 0.05, "seconds": calls(3)}
        first = case["arrivals"][2]
        return {**case, "gone": [[int(rng.integers(0, 2)), round(float(first) + 0.007, 4)]]}

    for make in (poisoned, poisoned, full, gone):
        yield draw(rng, make)


def observe(answer, inputs):
    rehearse = getattr(answer, "rehearse", None)
    if rehearse is None:
        return "Keep the class line: class Batcher(serve.Rehearsed)."
    lived = rehearse(**inputs)
    kinds, whose, when = zip(*lived["replies"])
    told = {
        "calls": in_words(lived["calls"]), "called": [start for start, _ in lived["calls"]],
        "replies": [kind if which is None else f"{kind} to {which}" for kind, which in zip(kinds, whose)],
        "replied": list(when), "calls at once": lived["at_once"], "work": lived["ended"] or "goes on",
    }
    return told if faulty(inputs) else {"should be": in_words(rules(inputs)["right"]), **told}


def faulty(inputs):
    """True where something goes wrong in a case, and the rule for batches alone does not say what comes."""
    return bool(inputs["unreadable"] or inputs["gone"] or inputs["most_waiting"] < len(inputs["arrivals"]))


def in_words(calls):
    return [f"{start * 1000:.1f} ms: {' '.join(map(str, members))}" for start, members in calls]


def accept(inputs, output):
    if isinstance(output, str):
        return output
    members = [words.partition(": ")[2].split(" ") for words in output["calls"]]
    if not all(member.isdigit() for one in members for member in one):
        return "A call should be given the requests themselves, as they came to `ask`, and at least one."
    calls = [[start, [int(member) for member in one]] for start, one in zip(output["called"], members)]
    replies = [(words.split(" ")[0], int(words.split(" ")[2]) if " to " in words else None, when)
               for words, when in zip(output["replies"], output["replied"])]
    if output["work"] == "spins":
        return "spins"
    if output["calls at once"] > 1:
        return "two_at_once"
    if any(len(members) > inputs["max_batch"] for _, members in calls):
        return "too_large"
    known = rules(inputs)
    fault = faulty(inputs)
    most = 1 if fault else len(inputs["arrivals"])

    def agrees(name):
        wanted, came = known[name][:most], calls[:most]
        return len(wanted) == len(came) and all(
            abs(one[0] - other[0]) < 1e-6 and one[1] == sorted(other[1]) for one, other in zip(wanted, came))

    if not agrees("right"):
        named = [name for name in known if name != "right" and agrees(name)]
        if len(named) == 1 and not fault:
            return named[0]
        right, came = known["right"][:most], calls[:most]
        same = [one[1] for one in right] == [sorted(other[1]) for other in came]
        if same and not named and all(-1e-6 < other[0] - one[0] < 0.02 for one, other in zip(right, came)):
            return "polls"
        place = next((place for place, (one, other) in enumerate(zip(right, came))
                      if abs(one[0] - other[0]) > 1e-6 or one[1] != sorted(other[1])), min(len(right), len(came)))
        if place >= len(came):
            return f"There should be {len(right)} calls; there were only {len(came)}."
        if place >= len(right):
            return f"There should be {len(right)} calls; there were {len(came)}."
        wanted, given = in_words([right[place], came[place]])
        return f"Call {place + 1} should be {wanted}; it was {given}."
    silent = [number for number, reply in enumerate(replies) if reply[0] == "nothing"]
    if inputs["unreadable"] and silent:
        return "worker_dies" if output["work"] not in ("goes on", "waits") or max(silent) > 3 else "stranded"
    if inputs["gone"] and silent:
        return "client_gone"
    if silent:
        return f"Request {silent[0]} was never answered."
    if any(kind == "answer" and whose != number for number, (kind, whose, _) in enumerate(replies)):
        return "mixed_up"
    if inputs["most_waiting"] < len(inputs["arrivals"]):
        # One call runs, and only the first few of those that come meanwhile find room.
        busy = [number for number, reply in enumerate(replies) if reply[0] == "busy"]
        end = calls[0][0] + inputs["seconds"][len(calls[0][1]) - 1]
        during = [number for number, time in enumerate(inputs["arrivals"]) if calls[0][0] < time < end]
        turned_away = during[inputs["most_waiting"]:]
        if busy == turned_away:
            return True
        return "no_bound" if not busy else f"Requests {turned_away} find the queue full; QueueFull came to {busy}."
    failed = [number for number, reply in enumerate(replies) if reply[0] == "error"]
    if failed != inputs["unreadable"]:
        if inputs["unreadable"] and set(inputs["unreadable"]) < set(failed):
            return "neighbours_fail"
        return f"Errors should reach requests {inputs['unreadable']}; they reached {failed}."
    if not inputs["unreadable"]:
        ends = {number: start + inputs["seconds"][len(members) - 1] for start, members in calls for number in members}
        late = [number for number, (kind, _, when) in enumerate(replies)
                if kind == "answer" and abs(when - ends[number]) > 1e-6]
        if late:
            return f"Request {late[0]} got its answer at another moment than when its call ended."
    return True


# %% tags=["exercise"] exercise="25.batcher"
class Batcher(serve.Rehearsed):
    """Collect requests, and let the model answer many in one call."""

    def __init__(self, call, max_batch, max_wait, most_waiting):
        ### BEGIN SOLUTION
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)
        ### END SOLUTION

    async def ask(self, request):
        """Return the model's answer to one request."""
        ### BEGIN SOLUTION
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        self.waiting.put_nowait((loop.time(), request, answer))
        return await answer
        ### END SOLUTION

    async def work(self):
        """Let batches be answered, for ever."""
        ### BEGIN SOLUTION
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            if len(batch) > 1:
                for one in batch:
                    await self.serve([one])
            elif not batch[0][2].done():
                batch[0][2].set_exception(error)
        else:
            for (_, _, future), answer in zip(batch, answers):
                if not future.done():
                    future.set_result(answer)
        ### END SOLUTION


# %%
batcher_works = check("25.batcher", Batcher)


# %% tags=["mutant"] exercise="25.batcher" misconception="window_restarted"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            while len(batch) < self.max_batch:
                try:
                    batch.append(await asyncio.wait_for(self.waiting.get(), self.max_wait))
                except TimeoutError:
                    break
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="from_pickup"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout(self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="left_waiting"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            until = batch[0][0] + self.max_wait
            while len(batch) < self.max_batch:
                left = until - asyncio.get_running_loop().time()
                try:
                    batch.append(await asyncio.wait_for(self.waiting.get(), left))
                except TimeoutError:
                    break
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="waits_when_full"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            await asyncio.sleep(batch[0][0] + self.max_wait - asyncio.get_running_loop().time())
            while len(batch) < self.max_batch and not self.waiting.empty():
                batch.append(self.waiting.get_nowait())
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="waits_for_full"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            while len(batch) < self.max_batch:
                batch.append(await self.waiting.get())
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="too_large"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while True:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="not_batched"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            await self.serve([await self.waiting.get()])

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="mixed_up"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers[::-1]):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="stranded"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception:
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="neighbours_fail"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for _, _, future in batch:
                future.set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="worker_dies"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        answers = await self.call([request for _, request, _ in batch])
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="client_gone"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="no_bound"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue()

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="no_bound"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        await self.waiting.put((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="two_at_once"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)
        self.running = set()

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            self.running.add(asyncio.create_task(self.serve(batch)))

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="polls"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            until = batch[0][0] + self.max_wait
            while len(batch) < self.max_batch:
                if not self.waiting.empty():
                    batch.append(self.waiting.get_nowait())
                elif asyncio.get_running_loop().time() < until:
                    await asyncio.sleep(0.0013)
                else:
                    break
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["mutant"] exercise="25.batcher" misconception="spins"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((asyncio.get_running_loop().time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            until = batch[0][0] + self.max_wait
            while len(batch) < self.max_batch:
                if not self.waiting.empty():
                    batch.append(self.waiting.get_nowait())
                elif asyncio.get_running_loop().time() < until:
                    await asyncio.sleep(0)
                else:
                    break
            await self.serve(batch)

    async def serve(self, batch):
        try:
            answers = await self.call([request for _, request, _ in batch])
        except Exception as error:
            for one in batch if len(batch) > 1 else []:
                await self.serve([one])
            if len(batch) == 1 and not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        for (_, _, future), answer in zip(batch, answers):
            if not future.done():
                future.set_result(answer)


# %% tags=["variant"] exercise="25.batcher"
class Batcher(serve.Rehearsed):
    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.size, self.patience, self.room = call, max_batch, max_wait, most_waiting
        self.line, self.came = [], asyncio.Event()

    async def ask(self, request):
        if len(self.line) >= self.room:
            raise asyncio.QueueFull
        slip = {"since": asyncio.get_running_loop().time(), "request": request, "done": asyncio.Event()}
        self.line.append(slip)
        self.came.set()
        try:
            await slip["done"].wait()
        except asyncio.CancelledError:
            if slip in self.line:
                self.line.remove(slip)
            raise
        if "error" in slip:
            raise slip["error"]
        return slip["answer"]

    async def work(self):
        loop = asyncio.get_running_loop()
        while True:
            while not self.line:
                self.came.clear()
                await self.came.wait()
            left = self.line[0]["since"] + self.patience - loop.time()
            if len(self.line) < self.size and left > 0:
                self.came.clear()
                try:
                    await asyncio.wait_for(self.came.wait(), left)
                except TimeoutError:
                    pass
                else:
                    continue
            batch, self.line = self.line[: self.size], self.line[self.size :]
            groups = [batch]
            while groups:
                group = groups.pop(0)
                try:
                    answers = await self.call([slip["request"] for slip in group])
                    for slip, slip["answer"] in zip(group, answers):
                        slip["done"].set()
                except Exception as error:
                    if len(group) == 1:
                        group[0]["error"] = error
                        group[0]["done"].set()
                    else:
                        groups += [[slip] for slip in group]


# %% [markdown]
# Let it live through half an hour of traffic, in no time. A call takes 20 milliseconds,
# and 2 more for each further request in it. How much do 95 of 100 wait at most, at a
# rate? In this picture a window of 5 milliseconds is open; where does it hurt?

# %%
def slowest(rate, size):
    """Return what 95 of 100 wait in your queue at a rate, in milliseconds."""
    came = np.cumsum(np.random.default_rng(5).exponential(1 / rate, 600))
    call_times = [0.02 + 0.002 * more for more in range(size)]
    lived = Batcher.rehearse(came.tolist(), size, 0.005, 600, call_times)
    waits = [when for _, _, when in lived["replies"]] - came
    return 1000 * np.percentile(waits, 95, method="inverted_cdf")


# %%
if batcher_works:
    rates = np.array([1, 5, 10, 20, 30, 40, 45])
    minutes = 2 * (600 / rates / 60).sum()
    figure = plot.curves(
        {f"batches up to {n}": [slowest(rate, n) for rate in rates] for n in (1, 8)},
        x=rates,
        x_title="requests a second",
        y_title="95 of 100 wait at most (ms)",
        title="Your queue, on a clock that jumps",
    )
    found("minutes_lived", minutes, "Your queue has lived through {:.0f} minutes.")
figure if batcher_works else None

# %% [markdown]
# ## 6 · The same on paper
#
# A setting can be tried without a service: you know when requests came, and you have
# measured how long a call takes. Play it through, with the rules of exercise 5 and
# `replicas` copies of the model, each on cores of its own, that share one queue. A batch
# leaves as soon as a copy is free *and* `max_batch` wait or the first has waited for
# `max_wait`. It takes everybody who has arrived by then, the oldest first, up to
# `max_batch`. Return how long each request waits for its answer, from its arrival to the
# end of its call.
#
# | | |
# |---|---|
# | `arrivals` | (requests,), seconds, in order |
# | `seconds` | seconds of a call: `seconds[size - 1]` for a batch of this size |
# | result | (requests,), seconds |

# %% tags=["definition"] exercise="25.simulate"
"""A batching queue on paper."""
import numpy as np

POINTS = 3
HINTS = [
    "Keep a list `free` with the moment at which each copy is free again, and the position of the first request that "
    "has not left. A loop then settles one batch a round.",
    "When can the batch leave? A copy is free: `min(free)`. And the window is over: `arrivals[first] + max_wait`; or "
    "the batch is full: `arrivals[first + max_batch - 1]`, if there are so many. `leaves = max(free one, the "
    "earlier of the other two)`.",
    "`stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side=\"right\"))`; the call ends at "
    "`leaves + seconds[stop - first - 1]`. Set the waits of `first:stop`, the copy's new moment, and go on at `stop`.",
]
MISTAKES = {
    "always_free": "Calls overlapped on one copy, as if it were always free. The wait for a free copy is what makes a "
    "busy service slow.",
    "at_once": "A batch left as soon as a copy was free, and never waited for others: `max_wait` had no effect.",
    "waits_when_full": "A full batch waited for its window to end.",
    "from_pickup": "The window began when a copy was free, not when the first request arrived.",
    "left_waiting": "Only those who came within the window were taken, and those who came while all copies were busy "
    "were left behind.",
    "one_replica": "The number of replicas had no effect.",
    "call_only": "This is how long the calls take. A client also waits before the call.",
    "another_size": "The time belongs to another size: `seconds[0]` is that of a batch of one.",
    "moments": "These are the moments of the answers. Subtract the arrivals.",
}


def cases(rng):
    for count, gap, max_batch, max_wait, base, replicas in [
        (12, 0.010, 4, 0.012, 0.030, 1), (14, 0.004, 3, 0.015, 0.020, 2), (16, 0.006, 4, 0.010, 0.045, 2),
        (10, 0.030, 4, 0.040, 0.010, 1), (14, 0.012, 3, 0.020, 0.028, 1), (18, 0.003, 3, 0.008, 0.022, 3),
    ]:
        arrivals = np.round(np.cumsum(rng.exponential(gap, count) + 0.0005), 4)
        seconds = np.round(base * (1 + 0.2 * np.arange(max_batch)) * rng.uniform(0.9, 1.1), 5)
        yield {"arrivals": arrivals, "seconds": seconds, "max_batch": max_batch, "max_wait": max_wait,
               "replicas": replicas}


def play(arrivals, seconds, max_batch, max_wait, replicas, *, busy=True, window=True, full_waits=False, pickup=False,
         left=False, moments=False, call_only=False, size_off=0):
    free, waits, first = [0.0] * replicas, np.zeros(len(arrivals)), 0
    while first < len(arrivals):
        copy = int(np.argmin(free))
        idle = free[copy] if busy else 0.0
        over = (max(idle, arrivals[first]) if pickup else arrivals[first]) + (max_wait if window else 0.0)
        full = first + max_batch <= len(arrivals)
        ready = min(over, arrivals[first + max_batch - 1]) if full and not full_waits else over
        leaves = max(idle, ready)
        stop = min(first + max_batch, int(np.searchsorted(arrivals, over if left else leaves, side="right")))
        stop = max(stop, first + 1)
        took = seconds[min(stop - first - 1 + size_off, len(seconds) - 1)]
        waits[first:stop] = took if call_only else leaves + took - (0 if moments else arrivals[first:stop])
        free[copy], first = leaves + took, stop
    return waits


def reference(arrivals, seconds, max_batch, max_wait, replicas):
    return play(arrivals, seconds, max_batch, max_wait, replicas)


def diagnose(inputs, output):
    wrong = {
        "always_free": play(**inputs, busy=False),
        "at_once": play(**inputs, window=False),
        "waits_when_full": play(**inputs, full_waits=True),
        "from_pickup": play(**inputs, pickup=True),
        "left_waiting": play(**inputs, left=True),
        "one_replica": play(**{**inputs, "replicas": 1}),
        "call_only": play(**inputs, call_only=True),
        "another_size": play(**inputs, size_off=1),
        "moments": play(**inputs, moments=True),
    }
    right = reference(**inputs)
    named = [key for key, value in wrong.items() if np.allclose(output, value) and not np.allclose(value, right)]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="25.simulate"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    """Return how long each request waits for its answer."""
    ### BEGIN SOLUTION
    free, first, waits = [0.0] * replicas, 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - arrivals[first:stop]
        free[free.index(min(free))] = ends
        first = stop
    return waits
    ### END SOLUTION


# %%
simulate_works = check("25.simulate", simulate)


# %% tags=["mutant"] exercise="25.simulate" misconception="always_free"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    first, waits = 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = ready
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - arrivals[first:stop]
        first = stop
    return waits


# %% tags=["mutant"] exercise="25.simulate" misconception="at_once"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    free, first, waits = [0.0] * replicas, 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first]
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - arrivals[first:stop]
        free[free.index(min(free))] = ends
        first = stop
    return waits


# %% tags=["mutant"] exercise="25.simulate" misconception="waits_when_full"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    free, first, waits = [0.0] * replicas, 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - arrivals[first:stop]
        free[free.index(min(free))] = ends
        first = stop
    return waits


# %% tags=["mutant"] exercise="25.simulate" misconception="from_pickup"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    free, first, waits = [0.0] * replicas, 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = max(min(free), arrivals[first]) + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - arrivals[first:stop]
        free[free.index(min(free))] = ends
        first = stop
    return waits


# %% tags=["mutant"] exercise="25.simulate" misconception="left_waiting"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    free, first, waits = [0.0] * replicas, 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, arrivals[first] + max_wait, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - arrivals[first:stop]
        free[free.index(min(free))] = ends
        first = stop
    return waits


# %% tags=["mutant"] exercise="25.simulate" misconception="one_replica"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    free, first, waits = [0.0], 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - arrivals[first:stop]
        free[free.index(min(free))] = ends
        first = stop
    return waits


# %% tags=["mutant"] exercise="25.simulate" misconception="call_only"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    free, first, waits = [0.0] * replicas, 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - leaves
        free[free.index(min(free))] = ends
        first = stop
    return waits


# %% tags=["mutant"] exercise="25.simulate" misconception="another_size"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    free, first, waits = [0.0] * replicas, 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[min(stop - first, len(seconds) - 1)]
        waits[first:stop] = ends - arrivals[first:stop]
        free[free.index(min(free))] = ends
        first = stop
    return waits


# %% tags=["mutant"] exercise="25.simulate" misconception="moments"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    free, first, waits = [0.0] * replicas, 0, np.zeros(len(arrivals))
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, np.searchsorted(arrivals, leaves, side="right"))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends
        free[free.index(min(free))] = ends
        first = stop
    return waits


# %% tags=["variant"] exercise="25.simulate"
def simulate(arrivals, seconds, max_batch, max_wait, replicas):
    import heapq

    line, copies, waits = list(enumerate(arrivals)), [0.0] * replicas, {}
    while line:
        idle = heapq.heappop(copies)
        moment = max(idle, line[0][1] + max_wait)
        if len(line) >= max_batch:
            moment = min(moment, max(idle, line[max_batch - 1][1]))
        batch = [one for one in line[:max_batch] if one[1] <= moment]
        line = line[len(batch) :]
        moment += seconds[len(batch) - 1]
        heapq.heappush(copies, moment)
        waits.update({number: moment - came for number, came in batch})
    return np.array([waits[number] for number in range(len(arrivals))])


# %% [markdown]
# Do your queue and your paper agree? The queue lives through some arrivals on the
# jumping clock, the paper works them out.

# %%
agree = batcher_works and simulate_works
if agree:
    rng = np.random.default_rng(25)
    came = np.cumsum(rng.exponential(0.01, 60))
    call_seconds = 0.02 + 0.004 * np.arange(4)
    lived = Batcher.rehearse(came.tolist(), 4, 0.015, 60, call_seconds.tolist())
    ended = np.array([when for _, _, when in lived["replies"]])
    apart = np.abs(ended - came - simulate(came, call_seconds, 4, 0.015, 1)).max()
    found("apart", 1e9 * apart, "Queue and paper: {:.0f} nanoseconds apart at most.")
    assert apart < 1e-9

# %% [markdown]
# And a law comes for nothing. How many requests are in the house, on average? Walk
# through time and count; or multiply: arrivals a second times the mean wait. That both
# are the same whatever the rule is
# [Little's law](https://doi.org/10.1287/opre.9.3.383).

# %%
if agree:
    moments = np.linspace(0, ended.max(), 20_001)
    inside = (came <= moments[:, None]) & (moments[:, None] < ended)
    counted = inside.sum(axis=1).mean()
    multiplied = len(came) / ended.max() * (ended - came).mean()
    found("counted", counted, "Counted: {:.3f} requests in the house on average.")
    found("multiplied", multiplied, "Arrivals a second times mean wait: {:.3f}.")
    assert abs(counted / multiplied - 1) < 0.01

# %% [markdown]
# ## 7 · A promise, kept cheaply
#
# "95 of 100 answers within `target` seconds." You have a recording of arrivals, the
# seconds of a call by batch size, and settings to choose from: tuples (replicas,
# max_batch, max_wait). A setting will do if
#
# 1. it can carry the load at all. Its *utilisation*, arrivals a second times the seconds
#    of a full call, divided by the requests that `replicas` full calls answer, is below
#    one. (Arrivals a second are `len(arrivals) / arrivals[-1]`.) From one on, the queue
#    grows for ever, and a short recording does not show it,
# 2. on the recording, the 95th percentile of the waits (nearest rank) is at most
#    `target`.
#
# Return the position of the setting that will do with the fewest replicas; of several,
# that with the lowest 95th percentile; None if none will do. Your `simulate` and your
# `level` may be used.

# %% tags=["definition"] exercise="25.choose"
"""The cheapest setting that keeps a promise."""
import numpy as np

POINTS = 2
HINTS = [
    "Write two short tests for one setting first: its utilisation, and its 95th percentile on the recording.",
    "`busy = rate * seconds[max_batch - 1] / (replicas * max_batch)`; "
    "`late = np.percentile(waits, 95, method=\"inverted_cdf\")` is the nearest rank.",
    "Collect `(replicas, late, place)` of those that will do; `min` of such tuples compares the first entries, then "
    "the second. `min(will_do, default=None)` for an empty list.",
]
MISTAKES = {
    "overloaded": "This setting keeps the promise on the recording only because that is short: more comes in than "
    "goes out. Look at the utilisation first.",
    "mean": "You compared the mean wait with the target. Half of all clients, or a tenth, may wait much longer.",
    "median": "You compared the median with the target: half of the clients wait longer than that.",
    "fastest": "This is the fastest setting that will do. Asked for is the one with the fewest replicas: each costs "
    "money day and night.",
    "first": "This is the first one that will do in the list, not the cheapest.",
    "ties": "Of several with equally few replicas, return the one with the lowest 95th percentile.",
    "worst": "You wanted every single wait below the target. The promise is for 95 of 100.",
}


def play(arrivals, seconds, setting):
    """Return how long 95 of 100, half and all wait at most with a setting, and the mean."""
    replicas, max_batch, max_wait = setting
    free, waits, first = [0.0] * replicas, np.zeros(len(arrivals)), 0
    while first < len(arrivals):
        ready = arrivals[first] + max_wait
        if first + max_batch <= len(arrivals):
            ready = min(ready, arrivals[first + max_batch - 1])
        leaves = max(min(free), ready)
        stop = min(first + max_batch, int(np.searchsorted(arrivals, leaves, side="right")))
        ends = leaves + seconds[stop - first - 1]
        waits[first:stop] = ends - arrivals[first:stop]
        free[free.index(min(free))] = ends
        first = stop
    waits = np.sort(waits)
    return {"p95": float(waits[-(-95 * len(waits) // 100) - 1]), "mean": float(waits.mean()),
            "median": float(waits[-(-len(waits) // 2) - 1]), "worst": float(waits[-1])}


def choices(case):
    """Return what the task asks for, and what each mistake leads to."""
    arrivals, seconds, settings = case["arrivals"], case["seconds"], case["settings"]
    rate = len(arrivals) / arrivals[-1]
    carried = [rate * seconds[size - 1] / (replicas * size) < 1 for replicas, size, _ in settings]
    played = [play(arrivals, seconds, setting) for setting in settings]

    def pick(rule="p95", carry=True, key=None):
        will_do = [
            (settings[place][0], told[rule], place) for place, told in enumerate(played)
            if told[rule] <= case["target"] and (carried[place] or not carry)
        ]
        return min(will_do, key=key)[2] if will_do else None

    return {
        "right": pick(), "overloaded": pick(carry=False), "mean": pick("mean"), "median": pick("median"),
        "worst": pick("worst"), "fastest": pick(key=lambda one: one[1]), "first": pick(key=lambda one: one[2]),
        "ties": pick(key=lambda one: (one[0], one[2])),
        "equal": pick(key=lambda one: (one[0], round(one[1], 6), -one[2])),  # no mistake: the last of equally good ones
    }


def cases(rng):
    def one():
        count = int(rng.integers(40, 70))
        arrivals = np.round(np.cumsum(rng.exponential(0.01, count)), 4)
        base = rng.uniform(0.012, 0.03)
        seconds = np.round(base * (1 + rng.uniform(0.08, 0.3) * np.arange(8)), 5)
        sizes = [(int(replicas), int(size), float(wait)) for replicas in (1, 2, 3) for size in (1, 2, 4, 8)
                 for wait in (0.0, 0.01, 0.025)]
        settings = [sizes[place] for place in rng.permutation(len(sizes))[:7]]
        return {"arrivals": arrivals, "seconds": seconds, "target": round(float(rng.uniform(0.025, 0.12)), 3) + 4e-6,
                "settings": settings}

    # For each mistake a case in which it, and nothing else, gives what it gives; and one with no way out.
    for wanted in ("overloaded", "mean", "median", "fastest", "first", "ties", "worst"):
        for _ in range(2000):
            case = one()
            found = choices(case)
            others = [value for name, value in found.items() if name != wanted]
            if None not in (found["right"], found[wanted]) and found["right"] == found["equal"] and (
                    found[wanted] not in others):
                yield case
                break
        else:
            raise RuntimeError(f"no case shows {wanted}")
    yield {**one(), "target": 0.001}


def reference(arrivals, seconds, target, settings):
    return choices({"arrivals": arrivals, "seconds": seconds, "target": target, "settings": settings})["right"]


def diagnose(inputs, output):
    found = choices(inputs)
    named = [name for name, value in found.items() if value == output and value != found["right"]]
    return named[0] if len(named) == 1 else None


# %% tags=["exercise"] exercise="25.choose"
def choose(arrivals, seconds, target, settings):
    """Return the position of the cheapest setting that keeps the promise, or None."""
    ### BEGIN SOLUTION
    rate, will_do = len(arrivals) / arrivals[-1], []
    for place, (replicas, max_batch, max_wait) in enumerate(settings):
        busy = rate * seconds[max_batch - 1] / (replicas * max_batch)
        waits = simulate(arrivals, seconds, max_batch, max_wait, replicas)
        late = np.percentile(waits, 95, method="inverted_cdf")
        if busy < 1 and late <= target:
            will_do.append((replicas, late, place))
    return min(will_do)[2] if will_do else None
    ### END SOLUTION


# %%
choose_works = check("25.choose", choose)


# %% tags=["mutant"] exercise="25.choose" misconception="overloaded"
def choose(arrivals, seconds, target, settings):
    will_do = []
    for place, (replicas, max_batch, max_wait) in enumerate(settings):
        waits = simulate(arrivals, seconds, max_batch, max_wait, replicas)
        late = np.percentile(waits, 95, method="inverted_cdf")
        if late <= target:
            will_do.append((replicas, late, place))
    return min(will_do)[2] if will_do else None


# %% tags=["mutant"] exercise="25.choose" misconception="mean"
def choose(arrivals, seconds, target, settings):
    rate, will_do = len(arrivals) / arrivals[-1], []
    for place, (replicas, max_batch, max_wait) in enumerate(settings):
        busy = rate * seconds[max_batch - 1] / (replicas * max_batch)
        waits = simulate(arrivals, seconds, max_batch, max_wait, replicas)
        late = np.mean(waits)
        if busy < 1 and late <= target:
            will_do.append((replicas, late, place))
    return min(will_do)[2] if will_do else None


# %% tags=["mutant"] exercise="25.choose" misconception="median"
def choose(arrivals, seconds, target, settings):
    rate, will_do = len(arrivals) / arrivals[-1], []
    for place, (replicas, max_batch, max_wait) in enumerate(settings):
        busy = rate * seconds[max_batch - 1] / (replicas * max_batch)
        waits = simulate(arrivals, seconds, max_batch, max_wait, replicas)
        late = np.percentile(waits, 50, method="inverted_cdf")
        if busy < 1 and late <= target:
            will_do.append((replicas, late, place))
    return min(will_do)[2] if will_do else None


# %% tags=["mutant"] exercise="25.choose" misconception="worst"
def choose(arrivals, seconds, target, settings):
    rate, will_do = len(arrivals) / arrivals[-1], []
    for place, (replicas, max_batch, max_wait) in enumerate(settings):
        busy = rate * seconds[max_batch - 1] / (replicas * max_batch)
        waits = simulate(arrivals, seconds, max_batch, max_wait, replicas)
        late = np.max(waits)
        if busy < 1 and late <= target:
            will_do.append((replicas, late, place))
    return min(will_do)[2] if will_do else None


# %% tags=["mutant"] exercise="25.choose" misconception="fastest"
def choose(arrivals, seconds, target, settings):
    rate, will_do = len(arrivals) / arrivals[-1], []
    for place, (replicas, max_batch, max_wait) in enumerate(settings):
        busy = rate * seconds[max_batch - 1] / (replicas * max_batch)
        waits = simulate(arrivals, seconds, max_batch, max_wait, replicas)
        late = np.percentile(waits, 95, method="inverted_cdf")
        if busy < 1 and late <= target:
            will_do.append((late, replicas, place))
    return min(will_do)[2] if will_do else None


# %% tags=["mutant"] exercise="25.choose" misconception="first"
def choose(arrivals, seconds, target, settings):
    rate, will_do = len(arrivals) / arrivals[-1], []
    for place, (replicas, max_batch, max_wait) in enumerate(settings):
        busy = rate * seconds[max_batch - 1] / (replicas * max_batch)
        waits = simulate(arrivals, seconds, max_batch, max_wait, replicas)
        late = np.percentile(waits, 95, method="inverted_cdf")
        if busy < 1 and late <= target:
            will_do.append(place)
    return min(will_do) if will_do else None


# %% tags=["mutant"] exercise="25.choose" misconception="ties"
def choose(arrivals, seconds, target, settings):
    rate, will_do = len(arrivals) / arrivals[-1], []
    for place, (replicas, max_batch, max_wait) in enumerate(settings):
        busy = rate * seconds[max_batch - 1] / (replicas * max_batch)
        waits = simulate(arrivals, seconds, max_batch, max_wait, replicas)
        late = np.percentile(waits, 95, method="inverted_cdf")
        if busy < 1 and late <= target:
            will_do.append((replicas, place))
    return min(will_do)[1] if will_do else None

# %% tags=["variant"] exercise="25.choose"
def choose(arrivals, seconds, target, settings):
    best = None
    for place in range(len(settings)):
        replicas, max_batch, max_wait = settings[place]
        carried = replicas * max_batch / seconds[max_batch - 1]
        if carried <= len(arrivals) / arrivals[-1]:
            continue
        free, first, waits = [0.0] * replicas, 0, []
        while first < len(arrivals):
            ready = min([arrivals[first] + max_wait, *arrivals[first + max_batch - 1 : first + max_batch]])
            free.sort()
            leaves = max(free[0], ready)
            taken = [one for one in arrivals[first : first + max_batch] if one <= leaves]
            free[0] = leaves + seconds[len(taken) - 1]
            waits += [free[0] - one for one in taken]
            first += len(taken)
        late = sorted(waits)[int(np.ceil(0.95 * len(waits) - 1e-9)) - 1]
        if late <= target and (best is None or (replicas, late) < best[:2]):
            best = (replicas, late, place)
    return None if best is None else best[2]


# %% [markdown]
# ## 8 · Again, but not at once
#
# The other side of the line: a client whose request failed. Trying again helps against a
# hiccup, and is what turns a hiccup into an outage when thousands do it at the same
# moment. `send()` returns a pair (status, retry_after); retry_after is a number of
# seconds, or None. Send, and send again under these rules; return the last status.
#
# - Below 500 it is settled: return. An answer is an answer, and a request that was
#   refused stays wrong.
# - Your service says 503 before it does anything: send again. With other statuses from
#   500 on nobody knows whether it was done: send again only if
#   [`idempotent`](https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods) (doing
#   it twice is the same as doing it once).
# - At most `tries` sends in all. No sleep after the last.
# - Before the n-th repetition (n = 0, 1, 2, …) sleep for a random time, even between 0
#   and `base * 2**n` seconds, but never more than `longest`: `rng.uniform(0, ...)`. All
#   those that failed together would else come back together. (This is called [full
#   jitter](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).)
# - If the server named a
#   [`retry_after`](https://www.rfc-editor.org/rfc/rfc9110#name-retry-after), sleep for
#   that *plus* the random time.
#
# `sleep(seconds)` is given to you, so that a test need not wait.

# %% tags=["definition"] exercise="25.retry"
"""Trying again."""
import numpy as np

POINTS = 2
HINTS = [
    "A loop over `range(tries)`. In it: send; return if it is settled; return if it may not be repeated; return if "
    "this was the last try; else sleep.",
    "`may_repeat = status == 503 or idempotent`.",
    "`sleep((retry_after or 0) + rng.uniform(0, min(longest, base * 2**attempt)))`.",
]
MISTAKES = {
    "too_often": "It sent more often than `tries`. The first send counts as well.",
    "hammers": "It sent again at once. A server that is busy gets even more to do.",
    "no_growth": "The limit of the pause did not double. If the server needs a minute, every client asks dozens of "
    "times.",
    "no_jitter": "The pauses were not random. All clients that failed at the same moment come back at the same moment.",
    "no_limit": "A pause was longer than `longest`. After ten doublings a client would sleep for a quarter of an hour.",
    "retry_after_ignored": "The server said when to come back, and the client came earlier.",
    "retry_after_only": "With a `retry_after`, nothing random was added: all clients come back exactly then.",
    "not_idempotent": "A request was repeated that may have been done already. What if it was an order?",
    "busy_given_up": "This service says 503 before it does anything: that may be sent again, idempotent or not.",
    "own_fault": "A status below 500 was sent again. A wrong request stays wrong.",
    "sleeps_at_the_end": "It slept after the last try, and made somebody wait for nothing.",
    "never_again": "It never sent again.",
}


def cases(rng):
    for statuses, idempotent in [
        ([200], True), ([422], True), ([404, 200], True), ([500, 200], True), ([503, 503, 200], False),
        ([500, 200], False), ([504, 200], False), ([500] * 9, True), ([503] * 9, False), ([500, 503, 500, 422], True),
        ([503], False),
    ]:
        wait = round(float(rng.uniform(3, 6)), 2)
        after = [wait if status == 503 and place % 2 else None for place, status in enumerate(statuses)]
        if statuses == [503]:
            statuses, after = [503, 200], [wait, None]
        yield {
            "statuses": statuses, "retry_after": after, "idempotent": idempotent, "tries": 6, "base": 0.1,
            "longest": 1.0, "seed": int(rng.integers(1_000_000)),
            "runs": 25 if len(statuses) == 9 and idempotent else 3,
        }


def observe(answer, inputs):
    runs = []
    for run in range(inputs["runs"]):
        told, pauses, replies = [], [], list(zip(inputs["statuses"], inputs["retry_after"]))

        def send():
            reply = replies[min(len(told), len(replies) - 1)]
            told.append(len(pauses))
            if len(told) > 30:
                raise RuntimeError("more than 30 sends")
            return reply

        status = answer(
            send, inputs["idempotent"], inputs["tries"], inputs["base"], inputs["longest"],
            lambda seconds: pauses.append(float(seconds)), np.random.default_rng((inputs["seed"], run)),
        )
        runs.append({"status": status, "sends": len(told), "pauses": pauses})
    return runs


def wanted(inputs):
    """Return how many sends there should be."""
    for sends in range(1, inputs["tries"] + 1):
        status = inputs["statuses"][min(sends, len(inputs["statuses"])) - 1]
        if status < 500 or (status != 503 and not inputs["idempotent"]):
            return sends
    return inputs["tries"]


def accept(inputs, output):
    sends, statuses = wanted(inputs), inputs["statuses"]
    came = output[0]["sends"]
    if came > inputs["tries"]:
        return "too_often"
    if came == 1 and sends > 1:
        return "busy_given_up" if statuses[0] == 503 and not inputs["idempotent"] else "never_again"
    if came > sends:
        return "own_fault" if statuses[sends - 1] < 500 else "not_idempotent"
    if came < sends:
        return f"{sends} sends were expected, {came} came."
    status = statuses[min(sends, len(statuses)) - 1]
    if any(run["status"] != status for run in output):
        return f"Return the last status, {status}; {output[0]['status']} came."
    counts = {len(run["pauses"]) for run in output}
    if max(counts) > sends - 1:
        return "sleeps_at_the_end"
    if sends == 1:
        return True
    if min(counts) < sends - 1:
        return "hammers"
    pauses = np.array([run["pauses"] for run in output])
    after = np.array([inputs["retry_after"][min(place, len(statuses) - 1)] or 0.0 for place in range(sends - 1)])
    if not np.any(pauses):
        return "hammers"
    extra = pauses - after
    most = np.minimum(inputs["base"] * 2.0 ** np.arange(sends - 1), inputs["longest"])
    if np.any(extra < -1e-9):
        return "retry_after_ignored"
    asked = after > 0
    if asked.any() and np.allclose(extra[:, asked], 0):
        return "retry_after_only"
    if np.ptp(extra, axis=0).max() < 1e-9:
        return "no_jitter"
    if np.any(extra > inputs["longest"] + 1e-9):
        return "no_limit"
    if np.any(extra > most + 1e-9):
        return "A pause was longer than base * 2**n: is n counted from 0?"
    if inputs["runs"] < 20:
        return True
    high = extra.max(axis=0)
    if sends > 2 and np.all(high <= inputs["base"] + 1e-9):
        return "no_growth"
    if np.any(high < 0.6 * most) or np.any(extra.min(axis=0) > 0.4 * most):
        return "The random part should lie evenly between 0 and base * 2**n."
    return True


# %% tags=["exercise"] exercise="25.retry"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    """Send until it is settled, or must not be repeated; return the last status."""
    ### BEGIN SOLUTION
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat or attempt == tries - 1:
            return status
        pause = rng.uniform(0, min(longest, base * 2**attempt))
        sleep((retry_after or 0) + pause)
    ### END SOLUTION


# %%
retry_works = check("25.retry", persist)


# %% tags=["mutant"] exercise="25.retry" misconception="too_often"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries + 1):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat or attempt == tries:
            return status
        pause = rng.uniform(0, min(longest, base * 2**attempt))
        sleep((retry_after or 0) + pause)


# %% tags=["mutant"] exercise="25.retry" misconception="hammers"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat or attempt == tries - 1:
            return status


# %% tags=["mutant"] exercise="25.retry" misconception="no_growth"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat or attempt == tries - 1:
            return status
        pause = rng.uniform(0, base)
        sleep((retry_after or 0) + pause)


# %% tags=["mutant"] exercise="25.retry" misconception="no_jitter"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat or attempt == tries - 1:
            return status
        pause = min(longest, base * 2**attempt)
        sleep((retry_after or 0) + pause)


# %% tags=["mutant"] exercise="25.retry" misconception="no_limit"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat or attempt == tries - 1:
            return status
        pause = rng.uniform(0, base * 2**attempt)
        sleep((retry_after or 0) + pause)


# %% tags=["mutant"] exercise="25.retry" misconception="retry_after_ignored"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat or attempt == tries - 1:
            return status
        pause = rng.uniform(0, min(longest, base * 2**attempt))
        sleep(pause)


# %% tags=["mutant"] exercise="25.retry" misconception="retry_after_only"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat or attempt == tries - 1:
            return status
        pause = rng.uniform(0, min(longest, base * 2**attempt))
        sleep(retry_after or pause)


# %% tags=["mutant"] exercise="25.retry" misconception="not_idempotent"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or status >= 500
        if not may_repeat or attempt == tries - 1:
            return status
        pause = rng.uniform(0, min(longest, base * 2**attempt))
        sleep((retry_after or 0) + pause)


# %% tags=["mutant"] exercise="25.retry" misconception="busy_given_up"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status >= 500 and idempotent
        if not may_repeat or attempt == tries - 1:
            return status
        pause = rng.uniform(0, min(longest, base * 2**attempt))
        sleep((retry_after or 0) + pause)


# %% tags=["mutant"] exercise="25.retry" misconception="own_fault"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status != 200 and (idempotent or status == 503)
        if not may_repeat or attempt == tries - 1:
            return status
        pause = rng.uniform(0, min(longest, base * 2**attempt))
        sleep((retry_after or 0) + pause)


# %% tags=["mutant"] exercise="25.retry" misconception="sleeps_at_the_end"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    for attempt in range(tries):
        status, retry_after = send()
        may_repeat = status == 503 or (status >= 500 and idempotent)
        if not may_repeat:
            return status
        pause = rng.uniform(0, min(longest, base * 2**attempt))
        sleep((retry_after or 0) + pause)
    return status


# %% tags=["mutant"] exercise="25.retry" misconception="never_again"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    return send()[0]


# %% tags=["variant"] exercise="25.retry"
def persist(send, idempotent, tries, base, longest, sleep, rng):
    def again(left, limit):
        status, wait = send()
        if left == 0 or status < 500 or not (idempotent or status == 503):
            return status
        sleep((wait if wait is not None else 0) + rng.random() * min(limit, longest))
        return again(left - 1, 2 * limit)

    return again(tries - 1, base)


# %% [markdown]
# ## Something to keep: a service of your own
#
# Every piece in its place. First a network worth serving: it names clothes, and is wide.
# A call for one picture has to fetch all its weights, just as a call for sixteen.

# %%
all_right = (
    level_works and validate_works and quantise_works and health_works
    and batcher_works and simulate_works and choose_works and retry_works
)
PICTURES, EPOCHS = {"smoke": (400, 1), "quick": (3000, 3), "full": (6000, 10)}[PROFILE]
REQUESTS = {"smoke": 60, "quick": 400, "full": 2000}[PROFILE]

# %%
if all_right:
    import keras

    keras.utils.set_random_seed(25)
    clothing = data.load("clothing", source="bundled")
    x_train = clothing.x_train[:PICTURES].astype("float32") / 255
    wide = [keras.layers.Dense(3072, activation="relu") for _ in range(2)]
    mlp = keras.Sequential(
        [keras.Input((28, 28)), keras.layers.Flatten(), *wide]
        + [keras.layers.Dense(10, activation="softmax")]
    )
    mlp.compile("adam", "sparse_categorical_crossentropy")
    mlp.fit(x_train, clothing.y_train[:PICTURES], 200, epochs=EPOCHS, verbose=0)

# %% [markdown]
# Your eight bits on its weights: each matrix becomes whole numbers with a scale and a
# zero point, and back. What is lost?

# %%
if all_right:
    x_new = clothing.x_test[:1000].astype("float32") / 255
    y_new, exact = clothing.y_test[:1000], mlp.get_weights()
    before = np.mean(mlp.predict(x_new, verbose=0).argmax(axis=1) == y_new)
    eighths = []
    for weights in exact:
        scale, zero_point, numbers = quantise(weights, weights.min(), weights.max())
        eighths.append((numbers.astype("float32") - zero_point) * scale)
    mlp.set_weights(eighths)
    after = np.mean(mlp.predict(x_new, verbose=0).argmax(axis=1) == y_new)
    mlp.set_weights(exact)
    points = 100 * (after - before)
    found("own_accuracy", before, "The network names {:.1%} of new clothes rightly.")
    found("eight_bit_points", points, "In a quarter of the room: {:+.1f} points.")

# %% [markdown]
# Out of Keras: the arithmetic as text, as in lesson 25, and the weights beside it.

# %%
CLOTHES = """
<ir_version: 9, opset_import: ["": 17]>
clothes (float[n, 784] pixels) => (float[n, 10] chances) {
   weighted1 = MatMul (pixels, w1)
   shifted1 = Add (weighted1, b1)
   hidden1 = Relu (shifted1)
   weighted2 = MatMul (hidden1, w2)
   shifted2 = Add (weighted2, b2)
   hidden2 = Relu (shifted2)
   weighted3 = MatMul (hidden2, w3)
   scores = Add (weighted3, b3)
   chances = Softmax (scores)
}"""


def run(pictures):
    """Let the exported network answer a batch."""
    return session.run(None, {"pixels": pictures.reshape(len(pictures), -1)})[0]


# %% [markdown]
# One thread for the model, so that the rest of the service has a core to itself.

# %%
if all_right:
    import onnx
    import onnxruntime

    network = onnx.parser.parse_model(CLOTHES)
    for name, weights in zip(("w1", "b1", "w2", "b2", "w3", "b3"), exact):
        network.graph.initializer.append(onnx.numpy_helper.from_array(weights, name))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(network.SerializeToString(), options)
    assert np.abs(run(x_new) - mlp.predict(x_new, verbose=0)).max() < 1e-5

# %% [markdown]
# How long does a call take? Measured for some sizes, a straight line between them.

# %%
def median_seconds(size, repeats=15):
    """Return the median time of a call with this many pictures."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run(np.zeros((size, 28, 28), "float32"))
        times.append(time.perf_counter() - began)
    return np.median(times)


if all_right:
    sizes = [1, 2, 4, 8, 16]
    measured = [median_seconds(size) for size in sizes]
    call_seconds = np.interp(np.arange(1, 17), sizes, measured)
    gain = 16 * call_seconds[0] / call_seconds[15]
    found("batch_gain", gain, "In a call of sixteen, each is {:.1f} times as cheap.")

# %% [markdown]
# Now requests shall come a quarter faster than single calls can carry. What do you
# promise, and which setting keeps the promise? Your `choose` knows. It sees the model
# only; what HTTP and JSON cost is not in it.

# %%
if all_right:
    rate = 1.25 / call_seconds[0]
    rng = np.random.default_rng(25)
    recording = np.cumsum(rng.exponential(1 / rate, 400))
    waits = (0.0, call_seconds[0] / 2, 2 * call_seconds[0])
    settings = [(1, size, wait) for size in (1, 4, 8, 16) for wait in waits]
    target = 6 * call_seconds[0]
    chosen = choose(recording, call_seconds, target, settings)
    if chosen is None:
        print("No setting keeps this promise here; the last one is taken.")
    _, max_batch, max_wait = settings[-1 if chosen is None else chosen]
    found("promise", 1000 * target, "95 of 100 answers of the model within {:.0f} ms.")
    found("chosen_batch", max_batch, "Your choice is batches of up to {}.")

# %% [markdown]
# The app: your door, your health check, your queue. The model runs in a thread of its
# own (`asyncio.to_thread`), so that the queue can go on collecting while it works.

# %%
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request


# %%
def service_of(max_batch, max_wait):
    """Return an app with your pieces around the network."""
    health = Health(run, np.zeros((1, 28, 28), "float32"), 3)

    async def call(pictures):
        return await asyncio.to_thread(run, np.stack(pictures))

    @asynccontextmanager
    async def life(app):
        app.state.queue = Batcher(call, max_batch, max_wait, 5000)
        app.state.worker = asyncio.create_task(app.state.queue.work())
        app.state.warming = asyncio.create_task(asyncio.to_thread(health.warm_up))
        yield
        app.state.worker.cancel()

    return with_door(with_probes(FastAPI(lifespan=life), health), health)


# %% [markdown]
# Two addresses for those who look after it:


# %%
def with_probes(app, health):
    """Say whether the service is alive, and whether it is ready."""

    @app.get("/live")
    async def live():
        if app.state.worker.done() or not health.live():
            raise HTTPException(503, "start me anew")

    @app.get("/ready")
    async def ready():
        if not health.ready():
            raise HTTPException(503, "not ready yet")

    return app


# %% [markdown]
# And one for strangers:


# %%
def with_door(app, health):
    """Let pictures in and names out."""

    @app.post("/predict")
    async def predict(request: Request):
        try:
            pictures = read_pictures(json.loads(await request.body()), 28, 16)
        except ValueError as error:
            raise HTTPException(422, str(error)) from None
        try:
            answers = await asyncio.gather(*map(app.state.queue.ask, pictures))
        except asyncio.QueueFull:
            raise HTTPException(503, "full", {"Retry-After": "1"}) from None
        except Exception:
            health.record(False)
            raise
        health.record(True)
        return {"kinds": [clothing.classes[int(one.argmax())] for one in answers]}

    return app


# %% [markdown]
# It starts cold: until the network has answered once it says 503. Your patient client
# does not mind.

# %%
if all_right:
    import httpx

    service = serve.start(service_of(max_batch, max_wait), name="clothes")

    def send():
        reply = httpx.get(service.url + "/ready", timeout=5)
        return reply.status_code, reply.headers.get("Retry-After")

    came = persist(send, True, 12, 0.05, 1.0, time.sleep, np.random.default_rng(25))
    print("Your service stands at", service.url, "and says", came)

# %% [markdown]
# A request with pictures, one with nonsense. The second is a picture of one pixel, and
# that one is text: which of the two faults does your door name?

# %%
if all_right:
    some = clothing.x_test[:8] / 255
    body = {"pictures": some.round(3).tolist()}
    reply = httpx.post(service.url + "/predict", json=body, timeout=5).json()
    nonsense = {"pictures": [[["0.5"]]]}
    refused = httpx.post(service.url + "/predict", json=nonsense, timeout=5)
    print(refused.status_code, refused.json()["detail"])

# %% [markdown]
# And what it said to the first. The network has trained for a moment only, so not every
# name will be right:

# %%
if all_right:
    figure = plot.images(some, titles=reply["kinds"], title="What your service says")
figure if all_right else None

# %% [markdown]
# And now the crowd: the same requests at the same moments, first to a service that calls
# the network for each, then to yours.

# %%
if all_right:
    payloads = [{"pictures": [one.round(2).tolist()]} for one in some]
    tables, queues = {}, {"one by one": (1, 0.0), "your queue": (max_batch, max_wait)}
    for name, setting in queues.items():
        with serve.start(service_of(*setting), name="loaded", ready="/ready") as loaded:
            tables[name] = serve.load(
                loaded, payloads, path="/predict", rate=rate, count=REQUESTS, timeout=30
            )


def level_of(table, share):
    """Return your level of service for a table of requests, in milliseconds."""
    return 1000 * level([table.seconds.to_numpy()], [table.status.to_numpy()], share)


# %% [markdown]
# Your own `level` judges both: a request that was not answered would count as one that
# waited for ever.

# %%
if all_right:
    late = {name: level_of(table, 95) for name, table in tables.items()}
    ratio = late["one by one"] / late["your queue"]
    found("own_p95", late["your queue"], "Your service: 95 of 100 within {:.0f} ms.")
    found("p95_ratio", ratio, "One by one they wait {:.1f} times as long.")

# %% [markdown]
# The other levels too. Look at the lower left first: for those who were lucky, is a
# queue worth anything?

# %%
if all_right:
    shares, both = np.arange(1, 100), tables.items()
    figure = plot.curves(
        {name: [level_of(one, int(at)) for at in shares] for name, one in both},
        x=shares,
        x_title="share of the requests (%)",
        y_title="answered within (ms)",
        title="What a queue is worth",
    )
figure if all_right else None

# %% [markdown]
# Did it keep the promise? The promise was the model's alone; in front of it stand HTTP,
# JSON and your own Python loop over 784 numbers, on cores that the sender of the
# requests shares. What is missing between the two is what your `simulate` leaves out.
#
# ## Open end
#
# No check waits here. Some things worth trying, one at a time, with a guess first:
#
# - Raise `rate` until your service breaks its promise. Is it at the utilisation that you
#   expect? What becomes of the 99th percentile shortly before?
# - Lower `most_waiting` from 5000 to 20 at that rate. Who is better off?
# - Make a request the reason of an error (`run` raises on a picture that is all ones).
#   What do its neighbours see?
# - Let `read_pictures` work on arrays in place of a loop. How much of the wait was it?
# - Ask your service from a second notebook. What would you have to add before it may be
#   reached from another machine?
#
# When you have finished: this ends every service of this page. They would also end with
# the kernel.

# %%
serve.stop_all()
