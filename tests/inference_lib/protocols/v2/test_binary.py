"""The binary tensor data extension: raw tensors mean what those in JSON do, and no bytes are a fault of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from model_export import export
from tests.inference_lib.in_process import InProcessApi
from tests.inference_lib.protocols.v2.raw import (
    KINDS,
    NUMPY,
    OCTETS,
    ROWS,
    Body,
    in_json,
    infer,
    message_of,
    send,
    tensor_of,
    tensors_of,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> InProcessApi:
    """The API of a regression over two numbers, which takes a single tensor."""
    table = pd.DataFrame({"a": [0.0, 1.0, 2.0, 5.0], "b": [0.0, 3.0, 1.0, 2.0]})
    model = LinearRegression().fit(table, [0.0, 1.0, 4.0, 3.0])
    bundle = export(model, table, name="numbers", out=tmp_path_factory.mktemp("bundles"))
    return InProcessApi(bundle.path, MAX_INSTANCES="1000000")


def test_raw_tensors_are_answered_as_those_in_json_and_nan_is_a_missing_number(api: InProcessApi) -> None:
    status, answer = infer(api, tensors_of())
    assert status == 200
    assert (status, answer) == in_json(api)


def test_raw_tensors_and_tensors_in_json_may_be_mixed(api: InProcessApi) -> None:
    age, coffee, chronotype = tensors_of()
    listed = {"name": "cups of coffee", "shape": [2], "datatype": "INT64", "data": [0, 8]}
    assert coffee[1]
    assert infer(api, [age, (listed, b""), chronotype]) == in_json(api)


@pytest.mark.parametrize("datatype", [kind for kind in NUMPY if kind != "BOOL"])
def test_each_numeric_datatype_is_read_as_numpy_wrote_it(numbers: InProcessApi, datatype: str) -> None:
    values = [1, 2, 5, 3]
    status, answer = infer(numbers, [tensor_of("whatever", datatype, values, [2, 2])])
    assert status == 200
    instances: list[Any] = [{"a": 1, "b": 2}, {"a": 5, "b": 3}]
    _, expected = numbers.post("/predict", {"instances": list(instances)})
    assert answer["outputs"][0]["data"] == [each["value"] for each in expected["predictions"]]  # type: ignore[union-attr,call-overload,index] # of JSON


@pytest.mark.parametrize(
    ("tensor", "path", "message"),
    [
        ((0, "FP64", [40.5, 121]), "inputs.age.data[1]", "got one above the maximum"),
        ((0, "FP64", [40.5, float("inf")]), "inputs[0].data[1]", "expected a finite number within FP64"),
        ((0, "BYTES", ["a", "b"]), "inputs[0].datatype", "expected FP16 or FP32"),
        ((0, "FP64", [40.5]), "inputs[0].data", "expected 2 elements, as the shape says, got 1"),
        ((1, "FP64", [0.0, 1.5]), 'inputs["cups of coffee"].data[1]', "expected an integer"),
        ((1, "FP64", [0.0, None]), 'inputs["cups of coffee"].data[1]', "expected an integer, got null"),
        ((2, "BYTES", ["early", "noon"]), "inputs.chronotype.data[1]", "expected one of 'early', 'late'"),
        ((2, "BYTES", ["early", b"\xff"]), "inputs[2].data", "expected text in UTF-8, and element 1 is not"),
        ((2, "BOOL", [True, False]), "inputs[2].datatype", "expected BYTES"),
    ],
)  # fmt: skip
def test_the_contract_decides_about_raw_tensors_too(
    api: InProcessApi, tensor: tuple[int, str, list[Any]], path: str, message: str
) -> None:
    place, datatype, values = tensor
    tensors = tensors_of()
    name = list(KINDS)[place]
    tensors[place] = tensor_of(name, datatype, values, [2, 1])
    status, answer = infer(api, tensors)
    assert (status, answer["errors"][0]["path"]) == (400, path)
    assert message in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("change", "raw", "path", "message"),
    [
        ({"parameters": {"binary_data_size": 9}}, b"x" * 9, "inputs[0].data", "expected a multiple of 8 bytes"),
        ({"parameters": {"binary_data_size": 8}}, b"", "inputs", "expected 8 bytes after the JSON, as"),
        ({"parameters": {"binary_data_size": 8}}, b"x" * 9, "inputs", "as binary_data_size says, got 9"),
        ({"parameters": {"binary_data_size": -1}}, b"", "inputs[0].parameters.binary_data_size", "a number of bytes"),
        ({"parameters": {"binary_data_size": True}}, b"x", "inputs[0].parameters.binary_data_size", "of bytes"),
        ({"parameters": {"binary_data_size": 8}, "data": [1]}, b"x" * 8, "inputs[0].data", "got both"),
        ({"parameters": {}}, b"x", "inputs", "expected 0 bytes after the JSON"),
        ({"datatype": "BF16", "parameters": {"binary_data_size": 2}}, b"xx", "inputs[0].datatype", "expected FP16 or"),
        ({"datatype": ["FP64"], "parameters": {"binary_data_size": 2}}, b"xx", "inputs[0].datatype", "expected FP16"),
        ({"datatype": "BYTES", "parameters": {"binary_data_size": 3}}, b"xxx", "inputs[0].data", "in 4 bytes, got 3"),
        ({"datatype": "BYTES", "parameters": {"binary_data_size": 6}}, b"\3\0\0\0xx", "inputs[0].data", "got 2"),
        ({"datatype": "BOOL", "parameters": {"binary_data_size": 1}}, b"\2", "inputs[0].data", "bytes that are 0 or 1"),
        ({"shape": [2, 2], "parameters": {"binary_data_size": 8}}, b"x" * 8, "inputs[0].shape", "expected [N]"),
    ],
)  # fmt: skip
def test_each_malformed_body_has_its_sentence(
    api: InProcessApi, change: Body, raw: bytes, path: str, message: str
) -> None:
    status, answer = infer(api, [({"name": "age", "shape": [1], "datatype": "FP64", **change}, raw)])
    assert (status, answer["errors"][0]["path"]) == (400, path)
    assert message in answer["errors"][0]["message"]


@pytest.mark.parametrize("length", ["", "0", "-1", "1.5", "1, 1", "9" * 5000, "100000", "²"])
def test_a_length_that_is_none_is_refused_with_the_possible_ones(api: InProcessApi, length: str) -> None:
    body, _ = message_of(tensors_of())
    response = send(api, body, length)
    assert response.status == 400
    assert f"from 1 to {len(body)}, the length of the body" in json.loads(response.body)["detail"]


def test_a_length_beside_the_end_of_the_json_is_refused_as_json(api: InProcessApi) -> None:
    body, length = message_of(tensors_of())
    for wrong in (length - 1, length + 1):
        response = send(api, body, wrong)
        assert (response.status, "not JSON" in json.loads(response.body)["detail"]) == (400, True)


@pytest.mark.parametrize("media_type", ["", "application/json", OCTETS])
def test_raw_tensors_that_came_as_text_get_one_sentence_with_the_way_out(api: InProcessApi, media_type: str) -> None:
    body, length = message_of(tensors_of())
    headers = {"inference_header_content_length": str(length), **({"content_type": media_type} if media_type else {})}
    response = api.send("POST", "/v2/models/small/infer", body.decode(errors="replace"), **headers)
    assert response.status == 415
    detail = json.loads(response.body)["error"]
    assert "Send the header 'Content-Type: application/octet-stream'" in detail
    assert "pass binary_data=False to set_data_from_numpy" in detail


def test_json_alone_is_read_though_the_header_gives_its_length(api: InProcessApi) -> None:
    inputs = [{"name": "age", "shape": [1], "datatype": "FP64", "data": [-1]}]
    body = json.dumps({"inputs": inputs, "id": "é\ud800"}, ensure_ascii=False)
    length = str(len(body.encode(errors="replace")))
    response = api.send("POST", "/v2/models/small/infer", body, inference_header_content_length=length)
    assert json.loads(response.body)["errors"][0]["path"] == "inputs"


def test_json_of_the_binary_media_type_is_read_without_the_header(api: InProcessApi) -> None:
    inputs = [{"name": name, "shape": [1], "datatype": kind, "data": [ROWS[0][name]]} for name, kind in KINDS.items()]
    body = json.dumps({"inputs": inputs})
    response = api.send("POST", "/v2/models/small/infer", body, content_type=OCTETS)
    assert (response.status, json.loads(response.body)) == in_json(api, ROWS[:1])


def test_callers_that_send_json_do_not_pay_for_raw_tensors(bundle_path: Path) -> None:
    inputs = json.dumps({"inputs": [described for described, _ in tensors_of()]})
    program = (
        "import sys\nfrom inference_lib.handler import handler\nfrom inference_lib.testing import *\n"
        "def loaded(**headers):\n"
        f"    handler(rest_event('POST', '/v2/models/small/infer', {inputs!r}, headers), FakeContext())\n"
        "    return 'inference_lib.protocols.v2.binary' in sys.modules\n"
        "print([loaded(), loaded(**{'Inference-Header-Content-Length': '2'})], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env={**os.environ, "MODEL_BUNDLE": str(bundle_path), "AWS_EMF_NAMESPACE": "MLInference/dev"},
    )  # fmt: skip
    assert done.stderr == "[False, True]\n"


_SIZES = st.one_of(st.integers(-1, 40), st.none(), st.booleans(), st.floats(), st.text(max_size=2))
_DESCRIBED = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["age", "cups of coffee", "chronotype", "x"]),
        "shape": st.lists(st.integers(-1, 4), max_size=3) | st.none(),
        "datatype": st.sampled_from([*NUMPY, "BYTES", "BF16", None, 3]),
    },
    optional={"parameters": st.none() | st.fixed_dictionaries({"binary_data_size": _SIZES}), "data": st.none()},
)


@given(
    inputs=st.lists(_DESCRIBED | st.none(), max_size=3) | st.none(), raw=st.binary(max_size=60), off=st.integers(-2, 2)
)
def test_no_raw_body_is_a_fault_of_ours(api: InProcessApi, inputs: object, raw: bytes, off: int) -> None:
    head = json.dumps({"inputs": inputs}).encode()
    response = send(api, head + raw, len(head) + off)
    assert response.status == 400
    assert json.loads(response.body)["error"]


@given(body=st.binary(max_size=60), length=st.integers(-1, 70))
def test_no_bytes_are_a_fault_of_ours(api: InProcessApi, body: bytes, length: int) -> None:
    response = send(api, body, length)
    assert response.status == 400
    assert json.loads(response.body)["error"]


_PLAIN = {
    "BOOL": st.booleans(),
    "FP64": st.none() | st.floats(allow_nan=False),
    "FP32": st.floats(width=32, allow_nan=False),
    "FP16": st.floats(width=16, allow_nan=False),
    "INT64": st.integers(-(2**63), 2**63 - 1),
    "UINT8": st.integers(0, 255),
    "BYTES": st.text(max_size=5),
}


@given(st.data())
def test_raw_and_json_have_the_same_status_and_problems(api: InProcessApi, data: st.DataObject) -> None:
    kinds = {name: data.draw(st.sampled_from([kind, *_PLAIN])) for name, kind in KINDS.items()}
    values = {name: data.draw(st.lists(_PLAIN[kind], min_size=2, max_size=2)) for name, kind in kinds.items()}
    raw = [tensor_of(name, kind, values[name]) for name, kind in kinds.items()]
    inputs = [{"name": name, "shape": [2, 1], "datatype": kind, "data": values[name]} for name, kind in kinds.items()]
    expected = api.send("POST", "/v2/models/small/infer", json.dumps({"inputs": inputs}))
    assert infer(api, raw) == (expected.status, json.loads(expected.body))
