"""The alarms that the program declares."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_stack.errors import ExpressionError
from local_stack.monitoring.alarms.composite_rules import composite_rule
from local_stack.monitoring.alarms.evaluation import ALARM, INSUFFICIENT_DATA, MISSING, OK
from local_stack.monitoring.metrics.queries import MetricQuery
from local_stack.monitoring.metrics.store import SeriesName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_stack.declared.evaluation import Declared
    from local_stack.monitoring.alarms.composite_rules import CompositeRule

COMPARISONS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
"""Comparisons of a datapoint with a number, and their words in a reason."""

BAND_SIDES: Mapping[str, tuple[bool, bool]] = {
    "LessThanLowerOrGreaterThanUpperThreshold": (True, True),
    "LessThanLowerThreshold": (True, False),
    "GreaterThanUpperThreshold": (False, True),
}
"""Whether a datapoint below the band breaches, and whether one above it does."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """The common properties of metric alarms and composite alarms.

    Parameters
    ----------
    name, arn, description : str
        As declared.
    actions : dict of str to tuple of str
        Topics to notify, by the new state.
    document : dict
        As DescribeAlarms returns it, without the state.
    """

    name: str
    arn: str
    description: str
    actions: Mapping[str, tuple[str, ...]]
    document: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class MetricAlarm(Alarm):
    """An alarm on a metric, or on an expression over several.

    Parameters
    ----------
    queries : tuple of MetricQuery
        The queries that it evaluates.
    watched : str
        Id of the query whose datapoints are compared.
    comparison : str
        One of ``COMPARISONS`` or ``BAND_SIDES``.
    threshold : float or None
        The threshold; None for a band.
    band : str
        Id of the query of the band; empty for a threshold.
    period_s : int, seconds
        Length of a datapoint.
    evaluated, to_alarm : int
        The last ``evaluated`` datapoints count, and ``to_alarm`` of them must breach.
    missing : str
        Treatment of a period without a datapoint.
    """

    queries: tuple[MetricQuery, ...]
    watched: str
    comparison: str
    threshold: float | None
    band: str
    period_s: int
    evaluated: int
    to_alarm: int
    missing: str


@dataclass(frozen=True, kw_only=True)
class CompositeAlarm(Alarm):
    """An alarm on the states of others.

    Parameters
    ----------
    rule : CompositeRule
        The condition under which it fires.
    """

    rule: CompositeRule


def declared_alarms(declared: Declared) -> tuple[tuple[MetricAlarm, ...], tuple[CompositeAlarm, ...]]:
    """Return the metric alarms and the composite alarms of a stack.

    Raises
    ------
    ExpressionError
        An alarm uses a feature that is not supported here.
    """
    metric = tuple(_metric_alarm(each.outputs) for each in declared.all("cloudwatch/metricAlarm:MetricAlarm"))
    composite = tuple(_composite(each.outputs) for each in declared.all("cloudwatch/compositeAlarm:CompositeAlarm"))
    return metric, composite


_SHOWN = {
    "comparisonOperator": "ComparisonOperator",
    "evaluationPeriods": "EvaluationPeriods",
    "datapointsToAlarm": "DatapointsToAlarm",
    "treatMissingData": "TreatMissingData",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "period": "Period",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "statistic": "Statistic",
    "extendedStatistic": "ExtendedStatistic",
    "alarmRule": "AlarmRule",
}


def _common(name: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    actions = {
        ALARM: tuple(outputs.get("alarmActions", ())),
        OK: tuple(outputs.get("okActions", ())),
        INSUFFICIENT_DATA: tuple(outputs.get("insufficientDataActions", ())),
    }
    document = {
        "AlarmName": name,
        "AlarmArn": outputs["arn"],
        "AlarmDescription": outputs.get("alarmDescription", ""),
        **{shown: outputs[key] for key, shown in _SHOWN.items() if key in outputs},
    }
    if "dimensions" in outputs:
        document["Dimensions"] = [{"Name": key, "Value": value} for key, value in outputs["dimensions"].items()]
    if "metricQueries" in outputs:
        document["Metrics"] = [_shown_query(each) for each in outputs["metricQueries"]]
    return {
        "name": name,
        "arn": outputs["arn"],
        "description": document["AlarmDescription"],
        "actions": actions,
        "document": document,
    }


def _shown_query(query: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"Id": query["id"], "ReturnData": query.get("returnData", True), "Label": query.get("label", query["id"])}
    if "expression" in query:
        return {**shown, "Expression": query["expression"]}
    metric = query["metric"]
    dimensions = [{"Name": name, "Value": value} for name, value in metric.get("dimensions", {}).items()]
    named = {"Namespace": metric["namespace"], "MetricName": metric["metricName"], "Dimensions": dimensions}
    return {**shown, "MetricStat": {"Metric": named, "Period": metric["period"], "Stat": metric["stat"]}}


def _metric_alarm(outputs: Mapping[str, Any]) -> MetricAlarm:
    comparison, band = outputs["comparisonOperator"], outputs.get("thresholdMetricId", "")
    if comparison not in (BAND_SIDES if band else COMPARISONS):
        raise ExpressionError(f"{outputs['name']}: the comparison {comparison} is not supported here")
    queries = _queries(outputs)
    returned = [query.id for query in queries if query.is_returned and query.id != band]
    return MetricAlarm(
        **_common(outputs["name"], outputs),
        queries=queries,
        watched=returned[0],
        comparison=comparison,
        threshold=None if band else float(outputs["threshold"]),
        band=band,
        period_s=max(query.period_s for query in queries),
        evaluated=outputs["evaluationPeriods"],
        to_alarm=outputs.get("datapointsToAlarm", outputs["evaluationPeriods"]),
        missing=outputs.get("treatMissingData", MISSING),
    )


def _queries(outputs: Mapping[str, Any]) -> tuple[MetricQuery, ...]:
    if "metricQueries" in outputs:
        return tuple(_query(each) for each in outputs["metricQueries"])
    metric = {
        "namespace": outputs["namespace"],
        "metricName": outputs["metricName"],
        "dimensions": outputs.get("dimensions", {}),
        "stat": outputs.get("statistic") or outputs["extendedStatistic"],
        "period": outputs["period"],
    }
    return (_query({"id": "m1", "metric": metric}),)


def _query(query: Mapping[str, Any]) -> MetricQuery:
    options = {
        "id": query["id"],
        "label": query.get("label", query["id"]),
        "is_returned": query.get("returnData", True),
    }
    if "expression" in query:
        return MetricQuery(**options, expression=query["expression"], period_s=0)
    metric = query["metric"]
    series = SeriesName.of(metric["namespace"], metric["metricName"], metric.get("dimensions", {}))
    return MetricQuery(**options, series=series, statistic=metric["stat"], period_s=metric["period"])


def _composite(outputs: Mapping[str, Any]) -> CompositeAlarm:
    return CompositeAlarm(**_common(outputs["alarmName"], outputs), rule=composite_rule(outputs["alarmRule"]))
