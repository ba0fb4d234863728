"""The OpenAPI description of each operation: summary, request, answer, example, and the schemas of the protocols."""

from __future__ import annotations

from inference_lib.http import routes
from inference_lib.protocols.feedback import MAX_ENTRIES, MAX_INSTANCE, MAX_REQUEST_ID, MAX_VALUE, truth_member
from inference_lib.protocols.v2.inference import DATATYPES
from inference_lib.protocols.v2.tensors import HEADER_LENGTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json


class Operation:
    """How an operation is described.

    Parameters
    ----------
    tag : str
        The group that it is shown in.
    summary : str
        One line.
    answer : str
        Schema of the answer; empty for text.
    request : str
        Schema of the body; empty when there is none.
    media_type : str
        Of the answer.
    status : str
        Of a successful answer.
    """

    __slots__ = ("answer", "media_type", "request", "status", "summary", "tag")

    def __init__(  # noqa: PLR0913 - one argument for each part of a description
        self,
        tag: str,
        summary: str,
        answer: str,
        request: str = "",
        *,
        media_type: str = "application/json",
        status: str = "200",
    ) -> None:
        self.status = status
        self.tag = tag
        self.summary = summary
        self.answer = answer
        self.request = request
        self.media_type = media_type


_PREDICTIONS = "Predictions"
_ABOUT = "About the API"
_V2 = "Open Inference Protocol V2"
_SCORING = "SageMaker and MLflow"

OPERATIONS = {
    routes.PREDICT: Operation(_PREDICTIONS, "Predict for one or more instances", "Predictions", "PredictRequest"),
    routes.FEEDBACK: Operation(
        _PREDICTIONS,
        "Report the actual labels or values of earlier predictions",
        "AcceptedFeedback",
        "FeedbackRequest",
        status="202",
    ),
    routes.HEALTH: Operation(_ABOUT, "Whether the model is loaded", "Health"),
    routes.MODEL: Operation(_ABOUT, "The model's contract", "Contract"),
    routes.OPENAPI: Operation(_ABOUT, "This document", "Document"),
    routes.DOCS: Operation(_ABOUT, "This document as a page", "", media_type="text/html"),
    routes.PING: Operation(_SCORING, "Whether the model is loaded", "Health"),
    routes.INVOCATIONS: Operation(
        _SCORING, "Predict for a table, a list of records or CSV", "ScoringResponse", "ScoringRequest"
    ),
    routes.V2_SERVER: Operation(_V2, "The server", "Metadata"),
    routes.V2_LIVE: Operation(_V2, "Whether the server is live", "Readiness"),
    routes.V2_READY: Operation(_V2, "Whether the server is ready", "Readiness"),
    routes.V2_MODELS: Operation(_V2, "The models", "Metadata"),
    routes.V2_MODEL: Operation(_V2, "The model's tensors", "Metadata"),
    routes.V2_MODEL_READY: Operation(_V2, "Whether the model is ready", "Readiness"),
    routes.V2_INFER: Operation(_V2, "Predict for tensors", "InferenceResponse", "InferenceRequest"),
}


def example_of(operation: str, contract: Contract) -> Json:
    """Return a request to an operation, made of the examples of the contract's features."""
    instance: dict[str, Json] = {feature.name: feature.example for feature in contract.features}
    if operation == routes.V2_INFER:
        return {
            "id": "1",
            "inputs": [
                {
                    "name": feature.name,
                    "shape": [1, 1],
                    "datatype": DATATYPES[feature.type],
                    "data": [feature.example],
                }
                for feature in contract.features
            ],
        }
    if operation == routes.FEEDBACK:
        truth: Json = 1.0 if contract.task == "regression" else contract.classes[0]
        entry: dict[str, Json] = {"request_id": "1f0c9d7e-2f5b-4f4e-9a51-0a4d2c1b7e11", truth_member(contract): truth}
        return {"feedback": [entry]}
    if operation == routes.INVOCATIONS:
        return {"dataframe_split": {"columns": list(instance), "data": [list(instance.values())]}}
    return {"instances": [instance]}


def csv_example(contract: Contract) -> str:
    """Return a table with a header and one row."""
    import csv  # noqa: PLC0415 - no prediction needs it
    import io  # noqa: PLC0415

    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([feature.name for feature in contract.features])
    writer.writerow(["" if feature.example is None else feature.example for feature in contract.features])
    return table.getvalue()


def json_lines_example(contract: Contract) -> str:
    """Return one instance a line."""
    import json  # noqa: PLC0415 - no prediction needs it

    return json.dumps({feature.name: feature.example for feature in contract.features}) + "\n"


RAW: dict[str, Json] = {
    "type": "string",
    "format": "binary",
    "description": "JSON, in which a tensor has the parameter `binary_data_size` instead of data, and then the bytes "
    "of these tensors (binary tensor data extension). An answer is raw where the request accepts this media type first "
    "and has the parameter `binary_data_output`, or `binary_data` of an output",
}
LENGTH_OF_JSON: dict[str, Json] = {
    "name": HEADER_LENGTH,
    "in": "header",
    "description": "With raw tensors, the number of bytes of the JSON before them",
    "schema": {"type": "integer", "minimum": 1},
}

_TEXT: dict[str, Json] = {"type": "string"}
_ANY_OBJECT: dict[str, Json] = {"type": "object", "additionalProperties": True}
_OPTIONAL_OBJECT: dict[str, Json] = {**_ANY_OBJECT, "nullable": True}
_ELEMENTS: dict[str, Json] = {
    "type": "array",
    "items": {},
    "description": "Row by row, flat or nested; null is missing",
}
_SHAPE: dict[str, Json] = {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}}


def protocol_schemas(contract: Contract) -> dict[str, Json]:
    """Return the schemas of the other protocols.

    Parameters
    ----------
    contract : Contract
        Of the model.
    """
    return {**_INFERENCE_SCHEMAS, **_scoring_schemas(contract)}


def _integers() -> list[Json]:
    return [f"{kind}{bits}" for kind in ("INT", "UINT") for bits in (8, 16, 32, 64)]


_TENSOR: dict[str, Json] = {
    "type": "object",
    "required": ["name", "shape", "datatype", "data"],
    "properties": {
        "name": {**_TEXT, "description": "A feature"},
        "shape": _SHAPE,
        "datatype": {**_TEXT, "enum": ["BOOL", "BYTES", "FP16", "FP32", "FP64", *_integers()]},
        "parameters": _OPTIONAL_OBJECT,
        "data": _ELEMENTS,
    },
}
_INFERENCE_SCHEMAS: dict[str, Json] = {
    "InferenceRequest": {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "id": {**_TEXT, "nullable": True},
            "parameters": _OPTIONAL_OBJECT,
            "inputs": {"type": "array", "minItems": 1, "items": _TENSOR},
            "outputs": {
                "type": "array",
                "nullable": True,
                "items": {"type": "object", "required": ["name"], "properties": {"name": _TEXT}},
            },
        },
    },
    "InferenceResponse": {
        "type": "object",
        "required": ["model_name", "model_version", "id", "outputs"],
        "properties": {
            "model_name": _TEXT,
            "model_version": _TEXT,
            "id": _TEXT,
            "outputs": {"type": "array", "items": _TENSOR},
        },
    },
    "Metadata": _ANY_OBJECT,
    "Readiness": {"type": "object", "properties": {"live": {"type": "boolean"}, "ready": {"type": "boolean"}}},
}


def _scoring_schemas(contract: Contract) -> dict[str, Json]:
    names: list[Json] = [feature.name for feature in contract.features]
    records: dict[str, Json] = {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Instance"}}
    forms: dict[str, Json] = {
        "ScoringSplit": _only("dataframe_split", _split_schema(names)),
        "ScoringRecords": _only("dataframe_records", records),
        "ScoringInstances": _only("instances", records),
        "ScoringInputs": _only("inputs", records),
    }
    return {
        **forms,
        "ScoringRequest": {
            "description": f"Exactly one of the members; columns are {', '.join(map(str, names))}",
            # Generators name an alternative after its schema.
            "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in forms],
        },
        "ScoringResponse": {
            "type": "object",
            "required": ["predictions"],
            "properties": {"predictions": {"type": "array", "items": {"$ref": "#/components/schemas/Prediction"}}},
        },
    }


_ANSWER_ID: Json = {
    **_TEXT,
    "pattern": "^[A-Za-z0-9._:-]*[A-Za-z0-9][A-Za-z0-9._:-]*$",
    "maxLength": MAX_REQUEST_ID,
    "description": "The header x-request-id of the answer",
}
_ANSWERED_INSTANCE: Json = {
    "type": "integer",
    "minimum": 0,
    "maximum": MAX_INSTANCE,
    "description": "Which of its instances; the first by default",
}
_ACCEPTED_FEEDBACK: dict[str, Json] = {
    "type": "object",
    "required": ["accepted"],
    "properties": {"accepted": {"type": "integer"}},
}


def feedback_schemas(contract: Contract) -> dict[str, Json]:
    """Return the schemas of ``POST /feedback``."""
    truth: Json = (
        {"type": "number", "minimum": -MAX_VALUE, "maximum": MAX_VALUE}
        if contract.task == "regression"
        else {"enum": list(contract.classes)}
    )
    entry: dict[str, Json] = {
        "type": "object",
        "required": ["request_id", truth_member(contract)],
        "additionalProperties": False,
        "properties": {"request_id": _ANSWER_ID, "instance": _ANSWERED_INSTANCE, truth_member(contract): truth},
    }
    entries: dict[str, Json] = {"type": "array", "minItems": 1, "maxItems": MAX_ENTRIES, "items": entry}
    return {
        "FeedbackRequest": {
            "type": "object",
            "required": ["feedback"],
            "additionalProperties": False,
            "properties": {"feedback": entries},
        },
        "AcceptedFeedback": _ACCEPTED_FEEDBACK,
    }


def _only(member: str, schema: dict[str, Json]) -> Json:
    return {"type": "object", "required": [member], "properties": {member: schema}, "additionalProperties": False}


def _split_schema(names: list[Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "required": ["columns", "data"],
        "properties": {
            "columns": {"type": "array", "items": {**_TEXT, "enum": names}},
            "data": {"type": "array", "minItems": 1, "items": {"type": "array", "items": {}}},
            "index": {},
        },
    }
