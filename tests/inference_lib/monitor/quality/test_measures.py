"""How good predictions were, against scikit-learn's own numbers and against chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from inference_lib.contract.document import Contract, OutputTensor
from inference_lib.monitor.quality.measures import Outcome, calibration_error, quality_of
from inference_lib.telemetry.metrics import ACCURACY, BRIER_SCORE, MEAN_ABSOLUTE_ERROR, ROOT_MEAN_SQUARED_ERROR
from tests.inference_lib.regressor import CONTRACT as REGRESSOR

_CLASSES = ("a", "b", "c")


def _contract(**metrics: float) -> Contract:
    return _contract_with("probabilities", **metrics)


def _contract_with(role: str, **metrics: float) -> Contract:
    outputs = {role: OutputTensor(name=role, element_type="double")}
    return Contract(
        name="m",
        version="v",
        task="multiclass",
        features=(),
        inputs=(),
        outputs=outputs,
        classes=_CLASSES,
        metrics=metrics,
    )


def test_a_model_without_probabilities_is_measured_by_its_labels_alone() -> None:
    outcomes = [outcome._replace(scores=[0.0]) for outcome in _outcomes(200, 1)]
    quality = quality_of(_contract_with("scores", accuracy=0.9, brier_score=0.1), outcomes, 0.05)
    assert set(quality.metrics) == {ACCURACY}
    assert quality.reference[ACCURACY] == 0.9


def _outcomes(number: int, seed: int, *, calibrated: bool = True) -> list[Outcome]:
    generator = np.random.default_rng(seed)
    scores = generator.dirichlet((0.6, 0.6, 0.6), number)
    shares = scores if calibrated else np.full((number, 3), 1 / 3)
    truths = (generator.random((number, 1)) > shares.cumsum(axis=1)[:, :2]).sum(axis=1)
    return [
        Outcome(row, _CLASSES[truth], _CLASSES[label])
        for row, truth, label in zip(scores.tolist(), truths.tolist(), scores.argmax(axis=1).tolist(), strict=True)
    ]


def test_accuracy_and_brier_score_are_those_of_the_evaluation() -> None:
    outcomes = _outcomes(500, 1)
    found = quality_of(_contract(), outcomes, 0.05).metrics
    scores = np.array([each.scores for each in outcomes])
    truths = [_CLASSES.index(each.truth) for each in outcomes]
    assert found[ACCURACY] == pytest.approx(sklearn_metrics.accuracy_score(truths, scores.argmax(axis=1)))
    assert found[BRIER_SCORE] == pytest.approx(((scores - np.eye(3)[truths]) ** 2).sum(axis=1).mean())


def test_the_calibration_error_is_the_weighted_gap_of_the_bins() -> None:
    assert calibration_error([0.95] * 10, [1.0] * 9 + [0.0]) == pytest.approx(0.05)
    assert calibration_error([0.75, 0.75, 0.35, 0.35], [1.0, 0.0, 1.0, 1.0]) == pytest.approx((0.25 * 2 + 0.65 * 2) / 4)
    assert calibration_error([1.0], [1.0]) == 0


def test_a_model_as_good_as_ever_is_hardly_ever_called_worse() -> None:
    accuracy = quality_of(_contract(), _outcomes(40_000, 0), 0).metrics[ACCURACY]
    contract = _contract(accuracy=accuracy)
    worse = sum((quality_of(contract, _outcomes(200, seed), 0).loss or 0) > 1 for seed in range(1, 1001))
    assert worse <= 5, "once in a thousand windows, by chance"


def test_a_model_that_guesses_is_called_worse() -> None:
    evaluation = quality_of(_contract(), _outcomes(5000, 0), 0).metrics
    contract = _contract(accuracy=evaluation[ACCURACY], brier_score=evaluation[BRIER_SCORE])
    loss = quality_of(contract, _outcomes(200, 1, calibrated=False), 0.05).loss
    assert loss is not None
    assert loss > 1
    few = quality_of(contract, _outcomes(30, 1, calibrated=False), 0.05).loss
    assert few is not None
    assert few < loss, "little feedback needs a larger loss"


@pytest.mark.parametrize("evaluated", [60, 200, 1000])
def test_an_evaluation_of_few_rows_is_not_taken_as_exact(evaluated: int) -> None:
    worse = 0
    for seed in range(300):
        found = quality_of(_contract(), _outcomes(evaluated, seed), 0).metrics
        contract = _contract(accuracy=found[ACCURACY], brier_score=found[BRIER_SCORE], evaluated_rows=evaluated)
        worse += (quality_of(contract, _outcomes(500, 10_000 + seed), 0).loss or 0) > 1
    assert worse <= 3, "once in a thousand, by chance"


def test_the_label_that_was_answered_counts_and_not_the_greatest_probability() -> None:
    outcomes = [Outcome([0.4, 0.6, 0.0], "a", "a")] * 30 + [Outcome([0.4, 0.6, 0.0], "b", "a")] * 10
    assert quality_of(_contract(), outcomes, 0.05).metrics[ACCURACY] == 0.75


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_the_loss_of_a_regressor_does_not_depend_on_the_unit_of_its_target(scale: float) -> None:
    contract = _regressor(scale)
    generator = np.random.default_rng(3)
    for times, is_worse in ((1, False), (2, True)):
        errors = times * scale * generator.standard_normal(200)
        loss = quality_of(contract, [Outcome([0.0], repr(float(error))) for error in errors], 0.05).loss
        assert loss is not None
        assert (loss > 1) is is_worse


@pytest.mark.parametrize("mistyped", [1e4, 1e9, 1e100])
def test_one_mistyped_value_neither_hides_the_errors_of_others_nor_causes_one(mistyped: float) -> None:
    generator = np.random.default_rng(4)
    for times, is_worse in ((1, False), (10, True)):
        truths = [*(times * generator.standard_normal(199)), mistyped]
        loss = quality_of(_regressor(1.0), [Outcome([0.0], repr(float(truth))) for truth in truths], 0.05).loss
        assert loss is not None
        assert (loss > 1) is is_worse


def _regressor(spread: float) -> Contract:
    """Return the contract of a model whose errors have this standard deviation."""
    metrics = {"mean_absolute_error": spread * math.sqrt(2 / math.pi), "root_mean_squared_error": spread}
    return Contract(
        name="m",
        version="v",
        task="regression",
        features=(),
        inputs=(),
        outputs={},
        metrics={**metrics, "evaluated_rows": 1000},
    )


def test_an_evaluation_without_any_error_has_no_loss() -> None:
    contract = _regressor(0.0)
    assert quality_of(contract, [Outcome([1.0], "2.0")] * 40, 0.05).loss is None


def test_without_an_evaluation_there_is_no_loss() -> None:
    assert quality_of(_contract(), _outcomes(50, 1), 0.05).loss is None


def test_errors_of_a_regressor_are_measured_in_parts_of_its_usual_one() -> None:
    outcomes = [Outcome([10.0], str(10.0 + sign * 4)) for sign in (-1, 1) for _ in range(50)]
    quality = quality_of(REGRESSOR, outcomes, 0.5)
    assert quality.metrics == {MEAN_ABSOLUTE_ERROR: 4, ROOT_MEAN_SQUARED_ERROR: 4}
    assert quality.loss == pytest.approx((4 - 2) / (0.5 * 2))
