"""Cells of a table, which are text, to the values that the contract says: exactly, or not at all.

The export, batch files and ``POST /invocations`` read a cell alike, because all of them call ``value_of``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from inference_lib.contract.document import Feature, Json

_BOOLEANS: Final = {"true": True, "false": False, "1": True, "0": False}
MISSING: Final = frozenset(
    (
        *("", "na", "n/a", "#n/a", "#n/a n/a", "#na", "<na>", "nan", "-nan", "null", "none"),
        *("-1.#ind", "-1.#qnan", "1.#ind", "1.#qnan"),
    )
)
"""Cells, in lower case, that mean a missing value: those that ``pandas.read_csv`` takes as missing by default [1]_.

R writes NA, spreadsheets #N/A, databases NULL.

.. [1] https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html (``na_values``)
"""
_LONGEST_MARK: Final = max(map(len, MISSING))
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
        As it stands in the table.
    feature : Feature or None
        Of the column; None leaves the text as it is.

    Returns
    -------
    Json
        None for a missing value: one of ``MISSING``. In a column of texts such a cell is missing only where the
        feature may be null and the model does not know the cell as a category; of a free text, which can hold
        the words "none" and "null", only an empty cell is missing.

    Raises
    ------
    ValueError
        The cell is not of the feature's type. The message says what was expected, and never the content of the cell.
    """
    if feature is None:
        return cell
    if feature.type == "string":
        return None if feature.nullable and _is_missing_text(cell, feature) else cell
    text = cell.strip(" \t")
    if is_mark(text):
        return None
    if feature.type == "boolean":
        found: Json = _BOOLEANS.get(text.lower())
    else:
        found = number_of(text, whole=feature.type == "integer")
    if found is None:
        raise ValueError(f"expected {_EXPECTED[feature.type]}, got other text")
    return found


def is_mark(text: str) -> bool:
    """Tell whether a cell is one of ``MISSING``, in any case."""
    return len(text) <= _LONGEST_MARK and text.lower() in MISSING


def _is_missing_text(cell: str, feature: Feature) -> bool:
    if feature.categories is None:
        return not cell
    return cell not in feature.categories and is_mark(cell.strip(" \t"))


def number_of(text: str, *, whole: bool) -> float | None:
    """Return the number that a text says; None where it says none.

    Parameters
    ----------
    text : str
        Without blanks around it.
    whole : bool
        Whether an int is wanted: digits alone are exact, and ``3.0``, as in a table of integers beside missing ones,
        is 3.
    """
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
