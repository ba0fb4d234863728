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
        A process that uses more is killed.
    timeout_s : float, seconds
        An invocation that takes longer is killed.
    environment : mapping of str to str
        Environment variables.
    root : Path
        Working directory of the process; the handler's package is imported from here.
    reserved_concurrency : int, optional
        Maximum number of concurrent environments; further requests are throttled. None when nothing is reserved.
    """

    name: str
    handler: str
    memory_mb: int
    timeout_s: float
    environment: Mapping[str, str]
    root: Path
    reserved_concurrency: int | None = None
