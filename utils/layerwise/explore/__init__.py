"""Explorers: move something, see what changes, read one sentence about it.

Each is a pure computation, a picture and a few controls (`layerwise.explore.base`). In a notebook an
explorer is the last line of a cell; its state can be read and set as attributes.
"""

__all__ = [
    "alarms",
    "alignment",
    "batches",
    "computation_graph",
    "confidence",
    "convolution",
    "drawing_pad",
    "duel",
    "features",
    "fill_in",
    "heads",
    "inputs",
    "labels_saved",
    "latent",
    "learning_curves",
    "learning_rate",
    "learning_rate_finder",
    "listen",
    "neuron",
    "next_piece",
    "optimiser_race",
    "playground",
    "progress",
    "recall",
    "receptive_field",
    "refusal",
    "serving",
    "speech",
    "unrolled",
]


def neuron(**state):
    """Explore one neuron with two inputs: weights, bias and activation.

    Args:
        **state: Values to start from: ``w1``, ``w2``, ``bias``, ``activation``, ``x1``, ``x2``.

    Returns:
        An explorer. Left, the plane of inputs coloured by the output; right, the activation function.

    Example:
        >>> from layerwise import explore
        >>> neuron = explore.neuron(bias=0.5)
        >>> neuron.activation = "relu"

    Explained in lesson 02.
    """
    from layerwise.explore.neurons import build

    return build(state)


def playground(**state):
    """Explore a small network while it learns to separate two classes of points.

    Args:
        **state: Values to start from: ``data``, ``layers``, ``units``, ``activation``, ``learning_rate``,
            ``noise``, ``seed``.

    Returns:
        An explorer with ``play()``, ``pause()``, ``step(count)`` and ``reset()``.

    Example:
        >>> from layerwise import explore
        >>> playground = explore.playground(data="circles")
        >>> playground.step(50)
        >>> playground.steps
        50

    Explained in lesson 02.
    """
    from layerwise.explore.playgrounds import Playground

    return Playground(state)


def drawing_pad(answerers):
    """Draw a digit, and see what each answerer reads while you draw.

    Args:
        answerers: Functions by name. Each takes an array of shape (28, 28) with values from 0 (paper) to 1 (ink),
            centred as MNIST's digits are, and returns ten probabilities.

    Returns:
        A pad with ``draw(image)``, ``clear()``, ``image`` and ``answers``.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> pad = explore.drawing_pad({"always even": lambda image: np.full(10, 0.1)})
        >>> pad.draw(np.eye(28))
        >>> pad.answers["always even"].shape
        (10,)
    """
    from layerwise.explore.pad import DrawingPad

    return DrawingPad(answerers)


def computation_graph(**state):
    """Step through a small computation: the values forward, the slopes backward, box by box.

    Args:
        **state: Values to start from: ``expression`` ("one neuron", "used twice", "relu" or "two layers"), ``step``,
            ``a``, ``b``, ``c``, ``slope_of``, ``nudge``.

    Returns:
        An explorer. Above, the graph of the computation; below, the result along one input, with the exact slope and
        the slope by a nudge as arrows.

    Example:
        >>> from layerwise import explore
        >>> graph = explore.computation_graph(expression="used twice", a=1, b=2, c=2)
        >>> graph.compute()["exact"]
        6.0

    Explained in lesson 05.
    """
    from layerwise.explore.graphs import build

    return build(state)


def learning_rate(**state):
    """Descend a loss with a learning rate of your choice, and see at which one it breaks.

    Args:
        **state: Values to start from: ``surface`` ("bowl", "valley" or "network"), ``learning_rate``, ``momentum``,
            ``steps``.

    Returns:
        An explorer. The path over the surface, the loss by step, and where this learning rate stands between too
        slow and too large, with the predicted limit.

    Example:
        >>> from layerwise import explore
        >>> explorer = explore.learning_rate(surface="valley", learning_rate=0.21)
        >>> explorer.compute()["regime"]
        'diverges'

    Explained in lesson 05.
    """
    from layerwise.explore.rates import build

    return build(state)


def confidence(reader, pictures, labels, **state):
    """Let one picture turn into another, and into noise, and watch how sure a model is.

    Args:
        reader: A Keras model, or a function, that takes pictures of shape (n, height, width) with values from 0 to 1
            and gives scores or probabilities of shape (n, classes).
        pictures: Dict of two or more pictures by name, each of shape (height, width).
        labels: The names of the classes.
        **state: Values to start from: ``start``, ``goal``, ``along``, ``noise``, ``temperature``, ``threshold``.

    Returns:
        An explorer. The picture, the probability of each class, and who leads on the way from one to the other.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> pictures = {"empty": np.zeros((28, 28)), "full": np.ones((28, 28))}
        >>> ink = lambda batch: np.stack([1 - batch.mean((1, 2)), batch.mean((1, 2))], axis=1)
        >>> explorer = explore.confidence(ink, pictures, ["light", "dark"], along=0.9, threshold=0.8)
        >>> print(explorer.sentence)
        90% of the way from empty to full, a thing that nobody sells: it answers dark, 90% sure.

    Explained in lesson 06.
    """
    from layerwise.explore.morphs import build

    return build(reader, pictures, labels, state)


def convolution(pictures, kernels=None, **state):
    """Slide a kernel that you edit over a picture, and see the sum at each place.

    Args:
        pictures: Dict of grey pictures by name, each of shape `(height, width)` with values from 0 to 1.
        kernels: Dict of further kernels by name, each of shape `(3, 3)`, such as some that a network has learned.
        **state: Values to start from: ``picture``, ``preset``, ``kernel``, ``row``, ``column``, ``stride``,
            ``padding``.

    Returns:
        An explorer with ``show(picture)`` for a picture of one's own. The kernel answers as Keras's `Conv2D` does.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> explorer = explore.convolution({"a step": np.repeat([[0.0] * 4 + [1.0] * 4], 8, axis=0)}, row=1, column=3)
        >>> explorer.kernel = [0, 0, 0, -1, 0, 1, 0, 0, 0]
        >>> explorer.compute()["answer"]
        1.0

    Explained in lesson 08.
    """
    from layerwise.explore.kernels import Kernel

    return Kernel(pictures, kernels, state)


def receptive_field(picture=None, **state):
    """Stack convolutions, and see how much of a picture one output depends on.

    Args:
        picture: The picture, shape `(height, width)` or `(height, width, 3)`; without one, the cone alone is drawn.
        **state: Values to start from: ``layers``, ``kernel``, ``stride``, ``pooling``, ``dilation``, ``down``,
            ``across``.

    Returns:
        An explorer. The cone from one output down to the pixels, and the square that it sees.

    Example:
        >>> from layerwise import explore
        >>> field = explore.receptive_field(layers=3, kernel=3, stride=2)
        >>> field.compute()["sees"]
        15

    Explained in lesson 08.
    """
    from layerwise.explore.reaching import build

    return build(picture, state)


def refusal(confidence, right, **state):
    """Set the rule for "I don't know" by what a mistake and a question cost.

    Args:
        confidence: The probability of each answer, shape (n,).
        right: Whether each answer was right, shape (n,).
        **state: Values to start from: ``threshold``, ``mistake``, ``asking``.

    Returns:
        An explorer. Left, how many answers are wrong by how many are given; right, the cost by threshold.

    Example:
        >>> from layerwise import explore
        >>> explorer = explore.refusal([0.6, 0.7, 0.9, 0.95], [0, 1, 1, 1], threshold=0.65)
        >>> print(explorer.sentence)
        From a confidence of 65% on, it answers 75% of the pictures and is wrong in 0.0% of those: at 0.25 a picture, no threshold is cheaper.

    Explained in lesson 06.
    """  # noqa: E501
    from layerwise.explore.refusals import build

    return build(confidence, right, state)


def inputs(kind, examples, **state):
    """Explore how one kind of input becomes numbers, step by step, on your own examples.

    Args:
        kind: "picture", "text", "sound", "video" or "table".
        examples: Examples by name, or a list. Pictures: arrays of shape `(height, width, 3)`; sounds: arrays of
            samples; videos: arrays of shape `(frames, height, width, 3)`; texts: those that the vocabulary is taken
            from; a table: a `pandas.DataFrame` or a dict of columns.
        **state: Values to start from, by control; for sounds and videos also ``rate``, in Hz.

    Returns:
        An explorer that shows the example before and after.

    Raises:
        ValueError: When there is no such kind, or the examples are not of that kind.

    Example:
        >>> from layerwise import explore
        >>> table = explore.inputs("table", {"mass": [3750.0, None, 3250.0], "sex": ["male", None, "female"]})
        >>> table.set(gaps="drop the row", words="one-hot")
        >>> table.compute()["columns"]
        3

    Explained in lesson 01.
    """
    from layerwise.explore.input_kinds import build

    return build(kind, examples, state)


def batches(batches, classes=None, **state):
    """Leaf through the batches that a network is fed with.

    Args:
        batches: A `tf.data.Dataset`, a `keras.utils.PyDataset`, or a list of pairs of pictures and labels. The first
            batches of three epochs are looked at.
        classes: The names of the classes.
        **state: Values to start from: ``epoch``, ``batch``, ``pictures``, ``sort``.

    Returns:
        An explorer that shows one batch.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> pages = explore.batches([(np.zeros((8, 4, 4, 3)), np.arange(8) % 2)], ["cat", "dog"])
        >>> pages.compute()["names"][:2]
        ['cat', 'dog']

    Explained in lesson 01.
    """
    from layerwise.explore.batch_pages import build

    return build(batches, classes, state)


def features(model, pictures, labels=None, *, classes=(), layers=None, **state):
    """Look into a network: what one hidden unit answers to, what it looks for, and what excites it most.

    The network is the learner's own, and alive: train it on, and the viewer shows what has become of the unit.

    Args:
        model: A Keras model that takes pictures.
        pictures: Pictures as the model takes them, shape `(n, height, width)` or `(n, height, width, channels)`. As
            many as hold four million numbers are looked through: 5,000 digits, or 300 photos of 67 pixels.
        labels: Their classes, shape `(n,)`.
        classes: The names of the classes.
        layers: The names of the layers to look at; by default all whose output is bent by an activation, and the last.
        **state: Values to start from: ``layer``, ``unit``, ``picture`` (0 is the learner's own).

    Returns:
        An explorer with ``show(picture)`` for a picture of one's own.

    Raises:
        ValueError: When the pictures are not what the model takes, or a layer is unknown.

    Example:
        ```python
        viewer = explore.features(mlp, x_test, y_test)
        viewer.layer, viewer.unit = "hidden_2", 5
        ```

    Explained in lesson 03.
    """
    from layerwise.explore.responses import Features

    return Features(model, pictures, labels, classes=classes, layers=layers, state=state)


def optimiser_race(**state):
    """Explore how SGD, momentum, RMSprop and Adam go down the same loss surface from the same start.

    Args:
        **state: Values to start from: ``surface``, ``learning_rate``, ``momentum``, ``x``, ``y``, ``steps``.

    Returns:
        An explorer with ``play()``, ``pause()``, ``step(count)`` and ``reset()``.

    Example:
        >>> from layerwise import explore
        >>> race = explore.optimiser_race(surface="bowl", steps=10)
        >>> race.step(5)
        >>> race.steps
        15

    Explained in lesson 04.
    """
    from layerwise.explore.races import Race

    return Race(state)


def learning_rate_finder(network, x, y, *, batch_size=64, steps=100, low=1e-5, high=10.0, sweeps=3, **state):
    """Find learning rates worth trying: train a compiled model while its learning rate rises, then put it back.

    After Smith (2017), https://doi.org/10.1109/WACV.2017.58 , with an exponential rise in place of his linear one.

    Args:
        network: A compiled Keras model whose optimizer has a plain learning rate. Its weights, its optimizer's
            memory and its learning rate are the same afterwards as before.
        x: Inputs, shape `(n, ...)`.
        y: Labels, shape `(n, ...)`.
        batch_size: Examples a step.
        steps: Steps of a sweep.
        low: The learning rate of the first step.
        high: The learning rate of the last step; a sweep ends early where the loss has grown fourfold.
        sweeps: How many sweeps to make at first, each with other batches.
        **state: Values to start from: ``rate``, ``smoothing``.

    Returns:
        An explorer with ``run()`` for one sweep more, and ``suggestion``, ``steepest``, ``rates`` and ``losses``.

    Raises:
        ValueError: The model is not compiled, follows a schedule, or the numbers do not fit.

    Example:
        ```python
        finder = explore.learning_rate_finder(mlp, x_train, y_train)
        finder.suggestion
        ```

    Explained in lesson 04.
    """
    from layerwise.explore.finders import Finder

    return Finder(
        network, x, y, batch_size=batch_size, steps=steps, low=low, high=high, sweeps=sweeps, state=state
    )


def learning_curves(rows, **state):
    """Grow the training data, and watch how the score of each method grows, and its cost.

    Args:
        rows: One row for each run, as a table or a list of dicts: ``method``, ``examples``, ``score``,
            ``cpu_seconds`` of the training, and perhaps ``task`` and ``answer_seconds`` (for answering the test set).
        **state: Values to start from: ``examples``, ``task``, ``cost``, ``errors``, ``log``.

    Returns:
        An explorer. Left, the learning curves with their 95 % intervals; right, what each score cost.

    Example:
        >>> from layerwise import explore
        >>> runs = [(100, 0.6, 0.1), (900, 0.9, 0.8)]
        >>> rows = [{"method": "forest", "examples": n, "score": s, "cpu_seconds": c} for n, s, c in runs]
        >>> curves = explore.learning_curves(rows)
        >>> curves.examples = 900

    Explained in lesson 07.
    """
    from layerwise.explore.growing import build

    return build(rows, state)


def latent(spaces, pictures, labels, classes, **state):
    """Choose a place on a map of codes, by click or by keyboard, and see what a network paints there.

    Args:
        spaces: Networks by name, each as a pair: a decoder, which is a Keras model or a function from codes of shape
            (n, 2) to pictures, and the codes of the real pictures, shape (n, 2).
        pictures: The real pictures, shape (n, height, width), from 0 to 1.
        labels: Their classes, shape (n,).
        classes: The names of the classes.
        **state: Values to start from: ``space``, ``x``, ``y``, the latter in standard deviations of the codes.

    Returns:
        An explorer. The map of codes, what is painted at the chosen place, and the nearest real picture.

    Raises:
        layerwise.suggest.CourseError: When shapes do not fit each other.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> pictures = np.stack([np.zeros((4, 4)), np.ones((4, 4))])
        >>> grey = lambda codes: np.full((4, 4), 1 / (1 + np.exp(-codes.sum())))
        >>> toy = {"toy": (grey, [[-1, -1], [1, 1]])}
        >>> explorer = explore.latent(toy, pictures, [0, 1], ["light", "dark"], x=1, y=1)
        >>> print(explorer.sentence)
        At (1.0, 1.0) it paints among real pictures: the nearest one, of class dark, is only 0.00 away.

    Explained in lesson 13.
    """
    from layerwise.explore.latents import build

    return build(spaces, pictures, labels, classes, state)


def alarms(scores, anomalous, **state):
    """Set the threshold of an alarm by what a miss and an alarm cost.

    Args:
        scores: How strange each case looks, above 0, shape (n,), such as its reconstruction error.
        anomalous: Whether it is an anomaly, shape (n,).
        **state: Values to start from: ``threshold``, ``miss``, ``alarm``.

    Returns:
        An explorer. Above, the scores of both groups; below, the cost by threshold.

    Raises:
        layerwise.suggest.CourseError: When the lengths differ, or one of the groups is empty.

    Example:
        >>> from layerwise import explore
        >>> explorer = explore.alarms([1, 2, 3, 9], [0, 0, 1, 1], threshold=2.5, miss=10, alarm=1)
        >>> explorer.compute()["caught"]
        1.0

    Explained in lesson 13.
    """
    from layerwise.explore.thresholds import build

    return build(scores, anomalous, state)


def progress():
    """Show how far you have come: a map of the course, what is right, what was tried, what is due for review.

    The page reads the private store on this machine (`layerwise.progress`) and says how to export or delete it.
    `layerwise.check.review` brings back what is due.

    Returns:
        A page; ``figure``, ``html`` and ``text`` are its parts.

    Example:
        >>> from layerwise import explore
        >>> explore.progress().text.startswith("53 exercises to discover")  # doctest: +SKIP
        True
    """
    from layerwise.explore.journey import page

    return page()


def heads(heads=None, **state):
    """Look where the heads of an attention layer look, in a sentence of your own.

    Args:
        heads: Functions by name. Each takes a text and returns the tokens that look, the tokens that are looked at,
            and the weights, shape `(looking, looked at)`. None gives six heads that are written down, not trained.
        **state: Values to start from: ``words``, ``head``, ``token``; for the written heads also ``causal`` and
            ``positions``.

    Returns:
        An explorer. Left, lines from the token that looks; right, all the weights.

    Raises:
        CourseError: When `heads` is not a dict of functions.

    Example:
        >>> from layerwise import explore
        >>> explorer = explore.heads(words="a rose is a rose", head="same word", token=2)
        >>> print(explorer.sentence)
        The head “same word” compares the words themselves, and looks for its like: “rose” (number 2) looks 50% at “rose” (number 2) and 50% at “rose” (number 5).

    Explained in lesson 11.
    """  # noqa: E501
    from layerwise.explore.gazes import build

    return build(heads, state)


def recall(**state):
    """Swap signs in a short sequence and switch heads off: what does a two-head circuit still recall?

    Args:
        **state: Values to start from: ``signs``, ``swap``, ``back``, ``match``.

    Returns:
        An explorer. Where both heads look, and what they answer to the last sign.

    Example:
        >>> from layerwise import explore
        >>> explorer = explore.recall(signs="x4 y2 x")
        >>> answers = explorer.compute()["answers"]
        >>> max(answers, key=answers.get)
        '4'

    Explained in lesson 11.
    """
    from layerwise.explore.circuits import build

    return build(state)


def labels_saved(rows, **state):
    """Choose a number of labels, and see how many more it takes without transfer to do as well.

    Args:
        rows: One row for each run, as a table or a list of dicts: ``method``, ``examples`` (labels for each class),
            ``score``, and perhaps ``seed`` and ``task``. The first method is the one without transfer.
        **state: Values to start from: ``labels``, ``method``, ``task``.

    Returns:
        An explorer. The learning curves with their 95 % intervals, and an arrow from one method to where the other
        does as well.

    Raises:
        ValueError: When there are fewer than two methods, or a column is missing.

    Example:
        >>> from layerwise import explore
        >>> runs = {"from scratch": (0.4, 0.8), "transferred": (0.6, 0.9)}
        >>> scores = [(m, n, s) for m, pair in runs.items() for n, s in zip((1, 100), pair)]
        >>> rows = [{"method": m, "examples": n, "score": s} for m, n, s in scores]
        >>> saved = explore.labels_saved(rows, labels=1)
        >>> saved.compute()["ends"][1]
        10.0

    Explained in lesson 09.
    """
    from layerwise.explore.sparing import build

    return build(rows, state)


def unrolled(trained=None, x=None, **state):
    """Unroll a recurrent network over time: the slope that comes back to each step, the gates, the states.

    Args:
        trained: A dict from names to what ``layer.get_weights()`` of a `SimpleRNN`, `GRU` or `LSTM` gives; each can be
            chosen beside the three cells as Keras starts them.
        x: The inputs that are read, shape `(sequences, steps, features)`, repeated where more steps are wanted; random
            ones when None.
        **state: Values to start from: ``cell``, ``steps``, ``keep``, ``recurrent``, ``size``.

    Returns:
        An explorer. Above, the slope of the last state for the state before each step; below, gates and states.

    Raises:
        ValueError: When the weights are not those of such a layer, or do not fit the inputs.

    Example:
        >>> from layerwise import explore
        >>> network = explore.unrolled(cell="GRU", steps=100)
        >>> bool(network.compute()["slopes"][0] < 1e-10)
        True

    Explained in lesson 10.
    """
    from layerwise.explore.memories import build

    return build(trained, x, state)


def fill_in(fillers, **state):
    """Hide one word of your own sentence, and see what a model puts in its place.

    Args:
        fillers: A function, or up to three by name. Each takes the text before the blank and the text after it, and
            returns a dict from words to probabilities.
        **state: Values to start from: ``words``, ``blank`` (which word is hidden, from 1).

    Returns:
        An explorer with the likeliest words as bars.

    Raises:
        CourseError: When `fillers` is no function and no dict of functions.

    Example:
        >>> from layerwise import explore
        >>> explorer = explore.fill_in({"habit": lambda before, after: {"tea": 0.6, "coffee": 0.4}})
        >>> explorer.set(words="a cup of coffee", blank=4)
        >>> print(explorer.sentence)
        In your sentence, habit says “tea”; “coffee” is number 2 on its list.

    Explained in lesson 12.
    """
    from layerwise.explore.blanks import build

    return build(fillers, state)


def next_piece(predictors, **state):
    """Begin a text, and see what models expect to come next, at a temperature of your choice.

    Args:
        predictors: A function, or up to three by name. Each takes the text so far and returns a dict from pieces of
            text to probabilities.
        **state: Values to start from: ``prefix``, ``temperature``.

    Returns:
        An explorer with the likeliest pieces as bars.

    Raises:
        CourseError: When `predictors` is no function and no dict of functions.

    Example:
        >>> from layerwise import explore
        >>> explorer = explore.next_piece({"coin": lambda text: {"heads": 0.5, "tails": 0.5}}, prefix="")
        >>> explorer.compute()["open"]
        2.0

    Explained in lesson 12.
    """
    from layerwise.explore.continuations import build

    return build(predictors, state)


def alignment(translate, *, heads=4, **state):
    """Translate a text of your own, and see which words each written word looked at.

    Args:
        translate: A function that takes a text and returns the words it read, the words it wrote, and the weights of
            attention, shape `(heads, written, read)`; two empty lists where it knows no word. The same text must give
            the same.
        heads: How many heads there are.
        **state: Values to start from: ``words``, ``step`` (which written word is framed, from 1), ``head``.

    Returns:
        An explorer with the weights as a grid.

    Raises:
        CourseError: When `translate` is no function.

    Example:
        >>> from layerwise import explore
        >>> turn = lambda text: (text.split(), text.split()[::-1], [[[0.0, 1.0], [1.0, 0.0]]])
        >>> explorer = explore.alignment(turn, heads=1, words="twenty one")
        >>> print(explorer.sentence)
        It writes “one twenty”: “one” looks most at “one” (100%).

    Explained in lesson 12.
    """
    from layerwise.explore.alignments import build

    return build(translate, state, heads=heads)


def duel(**state):
    """Watch a generator and its critic learn against each other, and change the balance while they do.

    Args:
        **state: Values to start from: ``scene`` ("ring of eight", "grid of nine" or "one large, two small"), ``noise``,
            ``generator_rate``, ``critic_rate``, ``loss`` ("non-saturating" or "minimax"), ``blur``, ``seed``.

    Returns:
        An explorer with ``play()``, ``pause()``, ``step(count)`` and ``reset()``. Left, the points and what the critic
        thinks of every place; right, the share of each clump, and both losses.

    Example:
        >>> from layerwise import explore
        >>> duel = explore.duel(noise=2)
        >>> duel.step(50)
        >>> duel.steps
        50

    Explained in lesson 14.
    """
    from layerwise.explore.theatre import Theatre

    return Theatre(state)


def serving(measurements, **state):
    """Set arrivals, batches, window and replicas, and see how long requests wait.

    The waits are played through by `layerwise.serve.simulate` with the measured times of calls; more than one replica
    is played through only, and assumes a core of its own for each.

    Args:
        measurements: A dict from names of models to what was measured of each: ``seconds``, a dict from batch sizes
            to measured times of one call; and perhaps ``overhead``, the seconds that a request spends outside queue
            and model, and ``measured``, rows of `layerwise.serve.summary` from load tests without batching. A single
            model may come without its name.
        **state: Values to start from: ``model``, ``rate``, ``max_batch``, ``window``, ``replicas``, ``target``.

    Returns:
        An explorer. Latency percentiles against the rate of requests, the promise as a line across.

    Raises:
        CourseError: When there are no measured times.

    Example:
        >>> from layerwise import explore
        >>> service = explore.serving({"seconds": {1: 0.01, 8: 0.02}}, rate=60)
        >>> service.compute()["here"]["p95"] > 0.01
        True

    Explained in lesson 25.
    """
    from layerwise.explore.queueing import build

    return build(measurements, state)


def listen(clips, rate, *, title=""):
    """Put players into the page, one for each sound.

    They are part of the page: they need neither a kernel nor a network, and never start by themselves.

    Args:
        clips: Samples, shape `(n,)`, or a dict of them by caption: floats, or whole numbers of 16 bits. Each is
            brought to the same loudness.
        rate: Samples a second, in Hz.
        title: What is to be heard.

    Returns:
        A card for the last line of a cell, whose plain text says what there is to hear.

    Raises:
        layerwise.suggest.CourseError: When something is no sound, or there are more than three million samples.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> explore.listen({"a low tone": np.sin(np.arange(4000) / 3)}, 8000, title="One tone")
        One tone: 1 sound to play: "a low tone" (0.50 s).

    Explained in lesson 17.
    """
    from layerwise.explore.listening import build

    return build(clips, rate, title)


def speech(readers, recordings, *, rate, letters, features, spoil=None, longest=4.0, **state):
    """Play a recording, add noise and a room, or speak yourself, and see what a network writes.

    Args:
        readers: Functions by name. Each takes samples, shape `(n,)`, and returns the probabilities of the blank and of
            each letter at each step, shape `(steps, 1 + len(letters))`.
        recordings: Dict of recordings by name: samples, shape `(n,)`, or pairs of samples and what is said.
        rate: Samples a second, in Hz.
        letters: The letters, in the order of their probabilities.
        features: A function from samples to the picture above the letters, shape `(frames, bins)`.
        spoil: ``spoil(samples, decibels, echo)`` returns samples with noise at that signal-to-noise ratio (None: no
            noise) in a room whose echo lasts that many seconds. Without it there are no controls for noise and room.
        longest: Seconds of a recording of one's own.
        **state: Values to start from: ``recording``, ``reader``, ``noise``, ``echo``, ``moment``.

    Returns:
        An explorer with ``play()``, ``hear(samples)`` for a recording of one's own, and ``samples()``.

    Example:
        >>> import numpy as np
        >>> from layerwise import explore
        >>> clip = np.sin(np.arange(4000) / 3)
        >>> reader = lambda samples: np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
        >>> explorer = explore.speech({"net": reader}, {"a tone": (clip, "a")}, rate=8000, letters="a",
        ...                           features=lambda samples: samples.reshape(-1, 40))
        >>> print(explorer.sentence)
        It writes "a"; said was "a": every word is right.

    Explained in lesson 17.
    """
    from layerwise.explore.hearing import build

    return build(
        readers, recordings, rate=rate, letters=letters, features=features, spoil=spoil, longest=longest, state=state
    )
