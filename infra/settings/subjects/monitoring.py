"""The settings of the dashboard, the budget and the notifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.settings.agreement import Disagreement, Subject, agreement, both_or_neither
from infra.settings.field import setting
from infra.settings.values.networks import EMAILS
from infra.settings.values.numbers import NOT_NEGATIVE
from infra.settings.values.rule import secret_of, word_of
from infra.settings.values.words import FLAG, choice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

FULL, ESSENTIAL = "full", "essential"

RUNBOOK = word_of("an address or a path without spaces", r"[^\s,]+", "an address such as https://… or a path")
SLACK_TEAM = secret_of(
    kind="the id of a Slack workspace",
    pattern=r"[TE][0-9A-Z]{7,254}",
    expected="T or E, followed by digits and capital letters, as in the address of the workspace",
)
SLACK_CHANNEL = secret_of(
    kind="the id of a Slack channel",
    pattern=r"[CG][0-9A-Z]{7,254}",
    expected="C or G, followed by digits and capital letters, as at the end of the channel's link",
)


@dataclass(frozen=True, kw_only=True)
class MonitoringSettings:
    """The content of the dashboard, the budget of the stack, and the receivers of alarms."""

    monitoring: str = setting(
        FULL,
        choice(FULL, ESSENTIAL),
        "Whether the stack has every metric and alarm, or the essential ones, which cost less: at most four metrics, a "
        "dashboard of four panels, and the alarms errors, latency, throttles, memory, and low-probability or outliers, "
        "which notify directly; the metrics, alarms and panels of options that are on come on top",
    )
    dashboard: str = setting(
        FULL,
        choice(FULL, ESSENTIAL),
        "Whether the dashboard shows everything, or the four panels of invocations, probability, memory and "
        "initialisation; with essential monitoring, full adds only the panels of options that are on",
    )
    billed_duration: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether Lambda's billed duration is a metric, from which the dashboard then calculates the cost, "
        "initialisation included; it is billed as one more metric",
    )
    budget_usd: int = setting(
        25,
        NOT_NEGATIVE,
        "Budget of the stack in USD a month; a forecast above it is sent to the information topic; 0 means no budget",
    )
    runbook_url: str = setting(
        "docs/runbook.md",
        RUNBOOK,
        "Address of docs/runbook.md, to which the descriptions of the alarms link",
        "https://github.com/OWNER/REPOSITORY/blob/main/docs/runbook.md",
    )
    encrypt_topics: bool = setting(
        default=True,
        rule=FLAG,
        description="Whether a KMS key of the stack, which is billed, encrypts the topics of the alarms; their "
        "messages contain no personal data",
    )
    page_emails: str = setting(
        "",
        EMAILS,
        "E-mail addresses of the on-call engineers, for alarms that need action now; each must confirm once",
        "on-call@example.com",
    )
    info_emails: str = setting(
        "",
        EMAILS,
        "E-mail addresses for alarms that need attention today; each must confirm once",
        "team@example.com",
    )
    slack_team_id: str = setting(
        "", SLACK_TEAM, "Slack workspace that alarms are posted to; empty means no Slack", "T0123ABCD"
    )
    slack_channel_id: str = setting(
        "", SLACK_CHANNEL, "Slack channel that alarms are posted to; empty means no Slack", "C0123ABCD"
    )
    alarm_receiver_required: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether the stack is rejected when neither Slack nor pageEmails receives its alarms",
    )

    @property
    def is_essential(self) -> bool:
        """Whether the stack has only the essential metrics and alarms, and those of its options."""
        return self.monitoring == ESSENTIAL


@agreement("alarm_receiver_required", "page_emails", "slack_channel_id")
def _alarms_have_a_receiver(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["alarm_receiver_required"] and not (values["page_emails"] or values["slack_channel_id"]):
        yield Disagreement(
            "page_emails",
            f"is missing, while {namespace}:alarmReceiverRequired is true: the alarms have no receiver",
            f"an e-mail address here, or {namespace}:slackTeamId and {namespace}:slackChannelId",
        )


SUBJECT = Subject(
    "Monitoring",
    MonitoringSettings,
    (both_or_neither("slack_team_id", "slack_channel_id"), _alarms_have_a_receiver),
)
