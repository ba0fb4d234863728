"""Objects of a JSON document, with their type stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference_lib.contract.document import Json


def json_object(value: Json) -> dict[str, Json]:
    """Return a value of a document that is known to be an object.

    Raises
    ------
    TypeError
        The value is no object.
    """
    if not isinstance(value, dict):
        raise TypeError(f"expected an object of the document, got {type(value).__name__}")
    return value
