"""What cannot be made again as it was is kept where the setting says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_stack.declared import recorder as recording
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi.runtime.proto import resource_pb2

RECEIVER = {"inference:pageEmails": "on-call@example.com"}
KEPT = {"image-repository", "function-logs", "stage-access-logs", "api-api"}


@pytest.fixture
def protected(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of the resources that the program asks Pulumi to protect, as it registers them."""
    names: set[str] = set()
    register = recording.Monitor.RegisterResource

    def watch(
        monitor: recording.Monitor, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        if request.protect:
            names.add(request.name)
        return register(monitor, request)

    monkeypatch.setattr(recording.Monitor, "RegisterResource", watch)
    return names


def test_prod_keeps_its_images_logs_and_address(bundle: Path, protected: set[str]) -> None:
    declared = declare("prod", RECEIVER, bundle=bundle)

    assert protected == KEPT
    assert all(group.inputs["deletionProtectionEnabled"] for group in declared.all("LogGroup"))
    assert not declared.one("ecr/repository:Repository").inputs["forceDelete"]


def test_the_log_of_each_function_is_kept(bundle: Path, protected: set[str]) -> None:
    declare("prod", {**RECEIVER, "inference:sharedStorage": "true", "inference:modelMonitor": "true"}, bundle=bundle)

    assert protected >= {"function-logs", "upload-logs", "monitor-logs"}


@pytest.mark.parametrize(
    ("stack", "settings"),
    [("dev", {}), ("staging", {}), ("prod", {**RECEIVER, "inference:deletionProtection": "false"})],
)
def test_an_environment_without_the_setting_can_be_destroyed(
    stack: str, settings: dict[str, str], bundle: Path, protected: set[str]
) -> None:
    groups = declare(stack, settings, bundle=bundle).all("LogGroup")

    assert protected == set()
    assert groups
    # CloudWatch keeps the protection of a group until it is told otherwise.
    assert all(group.inputs["deletionProtectionEnabled"] is False for group in groups)
