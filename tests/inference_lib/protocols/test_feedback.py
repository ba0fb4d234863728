"""``POST /feedback``: what is taken, what is refused, and what the log holds of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.document import Contract
from inference_lib.contract.reading import load_contract
from inference_lib.errors import InvalidRequest, RequestError
from inference_lib.http.requests import Request
from inference_lib.openapi.document import openapi_document
from inference_lib.protocols import feedback
from inference_lib.testing import read_lines
from tests.inference_lib.in_process import InProcessApi
from tests.inference_lib.regressor import CONTRACT
from tests.strategies import anything

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import Json

_INSTANCE: dict[str, Json] = {"age": 40.5, "cups of coffee": 0, "chronotype": "early"}


@pytest.fixture(scope="module")
def api(bundle_path: Path) -> InProcessApi:
    return InProcessApi(bundle_path, FEEDBACK="true")


def test_feedback_is_a_line_for_each_entry(api: InProcessApi) -> None:
    body = {
        "feedback": [{"request_id": "r-1", "label": "rest"}, {"request_id": "r-2", "label": "carry on", "instance": 3}]
    }
    request = Request(method="POST", path="/feedback", headers={}, body=json.dumps(body), request_id="r-9")
    response, lines = api.service.handle(request)
    assert (response.status, json.loads(response.body)) == (202, {"accepted": 2})
    told = [line for line in read_lines(lines).logs if line["message"] == feedback.MESSAGE]
    members = ("feedback_request_id", "feedback_instance", "truth")
    assert [[line[name] for name in members] for line in told] == [["r-1", 0, "rest"], ["r-2", 3, "carry on"]]


def test_the_last_of_two_entries_about_one_instance_holds(api: InProcessApi) -> None:
    told = [{"request_id": "r-1", "label": "rest"}, {"request_id": "r-1", "instance": 0, "label": "carry on"}]
    request = Request(
        method="POST", path="/feedback", headers={}, body=json.dumps({"feedback": told}), request_id="r-9"
    )
    response, lines = api.service.handle(request)
    assert json.loads(response.body) == {"accepted": 1}
    assert [line["truth"] for line in read_lines(lines).logs if line["message"] == feedback.MESSAGE] == ["carry on"]


def test_an_answer_names_its_request_for_web_pages_too(bundle_path: Path) -> None:
    api = InProcessApi(bundle_path, FEEDBACK="true", CORS_ALLOW_ORIGIN="https://app.example.com")
    headers = api.send("POST", "/predict", json.dumps({"instances": [_INSTANCE]})).headers
    assert headers["x-request-id"] == "r-1"
    assert headers["access-control-expose-headers"] == "x-request-id"
    assert "x-request-id" not in api.send("GET", "/health").headers


def test_the_predicted_class_is_logged_with_the_probabilities(api: InProcessApi) -> None:
    body = json.dumps({"instances": [_INSTANCE, {**_INSTANCE, "cups of coffee": 9}]})
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="r-1")
    response, lines = api.service.handle(request)
    answered = [each["label"] for each in json.loads(response.body)["predictions"]]
    told = [line for line in read_lines(lines).logs if "scores" in line]
    assert [line["predicted"] for line in told] == answered
    assert len(set(answered)) == 2


def test_without_the_setting_there_is_no_such_route_and_no_scores_are_logged(bundle_path: Path) -> None:
    plain = InProcessApi(bundle_path)
    assert plain.post("/feedback", {"feedback": []})[0] == 404
    body = json.dumps({"instances": [_INSTANCE]})
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="r-1")
    response, lines = plain.service.handle(request)
    assert "scores" not in lines
    assert "x-request-id" not in response.headers
    assert "/feedback" not in plain.get("/openapi.json")[1]["paths"]  # type: ignore[operator] # paths are an object


def test_the_document_describes_the_route_with_the_classes(api: InProcessApi, bundle_path: Path) -> None:
    document = api.get("/openapi.json")[1]
    assert document == openapi_document(load_contract(str(bundle_path)), feedback=True)
    example = document["paths"]["/feedback"]["post"]["requestBody"]["content"]["application/json"]["example"]  # type: ignore[index,call-overload] # an OpenAPI document
    assert api.post("/feedback", example) == (202, {"accepted": 1})


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        ([], "$", "expected an object with the member 'feedback', got a list"),
        ({"feedback": []}, "feedback", "expected a list of 1 to 100 objects, got 0"),
        ({"feedbck": []}, "$.feedbck", "unknown member; did you mean 'feedback'?"),
        ({"feedback": [3]}, "feedback[0]", "expected an object, got a number"),
        ({"feedback": [{"request_id": "r"}]}, "feedback[0].label", "expected one of the classes carry on, rest"),
        ({"feedback": [{"request_id": "r", "label": "secret"}]}, "feedback[0].label", "expected one of the classes"),
        (
            {"feedback": [{"request_id": '"] | x', "label": "rest"}]},
            "feedback[0].request_id",
            "expected the x-request-id",
        ),
        (
            {"feedback": [{"request_id": "r", "label": "rest", "instance": -1}]},
            "feedback[0].instance",
            "expected the index",
        ),
        ({"feedback": [{"request_id": "r", "label": "rest", "instance": True}]}, "feedback[0].instance", "the index"),
        ({"feedback": [{"request_id": "r", "label": "rest", "instance": 10**400}]}, "feedback[0].instance", "99999"),
        ({"feedback": [{"request_id": "r", "label": "rest", "labl": 1}]}, "feedback[0].labl", "did you mean 'label'?"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_not_repeated(
    api: InProcessApi, body: Json, place: str, message: str
) -> None:
    status, problem = api.post("/feedback", body)
    assert status == 400
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert any(isinstance(each, dict) and each["path"] == place and message in str(each["message"]) for each in errors)
    assert "secret" not in json.dumps(problem)


_ENTRIES = st.lists(
    st.dictionaries(st.sampled_from(["request_id", "label", "instance", "y"]), anything(), max_size=4), max_size=3
)


@given(st.dictionaries(st.sampled_from(["feedback", "x"]), anything() | _ENTRIES, max_size=2))
def test_whatever_is_sent_is_read_or_refused(bundle_path: Path, document: dict[str, Json]) -> None:
    contract = load_contract(str(bundle_path))
    try:
        entries = feedback.read(document, contract)
    except RequestError:
        return
    for entry in entries:
        assert entry.truth in {"rest", "carry on"}
        assert '"' not in entry.request_id
        assert 0 <= entry.instance <= feedback.MAX_INSTANCE


def test_a_suggestion_ends_with_its_question_mark(api: InProcessApi) -> None:
    entry: dict[str, Json] = {"request_id": "r", "label": "rest", "instanc": 1}
    _, problem = api.post("/feedback", {"feedback": [entry]})
    assert str(problem["detail"]).endswith("did you mean 'instance'?")


def test_a_regressor_takes_numbers() -> None:
    (entry,) = feedback.read({"feedback": [{"request_id": "r", "value": 3}]}, CONTRACT)
    assert entry.truth == "3.0"
    for wrong in (True, "3", None, float("inf"), float("nan"), 1e200, -(10**400)):
        with pytest.raises(RequestError, match=r"expected a number from -1e\+100 to 1e\+100"):
            feedback.read({"feedback": [{"request_id": "r", "value": wrong}]}, CONTRACT)


_ENTRY: dict[str, Json] = {"request_id": "r", "value": 1.5}


@pytest.mark.parametrize(
    ("changed", "is_taken"),
    [
        ({"request_id": "r" * 128}, True),
        ({"request_id": "r" * 129}, False),
        ({"request_id": "a-Z_0.9:"}, True),
        ({"request_id": "a b"}, False),
        ({"request_id": "-"}, False),
        ({"request_id": "é"}, False),
        ({"request_id": ""}, False),
        ({"request_id": 3}, False),
        ({"instance": 0}, True),
        ({"instance": 99_999}, True),
        ({"instance": 100_000}, False),
        ({"instance": -1}, False),
        ({"instance": True}, False),
        ({"instance": 1.0}, False),
        ({"value": 1e100}, True),
        ({"value": -1e100}, True),
        ({"value": 1.1e100}, False),
        ({"value": -1.1e100}, False),
        ({"value": float("nan")}, False),
        ({"value": True}, False),
        ({"value": "1"}, False),
        ({"value": None}, False),
        ({"label": "rest"}, False),
    ],
)
def test_each_limit_of_an_entry_is_the_last_value_that_is_taken(changed: dict[str, Json], is_taken: bool) -> None:
    given = {**_ENTRY, **changed}
    if is_taken:
        (entry,) = feedback.read({"feedback": [given]}, CONTRACT)
        assert entry.members() == {
            "feedback_request_id": given["request_id"],
            "feedback_instance": given.get("instance", 0),
            "truth": repr(float(str(given["value"]))),
        }
    else:
        with pytest.raises(InvalidRequest):
            feedback.read({"feedback": [given]}, CONTRACT)


@pytest.mark.parametrize(("number", "is_taken"), [(0, False), (1, True), (100, True), (101, False)])
def test_a_request_has_one_to_a_hundred_entries(number: int, is_taken: bool) -> None:
    body: Json = {"feedback": [{**_ENTRY, "instance": at} for at in range(number)]}
    if is_taken:
        assert len(feedback.read(body, CONTRACT)) == number
    else:
        with pytest.raises(InvalidRequest, match=f"expected a list of 1 to 100 objects, got {number}"):
            feedback.read(body, CONTRACT)


def test_a_class_is_taken_with_its_own_type_alone() -> None:
    contract = Contract(name="m", version="v", task="binary", features=(), inputs=(), outputs={}, classes=(0, 1))
    (entry,) = feedback.read({"feedback": [{"request_id": "r", "label": 1}]}, contract)
    assert entry.truth == "1"
    wrong: list[Json] = [True, 1.0, "1", 2, None]
    for label in wrong:
        with pytest.raises(InvalidRequest, match="expected one of the classes 0, 1"):
            feedback.read({"feedback": [{"request_id": "r", "label": label}]}, contract)
