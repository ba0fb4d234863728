"""The original answers a row as it does among other rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import MiniBatchSparsePCA, SparsePCA
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - it registers
from sklearn.impute import IterativeImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, StandardScaler

from model_export.progress import Silent
from model_export.source.intake import Given, take_in
from model_export.source.model.estimator import Methods
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from model_export.source.instances import Instance
    from model_export.source.model.original import Answered

ROWS = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=["a", "b", "c"])
SIDES = ROWS["a"] + ROWS["b"] > 0


@pytest.mark.parametrize("kind", [SparsePCA, MiniBatchSparsePCA])
def test_a_step_that_takes_no_lone_row_answers_one_beside_a_row_that_raises(kind: type[SparsePCA]) -> None:
    model = make_pipeline(kind(n_components=2, random_state=0), Ridge()).fit(ROWS, ROWS["a"])
    with pytest.raises(ValueError, match="2D"):
        model.predict(ROWS.head(1))
    original = take_in(model, Given(ROWS), Silent()).original
    rows: list[Instance] = [*_instances(ROWS.head(2)), {"a": None, "b": 1.0, "c": 1.0}]
    *answered, refused = original.answers(rows)
    values = [answer["value"] for answer in answered if not isinstance(answer, Silence)]
    assert values == pytest.approx(model.predict(ROWS.head(2)).tolist())
    assert isinstance(refused, Silence)
    assert not original.raises(rows[:1]), "alone it raises, beside itself it does not"
    assert original.raises(rows)
    assert original.raises(rows[2:])


def test_a_step_that_writes_to_its_input_answers() -> None:
    parted = pd.DataFrame({name: ROWS[name].where(ROWS[name] > -2.0) for name in ROWS}, copy=False)
    model = make_pipeline(IterativeImputer(keep_empty_features=True), Ridge()).fit(parted, ROWS["a"])
    with pytest.raises(ValueError, match="read-only"):
        model.predict(parted.copy())
    instance: Instance = {"a": None, "b": 1.0, "c": 1.0}
    (answer,) = take_in(model, Given(parted), Silent()).original.answers([instance])
    assert not isinstance(answer, Silence)
    alone = pd.DataFrame({"a": [np.nan], "b": [1.0], "c": [1.0]}, copy=False)
    assert answer["value"] == pytest.approx(model.predict(alone)[0])


@pytest.mark.parametrize("fitted_on", ["array", "table"])
def test_a_step_that_changes_its_rows_in_place_changes_them_once(fitted_on: str) -> None:
    table = ROWS * 100.0
    seen = table if fitted_on == "table" else table.to_numpy()
    steps = [StandardScaler(copy=False), Normalizer(copy=False)]
    model = make_pipeline(*steps, make_pipeline(MinMaxScaler(copy=False), LogisticRegression()))
    model.fit(seen.copy(), SIDES)
    answers = take_in(model, Given(table), Silent()).original.answers(_instances(table))
    expected = model.predict_proba(seen.copy())[:, 1]
    assert [_probability(answer) for answer in answers] == pytest.approx(expected.tolist())


@pytest.mark.parametrize("shape", ["default", "pandas"])
def test_the_steps_before_the_last_run_once_for_the_label_and_its_probabilities(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_pipeline("passthrough", StandardScaler().set_output(transform=shape), LogisticRegression())
    original = take_in(model.fit(ROWS, SIDES), Given(ROWS), Silent()).original
    calls: list[object] = []
    transform = StandardScaler.transform

    def counted(self: StandardScaler, rows: object) -> object:
        calls.append(rows)
        return transform(self, rows)

    monkeypatch.setattr(StandardScaler, "transform", counted)
    found = [_probability(answer) for answer in original.answers(_instances(ROWS))]
    assert len(calls) == (1 if shape == "default" else 2), "a table has a second copy made by the steps themselves"
    assert found == pytest.approx(model.predict_proba(ROWS)[:, 1].tolist())


@pytest.mark.parametrize("order", ["C", "F"])
def test_each_method_reads_an_array_of_its_own_in_the_order_that_the_steps_gave(order: str) -> None:
    model = make_pipeline(FunctionTransformer(partial(np.asarray, order=order)), LogisticRegression()).fit(ROWS, SIDES)
    reading = Methods(model).reading(ROWS.to_numpy)
    first, second = reading(), reading()
    assert isinstance(first, np.ndarray)
    assert isinstance(second, np.ndarray)
    assert not np.shares_memory(first, second)
    for each in (first, second):
        assert (each.flags.c_contiguous, each.flags.f_contiguous) == (order == "C", order == "F")


def test_a_pipeline_of_another_class_is_called_as_a_whole() -> None:
    kind = type("Extended", (Pipeline,), {})
    model = kind([("scale", StandardScaler()), ("classify", LogisticRegression())]).fit(ROWS, SIDES)
    asked = Methods(model)
    assert asked.model is model
    assert asked.reading(lambda: ROWS)() is ROWS


def _probability(answer: Answered) -> object:
    assert not isinstance(answer, Silence), answer.reason
    probabilities = answer["probabilities"]
    assert isinstance(probabilities, dict)
    return probabilities["true"]


def _instances(rows: pd.DataFrame) -> list[Instance]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.to_numpy().tolist()]
