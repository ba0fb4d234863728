"""The version of a model: its content alone, all of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.digests import VERSION_DIGITS, content_version, file_sha256
from inference_lib.contract.reading import contract_from_dict
from tests.inference_lib.contract.documents import REGRESSION

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import Json

_MODEL = "0" * 64


def _version(changed: dict[str, Json], model: str = _MODEL) -> str:
    return content_version(contract_from_dict({**REGRESSION, **changed}, "here"), model)


def test_a_version_is_the_same_on_any_day_and_machine() -> None:
    canonical = (
        '{"contract":{"classes":[],"description":"é","features":[{"categories":null,"description":"","example":null,'
        '"exclusive_minimum":false,"maximum":null,"minimum":null,"name":"age","nullable":true,"observed_maximum":null,'
        '"observed_minimum":null,"type":"number","unit":"","unknown_categories":"refuse"}],"format_version":2,'
        '"inputs":[{"element_type":"float","features":["age"],"limit":null,"name":"x"}],"name":"test",'
        '"outputs":{"value":{"element_type":"float","name":"value"}},"task":"regression"},'
        f'"model_sha256":"{_MODEL}"}}'
    )
    expected = hashlib.sha256(canonical.encode()).hexdigest()[:12]
    assert _version({"description": "é"}) == expected
    assert len(expected) == VERSION_DIGITS


@pytest.mark.parametrize(
    "changed",
    [
        {"format_version": 1},
        {"name": "other"},
        {"task": "anomaly", "outputs": {role: {"name": role, "element_type": "float"} for role in ("label", "score")}},
        {"description": "é"},
        {"description": "\ud800"},
        {"features": [{"name": "age", "type": "number", "nullable": False}]},
        {"inputs": [{"name": "y", "element_type": "float", "features": ["age"]}]},
        {"outputs": {"value": {"name": "value", "element_type": "double"}}},
        {"classes": ["a"]},
        {"profile_sha256": "1" * 64},
        {"unknown_features": "ignore"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_callers_see_changes_the_version(changed: dict[str, Json]) -> None:
    assert _version(changed) != _version({})


def test_the_graph_and_the_targets_change_the_version() -> None:
    two: dict[str, Json] = {"targets": [{"name": "a"}, {"name": "b"}]}
    several: dict[str, Json] = {**two, "outputs": {"values": {"name": "value", "element_type": "float"}}}
    renamed: dict[str, Json] = {**several, "targets": [{"name": "a"}, {"name": "c"}]}
    assert len({_version({}), _version({}, "1" * 64), _version(several), _version(renamed)}) == 4


@pytest.mark.parametrize(
    "changed",
    [
        {"version": "2"},
        {"metrics": {"r2": 0.5}},
        {"libraries": {"scikit-learn": "1.9"}},
        {"git_commit": "abc"},
        {"files": {"model.onnx": _MODEL}},
        {"profile_sha256": ""},
        {"unknown_features": "refuse"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_where_a_model_comes_from_does_not_change_its_version(changed: dict[str, Json]) -> None:
    assert _version(changed) == _version({})


@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1])
def test_the_digest_of_a_file_is_that_of_all_its_bytes(tmp_path: Path, size: int) -> None:
    content = b"a" * size
    (tmp_path / "file").write_bytes(content)
    assert file_sha256(str(tmp_path / "file")) == hashlib.sha256(content).hexdigest()
