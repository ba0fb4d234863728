"""Checks the values of one feature: fast for the whole column, exact for each value."""

from __future__ import annotations

from math import inf, nextafter

from inference_lib.contract.document import MISSING_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final, TypeVar

    from inference_lib.contract.document import ElementType, Feature, Json

    T = TypeVar("T", float, str)

FLOAT32_MAX: Final = 3.4028234663852886e38
FLOAT64_MAX: Final = 1.7976931348623157e308
INT64_MAX: Final = 2**63 - 1
_SHOWN_CATEGORIES = 20

_LIMITS: dict[ElementType, float] = {"float": FLOAT32_MAX, "double": FLOAT64_MAX, "int64": INT64_MAX}


class _Absent:
    """Marks a feature that an instance does not have; None is JSON's null."""

    __slots__ = ()


ABSENT: Final = _Absent()

_TYPE_NAMES = {"number": "a number", "integer": "an integer", "string": "a string", "boolean": "a boolean"}
_PYTHON_TYPES: dict[str, frozenset[type]] = {
    "number": frozenset((int, float)),
    "integer": frozenset((int,)),
    "string": frozenset((str,)),
    "boolean": frozenset((bool,)),
}
_FOUND = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}


class Quality:
    """The data quality of one request, counted by feature.

    Attributes
    ----------
    missing, unknown_categories, out_of_range : dict of str to int
        Number of values by feature; features without any are left out.
    """

    __slots__ = ("missing", "out_of_range", "unknown_categories")

    def __init__(self) -> None:
        self.missing: dict[str, int] = {}
        self.unknown_categories: dict[str, int] = {}
        self.out_of_range: dict[str, int] = {}

    def counts(self) -> dict[str, Json]:
        """Return the counts that are not empty, as a record shows them."""
        named = (
            ("missing", self.missing),
            ("unknown_categories", self.unknown_categories),
            ("out_of_range", self.out_of_range),
        )
        return {name: dict(counts) for name, counts in named if counts}


def _count(counts: dict[str, int], name: str, number: int = 1) -> None:
    counts[name] = counts.get(name, 0) + number


class ColumnCheck:
    """The rules of one feature.

    Parameters
    ----------
    feature : Feature
        Type, nullability, range and categories.
    element_type : str
        Element type of the tensor that holds the feature; it bounds what can be represented.
    max_text_length : int
        Most characters of a text that is not one of listed categories.
    limit : float, optional
        Largest magnitude of a number; by default that of the element type.
    """

    def __init__(
        self, feature: Feature, element_type: ElementType, max_text_length: int, limit: float | None = None
    ) -> None:
        self._max_text_length = max_text_length
        self.name = feature.name
        self._type = feature.type
        self._types = _PYTHON_TYPES[feature.type]
        self._nullable = feature.nullable
        self._is_number = feature.type in {"number", "integer"}
        self._categories = None if feature.categories is None else frozenset(feature.categories)
        self._listed = feature.categories or ()
        self._is_open = feature.unknown_categories != "refuse"
        self._takes_null = feature.takes_null
        limit = _LIMITS.get(element_type, FLOAT32_MAX) if limit is None else limit
        self._least = feature.minimum if feature.exclusive_minimum else None
        self._minimum = -limit if feature.minimum is None else feature.minimum
        if self._least is not None:
            # The next double; so that the checks need no case of their own.
            self._minimum = nextafter(self._least, inf)
        self._maximum = limit if feature.maximum is None else feature.maximum
        self._seen_minimum = self._minimum if feature.observed_minimum is None else feature.observed_minimum
        self._seen_maximum = self._maximum if feature.observed_maximum is None else feature.observed_maximum
        self._plain_types = frozenset() if self._type == "string" and self._categories is None else self._types
        self._plain_minimum = max(self._minimum, self._seen_minimum)
        self._plain_maximum = min(self._maximum, self._seen_maximum)

    def is_plain(self, value: Json | _Absent) -> bool:
        """Whether one value is certainly valid: of its type, and within both the allowed and the observed range."""
        if type(value) not in self._plain_types:
            return False
        if self._is_number and self._categories is None:
            # Written so that NaN is not certainly valid.
            return self._plain_minimum <= value <= self._plain_maximum  # type: ignore[operator] # a number, as checked
        return self._categories is None or value in self._categories

    def fast(self, column: list[Json | _Absent], quality: Quality) -> tuple[list[Json] | None, int]:
        """Accept a column that is certainly valid.

        Returns
        -------
        values : list or None
            The values with None where missing; None when the column needs the exact check.
        absent : int
            How many instances do not have the feature.
        """
        present, absent, missing = column, 0, 0
        types = set(map(type, column))
        if self._takes_null and not types <= self._types:
            present = [value for value in column if value is not None and value is not ABSENT]
            missing = len(column) - len(present)
            absent = column.count(ABSENT) if missing else 0
            if absent and not self._nullable:
                return None, 0
            types = set(map(type, present))
        if present:
            if not types <= self._types:
                return None, 0
            if self._is_number:
                if not self._fast_range(present, quality):  # type: ignore[arg-type] # the types were just checked
                    return None, 0
            elif self._type == "string" and not self._fast_strings(present, quality):  # type: ignore[arg-type] # likewise
                return None, 0
        if missing:
            _count(quality.missing, self.name, missing)
        values = [None if value is ABSENT else value for value in column] if absent else column
        return values, absent  # type: ignore[return-value] # no ABSENT is left in it

    def _fast_range(self, present: Sequence[float], quality: Quality) -> bool:
        try:
            total = sum(present)
        except OverflowError:
            return False
        # Not a number minus itself is not zero, nor is infinity.
        if total - total != 0:
            return False
        low, high = min(present), max(present)
        if low < self._minimum or high > self._maximum:
            return False
        if self._categories is not None and not self._categories.issuperset(present):
            if not self._is_open:
                return False
            _count(quality.unknown_categories, self.name, len(self._unknown(present)))
        least, most = self._seen_minimum, self._seen_maximum
        if low < least or high > most:
            _count(quality.out_of_range, self.name, len([value for value in present if value < least or value > most]))
        return True

    def _fast_strings(self, present: Sequence[str], quality: Quality) -> bool:
        if self._categories is None:
            return self._are_texts(present)
        if self._categories.issuperset(present):
            return True
        unknown = self._unknown(present)
        if not (self._is_open and self._are_texts(unknown)):
            return False
        _count(quality.unknown_categories, self.name, len(unknown))
        return True

    def _unknown(self, present: Sequence[T]) -> list[T]:
        known = self._categories or ()
        return [value for value in present if value not in known]

    def _are_texts(self, present: Sequence[str]) -> bool:
        if max(map(len, present)) > self._max_text_length:
            return False
        text = "".join(present)
        return "\0" not in text and MISSING_TEXT not in text and _encodes(text)

    def _unseen(self, value: float) -> bool:
        return value < self._seen_minimum or value > self._seen_maximum

    def slow(self, column: Sequence[Json | _Absent], quality: Quality) -> tuple[list[Json], list[tuple[int, str]]]:
        """Check each value.

        Returns
        -------
        values : list
            The values; None where missing or wrong.
        problems : list of (int, str)
            Index of the instance, and what is wrong with its value.
        """
        values: list[Json] = []
        problems: list[tuple[int, str]] = []
        for index, value in enumerate(column):
            if value is None or value is ABSENT:
                _count(quality.missing, self.name)
                taken = self._nullable or (value is None and self._takes_null)
                text = "" if taken else self._absence(value)
                values.append(None)
            else:
                text = self._fault(value, quality)  # type: ignore[arg-type] # ABSENT is handled above
                values.append(None if text else self._normal(value))  # type: ignore[arg-type] # likewise
            if text:
                problems.append((index, text))
        return values, problems

    def _absence(self, value: _Absent | None) -> str:
        if value is ABSENT:
            return f"required feature is missing; expected {self._expected()}"
        return f"expected {self._expected()}, got null"

    def _normal(self, value: Json) -> Json:
        return int(value) if self._type == "integer" and isinstance(value, float) else value

    def _expected(self) -> str:
        return _TYPE_NAMES[self._type]

    def _fault(self, value: Json, quality: Quality) -> str:
        # JSON does not distinguish 3.0 from 3, so a whole float is an integer.
        whole = self._type == "integer" and isinstance(value, float) and value.is_integer()
        if type(value) not in self._types and not whole:
            fraction = self._type == "integer" and isinstance(value, float)
            found = "a number with a fraction" if fraction else _FOUND.get(type(value), "another type")
            if isinstance(value, float) and value - value != 0:
                found = "NaN or Infinity, which are not JSON; send null for a missing value"
            return f"expected {self._expected()}, got {found}"
        if self._is_number and isinstance(value, (int, float)):
            return self._range_fault(value, quality)
        if isinstance(value, str):
            return self._string_fault(value, quality)
        return ""

    def _range_fault(self, value: float, quality: Quality) -> str:
        if value != value:  # noqa: PLR0124 - only NaN differs from itself
            return f"expected {self._expected()}, got NaN, which is not JSON; send null for a missing value"
        if self._unseen(value):
            _count(quality.out_of_range, self.name)
        if value < self._minimum or value > self._maximum:
            side = "below the minimum" if value < self._minimum else "above the maximum"
            if self._least is not None:
                return f"expected {self._expected()} above {self._least:g} and up to {self._maximum:g}, got one {side}"
            return f"expected {self._expected()} from {self._minimum:g} to {self._maximum:g}, got one {side}"
        return self._category_fault(value, quality, "number")

    def _category_fault(self, value: float | str, quality: Quality, kind: str) -> str:
        """Count a value that the encoders do not know, and say what is known where it is refused."""
        if self._categories is None or value in self._categories:
            return ""
        _count(quality.unknown_categories, self.name)
        if self._is_open:
            return ""
        shown = ", ".join(f"'{each}'" if kind == "string" else str(each) for each in self._listed[:_SHOWN_CATEGORIES])
        more = len(self._listed) - _SHOWN_CATEGORIES
        return f"expected one of {shown}{f' and {more} more' if more > 0 else ''}; got another {kind}"

    def _string_fault(self, value: str, quality: Quality) -> str:
        fault = self._category_fault(value, quality, "string")
        if fault or (self._categories is not None and value in self._categories):
            return fault
        if len(value) > self._max_text_length:
            return f"expected text of at most {self._max_text_length} characters, got a longer one"
        if "\0" in value or MISSING_TEXT in value or not _encodes(value):
            return "expected text, got a string with the character NUL, U+FDD0 or half a surrogate pair"
        return ""


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
