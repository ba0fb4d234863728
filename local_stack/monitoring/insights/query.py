"""Runs a query over the lines of a log."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lark import Token, Tree

from local_stack.errors import ExpressionError
from local_stack.monitoring.insights.aggregates import aggregated
from local_stack.monitoring.insights.expressions import compile_expression, name_of, regular_expression, truth, unquoted
from local_stack.monitoring.insights.grammar import Node, parse_query
from local_stack.monitoring.insights.records import (
    MESSAGE,
    TIMESTAMP,
    Record,
    Value,
    document_of,
    number,
    text,
    time_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

DEFAULT_LIMIT = 10_000


@dataclass(kw_only=True)
class Table:
    """The answer to a query.

    Parameters
    ----------
    columns : list of str
        Their names, in order.
    records : list of Record
        The rows.
    times : set of str
        The columns with times.
    matched, scanned, scanned_bytes : int
        Records that passed the filters, lines that were read, and their bytes.
    """

    columns: list[str]
    records: list[Record]
    times: set[str] = field(default_factory=lambda: {TIMESTAMP})
    matched: int = 0
    scanned: int = 0
    scanned_bytes: int = 0

    def results(self) -> list[list[dict[str, str]]]:
        """Return the rows in the form of GetQueryResults; a field without a value is left out."""
        return [
            [
                {"field": column, "value": text(value, is_time=column in self.times)}
                for column in self.columns
                if (value := record.get(column)) is not None
            ]
            for record in self.records
        ]


def run_query(  # noqa: PLR0913 - one parameter for each member of StartQuery
    query: str, lines: Iterable[str], start: float, end: float, *, log: str = "", limit: int = 0
) -> Table:
    """Answer a query.

    Parameters
    ----------
    query : str
        In the language of CloudWatch Logs Insights.
    lines : iterable of str
        The log, one JSON document a line; a line without a time of its own has that of the line before.
    start, end : float, seconds since the epoch
        Records outside are ignored.
    log : str
        Name of the log group.
    limit : int
        Maximum number of rows; 0 for the query's own, or 10 000.

    Raises
    ------
    ExpressionError
        The query is malformed, or uses something that is not supported here.
    """
    commands = [command for command in parse_query(query) if command.data != "source"]
    table = Table(columns=[], records=[])
    table.records = list(_records(table, lines, start, end, (_needles(commands), log)))
    for command in commands:
        _COMMANDS[str(command.data)](table, command)
        if command.data in {"filter", "parse"}:
            table.matched = len(table.records)
    table.columns = table.columns or [TIMESTAMP, MESSAGE]
    table.records = table.records[: limit or DEFAULT_LIMIT]
    return table


def _records(
    table: Table, lines: Iterable[str], start: float, end: float, wanted: tuple[Sequence[str], str]
) -> Iterator[Record]:
    needles, log = wanted
    moment = start
    for raw in lines:
        line = raw.rstrip("\n")
        table.scanned += 1
        table.scanned_bytes += len(line)
        # Most lines are excluded without being parsed.
        if any(needle not in line for needle in needles):
            continue
        document = document_of(line)
        moment = time_of(document) or moment
        if start <= moment <= end:
            table.matched += 1
            yield Record(line, document, moment, log)


def _needles(commands: Sequence[Node]) -> list[str]:
    """Return texts that every matching line contains: those that the first filters compare with ``=``."""
    needles = []
    for command in commands:
        if command.data not in {"filter", "fields"}:
            break
        if command.data == "filter":
            needles += _equalities(command.children[0])
    return needles


def _equalities(node: Any) -> list[str]:  # noqa: ANN401 - a node of lark
    if node.data == "all":
        return [needle for child in node.children for needle in _equalities(child)]
    if node.data == "compare" and node.children[1] == "=":
        left, _, right = node.children
        if left.data == "field" and right.data == "string" and name_of(left.children[0])[0] != "@":
            # As JSON writes it; a text that reads as a number equals the number too.
            wanted = unquoted(str(right.children[0]))
            return [json.dumps(wanted)] if wanted.isascii() and number(wanted) is None else []
    return []


def _fields(table: Table, command: Node) -> None:
    for name, compiled in map(_column, command.children):
        if name not in table.columns:
            table.columns.append(name)
        for record in table.records:
            record.made[name] = compiled(record)


def _display(table: Table, command: Node) -> None:
    table.columns = [name_of(_tree(child)) for child in command.children]


def _filter(table: Table, command: Node) -> None:
    holds = compile_expression(_tree(command.children[0]))
    table.records = [record for record in table.records if truth(holds(record))]


def _stats(table: Table, command: Node) -> None:
    counted = _tree(command.children[0]).children
    keys = _tree(command.children[1]).children if len(command.children) > 1 else []
    groups: dict[tuple[Value, ...], list[Record]] = {}
    compiled = [_column(key) for key in keys]
    for record in table.records:
        groups.setdefault(tuple(value(record) for _, value in compiled), []).append(record)
    if not keys and not groups:
        groups[()] = []
    made = []
    for key, records in groups.items():
        # The record of a group has the requested columns, and nothing of the lines.
        row = Record("", {}, 0.0, "")
        row.made = dict(zip((name for name, _ in compiled), key, strict=True))
        for column in counted:
            row.made[_name(column)] = aggregated(_tree(_tree(column).children[0]), records)
        made.append(row)
    table.times = {name for name in map(_name, keys) if name.startswith(("bin(", "datefloor(")) or name == TIMESTAMP}
    table.times |= {_name(key) for key in keys if _source(key).startswith(("bin(", "datefloor("))}
    table.records = sorted(made, key=_newest_first(table.times)) if table.times else made
    table.columns = [*(name for name, _ in compiled), *map(_name, counted)]


def _newest_first(times: set[str]) -> Callable[[Record], float]:
    return lambda record: -max((number(record.get(name)) or 0.0 for name in times), default=0.0)


def _sort(table: Table, command: Node) -> None:
    for order in reversed(command.children):
        expression, *direction = _tree(order).children
        value = compile_expression(_tree(expression))
        is_descending = bool(direction) and str(direction[0]).lower() == "desc"
        present = [record for record in table.records if value(record) is not None]
        absent = [record for record in table.records if value(record) is None]
        table.records = sorted(present, key=lambda each: _rank(value(each)), reverse=is_descending) + absent


def _rank(value: Value) -> tuple[int, float, str]:
    as_number = number(value)
    return (0, as_number, "") if as_number is not None else (1, 0.0, text(value))


def _limit(table: Table, command: Node) -> None:
    table.records = table.records[: int(float(str(command.children[0])))]


def _dedup(table: Table, command: Node) -> None:
    names = [name_of(_tree(child)) for child in command.children]
    first: dict[tuple[Value, ...], Record] = {}
    for record in table.records:
        first.setdefault(tuple(record.get(name) for name in names), record)
    table.records = list(first.values())


def _parse(table: Table, command: Node) -> None:
    field_name, *rest = command.children
    name = name_of(_tree(field_name))
    if isinstance(rest[0], Token):
        names = [name_of(_tree(child)) for child in rest[1:]]
        parts = [re.escape(part) for part in unquoted(str(rest[0])).split("*")]
        if len(parts) - 1 != len(names):
            raise ExpressionError(
                f"parse has {len(parts) - 1} asterisks and {len(names)} names; expected the same number"
            )
        # Each asterisk matches as little as possible; the last one, at the end, matches the rest.
        pattern = re.compile("".join(f"{part}(.*?)" for part in parts[:-1]) + (parts[-1] or "$"), re.DOTALL)
    else:
        pattern = regular_expression(str(_tree(rest[0]).children[0]))
        names = list(pattern.groupindex)
    kept = []
    for record in table.records:
        found = pattern.search(text(record.get(name)))
        if found:
            record.made.update(zip(names, found.groups(), strict=False))
        kept.append(record)
    table.records = kept
    table.columns += [each for each in names if each not in table.columns]


_COMMANDS: dict[str, Callable[[Table, Node], None]] = {
    "fields": _fields,
    "display": _display,
    "filter": _filter,
    "stats": _stats,
    "sort": _sort,
    "limit": _limit,
    "dedup": _dedup,
    "parse": _parse,
}


def _column(node: object) -> tuple[str, Callable[[Record], Value]]:
    return _name(node), compile_expression(_tree(_tree(node).children[0]))


def _name(node: object) -> str:
    """Return the name of a column: the given one, or the expression as written."""
    children = _tree(node).children
    return name_of(_tree(children[1])) if len(children) > 1 else _source(node)


def _source(node: object) -> str:
    expression = _tree(_tree(node).children[0])
    if expression.data == "field":
        return name_of(_tree(expression.children[0]))
    return _written(expression)


def _written(node: object) -> str:
    if isinstance(node, Token):
        return str(node).strip("`")
    tree = _tree(node)
    parts = [_written(child) for child in tree.children]
    if tree.data == "call":
        return f"{parts[0]}({', '.join(parts[1:])})"
    return " ".join(parts)


def _tree(node: object) -> Node:
    if not isinstance(node, Tree):
        raise ExpressionError(f"{node} is not allowed here in a query")
    return node
