"""The changes: each replaces one token of a module, so that the code means something else."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
_ARITHMETIC: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "+"),
}
_GUARDS: Final = frozenset(("strict", "frozen", "kw_only"))
_LOGIC: Final[dict[type[ast.boolop], tuple[str, str]]] = {ast.And: ("and", "or"), ast.Or: ("or", "and")}


@dataclass(frozen=True, order=True)
class Change:
    """One token of a module, and what takes its place.

    Parameters
    ----------
    start, end : int, bytes
        Where the token is in the encoded source.
    new : str
        What takes its place.
    line : int
        Its line, from 1.
    """

    start: int
    end: int
    new: str
    line: int

    def apply(self, source: bytes) -> bytes:
        """Return the changed source."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def changes(source: bytes) -> list[Change]:
    """Return every change of a module that leaves it a program, in the order of the source.

    Comparisons are turned or moved by their border, numbers moved by one, flags flipped, conditions negated,
    operators exchanged, and what a function returns becomes None: not a flag, which is flipped. What only a type
    checker reads stays as it is: annotations, and what ``TYPE_CHECKING`` guards. So does what only
    guards a promise of the code around it, and makes no difference as long as that is kept: ``zip(strict=True)``, and
    ``frozen`` and ``kw_only`` of dataclasses, which the type checker holds.
    """
    return sorted(set(_Finder(source).found()))


class _Finder:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def found(self) -> Iterator[Change]:
        yield from self._of(ast.parse(self._source))

    def _of(self, node: ast.AST) -> Iterator[Change]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.keyword) and node.arg in _GUARDS:
            return
        yield from self._here(node)
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "type_comment"}:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from self._of(child)

    def _here(self, node: ast.AST) -> Iterator[Change]:
        match node:
            case ast.Compare(ops=[operator], left=left, comparators=[right]):
                yield from self._between(left, right, *_COMPARISONS[type(operator)])
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                if not any(
                    isinstance(side, (ast.JoinedStr, ast.Constant)) and _is_text(side) for side in (left, right)
                ):
                    yield from self._between(left, right, *_ARITHMETIC[type(operator)])
            case ast.BoolOp(op=operator, values=[first, second, *_]):
                yield from self._between(first, second, *_LOGIC[type(operator)])
            case ast.Constant(value=bool() as flag):
                yield self._whole(node, str(not flag))
            case ast.Constant(value=int() | float() as number) if number + 1 != number:
                yield self._whole(node, repr(number + 1))
            case ast.UnaryOp(op=ast.Not()):
                yield Change(self._at(node), self._at(node) + len("not "), "", node.lineno)
            case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
                yield self._whole(value, "None")
            case _:
                return

    def _between(self, left: ast.expr, right: ast.expr, old: str, new: str) -> Iterator[Change]:
        """Find the operator between two operands, among parentheses, line breaks and comments."""
        start, end = self._end(left), self._at(right)
        between = self._source[start:end]
        if b"#" in between:
            return
        at = between.find(old.encode())
        if at >= 0:
            yield Change(start + at, start + at + len(old), new, left.end_lineno or left.lineno)

    def _whole(self, node: ast.expr, new: str) -> Change:
        return Change(self._at(node), self._end(node), new, node.lineno)

    def _at(self, node: ast.expr) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        return self._starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)
