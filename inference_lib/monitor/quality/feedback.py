"""Joins feedback with the predictions that it is about, with queries of the function's log.

Feedback may be late, repeated, or about requests that are not in the log; each of these is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from inference_lib.contract.document import class_key
from inference_lib.monitor.quality.measures import Outcome
from inference_lib.protocols.feedback import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inference_lib.contract.document import Contract
    from inference_lib.monitor.log_insights import LogInsights

MAX_TRUTHS: Final = 2_000
"""Most instances of a window whose feedback is joined, the newest: each query names ``IDS_A_QUERY`` requests."""

IDS_A_QUERY: Final = 60
"""Ids of 128 characters fit into the 10 000 of a query.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

_OF_FEEDBACK: Final = f'filter message = "{MESSAGE}"'
_NEWEST: Final = (
    f"{_OF_FEEDBACK} | stats latest(truth) as newest, max(@timestamp) as at, count(*) as entries"
    f" by feedback_request_id, feedback_instance | sort at desc | limit {MAX_TRUTHS}"
)
_TOTAL: Final = f"{_OF_FEEDBACK} | stats count(*) as entries"


class Joined(NamedTuple):
    """The feedback of a window.

    Parameters
    ----------
    outcomes : list of Outcome
        Predictions of the model with their ground truth.
    received : int
        Entries of feedback.
    repeated : int
        Entries that a later one about the same instance replaced.
    unmatched : int
        Instances whose request is not in the log, is of another model, or whose label is not one of this model's.
    not_observed : int
        Instances of a request that is in the log, but not in the logged sample of its instances.
    left_out : int
        Entries that were ignored because there were more than ``MAX_TRUTHS``.
    """

    outcomes: list[Outcome]
    received: int
    repeated: int
    unmatched: int
    not_observed: int
    left_out: int


def joined_feedback(contract: Contract, insights: LogInsights, *, start: float, end: float, reach: float) -> Joined:
    """Return the feedback that was received in a window, with the predictions that it is about.

    Parameters
    ----------
    contract : Contract
        Of the model.
    insights : LogInsights
        Queries the log of the function that predicts.
    start, end : float, seconds since the epoch
        When the feedback was received.
    reach : float, seconds since the epoch
        How far back predictions are searched.

    Raises
    ------
    AwsError
        The log cannot be queried.
    """
    newest, totals = insights.query([_NEWEST, _TOTAL], start, end)
    received = sum(int(float(row["entries"])) for row in totals)
    truths = {(row["feedback_request_id"], _index(row["feedback_instance"])): row["newest"] for row in newest}
    seen = sum(int(float(row["entries"])) for row in newest)
    predictions = _predictions(contract, insights, sorted({request_id for request_id, _ in truths}), reach, end)
    outcomes = list(_outcomes(contract, truths, predictions))
    known = {request_id for request_id, _ in predictions}
    not_observed = sum(place not in predictions and place[0] in known for place in truths)
    return Joined(
        outcomes,
        received=received,
        repeated=seen - len(truths),
        unmatched=len(truths) - len(outcomes) - not_observed,
        not_observed=not_observed,
        left_out=received - seen,
    )


def _predictions(
    contract: Contract, insights: LogInsights, request_ids: Sequence[str], start: float, end: float
) -> dict[tuple[str, int], Mapping[str, str]]:
    queries = [
        f"filter function_request_id in [{_quoted(request_ids[at : at + IDS_A_QUERY])}]"
        f' and ispresent(scores) and model_version = "{contract.version}"'
        " | fields function_request_id, instance, scores, predicted"
        for at in range(0, len(request_ids), IDS_A_QUERY)
    ]
    found: dict[tuple[str, int], Mapping[str, str]] = {}
    for rows in insights.query(queries, start, end):
        found |= {(row["function_request_id"], _index(row.get("instance"))): row for row in rows}
    return found


def _quoted(request_ids: Sequence[str]) -> str:
    return ", ".join(f'"{request_id}"' for request_id in request_ids)


def _index(text: str | None) -> int:
    return int(float(text)) if text else 0


def _outcomes(
    contract: Contract,
    truths: Mapping[tuple[str, int], str],
    predictions: Mapping[tuple[str, int], Mapping[str, str]],
) -> Iterator[Outcome]:
    keys = {class_key(label) for label in contract.classes}
    for place, truth in truths.items():
        # Feedback for another version may name a class that this one does not have.
        if place in predictions and (not keys or truth in keys):
            prediction = predictions[place]
            scores = [float(part) for part in prediction["scores"].split(",")]
            yield Outcome(scores, truth, prediction.get("predicted", ""))
