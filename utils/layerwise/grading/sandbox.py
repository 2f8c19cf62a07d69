"""Shut a process in before it runs somebody else's code, with what the system has.

On Linux with user namespaces (every usual distribution and container image that allows them) a process gets a file
system of its own that holds Python, its packages and nothing else, read-only; a small empty folder to write in; no
network; and it sees no other process. Everywhere on Linux and macOS the limits on time, memory, open files and the
size of files hold. `guarantees` says what holds here.
"""

import contextlib
import ctypes
import os
import platform
import signal
import site
import struct
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

SCRATCH = "/scratch"  # the folder to write in, as the process sees it
NOBODY = 65534

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
)
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_NOATIME, _MS_RELATIME = 2, 4, 8, 1024, 1 << 21
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_PIVOT_ROOT, _CAPSET = {"x86_64": (155, 126), "aarch64": (41, 91)}.get(platform.machine(), (0, 0))


@dataclass(frozen=True)
class Limits:
    """What a learner's process may use.

    Args:
        memory_mb: Memory beyond what it had at its start.
        files_mb: What it may write, in its own folder.
        processes: Processes and threads.
        seconds: CPU seconds of one process, after which the system ends it.
    """

    memory_mb: int = 2048
    files_mb: int = 64
    processes: int = 256
    seconds: int = 600


class NoSandbox(Exception):
    """Raised where the system does not let us build one; the text says which step failed."""


def readable_places():
    """Return the files and folders that a learner's process may read: Python, its packages, the system's libraries."""
    wanted = {"/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts",
              "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"}
    wanted |= {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values(), *sys.path}
    with contextlib.suppress(AttributeError):
        wanted |= set(site.getsitepackages())
    from layerwise import data, paths

    wanted |= {str(Path(data.__file__).parents[1]), str(paths.bundled())}
    found = {str(Path(place).absolute()) for place in wanted if place and Path(place).exists()}
    found -= {"/", str(Path.home()), str(Path.cwd())}  # never everything, whatever somebody put on the path
    return sorted(place for place in found if not any(place.startswith(other + "/") for other in found))


def hidden_places():
    """Return the folders inside the readable ones that hold solutions."""
    from layerwise import exercises

    return [str(Path(folder).absolute()) for folder in exercises.__path__]


def enter(limits, *, readable, hidden):
    """Shut this process in. The caller goes on inside, as another process: call it right after a fork.

    Args:
        limits: A `Limits`.
        readable: Files and folders it may read; see `readable_places`.
        hidden: Folders inside them that it finds empty.

    Returns:
        A function for the process that stays outside: it waits for the one inside and exits as that did. The process
        inside gets None.

    Raises:
        NoSandbox: When a step fails; nothing of the learner's may run then.
    """
    if not sys.platform.startswith("linux") or not _PIVOT_ROOT:
        raise NoSandbox(f"no namespaces on {sys.platform}")
    libc = ctypes.CDLL(None, use_errno=True)
    begin, user, group = _address_space(), os.geteuid(), os.getegid()
    spaces = _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET
    # Root may do all this itself; anybody else becomes root of a namespace of users first.
    _checked(libc.unshare(spaces if user == 0 else spaces | _NEWUSER), "unshare")
    if user:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            try:
                Path(f"/proc/self/{name}").write_text(text)
            except OSError as error:
                raise NoSandbox(f"{name}: {error.strerror}") from None
    child = os.fork()
    if child:
        return child
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _own_files(libc, limits, readable, hidden)
    restrict(limits, begin=begin)
    if user == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    # No capability is left, so that nothing of this can be undone from inside.
    header, nothing = struct.pack("Ii", 0x20080522, 0), bytes(24)
    _checked(libc.syscall(_CAPSET, header, nothing), "capabilities")
    return None


def restrict(limits, *, begin=None):
    """Set the limits that every POSIX system has, for this process and those it starts.

    Args:
        limits: A `Limits`.
        begin: Bytes of address space it began with; asked from the system when None.
    """
    import resource

    begin = _address_space() if begin is None else begin
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.seconds,
        "RLIMIT_FSIZE": limits.files_mb * 2**20,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_NPROC": limits.processes,
        "RLIMIT_AS": begin + limits.memory_mb * 2**20 if begin else None,
    }
    for name, value in wanted.items():
        number = getattr(resource, name, None)
        if number is None or value is None:
            continue
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(number, (value, value))


def _address_space():
    """Return the bytes of address space this process has, or 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _own_files(libc, limits, readable, hidden):
    """Make a root of our own out of read-only views, and leave the old one."""

    def mount(source, target, kind=None, flags=0, options=None):
        encoded = [part if part is None else os.fsencode(part) for part in (source, target, kind)]
        _checked(libc.mount(*encoded, flags, options and options.encode()), f"mount {target}")

    mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    base = _mount_point([os.path.realpath(place) for place in readable])
    mount("layerwise", base, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={limits.files_mb}m,mode=755")
    for place in readable:
        source, target = os.path.realpath(place), base + place
        if Path(source).is_dir():
            Path(target).mkdir(parents=True, exist_ok=True)
        else:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            Path(target).touch()
        _view(mount, source, target)
    for place in hidden:
        if Path(base + place).is_dir():
            mount("layerwise", base + place, "tmpfs", _MS_RDONLY | _MS_NOSUID | _MS_NODEV, "size=4k,mode=755")
    # TensorFlow asks /proc for its own path. In a namespace of processes it shows only those inside.
    Path(base + "/proc").mkdir()
    mount("proc", base + "/proc", "proc", _MS_RDONLY | _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    for folder in (base + SCRATCH, base + "/old"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    Path(base + SCRATCH).chmod(0o777)
    os.chdir(base)
    _checked(libc.syscall(_PIVOT_ROOT, b".", b"old"), "pivot_root")
    os.chdir("/")
    _checked(libc.umount2(b"/old", _MNT_DETACH), "umount")
    Path("/old").rmdir()
    # What is writable is one small tmpfs; only its folder for scratch stays so.
    mount("layerwise", SCRATCH, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={limits.files_mb}m,mode=1777")
    mount(None, "/", None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)
    os.chdir(SCRATCH)
    for name in ("HOME", "TMPDIR", "LAYERWISE_HOME", "KERAS_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
        os.environ[name] = SCRATCH
    tempfile.tempdir = SCRATCH  # it may have been asked for, and remembered, before


def _mount_point(sources):
    """Return a folder to build the new root on: one that holds nothing of what is to be shown in it."""
    for place in ("/tmp", "/mnt", "/media", "/srv", "/opt", "/var/tmp", "/run"):
        real = os.path.realpath(place)
        if Path(real).is_dir() and not any(f"{source}/".startswith(f"{real}/") for source in sources):
            return real
    raise NoSandbox("no folder is free to build on")


def _view(mount, source, target):
    """Show a file or folder read-only at another place."""
    mount(source, target, None, _MS_BIND | _MS_REC)
    had = os.statvfs(target).f_flag
    # A namespace may not take back what the mount above was locked to.
    kept = {os.ST_NOSUID: _MS_NOSUID, os.ST_NODEV: _MS_NODEV, os.ST_NOEXEC: _MS_NOEXEC, os.ST_NOATIME: _MS_NOATIME,
            os.ST_RELATIME: _MS_RELATIME}
    flags = sum(flag for bit, flag in kept.items() if had & bit)
    device = target.endswith(("/null", "/zero", "/random", "/urandom"))
    if not device:
        mount(None, target, None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | flags)


def _checked(result, step):
    if result != 0:
        raise NoSandbox(f"{step}: {os.strerror(ctypes.get_errno())}")


def guarantees():
    """Return what holds for a learner's process on this system, found out by starting one.

    Returns:
        A dict of truth values: ``files`` (reads only Python and its packages, writes only its own folder), ``network``
        (reaches none), ``processes`` (sees and ends only its own), ``memory``, ``time``, ``output``; and ``problem``,
        the step that failed, or "".
    """
    from layerwise.grading.session import Zygote

    with Zygote() as zygote, zygote.session() as session:
        problem = session.problem
    shut_in = dict.fromkeys(("files", "network", "processes"), not problem)
    return {**shut_in, "memory": bool(_address_space()), "time": True, "output": True, "problem": problem}
