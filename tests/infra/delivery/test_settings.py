"""The settings of the bootstrap stack."""

from __future__ import annotations

import pulumi
import pytest

from local_stack.declared.evaluation import declare_bootstrap
from tests.infra.delivery.rights import CONFIG


@pytest.mark.parametrize(
    ("stacks", "said"),
    [
        (
            "dev,dev-eu",
            (
                "the role of dev may change everything named inference-dev-*, which includes all of dev-eu; expected "
                "names of which none begins with another and a dash"
            ),
        ),
        (
            "bootstrap,dev",
            "bootstrap is the stack of these roles, which no role may change; expected environments only",
        ),
        ("dev,dev", "'dev' is listed twice; expected names of stacks with commas between"),
        ("Dev", "'Dev' is not the name of a stack; expected names of stacks with commas between"),
        (" ,", "names no stack; expected names of stacks with commas between"),
        ("", "is missing; expected names of stacks with commas between"),
    ],
)
def test_names_of_stacks_that_cannot_be_kept_apart_are_refused(stacks: str, said: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare_bootstrap({**CONFIG, "stacks": stacks})

    assert str(caught.value) == (
        f"inference-bootstrap:stacks: {said}. Set it: pulumi config set inference-bootstrap:stacks dev,staging,prod"
    )


def test_names_of_stacks_that_only_look_alike_are_taken() -> None:
    assert "dev2" in declare_bootstrap({**CONFIG, "stacks": "dev,dev2,eu-dev"}).outputs["role_arns"]


def test_names_of_stacks_may_have_spaces_between() -> None:
    assert "staging" in declare_bootstrap({**CONFIG, "stacks": "dev, staging"}).outputs["role_arns"]


def test_wrong_settings_are_reported_together() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare_bootstrap(
            {"repository": "sleep", "stateBucket": "s3://state", "stacks": "dev,preview", "branch": "main"}
        )

    assert str(caught.value) == (
        "inference-bootstrap:branch: no such key; expected inference-bootstrap:mainBranch? "
        "Remove it: pulumi config rm inference-bootstrap:branch\n"
        "inference-bootstrap:repository: 'sleep' is not a repository; expected OWNER/NAME, as on GitHub. "
        "Set it: pulumi config set inference-bootstrap:repository octo-org/sleep\n"
        "inference-bootstrap:stateBucket: 's3://state' is not the name of a bucket; expected the name of a bucket, "
        "without s3://. Set it: pulumi config set inference-bootstrap:stateBucket my-pulumi-state\n"
        "inference-bootstrap:stateKeyArn: is missing; expected arn:aws:kms:REGION:ACCOUNT:key/ID. Set it: pulumi "
        "config set inference-bootstrap:stateKeyArn "
        "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef\n"
        "inference-bootstrap:stacks: preview is too long or the name of another role; expected at most 32 characters, "
        "and neither preview nor models. "
        "Set it: pulumi config set inference-bootstrap:stacks dev,staging,prod"
    )
