"""The declared alarms: what fires, what is sent, and what is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from infra.monitoring.metrics import API_GATEWAY
from local_stack.declared.evaluation import declare
from local_stack.errors import ExpressionError
from local_stack.monitoring.alarms.declared_alarms import declared_alarms
from local_stack.monitoring.alarms.evaluation import ALARM, INSUFFICIENT_DATA, OK
from local_stack.monitoring.alarms.notifications import Notifications
from local_stack.monitoring.alarms.notifier import STAND_IN
from local_stack.monitoring.alarms.watch import AlarmWatch
from local_stack.monitoring.metrics.store import MetricStore, SeriesName
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from sqlite3 import Connection

    Watch = Callable[..., "_Watched"]

    from local_stack.declared.evaluation import Declared

_NOON = 1_800_000_000 // 86_400 * 86_400 + 12 * 3_600
_SERVER_ERRORS = SeriesName.of(API_GATEWAY, "5XXError", {"ApiName": "inference-dev-api", "Stage": "dev"})
_THROTTLES = SeriesName.of("AWS/Lambda", "Throttles", {"FunctionName": "inference-dev-predict"})
_COUNT = SeriesName.of(API_GATEWAY, "Count", {"ApiName": "inference-prod-api", "Stage": "prod"})
_CLIENT_ERRORS = SeriesName.of(API_GATEWAY, "4XXError", {"ApiName": "inference-prod-api", "Stage": "prod"})


class _Watched:
    """The alarms of a stack, and its clock."""

    def __init__(self, declared: Declared, database: Connection) -> None:
        self.database = database
        self.store = MetricStore(self.database)
        self.notifications = Notifications(self.database, declared)
        self.watch = AlarmWatch(self.database, self.store, *declared_alarms(declared), self.notifications.notify)
        self._prefix = f"inference-{declared.stack}-alarm-"
        self.now = float(_NOON)

    def state(self, alarm: str) -> str:
        return self.watch.state(self._prefix + alarm).value

    def minutes(self, number: int, series: SeriesName | None = None, value: float = 0) -> None:
        for _ in range(number):
            if series is not None:
                self.store.put(series, self.now + 1, value)
            self.now += 60
            self.store.flush()
            self.watch.evaluate(self.now)


@pytest.fixture
def watch(opened: Callable[..., Connection]) -> Watch:
    return lambda declared, path=None: _Watched(declared, opened(path))


def test_an_alarm_fires_after_its_datapoints_and_its_composite_notifies_at_the_start_and_the_end(
    watch: Watch, open_dev: Declared
) -> None:
    watched = watch(open_dev)
    assert watched.state("server-errors") == INSUFFICIENT_DATA
    watched.minutes(2, _SERVER_ERRORS, 6)
    assert (watched.state("server-errors"), watched.state("page")) == (OK, OK), "three of five are needed"
    watched.minutes(1, _SERVER_ERRORS, 6)
    assert (watched.state("server-errors"), watched.state("page")) == (ALARM, ALARM)
    watched.minutes(3, _SERVER_ERRORS, 6)
    watched.minutes(5)
    assert (watched.state("server-errors"), watched.state("page")) == (OK, OK)

    told = [each for each in watched.notifications.last(10) if each["TopicArn"].endswith("alarms-page")]
    assert [json.loads(each["Message"])["NewStateValue"] for each in told] == [OK, ALARM, OK]
    alarm = told[1]
    assert json.loads(alarm["Message"])["TriggeringChildren"] == [
        {"Name": "inference-dev-alarm-server-errors", "State": {"Value": ALARM}}
    ]
    assert alarm["HttpsMessage"] == alarm["Message"]


def test_the_reason_says_how_many_datapoints_were_on_which_side(watch: Watch, open_dev: Declared) -> None:
    watched = watch(open_dev)
    watched.minutes(3, _SERVER_ERRORS, 6)
    reason = watched.watch.state("inference-dev-alarm-server-errors").reason
    assert reason.startswith("Threshold Crossed: 3 out of the last 5 datapoints [6 (")
    assert reason.endswith("were greater than the threshold (5) (minimum 3 of 5 datapoints for an alarm).")


def test_an_alarm_on_an_expression_reads_all_its_metrics(watch: Watch, open_dev: Declared) -> None:
    watched = watch(open_dev)
    function = {"FunctionName": "inference-dev-predict"}
    errors, invocations = (SeriesName.of("AWS/Lambda", name, function) for name in ("Errors", "Invocations"))
    for minute in range(3):
        watched.store.put(invocations, _NOON + 60 * minute, 1, 100)
        watched.store.put(errors, _NOON + 60 * minute, 1, 4)
    watched.minutes(3)
    assert watched.state("error-rate") == OK, "4 % are below the threshold of 5 %"
    for minute in range(3, 6):
        watched.store.put(invocations, _NOON + 60 * minute, 1, 100)
        watched.store.put(errors, _NOON + 60 * minute, 1, 6)
    watched.minutes(3)
    assert watched.state("error-rate") == ALARM


def test_the_band_of_normal_values_knows_the_days_before(watch: Watch, bundle_path: Path) -> None:
    watched = watch(declare("prod", bundle=bundle_path))
    # Two days of 10 refusals in five minutes, and 1000 at noon, as every day.
    for step in range(2 * 288):
        moment = _NOON - 2 * 86_400 + 300 * step
        value = 1000 if step % 288 < 12 else 10
        watched.store.put(_CLIENT_ERRORS, moment, value)
        watched.store.put(_COUNT, moment, 5000)
    watched.store.flush()
    for _ in range(6):
        watched.store.put(_CLIENT_ERRORS, watched.now + 1, 1000)
        watched.minutes(5)
    assert watched.state("client-errors") == OK, "a thousand at noon is normal"
    watched.now += 3_600
    for _ in range(6):
        watched.store.put(_CLIENT_ERRORS, watched.now + 1, 1000)
        watched.minutes(5)
    assert watched.state("client-errors") == ALARM, "a thousand an hour later is not"


def test_states_history_and_messages_survive_a_restart(watch: Watch, open_dev: Declared, tmp_path: Path) -> None:
    before = watch(open_dev, tmp_path / "m.sqlite")
    before.minutes(3, _SERVER_ERRORS, 6)
    before.database.close()
    after = watch(open_dev, tmp_path / "m.sqlite")
    assert (after.state("server-errors"), after.state("page")) == (ALARM, ALARM)
    assert [name for _, name, _ in after.watch.history(2)] == [
        "inference-dev-alarm-page",
        "inference-dev-alarm-server-errors",
    ]
    assert after.notifications.last(1)[0]["Subject"] == 'ALARM: "inference-dev-alarm-page" in eu-central-1'


def test_a_forced_state_is_sent_and_lasts_until_the_next_evaluation(watch: Watch, open_dev: Declared) -> None:
    watched = watch(open_dev)
    watched.minutes(1)
    watched.watch.force("inference-dev-alarm-memory", ALARM, "a trial", watched.now)
    assert (watched.state("memory"), watched.state("info")) == (ALARM, ALARM)
    message = json.loads(watched.notifications.last(1)[0]["Message"])
    assert [child["Name"] for child in message["TriggeringChildren"]] == ["inference-dev-alarm-memory"]
    watched.watch.force("inference-dev-alarm-errors", ALARM, "a trial", watched.now)
    watched.minutes(1)
    assert watched.state("errors") == OK


@pytest.mark.parametrize(("name", "state"), [("no such alarm", ALARM), ("inference-dev-alarm-memory", "BROKEN")])
def test_a_state_that_cannot_be_is_refused(watch: Watch, open_dev: Declared, name: str, state: str) -> None:
    with pytest.raises(ExpressionError):
        watch(open_dev).watch.force(name, state, "a trial", _NOON)


def test_subscribers_are_named(watch: Watch, bundle_path: Path) -> None:
    config = {
        "inference:pageEmails": "ops@example.com",
        "inference:slackTeamId": "T0123ABCD",
        "inference:slackChannelId": "C0123ABCD",
    }
    watched = watch(declare("dev", {**FULL, **config}, bundle=bundle_path))
    watched.minutes(3, _SERVER_ERRORS, 6)
    assert watched.notifications.last(1)[0]["Receivers"] == ["slack:C0123ABCD", "email:ops@example.com"]


@pytest.mark.parametrize("monitoring", ["essential", "full"])
def test_with_a_channel_the_message_is_that_of_the_notifier(watch: Watch, bundle_path: Path, monitoring: str) -> None:
    watched = watch(declare("dev", {"inference:monitoring": monitoring, **STAND_IN}, bundle=bundle_path))
    watched.minutes(5, _THROTTLES, 9)
    told = [json.loads(each["HttpsMessage"])["content"] for each in watched.notifications.last(10)]
    (fired,) = [each for each in told if "(page: act now)" in each["title"]]
    assert fired["title"] == "🔴 dev: throttles (page: act now)"
    assert "How bad: value 9, threshold 0, since " in fired["description"]
    assert next(step.partition("|")[2] for step in fired["nextSteps"]) == "Dashboard at that time>"
