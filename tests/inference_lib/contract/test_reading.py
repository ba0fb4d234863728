"""Contracts from files: consistent, or refused in one sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import ELEMENT_TYPES, FEATURE_TYPES
from inference_lib.contract.reading import contract_from_dict, load_contract, resolve_bundle
from inference_lib.errors import BundleError
from tests.inference_lib.contract.documents import REGRESSION

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import Json


def _outputs(*roles: str) -> Json:
    return {role: {"name": role, "element_type": "float"} for role in roles}


def _targets(number: int) -> Json:
    return [{"name": f"t{each}", "classes": ["a", "b"]} for each in range(number)]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"format_version": 0}, "bundle format 0, this library reads formats 1 and 2"),
        ({"format_version": 3}, "bundle format 3, this library reads formats 1 and 2"),
        ({"format_version": None}, "bundle format None"),
        ({"features": None}, "not a contract of format 2"),
        ({"inputs": [{"name": "x"}]}, "not a contract of format 2"),
        ({"outputs": []}, "not a contract of format 2"),
        ({"colour": "red"}, "not a contract of format 2"),
        ({"inputs": []}, "inputs must hold each feature exactly once"),
        ({"inputs": [{"name": "x", "element_type": "float", "features": ["age", "age"]}]}, "exactly once"),
        ({"task": "ranking"}, "tasks are binary, multiclass, regression, anomaly, clustering; found 'ranking'"),
        (
            {"outputs": _outputs("value", "label")},
            "task 'regression' expects the outputs 'value'; found 'label', 'value'",
        ),
        (
            {"task": "clustering", "outputs": _outputs("score")},
            "expects the outputs 'label', 'probabilities' or 'distances', 'label' or 'label'; found 'score'",
        ),
        ({"unknown_features": "warn"}, "unknown_features must be refuse or ignore"),
        ({"inputs": [{"name": "x", "element_type": "half", "features": ["age"]}]}, "element types must be among float"),
        ({"outputs": {"value": {"name": "value", "element_type": "half"}}}, "element types must be among float"),
        ({"features": [{"name": "age", "type": "date", "nullable": True}]}, "feature types must be among number"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(changed: dict[str, Json], sentence: str) -> None:
    with pytest.raises(BundleError) as raised:
        contract_from_dict({**REGRESSION, **changed}, "here")
    assert str(raised.value).startswith("here: ")
    assert sentence in str(raised.value)


@pytest.mark.parametrize("document", [None, [], "text", 1])
def test_what_is_no_object_is_no_contract(document: Json) -> None:
    with pytest.raises(BundleError, match=r"^here: expected a JSON object"):
        contract_from_dict(document, "here")


@pytest.mark.parametrize(
    ("task", "targets", "accepted"),
    [
        ("regression", 0, [("value",)]),
        ("anomaly", 0, [("label", "score")]),
        ("clustering", 0, [("label",), ("label", "probabilities"), ("label", "distances")]),
        ("binary", 0, [("probabilities",), ("label", "probabilities"), ("label", "scores"), ("label",)]),
        ("multiclass", 0, [("probabilities",), ("label", "probabilities"), ("label", "scores"), ("label",)]),
        ("regression", 2, [("values",)]),
        ("binary", 2, [("label_1", "label_2"), ("label_1", "label_2", "probabilities_1", "probabilities_2")]),
    ],
)
def test_the_outputs_are_those_of_the_task(task: str, targets: int, accepted: list[tuple[str, ...]]) -> None:
    every = [
        *[("value",), ("values",), ("label",), ("probabilities",), ("label", "score"), ("label", "scores")],
        *[("label", "probabilities"), ("label", "distances"), ("label_1",), ("label_1", "label_2"), ("label_0",)],
        *[("label_1", "label_2", "probabilities_1", "probabilities_2"), ("label_1", "label_2", "probabilities_1")],
        ("label_0", "label_1"),
    ]
    for roles in every:
        document = {**REGRESSION, "task": task, "outputs": _outputs(*roles), "targets": _targets(targets)}
        if roles in accepted:
            assert set(contract_from_dict(document, "here").outputs) == set(roles)
        else:
            with pytest.raises(BundleError, match="expects the outputs"):
                contract_from_dict(document, "here")


@pytest.mark.parametrize("format_version", [1, 2])
def test_a_contract_comes_back_as_it_was_written(tmp_path: Path, format_version: int) -> None:
    contract = contract_from_dict({**REGRESSION, "format_version": format_version}, "here")
    (tmp_path / "contract.json").write_text(json.dumps(contract.to_dict()))
    assert load_contract(str(tmp_path)).to_dict() == contract.to_dict()
    assert contract.targets == ()


def test_a_contract_may_have_features_and_tensors_of_every_type() -> None:
    types = dict(zip(ELEMENT_TYPES, (*FEATURE_TYPES, "boolean"), strict=True))
    features: Json = [{"name": name, "type": kind, "nullable": False} for name, kind in types.items()]
    inputs: Json = [{"name": name, "element_type": name, "features": [name]} for name in types]
    contract = contract_from_dict({**REGRESSION, "features": features, "inputs": inputs}, "here")
    assert {feature.type for feature in contract.features} == set(FEATURE_TYPES)
    assert {tensor.element_type for tensor in contract.inputs} == set(ELEMENT_TYPES)


def test_a_contract_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"contract.json: cannot be read \(No such file or directory\)"):
        load_contract(str(tmp_path))
    (tmp_path / "contract.json").write_bytes(b"\xff{")
    with pytest.raises(BundleError, match=r"contract.json: is not JSON"):
        load_contract(str(tmp_path))


def test_a_model_resolves_to_the_version_written_last(tmp_path: Path) -> None:
    version = tmp_path / "v1"
    version.mkdir()
    with pytest.raises(BundleError, match="no model bundle here"):
        resolve_bundle(str(tmp_path))
    (tmp_path / "latest").write_text("\n")
    with pytest.raises(BundleError, match="no model bundle here"):
        resolve_bundle(str(tmp_path))
    (tmp_path / "latest").write_text("v1\n")
    with pytest.raises(BundleError, match="no model bundle here"):
        resolve_bundle(str(tmp_path))
    (version / "contract.json").touch()
    assert resolve_bundle(str(tmp_path)) == resolve_bundle(str(version)) == str(version)
