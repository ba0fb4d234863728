"""What the declared resources of a stack cost in a month, by the price list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference_lib import telemetry
from infra import prices

if TYPE_CHECKING:
    from local_stack.declared import Declared

MONTH_S = 30 * 86_400
DAY_MINUTES = 24 * 60
MB_PER_GB = 1024
BYTES_PER_GB = 1_000_000_000

LOG_BYTES = 2_000
"""A request's metric record, log line and platform records, measured with the example on the local stack."""
ACCESS_LOG_BYTES = 700

REQUEST_GB_S = 0.015
"""Billed for a request of 50 KB, some 500 instances: 30 ms at 512 MB. More memory is as much faster as it is dearer."""

# https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
TRACES_A_SECOND, TRACED_SHARE = 1, 0.05

RARE = frozenset({telemetry.TIMEOUTS.name, telemetry.OUT_OF_MEMORY.name})
"""Metrics that have datapoints, and so a price, only when something is wrong."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a month asks of a stack.

    Parameters
    ----------
    requests : int
        Each of 50 KB.
    images_gb : float, gigabytes
        In the repository.
    notifications : int
        Published to the topics.
    """

    requests: int
    images_gb: float
    notifications: int


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row of the bill.

    Parameters
    ----------
    name : str
        What is paid for.
    amount : float
        How much of it.
    price : float, USD
        Of one.
    free : float
        How much of the amount the always-free tiers take away, in an account that nothing else uses.
    """

    name: str
    amount: float
    price: float
    free: float = 0

    @property
    def listed(self) -> float:
        """The price without free tiers, in USD."""
        return self.amount * self.price

    @property
    def after_free(self) -> float:
        """The price after the always-free tiers, in USD."""
        return max(self.amount - self.free, 0) * self.price


def bill(declared: Declared, usage: Usage) -> tuple[Item, ...]:
    """Return the bill of a month, row by row."""
    return (*_requests(declared, usage), *_monitoring(declared, usage), *_rest(declared, usage))


def _requests(declared: Declared, usage: Usage) -> list[Item]:
    function = declared.one("lambda/function:Function").inputs
    architecture = function["architectures"][0]
    acls = declared.all("WebAcl")
    items = [
        Item(name="API Gateway, REST", amount=usage.requests, price=prices.REST_REQUEST),
        Item(
            name="Lambda, requests",
            amount=usage.requests,
            price=prices.LAMBDA_REQUEST,
            free=prices.FREE_LAMBDA_REQUESTS,
        ),
        Item(
            name="Lambda, duration",
            amount=usage.requests * REQUEST_GB_S,
            price=prices.GB_SECOND[architecture],
            free=prices.FREE_GB_SECONDS,
        ),
    ]
    warm = warm_seconds(declared) * function["memorySize"] / MB_PER_GB
    if warm:
        price = prices.PROVISIONED_GB_SECOND[architecture]
        items.append(Item(name="Lambda, kept warm", amount=warm, price=price))
    if acls:
        rules = sum(len(each.inputs["rules"]) for each in acls)
        fixed = len(acls) * prices.WEB_ACL_MONTH + rules * prices.WEB_ACL_RULE_MONTH
        items.append(Item(name="WAF, web ACL and rules", amount=1, price=fixed))
        items.append(Item(name="WAF, requests", amount=usage.requests, price=prices.WEB_ACL_REQUEST))
    return items


def _monitoring(declared: Declared, usage: Usage) -> list[Item]:
    log_bytes = LOG_BYTES + (ACCESS_LOG_BYTES if declared.all("LogGroup", "access-logs") else 0)
    metrics = [metric for metric in telemetry.CATALOGUE if metric.name not in RARE] if usage.requests else []
    items = [
        Item(name="CloudWatch, metrics", amount=len(metrics), price=prices.METRIC_MONTH, free=prices.FREE_METRICS),
        Item(
            name="CloudWatch, alarms",
            amount=sum(_alarm_metrics(each.inputs) for each in declared.all("MetricAlarm")),
            price=prices.ALARM_METRIC_MONTH,
            free=prices.FREE_ALARM_METRICS,
        ),
        Item(
            name="CloudWatch, composite alarms",
            amount=len(declared.all("CompositeAlarm")),
            price=prices.COMPOSITE_ALARM_MONTH,
        ),
        Item(name="CloudWatch, dashboard", amount=1, price=prices.DASHBOARD_MONTH, free=prices.FREE_DASHBOARDS),
        Item(
            name="CloudWatch, logs",
            amount=usage.requests * log_bytes / BYTES_PER_GB,
            price=prices.LOGS_GB,
            free=prices.FREE_LOGS_GB,
        ),
    ]
    if declared.one("lambda/function:Function").inputs["tracingConfig"]["mode"] == "Active":
        traces = min(usage.requests, TRACES_A_SECOND * MONTH_S) * (1 - TRACED_SHARE) + usage.requests * TRACED_SHARE
        items.append(Item(name="X-Ray, traces", amount=traces, price=prices.TRACE, free=prices.FREE_TRACES))
    return items


def _alarm_metrics(alarm: Any) -> int:  # noqa: ANN401 - the inputs of a resource
    queries = alarm.get("metricQueries")
    if not queries:
        return 1
    # A band of normal values is two metrics more.
    band = 2 if "thresholdMetricId" in alarm else 0
    return len([query for query in queries if "metric" in query]) + band


def _rest(declared: Declared, usage: Usage) -> list[Item]:
    return [
        Item(name="KMS key", amount=len(declared.all("kms/key:Key")), price=prices.KEY_MONTH),
        Item(name="ECR, images", amount=usage.images_gb, price=prices.ECR_GB_MONTH),
        Item(
            name="SNS, notifications",
            amount=usage.notifications,
            price=prices.NOTIFICATION,
            free=prices.FREE_NOTIFICATIONS,
        ),
    ]


def warm_seconds(declared: Declared) -> float:
    """Return the seconds of warm execution environments in a month of 30 days, use apart.

    Raises
    ------
    ValueError
        The schedule does not repeat every day at full minutes.
    """
    targets, actions = declared.all("appautoscaling/target:Target"), declared.all("ScheduledAction")
    if not actions:
        return sum(float(each.inputs["minCapacity"]) * MONTH_S for each in targets)
    changes = sorted(
        (_minute(each.inputs["schedule"]), int(each.inputs["scalableTargetAction"]["minCapacity"])) for each in actions
    )
    ends = [*(minute for minute, _ in changes[1:]), changes[0][0] + DAY_MINUTES]
    a_day = sum(count * (end - minute) for (minute, count), end in zip(changes, ends, strict=True))
    return a_day * 60 * 30


def _minute(schedule: str) -> int:
    minutes, hours, *days = schedule.removeprefix("cron(").removesuffix(")").split()
    if days != ["*", "*", "?", "*"] or not (minutes + hours).isdecimal():
        raise ValueError(f"{schedule}: only schedules that repeat every day are reckoned, such as cron(30 5 * * ? *).")
    return int(hours) * 60 + int(minutes)
