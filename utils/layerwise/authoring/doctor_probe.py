"""What the doctor asks of the machine outside its own process."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from layerwise import paths

PROGRAM = """
import json, sys
import keras
name = keras.backend.backend()
total = float(keras.ops.convert_to_numpy(keras.ops.sum(keras.ops.ones((3, 4)))))
assert total == 12, f"1 added 12 times gives {total}"
if name == "tensorflow":
    import tensorflow as tf
    gpus = [tf.config.experimental.get_device_details(d).get("device_name", d.name)
            for d in tf.config.list_physical_devices("GPU")]
elif name == "jax":
    import jax
    gpus = [d.device_kind for d in jax.devices() if d.platform != "cpu"]
else:
    import torch
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
print("layerwise:" + json.dumps({"keras": keras.__version__, "gpus": gpus}))
"""


@dataclass(frozen=True)
class Started:
    """What came of starting a backend: a problem with its advice, or its versions and GPUs."""

    problem: str = ""
    advice: str = ""
    keras: str = ""
    gpus: tuple = ()
    seconds: float = 0.0


def start_backend(name, *, seconds=180, program=None):
    """Start Keras on a backend in another process, so that a crash there is only a finding here.

    Args:
        name: "tensorflow", "jax" or "torch".
        seconds: How long it may take.
        program: Python code to run in place of the real one; for tests.

    Returns:
        A `Started`.
    """
    env = {**os.environ, "KERAS_BACKEND": name, "TF_CPP_MIN_LOG_LEVEL": "2"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.monotonic()
    try:
        done = subprocess.run([sys.executable, "-c", program or PROGRAM], capture_output=True, text=True,
                              errors="replace", timeout=seconds, env=env)  # fmt: skip
    except subprocess.TimeoutExpired:
        return Started(
            f"did not start within {seconds:g} s",
            "Try again when the machine is less busy; if it stays so, run `python3 start.py --repair`.",
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("layerwise:")]
    if done.returncode == 0 and lines:
        told = json.loads(lines[-1].removeprefix("layerwise:"))
        return Started(keras=told["keras"], gpus=tuple(told["gpus"]), seconds=time.monotonic() - begun)
    return Started(*diagnose(name, done.returncode, done.stderr))


def diagnose(name, code, text):
    """Return what went wrong when a backend did not start, and what to do.

    Args:
        name: The backend.
        code: The exit code of its process; negative for a signal.
        text: What it printed as errors.
    """
    repair = "Run `python3 start.py --repair`."
    other = "Or use another backend (docs/installation.md, Backends)."
    # 0xC000001D is Windows's word for an instruction that the processor does not have.
    if code in (-getattr(signal, "SIGILL", 4), 0xC000001D) or "instructions that" in text:
        return ("crashed: this processor lacks instructions that the package was built for",
                f"{name} needs a processor with AVX. Try KERAS_BACKEND=jax, another machine, or Colab.")  # fmt: skip
    if code == -9:
        return "was ended by the system, most likely for want of memory", "Close other programs and try again."
    if code < 0 or code >= 0xC0000000:
        return f"crashed (code {code})", f"{repair} {other}"
    last = next((line for line in reversed(text.strip().splitlines()) if line.strip()), "no message")
    if "DLL load failed" in text:
        return last, f"On Windows, install Microsoft's Visual C++ redistributable. {other}"
    return f"did not start: {last[:200]}", f"{repair} {other}"


def container_limit():
    """Return the memory limit of the container in bytes, or None where there is none."""
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            said = Path(name).read_text().strip()
        except OSError:
            continue
        return int(said) if said.isdigit() else None
    return None


def course_address():
    """Return the course's page as the syllabus names it, or "" without a checkout."""
    root = paths.root()
    if root is None:
        return ""
    import tomllib

    return tomllib.loads((root / "syllabus.toml").read_text(encoding="utf-8")).get("repository", "")


def reachable(address, *, seconds=3):
    """Return True if anything answers at an address, whatever it says."""
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=seconds).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
    return True
