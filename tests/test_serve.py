"""Services and loads: what goes wrong is told, nothing is left running, nothing that was measured is lost."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import psutil
import pytest
from layerwise import serve
from layerwise.suggest import CourseError

fastapi = pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

FILE = """
    import os
    import fastapi

    app = fastapi.FastAPI()
    print("hello from the file")

    @app.get("/")
    def hello():
        return {"pid": os.getpid()}

    @app.get("/die")
    async def die():
        print("I am going")
        os._exit(7)
"""


@pytest.fixture(autouse=True)
def nothing_is_left():
    """Whatever a test does, no service, no process and no thread of it may outlive its end."""
    yield
    serve.stop_all()
    assert serve.running() == {}
    wait_for(lambda: not children(os.getpid()), "a process of a service or load is left")
    wait_for(lambda: not service_threads(), "a thread of a service is left")


def service_threads():
    return [thread for thread in threading.enumerate() if thread.name == "layerwise-service"]


def children(pid):
    """Return the processes of services and loads that a process has."""
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [child for child in below if is_ours(child)]


def is_ours(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "layerwise.serve." in " ".join(process.cmdline())
    except psutil.Error:
        return False


def wait_for(condition, why, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(0.05)


def is_open(port):
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def app():
    made = fastapi.FastAPI()

    @made.get("/")
    async def hello():
        return {"hello": "you"}

    @made.post("/echo")
    async def echo(what: dict):
        return what

    @made.post("/sleep")
    async def sleep(what: dict):
        try:
            await asyncio.sleep(what["seconds"])
        except asyncio.CancelledError:
            made.state.cancelled = True
            raise
        return "slept"

    @made.get("/fail")
    async def fail():
        raise RuntimeError("the cause")

    return made


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(textwrap.dedent(FILE))
    return path


# ---- starting and stopping


def test_it_answers_and_stops(app):
    with serve.start(app, ready="/") as service:
        assert service.alive and is_open(service.port) and serve.running() == {"service": service}
        assert service.seconds > 0 and service.pid == os.getpid() and "running" in repr(service)
        table = serve.load(service, {"a": 1}, path="/echo", rate=200, count=20)
    assert list(table.outcome) == ["answered"] * 20 and table.answer[0] == {"a": 1}
    assert not service.alive and not is_open(service.port) and "stopped" in repr(service)
    service.stop()


def test_a_file_runs_in_a_process_of_its_own(file):
    with serve.start(file, ready="/", timeout=120) as service:
        answer = serve.load(service, None, rate=50, count=1).answer[0]
        assert answer["pid"] == service.pid != os.getpid()
        assert service.cpu_seconds() > 0 and "hello from the file" in service.log()
    assert not psutil.pid_exists(service.pid) or not is_ours(psutil.Process(service.pid))
    assert service.cpu_seconds() is None


def test_it_listens_on_loopback_only(app):
    with serve.start(app) as service:
        mine = [c.laddr.ip for c in psutil.Process().net_connections("tcp") if c.laddr.port == service.port]
        assert set(mine) == {"127.0.0.1"}


def test_a_second_run_of_the_same_cell_replaces_the_service(app):
    first = serve.start(app, name="twice")
    second = serve.start(app, name="twice")
    assert not first.alive and second.alive and second.port == first.port
    assert list(serve.running()) == ["twice"] and len(service_threads()) == 1


def test_a_second_run_of_the_same_cell_replaces_the_process(file):
    first = serve.start(file, timeout=120)
    second = serve.start(file, timeout=120)
    assert first.pid != second.pid and second.port == first.port and len(children(os.getpid())) == 1


def test_a_second_run_of_the_same_cell_while_its_first_has_requests(app):
    first = serve.start(app, name="busy")
    slow = threading.Thread(target=serve.load, args=(first, {"seconds": 30}),
                            kwargs={"path": "/sleep", "rate": 20, "count": 3, "timeout": 20})
    slow.start()
    time.sleep(1)
    second = serve.start(app, name="busy")
    assert second.alive and len(serve.load(second, None, rate=50, count=3)) == 3
    slow.join(30)
    assert not slow.is_alive() and set(serve.last_load().outcome) <= {"answered", "lost", "failed"}


@pytest.mark.parametrize("kind", ["thread", "process"])
def test_a_taken_port_is_told(app, file, kind):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CourseError, match=f"Port {port} is taken.*Leave `port` out.*Nothing was started"):
            serve.start(app if kind == "thread" else file, port=port, timeout=120)
    assert serve.running() == {}


def test_a_port_taken_by_an_own_service_names_it(app):
    with (
        serve.start(app, name="first") as first,
        pytest.raises(CourseError, match=r"taken by your own service 'first'.*stop"),
    ):
        serve.start(app, name="second", port=first.port)


def test_a_replaced_service_whose_port_somebody_took_gets_another(app):
    first = serve.start(app, name="moving")
    first.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", first.port))
        other.listen()
        assert serve.start(app, name="moving").port != first.port


@pytest.mark.parametrize("port", [-1, 70_000, "8000", True])
def test_a_wrong_port_is_told(app, port):
    with pytest.raises(CourseError, match="needs a port from 1 to 65535"):
        serve.start(app, port=port)


def test_something_that_is_no_app_is_told():
    with pytest.raises(CourseError, match=r'needs an app such as FastAPI\(\), or the path of a Python file'):
        serve.start("nowhere.py")


def test_a_server_that_dies_while_starting_shows_its_log(tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("print('before')\nimport nothing_of_this_name\n")
    with pytest.raises(CourseError, match="died while it was starting") as told:
        serve.start(broken, timeout=120)
    assert "nothing_of_this_name" in str(told.value) and "Mend broken.py" in str(told.value)


def test_a_file_without_the_app_says_how_to_name_it(file):
    with pytest.raises(CourseError, match=r"defines no 'service'\. Name the app in it"):
        serve.start(f"{file}:service", timeout=120)


def test_an_app_that_fails_while_starting_shows_its_log():
    async def fails(app):
        raise RuntimeError("no model here")
        yield

    from contextlib import asynccontextmanager

    with pytest.raises(CourseError, match=r"died while it was starting(.|\n)*no model here"):
        serve.start(fastapi.FastAPI(lifespan=asynccontextmanager(fails)))


def test_an_app_that_never_gets_ready_is_stopped(app):
    with pytest.raises(CourseError, match="did not answer with 200 in time; the last answer was 404"):
        serve.start(app, ready="/nowhere", timeout=0.5)


def test_a_start_that_takes_for_ever_is_stopped(tmp_path):
    endless = tmp_path / "endless.py"
    endless.write_text("import time\ntime.sleep(600)\n")
    with pytest.raises(CourseError, match="did not start in time"):
        serve.start(endless, timeout=3)


def test_a_server_that_dies_later_is_told_and_counted(file, capsys):
    service = serve.start(file, ready="/", timeout=120)
    table = serve.load(service, None, path="/die", rate=50, count=4)
    assert set(table.outcome) == {"lost"} and len(table) == 4
    wait_for(lambda: not service.alive, "it should have died")
    said = capsys.readouterr().err
    assert "has died (exit code 7)" in said + repr(service) and "I am going" in service.log()
    assert "run the cell with serve.start again" in repr(service) and serve.running() == {}
    again = serve.start(file, ready="/", timeout=120)
    assert again.alive


def test_an_exception_in_the_app_is_in_the_log(app):
    with serve.start(app) as service:
        table = serve.load(service, None, path="/fail", rate=50, count=2)
        assert list(table.outcome) == ["failed", "failed"] and "the cause" in service.log()


# ---- requests that go wrong


def test_a_request_that_is_garbage_harms_nobody(app):
    with serve.start(app) as service:
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as raw:
            raw.sendall(b"\x00\xff\x16 this is no HTTP\r\n\r\n")
            assert b"400" in raw.recv(200)
        table = serve.load(service, ["{", b"\xff\xfe", "[1]", {"good": 1}], path="/echo", rate=50, count=4)
    assert list(table.status) == [422, 422, 422, 200]
    assert list(table.outcome) == ["refused", "refused", "refused", "answered"]


def test_a_request_that_is_too_large_is_refused_and_told(app):
    with serve.start(app, largest=1000) as service:
        sizes = [{"text": "x" * size} for size in (10, 1100, 100_000)]
        table = serve.load(service, sizes, path="/echo", rate=50, count=3)
        assert list(table.status) == [200, 413, 413] and "more than" not in str(table.answer[1])
        assert "larger than 1,000 bytes" in table.answer[1]["detail"]
        assert serve.load(service, {"fine": 1}, path="/echo", rate=50, count=1).outcome[0] == "answered"


def test_a_request_that_is_too_slow_is_given_up(app):
    with serve.start(app, patience=0.5) as service:
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as raw:
            raw.sendall(b"POST /echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{")
            assert b"408" in raw.recv(500)
        answers = serve.load(service, {"seconds": 30}, path="/sleep", rate=50, count=1)
        assert list(answers.status) == [504] and "given up" in answers.answer[0]["detail"]
        wait_for(lambda: getattr(app.state, "cancelled", False), "the work should have been given up")


def test_a_client_that_hangs_up_cancels_its_work(app):
    with serve.start(app) as service:
        table = serve.load(service, {"seconds": 30}, path="/sleep", rate=50, count=1, timeout=0.3)
        assert list(table.outcome) == ["slow"] and list(table.status) == [0]
        wait_for(lambda: getattr(app.state, "cancelled", False), "the work should have been cancelled")


def test_a_request_meant_for_another_host_is_refused(app):
    with serve.start(app) as service:
        table = serve.load(service, None, rate=50, count=1, headers={"host": "evil.example"})
        assert list(table.status) == [421]


# ---- services that go wrong under a load


def answering(reply, linger=False):
    """Start a raw server on loopback that answers every connection with some bytes, or hangs up; return its socket.

    With `linger` it hangs up only when a second request has come over the connection, or the client has left.
    """
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()

    def run():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                if reply:
                    connection.sendall(reply)
                if linger:
                    connection.settimeout(5)
                    connection.recv(65536)

    threading.Thread(target=run, daemon=True).start()
    return server


@pytest.mark.parametrize("reply, outcome", [
    (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "garbage"), (b"\x00" * 70_000, "garbage"), (b"hello", "garbage"), (b"", "lost"),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort", "lost"),
    (b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", "garbage"),
    (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{{{{", "garbage"),
    (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "garbage"),
    (b"HTTP/1.1 503 Busy\r\nconnection: close\r\n\r\n", "busy"),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nconnection: close\r\n\r\nto the end", "answered"),
    (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "answered"),
])
def test_what_a_service_answers_is_counted_and_never_raised(reply, outcome):
    with answering(reply) as server:
        table = serve.load(f"http://127.0.0.1:{server.getsockname()[1]}", None, rate=200, count=3, timeout=10)
    assert list(table.outcome) == [outcome] * 3


def test_a_connection_over_which_an_app_has_failed_is_not_used_again():
    with answering(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n", linger=True) as server:
        table = serve.load(f"http://127.0.0.1:{server.getsockname()[1]}", None, rate=100, count=3, pattern="even")
    assert list(table.outcome) == ["failed"] * 3


def test_nobody_at_home():
    table = serve.load("http://127.0.0.1:9", None, rate=200, count=3)
    assert list(table.outcome) == ["lost"] * 3 and serve.percentiles(table)["p50"] == np.inf


def test_a_load_goes_to_this_machine_only():
    with pytest.raises(CourseError, match=r"sends to this machine only; example\.com is another one"):
        serve.load("http://example.com", None, rate=1, count=1)
    with pytest.raises(CourseError, match="this machine only"):
        serve.load("http://10.0.0.1:80", None, rate=1, count=1)


@pytest.mark.parametrize("settings, told", [
    ({}, "needs `rate`"), ({"rate": 1, "clients": 1, "count": 1}, "one of the two"), ({"rate": 1}, "so that it ends"),
    ({"rate": 1, "count": 10**6}, "up to 20,000"), ({"rate": 1, "seconds": 10**4}, "up to 120"),
    ({"rate": 0, "count": 1}, "a rate above 0"), ({"clients": 1000, "count": 1}, "1 to 200 clients"),
    ({"rate": 1, "count": 1, "pattern": "odd"}, '"poisson" and "even"'),
])
def test_a_load_is_bounded(settings, told):
    with pytest.raises(CourseError, match=told):
        serve.load("http://127.0.0.1:9", None, **settings)


def test_what_cannot_be_sent_is_told():
    with pytest.raises(CourseError, match="can send what JSON can say"):
        serve.load("http://127.0.0.1:9", {"a": object()}, rate=1, count=1)
    with pytest.raises(CourseError, match="an empty list"):
        serve.load("http://127.0.0.1:9", [], rate=1, count=1)
    with pytest.raises(CourseError, match="needs an address"):
        serve.load("127.0.0.1:9", None, rate=1, count=1)


def test_an_open_loop_does_not_wait_for_answers(app):
    with serve.start(app) as service:
        table = serve.load(service, {"seconds": 0.5}, path="/sleep", rate=100, count=30, pattern="even")
    assert table.due.diff().dropna().round(3).eq(0.01).all()
    assert (table.outcome == "answered").all() and (table.sent - table.due).median() < 0.25


def test_the_arrivals_are_random_and_come_back_with_the_seed(app):
    with serve.start(app) as service:
        first, second = (serve.load(service, None, rate=500, count=50, seed=3) for _ in range(2))
    assert first.due.equals(second.due)
    expected = np.cumsum(np.random.default_rng(3).exponential(1 / 500, 50))
    assert np.allclose(first.due, expected, atol=1e-5)  # the same that serve.simulate draws


# ---- kernels that are interrupted or killed

KERNEL = """
from layerwise import serve
import fastapi, threading
app = fastapi.FastAPI()
@app.get("/")
async def hello(): return 1
with serve.start(app, name="in thread") as inside, serve.start({file!r}, name="own", timeout=120) as own:
    print("ports", inside.port, own.port, own.pid, flush=True)
    table = serve.load(inside, None, rate=50, seconds=100)
"""


@pytest.fixture
def kernel():
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client, code, until):
    """Run code in a kernel, if any, and return what it has printed when `until` comes up."""
    if code:
        client.execute(code, stop_on_error=False)
    printed, end = "", time.monotonic() + 200
    while until not in printed:
        assert time.monotonic() < end, f"no {until!r} in {printed!r}"
        content = client.get_iopub_msg(timeout=120)["content"]
        printed += content.get("text", "") + "\n".join(content.get("traceback", ()))
    return printed


def begin(manager, client, file):
    printed = run(client, KERNEL.format(file=str(file)), "ports")
    ports = [int(number) for number in printed.split("ports")[1].split()[:2]]
    pid = manager.provisioner.process.pid
    wait_for(lambda: len(children(pid)) == 2, "service and load should run")
    time.sleep(1)
    assert all(map(is_open, ports))
    return pid, ports, children(pid)


def test_a_kernel_interrupted_in_the_middle_leaves_nothing_running(kernel, file):
    manager, client = kernel
    pid, ports, _ = begin(manager, client, file)
    manager.interrupt_kernel()  # a real SIGINT, to the kernel's whole group
    printed = run(client, "", "KeyboardInterrupt")
    assert "what was measured until then is in serve.last_load()" in printed
    wait_for(lambda: not children(pid) and not any(map(is_open, ports)), "a process or a port is left")
    printed = run(client, "print('rows', len(serve.last_load()), serve.running())", "rows")
    rows = int(printed.split("rows")[1].split()[0])
    assert rows > 5 and "{}" in printed


def test_a_killed_kernel_takes_its_services_along(kernel, file):
    manager, client = kernel
    pid, ports, processes = begin(manager, client, file)
    psutil.Process(pid).kill()
    wait_for(lambda: not any(map(is_open, ports)), "a port is left")
    wait_for(lambda: not any(is_ours(process) for process in processes), "a process is left")


def test_an_interrupt_while_a_service_starts_leaves_nothing(tmp_path):
    endless = tmp_path / "endless.py"
    endless.write_text("import time\ntime.sleep(600)\n")
    timer = threading.Timer(2, lambda: os.kill(os.getpid(), 2))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        serve.start(endless, timeout=60)
    assert serve.running() == {}


def test_a_program_that_ends_stops_its_services(file):
    code = f"from layerwise import serve; service = serve.start({str(file)!r}, timeout=120); print(service.pid)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    wait_for(lambda: not psutil.pid_exists(int(done.stdout)), "the service outlived its program")


# ---- levels of service, and the play


def table_of(seconds, outcomes=None):
    import pandas as pd

    due = np.arange(len(seconds), dtype=float)
    outcomes = outcomes or ["answered"] * len(seconds)
    return pd.DataFrame({"due": due, "answered": due + seconds, "seconds": seconds, "outcome": outcomes})


def test_percentiles_are_by_nearest_rank():
    table = table_of(np.random.default_rng(0).permutation(np.arange(1.0, 201)))
    assert serve.percentiles(table) == {"p50": 100.0, "p95": 190.0, "p99": 198.0}


def test_who_was_sent_away_has_waited_for_ever():
    table = table_of(np.ones(100), ["answered"] * 94 + ["busy"] * 6)
    assert serve.percentiles(table) == {"p50": 1.0, "p95": np.inf, "p99": np.inf}
    row = serve.summary({"here": table}).loc["here"]
    assert row.busy == 6 and row.share == 0.94
    with pytest.raises(CourseError, match="without requests"):
        serve.percentiles(table[:0])


def test_the_play_agrees_with_what_is_known_of_a_single_server():
    """Poisson arrivals, constant service: the mean wait is rho / (2 (1 - rho)) services (Pollaczek and Khinchine)."""
    for load in (0.3, 0.6, 0.8):
        table = serve.simulate({1: 0.01}, rate=100 * load, count=60_000, seed=1)
        wait = table.seconds.mean() - 0.01
        assert wait == pytest.approx(0.01 * load / (2 * (1 - load)), rel=0.08)


def test_the_play_keeps_its_own_rules():
    settings = {"max_batch": 4, "max_wait": 0.05, "replicas": 2, "bound": 10, "overhead": 0.001}
    table = serve.simulate({1: 0.02, 4: [0.03, 0.05]}, rate=150, count=3000, **settings)
    taken = table[table.outcome == "answered"]
    assert taken.batch.between(1, 4).all() and (taken.seconds >= 0.02).all()
    assert (table[table.outcome == "busy"].batch == 0).all() and 0 < len(taken) < len(table)
    quiet = serve.simulate({1: 0.001}, rate=0.5, count=200, max_batch=8, max_wait=0.05)
    assert quiet.seconds.median() == pytest.approx(0.051, abs=1e-6)  # alone, for the whole window
    full = serve.simulate({1: 0.001, 2: 0.001}, rate=5000, count=2000, max_batch=2, max_wait=10.0)
    assert full.batch.eq(2).all() and full.seconds.max() < 1  # a full batch does not wait for its window


def test_the_play_sends_away_only_when_there_is_no_room():
    assert (serve.simulate({1: 0.1}, rate=100, count=300, bound=5).outcome == "busy").mean() > 0.8
    assert (serve.simulate({1: 0.001}, rate=10, count=300, bound=5).outcome == "answered").all()


@pytest.mark.parametrize("arguments", [({},), ([0.1],), ({0: 0.1},)])
def test_the_play_says_what_it_needs(arguments):
    with pytest.raises(CourseError, match="simulate"):
        serve.simulate(*arguments, rate=1)


# ---- the queue that the lesson builds


@pytest.fixture(scope="module")
def lesson():
    """The functions and classes of the lesson's page, without its runs."""
    import ast
    import dataclasses

    from conftest import ROOT

    page = ROOT / "notebooks/src/25_serving.py"
    tree = compile(page.read_text(), page, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names = {"Waiting", "Batcher", "ask", "collect", "call_once", "call", "hand_back", "work", "percentile"}
    body = [node for node in tree.body if getattr(node, "name", None) in names]
    scope = {"np": np, "asyncio": asyncio, "time": time, "dataclass": dataclasses.dataclass, "field": dataclasses.field,
             "ROOM": 5, "x_train": np.ones((1, 3)), "__name__": "lesson"}
    exec(compile(ast.Module(body, []), "25_serving.py", "exec"), scope)
    return scope


def play(lesson, scene, model, **settings):
    """Run an async scene with a batcher whose worker runs."""

    async def stage():
        batcher = lesson["Batcher"](model, **settings)
        worker = asyncio.create_task(lesson["work"](batcher))
        try:
            return await asyncio.wait_for(scene(batcher), 30)
        finally:
            worker.cancel()

    return asyncio.run(stage())


def double(pictures):
    return 2 * pictures[:, 0]


def test_everybody_gets_their_own_answer(lesson):
    async def scene(batcher):
        numbers = np.random.default_rng(0).permutation(5)
        answers = await asyncio.gather(*(lesson["ask"](batcher, np.full(3, float(n))) for n in numbers))
        return numbers, answers, [size for size, _ in batcher.calls]

    numbers, answers, sizes = play(lesson, scene, double, max_batch=3, max_wait=0.05)
    assert np.array_equal(answers, 2.0 * numbers) and max(sizes) <= 3 and sum(sizes) == 5


def test_an_error_reaches_only_who_caused_it(lesson):
    def touchy(pictures):
        if (pictures < 0).any():
            raise ValueError("below zero")
        return double(pictures)

    async def scene(batcher):
        asked = [lesson["ask"](batcher, np.full(3, n)) for n in (1.0, -1.0, 3.0)]
        return await asyncio.gather(*asked, return_exceptions=True)

    first, second, third = play(lesson, scene, touchy, max_batch=8, max_wait=0.05)
    assert (first, third) == (2.0, 6.0) and isinstance(second, ValueError)


def test_nobody_gets_an_answer_of_a_model_that_has_lost_one(lesson):
    def forgetful(pictures):
        return double(pictures)[1:] if len(pictures) > 1 else double(pictures)

    async def scene(batcher):
        answers = await asyncio.gather(*(lesson["ask"](batcher, np.full(3, n)) for n in (1.0, 2.0, 3.0)))
        return answers, [size for size, _ in batcher.calls]

    answers, sizes = play(lesson, scene, forgetful, max_batch=8, max_wait=0.05)
    assert answers == [2.0, 4.0, 6.0] and sizes == [3, 1, 1, 1]


def test_a_client_that_has_gone_is_left_out(lesson):
    async def scene(batcher):
        gone = asyncio.create_task(lesson["ask"](batcher, np.ones(3)))
        stays = asyncio.create_task(lesson["ask"](batcher, np.full(3, 2.0)))
        await asyncio.sleep(0.02)
        gone.cancel()
        return await stays, [size for size, _ in batcher.calls]

    answer, sizes = play(lesson, scene, double, max_batch=8, max_wait=0.2)
    assert answer == 4.0 and sizes == [1]


def test_a_full_queue_sends_away_and_serves_on(lesson):
    def slow(pictures):
        time.sleep(0.1)
        return double(pictures)

    async def scene(batcher):
        asked = [lesson["ask"](batcher, np.ones(3)) for _ in range(12)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return answers, await lesson["ask"](batcher, np.full(3, 4.0))

    answers, later = play(lesson, scene, slow)
    full = [isinstance(answer, asyncio.QueueFull) for answer in answers]
    assert 5 <= full.count(False) < 12 and any(full) and later == 8.0


def test_the_window_counts_from_the_first(lesson):
    async def scene(batcher):
        loop = asyncio.get_running_loop()
        while not batcher.warm:
            await asyncio.sleep(0.01)
        began = loop.time()
        first = asyncio.create_task(lesson["ask"](batcher, np.ones(3)))
        first.add_done_callback(lambda _: done.append(loop.time() - began))
        done, others = [], []
        while not done and loop.time() - began < 20:
            with_room = batcher.queue.qsize() < 4
            if with_room:
                others.append(asyncio.create_task(lesson["ask"](batcher, np.ones(3))))
            await asyncio.sleep(0.1)
        for other in others:
            other.cancel()
        return done

    assert 0.3 < play(lesson, scene, double, max_batch=1000, max_wait=0.4)[0] < 15


def test_the_page_and_the_package_read_the_same_percentiles(lesson):
    table = table_of(np.random.default_rng(1).exponential(size=137), ["answered"] * 130 + ["slow"] * 7)
    for level, value in serve.percentiles(table).items():
        assert lesson["percentile"](table, float(level[1:])) == value


def test_the_generator_says_what_it_was_told_in_one_line_each():
    """The format between the two processes: one JSON array a line, whatever the service answered."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\nconnection: close\r\n\r\n"
    with answering(head + b'"a\\nb"\n') as server:
        table = serve.load(f"http://127.0.0.1:{server.getsockname()[1]}", None, rate=100, count=2)
    assert list(table.answer) == ["a\nb", "a\nb"] and json.dumps(list(table.columns))


def test_a_request_that_was_sent_late_has_waited_since_it_was_due(monkeypatch):
    """What the load generator itself could not send in time is waiting too, or waiting could hide there."""
    from layerwise.serve import loads

    late = [1, 0.2, 0.9, 1.0, 200, "answered", None]
    in_time = [0, 0.1, 0.1, 0.3, 200, "answered", None]
    monkeypatch.setattr(loads, "_send", lambda job, rows: rows.extend([late, in_time]))
    table = serve.load("http://127.0.0.1:9", [None, None], rate=10, count=2)
    assert list(table["request"]) == [0, 1], "in the order in which they were due"
    assert table["seconds"].tolist() == pytest.approx([0.2, 0.8])
