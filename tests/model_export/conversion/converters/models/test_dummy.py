"""Models that answer the same for each instance."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor

from model_export.conversion import catalog
from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from tests.model_export.conversion.formulas.computed import computed

ROWS = np.arange(10.0)[:, None]
LABELS = np.array(["a", "b", "b", "c", "b", "a", "c", "b", "b", "a"])


@pytest.fixture(autouse=True)
def registered() -> None:
    """All converters."""
    catalog.registered()


@pytest.mark.parametrize(("strategy", "fixed"), [("prior", None), ("most_frequent", None), ("constant", "c")])
def test_a_class_is_as_probable_as_in_the_original(strategy: str, fixed: str | None) -> None:
    model = DummyClassifier(strategy=strategy, constant=fixed).fit(ROWS, LABELS)
    (found,) = computed(lambda x: dispatch.predict_proba(model, Table.of(x)), ROWS)

    np.testing.assert_array_equal(found, model.predict_proba(ROWS))


@pytest.mark.parametrize(
    ("strategy", "number"), [("mean", None), ("median", None), ("quantile", 0.3), ("constant", 7.5)]
)
def test_a_value_is_that_of_the_original(strategy: str, number: float | None) -> None:
    options = {"quantile": number} if strategy == "quantile" else {"constant": number}
    model = DummyRegressor(strategy=strategy, **options).fit(ROWS, ROWS.ravel() ** 2)
    (found,) = computed(lambda x: dispatch.predict(model, Table.of(x)), ROWS)

    np.testing.assert_array_equal(found.ravel(), model.predict(ROWS))
