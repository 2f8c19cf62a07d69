"""One place on the page that is shown once and then changed, so that saved notebooks hold the last state only."""

from layerwise import show


class Place:
    """A display that can be changed; does nothing where there is no notebook."""

    def __init__(self):
        self._handle = None

    def put(self, content):
        """Show `content`, a MIME bundle or a widget, here, in place of what was here before."""
        if not show.in_notebook():
            return
        raw = isinstance(content, dict)
        if self._handle is None:
            from IPython.display import display

            self._handle = display(content, raw=raw, display_id=True)
        else:
            self._handle.update(content, raw=raw)

    def write(self, text):
        """Show a line of small text here."""
        import html

        from layerwise import theme

        style = f"font-family:{theme.FONT};font-size:{theme.SIZES['label']}px;margin:2px 0"
        quoted = html.escape(style, quote=True)
        self.put({"text/html": f"<p style=\"{quoted}\">{html.escape(text)}</p>", "text/plain": text})
