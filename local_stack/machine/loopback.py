"""HTTP servers on the loopback interface."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import uvicorn

from local_stack.errors import LocalStackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

HOST = "127.0.0.1"
_PORTS_TO_TRY = 50
_LAST_REQUESTS_S = 3
_BACKLOG = 1024


class _Server(uvicorn.Server):
    """A server that ignores signals: the stack stops its parts in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(application: ASGIApp) -> uvicorn.Server:
    """Return a server for an application; it does not handle the signals of the process."""
    return _Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_LAST_REQUESTS_S,
            lifespan="off",
        )
    )


def listen(port: int) -> socket.socket:
    """Return a socket that listens on the loopback interface; port 0 chooses a free one.

    Raises
    ------
    LocalStackError
        The port is in use; the message names a free one.
    """
    # asyncio disables Nagle's algorithm only if the protocol is named; otherwise each response waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        free = next((each for each in range(port + 1, port + _PORTS_TO_TRY) if _is_free(each)), None)
        hint = f" Choose another: --port {free} (make run PORT={free})." if free else ""
        raise LocalStackError(f"Port {port} on {HOST} cannot be used ({error.strerror}).{hint}") from error
    listener.listen(_BACKLOG)
    return listener


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
