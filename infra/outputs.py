"""What ``pulumi stack output`` tells of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from infra.monitoring.links import ConsoleLinks
from infra.monitoring.queries import ERRORS

if TYPE_CHECKING:
    from infra.api.domain import ApiDomain
    from infra.api.keys import ApiKeys
    from infra.api.stage import ApiStage
    from infra.batch.component import BatchScoring
    from infra.function.inference import InferenceFunction
    from infra.model_store import ModelStore
    from infra.monitoring.alarms.component import Alarms
    from infra.monitoring.dashboard.component import Dashboard
    from infra.monitoring.notifications import Notifications
    from infra.naming import Names


def export_outputs(  # noqa: PLR0913, PLR0917 - one for each component that has something to tell
    names: Names,
    function: InferenceFunction,
    stage: ApiStage,
    keys: ApiKeys,
    domain: ApiDomain,
    alarms: Alarms,
    dashboard: Dashboard,
    notifications: Notifications,
    store: ModelStore,
    batches: BatchScoring,
) -> None:
    """Export the addresses, names and commands that people need.

    Parameters
    ----------
    names : Names
        Names and the region.
    function, stage, keys, domain, alarms, dashboard, notifications, store, batches
        The components.
    """
    links = ConsoleLinks(names)
    outputs: dict[str, pulumi.Input[object]] = {
        "api_url": stage.url,
        "api_keys": keys.keys,
        "api_key_ids": keys.key_ids,
        "api_domain_target": domain.target,
        "predict_command": stage.predict_command,
        "dashboard_url": dashboard.url,
        "logs_url": links.logs(ERRORS.text),
        "alarms_url": links.alarms,
        "traces_url": links.traces,
        "function_name": function.live.function_name,
        "function_version": function.function_version,
        "live_version": function.live_version,
        "log_group": function.log_group,
        "alarm_names": alarms.alarm_names,
        "slack": notifications.slack,
        "model_store": store.url,
        "batch_bucket": batches.bucket,
        "batch_state_machine": batches.state_machine_arn,
    }
    for name, value in outputs.items():
        pulumi.export(name, value)
