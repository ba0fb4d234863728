"""Batches of AWS Step Functions: each line has a prediction or a reason, whatever the others are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.errors import PredictionError
from inference_lib.protocols.lines import MAX_REASON, request_of
from inference_lib.testing import batch_event, read_lines
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.runtime.model import Model

_GOOD: dict[str, Any] = {"age": 40.5, "cups of coffee": 0, "chronotype": "early"}
_GOOD_TEXT = {"age": "40.5", "cups of coffee": "0", "chronotype": "early"}


@pytest.fixture(scope="module")
def api(bundle_path: Path) -> InProcessApi:
    return InProcessApi(bundle_path)


def _lines(api: InProcessApi, rows: list[Any], **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    event = batch_event(rows, **options)
    response, _ = api.service.handle(request_of(event, "r-1"), event)
    assert response.status == 200, response.body
    lines: list[dict[str, Any]] = json.loads(response.body)["lines"]
    assert [line["index"] for line in lines] == list(range(len(rows))), "no line is lost, and none comes twice"
    return lines


def test_lines_are_answered_as_the_api_answers(api: InProcessApi) -> None:
    answer: Any = api.post("/predict", {"instances": [_GOOD]})[1]
    (line,) = _lines(api, [_GOOD])
    assert line == {"index": 0, "version": answer["model"]["version"], **answer["predictions"][0]}


def test_text_cells_are_the_values_of_the_contract(api: InProcessApi) -> None:
    assert _lines(api, [_GOOD_TEXT], text=True) == _lines(api, [_GOOD])
    missing = _lines(api, [{**_GOOD_TEXT, "age": ""}], text=True)
    assert missing == _lines(api, [{**_GOOD, "age": None}])


@pytest.mark.parametrize(
    ("row", "is_text", "reason"),
    [
        ({**_GOOD_TEXT, "age": "old"}, True, "age: expected a number, got other text"),
        ({**_GOOD_TEXT, "cups of coffee": "1.5"}, True, "expected an integer, got a number with a fraction"),
        ({**_GOOD_TEXT, "age": "old", "cups of coffee": "x"}, True, "cups of coffee: expected an integer, got other"),
        ({**_GOOD, "age": "40"}, False, "age: expected a number, got a string"),
        ({**_GOOD, "age": 999}, False, "age: expected a number from 0 to 120, got one above the maximum"),
        ({**_GOOD, "id": 7}, False, "id: unknown feature"),
        ({"age": 1}, False, '["cups of coffee"]: required feature is missing; expected an integer'),
        ([1, 2], False, "expected an object, got a list"),
        (None, False, "expected an object, got null"),
    ],
)
def test_a_bad_line_has_its_reason_and_the_others_their_predictions(
    api: InProcessApi,
    row: Any,  # noqa: ANN401 - JSON
    is_text: bool,
    reason: str,
) -> None:
    good = _GOOD_TEXT if is_text else _GOOD
    first, bad, last = _lines(api, [good, row, good], text=is_text)
    assert reason in bad["error"]
    assert bad.keys() == {"index", "error"}
    assert first["label"] == last["label"] == "carry on"


def test_columns_that_are_kept_do_not_reach_the_model(api: InProcessApi) -> None:
    (line,) = _lines(api, [{**_GOOD_TEXT, "id": "17"}], text=True, keep=["id", "age"])
    assert line["label"] == "carry on", "a feature that is kept is a feature still"


def test_each_of_too_many_lines_gets_the_error(bundle_path: Path) -> None:
    lines = _lines(InProcessApi(bundle_path, MAX_INSTANCES="2"), [_GOOD] * 3)
    assert {line["error"] for line in lines} == {
        "The request violates the model's contract: 1 problem. First: : expected at most 2 instances, got 3"
    }


def test_reasons_are_short_so_that_the_answer_to_many_bad_lines_fits(api: InProcessApi) -> None:
    (line,) = _lines(api, [{f"unknown {number}": 1 for number in range(100)}])
    assert MAX_REASON - 12 < len(json.dumps(line["error"])) - len('""') <= MAX_REASON


def test_a_fault_of_the_model_costs_the_line_that_brings_it_about(
    bundle_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = InProcessApi(bundle_path)
    model: Model = api.bundle.model
    predict = model.predict

    def fail(columns: Any, rows: int) -> Any:  # noqa: ANN401 - as the model's
        if 13 in columns["cups of coffee"]:
            raise PredictionError("not a number")
        return predict(columns, rows)

    monkeypatch.setattr(type(model), "predict", lambda _self, columns, rows: fail(columns, rows))
    first, bad, refused, last = _lines(api, [_GOOD, {**_GOOD, "cups of coffee": 13}, {}, _GOOD])
    assert "the error is not in the line" in bad["error"]
    assert "required feature is missing" in refused["error"]
    assert first["label"] == last["label"] == "carry on"


def test_metrics_count_the_lines_and_the_run_is_the_correlation_id(api: InProcessApi) -> None:
    event = batch_event([{**_GOOD, "age": None}, _GOOD, {**_GOOD, "age": 999}], run="run-7")
    _, written = api.service.handle(request_of(event, "r-1"), event)
    found = read_lines(written)
    (record,) = found.metrics
    assert (record["Predictions"], record["MissingValues"], record["OutOfRange"]) == (2, 1, 1)
    assert (record["correlation_id"], record["route"]) == ("run-7", "BATCH /predict")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    )
)
def test_no_row_is_lost_whatever_it_is(bundle_path: Path, row: Any) -> None:  # noqa: ANN401 - JSON
    api = _ASKERS.get(bundle_path) or _ASKERS.setdefault(bundle_path, InProcessApi(bundle_path))
    first, second = _lines(api, [row, _GOOD], text=True)
    assert "error" in first
    assert second["label"] == "carry on"


_ASKERS: dict[Path, InProcessApi] = {}
