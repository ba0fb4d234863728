"""The OpenAPI 3.0.3 document of a model's API, as a pure function of its contract."""

from __future__ import annotations

from inference_lib.contract.document import IGNORE, class_key
from inference_lib.http import routes
from inference_lib.openapi.operations import (
    LENGTH_OF_JSON,
    OPERATIONS,
    RAW,
    csv_example,
    example_of,
    feedback_schemas,
    json_lines_example,
    protocol_schemas,
)
from inference_lib.protocols.v2.tensors import HEADER_LENGTH, OCTETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from inference_lib.contract.document import Contract, Feature, Json

_JSON_TYPES: dict[str, Json] = {"number": "number", "integer": "integer", "string": "string", "boolean": "boolean"}


def feature_schema(feature: Feature) -> dict[str, Json]:
    """Return the OpenAPI schema of one feature: type, range, categories, unit and example."""
    schema: dict[str, Json] = {"type": _JSON_TYPES[feature.type]}
    if feature.takes_null:
        schema["nullable"] = True
    if feature.minimum is not None:
        schema["minimum"] = feature.minimum
        if feature.exclusive_minimum:
            schema["exclusiveMinimum"] = True
    if feature.maximum is not None:
        schema["maximum"] = feature.maximum
    if feature.categories is not None and feature.unknown_categories == "refuse":
        schema["enum"] = [*feature.categories, None] if feature.nullable else list(feature.categories)
    text = f"{feature.description} [{feature.unit}]" if feature.unit else feature.description
    if text:
        schema["description"] = text.strip()
    if feature.example is not None:
        schema["example"] = feature.example
    return schema


def _instance(contract: Contract) -> dict[str, Json]:
    return {
        "type": "object",
        "required": [feature.name for feature in contract.features if not feature.nullable],
        "additionalProperties": contract.unknown_features == IGNORE,
        "properties": {feature.name: feature_schema(feature) for feature in contract.features},
    }


def _prediction(contract: Contract) -> dict[str, Json]:
    """Return the schema of a prediction, for any task."""
    if contract.targets:
        of_target = {
            target.name: _target(target.classes, {role.removesuffix(f"_{number}") for role in contract.outputs})
            for number, target in enumerate(contract.targets, start=1)
        }
        if contract.task == "regression":
            return _object({"values": _object(dict.fromkeys(of_target, _NUMBER))})
        return _object({"predictions": _object({name: _object(each) for name, each in of_target.items()})})
    members = (
        {"value": _NUMBER} if contract.task == "regression" else _target(contract.classes, contract.outputs.keys())
    )
    contributions: Json = {"type": "object", "additionalProperties": {"type": "number"}}
    schema = _object(members)
    return {**schema, "properties": {**members, "contributions": contributions}}


_NUMBER: Json = {"type": "number"}


def _object(members: Mapping[str, Json]) -> dict[str, Json]:
    return {"type": "object", "required": list(members), "properties": dict(members)}


def _target(classes: Sequence[str | int | bool], roles: Collection[str]) -> dict[str, Json]:
    """Return the members of a prediction with a label."""
    if not classes:
        return {}
    probability: Json = {"type": "number", "minimum": 0, "maximum": 1}
    label_type = _JSON_TYPES["string"] if isinstance(classes[0], str) else "integer"
    label_type = "boolean" if isinstance(classes[0], bool) else label_type
    members: dict[str, Json] = {"label": {"type": label_type, "enum": list(classes)}}
    if "score" in roles:
        members["score"] = {"type": "number", "description": "An outlier is below 0"}
    if "probabilities" in roles:
        members["probability"] = probability
    for role, schema in (("probabilities", probability), ("scores", _NUMBER), ("distances", _NUMBER)):
        if role in roles:
            members[role] = _object({class_key(value): schema for value in classes})
    return members


_TEXT: dict[str, Json] = {"type": "string"}
_PARAMETERS: dict[str, Json] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "explain": {
            "type": "boolean",
            "description": "Add the contribution of each feature to each prediction, by occlusion with the reference "
            "value of the bundle; each feature costs one more row",
        }
    },
}
_PROBLEM: dict[str, Json] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "error"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "request_id": _TEXT,
        "error": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {"path": _TEXT, "message": _TEXT},
            },
        },
    },
}


def _reference(schema: str) -> dict[str, Json]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _schemas(contract: Contract) -> dict[str, Json]:
    name: dict[str, Json] = {**_TEXT, "example": contract.name}
    version: dict[str, Json] = {**_TEXT, "example": contract.version}
    return {
        "Instance": _instance(contract),
        "Prediction": _prediction(contract),
        "Model": {"type": "object", "required": ["name", "version"], "properties": {"name": name, "version": version}},
        "PredictRequest": {
            "type": "object",
            "required": ["instances"],
            "additionalProperties": False,
            "properties": {
                "instances": {"type": "array", "minItems": 1, "items": _reference("Instance")},
                "parameters": _PARAMETERS,
            },
        },
        "Predictions": {
            "type": "object",
            "required": ["model", "predictions"],
            "properties": {
                "model": _reference("Model"),
                "predictions": {"type": "array", "items": _reference("Prediction")},
            },
        },
        "Health": {
            "type": "object",
            "required": ["status", "model"],
            "properties": {"status": _TEXT, "model": _reference("Model")},
        },
        "Contract": {"type": "object"},
        "Document": {"type": "object"},
        "Problem": _PROBLEM,
        **protocol_schemas(contract),
    }


def _operation(operation: str, contract: Contract) -> dict[str, Json]:
    described = OPERATIONS[operation]
    content: dict[str, Json] = {
        described.media_type: {"schema": _reference(described.answer) if described.answer else _TEXT}
    }
    problem: dict[str, Json] = {"application/problem+json": {"schema": _reference("Problem")}}
    answer: dict[str, Json] = {"description": "OK", "content": content}
    if operation == routes.V2_INFER:
        content[OCTETS] = {"schema": RAW}
        answer["headers"] = {HEADER_LENGTH: {name: LENGTH_OF_JSON[name] for name in ("description", "schema")}}
    members: dict[str, Json] = {
        "operationId": operation,
        "summary": described.summary,
        "tags": [described.tag],
        "responses": {
            described.status: answer,
            "default": {"description": "A problem (RFC 9457)", "content": problem},
        },
    }
    if described.request:
        body: dict[str, Json] = {"schema": _reference(described.request), "example": example_of(operation, contract)}
        media: dict[str, Json] = {"application/json": body}
        if operation == routes.INVOCATIONS:
            media["text/csv"] = {"schema": _TEXT, "example": csv_example(contract)}
            media["application/jsonlines"] = {"schema": _TEXT, "example": json_lines_example(contract)}
        if operation == routes.V2_INFER:
            media[OCTETS] = {"schema": RAW}
        members["requestBody"] = {"required": True, "content": media}
    return members


def _path(path: str, methods: dict[str, str], contract: Contract) -> dict[str, Json]:
    named: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {**_TEXT, "enum": [value]}, "example": value}
        for name, value in (("model", contract.name), ("version", contract.version))
        if f"{{{name}}}" in path
    ]
    operations: dict[str, Json] = {}
    for method, operation in methods.items():
        members = _operation(operation, contract)
        if "{version}" in path:
            members["operationId"] = f"{operation}_of_version"
        parameters = [*named, LENGTH_OF_JSON] if operation == routes.V2_INFER else named
        operations[method.lower()] = {**members, "parameters": parameters} if parameters else members
    return operations


def openapi_document(contract: Contract, *, feedback: bool = False) -> dict[str, Json]:
    """Return the OpenAPI document of the API that serves this contract.

    Parameters
    ----------
    contract : Contract
        The model's contract; its features become the properties of the request schema.
    feedback : bool
        Whether ``POST /feedback`` is among the routes.

    Returns
    -------
    dict
        An OpenAPI 3.0.3 document, ready for ``json.dumps``. Its paths are those of
        ``inference_lib.http.routes``, without the files of the documentation page.
    """
    return {
        "openapi": "3.0.3",
        "info": {
            "title": contract.name,
            "version": contract.version,
            "description": contract.description or f"Predictions of the model {contract.name}.",
        },
        "servers": [{"url": ".", "description": "The server of this document"}],
        "security": [{}, {"api_key": []}],
        "paths": {
            path: _path(path, methods, contract)
            for path, methods in routes.all_routes(feedback=feedback).items()
            if not path.startswith(f"{routes.DOCS_PATH}/")
        },
        "components": {
            "schemas": {**_schemas(contract), **(feedback_schemas(contract) if feedback else {})},
            "securitySchemes": {"api_key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }
