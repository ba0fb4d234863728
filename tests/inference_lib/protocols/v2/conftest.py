"""The API of the everyday bundle, one for each module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def api(bundle_path: Path) -> InProcessApi:
    return InProcessApi(bundle_path)
