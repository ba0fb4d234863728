"""The settings of the function: its size, its log, its warm environments and its releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.settings.agreement import Agreement, Disagreement, Subject, agreement, key_of
from infra.settings.field import setting
from infra.settings.values.numbers import FRACTION, NOT_NEGATIVE, whole, whole_choice
from infra.settings.values.rule import word_of
from infra.settings.values.schedule import SCHEDULE, TIME_ZONE, scheduled
from infra.settings.values.words import FLAG, choice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MEMORY = whole(128, 10_240, source="AWS Lambda limit")
EPHEMERAL_STORAGE = whole(512, 10_240, source="AWS Lambda limit")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
TIMEOUT = whole(1, 29, source="Amazon API Gateway limit")

# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
LOG_LEVEL = choice(
    "DEBUG",
    "INFO",
    reason="a higher level drops the log lines that metrics come from: EMF records and Lambda's platform reports",
)

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = whole_choice(
    (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
    source="Amazon CloudWatch Logs",
)

VERSION = word_of("the number of a version", r"[1-9]\d{0,9}", "the number of a published version")

_SCHEDULE_EXAMPLE = "2 = 30 5 * * ? *; 0 = 0 9 * * ? *"


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """Size and log of the function, its warm environments, and the version that serves requests."""

    architecture: str = setting(
        "arm64",
        choice("arm64", "x86_64"),
        "Processor architecture of the function and its image; arm64 costs a fifth less",
    )
    memory_mb: int = setting(512, MEMORY, "Memory of the function in MB; Lambda allocates CPU in proportion")
    timeout_s: int = setting(10, TIMEOUT, "Timeout of one request, in seconds")
    ephemeral_storage_mb: int = setting(512, EPHEMERAL_STORAGE, "Space of /tmp in MB; above 512 it is billed")
    log_level: str = setting("INFO", LOG_LEVEL, "Lowest level that is logged")
    log_retention_days: int = setting(30, RETENTION_DAYS, "How long logs are kept, in days")
    tracing: bool = setting(default=False, rule=FLAG, description="Whether AWS X-Ray traces requests")
    reserved_concurrency: int = setting(
        0,
        NOT_NEGATIVE,
        "Execution environments reserved for this function, which are also its maximum; 0 shares those of the account",
        "10",
    )
    provisioned_concurrency: int = setting(
        0,
        NOT_NEGATIVE,
        "Execution environments that are always warm; 0 means only those of provisionedSchedule",
        "2",
    )
    provisioned_maximum: int = setting(
        0,
        NOT_NEGATIVE,
        "Maximum of the warm execution environments, whose number then follows the use; 0 keeps it fixed",
        "5",
    )
    provisioned_schedule: str = setting(
        "",
        SCHEDULE,
        "Warm execution environments on a schedule, for the peaks of the day; COUNT = CRON, with semicolons between",
        _SCHEDULE_EXAMPLE,
    )
    time_zone: str = setting("Europe/Berlin", TIME_ZONE, "Time zone of provisionedSchedule")
    stable_version: str = setting(
        "", VERSION, "Published version that the API calls; empty means the newest; an older one rolls back", "7"
    )
    canary_weight: float = setting(
        0.0,
        FRACTION,
        "Share of the requests that the newest version receives while stableVersion names another",
        "0.1",
    )


_COUNTS = ("provisioned_concurrency", "provisioned_maximum")
_SCHEDULE = "provisioned_schedule"


def _fits_reservation(name: str, example: str = "") -> Agreement:
    @agreement("reserved_concurrency", name)
    def check(values: Values, namespace: str) -> Iterator[Disagreement]:
        reserved, given = values["reserved_concurrency"], values[name]
        count = max((each.count for each in scheduled(given)), default=0) if isinstance(given, str) else given
        if reserved and count > reserved:
            yield Disagreement(
                name,
                f"{count} warm execution environments are more than {namespace}:reservedConcurrency, "
                f"which is {reserved}",
                f"at most {reserved}",
                example or str(reserved),
            )

    return check


@agreement(*_COUNTS)
def _maximum_is_not_below_the_least(values: Values, namespace: str) -> Iterator[Disagreement]:
    least, most = values["provisioned_concurrency"], values["provisioned_maximum"]
    if most and most < max(least, 1):
        yield Disagreement(
            "provisioned_maximum",
            f"{most} is less than {namespace}:provisionedConcurrency, which is {least}",
            f"0, or {least} or more",
            str(least),
        )


@agreement("canary_weight", "stable_version")
def _canary_has_a_stable_version(values: Values, namespace: str) -> Iterator[Disagreement]:
    weight = values["canary_weight"]
    if weight and not values["stable_version"]:
        yield Disagreement(
            "stable_version",
            f"is missing, while {namespace}:canaryWeight is {weight}: the other requests need a version",
        )


def _canary_is_not_warm(name: str) -> Agreement:
    @agreement("canary_weight", name)
    def check(values: Values, namespace: str) -> Iterator[Disagreement]:
        weight = values["canary_weight"]
        if weight and values[name]:
            yield Disagreement(
                "canary_weight",
                f"{weight} cannot be combined with {namespace}:{key_of(name)}: AWS Lambda rejects an alias with "
                "weights and provisioned concurrency",
                "0, or no provisioned concurrency",
                "0",
            )

    return check


SUBJECT = Subject(
    "Function",
    FunctionSettings,
    (
        *(_fits_reservation(name) for name in _COUNTS),
        _fits_reservation(_SCHEDULE, _SCHEDULE_EXAMPLE),
        _maximum_is_not_below_the_least,
        _canary_has_a_stable_version,
        *(_canary_is_not_warm(name) for name in (*_COUNTS, _SCHEDULE)),
    ),
)
