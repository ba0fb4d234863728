"""What the tests of the command share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from tests.operate.batch.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(bundle_path: Path, tmp_path: Path) -> Iterator[World]:
    """An account."""
    with mock_aws():
        yield World(bundle_path, tmp_path)
