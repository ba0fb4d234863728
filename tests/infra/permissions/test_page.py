from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.api.access import POLICY
from infra.naming import Names
from infra.permissions.page import all_policies, permissions_page
from local_stack.declared.evaluation import PROJECT_DIRECTORY, Declared, declare

if TYPE_CHECKING:
    from pathlib import Path


def shape(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Statement by statement: its id and its actions."""
    return [(each["Sid"], json.dumps(each["Action"])) for each in document["Statement"]]


@pytest.fixture(scope="module")
def options(bundle: Path) -> Declared:
    """With shared storage and the console, which cannot be beside an allow list of the API."""
    settings = {
        "encryptTopics": "true",
        "sharedStorage": "true",
        "modelSource": "efs",
        "console": "true",
        "consoleNetworks": "203.0.113.0/24",
    }
    return declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)


@pytest.fixture(scope="module")
def everything(bundle: Path) -> Declared:
    """With every other option that brings a policy."""
    settings = {
        "monitoring": "full",
        "encryptTopics": "true",
        "tracing": "true",
        "modelMonitor": "true",
        "modelStore": "true",
        "capture": "true",
        "batchConcurrency": "2",
        "allowedNetworks": "203.0.113.0/24",
        "slackTeamId": "T0123ABCD",
        "slackChannelId": "C0123ABCD",
    }
    return declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)


def test_the_page_of_the_permissions_is_up_to_date() -> None:
    written = (PROJECT_DIRECTORY / "docs" / "permissions.md").read_text(encoding="utf-8")

    assert written == permissions_page(), "make it again: python -m infra.permissions.page > docs/permissions.md"


def test_the_page_has_every_policy_that_the_program_declares_and_no_other(
    everything: Declared, options: Declared
) -> None:
    documents = [
        json.loads(text)
        for each in (*everything.resources, *options.resources)
        for key, text in each.inputs.items()
        if key in ("policy", "assumeRolePolicy") and "LifecyclePolicy" not in each.type
    ]
    documents.append(json.loads(everything.one("RestApi").inputs["body"])[POLICY])

    declared = {json.dumps(shape(document)) for document in documents}
    assert declared == {json.dumps(shape(held.document)) for held in all_policies()}


def test_no_statement_has_every_action_of_a_service() -> None:
    names = Names(stack="dev", model="m", account_id="1", region="r")
    found = []
    for held in all_policies(names):
        statements: list[dict[str, Any]] = json.loads(json.dumps(held.document["Statement"]))
        for each in statements:
            actions = [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
            if each["Effect"] == "Deny":
                continue
            found += [(each["Sid"], action) for action in actions if action.endswith(":*") or action == "*"]

    assert found == []
