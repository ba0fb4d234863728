"""The settings of the model monitor and of feedback."""

from __future__ import annotations

from dataclasses import dataclass

from inference_lib.environment import (
    DEFAULT_DRIFT_THRESHOLD,
    DEFAULT_FEEDBACK_WINDOW_DAYS,
    DEFAULT_MONITOR_WINDOW_HOURS,
    DEFAULT_QUALITY_THRESHOLD,
)
from infra.settings import limits
from infra.settings.field import setting


@dataclass(frozen=True, kw_only=True)
class MonitorSettings:
    """What differs between environments in how the model is watched.

    Parameters
    ----------
    log_bins : bool
        Whether records say which bins of the reference profile the values fall into.
    model_monitor : bool
        Whether drift from the reference profile is looked for by the clock.
    monitor_window_hours : int
        How many hours of requests are compared.
    drift_threshold : float
        Population stability index below which a change is not worth an alarm.
    feedback : bool
        Whether callers may tell what turned out to be true, and the model monitor compares.
    feedback_window_days : int
        How many days of feedback are compared.
    quality_threshold : float
        Loss of accuracy, or share of a regressor's error, that is not worth an alarm.
    """

    log_bins: bool = setting(default=True, rule=limits.FLAG)
    model_monitor: bool = setting(default=False, rule=limits.FLAG)
    monitor_window_hours: int = setting(DEFAULT_MONITOR_WINDOW_HOURS, limits.WINDOW_HOURS)
    drift_threshold: float = setting(DEFAULT_DRIFT_THRESHOLD, limits.FRACTION)
    feedback: bool = setting(default=False, rule=limits.FLAG)
    feedback_window_days: int = setting(DEFAULT_FEEDBACK_WINDOW_DAYS, limits.FEEDBACK_DAYS)
    quality_threshold: float = setting(DEFAULT_QUALITY_THRESHOLD, limits.FRACTION)

    @property
    def monitor_interval_hours(self) -> int:
        """Hours between two runs of the model monitor: a quarter of its window, and a day at most."""
        return min(max(self.monitor_window_hours // 4, 1), 24)
