"""The service: every request is answered, counted and logged, whatever is in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.reading import load_contract
from inference_lib.errors import RequestError, SettingsError
from inference_lib.http import problems
from inference_lib.http.requests import Request, Response
from inference_lib.openapi.document import openapi_document
from inference_lib.service import Service
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger
from inference_lib.telemetry.metrics import CATALOGUE, EMF
from inference_lib.testing import Written, read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import Json

_GOOD: dict[str, Json] = {"age": 40.5, "cups of coffee": 0, "chronotype": "early"}


@pytest.fixture(scope="module")
def bundle_of_tests(bundle_path: Path) -> Path:
    return bundle_path


@pytest.fixture
def service(bundle_path: Path) -> Service:
    return _service(bundle_path)


def _service(path: Path, **variables: str) -> Service:
    settings = FunctionSettings({"MODEL_BUNDLE": str(path), "MAX_INSTANCES": "3", **variables})
    bundle = load_bundle(settings.bundle, settings.max_instances)
    return Service(bundle, Emitter("MLInference/test", {"Model": "small"}), Logger("test", "INFO"), settings)


def _ask(service: Service, body: str, *, method: str = "POST", path: str = "/predict") -> tuple[Response, Written]:
    request = Request(method=method, path=path, headers={"x-correlation-id": "c-1"}, body=body, request_id="r-1")
    response, lines = service.handle(request)
    return response, read_lines(lines)


def _body(*instances: Json) -> str:
    return json.dumps({"instances": list(instances)})


def test_a_prediction_names_the_model_and_gives_label_and_probabilities(service: Service, bundle_path: Path) -> None:
    response, _ = _ask(service, _body(_GOOD, {**_GOOD, "cups of coffee": 8}))
    answer = json.loads(response.body)
    assert response.status == 200
    assert answer["model"] == {"name": "small", "version": bundle_path.name}
    assert [each["label"] for each in answer["predictions"]] == ["carry on", "rest"]
    for each in answer["predictions"]:
        assert set(each) == {"label", "probability", "probabilities"}
        assert each["probability"] == each["probabilities"][each["label"]] == max(each["probabilities"].values())
        assert sum(each["probabilities"].values()) == pytest.approx(1, abs=1e-6)


def test_each_request_writes_one_line_that_is_metric_record_and_log_line(service: Service) -> None:
    _, written = _ask(service, _body(_GOOD, {**_GOOD, "age": None}))
    assert [line["message"] for line in written.logs] == ["request answered", *["instance observed"] * 2]
    (record,), line = written.metrics, written.logs[0]
    assert record == line
    assert record["Predictions"] == 2
    assert record["MissingValues"] == 1
    assert record["ColdStarts"] == 1
    assert record["InvalidRequests"] == 0
    assert isinstance(record["PredictionProbability"], list)
    assert line["level"] == "INFO"
    assert line["status"] == 200
    assert line["function_request_id"] == "r-1"
    assert line["correlation_id"] == "c-1"
    assert {"parse_ms", "validate_ms", "predict_ms", "total_ms"} <= set(line)
    _, second = _ask(service, _body(_GOOD))
    assert second.logs[0]["cold_start"] is False
    assert second.metrics == second.logs


def test_health_and_model_say_which_model_serves(service: Service) -> None:
    health, _ = _ask(service, "", method="GET", path="/health")
    assert json.loads(health.body)["status"] == "ok"
    model, _ = _ask(service, "", method="GET", path="/model")
    contract = json.loads(model.body)
    assert [feature["name"] for feature in contract["features"]] == ["age", "cups of coffee", "chronotype"]
    assert not {"files", "libraries"} & set(contract), "callers need not see these"


def test_the_api_describes_itself(service: Service, bundle_path: Path) -> None:
    document, _ = _ask(service, "", method="GET", path="/openapi.json")
    assert json.loads(document.body) == openapi_document(load_contract(str(bundle_path)))


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ("{", "$", "line 1, column 2: Expecting property name enclosed in double quotes"),
        (
            '{"instances": [{"age": 40, "age": 90}]}',
            "$",
            "the name 'age' occurs more than once in one object; expected each name once",
        ),
        ("[]", "$", "expected an object with the member 'instances', got a list"),
        ("{}", "instances", "required member is missing; expected a list of objects"),
        ('{"instance": []}', "$.instance", "unknown member; did you mean 'instances'?"),
        (_body(), "instances", "expected at least 1 instance, got 0"),
        (_body(*[_GOOD] * 4), "instances", "expected at most 3 instances, got 4"),
        (
            _body({**_GOOD, "age": 121}),
            "instances[0].age",
            "expected a number from 0 to 120, got one above the maximum",
        ),
        (
            _body({**_GOOD, "chronotype": "owl"}),
            "instances[0].chronotype",
            "expected one of 'early', 'late'; got another string",
        ),
        (
            '{"instances": [{"age": NaN, "cups of coffee": 1, "chronotype": "late"}]}',
            "instances[0].age",
            "expected a number, got NaN, which is not JSON; send null for a missing value",
        ),
    ],
    ids=["json", "twice", "list", "empty object", "misspelt", "none", "too many", "range", "category", "nan"],
)
def test_each_bad_request_gets_400_with_the_place_and_the_reason(
    service: Service, body: str, path: str, message: str
) -> None:
    response, written = _ask(service, body)
    problem = json.loads(response.body)
    assert (response.status, response.media_type) == (400, "application/problem+json")
    assert {"path": path, "message": message} in problem["errors"]
    assert problem["error"] == problem["detail"]
    assert problem["request_id"] == "r-1"
    assert written.metrics[0]["InvalidRequests"] == 1
    assert written.logs[0]["level"] == "WARNING"


def test_an_empty_body_is_a_400_that_says_what_was_expected(service: Service) -> None:
    response, _ = _ask(service, "")
    assert response.status == 400
    expected = "The body is empty; expected a request."
    assert json.loads(response.body)["detail"] == expected


def test_unknown_routes_are_404_and_wrong_methods_405_with_what_is_allowed(service: Service) -> None:
    assert _ask(service, "", path="/predictions")[0].status == 404
    response, _ = _ask(service, "", method="GET")
    assert (response.status, response.headers["allow"]) == (405, "POST")


def test_refused_values_are_counted_as_data_quality(service: Service) -> None:
    _, written = _ask(service, _body({"age": 500, "cups of coffee": 1, "chronotype": "owl"}))
    assert written.metrics[0]["OutOfRange"] == 1
    assert written.metrics[0]["UnknownCategories"] == 1


def test_a_fault_of_ours_is_a_500_with_the_trace_in_the_log_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError("the cause")

    monkeypatch.setattr(service._bundle.model, "_run_row", fail)  # noqa: SLF001 - the one way to make the model fail
    response, written = _ask(service, _body(_GOOD))
    assert response.status == 500
    assert "the cause" not in response.body
    assert "Traceback" not in response.body
    assert written.logs[0]["level"] == "ERROR"
    assert "ZeroDivisionError: the cause" in str(written.logs[0]["exception"])
    monkeypatch.undo()
    assert _ask(service, _body(_GOOD))[0].status == 200, "the function went on"


@pytest.mark.parametrize("answer", [[float("nan"), float("nan")], [0.5, float("nan")], [float("inf"), 0.5]])
def test_an_answer_that_is_not_a_number_is_never_sent(
    service: Service, monkeypatch: pytest.MonkeyPatch, answer: list[float]
) -> None:
    monkeypatch.setattr(service._bundle.model, "_run_row", lambda *_: [answer])  # noqa: SLF001 - as above
    response, written = _ask(service, _body(_GOOD))
    assert response.status == 500
    assert "PredictionError: the model answered with NaN or infinity" in str(written.logs[0]["exception"])
    assert "PredictionProbability" not in written.metrics[0]


@given(body=st.text(st.characters(), max_size=60) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
def test_whatever_is_sent_is_answered_with_a_problem_and_never_a_500(bundle_of_tests: Path, body: str) -> None:
    response, written = _ask(_cached(bundle_of_tests), body)
    assert response.status == 400
    assert json.loads(response.body)["status"] == 400
    assert len(written.metrics) == len(written.logs) == 1


_SERVICES: dict[Path, Service] = {}


def _cached(path: Path) -> Service:
    return _SERVICES.setdefault(path, _service(path)) if path not in _SERVICES else _SERVICES[path]


def test_every_request_error_has_a_status_and_every_status_a_title() -> None:
    def leaves(kind: type[RequestError]) -> set[type[RequestError]]:
        return {kind}.union(*(leaves(child) for child in kind.__subclasses__()))

    assert leaves(RequestError) - {RequestError} == set(problems.STATUS)
    assert set(problems.STATUS.values()) | {500} == set(problems.TITLES)


def test_every_metric_of_the_catalogue_is_emitted_with_its_unit(service: Service) -> None:
    _, good = _ask(service, _body({**_GOOD, "age": None}))
    _, bad = _ask(service, "{")
    emitted: dict[str, str] = {}
    for record in (*good.metrics, *bad.metrics):
        head = json.loads(json.dumps(record["_aws"]))["CloudWatchMetrics"][0]
        assert (head["Namespace"], head["Dimensions"]) == ("MLInference/test", [["Model"]])
        emitted |= {metric["Name"]: metric.get("Unit", "None") for metric in head["Metrics"]}
    catalogue = {m.name: m.unit for m in CATALOGUE if m.source == EMF}
    assert emitted == catalogue
    regular = [metric for metric in CATALOGUE if not metric.condition]
    assert len(regular) <= 10, "the free tier of CloudWatch has 10 custom metrics"


def _ask_with(service: Service, remaining_ms: list[int]) -> tuple[Response, Written]:
    request = Request(method="POST", path="/predict", headers={}, body=_body(_GOOD), request_id="r-1")
    request.remaining_ms = lambda: remaining_ms.pop(0)
    response, lines = service.handle(request)
    return response, read_lines(lines)


@pytest.mark.parametrize("remaining_ms", [[199], [5000, 199]], ids=["at the start", "after validation"])
def test_a_request_with_too_little_time_left_is_a_503_that_is_counted(
    bundle_path: Path, remaining_ms: list[int]
) -> None:
    response, written = _ask_with(_service(bundle_path, DEADLINE_MARGIN_MS="200"), remaining_ms)
    assert response.status == 503
    assert json.loads(response.body)["title"] == "Service Unavailable"
    assert written.metrics[0]["InvalidRequests"] == 1
    assert written.metrics[0]["Predictions"] == 0


def test_a_request_with_just_enough_time_is_answered(bundle_path: Path) -> None:
    service = _service(bundle_path, DEADLINE_MARGIN_MS="200")
    assert _ask_with(service, [200, 200])[0].status == 200


def test_no_payload_is_logged_by_default(service: Service) -> None:
    _, written = _ask(service, _body(_GOOD))
    assert "payload" not in written.logs[0]


def test_payloads_are_logged_without_the_dropped_features_and_within_their_bound(bundle_path: Path) -> None:
    service = _service(
        bundle_path, LOG_PAYLOAD_SAMPLE_RATE="1", LOG_PAYLOAD_MAX_BYTES="400", LOG_PAYLOAD_DROP='["age"]'
    )
    # With more digits than the durations of a line have, so that none of them is taken for it.
    aged = {**_GOOD, "age": 40.15625}
    _, written = _ask(service, _body(aged, aged, aged))
    line = written.logs[0]
    assert isinstance(line["payload"], list)
    assert line["payload"][0]["instance"] == {"cups of coffee": 0, "chronotype": "early"}  # type: ignore[index, call-overload] # JSON
    assert line["payload"][0]["prediction"]["label"] == "carry on"  # type: ignore[index, call-overload] # JSON
    assert len(json.dumps(line["payload"], separators=(",", ":"))) <= 400
    assert line["payload_left_out"] == 3 - len(line["payload"]) > 0
    assert "40.15625" not in json.dumps(line), "a dropped feature was logged"


def test_payloads_are_sampled_by_request(bundle_path: Path) -> None:
    service = _service(bundle_path, LOG_PAYLOAD_SAMPLE_RATE="0.25")
    logged = 0
    for number in range(400):
        request = Request(method="POST", path="/predict", headers={}, body=_body(_GOOD), request_id=f"r-{number}")
        logged += "payload" in read_lines(service.handle(request)[1]).logs[0]
    assert 60 < logged < 140


def test_a_misspelt_feature_to_drop_stops_the_start_rather_than_being_logged(bundle_path: Path) -> None:
    with pytest.raises(SettingsError, match="names features that the model does not have: aeg; expected some of age, "):
        _service(bundle_path, LOG_PAYLOAD_DROP='["aeg"]')
