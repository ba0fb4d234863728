"""The settings of the bootstrap stack: declared and checked as those of a stack are."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from infra.delivery.roles import MODELS, PREVIEW, DeliveryArgs
from infra.naming import MAX_STACK_NAME, PROJECT, STACK_NAME, Names
from infra.settings.agreement import Disagreement, Subject, agreement, disagreements, fields_of, key_of
from infra.settings.faults import fault_of
from infra.settings.field import setting
from infra.settings.reading import read_values, unknown_keys
from infra.settings.values.rule import items, list_of, required, word_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

BOOTSTRAP = "bootstrap"

REPOSITORY = word_of("a repository", r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}", "OWNER/NAME, as on GitHub")
BUCKET = word_of("the name of a bucket", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, without s3://")
KEY = word_of(
    kind="the ARN of a KMS key",
    pattern=r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]{1,128}",
    expected="arn:aws:kms:REGION:ACCOUNT:key/ID",
)
STACKS = list_of("the name of a stack", STACK_NAME, "names of stacks with commas between")
BRANCH = word_of("the name of a branch", r"[A-Za-z0-9._/-]{1,200}", "the name of a branch")
STACK = word_of("the name of a stack", STACK_NAME, "the name of a stack")
PROVIDER = word_of(
    kind="the ARN of a provider for GitHub's tokens",
    pattern=r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com",
    expected="nothing, or arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com",
)


@dataclass(frozen=True, kw_only=True)
class DeliverySettings:
    """Which repository deploys which stacks, and where Pulumi keeps their state."""

    repository: str = setting(
        "",
        required(REPOSITORY),
        "The repository on GitHub whose workflows may deploy, OWNER/NAME",
        "octo-org/sleep",
    )
    state_bucket: str = setting("", required(BUCKET), "Bucket of Pulumi's state", "my-pulumi-state")
    state_key_arn: str = setting(
        "",
        required(KEY),
        "ARN of the KMS key that encrypts the secrets in the state",
        "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    )
    stacks: str = setting(
        "dev,staging,prod",
        required(STACKS),
        "Environments with commas between; each is an environment on GitHub too, and pull requests preview the first",
    )
    main_branch: str = setting("main", required(BRANCH), "Branch from which models are pushed")
    model_stack: str = setting("dev", required(STACK), "The stack with the bucket of the models, inference:modelStore")
    provider_arn: str = setting(
        "",
        PROVIDER,
        "ARN of the account's provider for GitHub's tokens; empty creates one, and an account has one at most",
        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    )


@agreement("stacks")
def _roles_are_kept_apart(values: Values, namespace: str) -> Iterator[Disagreement]:  # noqa: ARG001 - a Check
    names = sorted(items(values["stacks"]))
    if not names:
        yield Disagreement("stacks", "names no stack")
    for stack in names:
        if len(stack) > MAX_STACK_NAME or stack in {PREVIEW, MODELS}:
            allowed = f"at most {MAX_STACK_NAME} characters, and neither {PREVIEW} nor {MODELS}"
            yield Disagreement("stacks", f"{stack} is too long or the name of another role", allowed)
        if stack == BOOTSTRAP:
            yield Disagreement(
                "stacks", f"{stack} is the stack of these roles, which no role may change", "environments only"
            )
    for stack, other in itertools.permutations(names, 2):
        if other.startswith(f"{stack}-"):
            yield Disagreement(
                "stacks",
                f"the role of {stack} may change everything named {PROJECT}-{stack}-*, which includes all of {other}",
                "names of which none begins with another and a dash",
            )


SUBJECT = Subject("Delivery", DeliverySettings, (_roles_are_kept_apart,))


def load_delivery(config: pulumi.Config, account_id: str, region: str) -> DeliveryArgs:
    """Read and check the settings of the bootstrap stack.

    Parameters
    ----------
    config : pulumi.Config
        Configuration of the bootstrap project.
    account_id, region : str
        The AWS account and region of the bootstrap stack.

    Raises
    ------
    pulumi.RunError
        A setting is wrong. The message has one line for each fault.
    """
    known = fields_of((SUBJECT,))
    faults = list(unknown_keys(config.name, known))
    values = read_values(config, known, faults)
    faults += (
        fault_of(config.name, known[key_of(name)], *rest)
        for name, *rest in disagreements((SUBJECT,), values, config.name)
    )
    if faults:
        raise pulumi.RunError("\n".join(faults))
    names = Names(stack=BOOTSTRAP, model="delivery", account_id=account_id, region=region)
    return DeliveryArgs(**{"names": names, **values, "stacks": items(values["stacks"])})
