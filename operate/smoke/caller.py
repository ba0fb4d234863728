"""Asks an API over one connection that is kept open, as callers do."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

API_KEY = "INFERENCE_API_KEY"
"""The environment variable that holds the key."""

TIMEOUT_S = 30
"""API Gateway waits 29 s at most."""

THROTTLED = 429
OK = 200
SERVER_ERROR = 500
FORBIDDEN = frozenset({401, 403})

PAUSE_S = 0.5
"""Before a refused request is sent again."""

PATIENCE = 40
"""How often one request may be refused: dev lets 10 a second through."""


class SmokeError(Exception):
    """The test cannot be made."""


class NoAnswerError(SmokeError):
    """Nothing answers."""


@dataclass
class Caller:
    """A connection that is kept open, and what it saw.

    Parameters
    ----------
    url : str
        Of the API, with its stage.
    key : str
        Sent as ``x-api-key`` unless it is empty.
    """

    url: str
    key: str = field(default="", repr=False)
    throttled: int = 0

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
        except ValueError as error:
            raise SmokeError(f"{self.url}: not a URL ({error})") from error
        kinds = {"https": http.client.HTTPSConnection, "http": http.client.HTTPConnection}
        if parts.scheme not in kinds or not parts.hostname:
            raise SmokeError(
                f"{self.url}: not a URL; expected one such as https://ID.execute-api.REGION.amazonaws.com/dev"
            )
        try:
            self._connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=TIMEOUT_S)
        except ValueError as error:
            raise SmokeError(f"{self.url}: not a URL ({error})") from error
        self._path = parts.path.rstrip("/")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def send(self, method: str, route: str, body: Any = None) -> tuple[int, Any, float]:  # noqa: ANN401 - any JSON value
        """Return status, decoded body and milliseconds of a request; refused ones are sent again.

        Raises
        ------
        SmokeError
            Nothing answers, or the key is refused.
        """
        for _ in range(PATIENCE):
            status, content, elapsed_ms = self._once(method, route, body)
            if status != THROTTLED:
                break
            self.throttled += 1
            time.sleep(PAUSE_S)
        if status in FORBIDDEN:
            raise SmokeError(f"{self.url}: {method} {route} gives status {status}. Name the key: export {API_KEY}=...")
        try:
            return status, json.loads(content), elapsed_ms
        except ValueError:
            return status, None, elapsed_ms

    def _once(self, method: str, route: str, body: Any) -> tuple[int, bytes, float]:  # noqa: ANN401 - any JSON value
        headers = {"content-type": "application/json", **({"x-api-key": self.key} if self.key else {})}
        content = None if body is None else json.dumps(body)
        for is_last in (False, True):
            begun = time.perf_counter()
            try:
                self._connection.request(method, self._path + route, content, headers)
                answer = self._connection.getresponse()
                return answer.status, answer.read(), (time.perf_counter() - begun) * 1000
            except (OSError, http.client.HTTPException) as error:
                # The server may have closed an idle connection: once more, on a new one.
                self._connection.close()
                if is_last:
                    raise NoAnswerError(f"{self.url}: no answer ({error})") from error
        raise AssertionError


def wait_for(caller: Caller, patience_s: float) -> None:
    """Do nothing when the API answers its health route, within some seconds: a new deployment takes a few.

    Raises
    ------
    SmokeError
        It does not, or it refuses the key.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            status, _, _ = caller.send("GET", "/health")
            reason = f"GET /health gives status {status}"
        except NoAnswerError as error:
            status, reason = SERVER_ERROR, str(error).removeprefix(f"{caller.url}: ")
        if status == OK:
            return
        if time.monotonic() > until:
            raise SmokeError(f"{caller.url}: {reason} after {patience_s:g} s. Expected a URL with its stage")
        time.sleep(PAUSE_S)
