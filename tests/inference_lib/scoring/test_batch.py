"""The bins of a batch, variable by variable, are those of its instances one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.bundle.profile import BinCoder, Profile, Variable
from inference_lib.runtime.table import Labelled, Values
from inference_lib.scoring import batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Json
    from inference_lib.runtime.model import Prediction


def _ordered(name: str, *edges: float, predicted: bool = False) -> Variable:
    return Variable(name, is_prediction=predicted, counts={}, edges=edges)


def _named(name: str, *labels: str, predicted: bool = False) -> Variable:
    return Variable(name, is_prediction=predicted, counts={}, labels=labels)


def _coder(*parts: Variable) -> BinCoder:
    features = (_ordered("number", -1.0, 0.0, 2.5), _ordered("text", 1, 3), _named("flag", "true", "false"))
    return BinCoder(Profile(1, (*features, _named("kind", "x", "y"), _ordered("constant"), *parts)))


_ROW = st.fixed_dictionaries(
    {
        "number": st.none() | st.floats(-3, 3) | st.integers(-3, 3),
        "text": st.none() | st.text(max_size=5),
        "flag": st.none() | st.booleans(),
        "kind": st.none() | st.sampled_from(["x", "y", "z"]),
        "constant": st.floats(-1, 1),
    }
)
_NUMBER = st.floats(-1, 1)
_CLASS_PART = _named("class", "true", "7", "b", predicted=True)
_LABEL = st.sampled_from([True, 7, "b", "new"])


def _value(number: float) -> Prediction:
    return {"value": number}


def _label(label: str | int) -> Prediction:
    return {"label": label}


def _probability(label: str | int, number: float) -> Prediction:
    return {"label": label, "probability": number, "probabilities": {}}


def _scores(label: str | int, one: float, other: float) -> Prediction:
    return {"label": label, "scores": {"7": one, "b": other}}


def _targets(one: float, two: float) -> Prediction:
    return {"values": {"one": one, "two": two}}


_CODERS_AND_PREDICTIONS: dict[str, tuple[BinCoder, st.SearchStrategy[Prediction]]] = {
    "value": (_coder(_ordered("value", 0.0, predicted=True)), st.builds(_value, _NUMBER)),
    "label": (_coder(_CLASS_PART), st.builds(_label, _LABEL)),
    "probability": (
        _coder(_ordered("probability", 0.25, 0.5, predicted=True), _CLASS_PART),
        st.builds(_probability, _LABEL, _NUMBER),
    ),
    "scores": (
        _coder(_ordered("margin", 0.5, predicted=True), _CLASS_PART),
        st.builds(_scores, _LABEL, _NUMBER, _NUMBER),
    ),
    "targets": (
        _coder(_ordered("one: value", 0.0, predicted=True), _ordered("two: value", 0.5, predicted=True)),
        st.builds(_targets, _NUMBER, _NUMBER),
    ),
}


@pytest.mark.parametrize("kind", _CODERS_AND_PREDICTIONS)
@given(data=st.data())
def test_a_batch_has_the_bins_of_its_instances(kind: str, data: st.DataObject) -> None:
    coder, drawn = _CODERS_AND_PREDICTIONS[kind]
    rows = data.draw(st.lists(_ROW, min_size=1, max_size=6))
    columns: dict[str, list[Json]] = {name: [row[name] for row in rows] for name in rows[0]}
    predictions = data.draw(st.lists(drawn, min_size=len(rows), max_size=len(rows)))
    one_by_one = [coder.code(columns, row, each) for row, each in enumerate(predictions)]

    assert batch.codes(coder, columns, range(len(rows)), batch.parts_of(predictions)) == one_by_one
    some = data.draw(st.lists(st.sampled_from(range(len(rows))), min_size=1, max_size=8))
    parts = batch.parts_of([predictions[row] for row in some])
    assert batch.codes(coder, columns, some, parts) == [one_by_one[row] for row in some]


@given(data=st.data(), width=st.integers(1, 4), rows=st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_some_rows_of_a_table_are_watched_as_their_predictions_are(
    data: st.DataObject, width: int, rows: Sequence[int]
) -> None:
    by_class = [data.draw(st.lists(st.floats(0, 1), min_size=6, max_size=6)) for _ in range(width)]
    places = data.draw(st.none() | st.lists(st.integers(0, width - 1), min_size=6, max_size=6))
    classes: list[str | int | bool] = [True, "b", 3, "d"]
    labelled = Labelled(classes[:width], ["true", "b", "3", "d"][:width], by_class, places)
    for table in (labelled, Values(by_class[0])):
        assert batch.parts_of_table(table, rows) == batch.parts_of(table.some(rows))
