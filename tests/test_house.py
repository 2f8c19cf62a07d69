"""The workflows parse, and the CI script does what the README says."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
posix = pytest.mark.skipif(os.name == "nt", reason="a bash script")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_well_formed(path):
    yaml = pytest.importorskip("yaml")
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML 1.1 reads the key `on` as True.
    assert {"name", True, "permissions", "jobs"} <= set(told)
    for name, job in told["jobs"].items():
        assert job["runs-on"] and job["timeout-minutes"], name
        assert all(("run" in step) != ("uses" in step) for step in job["steps"]), name


def test_there_are_workflows_for_tests_newest_versions_and_gpu():
    assert {path.name for path in WORKFLOWS} >= {"tests.yml", "newest.yml", "gpu.yml"}


def test_workflows_name_files_and_extras_that_exist():
    text = "\n".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    assert (ROOT / "tests" / "colab-versions.txt").is_file() and "-c tests/colab-versions.txt" in text
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for extras in re.findall(r'-e "\.\[([a-z,]+)\]"', text):
        assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras.split(","))


def test_colabs_versions_fit_the_ranges():
    from layerwise.authoring import pins
    from packaging.requirements import Requirement

    ranges = {Requirement(line).name: Requirement(line) for line in pins.ranges(ROOT)}
    for line in (ROOT / "tests" / "colab-versions.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            colab = Requirement(line)
            version = str(colab.specifier).removeprefix("==").replace(".*", ".0")
            if colab.name in ranges:
                assert ranges[colab.name].specifier.contains(version), line


@posix
def test_the_ci_script_runs_the_readmes_command(tmp_path):
    """On a copy with stand-ins beside it: what is called, with what, and whose exit code comes back."""
    course = tmp_path / "course"
    (course / ".ci").mkdir(parents=True)
    script = course / ".ci" / "run"
    script.write_bytes((ROOT / ".ci" / "run").read_bytes())
    script.chmod(0o755)
    (course / "start.py").write_text(
        "import os, sys\n"
        "names = 'CI', 'LAYERWISE_MIRROR', 'LAYERWISE_REQUIRE_MIRROR', 'PYTHONDONTWRITEBYTECODE'\n"
        "print(sys.argv[1:], *(os.environ.get(name) for name in names))\nsys.exit(3)\n"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("LAYERWISE_")}
    env.update(CI="true", PYTHONDONTWRITEBYTECODE="1", PATH=f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}")
    done = subprocess.run([str(script)], env=env, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout.split()) == (3, ["['test']", "true", "None", "None", "None"])
    data = tmp_path / "shared" / "datasets"
    data.mkdir(parents=True)
    done = subprocess.run([str(script)], env=env, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split() == ["['test']", "true", str(data), "1", "None"]


@posix
def test_the_ci_script_can_be_run():
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR, "chmod +x .ci/run"
