"""A request of many rows in the function, compared with the minimum for any Python server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.comparison.processes import everyday_instances
from benchmarks.measure.paired import Result, calls
from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.columns import Quality
from inference_lib.http.requests import Request
from inference_lib.service import Service
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger

if TYPE_CHECKING:
    from pathlib import Path

_LIMIT = 10_000_000


def measure(bundle_path: Path, rows: int, rounds: int) -> list[Result]:
    """Time a request of ``rows`` instances: the minimum, the whole function, and validation alone.

    The minimum is ``json.loads`` of the body, the ONNX Runtime call and ``json.dumps`` of the answer.

    Parameters
    ----------
    bundle_path : Path
        Directory of one bundle version.
    rows, rounds : int
        Instances in a request; repetitions.
    """
    bundle = load_bundle(str(bundle_path), max_instances=rows)
    everyday = everyday_instances(bundle_path)
    instances = [everyday[index % len(everyday)] for index in range(rows)]
    body = json.dumps({"instances": instances})
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="r")
    settings = FunctionSettings({"MODEL_BUNDLE": str(bundle_path), "MAX_BODY_BYTES": str(_LIMIT)})
    service = Service(bundle, Emitter("MLInference/bench", {"Model": "m"}), Logger("bench", "INFO"), settings)
    valid = bundle.validator.validate(list(instances), Quality())

    def minimum() -> object:
        json.loads(body)
        return json.dumps([*bundle.model.predict(valid.columns, rows)])

    repeats = max(3, 3000 // rows)
    return calls(
        {
            "json.loads + model + json.dumps": minimum,
            "this project, with metrics, log and validation": lambda: service.handle(request),
            "its validation alone": lambda: bundle.validator.validate(list(instances), Quality()),
        },
        rounds,
        repeats,
    )
