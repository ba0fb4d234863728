"""The bootstrap stack, declared once."""

from __future__ import annotations

import pytest

from local_stack.declared.evaluation import Declared, declare_bootstrap
from tests.infra.delivery.rights import CONFIG


@pytest.fixture(scope="module")
def bootstrap() -> Declared:
    return declare_bootstrap(CONFIG)
