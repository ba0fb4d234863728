"""The contract's members, and what follows from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import Contract, Feature, InputTensor, OutputTensor, Target, class_key
from inference_lib.contract.public import public_contract

if TYPE_CHECKING:
    from inference_lib.contract.document import FeatureType, Scalar, Task, Unknown


def _contract(
    *, task: Task = "regression", role: str = "value", format_version: int = 2, targets: tuple[Target, ...] = ()
) -> Contract:
    return Contract(
        name="test",
        version="1",
        task=task,
        features=(Feature(name="age", type="number", nullable=True, minimum=0, categories=(1, 2)),),
        inputs=(InputTensor(name="x", element_type="float", features=("age",), limit=9),),
        outputs={role: OutputTensor(name="y", element_type="float")},
        targets=targets,
        format_version=format_version,
    )


@pytest.mark.parametrize(
    ("kind", "nullable", "unknown", "takes_null"),
    [
        ("string", False, "refuse", False),
        ("string", False, "answer", True),
        ("string", False, "answer texts", False),
        ("string", True, "refuse", True),
        ("number", False, "refuse", False),
        ("number", False, "answer", False),
        ("number", True, "answer", True),
        ("boolean", True, "refuse", True),
    ],
)
def test_null_is_answered_where_it_is_missing_or_a_text_that_the_model_ignores(
    kind: FeatureType, nullable: bool, unknown: Unknown, takes_null: bool
) -> None:
    assert Feature(name="f", type=kind, nullable=nullable, unknown_categories=unknown).takes_null is takes_null


def test_a_feature_has_the_defaults_of_format_1() -> None:
    feature = Feature(name="f", type="number", nullable=False)
    assert (feature.exclusive_minimum, feature.unknown_categories, feature.categories) == (False, "refuse", None)


@pytest.mark.parametrize(("role", "expected"), [("probabilities", True), ("label", False), ("probabilities_1", False)])
def test_a_prediction_has_a_probability_where_the_graph_does(role: str, expected: bool) -> None:
    assert _contract(task="binary", role=role).has_probabilities is expected


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression", "anomaly", "clustering"])
def test_feedback_needs_one_actual_value(task: Task) -> None:
    assert _contract(task=task).takes_feedback is (task != "clustering")
    assert _contract(task=task, targets=(Target(name="a"), Target(name="b"))).takes_feedback is False


def test_a_contract_of_format_1_has_no_later_member() -> None:
    later = {"unknown_categories", "exclusive_minimum", "limit"}
    for format_version, expected in ((1, set()), (2, later)):
        text = json.dumps(_contract(format_version=format_version).to_dict())
        assert {name for name in later if f'"{name}"' in text} == expected
        assert '"minimum": 0' in text
        assert '"categories": [1, 2]' in text


def test_members_that_mean_the_default_are_left_out() -> None:
    contract = _contract()
    rare = {"targets", "profile_sha256", "unknown_features"}
    assert not rare & contract.to_dict().keys()
    assert "missing_text" not in json.dumps(contract.to_dict()), "bundles that were exported before it stay as they are"
    text = InputTensor(name="x", element_type="string", features=("age",), missing_text="?")
    contract.inputs = (text,)
    assert '"missing_text": "?"' in json.dumps(contract.to_dict())
    contract.profile_sha256, contract.unknown_features = "a" * 64, "ignore"
    contract.targets = (Target(name="a", classes=("x", "y")),)
    assert {name: contract.to_dict()[name] for name in rare} == {
        "targets": [{"name": "a", "classes": ["x", "y"]}],
        "profile_sha256": "a" * 64,
        "unknown_features": "ignore",
    }


def test_callers_see_neither_files_nor_tensors() -> None:
    contract = _contract()
    contract.profile_sha256 = "a" * 64
    hidden = {"files", "libraries", "inputs", "outputs", "profile_sha256"}
    public = public_contract(contract)
    assert public == {name: value for name, value in contract.to_dict().items() if name not in hidden}
    assert {"name", "version", "task", "features", "classes", "metrics"} <= public.keys()


@pytest.mark.parametrize(("value", "key"), [("Yes", "Yes"), (3, "3"), (True, "true"), (False, "false")])
def test_a_class_is_named_as_json_spells_it(value: Scalar, key: str) -> None:
    assert class_key(value) == key  # type: ignore[arg-type] # none is a float
