"""Declared resources as a configuration in Terraform's JSON syntax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local_stack.declared.aws_values import computed_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_stack.declared.evaluation import Declared
    from local_stack.declared.recorder import Resource
    from tests.infra.aws_provider.schema import Schema

PROVIDER_VERSION = "5.100.0"
REQUIRED_PROVIDERS: dict[str, Any] = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": PROVIDER_VERSION}}}
}

_REFERENCE = r"\$\{aws_[a-z0-9_]+\.[A-Za-z0-9_-]+\.[a-z0-9_]+\}"
_LITERAL = re.compile(rf"{_REFERENCE}|\$\{{|%\{{")

# pulumi-aws 7 is a bridge of the provider's version 6. What version 5 does not know yet:
_NEWER: dict[str, dict[str, Any]] = {
    # 6.2x brought the deletion protection of log groups.
    "aws_cloudwatch_log_group": {"deletionProtectionEnabled": None},
    # 6.2x brought the security policies of November 2025 for the gateway's own address.
    "aws_api_gateway_rest_api": {"securityPolicy": None, "endpointAccessMode": None},
    # 6.8 brought tags that may move beside tags that may not.
    "aws_ecr_repository": {"imageTagMutability": "IMMUTABLE", "imageTagMutabilityExclusionFilters": None},
}

# What moto does not have at all: such resources are planned, and not applied.
NOT_IN_MOTO = frozenset(
    {
        "aws_budgets_budget",  # it makes them, and cannot say who is told
        "aws_chatbot_slack_channel_configuration",
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_query_definition",
        "aws_efs_backup_policy",
    }
)
# What moto takes and does not give back: without this, each plan would set it again.
_FORGOTTEN_BY_MOTO = {
    "aws_appautoscaling_target": ("tags",),
    "aws_cloudwatch_log_group": ("logGroupClass",),
    "aws_ecs_service": ("availabilityZoneRebalancing", "healthCheckGracePeriodSeconds"),
    "aws_lambda_function": ("fileSystemConfig", "imageConfig", "loggingConfig"),
    "aws_vpc_security_group_egress_rule": ("description",),
    "aws_vpc_security_group_ingress_rule": ("description",),
}


def local_name(name: str) -> str:
    """Return Terraform's name of a resource, which has letters, digits, underscores and hyphens."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


class References:
    """Answers a program's registrations: what AWS would compute is a reference to the resource.

    Parameters
    ----------
    schema : Schema
        Says which properties the provider computes.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def __call__(self, type_: str, name: str, inputs: Mapping[str, Any], region: str) -> dict[str, Any]:
        """Return the computed properties of a resource, its id among them."""
        if not type_.startswith("aws:"):
            return computed_values(type_, name, inputs, region)
        terraform = self._schema.type(type_)
        computed = {
            pulumi_name: f"${{{terraform}.{local_name(name)}.{terraform_name}}}"
            for pulumi_name, terraform_name in self._schema.computed(terraform)
            if pulumi_name not in inputs and not pulumi_name.startswith("tags")
        }
        return {"id": f"${{{terraform}.{local_name(name)}.id}}", **computed}


def terraform_configuration(declared: Declared, schema: Schema, *, for_moto: bool = True) -> dict[str, Any]:
    """Return the configuration of a program that was declared with ``References``.

    Components and images stay out: the first are names for groups, the second another provider's.

    Parameters
    ----------
    declared : Declared
        What the program declared.
    schema : Schema
        Of the provider.
    for_moto : bool
        Whether moto will be asked to apply it: what it lacks stays out then.
    """
    without = NOT_IN_MOTO if for_moto else frozenset()
    ours = {
        each.name: schema.type(each.type)
        for each in declared.resources
        if each.type.startswith("aws:") and schema.type(each.type) not in without
    }
    resources: dict[str, dict[str, Any]] = {}
    for each in declared.resources:
        if each.name in ours:
            resources.setdefault(ours[each.name], {})[local_name(each.name)] = _resource(
                each, ours, schema, for_moto=for_moto
            )
    return {
        **REQUIRED_PROVIDERS,
        # The default of 25 attempts would hide for an hour that moto lacks something; two are too few for its server,
        # which closes each connection after one answer, now and then before the provider has read it.
        "provider": {"aws": {"region": declared.region, "max_retries": 8}},
        "resource": resources,
    }


def _resource(resource: Resource, ours: Mapping[str, str], schema: Schema, *, for_moto: bool) -> dict[str, Any]:
    type_ = ours[resource.name]
    inputs = {**resource.inputs, **_NEWER.get(type_, {})}
    if for_moto:
        inputs = _without_references(inputs, NOT_IN_MOTO)
    arguments = schema.properties(type_, {key: _escaped(value) for key, value in inputs.items() if value is not None})
    arguments["depends_on"] = sorted(f"{ours[name]}.{local_name(name)}" for name in resource.depends_on if name in ours)
    lifecycle: dict[str, Any] = {}
    ignored = {*resource.ignore_changes, *(_FORGOTTEN_BY_MOTO.get(type_, ()) if for_moto else ())}
    if ignored:
        lifecycle["ignore_changes"] = sorted(schema.properties(type_, {name: [] for name in ignored}))
    if type_ == "aws_api_gateway_deployment":
        # Pulumi always makes the new one first; a stage's deployment cannot be deleted.
        lifecycle["create_before_destroy"] = True
    return {**arguments, **({"lifecycle": lifecycle} if lifecycle else {})}


def _escaped(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Keep references, and protect what only looks like a template of Terraform's."""
    if isinstance(value, str):
        return _LITERAL.sub(lambda found: found[0] if found[0].endswith("}") else found[0][0] + found[0], value)
    if isinstance(value, dict):
        return {key: _escaped(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_escaped(member) for member in value]
    return value


def _without_references(value: Any, types: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON value
    """Put a name in the place of a reference to what is not there."""
    if isinstance(value, str):
        return re.sub(
            rf"\$\{{({'|'.join(sorted(types))})\.([A-Za-z0-9_-]+)\.[a-z0-9_]+\}}", r"arn:aws:absent:::\1/\2", value
        )
    if isinstance(value, dict):
        return {key: _without_references(member, types) for key, member in value.items()}
    if isinstance(value, list):
        return [_without_references(member, types) for member in value]
    return value
