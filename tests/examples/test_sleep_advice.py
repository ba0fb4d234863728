"""The sleep advice example: its generator and its command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.command import run
from examples.sleep_advice.data import ADVICE, CHRONOTYPES, MISSING_SHARE, ROWS, SCHEDULES, TARGET, generate
from examples.sleep_advice.train import EXAMPLE, build, load

if TYPE_CHECKING:
    from pathlib import Path

FEATURES = 10


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return generate()


def test_the_same_seed_gives_the_same_nights() -> None:
    pd.testing.assert_frame_equal(generate(200, 3), generate(200, 3))
    assert not generate(200, 3).equals(generate(200, 4))


def test_every_piece_of_advice_is_common_enough_to_be_learned(table: pd.DataFrame) -> None:
    shares = table[TARGET].value_counts(normalize=True)
    assert set(shares.index) == set(ADVICE)
    assert shares.min() > 0.08
    assert shares.max() < 0.45


def test_values_are_missing_at_the_declared_shares_and_nowhere_else(table: pd.DataFrame) -> None:
    assert len(table) == ROWS
    assert table.shape[1] == FEATURES + 1
    for name in table.columns:
        assert table[name].isna().mean() == pytest.approx(MISSING_SHARE.get(name, 0.0), abs=0.015), name


@given(st.integers(0, 2**32))
@settings(max_examples=20)
def test_any_seed_keeps_to_the_ranges_of_the_features_file(seed: int) -> None:
    table = generate(300, seed)
    said = yaml.safe_load(EXAMPLE.features.read_text(encoding="utf-8"))
    assert list(said) == [name for name in table.columns if name != TARGET]
    for name, members in said.items():
        if "minimum" in members:
            assert table[name].min() >= members["minimum"]
            assert table[name].max() <= members["maximum"]
            assert members["unit"]
    assert set(table["chronotype"]) <= set(CHRONOTYPES)
    assert set(table["work_schedule"].dropna()) <= set(SCHEDULES)


def test_numbers_are_written_as_people_write_them(table: pd.DataFrame) -> None:
    assert table["sleep_hours"].map(lambda hours: len(str(hours)) <= len("10.5")).all()


def test_advice_follows_from_the_night(table: pd.DataFrame) -> None:
    means = table.groupby(TARGET).mean(numeric_only=True)
    assert means["sleep_hours"].idxmin() == "sleep_longer"
    assert means["caffeine_mg_after_noon"].idxmax() == "earlier_caffeine"
    assert means["screen_minutes_before_bed"].idxmax() == "calmer_evening"
    assert means["alcohol_units"].idxmax() == "less_alcohol"


def test_the_command_exports_and_says_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(EXAMPLE, load, build, ["--out", "made"]) == 0
    out = capsys.readouterr().out
    assert "python -m local_stack --bundle made/sleep_advice" in out
    assert (
        "make export MODEL=build/examples/sleep_advice/model.joblib DATA=build/examples/sleep_advice/held_out.csv "
        "NAME=sleep_advice_copy"
    ) in out
    assert TARGET not in pd.read_csv("build/examples/sleep_advice/held_out.csv").columns
    (bundle,) = (path for path in (tmp_path / "made/sleep_advice").iterdir() if path.is_dir())
    assert (bundle / "model.onnx").stat().st_size < 500_000


def test_a_failure_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made").write_text("", encoding="utf-8")
    training, held_out = load()
    assert run(EXAMPLE, lambda: (training.head(500), held_out.head(200)), build, ["--out", "made"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: made/sleep_advice/")
    assert error.endswith(": cannot be written (Not a directory).\n")
