"""Raw outputs of the binary tensor data extension: who gets them, what they hold, and how many fit."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from inference_lib.http.events import answer_of
from inference_lib.http.requests import MAX_ANSWER_BYTES
from inference_lib.testing import rest_event
from model_export import export
from tests.inference_lib.in_process import InProcessApi
from tests.inference_lib.protocols.v2.raw import (
    KINDS,
    OCTETS,
    ROWS,
    Body,
    in_json,
    message_of,
    raw_of,
    send,
    tensor_of,
    tensors_of,
)

if TYPE_CHECKING:
    from inference_lib.http.requests import Response


def _unpacked(response: Response) -> tuple[Body, bytes]:
    assert (response.status, response.is_base64, response.media_type) == (200, True, OCTETS)
    body = base64.b64decode(response.body, validate=True)
    length = int(response.headers["inference-header-content-length"])
    return json.loads(body[:length]), body[length:]


def test_outputs_are_raw_where_the_request_asks_for_them_and_takes_them(api: InProcessApi) -> None:
    _, expected = in_json(api)
    parameters = {"binary_data_output": True}
    response = send(api, *message_of(tensors_of(), parameters=parameters), Accept=f"{OCTETS}, */*")
    answer, raw = _unpacked(response)
    assert (answer["model_name"], answer["id"]) == ("small", "r-1")
    for output, expectation in zip(answer["outputs"], expected["outputs"], strict=True):
        size = output["parameters"]["binary_data_size"]
        assert raw[:size] == raw_of(output["datatype"], expectation["data"])
        assert {**output, "parameters": 0} == {**{k: v for k, v in expectation.items() if k != "data"}, "parameters": 0}
        raw = raw[size:]
    assert raw == b""


def test_each_output_may_be_raw_or_not_and_a_request_in_json_may_want_raw_ones(api: InProcessApi) -> None:
    outputs = [
        {"name": "label"},
        {"name": "probability", "parameters": {"binary_data": True}},
        {"name": "probabilities", "parameters": {"binary_data": False}},
    ]
    _, expected = in_json(api, outputs=outputs)
    inputs = [
        {"name": name, "shape": [2], "datatype": kind, "data": [row[name] for row in ROWS]}
        for name, kind in KINDS.items()
    ]
    body = json.dumps({"inputs": inputs, "outputs": outputs})
    answer, raw = _unpacked(api.send("POST", "/v2/models/small/infer", body, accept=OCTETS))
    label, probability, probabilities = answer["outputs"]
    assert [label, probabilities] == [expected["outputs"][0], expected["outputs"][2]]
    assert "data" not in probability
    assert raw == raw_of("FP64", expected["outputs"][1]["data"])


@pytest.mark.parametrize("accept", ["", "*/*", "application/json, application/octet-stream"])
def test_who_does_not_take_bytes_first_gets_json_because_a_gateway_would_pass_on_base64(
    api: InProcessApi, accept: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    response = send(api, *message_of(tensors_of(), parameters={"binary_data_output": True}), **headers)  # type: ignore[arg-type] # a length is none of them
    assert (response.status, json.loads(response.body)) == in_json(api)


@pytest.mark.parametrize("outputs", [1, 300])
def test_as_many_rows_are_answered_raw_as_certainly_fit(outputs: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    generator = np.random.default_rng(0)
    table = pd.DataFrame(generator.normal(size=(400, 2)), columns=["a", "b"])
    model = GaussianNB().fit(table, [f"class of {row % 40:0200d}" for row in range(400)])
    bundle = export(model, table.head(60), name="numbers", out=tmp_path_factory.mktemp("bundles"))
    api = InProcessApi(bundle.path, MAX_INSTANCES="1000000")
    wanted = [{"name": "label", "parameters": {"binary_data": True}}] * outputs

    def answered(rows: int) -> Response:
        tensor = tensor_of("x", "INT8", [1] * 2 * rows, [rows, 2])
        return send(api, *message_of([tensor], outputs=wanted), Accept=OCTETS)

    refused = answered(60_000)
    assert refused.status == 413
    most = int(json.loads(refused.body)["detail"].split("at most ")[1].split()[0])
    assert answered(most + 1).status == 413
    response = answered(most)
    assert response.status == 200
    length = len(json.dumps(answer_of(rest_event("POST", "/", ""), response)))
    assert MAX_ANSWER_BYTES * 0.98 < length <= MAX_ANSWER_BYTES
