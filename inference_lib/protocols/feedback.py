"""``POST /feedback``: the ground truth of an earlier request, which is named by its id."""

from __future__ import annotations

from inference_lib.contract.document import class_key
from inference_lib.contract.validation import json_type, member, object_of, unknown_members
from inference_lib.errors import MAX_REPORTED, FieldProblem, InvalidRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from inference_lib.contract.document import Contract, Json

MAX_ENTRIES: Final = 100
"""Maximum number of entries in one request."""

MAX_REQUEST_ID: Final = 128

MAX_INSTANCE: Final = 99_999
"""Largest index of an instance: no stack accepts more instances in a request."""

MAX_VALUE: Final = 1e100
"""Largest magnitude of an actual value, so that squared errors are finite."""

MESSAGE: Final = "feedback received"
"""``message`` of the line for one entry."""

_ENTRIES, _REQUEST_ID, _INSTANCE, _LABEL, _VALUE = "feedback", "request_id", "instance", "label", "value"


class Entry:
    """The ground truth of one instance of an earlier request.

    Parameters
    ----------
    request_id : str
        Of that request, from the response header ``x-request-id``.
    instance : int
        Which of its instances.
    truth : str
        The actual class, as a member of ``probabilities``, or the actual number.
    """

    __slots__ = ("instance", "request_id", "truth")

    def __init__(self, request_id: str, instance: int, truth: str) -> None:
        self.request_id = request_id
        self.instance = instance
        self.truth = truth

    def members(self) -> dict[str, Json]:
        """Return the members of its log line."""
        return {"feedback_request_id": self.request_id, "feedback_instance": self.instance, "truth": self.truth}


def truth_member(contract: Contract) -> str:
    """Return the member of an entry with the ground truth: ``label``, or ``value`` for a regressor."""
    return _VALUE if contract.task == "regression" else _LABEL


def read(document: Json, contract: Contract) -> list[Entry]:
    """Return the entries of a request; of several about one instance, the last.

    Parameters
    ----------
    document : object
        ``{"feedback": [{"request_id", "label", "instance"}]}``; ``value`` instead of ``label`` for a regressor.
        ``instance`` is optional; the first by default.
    contract : Contract
        The classes.

    Raises
    ------
    MalformedRequest
        The document is not an object.
    InvalidRequest
        With all problems of all entries.
    """
    members = object_of(document, _ENTRIES, "feedback")
    problems = unknown_members(members, (_ENTRIES,), "$")
    given = members.get(_ENTRIES)
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_ENTRIES:
        found = f"{len(given)}" if isinstance(given, list) else json_type(given)
        problems.append(FieldProblem(_ENTRIES, f"expected a list of 1 to {MAX_ENTRIES} objects, got {found}"))
        given = []
    entries = [_entry(each, f"{_ENTRIES}[{at}]", contract, problems) for at, each in enumerate(given)]
    if problems:
        shown = problems[:MAX_REPORTED]
        detail = f"The body is not feedback: {shown[0].path}: {shown[0].message}"
        raise InvalidRequest(detail if detail.endswith("?") else f"{detail}.", problems)
    # Their log lines have the same time, so that no query could find the newest.
    return list({(entry.request_id, entry.instance): entry for entry in entries if entry is not None}.values())


def _entry(given: Json, place: str, contract: Contract, problems: list[FieldProblem]) -> Entry | None:
    if not isinstance(given, dict):
        problems.append(FieldProblem(place, f"expected an object, got {json_type(given)}"))
        return None
    before, truth = len(problems), truth_member(contract)
    problems += unknown_members(given, (_REQUEST_ID, truth, _INSTANCE), place)
    request_id, instance = given.get(_REQUEST_ID), given.get(_INSTANCE, 0)
    if not isinstance(request_id, str) or not 1 <= len(request_id) <= MAX_REQUEST_ID or not _is_plain(request_id):
        expected = f"expected the x-request-id of a response, 1 to {MAX_REQUEST_ID} letters, digits and -_.:"
        problems.append(FieldProblem(member(place, _REQUEST_ID), expected))
    if type(instance) is not int or not 0 <= instance <= MAX_INSTANCE:
        expected = f"expected the index of an instance, 0 for the first, at most {MAX_INSTANCE}"
        problems.append(FieldProblem(member(place, _INSTANCE), expected))
    actual = _truth(given.get(truth), contract)
    if actual is None:
        problems.append(FieldProblem(member(place, truth), _expected_truth(contract)))
    if len(problems) > before or actual is None:
        return None
    return Entry(str(request_id), int(instance), actual)  # type: ignore[arg-type] # an int, as was checked


def _is_plain(text: str) -> bool:
    # It becomes part of a query to the log.
    return text.isascii() and text.translate({ord(sign): None for sign in "-_.:"}).isalnum()


def _truth(given: Json, contract: Contract) -> str | None:
    if contract.task == "regression":
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not -MAX_VALUE <= given <= MAX_VALUE:
            return None
        return repr(float(given))
    return next((class_key(each) for each in contract.classes if type(each) is type(given) and each == given), None)


def _expected_truth(contract: Contract) -> str:
    if contract.task == "regression":
        return f"expected a number from -{MAX_VALUE:g} to {MAX_VALUE:g}"
    return f"expected one of the classes {', '.join(map(class_key, contract.classes))}"
