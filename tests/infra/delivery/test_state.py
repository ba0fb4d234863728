"""What the roles of the delivery may do with the state of Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.infra.delivery.rights import CONFIG, ROLES, is_allowed, statements

if TYPE_CHECKING:
    from local_stack.declared.evaluation import Declared

FILES_OF_A_STACK = (
    "stacks/inference/{stack}.json",
    "stacks/inference/{stack}.json.gz",
    "stacks/inference/{stack}.json.bak",
    "stacks/inference/{stack}.pulumi-tags",
    "history/inference/{stack}/{stack}-1.history.json",
    "history/inference/{stack}/{stack}-1.checkpoint.json",
    "backups/inference/{stack}/{stack}.1.json",
    "journal/inference/{stack}/1.json",
    "locks/organization/inference/{stack}/0a1b.json",
)
"""Where Pulumi keeps what it knows of a stack: pkg/backend/diy of its source."""


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", FILES_OF_A_STACK)
def test_a_role_reads_and_writes_the_state_of_its_own_stack_only(bootstrap: Declared, role: str, place: str) -> None:
    own = {"preview": "dev", "models": ""}.get(role, role)
    for stack in ("dev", "staging", "prod", "dev2"):
        arn = f"arn:aws:s3:::octo-pulumi-state/.pulumi/{place.format(stack=stack)}"
        assert is_allowed(bootstrap, role, "s3:GetObject", arn) == (stack == own)
        for action in ("s3:PutObject", "s3:DeleteObject"):
            assert is_allowed(bootstrap, role, action, arn) == (stack == own and role != "preview")


@pytest.mark.parametrize("role", ROLES)
def test_the_layout_of_the_state_and_the_state_of_the_roles_are_changed_by_no_role(
    bootstrap: Declared, role: str
) -> None:
    root = "arn:aws:s3:::octo-pulumi-state/.pulumi"

    assert is_allowed(bootstrap, role, "s3:GetObject", f"{root}/meta.yaml") == (role != "models")
    assert not is_allowed(bootstrap, role, "s3:PutObject", f"{root}/meta.yaml")
    assert not is_allowed(bootstrap, role, "s3:GetObject", f"{root}/stacks/inference-bootstrap/bootstrap.json")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "models"])
def test_secrets_are_decrypted_with_the_context_of_the_own_stack_only(bootstrap: Declared, role: str) -> None:
    found = {each["Sid"]: each for each in statements(bootstrap, role)}
    stack = "dev" if role == "preview" else role

    assert found["Secrets"]["Condition"] == {"StringEquals": {"kms:EncryptionContext:stack": stack}}
    assert found["Secrets"]["Resource"] == CONFIG["stateKeyArn"]
    for verb in ("TagResource", "PutKeyPolicy", "ScheduleKeyDeletion"):
        assert not is_allowed(bootstrap, role, f"kms:{verb}", CONFIG["stateKeyArn"])
