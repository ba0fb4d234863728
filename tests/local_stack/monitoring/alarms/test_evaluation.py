"""States of alarms: the tables of AWS's page on missing data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.monitoring.alarms.evaluation import ALARM, INSUFFICIENT_DATA, OK, STATES, next_state

_KEEP = "as before"
_TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
_THREE_OF_THREE = {
    "0-X-X": (OK, OK, OK, OK),
    "0----": (OK, OK, OK, OK),
    "-----": (INSUFFICIENT_DATA, _KEEP, ALARM, OK),
    "0XX-X": (ALARM, ALARM, ALARM, ALARM),
    "--X--": (ALARM, _KEEP, ALARM, OK),
}
_TWO_OF_THREE = {
    "0-X-X": (ALARM, ALARM, ALARM, ALARM),
    "00X0X": (ALARM, ALARM, ALARM, ALARM),
    "0-X--": (OK, OK, ALARM, OK),
    "----0": (OK, OK, ALARM, OK),
    "---X-": (ALARM, _KEEP, ALARM, OK),
}
# Fewer datapoints than periods, as the page's text says: enough of them decide, and a single new one waits.
_FEW = {
    "X---X": (ALARM, ALARM, ALARM, ALARM),
    "----X": (_KEEP, _KEEP, ALARM, OK),
}


def _breaches(drawn: str) -> list[bool | None]:
    return [{"X": True, "0": False, "-": None}[each] for each in drawn]


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("column", range(4), ids=_TREATMENTS)
@pytest.mark.parametrize(
    ("to_alarm", "drawn", "expected"),
    [
        *((3, drawn, expected) for drawn, expected in _THREE_OF_THREE.items()),
        *((2, drawn, expected) for drawn, expected in (_TWO_OF_THREE | _FEW).items()),
    ],
)
def test_the_tables_of_aws(to_alarm: int, drawn: str, expected: tuple[str, ...], column: int, before: str) -> None:
    state = next_state(_breaches(drawn), evaluated=3, to_alarm=to_alarm, missing=_TREATMENTS[column], before=before)
    assert state == (before if expected[column] == _KEEP else expected[column])


@given(
    drawn=st.text("X0", min_size=5, max_size=5),
    to_alarm=st.integers(1, 3),
    missing=st.sampled_from(_TREATMENTS),
    before=st.sampled_from(STATES),
)
def test_without_missing_data_only_the_last_datapoints_count(
    drawn: str, to_alarm: int, missing: str, before: str
) -> None:
    state = next_state(_breaches(drawn), evaluated=3, to_alarm=to_alarm, missing=missing, before=before)
    assert state == (ALARM if drawn[-3:].count("X") >= to_alarm else OK)
