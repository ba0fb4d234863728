"""moto's server, with what it lacks and the stack has.

That is: tags of scalable targets, whole imports of OpenAPI, and AWS's own look at a state machine before it is made.
"""

from __future__ import annotations

import sys

from moto.apigateway.models import APIGatewayBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.server import main
from moto.stepfunctions.responses import StepFunctionResponse

from tests.infra.aws_provider.moto_openapi import put_rest_api


def _no_tags(_self: object) -> str:
    """Answer ListTagsForResource, which the provider asks after each registration."""
    return '{"Tags": {}}'


def _no_faults(_self: object) -> str:
    """Answer ValidateStateMachineDefinition, which the provider asks before each creation and update."""
    return '{"result": "OK", "diagnostics": [], "truncated": false}'


def _no_versions(_self: object) -> str:
    """Answer ListStateMachineVersions, which the provider asks when it reads a state machine."""
    return '{"stateMachineVersions": []}'


if __name__ == "__main__":
    ApplicationAutoScalingResponse.list_tags_for_resource = _no_tags  # type: ignore[attr-defined] # moto has none
    StepFunctionResponse.validate_state_machine_definition = _no_faults  # type: ignore[attr-defined] # likewise
    StepFunctionResponse.list_state_machine_versions = _no_versions  # type: ignore[attr-defined] # likewise
    APIGatewayBackend.put_rest_api = put_rest_api  # type: ignore[assignment] # a function for a method
    main(sys.argv[1:])
