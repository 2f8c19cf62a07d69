"""The heads explorer: a sentence of one's own, a head, a token, and where it looks."""

import functools
import re

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider, Toggle, Words
from layerwise.plot import looking
from layerwise.suggest import CourseError

MOST = 12  # tokens of a sentence
_WIDE, _SHARP = 32, 24.0  # numbers of a position; how sharply the written heads look
SENTENCE = "the cat that saw the dog ran and the dog ran"

ABOUT = {
    "same word": "compares the words themselves, and looks for its like",
    "one before": "turns its own position back by one place, and looks for that",
    "one after": "turns its own position on by one place, and looks for that",
    "same first letter": "compares first letters only",
    "nearby": "compares positions, and finds near ones alike",
    "untrained": "has random weights, as every head before training",
}
"""What each written head does."""


def build(heads=None, state=None):
    """Return the explorer; see `layerwise.explore.heads`."""
    if heads is None:
        controls = (
            Words("words", "sentence", SENTENCE, longest=90, help=f"The first {MOST} words count."),
            Choice("head", "head", tuple(ABOUT), "same word", help="What it compares."),
            Slider("token", "token that looks", 1, MOST, 5, step=1, help="Counted from the left."),
            Toggle("causal", "no looking ahead", False, help="The causal mask."),
            Toggle("positions", "positions known", True, help="Without them, a head knows words alone."),
        )
        return Explorer("Heads", controls, compute=compute, draw=draw, say=say, state=state)
    if not isinstance(heads, dict) or not heads or not all(callable(head) for head in heads.values()):
        raise CourseError(
            f'heads() needs a dict of functions, such as {{"head 1": look}}; a {type(heads).__name__} came.'
        )
    first = dict(state or {}).pop("words", SENTENCE)
    controls = (
        Words("words", "your text", first, longest=90, help="What the model reads."),
        *([Choice("head", "head", tuple(heads), next(iter(heads)), help="Which head is drawn.")]
          if len(heads) > 1 else []),
        Slider("token", "token that looks", 1, MOST, 1, step=1, help="Counted from the first."),
    )
    return Explorer("Heads", controls, compute=functools.partial(_asked, heads), draw=draw, say=_say_asked, state=state)


def split(sentence):
    """Return the tokens of a sentence: words and marks, twelve at most.

    Example:
        >>> split("The dog, it ran.")
        ['the', 'dog', ',', 'it', 'ran', '.']
    """
    return re.findall(r"\w+(?:['’-]\w+)*|[^\w\s]", sentence.lower())[:MOST]


def compute(*, words, head, token, causal, positions):
    """Return the tokens and the weights with which each looks at each."""
    tokens = split(words) or ["…"]
    places = _positions(len(tokens)) if positions else np.zeros((len(tokens), _WIDE))
    scores = _scores(head, tokens, places)
    if causal:
        scores = np.where(np.tri(len(tokens), dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return {"tokens": tokens, "keys": tokens, "weights": weights, "chosen": min(token, len(tokens)) - 1, "head": head}


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    token = result["tokens"][result["chosen"]]
    return looking.attention(
        result["weights"], result["tokens"], result["keys"], chosen=result["chosen"], narrow=narrow,
        title=f"“{token}” and where it looks" + (f": {result['head']}" if result["head"] else ""),
    )


def say(state, result, changed=None):
    """Return one sentence: where the chosen token looks, and what the last move did."""
    where = _where(result)
    if changed == "head":
        return f"This head {ABOUT[state['head']]}: {where}."
    if changed == "causal":
        how = "Nobody may look ahead any more" if state["causal"] else "Everybody may look ahead again"
        return f"{how}, and each row still sums to 1: {where}."
    if changed == "positions":
        if state["positions"]:
            return f"Places are known again: {where}."
        if state["head"] in ("one before", "one after", "nearby"):
            return f"Without positions this head has nothing to compare, and looks everywhere alike: {where}."
        if state["head"] == "untrained":
            return f"Without positions like words get like rows, wherever they stand: {where}."
        return f"This head needs no positions, and the same comes out: {where}."
    if changed == "words":
        return f"Other words, the same head, the same weights in it: {where}."
    if changed == "token":
        return f"Another token asks: {where}."
    return f"The head “{state['head']}” {ABOUT[state['head']]}: {where}."


def _where(result):
    row, keys = result["weights"][result["chosen"]], result["keys"]
    order = np.argsort(-row, kind="stable")
    asks = f"“{result['tokens'][result['chosen']]}” (number {result['chosen'] + 1})"
    if row[order[0]] < 0.25 and len(row) > 3:
        return f"{asks} looks at many tokens, at most {row[order[0]]:.0%} each"
    heavy = [key for key in order[:3] if row[key] > 0.1]
    told = [f"{row[key]:.0%} at “{keys[key]}” (number {key + 1})" for key in heavy]
    return f"{asks} looks {' and '.join(told)}"


def _positions(count):
    rates = 0.5 * 0.7 ** np.arange(_WIDE // 2) + 1e-3
    angles = np.arange(count)[:, None] * np.pi * rates
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1)


def _shifted(places, by):
    """Turn every pair of a position as if it stood `by` places further on: one matrix for all places."""
    rates = np.pi * (0.5 * 0.7 ** np.arange(_WIDE // 2) + 1e-3)
    turn, across = np.cos(by * rates), np.sin(by * rates)
    cosines, sines = places[:, : _WIDE // 2], places[:, _WIDE // 2 :]
    return np.concatenate([cosines * turn - sines * across, sines * turn + cosines * across], axis=1)


def _scores(head, tokens, places):
    near = 2 / _WIDE  # so that a position's product with itself is 1
    if head in ("one before", "one after"):
        return 4 * _SHARP * near * _shifted(places, -1 if head == "one before" else 1) @ places.T
    if head == "nearby":
        return 0.5 * _SHARP * near * places @ places.T
    if head == "same word":
        return _SHARP / 4 * np.array([[float(a == b) for b in tokens] for a in tokens])
    if head == "same first letter":
        return _SHARP / 4 * np.array([[float(a[0] == b[0]) for b in tokens] for a in tokens])
    numbers = np.stack([_embedding(token) for token in tokens]) + places
    rng = np.random.default_rng(11)
    query, key = rng.normal(0, 1 / np.sqrt(_WIDE), (2, _WIDE, _WIDE))
    return (numbers @ query) @ (numbers @ key).T / np.sqrt(_WIDE)


def _embedding(token):
    """Return random numbers for a word, the same on every machine."""
    return np.random.default_rng(list(token.encode("utf-8"))).normal(size=_WIDE)


def _asked(heads, *, words, token, head=None):
    queries, keys, weights = heads[head or next(iter(heads))](words)
    if not len(queries):
        queries, keys, weights = ["…"], ["…"], np.ones((1, 1))
    return {"tokens": list(queries), "keys": list(keys), "weights": np.asarray(weights, float),
            "chosen": min(token, len(queries)) - 1, "head": head or ""}


def _say_asked(state, result, changed=None):
    said = " ".join(result["tokens"])
    if changed == "token":
        return f"Another token asks: {_where(result)}."
    if changed == "head":
        return f"Another head: {_where(result)}."
    if result["tokens"] == result["keys"]:
        return f"In “{said}”, {_where(result)}."
    return f"From “{state['words']}” it makes “{said}”; {_where(result)}."
