"""The recall explorer: two heads, written down and not trained, that find what followed a sign before."""

import numpy as np

from layerwise.explore.base import Explorer
from layerwise.explore.controls import Slider, Toggle, Words
from layerwise.plot import looking

SIGNS = "·abcdefghijklmnopqrstuvwxyz0123456789"
MOST = 13  # signs of a sequence, the start sign not counted
_PAIRS = 16  # of numbers of a position
_SHARP = 60.0

CONTROLS = (
    Words("signs", "letters and digits", "b3 a7 d1 c9 a", longest=30,
          help=f"The last is the question. Of others, the first {MOST} count."),
    Slider("swap", "swap with its neighbour", 0, MOST - 1, 0, step=1,
           help="This sign and the next change places; 0 leaves all as they are."),
    Toggle("back", "head 1: what stood before", True, help="Each sign looks one place back."),
    Toggle("match", "head 2: where is my like", True, help="Each sign looks for places that stood after its like."),
)


def build(state=None):
    """Return the explorer."""
    return Explorer("Two heads that recall", CONTROLS, compute=compute, draw=draw, say=say, state=state)


def read(signs):
    """Return the letters and digits of a text, at most the last that fit.

    Example:
        >>> read("B3, a7")
        ['b', '3', 'a', '7']
    """
    return [sign for sign in signs.lower() if sign in SIGNS[1:]][:MOST]


def compute(*, signs, swap, back, match):
    """Return the tokens, where both heads look, and the probability of each answer."""
    tokens = read(signs) or ["a"]
    if 0 < swap < len(tokens):
        tokens[swap - 1], tokens[swap] = tokens[swap], tokens[swap - 1]
    tokens = ["·", *tokens]
    heads, answers = circuit(tokens, back=back, match=match)
    return {"tokens": tokens, "heads": heads, "answers": answers, "swapped": 0 < swap < len(tokens) - 1}


def circuit(tokens, *, back=True, match=True):
    """Run the two heads over tokens.

    Args:
        tokens: Signs, the first of them the start sign.
        back: Whether the first head is on.
        match: Whether the second is.

    Returns:
        The weights of both heads, each of shape `(n, n)` or None where it is off; and a dict of probabilities of what
        comes next.
    """
    count = len(tokens)
    words = np.eye(len(SIGNS))[[SIGNS.index(token) for token in tokens]]
    rates = np.pi * 0.6 ** np.arange(_PAIRS)
    angles = np.arange(count)[:, None] * rates
    places = np.concatenate([np.cos(angles), np.sin(angles)], axis=1) / np.sqrt(_PAIRS)
    earlier = np.concatenate([np.cos(angles - rates), np.sin(angles - rates)], axis=1) / np.sqrt(_PAIRS)
    first = _attend(earlier, places) if back else None
    before = first @ words if back else np.zeros_like(words)
    second = _attend(words, before) if match else None
    read_off = second[-1] @ words if match else np.zeros(len(SIGNS))
    chances = np.exp(8 * read_off)
    chances /= chances.sum()
    return (first, second), {sign: float(chance) for sign, chance in zip(SIGNS[1:], chances[1:], strict=True)}


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    first, second = result["heads"]
    best = max(result["answers"], key=result["answers"].get)
    sure = result["answers"][best]
    asked = result["tokens"][-1]
    title = f"After “{asked}” comes “{best}”" if sure > 0.5 else f"What comes after “{asked}”? It cannot tell"
    return looking.recall_circuit(result["tokens"], first, second, result["answers"], title=title, narrow=narrow)


def say(state, result, changed=None):
    """Return one sentence: what is answered, and what the last move did."""
    best = max(result["answers"], key=result["answers"].get)
    sure, asked = result["answers"][best], result["tokens"][-1]
    seen = asked in result["tokens"][1:-1]
    answer = f"it answers “{best}” with {sure:.0%}"
    if not state["back"] and not state["match"]:
        return f"Both heads are off: nothing is read, and every answer is as likely as another ({sure:.0%})."
    if not state["match"]:
        return f"Head 2 is off: nobody fetches an answer, and recall is dead ({sure:.0%} for every sign)."
    if not state["back"]:
        return f"Head 1 is off: no place knows what stood before it, head 2 looks everywhere alike, and {answer}."
    if not seen:
        return f"“{asked}” has not been there before, so no place matches it, and {answer}: a guess."
    if changed == "swap" and state["swap"] and not result["swapped"]:
        return f"There are only {len(result['tokens']) - 1} signs, so nothing changes places: {answer}."
    if changed == "swap" and not state["swap"]:
        return f"All signs stand where they were written: {answer}."
    if changed in ("back", "match"):
        return f"Head {'1' if changed == 'back' else '2'} is on: both work, one for the other, and {answer}."
    if changed == "signs":
        return f"Other signs, the same two heads, nothing learned anew: {answer}."
    if changed == "swap":
        return f"Two signs have changed places, and the heads follow what now stands after “{asked}”: {answer}."
    return f"Head 1 notes what stood before each place; head 2 finds where “{asked}” did: {answer}."


def _attend(queries, keys):
    scores = np.where(np.tri(len(queries), dtype=bool), _SHARP * queries @ keys.T, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
