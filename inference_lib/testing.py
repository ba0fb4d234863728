"""Tools to test a function that serves a bundle: events as AWS sends them, a context, and the lines that it wrote.

The function itself never imports this module.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.contract.document import Json

__all__ = ["FakeContext", "Written", "batch_event", "http_event", "read_lines", "rest_event"]


@dataclass(frozen=True)
class FakeContext:
    """A substitute for Lambda's context object."""

    aws_request_id: str = "00000000-0000-4000-8000-000000000000"
    remaining_ms: int = 10_000

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the function may run, in milliseconds."""
        return self.remaining_ms


@dataclass(frozen=True)
class Written:
    """What a function wrote to standard output.

    Parameters
    ----------
    metrics : list of dict
        The EMF records; that of a request is a log line too.
    logs : list of dict
        The log lines.
    """

    metrics: list[dict[str, Json]]
    logs: list[dict[str, Json]]


def rest_event(
    method: str = "POST",
    path: str = "/predict",
    body: Json = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Json]:
    """Return an API Gateway REST API proxy event (payload 1.0); a body that is not a string is sent as JSON."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "queryStringParameters": None,
        "requestContext": {"stage": "test", "path": f"/test{path}", "httpMethod": method},
        **_content(body, headers),
    }


def http_event(
    method: str = "POST",
    path: str = "/predict",
    body: Json = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Json]:
    """Return an API Gateway HTTP API or function URL event (payload 2.0)."""
    return {
        "version": "2.0",
        "rawPath": path,
        "requestContext": {"stage": "$default", "http": {"method": method, "path": path}},
        **_content(body, headers),
    }


def _content(body: Json, headers: Mapping[str, str] | None) -> dict[str, Json]:
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    return {"headers": dict(headers or {}), "body": text, "isBase64Encoded": False}


def batch_event(
    rows: list[Json], *, text: bool = False, keep: Sequence[str] = (), run: str = "run-1"
) -> dict[str, Json]:
    """Return the event of AWS Step Functions with lines of a file, numbered from index 0."""
    items: list[Json] = [{"index": index, "row": row} for index, row in enumerate(rows)]
    return {"BatchInput": {"text": text, "keep": list(keep), "run": run}, "Items": items}


def read_lines(output: str) -> Written:
    """Sort the lines that a function wrote into EMF records and log lines.

    Raises
    ------
    ValueError
        A line is not a JSON object.
    """
    written = Written([], [])
    for line in output.splitlines():
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ValueError(f"expected a JSON object on each line, got {type(record).__name__}")  # noqa: TRY004 - it is the text that is wrong
        if "_aws" in record:
            written.metrics.append(record)
        if "_aws" not in record or "level" in record:
            written.logs.append(record)
    return written
