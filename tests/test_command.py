import subprocess
import sys

import pytest
import small_course

COMMANDS = ["doctor", "update", "build", "pull", "lint", "run", "lock"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return small_course.make(tmp_path_factory.mktemp("course"))


@pytest.fixture
def run(monkeypatch, capfd):
    """Return a function that runs the command in a folder, in this process: reading sources costs two seconds once."""
    from layerwise.authoring import command

    def run(folder, *arguments):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["layerwise", *arguments])
        with pytest.raises(SystemExit) as ended:
            command.main()
        done = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, ended.value.code or 0, done.out, done.err)

    return run


def test_python_m_layerwise_is_the_command(course):
    done = subprocess.run(
        [sys.executable, "-m", "layerwise", "pull", "gone.ipynb"], cwd=course, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "gone.ipynb: there is no such notebook.\n")


def test_no_arguments_show_help_with_both_groups(run, course):
    done = run(course)
    text = done.stdout + done.stderr
    for expected in ("For learners", "For authors", "Examples", *COMMANDS):
        assert expected in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_subcommand_explains_itself(run, course, command):
    done = run(course, command, "--help")
    assert done.returncode == 0 and "Usage" in done.stdout


def test_the_commands_that_the_pages_call_exist(run, root):
    calls = [
        line.split("-m layerwise ")[1].split()
        for path in sorted(root.glob("*/src/*.py")) for line in path.read_text().splitlines() if "-m layerwise " in line
    ]
    assert calls
    for call in calls:
        # Options are parsed before help is shown, so that one that does not exist is told.
        assert run(root, *call, "--help").returncode == 0, call


def test_a_misspelt_subcommand_gets_the_nearest(run, course):
    done = run(course, "biuld")
    assert done.returncode == 2 and "Did you mean 'build'" in done.stderr


@pytest.mark.parametrize("arguments, said", [
    (("run", "02_smus"), 'Did you mean "02_sums"?'),
    (("lint", "02_smus"), 'Did you mean "02_sums"?'),
    (("pull", "notebooks/09.ipynb"), "no such notebook"),
])
def test_a_mistake_is_one_message_and_exit_code_1(run, course, arguments, said):
    done = run(course, *arguments)
    assert done.returncode == 1
    assert said in done.stderr and "Traceback" not in done.stderr


def test_outside_a_course_the_installed_checkout_counts(tmp_path, root, monkeypatch):
    from layerwise.authoring import command

    monkeypatch.chdir(tmp_path)
    assert command.root() == root


def test_build_check_pull_and_lint_from_inside_a_folder_of_the_course(run, course):
    folder = course / "notebooks"
    missing = run(folder, "build", "--check")
    assert missing.returncode == 1
    assert "notebooks/02_sums.ipynb: missing" in missing.stderr and "layerwise build" in missing.stderr
    assert run(folder, "build").returncode == 0
    assert run(folder, "build", "--check").returncode == 0
    notebook = folder / "02_sums.ipynb"
    notebook.write_text(notebook.read_text().replace("What do many sums make?", "What do sums make?"))
    assert "layerwise pull notebooks/02_sums.ipynb" in run(folder, "build", "--check").stderr
    pulled = run(folder, "pull", "02_sums.ipynb")
    assert pulled.returncode == 0 and "1 changed" in pulled.stdout
    assert "What do sums make?" in (folder / "src/02_sums.py").read_text()
    assert "kept" not in run(folder, "build").stdout
    assert run(folder, "lint", "02").returncode == 1


def test_the_instructors_labs_are_written_where_asked(run, course, tmp_path):
    done = run(course, "build", "--instructor", str(tmp_path / "teach"))
    assert done.returncode == 0
    assert "return 2 * x" in (tmp_path / "teach/02_sums.ipynb").read_text()
    assert run(course, "build", "--check", "--instructor", "x").returncode == 2


def test_help_needs_none_of_the_heavy_parts():
    code = (
        "import sys, layerwise.authoring.command; "
        "print({'numpy', 'keras', 'nbformat', 'jupytext', 'papermill'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_instructors_labs_need_a_folder(run, course):
    done = run(course, "build", "--instructor", "")
    assert done.returncode == 2 and "needs a folder" in done.stderr
    assert not list(course.glob("*.ipynb"))
