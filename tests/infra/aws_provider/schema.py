"""Terraform's name of each property of a Pulumi resource, found in the schema of the real provider."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "aws_"

# Where Terraform's name of a resource is not Pulumi's module and name in snake case.
_MODULES = {
    "apigateway": "api_gateway",
    "appautoscaling": "appautoscaling",
}
_TYPES = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "aws_default_security_group",
    "aws:ec2/internetGateway:InternetGateway": "aws_internet_gateway",
    "aws:ec2/route:Route": "aws_route",
    "aws:ec2/routeTable:RouteTable": "aws_route_table",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "aws_route_table_association",
    "aws:ec2/securityGroup:SecurityGroup": "aws_security_group",
    "aws:ec2/subnet:Subnet": "aws_subnet",
    "aws:ec2/vpc:Vpc": "aws_vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "aws_vpc_endpoint",
    "aws:cognito/user:User": "aws_cognito_user",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:apigateway/response:Response": "aws_api_gateway_gateway_response",
    "aws:cloudwatch/eventRule:EventRule": "aws_cloudwatch_event_rule",
    "aws:cloudwatch/queryDefinition:QueryDefinition": "aws_cloudwatch_query_definition",
}
# Where Terraform's name of a property is not Pulumi's in snake case, nor its singular.
_PROPERTIES = {
    ("aws_api_gateway_base_path_mapping", "restApi"): "api_id",
    ("aws_cloudwatch_metric_alarm", "name"): "alarm_name",
    ("aws_lambda_function", "name"): "function_name",
}


class UnknownNameError(LookupError):
    """A resource or a property has no name in the provider's schema."""


def snake(name: str) -> str:
    """Return a camelCase name in snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def camel(name: str) -> str:
    """Return a snake_case name in camelCase."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Schema:
    """The resources of one provider.

    Parameters
    ----------
    resources : mapping
        ``resource_schemas`` of ``terraform providers schema -json``.
    """

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self._resources = resources

    def type(self, token: str) -> str:
        """Return Terraform's name of a Pulumi resource, such as ``aws_lambda_function``.

        Raises
        ------
        UnknownNameError
            The provider has none.
        """
        _, module, name = re.split("[:/]", token)[:3]
        module = _MODULES.get(module, module.rstrip("_"))
        guesses = (_TYPES.get(token, ""), f"{PREFIX}{module}_{snake(name)}".replace("__", "_"))
        found = [guess for guess in guesses if guess in self._resources]
        if not found:
            raise UnknownNameError(f"{token}: the provider has none of {', '.join(filter(None, guesses))}")
        return found[0]

    def block(self, type_: str) -> Mapping[str, Any]:
        """Return the schema of a resource's own block."""
        block: Mapping[str, Any] = self._resources[type_]["block"]
        return block

    def computed(self, type_: str) -> Iterator[tuple[str, str]]:
        """Yield Pulumi's and Terraform's name of each property that the provider can compute."""
        pulumi_names = {terraform: pulumi for (owner, pulumi), terraform in _PROPERTIES.items() if owner == type_}
        for name, attribute in self.block(type_)["attributes"].items():
            if attribute.get("computed"):
                yield pulumi_names.get(name, camel(name)), name

    def properties(self, type_: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a Terraform resource.

        Raises
        ------
        UnknownNameError
            A property is not the provider's: nothing is left out in silence.
        """
        return _arguments(type_, self.block(type_), inputs)


def _arguments(owner: str, block: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    attributes, blocks = block.get("attributes", {}), block.get("block_types", {})
    arguments: dict[str, Any] = {}
    for pulumi_name, value in inputs.items():
        name = _property(owner, pulumi_name, {**attributes, **blocks})
        if name in attributes:
            # A list of one member at most is that member for Pulumi.
            is_many = isinstance(attributes[name]["type"], list) and attributes[name]["type"][0] in ("list", "set")
            arguments[name] = [value] if is_many and not isinstance(value, list) else value
        else:
            values = value if isinstance(value, list) else [value]
            arguments[name] = [_arguments(f"{owner}.{name}", blocks[name]["block"], each) for each in values]
    return arguments


def _property(owner: str, pulumi_name: str, known: Mapping[str, Any]) -> str:
    plain = snake(pulumi_name)
    guesses = (
        _PROPERTIES.get((owner, pulumi_name), plain),
        plain.removesuffix("s"),
        f"{plain.removesuffix('ies')}y",
        # Pulumi makes singulars of plurals where a list has one member at most, and the other way round.
        f"{plain}s",
        # Pulumi calls a reference by what it refers to.
        f"{plain}_id",
        f"{plain}_arn",
        f"{plain}_name",
    )
    found = [guess for guess in guesses if guess in known]
    if not found:
        raise UnknownNameError(f"{owner}: the provider has no {pulumi_name}; it has {', '.join(sorted(known))}")
    return found[0]
