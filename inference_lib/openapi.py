"""The OpenAPI 3.0.3 document of a model's API, as a pure function of its contract."""

from __future__ import annotations

from inference_lib import routes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract import Contract, Feature, Json

_SUMMARIES = {
    routes.PREDICT: "Predict for one or more instances",
    routes.HEALTH: "Whether the model is loaded",
    routes.MODEL: "The model's contract",
    routes.OPENAPI: "This document",
}
_JSON_TYPES: dict[str, Json] = {"number": "number", "integer": "integer", "string": "string", "boolean": "boolean"}


def feature_schema(feature: Feature) -> dict[str, Json]:
    """Return the OpenAPI schema of one feature: type, range, categories, unit and example."""
    schema: dict[str, Json] = {"type": _JSON_TYPES[feature.type]}
    if feature.nullable:
        schema["nullable"] = True
    if feature.minimum is not None:
        schema["minimum"] = feature.minimum
    if feature.maximum is not None:
        schema["maximum"] = feature.maximum
    if feature.categories is not None:
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
        "additionalProperties": False,
        "properties": {feature.name: feature_schema(feature) for feature in contract.features},
    }


def _prediction(contract: Contract) -> dict[str, Json]:
    if contract.task == "regression":
        return {"type": "object", "required": ["value"], "properties": {"value": {"type": "number"}}}
    probability: Json = {"type": "number", "minimum": 0, "maximum": 1}
    label_type = _JSON_TYPES["string"] if isinstance(contract.classes[0], str) else "integer"
    label_type = "boolean" if isinstance(contract.classes[0], bool) else label_type
    return {
        "type": "object",
        "required": ["label", "probability", "probabilities"],
        "properties": {
            "label": {"type": label_type, "enum": list(contract.classes)},
            "probability": probability,
            "probabilities": {
                "type": "object",
                "properties": {str(value): probability for value in contract.classes},
            },
        },
    }


_TEXT: dict[str, Json] = {"type": "string"}
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
            "items": {"type": "object", "properties": {"path": _TEXT, "message": _TEXT}},
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
        "Model": {"type": "object", "properties": {"name": name, "version": version}},
        "PredictRequest": {
            "type": "object",
            "required": ["instances"],
            "properties": {"instances": {"type": "array", "minItems": 1, "items": _reference("Instance")}},
        },
        "PredictResponse": {
            "type": "object",
            "properties": {
                "model": _reference("Model"),
                "predictions": {"type": "array", "items": _reference("Prediction")},
            },
        },
        "Health": {"type": "object", "properties": {"status": _TEXT, "model": _reference("Model")}},
        "Contract": {"type": "object"},
        "Document": {"type": "object"},
        "Problem": _PROBLEM,
    }


def _content(schema: str, media_type: str = "application/json") -> dict[str, Json]:
    return {media_type: {"schema": _reference(schema)}}


_ANSWERS = {
    routes.PREDICT: "PredictResponse",
    routes.HEALTH: "Health",
    routes.MODEL: "Contract",
    routes.OPENAPI: "Document",
}


def _operation(operation: str, contract: Contract) -> dict[str, Json]:
    answers: dict[str, Json] = {
        "200": {"description": "OK", "content": _content(_ANSWERS[operation])},
        "default": {"description": "Problem (RFC 9457)", "content": _content("Problem", "application/problem+json")},
    }
    described: dict[str, Json] = {
        "operationId": operation,
        "summary": _SUMMARIES[operation],
        "responses": answers,
    }
    if operation == routes.PREDICT:
        example: Json = {"instances": [{feature.name: feature.example for feature in contract.features}]}
        body = _content("PredictRequest")
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {**_as_object(body["application/json"]), "example": example}},
        }
    return described


def _as_object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def openapi_document(contract: Contract) -> dict[str, Json]:
    """Return the OpenAPI document of the API that serves this contract.

    Parameters
    ----------
    contract : Contract
        The model's contract; its features become the properties of the request schema.

    Returns
    -------
    dict
        An OpenAPI 3.0.3 document, ready for ``json.dumps``. Its paths are those of
        ``inference_lib.routes.ROUTES``.
    """
    return {
        "openapi": "3.0.3",
        "info": {
            "title": contract.name,
            "version": contract.version,
            "description": contract.description or f"Predictions of the model {contract.name}.",
        },
        "paths": {
            path: {method.lower(): _operation(operation, contract) for method, operation in methods.items()}
            for path, methods in routes.ROUTES.items()
        },
        "components": {"schemas": _schemas(contract)},
    }
