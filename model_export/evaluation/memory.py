"""Whether this machine has the memory that an export needs, asked before the conversion and not by the kernel."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Final

from model_export.errors import InputError

NEEDED_PER_BYTE: Final = 16
"""A forest of 139 MB took 2.06 GB at the peak: the model, its graph, the graph's bytes and two sessions."""

_WAYS_OUT: Final = (
    "Close other programs, take a machine with more memory, or train a smaller model, such as with max_depth or fewer "
    "estimators."
)
_ASKED_FROM: Final = 20_000_000
_GIGABYTE: Final = 1_000_000_000
_MEMINFO: Final = Path("/proc/meminfo")


def free_bytes() -> int | None:
    """Return the memory that a process can still have, in bytes; None where the system does not tell."""
    known = []
    if _MEMINFO.exists():
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        known += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        known.append(limit)
    return min(known, default=None)


class TooLittleMemory(InputError):
    """The memory was used up in the middle of an export.

    Parameters
    ----------
    model : Path
        The file.
    """

    def __init__(self, model: Path) -> None:
        super().__init__(f"{model}: the memory of this machine was used up, and nothing was written. {_WAYS_OUT}")


def require_memory(model: Path, free: int | None) -> None:
    """Do nothing when an export of a model file fits into memory, as far as that can be told.

    Parameters
    ----------
    model : Path
        The file; one that is not there is somebody else's to tell.
    free : int or None, bytes
        From ``free_bytes``.

    Raises
    ------
    InputError
        It needs more than there is.
    """
    size = model.stat().st_size if model.is_file() else 0
    needed = NEEDED_PER_BYTE * size
    if free is not None and size >= _ASKED_FROM and needed > free:
        raise InputError(
            f"{model}: to export a model of {size / 1_000_000:.0f} MB takes about {needed / _GIGABYTE:.1f} GB of "
            f"memory, and {free / _GIGABYTE:.1f} GB are free. {_WAYS_OUT}"
        )
