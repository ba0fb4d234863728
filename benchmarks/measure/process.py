"""The resources that a running process uses."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping


def compiling_environment(added: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a measured process, in which bytecode is cached.

    The function's image contains bytecode, so that it would be unfair to compile the sources at each start.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **added}


def free_port() -> int:
    """Return an unused port of the loopback interface."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Measured:
    """A process that is measured.

    Parameters
    ----------
    process : subprocess.Popen
        Ended by ``close``.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def memory_mb(self) -> float:
        """Return the peak resident memory of the process in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status")
        if status.exists():
            peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
            return int(peak.split()[1]) / 1024
        return float(psutil.Process(self.process.pid).memory_info().rss / 1024**2)

    def cpu_s(self) -> float:
        """Return the processor time that the process has used, in seconds."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def files(self) -> set[Path]:
        """Return the files that are mapped into the process's memory: the interpreter and the shared libraries."""
        return {Path(each.path) for each in psutil.Process(self.process.pid).memory_maps() if each.path.startswith("/")}

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
