"""The command line: exit codes, sentences on stderr, and no stack trace."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import joblib
import pytest
from sklearn.linear_model import LogisticRegression

import model_export.api
from model_export.__main__ import main
from tests.model_export.proof.test_parity import tampered

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from sklearn.pipeline import Pipeline


@pytest.fixture
def place(pipeline: Pipeline, table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    joblib.dump(pipeline, tmp_path / "model.joblib")
    table.to_csv(tmp_path / "rows.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


ARGUMENTS = ["model.joblib", "--data", "rows.csv", "--name", "small"]


def test_a_model_file_becomes_a_bundle(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "features.yaml").write_text("visits: {minimum: 0, unit: visits}\n", encoding="utf-8")
    options = ["--target", "won", "--features", "features.yaml", "--description", "Small.", "--out", "made"]
    assert main([*ARGUMENTS, *options]) == 0
    (bundle,) = (path for path in (place / "made/small").iterdir() if path.is_dir())
    out = capsys.readouterr().out
    assert "model.joblib is a pickle: loading it runs code." in out
    assert f"small {bundle.name}" in out
    assert "every label equal" in out
    assert "accuracy" in out
    assert f"Report: made/small/{bundle.name}/report.html" in out
    assert "Next: serve it on this machine: python -m local_stack --bundle made/small" in out
    assert main(["verify", "made/small"]) == 0
    assert main([*ARGUMENTS, *options]) == 0
    assert "was there already; kept" in "".join(capsys.readouterr().out.split("│")).replace("\n", " ").replace("  ", "")


def test_a_failed_proof_exits_1_shows_the_rows_and_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(model_export.api, "candidates", tampered)
    assert main(ARGUMENTS) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: The converted model differs from the original in ")
    assert "First rows outside the tolerance" in error
    assert "Traceback" not in error
    assert not (place / "bundles").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: MODEL, --data, --name. Help: python -m model_export --help"),
        (["absent.joblib", *ARGUMENTS[1:]], "absent.joblib: no such model file. "),
        (["model.joblib", "--data", "absent.csv", "--name", "small"], "absent.csv: no such data file. "),
        ([*ARGUMENTS[:-1], "Small Model"], "name 'Small Model': expected a lower-case letter, then up to 62 letters, "),
        ([*ARGUMENTS, "--target", "lost"], "The data have no column 'lost' to be the target; they have "),
        (
            [*ARGUMENTS, "--target", "city"],
            "The target 'city' is a feature of the model. Name the column of the labels.",
        ),
        ([*ARGUMENTS, "--features", "absent.yaml"], "absent.yaml: cannot be read (No such file or directory)."),
        ([*ARGUMENTS, "--reference", "absent.csv"], "absent.csv: no such data file. "),
        ([*ARGUMENTS, "--fast"], "unrecognized arguments: --fast. Help: python -m model_export --help"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("place")
def test_wrong_input_exits_2_with_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    error = capsys.readouterr().err
    assert code == 2
    assert error.startswith(f"error: {message}")
    assert error.count("\n") == 1


def test_a_model_that_was_never_fitted_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    joblib.dump(LogisticRegression(), place / "model.joblib")
    assert main(ARGUMENTS) == 2
    assert capsys.readouterr().err == "error: LogisticRegression is not fitted. Call fit before the export.\n"


def test_help_teaches_with_examples() -> None:
    command = [sys.executable, "-m", "model_export", "--help"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for text in (
        "examples:",
        "--reference",
        "python -m model_export verify bundles/sleep_advice",
        "exit codes: 0 done",
    ):
        assert text in answer
