"""Too little memory is told before the conversion, or when it is used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model_export.commands import export as command
from model_export.errors import InputError
from model_export.evaluation.memory import free_bytes, require_memory

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of 100 MB that takes no room on the disk."""
    path = tmp_path / "forest.joblib"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    return path


def test_a_model_that_is_too_large_is_told_with_what_it_needs_and_what_there_is(large: Path) -> None:
    with pytest.raises(InputError) as raised:
        require_memory(large, 1_500_000_000)
    assert "a model of 100 MB takes about 1.6 GB of memory, and 1.5 GB are free." in str(raised.value)
    assert "max_depth" in str(raised.value)


@pytest.mark.parametrize("free", [None, 1_600_000_000])
def test_what_fits_or_cannot_be_told_is_tried(large: Path, free: int | None) -> None:
    require_memory(large, free)


def test_a_small_model_and_a_missing_file_are_not_asked_about(tmp_path: Path) -> None:
    require_memory(tmp_path / "absent.joblib", 1)
    (tmp_path / "small.joblib").write_bytes(b"0" * 1000)
    require_memory(tmp_path / "small.joblib", 1)


def test_the_free_memory_of_this_machine_is_known_or_nothing_is_said() -> None:
    free = free_bytes()
    assert free is None or free > 0


def test_memory_that_is_used_up_is_one_sentence_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A pickle that asks for more than any machine has when it is loaded.
    (tmp_path / "huge.pkl").write_bytes(b"cbuiltins\nbytearray\n(L4611686018427387904L\ntR.")
    (tmp_path / "data.csv").write_text("a\n1\n")
    arguments = [str(tmp_path / "huge.pkl"), "--data", str(tmp_path / "data.csv"), "--name", "huge"]
    assert command.main([*arguments, "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert "the memory of this machine was used up, and nothing was written" in " ".join(printed.err.split())
    assert not (tmp_path / "out").exists()
