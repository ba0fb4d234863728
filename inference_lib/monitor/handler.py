"""The Lambda handler of the model monitor, which EventBridge calls on a schedule.

Environment variables are those of ``inference_lib.environment``; ``MODEL_BUNDLE`` and ``MONITORED_LOG_GROUP`` are
required. The answer is the report, so that a manual call shows it.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

from inference_lib import environment
from inference_lib.bundle.loading import load_profile
from inference_lib.errors import InferenceError
from inference_lib.monitor.aws_client import AwsClient, AwsError
from inference_lib.monitor.drift.report import DriftReport, drift_report
from inference_lib.monitor.log_insights import LogInsights
from inference_lib.monitor.notices import dashboard_at, publish
from inference_lib.monitor.quality.feedback import joined_feedback
from inference_lib.monitor.quality.report import QualityReport
from inference_lib.monitor.settings import MonitorSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger, members_text
from inference_lib.telemetry.metrics import dimensions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_lib.contract.document import Json
    from inference_lib.http.events import Context
    from inference_lib.monitor.report import Report


class ModelMonitor:
    """Compares the last window of requests and feedback with the bundle.

    Parameters
    ----------
    variables : mapping of str to str
        The process's environment.

    Raises
    ------
    InferenceError
        The bundle or a variable is wrong.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._settings = MonitorSettings(variables)
        self._contract, self._profile = load_profile(self._settings.bundle)
        self._client = AwsClient(variables)
        self._own_log_group = variables.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        self._emitter = Emitter(self._settings.namespace, dimensions(self._contract.name))

    def run(self, end: float, context: Context) -> dict[str, Json]:
        """Report on the windows that end at a time.

        Parameters
        ----------
        end : float, seconds since the epoch
            Such as the time of the schedule.
        context : Context
            Says how much time is left.

        Returns
        -------
        dict
            By message the members of each record that was written to standard output.

        Raises
        ------
        Exception
            The first failure: a log cannot be queried, or a notice cannot be sent. The other reports were made.
        """
        remaining = context.get_remaining_time_in_millis
        insights = LogInsights(self._client, self._settings.log_group, remaining)
        own = LogInsights(self._client, self._own_log_group, remaining)
        kinds: dict[str, Callable[[LogInsights, float], Report]] = {DriftReport.MESSAGE: self._drift}
        if self._settings.feedback:
            kinds[QualityReport.MESSAGE] = self._quality
        written: dict[str, Json] = {}
        failure: Exception | None = None
        for message, report_of in kinds.items():
            try:
                written[message] = self._write(report_of(insights, end), self._notified(own, message, end), end)
            except Exception as error:  # noqa: BLE001 - one report must not be lost because another fails
                failure = failure or error
        if failure is not None:
            raise failure
        return written

    def _drift(self, insights: LogInsights, end: float) -> DriftReport:
        settings = self._settings
        return drift_report(
            self._contract,
            self._profile,
            insights,
            start=end - settings.window_s,
            end=end,
            threshold=settings.drift_threshold,
        )

    def _quality(self, insights: LogInsights, end: float) -> QualityReport:
        settings = self._settings
        start, reach = end - settings.feedback_window_s, end - settings.feedback_reach_s
        joined = joined_feedback(self._contract, insights, start=start, end=end, reach=reach)
        return QualityReport(self._contract, start, end, joined, settings.quality_threshold)

    def _notified(self, own: LogInsights, message: str, end: float) -> str:
        """Return the state that people were notified of by the last report of a kind; empty when there is none."""
        query = f'filter message = "{message}" | fields notified | sort @timestamp desc | limit 1'
        (rows,) = own.query([query], end - self._settings.window_s, end) if self._own_log_group else ([],)
        return rows[0].get("notified", "") if rows else ""

    def _write(self, report: Report, earlier: str, end: float) -> dict[str, Json]:
        """Send a notice when the state has changed, and write the record, which holds the state of that notice."""
        settings, members = self._settings, report.members()
        notice = report.notice(earlier)
        try:
            if notice is not None and settings.topic:
                dashboard = dashboard_at(settings.dashboard, end - settings.window_s, end)
                publish(self._client, settings.topic, notice.placed(settings.stack, dashboard, settings.runbook))
            members["notified"] = report.state if report.is_known else earlier
        except AwsError:
            # The metrics must not depend on the notice, which the next run sends again.
            members["notified"] = earlier
            raise
        finally:
            sys.stdout.write(self._emitter.record(report.metrics(), members_text(members)) + "\n")
        return members


def build_monitor() -> ModelMonitor:
    """Build the monitor from the environment.

    Raises
    ------
    InferenceError
        As ``ModelMonitor`` does. One log line of level CRITICAL has been written.
    """
    try:
        return ModelMonitor(os.environ)
    except InferenceError as error:
        sys.stdout.write(_logger().line("CRITICAL", f"initialisation failed: {error}", "monitor:build_monitor", ""))
        raise


def _logger() -> Logger:
    variables = os.environ
    name = variables.get(environment.SERVICE_NAME) or variables.get("AWS_LAMBDA_FUNCTION_NAME") or "monitor"
    return Logger(name, "INFO")


_monitor = build_monitor()


def handler(event: Mapping[str, Json], context: Context) -> Json:
    """Report on the window that ends at the time of a scheduled event, or now."""
    given = event.get("time")
    end = datetime.fromisoformat(given).timestamp() if isinstance(given, str) else time.time()
    try:
        return _monitor.run(end, context)
    except InferenceError as error:
        sys.stdout.write(_logger().line("ERROR", f"the monitor failed: {error}", "monitor:handler", ""))
        raise
