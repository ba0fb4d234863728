"""Converts the answers of CloudWatch, and of the local stack in the same shapes, to the console's own types."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from console.monitoring.interface import STATES, Alarm, LogAnswer, MonitoringError, Published, Series, StateChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.monitoring.interface import JsonObject, State

_SIGNS = {
    "GreaterThanThreshold": "above",
    "GreaterThanOrEqualToThreshold": "at or above",
    "LessThanThreshold": "below",
    "LessThanOrEqualToThreshold": "at or below",
    "GreaterThanUpperThreshold": "above the band of expected values",
    "LessThanLowerThreshold": "below the band of expected values",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside the band of expected values",
}
_MINUTE_S = 60
_FIRST_REASON = "Unchecked: Initial alarm creation"
"""CloudWatch's reason for the state of an alarm that it has not evaluated yet."""


def time_of(value: str | datetime) -> datetime:
    """Return a time in UTC, from ISO 8601 or a datetime of boto3."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.astimezone(UTC)


def alarms_of(answer: JsonObject) -> list[Alarm]:
    """Return the alarms of DescribeAlarms, composites first, then by name.

    Parameters
    ----------
    answer : dict
        With ``MetricAlarms`` and ``CompositeAlarms``.
    """
    composites = [_alarm(each, each["AlarmRule"], is_composite=True) for each in answer.get("CompositeAlarms", [])]
    metric = [_alarm(each, _condition(each), is_composite=False) for each in answer.get("MetricAlarms", [])]
    return [*sorted(composites, key=lambda alarm: alarm.name), *sorted(metric, key=lambda alarm: alarm.name)]


def _alarm(entry: JsonObject, condition: str, *, is_composite: bool) -> Alarm:
    return Alarm(
        name=entry["AlarmName"],
        arn=entry["AlarmArn"],
        description=entry.get("AlarmDescription") or "",
        state=state_of(entry["StateValue"]),
        reason=entry.get("StateReason") or "",
        since=_since(entry),
        condition=condition,
        is_composite=is_composite,
    )


def _since(entry: JsonObject) -> datetime | None:
    """Return when an alarm entered its state.

    None for an alarm in its first state, which the local stack dates to the epoch and CloudWatch to its creation.
    """
    time = time_of(entry["StateUpdatedTimestamp"])
    is_first = time.timestamp() <= 0 or str(entry.get("StateReason", "")).startswith(_FIRST_REASON)
    return None if is_first else time


def state_of(value: str) -> State:
    """Return the state of an alarm.

    Raises
    ------
    MonitoringError
        The value is not a state of CloudWatch.
    """
    for state in STATES:
        if value == state:
            return state
    raise MonitoringError(f"An alarm has the state {value}; expected one of {', '.join(STATES)}.")


def _condition(entry: JsonObject) -> str:
    sign = _SIGNS.get(entry["ComparisonOperator"], entry["ComparisonOperator"])
    threshold = f" {entry['Threshold']:g}" if "Threshold" in entry else ""
    evaluated = entry["EvaluationPeriods"]
    to_alarm = entry.get("DatapointsToAlarm") or evaluated
    period_s = entry.get("Period") or _period(entry)
    unit = f"periods of {_duration(period_s)}" if period_s else "periods"
    return f"{_watched(entry)} {sign}{threshold} in {to_alarm} of {evaluated} {unit}"


def _watched(entry: JsonObject) -> str:
    if "MetricName" in entry:
        return f"{entry.get('Statistic') or entry.get('ExtendedStatistic')} of {entry['MetricName']}"
    watched = [each for each in entry.get("Metrics", []) if each.get("ReturnData", True)]
    first = watched[-1] if watched else {}
    return str(first.get("Label") or first.get("Expression") or "the metric")


def _period(entry: JsonObject) -> int:
    periods = [each.get("Period") or each.get("MetricStat", {}).get("Period", 0) for each in entry.get("Metrics", [])]
    return max(periods, default=0)


def _duration(seconds: int) -> str:
    if seconds % _MINUTE_S:
        return f"{seconds} s"
    minutes = seconds // _MINUTE_S
    return f"{minutes} min" if minutes % _MINUTE_S else f"{minutes // _MINUTE_S} h"


def series_of(results: Iterable[JsonObject]) -> list[Series]:
    """Return the series of GetMetricData, each ascending in time."""
    found = []
    for each in results:
        points = sorted(zip(map(time_of, each["Timestamps"]), each["Values"], strict=True))
        times, values = tuple(time for time, _ in points), tuple(float(value) for _, value in points)
        found.append(Series(id=each["Id"], label=each.get("Label") or each["Id"], times=times, values=values))
    return found


def changes_of(items: Iterable[JsonObject]) -> list[StateChange]:
    """Return the changes of state of DescribeAlarmHistory."""
    return [
        StateChange(alarm=each["AlarmName"], time=time_of(each["Timestamp"]), summary=each["HistorySummary"])
        for each in items
        if each["HistoryItemType"] == "StateUpdate"
    ]


def log_answer_of(answer: JsonObject) -> LogAnswer:
    """Return the rows of GetQueryResults, without the pointers to their records."""
    rows = tuple({each["field"]: each["value"] for each in row if each["field"] != "@ptr"} for row in answer["results"])
    return LogAnswer(rows=rows, records_scanned=int(answer.get("statistics", {}).get("recordsScanned", 0)))


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Return each name without the words that all names begin with."""
    words = [name.split("-") for name in names]
    same = takewhile(lambda column: len(set(column)) == 1, zip(*(each[:-1] for each in words), strict=False))
    skipped = len(list(same)) if len(names) > 1 else 0
    return {name: "-".join(each[skipped:]) for name, each in zip(names, words, strict=True)}


def published_of(alias: JsonObject, versions: Sequence[JsonObject]) -> list[Published]:
    """Return published versions, newest first, with the share of the requests that the alias sends to each.

    Parameters
    ----------
    alias : dict
        As GetAlias returns it.
    versions : sequence of dict
        As ListVersionsByFunction returns them, without ``$LATEST``.
    """
    others: dict[str, float] = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    shares = {**others, alias["FunctionVersion"]: 1 - sum(others.values())}
    found = [
        Published(
            number=each["Version"],
            # The description ends with it, as the program declares.
            model_version=str(each.get("Description", "")).rpartition(" ")[2],
            time=time_of(each["LastModified"]),
            share=shares.get(each["Version"], 0.0),
        )
        for each in versions
    ]
    return sorted(found, key=lambda each: int(each.number), reverse=True)
