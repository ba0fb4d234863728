"""One feature's values: the fast check may only accept what the exact one accepts."""

from __future__ import annotations

import copy
from math import inf, nextafter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.columns import ABSENT, ColumnCheck, Quality
from inference_lib.contract.document import MISSING_TEXT, Feature
from tests.strategies import anything, features

if TYPE_CHECKING:
    from inference_lib.contract.document import ElementType, FeatureType, Json, Scalar, Unknown


_ELEMENT_TYPES: dict[str, ElementType] = {"number": "float", "integer": "int64", "string": "string", "boolean": "bool"}


@given(feature=features(), column=st.lists(anything() | st.just(ABSENT), min_size=1, max_size=6))
def test_what_the_fast_check_accepts_the_exact_check_accepts_with_the_same_values(
    feature: Feature, column: list[Json]
) -> None:
    check = ColumnCheck(feature, _ELEMENT_TYPES[feature.type], 1000)
    fast_quality, slow_quality = Quality(), Quality()
    given_column = copy.copy(column)

    values, absent = check.fast(column, fast_quality)  # type: ignore[arg-type] # ABSENT is a member of the lists
    slow_values, problems = check.slow(column, slow_quality)

    assert column == given_column or any(value != value for value in column), "a check changed the caller's values"  # noqa: PLR0124 - NaN
    if values is not None:
        assert problems == []
        assert values == slow_values
        assert absent == column.count(ABSENT)  # type: ignore[arg-type] # as above
        assert fast_quality.counts() == slow_quality.counts()


@given(feature=features(), column=st.lists(anything(), min_size=1, max_size=6))
def test_no_message_holds_the_value_that_was_sent(feature: Feature, column: list[Json]) -> None:
    marked = [f"secret-{value}" if isinstance(value, str) else value for value in column]

    _, problems = ColumnCheck(feature, _ELEMENT_TYPES[feature.type], 1000).slow(marked, Quality())

    assert not any("secret" in text for _, text in problems)


_AGE = Feature(
    name="age", type="number", nullable=True, minimum=18, maximum=100, observed_minimum=20, observed_maximum=80
)
_CUPS = Feature(name="cups", type="integer", nullable=False, minimum=0, maximum=20)
_TYPE = Feature(name="chronotype", type="string", nullable=False, categories=("early", "late"))
_SHIFT = Feature(name="shift work", type="boolean", nullable=False)
_PLAN = Feature(name="plan", type="integer", nullable=False, categories=(10, 20))
_RATIO = Feature(name="ratio", type="number", nullable=False, minimum=0, exclusive_minimum=True, maximum=9)
_NOTE = Feature(name="note", type="string", nullable=False)


@pytest.mark.parametrize(
    ("feature", "value", "message"),
    [
        (_AGE, "40", "expected a number, got a string"),
        (_AGE, True, "expected a number, got a boolean"),
        (_AGE, [40], "expected a number, got a list"),
        (_AGE, {"years": 40}, "expected a number, got an object"),
        (_AGE, 17.9, "expected a number from 18 to 100, got one below the minimum"),
        (_AGE, 10**400, "expected a number from 18 to 100, got one above the maximum"),
        (_AGE, float("inf"), "expected a number from 18 to 100, got one above the maximum"),
        (
            _AGE,
            float("nan"),
            "expected a number, got NaN, which is not JSON; send null for a missing value",
        ),
        (_CUPS, None, "expected an integer, got null"),
        (_CUPS, ABSENT, "required feature is missing; expected an integer"),
        (_CUPS, 2.5, "expected an integer, got a number with a fraction"),
        (
            _CUPS,
            float("nan"),
            "expected an integer, got NaN or Infinity, which are not JSON; send null for a missing value",
        ),
        (_CUPS, 21, "expected an integer from 0 to 20, got one above the maximum"),
        (_TYPE, "owl", "expected one of 'early', 'late'; got another string"),
        (_TYPE, 3, "expected a string, got a number"),
        (_PLAN, 77, "expected one of 10, 20; got another number"),
        (_RATIO, 0, "expected a number above 0 and up to 9, got one below the minimum"),
        (_RATIO, -0.0, "expected a number above 0 and up to 9, got one below the minimum"),
        (_SHIFT, 1, "expected a boolean, got a number"),
        (_NOTE, "a\0b", "expected text, got a string with the character NUL, U+FDD0 or half a surrogate pair"),
        (
            _NOTE,
            f"a{MISSING_TEXT}",
            "expected text, got a string with the character NUL, U+FDD0 or half a surrogate pair",
        ),
        (_NOTE, "\ud800", "expected text, got a string with the character NUL, U+FDD0 or half a surrogate pair"),
    ],
)
def test_each_problem_says_what_was_expected_and_found(feature: Feature, value: Json, message: str) -> None:
    check = ColumnCheck(feature, _ELEMENT_TYPES[feature.type], 1000)

    assert check.fast([value], Quality())[0] is None
    assert check.slow([value], Quality()) == ([None], [(0, message)])


@pytest.mark.parametrize(
    ("number", "ending"),
    [(20, "'c18', 'c19'; got another string"), (21, "'c19' and 1 more; got another string")],
)
def test_long_lists_of_categories_are_cut(number: int, ending: str) -> None:
    feature = Feature(name="city", type="string", nullable=False, categories=tuple(f"c{n}" for n in range(number)))
    _, problems = ColumnCheck(feature, "string", 1000).slow(["x"], Quality())
    assert problems[0][1].endswith(ending)


_UNBOUNDED = Feature(name="x", type="number", nullable=False)
_WHOLE = Feature(name="n", type="integer", nullable=False)
_LARGEST, _LARGER = 3.4028234663852886e38, nextafter(3.4028234663852886e38, inf)


@pytest.mark.parametrize(
    ("feature", "element_type", "inside", "outside"),
    [
        (_AGE, "float", (18, 100), (nextafter(18, 0), nextafter(100, inf))),
        (_CUPS, "int64", (0, 20), (-1, 21)),
        (_RATIO, "float", (nextafter(0, 1), 9), (0, nextafter(9, inf))),
        (_UNBOUNDED, "float", (-_LARGEST, _LARGEST), (-_LARGER, _LARGER)),
        (_UNBOUNDED, "double", (-_LARGER, _LARGER, 1.7976931348623157e308), (10**309, -(10**309), inf)),
        (_WHOLE, "int64", (1 - 2**63, 2**63 - 1), (-(2**63), 2**63)),
        (_NOTE, "string", ("", "12345", "ééééé"), ("123456", "éééééé")),
    ],
)
def test_each_limit_is_the_last_value_that_is_answered(
    feature: Feature, element_type: ElementType, inside: tuple[Json, ...], outside: tuple[Json, ...]
) -> None:
    check = ColumnCheck(feature, element_type, 5)
    for value in inside:
        assert check.fast([value], Quality()) == ([value], 0)
        assert check.slow([value], Quality()) == ([value], [])
    for value in outside:
        assert not check.is_plain(value)
        assert check.fast([inside[0], value], Quality()) == (None, 0)
        _, problems = check.slow([inside[0], value], Quality())
        assert [index for index, _ in problems] == [1]


@pytest.mark.parametrize(("value", "number"), [(20, 0), (nextafter(20, 0), 1), (80, 0), (nextafter(80, inf), 1)])
def test_a_value_at_the_edge_of_what_training_saw_is_not_counted(value: float, number: int) -> None:
    check = ColumnCheck(_AGE, "float", 1000)
    expected = {"out_of_range": {"age": number}} if number else {}
    exact, fast = Quality(), Quality()
    assert check.is_plain(value) == (not number)
    assert check.slow([value, 50], exact) == check.slow([value, 50], Quality()) == ([value, 50], [])
    assert check.fast([value, 50], fast) == ([value, 50], 0)
    assert exact.counts() == fast.counts() == expected
    edges, beyond = Quality(), [20, 80, 19, 81.5]
    assert check.fast([*beyond], edges) == (beyond, 0)
    assert edges.counts() == {"out_of_range": {"age": 2}}


@pytest.mark.parametrize(
    ("feature", "plain", "others"),
    [
        (_AGE, [20, 50.5, 80], [None, ABSENT, "50", True, [50], 19.9, 80.1, float("nan"), inf]),
        (_CUPS, [0, 20], [-1, 21, 3.0, True, None]),
        (_TYPE, ["early", "late"], ["owl", "", 3, None]),
        (_SHIFT, [True, False], [0, 1, "true", None]),
        (_PLAN, [10, 20], [15, 77, 10.0, "10"]),
        (_NOTE, [], ["text", "a\0b", "\ud800", None]),
    ],
)
def test_a_value_is_plain_only_where_nothing_is_to_be_checked_or_counted(
    feature: Feature, plain: list[Json], others: list[Json]
) -> None:
    check = ColumnCheck(feature, _ELEMENT_TYPES[feature.type], 1000)
    assert [check.is_plain(value) for value in [*plain, *others]] == [True] * len(plain) + [False] * len(others)
    for value in plain:
        quality = Quality()
        assert check.slow([value], quality) == ([value], [])
        assert quality.counts() == {}


@pytest.mark.parametrize("sent", [[None, ABSENT, 40], [ABSENT, 40, None]])
def test_null_and_absence_are_one_in_a_nullable_column(sent: list[Json]) -> None:
    check = ColumnCheck(_AGE, "float", 1000)
    expected = [40 if value == 40 else None for value in sent]
    exact, fast = Quality(), Quality()
    assert check.fast([*sent], fast) == (expected, 1)
    assert check.slow(sent, exact) == (expected, [])
    assert exact.counts() == fast.counts() == {"missing": {"age": 2}}


def test_a_text_that_the_model_ignores_may_be_null_and_not_absent() -> None:
    feature = Feature(name="c", type="string", nullable=False, categories=("a",), unknown_categories="answer")
    check = ColumnCheck(feature, "string", 1000)
    quality = Quality()
    assert check.fast(["a", None], quality) == (["a", None], 0)
    assert check.fast(["a", ABSENT], Quality()) == (None, 0)
    assert check.slow(["a", None], Quality()) == (["a", None], [])
    assert check.slow(["a", ABSENT], Quality())[1] == [(1, "required feature is missing; expected a string")]
    assert quality.counts() == {"missing": {"c": 1}}


def test_each_unknown_category_is_counted_once_whatever_becomes_of_it() -> None:
    each: tuple[Unknown, ...] = ("refuse", "answer")
    for unknown in each:
        feature = Feature(name="c", type="integer", nullable=False, categories=(1, 2), unknown_categories=unknown)
        check, quality = ColumnCheck(feature, "int64", 1000), Quality()
        check.slow([1, 3, 4], quality)
        assert quality.counts() == {"unknown_categories": {"c": 2}}
        fast = Quality()
        assert (check.fast([1, 3, 4], fast)[0] is None) == (unknown == "refuse")
        assert fast.counts() == ({} if unknown == "refuse" else {"unknown_categories": {"c": 2}})


@pytest.mark.parametrize(
    ("kind", "known", "sent"),
    [("string", ("early", "late"), ["late", "owl", None]), ("integer", (1, 2), [2, 77, None])],
)
def test_a_category_that_the_model_answers_without_knowing_it_is_counted(
    kind: FeatureType, known: tuple[Scalar, ...], sent: list[Json]
) -> None:
    feature = Feature(name="c", type=kind, nullable=True, categories=known, unknown_categories="answer")
    check = ColumnCheck(feature, _ELEMENT_TYPES[kind], 1000)
    exact, fast = Quality(), Quality()
    assert check.slow(sent, exact) == (sent, [])
    assert check.fast([*sent], fast) == (sent, 0)
    assert exact.counts() == fast.counts() == {"missing": {"c": 1}, "unknown_categories": {"c": 1}}


def test_an_unknown_text_that_no_tensor_holds_is_refused_whatever_the_model_ignores() -> None:
    feature = Feature(name="c", type="string", nullable=False, categories=("a",), unknown_categories="answer")
    check = ColumnCheck(feature, "string", 4)
    assert [text for _, text in check.slow(["a\0", "12345"], Quality())[1]] == [
        "expected text, got a string with the character NUL, U+FDD0 or half a surrogate pair",
        "expected text of at most 4 characters, got a longer one",
    ]
    assert [check.fast([text], Quality())[0] for text in ("a\0", "12345", "\ud800", MISSING_TEXT)] == [None] * 4


def test_the_smallest_number_above_an_excluded_minimum_is_allowed() -> None:
    assert ColumnCheck(_RATIO, "double", 1000).slow([5e-324], Quality()) == ([5e-324], [])


def test_the_limit_of_a_tensor_bounds_its_numbers() -> None:
    feature = Feature(name="x", type="number", nullable=False)
    check = ColumnCheck(feature, "double", 1000, limit=1e37)
    assert check.slow([1e37, -1e38], Quality())[1] == [
        (1, "expected a number from -1e+37 to 1e+37, got one below the minimum")
    ]


def test_a_whole_float_is_an_integer_as_in_json() -> None:
    check = ColumnCheck(_CUPS, "int64", 1000)
    assert check.slow([3.0], Quality()) == ([3], [])


def test_values_outside_the_range_seen_in_training_are_answered_and_counted() -> None:
    quality = Quality()
    values, _ = ColumnCheck(_AGE, "float", 1000).fast([19, 50, 81.5, None], quality)
    assert values == [19, 50, 81.5, None]
    assert quality.counts() == {"missing": {"age": 1}, "out_of_range": {"age": 2}}


def test_a_number_that_float32_cannot_hold_is_refused_rather_than_made_infinite() -> None:
    open_ended = Feature(name="x", type="number", nullable=False)
    assert ColumnCheck(open_ended, "float", 1000).fast([1e39], Quality())[0] is None
    assert ColumnCheck(open_ended, "float", 1000).slow([1e39], Quality())[1]
    assert ColumnCheck(open_ended, "double", 1000).slow([1e39], Quality()) == ([1e39], [])


def test_free_texts_are_held_to_their_length_and_listed_ones_are_not() -> None:
    free = Feature(name="note", type="string", nullable=True)
    check = ColumnCheck(free, "string", 5)
    assert check.fast(["12345", None], Quality())[0] == ["12345", None]
    assert check.fast(["12345", "123456"], Quality())[0] is None
    _, problems = check.slow(["12345", "123456"], Quality())
    assert problems == [(1, "expected text of at most 5 characters, got a longer one")]
    listed = Feature(name="kind", type="string", nullable=False, categories=("a long category",))
    assert ColumnCheck(listed, "string", 5).slow(["a long category"], Quality())[1] == []
