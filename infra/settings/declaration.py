"""The settings of a stack: one field for each key of ``Pulumi.yaml``."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from inference_lib.contract.document import REFUSE
from inference_lib.environment import (
    DEFAULT_MAX_INSTANCES,
)
from infra.capture.settings import CaptureSettings
from infra.console.settings import CALLER, ConsoleSettings
from infra.model_monitor.settings import MonitorSettings
from infra.monitoring.alarms.periods import DEFAULTS, HOUR_S, MONITOR_ALARMS, Periods, parsed
from infra.settings import limits
from infra.settings.disagreement import key_of
from infra.settings.field import secret, setting
from infra.settings.text_rules import items
from infra.storage.settings import StorageSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Contract


@dataclass(frozen=True, kw_only=True)
class StackSettings(ConsoleSettings, StorageSettings, CaptureSettings, MonitorSettings):
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
    shadow_sample_rate : float
        Share of the requests for which it is asked.
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
    unknown_features : str
        Whether callers may send features that the model does not have, which are then ignored.
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
    bundle: str = setting("bundles/sleep_advice", limits.BUNDLE, "bundles/my_model")
    shadow_bundle: str = setting("", limits.SHADOW_BUNDLE, "bundles/my_model/0123456789ab")
    shadow_sample_rate: float = setting(0.1, limits.FRACTION)
    architecture: str = setting("arm64", limits.ARCHITECTURE)
    memory_mb: int = setting(512, limits.MEMORY)
    timeout_s: int = setting(10, limits.TIMEOUT)
    log_level: str = setting("INFO", limits.LOG_LEVEL)
    log_retention_days: int = setting(30, limits.RETENTION_DAYS)
    max_instances: int = setting(DEFAULT_MAX_INSTANCES, limits.MAX_INSTANCES)
    force_delete: bool = setting(default=False, rule=limits.FLAG)
    deletion_protection: bool = setting(default=False, rule=limits.FLAG)
    ephemeral_storage_mb: int = setting(512, limits.EPHEMERAL_STORAGE)
    reserved_concurrency: int = setting(0, limits.NOT_NEGATIVE, "10")
    tracing: bool = setting(default=False, rule=limits.FLAG)
    provisioned_concurrency: int = setting(0, limits.NOT_NEGATIVE, "2")
    provisioned_maximum: int = setting(0, limits.NOT_NEGATIVE, "5")
    provisioned_schedule: str = setting("", limits.SCHEDULE, "2 = 30 5 * * ? *; 0 = 0 9 * * ? *")
    time_zone: str = setting("Europe/Berlin", limits.TIME_ZONE)
    stable_version: str = setting("", limits.VERSION, "7")
    canary_weight: float = setting(0.0, limits.FRACTION, "0.1")
    throttle_rate: int = setting(50, limits.POSITIVE)
    throttle_burst: int = setting(100, limits.POSITIVE)
    api_keys: str = setting("", limits.API_KEYS, "mobile-app")
    quota_per_day: int = setting(0, limits.NOT_NEGATIVE, "10000")
    access_logs: bool = setting(default=False, rule=limits.FLAG)
    billed_duration: bool = setting(default=False, rule=limits.FLAG)
    detailed_metrics: bool = setting(default=False, rule=limits.FLAG)
    waf_rate: int = setting(0, limits.WAF_RATE, "1000")
    public_docs: bool = setting(default=False, rule=limits.FLAG)
    unknown_features: str = setting(REFUSE, limits.UNKNOWN_FEATURES)
    request_validation: bool = setting(default=True, rule=limits.FLAG)
    allowed_networks: str = setting("", limits.NETWORKS, "203.0.113.0/24")
    cors_allow_origin: str = setting("", limits.ORIGIN, "https://app.example.com")
    domain_name: str = setting("", limits.DOMAIN, "predict.example.com")
    certificate_arn: str = setting(
        "", limits.CERTIFICATE, "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    )
    dashboard: str = setting("full", limits.DASHBOARD)
    probability_threshold: float = setting(0.5, limits.FRACTION)
    probability_period_s: int = setting(300, limits.PERIOD)
    probability_evaluation_periods: int = setting(3, limits.PERIODS)
    probability_datapoints_to_alarm: int = setting(2, limits.PERIODS)
    errors_threshold: int = setting(5, limits.NOT_NEGATIVE)
    error_rate_threshold: float = setting(0.05, limits.FRACTION)
    throttles_threshold: int = setting(0, limits.NOT_NEGATIVE)
    latency_threshold: float = setting(0.8, limits.FRACTION)
    concurrency_threshold: float = setting(0.8, limits.FRACTION)
    memory_threshold: float = setting(0.85, limits.FRACTION)
    init_threshold_ms: int = setting(3000, limits.INIT_MS)
    server_errors_threshold: int = setting(5, limits.NOT_NEGATIVE)
    client_errors_band: int = setting(3, limits.BAND)
    data_quality_threshold: float = setting(0.1, limits.FRACTION)
    class_share_threshold: float = setting(0.0, limits.FRACTION, "0.2")
    no_traffic_hours: int = setting(0, limits.HOURS, "6")
    alarm_periods: str = setting("", limits.ALARM_PERIODS, "errors=300/3/2")
    budget_usd: int = setting(25, limits.NOT_NEGATIVE)
    runbook_url: str = setting(
        "docs/runbook.md", limits.RUNBOOK, "https://github.com/OWNER/REPOSITORY/blob/main/docs/runbook.md"
    )
    page_emails: str = setting("", limits.EMAILS, "on-call@example.com")
    info_emails: str = setting("", limits.EMAILS, "team@example.com")
    alarm_receiver_required: bool = setting(default=False, rule=limits.FLAG)
    model_store: bool = setting(default=False, rule=limits.FLAG)
    model_store_days: int = setting(90, limits.POSITIVE)
    batch_concurrency: int = setting(0, limits.NOT_NEGATIVE, "10")
    permissions_boundary: str = setting(
        "", limits.BOUNDARY, "arn:aws:iam::123456789012:policy/inference-bootstrap-boundary"
    )
    slack_team_id: str = secret(limits.SLACK_TEAM, "T0123ABCD")
    slack_channel_id: str = secret(limits.SLACK_CHANNEL, "C0123ABCD")

    @property
    def callers(self) -> tuple[str, ...]:
        """Who gets a key of the API: those that are named, and with them the console."""
        named = items(self.api_keys)
        return (*named, CALLER) if self.console and named and CALLER not in named else named

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
    found = [each for each in fields(StackSettings) if "rule" in each.metadata]
    # Those of shared storage and of the console, which are inherited, stand last.
    found.sort(key=lambda each: each.name not in StackSettings.__annotations__)
    return {key_of(each.name): each for each in found}
