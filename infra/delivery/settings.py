"""The settings of the bootstrap stack: read once, and all that is wrong reported together."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pulumi

from infra.delivery.roles import MODELS, PREVIEW, DeliveryArgs
from infra.naming import MAX_STACK_NAME, PROJECT, STACK_NAME, Names

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOTSTRAP = "bootstrap"

RULES = {
    "repository": (r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}", "OWNER/NAME, as on GitHub", "octo-org/sleep"),
    "stateBucket": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, without s3://", "my-pulumi-state"),
    "stateKeyArn": (
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]{1,128}",
        "arn:aws:kms:REGION:ACCOUNT:key/ID",
        "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    ),
    "stacks": (rf"{STACK_NAME}(,{STACK_NAME})*", "names of stacks with commas between", "dev,staging,prod"),
    "mainBranch": (r"[A-Za-z0-9._/-]{1,200}", "the name of a branch", "main"),
    "modelStack": (STACK_NAME, "the name of a stack", "dev"),
    "providerArn": (
        r"|arn:aws[a-z-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com",
        "nothing, or arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com",
        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    ),
}
"""By key: the pattern, what is expected, and an example."""


def load_delivery(config: pulumi.Config, account_id: str, region: str) -> DeliveryArgs:
    """Read and check the settings.

    Parameters
    ----------
    config : pulumi.Config
        Of the bootstrap project.
    account_id, region : str
        Where it stands.

    Raises
    ------
    pulumi.RunError
        Something is wrong. The message has one line for each fault.
    """
    values = {key: config.get(key) or "" for key in RULES}
    if faults := list(_faults(config.name, values)):
        raise pulumi.RunError("\n".join(faults))
    return DeliveryArgs(
        names=Names(stack=BOOTSTRAP, model="delivery", account_id=account_id, region=region),
        repository=values["repository"],
        stacks=tuple(values["stacks"].split(",")),
        main_branch=values["mainBranch"],
        model_stack=values["modelStack"],
        state_bucket=values["stateBucket"],
        state_key_arn=values["stateKeyArn"],
        provider_arn=values["providerArn"],
    )


def _faults(namespace: str, values: dict[str, str]) -> Iterator[str]:
    for key, (pattern, expected, example) in RULES.items():
        if not re.fullmatch(pattern, values[key], re.ASCII):
            said = f"{values[key]!r} is not allowed" if values[key] else "is missing"
            yield f"{namespace}:{key}: {said}; expected {expected}. Set it: pulumi config set {key} {example}"
    yield from (
        f"{namespace}:stacks: {said}. Set it: pulumi config set stacks dev,staging,prod"
        for said in _faults_of_stacks(values["stacks"].split(","))
    )


def _faults_of_stacks(stacks: list[str]) -> Iterator[str]:
    names = sorted(set(stacks))
    for stack in names:
        if len(stack) > MAX_STACK_NAME or stack in {PREVIEW, MODELS}:
            yield f"{stack} is too long or the name of another role; expected at most {MAX_STACK_NAME} characters"
        if stack == BOOTSTRAP:
            yield f"{stack} is the stack of these roles, which no role may change; expected environments alone"
        if stacks.count(stack) > 1:
            yield f"{stack} occurs twice; expected each environment once"
    for stack, other in itertools.permutations(names, 2):
        if other.startswith(f"{stack}-"):
            yield (
                f"the role of {stack} reaches what is named {PROJECT}-{stack}-*, and so all of {other}; expected names "
                "of which none begins with another and a dash"
            )
