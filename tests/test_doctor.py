"""The doctor says what is not well, and what to do about it."""

import io
import shutil
import signal
import sys
import types

import pytest
from layerwise.authoring import doctor, doctor_machine, doctor_probe
from layerwise.authoring.doctor import Finding

GB = 1e9


def test_every_finding_has_a_state_and_advice_where_it_is_not_well():
    found = doctor.examine(quick=True)
    assert {"Python", "Packages", "Memory", "Disk", "Widgets", "Folders", "Backend"} <= {line.name for line in found}
    for line in found:
        assert line.state in ("good", "warn", "bad")
        assert line.found
        assert line.state == "good" or line.advice, line


def test_the_quick_examination_starts_nothing(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("started a process or asked the network")

    monkeypatch.setattr(doctor_probe.subprocess, "run", refuse)
    monkeypatch.setattr(doctor_probe, "reachable", refuse)
    loaded = set(sys.modules)
    assert all("could not be looked at" not in line.found for line in doctor.examine(quick=True))
    assert not {"tensorflow", "keras", "jax", "torch"} & (set(sys.modules) - loaded)


def test_a_check_that_fails_does_not_hide_the_others(monkeypatch):
    def memory():
        raise RuntimeError("no such counter")

    monkeypatch.setattr(doctor, "memory", memory)
    found = {line.name: line for line in doctor.examine(quick=True)}
    assert found["memory"].state == "warn" and "no such counter" in found["memory"].found
    assert "Folders" in found


def shown(findings, **options):
    from rich.console import Console

    text = io.StringIO()
    code = doctor.report(findings, console=Console(file=text, width=100, color_system=None), **options)
    return code, text.getvalue()


def test_report():
    good = Finding("Disk", "good", "80 GB free")
    warn = Finding("Memory", "warn", "1.0 of 4.0 GB free", "Close [other] programs.")
    bad = Finding("Packages", "bad", "2 missing: keras, numpy", "Install them.")
    assert shown([good]) == (0, "good  Disk  80 GB free\nAll is well.\n")
    code, text = shown([good, warn])
    assert code == 0 and "-> Close [other] programs." in text and "1 to look at; the course runs." in text
    code, text = shown([good, warn, bad])
    assert code == 1 and "1 to put right first." in text
    assert shown([good], all_lines=False) == (0, "")
    code, text = shown([good, bad], all_lines=False)
    assert code == 1 and "Disk" not in text and "Install them." in text


def test_python(monkeypatch):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert doctor.python().state == "good"
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert doctor.python().state == "warn"
    monkeypatch.setattr(doctor.sys, "version_info", (3, 14, 0))
    assert doctor.python().state == "bad"


@pytest.mark.parametrize(
    ("versions", "state", "said"),
    [
        ({}, "good", "all as tested"),
        ({"keras": "3.0"}, "warn", "keras 3.0 (tested: "),
        ({"keras": None}, "bad", "1 missing: keras"),
    ],
)
def test_packages(monkeypatch, versions, state, said):
    from layerwise import paths
    from layerwise.authoring import pins

    tested = {pin.name: pin.version for pin in pins.read(paths.root() / "requirements.txt") if pin.applies()}
    monkeypatch.setattr(doctor, "_version", lambda name: {**tested, **versions}[name])
    finding = doctor.packages()
    assert (finding.state, said in finding.found) == (state, True)


def test_packages_without_a_checkout(monkeypatch):
    monkeypatch.setattr(doctor.paths, "root", lambda: None)
    monkeypatch.setattr(doctor.importlib.metadata, "requires", lambda name: ["keras>=3.13.2", "torch>=2; extra == 'x'"])
    monkeypatch.setattr(doctor, "_version", lambda name: "3.15.1")
    assert doctor.packages().state == "good"
    monkeypatch.setattr(doctor, "_version", lambda name: "3.0.0")
    assert doctor.packages().state == "bad"
    assert "keras 3.0.0 (needs >=3.13.2)" in doctor.packages().found


def test_the_chosen_backend(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert doctor.backend_name() == "tensorflow"
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    assert doctor.backend_name() == "jax"
    (tmp_path / "keras.json").write_text("half a fi")
    assert doctor.backend_name() == "tensorflow"
    monkeypatch.setenv("KERAS_BACKEND", "tensorflo")
    assert doctor.backend_present().state == "bad"
    assert 'Did you mean "tensorflow"?' in doctor.backend_present().found
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    assert doctor.backend_present().found == "jax is not installed"


@pytest.fixture
def backend(monkeypatch):
    """Start a small program in the place of the backend."""
    monkeypatch.setattr(doctor, "backend_present", lambda: Finding("Backend", "good", "tensorflow 2.21.0"))
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    return lambda program, seconds=60: doctor.backend_and_gpu(program=program, seconds=seconds)


def test_a_backend_that_starts(backend):
    good = backend("""print('noise'); print('layerwise:{"keras": "3.15.1", "gpus": ["H1"]}')""")
    assert [(line.name, line.state) for line in good] == [("Backend", "good"), ("GPU", "good")]
    assert "Keras 3.15.1" in good[0].found and good[1].found == "H1"


def test_a_backend_that_fails(backend):
    (finding,) = backend("raise ImportError('DLL load failed while importing x')")
    assert finding.state == "bad" and "DLL load failed" in finding.found and "Visual C++" in finding.advice
    (finding,) = backend("raise ImportError('numpy.core is gone')")
    assert "numpy.core is gone" in finding.found and "--repair" in finding.advice


def test_a_backend_that_never_starts(backend):
    (finding,) = backend("import threading; threading.Event().wait()", seconds=0.2)
    assert finding.state == "bad" and "did not start within 0.2 s" in finding.found


@pytest.mark.skipif(not hasattr(signal, "SIGILL") or sys.platform == "win32", reason="signals are POSIX's")
def test_a_backend_that_crashes(backend):
    (finding,) = backend("import os, signal; os.kill(os.getpid(), signal.SIGILL)")
    assert "lacks instructions" in finding.found and "AVX" in finding.advice
    (finding,) = backend("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert "memory" in finding.found


def test_gpu(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert doctor.gpu("jax", ()).state == "good"
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/bin/nvidia-smi")
    assert doctor.gpu("jax", ()).state == "warn"
    assert "jax[cuda12]" in doctor.gpu("jax", ()).advice


def test_memory(monkeypatch):
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: types.SimpleNamespace(total=16 * GB, available=9 * GB))
    monkeypatch.setattr(doctor_probe, "container_limit", lambda: None)
    assert doctor_machine.memory() == Finding("Memory", "good", "9.0 of 16.0 GB free")
    monkeypatch.setattr(doctor_probe, "container_limit", lambda: 1 * GB)
    assert doctor_machine.memory().state == "warn"
    assert doctor_machine.memory().found == "1.0 of 1.0 GB free"


@pytest.mark.parametrize(("free", "state"), [(50 * GB, "good"), (0.5 * GB, "warn"), (0.01 * GB, "bad")])
def test_disk(monkeypatch, free, state):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: types.SimpleNamespace(free=free))
    assert doctor_machine.disk().state == state


def test_no_network_is_no_fault(monkeypatch):
    monkeypatch.setattr(doctor_probe, "course_address", lambda: "http://127.0.0.1:9/none")
    finding = doctor_machine.network()
    assert finding.state == "good" and "every lesson works without" in finding.found
    monkeypatch.setattr(doctor_probe, "course_address", lambda: "")
    assert doctor_machine.network().state == "good"


def test_widgets(monkeypatch, tmp_path):
    import jupyter_core.paths

    assert doctor.widgets().state == "good"
    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda *parts: [str(tmp_path)])
    finding = doctor.widgets()
    assert finding.state == "bad" and "jupyterlab-widgets, anywidget, plotly" in finding.found


def test_folders(monkeypatch, tmp_path):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "not" / "there" / "yet"))
    monkeypatch.delenv("LAYERWISE_CACHE", raising=False)
    assert doctor.folders().state == "good"
    assert not (tmp_path / "not").exists(), "the doctor changes nothing"
    monkeypatch.setattr(doctor_machine, "writable", lambda place: place != tmp_path / "not" / "there" / "yet")
    finding = doctor.folders()
    assert finding.state == "warn" and "LAYERWISE_HOME" in finding.advice


def test_a_closed_folder_is_noticed(monkeypatch, tmp_path):
    def closed(**options):
        raise PermissionError(13, "Permission denied")

    assert doctor_machine.writable(tmp_path)
    monkeypatch.setattr(doctor_machine.tempfile, "TemporaryFile", closed)
    assert not doctor_machine.writable(tmp_path)


def test_changed_notebooks_are_named(monkeypatch, tmp_path):
    from layerwise.authoring import build

    (tmp_path / "notebooks").mkdir()
    for name in ("00_start_here.ipynb", "01_other.ipynb", "00_start_here.yours-1.ipynb"):
        (tmp_path / "notebooks" / name).write_text("{}")
    monkeypatch.setattr(doctor.paths, "root", lambda: tmp_path)
    monkeypatch.setattr(build, "changed", lambda path: path.name.startswith("00"))
    finding = doctor.notebooks()
    assert finding.state == "good"
    assert finding.found == "changed by you: 00_start_here.ipynb; an update keeps a copy of each"


def test_the_command_line(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "examine", lambda quick: [Finding("Disk", "bad", "full", "Make room.")])
    assert doctor.main(["--quick"]) == 1
    assert "Make room." in capsys.readouterr().out


def test_a_file_in_the_place_of_a_folder_is_noticed(tmp_path, monkeypatch):
    from layerwise.authoring import doctor_machine

    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "file"))
    finding = doctor_machine.folders()
    assert finding.state == "warn" and "progress cannot be written" in finding.found
    assert doctor_machine.writable(tmp_path / "new" / "deeper")
