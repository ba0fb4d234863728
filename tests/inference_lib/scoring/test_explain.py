"""Contributions: what the answer would lose without a feature, by the model's own predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.scoring.explain import reference_values
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

_ROWS: list[dict[str, Any]] = [
    {"age": 80, "cups of coffee": 9, "chronotype": "late"},
    {"age": 20, "cups of coffee": 1, "chronotype": "early"},
]


@pytest.fixture(scope="module")
def api(bundle_path: Path) -> InProcessApi:
    return InProcessApi(bundle_path, MAX_INSTANCES="7")


def _predict(api: InProcessApi, *rows: dict[str, Any], explain: bool) -> list[dict[str, Any]]:
    body: dict[str, Any] = {"instances": [dict(row) for row in rows], "parameters": {"explain": explain}}
    status, answer = api.post("/predict", body)
    assert status == 200, answer
    predictions: list[dict[str, Any]] = answer["predictions"]  # type: ignore[assignment] # of JSON
    return predictions


def test_a_contribution_is_the_difference_to_the_same_instance_with_the_reference_value(api: InProcessApi) -> None:
    references = reference_values(api.bundle)
    explained = _predict(api, *_ROWS, explain=True)
    for row, prediction in zip(_ROWS, explained, strict=True):
        assert list(prediction["contributions"]) == list(row)
        for name in row:
            (other,) = _predict(api, {**row, name: references[name]}, explain=False)
            lost = prediction["probability"] - other["probabilities"][prediction["label"]]
            assert prediction["contributions"][name] == pytest.approx(lost, abs=1e-12)


def test_an_instance_of_reference_values_has_nothing_to_explain(api: InProcessApi) -> None:
    (explained,) = _predict(api, reference_values(api.bundle), explain=True)
    # The last bit of a matrix product depends on the number of rows.
    assert list(explained["contributions"].values()) == pytest.approx([0.0] * 3, abs=1e-15)


def test_nothing_is_explained_by_default(api: InProcessApi) -> None:
    assert "contributions" not in _predict(api, _ROWS[0], explain=False)[0]


def test_the_rows_of_explanations_count_as_instances(api: InProcessApi) -> None:
    status, answer = api.post("/predict", {"instances": [dict(_ROWS[0])] * 3, "parameters": {"explain": True}})
    assert status == 400
    assert "expected at most 2 instances with explanations, got 3" in str(answer["detail"])


@pytest.mark.parametrize(
    ("parameters", "path"),
    [({"explian": True}, "parameters.explian"), ({"explain": 1}, "parameters.explain"), ([], "parameters")],
)
def test_wrong_parameters_are_reported(api: InProcessApi, parameters: Any, path: str) -> None:  # noqa: ANN401 - JSON
    status, answer = api.post("/predict", {"instances": [dict(_ROWS[0])], "parameters": parameters})
    assert status == 400
    errors: Any = answer["errors"]
    assert errors[0]["path"] == path
