"""The dashboard: health, graphs and tables, drawn from the metrics and the rules of the alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.monitoring import queries
from infra.monitoring.dashboard.panels import panels
from infra.monitoring.links import ConsoleLinks
from infra.settings.subjects.monitoring import FULL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Json
    from infra.monitoring.alarms.rule import AlarmRule
    from infra.monitoring.dashboard.panel import Panel
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

COLUMNS = 24
"""Columns of the grid of a CloudWatch dashboard."""
PANEL_WIDTH = 12
PANEL_HEIGHT = 7
HEADER_HEIGHT = 2
HEALTH_HEIGHT = 3
TABLE_HEIGHT = 8


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """Arguments of ``Dashboard``.

    Parameters
    ----------
    names : Names
        Names and the region.
    settings : StackSettings
        The model, its environment and the shape of the dashboard.
    rules : tuple of AlarmRule
        Alarms whose thresholds are drawn.
    alarm_arns : Input of list of str
        The alarms whose states are shown first.
    api_url : Input of str
        Where the API and its document are.
    """

    names: Names
    settings: StackSettings
    rules: tuple[AlarmRule, ...]
    alarm_arns: pulumi.Input[Sequence[str]]
    api_url: pulumi.Input[str]


class Dashboard(pulumi.ComponentResource):
    """The dashboard of a stack.

    Creates: one CloudWatch dashboard.

    Outputs: ``url``, its address in the AWS console.
    """

    url: Output[str]

    def __init__(self, name: str, args: DashboardArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:monitoring:Dashboard", name, None, opts)
        body = Output.all(args.alarm_arns, args.api_url).apply(
            lambda resolved: dashboard_body(args.names, args.settings, args.rules, *resolved)
        )
        dashboard = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=args.names.dashboard,
            dashboard_body=Output.json_dumps(body),
            opts=ResourceOptions(parent=self),
        )
        # The address is known in advance, but must not be shown before the dashboard exists.
        self.url = dashboard.dashboard_name.apply(lambda _name: ConsoleLinks(args.names).dashboard)
        self.register_outputs({"url": self.url})


def dashboard_body(
    names: Names, settings: StackSettings, rules: tuple[AlarmRule, ...], alarm_arns: Sequence[str], api_url: str
) -> dict[str, Json]:
    """Return the body of the dashboard, in the format of CloudWatch.

    Parameters
    ----------
    names : Names
        Names and the region.
    settings : StackSettings
        The model, its environment and the shape of the dashboard.
    rules : tuple of AlarmRule
        Alarms whose thresholds are drawn in the panels of their metrics.
    alarm_arns : sequence of str
        The alarms whose states are shown first.
    api_url : str
        Where the API and its document are.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    shown = panels(names, settings)
    if settings.dashboard != FULL:
        return {"start": "-PT12H", "widgets": _graphs(shown, rules, names.region, top=0)}
    top = 0 if settings.is_essential else HEADER_HEIGHT + HEALTH_HEIGHT
    below = top + (len(shown) + 1) // 2 * PANEL_HEIGHT
    widgets: list[Json] = [
        *([] if settings.is_essential else [_header(names, settings, api_url), _health(alarm_arns)]),
        *_graphs(shown, rules, names.region, top=top),
        *_tables(names, settings, top=below),
    ]
    return {"start": "-PT12H", "widgets": widgets}


def _place(x: int, y: int, width: int, height: int) -> dict[str, Json]:
    return {"x": x, "y": y, "width": width, "height": height}


def _header(names: Names, settings: StackSettings, api_url: str) -> Json:
    links = ConsoleLinks(names)
    contract = settings.contract
    text = (
        f"## {contract.name} {contract.version} in {settings.stack}\n"
        f"[Log: last errors]({links.logs(queries.ERRORS.text)}) | [Alarms]({links.alarms}) | "
        f"[Traces]({links.traces}) | [Manual of the API]({api_url}/docs) | Runbook: {settings.runbook_url}"
    )
    return {"type": "text", **_place(0, 0, COLUMNS, HEADER_HEIGHT), "properties": {"markdown": text}}


def _health(alarm_arns: Sequence[str]) -> Json:
    arns: list[Json] = list(alarm_arns)
    properties: dict[str, Json] = {"title": "Alarms", "alarms": arns, "sortBy": "stateUpdatedTimestamp"}
    return {"type": "alarm", **_place(0, HEADER_HEIGHT, COLUMNS, HEALTH_HEIGHT), "properties": properties}


def _graphs(shown: tuple[Panel, ...], rules: tuple[AlarmRule, ...], region: str, *, top: int) -> list[Json]:
    return [_graph(panel, index, rules, region, top) for index, panel in enumerate(shown)]


def _graph(panel: Panel, index: int, rules: tuple[AlarmRule, ...], region: str, top: int) -> Json:
    horizontal: list[Json] = [*panel.annotations, *(rule.annotation for rule in rules if rule.panel == panel.title)]
    return {
        "type": "metric",
        **_place(index % 2 * PANEL_WIDTH, top + index // 2 * PANEL_HEIGHT, PANEL_WIDTH, PANEL_HEIGHT),
        "properties": {
            "title": panel.title,
            "region": region,
            "view": "timeSeries",
            "stacked": False,
            "period": panel.period_s,
            "stat": "Average",
            "metrics": panel.metrics,
            "yAxis": {"left": {**panel.axis, "showUnits": False}},
            "annotations": {"horizontal": horizontal},
        },
    }


def _tables(names: Names, settings: StackSettings, *, top: int) -> list[Json]:
    shown = [(queries.ERRORS, "table"), (queries.SLOWEST, "table"), (queries.BY_VERSION, "table")]
    if settings.contract.classes:
        # One band for each class, so that the height is the number of instances.
        shown.insert(0, (queries.class_shares(settings.contract.classes), "stacked"))
    # Essential monitoring has only the tables of its options.
    tables = [] if settings.is_essential else [(query, view, names.log_group) for query, view in shown]
    if settings.model_monitor:
        by_feature = queries.drift_by_feature(settings.contract.features, settings.monitor_interval_hours)
        monitor = names.monitor_log_group
        if settings.feedback:
            tables.insert(0, (queries.QUALITY_REPORTS, "table", monitor))
        tables = [(queries.DRIFT_REPORTS, "table", monitor), (by_feature, "lines", monitor), *tables]
    return [
        {
            "type": "log",
            **_place(0, top + index * TABLE_HEIGHT, COLUMNS, TABLE_HEIGHT),
            "properties": {
                "title": query.name.capitalize(),
                "region": names.region,
                "view": "table" if view == "table" else "timeSeries",
                "stacked": view == "stacked",
                "query": f"SOURCE '{log_group}' | {query.text}",
            },
        }
        for index, (query, view, log_group) in enumerate(tables)
    ]
