"""The settings of the model monitor and of feedback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference_lib.environment import (
    DEFAULT_DRIFT_THRESHOLD,
    DEFAULT_FEEDBACK_WINDOW_DAYS,
    DEFAULT_MONITOR_WINDOW_HOURS,
    DEFAULT_QUALITY_THRESHOLD,
)
from infra.settings.agreement import Disagreement, Subject, agreement
from infra.settings.field import setting
from infra.settings.subjects.storage import EFS
from infra.settings.values.numbers import FRACTION, whole
from infra.settings.values.words import FLAG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

MOST_WINDOW_HOURS = 168


@dataclass(frozen=True, kw_only=True)
class MonitorSettings:
    """Whether the inputs and the predictions are compared with the reference profile, and with actual labels."""

    log_bins: bool = setting(
        default=True,
        rule=FLAG,
        description="Whether log records contain the decile of the reference profile that each value falls into, or "
        "its category; drift detection needs them",
    )
    model_monitor: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether a second function compares the last requests with the bundle's reference profile on a "
        "schedule, with the alarms feature-drift, prediction-drift and monitor-errors; it adds two metrics, which are "
        "billed, and reads the log, which is billed by its size",
    )
    monitor_window_hours: int = setting(
        DEFAULT_MONITOR_WINDOW_HOURS,
        whole(1, MOST_WINDOW_HOURS),
        "How many hours of requests the model monitor compares; it runs four times in each window, and at least once "
        "a day",
    )
    drift_threshold: float = setting(
        DEFAULT_DRIFT_THRESHOLD,
        FRACTION,
        "Alarms feature-drift and prediction-drift; a population stability index below this is ignored; small samples "
        "need a larger one",
    )
    feedback: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether POST /feedback accepts actual labels, and the model monitor compares them with the "
        "predictions, with the alarm prediction-quality; needs modelMonitor; predicted probabilities are logged, and "
        "four metrics are added",
    )
    feedback_window_days: int = setting(
        DEFAULT_FEEDBACK_WINDOW_DAYS,
        whole(1, 30),
        "How many days of feedback the model monitor compares with the evaluation in the bundle",
    )
    quality_threshold: float = setting(
        DEFAULT_QUALITY_THRESHOLD,
        FRACTION,
        "Alarm prediction-quality; a smaller loss of accuracy or Brier score, or, of a regressor, a smaller relative "
        "loss, is ignored; little feedback needs a larger threshold",
    )

    @property
    def monitor_interval_hours(self) -> int:
        """Hours between two runs of the model monitor: a quarter of its window, and at most a day."""
        return min(max(self.monitor_window_hours // 4, 1), 24)


@agreement("model_monitor", "monitor_window_hours", "log_retention_days")
def _log_lasts_for_the_window(values: Values, namespace: str) -> Iterator[Disagreement]:
    hours, days = values["monitor_window_hours"], values["log_retention_days"]
    if values["model_monitor"] and hours > days * 24:
        most = min(days * 24, MOST_WINDOW_HOURS)
        yield Disagreement(
            "monitor_window_hours",
            f"{hours} hours are longer than the log is kept: {namespace}:logRetentionDays is {days}",
            f"1 to {most}",
            str(most),
        )


@agreement("model_monitor", "log_bins")
def _drift_needs_bins(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["model_monitor"] and not values["log_bins"]:
        yield Disagreement(
            "log_bins",
            f"false cannot be combined with {namespace}:modelMonitor, which detects drift from the bins",
            "true",
            "true",
        )


@agreement("feedback", "model_monitor", "feedback_window_days", "log_retention_days")
def _feedback_is_compared(values: Values, namespace: str) -> Iterator[Disagreement]:
    days, kept = values["feedback_window_days"], values["log_retention_days"]
    if values["feedback"] and not values["model_monitor"]:
        yield Disagreement(
            "feedback", f"true without {namespace}:modelMonitor, which compares it", "false, or modelMonitor", "false"
        )
    if values["feedback"] and days > kept:
        yield Disagreement(
            "feedback_window_days",
            f"{days} days are longer than the log is kept: {namespace}:logRetentionDays is {kept}",
            f"1 to {kept}",
            str(kept),
        )


@agreement("model_monitor", "model_source")
def _monitor_finds_the_profile(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["model_monitor"] and values["model_source"] == EFS:
        yield Disagreement(
            "model_source",
            f"efs cannot be combined with {namespace}:modelMonitor, which reads the profile of the bundle in the image",
            f"image, or {namespace}:modelMonitor false",
            "image",
        )


SUBJECT = Subject(
    "Model monitor",
    MonitorSettings,
    (_feedback_is_compared, _drift_needs_bins, _log_lasts_for_the_window, _monitor_finds_the_profile),
)
