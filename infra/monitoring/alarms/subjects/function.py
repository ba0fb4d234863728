"""The alarms on the function that predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.telemetry import metrics as telemetry
from infra.monitoring.alarms.maker import MIN_SAMPLES
from infra.monitoring.alarms.rule import INFO, PAGE

if TYPE_CHECKING:
    from infra.monitoring.alarms.maker import MakeRule, RuleMaker
    from infra.monitoring.alarms.rule import AlarmRule

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
ACCOUNT_CONCURRENCY = 1000


def _errors(make: RuleMaker) -> AlarmRule:
    threshold = make.settings.errors_threshold
    return make.rule(
        "errors",
        INFO,
        make.metrics.function("Errors"),
        f"more than {threshold} invocations in a period ended with an error of the function. "
        "Open the saved query 'errors' and read the first line.",
        threshold=threshold,
        panel="Errors by kind",
    )


def _error_rate(make: RuleMaker) -> AlarmRule:
    threshold = make.settings.error_rate_threshold
    return make.rule(
        "error-rate",
        PAGE,
        {"m1": make.metrics.function("Errors"), "m2": make.metrics.function("Invocations")},
        f"more than {threshold:.1%} of the invocations fail. If it began with a "
        "deployment, roll back first and look for the cause afterwards.",
        expression=f"IF(m2 >= {MIN_SAMPLES}, m1 / m2, 0)",
        threshold=threshold,
        panel="Errors by kind",
        on_right=True,
        is_essential=False,
    )


def _throttles(make: RuleMaker) -> AlarmRule:
    return make.rule(
        "throttles",
        PAGE,
        make.metrics.function("Throttles"),
        "callers receive 429 or 500, because Lambda starts no more execution environments. Raise "
        "inference:reservedConcurrency, or the account's limit, or lower inference:throttleRate.",
        threshold=make.settings.throttles_threshold,
        panel="Concurrency and throttles",
        on_right=True,
    )


def _latency(make: RuleMaker) -> AlarmRule:
    settings = make.settings
    return make.rule(
        "latency",
        PAGE,
        {"m1": make.metrics.function("Duration"), "m2": make.metrics.function("Invocations")},
        f"the 99th percentile of the duration, over at least {MIN_SAMPLES} invocations in a period, is more "
        f"than {settings.latency_threshold:.0%} of the time limit of {settings.timeout_s} s; timeouts "
        "come next. Look for large requests, then raise inference:memoryMb.",
        expression=f"IF(m2 >= {MIN_SAMPLES}, m1, 0)",
        threshold=settings.latency_threshold * settings.timeout_s * 1000,
        panel="Latency by part",
    )


def _concurrency(make: RuleMaker) -> AlarmRule:
    threshold = make.settings.concurrency_threshold
    capacity = make.settings.reserved_concurrency or ACCOUNT_CONCURRENCY
    return make.rule(
        "concurrency",
        PAGE,
        make.metrics.function("ConcurrentExecutions"),
        f"more than {threshold:.0%} of the {capacity} execution environments are busy. "
        "Above the limit callers are throttled.",
        threshold=threshold * capacity,
        panel="Concurrency and throttles",
        is_essential=False,
    )


def _memory(make: RuleMaker) -> AlarmRule:
    settings = make.settings
    return make.rule(
        "memory",
        INFO,
        make.metrics.own(telemetry.MAX_MEMORY_USED),
        f"in several periods requests used more than {settings.memory_threshold:.0%} of the "
        f"{settings.memory_mb} MB. At 100 % Lambda kills the function. Raise inference:memoryMb.",
        threshold=settings.memory_threshold * settings.memory_mb,
        panel="Maximum memory used",
    )


def _init_duration(make: RuleMaker) -> AlarmRule:
    threshold = make.settings.init_threshold_ms
    return make.rule(
        "init-duration",
        INFO,
        make.metrics.own(telemetry.INIT_DURATION),
        f"in several periods cold starts took longer than {threshold} ms. Lambda stops the initialisation after 10 s.",
        # Warm functions report no initialisation: a period without a cold start is not breaching.
        threshold=threshold,
        panel="Initialisation time",
        is_essential=False,
    )


RULES: tuple[MakeRule, ...] = (_errors, _error_rate, _throttles, _latency, _concurrency, _memory, _init_duration)
