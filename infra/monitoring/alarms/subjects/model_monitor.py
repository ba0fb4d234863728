"""The alarms on drift, on the quality that feedback shows, and on the monitor itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.telemetry import metrics as telemetry
from infra.monitoring.alarms.rule import INFO

if TYPE_CHECKING:
    from infra.monitoring.alarms.maker import MakeRule, RuleMaker
    from infra.monitoring.alarms.rule import AlarmRule

_LOOK = "The notice in this channel, and the last drift report on the dashboard, name what has moved and how far."


def _prediction_quality(make: RuleMaker) -> AlarmRule | None:
    if not (make.settings.model_monitor and make.settings.feedback):
        return None
    return make.rule(
        "prediction-quality",
        INFO,
        make.metrics.own(telemetry.QUALITY_LOSS),
        f"by the feedback of the last {make.settings.feedback_window_days} days predictions are worse than in the "
        "evaluation of the bundle. See in the dashboard since when, and whether a feature has drifted as well.",
        threshold=1,
        panel="Quality of predictions with feedback",
        on_right=True,
    )


def _feature_drift(make: RuleMaker) -> AlarmRule | None:
    if not make.settings.model_monitor:
        return None
    return make.rule(
        "feature-drift",
        INFO,
        make.metrics.own(telemetry.FEATURE_DRIFT),
        f"the values of a feature in the last {make.settings.monitor_window_hours} h are not distributed as in the "
        f"reference profile. {_LOOK}",
        # A run without enough requests emits nothing; after a few of them the alarm ends.
        threshold=1,
        panel="Drift from the reference profile",
    )


def _prediction_drift(make: RuleMaker) -> AlarmRule | None:
    if not make.settings.model_monitor:
        return None
    return make.rule(
        "prediction-drift",
        INFO,
        make.metrics.own(telemetry.PREDICTION_DRIFT),
        f"the predictions of the last {make.settings.monitor_window_hours} h are not distributed as in the reference "
        f"profile. {_LOOK}",
        threshold=1,
        panel="Drift from the reference profile",
    )


def _monitor_errors(make: RuleMaker) -> AlarmRule | None:
    if not make.settings.model_monitor:
        return None
    return make.rule(
        "monitor-errors",
        INFO,
        make.metrics.monitor("Errors"),
        "the model monitor failed, so that drift goes unnoticed. The last line of its log says why.",
        threshold=0,
    )


RULES: tuple[MakeRule, ...] = (_prediction_quality, _feature_drift, _prediction_drift, _monitor_errors)
