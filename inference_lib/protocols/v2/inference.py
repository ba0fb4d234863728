"""The Open Inference Protocol V2 over REST: metadata of the server and the model, and inference.

``tensors`` reads the requests, and ``binary`` those of the binary tensor data extension.

References
----------
.. [1] https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from __future__ import annotations

import json

from inference_lib.bundle.profile import by_target
from inference_lib.contract.validation import json_type, suggestion
from inference_lib.errors import FieldProblem, InvalidRequest
from inference_lib.protocols.v2.tensors import takes_octets, takes_one_tensor
from inference_lib.scoring.explain import CONTRIBUTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from inference_lib.contract.document import Contract, Json
    from inference_lib.http.requests import Request, Response
    from inference_lib.runtime.model import Prediction
    from inference_lib.runtime.table import Table

    Answer = dict[str, Json]

SERVER = "inference-lib"
PLATFORM = "onnx_onnxv1"
DATATYPES = {"number": "FP64", "integer": "INT64", "string": "BYTES", "boolean": "BOOL"}
"""Of the tensor that carries a feature, by the feature's type."""

_CONTRIBUTIONS_OUTPUT = CONTRIBUTIONS
_ALIASES = {"predict": "label", "predict_proba": "probabilities"}
"""The names that MLServer gives to a scikit-learn model's outputs."""


def server_metadata(version: str) -> dict[str, Json]:
    """Return the answer to ``GET /v2``."""
    return {"name": SERVER, "version": version, "extensions": ["binary_tensor_data"]}


def model_metadata(contract: Contract) -> dict[str, Json]:
    """Return the answer to ``GET /v2/models/{model}``: a tensor of one column for each feature.

    ``properties`` has the order of the columns of outputs with a number for each class or target and, when the features
    may come in a single tensor of any name, the order of its columns.
    """
    inputs: list[Json] = [
        {"name": feature.name, "datatype": DATATYPES[feature.type], "shape": [-1, 1]} for feature in contract.features
    ]
    outputs: list[Json] = [
        {"name": name, "datatype": datatype, "shape": [-1, width]}
        for name, (datatype, width) in _outputs(contract).items()
    ]
    metadata: dict[str, Json] = {
        "name": contract.name,
        "versions": [contract.version],
        "platform": PLATFORM,
        "inputs": inputs,
        "outputs": outputs,
    }
    properties: dict[str, Json] = {}
    if contract.classes:
        properties["classes"] = json.dumps(list(contract.classes))
    if contract.targets:
        classes = {target.name: list(target.classes) for target in contract.targets}
        properties |= {"targets": json.dumps(list(classes)), "classes": json.dumps(classes)}
    if takes_one_tensor(contract):
        properties["single_tensor"] = json.dumps([feature.name for feature in contract.features])
    return {**metadata, "properties": properties} if properties else metadata


def _outputs(contract: Contract) -> dict[str, tuple[str, int]]:
    """Return datatype and width of each output; those of several targets begin with the target's name."""
    if contract.task == "regression":
        return {"values": ("FP64", len(contract.targets))} if contract.targets else {"value": ("FP64", 1)}
    if not contract.targets:
        return _labelled(contract.classes, contract.outputs.keys())
    found: dict[str, tuple[str, int]] = {}
    for number, target in enumerate(contract.targets, start=1):
        roles = {role.removesuffix(f"_{number}") for role in contract.outputs if role.endswith(f"_{number}")}
        outputs = _labelled(target.classes, roles)
        found |= {f"{target.name}.{name}": output for name, output in outputs.items()}
    return found


def _labelled(classes: Sequence[Json], roles: Collection[str]) -> dict[str, tuple[str, int]]:
    label = "BYTES" if isinstance(classes[0], str) else "BOOL" if isinstance(classes[0], bool) else "INT64"
    found: dict[str, tuple[str, int]] = {"label": (label, 1)}
    if "score" in roles:
        found["score"] = ("FP64", 1)
    if "probabilities" in roles:
        found["probability"] = ("FP64", 1)
    by_class = (name for name in ("probabilities", "scores", "distances") if name in roles)
    return found | {name: ("FP64", len(classes)) for name in by_class}


def wanted_outputs(document: dict[str, Json], contract: Contract, *, explain: bool) -> list[tuple[str, str]]:
    """Return the outputs that a request names: the name in the request, and ours.

    Raises
    ------
    InvalidRequest
        An output is unknown, or the member is not a list of objects with a name.
    """
    known = [*_outputs(contract), *([_CONTRIBUTIONS_OUTPUT] if explain else [])]
    named = document.get("outputs")
    if named is None:
        return [(name, name) for name in known]
    aliases = {"predict": next(iter(known))} if contract.task == "regression" else _ALIASES
    wanted: list[tuple[str, str]] = []
    problems: list[FieldProblem] = []
    for index, output in enumerate(named if isinstance(named, list) else [None]):
        name = output.get("name") if isinstance(output, dict) else None
        if isinstance(output, dict) and _wants_classification(output):
            text = "classification is not supported; leave it out, 'label' and 'probabilities' have the classes"
            problems.append(FieldProblem(f"outputs[{index}].parameters.classification", text))
        elif not isinstance(name, str):
            problems.append(FieldProblem(f"outputs[{index}].name", "expected the name of an output"))
        elif aliases.get(name, name) not in known:
            text = f"unknown output{suggestion(name, known)}; expected one of {', '.join(known)}"
            problems.append(FieldProblem(f"outputs[{index}].name", text))
        else:
            wanted.append((name, aliases.get(name, name)))
    if problems:
        raise InvalidRequest(f"The outputs do not match the model: {problems[0].message}.", problems)
    return wanted


def id_of(document: dict[str, Json]) -> str:
    """Return the id that a request gives itself; empty when it has none.

    Raises
    ------
    InvalidRequest
        It is not a string.
    """
    given = document.get("id")
    if given is None or isinstance(given, str):
        return given or ""
    message = f"expected a string, got {json_type(given)}"
    raise InvalidRequest(f"The id of the request is wrong: {message}.", [FieldProblem("id", message)])


def _wants_classification(output: dict[str, Json]) -> bool:
    parameters = output.get("parameters")
    return isinstance(parameters, dict) and "classification" in parameters


def answer(
    contract: Contract, predictions: Sequence[Prediction], wanted: Sequence[tuple[str, str]], request_id: str
) -> dict[str, Json]:
    """Return the answer to an inference request.

    Parameters
    ----------
    contract : Contract
        Of the model.
    predictions : sequence of dict
        One for each row.
    wanted : sequence of (str, str)
        From ``wanted_outputs``.
    request_id : str
        The request's own id, or Lambda's.
    """
    columns = {**_outputs(contract), _CONTRIBUTIONS_OUTPUT: ("FP64", len(contract.features))}
    outputs: list[Json] = []
    for alias, name in wanted:
        datatype, width = columns[name]
        data = _column(contract, predictions, name)
        outputs.append({"name": alias, "shape": [len(predictions), width], "datatype": datatype, "data": data})
    return {"model_name": contract.name, "model_version": contract.version, "id": request_id, "outputs": outputs}


def form_of(
    request: Request, document: dict[str, Json], wanted: Sequence[tuple[str, str]]
) -> tuple[Callable[[Answer], Json], Callable[[Answer], Answer | Response]]:
    """Return how the answer is measured and how it is written: as JSON, or with the raw outputs that the request wants.

    Raw outputs need ``Accept: application/octet-stream`` too: without it, they would reach the caller as base64.
    """
    if takes_octets(request):
        from inference_lib.protocols.v2 import binary  # noqa: PLC0415 - the cold start of callers that take JSON

        raw = binary.raw_outputs(document, len(wanted))
        if raw:
            return lambda found: binary.room(found, raw), lambda found: binary.packed(found, raw)
    return _unchanged, _unchanged


def _unchanged(found: Answer) -> Answer:
    return found


def _column(contract: Contract, predictions: Sequence[Prediction], name: str) -> list[Json]:
    if isinstance(predictions, list):
        return [value for prediction in predictions for value in _row(contract, prediction, name)]
    table: Table = predictions  # type: ignore[assignment] # what is no list
    return table.column(name)


def _row(contract: Contract, prediction: Prediction, name: str) -> list[Json]:
    value = prediction.get(name)
    if name not in prediction and contract.targets:
        target, _, output = name.rpartition(".")
        value = by_target(prediction)[target][output]
    # Classes, targets and features are in the order of the contract.
    return list(value.values()) if isinstance(value, dict) else [value]
