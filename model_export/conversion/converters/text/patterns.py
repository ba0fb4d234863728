"""Patterns of Python as RE2 reads them.

RE2 knows Unicode by other names, finds the longest match where Python finds the first, and has no boundaries of words
beyond ASCII. What would match otherwise is refused.

References
----------
.. [1] https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from re import _constants as codes  # type: ignore[attr-defined, unused-ignore] # re has no public parser
from re import _parser as parser  # type: ignore[attr-defined, unused-ignore] # likewise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model_export.conversion.graph.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Letters = NDArray[np.bool_]

WORD: Final = r"\p{L}\p{N}_"
"""Letters that Python counts to words, but for those that one of the two learned from a newer Unicode."""

SPACE: Final = r"\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
"""Letters that Python counts to blanks."""

_MANY: Final = int(codes.MAXREPEAT)


@dataclass(frozen=True)
class Pattern:
    """How words are cut.

    Parameters
    ----------
    tokens : str
        For RE2: matches are words.
    whole : str
        For RE2: only words that match it as a whole count; empty where all do.
    """

    tokens: str
    whole: str = ""


class _Other(Exception):
    """A part of a pattern would match otherwise in RE2."""


def translate(step: object, pattern: str) -> Pattern:
    """Return a pattern of Python for RE2.

    Raises
    ------
    UnsupportedModel
        It would match otherwise.
    """
    try:
        return _translated(parser.parse(pattern))
    except (_Other, re.error) as error:
        raise Refusal.of(
            step,
            f"its token_pattern {pattern!r} would cut otherwise in ONNX",
            r"Fit with a pattern such as (?u)\b\w\w+\b, [a-z]+ or \S+: letters of one kind, and how many",
        ) from error


def _translated(parsed: Any) -> Pattern:  # noqa: ANN401 - the parser is no public part of re
    if parsed.state.groups > 1 or parsed.state.flags & ~(re.UNICODE | re.DOTALL):
        raise _Other
    nodes = list(parsed)
    boundary = (codes.AT, codes.AT_BOUNDARY)
    if len(nodes) > 2 and nodes[0] == boundary == nodes[-1]:  # noqa: PLR2004 - something between the two
        inner = nodes[1:-1]
        if not _within_words(inner):
            raise _Other
        run = f"[{WORD}]"
        least = _least_word(inner)
        if least is not None:  # the longest match is the whole run of letters
            return Pattern(f"{run * max(least - 1, 0)}{run}+")
        return Pattern(f"{run}+", "".join(map(_expression, inner)))
    if not _is_run(nodes):
        raise _Other
    return Pattern("".join(map(_expression, nodes)))


def _least_word(nodes: Sequence[tuple[Any, Any]]) -> int | None:
    """Return how many letters a word has at least, for a pattern of any letters of words; None for another."""
    least = 0
    for place, node in enumerate(nodes):
        low, high, single = _repeated(node)
        if single != (codes.IN, [(codes.CATEGORY, codes.CATEGORY_WORD)]):
            return None
        if (high == _MANY) != (place == len(nodes) - 1):
            return None
        least += low
    return max(least, 1)


def _repeated(node: tuple[Any, Any]) -> tuple[int, int, tuple[Any, Any]]:
    kind, value = node
    if kind is codes.MAX_REPEAT and len(value[2]) == 1:
        low, high, inner = value
        return int(low), int(high), inner[0]
    return 1, 1, node


def _is_run(nodes: Sequence[tuple[Any, Any]]) -> bool:
    """Tell a sequence of single letters of which the last may be repeated: its first match is its longest."""
    for place, node in enumerate(nodes):
        low, high, single = _repeated(node)
        if single[0] not in _SINGLE or low < 1 or (high != 1 and place < len(nodes) - 1):
            return False
    return bool(nodes)


def _within_words(nodes: Sequence[tuple[Any, Any]]) -> bool:
    """Tell whether all that a pattern matches are letters of words; a group that is kept by the parser has flags."""
    for kind, value in nodes:
        if kind in _SINGLE:
            if (_letters((kind, value)) & ~_category(codes.CATEGORY_WORD)).any():
                return False
        elif kind is codes.MAX_REPEAT:
            if not _within_words(value[2]):
                return False
        elif kind is codes.BRANCH:
            if not all(_within_words(branch) for branch in value[1]):
                return False
        else:
            return False
    return True


def _expression(node: tuple[Any, Any]) -> str:
    kind, value = node
    if kind in _SINGLE:
        return _class(node)
    if kind is codes.MAX_REPEAT:
        low, high, inner = value
        count = f"{{{low},{'' if high == _MANY else high}}}"
        return f"(?:{''.join(map(_expression, inner))}){count}"
    if kind is codes.BRANCH:
        return "(?:" + "|".join("".join(map(_expression, branch)) for branch in value[1]) + ")"
    raise _Other


def _class(node: tuple[Any, Any]) -> str:
    kind, value = node
    if kind is codes.LITERAL:
        return f"[\\x{{{value:x}}}]"
    if kind is codes.IN and value == [(codes.CATEGORY, codes.CATEGORY_WORD)]:
        return f"[{WORD}]"
    letters = _letters(node)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], letters, [False]]).astype(np.int8)))
    ranges = [f"\\x{{{low:x}}}-\\x{{{high - 1:x}}}" for low, high in zip(edges[::2], edges[1::2], strict=True)]
    if not ranges:
        raise _Other
    return f"[{''.join(ranges)}]"


def _letters(node: tuple[Any, Any]) -> Letters:
    """Return which letters a single node matches, by their code points."""
    kind, value = node
    found = np.zeros(sys.maxunicode + 1, np.bool_)
    if kind is codes.LITERAL:
        found[value] = True
    elif kind is codes.NOT_LITERAL:
        found[:] = True
        found[value] = False
    elif kind is codes.RANGE:
        found[value[0] : value[1] + 1] = True
    elif kind is codes.CATEGORY:
        found = _category(value)
    elif kind is codes.ANY:
        found[:] = True
        found[ord("\n")] = False
    elif kind is codes.IN:
        negated = value[0][0] is codes.NEGATE
        for each in value[negated:]:
            found |= _letters(each)
        found = ~found if negated else found
    return found


_SINGLE: Final = (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY, codes.CATEGORY)
_CATEGORIES: Final[dict[Any, str]] = {
    codes.CATEGORY_WORD: r"\w+",
    codes.CATEGORY_DIGIT: r"\d+",
    codes.CATEGORY_SPACE: r"\s+",
}
_OPPOSITES: Final[dict[Any, Any]] = {
    codes.CATEGORY_NOT_WORD: codes.CATEGORY_WORD,
    codes.CATEGORY_NOT_DIGIT: codes.CATEGORY_DIGIT,
    codes.CATEGORY_NOT_SPACE: codes.CATEGORY_SPACE,
}


@cache
def _category(name: Any) -> Letters:  # noqa: ANN401 - a constant of the parser
    if name in _OPPOSITES:
        return ~_category(_OPPOSITES[name])
    if name not in _CATEGORIES:
        raise _Other
    found = np.zeros(sys.maxunicode + 1, np.bool_)
    for those in re.finditer(_CATEGORIES[name], "".join(map(chr, range(sys.maxunicode + 1)))):
        found[those.start() : those.end()] = True
    return found
