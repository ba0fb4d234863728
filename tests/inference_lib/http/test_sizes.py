"""Sizes: what Lambda would not deliver is refused before the work, with the number of instances that fit."""

from __future__ import annotations

import json
import re
import tracemalloc
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pytest
from awslambdaric.lambda_runtime_marshaller import to_json
from sklearn.cluster import KMeans
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LinearRegression, RidgeClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB

from inference_lib.http.events import answer_of, messages_of, request_of
from inference_lib.http.requests import MAX_ANSWER_BYTES
from inference_lib.http.sizes import bytes_in_event, longest_prediction
from inference_lib.protocols.lines import MAX_REASON
from inference_lib.protocols.lines import request_of as batch_request_of
from inference_lib.testing import batch_event, read_lines, rest_event
from model_export import export
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

    from inference_lib.contract.document import Json

_ROWS = 3000
_ROW: dict[str, Json] = {"a": 0.1, "b": -0.2, "c": 0.3}
_V2 = "/v2/models/classes/infer"


def _instances(rows: int) -> list[Json]:
    return [_ROW] * rows


def _tensors(rows: int) -> list[Json]:
    return [{"name": name, "datatype": "FP64", "shape": [rows], "data": [_ROW[name]] * rows} for name in _ROW]


_BODIES: dict[str, Any] = {
    "predict": ("/predict", lambda rows: {"instances": _instances(rows)}),
    "invocations": ("/invocations", lambda rows: {"dataframe_records": _instances(rows)}),
    "bare list": ("/invocations", _instances),
    "infer": (_V2, lambda rows: {"inputs": _tensors(rows)}),
    "infer twice": (
        _V2,
        lambda rows: {"inputs": _tensors(rows), "outputs": [{"name": "probabilities"}] * 2, "id": '"é"' * 9},
    ),
}


@pytest.fixture(scope="module")
def many_classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose labels are many, long and need escapes."""
    generator = np.random.default_rng(0)
    table = pd.DataFrame(generator.normal(size=(900, 3)), columns=list(_ROW))
    labels = [f'größe "{row % 120:060d}"' for row in range(900)]
    model = GaussianNB().fit(table, labels)
    return export(model, table.head(60), name="classes", out=tmp_path_factory.mktemp("bundles")).path


@pytest.fixture(scope="module")
def api(many_classes: Path) -> InProcessApi:
    return InProcessApi(many_classes, MAX_INSTANCES="5000")


def _answered(api: InProcessApi, event: dict[str, Json]) -> tuple[int, Any, int]:
    """Return status, body and the length of what awslambdaric would send to Lambda."""
    response, _ = api.service.handle(request_of(event, "r-1"))
    return response.status, json.loads(response.body), len(to_json(answer_of(event, response)))


def _event(kind: str, rows: int) -> dict[str, Json]:
    path, body = _BODIES[kind]
    return rest_event("POST", path, body(rows))


@pytest.mark.parametrize("kind", _BODIES)
def test_instances_whose_answer_lambda_would_refuse_are_refused_with_the_number_that_fits(
    api: InProcessApi, kind: str
) -> None:
    status, problem, _ = _answered(api, _event(kind, _ROWS))
    assert status == 413, problem["detail"]
    found = re.search(r"expected at most (\d+) instances", problem["detail"])
    assert found is not None, problem["detail"]
    fit = int(found[1])
    status, _, size = _answered(api, _event(kind, fit))
    assert status == 200
    assert MAX_ANSWER_BYTES * 0.75 < size <= MAX_ANSWER_BYTES, "neither too many nor far too few"
    assert _answered(api, _event(kind, fit + 1))[0] == 413


def test_a_direct_invocation_is_refused_and_answered_alike(api: InProcessApi) -> None:
    status, problem, _ = _answered(api, {"instances": _instances(_ROWS)})
    assert status == 413
    fit = int(re.search(r"at most (\d+) instances", problem["detail"])[1])  # type: ignore[index] # asserted by the status
    status, _, size = _answered(api, {"instances": _instances(fit)})
    assert (status, size <= MAX_ANSWER_BYTES) == (200, True)


def test_refused_instances_are_not_scored(api: InProcessApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.bundle.model, "predict", lambda *_: pytest.fail("the model ran"))
    assert _answered(api, _event("predict", _ROWS))[0] == 413


_MANY = 20_000
_BYTES_A_ROW = 160
"""Less than the object of an instance takes."""
_OF_LIST = 140
"""What the list of three numbers takes that JSON has for a row, and its text."""


@pytest.mark.parametrize(
    ("path", "media_type", "body"),
    [
        (
            _V2,
            "application/json",
            json.dumps({"inputs": [{"name": "x", "shape": [_MANY, 3], "datatype": "INT8", "data": [1] * 3 * _MANY}]}),
        ),
        (
            "/invocations",
            "application/json",
            json.dumps({"dataframe_split": {"columns": ["a", "b", "c"], "data": [[1, 1, 1]] * _MANY}}),
        ),
        ("/invocations", "application/json", json.dumps({"inputs": dict.fromkeys("abc", [1] * _MANY)})),
        ("/invocations", "application/json", json.dumps([[1, 1, 1]] * _MANY)),
        ("/invocations", "text/csv", "a,b,c\n" + "1,1,1\n" * _MANY),
        ("/invocations", "text/csv", "1,1,1\n" * _MANY),
    ],
    ids=["V2", "split", "columns", "lists", "CSV", "CSV without a header"],
)
def test_too_many_instances_are_refused_before_an_object_is_made_of_each(
    api: InProcessApi, path: str, media_type: str, body: str
) -> None:
    tracemalloc.start()
    response = api.send("POST", path, body, content_type=media_type)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    at_most = _BYTES_A_ROW + (_OF_LIST if "[1, 1, 1]" in body else 0)
    assert (response.status, peak < at_most * _MANY) == (400, True), peak
    assert f"expected at most 5000 instances, got {_MANY}" in json.loads(response.body)["detail"]


def test_few_outputs_leave_room_for_more_instances(api: InProcessApi) -> None:
    body: dict[str, Json] = {"inputs": _tensors(_ROWS), "outputs": [{"name": "label"}]}
    status, _, size = _answered(api, rest_event("POST", _V2, body))
    assert (status, size < MAX_ANSWER_BYTES) == (200, True)


def test_a_long_id_leaves_less_room_even_for_one_instance(api: InProcessApi) -> None:
    body: dict[str, Json] = {"inputs": _tensors(1), "id": "é" * 900_000}
    event = rest_event("POST", _V2, json.dumps(body, ensure_ascii=False))
    status, problem, _ = _answered(api, event)
    assert (status, problem["detail"][-23:]) == (413, "Send a shorter request.")


def test_a_message_of_a_queue_is_scored_whatever_its_answer_would_be(api: InProcessApi) -> None:
    record: Json = {"eventSource": "aws:sqs", "messageId": "m", "body": json.dumps({"instances": _instances(_ROWS)})}
    (request,) = messages_of({"Records": [record]}) or []
    response, lines = api.service.handle(request)
    assert (response.status, read_lines(lines).metrics[0]["Predictions"]) == (200, _ROWS)


def test_lines_of_a_batch_that_is_invoked_directly_are_refused_too(api: InProcessApi) -> None:
    event = batch_event(_instances(_ROWS))
    response, _ = api.service.handle(batch_request_of(event, "r-1"), event)
    assert response.status == 413
    assert "expected at most" in response.body


def test_reasons_in_any_script_are_short_as_json(api: InProcessApi) -> None:
    event = batch_event([{"\N{GRINNING FACE}é" * 30 + str(number): 1 for number in range(10)}])
    response, _ = api.service.handle(batch_request_of(event, "r-1"), event)
    (line,) = json.loads(response.body)["lines"]
    assert MAX_REASON - 12 <= len(json.dumps(line["error"])) - 2 <= MAX_REASON


@pytest.mark.parametrize("explain", [False, True])
def test_the_longest_prediction_is_no_shorter_than_those_of_the_model(bundle_path: Path, explain: bool) -> None:
    api = InProcessApi(bundle_path)
    rows = [{"age": age, "cups of coffee": 3, "chronotype": "late"} for age in (0, 1 / 3, 119.99, None)]
    body: dict[str, Json] = {"instances": rows, "parameters": {"explain": explain}}  # type: ignore[dict-item] # JSON
    _, answer = api.post("/predict", body)
    longest = longest_prediction(api.bundle.contract, explain=explain)
    for prediction in answer["predictions"]:  # type: ignore[union-attr] # a list
        assert prediction.keys() == longest.keys()  # type: ignore[union-attr] # an object
        assert len(json.dumps(prediction)) <= len(json.dumps(longest))


@pytest.mark.parametrize(
    "text", ["", "plain", '{"a": "b"}', "back\\slash", "line\nline\r\ttab", "é", "\N{GRINNING FACE}"]
)
def test_the_length_in_an_event_is_that_of_a_json_string(text: str) -> None:
    assert bytes_in_event(text) == len(json.dumps(text, ensure_ascii=False).encode()) - len('""')


_TABLE = pd.DataFrame(np.random.default_rng(3).normal(size=(60, 3)), columns=list(_ROW))
_LABELS = np.where(_TABLE["a"] > 0, "warm", "cold")
_OTHER_FORMS: list[BaseEstimator] = [
    LinearRegression().fit(_TABLE, _TABLE[["a", "b"]].to_numpy()),
    MultiOutputClassifier(RidgeClassifier()).fit(_TABLE, np.column_stack([_LABELS, _LABELS[::-1]])),
    RidgeClassifier().fit(_TABLE, _LABELS),
    KMeans(2, random_state=0, n_init=1).fit(_TABLE),
    IsolationForest(n_estimators=5, random_state=0).fit(_TABLE),
]


@pytest.mark.parametrize("model", _OTHER_FORMS, ids=lambda each: type(each).__name__)
def test_the_longest_prediction_has_the_form_of_every_task_and_is_the_longest(
    model: BaseEstimator, tmp_path: Path
) -> None:
    exported = export(model, _TABLE, name="form", out=tmp_path)
    _, answer = InProcessApi(exported.path).post("/predict", {"instances": [_ROW]})
    (prediction,) = cast("list[dict[str, Json]]", answer["predictions"])
    longest = longest_prediction(exported.contract)
    assert longest.keys() == prediction.keys()
    assert len(json.dumps(longest)) >= len(json.dumps(prediction))
