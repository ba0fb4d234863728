"""Calls an API over one persistent connection, as callers do."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

API_KEY = "INFERENCE_API_KEY"
"""The environment variable with the key."""

TIMEOUT_S = 30
"""Timeout in seconds: API Gateway waits at most 29 s."""

THROTTLED = 429
OK = 200
SERVER_ERROR = 500
FORBIDDEN = frozenset({401, 403})

PAUSE_S = 0.5
"""Seconds before a throttled request is sent again."""

PATIENCE = 40
"""Retries of a throttled request: dev accepts 10 requests a second."""


class SmokeError(Exception):
    """The test cannot run."""


class NoAnswerError(SmokeError):
    """Nothing answers."""


@dataclass
class Caller:
    """A persistent connection, and its counters.

    Parameters
    ----------
    url : str
        URL of the API, with its stage.
    key : str
        Key, sent as ``x-api-key`` unless it is empty.
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
        """Return status, decoded body and milliseconds of a request; throttled ones are sent again.

        Raises
        ------
        SmokeError
            The API does not respond, or the key is rejected.
        """
        for _ in range(PATIENCE):
            status, content, elapsed_ms = self._once(method, route, body)
            if status != THROTTLED:
                break
            self.throttled += 1
            time.sleep(PAUSE_S)
        if status in FORBIDDEN:
            raise SmokeError(f"{self.url}: {method} {route} returns status {status}. Set the key: export {API_KEY}=...")
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
                # The server may have closed an idle connection: retry once on a new one.
                self._connection.close()
                if is_last:
                    raise NoAnswerError(f"{self.url}: no response ({error})") from error
        raise AssertionError


def wait_for(caller: Caller, patience_s: float) -> None:
    """Wait until the health route of the API responds: a new deployment takes a few seconds.

    Raises
    ------
    SmokeError
        It does not respond, or it rejects the key.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            status, _, _ = caller.send("GET", "/health")
            reason = f"GET /health returns status {status}"
        except NoAnswerError as error:
            status, reason = SERVER_ERROR, str(error).removeprefix(f"{caller.url}: ")
        if status == OK:
            return
        if time.monotonic() > until:
            raise SmokeError(f"{caller.url}: {reason} after {patience_s:g} s. Expected a URL with its stage")
        time.sleep(PAUSE_S)
