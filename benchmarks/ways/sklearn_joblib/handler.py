"""The most common way: the fitted pipeline loaded with joblib, with pandas and metric_scope."""

from __future__ import annotations

import json
import os
from typing import Any

import joblib
import pandas as pd
from aws_embedded_metrics import metric_scope  # type: ignore[attr-defined] # as its README says; not in __all__

_model = joblib.load(os.environ["MODEL_JOBLIB"])


@metric_scope
def handler(event: dict[str, Any], _context: object, metrics: Any) -> dict[str, object]:  # noqa: ANN401 - the library's logger
    """Predict and meter."""
    rows = pd.DataFrame(json.loads(event["body"])["instances"])
    probabilities = _model.predict_proba(rows)
    labels = _model.classes_[probabilities.argmax(axis=1)]
    for probability in probabilities.max(axis=1)[:100]:
        metrics.put_metric("PredictionProbability", float(probability), "None")
    classes = _model.classes_.tolist()
    predictions = [
        {"label": label, "probabilities": dict(zip(classes, row, strict=True))}
        for label, row in zip(labels.tolist(), probabilities.tolist(), strict=True)
    ]
    return {"statusCode": 200, "body": json.dumps({"predictions": predictions})}
