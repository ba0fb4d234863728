"""checkov over what the real provider plans: nothing fails without an explanation, and no explanation is stale."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from local_stack.declared.evaluation import PROJECT_DIRECTORY
from tests.infra.aws_provider.conftest import SLACK
from tests.infra.aws_provider.explained_checks import EXPLAINED
from tests.infra.aws_provider.terraform import Terraform
from tests.program import STACKS

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = {
    **SLACK,
    "inference:modelStore": "true",
    "inference:capture": "true",
    "inference:captureDays": "365",
    "inference:batchConcurrency": "2",
    "inference:modelMonitor": "true",
    "inference:sharedStorage": "true",
    "inference:console": "true",
    "inference:consoleUsers": "ana@example.com",
    "inference:consoleDomainName": "console.example.com",
    "inference:consoleCertificateArn": (
        "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    ),
}
CHECKOV = PROJECT_DIRECTORY / ".checkov" / "bin" / "checkov"


@pytest.fixture(scope="module")
def report(
    endpoint: str, configuration: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What checkov says of the plans of all stacks, in one run: it takes longer to start than to look."""
    if not CHECKOV.is_file():
        assert not os.environ.get("CI"), "CI must have it: make test installs it"
        pytest.skip("checkov is not installed: make .checkov/bin/checkov")
    plans = tmp_path_factory.mktemp("plans")
    for stack in STACKS:
        terraform = Terraform(tmp_path_factory.mktemp(stack), endpoint)
        terraform.write(configuration(stack, OPTIONS, for_moto=False))
        (plans / f"{stack}.json").write_text(json.dumps(terraform.plan()), encoding="utf-8")
    files = [argument for stack in STACKS for argument in ("-f", f"{stack}.json")]
    options = ["--framework", "terraform_plan", "-o", "json", "--compact", "--soft-fail", "--skip-download"]
    done = subprocess.run([CHECKOV, *files, *options], cwd=plans, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_no_check_fails_without_a_reason_and_no_reason_is_stale(report: dict[str, Any]) -> None:
    assert report["summary"]["parsing_errors"] == 0
    passed, failed = report["results"]["passed_checks"], report["results"]["failed_checks"]
    assert {each["file_path"] for each in passed} == {f"/{stack}.json" for stack in STACKS}
    of_prod = {each["check_id"] for each in passed if each["file_path"] == "/prod.json"}
    assert {"CKV_AWS_26", "CKV_AWS_7", "CKV_AWS_163"} <= of_prod, "encrypted topics, rotated key, scanned images"

    assert {each["check_id"] for each in failed} == EXPLAINED.keys()
