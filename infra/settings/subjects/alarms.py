"""The settings of the alarms: thresholds and periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.settings.agreement import Disagreement, Subject, agreement
from infra.settings.field import setting
from infra.settings.values.numbers import FRACTION, NOT_NEGATIVE, whole
from infra.settings.values.periods import DAY_S, HOUR_S, Periods, alarm_periods, fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

DEFAULTS = {
    "server-errors": Periods(60, 5, 3),
    "client-errors": Periods(300, 3, 3),
    "errors": Periods(300, 1, 1),
    "error-rate": Periods(60, 5, 3),
    "throttles": Periods(60, 5, 3),
    "latency": Periods(300, 3, 2),
    "concurrency": Periods(60, 5, 3),
    # At least three datapoints: the maximum of a period may come from a single request.
    "memory": Periods(300, 5, 3),
    "init-duration": Periods(300, 3, 3),
    "data-quality": Periods(300, 3, 2),
    # The mix of callers changes by the hour.
    "class-shares": Periods(HOUR_S, 6, 4),
    "outliers": Periods(300, 3, 2),
}
"""By alarm; low-probability and no-traffic have settings of their own."""

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
PERIOD = whole(60, DAY_S, step=60, source="Amazon CloudWatch limit")
PERIODS = whole(1, 1440, source="Amazon CloudWatch looks back one day in periods below an hour")
ALARM_PERIODS = alarm_periods(DEFAULTS)

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
INIT_MS = whole(1, 10_000, source="AWS Lambda stops the initialisation after 10 s")


@dataclass(frozen=True, kw_only=True)
class AlarmSettings:
    """When each alarm fires; the runbook describes what to do."""

    probability_threshold: float = setting(
        0.5,
        FRACTION,
        "Alarm low-probability; the average probability of the predicted class is below this",
    )
    probability_period_s: int = setting(300, PERIOD, "Length of one evaluation period of low-probability, in seconds")
    probability_evaluation_periods: int = setting(3, PERIODS, "How many of the last periods low-probability evaluates")
    probability_datapoints_to_alarm: int = setting(2, PERIODS, "How many of those periods must be below the threshold")
    errors_threshold: int = setting(5, NOT_NEGATIVE, "Alarm errors; more failed invocations than this in a period")
    error_rate_threshold: float = setting(
        0.05, FRACTION, "Alarm error-rate; a larger share of failed invocations than this"
    )
    throttles_threshold: int = setting(
        0, NOT_NEGATIVE, "Alarm throttles; more throttled invocations than this in a period"
    )
    latency_threshold: float = setting(
        0.8, FRACTION, "Alarm latency; the 99th percentile of the duration is more than this share of timeoutS"
    )
    concurrency_threshold: float = setting(
        0.8, FRACTION, "Alarm concurrency; more than this share of the execution environments is busy"
    )
    memory_threshold: float = setting(0.85, FRACTION, "Alarm memory; more than this share of memoryMb is used")
    init_threshold_ms: int = setting(
        3000, INIT_MS, "Alarm init-duration; a cold start takes longer than this, in milliseconds"
    )
    server_errors_threshold: int = setting(
        5, NOT_NEGATIVE, "Alarm server-errors; more responses with a 5xx status than this in a period"
    )
    client_errors_band: int = setting(
        3,
        whole(0, 10),
        "Alarm client-errors; the number of 4xx responses leaves the band of normal counts, which is this many "
        "standard deviations wide; 0 switches it off",
    )
    data_quality_threshold: float = setting(
        0.1,
        FRACTION,
        "Alarm data-quality; a larger share of the feature values than this is missing, unknown or out of range",
    )
    class_share_threshold: float = setting(
        0.0,
        FRACTION,
        "Alarm class-shares; more than this share of the predictions would have to change class to match the bundle's "
        "reference profile; 0 switches it off; each class but one becomes a metric, which is billed",
        "0.2",
    )
    outlier_share_threshold: float = setting(
        0.25, FRACTION, "Alarm outliers; a detector takes a larger share of the instances than this for outliers"
    )
    no_traffic_hours: int = setting(
        0, whole(0, 24), "Alarm no-traffic; this many hours without a request; 0 switches it off", "6"
    )
    alarm_periods: str = setting(
        "",
        ALARM_PERIODS,
        "Periods of alarms that differ from the defaults, such as errors=300/3/2, which is 2 of 3 periods of 300 s",
        "errors=300/3/2",
    )


@agreement("probability_evaluation_periods", "probability_datapoints_to_alarm")
def _datapoints_fit(values: Values, namespace: str) -> Iterator[Disagreement]:
    periods, datapoints = values["probability_evaluation_periods"], values["probability_datapoints_to_alarm"]
    if datapoints > periods:
        yield Disagreement(
            "probability_datapoints_to_alarm",
            f"{datapoints} is more than {namespace}:probabilityEvaluationPeriods, which is {periods}",
            f"1 to {periods}",
            str(periods),
        )


@agreement("probability_evaluation_periods", "probability_period_s")
def _periods_fit(values: Values, _namespace: str) -> Iterator[Disagreement]:
    periods = Periods(values["probability_period_s"], values["probability_evaluation_periods"], 1)
    if fault := fault_of(periods):
        most = periods.span_s // periods.length_s
        yield Disagreement("probability_evaluation_periods", fault, f"1 to {most} (Amazon CloudWatch limit)", str(most))


SUBJECT = Subject("Alarms", AlarmSettings, (_datapoints_fit, _periods_fit))
