"""Compiles the expressions of a query to functions of a record."""

from __future__ import annotations

import math
import operator
import re
from functools import reduce
from typing import TYPE_CHECKING

from lark import Token, Tree

from local_stack.errors import ExpressionError
from local_stack.monitoring.insights.functions import FUNCTIONS
from local_stack.monitoring.insights.records import TIMESTAMP, Record, Value, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_stack.monitoring.insights.grammar import Node

    Compiled = Callable[[Record], Value]

_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "^": operator.pow,
}

_ORDER: dict[str, Callable[[float | str, float | str], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_expression(node: Node) -> Compiled:
    """Return a function that computes the value of an expression for a record.

    Raises
    ------
    ExpressionError
        It calls a function that is not supported here, or contains an invalid regular expression.
    """
    make = _MAKERS.get(str(node.data))
    if make is None:
        raise ExpressionError(f"{node.data} is not allowed here in a query")
    return make(node)


def name_of(node: Node) -> str:
    """Return the name in a ``name`` node."""
    return str(node.children[0]).strip("`")


def operands(node: Node) -> list[Compiled]:
    """Return the compiled expressions below a node."""
    return [compile_expression(child) for child in _trees(node)]


def _trees(node: Node) -> list[Node]:
    return [child for child in node.children if isinstance(child, Tree)]


def duration_ms(node: object) -> float:
    """Return the milliseconds of a duration such as ``5m``."""
    if not (isinstance(node, Tree) and node.data == "duration"):
        raise ExpressionError("expected a duration such as 5m, 1h or 1d")
    written = str(node.children[0])
    unit = written.lstrip("0123456789")
    return float(written.removesuffix(unit)) * _UNITS_MS[unit]


def truth(value: Value) -> bool:
    """Return whether a value counts as true."""
    return bool(value) and value != "0"


def _any(node: Node) -> Compiled:
    parts = operands(node)
    return lambda record: float(any(truth(part(record)) for part in parts))


def _all(node: Node) -> Compiled:
    parts = operands(node)
    return lambda record: float(all(truth(part(record)) for part in parts))


def _negation(node: Node) -> Compiled:
    (part,) = operands(node)
    return lambda record: float(not truth(part(record)))


def _compare(node: Node) -> Compiled:
    left, right = operands(node)
    sign = next(str(child) for child in node.children if isinstance(child, Token))
    if sign in {"=", "!="}:
        return lambda record: float(_equal(left(record), right(record)) == (sign == "="))
    order = _ORDER[sign]

    def compare(record: Record) -> Value:
        one, other = left(record), right(record)
        if one is None or other is None:
            return 0.0
        numbers = number(one), number(other)
        if numbers[0] is not None and numbers[1] is not None:
            return float(order(numbers[0], numbers[1]))
        return float(order(text(one), text(other)))

    return compare


def _equal(left: Value, right: Value) -> bool:
    if left == right:
        return True
    if isinstance(left, float) != isinstance(right, float):
        return number(left) is not None and number(left) == number(right)
    return False


def _like(node: Node) -> Compiled:
    searched = compile_expression(_tree(node.children[0]))
    written = str(node.children[-1])
    if written.startswith("/"):
        pattern = regular_expression(written)
        return lambda record: float(pattern.search(text(searched(record))) is not None)
    wanted = unquoted(written)
    return lambda record: float(wanted in text(searched(record)))


def _unlike(node: Node) -> Compiled:
    like = _like(node)
    return lambda record: float(not like(record))


def _within(node: Node) -> Compiled:
    searched, *members = operands(node)
    # The model monitor asks for fifty identifiers at once: texts are looked up, not compared one by one.
    texts = frozenset(unquoted(str(child.children[0])) for child in _trees(node) if child.data == "string")
    others = [member for member, child in zip(members, _trees(node)[1:], strict=True) if child.data != "string"]
    as_numbers = frozenset(found for each in texts if (found := number(each)) is not None)

    def within(record: Record) -> Value:
        value = searched(record)
        found = value in (as_numbers if isinstance(value, float) else texts)
        return float(found or any(_equal(value, member(record)) for member in others))

    return within


def _without(node: Node) -> Compiled:
    within = _within(node)
    return lambda record: float(not within(record))


def _chain(node: Node) -> Compiled:
    """Compile operands with signs between them, from left to right."""
    first, *others = operands(node)
    signs = [str(child) for child in node.children if isinstance(child, Token)] or ["^"]
    steps = list(zip([_ARITHMETIC[sign] for sign in signs], others, strict=True))

    def chain(record: Record) -> Value:
        return reduce(lambda value, step: _calculate(step[0], value, step[1](record)), steps, first(record))

    return chain


def _calculate(combine: Callable[[float, float], float], left: Value, right: Value) -> Value:
    one, other = number(left), number(right)
    if one is None or other is None:
        return None
    try:
        result = combine(one, other)
    except (ArithmeticError, ValueError):
        return None
    return None if isinstance(result, complex) or not math.isfinite(result) else float(result)


def _negative(node: Node) -> Compiled:
    (part,) = operands(node)
    return lambda record: _calculate(operator.sub, 0.0, part(record))


def _number(node: Node) -> Compiled:
    constant = float(str(node.children[0]))
    return lambda _record: constant


def _string(node: Node) -> Compiled:
    constant = unquoted(str(node.children[0]))
    return lambda _record: constant


def _field(node: Node) -> Compiled:
    name = name_of(_tree(node.children[0]))
    return lambda record: record.get(name)


def _call(node: Node) -> Compiled:
    function, arguments = name_of(_tree(node.children[0])).lower(), node.children[1:]
    if function in {"bin", "datefloor"}:
        return _floor_of_time(function, arguments)
    known = FUNCTIONS.get(function)
    if known is None:
        names = ", ".join(sorted([*FUNCTIONS, "bin", "datefloor"]))
        raise ExpressionError(
            f"the function {function} is not supported here, or not in this position; expected one of {names}"
        )
    parts = [compile_expression(_tree(argument)) for argument in arguments]

    def call(record: Record) -> Value:
        try:
            return known([part(record) for part in parts])
        except IndexError as error:
            raise ExpressionError(f"{function} needs more arguments than {len(parts)}") from error

    return call


def _floor_of_time(function: str, arguments: Sequence[object]) -> Compiled:
    *field, duration = arguments or [None]
    length = duration_ms(duration)
    of_time = compile_expression(_tree(field[0])) if field and function == "datefloor" else _timestamp

    def floor(record: Record) -> Value:
        moment = number(of_time(record))
        return None if moment is None else moment // length * length

    return floor


def _timestamp(record: Record) -> Value:
    return record.get(TIMESTAMP)


def _tree(node: object) -> Node:
    if not isinstance(node, Tree):
        raise ExpressionError(f"{node} is not allowed here in a query")
    return node


def regular_expression(written: str) -> re.Pattern[str]:
    """Return the pattern between two slashes.

    Raises
    ------
    ExpressionError
        It is not a regular expression.
    """
    try:
        # Logs Insights names groups (?<name>...), Python (?P<name>...).
        return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", written[1:-1].replace(r"\/", "/")))
    except re.error as error:
        raise ExpressionError(f"{written} is not a regular expression: {error}") from error


def unquoted(written: str) -> str:
    """Return the text between quotes."""
    return re.sub(r"\\(.)", r"\1", written[1:-1])


_MAKERS: dict[str, Callable[[Node], Compiled]] = {
    "any": _any,
    "all": _all,
    "negation": _negation,
    "compare": _compare,
    "like": _like,
    "unlike": _unlike,
    "within": _within,
    "without": _without,
    "sum": _chain,
    "product": _chain,
    "power": _chain,
    "negative": _negative,
    "number": _number,
    "string": _string,
    "field": _field,
    "call": _call,
}
