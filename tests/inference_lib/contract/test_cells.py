"""Cells of a table to values: exactly, or refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.cells import value_of
from inference_lib.contract.document import Feature

_NUMBER = Feature(name="n", type="number", nullable=True)
_INTEGER = Feature(name="i", type="integer", nullable=True)
_BOOLEAN = Feature(name="b", type="boolean", nullable=True)
_TEXT = Feature(name="t", type="string", nullable=False)
_CATEGORY = Feature(name="c", type="string", nullable=True, categories=("None", "DE"))
_LISTED = Feature(name="c", type="string", nullable=False, categories=("None", "DE"))
_TEXT_OR_NOTHING = Feature(name="t", type="string", nullable=True)


@pytest.mark.parametrize(
    ("cell", "feature", "value"),
    [
        ("1.5", _NUMBER, 1.5),
        (" -2 ", _NUMBER, -2.0),
        ("1e-05", _NUMBER, 1e-05),
        (".5", _NUMBER, 0.5),
        ("", _NUMBER, None),
        ("NaN", _NUMBER, None),
        ("9007199254740993", _INTEGER, 9007199254740993),
        ("+7", _INTEGER, 7),
        ("3.0", _INTEGER, 3),
        ("2.5", _INTEGER, 2.5),
        ("-3", _INTEGER, -3),
        ("9007199254740992.0", _INTEGER, 2**53),
        ("-9007199254740992.0", _INTEGER, -(2**53)),
        ("9007199254740994.0", _INTEGER, 9007199254740994.0),
        ("1" * 400, _INTEGER, int("1" * 400)),
        ("3.0", _NUMBER, 3.0),
        ("7", _NUMBER, 7.0),
        ("", _INTEGER, None),
        ("True", _BOOLEAN, True),
        ("0", _BOOLEAN, False),
        ("1", _BOOLEAN, True),
        ("FALSE", _BOOLEAN, False),
        ("\ttrue ", _BOOLEAN, True),
        ("#N/A N/A", _NUMBER, None),
        ("", _BOOLEAN, None),
        ("NA", _INTEGER, None),
        ("#N/A", _NUMBER, None),
        ("NULL", _BOOLEAN, None),
        ("NA", _TEXT, "NA"),
        ("NA", _TEXT_OR_NOTHING, "NA"),
        ("NA", _CATEGORY, None),
        ("\tna ", _CATEGORY, None),
        ("FR", _CATEGORY, "FR"),
        ("NA", _LISTED, "NA"),
        ("None", _CATEGORY, "None"),
        ("", _CATEGORY, None),
        ("", _TEXT, ""),
        ("", _TEXT_OR_NOTHING, None),
        (" 007 ", _TEXT, " 007 "),
        ("1.5", None, "1.5"),
    ],
)
def test_a_cell_is_read_as_its_feature_says(cell: str, feature: Feature | None, value: object) -> None:
    found = value_of(cell, feature)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("cell", "feature"),
    [
        ("1_000", _NUMBER),
        ("1,5", _NUMBER),
        ("inf", _NUMBER),
        ("1e999", _NUMBER),
        ("٣", _NUMBER),
        ("0x10", _NUMBER),
        ("old", _NUMBER),
        ("1" * 401, _INTEGER),
        ("0." + "1" * 399, _NUMBER),
        ("-1e999", _NUMBER),
        ("--1", _INTEGER),
        ("yes", _BOOLEAN),
        ("1.0", _BOOLEAN),
    ],
)
def test_what_could_be_read_in_another_way_is_refused(cell: str, feature: Feature) -> None:
    expected = {"number": "a number", "integer": "an integer", "boolean": "true or false"}[feature.type]
    with pytest.raises(ValueError, match=f"^expected {expected}, got other text$"):
        value_of(cell, feature)


@given(st.integers())
def test_each_integer_comes_back_exactly(number: int) -> None:
    if len(str(number)) < 400:
        assert value_of(str(number), _INTEGER) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_each_float_comes_back_exactly(number: float) -> None:
    assert value_of(repr(number), _NUMBER) == number


@given(st.text(max_size=20))
def test_no_text_is_a_fault_of_ours(cell: str) -> None:
    for feature in (_NUMBER, _INTEGER, _BOOLEAN, _TEXT):
        with contextlib.suppress(ValueError):
            value_of(cell, feature)
