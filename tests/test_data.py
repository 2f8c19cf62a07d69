"""Data sets: each source, whole or not at all; every damage and every missing thing gives one clear message."""

import contextlib
import copy
import functools
import hashlib
import html
import http.server
import os
import pickle
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from layerwise import data, paths
from layerwise.data import _card, _dataset, _download, pictures
from layerwise.suggest import CourseError


@pytest.fixture(autouse=True)
def own_cache(own_home, tmp_path, monkeypatch):
    """Keep downloads where the tests look for them."""
    monkeypatch.setenv("LAYERWISE_CACHE", str(tmp_path / "cache"))


# The course's own digits ----------------------------------------------------------------------------------------------


def test_the_bundled_digits_are_the_promised_ones():
    digits = data.load("digits", source="bundled")
    assert digits.x_train.shape == (10_000, 28, 28) and digits.x_test.shape == (10_000, 28, 28)
    assert digits.x_train.dtype == "uint8" and digits.y_train.dtype == "int64"
    assert digits.source == "bundled" and digits.note == ""
    assert digits.y_train[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
    assert digits.y_test[:8].tolist() == [7, 2, 1, 0, 4, 1, 4, 9]
    counts = np.bincount(digits.y_train, minlength=10)
    assert counts.min() > 800 and counts.max() < 1200
    assert digits.classes == tuple("0123456789")


def test_the_bundle_is_small_and_loads_in_a_moment():
    assert (paths.bundled() / "digits" / "digits.npz").stat().st_size < 4e6
    data.load("digits", source="bundled")
    start = time.process_time()
    data.load("digits", source="bundled")
    assert time.process_time() - start < 1


def test_the_card_tells_the_source_in_use_at_a_glance():
    digits = data.load("digits", source="bundled")
    page = digits._repr_html_()
    for words in ("MNIST", "10,000", "CC BY-SA 3.0", "bundled: the sample", "data:image/png;base64,", "2103.14749"):
        assert words in page
    assert "src='http" not in page
    for words in ("Source in use: bundled", "x_train: 10,000 × 28 × 28, uint8"):
        assert words in repr(digits)
    assert "Lecun" in str(digits.card).title() and "Known faults" in repr(digits.card)


def test_the_card_quotes_what_could_be_markup():
    digits = data.load("digits", source="bundled")
    odd = _dataset.Dataset(**{**vars(digits), "note": "<script>", "classes": ("<b>", *digits.classes[1:])})
    assert "<script>" not in odd._repr_html_() and "&lt;script&gt;" in odd._repr_html_()
    assert "<b>" not in odd._repr_html_()


@pytest.mark.mirror("mnist.npz", "train-images-idx3-ubyte.gz")
@pytest.mark.parametrize("source", ["auto", "official", "best"])
@pytest.mark.parametrize("name", ["digits", "clothing"])
def test_the_mirror_stands_in_for_the_official_pictures(name, source):
    digits = data.load(name, source=source)
    assert digits.source == "mirror" and len(digits.x_train) == 60_000 and len(digits.x_test) == 10_000
    assert "from the mirror folder, checked by content" in digits._repr_html_()
    sample = data.load(name, source="bundled")
    assert np.array_equal(digits.x_train[:10_000], sample.x_train)
    assert np.array_equal(digits.y_train[:10_000], sample.y_train)
    assert np.array_equal(digits.x_test, sample.x_test) and np.array_equal(digits.y_test, sample.y_test)


def test_the_bundle_is_made_the_same_each_time():
    from layerwise.authoring.bundles import _pack

    arrays = {"x_train": np.zeros((3, 2), "uint8"), "y_train": np.arange(3, dtype="uint8")}
    assert _pack.npz(arrays) == _pack.npz(arrays)


def test_an_attribute_that_is_missing_is_named_with_the_nearest():
    digits = data.load("digits", source="bundled")
    with pytest.raises(AttributeError, match=r"'digits' has no 'x_trian'; it has x_train, .*Did you mean \"x_train\""):
        digits.x_trian  # noqa: B018
    assert {"x_train", "y_test", "classes", "card"} <= set(dir(digits))
    copied = copy.copy(digits)
    assert copied.x_train is digits.x_train
    assert pickle.loads(pickle.dumps(digits)).classes == digits.classes


# A data set of two pictures, to break in every way --------------------------------------------------------------------


def arrays(count):
    return {
        "x_train": np.arange(count * 4, dtype="uint8").reshape(count, 2, 2),
        "y_train": np.arange(count, dtype="uint8") % 2,
        "x_test": np.full((2, 2, 2), 9, "uint8"),
        "y_test": np.array([0, 1], "uint8"),
    }


@pytest.fixture
def tiny(tmp_path):
    """A folder with a bundled set "tiny" of 2 pictures; its official file, with 20, is in ``server/``."""
    folder = tmp_path / "bundled" / "tiny"
    folder.mkdir(parents=True)
    (tmp_path / "server").mkdir()
    official = tmp_path / "server" / "tiny.npz"
    np.savez_compressed(official, **arrays(20))
    np.savez_compressed(folder / "sample.npz", **arrays(2))

    def listed(values):
        return "\n".join(f'{key} = "{_card.content_hash(array)}"' for key, array in values.items())

    (folder / "card.toml").write_text(
        f"""
        title = "Tiny"
        kind = "pictures"
        what = "Pictures of four pixels."
        classes = ["a", "b"]
        origin = "this test"
        licence = "CC0"
        citation = "none"
        [arrays]
        x_train = "four pixels each"
        [[official.files]]
        address = "http://127.0.0.1:9/tiny.npz"
        file = "tiny.npz"
        mirror = "sub/tiny.npz"
        bytes = {official.stat().st_size}
        hash = "sha256:{hashlib.sha256(official.read_bytes()).hexdigest()}"
        [official.arrays]
        {listed(arrays(20))}
        [[bundled.files]]
        file = "sample.npz"
        [bundled.arrays]
        {listed(arrays(2))}
        """,
        encoding="utf-8",
    )
    return tmp_path


def load(tiny, source="auto", address=None):
    return pictures.load("tiny", source=source, address=address, folder=tiny / "bundled")


def cached(tiny):
    return tiny / "cache" / "tiny" / "tiny.npz"


def left_behind(tiny):
    """What a failed download left in the cache; the lock is an empty file."""
    return [p.name for p in (tiny / "cache").rglob("*") if p.is_file() and p.name != ".lock"]


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve a folder; ``/short/...`` breaks off half way, ``/page/...`` answers with a log-in page."""

    requests = None

    def do_GET(self):
        self.requests.append(self.path)
        if self.path.startswith("/page/"):
            self._answer(b"<!DOCTYPE html><html>Please log in</html>")
        elif self.path.startswith("/short/"):
            whole = (Path(self.directory) / "tiny.npz").read_bytes()
            self._answer(whole[: len(whole) // 2], promised=len(whole))
        elif self.path.startswith("/resumed/"):
            self.resumed()
        elif self.path.startswith("/slow/"):
            time.sleep(1)  # so that a second process comes while the first one waits
            self._answer((Path(self.directory) / "tiny.npz").read_bytes())
        elif self.path.startswith("/endless/"):
            with contextlib.suppress(ConnectionError):  # the other side hangs up
                self._answer(bytes(1000), promised=10**12)
                while True:
                    self.wfile.write(bytes(100_000))
        elif self.path.startswith("/quietly-short/"):
            self._answer((Path(self.directory) / "tiny.npz").read_bytes()[:-40])
        else:
            super().do_GET()

    def resumed(self):
        """Break off half way the first time; the next time send what is asked for, if it is."""
        whole = (Path(self.directory) / "tiny.npz").read_bytes()
        asked = self.headers.get("Range")
        self.requests[-1] += f" {asked}" if asked else ""
        if asked and "deaf" not in self.path:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(whole):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Length", str(len(whole) - start))
            self.end_headers()
            self.wfile.write(whole[start:])
        elif len([one for one in self.requests if one.startswith(self.path)]) == 1:
            self._answer(whole[: len(whole) // 2], promised=len(whole))
        else:
            self._answer(whole)

    def _answer(self, body, promised=None):
        self.send_response(200)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(tiny):
    seen = []
    handler = type("Seen", (Handler,), {"requests": seen})
    service = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(tiny / "server"))
    )
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    service.seen = seen
    service.address = f"http://127.0.0.1:{service.server_port}"
    yield service
    service.shutdown()
    service.server_close()
    thread.join()


@pytest.fixture
def nobody():
    """An address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/tiny.npz"


def test_auto_takes_the_sample_and_downloads_nothing(tiny, server):
    got = load(tiny, address=f"{server.address}/tiny.npz")
    assert got.source == "bundled" and len(got.x_train) == 2 and got.note == ""
    assert server.seen == [] and not (tiny / "cache").exists()


def test_official_is_downloaded_once_and_kept(tiny, server, capfd):
    address = f"{server.address}/tiny.npz"
    got = load(tiny, "official", address)
    assert got.source == "official" and np.array_equal(got.x_train, arrays(20)["x_train"])
    assert left_behind(tiny) == ["tiny.npz"]
    assert load(tiny, "official", address).source == load(tiny).source == load(tiny, "best").source == "official"
    assert server.seen == ["/tiny.npz"]
    assert load(tiny, "bundled").source == "bundled"
    assert "pooch" not in "".join(capfd.readouterr()).lower()


def test_a_notebook_shows_how_far_a_download_is(tiny, server, monkeypatch, capsys):
    monkeypatch.setattr(_download.show, "in_notebook", lambda: True)
    load(tiny, "official", f"{server.address}/tiny.npz")
    assert "Tiny:   0%" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["truncated", "tampered", "other"])
def test_a_damaged_file_in_the_cache_is_not_used_and_is_fetched_again(tiny, server, damage):
    cached(tiny).parent.mkdir(parents=True)
    whole = (tiny / "server" / "tiny.npz").read_bytes()
    spoil(cached(tiny), whole, damage)
    got = load(tiny)
    assert got.source == "bundled"
    assert "earlier download" in got.note and "not used" in got.note
    assert got.note in got._repr_html_().replace("&#x27;", "'")
    got = load(tiny, "official", f"{server.address}/tiny.npz")
    assert got.source == "official" and cached(tiny).read_bytes() == whole


def spoil(path, whole, damage, count=20):
    if damage == "truncated":
        path.write_bytes(whole[:-50])
    elif damage == "other":
        path.write_bytes(b"<html>log in</html>")
    elif damage == "tampered":
        values = arrays(count)
        values["y_train"][1] ^= 1
        np.savez_compressed(path, **values)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("/missing.npz", "server answered 404"),
        ("/page/tiny.npz", "web page came in place of the file"),
        ("/short/tiny.npz", "broke off|hash differs|no connection"),
        ("/quietly-short/tiny.npz", "hash differs, so it was thrown away"),
        ("/endless/tiny.npz", "more came than twice the 0.0 MB that were expected"),
    ],
)
def test_a_failed_download_says_why_and_leaves_nothing(tiny, server, where, says):
    with pytest.raises(CourseError, match=says) as caught:
        load(tiny, "official", server.address + where)
    assert 'source="bundled"' in str(caught.value) and "LAYERWISE_MIRROR" in str(caught.value)
    assert server.address in str(caught.value)
    # What came of a transfer that broke off is kept, under another name, to go on from there.
    assert left_behind(tiny) == (["tiny.npz.part"] if where.startswith("/short/") else [])
    assert load(tiny).source == "bundled"


@pytest.mark.parametrize("where", ["/resumed/tiny.npz", "/resumed/deaf.npz"])
def test_a_transfer_that_broke_off_goes_on_from_there(tiny, server, where, monkeypatch):
    monkeypatch.setattr(_download, "_PIECE", 100)
    with pytest.raises(CourseError, match="goes on from where it stopped"):
        load(tiny, "official", server.address + where)
    half = (cached(tiny).parent / "tiny.npz.part").stat().st_size
    whole = (tiny / "server" / "tiny.npz").read_bytes()
    assert 0 < half < len(whole)
    assert load(tiny, "official", server.address + where).source == "official"
    assert server.seen == [where, f"{where} bytes={half}-"]  # a server may answer with the whole all the same
    assert cached(tiny).read_bytes() == whole and left_behind(tiny) == ["tiny.npz"]


@pytest.mark.parametrize("length", [30, 100_000])
def test_a_first_part_of_another_file_is_thrown_away(tiny, server, length):
    cached(tiny).parent.mkdir(parents=True)
    (cached(tiny).parent / "tiny.npz.part").write_bytes(b"x" * length)
    server.seen.append("/resumed/tiny.npz")  # not the first request: it does not break off
    assert load(tiny, "official", f"{server.address}/resumed/tiny.npz").source == "official"
    assert server.seen[1:] == [f"/resumed/tiny.npz bytes={length}-", "/resumed/tiny.npz"]
    assert left_behind(tiny) == ["tiny.npz"]


@pytest.fixture
def unverified(tiny):
    """The folder of the set "tiny" when nobody knows the hash of its official file."""
    card = tiny / "bundled" / "tiny" / "card.toml"
    card.write_text(re.sub(r'hash = "sha256:\w+"', 'hash = ""', card.read_text("utf-8")), "utf-8")
    return tiny


def test_a_damaged_download_without_a_known_hash_is_thrown_away(unverified, server):
    with pytest.raises(CourseError, match=r"cut short or is not an .npz .*so it was thrown away.*try again") as caught:
        load(unverified, "official", f"{server.address}/quietly-short/tiny.npz")
    assert "hash is right" not in str(caught.value) and left_behind(unverified) == []
    assert load(unverified).source == "bundled" and load(unverified).note == ""
    assert load(unverified, "official", f"{server.address}/tiny.npz").source == "official"


@pytest.mark.parametrize("damage", ["truncated", "tampered", "other"])
def test_a_damaged_file_without_a_known_hash_is_fetched_again(unverified, server, damage):
    cached(unverified).parent.mkdir(parents=True)
    spoil(cached(unverified), (unverified / "server" / "tiny.npz").read_bytes(), damage)
    assert load(unverified).source == "bundled" and "earlier download" in load(unverified).note
    got = load(unverified, "official", f"{server.address}/tiny.npz")
    assert got.source == "official" and np.array_equal(got.x_train, arrays(20)["x_train"])
    assert load(unverified).source == "official" and server.seen == ["/tiny.npz"]


def test_an_interrupted_download_leaves_no_file_that_looks_whole(tiny, server, monkeypatch):
    import requests

    def pieces(self, size):
        yield b"PK\x03\x04 the beginning"
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(requests.Response, "iter_content", pieces)
        with pytest.raises(KeyboardInterrupt):
            load(tiny, "official", f"{server.address}/tiny.npz")
    assert "tiny.npz" not in left_behind(tiny) and load(tiny).source == "bundled"
    assert load(tiny, "official", f"{server.address}/tiny.npz").source == "official"


def test_no_network_says_what_to_do(tiny, nobody):
    with pytest.raises(CourseError, match=r"no connection. Is the network on") as caught:
        load(tiny, "official", nobody)
    assert 'data.load("tiny", source="bundled")' in str(caught.value)
    assert left_behind(tiny) == []


def test_best_falls_back_to_the_sample_and_says_so(tiny, nobody, capsys):
    got = load(tiny, "best", nobody)
    assert got.source == "bundled" and "no connection" in got.note
    assert "bundled sample is used" in capsys.readouterr().out
    assert "Note." in got._repr_html_() and "Note: " in repr(got)


def test_an_address_that_is_none_is_named(tiny):
    with pytest.raises(CourseError, match="could not be downloaded from nowhere"):
        load(tiny, "official", "nowhere")


def test_the_mirror_is_held_against_the_content_and_not_the_file(tiny, monkeypatch):
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tiny / "mirror"))
    (tiny / "mirror" / "sub").mkdir(parents=True)
    assert load(tiny).source == "bundled"  # nothing there yet
    np.savez(tiny / "mirror" / "sub" / "tiny.npz", **arrays(20))  # packed otherwise than the official file
    got = load(tiny, "official")
    assert got.source == "mirror" and len(got.x_train) == 20
    assert not (tiny / "cache").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda folder: shutil.rmtree(folder), r"names .*mirror, and there is no such folder\."),
        (lambda folder: (folder / "sub" / "tiny.npz").mkdir(), r"tiny\.npz .*(IsADirectory|Permission)Error.*not used"),
    ],
)
def test_a_mirror_that_is_none_is_told(tiny, monkeypatch, change, says):
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tiny / "mirror"))
    (tiny / "mirror" / "sub").mkdir(parents=True)
    change(tiny / "mirror")
    assert load(tiny).source == "bundled" and re.search(says, load(tiny).note)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (Path.unlink, "file .*t10k-labels-idx1-ubyte.gz is missing;"),
        (lambda path: (path.unlink(), path.mkdir()), "t10k-labels-idx1-ubyte.gz, which cannot be read"),
        (lambda path: path.write_bytes(b"<html>log in</html>"),
         "folder .*fashion_mnist holds t10k-labels-idx1-ubyte.gz, which is cut short or is no gzip file"),
        (lambda path: path.write_bytes((path.parent / "train-labels-idx1-ubyte.gz").read_bytes()),
         "folder .*fashion_mnist holds other values in y_test"),
    ],
)
@pytest.mark.mirror("fashion_mnist/t10k-labels-idx1-ubyte.gz")
def test_of_several_files_the_damaged_one_is_named(tmp_path, monkeypatch, change, says):
    shutil.copytree(paths.mirror() / "fashion_mnist", tmp_path / "fashion_mnist")
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tmp_path))
    change(tmp_path / "fashion_mnist" / "t10k-labels-idx1-ubyte.gz")
    clothing = data.load("clothing")
    assert clothing.source == "bundled" and re.search(says, clothing.note), clothing.note


@pytest.mark.parametrize("damage", ["truncated", "tampered", "other"])
def test_a_damaged_mirror_is_not_used_and_told(tiny, monkeypatch, nobody, damage):
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tiny / "mirror"))
    (tiny / "mirror" / "sub").mkdir(parents=True)
    spoil(tiny / "mirror" / "sub" / "tiny.npz", (tiny / "server" / "tiny.npz").read_bytes(), damage)
    got = load(tiny)
    assert got.source == "bundled" and "mirror's file" in got.note
    with pytest.raises(CourseError, match=r"mirror's file .* was not used.*no connection"):
        load(tiny, "official", nobody)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("missing", "is missing"),
        ("truncated", "is cut short or is not an .npz file"),
        ("tampered", "other values in y_train"),
        ("other", "is cut short or is not an .npz file"),
        ("lacking", "holds no array"),
        ("empty", "is cut short or is not an .npz file"),
    ],
)
def test_a_damaged_sample_says_how_to_bring_it_back(tiny, damage, says):
    path = tiny / "bundled" / "tiny" / "sample.npz"
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "lacking":
        np.savez(path, x_train=arrays(2)["x_train"])
    else:
        spoil(path, whole, damage, count=2)
    for source in ("bundled", "auto"):
        with pytest.raises(CourseError, match=says) as caught:
            load(tiny, source)
        assert "git checkout" in str(caught.value) and str(path) in str(caught.value)


def test_a_file_that_would_run_code_is_refused(tiny):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tiny / "ran",))

    trap = {**arrays(2), "x_train": np.array([Trap()], dtype=object)}
    np.savez(tiny / "bundled" / "tiny" / "sample.npz", **trap)
    with pytest.raises(CourseError, match=r"is not an .npz file"):
        load(tiny, "bundled")
    assert not (tiny / "ran").exists()


@pytest.mark.parametrize("content", [None, "title = ", 'title = "only this"', b"\xff\xfe"])
def test_a_missing_or_damaged_card_is_named(tiny, content):
    path = tiny / "bundled" / "tiny" / "card.toml"
    path.unlink() if content is None else path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CourseError, match=r"card of the data set 'tiny'.*(is missing|cannot be read).*git checkout"):
        load(tiny)


def test_a_cache_that_cannot_be_written_says_what_to_do(tiny, server, capsys):
    (tiny / "cache").write_text("a file where a folder should be")
    address = f"{server.address}/tiny.npz"
    with pytest.raises(CourseError, match=r"cannot be written.*LAYERWISE_CACHE") as caught:
        load(tiny, "official", address)
    assert "Traceback" not in str(caught.value)
    assert load(tiny).source == "bundled"
    assert load(tiny, "best", address).source == "bundled"
    assert "cannot be written" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
def test_a_full_disk_says_what_to_do_and_leaves_nothing(tiny, server):
    # A limit on the size of files stands for the full disk: the write fails in the same place.
    code = """
import resource, signal, sys
sys.dont_write_bytecode = True  # under the limit it would be cut short, and stay
from layerwise.data import pictures
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
try:
    pictures.load("tiny", source="official", address=sys.argv[1], folder=sys.argv[2])
except Exception as error:
    sys.stdout.write(f"{type(error).__name__}: {error}"[:600])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, f"{server.address}/tiny.npz", str(tiny / "bundled")],
        capture_output=True, text=True,
    )
    assert "CourseError: The disk is full" in done.stdout, done.stderr
    assert left_behind(tiny) == []


def test_two_at_once_download_once(tiny, server):
    address, got, errors = f"{server.address}/tiny.npz", [], []

    def work():
        try:
            got.append(load(tiny, "official", address))
        except CourseError as error:  # pragma: no cover
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and len(got) == 4
    assert server.seen == ["/tiny.npz"] and left_behind(tiny) == ["tiny.npz"]


def test_two_processes_at_once_download_once(tiny, server):
    code = """
import sys
from layerwise.data import pictures
print("ready", flush=True)
sys.stdin.readline()
got = pictures.load("tiny", source="official", address=sys.argv[1], folder=sys.argv[2])
print(got.source, len(got.x_train))
"""
    command = [sys.executable, "-c", code, f"{server.address}/slow/tiny.npz", str(tiny / "bundled")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert [one.stdout.readline() for one in both] == ["ready\n", "ready\n"]
    for one in both:
        one.stdin.write("\n")
        one.stdin.flush()
    for one in both:
        out, told = one.communicate(timeout=120)
        assert out == "official 20\n" and one.returncode == 0, told
    assert server.seen == ["/slow/tiny.npz"] and left_behind(tiny) == ["tiny.npz"]


def test_one_that_waits_too_long_for_another_is_told(tiny, server, monkeypatch):
    import filelock

    monkeypatch.setattr(_download, "_WAIT", 0)
    cached(tiny).parent.mkdir(parents=True)
    told = pytest.raises(CourseError, match="Another process has been downloading")
    with filelock.FileLock(cached(tiny).parent / ".lock"), told:
        load(tiny, "official", f"{server.address}/tiny.npz")


def test_what_a_killed_download_left_is_cleared_away(tiny, server):
    cached(tiny).parent.mkdir(parents=True)
    (cached(tiny).parent / "tmpabcd").write_bytes(b"half")
    load(tiny, "official", f"{server.address}/tiny.npz")
    assert left_behind(tiny) == ["tiny.npz"]


def test_the_content_hash_tells_type_shape_and_values_apart():
    base = np.zeros((2, 3), "uint8")
    others = [base.astype("int64"), base.reshape(3, 2), base + 1]
    assert len({_card.content_hash(array) for array in [base, *others]}) == 4
    assert _card.content_hash(np.asfortranarray(base)) == _card.content_hash(base)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: data.load("digts"), 'Did you mean "digits"'),
        (lambda: data.load("stars"), "there is .*digits"),
        (lambda: data.load("digits", source="offical"), 'Did you mean "official"'),
        (lambda: data.load(["digits"]), "There is no data set"),
        (lambda: data.load("digits", source="drawn"), "has no source 'drawn'; it has 'official' and 'bundled'"),
        (lambda: data.load("digits", seed=1), "takes no seed: it comes as it is"),
    ],
)
def test_a_misspelt_name_gives_the_nearest(call, says):
    with pytest.raises(CourseError, match=says):
        call()


@pytest.mark.parametrize("name", data.names())
def test_every_set_comes_with_the_course_and_its_card_reads_at_a_glance(name):
    card = _card.read(name, paths.bundled())
    own = [source for source in card.sources if source != "official"]
    if not own:
        with pytest.raises(CourseError, match=r"source=\"official\"\) downloads it.*LAYERWISE_MIRROR"):
            data.load(name)
        return
    got = data.load(name)
    assert got.source in own and got.arrays
    page = got._repr_html_()
    for words in (card.title, "source in use", card.licence.split()[0]):
        assert html.escape(words) in page
    assert "src='http" not in page and len(page) < 400_000
    assert any(mark in page for mark in ("<img", "<audio", "<svg", "<blockquote", "collapse;font-size")), "no examples"
    missing = {array for array, told in card.arrays.items() if array not in got.arrays and "with feed" not in told}
    assert not missing, f"the card names {missing}, which are not there"
    # Of an array that comes in parts, the card describes the first part at least.
    stems = {array.rpartition("_")[0] for array in card.arrays if array.endswith("_train")}
    undescribed = {a for a in got.arrays if a not in card.arrays and a.rpartition("_")[0] not in stems}
    assert not undescribed, f"the card says nothing of {undescribed}"


@pytest.mark.parametrize("name", data.names())
def test_every_sample_loads_in_under_a_second(name):
    if "bundled" not in _card.read(name, paths.bundled()).sources:
        return
    data.load(name, source="bundled")  # the libraries that it needs are imported now
    start = time.process_time()
    data.load(name, source="bundled")
    assert time.process_time() - start < 1


def test_all_samples_together_stay_small():
    size = sum(path.stat().st_size for path in paths.bundled().rglob("*") if path.is_file())
    assert size < 40e6, f"data/ has grown to {size / 1e6:.1f} MB"


def test_the_catalogue_lists_every_set():
    page, text = data.catalogue()._repr_html_(), repr(data.catalogue())
    for name in data.names():
        assert f"<code>{name}</code>" in page and f"{name}: " in text


def test_the_installed_package_finds_its_copy_of_the_bundle(tmp_path):
    """Without a checkout around it, the package reads the copy that travels with it."""
    package = Path(data.__file__).parents[1]
    copy = tmp_path / "site" / "layerwise"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__", "_bundled"))
    shutil.copytree(paths.bundled(), copy / "_bundled")
    code = "from layerwise import data; d = data.load('digits', source='bundled'); print(len(d.x_train), d.card.folder)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True, text=True, check=True,
    )
    assert done.stdout.startswith("10000 ") and "_bundled" in done.stdout
