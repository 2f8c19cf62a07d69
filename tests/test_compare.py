"""Plain values and their comparison: types before shapes, shapes before values."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from layerwise.check.compare import compare, same
from layerwise.check.plain import NotPlain, plain
from layerwise.check.words import describe


def kind(expected, came, **options):
    difference = compare(expected, came, **options)
    return difference.kind if difference else "same"


def test_plain_keeps_known_types_and_makes_scalars_of_arrays_without_axes():
    value = {"a": [np.float32(0.5), (np.int64(3), np.array(True))], "b": {"x", "y"}, "c": None}
    assert plain(value) == {"a": [0.5, (3, True)], "b": {"x", "y"}, "c": None}
    assert type(plain(np.float64(1.0))) is float


def test_plain_copies_arrays():
    array = np.zeros(3)
    copy = plain([array])[0]
    array += 1
    assert copy.tolist() == [0, 0, 0]


class Friendly:
    """Says that it equals everything, and notes whoever asks."""

    asked = 0

    def _ask(self, *_, **__):
        Friendly.asked += 1
        return True

    __eq__ = __ne__ = __bool__ = __len__ = __iter__ = __getitem__ = __array__ = __float__ = __repr__ = _ask
    __hash__ = None


class FriendlyArray(np.ndarray):
    def __eq__(self, other):
        return np.array(True)


class FriendlyFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class FriendlyList(list):
    def __eq__(self, other):
        return True


class FriendlyNumpy(np.float64):
    def __eq__(self, other):
        return True

    __hash__ = np.float64.__hash__


class Disguised:
    @property
    def __class__(self):
        return float


class Hidden(type):
    @property
    def __name__(cls):
        raise AssertionError("asked for its name")


class Nameless(metaclass=Hidden):
    pass


@pytest.mark.parametrize("value", [
    Friendly(), np.zeros(3).view(FriendlyArray), FriendlyFloat(1), FriendlyList([1]), FriendlyNumpy(1), Disguised(),
    Nameless(), [1, Friendly()], {"a": Friendly()}, np.array([Disguised(), None], dtype=object),
], ids=["object", "array", "float", "list", "numpy", "disguised", "nameless", "in a list", "in a dict", "in an array"])
def test_an_object_that_equals_everything_is_refused_by_its_type(value):
    Friendly.asked = 0
    with pytest.raises(NotPlain):
        plain(value)
    assert Friendly.asked == 0


@pytest.mark.parametrize("value, words", [
    (len, "brackets of a call"), ((i for i in []), "list("), (map(len, []), "list("), (..., "ellipsis"),
    (np.ones((1, 1)).view(np.matrix), "np.asarray"), (np.array(["2020"], "datetime64[D]"), "datetime64"),
    (np.array([[1], [1, 2]], dtype=object), "different lengths"), (int, "a class"),
])
def test_what_cannot_be_read_is_named_in_words(value, words):
    with pytest.raises(NotPlain, match=words.replace("(", r"\(")):
        plain(value)


def test_a_list_that_contains_itself_is_refused(monkeypatch):
    endless = []
    endless.append(endless)
    with pytest.raises(NotPlain, match="contains itself"):
        plain(endless)
    monkeypatch.setattr("layerwise.check.plain.MOST", 10_000)
    bush = [1]
    for _ in range(25):
        bush = [bush, bush]  # 2 ** 25 values in 25 lists
    with pytest.raises(NotPlain, match="parts"):
        plain(bush)


@pytest.mark.parametrize("expected, came, wanted", [
    (1.0, None, "none"),
    (None, None, "same"),
    (None, 0, "type"),
    (1.0, "1.0", "type"),
    (1.0, True, "type"),
    (True, 1, "type"),
    (True, True, "same"),
    (1.0, np.ones(1), "type"),
    (np.ones(2), [1.0, 1.0], "type"),
    (np.ones(2), 1.0, "type"),
    ("relu", "relu", "same"),
    ("relu", "Relu", "value"),
    ("relu", b"relu", "type"),
    (101770, 101770, "same"),
    (101770, 101770.0, "dtype"),
    (101770, 101632, "value"),
    (1.0, 1, "same"),
    (1.0, 1 + 1j, "dtype"),
    (1.0, 1.0 + 1e-9, "same"),
    (1.0, 1.001, "value"),
    (1.0, float("nan"), "nonfinite"),
    (1.0, float("inf"), "nonfinite"),
    (float("nan"), float("nan"), "same"),
    (float("inf"), float("inf"), "same"),
    (float("inf"), -float("inf"), "nonfinite"),
    (float("inf"), 1.0, "value"),
    (float("nan"), 1.0, "value"),
    ((1, 2.0), [1, 2.0], "same"),
    ((1, 2.0), (1,), "shape"),
    ((1, 2.0), (1, 2.5), "value"),
    ((1, np.ones(2)), (1, None), "none"),
    ({"a": 1}, {"a": 1}, "same"),
    ({"a": 1}, {"b": 1}, "shape"),
    ({"a": 1}, {"a": 2}, "value"),
    ({1, 2}, {2, 1}, "same"),
    (np.ones((4, 3)), np.ones((3, 4)), "shape"),
    (np.ones(3), np.ones(3, "float32"), "same"),
    (np.ones(3), np.ones(3, int), "same"),
    (np.full(3, 1.5), np.ones(3, int), "value"),
    (np.ones(3), np.ones(3, bool), "dtype"),
    (np.ones(3), np.ones(3, complex), "dtype"),
    (np.ones(3, int), np.ones(3), "dtype"),
    (np.ones(3, bool), np.ones(3, int), "dtype"),
    (np.arange(3), np.arange(3), "same"),
    (np.arange(3), np.array([0, 1, 3]), "value"),
    (np.array(["a"]), np.array(["b"]), "value"),
    (np.array([1.0, np.nan]), np.array([1.0, np.nan]), "same"),
    (np.array([1.0, np.inf]), np.array([1.0, np.inf]), "same"),
    (np.array([1.0, 2.0]), np.array([1.0, np.nan]), "nonfinite"),
    (np.array([1.0, np.nan]), np.array([1.0, 2.0]), "value"),
    (np.array([1.0, np.inf]), np.array([1.0, 2.0]), "value"),
    (np.array([1.0, np.inf]), np.array([1.0, -np.inf]), "nonfinite"),
    (np.zeros((0, 3)), np.zeros((0, 3)), "same"),
    (np.full(2, 70000.0), np.array([1.0, 2.0], "float16"), "value"),
], ids=str)
def test_kinds_of_difference(expected, came, wanted):
    assert kind(expected, came) == wanted


def test_single_precision_has_room_and_double_has_not():
    expected = np.array([1 / 3, 1e5 / 3])
    assert kind(expected, (expected * (1 + 3e-6)).astype("float32")) == "same"
    assert kind(expected, (expected * (1 + 3e-5)).astype("float32")) == "value"
    assert kind(expected, expected * (1 + 3e-6)) == "value"


def test_tolerance_is_relative_and_absolute():
    assert kind(1000.0, 1000.5, tolerance=1e-3) == "same"
    assert kind(0.0, 5e-4, tolerance=1e-3) == "same"
    assert kind(0.0, 5e-3, tolerance=1e-3) == "value"


@pytest.mark.parametrize("expected, came, words", [
    ((4, 3), (4,), "expected shape (4, 3), came (4,). An axis is missing"),
    ((4, 3), (3, 4), "transpose"),
    ((2, 3, 4), (3, 2, 4), "another order"),
    ((4, 1), (4,), "keepdims"),
    ((4,), (4, 1), "too many"),
    ((4,), (4, 4), "stretched"),
    ((2, 2), (3, 5), "came (3, 5)."),
])
def test_shapes_are_said_in_words(expected, came, words):
    assert words in compare(np.ones(expected), np.ones(came)).message


def test_the_largest_difference_is_said_with_its_place():
    came = np.zeros((2, 3))
    came[1, 2], came[0, 0] = -0.5, 0.1
    difference = compare(np.zeros((2, 3)), came)
    assert "2 of 6 values differ, most by 0.5 at [1, 2]: expected 0, came -0.5" in difference.message
    assert difference.largest == 0.5


def test_two_numbers_that_look_alike_are_written_out():
    assert compare(1 / 3, 1 / 3 + 1e-5).message == "Expected 0.333333, came 0.333343."
    assert compare(1.0, 1.0 + 2e-8, tolerance=1e-12).message == "Expected 1, came 1.00000002."


def test_a_difference_inside_a_structure_says_where():
    assert "At [1]['loss']" in compare((1, {"loss": 2.0}), (1, {"loss": 3.0})).message


@pytest.mark.parametrize("first, second, equal", [
    (np.ones(2), np.ones(2), True), (np.ones(2), np.ones(2, "float32"), False), ([1, 2], (1, 2), False),
    (np.array([np.nan]), np.array([np.nan]), True), ({"a": [1]}, {"a": [2]}, False), (float("nan"), float("nan"), True),
    (0.0, 0, False), ("a", "a", True),
])
def test_same_sees_every_change(first, second, equal):
    assert same(first, second) is equal


def test_describe_shows_small_arrays_whole_and_large_ones_by_a_corner():
    assert describe(np.array([[1.0, 2.5]])) == "[[1.  2.5]]"
    text = describe(np.zeros((1000, 784)))
    assert "(1000, 784)" in text and len(text) < 300
    assert len(describe(np.zeros((10, 32, 32, 3)))) < 300
    assert "e-" in describe(np.array([1e-7, 2e-7]))  # not rounded away
    assert len(describe(["x" * 1000] * 100)) < 2000
    assert len(describe(10**100000)) < 100
    assert len(describe(list(range(10000)))) < 200
    assert describe({"a": 1}) == "{'a': 1}"


TENSORFLOW = """
for value in (tensorflow.ones(2), tensorflow.Variable(tensorflow.ones(2)), tensorflow.cast(1, "bfloat16") * [1, 1]):
    assert type(plain([value])[0]) is np.ndarray and plain([value])[0].tolist() == [1, 1], value
assert plain(tensorflow.constant(2.5)) == 2.5
"""

KERAS = """
for value in (keras.Variable(np.ones(2, "float32")), keras.ops.ones(2)):
    assert type(plain(value)) is np.ndarray and plain(value).tolist() == [1, 1], value
for value, words in ((keras.Input((3,)), "a symbolic KerasTensor"), (keras.Sequential(), "type Sequential")):
    try:
        raise AssertionError(plain(value))
    except NotPlain as error:
        assert words in str(error), error
"""

JAX = "assert plain(jax.numpy.ones(2)).tolist() == plain(jax.numpy.ones(2, 'bfloat16')).tolist() == [1, 1]"

TORCH = """
ones = torch.ones(2, requires_grad=True)
for value in (ones, torch.nn.Parameter(ones), ones.to(torch.bfloat16)):
    assert plain(value).tolist() == [1, 1], value
"""


@pytest.mark.parametrize("library, code", [
    ("tensorflow", TENSORFLOW), ("keras", KERAS), ("jax", JAX), ("torch", TORCH),
], ids=["tensorflow", "keras", "jax", "torch"])
def test_tensors_are_read_where_their_library_is_loaded(library, code):
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    # In a process of its own: one that has run TensorFlow must not be forked by other tests.
    code = f"import numpy as np, {library}\nfrom layerwise.check.plain import NotPlain, plain\n{code}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-1000:]
