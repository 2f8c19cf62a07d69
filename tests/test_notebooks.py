"""Every notebook that learners open runs from top to bottom under nbval, with the network really off.

In a lab that nobody touched, every check must say that nothing was tried; with solutions labs run in test_labs_run.py.
"""

import json
import subprocess
import sys
import tomllib

import pytest
from conftest import ROOT, on_ci, skip_or_fail
from layerwise import files
from layerwise.authoring import labs, notebooks
from layerwise.authoring.run_judge import latest_verdicts
from layerwise.authoring.run_pool import child_environment, own_folders
from layerwise.authoring.worker import plain
from offline import command, unavailable

NOTEBOOKS = sorted(
    path for folder in ("notebooks", "labs") for path in (ROOT / folder).glob("*.ipynb") if ".yours-" not in path.name
)
SYLLABUS = tomllib.loads((ROOT / "syllabus.toml").read_text(encoding="utf-8"))

PROBE = """
import errno, socket

server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), timeout=5).close()
for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
    # Addresses for documentation: nobody answers there, whatever the network.
    with socket.socket(family) as probe:
        try:
            probe.connect((address, 80))
        except OSError as error:
            assert error.errno in (errno.ENETUNREACH, errno.EADDRNOTAVAIL), error
        else:
            raise AssertionError("a connection left this machine")
names = [name for _, name in socket.if_nameindex()]
assert names == ["lo"] or set(names) <= {"lo", "sit0", "tunl0", "ip6tnl0"}, names
"""


@pytest.fixture(scope="module")
def offline():
    """The network can be taken away here; else skip, or fail where continuous integration promises it."""
    reason = unavailable()
    if reason:
        skip_or_fail(reason, fail=on_ci() and sys.platform.startswith("linux"))


def nbval(path, folder):
    """Run one notebook under nbval, offline, in the smoke profile; return the finished process."""
    settings = folder / "pytest.ini"
    settings.write_text("[pytest]\n")
    words = [
        sys.executable, ROOT / "tests" / "nbval_verdicts.py", folder / "verdicts.json", "--nbval-lax",
        "--nbval-current-env", "--nbval-cell-timeout=300", "-p", "no:cacheprovider", "-c", settings, path,
    ]
    environment = {**child_environment(profile="smoke"), **own_folders(folder / "home"), "COLUMNS": "200"}
    done = subprocess.run(
        command(*words), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )
    done.stdout = plain(done.stdout, limit=20_000)
    return done


def write(path, *sources):
    """Write a notebook with these code cells."""
    cells = [{"kind": "code", "source": source, "metadata": {}} for source in sources]
    files.write(path, notebooks.text_of(notebooks.make(cells, id=path.stem, kind="lesson")))
    return path


def test_every_lesson_and_lab_of_the_syllabus_has_a_notebook_to_test():
    wanted = {f"notebooks/{lesson['id']}.ipynb" for lesson in SYLLABUS["lesson"]}
    wanted |= {f"labs/{lesson['lab']}.ipynb" for lesson in SYLLABUS["lesson"] if "lab" in lesson}
    assert wanted <= {path.relative_to(ROOT).as_posix() for path in NOTEBOOKS}


def test_no_way_leads_out_and_loopback_works(offline):
    done = subprocess.run(command(sys.executable, "-c", PROBE), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_probe_fails_where_there_is_a_network_or_no_loopback(offline):
    """Without the namespace the interfaces differ; without the helper its loopback is down."""
    down = subprocess.run(["unshare", "-rn", sys.executable, "-c", PROBE], capture_output=True, text=True)
    assert down.returncode != 0


@pytest.mark.notebook
def test_kernels_are_offline_too_and_the_profile_reaches_them(offline, tmp_path):
    profile = 'import os\nassert os.environ["LAYERWISE_PROFILE"] == "smoke"'
    home = f'assert os.environ["LAYERWISE_HOME"] == {str(tmp_path / "home")!r}'
    done = nbval(write(tmp_path / "probe.ipynb", PROBE, profile, home), tmp_path)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


@pytest.mark.notebook
def test_a_failing_assert_goes_red_and_is_named(offline, tmp_path):
    done = nbval(write(tmp_path / "wrong.ipynb", "accuracy = 0.5", "assert accuracy > 0.9, 'too low'"), tmp_path)
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    assert "AssertionError: too low" in done.stdout


@pytest.mark.notebook
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_learners_notebook_runs_offline(path, offline, tmp_path):
    before = path.read_bytes()
    done = nbval(path, tmp_path)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout and " skipped" not in done.stdout
    assert path.read_bytes() == before, "a test must not change the notebook"
    said = latest_verdicts(json.loads((tmp_path / "verdicts.json").read_text(encoding="utf-8")))
    wanted = labs.exercises(ROOT / "labs" / "src" / f"{path.stem}.py") if path.parent.name == "labs" else []
    assert {one["exercise"]: one["state"] for one in said} == {exercise.id: "not tried" for exercise in wanted}
