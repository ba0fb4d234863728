"""The scoring protocols of MLflow and SageMaker: all forms are equivalent, and errors name the reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = ["age", "cups of coffee", "chronotype"]
_ROWS: list[list[Any]] = [[40.5, 0, "early"], [None, 8, "late"]]
_RECORDS = [dict(zip(_NAMES, row, strict=True)) for row in _ROWS]
_COLUMNS = {name: [row[index] for row in _ROWS] for index, name in enumerate(_NAMES)}
_FORMS: dict[str, Any] = {
    "dataframe_split": {"dataframe_split": {"columns": _NAMES, "data": _ROWS}},
    "dataframe_split with an index": {"dataframe_split": {"index": [0, 1], "columns": _NAMES, "data": _ROWS}},
    "dataframe_records": {"dataframe_records": _RECORDS},
    "instances": {"instances": _RECORDS},
    "instances by position": {"instances": _ROWS},
    "instances by column": {"instances": _COLUMNS},
    "inputs": {"inputs": _RECORDS},
    "inputs by column": {"inputs": _COLUMNS},
    "inputs by column of shape [N, 1]": {"inputs": {name: [[each] for each in v] for name, v in _COLUMNS.items()}},
    "inputs by position": {"inputs": _ROWS},
    "a bare list": _ROWS,
    "a bare list of records": _RECORDS,
    "params beside": {"inputs": _RECORDS, "params": {}},
}


@pytest.fixture(scope="module")
def api(bundle_path: Path) -> InProcessApi:
    return InProcessApi(bundle_path)


def _expected(api: InProcessApi) -> Any:  # noqa: ANN401 - JSON
    return api.post("/predict", {"instances": [dict(each) for each in _RECORDS]})[1]["predictions"]


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS)
def test_every_form_is_answered_as_the_own_protocol_does(api: InProcessApi, form: Any) -> None:  # noqa: ANN401 - JSON
    assert api.post("/invocations", form) == (200, {"predictions": _expected(api)})


def test_a_bare_list_of_values_is_one_instance(api: InProcessApi) -> None:
    status, answer = api.post("/invocations", list(_ROWS[0]))
    assert (status, answer["predictions"]) == (200, _expected(api)[:1])


def test_a_bare_nan_is_a_missing_value_and_none_is_ever_sent(api: InProcessApi) -> None:
    body = '{"dataframe_split": {"columns": ["age", "cups of coffee", "chronotype"], "data": [[NaN, 8, "late"]]}}'
    response = api.send("POST", "/invocations", body)
    assert response.status == 200
    assert json.loads(response.body)["predictions"] == _expected(api)[1:]
    assert "NaN" not in response.body


def test_a_table_with_a_header_is_read(api: InProcessApi) -> None:
    table = "chronotype,age,cups of coffee\r\nearly,40.5,0\r\nlate,,8\r\n\r\n"
    response = api.send("POST", "/invocations", table, content_type="text/csv")
    assert response.status == 200, response.body
    assert json.loads(response.body)["predictions"] == _expected(api)


@pytest.mark.parametrize(
    ("table", "path", "message"),
    [
        ("age,cups of coffee\n1", "$[0]", "expected 2 cells, one for each column, got 1"),
        ("age,age\n1,2", "$[header]", "each once"),
        ("age,cups of coffee,chronotype\nold,1,early", "$[0].age", "expected a number, got other text"),
        ("age,cups of coffee,chronotype\n1,1.5,early", '$[0]["cups of coffee"]', "got a number with a fraction"),
        ("age,cups of coffee,chronotype\n1,2,inf", "$[0].chronotype", "expected one of"),
        ("agee,cups of coffee,chronotype\n1,2,early", "$[0].agee", "did you mean 'age'?"),
        ('"age\n', "$", "expected a header and rows"),
        ("age,cups of coffee,chronotype\n", "$", "expected at least 1 instance, got 0"),
    ],
)
def test_the_problem_of_a_wrong_table_names_the_place(api: InProcessApi, table: str, path: str, message: str) -> None:
    response = api.send("POST", "/invocations", table, content_type="text/csv")
    answer = json.loads(response.body)
    assert response.status == 400
    assert [each for each in answer["errors"] if each["path"] == path and message in each["message"]], answer["errors"]


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ({}, "$", "expected exactly one of the members"),
        ({"instance": []}, "$", "did you mean 'instances'?"),
        ({"inputs": [], "instances": []}, "$", "expected exactly one of the members"),
        (1, "$", "expected an object or a list, got a number"),
        ({"dataframe_split": []}, "dataframe_split", "expected an object with the lists"),
        ({"dataframe_split": {"columns": ["age", "age"], "data": []}}, "dataframe_split.columns", "each once"),
        (
            {"dataframe_split": {"columns": ["age"], "data": [[1, 2]]}},
            "dataframe_split.data[0]",
            "expected a list of 1",
        ),
        (
            {"dataframe_split": {"columns": _NAMES, "data": [[999, 1, "early"]]}},
            "dataframe_split.data[0].age",
            "above the maximum",
        ),
        ({"instances": [[1]]}, "instances[0]", "expected 3 values in the order of the features, got 1"),
        ({"inputs": {"age": [1], "cups of coffee": [1, 2]}}, "inputs", "different lengths"),
        ({"dataframe_records": {"age": [1]}}, "dataframe_records", "expected a list of objects, got an object"),
        ([], "$", "expected at least 1 instance, got 0"),
    ],
)
def test_the_problem_of_a_wrong_body_names_the_place(api: InProcessApi, document: Any, path: str, message: str) -> None:  # noqa: ANN401 - JSON
    status, answer = api.post("/invocations", document)
    errors: Any = answer["errors"]
    assert status == 400
    assert [each for each in errors if each["path"] == path and message in each["message"]], errors
    assert answer["error_code"] == "BAD_REQUEST"
    assert answer["message"] == answer["detail"]


def test_ping_is_answered(api: InProcessApi) -> None:
    assert api.get("/ping")[0] == 200


_ASKERS: dict[Path, InProcessApi] = {}


@given(st.text(max_size=80))
def test_no_table_is_a_fault_of_ours(bundle_path: Path, table: str) -> None:
    api = _ASKERS.get(bundle_path) or _ASKERS.setdefault(bundle_path, InProcessApi(bundle_path))
    response = api.send("POST", "/invocations", table, content_type="text/csv")
    assert response.status == 400


@pytest.mark.parametrize("media_type", ["application/jsonlines", "application/x-jsonlines; charset=utf-8"])
@pytest.mark.parametrize("rows", [_ROWS, _RECORDS], ids=["values", "records"])
def test_json_lines_are_read(api: InProcessApi, media_type: str, rows: list[Any]) -> None:
    body = "\r\n".join(map(json.dumps, rows)) + "\n\n"
    response = api.send("POST", "/invocations", body, content_type=media_type)
    assert (response.status, json.loads(response.body)) == (200, {"predictions": _expected(api)})


@pytest.mark.parametrize("body", ['{"age": 1}\nno', "{}\n{},{}", "[1]\n[2"])
def test_a_line_that_is_not_json_is_named(api: InProcessApi, body: str) -> None:
    response = api.send("POST", "/invocations", body, content_type="application/jsonlines")
    assert response.status == 400
    assert "line 2 of the body" in json.loads(response.body)["detail"]


@pytest.mark.parametrize("media_type", ["text/csv", "text/csv; header=absent"])
def test_a_table_without_a_header_has_the_features_in_their_order(api: InProcessApi, media_type: str) -> None:
    response = api.send("POST", "/invocations", "40.5,0,early\n,8,late\n", content_type=media_type)
    assert (response.status, json.loads(response.body)) == (200, {"predictions": _expected(api)})


def test_a_first_row_that_is_neither_names_nor_values_is_a_wrong_header(api: InProcessApi) -> None:
    response = api.send("POST", "/invocations", "a,b,c\n40.5,0,early\n", content_type="text/csv")
    assert response.status == 400
    assert "$[0].a" in [each["path"] for each in json.loads(response.body)["errors"]]
