"""Keep the notebook's own shortcuts away from the course's widgets.

In JupyterLab the right arrow jumps to the next heading and Enter edits the cell, also while a slider or a button in an
output has the keyboard: the learner who uses one is thrown to another place of the page. JupyterLab leaves alone an
element that says so (``data-lm-suppress-shortcuts``, read by its library Lumino). It must be the very element that has
the keyboard: a rule that ends in ``:focus`` is tried on it before any element around it is asked.
"""

import functools

_MARK = """
export default {
  render({ el }) {
    el.style.display = "none";
    // A widget is drawn before it is put into the page.
    const mark = () => {
      const box = el.closest(".layerwise");
      if (!box) requestAnimationFrame(mark);
      else box.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
    };
    mark();
  },
};
"""


def guard():
    """Return an invisible widget that keeps shortcuts away from the box it is put into.

    The box must have the CSS class ``layerwise``. Source:
    https://lumino.readthedocs.io/en/latest/api/classes/commands.CommandRegistry.html

    Example:
        >>> import ipywidgets
        >>> box = ipywidgets.VBox([ipywidgets.Button(description="Yes"), guard()])
        >>> _ = box.add_class("layerwise")
    """
    return _guard_class()()


@functools.cache
def _guard_class():
    import anywidget

    class Guard(anywidget.AnyWidget):
        """Mark the box around this widget."""

        _esm = _MARK

    return Guard
