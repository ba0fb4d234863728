"""The server of the console: ``streamlit run console/connection/server.py``.

Streamlit draws everything over a WebSocket: until its first message the page is empty, and it stays empty if a proxy or
a firewall blocks the socket. The page therefore has a skeleton from the start, and a script that shows a message after
20 seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONSOLE = Path(__file__).parents[1]
_END = b"</body>"


class NeverEmpty:
    """Adds ``assets/skeleton.html`` and the script ``assets/socket.js`` to the page.

    Parameters
    ----------
    app : ASGI application
        Serves the page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        script = b"<script>" + (_CONSOLE / "assets" / "socket.js").read_bytes() + b"</script>"
        self._added = (_CONSOLE / "assets" / "skeleton.html").read_bytes() + script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; add to pages only."""
        if scope["type"] != "http" or not _is_for_page(scope):
            await self._app(scope, receive, send)
            return
        started: list[Message] = []
        body = b""

        async def keep(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                started.append(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                content = body.replace(_END, self._added + _END, 1)
                await send(_with_length(started[0], len(content), len(body)))
                await send({"type": "http.response.body", "body": content})

        # Nothing can be inserted into a compressed page.
        headers = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        await self._app({**scope, "headers": headers}, receive, keep)


def _is_for_page(scope: Scope) -> bool:
    accepted = dict(scope["headers"]).get(b"accept", b"")
    return scope["method"] == "GET" and b"text/html" in accepted


def _with_length(start: Message, length: int, before: int) -> Message:
    if length == before:
        return start
    # The page's tag and date are those of the file on disk.
    replaced = {b"content-length", b"etag", b"last-modified"}
    headers = [pair for pair in start["headers"] if pair[0].lower() not in replaced]
    return {**start, "headers": [*headers, (b"content-length", str(length).encode())]}


app = st.App(_CONSOLE / "app.py", middleware=[Middleware(NeverEmpty)])
