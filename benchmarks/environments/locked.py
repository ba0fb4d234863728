"""Creates a locked environment in ``build/benchmarks`` if it does not exist."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parents[2] / "build" / "benchmarks"


class EnvironmentFailed(Exception):
    """An environment could not be created."""


def interpreter(requirements: Path) -> Path:
    """Return the Python of an environment with exactly the given packages.

    Parameters
    ----------
    requirements : Path
        Locked with hashes. Its content names the environment, so that a new lock makes a new one.

    Raises
    ------
    EnvironmentFailed
        A package cannot be installed; the message is the installer's.
    """
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    name = requirements.parent.name if requirements.stem == "requirements" else requirements.stem
    folder = _FOLDER / f"{name}-{digest}"
    python = folder / "bin" / "python"
    if not python.exists():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        beside = folder.with_suffix(".part")
        shutil.rmtree(beside, ignore_errors=True)
        # Relocatable: it is renamed when it is complete.
        _uv("venv", "--quiet", "--relocatable", "--python", sys.executable, str(beside))
        # Python compiles what a program imports at its first start: all of the packages would take ten times as long.
        _uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(beside / "bin" / "python"), str(requirements))
        beside.rename(folder)
    return python


def _uv(*arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    # The system's certificates, as in the Makefile.
    environment = {"UV_SYSTEM_CERTS": "true", **os.environ}
    done = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise EnvironmentFailed(f"uv {' '.join(arguments[:2])} failed: {done.stderr.strip()}")
