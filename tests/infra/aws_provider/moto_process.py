"""moto's server, with what it lacks and the stack has.

Tags of scalable targets, whole imports of OpenAPI, and the end of a file system's policy.
"""

from __future__ import annotations

import sys

from moto.apigateway.models import APIGatewayBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.efs.responses import EFSResponse
from moto.server import main

from tests.infra.aws_provider.moto_openapi import put_rest_api


def _no_tags(_self: object) -> str:
    """Answer ListTagsForResource, which the provider asks after each registration."""
    return '{"Tags": {}}'


def _delete_policy(response: EFSResponse) -> str:
    """Answer DeleteFileSystemPolicy."""
    system = response.efs_backend.file_systems_by_id[response._get_param("FileSystemId")]  # noqa: SLF001 - moto's own way
    system.file_system_policy = None
    return "{}"


if __name__ == "__main__":
    ApplicationAutoScalingResponse.list_tags_for_resource = _no_tags  # type: ignore[attr-defined] # moto has none
    APIGatewayBackend.put_rest_api = put_rest_api  # type: ignore[assignment] # a function for a method
    EFSResponse.delete_file_system_policy = _delete_policy  # type: ignore[attr-defined] # moto has none
    main(sys.argv[1:])
