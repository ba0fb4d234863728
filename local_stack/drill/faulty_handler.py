"""The function with one fault on purpose: the real handler, and what the file in ``DRILL_FAULT`` names before it."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil

from local_stack.drill.faults import DEPLOYMENT, ERRORS, FAULT_FILE, HELD_SHARE, MEMORY, SLOW, SLOW_S, active

if TYPE_CHECKING:
    from collections.abc import Callable

_MEGABYTE = 1_000_000
_FILE = os.environ.get(FAULT_FILE, "")
_held: list[bytes] = []


def _real_handler() -> Callable[..., Any]:
    """Return the handler of the function; its model becomes slow with the fault ``SLOW``."""
    if active(_FILE) == DEPLOYMENT:
        sys.exit("drill: this version does not start")
    from inference_lib.handler import handler as real  # noqa: PLC0415 - it reads the bundle
    from inference_lib.runtime.model import Model  # noqa: PLC0415 - likewise

    predict = Model.predict

    def slow(*arguments: Any) -> Any:  # noqa: ANN401 - passed on
        if active(_FILE) == SLOW:
            time.sleep(SLOW_S)
        return predict(*arguments)

    Model.predict = slow  # type: ignore[assignment, method-assign] # on purpose
    return real


# Only in the process of the function, which has the variable.
_real = _real_handler() if _FILE else None


def _hold_memory() -> None:
    limit = int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) * HELD_SHARE
    while psutil.Process().memory_info().rss < limit * 1024 * 1024:
        _held.append(os.urandom(_MEGABYTE))


def handler(event: dict[str, Any], context: Any) -> Any:  # noqa: ANN401 - as awslambdaric calls it
    """Answer an event as the function does, unless the fault prevents it.

    Raises
    ------
    RuntimeError
        The fault is ``ERRORS``.
    """
    fault = active(_FILE)
    if fault == ERRORS or _real is None:
        raise RuntimeError("drill: the handler fails")
    if fault == MEMORY:
        _hold_memory()
    return _real(event, context)
