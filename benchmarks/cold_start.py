"""From the start of a process to its first prediction: ours against the ways that people use today."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.measure import Result, processes

if TYPE_CHECKING:
    from pathlib import Path

_REQUEST = """
import json, os
import awslambdaric.bootstrap
event = {"httpMethod": "POST", "path": "/predict", "body": os.environ["BODY"]}
context = type("Context", (), {"aws_request_id": "r", "get_remaining_time_in_millis": lambda: 9999})
"""

_BARE = (
    _REQUEST
    + """
from array import array
from inference_lib.session import Session
session = Session(open(os.environ["MODEL_BUNDLE"] + "/model.onnx", "rb").read())
widths = [info.shape[1] for info in session.inputs]
empty = {"string": lambda n: [""] * n, "float": lambda n: array("f", [0] * n), "double": lambda n: array("d", [0] * n),
         "int64": lambda n: array("q", [0] * n)}
buffers = [empty[info.element_type](width) for info, width in zip(session.inputs, widths)]
session.runner([info.name for info in session.outputs])(buffers, 1)
"""
)
_OURS = (
    _REQUEST
    + """
from inference_lib import handler
assert handler.handler(event, context)["statusCode"] == 200
"""
)
_ONNX = (
    _REQUEST
    + """
import numpy as np, onnxruntime
from aws_embedded_metrics import metric_scope
bundle = os.environ["MODEL_BUNDLE"]
contract = json.load(open(bundle + "/contract.json"))
session = onnxruntime.InferenceSession(bundle + "/model.onnx")
types = {"float": np.float32, "double": np.float64, "int64": np.int64, "string": object}

@metric_scope
def handler(event, context, metrics):
    rows = json.loads(event["body"])["instances"]
    feeds = {
        tensor["name"]: np.array(
            [[row[name] for name in tensor["features"]] for row in rows], types[tensor["element_type"]]
        )
        for tensor in contract["inputs"]
    }
    label, probabilities = session.run(["label", "probabilities"], feeds)
    metrics.put_metric("PredictionProbability", float(probabilities.max()), "None")
    return {"statusCode": 200, "body": json.dumps({"label": label.tolist(), "probabilities": probabilities.tolist()})}

handler(event, context)
"""
)
_SKLEARN = (
    _REQUEST
    + """
import joblib, pandas
from aws_embedded_metrics import metric_scope
model = joblib.load(os.environ["JOBLIB"])

@metric_scope
def handler(event, context, metrics):
    rows = pandas.DataFrame(json.loads(event["body"])["instances"])
    probabilities = model.predict_proba(rows)
    metrics.put_metric("PredictionProbability", float(probabilities.max()), "None")
    return {"statusCode": 200, "body": json.dumps(probabilities.tolist())}

handler(event, context)
"""
)


def measure(bundle: Path, joblib: Path, rounds: int) -> list[Result]:
    """Time the first answer of a fresh process.

    Parameters
    ----------
    bundle : Path
        Directory of one bundle version.
    joblib : Path
        The fitted model that the bundle was made of.
    rounds : int
        Runs of each way.
    """
    golden = json.loads((bundle / "golden.json").read_text(encoding="utf-8"))
    environment = {
        "MODEL_BUNDLE": str(bundle.resolve()),
        "JOBLIB": str(joblib.resolve()),
        "BODY": json.dumps({"instances": [golden["cases"][0]["instance"]]}),
        # As on Lambda, where the library writes to standard output.
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
    }
    ways = {
        "awslambdaric + bare ONNX Runtime session": _BARE,
        "this project, with metrics, log and validation": _OURS,
        "onnxruntime + NumPy + metric_scope": _ONNX,
        "scikit-learn + pandas + joblib + metric_scope": _SKLEARN,
    }
    return processes(ways, environment, rounds)
