"""The obvious ONNX handler: onnxruntime's Python package, NumPy and metric_scope."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import onnxruntime
from aws_embedded_metrics import metric_scope  # type: ignore[attr-defined] # as its README says; not in __all__

_bundle = os.environ["MODEL_BUNDLE"]
with open(os.path.join(_bundle, "contract.json"), encoding="utf-8") as _file:
    _contract = json.load(_file)
_inputs, _classes = _contract["inputs"], np.array(_contract["classes"])
_session = onnxruntime.InferenceSession(os.path.join(_bundle, "model.onnx"))
_types: dict[str, Any] = {"float": np.float32, "double": np.float64, "int64": np.int64, "string": object}


@metric_scope
def handler(event: dict[str, Any], _context: object, metrics: Any) -> dict[str, object]:  # noqa: ANN401 - the library's logger
    """Predict and meter."""
    rows = json.loads(event["body"])["instances"]
    feeds = {
        tensor["name"]: np.array(
            [[row[name] for name in tensor["features"]] for row in rows], _types[tensor["element_type"]]
        )
        for tensor in _inputs
    }
    (probabilities,) = _session.run(["probabilities"], feeds)
    label = _classes[probabilities.argmax(axis=1)]
    for probability in probabilities.max(axis=1)[:100]:
        metrics.put_metric("PredictionProbability", float(probability), "None")
    predictions = [
        {"label": each, "probabilities": dict(zip(_contract["classes"], row, strict=True))}
        for each, row in zip(label.tolist(), probabilities.tolist(), strict=True)
    ]
    return {"statusCode": 200, "body": json.dumps({"predictions": predictions})}
