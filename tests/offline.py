"""Run a command with the network really off: in a network namespace that has a loopback device only.

    unshare -rn python tests/offline.py COMMAND ...

brings the loopback device of the new namespace up, without iproute2, and becomes the command.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

LOOPBACK = b"lo"
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1  # linux/sockios.h, linux/if.h


def command(*words):
    """Return the command line that runs `words` offline."""
    return ["unshare", "-rn", sys.executable, str(Path(__file__).resolve()), *map(str, words)]


def unavailable():
    """Return why the network cannot be taken away here, or None where it can."""
    if not sys.platform.startswith("linux"):
        return "network namespaces exist on Linux only"
    if shutil.which("unshare") is None:
        return "the command unshare (util-linux) is not installed"
    trial = subprocess.run(command(sys.executable, "-c", ""), capture_output=True, text=True)
    return f"unshare -rn is not permitted here: {trial.stderr.strip()}" if trial.returncode else None


def loopback_up():
    """Bring up the loopback device of this network namespace."""
    import fcntl
    import socket
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh22x", LOOPBACK, 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh22x", LOOPBACK, flags | IFF_UP))


if __name__ == "__main__":
    loopback_up()
    # Proxies would be asked in vain, and some libraries wait long for them.
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    os.execvp(sys.argv[1], sys.argv[1:])
