from __future__ import annotations

import fnmatch
import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.monitoring.alarms.rule import SEVERITIES
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


def statements(document: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(document)["Statement"]
    return found


def for_cloudwatch(document: str) -> dict[str, Any]:
    (statement,) = [
        each for each in statements(document) if each["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    ]
    return statement


def policies(declared: Declared) -> list[str]:
    topics = [each.inputs["policy"] for each in declared.all("TopicPolicy")]
    assert len(topics) == len(SEVERITIES)
    return [*topics, declared.one("kms/key:Key").inputs["policy"]]


def test_every_declared_alarm_may_publish_to_the_encrypted_topic(full: Declared) -> None:
    arns = [alarm.outputs["arn"] for alarm in full.all("CompositeAlarm")]

    assert arns
    for policy in policies(full):
        pattern = for_cloudwatch(policy)["Condition"]["ArnLike"]["aws:SourceArn"]
        assert all(fnmatch.fnmatchcase(arn, pattern) for arn in arns), "a pattern that misses loses alarms in silence"


@pytest.mark.parametrize("severity", SEVERITIES)
def test_nobody_else_may_publish(severity: str, declared: Declared) -> None:
    policy = declared.one("TopicPolicy", f"{severity}-topic-policy").inputs
    alarms, budgets = statements(policy["policy"])
    topic = declared.one("sns/topic:Topic", f"{severity}-topic").outputs["arn"]

    assert policy["arn"] == topic
    assert budgets["Principal"] == {"Service": "budgets.amazonaws.com"}
    for statement in (alarms, budgets):
        assert (statement["Action"], statement["Resource"]) == ("sns:Publish", topic)
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    pattern = alarms["Condition"]["ArnLike"]["aws:SourceArn"]
    assert not fnmatch.fnmatchcase(
        "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:inference-other-alarm-x", pattern
    )


def test_the_topics_are_encrypted_with_a_key_that_those_who_publish_may_use(full: Declared) -> None:
    key = full.one("kms/key:Key")
    _, *encrypting = statements(key.inputs["policy"])

    assert {each.inputs["kmsMasterKeyId"] for each in full.all("sns/topic:Topic")} == {key.outputs["arn"]}
    assert [each["Principal"]["Service"] for each in encrypting] == [
        "cloudwatch.amazonaws.com",
        "budgets.amazonaws.com",
    ]
    for statement in encrypting:
        assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    assert key.inputs["enableKeyRotation"] is True


def test_each_e_mail_address_hears_its_severity(bundle: Path) -> None:
    settings = {
        "inference:pageEmails": "on-call@example.com, boss@example.com",
        "inference:infoEmails": "team@example.com",
    }
    declared = declare("dev", settings, bundle=bundle)
    heard = {(each.inputs["endpoint"], each.inputs["topic"]) for each in declared.all("TopicSubscription")}
    page, info = (declared.one("sns/topic:Topic", f"{each}-topic").outputs["arn"] for each in ("page", "info"))

    assert heard == {("on-call@example.com", page), ("boss@example.com", page), ("team@example.com", info)}


def test_the_account_can_still_administer_the_key(full: Declared) -> None:
    administers = statements(full.one("kms/key:Key").inputs["policy"])[0]

    assert administers["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html refuses a policy without the first.
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKeyRotation"} <= set(administers["Action"])
    assert not {"kms:Decrypt", "kms:Encrypt", "kms:CreateGrant"} & set(administers["Action"])


def test_without_slack_the_stack_says_how_to_switch_it_on(declared: Declared) -> None:
    assert not declared.all("SlackChannelConfiguration")
    assert declared.outputs["slack"] == (
        "Slack is off. To switch it on, authorise the workspace once in the console of Amazon Q Developer in chat "
        "applications, then pulumi config set --secret inference:slackTeamId T0123ABCD, pulumi config set --secret "
        "inference:slackChannelId C0123ABCD and pulumi up."
    )


def test_the_channel_hears_every_topic_that_alarms_publish_to(with_slack: Declared) -> None:
    channel = with_slack.one("SlackChannelConfiguration").inputs

    assert (channel["slackTeamId"], channel["slackChannelId"]) == ("T0123ABCD", "C0123ABCD")
    notifier = with_slack.one("lambda/function:Function", "notifier-function")
    actions = {
        arn
        for each in with_slack.all("CompositeAlarm")
        for key in ("alarmActions", "okActions")
        for arn in each.inputs.get(key, ())
    }
    assert actions == {notifier.outputs["arn"]}
    published = json.loads(notifier.inputs["environment"]["variables"]["ALARM_TOPICS"])
    assert set(channel["snsTopicArns"]) == set(published.values())
    assert with_slack.outputs["slack"].startswith("Slack is on")


def test_the_ids_of_slack_are_secrets_wherever_they_go(with_slack: Declared) -> None:
    channel = with_slack.one("SlackChannelConfiguration")
    others = [resource for resource in with_slack.resources if resource is not channel]

    assert channel.secrets == {"slackTeamId", "slackChannelId"}
    assert "0123ABCD" not in str([resource.inputs for resource in others])
    assert "0123ABCD" not in str(with_slack.outputs)


def test_from_slack_one_can_read_and_no_more(with_slack: Declared) -> None:
    channel = with_slack.one("SlackChannelConfiguration").inputs
    policy = with_slack.one("iam/policy:Policy")
    role = with_slack.one("iam/role:Role", "slack-role")
    attachment = with_slack.one("RolePolicyAttachment").inputs
    (statement,) = statements(policy.inputs["policy"])

    assert channel["guardrailPolicyArns"] == [policy.outputs["arn"]], "the default is AdministratorAccess"
    assert channel["iamRoleArn"] == role.outputs["arn"]
    assert (attachment["role"], attachment["policyArn"]) == (role.inputs["name"], policy.outputs["arn"])
    assert all(
        action.startswith(("cloudwatch:Get", "cloudwatch:List", "cloudwatch:Describe"))
        for action in statement["Action"]
    )


def test_only_the_chat_service_may_take_the_role_of_the_channel(with_slack: Declared) -> None:
    (statement,) = statements(with_slack.one("iam/role:Role", "slack-role").inputs["assumeRolePolicy"])

    assert statement["Principal"] == {"Service": "chatbot.amazonaws.com"}


def test_no_policy_allows_a_whole_service(with_slack: Declared) -> None:
    documents = [text for each in with_slack.resources for key, text in each.inputs.items() if key == "policy"]
    allowed = [statement for text in documents for statement in json.loads(text).get("Statement", ())]
    actions = {
        action
        for each in allowed
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }

    assert actions
    assert not [action for action in actions if action.endswith(":*") or action == "*"]


def test_topics_without_encryption_need_no_key_and_the_monitor_still_publishes(bundle: Path) -> None:
    settings = {"inference:encryptTopics": "false", "inference:modelMonitor": "true"}
    stack = declare("dev", settings, bundle=bundle)
    monitor = "".join(each.inputs["policy"] for each in stack.all("RolePolicy") if "monitor" in each.name)

    assert not [each for each in stack.resources if ":kms/" in each.type]
    assert not [each for each in stack.all("sns/topic:Topic") if "kmsMasterKeyId" in each.inputs]
    assert "sns:Publish" in monitor
    assert "kms:" not in monitor
