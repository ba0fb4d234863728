"""The alarms on what callers see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.monitoring.alarms.rule import BAD, BELOW, INFO, OUTSIDE, PAGE

if TYPE_CHECKING:
    from infra.monitoring.alarms.maker import MakeRule, RuleMaker
    from infra.monitoring.alarms.rule import AlarmRule


def _server_errors(make: RuleMaker) -> AlarmRule:
    threshold = make.settings.server_errors_threshold
    return make.rule(
        "server-errors",
        PAGE,
        make.metrics.api("5XXError"),
        f"callers received more than {threshold} responses with a 5xx status in a period. "
        "Compare with error-rate: if the function has no errors, the cause is the gateway or timeouts.",
        threshold=threshold,
        panel="Errors by kind",
        is_essential=False,
    )


def _client_errors(make: RuleMaker) -> AlarmRule | None:
    if not make.settings.client_errors_band:
        return None
    return make.rule(
        "client-errors",
        INFO,
        make.metrics.api("4XXError"),
        "far more requests than usual are rejected with a 4xx status: a caller has changed what it "
        "sends, or guesses keys. The saved query 'refused requests' shows the reasons.",
        expression=f"ANOMALY_DETECTION_BAND(m1, {make.settings.client_errors_band})",
        comparison=OUTSIDE,
        threshold=None,
        is_essential=False,
    )


def _no_traffic(make: RuleMaker) -> AlarmRule | None:
    if not make.settings.no_traffic_hours:
        return None
    return make.rule(
        "no-traffic",
        PAGE,
        make.metrics.api("Count"),
        f"no request in {make.settings.no_traffic_hours} h, although some are expected. "
        "Run the command that `pulumi stack output predict_command` prints.",
        comparison=BELOW,
        threshold=1,
        # Without requests the gateway reports no data, which is what this alarm detects.
        missing=BAD,
        panel="Traffic",
    )


RULES: tuple[MakeRule, ...] = (_server_errors, _client_errors, _no_traffic)
