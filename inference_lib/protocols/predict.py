"""The product's own protocol: ``{"instances": [...]}`` in, ``{"model", "predictions"}`` out."""

from __future__ import annotations

from inference_lib.errors import InvalidRequest, MalformedRequest
from inference_lib.problems import FieldProblem
from inference_lib.validation import json_type, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract import Contract, Json
    from inference_lib.model import Prediction

_MEMBERS = ("instances",)


def instances_of(document: Json) -> Json:
    """Return the ``instances`` member of a request.

    Raises
    ------
    MalformedRequest
        The document is not an object.
    InvalidRequest
        The member is missing, or there are others.
    """
    if not isinstance(document, dict):
        detail = f"expected an object with the member 'instances', got {json_type(document)}"
        raise MalformedRequest(f"The body is not a request: {detail}.", [FieldProblem("$", detail)])
    problems = [
        FieldProblem(f"$.{name[:64]}", f"unknown member{suggestion(name, _MEMBERS)}")
        for name in document
        if name not in _MEMBERS
    ]
    if "instances" not in document:
        problems.insert(0, FieldProblem("instances", "required member is missing; expected a list of objects"))
    if problems:
        raise InvalidRequest(f"The body is not a request: {problems[0].path}: {problems[0].message}.", problems)
    return document["instances"]


def answer(contract: Contract, predictions: list[Prediction]) -> dict[str, Json]:
    """Return the members of the answer."""
    answered: list[Json] = list(predictions)
    return {"model": model_of(contract), "predictions": answered}


def model_of(contract: Contract) -> dict[str, Json]:
    """Return which model answers: its name and version."""
    return {"name": contract.name, "version": contract.version}
