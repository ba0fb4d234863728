"""The product's own protocol: ``{"instances": [...]}`` in, ``{"model", "predictions"}`` out."""

from __future__ import annotations

from inference_lib.contract.validation import json_type, object_of, unknown_members
from inference_lib.errors import FieldProblem, InvalidRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Contract, Json
    from inference_lib.runtime.model import Prediction

_MEMBERS = ("instances", "parameters")
_PARAMETERS = ("explain",)


def read(document: Json) -> tuple[Json, bool]:
    """Return the instances of a request, and whether to explain their predictions.

    Raises
    ------
    MalformedRequest
        The document is not an object.
    InvalidRequest
        The member is missing, or there are others.
    """
    members = object_of(document, "instances", "a request")
    problems = unknown_members(members, _MEMBERS, "$")
    if "instances" not in members:
        problems.insert(0, FieldProblem("instances", "required member is missing; expected a list of objects"))
    if problems:
        raise _refused(problems)
    return members["instances"], "parameters" in members and wants_explanation(members["parameters"])


def wants_explanation(parameters: Json) -> bool:
    """Return the parameter ``explain`` of a request.

    Raises
    ------
    InvalidRequest
        The parameters are not an object, contain an unknown one, or ``explain`` is not a boolean.
    """
    if not isinstance(parameters, dict):
        problems = [FieldProblem("parameters", f"expected an object, got {json_type(parameters)}")]
    else:
        problems = unknown_members(parameters, _PARAMETERS, "parameters", "parameter")
        explain = parameters.get("explain", False)
        if not isinstance(explain, bool):
            problems.append(FieldProblem("parameters.explain", f"expected a boolean, got {json_type(explain)}"))
        if not problems:
            return explain is True
    raise _refused(problems)


def _refused(problems: list[FieldProblem]) -> InvalidRequest:
    return InvalidRequest(f"The body is not a request: {problems[0].path}: {problems[0].message}.", problems)


def answer(contract: Contract, predictions: Sequence[Prediction]) -> dict[str, Json]:
    """Return the members of the answer."""
    return {"model": model_of(contract), "predictions": predictions}  # type: ignore[dict-item] # the encoder writes tables too


def model_of(contract: Contract) -> dict[str, Json]:
    """Return the name and the version of the model."""
    return {"name": contract.name, "version": contract.version}


def most_instances(contract: Contract) -> int:
    """Return how many instances a request may have so that the answer always arrives; 0 when not even one does."""
    from inference_lib.http import sizes  # noqa: PLC0415 - the function needs it for large requests only
    from inference_lib.http.requests import MAX_ANSWER_BYTES  # noqa: PLC0415

    longest = sizes.longest_prediction(contract)
    return sizes.most_predictions(longest, lambda some: answer(contract, some), MAX_ANSWER_BYTES)
