"""The shadow: compared with the answer, and never in the way of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.reading import contract_from_dict, load_contract
from inference_lib.errors import BundleError, PredictionError, SettingsError
from inference_lib.http.requests import Request
from inference_lib.runtime.model import Model
from inference_lib.scoring.agreement import disagreement
from inference_lib.settings import FunctionSettings
from inference_lib.testing import read_lines
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from inference_lib.http.requests import Response
    from inference_lib.testing import Written

INSTANCES = [
    {"age": 20 + 5 * number, "cups of coffee": number, "chronotype": ("early", "late")[number % 2]}
    for number in range(9)
]


class WithShadow:
    """A service with a shadow, and what it says."""

    def __init__(self, served: Path, shadow: Path | str, **variables: str) -> None:
        self.api = InProcessApi(served, SHADOW_BUNDLE=str(shadow), **{"SHADOW_SAMPLE_RATE": "1", **variables})

    def send(
        self, document: dict[str, Any], left_ms: Callable[[], int] | None = None, id_: str = "r-1"
    ) -> tuple[Response, Written]:
        request = Request(method="POST", path="/predict", headers={}, body=json.dumps(document), request_id=id_)
        request.remaining_ms = left_ms
        response, lines = self.api.service.handle(request)
        return response, read_lines(lines)


def shadow_records(written: Written) -> list[dict[str, Any]]:
    return [dict(each) for each in written.metrics if "VersionPair" in each]


def probabilities(bundle: Path) -> list[dict[str, float]]:
    loaded = load_bundle(str(bundle), 100)
    columns = {name: [each[name] for each in INSTANCES] for name in INSTANCES[0]}
    predictions = loaded.model.predict(columns, len(INSTANCES))
    return [each["probabilities"] for each in predictions]  # type: ignore[misc] # of a classifier


def test_differences_are_in_a_record_of_their_own_by_pair_of_versions(bundle_path: Path, shadow_path: Path) -> None:
    response, written = WithShadow(bundle_path, shadow_path).send({"instances": INSTANCES})
    (record,) = shadow_records(written)
    ours, theirs = probabilities(bundle_path), probabilities(shadow_path)
    deltas = [abs(a["rest"] - b["rest"]) for a, b in zip(ours, theirs, strict=True)]
    flips = [float((a["rest"] > 0.5) != (b["rest"] > 0.5)) for a, b in zip(ours, theirs, strict=True)]

    assert response.status == 200
    assert record["PredictionDelta"] == pytest.approx(deltas, abs=1e-6)
    assert max(deltas) > 0.01, "the models differ, or nothing is shown here"
    assert record["LabelFlipRate"] == flips
    assert record["ShadowErrors"] == 0
    assert (record["Model"], record["VersionPair"]) == ("small", f"{bundle_path.name}/{shadow_path.name}")
    assert (record["rows"], record["function_request_id"]) == (9, "r-1")
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Model", "VersionPair"]]
    assert {each["Name"] for each in directive["Metrics"]} == {"PredictionDelta", "LabelFlipRate", "ShadowErrors"}


def test_the_answer_and_the_usual_record_are_what_they_are_without_a_shadow(
    bundle_path: Path, shadow_path: Path
) -> None:
    document = {"instances": INSTANCES, "parameters": {"explain": True}}
    with_shadow, written = WithShadow(bundle_path, shadow_path).send(document)
    without = InProcessApi(bundle_path).send("POST", "/predict", json.dumps(document))

    assert with_shadow.body == without.body
    usual = [each for each in written.metrics if "VersionPair" not in each]
    assert len(usual) == 1
    assert usual[0]["Predictions"] == 9
    assert "PredictionDelta" not in usual[0]


def test_a_shadow_that_raises_is_counted_and_logged_and_the_request_is_answered(
    bundle_path: Path, shadow_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = WithShadow(bundle_path, shadow_path)
    predict = Model.predict

    def failing(model: Model, columns: Any, rows: int) -> Any:  # noqa: ANN401 - as the method has it
        if model.contract.version == shadow_path.name:
            raise PredictionError("the model answered with NaN or infinity")
        return predict(model, columns, rows)

    monkeypatch.setattr(Model, "predict", failing)
    response, written = served.send({"instances": INSTANCES})
    (record,) = shadow_records(written)
    (line,) = (each for each in written.logs if each["message"] == "shadow failed")

    assert response.status == 200
    assert len(json.loads(response.body)["predictions"]) == 9
    assert record["ShadowErrors"] == 1
    assert "PredictionDelta" not in record
    assert line["level"] == "ERROR"
    assert "NaN or infinity" in str(line["exception"])


def test_it_is_left_out_where_it_could_run_into_the_deadline(bundle_path: Path, shadow_path: Path) -> None:
    served = WithShadow(bundle_path, shadow_path, DEADLINE_MARGIN_MS="100")
    left = iter([1000, 1000, 100])
    response, written = served.send({"instances": INSTANCES}, lambda: next(left))

    assert response.status == 200
    assert shadow_records(written) == []
    assert [each["message"] for each in written.logs].count("shadow left out: too little time") == 1

    _, written = served.send({"instances": INSTANCES}, lambda: 10_000)
    assert len(shadow_records(written)) == 1


def test_only_the_sampled_share_of_the_requests_runs_it(bundle_path: Path, shadow_path: Path) -> None:
    served = WithShadow(bundle_path, shadow_path, SHADOW_SAMPLE_RATE="0.25")
    counts = [
        len(shadow_records(served.send({"instances": INSTANCES[:1]}, id_=f"r-{number}")[1])) for number in range(400)
    ]

    assert 60 < sum(counts) < 140


def test_requests_without_a_prediction_do_not_run_it(bundle_path: Path, shadow_path: Path) -> None:
    served = WithShadow(bundle_path, shadow_path)

    assert shadow_records(served.send({"instances": [{"age": "old"}]})[1]) == []
    request = Request(method="GET", path="/health", headers={}, body="", request_id="r-1")
    assert shadow_records(read_lines(served.api.service.handle(request)[1])) == []


def contract_of(served: Path, **members: Any) -> Contract:  # noqa: ANN401 - any JSON
    return contract_from_dict({**load_contract(str(served)).to_dict(), **members}, "test")


def with_feature(served: Path, at: int, **members: Any) -> Contract:  # noqa: ANN401 - any JSON
    contract = load_contract(str(served))
    for name, value in members.items():
        setattr(contract.features[at], name, value)
    return contract


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (contract_of, ""),
        (lambda path: with_feature(path, 0, minimum=-5, maximum=500), ""),
        (lambda path: with_feature(path, 2, categories=["early", "late", "owl"]), ""),
        (
            lambda path: contract_of(path, classes=["rest", "sleep"]),
            "its classes are rest, sleep, and those of the served one carry on, rest",
        ),
        (lambda path: contract_of(path, classes=["rest", "carry on"]), ""),
        (
            lambda path: with_feature(path, 0, name="years"),
            "it has no feature 'age'",
        ),
        (
            lambda path: with_feature(path, 0, type="integer"),
            "its feature 'age' is of the type integer, and that of the served one of the type number",
        ),
        (
            lambda path: with_feature(path, 0, nullable=False),
            "its feature 'age' may not be null, and that of the served one may",
        ),
        (
            lambda path: with_feature(path, 2, categories=["late"]),
            "its feature 'chronotype' does not know early, which that of the served one takes",
        ),
        (
            lambda path: contract_of(path, task="multiclass"),
            "it is a multiclass model, and the served one a binary model",
        ),
    ],
    ids=[
        "the same",
        "ranges",
        "more categories",
        "classes",
        "order of classes",
        "name",
        "type",
        "null",
        "fewer categories",
        "task",
    ],
)
def test_features_and_classes_must_agree(bundle_path: Path, make: Callable[[Path], Contract], message: str) -> None:
    served = load_contract(str(bundle_path))

    assert disagreement(served, make(bundle_path)) == message


def test_a_feature_too_many_is_named(bundle_path: Path) -> None:
    served = load_contract(str(bundle_path))
    fewer = contract_of(bundle_path)
    fewer.features = fewer.features[1:]

    assert disagreement(fewer, served) == "it needs the feature 'age', which the served one does not have"


def test_a_bundle_that_does_not_agree_fails_the_initialisation_with_one_sentence(
    bundle_path: Path, shadow_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference_lib.scoring.shadow.disagreement", lambda _served, _shadow: "it has no feature 'age'")
    with pytest.raises(BundleError) as raised:
        WithShadow(bundle_path, shadow_path)

    assert str(raised.value) == (
        f"{shadow_path}: cannot be the shadow of small {bundle_path.name}: it has no feature 'age'. "
        "Name a bundle with the same features and classes."
    )


def test_a_missing_bundle_fails_the_initialisation_with_one_sentence(bundle_path: Path) -> None:
    with pytest.raises(BundleError, match=r"^/nowhere/contract.json: cannot be read \(No such file or directory\)"):
        WithShadow(bundle_path, "/nowhere")


def test_a_wrong_share_is_named() -> None:
    with pytest.raises(SettingsError, match="SHADOW_SAMPLE_RATE must be a number from 0 to 1"):
        FunctionSettings({"MODEL_BUNDLE": "/opt/model", "SHADOW_SAMPLE_RATE": "2"})


@pytest.mark.parametrize("is_on", [False, True])
def test_nothing_of_it_is_loaded_unless_a_setting_enables_it(
    bundle_path: Path, shadow_path: Path, *, is_on: bool
) -> None:
    program = "import sys\nfrom inference_lib import handler\nprint([m for m in sys.modules if 'shadow' in m])"
    environment = {**os.environ, "MODEL_BUNDLE": str(bundle_path), "SHADOW_BUNDLE": str(shadow_path) if is_on else ""}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert (done.stdout.strip() != "[]") == is_on
