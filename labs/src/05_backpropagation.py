# %% [markdown]
# **Can you train a network with nothing but your own slopes?**
#
# In lesson 05 you saw slopes walk backward through one neuron, an engine and a network. Here you write the parts
# yourself. By the end you will have
#
# - an engine for scalars that learns XOR,
# - the gradients of a dense layer and of softmax with cross-entropy,
# - a gradient check, and with it the faults of three strangers found and repaired,
# - a digit reader trained with no library but NumPy.
#
# A wrong slope can look right on one input by luck, so every check draws new ones. When you
# are stuck, `hint("05.operation")` opens one step at a time; `solution("05.operation")`
# shows the whole answer.

# %% tags=["parameters"]
import os

PROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")

# %%
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: one core is best

import time

import numpy as np

from layerwise import data, explore, plot
from layerwise.check import check, found, hint, solution

rng = np.random.default_rng(5)

# %% [markdown]
# ## 1 · Operations and their slopes
#
# Every operation of an engine answers two questions: what is the result, and how much does the result grow for a small
# change of each number that went in? Write four of them.
#
# | name | numbers | result | slopes |
# |---|---|---|---|
# | `"add"` | [left, right] | the sum | two |
# | `"multiply"` | [left, right] | the product | two |
# | `"tanh"` | [number] | its hyperbolic tangent | one |
# | `"power"` | [base, exponent] | base to the exponent | one: for the base only |
#
# Return the result and a *list* of slopes.

# %% tags=["definition"] exercise="05.operation"
"""Operations and their slopes."""
import math

HINTS = [
    "A sum follows each of its parts one for one. What does a product follow, if only the left number moves?",
    "The slope of tanh can be written with its result: 1 minus the result squared. The slope of base ** n is n "
    "times base ** (n - 1).",
    "`result = np.tanh(numbers[0])`, then `return result, [1 - result**2]`; for multiply the slopes are "
    "`[numbers[1], numbers[0]]`.",
]
MISTAKES = {
    "own_factor": "A product follows the left number with the *right* one as slope, and the other way round. Yours "
    "are swapped.",
    "tanh_of_input": "The slope of tanh is 1 minus the square of its *result*, not of the number that went in.",
    "exponent_kept": "The power rule lowers the exponent by one: n · base ** (n - 1).",
    "exponent_missing": "The power rule has a factor in front: n · base ** (n - 1).",
    "sum_of_parts": "A sum follows each of its parts with slope 1, whatever their values are.",
}


def cases(rng):
    for _ in range(2):
        left, right = (float(number) for number in rng.uniform(1.2, 3.0, size=2).round(2))
        yield {"name": "add", "numbers": [left, -right]}
        yield {"name": "multiply", "numbers": [left, -right]}
        yield {"name": "tanh", "numbers": [round(left / 2, 2)]}
        yield {"name": "power", "numbers": [-left, int(rng.integers(3, 5))]}


def reference(name, numbers):
    if name == "add":
        return numbers[0] + numbers[1], [1.0, 1.0]
    if name == "multiply":
        return numbers[0] * numbers[1], [numbers[1], numbers[0]]
    if name == "tanh":
        return math.tanh(numbers[0]), [1 - math.tanh(numbers[0]) ** 2]
    return numbers[0] ** numbers[1], [numbers[1] * numbers[0] ** (numbers[1] - 1)]


def diagnose(inputs, output):
    name, numbers = inputs["name"], inputs["numbers"]
    slopes = list(output[1])
    first = numbers[0]
    if name == "multiply":
        wrong = {"own_factor": numbers}
    elif name == "tanh":
        wrong = {"tanh_of_input": [1 - first**2]}
    elif name == "power":
        wrong = {
            "exponent_kept": [numbers[1] * first ** numbers[1]],
            "exponent_missing": [first ** (numbers[1] - 1)],
        }
    else:
        wrong = {"sum_of_parts": numbers}
    for mistake, value in wrong.items():
        if len(slopes) == len(value) and all(math.isclose(one, two) for one, two in zip(slopes, value)):
            return mistake
    return None


# %% tags=["exercise"] exercise="05.operation"
def operation(name, numbers):
    """Return the result of an operation and the list of its slopes."""
    ### BEGIN SOLUTION
    if name == "add":
        return numbers[0] + numbers[1], [1.0, 1.0]
    if name == "multiply":
        return numbers[0] * numbers[1], [numbers[1], numbers[0]]
    if name == "tanh":
        result = np.tanh(numbers[0])
        return result, [1 - result**2]
    base, exponent = numbers
    return base**exponent, [exponent * base ** (exponent - 1)]
    ### END SOLUTION


# %%
operation_works = check("05.operation", operation)


# %% tags=["mutant"] exercise="05.operation" misconception="own_factor"
def operation(name, numbers):
    if name == "add":
        return numbers[0] + numbers[1], [1.0, 1.0]
    if name == "multiply":
        return numbers[0] * numbers[1], [numbers[0], numbers[1]]
    if name == "tanh":
        return np.tanh(numbers[0]), [1 - np.tanh(numbers[0]) ** 2]
    return numbers[0] ** numbers[1], [numbers[1] * numbers[0] ** (numbers[1] - 1)]


# %% tags=["mutant"] exercise="05.operation" misconception="tanh_of_input"
def operation(name, numbers):
    if name == "add":
        return numbers[0] + numbers[1], [1.0, 1.0]
    if name == "multiply":
        return numbers[0] * numbers[1], [numbers[1], numbers[0]]
    if name == "tanh":
        return np.tanh(numbers[0]), [1 - numbers[0] ** 2]
    return numbers[0] ** numbers[1], [numbers[1] * numbers[0] ** (numbers[1] - 1)]


# %% tags=["mutant"] exercise="05.operation" misconception="exponent_kept"
def operation(name, numbers):
    if name == "add":
        return numbers[0] + numbers[1], [1.0, 1.0]
    if name == "multiply":
        return numbers[0] * numbers[1], [numbers[1], numbers[0]]
    if name == "tanh":
        return np.tanh(numbers[0]), [1 - np.tanh(numbers[0]) ** 2]
    return numbers[0] ** numbers[1], [numbers[1] * numbers[0] ** numbers[1]]


# %% tags=["mutant"] exercise="05.operation" misconception="exponent_missing"
def operation(name, numbers):
    if name == "add":
        return numbers[0] + numbers[1], [1.0, 1.0]
    if name == "multiply":
        return numbers[0] * numbers[1], [numbers[1], numbers[0]]
    if name == "tanh":
        return np.tanh(numbers[0]), [1 - np.tanh(numbers[0]) ** 2]
    return numbers[0] ** numbers[1], [numbers[0] ** (numbers[1] - 1)]


# %% tags=["mutant"] exercise="05.operation" misconception="sum_of_parts"
def operation(name, numbers):
    if name == "add":
        return numbers[0] + numbers[1], [numbers[0], numbers[1]]
    if name == "multiply":
        return numbers[0] * numbers[1], [numbers[1], numbers[0]]
    if name == "tanh":
        return np.tanh(numbers[0]), [1 - np.tanh(numbers[0]) ** 2]
    return numbers[0] ** numbers[1], [numbers[1] * numbers[0] ** (numbers[1] - 1)]


# %% tags=["variant"] exercise="05.operation"
def operation(name, numbers):
    match name, numbers:
        case "add", [left, right]:
            return left + right, [1.0, 1.0]
        case "multiply", [left, right]:
            return left * right, [right, left]
        case "tanh", [number]:
            return (np.exp(2 * number) - 1) / (np.exp(2 * number) + 1), [1 / np.cosh(number) ** 2]
        case "power", [base, exponent]:
            return base**exponent, [exponent * base**exponent / base]


# %% [markdown]
# ## 2 · Backward
#
# A computation is now a *tape*: one entry for each number, in the order in which they were computed. An entry lists the
# parents of its number as pairs `(position, slope)`; the inputs have none. The last number is the loss.
#
# Return the gradient of the loss for every number on the tape, as a list. Numbers can be used several times.

# %% tags=["definition"] exercise="05.backward"
"""Backward through a tape."""
import numpy as np

POINTS = 2
HINTS = [
    "Begin with a list of zeros, one for each number, and put the slope of the loss for itself at the end. Which "
    "number is that?",
    "Walk the positions from the last to the first. What a number has received it passes on, times the slope, to "
    "each of its parents.",
    "`for position in reversed(range(len(tape))):`, and inside, for each `(parent, slope)`, `gradients[parent] += "
    "slope * gradients[position]`.",
]
MISTAKES = {
    "overwritten": "A number that is used twice kept only one of its two slopes. The paths add up: use `+=`, not "
    "`=`.",
    "not_started": "Everything is zero, because nothing was there to pass on. The loss has the slope 1 for itself.",
    "wrong_way": "You walked from the first number to the last. A number can pass on its slope only after it has "
    "received it from everything that was made from it: begin at the end.",
    "local_only": "You added up the slopes of single steps. Along a path slopes multiply: pass on the slope *times* "
    "what the number itself has received.",
}


def tape_of(rng, inputs, operations):
    tape = [[] for _ in range(inputs)]
    for _ in range(operations):
        # The newest number is always used, and one of the inputs at least twice.
        parents = [len(tape) - 1, int(rng.integers(len(tape)))]
        slopes = rng.choice([-2.0, -1.5, -0.5, 0.5, 1.5, 2.0, 3.0], size=2)
        tape.append([(parent, float(slope)) for parent, slope in zip(parents, slopes)])
    tape.append([(0, 2.0), (0, 1.5), (len(tape) - 1, -1.5)])
    return tape


def cases(rng):
    yield {"tape": [[], [], [(0, 2.0), (1, 3.0)], [(2, 0.5), (0, -1.5)]]}
    for inputs, operations in [(2, 2), (2, 4), (3, 6)]:
        yield {"tape": tape_of(rng, inputs, operations)}


def walk(tape, *, add=True, start=1.0, forward=False, local=False):
    gradients = [0.0] * len(tape)
    gradients[-1] = start
    positions = range(len(tape)) if forward else reversed(range(len(tape)))
    for position in positions:
        for parent, slope in tape[position]:
            amount = slope if local else slope * gradients[position]
            gradients[parent] = gradients[parent] + amount if add else amount
    return gradients


def reference(tape):
    return walk(tape)


def diagnose(inputs, output):
    tape = inputs["tape"]
    wrong = {
        "overwritten": walk(tape, add=False),
        "not_started": [0.0] * len(tape),
        "wrong_way": walk(tape, forward=True),
        "local_only": walk(tape, local=True),
    }
    for mistake, value in wrong.items():
        if len(output) == len(value) and np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="05.backward"
def backward(tape):
    """Return the gradient of the last number for each number on the tape."""
    ### BEGIN SOLUTION
    gradients = [0.0] * len(tape)
    gradients[-1] = 1.0
    for position in reversed(range(len(tape))):
        for parent, slope in tape[position]:
            gradients[parent] += slope * gradients[position]
    return gradients
    ### END SOLUTION


# %%
backward_works = check("05.backward", backward)


# %% tags=["mutant"] exercise="05.backward" misconception="overwritten"
def backward(tape):
    gradients = [0.0] * len(tape)
    gradients[-1] = 1.0
    for position in reversed(range(len(tape))):
        for parent, slope in tape[position]:
            gradients[parent] = slope * gradients[position]
    return gradients


# %% tags=["mutant"] exercise="05.backward" misconception="not_started"
def backward(tape):
    gradients = [0.0] * len(tape)
    for position in reversed(range(len(tape))):
        for parent, slope in tape[position]:
            gradients[parent] += slope * gradients[position]
    return gradients


# %% tags=["mutant"] exercise="05.backward" misconception="wrong_way"
def backward(tape):
    gradients = [0.0] * len(tape)
    gradients[-1] = 1.0
    for position, parents in enumerate(tape):
        for parent, slope in parents:
            gradients[parent] += slope * gradients[position]
    return gradients


# %% tags=["mutant"] exercise="05.backward" misconception="local_only"
def backward(tape):
    gradients = [0.0] * len(tape)
    gradients[-1] = 1.0
    for position in reversed(range(len(tape))):
        for parent, slope in tape[position]:
            gradients[parent] += slope
    return gradients


# %% tags=["variant"] exercise="05.backward"
def backward(tape):
    def ways(position):
        if position == len(tape) - 1:
            return 1.0
        later = range(position + 1, len(tape))
        users = ((user, *pair) for user in later for pair in tape[user])
        return sum((slope * ways(user) for user, parent, slope in users if parent == position), 0.0)

    return [ways(position) for position in range(len(tape))]


# %% [markdown]
# ## 3 · An order in which one can walk
#
# A tape is in the right order because it was written while computing. An engine has only the numbers, and each knows
# its parents. Find an order in which every name stands *behind* its parents, for `last` and for all that it was made
# from. Any such order is right.
#
# `parents` is a dict, such as `{"loss": ["a", "x"], "x": ["y"], "y": ["a"], "a": []}`; here `"loss"` gives
# `["a", "y", "x", "loss"]`.

# %% tags=["definition"] exercise="05.order"
"""A topological order."""

POINTS = 2
HINTS = [
    "A name may be written down when all its parents are written down. Who sees to that?",
    "Let a function `visit(name)` first visit the parents, then write the name down. It must do nothing for a name "
    "that was visited before.",
    "`def visit(name):` / `if name not in ordered:` / `for parent in parents[name]: visit(parent)` / "
    "`ordered.append(name)`; then `visit(last)`.",
]
MISTAKES = {
    "repeated": "A name stands in the list twice. It would pass on its slope twice: remember which were visited.",
    "parents_first": "Exactly the other way round: every name stands *before* its parents.",
    "not_topological": "Some name stands before one of its own parents. Going level by level is not enough: a "
    "number can be used early and late.",
    "unneeded": "The list holds names that `last` was not made from. Begin at `last` and follow the parents.",
    "last_missing": "`last` itself belongs to the list, at its end.",
}


def cases(rng):
    yield {"parents": {"loss": ["a", "x"], "x": ["y"], "y": ["a"], "a": []}, "last": "loss"}
    for _ in range(3):
        names = [f"n{number}" for number in rng.permutation(20)[:8]]
        parents = {names[0]: [], names[1]: [], names[2]: [names[0], names[1]]}
        for position in range(3, 7):
            chosen = {position - 1, int(rng.integers(position))}
            parents[names[position]] = [names[one] for one in sorted(chosen)]
        parents[names[7]] = [names[0]]  # nobody needs this one
        last = names[6]
        parents[last] = [names[0], names[5], names[1]]
        shuffled = {name: parents[name] for name in rng.permutation(list(parents)).tolist()}
        yield {"parents": shuffled, "last": last}


def needed(parents, last):
    found, waiting = set(), [last]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parents[name]
    return found


def stands(parents, ordered):
    place = {name: position for position, name in enumerate(ordered)}
    return all(place[parent] < place[name] for name in ordered for parent in parents[name])


def accept(inputs, output):
    parents, last = inputs["parents"], inputs["last"]
    if not isinstance(output, list) or not all(name in parents for name in output):
        return "Return a list of names from the dict."
    wanted = needed(parents, last)
    if len(set(output)) < len(output):
        return "repeated"
    if set(output) > wanted:
        return "unneeded"
    if set(output) == wanted - {last}:
        return "last_missing"
    if set(output) != wanted:
        return f"The list holds {len(output)} names; {last} was made from {len(wanted) - 1}, and belongs to it itself."
    if stands(parents, output):
        return True
    return "parents_first" if stands(parents, output[::-1]) else "not_topological"


# %% tags=["exercise"] exercise="05.order"
def order(parents, last):
    """Return `last` and all that it was made from, each behind its parents."""
    ### BEGIN SOLUTION
    ordered, seen = [], set()

    def visit(name):
        if name not in seen:
            seen.add(name)
            for parent in parents[name]:
                visit(parent)
            ordered.append(name)

    visit(last)
    return ordered
    ### END SOLUTION


# %%
order_works = check("05.order", order)


# %% tags=["mutant"] exercise="05.order" misconception="repeated"
def order(parents, last):
    ordered = []
    for parent in parents[last]:
        ordered += order(parents, parent)
    return [*ordered, last]


# %% tags=["mutant"] exercise="05.order" misconception="parents_first"
def order(parents, last):
    ordered, seen = [], set()

    def visit(name):
        if name not in seen:
            seen.add(name)
            for parent in parents[name]:
                visit(parent)
            ordered.insert(0, name)

    visit(last)
    return ordered


# %% tags=["mutant"] exercise="05.order" misconception="not_topological"
def order(parents, last):
    ordered, waiting = [], [last]
    while waiting:
        name = waiting.pop(0)
        if name not in ordered:
            ordered.append(name)
            waiting += parents[name]
    return ordered[::-1]


# %% tags=["mutant"] exercise="05.order" misconception="unneeded"
def order(parents, last):
    ordered = []
    while len(ordered) < len(parents):
        for name in parents:
            if name not in ordered and all(parent in ordered for parent in parents[name]):
                ordered.append(name)
    return ordered


# %% tags=["mutant"] exercise="05.order" misconception="last_missing"
def order(parents, last):
    ordered = []

    def visit(name):
        for parent in parents[name]:
            if parent not in ordered:
                visit(parent)
                ordered.append(parent)

    visit(last)
    return ordered


# %% tags=["variant"] exercise="05.order"
def order(parents, last):
    wanted, waiting = set(), [last]
    while waiting:
        name = waiting.pop()
        wanted.add(name)
        waiting.extend(parent for parent in parents[name] if parent not in wanted)
    ordered = []
    while len(ordered) < len(wanted):
        ordered.extend(
            name
            for name in sorted(wanted - set(ordered))
            if all(parent in ordered for parent in parents[name])
        )
    return ordered


# %% [markdown]
# ### Your engine
#
# The three functions together are an engine. This class lets Python's `+` and `*` use yours, and `slopes_of` walks back
# with your `order` and your `backward`.


# %%
class Number:
    """A number that remembers how it was made."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes

    def __add__(self, other):
        return apply("add", self, other)

    def __mul__(self, other):
        return apply("multiply", self, other)


# %%
def apply(name, *numbers):
    """Return the Number that one of your operations makes of others."""
    data, slopes = operation(name, [number.data for number in numbers])
    return Number(data, numbers, slopes)


# %%
def all_behind(loss):
    """Return every Number that a loss was made from, by its id."""
    known, waiting = {}, [loss]
    while waiting:
        number = waiting.pop()
        if id(number) not in known:
            known[id(number)] = number
            waiting += number.parents
    return known


# %%
def slopes_of(loss, numbers):
    """Return the slopes of a loss for some numbers: your order, then your backward."""
    known = all_behind(loss)
    parents = {one: [id(p) for p in number.parents] for one, number in known.items()}
    place = {one: position for position, one in enumerate(order(parents, id(loss)))}
    tape = [
        [(place[id(p)], slope) for p, slope in zip(number.parents, number.slopes)]
        for number in (known[one] for one in place)
    ]
    gradients = backward(tape)
    return [gradients[place[id(number)]] for number in numbers]


# %% [markdown]
# Seventeen parameters, four corners, and XOR, which no single neuron can compute.


# %%
def xor_loss(parameters):
    """Return the squared error of a network of 17 parameters at the four corners."""
    loss = Number(0.0)
    for x, y in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        total = parameters[16] + Number(-float(x != y))
        for unit in range(0, 16, 4):
            first, second, bias, outgoing = parameters[unit : unit + 4]
            sums = first * Number(x) + second * Number(y) + bias
            total = total + outgoing * apply("tanh", sums)
        loss = loss + total * total
    return loss


# %%
def learn_xor(steps):
    """Return the loss of every step while your engine learns XOR."""
    parameters, losses = [Number(start) for start in rng.normal(size=17)], []
    for _ in range(steps):
        loss = xor_loss(parameters)
        for parameter, slope in zip(parameters, slopes_of(loss, parameters)):
            parameter.data -= 0.05 * slope
        losses.append(loss.data)
    return losses


# %%
if operation_works and backward_works and order_works:
    losses = learn_xor(40 if PROFILE == "smoke" else 400)
    found("xor_loss", losses[-1], "Your engine brought XOR's error down to {:.4f}.")

# %%
plot.curves(
    {"your engine": losses}, x_title="step", y_title="squared error", title="It learns"
) if operation_works and backward_works and order_works else None

# %% [markdown]
# ## 4 · Back through a dense layer
#
# Now whole batches. A dense layer computed `sums = x @ weights + bias`, and `to_sums` came back: the slope of the loss
# for each of its sums. Return three arrays: the slopes for `x`, for `weights` and for `bias`, in this order.
#
# | | shape |
# |---|---|
# | `x` | (batch, inputs) |
# | `weights` | (inputs, units) |
# | `to_sums` | (batch, units) |
#
# A gradient has the shape of what it belongs to. `to_sums` has the 1 / batch of the loss in it already.

# %% tags=["definition"] exercise="05.dense_gradients"
"""Back through a dense layer."""
import numpy as np

POINTS = 2
HINTS = [
    "Write down the three shapes that must come out, then see which products of the arrays at hand can have them.",
    "A product sends back to each factor the other one, transposed: `to_sums @ weights.T` has the shape of `x`.",
    "`x.T @ to_sums` for the weights. The bias is used once for every example, so its slopes add up over the "
    "batch: `to_sums.sum(axis=0)`.",
]
MISTAKES = {
    "wrong_axis": "The slopes of the bias were added up over the units. Every unit has a bias of its own: add up "
    "over the examples, axis 0.",
    "bias_mean": "The slopes of the bias were averaged. The bias is used once for each example, so they add up; "
    "the mean of the loss is in `to_sums` already.",
    "not_transposed": "The shapes fit only because they are equal here: a factor sends back the other one "
    "*transposed*.",
    "divided_again": "You divided by the batch once more. The 1 / batch of the loss is in `to_sums` already.",
    "bias_not_summed": "The slopes of the bias still have a row for each example. One bias serves them all: add "
    "them up.",
}


def cases(rng):
    for batch, inputs, units in [(3, 3, 3), (4, 2, 3), (2, 2, 2), (5, 3, 1), (1, 4, 2)]:
        yield {
            "x": rng.normal(size=(batch, inputs)).round(2),
            "weights": rng.normal(size=(inputs, units)).round(2),
            "to_sums": rng.normal(size=(batch, units)).round(2),
        }


def reference(x, weights, to_sums):
    return to_sums @ weights.T, x.T @ to_sums, to_sums.sum(axis=0)


def diagnose(inputs, output):
    x, weights, to_sums = inputs["x"], inputs["weights"], inputs["to_sums"]
    to_x, to_weights, to_bias = (np.asarray(part) for part in output)

    def same(came, value):
        return came.shape == value.shape and np.allclose(came, value)

    batch = len(x)
    if batch > 1:
        if same(to_bias, to_sums.sum(axis=1)):
            return "wrong_axis"
        if same(to_weights, x.T @ to_sums / batch):
            return "divided_again"
        if same(to_bias, to_sums.mean(axis=0)):
            return "bias_mean"
        if same(to_bias, to_sums):
            return "bias_not_summed"
    square = x.shape == weights.shape == to_sums.shape
    if square and batch > 1:
        if same(to_x, to_sums @ weights) or same(to_weights, x @ to_sums):
            return "not_transposed"
    return None


# %% tags=["exercise"] exercise="05.dense_gradients"
def dense_gradients(x, weights, to_sums):
    """Return the slopes of the loss for x, for the weights and for the bias."""
    ### BEGIN SOLUTION
    return to_sums @ weights.T, x.T @ to_sums, to_sums.sum(axis=0)
    ### END SOLUTION


# %%
dense_works = check("05.dense_gradients", dense_gradients)


# %% tags=["mutant"] exercise="05.dense_gradients" misconception="wrong_axis"
def dense_gradients(x, weights, to_sums):
    return to_sums @ weights.T, x.T @ to_sums, to_sums.sum(axis=1)


# %% tags=["mutant"] exercise="05.dense_gradients" misconception="bias_mean"
def dense_gradients(x, weights, to_sums):
    return to_sums @ weights.T, x.T @ to_sums, to_sums.mean(axis=0)


# %% tags=["mutant"] exercise="05.dense_gradients" misconception="not_transposed"
def dense_gradients(x, weights, to_sums):
    return to_sums @ weights, x @ to_sums, to_sums.sum(axis=0)


# %% tags=["mutant"] exercise="05.dense_gradients" misconception="divided_again"
def dense_gradients(x, weights, to_sums):
    return to_sums @ weights.T, x.T @ to_sums / len(x), to_sums.sum(axis=0) / len(x)


# %% tags=["mutant"] exercise="05.dense_gradients" misconception="bias_not_summed"
def dense_gradients(x, weights, to_sums):
    return to_sums @ weights.T, x.T @ to_sums, to_sums


# %% tags=["variant"] exercise="05.dense_gradients"
def dense_gradients(x, weights, to_sums):
    to_x, to_weights = np.zeros(x.shape), np.zeros(weights.shape)
    to_bias = np.zeros(weights.shape[1])
    for example, slopes in enumerate(to_sums):
        for unit, slope in enumerate(slopes):
            to_x[example] += slope * weights[:, unit]
            to_weights[:, unit] += slope * x[example]
            to_bias[unit] += slope
    return to_x, to_weights, to_bias


# %% [markdown]
# ## 5 · Where the way back begins
#
# The last layer gives scores, softmax makes probabilities of them, and the loss is the mean cross-entropy over the
# batch. Return its slope for every score, shape (batch, classes). Lesson 05 says what comes out; mind the batch, and
# scores as large as 1,000.

# %% tags=["definition"] exercise="05.score_gradients"
"""Softmax with cross-entropy, backward."""
import numpy as np

HINTS = [
    "First the probabilities: a softmax that cannot overflow, as in lab 02.",
    "The slope for a score is its probability, minus 1 if it belongs to the right class.",
    "Subtract `np.eye(classes)[labels]`, then divide by the number of examples, because the loss is a mean over "
    "them.",
]
MISTAKES = {
    "batch_forgotten": "These are the slopes of the *sum* of the losses. The loss is their mean: divide by the "
    "number of examples.",
    "uphill": "The sign is turned: these slopes lead uphill. It is probabilities minus truth.",
    "truth_missing": "These are the probabilities over the batch. Subtract 1 at each right class.",
    "divided_by_classes": "You divided by the number of classes too. The loss is a mean over the examples only.",
    "overflow": "Small scores work. For large ones an exponential became infinite: subtract each row's largest "
    "score first.",
}


def probabilities_of(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cases(rng):
    for batch, classes in [(2, 3), (4, 3), (5, 10)]:
        yield {
            "scores": rng.normal(scale=2, size=(batch, classes)).round(2),
            "labels": rng.integers(classes, size=batch),
        }
    yield {"scores": np.array([[1000.0, 998.0, 0.0], [-1000.0, 3.0, 2.0]]), "labels": np.array([1, 2])}


def reference(scores, labels):
    return (probabilities_of(scores) - np.eye(scores.shape[1])[labels]) / len(labels)


def diagnose(inputs, output):
    scores, labels = inputs["scores"], inputs["labels"]
    output = np.asarray(output)
    if output.shape != scores.shape:
        return None
    if not np.isfinite(output).all():
        return "overflow"
    batch, classes = scores.shape
    away = probabilities_of(scores) - np.eye(classes)[labels]
    wrong = {
        "batch_forgotten": away,
        "uphill": -away / batch,
        "truth_missing": probabilities_of(scores) / batch,
        "divided_by_classes": away / batch / classes,
    }
    for mistake, value in wrong.items():
        if np.allclose(output, value):
            return mistake
    return None


# %% tags=["exercise"] exercise="05.score_gradients"
def score_gradients(scores, labels):
    """Return the slopes of the mean cross-entropy for the scores (batch, classes)."""
    ### BEGIN SOLUTION
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (probabilities - np.eye(scores.shape[1])[labels]) / len(labels)
    ### END SOLUTION


# %%
scores_work = check("05.score_gradients", score_gradients)


# %% tags=["mutant"] exercise="05.score_gradients" misconception="batch_forgotten"
def score_gradients(scores, labels):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities - np.eye(scores.shape[1])[labels]


# %% tags=["mutant"] exercise="05.score_gradients" misconception="uphill"
def score_gradients(scores, labels):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (np.eye(scores.shape[1])[labels] - probabilities) / len(labels)


# %% tags=["mutant"] exercise="05.score_gradients" misconception="truth_missing"
def score_gradients(scores, labels):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True) / len(labels)


# %% tags=["mutant"] exercise="05.score_gradients" misconception="divided_by_classes"
def score_gradients(scores, labels):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (probabilities - np.eye(scores.shape[1])[labels]) / scores.size


# %% tags=["mutant"] exercise="05.score_gradients" misconception="overflow"
def score_gradients(scores, labels):
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return (probabilities - np.eye(scores.shape[1])[labels]) / len(labels)


# %% tags=["variant"] exercise="05.score_gradients"
def score_gradients(scores, labels):
    slopes = np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None])
    for example, label in enumerate(labels):
        slopes[example, label] -= 1
    return slopes / scores.shape[0]


# %% [markdown]
# ## 6 · Trust, but check
#
# Nobody writes gradients rightly at the first go, so nobody believes them unchecked. Write the check: central
# differences, $(f(x + h) - f(x - h)) / 2h$, for one entry of an array after the other. `function` takes an array of the
# shape of `point` and returns a number. Return an array of that shape, and leave `point` as it was.

# %% tags=["definition"] exercise="05.gradient_check"
"""A gradient check."""
import numpy as np

POINTS = 2
HINTS = [
    "For each entry you need two copies of `point`: one with the entry a step higher, one with it a step lower.",
    "`for index in np.ndindex(point.shape):` goes through the entries of an array of any shape; `point.copy()` "
    "makes a copy.",
    "`up[index] += step`, `down[index] -= step`, then `(function(up) - function(down)) / (2 * step)` belongs to "
    "`index`.",
]
MISTAKES = {
    "one_sided": "You nudged to one side only. That is wrong in proportion to the step; with both sides the "
    "largest part of the error cancels.",
    "distance_halved": "From one step below to one step above it is *two* steps. Divide by 2 · step.",
    "all_at_once": "Every entry has the same slope, because all were nudged at once. Nudge one, and leave the "
    "others where they are.",
    "not_put_back": "Entries stay nudged while the next one is tried. Start each from a fresh copy, or put it "
    "back.",
    "changes_input": "`point` was changed. Work on a copy.",
}


class Polynomial:
    """A function of an array: products of neighbours and third powers, so that no slope is like another."""

    def __init__(self, factors):
        self.factors = factors

    def __call__(self, point):
        flat = np.asarray(point, dtype=float).ravel()
        return float(np.sum(self.factors * flat**3) + np.sum(flat[1:] * flat[:-1]) + flat[0] ** 2)

    def __repr__(self):
        return "a function of an array"


def cases(rng):
    for shape, step in [((2,), 0.1), ((3,), 0.1), ((2, 2), 0.05), ((2, 3), 0.01)]:
        factors = rng.uniform(0.5, 2.0, size=int(np.prod(shape)))
        yield {
            "function": Polynomial(factors),
            "point": rng.uniform(0.5, 2.0, size=shape).round(2),
            "step": step,
        }


def differences(function, point, step, *, kind="both"):
    slopes, moving = np.zeros(point.shape), point.copy()
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] += step
        down[index] -= step
        if kind == "one":
            slopes[index] = (function(up) - function(point)) / step
        elif kind == "back":
            slopes[index] = (function(point) - function(down)) / step
        elif kind == "all":
            slopes[index] = (function(point + step) - function(point - step)) / (2 * step)
        elif kind == "moving":
            moving[index] += step
            above = function(moving)
            moving[index] -= 2 * step
            slopes[index] = (above - function(moving)) / (2 * step)
        else:
            slopes[index] = (function(up) - function(down)) / (2 * step)
    return slopes


def reference(function, point, step):
    return differences(function, point, step)


def diagnose(inputs, output):
    right = differences(**inputs)
    wrong = {
        "one_sided": differences(**inputs, kind="one"),
        "distance_halved": 2 * right,
        "all_at_once": differences(**inputs, kind="all"),
        "not_put_back": differences(**inputs, kind="moving"),
    }
    for mistake, value in wrong.items():
        if np.shape(output) == value.shape and np.allclose(output, value, rtol=1e-9):
            return mistake
    back = differences(**inputs, kind="back")
    return "one_sided" if np.shape(output) == back.shape and np.allclose(output, back, rtol=1e-9) else None


# %% tags=["exercise"] exercise="05.gradient_check"
def gradient_check(function, point, step=1e-5):
    """Return the slopes of a function at a point by central differences."""
    ### BEGIN SOLUTION
    slopes = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] += step
        down[index] -= step
        slopes[index] = (function(up) - function(down)) / (2 * step)
    return slopes
    ### END SOLUTION


# %%
gradient_check_works = check("05.gradient_check", gradient_check)


# %% tags=["mutant"] exercise="05.gradient_check" misconception="one_sided"
def gradient_check(function, point, step=1e-5):
    slopes = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        up = point.copy()
        up[index] += step
        slopes[index] = (function(up) - function(point)) / step
    return slopes


# %% tags=["mutant"] exercise="05.gradient_check" misconception="distance_halved"
def gradient_check(function, point, step=1e-5):
    slopes = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] += step
        down[index] -= step
        slopes[index] = (function(up) - function(down)) / step
    return slopes


# %% tags=["mutant"] exercise="05.gradient_check" misconception="all_at_once"
def gradient_check(function, point, step=1e-5):
    slope = (function(point + step) - function(point - step)) / (2 * step)
    return np.full(point.shape, slope)


# %% tags=["mutant"] exercise="05.gradient_check" misconception="not_put_back"
def gradient_check(function, point, step=1e-5):
    slopes, moving = np.zeros(point.shape), point.copy()
    for index in np.ndindex(point.shape):
        moving[index] += step
        above = function(moving)
        moving[index] -= 2 * step
        slopes[index] = (above - function(moving)) / (2 * step)
    return slopes


# %% tags=["mutant"] exercise="05.gradient_check" misconception="changes_input"
def gradient_check(function, point, step=1e-5):
    slopes = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        point[index] += step
        above = function(point)
        point[index] -= 2 * step
        slopes[index] = (above - function(point)) / (2 * step)
    return slopes


# %% tags=["variant"] exercise="05.gradient_check"
def gradient_check(function, point, step=1e-5):
    slopes = []
    for position in range(point.size):
        nudge = np.zeros(point.size)
        nudge[position] = step
        nudge = nudge.reshape(point.shape)
        slopes.append((function(point + nudge) - function(point - nudge)) / (2 * step))
    return np.array(slopes).reshape(point.shape)


# %% [markdown]
# ### Why a step of $10^{-5}$?
#
# Two errors pull in opposite directions. A large step looks past the point, and a small one drowns in rounding: the
# results keep about sixteen digits, and their difference only the last few. Your check can show where the best
# compromise lies.


# %%
def step_errors(steps):
    """Return the error of your check on the slope of sin at 1, for several steps."""
    point = np.array([1.0])
    truth = np.cos(1.0)
    return [
        abs(gradient_check(lambda p: np.sin(p[0]), point, step)[0] - truth) + 1e-17
        for step in steps
    ]


steps = 10.0 ** np.arange(-14, 0)
plot.curves(
    {"your check": step_errors(steps)},
    x=steps,
    x_title="step",
    y_title="error of the slope",
    title="Too large looks past, too small drowns in rounding",
).update_xaxes(type="log", exponentformat="power").update_yaxes(
    type="log", exponentformat="power"
) if gradient_check_works else None

# %% [markdown]
# ## 7 · Three strangers and their bugs
#
# Three people have written the gradients of a network with one hidden tanh layer. The forward pass is right:


# %%
def forward(parameters, x):
    """Return the sums, the hidden layer and the scores of a two-layer network."""
    hidden_weights, hidden_bias, output_weights, output_bias = parameters
    sums = x @ hidden_weights + hidden_bias
    hidden = np.tanh(sums)
    return sums, hidden, hidden @ output_weights + output_bias


def softmax(scores):
    """Turn scores into probabilities, row by row."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def mean_loss(parameters, x, labels):
    """Return the mean cross-entropy."""
    probabilities = softmax(forward(parameters, x)[2])
    return -np.mean(np.log(probabilities[np.arange(len(labels)), labels]))


# %% [markdown]
# Each of the three has *one* wrong line. The lines of the way back are numbered.


# %%
def suspect_a(x, labels, parameters):
    """Return the four gradients, one of them or more wrong."""
    sums, hidden, scores = forward(parameters, x)
    truth = np.eye(scores.shape[1])[labels]
    to_scores = (softmax(scores) - truth) / len(x)  # 1
    to_output_weights = hidden.T @ to_scores  # 2
    to_output_bias = to_scores.sum(axis=0)  # 3
    to_hidden = to_scores @ parameters[2].T  # 4
    to_sums = to_hidden * (1 - sums**2)  # 5
    to_hidden_weights = x.T @ to_sums  # 6
    to_hidden_bias = to_sums.sum(axis=0)  # 7
    return [to_hidden_weights, to_hidden_bias, to_output_weights, to_output_bias]


# %%
def suspect_b(x, labels, parameters):
    """Return the four gradients, one of them or more wrong."""
    sums, hidden, scores = forward(parameters, x)
    truth = np.eye(scores.shape[1])[labels]
    to_scores = (softmax(scores) - truth) / len(x)  # 1
    to_output_weights = hidden.T @ to_scores  # 2
    to_output_bias = to_scores.sum(axis=0)  # 3
    to_hidden = to_scores @ parameters[2].T  # 4
    to_sums = to_hidden * (1 - hidden**2)  # 5
    to_hidden_weights = x.T @ to_sums  # 6
    to_hidden_bias = to_sums.mean(axis=0)  # 7
    return [to_hidden_weights, to_hidden_bias, to_output_weights, to_output_bias]


# %%
def suspect_c(x, labels, parameters):
    """Return the four gradients, one of them or more wrong."""
    sums, hidden, scores = forward(parameters, x)
    truth = np.eye(scores.shape[1])[labels]
    to_scores = softmax(scores) - truth  # 1
    to_output_weights = hidden.T @ to_scores  # 2
    to_output_bias = to_scores.sum(axis=0)  # 3
    to_hidden = to_scores @ parameters[2].T  # 4
    to_sums = to_hidden * (1 - hidden**2)  # 5
    to_hidden_weights = x.T @ to_sums  # 6
    to_hidden_bias = to_sums.sum(axis=0)  # 7
    return [to_hidden_weights, to_hidden_bias, to_output_weights, to_output_bias]


# %% [markdown]
# Do not only stare at the lines: let your check say *which* of the four gradients are wrong, and by how much. If one of
# them is wrong and those behind it on the way back as well, the fault lies where it begins.


# %%
def interrogate(suspect):
    """Print how far each of a suspect's gradients is from your check's."""
    parameters = [rng.normal(size=s) for s in [(3, 4), (4,), (4, 2), (2,)]]
    x, labels = rng.normal(size=(5, 3)), rng.integers(2, size=5)
    names = ["hidden weights", "hidden bias", "output weights", "output bias"]
    for which, name in enumerate(names):

        def loss(array):
            changed = [*parameters[:which], array, *parameters[which + 1 :]]
            return mean_loss(changed, x, labels)

        checked = gradient_check(loss, parameters[which])
        error = suspect(x, labels, parameters)[which] - checked
        print(f"  {name:15} differs by {np.abs(error).max():.0e}")


for suspect in (suspect_a, suspect_b, suspect_c) if gradient_check_works else ():
    print(suspect.__name__)
    interrogate(suspect)

# %% [markdown]
# Return two things: a dict with the number of each suspect's wrong line, such as `{"a": 2, "b": 2, "c": 3}`, and the
# four gradients as they should be, in the order of the suspects.

# %% tags=["definition"] exercise="05.repair"
"""Three wrong gradients."""
import numpy as np

POINTS = 2
HINTS = [
    "Suspect b has one wrong gradient only, so nothing behind it is touched. Suspect c has four: what do all of "
    "them share?",
    "A factor that all gradients share comes from line 1. Two wrong gradients in the hidden layer, with the output "
    "layer right, leave lines 4 and 5.",
    "Compare the lines with what tanh's slope is made of, with what a bias adds up over, and with what a mean "
    "divides by. Then write the seven lines, all right.",
]
MISTAKES = {
    "symptom_of_a": "With suspect a both hidden gradients are wrong, but lines 6 and 7 only pass on what they get. "
    "Look one line further up: which slope has tanh?",
    "not_line_of_b": "With suspect b a single gradient is wrong, the hidden bias. Only one line touches nothing "
    "else.",
    "symptom_of_c": "With suspect c all four gradients are wrong by the same factor, the size of the batch. It "
    "comes in where the way back begins.",
    "not_repaired": "The three lines are found. The gradients still have one of their faults.",
}
LINES = {"a": 5, "b": 7, "c": 1}


def cases(rng):
    for batch, inputs, units, classes in [(3, 2, 3, 2), (5, 4, 3, 3)]:
        yield {
            "x": rng.normal(size=(batch, inputs)).round(2),
            "labels": rng.integers(classes, size=batch),
            "parameters": [
                rng.normal(size=shape).round(2) for shape in [(inputs, units), (units,), (units, classes), (classes,)]
            ],
        }


def right_gradients(x, labels, parameters):
    hidden = np.tanh(x @ parameters[0] + parameters[1])
    scores = hidden @ parameters[2] + parameters[3]
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    to_scores = (probabilities - np.eye(scores.shape[1])[labels]) / len(x)
    to_sums = to_scores @ parameters[2].T * (1 - hidden**2)
    return [x.T @ to_sums, to_sums.sum(axis=0), hidden.T @ to_scores, to_scores.sum(axis=0)]


def accept(inputs, output):
    if not isinstance(output, (tuple, list)) or len(output) != 2 or not isinstance(output[0], dict):
        return "Return two things: the dict of wrong lines, and the list of four gradients."
    lines, gradients = output
    if set(lines) != {"a", "b", "c"}:
        return 'The dict needs the keys "a", "b" and "c".'
    for name, mistake in [("c", "symptom_of_c"), ("a", "symptom_of_a"), ("b", "not_line_of_b")]:
        if lines[name] != LINES[name]:
            return mistake
    wanted = right_gradients(**inputs)
    if not isinstance(gradients, (tuple, list)) or len(gradients) != 4:
        return "The second thing should be a list of four gradients."
    if [np.shape(one) for one in gradients] != [one.shape for one in wanted]:
        return "The gradients need the shapes of the parameters, in the same order."
    return True if all(np.allclose(*pair) for pair in zip(gradients, wanted)) else "not_repaired"


# %% tags=["exercise"] exercise="05.repair"
def repair(x, labels, parameters):
    """Return the dict of the wrong lines, and the four gradients, all of them right."""
    ### BEGIN SOLUTION
    sums, hidden, scores = forward(parameters, x)
    to_scores = score_gradients(scores, labels)
    to_hidden, to_output_weights, to_output_bias = dense_gradients(
        hidden, parameters[2], to_scores
    )
    to_sums = to_hidden * (1 - hidden**2)
    _, to_hidden_weights, to_hidden_bias = dense_gradients(x, parameters[0], to_sums)
    gradients = [to_hidden_weights, to_hidden_bias, to_output_weights, to_output_bias]
    return {"a": 5, "b": 7, "c": 1}, gradients
    ### END SOLUTION


# %%
repair_works = check("05.repair", repair)


# %% tags=["mutant"] exercise="05.repair" misconception="symptom_of_a"
def repair(x, labels, parameters):
    sums, hidden, scores = forward(parameters, x)
    to_scores = (softmax(scores) - np.eye(scores.shape[1])[labels]) / len(x)
    to_sums = to_scores @ parameters[2].T * (1 - hidden**2)
    gradients = [x.T @ to_sums, to_sums.sum(axis=0), hidden.T @ to_scores, to_scores.sum(axis=0)]
    return {"a": 6, "b": 7, "c": 1}, gradients


# %% tags=["mutant"] exercise="05.repair" misconception="not_line_of_b"
def repair(x, labels, parameters):
    sums, hidden, scores = forward(parameters, x)
    to_scores = (softmax(scores) - np.eye(scores.shape[1])[labels]) / len(x)
    to_sums = to_scores @ parameters[2].T * (1 - hidden**2)
    gradients = [x.T @ to_sums, to_sums.sum(axis=0), hidden.T @ to_scores, to_scores.sum(axis=0)]
    return {"a": 5, "b": 5, "c": 1}, gradients


# %% tags=["mutant"] exercise="05.repair" misconception="symptom_of_c"
def repair(x, labels, parameters):
    sums, hidden, scores = forward(parameters, x)
    to_scores = (softmax(scores) - np.eye(scores.shape[1])[labels]) / len(x)
    to_sums = to_scores @ parameters[2].T * (1 - hidden**2)
    gradients = [x.T @ to_sums, to_sums.sum(axis=0), hidden.T @ to_scores, to_scores.sum(axis=0)]
    return {"a": 5, "b": 7, "c": 2}, gradients


# %% tags=["mutant"] exercise="05.repair" misconception="not_repaired"
def repair(x, labels, parameters):
    return {"a": 5, "b": 7, "c": 1}, suspect_a(x, labels, parameters)


# %% tags=["mutant"] exercise="05.repair" misconception="not_repaired"
def repair(x, labels, parameters):
    return {"a": 5, "b": 7, "c": 1}, suspect_c(x, labels, parameters)


# %% tags=["variant"] exercise="05.repair"
def repair(x, labels, parameters):
    gradients = suspect_c(x, labels, parameters)
    return {"c": 1, "b": 7, "a": 5}, tuple(one / len(x) for one in gradients)


# %% [markdown]
# ## 8 · A reader of your own making
#
# Everything is there. Train a network with one hidden tanh layer on 6,000 digits, with your gradients and nothing else:
# no Keras, only NumPy. It should read at least 90 in 100 of 2,000 unseen digits. Return its four parameters in the order
# of `forward`. `x_train` has the shape (6000, 784) with values from 0 to 1. Two minutes are the limit, and
# a few seconds are enough.

# %% tags=["definition"] exercise="05.train_reader"
"""A reader of your own making."""
import numpy as np

POINTS = 3
SECONDS = 120
TARGET = 0.90
HINTS = [
    "Begin with small random weights, such as `rng.normal(size=(784, 32)) / 28`, and biases of zero. Then loop: a "
    "batch, `repair(...)[1]` for its gradients, a step downhill.",
    "Go through the digits in a new random order in each epoch, 100 at a time; eight epochs with a learning rate of "
    "0.5 are plenty.",
    "`parameters = [parameter - 0.5 * slope for parameter, slope in zip(parameters, slopes)]` is a step. Return "
    "`parameters`.",
]
MISTAKES = {
    "untrained": "About one digit in ten is right, as by guessing, and the loss is where it began. Are the new "
    "parameters kept after each step?",
    "uphill": "The loss is far higher than that of guessing: the steps go uphill, or are far too long. Subtract "
    "the slopes, times a learning rate.",
    "zero_start": "All hidden units have the same weights. If they begin equal, they get equal slopes and stay "
    "equal for ever: begin with random ones.",
    "too_short": "It learns, but is not there yet: more epochs, a larger learning rate, or more hidden units.",
}


def cases(rng):
    from layerwise import data

    digits = data.load("digits", source="bundled")
    seen = rng.choice(len(digits.x_train), 6000, replace=False)
    unseen = rng.choice(len(digits.x_test), 2000, replace=False)
    yield {
        "x_train": digits.x_train[seen].reshape(6000, 784) / 255.0,
        "y_train": digits.y_train[seen],
        "pictures": digits.x_test[unseen].reshape(2000, 784) / 255.0,
        "labels": digits.y_test[unseen],
    }


def observe(answer, inputs):
    return answer(inputs["x_train"], inputs["y_train"])


def accept(inputs, output):
    if not isinstance(output, (tuple, list)) or len(output) != 4:
        return "Return the four parameters: hidden weights, hidden bias, output weights, output bias."
    shapes = [np.shape(one) for one in output]
    units = shapes[1][0] if len(shapes[1]) == 1 else 0
    if shapes != [(784, units), (units,), (units, 10), (10,)]:
        return f"The shapes should be (784, units), (units,), (units, 10) and (10,); came {shapes}."
    if not all(np.isfinite(one).all() for one in output):
        return "uphill"
    scores = np.tanh(inputs["pictures"] @ output[0] + output[1]) @ output[2] + output[3]
    labels = inputs["labels"]
    loss = np.mean(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(labels)), labels])
    accuracy = np.mean(scores.argmax(axis=1) == labels)
    if accuracy >= TARGET:
        return True
    if units > 1 and np.ptp(output[0], axis=1).max() < 1e-12:
        return "zero_start"
    if loss > 4:
        return "uphill"
    return "untrained" if accuracy < 0.25 else "too_short"


# %% tags=["exercise"] exercise="05.train_reader"
def train_reader(x_train, y_train):
    """Return four trained parameters; x_train (n, 784) from 0 to 1, y_train (n,)."""
    ### BEGIN SOLUTION
    random = np.random.default_rng(0)
    parameters = [
        random.normal(size=(784, 32)) / 28,
        np.zeros(32),
        random.normal(size=(32, 10)) / 6,
        np.zeros(10),
    ]
    for _ in range(8):
        for batch in np.split(random.permutation(len(x_train)), len(x_train) // 100):
            slopes = repair(x_train[batch], y_train[batch], parameters)[1]
            parameters = [one - 0.5 * slope for one, slope in zip(parameters, slopes)]
    return parameters
    ### END SOLUTION


# %%
reader_works = check("05.train_reader", train_reader)


# %% tags=["mutant"] exercise="05.train_reader" misconception="untrained"
def train_reader(x_train, y_train):
    random = np.random.default_rng(0)
    parameters = [random.normal(size=(784, 32)) / 28, np.zeros(32), random.normal(size=(32, 10)) / 6, np.zeros(10)]
    for _ in range(20):
        batch = random.permutation(len(x_train))[:50]
        slopes = repair(x_train[batch], y_train[batch], parameters)[1]
        [one - 0.3 * slope for one, slope in zip(parameters, slopes)]
    return parameters


# %% tags=["mutant"] exercise="05.train_reader" misconception="uphill"
def train_reader(x_train, y_train):
    random = np.random.default_rng(0)
    parameters = [random.normal(size=(784, 32)) / 28, np.zeros(32), random.normal(size=(32, 10)) / 6, np.zeros(10)]
    for _ in range(200):
        batch = random.permutation(len(x_train))[:50]
        slopes = repair(x_train[batch], y_train[batch], parameters)[1]
        parameters = [one + 0.3 * slope for one, slope in zip(parameters, slopes)]
    return parameters


# %% tags=["mutant"] exercise="05.train_reader" misconception="zero_start"
def train_reader(x_train, y_train):
    random = np.random.default_rng(0)
    parameters = [np.full((784, 32), 0.01), np.zeros(32), np.full((32, 10), 0.01), np.zeros(10)]
    for _ in range(300):
        batch = random.permutation(len(x_train))[:50]
        slopes = repair(x_train[batch], y_train[batch], parameters)[1]
        parameters = [one - 0.3 * slope for one, slope in zip(parameters, slopes)]
    return parameters


# %% tags=["mutant"] exercise="05.train_reader" misconception="too_short"
def train_reader(x_train, y_train):
    random = np.random.default_rng(0)
    parameters = [random.normal(size=(784, 32)) / 28, np.zeros(32), random.normal(size=(32, 10)) / 6, np.zeros(10)]
    for _ in range(60):
        batch = random.permutation(len(x_train))[:50]
        slopes = repair(x_train[batch], y_train[batch], parameters)[1]
        parameters = [one - 0.2 * slope for one, slope in zip(parameters, slopes)]
    return parameters


# %% tags=["variant"] exercise="05.train_reader"
def train_reader(x_train, y_train):
    random = np.random.default_rng(1)
    hidden_weights, hidden_bias = random.uniform(-0.08, 0.08, size=(784, 40)), np.zeros(40)
    output_weights, output_bias = random.uniform(-0.3, 0.3, size=(40, 10)), np.zeros(10)
    parameters = [hidden_weights, hidden_bias, output_weights, output_bias]
    velocities = [np.zeros_like(one) for one in parameters]
    for step in range(900):
        batch = random.integers(len(x_train), size=64)
        slopes = repair(x_train[batch], y_train[batch], parameters)[1]
        for one, velocity, slope in zip(parameters, velocities, slopes):
            velocity *= 0.9
            velocity -= 0.05 * slope
            one += velocity
    return parameters


# %% [markdown]
# ## Something to keep
#
# Your reader once more, trained on all 10,000 digits, and judged on every test digit: all that it knows came through
# slopes that you have written.

# %%
digits = data.load("digits", source="bundled")
x_train = digits.x_train.reshape(-1, 784) / 255.0
x_test = digits.x_test.reshape(-1, 784) / 255.0
mine = train_reader(x_train, digits.y_train) if reader_works else None

# %%
if reader_works:
    right = forward(mine, x_test)[2].argmax(axis=1) == digits.y_test
    found("own_reader", right.mean(), "Your reader gets {:.1%} of all test digits.")

# %% [markdown]
# And if there were no backpropagation? Then one step would need two passes for every parameter. Here your check and your
# gradients race: the check on the ten output biases only, and then reckoned up to all parameters.


# %%
def race():
    """Return the seconds that one step takes with gradients, and with the check."""
    x, labels = x_train[:50], digits.y_train[:50]
    start = time.perf_counter()
    for _ in range(20):
        repair(x, labels, mine)
    backward_seconds = (time.perf_counter() - start) / 20
    start = time.perf_counter()
    gradient_check(lambda bias: mean_loss([*mine[:3], bias], x, labels), mine[3])
    each = (time.perf_counter() - start) / 10
    return backward_seconds, each * sum(one.size for one in mine)


# %%
if reader_works and gradient_check_works:
    backward_seconds, check_seconds = race()
    found(
        "times_faster",
        check_seconds / backward_seconds,
        "Your gradients are {:,.0f} times as fast as the check.",
    )


# %% [markdown]
# Now write to it. It was trained with the chain rule and NumPy, and with nothing that you could not explain.


# %%
def ask(picture):
    """Return ten probabilities for one picture, shape (28, 28)."""
    return softmax(forward(mine, picture.reshape(1, 784))[2])[0]


plot.probabilities(
    ask(x_test[0]), range(10), title="Your reader on one unseen digit"
) if reader_works else None

# %% [markdown]
# Draw each digit from 0 to 9 and see which ones it takes for another.

# %%
explore.drawing_pad({"your reader": ask}) if reader_works else None

# %% [markdown]
# ## Going further
#
# No check waits here. Give your engine `relu` and `exp`, and rebuild a tiny softmax from them. Or find the learning rate
# at which your reader breaks: measure the top curvature at the start as lesson 05 does, predict, and try. Does the
# rule hold with batches of 50? Write down what you expect before you look.
