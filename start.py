#!/usr/bin/env python3
"""Make the course's environment and open it, or run its tests. Needs only Python and git.

    python3 start.py                  make .venv once, then open JupyterLab on the first lesson
    python3 start.py --no-browser     the same, and print the address instead of opening a browser
    python3 start.py test             install what the tests need and run them all
    python3 start.py doctor           say what is well on this machine and what is not
    python3 start.py build            any other word goes to the `layerwise` command

Standard library only, and nothing newer than Python 3.7 in the syntax: a machine with
an old Python must get a sentence it can act on, not a syntax error. One file, however
long: it must run before anything of the course is installed.
"""

import argparse
import ast
import contextlib
import difflib
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".venv-tools"
RECORD = "layerwise.json"
FIRST = "notebooks/00_start_here.ipynb"

OLDEST, NEWEST, FETCHED = (3, 11), (3, 13), "3.12"
SUPPORTED = "Python 3.11 to 3.13"
NEEDED_GB = 3.5
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)

# What a failed installer prints, and what it means. The first match counts.
CAUSES = (
    ("disk", r"no space left|os error 28\b|errno 28\b|disk quota|os error 122\b|errno 122\b|not enough space"),
    ("folder", r"permission denied|os error 13\b|errno 13\b|read-only file system|os error 30\b|access is denied"),
    ("network", r"dns error|name resolution|name or service not known|network is unreachable|connection (refused|reset"
                r"|error|aborted)|newconnectionerror|failed to connect|connect error|error sending request|timed out"
                r"|getaddrinfo failed|proxyerror|failed to fetch|temporary failure"),
)  # fmt: skip

# pip's settings and uv's names for them: uv does not read pip's configuration.
PIP_TO_UV = {
    "index-url": ("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    "find-links": ("UV_FIND_LINKS",),
    "no-index": ("UV_NO_INDEX",),
    "cert": ("SSL_CERT_FILE",),
    "proxy": ("ALL_PROXY",),
    "trusted-host": ("UV_INSECURE_HOST",),
}

# Other names of JupyterLab's options that start.py sets itself.
OTHER_NAMES = {"notebook_dir": "root_dir", "debug": "log_level", "no_browser": "open_browser"}


class Stop(Exception):
    """End with one message for the person at the keyboard."""

    def __init__(self, message, code=1):
        super().__init__(message)
        self.code = code


def say(text):
    """Print one line now, so that a log keeps the order of what happened."""
    print(text, flush=True)


# --- Which Python, which installer -----------------------------------------------------------


def suitable(version):
    """Return True for a (major, minor) that the pinned packages have been tried with."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def python_version(python):
    """Return (major, minor) of an interpreter, or None where it does not run."""
    try:
        done = subprocess.run(
            [str(python), "-c", "import sys; print(*sys.version_info[:2])"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, env=clean(os.environ),
        )  # fmt: skip
        return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def find_python():
    """Return a suitable interpreter on this machine, this one first, or None."""
    if suitable(sys.version_info):
        # Started from inside .venv, the base interpreter makes the environment.
        return getattr(sys, "_base_executable", None) or sys.executable
    for name in ("python3.12", "python3.13", "python3.11"):
        found = shutil.which(name)
        if found and python_version(found) and suitable(python_version(found)):
            return found
    return None


def find_uv():
    """Return a uv that runs, from PATH or from an earlier start, or None."""
    for candidate in (shutil.which("uv"), TOOLS / "venv" / bin_folder() / executable("uv")):
        if candidate and Path(candidate).exists() and quiet([candidate, "--version"])[0] == 0:
            return str(candidate)
    return None


def get_uv():
    """Install uv into its own small environment and return its path, or None."""
    say("Fetching uv, which installs the packages several times faster than pip.")
    code, text = quiet([sys.executable, "-m", "venv", str(TOOLS / "venv")])
    if code == 0:
        pip = [python_of(TOOLS / "venv"), "-m", "pip", "install", "--quiet", "--retries", "1", "uv"]
        code, text = quiet(pip)
    if code == 0:
        return find_uv()
    if cause_of(text) in ("disk", "folder"):
        raise Stop(advice(text))
    why = " (it could not be downloaded: is there a network?)" if cause_of(text) == "network" else ""
    say(f"uv cannot be had here{why}; going on with plain pip.")
    return None


def bin_folder():
    """Return the name of an environment's folder of programs."""
    return "Scripts" if os.name == "nt" else "bin"


def executable(name):
    """Return a program's file name on this system."""
    return f"{name}.exe" if os.name == "nt" else name


def python_of(venv):
    """Return the path of an environment's interpreter."""
    return venv / bin_folder() / executable("python")


# --- Children ---------------------------------------------------------------------------------


def clean(environment):
    """Return variables for child processes, without those that break or slow an environment."""
    drop = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    return {name: value for name, value in environment.items() if name not in drop}


def inside(venv):
    """Return the variables that programs of the environment run with."""
    env = clean(os.environ)
    env["VIRTUAL_ENV"] = str(venv)
    env["PATH"] = str(venv / bin_folder()) + os.pathsep + env.get("PATH", "")
    env["JUPYTER_PREFER_ENV_PATH"] = "1"  # a stale kernel in the home folder must not win
    # 2 would still show an error about a missing GPU, in red, on the first page.
    env.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return env


def quiet(command, env=None):
    """Run a command and return its exit code and everything it printed."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env or clean(os.environ),
        )  # fmt: skip
    except OSError as error:
        return 127, str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def loud(command, env):
    """Run a long command with its progress on screen; return its exit code and what it printed.

    On a terminal the command draws its own progress bars. They cannot be read back, so a failed
    command runs once more in silence: to know why it failed, and because it may succeed now.
    """
    command = [str(part) for part in command]
    if sys.stdout.isatty() and sys.stderr.isatty():
        if subprocess.call(command, env=env) == 0:
            return 0, ""
        return quiet(command, env)
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env) as child:
        for raw in child.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            lines.append(line)
            if not re.match(r"\s[+~-] |Requirement already satisfied", line):
                say(f"  {line}")
    return child.returncode, "\n".join(lines)


def cause_of(text):
    """Return "disk", "folder", "network" or "" for what a failed installer printed."""
    return next((cause for cause, pattern in CAUSES if re.search(pattern, text, re.IGNORECASE)), "")


def advice(text):
    """Return one message for a failed installation: what happened, what to do."""
    again = "Then run the same command again; what was already downloaded is kept."
    known = {
        "disk": f"The disk is full. The environment needs about {NEEDED_GB:g} GB; make room on the disk of {ROOT}. ",
        "folder": f"A folder cannot be written. Check the permissions of {ROOT}, or copy the course to a folder of "
                  "your own. ",
        "network": "The packages could not be downloaded. Check the network, and the proxy if there is one "
                   "(HTTPS_PROXY). Only this first installation needs a network. ",
    }  # fmt: skip
    cause = cause_of(text)
    if cause:
        return known[cause] + again
    tail = "\n".join(f"  {line}" for line in text.strip().splitlines()[-12:])
    return f"The packages could not be installed. The installer's last lines:\n{tail}\nTry: python3 start.py --repair"


# --- The environment ----------------------------------------------------------------------------


def fingerprint(name):
    """Return the hash of one requirements file together with the package's own description."""
    both = b"\0".join((ROOT / part).read_bytes().replace(b"\r\n", b"\n") for part in (name, "pyproject.toml"))
    return hashlib.sha256(both).hexdigest()


def read_record(venv):
    """Return what an earlier start noted in the environment; empty where there is nothing readable."""
    try:
        noted = json.loads((venv / RECORD).read_text(encoding="utf-8"))
        return noted if isinstance(noted, dict) else {}
    except (OSError, ValueError):
        return {}


def write_record(venv, **noted):
    """Write the note whole or not at all."""
    part = venv / (RECORD + ".part")
    part.write_text(json.dumps(noted, indent=1), encoding="utf-8")
    part.replace(venv / RECORD)


def state_of(venv, *, base, tests=None):
    """Judge an environment.

    Args:
        venv: Its folder.
        base: The fingerprint of the packages it must hold.
        tests: The fingerprint of the packages for tests, where they are wanted too.

    Returns:
        "missing"; "broken": must be made again (half installed, moved, its Python gone); "foreign":
        works, but not made here, so it is filled, also after a failure, and never made again unasked;
        "stale": whole, but for other packages; or "whole".
    """
    if not venv.exists():
        return "missing"
    version = python_version(python_of(venv))
    if version is None or not suitable(version):
        return "broken"
    noted = read_record(venv)
    if not noted:
        return "foreign" if is_foreign(venv) else "broken"
    if noted.get("state") != "whole" or noted.get("root") != str(ROOT) or noted.get("python") != list(version):
        return "foreign" if is_foreign(venv) else "broken"
    if noted.get("base") != base or (tests and noted.get("tests") != tests):
        return "stale"
    return "whole"


def is_foreign(venv):
    """Return whether somebody else made this environment: no note in it, or one that says so."""
    return bool(read_record(venv).get("foreign")) or not (venv / RECORD).exists()


def clear(venv):
    """Remove an environment, its note first, so that a half removed one is never taken as whole."""
    if not (venv / "pyvenv.cfg").exists() and any(venv.iterdir()):
        raise Stop(f"{venv} is in the way and is not a Python environment. Move it elsewhere and start again.")
    with contextlib.suppress(FileNotFoundError):
        (venv / RECORD).unlink()
    try:
        shutil.rmtree(str(venv))
    except OSError as error:
        raise Stop(f"{venv} cannot be removed ({error}). Close programs that use it, then start again.") from error


def uv_settings(python):
    """Return pip's settings in uv's words, for those that uv has not been given itself."""
    code, text = quiet([python, "-m", "pip", "config", "list"])
    found = {}
    for line in text.splitlines() if code == 0 else []:
        match = re.match(r"(?:global|install|:env:)\.([a-z-]+)=(.*)$", line)
        if match and match.group(1) in PIP_TO_UV:
            with contextlib.suppress(ValueError, SyntaxError):
                # pip lists its files before the environment, which wins; several values stand on several lines.
                found[match.group(1)] = ",".join(str(ast.literal_eval(match.group(2))).split())
    return {
        name: value
        for setting, value in found.items()
        for name in PIP_TO_UV[setting]
        if value and not any(os.environ.get(other) for other in PIP_TO_UV[setting])
    }


def make(venv, *, python, uv, env):
    """Make an empty environment, with the given Python or with one that uv finds or fetches."""
    if uv and python:
        tries = [[uv, "venv", "--seed", "--python", python, venv]]
    elif uv:
        say(f"This is Python {sys.version.split()[0]}; the course needs {SUPPORTED}. Asking uv for one.")
        spans = f">={OLDEST[0]}.{OLDEST[1]},<{NEWEST[0]}.{NEWEST[1] + 1}"
        tries = [
            [uv, "venv", "--seed", "--python", spans, "--no-python-downloads", venv],
            [uv, "venv", "--seed", "--python", FETCHED, venv],
        ]
    else:
        tries = [[python, "-m", "venv", venv]]
    for command in tries:
        try:
            code, text = quiet(command, env)
        except KeyboardInterrupt:
            shutil.rmtree(str(venv), ignore_errors=True)  # half made, without a note: it would look foreign
            raise
        if code == 0:
            return
    if venv.exists():
        with contextlib.suppress(OSError):
            shutil.rmtree(str(venv))
    if not python:
        raise Stop(wrong_python() + (f"\n{advice(text)}" if cause_of(text) else ""))
    if not uv and "ensurepip" in text:
        raise Stop("This Python cannot make environments. On Debian and Ubuntu: sudo apt install python3-venv. "
                   "Or put uv on the PATH. Then start again.")  # fmt: skip
    raise Stop(advice(text))


def wrong_python():
    """Return what to do where no suitable Python is at hand."""
    kind = "too old" if sys.version_info[:2] < OLDEST else "too new"
    return (f"This is Python {sys.version.split()[0]}, which is {kind}: the course needs {SUPPORTED}, and uv could "
            f"not get one. Install Python {FETCHED}, or uv, and start again.")  # fmt: skip


def packages_in(venv):
    """Return the installed distributions as folder names, to see whether a failed update changed any."""
    return sorted(path.name for path in venv.glob("**/site-packages/*.dist-info"))


def install(venv, *, files, uv, env):
    """Install requirement files, then the course's own package, into the environment."""
    python = str(python_of(venv))
    wanted = [part for name in files for part in ("-r", str(ROOT / name))]
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-warn-script-location"]
    fast = [uv, "pip", "install", "--python", python, "--compile-bytecode"] if uv else pip
    for rest in (wanted, ["--no-deps", "-e", str(ROOT)]):
        code, text = loud(fast + rest, env)
        if code and uv and not cause_of(text):
            say("uv did not succeed; trying plain pip.")
            code, text = loud(pip + rest, env)
        if code:
            raise Stop(advice(text))


def settle(venv):
    """Switch off JupyterLab's question about news in this environment: a lesson opens on the lesson."""
    folder = venv / "etc" / "jupyter" / "labconfig"
    folder.mkdir(parents=True, exist_ok=True)
    config = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (folder / "page_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def ensure(venv=None, *, tests=False, pip_only=False, repair=False, keep_stale=False):
    """Make the environment whole, and do nothing where it already is.

    Args:
        venv: Its folder; `.venv` of the course where not given.
        tests: Also install what the tests need.
        pip_only: Use plain pip even where uv is at hand.
        repair: Make it again from nothing.
        keep_stale: Where an update fails and nothing was changed, go on with the packages as they are.
    """
    venv = venv or VENV
    base = fingerprint("requirements.txt")
    test = fingerprint("requirements-test.txt") if tests else None
    if not repair and state_of(venv, base=base, tests=test) == "whole":
        return
    check_folder()
    with alone():
        state = state_of(venv, base=base, tests=test)
        if state == "whole" and not repair:
            return
        noted, before = read_record(venv), packages_in(venv)
        if state == "broken" and not repair and is_foreign(venv) and (venv / "pyvenv.cfg").exists():
            raise Stop(
                f"{venv} was not made by start.py, and its Python does not run or is not {SUPPORTED}. Move it "
                "elsewhere and start again. Or let it be deleted and made again: python3 start.py --repair"
            )
        if state == "broken" or (repair and state != "missing"):
            say("The environment is half made, moved or of another Python: making it again.")
            clear(venv)
            state = "missing"
        python, uv = find_python(), None if pip_only else (find_uv() or get_uv())
        env = clean(os.environ)
        if uv:
            env.update(uv_settings(python or sys.executable))
        elif not python:
            raise Stop(wrong_python())
        if state == "missing":
            check_disk()
            say("Installing the course's packages into .venv: once, about 2.5 GB. A minute with uv on a good "
                "connection, several with pip.")  # fmt: skip
            make(venv, python=python, uv=uv, env=env)
            noted = {}
        else:
            say("Bringing the packages in .venv up to date.")
        kept = {"foreign": True} if state != "missing" and is_foreign(venv) else {}
        write_record(venv, state="installing", **kept)
        try:
            install(venv, files=["requirements-test.txt"] if tests else ["requirements.txt"], uv=uv, env=env)
        except Stop as stop:
            # Installers fetch everything before they change anything: no network leaves it as it was.
            if noted.get("state") == "whole" and packages_in(venv) == before:
                write_record(venv, **noted)
                if keep_stale:
                    say(f"{stop}\nGoing on with the packages of the last start.")
                    return
            if kept:
                raise Stop(
                    f"{stop}\n{venv} was not made by start.py: it stays, and the next start goes on filling "
                    "it. --repair would delete it and make a new one."
                ) from stop
            raise
        settle(venv)
        tests_held = test or (noted.get("tests") if noted.get("base") == base else None)
        write_record(venv, state="whole", root=str(ROOT), python=list(python_version(python_of(venv)) or ()),
                     base=base, tests=tests_held, **kept)  # fmt: skip


def check_folder():
    """Stop where the course's folder cannot be written."""
    try:
        TOOLS.mkdir(exist_ok=True)
        (TOOLS / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise Stop(advice(str(error) if cause_of(str(error)) else "permission denied")) from error


def check_disk():
    """Stop before an installation that cannot fit."""
    free = shutil.disk_usage(str(ROOT)).free / 1e9
    if free < NEEDED_GB:
        raise Stop(f"{free:.1f} GB are free on the disk of {ROOT}; the environment needs about {NEEDED_GB:g} GB. "
                   "Make room, then start again.")  # fmt: skip


@contextlib.contextmanager
def alone():
    """Let one start at a time install; a second one waits. The system lifts the lock of a killed one."""
    with (TOOLS / "lock").open("a+") as handle:
        waited = False
        while not lock(handle):
            if not waited:
                say("Another start.py is installing here; waiting for it. Ctrl-C stops waiting.")
            waited = True
            time.sleep(0.5)
        yield


def lock(handle):
    """Try to take the lock; return whether it was free."""
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # a file system without locks, such as some network folders: go on
    return True


# --- What one can ask for -----------------------------------------------------------------------


def open_course(arguments):
    """Open JupyterLab on the first lesson and stay until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="start.py open", description="Open the course in JupyterLab. What follows -- goes to JupyterLab."
    )
    parser.add_argument("notebook", nargs="?", default=FIRST, help=f"which notebook to open (default: {FIRST})")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    parser.add_argument("--port", type=int, default=8888, help="the port to use, or the next free one (default: 8888)")
    parser.add_argument("--once", action="store_true", help="stop as soon as JupyterLab answers: tries a machine")
    parser.add_argument("--pip", action="store_true", help="install with plain pip even where uv is at hand")
    parser.add_argument("--repair", action="store_true", help="make the environment again from nothing")
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    chosen, further = parser.parse_args(arguments[:cut]), arguments[cut + 1 :]
    notebook = ROOT / chosen.notebook
    if not notebook.exists():
        names = sorted(path.relative_to(ROOT).as_posix() for kind in ("notebooks", "labs")
                       for path in (ROOT / kind).glob("*.ipynb"))  # fmt: skip
        near = difflib.get_close_matches(chosen.notebook, names, n=1)
        raise Stop(f"There is no {chosen.notebook}." + (f" Did you mean {near[0]}?" if near else ""), 2)
    place = notebook.resolve()
    if ROOT.resolve() not in (place, *place.parents):
        raise Stop(f"{chosen.notebook} lies outside {ROOT}, and JupyterLab shows only what lies in there. Copy it into "
                   "that folder, or name a notebook of the course.", 2)  # fmt: skip
    if not 0 < chosen.port < 65536:
        raise Stop(f"--port {chosen.port} is not a port; give a number from 1 to 65535.", 2)

    ensure(pip_only=chosen.pip, repair=chosen.repair, keep_stale=True)
    # -P: a file such as random.py in the current folder must not stand in for the library's.
    subprocess.call([str(python_of(VENV)), "-P", "-m", "layerwise.authoring.doctor", "--quick"], env=inside(VENV))
    port = free_port(chosen.port)
    if port != chosen.port:
        say(f"Port {chosen.port} is taken by another program; using {port}.")
    return serve(notebook, port=port, browser=not (chosen.no_browser or chosen.once), once=chosen.once, further=further)


def free_port(first):
    """Return the first free port from a given one on."""
    for port in range(first, min(first + 50, 65536)):
        with socket.socket() as trial:
            if os.name != "nt":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                trial.bind(("127.0.0.1", port))
                return port
    raise Stop(f"The ports {first} to {first + 49} are all taken. Choose another: python3 start.py --port 9000")


def given(options):
    """Return JupyterLab's options by one name each, with their values, however they are written.

    JupyterLab ends with an error where an option stands twice, so those of the user replace ours.
    """
    found = {}
    for index, option in enumerate(options):
        match = re.match(
            r"--(?:(?:ServerApp|LabApp|ExtensionApp|JupyterApp|Application)\.)?([A-Za-z_-]+)(?:=(.*))?$", option
        )
        if match:
            name, value = match.group(1).replace("-", "_"), match.group(2)
            following = options[index + 1] if index + 1 < len(options) else ""
            found[OTHER_NAMES.get(name, name)] = following if value is None else value
    return found


def serve(notebook, *, port, browser, once=False, further=()):
    """Run JupyterLab, say where it answers, and end with it."""
    token = secrets.token_urlsafe(24)
    env = inside(VENV)
    env["JUPYTER_TOKEN"] = token  # through the environment: other users can read a command line
    ours = [
        f"--ServerApp.root_dir={ROOT}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--ServerApp.answer_yes=True", "--log-level=WARN", "--LabApp.log_level=WARN",
    ]  # fmt: skip
    if not browser:
        ours.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        ours.append("--allow-root")
    theirs = given(further)
    ours = [option for option in ours if not set(given([option])) & set(theirs)]
    command = [str(python_of(VENV)), "-P", "-m", "jupyterlab", str(notebook), *ours, *further]
    port = int(theirs["port"]) if theirs.get("port", "").isdigit() else port
    host = theirs.get("ip", "")
    host = "127.0.0.1" if host in ("", "*", "0.0.0.0", "localhost") else f"[{host}]" if ":" in host else host
    path = notebook.resolve().relative_to(ROOT.resolve()).as_posix()
    address = f"http://{host}:{port}/lab/tree/{path}?token={token}"
    signal.signal(signal.SIGTERM, interrupt)
    child = subprocess.Popen(command, env=env, cwd=str(ROOT))
    try:
        if not wait_until_up(child, port, host):
            raise Stop("JupyterLab did not start; its own message stands above. `python3 start.py doctor` says more.")
        say(f"\nLayerwise is open at\n  {address}\nCtrl-C here stops it; notebooks that you saved stay as they are.")
        return 0 if once else child.wait()
    except KeyboardInterrupt:
        # The terminal sent Ctrl-C to JupyterLab too, which is closing its kernels by now.
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            child.wait(timeout=3)
        return 0
    finally:
        stop(child)


def interrupt(*_):
    """Treat a polite end from outside like Ctrl-C."""
    raise KeyboardInterrupt


def wait_until_up(child, port, host="127.0.0.1", seconds=120):
    """Return True as soon as the server answers, False where it ended or stays silent."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + seconds
    while time.monotonic() < until and child.poll() is None:
        with contextlib.suppress(OSError), direct.open(f"http://{host}:{port}/api", timeout=2):
            return True
        time.sleep(0.2)
    return False


def stop(child):
    """End the server with its kernels, by force only where it does not listen."""
    for end in ("terminate", "kill"):
        if child.poll() is None:
            getattr(child, end)()
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                child.wait(timeout=10)


def test_course(arguments):
    """Install what the tests need, run them, and return pytest's exit code."""
    ensure(tests=True)
    env = inside(VENV)
    browser = env.get("LAYERWISE_CHROMIUM") or find_browser() or install_browser()
    if browser:
        env["LAYERWISE_CHROMIUM"] = browser
    elif env.get("CI", "").lower() in ("1", "true", "yes"):
        raise Stop("No Chromium here and it could not be installed; where CI is set, the browser tests must run.")
    else:
        say("No Chromium found: the browser tests will be skipped. Install chromium or Google Chrome to run them.")
    command = [str(python_of(VENV)), "-m", "pytest", *workers(arguments), *arguments]
    return subprocess.call(command, env=env, cwd=str(ROOT))


def workers(arguments):
    """Return pytest's options for two processes where everything runs and there are two cores.

    `loadfile` keeps in one process what the tests of a file share, such as a JupyterLab. Its own order, by the number
    of tests, would leave slow files for the end; tests/conftest.py puts them first.
    """
    if arguments or (os.cpu_count() or 1) < 2:
        return []
    return ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "25"]


def find_browser():
    """Return the path of a Chromium or Chrome, or None."""
    found = next((shutil.which(name) for name in BROWSERS if shutil.which(name)), None)
    return found or next((place for place in BROWSER_PLACES if Path(place).exists()), None)


def install_browser():
    """Install Debian's Chromium where that needs nobody's password; return its path or None."""
    apt = shutil.which("apt-get")
    if not (sys.platform.startswith("linux") and apt and hasattr(os, "geteuid") and os.geteuid() == 0):
        return None
    say("Installing Chromium for the browser tests.")
    env = dict(clean(os.environ), DEBIAN_FRONTEND="noninteractive")
    get = [apt, "install", "-y", "--no-install-recommends", "chromium"]
    if quiet(get, env)[0] != 0:
        quiet([apt, "update"], env)
        quiet(get, env)
    return find_browser()


COMMANDS = ["doctor", "update", "build", "pull", "lint", "run", "lock"]
"""What the `layerwise` command knows."""


def pass_on(arguments):
    """Hand everything to the `layerwise` command of the environment."""
    if arguments[0] not in COMMANDS:  # said before anything is installed for it
        near = difflib.get_close_matches(arguments[0], ["open", "test", *COMMANDS], n=1, cutoff=0.6)
        known = f"It knows: open, test, {', '.join(COMMANDS)}."
        meant = f"Did you mean: python3 start.py {near[0]}" if near else known
        raise Stop(f"start.py does not know {arguments[0]!r}. {meant}", 2)
    ensure(keep_stale=True)
    return subprocess.call([str(VENV / bin_folder() / executable("layerwise")), *arguments], env=inside(VENV))


def main(arguments):
    """Do what the arguments ask; return the exit code."""
    first = arguments[0] if arguments else "open"
    try:
        if first in ("-h", "--help", "help"):
            say(__doc__.split("\n\nStandard library")[0] + "\n\nOptions of open: python3 start.py open --help")
            return 0
        if first == "open" or first.startswith("-"):
            return open_course(arguments[1:] if first == "open" else arguments)
        return test_course(arguments[1:]) if first == "test" else pass_on(arguments)
    except Stop as stopped:
        print(stopped, file=sys.stderr, flush=True)
        return stopped.code
    except KeyboardInterrupt:
        print("\nStopped. Whatever was half installed is put right at the next start.", file=sys.stderr, flush=True)
        return 130
    except BrokenPipeError:
        return 1  # the reader of our lines has gone
    except OSError as error:
        said = advice(str(error)) if cause_of(str(error)) else f"start.py could not go on: {error}"
        print(said, file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
