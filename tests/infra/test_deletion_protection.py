"""What cannot be made again as it was is kept where the setting says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

RECEIVER = {"inference:pageEmails": "on-call@example.com"}
KEPT = {
    "image-repository",
    "function-logs",
    "stage-access-logs",
    "stage-stage",
    "api-api",
    "keys-plan",
    "keys-mobile-app",
    "notifications-key",
    "notifications-page-on-call@example.com",
}


def _protected(declared: Declared) -> set[str]:
    return {each.name for each in declared.resources if each.protect}


def test_prod_keeps_its_images_logs_and_address(bundle: Path) -> None:
    declared = declare("prod", RECEIVER, bundle=bundle)

    assert _protected(declared) == KEPT
    assert all(group.inputs["deletionProtectionEnabled"] for group in declared.all("LogGroup"))
    assert not declared.one("ecr/repository:Repository").inputs["forceDelete"]


def test_the_log_of_each_function_is_kept(bundle: Path) -> None:
    options = {"inference:sharedStorage": "true", "inference:modelMonitor": "true"}
    declared = declare("prod", {**RECEIVER, **options}, bundle=bundle)

    assert _protected(declared) >= {"function-logs", "upload-logs", "monitor-logs"}


@pytest.mark.parametrize(
    ("stack", "settings"),
    [("dev", {}), ("staging", {}), ("prod", {**RECEIVER, "inference:deletionProtection": "false"})],
)
def test_an_environment_without_the_setting_can_be_destroyed(
    stack: str, settings: dict[str, str], bundle: Path
) -> None:
    declared = declare(stack, settings, bundle=bundle)
    groups = declared.all("LogGroup")

    assert _protected(declared) == set()
    assert groups
    # CloudWatch keeps the protection of a group until it is told otherwise.
    assert all(group.inputs["deletionProtectionEnabled"] is False for group in groups)
