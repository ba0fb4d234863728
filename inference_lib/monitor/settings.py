"""The settings of the model monitor, read from its environment once and checked as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib import environment
from inference_lib.errors import SettingsError
from inference_lib.settings import Reader
from inference_lib.telemetry.metrics import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY_S = 86_400


class MonitorSettings:
    """The values of the monitor's environment variables in ``inference_lib.environment``.

    Parameters
    ----------
    variables : mapping of str to str
        The process's environment.

    Raises
    ------
    SettingsError
        Names every variable that is wrong, and what is expected.
    """

    __slots__ = (
        "bundle",
        "dashboard",
        "drift_threshold",
        "feedback",
        "feedback_reach_s",
        "feedback_window_s",
        "log_group",
        "namespace",
        "quality_threshold",
        "runbook",
        "stack",
        "topic",
        "window_s",
    )

    def __init__(self, variables: Mapping[str, str]) -> None:
        reader = Reader(variables)
        self.bundle = reader.text(environment.MODEL_BUNDLE, "the directory of the bundle")
        self.log_group = reader.text(environment.MONITORED_LOG_GROUP, "the log group of the function that predicts")
        self.namespace = variables.get(environment.METRICS_NAMESPACE) or NAMESPACE
        hours = reader.whole(environment.MONITOR_WINDOW_HOURS, environment.DEFAULT_MONITOR_WINDOW_HOURS)
        self.window_s = hours * 3600
        self.drift_threshold = reader.share(environment.DRIFT_THRESHOLD, environment.DEFAULT_DRIFT_THRESHOLD)
        self.feedback = reader.flag(environment.FEEDBACK, default=False)
        days = reader.whole(environment.FEEDBACK_WINDOW_DAYS, environment.DEFAULT_FEEDBACK_WINDOW_DAYS)
        reach = reader.whole(environment.FEEDBACK_REACH_DAYS, environment.DEFAULT_FEEDBACK_REACH_DAYS)
        self.feedback_window_s, self.feedback_reach_s = days * DAY_S, reach * DAY_S
        self.quality_threshold = reader.share(environment.QUALITY_THRESHOLD, environment.DEFAULT_QUALITY_THRESHOLD)
        self.topic = variables.get(environment.NOTICE_TOPIC, "")
        self.stack = variables.get(environment.STACK_NAME, "")
        self.dashboard = variables.get(environment.DASHBOARD_URL, "")
        self.runbook = variables.get(environment.RUNBOOK_URL) or environment.DEFAULT_RUNBOOK_URL
        if reader.faults:
            raise SettingsError("; ".join(reader.faults))
