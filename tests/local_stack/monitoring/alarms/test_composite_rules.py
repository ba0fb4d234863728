"""The rules of composite alarms."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.errors import ExpressionError
from local_stack.monitoring.alarms.composite_rules import composite_rule
from local_stack.monitoring.alarms.evaluation import ALARM, INSUFFICIENT_DATA, OK

_STATES = {"a": ALARM, "b": OK, "name OR not": INSUFFICIENT_DATA}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ALARM("a")', True),
        ('ALARM("b") OR ALARM("a")', True),
        ('ALARM("b") AND ALARM("a")', False),
        ('NOT ALARM("b") AND (OK("b") OR FALSE)', True),
        ('INSUFFICIENT_DATA("name OR not")', True),
        ('ALARM("unknown")', False),
        ("TRUE", True),
    ],
)
def test_rules_hold_as_cloudwatch_says(text: str, expected: bool) -> None:
    assert composite_rule(text).holds(_STATES) is expected


def test_the_alarms_that_a_rule_names_are_known() -> None:
    assert composite_rule('ALARM("a") OR NOT OK("name OR not")').names == ("a", "name OR not")


@pytest.mark.parametrize("text", ["", "ALARM(a)", "ALARM()", 'BROKEN("a")', '"a"', "a", 'ALARM("a") + 1', "not"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="not the rule of a composite alarm"):
        composite_rule(text)


@given(
    text=st.one_of(st.text(max_size=30), st.lists(st.sampled_from(['ALARM("a")', "OR", "NOT", "(", ")"])).map(" ".join))
)
def test_any_text_is_a_rule_or_the_one_error(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert composite_rule(text).holds(_STATES) in {True, False}
