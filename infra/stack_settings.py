"""The settings of a stack: one field for each key of ``Pulumi.yaml``."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from inference_lib.environment import (
    DEFAULT_DRIFT_THRESHOLD,
    DEFAULT_FEEDBACK_WINDOW_DAYS,
    DEFAULT_LOG_PAYLOAD_MAX_BYTES,
    DEFAULT_MAX_INSTANCES,
    DEFAULT_MONITOR_WINDOW_HOURS,
    DEFAULT_QUALITY_THRESHOLD,
)
from infra import limits
from infra.agreements import key_of
from infra.alarm_periods import DEFAULTS, HOUR_S, MONITOR_ALARMS, Periods, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract import Contract
    from infra.rules import Rule


def _setting(default: str | float | bool, rule: Rule, example: str = "") -> Any:  # noqa: ANN401 - as dataclasses.field
    shown_default = str(default).lower() if isinstance(default, bool) else str(default)
    return field(default=default, metadata={"rule": rule, "example": example or shown_default})


def _secret(rule: Rule, example: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    return field(default="", repr=False, metadata={"rule": rule, "example": example})


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """What differs between environments; the descriptions for users stand in ``Pulumi.yaml``.

    Parameters
    ----------
    stack : str
        Name of the Pulumi stack, which is the environment and the stage of the API.
    contract : Contract
        Contract of the bundle that is served.
    watched_classes : mapping of str to float
        Share of the predictions of the reference profile, for each class that has a metric; empty when the shares are
        not watched.
    shadow_version : str
        Version of the shadow; empty when there is none.
    bundle : str
        Directory of one bundle version, relative to the project directory.
    shadow_bundle : str
        Directory of another one, which is asked too and answers nobody; empty means none.
    architecture : str
        Of the image and of the function.
    memory_mb : int
        Memory of the function, in megabytes.
    timeout_s : int
        Longest time for one request, in seconds.
    log_level : str
        Lowest level that is logged.
    log_retention_days : int
        How long logs are kept, in days.
    max_instances : int
        Most instances in one request.
    force_delete : bool
        Whether ``pulumi destroy`` may delete the images.
    deletion_protection : bool
        Whether images, logs and the API's address are kept from deletion.
    ephemeral_storage_mb : int
        Space of ``/tmp``, in megabytes.
    reserved_concurrency : int
        Most execution environments at once; 0 shares the account's.
    tracing : bool
        Whether requests are traced with AWS X-Ray.
    provisioned_concurrency : int
        Execution environments that are always warm.
    provisioned_maximum : int
        Most that follow the use.
    provisioned_schedule : str
        Counts with the times from which they hold.
    time_zone : str
        Of the schedule.
    stable_version : str
        Published version that the API calls; empty means the newest.
    canary_weight : float
        Share of the requests that the newest version gets beside the stable one.
    throttle_rate : int
        Requests a second that the stage lets through.
    throttle_burst : int
        Requests at once that the stage lets through.
    api_keys : str
        Callers that get a key each; empty means that no key is asked for.
    quota_per_day : int
        Requests a day for each key; 0 means as many as they like.
    access_logs : bool
        Whether the gateway logs each request.
    billed_duration : bool
        Whether the billed duration is a metric.
    detailed_metrics : bool
        Whether the gateway counts by route too.
    waf_rate : int
        Requests of one address in five minutes; 0 means no firewall.
    public_docs : bool
        Whether the page for people and the OpenAPI document are open to readers without a key.
    request_validation : bool
        Whether the gateway refuses bodies of a wrong form itself.
    allowed_networks : str
        Who may call the API; empty means everybody.
    cors_allow_origin : str
        Origin of the web pages that may call; empty means none.
    domain_name : str
        Name of the API beside AWS's own.
    certificate_arn : str
        Its certificate.
    dashboard : str
        Everything, or the four panels.
    probability_threshold : float
        The alarm goes off below this average probability.
    probability_period_s : int
        Length of one evaluation period, in seconds.
    probability_evaluation_periods : int
        How many of the last periods are looked at.
    probability_datapoints_to_alarm : int
        How many of those must be below.
    errors_threshold : int
        Failed invocations in a period.
    error_rate_threshold : float
        Share of failed invocations.
    throttles_threshold : int
        Refused invocations in a period.
    latency_threshold : float
        Share of the time limit that the 99th percentile may take.
    concurrency_threshold : float
        Share of the execution environments that may be busy.
    memory_threshold : float
        Share of the memory that may be used.
    init_threshold_ms : int
        Longest initialisation, in milliseconds.
    server_errors_threshold : int
        Answers with a 5xx status in a period.
    client_errors_band : int
        Width of the band of normal 4xx counts, in standard deviations; 0 means no alarm.
    data_quality_threshold : float
        Share of feature values that may be missing, unknown or out of range.
    class_share_threshold : float
        Share of the predictions that may have moved to another class than in the reference profile; 0 means no alarm.
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
    no_traffic_hours : int
        Hours without a request that are an alarm; 0 means no alarm.
    alarm_periods : str
        Periods of single alarms.
    budget_usd : int
        Most that the stack should cost in a month; 0 means no budget.
    runbook_url : str
        Where people find the runbook.
    page_emails : str
        Who is told when somebody must act now.
    info_emails : str
        Who is told when somebody should look today.
    alarm_receiver_required : bool
        Whether the stack is refused when nobody hears its pages.
    model_store : bool
        Whether the stack has a bucket for models.
    model_store_days : int
        How long overwritten and deleted files stay in it, in days.
    capture : bool
        Whether sampled inputs and answers go to a bucket.
    shadow_sample_rate, capture_sample_rate : float
        Share of the requests for which the shadow is asked, and that are captured.
    capture_days, capture_max_bytes : int
        How long they are kept, in days; and most of one request, in bytes.
    capture_drop, capture_hash, capture_hash_key : str
        Features that are left out, or replaced by a keyed hash; and the key.
    batch_concurrency : int
        Most invocations of a batch at once; 0 means that there are no batches.
    permissions_boundary : str
        ARN of the policy that limits the roles of the stack; empty means none.
    slack_team_id, slack_channel_id : str
        Where alarms are posted; empty when Slack is off.
    """

    stack: str
    contract: Contract = field(repr=False, compare=False)
    watched_classes: Mapping[str, float] = field(default_factory=dict, repr=False, compare=False)
    shadow_version: str = field(default="", repr=False, compare=False)
    bundle: str = _setting("bundles/sleep_advice", limits.BUNDLE, "bundles/my_model")
    shadow_bundle: str = _setting("", limits.SHADOW_BUNDLE, "bundles/my_model/0123456789ab")
    shadow_sample_rate: float = _setting(0.1, limits.FRACTION)
    architecture: str = _setting("arm64", limits.ARCHITECTURE)
    memory_mb: int = _setting(512, limits.MEMORY)
    timeout_s: int = _setting(10, limits.TIMEOUT)
    log_level: str = _setting("INFO", limits.LOG_LEVEL)
    log_retention_days: int = _setting(30, limits.RETENTION_DAYS)
    max_instances: int = _setting(DEFAULT_MAX_INSTANCES, limits.MAX_INSTANCES)
    force_delete: bool = _setting(default=False, rule=limits.FLAG)
    deletion_protection: bool = _setting(default=False, rule=limits.FLAG)
    ephemeral_storage_mb: int = _setting(512, limits.EPHEMERAL_STORAGE)
    reserved_concurrency: int = _setting(0, limits.NOT_NEGATIVE, "10")
    tracing: bool = _setting(default=False, rule=limits.FLAG)
    provisioned_concurrency: int = _setting(0, limits.NOT_NEGATIVE, "2")
    provisioned_maximum: int = _setting(0, limits.NOT_NEGATIVE, "5")
    provisioned_schedule: str = _setting("", limits.SCHEDULE, "2 = 30 5 * * ? *; 0 = 0 9 * * ? *")
    time_zone: str = _setting("Europe/Berlin", limits.TIME_ZONE)
    stable_version: str = _setting("", limits.VERSION, "7")
    canary_weight: float = _setting(0.0, limits.FRACTION, "0.1")
    throttle_rate: int = _setting(50, limits.POSITIVE)
    throttle_burst: int = _setting(100, limits.POSITIVE)
    api_keys: str = _setting("", limits.API_KEYS, "mobile-app")
    quota_per_day: int = _setting(0, limits.NOT_NEGATIVE, "10000")
    access_logs: bool = _setting(default=False, rule=limits.FLAG)
    billed_duration: bool = _setting(default=False, rule=limits.FLAG)
    detailed_metrics: bool = _setting(default=False, rule=limits.FLAG)
    waf_rate: int = _setting(0, limits.WAF_RATE, "1000")
    public_docs: bool = _setting(default=False, rule=limits.FLAG)
    request_validation: bool = _setting(default=True, rule=limits.FLAG)
    allowed_networks: str = _setting("", limits.NETWORKS, "203.0.113.0/24")
    cors_allow_origin: str = _setting("", limits.ORIGIN, "https://app.example.com")
    domain_name: str = _setting("", limits.DOMAIN, "predict.example.com")
    certificate_arn: str = _setting(
        "", limits.CERTIFICATE, "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    )
    dashboard: str = _setting("full", limits.DASHBOARD)
    probability_threshold: float = _setting(0.5, limits.FRACTION)
    probability_period_s: int = _setting(300, limits.PERIOD)
    probability_evaluation_periods: int = _setting(3, limits.PERIODS)
    probability_datapoints_to_alarm: int = _setting(2, limits.PERIODS)
    errors_threshold: int = _setting(5, limits.NOT_NEGATIVE)
    error_rate_threshold: float = _setting(0.05, limits.FRACTION)
    throttles_threshold: int = _setting(0, limits.NOT_NEGATIVE)
    latency_threshold: float = _setting(0.8, limits.FRACTION)
    concurrency_threshold: float = _setting(0.8, limits.FRACTION)
    memory_threshold: float = _setting(0.85, limits.FRACTION)
    init_threshold_ms: int = _setting(3000, limits.INIT_MS)
    server_errors_threshold: int = _setting(5, limits.NOT_NEGATIVE)
    client_errors_band: int = _setting(3, limits.BAND)
    data_quality_threshold: float = _setting(0.1, limits.FRACTION)
    class_share_threshold: float = _setting(0.0, limits.FRACTION, "0.2")
    model_monitor: bool = _setting(default=False, rule=limits.FLAG)
    monitor_window_hours: int = _setting(DEFAULT_MONITOR_WINDOW_HOURS, limits.WINDOW_HOURS)
    drift_threshold: float = _setting(DEFAULT_DRIFT_THRESHOLD, limits.FRACTION)
    feedback: bool = _setting(default=False, rule=limits.FLAG)
    feedback_window_days: int = _setting(DEFAULT_FEEDBACK_WINDOW_DAYS, limits.FEEDBACK_DAYS)
    quality_threshold: float = _setting(DEFAULT_QUALITY_THRESHOLD, limits.FRACTION)
    no_traffic_hours: int = _setting(0, limits.HOURS, "6")
    alarm_periods: str = _setting("", limits.ALARM_PERIODS, "errors=300/3/2")
    budget_usd: int = _setting(25, limits.NOT_NEGATIVE)
    runbook_url: str = _setting(
        "docs/runbook.md", limits.RUNBOOK, "https://github.com/OWNER/REPOSITORY/blob/main/docs/runbook.md"
    )
    page_emails: str = _setting("", limits.EMAILS, "on-call@example.com")
    info_emails: str = _setting("", limits.EMAILS, "team@example.com")
    alarm_receiver_required: bool = _setting(default=False, rule=limits.FLAG)
    model_store: bool = _setting(default=False, rule=limits.FLAG)
    model_store_days: int = _setting(90, limits.POSITIVE)
    capture: bool = _setting(default=False, rule=limits.FLAG)
    capture_sample_rate: float = _setting(0.01, limits.FRACTION)
    capture_days: int = _setting(30, limits.POSITIVE)
    capture_drop: str = _setting("", limits.FEATURES, "age")
    capture_hash: str = _setting("", limits.FEATURES, "postcode")
    capture_hash_key: str = _secret(limits.HASH_KEY, limits.RANDOM_KEY)
    capture_max_bytes: int = _setting(DEFAULT_LOG_PAYLOAD_MAX_BYTES, limits.CAPTURE_BYTES)
    batch_concurrency: int = _setting(0, limits.NOT_NEGATIVE, "10")
    permissions_boundary: str = _setting(
        "", limits.BOUNDARY, "arn:aws:iam::123456789012:policy/inference-bootstrap-boundary"
    )
    slack_team_id: str = _secret(limits.SLACK_TEAM, "T0123ABCD")
    slack_channel_id: str = _secret(limits.SLACK_CHANNEL, "C0123ABCD")

    @property
    def monitor_interval_hours(self) -> int:
        """Hours between two runs of the model monitor: a quarter of its window, and a day at most."""
        return min(max(self.monitor_window_hours // 4, 1), 24)

    def periods(self, alarm: str) -> Periods:
        """Return the periods of an alarm."""
        if alarm == "low-probability":
            return Periods(
                self.probability_period_s, self.probability_evaluation_periods, self.probability_datapoints_to_alarm
            )
        if alarm == "no-traffic":
            return Periods(HOUR_S, self.no_traffic_hours, self.no_traffic_hours)
        if alarm in MONITOR_ALARMS:
            return Periods(self.monitor_interval_hours * HOUR_S, 1, 1)
        return parsed(self.alarm_periods).get(alarm, DEFAULTS[alarm])


def declared() -> dict[str, Field[Any]]:
    """Return the fields that are set by configuration, by key."""
    return {key_of(each.name): each for each in fields(StackSettings) if "rule" in each.metadata}
