"""The billed resources of a stack; a test compares them with what the program declares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference_lib.telemetry import metrics as telemetry
from infra.api.firewall import MANAGED_RULES
from infra.batch.definition import lines_of_batch
from infra.console.size import BALANCER_ZONES, TASKS
from infra.monitoring.alarms.component import composite_severities
from infra.monitoring.alarms.rules import alarm_rules
from infra.naming import Names
from infra.settings.values.schedule import scheduled
from operate.cost.usage import MONTH_S

if TYPE_CHECKING:
    from infra.monitoring.alarms.rule import AlarmRule
    from infra.settings.declaration import StackSettings

DAYS = 30
PARTS_OF_A_PREDICTION = 2
VARIABLES_A_QUERY = 3
"""Features of ten bins each in one query; the combinations of more do not fit into a response of Logs Insights."""

DAY_MINUTES = 24 * 60

RARE = frozenset({telemetry.TIMEOUTS, telemetry.OUT_OF_MEMORY})
"""Metrics that have datapoints, and are billed, only when something is wrong."""

BAND_METRICS = 2
"""A band of normal values counts as two additional metrics (https://aws.amazon.com/cloudwatch/pricing/)."""


class ScheduleError(Exception):
    """A schedule cannot be calculated."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The billed resources of one stack.

    Parameters
    ----------
    architecture : str
        Architecture of the function: ``arm64`` or ``x86_64``.
    memory_mb : int, MB
        Of the function.
    warm_s : float, seconds
        Time of warm execution environments in a month.
    web_acl_rules : int
        Rules of the firewall; 0 without one.
    catalogue_metrics : int
        Custom metrics of the catalogue that a month with traffic has.
    further_metrics : int
        Custom metrics outside the catalogue: the billed duration, one for each watched class, one for the outliers of a
        detector, those of the model monitor, and those of the shadow.
    monitor_runs : int
        Runs of the model monitor in a month; 0 without one.
    log_readings : float
        How often the model monitor reads each line of the log.
    alarm_metrics, composite_alarms, dashboards, keys : int
        Their numbers.
    access_logs, tracing, detailed_metrics : bool
        Whether these are on.
    captured_share : float
        Share of captured requests; 0 without capture.
    captured_bytes : int
        Maximum size of one captured request.
    captured_days : int
        Days for which they are kept.
    lines_of_batch : int
        Maximum lines of a file in one invocation; 0 without batches.
    file_systems, backups, consoles : int
        Their numbers, 0 or 1 each; the console's task has ``architecture``.
    reads_storage : bool
        Whether each start of the function reads its bundle from the file system.
    public_addresses : int
        Addresses of the console's task and its load balancer.
    """

    architecture: str
    memory_mb: int
    warm_s: float
    web_acl_rules: int
    catalogue_metrics: int
    further_metrics: int
    monitor_runs: int
    log_readings: float
    alarm_metrics: int
    composite_alarms: int
    dashboards: int = 1
    keys: int
    access_logs: bool
    tracing: bool
    detailed_metrics: bool
    captured_share: float
    captured_bytes: int
    captured_days: int
    lines_of_batch: int = 0
    file_systems: int = 0
    backups: int = 0
    consoles: int = 0
    reads_storage: bool = False
    public_addresses: int = 0


def inventory_of(settings: StackSettings, region: str) -> Inventory:
    """Return the billed resources of a stack.

    Parameters
    ----------
    settings : StackSettings
        Of the stack.
    region : str
        Its region.

    Raises
    ------
    ScheduleError
        The schedule of the warm environments does not repeat every day at full minutes.
    """
    return Inventory(
        architecture=settings.architecture,
        memory_mb=settings.memory_mb,
        warm_s=warm_seconds(settings),
        web_acl_rules=_web_acl_rules(settings),
        catalogue_metrics=_catalogue_metrics(settings),
        further_metrics=_further_metrics(settings),
        monitor_runs=DAYS * 24 // settings.monitor_interval_hours if settings.model_monitor else 0,
        log_readings=_log_readings(settings) if settings.model_monitor else 0,
        alarm_metrics=_alarm_metrics(settings, region),
        composite_alarms=len(composite_severities(settings)),
        keys=int(settings.encrypt_topics),
        access_logs=settings.access_logs,
        tracing=settings.tracing,
        detailed_metrics=settings.detailed_metrics,
        captured_share=settings.capture_sample_rate if settings.capture else 0,
        captured_bytes=settings.capture_max_bytes,
        captured_days=settings.capture_days,
        lines_of_batch=lines_of_batch(settings.contract, settings.max_instances) if settings.batch_concurrency else 0,
        file_systems=_file_systems(settings),
        backups=_file_systems(settings) * (not settings.force_delete),
        consoles=int(settings.console),
        reads_storage=settings.is_served_from_storage,
        public_addresses=(TASKS + BALANCER_ZONES) * settings.console,
    )


def _web_acl_rules(settings: StackSettings) -> int:
    """Return the number of rules: the limit for each address, and the rules that AWS maintains."""
    return 1 + len(MANAGED_RULES) if settings.waf_rate else 0


def _file_systems(settings: StackSettings) -> int:
    """Return the number of file systems; an existing one is not billed to the stack."""
    return int(settings.shared_storage and not settings.file_system_id)


def _catalogue_metrics(settings: StackSettings) -> int:
    """Return the number of metrics; a model without probabilities emits none of them."""
    has_probabilities = settings.contract.has_probabilities
    absent = RARE if has_probabilities else {*RARE, telemetry.PREDICTION_PROBABILITY}
    return len([metric for metric in settings.metrics if metric not in absent])


def _further_metrics(settings: StackSettings) -> int:
    return (
        settings.billed_duration
        + len(settings.watched_classes)
        + (settings.contract.task == "anomaly")
        + len(telemetry.DRIFT_METRICS) * settings.model_monitor
        + _shadow_metrics(settings)
        + len(telemetry.quality_metrics(settings.contract)) * settings.feedback
    )


def _shadow_metrics(settings: StackSettings) -> int:
    """Return the number of metrics of a shadow; a regressor has no labels."""
    if not settings.shadow_version:
        return 0
    return len(telemetry.SHADOW_METRICS) - (settings.contract.task == "regression")


def _log_readings(settings: StackSettings) -> float:
    """Return the number of queries in a run, times the number of windows that contain a line."""
    variables = len(settings.contract.features) + PARTS_OF_A_PREDICTION
    queries = math.ceil(variables / VARIABLES_A_QUERY)
    return queries * settings.monitor_window_hours / settings.monitor_interval_hours


def _alarm_metrics(settings: StackSettings, region: str) -> int:
    names = Names(stack=settings.stack, model=settings.contract.name, account_id="", region=region)
    return sum(_metrics_of(rule) for rule in alarm_rules(names, settings))


def _metrics_of(rule: AlarmRule) -> int:
    return len(rule.series) + (BAND_METRICS if rule.threshold is None else 0)


def warm_seconds(settings: StackSettings) -> float:
    """Return the seconds of warm execution environments in a month of 30 days, without their use.

    Raises
    ------
    ScheduleError
        The schedule does not repeat every day at full minutes.
    """
    changes = daily_changes(settings)
    if not changes:
        return float(settings.provisioned_concurrency * MONTH_S)
    ends = [*(minute for minute, _ in changes[1:]), changes[0][0] + DAY_MINUTES]
    a_day = sum(count * (end - minute) for (minute, count), end in zip(changes, ends, strict=True))
    return float(a_day * 60 * DAYS)


def daily_changes(settings: StackSettings) -> list[tuple[int, int]]:
    """Return the schedule of the warm environments: minutes of the day with the count that applies from then, sorted.

    Raises
    ------
    ScheduleError
        The schedule does not repeat every day at full minutes.
    """
    return sorted((_minute(each.cron), each.count) for each in scheduled(settings.provisioned_schedule))


def _minute(cron: str) -> int:
    minutes, hours, *days = cron.split()
    if days != ["*", "*", "?", "*"] or not (minutes + hours).isdecimal():
        raise ScheduleError(
            f"inference:provisionedSchedule: {cron} cannot be calculated; expected times that repeat every day, "
            "such as 30 5 * * ? *"
        )
    return int(hours) * 60 + int(minutes)
