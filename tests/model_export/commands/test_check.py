"""The linter on the command line: it finds what blocks, says the way out, and converts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import joblib
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from model_export.__main__ import main
from model_export.checks import find_all
from model_export.source.subject import subject_without_data

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from sklearn.base import BaseEstimator


class Doubled(LogisticRegression):  # type: ignore[misc] # scikit-learn ships no types
    """A step that no converter knows."""


class Kept(StandardScaler):  # type: ignore[misc] # scikit-learn ships no types
    """Another one."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_model_without_faults_exits_0_and_tells_the_next_step(
    pipeline: Pipeline, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    joblib.dump(pipeline, place / "model.joblib")
    assert main(["check", "model.joblib"]) == 0
    out = capsys.readouterr().out
    assert "model.joblib: nothing blocks the export; its proof decides." in out
    assert "Next: python -m model_export model.joblib --data FILE --name NAME" in out
    assert [path.name for path in place.iterdir()] == ["model.joblib"]


def next_year(values: pd.DataFrame) -> pd.DataFrame:
    """A function that no converter knows."""
    return values + 1


def test_a_step_that_cannot_be_converted_is_listed_with_the_way_out(
    table: pd.DataFrame, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Pipeline([("shift", FunctionTransformer(next_year)), ("weigh", LogisticRegression())])
    joblib.dump(model.fit(table[["visits"]], table["won"]), place / "model.joblib")
    assert main(["check", "model.joblib"]) == 1
    out = capsys.readouterr().out
    for text in (
        "FunctionTransformer",
        "next_year",
        "model_export.register",
        "model.joblib: 1 finding blocks the export.",
    ):
        assert text in out


def test_every_step_without_a_converter_is_listed(
    table: pd.DataFrame, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Pipeline([("one", Kept()), ("two", Doubled())])
    joblib.dump(model.fit(table[["visits"]], table["won"]), place / "model.joblib")
    assert main(["check", "model.joblib"]) == 1
    out = capsys.readouterr().out
    for text in ("Kept", "Doubled", "model.joblib: 2 findings block the export."):
        assert text in out


def test_what_only_data_tell_is_found_with_data(
    table: pd.DataFrame, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Pipeline([("scale", StandardScaler()), ("weigh", LogisticRegression())])
    model.fit(table[["visits"]].to_numpy(), table["won"])
    joblib.dump(model, place / "model.joblib")
    table[["colour", "won"]].to_csv("rows.csv", index=False)
    assert main(["check", "model.joblib"]) == 0
    assert main(["check", "model.joblib", "--data", "rows.csv", "--target", "won"]) == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: MODEL. Help: python -m model_export check --help"),
        (["absent.joblib"], "absent.joblib: no such model file. "),
        (["model.joblib", "--data", "absent.csv"], "absent.csv: no such data file. "),
    ],
    ids=["nothing", "no model", "no data"],
)
def test_wrong_input_exits_2_with_one_sentence(
    arguments: list[str], message: str, pipeline: Pipeline, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    joblib.dump(pipeline, place / "model.joblib")
    try:
        code = main(["check", *arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    assert code == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {message}")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "model",
    [Doubled(), Pipeline([("one", Doubled())]), CalibratedClassifierCV(Doubled(), cv=2)],
    ids=["alone", "in a pipeline", "calibrated"],
)
def test_a_step_without_a_converter_is_found_at_any_depth(model: BaseEstimator, table: pd.DataFrame) -> None:
    (finding,) = find_all(subject_without_data(model.fit(table[["visits"]], table["won"])))
    assert finding.place == "Doubled"
    assert finding.cause().startswith("no converter knows this step of ")


def test_types_are_read_from_the_model_where_there_are_no_data(pipeline: Pipeline) -> None:
    types = {feature.name: feature.type for feature in subject_without_data(pipeline).features}
    assert types["colour"] == types["city"] == "string"
    assert types["visits"] == "number"
