"""Contributions: what the answer would lose without a feature, by the model's own predictions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.contract.document import Contract, Feature
from inference_lib.scoring.explain import reference_values
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import FeatureType, Json

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


class _Profiled:
    """A bundle of which only the profile is read."""

    def __init__(self, path: Path, feature: Feature, profile: dict[str, Json]) -> None:
        self.path = str(path)
        self.contract = Contract(name="m", version="v", task="regression", features=(feature,), inputs=(), outputs={})
        self._content = json.dumps({"features": {feature.name: profile}}).encode()

    def checked_content(self, name: str) -> bytes:
        assert name == "profile.json"
        return self._content


def _reference(path: Path, feature: Feature, profile: dict[str, Json]) -> Json:
    return reference_values(_Profiled(path, feature, profile))["x"]  # type: ignore[arg-type] # has what is read


def _profile(**described: object) -> dict[str, Json]:
    return described  # type: ignore[return-value] # JSON


@pytest.mark.parametrize(
    ("kind", "profile", "value"),
    [
        ("string", _profile(categories={"a": 3, "b": 7, "c": 7}), "b"),
        ("boolean", _profile(categories={"true": 3, "false": 2}), True),
        ("boolean", _profile(categories={"true": 2, "false": 3}), False),
        # The bin that holds the middle row ends at its edge.
        ("number", _profile(edges=[1.0, 2.0, 3.0], counts=[5, 4, 1, 0]), 1.0),
        ("number", _profile(edges=[1.0, 2.0, 3.0], counts=[4, 1, 5, 0]), 2.0),
        ("number", _profile(edges=[1.0, 2.0, 3.0], counts=[4, 2, 4, 0]), 2.0),
        ("number", _profile(edges=[1.0, 2.0, 3.0], counts=[0, 0, 4, 5]), 9.5),
        ("integer", _profile(edges=[1.0, 2.0, 3.0], counts=[1, 5, 0, 0]), 2),
        ("string", _profile(lengths={"edges": [3], "counts": [1, 1]}), "example"),
        ("string", _profile(categories={}), "example"),
        ("number", _profile(edges=[], counts=[9]), "example"),
    ],
)
def test_a_reference_value_is_the_most_frequent_one_or_the_median(
    tmp_path: Path, kind: FeatureType, profile: dict[str, Json], value: object
) -> None:
    feature = Feature(name="x", type=kind, nullable=False, example="example", observed_maximum=9.5)
    found = _reference(tmp_path, feature, profile)
    assert (found, type(found)) == (value, type(value))


def test_without_an_observed_maximum_the_last_edge_is_the_reference(tmp_path: Path) -> None:
    feature = Feature(name="x", type="number", nullable=False)
    assert _reference(tmp_path, feature, _profile(edges=[1.0, 3.0], counts=[0, 1, 9])) == 3.0
