"""What no single component owns."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

from local_stack.declared.evaluation import PROJECT_DIRECTORY, declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

PROGRAM = (PROJECT_DIRECTORY / "__main__.py").read_text(encoding="utf-8")
TREE = {
    "inference:storage:Storage": {"inference:storage:Network", "inference:storage:SharedStorage"},
    "inference:serving:Serving": {
        "inference:image:ModelImage",
        "inference:function:InferenceFunction",
        "inference:function:UploadFunction",
        "inference:function:WarmFunction",
        "inference:api:PredictionApi",
        "inference:api:ApiStage",
        "inference:api:ApiKeys",
        "inference:api:ApiDomain",
        "inference:api:ApiFirewall",
    },
    "inference:monitoring:Monitoring": {
        "inference:monitoring:Notifications",
        "inference:monitoring:MetricFilters",
        "inference:monitoring:Queries",
        "inference:monitoring:Alarms",
        "inference:monitoring:Dashboard",
        "inference:model_monitor:ModelMonitor",
    },
    "inference:console:Console": {
        "inference:console:ConsoleSignIn",
        "inference:console:ConsoleBalancer",
        "inference:console:ConsoleImage",
        "inference:console:ConsoleService",
    },
    "inference:batch:BatchScoring": set(),
    "inference:capture:Capture": set(),
    "inference:storage:ModelStore": set(),
}
"""The components that ``pulumi up`` shows below the stack, and the components below each."""


def test_the_program_reads_as_a_table_of_contents() -> None:
    assert len(PROGRAM.splitlines()) <= 40
    assert not [node for node in ast.walk(ast.parse(PROGRAM)) if isinstance(node, ast.If | ast.For | ast.IfExp)]


def test_the_tree_of_components_is_that_of_the_subjects(declared: Declared) -> None:
    parts = [each for each in declared.resources if each.type in {token for below in TREE.values() for token in below}]
    owners = {each.name: each.type for each in declared.resources if each.type in TREE}
    tree: dict[str, set[str]] = {token: set() for token in owners.values()}
    for part in parts:
        tree[owners[part.parent]].add(part.type)

    assert tree == TREE


def test_everything_belongs_to_one_of_the_components(with_slack: Declared) -> None:
    components = {each.name for each in with_slack.resources if each.type.startswith("inference:")}

    for resource in with_slack.resources:
        if not resource.type.startswith("inference:"):
            assert resource.parent in components
            assert resource.name.startswith(f"{resource.parent}-")
        elif resource.type not in TREE:
            assert resource.parent in components
        else:
            assert not resource.parent


def test_a_component_is_named_after_its_subject_and_its_class(declared: Declared) -> None:
    infra = PROJECT_DIRECTORY / "infra"
    for resource in declared.resources:
        if resource.type.startswith("inference:"):
            _, subject, name = resource.type.split(":")
            files = [infra / f"{subject}.py", *(infra / subject).rglob("*.py")]
            sources = [file.read_text(encoding="utf-8") for file in files if file.is_file()]
            assert any(f"class {name}(pulumi.ComponentResource):" in source for source in sources)


def test_what_can_be_tagged_is_tagged(with_slack: Declared) -> None:
    expected = {"project": "inference", "stack": "dev", "model": "good night", "managed-by": "pulumi"}
    tagged = {each.type.rpartition(":")[2] for each in with_slack.resources if each.inputs.get("tags") == expected}

    assert tagged == {
        "Budget",
        "CompositeAlarm",
        "Function",
        "Key",
        "LogGroup",
        "MetricAlarm",
        "Policy",
        "Repository",
        "RestApi",
        "Role",
        "SlackChannelConfiguration",
        "Stage",
        "Topic",
    }


def test_the_names_of_two_stacks_in_one_account_do_not_meet(bundle: Path) -> None:
    slack = {"inference:slackTeamId": "T0123ABCD", "inference:slackChannelId": "C0123ABCD"}
    ours = ("write-logs", "notify", "live")
    names = [
        {
            (each.type, each.inputs[key])
            for each in declare(stack, slack, bundle=bundle).resources
            for key in ("name", "dashboardName", "configurationName")
            if key in each.inputs and each.inputs[key] not in ours
        }
        for stack in ("dev", "prod")
    ]

    assert names[0]
    assert not names[0] & names[1]


def test_the_exports_are_those_that_the_documentation_names(declared: Declared) -> None:
    assert sorted(declared.outputs) == [
        "alarm_names",
        "alarms_url",
        "api_domain_target",
        "api_key_ids",
        "api_keys",
        "api_url",
        "batch_bucket",
        "batch_state_machine",
        "capture",
        "console_domain_target",
        "console_url",
        "dashboard_url",
        "file_system_id",
        "function_name",
        "function_version",
        "live_version",
        "log_group",
        "logs_url",
        "model_store",
        "predict_command",
        "slack",
        "traces_url",
    ]
    assert declared.outputs["function_name"] == declared.one("lambda/function:Function").inputs["name"]


def test_the_program_uses_nothing_that_pulumi_warns_about(with_slack: Declared) -> None:
    assert with_slack.messages == ()


def test_the_only_secrets_are_the_token_of_the_registry_and_the_ids_of_slack(with_slack: Declared) -> None:
    secrets = {(each.type.rpartition(":")[2], path) for each in with_slack.resources for path in each.secrets}

    assert secrets == {
        ("Image", "registry.password"),
        ("SlackChannelConfiguration", "slackChannelId"),
        ("SlackChannelConfiguration", "slackTeamId"),
    }
    assert with_slack.secrets == {"api_keys"}, "also where there are none yet"


def test_the_function_s_role_reaches_no_wildcard_resource_but_where_aws_knows_no_other(declared: Declared) -> None:
    for each in declared.all("RolePolicy"):
        for statement in json.loads(each.inputs["policy"])["Statement"]:
            assert (statement["Resource"] == "*") == (statement["Sid"] == "SendTraces")
            assert "*" not in statement["Action"]
