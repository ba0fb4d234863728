"""The Open Inference Protocol V2: every route, every layout of tensors, and problems that name the tensor."""

from __future__ import annotations

import base64
import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.protocols.v2.tensors import INTEGERS
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

Body = dict[str, Any]
_ROWS: list[dict[str, Any]] = [
    {"age": 40.5, "cups of coffee": 0, "chronotype": "early"},
    {"age": None, "cups of coffee": 8, "chronotype": "late"},
]
_TYPES = {"age": "FP64", "cups of coffee": "INT64", "chronotype": "BYTES"}


def _infer(api: InProcessApi, body: Body, suffix: str = "") -> tuple[int, Body]:
    return api.post(f"/v2/models/small{suffix}/infer", body)


def _columns(rows: list[dict[str, Any]] = _ROWS, shape: tuple[int, ...] = ()) -> Body:
    inputs = [
        {"name": name, "shape": [len(rows), *shape], "datatype": kind, "data": [row[name] for row in rows]}
        for name, kind in _TYPES.items()
    ]
    return {"inputs": inputs}


def _expected(api: InProcessApi) -> list[dict[str, Any]]:
    instances: Body = {"instances": copy.deepcopy(_ROWS)}
    status, answer = api.post("/predict", instances)
    assert status == 200
    predictions: list[dict[str, Any]] = answer["predictions"]  # type: ignore[assignment] # of JSON
    return predictions


def _output(answer: Body, name: str) -> Body:
    (found,) = [output for output in answer["outputs"] if output["name"] == name]
    return dict(found)


@pytest.mark.parametrize("shape", [(), (1,)])
def test_one_tensor_a_feature_is_answered_as_the_own_protocol_does(api: InProcessApi, shape: tuple[int, ...]) -> None:
    status, answer = _infer(api, _columns(shape=shape))
    expected = _expected(api)
    assert status == 200
    assert (answer["model_name"], answer["model_version"]) == ("small", api.bundle.contract.version)
    label, probabilities = _output(answer, "label"), _output(answer, "probabilities")
    assert (label["shape"], label["datatype"]) == ([2, 1], "BYTES")
    assert label["data"] == [each["label"] for each in expected]
    assert (probabilities["shape"], probabilities["datatype"]) == ([2, 2], "FP64")
    assert probabilities["data"] == [value for each in expected for value in each["probabilities"].values()]


def test_nested_data_is_the_same_as_flat_data(api: InProcessApi) -> None:
    nested = _columns(shape=(1,))
    for tensor in nested["inputs"]:
        tensor["data"] = [[value] for value in tensor["data"]]
    assert _infer(api, nested) == _infer(api, _columns(shape=(1,)))


def test_the_models_own_packed_tensors_are_read(api: InProcessApi) -> None:
    inputs = [
        {
            "name": tensor.name,
            "shape": [2, len(tensor.features)],
            "datatype": "BYTES" if tensor.element_type == "string" else "FP64",
            "data": [row[name] for row in _ROWS for name in tensor.features],
        }
        for tensor in api.bundle.contract.inputs
    ]
    status, answer = _infer(api, {"inputs": inputs})
    assert status == 200
    assert _output(answer, "label")["data"] == [each["label"] for each in _expected(api)]


def test_outputs_are_the_requested_ones_by_their_own_names_or_aliases(api: InProcessApi) -> None:
    status, answer = _infer(api, {**_columns(), "outputs": [{"name": "predict_proba"}, {"name": "label"}]})
    assert status == 200
    assert [output["name"] for output in answer["outputs"]] == ["predict_proba", "label"]


def test_the_id_is_the_callers_or_lambdas(api: InProcessApi) -> None:
    assert _infer(api, {**_columns(), "id": "mine"})[1]["id"] == "mine"
    assert _infer(api, _columns())[1]["id"] == "r-1"


def test_the_version_is_a_part_of_the_path_or_not(api: InProcessApi) -> None:
    version = api.bundle.contract.version
    assert _infer(api, _columns(), f"/versions/{version}") == _infer(api, _columns())
    assert _infer(api, _columns(), "/versions/none")[0] == 404
    assert api.post("/v2/models/other/infer", _columns())[0] == 404


def test_parameters_that_clients_send_by_themselves_change_nothing(api: InProcessApi) -> None:
    parameters = {"content_type": "pd", "binary_data_output": True}
    assert _infer(api, {**_columns(), "parameters": parameters}) == _infer(api, _columns())


def test_base64_texts_are_decoded(api: InProcessApi) -> None:
    body = _columns()
    body["inputs"][2]["parameters"] = {"content_type": "base64"}
    body["inputs"][2]["data"] = [base64.b64encode(text.encode()).decode() for text in body["inputs"][2]["data"]]
    assert _infer(api, body) == _infer(api, _columns())
    body["inputs"][2]["data"] = ["?", "?"]
    assert _infer(api, body)[0] == 400


def test_contributions_are_an_output_on_request(api: InProcessApi) -> None:
    status, answer = _infer(api, {**_columns(), "parameters": {"explain": True}})
    assert status == 200
    contributions = _output(answer, "contributions")
    assert contributions["shape"] == [2, 3]
    assert len(contributions["data"]) == 6


@pytest.mark.parametrize(
    ("place", "change", "path", "message"),
    [
        (0, {"name": "agee"}, "inputs[0].name", "did you mean 'age'?"),
        (0, {"name": 1}, "inputs[0].name", "expected a string, got a number"),
        (0, {"datatype": "BYTES"}, "inputs[0].datatype", "expected FP16 or FP32"),
        (0, {"datatype": ["FP64"]}, "inputs[0].datatype", "expected FP16 or FP32"),
        (0, {"shape": [3]}, "inputs[0].data", "expected 3 elements, as the shape says, got 2"),
        (0, {"shape": [2, 2]}, "inputs[0].shape", "expected [N] or [N, 1]"),
        (0, {"shape": []}, "inputs[0].shape", "expected [N] or [N, 1]"),
        (0, {"shape": [-1]}, "inputs[0].shape", "expected a list of whole numbers"),
        (0, {"shape": "2"}, "inputs[0].shape", "expected a list of whole numbers"),
        (0, {"data": {}}, "inputs[0].data", "expected a list, got an object"),
        (0, {"data": ["1", 2]}, "inputs[0].data[0]", "expected a number, got a string"),
        (0, {"data": [True, 2]}, "inputs[0].data[0]", "expected a number, got a boolean"),
        (0, {"datatype": "FP16", "data": [1, 70000]}, "inputs[0].data[1]", "expected a finite number within FP16"),
        (0, {"data": [1, 121]}, "inputs.age.data[1]", "expected a number from 0 to 120, got one above the maximum"),
        (0, {"parameters": {"binary_data_size": 8}}, "inputs[0].parameters.binary_data_size", "need the header"),
        (1, {"data": [1, 2.5]}, "inputs[1].data[1]", "expected an integer, got a number with a fraction"),
        (1, {"datatype": "UINT8", "data": [1, 256]}, "inputs[1].data[1]", "expected an integer from 0 to 255"),
        (1, {"data": [1, None]}, 'inputs["cups of coffee"].data[1]', "expected an integer, got null"),
        (2, {"data": ["early", "noon"]}, "inputs.chronotype.data[1]", "expected one of 'early', 'late'"),
        (2, {"name": "age"}, "inputs[2].name", "this tensor occurs twice"),
        (2, {"shape": [1], "data": ["early"]}, "inputs", "the tensors have different numbers of rows"),
    ],
)
def test_each_problem_names_its_tensor(api: InProcessApi, place: int, change: Body, path: str, message: str) -> None:
    body = _columns()
    body["inputs"][place] |= change
    status, answer = _infer(api, body)
    assert status == 400
    first = answer["errors"][0]
    assert first["path"] == path
    assert message in first["message"]
    assert answer["error"] == answer["detail"], "the one member that V2's clients read"


def test_missing_and_repeated_tensors_are_reported(api: InProcessApi) -> None:
    body = _columns()
    del body["inputs"][1]
    assert _infer(api, body)[1]["errors"] == [
        {"path": "inputs", "message": "the tensor of 'cups of coffee' is missing"}
    ]
    body = _columns()
    body["inputs"].append(body["inputs"][0])
    assert _infer(api, body)[1]["errors"][0]["message"] == "this tensor occurs twice; expected each once"


def test_a_feature_that_may_be_missing_needs_no_tensor(api: InProcessApi) -> None:
    body = _columns([{**row, "age": None} for row in _ROWS])
    left_out = {"inputs": body["inputs"][1:]}
    assert _infer(api, left_out) == _infer(api, body)


def test_unknown_outputs_are_reported(api: InProcessApi) -> None:
    for outputs, message in (
        ([{"name": "lable"}], "did you mean 'label'?"),
        ([1], "expected the name"),
        ("x", "expected the name"),
    ):
        status, answer = _infer(api, {**_columns(), "outputs": outputs})
        assert status == 400
        assert message in answer["errors"][0]["message"]


@given(datatype=st.sampled_from(sorted(INTEGERS)), value=st.integers(-(2**70), 2**70))
def test_integers_are_held_to_the_range_of_their_datatype(bundle_path: Path, datatype: str, value: int) -> None:
    body = _columns(_ROWS[:1])
    body["inputs"][1] |= {"datatype": datatype, "data": [value]}
    low, high = INTEGERS[datatype]
    status, _ = _infer(_cached(bundle_path), body)
    assert status == (200 if low <= value <= high and 0 <= value <= 20 else 400)


_ASKERS: dict[Path, InProcessApi] = {}


def _cached(path: Path) -> InProcessApi:
    return _ASKERS.setdefault(path, InProcessApi(path)) if path not in _ASKERS else _ASKERS[path]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "shape", "datatype", "data"]), inner)
    ),
    max_leaves=12,
)


@given(inputs=_JSON, outputs=_JSON, parameters=_JSON)
def test_no_body_is_a_fault_of_ours(bundle_path: Path, inputs: object, outputs: object, parameters: object) -> None:
    body = json.dumps({"inputs": inputs, "outputs": outputs, "parameters": parameters})
    response = _cached(bundle_path).send("POST", "/v2/models/small/infer", body)
    assert response.status == 400
    assert json.loads(response.body)["error"]


def test_the_server_and_the_model_describe_themselves(api: InProcessApi) -> None:
    contract = api.bundle.contract
    assert api.get("/v2")[1]["extensions"] == ["binary_tensor_data"]
    assert api.get("/v2/")[0] == 200
    assert api.get("/v2/health/live")[1] == api.get("/v2/health/ready")[1] == {"live": True, "ready": True}
    assert api.get("/v2/models")[1] == {"models": ["small"]}
    assert api.get("/v2/models/small/ready")[1] == {"name": "small", "ready": True}
    status, model = api.get(f"/v2/models/small/versions/{contract.version}")
    assert status == 200
    assert (model["name"], model["versions"], model["platform"]) == ("small", [contract.version], "onnx_onnxv1")
    assert model["inputs"] == [
        {"name": "age", "datatype": "FP64", "shape": [-1, 1]},
        {"name": "cups of coffee", "datatype": "INT64", "shape": [-1, 1]},
        {"name": "chronotype", "datatype": "BYTES", "shape": [-1, 1]},
    ]
    assert model["properties"] == {"classes": json.dumps(list(contract.classes))}


def test_parameters_of_the_protocol_and_of_clients_are_ignored(api: InProcessApi) -> None:
    parameters = {"timeout": 5000, "priority": 1, "sequence_id": 7, "traceparent": "00-1-1-00"}
    status, answer = _infer(api, {**_columns(), "parameters": parameters})
    assert (status, _output(answer, "label")["data"]) == (200, [each["label"] for each in _expected(api)])
    status, answer = _infer(api, {**_columns(), "parameters": {"explian": True}})
    assert (status, answer["errors"][0]["path"]) == (400, "parameters.explian")


def test_classification_of_an_output_is_refused_by_name(api: InProcessApi) -> None:
    outputs = [{"name": "probabilities", "parameters": {"classification": 2}}]
    status, answer = _infer(api, {**_columns(), "outputs": outputs})
    assert (status, answer["errors"][0]["path"]) == (400, "outputs[0].parameters.classification")


@pytest.mark.parametrize("given", [7, {}, [], True])
def test_an_id_that_is_no_string_is_refused(api: InProcessApi, given: object) -> None:
    status, answer = _infer(api, {**_columns(), "id": given})
    assert (status, answer["errors"][0]["path"]) == (400, "id")
