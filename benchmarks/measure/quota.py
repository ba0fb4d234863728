"""A share of a processor, as Lambda gives it to a function: a control group of Linux with a quota."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE_CORE_MB: Final = 1769
"""Memory at which a function has the time of one vCPU [1]_.

.. [1] AWS Lambda Developer Guide, "Configure Lambda function memory".
"""

_ROOT: Final = Path("/sys/fs/cgroup")
_PERIOD_US: Final = 100_000
"""Linux's own default, which ``docker run --cpus`` takes as well."""


class NoQuota(Exception):
    """No control group can be made on this machine."""


class Quota:
    """A control group.

    Parameters
    ----------
    folder : Path
        Of the group.
    members : Path
        The file of processes of the group in which this process is otherwise.
    """

    def __init__(self, folder: Path, members: Path) -> None:
        self.folder = folder
        self._members = members

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """Put this process into the group for a while: the processes that it starts then stay there."""
        _write(self.folder / "cgroup.procs", os.getpid())
        try:
            yield
        finally:
            _write(self._members, os.getpid())


@contextlib.contextmanager
def quota(memory_mb: int) -> Iterator[Quota]:
    """Make a control group with the share of a function of this memory: memory / 1 769 MB of a core.

    Parameters
    ----------
    memory_mb : int
        Memory of the function.

    Raises
    ------
    NoQuota
        There are no control groups, or this user cannot make one.
    """
    has_one_tree = (_ROOT / "cgroup.controllers").exists()
    controller = "" if has_one_tree else "cpu"
    parent = _ROOT / controller
    allowed = round(_PERIOD_US * memory_mb / ONE_CORE_MB)
    group = parent / f"inference-{uuid.uuid4().hex[:8]}"
    try:
        if has_one_tree:
            _write(parent / "cgroup.subtree_control", "+cpu")
        group.mkdir()
    except OSError as error:
        raise NoQuota(f"{group.parent}: no control group can be made here: {error.strerror}. Run as root") from error
    try:
        if has_one_tree:
            _write(group / "cpu.max", f"{allowed} {_PERIOD_US}")
        else:
            _write(group / "cpu.cfs_period_us", _PERIOD_US)
            _write(group / "cpu.cfs_quota_us", allowed)
        yield Quota(group, parent / _own_group(controller) / "cgroup.procs")
    except OSError as error:
        raise NoQuota(f"{group}: the control group takes no quota: {error.strerror}") from error
    finally:
        group.rmdir()


def _own_group(controller: str) -> str:
    for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path.lstrip("/")
    return ""


def _write(path: Path, value: object) -> None:
    path.write_text(str(value), encoding="ascii")
