"""Files of stacks that cannot be read: one sentence with the line and the fix, in every command that reads them."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from infra.settings.files import PROJECT_DIRECTORY, StackFileError, configuration

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize("content", ["", "config:\n", "encryptionsalt: v1:abc=\n", "# nothing yet\n"])
def test_a_file_without_settings_leaves_the_defaults(content: str, files: Path) -> None:
    (files / "Pulumi.dev.yaml").write_text(content, encoding="utf-8")

    assert configuration("dev", files) == configuration("no-file", files)
