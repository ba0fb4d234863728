"""The ground truth of synthetic predictions."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.reading import load_contract
from local_stack.traffic.truth import Truths
from tests.inference_lib.regressor import CONTRACT as REGRESSOR

if TYPE_CHECKING:
    from pathlib import Path

_SURE = {"label": "rest", "probability": 0.9, "probabilities": {"carry on": 0.1, "rest": 0.9}}
_NUMBER = 2_000


def _labels(bundle: Path, share: float, surprise: float) -> list[str]:
    truths = Truths(load_contract(str(bundle)), share, surprise, random.Random(1))  # noqa: S311 - no secret
    bodies = [truths.feedback("r-1", _SURE) for _ in range(_NUMBER)]
    return [body["feedback"][0]["label"] for body in bodies if body is not None]


def test_a_share_of_the_answers_gets_labels_as_the_model_expects(bundle_path: Path) -> None:
    labels = _labels(bundle_path, 0.3, 0.0)
    assert len(labels) == pytest.approx(0.3 * _NUMBER, rel=0.1)
    assert labels.count("rest") / len(labels) == pytest.approx(0.9, abs=0.03)


def test_surprises_are_independent_of_the_prediction(bundle_path: Path) -> None:
    labels = _labels(bundle_path, 1.0, 1.0)
    assert labels.count("rest") / len(labels) == pytest.approx(0.5, abs=0.04)


def test_values_differ_from_the_predicted_one_as_in_the_evaluation() -> None:
    truths = Truths(REGRESSOR, 1.0, 0.0, random.Random(1))  # noqa: S311 - no secret
    values = [body["feedback"][0]["value"] for _ in range(_NUMBER) if (body := truths.feedback("r", {"value": 10.0}))]
    assert sum(values) / len(values) == pytest.approx(10, abs=0.3)
    assert (sum((value - 10) ** 2 for value in values) / len(values)) ** 0.5 == pytest.approx(3, rel=0.1)
