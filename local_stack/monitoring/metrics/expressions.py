"""Metric math: the expressions of alarms and dashboards, over series of datapoints.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import math
import operator
import re
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING

from local_stack.errors import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Points = dict[float, float]
"""Value by the start of its period, in seconds since the epoch."""

Value = float | Points | list[Points]
"""A number, a series, or all the series of ``METRICS()``."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The series that an expression may read.

    Parameters
    ----------
    series : dict of str to Points
        By id.
    periods : tuple of float, seconds since the epoch
        The start of every requested period; ``FILL`` fills them.
    period_s : int, seconds
        Length of a period.
    """

    series: Mapping[str, Points]
    periods: tuple[float, ...]
    period_s: int


_BINARY: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Mod: math.fmod,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.And: lambda left, right: float(bool(left) and bool(right)),
    ast.Or: lambda left, right: float(bool(left) or bool(right)),
}

_LOGICAL = {"AND": "and", "OR": "or", "&&": "and", "||": "or"}


def evaluate(expression: str, scope: Scope) -> Points:
    """Return the series of an expression.

    Parameters
    ----------
    expression : str
        Metric math: numbers, ids, ``+ - * / ^``, comparisons, ``AND``, ``OR``, and the functions ``ABS AVG CEIL
        DIFF FILL FLOOR IF MAX METRICS METRIC_COUNT MIN PERIOD RATE RUNNING_SUM SUM``.
    scope : Scope
        The series that it may read.

    Raises
    ------
    ExpressionError
        It is not an expression, or uses something that is not supported here.
    """
    text = re.sub(r"\b(AND|OR)\b|&&|\|\|", lambda match: f" {_LOGICAL[match[0]]} ", expression).replace("^", "**")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"{expression!r} is not metric math") from error
    value = _Evaluation(scope).value(tree.body)
    if isinstance(value, list):
        raise ExpressionError(f"{expression!r} gives several series; expected one, such as SUM(METRICS())")
    return dict.fromkeys(scope.periods, value) if isinstance(value, float) else value


class _Evaluation:
    """Evaluates the tree of one expression."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def value(self, node: ast.AST) -> Value:
        """Return the value of a node; an unsupported one is an error."""
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return float(number)
            case ast.Name(id=name) if name in self._scope.series:
                return self._scope.series[name]
            case ast.List(elts=elements):
                return [_series(self._plain(each), self._scope) for each in elements]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments)
            case _:
                return self._operation(node)

    def _operation(self, node: ast.AST) -> float | Points:
        match node:
            case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]) if (
                type(op) in _BINARY
            ):
                return _pairwise(_BINARY[type(op)], self._plain(left), self._plain(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _each(operator.neg, self._plain(operand))
            case ast.BoolOp(op=op, values=values):
                combine = partial(_pairwise, _BINARY[type(op)])
                return reduce(combine, [self._plain(each) for each in values])
            case _:
                raise ExpressionError(f"{ast.unparse(node)!r} is not supported in metric math here")

    def _plain(self, node: ast.AST) -> float | Points:
        value = self.value(node)
        if isinstance(value, list):
            raise ExpressionError(f"{ast.unparse(node)!r} is several series; expected one")
        return value

    def _call(self, name: str, arguments: list[ast.expr]) -> Value:  # noqa: PLR0911 - one return for each kind of function
        scope = self._scope
        match name, arguments:
            case "METRICS", []:
                return list(scope.series.values())
            case "FILL", [series, filler]:
                return self._fill(self._plain(series), filler)
            case "IF", [condition, then]:
                return _choose(self._plain(condition), self._plain(then), None)
            case "IF", [condition, then, otherwise]:
                return _choose(self._plain(condition), self._plain(then), self._plain(otherwise))
            case "PERIOD", [_]:
                return float(scope.period_s)
            case (("ABS" | "CEIL" | "FLOOR"), [argument]):
                return _each(_ROUNDING[name], self._plain(argument))
            case (("DIFF" | "RATE" | "RUNNING_SUM"), [argument]):
                return _IN_ORDER[name](_series(self._plain(argument), scope))
            case (("SUM" | "AVG" | "MIN" | "MAX" | "METRIC_COUNT"), [argument]):
                return _aggregate(name, self.value(argument))
            case _:
                raise ExpressionError(f"{name} with {len(arguments)} arguments is not supported in metric math here")

    def _fill(self, value: float | Points, filler: ast.expr) -> Points:
        series, periods = _series(value, self._scope), self._scope.periods
        if isinstance(filler, ast.Name) and filler.id == "REPEAT":
            filled, last = {}, None
            for period in periods:
                last = series.get(period, last)
                if last is not None:
                    filled[period] = last
            return filled
        constant = _series(self._plain(filler), self._scope)
        known = {**constant, **series}
        return {period: known[period] for period in periods if period in known}


_ROUNDING: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": lambda value: float(math.ceil(value)),
    "FLOOR": lambda value: float(math.floor(value)),
}


def _series(value: float | Points, scope: Scope) -> Points:
    return dict.fromkeys(scope.periods, value) if isinstance(value, float) else value


def _each(function: Callable[[float], float], value: float | Points) -> float | Points:
    if isinstance(value, float):
        return function(value)
    return {moment: function(number) for moment, number in value.items()}


def _pairwise(function: Callable[[float, float], float], left: float | Points, right: float | Points) -> float | Points:
    """Combine two values; a period without a value on one side, or without a finite result, has no datapoint."""
    if isinstance(left, float) and isinstance(right, float):
        result = _safe(function, left, right)
        return {} if result is None else result
    if isinstance(left, float):
        left = dict.fromkeys(right, left) if isinstance(right, dict) else {}
    moments = left if isinstance(right, float) else [moment for moment in left if moment in right]
    combined = {}
    for moment in moments:
        result = _safe(function, left[moment], right if isinstance(right, float) else right[moment])
        if result is not None:
            combined[moment] = result
    return combined


def _safe(function: Callable[[float, float], float], left: float, right: float) -> float | None:
    try:
        result = function(left, right)
    except (ArithmeticError, ValueError):
        return None
    return None if isinstance(result, complex) or not math.isfinite(result) else float(result)


def _choose(condition: float | Points, then: float | Points, otherwise: float | Points | None) -> float | Points:
    def at(value: float | Points | None, moment: float) -> float | None:
        return value.get(moment) if isinstance(value, dict) else value

    if isinstance(condition, float):
        return then if condition else ({} if otherwise is None else otherwise)
    chosen = {moment: at(then if number else otherwise, moment) for moment, number in condition.items()}
    return {moment: value for moment, value in chosen.items() if value is not None}


def _difference(series: Points, *, by_second: bool) -> Points:
    made: Points = {}
    before: tuple[float, float] | None = None
    for moment, value in sorted(series.items()):
        if before is not None:
            made[moment] = (value - before[1]) / (moment - before[0] if by_second else 1)
        before = moment, value
    return made


def _running_sum(series: Points) -> Points:
    made, total = {}, 0.0
    for moment, value in sorted(series.items()):
        total += value
        made[moment] = total
    return made


_IN_ORDER: dict[str, Callable[[Points], Points]] = {
    "DIFF": lambda series: _difference(series, by_second=False),
    "RATE": lambda series: _difference(series, by_second=True),
    "RUNNING_SUM": _running_sum,
}

_OVER: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
    "METRIC_COUNT": lambda values: float(len(values)),
}


def _aggregate(name: str, value: Value) -> float | Points:
    """Return a number for one series, and a series for several."""
    over = _OVER[name]
    if isinstance(value, float):
        return value
    if isinstance(value, dict):
        return over(list(value.values())) if value else {}
    moments = sorted({moment for series in value for moment in series})
    return {moment: over([series[moment] for series in value if moment in series]) for moment in moments}
