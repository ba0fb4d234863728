"""ONNX Runtime's own log, sent to a listener; by default ONNX Runtime writes coloured text to stderr."""

from __future__ import annotations

import sys

from inference_lib.runtime.library import LOG_FUNCTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    Listener = Callable[[str, str], None]

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
"""Our level for each OrtLoggingLevel."""


def _to_stderr(level: str, message: str) -> None:
    sys.stderr.write(f"{level} {message}\n")


_listeners: list[Listener] = [_to_stderr]


def listen(listener: Listener) -> Listener:
    """Send the log of every session of this process to ``listener``, which takes a level and a message.

    Returns
    -------
    callable
        The listener until now.
    """
    (before,) = _listeners
    _listeners[:] = [listener]
    return before


def _on_message(_parameter: int, severity: int, _category: bytes, _id: bytes, place: bytes, message: bytes) -> None:
    level = LEVELS[min(severity, len(LEVELS) - 1)]
    text = (message or b"").decode(errors="replace")
    where = (place or b"").decode(errors="replace")
    _listeners[0](level, f"ONNX Runtime: {text} [{where}]")


CALLBACK = LOG_FUNCTION(_on_message)
"""Lives as long as the process, like the environment that calls it."""
