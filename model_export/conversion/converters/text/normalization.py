"""Texts in lower case and without accents, as Python writes them.

ONNX Runtime lowers the letters of a locale, one for one. Letters for which that is not what Python does, and accents,
are replaced letter by letter; that part of the graph runs only for a batch that has such letters.

References
----------
.. [1] https://docs.python.org/3/library/stdtypes.html#str.lower
"""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from model_export.conversion.graph.graph import Graph
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import MICROSOFT, ML, Tensor, where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import onnx
    from sklearn.feature_extraction.text import CountVectorizer

ASCII_LOCALE: Final = "C"
"""Is there on every system, and lowers the case of ASCII alone."""

UNICODE_LOCALE: Final = "C.UTF-8"
"""Part of glibc 2.35 and of earlier ones on Debian and Amazon Linux: the images have it, and en_US.UTF-8 not."""

_ASCII: Final = 128
"""Letters of ASCII."""

_KEPT: Final = "\U0010fffe"
"""What the table answers for a letter that stays as it is."""

_FINAL_SIGMA: Final = "ς"


@dataclass(frozen=True)
class Letters:
    """What becomes of letters.

    Parameters
    ----------
    table : mapping of str to str
        By letter.
    other : str
        What becomes of every other letter; ``_KEPT`` where it stays.
    """

    table: Mapping[str, str]
    other: str = _KEPT


def normalized(step: CountVectorizer, texts: Tensor, letters: frozenset[str] | None) -> Tensor:
    """Return texts as the vectorizer preprocesses them.

    Parameters
    ----------
    step : CountVectorizer or HashingVectorizer
        Fitted.
    texts : Tensor
        Of shape (n_instances,).
    letters : frozenset of str or None
        Those that count: letters of the vocabulary; None where all do.
    """
    if step.preprocessor is not None:
        raise Refusal.of(
            step, "its preprocessor is a function of Python, which ONNX cannot call", "Fit without preprocessor="
        )
    if step.strip_accents not in {None, "ascii", "unicode"}:
        raise Refusal.of(step, "it strips accents by a function of Python", "Fit with strip_accents='unicode'")
    if step.lowercase and letters is not None and _FINAL_SIGMA in letters:
        raise Refusal.of(
            step,
            "Python lowers the last sigma of a Greek word to another letter than ONNX",
            "Lower the case in the data and in the callers, and fit with lowercase=False",
        )
    locale = ASCII_LOCALE if letters is not None and all(map(str.isascii, letters)) else UNICODE_LOCALE
    if step.strip_accents is None:
        if step.lowercase:
            texts = lowered(_replaced(texts, Letters(_uneven(locale, letters))), locale)
        return texts
    if step.lowercase:
        texts = lowered(texts, locale)
    change = _stripper(step.strip_accents, lowercase=step.lowercase and locale == ASCII_LOCALE)
    return _replaced(texts, _left(change) if step.strip_accents == "ascii" else _changes(change, letters))


def lowered(texts: Tensor, locale: str) -> Tensor:
    """Return texts in lower case, by the letters of a locale."""
    return texts.op("StringNormalizer", case_change_action="LOWER", is_case_sensitive=1, locale=locale)


def _uneven(locale: str, letters: frozenset[str] | None) -> Mapping[str, str]:
    """Return what becomes of letters that the locale lowers otherwise than Python, where it counts."""
    table = {"İ": "i̇"}
    if locale == ASCII_LOCALE:
        table["\u212a"] = "k"  # the sign of kelvin
    return {letter: low for letter, low in table.items() if letters is None or low[0] in letters}


def _stripper(how: str, *, lowercase: bool) -> Callable[[str], str]:
    def stripped(letter: str) -> str:
        parts = unicodedata.normalize("NFKD", letter.lower() if lowercase else letter)
        if how == "ascii":
            return "".join(part for part in parts if part.isascii())
        return "".join(part for part in parts if not unicodedata.combining(part))

    return stripped


def _changes(change: Callable[[str], str], letters: frozenset[str] | None) -> Letters:
    """Return the letters that change, but for those of which nothing counts before or after."""
    table = {}
    for letter in _uncommon():
        changed = change(letter)
        if changed == letter:
            continue
        counts = letters is None or not changed or not letters.isdisjoint(changed) or letter in letters
        if counts or _is_word(letter) != all(map(_is_word, changed)):
            table[letter] = changed
    return Letters(table)


def _left(change: Callable[[str], str]) -> Letters:
    """Return what is left of a text in ASCII; every other letter, of more than a million, vanishes."""
    ascii_letters = {chr(code): chr(code) for code in range(_ASCII)}
    return Letters(ascii_letters | {letter: left for letter in _uncommon() if (left := change(letter))}, other="")


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


@cache
def _uncommon() -> tuple[str, ...]:
    """Return the letters beyond ASCII that have an accent or a lower case, are one, or stand for others."""
    blocks = ("".join(map(chr, range(start, start + _ASCII))) for start in range(_ASCII, sys.maxunicode + 1, _ASCII))
    return tuple(letter for block in blocks if _is_uncommon(block) for letter in block if _is_uncommon(letter))


def _is_uncommon(text: str) -> bool:
    return any(map(unicodedata.combining, text)) or not text == text.lower() == unicodedata.normalize("NFKD", text)


def _replaced(texts: Tensor, letters: Letters) -> Tensor:
    """Return texts with letters replaced; texts without one of them cost one comparison."""
    table = letters.table
    if not table:
        return texts
    pattern = f"(?s).*[{''.join(sorted(table))}].*" if len(table) <= 2 else "(?s).*[^\\x00-\\x7f].*"  # noqa: PLR2004 - the uneven letters
    has = texts.op("RegexFullMatch", element="bool", pattern=pattern)
    some = has.cast("int64").op("ReduceMax", width=1, keepdims=0).cast("bool")
    name = texts.graph.fresh_name("letters")
    then, otherwise = Graph(f"{name}_then_"), Graph(f"{name}_else_")
    for graph, made in (
        (then, _letter_by_letter(Tensor(then, texts.name, "string", 1), letters)),
        (otherwise, Tensor(otherwise, texts.name, "string", 1)),
    ):
        graph.add_output(f"{name}_{'then' if graph is then else 'else'}", made.name, "string", [None])
    branches = {"then_branch": then.body(f"{name}_then"), "else_branch": otherwise.body(f"{name}_else")}
    (chosen,) = texts.graph.node("If", [some.name], attributes=branches)
    return Tensor(texts.graph, chosen, "string", 1)


def _letter_by_letter(texts: Tensor, letters: Letters) -> Tensor:
    each = texts.op("Tokenizer", domain=MICROSOFT, mark=0, mincharnum=1, pad_value="", tokenexp="(?s).", width=1)
    keys, values = list(letters.table), list(letters.table.values())
    changed = each.op("LabelEncoder", domain=ML, keys_strings=keys, values_strings=values, default_string=letters.other)
    return joined(where(changed.equals(_KEPT), each, changed) if letters.other == _KEPT else changed)


def joined(parts: Tensor) -> Tensor:
    """Return the texts of each row as one; neighbours are joined until one is left.

    Parameters
    ----------
    parts : Tensor
        Of shape (n_instances, n_parts), which may be 0.
    """
    graph = parts.graph
    name = graph.fresh_name("joined")
    nothing = parts.op("Slice", parts.like([0], "int64"), parts.like([0], "int64"), parts.like([1], "int64"))
    rows = nothing.op("Shape", element="int64", end=1)
    shape = rows.op("Concat", rows.like([1], "int64"), axis=0)
    blank = parts.like([[""]]).op("Expand", shape)
    start = blank.op("Concat", parts, axis=1)
    inputs = ["", start.like(True, "bool").name, start.name]  # noqa: FBT003 - a constant
    (whole,) = graph.node("Loop", inputs, attributes={"body": _join_neighbours(name)})
    return Tensor(graph, whole, "string", 1).op("Reshape", rows.like([-1], "int64"), width=1)


def _join_neighbours(name: str) -> onnx.GraphProto:
    graph = Graph(f"{name}_")
    graph.add_state(f"{name}_in_round", "int64", [])
    graph.add_state(f"{name}_in_go", "bool", [])
    graph.add_state(f"{name}_in_parts", "string", [None, None])
    parts = Tensor(graph, f"{name}_in_parts", "string", 1)
    count = parts.op("Shape", element="int64", start=1, end=2)
    even = count - count.op("Mod", [2])
    axis = count.like([1])

    def every_second(start: int) -> Tensor:
        return parts.op("Slice", count.like([start]), even, axis, count.like([2]))

    rest = parts.op("Slice", even, count, axis)
    shorter = every_second(0).op("StringConcat", every_second(1)).op("Concat", rest, axis=1)
    go = (shorter.op("Shape", element="int64", start=1, end=2) > [1]).op("Squeeze")
    graph.add_output(f"{name}_out_go", go.name, "bool", [])
    graph.add_output(f"{name}_out_parts", shorter.name, "string", [None, None])
    return graph.body(name)
