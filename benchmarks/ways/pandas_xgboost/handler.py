"""pandas, XGBoost, and a call of CloudWatch's API in each request."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
import pandas as pd
import xgboost

_model = xgboost.XGBClassifier()
_model.load_model(os.environ["MODEL_XGBOOST"])
_booster = _model.get_booster()
_texts = [name for name, kind in zip(_booster.feature_names, _booster.feature_types, strict=True) if kind == "c"]
_cloudwatch = boto3.client("cloudwatch")


def handler(event: dict[str, Any], _context: object) -> dict[str, object]:
    """Predict and meter."""
    rows = pd.DataFrame(json.loads(event["body"])["instances"])
    rows[_texts] = rows[_texts].astype("category")
    probabilities = _model.predict_proba(rows[_booster.feature_names])
    _cloudwatch.put_metric_data(
        Namespace="Benchmark",
        MetricData=[{"MetricName": "PredictionProbability", "Values": probabilities.max(axis=1)[:100].tolist()}],
    )
    body = {"label": probabilities.argmax(axis=1).tolist(), "probabilities": probabilities.tolist()}
    return {"statusCode": 200, "body": json.dumps(body)}
