# %% [markdown] tags=["sourced"]
# **Your model works. Now a thousand strangers ask it at once: how long does the
# unluckiest one in a hundred wait?**
#
# Behind every search box and every card payment stands a model that has to answer
# within a promised time, on machines that cost money while nobody asks.
# [Clipper](https://arxiv.org/abs/1612.03079) (2017) showed how much a thin layer
# between strangers and model can buy: it lets requests wait a moment for company, and
# asks the model once for many. You will build that layer, and measure when it pays and
# when it is a waste of time.
#
# When you leave, you will be able to
#
# - move a model from Keras to ONNX Runtime, and prove that it is still the same model,
# - put it behind a door that tells strangers what it takes, and stands when they send
#   nonsense,
# - measure a level of service so that waiting cannot hide,
# - write a batching queue, and say from measurements for which models it pays,
# - put a price on int8, on distillation, and on a service that sleeps while nobody
#   asks.

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

from layerwise import data, explore, plot, serve, train
from layerwise.check import found, predict, quiz

keras.utils.set_random_seed(0)

# %% [markdown]
# ## Two models that read digits
#
# The handwritten digits of the first lessons. Each request will carry all 784 pixels
# of a picture as text, so they are rounded to two decimals: plenty for a digit, and
# short to send.

# %%
digits = data.load("digits", source="best" if PROFILE == "full" else "bundled")
pictures = (digits.x_train.reshape(-1, 784) / 255).round(2).astype("float32")
digits

# %% [markdown]
# Four parts, in the open. `LEARN` says how many pictures there are to learn from. A
# thousand validate: every comparison on the way is made on them. Half as many as are
# learned from lose their labels: they stand for the many pictures that nobody has
# labelled, and will be useful later. The test pictures stay sealed until the end.

# %%
LEARN = {"smoke": 600, "quick": 6_000, "full": 6_000}[PROFILE]
order = np.random.default_rng(0).permutation(len(pictures))
validation, learn = order[:1000], order[1000 : 1000 + LEARN]
unlabelled = order[1000 + LEARN : 1000 + LEARN * 3 // 2]
x_train, y_train = pictures[learn], digits.y_train[learn]
x_validation, y_validation = pictures[validation], digits.y_train[validation]

# %% [markdown]
# **The first model is small**: one hidden layer of 64 units. It stands for everything
# that answers in a moment.


# %%
def small_network():
    """Return an untrained network with one hidden layer."""
    hidden = keras.layers.Dense(64, activation="relu")
    output = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((784,)), hidden, output])


# %% [markdown]
# We shall train two of this kind, on labels now and on another model's answers later,
# so the training is a function as well.


# %%
def taught(network, x, y, loss):
    """Train a network on pictures and what it should say about them."""
    network.compile(keras.optimizers.Adam(0.003), loss)
    settings = {"batch_size": 200, "epochs": 2 if PROFILE == "smoke" else 10}
    network.fit(x, y, verbose=0, callbacks=[train.Progress()], **settings)
    return network


# %% [markdown]
# First on labels. What it says about the validation pictures is kept as `small`: it is
# the measure for every copy of this model that leaves the notebook.

# %%
mlp = taught(small_network(), x_train, y_train, "sparse_categorical_crossentropy")
small = keras.ops.convert_to_numpy(mlp(x_validation))

# %% [markdown]
# How often is the most probable digit the right one?


# %%
def share_right(chances, labels):
    """Return the share of pictures whose most probable digit is their label."""
    return float(np.mean(np.argmax(chances, axis=1) == labels))


found("mlp_accuracy", share_right(small, y_validation), "The mlp reads {:.1%}.")

# %% [markdown]
# **The second is large**, and needs no training. It is a *library*: it stores every
# drawing it is given, in five positions each, and compares a new one with all of them.
# Searches like this, in longer lists of vectors, find the products and documents that
# resemble one another.
#
# Two matrices are enough. One holds the stored drawings, brought to length 1, so that a
# product with it is a cosine.

# %%
SHARPNESS = 80.0
moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
grids = x_train.reshape(-1, 28, 28)
stored = np.concatenate([np.roll(grids, move, (1, 2)) for move in moves])
stored = stored.reshape(-1, 784).T  # one column for each drawing
stored = SHARPNESS * stored / np.linalg.norm(stored, axis=0)

# %% [markdown]
# The other says which digit each of them is, as rows with a single 1. The answer is a
# vote of all drawings, in which a softmax lets the most similar ones speak loudest. How
# much louder is the factor 80: without it, a cosine of 0.9 would hardly count for more
# than one of 0.8, and the crowd would outvote those that fit.

# %%
names = np.tile(np.eye(10, dtype="float32")[y_train], (len(moves), 1))


def library(x):
    """Return the chances of ten digits for pictures, by comparing with all stored."""
    match = (x / np.linalg.norm(x, axis=1, keepdims=True)) @ stored
    votes = np.exp(match - match.max(axis=1, keepdims=True))
    return votes / votes.sum(axis=1, keepdims=True) @ names


# %% [markdown]
# For each picture it makes a row of as many numbers as there are drawings. A thousand
# pictures at once would fill more memory than the library itself, so we ask for 50 at a
# time.


# %%
def in_parts(function, x):
    """Return what a model says about many pictures, asked for 50 at a time."""
    parts = [function(x[place : place + 50]) for place in range(0, len(x), 50)]
    return np.concatenate(parts)


# %% [markdown]
# What does the size buy?

# %%
large = in_parts(library, x_validation)
lead = share_right(large, y_validation) - share_right(small, y_validation)
found("library_accuracy", share_right(large, y_validation), "The library reads {:.1%}.")
found("library_lead", 100 * lead, "Beside the mlp, that is {:+.1f} points.")
times_larger = stored.size / mlp.count_params()
found("times_larger", times_larger, "It has {:.0f} times as many numbers.")

# %% [markdown]
# More right answers, and much more to read through for each of them. Keep both: a dear
# model and a cheap one. Whatever we put around a model will be tried on the two, and
# they will part ways.

# %% [markdown] tags=["sourced"]
# ## Out of the notebook: ONNX
#
# A service should not need all of Keras to multiply matrices: every package that it
# loads has to be started, kept up to date and trusted. [ONNX](https://onnx.ai/)
# is a file format for the arithmetic of a model: a list of operations, and the arrays
# that they use. Such a list can be written by hand. This is the mlp:

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
# The `n` stands for any number of pictures. With a 1 in its place the file would be as
# right, and no batch could ever go through it. A few lines put the arrays beside the
# text:

# %%
import onnx


def write_onnx(text, arrays, path):
    """Write an ONNX file: its operations as text, its arrays by name."""
    graph = onnx.parser.parse_model(text)
    for name, array in arrays.items():
        graph.graph.initializer.append(onnx.numpy_helper.from_array(array, name))
    onnx.save(graph, path)
    return str(path)


# %% [markdown]
# `get_weights` lists kernel and bias, layer by layer, and the names must be handed out
# in this order. If two arrays of the same shape were exchanged, nobody would notice,
# until the answers were wrong.

# %%
workshop = Path(mkdtemp(prefix="serving-"))
arrays = dict(zip(("w1", "b1", "w2", "b2"), mlp.get_weights(), strict=True))
by_hand_file = write_onnx(MLP, arrays, workshop / "by_hand.onnx")

# %% [markdown] tags=["sourced"]
# [ONNX Runtime](https://onnxruntime.ai/docs/) reads the file and does the arithmetic,
# with no training and no Python inside. We give it one core, so that one model counts
# as one worker.

# %%
import onnxruntime


def opened(path):
    """Return a function that runs an ONNX file on pictures."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options)
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0]


# %% [markdown]
# Keras has a line for the whole way. It needs the network to have been called once.
# (With JAX behind Keras it needs a further package, so there the file that was written
# by hand has to do.)

# %%
import warnings

warnings.simplefilter("ignore", FutureWarning)  # Keras uses a name that NumPy renames
exported_file = by_hand_file
if keras.backend.backend() != "jax":
    exported_file = str(workshop / "mlp.onnx")
    mlp.export(exported_file, format="onnx", verbose=False)
by_hand, exported = opened(by_hand_file), opened(exported_file)

# %% [markdown]
# Three ways, one model: in Keras, written by hand, exported. Compare them on every
# picture, never on one: an export that is wrong for one kind of input is worse than one
# that fails.

# %%
differences = [np.abs(f(x_validation) - small).max() for f in (by_hand, exported)]
assert max(differences) < 1e-5
found("onnx_difference", max(differences), "The largest difference is {:.0e}.")

# %% [markdown]
# What is left is rounding in single precision: sums whose terms were added in another
# order. The library goes the same way, with its division, its softmax and its votes.

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

# %% [markdown]
# Its cosines are multiplied by 80 before the softmax, and so are their rounding errors;
# a difference in the fourth decimal is allowed here.

# %%
arrays = {"stored": stored, "names": names}
library_file = write_onnx(LIBRARY, arrays, workshop / "library.onnx")
from_file = opened(library_file)
assert np.abs(from_file(x_validation[:100]) - large[:100]).max() < 1e-4

# %% [markdown]
# **Is it faster?** For a fair answer the rivals take turns, several times, and the
# median counts: whatever else this machine is doing disturbs both alike. The first turn
# is left out, since a first call prepares what later ones find ready.


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
lead_one = one["Keras"] / one["ONNX Runtime"]
lead_many = many["Keras"] / many["ONNX Runtime"]

# %% [markdown]
# As ratios, since the times themselves are this machine's own:

# %%
found("runtime_one", lead_one, "For one picture, ONNX Runtime is {:.0f} times sooner.")
found("runtime_many", lead_many, "For 1,000, {:.0f} times.")
fades = lead_one / lead_many
found("runtime_fades", fades, "A lead {:.1f} times smaller.", predicted="25.runtime")

# %% [markdown] tags=["sourced"]
# The arithmetic is the same. What differs is what surrounds it: `predict` sets up a
# loop over batches at every call, and a single picture has to pay for all of it. It is
# made for many pictures, [as its page
# says](https://keras.io/api/models/model_training_apis/#predict-method). A service gets
# its pictures one by one.

# %% [markdown] tags=["sourced"]
# ## A door for strangers
#
# Strangers send anything: 783 numbers, words, a number that is not one. The model would
# answer with a digit, or break. So a door stands before it and says what it takes.
# [Pydantic](https://docs.pydantic.dev/latest/concepts/fields/) turns such a description
# into checks.

# %%
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Pixel = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Pixels = Annotated[list[Pixel], Field(min_length=784, max_length=784)]

# %% [markdown]
# `allow_inf_nan=False` says aloud what must not be forgotten. "Not a number" is neither
# below 0 nor above 1, since every comparison with it is false; a check written as
# "refuse if below 0 or above 1" lets it in.


# %%
class Drawing(BaseModel):
    """What a client sends: 784 numbers from 0 to 1, and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid")
    pixels: Pixels


# %% [markdown] tags=["sourced"]
# `strict` refuses `"0.5"` and `true` where a number is due.
# [FastAPI](https://fastapi.tiangolo.com/) makes a web service from functions. This one
# asks the model at once, for every request. While the model counts, the service listens
# to nobody else: for a call of microseconds that is fine, and it will not stay so.

# %%
from fastapi import FastAPI

simple = FastAPI()


@simple.post("/predict")
async def read_at_once(drawing: Drawing):
    """Return the digit in one drawing."""
    chances = exported(np.array([drawing.pixels], "float32"))[0]
    return {"digit": int(chances.argmax()), "chances": chances.tolist()}


# %% [markdown]
# A client that is refused should hear what came and what was expected, in a sentence,
# and not get its own data back. (FastAPI's ready-made refusal repeats the input, and an
# input with a NaN in it cannot be written as JSON.)

# %%
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


async def refuse(request, error):
    """Say in one sentence what is wrong with a request."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    expected = "Send {'pixels': 784 numbers from 0 to 1}."
    return JSONResponse({"detail": f"{place}: {first['msg']}. {expected}"}, 422)


# %% [markdown]
# `serve.start` runs the app on this machine. It listens on 127.0.0.1, which no other
# machine can reach, and ends with this kernel. Run the cell again, and the new service
# takes the old one's place.

# %%
simple.add_exception_handler(RequestValidationError, refuse)
reader = serve.start(simple, name="reader", largest=100_000)
reader

# %% [markdown]
# One drawing, sent as any program anywhere would send it:

# %%
import httpx

reply = httpx.post(f"{reader.url}/predict", json={"pixels": x_validation[0].tolist()})
assert reply.json()["digit"] == small[0].argmax()
print(f"It says {reply.json()['digit']}; the label is {y_validation[0]}.")

# %% [markdown]
# Now the strangers. Eight of them, with one honest client at either end; the last one
# shows whether the service has survived the others. Go through the list, and say for
# each what a model without a door would have answered.

# %%
honest = {"pixels": x_validation[1]}
strangers = {
    "an honest one": honest,
    "783 pixels": {"pixels": x_validation[1][:783]},
    "words": {"pixels": ["dark"] * 784},
    "truth values": {"pixels": [True] * 784},
    "not a number": '{"pixels": [' + ", ".join(["NaN"] * 784) + "]}",
    "too bright": {"pixels": 255 * x_validation[1]},
    "one thing more": {"pixels": x_validation[1], "price": 3},
    "not JSON": "hello",
    "far too much": {"pixels": [0.123456] * 50_000},
    "the honest one": honest,
}

# %% [markdown]
# `serve.load` sends a list of requests, from a process of its own, and returns one row
# for each. Read the sentences as their senders would: do they tell them what to mend?
# (The advice at their end, which is always the same, is left out.)

# %%
sent = list(strangers.values())
table = serve.load(reader, sent, path="/predict", rate=20, count=len(sent))
for name, row in zip(strangers, table.itertuples(), strict=True):
    told = (row.answer or {}).get("detail", "").partition(" Send")[0]
    print(f"{name:15} {row.status} {told}")

# %% [markdown]
# Everybody was told something, nobody got a digit for nonsense, and the service stands:

# %%
assert list(table.outcome) == ["answered", *["refused"] * 8, "answered"]
assert table.answer.iloc[-1]["digit"] == small[1].argmax()

# %% [markdown]
# Two more guards are in the runner: a body above `largest` bytes is refused without
# being kept, and a client that sends too slowly is given up, as is an answer that takes
# too long.

# %% [markdown]
# ## How to measure waiting
#
# Averages hide the unlucky. So promises about waiting are made in percentiles: *p95
# under 100 milliseconds* means that 95 of 100 requests are answered within that time.
# All requests count; one that was sent away has waited for ever. If it were left out, a
# service could keep its promise by refusing whoever would have to wait. Sort the times,
# and take the one at that place:


# %%
def percentile(table, level):
    """Return the seconds within which `level` percent of all requests were answered."""
    waits = np.where(table.outcome == "answered", table.seconds, np.inf)
    place = int(np.ceil(level / 100 * len(waits)))
    return np.sort(waits)[place - 1]


# %% [markdown]
# The trap lies elsewhere. To see it, take a service with a hiccup: it answers at once,
# except that it stands still for 0.6 seconds at its hundredth request. Memory being
# tidied up, a disk being written: from outside they look like this.

# %%
hiccup = FastAPI()


@hiccup.get("/")
async def stand_still_once():
    """Answer at once, but stand still for a moment at the hundredth request."""
    hiccup.state.asked += 1
    if hiccup.state.asked == 100:
        time.sleep(0.6)


# %% [markdown]
# Two ways to measure it. *Closed*: one client asks, waits for the answer, asks again.
# *Open*: requests come when they come, at random moments, 100 a second on average, as
# from people who know nothing of each other. (A first load, to warm up, is not looked
# at.)

# %%
predict(
    "25.omission",
    "One stop of 0.6 seconds among 300 requests. Which p95 will the closed loop "
    "report, and which the open loop?",
    [
        "both about the same: it is the same service",
        "the closed loop reports the longer waits, since it waits for each answer",
        "the open loop reports the longer waits, the closed loop hardly any",
    ],
)

# %%
loads = {}
ways = {"to warm up": {"clients": 1}, "closed": {"clients": 1}, "open": {"rate": 100}}
with serve.start(hiccup, name="hiccup") as service:
    for way, settings in ways.items():
        hiccup.state.asked = 0
        loads[way] = serve.load(service, None, count=300, **settings)

# %% [markdown]
# `serve.summary` has our percentiles for each load; here in milliseconds. Compare the
# two rows from left to right: where do they begin to tell different stories?

# %%
waits = serve.summary({way: loads[way] for way in ("closed", "open")})
assert waits.p95["open"] == percentile(loads["open"], 95)
(1000 * waits[["p50", "p95", "p99"]]).round(1)

# %% [markdown]
# Half of all requests are answered at once in both. At p95, the promise is another one:

# %%
apart = waits.p95["open"] / waits.p95["closed"]
sentence = "The open loop's p95 is {:.0f} times the closed loop's."
found("omission", apart, sentence, predicted="25.omission")

# %% [markdown] tags=["sourced"]
# In the closed loop the client stood still together with the service, and asked nothing
# while it would have had to wait: one slow answer among 300, which even the p99 leaves
# out. Strangers do not stand still. Gil Tene calls this [coordinated
# omission](https://qconsf.com/sf2012/dl/qcon-sanfran-2012/slides/GilTene_HowNotToMeasureLatency.pdf):
# tester and service agree to leave out what is bad. [Schroeder, Wierman and
# Harchol-Balter](https://www.usenix.org/legacy/event/nsdi06/tech/full_papers/schroeder/schroeder.pdf)
# (2006) showed how far apart closed and open can be.
#
# All levels in one picture. During the stop, about 60 of the 300 requests fell due: one
# in five. Look for where the open curve leaves the floor.

# %%
levels = np.linspace(50, 99, 50)
plot.curves(
    {way: [1000 * percentile(loads[way], p) for p in levels] for way in waits.index},
    x=levels,
    x_title="share of requests, percent",
    y_title="answered within, ms",
    title="The same service, measured in two ways",
)

# %% [markdown]
# The closed curve never leaves it. From here on, latencies come from open loops, and
# they count from the moment at which a request was *due*, not from when the tool got
# round to sending it: a tool that is late itself would hide as much as one that waits.

# %% [markdown]
# ## A queue that waits for company
#
# Why should waiting help anybody? Because one call for many may cost less than many
# calls for one. How much less is a property of the model, and can be measured before
# any service stands.

# %%
SIZES = (1, 2, 4, 8, 16, 32)
models = {"mlp": exported, "library": from_file}
call_seconds = {size: seconds_of(models, x_validation[:size]) for size in SIZES}

# %% [markdown]
# If 32 pictures took 32 times as long as one, both curves would be flat. The scale is
# logarithmic, so that a step down by one line is ten times less for either model.

# %%
costs = plot.curves(
    {name: [1000 * call_seconds[n][name] / n for n in SIZES] for name in models},
    x=np.array(SIZES),
    x_title="pictures in one call",
    y_title="milliseconds for each picture",
    title="What a picture costs in company",
)
costs.update_yaxes(type="log", dtick=1)

# %% [markdown]
# Two numbers to keep in mind: what company saves, and how dear a call is to begin with.

# %%
alone, together = call_seconds[1]["library"], call_seconds[32]["library"] / 32
saving = alone / together
found("call_saving", saving, "In company, the library costs {:.1f} times less.")
found("dearer", alone / call_seconds[1]["mlp"], "Alone: {:.0f} times the mlp's cost.")

# %% [markdown]
# For one picture, the library fetches all its stored drawings from memory, multiplies
# each number once, and forgets it. The fetching takes the time. For 32 pictures, it
# fetches them once as well. (A call of the mlp has so little to do that company saves
# mostly the effort of calling.)
#
# Strangers do not come in groups of 32, though. Somebody has to hold the first until
# others are there, and to remember who asked for what. That is the queue. A request
# that waits is a picture, the moment of its arrival, and a *future*: an envelope that
# somebody will put the answer into.

# %%
from dataclasses import dataclass, field


@dataclass
class Waiting:
    """One request in the queue."""

    picture: np.ndarray
    arrived: float
    answer: asyncio.Future


# %% [markdown]
# The *batcher* holds a model, the queue before it, and the two numbers that rule it:
# how many a batch may hold, and how long the first of them may wait for the others. It
# remembers the size and the seconds of every call; we shall want them.

# %%
ROOM = 300


@dataclass
class Batcher:
    """A model, and the requests that wait for it."""

    model: object
    max_batch: int = 1
    max_wait: float = 0.0
    thread: bool = True
    queue: asyncio.Queue = field(default_factory=lambda: asyncio.Queue(ROOM))
    calls: list = field(default_factory=list)
    warm: bool = False


# %% [markdown]
# To ask is to put a request into the queue, and to wait for its envelope. The queue has
# 300 places. When they are taken, `put_nowait` raises `QueueFull`, and that is good:
# who would wait too long is better sent away at once. A queue without an end turns a
# minute in which too many came into an hour in which everybody waits.


# %%
async def ask(batcher, picture):
    """Return the model's answer for one picture, in its turn."""
    loop = asyncio.get_running_loop()
    request = Waiting(picture, loop.time(), loop.create_future())
    batcher.queue.put_nowait(request)
    return await request.answer


# %% [markdown]
# The heart is to decide when a batch leaves: when it is full, or when its *first*
# request has waited for `max_wait`. Not the last one: a window that every newcomer
# opens again keeps the first waiting for as long as others come.


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
# Then one call for all. It goes to a thread, so that the door stays open meanwhile: a
# call on the spot would keep the newcomers out, and there would be nobody to collect
# for the next batch. Only a model whose calls take microseconds is called on the spot:
# the way to a thread and back would cost more than the call.


# %%
async def call_once(batcher, batch):
    """Return the model's answers to a batch, and note how long they took."""
    began = time.perf_counter()
    pictures = np.stack([request.picture for request in batch])
    if batcher.thread:
        answers = await asyncio.to_thread(batcher.model, pictures)
    else:
        answers = batcher.model(pictures)
    batcher.calls.append((len(batch), time.perf_counter() - began))
    return answers


# %% [markdown]
# Answers go back by position: the third answer belongs to the third request. Should the
# model lose one, all behind it would move up, and strangers would get each other's. So
# the two are counted before the first envelope is filled. One that has been cancelled in
# the meantime takes nothing any more.


# %%
def hand_back(batch, answers):
    """Put each answer, or the error, into its envelope, if anybody still waits."""
    pairs = list(zip(batch, answers, strict=True))
    for request, answer in pairs:
        if isinstance(answer, Exception) and not request.answer.done():
            request.answer.set_exception(answer)
        elif not request.answer.done():
            request.answer.set_result(answer)


# %% [markdown]
# Sharing a call has a price: strangers share its failure as well. One picture that the
# model cannot bear would fail for all who happen to be in its batch. So if a call
# fails, each request is tried alone: whoever caused the error gets the error, the
# neighbours get their answers.


# %%
async def call(batcher, batch):
    """Ask once for a batch; if that fails, for each of its requests alone."""
    try:
        hand_back(batch, await call_once(batcher, batch))
    except Exception as error:
        if len(batch) == 1:
            hand_back(batch, [error])
        else:
            for request in batch:
                await call(batcher, [request])


# %% [markdown]
# And a worker that does this for ever, one batch after the other. It begins with a call
# that nobody waits for, since a model's first call is often its slowest.


# %%
async def work(batcher):
    """Answer batch after batch."""
    await asyncio.to_thread(batcher.model, x_train[:1])
    batcher.warm = True
    while True:
        if batch := await collect(batcher):
            await call(batcher, batch)


# %% [markdown]
# A rehearsal without any network, since what is hard here is the queue. The model of
# the rehearsal cannot bear an empty picture:


# %%
def touchy(pictures):
    """Return the brightest pixel of each picture, and fail at an empty one."""
    if not pictures.any(axis=1).all():
        raise ValueError("an empty picture")
    return pictures.max(axis=1)


# %% [markdown]
# Five ask at the same moment, the third with an empty picture. The window of 50
# milliseconds puts them into one batch; `gather` waits for all, and keeps an error as
# if it were an answer.

# %%
batcher = Batcher(touchy, max_batch=5, max_wait=0.05)
worker = asyncio.create_task(work(batcher))
shades = [np.full(3, shade) for shade in (0.1, 0.2, 0.0, 0.4, 0.5)]
questions = [ask(batcher, shade) for shade in shades]
answers = await asyncio.gather(*questions, return_exceptions=True)

# %% [markdown]
# The empty one alone gets the error, and the others their own pixel, in their order:

# %%
worker.cancel()
assert isinstance(answers.pop(2), ValueError)
assert answers == [0.1, 0.2, 0.4, 0.5]

# %% [markdown]
# ## The whole service
#
# Around the queue comes what a service needs, one function for each part. First the
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
# Then its health, which is [two
# questions](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/).
# *Alive?* If not, start me anew. *Ready?* If not, send nobody here for now. A service
# that is loading its model is alive and not ready; one whose worker has died is
# neither. And no question calls the model: a probe every second must not cost what a
# customer costs.


# %%
def add_health(app, batcher):
    """Say whether the service is alive, and whether it is ready."""

    def verdict(name, fine):
        return JSONResponse({name: fine}, 200 if fine else 503)

    @app.get("/health/live")
    async def live():
        return verdict("alive", not app.state.worker.done())

    @app.get("/health/ready")
    async def ready():
        room = not batcher.queue.full()
        return verdict("ready", batcher.warm and room and not app.state.worker.done())


# %% [markdown] tags=["sourced"]
# Then its numbers: without them, nobody learns that a service has become slow until
# somebody complains. They have the form that
# [Prometheus](https://prometheus.io/docs/concepts/metric_types/) collects. A gauge goes
# up and down. A histogram counts values in compartments; counts of many machines can be
# added, and a percentile read off the sum. Percentiles themselves cannot be added, nor
# averaged.

# %%
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest


def add_numbers(app, batcher):
    """Tell how many requests wait, and how large the calls are."""
    registry = CollectorRegistry()
    waiting = Gauge("waiting", "Requests in the queue.", registry=registry)
    waiting.set_function(batcher.queue.qsize)
    sizes = Histogram("call", "Pictures a call.", buckets=SIZES, registry=registry)
    fresh = iter(batcher.calls)  # goes on where it stopped, as the list grows

    @app.get("/metrics")
    async def numbers():
        for size, _ in fresh:
            sizes.observe(size)
        return PlainTextResponse(generate_latest(registry).decode())


# %% [markdown]
# Last, a door for the owner, who may change the batching while the service runs, and
# shows a token for it. `compare_digest` takes the same time wherever the first wrong
# letter stands, so that nobody guesses it letter by letter with a stopwatch.

# %%
import secrets

from fastapi import Header

TOKEN = secrets.token_urlsafe(16)


class Batching(BaseModel):
    """How the queue collects."""

    max_batch: Annotated[int, Field(ge=1, le=64)]
    max_wait: Annotated[float, Field(ge=0, le=1)]


# %% [markdown]
# The wish is checked by the same means as a drawing, before the function is entered: an
# owner can mistype, and a window of 50 that was meant in milliseconds would be most of
# a minute. Then the token decides.


# %%
def add_owner(app, batcher):
    """Let the owner change the batching."""
    right = f"Bearer {TOKEN}".encode()

    @app.post("/owner/batching")
    async def change(batching: Batching, authorization: Annotated[str, Header()] = ""):
        if not secrets.compare_digest(authorization.encode(), right):
            return JSONResponse({"detail": "This door needs the owner's token."}, 401)
        batcher.max_batch, batcher.max_wait = batching.max_batch, batching.max_wait
        return batching


# %% [markdown]
# All together. The worker lives as long as the app: it starts before the first request
# is let in, and is cancelled when the app ends, so that nothing is left running.

# %%
from contextlib import asynccontextmanager


def service_app(batcher):
    """Return an app around a batcher."""

    @asynccontextmanager
    async def life(app):
        app.state.worker = asyncio.create_task(work(batcher))
        yield
        app.state.worker.cancel()

    app = FastAPI(lifespan=life)
    for add in (add_door, add_health, add_numbers, add_owner):
        add(app, batcher)
    return app


# %% [markdown]
# `ready=` makes `serve.start` wait until the service says that it is:

# %%
batchers = {"mlp": Batcher(exported, thread=False), "library": Batcher(from_file)}
services = {
    name: serve.start(service_app(one), name=name, ready="/health/ready")
    for name, one in batchers.items()
}
list(services.values())

# %% [markdown]
# The owner's hand on the batching:


# %%
def batching(name, max_batch, max_wait=0.0, token=TOKEN):
    """Ask a service to change its batching; return the status of its answer."""
    address = f"{services[name].url}/owner/batching"
    wish = {"max_batch": max_batch, "max_wait": max_wait}
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(address, json=wish, headers=headers).status_code


# %% [markdown]
# A wrong token is sent away, and the right one is heard:

# %%
assert batching("library", 32, token="I am the owner, really") == 401
assert batching("library", 16, 0.005) == 200

# %% [markdown]
# Does everybody get their own answer? An exchange within a batch would be the worst of
# all faults here: every answer looks sound, and belongs to somebody else. So a hundred
# different drawings from 20 clients at once, and each answer against the model itself:

# %%
drawings = [{"pixels": picture} for picture in x_validation[:100]]
to_library = {"target": services["library"], "payloads": drawings, "path": "/predict"}
table = serve.load(**to_library, clients=20, count=100)
said = np.array([answer["digit"] for answer in table.answer])
assert np.array_equal(said, large[table.request].argmax(axis=1))

# %% [markdown]
# And the numbers that it tells Prometheus. The compartments are counted up from below,
# "le" reads "at most": compare the number of calls with the 100 requests.

# %%
print(httpx.get(f"{services['library'].url}/metrics").text[-440:])

# %% [markdown]
# ## Does it pay?
#
# Both services, with batches and without, as many answers as they can give. For this
# question a closed loop is right, since nobody asks how long anybody waits: 48 clients
# keep the queue filled.

# %%
predict(
    "25.pays",
    "Batches of up to 32 against one picture at a time. Which service gives clearly "
    "more answers a second with batches?",
    [
        "both, by about the same factor",
        "the library only; for the mlp it hardly matters",
        "the mlp only: it is the faster one",
        "neither: network and JSON take all the time",
    ],
)

# %%
COUNT = {"smoke": 96, "quick": 400, "full": 2_000}[PROFILE]


def full_load(name, max_batch):
    """Return the answers a second that 48 clients get, and the work for each."""
    assert batching(name, max_batch) == 200
    began = time.process_time()
    count = COUNT if (name, max_batch) != ("library", 1) else COUNT // 3
    settings = {"clients": 48, "count": count, "timeout": 30}
    table = serve.load(services[name], drawings, path="/predict", **settings)
    worked = time.process_time() - began
    return len(table) / table.answered.max(), worked / len(table)


# %% [markdown]
# The library, one by one, is the slowest of the four by far; a third of the requests
# tells as much. The four take turns, and the medians are compared.

# %%
ROUNDS = {"smoke": 1, "quick": 3, "full": 5}[PROFILE]
speeds = {(name, size): [] for name in services for size in (1, 32)}
for _ in range(ROUNDS):
    for (name, size), values in speeds.items():
        values.append(full_load(name, size))
speeds = {kind: np.array(values) for kind, values in speeds.items()}

# %% [markdown]
# Compare the bars in pairs. The whiskers reach from the least to the most of the
# rounds: where those of a pair overlap, the clock cannot tell the two apart.

# %%
kinds = {1: "one by one", 32: "batches up to 32"}
rates = [values[:, 0] for values in speeds.values()]
plot.bars(
    [f"{name}, {kinds[size]}" for name, size in speeds],
    np.median(rates, axis=1),
    low=np.min(rates, axis=1),
    high=np.max(rates, axis=1),
    x_title="answers a second: median, least and most",
    title="Who gains from batches",
)

# %% [markdown]
# As ratios, batches against one by one:

# %%
middle = {kind: np.median(values, axis=0) for kind, values in speeds.items()}
gain = {n: middle[n, 32][0] / middle[n, 1][0] for n in services}
found("gain_library", gain["library"], "The library: {:.1f} times as many answers.")
found("gain_mlp", gain["mlp"], "The mlp: {:.1f} times as many.", predicted="25.pays")

# %% [markdown]
# By the clock, the mlp's numbers waver with whatever else runs on this machine. The
# work wavers less: seconds of processor time for each answer, door and call together.
# How much more does an answer take one by one?

# %%
saved = {n: middle[n, 1][1] / middle[n, 32][1] for n in services}
found("work_library", saved["library"], "For the library, {:.1f} times as much.")
found("work_mlp", saved["mlp"], "For the mlp, {:.1f} times as much.")

# %% [markdown]
# A call of the mlp takes microseconds. Its clients pay for the door: network, JSON,
# checks. Company made its call cheaper too, as the curves above show, but a small part
# of a bill can be cut to nothing and hardly change the sum. The library's clients pay
# for the call, and share it.

# %% [markdown]
# ## What it does to the waiting
#
# More answers a second is the owner's wish. Strangers want theirs soon, and a window
# makes the first of a batch wait on purpose. So: waiting against load, in open loops,
# at rates below and above what the library can do one by one. Three ways to collect:

# %%
WAYS = {"one by one": (1, 0), "batches": (32, 0), "batches, window 20 ms": (32, 0.02)}
BY_PROFILE = {"smoke": (0.3, 1.5), "quick": (0.2, 0.6, 0.9, 1.5)}
SHARES = BY_PROFILE.get(PROFILE, (0.2, 0.4, 0.6, 0.8, 0.9, 1.5, 2.5))
SECONDS = {"smoke": 0.4, "quick": 2.0, "full": 8.0}[PROFILE]

# %%
predict(
    "25.light",
    "Few requests come, a fifth of what the library can do. What does a window of 20 "
    "milliseconds for company do to the median wait?",
    [
        "it shortens it: batches are faster",
        "nothing, since batches form only under load",
        "it lengthens it, by up to the window",
    ],
)


# %%
def at_rate(way, rate):
    """Load the library at a rate, batching in one of the three ways."""
    batching("library", *WAYS[way])
    return serve.load(**to_library, rate=rate, count=max(10, int(rate * SECONDS)))


# %% [markdown]
# Loads are shares of what this machine can do one by one. On a quicker one the rates
# would be higher, and the picture much the same.

# %%
capacity = middle["library", 1][0]
tests = {
    (way, share): at_rate(way, share * capacity) for share in SHARES for way in WAYS
}
waits = serve.summary(tests)

# %% [markdown]
# In the picture, times are on a logarithmic scale. Dotted: the median. Solid: p95. Look
# at the left end first, where few requests come, and compare the dotted lines. Then
# follow the three to the right: which of them crosses the promise?

# %%
measured = {way: waits.loc[[(way, share) for share in SHARES]] for way in WAYS}
plot.service_levels(measured, target=0.1, title="Who waits how long, measured")

# %% [markdown]
# And the question of the first line: the wait of the unluckiest one in a hundred, in
# milliseconds, by the load as a share of what the library can do one by one.

# %%
waits.p99.mul(1000).round().unstack()

# %% [markdown]
# A number in the last column may be no property of the service at all. Where more come
# than it can answer, the queue grows for as long as the test goes on, and so does the
# wait. What did the window cost, and what did the batches save?

# %%
medians = [1000 * measured[way].p50.iloc[0] for way in WAYS]
late = [min(measured[way].p95.iloc[-1], 5) for way in WAYS]  # nobody waits longer
sentence = "With few requests, the window adds {:.0f} ms to the median wait."
found("window_cost", medians[2] - medians[1], sentence, predicted="25.light")
found("rescue", late[0] / late[1], "Under the most load, batches cut p95 {:.1f} times.")

# %% [markdown]
# Compare the two kinds of batches. Without any window they form by themselves: while
# one call runs, requests gather, and the next call takes all of them. When few come,
# this costs nothing, and when many come, no window is needed. A window pays in between,
# where a second request is likely to come within it and the promise has room for it:
# then two share a call that each would have had alone.

# %% [markdown]
# ## Turn the knobs
#
# How many replicas, how large a batch, how long a window? A load test of every
# combination would take the day. But the times of single calls are known, for many
# sizes of batch: the batcher has noted them during the tests. How many of each?

# %%
calls = {}
for size, seconds in batchers["library"].calls:
    calls.setdefault(size, []).append(seconds)
print({size: len(every) for size, every in sorted(calls.items())})

# %% [markdown]
# And the door? A call of the mlp takes next to no time. So what its clients wait for,
# when few come, is the way there and back: network, JSON, checks.

# %%
to_mlp = {**to_library, "target": services["mlp"]}
road = serve.load(**to_mlp, rate=50, count=50).seconds.median()
times_call = road / call_seconds[1]["mlp"]
found("door", times_call, "The door takes {:.0f} times as long as the mlp's call.")

# %% [markdown]
# What is missing is only the waiting, and that is bookkeeping. `serve.simulate` plays
# the queue through on a clock of its own: the same random arrivals, our rule for when a
# batch leaves, and for each call one of the measured times.


# %%
def played(way, rate, count=1_000):
    """Play the library's queue through; return a table as `serve.load` does."""
    max_batch, max_wait = WAYS[way]
    settings = {"max_batch": max_batch, "max_wait": max_wait, "bound": ROOM}
    return serve.simulate(calls, rate=rate, count=count, overhead=road, **settings)


# %% [markdown]
# May we trust it? Hold it against the tests in which the service kept up with ease:
# near its limit and beyond, a wait says more about how long the test went on.

# %%
ratios = [
    played(way, share * capacity, len(table)).seconds.median() / table.seconds.median()
    for (way, share), table in tests.items()
    if share < 0.8
]
found("simulation", np.median(ratios), "Played waits: {:.2f} times the measured ones.")

# %% [markdown]
# That is a median over tests, and it says how far to trust the next pictures: they tell
# 10 milliseconds from 20, and not 10 from 11.
#
# Now the curves between the measured points. Look at where the dots of a colour leave
# its solid line: there, something happened on this machine that is not in the play.

# %%
rates = capacity * np.array([0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.6])
curves = {
    way: serve.summary({rate: played(way, rate) for rate in rates}) for way in WAYS
}
plot.service_levels(
    curves,
    measured=measured,
    target=0.1,
    title="Dots are measured, lines played through",
)

# %% [markdown]
# Now you have machines that were not measured: up to eight replicas, each with a core
# of its own. The explorer needs for each model the times of its calls, by size, and
# what the road takes. Find the rate at which one replica without batches breaks the
# promise of 100 milliseconds. Then keep it in two ways, with more replicas and with
# larger batches, and say which is cheaper. Last, change to the mlp, and try to gain
# anything from batches there.

# %%
of_mlp = {size: times["mlp"] for size, times in call_seconds.items()}
knobs = {
    "library": {"seconds": calls, "overhead": road, "measured": measured["one by one"]},
    "mlp": {"seconds": of_mlp, "overhead": road},
}
explore.serving(knobs)

# %% [markdown]
# ## Smaller numbers: int8
#
# If the fetching takes the time, fetch less. A weight of four bytes can be written in
# one: divide by a *scale* that makes the largest 127, and round. Rounding moves a
# weight by half a step at most, and the asserts hold us to it:

# %%
scale = np.abs(stored).max() / 127
in_a_byte = np.round(stored / scale).astype("int8")
some = slice(1000)
assert np.abs(in_a_byte[:, some] * scale - stored[:, some]).max() <= 0.501 * scale
assert stored.nbytes == 4 * in_a_byte.nbytes

# %% [markdown]
# The pictures must become whole numbers as well, and since each is different, their
# scale is found when they come: `DynamicQuantizeLinear` does that. Then whole numbers
# are multiplied and added, and one multiplication at the end brings the scales back.

# %%
LIBRARY8 = """
<ir_version: 9, opset_import: ["": 17]>
library (float[n, 784] pixels) => (float[n, 10] chances) {
   length = ReduceL2 <axes = [1]> (pixels)
   looks = Div (pixels, length)
   coarse, step, zero = DynamicQuantizeLinear (looks)
   sums = MatMulInteger (coarse, in_a_byte, zero)
   whole = Cast <to = 1> (sums)
   unit = Mul (step, scale)
   match = Mul (whole, unit)
   votes = Softmax (match)
   chances = MatMul (votes, names)
}"""

# %% [markdown]
# Beside the bytes stand their scale, a single number for all of them, and the names.
# The votes are still counted in four bytes: a softmax of whole numbers would be another
# art.

# %%
arrays = {"in_a_byte": in_a_byte, "scale": np.float32(scale), "names": names}
library8 = opened(write_onnx(LIBRARY8, arrays, workshop / "library8.onnx"))

# %% [markdown] tags=["sourced"]
# ONNX Runtime has a line that does this to every product of a file, and calls it
# [dynamic
# quantisation](https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
# For the mlp:

# %%
import logging

from onnxruntime.quantization import QuantType, quantize_dynamic

logging.disable(logging.WARNING)  # it advises a step that so small a file does not need
mlp8_file = str(workshop / "mlp8.onnx")
quantize_dynamic(exported_file, mlp8_file, weight_type=QuantType.QInt8)
logging.disable(logging.NOTSET)
mlp8 = opened(mlp8_file)

# %%
predict(
    "25.int8",
    "One byte for each weight in place of four. What happens to the library's answers, "
    "and to the time of a call for one picture?",
    [
        "some points of accuracy are lost, and it is sooner",
        "hardly any accuracy is lost, and it is sooner",
        "hardly any accuracy is lost, and no time is won",
    ],
)

# %% [markdown]
# Rightness on the validation pictures, and once more a race in which all take turns:

# %%
right8 = share_right(in_parts(library8, x_validation), y_validation)
rivals = {"library": from_file, "in bytes": library8, "mlp": exported, "mlp8": mlp8}
one = seconds_of(rivals, x_validation[:1], repeats=15)

# %% [markdown]
# What was lost, and what was won:

# %%
lost = 100 * (share_right(large, y_validation) - right8)
found("int8_lost", lost, "Lost in bytes: {:+.1f} points.", predicted="25.int8")
found("int8_speed", one["library"] / one["in bytes"], "It is {:.1f} times sooner.")
found("int8_mlp", one["mlp"] / one["mlp8"], "The mlp's call is {:.2f} times sooner.")

# %% [markdown]
# The library has four times less to fetch, and is not four times sooner: the softmax,
# the votes and the way in and out take what they took. What the mlp wins are
# microseconds, and its clients wait for the door.
#
# One thing has changed quietly. The pictures' scale is found anew at every call, from
# all pictures in it. So the answer for one picture depends on who else is in the batch,
# and the queue decides that. How far can it go?


# %%
def company(function, x):
    """Return by how much the chances change when pictures are asked for together."""
    alone = np.concatenate([function(picture[None]) for picture in x])
    return np.abs(function(x) - alone).max()


# %% [markdown]
# In four bytes, company makes no difference beyond rounding:

# %%
assert company(from_file, x_validation[:32]) < 1e-3
changed = 100 * company(library8, x_validation[:32])
found("company", changed, "In bytes, company changes chances by up to {:.2f} points.")

# %% [markdown]
# So little rarely changes a digit, but an answer that cannot be repeated is hard to
# explain to whoever complains about it. *Static* quantisation fixes all scales
# beforehand, from sample pictures.

# %% [markdown] tags=["sourced"]
# ## A pupil: distillation
#
# The library is right more often, the mlp is cheap. Or let the small one learn from the
# large one. The library answers for pictures that nobody has labelled, and its answers
# say more than a label does: "a 4, though nearly a 9". To train a small model on a
# large one's answers is called [distillation](https://arxiv.org/abs/1503.02531). Each
# picture is taken twice, the second time moved by one pixel, right and down, since the
# teacher labels that as willingly.

# %%
x_more = np.concatenate([x_train, pictures[unlabelled]]).reshape(-1, 28, 28)
x_pupil = np.concatenate([x_more, np.roll(x_more, (1, 1), (1, 2))]).reshape(-1, 784)
answers = in_parts(library8, x_pupil)  # in bytes, it is the quicker teacher
pupil = taught(small_network(), x_pupil, answers, "categorical_crossentropy")
assert len(x_pupil) == 3 * len(x_train)

# %% [markdown]
# ## The seals are broken
#
# Everything so far was compared on the validation pictures, and whoever compares often
# ends up with what happened to do well on them. So four readers, and the test pictures,
# once:

# %%
TEST = {"smoke": 200, "quick": 2_000, "full": 10_000}[PROFILE]
x_test = (digits.x_test[:TEST].reshape(-1, 784) / 255).round(2).astype("float32")
readers = {"library": from_file, "library, int8": library8, "mlp": exported}
readers["pupil"] = lambda x: keras.ops.convert_to_numpy(pupil(x))
said = {name: in_parts(function, x_test) for name, function in readers.items()}
right = {name: share_right(said[name], digits.y_test[:TEST]) for name in said}

# %% [markdown]
# The whiskers reach two standard errors to either side. Look at how much of the way
# from the mlp to the library the pupil has gone, with no more weights than the mlp.

# %%
shares = np.array(list(right.values()))
errors = np.sqrt(shares * (1 - shares) / TEST)
plot.bars(
    list(right),
    shares,
    low=shares - 2 * errors,
    high=np.minimum(shares + 2 * errors, 1),
    x_title="share of test pictures read rightly",
    number=".1%",
    title="What the small ones keep",
)

# %% [markdown]
# The pupil has the mlp's layers, so a call of it costs what the mlp's does:

# %%
found("test_library", right["library"], "The library reads {:.1%} of the tests.")
found("test_mlp", right["mlp"], "The mlp, taught by labels, reads {:.1%}.")
found("test_pupil", right["pupil"], "The same network, taught by the library, {:.1%}.")
found("pupil_speed", one["library"] / one["mlp"], "Its call costs {:.0f} times less.")

# %% [markdown]
# This was no contest on equal terms: the pupil saw three times as many pictures as the
# mlp, and could, because its teacher labels for nothing. That is the use of it. Which
# of the two libraries is ahead by a tenth of a point is chance: the whiskers are
# several times as long.

# %% [markdown]
# ## Asleep while nobody asks
#
# A service that nobody asks still pays for its machine. *Serverless* platforms stop it,
# down to zero replicas, and start it for the next request, who then waits for a *cold
# start*: a new process, imports, the model, the first answer. How long is that? The
# same small service twice, as a file of its own. On ONNX Runtime:

# %%
ONNX_SERVICE = f"""
import fastapi, numpy, onnxruntime
session = onnxruntime.InferenceSession({exported_file!r})
name = session.get_inputs()[0].name
app = fastapi.FastAPI()
@app.get("/ready")
def ready():
    return session.run(None, {{name: numpy.zeros((1, 784), "float32")}})[0].tolist()
"""

# %% [markdown]
# And on Keras, which has to find the layers and their weights in a file of its own:

# %%
mlp.save(workshop / "mlp.keras")
KERAS_SERVICE = f"""
import fastapi, keras, numpy
mlp = keras.saving.load_model({str(workshop / "mlp.keras")!r})
app = fastapi.FastAPI()
@app.get("/ready")
def ready():
    return mlp.predict(numpy.zeros((1, 784)), verbose=0).tolist()
"""

# %%
predict(
    "25.cold",
    "From nothing to the first answer, with the same weights. How do the two compare?",
    [
        "about alike: both load the same weights",
        "Keras works about twice as long",
        "Keras works several times as long",
    ],
)


# %%
def cold_start(name, text):
    """Start a service from nothing; return seconds on the clock, and of work."""
    file = workshop / f"{name}.py"
    file.write_text(text)
    with serve.start(file, name=name, ready="/ready", timeout=300) as service:
        return service.seconds, service.cpu_seconds()


# %% [markdown]
# Both files are started from nothing, in turns:

# %%
runtimes = {"onnx_service": ONNX_SERVICE, "keras_service": KERAS_SERVICE}
STARTS = {"smoke": 1, "quick": 2, "full": 5}[PROFILE]
starts = {name: [] for name in runtimes}
for _ in range(STARTS):
    for name, text in runtimes.items():
        starts[name].append(cold_start(name, text))

# %% [markdown]
# Seconds on the clock depend on what else this machine is doing; seconds of work, which
# the processor has spent on this process, hardly do.

# %%
cold = {name: np.median(every, axis=0) for name, every in starts.items()}
for name, (clock, worked) in cold.items():
    print(f"{name:13} {clock:5.1f} s on the clock, {worked:4.1f} s of work")
ratio = cold["keras_service"][1] / cold["onnx_service"][1]
found("cold_ratio", ratio, "Keras works {:.0f} times as long.", predicted="25.cold")

# %% [markdown]
# The weights are the same few, and the arithmetic is over in a moment. What takes the
# time is all that Keras brings along: it could train, and this service never will.
#
# Who waits for it? Say requests come at random, and the service falls asleep after some
# idle minutes. Then each gap between two requests decides: a long one lets it sleep,
# and makes whoever ends it wait. Of random gaps with a mean of $m$ minutes, a share of
# $e^{-i/m}$ is longer than $i$ minutes. Follow one curve to the right: that is what the
# owner can buy by staying awake. Then compare the curves.

# %%
idle = np.linspace(1, 30, 59)
woken = {
    f"a request every {mean} minutes": 100 * np.exp(-idle / mean)
    for mean in (2, 10, 60)
}
plot.curves(
    woken,
    x=idle,
    x_title="idle minutes after which it falls asleep",
    y_title="requests that meet a cold start, percent",
    title="Cheap is asleep, and somebody has to wake it",
)

# %% [markdown]
# A service that is asked all the time never sleeps, so nothing is saved. One that is
# asked once an hour sleeps nearly always, and nearly everybody who asks meets a cold
# start. The owner's saving and the stranger's waiting come from the same gaps. A
# shorter cold start helps both.

# %% [markdown] tags=["sourced"]
# ## Closed by default
#
# For safety, so far: the service listens on loopback only; sizes, places and times are
# limited; a refusal tells what was wrong with the request, and nothing about the
# service; the owner's door has a key. One more decision is what it *loads*. A pickle
# file runs whatever code is in it. A `.keras` file is mostly data, and `safe_mode`
# refuses the layers that carry code, but it was got round more than once:
# [CVE-2025-1550](https://nvd.nist.gov/vuln/detail/CVE-2025-1550),
# [CVE-2025-9906](https://github.com/advisories/GHSA-36fq-jgmw-4r9c) and
# [CVE-2026-1462](https://github.com/advisories/GHSA-4f3f-g24h-fr8m) each let foreign
# code run with `safe_mode=True`. A list of known dangers is no sandbox. So a service
# loads only files that its owner made, and knows them by their hash:

# %%
import hashlib


def open_known(path, known):
    """Open an ONNX file if it has the hash that its maker wrote down."""
    came = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    if came != known:
        raise ValueError(f"not the file that was approved: sha256 {came[:12]}")
    return opened(path)


# %% [markdown]
# The hash is written down by whoever has tested the file. Our two files hold the same
# weights, and give the same answers, as we saw; only one of them was approved.

# %%
approved = hashlib.sha256(Path(exported_file).read_bytes()).hexdigest()
assert open_known(exported_file, approved)(x_validation).shape == (1000, 10)
try:
    open_known(by_hand_file, approved)
except ValueError as error:
    print("Refused,", error)

# %% [markdown] tags=["sourced"]
# ## The same on somebody else's engine
#
# Queue, replicas, health: others have built them for whole clusters. Three of these
# engines were tried beside this course's packages.
#
# - **Ray Serve** runs. [Our service for it](../deploy/serving/ray_app.py) has the same
#   door, and
#   [`@serve.batch`](https://docs.ray.io/en/latest/serve/advanced-guides/dyn-req-batch.html)
#   in place of our queue, with the same two numbers. Ray 2.60 was installed with this
#   course's pins in an environment of its own, started on loopback, and answered.
# - **KServe** takes [a document](../deploy/serving/kserve.yaml) that names the model,
#   the program that runs and batches it, and a smallest number of replicas, which may
#   be zero. Its package does not install beside our pins, and there was no cluster: the
#   document was only checked against KServe's own description of its fields. It has not
#   run.
# - **BentoML** cannot be shown: beside our pins, an installer goes back to its version
#   0.0.5.
#
# The way over is short, since a service is a door, a queue and a model, whatever an
# engine calls them. What an engine adds is what one machine cannot have: a second one.

# %% [markdown] tags=["sourced"]
# ## How large is all this?
#
# "A market of 97.24 billion dollars, growing 17.5 % a year" is one estimate, attributed
# to [Grand View
# Research](https://www.grandviewresearch.com/industry-analysis/artificial-intelligence-ai-inference-market-report),
# of AI inference in 2024 and until 2030. How it was made stands in a report that is
# sold, and we know the figures from those who quote them.
# [Futurum](https://www.cio.com/article/4181783/by-the-numbers-the-ai-inferencing-market-and-the-infrastructure-decisions-that-define-it.html),
# sponsored by a maker of servers, projects 48.8 billion for 2030, at 46.3 % a year.
# One says where it begins, the other where it ends; the rates of growth do the rest.

# %%
larger = 97.24 * 1.175 ** np.arange(7)  # 2024 to 2030
smaller = 48.8 / 1.463 ** np.arange(7)[::-1]
plot.curves(
    {"Grand View Research": larger, "Futurum": smaller},
    x=np.arange(2024, 2031),
    x_title="year",
    y_title="billions of dollars",
    title="Two estimates of one market",
)

# %% [markdown]
# The larger estimate as a multiple of the smaller:

# %%
found("apart_2024", larger[0] / smaller[0], "For 2024 it is {:.0f} times as large.")
found("apart_2030", larger[-1] / smaller[-1], "For 2030 it is {:.1f} times as large.")

# %% [markdown]
# Numbers so far apart do not measure the same thing, whatever their headlines say, and
# two digits behind the point are no sign of knowledge. What can be known is what your
# own service costs. You have just measured it.

# %% [markdown]
# ## Something to keep
#
# Batching gave much where a call is dear and can be shared, and little where it is
# cheap. Both services have answered every load of this page. Do they still stand?

# %%
for name, service in services.items():
    reply = httpx.get(f"{service.url}/health/ready")
    assert reply.status_code == 200
    print(f"The {name} is ready, after {len(batchers[name].calls):,} calls.")

# %% [markdown]
# Then let one of them read what *you* draw. Every stroke becomes a request to the
# library's door, like a stranger's; beside it, the mlp without any door.


# %%
def over_the_wire(picture):
    """Return the chances of ten digits for a drawing, asked for over HTTP."""
    pixels = np.clip(picture, 0, 1).round(2).reshape(-1).tolist()
    reply = httpx.post(f"{services['library'].url}/predict", json={"pixels": pixels})
    return np.array(reply.raise_for_status().json()["chances"])


def at_home(picture):
    """Return the chances of ten digits for a drawing, by the mlp in this notebook."""
    return exported(np.asarray(picture, "float32").reshape(1, 784))[0]


# %% [markdown]
# A drawing to begin with, from the validation pictures:

# %%
sample = x_validation[3].reshape(28, 28)
plot.images(sample[None], columns=4, title="A drawing to begin with")

# %% [markdown]
# Draw over it, and look for a drawing on which the two disagree. The small picture
# beside it is what is sent, and the bars are what came back. Then draw something that
# is no digit: the door lets it in, since it is 784 numbers from 0 to 1, and both will
# answer. What a door can check is the form.

# %%
pad = explore.drawing_pad({"library, over HTTP": over_the_wire, "mlp": at_home})
pad.draw(sample)
pad

# %% [markdown]
# The library's service goes on until you run `serve.stop_all()` or close this notebook,
# so that you can draw. The others end here.

# %%
reader.stop()
services["mlp"].stop()
assert list(serve.running()) == ["library"]

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
            "It depends on how many requests each had, and on all their times. That is "
            "why histograms are collected."
        ),
    },
    right="it cannot be known from these two numbers",
)

# %%
quiz(
    "25.quiz.window",
    "A service gets a request every 2 seconds. A colleague sets a window of 50 "
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
    "A load test with four clients that wait for each answer reports a p99 of 20 ms. "
    "Users complain about seconds. What is the likeliest reason?",
    {
        "the users' networks": "Perhaps; but this test could hardly have seen seconds.",
        "the test stopped asking whenever the service was slow": (
            "Four clients have at most four slow requests at a time, whatever happens."
        ),
        "p99 is too coarse": "In an open loop it would have shown the seconds.",
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
# Everything ran on one machine, over loopback, where a network costs next to nothing
# and never fails. The load generator shared that machine's cores with the service, so
# read ratios, not times. Replicas were played through and not measured, and the play
# assumes that they share neither memory nor caches, which real ones on one machine do.
#
# Our queue decides by two fixed numbers. Clipper and its successors adapt the batch to
# the promise while they run. Requests to language models do not even have a fixed
# length; there, new ones join while others are still being answered ([Orca,
# 2022](https://www.usenix.org/conference/osdi22/presentation/yu)), which lesson 22
# comes back to.
#
# "Batching pays" is too strong, as the mlp showed; on a GPU, where a call is dear and
# company cheap, it pays more often than here. "int8 costs no accuracy" was measured for
# one model on one kind of picture. And our door has no encryption, no accounts, and no
# quota for each client. Those belong before it, in a reverse proxy that others have
# written and keep up to date.
#
# In the lab you write the validation, percentiles that do not lie, the queue, the
# health check and the quantisation yourself, and put them together into a service that
# keeps a promise.
