"""The patterns of metric filters."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.errors import ExpressionError
from local_stack.monitoring.metrics.filter_patterns import compile_pattern, found


@pytest.mark.parametrize(
    ("pattern", "line", "expected"),
    [
        ('{ $.a = "x" }', '{"a": "x"}', True),
        ('{ $.a = "x" }', '{"a": "y"}', False),
        ('{ $.a != "x" }', '{"a": "y"}', True),
        ('{ $.a != "x" }', "{}", False),
        ("{ $.a.b = * }", '{"a": {"b": 0}}', True),
        ("{ $.a.b = * }", '{"a": 1}', False),
        ("{ $.a = 4 }", '{"a": 4.0}', True),
        ("{ $.a >= 4 }", '{"a": 4}', True),
        ("{ $.a < 4 }", '{"a": "3"}', False),
        ('{ ($.a = "x") && ($.b = "y" || $.c > 1) }', '{"a": "x", "c": 2}', True),
        ('{ ($.a = "x") && ($.b = "y" || $.c > 1) }', '{"a": "x", "c": 1}', False),
        ('{ $.a = "a && b" }', '{"a": "a && b"}', True),
        ("{ $.a > 4 }", '{"a": 4}', False),
        ("{ $.a > 4 }", '{"a": 4.1}', True),
        ("{ $.a >= 4 }", '{"a": 3.9}', False),
        ("{ $.a < 4 }", '{"a": 4}', False),
        ("{ $.a < 4 }", '{"a": 3.9}', True),
        ("{ $.a <= 4 }", '{"a": 4}', True),
        ("{ $.a <= 4 }", '{"a": 4.1}', False),
        ("{ $.a < 4 }", "{}", False),
        ("{ $.a = 4 }", '{"a": 5}', False),
        ("{ $.a != 4 }", '{"a": 4}', False),
        ("{ $.a = 1 }", '{"a": true}', False),
        ("{ $.a = x }", '{"a": "x"}', True),
        ("{ $.a = x }", '{"a": 3}', False),
        ("{ $.a = null }", '{"a": null}', False),
        ("{ $.a != * }", '{"a": 1}', False),
        ("{ $.a = * }", '{"a": null}', True),
        ("{ $.a = 1 || $.b = 1 || $.c = 1 }", '{"c": 1}', True),
        ("{ $.a = 1 || $.b = 1 || $.c = 1 }", '{"c": 2}', False),
        ("{ $.a = 1 && $.b = 1 && $.c = 1 }", '{"a": 1, "b": 1, "c": 1}', True),
        ("{ $.a = 1 && $.b = 1 && $.c = 1 }", '{"a": 1, "b": 1, "c": 2}', False),
        ("{ $.a = 1 || $.b = 1 && $.c = 1 }", '{"a": 1}', True),
        ("{ $.a = 1 }", "[1]", False),
    ],
)
def test_patterns_match_as_cloudwatch_says(pattern: str, line: str, expected: bool) -> None:
    assert compile_pattern(pattern)(json.loads(line)) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "ERROR",
        "{ }",
        "{ $.a }",
        "{ a = 1 }",
        "{ $.a > x }",
        "{ ($.a = 1 }",
        "{ $.a = 1 2 }",
        "{ $.a = 1",
        "$.a = 1 }",
        "{ $.a ~ 1 }",
        "{ $.a = 1 && }",
    ],
)
def test_what_is_not_known_is_an_error_not_a_mismatch(pattern: str) -> None:
    with pytest.raises(ExpressionError):
        compile_pattern(pattern)


_TOKENS = ["$.a", "=", "!=", '"x"', "1", "*", "&&", "||", "(", ")", "<"]


@given(inner=st.one_of(st.text(max_size=30), st.lists(st.sampled_from(_TOKENS)).map(" ".join)))
def test_any_text_is_a_pattern_or_the_one_error(inner: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert compile_pattern("{" + inner + "}")({"a": "x"}) in {True, False}


@pytest.mark.parametrize(
    ("record", "value"),
    [({"a": {"b": 3}}, 3), ({"a": {"b": None}}, None), ({"a": {}}, None), ({"a": 3}, None), ([], None), ({}, None)],
)
def test_a_selector_finds_a_member(record: object, value: object) -> None:
    assert found(record, "$.a.b") == value
