"""What moto leaves out when it imports an OpenAPI document: models, request validators, and who needs a key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.apigateway.models import APIGatewayBackend

if TYPE_CHECKING:
    from moto.apigateway.models import RestAPI

_import = APIGatewayBackend.put_rest_api


def put_rest_api(
    backend: APIGatewayBackend, function_id: str, api_doc: dict[str, Any], fail_on_warnings: bool, mode: str = "merge"
) -> RestAPI:
    """Import a document as moto does, and then what it left out.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-validation-set-up.html
    """
    api = _import(backend, function_id, api_doc, fail_on_warnings, mode)
    api.models.clear()
    api.request_validators.clear()
    for name, schema in api_doc.get("components", {}).get("schemas", {}).items():
        api.add_model(name=name, description="", schema=json.dumps(schema), content_type="application/json")
    validators = {
        name: api.create_request_validator(name, rule["validateRequestBody"], rule["validateRequestParameters"]).id
        for name, rule in api_doc.get("x-amazon-apigateway-request-validators", {}).items()
    }
    for path, operations in api_doc["paths"].items():
        for name, operation in operations.items():
            method = api.get_resource_for_path(path).get_method(name.upper())
            method.api_key_required = any("api_key" in each for each in operation.get("security", []))
            method.request_validator_id = validators.get(operation.get("x-amazon-apigateway-request-validator"))
            method.request_models = {
                media_type: described["schema"]["$ref"].rpartition("/")[2]
                for media_type, described in operation.get("requestBody", {}).get("content", {}).items()
            }
    return api
