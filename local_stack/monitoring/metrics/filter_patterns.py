"""Metric filters: the patterns of CloudWatch Logs for lines of JSON.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local_stack.errors import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(r'\s*(&&|\|\||[()]|\$(?:\.\w+)+|>=|<=|!=|=|>|<|\*|"[^"]*"|[^\s()=<>!&|]+)')
_MISSING = object()

Condition = "Callable[[Any], bool]"


def found(record: Any, selector: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a selector such as ``$.record.status``; None if there is none."""
    value = _find(record, selector)
    return None if value is _MISSING else value


def _find(record: Any, selector: str) -> Any:  # noqa: ANN401 - any JSON value
    for member in selector.removeprefix("$.").split("."):
        if not isinstance(record, dict) or member not in record:
            return _MISSING
        record = record[member]
    return record


def compile_pattern(pattern: str) -> Callable[[Any], bool]:
    """Return a function that returns whether a record, parsed from JSON, matches.

    Raises
    ------
    ExpressionError
        The pattern is not one for JSON, or uses something that is not supported here.
    """
    text = pattern.strip()
    if not (text.startswith("{") and text.endswith("}")):
        raise ExpressionError(f"{pattern!r} is not a pattern for JSON; expected {{ $.member = value }}")
    tokens, position = [], 0
    inner = text[1:-1].strip()
    while position < len(inner):
        match = _TOKEN.match(inner, position)
        if match is None:
            raise ExpressionError(f"{pattern!r} is malformed from {inner[position:]!r}")
        tokens.append(match[1])
        position = match.end()
    parser = _Parser(pattern, tokens)
    condition = parser.either()
    if parser.tokens:
        raise parser.fault()
    return condition


class _Parser:
    """A recursive descent parser: ``||`` over ``&&`` over comparisons."""

    def __init__(self, pattern: str, tokens: list[str]) -> None:
        self._pattern = pattern
        self.tokens = tokens

    def fault(self) -> ExpressionError:
        return ExpressionError(f"{self._pattern!r} is malformed from {' '.join(self.tokens) or 'its end'!r}")

    def _take(self) -> str:
        if not self.tokens:
            raise self.fault()
        return self.tokens.pop(0)

    def either(self) -> Callable[[Any], bool]:
        parts = [self._all()]
        while self.tokens[:1] == ["||"]:
            self._take()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda record: any(part(record) for part in parts)

    def _all(self) -> Callable[[Any], bool]:
        parts = [self._one()]
        while self.tokens[:1] == ["&&"]:
            self._take()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda record: all(part(record) for part in parts)

    def _one(self) -> Callable[[Any], bool]:
        if self.tokens[:1] == ["("]:
            self._take()
            inside = self.either()
            if self._take() != ")":
                raise self.fault()
            return inside
        selector, comparison = self._take(), self._take()
        if not selector.startswith("$."):
            raise self.fault()
        return _comparison(selector, comparison, self._take(), self.fault)


def _comparison(selector: str, sign: str, expected: str, fault: Callable[[], ExpressionError]) -> Callable[[Any], bool]:
    if sign in {"=", "!="}:
        wanted = sign == "="

        def equals(record: Any) -> bool:  # noqa: ANN401 - any JSON value
            value = _find(record, selector)
            return value is not _MISSING and _equal(value, expected) == wanted

        return equals
    ordered = {">": float.__gt__, ">=": float.__ge__, "<": float.__lt__, "<=": float.__le__}.get(sign)
    try:
        limit = float(expected)
    except ValueError as error:
        raise fault() from error
    if ordered is None:
        raise fault()

    def compares(record: Any) -> bool:  # noqa: ANN401 - any JSON value
        value = _find(record, selector)
        return isinstance(value, int | float) and ordered(float(value), limit)

    return compares


def _equal(value: object, expected: str) -> bool:
    if expected == "*":
        return True
    if expected.startswith('"'):
        return value == expected[1:-1]
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return value == float(expected)
        except ValueError:
            return False
    return value == expected
