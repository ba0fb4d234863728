"""moto's server, with what it lacks and the stack has.

That is: tags of scalable targets, whole imports of OpenAPI, AWS's own look at a state machine before it is made, and
the end of a file system's policy.
"""

from __future__ import annotations

import sys

from moto.apigateway.models import APIGatewayBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.efs.responses import EFSResponse
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


def _delete_policy(response: EFSResponse) -> str:
    """Answer DeleteFileSystemPolicy."""
    system = response.efs_backend.file_systems_by_id[response._get_param("FileSystemId")]  # noqa: SLF001 - moto's own way
    system.file_system_policy = None
    return "{}"


if __name__ == "__main__":
    ApplicationAutoScalingResponse.list_tags_for_resource = _no_tags  # type: ignore[attr-defined] # moto has none
    StepFunctionResponse.validate_state_machine_definition = _no_faults  # type: ignore[attr-defined] # likewise
    StepFunctionResponse.list_state_machine_versions = _no_versions  # type: ignore[attr-defined] # likewise
    APIGatewayBackend.put_rest_api = put_rest_api  # type: ignore[assignment] # a function for a method
    EFSResponse.delete_file_system_policy = _delete_policy  # type: ignore[attr-defined] # moto has none
    main(sys.argv[1:])
