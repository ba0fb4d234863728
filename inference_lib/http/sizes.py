"""How many predictions an answer has room for.

An answer above Lambda's limit never arrives: the runtime client ends when Lambda refuses the answer, and the caller
gets an error of the gateway. So the size is estimated from the contract before the model runs.
"""

from __future__ import annotations

import json
from array import array

from inference_lib.contract.document import class_key
from inference_lib.errors import FieldProblem, RequestTooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_lib.contract.document import Contract, Json
    from inference_lib.http.requests import Request
    from inference_lib.runtime.model import Prediction
    from inference_lib.runtime.tensors import Data

_FRAME_BYTES = 4096
"""Room for status and headers around the body."""

_LONGEST_NUMBER = -2.2250738585072014e-308
"""A double whose shortest exact form has the most characters, 24."""


def bytes_in_event(text: str) -> int:
    """Return the length of a text as a string inside an event or an answer, in bytes: quotation marks are escaped."""
    return len(text.encode(errors="replace")) + sum(map(text.count, '"\\\n\r\t'))


def longest_prediction(contract: Contract, *, explain: bool = False) -> Prediction:
    """Return a prediction that is at least as long in JSON as any other of the model.

    Parameters
    ----------
    contract : Contract
        Of the model.
    explain : bool
        Whether predictions have the contributions of the features.
    """
    prediction: Prediction = {"value": _LONGEST_NUMBER}
    if contract.outputs.keys().isdisjoint(("value", "probabilities")):
        prediction = _longest_of_form(contract)
    elif contract.classes:
        probabilities: dict[str, Json] = {class_key(each): _LONGEST_NUMBER for each in contract.classes}
        prediction = {
            "label": _longest(contract.classes),
            "probability": _LONGEST_NUMBER,
            "probabilities": probabilities,
        }
    if explain:
        prediction["contributions"] = {feature.name: _LONGEST_NUMBER for feature in contract.features}
    return prediction


def _longest(classes: Sequence[str | int | bool]) -> str | int | bool:
    return max(classes, key=lambda each: len(json.dumps(each)))


def _longest_of_form(contract: Contract) -> Prediction:
    from inference_lib.runtime.forms import former_of  # noqa: PLC0415 - the cold start of other tasks

    outputs: dict[str, Data] = {}
    for role in contract.outputs:
        name, _, number = role.partition("_")
        classes = contract.targets[int(number) - 1].classes if number else contract.classes
        if name == "label":
            label = _longest(classes)
            outputs[role] = [label] if isinstance(label, str) else array("q", [label])
        else:
            width = {"values": len(contract.targets), "score": 1}.get(name, len(classes))
            outputs[role] = array("d", [_LONGEST_NUMBER]) * width
    return former_of(contract)(outputs, 1)[0]


def most_predictions(longest: Prediction, answer: Callable[[list[Prediction]], Json], max_bytes: int) -> int:
    """Return how many predictions always fit into an answer.

    Parameters
    ----------
    longest : dict
        The longest prediction.
    answer : callable
        Returns the body of an answer with predictions, as the request's protocol writes it.
    max_bytes : int
        Of the whole answer of the function.
    """
    # With the spaces of a direct invocation's answer and the escapes of a gateway's, whichever it will be.
    frame, one = (bytes_in_event(json.dumps(answer([longest] * count))) for count in (0, 1))
    return max(0, max_bytes - _FRAME_BYTES - frame) // (one - frame + len(", "))


def check_room(request: Request, rows: int, place: str, most: int) -> None:
    """Refuse instances whose answer might be longer than what is delivered.

    Parameters
    ----------
    request : Request
        With the limit.
    rows : int
        Number of instances.
    place : str
        Where they are.
    most : int
        How many fit, from ``most_predictions``.

    Raises
    ------
    RequestTooLarge
        Says how many instances fit.
    """
    if rows > most:
        text = f"expected at most {most} instances, whose answer always fits into {request.max_answer_bytes} bytes"
        advice = "Send the others in another request." if most else "Send a shorter request."
        raise RequestTooLarge(
            f"The answer might be longer than what AWS Lambda returns: {text}, got {rows}. {advice}",
            [FieldProblem(place, f"{text}, got {rows}")],
        )
