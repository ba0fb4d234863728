"""JSON of large requests, by orjson: decoded and encoded several times as fast as by the standard library.

The function imports this module with its first large request, or once it has answered many small ones (``json_text``):
importing orjson takes 8 ms, which the cold start of a small request does not pay. What clients see does not depend on
the decoder. A body that orjson might read otherwise than ``json`` is left to ``json``: orjson keeps the last of two
members of one name, rounds whole numbers beyond 64 bits (``findings/orjson-large-integers-become-floats.sh``), and has
messages of its own.
"""

from __future__ import annotations

import json

import orjson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from inference_lib.contract.document import Json

_CONTAINERS = frozenset((dict, list))

_DIGITS: Final = 19
"""Of the shortest whole number that 64 bits may not hold."""

_LONG_NUMBER = b" " + b"0" * _DIGITS
_TO_LONG_NUMBER = bytes(
    ord("0") if chr(byte).isdigit() else ord(" ") if chr(byte) in "[:,- \t\r\n" else byte for byte in range(128)
)
_TO_LONG_NUMBER += bytes(range(128, 256))
"""Digits become zeros, and what may be before a number a space."""


def decode(text: str, max_nesting: int) -> Json:
    """Return the decoded JSON of a body, if ``json`` would certainly decode it to the same and each name is unique.

    Parameters
    ----------
    text : str
        Without a byte order mark.
    max_nesting : int
        Maximum nesting of lists and objects.

    Raises
    ------
    ValueError
        Only an exact decoder can decide: the body is wrong, or merely unusual.
    """
    if _LONG_NUMBER in text.encode().translate(_TO_LONG_NUMBER):
        raise ValueError("a number is too long for orjson")
    document: Json = orjson.loads(text)
    members = _members(document, text.count("[") + text.count("{"), max_nesting)
    # A member has one colon, and all others are inside of strings: so no member was dropped for another of its name.
    colons = text.count(":")
    if members != colons and ("\\u003" in text or members + _colons(document) != colons):
        raise ValueError("a name may occur more than once in one object")
    return document


def _members(document: Json, brackets: int, max_nesting: int) -> int:
    """Return the number of members of all objects; a container has one opening bracket, which ends most walks early."""
    members = 0
    level: list[Json] = [document]
    for _ in range(max_nesting):
        members += sum([len(each) for each in level if type(each) is dict])
        brackets -= len(level)
        level = _children(level, _CONTAINERS) if brackets else []
        if not level:
            return members
    raise ValueError("the body nests too deep")


def _colons(document: Json) -> int:
    """Return the number of colons inside of names and strings."""
    colons = 0
    level: list[Json] = [document]
    while level:
        names = [name for each in level if type(each) is dict for name in each]
        strings: list[str] = _children(level, frozenset((str,)))  # type: ignore[assignment] # as asked for
        colons += "".join(names).count(":") + "".join(strings).count(":")
        level = _children(level, _CONTAINERS)
    return colons


def _children(level: list[Json], types: frozenset[type]) -> list[Json]:
    return [
        member
        for container in level
        if type(container) in _CONTAINERS
        for member in (container.values() if type(container) is dict else container)  # type: ignore[union-attr] # containers alone are left
        if type(member) in types
    ]


def encode(document: object) -> str:
    """Return a document as JSON.

    Parameters
    ----------
    document : object
        As ``json`` takes it; it may hold the predictions of ``inference_lib.runtime.table``.
    """
    try:
        return orjson.dumps(document, default=_fragment).decode()
    except TypeError:
        # Half of a surrogate pair in a text of the caller, which is no UTF-8.
        return json.dumps(document, default=list, separators=(",", ":"))


def _fragment(thing: object) -> orjson.Fragment:
    return orjson.Fragment(thing.as_json(numbers))  # type: ignore[attr-defined] # nothing else is no JSON


def numbers(values: list[float]) -> list[bytes]:
    """Return each number as JSON: the shortest text that is read as the same number."""
    return orjson.dumps(values)[1:-1].split(b",")
