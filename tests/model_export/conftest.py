"""Models, tables and bundles that several tests share; each is made once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from examples.breast_cancer import train as breast_cancer
from examples.sleep_advice import train as sleep_advice
from model_export import Exported, export
from model_export.proof.hunt import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from examples.command import Example

    Loader = Callable[[], tuple[pd.DataFrame, pd.DataFrame]]


def _exported(example: Example, load: Loader, build: Callable[[], Pipeline], out: Path) -> Exported:
    training, held_out = load()
    model = build().fit(training.drop(columns=example.target), training[example.target])
    return export(
        model,
        held_out,
        name=example.name,
        target=example.target,
        out=out,
        features=example.features,
        description=example.description,
        reference=training,
    )


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """OpenMP's threads spin where several workers share the cores: 57 s instead of 8 s were measured."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module", autouse=True)
def fewer_requests() -> Iterator[None]:
    """A tenth of the drawn requests: half of an export's time; test_estimators and the sweep draw all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "REQUESTS", requests.REQUESTS // 10)
        yield


@pytest.fixture(scope="session")
def sleep(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    out = tmp_path_factory.mktemp("sleep")
    return _exported(sleep_advice.EXAMPLE, sleep_advice.load, sleep_advice.build, out)


@pytest.fixture(scope="session")
def cancer(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    out = tmp_path_factory.mktemp("cancer")
    return _exported(breast_cancer.EXAMPLE, breast_cancer.load, breast_cancer.build, out)


@pytest.fixture
def copied(sleep: Exported, tmp_path: Path) -> Path:
    """A bundle that a test may damage."""
    return shutil.copytree(sleep.path, tmp_path / "damaged")


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    """Small rows of every kind: number with gaps, integer, boolean, texts with and without gaps, two classes."""
    generator = np.random.default_rng(7)
    rows = 240
    made = pd.DataFrame(
        {
            "résumé score": generator.normal(50, 10, rows).round(1),
            "visits": generator.integers(0, 9, rows),
            "member": generator.random(rows) < 0.4,
            "colour": generator.choice(["red", "green", "blau"], rows),
            "city": pd.array(generator.choice(["Lyon", "Zürich"], rows), dtype="str"),
        }
    )
    made["won"] = np.where(made["résumé score"] + 5 * made["visits"] + generator.normal(0, 8, rows) > 70, "yes", "no")
    made.loc[generator.random(rows) < 0.15, "résumé score"] = np.nan
    made.loc[generator.random(rows) < 0.15, "city"] = None
    return made


@pytest.fixture(scope="session")
def features(table: pd.DataFrame) -> pd.DataFrame:
    return table.drop(columns="won")


@pytest.fixture(scope="session")
def pipeline(table: pd.DataFrame, features: pd.DataFrame) -> Pipeline:
    """A small mixed pipeline, fitted; ``member`` is not read."""
    texts = Pipeline([("fill", SimpleImputer(strategy="most_frequent")), ("encode", OneHotEncoder())])
    prepare = ColumnTransformer(
        [
            ("numbers", Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())]), ["résumé score"]),
            ("counts", "passthrough", ["visits"]),
            ("texts", texts, ["colour", "city"]),
        ]
    )
    return Pipeline([("prepare", prepare), ("weigh", LogisticRegression())]).fit(features, table["won"])
