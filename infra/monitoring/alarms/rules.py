"""When alarms go off, as data: the alarms, the lines in the dashboard and the runbook are made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.telemetry import metrics as telemetry
from infra.monitoring.alarms.rule import ABOVE, BAD, BELOW, GOOD, INFO, OUTSIDE, PAGE, AlarmRule
from infra.monitoring.metrics import Metrics, shift

if TYPE_CHECKING:
    from infra.monitoring.metrics import Series
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

MIN_SAMPLES = 20
"""With fewer requests in a period a share, a percentile or an average says nothing."""

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
ACCOUNT_CONCURRENCY = 1000


class _Rules:
    """Makes the rules of one stack."""

    def __init__(self, names: Names, settings: StackSettings) -> None:
        self._settings = settings
        self._metrics = Metrics(names, settings)
        model = settings.contract
        self._model = f"{model.name} {model.version} in {settings.stack}"

    def _rule(  # noqa: PLR0913 - one keyword for each property of a rule
        self,
        name: str,
        severity: str,
        series: Series | dict[str, Series],
        meaning: str,
        *,
        threshold: float | None,
        expression: str = "",
        comparison: str = ABOVE,
        missing: str = GOOD,
    ) -> AlarmRule:
        return AlarmRule(
            name=name,
            severity=severity,
            series=series if isinstance(series, dict) else {"m1": series},
            expression=expression,
            comparison=comparison,
            threshold=threshold,
            periods=self._settings.periods(name),
            missing=missing,
            meaning=f"{self._model}: {meaning}",
            runbook=self._settings.runbook_url,
        )

    def of_function(self) -> list[AlarmRule]:
        """Return the alarms on the function itself."""
        settings, function = self._settings, self._metrics.function
        errors, invocations = function("Errors"), function("Invocations")
        limit_ms = settings.timeout_s * 1000
        capacity = settings.reserved_concurrency or ACCOUNT_CONCURRENCY
        return [
            self._rule(
                "errors",
                INFO,
                errors,
                f"more than {settings.errors_threshold} invocations in a period ended with an error of the function. "
                "Open the saved query 'errors' and read the first line.",
                threshold=settings.errors_threshold,
            ),
            self._rule(
                "error-rate",
                PAGE,
                {"m1": errors, "m2": invocations},
                f"more than {settings.error_rate_threshold:.1%} of the invocations fail. If it began with a "
                "deployment, roll back first and look for the cause afterwards.",
                expression=f"IF(m2 >= {MIN_SAMPLES}, m1 / m2, 0)",
                threshold=settings.error_rate_threshold,
            ),
            self._rule(
                "throttles",
                PAGE,
                function("Throttles"),
                "callers get 429 or 500, because Lambda starts no more execution environments. Raise "
                "inference:reservedConcurrency, or the account's limit, or lower inference:throttleRate.",
                threshold=settings.throttles_threshold,
            ),
            self._rule(
                "latency",
                PAGE,
                {"m1": function("Duration"), "m2": invocations},
                f"the 99th percentile of the duration, over at least {MIN_SAMPLES} invocations in a period, is more "
                f"than {settings.latency_threshold:.0%} of the time limit of {settings.timeout_s} s; the next step are "
                "timeouts. Look for large requests, then raise inference:memoryMb.",
                expression=f"IF(m2 >= {MIN_SAMPLES}, m1, 0)",
                threshold=settings.latency_threshold * limit_ms,
            ),
            self._rule(
                "concurrency",
                PAGE,
                function("ConcurrentExecutions"),
                f"more than {settings.concurrency_threshold:.0%} of the {capacity} execution environments are busy. "
                "Above the limit callers are refused.",
                threshold=settings.concurrency_threshold * capacity,
            ),
            self._rule(
                "memory",
                INFO,
                self._metrics.own(telemetry.MAX_MEMORY_USED),
                f"requests in several periods used more than {settings.memory_threshold:.0%} of the "
                f"{settings.memory_mb} MB. At 100 % Lambda kills the function. Raise inference:memoryMb.",
                threshold=settings.memory_threshold * settings.memory_mb,
            ),
            self._rule(
                "init-duration",
                INFO,
                self._metrics.own(telemetry.INIT_DURATION),
                f"cold starts in several periods took longer than {settings.init_threshold_ms} ms. Lambda gives up "
                "after 10 s.",
                # Warm functions report no initialisation: no cold start is a good period.
                threshold=settings.init_threshold_ms,
            ),
        ]

    def of_api(self) -> list[AlarmRule]:
        """Return the alarms on what callers see."""
        settings, api = self._settings, self._metrics.api
        rules = [
            self._rule(
                "server-errors",
                PAGE,
                api("5XXError"),
                f"callers got more than {settings.server_errors_threshold} answers with a 5xx status in a period. "
                "Compare with error-rate: without errors of the function the fault lies in the gateway or in timeouts.",
                threshold=settings.server_errors_threshold,
            )
        ]
        if settings.client_errors_band:
            rules.append(
                self._rule(
                    "client-errors",
                    INFO,
                    api("4XXError"),
                    "far more requests than usual are refused with a 4xx status: a caller has changed what it "
                    "sends, or somebody tries keys. The saved query 'refused requests' shows the reasons.",
                    expression=f"ANOMALY_DETECTION_BAND(m1, {settings.client_errors_band})",
                    comparison=OUTSIDE,
                    threshold=None,
                )
            )
        if settings.no_traffic_hours:
            rules.append(
                self._rule(
                    "no-traffic",
                    PAGE,
                    api("Count"),
                    f"not one request in {settings.no_traffic_hours} h, when there should be some. "
                    "Try the curl line of `pulumi stack output predict_command`.",
                    comparison=BELOW,
                    threshold=1,
                    # The gateway reports nothing when nothing comes: that is what this alarm is about.
                    missing=BAD,
                )
            )
        return rules

    def of_model(self) -> list[AlarmRule]:
        """Return the alarms on what goes into the model and what comes out of it."""
        settings, own = self._settings, self._metrics.own
        values = len(settings.contract.features)
        rules = [
            self._rule(
                "data-quality",
                INFO,
                {
                    "m1": own(telemetry.MISSING_VALUES),
                    "m2": own(telemetry.UNKNOWN_CATEGORIES),
                    "m3": own(telemetry.OUT_OF_RANGE),
                    "m4": own(telemetry.PREDICTIONS),
                },
                f"more than {settings.data_quality_threshold:.0%} of the feature values are missing, unknown or out "
                "of the range of training. A sender's data have changed: see in the dashboard which of the three.",
                expression=f"IF(m4 >= {MIN_SAMPLES}, (m1 + m2 + m3) / (m4 * {values}), 0)",
                threshold=settings.data_quality_threshold,
            )
        ]
        if settings.watched_classes:
            rules.append(self._class_shares())
        if settings.contract.task != "regression":
            rules.append(
                self._rule(
                    "low-probability",
                    INFO,
                    {"m1": own(telemetry.PREDICTION_PROBABILITY), "m2": own(telemetry.PREDICTIONS)},
                    f"the average probability of the predicted class, over at least {MIN_SAMPLES} predictions in a "
                    f"period, is below {settings.probability_threshold}: the model is uncertain. See in the dashboard "
                    "since when, and compare with the last deployment. If it began with a deployment, roll back. "
                    "Otherwise the callers' data have changed: fix the caller, or retrain the model.",
                    expression=f"IF(m2 >= {MIN_SAMPLES}, m1, 1)",
                    comparison=BELOW,
                    threshold=settings.probability_threshold,
                )
            )
        return rules

    def _class_shares(self) -> AlarmRule:
        settings, own = self._settings, self._metrics.own
        series = {"t": own(telemetry.PREDICTIONS)}
        series |= {
            f"c{index}": own(telemetry.predictions_of(label)) for index, label in enumerate(settings.watched_classes)
        }
        return self._rule(
            "class-shares",
            INFO,
            series,
            f"more than {settings.class_share_threshold:.0%} of the predictions would have to change class to be as in "
            "the reference profile. The senders' data have changed, or the world has: see in the dashboard which class "
            "grew, and compare with the last deployment.",
            expression=f"IF(t >= {MIN_SAMPLES}, {shift(settings.watched_classes)}, 0)",
            threshold=settings.class_share_threshold,
        )

    def of_monitor(self) -> list[AlarmRule]:
        """Return the alarms on drift, and on the monitor that looks for it."""
        settings, own = self._settings, self._metrics.own
        window = f"the last {settings.monitor_window_hours} h"
        look = (
            "The notice in this channel, and the last drift report on the dashboard, name what has moved and how far."
        )
        quality = [self._prediction_quality()] if settings.feedback else []
        return [
            *quality,
            self._rule(
                "feature-drift",
                INFO,
                own(telemetry.FEATURE_DRIFT),
                f"the values of a feature in {window} are not distributed as in the reference profile. {look}",
                # A run without enough requests emits nothing; after a few of them the alarm ends.
                threshold=1,
            ),
            self._rule(
                "prediction-drift",
                INFO,
                own(telemetry.PREDICTION_DRIFT),
                f"the predictions of {window} are not distributed as in the reference profile. {look}",
                threshold=1,
            ),
            self._rule(
                "monitor-errors",
                INFO,
                self._metrics.monitor("Errors"),
                "the model monitor failed, so that nobody looks for drift. The last line of its log says why.",
                threshold=0,
            ),
        ]

    def _prediction_quality(self) -> AlarmRule:
        settings = self._settings
        return self._rule(
            "prediction-quality",
            INFO,
            self._metrics.own(telemetry.QUALITY_LOSS),
            f"by the feedback of the last {settings.feedback_window_days} days predictions are worse than in the "
            "evaluation of the bundle. See in the dashboard since when, and whether a feature has drifted as well.",
            threshold=1,
        )


def alarm_rules(names: Names, settings: StackSettings) -> tuple[AlarmRule, ...]:
    """Return the alarms of a stack; a regressor has no probability to watch."""
    rules = _Rules(names, settings)
    monitor = rules.of_monitor() if settings.model_monitor else []
    return (*rules.of_api(), *rules.of_function(), *rules.of_model(), *monitor)
