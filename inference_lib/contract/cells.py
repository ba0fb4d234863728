"""Converts the cells of a table, which are text, to values of the contract: exactly, or not at all."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from inference_lib.contract.document import Feature, Json

_BOOLEANS: Final = {"true": True, "false": False, "1": True, "0": False}
_MISSING: Final = frozenset(("", "nan"))
"""Of a column that is not text; tables are often written with NaN for a missing number."""
_NUMBER: Final = frozenset("0123456789+-.eE")
"""``float`` alone would also read ``1_000``, ``infinity`` and the digits of other scripts."""
_EXACT: Final = 2**53
"""Above it a float is not exact for each whole number."""
_MAX_DIGITS: Final = 400
"""More are out of any range, and slow to read."""
_EXPECTED: Final = {"number": "a number", "integer": "an integer", "boolean": "true or false"}


def value_of(cell: str, feature: Feature | None) -> Json:
    """Return the value of a cell.

    Parameters
    ----------
    cell : str
        As it is in the table. Empty means missing; for a text that cannot be missing it is the empty text.
    feature : Feature or None
        Of the column; None leaves the text as it is.

    Raises
    ------
    ValueError
        The cell is not of the feature's type. The message says what was expected, and never the content of the cell.
    """
    if feature is None or feature.type == "string":
        return None if feature and feature.nullable and not cell else cell
    text = cell.strip(" \t")
    if text.lower() in _MISSING:
        return None
    if feature.type == "boolean":
        found: Json = _BOOLEANS.get(text.lower())
    else:
        found = _number(text, whole=feature.type == "integer")
    if found is None:
        raise ValueError(f"expected {_EXPECTED[feature.type]}, got other text")
    return found


def _number(text: str, *, whole: bool) -> float | None:
    if len(text) > _MAX_DIGITS or not _NUMBER.issuperset(text):
        return None
    try:
        if whole and text.lstrip("+-").isdigit():
            return int(text)
        value = float(text)
    except ValueError:
        return None
    # Not a number minus itself is not zero, nor is infinity.
    if value - value != 0:
        return None
    # Tables write integers with a point, such as 3.0, in a column that has missing values.
    return int(value) if whole and value.is_integer() and abs(value) <= _EXACT else value
