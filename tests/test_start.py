"""start.py decides rightly, and says one clear thing where it cannot go on. Nothing is installed here."""

import ast
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HERE = list(sys.version_info[:2])
posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


@pytest.fixture
def start(monkeypatch, tmp_path):
    """start.py as a module, working in a folder of its own."""
    spec = importlib.util.spec_from_file_location("layerwise_start", ROOT / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    course = tmp_path / "course"
    for folder in ("notebooks", "labs"):
        (course / folder).mkdir(parents=True)
    for name in ("requirements.txt", "requirements-test.txt", "pyproject.toml", module.FIRST):
        (course / name).write_text(f"{name}\n")
    monkeypatch.setattr(module, "ROOT", course)
    monkeypatch.setattr(module, "VENV", course / ".venv")
    monkeypatch.setattr(module, "TOOLS", course / ".venv-tools")
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_", "LAYERWISE_"))] + ["CI"]:
        monkeypatch.delenv(name, raising=False)
    return module


@pytest.fixture
def venv(start):
    """An environment that looks whole: a Python that runs, and the note of a finished start."""
    folder = fake_venv(start)
    noted(start, folder)
    return folder


def fake_venv(start):
    python = start.python_of(start.VENV)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (start.VENV / "pyvenv.cfg").write_text("home = x\n")
    return start.VENV


def noted(start, folder, **changes):
    note = {"state": "whole", "root": str(start.ROOT), "python": HERE, "tests": None,
            "base": start.fingerprint("requirements.txt"), **changes}  # fmt: skip
    start.write_record(folder, **note)


def state(start, *, tests=False):
    return start.state_of(start.VENV, base=start.fingerprint("requirements.txt"),
                          tests=start.fingerprint("requirements-test.txt") if tests else None)  # fmt: skip


# --- Old Pythons ------------------------------------------------------------------------------


def test_an_old_python_can_read_it():
    ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_it_imports_nothing_that_does_not_come_with_python_3_7():
    tree = ast.parse((ROOT / "start.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names) - {"tomllib", "graphlib", "zoneinfo"}


@pytest.mark.parametrize(
    ("version", "fits"),
    [((3, 7), False), ((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False), ((4, 0), False)],
)
def test_suitable(start, version, fits):
    assert start.suitable(version) is fits


@pytest.mark.parametrize(("version", "kind"), [((3, 7, 16), "too old"), ((3, 14, 0), "too new")])
def test_a_python_that_does_not_fit_and_no_other(start, monkeypatch, calls, version, kind):
    said = types.SimpleNamespace(version_info=version, version=".".join(map(str, version)), executable=sys.executable)
    monkeypatch.setattr(start, "sys", said)
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    monkeypatch.setattr(start, "find_uv", lambda: None)
    monkeypatch.setattr(start, "get_uv", lambda: None)
    assert start.find_python() is None
    with pytest.raises(start.Stop, match=rf"{kind}: the course needs Python 3.11 to 3.13"):
        start.ensure()
    assert not calls.made


def test_another_python_on_the_path_is_taken(start, monkeypatch):
    monkeypatch.setattr(start, "sys", types.SimpleNamespace(version_info=(3, 14, 0), executable="self"))
    monkeypatch.setattr(start.shutil, "which", lambda name: f"/bin/{name}")
    # A name alone proves nothing: version managers put names on the path that do not run.
    monkeypatch.setattr(start, "python_version", lambda path: (3, 13) if path == "/bin/python3.13" else None)
    assert start.find_python() == "/bin/python3.13"


def test_uv_looks_on_the_machine_before_it_fetches_a_python(start, monkeypatch):
    asked = []

    def quiet(command, env=None):
        asked.append([str(part) for part in command])
        return (0 if "3.12" in asked[-1] else 2), "no interpreter found"

    monkeypatch.setattr(start, "quiet", quiet)
    start.make(start.VENV, python=None, uv="uv", env={})
    assert "--no-python-downloads" in asked[0] and ">=3.11,<3.14" in asked[0]
    assert asked[1][asked[1].index("--python") + 1] == "3.12" and len(asked) == 2


# --- Which state is the environment in -----------------------------------------------------------


def test_missing(start):
    assert state(start) == "missing"


def test_whole(start, venv):
    assert state(start) == "whole"


def test_windows_folders(start, monkeypatch):
    monkeypatch.setattr(start.os, "name", "nt")
    assert (start.bin_folder(), start.executable("uv")) == ("Scripts", "uv.exe")


@pytest.mark.parametrize(
    "changes", [{"state": "installing"}, {"root": "/moved/from/here"}, {"python": [3, 9]}, {"python": None}]
)
def test_half_installed_or_moved(start, venv, changes):
    noted(start, venv, **changes)
    assert state(start) == "broken"


@pytest.mark.parametrize("text", ["", "{", '"whole"', "[]"])
def test_an_unreadable_note(start, venv, text):
    (venv / start.RECORD).write_text(text)
    assert state(start) == "broken"


def test_its_python_is_gone(start, venv):
    start.python_of(venv).unlink()
    assert state(start) == "broken"


def test_somebody_elses_environment(start):
    fake_venv(start)
    assert state(start) == "foreign"


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_other_packages_are_asked_for(start, venv, name):
    (start.ROOT / name).write_text("something new\n")
    assert state(start) == "stale"


def test_line_ends_do_not_count(start, venv):
    (start.ROOT / "requirements.txt").write_bytes(b"requirements.txt\r\n")
    assert state(start) == "whole"


def test_tests_need_more(start, venv):
    assert state(start, tests=True) == "stale"
    noted(start, venv, tests=start.fingerprint("requirements-test.txt"))
    assert (state(start, tests=True), state(start)) == ("whole", "whole")


# --- Making it whole -------------------------------------------------------------------------------


@pytest.fixture
def calls(start, monkeypatch):
    """Record what would be installed; `calls.code` and `calls.text` say how it ends."""
    record = types.SimpleNamespace(made=[], installed=[], code=0, text="", during=lambda: None)

    def make(venv, *, python, uv, env):
        record.made.append(venv)
        fake_venv(start)

    def loud(command, env):
        record.installed.append([str(part) for part in command])
        record.during()
        return record.code, record.text

    monkeypatch.setattr(start, "make", make)
    monkeypatch.setattr(start, "loud", loud)
    monkeypatch.setattr(start, "find_uv", lambda: "/bin/uv")
    monkeypatch.setattr(start, "uv_settings", lambda python: {})
    monkeypatch.setattr(start.shutil, "disk_usage", lambda place: types.SimpleNamespace(free=50e9))
    return record


def test_a_first_start(start, calls):
    calls.during = lambda: seen.append(start.read_record(start.VENV)["state"])
    seen = []
    start.ensure()
    assert seen == ["installing", "installing"], "a kill at any moment must leave a note that says so"
    packages, course = calls.installed
    assert packages[:3] == ["/bin/uv", "pip", "install"] and "--compile-bytecode" in packages
    assert packages[-1] == str(start.ROOT / "requirements.txt")
    assert course[-3:] == ["--no-deps", "-e", str(start.ROOT)]
    assert state(start) == "whole"
    page = json.loads((start.VENV / "etc/jupyter/labconfig/page_config.json").read_text())
    assert page == {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


def test_a_second_start_does_nothing(start, venv, calls, monkeypatch):
    monkeypatch.setattr(start, "find_uv", lambda: pytest.fail("looked for an installer"))
    start.ensure()
    assert not calls.made and not calls.installed


def test_an_interrupted_install_is_made_again_from_nothing(start, venv, calls):
    noted(start, venv, state="installing")
    half = venv / "half a package"
    half.write_text("")
    start.ensure()
    assert calls.made and not half.exists()
    assert state(start) == "whole"


def test_ctrl_c_while_installing(start, calls, capsys, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    calls.during = interrupt
    assert start.main(["--no-browser"]) == 130
    assert "put right at the next start" in capsys.readouterr().err
    assert state(start) == "broken"


def test_tests_are_added_to_a_whole_environment(start, venv, calls):
    start.ensure(tests=True)
    assert not calls.made
    assert calls.installed[0][-1] == str(start.ROOT / "requirements-test.txt")
    assert (state(start), state(start, tests=True)) == ("whole", "whole")


def test_somebody_elses_environment_is_filled_not_removed(start, calls):
    fake_venv(start)
    (start.VENV / "theirs").write_text("")
    start.ensure()
    assert not calls.made and (start.VENV / "theirs").exists()
    assert state(start) == "whole"


@pytest.mark.parametrize("before", [{}, {"base": "other packages"}], ids=["first filling", "later update"])
@pytest.mark.parametrize("interrupted", [False, True])
def test_somebody_elses_environment_outlives_a_failure(start, calls, capsys, before, interrupted):
    def interrupt():
        (start.VENV / "lib" / "site-packages" / "keras-9.dist-info").mkdir(parents=True, exist_ok=True)
        if interrupted:
            raise KeyboardInterrupt

    fake_venv(start)
    if before:
        start.ensure()
        noted(start, start.VENV, **{**start.read_record(start.VENV), **before})
    (start.VENV / "theirs").write_text("")
    calls.code, calls.text, calls.during = 1, "dns error", interrupt
    assert start.main([]) == (130 if interrupted else 1)
    assert ("--repair would delete it" in capsys.readouterr().err) is not interrupted
    assert state(start) == "foreign"
    calls.code, calls.during = 0, lambda: None
    start.ensure()
    assert state(start) == "whole" and (start.VENV / "theirs").exists() and not calls.made
    noted(start, start.VENV, **{**start.read_record(start.VENV), "root": "/moved/from/here"})
    assert state(start) == "foreign"
    start.ensure(repair=True)
    assert calls.made and not (start.VENV / "theirs").exists()
    assert not start.is_foreign(start.VENV), "the new one is start.py's own"


def test_somebody_elses_environment_of_another_python_is_not_removed(start, calls, monkeypatch):
    fake_venv(start)
    (start.VENV / "theirs").write_text("")
    monkeypatch.setattr(start, "python_version", lambda python: (3, 10))
    with pytest.raises(start.Stop, match=r"not made by start\.py.*--repair"):
        start.ensure()
    assert (start.VENV / "theirs").exists() and not calls.made


def test_ctrl_c_while_the_environment_is_made_leaves_none(start, monkeypatch):
    def quiet(command, env=None):
        start.VENV.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "quiet", quiet)
    with pytest.raises(KeyboardInterrupt):
        start.make(start.VENV, python="python", uv=None, env={})
    assert not start.VENV.exists()


def test_a_folder_that_is_no_environment_is_left_alone(start, calls):
    start.VENV.mkdir()
    (start.VENV / "thesis.txt").write_text("years of work")
    with pytest.raises(start.Stop, match="not a Python environment"):
        start.ensure()
    assert (start.VENV / "thesis.txt").exists()


def test_plain_pip(start, calls, monkeypatch):
    start.ensure(pip_only=True)
    assert calls.installed[0][:4] == [str(start.python_of(start.VENV)), "-m", "pip", "install"]


def test_pip_where_uv_does_not_succeed(start, calls):
    calls.code, calls.text = 2, "uv does not understand this index"
    with pytest.raises(start.Stop, match="does not understand this index"):
        start.ensure()
    assert [command[1] for command in calls.installed] == ["pip", "-m"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("error: No space left on device (os error 28)", "The disk is full"),
        ("OSError: [Errno 122] Disk quota exceeded", "The disk is full"),
        ("Permission denied (os error 13)", "A folder cannot be written"),
        ("dns error: failed to lookup address information", "could not be downloaded"),
        ("NewConnectionError: Failed to establish a new connection\nERROR: No matching distribution", "the network"),
        ("something nobody has seen before", "something nobody has seen before"),
    ],
)
def test_one_message_for_each_cause(start, calls, capsys, text, said):
    calls.code, calls.text = 1, text
    assert start.main(["doctor"]) == 1
    message = capsys.readouterr().err
    assert said in message and "Traceback" not in message
    assert state(start) == "broken", "a failed first installation is not taken as whole"


def test_an_update_without_a_network_goes_on_with_what_is_there(start, venv, calls, capsys):
    (start.ROOT / "requirements.txt").write_text("new\n")
    before = start.read_record(venv)
    calls.code, calls.text = 1, "dns error"
    start.ensure(keep_stale=True)
    assert "Going on with the packages of the last start" in capsys.readouterr().out
    assert start.read_record(venv) == before and state(start) == "stale"
    with pytest.raises(start.Stop):
        start.ensure()
    assert start.read_record(venv) == before


def test_without_a_network_for_uv_it_goes_on_to_pip(start, venv, calls, monkeypatch, capsys):
    (start.ROOT / "requirements.txt").write_text("new\n")
    monkeypatch.setattr(start, "find_uv", lambda: None)
    monkeypatch.setattr(start, "quiet", lambda command, env=None: (1, "dns error"))
    calls.code, calls.text = 1, "dns error"
    start.ensure(keep_stale=True)
    assert "Going on with the packages of the last start" in capsys.readouterr().out
    calls.code = 0
    start.ensure()
    assert state(start) == "whole" and calls.installed[-1][1:3] == ["-m", "pip"]


@pytest.mark.parametrize(("text", "said"), [("os error 28", "disk is full"), ("permission denied", "be written")])
def test_uv_cannot_be_had_for_a_reason_that_pip_shares(start, monkeypatch, text, said):
    monkeypatch.setattr(start, "quiet", lambda command, env=None: (1, text))
    with pytest.raises(start.Stop, match=said):
        start.get_uv()


def test_an_update_that_breaks_off_half_way_does_not(start, venv, calls):
    (start.ROOT / "requirements.txt").write_text("new\n")
    calls.code, calls.text = 1, "no space left on device"

    def half():
        (venv / "lib" / "site-packages" / "keras-9.dist-info").mkdir(parents=True, exist_ok=True)

    calls.during = half
    with pytest.raises(start.Stop, match="disk is full"):
        start.ensure(keep_stale=True)
    assert state(start) == "broken"


def test_too_little_room(start, calls, monkeypatch, capsys):
    monkeypatch.setattr(start.shutil, "disk_usage", lambda place: types.SimpleNamespace(free=1e9))
    assert start.main([]) == 1
    assert "1.0 GB are free" in capsys.readouterr().err and not calls.made


def test_a_folder_that_cannot_be_written(start, capsys, monkeypatch):
    def closed(self, **options):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(start.Path, "mkdir", closed)
    assert start.main([]) == 1
    assert "A folder cannot be written" in capsys.readouterr().err


def test_the_tools_folder_hides_itself_from_git(start, calls):
    start.ensure()
    assert (start.TOOLS / ".gitignore").read_text() == "*\n"


def test_two_starts_at_once(start):
    start.check_folder()
    with start.alone(), (start.TOOLS / "lock").open("a+") as second:
        assert not start.lock(second)
    with (start.TOOLS / "lock").open("a+") as third:
        assert start.lock(third)


# --- uv and pip's settings -----------------------------------------------------------------------------


def settings(start, monkeypatch, text):
    monkeypatch.setattr(start, "quiet", lambda command, env=None: (0, text))
    return start.uv_settings("python")


def test_pips_settings_reach_uv(start, monkeypatch):
    told = settings(start, monkeypatch, "global.index-url='https://example.org/simple'\nglobal.find-links='/a /b'\n"
                    ":env:.index-url='https://example.com/own'\nglobal.timeout='60'\n")  # fmt: skip
    assert told["UV_DEFAULT_INDEX"] == told["UV_INDEX_URL"] == "https://example.com/own"
    assert told["UV_FIND_LINKS"] == "/a,/b"
    assert not any("timeout" in name.lower() for name in told)


def test_uvs_own_settings_win(start, monkeypatch):
    monkeypatch.setenv("UV_INDEX_URL", "https://example.net/mine")
    assert settings(start, monkeypatch, "global.index-url='https://example.org/simple'\n") == {}


def test_pip_without_settings(start, monkeypatch):
    assert settings(start, monkeypatch, "") == {}
    assert settings(start, monkeypatch, "global.index-url=not quoted\nnonsense\n") == {}


@posix
def test_a_uv_that_does_not_run_is_not_taken(start, monkeypatch, tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    uv = folder / "uv"
    uv.write_text("#!/bin/sh\nexit 127\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder) + os.pathsep + os.environ["PATH"])
    assert start.find_uv() is None
    uv.write_text("#!/bin/sh\necho uv 1.0\n")
    assert start.find_uv() == str(uv)


@posix
def test_progress_and_text_of_a_long_command(start, capfd):
    script = "echo Resolved 3 packages; echo ' + keras==3'; echo 'no space left on device' >&2; exit 2"
    code, text = start.loud(["sh", "-c", script], dict(os.environ))
    assert code == 2 and start.cause_of(text) == "disk"
    shown = capfd.readouterr().out
    assert "Resolved 3 packages" in shown and "keras==3" not in shown


def test_children_do_not_inherit_what_breaks_them(start, monkeypatch):
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    env = start.inside(start.VENV)
    assert not {"PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"} & set(env)
    assert env["TF_CPP_MIN_LOG_LEVEL"] == "3" and env["VIRTUAL_ENV"] == str(start.VENV)
    assert env["PATH"].startswith(str(start.VENV / start.bin_folder()))


# --- What one can ask for --------------------------------------------------------------------------------


@pytest.fixture
def ready(start, monkeypatch):
    """Everything installed; children are recorded in place of being run."""
    record = types.SimpleNamespace(ensured=[], run=[], served=[], code=0)
    monkeypatch.setattr(start, "ensure", lambda *a, **options: record.ensured.append(options))

    def call(command, **options):
        record.run.append((command, options))
        return record.code

    monkeypatch.setattr(start.subprocess, "call", call)
    monkeypatch.setattr(start, "serve", lambda notebook, **options: record.served.append((notebook, options)) or 0)
    return record


def test_open_is_the_default(start, ready):
    for arguments in ([], ["open"], ["--port", "9123"], ["open", "--no-browser", "--", "--debug"]):
        assert start.main(arguments) == 0
    assert [served[0] for served in ready.served] == [start.ROOT / start.FIRST] * 4
    assert [served[1]["browser"] for served in ready.served] == [True, True, True, False]
    assert ready.served[2][1]["port"] >= 9123 and ready.served[3][1]["further"] == ["--debug"]
    assert "--quick" in ready.run[0][0]


def test_a_port_that_is_taken(start, ready, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        start.main(["--no-browser", "--port", str(port)])
    assert ready.served[0][1]["port"] > port
    assert f"Port {port} is taken" in capsys.readouterr().out


def test_no_port_is_free(start, monkeypatch):
    def bind(self, address):
        raise OSError("taken")

    monkeypatch.setattr(start.socket, "socket", type("Taken", (socket.socket,), {"bind": bind}))
    with pytest.raises(start.Stop, match="--port 9000"):
        start.free_port(8888)


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "70000"], ["open", "notebooks/00_start_her.ipynb"]])
def test_wrong_arguments(start, ready, capsys, arguments):
    assert start.main(arguments) == 2
    said = capsys.readouterr().err
    assert "not a port" in said or "Did you mean notebooks/00_start_here.ipynb?" in said
    assert not ready.ensured


def test_a_notebook_outside_the_course(start, ready, capsys):
    outside = start.ROOT.parent / "outside.ipynb"
    outside.write_text("{}")
    for name in (str(outside), "../outside.ipynb"):
        assert start.main(["open", name]) == 2
        assert f"{name} lies outside" in capsys.readouterr().err
    assert not ready.ensured


@pytest.fixture
def served(start, monkeypatch):
    """What JupyterLab would be started with."""
    seen = {}

    class Child:
        def __init__(self, command, *, env, cwd):
            seen.update(command=command, env=env, cwd=cwd)

        poll = wait = lambda self, timeout=None: 0

    monkeypatch.setattr(start.subprocess, "Popen", Child)
    monkeypatch.setattr(start, "wait_until_up", lambda child, port, host: seen.update(port=port, host=host) or True)
    monkeypatch.setattr(start.signal, "signal", lambda *a: None)
    return seen


@pytest.mark.parametrize(
    ("further", "gone", "answers"),
    [
        (["--ServerApp.ip=0.0.0.0"], ["--ServerApp.ip="], ("127.0.0.1", 8899)),
        (["--ip", "192.0.2.7"], ["--ServerApp.ip="], ("192.0.2.7", 8899)),
        (["--port=9001", "--port-retries=3"], ["--ServerApp.port=", "--ServerApp.port_retries="], ("127.0.0.1", 9001)),
        (["--notebook-dir=x"], ["--ServerApp.root_dir="], ("127.0.0.1", 8899)),
        (["--debug"], ["--log-level=", "--LabApp.log_level="], ("127.0.0.1", 8899)),
        (["--ServerApp.open_browser=True"], ["--no-browser"], ("127.0.0.1", 8899)),
        (["--KernelManager.ip=127.0.0.2"], [], ("127.0.0.1", 8899)),
    ],
)
def test_the_users_options_replace_ours(start, served, further, gone, answers):
    start.serve(start.ROOT / start.FIRST, port=8899, browser=False)
    plain = served["command"]
    start.serve(start.ROOT / start.FIRST, port=8899, browser=False, further=further)
    left = [part for part in plain if not part.startswith(tuple(gone))]
    assert len(left) == len(plain) - len(gone) and served["command"] == [*left, *further]
    assert (served["host"], served["port"]) == answers


def test_the_server_is_local_and_keeps_its_token_to_itself(start, served, capsys):
    assert start.serve(start.ROOT / start.FIRST, port=8899, browser=False) == 0
    token = served["env"]["JUPYTER_TOKEN"]
    assert len(token) > 20 and not any(token in part for part in served["command"])
    assert "--ServerApp.ip=127.0.0.1" in served["command"] and f"--ServerApp.root_dir={start.ROOT}" in served["command"]
    assert f"http://127.0.0.1:8899/lab/tree/{start.FIRST}?token={token}" in capsys.readouterr().out


def test_a_server_that_does_not_start(start, monkeypatch):
    child = types.SimpleNamespace(poll=lambda: 1)
    assert start.wait_until_up(child, 9) is False
    monkeypatch.setattr(start.subprocess, "Popen", lambda *a, **b: child)
    monkeypatch.setattr(start.signal, "signal", lambda *a: None)
    with pytest.raises(start.Stop, match="did not start"):
        start.serve(start.ROOT / start.FIRST, port=9, browser=False)


@posix
def test_a_server_that_does_not_listen_is_ended(start, monkeypatch):
    child = subprocess.Popen([sys.executable, "-c", "import signal; print(flush=True); signal.pause()"],
                             stdout=subprocess.PIPE)  # fmt: skip
    child.stdout.readline()
    start.stop(child)
    assert child.poll() == -signal.SIGTERM
    child.stdout.close()


def test_the_tests_exit_code_is_pytests(start, ready, monkeypatch):
    monkeypatch.setattr(start, "find_browser", lambda: "/bin/chromium")
    monkeypatch.setattr(start.os, "cpu_count", lambda: 2)
    ready.code = 3
    assert start.main(["test"]) == 3
    command, options = ready.run[0]
    assert command[1:6] == ["-m", "pytest", "-n", "2", "--dist"]
    assert command[6:8] == ["loadfile", "--no-loadscope-reorder"], "conftest.py says which files come first"
    assert ready.ensured == [{"tests": True}] and options["env"]["LAYERWISE_CHROMIUM"] == "/bin/chromium"
    (start.ROOT.parent / "shared" / "datasets").mkdir(parents=True)
    start.main(["test", "-k", "one"])
    command, options = ready.run[1]
    assert command[1:] == ["-m", "pytest", "-k", "one"]
    assert "LAYERWISE_MIRROR" not in options["env"], "which data the tests read is the caller's to say"


def test_without_a_browser(start, ready, monkeypatch, capsys):
    monkeypatch.setattr(start, "find_browser", lambda: None)
    monkeypatch.setattr(start, "install_browser", lambda: None)
    assert start.main(["test"]) == 0
    assert "browser tests will be skipped" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    assert start.main(["test"]) == 1
    assert len(ready.run) == 1 and "No Chromium" in capsys.readouterr().err


def test_chromium_is_installed_only_where_nobody_is_asked(start, monkeypatch):
    asked = []
    monkeypatch.setattr(start, "quiet", lambda command, env=None: asked.append(command) or (0, ""))
    monkeypatch.setattr(start, "find_browser", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(start.shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(start.sys, "platform", "linux")
    monkeypatch.setattr(start.os, "geteuid", lambda: 1000, raising=False)
    assert start.install_browser() is None and not asked
    monkeypatch.setattr(start.os, "geteuid", lambda: 0, raising=False)
    assert start.install_browser() == "/usr/bin/chromium" and "chromium" in asked[0]


def test_other_words_go_to_layerwise(start, ready):
    ready.code = 5
    assert start.main(["build", "--check"]) == 5
    command = ready.run[0][0]
    assert Path(command[0]).stem == "layerwise" and command[1:] == ["build", "--check"]


@pytest.mark.parametrize(("word", "meant"), [("tset", "test"), ("opne", "open"), ("doctr", "doctor")])
def test_a_misspelt_word_installs_nothing(start, ready, capsys, word, meant):
    assert start.main([word]) == 2
    assert f"Did you mean: python3 start.py {meant}" in capsys.readouterr().err
    assert not ready.ensured


def test_help(start, ready, capsys):
    assert start.main(["--help"]) == 0
    assert "start.py test" in capsys.readouterr().out and not ready.ensured
