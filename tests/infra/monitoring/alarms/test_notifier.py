"""The notifier exists with a Slack channel alone, and only the stack's alarms may invoke it."""

from __future__ import annotations

import fnmatch
import json
from typing import TYPE_CHECKING

import pytest

from infra.monitoring.alarms.rule import SEVERITIES
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared
    from local_stack.declared.recorder import Resource

_SLACK = {"inference:slackTeamId": "T0123ABCD", "inference:slackChannelId": "C0123ABCD"}


@pytest.fixture(scope="module")
def essential(bundle: Path) -> Declared:
    """With a channel and essential monitoring, which has no composite alarms and no key."""
    return declare("dev", _SLACK, bundle=bundle)


def actions(declared: Declared) -> list[dict[str, object]]:
    policy = declared.one("iam/rolePolicy:RolePolicy", "notifier-notify").inputs["policy"]
    found: list[dict[str, object]] = json.loads(policy)["Statement"]
    return found


def alarms_of(declared: Declared) -> tuple[Resource, ...]:
    return (*declared.all("MetricAlarm"), *declared.all("CompositeAlarm"))


def variables(declared: Declared) -> dict[str, str]:
    found: dict[str, str] = declared.one("lambda/function:Function", "notifier-function").inputs["environment"][
        "variables"
    ]
    return found


def test_without_a_channel_alarms_publish_and_nothing_is_billed_for_a_notifier(declared: Declared) -> None:
    assert not [each for each in declared.resources if "notifier" in each.name]
    topics = {each.outputs["arn"] for each in declared.all("sns/topic:Topic")}
    assert {arn for each in alarms_of(declared) for arn in each.inputs.get("alarmActions", ())} <= topics


def test_the_stacks_alarms_may_invoke_it_and_no_others(with_slack: Declared) -> None:
    permission = with_slack.one("lambda/permission:Permission", "notifier-alarms-may-call").inputs

    assert permission["principal"] == "lambda.alarms.cloudwatch.amazonaws.com"
    assert permission["function"] == with_slack.one("lambda/function:Function", "notifier-function").inputs["name"]
    arns = [each.outputs["arn"] for each in with_slack.all("CompositeAlarm")]
    assert all(fnmatch.fnmatchcase(arn, permission["sourceArn"]) for arn in arns)
    assert not fnmatch.fnmatchcase(arns[0].replace("-dev-", "-prod-"), permission["sourceArn"])


def test_a_change_that_it_cannot_publish_goes_to_the_topic_of_pages(with_slack: Declared) -> None:
    config = with_slack.one("FunctionEventInvokeConfig").inputs["destinationConfig"]
    page = with_slack.one("sns/topic:Topic", "page-topic").outputs["arn"]

    assert config["onFailure"]["destination"] == page


def test_its_role_may_publish_to_the_topics_and_read_alarms_where_there_are_composite_ones(
    with_slack: Declared, essential: Declared
) -> None:
    publish, read, encrypt = actions(with_slack)
    topics = {each.outputs["arn"] for each in with_slack.all("sns/topic:Topic")}

    assert (publish["Action"], set(publish["Resource"])) == ("sns:Publish", topics)  # type: ignore[call-overload]
    assert read["Action"] == "cloudwatch:DescribeAlarms"
    assert encrypt["Resource"] == with_slack.one("kms/key:Key").outputs["arn"]
    assert [each["Action"] for each in actions(essential)] == ["sns:Publish"]


def test_the_key_of_the_topics_lets_it_encrypt(with_slack: Declared) -> None:
    key = json.loads(with_slack.one("kms/key:Key").inputs["policy"])["Statement"]
    role = with_slack.one("iam/role:Role", "notifier-role").inputs["name"]

    (statement,) = [each for each in key if each["Sid"] == "FunctionsEncrypt"]
    assert statement["Condition"]["ArnEquals"]["aws:PrincipalArn"] == [f"arn:aws:iam::123456789012:role/{role}"]


def test_it_knows_each_alarm_that_invokes_it(with_slack: Declared, essential: Declared) -> None:
    for declared in (with_slack, essential):
        told = variables(declared)
        names = {
            each.inputs.get("alarmName") or each.inputs["name"]
            for each in alarms_of(declared)
            if each.inputs.get("alarmActions")
        }
        severities = json.loads(told["ALARM_SEVERITIES"])
        assert {told["ALARM_PREFIX"] + name for name in severities} == names
        assert set(severities.values()) == set(SEVERITIES)


def test_it_knows_the_last_deployment_of_the_function_that_predicts(with_slack: Declared) -> None:
    function = with_slack.one("lambda/function:Function", "function-function").outputs
    told = variables(with_slack)

    assert (told["DEPLOYED_AT"], told["DEPLOYED_VERSION"]) == (function["lastModified"], function["version"])
    assert told["DASHBOARD_URL"] == with_slack.outputs["dashboard_url"]
