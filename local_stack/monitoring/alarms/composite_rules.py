"""The rules of composite alarms: ``ALARM("a") OR NOT OK("b")``.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_stack.errors import ExpressionError
from local_stack.monitoring.alarms.evaluation import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|\b(AND|OR|NOT|TRUE|FALSE)\b')
_PYTHON = {"AND": "and", "OR": "or", "NOT": "not", "TRUE": "True", "FALSE": "False"}


@dataclass(frozen=True)
class CompositeRule:
    """A rule over the states of other alarms.

    Parameters
    ----------
    text : str
        The rule.
    tree : ast.expr
        The rule, parsed.
    names : tuple of str
        The alarms that it names, in order.
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]

    def holds(self, states: Mapping[str, str]) -> bool:
        """Return whether the rule is true, given the state of each alarm."""
        return _holds(self.tree, states)


def composite_rule(text: str) -> CompositeRule:
    """Return a parsed rule.

    Raises
    ------
    ExpressionError
        It is not a rule.
    """
    python = _WORDS.sub(lambda match: f" {_PYTHON[match[1]]} " if match[1] else match[0], text)
    try:
        tree = ast.parse(python.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"{text!r} is not the rule of a composite alarm") from error
    return CompositeRule(text, tree, tuple(_names(tree, text)))


def _names(node: ast.expr, text: str) -> Iterator[str]:
    """Yield the alarms that a node names; anything that is not part of a rule is an error."""
    match node:
        case ast.Call(func=ast.Name(id=state), args=[ast.Constant(value=str(name))], keywords=[]) if state in STATES:
            yield name
        case ast.BoolOp(values=values):
            for each in values:
                yield from _names(each, text)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _names(operand, text)
        case ast.Constant(value=bool()):
            pass
        case _:
            raise ExpressionError(f"{text!r} is not the rule of a composite alarm")


def _holds(node: ast.expr, states: Mapping[str, str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=state), args=[ast.Constant(value=str(name))]):
            return states.get(name) == state
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_holds(each, states) for each in values)
        case ast.BoolOp(values=values):
            return any(_holds(each, states) for each in values)
        case ast.UnaryOp(operand=operand):
            return not _holds(operand, states)
        case _:
            return isinstance(node, ast.Constant) and node.value is True
