"""Telemetry never breaks an answer: whatever fails is counted, and logged once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from inference_lib.bundle.loading import load_bundle
from inference_lib.bundle.profile import BinCoder
from inference_lib.http.requests import Request
from inference_lib.scoring.payload_log import PayloadLog
from inference_lib.scoring.shadow import Shadow
from inference_lib.service import Service
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger
from inference_lib.telemetry.metrics import TELEMETRY_ERRORS, predictions_of
from inference_lib.testing import Written, read_lines
from model_export import export
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

_BODY = json.dumps({"instances": [{"age": 40, "cups of coffee": 0, "chronotype": "early"}]})


def _answered(api: InProcessApi, body: str = _BODY) -> tuple[int, Written]:
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="r-1")
    response, lines = api.service.handle(request)
    return response.status, read_lines(lines)


def _fail(*_: object, **__: object) -> str:
    raise OverflowError("no such bin")


@pytest.mark.parametrize(
    ("owner", "method"),
    [(BinCoder, "code"), (PayloadLog, "members"), (Shadow, "_difference"), (Shadow, "_has_time"), (Shadow, "_learn")],
)
def test_a_failure_to_observe_is_counted_each_time_and_logged_once(
    bundle_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, method: str
) -> None:
    shadow = {"SHADOW_BUNDLE": str(bundle_path), "SHADOW_SAMPLE_RATE": "1"} if owner is Shadow else {}
    api = InProcessApi(bundle_path, **shadow)
    monkeypatch.setattr(owner, method, _fail)
    first, second = _answered(api), _answered(api)
    assert (first[0], second[0]) == (200, 200)
    counts = TELEMETRY_ERRORS.name if method != "_difference" else "ShadowErrors"
    for _, written in (first, second):
        assert [record[counts] for record in written.metrics if record.get(counts)] == [1]
        assert written.metrics[0]["Predictions"] == 1, "the prediction is counted nevertheless"
    (line,) = [line for line in first[1].logs if "exception" in line]
    assert line["level"] == "ERROR"
    assert "OverflowError: no such bin" in str(line["exception"])
    logged_again = [line for line in second[1].logs if "exception" in line]
    assert len(logged_again) == (method == "_difference"), "the shadow logs each of its own failures"


def test_a_record_that_cannot_be_made_costs_no_answer(bundle_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api = InProcessApi(bundle_path)
    monkeypatch.setattr(Emitter, "record", _fail)
    status, written = _answered(api)
    assert status == 200
    (line,) = written.logs
    assert line["message"] == "telemetry failed, requests are answered"
    assert _answered(api) == (200, Written([], []))


@pytest.mark.parametrize("length", [238, 240, 243, 244, 250])
def test_predictions_of_classes_with_long_labels_are_counted(tmp_path: Path, length: int) -> None:
    labels = [name.ljust(length, "x") if at == 0 else name.rjust(length, "x") for at, name in enumerate("ab")]
    labels.append("x" * (length - 1) + "c")
    table = pd.DataFrame({"size": np.repeat([0.0, 10.0, 20.0], 20) + np.tile(np.arange(20) / 20, 3)})
    model = GaussianNB().fit(table, np.repeat(labels, 20))
    bundle = export(model, table.iloc[::3], name="labels", out=tmp_path).path
    api = InProcessApi(bundle, CLASS_METRICS=json.dumps(labels))
    status, written = _answered(api, json.dumps({"instances": [{"size": 0.5}, {"size": 20.5}, {"size": 20.1}]}))
    assert status == 200
    (record,) = written.metrics
    names = [predictions_of(label).name for label in labels]
    assert [record[name] for name in names] == [1, 0, 2]
    defined = json.loads(json.dumps(record["_aws"]))["CloudWatchMetrics"][0]["Metrics"]
    assert {"Name": names[0], "Unit": "Count"} in defined
    assert max(map(len, names)) <= 255, "CloudWatch takes no longer name"


def _service(bundle_path: Path, level: str, **variables: str) -> Service:
    settings = FunctionSettings({"MODEL_BUNDLE": str(bundle_path), **variables})
    emitter, logger = Emitter("MLInference/staging", {"Model": "sleep_advice"}), Logger("inference-staging", level)
    return Service(load_bundle(str(bundle_path), 10), emitter, logger, settings)


def _line(service: Service, body: str = _BODY) -> str:
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="0" * 36)
    return service.handle(request)[1]


def test_what_nobody_reads_is_left_out_and_a_share_keeps_its_zeros(bundle_path: Path) -> None:
    service = _service(bundle_path, "INFO")
    assert json.loads(_line(service))["ColdStarts"] == 1
    record = json.loads(_line(service))
    faults = {"MissingValues", "UnknownCategories", "OutOfRange"}
    assert not ({"ColdStarts", "correlation_id", *faults} & record.keys())
    assert record["InvalidRequests"] == 0
    record = json.loads(_line(service, _BODY.replace("40", "null")))
    assert {name: record[name] for name in faults} == {"MissingValues": 1, "UnknownCategories": 0, "OutOfRange": 0}


def test_the_line_of_one_instance_has_at_most_900_bytes(bundle_path: Path) -> None:
    service = _service(bundle_path, "INFO")
    assert max(len(_line(service).encode()) for _ in range(3)) <= 900


def test_below_the_level_of_the_log_the_metrics_alone_are_written(bundle_path: Path) -> None:
    service = _service(bundle_path, "WARNING", LOG_PAYLOAD_SAMPLE_RATE="1")
    good, bad = json.loads(_line(service)), json.loads(_line(service, "{"))
    assert good["Predictions"] == bad["InvalidRequests"] == 1
    assert not ({"level", "message", "payload"} & good.keys())
    assert (bad["level"], bad["message"], bad["status"]) == ("WARNING", "request answered", 400)
    assert "not JSON" in bad["refusal"]
