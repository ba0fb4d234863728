"""Short JSON: by the standard library while an environment is young, by orjson once it has answered many requests.

Importing orjson takes 8 ms, which the cold start does not pay. A warm request writes three short documents and reads
one, a tenth of its time by the standard library. The text depends on neither: it is ASCII without spaces, and only the
form of very large and very small numbers differs, such as ``1e-07`` and ``1e-7``.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

YOUNG_REQUESTS: Final = 50
"""Requests after which an environment is no longer young: one that is called so often will most likely answer the few
hundred more that pay for the import."""

_plain = json.JSONEncoder(separators=(",", ":")).encode


class Encoder:
    """Which library is in use."""

    __slots__ = ("by_orjson", "encode", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.by_orjson = False
        self.encode: Callable[[object], str] = _plain


current = Encoder()
"""An environment has one."""


def encode(document: object) -> str:
    """Return a document as JSON in ASCII, without spaces."""
    return current.encode(document)


def count_request() -> None:
    """Count an answered request; with the last one of its youth the environment switches to orjson."""
    current.requests += 1
    if current.requests == YOUNG_REQUESTS:
        switch_to_orjson()


def is_by_orjson() -> bool:
    """Return whether orjson is loaded, and is used for short documents too."""
    return current.by_orjson


def switch_to_orjson() -> None:
    """Load orjson, and use it from now on."""
    import orjson  # noqa: PLC0415 - the cold start

    dumps = orjson.dumps

    def encode_fast(document: object) -> str:
        try:
            text = dumps(document).decode()
        except TypeError:  # half of a surrogate pair, or a whole number beyond 64 bits
            return _plain(document)
        return text if text.isascii() else _plain(document)

    current.encode = encode_fast
    current.by_orjson = True
