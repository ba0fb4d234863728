"""Captures as AWS writes them, for tests."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def subscription(messages: Sequence[str], start: int = 0, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    """Return the document that CloudWatch Logs sends for some log events."""
    return {
        "messageType": kind,
        "owner": "123456789012",
        "logGroup": "/aws/lambda/inference-dev-predict",
        "logStream": "2026/11/21/[1]0123456789abcdef",
        "subscriptionFilters": ["inference-dev-capture"],
        "logEvents": [
            {"id": f"{start + number:056d}", "timestamp": 1_795_000_000_000 + number, "message": message}
            for number, message in enumerate(messages)
        ],
    }


def delivered(*documents: dict[str, Any]) -> bytes:
    """Return a file of Data Firehose: a gzip member for each document, one after the other."""
    return b"".join(gzip.compress(json.dumps(document).encode()) for document in documents)


def line(version: str, *rows: dict[str, Any], left_out: int = 0) -> dict[str, Any]:
    """Return a log line of the function with these rows."""
    return {
        "level": "INFO",
        "message": "request answered",
        "model_version": version,
        "payload": list(rows),
        "payload_left_out": left_out,
    }
