"""What changed between two bundles."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from inference_lib.bundle.loading import load_bundle
from model_export import export
from model_export.__main__ import main
from model_export.bundle.difference import difference_of

if TYPE_CHECKING:
    from pathlib import Path

    from model_export import Exported


@pytest.fixture
def versions(table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """One feature, then two with a range and another regularisation."""
    monkeypatch.setenv("COLUMNS", "200")
    rows = table.assign(steps=table["visits"] * 1000.0)
    paths = []
    plans: list[tuple[float, list[str], dict[str, dict[str, object]]]] = [
        (1.0, ["visits"], {}),
        (1e-4, ["visits", "steps"], {"steps": {"maximum": 9000}, "visits": {"unit": "visits"}}),
    ]
    for strength, names, said in plans:
        model = LogisticRegression(C=strength).fit(rows[names], rows["won"])
        made = export(model, rows[[*names, "won"]], name="small", target="won", out=tmp_path, features=said)
        paths.append(str(made.path))
    return paths[0], paths[1]


def test_features_metrics_sizes_and_answers_are_compared(
    versions: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *versions]) == 0
    out = capsys.readouterr().out
    for text in ("steps", "added", "number", "visits: unit", "log_loss", "model.onnx", "Unchanged: libraries."):
        assert text in out
    assert "requests are answered now that were refused before." in out
    assert "requests are refused now that were answered before: callers must change." in out


@pytest.fixture(scope="module", autouse=True)
def fewer_requests() -> None:
    """All of the drawn requests: golden requests of two models are compared."""


def test_another_model_behind_the_same_contract_shows_in_the_answers(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = table[["visits", "won"]]
    models = [LogisticRegression(C=c).fit(rows[["visits"]], rows["won"]) for c in (1.0, 1e-4)]
    one, two = (export(model, rows, name="small", target="won", out=tmp_path).path for model in models)
    difference = difference_of(str(one), str(two))
    assert difference.changes["features"] == []
    assert difference.answers is not None
    assert difference.answers.refused == (0, 0)
    assert difference.answers.compared > 100 * difference.answers.equal
    assert difference.answers.label_changes > 0
    note, before, after = difference.answers.worst[0]
    assert note
    assert before != after
    # The golden requests of both go beyond the rows of the data.
    cases = [case for path in (one, two) for case in load_bundle(str(path), max_instances=1).golden.cases]
    asked = pd.DataFrame({"visits": [case.instance["visits"] for case in cases]}, dtype=float)
    wanted = np.abs(models[0].predict_proba(asked) - models[1].predict_proba(asked)).max()
    assert difference.answers.largest == pytest.approx(wanted, abs=1e-9)
    assert main(["diff", str(one), str(two)]) == 0
    assert "Answers that changed most" in capsys.readouterr().out


def test_a_bundle_and_itself_do_not_differ(sleep: Exported, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(sleep.path), str(sleep.path.parent)]) == 0
    out = capsys.readouterr().out
    assert "Unchanged: model, features, metrics, size, bytes, libraries." in out
    assert "0 with another label; largest change 0." in out


def test_a_classifier_and_a_regressor_have_no_answers_to_compare(
    table: pd.DataFrame, versions: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = LinearRegression().fit(table[["visits"]], table["visits"] * 2.0)
    value = export(model, table[["visits"]], name="value", out=tmp_path)
    assert main(["diff", versions[0], str(value.path)]) == 0
    assert "Answers cannot be compared: binary became regression." in capsys.readouterr().out


def test_a_damaged_or_missing_bundle_exits_2(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "model.onnx").write_bytes(b"")
    assert main(["diff", str(copied), str(copied)]) == 2
    assert "is damaged" in capsys.readouterr().err
    shutil.rmtree(copied)
    assert main(["diff", str(copied), str(copied)]) == 2
    assert "no model bundle here" in capsys.readouterr().err
