"""The alarms on drift, on the quality that feedback shows, and on the monitor itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.telemetry import metrics as telemetry
from infra.monitoring.alarms.rule import INFO

if TYPE_CHECKING:
    from infra.monitoring.alarms.maker import MakeRule, RuleMaker
    from infra.monitoring.alarms.rule import AlarmRule

_LOOK = "The notice in this channel, and the last drift report on the dashboard, show what has drifted and how far."


def _prediction_quality(make: RuleMaker) -> AlarmRule | None:
    if not (make.settings.model_monitor and make.settings.feedback):
        return None
    return make.rule(
        "prediction-quality",
        INFO,
        make.metrics.own(telemetry.QUALITY_LOSS),
        f"according to the feedback of the last {make.settings.feedback_window_days} days, predictions are worse "
        "than in the evaluation of the bundle. The dashboard shows since when, and whether a feature has drifted too.",
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
        f"the distribution of a feature in the last {make.settings.monitor_window_hours} h differs from the reference "
        f"profile. {_LOOK}",
        # A run without enough requests emits nothing; after a few such runs the alarm returns to OK.
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
        f"the distribution of the predictions in the last {make.settings.monitor_window_hours} h differs from the "
        f"reference profile. {_LOOK}",
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
        "the model monitor failed, so that drift is not detected. The last line of its log gives the reason.",
        threshold=0,
    )


RULES: tuple[MakeRule, ...] = (_prediction_quality, _feature_drift, _prediction_drift, _monitor_errors)
