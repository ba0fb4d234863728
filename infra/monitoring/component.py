"""The monitoring of a stack: metrics, alarms, notifications, dashboard, saved queries and model monitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi import ResourceOptions

from infra.model_monitor.component import ModelMonitor, ModelMonitorArgs
from infra.monitoring.alarms.component import Alarms, AlarmsArgs, notifying
from infra.monitoring.alarms.rule import INFO
from infra.monitoring.alarms.rules import alarm_rules
from infra.monitoring.dashboard.component import Dashboard, DashboardArgs
from infra.monitoring.filters import MetricFilters, MetricFiltersArgs
from infra.monitoring.links import ConsoleLinks
from infra.monitoring.notifications import Notifications, NotificationsArgs
from infra.monitoring.queries import ERRORS, Queries, QueriesArgs
from infra.outputs import Exports

if TYPE_CHECKING:
    from infra.monitoring.alarms.rule import AlarmRule
    from infra.naming import Names
    from infra.serving import Serving
    from infra.settings.declaration import StackSettings


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """Arguments of ``Monitoring``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Settings of the stack.
    watched : Serving
        The API and the function; the model monitor runs the same image.
    """

    names: Names
    settings: StackSettings
    watched: Serving


class Monitoring(pulumi.ComponentResource):
    """The monitoring of a stack.

    Creates: the topics of the alarms and their subscriptions, the metric filters, the alarms and the budget, the
    dashboard, the saved queries, and the model monitor.

    Outputs: ``exports``.
    """

    exports: Exports

    def __init__(self, name: str, args: MonitoringArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:monitoring:Monitoring", name, None, opts)
        names, settings, child = args.names, args.settings, ResourceOptions(parent=self)
        rules = alarm_rules(names, settings)
        notifications = Notifications(
            "notifications",
            NotificationsArgs(
                names=names,
                settings=settings,
                severities=notifying(settings, rules),
                image_uri=args.watched.image_uri,
                deployed=args.watched.deployed,
            ),
            child,
        )
        MetricFilters(
            "metrics", MetricFiltersArgs(names=names, settings=settings, log_group=args.watched.log_group), child
        )
        Queries("queries", QueriesArgs(names=names, settings=settings, log_group=args.watched.log_group), child)
        self._model_monitor(args, notifications)
        alarms, dashboard = self._alarms(args, notifications, rules)
        links = ConsoleLinks(names)
        self.exports = {
            "dashboard_url": dashboard.url,
            "logs_url": links.logs(ERRORS.text),
            "alarms_url": links.alarms,
            "traces_url": links.traces,
            "alarm_names": alarms.alarm_names,
            "slack": notifications.slack,
        }
        self.register_outputs(self.exports)

    def _model_monitor(self, args: MonitoringArgs, notifications: Notifications) -> None:
        ModelMonitor(
            "monitor",
            ModelMonitorArgs(
                names=args.names,
                settings=args.settings,
                image_uri=args.watched.image_uri,
                topic_arn=notifications.topic_arns[INFO],
                key_arn=notifications.key_arn,
                log_group=args.watched.log_group,
                dashboard_url=ConsoleLinks(args.names).dashboard,
            ),
            ResourceOptions(parent=self),
        )

    def _alarms(
        self, args: MonitoringArgs, notifications: Notifications, rules: tuple[AlarmRule, ...]
    ) -> tuple[Alarms, Dashboard]:
        names, settings, child = args.names, args.settings, ResourceOptions(parent=self)
        alarms = Alarms(
            "alarms",
            AlarmsArgs(
                names=names,
                settings=settings,
                rules=rules,
                topic_arns=notifications.topic_arns,
                action_arns=notifications.action_arns,
            ),
            child,
        )
        dashboard = Dashboard(
            "dashboard",
            DashboardArgs(
                names=names, settings=settings, rules=rules, alarm_arns=alarms.alarm_arns, api_url=args.watched.api_url
            ),
            child,
        )
        return alarms, dashboard
