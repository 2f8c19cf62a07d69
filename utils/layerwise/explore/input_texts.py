"""A text on its way into a network: cleaned, split, numbered, cut to length."""

import collections
import functools
import re

from layerwise import plot
from layerwise.explore.base import Explorer
from layerwise.explore.controls import Choice, Slider, Toggle, Words

SPLITS = ("words", "characters")
VOCABULARIES = (10, 30, 100, 300, 1000, 3000, 10_000)
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_MOST = 4_000_000  # characters of the corpus that are counted


def build(examples, state):
    """Return the explorer.

    Args:
        examples: The texts that the vocabulary is taken from, a list or array.
        state: Values to start from.
    """
    corpus = [str(text) for text in (examples.values() if isinstance(examples, dict) else examples)]
    if not corpus:
        raise ValueError("Give at least one text: the vocabulary is taken from them.")
    controls = (
        Words("text", "your text", "Free entry! WIN a zorbing trip, reply now...", help="Write what you like."),
        Toggle("clean", "lower case, no punctuation", True, help="Whether WIN, win and win! become one word."),
        Choice("split", "split into", SPLITS, "words", help="What a token is."),
        Choice("vocabulary", "vocabulary", VOCABULARIES, 1000, ordered=True, help="How many tokens have a number."),
        Slider("length", "length", 4, 24, 12, step=1, help="Every text becomes this long: cut, or filled with 0."),
    )
    counted = functools.cache(functools.partial(_counted, "\n".join(corpus)[:_MOST]))
    return Explorer(
        "A text becomes numbers", controls, compute=functools.partial(compute, counted), draw=draw, say=say, state=state
    )


def tokens_of(text, clean, split):
    """Return the tokens of a text.

    Example:
        >>> tokens_of("WIN now!", True, "words")
        ['win', 'now']
    """
    if clean:
        text = _PUNCTUATION.sub("", text.lower())
    return text.split() if split == "words" else list(text)


def _counted(corpus, clean, split):
    """Return tokens, the most frequent first, and the share of the corpus that each number of them covers."""
    counts = collections.Counter(tokens_of(corpus, clean, split))
    # Among equally frequent ones the later in the alphabet comes first, as in Keras's TextVectorization.
    ranked = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
    total = sum(counts.values()) or 1
    covered, sums = 0, []
    for token in ranked:
        covered += counts[token]
        sums.append(covered / total)
    return {token: rank for rank, token in enumerate(ranked)}, sums


def compute(counted, *, text, clean, split, vocabulary, length):
    """Return tokens, their numbers, and what each is: 0 is padding, 1 stands for all unknown ones."""
    ranks, sums = counted(clean, split)
    tokens = tokens_of(text, clean, split)
    kinds, numbers = [], []
    for place, token in enumerate(tokens):
        rank = ranks.get(token, vocabulary)
        known = rank < vocabulary - 2  # two numbers are taken: padding and unknown
        cut = place >= length
        kinds.append("cut" if cut else "known" if known else "unknown")
        numbers.append(None if cut else rank + 2 if known else 1)
    missing = max(0, length - len(tokens))
    kept = min(vocabulary - 2, len(sums))
    return {
        "tokens": [("␣" if token.isspace() else token)[:30] for token in tokens][: length + 12] + ["·"] * missing,
        "numbers": numbers[: length + 12] + [0] * missing, "kinds": kinds[: length + 12] + ["padding"] * missing,
        "covered": sums[kept - 1] if kept > 0 and sums else 0.0, "found": len(tokens),
    }


def draw(result, *, narrow=False):
    """Return the figure of a result."""
    return plot.tokens(
        result["tokens"], result["numbers"], kinds=result["kinds"], narrow=narrow,
        title="Each token and the number that the network gets for it",
    )


def say(state, result, changed=None):
    """Return one sentence: what the last move did, and what became of the text."""
    unknown, length = result["kinds"].count("unknown"), state["length"]
    shape = f"the text is now {length} whole numbers, {unknown} of them 1, which means unknown"
    if changed == "vocabulary":
        covered = f"{result['covered']:.0%} of all tokens in the collection"
        return f"The {state['vocabulary']:,} numbers cover {covered}; {shape}."
    if changed == "clean":
        did = f"WIN, win and win! are {'one word' if state['clean'] else 'three different words'} now"
        return f"{did}; {shape}."
    if changed == "split":
        did = "Words carry meaning, and there are always new ones"
        if state["split"] == "characters":
            did = "Characters are few, so hardly one is unknown, and texts are long"
        return f"{did}; {shape}."
    lost = max(0, result["found"] - length)
    if changed == "length":
        did = f"{lost} of {result['found']} tokens are cut off" if lost else \
            f"{length - result['found']} places are filled with 0"
        return f"{did}, so that every text of a batch has the same length; {shape}."
    return f"{result['found']} tokens; {shape}."
