"""Every protocol, log, metric and page knows the predictions of each task."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LinearRegression, RidgeClassifier
from sklearn.mixture import GaussianMixture

from inference_lib.contract.reading import load_contract
from inference_lib.errors import SettingsError
from inference_lib.http.requests import Request
from inference_lib.telemetry.metrics import PREDICTION_PROBABILITY
from inference_lib.testing import read_lines
from model_export import export
from tests.inference_lib.in_process import InProcessApi
from tests.model_export.tasks import FEATURES, LABELS, ROWS, TOTALS, WON, export_small, get, post, served

if TYPE_CHECKING:
    from pathlib import Path


_MODELS = {
    "scores": RidgeClassifier().fit(ROWS, WON),
    "values": LinearRegression().fit(ROWS, TOTALS),
    "predictions": RandomForestClassifier(3, random_state=0).fit(ROWS, LABELS),
    "score": IsolationForest(n_estimators=5, random_state=0).fit(ROWS),
    "distances": KMeans(2, random_state=0, n_init=1).fit(ROWS),
    "probabilities": GaussianMixture(2, random_state=0).fit(ROWS),
}


@pytest.mark.parametrize("member", list(_MODELS))
def test_every_protocol_log_and_page_knows_the_task(member: str, tmp_path: Path) -> None:
    made = export_small(_MODELS[member], tmp_path)
    api = InProcessApi(made.path, LOG_BINS="true")
    row = ROWS.iloc[0].to_dict()
    expected = served(made, 1)[0]
    assert member in expected
    scored = post(api, "/invocations", {"dataframe_records": [row]})
    assert scored["predictions"] == [expected]
    inputs: list[dict[str, Any]] = [
        {"name": name, "shape": [1], "datatype": "FP64", "data": [row[name]]} for name in FEATURES
    ]
    inputs[0]["datatype"] = "INT64"
    inputs[0]["data"] = [int(row["visits"])]
    inferred = post(api, "/v2/models/small/infer", {"inputs": inputs})
    outputs = {each["name"]: each for each in inferred["outputs"]}
    metadata = get(api, "/v2/models/small")
    assert [(each["name"], each["shape"][1]) for each in metadata["outputs"]] == [
        (name, each["shape"][1]) for name, each in outputs.items()
    ]
    if member != "predictions":
        assert [outputs[name]["data"] for name in expected] == [
            list(value.values()) if isinstance(value, dict) else [value] for value in expected.values()
        ]
    document = get(api, "/openapi.json")
    schema = document["components"]["schemas"]["Prediction"]
    assert set(schema["required"]) == set(expected)
    assert load_contract(str(made.path)).to_dict() == made.contract.to_dict()
    assert b"What it predicts" in (made.path / "report.html").read_bytes()


@pytest.mark.parametrize("member", ["scores", "score", "values", "predictions", "distances"])
def test_the_log_holds_bins_margins_and_labels_of_the_task(member: str, tmp_path: Path) -> None:
    made = export_small(_MODELS[member], tmp_path)
    api = InProcessApi(made.path, LOG_BINS="true")
    body = json.dumps({"instances": ROWS.head(1).to_dict("records")})
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="r")
    response, lines = api.service.handle(request)
    record: dict[str, Any] = dict(read_lines(lines).metrics[0])
    variables = api.bundle.profile().variables
    assert len(record["bins"]) == len(variables)
    prediction = json.loads(response.body)["predictions"][0]
    if member == "scores":
        assert record["margin"] == pytest.approx(2 * abs(prediction["scores"]["yes"]), abs=1e-6)
    if member == "score":
        assert record["margin"] == pytest.approx(abs(prediction["score"]), abs=1e-6)
    if member == "predictions":
        assert set(record["labels"]) == {f"{name}: {each['label']}" for name, each in prediction["predictions"].items()}
    assert record.get(PREDICTION_PROBABILITY.name) in (None, [])


def test_callers_may_send_their_whole_record_where_the_export_or_the_function_says_so(tmp_path: Path) -> None:
    rows = ROWS.assign(colour="red", won=WON)
    model = RidgeClassifier().fit(ROWS, WON)
    refusing = export(model, rows, name="small", out=tmp_path / "refusing", target="won")
    ignoring = export(model, rows, name="small", out=tmp_path / "ignoring", target="won", unknown_features="ignore")
    record: Any = rows.head(1).to_dict("records")
    assert InProcessApi(refusing.path).post("/predict", {"instances": record})[0] == 400
    for api in (InProcessApi(ignoring.path), InProcessApi(refusing.path, UNKNOWN_FEATURES="ignore")):
        answer = post(api, "/predict", {"instances": record})
        assert answer["predictions"] == served(refusing, 1)
        tensors = [
            {"name": "colour", "shape": [1], "datatype": "BYTES", "data": ["red"]},
            {"name": "visits", "shape": [1], "datatype": "INT64", "data": [3]},
            {"name": "spent", "shape": [1], "datatype": "FP64", "data": [9.5]},
        ]
        post(api, "/v2/models/small/infer", {"inputs": tensors})
        assert get(api, "/openapi.json")["components"]["schemas"]["Instance"]["additionalProperties"] is True
        assert get(api, "/model")["unknown_features"] == "ignore"
    assert refusing.contract.version != ignoring.contract.version
    text = "The model does not use these columns of the data; in a request they are {}: <code>colour</code>."
    for made, fate in ((refusing, "refused"), (ignoring, "ignored")):
        assert text.format(fate) in (made.path / "report.html").read_text(encoding="utf-8")


def test_outliers_are_counted_without_a_setting(tmp_path: Path) -> None:
    model = _MODELS["score"]
    api = InProcessApi(export_small(model, tmp_path).path)
    body = json.dumps({"instances": ROWS.to_dict("records")})
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="r")
    record: dict[str, Any] = dict(read_lines(api.service.handle(request)[1]).metrics[0])
    assert record["Predictions.outlier"] == (model.predict(ROWS) == -1).sum() > 0


@pytest.mark.parametrize("member", ["distances", "values"])
def test_a_model_without_one_actual_label_takes_no_feedback(member: str, tmp_path: Path) -> None:
    made = export_small(_MODELS[member], tmp_path)
    with pytest.raises(SettingsError, match=r"FEEDBACK is on, and predictions of this model .* Set it to false"):
        InProcessApi(made.path, FEEDBACK="true")


def test_contributions_add_to_the_score_and_are_refused_for_several_targets(tmp_path: Path) -> None:
    asked = {"instances": ROWS.head(1).to_dict("records"), "parameters": {"explain": True}}
    for member in ("scores", "score", "distances"):
        (found,) = post(InProcessApi(export_small(_MODELS[member], tmp_path / member).path), "/predict", asked)[
            "predictions"
        ]
        assert found["contributions"].keys() == set(FEATURES)
    status, answer = InProcessApi(export_small(_MODELS["values"], tmp_path / "values").path).post("/predict", asked)  # type: ignore[arg-type] # JSON
    assert status == 400
    assert "no single number that features could contribute to" in str(answer["detail"])
