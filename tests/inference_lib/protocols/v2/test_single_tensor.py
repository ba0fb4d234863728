"""One tensor of shape [N, features] under any name, as clients send it for features that are all numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from model_export import export
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

Body = dict[str, Any]


def _labels(answer: Body) -> object:
    (found,) = [output for output in answer["outputs"] if output["name"] == "label"]
    return found["data"]


@pytest.fixture(scope="module")
def numeric(tmp_path_factory: pytest.TempPathFactory) -> InProcessApi:
    """A model whose features are all numbers."""
    table = pd.DataFrame({"width": np.arange(40.0), "height": np.arange(40.0)[::-1], "doors": np.arange(40) % 4})
    model = LogisticRegression().fit(table, np.where(table["width"] < 20, "small", "large"))
    return InProcessApi(export(model, table, name="numbers", out=tmp_path_factory.mktemp("bundles")).path)


@pytest.mark.parametrize("datatype", ["FP32", "FP64", "INT64"])
@pytest.mark.parametrize("name", ["input-0", "predict", "X"])
def test_a_single_tensor_of_any_name_has_all_features_when_they_are_numbers(
    numeric: InProcessApi, name: str, datatype: str
) -> None:
    rows = [[1, 30, 2], [35, 2, 0]]
    tensor: Body = {
        "name": name,
        "shape": [2, 3],
        "datatype": datatype,
        "data": [value for row in rows for value in row],
    }
    status, answer = numeric.post("/v2/models/numbers/infer", {"inputs": [tensor]})
    assert status == 200, answer
    instances: Body = {"instances": [dict(zip(("width", "height", "doors"), row, strict=True)) for row in rows]}
    predictions: Any = numeric.post("/predict", instances)[1]["predictions"]
    assert _labels(answer) == [each["label"] for each in predictions] == ["small", "large"]
    metadata: Body = numeric.get("/v2/models/numbers")[1]
    assert json.loads(metadata["properties"]["single_tensor"]) == ["width", "height", "doors"]


def test_a_single_tensor_of_another_width_is_refused_with_the_width(numeric: InProcessApi) -> None:
    tensor: Body = {"name": "X", "shape": [1, 2], "datatype": "FP64", "data": [1, 2]}
    status, answer = numeric.post("/v2/models/numbers/infer", {"inputs": [tensor]})
    assert (status, answer["errors"]) == (400, [{"path": "inputs[0].shape", "message": "expected [N, 3]"}])


def test_a_single_tensor_is_no_way_to_send_texts(bundle_path: Path) -> None:
    api = InProcessApi(bundle_path)
    tensor: Body = {"name": "X", "shape": [1, 3], "datatype": "FP64", "data": [1, 2, 3]}
    assert api.post("/v2/models/small/infer", {"inputs": [tensor]})[0] == 400
    assert "single_tensor" not in api.get("/v2/models/small")[1]["properties"]  # type: ignore[operator] # an object
