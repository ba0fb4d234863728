"""Queries of the function's log, saved in CloudWatch Logs Insights and shown on the dashboard.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
.. [2] https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.prices import table as prices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Feature, Json
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

REPORT = 'filter type = "platform.report"'
DRIFT_FILTER = 'filter message = "drift report"'
ANSWERED = 'filter message = "request answered"'
MB_PER_GB = 1024


class Query(NamedTuple):
    """One saved query.

    Parameters
    ----------
    name : str
        Its name in the console, below a folder of the stack.
    text : str
        The query, a step a line.
    """

    name: str
    text: str


def _steps(*steps: str) -> str:
    return "\n| ".join(steps)


_REQUEST = "coalesce(function_request_id, requestId, record.requestId)"
"""The id of the request in a line of the function, of awslambdaric and of the platform."""

_FAULT = 'level in ["ERROR", "CRITICAL"]'
"""The function's own lines, and those that awslambdaric writes for an exception or a failed start."""

_OF_PLATFORM = '(type in ["platform.report", "platform.initReport"] and record.status != "success")'
"""Timeouts, too little memory, a process that ended, a start that failed [2]_."""

_OF_RUNTIME_CLIENT = "@message like /LAMBDA_RUNTIME/"
"""Lines of awslambdaric's native client, which are text: a response that Lambda did not accept."""

ERRORS = Query(
    "errors",
    _steps(
        f"fields @timestamp, {_REQUEST} as request_id, route, "
        "coalesce(errorType, record.errorType, record.status, status) as kind, "
        "coalesce(errorMessage, message, @message) as error, coalesce(exception, stackTrace.0) as trace",
        f"filter {_FAULT} or {_OF_PLATFORM} or {_OF_RUNTIME_CLIENT}",
        "sort @timestamp desc",
        "limit 20",
    ),
)
REFUSED = Query(
    "refused requests",
    _steps(
        "fields @timestamp, function_request_id, route, status, refusal",
        f'{ANSWERED} and level = "WARNING"',
        "sort @timestamp desc",
        "limit 50",
    ),
)
SLOWEST = Query(
    "slowest requests",
    _steps(
        "fields @timestamp, function_request_id, route, total_ms, parse_ms, validate_ms, predict_ms, cold_start",
        ANSWERED,
        "sort total_ms desc",
        "limit 20",
    ),
)
BY_VERSION = Query(
    "by model version",
    _steps(
        ANSWERED,
        'stats count(*) as requests, sum(level = "ERROR") as failed, pct(total_ms, 50) as p50_ms, '
        "pct(total_ms, 99) as p99_ms by model_version",
    ),
)
LOW_PROBABILITY = Query(
    "low probabilities by model version",
    _steps(
        "filter ispresent(PredictionProbability)",
        "stats count(*) as requests, avg(PredictionProbability) as average, min(PredictionProbability) as lowest "
        "by model_version, bin(1h)",
    ),
)
COLD_STARTS = Query(
    "cold starts",
    _steps(
        f"{REPORT} and ispresent(record.metrics.initDurationMs)",
        "stats count(*) as cold_starts, pct(record.metrics.initDurationMs, 95) as p95_ms by bin(5m)",
    ),
)
MEMORY = Query(
    "memory used",
    _steps(
        REPORT,
        "stats max(record.metrics.maxMemoryUsedMB / record.metrics.memorySizeMB * 100) as percent by bin(1h)",
    ),
)
ONE_REQUEST = Query(
    "one request",
    _steps(
        "fields @timestamp, @message",
        f'filter {_REQUEST} = "REQUEST-ID"',
        "sort @timestamp asc",
    ),
)


MAX_CLASSES = 20
"""Most classes or features in a graph; more lines would be unreadable."""


def class_shares(classes: Sequence[Json]) -> Query:
    """Return the query of the class counts; the log counts the labels of each request."""
    counts = ", ".join(f"sum(`labels.{name}`) as `{name}`" for name in map(str, classes[:MAX_CLASSES]))
    return Query("class shares", _steps(f"{ANSWERED} and ispresent(model_version)", f"stats {counts} by bin(1h)"))


DRIFT_REPORTS = Query(
    "drift reports",
    _steps(
        "fields @timestamp, instances, drifted, FeatureDrift, PredictionDrift, reason",
        DRIFT_FILTER,
        "sort @timestamp desc",
        "limit 20",
    ),
)
"""Runs on the log of the model monitor."""

QUALITY_REPORTS = Query(
    "reports on predictions with feedback",
    _steps(
        "fields @timestamp, predictions, feedback_received, feedback_repeated, feedback_unmatched,"
        " feedback_not_observed, QualityLoss, reason",
        'filter message = "quality report"',
        "sort @timestamp desc",
        "limit 20",
    ),
)
"""Likewise."""


def drift_by_feature(features: Sequence[Feature], hours: int) -> Query:
    """Return the query of the population stability index of each feature, with a point for each run of the monitor."""
    indexes = ", ".join(f"max(`features.psi.{each.name}`) as `{each.name}`" for each in features[:MAX_CLASSES])
    return Query(
        "stability index by feature",
        _steps(f"{DRIFT_FILTER} and ispresent(FeatureDrift)", f"stats {indexes} by bin({hours}h)"),
    )


def saved_queries(settings: StackSettings, region: str) -> tuple[Query, ...]:
    """Return the queries of a stack; those of probabilities and classes only if the model has them."""
    gb_second = prices.for_estimates(region)[f"lambda_gb_second_{settings.architecture}"].usd
    cost = Query(
        "cost of the function",
        _steps(
            REPORT,
            f"stats sum(record.metrics.billedDurationMs * record.metrics.memorySizeMB) / {MB_PER_GB} / 1000 "
            f"* {gb_second:.10f} as usd by bin(1d)",
        ),
    )
    contract = settings.contract
    probability = (LOW_PROBABILITY,) if contract.has_probabilities else ()
    classes = (class_shares(contract.classes),) if contract.classes else ()
    return (ERRORS, REFUSED, SLOWEST, BY_VERSION, *probability, *classes, COLD_STARTS, MEMORY, ONE_REQUEST, cost)


@dataclass(frozen=True, kw_only=True)
class QueriesArgs:
    """Arguments of ``Queries``.

    Parameters
    ----------
    names : Names
        The folder of the stack.
    settings : StackSettings
        The model and its prices.
    log_group : Input of str
        Name of the log group that is queried.
    """

    names: Names
    settings: StackSettings
    log_group: pulumi.Input[str]


class Queries(pulumi.ComponentResource):
    """The saved queries of a stack.

    Creates: one Logs Insights query definition for each query, in a folder of the stack.
    """

    def __init__(self, name: str, args: QueriesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:monitoring:Queries", name, None, opts)
        for query in saved_queries(args.settings, args.names.region):
            aws.cloudwatch.QueryDefinition(
                f"{name}-{query.name.replace(' ', '-')}",
                name=f"{args.names.prefix}/{query.name}",
                log_group_names=[args.log_group],
                query_string=query.text,
                opts=ResourceOptions(parent=self),
            )
        self.register_outputs({})
