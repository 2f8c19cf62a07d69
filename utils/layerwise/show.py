"""Show a card in a notebook, and the same text where there is none."""

import html
import sys

from layerwise import theme


def card(inside, *, text, kind="", extra=None):
    """Display one card.

    Args:
        inside: The card's inside, already escaped where it quotes a learner's value.
        text: The same for people and programs that read plain text.
        kind: One of "", "right", "not-yet", "not-tried", "found", "ask": sets the colour of the edge.
        extra: More representations by MIME type, such as the record that `found` leaves.
    """
    if not in_notebook():
        print(text)
        return
    from IPython.display import display

    display({"text/html": framed(inside, kind=kind), "text/plain": text, **(extra or {})}, raw=True)


def framed(inside, *, kind=""):
    """Return the HTML of a card with the styles it needs, so that it reads in any notebook page."""
    names = f"layerwise layerwise-card layerwise-{kind}" if kind else "layerwise layerwise-card"
    return f"<style>{theme.CSS}</style><div class='{names}'>{inside}</div>"


def marked(text):
    """Return an author's text as HTML: escaped, with `code` between backticks."""
    pieces = html.escape(text).split("`")
    if len(pieces) % 2 == 0:
        return html.escape(text)
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


def in_notebook():
    """Return True inside an IPython kernel, without importing IPython where nobody has."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
