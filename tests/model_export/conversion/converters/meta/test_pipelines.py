"""Steps of pipelines follow one another, and what is passed through is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from model_export.conversion import catalog
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from tests.model_export.conversion.formulas.computed import computed

ROWS = pd.DataFrame(np.random.default_rng(4).normal(3, 2, (80, 2)), columns=["a", "b"]).to_numpy()
VALUE = ROWS[:, 0] - 2 * ROWS[:, 1]


@pytest.fixture(autouse=True)
def registered() -> None:
    """All converters."""
    catalog.registered()


def _scalers() -> Pipeline:
    return make_pipeline(StandardScaler(), None, MinMaxScaler((1, 3)), "passthrough").fit(ROWS)


def test_rows_go_through_each_step_and_back() -> None:
    scalers = _scalers()
    forth, back = computed(
        lambda x: (
            dispatch.transform(scalers, Table.of(x)).numbers(),
            dispatch.inverse_transform(scalers, Table.of(x)).numbers(),
        ),
        ROWS,
    )

    np.testing.assert_allclose(forth, scalers.transform(ROWS), rtol=1e-12)
    np.testing.assert_allclose(back, scalers.inverse_transform(ROWS), rtol=1e-12)


def test_the_last_step_answers_for_what_those_before_make() -> None:
    model = make_pipeline("passthrough", _scalers(), None, LinearRegression()).fit(ROWS, VALUE)
    (found,) = computed(lambda x: dispatch.predict(model, Table.of(x)).reshape([-1, 1]), ROWS)

    np.testing.assert_allclose(found.ravel(), model.predict(ROWS), rtol=1e-9, atol=1e-9)


def test_a_pipeline_that_ends_without_an_estimator_predicts_nothing() -> None:
    with pytest.raises(Refusal, match="its last step is a passthrough, which predicts nothing"):
        computed(lambda x: dispatch.predict(_scalers(), Table.of(x)), ROWS)
