"""Metric math."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.errors import ExpressionError
from local_stack.monitoring.metrics.expressions import Points, Scope, evaluate

_SCOPE = Scope(
    series={"m1": {0.0: 1.0, 60.0: 0.0, 120.0: 30.0}, "m2": {0.0: 100.0, 120.0: 10.0, 180.0: 50.0}},
    periods=(0.0, 60.0, 120.0, 180.0),
    period_s=60,
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m1 + m2", {0: 101, 120: 40}),
        ("m1 / m2 * 100", {0: 1, 120: 300}),
        ("m2 / m1", {0: 100, 120: 10 / 30}),
        ("-m1 + 2 ^ 3", {0: 7, 60: 8, 120: -22}),
        ("IF(m2 >= 20, m1 / m2, 0)", {0: 0.01, 120: 0}),
        ("IF(m1 > 0 AND m2 > 20, 1, 0)", {0: 1, 120: 0}),
        ("IF(m1 > 0 && m2 > 20 || m2 == 10, m1)", {0: 1, 120: 30}),
        ("FILL(m1, 7)", {0: 1, 60: 0, 120: 30, 180: 7}),
        ("FILL(m2, REPEAT)", {0: 100, 60: 100, 120: 10, 180: 50}),
        ("FILL(m1 / m2, 0)", {0: 0.01, 60: 0, 120: 3, 180: 0}),
        ("SUM([m1, m2])", {0: 101, 60: 0, 120: 40, 180: 50}),
        ("MAX(METRICS())", {0: 100, 60: 0, 120: 30, 180: 50}),
        ("m1 / SUM(m1)", {0: 1 / 31, 60: 0, 120: 30 / 31}),
        ("RATE(m1)", {60: -1 / 60, 120: 0.5}),
        ("DIFF(m2)", {120: -90, 180: 40}),
        ("RUNNING_SUM(m1)", {0: 1, 60: 1, 120: 31}),
        ("m1 * PERIOD(m1)", {0: 60, 60: 0, 120: 1800}),
        ("CEIL(m1 / 7)", {0: 1, 60: 0, 120: 5}),
        ("5", {0: 5, 60: 5, 120: 5, 180: 5}),
    ],
)
def test_expressions_are_as_cloudwatch_evaluates_them(expression: str, expected: Points) -> None:
    assert evaluate(expression, _SCOPE) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "m3",
        "m1 +",
        "SEARCH('x', 'Sum', 60)",
        "METRICS()",
        "m1.real",
        "__import__('os')",
        "FILL(m1)",
        "'text'",
        "True",
    ],
)
def test_what_is_not_known_is_an_error_not_a_number(expression: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(expression, _SCOPE)


@given(
    expression=st.one_of(
        st.text(max_size=40),
        st.lists(st.sampled_from(["m1", "m2", "(", ")", "+", "/", "IF(", "FILL(", ",", "0", "^", "AND", "9e99"])).map(
            " ".join
        ),
    )
)
def test_any_text_is_a_series_or_the_one_error(expression: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert set(evaluate(expression, _SCOPE)) <= set(_SCOPE.periods)
