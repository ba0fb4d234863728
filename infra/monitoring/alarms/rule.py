"""The rule of an alarm: when it fires, who must act, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.monitoring.metrics import Series
    from infra.settings.values.periods import Periods

RED = "#d62728"
ABOVE, BELOW, OUTSIDE = "GreaterThanThreshold", "LessThanThreshold", "GreaterThanUpperThreshold"

PAGE, INFO = "page", "info"
SEVERITIES = (PAGE, INFO)
"""The on-call engineer must act now, or the team must look today."""

ANOMALY = "ad1"
"""Id of the band of normal values."""

# How a period without a datapoint counts.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data
GOOD, BAD = "notBreaching", "breaching"


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """When an alarm fires.

    Parameters
    ----------
    name : str
        Name of the alarm, such as ``low-probability``; a section of the runbook has the same name.
    severity : {"page", "info"}
        Whether the on-call engineer must act now.
    series : dict of str to Series
        The series to evaluate, by id.
    expression : str
        Metric math over the ids; empty when there is a single series.
    comparison : str
        The side of the threshold on which a datapoint is breaching.
    threshold : float or None, in the unit of the series
        The limit; None when it is a band of normal values.
    periods : Periods
        Length of a datapoint, and how many of the last ones must be breaching.
    missing : {"notBreaching", "breaching"}
        How a period without datapoints counts.
    panel : str
        Title of the panel of the dashboard that draws the threshold; empty when none does.
    on_right : bool
        Whether the threshold is on the right axis, which shares and rare counts have.
    is_essential : bool
        Whether essential monitoring has the alarm too: it is one of the five, or an option switches it on.
    meaning : str
        What has happened, for the on-call engineer, and what to do first.
    """

    name: str
    severity: str
    series: dict[str, Series]
    expression: str = ""
    comparison: str = ABOVE
    threshold: float | None
    periods: Periods
    missing: str = GOOD
    panel: str = ""
    on_right: bool = False
    is_essential: bool = True
    meaning: str
    runbook: str = field(default="docs/runbook.md")

    @property
    def description(self) -> str:
        """The meaning and the first step, with the address of the section in the runbook."""
        return f"{self.meaning} Runbook: {self.runbook}#{self.name}"

    @property
    def annotation(self) -> dict[str, Json]:
        """The line that a graph of the series draws at the threshold, with the breaching side filled."""
        side: dict[str, Json] = {"yAxis": "right"} if self.on_right else {}
        return {
            **side,
            "label": f"Alarm {self.name}",
            "value": self.threshold,
            "color": RED,
            "fill": "below" if self.comparison == BELOW else "above",
        }
