"""moto's server, with what it lacks and the stack has: tags of scalable targets, and whole imports of OpenAPI."""

from __future__ import annotations

import sys

from moto.apigateway.models import APIGatewayBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.server import main

from tests.infra.aws_provider.moto_openapi import put_rest_api


def _no_tags(_self: object) -> str:
    """Answer ListTagsForResource, which the provider asks after each registration."""
    return '{"Tags": {}}'


if __name__ == "__main__":
    ApplicationAutoScalingResponse.list_tags_for_resource = _no_tags  # type: ignore[attr-defined] # moto has none
    APIGatewayBackend.put_rest_api = put_rest_api  # type: ignore[assignment] # a function for a method
    main(sys.argv[1:])
