"""The versions of a model on this machine, and what differs between two of them."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from console.model.versions import (
    answer_changes,
    answer_text,
    feature_changes,
    golden_cases,
    metric_changes,
    versions_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

AGE = {"name": "age", "type": "integer", "minimum": 18, "maximum": 110, "categories": None, "unit": "years"}
KIND = {"name": "kind", "type": "string", "categories": ["day", "night"]}


def test_the_versions_are_those_that_can_be_read_the_last_written_first(
    bundle_path: Path, shadow_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, moment in ((bundle_path, 1_000), (shadow_path, 2_000)):
        copy = tmp_path / "small" / path.name
        shutil.copytree(path, copy)
        os.utime(copy / "contract.json", (moment, moment))
    (tmp_path / "small" / "broken").mkdir()
    (tmp_path / "small" / "broken" / "contract.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("INFERENCE_BUNDLES", str(tmp_path))

    assert [each.version for each in versions_of("small")] == [shadow_path.name, bundle_path.name]
    assert [versions_of(name) for name in ("absent", "../small", "a\0b")] == [[], [], []]


def test_metrics_that_differ_have_both_values_and_the_change() -> None:
    before = {"metrics": {"accuracy": 0.7017, "rows": 1750, "gone": 1.0, "same": 0.5}}
    after = {"metrics": {"accuracy": 0.75, "rows": 900, "same": 0.5, "new": 2.0}}

    assert [list(row.values()) for row in metric_changes(before, after)] == [
        ["accuracy", "0.7017", "0.75", "+0.0483"],
        ["rows", "1,750", "900", "-850"],
        ["gone", "1", "none", "none"],
        ["new", "none", "2", "none"],
    ]


def test_features_that_differ_are_added_removed_or_have_another_range_or_category() -> None:
    before = {"features": [AGE, KIND, {"name": "old", "type": "number"}]}
    after = {
        "features": [{**AGE, "maximum": 120.5, "unit": ""}, {**KIND, "categories": ["day"]}, {**AGE, "name": "new"}]
    }

    assert [list(row.values()) for row in feature_changes(before, after)] == [
        ["age", "maximum", "110", "120.5"],
        ["age", "unit", "years", "none"],
        ["kind", "categories", "day, night", "day"],
        ["old", "removed", "number", "none"],
        ["new", "added", "none", "integer"],
    ]


def test_golden_requests_are_read_and_a_file_that_is_none_has_none(bundle_path: Path, tmp_path: Path) -> None:
    assert 0 < len(golden_cases(bundle_path)) <= 100
    assert golden_cases(tmp_path) == []
    (tmp_path / "golden.json").write_text(json.dumps({"cases": [1]}), encoding="utf-8")
    assert golden_cases(tmp_path) == []


def test_answers_that_differ_are_listed_as_both_versions_give_them() -> None:
    same = {"label": "rest", "probability": 0.70001}
    cases = [{"note": "edge", "instance": {}, "prediction": each} for each in (same, same, {"value": 3.14159})]
    answers: list[dict[str, Any]] = [
        {"label": "rest", "probability": 0.70002},
        {"label": "carry on", "probability": 0.6},
        {"value": 3.2},
    ]

    assert answer_changes(cases, answers) == [
        {"request": "edge", "this version": "rest, 70.0%", "live": "carry on, 60.0%"},
        {"request": "edge", "this version": "3.14", "live": "3.2"},
    ]
    assert answer_text({"label": 3}) == "3"
    assert answer_text({"values": {"b": 1.0, "a": 2.0}}) == '{"a": 2.0, "b": 1.0}'
