"""The dashboard: four panels, drawn from the metrics that the function emits and the rules of the alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib import telemetry

if TYPE_CHECKING:
    from inference_lib.contract import Json
    from infra.alarms import AlarmRule
    from infra.naming import Names
    from infra.settings import StackSettings

PERIOD_S = 300
PANEL_WIDTH = 12
"""Half of the 24 columns of a CloudWatch dashboard."""
PANEL_HEIGHT = 7
GREY = "#7f7f7f"

LAMBDA = "AWS/Lambda"
INVOCATIONS = "Invocations"
ERRORS = "Errors"
THROTTLES = "Throttles"
AWS_METRICS = (INVOCATIONS, ERRORS, THROTTLES)
"""Every metric of AWS's own that we use: all of Lambda, by function.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""


class Line(NamedTuple):
    """One line of a panel: a metric by its full name, and a statistic."""

    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    label: str

    def entry(self) -> Json:
        """Return the line as CloudWatch writes it."""
        pairs: list[Json] = [part for pair in self.dimensions.items() for part in pair]
        return [self.namespace, self.metric, *pairs, {"stat": self.statistic, "label": self.label}]


class Panel(NamedTuple):
    """One graph of the dashboard."""

    title: str
    lines: tuple[Line, ...]
    axis: dict[str, Json]
    annotations: tuple[dict[str, Json], ...] = ()


def _lambda_line(function_name: str, metric: str) -> Line:
    return Line(LAMBDA, metric, {"FunctionName": function_name}, "Sum", metric)


def _emf_line(settings: StackSettings, metric: telemetry.Metric, statistic: str, label: str) -> Line:
    dimensions = telemetry.dimensions(settings.contract.name) if metric.source == telemetry.EMF else {}
    return Line(telemetry.namespace(settings.stack), metric.name, dimensions, statistic, label)


def _line(settings: StackSettings, metric: telemetry.Metric, statistic: str = "") -> Line:
    chosen = statistic or metric.statistic
    return _emf_line(settings, metric, chosen, f"{metric.name} {chosen}")


def _annotations(rules: tuple[AlarmRule, ...], metric: telemetry.Metric) -> tuple[dict[str, Json], ...]:
    return tuple(rule.annotation for rule in rules if rule.metric is metric)


def _quality_panel(settings: StackSettings, rules: tuple[AlarmRule, ...]) -> Panel:
    if settings.contract.task == "regression":
        return Panel("Predictions", (_line(settings, telemetry.PREDICTIONS),), {"label": "Instances", "min": 0})
    metric = telemetry.PREDICTION_PROBABILITY
    lines = (_line(settings, metric), _line(settings, metric, "p10"))
    return Panel(
        "Prediction probability",
        lines,
        {"label": "Probability", "min": 0, "max": 1},
        _annotations(rules, metric),
    )


def panels(settings: StackSettings, rules: tuple[AlarmRule, ...], function_name: str) -> tuple[Panel, ...]:
    """Return the panels of the dashboard, in reading order."""
    memory, init = telemetry.MAX_MEMORY_USED, telemetry.INIT_DURATION
    limit: dict[str, Json] = {"label": "Memory of the function", "value": settings.memory_mb, "color": GREY}
    return (
        Panel(
            "Invocations and errors",
            (
                *(_lambda_line(function_name, metric) for metric in AWS_METRICS),
                _line(settings, telemetry.INVALID_REQUESTS),
            ),
            {"label": "Requests", "min": 0},
        ),
        _quality_panel(settings, rules),
        Panel(
            "Maximum memory used",
            (_line(settings, memory),),
            {"label": "MB", "min": 0},
            (limit, *_annotations(rules, memory)),
        ),
        Panel(
            "Initialisation time",
            (_line(settings, init), _line(settings, init, "Average")),
            {"label": "ms", "min": 0},
            _annotations(rules, init),
        ),
    )


def _widget(panel: Panel, index: int, region: str) -> Json:
    return {
        "type": "metric",
        "x": index % 2 * PANEL_WIDTH,
        "y": index // 2 * PANEL_HEIGHT,
        "width": PANEL_WIDTH,
        "height": PANEL_HEIGHT,
        "properties": {
            "title": panel.title,
            "region": region,
            "view": "timeSeries",
            "stacked": False,
            "period": PERIOD_S,
            "metrics": [line.entry() for line in panel.lines],
            "yAxis": {"left": {**panel.axis, "showUnits": False}},
            "annotations": {"horizontal": list(panel.annotations)},
        },
    }


def dashboard_body(
    settings: StackSettings, rules: tuple[AlarmRule, ...], function_name: str, region: str
) -> dict[str, Json]:
    """Return the dashboard as CloudWatch takes it.

    Parameters
    ----------
    settings : StackSettings
        The model and its environment.
    rules : tuple of AlarmRule
        Their thresholds are drawn where their metrics are.
    function_name, region : str
        Whose metrics are shown.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    shown = panels(settings, rules, function_name)
    return {"start": "-PT12H", "widgets": [_widget(panel, index, region) for index, panel in enumerate(shown)]}


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """What a ``Dashboard`` is made of.

    Parameters
    ----------
    names : Names
        Names and the region.
    settings : StackSettings
        The model and its environment.
    rules : tuple of AlarmRule
        Their thresholds are drawn.
    function_name : Input of str
        Whose invocations are shown.
    """

    names: Names
    settings: StackSettings
    rules: tuple[AlarmRule, ...]
    function_name: pulumi.Input[str]


class Dashboard(pulumi.ComponentResource):
    """The dashboard of a stack.

    Creates: one CloudWatch dashboard.

    Outputs: ``url``, its address in the AWS console.
    """

    url: Output[str]

    def __init__(self, name: str, args: DashboardArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:dashboard:Dashboard", name, None, opts)
        region = args.names.region
        body = Output.from_input(args.function_name).apply(
            lambda function_name: dashboard_body(args.settings, args.rules, function_name, region)
        )
        dashboard = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=args.names.of("model"),
            dashboard_body=Output.json_dumps(body),
            opts=ResourceOptions(parent=self),
        )
        console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#dashboards/dashboard/"
        self.url = Output.concat(console, dashboard.dashboard_name)
        self.register_outputs({"url": self.url})
