"""``stats``: aggregate functions over groups of records."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Any

from lark import Token, Tree

from local_stack.errors import ExpressionError
from local_stack.monitoring.insights.expressions import compile_expression, name_of
from local_stack.monitoring.insights.records import Record, Value, number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_stack.monitoring.insights.grammar import Node

    Compiled = Callable[[Record], Value]
    Aggregate = Callable[[Sequence[object], Sequence[Record]], Value]


def aggregated(node: Node, records: Sequence[Record]) -> Value:
    """Return the value of an expression over a group of records; its aggregate functions are computed first.

    Raises
    ------
    ExpressionError
        An aggregate function is not supported here, or has wrong arguments.
    """
    made = Record("", {}, 0.0, "")
    return compile_expression(_without_aggregates(node, records, made))(made)


def _without_aggregates(node: Node, records: Sequence[Record], made: Record) -> Node:
    """Return the expression with each aggregate function replaced by a field that holds its value."""
    if node.data == "call" and isinstance(node.children[0], Tree):
        function = name_of(node.children[0]).lower()
        if function in _AGGREGATES:
            name = f"aggregate {len(made.made)}"
            made.made[name] = _AGGREGATES[function](node.children[1:], records)
            return Tree("field", [Tree("name", [Token("NAME", name)])])
    children = [
        _without_aggregates(child, records, made) if isinstance(child, Tree) else child for child in node.children
    ]
    return Tree(node.data, children)


def _expression(arguments: Sequence[object], position: int = 0) -> Compiled:
    if len(arguments) <= position or not isinstance(arguments[position], Tree):
        raise ExpressionError("an aggregate function needs a field, such as sum(total_ms)")
    node: Any = arguments[position]
    return compile_expression(node)


def _values(arguments: Sequence[object], records: Sequence[Record]) -> list[float]:
    part = _expression(arguments)
    numbers = (number(part(record)) for record in records)
    return [value for value in numbers if value is not None]


def _count(arguments: Sequence[object], records: Sequence[Record]) -> Value:
    if not arguments or (isinstance(arguments[0], Tree) and arguments[0].data == "star"):
        return float(len(records))
    part = _expression(arguments)
    return float(sum(part(record) is not None for record in records))


def _count_distinct(arguments: Sequence[object], records: Sequence[Record]) -> Value:
    part = _expression(arguments)
    return float(len({part(record) for record in records} - {None}))


def _percentile(arguments: Sequence[object], records: Sequence[Record]) -> Value:
    share = number(_expression(arguments, 1)(Record("", {}, 0.0, "")))
    if share is None or not 0 <= share <= 100:  # noqa: PLR2004 - per cent
        raise ExpressionError("expected a percentage from 0 to 100, such as pct(total_ms, 99)")
    values = sorted(_values(arguments, records))
    return values[max(math.ceil(share / 100 * len(values)) - 1, 0)] if values else None


def _over(function: Callable[[list[float]], float]) -> Aggregate:
    def aggregate(arguments: Sequence[object], records: Sequence[Record]) -> Value:
        values = _values(arguments, records)
        return float(function(values)) if values else None

    return aggregate


def _by_time(pick: Callable[[list[tuple[float, Value]]], Value]) -> Aggregate:
    def aggregate(arguments: Sequence[object], records: Sequence[Record]) -> Value:
        part = _expression(arguments)
        seen = [(record.moment, value) for record in records if (value := part(record)) is not None]
        return pick(sorted(seen, key=lambda each: each[0])) if seen else None

    return aggregate


_AGGREGATES: dict[str, Aggregate] = {
    "count": _count,
    "count_distinct": _count_distinct,
    "sum": _over(math.fsum),
    "avg": _over(statistics.fmean),
    "min": _over(min),
    "max": _over(max),
    "stddev": _over(statistics.pstdev),
    "median": _over(statistics.median),
    "pct": _percentile,
    "percentile": _percentile,
    "earliest": _by_time(lambda seen: seen[0][1]),
    "latest": _by_time(lambda seen: seen[-1][1]),
}
