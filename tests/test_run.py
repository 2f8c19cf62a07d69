"""`layerwise run` on tiny notebooks: verdicts, measures, budgets, targets, interruptions, reports."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import tomllib
from pathlib import Path

import psutil
import pytest
from layerwise import files
from layerwise.authoring import notebooks, run, run_figures, run_judge, run_measure, run_pool, run_report
from layerwise.suggest import CourseError

PARAMETERS = 'import os\n\nPROFILE = os.environ.get("LAYERWISE_PROFILE", "quick")'
FOUND = """
from IPython.display import display
def found(name, value):
    record = {"name": name, "value": value, "sentence": f"{name}: {value}"}
    display({"application/vnd.layerwise.found+json": record, "text/plain": ""}, raw=True)
"""


def cell(source, *tags):
    return {"kind": "code", "source": textwrap.dedent(source).strip(), "metadata": {"tags": list(tags)} if tags else {}}


def write(path, *cells, parameters=True):
    """Write a notebook: a title, the parameters, and the cells."""
    title = {"kind": "markdown", "source": "# A title", "metadata": {}}
    first = [cell(PARAMETERS, "parameters")] if parameters else []
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write(path, notebooks.text_of(notebooks.make([title, *first, *cells], id=path.stem, kind="lesson")))
    return path


def course(root, *lessons, targets="", calibration=1.0):
    """Write a small course: a syllabus, and for each lesson a source (which is only looked for) and a notebook."""
    text = f'title = "T"\nrepository = "r"\nbranch = "main"\n[calibration]\ncpu_seconds = {calibration}\n'
    text += '[[part]]\nnumber = 0\ntitle = "P"\n'
    for name, cells in lessons:
        text += f'[[lesson]]\nid = "{name}"\ntitle = "{name}"\npart = 0\nrequires = []\nsummary = "s"\n'
        text += targets.get(name, "") if targets else ""
        source = root / "notebooks" / "src" / f"{name}.py"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text("# %% [markdown]\n# Why?\n")
        write(root / "notebooks" / f"{name}.ipynb", *cells)
    (root / "syllabus.toml").write_text(text)
    return root


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """One run over all kinds of notebooks, two at a time: its exit code, report and folder."""
    root = tmp_path_factory.mktemp("course")
    bound = "[lesson.target.quick]\naccuracy = { at_least = 0.9 }\nloss = { at_most = 0.5 }\n"
    course(
        root,
        ("00_good", [
            cell(FOUND),
            cell("""
                import subprocess, sys
                assert PROFILE == "quick" and os.environ["LAYERWISE_PROFILE"] == "quick"
                print("home", os.environ["LAYERWISE_HOME"])
                work = "n = 0\\nfor i in range(9_000_000): n += i * i"
                subprocess.run([sys.executable, "-c", work], check=True)
            """),
            cell('found("loss", 0.25)'),
            cell('found("accuracy", 0.5)'),
            cell('found("accuracy", 0.95)'),
            cell('found("aside", 7)'),
        ]),
        ("01_fails", [cell(FOUND), cell('found("loss", 0.1)'), cell("total = 1\nassert total == 2, 'not two'")]),
        ("02_misses", [cell(FOUND), cell('found("accuracy", 0.5)\nfound("los", float("nan"))')]),
        ("03_dies", [
            cell("""
                import subprocess, sys
                left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
                print("left running:", left.pid)
                apart = "import os, time; os.setsid(); time.sleep(20)"  # out of reach; the run must not wait for it
                subprocess.Popen([sys.executable, "-c", apart])
            """),
            cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
        ]),
        targets={"00_good": bound + "[lesson.budget.quick]\ncpu_seconds = 90\nmemory_mb = 0.5\n",
                 "01_fails": bound, "02_misses": bound},
        calibration=2.0,
    )
    output = root / "results"
    code = run.run(root, [], jobs=2, output=output, record=True)
    return {"code": code, "root": root, "output": output, **json.loads((output / "report.json").read_text())}


def entry(report, name):
    return next(one for one in report["notebooks"] if one["id"] == name)


def test_one_bad_notebook_fails_the_run_and_the_others_are_still_run(report):
    assert report["code"] == 1
    assert not report["passed"]
    assert [one["name"] for one in report["notebooks"]] == [
        "notebooks/00_good", "notebooks/01_fails", "notebooks/02_misses", "notebooks/03_dies",
    ]


def test_found_values_keep_the_notebooks_order_the_last_counts_and_targets_are_judged(report):
    rows = [(row["name"], row["value"], row["target"], row["met"]) for row in entry(report, "00_good")["found"]]
    assert rows == [("loss", 0.25, "≤ 0.5", True), ("accuracy", 0.95, "≥ 0.9", True), ("aside", 7, "", None)]


def test_budget_over_twice_is_a_problem_and_says_what_to_do(report):
    good = entry(report, "00_good")
    assert [(row["name"], row["met"]) for row in good["budget"]] == [("cpu_seconds", True), ("memory_mb", False)]
    assert len(good["problems"]) == 1
    assert "budget is 0.5" in good["problems"][0] and "syllabus.toml" in good["problems"][0]
    assert "heaviest cell is number 4 (import subprocess, sys)" in good["problems"][0]


def test_costs_are_measured_over_the_kernel_and_its_children(report):
    good, dies = entry(report, "00_good"), entry(report, "03_dies")
    assert good["cpu_seconds"] > dies["cpu_seconds"] > 0
    assert good["wall_seconds"] > 0
    assert 20 < good["memory_mb"] < 2000
    # The cell that gave its work to another process: title, parameters, found, then this one.
    heaviest = good["heaviest"][0]
    assert (heaviest["cell"], heaviest["line"]) == (4, "import subprocess, sys")
    assert 0 < heaviest["cpu_seconds"] <= good["cpu_seconds"] + 0.1


def test_a_failing_cell_is_named_with_its_number_first_line_error_and_the_notebook(report):
    failed = entry(report, "01_fails")
    message = failed["problems"][0]
    # Cell 5 of the notebook as people see it: title, parameters, found, a finding, the assert.
    assert "notebooks/01_fails.ipynb, cell 5 (total = 1)" in message
    assert "AssertionError: not two" in message
    partly = report["output"] / failed["output"]
    assert str(partly) in message
    executed = json.loads(partly.read_text())
    assert any(out.get("ename") == "AssertionError" for one in executed["cells"] for out in one.get("outputs", []))
    assert failed["found"][0]["value"] == 0.1, "what was found before the failure is reported"
    assert len(failed["problems"]) == 1, "targets behind the failing cell are not held against it again"


def test_missed_and_unreported_targets_are_told_apart(report):
    problems = entry(report, "02_misses")["problems"]
    assert "accuracy is 0.5; the target is ≥ 0.9" in problems[0]
    assert "no cell reported it" in problems[1] and 'Did you mean "los"?' in problems[1]


def test_a_dead_kernel_is_a_failure_with_its_cell(report):
    problem = entry(report, "03_dies")["problems"][0]
    assert "cell 4 (import os, signal)" in problem
    assert "DeadKernelError" in problem


def test_report_says_on_what_it_was_measured(report):
    assert report["profile"] == "quick" and report["backend"] == "tensorflow"
    assert report["machine"]["cores"] >= 1
    assert report["versions"]["papermill"] and report["versions"]["python"]
    calibration = report["calibration"]
    assert calibration["scale"] == pytest.approx(calibration["cpu_seconds"] / 2.0)
    page = (report["output"] / "report.md").read_text()
    assert "| notebooks/00_good | failed |" in page
    assert "| notebooks/02_misses | loss | not reported | ≤ 0.5 | missed |" in page
    assert "cell 5 (total = 1)" in page


def test_a_run_touches_nobodys_progress(report):
    executed = (report["output"] / "notebooks" / "00_good.ipynb").read_text()
    assert "layerwise-run-" in executed
    assert os.environ["LAYERWISE_HOME"] not in executed


def test_the_profile_is_injected_for_everyone_to_see(report):
    cells = json.loads((report["output"] / "notebooks" / "00_good.ipynb").read_text())["cells"]
    (injected,) = [one for one in cells if "injected-parameters" in one["metadata"].get("tags", [])]
    assert 'PROFILE = "quick"' in "".join(injected["source"])


def test_what_a_dead_kernel_left_running_is_ended(report):
    pid = re.search(r"left running: (\d+)", (report["output"] / "notebooks" / "03_dies.ipynb").read_text())[1]
    # Its parent is gone: somebody else collects it, so it may be a zombie for a moment.
    assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE


def test_nothing_that_failed_is_recorded(report):
    assert not (report["root"] / "records.toml").exists()


def test_success_in_smoke_asserts_no_targets_and_records(tmp_path, capsys):
    target = "[lesson.target.smoke]\naccuracy = { at_least = 0.9 }\n"
    root = course(tmp_path, ("00_one", [cell(FOUND), cell('found("loss", 0.123456)')]), targets={"00_one": target})
    assert run.run(root, ["00"], profile="smoke", record=True) == 0
    shown = capsys.readouterr()
    assert "notebooks/00_one" in shown.out and "passed" in shown.out
    assert "recorded notebooks/00_one" in shown.err
    assert (root / "build" / "runs" / "smoke" / "report.json").is_file()
    values = tomllib.loads((root / "records.toml").read_text())["lesson"]["00_one"]["smoke"]
    assert values["found"] == {"loss": 0.1235}
    assert set(values) == {"cores", "calibration_cpu_seconds", "wall_seconds", "cpu_seconds", "memory_mb", "found"}


def result(**changes):
    return {"error": None, "cells": 3, "wall_seconds": 10.0, "cpu_seconds": 10.0, "memory_mb": 500, "found": [],
            "verdicts": [], "heaviest": [], "output": "x.ipynb", **changes}


def task(**changes):
    return run_pool.Task("00_one", changes.pop("kind", "lesson"), Path("x.ipynb"), Path(), **changes)


@pytest.mark.parametrize(("used", "scale", "verdict"), [
    (20.0, 1.0, "passed"), (20.1, 1.0, "failed"), (39.0, 2.0, "passed"), (11.0, 0.5, "failed"),
])
def test_a_budget_fails_at_twice_its_figure_scaled_by_the_calibration(used, scale, verdict):
    judged = run_judge.judge(task(budget={"cpu_seconds": 10}), result(cpu_seconds=used), profile="smoke", scale=scale)
    assert judged["verdict"] == verdict


def test_memory_is_not_scaled():
    judged = run_judge.judge(task(budget={"memory_mb": 240}), result(), profile="quick", scale=9.0)
    assert [(row["name"], row["allowed"], row["met"]) for row in judged["budget"]] == [("memory_mb", 480, False)]


@pytest.mark.parametrize("profile", ["quick", "full", "smoke"])
def test_targets_count_in_quick_and_full_but_not_in_smoke(profile):
    judged = run_judge.judge(task(target={"accuracy": {"at_least": 0.9}}), result(), profile=profile)
    assert judged["verdict"] == ("passed" if profile == "smoke" else "failed")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "0.95", None])
def test_a_value_that_is_no_number_meets_no_target(value):
    assert run_judge.meets(value, {"at_least": 0.9}) is False


def test_a_lab_passes_only_if_the_last_verdict_on_each_exercise_is_right():
    right = {"exercise": "00.a", "state": "right", "misconception": None}
    wrong = {"exercise": "00.a", "state": "not yet", "misconception": "sign"}
    assert run_judge.judge(task(kind="lab"), result(verdicts=[wrong, right]), profile="smoke")["verdict"] == "passed"
    judged = run_judge.judge(task(kind="lab"), result(verdicts=[right, wrong]), profile="smoke")
    assert judged["verdict"] == "failed"
    assert "00.a" in judged["problems"][0] and "sign" in judged["problems"][0]


def test_recording_again_keeps_other_figures_and_gives_the_same_bytes(tmp_path):
    def report(name, profile):
        passed = run_judge.judge(task(), result(), profile=profile)
        return {"profile": profile, "machine": {"cores": 2}, "calibration": {"cpu_seconds": 0.5},
                "notebooks": [{**passed, "id": name}]}

    path = tmp_path / "records.toml"
    run_report.record(report("01_b", "quick"), path)
    run_report.record(report("00_a", "full"), path)
    first = path.read_bytes()
    assert list(tomllib.loads(first.decode())["lesson"]) == ["00_a", "01_b"]
    run_report.record(report("01_b", "quick"), path)
    assert path.read_bytes() == first


def test_calibration_is_deterministic_work():
    assert run_measure.workload() == run_measure.workload()
    assert run_measure.cpu_seconds(lambda: None, repeats=2) >= 0


@pytest.mark.parametrize(("arguments", "message"), [
    ({"profile": "quik"}, 'No profile is called "quik". Did you mean "quick"?'),
    ({"backend": "jaxx"}, 'No backend is called "jaxx". Did you mean "jax"?'),
    ({"lessons": ["00_oen"]}, 'Did you mean "00_one"?'),
    ({"jobs": 0}, "jobs is 0"),
])
def test_a_misspelt_choice_gets_the_nearest(tmp_path, arguments, message):
    root = course(tmp_path, ("00_one", []))
    with pytest.raises(CourseError) as problem:
        run.run(root, arguments.pop("lessons", []), **arguments)
    assert message in str(problem.value)


def test_figures_of_another_backend_are_not_recorded(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    with pytest.raises(CourseError, match="tensorflow"):
        run.run(course(tmp_path, ("00_one", [])), backend="jax", record=True)


def test_a_backend_that_is_not_installed_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CourseError, match=r"pip install -e \"\.\[jax\]\""):
        run.run(course(tmp_path, ("00_one", [])), backend="jax")


@pytest.mark.parametrize("first", [None, "EPOCHS = 3"])
def test_a_notebook_without_parameters_is_refused_before_anything_runs(tmp_path, first):
    root = course(tmp_path, ("00_one", []))
    cells = [cell(first, "parameters")] if first else [cell("1 + 1")]
    write(root / "notebooks" / "00_one.ipynb", *cells, parameters=False)
    with pytest.raises(CourseError) as problem:
        run.run(root)
    assert "notebooks/00_one.ipynb" in str(problem.value) and "PROFILE" in str(problem.value)
    assert not (root / "build").exists()


def test_a_notebook_that_was_not_built_says_so(tmp_path):
    root = course(tmp_path, ("00_one", []))
    (root / "notebooks" / "00_one.ipynb").unlink()
    with pytest.raises(CourseError, match="layerwise build"):
        run.run(root)


@pytest.mark.parametrize("wrong", [0, -1, '"fast"'])
def test_a_calibration_that_is_no_figure_is_refused(tmp_path, wrong):
    with pytest.raises(CourseError, match=r"calibration\.cpu_seconds"):
        run.run(course(tmp_path, ("00_one", []), calibration=wrong))


def test_results_that_cannot_be_written_say_where_else(tmp_path):
    root = course(tmp_path, ("00_one", []))
    (root / "taken").write_text("a file, not a folder")
    with pytest.raises(CourseError, match="--output"):
        run.run(root, output=root / "taken" / "here")


def alive(marker):
    """Return the processes whose command line or environment carries a marker."""
    found = []
    for process in psutil.process_iter():
        try:
            if marker in " ".join(process.cmdline()) or marker in process.environ().get("RUN_MARKER", ""):
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_or_killed_run_leaves_no_kernel(tmp_path, how):
    """Ctrl-C ends a run in order; after a kill the workers notice that nobody listens any more."""
    endless = cell("""
        import pathlib, subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pathlib.Path("started").write_text(str(child.pid))
        while True: pass
    """)
    root = course(tmp_path, ("00_endless", [endless]))
    code = f"import sys\nfrom layerwise.authoring.run import run\nsys.exit(run({str(root)!r}, profile='smoke'))"
    marker = f"marker-{tmp_path.name}-{os.getpid()}"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "RUN_MARKER": marker}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    wait_for(lambda: (root / "notebooks" / "started").exists() or process.poll() is not None)
    assert process.poll() is None, process.communicate()[0]
    assert len(alive(marker)) >= 4  # the run, its worker, the kernel and the kernel's child
    process.send_signal(how)
    shown = process.communicate(timeout=180)[0] if how == signal.SIGINT else ""
    process.stdout.close()
    process.wait(timeout=180)
    if how == signal.SIGINT:
        assert process.returncode == 1
        assert "Stopped" in shown and "interrupted" in shown and "Traceback" not in shown
        assert not alive(marker)
    wait_for(lambda: not alive(marker))


def wait_for(condition, seconds=180):
    """Wait until a condition holds; the limit only ends a broken test."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "the condition never held"
        time.sleep(0.05)


def test_the_cost_of_an_import_names_the_heavy_libraries_it_loads():
    seconds, heavy = run_figures.import_cost("import sqlite3", repeats=1)
    assert seconds > 0 and heavy == ["sqlite3"]
    assert run_figures.import_cost(repeats=1)[1] == []


def test_recomputation_is_measured_over_the_sweep():
    class Small:
        drawn = 0

        def sweep(self):
            return [{"x": number} for number in range(10)]

        def compute(self, x=0):
            return x

        def draw(self, result):
            self.drawn += 1

    small = Small()
    times = run_figures.recompute_times(small, count=5)
    assert len(times) == 5 and small.drawn == 6
    assert all(wall >= 0 and cpu >= 0 for wall, cpu in times)
    assert run_figures.median([3, 1, 2]) == 2 and run_figures.median([1, 2, 3, 4]) == 2.5


def test_a_misspelt_figure_gets_the_nearest(capsys):
    assert run_figures.main(["explorer"]) == 1
    assert 'Did you mean "explorers"?' in capsys.readouterr().err
