"""Predictions of many rows, kept as columns, are those of few rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from inference_lib import service
from inference_lib.bundle.profile import margin
from inference_lib.http import large
from inference_lib.http.requests import Request
from inference_lib.runtime import model
from inference_lib.runtime.table import Labelled, Table, Values
from inference_lib.testing import read_lines
from model_export import export
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import Json

_GENERATOR = np.random.default_rng(3)
_TABLE = pd.DataFrame({"size": _GENERATOR.normal(size=90), "weight": _GENERATOR.normal(size=90)})
_GROUP = _GENERATOR.integers(0, 3, 90)
_INSTANCES: list[Json] = _TABLE.to_dict("records")  # type: ignore[assignment] # numbers by name

_FITTED = {
    "value": LinearRegression().fit(_TABLE, _TABLE["size"] * 1e-9),
    "two classes": LogisticRegression().fit(_TABLE, _GROUP > 1),
    "three classes": LogisticRegression().fit(_TABLE, np.array(['ä"b', "a,b", "c"])[_GROUP]),
    "ties": RandomForestClassifier(2, max_depth=1, random_state=0).fit(_TABLE, _GROUP),
    "scores": LinearSVC().fit(_TABLE, _GROUP),
}


@pytest.fixture(scope="module", params=_FITTED)
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> InProcessApi:
    out = tmp_path_factory.mktemp("table")
    path: Path = export(_FITTED[request.param], _TABLE, name="many", out=out).path
    return InProcessApi(path, LOG_PAYLOAD_SAMPLE_RATE="1", LOG_PAYLOAD_MAX_BYTES="100000", MAX_INSTANCES="1000")


def _answered(api: InProcessApi, path: str, document: Json) -> tuple[Json, Json]:
    """Return the answer, and the log without what differs from request to request."""
    request = Request(method="POST", path=path, headers={}, body=json.dumps(document), request_id="r-1")
    response, lines = api.service.handle(request)
    assert response.status == 200, response.body
    changing = ("timestamp", "_aws", "PredictionLatency", "parse_ms", "validate_ms", "predict_ms", "total_ms")
    written = read_lines(lines)
    kept: list[Json] = [
        {name: value for name, value in line.items() if name not in {*changing, "cold_start", "ColdStarts"}}
        for line in (*written.metrics, *written.logs)
    ]
    return json.loads(response.body), kept


_V2: Json = [
    {"name": name, "shape": [len(_TABLE)], "datatype": "FP64", "data": list(_TABLE[name])} for name in _TABLE.columns
]


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/predict", {"instances": _INSTANCES}),
        ("/invocations", {"dataframe_records": _INSTANCES}),
        ("/v2/models/many/infer", {"id": "\ud800", "inputs": _V2}),
    ],
)
def test_many_rows_get_the_answers_and_the_records_of_few(
    api: InProcessApi, monkeypatch: pytest.MonkeyPatch, path: str, document: Json
) -> None:
    many = _answered(api, path, document)
    for module in (model, service):
        monkeypatch.setattr(module, "MANY_ROWS", len(_INSTANCES) + 1)
    assert many == _answered(api, path, document)


@pytest.mark.parametrize(
    "table",
    [
        Values([0.1, 1e22, -0.0]),
        Labelled(("a", "b"), ["a", "b"], [[0.5, 0.75, 1e-9], [0.5, 0.25, 1.0]], None),
        Labelled((True, False, 7), ["true", "false", "7"], [[0.5], [0.25], [0.25]], [2]),
        Labelled(("only",), ["only"], [[1.0, 1.0]], None),
    ],
)
def test_a_table_is_written_as_the_list_of_its_predictions(table: Table) -> None:
    predictions = [table[at] for at in range(len(table))]
    assert json.loads(table.as_json(large.numbers)) == predictions
    assert json.loads(large.encode({"predictions": table})) == {"predictions": predictions}
    assert [*table] == predictions
    labels = [str(each["label"]) for each in predictions if "label" in each]
    assert table.labels() == {label: labels.count(label) for label in labels}


@given(data=st.data(), width=st.integers(1, 4), rows=st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_the_margin_of_some_rows_is_the_smallest_of_their_predictions(
    data: st.DataObject, width: int, rows: list[int]
) -> None:
    by_class = [data.draw(st.lists(st.floats(0, 1), min_size=6, max_size=6)) for _ in range(width)]
    labelled = Labelled(("a", "b", "c", "d")[:width], ["a", "b", "c", "d"][:width], by_class, None)
    margins = [margin(each["probabilities"]) for each in labelled.some(rows)]  # type: ignore[arg-type] # by class
    assert labelled.margin(rows) == min(margins)
