"""What the gateway rejects before the function is billed: bodies of a form that no model could score.

The schema is that of the OpenAPI document, relaxed so that it is never stricter than the function's own validator,
which checks every request that passes. docs/decisions/0009-the-gateway-checks-the-form.md explains what is left to the
function.

References
----------
.. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from inference_lib.http import routes
from inference_lib.openapi.document import openapi_document
from infra.api.json_object import json_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Contract, Json

VALIDATORS = "x-amazon-apigateway-request-validators"
VALIDATOR = "x-amazon-apigateway-request-validator"
BODIES = "bodies"
"""Name of the validator, which checks bodies only."""

MODEL = "PredictRequest"
"""Name of the schema; names of models hold letters and digits only [2]_."""

MEDIA_TYPE = "application/json"
"""The gateway validates no body of another media type, such as ``application/x+json``; the function does [1]_."""

MAX_MODEL_BYTES = 400_000
"""https://docs.aws.amazon.com/apigateway/latest/api/API_CreateModel.html"""

# JSON does not distinguish 3.0 from 3, and the function accepts both; in JSON Schema draft 4, 3.0 is no integer.
_TYPES = {"integer": "number"}
_KEPT = ("minItems", "maxItems")


def request_schema(contract: Contract, max_instances: int) -> dict[str, Json]:
    """Return the schema of the body of ``POST /predict``, in JSON Schema draft 4.

    Parameters
    ----------
    contract : Contract
        Its features are the members of an instance.
    max_instances : int
        Most instances in one request.

    Returns
    -------
    dict
        Types, required members and the number of instances. Every body that the function accepts satisfies it.
    """
    schemas = json_object(json_object(openapi_document(contract)["components"])["schemas"])
    schema = _form(schemas[MODEL], schemas)
    instances = json_object(json_object(schema["properties"])["instances"])
    instances["maxItems"] = max_instances
    if len(json.dumps(schema).encode()) > MAX_MODEL_BYTES:
        instances["items"] = {"type": "object"}
    return schema


def with_request_validation(document: dict[str, Json], contract: Contract, max_instances: int) -> dict[str, Json]:
    """Return the definition of the API, with validation of the form of requests to ``POST /predict``.

    The other operations are not validated: ``/invocations`` accepts a bare NaN, which is no JSON, and V2 clients send
    tensors as bytes with the media type of JSON.

    Parameters
    ----------
    document : dict
        The OpenAPI document of the REST API.
    contract : Contract
        Contract of the model that is served.
    max_instances : int
        Most instances in one request.
    """
    components, paths = json_object(document.get("components", {})), json_object(document["paths"])
    body: Json = {"required": True, "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{MODEL}"}}}}
    checked = {
        path: {
            method: {**json_object(operation), "requestBody": body, VALIDATOR: BODIES}
            if routes.ROUTES.get(path, {}).get(method.upper()) == routes.PREDICT
            else operation
            for method, operation in json_object(operations).items()
        }
        for path, operations in paths.items()
    }
    return {
        **document,
        VALIDATORS: {BODIES: {"validateRequestBody": True, "validateRequestParameters": False}},
        "components": {**components, "schemas": {MODEL: request_schema(contract, max_instances)}},
        "paths": {**checked},
    }


def _form(schema: Json, schemas: Mapping[str, Json]) -> dict[str, Json]:
    """Return the form of a schema: the required members, and the types of members that cannot be null.

    An imported model does not support ``nullable`` and would reject each null [2]_: such a member is left out, and may
    have any value. The function checks ranges and categories, because it counts the values outside them.
    """
    told = json_object(schema)
    if "$ref" in told:
        return _form(schemas[str(told["$ref"]).rpartition("/")[2]], schemas)
    form = {name: told[name] for name in _KEPT if name in told}
    if "type" in told:
        form["type"] = _TYPES.get(str(told["type"]), told["type"])
    if told.get("required"):
        # Draft 4 requires at least one name.
        form["required"] = told["required"]
    members: dict[str, Json] = {
        name: _form(member, schemas)
        for name, member in json_object(told.get("properties", {})).items()
        if not json_object(member).get("nullable")
    }
    if members:
        form["properties"] = members
    if "items" in told:
        form["items"] = _form(told["items"], schemas)
    return form
