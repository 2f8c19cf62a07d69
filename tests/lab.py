"""A real JupyterLab in a real headless Chromium, for the tests that need one.

    with lab.running({"try.ipynb": lab.notebook("1 + 1")}) as server, server.page("try.ipynb") as page:
        page.run_all()
        page.screenshot("shot.png")
        assert page.errors == [] and page.outside == []
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

# Chromium looks for updates and hosts of its own at every start; without these its log is full of refusals.
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # A microphone that beeps, and nobody to be asked for it.
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]


def chromium():
    """Return the path of a Chromium to drive: the system's, else Playwright's own, else None."""
    named = os.environ.get("LAYERWISE_CHROMIUM")
    for candidate in (named, *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        if candidate and Path(candidate).is_file():
            return candidate
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def notebook(*cells):
    """Return a notebook as a dict; cells are code, or markdown where they start with ``%%markdown``."""
    made = []
    for number, source in enumerate(cells):
        kind = "markdown" if source.startswith("%%markdown") else "code"
        cell = {"id": f"cell{number}", "cell_type": kind, "metadata": {}}
        cell["source"] = source.removeprefix("%%markdown\n")
        made.append({**cell, "outputs": [], "execution_count": None} if kind == "code" else cell)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@contextlib.contextmanager
def running(files, *, dark=False, environment=None, python=sys.executable, timeout=90):
    """Start JupyterLab on a free port over a folder of its own; stop it with all its kernels at the end.

    Args:
        files: What the folder holds: file names to notebooks as dicts, to texts, or to paths that are copied.
        dark: True opens the dark theme.
        environment: More environment variables for the server and its kernels.
        python: The interpreter that has JupyterLab.
        timeout: Seconds to wait for the server.

    Yields:
        A `Server`.
    """
    with tempfile.TemporaryDirectory(prefix="layerwise-lab-", ignore_cleanup_errors=True) as folder:
        base = Path(folder)
        root, config = base / "root", base / "config"
        root.mkdir()
        _fill(root, files)
        _settings(config, dark)
        token, port = secrets.token_hex(12), _free_port()
        own = {
            "JUPYTER_CONFIG_DIR": config, "JUPYTER_RUNTIME_DIR": base / "runtime", "JUPYTER_DATA_DIR": base / "data",
            "JUPYTERLAB_SETTINGS_DIR": config / "settings", "JUPYTERLAB_WORKSPACES_DIR": base / "workspaces",
            "IPYTHONDIR": base / "ipython", "LAYERWISE_HOME": base / "home",
        }
        variables = {**os.environ, **{name: str(path) for name, path in own.items()}, **(environment or {})}
        command = [
            python, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1", f"--IdentityProvider.token={token}",
            f"--ServerApp.root_dir={root}", "--LabApp.expose_app_in_browser=True", "--LabApp.collaborative=False",
        ]
        log = (base / "log.txt").open("w")
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=subprocess.STDOUT)
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, token, process, base / "log.txt", timeout)
            yield Server(address, token, root)
        finally:
            # The server stops its kernels itself when it is asked to; killing it would leave them behind.
            with contextlib.suppress(OSError, urllib.error.URLError):
                _ask(address, token, "/api/shutdown", method="POST")
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()


class Server:
    """A running JupyterLab: its address, token, and the folder it serves."""

    def __init__(self, address, token, root):
        self.address, self.token, self.root = address, token, root

    @contextlib.contextmanager
    def page(self, name, *, width=1280, height=900, simple=False, touch=False):
        """Open a notebook in Chromium.

        Args:
            name: The notebook's name in the server's folder.
            width: Of the window, in pixels.
            height: Of the window, in pixels.
            simple: True shows the document alone, as on a small screen.
            touch: True makes it a touch screen.

        Yields:
            A `Page`.
        """
        from playwright.sync_api import sync_playwright

        program = chromium()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
            try:
                context = browser.new_context(viewport={"width": width, "height": height}, has_touch=touch)
                page = Page(context.new_page(), self)
                mode = "doc" if simple else "lab"
                page.raw.goto(f"{self.address}/{mode}/tree/{name}?token={self.token}")
                page.raw.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
                page.raw.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady", timeout=60_000)
                if simple:
                    page.raw.evaluate("() => jupyterapp.shell.collapseLeft()")
                yield page
            finally:
                browser.close()
                self._end_kernels(name)

    def _end_kernels(self, name):
        # A closed page leaves its kernel running: after the pages of all lessons that would be 15 GB.
        with contextlib.suppress(OSError, urllib.error.URLError):
            for session in json.loads(_ask(self.address, self.token, "/api/sessions")):
                if session["path"] == name:
                    _ask(self.address, self.token, f"/api/sessions/{session['id']}", method="DELETE")


class Page:
    """A notebook in the browser. `raw` is Playwright's page; `errors` and `outside` fill as things go wrong."""

    def __init__(self, raw, server):
        self.raw, self.errors, self.outside = raw, [], []
        self._inside = (server.address, server.address.replace("http", "ws"), "blob:", "data:")
        raw.on("console", lambda message: self._complain(message.text) if message.type == "error" else None)
        raw.on("pageerror", lambda error: self._complain(str(error)))
        raw.on("request", lambda request: self._note(request.url))
        raw.on("websocket", lambda socket_: self._note(socket_.url))

    def _note(self, address):
        if not address.startswith(self._inside):
            self.outside.append(address)

    def _complain(self, error):
        # anywidget says so of every widget that takes longer than two seconds to load, which two busy cores may, and
        # loads it all the same; a widget that is not there fails the test that looks for it.
        if error != "[anywidget] Failed to initialize model.":
            self.errors.append(error)

    def run_all(self, timeout=180):
        """Run all cells and wait until the kernel is idle; returns whether every cell succeeded."""
        self.raw.set_default_timeout(timeout * 1000)
        self.raw.evaluate(
            "async () => { const panel = jupyterapp.shell.currentWidget; await panel.sessionContext.ready; }"
        )
        self.raw.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        self.wait_idle(timeout)
        return self.raw.locator("[data-mime-type='application/vnd.jupyter.stderr'] .ansi-red-fg").count() == 0

    def wait_idle(self, timeout=180):
        """Wait until no cell waits to run and the kernel does nothing."""
        self.raw.wait_for_function(
            """() => {
              const panel = jupyterapp.shell.currentWidget;
              const prompts = [...document.querySelectorAll('.jp-InputPrompt')];
              const waiting = prompts.some((prompt) => prompt.textContent.includes('*'));
              return !waiting && panel.sessionContext.session?.kernel?.status === 'idle';
            }""",
            timeout=timeout * 1000,
        )

    def screenshot(self, path, selector=None):
        """Save a picture of the page, or of the first element that matches."""
        if selector:
            self.raw.locator(selector).first.screenshot(path=str(path))
        else:
            self.raw.screenshot(path=str(path))


def _fill(root, files):
    for name, content in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            target.write_text(json.dumps(content), encoding="utf-8")
        elif isinstance(content, Path):
            (shutil.copytree if content.is_dir() else shutil.copy2)(content, target)
        else:
            target.write_text(content, encoding="utf-8")


def _settings(config, dark):
    labconfig = config / "labconfig"
    labconfig.mkdir(parents=True)
    names = ("@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension")
    # nbgrader brings its own panels, which learners do not have.
    names += ("@jupyter/nbgrader", "@jupyter-notebook/lab-extension")
    disabled = dict.fromkeys(names, True)
    (labconfig / "page_config.json").write_text(json.dumps({"disabledExtensions": disabled}))
    if dark:
        themes = config / "settings" / "@jupyterlab" / "apputils-extension"
        themes.mkdir(parents=True)
        (themes / "themes.jupyterlab-settings").write_text(json.dumps({"theme": "JupyterLab Dark"}))


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _ask(address, token, path, method="GET"):
    request = urllib.request.Request(address + path, method=method, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read()


def _wait_for(address, token, process, log, timeout):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab stopped with code {process.returncode}:\n{log.read_text()[-2000:]}")
        with contextlib.suppress(OSError, urllib.error.URLError):
            _ask(address, token, "/api/status")
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer within {timeout} seconds:\n{log.read_text()[-2000:]}")
