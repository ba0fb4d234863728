"""Metrics from Lambda's own platform records: memory, initialisation, billed time, timeouts and lack of memory.

The records must be JSON and their level INFO or lower, which the settings guarantee.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from inference_lib.telemetry import metrics as telemetry

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings


@dataclass(frozen=True, kw_only=True)
class MetricFiltersArgs:
    """Arguments of ``MetricFilters``.

    Parameters
    ----------
    names : Names
        Names, and the stack that is part of the namespace.
    settings : StackSettings
        Which metrics the stack has.
    log_group : Input of str
        Name of the log group that is filtered.
    """

    names: Names
    settings: StackSettings
    log_group: pulumi.Input[str]


class MetricFilters(pulumi.ComponentResource):
    """The metrics that come from the log of the platform.

    Creates: one metric filter for each metric of the stack whose source is the platform's log, and one for the billed
    duration if the settings enable it.
    """

    def __init__(self, name: str, args: MetricFiltersArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:monitoring:MetricFilters", name, None, opts)
        billed = (telemetry.BILLED_DURATION,) if args.settings.billed_duration else ()
        for metric in (*args.settings.metrics, *billed):
            if metric.source == telemetry.PLATFORM_LOG:
                aws.cloudwatch.LogMetricFilter(
                    f"{name}-{metric.name}",
                    name=args.names.of(metric.name),
                    log_group_name=args.log_group,
                    pattern=filter_pattern(metric),
                    metric_transformation={
                        "name": metric.name,
                        "namespace": telemetry.namespace(args.names.stack),
                        "value": filter_value(metric),
                        "unit": metric.unit,
                    },
                    opts=ResourceOptions(parent=self),
                )
        self.register_outputs({})


def filter_value(metric: telemetry.Metric) -> str:
    """Return the path of a datapoint's value in the record; without one, each record counts as 1."""
    return f"$.record.metrics.{metric.field}" if metric.field else "1"


def filter_pattern(metric: telemetry.Metric) -> str:
    """Return the pattern that finds the platform records of a metric.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """
    # A field that supplies the value must occur in the pattern.
    condition = metric.condition or f"{filter_value(metric)} = *"
    return f'{{ ($.type = "platform.report") && ({condition}) }}'
