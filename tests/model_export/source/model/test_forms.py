"""What a prediction holds for each task: exported with proof, and the same in every protocol."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import Birch, KMeans
from sklearn.ensemble import IsolationForest, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.mixture import GaussianMixture
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC, OneClassSVM

from inference_lib.contract.reading import load_contract
from inference_lib.errors import SettingsError
from inference_lib.http.requests import Request
from inference_lib.telemetry.metrics import PREDICTION_PROBABILITY
from inference_lib.testing import read_lines
from model_export import export
from model_export.errors import InputError, UnsupportedModel
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

    from model_export.api import Exported

FEATURES = ["visits", "spent"]
_NUMBERS = np.random.default_rng(4)
ROWS = pd.DataFrame({"visits": _NUMBERS.integers(0, 30, 240), "spent": _NUMBERS.normal(40, 9, 240).round(2)})
WON = np.where(ROWS.visits + _NUMBERS.normal(0, 4, 240) > 14, "yes", "no")
TIER = np.array(["low", "middle", "high"])[np.digitize(ROWS.spent, [35, 45])]
TOTALS = pd.DataFrame({"cost": ROWS.spent * 2 + ROWS.visits, "days": ROWS.visits * 0.5})
LABELS = pd.DataFrame({"won": WON, "tier": TIER})


def _made(model: Any, tmp_path: Path, target: Any = None, labels: pd.DataFrame | None = None) -> Exported:  # noqa: ANN401 - estimators
    rows = ROWS if labels is None else pd.concat([ROWS, labels], axis=1)
    return export(model, rows, name="small", out=tmp_path, target=target)


def _served(made: Exported, rows: int = 40) -> list[dict[str, Any]]:
    answer = _post(InProcessApi(made.path), "/predict", {"instances": ROWS.head(rows).to_dict("records")})
    predictions: list[dict[str, Any]] = answer["predictions"]
    return predictions


def _post(api: InProcessApi, path: str, document: Any) -> Any:  # noqa: ANN401 - JSON
    status, answer = api.post(path, document)
    assert status == 200, answer
    return answer


def _get(api: InProcessApi, path: str) -> Any:  # noqa: ANN401 - JSON
    status, answer = api.get(path)
    assert status == 200, answer
    return answer


def _profiled(made: Exported) -> Any:  # noqa: ANN401 - JSON
    return made.profile["predictions"]


def test_a_classifier_of_two_classes_without_probabilities_gives_a_score_for_each_class(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), LinearSVC()).fit(ROWS, WON)
    made = _made(model, tmp_path, "target", pd.DataFrame({"target": WON}))
    for answer, score, label in zip(_served(made), model.decision_function(ROWS), model.predict(ROWS), strict=False):
        assert answer == {"label": label, "scores": {"no": pytest.approx(-score), "yes": pytest.approx(score)}}
    assert made.contract.task == "binary"
    assert not made.contract.has_probabilities
    assert set(made.contract.metrics) == {"accuracy", "balanced_accuracy", "evaluated_rows"}
    assert _profiled(made).keys() == {"margin", "classes"}


def test_a_classifier_of_three_classes_gives_its_decision_function_by_class(tmp_path: Path) -> None:
    model = RidgeClassifier().fit(ROWS, TIER)
    scores = model.decision_function(ROWS)
    for at, answer in enumerate(_served(_made(model, tmp_path))):
        assert answer["scores"] == pytest.approx(dict(zip(model.classes_, scores[at], strict=True)))


@pytest.mark.parametrize("model", [SVC(decision_function_shape="ovo", kernel="linear")])
def test_scores_that_are_of_no_class_are_left_out(model: Any, tmp_path: Path) -> None:  # noqa: ANN401 - an estimator
    model.fit(ROWS, TIER)
    assert _served(_made(model, tmp_path)) == [{"label": label} for label in model.predict(ROWS.head(40))]


def test_a_regressor_of_several_targets_gives_values_by_the_names_of_the_columns(tmp_path: Path) -> None:
    model = RandomForestRegressor(5, random_state=0).fit(ROWS, TOTALS)
    made = _made(model, tmp_path, ["cost", "days"], TOTALS)
    expected = model.predict(ROWS)
    for at, answer in enumerate(_served(made)):
        assert answer == {"values": pytest.approx({"cost": expected[at][0], "days": expected[at][1]}, rel=1e-5)}
    assert {"r2", "mean_absolute_error"} <= made.contract.metrics.keys()


def test_targets_without_names_are_numbered(tmp_path: Path) -> None:
    model = LinearRegression().fit(ROWS, TOTALS.to_numpy())
    assert list(_served(_made(model, tmp_path))[0]["values"]) == ["target_1", "target_2"]


def test_as_many_columns_are_named_as_there_are_targets(tmp_path: Path) -> None:
    model = LinearRegression().fit(ROWS, TOTALS)
    with pytest.raises(InputError, match="predicts 2 targets, and --target names 1: cost"):
        _made(model, tmp_path, "cost", TOTALS[["cost"]])


def test_a_classifier_of_several_targets_gives_a_prediction_for_each(tmp_path: Path) -> None:
    model = RandomForestClassifier(5, random_state=0).fit(ROWS, LABELS)
    made = _made(model, tmp_path, ["won", "tier"], LABELS)
    won, tier = model.predict_proba(ROWS)
    labels = model.predict(ROWS)
    for at, answer in enumerate(_served(made)):
        for name, shares, classes, label in zip(
            ("won", "tier"), (won[at], tier[at]), model.classes_, labels[at], strict=True
        ):
            found = answer["predictions"][name]
            assert found["label"] == label
            assert found["probabilities"] == pytest.approx(dict(zip(classes, shares, strict=True)), abs=1e-6)
            assert found["probability"] == found["probabilities"][label]
    assert made.contract.task == "multiclass"
    assert _profiled(made)["targets"]["tier"].keys() == {"probability", "classes"}


@pytest.mark.parametrize("model", [MultiOutputClassifier(RidgeClassifier()), ClassifierChain(LinearSVC())])
def test_several_targets_without_probabilities_give_labels(model: Any, tmp_path: Path) -> None:  # noqa: ANN401 - an estimator
    numbers = (LABELS == "yes").astype(int).assign(tier=(TIER == "high").astype(int))
    model.fit(ROWS, numbers)
    for answer, labels in zip(_served(_made(model, tmp_path)), model.predict(ROWS), strict=False):
        assert answer == {"predictions": {f"target_{at}": {"label": label} for at, label in enumerate(labels, start=1)}}


@pytest.mark.parametrize("model", [IsolationForest(n_estimators=20, random_state=1), OneClassSVM(nu=0.1)])
def test_a_detector_of_outliers_gives_words_and_a_score(model: Any, tmp_path: Path) -> None:  # noqa: ANN401 - an estimator
    model.fit(ROWS)
    made = _made(model, tmp_path)
    words = {1: "inlier", -1: "outlier"}
    for answer, label, score in zip(_served(made), model.predict(ROWS), model.decision_function(ROWS), strict=False):
        assert answer == {"label": words[label], "score": pytest.approx(score, abs=1e-6)}
    assert (made.contract.task, made.contract.classes) == ("anomaly", ("inlier", "outlier"))


def test_known_outliers_are_labels_in_words_or_numbers(tmp_path: Path) -> None:
    model = IsolationForest(n_estimators=20, random_state=1).fit(ROWS)
    numbers = pd.DataFrame({"odd": model.predict(ROWS)})
    words = numbers.replace({"odd": {1: "inlier", -1: "outlier"}})
    for labels in (numbers, words):
        assert _made(model, tmp_path, "odd", labels).contract.metrics["accuracy"] == 1


def test_a_clusterer_gives_the_distance_to_each_cluster(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), KMeans(3, random_state=0, n_init=1)).fit(ROWS)
    made = _made(model, tmp_path, "group", pd.DataFrame({"group": WON}))
    labels, distances = model.predict(ROWS), model.transform(ROWS)
    for at, answer in enumerate(_served(made)):
        assert answer == {
            "label": labels[at],
            "distances": pytest.approx({str(place): each for place, each in enumerate(distances[at])}, abs=1e-6),
        }
    assert (made.contract.task, made.contract.classes) == ("clustering", (0, 1, 2))
    assert "adjusted_rand_index" in made.contract.metrics


def test_a_mixture_gives_probabilities_and_another_clusterer_its_label(tmp_path: Path) -> None:
    mixture = GaussianMixture(2, random_state=0).fit(ROWS)
    shares = mixture.predict_proba(ROWS)
    for at, answer in enumerate(_served(_made(mixture, tmp_path))):
        assert answer["probabilities"] == pytest.approx({"0": shares[at][0], "1": shares[at][1]}, abs=1e-5)
        assert answer["probability"] == max(answer["probabilities"].values())
    birch = Birch(n_clusters=3).fit(ROWS)
    assert _served(_made(birch, tmp_path)) == [{"label": label} for label in birch.predict(ROWS.head(40))]


def test_a_chain_gives_both_probabilities_of_two_classes_and_refuses_more(tmp_path: Path) -> None:
    numbers = (LABELS == "yes").astype(int).assign(tier=(TIER == "high").astype(int))
    model = ClassifierChain(LogisticRegression(max_iter=1000)).fit(ROWS, numbers)
    shares = model.predict_proba(ROWS)
    for at, answer in enumerate(_served(_made(model, tmp_path))):
        for place in (0, 1):
            found = answer["predictions"][f"target_{place + 1}"]["probabilities"]
            assert found == pytest.approx({"0": 1 - shares[at, place], "1": shares[at, place]}, abs=1e-5)
    three = ClassifierChain(LogisticRegression(max_iter=1000)).fit(ROWS, numbers.assign(tier=ROWS.visits % 3))
    with pytest.raises(
        UnsupportedModel, match="ClassifierChain: its predict_proba fails for the 3 classes of target_2"
    ):
        _made(three, tmp_path)


def test_labels_in_a_table_of_numbers_are_refused_with_the_way_out(tmp_path: Path) -> None:
    model = RidgeClassifier().fit(ROWS, np.column_stack([WON == "yes", TIER == "low"]).astype(int))
    with pytest.raises(UnsupportedModel, match="Fit a MultiOutputClassifier instead"):
        _made(model, tmp_path)


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
    made = _made(_MODELS[member], tmp_path)
    api = InProcessApi(made.path, LOG_BINS="true")
    row = ROWS.iloc[0].to_dict()
    expected = _served(made, 1)[0]
    assert member in expected
    scored = _post(api, "/invocations", {"dataframe_records": [row]})
    assert scored["predictions"] == [expected]
    inputs: list[dict[str, Any]] = [
        {"name": name, "shape": [1], "datatype": "FP64", "data": [row[name]]} for name in FEATURES
    ]
    inputs[0]["datatype"] = "INT64"
    inputs[0]["data"] = [int(row["visits"])]
    inferred = _post(api, "/v2/models/small/infer", {"inputs": inputs})
    outputs = {each["name"]: each for each in inferred["outputs"]}
    metadata = _get(api, "/v2/models/small")
    assert [(each["name"], each["shape"][1]) for each in metadata["outputs"]] == [
        (name, each["shape"][1]) for name, each in outputs.items()
    ]
    if member != "predictions":
        assert [outputs[name]["data"] for name in expected] == [
            list(value.values()) if isinstance(value, dict) else [value] for value in expected.values()
        ]
    document = _get(api, "/openapi.json")
    schema = document["components"]["schemas"]["Prediction"]
    assert set(schema["required"]) == set(expected)
    assert load_contract(str(made.path)).to_dict() == made.contract.to_dict()
    assert b"What it predicts" in (made.path / "report.html").read_bytes()


@pytest.mark.parametrize("member", ["scores", "score", "values", "predictions", "distances"])
def test_the_log_holds_bins_margins_and_labels_of_the_task(member: str, tmp_path: Path) -> None:
    made = _made(_MODELS[member], tmp_path)
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
        answer = _post(api, "/predict", {"instances": record})
        assert answer["predictions"] == _served(refusing, 1)
        tensors = [
            {"name": "colour", "shape": [1], "datatype": "BYTES", "data": ["red"]},
            {"name": "visits", "shape": [1], "datatype": "INT64", "data": [3]},
            {"name": "spent", "shape": [1], "datatype": "FP64", "data": [9.5]},
        ]
        _post(api, "/v2/models/small/infer", {"inputs": tensors})
        assert _get(api, "/openapi.json")["components"]["schemas"]["Instance"]["additionalProperties"] is True
        assert _get(api, "/model")["unknown_features"] == "ignore"
    assert refusing.contract.version != ignoring.contract.version
    text = "The model does not use these columns of the data; in a request they are {}: <code>colour</code>."
    for made, fate in ((refusing, "refused"), (ignoring, "ignored")):
        assert text.format(fate) in (made.path / "report.html").read_text(encoding="utf-8")


def test_outliers_are_counted_without_a_setting(tmp_path: Path) -> None:
    model = _MODELS["score"]
    api = InProcessApi(_made(model, tmp_path).path)
    body = json.dumps({"instances": ROWS.to_dict("records")})
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="r")
    record: dict[str, Any] = dict(read_lines(api.service.handle(request)[1]).metrics[0])
    assert record["Predictions.outlier"] == (model.predict(ROWS) == -1).sum() > 0


@pytest.mark.parametrize("member", ["distances", "values"])
def test_a_model_without_one_actual_label_takes_no_feedback(member: str, tmp_path: Path) -> None:
    made = _made(_MODELS[member], tmp_path)
    with pytest.raises(SettingsError, match=r"FEEDBACK is on, and predictions of this model .* Set it to false"):
        InProcessApi(made.path, FEEDBACK="true")


def test_contributions_add_to_the_score_and_are_refused_for_several_targets(tmp_path: Path) -> None:
    asked = {"instances": ROWS.head(1).to_dict("records"), "parameters": {"explain": True}}
    for member in ("scores", "score", "distances"):
        (found,) = _post(InProcessApi(_made(_MODELS[member], tmp_path / member).path), "/predict", asked)["predictions"]
        assert found["contributions"].keys() == set(FEATURES)
    status, answer = InProcessApi(_made(_MODELS["values"], tmp_path / "values").path).post("/predict", asked)  # type: ignore[arg-type] # JSON
    assert status == 400
    assert "no single number that features could contribute to" in str(answer["detail"])
