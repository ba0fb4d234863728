"""A small evaluator of CloudWatch's filter patterns for JSON: as much of the syntax as our filters use.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import re
from typing import Any

_CONDITION = re.compile(r'\(?\s*\$((?:\.\w+)+)\s*(=|!=)\s*("[^"]*"|\*)\s*\)?')
_MISSING = object()


def _found(record: Any, selector: str) -> Any:  # noqa: ANN401 - any JSON value
    for member in selector.removeprefix(".").split("."):
        if not isinstance(record, dict) or member not in record:
            return _MISSING
        record = record[member]
    return record


def matches(pattern: str, line: str) -> bool:
    """Say whether a line matches; what the evaluator does not know is an error, not a mismatch."""
    text = pattern.strip()
    assert (text[0], text[-1]) == ("{", "}"), f"not a pattern for JSON: {pattern}"
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return all(_holds(condition, record) for condition in text[1:-1].split("&&"))


def _holds(condition: str, record: Any) -> bool:  # noqa: ANN401 - any JSON value
    parsed = _CONDITION.fullmatch(condition.strip())
    assert parsed, f"not understood: {condition}"
    selector, operator, expected = parsed.groups()
    value = _found(record, selector)
    if value is _MISSING:
        return False
    equal = expected == "*" or value == expected.strip('"')
    return equal if operator == "=" else not equal


def values(pattern: str, value: str, lines: list[str]) -> list[float]:
    """Return the datapoints that a metric filter makes of lines."""
    found = []
    for line in lines:
        if matches(pattern, line):
            datapoint = _found(json.loads(line), value.removeprefix("$")) if value.startswith("$") else float(value)
            if datapoint is not _MISSING:
                found.append(float(datapoint))
    return found
