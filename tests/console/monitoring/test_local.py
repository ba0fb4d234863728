"""The local stack's monitoring as the console reads it, from a real stack."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from console.dashboard.gather import Span, panels_of
from console.dashboard.layout import rows_of, widgets_of
from console.monitoring.interface import ALARM, STATES, MonitoringError
from console.monitoring.local import LocalMonitoring

if TYPE_CHECKING:
    from console.monitoring.interface import Monitoring

_INSTANCE = {"age": 40.5, "cups of coffee": 3, "chronotype": "early"}


@pytest.fixture(scope="module")
def monitoring(api_url: str) -> LocalMonitoring:
    for _ in range(3):
        httpx.post(f"{api_url}/predict", json={"instances": [_INSTANCE]}).raise_for_status()
    return LocalMonitoring(api_url)


def _last_hour(monitoring: Monitoring) -> Span:
    now = monitoring.about().now
    return Span(start=now - timedelta(hours=1), end=now + timedelta(minutes=1), period_s=60)


def test_the_stack_has_its_name_and_its_clock(monitoring: LocalMonitoring, api_url: str) -> None:
    about = monitoring.about()
    host = api_url.split("/")[2]
    assert (about.name, about.region, about.place) == ("dev", "eu-central-1", f"local stack dev at {host}")
    assert about.now.utcoffset() == timedelta(0)


def test_every_widget_of_the_declared_dashboard_can_be_read(monitoring: LocalMonitoring) -> None:
    widgets = widgets_of(monitoring.dashboard())
    panels = panels_of(monitoring, widgets, _last_hour(monitoring))
    assert {widget.properties.get("title"): panel.error for widget, panel in panels.items() if panel.error} == {}
    assert {widget.type for widget in widgets} == {"text", "alarm", "metric", "log"}
    assert rows_of(widgets)


def test_predictions_are_counted_where_the_dashboard_looks(monitoring: LocalMonitoring) -> None:
    widgets = widgets_of(monitoring.dashboard())
    (traffic,) = [widget for widget in widgets if widget.properties.get("title") == "Traffic"]
    panel = panels_of(monitoring, [traffic], _last_hour(monitoring))[traffic]
    assert panel.is_measured
    totals = {series.name: sum(series.values) for series in panel.series}
    assert totals["Predictions"] >= 3
    assert totals["Requests to the API"] >= 3


def test_the_alarms_of_the_dashboard_are_those_that_are_described(monitoring: LocalMonitoring) -> None:
    widgets = widgets_of(monitoring.dashboard())
    (strip,) = [widget for widget in widgets if widget.type == "alarm"]
    shown = panels_of(monitoring, [strip], _last_hour(monitoring))[strip].alarms
    described = monitoring.alarms()
    assert sorted(alarm.name for alarm in shown) == sorted(alarm.name for alarm in described)
    assert all(alarm.state in STATES for alarm in described)
    assert [alarm.is_composite for alarm in described[:3]] == [True, True, False]


def test_the_condition_of_an_alarm_is_a_sentence(monitoring: LocalMonitoring) -> None:
    conditions = {alarm.name: alarm.condition for alarm in monitoring.alarms()}
    assert conditions["inference-dev-alarm-server-errors"] == "Sum of 5XXError above 5 in 3 of 5 periods of 1 min"


def test_an_alarm_that_fires_sends_a_message_as_slack_shows_it(monitoring: LocalMonitoring) -> None:
    monitoring.set_alarm_state("inference-dev-alarm-throttles", ALARM, "A trial")
    told = monitoring.notifications()[0]
    assert (told.topic, told.color) == ("inference-dev-alarms-page", "danger")
    assert told.title == "🔴 dev: throttles (page: act now)"
    assert "Likely cause: version 1 of the function was deployed at" in told.text, "the stack has just started"
    assert "|Dashboard at that time>" in dict(told.fields)["Next steps"]
    assert ("inference-dev-alarm-throttles", "Alarm updated from OK to ALARM") in [
        (change.alarm, change.summary.replace("INSUFFICIENT_DATA", "OK")) for change in monitoring.history()
    ]


def test_the_stacks_own_words_say_what_it_refuses(monitoring: LocalMonitoring) -> None:
    with pytest.raises(MonitoringError, match=r"^The local stack refuses /alarm-state: ."):
        monitoring.set_alarm_state("no-such-alarm", ALARM, "A trial")


def test_one_widget_that_cannot_be_read_leaves_the_others(monitoring: LocalMonitoring) -> None:
    body = monitoring.dashboard()
    traffic = next(each for each in body["widgets"] if each["properties"].get("title") == "Traffic")
    broken = {"type": "metric", "properties": {"metrics": [[".", "M"]]}}
    panels = list(panels_of(monitoring, widgets_of({"widgets": [broken, traffic]}), _last_hour(monitoring)).values())
    assert panels[0].error == 'metrics[0] of a widget: "." has no item above it to repeat.'
    assert panels[1].is_measured


def test_the_error_of_a_stack_that_does_not_run_is_one_sentence() -> None:
    with pytest.raises(MonitoringError) as caught:
        LocalMonitoring("http://127.0.0.1:1/dev").about()
    assert str(caught.value) == (
        "No local stack answers at http://127.0.0.1:1. Start it with: make run, or choose AWS under Connection."
    )


@pytest.mark.parametrize("url", ["http://[", "nonsense", ""])
def test_the_error_of_an_invalid_address_is_one_sentence(url: str) -> None:
    with pytest.raises(MonitoringError, match=r"^No local stack answers at "):
        LocalMonitoring(url).about()
