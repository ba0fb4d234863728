"""The settings of a stack: those of every subject, and those that protect the stack itself."""

from __future__ import annotations

from dataclasses import Field, dataclass, field
from typing import TYPE_CHECKING, Any

from inference_lib.telemetry import metrics as telemetry
from infra.settings.agreement import Disagreement, Subject, agreement, fields_of
from infra.settings.field import setting
from infra.settings.subjects import (
    alarms,
    api,
    batch,
    capture,
    console,
    function,
    model,
    model_monitor,
    monitoring,
    storage,
)
from infra.settings.values.periods import HOUR_S, Periods, parsed
from infra.settings.values.rule import items, word_of
from infra.settings.values.words import FLAG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from infra.settings.agreement import Values

BOUNDARY = word_of(
    kind="the ARN of a policy",
    pattern=r"arn:aws[a-z-]*:iam::\d{12}:policy/[A-Za-z0-9+=,.@_/-]{1,512}",
    expected="arn:aws:iam::ACCOUNT:policy/NAME",
)

MONITOR_ALARMS = ("feature-drift", "prediction-drift", "prediction-quality", "monitor-errors")
"""Their period is the interval of the model monitor, which emits one datapoint a run."""


@dataclass(frozen=True, kw_only=True)
class ProtectionSettings:
    """Protection from deletion, and the limit of what the roles may do."""

    force_delete: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether pulumi destroy may delete the images with their repository",
    )
    deletion_protection: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether resources that cannot be restored are protected from deletion and replacement, by pulumi "
        "destroy too (docs/kept.md)",
    )
    permissions_boundary: str = setting(
        "",
        BOUNDARY,
        "ARN of the policy that limits every role of the stack, which the delivery roles require; empty means none",
        "arn:aws:iam::123456789012:policy/inference-bootstrap-boundary",
    )


@agreement("deletion_protection", "force_delete")
def _is_kept_or_deleted(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["deletion_protection"] and values["force_delete"]:
        yield Disagreement(
            "force_delete",
            f"true cannot be combined with {namespace}:deletionProtection, which protects the images from deletion",
            "false, or no deletion protection",
            "false",
        )


SUBJECTS = (
    model.SUBJECT,
    function.SUBJECT,
    api.SUBJECT,
    alarms.SUBJECT,
    monitoring.SUBJECT,
    model_monitor.SUBJECT,
    capture.SUBJECT,
    batch.SUBJECT,
    storage.SUBJECT,
    console.SUBJECT,
    Subject("Protection", ProtectionSettings, (_is_kept_or_deleted,)),
)
"""In the order of ``Pulumi.yaml`` and of the page."""


@dataclass(frozen=True, kw_only=True)
class StackSettings(
    model.ModelSettings,
    function.FunctionSettings,
    api.ApiSettings,
    alarms.AlarmSettings,
    monitoring.MonitoringSettings,
    model_monitor.MonitorSettings,
    capture.CaptureSettings,
    batch.BatchSettings,
    storage.StorageSettings,
    console.ConsoleSettings,
    ProtectionSettings,
):
    """The settings of one environment; each field of a subject has its own description.

    Parameters
    ----------
    stack : str
        Name of the Pulumi stack, which is the environment and the stage of the API.
    contract : Contract
        Contract of the bundle that is served.
    project_directory : Path
        Directory of ``Pulumi.yaml``, from which the images are built.
    watched_classes : mapping of str to float
        Share of the predictions in the reference profile, for each class that has a metric; empty if the shares are not
        monitored.
    shadow_version : str
        Version of the shadow; empty without one.
    """

    stack: str
    contract: Contract = field(repr=False, compare=False)
    project_directory: Path = field(repr=False, compare=False)
    watched_classes: Mapping[str, float] = field(default_factory=dict, repr=False, compare=False)
    shadow_version: str = field(default="", repr=False, compare=False)

    @property
    def callers(self) -> tuple[str, ...]:
        """Callers that get an API key: those in the settings, and the console."""
        named = items(self.api_keys)
        return (*named, console.CALLER) if self.console and named and console.CALLER not in named else named

    @property
    def metrics(self) -> tuple[telemetry.Metric, ...]:
        """The metrics of the catalogue that the stack has.

        Essential monitoring has those that its panels and alarms read: the memory, the initialisation, and the
        probability of the predictions or their number.
        """
        if not self.is_essential:
            return telemetry.CATALOGUE
        essential = {telemetry.MAX_MEMORY_USED, telemetry.INIT_DURATION}
        if self.contract.has_probabilities:
            essential.add(telemetry.PREDICTION_PROBABILITY)
        if self.watched_classes or not self.contract.has_probabilities:
            essential.add(telemetry.PREDICTIONS)
        return tuple(metric for metric in telemetry.CATALOGUE if metric in essential)

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
        return parsed(self.alarm_periods).get(alarm, alarms.DEFAULTS[alarm])


def declared() -> dict[str, Field[Any]]:
    """Return the fields that the configuration of a stack sets, by key."""
    return fields_of(SUBJECTS)
