"""What several settings must fulfil together, looked at when each is right by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.monitoring.alarms.periods import Periods, fault_of
from infra.settings.disagreement import Disagreement, key_of
from infra.settings.extension_agreements import EXTENSION_AGREEMENTS
from infra.settings.rules import shown
from infra.settings.text_rules import feature_names, scheduled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Values = Mapping[str, Any]


def _datapoints_fit(values: Values, namespace: str) -> Iterator[Disagreement]:
    periods, datapoints = values["probability_evaluation_periods"], values["probability_datapoints_to_alarm"]
    if datapoints > periods:
        yield Disagreement(
            "probability_datapoints_to_alarm",
            f"{datapoints} is more than {namespace}:probabilityEvaluationPeriods, which is {periods}",
            f"1 to {periods}",
            str(periods),
        )


def _periods_fit(values: Values, _namespace: str) -> Iterator[Disagreement]:
    periods = Periods(values["probability_period_s"], values["probability_evaluation_periods"], 1)
    if fault := fault_of(periods):
        most = periods.span_s // periods.length_s
        yield Disagreement("probability_evaluation_periods", fault, f"1 to {most} (Amazon CloudWatch limit)", str(most))


def _both_or_neither(first: str, second: str, example: str = "") -> Callable[[Values, str], Iterator[Disagreement]]:
    def check(values: Values, namespace: str) -> Iterator[Disagreement]:
        given = [name for name in (first, second) if values[name]]
        if len(given) == 1:
            missing = second if given == [first] else first
            yield Disagreement(
                missing, f"is missing, while {namespace}:{key_of(given[0])} is set", "both or neither", example
            )

    return check


def _fits_reservation(name: str, example: str = "") -> Callable[[Values, str], Iterator[Disagreement]]:
    def check(values: Values, namespace: str) -> Iterator[Disagreement]:
        reserved, given = values["reserved_concurrency"], values[name]
        count = max((each.count for each in scheduled(given)), default=0) if isinstance(given, str) else given
        if reserved and count > reserved:
            yield Disagreement(
                name,
                f"{count} warm execution environments are more than {namespace}:reservedConcurrency, "
                f"which is {reserved}",
                f"at most {reserved}",
                example or str(reserved),
            )

    return check


def _batches_leave_room(values: Values, namespace: str) -> Iterator[Disagreement]:
    reserved, batches = values["reserved_concurrency"], values["batch_concurrency"]
    if reserved and batches >= reserved:
        yield Disagreement(
            "batch_concurrency",
            f"{batches} would leave the API nothing of {namespace}:reservedConcurrency, which is {reserved}",
            f"less than {reserved}",
            str(reserved // 2),
        )


def _maximum_is_not_below_the_least(values: Values, namespace: str) -> Iterator[Disagreement]:
    least, most = values["provisioned_concurrency"], values["provisioned_maximum"]
    if most and most < max(least, 1):
        yield Disagreement(
            "provisioned_maximum",
            f"{most} is less than {namespace}:provisionedConcurrency, which is {least}",
            f"0, or {least} or more",
            str(least),
        )


def _canary_has_a_stable_version(values: Values, namespace: str) -> Iterator[Disagreement]:
    weight = values["canary_weight"]
    if weight and not values["stable_version"]:
        yield Disagreement(
            "stable_version",
            f"is missing, while {namespace}:canaryWeight is {weight}: the other requests need a version to go to",
        )


def _canary_is_not_warm(name: str) -> Callable[[Values, str], Iterator[Disagreement]]:
    def check(values: Values, namespace: str) -> Iterator[Disagreement]:
        weight = values["canary_weight"]
        if weight and values[name]:
            yield Disagreement(
                "canary_weight",
                f"{weight} cannot be with {namespace}:{key_of(name)}: AWS Lambda refuses an alias that has weights and "
                "provisioned concurrency",
                "0, or no provisioned concurrency",
                "0",
            )

    return check


def _somebody_hears(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["alarm_receiver_required"] and not (values["page_emails"] or values["slack_channel_id"]):
        yield Disagreement(
            "page_emails",
            f"nobody hears the alarms, while {namespace}:alarmReceiverRequired is true",
            f"an e-mail address here, or {namespace}:slackTeamId and {namespace}:slackChannelId",
        )


def _quota_has_keys(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["quota_per_day"] and not values["api_keys"]:
        yield Disagreement("api_keys", f"is missing, while {namespace}:quotaPerDay is set: quotas belong to keys")


def _is_kept_or_deleted(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["deletion_protection"] and values["force_delete"]:
        yield Disagreement(
            "force_delete",
            f"true cannot be with {namespace}:deletionProtection, which keeps the images from deletion",
            "false, or no deletion protection",
            "false",
        )


def _captured_is_not_logged_longer(values: Values, namespace: str) -> Iterator[Disagreement]:
    days, logged = values["capture_days"], values["log_retention_days"]
    if values["capture"] and days < logged:
        yield Disagreement(
            "capture_days",
            f"{days} is less than {namespace}:logRetentionDays, which is {logged}: the log holds what is captured too, "
            "and would keep it longer",
            f"{logged} or more, or a shorter {namespace}:logRetentionDays",
            str(logged),
        )


def _hash_has_a_key(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["capture_hash"] and not values["capture_hash_key"]:
        yield Disagreement(
            "capture_hash_key",
            f"is missing, while {namespace}:captureHash is set: without a key, who tries every age knows the age",
        )


def _is_dropped_or_hashed(values: Values, namespace: str) -> Iterator[Disagreement]:
    both = sorted({*feature_names(values["capture_drop"])} & {*feature_names(values["capture_hash"])})
    if both:
        yield Disagreement(
            "capture_hash", f"{shown(both[0])} stands in {namespace}:captureDrop too", "either of the two"
        )


_COUNTS = ("provisioned_concurrency", "provisioned_maximum")
_SCHEDULE = "provisioned_schedule"


def _log_lasts_for_the_window(values: Values, namespace: str) -> Iterator[Disagreement]:
    hours, days = values["monitor_window_hours"], values["log_retention_days"]
    if values["model_monitor"] and hours > days * 24:
        yield Disagreement(
            "monitor_window_hours",
            f"{hours} hours are longer than the log is kept: {namespace}:logRetentionDays is {days}",
            f"1 to {min(days * 24, 168)}",
            str(min(days * 24, 168)),
        )


def _drift_is_told_from_bins(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["model_monitor"] and not values["log_bins"]:
        yield Disagreement(
            "log_bins", f"false with {namespace}:modelMonitor, which tells drift from the bins", "true", "true"
        )


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


AGREEMENTS: tuple[tuple[frozenset[str], Callable[[Values, str], Iterator[Disagreement]]], ...] = (
    (frozenset({"probability_evaluation_periods", "probability_datapoints_to_alarm"}), _datapoints_fit),
    (frozenset({"probability_evaluation_periods", "probability_period_s"}), _periods_fit),
    *(
        (frozenset({"reserved_concurrency", name}), _fits_reservation(name, example))
        for name, example in (*((name, "") for name in _COUNTS), (_SCHEDULE, "2 = 30 5 * * ? *; 0 = 0 9 * * ? *"))
    ),
    (frozenset({"reserved_concurrency", "batch_concurrency"}), _batches_leave_room),
    (frozenset(_COUNTS), _maximum_is_not_below_the_least),
    (frozenset({"canary_weight", "stable_version"}), _canary_has_a_stable_version),
    *((frozenset({"canary_weight", name}), _canary_is_not_warm(name)) for name in (*_COUNTS, _SCHEDULE)),
    (frozenset({"deletion_protection", "force_delete"}), _is_kept_or_deleted),
    (frozenset({"capture", "capture_days", "log_retention_days"}), _captured_is_not_logged_longer),
    (frozenset({"capture_hash", "capture_hash_key"}), _hash_has_a_key),
    (frozenset({"capture_drop", "capture_hash"}), _is_dropped_or_hashed),
    (frozenset({"api_keys", "quota_per_day"}), _quota_has_keys),
    (
        frozenset({"feedback", "model_monitor", "feedback_window_days", "log_retention_days"}),
        _feedback_is_compared,
    ),
    (frozenset({"model_monitor", "log_bins"}), _drift_is_told_from_bins),
    (frozenset({"model_monitor", "monitor_window_hours", "log_retention_days"}), _log_lasts_for_the_window),
    (frozenset({"domain_name", "certificate_arn"}), _both_or_neither("domain_name", "certificate_arn")),
    (frozenset({"slack_team_id", "slack_channel_id"}), _both_or_neither("slack_team_id", "slack_channel_id")),
    (frozenset({"alarm_receiver_required", "page_emails", "slack_channel_id"}), _somebody_hears),
    *EXTENSION_AGREEMENTS,
)
"""The fields that a check needs, and the check."""
