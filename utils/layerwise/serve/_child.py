"""The process of a service: load a file, serve its app on loopback, and leave when the kernel has gone.

It is started by `layerwise.serve.start` as ``python -m layerwise.serve._child JOB``.
"""

import importlib.util
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path

MARK = "\x1elayerwise "
"""What begins a line that is meant for the kernel, and not for the log."""


def tell(**news):
    """Tell the kernel something."""
    print(MARK + json.dumps(news), flush=True)


def follow(parent, leave):
    """Call `leave` when the kernel has gone: its pipe ends, or this process has got another parent."""

    def pipe():
        while sys.stdin.buffer.read(4096):
            pass
        leave()

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        leave()

    for target in (pipe, watch) if os.name == "posix" else (pipe,):
        threading.Thread(target=target, daemon=True).start()


def main(job):
    """Serve until the kernel has gone."""
    server = None

    def leave():
        if server is not None:
            server.should_exit = True
            time.sleep(3)
        os._exit(0)

    follow(job["parent"], leave)
    from layerwise.serve._guard import Guard
    from layerwise.serve._sockets import listen
    from layerwise.serve.services import PortTaken

    try:
        socket = listen(job["port"])
    except PortTaken:
        tell(taken=job["port"])
        return 0
    import uvicorn

    app = load(job["file"], job["attribute"])
    config = uvicorn.Config(
        Guard(app, largest=job["largest"], patience=job["patience"]), log_level="warning", access_log=False,
        timeout_graceful_shutdown=2,
    )
    server = _announcing(uvicorn.Server)(config)
    server.run(sockets=[socket])
    return 0 if server.started else 3


def _announcing(base):
    """Return a server class that tells its port when it takes requests."""

    class Announcing(base):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            if self.started:
                tell(port=sockets[0].getsockname()[1])

    return Announcing


def load(file, attribute):
    """Return the app that a Python file defines."""
    sys.path.insert(0, str(Path(file).parent))
    spec = importlib.util.spec_from_file_location("service", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["service"] = module
    spec.loader.exec_module(module)
    if not hasattr(module, attribute):
        sys.exit(f"{Path(file).name} defines no {attribute!r}. Name the app in it: start('file.py:name').")
    return getattr(module, attribute)


def end(code):
    """Leave at once: the thread that reads the pipe cannot be woken, and Python would wait for its lock."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    try:
        code = main(json.loads(sys.argv[1]))
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
        code = 1
    end(code)
