"""The options of ONNX Runtime for a function.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
.. [2] https://onnxruntime.ai/docs/performance/tune-performance/threading.html
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

MEMORY_OF_ONE_VCPU_MB: Final = 1769
"""At this memory a function has the equivalent of one vCPU [1]_."""

NO_SPINNING: Final[Mapping[str, str]] = {
    "session.intra_op.allow_spinning": "0",
    "session.inter_op.allow_spinning": "0",
}
"""Threads that spin burn a whole vCPU between requests [2]_."""

LOG_WARNINGS: Final = 2
BASIC_OPTIMIZATIONS: Final = 1


class SessionOptions:
    """Options of one session.

    Parameters
    ----------
    threads : int
        Threads that one operator may use. One means no pool.
    optimization_level : int
        GraphOptimizationLevel of the C API: 0 none, 1 basic, 2 extended, 99 all.
    log_severity : int
        Lowest OrtLoggingLevel that is logged: 0 verbose to 4 fatal.
    entries : mapping of str to str
        Further configuration entries of the session.
    """

    __slots__ = ("entries", "log_severity", "optimization_level", "threads")

    def __init__(
        self,
        *,
        threads: int = 1,
        optimization_level: int = BASIC_OPTIMIZATIONS,
        log_severity: int = LOG_WARNINGS,
        entries: Mapping[str, str] = NO_SPINNING,
    ) -> None:
        self.threads = threads
        self.optimization_level = optimization_level
        self.log_severity = log_severity
        self.entries = entries


def threads_of(memory_mb: int) -> int:
    """Return the threads that a function of this memory can keep busy: one for each whole vCPU, at least one."""
    return max(1, memory_mb // MEMORY_OF_ONE_VCPU_MB)
