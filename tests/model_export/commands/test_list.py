"""The list of bundles."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from model_export.__main__ import main
from model_export.bundle.versions import list_bundles

if TYPE_CHECKING:
    from pathlib import Path

    from model_export import Exported


@pytest.fixture
def place(sleep: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two versions of one model: the exported one of 2026, and an older copy of it."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "bundles" / "sleep_advice"
    shutil.copytree(sleep.path, home / sleep.path.name)
    shutil.copytree(sleep.path, home / "0123456789ab")
    (home / "latest").write_text(f"{sleep.path.name}\n", encoding="utf-8")
    os.utime(home / sleep.path.name / "contract.json", (1_780_000_000, 1_780_000_000))
    os.utime(home / "0123456789ab" / "contract.json", (1_770_000_000, 1_770_000_000))
    return home


def test_versions_are_listed_with_date_size_and_metrics_the_newest_first(
    place: Path, sleep: Exported, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (newest,) = (index for index, line in enumerate(lines) if "2026-05-28 20:26" in line)
    (oldest,) = (index for index, line in enumerate(lines) if "2026-02-02 02:40" in line)
    assert newest < oldest
    assert f"{sleep.path.name} (latest)" in lines[newest]
    assert f"accuracy {sleep.contract.metrics['accuracy']:.4g}" in lines[newest]
    size = sum(file.stat().st_size for file in sleep.path.iterdir())
    assert f"{size / 1000:.0f} kB" in lines[newest]
    assert lines[-1] == (
        "Next: see what changed: python -m model_export diff bundles/sleep_advice/0123456789ab "
        f"bundles/sleep_advice/{sleep.path.name}"
    )
    assert place.is_dir()


def test_an_unreadable_bundle_is_told_and_the_others_are_shown(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "0123456789ab" / "contract.json").write_text("{", encoding="utf-8")
    assert main(["list", "sleep_advice"]) == 2
    answer = capsys.readouterr()
    assert "(latest)" in answer.out
    assert answer.err.startswith("error: bundles/sleep_advice/0123456789ab/contract.json: is not JSON")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "nowhere"], "nowhere: no bundle here. "),
        (["other"], "bundles: no bundle of other here. "),
    ],
)
@pytest.mark.usefixtures("place")
def test_no_bundle_exits_2_with_the_way_to_one(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", *arguments]) == 2
    wanted = f"error: {message}Write one: python -m model_export MODEL --data FILE --name NAME\n"
    assert capsys.readouterr().err == wanted


def test_bundles_that_are_being_written_are_not_listed(place: Path) -> None:
    (place / ".writing-1234").mkdir()
    assert len(list_bundles(place.parent)[0]) == 2
