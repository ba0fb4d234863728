from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path


def error_of(config: dict[str, str], bundle: Path | None, stack: str = "dev") -> str:
    with pytest.raises(pulumi.RunError) as caught:
        declare(stack, config, bundle=bundle)
    return str(caught.value)


WRONG = [
    (
        {"memoryMb": "64"},
        (
            "inference:memoryMb: 64 is too small; expected 128 to 10240 (AWS Lambda limit). "
            "Set it: pulumi config set inference:memoryMb 512"
        ),
    ),
    (
        {"memoryMb": "10241"},
        (
            "inference:memoryMb: 10241 is too large; expected 128 to 10240 (AWS Lambda limit). "
            "Set it: pulumi config set inference:memoryMb 512"
        ),
    ),
    (
        {"memoryMb": "half a gigabyte"},
        (
            "inference:memoryMb: 'half a gigabyte' is not a whole number; expected 128 to 10240 (AWS Lambda limit). "
            "Set it: pulumi config set inference:memoryMb 512"
        ),
    ),
    (
        {"timeoutS": "30"},
        (
            "inference:timeoutS: 30 is too large; expected 1 to 29 (Amazon API Gateway limit). "
            "Set it: pulumi config set inference:timeoutS 10"
        ),
    ),
    (
        {"architecture": "arm"},
        (
            "inference:architecture: 'arm' is not allowed; expected arm64 or x86_64. "
            "Set it: pulumi config set inference:architecture arm64"
        ),
    ),
    (
        {"logLevel": "WARNING"},
        (
            "inference:logLevel: 'WARNING' is not allowed; expected DEBUG or INFO (a higher level drops the log lines "
            "that metrics come from: EMF records and Lambda's platform reports). "
            "Set it: pulumi config set inference:logLevel INFO"
        ),
    ),
    (
        {"logRetentionDays": "31"},
        (
            "inference:logRetentionDays: '31' is not allowed; expected 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
            "400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 (Amazon CloudWatch Logs). "
            "Set it: pulumi config set inference:logRetentionDays 30"
        ),
    ),
    (
        {"maxInstances": "0"},
        (
            "inference:maxInstances: 0 is too small; expected 1 to 100000. "
            "Set it: pulumi config set inference:maxInstances 1000"
        ),
    ),
    (
        {"forceDelete": "yes"},
        (
            "inference:forceDelete: 'yes' is not allowed; expected true or false. "
            "Set it: pulumi config set inference:forceDelete false"
        ),
    ),
    (
        {"probabilityThreshold": "50%"},
        (
            "inference:probabilityThreshold: '50%' is not a number; expected 0 to 1. "
            "Set it: pulumi config set inference:probabilityThreshold 0.5"
        ),
    ),
    (
        {"probabilityThreshold": "nan"},
        (
            "inference:probabilityThreshold: 'nan' is not a number; expected 0 to 1. "
            "Set it: pulumi config set inference:probabilityThreshold 0.5"
        ),
    ),
    (
        {"probabilityThreshold": "-0.1"},
        (
            "inference:probabilityThreshold: -0.1 is too small; expected 0 to 1. "
            "Set it: pulumi config set inference:probabilityThreshold 0.5"
        ),
    ),
    (
        {"probabilityThreshold": "50"},
        (
            "inference:probabilityThreshold: 50 is too large; expected 0 to 1. "
            "Set it: pulumi config set inference:probabilityThreshold 0.5"
        ),
    ),
    (
        {"probabilityPeriodS": "90"},
        (
            "inference:probabilityPeriodS: 90 is not a multiple of 60; expected 60 to 86400 in steps of 60 "
            "(Amazon CloudWatch limit). Set it: pulumi config set inference:probabilityPeriodS 300"
        ),
    ),
    (
        {"probabilityEvaluationPeriods": "3", "probabilityDatapointsToAlarm": "5"},
        (
            "inference:probabilityDatapointsToAlarm: 5 is more than inference:probabilityEvaluationPeriods, which is "
            "3; expected 1 to 3. Set it: pulumi config set inference:probabilityDatapointsToAlarm 3"
        ),
    ),
    (
        {"probabilityPeriodS": "600", "probabilityEvaluationPeriods": "145"},
        (
            "inference:probabilityEvaluationPeriods: 145 periods of 600 s are longer than one day; expected 1 to 144 "
            "(Amazon CloudWatch limit). Set it: pulumi config set inference:probabilityEvaluationPeriods 144"
        ),
    ),
    (
        {"probabilityPeriodS": "86400", "probabilityEvaluationPeriods": "8"},
        (
            "inference:probabilityEvaluationPeriods: 8 periods of 86400 s are longer than one week; expected 1 to 7 "
            "(Amazon CloudWatch limit). Set it: pulumi config set inference:probabilityEvaluationPeriods 7"
        ),
    ),
    (
        {"throttleRate": "0"},
        (
            "inference:throttleRate: 0 is too small; expected 1 or more. "
            "Set it: pulumi config set inference:throttleRate 50"
        ),
    ),
    (
        {"throttleBurst": "many"},
        (
            "inference:throttleBurst: 'many' is not a whole number; expected 1 or more. "
            "Set it: pulumi config set inference:throttleBurst 100"
        ),
    ),
    (
        {"slackTeamId": "my-team", "slackChannelId": "C0123ABCD"},
        (
            "inference:slackTeamId: the value is not the id of a Slack workspace; expected T or E, followed by "
            "digits and capital letters, as in the address of the workspace. "
            "Set it: pulumi config set --secret inference:slackTeamId T0123ABCD"
        ),
    ),
    (
        {"slackTeamId": "T0123ABCD", "slackChannelId": "#alarms"},
        (
            "inference:slackChannelId: the value is not the id of a Slack channel; expected C or G, followed by "
            "digits and capital letters, as at the end of the channel's link. "
            "Set it: pulumi config set --secret inference:slackChannelId C0123ABCD"
        ),
    ),
    (
        {"slackTeamId": "T0123ABCD"},
        (
            "inference:slackChannelId: is missing, while inference:slackTeamId is set; expected both or neither. "
            "Set it: pulumi config set --secret inference:slackChannelId C0123ABCD"
        ),
    ),
    (
        {"slackChannelId": "C0123ABCD"},
        (
            "inference:slackTeamId: is missing, while inference:slackChannelId is set; expected both or neither. "
            "Set it: pulumi config set --secret inference:slackTeamId T0123ABCD"
        ),
    ),
    (
        {"memoryMB": "512"},
        "inference:memoryMB: no such key; expected inference:memoryMb? Remove it: pulumi config rm inference:memoryMB",
    ),
]


@pytest.mark.parametrize(
    ("wrong", "message"), WRONG, ids=[" ".join(f"{k}={v}" for k, v in w.items()) for w, _ in WRONG]
)
def test_a_wrong_value_is_told_with_its_key_its_fault_what_is_allowed_and_the_command(
    wrong: dict[str, str], message: str, bundle: Path
) -> None:
    assert error_of({f"inference:{key}": value for key, value in wrong.items()}, bundle) == message


def test_all_faults_are_told_together_one_a_line(bundle: Path) -> None:
    wrong = {"inference:memoryMb": "1", "inference:logLevel": "ERROR", "inference:timeouts": "5"}

    lines = error_of(wrong, bundle).splitlines()

    assert [line.split(": ")[0] for line in lines] == [
        "inference:timeouts",
        "inference:memoryMb",
        "inference:logLevel",
    ]


def test_a_missing_bundle_is_told_with_the_other_faults() -> None:
    wrong = {"inference:bundle": "bundles/no_such_model", "inference:memoryMb": "1"}

    lines = error_of(wrong, None).splitlines()

    assert lines == [
        (
            "inference:memoryMb: 1 is too small; expected 128 to 10240 (AWS Lambda limit). "
            "Set it: pulumi config set inference:memoryMb 512"
        ),
        (
            "inference:bundle: bundles/no_such_model: no model bundle here; expected contract.json, or a file 'latest' "
            "that names a version. Export one: make export MODEL=model.joblib DATA=data.csv NAME=my_model. "
            "Set it: pulumi config set inference:bundle bundles/my_model"
        ),
    ]


def test_an_empty_bundle_path_is_refused() -> None:
    assert error_of({"inference:bundle": " "}, None) == (
        "inference:bundle: the path is empty; expected the directory of a model bundle, below bundles/. "
        "Set it: pulumi config set inference:bundle bundles/my_model"
    )


@pytest.mark.parametrize("stack", ["Dev", "my.stack", "a--b", "-dev", "d" * 33])
def test_a_stack_whose_name_no_resource_can_have_is_refused(stack: str, bundle: Path) -> None:
    assert error_of({}, bundle, stack) == (
        f"stack '{stack}': the name cannot be part of the names of AWS resources; expected lower-case letters and "
        "digits, with single hyphens between them, at most 32 characters. Make another: pulumi stack init dev"
    )


def test_the_longest_stack_name_that_is_allowed_gives_names_that_aws_takes(bundle: Path) -> None:
    slack = {"inference:slackTeamId": "T0123ABCD", "inference:slackChannelId": "C0123ABCD"}

    functions = declare("d" * 32, slack, bundle=bundle).all("lambda/function:Function")
    assert len(functions) == len({"the function", "the notifier"})


def test_no_message_repeats_an_id_of_slack(bundle: Path) -> None:
    message = error_of({"inference:slackTeamId": "my-own-team", "inference:slackChannelId": "our-channel"}, bundle)

    assert "my-own-team" not in message
    assert "our-channel" not in message


def test_no_message_repeats_a_value_that_pulumi_holds_as_a_secret(bundle: Path) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare("dev", {"inference:logLevel": "hunter2"}, bundle=bundle, secrets=("inference:logLevel",))

    assert str(caught.value).startswith("inference:logLevel: the secret value is wrong; expected DEBUG or INFO")
    assert "hunter2" not in str(caught.value)


def test_a_long_wrong_value_is_cut(bundle: Path) -> None:
    message = error_of({"inference:architecture": "x" * 500}, bundle)

    assert "x" * 39 + "…" in message
    assert "x" * 40 not in message


def test_settings_of_other_packages_are_left_alone(bundle: Path) -> None:
    assert declare("dev", {"aws:profile": "mine", "docker:host": "x"}, bundle=bundle).messages == ()
