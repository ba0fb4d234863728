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
        ("CEIL(m1 / -7)", {0: 0, 60: 0, 120: -4}),
        ("FLOOR(m1 / 7)", {0: 0, 60: 0, 120: 4}),
        ("ABS(0 - m1)", {0: 1, 60: 0, 120: 30}),
        ("m2 % 7", {0: 2, 120: 3, 180: 1}),
        ("m1 - m2", {0: -99, 120: 20}),
        ("m1 * m2", {0: 100, 120: 300}),
        ("10 - m1", {0: 9, 60: 10, 120: -20}),
        ("m1 == 0", {0: 0, 60: 1, 120: 0}),
        ("m1 != 0", {0: 1, 60: 0, 120: 1}),
        ("m1 < 1", {0: 0, 60: 1, 120: 0}),
        ("m1 <= 1", {0: 1, 60: 1, 120: 0}),
        ("m1 > 1", {0: 0, 60: 0, 120: 1}),
        ("m1 >= 1", {0: 1, 60: 0, 120: 1}),
        ("m1 OR 0", {0: 1, 60: 0, 120: 1}),
        ("m1 AND 1", {0: 1, 60: 0, 120: 1}),
        ("AVG([m1, m2])", {0: 50.5, 60: 0, 120: 20, 180: 50}),
        ("MIN([m1, m2])", {0: 1, 60: 0, 120: 10, 180: 50}),
        ("METRIC_COUNT(METRICS())", {0: 2, 60: 1, 120: 2, 180: 1}),
        ("m1 - m1 + AVG(m2)", dict.fromkeys((0, 60, 120), 160 / 3)),
        ("m1 - m1 + MIN(m2)", dict.fromkeys((0, 60, 120), 10)),
        ("m1 - m1 + METRIC_COUNT(m1)", dict.fromkeys((0, 60, 120), 3)),
        ("m1 + SUM(5)", {0: 6, 60: 5, 120: 35}),
        ("SUM([m2, 1])", {0: 101, 60: 1, 120: 11, 180: 51}),
        ("IF(1, m1, m2)", {0: 1, 60: 0, 120: 30}),
        ("IF(0, m1, m2)", {0: 100, 120: 10, 180: 50}),
        ("IF(0, m1)", {}),
        ("IF(1, 5)", dict.fromkeys((0, 60, 120, 180), 5)),
        ("IF(m1, m2, 7)", {0: 100, 60: 7, 120: 10}),
        ("IF(m1, m2)", {0: 100, 120: 10}),
        ("FILL(m1, REPEAT)", {0: 1, 60: 0, 120: 30, 180: 30}),
        ("FILL(m1, m2)", {0: 1, 60: 0, 120: 30, 180: 50}),
        ("RATE(m2)", {120: -0.75, 180: 40 / 60}),
        ("1 / 0", {}),
        ("1 / m1", {0: 1, 120: 1 / 30}),
        ("(0 - 8) ^ 0.5", {}),
        ("1e300 * 1e300 * m1", {}),
        ("PERIOD(m1)", dict.fromkeys((0, 60, 120, 180), 60)),
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
        "m1 + True",
        "SUM(METRICS()) + METRICS()",
        "METRICS(m1)",
        "IF(m1)",
        "PERIOD()",
        "ABS(m1, m2)",
        "m1 < m2 < 3",
        "~m1",
    ],
)
def test_what_is_not_known_is_an_error_not_a_number(expression: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(expression, _SCOPE)


_INNER = st.recursive(
    st.sampled_from(["m1", "m2", "0", "2.5"]),
    lambda each: st.one_of(
        st.tuples(each, st.sampled_from([*"+-*/^%<>", "==", "AND", "OR"]), each).map(
            lambda drawn: f"({' '.join(drawn)})"
        ),
        st.tuples(st.sampled_from(["FILL", "IF"]), each, each).map(lambda drawn: f"{drawn[0]}({drawn[1]}, {drawn[2]})"),
        st.tuples(each, each, each).map(lambda drawn: f"IF({', '.join(drawn)})"),
        st.tuples(
            st.sampled_from(
                ["ABS", "AVG", "CEIL", "DIFF", "FLOOR", "MAX", "METRIC_COUNT", "MIN", "RATE", "RUNNING_SUM", "SUM"]
            ),
            each,
        ).map(lambda drawn: f"{drawn[0]}({drawn[1]})"),
    ),
    max_leaves=6,
)


@given(expression=_INNER)
def test_whatever_is_metric_math_is_a_series_of_the_periods(expression: str) -> None:
    assert set(evaluate(expression, _SCOPE)) <= set(_SCOPE.periods)


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
