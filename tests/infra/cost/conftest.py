"""The project's settings with a small bundle, in a directory of their own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from infra.stack_files import PROJECT_DIRECTORY

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, bundle_path: Path) -> Path:
    directory = tmp_path_factory.mktemp("project")
    for file in PROJECT_DIRECTORY.glob("Pulumi*.yaml"):
        shutil.copy(file, directory)
    (directory / "bundles").mkdir()
    (directory / "bundles" / "sleep_advice").symlink_to(bundle_path.parent, target_is_directory=True)
    return directory
