"""Archives that came from elsewhere, and folders that are made once: hostile ones are refused, nothing half stays."""

import errno
import gzip
import io
import os
import stat
import subprocess
import sys
import tarfile
import tracemalloc
import zipfile

import numpy as np
import pytest
from layerwise.data import _archive, _cache, pictures
from layerwise.data._sources import Damaged
from layerwise.suggest import CourseError

ROOM = {"files": 10, "size": 10_000}


def tar(path, *entries):
    """Write a .tgz; an entry is (name, content) or a TarInfo."""
    with tarfile.open(path, "w:gz") as archive:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                archive.addfile(entry)
                continue
            name, content = entry
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def read(path, **limits):
    return list(_archive.members(path, **(limits or ROOM)))


def test_plain_files_are_read_and_folders_passed_over(tmp_path):
    path = tar(tmp_path / "a.tgz", special("top", tarfile.DIRTYPE), ("top/one.txt", b"1"), ("./top/two.txt", b"22"))
    assert read(path) == [("top/one.txt", b"1"), ("top/two.txt", b"22")]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("top")
        archive.writestr("top/one.txt", "1")
    assert read(tmp_path / "a.zip") == [("top/one.txt", b"1")]


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/etc/out.txt", "C:/out.txt", "a\\..\\..\\out.txt"])
@pytest.mark.parametrize("kind", ["tgz", "zip"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "tgz":
        tar(path, ("good.txt", b"1"), (name, b"2"))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("good.txt", "1")
            archive.writestr(name, "2")
    folder = tmp_path / "deep" / "folder"
    folder.mkdir(parents=True)
    with pytest.raises(Damaged, match="leads out of its folder"):
        _archive.unpack(path, folder, **ROOM)
    assert not list(tmp_path.rglob("out.txt"))


@pytest.mark.parametrize(
    "entry",
    [
        special("link", tarfile.SYMTYPE, "/etc/passwd"),
        special("link", tarfile.LNKTYPE, "good.txt"),
        special("pipe", tarfile.FIFOTYPE),
        special("device", tarfile.CHRTYPE),
    ],
    ids=["symbolic link", "hard link", "pipe", "device"],
)
def test_links_and_devices_are_refused(tmp_path, entry):
    path = tar(tmp_path / "a.tgz", ("good.txt", b"1"), entry)
    with pytest.raises(Damaged, match="a link or a device"):
        read(path)


def test_a_link_in_a_zip_archive_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Damaged, match="holds the link 'link'"):
        read(tmp_path / "a.zip")


def test_an_archive_that_unpacks_to_too_much_is_stopped_on_the_way(tmp_path, monkeypatch):
    zeros = bytes(5_000_000)
    tar(tmp_path / "bomb.tgz", ("zeros", zeros))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", zeros)
    for name in ("bomb.tgz", "bomb.zip"):
        assert (tmp_path / name).stat().st_size < 10_000
        with pytest.raises(Damaged, match=r"unpacks to more than the 0.0 MB"):
            read(tmp_path / name)
    monkeypatch.setattr(_archive, "LARGEST", 1_000_000)
    for name in ("bomb.tgz", "bomb.zip"):
        with pytest.raises(Damaged, match=r"are allowed|unpacks to more"):
            read(tmp_path / name, files=10, size=10**9)
    tar(tmp_path / "many.tgz", *[(f"{i}.txt", b"") for i in range(11)])
    with pytest.raises(Damaged, match="more than the 10 files"):
        read(tmp_path / "many.tgz")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_unpacks_to_too_much_is_stopped_on_the_way(tmp_path, kind):
    """Such a header holds a long name or the like, and `tarfile` reads it whole before it shows an entry."""
    info = special("name", kind)
    info.size = 60_000_000
    with gzip.open(tmp_path / "bomb.tgz", "wb", compresslevel=1) as file:
        file.write(info.tobuf(tarfile.USTAR_FORMAT) + bytes(info.size))
    assert (tmp_path / "bomb.tgz").stat().st_size < 400_000
    tracemalloc.start()
    with pytest.raises(Damaged, match=r"unpacks to more than the 0.0 MB"):
        read(tmp_path / "bomb.tgz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 35e6


@pytest.mark.parametrize("content", ["truncated", b"", b"<!DOCTYPE html><html>log in</html>", b"PK\x03\x04 cut"])
def test_what_is_cut_short_or_no_archive_is_named(tmp_path, content):
    path = tar(tmp_path / "a.tgz", ("one.txt", os.urandom(5000)), ("two.txt", os.urandom(3000)))
    if content == "truncated":
        content = path.read_bytes()[:-2000]
    path.write_bytes(content)
    with pytest.raises(Damaged, match="is cut short or is no archive"):
        read(path)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
@pytest.mark.parametrize("cut", [1, 8, 100])
def test_an_archive_cut_anywhere_is_noticed(tmp_path, kind, cut):
    path = tmp_path / f"a.tar.{kind}"
    with tarfile.open(path, f"w:{kind}") as archive:
        for i in range(5):
            info = tarfile.TarInfo(f"{i}.txt")
            info.size = 100
            archive.addfile(info, io.BytesIO(os.urandom(100)))
    assert len(read(path)) == 5
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(Damaged, match="is cut short or is no archive"):
        read(path)


def test_a_plain_tar_archive_cut_within_its_files_is_noticed(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for i in range(5):
            info = tarfile.TarInfo(f"{i}.txt")
            info.size = 1000
            archive.addfile(info, io.BytesIO(os.urandom(1000)))
    assert len(read(path)) == 5
    path.write_bytes(path.read_bytes()[: 512 + 1024 + 700])
    with pytest.raises(Damaged, match="is cut short or is no archive"):
        read(path)


def test_a_truncated_zip_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.txt", os.urandom(3000))
    whole = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[:-30])
    with pytest.raises(Damaged, match="is cut short or is no archive"):
        read(tmp_path / "a.zip")
    (tmp_path / "a.zip").write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
    with pytest.raises(Damaged, match="is cut short or is no archive"):
        read(tmp_path / "a.zip")


def test_files_go_where_they_are_wanted(tmp_path):
    path = tar(tmp_path / "a.tgz", ("top/one.txt", b"1"), ("top/two.md", b"2"))
    folder = tmp_path / "out"
    folder.mkdir()
    count = _archive.unpack(
        path, folder, **ROOM, wanted=lambda name: name.removeprefix("top/") if name.endswith(".txt") else None
    )
    assert count == 1 and [p.name for p in folder.rglob("*")] == ["one.txt"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\0\0\x08\x01\0\0\0\x05abc", "promises 5 values of shape .* and holds 3"),
        (b"\0\0\x0d\x01\0\0\0\x03abc", "no IDX file of unsigned bytes"),
        (b"\0\0\x08\x03\0", "no IDX file"),
        (b"\0\0\x08", "no IDX file"),
        (b"\0\0\x08\xff" + bytes(4 * 255), "no IDX file"),
        (b"\0\0\x08\x03\x80\0\0\0\x80\0\0\0\0\0\0\x04", "promises 18,446,744,073,709,551,616 values"),
        (b"", "no IDX file"),
    ],
)
def test_a_damaged_idx_file_is_named(tmp_path, content, says):
    (tmp_path / "plain").write_bytes(content)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(content))
    for name in ("plain", "packed.gz"):
        with pytest.raises(Damaged, match=says):
            pictures.read_idx(tmp_path / name)


def test_an_idx_file_is_read_packed_or_not(tmp_path, monkeypatch):
    content = b"\0\0\x08\x02\0\0\0\x01\0\0\0\x03abc"
    (tmp_path / "plain").write_bytes(content)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(content))
    for name in ("plain", "packed.gz"):
        assert pictures.read_idx(tmp_path / name).tolist() == [[97, 98, 99]]
    for damaged in (gzip.compress(content)[:-4], content):
        (tmp_path / "packed.gz").write_bytes(damaged)
        with pytest.raises(Damaged, match="is cut short or is no gzip file"):
            pictures.read_idx(tmp_path / "packed.gz")
    (tmp_path / "packed.gz").write_bytes(gzip.compress(bytes(200)))
    monkeypatch.setattr(pictures, "_LARGEST_IDX", 100)
    with pytest.raises(Damaged, match="unpacks to more"):
        pictures.read_idx(tmp_path / "packed.gz")


@pytest.mark.parametrize(
    ("shape", "content", "says"),
    [
        ((10**13,), b"abc", "promises arrays larger than the memory"),
        ((10**5,), bytes(10**5), "unpacks to more than the 0 MB that are allowed"),
        ((5,), b"abc", r"is cut short or is not an \.npz file"),
        ((-5,), b"abc", r"is cut short or is not an \.npz file"),
    ],
)
def test_an_npz_file_that_promises_too_much_is_refused(tmp_path, monkeypatch, shape, content, says):
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", head.getvalue() + content)
    assert (tmp_path / "a.npz").stat().st_size < 1_000
    monkeypatch.setattr(pictures, "_LARGEST_NPZ", 10_000)
    with pytest.raises(Damaged, match=says):
        pictures.read_npz(tmp_path / "a.npz", ["x"])


# Folders that are made once -------------------------------------------------------------------------------------------


def fill(folder):
    (folder / "one.txt").write_text("1")


def never(folder):
    raise AssertionError("made a second time")


def test_a_folder_is_made_once(own_home):
    path, note = _cache.folder("tiny", "a", fill)
    assert (path / "one.txt").read_text() == "1" and note == ""
    assert _cache.folder("tiny", "a", never) == (path, "")
    assert _cache.folder("tiny", "b", fill)[0] != path


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_what_breaks_off_leaves_nothing_and_is_made_anew(own_home, error):
    def broken(folder):
        fill(folder)
        raise error

    with pytest.raises(error):
        _cache.folder("tiny", "a", broken)
    assert [p.name for p in (own_home / "cache" / "tiny").iterdir() if not p.name.startswith(".lock")] == []
    assert _cache.folder("tiny", "a", fill)[0].is_dir()


def test_what_a_killed_process_left_is_cleared_away(own_home):
    left = own_home / "cache" / "tiny" / "tmp-a-123"
    left.mkdir(parents=True)
    fill(left)
    _cache.folder("tiny", "a", fill)
    assert not left.exists()


def test_a_cache_that_cannot_be_written_gives_a_temporary_folder_and_says_so(own_home):
    (own_home / "cache").write_text("a file where a folder should be")
    path, note = _cache.folder("tiny", "a", fill)
    assert (path / "one.txt").exists()
    assert "cannot be written" in note and "temporary folder" in note
    assert _cache.folder("tiny", "a", never) == (path, note)  # the same one until Python ends


def test_a_full_disk_says_what_to_do(own_home):
    def full(folder):
        fill(folder)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CourseError, match=r"disk is full.*LAYERWISE_CACHE"):
        _cache.folder("tiny", "a", full)
    assert [p.name for p in (own_home / "cache" / "tiny").iterdir() if not p.name.startswith(".lock")] == []


def test_two_processes_at_once_make_it_once(own_home):
    code = """
import os, sys
from layerwise.data import _cache
def make(folder):
    print("made", flush=True)
    for i in range(300):
        (folder / str(i)).write_text("x")
path, note = _cache.folder("tiny", "a", make)
print(len(list(path.iterdir())), note)
"""
    at_work = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = [process.communicate()[0].split() for process in at_work]
    assert sorted(said) == [["300"], ["300"], ["made", "300"]]
