"""The declared settings of the function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """The declared settings of the function.

    Parameters
    ----------
    name : str
        Function name.
    handler : str
        ``module.function`` that awslambdaric calls.
    memory_mb : int, megabytes
        The stack kills a process that uses more.
    timeout_s : float, seconds
        The stack kills an invocation that takes longer.
    environment : mapping of str to str
        Environment variables.
    root : Path
        Working directory of the process; the handler's package is imported from here.
    reserved_concurrency : int, optional
        Maximum number of concurrent environments; other requests are throttled. None without a reservation.
    """

    name: str
    handler: str
    memory_mb: int
    timeout_s: float
    environment: Mapping[str, str]
    root: Path
    reserved_concurrency: int | None = None
