"""What reviewers read of a preview."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from operate.preview.changes import Change, changes
from operate.preview.summary import Reviewed, summary

if TYPE_CHECKING:
    from inference_lib.contract.document import Contract

IMAGE = "docker:index/image:Image"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
API = "aws:apigateway/restApi:RestApi"


def event(operation: str, type_: str, name: str, old: object = None, new: object = None) -> str:
    """Return an event as the engine logs it."""
    urn = f"urn:pulumi:dev::inference::inference:serving:Serving${type_}::{name}"
    states: dict[str, Any] = {"old": old and {"inputs": old}, "new": new and {"inputs": new}}
    return json.dumps(
        {"sequence": 1, "resourcePreEvent": {"metadata": {"op": operation, "urn": urn, "type": type_, **states}}}
    )


def image(version: str) -> dict[str, object]:
    return {"build": {"args": {"MODEL_VERSION": version}}}


def reviewed(contract: Contract, *found: Change, **others: Any) -> str:  # noqa: ANN401 - fields of Reviewed
    return summary(
        Reviewed(
            **{"stack": "dev", "changes": found, "live": None, "served": contract, "costs": (10.0, 10.0), **others}
        )
    )


def test_only_what_changes_is_read_from_the_log_of_the_engine() -> None:
    log = [
        json.dumps({"sequence": 0, "preludeEvent": {"config": {}}}),
        event("same", API, "api-api", {"body": "{}"}, {"body": "{}"}),
        event("update", ALARM, "alarms-errors", {"threshold": 5}, {"threshold": 9}),
        event("create", ALARM, "alarms-new", None, {"threshold": 1}),
    ]

    assert changes(log) == [
        Change(operation="update", type=ALARM, name="alarms-errors", old={"threshold": 5}, new={"threshold": 9}),
        Change(operation="create", type=ALARM, name="alarms-new", old={}, new={"threshold": 1}),
    ]


def test_without_a_change_everything_is_as_before(contract: Contract) -> None:
    text = reviewed(contract)

    assert "model: good night 0123456789ab, as before" in text
    assert "thresholds: as before" in text
    assert "routes: as before" in text
    assert "cost: 10.00 -> 10.00 USD a month" in text
    assert "resources: no change" in text


def test_the_metrics_of_a_retrained_model_are_beside_those_of_the_live_one(contract: Contract) -> None:
    live, served = copy.copy(contract), copy.copy(contract)
    live.version, live.metrics, served.metrics = "0000", {"accuracy": 0.7}, {"accuracy": 0.8, "roc_auc": 0.9}
    retrained = Change(operation="update", type=IMAGE, name="image-image", old=image("0000"), new=image(served.version))

    text = reviewed(served, retrained, live=live)

    assert "model: good night 0000 -> 0123456789ab" in text
    assert "accuracy: 0.7 -> 0.8" in text
    assert "roc_auc: ? -> 0.9" in text
    assert "metrics of 0000: its bundle is not in this checkout" in reviewed(served, retrained)


def test_thresholds_and_routes_are_shown_before_and_after(contract: Contract) -> None:
    paths: list[dict[str, object]] = [
        {"/predict": {"post": {}, "x-amazon-apigateway-any-method": {}}},
        {"/feedback": {"post": {}}},
    ]
    bodies = [json.dumps({"paths": each}) for each in (paths[0], paths[0] | paths[1])]
    old = {"name": "errors", "threshold": 5, "period": 60}
    found = (
        Change(operation="update", type=ALARM, name="alarms-errors", old=old, new={**old, "threshold": 9}),
        Change(operation="update", type=API, name="api-api", old={"body": bodies[0]}, new={"body": bodies[1]}),
    )

    text = reviewed(contract, *found)

    assert "errors: threshold 5 -> 9" in text
    assert "period" not in text
    assert "+ POST /feedback" in text
    assert "POST /predict" not in text
    assert "resources: 2 update" in text


def test_the_first_deployment_has_no_cost_before_and_a_missing_estimate_says_why(contract: Contract) -> None:
    assert "cost: 12.50 USD a month" in reviewed(contract, costs=(None, 12.5))
    assert "cost: not estimated: no price" in reviewed(contract, costs="no price")
