"""What a prediction holds for each task, exported with proof."""

from __future__ import annotations

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

from model_export.errors import InputError, UnsupportedModel
from tests.model_export.tasks import LABELS, ROWS, TIER, TOTALS, WON, export_small, profiled, served

if TYPE_CHECKING:
    from pathlib import Path


def test_a_classifier_of_two_classes_without_probabilities_gives_a_score_for_each_class(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), LinearSVC()).fit(ROWS, WON)
    made = export_small(model, tmp_path, "target", pd.DataFrame({"target": WON}))
    for answer, score, label in zip(served(made), model.decision_function(ROWS), model.predict(ROWS), strict=False):
        assert answer == {"label": label, "scores": {"no": pytest.approx(-score), "yes": pytest.approx(score)}}
    assert made.contract.task == "binary"
    assert not made.contract.has_probabilities
    assert set(made.contract.metrics) == {"accuracy", "balanced_accuracy", "evaluated_rows"}
    assert profiled(made).keys() == {"margin", "classes"}


def test_a_classifier_of_three_classes_gives_its_decision_function_by_class(tmp_path: Path) -> None:
    model = RidgeClassifier().fit(ROWS, TIER)
    scores = model.decision_function(ROWS)
    for at, answer in enumerate(served(export_small(model, tmp_path))):
        assert answer["scores"] == pytest.approx(dict(zip(model.classes_, scores[at], strict=True)))


@pytest.mark.parametrize("model", [SVC(decision_function_shape="ovo", kernel="linear")])
def test_scores_that_are_of_no_class_are_left_out(model: Any, tmp_path: Path) -> None:  # noqa: ANN401 - an estimator
    model.fit(ROWS, TIER)
    assert served(export_small(model, tmp_path)) == [{"label": label} for label in model.predict(ROWS.head(40))]


def test_a_regressor_of_several_targets_gives_values_by_the_names_of_the_columns(tmp_path: Path) -> None:
    model = RandomForestRegressor(5, random_state=0).fit(ROWS, TOTALS)
    made = export_small(model, tmp_path, ["cost", "days"], TOTALS)
    expected = model.predict(ROWS)
    for at, answer in enumerate(served(made)):
        assert answer == {"values": pytest.approx({"cost": expected[at][0], "days": expected[at][1]}, rel=1e-5)}
    assert {"r2", "mean_absolute_error"} <= made.contract.metrics.keys()


def test_targets_without_names_are_numbered(tmp_path: Path) -> None:
    model = LinearRegression().fit(ROWS, TOTALS.to_numpy())
    assert list(served(export_small(model, tmp_path))[0]["values"]) == ["target_1", "target_2"]


def test_as_many_columns_are_named_as_there_are_targets(tmp_path: Path) -> None:
    model = LinearRegression().fit(ROWS, TOTALS)
    with pytest.raises(InputError, match="predicts 2 targets, and --target names 1: cost"):
        export_small(model, tmp_path, "cost", TOTALS[["cost"]])


def test_a_classifier_of_several_targets_gives_a_prediction_for_each(tmp_path: Path) -> None:
    model = RandomForestClassifier(5, random_state=0).fit(ROWS, LABELS)
    made = export_small(model, tmp_path, ["won", "tier"], LABELS)
    won, tier = model.predict_proba(ROWS)
    labels = model.predict(ROWS)
    for at, answer in enumerate(served(made)):
        for name, shares, classes, label in zip(
            ("won", "tier"), (won[at], tier[at]), model.classes_, labels[at], strict=True
        ):
            found = answer["predictions"][name]
            assert found["label"] == label
            assert found["probabilities"] == pytest.approx(dict(zip(classes, shares, strict=True)), abs=1e-6)
            assert found["probability"] == found["probabilities"][label]
    assert made.contract.task == "multiclass"
    assert profiled(made)["targets"]["tier"].keys() == {"probability", "classes"}


@pytest.mark.parametrize("model", [MultiOutputClassifier(RidgeClassifier()), ClassifierChain(LinearSVC())])
def test_several_targets_without_probabilities_give_labels(model: Any, tmp_path: Path) -> None:  # noqa: ANN401 - an estimator
    numbers = (LABELS == "yes").astype(int).assign(tier=(TIER == "high").astype(int))
    model.fit(ROWS, numbers)
    for answer, labels in zip(served(export_small(model, tmp_path)), model.predict(ROWS), strict=False):
        assert answer == {"predictions": {f"target_{at}": {"label": label} for at, label in enumerate(labels, start=1)}}


@pytest.mark.parametrize("model", [IsolationForest(n_estimators=20, random_state=1), OneClassSVM(nu=0.1)])
def test_a_detector_of_outliers_gives_words_and_a_score(model: Any, tmp_path: Path) -> None:  # noqa: ANN401 - an estimator
    model.fit(ROWS)
    made = export_small(model, tmp_path)
    words = {1: "inlier", -1: "outlier"}
    for answer, label, score in zip(served(made), model.predict(ROWS), model.decision_function(ROWS), strict=False):
        assert answer == {"label": words[label], "score": pytest.approx(score, abs=1e-6)}
    assert (made.contract.task, made.contract.classes) == ("anomaly", ("inlier", "outlier"))


def test_known_outliers_are_labels_in_words_or_numbers(tmp_path: Path) -> None:
    model = IsolationForest(n_estimators=20, random_state=1).fit(ROWS)
    numbers = pd.DataFrame({"odd": model.predict(ROWS)})
    words = numbers.replace({"odd": {1: "inlier", -1: "outlier"}})
    for labels in (numbers, words):
        assert export_small(model, tmp_path, "odd", labels).contract.metrics["accuracy"] == 1


def test_a_clusterer_gives_the_distance_to_each_cluster(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), KMeans(3, random_state=0, n_init=1)).fit(ROWS)
    made = export_small(model, tmp_path, "group", pd.DataFrame({"group": WON}))
    labels, distances = model.predict(ROWS), model.transform(ROWS)
    for at, answer in enumerate(served(made)):
        assert answer == {
            "label": labels[at],
            "distances": pytest.approx({str(place): each for place, each in enumerate(distances[at])}, abs=1e-6),
        }
    assert (made.contract.task, made.contract.classes) == ("clustering", (0, 1, 2))
    assert "adjusted_rand_index" in made.contract.metrics


def test_a_mixture_gives_probabilities_and_another_clusterer_its_label(tmp_path: Path) -> None:
    mixture = GaussianMixture(2, random_state=0).fit(ROWS)
    shares = mixture.predict_proba(ROWS)
    for at, answer in enumerate(served(export_small(mixture, tmp_path))):
        assert answer["probabilities"] == pytest.approx({"0": shares[at][0], "1": shares[at][1]}, abs=1e-5)
        assert answer["probability"] == max(answer["probabilities"].values())
    birch = Birch(n_clusters=3).fit(ROWS)
    assert served(export_small(birch, tmp_path)) == [{"label": label} for label in birch.predict(ROWS.head(40))]


def test_a_chain_gives_both_probabilities_of_two_classes_and_refuses_more(tmp_path: Path) -> None:
    numbers = (LABELS == "yes").astype(int).assign(tier=(TIER == "high").astype(int))
    model = ClassifierChain(LogisticRegression(max_iter=1000)).fit(ROWS, numbers)
    shares = model.predict_proba(ROWS)
    for at, answer in enumerate(served(export_small(model, tmp_path))):
        for place in (0, 1):
            found = answer["predictions"][f"target_{place + 1}"]["probabilities"]
            assert found == pytest.approx({"0": 1 - shares[at, place], "1": shares[at, place]}, abs=1e-5)
    three = ClassifierChain(LogisticRegression(max_iter=1000)).fit(ROWS, numbers.assign(tier=ROWS.visits % 3))
    with pytest.raises(
        UnsupportedModel, match="ClassifierChain: its predict_proba fails for the 3 classes of target_2"
    ):
        export_small(three, tmp_path)


def test_labels_in_a_table_of_numbers_are_refused_with_the_way_out(tmp_path: Path) -> None:
    model = RidgeClassifier().fit(ROWS, np.column_stack([WON == "yes", TIER == "low"]).astype(int))
    with pytest.raises(UnsupportedModel, match="Fit a MultiOutputClassifier instead"):
        export_small(model, tmp_path)
