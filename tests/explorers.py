"""Every public explorer with something small to explore, for `test_sweeps.py` and for the tests of its own."""

import functools
import math

import numpy as np
from layerwise import explore

# ---- what they explore


def reader(batch):
    """Scores for how near the mean shade is to 0, a half and 1."""
    shade = batch.mean(axis=(1, 2))
    return -20 * abs(shade[:, None] - np.array([0, 0.5, 1]))


CLASSES = ("light", "middle", "dark")
SHADES = {"empty": np.zeros((28, 28)), "grey": np.full((28, 28), 0.5), "full": np.ones((28, 28))}


def confidence(**state):
    """Three shades, and a reader that tells them apart."""
    return explore.confidence(reader, SHADES, CLASSES, **state)


def refusal(**state):
    """Answers that are right the more often, the surer they are."""
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.3, 1, 500)
    return explore.refusal(sure, rng.random(500) < sure**2, **state)


SHAPES = ("round", "square", "long")


def painter(codes):
    """A grey picture, the lighter the larger the first number."""
    shade = 1 / (1 + np.exp(-np.asarray(codes)[:, :1, None]))
    return shade * np.ones((1, 28, 28))


def latent(**state):
    """Three groups of codes, seen by two networks."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    codes = rng.normal(size=(300, 2)) * 0.4 + np.array([[0, 0], [2, 0], [0, 3]])[labels]
    pictures = rng.random((300, 28, 28))
    spaces = {"plain": (painter, codes), "variational": (painter, codes @ [[0.7, 0.7], [-0.7, 0.7]])}
    return explore.latent(spaces, pictures, labels, SHAPES, **state)


def alarms(**state):
    """Scores of 2,000 cases; one in twenty is an anomaly, and scores higher."""
    rng = np.random.default_rng(0)
    anomalous = rng.random(2000) < 0.05
    return explore.alarms(np.exp(rng.normal(size=2000) + 1.5 * anomalous), anomalous, **state)


def convolution(**state):
    """Two small pictures, and one learned kernel."""
    rng = np.random.default_rng(0)
    pictures = {"noise": rng.uniform(size=(12, 14)), "a step": np.repeat([[0.0] * 7 + [1.0] * 7], 12, axis=0)}
    return explore.convolution(pictures, {"learned 1": rng.normal(size=(3, 3))}, **state)


def receptive_field(**state):
    """A picture in colour."""
    return explore.receptive_field(np.random.default_rng(0).uniform(size=(20, 32, 3)), **state)


METHODS = ("logistic regression", "SVM", "random forest", "gradient boosting", "network, brief", "network")


def classical_runs(runs=3):
    """Runs as lesson 07 makes them: three tasks, and methods that enter late or leave early."""
    rng, rows = np.random.default_rng(0), []
    tasks = {"digits": (100, 300, 1000, 3000, 9000), "spam": (100, 300, 1000, 3000), "payments": (1000, 3000, 9000)}
    for task, sizes in tasks.items():
        for place, method in enumerate(METHODS):
            for examples in sizes:
                if (method == "gradient boosting" and examples > 1000) or (place == 4 and examples < 1000):
                    continue
                for seed in range(runs):
                    rows.append({
                        "task": task, "measure": "share right", "method": method, "examples": examples, "seed": seed,
                        "score": 1 - 0.8 * (examples / 60) ** (-0.2 - 0.05 * place) + rng.normal() * 0.01,
                        "cpu_seconds": 1e-4 * (place + 1) * examples, "answer_seconds": 0.01 * (6 - place),
                    })
    return rows


def learning_curves(**state):
    """The runs of six methods on three tasks."""
    return explore.learning_curves(classical_runs(), **state)


SIZES = (1, 3, 10, 30, 100)


def transfer_runs(runs=4):
    """Runs as lesson 09 makes them: on digits the methods change places, and one is measured on flowers only."""
    rng, rows = np.random.default_rng(0), []
    curves = {
        ("flowers", "from scratch"): (0.25, 0.3, 0.4, 0.5, 0.6), ("flowers", "borrowed"): (0.5, 0.65, 0.8, 0.85, 0.9),
        ("flowers", "own eye"): (0.25, 0.31, 0.41, 0.52, 0.58), ("digits", "from scratch"): (0.3, 0.5, 0.8, 0.9, 0.95),
        ("digits", "borrowed"): (0.35, 0.5, 0.7, 0.8, 0.85),
    }
    for (task, method), scores in curves.items():
        for size, score in zip(SIZES, scores, strict=True):
            for seed in range(runs):
                rows.append({"task": task, "method": method, "examples": size, "seed": seed,
                             "score": score + rng.normal() * 0.01})
    return rows


def labels_saved(**state):
    """The runs of three methods on two tasks."""
    return explore.labels_saved(transfer_runs(), **state)


def crossing(text):
    """A head of one's own: each word looks at the letter of its number."""
    words, letters = text.split(), list("abc")
    weights = np.zeros((len(words), 3))
    weights[np.arange(len(words)), np.arange(len(words)) % 3] = 1
    return words, letters, weights


def own_heads(**state):
    """One head of one's own."""
    return explore.heads({"mine": crossing}, **state)


def unrolled(**state):
    """A trained cell beside the fresh ones."""
    from layerwise.explore import memories

    return explore.unrolled({"mine": memories.fresh("GRU", 5, units=6, seed=1)}, np.ones((3, 7, 5)), **state)


WORDS = ("parcel", "bill", "contract", "order", "router", "phone", "account", "card", "refund", "visit")


def habit(before, after):
    """Favour one word by the length of what stands around the blank."""
    weights = np.arange(1.0, len(WORDS) + 1)
    weights[(len(before) + 2 * len(after)) % len(WORDS)] += 20
    return dict(zip(WORDS, weights / weights.sum(), strict=True))


def fill_in(**state):
    """Two fillers that disagree."""
    return explore.fill_in({"habit": habit, "rival": lambda before, after: {"bill": 0.7, "tea": 0.3}}, **state)


def next_piece(**state):
    """A predictor that minds the text, and a coin."""
    coin = {"heads": 0.5, "tails": 0.5}
    return explore.next_piece({"habit": lambda text: habit(text, ""), "coin": lambda text: coin}, **state)


def turned(text):
    """Translate by writing the words from the last to the first; two heads."""
    words = [word for word in text.split() if word.isascii() and word.isalpha()]
    count = len(words)
    weights = np.stack([np.eye(count)[::-1], np.full((count, count), 1 / max(count, 1))])
    return words, words[::-1], weights


def alignment(**state):
    """A translator that turns the order of words round."""
    return explore.alignment(turned, heads=2, **state)


RATE = 8000
MAILS = ["Win a free trip now", "the meeting is at noon", "free free free", "see you at the meeting, the boss"]
TABLE = {
    "island": ["Dream", "Biscoe", None, "Dream", "Torgersen", "Dream", "Biscoe", "Dream"],
    "mass": [3750.0, None, 3250.0, 3400.0, 5000.0, 3900.0, 4100.0, 3800.0],
    "bill": [39.1, 39.5, 40.3, 36.7, 39.3, 38.9, 39.2, None],
}


def photo(high, wide, seed=0):
    """A photo of noise."""
    return np.random.default_rng(seed).integers(0, 256, size=(high, wide, 3)).astype("uint8")


def tone(hertz, seconds=0.4):
    """A pure tone."""
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)


def moving():
    """A film in which something bright moves."""
    film = np.random.default_rng(3).integers(86, 95, size=(12, 24, 32, 3)).astype("uint8")
    for i in range(12):
        film[i, 8:14, i : i + 5] = 220
    return film


def inputs(kind, **state):
    """A few examples of one kind of input."""
    examples = {
        "picture": {"wide": photo(60, 90), "tall": photo(80, 50, 1), "square": photo(64, 64, 2)},
        "text": MAILS, "sound": {"low": tone(400), "high": tone(2500), "int16": (tone(900) * 9000).astype("int16")},
        "video": {"a": moving(), "grey": moving()[..., 0]}, "table": TABLE,
    }[kind]
    return explore.inputs(kind, examples, **state)


def batches(**state):
    """Four batches of photos of five flowers."""
    rng = np.random.default_rng(0)
    fed = [(rng.integers(0, 255, size=(32, 12, 12, 3)).astype("float32"), np.arange(32) % 5) for _ in range(4)]
    return explore.batches(fed, ["daisy", "dandelion", "roses", "sunflowers", "tulips"], **state)


@functools.cache
def dense():
    """A small dense network whose units are awake, and what it reads: network, pictures, labels."""
    import keras

    keras.utils.set_random_seed(1)
    layers, awake = keras.layers, keras.initializers.Constant(9)
    network = keras.Sequential([
        keras.Input((28, 28)), layers.Flatten(), layers.Dense(6, name="sum_1", bias_initializer=awake),
        layers.ReLU(name="hidden_1"), layers.Dense(4, activation="relu", name="hidden_2", bias_initializer=awake),
        layers.Dense(3, name="scores"),
    ])
    pictures = np.random.default_rng(0).uniform(size=(30, 28, 28)).astype("float32")
    return network, pictures, np.arange(30) % 3


@functools.cache
def convnet():
    """A small convnet, and the photos it takes."""
    import keras

    keras.utils.set_random_seed(1)
    layers = keras.layers
    network = keras.Sequential([
        keras.Input((21, 21, 3)), layers.Rescaling(1 / 255),
        layers.Conv2D(5, 5, strides=2, activation="relu", name="conv_1"), layers.MaxPooling2D(2),
        layers.Conv2D(7, 3, activation="relu", name="conv_2"), layers.Flatten(), layers.Dense(2, name="scores"),
    ])
    return network, np.random.default_rng(0).integers(0, 256, size=(12, 21, 21, 3)).astype("uint8")


def features_of_a_dense_network(**state):
    """The viewer of a network of dense layers, with labels."""
    network, pictures, labels = dense()
    return explore.features(network, pictures, labels, classes=["a", "b", "c"], **state)


def features_of_a_convnet(**state):
    """The viewer of a convnet, without labels."""
    return explore.features(*convnet(), **state)


def classifier(optimizer, dropout=0.2):
    """A compiled network of four inputs and three classes."""
    import keras

    made = keras.Sequential([
        keras.Input((4,)), keras.layers.Dense(16, activation="relu"), keras.layers.BatchNormalization(),
        keras.layers.Dropout(dropout, seed=1), keras.layers.Dense(3, activation="softmax"),
    ])
    made.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def examples():
    """Three groups of points, and their labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    return (rng.normal(size=(300, 4)) + 2 * np.eye(3, 4)[labels]).astype("float32"), labels


def learning_rate_finder(**state):
    """The finder over three sweeps of a small classifier."""
    import keras

    keras.utils.set_random_seed(0)
    return explore.learning_rate_finder(classifier(keras.optimizers.SGD(0.1)), *examples(), **state)


LIBRARY = {1: [0.0050, 0.0052, 0.0060], 8: [0.0070, 0.0075], 32: [0.017, 0.018]}
MLP = {1: 1.5e-5, 32: 1e-4}
MEASURED = [{"asked": rate, "p50": 0.006, "p95": p95, "p99": 0.05} for rate, p95 in ((50, 0.01), (150, math.inf))]


def serving(**state):
    """Two services, one of which batches pay for, with loads that were measured."""
    return explore.serving(
        {"library": {"seconds": LIBRARY, "overhead": 0.003, "measured": MEASURED},
         "mlp": {"seconds": MLP, "overhead": 0.003}}, **state,
    )


LETTERS = "no "


def spoken(word, seconds=1.2):
    """A tone for each letter."""
    pieces = np.array_split(np.arange(int(seconds * RATE)) / RATE, len(word))
    pitches = [500 + 700 * LETTERS.index(letter) for letter in word]
    return np.concatenate([np.sin(2 * np.pi * tone * times) for tone, times in zip(pitches, pieces, strict=True)])


def tone_reader(samples):
    """Hear the tones of `spoken`, a probability every 400 samples."""
    frames = np.abs(np.fft.rfft(samples[: len(samples) // 400 * 400].reshape(-1, 400)))
    heard = [frames[:, round((500 + 700 * k) / 20)] for k in range(len(LETTERS))]
    scores = np.stack([np.full(len(frames), 60.0), *heard], axis=1) / 20
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def tones(samples):
    """The picture above the letters."""
    return np.log(np.abs(np.fft.rfft(samples[: len(samples) // 128 * 128].reshape(-1, 128)))[:, :32] + 1e-3)


def spoil(samples, decibels, echo):
    """Add noise and an echo."""
    rng = np.random.default_rng(0)
    if echo:
        samples = samples + 0.1 * echo * np.roll(samples, 400)
    return samples if decibels is None else samples + rng.normal(size=len(samples)) * 10 ** (-decibels / 20)


def speech(**state):
    """Two words in tones, a sharp and a dull reader, noise and a room."""
    recordings = {"no on": (spoken("no on"), "no on"), "untold": spoken("on")}
    readers = {"sharp": tone_reader, "dull": lambda samples: tone_reader(samples) * 0.5 + 0.125}
    return explore.speech(
        readers, recordings, rate=RATE, letters=LETTERS, features=tones, spoil=spoil, **state
    )
