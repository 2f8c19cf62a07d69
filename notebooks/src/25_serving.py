# %% [markdown] tags=["sourced"]
# **Your model works. Now a thousand strangers ask it at once: how long does the
# unluckiest one in a hundred wait?**
#
# Behind every search box and every card payment stands a model that must answer within
# a promised time, day and night, on machines that cost money while nobody asks.
# [Clipper](https://www.usenix.org/conference/nsdi17/technical-sessions/presentation/crankshaw)
# (2017) showed that a small layer between strangers and model can buy a lot here: it
# lets requests wait a moment for company, and asks the model once for many. You will
# build that layer, and measure when it pays and when it is a waste of time.
#
# When you leave, you will be able to
#
# - move a model from Keras to ONNX Runtime, and prove that it is still the same model,
# - put it behind a door that tells strangers what it takes, and stays up when they lie,
# - measure a level of service so that waiting cannot hide,
# - write a batching queue, and say from measurements for which models it pays,
# - price quantisation, distillation, and a service that sleeps while nobody asks.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
import asyncio
import time
from pathlib import Path
from tempfile import mkdtemp

import keras
import numpy as np
import onnxruntime

from layerwise import data, explore, plot, serve, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)
workshop = Path(mkdtemp(prefix="serving-"))

# %% [markdown]
# ## Two models that read digits
#
# The handwritten digits of lesson 02. Two decimals a pixel are plenty, and short to
# send.

# %%
digits = data.load("digits", source="best" if PROFILE == "full" else "bundled")
digits

# %% [markdown]
# Four parts, in the open. Most pictures are to learn from. Some lose their labels: they
# stand for the many pictures that nobody has labelled, and will be useful later. Some
# are for choosing. The test pictures stay sealed until the end.

# %%
LEARN = {"smoke": 600, "quick": 6_000, "full": 6_000}[PROFILE]
pictures = (digits.x_train.reshape(-1, 784) / 255).round(2).astype("float32")
order = np.random.default_rng(0).permutation(len(pictures))
validation, learn = order[:1000], order[1000 : 1000 + LEARN]
unlabelled = order[1000 + LEARN : 1000 + LEARN * 3 // 2]
x_train, y_train = pictures[learn], digits.y_train[learn]
x_validation, y_validation = pictures[validation], digits.y_train[validation]

# %% [markdown]
# **The first model is small.** One hidden layer of 64 units, as in lesson 02.


# %%
def trained(x, y, loss, seed=0):
    """Return a small network, trained on pictures and what they should become."""
    keras.utils.set_random_seed(seed)
    hidden = keras.layers.Dense(64, activation="relu")
    output = keras.layers.Dense(10, activation="softmax")
    network = keras.Sequential([keras.Input((784,)), hidden, output])
    network.compile(keras.optimizers.Adam(0.003), loss)
    epochs = 2 if PROFILE == "smoke" else 10
    settings = {"batch_size": 200, "epochs": epochs, "verbose": 0}
    network.fit(x, y, callbacks=[train.Progress()], **settings)
    return network


# %%
mlp = trained(x_train, y_train, "sparse_categorical_crossentropy")


# %%
def share_right(chances, labels):
    """Return the share of pictures whose most probable digit is their label."""
    return float(np.mean(np.argmax(chances, axis=1) == labels))


small = keras.ops.convert_to_numpy(mlp(x_validation))
found("mlp_accuracy", share_right(small, y_validation), "The mlp reads {:.1%}.")

# %% [markdown]
# **The second is large**, and needs no training. It is a *library*: it stores every
# drawing it was given, in five positions each, and compares a new one with all of them.
# Such searches in a long list of vectors stand behind recommendations and the lookup of
# documents, only with longer lists.
#
# Two matrices are enough. One holds the stored drawings, brought to length 1, so that a
# product with it is a cosine. The other says which digit each of them is.

# %%
SHARPNESS = 80.0
moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
moved = [np.roll(x_train.reshape(-1, 28, 28), move, (1, 2)) for move in moves]
stored = np.concatenate(moved).reshape(-1, 784)
stored /= np.linalg.norm(stored, axis=1, keepdims=True)
stored = np.ascontiguousarray(SHARPNESS * stored.T)  # one column for each drawing
names = np.tile(np.eye(10, dtype="float32")[y_train], (len(moves), 1))


# %% [markdown]
# The answer is a vote of all drawings, and a softmax lets the most similar ones speak
# loudest.


# %%
def library(x):
    """Return the chances of ten digits for pictures, by comparing with all stored."""
    match = (x / np.linalg.norm(x, axis=1, keepdims=True)) @ stored
    votes = np.exp(match - match.max(axis=1, keepdims=True))
    return votes / votes.sum(axis=1, keepdims=True) @ names


# %%
large = library(x_validation)
found("library_accuracy", share_right(large, y_validation), "The library: {:.1%}.")
found(
    "times_larger",
    stored.size / mlp.count_params(),
    "It holds {:.0f} times as many numbers as the mlp.",
)

# %% [markdown]
# More right answers, and much more to read through for each of them. Keep both; they
# will part ways.

# %% [markdown] tags=["sourced"]
# ## Out of the notebook: ONNX
#
# A service should not need all of Keras to multiply matrices. [ONNX](https://onnx.ai/)
# is a file format for the arithmetic of a model: a list of operations, and the arrays
# that they use. The text of such a file can be written by hand. This is the mlp:

# %%
MLP = """
<ir_version: 9, opset_import: ["": 17]>
mlp (float[n, 784] pixels) => (float[n, 10] chances) {
   weighted = MatMul (pixels, w1)
   shifted = Add (weighted, b1)
   hidden = Relu (shifted)
   scored = MatMul (hidden, w2)
   scores = Add (scored, b2)
   chances = Softmax (scores)
}"""

# %% [markdown]
# The `n` stands for any number of pictures. It will earn its keep. A few lines put the
# arrays beside the text:

# %%
import onnx
from onnx import numpy_helper, parser


def write_onnx(text, arrays, path):
    """Write an ONNX file: its operations as text, its arrays by name."""
    graph = parser.parse_model(text)
    for name, array in arrays.items():
        graph.graph.initializer.append(numpy_helper.from_array(array, name))
    onnx.checker.check_model(graph)
    onnx.save(graph, path)
    return str(path)


# %%
weights = dict(zip(("w1", "b1", "w2", "b2"), mlp.get_weights(), strict=True))
by_hand_file = write_onnx(MLP, weights, workshop / "by_hand.onnx")

# %% [markdown] tags=["sourced"]
# [ONNX Runtime](https://onnxruntime.ai/docs/) reads the file and does the arithmetic,
# with no training and no Python inside. We give it one core, so that a model counts as
# one worker.


# %%
def opened(path, threads=1):
    """Return a function that runs an ONNX file on pictures."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options)
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0]


# %% [markdown]
# Keras has a line for it, which needs the network to have been called once:

# %%
exported_file = str(workshop / "mlp.onnx")
mlp.export(exported_file, format="onnx", verbose=False)
by_hand, exported = opened(by_hand_file), opened(exported_file)

# %% [markdown]
# Three ways, one model. Check it on every picture, never on one: an export that is
# wrong for one kind of input is worse than one that fails.

# %%
differences = [np.abs(f(x_validation) - small).max() for f in (by_hand, exported)]
assert max(differences) < 1e-5
found("onnx_difference", max(differences), "The largest difference is {:.0e}.")

# %% [markdown]
# The library goes the same way, with its division, its softmax and its votes.

# %%
LIBRARY = """
<ir_version: 9, opset_import: ["": 17]>
library (float[n, 784] pixels) => (float[n, 10] chances) {
   length = ReduceL2 <axes = [1]> (pixels)
   looks = Div (pixels, length)
   match = MatMul (looks, stored)
   votes = Softmax (match)
   chances = MatMul (votes, names)
}"""
arrays = {"stored": stored, "names": names}
library_file = write_onnx(LIBRARY, arrays, workshop / "library.onnx")

# %%
from_file = opened(library_file)
some = x_validation[:100]
assert np.abs(from_file(some) - large[:100]).max() < 1e-4
assert np.array_equal(from_file(some).argmax(axis=1), large[:100].argmax(axis=1))

# %% [markdown]
# **Is it faster?** For a fair answer, the rivals take turns, several times, and the
# median counts: whatever else this machine is doing disturbs both alike.


# %%
def seconds_of(functions, x, repeats=9):
    """Return the median seconds of each function for pictures; they take turns."""
    times = {name: [] for name in functions}
    for _ in range(repeats + 1):
        for name, function in functions.items():
            began = time.perf_counter()
            function(x)
            times[name].append(time.perf_counter() - began)
    return {name: np.median(every[1:]) for name, every in times.items()}


# %%
predict(
    "25.runtime",
    "Same weights, same arithmetic. How much sooner does ONNX Runtime answer than "
    "Keras's `predict`: for one picture, and for 1,000 at once?",
    [
        "about the same for both",
        "clearly sooner for one, much less so for 1,000",
        "clearly sooner for 1,000, much less so for one",
    ],
)

# %%
rivals = {"Keras": lambda x: mlp.predict(x, verbose=0), "ONNX Runtime": exported}
one, many = seconds_of(rivals, x_validation[:1]), seconds_of(rivals, x_validation)
ratio_one = one["Keras"] / one["ONNX Runtime"]
ratio_many = many["Keras"] / many["ONNX Runtime"]
found("runtime_one", ratio_one, "For one picture: {:.0f} times sooner.")
found(
    "runtime_fades",
    ratio_one / ratio_many,
    "The lead for one is {:.1f} times the lead for 1,000.",
    predicted="25.runtime",
)

# %% [markdown]
# The arithmetic is the same. What differs is what surrounds it: `predict` prepares a
# loop over batches for every call, and one picture has to pay for all of it. A service
# gets its pictures one by one.

# %% [markdown] tags=["sourced"]
# ## A door for strangers
#
# Strangers send anything: 783 numbers, words, a number that is not one. A model answers
# all of it with a digit, or dies. So a door stands before it and says what it takes.
# [Pydantic](https://docs.pydantic.dev/latest/concepts/fields/) turns such a description
# into checks.

# %%
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Pixel = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Drawing(BaseModel):
    """What a client sends: 784 numbers from 0 to 1, and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid")
    pixels: Annotated[list[Pixel], Field(min_length=784, max_length=784)]


# %% [markdown]
# `strict` refuses `"0.5"` and `true` where a number is due. `allow_inf_nan=False` looks
# superfluous, since "not a number" is not from 0 to 1. It is a habit worth having: every
# comparison with it is false, so a check written as "refuse if below 0 or above 1" would
# let it in.
#
# [FastAPI](https://fastapi.tiangolo.com/) makes a web service from functions. This one
# asks the model at once, for every request:

# %%
from fastapi import FastAPI

simple = FastAPI()


@simple.post("/predict")
async def predict_digit(drawing: Drawing):
    """Return the digit in one drawing."""
    chances = exported(np.array([drawing.pixels], "float32"))[0]
    return {"digit": int(chances.argmax()), "chances": chances.tolist()}


# %% [markdown]
# A refused client should hear what came, what is expected, and nothing of its own data
# back. FastAPI's own refusal repeats the whole input, and where that holds a NaN, the
# refusal itself cannot be written as JSON.

# %%
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

EXPECTED = "Send {'pixels': 784 numbers from 0 to 1}."


async def refuse(request, error):
    """Say in one sentence what is wrong with a request."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"][1:]))
    return JSONResponse({"detail": f"{place}: {first['msg']}. {EXPECTED}"}, 422)


simple.add_exception_handler(RequestValidationError, refuse)

# %% [markdown]
# `serve.start` runs the app on this machine. It listens on 127.0.0.1, which no other
# machine can reach, ends with this kernel, and run a second time it replaces itself.

# %%
reader = serve.start(simple, name="reader", largest=100_000)
reader

# %% [markdown]
# One drawing goes in by hand, as any program anywhere would send it:

# %%
import httpx

reply = httpx.post(f"{reader.url}/predict", json={"pixels": x_validation[0].tolist()})
print(reply.status_code, reply.json(), "| label:", y_validation[0])
assert reply.json()["digit"] == small[0].argmax()

# %% [markdown]
# Now the strangers. `serve.load` sends a list of requests and returns one row for each.

# %%
good = {"pixels": x_validation[1]}
strangers = {
    "a good one": good,
    "783 pixels": {"pixels": x_validation[1][:783]},
    "a word": {"pixels": ["dark"] * 784},
    "a truth value": {"pixels": [True] * 784},
    "not a number": '{"pixels": [' + ", ".join(["NaN"] * 784) + "]}",
    "too bright": {"pixels": 255 * x_validation[1]},
    "not JSON": "hello",
    "too large": {"pixels": [0.123456] * 50_000},
    "a good one again": good,
}

# %%
table = serve.load(
    reader, list(strangers.values()), path="/predict", rate=20, count=len(strangers)
)
for name, row in zip(strangers, table.itertuples(), strict=True):
    said = row.answer.get("detail", row.answer) if row.answer else None
    print(f"{name:17} {row.status} {str(said)[:90]}")
assert list(table.outcome) == ["answered", *["refused"] * 7, "answered"]

# %% [markdown]
# Everybody got an answer, nobody got a digit for nonsense, and the service stands. Two
# more limits are in the runner: a body above `largest` bytes is refused before it is
# read whole, and a client that sends too slowly, or an answer that takes too long, is
# given up.

# %% [markdown] tags=["sourced"]
# ## How to measure waiting
#
# Averages hide the unlucky. So a promise about waiting is made in percentiles: *p95 under
# 100 milliseconds* means that 95 of 100 requests, all of them counted, were answered
# within that time. A request that was sent away or got lost counts as one that waited
# for ever. Sort the times, and take the one at that place:


# %%
def percentile(table, level):
    """Return the time within which `level` percent of all requests were answered."""
    waits = np.where(table.outcome == "answered", table.seconds, np.inf)
    place = int(np.ceil(level / 100 * len(waits)))
    return np.sort(waits)[place - 1]


levels = {f"p{level}": percentile(table, level) for level in (50, 95, 99)}
assert levels == serve.percentiles(table)

# %% [markdown]
# The trap lies elsewhere. To see it, here is a service with a hiccup: it answers at once,
# except that it stands still for a moment somewhere in the middle. Cleaning up memory,
# a new model being loaded, a full disk: they look like this.

# %%
STALL, STALL_AT = 0.6, 100
asked = 0
hiccup = FastAPI()


@hiccup.get("/")
async def stand_still_once():
    """Answer at once, but stand still for a moment at one request."""
    global asked
    asked += 1
    if asked == STALL_AT:
        time.sleep(STALL)
    return {"asked": asked}


# %% [markdown]
# We measure it in two ways. *Closed*: one client asks, waits for the answer, asks again.
# *Open*: requests come when they come, at random moments, 100 a second on average, as
# from people who know nothing of each other.

# %%
predict(
    "25.omission",
    "One stop of 0.6 seconds among 300 requests. Which p95 will the closed loop and the "
    "open loop report?",
    [
        "both about the same: it is the same service",
        "the closed loop reports the longer waits, since it waits for each answer",
        "the open loop reports the longer waits, the closed loop hardly any",
    ],
)

# %%
asked = 0
with serve.start(hiccup, name="hiccup") as service:
    serve.load(service, None, clients=1, count=20)  # to warm up
    asked = 0
    closed = serve.load(service, None, clients=1, count=300)
    asked = 0
    opened_loop = serve.load(service, None, rate=100, count=300)
both = serve.summary({"closed loop": closed, "open loop": opened_loop})
(1000 * both[["p50", "p95", "p99"]]).round(1)

# %%
found(
    "omission",
    both.p95["open loop"] / both.p95["closed loop"],
    "The open loop's p95 is {:.0f} times the closed loop's.",
    predicted="25.omission",
)

# %% [markdown] tags=["sourced"]
# In the closed loop the client stood still together with the service, and asked nothing
# while it would have had to wait: one slow answer among 300. Strangers do not stand
# still. Gil Tene named this [coordinated
# omission](https://qconsf.com/sf2012/dl/qcon-sanfran-2012/slides/GilTene_HowNotToMeasureLatency.pdf):
# tester and service agree on leaving out what is bad. [Schroeder, Wierman and
# Harchol-Balter](https://www.usenix.org/conference/nsdi-06/open-versus-closed-cautionary-tale)
# (2006) showed how far apart the two can be. From here on, latencies come from open
# loops, and they count from the moment at which a request was *due*.

# %%
waits = {"closed loop": closed, "open loop": opened_loop}
steps = np.linspace(50, 99.5, 100)
plot.curves(
    {name: [1000 * percentile(t, level) for level in steps] for name, t in waits.items()},
    x=steps,
    x_title="share of requests, in percent",
    y_title="answered within, in milliseconds",
    title="The same service, measured in two ways",
)

# %% [markdown]
# ## A queue that waits for company
#
# Why should waiting help anybody? Because one call for many costs less than many calls
# for one. How much less is a property of the model, and can be measured.

# %%
SIZES = (1, 2, 4, 8, 16, 32)
models = {"mlp": exported, "library": from_file}
call_seconds = {
    size: seconds_of(models, np.ascontiguousarray(x_validation[:size]))
    for size in SIZES
}

# %%
plot.curves(
    {
        name: [1000 * call_seconds[size][name] / size for size in SIZES]
        for name in models
    },
    x=np.array(SIZES),
    x_title="pictures in one call",
    y_title="milliseconds for each picture",
    title="What one picture costs, alone and in company",
)

# %%
saving = {n: 32 * call_seconds[1][n] / call_seconds[32][n] for n in models}
found("call_saving", saving["library"], "In a call of 32, a picture costs the library {:.1f} times less.")
found("mlp_call", 1e6 * call_seconds[1]["mlp"], "The mlp needs {:.0f} microseconds for one.")

# %% [markdown]
# For one picture, the library has to fetch all its stored drawings from memory, multiply
# each number once, and forget it. Fetching takes the time. For 32 pictures it fetches
# them once as well.
#
# Now the queue. A request that waits is a picture, the moment of its arrival, and a
# *future*: an empty envelope that somebody will put the answer into.

# %%
from dataclasses import dataclass, field


@dataclass
class Waiting:
    """One request in the queue."""

    picture: np.ndarray
    arrived: float
    answer: asyncio.Future


@dataclass
class Batcher:
    """A model, and the requests that wait for it."""

    model: object
    max_batch: int = 1
    max_wait: float = 0.0
    queue: asyncio.Queue = field(default_factory=lambda: asyncio.Queue(300))
    calls: list = field(default_factory=list)
    warm: bool = False


# %% [markdown]
# To ask is to put a request into the queue and wait for its envelope. The queue has 300
# places. When they are taken, `put_nowait` raises `QueueFull`, and that is good: a
# request that would wait too long is better sent away at once.


# %%
async def ask(batcher, picture):
    """Return the model's answer for one picture, in its turn."""
    loop = asyncio.get_running_loop()
    request = Waiting(picture, loop.time(), loop.create_future())
    batcher.queue.put_nowait(request)
    return await request.answer


# %% [markdown]
# The heart is to decide when a batch leaves: when it is full, or when its *first* request
# has waited for `max_wait`. Not the last: a window that every newcomer opens again keeps
# the first waiting as long as others come.


# %%
async def collect(batcher):
    """Return the next batch: full, or as full as `max_wait` allows."""
    batch = [await batcher.queue.get()]
    leaves = batch[0].arrived + batcher.max_wait
    while len(batch) < batcher.max_batch:
        try:
            async with asyncio.timeout_at(leaves):
                batch.append(await batcher.queue.get())
        except TimeoutError:
            break
    return [request for request in batch if not request.answer.done()]


# %% [markdown]
# The last line leaves out those who have gone: when a client hangs up, its envelope is
# cancelled, and the model need not work for it.
#
# Then one call, in a thread of its own, so that the door stays open meanwhile. If the
# call fails, each request is tried alone: the one that caused the error gets the error,
# its neighbours their answers.


# %%
async def call(batcher, batch):
    """Ask the model once for a batch, and hand the answers back."""
    pictures = np.stack([request.picture for request in batch])
    began = time.perf_counter()
    try:
        answers = await asyncio.to_thread(batcher.model, pictures)
    except Exception as error:
        answers = [error]
        if len(batch) > 1:
            for request in batch:
                await call(batcher, [request])
            return
    batcher.calls.append((len(batch), time.perf_counter() - began))
    hand_back(batch, answers)


# %%
def hand_back(batch, answers):
    """Put each answer, or the error, into its envelope, if anybody still waits."""
    for request, answer in zip(batch, answers, strict=True):
        if request.answer.done():
            continue
        if isinstance(answer, Exception):
            request.answer.set_exception(answer)
        else:
            request.answer.set_result(answer)


# %% [markdown]
# And a worker that does this for ever. It begins with a call that nobody waits for, since
# the first call of a model is often the slowest.


# %%
async def work(batcher):
    """Answer batch after batch."""
    await asyncio.to_thread(batcher.model, x_train[:1])
    batcher.warm = True
    while True:
        batch = await collect(batcher)
        if batch:
            await call(batcher, batch)


# %% [markdown]
# Try it without any network: five pictures, one of which the model cannot bear.


# %%
def touchy(pictures):
    """Return the brightest pixel of each picture, and fail at an empty one."""
    if not pictures.any(axis=1).all():
        raise ValueError("an empty picture")
    return pictures.max(axis=1)


async def rehearsal():
    """Ask five times at once, and return answers and errors."""
    batcher = Batcher(touchy, max_batch=5, max_wait=0.05)
    worker = asyncio.create_task(work(batcher))
    pictures = [np.full(3, shade) for shade in (0.1, 0.2, 0.0, 0.4, 0.5)]
    questions = [ask(batcher, picture) for picture in pictures]
    answers = await asyncio.gather(*questions, return_exceptions=True)
    worker.cancel()
    return answers


# %%
answers = await rehearsal()
print(answers)
assert isinstance(answers[2], ValueError)
assert answers[:2] + answers[3:] == [0.1, 0.2, 0.4, 0.5]

# %% [markdown]
# ## The whole service
#
# Around the queue we build what a service needs, one function for each part. First the
# door. A full queue answers *503, try again later*, and says when.


# %%
def add_door(app, batcher):
    """Let drawings in and answers out."""

    @app.post("/predict")
    async def read(drawing: Drawing):
        try:
            chances = await ask(batcher, np.array(drawing.pixels, "float32"))
        except asyncio.QueueFull:
            busy = {"detail": "Too many requests wait already. Try again later."}
            return JSONResponse(busy, 503, {"Retry-After": "1"})
        return {"digit": int(chances.argmax()), "chances": chances.tolist()}

    app.add_exception_handler(RequestValidationError, refuse)


# %% [markdown] tags=["sourced"]
# Then its health, which is two questions ([Kubernetes asks
# them](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
# of everything it runs). *Alive?* If not, start me anew. *Ready?* If not, send nobody
# here for now. A service that is loading its model is alive and not ready; one whose
# worker has died is neither. Neither question calls the model: a probe every second must
# not cost what a customer costs.


# %%
def add_health(app, batcher):
    """Say whether the service is alive, and whether it is ready."""

    @app.get("/health/live")
    async def live():
        alive = not app.state.worker.done()
        return JSONResponse({"alive": alive}, 200 if alive else 503)

    @app.get("/health/ready")
    async def ready():
        fine = batcher.warm and not batcher.queue.full()
        fine = fine and not app.state.worker.done()
        return JSONResponse({"ready": fine}, 200 if fine else 503)


# %% [markdown] tags=["sourced"]
# Then its numbers, in the text format that
# [Prometheus](https://prometheus.io/docs/concepts/metric_types/) collects. A counter only
# grows, a gauge goes up and down, and a histogram counts values in compartments, from
# which percentiles of many machines can be computed together. Percentiles themselves
# cannot be added or averaged.

# %%
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest


def add_metrics(app, batcher):
    """Tell Prometheus how many wait, and how large the batches are."""
    registry = CollectorRegistry()
    waiting = Gauge("waiting", "Requests in the queue.", registry=registry)
    waiting.set_function(batcher.queue.qsize)
    sizes = Histogram("batch_size", "Pictures in a call.", buckets=SIZES, registry=registry)
    seen = 0

    @app.get("/metrics")
    async def metrics():
        nonlocal seen
        for size, _ in batcher.calls[seen:]:
            sizes.observe(size)
        seen = len(batcher.calls)
        return PlainTextResponse(generate_latest(registry).decode())


# %% [markdown]
# Last, a door for the owner, who may change the batching while the service runs. It asks
# for a token. `compare_digest` takes the same time for every wrong token, so that nobody
# can guess it letter by letter with a stopwatch.

# %%
import secrets

from fastapi import Header
from fastapi.responses import PlainTextResponse

TOKEN = secrets.token_urlsafe(16)


class Batching(BaseModel):
    """How the queue collects."""

    max_batch: Annotated[int, Field(ge=1, le=64)]
    max_wait: Annotated[float, Field(ge=0, le=1)]


# %%
def add_admin(app, batcher, token):
    """Let the owner change the batching."""

    @app.post("/admin/batching")
    async def change(batching: Batching, authorization: Annotated[str, Header()] = ""):
        if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            return JSONResponse({"detail": "This door needs the owner's token."}, 401)
        batcher.max_batch, batcher.max_wait = batching.max_batch, batching.max_wait
        return batching


# %% [markdown]
# Put together. The worker lives as long as the app.

# %%
from contextlib import asynccontextmanager


def service_app(model, **settings):
    """Return an app around a model, with its batcher as `app.state.batcher`."""
    batcher = Batcher(model, **settings)

    @asynccontextmanager
    async def life(app):
        app.state.worker = asyncio.create_task(work(batcher))
        yield
        app.state.worker.cancel()

    app = FastAPI(lifespan=life)
    app.state.batcher = batcher
    add_door(app, batcher)
    add_health(app, batcher)
    add_metrics(app, batcher)
    add_admin(app, batcher, TOKEN)
    return app


# %%
apps = {name: service_app(model) for name, model in models.items()}
services = {
    name: serve.start(app, name=name, ready="/health/ready", largest=100_000)
    for name, app in apps.items()
}
services

# %% [markdown]
# Does everybody get their own answer? A hundred different drawings at once, in batches of
# up to 16, and each answer against the model itself:

# %%
payloads = [{"pixels": picture} for picture in x_validation[:100]]


def batching(name, max_batch, max_wait=0.0):
    """Change a service's batching through the owner's door."""
    reply = httpx.post(
        f"{services[name].url}/admin/batching",
        json={"max_batch": max_batch, "max_wait": max_wait},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert reply.status_code == 200, reply.text


# %%
batching("library", 16, 0.005)
table = serve.load(services["library"], payloads, path="/predict", clients=20, count=100)
said = np.array([answer["digit"] for answer in table.answer])
assert np.array_equal(said, large[table.request].argmax(axis=1))
print(httpx.get(f"{services['library'].url}/metrics").text[-330:])

# %% [markdown]
# And without the token?

# %%
reply = httpx.post(
    f"{services['library'].url}/admin/batching", json={"max_batch": 1, "max_wait": 0}
)
print(reply.status_code, reply.json())
assert reply.status_code == 401

# %% [markdown]
# ## Does it pay?
#
# Both services, with batching and without, as many answers as they can give. For this
# question a closed loop is right: 48 clients keep the queue filled. The four take turns.

# %%
predict(
    "25.pays",
    "Batches of up to 32 against one picture at a time. Which service gives clearly more "
    "answers a second with batches?",
    [
        "both, by about the same factor",
        "the library only; for the mlp it hardly matters",
        "the mlp only: it is the faster one",
        "neither: network and JSON take all the time",
    ],
)

# %%
ROUNDS = {"smoke": 1, "quick": 3, "full": 5}[PROFILE]
COUNTS = {"smoke": {1: 48, 32: 96}, "quick": {1: 150, 32: 500}, "full": {1: 600, 32: 2000}}


def answers_a_second(name, max_batch):
    """Return how many answers a second a service gives to 48 clients."""
    batching(name, max_batch, 0.005 if max_batch > 1 else 0.0)
    count = COUNTS[PROFILE][max_batch if name == "library" else 32]
    table = serve.load(
        services[name], payloads, path="/predict", clients=48, count=count, timeout=20
    )
    return serve.summary({"": table}).answered.iloc[0]


# %%
speeds = {(name, size): [] for name in services for size in (1, 32)}
for _ in range(ROUNDS):
    for name, size in speeds:
        speeds[name, size].append(answers_a_second(name, size))

# %%
labels = [f"{name}, {'one by one' if n == 1 else 'batches'}" for name, n in speeds]
plot.bars(
    labels,
    [np.median(values) for values in speeds.values()],
    low=[np.min(values) for values in speeds.values()],
    high=[np.max(values) for values in speeds.values()],
    x_title="answers a second: median, least and most",
    title="Batching pays where a call is dear",
)

# %%
gain = {n: np.median(speeds[n, 32]) / np.median(speeds[n, 1]) for n in services}
found("gain_library", gain["library"], "Batching gives the library {:.1f} times the answers,")
found("gain_mlp", gain["mlp"], "and the mlp {:.2f} times.", predicted="25.pays")

# %% [markdown]
# The mlp answers in microseconds. What its clients pay for is the door: network, JSON,
# checks. A shared call saves next to nothing of that. The library's clients pay for the
# call, and share it.
#
# ## What it does to the waiting
#
# More answers a second is the owner's wish. Strangers want theirs soon. So: latency
# against load, in open loops, at rates below and above what the library can do one by
# one.

# %%
predict(
    "25.light",
    "Few requests come, far fewer than the library can answer. What does a window of 20 "
    "milliseconds for company do to the median wait?",
    [
        "it shortens it: batches are faster",
        "nothing, since batches form only under load",
        "it lengthens it by nearly the window: most wait for nobody",
    ],
)

# %%
capacity = np.median(speeds["library", 1])
SHARES = {"smoke": (0.5, 1.5), "quick": (0.2, 0.6, 0.9, 1.5), "full": (0.2, 0.4, 0.6, 0.8, 0.9, 1.5, 2.5)}
SECONDS = {"smoke": 0.4, "quick": 2.0, "full": 8.0}[PROFILE]
WAYS = {"one by one": (1, 0.0), "batches, no window": (32, 0.0), "batches, 20 ms": (32, 0.02)}


def at_rate(rate, way, seed=0):
    """Load the library with random arrivals at a rate; return the table of requests."""
    batching("library", *WAYS[way])
    count = max(10, int(rate * SECONDS))
    return serve.load(
        services["library"], payloads, path="/predict", rate=rate, count=count, seed=seed
    )


# %%
tests = {
    (way, share): at_rate(share * capacity, way) for share in SHARES[PROFILE] for way in WAYS
}
levels = serve.summary(tests)
levels[["asked", "share", "p50", "p95", "p99"]].round(3)

# %%
plot.service_levels(
    {way: [levels.loc[(way, share)] for share in SHARES[PROFILE]] for way in WAYS},
    target=0.1,
    title="Who waits how long, measured",
)

# %%
light = levels.loc[[(way, SHARES[PROFILE][0]) for way in WAYS], "p50"].to_numpy()
found(
    "window_cost",
    1000 * (light[2] - light[1]),
    "With few requests, the window adds {:.0f} milliseconds to the median wait.",
    predicted="25.light",
)
heavy = levels.loc[[(way, SHARES[PROFILE][-1]) for way in WAYS], "p95"].to_numpy()
found(
    "rescue",
    heavy[0] / heavy[1],
    "At one and a half times its capacity, batches divide the p95 by {:.0f}.",
)

# %% [markdown]
# Look at the middle curve. Without any window batches form as well, by themselves: while
# one call runs, requests gather, and the next call takes all of them. Under load this
# gives nearly everything that batching has to give, and with few requests it costs
# nothing. A window pays where a second request is likely within it, and where a promise
# has room for it.
#
# ## Turn the knobs
#
# A load test of every combination would take the day. But the times of single calls have
# been measured, for every batch size; what is missing is only the waiting, and that is
# bookkeeping. `serve.simulate` plays the queue through, event by event, on a clock of its
# own: random arrivals, our rule for when a batch leaves, and for each call a time drawn
# from the measured ones. May we trust it? Hold it against a load test with the same
# arrivals.

# %%
def measured_calls():
    """Return the seconds of all the library's calls in the load tests, by batch size."""
    calls = {}
    for size, spent in apps["library"].state.batcher.calls:
        calls.setdefault(size, []).append(spent)
    return calls


# %%
calls = measured_calls()
quiet = levels.loc[("one by one", SHARES[PROFILE][0]), "p50"]
overhead = max(0.0, quiet - np.median(calls[1]))
played = {}
for way, share in tests:
    max_batch, max_wait = WAYS[way]
    settings = {"rate": share * capacity, "count": len(tests[way, share]), "seed": 0}
    played[way, share] = serve.simulate(
        calls, max_batch=max_batch, max_wait=max_wait, overhead=overhead, **settings
    )

# %%
simulated = serve.summary(played)
held = [(way, SHARES[PROFILE][len(SHARES[PROFILE]) // 2 - 1]) for way in WAYS]
ratios = simulated.loc[held, "p50"].to_numpy() / levels.loc[held, "p50"].to_numpy()
found(
    "simulation",
    np.median(ratios),
    "The simulation's median wait is {:.2f} times the measured one.",
)

# %% [markdown]
# Dots are measured, lines are played through:

# %%
rates = capacity * np.array([0.2, 0.4, 0.6, 0.8, 0.9, 1.2, 1.5, 2.0])
model_library = {"seconds": calls, "overhead": overhead}
lines = {}
for way, (max_batch, max_wait) in WAYS.items():
    settings = {"max_batch": max_batch, "max_wait": max_wait, "overhead": overhead}
    lines[way] = serve.summary(
        {rate: serve.simulate(calls, rate=rate, count=600, bound=300, **settings) for rate in rates}
    )
dots = {way: levels.loc[[(way, share) for share in SHARES[PROFILE]]] for way in WAYS}
plot.service_levels(
    lines, measured=dots, target=0.1, title="Measured, and played through"
)

# %% [markdown]
# Now you may have machines that were not measured: two or eight replicas, each with a
# core of its own. Look for the rate at which one replica without batches breaks the
# promise. Then keep it in two ways, with more replicas and with batches, and compare what
# they cost.

# %%
measurements = {
    "library": {**model_library, "measured": dots["one by one"]},
    "mlp": {"seconds": {s: call_seconds[s]["mlp"] for s in SIZES}, "overhead": overhead},
}
explore.serving(measurements, rate=round(capacity))

# %% [markdown]
# ## Smaller numbers: int8
#
# If fetching takes the time, fetch less. A weight of four bytes can be written in one:
# divide by a *scale* so that the largest becomes 127, and round.

# %%
scale = np.abs(stored).max() / 127
in_a_byte = np.round(stored / scale).astype("int8")
assert np.abs(in_a_byte * scale - stored).max() <= 0.501 * scale
found("bytes", stored.nbytes / in_a_byte.nbytes, "The library shrinks {:.0f} times.")

# %% [markdown] tags=["sourced"]
# ONNX Runtime does this for a whole file, and rounds the pictures as they come, which is
# why it is called [dynamic
# quantisation](https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html).

# %%
predict(
    "25.int8",
    "One byte for each weight in place of four. What happens to the library's answers, "
    "and to the time of a call for one picture?",
    [
        "a few points of accuracy are lost, and it is sooner",
        "hardly any accuracy is lost, and it is sooner",
        "hardly any accuracy is lost, and no time is won",
    ],
)

# %%
from onnxruntime.quantization import QuantType, quantize_dynamic


def in_int8(path):
    """Return a function that runs an ONNX file with its weights in single bytes."""
    small_file = path.replace(".onnx", "_int8.onnx")
    quantize_dynamic(path, small_file, weight_type=QuantType.QInt8)
    return opened(small_file)


library8, mlp8 = in_int8(library_file), in_int8(exported_file)

# %%
chances8 = np.concatenate([library8(x_validation[i : i + 50]) for i in range(0, 1000, 50)])
lost = share_right(large, y_validation) - share_right(chances8, y_validation)
found("int8_lost", 100 * lost, "Lost: {:.1f} points of accuracy.", predicted="25.int8")
rivals = {"four bytes": from_file, "one byte": library8, "mlp": exported, "mlp8": mlp8}
one = seconds_of(rivals, x_validation[:1], repeats=15)
found("int8_speed", one["four bytes"] / one["one byte"], "One call is {:.1f} times sooner.")
found("int8_mlp", one["mlp"] / one["mlp8"], "For the mlp: {:.2f} times.")

# %% [markdown]
# The library has less to fetch. The mlp, whose weights fit into the cache anyway, has only
# the additional rounding.
#
# ## A pupil: distillation
#
# Or let the small one learn from the large one. The library can answer for pictures that
# nobody has labelled, and its answers say more than a label: "a 4, though nearly a 9".
# Training a small model on a large one's answers is called *distillation*.

# %%
x_more = np.concatenate([x_train, pictures[unlabelled]])
shifted = np.roll(x_more.reshape(-1, 28, 28), (1, 1), (1, 2)).reshape(-1, 784)
x_pupil = np.concatenate([x_more, shifted])
parts = [from_file(x_pupil[i : i + 200]) for i in range(0, len(x_pupil), 200)]
pupil = trained(x_pupil, np.concatenate(parts), "categorical_crossentropy")

# %% [markdown]
# ## The seals are broken
#
# Four readers, the test pictures, once:

# %%
TEST = {"smoke": 200, "quick": 2_000, "full": 10_000}[PROFILE]
x_test = (digits.x_test[:TEST].reshape(-1, 784) / 255).round(2).astype("float32")
y_test = digits.y_test[:TEST]


def read_all(function):
    """Return the share of test pictures that a function reads rightly."""
    parts = [function(x_test[i : i + 50]) for i in range(0, TEST, 50)]
    return share_right(np.concatenate(parts), y_test)


# %%
ask_pupil = lambda x: keras.ops.convert_to_numpy(pupil(x))
right = {
    "library": read_all(from_file),
    "library in int8": read_all(library8),
    "pupil of the library": read_all(ask_pupil),
    "mlp": read_all(exported),
}
error = np.sqrt(0.95 * 0.05 / TEST)
plot.bars(
    list(right),
    list(right.values()),
    low=[value - 2 * error for value in right.values()],
    high=[value + 2 * error for value in right.values()],
    x_title="share of test pictures read rightly, and two standard errors",
    number=".1%",
    title="What the small ones keep",
)

# %%
found("test_library", right["library"], "On the test pictures, the library reads {:.1%},")
found("test_int8", right["library in int8"], "in single bytes {:.1%},")
found("test_pupil", right["pupil of the library"], "its pupil {:.1%},")
found("test_mlp", right["mlp"], "and the mlp, on labels only, {:.1%}.")
found(
    "pupil_speed",
    one["four bytes"] / one["mlp"],
    "A call of the pupil costs {:.0f} times less than one of the library.",
)

# %% [markdown]
# ## Asleep while nobody asks
#
# A service that nobody asks still pays for its machine. *Serverless* platforms stop it,
# down to zero replicas, and start it again for the next request, who pays with a *cold
# start*: a new process, imports, the model, the first answer. How long is that? We write
# the same small service twice, once on Keras and once on ONNX Runtime, and start each in
# a process of its own.

# %%
mlp.save(workshop / "mlp.keras")
ONNX_SERVICE = f"""
import numpy as np, onnxruntime
from fastapi import FastAPI
session = onnxruntime.InferenceSession({exported_file!r})
name = session.get_inputs()[0].name
app = FastAPI()
@app.get("/ready")
def ready():
    return session.run(None, {{name: np.zeros((1, 784), "float32")}})[0].tolist()
"""

# %%
KERAS_SERVICE = f"""
import keras, numpy as np
from fastapi import FastAPI
mlp = keras.saving.load_model({str(workshop / "mlp.keras")!r})
app = FastAPI()
@app.get("/ready")
def ready():
    return mlp.predict(np.zeros((1, 784)), verbose=0).tolist()
"""

# %%
predict(
    "25.cold",
    "From nothing to the first answer, with the same weights: how do the two compare?",
    [
        "about alike: both load the same weights",
        "Keras needs about twice as long",
        "Keras needs several times as long",
    ],
)


# %%
def cold_start(name, text):
    """Start a service from nothing; return its seconds to the first answer, and CPU's."""
    file = workshop / f"{name}.py"
    file.write_text(text)
    with serve.start(file, name=name, ready="/ready", timeout=180) as service:
        return service.seconds, service.cpu_seconds()


# %%
starts = {"ONNX Runtime": [], "Keras": []}
for _ in range({"smoke": 1, "quick": 2, "full": 5}[PROFILE]):
    starts["ONNX Runtime"].append(cold_start("cold_onnx", ONNX_SERVICE))
    starts["Keras"].append(cold_start("cold_keras", KERAS_SERVICE))
cold = {name: np.median(values, axis=0) for name, values in starts.items()}
for name, (seconds, cpu_seconds) in cold.items():
    print(f"{name:13} {seconds:5.1f} s, of which {cpu_seconds:4.1f} s of CPU work")
found(
    "cold_ratio",
    cold["Keras"][1] / cold["ONNX Runtime"][1],
    "To wake up, Keras works {:.0f} times as long.",
    predicted="25.cold",
)

# %% [markdown]
# Who pays? Say requests come at random, and the service falls asleep after some idle
# minutes. Then the gaps between requests decide: a long gap means a sleeper for us and a
# cold start for whoever ends it.

# %%
keep = np.array([1, 2, 5, 10, 20, 30])
gaps = np.random.default_rng(0).exponential(1, 100_000)  # in units of the mean gap
curves = {}
for every in (2, 10, 60):
    minutes = every * gaps
    cold_share = (minutes[:, None] > keep).mean(axis=0)
    curves[f"one request in {every} minutes"] = 100 * cold_share

# %%
plot.curves(
    curves,
    x=keep,
    x_title="idle minutes after which it falls asleep",
    y_title="requests that meet a cold start, percent",
    title="Cheap is asleep, and somebody must wake it",
)

# %% [markdown]
# A service that is asked all the time never sleeps, so nothing is saved. One that is asked
# once an hour is asleep nearly always, and nearly everybody who asks meets a cold start.
# The platform's saving and the stranger's waiting are the same gaps, counted twice. What
# helps both is a shorter cold start, and there the choice of the runtime counts for more
# than any setting of the platform.

# %% [markdown] tags=["sourced"]
# ## Closed by default
#
# What our service does for safety, so far: it listens on loopback only; it limits sizes,
# places in the queue, and times; it says nothing about its insides; its owner's door has a
# key. One more decision is in what it *loads*. Pickle files run whatever code is in them.
# A `.keras` file is data, mostly: `safe_mode` refuses the layers that carry code. It has
# been got round again and again:
# [CVE-2025-1550](https://nvd.nist.gov/vuln/detail/CVE-2025-1550) and
# [CVE-2025-9906](https://github.com/advisories/GHSA-36fq-jgmw-4r9c) ran code with
# `safe_mode=True`, [CVE-2026-1462](https://github.com/advisories/GHSA-4f3f-g24h-fr8m) as
# well. A filter for known dangers is no sandbox. So a service loads only files that its
# owner has made, and knows them by their hash:

# %%
import hashlib


def load_known(path, known):
    """Open an ONNX file if it has the hash that its maker wrote down."""
    came = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    if not secrets.compare_digest(came, known):
        raise ValueError(f"{path} is not the file that was approved; sha256 {came[:12]}...")
    return opened(path)


# %%
approved = hashlib.sha256(Path(exported_file).read_bytes()).hexdigest()
assert np.array_equal(load_known(exported_file, approved)(some), exported(some))
try:
    load_known(by_hand_file, approved)
except ValueError as error:
    print(str(error).replace(str(workshop), "..."))

# %% [markdown] tags=["sourced"]
# ## The same on somebody else's engine
#
# Queue, replicas, health, roll-out: others have built that for clusters. Three were tried
# beside this course's packages.
#
# - **Ray Serve** runs. [`deploy/serving/ray_app.py`](../deploy/serving/ray_app.py) is our
#   service for it: the same door, and [`@serve.batch`](https://docs.ray.io/en/latest/serve/advanced-guides/dyn-req-batch.html)
#   in place of our queue, with the same two numbers. Version 2.60 was installed in an
#   environment of its own with this course's pins, started on loopback, and answered.
# - **KServe** describes a service as a document for Kubernetes, with
#   [a batcher](https://kserve.github.io/website/) and a smallest number of replicas that
#   may be zero. Its Python package does not install beside our pins, and there is no
#   cluster here; the document
#   [`deploy/serving/kserve.yaml`](../deploy/serving/kserve.yaml) was only checked against
#   KServe's own description of its fields. It has not run.
# - **BentoML**: beside our pins an installer finds only its version 0.0.5 of long ago, so
#   there is nothing to show.
#
# The way over is short, because a service is a door, a queue and a model, whatever the
# engine calls them. What the engine adds is what one machine cannot have: a second one.
#
# ## How large is all this?
#
# "A market of 97.24 billion dollars, growing 17.5 % a year" is one estimate, of
# [Grand View Research](https://www.grandviewresearch.com/industry-analysis/artificial-intelligence-ai-inference-market-report)
# for 2024 and all of AI inference, chips and memory included; how it was made is in a
# report that is sold. (We know its figures from those who quote the page.)
# [Futurum](https://www.cio.com/article/4181783/by-the-numbers-the-ai-inferencing-market-and-the-infrastructure-decisions-that-define-it.html),
# paid by a maker of servers, expects 48.8 billion for 2030, at 46.3 % a year. What do the
# two imply?

# %%
first = 97.24 * 1.175 ** np.arange(7)  # from 2024 to 2030
second = 48.8 / 1.463 ** np.arange(6, -1, -1)
plot.curves(
    {"Grand View Research": first, "Futurum": second},
    x=np.arange(2024, 2031),
    x_title="year",
    y_title="billions of dollars",
    title="Two estimates of one market",
)

# %%
found("market_apart_2024", first[0] / second[0], "For 2024 they differ {:.0f} times,")
found("market_apart_2030", first[-1] / second[-1], "for 2030 still {:.1f} times.")

# %% [markdown]
# Two estimates so far apart do not measure the same thing, and neither says so in its
# headline. Two digits behind the point are no sign of knowledge. What can be known is
# what your own service costs, and you have just measured that.

# %% [markdown]
# ## What we found
#
# Batching gives much where one call is dear and its dearness can be shared, and next to
# nothing where it is cheap. One more fact for the record: both services have answered
# every load of this page, and stand.

# %%
found("batching_pays", gain["library"], "Where it pays: {:.1f} times the answers.")
found("batching_does_not", gain["mlp"], "Where it does not: {:.2f} times.")
for name, service in services.items():
    reply = httpx.get(f"{service.url}/health/ready")
    print(f"{name}: {reply.json()}, {len(apps[name].state.batcher.calls):,} calls so far")
    assert reply.status_code == 200

# %% [markdown]
# ## Something to keep
#
# A service of your own that reads what you draw. Paint a digit: every stroke becomes a
# request to the library's door, like a stranger's. Beside it, the mlp without any door.


# %%
def over_the_wire(picture):
    """Return the chances of ten digits for a drawing, asked for over HTTP."""
    pixels = np.clip(np.asarray(picture, float).reshape(-1), 0, 1).round(2).tolist()
    reply = httpx.post(f"{services['library'].url}/predict", json={"pixels": pixels})
    return np.array(reply.raise_for_status().json()["chances"])


def at_home(picture):
    """Return the chances of ten digits for a drawing, by the mlp in this notebook."""
    return exported(np.asarray(picture, "float32").reshape(1, 784))[0]


# %%
pad = explore.drawing_pad({"library, over HTTP": over_the_wire, "mlp": at_home})
pad.draw(x_validation[3].reshape(28, 28))
pad

# %% [markdown]
# The library's service goes on until you run `serve.stop_all()`, or close this notebook.
# The others end here.

# %%
for service in (reader, services["mlp"]):
    service.stop()
assert list(serve.running()) == ["library"]
serve.running()

# %% [markdown]
# ## Check yourself

# %%
quiz(
    "25.quiz.percentile",
    "Two replicas report a p99 of 40 and of 200 milliseconds. What is the p99 of both "
    "together?",
    {
        "120 milliseconds": "Percentiles cannot be averaged.",
        "200 milliseconds": "Only if the slow one answers enough of the requests.",
        "it cannot be known from these two numbers": (
            "It depends on how many requests each had, and on their times. That is why "
            "histograms are collected."
        ),
    },
    right="it cannot be known from these two numbers",
)

# %%
quiz(
    "25.quiz.window",
    "A service gets one request every 2 seconds. A colleague sets a window of 50 "
    "milliseconds for batches. What will happen?",
    {
        "nearly every request waits 50 ms longer, alone": (
            "Company within the window is rare, so the window is all cost."
        ),
        "throughput rises": "There are no batches to be had at this rate.",
        "nothing": "The first of a batch waits for the whole window.",
    },
    right="nearly every request waits 50 ms longer, alone",
)

# %%
quiz(
    "25.quiz.omission",
    "A load test with four clients that wait for each answer reports a p99 of 20 ms. Users "
    "complain about seconds. What is the likeliest reason?",
    {
        "the users' networks": "Perhaps, but the test could not have seen seconds.",
        "the test stopped asking whenever the service was slow": (
            "Four clients can have at most four slow requests at a time, whatever happens."
        ),
        "p99 is too coarse": "With an open loop it would have shown the seconds.",
    },
    right="the test stopped asking whenever the service was slow",
)

# %%
quiz(
    "25.quiz.health",
    "A service is loading its model, which takes a minute. What should it say?",
    {
        "alive and ready": "Then it gets requests that it cannot answer.",
        "neither alive nor ready": "Then it is started anew, again and again.",
        "alive, not ready": "Leave it running, and send nobody yet.",
    },
    right="alive, not ready",
)

# %% [markdown] tags=["sourced"]
# ## What this page leaves out
#
# Everything here ran on one machine, over loopback, where a network costs next to nothing
# and never fails. The load generator shared that machine's cores with the service, so
# read ratios, not times. "Replicas" were played through and not measured, and assume that
# nobody shares memory or caches with anybody, which real ones do.
#
# Our queue decides by two fixed numbers. [Clipper](https://arxiv.org/abs/1612.03079) and
# its successors adapt the batch to the promise while they run. Requests to language models
# do not even have a fixed length; there, new ones join while others are still being
# answered ([Orca, 2022](https://www.usenix.org/conference/osdi22/presentation/yu)); lesson
# 22 comes back to that.
#
# "Batching pays" is too strong, as the mlp showed, and how much it pays depends on the
# machine: on a GPU, where calls are dear and company is cheap, more than here. "int8 costs
# no accuracy" holds for these two models, on these pictures. And our door has no
# encryption, no accounts and no quota for each client. Those belong before it, in a
# reverse proxy that others have written and that is kept up to date.
#
# In the lab you write the validation, percentiles that do not lie, the queue, the health
# check and the quantisation yourself, and put them together into a service that keeps a
# promise.
