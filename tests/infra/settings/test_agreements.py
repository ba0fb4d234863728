from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

TOGETHER = [
    (
        {"modelMonitor": "true", "logBins": "false"},
        (
            "inference:logBins: false cannot be combined with inference:modelMonitor, which detects drift from "
            "the bins; "
            "expected true. Set it: pulumi config set inference:logBins true"
        ),
    ),
    (
        {"canaryWeight": "0.1"},
        (
            "inference:stableVersion: is missing, while inference:canaryWeight is 0.1: the other requests need a "
            "version; expected the number of a published version. "
            "Set it: pulumi config set inference:stableVersion 7"
        ),
    ),
    (
        {"canaryWeight": "0.1", "stableVersion": "3", "provisionedConcurrency": "1"},
        (
            "inference:canaryWeight: 0.1 cannot be combined with inference:provisionedConcurrency: AWS Lambda "
            "rejects an alias with weights and provisioned concurrency; expected 0, or no provisioned concurrency. "
            "Set it: pulumi config set inference:canaryWeight 0"
        ),
    ),
    (
        {"reservedConcurrency": "2", "provisionedConcurrency": "3"},
        (
            "inference:provisionedConcurrency: 3 warm execution environments are more than "
            "inference:reservedConcurrency, which is 2; expected at most 2. "
            "Set it: pulumi config set inference:provisionedConcurrency 2"
        ),
    ),
    (
        {"reservedConcurrency": "2", "provisionedSchedule": "3 = 0 5 * * ? *"},
        (
            "inference:provisionedSchedule: 3 warm execution environments are more than inference:reservedConcurrency, "
            "which is 2; expected at most 2. "
            "Set it: pulumi config set inference:provisionedSchedule '2 = 30 5 * * ? *; 0 = 0 9 * * ? *'"
        ),
    ),
    (
        {"provisionedConcurrency": "3", "provisionedMaximum": "2"},
        (
            "inference:provisionedMaximum: 2 is less than inference:provisionedConcurrency, which is 3; expected 0, or "
            "3 or more. Set it: pulumi config set inference:provisionedMaximum 3"
        ),
    ),
    (
        {"deletionProtection": "true", "forceDelete": "true"},
        (
            "inference:forceDelete: true cannot be combined with inference:deletionProtection, which protects the "
            "images from deletion; expected false, or no deletion protection. Set it: pulumi config set "
            "inference:forceDelete false"
        ),
    ),
    (
        {"quotaPerDay": "10"},
        (
            "inference:apiKeys: is missing, while inference:quotaPerDay is set: quotas belong to keys; expected names "
            "of callers such as mobile-app, with commas between, in lower-case letters, digits and hyphens. "
            "Set it: pulumi config set inference:apiKeys mobile-app"
        ),
    ),
    (
        {"domainName": "predict.example.com"},
        (
            "inference:certificateArn: is missing, while inference:domainName is set; expected both or neither. Set "
            "it: pulumi config set inference:certificateArn "
            "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
        ),
    ),
    (
        {"alarmReceiverRequired": "true", "pageEmails": ""},
        (
            "inference:pageEmails: is missing, while inference:alarmReceiverRequired is true: the alarms have no "
            "receiver; "
            "expected an e-mail address here, or inference:slackTeamId and inference:slackChannelId. "
            "Set it: pulumi config set inference:pageEmails on-call@example.com"
        ),
    ),
]


@pytest.mark.parametrize(("config", "message"), TOGETHER, ids=[" ".join(config) for config, _ in TOGETHER])
def test_settings_that_exclude_each_other_are_refused_with_the_reason(
    config: dict[str, str], message: str, bundle: Path
) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare("dev", {f"inference:{key}": value for key, value in config.items()}, bundle=bundle)
    assert str(caught.value) == message


AT_THE_BORDER = [
    {"reservedConcurrency": "3", "provisionedConcurrency": "3", "provisionedMaximum": "3"},
    {"provisionedMaximum": "1"},
    {"reservedConcurrency": "3", "batchConcurrency": "2"},
    {"probabilityEvaluationPeriods": "3", "probabilityDatapointsToAlarm": "3"},
    {"capture": "true", "captureDays": "7", "logRetentionDays": "7"},
    {"modelMonitor": "true", "monitorWindowHours": "24", "logRetentionDays": "1"},
    {"modelMonitor": "true", "feedback": "true", "feedbackWindowDays": "7", "logRetentionDays": "7"},
    {"console": "true", "consoleNetworks": "10.0.0.0/8,10.1.0.0/16"},
]


@pytest.mark.parametrize("config", AT_THE_BORDER, ids=" ".join)
def test_settings_that_just_go_together_are_taken(config: dict[str, str], bundle: Path) -> None:
    declared = declare("dev", {f"inference:{key}": value for key, value in config.items()}, bundle=bundle)
    assert declared.all("lambda/function:Function")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"reservedConcurrency": "3", "batchConcurrency": "3"}, "3 would leave the API nothing"),
        ({"console": "true", "consoleNetworks": "10.0.0.0/8,11.0.0.1/32"}, "has 16,777,217 addresses in total"),
    ],
)
def test_one_more_than_goes_together_is_refused(config: dict[str, str], message: str, bundle: Path) -> None:
    with pytest.raises(pulumi.RunError, match=message):
        declare("dev", {f"inference:{key}": value for key, value in config.items()}, bundle=bundle)


def test_everything_that_is_wrong_is_said_at_once_before_anything_is_declared(bundle: Path) -> None:
    config = {
        "memoryMb": "64",
        "timeZone": "Mars/Base",
        "pageEmails": "nobody",
        "certificateArn": "arn",
        "provisionedSchedule": "2 = now",
        "reservedConcurrency": "2",
        "provisionedConcurrency": "3",
        "quotaPerDay": "5",
        "unknownKey": "1",
    }
    with pytest.raises(pulumi.RunError) as caught:
        declare("dev", {f"inference:{key}": value for key, value in config.items()}, bundle=bundle)

    keys = {line.partition(": ")[0].removeprefix("inference:") for line in str(caught.value).splitlines()}
    assert keys == {*config.keys() - {"quotaPerDay", "reservedConcurrency"}, "apiKeys"}


def test_production_is_refused_when_nobody_hears_its_alarms(bundle: Path) -> None:
    with pytest.raises(
        pulumi.RunError, match="inference:pageEmails: is missing, while inference:alarmReceiverRequired is true"
    ):
        declare("prod", {"inference:pageEmails": ""}, bundle=bundle)
    assert declare("prod", {"inference:pageEmails": "on-call@example.com"}, bundle=bundle).all("TopicSubscription")
