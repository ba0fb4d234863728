from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.settings.subjects import alarms, api, function
from infra.settings.values import networks, schedule
from infra.settings.values.periods import Periods, parsed
from infra.settings.values.schedule import Scheduled, scheduled

if TYPE_CHECKING:
    from infra.settings.values.rule import Rule

WRONG = [
    (networks.EMAILS, "on-call", "'on-call' is not an e-mail address"),
    (networks.EMAILS, "a@b.com, a@b.com", "'a@b.com' is listed twice"),
    (networks.EMAILS, "a@b..com", "'a@b..com' is not an e-mail address"),
    (api.NETWORKS, "203.0.113.1/24", "'203.0.113.1/24' is not a network"),
    (api.NETWORKS, "home", "'home' is not a network"),
    (schedule.TIME_ZONE, "Europe/Sleepytown", "'Europe/Sleepytown' is not a time zone"),
    (schedule.TIME_ZONE, "../etc/passwd", "'../etc/passwd' is not a time zone"),
    (schedule.TIME_ZONE, "", "'' is not a time zone"),
    (networks.CERTIFICATE, "arn:aws:iam::1:x", "'arn:aws:iam::1:x' is not the ARN of a certificate"),
    (networks.DOMAIN, "https://x.com", "'https://x.com' is not a domain name"),
    (api.API_KEYS, "Mobile App", "'Mobile App' is not the name of a caller"),
    (function.VERSION, "$LATEST", "'$LATEST' is not the number of a version"),
    (schedule.SCHEDULE, "2", "'2' is not COUNT = CRON"),
    (schedule.SCHEDULE, "two = 30 5 * * ? *", "'two = 30 5 * * ? *' is not COUNT = CRON"),
    (schedule.SCHEDULE, "2 = 30 5 * * *", "the cron expression '30 5 * * *' has 5 fields, not 6"),
    (schedule.SCHEDULE, "2 = 60 5 * * ? *", "the minutes '60' of the cron expression is wrong"),
    (schedule.SCHEDULE, "2 = 0 24 * * ? *", "the hours '24' of the cron expression is wrong"),
    (schedule.SCHEDULE, "2 = 0 5 * * FUN *", "the day of the week 'FUN' of the cron expression is wrong"),
    (
        schedule.SCHEDULE,
        "2 = 0 5 * * * *",
        "the cron expression '0 5 * * * *' must have ? for either of the two days",
    ),
    (alarms.ALARM_PERIODS, "errors", "'errors' is not ALARM=SECONDS/PERIODS/BAD"),
    (alarms.ALARM_PERIODS, "sleep=60/1/1", "there is no alarm 'sleep'"),
    (alarms.ALARM_PERIODS, "errors=90/1/1", "errors: a period of 90 s is not a multiple of 60 s"),
    (alarms.ALARM_PERIODS, "errors=60/2/3", "errors: 3 of 2 periods is impossible"),
    (alarms.ALARM_PERIODS, "errors=300/289/1", "errors: 289 periods of 300 s are longer than one day"),
    (alarms.ALARM_PERIODS, "errors=3600/169/1", "errors: 169 periods of 3600 s are longer than one week"),
]


@pytest.mark.parametrize(("rule", "text", "fault"), WRONG, ids=[text for _, text, _ in WRONG])
def test_a_wrong_value_is_refused_with_its_fault(rule: Rule, text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)) as caught:
        rule.read(text)
    assert str(caught.value) == fault


RIGHT = [
    (networks.EMAILS, "a.b+c@mail.example.co.uk , d@e.org"),
    (networks.EMAILS, ""),
    (api.NETWORKS, "203.0.113.0/24, 2001:db8::/32, 198.51.100.7"),
    (schedule.TIME_ZONE, "Europe/Berlin"),
    (schedule.SCHEDULE, "2 = 0/15 5-9 ? JAN,JUL MON-FRI 2026"),
    (alarms.ALARM_PERIODS, "errors=300/288/3, latency=3600/168/1"),
]


@pytest.mark.parametrize(("rule", "text"), RIGHT, ids=[text for _, text in RIGHT])
def test_a_right_value_is_taken_as_it_is(rule: Rule, text: str) -> None:
    assert rule.read(text) == text


def test_schedules_and_periods_are_read_as_they_are_meant() -> None:
    assert scheduled(" 2=30  5 * * ? * ;0 = 0 9 * * ? *;") == (
        Scheduled(count=2, cron="30 5 * * ? *"),
        Scheduled(count=0, cron="0 9 * * ? *"),
    )
    assert parsed("errors=300/3/2,") == {"errors": Periods(300, 3, 2)}


@given(st.text(max_size=60))
def test_any_text_is_taken_or_refused_with_a_sentence(text: str) -> None:
    for rule in (schedule.SCHEDULE, alarms.ALARM_PERIODS, api.NETWORKS, networks.EMAILS, schedule.TIME_ZONE):
        fault = ""
        try:
            assert rule.read(text) == text
        except ValueError as error:
            fault = str(error)
        assert "\n" not in fault
