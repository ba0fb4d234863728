"""Fixtures that several packages' tests share."""

from __future__ import annotations

from contextlib import ExitStack, closing
from functools import cache
from typing import TYPE_CHECKING

import botocore.session
import numpy as np
import pandas as pd
import pytest
from botocore.loaders import create_loader
from hypothesis import HealthCheck, settings
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from local_stack.monitoring.database import open_database
from model_export import export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from sqlite3 import Connection


# No deadline, no health check by the clock, and the same examples everywhere: a slow machine is no fault of the code.
settings.register_profile(
    "anywhere", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("anywhere")

pytest_plugins = ("tests.program",)

_TIERS = {
    "tests/conformance": "environment",
    "tests/examples/test_versioning.py": "environment",
    "tests/engine": "engine",
    "tests/image": "docker",
    "tests/infra/aws_provider": "provider",
}
"""Markers of ``pyproject.toml`` by folder or file: what a test needs beside the locked packages."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by what it needs, so that ``make test`` can leave out what a machine may lack.

    The files directly in ``tests/`` come first: they take longest, and the last ones run while a worker has no other.
    """
    items.sort(key=lambda item: len(item.path.relative_to(config.rootpath).parts) > len(("tests", "test_docs.py")))
    for item in items:
        place = item.path.relative_to(config.rootpath).as_posix()
        for start, marker in _TIERS.items():
            if place.startswith(start):
                item.add_marker(marker)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their number: their content can hold a clock's second, and each worker must find the same tests."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def service_descriptions() -> Iterator[None]:
    """Read the descriptions of AWS's services once: each session of boto3 parses megabytes of them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.session, "create_loader", cache(create_loader))
        yield


@pytest.fixture
def opened() -> Iterator[Callable[..., Connection]]:
    """Open databases of the local stack, and close them after the test."""
    with ExitStack() as stack:
        yield lambda path=None: stack.enter_context(closing(open_database(path)))


@pytest.fixture(scope="session")
def bundle_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small proven bundle: a number that may be missing, an integer and a category; two classes."""
    return _small_bundle(tmp_path_factory.mktemp("bundles"), seed=7)


@pytest.fixture(scope="session")
def shadow_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with the same features and classes, from other data."""
    return _small_bundle(tmp_path_factory.mktemp("shadows"), seed=8)


def _small_bundle(out: Path, seed: int) -> Path:
    generator = np.random.default_rng(seed)
    rows = 300
    table = pd.DataFrame(
        {
            "age": generator.uniform(18, 90, rows).round(1),
            "cups of coffee": generator.integers(0, 9, rows),
            "chronotype": generator.choice(["early", "late"], rows),
        }
    )
    late = (table["chronotype"] == "late").to_numpy()
    label = np.where(table["cups of coffee"] + 3 * late + generator.normal(0, 1, rows) > 5, "rest", "carry on")
    table.loc[generator.random(rows) < 0.1, "age"] = np.nan
    columns = ColumnTransformer(
        [
            ("numbers", SimpleImputer(), ["age"]),
            ("counts", "passthrough", ["cups of coffee"]),
            ("categories", OneHotEncoder(), ["chronotype"]),
        ]
    )
    model = make_pipeline(columns, LogisticRegression()).fit(table, label)
    cups: dict[str, object] = {"type": "integer", "minimum": 0, "maximum": 20}
    corrections: dict[str, dict[str, object]] = {"age": {"minimum": 0, "maximum": 120}, "cups of coffee": cups}
    return export(model, table, name="small", out=out, features=corrections).path
