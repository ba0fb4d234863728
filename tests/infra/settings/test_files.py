"""Files of stacks that cannot be read: one sentence with the line and the fix, in every command that reads them."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from infra.settings.files import PROJECT_DIRECTORY, StackFileError, configuration, read_stack

FAULTS = [
    (b"config:\n  inference:memoryMb: [512\n", "line 3 is not YAML"),
    (b"config:\n\tinference:memoryMb: 512\n", "line 2 is not YAML"),
    (b"- inference:memoryMb\n", "expected the settings below `config:`"),
    (b"config: 512\n", "expected the settings below `config:`"),
    (b"config: \xff\n", "is not YAML text in UTF-8"),
    (b"config: \x00\n", "is not YAML text in UTF-8"),
]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the declaration of the settings."""
    shutil.copy(PROJECT_DIRECTORY / "Pulumi.yaml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("content", "said"), FAULTS)
def test_a_malformed_file_is_named_with_its_fault_and_the_fix(content: bytes, said: str, files: Path) -> None:
    (files / "Pulumi.dev.yaml").write_bytes(content)

    with pytest.raises(StackFileError) as caught:
        configuration("dev", files)

    assert re.fullmatch(
        r"Pulumi\.dev\.yaml: [^\n]+\. Correct it, or .+: git checkout -- Pulumi\.dev\.yaml", str(caught.value)
    )
    assert said in str(caught.value)


def test_a_stack_is_read_with_its_region(project: Path) -> None:
    assert read_stack("dev", {"aws:region": "eu-west-3"}, project)[1] == "eu-west-3"
    assert read_stack("dev", directory=project)[1] == configuration("dev", project)["aws:region"]


def test_settings_are_equal_and_printed_by_what_a_stack_sets_and_nothing_else(project: Path) -> None:
    settings, _ = read_stack("dev", directory=project)
    elsewhere = replace(settings, project_directory=Path(), watched_classes={"a": 0.5}, shadow_version="0123")
    assert elsewhere == settings
    assert repr(elsewhere) == repr(settings)
    assert "contract" not in repr(settings)
    assert replace(settings, memory_mb=3000) != settings


@pytest.mark.parametrize("content", ["", "config:\n", "encryptionsalt: v1:abc=\n", "# nothing yet\n"])
def test_a_file_without_settings_leaves_the_defaults(content: str, files: Path) -> None:
    (files / "Pulumi.dev.yaml").write_text(content, encoding="utf-8")

    assert configuration("dev", files) == configuration("no-file", files)


@pytest.mark.parametrize(
    ("window", "interval"), [(1, 1), (4, 1), (7, 1), (8, 2), (24, 6), (95, 23), (96, 24), (100, 24), (720, 24)]
)
def test_the_model_monitor_runs_four_times_in_its_window_and_each_day(
    window: int, interval: int, project: Path
) -> None:
    settings, _ = read_stack("dev", directory=project)

    assert replace(settings, monitor_window_hours=window).monitor_interval_hours == interval
