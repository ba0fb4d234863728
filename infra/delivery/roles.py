"""Deployment from GitHub: roles that workflows of one repository assume, without long-lived keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.delivery import policies
from infra.delivery.deploy import deploy_policies
from infra.delivery.state import state_policy
from infra.iam import DEPLOYMENT

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

SESSION_S = 3600
"""Longest session of a role, in seconds."""

PREVIEW, MODELS = "preview", "models"


@dataclass(frozen=True, kw_only=True)
class DeliveryArgs:
    """Arguments of ``Delivery``.

    Parameters
    ----------
    names : Names
        Names of the bootstrap stack, its account and its region.
    repository : str
        On GitHub, ``OWNER/NAME``.
    stacks : tuple of str
        The environments, which exist on GitHub too. Pull requests preview the first.
    main_branch : str
        The branch that models are pushed from.
    model_stack : str
        The stack that has the bucket of the models.
    state_bucket : str
        Bucket of the state of Pulumi.
    state_key_arn : str
        ARN of the key that encrypts the secrets in the state.
    provider_arn : str
        ARN of the account's provider for GitHub's tokens; empty creates one.
    """

    names: Names
    repository: str
    stacks: tuple[str, ...]
    main_branch: str
    model_stack: str
    state_bucket: str
    state_key_arn: str
    provider_arn: str


class Delivery(pulumi.ComponentResource):
    """The delivery roles, and the permissions boundary of the roles that they create.

    Creates: the provider for GitHub's tokens unless the account has one; the boundary; a role for previews of pull
    requests, one for models, and one for each environment, with their policies.

    Outputs: ``role_arns`` by purpose, and ``boundary_arn``.
    """

    role_arns: dict[str, Output[str]]
    boundary_arn: Output[str]

    def __init__(self, name: str, args: DeliveryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:delivery:Delivery", name, None, opts)
        provider = Output.from_input(args.provider_arn) if args.provider_arn else self._github(name, args)
        limit = aws.iam.Policy(
            f"{name}-boundary",
            name=args.names.of("boundary"),
            description="The most that a role of any stack may do",
            policy=Output.json_dumps(policies.boundary(args.names)),
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        self.boundary_arn = limit.arn
        roles = {
            purpose: self._role(name, args, provider, purpose, subject) for purpose, subject in subjects(args).items()
        }
        self._grants(name, args, roles)
        self.role_arns = {purpose: role.arn for purpose, role in roles.items()}
        self.register_outputs({"role_arns": self.role_arns, "boundary_arn": self.boundary_arn})

    def _github(self, name: str, args: DeliveryArgs) -> Output[str]:
        provider = aws.iam.OpenIdConnectProvider(
            f"{name}-provider",
            url=f"https://{policies.ISSUER}",
            client_id_lists=[policies.AUDIENCE],
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        return provider.arn

    def _role(self, name: str, args: DeliveryArgs, provider: Output[str], purpose: str, subject: str) -> aws.iam.Role:
        return aws.iam.Role(
            f"{name}-{purpose}-role",
            name=args.names.of(f"{purpose}-role"),
            assume_role_policy=Output.json_dumps(provider.apply(lambda arn: policies.trust(arn, subject))),
            max_session_duration=SESSION_S,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )

    def _grants(self, name: str, args: DeliveryArgs, roles: dict[str, aws.iam.Role]) -> None:
        for purpose, role in roles.items():
            for part, document in self._documents(args, purpose).items():
                aws.iam.RolePolicy(
                    f"{name}-{purpose}-{part}",
                    name=part,
                    role=role.name,
                    policy=Output.json_dumps(document),
                    opts=ResourceOptions(parent=self),
                )

        for stack in args.stacks:
            self._deployment(name, args, stack, roles[stack])

    def _deployment(self, name: str, args: DeliveryArgs, stack: str, role: aws.iam.Role) -> None:
        """Attach the policies of a deployment, which together exceed the size limit of inline policies."""
        names = replace(args.names, stack=stack)
        documents = self.boundary_arn.apply(lambda arn: deploy_policies(names, arn))
        for part in DEPLOYMENT:
            policy = aws.iam.Policy(
                f"{name}-{stack}-{part}",
                name=args.names.of(f"{stack}-{part}"),
                description=f"What the deployment of {stack} may do",
                policy=Output.json_dumps(documents[part]),
                tags=args.names.tags,
                opts=ResourceOptions(parent=self),
            )
            aws.iam.RolePolicyAttachment(
                f"{name}-{stack}-{part}-attachment",
                role=role.name,
                policy_arn=policy.arn,
                opts=ResourceOptions(parent=self),
            )

    def _documents(self, args: DeliveryArgs, purpose: str) -> dict[str, Output[dict[str, Json]]]:
        models = replace(args.names, stack=args.model_stack)
        is_deployment = purpose in args.stacks
        found = {"models": Output.from_input(policies.model_policy(models, writes=purpose == MODELS))}
        if purpose != MODELS:
            stack = purpose if is_deployment else args.stacks[0]
            state = state_policy(args.state_bucket, args.state_key_arn, stack, writes=is_deployment)
            found["state"] = Output.from_input(state)
        if is_deployment:
            return found
        if purpose == PREVIEW:
            found["images"] = Output.from_input(policies.pull_policy(args.names))
            found["asking"] = Output.from_input(policies.ask_policy())
        return found


def subjects(args: DeliveryArgs) -> dict[str, str]:
    """Return for each role the one subject whose runs may assume it.

    References
    ----------
    .. [1] https://docs.github.com/en/actions/reference/security/oidc
    """
    return {
        PREVIEW: f"repo:{args.repository}:pull_request",
        MODELS: f"repo:{args.repository}:ref:refs/heads/{args.main_branch}",
        **{stack: f"repo:{args.repository}:environment:{stack}" for stack in args.stacks},
    }
